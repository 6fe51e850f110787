//! `bottom_footnotes`: notes as one list at the end, in the order of their first reference, with links back.

use std::collections::BTreeMap;

use pulldown_cmark::{CowStr, Event, TagEnd};

use super::plain::PlainText;

/// References seen so far, and definitions that wait for the end.
#[derive(Default)]
pub(super) struct Footnotes<'a> {
    pub(super) open: Option<OpenFootnote<'a>>,
    /// Definitions inside which another one began.
    outer: Vec<OpenFootnote<'a>>,
    closed: Vec<OpenFootnote<'a>>,
    references: BTreeMap<String, References>,
}

/// A definition.
pub(super) struct OpenFootnote<'a> {
    name: String,
    pub(super) content: Vec<Event<'a>>,
    pub(super) text: PlainText,
}

struct References {
    number: usize,
    count: usize,
}

impl OpenFootnote<'_> {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), content: Vec::new(), text: PlainText::default() }
    }
}

impl<'a> Footnotes<'a> {
    /// Counts a reference and writes it.
    pub(super) fn reference(&mut self, name: &str) -> String {
        let next = self.references.len() + 1;
        let references =
            self.references.entry(name.to_owned()).or_insert(References { number: next, count: 0 });
        references.count += 1;
        // Names stand in the HTML as they are written, as Zola has it.
        let References { number, count } = references;
        format!(
            "<sup class=\"footnote-reference\" id=\"fr-{name}-{count}\"><a href=\"#fn-{name}\">[{number}]</a></sup>"
        )
    }

    pub(super) fn start(&mut self, footnote: OpenFootnote<'a>) {
        self.outer.extend(self.open.replace(footnote));
    }

    pub(super) fn close(&mut self) {
        self.closed.extend(self.open.take());
        self.open = self.outer.pop();
    }

    /// The list and its text; nothing if no definition is referred to.
    pub(super) fn into_section(self) -> Option<(Vec<Event<'a>>, String)> {
        let Self { closed, references, .. } = self;
        let mut used: Vec<(&References, OpenFootnote<'a>)> = closed
            .into_iter()
            .filter_map(|footnote| references.get(&footnote.name).map(|found| (found, footnote)))
            .collect();
        if used.is_empty() {
            return None;
        }
        used.sort_by_key(|(references, _)| references.number);
        let mut events = vec![html("<section class=\"footnotes\">\n<ol class=\"footnotes-list\">\n")];
        let mut texts = Vec::new();
        for (references, footnote) in used {
            let (content, text) = item(footnote, references.count);
            events.extend(content);
            texts.push(text);
        }
        events.push(html("</ol>\n</section>\n"));
        Some((events, texts.join("\n")))
    }
}

/// The links back stand at the end of the last paragraph; behind everything if there is none.
fn item(footnote: OpenFootnote<'_>, count: usize) -> (Vec<Event<'_>>, String) {
    let OpenFootnote { name, mut content, text } = footnote;
    let back: String = (1..=count)
        .map(|nth| {
            let label = if nth == 1 { String::new() } else { nth.to_string() };
            format!(" <a href=\"#fr-{name}-{nth}\">↩{label}</a>")
        })
        .collect();
    let last = content.iter().rposition(|event| matches!(event, Event::End(TagEnd::Paragraph)));
    match last {
        Some(last) => content[last] = html(format!("{back}</p>\n")),
        None => content.push(html(back)),
    }
    content.insert(0, html(format!("<li id=\"fn-{name}\">")));
    content.push(html("</li>\n"));
    (content, text.finish())
}

fn html<'a>(text: impl Into<CowStr<'a>>) -> Event<'a> {
    Event::Html(text.into())
}
