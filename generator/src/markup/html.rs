//! Events as text: pulldown-cmark's own HTML writer, watched from outside so that the place of every
//! top-level block in the text is known.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use pulldown_cmark::Event;

/// The events of one block, as indices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// `text` for use in an attribute in double quotes or between tags.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    pulldown_cmark_escape::escape_html(&mut out, text).expect("writing to a string does not fail");
    out
}

/// `url` for use in `href` or `src`.
pub(super) fn escaped_href(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    pulldown_cmark_escape::escape_href(&mut out, url).expect("writing to a string does not fail");
    out
}

/// Writes all events and says where the events of each mark went, white space at either end left out.
///
/// One writer for all blocks, because it carries state from block to block: the numbers of footnotes and
/// whether a line is open. It asks for the next event only when it has written the last one, so that the
/// length at that moment is where the next event begins.
pub(super) fn write(events: Vec<Event<'_>>, marks: &[Mark]) -> (String, Vec<Range<usize>>) {
    let mut html = String::with_capacity(events.len() * 24);
    let length = Cell::new(0);
    let boundaries: Vec<usize> = marks.iter().flat_map(|mark| [mark.start, mark.end]).collect();
    let mut places = Vec::with_capacity(boundaries.len());
    let watched = events.into_iter().enumerate().map(|(index, event)| {
        while boundaries.get(places.len()).is_some_and(|boundary| *boundary <= index) {
            places.push(length.get());
        }
        event
    });
    let writer = Counting { html: &mut html, length: &length };
    pulldown_cmark::html::write_html_fmt(writer, watched).expect("writing to a string does not fail");
    places.resize(boundaries.len(), html.len());
    let ranges = places.chunks_exact(2).map(|place| trimmed(&html, place[0]..place[1])).collect();
    (html, ranges)
}

fn trimmed(html: &str, range: Range<usize>) -> Range<usize> {
    let text = &html[range.clone()];
    let start = range.start + (text.len() - text.trim_start().len());
    start..(start + text.trim().len())
}

struct Counting<'a> {
    html: &'a mut String,
    length: &'a Cell<usize>,
}

impl fmt::Write for Counting<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.html.push_str(text);
        self.length.set(self.html.len());
        Ok(())
    }
}
