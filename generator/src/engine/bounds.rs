//! Bounds of what a template may do: a site may be anyone's, and a loop in a loop in a loop must end in a
//! message, not in a machine without memory.
//!
//! The engine itself bounds the depth of components (20) and of nested expressions, and refuses includes in
//! a circle. Here it is what a template writes, how many numbers its loops take from `range` ([`Range`]), and
//! how long it takes; time is looked at when something is written and when `range` is called.
//!
//! What is written into a variable (`{% set x %}`) or to a filter counts only when it comes out of it. Loops in
//! loops over pages that write nothing are not bounded: their length is that of the site.

use std::cell::Cell;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use tera::{Error, Function, Kwargs, State, TeraResult};

use super::BodyError;

/// Most bytes that a template may write into one file.
const MAX_BYTES: usize = 256 << 20;

/// Longest time that a template may take for one file. The slowest of Zola's own sites takes less than a
/// second for all of its files.
const MAX_TIME: Duration = Duration::from_secs(60);

/// Most numbers that the calls of `range` for one file may give.
const MAX_NUMBERS: usize = 1 << 24;

/// Most numbers that one call may give; the engine's own limit.
const MAX_RANGE: i128 = 100_000;

/// Writes between two looks at the clock.
const WRITES: u32 = 4096;

/// What a template was stopped for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It wrote too much: the limit in MiB.
    Bytes(usize),
    /// It took too long: the limit in seconds.
    Time(u64),
    /// Its loops went through too many numbers: the limit.
    Numbers(usize),
}

/// What is left for the file that this thread renders. Parts that are rendered meanwhile, as by the filter
/// `markdown`, take from the same.
#[derive(Clone, Copy)]
struct Allowance {
    numbers: usize,
    deadline: Instant,
    reached: Option<Bound>,
}

thread_local! {
    static ALLOWANCE: Cell<Option<Allowance>> = const { Cell::new(None) };
}

/// Takes the allowance away with the file it was for, also if rendering panics.
struct Ending;

impl Drop for Ending {
    fn drop(&mut self) {
        ALLOWANCE.set(None);
    }
}

/// Renders within the bounds.
///
/// # Errors
/// What the engine says, or the bound that was reached.
pub fn within(
    mut bounded: Bounded,
    render: impl FnOnce(&mut Bounded) -> TeraResult<()>,
) -> Result<String, BodyError> {
    let _ending = ALLOWANCE.get().is_none().then(|| {
        ALLOWANCE.set(Some(Allowance {
            numbers: bounded.max_numbers,
            deadline: bounded.deadline,
            reached: None,
        }));
        Ending
    });
    let result = render(&mut bounded);
    let reached = bounded.reached.or(ALLOWANCE.get().and_then(|allowance| allowance.reached));
    match (result, reached) {
        (Ok(()), _) => Ok(bounded.into_text()),
        (Err(_), Some(bound)) => Err(BodyError::Bound(bound)),
        (Err(error), None) => Err(BodyError::Engine(Box::new(error))),
    }
}

/// `range(start, end, step_by)`, as the engine has it, within the bounds.
pub struct Range;

impl Function<TeraResult<Vec<i128>>> for Range {
    fn call(&self, kwargs: Kwargs, _: &State<'_>) -> TeraResult<Vec<i128>> {
        let (start, end) = (kwargs.get::<i128>("start")?.unwrap_or(0), kwargs.must_get::<i128>("end")?);
        let step = kwargs.get::<i128>("step_by")?.unwrap_or(1);
        if step == 0 {
            return Err(Error::message("`step_by` of `range` is 0, so that it never ends"));
        }
        if step > 0 && start > end {
            return Err(Error::message("`start` of `range` is greater than `end`"));
        }
        let length = length(start, end, step).filter(|length| *length <= MAX_RANGE);
        let Some(length) = length else {
            return Err(Error::message(format!("`range` gives at most {MAX_RANGE} numbers")));
        };
        take(usize::try_from(length).unwrap_or(usize::MAX))?;
        Ok((0..length).map(|index| start + index * step).collect())
    }
}

/// How many numbers there are; `None` if that is more than can be counted.
fn length(start: i128, end: i128, step: i128) -> Option<i128> {
    let (span, step) = match step > 0 {
        true => (end.checked_sub(start)?, step),
        false => (start.checked_sub(end)?, step.checked_neg()?),
    };
    Some(if span <= 0 { 0 } else { (span - 1) / step + 1 })
}

fn take(numbers: usize) -> TeraResult<()> {
    let Some(mut allowance) = ALLOWANCE.get() else { return Ok(()) };
    allowance.reached = match allowance.numbers.checked_sub(numbers) {
        None => Some(Bound::Numbers(MAX_NUMBERS)),
        Some(left) => {
            allowance.numbers = left;
            (Instant::now() > allowance.deadline).then_some(Bound::Time(MAX_TIME.as_secs()))
        }
    };
    ALLOWANCE.set(Some(allowance));
    match allowance.reached {
        Some(_) => Err(Error::message("a bound was reached")),
        None => Ok(()),
    }
}

