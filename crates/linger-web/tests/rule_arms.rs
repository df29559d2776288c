//! Rules and the experiments that draw their arms, over HTTP: what fits, what rooms are told, and who binds whom.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{Door, Said, Who};
use linger_protocol::Role;
use linger_strategy::rule::RoomRule;
use linger_web::rules_of;
use serde_json::{Value, json};

struct Lab {
    door: Door,
    operator: Who,
}

fn joined(mut all: Value, more: &Value) -> Value {
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn design(more: Value) -> Value {
    let all = json!({
        "hypothesis": "Cheering helps.", "unit": "host", "places": [],
        "arms": [{"key": "without", "value": false}, {"key": "with", "value": true}],
        "metrics": [{"key": "orders", "primary": true, "is": {"kind": "mean", "of": [{"event": "order.paid"}]}}],
    });
    joined(all, &more)
}

fn switched() -> Value {
    design(json!({"unit": "room", "switch": {"stretch_s_min": 300, "stretch_s_max": 600, "burn_in_s": 60}}))
}

fn rule(more: Value) -> Value {
    let all = json!({
        "code": "cheer", "name": "Cheer", "on": true, "scope": {"of": "room"}, "window_s": 60,
        "when": {"cel": "here > 5.0"}, "do": {"act": "announce", "text": "Hello"},
        "cool_down_s": 60, "budget": {"times": 5}, "hold_out": 0.0, "experiment": "cheer",
    });
    joined(all, &more)
}

impl Lab {
    async fn new() -> Lab {
        let door = Door::open().await;
        let operator = door.signed_in(Role::Operator).await;
        Lab { door, operator }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Said {
        let body = Some(("application/json", body.to_string()));
        self.door.call(method, path, &self.operator, body).await
    }

    async fn experiment(&self, key: &str, design: Value) {
        let made = self.ask("POST", "/api/experiments", json!({"key": key, "design": design})).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    }

    async fn act(&self, key: &str, name: &str) -> Said {
        let now = self.door.get(&format!("/api/experiments/{key}"), &self.operator).await.json();
        self.door.pass(1_000);
        self.ask("POST", &format!("/api/experiments/{key}/{name}"), json!({"after": now["revision"]})).await
    }

    async fn keep(&self, rule: Value) -> Said {
        self.ask("POST", "/api/rules", json!({"rule": rule, "after": 0})).await
    }

    async fn change(&self, rule: Value, after: u32) -> Said {
        self.ask("PUT", "/api/rules/cheer", json!({"rule": rule, "after": after})).await
    }

    /// What rooms are told of the rule `cheer`.
    async fn told(&self) -> RoomRule {
        let rules = rules_of(&self.door.house).await.unwrap();
        rules.into_iter().find(|(code, ..)| code == "cheer").unwrap().2.unwrap()
    }
}

/// Code, the field that is named first, and why.
fn refused(said: &Said) -> (u16, String, String, String) {
    let told = said.json();
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let why = text(&told["problems"][0]["why"]);
    (
        said.status.as_u16(),
        said.code(),
        text(&told["field"]),
        if why.is_empty() { text(&told["why"]) } else { why },
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_refused_by_its_field_where_no_experiment_can_draw_its_arms() {
    let lab = Lab::new().await;
    lab.experiment("cheer", design(json!({}))).await;
    lab.experiment("each", design(json!({"unit": "viewer"}))).await;
    lab.experiment("flagged", design(json!({"unit": "viewer", "places": ["rooms"], "flag": "say-hint"})))
        .await;
    lab.experiment("shops", design(json!({"unit": "shop", "places": ["servers"]}))).await;
    lab.experiment("over", design(json!({}))).await;
    for name in ["start", "stop"] {
        assert_eq!(lab.act("over", name).await.status.as_u16(), 200);
    }
    let thanks = json!({
        "scope": {"of": "viewer"}, "when": {"cel": "viewer_comments >= 2.0"},
        "do": {"act": "grant-benefit", "campaign": "thanks", "worth_minor": 500},
        "budget": {"times": 5, "money": {"minor": 5000, "currency": "CNY"}}, "experiment": "flagged",
    });
    for (more, field, code) in [
        (json!({"experiment": "none"}), "rule.experiment", "rule-no-experiment"),
        (json!({"experiment": "each"}), "rule.experiment", "rule-experiment-unit"),
        (json!({"experiment": "shops"}), "rule.experiment", "rule-experiment-unit"),
        (json!({"experiment": "over"}), "rule.experiment", "rule-experiment-over"),
        (json!({"arm": "louder"}), "rule.arm", "rule-experiment-arm"),
        (json!({"hold_out": 0.2}), "rule.hold_out", "rule-experiment-hold-out"),
        (json!({"experiment": "No"}), "rule.experiment", "rule-bad-value"),
        (json!({"draw": {"version": 1}}), "rule.draw", "rule-unknown-field"),
        (thanks.clone(), "rule.experiment", "rule-experiment-flag"),
    ] {
        let (status, said, named, why) = refused(&lab.keep(rule(more)).await);
        assert_eq!((status, said.as_str(), named.as_str()), (400, "bad-rule", field));
        assert!(why.contains(code), "{why} for {code}");
    }
    assert_eq!(lab.door.get("/api/rules", &lab.operator).await.json()["rules"], json!([]));
    // A rule that is off may name what is over, so that it can be switched off.
    let off = lab.keep(rule(json!({"experiment": "over", "on": false}))).await;
    assert_eq!(off.status.as_u16(), 201, "{}", off.text);
    let on = lab.change(rule(json!({"experiment": "over"})), 1).await;
    assert_eq!(refused(&on).2, "rule.experiment");

    // Somebody who writes a rule sees what there is, and why something does not fit.
    let tried =
        lab.ask("POST", "/api/rules/try", json!({"rule": rule(json!({"experiment": "each"}))})).await.json();
    assert_eq!(tried["problems"][0]["code"], "rule-experiment-unit");
    let whys: Vec<_> =
        tried["experiments"].as_array().unwrap().iter().map(|it| (&it["key"], &it["why"])).collect();
    let why = |key: &'static str, why: Value| (json!(key), why);
    let wanted = [
        why("cheer", Value::Null),
        why("each", json!("rule-experiment-unit")),
        why("flagged", json!("rule-experiment-unit")),
        why("over", json!("rule-experiment-over")),
        why("shops", json!("rule-experiment-unit")),
    ];
    assert_eq!(whys, wanted.iter().map(|(key, why)| (key, why)).collect::<Vec<_>>());
    // A host may read rules, and is told of no experiment.
    let host = lab.door.signed_in(Role::Host).await;
    let tried = lab.door.post("/api/rules/try", &host, json!({"rule": rule(json!({}))})).await.json();
    assert_eq!(tried["experiments"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_told_the_draw_and_told_anew_whenever_it_changes() {
    let lab = Lab::new().await;
    lab.experiment("cheer", switched()).await;
    let mut changes = lab.door.house.rule_changes();
    assert_eq!(lab.keep(rule(json!({"arm": "with"}))).await.status.as_u16(), 201);
    assert!(changes.has_changed().unwrap());
    let draft = lab.told().await;
    assert!(!draft.draw.as_ref().unwrap().draw.runs());
    let mut marks = vec![draft.mark()];
    for name in ["start", "pause", "resume", "kill", "start"] {
        changes.mark_unchanged();
        let moved = lab.act("cheer", name).await;
        assert_eq!(moved.status.as_u16(), 200, "{name}: {}", moved.text);
        assert!(changes.has_changed().unwrap(), "{name}");
        let told = lab.told().await;
        let runs = matches!(name, "start" | "resume");
        assert_eq!(told.draw.as_ref().unwrap().draw.runs(), runs, "{name}");
        assert_ne!(Some(&told.mark()), marks.last(), "{name}");
        marks.push(told.mark());
    }
    // What goes on after a pause is drawn as before; what begins anew is not.
    assert_eq!((marks[1] == marks[3], marks[1] == marks[5]), (true, false));
    let draw = lab.told().await.draw.unwrap().draw;
    assert_eq!((draw.version, draw.switch.is_some()), (2, true));
    assert_eq!(RoomRule::parse(&lab.told().await.to_text()).unwrap(), lab.told().await);

    // Holdouts are told to those whom they leave alone.
    lab.experiment("hosts", design(json!({"programme": "talk"}))).await;
    assert_eq!(lab.change(rule(json!({"experiment": "hosts"})), 1).await.status.as_u16(), 200);
    let before = lab.told().await.mark();
    changes.mark_unchanged();
    let put = lab.ask("PUT", "/api/holdouts", json!({"programmes": {"talk": {"share": 0.1}}})).await;
    assert_eq!(put.status.as_u16(), 200, "{}", put.text);
    assert!(changes.has_changed().unwrap());
    let told = lab.told().await;
    assert_ne!(told.mark(), before);
    assert_eq!(told.draw.unwrap().holdouts.programmes["talk"].share, 0.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_experiment_is_bound_by_the_rules_that_hang_on_it() {
    let lab = Lab::new().await;
    let three =
        json!([{"key": "none", "value": 0}, {"key": "short", "value": 1}, {"key": "long", "value": 2}]);
    lab.experiment("cheer", design(json!({"arms": three}))).await;
    assert_eq!(lab.keep(rule(json!({"arm": "long"}))).await.status.as_u16(), 201);
    let told = lab.door.get("/api/experiments/cheer", &lab.operator).await.json();
    assert_eq!(told["rules"], json!([{"code": "cheer", "name": "Cheer", "on": true, "arm": "long"}]));
    let bound = |said: &Said, field: &str| {
        let named = (409, "experiment-has-rules".to_owned(), field.to_owned(), "cheer".to_owned());
        assert_eq!(refused(said), named);
    };
    let put = async |design: Value| {
        let now = lab.door.get("/api/experiments/cheer", &lab.operator).await.json();
        lab.ask("PUT", "/api/experiments/cheer", json!({"after": now["revision"], "design": design})).await
    };
    bound(&put(design(json!({"unit": "viewer", "arms": three}))).await, "design.unit");
    bound(&put(design(json!({}))).await, "design.arms");
    assert_eq!(put(design(json!({"arms": three, "hypothesis": "Louder."}))).await.status.as_u16(), 200);
    let delete = async || lab.door.call("DELETE", "/api/experiments/cheer", &lab.operator, None).await;
    bound(&delete().await, "rules");
    assert_eq!(lab.act("cheer", "start").await.status.as_u16(), 200);
    // Ended in good order it is only when its rules are off; in an emergency at once.
    bound(&lab.act("cheer", "stop").await, "rules");
    assert_eq!(lab.act("cheer", "kill").await.status.as_u16(), 200);
    assert!(!lab.told().await.draw.unwrap().draw.runs());
    assert_eq!(lab.act("cheer", "start").await.status.as_u16(), 200);
    assert_eq!(lab.change(rule(json!({"arm": "long", "on": false})), 1).await.status.as_u16(), 200);
    assert_eq!(lab.act("cheer", "stop").await.status.as_u16(), 200);
    bound(&delete().await, "rules");
    let gone = lab.door.call("DELETE", "/api/rules/cheer?after=2", &lab.operator, None).await;
    assert_eq!(gone.status.as_u16(), 200);
    assert_eq!(delete().await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn holdouts_say_since_when_and_nobody_writes_over_another() {
    let lab = Lab::new().await;
    let put = async |body: Value| {
        lab.door.pass(1_000);
        lab.ask("PUT", "/api/holdouts", body).await
    };
    let first =
        put(json!({"everything": {"share": 0.05}, "programmes": {"talk": {"share": 0.1}}})).await.json();
    let at = first["changed_at"].clone();
    assert_eq!(first["since"], json!({"everything": at, "programme/talk": at}));
    // More of the same people is no new beginning; other people are.
    let more = json!({"everything": {"share": 0.1}, "programmes": {"talk": {"share": 0.1, "phase": 1}}, "after": at});
    let second = put(more.clone()).await.json();
    assert_eq!(second["since"], json!({"everything": at, "programme/talk": second["changed_at"]}));
    assert_eq!(put(more).await.refusal(), (409, "experiment-changed".to_owned()));
    let none = put(json!({"everything": {"share": 0.0}})).await.json();
    assert_eq!(none["since"], json!({}));
    let read = lab.door.get("/api/holdouts", &lab.operator).await.json();
    assert_eq!((&read["programmes"], &read["changed_at"]), (&json!({}), &none["changed_at"]));
    let again = put(json!({"everything": {"share": 0.1}})).await.json();
    assert_eq!(again["since"]["everything"], again["changed_at"]);
    let report = lab.door.get("/api/holdouts/report?metric=buyers", &lab.operator).await.json();
    assert_eq!((&report[0]["of"], &report[0]["held"]), (&json!("everything"), &json!(0)));
    let no_metric = lab.door.get("/api/holdouts/report?metric=luck", &lab.operator).await;
    assert_eq!(refused(&no_metric).2, "metric");
}
