//! What residents, programs and operators can observe, over a real socket and a real file.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make real files and stop at the first surprise"
)]

mod abuse;
mod admin;
mod answers;
mod bots;
mod commands;
mod contract;
mod diagnosis;
mod erasing;
mod forms;
mod handbook;
mod hostile;
mod installation;
mod letters;
mod listening;
mod logs;
mod mails;
mod naughty;
mod openapi;
mod program;
mod refusals;
mod reload;
mod retention;
mod site;
mod slow;
mod strictness;
mod support;
mod users;
