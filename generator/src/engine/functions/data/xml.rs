//! XML: elements as keys, attributes as keys with `@` in front, text beside attributes as `#text`.
//!
//! Documents with a DTD are refused by the parser, so no entity can grow.

use roxmltree_to_serde::{Config, xml_str_to_json};
use tera::Value;

use super::{MOST_LEVELS, Mistake, character};

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Value, Mistake> {
    // Elements become values by recursion, which the parser does not bound.
    if let Some(at) = too_deep(text) {
        return Err(Mistake::at(at..at + 1, format!("elements are nested more than {MOST_LEVELS} deep")));
    }
    match xml_str_to_json(text, &Config::default()) {
        Ok(value) => Ok(Value::from_serializable(&value)),
        Err(error) => {
            let position = error.pos();
            let (line, column) = (position.row as usize, position.col as usize);
            // The parser counts characters.
            let in_line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
            let bytes: usize = in_line.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
            let message = error.to_string();
            let message = message.split(" at ").next().unwrap_or_default();
            Err(Mistake::at(character(text, line, bytes + 1), message))
        }
    }
}

/// Where the first element stands that lies too deep. Counts tags only: what is no XML is refused later.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let rest = &text[start..];
        let end = |mark: &str| rest.find(mark).map_or(text.len(), |end| start + end + mark.len());
        at = if rest.starts_with("<!--") {
            end("-->")
        } else if rest.starts_with("<![CDATA[") {
            end("]]>")
        } else if rest.starts_with("<?") {
            end("?>")
        } else {
            let end = start + tag_length(rest);
            if rest.starts_with("</") {
                depth = depth.saturating_sub(1);
            } else if !rest.starts_with("<!") && !text[..end].ends_with("/>") {
                depth += 1;
            }
            end
        };
        if depth > MOST_LEVELS {
            return Some(start);
        }
    }
    None
}

/// Length of a tag; `>` in quotes does not end it.
fn tag_length(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return at + 1,
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    tag.len()
}
