//! Shows lived through twice: the same people in both worlds, a real room that its log rebuilds, rules that act in one and
//! are held out in the other. It does not know reports of experiments.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_ground::{
    Acts, Arms, Ask, Evening, Plan, Show, World, causes::Causes, coupon_rule, live, truth::Stayed,
    truth::truth,
};
use linger_protocol::{Event, RoomId, RuleEvent};
use linger_room::Room;
use linger_strategy::rule::ready;
use std::collections::BTreeSet;

fn world(effects: &str) -> World {
    let rules = ready::all(ready::Tongue::English);
    World::new(Causes::parse(effects).unwrap(), rules, 1_800, 50.0)
}

fn show(seed: u64) -> Show {
    Show { seed, room: RoomId::new("ground").unwrap(), host: format!("host {seed}"), first_person: 1 << 20 }
}

fn both(world: &World, seed: u64) -> [Evening; 2] {
    [Arms::Nobody, Arms::All].map(|arms| live(world, &show(seed), arms))
}

fn sum(evening: &Evening, of: fn(&Acts) -> u64) -> u64 {
    evening.acts.values().map(of).sum()
}

#[test]
fn the_same_seed_is_the_same_show_and_another_one_is_another() {
    let world = world("default");
    let [one, again] = [1, 1].map(|seed| live(&world, &show(seed), Arms::All));
    assert_eq!((&one.log, &one.lived), (&again.log, &again.lived));
    assert_ne!(one.lived, live(&world, &show(2), Arms::All).lived);
}

#[test]
fn without_effects_nobody_stays_a_second_longer_whatever_rules_do() {
    let world = world("zero");
    for seed in 0..3 {
        let [without, with] = both(&world, seed);
        assert!(sum(&with, |it| it.done) > 3, "seed {seed}: {:?}", with.acts);
        assert_eq!(without.lived, with.lived, "seed {seed}");
    }
}

#[test]
fn with_them_the_same_people_come_and_most_stay_longer_where_rules_act() {
    let world = world("default");
    let mut worlds = vec![];
    for seed in 0..12 {
        let evenings = both(&world, seed);
        let came = evenings.each_ref().map(|it| it.lived.iter().map(|it| it.came_s).collect::<Vec<_>>());
        let [mut without, mut with] = came;
        without.sort_unstable();
        with.sort_unstable();
        assert_eq!(without, with, "seed {seed}: whoever comes comes in both worlds");
        worlds.push(evenings.map(|it| Stayed::of(&it.lived)));
    }
    let truth = truth(&worlds);
    assert!(truth.median_s.uplift > 0.0 && truth.mean_s.uplift > 0.0, "{truth:?}");
    assert!(truth.leaves_per_hour.uplift < 0.0, "{truth:?}");
}

#[test]
fn where_nothing_acts_everything_is_held_out_and_the_log_rebuilds_the_room() {
    let world = world("default");
    let [without, with] = both(&world, 4);
    assert_eq!(sum(&without, |it| it.done), 0);
    assert_eq!(sum(&with, |it| it.withheld), 0);
    assert!(sum(&without, |it| it.withheld) > 3);
    for evening in [&without, &with] {
        let mut room = Room::default();
        evening.log.iter().for_each(|entry| room.apply(&entry.event));
        assert!(room.is_open() && room.prompt().is_none(), "the show is over");
        assert!(evening.log.is_sorted_by_key(|entry| entry.at));
    }
}

#[test]
fn every_ready_rule_finds_its_occasion_in_some_show() {
    let world = world("default");
    let mut found = BTreeSet::new();
    for seed in 0..20 {
        let evening = live(&world, &show(seed), Arms::All);
        found.extend(evening.acts.into_iter().filter(|(_, it)| it.done > 0).map(|(rule, _)| rule));
    }
    let silent: Vec<_> =
        world.rules.iter().filter(|it| !found.contains(&it.code)).map(|it| &it.code).collect();
    assert!(silent.is_empty(), "{silent:?} found nothing; {found:?}");
}

#[test]
fn a_coupon_holds_whom_it_is_given_to_and_is_withheld_from_whom_the_draw_leaves_out() {
    let world = World::new(Causes::default(), vec![coupon_rule()], 1_800, 50.0);
    let ask = ask(Plan::Viewer);
    let draw = ask.design().draw("ground", 1, true);
    let evening = live(&world, &show(3), Arms::Viewers(Box::new(draw)));
    let acts = evening.acts["stay-coupon"];
    assert!(acts.done > 20 && acts.withheld > 20, "{acts:?}");
    let share = acts.done as f64 / (acts.done + acts.withheld) as f64;
    assert!((0.35..0.65).contains(&share), "{acts:?}");
    let people = evening.log.iter().filter_map(|entry| match &entry.event {
        Event::Rule(RuleEvent::Done { intent }) => intent.proposed().and_then(|it| it.person),
        _ => None,
    });
    assert_eq!(people.collect::<BTreeSet<_>>().len() as u64, acts.done, "once for each of them");
}

fn ask(plan: Plan) -> Ask {
    Ask {
        plan,
        seed: 1,
        shows: 4,
        hosts: 2,
        minutes: 30,
        people: 50.0,
        causes: Causes::default(),
        rules: vec![coupon_rule()],
        repeat: 1,
        alone: 0,
        threads: 1,
    }
}

#[test]
fn what_cannot_be_asked_is_named() {
    let refused = |change: fn(&mut Ask)| {
        let mut ask = ask(Plan::Host);
        change(&mut ask);
        ask.check().unwrap_err().field
    };
    assert!(ask(Plan::Host).check().is_ok());
    assert_eq!(refused(|it| it.shows = 0), "shows");
    assert_eq!(refused(|it| it.shows = 1_000_000), "shows");
    assert_eq!(refused(|it| (it.shows, it.people) = (4_000, 2_000.0)), "shows");
    assert_eq!(refused(|it| it.hosts = 5), "hosts");
    assert_eq!(refused(|it| it.minutes = 1), "minutes");
    assert_eq!(refused(|it| it.people = f64::NAN), "people");
    assert_eq!(refused(|it| it.people = -3.0), "people");
    assert_eq!(refused(|it| it.people = f64::INFINITY), "people");
    assert_eq!(refused(|it| it.repeat = 0), "repeat");
    assert_eq!(refused(|it| it.repeat = usize::MAX), "repeat");
    assert_eq!(refused(|it| it.alone = 5), "alone");
    assert_eq!(refused(|it| it.threads = 0), "threads");
    assert_eq!(refused(|it| it.rules = vec![]), "rules");
    let switched = Ask { shows: 200, ..ask(Plan::Switchback) };
    assert_eq!(switched.check().unwrap_err().field, "shows");
}

#[test]
fn the_designs_are_ones_that_the_product_takes() {
    for plan in [Plan::Host, Plan::Switchback, Plan::Viewer] {
        assert_eq!(ask(plan).design().check(), [], "{plan:?}");
        assert_eq!(Plan::of(plan.name()), Some(plan));
    }
}
