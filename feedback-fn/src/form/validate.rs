//! What a form must fulfil to become a draft.

use super::{Code, Form, Refusal};
use crate::contract::{Phase, Review, Round, Target};
use crate::suggestion::{Draft, Mark};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use unicode_normalization::UnicodeNormalization;

/// Validates a form. The state of the round comes first: nobody should correct a text that cannot be sent.
pub fn draft(
    form: &Form,
    review: &Review,
    target: Option<&Target>,
    now: Timestamp,
) -> Result<Draft, Refusal> {
    let round = open_round(review, now)?;
    let target = target.ok_or(Refusal::of_field(Code::UnknownTarget, "target"))?;
    if form.suggestion.trim().is_empty() {
        return Err(Refusal::of_field(Code::MissingText, "suggestion"));
    }
    let limits = &review.limits;
    for (field, value, limit) in [
        ("suggestion", &form.suggestion, limits.suggestion),
        ("rewording", &form.rewording, limits.rewording),
        ("name", &form.name, limits.name),
        ("email", &form.email, limits.email),
    ] {
        if value.chars().count() > limit {
            return Err(Refusal::too_long(field, limit));
        }
    }
    let email = some_text(form.email.trim());
    if email.as_deref().is_some_and(|email| !may_be_address(email)) {
        return Err(Refusal::of_field(Code::InvalidEmail, "email"));
    }
    Ok(Draft {
        round: round.number,
        target: target.clone(),
        digest_sent: some_text(&form.digest).filter(|digest| is_digest(digest)),
        text: form.suggestion.clone(),
        rewording: is_reworded(form, target).then(|| form.rewording.clone()),
        name: some_text(form.name.trim()),
        email,
        publish: form.publish,
        marks: (!form.website.is_empty()).then_some(Mark::Honeypot).into_iter().collect(),
    })
}

fn open_round(review: &Review, now: Timestamp) -> Result<&Round, Refusal> {
    let round = review.round.as_ref().ok_or(Refusal::from(Code::RoundNotOpen))?;
    match round.phase(now) {
        Phase::Before => Err(Code::RoundNotOpen.into()),
        Phase::Open => Ok(round),
        Phase::After => Err(Code::RoundClosed.into()),
    }
}

/// The form comes filled with the passage. Left as it was, or blank, it is no re-wording; also not if the
/// passage has changed since, which only the digest of the old one can tell.
fn is_reworded(form: &Form, target: &Target) -> bool {
    let sent = plain(&form.rewording);
    let is_present = || target.text.as_deref().map(plain).as_ref() == Some(&sent);
    !sent.is_empty() && !is_present() && digest(&sent) != form.digest
}

/// As the contract defines a passage's text: single spaces, trimmed, Unicode NFC.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect()
}

fn digest(plain: &str) -> String {
    Sha256::digest(plain).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Only what certainly cannot be an address is refused: a letter too few is better caught on the
/// check page, by the resident. Whether mail can answer to it is decided when the mail is composed.
fn may_be_address(text: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c);
    match text.split_once('@') {
        Some((local, domain)) => {
            !local.is_empty()
                && !text.chars().any(forbidden)
                && !domain.contains('@')
                && domain.contains('.')
                && domain.split('.').all(|label| !label.is_empty())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::TargetKind;

    const REVIEW: &str = include_str!("../../tests/fixtures/review.json");

    fn now() -> Timestamp {
        "2026-12-01T12:00:00+01:00".parse().unwrap()
    }

    fn form() -> Form {
        Form { target: "6.1.1".into(), suggestion: "Mehr Busse".into(), ..Form::default() }
    }

    #[track_caller]
    fn check(form: &Form, now: Timestamp) -> Result<Draft, Refusal> {
        let review = crate::contract::parse(REVIEW.as_bytes()).unwrap();
        let target = review.targets.iter().find(|target| target.id == form.target);
        draft(form, &review, target, now)
    }

    #[test]
    fn only_the_suggestion_is_required() {
        let draft = check(&form(), now()).unwrap();
        assert_eq!(draft.target.kind, TargetKind::Passage);
        assert_eq!((draft.text.as_str(), draft.name, draft.email), ("Mehr Busse", None, None));
    }

    #[test]
    fn refusal_names_the_field_and_the_limit() {
        let cases = [
            (Form { suggestion: " \n\u{a0}".into(), ..form() }, "missing-text suggestion"),
            (Form { suggestion: "ä".repeat(10_001), ..form() }, "too-long suggestion 10000"),
            (Form { rewording: "ä".repeat(20_001), ..form() }, "too-long rewording 20000"),
            (Form { name: "ä".repeat(201), ..form() }, "too-long name 200"),
            (Form { email: "ä".repeat(255), ..form() }, "too-long email 254"),
            (Form { target: "9.9.9".into(), ..form() }, "unknown-target target"),
            (Form { email: "nobody".into(), ..form() }, "invalid-email email"),
            (Form { email: "a@b".into(), ..form() }, "invalid-email email"),
            (Form { email: "a@b.example\nBcc: c@d.example".into(), ..form() }, "invalid-email email"),
            (Form { email: "a@b@c.example".into(), ..form() }, "invalid-email email"),
        ];
        for (form, expected) in cases {
            let refusal = check(&form, now()).unwrap_err();
            let field = refusal.field.unwrap_or_default();
            let limit = refusal.limit.map(|limit| format!(" {limit}")).unwrap_or_default();
            assert_eq!(format!("{} {field}{limit}", refusal.code.as_str()), expected);
        }
        assert!(check(&Form { suggestion: "ä".repeat(10_000), ..form() }, now()).is_ok());
    }

    #[test]
    fn round_opens_and_closes_to_the_second() {
        let cases = [
            ("2026-11-01T23:59:59+01:00", Err(Code::RoundNotOpen)),
            ("2026-11-02T00:00:00+01:00", Ok(1)),
            ("2027-12-31T23:59:59+01:00", Ok(1)),
            ("2028-01-01T00:00:00+01:00", Err(Code::RoundClosed)),
        ];
        for (now, expected) in cases {
            let result = check(&form(), now.parse().unwrap());
            assert_eq!(result.map(|draft| draft.round).map_err(|refusal| refusal.code), expected, "{now}");
        }
    }

    #[test]
    fn passage_left_as_it_was_is_no_rewording() {
        let old = digest(&plain("Der Bus fuhr."));
        let cases = [
            ("", "", None),
            ("Der  Bus\n fährt stündlich. ", "", None),
            ("Der Bus fa\u{308}hrt stündlich.", "", None),
            ("Der Bus fuhr.", old.as_str(), None),
            ("Der Bus fuhr!", old.as_str(), Some("Der Bus fuhr!")),
            ("Der Bus fährt halbstündlich.", "", Some("Der Bus fährt halbstündlich.")),
        ];
        for (rewording, digest, expected) in cases {
            let form = Form { rewording: rewording.into(), digest: digest.into(), ..form() };
            assert_eq!(check(&form, now()).unwrap().rewording.as_deref(), expected, "{rewording}");
        }
    }

    #[test]
    fn filled_honeypot_marks_and_does_not_drop() {
        let form = Form { website: "https://spam.example".into(), ..form() };
        assert!(check(&form, now()).unwrap().marks.contains(Mark::Honeypot));
    }
}
