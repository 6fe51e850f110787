//! The index is the one that the crate `elasticlunr` makes, byte for byte.

use elasticlunr::IndexBuilder;

use super::*;
use crate::parse::date;

/// The crate's own index of the same documents.
fn expected(entries: &[Entry<'_>], options: &Search, code: &str) -> String {
    let builder = fields(options).into_iter().fold(
        IndexBuilder::with_language(lang::from_code(code).unwrap()),
        |builder, field| match field {
            Field::Path => builder.add_field_with_tokenizer(
                "path",
                Box::new(|path| {
                    let parts = path.split([' ', '-', '/']).filter(|part| !part.is_empty());
                    parts.map(str::to_lowercase).collect()
                }),
            ),
            field => builder.add_field(field.name()),
        },
    );
    let mut index = builder.build();
    for entry in entries {
        let values = fields(options).into_iter().filter_map(|field| field.value(entry, options));
        index.add_doc(entry.url, values);
    }
    index.to_json()
}

#[track_caller]
fn check(entries: &[Entry<'_>], options: &Search, code: &str) {
    let mut file = Vec::new();
    write(entries, options, code, &mut file);
    assert_eq!(String::from_utf8(file).unwrap(), expected(entries, options, code), "{code}: {options:?}");
}

fn entry<'a>(url: &'a str, title: &'a str, html: &'a str) -> Entry<'a> {
    Entry { url, title, description: "Über \"uns\"", date: None, path: "/a-b/c d/", html }
}

#[test]
fn every_choice_of_fields_gives_the_same_index() {
    let date = date::parse("2026-01-02T10:00:00+02:00").unwrap();
    let dated =
        Entry { date: Some(&date), ..entry("https://a.example/b/", "Roads", "<p>One road, two roads.</p>") };
    let entries = [entry("https://a.example/", "", ""), dated, entry("https://a.example/a/", "A road", "x")];
    for choice in 0..32_u8 {
        let is_on = |bit: u8| choice & (1 << bit) != 0;
        let options = Search {
            include_title: is_on(0),
            include_description: is_on(1),
            include_date: is_on(2),
            include_path: is_on(3),
            include_content: is_on(4),
            ..Search::default()
        };
        check(&entries, &options, "en");
        check(&entries, &options, "de");
    }
    check(&[], &Search::default(), "en");
}

#[test]
fn every_language_gives_the_same_index() {
    let texts = [
        "<p>Die Müllabfuhren kommen, die Müllabfuhr kam; Straßen-Bau, straßenbau.</p>",
        "<p>Running runners ran; agreed relational hopping, sky skies yyy éed</p>",
        "<p>Les écoles élémentaires; gli uffici comunali; las niñas corrían; människornas</p>",
        "<p>Дороги и дорога; 한글 사랑; İstanbul'un yolları; árvíztűrő tükörfúrógép</p>",
        "<p>\u{301}a\u{200d}b \u{1f469}\u{200d}\u{1f33e} ß ẞ ŉ ǰ İ İİ -- 'n' 1.000,5 &amp; \u{feff}x</p>",
    ];
    let urls: Vec<String> = (0..40).map(|number| format!("https://a.example/{number}/")).collect();
    let entries: Vec<Entry<'_>> =
        urls.iter().zip(texts.iter().cycle()).map(|(url, text)| entry(url, "T", text)).collect();
    let mut entries = entries;
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.url));
    for language in lang::languages() {
        check(&entries, &Search::default(), &language.code());
    }
}

#[test]
fn many_equal_words_weigh_as_their_root() {
    let body = "wort ".repeat(1_000);
    check(&[entry("https://a.example/", "a", &body)], &Search::default(), "de");
}

/// A tree a level for each letter would end the search of a whole site in the browser.
#[test]
fn a_word_without_end_cannot_be_searched_and_harms_nothing() {
    for letter in ["a", "y"] {
        let html = format!("<p>vorher {} {} nachher</p>", letter.repeat(1_000_000), letter.repeat(501));
        let mut file = Vec::new();
        write(&[entry("https://a.example/", "T", &html)], &Search::default(), "en", &mut file);
        let text = String::from_utf8(file).unwrap();
        let (tree, store) = text.split_once("documentStore").unwrap();
        assert!(tree.len() < 5_000, "{} bytes", tree.len());
        let lengths = "\"docInfo\":{\"https://a.example/\":{\"body\":4,\"title\":1}},\"length\":1},\"lang\":\"English\"}";
        assert!(store.ends_with(lengths), "{letter}");
    }
}
