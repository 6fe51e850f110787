//! `get_url`: the address of a document (`@/path.md`) or of any path of the site.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use tera::{Error, Function, Kwargs, State, TeraResult};

use super::digest::{Kind, hex};
use super::{Files, language, left_out, required_text};
use crate::config::Config;
use crate::site::Site;

/// How much of a file's SHA-256 stands behind `?h=`: 80 bits, as Zola has it.
const CACHEBUST_DIGITS: usize = 20;

/// `get_url(path, lang, trailing_slash, cachebust)`
pub struct GetUrl {
    config: Arc<Config>,
    files: Arc<Files>,
    site: Option<Arc<Site>>,
}

impl GetUrl {
    /// Without a site it knows no documents.
    pub fn new(config: Arc<Config>, files: Arc<Files>, site: Option<Arc<Site>>) -> Self {
        Self { config, files, site }
    }

    fn document(&self, below: &str, language: &str) -> TeraResult<String> {
        let mut parts = below.split('#');
        let (path, anchor) = (parts.next().unwrap_or_default(), parts.next());
        let path = self.translated(&percent_decode_str(path).decode_utf8_lossy(), language)?;
        let Some(permalink) = self.permalink(&path) else {
            if let Some(reason) = self.site.as_ref().and_then(|site| left_out(site, &path)) {
                return Err(reason);
            }
            let paths = self.site.iter().flat_map(|site| site.by_path.keys()).map(String::as_str);
            let near = crate::diagnostic::nearest(&path, paths);
            let near = near.map(|near| format!(", the nearest is `@/{near}`")).unwrap_or_default();
            return Err(Error::message(format!("there is no document `@/{path}`{near}")));
        };
        Ok(match anchor {
            Some(anchor) => format!("{permalink}#{anchor}"),
            None => permalink.to_owned(),
        })
    }

    fn permalink(&self, path: &str) -> Option<&str> {
        let site = self.site.as_ref()?;
        Some(&site.address(*site.by_path.get(path)?).permalink)
    }

    /// The file of that language: `a.md` → `a.de.md`.
    fn translated(&self, path: &str, language: &str) -> TeraResult<String> {
        if language == self.config.default_language {
            return Ok(path.to_owned());
        }
        if !self.config.languages.contains_key(language) {
            return Err(Error::message(format!("`{language}` is not one of the site's languages")));
        }
        Ok(match path.rsplit_once('.') {
            Some((stem, ending)) => format!("{stem}.{language}.{ending}"),
            None => format!("{language}.{path}"),
        })
    }

    fn path(&self, path: &str, kwargs: &Kwargs) -> TeraResult<String> {
        let rooted = path.strip_prefix('/');
        let has_language = |language: &str| rooted.is_some_and(|below| below.starts_with(language));
        let prefix = kwargs
            .get::<String>("lang")?
            .filter(|language| *language != self.config.default_language && !has_language(language));
        let path = match prefix {
            Some(language) => format!("{language}/{}", rooted.unwrap_or(path)),
            None => path.to_owned(),
        };
        let mut url = self.config.permalink(&path);
        if !kwargs.get::<bool>("trailing_slash")?.unwrap_or(false) && url.ends_with('/') {
            url.pop();
        }
        if kwargs.get::<bool>("cachebust")?.unwrap_or(false) {
            let Some(digest) = self.files.digest(&path, Kind::Sha256)? else {
                return Err(Error::message(format!("there is no file `{path}` to make a digest of")));
            };
            url = format!("{url}?h={}", &hex(&digest)[..CACHEBUST_DIGITS]);
        }
        Ok(url)
    }
}

impl Function<TeraResult<String>> for GetUrl {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<String> {
        let path = required_text(&kwargs, "path")?;
        match path.strip_prefix("@/") {
            Some(below) => self.document(below, &language(&kwargs, state, &self.config)?),
            None => self.path(&path, &kwargs),
        }
    }

    fn is_safe(&self) -> bool {
        true
    }
}
