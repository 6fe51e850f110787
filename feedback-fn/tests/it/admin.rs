//! What the operator sees at the admin address.

use crate::support::{Function, Reply};
use feedback_fn::{Loaded, serve_admin};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

const FORM: [(&str, &str); 2] = [("target", "6.1.1"), ("suggestion", "Mehr Bänke")];

struct Admin {
    function: Function,
    address: SocketAddr,
}

impl Admin {
    async fn start() -> Admin {
        Admin::beside(Function::start().await).await
    }

    async fn beside(function: Function) -> Admin {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve_admin(listener, function.app.clone(), std::future::pending()));
        Admin { function, address }
    }

    async fn get(&self, path: &str) -> Reply {
        crate::support::get(self.address, path).await
    }

    fn sql(&self, sql: &str) {
        let database = self.function.folder.path().join("data/feedback.sqlite");
        rusqlite::Connection::open(database).unwrap().execute_batch(sql).unwrap();
    }

    /// The status and the codes of `/ready`; the page and the metrics say the same.
    async fn check(&self, status: u16, word: &str, codes: &[&str]) {
        let reply = self.get("/ready").await;
        let json = reply.json();
        let reasons = json["reasons"].as_array().unwrap();
        let found: Vec<&str> = reasons.iter().map(|reason| reason["code"].as_str().unwrap()).collect();
        assert_eq!((reply.status, json["status"].as_str(), found.as_slice()), (status, Some(word), codes));
        let page = self.get("/").await.body;
        let metrics = self.get("/metrics").await.body;
        for reason in reasons {
            let line = format!("feedback_problem{{code=\"{}\"}} 1\n", reason["code"].as_str().unwrap());
            assert!(metrics.contains(&line), "{metrics}");
            // What is measured stands in front, and is another a moment later: others use the disk, too.
            let message = reason["message"].as_str().unwrap();
            assert!(page.contains(message.trim_start_matches(|c: char| c.is_ascii_digit())), "{page}");
        }
        let ready = u8::from(status == 200);
        assert!(metrics.contains(&format!("feedback_ready {ready}\n")), "{metrics}");
    }
}

#[tokio::test]
async fn program_that_does_well_is_ready() {
    let admin = Admin::start().await;
    admin.function.suggest(&FORM).await.reference();
    admin.check(200, "ready", &[]).await;
    assert_eq!(admin.get("/live").await.body, "ok\n");
}

#[tokio::test]
async fn suggestion_that_waits_for_more_than_an_hour_is_told() {
    let admin = Admin::start().await;
    admin.function.suggest(&FORM).await.reference();
    admin.function.clock.advance(Duration::from_secs(3600));
    admin.check(200, "ready", &[]).await;
    admin.function.clock.advance(Duration::from_secs(1));
    admin.check(200, "degraded", &["waiting-long"]).await;
    assert!(admin.get("/metrics").await.body.contains("feedback_oldest_waiting_seconds 3601\n"));
}

#[tokio::test]
async fn suggestion_that_waits_for_its_daily_digest_is_not_told() {
    let daily = "[delivery]\ndaily_digest = [\"rathaus@stadt.example\"]\n";
    let admin = Admin::beside(Function::start_with(daily).await).await;
    admin.function.suggest(&FORM).await.reference();
    admin.function.clock.advance(Duration::from_secs(25 * 3600));
    admin.check(200, "ready", &[]).await;
    admin.function.clock.advance(Duration::from_secs(3601));
    admin.check(200, "degraded", &["waiting-long"]).await;
}

#[tokio::test]
async fn held_mail_is_told() {
    let admin = Admin::start().await;
    admin.function.suggest(&FORM).await.reference();
    admin.sql("UPDATE delivery SET state = 'held'");
    admin.check(200, "degraded", &["held"]).await;
}

#[tokio::test]
async fn quarantine_that_nobody_looks_through_is_told() {
    let admin = Admin::start().await;
    admin.function.suggest(&FORM).await.reference();
    admin.sql("UPDATE delivery SET state = 'quarantined'");
    admin.check(200, "ready", &[]).await;
    admin.function.clock.advance(Duration::from_secs(24 * 3600 + 1));
    admin.check(200, "degraded", &["quarantined-long"]).await;
}

#[tokio::test]
async fn refused_configuration_is_told_with_its_first_time_until_one_is_taken() {
    let admin = Admin::start().await;
    admin.function.set_time("2026-12-01T12:00:02+01:00");
    admin.function.app.note_config(Loaded::Refused);
    admin.function.set_time("2026-12-01T12:30:00+01:00");
    admin.function.app.note_config(Loaded::Refused);
    admin.check(200, "degraded", &["config-refused"]).await;
    assert!(admin.get("/ready").await.body.contains("since 2026-12-01T11:00:02Z"));
    admin.function.app.note_config(Loaded::Taken);
    admin.check(200, "ready", &[]).await;
}

