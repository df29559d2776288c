//! What the house looks like, as tests: who leans on whom, how long files are, what is banned, which licences come in.
//! It does not know what any of the code does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Which crates of the house a crate may lean on. A pair that is missing here is a decision to be made, and written
/// down in `docs/decisions/`.
const MAY_LEAN_ON: &[(&str, &[&str])] = &[
    ("linger-protocol", &[]),
    ("linger-stats", &[]),
    ("linger-catalogue", &["linger-protocol"]),
    ("linger-room", &["linger-protocol"]),
    ("linger-behaviour", &["linger-stats"]),
    ("linger-insight", &["linger-protocol", "linger-stats"]),
    ("linger-strategy", &["linger-protocol", "linger-behaviour", "linger-insight", "linger-stats"]),
    ("linger-action", &["linger-protocol"]),
    ("linger-log", &[]),
    ("linger-engine", &["linger-protocol", "linger-room", "linger-log"]),
    ("linger-events", &["linger-behaviour", "linger-log"]),
    ("linger-store", &["linger-protocol", "linger-catalogue"]),
    ("linger-sql", &[]),
    ("linger-outlet", &["linger-protocol"]),
    ("linger-shops", &["linger-protocol", "linger-catalogue"]),
    ("linger-media", &[]),
    (
        "linger-web",
        &[
            "linger-protocol",
            "linger-catalogue",
            "linger-room",
            "linger-behaviour",
            "linger-insight",
            "linger-strategy",
            "linger-stats",
            "linger-log",
            "linger-events",
            "linger-engine",
            "linger-store",
            "linger-sql",
            "linger-outlet",
            "linger-shops",
            "linger-media",
        ],
    ),
    ("linger-sim", &["linger-protocol", "linger-media"]),
    (
        "linger-ground",
        &[
            "linger-protocol",
            "linger-room",
            "linger-behaviour",
            "linger-strategy",
            "linger-action",
            "linger-sim",
        ],
    ),
    ("linger-history", &["linger-behaviour", "linger-stats", "linger-events"]),
];

/// Crates that decide: no clock, no socket, no randomness, no shared state.
const DECIDERS: &[&str] = &[
    "linger-protocol",
    "linger-stats",
    "linger-catalogue",
    "linger-room",
    "linger-behaviour",
    "linger-insight",
    "linger-strategy",
    "linger-action",
];

/// Lines of a source file. The list only shrinks.
const LINES_MAX: usize = 500;
const LONGER: &[(&str, usize)] = &[("crates/linger-protocol/src/event.rs", 601)];

/// Licences that may come in, as SPDX ids. MPL-2.0 is weak copyleft and has a decision record (sign-in by passkey).
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

/// The files git would keep, with their path from the root.
fn files(endings: &[&str]) -> Vec<(String, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is there");
    let listed = String::from_utf8(listed.stdout).expect("paths are text");
    listed
        .lines()
        .filter(|path| endings.iter().any(|ending| path.ends_with(ending)))
        .filter_map(|path| Some((path.to_owned(), fs::read_to_string(root().join(path)).ok()?)))
        .collect()
}

