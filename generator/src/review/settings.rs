//! `[extra.auslage]`, validated: everything but the strategy's own keys.

use std::collections::BTreeMap;
use std::path::Path;

use super::round::{self, Round};
use crate::config::AuslageTable;
use crate::diagnostic::catalog::review as catalog;
use crate::diagnostic::{Diagnostics, Span, nearest};
use crate::render::CopiedFile;
use crate::site::Site;
use crate::strategy::Strategy;
use crate::strategy::fields::{Fields, Placed, Places};
use crate::world::World;

/// Characters of a suggestion, unless set: some ten printed pages.
const DEFAULT_LENGTH: u64 = 10_000;

/// Largest limit that can be set: what one form may hold at all.
const LARGEST_LENGTH: u64 = 100_000;

/// Days that suggestions are kept, unless set.
const DEFAULT_RETENTION: u64 = 180;

/// Settings of the review.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether there is a review at all: `[extra.auslage.round]` or `[extra.auslage.review]`.
    pub is_reviewed: bool,
    /// The present round.
    pub round: Option<Round>,
    /// Where the function listens.
    pub endpoint: String,
    /// Where the form pages are.
    pub forms: String,
    /// Longest accepted texts.
    pub limits: Limits,
    /// Who gets the mails.
    pub recipients: Recipients,
    /// Whom residents reach otherwise: its keys and texts, in the order of the contract.
    pub contact: Vec<(&'static str, String)>,
    /// Days that suggestions are kept.
    pub retention_days: u64,
    /// What the form says about it.
    pub notice: String,
    /// Files that are copied into the output.
    pub copies: Vec<CopiedFile>,
    /// Where the review is configured, for problems with it as such.
    pub place: Span,
}

/// Longest accepted texts, in characters.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Limits {
    /// Of the suggestion.
    pub suggestion: u64,
    /// Of the re-worded passage.
    pub rewording: u64,
    /// Of the name.
    pub name: u64,
    /// Of the mail address (RFC 5321).
    pub email: u64,
}

/// Who gets the mails.
#[derive(Debug, Clone, Default)]
pub struct Recipients {
    /// For everything that has none of its own.
    pub default: Vec<Recipient>,
    /// By id of a theme or group.
    pub themes: BTreeMap<String, Vec<Recipient>>,
}

/// Someone who gets mails.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Recipient {
    /// The name.
    pub name: String,
    /// The mail address.
    pub address: String,
    /// What they do, for the form pages.
    pub role: Option<String>,
}

impl Recipients {
    /// Those for a theme.
    pub fn of(&self, theme: Option<&str>) -> &[Recipient] {
        let own = theme.and_then(|theme| self.themes.get(theme)).filter(|own| !own.is_empty());
        own.unwrap_or(&self.default)
    }
}

/// Reads all of the table.
pub fn read(
    site: &Site,
    auslage: &AuslageTable,
    strategy: &Strategy,
    world: &dyn World,
    diagnostics: &mut Diagnostics,
) -> Settings {
    let places = Places { path: &site.config.places.config_file, spans: &auslage.spans };
    let mut fields = Fields::new(places, "", &auslage.table);
    for key in ["content", "sources"] {
        fields.text(key, diagnostics);
    }
    let round_table = fields.table("round", diagnostics);
    let review_table = fields.table("review", diagnostics);
    let place = round_table.as_ref().or(review_table.as_ref()).map_or_else(|| fields.place(), Fields::place);
    let is_reviewed = round_table.is_some() || review_table.is_some();
    let round = round_table.and_then(|table| round::read(table, diagnostics));
    let (endpoint, forms, length) = paths(review_table, diagnostics);
    let recipients_table = fields.table("recipients", diagnostics);
    let mut problems = Diagnostics::default();
    let recipients = recipients(recipients_table, strategy, &mut problems);
    let are_read = !problems.has_errors();
    diagnostics.extend(problems);
    if is_reviewed && recipients.default.is_empty() && are_read {
        let place = fields.span("recipients.default");
        diagnostics.push(catalog::no_recipients(place));
    }
    let contact = contact(fields.table("contact", diagnostics), diagnostics);
    let privacy_table = fields.table("privacy", diagnostics);
    // Nobody wrote the number that holds without the table: then the round is the place.
    let retention_key = if privacy_table.is_some() { "privacy.retention_days" } else { "round.answers_by" };
    let mut problems = Diagnostics::default();
    let (retention_days, notice) = privacy(privacy_table, &mut problems);
    if let Some(round) =
        round.as_ref().filter(|round| !problems.has_errors() && round.days() > retention_days)
    {
        let place = fields.span(retention_key);
        problems.push(catalog::short_retention(place, retention_days, round.days()));
    }
    diagnostics.extend(problems);
    let assets_table = fields.table("assets", diagnostics);
    let copies = copies(assets_table, &site.config.places.root, world, diagnostics);
    fields.finish("`[extra.auslage]`", diagnostics);
    let limits = Limits { suggestion: length, rewording: length * 2, name: 200, email: 254 };
    Settings {
        is_reviewed,
        round,
        endpoint,
        forms,
        limits,
        recipients,
        contact,
        retention_days,
        notice,
        copies,
        place,
    }
}

