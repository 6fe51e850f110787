//! What the head of an image file says, without its pixels: kind, size, profile, EXIF.

use std::io::Cursor;

use image::{ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use sha2::{Digest as _, Sha256};

use super::operation::Loss;
use super::photo::Photo;
use super::problem::Problem;
use super::size::Size;
use crate::guard;

/// Most bytes of pixels that are read of one image, and most memory its reader may take for it.
const MAX_DECODED: u64 = 1 << 30;

/// An image file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// What it is.
    pub kind: Kind,
}

/// What an image file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// SVG
    Drawing(Size),
    /// AVIF, whose pixels nobody here reads.
    Avif(Size),
    /// Everything else.
    Pixels(Pixels),
}

/// An image with pixels that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Its format.
    pub format: ImageFormat,
    /// As it is seen: turned as EXIF says.
    pub size: Size,
    /// EXIF
    pub photo: Photo,
    /// Its colors.
    pub profile: Profile,
    /// How much memory its pixels take.
    pub decoded: u64,
}

/// The color profile of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// None, or sRGB, which is what everybody takes pixels without a profile for.
    Usual,
    /// Another: without it, colors look wrong.
    Special,
}

impl Picture {
    /// Reads the head of a file; `name` is its name or path.
    ///
    /// # Errors
    /// If it is no image.
    pub fn read(bytes: &[u8], name: &str) -> Result<Self, Problem> {
        let kind = guarded(|| match ending(name).as_str() {
            "svg" => drawing(bytes).map(Kind::Drawing),
            "avif" => avif(bytes).map(Kind::Avif),
            _ => pixels(bytes, name).map(Kind::Pixels),
        })?;
        Ok(Self { digest: Sha256::digest(bytes).into(), kind })
    }

    /// Its size as it is seen.
    pub fn size(&self) -> Size {
        match &self.kind {
            Kind::Drawing(size) | Kind::Avif(size) => *size,
            Kind::Pixels(pixels) => pixels.size,
        }
    }

    /// The pixels.
    ///
    /// # Errors
    /// If it has none that can be read.
    pub fn pixels(&self) -> Result<&Pixels, Problem> {
        match &self.kind {
            Kind::Drawing(_) => Err(Problem::Drawing),
            Kind::Avif(_) => Err(Problem::NoPixels),
            Kind::Pixels(pixels) if pixels.decoded > MAX_DECODED => Err(Problem::TooLarge(pixels.size)),
            Kind::Pixels(pixels) => Ok(pixels),
        }
    }
}

impl Pixels {
    /// Whether something of it was lost when it was written.
    pub fn loss(&self) -> Loss {
        match self.format {
            ImageFormat::Png
            | ImageFormat::Pnm
            | ImageFormat::Tiff
            | ImageFormat::Tga
            | ImageFormat::Bmp
            | ImageFormat::Ico
            | ImageFormat::Hdr
            | ImageFormat::Farbfeld => Loss::Without,
            _ => Loss::With,
        }
    }
}

/// The reader of an image's pixels. The format is what the first bytes say, otherwise the ending.
///
/// # Errors
/// If there is none, or the head is damaged.
pub fn decoder<'a>(bytes: &'a [u8], name: &str) -> Result<(ImageFormat, impl ImageDecoder + 'a), Problem> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    if let Some(format) = ImageFormat::from_extension(ending(name)) {
        reader.set_format(format);
    }
    let reader = reader.with_guessed_format().map_err(|error| Problem::Unreadable(error.to_string()))?;
    let format = reader.format().ok_or(Problem::NoImage)?;
    Ok((format, reader.into_decoder().map_err(broken)?))
}

/// What a reader or writer of images says.
pub fn broken(error: ImageError) -> Problem {
    match error {
        // Readers name the format as well, but here it is what is not supported.
        ImageError::Unsupported(error) => match error.kind() {
            image::error::UnsupportedErrorKind::Format(_) => Problem::NoImage,
            _ => Problem::Broken(error.to_string()),
        },
        error => Problem::Broken(error.to_string()),
    }
}

/// Readers and writers of images are other people's work on bytes of anybody: where one of them panics
/// (the one of AVIF does for many cut files), that is a damaged image, and nothing is told of the panic.
///
/// # Errors
/// Those of `work`.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    guard::here(work).unwrap_or_else(|_| Err(Problem::Broken("no sense can be made of it".to_owned())))
}

fn ending(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase())
}

fn pixels(bytes: &[u8], name: &str) -> Result<Pixels, Problem> {
    let (format, mut decoder) = decoder(bytes, name)?;
    let (width, height) = decoder.dimensions();
    let photo = Photo::read(decoder.exif_metadata().map_err(broken)?);
    let profile = match decoder.icc_profile() {
        Ok(Some(profile)) if !is_srgb(&profile) => Profile::Special,
        _ => Profile::Usual,
    };
    let size = photo.upright(Size { width, height });
    Ok(Pixels { format, size, photo, profile, decoded: decoder.total_bytes() })
}

/// Profiles name themselves, in one byte or two bytes a letter.
fn is_srgb(profile: &[u8]) -> bool {
    let holds = |name: &[u8]| profile.windows(name.len()).any(|window| window == name);
    holds(b"sRGB") || holds(b"s\0R\0G\0B")
}

/// The lengths that it states, as far as they are plain numbers or can be made of its view box.
fn drawing(bytes: &[u8]) -> Result<Size, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| Problem::Broken(error.to_string()))?;
    let drawing = svg_metadata::Metadata::parse(text).map_err(|error| Problem::Broken(error.to_string()))?;
    let (width, height) = match (drawing.width(), drawing.height(), drawing.view_box) {
        (Some(width), Some(height), _) => (width, height),
        (_, _, Some(view_box)) => (view_box.width, view_box.height),
        _ => return Err(Problem::NoSize),
    };
    // Such a cast ends at the bounds of the integer, which is what is wanted of nonsense.
    Ok(Size { width: width as u32, height: height as u32 })
}

fn avif(bytes: &[u8]) -> Result<Size, Problem> {
    let broken = |error: avif_parse::Error| Problem::Broken(error.to_string());
    let file = avif_parse::AvifData::from_reader(&mut &*bytes).map_err(broken)?;
    let head = file.primary_item_metadata().map_err(broken)?;
    Ok(Size { width: head.max_frame_width.get(), height: head.max_frame_height.get() })
}
