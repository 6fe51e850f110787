//! Code blocks without highlighting: `<pre><code data-lang="…">`.

use pulldown_cmark::CodeBlockKind;

use super::html::escaped;

/// A code block whose text is still coming.
pub(super) struct CodeBlock {
    language: Option<String>,
    pub(super) content: String,
}

impl CodeBlock {
    pub(super) fn new(kind: &CodeBlockKind<'_>) -> Self {
        let language = match kind {
            CodeBlockKind::Fenced(info) => language(info),
            CodeBlockKind::Indented => None,
        };
        Self { language, content: String::new() }
    }

    pub(super) fn html(&self) -> String {
        let language = self
            .language
            .as_ref()
            .map(|language| format!(" data-lang=\"{}\"", escaped(language)))
            .unwrap_or_default();
        format!("<pre><code{language}>{}</code></pre>\n", escaped(&self.content))
    }
}

/// The language of an info string such as `toml,linenos,name=x`: its first word that is no option.
/// Only an empty info string and the word `plain` mean none; with options alone it is the empty word.
fn language(info: &str) -> Option<String> {
    const OPTIONS: [&str; 4] = ["linenos", "linenostart", "hl_lines", "hide_lines"];
    if info.trim().is_empty() {
        return None;
    }
    let mut tokens = info.split(',').map(str::trim);
    let language = tokens
        .find(|token| !token.is_empty() && !token.contains('=') && !OPTIONS.contains(token))
        .unwrap_or_default();
    (language != "plain").then(|| language.to_owned())
}
