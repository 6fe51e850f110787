//! Reads `timeframe = { from, to, single, not_before, not_after, as_of, note, sources }`.

use super::Reader;
use crate::diagnostic::catalog::strategy as catalog;
use crate::strategy::date::FuzzyDate;
use crate::strategy::fields::Fields;
use crate::strategy::timeframe::{End, Timeframe};

impl Reader<'_> {
    /// The timeframe of a page; an empty one where it has none.
    pub(super) fn timeframe(&mut self, fields: &mut Fields<'_>) -> Timeframe {
        let Some(mut table) = fields.table("timeframe", self.diagnostics) else {
            return Timeframe::default();
        };
        let single = table.flag("single", self.diagnostics);
        let from = table.date("from", self.diagnostics);
        let to = self.end(&mut table);
        let timeframe = Timeframe {
            from,
            to: if single && to == End::NotStated { End::Single } else { to },
            not_before: table.date("not_before", self.diagnostics),
            not_after: table.date("not_after", self.diagnostics),
            as_of: table.date("as_of", self.diagnostics),
            note: self.text(&mut table, "note"),
            sources: self.sources(&mut table),
        };
        if single && table.has("to") {
            self.diagnostics.push(catalog::single_with_to(table.span("single")));
        }
        self.report_order(&timeframe, &mut table);
        table.finish("`timeframe`", self.diagnostics);
        timeframe
    }

    fn end(&mut self, table: &mut Fields<'_>) -> End {
        let Some(to) = table.placed("to", self.diagnostics) else { return End::NotStated };
        if to.text == "open" {
            return End::Open;
        }
        match to.text.parse() {
            Ok(date) => End::Date(date),
            Err(problem) => {
                self.diagnostics.push(catalog::bad_end(to.span, &to.text, problem));
                End::NotStated
            }
        }
    }

    fn report_order(&mut self, timeframe: &Timeframe, table: &mut Fields<'_>) {
        if let (Some(from), End::Date(to)) = (timeframe.from, timeframe.to)
            && lies_after(&from, &to)
        {
            let span = table.span("from");
            self.diagnostics.push(catalog::from_after_to(span, &from.to_string(), &to.to_string()));
        }
        if let (Some(first), Some(last)) = (timeframe.not_before, timeframe.not_after)
            && lies_after(&first, &last)
        {
            let span = table.span("not_before");
            self.diagnostics.push(catalog::bounds_reversed(span, &first.to_string(), &last.to_string()));
        }
        for key in ["not_before", "not_after"] {
            if timeframe.from.is_some() && table.has(key) {
                self.diagnostics.push(catalog::bound_beside_from(table.span(key), key));
            }
        }
    }
}

/// Whether even the first day of one lies after the last day of the other.
fn lies_after(one: &FuzzyDate, other: &FuzzyDate) -> bool {
    one.bounds().0 > other.bounds().1
}
