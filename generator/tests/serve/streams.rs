//! Large files are sent without being held in memory.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use auslage::serve::{Builder, Built, Hosts, Options, Port, Server, listen};

use super::client::{ask, connect};

/// The site is there already.
struct Nothing;

impl Builder for Nothing {
    fn build(&mut self, _: &std::collections::BTreeSet<std::path::PathBuf>) -> Built {
        Built::default()
    }
}

const SIZE: u64 = 3 << 30;

fn serve(output: &Path) -> (tokio::runtime::Runtime, String) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let listener = runtime.block_on(listen(loopback, Port::Exact(0))).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let options = Options {
        output: output.to_path_buf(),
        watched: Vec::new(),
        quiet: auslage::serve::QUIET,
        mounts: Vec::new(),
        base_path: String::new(),
        hosts: Hosts::any(),
        tell: Arc::new(|_: &str| {}),
    };
    let server = Server::start(listener, options, Box::new(Nothing));
    runtime.spawn(server.run(std::future::pending()));
    (runtime, address)
}

/// The most memory that this process has had, in bytes.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn a_film_of_three_gigabytes_needs_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut film = std::fs::File::create(folder.path().join("film.mp4")).unwrap();
    // Nothing is written in between: the file has holes and no size on the disk.
    film.set_len(SIZE - 3).unwrap();
    std::io::Seek::seek(&mut film, std::io::SeekFrom::End(0)).unwrap();
    film.write_all(b"end").unwrap();
    let (_runtime, address) = serve(folder.path());
    let end = ask(&address, "GET", "/film.mp4", &["Range: bytes=-3"]);
    assert_eq!((end.status, end.body.as_slice()), (206, b"end".as_slice()));
    let mut stream = connect(&address);
    stream.write_all(format!("GET /film.mp4 HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
    let mut beginning = vec![1; 1 << 20];
    stream.read_exact(&mut beginning).unwrap();
    assert!(beginning.ends_with(&[0; 1000]));
    assert!(memory() < 512 << 20, "{} bytes", memory());
}