#[tokio::test]
async fn broken_contract_is_told_until_it_is_mended() {
    let admin = Admin::start().await;
    let file = admin.function.contract_file();
    let good = std::fs::read(&file).unwrap();
    std::fs::write(&file, "{").unwrap();
    admin.function.set_time("2026-12-01T12:00:02+01:00");
    admin.check(200, "degraded", &["contract-refused"]).await;
    std::fs::remove_file(&file).unwrap();
    admin.function.set_time("2026-12-01T12:00:04+01:00");
    admin.check(200, "degraded", &["contract-refused"]).await;
    std::fs::write(&file, good).unwrap();
    admin.function.set_time("2026-12-01T12:00:06+01:00");
    admin.check(200, "ready", &[]).await;
}

#[tokio::test]
async fn route_that_is_down_is_told() {
    let admin = Admin::start().await;
    admin.function.suggest(&FORM).await.reference();
    let smtp = crate::support::configuration("").replace(
        "[transport.files]\nfolder = \"mails\"",
        "[transport.smtp]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"",
    );
    let config = feedback_fn::config::Config::from_toml(&smtp, admin.function.folder.path()).unwrap();
    admin.function.app.reload(config).unwrap();
    let down = async {
        while !admin.get("/metrics").await.body.contains("feedback_route_down 1\n") {
            tokio::task::yield_now().await;
        }
    };
    admin.function.app.run_outbox(down).await.unwrap();
    admin.check(200, "degraded", &["route-down"]).await;
}

#[tokio::test]
async fn disk_without_room_closes_the_door() {
    // More than any disk has. How little is low, `health` knows: here other programs would take part in the test.
    let full = Function::start_with("reserve_mib = 4611686018427387904").await;
    Admin::beside(full).await.check(503, "closed", &["disk-full"]).await;
}

#[tokio::test]
async fn store_that_cannot_be_asked_closes_the_door() {
    let admin = Admin::start().await;
    admin.sql("DROP TABLE delivery");
    admin.check(503, "closed", &["store-away"]).await;
    assert!(admin.get("/metrics").await.body.contains("feedback_store_up 0\n"));
    assert_eq!(admin.get("/live").await.status, 200, "to start anew would not help");
}

#[tokio::test]
async fn program_that_ends_is_not_ready() {
    let admin = Admin::start().await;
    admin.function.app.end();
    admin.check(503, "closed", &["ending"]).await;
}

#[tokio::test]
async fn metrics_count_what_happened_and_name_nobody() {
    let admin = Admin::start().await;
    let canary =
        [("target", "6.1.1"), ("suggestion", "canary"), ("name", "canary"), ("email", "canary@example.org")];
    admin.function.suggest(&canary).await.reference();
    admin.function.get("/rueckmeldung/canary").await;
    admin.function.app.run_outbox(admin.function.delivered()).await.unwrap();
    let metrics = admin.get("/metrics").await;
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        "feedback_requests_total{route=\"check\",status=\"2xx\"} 1",
        "feedback_requests_total{route=\"send\",status=\"3xx\"} 1",
        "feedback_requests_total{route=\"other\",status=\"4xx\"} 1",
        "feedback_suggestions_stored_total 1",
        "feedback_suggestions_quarantined_total 0",
        "feedback_asked_again_total 0",
        "feedback_connections_total 3",
        "feedback_store_queue 0",
        "feedback_suggestions 1",
        "feedback_deliveries{state=\"waiting\"} 0",
        "feedback_route_down 0",
        "feedback_build_info{version=\"0.1.0\"} 1",
    ] {
        assert!(metrics.body.lines().any(|found| found == line), "no {line} in {}", metrics.body);
    }
    for secret in ["canary", "127.0.0.1"] {
        for path in ["/metrics", "/", "/ready"] {
            assert!(!admin.get(path).await.body.contains(secret), "{path}");
        }
    }
}

/// Every sample belongs to a name that was introduced, once, and no series is there twice.
#[tokio::test]
async fn metrics_are_in_the_format_of_prometheus() {
    let admin = Admin::start().await;
    admin.sql("UPDATE delivery SET state = 'held'");
    let metrics = admin.get("/metrics").await.body;
    let (mut name, mut introduced, mut series) = ("", Vec::new(), Vec::new());
    for line in metrics.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            name = rest.split_once(' ').unwrap().0;
            assert!(!introduced.contains(&name), "{line}");
            introduced.push(name);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let kind = rest.strip_prefix(name).unwrap().trim();
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            assert_eq!(sample.split('{').next().unwrap(), name, "{line}");
            assert!(value.parse::<f64>().is_ok() && !series.contains(&sample), "{line}");
            series.push(sample);
        }
    }
    assert!(metrics.ends_with('\n') && series.len() > 20, "{metrics}");
}

#[tokio::test]
async fn nothing_else_is_answered_at_the_admin_address() {
    let admin = Admin::start().await;
    assert_eq!(admin.get("/rueckmeldung/health").await.status, 404);
    assert_eq!(admin.function.get("/ready").await.status, 404, "nor health at the public one");
    let page = admin.get("/").await;
    assert!(page.body.starts_with("<!doctype html>\n<html lang=\"en\">") && !page.body.contains("<script"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none';"));
    let posted =
        crate::support::raw(admin.address, "POST /ready HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            .await;
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
    let smuggled =
        crate::support::raw(admin.address, "GET /ready HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").await;
    assert_eq!(smuggled.status, 400);
}
