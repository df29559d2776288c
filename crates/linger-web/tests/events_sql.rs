//! SQL over all events as the house asks for it: what it does with whatever the engine's program does. Small programs of
//! the system stand in for it; that SQL means what it says is held by `make sql`.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{Door, Said, Who};
use linger_protocol::Role;
use linger_sql::Program;
use serde_json::json;
use std::time::{Duration, Instant};

/// A house whose engine is this program, an operator, and the folder that is the house's own.
async fn house(program: Program) -> (Door, Who, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let own = (dir.path().to_owned(), 0);
    let door = Door::tuned(|config| {
        config.events_sql = Some(program);
        config.disk_spare = own;
    })
    .await;
    let operator = door.signed_in(Role::Operator).await;
    (door, operator, dir)
}

fn shell(script: &str) -> Program {
    Program::new("/bin/sh", ["-c", script])
}

async fn ask(door: &Door, who: &Who) -> Said {
    door.post("/api/sql", who, json!({"sql": "SELECT 'a, b' FROM events", "of": "events"})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_query_goes_to_a_process_of_its_own_without_settings_and_its_answer_comes_back() {
    // What it was told, and whether it sees anything of the house's surroundings.
    let script = r#"read -r told
        case "$told" in *"SELECT 'a, b' FROM events"*) ;; *) exit 1 ;; esac
        echo "{\"Ok\":{\"columns\":[\"home\"],\"rows\":[[\"${HOME-none}\",1,null]],\"cut\":true}}""#;
    let (door, operator, dir) = house(shell(script)).await;
    let said = ask(&door, &operator).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    assert_eq!(said.json(), json!({"columns": ["home"], "rows": [["none", 1, null]], "cut": true}));
    let left = std::fs::read_dir(dir.path().join("events-sql")).unwrap().count();
    assert_eq!(left, 0, "what was laid out for it is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_without_the_engine_says_so_and_answers_from_summaries_as_ever() {
    let door = Door::open().await;
    let operator = door.signed_in(Role::Operator).await;
    assert_eq!(ask(&door, &operator).await.refusal(), (409, "no-events-sql".to_owned()));
    let figures = door.call("GET", "/api/events/figures", &operator, None).await;
    assert_eq!(figures.json()["sql"], json!(false));
    let said = door.post("/api/sql", &operator, json!({"sql": "SELECT 1", "of": "everything"})).await;
    assert_eq!(said.status.as_u16(), 400, "{}", said.text);
    let host = door.signed_in(Role::Host).await;
    assert_eq!(ask(&door, &host).await.status.as_u16(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_engine_does_is_one_refusal_in_bounded_time() {
    let all = [
        (shell(r#"echo '{"Err":"NotASelect"}'"#), 400, "bad-sql"),
        (shell(r#"echo '{"Err":{"Wrong":"no such column"}}'"#), 400, "bad-sql"),
        (shell(r#"echo '{"Err":"TooLarge"}'"#), 400, "sql-too-large"),
        (shell(r#"echo '{"Err":"NotYet"}'"#), 409, "no-events"),
        (shell(r#"echo '{"Err":"Moved"}'"#), 503, "unavailable"),
        (shell("kill -9 $$"), 400, "sql-too-large"),
        (shell("echo nonsense"), 503, "unavailable"),
        (shell(r#"echo '{"Ok":{"columns":[],"rows":[],"cut":false}}'; exit 1"#), 503, "unavailable"),
        (Program::new("/bin/false", [""; 0]), 503, "unavailable"),
        (Program::new("/bin/none-such", [""; 0]), 503, "unavailable"),
        (Program::new("/usr/bin/yes", [""; 0]), 503, "unavailable"),
        (Program::new("/bin/sleep", ["60"]).with_time_max(Duration::from_millis(300)), 400, "sql-too-slow"),
    ];
    for (program, status, code) in all {
        let (door, operator, _dir) = house(program.clone()).await;
        let begun = Instant::now();
        let said = ask(&door, &operator).await;
        assert_eq!(said.refusal(), (status, code.to_owned()), "{program:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{program:?}");
    }
}
