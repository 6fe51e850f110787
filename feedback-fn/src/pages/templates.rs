//! The contract's templates, parsed: pages (`*.html`, escaped) and mails (`*.txt`, not escaped).

use anyhow::{Context as _, bail};
use std::collections::BTreeMap;
use tera::{Context, Tera};

/// The templates that a contract must bring.
pub const REQUIRED: [&str; 5] =
    ["check.html", "receipt.html", "error.html", "mail_subject.txt", "mail_body.txt"];

/// Templates that a contract may bring, with the words that stand in for those that an older generator did not
/// know: a flood must not wait for a new site.
const OPTIONAL: [(&str, &str); 4] = [
    ("digest_subject.txt", include_str!("words/digest_subject.txt")),
    ("digest_body.txt", include_str!("words/digest_body.txt")),
    ("confirmation_subject.txt", include_str!("words/confirmation_subject.txt")),
    ("confirmation_body.txt", include_str!("words/confirmation_body.txt")),
];

/// The second page, which asks to send once more. An older contract has none.
pub const AGAIN: &str = "again.html";

/// Parsed templates by file name.
pub struct Templates(Tera);

impl Templates {
    /// Parses all templates of a contract; each of [`REQUIRED`] must be there.
    pub fn load(sources: &BTreeMap<String, String>) -> anyhow::Result<Templates> {
        if let Some(missing) = REQUIRED.iter().find(|name| !sources.contains_key(**name)) {
            bail!("the contract brings no template `{missing}`");
        }
        let mut tera = Tera::new();
        tera.autoescape_on([".html"]);
        let missing = OPTIONAL.into_iter().filter(|(name, _)| !sources.contains_key(*name));
        tera.add_raw_templates(missing).context("words of this program do not parse")?;
        tera.add_raw_templates(sources).context("a template of the contract does not parse")?;
        Ok(Templates(tera))
    }

    /// Whether the contract brings this template.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_template(name)
    }

    /// Renders a template. The error may quote the template, never the context.
    pub fn render(&self, name: &str, context: &Context) -> anyhow::Result<String> {
        self.0.render(name, context).with_context(|| format!("the template `{name}` does not render"))
    }
}
