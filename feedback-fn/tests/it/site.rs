//! The site's own pages of the function, filled in by the function.
//!
//! The frame around them is the generator's; here it is left out, and with it what only the generator knows.

use crate::support::{Function, REVIEW, Reply};
use serde_json::json;
use std::path::Path;
use tera::{Context, Tera};

/// Those that the pages are made of.
const COMPONENTS: [&str; 3] = ["facts", "notice", "suggestion_form"];
const PAGES: [&str; 2] = ["check.html", "again.html"];

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
        "strategy": { "forms": { "limits": { "suggestion": 10_000 } } },
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
    send(&function, &again.body).await.reference();
    let suggestion = &function.stored().await[0].suggestion;
    assert_eq!(suggestion.text, "Mehr <Busse>\n& \"Züge\"");
    assert_eq!(suggestion.name.as_deref(), Some("Ä. Muster"));
    assert!(suggestion.publish);
}

async fn send(function: &Function, page: &str) -> Reply {
    let fields = sent_by(page);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    function.post("send", &fields).await
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
