//! Stage 7: pages out of templates, in parallel; yields [`Artifact`](crate::emit::Artifact)s one by one.

pub mod templates;
