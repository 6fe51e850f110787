//! Under which names the server may be asked.
//!
//! A server on the loopback interface is meant for this machine alone. But any page on the web can have
//! its own name resolved to 127.0.0.1, and then reads what the browser of this machine can read (DNS
//! rebinding). Such a request names the foreign host in `Host`. Names that nobody can register on the web
//! are let through, so that entries in `/etc/hosts`, numbers and names of machines go on working.

use std::net::IpAddr;

/// Endings that are reserved for local use (RFC 2606, 6761, 6762, 8375 and ICANN's `internal`).
const LOCAL_ENDINGS: [&str; 5] = [".localhost", ".local", ".test", ".internal", ".home.arpa"];

/// The names under which a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts(Option<String>);

impl Hosts {
    /// All.
    pub fn any() -> Self {
        Self(None)
    }

    /// Those that can only be this machine's or this network's, and one more.
    pub fn local_and(host: impl Into<String>) -> Self {
        Self(Some(bare(&host.into())))
    }

    /// Whether a request for `host` (with or without a port) is answered.
    pub fn accept(&self, host: &str) -> bool {
        let Some(own) = &self.0 else { return true };
        let host = bare(host);
        host == *own || is_local(&host)
    }

    /// Whether pages of `origin` may read what a request for `host` is answered with. Fonts and modules of
    /// a page opened as `localhost` come from `127.0.0.1`, if links begin with that.
    pub fn share_with(&self, origin: &str, host: Option<&str>) -> bool {
        let Some((_, origin)) = origin.split_once("://") else { return false };
        let origin = bare(origin);
        let is_loopback = origin == "localhost" || number(&origin).is_some_and(|ip| ip.is_loopback());
        is_loopback || self.0.as_ref() == Some(&origin) || host.is_some_and(|host| bare(host) == origin)
    }
}

/// Without port, and without the dot that ends a full name.
fn bare(host: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') && !name.ends_with(':') => name,
        _ => host,
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn is_local(host: &str) -> bool {
    let is_single_word = !host.contains('.');
    number(host).is_some() || is_single_word || LOCAL_ENDINGS.iter().any(|ending| host.ends_with(ending))
}

fn number(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Hosts;

    #[track_caller]
    fn check(hosts: &Hosts, accepted: bool, names: &[&str]) {
        for name in names {
            assert_eq!(hosts.accept(name), accepted, "{name}");
        }
    }

    #[test]
    fn names_that_anybody_can_own_are_refused() {
        let hosts = Hosts::local_and("127.0.0.1");
        check(
            &hosts,
            true,
            &["127.0.0.1:1111", "localhost", "LOCALHOST:1111", "[::1]:1111", "192.168.1.7:80"],
        );
        check(&hosts, true, &["plan.localhost:1111", "plan.test", "mein-rechner:1111", "rechner.local."]);
        check(
            &hosts,
            false,
            &["böse.example", "evil.example:1111", "127.0.0.1.evil.example", "localhost.evil.example"],
        );
    }

    #[test]
    fn the_name_that_links_begin_with_is_accepted() {
        let hosts = Hosts::local_and("plan.stadt.example");
        check(&hosts, true, &["plan.stadt.example:1111", "Plan.Stadt.Example", "127.0.0.1"]);
        check(&hosts, false, &["stadt.example"]);
        check(&Hosts::any(), true, &["evil.example"]);
    }

    #[test]
    fn only_pages_of_this_machine_read_along() {
        let hosts = Hosts::local_and("127.0.0.1");
        assert!(hosts.share_with("http://localhost:1111", Some("127.0.0.1:1111")));
        assert!(hosts.share_with("http://plan.test", Some("plan.test")));
        assert!(!hosts.share_with("https://evil.example", Some("127.0.0.1:1111")));
        assert!(!hosts.share_with("null", Some("127.0.0.1:1111")));
    }
}
