//! Whether there is what an export is asked for: a typing mistake must not look like "nobody wrote about it".
//!
//! The contract names what one can comment on now, the store what suggestions were about before it changed.

use super::{Filter, PAGE, escaped};
use crate::contract::{Review, Target};
use crate::store::{Position, Store};
use anyhow::bail;
use std::collections::BTreeSet;

/// As similar as two words must be (Jaro–Winkler, 0 to 1) for one to be meant by the other.
const SIMILAR: f64 = 0.8;

#[derive(Debug, Default)]
struct Known {
    targets: BTreeSet<String>,
    themes: BTreeSet<String>,
    rounds: BTreeSet<u32>,
}

/// Fails, with what may have been meant, if round, theme or target of a filter are neither in the contract nor in
/// the store. The store is looked through only if the contract does not know them, or there is none.
pub async fn ensure_known(
    filter: &Filter,
    contract: Option<&Review>,
    store: &dyn Store,
) -> anyhow::Result<()> {
    let mut known = Known::default();
    if let Some(review) = contract {
        review.targets.iter().for_each(|target| known.add(target));
        known.themes.extend(review.recipients.themes.keys().cloned());
        known.rounds.extend(review.round.as_ref().map(|round| round.number));
    }
    if known.has(filter) {
        return Ok(());
    }
    let mut after = Position::default();
    loop {
        let page = store.page(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for suggestion in page.iter().map(|listed| &listed.suggestion) {
            known.add(&suggestion.target);
            known.rounds.insert(suggestion.round);
        }
    }
    found_round(filter.round, &known.rounds)?;
    found("theme", filter.theme.as_deref(), &known.themes)?;
    found("target", filter.target.as_deref(), &known.targets)
}

impl Known {
    fn add(&mut self, target: &Target) {
        self.targets.insert(target.id.clone());
        self.themes.extend(target.theme.clone());
    }

    fn has(&self, filter: &Filter) -> bool {
        filter.round.is_none_or(|round| self.rounds.contains(&round))
            && filter.theme.as_ref().is_none_or(|theme| self.themes.contains(theme))
            && filter.target.as_ref().is_none_or(|target| self.targets.contains(target))
    }
}

fn found_round(wanted: Option<u32>, known: &BTreeSet<u32>) -> anyhow::Result<()> {
    let Some(wanted) = wanted.filter(|wanted| !known.contains(wanted)) else { return Ok(()) };
    let known: Vec<String> = known.iter().map(u32::to_string).collect();
    match known.as_slice() {
        [] => bail!("there is no round {wanted}: neither contract nor store has any"),
        [only] => bail!("there is no round {wanted}, only round {only}"),
        _ => bail!("there is no round {wanted}, only rounds {}", known.join(", ")),
    }
}

fn found(what: &str, wanted: Option<&str>, known: &BTreeSet<String>) -> anyhow::Result<()> {
    let Some(wanted) = wanted.filter(|wanted| !known.contains(*wanted)) else { return Ok(()) };
    let hint = match nearest(wanted, known) {
        Some(near) => format!("did you mean `{}`?", escaped(near)),
        None => {
            format!("`review.json` has every {what} of the forms, `feedback-fn export` those of suggestions")
        }
    };
    bail!("there is no {what} `{}`, neither in the contract nor in the store\nhint: {hint}", escaped(wanted))
}

fn nearest<'a>(wanted: &str, known: &'a BTreeSet<String>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let similarity = |name: &str| strsim::jaro_winkler(&wanted, &name.to_lowercase());
    let near = known.iter().map(|name| (similarity(name), name.as_str()));
    let near = near.filter(|(similarity, _)| *similarity >= SIMILAR);
    near.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, name)| name)
}
