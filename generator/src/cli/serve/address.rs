//! The address that links begin with, by Zola's rules.

use std::net::SocketAddr;

use url::Url;

use crate::cli::arguments::Serve;

/// Where the site is to be found while it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    bound: SocketAddr,
    /// What links begin with; `/` for links without a host.
    base_url: String,
}

impl Address {
    /// The address that is listened on, or the given one, with the port behind its host unless
    /// `--no-port-append` says otherwise.
    pub(super) fn new(options: &Serve, bound: SocketAddr) -> Self {
        let base_url = match options.base_url.as_deref() {
            None => format!("http://{bound}"),
            Some("/") => "/".to_owned(),
            Some(given) => {
                let port = (!options.no_port_append).then(|| bound.port());
                with_port(given.trim_end_matches('/'), port)
            }
        };
        Self { bound, base_url }
    }

    pub(super) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The address for a person and for a browser.
    pub(super) fn shown(&self) -> String {
        match self.base_url.as_str() {
            "/" => format!("http://{}/", self.bound),
            url => format!("{url}/"),
        }
    }

    /// The host that links begin with.
    pub(super) fn host(&self) -> Option<String> {
        Url::parse(&self.base_url).ok()?.host_str().map(str::to_owned)
    }

    /// What stands before every path: `/docs` for a site below a folder of its host.
    pub(super) fn base_path(&self) -> String {
        let path = Url::parse(&self.base_url).map(|url| url.path().to_owned()).unwrap_or_default();
        path.trim_end_matches('/').to_owned()
    }
}

fn with_port(given: &str, port: Option<u16>) -> String {
    let (scheme, rest) = match given.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => ("http", given),
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match port {
        Some(port) => format!("{scheme}://{host}:{port}{path}"),
        None => format!("{scheme}://{host}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Address;
    use crate::cli::arguments::{Arguments, Command};
    use clap::Parser;

    /// Options of `serve` → what links begin with, and what stands before every path.
    #[track_caller]
    fn check(options: &[&str], base_url: &str, base_path: &str) {
        let arguments = Arguments::parse_from(["auslage", "serve"].iter().chain(options));
        let Command::Serve(options) = arguments.command else { panic!("not serve") };
        let address = Address::new(&options, "127.0.0.1:8080".parse().unwrap());
        assert_eq!((address.base_url(), address.base_path().as_str()), (base_url, base_path));
    }

    #[test]
    fn links_begin_with_the_address_that_is_served() {
        check(&[], "http://127.0.0.1:8080", "");
        check(&["-u", "/"], "/", "");
        check(&["-u", "stadt.example"], "http://stadt.example:8080", "");
        check(&["-u", "http://stadt.example/"], "http://stadt.example:8080", "");
        check(&["-u", "https://stadt.example"], "https://stadt.example:8080", "");
        check(&["-u", "stadt.example/plan/2030/"], "http://stadt.example:8080/plan/2030", "/plan/2030");
        check(&["-u", "https://stadt.example", "--no-port-append"], "https://stadt.example", "");
        check(
            &["-u", "https://stadt.example/plan", "--no-port-append"],
            "https://stadt.example/plan",
            "/plan",
        );
        check(&["--no-port-append"], "http://127.0.0.1:8080", "");
    }
}
