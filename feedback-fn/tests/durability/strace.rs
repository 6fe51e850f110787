//! strace(1) around the program: what it asks of the system, and what the system answers.

use std::path::Path;

/// `strace` with these options, its record in `log`. It is stopped when the program ends.
pub fn strace(log: &Path, options: &[&str]) -> Vec<String> {
    let fixed = ["strace", "--follow-forks", "--quiet=all", "--seccomp-bpf", "--output"];
    let log = log.display().to_string();
    let words = fixed.into_iter().chain([log.as_str()]).chain(options.iter().copied());
    words.map(str::to_owned).collect()
}
