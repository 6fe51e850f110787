//! HTML → the words that a reader sees, by the rules of Zola.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

/// Elements whose text is no prose.
const DROPPED: [&str; 3] = ["script", "style", "pre"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::new();
    builder
        .tags(HashSet::new())
        .tag_attributes(HashMap::new())
        .generic_attributes(HashSet::new())
        .allowed_classes(HashMap::new())
        .link_rel(None)
        .clean_content_tags(HashSet::from(DROPPED));
    builder
});

/// The text of some HTML: without tags (`&`, `<` and `>` stay escaped), one blank between words, no empty
/// lines; of that at most `limit` characters.
pub fn text(html: &str, limit: Option<usize>) -> String {
    let clean = CLEANER.clean(html).to_string();
    let mut text = String::with_capacity(clean.len());
    for line in clean.lines() {
        let mut separator = "\n";
        for word in line.split_whitespace() {
            if !text.is_empty() {
                text.push_str(separator);
            }
            text.push_str(word);
            separator = " ";
        }
    }
    if let Some((end, _)) = limit.and_then(|limit| text.char_indices().nth(limit)) {
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, limit: Option<usize>, expected: &str) {
        assert_eq!(text(html, limit), expected, "{html}");
    }

    #[test]
    fn tags_go_and_words_stay() {
        check("<p>Der <b>Bus</b>halt</p>\n<p>am  Markt</p>", None, "Der Bushalt\nam Markt");
        check("<ul>\n<li>eins</li>\n\n<li>  zwei\t drei</li>\n</ul>", None, "eins\nzwei drei");
        check("<p>a &amp; b &lt; c \u{a0} &quot;d&quot;</p>", None, "a &amp; b &lt; c &nbsp; \"d\"");
    }

    #[test]
    fn scripts_styles_and_code_blocks_are_not_searched() {
        check(
            "a <script>let b;</script><style>c {}</style><pre><code>d</code></pre> <code>e</code>",
            None,
            "a e",
        );
        check("a <!-- b --> c <img alt=\"d\" src=\"e\">", None, "a c");
    }

    #[test]
    fn texts_are_cut_by_characters_not_by_bytes() {
        check("<p>Mülleimer</p>", Some(2), "Mü");
        check("<p>👩‍🌾 Hof</p>", Some(3), "👩‍🌾");
        check("<p>kurz</p>", Some(4), "kurz");
        check("<p>kurz</p>", Some(0), "");
        check("", Some(9), "");
    }

    #[test]
    fn html_that_is_nested_deeply_is_read() {
        check(&format!("{}tief", "<div><b>".repeat(500)), None, "tief");
    }
}
