//! Stage 5: [`Site`] → [`Strategy`]: themes, projects, process steps, participants, chapters, sources,
//! relations with their inverses, timeframes. Knows no templates and no HTML.
//!
//! [`index`] finds what there is, [`read`] reads each part's front matter strictly, [`order`] gives
//! numbers, [`relations`] derives the opposite directions; [`present`] says the result in the site's
//! language as plain data. Rules over the whole stand in [`check`](crate::check).

pub mod date;
pub mod fields;
mod index;
mod model;
mod order;
pub mod present;
mod read;
mod relations;
mod sources;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod timeframe;
pub mod vocabulary;

use crate::config::AuslageTable;
use crate::diagnostic::{Diagnostics, Span};
use crate::site::{NodeId, Site};
use crate::world::World;

pub use model::{
    Area, Chapter, Entity, EntityId, Fact, Facts, FollowUps, Link, Milestone, Participant, Participation,
    Project, Relation, Source, SourceId, Statement, Step, Strategy,
};

/// Interprets a site as a strategy. Says everything that is wrong; what could be read is in the result.
pub fn interpret(
    site: &Site,
    auslage: &AuslageTable,
    world: &dyn World,
    diagnostics: &mut Diagnostics,
) -> Strategy {
    let registry = sources::read(&site.config, auslage, world, diagnostics);
    let index = index::build(site, diagnostics);
    let read = read::all(site, &index, &registry, diagnostics);
    let order = order::arrange(site, &index, &read, diagnostics);
    let relations = relations::connect(&index, &read, &order, diagnostics);
    model::assemble(site, index, read, order, relations, registry)
}

/// Place of a value under `[extra]` of a page or section.
pub fn extra_span(site: &Site, node: NodeId, key: &str) -> Option<Span> {
    site.document(node).map(|document| document.span(&format!("extra.{key}")))
}
