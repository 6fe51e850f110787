//! The index for elasticlunr.js: which word stands how often in which field of which document.
//!
//! The words of a text come from the crate `elasticlunr` (splitting, endings, words too frequent to be
//! searched for), so that the script in the browser asks for the same ones. The index is built and
//! written here, in the same bytes as the crate's own `Index`: that one reads one document after the other
//! and keeps a copy of its address at each of its words, and so takes most of the time that Zola needs.

mod tree;
mod words;

use std::borrow::Cow;

use elasticlunr::{ELASTICLUNR_VERSION, Language, lang};
use rayon::prelude::*;

use super::entries::{Entry, rfc3339};
use super::{clean, push_json};
use crate::config::Search;
use words::{Counted, Splitting, Words};

/// The key of a document's address.
const REF: &str = "id";

/// A field of the index, as the library calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Description,
    Date,
    Path,
    Body,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Date => "date",
            Self::Path => "path",
            Self::Body => "body",
        }
    }

    fn splitting(self) -> Splitting {
        if self == Self::Path { Splitting::Path } else { Splitting::Text }
    }

    fn value<'a>(self, entry: &Entry<'a>, options: &Search) -> Option<Cow<'a, str>> {
        match self {
            Self::Title => Some(entry.title.into()),
            Self::Description => Some(entry.description.into()),
            Self::Date => entry.date.map(rfc3339),
            Self::Path => Some(entry.path.into()),
            Self::Body => Some(clean::text(entry.html, options.truncate_content_length).into()),
        }
    }
}

/// The fields that an index has, in Zola's order.
fn fields(options: &Search) -> Vec<Field> {
    let all = [
        (Field::Title, options.include_title),
        (Field::Description, options.include_description),
        (Field::Date, options.include_date),
        (Field::Path, options.include_path),
        (Field::Body, options.include_content),
    ];
    all.into_iter().filter(|(_, is_included)| *is_included).map(|(field, _)| field).collect()
}

/// A document: its values, at most one for each field of the index, and how many words each holds.
struct Indexed<'a> {
    url: &'a str,
    values: Vec<Cow<'a, str>>,
    lengths: Vec<usize>,
}

/// Documents that one thread has read, and the words it found in each field.
struct Part<'a> {
    documents: Vec<Indexed<'a>>,
    counted: Vec<Counted>,
    words: Vec<String>,
}

/// Appends the index. A language that elasticlunr does not know, which the configuration refuses, is
/// indexed as English.
pub fn write(entries: &[Entry<'_>], options: &Search, code: &str, file: &mut Vec<u8>) {
    let fields = fields(options);
    let mut entries: Vec<&Entry<'_>> = entries.iter().collect();
    // The library's order is that of a sorted map.
    entries.sort_unstable_by_key(|entry| entry.url);
    let per_part = entries.len().div_ceil(rayon::current_num_threads() * 2).max(1);
    let parts: Vec<Part<'_>> = entries
        .par_chunks(per_part)
        .enumerate()
        .map(|(number, entries)| part(number * per_part, entries, &fields, options, code))
        .collect();
    let language = language(code);
    head(language.as_ref(), &fields, file);
    file.extend_from_slice(b",\"index\":{");
    trees(&parts, &fields, file);
    file.extend_from_slice(b"},\"documentStore\":");
    store(&parts, &fields, file);
    file.extend_from_slice(b",\"lang\":");
    push_json(&language.name(), file);
    file.push(b'}');
}

fn language(code: &str) -> Box<dyn Language> {
    lang::from_code(code).unwrap_or_else(|| Box::new(lang::English::new()))
}

/// Reads some documents; `first` is the number of the first one.
fn part<'a>(
    first: usize,
    entries: &[&Entry<'a>],
    fields: &[Field],
    options: &Search,
    code: &str,
) -> Part<'a> {
    let mut words = Words::new(language(code));
    let mut counted: Vec<Counted> = fields.iter().map(|_| Counted::default()).collect();
    let documents = entries.iter().enumerate().map(|(offset, entry)| {
        // As in Zola, values move up where a document has no date: the path then counts as its date.
        let values: Vec<_> = fields.iter().filter_map(|field| field.value(entry, options)).collect();
        // As in Zola, each field holds the words of those before it too.
        let mut numbers = Vec::new();
        let fields = values.iter().zip(fields).zip(&mut counted);
        let lengths = fields.map(|((value, field), counted)| {
            let own = words.of(value, field.splitting());
            let length = own.len();
            numbers.extend(own);
            numbers.sort_unstable();
            counted.add(first + offset, &numbers);
            length
        });
        let lengths = lengths.collect();
        Indexed { url: entry.url, values, lengths }
    });
    let documents = documents.collect();
    Part { documents, counted, words: words.into_list() }
}

