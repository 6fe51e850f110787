//! `load_data`: a file of the site, a text, or an answer of another site as a value.
//!
//! What came of it is kept for the build, by everything that decides it: the value, and as well that there
//! is none, since a host that does not answer would otherwise be waited for on every page. What is wrong in
//! a file of the site is noted at its place in that file, see [`Files::note_mistake`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tera::{Error, Function, Kwargs, State, TeraResult, Value};
use url::Url;

use super::Files;
use super::data::{self, Format, Mistake};
use super::files::Found;
use crate::diagnostic::catalog::data as catalog;
use crate::diagnostic::{Diagnostic, Span};
use crate::network::{Method, Request, status_text};

/// Largest file or answer: a value takes about ten times the memory of its text.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// How long an answer may take. Builds wait for it, so it is short; data that takes longer is better fetched
/// before the build.
const TIME: Duration = Duration::from_secs(30);

/// `load_data(path | url | literal, format, required, method, body, content_type, headers)`
pub struct LoadData {
    files: Arc<Files>,
    /// What came of each call in this build. Whoever comes while another asks waits for its answer.
    loaded: Mutex<BTreeMap<(Source, Format), Arc<Slot>>>,
}

/// What came of a call, once that is known.
type Slot = OnceLock<Result<Value, Refused>>;

/// Where data comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    File(String),
    Literal(String),
    Network(Request),
}

impl LoadData {
    /// Nothing loaded yet.
    pub fn new(files: Arc<Files>) -> Self {
        Self { files, loaded: Mutex::default() }
    }

    fn load(&self, kwargs: &Kwargs) -> Result<Arc<Slot>, Refused> {
        let (named, path) = (kwargs.get::<&str>("format")?, kwargs.get::<&str>("path")?);
        let source = source(kwargs, path, named)?;
        let format = match (named, path) {
            (Some(named), _) => Format::named(named)?,
            (None, Some(path)) => Format::of_file(path),
            (None, None) => Format::Plain,
        };
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(loaded.entry((source.clone(), format)).or_default());
        drop(loaded);
        slot.get_or_init(|| self.read(&source, format));
        Ok(slot)
    }

    fn read(&self, source: &Source, format: Format) -> Result<Value, Refused> {
        let text = self.text(source)?;
        data::read(&text, format).map_err(|mistake| self.mistaken(source, format, &text, &mistake).into())
    }

    fn told(&self, refused: &Refused) -> Error {
        match refused {
            Refused::Missing { path, told } => again(told.get_or_init(|| self.files.missing(path))),
            Refused::Absent(error) | Refused::Wrong(error) => again(error),
        }
    }

    fn text(&self, source: &Source) -> Result<String, Refused> {
        match source {
            Source::Literal(text) => Ok(text.clone()),
            Source::Network(request) => self.fetched(request),
            Source::File(path) => self.file(path),
        }
    }

    fn file(&self, path: &str) -> Result<String, Refused> {
        let Some(bytes) = self.files.find(path).map_err(Refused::Absent)? else {
            return Err(Refused::Missing { path: path.to_owned(), told: OnceLock::new() });
        };
        if bytes.len() > MOST_BYTES {
            return Err(too_large(path).into());
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()),
            Err(error) => Err(Error::message(format!("`{path}` is no text: {error}")).into()),
        }
    }

    fn fetched(&self, request: &Request) -> Result<String, Refused> {
        let host = host(&request.url);
        match self.files.network().fetch.fetch(request) {
            Ok(response) if response.status >= 400 => {
                let status = status_text(response.status);
                let message = format!("`{host}` answers `{status}` for `{}`", request.url);
                Err(Refused::Absent(Error::message(message)))
            }
            Ok(response) if response.is_cut => Err(too_large(&request.url).into()),
            Ok(response) => Ok(response.text),
            Err(failure) => {
                let message = format!("`{}` cannot be fetched: {failure}", request.url);
                Err(Refused::Absent(Error::message(message)))
            }
        }
    }

    /// A mistake in the data as an error of the template; one in a file is noted with its place.
    fn mistaken(&self, source: &Source, format: Format, text: &str, mistake: &Mistake) -> Error {
        let (line, column) = mistake.line_and_column(text);
        let name = match source {
            Source::File(path) => path.as_str(),
            Source::Network(request) => request.url.as_str(),
            Source::Literal(_) => "the literal",
        };
        let message =
            format!("`{name}`: no {}: line {line}, column {column}: {}", format.title(), mistake.message);
        if let Source::File(path) = source
            && let Ok(Some(Found::File(file))) = self.files.locate(path)
        {
            // A byte order mark is not part of the text, but of the file.
            let skipped = self.files.find(path).ok().flatten().map_or(0, |bytes| bytes.len() - text.len());
            let range = mistake.range.start + skipped..mistake.range.end + skipped;
            self.files.note_mistake(message.clone(), in_file(Span::new(file, range), format, mistake));
        }
        Error::message(message)
    }
}

