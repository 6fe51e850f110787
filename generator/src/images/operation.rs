//! The arguments of `resize_image` → what is to be done and how it is written.

use super::problem::Problem;
use super::size::{MAX_SIDE, Size};

/// The names of all operations.
pub const OPERATIONS: [&str; 5] = ["fill", "fit", "fit_height", "fit_width", "scale"];

/// The names of all formats that can be written; `jpeg` is `jpg`.
pub const FORMATS: [&str; 6] = ["auto", "avif", "jpeg", "jpg", "png", "webp"];

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// To this size, whatever the proportions.
    Scale(Size),
    /// To this width.
    FitWidth(u32),
    /// To this height.
    FitHeight(u32),
    /// Into this room, never enlarged.
    Fit(Size),
    /// To this size; what is over at two sides is cut off.
    Fill(Size),
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// From 1 to 100.
    Jpeg {
        /// From 1 to 100.
        quality: u8,
    },
    /// Without loss.
    Png,
    /// Without loss if there is no quality.
    Webp {
        /// From 0 to 100.
        quality: Option<u8>,
    },
    /// With loss.
    Avif {
        /// From 1 to 100.
        quality: u8,
        /// From 1 (small files) to 10 (fast).
        speed: u8,
    },
}

/// Numbers as templates give them: each is looked at only where it is used, as in Zola.
pub trait Numbers {
    /// The argument of that name, if there is one. `least` and `most` are its bounds.
    ///
    /// # Errors
    /// For what is no whole number within the bounds.
    fn number(&self, argument: &'static str, least: u32, most: u32) -> Result<Option<u32>, Problem>;
}

impl Operation {
    /// The operation of that name.
    ///
    /// # Errors
    /// For an unknown name, and for lengths that it lacks or cannot use.
    pub fn named(name: &str, numbers: &impl Numbers) -> Result<Self, Problem> {
        let Some(operation) = OPERATIONS.into_iter().find(|known| *known == name) else {
            return Err(Problem::UnknownOperation(name.to_owned()));
        };
        let length = |argument, most| {
            let found = numbers.number(argument, 1, most)?;
            found.ok_or(Problem::Lacks { operation, argument })
        };
        let both = |most| Ok(Size { width: length("width", most)?, height: length("height", most)? });
        Ok(match operation {
            "fill" => Self::Fill(both(MAX_SIDE)?),
            // Room may be larger than any image.
            "fit" => Self::Fit(both(u32::MAX)?),
            "fit_height" => Self::FitHeight(length("height", MAX_SIDE)?),
            "fit_width" => Self::FitWidth(length("width", MAX_SIDE)?),
            _ => Self::Scale(both(MAX_SIDE)?),
        })
    }
}

/// Whether an image was without loss so far; decides what `auto` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// As PNG.
    Without,
    /// As JPEG.
    With,
}

impl Encoding {
    /// The format of that name; `auto` is JPEG for what has lost something already, otherwise PNG.
    ///
    /// # Errors
    /// For an unknown name, and for a quality or speed beyond its bounds.
    pub fn named(name: &str, loss: Loss, numbers: &impl Numbers) -> Result<Self, Problem> {
        let narrow = |argument, least, most: u8| {
            let number = numbers.number(argument, least, u32::from(most))?;
            Ok(number.map(|number| u8::try_from(number).unwrap_or(most)))
        };
        let name = match (name, loss) {
            ("auto", Loss::With) => "jpg",
            ("auto", Loss::Without) => "png",
            (name, _) => name,
        };
        Ok(match name {
            "jpg" | "jpeg" => Self::Jpeg { quality: narrow("quality", 1, 100)?.unwrap_or(75) },
            "png" => Self::Png,
            "webp" => Self::Webp { quality: narrow("quality", 0, 100)? },
            "avif" => Self::Avif {
                quality: narrow("quality", 1, 100)?.unwrap_or(80),
                speed: narrow("speed", 1, 10)?.unwrap_or(5),
            },
            _ => return Err(Problem::UnknownFormat(name.to_owned())),
        })
    }

