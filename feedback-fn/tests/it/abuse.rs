//! What looks like a machine: the second page, the quarantine, and that residents get through.

use crate::bots::{self, Kind, Post};
use crate::letters::{Letter, letters};
use crate::support::{Function, REVIEW, Reply, encoded};
use feedback_fn::store::{Amount, Change, DeliveryState, Which};
use feedback_fn::suggestion::Mark;
use std::collections::BTreeMap;
use std::time::Duration;

const FORM: &[(&str, &str)] = &[
    ("target", "6.1.1"),
    ("round", "1"),
    ("suggestion", "Mehr <Busse>\r\n& \"Züge\""),
    ("rewording", "Der Bus fährt halbstündlich."),
    ("name", "Ä. Muster"),
    ("email", "muster@example.org"),
    ("publish", "yes"),
];
const TRAP: &[(&str, &str)] = &[("website", "https://spam.example")];

/// A form that stops at the second page.
async fn asked_again(function: &Function) -> Reply {
    let token = function.token(&[FORM, TRAP].concat()).await;
    let page = function.send(FORM, &token).await;
    assert_eq!((page.status, page.element("again")), (409, Some("Bitte noch einmal senden")), "{page:?}");
    page
}

async fn marks(function: &Function) -> Vec<Mark> {
    function.stored().await[0].suggestion.marks.iter().collect()
}

async fn states(function: &Function) -> Vec<DeliveryState> {
    let listed = function.app.store().list(Which::All, 1_000).await.unwrap();
    listed.iter().map(|listed| listed.deliveries[0].state).collect()
}

#[tokio::test]
async fn second_page_keeps_the_text_comes_once_and_marks() {
    let function = Function::start().await;
    let page = asked_again(&function).await;
    for text in ["Mehr &lt;Busse&gt;\n&amp; &quot;Züge&quot;", "class=\"insert\">halbstündlich."] {
        assert!(page.body.contains(text), "`{text}` is lost: {}", page.body);
    }
    assert_eq!((page.field("name"), page.field("email")), ("Ä. Muster".into(), "muster@example.org".into()));
    assert!(function.stored().await.is_empty(), "nothing is stored before it was sent once more");

    // At once: it was read before.
    function.send(FORM, &page.field("token")).await.reference();
    assert_eq!(marks(&function).await, [Mark::Honeypot]);
    assert_eq!(states(&function).await, [DeliveryState::Waiting]);
}

#[tokio::test]
async fn reload_and_back_button_around_the_second_page_are_harmless() {
    let function = Function::start().await;
    let first = function.token(&[FORM, TRAP].concat()).await;
    let page = function.send(FORM, &first).await;
    let reloaded = function.send(FORM, &first).await;
    assert_eq!(reloaded.element("again"), Some("Bitte noch einmal senden"));
    let second = page.field("token");
    let (one, two) = tokio::join!(function.send(FORM, &second), function.send(FORM, &second));
    let reference = one.reference();
    assert_eq!(two.reference(), reference, "double click");
    for (token, how) in [(&second, "reload"), (&reloaded.field("token"), "two tabs")] {
        assert_eq!(function.send(FORM, token).await.reference(), reference, "{how}");
    }
    assert_eq!(function.send(FORM, &first).await.reference(), reference, "back to the check page");
    assert_eq!(function.stored().await.len(), 1);
}

#[tokio::test]
async fn token_of_the_second_page_confirms_only_what_it_showed() {
    let function = Function::start().await;
    let token = asked_again(&function).await.field("token");
    let reply = function.send(&[("target", "6.1.1"), ("suggestion", "Kaufen!")], &token).await;
    assert_eq!((reply.status, reply.element("code")), (409, Some("invalid-token")));
    assert!(reply.body.contains("Kaufen!"));
}

#[tokio::test]
async fn haste_is_asked_about_and_reading_is_not() {
    for (milliseconds, status) in [(0, 409), (1_999, 409), (2_000, 303), (3_600_000, 303)] {
        let function = Function::start().await;
        let check = function.post("check", FORM).await;
        function.clock.advance(Duration::from_millis(milliseconds));
        let reply = function.send(FORM, &check.field("token")).await;
        assert_eq!(reply.status, status, "after {milliseconds} ms");
    }
}

