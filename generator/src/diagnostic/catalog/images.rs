//! Wording of what is wrong with images, as a sentence for the engine's errors and as diagnostics.

use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::images::{FORMATS, MAX_SIDE, OPERATIONS, Problem, Size};

/// What to do about a sentence of this file that contains the first text.
const ADVICE: [(&str, &str); 12] = [
    ("is no image of a known format", "use a PNG, JPEG, WebP, GIF, BMP, TIFF, SVG or AVIF file"),
    ("` is damaged: ", "save the image again with a program that can open it"),
    ("` could not be read: ", "check that it is a file and may be read"),
    ("changed while the site was built", "build again"),
    ("states no size", "give its `<svg>` a `width` and `height`, or a `viewBox`"),
    ("is a drawing without pixels", "use the file as it is, an SVG has every size: `get_url(path=…)`"),
    ("whose pixels cannot be read", "process what it was made of, a PNG or JPEG, or use the file as it is"),
    ("nothing of `", "ask for a larger size, or leave the proportions alone with `op=\"scale\"`"),
    ("processed images have at most", "ask for a smaller size"),
    ("has too many pixels", "make it smaller with another program: pixels take at most 1 GiB of memory"),
    ("of `resize_image` needs `", "give that argument a number of pixels, such as `width=800`"),
    ("of `resize_image` must be a whole number", "write a number without quotes, or leave the argument out"),
];

/// What is wrong, as a sentence about the image that a template calls `path`.
pub fn sentence(path: &str, problem: &Problem) -> String {
    match problem {
        Problem::NoImage => format!("`{path}` is no image of a known format"),
        Problem::Broken(reason) => format!("the image `{path}` is damaged: {}", one_line(reason)),
        Problem::TooLarge(size) => format!("the image `{path}` has too many pixels: {}", shown(*size)),
        Problem::Unreadable(reason) => format!("the image `{path}` could not be read: {}", one_line(reason)),
        Problem::Changed => format!("the image `{path}` changed while the site was built"),
        Problem::NoSize => format!("the image `{path}` states no size"),
        Problem::Drawing => format!("`{path}` is a drawing without pixels and cannot be resized"),
        Problem::NoPixels => {
            format!("`{path}` cannot be resized: it is an AVIF, whose pixels cannot be read")
        }
        Problem::UnknownOperation(name) => format!("`resize_image` has no operation `{name}`"),
        Problem::UnknownFormat(name) => format!("`resize_image` has no format `{name}`"),
        Problem::Lacks { operation, argument } => {
            format!("the operation `{operation}` of `resize_image` needs `{argument}`")
        }
        Problem::OutOfRange { argument, found, least, most: u32::MAX } => {
            format!("`{argument}` of `resize_image` must be a whole number from {least}, but it is `{found}`")
        }
        Problem::OutOfRange { argument, found, least, most } => format!(
            "`{argument}` of `resize_image` must be a whole number from {least} to {most}, but it is `{found}`"
        ),
        Problem::Vanishes(size) => {
            format!("nothing of `{path}` would be left: it would be {}", shown(*size))
        }
        Problem::TargetTooLarge(size) => format!(
            "`{path}` would be {}, but processed images have at most {MAX_SIDE} pixels a side and 100 million in all",
            shown(*size)
        ),
    }
}

/// What to do about one of these sentences.
pub fn advice(message: &str) -> Option<String> {
    let quoted = message.split('`').nth(3);
    if message.contains("`resize_image` has no operation") {
        return quoted.map(|name| choice(name, &OPERATIONS));
    }
    if message.contains("`resize_image` has no format") {
        return quoted.map(|name| choice(name, &FORMATS));
    }
    let known = ADVICE.iter().find(|(part, _)| message.contains(part));
    known.map(|(_, advice)| (*advice).to_owned())
}

/// An image that turns out to be damaged when it is processed.
pub fn processing(span: Option<Span>, name: &str, problem: &Problem) -> Diagnostic {
    let message = sentence(name, problem);
    let advice = advice(&message).unwrap_or_else(|| "use another image".to_owned());
    Diagnostic::error("image", span, message).hint(advice)
}

/// A color profile that the format does not take.
pub fn lost_profile(span: Option<Span>, name: &str, format: &str) -> Diagnostic {
    let message = format!("the color profile of `{name}` is lost in `{format}`: its colors may look wrong");
    Diagnostic::warning("color-profile", span, message)
        .hint("save the image in sRGB, or choose the format `png`, `jpg` or `webp` without `quality`")
}

fn choice(name: &str, all: &[&str]) -> String {
    let listed: Vec<String> = all.iter().map(|name| format!("`{name}`")).collect();
    match nearest(name, all.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? possible are {}", listed.join(", ")),
        None => format!("possible are {}", listed.join(", ")),
    }
}

fn shown(size: Size) -> String {
    format!("{} × {} pixels", size.width, size.height)
}

/// Readers of images say where they were in several lines.
fn one_line(reason: &str) -> String {
    reason.trim().trim_end_matches('.').lines().collect::<Vec<_>>().join(", ")
}
