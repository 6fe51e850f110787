//! Problems of the strategy: front matter under `[extra]`, references, dates, numbers, sources.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Span};
use crate::strategy::date::DateProblem;

/// A key that this kind of page does not have.
pub fn unknown_key(span: Span, key: &str, what: &str, near: Option<&str>, known: &[&str]) -> Diagnostic {
    Diagnostic::error("unknown-key", span, format!("{what} has no key `{key}`"))
        .hint(did_you_mean(near, known))
}

/// A key without which its table says nothing.
pub fn missing_key(span: Span, key: &str) -> Diagnostic {
    Diagnostic::error("missing-key", span, format!("`{key}` is missing"))
        .hint(format!("add `{} = \"…\"`", key.rsplit('.').next().unwrap_or(key)))
}

/// A text without a character in it.
pub fn empty_text(span: Span, key: &str) -> Diagnostic {
    Diagnostic::error("empty-text", span, format!("`{key}` is empty"))
        .hint("leave the key out where no source says anything")
}

/// A page below a theme that does not say what it is.
pub fn missing_kind(span: Span, theme: &str) -> Diagnostic {
    Diagnostic::error("missing-kind", span, format!("the page lies below `{theme}` and has no `kind`"))
        .hint("add `kind = \"project\"` under `[extra]`, or move the page")
}

/// A kind of page where a section is needed, or the other way round.
pub fn kind_needs_section(span: Span, kind: &str) -> Diagnostic {
    Diagnostic::error("kind-needs-section", span, format!("a `{kind}` is a section, but this is a page"))
        .hint("make a folder with an `_index.md` that says this, or choose another `kind`")
}

/// As [`kind_needs_section`], the other way round.
pub fn kind_needs_page(span: Span, kind: &str) -> Diagnostic {
    Diagnostic::error("kind-needs-page", span, format!("a `{kind}` is a page, but this is a section"))
        .hint("put it into a file of its own in this folder, or choose another `kind`")
}

/// A project that lies below no theme and no group.
pub fn project_outside_theme(span: Span) -> Diagnostic {
    Diagnostic::error("project-outside-theme", span, "the project lies below no theme")
        .hint("move it into the folder of a theme or of a group")
}

/// A part of the strategy without a title.
pub fn missing_title(span: Span, kind: &str) -> Diagnostic {
    Diagnostic::error("missing-title", span, format!("this {kind} has no `title`"))
        .hint("add `title = \"…\"` at the top of the file")
}

/// A part of the strategy that Zola's sorting leaves out.
pub fn not_listed(span: Span, section: &str) -> Diagnostic {
    Diagnostic::error("not-listed", span, "the page lacks what its section sorts by, so it is not published")
        .hint(format!("add `weight = 10` (or what `sort_by` in `{section}` says)"))
}

/// A file name that cannot be an id.
pub fn bad_id(span: Span, id: &str) -> Diagnostic {
    Diagnostic::error("bad-id", span, format!("`{id}` cannot be an id"))
        .hint("rename the file: small letters a to z and digits, with hyphens between words")
}

/// Two parts of the strategy with the same id.
pub fn duplicate_id(span: Span, id: &str, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate-id", span, format!("`{id}` is taken"))
        .note("the first with this name", first)
        .hint("rename the file: its name is the id that others refer to")
}

/// Two parts of the strategy with the same number.
pub fn duplicate_number(span: Span, number: &str, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate-number", span, format!("the number `{number}` is taken"))
        .note("the first with this number", first)
        .hint("give one of the two another `number`, or leave it out")
}

/// A text that is no date.
pub fn bad_date(span: Span, text: &str, problem: DateProblem) -> Diagnostic {
    match problem {
        DateProblem::Form => Diagnostic::error("bad-date", span, format!("`{text}` is no date")).hint(
            "write `2021-02-01`, `2020-04`, `2020-Q4`, `2020-summer`, `2019-late` or `2022`, with `~` at the end for \"about\"",
        ),
        DateProblem::Impossible => {
            Diagnostic::error("impossible-date", span, format!("`{text}` is not in the calendar"))
                .hint("check day, month and quarter")
        }
    }
}

