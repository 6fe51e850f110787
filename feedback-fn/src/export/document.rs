//! The synopsis as a document: Markdown, or a web page that prints well and needs nothing else.

use super::layout::Layout;
use super::synopsis::{Answered, Audience, Row, headings};
use crate::mail::text::BodyText;
use crate::markdown;
use crate::store::Listed;
use std::io::Write;

const HEAD: &str = "<!doctype html>
<html lang=\"de\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Synopse der Anregungen</title>
<style>
body { font-family: sans-serif; margin: 1rem; }
table { border-collapse: collapse; }
th, td { border: 1px solid; padding: .25rem .5rem; text-align: left; vertical-align: top; white-space: pre-line; }
@media print { @page { size: landscape; } thead { display: table-header-group; } tr { break-inside: avoid; } }
</style>
</head>
<body>
<h1>Synopse der Anregungen</h1>
<table>
";
const FOOT: &str = "</tbody>\n</table>\n</body>\n</html>\n";

/// A table in Markdown.
pub(super) struct Markdown<'a> {
    pub(super) audience: Audience,
    pub(super) out: &'a mut dyn Write,
}

impl Markdown<'_> {
    fn line(&mut self, cells: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
        let cells: Vec<String> = cells.into_iter().collect();
        Ok(writeln!(self.out, "| {} |", cells.join(" | "))?)
    }
}

impl Layout for Markdown<'_> {
    fn begin(&mut self) -> anyhow::Result<()> {
        writeln!(self.out, "# Synopse der Anregungen\n")?;
        self.line(headings(self.audience).map(markdown::cell))?;
        self.line(headings(self.audience).map(|_| "---".to_owned()))
    }

    fn row(&mut self, number: u64, listed: &Listed, answered: &Answered) -> anyhow::Result<()> {
        let row = Row::new(number, &listed.suggestion, self.audience, answered);
        self.line(row.cells().map(|cell| cell.written(|text| markdown::cell(BodyText::new(text).as_str()))))
    }

    fn end(&mut self) -> anyhow::Result<()> {
        Ok(self.out.flush()?)
    }
}

/// A web page.
pub(super) struct Html<'a> {
    pub(super) audience: Audience,
    pub(super) out: &'a mut dyn Write,
}

impl Layout for Html<'_> {
    fn begin(&mut self) -> anyhow::Result<()> {
        let headings: String =
            headings(self.audience).map(|text| format!("<th scope=\"col\">{text}</th>")).collect();
        Ok(write!(self.out, "{HEAD}<thead>\n<tr>{headings}</tr>\n</thead>\n<tbody>\n")?)
    }

    fn row(&mut self, number: u64, listed: &Listed, answered: &Answered) -> anyhow::Result<()> {
        let row = Row::new(number, &listed.suggestion, self.audience, answered);
        let cells = row.cells().map(|cell| cell.written(|text| html(BodyText::new(text).as_str())));
        let cells: String = cells.map(|cell| format!("<td>{cell}</td>")).collect();
        Ok(writeln!(self.out, "<tr>{cells}</tr>")?)
    }

    fn end(&mut self) -> anyhow::Result<()> {
        write!(self.out, "{FOOT}")?;
        Ok(self.out.flush()?)
    }
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
