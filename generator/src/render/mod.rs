//! Stage 7: pages out of templates, in parallel; yields [`Artifact`](crate::emit::Artifact)s one by one.

pub mod builtin;
pub mod extension;
pub mod filters;
pub mod functions;
pub mod problem;
pub mod templates;
pub mod values;

pub use extension::{CopiedFile, Extension, ExtraPage, Plain, RenderText};
pub use templates::Templates;
pub use values::{Values, config_value, content_page, content_section};

/// The Zola that templates are told they run on (`zola_version`).
pub const ZOLA_VERSION: &str = "0.23.0";
