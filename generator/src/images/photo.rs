//! What a camera writes beside the pixels (EXIF): which side is up, what is to be seen, when it was taken.

use exif::{In, Tag, Value};
use image::metadata::Orientation;

use super::size::Size;

/// EXIF, as far as it is used. What cannot be read is as if it were not there, as in Zola.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// How the pixels must be turned to be seen as meant.
    pub orientation: Orientation,
    /// `ImageDescription`
    pub description: Option<String>,
    /// `DateTimeOriginal` as it stands there: `2026:05:04 12:00:00`
    pub created: Option<String>,
}

impl Photo {
    /// From a raw EXIF block.
    pub fn read(block: Option<Vec<u8>>) -> Self {
        let exif = block.and_then(|block| exif::Reader::new().read_raw(block).ok());
        let Some(exif) = exif else {
            return Self { orientation: Orientation::NoTransforms, description: None, created: None };
        };
        Self {
            orientation: orientation(&exif),
            description: text(&exif, Tag::ImageDescription),
            created: text(&exif, Tag::DateTimeOriginal),
        }
    }

    /// The size that is seen, of pixels that are stored in the size `stored`.
    pub fn upright(&self, stored: Size) -> Size {
        match self.orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => stored.turned(),
            _ => stored,
        }
    }
}

fn orientation(exif: &exif::Exif) -> Orientation {
    let field = exif.get_field(Tag::Orientation, In::PRIMARY);
    let number = field.and_then(|field| field.value.get_uint(0));
    let number = number.and_then(|number| u8::try_from(number).ok());
    number.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms)
}

fn text(exif: &exif::Exif, tag: Tag) -> Option<String> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(texts) => texts.first().map(|text| String::from_utf8_lossy(text).into_owned()),
        _ => None,
    }
}
