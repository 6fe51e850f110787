//! `review.json`: what the feedback function knows of the site. Version 1; `docs/review.schema.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::round::Round;
use super::settings::{Limits, Recipient, Settings};
use super::targets::{Review, Target};
use crate::site::Site;

/// The version of the format. The function refuses any other.
pub const VERSION: u64 = 1;

/// Where the file lies in the output.
pub const FILE: &str = "review.json";

#[derive(Serialize)]
struct Contract<'a> {
    version: u64,
    site: ContractSite<'a>,
    endpoint: &'a str,
    forms: &'a str,
    round: Option<ContractRound<'a>>,
    limits: Limits,
    targets: &'a [Target],
    recipients: ContractRecipients<'a>,
    contact: BTreeMap<&'a str, &'a str>,
    privacy: Privacy<'a>,
    templates: &'a BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct ContractSite<'a> {
    title: &'a str,
    base_url: &'a str,
    language: &'a str,
    organisation: &'a str,
}

#[derive(Serialize)]
struct ContractRound<'a> {
    number: u64,
    title: &'a str,
    opens: String,
    closes: String,
    answers_by: String,
}

#[derive(Serialize)]
struct ContractRecipients<'a> {
    default: Vec<ContractRecipient<'a>>,
    themes: BTreeMap<&'a str, Vec<ContractRecipient<'a>>>,
}

#[derive(Serialize)]
struct ContractRecipient<'a> {
    name: &'a str,
    address: &'a str,
}

#[derive(Serialize)]
struct Privacy<'a> {
    retention_days: u64,
    notice: &'a str,
}

/// The file's text, with `templates` as the function shall load them.
pub fn text(
    site: &Site,
    settings: &Settings,
    review: &Review,
    templates: &BTreeMap<&'static str, String>,
) -> String {
    let config = &site.config;
    let title = config.language(&config.default_language).title.as_deref().unwrap_or_default();
    let contact: BTreeMap<&str, &str> =
        settings.contact.iter().map(|(key, text)| (*key, text.as_str())).collect();
    let organisation = contact.get("organisation").copied().filter(|name| !name.is_empty());
    let themes = settings.recipients.themes.iter().map(|(theme, who)| (theme.as_str(), recipients(who)));
    let contract = Contract {
        version: VERSION,
        site: ContractSite {
            title,
            base_url: &config.base_url,
            language: &config.default_language,
            organisation: organisation.unwrap_or(title),
        },
        endpoint: &settings.endpoint,
        forms: &settings.forms,
        round: settings.round.as_ref().map(|round| ContractRound {
            number: round.number,
            title: &round.title,
            opens: Round::instant(&round.opens),
            closes: Round::instant(&round.closes),
            answers_by: round.answers_by.to_string(),
        }),
        limits: settings.limits,
        targets: &review.targets,
        recipients: ContractRecipients {
            default: recipients(&settings.recipients.default),
            themes: themes.collect(),
        },
        contact,
        privacy: Privacy { retention_days: settings.retention_days, notice: &settings.notice },
        templates,
    };
    serde_json::to_string_pretty(&contract).expect("texts, numbers and lists are always JSON")
}

fn recipients(recipients: &[Recipient]) -> Vec<ContractRecipient<'_>> {
    recipients
        .iter()
        .map(|recipient| ContractRecipient { name: &recipient.name, address: &recipient.address })
        .collect()
}
