//! Plain text as Markdown that shows exactly this text.
//!
//! A body of the site is a Tera template before it is Markdown, and Markdown lets HTML through: what somebody
//! typed must be neither. Every character that could act gets a backslash (CommonMark §2.4), which also divides
//! what would open a tag of Tera. What is harmless stays as it is, since editors read the file.

/// These act wherever they stand.
const ANYWHERE: &str = "\\`*_{}[]<|~$^";
/// These act at the beginning of a line: headings, quotes, lists, underlines, definitions.
const AT_START: &str = "#>+-=:";

/// The lines of a text, each escaped; blank ones empty.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(|text| line(text.trim())).collect()
}

/// The text on one line of a table: its lines divided by `<br>`.
pub fn cell(text: &str) -> String {
    lines(text.trim()).join("<br>")
}

/// The text as paragraphs whose lines stay lines.
pub fn paragraphs(text: &str) -> String {
    joined(&lines(text.trim()), "")
}

/// The text as a quotation.
pub fn quotation(text: &str) -> String {
    joined(&lines(text.trim()), "> ")
}

/// What [`paragraphs`] was made from, its lines trimmed. Of other Markdown only the backslashes go: emphasis and
/// links stay as they are written.
pub fn plain(markdown: &str) -> String {
    markdown.trim().lines().map(|line| unescaped(line.trim())).collect::<Vec<_>>().join("\n")
}

fn unescaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', None) => {}
            ('\\', Some(next)) if next.is_ascii_punctuation() => text.extend(letters.next()),
            _ => text.push(letter),
        }
    }
    text
}

/// A backslash at the end of a line is a break; at the end of a paragraph it would be a backslash.
fn joined(lines: &[String], prefix: &str) -> String {
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let goes_on = !line.is_empty() && lines.get(at + 1).is_some_and(|next| !next.is_empty());
        text.push_str(format!("{prefix}{line}").trim_end());
        text.push_str(if goes_on { "\\\n" } else { "\n" });
    }
    text
}

fn line(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut escaped = String::with_capacity(text.len() + 8);
    for (at, letter) in text.char_indices() {
        let next = text[at + letter.len_utf8()..].chars().next();
        let opens_tag = matches!(letter, '%' | '#') && text[..at].ends_with('{');
        let acts = ANYWHERE.contains(letter)
            || opens_tag
            || at == 0 && AT_START.contains(letter)
            || at > 0 && at == digits && matches!(letter, '.' | ')')
            || letter == '&' && next.is_some_and(|next| next.is_ascii_alphanumeric() || next == '#')
            || letter == ':' && next.is_some_and(|next| next.is_ascii_alphanumeric() || "+-_".contains(next));
        escaped.extend(acts.then_some('\\'));
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Event, Options, Parser};

    const TYPED: &[&str] = &[
        "Mehr Bänke am Bahnhof!",
        "{{ config.title }} {% include \"x\" %} {# nie #} {{<b()>}}",
        "<script>alert(1)</script> <!-- more --> &lt; &#60; &amp",
        "# Titel\n## Titel\n> Zitat\n- Punkt\n+ Punkt\n* Punkt\n1. eins\n2) zwei\n=====\n-----\n: Erklärung",
        "[Text](javascript:alert(1)) ![Bild](x) [^1] [[x]] <http://x.example> http://x.example/a_b_c",
        "`Code` ```\nCode\n``` *a* **b** _c_ ~~d~~ ^e^ $f$ a|b \\ \\n \\\\",
        "    eingerückt\n\ttabelle | x\n--- | ---\n1 | 2",
        ":smile: 12:30 Uhr :heart:\n+++\ntitle = 1\n+++",
        "a\\\nb\\",
        "2026. war gut. 3) so",
    ];

    /// What a reader sees: the text, lines divided by `\n`.
    fn seen(markdown: &str) -> String {
        let body = tera::Tera::default().render_str(markdown, &tera::Context::new(), false).unwrap();
        let mut text = String::new();
        // Typographic quotation marks are no harm.
        let options = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
        for event in Parser::new_ext(&body, options) {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::HardBreak => text.push('\n'),
                Event::Start(_) | Event::End(_) => {}
                other => panic!("{other:?} in {markdown}"),
            }
        }
        text
    }

    #[track_caller]
    fn check(typed: &str, markdown: &str) {
        let wanted: Vec<&str> = typed.lines().map(str::trim).collect();
        assert_eq!(seen(markdown), wanted.join("\n"), "{markdown}");
    }

    #[test]
    fn whatever_was_typed_is_what_a_reader_sees() {
        for typed in TYPED {
            check(typed, &paragraphs(typed));
            check(typed, &quotation(typed));
        }
    }

    #[test]
    fn paragraphs_read_back_as_they_were_typed() {
        for typed in TYPED.iter().chain(&["a\n\n\nb\\\\", "\\", "1. eins\\\n\\- zwei"]) {
            let lines: Vec<&str> = typed.lines().map(str::trim).collect();
            assert_eq!(plain(&paragraphs(typed)), lines.join("\n").trim());
        }
        assert_eq!(plain("**Ja**, [hier](@/a.md)\\\nund z.\\ B.  \n"), "**Ja**, [hier](@/a.md)\nund z.\\ B.");
    }

    #[test]
    fn cell_is_one_line_that_stays_in_its_cell() {
        assert_eq!(cell("a|b\n<c>\n\nd\n"), "a\\|b<br>\\<c><br><br>d");
    }
}