fn head(language: &dyn Language, fields: &[Field], file: &mut Vec<u8>) {
    let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    let pipeline: Vec<String> = language.make_pipeline().queue.iter().map(|step| step.name()).collect();
    file.extend_from_slice(b"{\"fields\":");
    push_json(&names, file);
    file.extend_from_slice(b",\"pipeline\":");
    push_json(&pipeline, file);
    file.extend_from_slice(b",\"ref\":");
    push_json(REF, file);
    file.extend_from_slice(b",\"version\":");
    push_json(ELASTICLUNR_VERSION, file);
}

/// Positions of the fields, by name.
fn sorted(fields: &[Field]) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..fields.len()).collect();
    positions.sort_unstable_by_key(|position| fields[*position].name());
    positions
}

fn trees(parts: &[Part<'_>], fields: &[Field], file: &mut Vec<u8>) {
    let urls: Vec<Vec<u8>> = documents(parts).map(|document| json(document.url)).collect();
    for (count, position) in sorted(fields).into_iter().enumerate() {
        if count > 0 {
            file.push(b',');
        }
        push_json(fields[position].name(), file);
        file.extend_from_slice(b":{\"root\":");
        let words = parts.iter().flat_map(|part| part.counted[position].words(&part.words));
        tree::write(words.collect(), &urls, file);
        file.push(b'}');
    }
}

/// Appends all values, for showing results, and the lengths by which words are weighed.
fn store(parts: &[Part<'_>], fields: &[Field], file: &mut Vec<u8>) {
    let positions = sorted(fields);
    file.extend_from_slice(b"{\"save\":true,\"docs\":{");
    for (count, document) in documents(parts).enumerate() {
        push_key(document.url, count, file);
        file.push(b'{');
        values(document, &positions, fields, file);
        file.push(b'}');
    }
    file.extend_from_slice(b"},\"docInfo\":{");
    for (count, document) in documents(parts).filter(|document| !document.lengths.is_empty()).enumerate() {
        push_key(document.url, count, file);
        file.push(b'{');
        let lengths = positions.iter().filter(|position| **position < document.lengths.len());
        for (count, position) in lengths.enumerate() {
            push_key(fields[*position].name(), count, file);
            push_json(&document.lengths[*position], file);
        }
        file.push(b'}');
    }
    file.extend_from_slice(b"},\"length\":");
    push_json(&documents(parts).count(), file);
    file.push(b'}');
}

/// Values by key, the address among them.
fn values(document: &Indexed<'_>, positions: &[usize], fields: &[Field], file: &mut Vec<u8>) {
    let own = positions.iter().filter_map(|position| {
        document.values.get(*position).map(|value| (fields[*position].name(), value.as_ref()))
    });
    let mut pairs: Vec<(&str, &str)> = own.chain([(REF, document.url)]).collect();
    pairs.sort_unstable();
    for (count, (key, value)) in pairs.into_iter().enumerate() {
        push_key(key, count, file);
        push_json(value, file);
    }
}

fn documents<'p, 'a>(parts: &'p [Part<'a>]) -> impl Iterator<Item = &'p Indexed<'a>> {
    parts.iter().flat_map(|part| &part.documents)
}

/// Appends a key, after a comma unless it is the first of its object.
fn push_key(key: &str, count: usize, file: &mut Vec<u8>) {
    if count > 0 {
        file.push(b',');
    }
    push_json(key, file);
    file.push(b':');
}

fn json(text: &str) -> Vec<u8> {
    let mut json = Vec::new();
    push_json(text, &mut json);
    json
}

#[cfg(test)]
mod tests;
