//! Arithmetic of sizes: what an operation does to an image of a given size, and what is too much.
//!
//! Where Zola rounds, so does this: sizes and cuts are the same to the pixel.

use super::operation::Operation;
use super::problem::Problem;

/// Longest side of a processed image: no WebP can be larger.
pub const MAX_SIDE: u32 = 16_383;

/// Most pixels of a processed image.
const MAX_PIXELS: u64 = 100_000_000;

/// Most pixels between the two passes of scaling, each four numbers of four bytes: 2 GiB.
const MAX_BETWEEN: u64 = 1 << 27;

/// Two factors of scaling that are so near to each other are taken as equal: the image is distorted a
/// little instead of cut.
const NEARLY_EQUAL: f32 = 0.1;

/// Pixels across and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// Across.
    pub width: u32,
    /// Down.
    pub height: u32,
}

/// A rectangle of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Pixels left out at the left.
    pub x: u32,
    /// Pixels left out at the top.
    pub y: u32,
    /// What stays.
    pub size: Size,
}

/// What is done to an image, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// Only this part is used.
    pub cut: Option<Cut>,
    /// It is scaled to this size.
    pub scale: Option<Size>,
}

impl Size {
    /// A size.
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// How many pixels.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Lying instead of standing.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { width: self.height, height: self.width }
    }

    fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }
}

impl Steps {
    /// What `operation` does to an image of the size `original`.
    ///
    /// # Errors
    /// Where nothing would be left of it, or far too much.
    pub fn of(operation: &Operation, original: Size) -> Result<Self, Problem> {
        if original.is_empty() {
            return Err(Problem::Vanishes(original));
        }
        let steps = match *operation {
            Operation::Scale(size) => Self::scaled(size),
            Operation::FitWidth(width) => Self::scaled(of_width(width, original)),
            Operation::FitHeight(height) => Self::scaled(of_height(height, original)),
            Operation::Fit(room) => fitted(room, original),
            Operation::Fill(size) => filled(size, original),
        };
        steps.bounded(original)
    }

    /// The size of an image afterwards.
    pub fn size(&self, original: Size) -> Size {
        self.scale.unwrap_or(original)
    }

    /// Pixels between the two passes of scaling, which goes down first and then across.
    pub fn between(&self, original: Size) -> u64 {
        let from = self.cut.map_or(original, |cut| cut.size);
        self.scale.map_or(0, |to| u64::from(from.width) * u64::from(to.height))
    }

    fn scaled(size: Size) -> Self {
        Self { cut: None, scale: Some(size) }
    }

    fn bounded(self, original: Size) -> Result<Self, Problem> {
        let size = self.size(original);
        if size.is_empty() {
            return Err(Problem::Vanishes(size));
        }
        if size.width.max(size.height) > MAX_SIDE
            || size.pixels() > MAX_PIXELS
            || self.between(original) > MAX_BETWEEN
        {
            return Err(Problem::TargetTooLarge(size));
        }
        Ok(self)
    }
}

fn of_width(width: u32, original: Size) -> Size {
    Size { width, height: in_proportion(width, original.height, original.width) }
}

fn of_height(height: u32, original: Size) -> Size {
    Size { width: in_proportion(height, original.width, original.height), height }
}

/// `length * part / whole`, rounded down.
fn in_proportion(length: u32, part: u32, whole: u32) -> u32 {
    let product = u64::from(length) * u64::from(part);
    u32::try_from(product / u64::from(whole)).unwrap_or(u32::MAX)
}

/// As large as the room allows, but not enlarged.
fn fitted(room: Size, original: Size) -> Steps {
    if original.width <= room.width && original.height <= room.height {
        return Steps { cut: None, scale: None };
    }
    let is_wider = u64::from(original.width) * u64::from(room.height)
        > u64::from(original.height) * u64::from(room.width);
    let size = if is_wider { of_width(room.width, original) } else { of_height(room.height, original) };
    Steps::scaled(size)
}

/// The middle of the image, in the shape of `size`. In numbers of single precision, as Zola has it: it
/// decides where the cut is. Sizes are far below what such a number can hold.
fn filled(size: Size, original: Size) -> Steps {
    let across = original.width as f32 / size.width as f32;
    let down = original.height as f32 / size.height as f32;
    if size.is_empty() || (across - down).abs() <= NEARLY_EQUAL {
        return Steps::scaled(size);
    }
    // At least one pixel: of nothing no image can be made.
    let length =
        |factor: f32, length: u32, most: u32| ((factor * length as f32).round() as u32).clamp(1, most);
    let part = if across < down {
        Size { width: original.width, height: length(across, size.height, original.height) }
    } else {
        Size { width: length(down, size.width, original.width), height: original.height }
    };
    let cut =
        Cut { x: (original.width - part.width) / 2, y: (original.height - part.height) / 2, size: part };
    Steps { cut: Some(cut), scale: Some(size) }
}

#[cfg(test)]
mod tests {
    use super::{Cut, MAX_SIDE, Size, Steps};
    use crate::images::operation::Operation;
    use crate::images::problem::Problem;

    const PHOTO: (u32, u32) = (300, 200);

    fn size((width, height): (u32, u32)) -> Size {
        Size { width, height }
    }

