//! Marks that a text shows, and the time that its sender took.

use crate::suggestion::{Draft, Mark, Marks};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use jiff::Timestamp;
use std::sync::LazyLock;
use std::time::Duration;

/// From the making of the check page to its being sent. Until then a page has hardly arrived, and its button
/// stands below the text.
pub const READING: Duration = Duration::from_secs(2);
/// Letters of residents name one source or two; three are many.
const MANY_LINKS: usize = 3;
/// Beside a link; whoever writes has something to say about it.
const FEW_WORDS: usize = 3;
/// Links as HTML or as forums write them. No form of ours shows either.
const MARKUP: [&str; 4] = ["<a href", "[url=", "[url]", "[link="];
/// Finds in one pass whether there is anything to look at: most texts name no link.
static ANY: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let signs = ["http://", "https://", "www."].into_iter().chain(MARKUP);
    AhoCorasickBuilder::new().ascii_case_insensitive(true).build(signs).expect("few short patterns")
});

/// Marks of what was written: many links, hardly anything but a link, a link in a name, or links written
/// for machines. Links that the re-worded passage had before do not count.
pub fn in_text(draft: &Draft) -> Marks {
    let rewording = draft.rewording.as_deref().unwrap_or_default();
    let name = draft.name.as_deref().unwrap_or_default();
    if ![draft.text.as_str(), rewording, name].into_iter().any(|text| ANY.is_match(text)) {
        return Marks::default();
    }
    let passage = draft.target.text.as_deref().unwrap_or_default();
    let is_marked = links(&draft.text) >= MANY_LINKS
        || links(rewording).saturating_sub(links(passage)) >= MANY_LINKS
        || is_little_but_links(&draft.text)
        || links(name) > 0
        || has_markup(&draft.text)
        || has_markup(rewording);
    is_marked.then_some(Mark::Links).into_iter().collect()
}

/// The mark of who confirms faster than anybody reads. A clock that was set back says nothing.
pub fn haste(shown: Timestamp, now: Timestamp) -> Marks {
    let taken = now.duration_since(shown);
    let is_hasty = !taken.is_negative() && taken.unsigned_abs() < READING;
    is_hasty.then_some(Mark::Haste).into_iter().collect()
}

fn links(text: &str) -> usize {
    text.split_whitespace().map(links_in).sum()
}

/// Of a word: `https://www.stadt.example` is one link, `https://a.example,https://b.example` are two.
fn links_in(word: &str) -> usize {
    let word = word.to_ascii_lowercase();
    let schemes = word.matches("http://").count() + word.matches("https://").count();
    let names = word.matches("www.").count();
    schemes.max(names)
}

fn is_little_but_links(text: &str) -> bool {
    let (linked, other): (Vec<&str>, Vec<&str>) =
        text.split_whitespace().partition(|word| links_in(word) > 0);
    !linked.is_empty() && other.len() < FEW_WORDS
}

fn has_markup(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    MARKUP.iter().any(|markup| text.contains(markup))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Target, TargetKind};

    fn draft(text: &str) -> Draft {
        let target = Target {
            id: "6.1.1".into(),
            kind: TargetKind::Passage,
            title: "FahrPraxis".into(),
            number: Some("6.1.1".into()),
            path: "/".into(),
            form: "/".into(),
            theme: None,
            text: Some("Siehe https://a.example und https://b.example und https://c.example.".into()),
            digest: None,
        };
        Draft {
            round: 1,
            target,
            digest_sent: None,
            text: text.into(),
            rewording: None,
            name: None,
            email: None,
            publish: false,
            marks: Marks::default(),
        }
    }

    #[track_caller]
    fn check(draft: &Draft, expected: bool) {
        assert_eq!(in_text(draft).contains(Mark::Links), expected, "{draft:?}");
    }

    #[test]
    fn many_links_are_marked_and_two_are_not() {
        check(&draft("Ganz ohne."), false);
        check(&draft("Mehr dazu auf https://www.vag.example/plan und www.vdv.example, bitte lesen."), false);
        check(&draft("Mehr auf https://a.example, http://b.example und www.c.example, bitte lesen."), true);
        check(&draft("Die Adresse rathaus@stadt.example ist kein Verweis."), false);
    }

    #[test]
    fn little_but_a_link_is_marked() {
        check(&draft("https://spam.example"), true);
        check(&draft("Visit HTTPS://spam.example now"), true);
        check(&draft("Siehe bitte den Plan https://www.vag.example/plan"), false);
    }

    #[test]
    fn links_for_machines_and_in_names_are_marked() {
        check(&draft("Ein langer Satz mit <a href=\"x\">Verweis</a> darin."), true);
        check(&draft("Ein langer Satz mit [URL=x]Verweis[/URL] darin."), true);
        check(&Draft { name: Some("www.spam.example".into()), ..draft("Mehr Busse") }, true);
        check(&Draft { name: Some("Ä. Muster".into()), ..draft("Mehr Busse") }, false);
    }

    #[test]
    fn links_of_the_passage_are_not_the_residents() {
        let rewording = "Siehe https://a.example und https://b.example und http://c.example, auch samstags.";
        check(&Draft { rewording: Some(rewording.into()), ..draft("Mehr") }, false);
        let more = format!("{rewording} www.d.example www.e.example www.f.example");
        check(&Draft { rewording: Some(more), ..draft("Mehr") }, true);
    }

    #[test]
    fn haste_ends_after_two_seconds() {
        let shown = Timestamp::from_second(1_800_000_000).unwrap();
        let after = |ms| shown + jiff::SignedDuration::from_millis(ms);
        for (ms, expected) in [(0, true), (1_999, true), (2_000, false), (86_400_000, false), (-1, false)] {
            assert_eq!(haste(shown, after(ms)).contains(Mark::Haste), expected, "{ms}");
        }
    }
}
