//! Requests that browsers do not send.

use crate::support::Function;

#[tokio::test]
async fn ambiguous_requests_are_refused_and_the_connection_closed() {
    const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
    const HOST: &str = "Host: strategie.example\r\n";
    let chunked = "5\r\na=b&c\r\n0\r\n\r\n";
    let cases = [
        (
            "two different lengths",
            format!(
                "POST {{}}check HTTP/1.1\r\n{HOST}{FORM}Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b"
            ),
            400,
        ),
        (
            "chunked",
            format!("POST {{}}check HTTP/1.1\r\n{HOST}{FORM}Transfer-Encoding: chunked\r\n\r\n{chunked}"),
            400,
        ),
        (
            "length and chunked",
            format!(
                "POST {{}}check HTTP/1.1\r\n{HOST}{FORM}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}"
            ),
            400,
        ),
        ("no host", format!("POST {{}}check HTTP/1.1\r\n{FORM}Content-Length: 3\r\n\r\na=b"), 400),
        ("two hosts", format!("GET {{}}health HTTP/1.1\r\n{HOST}{HOST}\r\n"), 400),
        ("absolute target", format!("GET http://other.example{{}}health HTTP/1.1\r\n{HOST}\r\n"), 400),
        ("no length", format!("POST {{}}check HTTP/1.1\r\n{HOST}{FORM}\r\n"), 400),
        (
            "other content",
            format!(
                "POST {{}}check HTTP/1.1\r\n{HOST}Content-Type: text/plain\r\nContent-Length: 3\r\n\r\na=b"
            ),
            400,
        ),
        (
            "huge length",
            format!("POST {{}}check HTTP/1.1\r\n{HOST}{FORM}Content-Length: 99999999999\r\n\r\na=b"),
            413,
        ),
        (
            "many fields",
            format!(
                "POST {{}}check HTTP/1.1\r\n{HOST}{FORM}Content-Length: 80\r\n\r\n{}",
                "a=".repeat(40).replace("a=", "a&")
            ),
            400,
        ),
    ];
    let function = Function::start().await;
    for (name, request, status) in cases {
        let reply = function.raw(&request.replace("{}", "/rueckmeldung/")).await;
        assert_eq!((reply.status, reply.header("connection")), (status, Some("close")), "{name}: {reply:?}");
    }
}

#[tokio::test]
async fn large_body_is_refused_with_an_answer_that_arrives() {
    let function = Function::start().await;
    let text = "a".repeat(600_000);
    let reply = function.post("check", &[("target", "6.1.1"), ("suggestion", &text)]).await;
    assert_eq!((reply.status, reply.element("code")), (413, Some("too-large")));
}

#[tokio::test]
async fn other_paths_and_methods_get_a_page() {
    let function = Function::start().await;
    let missing = function.get("/rueckmeldung/admin").await;
    assert_eq!((missing.status, missing.element("code")), (404, Some("not-found")));
    let outside = function.get("/").await;
    assert_eq!(outside.status, 404);
    let method = function.get("/rueckmeldung/send").await;
    assert_eq!((method.status, method.element("code")), (405, Some("method-not-allowed")));
    assert_eq!(method.header("allow"), Some("POST"));
    assert_eq!(function.get("/rueckmeldung/health").await.body, "ok");
}

#[tokio::test]
async fn every_answer_forbids_scripts_caches_and_referrers() {
    let function = Function::start().await;
    let form = [("target", "6.1.1"), ("suggestion", "x")];
    let replies = [
        function.get("/rueckmeldung/health").await,
        function.get("/nowhere").await,
        function.post("check", &form).await,
        function.post_json("check", &form).await,
        function.suggest(&form).await,
    ];
    for reply in replies {
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("script-src"), "{policy}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn browser_is_told_to_come_over_tls_only_where_it_did() {
    let form = [("target", "6.1.1"), ("suggestion", "x")];
    for (trusted, said, expected) in [
        ("\"127.0.0.1\"", "https", Some("max-age=31536000")),
        ("\"127.0.0.1\"", "http", None),
        ("", "https", None),
    ] {
        let function = Function::start_with(&format!("guard = {{ trusted_proxies = [{trusted}] }}")).await;
        let reply = function.post_with("check", &form, &format!("X-Forwarded-Proto: {said}\r\n")).await;
        assert_eq!(reply.header("strict-transport-security"), expected, "{trusted} {said}");
    }
}

#[tokio::test]
async fn every_refusal_closes_the_connection() {
    let function = Function::start_with("guard = { burst = 4 }").await;
    let request = |page: &str, body: &str| {
        format!(
            "POST /rueckmeldung/{page} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let bodies = [
        ("check", "target=6.1.1&suggestion=", 422),
        ("check", "target=nothing&suggestion=x", 404),
        ("send", "target=6.1.1&suggestion=x&token=0", 409),
        ("receipt", "", 405),
        ("nothing", "", 404),
        ("check", "target=6.1.1&suggestion=", 422),
        ("check", "target=6.1.1&suggestion=x", 429),
    ];
    for (page, body, status) in bodies {
        let reply = function.raw(&request(page, body)).await;
        assert_eq!((reply.status, reply.header("connection")), (status, Some("close")), "{page} {body}");
    }
}