#[tokio::test]
async fn worst_is_quarantined_listed_and_released() {
    let function = Function::start().await;
    let text = "Kaufen https://a.example https://b.example https://c.example";
    let form = [("target", "6.1.1"), ("suggestion", text)];
    let check = function.post("check", &[&form, TRAP].concat()).await;
    let reference = function.send(&form, &check.field("token")).await.reference();
    let receipt = function.get(&format!("/rueckmeldung/receipt?nr={reference}")).await;
    assert_eq!((receipt.status, receipt.element("reference")), (200, Some(reference.as_str())));
    assert_eq!(marks(&function).await, [Mark::Honeypot, Mark::Links, Mark::Haste]);
    assert_eq!(states(&function).await, [DeliveryState::Quarantined]);

    let again = function.send(&form, &check.field("token")).await.reference();
    assert_eq!(again, reference, "sent twice");
    let store = function.app.store();
    let released = store.change(Amount::Of(reference.parse().unwrap()), Change::Release, check_time()).await;
    assert_eq!(released.unwrap(), 2, "one mail per recipient");
    assert_eq!(states(&function).await, [DeliveryState::Waiting]);
}

fn check_time() -> jiff::Timestamp {
    crate::support::time("2026-12-01T12:00:00+01:00")
}

#[tokio::test]
async fn operator_may_do_without_second_page_and_quarantine() {
    let text = "Kaufen https://a.example https://b.example https://c.example";
    let form = [("target", "6.1.1"), ("suggestion", text)];
    for (guard, status, state) in [
        ("guard = { second_page = false }", 303, Some(DeliveryState::Quarantined)),
        ("guard = { quarantine = false }", 409, None),
        ("guard = { second_page = false, quarantine = false }", 303, Some(DeliveryState::Waiting)),
    ] {
        let function = Function::start_with(guard).await;
        let check = function.post("check", &[&form, TRAP].concat()).await;
        let reply = function.send(&form, &check.field("token")).await;
        assert_eq!((reply.status, states(&function).await.first().copied()), (status, state), "{guard}");
    }
}

#[tokio::test]
async fn same_text_again_later_is_stored_and_marked() {
    let function = Function::start().await;
    let one = function.suggest(FORM).await.reference();
    function.set_time("2026-12-01T18:00:00+01:00");
    let two = function.suggest(FORM).await.reference();
    assert_ne!(one, two);
    assert_eq!(marks(&function).await, [Mark::Repeated]);
    assert_eq!(states(&function).await, [DeliveryState::Waiting; 2]);
}

async fn send_json(function: &Function, token: &serde_json::Value) -> Reply {
    function.post_json("send", &[FORM, &[("token", token.as_str().unwrap())]].concat()).await
}

#[tokio::test]
async fn program_is_asked_again_with_a_code_and_a_token() {
    let function = Function::start().await;
    let check = function.post_json("check", FORM).await.json();
    let asked = send_json(&function, &check["token"]).await;
    assert_eq!((asked.status, &asked.json()["error"]["code"]), (409, &"send-again".into()));
    let sent = send_json(&function, &asked.json()["token"]).await;
    assert_eq!(sent.status, 201);
    assert_eq!(marks(&function).await, [Mark::Haste]);
}

#[tokio::test]
async fn older_contract_shows_the_check_page_once_more() {
    let older = REVIEW.replace("\"again.html\"", "\"other.html\"");
    let function = Function::start_from("", &older).await;
    let token = function.token(&[FORM, TRAP].concat()).await;
    let page = function.send(FORM, &token).await;
    assert!(page.status == 409 && page.body.contains("<title>Prüfen</title>"), "{page:?}");
    function.send(FORM, &page.field("token")).await.reference();
}

