//! What was acknowledged is never lost: the real program, killed at random and at each system call that
//! matters, on a disk that fails, and watched in what it does before it answers.
//!
//! On SQLite and on PostgreSQL, whose server is killed, too; there mails go to a mail server, so that those that
//! come twice are seen.
//!
//! `KILLS=1000 cargo nextest run -p feedback-fn --test durability --no-capture` is the long campaign.
//! System calls are watched and broken with strace, which `cargo xtask test` installs where it can.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests make real files, stop at the first surprise and print their figures"
)]

#[path = "../../src/store/postgres/tests/cluster.rs"]
mod cluster;
mod faults;
mod mailbox;
mod order;
mod points;
mod random;
mod replicas;
mod strace;
mod town;
