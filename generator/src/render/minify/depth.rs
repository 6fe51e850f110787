//! How deep minify-html will nest the elements of a page, each of which takes stack there.
//!
//! A page is read exactly as minify-html reads it, with its own tables: an end tag that matches nothing is
//! passed over, and an element whose end may be left out lies within another one unless that one may end
//! before it. Whoever counts start tags against end tags finds `<div></span>` flat.

use minify_html_common::r#gen::codepoints::{TAG_NAME_CHAR, WHITESPACE};
use minify_html_common::spec::tag::omission::{can_omit_as_before, can_omit_as_last_node};
use minify_html_common::spec::tag::void::VOID_TAGS;

/// Most elements in one another.
pub(super) fn depth(page: &str) -> usize {
    let mut scan = Scan { rest: page.as_bytes(), open: Vec::new(), deepest: 0 };
    while let Some(start) = scan.rest.iter().position(|byte| *byte == b'<') {
        scan.skip(start);
        scan.step();
    }
    scan.deepest
}

/// An element that is not closed yet.
struct Element {
    name: Vec<u8>,
    /// Whether it is `svg` or in one: there, a slash closes.
    is_svg: bool,
}

struct Scan<'p> {
    rest: &'p [u8],
    open: Vec<Element>,
    deepest: usize,
}

impl Scan<'_> {
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Passes over everything to the end of `end`, which is looked for behind so many bytes.
    fn skip_past(&mut self, bytes: usize, end: &[u8]) {
        self.skip(bytes);
        let at = self.rest.windows(end.len()).position(|window| window == end);
        self.skip(at.map_or(self.rest.len(), |at| at + end.len()));
    }

    /// Whatever begins with the `<` that is next.
    fn step(&mut self) {
        let at = |index: usize| self.rest.get(index).copied();
        match (at(1), at(2)) {
            (Some(b'/'), Some(letter)) if is_name(letter) => self.end_tag(),
            (Some(b'/'), _) => self.skip_past(2, b">"),
            (Some(b'?'), _) => self.skip_past(2, b"?>"),
            (Some(b'!'), _) if self.rest.starts_with(b"<!--") => self.skip_past(4, b"-->"),
            (Some(b'!'), _) => self.skip_past(2, b">"),
            (Some(letter), _) if is_name(letter) => self.start_tag(),
            _ => self.skip(1),
        }
    }

    fn end_tag(&mut self) {
        self.skip(2);
        let name = self.name();
        self.attributes();
        let mut around = self.open.iter().rev().map(|element| element.name.as_slice());
        let (parent, grandparent) = (around.next().unwrap_or_default(), around.next().unwrap_or_default());
        let closed = match () {
            () if grandparent == name && can_omit_as_last_node(grandparent, parent) => 2,
            () if parent == name => 1,
            () => 0,
        };
        self.open.truncate(self.open.len() - closed);
    }

    fn start_tag(&mut self) {
        self.skip(1);
        let name = self.name();
        while self.open.last().is_some_and(|parent| can_omit_as_before(&parent.name, &name)) {
            self.open.pop();
        }
        let is_self_closing = self.attributes();
        let is_svg = name == b"svg" || self.open.last().is_some_and(|parent| parent.is_svg);
        match name.as_slice() {
            _ if is_self_closing && is_svg || VOID_TAGS.contains(name.as_slice()) => {}
            b"script" | b"style" => self.text_of(&name),
            b"textarea" | b"title" if !is_svg => self.text_of(&name),
            _ => {
                self.open.push(Element { name, is_svg });
                self.deepest = self.deepest.max(self.open.len());
            }
        }
    }

    /// The text of an element that holds no others, and its end tag.
    fn text_of(&mut self, name: &[u8]) {
        let end = [b"</", name].concat();
        let at = self.rest.windows(end.len()).position(|window| window.eq_ignore_ascii_case(&end));
        self.skip(at.map_or(self.rest.len(), |at| at + end.len()));
        self.name();
        self.attributes();
    }

    fn name(&mut self) -> Vec<u8> {
        let length = self.rest.iter().take_while(|letter| is_name(**letter)).count();
        let name = self.rest[..length].to_ascii_lowercase();
        self.skip(length);
        name
    }

    /// Passes over the attributes and the end of a tag; whether it ends with a slash that is no value's.
    fn attributes(&mut self) -> bool {
        loop {
            let before = self.skip_while(|byte| WHITESPACE[byte] || byte == b'/');
            if matches!(self.rest.first(), None | Some(b'>')) {
                self.skip(1);
                return before == Some(b'/');
            }
            // A name may begin with any letter.
            self.skip(1);
            self.skip_while(|byte| !WHITESPACE[byte] && !matches!(byte, b'/' | b'=' | b'>'));
            self.skip_while(|byte| WHITESPACE[byte]);
            if self.rest.first() == Some(&b'=') {
                self.skip(1);
                self.skip_while(|byte| WHITESPACE[byte]);
                self.value();
            }
        }
    }

    fn value(&mut self) {
        match self.rest.first().copied() {
            Some(quote @ (b'"' | b'\'')) => self.skip_past(1, &[quote]),
            _ => {
                self.skip_while(|byte| !WHITESPACE[byte] && byte != b'>');
            }
        }
    }

    /// The last byte of those passed over.
    fn skip_while(&mut self, is_passed: impl Fn(u8) -> bool) -> Option<u8> {
        let length = self.rest.iter().take_while(|byte| is_passed(**byte)).count();
        let last = self.rest[..length].last().copied();
        self.skip(length);
        last
    }
}

fn is_name(letter: u8) -> bool {
    TAG_NAME_CHAR[letter]
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[track_caller]
    fn check(page: &str, expected: usize) {
        assert_eq!(depth(page), expected, "{page}");
    }

    #[test]
    fn elements_are_as_deep_as_the_minifier_nests_them() {
        check("", 0);
        check("<div><p>a<b>c</b></p></div><p>d", 3);
        check("<ul><li>a<li>b<li>c</ul><ul><li>d</ul>", 2);
        check("<table><tr><td>a<td>b<tr><td>c</table>", 5);
        check(&"<p><br><img src=a><p>".repeat(100), 1);
        check(&"<p><li>".repeat(100), 200);
        check(&"<div></span>".repeat(100), 100);
        check(&"<div title='</div>'>".repeat(100), 100);
        check(&"<div \"</div>\">a</div>".repeat(100), 1);
        check(&"<a title=\"<b>\" ='x>c</a>".repeat(100), 1);
        check(&"<script>'<div>'</script><style><p></STYLE><textarea><b></textarea x>".repeat(100), 0);
        check(&"<!-- <div> --><!a <b><?c <d> ?></ <e>".repeat(100), 0);
        check(&"<svg><path d=a /><g/></svg>".repeat(100), 1);
        check(&"<g/>".repeat(100), 100);
        check("<div", 1);
        check("a < b </", 0);
    }
}
