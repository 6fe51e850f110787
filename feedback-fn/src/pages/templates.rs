//! The contract's templates, parsed: pages (`*.html`, escaped) and mails (`*.txt`, not escaped).

use anyhow::{Context as _, bail};
use std::collections::BTreeMap;
use tera::{Context, Tera};

/// The templates that a contract must bring.
pub const REQUIRED: [&str; 5] =
    ["check.html", "receipt.html", "error.html", "mail_subject.txt", "mail_body.txt"];

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
        tera.add_raw_templates(sources).context("a template of the contract does not parse")?;
        Ok(Templates(tera))
    }

    /// Renders a template. The error may quote the template, never the context.
    pub fn render(&self, name: &str, context: &Context) -> anyhow::Result<String> {
        self.0.render(name, context).with_context(|| format!("the template `{name}` does not render"))
    }
}
