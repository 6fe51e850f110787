//! Reads from what a test runner printed how many tests passed and failed.

use crate::process::Finished;

/// How many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
}

impl std::ops::Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

/// Who printed it.
#[derive(Debug, Clone, Copy)]
pub enum Runner {
    /// A check that counts as one test.
    Whole,
    /// cargo-nextest: `Summary [ 1.2s] 10 tests run: 9 passed, 1 failed, 0 skipped`
    Nextest,
    /// libtest: `test result: ok. 3 passed; 0 failed; …`, once per crate.
    CargoTest,
    /// Node's TAP reporter: `# pass 3`, `# fail 0`
    NodeTap,
}

impl Runner {
    /// The count. A runner that failed without naming a failed test counts as one failure.
    pub fn count(self, finished: &Finished) -> Count {
        let lines = finished.output.lines();
        let mut count = match self {
            Self::Whole => Count { passed: usize::from(finished.success), failed: 0 },
            Self::Nextest => {
                lines.rev().find(|line| line.contains("Summary [")).map(labelled).unwrap_or_default()
            }
            Self::CargoTest => lines
                .filter(|line| line.starts_with("test result:"))
                .map(labelled)
                .fold(Count::default(), |a, b| a + b),
            Self::NodeTap => lines.map(tap).fold(Count::default(), |a, b| a + b),
        };
        if !finished.success && count.failed == 0 {
            count.failed = 1;
        }
        count
    }
}

/// `… 9 passed, 1 failed …`: the number in front of each word.
fn labelled(line: &str) -> Count {
    let words: Vec<&str> = line.split([' ', ',', ';', '(']).filter(|word| !word.is_empty()).collect();
    let before = |label: &str| {
        let number = words.windows(2).find(|pair| pair[1] == label).and_then(|pair| pair[0].parse().ok());
        number.unwrap_or(0)
    };
    Count { passed: before("passed"), failed: before("failed") + before("timed") }
}

fn tap(line: &str) -> Count {
    let number =
        |prefix: &str| line.strip_prefix(prefix).and_then(|rest| rest.trim().parse().ok()).unwrap_or(0);
    Count { passed: number("# pass "), failed: number("# fail ") }
}

#[cfg(test)]
mod tests {
    use super::{Count, Runner};
    use crate::process::Finished;

    #[track_caller]
    fn check(runner: Runner, output: &str, success: bool, passed: usize, failed: usize) {
        let finished = Finished { output: output.to_owned(), success };
        assert_eq!(runner.count(&finished), Count { passed, failed });
    }

    #[test]
    fn each_runner_is_read_as_it_prints() {
        let nextest = "     Summary [   1.234s] 12 tests run: 11 passed (1 slow), 1 failed, 2 skipped\n";
        check(Runner::Nextest, nextest, false, 11, 1);
        let two_crates =
            "test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: ok. 2 passed; 0 failed;\n";
        check(Runner::CargoTest, two_crates, true, 5, 0);
        check(Runner::NodeTap, "ok 1 - a\n# tests 4\n# pass 3\n# fail 1\n", false, 3, 1);
        check(Runner::Whole, "", true, 1, 0);
    }

    #[test]
    fn a_runner_that_broke_down_is_a_failure() {
        check(Runner::Whole, "", false, 0, 1);
        check(Runner::Nextest, "error: could not compile\n", false, 0, 1);
    }
}