/// An end that is no date.
pub fn bad_end(span: Span, text: &str, problem: DateProblem) -> Diagnostic {
    match problem {
        DateProblem::Form => Diagnostic::error("bad-date", span, format!("`{text}` is no date"))
            .hint("write `open` for what goes on, or a date such as `2021-02-01`, `2020-04`, `2020-summer` or `2022`"),
        DateProblem::Impossible => bad_date(span, text, problem),
    }
}

/// A start that can only lie after the end.
pub fn from_after_to(span: Span, from: &str, to: &str) -> Diagnostic {
    Diagnostic::error("from-after-to", span, format!("`from` is `{from}` and lies after `to`, `{to}`"))
        .hint("swap the two, or correct one")
}

/// Bounds that leave no day.
pub fn bounds_reversed(span: Span, not_before: &str, not_after: &str) -> Diagnostic {
    let message = format!("`not_before` is `{not_before}` and lies after `not_after`, `{not_after}`");
    Diagnostic::error("bounds-reversed", span, message).hint("swap the two, or correct one")
}

/// Bounds beside the date that they should stand in for.
pub fn bound_beside_from(span: Span, key: &str) -> Diagnostic {
    Diagnostic::error("bound-beside-from", span, format!("`{key}` stands beside `from`"))
        .hint(format!("leave `{key}` out: it is for a start that no source states"))
}

/// A single event with an end.
pub fn single_with_to(span: Span) -> Diagnostic {
    Diagnostic::error("single-with-to", span, "`single = true` and `to` exclude each other")
        .hint("leave out `to` for a single event, or `single` for a period")
}

/// A status that says that it is over, and an end that says that it is not.
pub fn status_contradicts_end(span: Span, status: &str) -> Diagnostic {
    let message = format!("`status` is `{status}`, but `timeframe` says `to = \"open\"`");
    Diagnostic::error("status-contradicts-end", span, message)
        .hint("set `status = \"ongoing\"`, or the date on which it ended")
}

/// A theme without a project that does not say so.
pub fn empty_theme(span: Span) -> Diagnostic {
    Diagnostic::error("empty-theme", span, "the theme has no project of the strategy and does not say so")
        .hint("add `empty = \"…\"` with the sentence that readers shall see")
}

/// A theme that says it has no project, and has one.
pub fn theme_is_not_empty(span: Span, project: &str) -> Diagnostic {
    Diagnostic::error(
        "theme-not-empty",
        span,
        format!("`empty` is set, but there is the project `{project}`"),
    )
    .hint("remove `empty`, or set the project's `scope`")
}

/// A participant that does not exist.
pub fn unknown_participant(span: Span, id: &str, near: Option<&str>) -> Diagnostic {
    unknown("unknown-participant", span, "participant", id, near, "add the page of this participant")
}

/// Something else where a participant is meant.
pub fn not_a_participant(span: Span, id: &str, kind: &str) -> Diagnostic {
    Diagnostic::error("not-a-participant", span, format!("`{id}` is a {kind}, not a participant"))
        .hint("name the file of a participant, without `.md`")
}

/// A participant as its own part.
pub fn parent_cycle(span: Span, chain: &str) -> Diagnostic {
    Diagnostic::error("parent-cycle", span, format!("the participant belongs to itself: {chain}"))
        .hint("remove `parent` from one of them")
}

/// The same participant twice in the same role.
pub fn duplicate_participant(span: Span, id: &str, role: &str) -> Diagnostic {
    Diagnostic::error("duplicate-participant", span, format!("`{id}` has the role `{role}` twice"))
        .hint("join the two entries into one")
}

/// A relation to nothing.
pub fn unknown_target(span: Span, id: &str, near: Option<&str>) -> Diagnostic {
    unknown(
        "unknown-target",
        span,
        "project, process step or participant",
        id,
        near,
        "name the target's file, without `.md`",
    )
}