    #[track_caller]
    fn check(operation: Operation, original: (u32, u32), expected: (u32, u32)) {
        let steps = Steps::of(&operation, size(original)).unwrap();
        assert_eq!(steps.size(size(original)), size(expected), "{operation:?} of {original:?}");
        if !matches!(operation, Operation::Fill(_)) {
            assert_eq!(steps.cut, None, "{operation:?}");
        }
    }

    #[track_caller]
    fn check_cut(target: (u32, u32), original: (u32, u32), expected: Option<(u32, u32, u32, u32)>) {
        let steps = Steps::of(&Operation::Fill(size(target)), size(original)).unwrap();
        let expected = expected.map(|(x, y, width, height)| Cut { x, y, size: Size { width, height } });
        assert_eq!((steps.cut, steps.scale), (expected, Some(size(target))), "{target:?} of {original:?}");
    }

    #[test]
    fn scale_takes_no_care_of_proportions() {
        check(Operation::Scale(size((50, 3))), PHOTO, (50, 3));
        check(Operation::Scale(size((900, 900))), PHOTO, (900, 900));
    }

    #[test]
    fn fit_width_and_fit_height_keep_proportions_and_enlarge() {
        for (width, expected) in [(150, 100), (100, 66), (2, 1), (600, 400), (299, 199)] {
            check(Operation::FitWidth(width), PHOTO, (width, expected));
        }
        for (height, expected) in [(100, 150), (66, 99), (1, 1), (400, 600)] {
            check(Operation::FitHeight(height), PHOTO, (expected, height));
        }
    }

    #[test]
    fn fit_stays_within_its_room_and_never_enlarges() {
        for (room, original, expected) in [
            ((150, 150), PHOTO, (150, 100)),
            ((150, 50), PHOTO, (75, 50)),
            ((300, 200), PHOTO, (300, 200)),
            ((3000, 2000), PHOTO, (300, 200)),
            ((300, 100), PHOTO, (150, 100)),
            ((100, 1000), PHOTO, (100, 66)),
            // Exactly in proportion: by height.
            ((150, 100), PHOTO, (150, 100)),
            ((10, 10), (24, 16), (10, 6)),
        ] {
            check(Operation::Fit(size(room)), original, expected);
        }
    }

    #[test]
    fn fill_cuts_the_middle_unless_the_shape_is_nearly_the_same() {
        check_cut((100, 100), PHOTO, Some((50, 0, 200, 200)));
        check_cut((100, 20), PHOTO, Some((0, 70, 300, 60)));
        check_cut((150, 100), PHOTO, None);
        // 2.0 and 1.96 are nearly equal.
        check_cut((150, 102), PHOTO, None);
        check_cut((5, 9), (24, 16), Some((7, 0, 9, 16)));
        // One pixel stays, however thin the shape.
        check_cut((100, 1), (1, 100), Some((0, 49, 1, 1)));
    }

    #[test]
    fn what_would_vanish_or_burst_is_refused() {
        let vanishes = |operation, original, left| {
            let found = Steps::of(&operation, size(original));
            assert_eq!(found, Err(Problem::Vanishes(size(left))), "{operation:?}");
        };
        vanishes(Operation::FitWidth(1), PHOTO, (1, 0));
        vanishes(Operation::FitHeight(10), (1, 1000), (0, 10));
        vanishes(Operation::Scale(size((0, 5))), PHOTO, (0, 5));
        vanishes(Operation::Fill(size((5, 0))), PHOTO, (5, 0));
        vanishes(Operation::Fit(size((0, 0))), PHOTO, (0, 0));
        vanishes(Operation::FitWidth(5), (0, 7), (0, 7));
        for (operation, original) in [
            (Operation::Scale(size((MAX_SIDE + 1, 1))), PHOTO),
            (Operation::Scale(size((u32::MAX, u32::MAX))), PHOTO),
            (Operation::Scale(size((MAX_SIDE, MAX_SIDE))), PHOTO),
            (Operation::FitWidth(MAX_SIDE), (1, 1000)),
            (Operation::FitHeight(u32::MAX), (u32::MAX, 1)),
            // Little comes out, but much is needed in between.
            (Operation::Scale(size((1, MAX_SIDE))), (60_000, 10)),
            // Nothing is scaled, but everything is kept.
            (Operation::Fit(size((u32::MAX, u32::MAX))), (20_000, 20_000)),
        ] {
            let found = Steps::of(&operation, size(original));
            assert!(matches!(found, Err(Problem::TargetTooLarge(_))), "{operation:?}: {found:?}");
        }
    }

    #[test]
    fn no_size_overflows() {
        let sides = [0, 1, 2, 3, 7, 100, 1000, 16_383, 65_535, 1 << 24, u32::MAX];
        let pairs = || sides.iter().flat_map(|width| sides.iter().map(move |height| size((*width, *height))));
        for original in pairs() {
            for target in pairs() {
                for operation in [
                    Operation::Scale(target),
                    Operation::FitWidth(target.width),
                    Operation::FitHeight(target.height),
                    Operation::Fit(target),
                    Operation::Fill(target),
                ] {
                    let Ok(steps) = Steps::of(&operation, original) else { continue };
                    let Some(cut) = steps.cut else { continue };
                    assert!(u64::from(cut.x) + u64::from(cut.size.width) <= u64::from(original.width));
                    assert!(u64::from(cut.y) + u64::from(cut.size.height) <= u64::from(original.height));
                }
            }
        }
    }
}
