//! What stands behind a fence: `toml,linenos,linenostart=9,hl_lines=1 3-5,hide_lines=2,name=x`.
//!
//! giallo reads it and passes over what it does not understand; here that is told.

use giallo::{RenderOptions, parse_markdown_fence};

use crate::diagnostic::catalog::highlight as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::markup::Code;

/// Largest number a line may have: giallo adds to it and counts its digits.
const LAST_LINE: isize = 1_000_000_000;

/// An info string, read.
#[derive(Debug, Clone)]
pub(super) struct Fence {
    /// As written; `plain` where there is no info string.
    pub(super) language: String,
    /// Numbers, marked and hidden lines.
    pub(super) options: RenderOptions,
    /// What becomes `data-` attributes.
    pub(super) attributes: std::collections::BTreeMap<String, String>,
}

impl Fence {
    /// Reads the info string of a block.
    pub(super) fn read(code: &Code<'_>, diagnostics: &mut Diagnostics) -> Self {
        let mut fence = parse_markdown_fence(code.info);
        let start = &mut fence.options.line_number_start;
        *start = (*start).clamp(-LAST_LINE, LAST_LINE);
        // A quote would end the attribute early.
        let attributes = fence.rest.into_iter().map(|(key, value)| (key, value.replace('"', "&quot;")));
        let read = Self { language: fence.lang, options: fence.options, attributes: attributes.collect() };
        read.tell_what_is_ignored(code, diagnostics);
        read
    }

    /// Where a part of the info string stands.
    pub(super) fn place(&self, code: &Code<'_>, part: &str) -> Span {
        let Span { path, range } = &code.place;
        match code.info.find(part) {
            // Of a place that is not known there is only the file.
            Some(at) if !range.is_empty() => Span::new(path, range.start + at..range.start + at + part.len()),
            _ => code.place.clone(),
        }
    }

    fn tell_what_is_ignored(&self, code: &Code<'_>, diagnostics: &mut Diagnostics) {
        let mut previous = "";
        for token in code.info.split(',').map(str::trim) {
            let (key, value) = token.split_once('=').unwrap_or((token, ""));
            let key = key.trim();
            let place = || self.place(code, token);
            match key {
                "linenostart" if value.trim().parse::<isize>().is_err() => {
                    diagnostics.push(catalog::no_line_number(place(), value));
                }
                "hl_lines" | "hide_lines" => {
                    let odd = value.split(' ').find(|range| !range.is_empty() && !is_range(range));
                    if let Some(odd) = odd.or(value.trim().is_empty().then_some(value)) {
                        diagnostics.push(catalog::no_lines(place(), key, odd));
                    }
                }
                _ if is_range(token) && matches!(previous, "hl_lines" | "hide_lines") => {
                    diagnostics.push(catalog::lines_after_a_comma(place(), previous, token));
                    // The next one may be another of them.
                    continue;
                }
                _ => {}
            }
            previous = key;
        }
    }
}

/// `3`, `1-5`
fn is_range(text: &str) -> bool {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    from.parse::<usize>().is_ok() && to.parse::<usize>().is_ok()
}
