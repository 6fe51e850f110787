//! How often the places of links are looked for.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Counts how often the text is searched.
struct Searched(AtomicUsize, bool);

impl Links for Searched {
    fn permalink(&self, _: &str) -> Option<String> {
        None
    }

    fn nearest(&self, _: &str) -> Option<String> {
        None
    }

    fn place(&self, _: &str) -> Option<Range<usize>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Some(7..9)
    }

    fn are_checked(&self) -> bool {
        self.1
    }
}

#[test]
fn links_of_a_templated_body_are_looked_for_only_where_they_are_checked() {
    let options = settings();
    for (is_checked, times) in [(false, 0), (true, 3)] {
        let links = Searched(AtomicUsize::new(0), is_checked);
        let context = Context { links: &links, offset: None, ..context(&options) };
        let body = "[a](https://b.example/) ![b](b.png) [c](/c/)";
        let markup = render(body, &context, &mut Diagnostics::default());
        let place = is_checked.then_some(7..9);
        assert!(markup.links.len() == 3 && markup.links.iter().all(|link| link.range == place));
        assert_eq!(links.0.load(Ordering::Relaxed), times);
    }
}
