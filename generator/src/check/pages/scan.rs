//! What a page refers to and what can be referred to in it, read off its HTML by a tokenizer that follows
//! the standard. Knows no addresses: what a reference means is not asked here.

mod attributes;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, StartTag, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use attributes::{refresh_target, srcset_urls, urls};

/// What kind of thing is referred to, for the sentence about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something a reader goes to.
    Link,
    /// A picture.
    Image,
    /// Sound, film, or a page in a page.
    Media,
    /// A script, a style sheet, an icon.
    Asset,
}

/// A page as far as links are concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// What it refers to, as it is written, each once, in order.
    pub references: Vec<(Kind, String)>,
    /// Where a fragment can lead: every `id` and `name`.
    pub anchors: BTreeSet<String>,
    /// Ids that stand there more than once.
    pub duplicates: BTreeSet<String>,
    /// What relative references start from, if the page says so (`<base href>`).
    pub base: Option<String>,
}

/// Reads a page.
pub fn scan(html: &str) -> Facts {
    let tokenizer = Tokenizer::new(Scanner::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    // A script's end interrupts; there is nothing to run.
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    let mut facts = tokenizer.sink.facts.into_inner();
    let mut seen = BTreeSet::new();
    facts.references.retain(|reference| seen.insert(reference.clone()));
    facts
}

#[derive(Default)]
struct Scanner {
    facts: RefCell<Facts>,
    ids: RefCell<BTreeSet<String>>,
    /// `<template>`s that are open: what is in them is no part of the page yet.
    templates: Cell<usize>,
    /// `<svg>` and `<math>` that are open: in them no element changes how text is read.
    foreign: Cell<usize>,
}

impl TokenSink for Scanner {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == StartTag => self.start(&tag),
            Token::TagToken(tag) => {
                self.end(&tag);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.foreign.get() > 0
    }
}

impl Scanner {
    fn start(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let attributes: BTreeMap<&str, &str> =
            tag.attrs.iter().map(|attribute| (&*attribute.name.local, &*attribute.value)).collect();
        self.anchors(&attributes);
        self.references(name, &attributes);
        match name {
            "template" => self.templates.set(self.templates.get() + 1),
            "svg" | "math" if !tag.self_closing => self.foreign.set(self.foreign.get() + 1),
            _ if self.foreign.get() > 0 => {}
            "title" | "textarea" => return TokenSinkResult::RawData(Rcdata),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => return TokenSinkResult::RawData(Rawtext),
            "script" => return TokenSinkResult::RawData(ScriptData),
            "plaintext" => return TokenSinkResult::Plaintext,
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn end(&self, tag: &Tag) {
        match &*tag.name {
            "template" => self.templates.set(self.templates.get().saturating_sub(1)),
            "svg" | "math" => self.foreign.set(self.foreign.get().saturating_sub(1)),
            _ => {}
        }
    }

    fn anchors(&self, attributes: &BTreeMap<&str, &str>) {
        if self.templates.get() > 0 {
            return;
        }
        let mut facts = self.facts.borrow_mut();
        if let Some(id) = attributes.get("id").filter(|id| !id.is_empty()) {
            facts.anchors.insert((*id).to_owned());
            if !self.ids.borrow_mut().insert((*id).to_owned()) {
                facts.duplicates.insert((*id).to_owned());
            }
        }
        if let Some(name) = attributes.get("name").filter(|name| !name.is_empty()) {
            facts.anchors.insert((*name).to_owned());
        }
    }

    fn references(&self, element: &str, attributes: &BTreeMap<&str, &str>) {
        let mut facts = self.facts.borrow_mut();
        if element == "base" {
            let href = attributes.get("href").map(|href| (*href).to_owned());
            facts.base = facts.base.take().or(href);
            return;
        }
        if element == "meta" {
            let target = refresh_target(attributes).map(|target| (Kind::Link, target.to_owned()));
            facts.references.extend(target);
        }
        let found = urls(element, attributes).map(|(kind, url)| (kind, url.trim().to_owned()));
        facts.references.extend(found.filter(|(_, url)| !url.is_empty()));
        if matches!(element, "img" | "source" | "link") {
            let set = attributes.get("srcset").or(attributes.get("imagesrcset"));
            let urls = srcset_urls(set.copied().unwrap_or_default());
            facts.references.extend(urls.into_iter().map(|url| (Kind::Image, url.to_owned())));
        }
    }
}

#[cfg(test)]
mod tests;
