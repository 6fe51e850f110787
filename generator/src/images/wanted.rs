//! A processed image that templates asked for: its name, its size, and later its bytes.

use std::hash::{DefaultHasher, Hash as _, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

use super::encode::{self, SETTINGS};
use super::operation::{Encoding, Operation};
use super::picture::{Picture, Profile};
use super::problem::Problem;
use super::size::{Size, Steps};
use crate::world::World;

/// Where processed images lie in the output.
pub const FOLDER: &str = "processed_images";

/// Memory from which on an image is processed while no other is: half a dozen large ones at once could be
/// more than the machine has.
const MUCH: u64 = 256 << 20;

/// Where the bytes of an image come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A file of the world.
    File(PathBuf),
    /// Made by this build; a name for it, and its bytes.
    Made(String, Arc<[u8]>),
}

/// A processed image.
#[derive(Debug)]
pub struct Wanted {
    /// `STEM.0123456789abcdef.png`
    pub name: String,
    /// How it is written.
    pub encoding: Encoding,
    /// What it is made of.
    pub origin: Origin,
    picture: Arc<Picture>,
    steps: Steps,
    made: OnceLock<Result<Arc<[u8]>, Problem>>,
}

/// What a template asks for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The path as the template names it, without a slash at its start.
    pub path: &'a str,
    /// What is to be done.
    pub operation: Operation,
    /// How it is written.
    pub encoding: Encoding,
}

impl Origin {
    /// Its path, or its name if it has none.
    pub fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Made(name, _) => Path::new(name),
        }
    }

    /// Its path as text.
    pub fn name(&self) -> String {
        self.path().to_string_lossy().into_owned()
    }

    /// Its bytes.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, world: &dyn World) -> Result<Arc<[u8]>, Problem> {
        match self {
            Self::File(path) => world.read(path).map_err(|error| Problem::Unreadable(error.to_string())),
            Self::Made(_, bytes) => Ok(Arc::clone(bytes)),
        }
    }
}

impl Wanted {
    /// What a request comes to.
    ///
    /// # Errors
    /// If there are no pixels to process, or too many.
    pub fn new(origin: Origin, picture: Arc<Picture>, request: &Request<'_>) -> Result<Self, Problem> {
        let steps = Steps::of(&request.operation, picture.pixels()?.size)?;
        let stem = origin.path().file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into());
        let digits = digits(&picture, request);
        let name = format!("{stem}.{digits}.{}", request.encoding.ending());
        Ok(Self { name, encoding: request.encoding, origin, picture, steps, made: OnceLock::new() })
    }

    /// Its path below the output.
    pub fn path(&self) -> String {
        format!("{FOLDER}/{}", self.name)
    }

    /// Its size.
    pub fn size(&self) -> Size {
        self.steps.size(self.original())
    }

    /// The size of what it is made of.
    pub fn original(&self) -> Size {
        self.picture.size()
    }

    /// Whether its colors will look wrong, because the format takes no color profile.
    pub fn loses_profile(&self) -> bool {
        let profile = self.picture.pixels().map_or(Profile::Usual, |pixels| pixels.profile);
        profile == Profile::Special && !self.encoding.keeps_profile()
    }

    /// Whether it takes so much memory that it is better made alone.
    pub fn is_heavy(&self) -> bool {
        let decoded = self.picture.pixels().map_or(0, |pixels| pixels.decoded);
        // Between the passes of scaling, and after it, a pixel is four numbers of four bytes.
        let scaled = 16 * (self.steps.between(self.original()) + self.size().pixels());
        decoded + scaled > MUCH
    }

    /// Makes it; nothing of it is kept in memory.
    ///
    /// # Errors
    /// If what it is made of turns out to be damaged.
    pub fn make(&self, world: &dyn World) -> Result<Vec<u8>, Problem> {
        match self.made.get() {
            Some(made) => made.clone().map(|bytes| bytes.to_vec()),
            None => encode::encode(&self.source(world)?, &self.origin.name(), &self.steps, self.encoding),
        }
    }

    /// Makes it for a template that asks for its bytes; they are kept.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub fn bytes(&self, world: &dyn World) -> Result<Arc<[u8]>, Problem> {
        self.made.get_or_init(|| self.make(world).map(Arc::from)).clone()
    }

    /// Only sees whether what it is made of is sound.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub fn examine(&self, world: &dyn World) -> Result<(), Problem> {
        encode::examine(&self.source(world)?, &self.origin.name())
    }

    fn source(&self, world: &dyn World) -> Result<Arc<[u8]>, Problem> {
        let bytes = self.origin.read(world)?;
        // Its name was promised for other bytes.
        let is_same = <[u8; 32]>::from(Sha256::digest(&bytes)) == self.picture.digest;
        if is_same { Ok(bytes) } else { Err(Problem::Changed) }
    }
}

