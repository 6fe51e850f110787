//! What a resident changed in a passage, word by word, for the check page and for the mail.
//!
//! Works on two texts; knows nothing of suggestions. White space counts as changed only where a word
//! beside it changed: a form's line ends are not a re-wording.

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Above this many words in both texts together the texts are compared as a whole. A resident may send
/// 20 000 letters with blanks between; comparing words costs (words × changes), and meanwhile nobody else is
/// served: 8000 take up to 0.16 s, 4000 a quarter of that. So many words, of five letters, fill the longest form.
const MOST_WORDS: usize = 4000;

/// What happened to a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// It stays.
    Same,
    /// It is new.
    Insert,
    /// It is gone.
    Delete,
}

/// A piece of text and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What happened.
    pub op: Op,
    /// The words with the blanks between them.
    pub text: String,
}

/// The changes that lead from `old` to `new`; neighbours differ in their operation, and what is
/// deleted stands before what takes its place. Empty if both texts have the same words.
pub fn words(old: &str, new: &str) -> Vec<Change> {
    let old: Vec<&str> = old.split_whitespace().collect();
    let new: Vec<&str> = new.split_whitespace().collect();
    if old == new {
        return Vec::new();
    }
    let ops = match old.len() + new.len() {
        few if few <= MOST_WORDS => capture_diff_slices(Algorithm::Myers, &old, &new),
        _ => vec![DiffOp::Replace { old_index: 0, old_len: old.len(), new_index: 0, new_len: new.len() }],
    };
    let mut changes = Vec::new();
    for op in grouped(&ops) {
        let kept = if op.same { Op::Same } else { Op::Delete };
        push(&mut changes, kept, &old[op.old]);
        if !op.same {
            push(&mut changes, Op::Insert, &new[op.new]);
        }
    }
    changes
}

/// The changes as text: `Der [-alte-] {+neue+} Text`.
pub fn as_text(changes: &[Change]) -> String {
    let marked = changes.iter().map(|change| match change.op {
        Op::Same => change.text.clone(),
        Op::Delete => format!("[-{}-]", change.text),
        Op::Insert => format!("{{+{}+}}", change.text),
    });
    marked.collect::<Vec<_>>().join(" ")
}

struct Group {
    same: bool,
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
}

/// Joins neighbouring changes, so that "[-a-] {+x+} [-b-] {+y+}" reads "[-a b-] {+x y+}".
fn grouped(ops: &[DiffOp]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for op in ops {
        let same = matches!(op, DiffOp::Equal { .. });
        match groups.last_mut() {
            Some(last) if last.same == same => {
                last.old.end = op.old_range().end;
                last.new.end = op.new_range().end;
            }
            _ => groups.push(Group { same, old: op.old_range(), new: op.new_range() }),
        }
    }
    groups
}

fn push(changes: &mut Vec<Change>, op: Op, words: &[&str]) {
    if !words.is_empty() {
        changes.push(Change { op, text: words.join(" ") });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, text: &str) {
        let changes = words(old, new);
        assert_eq!(as_text(&changes), text);
        for (op, whole) in [(Op::Insert, old), (Op::Delete, new)] {
            let kept: Vec<&str> =
                changes.iter().filter(|change| change.op != op).map(|change| change.text.as_str()).collect();
            let whole: Vec<&str> = whole.split_whitespace().collect();
            assert!(changes.is_empty() || kept.join(" ") == whole.join(" "), "without {op:?}: {kept:?}");
        }
    }

    #[test]
    fn changed_words_stand_where_they_changed() {
        check("Der alte Text", "Der neue Text", "Der [-alte-] {+neue+} Text");
        check("Der Bus fährt", "Der Bus fährt oft", "Der Bus fährt {+oft+}");
        check("Der Bus fährt nie", "Der Bus fährt", "Der Bus fährt [-nie-]");
        check("a b c", "x y c", "[-a b-] {+x y+} c");
        check("", "ganz neu", "{+ganz neu+}");
        check("ganz weg", "", "[-ganz weg-]");
    }

    #[test]
    fn blanks_and_line_ends_alone_are_no_change() {
        check("eins zwei", "eins\r\nzwei ", "");
        check("", "", "");
    }

    #[test]
    fn huge_texts_without_a_common_word_are_compared_as_a_whole() {
        let old = "a ".repeat(MOST_WORDS);
        let new = "b ".repeat(MOST_WORDS);
        let changes = words(&old, &new);
        assert_eq!(changes.iter().map(|change| change.op).collect::<Vec<_>>(), [Op::Delete, Op::Insert]);
    }
}
