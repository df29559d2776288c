//! How many facts a second one core takes in with a hundred segments, and what a person costs in memory. It knows no shop.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a measurement")]

use linger_behaviour::{Fact, Number, PersonKey, Text, touch};
use linger_strategy::segment::{Calendar, Engine, SegmentDef, Spec, StageRule, ready_segments};
use std::{fs, sync::Arc};

const BEGIN: i64 = 1_708_387_200_000;
const DAY: i64 = 86_400_000;

fn defs() -> Vec<SegmentDef> {
    let mut defs: Vec<SegmentDef> = ready_segments(30).into_iter().map(|it| it.def).collect();
    let events = [touch::ENTERED, touch::INTERACTED, touch::CARD_CLICKED, touch::CART_ADDED, touch::ORDER_PAID];
    let mut i = 0;
    while defs.len() < 100 {
        let (event, days, least) = (events[i % 5], [1, 7, 30, 90, 180][i / 5 % 5], 1 + i % 6);
        let text = format!(
            r#"{{"id":"s{i}","when":{{"if":"all","of":[
                {{"if":"did","event":"{event}","at_least":{least},"within_days":{days}}},
                {{"if":"not","of":{{"if":"did","event":"order.paid",
                   "where":[{{"text":"source","is":["feed"]}}],"within_days":{days}}}}}]}}}}"#
        );
        defs.push(serde_json::from_str(&text).unwrap());
        i += 1;
    }
    defs
}

/// Seconds this thread has had a processor: what others do on the machine does not count.
fn cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

fn main() {
    let (people, facts) = (200_000u64, 4_000_000u64);
    let spec = Arc::new(Spec::new(&defs(), StageRule::default()).unwrap());
    let mut engine = Engine::new(spec, Calendar::new("Asia/Shanghai").unwrap(), BEGIN);
    let mut seed = 1u64;
    let mut dice = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let names = [touch::ENTERED, touch::LEFT, touch::INTERACTED, touch::CARD_SEEN, touch::CARD_CLICKED, touch::ORDER_PAID];
    let weights = [25, 50, 75, 90, 98, 100];
    let (mut spent, mut changed, mut rolled) = (0.0, 0, 0.0f64);
    let mut changes = Vec::new();
    for batch in 0..facts / 10_000 {
        let now = BEGIN + i64::try_from(batch).unwrap() * 60 * DAY * 10_000 / i64::try_from(facts).unwrap();
        let batch: Vec<Fact> = (0..10_000)
            .map(|_| {
                // Heavy-tailed: the product of two draws favours few.
                let person = dice(people) * dice(people) / people;
                let roll = dice(100);
                let name = names[weights.iter().position(|it| roll < *it).unwrap()];
                let fact = Fact { person: PersonKey(person), at_ms: now, name: name.into(), ..Fact::default() };
                fact.with(Text::Source, ["feed", "share", "direct"][usize::try_from(dice(3)).unwrap()])
                    .with_number(Number::AmountMinor, 100)
            })
            .collect();
        let began = cpu_s();
        engine.advance(now, &mut changes);
        rolled = rolled.max(cpu_s() - began);
        let began = cpu_s();
        engine.apply(&batch, &mut changes);
        spent += cpu_s() - began;
        changed += changes.len();
        changes.clear();
    }
    let figures = engine.figures();
    println!(
        r#"{{"bench":"segments","segments":100,"facts":{facts},"facts_per_s":{:.0},"changes":{changed},"people":{},"bytes_per_person":{:.0},"midnight_ms_max":{:.1}}}"#,
        facts as f64 / spent,
        figures.people,
        figures.bytes as f64 / figures.people as f64,
        rolled * 1_000.0,
    );
}
