//! Images: what their heads say, and what becomes of those that templates want in another size.
//!
//! While templates are rendered, only heads of files are read ([`Picture`]) and what is wanted is noted
//! down ([`Wanted`]), with its name and size, which the template is told at once. The pixels are another
//! matter: `render` has each image made once, after all pages, if the output does not hold it yet. A name
//! holds a digest of all that decides about the bytes, so an image that is there is the right one.
//!
//! Knows files and pixels, nothing of templates and pages.

mod encode;
mod operation;
mod photo;
mod picture;
mod problem;
mod size;
mod wanted;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use image::ImageFormat;
use serde::Serialize;

use crate::world::World;

pub use operation::{Encoding, FORMATS, Loss, Numbers, OPERATIONS, Operation};
pub use picture::{Kind, Picture};
pub use problem::Problem;
pub use size::{MAX_SIDE, Size};
pub use wanted::{FOLDER, Origin, Request, Wanted};

/// A picture that is read by the first who asks for it.
type Slot = Arc<OnceLock<Result<Arc<Picture>, Problem>>>;

/// All images of a build: those that were looked at, and those that are wanted.
pub struct Images {
    world: Arc<dyn World>,
    output: PathBuf,
    pictures: Mutex<BTreeMap<PathBuf, Slot>>,
    wanted: Mutex<BTreeMap<String, Arc<Wanted>>>,
}

/// What `get_image_metadata` tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// `jpg`, `png`, `svg`
    pub format: Option<&'static str>,
    /// `image/jpeg`
    pub mime: Option<&'static str>,
    /// What EXIF says is to be seen.
    pub description: Option<String>,
    /// When EXIF says it was taken.
    pub created: Option<String>,
}

impl Images {
    /// Nothing looked at yet. Images made by earlier builds may lie in `output`.
    pub fn new(world: Arc<dyn World>, output: PathBuf) -> Self {
        Self { world, output, pictures: Mutex::default(), wanted: Mutex::default() }
    }

    /// The head of an image.
    ///
    /// # Errors
    /// If it is none.
    pub fn picture(&self, origin: &Origin) -> Result<Arc<Picture>, Problem> {
        let slot = Arc::clone(locked(&self.pictures).entry(origin.path().to_owned()).or_default());
        let read = || Picture::read(&origin.read(self.world.as_ref())?, &origin.name()).map(Arc::new);
        slot.get_or_init(read).clone()
    }

    /// Notes down that an image is wanted.
    ///
    /// # Errors
    /// If it cannot be made, as far as its head tells.
    pub fn want(&self, origin: Origin, request: &Request<'_>) -> Result<Arc<Wanted>, Problem> {
        let wanted = Wanted::new(origin.clone(), self.picture(&origin)?, request)?;
        let name = wanted.name.clone();
        Ok(Arc::clone(locked(&self.wanted).entry(name).or_insert_with(|| Arc::new(wanted))))
    }

    /// The wanted image at a path below the output.
    pub fn wanted_at(&self, path: &str) -> Option<Arc<Wanted>> {
        let name = path.strip_prefix(FOLDER)?.strip_prefix('/')?;
        locked(&self.wanted).get(name).cloned()
    }

    /// The bytes of a wanted image, for templates that want more than its address. If an earlier build
    /// made it, it is not made again.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn bytes(&self, wanted: &Wanted) -> Result<Arc<[u8]>, Problem> {
        match self.world.read(&self.output.join(wanted.path())) {
            Ok(bytes) if !bytes.is_empty() => Ok(bytes),
            _ => wanted.bytes(self.world.as_ref()),
        }
    }

    /// All that are wanted so far, by name.
    pub fn all_wanted(&self) -> Vec<Arc<Wanted>> {
        locked(&self.wanted).values().cloned().collect()
    }
}

impl Metadata {
    /// Of an image file.
    pub fn of(picture: &Picture) -> Self {
        let Size { width, height } = picture.size();
        let plain = |format, mime| Self {
            width,
            height,
            format: Some(format),
            mime: Some(mime),
            description: None,
            created: None,
        };
        match &picture.kind {
            Kind::Drawing(_) => plain("svg", "image/svg+xml"),
            Kind::Avif(_) => plain("avif", "image/avif"),
            Kind::Pixels(pixels) => Self {
                width,
                height,
                format: pixels.format.extensions_str().first().copied(),
                mime: Some(ImageFormat::to_mime_type(&pixels.format)),
                description: pixels.photo.description.clone(),
                created: pixels.photo.created.clone(),
            },
        }
    }

    /// Of a processed image, which is not made for that.
    pub fn of_wanted(wanted: &Wanted) -> Self {
        let Size { width, height } = wanted.size();
        let (format, mime) = (Some(wanted.encoding.ending()), Some(wanted.encoding.mime()));
        Self { width, height, format, mime, description: None, created: None }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
