//! The Debian package, as far as it can be seen without the tool that builds it: `[package.metadata.deb]`, the
//! configuration that it installs, and its scripts, which are run.

use crate::packaged;
use feedback_fn::config::Config;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use toml::{Table, Value};

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn metadata() -> Table {
    let manifest = std::fs::read_to_string(crate_folder().join("Cargo.toml")).unwrap();
    let manifest: Table = manifest.parse().unwrap();
    manifest["package"]["metadata"]["deb"].as_table().unwrap().clone()
}

/// Source, place in the file system and mode of each file.
fn assets() -> Vec<(String, String, String)> {
    let metadata = metadata();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let asset = |asset: &Value| (word(&asset[0]), place(&word(&asset[0]), &word(&asset[1])), word(&asset[2]));
    metadata["assets"].as_array().unwrap().iter().map(asset).collect()
}

/// A destination that ends in `/` is a folder.
fn place(source: &str, destination: &str) -> String {
    let name = Path::new(source).file_name().unwrap().to_str().unwrap();
    let name = if destination.ends_with('/') { name } else { "" };
    format!("/{destination}{name}")
}

#[test]
fn every_file_of_the_package_is_there_with_a_mode_that_fits() {
    for (source, place, mode) in assets() {
        let is_program = source == "target/release/feedback-fn";
        assert!(is_program || is_there(&source), "{source}");
        assert_eq!(mode, if is_program { "755" } else { "644" }, "{place}");
    }
}

/// A file, or files of an ending in a folder.
fn is_there(source: &str) -> bool {
    let Some((folder, ending)) = source.split_once('*') else { return crate_folder().join(source).is_file() };
    let mut files = std::fs::read_dir(crate_folder().join(folder)).unwrap();
    files.any(|file| file.unwrap().file_name().to_str().unwrap().ends_with(ending))
}

/// Symbols are a sixth of the program, and lintian refuses it with them. Settings of a package replace `strip` of the
/// profile, which cargo does not say.
#[test]
fn program_is_built_without_symbols() {
    let manifest = std::fs::read_to_string(crate_folder().join("../Cargo.toml")).unwrap();
    let manifest: Table = manifest.parse().unwrap();
    let release = &manifest["profile"]["release"];
    let own = release.get("package").and_then(|package| package.get("feedback-fn"));
    assert_eq!(own.unwrap_or(release).get("strip"), Some(&Value::Boolean(true)));
}

#[test]
fn newest_entry_of_the_changelog_is_about_this_version() {
    let changelog = metadata()["changelog"].as_str().unwrap().to_owned();
    let changelog = std::fs::read_to_string(crate_folder().join(changelog)).unwrap();
    let first = format!("feedback-fn ({}-1) ", env!("CARGO_PKG_VERSION"));
    assert!(changelog.starts_with(&first), "it begins with `{first}`: {changelog}");
}

#[test]
fn what_units_name_is_in_the_package() {
    let metadata = metadata();
    let units = metadata["systemd-units"]["unit-scripts"].as_str().unwrap();
    let places: Vec<String> = assets().into_iter().map(|(_, place, _)| place).collect();
    // All three are found by their names; the user is made by the script for the third.
    assert!(crate_folder().join(units).join("feedback-fn.sysusers").is_file());
    for unit in ["feedback-fn.service", "feedback-fn.socket"] {
        let text = std::fs::read_to_string(crate_folder().join(units).join(unit)).unwrap();
        let named = text.lines().filter_map(|line| {
            line.strip_prefix("ExecStart=").or_else(|| line.strip_prefix("Documentation=file://"))
        });
        let named: Vec<&str> =
            named.flat_map(str::split_whitespace).filter(|word| word.starts_with('/')).collect();
        assert!(!named.is_empty(), "{unit}");
        for path in named {
            assert!(places.iter().any(|place| place == path), "{unit} names `{path}`");
        }
    }
}

#[test]
fn installed_configuration_fits_the_service_and_holds_no_password() {
    let conf_files = metadata()["conf-files"].as_array().unwrap().clone();
    assert_eq!(conf_files, [Value::from("/etc/feedback-fn/feedback.toml")]);
    assert!(assets().iter().any(|(_, place, _)| place == "/etc/feedback-fn/feedback.toml"));
    let text = packaged("debian/feedback.toml");
    let config = Config::from_toml(&text, Path::new("/etc/feedback-fn")).unwrap();
    // All that the unit lets it write to (`StateDirectory`).
    let own = Path::new("/var/lib/feedback-fn");
    assert_eq!(config.data, own);
    let table: Table = text.parse().unwrap();
    assert!(Path::new(table["transport"]["files"]["folder"].as_str().unwrap()).starts_with(own));
    assert_eq!(table["listen"].as_str(), Some("systemd"));
    // Everybody may read the file.
    let all: Vec<&str> = text.lines().map(|line| line.trim_start_matches(['#', ' '])).collect();
    assert!(!all.iter().any(|line| line.starts_with("password =")), "{text}");
    let example = std::fs::read_to_string(crate_folder().join("feedback.example.toml")).unwrap();
    for key in all.iter().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key) {
        assert!(example.contains(&format!("{key} = ")), "`{key}` is not explained in feedback.example.toml");
    }
}

/// Runs a script of the package as dpkg does, in a root of its own.
fn run(script: &str, arguments: &[&str], root: &Path) -> Output {
    assert!(
        packaged(&format!("debian/{script}")).contains("\n#DEBHELPER#\n"),
        "{script} leaves room for units"
    );
    let path = crate_folder().join("packaging/debian").join(script);
    let output = Command::new("sh").arg(path).args(arguments).env("DPKG_ROOT", root).output().unwrap();
    assert!(output.status.success(), "{script} {arguments:?}: {output:?}");
    output
}

#[test]
fn purge_keeps_what_residents_wrote_and_says_so() {
    let root = tempfile::tempdir().unwrap();
    let (data, configuration) =
        (root.path().join("var/lib/feedback-fn"), root.path().join("etc/feedback-fn"));
    let said = |arguments: &[&str]| String::from_utf8(run("postrm", arguments, root.path()).stderr).unwrap();
    assert_eq!(said(&["purge"]), "", "there is nothing to keep");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::create_dir_all(&configuration).unwrap();
    std::fs::write(data.join("feedback.sqlite"), "x").unwrap();
    std::fs::write(configuration.join("smtp-password"), "x").unwrap();
    assert_eq!(said(&["remove"]), "");
    let told = said(&["purge"]);
    assert!(
        told.contains("/var/lib/feedback-fn is kept") && told.contains("/etc/feedback-fn are kept"),
        "{told}"
    );
    assert!(data.join("feedback.sqlite").is_file() && configuration.join("smtp-password").is_file());
    std::fs::remove_file(data.join("feedback.sqlite")).unwrap();
    assert!(!said(&["purge"]).contains("/var/lib"));
    assert!(!data.exists());
}

#[test]
fn first_installation_says_what_to_do_and_an_upgrade_is_silent() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(root.path().join("var/lib/feedback-fn")).unwrap();
    let first = String::from_utf8(run("postinst", &["configure", ""], root.path()).stdout).unwrap();
    assert!(first.contains("systemctl enable --now feedback-fn.socket feedback-fn.service"), "{first}");
    assert_eq!(run("postinst", &["configure", "0.1.0"], root.path()).stdout, b"");
}