/// T22.
#[tokio::test]
async fn form_of_another_site_is_asked_about_and_no_cookie_is_needed() {
    let own = "https://strategie.example";
    let cases: [(&[(&str, &str)], u16); 8] = [
        (&[("origin", own), ("sec-fetch-site", "same-origin")], 303),
        (&[("origin", "null"), ("sec-fetch-site", "same-origin")], 303),
        (&[("origin", "null")], 303),
        (&[], 303),
        (&[("origin", own), ("sec-fetch-site", "cross-site")], 303),
        (&[("origin", "https://elsewhere.example")], 409),
        (&[("origin", "null"), ("sec-fetch-site", "cross-site")], 409),
        (&[("sec-fetch-site", "cross-site")], 409),
    ];
    for (number, (headers, status)) in cases.into_iter().enumerate() {
        for foreign in ["check", "send"] {
            let function = Function::start().await;
            let headers = |page| if page == foreign { headers } else { &[] };
            let text = format!("Mehr {number} {foreign}");
            let form = [("target", "6.1.1"), ("suggestion", text.as_str())];
            let check = function.post_from("192.0.2.1", "check", headers("check"), encoded(&form)).await;
            function.read();
            let token = check.field("token");
            let body = encoded(&[&form[..], &[("token", &token)]].concat());
            let sent = function.post_from("192.0.2.1", "send", headers("send"), body).await;
            assert_eq!(sent.status, status, "{foreign}: case {number}");
            assert_eq!((check.header("set-cookie"), sent.header("set-cookie")), (None, None));
        }
    }
}

/// T20, over HTTP: the limit of one address is nobody else's, and what it may not send is on its page.
#[tokio::test]
async fn flood_of_one_address_hinders_no_other() {
    let function = Function::start_with("guard = { forms_per_minute = 2, burst = 4 }").await;
    let body = encoded(FORM);
    let mut refused = 0;
    for _ in 0..200 {
        let reply = function.post_from("198.51.100.1", "check", &[], body.clone()).await;
        if reply.status == 429 {
            refused += 1;
            assert!(reply.body.contains("Mehr &lt;Busse&gt;"), "{}", reply.body);
        }
    }
    assert_eq!(refused, 196);
    for other in 0..256 {
        let peer = format!("192.0.2.{other}");
        let reply = function.post_from(&peer, "check", &[], body.clone()).await;
        assert_eq!(reply.status, 200, "{peer}");
    }
    // Claimed, but by nobody who is trusted.
    let forged = [("x-forwarded-for", "192.0.2.200")];
    assert_eq!(function.post_from("198.51.100.1", "check", &forged, body).await.status, 429);
}

/// How often a resident was asked to send once more; fails if the letter did not get through.
async fn post_letter(function: &Function, letter: &Letter, number: usize) -> u32 {
    // A class of thirty sends from one school.
    let peer = match number {
        100..130 => "10.99.0.1".to_owned(),
        _ => format!("10.0.{}.{}", number / 250, number % 250),
    };
    let mut form = vec![("target", "6.1.1"), ("round", "1"), ("suggestion", letter.text.as_str())];
    form.push(("rewording", letter.rewording.unwrap_or(crate::support::PASSAGE)));
    form.push(("name", letter.name.unwrap_or_default()));
    form.push(("email", letter.email.unwrap_or_default()));
    let trap: &[(&str, &str)] =
        if letter.autofilled { &[("website", "www.mein-verein.example")] } else { &[] };
    let headers = [letter.browser, &[("accept", "text/html")]].concat();
    let check = function.post_from(&peer, "check", &headers, encoded(&[&form[..], trap].concat())).await;
    assert_eq!(check.status, 200, "{letter:?}: {}", check.body);
    let mut token = check.field("token");
    function.clock.advance(Duration::from_secs(letter.read));
    for asked in 0..=1 {
        let body = encoded(&[&form[..], &[("token", token.as_str())]].concat());
        let reply = function.post_from(&peer, "send", &headers, body).await;
        if reply.status == 303 {
            return asked;
        }
        assert_eq!(reply.element("again"), Some("Bitte noch einmal senden"), "{letter:?}: {}", reply.body);
        token = reply.field("token");
        function.clock.advance(Duration::from_secs(1));
    }
    panic!("asked twice: {letter:?}");
}

