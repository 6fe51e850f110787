//! `proxy/Caddyfile` in front of the program. The certificate is given: it would come from an authority.

use crate::certificate::Certificate;
use crate::town::{Proxy, Town, says_what_to_do_without_it, serves_a_town};
use crate::{adapted, free_port, program};
use std::process::Command;

#[test]
fn town_is_served_by_caddy() {
    let town = Town::new();
    let port = free_port();
    let certificate = Certificate::made_in(town.folder.path());
    let sample = adapted(
        "proxy/Caddyfile",
        &[
            ("\tadmin off\n", "\tadmin off\n\tauto_https disable_redirects\n"),
            (
                "\nstrategie.stadt.example {",
                &format!(
                    "\nhttps://strategie.stadt.example:{port} {{\n\ttls {} {}",
                    certificate.chain, certificate.key
                ),
            ),
            ("/srv/strategie/public", &town.public()),
            ("127.0.0.1:8787", &format!("127.0.0.1:{}", town.port)),
        ],
    );
    let file = town.folder.path().join("Caddyfile");
    std::fs::write(&file, sample).unwrap();
    let mut command = Command::new(program("caddy"));
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file);
    command.env("HOME", town.folder.path()).env("XDG_DATA_HOME", town.folder.path());
    let _proxy = Proxy::start(&mut command, port);
    serves_a_town(|| certificate.connect(port));
    says_what_to_do_without_it(town, || certificate.connect(port));
}
