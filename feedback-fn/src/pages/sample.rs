//! Renders every page and mail once with made-up data, so that a template that fails is found when the contract
//! is loaded and not by the first resident.

use super::Published;
use crate::contract::{Target, TargetKind};
use crate::form::{Code, Form, Refusal};
use crate::mail::diff;
use crate::reference::{Prefix, Reference};
use crate::suggestion::{Draft, Mark, Marks};
use anyhow::anyhow;
use jiff::Timestamp;

/// Fails if one of them does not render.
pub(super) fn render_all(published: &Published) -> anyhow::Result<()> {
    let prefix = Prefix::try_from("LOE".to_owned()).map_err(|error| anyhow!(error))?;
    let forms = [Form::default(), filled(published)];
    for form in &forms {
        let target = published.target(&form.target).cloned().unwrap_or_else(unnumbered);
        let draft = draft(form, target);
        let accepted = |draft: Draft| draft.accepted(Reference::from_bits(&prefix, 0), Timestamp::UNIX_EPOCH);
        let suggestions = mailed(published, &draft).map(accepted);
        for suggestion in &suggestions {
            published.mail(suggestion)?;
            published.confirmation_mail(suggestion)?;
            published.digest_mail(std::slice::from_ref(suggestion))?;
        }
        published.digest_mail(&suggestions)?;
        let changes = diff::words(draft.target.text.as_deref().unwrap_or_default(), &form.rewording);
        published.check_page(form, &draft, &changes, "token")?;
        published.again_page(form, &draft, &changes, "token")?;
        for code in Code::ALL {
            published.error_page(form, &Refusal::from(code))?;
            for field in ["target", "suggestion", "rewording", "name", "email"] {
                let full = Refusal { limit: Some(1), retry_after: Some(1), ..Refusal::of_field(code, field) };
                published.error_page(form, &full)?;
            }
        }
    }
    published.receipt_page(&Reference::from_bits(&prefix, 0))?;
    Ok(())
}

/// What a mail may have to tell: in the present round, and after the next one has begun; of a person, and of
/// a machine with an address that nobody can reply to.
fn mailed(published: &Published, draft: &Draft) -> [Draft; 2] {
    let round = published.review.round.as_ref().map_or(1, |round| round.number);
    let machine = Draft {
        round: round.wrapping_add(1),
        marks: [Mark::Honeypot].into_iter().collect(),
        email: Some("ü@ö.example".into()),
        ..draft.clone()
    };
    [Draft { round, ..draft.clone() }, machine]
}

fn filled(published: &Published) -> Form {
    let passage = published.review.targets.iter().find(|target| target.kind == TargetKind::Passage);
    let target = passage.or(published.review.targets.first());
    Form {
        target: target.map(|target| target.id.clone()).unwrap_or_default(),
        round: "1".into(),
        digest: "0".repeat(64),
        suggestion: "<b>Mehr & \"andere\" Busse</b>\nbitte".into(),
        rewording: "Der Bus fährt öfter.".into(),
        name: "Vorname Nachname".into(),
        email: "name@example.org".into(),
        publish: true,
        token: "token".into(),
        ..Form::default()
    }
}

fn unnumbered() -> Target {
    Target {
        id: String::new(),
        kind: TargetKind::Page,
        title: "Seite".into(),
        number: None,
        path: "/".into(),
        form: "/".into(),
        theme: None,
        text: None,
        digest: None,
    }
}

fn draft(form: &Form, target: Target) -> Draft {
    Draft {
        round: 1,
        target,
        digest_sent: Some(form.digest.clone()),
        text: form.suggestion.clone(),
        rewording: Some(form.rewording.clone()).filter(|text| !text.is_empty()),
        name: Some(form.name.clone()).filter(|text| !text.is_empty()),
        email: Some(form.email.clone()).filter(|text| !text.is_empty()),
        publish: form.publish,
        marks: Marks::default(),
    }
}