/// Sixteen digits. The first four are those of Zola, which has a digest of the call there, so that the
/// files made of one image stand in the same order as Zola's. The other twelve are a digest of all that
/// decides about the bytes, so that equal names are equal bytes.
fn digits(picture: &Picture, request: &Request<'_>) -> String {
    let mut bytes = Sha256::new();
    for setting in SETTINGS {
        bytes.update(setting);
        bytes.update("\n");
    }
    bytes.update(picture.digest);
    bytes.update(format!("{:?} {:?}", request.operation, request.encoding));
    let bytes = bytes.finalize();
    let bytes = bytes.iter().take(6).fold(0, |sum: u64, byte| (sum << 8) | u64::from(*byte));
    format!("{:04x}{bytes:012x}", call(request) >> 48)
}

/// The digest that Zola names its files by.
fn call(request: &Request<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(request.path.as_bytes());
    let (number, lengths): (isize, [Option<u32>; 2]) = match request.operation {
        Operation::Scale(size) => (0, [Some(size.width), Some(size.height)]),
        Operation::FitWidth(width) => (1, [Some(width), None]),
        Operation::FitHeight(height) => (2, [Some(height), None]),
        Operation::Fit(size) => (3, [Some(size.width), Some(size.height)]),
        Operation::Fill(size) => (4, [Some(size.width), Some(size.height)]),
    };
    number.hash(&mut hasher);
    lengths.into_iter().flatten().for_each(|length| length.hash(&mut hasher));
    hasher.write(request.encoding.ending().as_bytes());
    let (quality, speed) = match request.encoding {
        Encoding::Png | Encoding::Webp { quality: None } => (-1, -1),
        Encoding::Jpeg { quality } | Encoding::Webp { quality: Some(quality) } => (i16::from(quality), -1),
        Encoding::Avif { quality, speed } => (i16::from(quality), i16::from(speed)),
    };
    hasher.write_i16(quality);
    hasher.write_i16(speed);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{Request, call};
    use crate::images::operation::{Encoding, Operation};
    use crate::images::size::Size;

    #[track_caller]
    fn check(path: &str, operation: Operation, encoding: Encoding, expected: u64) {
        assert_eq!(call(&Request { path, operation, encoding }), expected, "{operation:?} {encoding:?}");
    }

    /// The names in the case `functions-images`.
    #[test]
    fn calls_have_zolas_digest() {
        let size = |width, height| Size { width, height };
        check("bild.png", Operation::FitWidth(12), Encoding::Png, 0x67d0_2cdc_4e51_3bd2);
        check("bild.png", Operation::FitWidth(100), Encoding::Png, 0xaf20_3745_da0c_f2ba);
        let jpeg = Encoding::Jpeg { quality: 80 };
        check("bild.png", Operation::Fit(size(10, 10)), jpeg, 0x0933_2867_614d_2d81);
        let webp = Encoding::Webp { quality: None };
        check("bild.png", Operation::Scale(size(50, 3)), webp, 0x62a5_bf7c_fc42_1373);
        check("content/album/foto.png", Operation::Fill(size(8, 8)), Encoding::Png, 0x377b_ee9d_7a66_9cd8);
    }
}
