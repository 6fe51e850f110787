//! The words of the mails, from the present contract's templates.

use super::Published;
use crate::contract::Watch;
use crate::mail::context::MailContext;
use crate::outbox::{Letters, Written};
use crate::suggestion::Suggestion;
use anyhow::anyhow;
use std::sync::Arc;
use tera::Context;

impl Published {
    /// Subject and body of the mail about a suggestion. The error may quote what was rendered.
    pub(super) fn mail(&self, suggestion: &Suggestion) -> anyhow::Result<Written> {
        let context = Context::from_serialize(&MailContext::new(suggestion, &self.review))?;
        let render = |name| self.templates.render(name, &context);
        Ok(Written { subject: render("mail_subject.txt")?, body: render("mail_body.txt")? })
    }
}

/// Writes with whatever contract is present when a mail goes out.
pub struct PresentLetters(pub Arc<Watch<Published>>);

impl Letters for PresentLetters {
    fn write(&self, suggestion: &Suggestion) -> anyhow::Result<Written> {
        // Without the cause, which is logged and may quote a resident; the templates have rendered
        // a sample when the contract was loaded, where the cause is told.
        self.0.current().mail(suggestion).map_err(|_| anyhow!("they do not render for this suggestion"))
    }
}