/// Paths of function and forms, and the length of a suggestion.
fn paths(table: Option<Fields<'_>>, diagnostics: &mut Diagnostics) -> (String, String, u64) {
    let (mut endpoint, mut forms, mut length) =
        ("/rueckmeldung/".to_owned(), "/vorschlag/".to_owned(), DEFAULT_LENGTH);
    let Some(mut table) = table else { return (endpoint, forms, length) };
    for (key, path) in [("endpoint", &mut endpoint), ("forms", &mut forms)] {
        let Some(Placed { text, span }) = table.placed(key, diagnostics) else { continue };
        if is_path(&text) {
            *path = text;
        } else {
            diagnostics.push(catalog::bad_path(span, key, &text));
        }
    }
    if endpoint == forms {
        diagnostics.push(catalog::same_path(table.span("forms"), &forms));
    }
    if let Some(wanted) = table.count("max_length", diagnostics) {
        length = wanted.min(LARGEST_LENGTH);
        if wanted > LARGEST_LENGTH {
            diagnostics.push(catalog::too_large(table.span("max_length"), "max_length", LARGEST_LENGTH));
        }
    }
    table.finish("`review`", diagnostics);
    (endpoint, forms, length)
}

/// Slashes at both ends and, between them, parts that need no escaping.
fn is_path(path: &str) -> bool {
    let inner = path.strip_prefix('/').and_then(|path| path.strip_suffix('/'));
    inner.is_some_and(|inner| {
        inner.split('/').all(|part| {
            let sound = |char: char| char.is_ascii_alphanumeric() || "-_.~".contains(char);
            !part.is_empty() && part != "." && part != ".." && part.chars().all(sound)
        })
    })
}

fn recipients(table: Option<Fields<'_>>, strategy: &Strategy, diagnostics: &mut Diagnostics) -> Recipients {
    let Some(mut table) = table else { return Recipients::default() };
    let default = table.tables("default", diagnostics);
    let default = people(default, diagnostics);
    let mut themes = BTreeMap::new();
    let areas = || strategy.themes.iter().chain(&strategy.groups).map(|id| strategy.entity(*id).id.as_str());
    for (theme, tables) in table.other_tables(diagnostics) {
        if !areas().any(|id| id == theme) {
            let near = nearest(theme, areas());
            diagnostics.push(catalog::unknown_theme(table.span(theme), theme, near));
        }
        themes.insert(theme.to_owned(), people(tables, diagnostics));
    }
    Recipients { default, themes }
}

fn people(tables: Vec<Fields<'_>>, diagnostics: &mut Diagnostics) -> Vec<Recipient> {
    let mut people = Vec::new();
    for mut table in tables {
        let name = table.required("name", diagnostics);
        let address = table.required("address", diagnostics);
        let role = table.text("role", diagnostics);
        table.finish("a recipient", diagnostics);
        let (Some(name), Some(address)) = (name, address) else { continue };
        if !is_address(&address.text) {
            diagnostics.push(catalog::bad_address(address.span, &address.text));
            continue;
        }
        people.push(Recipient { name: name.text, address: address.text, role });
    }
    people
}

/// Only what is certainly wrong is refused; the function checks addresses again before it sends.
fn is_address(address: &str) -> bool {
    let odd = |char: char| char.is_whitespace() || char.is_control() || "<>,;\"()".contains(char);
    let parts = address.split_once('@');
    parts.is_some_and(|(local, domain)| {
        let sound = !local.is_empty() && domain.contains('.') && !domain.contains('@');
        sound && !domain.starts_with('.') && !domain.ends_with('.') && !address.contains(odd)
    })
}

fn contact(table: Option<Fields<'_>>, diagnostics: &mut Diagnostics) -> Vec<(&'static str, String)> {
    let keys = ["organisation", "name", "email", "phone", "street", "postcode", "town"];
    let Some(mut table) = table else { return keys.map(|key| (key, String::new())).to_vec() };
    let contact = keys.map(|key| (key, table.text(key, diagnostics).unwrap_or_default()));
    table.finish("`contact`", diagnostics);
    contact.to_vec()
}

fn privacy(table: Option<Fields<'_>>, diagnostics: &mut Diagnostics) -> (u64, String) {
    let Some(mut table) = table else { return (DEFAULT_RETENTION, String::new()) };
    let days = table.count("retention_days", diagnostics).unwrap_or(DEFAULT_RETENTION);
    let limit = u64::from(u32::MAX);
    if days > limit {
        diagnostics.push(catalog::too_large(table.span("retention_days"), "retention_days", limit));
    }
    let notice = table.text("notice", diagnostics).unwrap_or_default();
    table.finish("`privacy`", diagnostics);
    (days.min(limit), notice)
}

/// `assets.copy`: files out of packages that the site delivers.
fn copies(
    table: Option<Fields<'_>>,
    root: &Path,
    world: &dyn World,
    diagnostics: &mut Diagnostics,
) -> Vec<CopiedFile> {
    let Some(mut table) = table else { return Vec::new() };
    let mut copies = Vec::new();
    for mut entry in table.tables("copy", diagnostics) {
        let from = entry.required("from", diagnostics);
        let to = entry.required("to", diagnostics);
        entry.finish("an entry of `assets.copy`", diagnostics);
        let (Some(from), Some(to)) = (from, to) else { continue };
        let file = root.join(&from.text);
        if !world.is_file(&file) {
            diagnostics.push(catalog::missing_file(from.span, &from.text));
        } else if !is_path(&format!("/{}/", to.text)) {
            diagnostics.push(catalog::bad_destination(to.span, &to.text));
        } else {
            copies.push(CopiedFile { from: file, to: to.text });
        }
    }
    table.finish("`assets`", diagnostics);
    copies
}