/// T18, the residents' side.
#[tokio::test]
async fn five_hundred_letters_get_through() {
    let function = Function::start().await;
    let letters = letters(500);
    let mut asked = BTreeMap::from([(false, 0), (true, 0)]);
    for (number, letter) in letters.iter().enumerate() {
        *asked.entry(letter.autofilled).or_default() += post_letter(&function, letter, number).await;
    }
    let mut stored = function.app.store().list(Which::All, 1_000).await.unwrap();
    stored.sort_by_key(|listed| listed.position);
    let texts: Vec<&str> = stored.iter().map(|listed| listed.suggestion.text.as_str()).collect();
    let sent: Vec<String> = letters.iter().map(|letter| letter.text.replace("\r\n", "\n")).collect();
    assert_eq!(texts, sent, "every letter is stored as it was sent");
    let quarantined =
        states(&function).await.iter().filter(|state| **state != DeliveryState::Waiting).count();
    let autofilled = letters.iter().filter(|letter| letter.autofilled).count();
    let repeated = stored.iter().filter(|listed| listed.suggestion.marks.contains(Mark::Repeated)).count();
    println!(
        "{} letters: lost 0, quarantined {quarantined}, asked again {} of {}; {repeated} repeat a text; \
         {autofilled} autofilled: asked again {}, all through",
        letters.len(),
        asked[&false],
        letters.len() - autofilled,
        asked[&true]
    );
    assert_eq!(quarantined, 0);
    assert!(
        asked[&false] as usize * 100 <= letters.len() - autofilled,
        "more than one in a hundred sees the second page"
    );
    assert_eq!(asked[&true] as usize, autofilled);
}

/// What became of a program's post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Accepted,
    AskedAgain,
    /// A reference, but no mail.
    Quarantined,
    /// Refused for its form, or never sent.
    NotTaken,
}

async fn post_of_program(function: &Function, post: &Post) -> Fate {
    let form = [
        ("target", "6.1.1"),
        ("suggestion", post.text.as_str()),
        ("name", post.name.as_str()),
        ("email", post.email.as_str()),
    ];
    let filled = encoded(&[&form[..], &[("website", post.website)]].concat());
    let mut token = String::new();
    if post.kind != Kind::WithoutToken {
        let check = function.post_from(&post.peer, "check", post.headers, filled).await;
        match check.status {
            200 => token = check.field("token"),
            _ => return Fate::NotTaken,
        }
    }
    if post.kind == Kind::FirstFormOnly {
        return Fate::NotTaken;
    }
    function.clock.advance(Duration::from_millis(post.wait));
    let body = encoded(&[&form[..], &[("token", token.as_str())]].concat());
    let reply = function.post_from(&post.peer, "send", post.headers, body).await;
    match (reply.status, reply.element("again")) {
        (303, _) => match states(function).await.first() {
            Some(DeliveryState::Quarantined) => Fate::Quarantined,
            _ => Fate::Accepted,
        },
        (409, Some(_)) => Fate::AskedAgain,
        _ => Fate::NotTaken,
    }
}

/// T18, the programs' side.
#[tokio::test]
async fn programs_are_found_and_reach_nobody_unless_they_answer_the_second_page() {
    let function = Function::start().await;
    let posts = bots::posts();
    let mut fates: BTreeMap<Kind, BTreeMap<Fate, usize>> = BTreeMap::new();
    for post in &posts {
        let fate = post_of_program(&function, post).await;
        *fates.entry(post.kind).or_default().entry(fate).or_default() += 1;
    }
    fates.iter().for_each(|(kind, fates)| println!("{kind:?}: {fates:?}"));
    let accepted: usize = fates.values().filter_map(|fates| fates.get(&Fate::Accepted)).sum();
    let found = posts.len() - accepted;
    println!("{found} of {} posts found, {:.1} %", posts.len(), 100.0 * found as f64 / posts.len() as f64);
    assert!(posts.len() >= 200 && found * 100 >= posts.len() * 95);

    let waiting = states(&function).await.iter().filter(|state| **state == DeliveryState::Waiting).count();
    assert_eq!(waiting, accepted, "nothing that was asked about is mailed");
    let patient = fates[&Kind::Patient].get(&Fate::Accepted).copied();
    assert_eq!(patient, Some(accepted), "only who behaves like a person is taken for one");
}
