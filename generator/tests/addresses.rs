//! Holds the addresses of the first three stages against what Zola wrote for the cases in `tests/zola-cases`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use auslage::config::{Overrides, load};
use auslage::diagnostic::Diagnostics;
use auslage::diagnostic::report::{Format, render};
use auslage::discover::{Inventory, discover};
use auslage::parse::parse;
use auslage::site::pagination::Pagination;
use auslage::site::{Site, resolve};
use auslage::world::{DiskWorld, World};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/zola-cases/cases")
}

fn read(world: &dyn World, root: &Path, include_drafts: bool) -> (Option<(Site, Inventory)>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let overrides = Overrides::default();
    let Some(config) = load(world, root, None, &overrides, &mut diagnostics) else {
        return (None, diagnostics);
    };
    let inventory = discover(world, &config, &mut diagnostics).expect("the files can be read");
    let documents = inventory.documents.iter().filter_map(|file| {
        let text = world.read_text(&file.path).expect("the file can be read");
        parse(file, text, &config, &mut diagnostics)
    });
    let documents: Vec<_> = documents.collect();
    let site = resolve(config, documents, &inventory, include_drafts, &mut diagnostics);
    (Some((site, inventory)), diagnostics)
}

/// Every `index.html` that the site must have.
fn addresses(site: &Site) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    let file = |path: &str| {
        let path = path.trim_matches('/');
        if path.is_empty() { "index.html".to_owned() } else { format!("{path}/index.html") }
    };
    let mut pagers = |pagination: &Pagination| {
        let redirect = file(&pagination.redirect_path);
        pagination.pagers.iter().map(|pager| file(&pager.path)).chain([redirect]).collect::<Vec<_>>()
    };
    for page in site.pages.iter().filter(|page| page.published && page.matter().render) {
        paths.insert(file(&page.address.path));
    }
    // Zola writes aliases of pages that are not rendered, too.
    paths.extend(site.pages.iter().flat_map(|page| &page.matter().aliases).map(|alias| file(alias)));
    for id in site.section_ids().filter(|id| site.section(*id).matter.render) {
        let section = site.section(id);
        paths.insert(file(&section.address.path));
        paths.extend(section.matter.aliases.iter().map(|alias| file(alias)));
        paths.extend(Pagination::of_section(site, id).iter().flat_map(&mut pagers));
    }
    let used = site.taxonomies.iter().filter(|taxonomy| !taxonomy.terms.is_empty());
    for taxonomy in used.filter(|taxonomy| taxonomy.config.render) {
        paths.insert(file(&taxonomy.address.path));
        for term in &taxonomy.terms {
            paths.insert(file(&term.address.path));
            paths.extend(Pagination::of_term(taxonomy, term).iter().flat_map(&mut pagers));
        }
    }
    paths.into_iter().map(|path| tidy(&path)).filter(|path| is_compared(path)).collect()
}

/// As a folder has it: without empty parts and `.`.
fn tidy(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    parts.join("/")
}

/// Aliases that name a file are no folders.
fn is_compared(path: &str) -> bool {
    !path.ends_with(".html/index.html")
}

fn expected(world: &dyn World, case: &Path) -> BTreeSet<String> {
    let folder = case.join("expected");
    let files = world.walk(&folder).expect("the case can be read").into_iter();
    let relative = files.map(|file| {
        file.path.strip_prefix(&folder).expect("it was found there").to_string_lossy().into_owned()
    });
    relative.filter(|file| file.rsplit('/').next() == Some("index.html") && is_compared(file)).collect()
}

#[test]
fn every_case_has_the_addresses_that_zola_gives() {
    let world = DiskWorld::default();
    let all: Vec<PathBuf> = world.walk(&cases()).unwrap().into_iter().map(|file| file.path).collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for case in all.iter().filter(|path| path.ends_with("case.toml")).map(|path| path.parent().unwrap()) {
        let about = world.read_text(&case.join("case.toml")).unwrap();
        if about.contains("fails = true") || about.contains("global") {
            continue;
        }
        seen += 1;
        let root = case.join("site");
        let (read, diagnostics) = read(&world, &root, about.contains("--drafts"));
        let Some((site, _)) = read else {
            wrong.push(format!("{}: no site", case.display()));
            continue;
        };
        let (made, expected) = (addresses(&site), expected(&world, case));
        let (missing, superfluous): (Vec<_>, Vec<_>) =
            (expected.difference(&made).collect(), made.difference(&expected).collect());
        let errors =
            diagnostics.iter().filter(|one| one.severity == auslage::diagnostic::Severity::Error).count();
        if !missing.is_empty() || !superfluous.is_empty() || errors > 0 {
            let report = render(&diagnostics, &world, &root, Format::Short);
            wrong.push(format!(
                "{}: missing {missing:?}, superfluous {superfluous:?}\n{report}",
                case.display()
            ));
        }
    }
    assert!(seen > 40, "only {seen} cases were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[track_caller]
fn check_refused(case: &str, expected: &[&str]) {
    let world = DiskWorld::default();
    let root = cases().join(case).join("site");
    let (_, diagnostics) = read(&world, &root, false);
    assert!(diagnostics.has_errors(), "{case} must be refused");
    let report = render(&diagnostics, &world, &root, Format::Short);
    let found: Vec<&str> = report.lines().map(|line| line.split(" (").next().unwrap_or(line)).collect();
    assert_eq!(found, expected, "{case}");
}

#[test]
fn what_zola_refuses_is_refused_with_its_place() {
    check_refused("fail-config-key", &["site/zola.toml:2:1: error: unknown key `titel`"]);
    check_refused(
        "fail-date",
        &[
            "site/content/a.md:3:8: error: `date` is not a date: `17. Mai 2026`",
            "site/content/b.md:3:8: error: `date` is not a date: `2026-02-30x`",
        ],
    );
    check_refused(
        "fail-section-key",
        &["site/content/amt/_index.md:3:1: error: sections have no key `sortieren`"],
    );
    check_refused(
        "fail-taxonomy",
        &["site/content/meldung.md:4:13: error: the taxonomy `stichwort` is not configured"],
    );
    check_refused(
        "fail-path-collision",
        &["site/content/b.md:2:8: error: the address `/gleich/` is taken already by `a.md`"],
    );
}
