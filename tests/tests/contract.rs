//! The contract between the two programs: the generator writes `review.json` from the real site, the
//! function reads it, and both agree with its schema and with the pages.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read the repository and stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use auslage_tests::{root, town};
use feedback_fn::contract::{self, Review, TargetKind};
use feedback_fn::pages::Published;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The real site, by path below the output.
static FILES: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| town::build_in_memory().files);

fn json() -> &'static [u8] {
    &FILES["review.json"]
}

fn review() -> Review {
    contract::parse(json()).unwrap()
}

fn page(path: &str) -> Option<String> {
    let folder = path.split('#').next().unwrap().trim_start_matches('/');
    FILES.get(&format!("{folder}index.html")).map(|bytes| String::from_utf8(bytes.clone()).unwrap())
}

#[test]
fn contract_fits_its_schema() {
    let schema = std::fs::read(root().join("docs/review.schema.json")).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let contract: Value = serde_json::from_slice(json()).unwrap();
    let problems: Vec<String> =
        validator.iter_errors(&contract).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(problems, [] as [String; 0]);

    let mut other = contract;
    other["targets"][0]["kind"] = "chapter".into();
    assert!(!validator.is_valid(&other), "the schema refuses nothing");
}

#[test]
fn function_takes_the_contract_with_all_its_templates() {
    let published = Published::prepare(json()).unwrap();
    assert_eq!(published.review.site.language, "de");
    assert!(published.review.round.is_some());
    assert!(!published.review.contact.email.is_empty());
}

#[test]
fn targets_are_the_passages_the_pages_and_the_document() {
    let review = review();
    let count = |kind| review.targets.iter().filter(|target| target.kind == kind).count();
    assert!(count(TargetKind::Passage) > 60, "{} passages", count(TargetKind::Passage));
    assert!(count(TargetKind::Page) > 40, "{} pages", count(TargetKind::Page));
    assert_eq!(count(TargetKind::Document), 1);
    let ids: BTreeSet<&str> = review.targets.iter().map(|target| target.id.as_str()).collect();
    assert_eq!(ids.len(), review.targets.len());
}

#[test]
fn every_target_has_its_form() {
    let review = review();
    for target in &review.targets {
        let Some(form) = page(&target.form) else {
            panic!("`{}` has no form at `{}`", target.id, target.form)
        };
        let field = format!("name=\"target\" value=\"{}\"", target.id);
        assert!(form.contains(&field), "the form of `{}` does not send `{field}`", target.id);
        let action = format!("action=\"{}check\"", review.endpoint);
        assert!(form.contains(&action), "the form of `{}` does not lead to the function", target.id);
        if let Some(digest) = &target.digest {
            assert!(form.contains(digest.as_str()), "the form of `{}` does not send its digest", target.id);
        }
    }
}

#[test]
fn every_target_is_found_where_its_link_leads() {
    for target in review().targets {
        let Some(page) = page(&target.path) else { panic!("`{}` has no page `{}`", target.id, target.path) };
        if let Some((_, anchor)) = target.path.split_once('#') {
            assert_eq!(
                page.matches(&format!("id=\"{anchor}\"")).count(),
                1,
                "`{anchor}` in `{}`",
                target.path
            );
        }
    }
}

#[test]
fn every_digest_is_that_of_its_text() {
    for target in review().targets {
        assert_eq!(target.text.is_some(), target.kind == TargetKind::Passage, "{}", target.id);
        let digest = target.text.as_deref().map(sha_256);
        assert_eq!(target.digest, digest, "{}", target.id);
    }
}

#[test]
fn every_passage_belongs_to_a_theme_or_to_the_default_recipients() {
    let review = review();
    for target in &review.targets {
        assert!(!review.recipients.of(target).is_empty(), "nobody gets mail about `{}`", target.id);
    }
    let contract: Value = serde_json::from_slice(json()).unwrap();
    let themes: Vec<&str> = contract["targets"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|target| target["theme"].as_str())
        .collect();
    assert!(themes.contains(&"mobilitaet"));
}

fn sha_256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
