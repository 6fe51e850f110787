//! isso, a comment server with a store, on the same machine: the environment variable ISSO names it
//! (PyPI package `isso`).

use crate::rates;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const DURING: Duration = Duration::from_secs(5);
const CLIENTS: usize = 16;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Prints its rate, if it is installed.
pub fn beside(runtime: &tokio::runtime::Runtime) {
    let Some(isso) = std::env::var_os("ISSO") else {
        println!("isso: not named in ISSO, left out");
        return;
    };
    let folder = crate::floor::folder();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut config = std::fs::File::create(folder.path().join("isso.cfg")).unwrap();
    write!(
        config,
        "[general]\ndbpath = {}\nhost = http://localhost/\n[server]\nlisten = http://127.0.0.1:{port}\n\
         [guard]\nenabled = false\n",
        folder.path().join("comments.db").display()
    )
    .unwrap();
    let mut command = Command::new(isso);
    command.arg("-c").arg(folder.path().join("isso.cfg")).arg("run");
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let _running = Running(child);
    let start = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < DURING * 4, "isso does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut times = runtime.block_on(load(port));
    let rate = times.len() as f64 / DURING.as_secs_f64();
    println!(
        "isso: {rate:.0} comments/s, p50 {:.0} ms, p99 {:.0} ms",
        rates::percentile(&mut times, 50.0),
        rates::percentile(&mut times, 99.0)
    );
}

async fn load(port: u16) -> Vec<f64> {
    let end = Instant::now() + DURING;
    let body =
        format!("{{\"text\":\"{}\",\"author\":\"a\",\"title\":\"t\"}}", "Bitte mehr Baenke. ".repeat(50));
    let request = format!(
        "POST /new?uri=%2Fa%2F HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let request = request.as_str();
    let work = (0..CLIENTS).map(|_| async move {
        let mut times = Vec::new();
        while Instant::now() < end {
            let start = Instant::now();
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            assert!(
                answer.starts_with(b"HTTP/1.1 201") || answer.starts_with(b"HTTP/1.0 201"),
                "isso refused"
            );
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        times
    });
    futures_util::future::join_all(work).await.concat()
}
