//! Whether a form was sent from another site: by what browsers say about it themselves.
//!
//! There is nothing to steal here (no cookies, no sessions), but a page elsewhere could have its visitors'
//! browsers post. Pages cannot change either header; programs can, so that this tells nothing about them.

use crate::suggestion::{Mark, Marks};
use hyper::HeaderMap;
use hyper::header::ORIGIN;

/// The mark of a form that a browser sent from elsewhere than `base_url`.
///
/// | `Origin` | `Sec-Fetch-Site` | mark |
/// |---|---|---|
/// | that of `base_url` | any | no |
/// | other, `null`, absent | `same-origin`, `none` | no: the browser vouches for it, whatever name the site has |
/// | other, `null`, absent | `cross-site`, `same-site` | yes |
/// | other | absent | yes |
/// | `null`, absent | absent | no: an older browser or a program |
///
/// `null` alone tells nothing: browsers send it from our own check page, which forbids referrers
/// (Fetch Standard, "append a request `Origin` header").
pub(super) fn mark(headers: &HeaderMap, base_url: &str) -> Marks {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    let is_foreign = match (Origin::of(headers, base_url), site) {
        (Origin::Own, _) | (_, Some("same-origin" | "none")) => false,
        (_, Some("cross-site" | "same-site")) => true,
        (origin, _) => origin == Origin::Other,
    };
    is_foreign.then_some(Mark::Origin).into_iter().collect()
}

#[derive(PartialEq, Eq)]
enum Origin {
    Own,
    Other,
    /// `null` or none at all.
    Unknown,
}

impl Origin {
    fn of(headers: &HeaderMap, base_url: &str) -> Origin {
        let mut origins = headers.get_all(ORIGIN).iter();
        match (origins.next().map(|origin| origin.to_str()), origins.next()) {
            (None, _) | (Some(Ok("null")), None) => Origin::Unknown,
            (Some(Ok(origin)), None) if is_same(origin, base_url) => Origin::Own,
            _ => Origin::Other,
        }
    }
}

/// RFC 6454 §5: scheme, host and port.
fn is_same(origin: &str, base_url: &str) -> bool {
    parts(origin).is_some_and(|origin| parts(base_url).as_ref() == Some(&origin))
}

fn parts(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let host = host.strip_suffix(port).unwrap_or(&host).to_owned();
    Some((scheme, host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn headers(origin: &str, site: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            if value != "absent" {
                headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
        }
        headers
    }

    #[track_caller]
    fn check(origin: &str, site: &str, expected: bool) {
        let marks = mark(&headers(origin, site), "https://strategie.example/stadt/");
        assert_eq!(marks.contains(Mark::Origin), expected, "Origin {origin}, Sec-Fetch-Site {site}");
    }

    #[test]
    fn forms_from_elsewhere_are_marked() {
        let own = "https://strategie.example";
        let sites = ["same-origin", "same-site", "cross-site", "none", "absent", "nonsense"];
        let matrix = [
            (own, [false, false, false, false, false, false]),
            ("https://elsewhere.example", [false, true, true, false, true, true]),
            ("null", [false, true, true, false, false, false]),
            ("absent", [false, true, true, false, false, false]),
        ];
        for (origin, expected) in matrix {
            for (site, expected) in sites.into_iter().zip(expected) {
                check(origin, site, expected);
            }
        }
    }

    #[test]
    fn origin_is_scheme_host_and_port() {
        for own in ["https://strategie.example:443", "HTTPS://Strategie.Example"] {
            check(own, "absent", false);
        }
        for other in [
            "http://strategie.example",
            "https://strategie.example:8443",
            "https://strategie.example.evil.example",
            "https://evil.example/strategie.example",
            "https://www.strategie.example",
            "https://strategie.example@evil.example",
            "strategie.example",
            "ü",
            "",
        ] {
            check(other, "absent", true);
        }
    }

    #[test]
    fn two_origins_are_foreign() {
        let mut headers = headers("https://strategie.example", "absent");
        headers.append("origin", HeaderValue::from_static("https://strategie.example"));
        assert!(!mark(&headers, "https://strategie.example").is_empty());
    }
}
