//! Tells systemd how the program does (`sd_notify(3)`): ready, reloading, ending, alive.

use rustix::time::{ClockId, clock_gettime};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// Who is told, if anybody.
pub(super) struct Notifier {
    socket: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

impl Notifier {
    /// As the environment says.
    pub(super) fn from_environment() -> Notifier {
        let said = |name: &str| std::env::var(name).ok();
        let address = said("NOTIFY_SOCKET").and_then(|name| address(&name));
        let socket = address.and_then(|address| Some((UnixDatagram::unbound().ok()?, address)));
        let ours = said("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
        let micros = said("WATCHDOG_USEC").filter(|_| ours).and_then(|micros| micros.parse().ok());
        Notifier { socket, watchdog: micros.filter(|micros| *micros > 0).map(Duration::from_micros) }
    }

    pub(super) fn ready(&self) {
        self.tell("READY=1");
    }

    /// systemd compares the time with that of its own request.
    pub(super) fn reloading(&self) {
        let now = clock_gettime(ClockId::Monotonic);
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1_000_000 + now.tv_nsec / 1000));
    }

    pub(super) fn ending(&self) {
        self.tell("STOPPING=1");
    }

    /// Says that the program is alive, twice as often as asked for; for ever. What runs on the same thread
    /// as everything else cannot say so when that is stuck.
    pub(super) async fn keep_alive(&self) {
        let Some(watchdog) = self.watchdog else { return std::future::pending().await };
        loop {
            self.tell("WATCHDOG=1");
            tokio::time::sleep(watchdog / 2).await;
        }
    }

    /// Nothing depends on whether it arrives.
    fn tell(&self, state: &str) {
        if let Some((socket, address)) = &self.socket {
            let _ = socket.send_to_addr(state.as_bytes(), address);
        }
    }
}

/// A path, or after `@` a name without a file.
fn address(name: &str) -> Option<SocketAddr> {
    match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name).ok(),
        None => SocketAddr::from_pathname(name).ok(),
    }
}
