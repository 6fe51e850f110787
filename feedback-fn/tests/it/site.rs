//! The site's own pages of the function, filled in by the function.
//!
//! The frame around them is the generator's; here it is left out, and with it what only the generator knows.

use crate::support::{Function, PASSAGE, REVIEW, Reply};
use serde_json::json;
use std::path::Path;
use tera::{Context, Tera};

/// Those that the pages are made of.
const COMPONENTS: [&str; 5] = ["contact", "error_summary", "facts", "notice", "suggestion_form"];
const PAGES: [&str; 4] = ["check.html", "again.html", "error.html", "receipt.html"];

/// The first pass, which the generator does.
fn contract() -> String {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../site/templates");
    let read = |path: String| std::fs::read_to_string(templates.join(path)).unwrap();
    let mut sources = vec![
        ("base.html".to_owned(), "<title>{% block title %}{% endblock %}</title>{% block head %}{% endblock %}<main>{% block content %}{% endblock %}</main>".to_owned()),
    ];
    sources.extend(
        COMPONENTS.map(|name| (format!("{name}.html"), read(format!("components/{name}/{name}.html")))),
    );
    sources.extend(PAGES.map(|name| (format!("function/{name}"), read(format!("function/{name}")))));
    let mut tera = Tera::new();
    tera.autoescape_on([".html"]);
    tera.register_function("get_url", |_: tera::Kwargs, _: &tera::State<'_>| "/");
    tera.add_raw_templates(sources).unwrap();
    let context = json!({
        "config": { "extra": { "short_title": "Strategie" } },
        "strategy": {
            "forms": { "limits": { "suggestion": 10_000 }, "overview_url": "/vorschlag/" },
            "contact": { "email": "rathaus@stadt.example" },
        },
    });
    let context = Context::from_serialize(&context).unwrap();
    let mut review: serde_json::Value = serde_json::from_str(REVIEW).unwrap();
    for name in PAGES {
        review["templates"][name] = tera.render(&format!("function/{name}"), &context).unwrap().into();
    }
    review.to_string()
}

#[tokio::test]
async fn second_page_of_the_site_says_why_keeps_everything_and_leads_to_the_receipt() {
    let function = Function::start_from("", &contract()).await;
    let form = [
        ("target", "6.1.1"),
        ("round", "1"),
        ("digest", "f243a113c8cfd1055f97550b3ea4dd8e1fe29f16870d2357e7a6a985160594dd"),
        ("suggestion", "Mehr <Busse>\r\n& \"Züge\""),
        ("rewording", "Der Bus fährt halbstündlich."),
        ("name", "Ä. Muster"),
        ("email", "muster@example.org"),
        ("publish", "yes"),
    ];
    let check = function.post("check", &[&form[..], &[("website", "www.verein.example")]].concat()).await;
    assert!(check.body.contains("<h1>Stimmt alles?</h1>"), "{}", check.body);
    function.read();
    let again = send(&function, &check.body).await;
    assert_eq!(again.status, 409, "{}", again.body);
    for words in [
        "<title>Bitte noch einmal abschicken – Strategie</title>",
        "<h1>Bitte schicken Sie Ihren Vorschlag noch einmal ab</h1>",
        "Warum noch einmal?",
        "Damit nicht Programme massenhaft Formulare verschicken",
        "Mehr &lt;Busse&gt;\n&amp; &quot;Züge&quot;",
    ] {
        assert!(again.body.contains(words), "`{words}` in {}", again.body);
    }
    assert!(!again.body.contains("<script") && !again.body.contains("name=\"website\""), "{}", again.body);
    // Who wants to change something gets the check page of the same text.
    assert!(again.body.contains("formaction=\"/rueckmeldung/check\""), "{}", again.body);
    let changing = post(&function, "check", &again.body).await;
    assert!(changing.body.contains("<h1>Stimmt alles?</h1>"), "{}", changing.body);
    assert_eq!(without_token(&changing.body), without_token(&again.body));
    send(&function, &again.body).await.reference();
    let suggestion = &function.stored().await[0].suggestion;
    assert_eq!(suggestion.text, "Mehr <Busse>\n& \"Züge\"");
    assert_eq!(suggestion.name.as_deref(), Some("Ä. Muster"));
    assert!(suggestion.publish);
}

#[tokio::test]
async fn every_field_at_fault_is_tied_to_its_message_and_reached_from_the_summary() {
    let function = Function::start_from("", &contract()).await;
    let long = |letters| "ä".repeat(letters);
    let cases = [
        ("suggestion", String::new(), "Das Feld „Ihr Vorschlag“ ist leer."),
        ("suggestion", long(10_001), "Ihr Vorschlag hat 10001 Zeichen, erlaubt sind höchstens 10000."),
        ("rewording", long(20_001), "Der neue Wortlaut hat 20001 Zeichen, erlaubt sind höchstens 20000."),
        ("name", long(201), "Der Name ist zu lang. Erlaubt sind höchstens 200 Zeichen."),
        ("email", long(255), "Die E-Mail-Adresse ist zu lang. Erlaubt sind höchstens 254 Zeichen."),
        ("email", "muster".to_owned(), "Die E-Mail-Adresse kann so nicht stimmen."),
    ];
    for (field, value, words) in cases {
        let mut form = vec![("target", "6.1.1"), ("suggestion", "Mehr Busse")];
        form.retain(|(name, _)| *name != field);
        form.push((field, &value));
        let page = function.post("check", &form).await.body;
        assert!(page.contains(words), "`{words}` in {page}");
        assert!(page.contains(&format!("href=\"#{field}\"")), "{field}: no way to the field in {page}");
        assert!(page.contains(&format!("class=\"kern-error\" id=\"{field}-error\"")), "{field} in {page}");
        let tag = tag_of(&page, field);
        assert!(tag.contains("aria-invalid=\"true\""), "{tag}");
        assert!(tag.contains(&format!("aria-describedby=\"{field}-error")), "{tag}");
        assert_eq!(page.matches("aria-invalid").count(), 1, "{field}: others are marked, too, in {page}");
    }
}

#[tokio::test]
async fn address_that_is_none_does_not_speak_of_something_unsent() {
    let function = Function::start_from("", &contract()).await;
    for path in ["receipt?nr=LOE-1", "receipt", "check", "send", "elsewhere"] {
        let page = function.get(&format!("/rueckmeldung/{path}")).await.body;
        assert!(page.contains("<title>Fehler: das hat nicht geklappt – Strategie</title>"), "{path}: {page}");
        assert!(
            page.contains("Haben Sie schon eine Nummer bekommen? Dann ist Ihr Vorschlag angekommen."),
            "{page}"
        );
        assert!(!page.contains("abgeschickt"), "{path}: {page}");
    }
}

#[tokio::test]
async fn text_that_cannot_be_sent_is_there_to_copy_by_keyboard_and_to_print() {
    let function = Function::start_from("", &contract()).await;
    let form = [("target", "6.1.1"), ("suggestion", "Mehr Busse"), ("rewording", "Der Bus fährt öfter.")];
    function.set_time("2028-01-01T00:00:00+01:00");
    let page = function.post("check", &form).await.body;
    assert!(page.contains("<title>Fehler: noch nicht abgeschickt – Strategie</title>"), "{page}");
    for (field, text) in [("copy-suggestion", "Mehr Busse"), ("copy-rewording", "Der Bus fährt öfter.")] {
        let tag = tag_of(&page, field);
        assert!(tag.starts_with("<textarea") && tag.contains("readonly"), "{tag}");
        assert!(page.contains(&format!("for=\"{field}\"")), "{field} has no label in {page}");
        let (_, paper) = page.split_once("app-on-paper").unwrap();
        assert!(page.contains(&format!(">\n{text}</textarea>")) && paper.contains(text), "{page}");
    }
    let empty = function.post("check", &[("target", "6.1.1"), ("rewording", PASSAGE)]).await.body;
    assert!(!empty.contains("Ihr Text zum Kopieren"), "the passage is not the resident's: {empty}");
}

#[tokio::test]
async fn time_that_the_check_page_promises_is_given_and_what_comes_later_is_checked_again() {
    let function = Function::start_from("", &contract()).await;
    let check = function.post("check", &[("target", "6.1.1"), ("suggestion", "Mehr Bänke")]).await;
    assert!(check.body.contains("Sie haben dafür einen Tag Zeit."), "{}", check.body);
    function.set_time("2026-12-02T12:00:00+01:00");
    let late = send(&function, &check.body).await;
    assert_eq!(late.status, 409, "{}", late.body);
    assert!(tag_of(&late.body, "suggestion").starts_with("<textarea"), "{}", late.body);
    assert!(late.body.contains(">\nMehr Bänke</textarea>"), "{}", late.body);
    function.set_time("2026-12-02T11:59:59+01:00");
    send(&function, &check.body).await.reference();
}

/// Time passes by itself here whenever nothing else happens: the wait for the store takes none.
#[tokio::test(start_paused = true)]
async fn suggestion_that_took_too_long_to_store_is_sent_again_as_the_same() {
    let function = Function::start_from("", &contract()).await;
    let check = function.post("check", &[("target", "6.1.1"), ("suggestion", "Mehr Bänke")]).await;
    function.read();
    let database = rusqlite::Connection::open(function.folder.path().join("data/feedback.sqlite")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let away = send(&function, &check.body).await;
    assert_eq!(away.status, 503, "{}", away.body);
    assert!(away.body.contains("Noch einmal abschicken"), "{}", away.body);
    assert!(away.body.contains("<p class=\"app-verbatim\">Mehr Bänke</p>"), "{}", away.body);
    assert_eq!(sent_by(&away.body), sent_by(&check.body), "with the same token");
    database.execute_batch("COMMIT").unwrap();
    tokio::time::resume();
    let reference = send(&function, &away.body).await.reference();
    assert_eq!(send(&function, &check.body).await.reference(), reference);
    assert_eq!(function.stored().await.len(), 1);
}

#[tokio::test]
async fn only_what_was_checked_and_may_pass_later_is_sent_again_without_a_check() {
    let function = Function::start_from("guard = { forms_per_minute = 2, burst = 3 }", &contract()).await;
    let form = [("target", "6.1.1"), ("suggestion", "Mehr Bänke")];
    let token = function.token(&form).await;
    let changed = function.send(&[("target", "6.1.1"), ("suggestion", "Weniger Bänke")], &token).await;
    assert_eq!(changed.status, 409, "{}", changed.body);
    function.post("check", &form).await;
    let unchecked = function.post("check", &form).await;
    assert_eq!(unchecked.status, 429, "{}", unchecked.body);
    for page in [changed.body, unchecked.body] {
        assert!(
            !page.contains("action=\"/rueckmeldung/send\"") && page.contains("Weiter zur Kontrolle"),
            "{page}"
        );
    }
    let checked = function.send(&form, &token).await;
    assert_eq!(checked.status, 429, "{}", checked.body);
    function.set_time("2026-12-01T12:02:00+01:00");
    send(&function, &checked.body).await.reference();
}

/// The tag with this id.
fn tag_of<'a>(page: &'a str, id: &str) -> &'a str {
    let at = page.find(&format!(" id=\"{id}\"")).unwrap_or_else(|| panic!("no `{id}` in {page}"));
    let start = page[..at].rfind('<').unwrap();
    &page[start..][..page[start..].find('>').unwrap()]
}

fn without_token(page: &str) -> Vec<(String, String)> {
    sent_by(page).into_iter().filter(|(name, _)| name != "token").collect()
}

async fn send(function: &Function, page: &str) -> Reply {
    post(function, "send", page).await
}

async fn post(function: &Function, step: &str, page: &str) -> Reply {
    let fields = sent_by(page);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    function.post(step, &fields).await
}

fn unescaped(html: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    entities.iter().fold(html.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

/// What a browser sends from the form that leads to `send`: nothing but hidden fields.
fn sent_by(page: &str) -> Vec<(String, String)> {
    let (_, form) = page.split_once("action=\"/rueckmeldung/send\"").unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    let fields = form.split("<input type=\"hidden\" name=\"").skip(1);
    fields
        .map(|field| {
            let (name, rest) = field.split_once("\" value=\"").unwrap();
            let (value, _) = rest.split_once("\">").unwrap();
            (name.to_owned(), unescaped(value))
        })
        .collect()
}
