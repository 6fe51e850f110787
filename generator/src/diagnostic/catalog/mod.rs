//! The wording of every diagnostic, one constructor per problem.
//!
//! The rest of the program names a problem by calling its constructor; nothing else forms
//! sentences for editors. Grouped by stage into the files of this folder.

pub mod config;
pub mod content;
pub mod data;
pub mod front_matter;
pub mod highlight;
pub mod images;
pub mod links;
pub mod markup;
pub mod render;
pub mod rendered;
pub mod review;
pub mod site;
pub mod strategy;
pub mod templates;
pub mod tera_1;
pub mod unnoticed;
