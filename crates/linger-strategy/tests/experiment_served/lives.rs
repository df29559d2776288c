//! Designs that cannot be, and what may be done with an experiment when.

use super::world::design;
use linger_strategy::experiment::{Life, Move, NotNow, Status};
use serde_json::{Value, json};

#[test]
fn every_field_that_is_wrong_is_named() {
    let fields = |more: Value| design(more).check().into_iter().map(|it| it.field).collect::<Vec<_>>();
    assert!(fields(json!({})).is_empty());
    let two = |one: Value, other: Value| json!({"arms": [{"key": "a", "value": one}, {"key": "b", "value": other}]});
    assert_eq!(fields(json!({"hypothesis": " "})), ["hypothesis"]);
    assert_eq!(fields(json!({"flag": "No Name"})), ["flag"]);
    assert_eq!(fields(two(json!(true), json!("yes"))), ["arms[1].value"]);
    assert_eq!(fields(two(json!(null), json!(null))), ["arms[0].value", "arms[1].value"]);
    assert_eq!(fields(two(json!("x".repeat(5_000)), json!(""))), ["arms[0].value"]);
    assert_eq!(
        fields(json!({"arms": [{"key": "held-out", "value": 1}, {"key": "b", "value": 2}]})),
        ["arms[0].key"]
    );
    assert_eq!(
        fields(json!({"arms": [{"key": "a", "value": 1}, {"key": "a", "value": 2}]})),
        ["arms[1].key"]
    );
    assert_eq!(
        fields(json!({"arms": [{"key": "a", "weight": 0, "value": 1}, {"key": "b", "value": 2}]})),
        ["arms[0].weight"]
    );
    assert_eq!(fields(json!({"coverage": 1.1, "hold_out": -0.1})), ["hold_out", "coverage"]);
    assert_eq!(fields(json!({"steps": [0.5, 0.1]})), ["steps"]);
    assert_eq!(fields(json!({"metrics": []})), ["metrics", "metrics"]);
    let metric = |is: Value| json!({"metrics": [{"key": "m", "primary": true, "is": is}]});
    assert_eq!(fields(metric(json!({"kind": "mean", "of": []}))), ["metrics[0].is"]);
    let no_currency = json!({"kind": "mean", "of": [{"event": "order.paid", "take": "amount"}]});
    assert_eq!(fields(metric(no_currency)), ["metrics[0].is"]);
    let counts = json!({"kind": "quantile", "level": 0.5, "of": {"event": "order.paid"}});
    assert_eq!(fields(metric(counts)), ["metrics[0].is"]);
    assert_eq!(fields(json!({"detect": {"alpha": 0.5}})), ["detect.alpha"]);
    assert_eq!(fields(json!({"detect": {"once": true}})), ["detect.units"]);
    assert_eq!(fields(json!({"unit": "room"})), ["switch"]);
    let quick = json!({"unit": "room", "switch": {"stretch_s_min": 5, "stretch_s_max": 9, "burn_in_s": 1}});
    assert_eq!(fields(quick), ["switch.stretch_s_min"]);
    assert_eq!(fields(json!({"unit": "shop"})), ["places"]);
    assert_eq!(fields(json!({"slot": {"layer": "top", "from": 0.5, "to": 0.5}})), ["slot.to"]);
}

fn life(status: Status) -> Life {
    Life { status, version: 1, design: design(json!({"coverage": 0.5})) }
}

#[test]
fn an_experiment_that_begins_anew_is_drawn_anew_and_one_that_goes_on_is_not() {
    let after = |status, by| life(status).moved(by).map(|it| (it.status, it.version));
    assert_eq!(after(Status::Draft, Move::Start), Ok((Status::Running, 1)));
    assert_eq!(after(Status::Running, Move::Start), Err(NotNow::Running));
    assert_eq!(after(Status::Running, Move::Pause), Ok((Status::Paused, 1)));
    assert_eq!(after(Status::Paused, Move::Resume), Ok((Status::Running, 1)));
    assert_eq!(after(Status::Paused, Move::Kill), Ok((Status::Stopped, 1)));
    assert_eq!(after(Status::Stopped, Move::Start), Ok((Status::Running, 2)));
    assert_eq!(after(Status::Draft, Move::Stop), Err(NotNow::NotRunning));
    assert_eq!(after(Status::Stopped, Move::Kill), Err(NotNow::NotRunning));
}

#[test]
fn a_rollout_only_grows_and_other_weights_are_another_version() {
    let running = life(Status::Running);
    assert_eq!(running.moved(Move::RollOut(0.4)), Err(NotNow::OnlyGrows));
    assert_eq!(running.moved(Move::RollOut(0.8)).unwrap().design.coverage, 0.8);
    assert_eq!(life(Status::Draft).moved(Move::RollOut(0.8)), Err(NotNow::NotRunning));
    let mut wider = running.design.clone();
    wider.coverage = 0.9;
    wider.hypothesis = "Another one.".to_owned();
    assert_eq!(running.redesigned(wider.clone()).unwrap().version, 1);
    wider.coverage = 0.1;
    assert_eq!(running.redesigned(wider.clone()), Err(NotNow::OnlyGrows));
    wider.arms[1].weight = 3.0;
    let anew = running.redesigned(wider.clone()).unwrap();
    assert_eq!((anew.version, anew.design.shares()), (2, vec![0.25, 0.75]));
    // A draft is changed as one likes.
    assert_eq!(life(Status::Draft).redesigned(wider).unwrap().version, 1);
}
