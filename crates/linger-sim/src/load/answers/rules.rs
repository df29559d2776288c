//! The rules of the rooms: the one that answers, the ready ones, and as many others as it takes. It does not know how they
//! are evaluated.

use super::{
    Trigger,
    stage::{ANSWER, Stage},
};
use crate::{door::StaffSession, fault::Fault};
use serde_json::{Value, json};

/// Conditions of every scope and shape that look at every event; `{}` is another number for each.
const SHAPES: [(&str, &str); 8] = [
    ("room", "comments_per_min > {}.0 && here >= 5000.0"),
    ("room", "leave_hazard > {}.5 * leave_hazard_usual && leaves >= 500.0"),
    ("room", "likes_per_min / math.greatest(here, 1.0) > {}000.0 || orders_per_min > {}00000.0"),
    ("room", "stall_share > 0.{} && here >= 1000.0"),
    ("segment", "dwell_s < 0.{} * dwell_usual_s && segment_s >= 60.0"),
    ("source", "joins >= {}000.0 && source_age_s <= 300.0"),
    ("viewer", "stay_s >= {}000.0 && viewer_comments >= 5.0"),
    ("room", "clicks_per_min > {}000.0 && open_questions >= 3.0"),
];

/// Keeps `count` rules in all. Those that only look prompt the host, and none of them finds its occasion in a quiet room.
pub(super) async fn keep(staff: &StaffSession, stages: &[Stage], count: usize) -> Result<(), Fault> {
    let listed: Value = staff.get("reading the rules", "/api/rules").await?;
    let list = |name: &str| listed[name].as_array().cloned().unwrap_or_default();
    let there: Vec<Value> = list("rules").iter().map(|it| it["code"].clone()).collect();
    let ready =
        list("ready").into_iter().filter(|it| !there.contains(&it["code"])).map(|it| it["rule"].clone());
    let mut rules: Vec<Value> = ready.map(switched_on).collect();
    rules.extend([Trigger::Comment, Trigger::Order].map(|it| answering(it, stages)));
    let others = count.saturating_sub(there.len() + rules.len() - 1);
    rules.extend((0..others).map(looking));
    for rule in rules {
        let kept = json!({ "rule": rule, "after": 0 });
        staff.post::<Value>("keeping a rule", "/api/rules", &kept).await?;
    }
    Ok(())
}

/// A ready rule that works. What it announces would be taken for the answer: it prompts instead.
fn switched_on(mut rule: Value) -> Value {
    rule["on"] = json!(true);
    if rule["do"]["act"] == "announce" {
        rule["do"]["act"] = json!("prompt-host");
    }
    rule
}

fn answering(trigger: Trigger, stages: &[Stage]) -> Value {
    let rooms: Vec<&str> =
        stages.iter().filter(|it| it.trigger == trigger).map(|it| it.room.as_str()).collect();
    let (code, metric) = match trigger {
        Trigger::Comment => ("answer-comment", "viewer_comments"),
        Trigger::Order => ("answer-order", "viewer_orders"),
    };
    json!({
        "code": code, "name": "Answer", "on": true, "rooms": rooms, "scope": { "of": "viewer" }, "window_s": 10,
        "when": { "all": [{ "metric": metric, "is": "at-least", "than": 1 }] },
        "do": { "act": "announce", "text": ANSWER },
        "cool_down_s": 10, "budget": { "times": 1_000 }, "priority": 100, "hold_out": 0,
    })
}

fn looking(n: usize) -> Value {
    let (scope, when) = SHAPES[n % SHAPES.len()];
    let when = when.replace("{}", &(1 + n / SHAPES.len()).to_string());
    let (window_s, hold_s) = ([15, 30, 60, 120, 300][n % 5], [0, 5, 20][n % 3]);
    json!({
        "code": format!("looking-{n}"), "name": "Looking", "on": true, "scope": { "of": scope },
        "window_s": window_s, "when": { "cel": when }, "hold_s": hold_s,
        "do": { "act": "prompt-host", "text": "Look" }, "cool_down_s": 60, "budget": { "times": 1_000 },
        "hold_out": 0.2,
    })
}
