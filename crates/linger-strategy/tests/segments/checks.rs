//! Segments as they are written: what is taken, what is refused and by which field, and what is told while nobody watched.

use super::world::{BEGIN, DAY};
use linger_behaviour::{Fact, Number, PersonKey, Text, touch};
use linger_strategy::segment::{
    BadSegment, Calendar, Change, Condition, Engine, Mark, Marks, SegmentDef, Spec, StageRule, ready_segments,
};
use std::sync::Arc;

fn def(json: &str) -> SegmentDef {
    serde_json::from_str(&format!(r#"{{"id":"one","when":{json}}}"#)).unwrap()
}

fn refused(json: &str) -> BadSegment {
    Spec::new(&[def(json)], StageRule::default()).unwrap_err()
}

fn engine(json: &str) -> Engine {
    let spec = Spec::new(&[def(json)], StageRule::default()).unwrap();
    Engine::new(Arc::new(spec), Calendar::new("Asia/Shanghai").unwrap(), BEGIN)
}

fn paid(person: u64, at_ms: i64, amount: i64) -> Fact {
    let fact = Fact { person: PersonKey(person), at_ms, name: touch::ORDER_PAID.into(), ..Fact::default() };
    fact.with_number(Number::AmountMinor, amount).with(Text::Source, "feed")
}

#[test]
fn what_cannot_be_meant_is_refused_by_its_field() {
    let field = |json: &str| refused(json).field;
    assert_eq!(field(r#"{"if":"all","of":[]}"#), "of");
    assert_eq!(field(r#"{"if":"did","event":"x","within_days":0}"#), "within_days");
    assert_eq!(field(r#"{"if":"did","event":"x","within_days":181}"#), "within_days");
    assert_eq!(field(r#"{"if":"did","event":"x","count":"days"}"#), "within_days");
    assert_eq!(field(r#"{"if":"did","event":"x","at_least":3,"at_most":2}"#), "at_least");
    assert_eq!(field(r#"{"if":"did","event":"x","at_most":70000}"#), "at_most");
    assert_eq!(field(r#"{"if":"did","event":"","at_least":1}"#), "event");
    assert_eq!(field(r#"{"if":"did","event":"segment.entered"}"#), "event");
    assert_eq!(field(r#"{"if":"did","event":"x","where":[{"text":"order","is":["o1"]}]}"#), "text");
    assert_eq!(field(r#"{"if":"property","text":"source","is":[]}"#), "is");
    assert_eq!(field(r#"{"if":"score","score":"ltv"}"#), "at_least");
    assert_eq!(field(r#"{"if":"tag","tag":""}"#), "tag");
    let many = format!(r#"{{"if":"any","of":[{}]}}"#, vec![r#"{"if":"tag","tag":"t"}"#; 50].join(","));
    assert_eq!(field(&many), "when");
    let deep =
        format!("{}{}{}", r#"{"if":"not","of":"#.repeat(10), r#"{"if":"tag","tag":"t"}"#, "}".repeat(10));
    assert_eq!(field(&deep), "when");
}

#[test]
fn unknown_fields_and_conditions_are_not_read_past() {
    for json in [
        r#"{"if":"did","event":"x","witin_days":3}"#,
        r#"{"if":"sometimes"}"#,
        r#"{"if":"did","event":"x","where":[{"text":"source","is":["a"],"not":true}]}"#,
        r#"{"if":"property","text":"shoe_size","is":["42"]}"#,
    ] {
        assert!(serde_json::from_str::<Condition>(json).is_err(), "{json}");
    }
}

#[test]
fn two_segments_of_one_name_and_one_too_many_are_refused() {
    let one = def(r#"{"if":"tag","tag":"vip"}"#);
    assert_eq!(Spec::new(&[one.clone(), one.clone()], StageRule::default()).unwrap_err().field, "id");
    let named = |i: usize| SegmentDef { id: format!("s{i}").into(), when: one.when.clone() };
    let many: Vec<_> = (0..257).map(named).collect();
    assert_eq!(Spec::new(&many, StageRule::default()).unwrap_err().field, "segments");
    assert!(Spec::new(&many[..256], StageRule::default()).is_ok());
    let named = SegmentDef { id: "Big Spenders".into(), when: one.when };
    assert_eq!(Spec::new(&[named], StageRule::default()).unwrap_err().field, "id");
}

#[test]
fn what_is_written_reads_back_as_it_was() {
    for ready in ready_segments(30) {
        let text = serde_json::to_string(&ready.def).unwrap();
        assert_eq!(serde_json::from_str::<SegmentDef>(&text).unwrap(), ready.def);
    }
}

#[test]
fn the_ready_library_is_taken_whole_for_any_cycle() {
    for cycle in [0, 1, 30, 400, u16::MAX] {
        let defs: Vec<_> = ready_segments(cycle).into_iter().map(|it| it.def).collect();
        Spec::new(&defs, StageRule::default()).unwrap();
    }
}

#[test]
fn people_leave_a_window_at_the_shops_own_midnight() {
    let mut engine = engine(r#"{"if":"did","event":"order.paid","at_least":2,"within_days":7}"#);
    let mut changes = vec![];
    engine.apply(&[paid(1, BEGIN, 5), paid(1, BEGIN - DAY, 5)], &mut changes);
    assert_eq!(changes, [Change { person: PersonKey(1), segment: 0, entered: true }]);
    assert_eq!(engine.count("one"), Some(1));
    // BEGIN is 08:00 in Shanghai, so the day before yesterday's seventh midnight is five days and 16 hours away.
    let leaves = BEGIN + 5 * DAY + 16 * 3_600_000;
    changes.clear();
    engine.advance(leaves - 1, &mut changes);
    assert_eq!(changes, []);
    assert_eq!(engine.wakes_at_ms(), leaves);
    engine.advance(leaves, &mut changes);
    assert_eq!(changes, [Change { person: PersonKey(1), segment: 0, entered: false }]);
}

#[test]
fn filters_tags_and_scores_decide_together() {
    let mut engine = engine(
        r#"{"if":"all","of":[
            {"if":"did","event":"order.paid","where":[{"text":"source","is":["feed"]},{"number":"amount_minor","at_least":100}]},
            {"if":"tag","tag":"vip"},
            {"if":"score","score":"p_alive","at_most":0.5}]}"#,
    );
    let mut changes = vec![];
    engine.apply(&[paid(1, BEGIN, 99), paid(2, BEGIN, 100)], &mut changes);
    for person in [1, 2].map(PersonKey) {
        engine.mark(person, Mark::Tag("vip", true), &mut changes);
        engine.mark(person, Mark::Score("p_alive", Some(0.4)), &mut changes);
    }
    assert_eq!(engine.members("one", None, 10), [PersonKey(2)]);
    engine.mark(PersonKey(2), Mark::Score("p_alive", Some(f64::NAN)), &mut changes);
    assert_eq!(engine.count("one"), Some(0));
    engine.mark(PersonKey(2), Mark::Score("p_alive", Some(0.5)), &mut changes);
    engine.mark(PersonKey(2), Mark::Tag("vip", false), &mut changes);
    assert_eq!(engine.count("one"), Some(0));
}

#[test]
fn scores_of_everybody_at_once_tell_only_what_they_change() {
    let mut engine = engine(r#"{"if":"score","score":"rfm_tier","at_least":3}"#);
    let mut changes = vec![];
    engine.apply(&[paid(1, BEGIN, 5), paid(2, BEGIN, 5), paid(3, BEGIN, 5)], &mut changes);
    let marks = |tiers: [f64; 2]| {
        let mut marks = Marks::new();
        for (person, tier) in [2, 1].map(PersonKey).into_iter().zip(tiers) {
            marks.say(person, Mark::Score("p_alive", Some(0.5)));
            marks.say(person, Mark::Score("rfm_tier", Some(tier)));
        }
        marks
    };
    let change = |person, entered| Change { person: PersonKey(person), segment: 0, entered };
    engine.rescore(&marks([4.0, 3.0]), &mut changes);
    assert_eq!(changes, [change(1, true), change(2, true)]);
    changes.clear();
    engine.rescore(&marks([3.0, 4.0]), &mut changes);
    assert_eq!((changes.len(), engine.count("one")), (0, Some(2)));
    engine.rescore(&marks([2.0, 4.0]), &mut changes);
    assert_eq!((&changes[..], engine.count("one")), (&[change(2, false)][..], Some(1)));
    engine.rescore(&Marks::new(), &mut changes);
    assert_eq!(engine.count("one"), Some(0));
}

#[test]
fn facts_that_still_name_who_somebody_was_are_theirs() {
    let mut engine = engine(r#"{"if":"did","event":"order.paid","at_least":2}"#);
    let mut changes = vec![];
    engine.apply(&[paid(1, BEGIN, 5)], &mut changes);
    engine.merge(PersonKey(1), PersonKey(2), &mut changes);
    engine.merge(PersonKey(2), PersonKey(3), &mut changes);
    engine.merge(PersonKey(1), PersonKey(3), &mut changes);
    engine.apply(&[paid(1, BEGIN, 5)], &mut changes);
    assert_eq!(changes, [Change { person: PersonKey(3), segment: 0, entered: true }]);
    assert_eq!(engine.figures().people, 1);
}

#[test]
fn two_who_turn_out_to_be_one_count_once_and_enter_once() {
    let mut engine = engine(r#"{"if":"did","event":"order.paid","at_least":2}"#);
    let mut changes = vec![];
    engine.apply(&[paid(1, BEGIN, 5), paid(2, BEGIN, 5)], &mut changes);
    assert_eq!(changes, []);
    engine.merge(PersonKey(1), PersonKey(2), &mut changes);
    assert_eq!(changes, [Change { person: PersonKey(2), segment: 0, entered: true }]);
    engine.apply(&[paid(3, BEGIN, 5), paid(3, BEGIN, 5)], &mut changes);
    changes.clear();
    engine.merge(PersonKey(3), PersonKey(2), &mut changes);
    assert_eq!((changes.len(), engine.count("one")), (0, Some(1)));
    engine.erase(PersonKey(2));
    assert_eq!((engine.count("one"), engine.figures().people), (Some(0), 0));
}

#[test]
fn a_million_facts_of_one_person_take_no_more_room_than_their_days() {
    let mut engine = engine(r#"{"if":"did","event":"order.paid","at_least":500,"within_days":180}"#);
    let facts: Vec<_> = (0..1_000_000).map(|i| paid(1, BEGIN - (i % 400) * DAY, 1)).collect();
    let mut changes = vec![];
    engine.apply(&facts, &mut changes);
    assert_eq!(engine.count("one"), Some(1));
    assert!(engine.figures().bytes < 4_096, "{:?}", engine.figures());
}
