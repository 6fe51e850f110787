//! The real site made small says the same as it does otherwise: no element with a name, no link and no
//! word is lost. Both are read by a real parser of HTML.

use std::cell::RefCell;
use std::collections::BTreeMap;

use auslage_tests::town;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};

#[test]
fn the_towns_pages_say_the_same_when_they_are_small() {
    let (large, small) = (pages(town::build_in_memory().files), pages(town::build_minified().files));
    assert!(large.len() > 100, "only {} pages", large.len());
    assert_eq!(large.keys().collect::<Vec<_>>(), small.keys().collect::<Vec<_>>());
    let mut saved = 0;
    for (path, page) in &large {
        let (before, after) = (Said::by(page), Said::by(&small[path]));
        assert_eq!(before.elements, after.elements, "{path}");
        assert_eq!(before.attributes, after.attributes, "{path}");
        assert_eq!(before.words, after.words, "{path}");
        saved += page.len() - small[path].len();
    }
    assert!(saved > 0);
}

fn pages(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, String> {
    // What the function fills in is no page of the site.
    let pages = files.into_iter().filter(|(path, _)| path.ends_with(".html"));
    pages.map(|(path, bytes)| (path, String::from_utf8(bytes).expect("pages are text"))).collect()
}

/// What a page says, whatever white space and tags that may be left out are between.
#[derive(Debug, Default)]
struct Said {
    elements: Vec<String>,
    attributes: Vec<String>,
    words: String,
}

impl Said {
    fn by(page: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(page.into());
        let tokenizer = Tokenizer::new(Listener(RefCell::default()), Default::default());
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        tokenizer.sink.0.into_inner()
    }

    fn tag(&mut self, tag: &Tag) {
        let name = tag.name.to_string();
        if tag.kind == TagKind::StartTag && !["body", "tbody", "head", "html"].contains(&name.as_str()) {
            self.elements.push(name);
        }
        let kept =
            ["id", "href", "src", "name", "value", "action", "alt", "lang", "for", "datetime", "content"];
        let mut attributes = Vec::new();
        for attribute in &tag.attrs {
            let name = attribute.name.local.to_string();
            if kept.contains(&name.as_str()) || name.starts_with("aria-") {
                let value: String = attribute.value.split_whitespace().collect();
                // An empty value may be left out.
                attributes.extend((!value.is_empty()).then(|| format!("{name}={value}")));
            }
        }
        attributes.sort();
        self.attributes.extend(attributes);
    }
}

struct Listener(RefCell<Said>);

impl TokenSink for Listener {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut said = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => said.words.extend(text.split_whitespace()),
            Token::TagToken(tag) => {
                said.tag(&tag);
                let raw = match &*tag.name {
                    _ if tag.kind == TagKind::EndTag => None,
                    "script" => Some(RawKind::ScriptData),
                    "style" => Some(RawKind::Rawtext),
                    "textarea" | "title" => Some(RawKind::Rcdata),
                    _ => None,
                };
                return raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
