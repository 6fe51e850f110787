//! Where the answers of a table point to, followed: numbers of rows become references, and what leads nowhere is told.
//!
//! An answer that says nothing but where to look must lead to one that says more. Two answers that say something and
//! mention each other are no circle.

use super::pointer::{To, only_points, pointers, replaced, spelled};
use super::table::Rows;
use super::{Mistake, Place, Read, Response, Says};
use crate::export::NUMBER;
use crate::reference::Reference;
use std::collections::{BTreeMap, BTreeSet};

/// What the site's content answers already; none where a page cannot be read.
pub type Answering<'a> = BTreeMap<&'a Reference, Option<&'a Says>>;

impl Read {
    /// The table with every pointer followed. A row that points to one without an answer waits like that one.
    ///
    /// # Errors
    /// Pointers that lead nowhere, to themselves, or in a circle.
    pub fn followed(mut self, pages: &Answering<'_>) -> Result<Read, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        for Response { place, reference, answer, decision } in &mut self.responses {
            for (text, column) in [(answer, self.rows.answer), (&mut decision.remark, self.rows.decision)] {
                match named(text, reference, &self.rows, pages) {
                    Ok(named) => *text = named,
                    Err(what) => mistakes.push(Mistake { place: at(place, column), what }),
                }
            }
        }
        if mistakes.is_empty() {
            self.wait_for_others(pages);
            mistakes = circles(&self, pages);
        }
        if mistakes.is_empty() { Ok(self) } else { Err(mistakes) }
    }

    fn wait_for_others(&mut self, pages: &Answering<'_>) {
        loop {
            let answered: BTreeSet<&Reference> =
                self.responses.iter().map(|response| &response.reference).collect();
            let missing =
                |reference: &Reference| !answered.contains(reference) && !pages.contains_key(reference);
            let waiting = self.responses.iter().enumerate().find_map(|(index, response)| {
                let missing = response.points_to().into_iter().find(|reference| missing(reference))?;
                Some((index, missing))
            });
            let Some((index, missing)) = waiting else { return };
            let Response { place, .. } = self.responses.remove(index);
            let what =
                format!("it points to {}, which has no answer yet: the row waits", self.rows.shown(&missing));
            self.unfinished.push(Mistake { place: at(&place, self.rows.answer), what });
            self.unfinished.sort_by_key(|waiting| waiting.place.row);
        }
    }
}

fn at(place: &Place, column: usize) -> Place {
    Place { column: column + 1, ..place.clone() }
}

impl Response {
    /// All suggestions whose answers this one points to by reference.
    pub fn points_to(&self) -> Vec<Reference> {
        [&self.answer, &self.decision.remark].into_iter().flat_map(|text| references(text)).collect()
    }
}

fn references(text: &str) -> Vec<Reference> {
    let targets = pointers(text).into_iter().flat_map(|pointer| pointer.targets);
    let references = targets.filter_map(|target| match target.to {
        To::Reference(reference) => Some(reference),
        _ => None,
    });
    references.collect()
}

/// The text with references instead of numbers, or why that cannot be.
fn named(text: &str, own: &Reference, rows: &Rows, pages: &Answering<'_>) -> Result<String, String> {
    let mut known = BTreeMap::new();
    for target in pointers(text).into_iter().flat_map(|pointer| pointer.targets) {
        let written = &text[target.range.clone()];
        let reference = meant(&target.to, written, rows, pages)?;
        if reference.as_ref() == Some(own) {
            return Err(format!(
                "`{written}` is this row itself: write its answer here, or name another row"
            ));
        }
        if let (To::Row(number), Some(reference)) = (target.to, reference) {
            known.insert(number, reference);
        }
    }
    let named = replaced(text, |to| match to {
        To::Row(number) => known.get(number).map(Reference::to_string),
        _ => None,
    });
    Ok(spelled(&named))
}

/// Which suggestion; none if it is another town's number, or no number at all.
fn meant(to: &To, written: &str, rows: &Rows, pages: &Answering<'_>) -> Result<Option<Reference>, String> {
    match to {
        To::Row(number) => rows.numbered(*number, written).map(Some),
        To::Reference(reference) if rows.has(reference) || pages.contains_key(reference) => {
            Ok(Some(reference.clone()))
        }
        To::Reference(_) => Err(format!(
            "`{written}` is neither in this table nor answered in the folder: name a suggestion that is, or answer here"
        )),
        To::Mistyped(prefix) if rows.has_prefix(prefix) => Err(format!(
            "`{written}`: the check character does not fit; see the column `{}`",
            crate::export::REFERENCE
        )),
        To::Mistyped(_) => Ok(None),
        To::Span => Err(format!("`{written}` means several rows: name each, such as `Nr. 3, 4 und 5`")),
    }
}

/// Rows that only lead to each other.
fn circles(read: &Read, pages: &Answering<'_>) -> Vec<Mistake> {
    let mut pointing: BTreeMap<Reference, Vec<Reference>> = BTreeMap::new();
    let paged =
        pages.iter().filter_map(|(reference, says)| Some((*reference, says.as_ref()?.answer.as_str())));
    let rows = read.responses.iter().map(|response| (&response.reference, response.answer.as_str()));
    // What the table says will be what the page says.
    for (reference, answer) in paged.chain(rows) {
        match only_points(answer) {
            true => drop(pointing.insert(reference.clone(), references(answer))),
            false => drop(pointing.remove(reference)),
        }
    }
    while let Some(leads_on) = pointing.iter().find(|(_, to)| to.iter().any(|to| !pointing.contains_key(to)))
    {
        let reference = leads_on.0.clone();
        pointing.remove(&reference);
    }
    let lost = read.responses.iter().filter(|response| pointing.contains_key(&response.reference));
    let told = lost.map(|response| {
        let to =
            references(&response.answer).iter().map(|to| read.rows.shown(to)).collect::<Vec<_>>().join(", ");
        let what =
            format!("it points to {to}, and from there only back: write an answer in one of these rows");
        Mistake { place: at(&response.place, read.rows.answer), what }
    });
    told.collect()
}

impl Rows {
    /// The suggestion in the row with this number.
    fn numbered(&self, number: u64, written: &str) -> Result<Reference, String> {
        let advice = "write the reference of the suggestion";
        match self.by_number.get(&number).map(Vec::as_slice) {
            _ if !self.are_numbered => {
                Err(format!("`{written}` is a number, and the table has no column `{NUMBER}`: {advice}"))
            }
            Some([reference]) => Ok(reference.clone()),
            Some(_) => Err(format!("`{written}` is the number of several rows: {advice}")),
            None => Err(format!(
                "`{written}` is not in the column `{NUMBER}`: {advice} or, if something else is meant, `Ziffer {number}`"
            )),
        }
    }

    fn has(&self, reference: &Reference) -> bool {
        self.numbers.contains_key(reference)
    }

    fn has_prefix(&self, prefix: &str) -> bool {
        self.numbers.keys().any(|reference| reference.as_str().split('-').next() == Some(prefix))
    }

    /// As a person finds it: by number and reference.
    fn shown(&self, reference: &Reference) -> String {
        match self.numbers.get(reference).copied().flatten() {
            Some(number) => format!("Nr. {number} (`{reference}`)"),
            None => format!("`{reference}`"),
        }
    }
}

#[cfg(test)]
mod tests;
