//! The words of the mails, from the present contract's templates.

use super::Published;
use crate::contract::Watch;
use crate::mail::context::MailContext;
use crate::mail::digest::{ConfirmationContext, DigestContext};
use crate::outbox::{Letters, Written};
use crate::suggestion::Suggestion;
use anyhow::anyhow;
use serde::Serialize;
use std::sync::Arc;
use tera::Context;

impl Published {
    /// Subject and body of the mail about a suggestion. The error may quote what was rendered.
    pub(super) fn mail(&self, suggestion: &Suggestion) -> anyhow::Result<Written> {
        self.written("mail", &MailContext::new(suggestion, &self.review))
    }

    /// Subject and body of the mail about several suggestions. The error may quote what was rendered.
    pub(super) fn digest_mail(&self, suggestions: &[Suggestion]) -> anyhow::Result<Written> {
        self.written("digest", &DigestContext::new(suggestions, &self.review))
    }

    /// Subject and body of the mail to the resident.
    pub(super) fn confirmation_mail(&self, suggestion: &Suggestion) -> anyhow::Result<Written> {
        self.written("confirmation", &ConfirmationContext::new(suggestion, &self.review))
    }

    fn written(&self, mail: &str, context: &impl Serialize) -> anyhow::Result<Written> {
        let context = Context::from_serialize(context)?;
        let render = |part| self.templates.render(&format!("{mail}_{part}.txt"), &context);
        Ok(Written { subject: render("subject")?, body: render("body")? })
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

    fn digest(&self, suggestions: &[Suggestion]) -> anyhow::Result<Written> {
        let written = self.0.current().digest_mail(suggestions);
        written.map_err(|_| anyhow!("they do not render for these suggestions"))
    }

    fn confirmation(&self, suggestion: &Suggestion) -> anyhow::Result<Written> {
        let written = self.0.current().confirmation_mail(suggestion);
        written.map_err(|_| anyhow!("they do not render for this confirmation"))
    }
}
