//! What the templates get to see, and the pages that come of it.

use super::{AGAIN, Published};
use crate::contract::{Contact, Round, Site, Target};
use crate::form::{Form, Refusal};
use crate::mail::diff::Change;
use crate::reference::Reference;
use crate::suggestion::Draft;
use serde::Serialize;
use tera::{Context, escape_html};

/// What every page sees.
#[derive(Serialize)]
struct Page<'a, Own: Serialize> {
    form: &'a Form,
    target: Option<&'a Target>,
    endpoint: &'a str,
    contact: &'a Contact,
    round: Option<&'a Round>,
    site: &'a Site,
    #[serde(flatten)]
    own: Own,
}

#[derive(Serialize)]
struct Check<'a> {
    diff: &'a [Change],
    token: &'a str,
    changed: bool,
    current_text: Option<&'a str>,
}

#[derive(Serialize)]
struct Receipt<'a> {
    reference: &'a str,
}

#[derive(Serialize)]
struct Failure<'a> {
    error: FailureFacts,
    token: Option<&'a str>,
}

#[derive(Serialize)]
struct FailureFacts {
    code: &'static str,
    field: Option<&'static str>,
    status: u16,
    limit: Option<usize>,
    retry_after: Option<u64>,
}

impl Published {
    /// The page that shows what will be sent.
    pub fn check_page(
        &self,
        form: &Form,
        draft: &Draft,
        diff: &[Change],
        token: &str,
    ) -> anyhow::Result<String> {
        self.shown("check.html", form, draft, diff, token)
    }

    /// The page that asks to send the same once more; with a contract that has none, the check page once
    /// more, which does the same without saying why.
    pub fn again_page(
        &self,
        form: &Form,
        draft: &Draft,
        diff: &[Change],
        token: &str,
    ) -> anyhow::Result<String> {
        let template = if self.templates.contains(AGAIN) { AGAIN } else { "check.html" };
        self.shown(template, form, draft, diff, token)
    }

    fn shown(
        &self,
        template: &str,
        form: &Form,
        draft: &Draft,
        diff: &[Change],
        token: &str,
    ) -> anyhow::Result<String> {
        let current_text = draft.target.text.as_deref();
        self.page(template, form, Check { diff, token, changed: draft.changed(), current_text })
    }

    /// The page with the reference number.
    pub fn receipt_page(&self, reference: &Reference) -> anyhow::Result<String> {
        self.page("receipt.html", &Form::default(), Receipt { reference: reference.as_str() })
    }

    /// The page that says what went wrong and shows the resident's text again. Where only time is needed it keeps
    /// the token of what was checked already: what may have been stored after all is not stored twice then.
    pub fn error_page(&self, form: &Form, refusal: &Refusal) -> anyhow::Result<String> {
        let error = FailureFacts {
            code: refusal.code.as_str(),
            field: refusal.field,
            status: refusal.code.status(),
            limit: refusal.limit,
            retry_after: refusal.retry_after,
        };
        let token = Some(form.token.as_str()).filter(|token| refusal.code.passes() && !token.is_empty());
        self.page("error.html", form, Failure { error, token })
    }

    fn page(&self, template: &str, form: &Form, own: impl Serialize) -> anyhow::Result<String> {
        let review = &self.review;
        let page = Page {
            form,
            target: self.target(&form.target),
            endpoint: &review.endpoint,
            contact: &review.contact,
            round: review.round.as_ref(),
            site: &review.site,
            own,
        };
        self.templates.render(template, &Context::from_serialize(&page)?)
    }
}

/// The error page for when even the error template fails: without words, since those are the template's,
/// but with the resident's text, ready to copy.
pub fn bare_error_page(form: &Form, status: u16) -> String {
    let text = |value: &str| {
        let mut escaped = Vec::new();
        // Writing to memory does not fail.
        let _ = escape_html(value, &mut escaped);
        String::from_utf8_lossy(&escaped).into_owned()
    };
    format!(
        "<!doctype html><meta charset=\"utf-8\"><title>{status}</title><h1>{status}</h1>\
         <p><textarea rows=\"20\" cols=\"70\" readonly>\n{}</textarea>\
         <p><textarea rows=\"20\" cols=\"70\" readonly>\n{}</textarea>",
        text(&form.suggestion),
        text(&form.rewording)
    )
}
