//! German: labels of all words, and how dates and timeframes are said.

use super::Labels;
use crate::strategy::date::{FuzzyDate, Part, Season, Third};
use crate::strategy::timeframe::{End, Timeframe};

/// Said where no source says anything.
pub const NOT_STATED: &str = "in den Quellen nicht angegeben";

/// Labels by set of words.
pub const LABELS: Labels = &[
    (
        "kind",
        &[
            ("theme", "Themenbereich"),
            ("group", "Übergreifend"),
            ("project", "Projekt"),
            ("step", "Prozessschritt"),
            ("participant", "Beteiligte"),
            ("chapter", "Kapitel"),
        ],
    ),
    (
        "scope",
        &[
            ("strategy", "Projekt der Strategie"),
            ("context", "Vorhaben im Umfeld der Strategie"),
            ("follow-up", "späteres Vorhaben, nicht Teil der Strategie"),
        ],
    ),
    (
        "status",
        &[
            ("idea", "Idee"),
            ("planned", "geplant"),
            ("running", "in Umsetzung"),
            ("ongoing", "laufend"),
            ("done", "abgeschlossen"),
            ("paused", "ausgesetzt"),
            ("ended", "eingestellt"),
        ],
    ),
    (
        "role",
        &[
            ("lead", "Federführung"),
            ("co-lead", "Mit-Federführung"),
            ("partner", "Partner"),
            ("funder", "Förderung"),
            ("operator", "Betrieb"),
            ("host", "Gastgeber"),
            ("moderator", "Moderation"),
            ("contractor", "Auftragnehmer"),
            ("developer", "Entwicklung"),
            ("observer", "Beobachtung"),
            ("decision-maker", "Entscheidung"),
            ("volunteers", "Ehrenamt"),
            ("target-group", "Zielgruppe"),
            ("model", "Vorbild"),
            ("affected", "Betroffene"),
        ],
    ),
    (
        "method",
        &[
            ("selection", "Auswahl"),
            ("meetings", "Treffen"),
            ("decision", "Entscheidung"),
            ("survey", "Befragung"),
            ("interviews", "Interviews"),
            ("workshop", "Workshop"),
            ("online", "Online-Beteiligung"),
            ("drafting", "Ausarbeitung"),
            ("review", "Öffentliche Beteiligung"),
            ("report", "Bericht"),
            ("adoption", "Verabschiedung"),
            ("completion", "Abschluss"),
        ],
    ),
    (
        "occurred",
        &[
            ("yes", "hat stattgefunden"),
            ("announced", "angekündigt; ob es stattfand, ist in den Quellen nicht angegeben"),
            ("unknown", "ob es stattfand, ist in den Quellen nicht angegeben"),
        ],
    ),
    (
        "type",
        &[
            ("municipality", "Gemeinde"),
            ("municipal-body", "Stelle oder Gremium der Stadt"),
            ("regional-body", "Regionale Körperschaft"),
            ("authority", "Behörde"),
            ("ministry", "Ministerium"),
            ("programme", "Programm"),
            ("company", "Unternehmen"),
            ("cooperative", "Genossenschaft"),
            ("business-network", "Unternehmensnetzwerk"),
            ("research", "Forschungseinrichtung"),
            ("aid-organisation", "Hilfsorganisation"),
            ("citizens", "Bürgerinnen und Bürger"),
            ("volunteers", "Ehrenamtliche"),
            ("other", "Weitere"),
        ],
    ),
    ("origin", &[("own-summary", "eigene Zusammenfassung"), ("official-text", "amtlicher Text")]),
    (
        "relation",
        &[
            ("part-of", "Teil von"),
            ("has-part", "umfasst"),
            ("builds-on", "baut auf"),
            ("basis-of", "Grundlage für"),
            ("enabled-by", "ermöglicht durch"),
            ("enables", "ermöglicht"),
            ("complements", "ergänzt"),
            ("alternative-to", "Alternative zu"),
            ("arose-from", "entstand aus"),
            ("gave-rise-to", "daraus entstand"),
            ("backed-by", "gestützt durch"),
            ("backs", "stützt"),
            ("reported-in", "vorgestellt in"),
            ("reports-on", "stellte vor"),
            ("follows-from", "folgt auf"),
            ("led-to", "führte zu"),
            ("funded-under", "gefördert im Rahmen von"),
            ("funds", "fördert"),
            ("modelled-on", "nach dem Vorbild von"),
            ("model-for", "Vorbild für"),
        ],
    ),
];

const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// `1. Februar 2021`, `4. Quartal 2020`, `Winter 2019/20`, `Ende 2019`, `etwa April 2020`
pub fn date(date: &FuzzyDate) -> String {
    let year = date.year;
    let month = |month: i8| MONTHS[usize::from(month.unsigned_abs()) - 1];
    let text = match date.part {
        Part::Year => year.to_string(),
        Part::Third(Third::Early) => format!("Anfang {year}"),
        Part::Third(Third::Mid) => format!("Mitte {year}"),
        Part::Third(Third::Late) => format!("Ende {year}"),
        Part::Season(Season::Spring) => format!("Frühling {year}"),
        Part::Season(Season::Summer) => format!("Sommer {year}"),
        Part::Season(Season::Autumn) => format!("Herbst {year}"),
        Part::Season(Season::Winter) => format!("Winter {year}/{:02}", (year + 1) % 100),
        Part::Quarter(quarter) => format!("{quarter}. Quartal {year}"),
        Part::Month(number) => format!("{} {year}", month(number)),
        Part::Day(number, day) => format!("{day}. {} {year}", month(number)),
    };
    if date.about { format!("etwa {text}") } else { text }
}

