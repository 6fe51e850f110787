//! How long a text is: words, and minutes of reading.

use unicode_segmentation::UnicodeSegmentation;

/// Words (characters in Chinese and Japanese) of a Markdown source without its code fences, and the
/// minutes it takes to read them, rounded up.
///
/// The speeds are those of Zola 0.23, which took them from studies of silent reading per language.
pub(super) fn of(source: &str, language: &str) -> (usize, usize) {
    // A fence switches from text to code and the next one back, so that every other piece is text.
    let text = source.split("```").step_by(2);
    let primary = language.split('-').next().unwrap_or(language);
    let (count, per_minute): (usize, usize) = match primary {
        "zh" => (text.map(letters).sum(), 439),
        "ja" => (text.map(letters).sum(), 653),
        "en" => (text.map(words).sum(), 238),
        "ko" => (text.map(words).sum(), 202),
        _ => (text.map(words).sum(), 200),
    };
    (count, count.div_ceil(per_minute))
}

fn words(text: &str) -> usize {
    text.unicode_words().count()
}

fn letters(text: &str) -> usize {
    text.chars().filter(|letter| letter.is_alphabetic()).count()
}
