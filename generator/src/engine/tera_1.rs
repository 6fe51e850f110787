//! What is left of Tera 1 and of shortcodes in a text that the engine refuses: every place at once, with
//! what to write instead. The engine itself stops at the first, and knows nothing of the past.
//!
//! Only texts with a mistake are looked at, so that nothing here can disturb a sound site.

mod calls;
mod tags;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::functions;
use calls::{arguments, closing, component_call};
use tags::{Tag, TagKind, tags};

use crate::diagnostic::catalog::tera_1 as catalog;
use crate::diagnostic::{Diagnostic, Span, nearest};

macro_rules! pattern {
    ($pattern:literal $(,)?) => {
        LazyLock::new(|| Regex::new($pattern).expect("the pattern is sound"))
    };
}

/// `ns::name(`
static MACRO_CALL: LazyLock<Regex> = pattern!(r"\b[A-Za-z_]\w*::[A-Za-z_]\w*\s*\(");
/// `| name`
static FILTER: LazyLock<Regex> = pattern!(r"\|\s*(?P<name>[a-z_]\w*)");
/// `is name`
static TEST: LazyLock<Regex> = pattern!(r"\bis\s+(?:not\s+)?(?P<name>[a-z_]\w*)");
/// `get_env(`
static GET_ENV: LazyLock<Regex> = pattern!(r"\bget_env\s*\(");
/// `list.0`
static INDEX: LazyLock<Regex> = pattern!(r"\b(?P<list>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\.(?P<index>\d+)\b");
/// `config.feed_filename`
static FIELD: LazyLock<Regex> = pattern!(
    r"\bconfig\.(?P<name>feed_filename|generate_rss|rss_limit|(?:markdown\.)?highlight_(?:code|theme))\b",
);
/// The path in front of a filter, if it is only that.
static BASE: LazyLock<Regex> = pattern!(r"(?P<before>[|.)\]]\s*)?(?P<base>[A-Za-z_][\w.]*)\s*$");

/// Filters of Tera 1 that are gone.
const FILTERS: [&str; 9] = [
    "addslashes",
    "as_str",
    "concat",
    "filter",
    "linebreaksbr",
    "map",
    "slice",
    "trim_end_matches",
    "trim_start_matches",
];

/// Tests whose one argument has a name now.
const ARGUMENTS: [(&str, &str); 6] = [
    ("containing", "pat"),
    ("divisible_by", "divisor"),
    ("divisibleby", "divisor"),
    ("ending_with", "pat"),
    ("matching", "pat"),
    ("starting_with", "pat"),
];

/// One place that is Tera 1.
#[derive(Debug)]
pub struct Leftover {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What is said of it.
    pub diagnostic: Diagnostic,
}

/// What kind of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A template.
    Template,
    /// The body of a Markdown file, where a call of an unknown function is a shortcode.
    Content,
}

/// All places of a text; `span` makes a place of its bytes.
pub fn leftovers(text: &str, dialect: Dialect, span: impl Fn(Range<usize>) -> Span) -> Vec<Leftover> {
    let mut scan = Scan { text, dialect, span: &span, found: Vec::new() };
    for tag in tags(text) {
        scan.tag(&tag);
    }
    scan.found.sort_by_key(|leftover| leftover.range.start);
    scan.found
}

/// Whether one of them explains what the engine says about `range`.
pub fn explains(leftovers: &[Leftover], range: &Range<usize>) -> bool {
    leftovers.iter().any(|leftover| leftover.range.start <= range.start && range.start <= leftover.range.end)
}

/// A text that is being looked through.
struct Scan<'t> {
    text: &'t str,
    dialect: Dialect,
    span: &'t dyn Fn(Range<usize>) -> Span,
    found: Vec<Leftover>,
}

