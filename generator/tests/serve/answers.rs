//! What is answered: status, headers, bodies.

use super::client::{Reply, ask, get, send};
use super::program::{Program, site};

#[track_caller]
fn check(reply: &Reply, status: u16, headers: &[(&str, Option<&str>)]) {
    assert_eq!(reply.status, status, "{}", reply.text());
    for (name, value) in headers {
        assert_eq!(reply.header(name), *value, "{name}");
    }
}

#[test]
fn pages_files_and_mistakes_have_their_status_and_type() {
    let site = site();
    let program = Program::serve(site.path(), &[]);
    let at = program.address.as_str();

    let front = get(at, "/");
    check(
        &front,
        200,
        &[("content-type", Some("text/html; charset=utf-8")), ("cache-control", Some("no-store"))],
    );
    assert!(front.text().contains("Welcome."), "{}", front.text());
    assert!(front.text().contains("livereload.js"));
    check(&get(at, "/a/"), 200, &[]);
    check(&get(at, "/a?x=1"), 302, &[("location", Some("/a/?x=1"))]);
    check(
        &get(at, "/site.css"),
        200,
        &[("content-type", Some("text/css; charset=utf-8")), ("content-length", Some("19"))],
    );
    check(&get(at, "/data.json"), 200, &[("content-type", Some("application/json; charset=utf-8"))]);
    check(
        &get(at, "/film.mp4"),
        200,
        &[("content-type", Some("video/mp4")), ("accept-ranges", Some("bytes"))],
    );
    check(
        &get(at, "/livereload.js?build=0"),
        200,
        &[("content-type", Some("text/javascript; charset=utf-8"))],
    );

    let missing = get(at, "/nowhere/");
    check(&missing, 404, &[("content-type", Some("text/html; charset=utf-8"))]);
    assert!(missing.text().contains("nothing here"), "the site's own page");
    check(&get(at, "/hidden/"), 404, &[]);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        check(&ask(at, method, "/", &[]), 405, &[("allow", Some("GET, HEAD"))]);
    }
    for path in ["/", "/film.mp4"] {
        let (whole, head) = (get(at, path), ask(at, "HEAD", path, &[]));
        check(&head, 200, &[("content-length", whole.header("content-length"))]);
        assert_eq!(head.body, b"", "{path}");
    }
}

#[test]
fn a_film_can_be_played_from_anywhere() {
    let site = site();
    let program = Program::serve(site.path(), &[]);
    let at = program.address.as_str();
    let film = std::fs::read(site.path().join("static/film.mp4")).unwrap();
    let range = |range: &str| ask(at, "GET", "/film.mp4", &[&format!("Range: bytes={range}")]);

    let middle = range("100000-199998");
    check(
        &middle,
        206,
        &[("content-range", Some("bytes 100000-199998/200000")), ("content-length", Some("99999"))],
    );
    assert!(middle.body == film[100_000..199_999]);
    let end = range("-5");
    check(&end, 206, &[("content-range", Some("bytes 199995-199999/200000"))]);
    assert_eq!(end.body, film[199_995..]);
    let rest = range("70000-");
    check(&rest, 206, &[("content-length", Some("130000"))]);
    assert!(rest.body == film[70_000..]);
    check(&range("200000-"), 416, &[("content-range", Some("bytes */200000"))]);
    let other_version = ask(at, "GET", "/film.mp4", &["Range: bytes=0-1", "If-Range: \"x\""]);
    check(&other_version, 200, &[("content-length", Some("200000"))]);
    check(&ask(at, "GET", "/", &["Range: bytes=0-1"]), 200, &[("content-range", None)]);
}

#[test]
fn nothing_outside_the_output_can_be_fetched() {
    let site = site();
    let output = site.path().join("out");
    std::fs::create_dir(&output).unwrap();
    std::fs::write(site.path().join("secret"), "secret").unwrap();
    let program = Program::serve(site.path(), &["--output-dir", output.to_str().unwrap(), "--force"]);
    // A build would have removed it.
    std::os::unix::fs::symlink("../secret", output.join("link")).unwrap();
    for path in [
        "/../secret",
        "/%2e%2e/secret",
        "/%2E%2E%2Fsecret",
        "/%252e%252e/secret",
        "/..%5csecret",
        "/..\\secret",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/link",
        "/link/",
        "/a/../../secret",
        "/secret%00.html",
        "/a/%00",
        "/%ff",
    ] {
        let reply = get(&program.address, path);
        assert!(matches!(reply.status, 400 | 404), "{path}: {}", reply.status);
        assert!(!reply.text().contains("secret") && !reply.text().contains("root:"), "{path}");
    }
    let long = get(&program.address, &format!("/{}", "a/".repeat(20_000)));
    assert!(matches!(long.status, 404 | 414), "{}", long.status);
    let absolute = send(
        &program.address,
        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(absolute.status, 421);
}

#[test]
fn foreign_names_are_refused_unless_links_begin_with_them() {
    let site = site();
    let program = Program::serve(site.path(), &[]);
    let host =
        |program: &Program, host: &str| ask(&program.address, "GET", "/", &[&format!("Host: {host}")]).status;
    assert_eq!(host(&program, "localhost:1"), 200);
    assert_eq!(host(&program, "evil.example"), 421);
    assert_eq!(send(&program.address, "GET / HTTP/1.0\r\n\r\n").status, 200);
    let named = Program::serve(site.path(), &["-u", "https://plan.example", "--no-port-append"]);
    assert_eq!(host(&named, "plan.example"), 200);
    assert_eq!(host(&named, "evil.example"), 421);
    let nameless = Program::serve(site.path(), &["-u", "/"]);
    assert_eq!(host(&nameless, "evil.example"), 200);
    let shared = ask(&program.address, "GET", "/site.css", &["Origin: http://localhost:1"]);
    check(&shared, 200, &[("access-control-allow-origin", Some("http://localhost:1"))]);
    let foreign = ask(&program.address, "GET", "/site.css", &["Origin: https://evil.example"]);
    check(&foreign, 200, &[("access-control-allow-origin", None)]);
}

#[test]
fn a_site_below_a_folder_of_its_host_is_served_there() {
    let site = site();
    std::fs::write(site.path().join("zola.toml"), "base_url = \"https://site.example/\"\n").unwrap();
    let program = Program::serve(site.path(), &["-u", "localhost/plan/2030", "--drafts"]);
    let at = program.address.as_str();
    let port = at.rsplit_once(':').unwrap().1;
    let front = get(at, "/plan/2030/");
    // The slash at the end of `base_url` is kept as the configuration has it.
    let address = format!("http://localhost:{port}/plan/2030/");
    assert!(front.text().contains(&format!("{address}|{address}")), "{}", front.text());
    check(&get(at, "/plan/2030"), 302, &[("location", Some("/plan/2030/"))]);
    check(&get(at, "/plan/2030/hidden/"), 200, &[]);
    check(&get(at, "/"), 302, &[("location", Some("/plan/2030/"))]);
    check(&get(at, "/a/"), 404, &[]);
    check(&get(at, "/plan/2030x/"), 404, &[]);
}
