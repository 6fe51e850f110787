//! Every format as templates see it, and where mistakes are.

use super::{Format, MOST_LEVELS, read};

/// A text as the value that JSON writes like this.
#[track_caller]
fn check(format: Format, text: &str, expected: &str) {
    let value = read(text, format).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"));
    assert_eq!(serde_json::to_string(&value).unwrap(), expected, "{text}");
}

/// A text, and the message with its line and column.
#[track_caller]
fn broken(format: Format, text: &str, place: (usize, usize), message: &str) {
    let mistake = read(text, format).expect_err(text);
    assert_eq!(mistake.line_and_column(text), place, "{text}: {mistake:?}");
    assert!(mistake.message.contains(message), "{text}: {mistake:?}");
    assert!(text.is_char_boundary(mistake.range.start) && text.is_char_boundary(mistake.range.end));
}

#[test]
fn dates_of_toml_are_text_at_any_depth() {
    check(
        Format::Toml,
        "a = 1979-05-27\nb = [1979-05-27T07:32:00Z, 07:32:00]\n[c.d]\ne = { f = 1979-05-27T07:32:00 }\n",
        r#"{"a":"1979-05-27","b":["1979-05-27T07:32:00Z","07:32:00"],"c":{"d":{"e":{"f":"1979-05-27T07:32:00"}}}}"#,
    );
    check(Format::Toml, "a = 1_000\nb = 1.5\nc = true", r#"{"a":1000,"b":1.5,"c":true}"#);
    check(Format::Toml, "", "{}");
}

#[test]
fn numbers_of_json_keep_their_kind() {
    check(
        Format::Json,
        r#"{"z": 1, "a": 1.0, "m": -5, "g": 18446744073709551615, "n": null, "l": [true, "x"]}"#,
        r#"{"a":1.0,"g":18446744073709551615,"l":[true,"x"],"m":-5,"n":null,"z":1}"#,
    );
    check(Format::Json, "7", "7");
}

#[test]
fn rows_are_text_with_quoted_values() {
    check(
        Format::Csv,
        "a,b\r\n1,\"x, \"\"y\"\"\nz\"\n ä ,\n",
        r#"{"headers":["a","b"],"records":[["1","x, \"y\"\nz"],[" ä ",""]]}"#,
    );
    check(Format::Csv, "", r#"{"headers":[],"records":[]}"#);
}

#[test]
fn words_of_yaml_mean_what_they_mean_in_zola() {
    check(
        Format::Yaml,
        "a: yes\nb: true\nc: 012\nd: 0x1F\ne: 1e3\nf: ~\ng: 2026-01-02\nh: '1'\ni: null\nj: 1_000\n",
        r#"{"a":"yes","b":true,"c":"012","d":31,"e":1000.0,"f":null,"g":"2026-01-02","h":"1","i":null,"j":"1_000"}"#,
    );
    check(
        Format::Yaml,
        "k: 0o17\nl: -.5\nm: +5\nn: 0b11\no: True\np: 1e400\nq: 1.\nr: -0\ns: 18446744073709551615\nt: 1:30\n",
        r#"{"k":15,"l":-0.5,"m":5,"n":3,"o":true,"p":"1e400","q":1.0,"r":0,"s":18446744073709551615,"t":"1:30"}"#,
    );
    assert_eq!(read(".inf", Format::Yaml).unwrap().as_f64(), Some(f64::INFINITY));
    check(Format::Yaml, "- 1\n- [a, {b: c}]\n", r#"[1,["a",{"b":"c"}]]"#);
    check(Format::Yaml, "x: |\n  a\n  b\ny: >\n  c\n  d\n", r#"{"x":"a\nb\n","y":"c d\n"}"#);
    check(Format::Yaml, "", "null");
}

#[test]
fn aliases_of_yaml_are_copied_and_merge_keys_are_keys() {
    check(
        Format::Yaml,
        "basis: &b {x: 1}\nmehr:\n  <<: *b\n  y: 2\nnoch: *b\n",
        r#"{"basis":{"x":1},"mehr":{"<<":{"x":1},"y":2},"noch":{"x":1}}"#,
    );
}

#[test]
fn keys_of_yaml_may_be_numbers_and_flags() {
    let value = read("1: eins\ntrue: ja\nx: y\n", Format::Yaml).unwrap();
    let map = value.as_map().unwrap();
    assert!(map.contains_key(&tera::value::Key::I64(1)));
    assert!(map.contains_key(&tera::value::Key::Bool(true)));
}

#[test]
fn elements_and_attributes_of_xml_are_keys() {
    check(
        Format::Xml,
        "<?xml version='1.0'?><plan jahr='2026'><ort id='1'>A</ort><ort id='2'>B</ort><leer/><zahl>007</zahl><n>1.5</n></plan>",
        r##"{"plan":{"@jahr":2026,"leer":{},"n":1.5,"ort":[{"#text":"A","@id":1},{"#text":"B","@id":2}],"zahl":7}}"##,
    );
}

#[test]
fn entries_of_bibtex_have_tags_in_lower_case() {
    check(
        Format::Bibtex,
        "@string{amt = \"Amt\"}\n@book{k1, Title = {Über {Uns}}, Publisher = amt # \" A\", year = 2020}\n@comment{x}\n@preamble{\"p\"}",
        r#"{"bibliographies":[{"citation_key":"k1","entry_type":"book","tags":{"publisher":"Amt A","title":"Über {Uns}","year":"2020"}}],"comments":["x"],"preambles":["p"],"variables":{"amt":"Amt"}}"#,
    );
}

#[test]
fn mistakes_stand_where_they_are() {
    broken(Format::Toml, "a = 1\nä = 2\nb =\n", (2, 1), "");
    broken(Format::Toml, "a = 1\nb = \n", (2, 5), "");
    broken(Format::Json, "{\n  \"ä\": 1,\n}\n", (3, 1), "trailing comma");
    broken(Format::Json, "{\"a\": \"ä", (1, 8), "EOF");
    broken(Format::Json, "", (1, 1), "EOF");
    broken(Format::Csv, "a,b\n1,2\nä,2,3\n", (3, 1), "the row has 3 values, the first one has 2");
    broken(Format::Xml, "<a>\n  <ä></b>\n</a>", (2, 6), "expected 'ä' tag, not 'b'");
    broken(Format::Xml, "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", (1, 1), "DTD");
    broken(Format::Yaml, "a: 1\nb: [ä, ö\nc: 2\n", (3, 2), "");
    broken(Format::Yaml, "a: 1\na: 2\n", (2, 1), "duplicate");
    broken(Format::Bibtex, "@string{a = \"ä\"}\n@string{b = b}\n", (2, 9), "leads back to itself");
    broken(Format::Bibtex, "@book{a, title = {x}}\n@book{b\n", (2, 1), "an entry is");
}

#[test]
fn depth_is_bounded() {
    let deep = MOST_LEVELS + 1;
    for (format, text) in [
        (Format::Json, format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))),
        (Format::Toml, format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000))),
        (Format::Yaml, format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))),
        (Format::Yaml, (0..deep * 2).map(|level| format!("{}a:\n", " ".repeat(level))).collect()),
        (Format::Xml, format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000))),
        (Format::Xml, format!("<!-- <a> --><a b='/>'>{}{}</a>", "<a>".repeat(deep), "</a>".repeat(deep))),
    ] {
        assert!(read(&text, format).is_err(), "{format:?}");
    }
    read(&format!("{}{}", "<a>".repeat(100), "</a>".repeat(100)), Format::Xml).unwrap();
    read(&format!("<x>{}</x>", "<a/>".repeat(1000)), Format::Xml).unwrap();
}

