//! Map literals of templates, so that a map has one order wherever it is printed or looped over: that of
//! its keys.
//!
//! Zola's engine keeps maps in hash tables: it prints them sorted and loops over them at random. Ours
//! keeps the order of insertion, which is the order of keys for every value that this program makes.
//! What is left are the literals in templates themselves; [`Loaded`] passes each of more than one entry
//! through [`ORDER`] before the engine reads the template, and leads the engine's positions back to the
//! text that people see.

mod scan;

use std::borrow::Cow;
use std::ops::Range;

use super::complaint::Position;

/// The filter that sorts a map by its keys; a name that nobody types.
pub const ORDER: &str = "auslage_by_key";

/// A template as the engine reads it.
#[derive(Debug, Clone)]
pub struct Loaded<'t> {
    /// What people wrote.
    original: &'t str,
    /// The same with the calls of [`ORDER`].
    text: Cow<'t, str>,
    /// Where text was inserted: byte in `original`, length; in order.
    insertions: Vec<(usize, usize)>,
}

impl<'t> Loaded<'t> {
    /// Puts the calls in. A template that cannot be read as one stays as it is.
    pub fn new(original: &'t str) -> Self {
        let pieces = scan::insertions(original);
        if pieces.is_empty() {
            return Self { original, text: Cow::Borrowed(original), insertions: Vec::new() };
        }
        let mut text = String::with_capacity(original.len() + pieces.len() * 32);
        let mut from = 0;
        for (at, piece) in &pieces {
            text.push_str(&original[from..*at]);
            text.push_str(piece);
            from = *at;
        }
        text.push_str(&original[from..]);
        let insertions = pieces.iter().map(|(at, piece)| (*at, piece.len())).collect();
        Self { original, text: Cow::Owned(text), insertions }
    }

    /// What the engine reads.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes of the original text for a position that the engine tells.
    pub fn range(&self, position: &Position) -> Range<usize> {
        let range = position.range(&self.text);
        let start = self.original_byte(range.start);
        start..self.original_byte(range.end).max(start)
    }

    fn original_byte(&self, byte: usize) -> usize {
        let mut before = 0;
        for (at, length) in &self.insertions {
            if at + before >= byte {
                break;
            }
            if at + before + length > byte {
                // Inside of what was put in.
                return self.original.floor_char_boundary(*at);
            }
            before += length;
        }
        self.original.floor_char_boundary(byte - before)
    }
}

impl AsRef<str> for Loaded<'_> {
    fn as_ref(&self) -> &str {
        self.text()
    }
}

#[cfg(test)]
mod tests {
    use super::super::complaint::Position;
    use super::Loaded;

    #[track_caller]
    fn check(template: &str, loaded: &str) {
        assert_eq!(Loaded::new(template).text().replace("|auslage_by_key)", "!)"), loaded);
    }

    #[track_caller]
    fn check_unchanged(template: &str) {
        check(template, template);
    }

    #[test]
    fn literals_of_several_entries_are_sorted() {
        check(r#"{{ {"b": 1, "a": 2} }}"#, r#"{{ ({"b": 1, "a": 2}!) }}"#);
        check(r#"{% for k, v in {"b": 1, "a": 2} %}"#, r#"{% for k, v in ({"b": 1, "a": 2}!) %}"#);
        check(
            r#"{{ f(x={"b": [{1: 2, 0: 3}], "a": {} }) }}"#,
            r#"{{ f(x=({"b": [({1: 2, 0: 3}!)], "a": {} }!)) }}"#,
        );
        check(r#"{% set x = {...y} -%}"#, r#"{% set x = ({...y}!) -%}"#);
        check(r#"{{ a < {"b": 1, "a": 2} }}"#, r#"{{ a < ({"b": 1, "a": 2}!) }}"#);
    }

    #[test]
    fn braces_that_are_no_literals_stay() {
        check_unchanged("{ {\"b\": 1, \"a\": 2} }");
        check_unchanged("{# {{ {\"b\": 1, \"a\": 2} }} #}{% raw %}{{ {\"b\": 1, \"a\": 2} }}{% endraw %}");
        check_unchanged("{{ \"{'b': 1, 'a': 2}\" }}{{ 'it\\'s {1, 2}' }}");
        check_unchanged("{{ <c n={[1, 2]} {...more} /> }}{% <c n={f(a=1, b=2)}> %}");
        check_unchanged("{% component c(m={\"b\": 1, \"a\": 2}) {\"y\": 1, \"x\": 2} %}");
    }

    #[test]
    fn literals_inside_of_calls_of_components_are_sorted() {
        check(
            r#"{{ <c n={{"b": 1, "a": 2} } m="{1, 2}" /> }}"#,
            r#"{{ <c n={({"b": 1, "a": 2}!) } m="{1, 2}" /> }}"#,
        );
        check(
            r#"{% set x = <c n={[{"b": 1, "a": 2}]}/> ~ {"b": 1, "a": 2} %}"#,
            r#"{% set x = <c n={[({"b": 1, "a": 2}!)]}/> ~ ({"b": 1, "a": 2}!) %}"#,
        );
    }

    #[test]
    fn the_rest_of_a_components_arguments_is_sorted() {
        check("{% component c(a, ...rest) %}x", "{% component c(a, ...rest) %}{% set rest = (rest!) %}x");
        check("{%component c(...r)-%} x", "{%component c(...r)-%}{%- set r = (r!) -%} x");
    }

    #[test]
    fn what_is_not_closed_stays() {
        check_unchanged("{{ {\"b\": 1, \"a\": 2 }}");
        check_unchanged("{{ {\"b\": (1, \"a\": 2} ");
        check_unchanged("{{ \"open");
        check_unchanged("{% raw %}{{ {1: 2, 3: 4} }}");
        check_unchanged("{");
    }

    #[test]
    fn positions_lead_back_to_what_was_written() {
        let template = "ä{{ {\"b\": 1, \"a\": x} ~ zwei }}";
        let loaded = Loaded::new(template);
        for name in ["{\"b\"", "x", "zwei", "ä"] {
            let start = loaded.text().find(name).unwrap();
            let range = loaded.range(&Position::Bytes(start..start + name.len()));
            assert_eq!(&template[range], name);
        }
        assert_eq!(loaded.range(&Position::Bytes(900..901)), template.len()..template.len());
    }
}
