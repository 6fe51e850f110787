//! The public review: rounds, numbered passages, form pages, and `review.json`, the contract with the
//! feedback function.
//!
//! [`settings`] validates `[extra.auslage]`, [`targets`] finds everything one can comment on,
//! [`contract`] is the file, [`extension`] gives all of it and the [`strategy`](crate::strategy) to
//! rendering. The only module that knows both the strategy and templates.

mod contract;
pub mod extension;
pub mod passages;
mod round;
mod settings;
mod targets;
#[cfg(test)]
mod tests;
mod values;

use crate::bodies::Bodies;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::catalog::review as catalog;
use crate::engine::Templates;
use crate::site::Site;
use crate::world::World;

use extension::Found;
pub use extension::StrategySite;
pub use round::{Phase, Round};
pub use settings::{Recipient, Settings};
pub use targets::{Block, BlockRole, PageReview, Review, Target, TargetKind};

/// Templates of the pages that the feedback function answers with, and of its mails. Each is rendered
/// once here and once there.
pub const FUNCTION_TEMPLATES: [&str; 5] =
    ["check.html", "receipt.html", "error.html", "mail_subject.txt", "mail_body.txt"];

/// Templates of a further page and further mails of the function, rendered in the same way. Where the site has
/// none, the function shows the check page, and has words of its own for the mails.
pub const OPTIONAL_FUNCTION_TEMPLATES: [&str; 5] = [
    "again.html",
    "digest_subject.txt",
    "digest_body.txt",
    "confirmation_subject.txt",
    "confirmation_body.txt",
];

/// Template of a form page.
pub const FORM_TEMPLATE: &str = "review/form.html";

/// Template of the list of all forms.
pub const FORMS_TEMPLATE: &str = "review/forms.html";

/// Template of a page for the proxy to show while the function is not there to show its own. A site need not have
/// it.
pub const OUTAGE_TEMPLATE: &str = "review/outage.html";

/// Interprets and checks strategy and review of a site; `None` for a plain Zola site.
pub fn interpret<'a>(
    world: &dyn World,
    site: &'a Site,
    bodies: &'a Bodies,
    templates: &Templates,
    diagnostics: &mut Diagnostics,
) -> Option<StrategySite<'a>> {
    let auslage = site.config.auslage.as_ref()?;
    let strategy = crate::strategy::interpret(site, auslage, world, diagnostics);
    crate::check::strategy(site, &strategy, diagnostics);
    let settings = settings::read(site, auslage, &strategy, world, diagnostics);
    let review = targets::find(site, bodies, &strategy, &settings, diagnostics);
    report_templates(&settings, templates, diagnostics);
    let found = Found {
        functions: function_templates(templates),
        outage: is_there(templates, OUTAGE_TEMPLATE).then_some(OUTAGE_TEMPLATE),
    };
    Some(StrategySite::new(site, bodies, strategy, settings, review, found, world.today()))
}

fn report_templates(settings: &Settings, templates: &Templates, diagnostics: &mut Diagnostics) {
    if !settings.is_reviewed {
        return;
    }
    let functions = FUNCTION_TEMPLATES.iter().map(|name| format!("function/{name}"));
    let forms = settings.round.iter().flat_map(|_| [FORM_TEMPLATE.to_owned(), FORMS_TEMPLATE.to_owned()]);
    for name in functions.chain(forms).filter(|name| !is_there(templates, name)) {
        diagnostics.push(catalog::missing_template(settings.place.clone(), &name));
    }
}

/// The templates that go into the contract.
fn function_templates(templates: &Templates) -> Vec<&'static str> {
    let optional = OPTIONAL_FUNCTION_TEMPLATES.into_iter();
    let optional = optional.filter(|name| is_there(templates, &format!("function/{name}")));
    FUNCTION_TEMPLATES.into_iter().chain(optional).collect()
}

/// Also if it is broken, which is reported where it is rendered.
fn is_there(templates: &Templates, name: &str) -> bool {
    templates.contains(name) || templates.file(name).is_some()
}
