//! The command line: Zola's commands and options, plus `--content`, `--today`, `--format`.