impl Function<TeraResult<Value>> for LoadData {
    fn call(&self, kwargs: Kwargs, _: &State<'_>) -> TeraResult<Value> {
        let is_required = kwargs.get::<bool>("required")?.unwrap_or(true);
        let slot = self.load(&kwargs).unwrap_or_else(|refused| Arc::new(Slot::from(Err(refused))));
        match slot.get().expect("a slot is filled before it is handed out") {
            Ok(value) => Ok(value.clone()),
            Err(Refused::Absent(_) | Refused::Missing { .. }) if !is_required => Ok(Value::none()),
            Err(refused) => Err(self.told(refused)),
        }
    }
}

/// Why there is no data.
enum Refused {
    /// There is no such file, which `required=false` forgives; what is said of it is found out only when it
    /// is said, since all names of the site are compared for it.
    Missing { path: String, told: OnceLock<Error> },
    /// There is none elsewhere, which `required=false` forgives as well.
    Absent(Error),
    /// The call or what was found is wrong.
    Wrong(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Wrong(error)
    }
}

/// The same error: the engine wants one of its own for each call.
fn again(error: &Error) -> Error {
    match std::error::Error::source(error) {
        Some(cause) => Error::chain(error, cause.to_string()),
        None => Error::message(error),
    }
}

fn source(kwargs: &Kwargs, path: Option<&str>, named: Option<&str>) -> Result<Source, Refused> {
    let method = match kwargs.get::<&str>("method")?.map(str::to_lowercase).as_deref() {
        None | Some("get") => Method::Get,
        Some("post") => Method::Post,
        Some(_) => return Err(Error::message("the `method` of `load_data` is `get` or `post`").into()),
    };
    let headers = kwargs.get::<Vec<String>>("headers")?.unwrap_or_default();
    let (body, content_type) = (kwargs.get::<String>("body")?, kwargs.get::<String>("content_type")?);
    match (path, kwargs.get::<&str>("literal")?, kwargs.get::<&str>("url")?) {
        (Some(path), None, None) => Ok(Source::File(path.to_owned())),
        (None, Some(literal), None) => Ok(Source::Literal(literal.to_owned())),
        (None, None, Some(url)) => {
            let url = address(url).map_err(Refused::Absent)?;
            let mut headers =
                headers.iter().map(|header| name_and_value(header)).collect::<TeraResult<Vec<_>>>()?;
            let format = named.map(Format::named).transpose()?.unwrap_or(Format::Plain);
            headers.push(("Accept".to_owned(), format.media_type().to_owned()));
            let is_post = method == Method::Post;
            headers.extend(content_type.filter(|_| is_post).map(|kind| ("Content-Type".to_owned(), kind)));
            let body = is_post.then(|| body.unwrap_or_default());
            Ok(Source::Network(Request { method, url, headers, body, limit: MOST_BYTES, time: TIME }))
        }
        _ => Err(Refused::Absent(Error::message("`load_data` wants one of `path`, `url` and `literal`"))),
    }
}

fn address(url: &str) -> TeraResult<String> {
    match Url::parse(url) {
        Ok(parsed) => Ok(parsed.into()),
        Err(error) => Err(Error::message(format!("`{url}` cannot be fetched: it is no URL, {error}"))),
    }
}

/// `Name=value`
fn name_and_value(header: &str) -> TeraResult<(String, String)> {
    let parts = header.split_once('=');
    let is_sound = |(name, value): &(&str, &str)| {
        ureq::http::HeaderName::try_from(*name).is_ok() && ureq::http::HeaderValue::try_from(*value).is_ok()
    };
    match parts.filter(is_sound) {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Error::message(format!("`{header}` is no header: write `Name=value`"))),
    }
}

fn host(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    parsed.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| url.to_owned())
}

fn too_large(name: &str) -> Error {
    Error::message(format!("`{name}` is larger than {} MiB", MOST_BYTES / 1024 / 1024))
}

fn in_file(span: Span, format: Format, mistake: &Mistake) -> Diagnostic {
    match format {
        Format::Toml => catalog::toml_syntax(span, &mistake.message),
        Format::Yaml => catalog::yaml_syntax(span, &mistake.message),
        other => catalog::data_syntax(span, other.title(), &mistake.message),
    }
}

#[cfg(test)]
mod tests;