fn report(offences: Vec<String>) {
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

#[test]
fn every_crate_leans_only_on_those_below_it() {
    let table: BTreeMap<_, _> = MAY_LEAN_ON.iter().copied().collect();
    let mut offences = vec![];
    for entry in fs::read_dir(root().join("crates")).expect("crates are there") {
        let name = entry.expect("readable").file_name().to_string_lossy().into_owned();
        if name == "linger" {
            continue;
        }
        let manifest =
            fs::read_to_string(root().join("crates").join(&name).join("Cargo.toml")).expect("readable");
        let manifest: toml::Table = manifest.parse().expect("a manifest");
        let allowed = table.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not in the table"));
        let leans = manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        for (dependency, _) in leans.iter().filter(|(it, _)| it.starts_with("linger")) {
            if !allowed.contains(&dependency.as_str()) {
                offences.push(format!("{name} may not lean on {dependency}"));
            }
        }
        if DECIDERS.contains(&name.as_str()) {
            let outside =
                leans.keys().filter(|it| ["tokio", "rand", "sqlx", "axum", "reqwest"].contains(&it.as_str()));
            offences.extend(outside.map(|it| format!("{name} decides and may not use {it}")));
        }
    }
    report(offences);
}

#[test]
fn files_are_short_enough_to_tell_one_story() {
    let longer: BTreeMap<_, _> = LONGER.iter().copied().collect();
    let mut offences = vec![];
    for (path, text) in files(&[".rs", ".ts", ".svelte"]) {
        if path.starts_with("web/wire/") {
            continue;
        }
        let lines = text.lines().count();
        let max = longer.get(path.as_str()).copied().unwrap_or(LINES_MAX);
        if lines > max {
            offences.push(format!("{path}: {lines} lines, {max} at most"));
        }
    }
    report(offences);
}

#[test]
fn every_source_file_says_what_it_owns() {
    let silent = files(&[".rs"]).into_iter().filter(|(_, text)| !text.starts_with("//!"));
    report(silent.map(|(path, _)| format!("{path} does not begin with //!")).collect());
}

#[test]
fn no_test_sleeps_and_none_is_ignored() {
    let mut offences = vec![];
    for (path, text) in files(&[".rs"]) {
        let mut in_tests = path.contains("/tests/");
        for (number, line) in text.lines().enumerate() {
            in_tests |= line.trim() == "#[cfg(test)]";
            let sleeps = line.contains("thread::sleep(") || line.contains("time::sleep(");
            if in_tests && sleeps && !path.ends_with("tidy.rs") {
                offences.push(format!("{path}:{}: a test sleeps", number + 1));
            }
            if line.trim_start().starts_with("#[ignore") {
                offences.push(format!("{path}:{}: a test is ignored", number + 1));
            }
        }
    }
    report(offences);
}

#[test]
fn nothing_names_a_machine_or_leaves_work_unfinished() {
    // Put together from halves, so that this file does not offend itself.
    let banned = [
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("FIX", "ME"),
        concat!("XX", "X "),
        concat!("registry.npm", "js.org"),
        concat!("files.python", "hosted.org"),
    ];
    let mut offences = vec![];
    for (path, text) in
        files(&[".rs", ".ts", ".svelte", ".md", ".sh", ".mjs", ".py", ".json", ".toml", "Makefile"])
    {
        for word in banned.iter().filter(|word| text.contains(**word)) {
            offences.push(format!("{path} contains {word:?}"));
        }
    }
    report(offences);
}

#[test]
fn every_refusal_has_a_sentence_in_both_languages() {
    for language in ["en", "zh"] {
        let path = root().join(format!("web/messages/{language}.json"));
        let text = fs::read_to_string(&path).expect("the messages are there");
        let missing: Vec<_> = linger_protocol::Refusal::ALL
            .iter()
            .map(|refusal| refusal.code())
            .filter(|code| !text.contains(&format!("\"{code}\"")) && !text.contains(&format!(".{code}\"")))
            .map(|code| format!("{language}: no sentence for {code}"))
            .collect();
        report(missing);
    }
}

#[test]
fn every_library_has_a_licence_that_may_come_in() {
    // What is optional comes in with its lane.
    let optional: &[&str] =
        if cfg!(feature = "datafusion") { &["--features", "linger/datafusion"] } else { &[] };
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(optional)
        .current_dir(root())
        .output()
        .expect("cargo is there");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let allowed: BTreeSet<_> = LICENCES.iter().copied().collect();
    let mut offences = vec![];
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or_default();
        if !permitted(licence, &allowed) {
            offences.push(format!("{name}: {licence:?}"));
        }
    }
    report(offences);
}

/// Whether an SPDX expression can be satisfied with the allowed ids: one of each `OR`, all of each `AND`.
fn permitted(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], "");
    !expression.trim().is_empty()
        && expression.split(" AND ").all(|all| all.split(" OR ").any(|one| allowed.contains(one.trim())))
}

#[test]
fn a_licence_expression_is_read_as_meant() {
    let allowed = BTreeSet::from(["MIT", "ISC", "Apache-2.0"]);
    assert!(permitted("GPL-3.0 OR MIT", &allowed));
    assert!(permitted("ISC AND (Apache-2.0 OR GPL-3.0)", &allowed));
    assert!(!permitted("MIT AND GPL-3.0", &allowed));
    assert!(!permitted("", &allowed));
}
