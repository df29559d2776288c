//! Experiments as they are kept. It knows no design.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_protocol::{Millis, PersonId};
use linger_store::{ExperimentChange, Store, StoreError};

const WHO: PersonId = PersonId(7);

fn change<'a>(what: &'a str, status: &'a str, version: u32, coverage: f64) -> ExperimentChange<'a> {
    ExperimentChange { what, design: "{}", status, version, killed: what == "killed", coverage }
}

#[tokio::test]
async fn every_change_is_kept_and_spans_follow_what_runs() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    store.make_experiment("hello", change("made", "draft", 1, 1.0), WHO, Millis(1)).await.unwrap();
    let again = store.make_experiment("hello", change("made", "draft", 1, 1.0), WHO, Millis(1)).await;
    assert!(matches!(again, Err(StoreError::KeyUsed)));
    let steps = [
        ("started", "running", 1, 0.1),
        ("changed", "running", 1, 0.1),
        ("rolled-out", "running", 1, 0.5),
        ("paused", "paused", 1, 0.5),
        ("resumed", "running", 1, 0.5),
        ("killed", "stopped", 1, 0.5),
        ("started", "running", 2, 0.5),
    ];
    for (after, (what, status, version, coverage)) in (1..).zip(steps) {
        let at = Millis(i64::from(after) * 10);
        let done =
            store.change_experiment("hello", after, change(what, status, version, coverage), WHO, at).await;
        assert_eq!(done.unwrap(), Some(after + 1), "{what}");
    }
    // Whoever saw an older one changes nothing.
    let late = store.change_experiment("hello", 3, change("paused", "paused", 2, 0.5), WHO, Millis(99)).await;
    assert_eq!(late.unwrap(), None);
    let spans = store.experiment_spans("hello").await.unwrap();
    let told: Vec<_> =
        spans.iter().map(|it| (it.version, it.began_at.0, it.ended_at.map(|it| it.0), it.coverage)).collect();
    assert_eq!(
        told,
        [(1, 10, Some(30), 0.1), (1, 30, Some(40), 0.5), (1, 50, Some(60), 0.5), (2, 70, None, 0.5)]
    );
    let words: Vec<_> =
        store.experiment_steps("hello").await.unwrap().into_iter().map(|it| it.what).collect();
    assert_eq!(words, ["made", "started", "changed", "rolled-out", "paused", "resumed", "killed", "started"]);
    let kept = store.experiment("hello").await.unwrap().unwrap();
    assert_eq!((kept.revision, kept.version, kept.killed, kept.status.as_str()), (8, 2, false, "running"));
    assert!(store.forget_experiment("hello").await.unwrap());
    assert!(!store.forget_experiment("hello").await.unwrap());
    assert_eq!(store.experiment_spans("hello").await.unwrap(), []);
    let gone =
        store.change_experiment("hello", 8, change("stopped", "stopped", 2, 0.5), WHO, Millis(100)).await;
    assert!(matches!(gone, Err(StoreError::NotFound { .. })));
}
