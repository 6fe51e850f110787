//! What can be wrong with an image or with what is asked of it. How it is said stands in
//! `diagnostic::catalog::images`.

use super::size::Size;

/// Why there is no answer about an image, or no processed image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No format that is known.
    NoImage,
    /// Of a known format, but damaged; the reader's reason.
    Broken(String),
    /// More pixels than are taken on.
    TooLarge(Size),
    /// The file cannot be read; the system's reason.
    Unreadable(String),
    /// The file was written to between being asked for and being processed.
    Changed,
    /// An SVG that says nothing about its size.
    NoSize,
    /// An SVG has no pixels to process.
    Drawing,
    /// AVIF can be written, but there is no reader of its pixels.
    NoPixels,
    /// `op` is none of those there are.
    UnknownOperation(String),
    /// `format` is none of those there are.
    UnknownFormat(String),
    /// The operation needs an argument that is not given.
    Lacks {
        /// `fit_width`
        operation: &'static str,
        /// `width`, `height`
        argument: &'static str,
    },
    /// A number that is none, or not within its bounds.
    OutOfRange {
        /// `quality`
        argument: &'static str,
        /// As it was given.
        found: String,
        /// Smallest value that is taken.
        least: u32,
        /// Largest value that is taken.
        most: u32,
    },
    /// The processed image would have no width or no height.
    Vanishes(Size),
    /// The processed image would be larger than is taken on.
    TargetTooLarge(Size),
}
