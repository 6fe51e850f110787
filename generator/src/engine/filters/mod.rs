//! The filters and tests of templates, under Zola's names: tera-contrib's, and our own one file each.

mod group_by;
mod markdown;
mod num_format;

use std::sync::Arc;

use tera::{Kwargs, Map, State, Tera};

use crate::config::Config;
use crate::engine::Templates;
use crate::engine::literals;
use crate::highlight::Highlighter;
use crate::site::Site;
use crate::values::sorted;

/// All filters, Tera's own included; for hints.
pub const NAMES: [&str; 52] = [
    "abs",
    "base64_decode",
    "base64_encode",
    "capitalize",
    "date",
    "default",
    "escape",
    "escape_html",
    "escape_xml",
    "filesizeformat",
    "first",
    "float",
    "format",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "json_encode",
    "keys",
    "last",
    "length",
    "lower",
    "markdown",
    "newlines_to_br",
    "nth",
    "num_format",
    "pairs",
    "pluralize",
    "regex_replace",
    "replace",
    "reverse",
    "round",
    "safe",
    "shuffle",
    "slugify",
    "sort",
    "spaceless",
    "split",
    "str",
    "striptags",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "urlencode_strict",
    "values",
    "wordcount",
];

/// All tests, Tera's own included; for hints.
pub const TESTS: [&str; 20] = [
    "after",
    "array",
    "before",
    "bool",
    "containing",
    "defined",
    "divisible_by",
    "ending_with",
    "even",
    "float",
    "integer",
    "iterable",
    "map",
    "matching",
    "none",
    "number",
    "odd",
    "starting_with",
    "string",
    "undefined",
];

/// Registers all of them; `markdown` gets to know documents with [`register_markdown`].
pub fn register(tera: &mut Tera, config: &Arc<Config>) {
    tera.register_filter("base64_encode", tera_contrib::base64::b64_encode);
    tera.register_filter("base64_decode", tera_contrib::base64::b64_decode);
    tera.register_filter("regex_replace", tera_contrib::regex::RegexReplace::default());
    tera.register_filter("striptags", tera_contrib::regex::striptags);
    tera.register_filter("spaceless", tera_contrib::regex::spaceless);
    tera.register_filter("urlencode", tera_contrib::urlencode::urlencode);
    tera.register_filter("urlencode_strict", tera_contrib::urlencode::urlencode_strict);
    tera.register_filter("json_encode", tera_contrib::json::json_encode);
    tera.register_filter("filesizeformat", tera_contrib::filesize_format::filesize_format);
    tera.register_filter("format", tera_contrib::format::format);
    tera.register_filter("slugify", tera_contrib::slug::slug);
    tera.register_filter("date", tera_contrib::dates::date);
    tera.register_filter("shuffle", tera_contrib::rand::shuffle);
    tera.register_test("matching", tera_contrib::regex::Matching::default());
    tera.register_test("before", tera_contrib::dates::is_before);
    tera.register_test("after", tera_contrib::dates::is_after);
    tera.register_filter("num_format", num_format::NumFormat { language: config.default_language.clone() });
    tera.register_filter("markdown", markdown::unknown_site);
    tera.register_filter("group_by", group_by::group_by);
    tera.register_filter(literals::ORDER, |map: Map, _: Kwargs, _: &State<'_>| sorted(map));
}

/// Registers `markdown` for a site whose addresses are known; `templates` renders the parts of a text
/// that templates make.
pub fn register_markdown(
    tera: &mut Tera,
    site: &Arc<Site>,
    templates: Templates,
    highlighter: Option<Arc<Highlighter>>,
) {
    tera.register_filter("markdown", markdown::Markdown::new(Arc::clone(site), templates, highlighter));
}
