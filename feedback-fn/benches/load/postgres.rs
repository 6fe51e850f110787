//! The function on PostgreSQL, beside pgbench(1), which makes the same rows in a transaction each: 64 clients here
//! as there, the same server with the settings it is installed with, in turn within the same minute.
//!
//! pgbench waits for the disk, the function for the processor: beside other work the figure is too low.
//! `cargo bench -p feedback-fn --bench load -- postgres` measures this only.

use crate::program::Program;
use crate::{CONNECTIONS, ROUNDS, SECONDS, rates};
use cluster::{Cluster, Database, USER};

#[path = "../../src/store/postgres/tests/cluster.rs"]
mod cluster;

/// The statements of one suggestion as the program stored it, with keys of its own each time.
const SCRIPT: &str = "
    SELECT format($$
        BEGIN;
        INSERT INTO suggestion (nonce, reference, received, round, target, digest_sent, text, rewording, name, email,
                                publish, marks)
        VALUES (uuid_send(gen_random_uuid()), 'L' || left(encode(uuid_send(gen_random_uuid()), 'hex'), 12),
                (extract(epoch FROM statement_timestamp()) * 1000)::bigint, %L, %L, %L, %L, %L, %L, %L, %L, %L)
        RETURNING id, received \\gset
        INSERT INTO delivery (suggestion, number, name, address, state, due) VALUES %s;
        COMMIT;
        $$, round, target, digest_sent, text, rewording, s.name, email, publish, marks,
        string_agg(format('(:id, %L, %L, %L, %L, :received)', number, d.name, address, 'waiting'), ', '))
    FROM (SELECT * FROM suggestion LIMIT 1) AS s JOIN delivery d ON d.suggestion = s.id
    GROUP BY round, target, digest_sent, text, rewording, s.name, email, publish, marks";

/// Prints how much more the function takes than pgbench.
pub fn beside_pgbench(runtime: &tokio::runtime::Runtime) {
    let cluster = Cluster::as_installed(crate::floor::folder());
    let (mut ratios, mut rates, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let database = cluster.database();
        database.psql("CHECKPOINT");
        let program = Program::with("", &database.section());
        let rate = runtime.block_on(rates::closed(&program, CONNECTIONS, SECONDS));
        drop(program);
        let pgbench = pgbench(&database, &database.psql(SCRIPT));
        println!("  round: {rate:.0} suggestions/s, pgbench {pgbench:.0}/s, ratio {:.2}", rate / pgbench);
        ratios.push(rate / pgbench);
        rates.push(rate);
        theirs.push(pgbench);
    }
    println!(
        "durable suggestions on PostgreSQL at {CONNECTIONS} connections: {:.0}/s = {:.2} × pgbench's {:.0}/s (gate \
         1.5, aim 4)",
        rates::median(&mut rates),
        rates::median(&mut ratios),
        rates::median(&mut theirs)
    );
}

/// Transactions a second, in empty tables like those of `like`.
fn pgbench(like: &Database<'_>, script: &str) -> f64 {
    let database = like.cluster.database();
    drop(Program::with("", &database.section()));
    database.psql("CHECKPOINT");
    let folder = cluster::folder();
    let file = folder.path().join("script");
    std::fs::write(&file, script).unwrap();
    let (clients, seconds) = (CONNECTIONS.to_string(), SECONDS.as_secs().to_string());
    let mut pgbench = cluster::command(&cluster::program("pgbench"));
    pgbench.args(["--no-vacuum", "--jobs=2", "--client", &clients, "--time", &seconds, "--username", USER]);
    let output = pgbench
        .arg("--host")
        .arg(like.cluster.socket())
        .arg("--file")
        .arg(file)
        .arg(&database.name)
        .output()
        .unwrap();
    let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{errors}");
    let rate = told.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("pgbench says no rate: {told}"))
}
