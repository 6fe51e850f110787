//! What a reference means: a file of this site, an address on another one, or neither.

use percent_encoding::percent_decode_str;
use url::Url;

/// Stands for the host of a site that has none in its `base_url` (`/`).
const NO_HOST: &str = "http://site.invalid";

/// Where the site will lie.
#[derive(Debug, Clone)]
pub struct SiteAddress {
    /// Ends with a slash.
    root: Url,
    has_host: bool,
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A path below the output, without a slash in front, and a fragment; neither is encoded.
    Inside {
        /// `a/b/` or `a/b.png`
        path: String,
        /// What stands behind `#`.
        fragment: Option<String>,
    },
    /// An absolute path of the site's host that does not begin with the path of `base_url`.
    Beside {
        /// What would have to exist, seen from the output.
        path: String,
        /// The absolute address.
        url: String,
    },
    /// Another site.
    Outside(String),
    /// No web address: `mailto:`, `tel:`, `data:`.
    Other,
    /// No address at all.
    Invalid(String),
}

impl SiteAddress {
    /// Of a site with this `base_url`.
    pub fn new(base_url: &str) -> Self {
        let (url, has_host) = match Url::parse(base_url) {
            Ok(url) if url.has_host() => (url, true),
            _ => {
                let url = Url::parse(&format!("{NO_HOST}/{}", base_url.trim_start_matches('/')));
                (url.unwrap_or_else(|_| Url::parse(NO_HOST).expect("the constant is an address")), false)
            }
        };
        let mut root = url;
        root.set_query(None);
        root.set_fragment(None);
        if !root.path().ends_with('/') {
            let path = format!("{}/", root.path());
            root.set_path(&path);
        }
        Self { root, has_host }
    }

    /// The meaning of `reference` on the page `page` (a path below the output), whose `<base>` is `base`.
    pub fn resolve(&self, page: &str, base: Option<&str>, reference: &str) -> Target {
        let page = page
            .strip_suffix("index.html")
            .filter(|folder| folder.is_empty() || folder.ends_with('/'))
            .unwrap_or(page);
        let Ok(mut from) = self.root.join(&encoded(page)) else { return Target::Other };
        if let Some(Ok(base)) = base.map(|base| from.join(base)) {
            from = base;
        }
        let url = match from.join(reference) {
            Ok(url) => url,
            Err(error) => return Target::Invalid(error.to_string()),
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Target::Other;
        }
        if !self.is_here(&url) {
            return Target::Outside(url.into());
        }
        let fragment = url.fragment().map(decoded);
        let root = self.root.path();
        if let Some(path) = url.path().strip_prefix(root) {
            return Target::Inside { path: decoded(path), fragment };
        }
        if url.path() == root.trim_end_matches('/') {
            return Target::Inside { path: String::new(), fragment };
        }
        let path = decoded(url.path().trim_start_matches('/'));
        Target::Beside { path, url: url.into() }
    }

    /// Whether an address is on the site's own host; `http` and `https` are the same place.
    fn is_here(&self, url: &Url) -> bool {
        url.host_str() == self.root.host_str() && url.port() == self.root.port()
    }

    /// Whether other sites can be told from this one: without a host in `base_url`, an address with the
    /// site's own host looks like another site.
    pub fn has_host(&self) -> bool {
        self.has_host
    }

    /// The path that every address of the site begins with, `/` at both ends.
    pub fn path(&self) -> &str {
        self.root.path()
    }
}

/// A path below the output as part of an address.
fn encoded(path: &str) -> String {
    let part = |part: &str| percent_encoding::utf8_percent_encode(part, RESERVED).to_string();
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// What would end a path, or be read as an escape.
const RESERVED: &percent_encoding::AsciiSet =
    &percent_encoding::CONTROLS.add(b'#').add(b'?').add(b'%').add(b':');

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{SiteAddress, Target};

    #[track_caller]
    fn check(base_url: &str, page: &str, reference: &str, expected: Target) {
        assert_eq!(SiteAddress::new(base_url).resolve(page, None, reference), expected, "{reference}");
    }

    fn inside(path: &str, fragment: Option<&str>) -> Target {
        Target::Inside { path: path.to_owned(), fragment: fragment.map(str::to_owned) }
    }

    #[test]
    fn references_within_the_site_are_paths_below_the_output() {
        let base = "https://stadt.example";
        for (page, reference, expected) in [
            ("a/index.html", "b.png", inside("a/b.png", None)),
            ("a/index.html", "../c/", inside("c/", None)),
            ("a/index.html", "#über", inside("a/", Some("über"))),
            ("a.html", "#x", inside("a.html", Some("x"))),
            ("index.html", "/", inside("", None)),
            ("a/index.html", "https://stadt.example/b/?x=1#y", inside("b/", Some("y"))),
            ("a/index.html", "http://stadt.example", inside("", None)),
            ("a/index.html", "//stadt.example/b.css", inside("b.css", None)),
            ("a/index.html", "/m%C3%BCll/", inside("müll/", None)),
            ("mü?ll/index.html", "x", inside("mü?ll/x", None)),
            ("a/index.html", "../../../b/", inside("b/", None)),
        ] {
            check(base, page, reference, expected);
        }
    }

    #[test]
    fn site_below_a_path_does_not_own_the_rest_of_its_host() {
        let base = "https://stadt.example/plan/";
        check(base, "a/index.html", "/plan/b/", inside("b/", None));
        check(base, "a/index.html", "https://stadt.example/plan", inside("", None));
        let beside = |path: &str| Target::Beside {
            path: path.to_owned(),
            url: format!("https://stadt.example/{path}"),
        };
        check(base, "a/index.html", "/b/", beside("b/"));
        check(base, "a/index.html", "https://stadt.example/planung/", beside("planung/"));
    }

    #[test]
    fn site_without_a_host_knows_its_own_paths() {
        check("", "a/index.html", "/b/", inside("b/", None));
        check("/", "a/index.html", "b/", inside("a/b/", None));
        check("/plan", "a/index.html", "/plan/b/", inside("b/", None));
    }

    #[test]
    fn everything_else_is_elsewhere() {
        let base = "https://stadt.example";
        let outside = |url: &str| Target::Outside(url.to_owned());
        check(base, "index.html", "https://land.example/a#b", outside("https://land.example/a#b"));
        check(base, "index.html", "https://stadt.example:8443/", outside("https://stadt.example:8443/"));
        check(base, "index.html", "mailto:a@stadt.example", Target::Other);
        check(base, "index.html", "tel:123", Target::Other);
        check(base, "index.html", "javascript:void(0)", Target::Other);
        assert!(matches!(
            SiteAddress::new(base).resolve("index.html", None, "https://a b.example/"),
            Target::Invalid(_)
        ));
    }

    #[test]
    fn base_of_a_page_is_where_relative_references_start() {
        let site = SiteAddress::new("https://stadt.example");
        assert_eq!(site.resolve("a/b/index.html", Some("/c/"), "d"), inside("c/d", None));
    }
}
