//! What can be meant, and mostly is not. Warnings only: `check` prints them, and `serve` logs them at its start.

use super::{clock, digests};
use crate::config::{Config, Listen};
use crate::contract::{Phase, Review};
use jiff::Timestamp;

/// What looks wrong in settings that work.
pub(super) fn of(config: &Config, review: Option<&Review>, now: Timestamp) -> Vec<String> {
    let mut doubts: Vec<String> =
        [everybody_is_trusted(config), nobody_is_trusted(config)].into_iter().flatten().collect();
    if let Some(review) = review {
        doubts.extend([address(review), round(review, now), retention(review)].into_iter().flatten());
        doubts.extend(digests::warnings(&config.delivery.daily_digest, &review.recipients));
    }
    doubts
}

fn everybody_is_trusted(config: &Config) -> Option<String> {
    let trusted = &config.guard.trusted_proxies;
    trusted.iter().any(|network| network.is_everything()).then(|| {
        "`guard.trusted_proxies` has all addresses there are: anybody can say where a request comes from\nhint: name \
         only the address of the proxy"
            .to_owned()
    })
}

fn nobody_is_trusted(config: &Config) -> Option<String> {
    let is_behind_proxy = matches!(config.listen, Listen::Address(address) if address.ip().is_loopback() && address.port() != 0);
    (is_behind_proxy && config.guard.trusted_proxies.is_empty()).then(|| {
        format!(
            "`guard.trusted_proxies` is empty, and only a proxy on this computer reaches `{}`: all residents share \
             one limit\nhint: write `trusted_proxies = [\"127.0.0.1\", \"::1\"]` under `[guard]`",
            config.listen
        )
    })
}

fn address(review: &Review) -> Option<String> {
    let url = &review.site.base_url;
    (!url.starts_with("https://")).then(|| {
        format!(
            "the contract's `base_url` is `{url}`: mails link to it, and what residents send there is not \
             encrypted\nhint: set `base_url` in `site/zola.toml` to the public address (`https://…`), and build again"
        )
    })
}

fn round(review: &Review, now: Timestamp) -> Option<String> {
    let round = review.round.as_ref().filter(|round| round.phase(now) == Phase::After)?;
    Some(format!(
        "round {} is over since {}: the forms take nothing any more\nhint: if it should go on, change `closes` in \
         `site/zola.toml`, and build again",
        round.number,
        clock::shown(round.closes.timestamp())
    ))
}

fn retention(review: &Review) -> Option<String> {
    (review.privacy.retention_days == 0).then(|| {
        "nothing is ever erased: the contract has no `privacy.retention_days`, or 0\nhint: set `retention_days` under \
         `[extra.auslage.privacy]` in `site/zola.toml`, and build again"
            .to_owned()
    })
}
