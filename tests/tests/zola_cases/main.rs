//! Builds every site of `zola-cases` and compares it with what Zola 0.23 writes for it; one test per case.
//!
//! Cases that do not pass yet stand in `zola-cases-open.txt` with a reason. They are run as well, and one
//! that passes fails the run until its line is deleted, so that the list stays true.

mod case;
mod normalize;

use std::collections::BTreeMap;
use std::path::Path;

use auslage::world::{DiskWorld, World as _};
use case::Case;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open = open_cases(&package.join("zola-cases-open.txt"));
    let mut trials = Vec::new();
    for case in Case::all(&package.join("zola-cases/cases")) {
        let reason = open.remove(&case.name);
        trials.push(Trial::test(case.name.clone(), move || verdict(&case, reason)));
    }
    trials.push(Trial::test("open_cases_exist", move || match open.keys().next() {
        Some(name) => Err(format!("`zola-cases-open.txt` names `{name}`, which is no case").into()),
        None => Ok(()),
    }));
    trials.push(Trial::test("images_of_one_name_are_all_compared", || {
        let names = ["p/a.#.png", "p/a.#.png", "p/b.#.png", "p/a.#.png"];
        let found = case::numbered(names.map(str::to_owned).into_iter().zip(1..));
        let expected = [("p/a.#.png", 1), ("p/a.#.png (2)", 2), ("p/a.#.png (3)", 4), ("p/b.#.png", 3)];
        let is_same = found.iter().map(|(path, number)| (path.as_str(), *number)).eq(expected);
        if is_same { Ok(()) } else { Err(format!("{found:?}").into()) }
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

fn verdict(case: &Case, open: Option<String>) -> Result<(), Failed> {
    match (case.check(), open) {
        (result, None) => result.map_err(Failed::from),
        (Err(_), Some(_)) => Ok(()),
        (Ok(()), Some(reason)) => {
            Err(format!("passes now; delete its line (`{reason}`) in `zola-cases-open.txt`").into())
        }
    }
}

/// Reason by name, from lines `name: reason`; `#` starts a comment.
fn open_cases(file: &Path) -> BTreeMap<String, String> {
    let text = DiskWorld::default().read_text(file).expect("the list of open cases is there");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, reason) = line.split_once(": ").expect("each line is `name: reason`");
            (name.to_owned(), reason.to_owned())
        })
        .collect()
}
