//! What Zola passes over without a word: keys that have no effect, terms that are written in two ways, files
//! that are not published. The output is Zola's; the author is told.

mod files;
mod keys;
mod links;
mod terms;

use crate::bodies::Bodies;
use crate::diagnostic::Diagnostics;
use crate::discover::Inventory;
use crate::engine::Templates;
use crate::site::Site;

/// Warns of all of it.
pub fn unnoticed(
    site: &Site,
    inventory: &Inventory,
    templates: &Templates,
    bodies: &Bodies,
    diagnostics: &mut Diagnostics,
) {
    keys::check(site, diagnostics);
    terms::check(site, diagnostics);
    files::check(site, inventory, templates, diagnostics);
    links::check(site, bodies, diagnostics);
}
