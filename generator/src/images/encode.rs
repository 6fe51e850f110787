//! The bytes of a processed image: read, turn upright, cut, scale, write.
//!
//! Everything here that decides about bytes and is not an argument of the template is part of
//! [`SETTINGS`], and with it of every file's name.

use std::sync::mpsc::channel;

use image::codecs::avif::AvifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageEncoder};
use rayon::ThreadPoolBuilder;

use super::operation::Encoding;
use super::photo::Photo;
use super::picture::{broken, decoder, guarded};
use super::problem::Problem;
use super::size::Steps;

/// This file's own version, to be raised with every change to it, and those of the libraries that make the
/// bytes (a test compares them with `Cargo.lock`). Part of every name, so that no image of an older program
/// is taken for one of this.
pub const SETTINGS: [&str; 16] = [
    "1",
    "avif-serialize 0.8.9",
    "exr 1.74.2",
    "fdeflate 0.3.7",
    "flate2 1.1.11",
    "gif 0.14.2",
    "image 0.25.10",
    "image-webp 0.2.4",
    "libwebp-sys 0.9.6",
    "png 0.18.1",
    "qoi 0.4.1",
    "rav1e 0.8.1",
    "ravif 0.13.0",
    "tiff 0.11.3",
    "webp 0.3.1",
    "zune-jpeg 0.5.15",
];

/// In how many tiles an AVIF is written depends on how many threads write it; so that the bytes do not
/// depend on the machine, there are always as many.
const AVIF_THREADS: usize = 4;

/// The pixels as they are seen, and the color profile.
struct Decoded {
    image: DynamicImage,
    profile: Option<Vec<u8>>,
}

/// Reads the image, so that what is wrong with its pixels is known.
///
/// # Errors
/// If it is damaged.
pub fn examine(bytes: &[u8], name: &str) -> Result<(), Problem> {
    guarded(|| decoded(bytes, name).map(drop))
}

/// Makes the processed image.
///
/// # Errors
/// If it is damaged.
pub fn encode(bytes: &[u8], name: &str, steps: &Steps, encoding: Encoding) -> Result<Vec<u8>, Problem> {
    guarded(|| {
        let Decoded { image, profile } = decoded(bytes, name)?;
        written(processed(image, steps), profile, encoding)
    })
}

fn decoded(bytes: &[u8], name: &str) -> Result<Decoded, Problem> {
    let (_, mut decoder) = decoder(bytes, name)?;
    let profile = decoder.icc_profile().ok().flatten();
    let photo = Photo::read(decoder.exif_metadata().map_err(broken)?);
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(photo.orientation);
    Ok(Decoded { image, profile })
}

fn processed(image: DynamicImage, steps: &Steps) -> DynamicImage {
    let image = match steps.cut {
        Some(cut) => image.crop_imm(cut.x, cut.y, cut.size.width, cut.size.height),
        None => image,
    };
    match steps.scale {
        Some(size) => image.resize_exact(size.width, size.height, FilterType::Lanczos3),
        None => image,
    }
}

fn written(image: DynamicImage, profile: Option<Vec<u8>>, encoding: Encoding) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    match encoding {
        Encoding::Png => {
            let encoder = with_profile(PngEncoder::new(&mut bytes), profile);
            image.write_with_encoder(encoder).map_err(broken)?;
        }
        Encoding::Jpeg { quality } => {
            let mut encoder = with_profile(JpegEncoder::new_with_quality(&mut bytes, quality), profile);
            encoder.encode_image(&image).map_err(broken)?;
        }
        Encoding::Webp { quality: None } if profile.is_some() => {
            // The other library writes no profiles, this one writes nothing with loss.
            let encoder = with_profile(WebPEncoder::new_lossless(&mut bytes), profile);
            image.write_with_encoder(encoder).map_err(broken)?;
        }
        Encoding::Webp { quality } => bytes = webp(&image, quality)?,
        Encoding::Avif { quality, speed } => bytes = avif(image, speed, quality)?,
    }
    Ok(bytes)
}

/// Formats that take no profile go without; that is said elsewhere (`Wanted::loses_profile`).
fn with_profile<E: ImageEncoder>(mut encoder: E, profile: Option<Vec<u8>>) -> E {
    if let Some(profile) = profile {
        let _ = encoder.set_icc_profile(profile);
    }
    encoder
}

/// The library shares its work with the pool of the thread that calls it, and such a thread takes up other
/// work of its pool while it waits. On the one that renders pages this would be a page that may wait for the
/// very image, forever, or the next image, and so on until the stack ends. So the library is called in a pool
/// that has nothing else to do, and the caller only waits. A pool for all images would be the same again,
/// where there are fewer threads in it than callers.
fn avif(image: DynamicImage, speed: u8, quality: u8) -> Result<Vec<u8>, Problem> {
    let pool = ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.map_err(|error| Problem::Broken(error.to_string()))?;
    let (sender, receiver) = channel();
    pool.spawn(move || {
        let made = guarded(|| {
            let mut bytes = Vec::new();
            let encoder = AvifEncoder::new_with_speed_quality(&mut bytes, speed, quality)
                .with_num_threads(Some(AVIF_THREADS));
            image.write_with_encoder(encoder).map_err(broken)?;
            Ok(bytes)
        });
        // The receiver waits for it.
        let _ = sender.send(made);
    });
    receiver.recv().expect("the guard lets no panic past the sending")
}

fn webp(image: &DynamicImage, quality: Option<u8>) -> Result<Vec<u8>, Problem> {
    // The library takes these two only.
    let (rgb, rgba);
    let encoder = if image.color().has_alpha() {
        rgba = image.to_rgba8();
        webp::Encoder::from_rgba(&rgba, rgba.width(), rgba.height())
    } else {
        rgb = image.to_rgb8();
        webp::Encoder::from_rgb(&rgb, rgb.width(), rgb.height())
    };
    // Without loss, the quality says how much time is taken.
    let memory = encoder.encode_simple(quality.is_none(), quality.map_or(75.0, f32::from));
    memory.map(|memory| memory.to_vec()).map_err(|error| Problem::Broken(format!("{error:?}")))
}
