//! From the bytes of `review.json` to a checked [`Review`].
//!
//! The version is read first, so that a file of another version is named as such and not as a broken one.

use super::{Recipient, Review, VERSION};
use anyhow::{anyhow, bail, ensure};
use serde::Deserialize;
use std::collections::HashSet;

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

/// Reads and checks a contract.
pub fn parse(json: &[u8]) -> anyhow::Result<Review> {
    let Versioned { version } =
        serde_json::from_slice(json).map_err(|error| broken("`version` cannot be read", &error))?;
    if version != VERSION {
        bail!(
            "the contract has version {version}, this program understands version {VERSION}; \
             use a generator and a feedback-fn of the same release\nhint: {}",
            match version > VERSION {
                true => "install the feedback-fn that came with this generator",
                false => "build the site with the generator that came with this feedback-fn",
            }
        );
    }
    let mut review: Review =
        serde_json::from_slice(json).map_err(|error| broken("it does not have the agreed form", &error))?;
    check(&review)?;
    review.recipients.themes.values_mut().chain([&mut review.recipients.default]).for_each(once_each);
    Ok(review)
}

fn broken(what: &str, error: &serde_json::Error) -> anyhow::Error {
    anyhow!(
        "not a contract of the generator: {what}: {error}\nhint: `contract` must lead to the whole `review.json` that \
         `auslage build` writes"
    )
}

/// Who is named twice, perhaps in other letters, gets one mail.
fn once_each(recipients: &mut Vec<Recipient>) {
    let mut seen = HashSet::new();
    recipients.retain(|recipient| seen.insert(recipient.address.to_ascii_lowercase()));
}

fn check(review: &Review) -> anyhow::Result<()> {
    for (name, path) in [("endpoint", &review.endpoint), ("forms", &review.forms)] {
        ensure!(
            path.starts_with('/') && path.ends_with('/'),
            "`{name}` is `{path}`, but must begin and end with a slash"
        );
        // It stands in `Location`: there `//` leads to another host, and other letters do not arrive.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
        ensure!(
            path.bytes().all(plain) && !path.contains("//"),
            "`{name}` is `{path}`, but may have only letters without accents, digits, `-`, `.`, `_`, `~` and \
             single slashes"
        );
    }
    ensure!(
        !review.recipients.default.is_empty(),
        "`recipients.default` is empty: nobody would get the mails\nhint: name somebody as `default` under \
         `[extra.auslage.recipients]` in `site/zola.toml`, and build again"
    );
    if let Some(round) = &review.round {
        ensure!(
            round.opens.timestamp() < round.closes.timestamp(),
            "`round.closes` is not after `round.opens`"
        );
    }
    let mut ids = HashSet::new();
    match review.targets.iter().find(|target| !ids.insert(&target.id)) {
        Some(twice) => bail!("the target `{}` is listed twice", twice.id),
        None => Ok(()),
    }
}