    /// Ending of its files, which is also its name in `get_image_metadata`.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jpeg { .. } => "jpg",
            Self::Png => "png",
            Self::Webp { .. } => "webp",
            Self::Avif { .. } => "avif",
        }
    }

    /// Its media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg { .. } => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp { .. } => "image/webp",
            Self::Avif { .. } => "image/avif",
        }
    }

    /// Whether it can hold a color profile, with the libraries there are.
    pub fn keeps_profile(self) -> bool {
        matches!(self, Self::Jpeg { .. } | Self::Png | Self::Webp { quality: None })
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Loss, Numbers, Operation};
    use crate::images::problem::Problem;
    use crate::images::size::Size;

    /// Arguments by name.
    struct Given(&'static [(&'static str, i64)]);

    impl Numbers for Given {
        fn number(&self, argument: &'static str, least: u32, most: u32) -> Result<Option<u32>, Problem> {
            let Some((_, value)) = self.0.iter().find(|(name, _)| *name == argument) else { return Ok(None) };
            let number = u32::try_from(*value).ok().filter(|number| (least..=most).contains(number));
            number.map(Some).ok_or_else(|| Problem::OutOfRange {
                argument,
                found: value.to_string(),
                least,
                most,
            })
        }
    }

    #[track_caller]
    fn operation(name: &str, numbers: &'static [(&'static str, i64)], expected: Result<Operation, Problem>) {
        assert_eq!(Operation::named(name, &Given(numbers)), expected, "{name} {numbers:?}");
    }

    #[track_caller]
    fn encoding(name: &str, loss: Loss, numbers: &'static [(&'static str, i64)], expected: Encoding) {
        assert_eq!(Encoding::named(name, loss, &Given(numbers)), Ok(expected), "{name} {numbers:?}");
    }

    #[test]
    fn each_operation_takes_the_lengths_it_needs() {
        let both = &[("width", 20), ("height", 30)];
        let size = Size { width: 20, height: 30 };
        operation("fill", both, Ok(Operation::Fill(size)));
        operation("fit", both, Ok(Operation::Fit(size)));
        operation("scale", both, Ok(Operation::Scale(size)));
        operation("fit_width", both, Ok(Operation::FitWidth(20)));
        operation("fit_height", both, Ok(Operation::FitHeight(30)));
        // What is not used may be anything.
        operation("fit_width", &[("width", 20), ("height", 0)], Ok(Operation::FitWidth(20)));
        let lacks = |operation, argument| Err(Problem::Lacks { operation, argument });
        operation("fill", &[("width", 20)], lacks("fill", "height"));
        operation("scale", &[("height", 20)], lacks("scale", "width"));
        operation("fit", &[], lacks("fit", "width"));
        operation("fit_width", &[("height", 20)], lacks("fit_width", "width"));
        operation("fit_height", &[("width", 20)], lacks("fit_height", "height"));
        operation("crop", both, Err(Problem::UnknownOperation("crop".to_owned())));
    }

    #[test]
    fn auto_follows_the_source_and_defaults_are_zolas() {
        encoding("auto", Loss::With, &[], Encoding::Jpeg { quality: 75 });
        encoding("auto", Loss::Without, &[], Encoding::Png);
        encoding("jpeg", Loss::Without, &[("quality", 1)], Encoding::Jpeg { quality: 1 });
        encoding("png", Loss::With, &[("quality", 1000)], Encoding::Png);
        encoding("webp", Loss::With, &[], Encoding::Webp { quality: None });
        encoding("webp", Loss::With, &[("quality", 0)], Encoding::Webp { quality: Some(0) });
        encoding("avif", Loss::With, &[], Encoding::Avif { quality: 80, speed: 5 });
        let numbers = &[("quality", 100), ("speed", 10)];
        encoding("avif", Loss::With, numbers, Encoding::Avif { quality: 100, speed: 10 });
    }

    #[test]
    fn numbers_have_bounds() {
        for (name, numbers, argument) in [
            ("jpg", &[("quality", 0)], "quality"),
            ("jpg", &[("quality", 101)], "quality"),
            ("webp", &[("quality", -1)], "quality"),
            ("avif", &[("quality", 0)], "quality"),
            ("avif", &[("speed", 11)], "speed"),
        ] {
            let found = Encoding::named(name, Loss::With, &Given(numbers));
            assert!(
                matches!(&found, Err(Problem::OutOfRange { argument: named, .. }) if *named == argument),
                "{name} {numbers:?}: {found:?}"
            );
        }
        let found = Encoding::named("gif", Loss::With, &Given(&[]));
        assert_eq!(found, Err(Problem::UnknownFormat("gif".to_owned())));
    }
}
