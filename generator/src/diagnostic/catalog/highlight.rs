//! Problems of colored code: its themes, its grammars, what stands behind a fence.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Severity, Span};

/// A theme that nobody brings along.
pub fn unknown_theme(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "use one of the built-in themes, such as `github-light`, or list its file in `extra_themes`"
            .to_owned(),
    };
    Diagnostic::error("unknown-theme", span, format!("there is no theme `{name}`")).hint(hint)
}

/// A language that nobody knows.
pub fn unknown_language(span: Span, name: &str, near: Option<&str>, severity: Severity) -> Diagnostic {
    let code = "unknown-code-language";
    if name.is_empty() {
        let diagnostic = Diagnostic::error(code, span, "no language stands in front of the options");
        let diagnostic = diagnostic.hint("write `plain` there if the code is to have no colors");
        return Diagnostic { severity, ..diagnostic };
    }
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            "write `plain` if the code is to have no colors, or list a grammar in `extra_grammars`".to_owned()
        }
    };
    let diagnostic = Diagnostic::error(code, span, format!("there is no grammar for the language `{name}`"));
    Diagnostic { severity, ..diagnostic.hint(hint) }
}

/// A block or a line of it is too large.
pub fn too_large_for_colors(span: Span, reason: &str) -> Diagnostic {
    Diagnostic::warning("code-too-large", span, format!("this code is not colored: {reason}"))
        .hint("shorten it, or write `plain` as its language")
}

/// The grammar failed.
pub fn not_colored(span: Span, language: &str, reason: &str) -> Diagnostic {
    let message = format!("this code is not colored, the grammar of `{language}` failed: {reason}");
    Diagnostic::warning("code-not-colored", span, message)
        .hint("shorten its lines, or write `plain` as its language")
}

/// The grammar did not come to an end.
pub fn colors_take_too_long(span: Span, language: &str) -> Diagnostic {
    let message = format!("coloring takes too long with the grammar of `{language}`");
    Diagnostic::error("colors-take-too-long", span, message)
        .hint("shorten the lines of this code, or write `plain` as its language")
}

/// `linenostart` without a number.
pub fn no_line_number(span: Span, value: &str) -> Diagnostic {
    Diagnostic::warning("fence-option", span, format!("`linenostart` is no number: `{value}`"))
        .hint("write it as in `linenostart=10`")
}

/// `hl_lines` or `hide_lines` with something else than lines.
pub fn no_lines(span: Span, key: &str, value: &str) -> Diagnostic {
    Diagnostic::warning("fence-option", span, format!("`{key}` names no lines: `{value}`"))
        .hint(format!("write numbers and ranges with blanks between them, as in `{key}=1 3-5`"))
}

/// `hl_lines=1,3`
pub fn lines_after_a_comma(span: Span, key: &str, value: &str) -> Diagnostic {
    Diagnostic::warning("fence-option", span, format!("`{value}` after the comma has no effect"))
        .hint(format!("write numbers and ranges with blanks between them, as in `{key}=1 3-5`"))
}

/// A path that leads out of the site.
pub fn extra_outside(span: Span, path: &str) -> Diagnostic {
    Diagnostic::error("path-outside", span, format!("`{path}` is outside of the site"))
        .hint("put the file into the site, and name it from the folder of the configuration file")
}

/// A grammar or theme that cannot be read.
pub fn extra_unreadable(span: Span, path: &Path, reason: &std::io::Error) -> Diagnostic {
    Diagnostic::error("unreadable-file", span, format!("`{}` cannot be read: {reason}", path.display()))
        .hint("name it from the folder of the configuration file")
}

/// A grammar or theme larger than any that makes sense.
pub fn extra_too_large(span: Span, path: &str) -> Diagnostic {
    Diagnostic::error("file-too-large", span, format!("`{path}` is larger than 8 MiB"))
        .hint("grammars and themes are far smaller, is it the right file?")
}

/// A grammar or theme that is no JSON.
pub fn extra_syntax(span: Span, reason: &str) -> Diagnostic {
    Diagnostic::error("json-syntax", span, format!("this is not valid JSON: {reason}"))
        .hint("comments and commas before a closing bracket, which VS Code takes, have to go")
}

/// A grammar or theme without a name.
pub fn extra_incomplete(span: Span, key: &str) -> Diagnostic {
    Diagnostic::error("no-name", span, format!("`{key}` is missing"))
        .hint(format!("add `\"{key}\": \"…\"` at the top of the file"))
}

/// A grammar or theme that the highlighter does not take.
pub fn extra_unusable(span: Span, reason: &str) -> Diagnostic {
    Diagnostic::error("unusable-file", span, format!("this grammar or theme cannot be used: {reason}"))
        .hint("correct the file, it must be as VS Code has it")
}

/// A grammar that can call itself on the same text again.
pub fn endless_grammar(span: Span, pattern: &str) -> Diagnostic {
    let message =
        format!("this grammar need not come to an end: what `{pattern}` captures is matched by it again");
    Diagnostic::error("endless-grammar", span, message)
        .hint("let the pattern match something outside of the group that has `patterns`")
}

/// A grammar that is called like a built-in one.
pub fn grammar_name_taken(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("name-taken", span, format!("there is a grammar `{name}` already"))
        .hint("give the grammar another `name`, and use that behind the fences")
}
