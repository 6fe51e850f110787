//! What the function can bear, beside what the machine can: `cargo xtask bench feedback` calls it.
//!
//! Every figure that depends on the disk is divided by the rate at which this disk syncs 4 KiB, measured in
//! the same minute. Load and program share the machine's cores. Judges nothing; no test calls it.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark makes real files, prints its figures and stops at the first surprise"
)]

mod client;
mod floor;
mod isso;
mod postgres;
mod program;
mod rates;

use client::Form;
use program::Program;
use std::time::Duration;

const CONNECTIONS: usize = 64;
/// So many that the processor and not their waiting is the bound.
const MANY: usize = 256;
const SECONDS: Duration = Duration::from_secs(5);
const ROUNDS: usize = 5;
const IDLE: usize = 10_000;

fn main() {
    // `cargo bench` and `cargo test --benches` hand arguments on; the second must not measure.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    program::raise_open_files();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average {}", load.trim());
    let highest = is_wanted("throughput").then(|| throughput(&runtime, CONNECTIONS, " (gate 2.0, aim 3.5)"));
    is_wanted("throughput").then(|| throughput(&runtime, MANY, ""));
    if let Some(highest) = highest.filter(|_| is_wanted("latency")) {
        latency(&runtime, highest / 2.0);
    }
    let parts: [(&str, Part); 6] = [
        ("single", single),
        ("memory", memory),
        ("hostile", hostile),
        ("start", |_| start()),
        ("postgres", postgres::beside_pgbench),
        ("isso", isso::beside),
    ];
    for (_, measure) in parts.iter().filter(|(name, _)| is_wanted(name)) {
        measure(&runtime);
    }
}

type Part = fn(&tokio::runtime::Runtime);

/// Whether a part is among those that were named, if any were.
fn is_wanted(part: &str) -> bool {
    let mut named = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).peekable();
    named.peek().is_none() || named.any(|name| name == part)
}

/// Durable suggestions a second, over the disk's own rate; the median of some rounds in turn.
fn throughput(runtime: &tokio::runtime::Runtime, connections: usize, gate: &str) -> f64 {
    let mut ratios = Vec::new();
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let before = floor::syncs_per_second(SECONDS / 5);
        let program = Program::start("");
        let rate = runtime.block_on(rates::closed(&program, connections, SECONDS));
        let floor = f64::midpoint(before, floor::syncs_per_second(SECONDS / 5));
        println!(
            "  round: {rate:.0} suggestions/s, {floor:.0} syncs/s, ratio {:.2}; {} CPU s for 10,000",
            rate / floor,
            per_10_000(program.cpu(), rate)
        );
        ratios.push(rate / floor);
        rates.push(rate);
    }
    let rate = rates::median(&mut rates);
    println!(
        "durable suggestions at {connections} connections: {rate:.0}/s = {:.2} × the disk's syncs{gate}",
        rates::median(&mut ratios)
    );
    rate
}

fn per_10_000(cpu: Duration, rate: f64) -> String {
    format!("{:.2}", cpu.as_secs_f64() / (rate * SECONDS.as_secs_f64()) * 10_000.0)
}

/// Open loop: suggestions come when they come, whether the last one was answered or not.
fn latency(runtime: &tokio::runtime::Runtime, rate: f64) {
    let program = Program::start("");
    let mut times = runtime.block_on(rates::open(&program, CONNECTIONS, rate, SECONDS * 2));
    println!(
        "at half of that ({rate:.0}/s, open loop): p50 {:.2} ms, p99 {:.2} ms (gate 25, aim 8)",
        rates::percentile(&mut times, 50.0),
        rates::percentile(&mut times, 99.0)
    );
}

/// One client alone, over one sync.
fn single(runtime: &tokio::runtime::Runtime) {
    let sync = floor::median_of_one(SECONDS / 5);
    let program = Program::start("");
    let mut times = runtime.block_on(rates::one_after_another(&program, 2_000));
    let p50 = rates::percentile(&mut times, 50.0);
    println!("one client: p50 {p50:.3} ms = {:.2} × one sync ({sync:.3} ms)", p50 / sync);
}

fn memory(runtime: &tokio::runtime::Runtime) {
    let program = Program::start("");
    println!("resident memory, idle: {:.1} MiB (gate 12)", program.resident());
    runtime.block_on(rates::closed(&program, CONNECTIONS, SECONDS));
    println!("resident memory after {CONNECTIONS} connections' load: {:.1} MiB", program.resident());
    let program = Program::start("");
    let idle = runtime.block_on(client::idle(&program, IDLE));
    println!("resident memory with {} idle connections: {:.1} MiB (gate 96)", idle.len(), program.resident());
    let mut times = runtime.block_on(rates::one_after_another(&program, 200));
    println!("an honest client meanwhile: p99 {:.2} ms", rates::percentile(&mut times, 99.0));
}

/// A thousand slow headers, a thousand slow bodies, one flood far above its limit, and one honest client.
fn hostile(runtime: &tokio::runtime::Runtime) {
    let program = Program::start("forms_per_minute = 30\nburst = 60");
    let mut times = runtime.block_on(async {
        let _slow = client::slow(&program, 1_000).await;
        let from = Form::from(127, 0, 0, 2);
        let flood = client::flood(&program, &from);
        let honest = rates::honest(&program, 300);
        tokio::select! {
            never = flood => match never {},
            times = honest => times,
        }
    });
    println!(
        "an honest client among 2,000 slow ones and a flood: p99 {:.2} ms (gate 100, aim 25)",
        rates::percentile(&mut times, 99.0)
    );
}

/// From the start of the program to its first word that it listens.
fn start() {
    let program = Program::start("");
    let again = program.restart();
    println!("start with an existing database: {:.0} ms (gate 100)", again.as_secs_f64() * 1000.0);
}
