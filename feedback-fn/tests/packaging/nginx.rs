//! `proxy/nginx.conf` in front of the program.

use crate::certificate::Certificate;
use crate::town::{Proxy, Town, says_what_to_do_without_it, serves_a_town};
use crate::{adapted, free_port, program};
use std::process::Command;

#[test]
fn town_is_served_by_nginx() {
    let town = Town::new();
    let (plain, secure) = (free_port(), free_port());
    let folder = town.folder.path();
    let at = |name: &str| folder.join(name).display().to_string();
    let certificate = Certificate::made_in(folder);
    let sample = adapted(
        "proxy/nginx.conf",
        &[
            ("listen 80;", &format!("listen 127.0.0.1:{plain};")),
            ("    listen [::]:80;\n", ""),
            ("listen 443 ssl http2;", &format!("listen 127.0.0.1:{secure} ssl http2;")),
            ("    listen [::]:443 ssl http2;\n", ""),
            ("/srv/strategie/public", &town.public()),
            ("127.0.0.1:8787", &format!("127.0.0.1:{}", town.port)),
            ("/etc/ssl/strategie/fullchain.pem", &certificate.chain),
            ("/etc/ssl/strategie/privkey.pem", &certificate.key),
            ("/var/log/nginx/strategie.log", &at("access.log")),
            ("/var/log/nginx/strategie-error.log", &at("error.log")),
        ],
    );
    let scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let scratch = scratch.map(|kind| format!("{kind}_temp_path {};", at(kind))).join("\n");
    let whole = format!(
        "daemon off; pid {}; error_log stderr crit; events {{}}\nhttp {{ {scratch}\n{sample} }}",
        at("nginx.pid")
    );
    std::fs::write(at("nginx.conf"), whole).unwrap();
    let mut command = Command::new(program("nginx"));
    command.args(["-p", &at(""), "-c", &at("nginx.conf")]);
    let _proxy = Proxy::start(&mut command, secure);

    serves_a_town(|| certificate.connect(secure));

    let log = std::fs::read_to_string(at("access.log")).unwrap();
    assert!(log.contains("POST /rueckmeldung/send"), "{log}");
    assert!(!log.contains("127.0.0.1") && !log.contains("192.0.2."), "the log names addresses: {log}");
    assert!(!log.contains("?nr="), "the log names references: {log}");
    says_what_to_do_without_it(town, || certificate.connect(secure));
}