impl Scan<'_> {
    fn add(&mut self, range: Range<usize>, say: impl FnOnce(Span) -> Diagnostic) {
        let diagnostic = say((self.span)(range.clone()));
        self.found.push(Leftover { range, diagnostic });
    }

    fn tag(&mut self, tag: &Tag) {
        let is_whole = match tag.kind {
            TagKind::Statement => self.statement(tag),
            TagKind::Expression => self.dialect == Dialect::Content && self.shortcode(tag),
        };
        if !is_whole {
            self.macro_calls(tag);
            self.filters(tag);
            self.tests(tag);
            self.functions(tag);
            self.indices(tag);
            self.fields(tag);
        }
    }

    /// A tag that is gone as a whole.
    fn statement(&mut self, tag: &Tag) -> bool {
        let words = tag.masked.trim();
        let word: &str = words.split(|letter: char| !is_name(letter)).next().unwrap_or_default();
        let rest = words[word.len()..].trim_start();
        match word {
            "macro" => {
                let end = tag.masked.len() - tag.masked.trim_start().len() + word.len();
                let definition =
                    self.text[tag.inner.clone()].get(end..).unwrap_or_default().trim().to_owned();
                self.add(tag.range.clone(), |span| catalog::macro_tag(span, &definition));
            }
            "import" => self.add(tag.range.clone(), catalog::import_tag),
            "include" if rest.starts_with('[') => self.add(tag.range.clone(), catalog::include_list),
            "include" if rest.contains("ignore missing") => {
                self.add(tag.range.clone(), catalog::ignore_missing);
            }
            _ if self.dialect == Dialect::Content && rest.starts_with('(') && !is_tag(word) => {
                let Some(open) = tag.masked.find('(') else { return false };
                let arguments = self.arguments(tag, open);
                let call = component_call(word, &arguments);
                self.add(tag.range.clone(), |span| catalog::shortcode_with_body(span, word, &call));
            }
            _ => return false,
        }
        true
    }

    /// `{{ name(…) }}` where no function is called like that, nor nearly.
    fn shortcode(&mut self, tag: &Tag) -> bool {
        let call = tag.masked.trim();
        let name: &str = call.split(|letter: char| !is_name(letter)).next().unwrap_or_default();
        let is_known = name == "super" || nearest(name, functions::NAMES).is_some();
        if name.is_empty() || is_known || !call[name.len()..].starts_with('(') || !call.ends_with(')') {
            return false;
        }
        let Some(open) = tag.masked.find('(') else { return false };
        let call = component_call(name, &self.arguments(tag, open));
        self.add(tag.range.clone(), |span| catalog::shortcode_call(span, name, &call));
        true
    }

    fn macro_calls(&mut self, tag: &Tag) {
        for found in MACRO_CALL.find_iter(&tag.masked) {
            let arguments = self.arguments(tag, found.end() - 1);
            let name = found.as_str().trim_end_matches(['(', ' ', '\t', '\n', '\r']);
            let name = name.rsplit("::").next().unwrap_or(name);
            let call = component_call(name, &arguments);
            let end = end(tag, found.end() - 1);
            let range = tag.at(found.start()..end);
            self.add(range, |span| catalog::macro_call(span, name, &call));
        }
    }

    fn filters(&mut self, tag: &Tag) {
        for captures in FILTER.captures_iter(&tag.masked) {
            let (Some(whole), Some(name)) = (captures.get(0), captures.name("name")) else { continue };
            if !FILTERS.contains(&name.as_str()) {
                continue;
            }
            let base = base(&tag.masked[..whole.start()]);
            let has_arguments = tag.masked[name.end()..].trim_start().starts_with('(');
            let open = tag.masked[name.end()..].find('(').map(|at| name.end() + at);
            let arguments = match open.filter(|_| has_arguments) {
                Some(open) => self.arguments(tag, open),
                None => Vec::new(),
            };
            let range = tag.at(name.range());
            self.add(range, |span| catalog::filter(span, name.as_str(), base, &arguments));
        }
    }

    fn tests(&mut self, tag: &Tag) {
        for captures in TEST.captures_iter(&tag.masked) {
            let Some(name) = captures.name("name") else { continue };
            let argument = ARGUMENTS.iter().find(|(test, _)| *test == name.as_str());
            let rest = &tag.masked[name.end()..];
            let positional = rest.trim_start().strip_prefix('(').and_then(|_| {
                let open = name.end() + rest.find('(')?;
                let arguments = self.arguments(tag, open);
                let [(None, value)] = arguments.as_slice() else { return None };
                Some((value.clone(), closing(&tag.masked, open)?))
            });
            match (name.as_str(), argument, positional) {
                ("object", ..) => self.add(tag.at(name.range()), catalog::object_test),
                (test, Some((_, key)), Some((value, end))) => {
                    let range = tag.at(name.start()..end);
                    self.add(range, |span| catalog::positional(span, test, key, &value));
                }
                ("divisibleby", ..) => self.add(tag.at(name.range()), catalog::divisible_test),
                _ => {}
            }
        }
    }

    fn functions(&mut self, tag: &Tag) {
        for found in GET_ENV.find_iter(&tag.masked) {
            let end = end(tag, found.end() - 1);
            self.add(tag.at(found.start()..end), catalog::get_env);
        }
    }

    fn indices(&mut self, tag: &Tag) {
        for captures in INDEX.captures_iter(&tag.masked) {
            let Some(whole) = captures.get(0) else { continue };
            let (list, index) = (&captures["list"], &captures["index"]);
            self.add(tag.at(whole.range()), |span| catalog::index(span, list, index));
        }
    }

    fn fields(&mut self, tag: &Tag) {
        for captures in FIELD.captures_iter(&tag.masked) {
            let Some(whole) = captures.get(0) else { continue };
            self.add(tag.at(whole.range()), |span| catalog::config_field(span, &captures["name"]));
        }
    }

    /// The arguments of the call whose bracket opens at `open` of the tag's inside.
    fn arguments(&self, tag: &Tag, open: usize) -> Vec<(Option<String>, String)> {
        let inside = open + 1..closing(&tag.masked, open).map_or(tag.masked.len(), |end| end - 1);
        let text = &self.text[tag.inner.clone()];
        arguments(&tag.masked[inside.clone()], &text[inside])
    }
}

/// End of a call whose bracket opens at `open`: that of the tag if it never closes.
fn end(tag: &Tag, open: usize) -> usize {
    closing(&tag.masked, open).unwrap_or(tag.masked.len())
}

/// The path that a filter is applied to, if it is only a path.
fn base(before: &str) -> Option<&str> {
    let captures = BASE.captures(before)?;
    if captures.name("before").is_some() {
        return None;
    }
    captures.name("base").map(|base| base.as_str())
}

/// Whether the engine itself has such a tag.
fn is_tag(word: &str) -> bool {
    matches!(word, "if" | "elif" | "for" | "set" | "set_global" | "filter" | "block" | "include" | "extends")
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests;
