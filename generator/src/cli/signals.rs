//! Ctrl-C and its relatives: the first asks to end, the second insists.

use tokio::sync::watch;

/// How often the program was asked to end.
pub(super) struct Signals(watch::Receiver<u32>);

impl Signals {
    /// Listens from now on; a signal no longer ends the program by itself.
    pub(super) fn listen() -> Self {
        let (sender, receiver) = watch::channel(0);
        let mut next = Next::new();
        tokio::spawn(async move {
            loop {
                next.signal().await;
                sender.send_modify(|count| *count += 1);
            }
        });
        Self(receiver)
    }

    /// Waits until there were so many.
    pub(super) async fn wait_for(&self, wanted: u32) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|count| *count >= wanted).await.is_err() {
            // Nobody listens any more: only the terminal can end the program.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Next(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Next {
    /// Ctrl-C, `kill`, and the terminal that closes, unless `nohup` said that this one does not count.
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
        kinds.extend((!ignores_hangup()).then(SignalKind::hangup));
        Self(kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect())
    }

    async fn signal(&mut self) {
        let received = self.0.iter_mut().map(|signal| Box::pin(signal.recv()));
        if futures_util::future::select_all(received).await.0.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// What `nohup` leaves behind; known only where the system tells (Linux), elsewhere hangups are left alone.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the system tells this in a file")]
fn ignores_hangup() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return true };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The signals count from the lowest bit; hangup is the first.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
struct Next;

#[cfg(not(unix))]
impl Next {
    fn new() -> Self {
        Self
    }

    async fn signal(&mut self) {
        // Where the signal cannot be heard, the server ends only with its terminal.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
