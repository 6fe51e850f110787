//! Words → the library's tree, in which each letter leads to the next, written without being built.
//!
//! Words come sorted, so that a word is written right after those it begins with: what two neighbours
//! have in common stays open, the rest of the former is closed.

use super::push_json;
use super::words::{Posting, can_be_found};

/// Frequencies up to this one are formed once.
const FREQUENT: u32 = 64;

/// Appends the tree. Words may come several times, once per part of the documents, the parts in order;
/// `urls` are the documents' addresses as JSON.
pub fn write(mut words: Vec<(&str, &[Posting])>, urls: &[Vec<u8>], file: &mut Vec<u8>) {
    words.retain(|(word, _)| can_be_found(word));
    // Stable: the parts of a word stay in order.
    words.sort_by_key(|(word, _)| *word);
    let frequencies: Vec<Vec<u8>> = (0..=FREQUENT).map(frequency).collect();
    let mut tree = Tree { urls, frequencies: &frequencies, file };
    tree.open(&[]);
    let mut former = "";
    for run in words.chunk_by(|a, b| a.0 == b.0) {
        tree.word(former, run);
        former = run[0].0;
    }
    tree.close(former.chars().count() + 1);
}

struct Tree<'a> {
    urls: &'a [Vec<u8>],
    frequencies: &'a [Vec<u8>],
    file: &'a mut Vec<u8>,
}

impl Tree<'_> {
    fn word(&mut self, former: &str, run: &[(&str, &[Posting])]) {
        let word = run[0].0;
        let shared = former.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
        self.close(former.chars().count() - shared);
        let letters = word.chars().count();
        for (index, letter) in word.chars().enumerate().skip(shared) {
            self.file.push(b',');
            push_json(&letter, self.file);
            self.file.push(b':');
            self.open(if index + 1 == letters { run } else { &[] });
        }
    }

    /// Opens a letter, with the documents of the word that ends there.
    fn open(&mut self, run: &[(&str, &[Posting])]) {
        self.file.extend_from_slice(b"{\"docs\":{");
        let postings = run.iter().flat_map(|(_, postings)| *postings);
        let mut documents = 0_usize;
        for posting in postings {
            if documents > 0 {
                self.file.push(b',');
            }
            documents += 1;
            self.file.extend_from_slice(&self.urls[posting.document as usize]);
            self.file.extend_from_slice(b":{\"tf\":");
            match self.frequencies.get(posting.count as usize) {
                Some(known) => self.file.extend_from_slice(known),
                None => self.file.extend_from_slice(&frequency(posting.count)),
            }
            self.file.push(b'}');
        }
        self.file.extend_from_slice(b"},\"df\":");
        push_json(&documents, self.file);
    }

    fn close(&mut self, letters: usize) {
        self.file.resize(self.file.len() + letters, b'}');
    }
}

/// How much a word that stands so often in a document weighs.
fn frequency(count: u32) -> Vec<u8> {
    let mut json = Vec::new();
    push_json(&f64::from(count).sqrt(), &mut json);
    json
}