/// Takes what a template writes, up to the bounds.
pub struct Bounded {
    bytes: Vec<u8>,
    max_bytes: usize,
    max_numbers: usize,
    deadline: Instant,
    writes: u32,
    reached: Option<Bound>,
}

impl Bounded {
    /// Nothing written yet; time runs from now.
    pub fn new() -> Self {
        Self::with(MAX_BYTES, MAX_TIME, MAX_NUMBERS)
    }

    fn with(max_bytes: usize, max_time: Duration, max_numbers: usize) -> Self {
        let deadline = Instant::now() + max_time;
        Self { bytes: Vec::with_capacity(4096), max_bytes, max_numbers, deadline, writes: 0, reached: None }
    }

    /// What was written. The engine writes UTF-8; what is none is replaced.
    fn into_text(self) -> String {
        String::from_utf8(self.bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    fn stop(&mut self, bound: Bound) -> io::Error {
        self.reached = Some(bound);
        io::Error::other("a bound was reached")
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.max_bytes {
            return Err(self.stop(Bound::Bytes(self.max_bytes >> 20)));
        }
        self.writes = self.writes.wrapping_add(1);
        if self.writes.is_multiple_of(WRITES) && Instant::now() > self.deadline {
            return Err(self.stop(Bound::Time(MAX_TIME.as_secs())));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Bounded, MAX_NUMBERS, Range, within};
    use crate::engine::BodyError;
    use std::time::Duration;
    use tera::{Context, Tera};

    const HOUR: Duration = Duration::from_secs(3600);

    fn loops(inside: &str) -> String {
        format!(
            "{{% for a in range(end=100000) %}}{{% for b in range(end=100000) %}}{inside}{{% endfor %}}{{% endfor %}}"
        )
    }

    fn rendered(template: &str, bounded: Bounded) -> Result<String, BodyError> {
        let mut tera = Tera::default();
        tera.register_function("range", Range);
        tera.add_raw_template("a.html", template).unwrap();
        within(bounded, |bounded| tera.render_to("a.html", &Context::new(), bounded))
    }

    #[track_caller]
    fn check(template: &str, bounded: Bounded, expected: Bound) {
        match rendered(template, bounded) {
            Err(BodyError::Bound(bound)) => assert_eq!(bound, expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn endless_loops_end() {
        check(&loops("x"), Bounded::with(1 << 20, HOUR, usize::MAX), Bound::Bytes(1));
        check(&loops("x"), Bounded::with(usize::MAX, Duration::ZERO, usize::MAX), Bound::Time(60));
    }

    #[test]
    fn loops_that_write_nothing_end_as_well() {
        let captured = format!("{{% set x %}}{}{{% endset %}}", loops("x"));
        for template in [&loops(""), &captured] {
            check(template, Bounded::with(1 << 20, HOUR, 300_000), Bound::Numbers(MAX_NUMBERS));
            check(template, Bounded::with(1 << 20, Duration::ZERO, usize::MAX), Bound::Time(60));
        }
    }

    #[test]
    fn what_stays_within_the_bounds_is_kept() {
        let text = rendered("ä{% for a in range(end=3) %}{{ a }}{% endfor %}", Bounded::new());
        assert_eq!(text.unwrap(), "ä012");
    }

    /// What `range` gives here and in the engine, the wording of mistakes aside.
    #[test]
    fn range_is_that_of_the_engine() {
        let big = i64::MAX;
        for arguments in [
            "end=3".to_owned(),
            "start=2, end=9, step_by=3".to_owned(),
            "start=2, end=8, step_by=3".to_owned(),
            "start=3, end=3".to_owned(),
            "start=4, end=3".to_owned(),
            "start=9, end=2, step_by=0-3".to_owned(),
            "start=8, end=2, step_by=0-3".to_owned(),
            "start=2, end=8, step_by=0-3".to_owned(),
            "start=0-2, end=2".to_owned(),
            "end=3, step_by=0".to_owned(),
            "end=100000".to_owned(),
            "end=100001".to_owned(),
            format!("end={big}, step_by={}", big / 4),
            format!("start=0-{big}, end={big}, step_by={big}"),
            "start=1".to_owned(),
            "end='a'".to_owned(),
        ] {
            let template = format!("{{{{ range({arguments}) }}}}");
            let tera = Tera::default();
            let engine = tera.render_str(&template, &Context::new(), false);
            assert_eq!(rendered(&template, Bounded::new()).ok(), engine.ok(), "{arguments}");
        }
    }
}
