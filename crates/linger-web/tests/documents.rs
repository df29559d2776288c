//! What is kept beside the code and has to say the same: the interface's document from which the pages' types are made,
//! and a sentence in each language for every code.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_protocol::Refusal;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn json(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(house().join(path)).unwrap()).unwrap()
}

#[test]
fn the_pages_types_are_made_from_the_interface_as_it_is() {
    let now = serde_json::to_value(linger_web::document()).unwrap();
    let kept = json("web/wire/openapi.json");
    let mut differ = vec![];
    differences("", &kept, &now, &mut differ);
    assert!(
        differ.is_empty(),
        "web/wire/openapi.json is not what the server says: run `make wire`.\n{}",
        differ.join("\n")
    );
}

/// Where two documents differ, at most a few places.
fn differences(at: &str, kept: &Value, now: &Value, differ: &mut Vec<String>) {
    match (kept, now) {
        _ if kept == now || differ.len() >= 10 => {}
        (Value::Object(kept), Value::Object(now)) => {
            let names: BTreeSet<_> = kept.keys().chain(now.keys()).collect();
            for name in names {
                let of =
                    |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
                differences(&format!("{at}/{name}"), &of(kept), &of(now), differ);
            }
        }
        _ => differ.push(format!("{at}: {kept:.100} became {now:.100}")),
    }
}

/// What opens an expression that makes a code, and whether only its first text is one: the second may be a field.
const MAKERS: [(&str, bool); 10] = [
    ("ApiError::new(", true),
    ("ApiError::field(", true),
    ("ApiError::unauthorized(", true),
    ("ApiError::not_found(", false),
    ("conflict(", true),
    ("End::sent(", true),
    ("End::back(", true),
    ("fault(socket,", true),
    ("let bad = || ", true),
    ("fn code(&self) -> &'static str ", false),
];

/// Every code that this text makes, by a plain look at it.
fn codes_in(source: &str, codes: &mut BTreeSet<String>) {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    for (maker, first_only) in MAKERS {
        for (at, _) in code.match_indices(maker) {
            let texts = texts_of(&code[at + maker.len()..]);
            let is_code = |text: &&String| {
                let fit = |b: u8| b.is_ascii_lowercase() || b"-_".contains(&b);
                text.len() > 2 && text.bytes().all(fit) && !text.starts_with(['-', '_'])
            };
            let found = texts.iter().filter(is_code).map(|text| text.replace('_', "-"));
            codes.extend(found.take(if first_only { 1 } else { usize::MAX }));
        }
    }
}

/// The texts of an expression, up to where its brackets close; what a match compares with is none.
fn texts_of(expression: &str) -> Vec<String> {
    let (mut texts, mut depth, mut rest) = (vec![], 1, expression);
    while let Some(at) = rest.find(['"', '(', ')', '{', '}', ';']) {
        let (sign, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        rest = after;
        match sign {
            b'"' => {
                let Some((text, after)) = after.split_once('"') else { break };
                rest = after;
                if !after.trim_start().starts_with("=>") {
                    texts.push(text.to_owned());
                }
            }
            b'(' | b'{' => depth += 1,
            b';' if depth > 1 => {}
            _ => depth -= 1,
        }
        if depth == 0 {
            break;
        }
    }
    texts
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
}

fn codes() -> BTreeSet<String> {
    let mut files = vec![house().join("crates/linger-media/src/fault.rs")];
    sources(&house().join("crates/linger-web/src"), &mut files);
    let mut codes: BTreeSet<String> = Refusal::ALL.iter().map(|refusal| refusal.code().to_owned()).collect();
    for file in files {
        codes_in(&fs::read_to_string(file).unwrap(), &mut codes);
    }
    codes
}

#[test]
fn every_code_has_a_sentence_in_both_languages() {
    let codes = codes();
    for known in
        ["bad-field", "no-such-item", "no-codec-in-common", "login-taken", "flood", "slow", "not-kept"]
    {
        assert!(codes.contains(known), "the look at the sources is blind: {known} is not among {codes:?}");
    }
    for field in ["login", "method", "staff", "product", "name"] {
        assert!(!codes.contains(field), "the look at the sources sees a code in {field}");
    }
    let mut without = BTreeMap::new();
    for language in ["en", "zh"] {
        let told = json(&format!("web/messages/{language}.json"));
        let has = |code: &&String| told["code"][code.as_str()].as_str().is_none_or(|it| it.trim().is_empty());
        let missing: Vec<_> = codes.iter().filter(has).cloned().collect();
        if !missing.is_empty() {
            without.insert(language, missing);
        }
    }
    assert!(without.is_empty(), "codes without a sentence in web/messages: {without:?}");
}
