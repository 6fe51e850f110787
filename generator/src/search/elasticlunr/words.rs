//! Text → words as a language's search knows them, counted by document.

use std::collections::HashMap;

use elasticlunr::{Language, Pipeline};

/// Longest word that can be found, in characters. The tree of words has a level for each, and browsers
/// read only a few thousand levels: one long run of data in a text would end the search of a whole site.
const LONGEST: usize = 500;

/// Longest word of a text whose stem is looked for, in bytes.
const LONGEST_READ: usize = 4 * LONGEST;

/// Where a word stands, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Number of the document.
    pub document: u32,
    /// How often.
    pub count: u32,
}

/// How a text falls into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Splitting {
    /// As the language does it.
    Text,
    /// At slashes too.
    Path,
}

/// Words of one field in several documents: postings by number of the word, in the order of documents.
#[derive(Debug, Default)]
pub struct Counted(Vec<Vec<Posting>>);

impl Counted {
    /// Counts words, by number and sorted, as those of a document.
    pub fn add(&mut self, document: usize, numbers: &[u32]) {
        let document = u32::try_from(document).expect("a site has fewer than four thousand million pages");
        let needed = numbers.last().map_or(0, |last| *last as usize + 1);
        self.0.resize_with(self.0.len().max(needed), Vec::new);
        for run in numbers.chunk_by(|a, b| a == b) {
            let count = u32::try_from(run.len()).unwrap_or(u32::MAX);
            self.0[run[0] as usize].push(Posting { document, count });
        }
    }

    /// Each word with its postings.
    pub fn words<'a>(&'a self, words: &'a [String]) -> impl Iterator<Item = (&'a str, &'a [Posting])> {
        let all = words.iter().zip(&self.0).filter(|(_, postings)| !postings.is_empty());
        all.map(|(word, postings)| (word.as_str(), postings.as_slice()))
    }
}

/// A language that remembers words: a text has ten times as many as there are different ones, and finding
/// a stem takes longer than looking it up.
pub struct Words {
    language: Box<dyn Language>,
    pipeline: Pipeline,
    /// Number of the stem by word; none for a word that is not searched for.
    known: HashMap<String, Option<u32>>,
    numbers: HashMap<String, u32>,
}

impl Words {
    /// A language that has read nothing yet.
    pub fn new(language: Box<dyn Language>) -> Self {
        let pipeline = language.make_pipeline();
        Self { language, pipeline, known: HashMap::new(), numbers: HashMap::new() }
    }

    /// The numbers of a text's words, those left out that are not searched for.
    pub fn of(&mut self, text: &str, splitting: Splitting) -> Vec<u32> {
        let words = match splitting {
            Splitting::Text => self.language.tokenize(text),
            Splitting::Path => path_words(text),
        };
        words.into_iter().filter_map(|word| self.number(word)).collect()
    }

    /// All stems, by number.
    pub fn into_list(self) -> Vec<String> {
        let mut list = vec![String::new(); self.numbers.len()];
        for (word, number) in self.numbers {
            list[number as usize] = word;
        }
        list
    }

    fn number(&mut self, word: String) -> Option<u32> {
        if let Some(number) = self.known.get(&word) {
            return *number;
        }
        let stem = match word.len() {
            // It counts as a word, and nobody finds it.
            length if length > LONGEST_READ => Some(String::new()),
            _ => self.pipeline.run(vec![word.clone()]).pop(),
        };
        let next = u32::try_from(self.numbers.len()).expect("nobody has so many words");
        let number = stem.map(|stem| *self.numbers.entry(stem).or_insert(next));
        self.known.insert(word, number);
        number
    }
}

/// Whether a stem has a place in the tree of words.
pub fn can_be_found(stem: &str) -> bool {
    !stem.is_empty() && (stem.len() <= LONGEST || stem.chars().count() <= LONGEST)
}

fn path_words(path: &str) -> Vec<String> {
    let parts = path.split(|letter: char| letter.is_whitespace() || matches!(letter, '-' | '/'));
    parts.filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
}
