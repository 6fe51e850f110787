//! The system's log (`syslog(3)`), where an operator's decisions stay when the terminal is closed.
//!
//! systemd keeps what the service writes to stderr; nobody does so for a command. After a restore these lines say
//! what is to be erased again.

use std::io::{self, Write};
use std::os::unix::net::UnixDatagram;
use std::path::Path;

/// Where the system takes lines. Containers have none, and keep none.
pub(super) const SYSTEM: &str = "/dev/log";
/// Facility `user`, severity `info`, and the name that `journalctl -t` asks for (RFC 3164).
const HEAD: &[u8] = b"<14>feedback-fn: ";

/// A way to the system's log.
#[derive(Debug)]
pub(super) struct Journal(UnixDatagram);

impl Journal {
    /// Nothing where nobody listens.
    pub(super) fn at(path: &Path) -> Option<Journal> {
        let socket = UnixDatagram::unbound().ok()?;
        socket.connect(path).ok()?;
        // A log that is stuck must not hold up who decides.
        socket.set_nonblocking(true).ok()?;
        Some(Journal(socket))
    }
}

/// Each call is a line. A line that is not taken stands on stderr all the same.
impl Write for &Journal {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let _ = self.0.send(&[HEAD, line.trim_ascii_end()].concat());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_arrives_whole_under_the_name_of_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        assert!(Journal::at(&path).is_none(), "nobody listens");
        let system = UnixDatagram::bind(&path).unwrap();
        let journal = Journal::at(&path).unwrap();
        (&journal).write_all(b"{\"event\":\"operator.erased\"}\n").unwrap();
        let mut line = [0; 100];
        let length = system.recv(&mut line).unwrap();
        assert_eq!(&line[..length], b"<14>feedback-fn: {\"event\":\"operator.erased\"}");
        drop(system);
        (&journal).write_all(b"nobody listens any more\n").unwrap();
    }
}