#[test]
fn file_of_a_few_lines_cannot_grow_without_bounds() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (this, last) in ('b'..='k').zip('a'..='j') {
        let aliases = vec![format!("*{last}"); 10].join(", ");
        bomb.push_str(&format!("{this}: &{this} [{aliases}]\n"));
    }
    assert!(read(&bomb, Format::Yaml).is_err());
    let mut bomb = "@string{a0 = \"xxxxxxxxxx\"}\n".to_owned();
    for index in 0..60 {
        bomb.push_str(&format!("@string{{a{} = a{index} # a{index}}}\n", index + 1));
    }
    assert!(read(&bomb, Format::Bibtex).unwrap_err().message.contains("longer than"));
    let chain: String = (0..5000).map(|index| format!("@string{{a{index} = a{}}}\n", index + 1)).collect();
    assert!(read(&chain, Format::Bibtex).is_err());
}

#[test]
fn damaged_text_is_a_mistake_and_no_panic() {
    let texts = [
        "@comment{ä",
        "@comment{",
        "@book{ä, t = \"ä",
        "@book{a, t = {ä",
        "@",
        "@book",
        "@string{a = b}@string{b = a}",
        "@string{a = a}",
        "<ä",
        "<a b='",
        "<",
        "&",
        "a: [",
        "a: &",
        "*x",
        "\u{0}",
        "a = \"ä",
        "\"ä\",\"",
        "{\"ä",
        "- - -",
        "? ",
    ];
    for text in texts {
        for format in [
            Format::Toml,
            Format::Json,
            Format::Csv,
            Format::Bibtex,
            Format::Yaml,
            Format::Xml,
            Format::Plain,
        ] {
            if let Err(mistake) = read(text, format) {
                mistake.line_and_column(text);
                assert!(!mistake.message.is_empty(), "{format:?}: {text}");
                assert!(mistake.range.end <= text.len() + 1, "{format:?}: {text}");
            }
        }
    }
}

#[test]
fn format_of_a_file_is_its_ending() {
    for (path, expected) in [
        ("a/b.JSON", Format::Json),
        ("a.b/c.yml", Format::Yaml),
        ("a.toml/c", Format::Plain),
        ("a/.json", Format::Plain),
        ("x.bib", Format::Plain),
        ("x.bibtex", Format::Bibtex),
    ] {
        assert_eq!(Format::of_file(path), expected, "{path}");
    }
}
