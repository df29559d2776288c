//! Rules over HTTP: kept, changed by two people at once, taken away, tried, and tried on a show that was.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{Door, Who};
use linger_protocol::{Act, Actor, Arrival, PersonId, Report, Request, Role, RoomId, SessionId, Spoken};
use serde_json::{Value, json};

fn rule(code: &str, when: &str) -> Value {
    json!({
        "code": code, "name": "Busy", "on": true, "scope": { "of": "room" }, "window_s": 60,
        "when": { "cel": when }, "do": { "act": "prompt-host", "text": "Answer them" },
        "cool_down_s": 60, "budget": { "times": 5 }, "hold_out": 0.0,
    })
}

async fn put(door: &Door, who: &Who, method: &str, path: &str, body: Value) -> house::Said {
    door.call(method, path, who, Some(("application/json", body.to_string()))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_kept_with_its_versions_and_nobody_writes_over_another() {
    let door = Door::open().await;
    let (ann, host) = (door.signed_in(Role::Operator).await, door.signed_in(Role::Host).await);
    let mut changes = door.house.rule_changes();
    let made = door.post("/api/rules", &ann, json!({ "rule": rule("busy", "here > 5"), "after": 0 })).await;
    assert_eq!((made.status.as_u16(), made.json()["version"].clone()), (201, json!(1)));
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    // A second one under the same code, and a change of what is no longer there.
    let again = door.post("/api/rules", &ann, json!({ "rule": rule("busy", "here > 6"), "after": 0 })).await;
    assert_eq!(again.refusal(), (409, "changed-meanwhile".to_owned()));
    let body = |when: &str, after: u32| json!({ "rule": rule("busy", when), "after": after });
    let changed = put(&door, &ann, "PUT", "/api/rules/busy", body("here > 7", 1)).await;
    assert_eq!(changed.json()["version"], 2);
    let late = put(&door, &ann, "PUT", "/api/rules/busy", body("here > 8", 1)).await;
    assert_eq!(late.refusal(), (409, "changed-meanwhile".to_owned()));
    let elsewhere = put(&door, &ann, "PUT", "/api/rules/other", body("here > 8", 1)).await;
    assert_eq!(elsewhere.json()["field"], "rule.code");

    let listed = door.get("/api/rules?language=zh", &host).await.json();
    assert_eq!(listed["rules"][0]["when_cel"], "here > 7.0");
    assert_eq!(listed["ready"].as_array().unwrap().len(), 11);
    assert_eq!(listed["ready"][0]["rule"]["name"], "没人回答的提问");
    assert!(listed["metrics"].as_array().unwrap().iter().any(|it| it["name"] == "leave_hazard"));
    assert_eq!(door.get("/api/rules?language=fr", &host).await.status.as_u16(), 400);

    let gone = door.call("DELETE", "/api/rules/busy?after=1", &ann, None).await;
    assert_eq!(gone.refusal(), (409, "changed-meanwhile".to_owned()));
    assert_eq!(door.call("DELETE", "/api/rules/busy?after=2", &ann, None).await.status.as_u16(), 200);
    let gone = door.call("DELETE", "/api/rules/busy?after=3", &ann, None).await;
    assert_eq!(gone.refusal(), (404, "no-such-rule".to_owned()));
    assert_eq!(door.get("/api/rules", &ann).await.json()["rules"], json!([]));
    let versions = door.get("/api/rules/busy/versions", &host).await.json();
    let told: Vec<_> = versions.as_array().unwrap().iter().map(|it| it["version"].clone()).collect();
    assert_eq!(told, [3, 2, 1]);
    assert_eq!(versions[0]["rule"], Value::Null);
    let audit = door.store.list_audit(None, 10).await.unwrap();
    let actions: Vec<_> = audit.iter().map(|it| (it.action.as_str(), it.subject.as_str())).collect();
    let busy = "rule:busy";
    assert_eq!(actions, [("rule.removed", busy), ("rule.changed", busy), ("rule.made", busy)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_by_field_and_nothing_of_it_is_kept() {
    let door = Door::open().await;
    let ann = door.signed_in(Role::Operator).await;
    let mut wrong = rule("busy", "luck > 5 && joins / here > 0.5");
    wrong["window_s"] = json!(5);
    let said = door.post("/api/rules", &ann, json!({ "rule": wrong, "after": 0 })).await;
    assert_eq!((said.status.as_u16(), said.code().as_str()), (400, "bad-rule"));
    let fields: Vec<_> =
        said.json()["problems"].as_array().unwrap().iter().map(|it| it["field"].clone()).collect();
    assert_eq!(fields, ["window_s", "when.cel"]);
    assert_eq!(door.get("/api/rules", &ann).await.json()["rules"], json!([]));

    let tried = door.post("/api/rules/try", &ann, json!({ "rule": rule("busy", "here < 0") })).await.json();
    assert_eq!(tried["problems"][0]["code"], "rule-never-true");
    let tried =
        door.post("/api/rules/try", &ann, json!({ "rule": rule("busy", "here > 5 && joins >= 2") })).await;
    let tried = tried.json();
    assert_eq!((&tried["problems"], &tried["when_cel"]), (&json!([]), &json!("here > 5.0 && joins >= 2.0")));
    assert_eq!(tried["when_form"]["all"][1], json!({ "metric": "joins", "is": "at-least", "than": 2.0 }));
    let tried =
        door.post("/api/rules/try", &ann, json!({ "rule": rule("busy", "here / 2 > 5") })).await.json();
    assert_eq!(tried["when_form"], Value::Null);
    for body in [json!({}), json!({ "rule": 5 }), json!({ "rule": [], "after": 0 })] {
        assert_eq!(door.post("/api/rules", &ann, body).await.status.as_u16(), 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_tried_on_shows_that_were() {
    let door = Door::open().await;
    let room: RoomId = door.room("tea").await;
    let engine = &door.engine;
    let talk = async |words: u32| {
        for _ in 0..words {
            let by = Actor::viewer(PersonId(5));
            let act = Act::say(Spoken::unsealed("nice"));
            engine.ask(&room, Request { by, act }, None).await.unwrap();
        }
    };
    for words in [3, 30] {
        engine.report(&room, Report::MediaStarted).await.unwrap();
        let (session, person) = (SessionId(u64::from(words)), PersonId(5));
        let arrived = vec![Arrival { session, person, source: "feed".into(), brought_by: None }];
        engine.report(&room, Report::PeopleMoved { arrived, left: vec![] }).await.unwrap();
        door.pass(61_000);
        talk(words).await;
        door.pass(5_000);
        engine.report(&room, Report::MediaStopped { on_purpose: true }).await.unwrap();
        door.pass(40 * 60_000);
    }
    // Only now: the shows took longer than a session without use holds.
    let host = door.signed_in(Role::Host).await;
    let body = |show: Option<u32>| json!({ "rule": rule("busy", "comments_per_min >= 20"), "room": "tea", "show": show });
    let told = door.post("/api/rules/back-test", &host, body(None)).await.json();
    assert_eq!((&told["shows"], told["moments"].as_array().unwrap().len()), (&json!(2), 1), "{told}");
    let moment = &told["moments"][0];
    assert_eq!((&moment["show_s"], &moment["arm"]), (&json!(61), &json!("done")));
    assert_eq!(moment["intent"]["proposal"]["deed"], json!({ "do": "prompt", "text": "Answer them" }));
    assert_eq!(moment["intent"]["proposal"]["why"], json!([{ "metric": "comments_per_min", "value": 20.0 }]));
    let told = door.post("/api/rules/back-test", &host, body(Some(1))).await.json();
    assert_eq!(told["moments"], json!([]));
    let none = door.post("/api/rules/back-test", &host, body(Some(3))).await;
    assert_eq!(none.refusal(), (404, "no-such-show".to_owned()));
    let mut elsewhere = body(None);
    elsewhere["room"] = json!("none");
    assert_eq!(door.post("/api/rules/back-test", &host, elsewhere).await.code(), "no-such-room");
}
