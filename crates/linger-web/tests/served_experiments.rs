//! Experiments from a form to what viewers and shops see, and back as a report. It knows nothing of how any of it is drawn.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{
    Door, Said, Who,
    line::{Line, Open},
};
use linger_behaviour::{Fact, Number, Text, touch};
use linger_events::{Incoming, Who as By};
use linger_protocol::Role;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn design(more: Value) -> Value {
    let mut all = json!({
        "hypothesis": "A warm hello makes people stay.",
        "unit": "viewer",
        "places": ["rooms", "pages"],
        "flag": "say-hint",
        "arms": [{"key": "plain", "value": "Say something"}, {"key": "warm", "value": "Say hello to Li"}],
        "metrics": [
            {"key": "orders", "primary": true, "is": {"kind": "mean", "of": [{"event": "order.paid"}]}},
            {"key": "leaving", "wanted": "less", "is": {"kind": "hazard"}},
        ],
    });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

struct Lab {
    open: Open,
    operator: Who,
}

impl Lab {
    async fn new() -> Lab {
        let open = Open::new(Door::open().await).await;
        let operator = open.door.signed_in(Role::Operator).await;
        Lab { open, operator }
    }

    fn door(&self) -> &Door {
        &self.open.door
    }

    async fn make(&self, key: &str, design: Value) -> Said {
        self.door().post("/api/experiments", &self.operator, json!({"key": key, "design": design})).await
    }

    async fn put(&self, key: &str, after: u64, design: Value) -> Said {
        let body = json!({"after": after, "design": design}).to_string();
        let path = format!("/api/experiments/{key}");
        self.door().call("PUT", &path, &self.operator, Some(("application/json", body))).await
    }

    async fn act(&self, key: &str, name: &str, body: Value) -> Said {
        self.door().post(&format!("/api/experiments/{key}/{name}"), &self.operator, body).await
    }

    /// Makes an experiment and begins it.
    async fn run(&self, key: &str, design: Value) {
        let made = self.make(key, design).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        let begun = self.act(key, "start", json!({"after": 1})).await;
        assert_eq!(begun.status.as_u16(), 200, "{}", begun.text);
    }

    async fn report(&self, key: &str) -> Value {
        let said = self.door().get(&format!("/api/experiments/{key}/report"), &self.operator).await;
        assert_eq!(said.status.as_u16(), 200, "{}", said.text);
        said.json()
    }

    /// Asks until so many were counted: facts are told half a second after they happened.
    async fn counted(&self, key: &str, units: u64) -> Value {
        let begun = Instant::now();
        loop {
            let report = self.report(key).await;
            let arms = report["arms"].as_array().unwrap();
            if arms.iter().map(|it| it["units"].as_u64().unwrap()).sum::<u64>() == units {
                return report;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{report:#}");
            tokio::task::yield_now().await;
        }
    }

    async fn key(&self, trusted: bool, per_second: u32) -> Who {
        let body = json!({"name": "Shop", "source": "shop", "trusted": trusted, "per_second": per_second});
        let made = self.door().post("/api/write-keys", &self.operator, body).await;
        Who::bearer(made.json()["key"].as_str().unwrap())
    }

    async fn flag(&self, who: &Who, flag: &str, context: Value) -> Said {
        self.door().post(&format!("/ofrep/v1/evaluate/flags/{flag}"), who, json!({"context": context})).await
    }

    async fn append(&self, facts: Vec<Incoming>) {
        let events = self.door().events.clone();
        tokio::task::spawn_blocking(move || events.append(facts)).await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_experiment_reaches_viewers_and_each_is_counted_once_in_their_arm() {
    let lab = Lab::new().await;
    lab.run("hello", design(json!({}))).await;
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..12 {
        let guest = lab.door().guest("tea").await;
        let (line, welcome) = Line::join(lab.open.at, "tea", &guest, json!({})).await;
        let flag = welcome["flags"]["say-hint"].clone();
        // Whoever comes back is in the same arm, and is not counted again.
        drop(line);
        let (_, again) = Line::join(lab.open.at, "tea", &guest, json!({})).await;
        assert_eq!(again["flags"]["say-hint"], flag);
        *seen.entry(flag["arm"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        assert_eq!(flag["value"] == "Say hello to Li", flag["arm"] == "warm");
    }
    let report = lab.counted("hello", 12).await;
    for arm in report["arms"].as_array().unwrap() {
        assert_eq!(arm["units"].as_u64().unwrap(), *seen.get(arm["key"].as_str().unwrap()).unwrap_or(&0));
    }
    assert_eq!(report["verdict"]["code"], "too-early");
    // Staff see what there is without the experiment.
    let operator = lab.open.seat(Role::Operator).await;
    let (_, welcome) = Line::join(lab.open.at, "tea", &operator, json!({})).await;
    assert_eq!(welcome["flags"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kill_switch_reaches_who_is_there_with_the_next_ping() {
    let lab = Lab::new().await;
    lab.run("hello", design(json!({"programme": "talk"}))).await;
    let guest = lab.door().guest("tea").await;
    let (mut line, welcome) = Line::join(lab.open.at, "tea", &guest, json!({})).await;
    assert!(welcome["flags"]["say-hint"].is_object());
    lab.door().pass(1_000);
    let killed = lab.act("hello", "kill", json!({})).await.json();
    assert_eq!((&killed["status"], &killed["killed"]), (&json!("stopped"), &json!(true)));
    line.tell(json!({"t": "ping", "n": 1})).await;
    assert_eq!(line.kind("flags").await["flags"], json!({}));
    let report = lab.report("hello").await;
    assert!(report["notes"].as_array().unwrap().contains(&json!("killed")), "{report:#}");
    // Whoever is left alone by the programme is so from the next ping on.
    lab.door().pass(1_000);
    assert_eq!(lab.act("hello", "start", json!({"after": 3})).await.json()["version"], 2);
    line.tell(json!({"t": "ping", "n": 2})).await;
    assert_eq!(line.kind("flags").await["flags"]["say-hint"]["version"], 2);
    let words: Vec<_> = lab.door().get("/api/experiments/hello", &lab.operator).await.json()["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["what"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(words, ["made", "started", "killed", "started"]);
    let audit = lab.door().store.list_audit(None, 10).await.unwrap();
    assert!(audit.iter().any(|it| it.action == "experiment.killed" && it.subject == "experiment:hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_weights_while_it_runs_are_a_new_version_that_is_judged_from_then() {
    let lab = Lab::new().await;
    lab.run("hello", design(json!({}))).await;
    let guest = lab.door().guest("tea").await;
    drop(Line::join(lab.open.at, "tea", &guest, json!({})).await);
    lab.counted("hello", 1).await;
    lab.door().pass(1_000);
    let arms =
        json!([{"key": "plain", "value": "a", "weight": 1}, {"key": "warm", "value": "b", "weight": 3}]);
    let put = lab.put("hello", 2, design(json!({"arms": arms}))).await;
    assert_eq!((put.json()["version"].clone(), put.json()["revision"].clone()), (json!(2), json!(3)));
    let report = lab.report("hello").await;
    assert_eq!(report["arms"][0]["units"], 0);
    assert!(report["notes"].as_array().unwrap().contains(&json!("began-anew")));
    // The version before is still there to be read.
    let before = lab.door().get("/api/experiments/hello/report?version=1", &lab.operator).await.json();
    assert_eq!(
        before["arms"][0]["units"].as_u64().unwrap() + before["arms"][1]["units"].as_u64().unwrap(),
        1
    );
    assert_eq!(before["status"], "stopped");
    // Who saw an older form changes nothing.
    assert_eq!(
        lab.put("hello", 2, design(json!({}))).await.refusal(),
        (409, "experiment-changed".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_by_its_field_and_what_cannot_be_now_by_its_reason() {
    let lab = Lab::new().await;
    let field = |said: Said| (said.code(), said.json()["field"].as_str().unwrap_or_default().to_owned());
    for (more, wanted) in [
        (json!({"hypothesis": ""}), "design.hypothesis"),
        (json!({"unit": "planet"}), "design.unit"),
        (json!({"colour": 1}), "design.colour"),
        (json!({"arms": [{"key": "a", "value": 1}, {"key": "b", "value": "x"}]}), "design.arms[1].value"),
        (json!({"arms": [{"key": "a", "weight": "x", "value": 1}]}), "design.arms[0].weight"),
        (json!({"steps": [0.5, 0.1]}), "design.steps"),
        (json!({"detect": {"power": 2}}), "design.detect.power"),
    ] {
        let said = lab.make("hello", design(more)).await;
        assert_eq!(field(said), ("bad-experiment".to_owned(), wanted.to_owned()));
    }
    assert_eq!(field(lab.make("No", design(json!({}))).await).1, "key");
    lab.run("hello", design(json!({"coverage": 0.5, "steps": [0.5, 1.0]}))).await;
    assert_eq!(lab.make("hello", design(json!({}))).await.refusal(), (409, "experiment-taken".to_owned()));
    let refused = |said: Said| said.code();
    assert_eq!(refused(lab.act("hello", "start", json!({"after": 2})).await), "experiment-runs");
    assert_eq!(
        refused(lab.act("hello", "rollout", json!({"after": 2, "coverage": 0.1})).await),
        "rollout-only-grows"
    );
    assert_eq!(field(lab.act("hello", "rollout", json!({"after": 2})).await).1, "coverage");
    assert_eq!(field(lab.act("hello", "pause", json!({})).await).1, "after");
    assert_eq!(refused(lab.act("hello", "explode", json!({"after": 2})).await), "no-such-move");
    assert_eq!(refused(lab.act("none", "start", json!({"after": 2})).await), "no-such-experiment");
    let delete = lab.door().call("DELETE", "/api/experiments/hello", &lab.operator, None).await;
    assert_eq!(delete.refusal(), (409, "experiment-runs".to_owned()));
    // One flag has one experiment, unless they share out a layer.
    lab.make("other", design(json!({}))).await;
    assert_eq!(refused(lab.act("other", "start", json!({"after": 1})).await), "flag-taken");
    let wider = lab.act("hello", "rollout", json!({"after": 2, "coverage": 1.0})).await;
    assert_eq!(wider.json()["design"]["coverage"], 1.0);
    lab.act("hello", "stop", json!({})).await;
    assert_eq!(refused(lab.act("hello", "pause", json!({"after": 4})).await), "experiment-not-running");
    assert_eq!(lab.act("other", "start", json!({"after": 1})).await.status.as_u16(), 200);
    let part = |from: f64, to: f64| json!({"slot": {"layer": "talk", "from": from, "to": to}});
    lab.act("other", "stop", json!({})).await;
    lab.run("left", design(part(0.0, 0.5))).await;
    lab.run("right", design(part(0.5, 1.0))).await;
    lab.make("middle", design(part(0.4, 0.6))).await;
    assert_eq!(refused(lab.act("middle", "start", json!({"after": 1})).await), "slot-taken");
    let delete = lab.door().call("DELETE", "/api/experiments/hello", &lab.operator, None).await;
    assert_eq!(delete.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn shops_are_told_flags_by_openfeatures_protocol() {
    let lab = Lab::new().await;
    lab.run("hello", design(json!({}))).await;
    lab.run("price", design(json!({"flag": "", "places": ["servers"]}))).await;
    lab.run("hosts", design(json!({"flag": "", "unit": "host", "places": ["pages"]}))).await;
    let (server, page) = (lab.key(true, 1_000).await, lab.key(false, 1_000).await);
    let ann = || json!({"targetingKey": "ann"});
    let told = lab.flag(&page, "say-hint", ann()).await.json();
    assert_eq!((&told["key"], &told["reason"]), (&json!("say-hint"), &json!("SPLIT")));
    let exposure = format!("hello/1/{}", told["variant"].as_str().unwrap());
    assert_eq!(told["metadata"], json!({"experiment": "hello", "version": 1, "exposure": exposure}));
    // The same visitor gets the same from another key, and is counted once.
    assert_eq!(lab.flag(&server, "say-hint", ann()).await.json()["variant"], told["variant"]);
    lab.counted("hello", 1).await;
    let failure =
        |said: Said| (said.status.as_u16(), said.json()["errorCode"].as_str().unwrap_or_default().to_owned());
    let fault = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(failure(lab.flag(&page, "none", ann()).await), fault(404, "FLAG_NOT_FOUND"));
    assert_eq!(failure(lab.flag(&page, "say-hint", json!({})).await), fault(400, "TARGETING_KEY_MISSING"));
    assert_eq!(
        failure(lab.flag(&page, "say-hint", json!({"targetingKey": 7})).await),
        fault(400, "INVALID_CONTEXT")
    );
    assert_eq!(failure(lab.flag(&page, "say-hint", json!([])).await), fault(400, "INVALID_CONTEXT"));
    assert_eq!(failure(lab.flag(&page, "hosts", ann()).await), fault(400, "INVALID_CONTEXT"));
    assert_eq!(lab.flag(&page, "hosts", json!({"host": "Li"})).await.json()["reason"], "SPLIT");
    assert_eq!(lab.flag(&page, "price", ann()).await.refusal(), (403, "flag-for-servers".to_owned()));
    assert_eq!(lab.flag(&server, "price", ann()).await.status.as_u16(), 200);
    assert_eq!(lab.flag(&Who::default(), "price", ann()).await.refusal(), (401, "bad-key".to_owned()));
    assert_eq!(lab.flag(&Who::bearer("wk_no"), "price", ann()).await.refusal(), (401, "bad-key".to_owned()));
    let path = "/ofrep/v1/evaluate/flags/price";
    let broken = lab.door().call("POST", path, &server, Some(("application/json", "{".to_owned()))).await;
    assert_eq!(failure(broken), fault(400, "PARSE_ERROR"));
    lab.act("price", "stop", json!({})).await;
    let off = lab.flag(&server, "price", ann()).await.json();
    assert_eq!(
        (&off["reason"], &off["value"], &off["variant"]),
        (&json!("DISABLED"), &json!("Say something"), &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_flags_come_with_a_tag_and_are_not_sent_again_while_nothing_changed() {
    let lab = Lab::new().await;
    lab.run("hello", design(json!({}))).await;
    lab.run("price", design(json!({"flag": "", "places": ["servers"]}))).await;
    let page = lab.key(false, 1_000).await;
    let ask = async |tag: &str| {
        let request = axum::http::Request::post("/ofrep/v1/evaluate/flags")
            .header("x-api-key", page.bearer.as_ref().unwrap())
            .header("if-none-match", tag)
            .header("content-type", "application/json")
            .body(axum::body::Body::from(json!({"context": {"targetingKey": "ann"}}).to_string()));
        lab.door().send(request.unwrap()).await
    };
    let first = ask("\"none\"").await;
    let flags = first.json()["flags"].clone();
    assert_eq!((flags.as_array().unwrap().len(), &flags[0]["key"]), (1, &json!("say-hint")));
    let tag = first.header("etag").to_owned();
    let again = ask(&format!("\"x\", W/{tag}")).await;
    assert_eq!((again.status.as_u16(), again.text.as_str(), again.header("etag")), (304, "", tag.as_str()));
    lab.act("hello", "pause", json!({"after": 2})).await;
    let paused = ask(&tag).await;
    assert_eq!((paused.status.as_u16(), &paused.json()["flags"][0]["reason"]), (200, &json!("DISABLED")));
    // A page asks for all flags ahead: nobody was shown one by that.
    let report = lab.report("hello").await;
    assert_eq!((&report["arms"][0]["units"], &report["arms"][1]["units"]), (&json!(0), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_asks_too_much_is_told_when_to_come_again() {
    let lab = Lab::new().await;
    lab.run("hello", design(json!({}))).await;
    let page = lab.key(false, 1).await;
    let mut said = lab.flag(&page, "say-hint", json!({"targetingKey": "ann"})).await;
    for _ in 0..3_000 {
        if said.status.as_u16() == 429 {
            break;
        }
        said = lab.flag(&page, "say-hint", json!({"targetingKey": "ann"})).await;
    }
    assert_eq!(said.refusal(), (429, "too-many".to_owned()));
    assert!(said.header("retry-after").parse::<u64>().unwrap() >= 1);
}

/// Facts of people who were given arms over OFREP, and bought as the arm makes them.
async fn shop_of(lab: &Lab, people: u64, lift: u64) {
    let server = lab.key(true, 100_000).await;
    let mut facts = vec![];
    let at_ms = lab.door().now().0 + 1_000;
    for n in 0..people {
        let name = format!("customer-{n}");
        let said = lab.flag(&server, "say-hint", json!({"targetingKey": name})).await.json();
        let orders = n % 3 + if said["variant"] == "warm" { lift } else { 0 };
        for order in 0..orders {
            let id = u128::from(n * 100 + order) + 1;
            let fact =
                Fact { at_ms, received_ms: at_ms, name: touch::ORDER_PAID.into(), id, ..Fact::default() };
            let fact = fact.with(Text::Currency, "CNY").with_number(Number::AmountMinor, 900);
            facts.push(Incoming { who: By::known(&name), fact, alias: None });
        }
    }
    lab.append(facts).await;
    lab.door().pass(60_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_flags_and_facts_a_report_finds_what_is_there_and_says_when_nothing_is() {
    for (lift, wanted) in [(1, "better"), (0, "no-effect")] {
        let lab = Lab::new().await;
        lab.run("hello", design(json!({}))).await;
        shop_of(&lab, 400, lift).await;
        let report = lab.counted("hello", 400).await;
        assert_eq!(report["verdict"]["code"], wanted, "{report:#}");
        let effect = &report["metrics"][0]["against"][0]["effect"];
        let (low, high) =
            (effect["always"]["low"].as_f64().unwrap(), effect["always"]["high"].as_f64().unwrap());
        #[expect(clippy::cast_precision_loss, reason = "0 or 1")]
        let truth = lift as f64;
        assert!(low < truth && truth < high, "{effect}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_left_alone_gets_what_is_there_today_and_is_counted_apart() {
    let lab = Lab::new().await;
    let put = |body: Value| {
        let body = Some(("application/json", body.to_string()));
        lab.door().call("PUT", "/api/holdouts", &lab.operator, body)
    };
    assert_eq!(put(json!({"everything": {"share": 0.6}})).await.json()["field"], "everything.share");
    let kept = put(json!({"everything": {"share": 0.5}, "programmes": {"talk": {"share": 0.1}}})).await;
    assert_eq!(kept.status.as_u16(), 200, "{}", kept.text);
    lab.run("hello", design(json!({"programme": "talk"}))).await;
    let page = lab.key(false, 1_000).await;
    let mut reasons = std::collections::BTreeMap::new();
    for n in 0..100 {
        let told = lab.flag(&page, "say-hint", json!({"targetingKey": format!("v{n}")})).await.json();
        *reasons.entry(told["reason"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert!(reasons["DEFAULT"] > 35 && reasons["SPLIT"] > 25, "{reasons:?}");
    let holdouts = lab.door().get("/api/holdouts", &lab.operator).await.json();
    assert_eq!(holdouts["programmes"]["talk"]["share"], 0.1);
    let report = lab.report("hello").await;
    let of: Vec<_> = report["holdings"].as_array().unwrap().iter().map(|it| it["of"].clone()).collect();
    assert_eq!(of, ["everything", "programme/talk"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_switched_is_told_with_the_first_ping_after_the_switch() {
    let lab = Lab::new().await;
    let switch = json!({"stretch_s_min": 60, "stretch_s_max": 60, "burn_in_s": 20});
    lab.run("hello", design(json!({"unit": "room", "switch": switch, "places": ["rooms"]}))).await;
    let guest = lab.door().guest("tea").await;
    let (mut line, welcome) = Line::join(lab.open.at, "tea", &guest, json!({})).await;
    let mut arms = vec![welcome["flags"]["say-hint"]["arm"].as_str().unwrap().to_owned()];
    for n in 0..12 {
        lab.door().pass(60_000);
        line.tell(json!({"t": "ping", "n": n})).await;
        arms.push(line.kind("flags").await["flags"]["say-hint"]["arm"].as_str().unwrap().to_owned());
    }
    arms.sort();
    arms.dedup();
    assert_eq!(arms, ["plain", "warm"], "thirteen draws of one arm");
}
