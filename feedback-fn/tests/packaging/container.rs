//! The Containerfile, as far as it can be seen without building it: that takes a registry.

use crate::packaged;
use std::path::PathBuf;

#[test]
fn containerfile_takes_what_there_is_and_starts_what_it_took() {
    let file = packaged("container/Containerfile");
    let of = |instruction: &str| {
        let lines = file.lines().filter_map(|line| line.strip_prefix(instruction)).map(str::trim);
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut taken = Vec::new();
    for copy in of("COPY ") {
        let words: Vec<&str> = copy.split_whitespace().collect();
        match words[..] {
            [stage, source, to] if stage.starts_with("--from=") => {
                assert!(
                    of("FROM ").iter().any(|from| from.ends_with(&stage.replace("--from=", " AS "))),
                    "{copy}"
                );
                assert_eq!(source, "/src/target/release/feedback-fn");
                taken.push(to.to_owned());
            }
            [source, _] => assert!(root.join(source).exists(), "{copy}"),
            _ => panic!("{copy}"),
        }
    }
    assert!(
        of("RUN ").iter().any(|run| run.contains("cargo build --release --locked --package feedback-fn"))
    );
    assert_eq!(of("ENTRYPOINT "), [format!("[\"{}\"]", taken.concat())]);
    assert_eq!(of("USER "), ["nonroot"]);
    // Without this, earlier builds would be copied along.
    let ignored = std::fs::read_to_string(root.join(".dockerignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "**/target"), "{ignored}");
}
