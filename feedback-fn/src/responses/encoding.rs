//! From the bytes of a table to its text: UTF-8, UTF-16, and Windows-1252, which Excel calls just CSV.
//!
//! A byte order mark decides; then whatever is UTF-8 is UTF-8; the rest is Windows-1252, unless something speaks
//! against it. For that encoding has a letter for almost every byte: any damage would pass, and would be published.

/// What Windows-1252 has from 0x80 to 0x9F; elsewhere it is Latin-1. Five bytes mean nothing (WHATWG Encoding, index
/// windows-1252, has controls there). A library would bring the tables of all encodings for these 32 letters.
#[rustfmt::skip]
const WINDOWS_1252: [Option<char>; 32] = [
    Some('€'), None, Some('‚'), Some('ƒ'), Some('„'), Some('…'), Some('†'), Some('‡'),
    Some('ˆ'), Some('‰'), Some('Š'), Some('‹'), Some('Œ'), None, Some('Ž'), None,
    None, Some('‘'), Some('’'), Some('“'), Some('”'), Some('•'), Some('–'), Some('—'),
    Some('˜'), Some('™'), Some('š'), Some('›'), Some('œ'), None, Some('ž'), Some('Ÿ'),
];

const ADVICE: &str = "save the table as `CSV UTF-8` (Excel) or choose `Unicode (UTF-8)` (LibreOffice)";

/// Bytes that are no text.
#[derive(Debug)]
pub(super) struct Illegible {
    /// The text before them.
    pub(super) before: String,
    /// What is wrong, and what to do.
    pub(super) what: String,
}

impl Illegible {
    fn new(before: &str, why: &str) -> Illegible {
        Illegible { before: before.to_owned(), what: format!("{why}: {ADVICE}") }
    }
}

/// The text, without a byte order mark.
pub(super) fn text(bytes: &[u8]) -> Result<String, Illegible> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ if is_meant_as_utf8(bytes) => utf8(bytes),
        _ => windows_1252(bytes),
    }?;
    match text.find('\0') {
        None => Ok(text),
        Some(at) => Err(Illegible::new(&text[..at], "byte `0x00` is in no text")),
    }
}

/// Whether it is UTF-8, also if some bytes of it are damaged.
fn is_meant_as_utf8(bytes: &[u8]) -> bool {
    let mut letters = bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
    std::str::from_utf8(bytes).is_ok() || letters.any(|letter| !letter.is_ascii() && !is_accident(letter))
}

/// Whether the letter may also be two of Windows-1252: one that ends words, then a mark. `ß“` in `„Spaß“` is U+07D3.
fn is_accident(letter: char) -> bool {
    let (mut bytes, ends) = ([0; 4], [0xC4, 0xC9, 0xD6, 0xDC, 0xDF].map(char::from));
    ends.contains(&char::from(letter.encode_utf8(&mut bytes).as_bytes()[0]))
}

fn utf8(bytes: &[u8]) -> Result<String, Illegible> {
    match bytes.utf8_chunks().next() {
        Some(chunk) if !chunk.invalid().is_empty() => {
            let why = format!("byte `{:#04X}` is not UTF-8", chunk.invalid()[0]);
            Err(Illegible::new(chunk.valid(), &why))
        }
        chunk => Ok(chunk.map(|chunk| chunk.valid().to_owned()).unwrap_or_default()),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Illegible> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let letters = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).map(Result::ok);
    let damage = rest.iter().map(|_| None);
    collected(letters.chain(damage).map(|letter| letter.ok_or_else(|| "here is no UTF-16".to_owned())))
}

fn windows_1252(bytes: &[u8]) -> Result<String, Illegible> {
    let letter = |byte: &u8| match byte {
        0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => Some(char::from(*byte)),
    };
    let why = |byte| format!("byte `{byte:#04X}` is a letter neither of UTF-8 nor of Windows-1252");
    let text = collected(bytes.iter().map(|byte| letter(byte).ok_or_else(|| why(byte))))?;
    match strange(&text) {
        None => Ok(text),
        Some(at) => Err(Illegible::new(&text[..at], "letters stand in words as if for MS-DOS or Macintosh")),
    }
}

/// Where `ä` and `ö` of MS-DOS (code page 850), or `ä` and `ü` of Macintosh, stand inside a word. Excel offers both
/// beside the CSV of Windows.
fn strange(text: &str) -> Option<usize> {
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let inside = letters.windows(3).find(|near| {
        near[0].1.is_lowercase() && matches!(near[1].1, '„' | '”' | 'Š' | 'Ÿ') && near[2].1.is_lowercase()
    });
    inside.map(|near| near[1].0)
}

fn collected(letters: impl Iterator<Item = Result<char, String>>) -> Result<String, Illegible> {
    let mut text = String::new();
    for letter in letters {
        match letter {
            Ok(letter) => text.push(letter),
            Err(why) => return Err(Illegible::new(&text, &why)),
        }
    }
    Ok(text)
}
