//! A contract that is ready to serve: checked, indexed, with templates that have rendered once.

use super::{Templates, sample};
use crate::contract::{self, Recipients, Review, Target};
use crate::mail::PlainAddress;
use anyhow::Context;
use std::collections::HashMap;

/// A contract together with its parsed templates.
pub struct Published {
    /// What the generator said.
    pub review: Review,
    /// Its templates.
    pub templates: Templates,
    targets: HashMap<String, usize>,
}

impl Published {
    /// Prepares the bytes of `review.json`; refuses it if a template does not parse or render.
    pub fn prepare(json: &[u8]) -> anyhow::Result<Published> {
        let review = contract::parse(json)?;
        check_recipients(&review.recipients)?;
        let templates = Templates::load(&review.templates)?;
        let targets = review.targets.iter().enumerate().map(|(at, target)| (target.id.clone(), at)).collect();
        let published = Published { review, templates, targets };
        sample::render_all(&published)?;
        Ok(published)
    }

    /// The target with this id.
    pub fn target(&self, id: &str) -> Option<&Target> {
        self.targets.get(id).map(|at| &self.review.targets[*at])
    }
}

/// An address that no mail can go to would be found by the first suggestion, and hold its mail.
fn check_recipients(recipients: &Recipients) -> anyhow::Result<()> {
    let default = ("everything", &recipients.default);
    let themes = recipients.themes.iter().map(|(theme, recipients)| (theme.as_str(), recipients));
    for (what, recipients) in std::iter::once(default).chain(themes) {
        for recipient in recipients {
            let address = &recipient.address;
            address
                .parse::<PlainAddress>()
                .with_context(|| format!("the recipient `{address}` of `{what}`"))?;
        }
    }
    Ok(())
}
