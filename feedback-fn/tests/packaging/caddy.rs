//! `proxy/Caddyfile` in front of the program. Without TLS: the certificate would come from an authority.

use crate::town::{Proxy, Town, serves_a_town};
use crate::{adapted, free_port, program};
use std::net::TcpStream;
use std::process::Command;

#[test]
fn town_is_served_by_caddy() {
    let town = Town::new();
    let port = free_port();
    let sample = adapted(
        "proxy/Caddyfile",
        &[
            ("\nstrategie.stadt.example {", &format!("\nhttp://strategie.stadt.example:{port} {{")),
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
    serves_a_town(|| TcpStream::connect(("127.0.0.1", port)).unwrap());
}
