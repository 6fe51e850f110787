//! What templates are told about image files, and what becomes of them.

use std::io::Cursor;
use std::sync::Arc;

use image::codecs::avif::AvifEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageEncoder as _, ImageFormat, ImageReader, Rgb, RgbImage};

use super::encode::{SETTINGS, encode, examine};
use super::operation::{Encoding, Operation};
use super::picture::{Picture, decoder, guarded};
use super::problem::Problem;
use super::size::{Size, Steps};
use super::wanted::{Origin, Request};
use super::{Images, Metadata};
use crate::world::{MemoryWorld, World};

const AS_IT_IS: Steps = Steps { cut: None, scale: None };

/// Every pixel has a color of its own.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let shade = |number: u32| u8::try_from(number % 256).unwrap();
        Rgb([shade(x * 40), shade(y * 60), shade(x + y * width)])
    })
}

fn file(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image.clone()).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG with EXIF and a color profile.
fn png(image: &RgbImage, exif: Vec<u8>, profile: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_exif_metadata(exif).unwrap();
    if !profile.is_empty() {
        encoder.set_icc_profile(profile.to_vec()).unwrap();
    }
    encoder.write_image(image, image.width(), image.height(), image::ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// An EXIF block: orientation, description, time of recording.
fn exif(orientation: u16) -> Vec<u8> {
    let (description, created) = (b"Rathaus\0", b"2026:05:04 12:00:00\0");
    let mut block = b"MM\0\x2a\0\0\0\x08".to_vec();
    // The main directory stands at 8, has 3 entries and ends at 50; the one for EXIF ends at 68.
    block.extend(3_u16.to_be_bytes());
    for (tag, kind, count, value) in
        [(0x010e_u16, 2_u16, 8_u32, 68_u32), (0x0112, 3, 1, u32::from(orientation) << 16), (0x8769, 4, 1, 50)]
    {
        block.extend(tag.to_be_bytes());
        block.extend(kind.to_be_bytes());
        block.extend(count.to_be_bytes());
        block.extend(value.to_be_bytes());
    }
    block.extend(0_u32.to_be_bytes());
    block.extend(1_u16.to_be_bytes());
    block.extend(0x9003_u16.to_be_bytes());
    block.extend(2_u16.to_be_bytes());
    block.extend(20_u32.to_be_bytes());
    block.extend(76_u32.to_be_bytes());
    block.extend(0_u32.to_be_bytes());
    block.extend(description);
    block.extend(created);
    block
}

fn avif() -> Vec<u8> {
    let (mut bytes, image) = (Vec::new(), picture(6, 4));
    let encoder = AvifEncoder::new_with_speed_quality(&mut bytes, 10, 50).with_num_threads(Some(1));
    encoder.write_image(&image, 6, 4, image::ExtendedColorType::Rgb8).unwrap();
    bytes
}

const SVG: &[u8] = br#"<svg xmlns="http://www.w3.org/2000/svg" width="12.7" height="80" viewBox="0 0 1 1"/>"#;

const FORMATS: [(&str, ImageFormat); 10] = [
    ("a.png", ImageFormat::Png),
    ("a.jpg", ImageFormat::Jpeg),
    ("a.gif", ImageFormat::Gif),
    ("a.webp", ImageFormat::WebP),
    ("a.bmp", ImageFormat::Bmp),
    ("a.tiff", ImageFormat::Tiff),
    ("a.ico", ImageFormat::Ico),
    ("a.tga", ImageFormat::Tga),
    ("a.qoi", ImageFormat::Qoi),
    ("a.ppm", ImageFormat::Pnm),
];

#[track_caller]
fn check_metadata(name: &str, bytes: &[u8], expected: (u32, u32, &str, &str)) {
    let metadata = Metadata::of(&Picture::read(bytes, name).unwrap());
    let found = (metadata.width, metadata.height, metadata.format.unwrap(), metadata.mime.unwrap());
    assert_eq!(found, expected, "{name}");
}

#[test]
fn heads_tell_size_and_format() {
    let image = picture(6, 4);
    for (name, format) in FORMATS {
        let (ending, mime) = (format.extensions_str()[0], format.to_mime_type());
        check_metadata(name, &file(&image, format), (6, 4, ending, mime));
    }
    check_metadata("a.avif", &avif(), (6, 4, "avif", "image/avif"));
    check_metadata("A.SVG", SVG, (12, 80, "svg", "image/svg+xml"));
    let by_box = br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 33 44"/>"#;
    check_metadata("b.svg", by_box, (33, 44, "svg", "image/svg+xml"));
    // What is in a file counts more than its ending.
    check_metadata("a.jpg", &file(&image, ImageFormat::Png), (6, 4, "png", "image/png"));
    check_metadata("a", &file(&image, ImageFormat::Gif), (6, 4, "gif", "image/gif"));
}

#[track_caller]
fn check_problem(name: &str, bytes: &[u8], is_expected: impl Fn(&Problem) -> bool) {
    let problem = Picture::read(bytes, name).unwrap_err();
    assert!(is_expected(&problem), "{name}: {problem:?}");
}

#[test]
fn what_is_no_image_is_told_apart_from_what_is_damaged() {
    check_problem("a.txt", b"text", |problem| *problem == Problem::NoImage);
    check_problem("a", b"", |problem| *problem == Problem::NoImage);
    check_problem("a.png", b"text", |problem| matches!(problem, Problem::Broken(_)));
    check_problem("a.jpg", b"", |problem| matches!(problem, Problem::Broken(_)));
    check_problem("a.svg", b"<svg", |problem| matches!(problem, Problem::Broken(_)));
    check_problem("a.svg", b"\xff", |problem| matches!(problem, Problem::Broken(_)));
    check_problem("a.svg", b"<svg/>", |problem| *problem == Problem::NoSize);
    check_problem("a.avif", b"text", |problem| matches!(problem, Problem::Broken(_)));
}

/// Pixel of the stored image that is seen at a place, by orientation (EXIF 2.32, 4.6.4, tag 274); `size` is
/// that of the stored image.
fn stored(orientation: u16, (x, y): (u32, u32), size: Size) -> (u32, u32) {
    let (right, bottom) = (size.width - 1, size.height - 1);
    match orientation {
        2 => (right - x, y),
        3 => (right - x, bottom - y),
        4 => (x, bottom - y),
        5 => (y, x),
        6 => (y, bottom - x),
        7 => (right - y, bottom - x),
        8 => (right - y, x),
        _ => (x, y),
    }
}

#[test]
fn images_are_seen_as_the_camera_was_held() {
    let image = picture(5, 3);
    let size = Size { width: 5, height: 3 };
    for orientation in 0..=9 {
        let bytes = png(&image, exif(orientation), &[]);
        let upright = if (5..=8).contains(&orientation) { size.turned() } else { size };
        assert_eq!(Picture::read(&bytes, "a.png").unwrap().size(), upright, "{orientation}");
        let made = encode(&bytes, "a.png", &AS_IT_IS, Encoding::Png).unwrap();
        let made = image::load_from_memory(&made).unwrap().to_rgb8();
        assert_eq!(made.dimensions(), (upright.width, upright.height), "{orientation}");
        for (x, y, color) in made.enumerate_pixels() {
            let (from_x, from_y) = stored(orientation, (x, y), size);
            assert_eq!(color, image.get_pixel(from_x, from_y), "{orientation}: {x}, {y}");
        }
    }
}

#[test]
fn description_and_time_of_a_photo_are_told() {
    let metadata = Metadata::of(&Picture::read(&png(&picture(2, 2), exif(1), &[]), "a.png").unwrap());
    assert_eq!(metadata.description.as_deref(), Some("Rathaus"));
    assert_eq!(metadata.created.as_deref(), Some("2026:05:04 12:00:00"));
    // A block that is cut off is as if it were not there.
    let broken = exif(6)[..30].to_vec();
    let metadata = Metadata::of(&Picture::read(&png(&picture(3, 2), broken, &[]), "a.png").unwrap());
    assert_eq!((metadata.width, metadata.description), (3, None));
}

#[test]
fn profile_is_kept_and_exif_is_not() {
    let source = png(&picture(8, 8), exif(1), b"a profile");
    for (encoding, name, is_kept) in [
        (Encoding::Png, "a.png", true),
        (Encoding::Jpeg { quality: 90 }, "a.jpg", true),
        (Encoding::Webp { quality: None }, "a.webp", true),
        (Encoding::Webp { quality: Some(90) }, "a.webp", false),
    ] {
        let made = encode(&source, "a.png", &AS_IT_IS, encoding).unwrap();
        let (_, mut head) = decoder(&made, name).unwrap();
        let expected = is_kept.then(|| b"a profile".to_vec());
        assert_eq!(head.icc_profile().unwrap(), expected, "{encoding:?}");
        assert_eq!(head.exif_metadata().unwrap(), None, "{encoding:?}");
        assert_eq!(encoding.keeps_profile(), is_kept, "{encoding:?}");
    }
}

#[test]
fn every_color_can_be_written_in_every_format() {
    let image = DynamicImage::from(picture(4, 4));
    let colors: [DynamicImage; 8] = [
        image.to_luma8().into(),
        image.to_luma_alpha8().into(),
        image.to_rgb8().into(),
        image.to_rgba8().into(),
        image.to_luma16().into(),
        image.to_luma_alpha16().into(),
        image.to_rgb16().into(),
        image.to_rgba16().into(),
    ];
    let steps = Steps::of(&Operation::Fill(Size { width: 3, height: 2 }), Size { width: 4, height: 4 });
    let steps = steps.unwrap();
    for source in &colors {
        let mut bytes = Cursor::new(Vec::new());
        source.write_to(&mut bytes, ImageFormat::Png).unwrap();
        for (encoding, format) in [
            (Encoding::Png, ImageFormat::Png),
            (Encoding::Jpeg { quality: 75 }, ImageFormat::Jpeg),
            (Encoding::Webp { quality: None }, ImageFormat::WebP),
            (Encoding::Webp { quality: Some(0) }, ImageFormat::WebP),
        ] {
            let made = encode(bytes.get_ref(), "a.png", &steps, encoding).unwrap();
            let made = ImageReader::with_format(Cursor::new(made), format).into_dimensions();
            assert_eq!(made.unwrap(), (3, 2), "{:?} {encoding:?}", source.color());
        }
    }
}

#[test]
fn avif_is_written_the_same_each_time() {
    let source = file(&picture(9, 9), ImageFormat::Png);
    let encoding = Encoding::Avif { quality: 60, speed: 10 };
    let made = encode(&source, "a.png", &AS_IT_IS, encoding).unwrap();
    check_metadata("a.avif", &made, (9, 9, "avif", "image/avif"));
    assert_eq!(encode(&source, "a.png", &AS_IT_IS, encoding).unwrap(), made);
}

#[test]
fn damaged_files_are_refused_without_a_panic() {
    let image = picture(7, 5);
    let mut files: Vec<(&str, Vec<u8>)> =
        FORMATS.iter().map(|(name, format)| (*name, file(&image, *format))).collect();
    files.push(("b.png", png(&image, exif(6), b"profile")));
    files.push(("a.avif", avif()));
    files.push(("a.svg", SVG.to_vec()));
    for (name, bytes) in &files {
        for end in (0..bytes.len()).step_by(bytes.len() / 200 + 1) {
            look_at(name, &bytes[..end]);
        }
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..100 {
            let mut bytes = bytes.clone();
            for _ in 0..=(random % 3) {
                // Xorshift: any source of numbers will do, as long as it is the same in each run.
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let length = u64::try_from(bytes.len()).unwrap();
                let at = usize::try_from((random >> 8) % length).unwrap();
                bytes[at] = u8::try_from(random & 0xff).unwrap();
            }
            look_at(name, &bytes);
        }
    }
}

#[test]
fn panic_of_a_reader_is_a_damaged_image() {
    let found = guarded(|| -> Result<(), Problem> { panic!("by a reader") });
    assert!(matches!(found, Err(Problem::Broken(_))), "{found:?}");
}

/// What a build does with an image: whatever is in it, it comes to an end.
fn look_at(name: &str, bytes: &[u8]) {
    let Ok(picture) = Picture::read(bytes, name) else { return };
    let Ok(pixels) = picture.pixels() else { return };
    if pixels.decoded > 1 << 22 {
        // Damage can make an image of any size; that the size is bounded is tested elsewhere.
        return;
    }
    if examine(bytes, name).is_ok() {
        encode(bytes, name, &AS_IT_IS, Encoding::Png).unwrap();
    }
}

#[test]
fn image_of_too_many_pixels_is_not_read() {
    // Head of a BMP of 30000 by 30000 pixels, without the pixels.
    let mut bytes = file(&picture(2, 2), ImageFormat::Bmp);
    for at in [18, 22] {
        bytes[at..at + 4].copy_from_slice(&30_000_u32.to_le_bytes());
    }
    let picture = Picture::read(&bytes, "a.bmp").unwrap();
    let size = Size { width: 30_000, height: 30_000 };
    assert_eq!(picture.pixels(), Err(Problem::TooLarge(size)));
}

fn images(files: &[(&str, &[u8])]) -> Images {
    let mut world = MemoryWorld::new(jiff::civil::date(2026, 11, 24));
    for (path, bytes) in files {
        world = world.with(*path, bytes);
    }
    Images::new(Arc::new(world), "/public".into())
}

fn name(images: &Images, file: &str, path: &str, operation: Operation, encoding: Encoding) -> String {
    let request = Request { path, operation, encoding };
    images.want(Origin::File(file.into()), &request).unwrap().name.clone()
}

#[test]
fn equal_requests_are_one_image_and_names_tell_all_others_apart() {
    let (one, other) = (file(&picture(9, 9), ImageFormat::Png), file(&picture(9, 8), ImageFormat::Png));
    let images = images(&[("/a/x.png", &one), ("/b/x.png", &other), ("/c/x.png", &one)]);
    let (width, png) = (Operation::FitWidth(4), Encoding::Png);
    let first = name(&images, "/a/x.png", "x.png", width, png);
    assert_eq!(name(&images, "/a/x.png", "x.png", width, png), first);
    assert_eq!(name(&images, "/c/x.png", "x.png", width, png), first, "the same bytes elsewhere");
    let (stem, rest) = first.split_once('.').unwrap();
    let (digits, ending) = rest.split_once('.').unwrap();
    assert_eq!((stem, digits.len(), ending), ("x", 16, "png"));
    assert!(digits.bytes().all(|digit| digit.is_ascii_hexdigit() && !digit.is_ascii_uppercase()));
    let names = [
        first,
        name(&images, "/b/x.png", "x.png", width, png),
        name(&images, "/a/x.png", "x.png", Operation::FitWidth(5), png),
        name(&images, "/a/x.png", "x.png", Operation::FitHeight(4), png),
        name(&images, "/a/x.png", "x.png", width, Encoding::Jpeg { quality: 75 }),
        name(&images, "/a/x.png", "x.png", width, Encoding::Jpeg { quality: 76 }),
        name(&images, "/a/x.png", "x.png", width, Encoding::Avif { quality: 80, speed: 5 }),
        name(&images, "/a/x.png", "x.png", width, Encoding::Avif { quality: 80, speed: 6 }),
    ];
    let found: Vec<String> = images.all_wanted().iter().map(|wanted| wanted.name.clone()).collect();
    let mut expected = names.to_vec();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn image_that_an_earlier_build_made_is_not_made_again_for_its_bytes() {
    let source = file(&picture(9, 9), ImageFormat::Png);
    let empty = images(&[("/x.png", &source)]);
    let made = name(&empty, "/x.png", "x.png", Operation::FitWidth(4), Encoding::Png);
    let wanted = empty.wanted_at(&format!("processed_images/{made}")).unwrap();
    assert!(empty.bytes(&wanted).unwrap().starts_with(b"\x89PNG"));
    let kept = format!("/public/processed_images/{made}");
    let full = images(&[("/x.png", &source), (&kept, b"made before")]);
    assert_eq!(full.bytes(&wanted).unwrap().as_ref(), b"made before");
}

#[test]
fn image_that_changes_under_the_build_is_not_taken_for_what_it_was() {
    let (before, after) = (file(&picture(9, 9), ImageFormat::Png), file(&picture(9, 8), ImageFormat::Png));
    let images = images(&[("/x.png", &before)]);
    let made = name(&images, "/x.png", "x.png", Operation::FitWidth(4), Encoding::Png);
    let wanted = images.wanted_at(&format!("processed_images/{made}")).unwrap();
    let day = jiff::civil::date(2026, 11, 24);
    let world: &dyn World = &MemoryWorld::new(day).with("/x.png", &after);
    assert_eq!(wanted.make(world), Err(Problem::Changed));
    assert_eq!(wanted.examine(world), Err(Problem::Changed));
    let gone = wanted.make(&MemoryWorld::new(day));
    assert!(matches!(gone, Err(Problem::Unreadable(_))), "{gone:?}");
}

#[test]
fn settings_name_the_libraries_that_are_used() {
    let lock = include_str!("../../../Cargo.lock");
    for setting in &SETTINGS[1..] {
        let (name, version) = setting.split_once(' ').unwrap();
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&entry), "`{name}` has another version: correct `SETTINGS` in encode.rs");
    }
}