/// A relation to something that this kind does not lead to.
pub fn wrong_target(span: Span, kind: &str, from: &str, to: &str, possible: &str) -> Diagnostic {
    Diagnostic::error("wrong-target", span, format!("`{kind}` cannot lead from a {from} to a {to}"))
        .hint(format!("`{kind}` leads {possible}"))
}

/// A relation to a participant that is no programme.
pub fn not_a_programme(span: Span, kind: &str, id: &str) -> Diagnostic {
    Diagnostic::error("not-a-programme", span, format!("`{kind}` leads to programmes, but `{id}` is none"))
        .hint("name it under `participants`, or set `type = \"programme\"` in its file")
}

/// Something related to itself.
pub fn relation_to_itself(span: Span, id: &str) -> Diagnostic {
    Diagnostic::error("relation-to-itself", span, format!("`{id}` is related to itself"))
        .hint("name another target, or remove the relation")
}

/// A relation that is there already.
pub fn duplicate_relation(span: Span, kind: &str, id: &str, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate-relation", span, format!("`{kind}` to `{id}` is stated twice"))
        .note("the first", first)
        .hint("remove one of the two: the opposite direction is derived")
}

/// The derived direction, written by hand.
pub fn inverse_relation(span: Span, key: &str, kind: &str, target: &str) -> Diagnostic {
    Diagnostic::error("inverse-relation", span, format!("`{key}` is derived and must not be written"))
        .hint(format!("write `kind = \"{kind}\"` in the file of `{target}` instead"))
}

/// A relation of no known kind.
pub fn unknown_relation(span: Span, key: &str, near: Option<&str>, known: &[&str]) -> Diagnostic {
    Diagnostic::error("unknown-relation", span, format!("there is no relation `{key}`"))
        .hint(did_you_mean(near, known))
}

/// Relations that come back to where they start.
pub fn relation_cycle(span: Span, kind: &str, chain: &str) -> Diagnostic {
    Diagnostic::error("relation-cycle", span, format!("`{kind}` runs in a circle: {chain}"))
        .hint("remove one of these relations")
}

/// A source that the registry does not have.
pub fn unknown_source(span: Span, key: &str, near: Option<&str>, registry: &Path) -> Diagnostic {
    let what_else = format!("add `[{key}]` to `{}`", registry.display());
    unknown("unknown-source", span, "source", key, near, &what_else)
}

/// A source that is named twice in one list.
pub fn duplicate_source(span: Span, key: &str) -> Diagnostic {
    Diagnostic::warning("duplicate-source", span, format!("the source `{key}` is named twice"))
        .hint("remove one of the two")
}

/// A source that nothing names.
pub fn unused_source(span: Span, key: &str) -> Diagnostic {
    Diagnostic::warning("unused-source", span, format!("no page names the source `{key}`"))
        .hint("name it in `sources` of a page, or remove it")
}

/// A registry of sources that is not there.
pub fn no_source_registry(span: Span, path: &Path) -> Diagnostic {
    Diagnostic::error("no-source-registry", span, format!("the file `{}` cannot be read", path.display()))
        .hint("create it with a table for each source, such as `[S01]`, or correct `sources` in `[extra.auslage]`")
}

fn unknown(
    code: &'static str,
    span: Span,
    what: &str,
    id: &str,
    near: Option<&str>,
    else_: &str,
) -> Diagnostic {
    let hint =
        near.map_or_else(|| else_.to_owned(), |near| format!("did you mean `{near}`? otherwise {else_}"));
    Diagnostic::error(code, span, format!("there is no {what} `{id}`")).hint(hint)
}

fn did_you_mean(near: Option<&str>, known: &[&str]) -> String {
    let known: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    let known = known.join(", ");
    near.map_or_else(
        || format!("possible are {known}"),
        |near| format!("did you mean `{near}`? possible are {known}"),
    )
}