/// `24 Uhr`, `18.30 Uhr`
pub fn time(hour: i8, minute: i8) -> String {
    if minute == 0 { format!("{hour} Uhr") } else { format!("{hour}.{minute:02} Uhr") }
}

/// `seit 1. Februar 2021 (Stand 2022)`, `November 2018 bis Oktober 2019`, …
pub fn timeframe(timeframe: &Timeframe) -> String {
    if !timeframe.is_stated() {
        return NOT_STATED.to_owned();
    }
    let text = match (&timeframe.from, timeframe.to) {
        (Some(from), End::Date(to)) if *from == to => date(from),
        (Some(from), End::Date(to)) => format!("{} bis {}", date(from), date(&to)),
        (Some(from), End::Open) => format!("seit {}", date(from)),
        (Some(from), End::Single) => date(from),
        (Some(from), End::NotStated) => format!("Beginn: {}; Ende {NOT_STATED}", date(from)),
        (None, end) => without_start(timeframe, end),
    };
    match &timeframe.as_of {
        Some(as_of) => format!("{text} (Stand {})", date(as_of)),
        None => text,
    }
}

fn without_start(timeframe: &Timeframe, end: End) -> String {
    let what = if end == End::Single { "Zeitpunkt" } else { "Beginn" };
    let mut text = format!("{what} {NOT_STATED}");
    if let Some(bound) = &timeframe.not_before {
        text.push_str(&format!(", frühestens {}", date(bound)));
    }
    if let Some(bound) = &timeframe.not_after {
        text.push_str(&format!(", spätestens {}", date(bound)));
    }
    match end {
        End::Date(to) => text.push_str(&format!("; bis {}", date(&to))),
        End::Open => text.push_str("; läuft weiter"),
        End::Single | End::NotStated => {}
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<FuzzyDate> {
        (!text.is_empty()).then(|| text.parse().expect("a date"))
    }

    #[test]
    fn dates_are_said_in_german() {
        for (written, said) in [
            ("2021-02-01", "1. Februar 2021"),
            ("2020-04", "April 2020"),
            ("2020-04~", "etwa April 2020"),
            ("2020-Q4", "4. Quartal 2020"),
            ("2020-summer", "Sommer 2020"),
            ("2020-spring", "Frühling 2020"),
            ("2019-winter", "Winter 2019/20"),
            ("1999-winter", "Winter 1999/00"),
            ("2019-late", "Ende 2019"),
            ("2019-mid", "Mitte 2019"),
            ("2019-early~", "etwa Anfang 2019"),
            ("2022", "2022"),
            ("2022-12-31", "31. Dezember 2022"),
        ] {
            assert_eq!(date(&parse(written).unwrap()), said);
        }
    }

    #[track_caller]
    fn check(from: &str, to: &str, bounds: (&str, &str), as_of: &str, said: &str) {
        let end = match to {
            "open" => End::Open,
            "single" => End::Single,
            "" => End::NotStated,
            date => End::Date(date.parse().expect("a date")),
        };
        let (not_before, not_after) = (parse(bounds.0), parse(bounds.1));
        let frame = Timeframe {
            from: parse(from),
            to: end,
            not_before,
            not_after,
            as_of: parse(as_of),
            ..Timeframe::default()
        };
        assert_eq!(timeframe(&frame), said);
    }

    #[test]
    fn timeframes_are_said_in_german() {
        let no = ("", "");
        check("2021-02-01", "open", no, "2022", "seit 1. Februar 2021 (Stand 2022)");
        check("2020-04~", "open", no, "", "seit etwa April 2020");
        check("2018-11", "2019-10", no, "", "November 2018 bis Oktober 2019");
        check("2019-late", "2022", no, "", "Ende 2019 bis 2022");
        check("2020", "2020", no, "", "2020");
        check("2019-late", "single", no, "", "Ende 2019");
        check("2017-02", "", no, "", "Beginn: Februar 2017; Ende in den Quellen nicht angegeben");
        check("", "", ("", "2022-01"), "", "Beginn in den Quellen nicht angegeben, spätestens Januar 2022");
        check(
            "",
            "open",
            ("2019", "2022-01"),
            "2022-07",
            "Beginn in den Quellen nicht angegeben, frühestens 2019, spätestens Januar 2022; läuft weiter (Stand Juli 2022)",
        );
        check("", "2022-07", no, "", "Beginn in den Quellen nicht angegeben; bis Juli 2022");
        check(
            "",
            "single",
            ("", "2020-03"),
            "",
            "Zeitpunkt in den Quellen nicht angegeben, spätestens März 2020",
        );
        check("", "", no, "2022", "in den Quellen nicht angegeben");
        check("", "single", no, "", "in den Quellen nicht angegeben");
    }

    #[test]
    fn times_of_day_are_said_in_german() {
        assert_eq!((time(24, 0), time(18, 30)), ("24 Uhr".to_owned(), "18.30 Uhr".to_owned()));
    }
}
