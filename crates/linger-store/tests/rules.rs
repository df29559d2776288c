//! Rules and their versions outlive the process. It knows no rule.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_protocol::{Millis, PersonId};
use linger_store::{RULE_VERSIONS_MAX, RULES_KEPT_MAX, Store, StoreError};

const ANN: PersonId = PersonId(7);
const BOB: PersonId = PersonId(u64::MAX);

#[tokio::test]
async fn every_version_is_kept_with_its_writer_and_survives() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    assert_eq!(store.put_rule("stalls", 0, Some("{1}"), ANN, Millis(1)).await.unwrap(), 1);
    assert_eq!(store.put_rule("stalls", 1, Some("{2}"), BOB, Millis(2)).await.unwrap(), 2);
    // Whoever read the first version does not write over the second.
    let late = store.put_rule("stalls", 1, Some("{3}"), ANN, Millis(3)).await;
    assert!(matches!(late, Err(StoreError::Changed)));
    assert!(matches!(
        store.put_rule("stalls", 0, Some("{3}"), ANN, Millis(3)).await,
        Err(StoreError::Changed)
    ));
    assert_eq!(store.put_rule("stalls", 2, None, ANN, Millis(4)).await.unwrap(), 3);
    let gone = store.put_rule("stalls", 3, None, ANN, Millis(5)).await;
    assert!(matches!(gone, Err(StoreError::NotFound { what: "rule" })));
    store.close().await.unwrap();

    let store = Store::open(dir.path()).await.unwrap();
    let versions = store.rule_versions("stalls").await.unwrap();
    let told: Vec<_> = versions.iter().map(|it| (it.version, it.rule.as_deref(), it.changed_by)).collect();
    assert_eq!(told, [(3, None, ANN), (2, Some("{2}"), BOB), (1, Some("{1}"), ANN)]);
    assert_eq!(store.rules().await.unwrap(), versions[..1]);
    // Under the code of a rule that is gone another may begin; it goes on counting.
    assert_eq!(store.put_rule("stalls", 0, Some("{4}"), BOB, Millis(6)).await.unwrap(), 4);
}

#[tokio::test]
async fn there_are_bounds_on_rules_versions_and_texts() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    for version in 0..RULE_VERSIONS_MAX + 5 {
        store.put_rule("often", version, Some("{}"), ANN, Millis(1)).await.unwrap();
    }
    let versions = store.rule_versions("often").await.unwrap();
    assert_eq!((versions.len(), versions[0].version), (RULE_VERSIONS_MAX as usize, RULE_VERSIONS_MAX + 5));
    for rule in 1..RULES_KEPT_MAX {
        store.put_rule(&format!("r{rule}"), 0, Some("{}"), ANN, Millis(1)).await.unwrap();
    }
    let more = store.put_rule("more", 0, Some("{}"), ANN, Millis(1)).await;
    assert!(matches!(more, Err(StoreError::TooMany { what: "rules", .. })));
    let long = "x".repeat(17 << 10);
    let long = store.put_rule("often", RULE_VERSIONS_MAX + 5, Some(&long), ANN, Millis(1)).await;
    assert!(matches!(long, Err(StoreError::Unfit { field: "rule", .. })));
}
