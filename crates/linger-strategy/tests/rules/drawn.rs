//! Rules whose arms an experiment draws: who is left alone and who is not, what stands in the log, and what becomes of a rule
//! while its experiment rests, is drawn anew or leaves others alone.

use super::{
    script::{clock, log_of, room, rule},
    show,
};
use linger_protocol::{Arm, Cause, Entry, Event, Limits, Millis, PersonId, RoomId, RuleEvent};
use linger_strategy::{
    experiment::{
        Assignment, Design, Draw, HELD, HELD_OUT, HeldOutBy, Holdout, Holdouts, RoomDraw, Status, room_viewer,
    },
    rule::{Evaluator, Finding, RoomRule, Rule, problem, ready},
};
use serde_json::{Value, json};

/// Two hours in which people talk all the time.
const TALK: &str = "
0:00  live
0:00  come 12 feed
0:10..120:00/10  say 2
";

fn design(more: Value) -> Design {
    let mut all = json!({
        "hypothesis": "Cheering helps.", "unit": "host", "places": [],
        "arms": [{"key": "without", "value": false}, {"key": "with", "value": true}],
        "metrics": [{"key": "orders", "primary": true, "is": {"kind": "mean", "of": [{"event": "order.paid"}]}}],
    });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn switched() -> Design {
    design(json!({
        "unit": "room", "switch": {"stretch_s_min": 300, "stretch_s_max": 600, "burn_in_s": 60},
    }))
}

fn draw(design: &Design, version: u32, runs: bool, holdouts: &Holdouts) -> RoomDraw {
    RoomDraw::new(Draw::of("cheer", version, runs, design, Some(Millis(0))), holdouts)
}

/// A rule that speaks every minute as long as people talk.
fn cheer(more: Value) -> Rule {
    let mut all = json!({
        "code": "cheer", "when": {"cel": "comments_per_min >= 2.0"}, "until": {"cel": "here >= 1.0"},
        "do": {"act": "announce", "text": "Hello"}, "budget": {"times": 1000}, "experiment": "cheer",
    });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    rule(all)
}

/// A rule that gives each viewer a coupon once they spoke.
fn thanks() -> Rule {
    rule(json!({
        "code": "thanks", "scope": {"of": "viewer"}, "when": {"cel": "viewer_comments >= 1.0"},
        "do": {"act": "grant-benefit", "campaign": "thanks", "worth_minor": 500},
        "budget": {"times": 1000, "money": {"minor": 1_000_000, "currency": "CNY"}}, "experiment": "cheer",
    }))
}

fn entry(at: i64, event: Event) -> Entry {
    Entry { at: Millis(at), cause: Cause::Reported, event }
}

fn put(at: i64, rule: &Rule, draw: Option<RoomDraw>) -> Entry {
    let placed = RoomRule { rule: rule.clone(), draw };
    let (text, draw) = (Some(placed.to_text()), placed.mark());
    entry(at, Event::Rule(RuleEvent::Put { rule: rule.code.clone(), version: 1, text, draw }))
}

/// The log of a script in a room of this host, with these entries among it.
fn log(host: &str, script: &str, among: Vec<Entry>) -> Vec<Entry> {
    let opened = Event::RoomOpened { title: "Tea".into(), host: PersonId(1 << 40), host_name: host.into() };
    let mut log = vec![entry(0, opened)];
    log.extend(log_of(script));
    log.extend(among);
    log.sort_by_key(|it| it.at);
    log
}

fn found(log: &[Entry]) -> Vec<Finding> {
    let mut evaluator = Evaluator::new(&room());
    let mut found: Vec<Finding> = log.iter().flat_map(|it| evaluator.fold(it)).collect();
    found.extend(evaluator.pass(log.last().unwrap().at));
    found
}

/// When, whether it acts, and what the experiment says.
fn told(found: &[Finding]) -> Vec<(Millis, Arm, String)> {
    let one = |it: &Finding| {
        let drawn = it.intent.proposed().unwrap().drawn.clone().unwrap();
        (it.intent.at, it.intent.arm, drawn.arm)
    };
    found.iter().filter(|it| it.passed_over.is_none()).map(one).collect()
}

fn half() -> Holdout {
    Holdout { share: 0.5, phase: 3 }
}

#[test]
fn a_rule_with_its_draw_reads_as_it_was_written_and_harms_no_older_program() {
    let holdouts = Holdouts { global: half(), programmes: [("talk".to_owned(), half())].into() };
    let slot =
        json!({"slot": {"layer": "top", "from": 0.25, "to": 0.75}, "programme": "talk", "hold_out": 0.1});
    for design in [design(json!({})), design(slot), switched()] {
        for draw in [draw(&design, 2, true, &holdouts), draw(&design, 7, false, &Holdouts::default())] {
            let placed = RoomRule { rule: cheer(json!({"arm": "with"})), draw: Some(draw) };
            let read = RoomRule::parse(&placed.to_text()).unwrap();
            assert_eq!((&read, read.mark()), (&placed, placed.mark()));
            // What was there before knows no draw: to it this is no rule.
            assert!(Rule::parse(&placed.to_text()).is_err());
            assert!(placed.to_text().len() < Limits::RULE_BYTES);
        }
    }
    // Rooms that are switched leave nobody alone; what is minded is the own programme.
    let minds = |design: &Design| draw(design, 1, true, &holdouts).holdouts;
    assert_eq!(minds(&switched()), Holdouts::default());
    assert_eq!(minds(&design(json!({}))), Holdouts { global: half(), ..Holdouts::default() });
    let written = RoomRule::alone(cheer(json!({}))).to_text();
    for words in ["5", "{}", r#"{"version":1}"#, "null"] {
        let text = format!("{},\"draw\":{words}}}", written.trim_end_matches('}').to_owned() + "}");
        assert!(RoomRule::parse(&text).is_err(), "{text}");
    }
    let alone = RoomRule::alone(rule(json!({"when": {"cel": "here > 3.0"}})));
    assert_eq!((alone.to_text(), alone.mark()), (alone.rule.to_text(), None));
}

#[test]
fn a_host_is_in_one_arm_in_all_occasions_and_the_one_that_flags_are_drawn_by() {
    let design = design(json!({}));
    let mut arms = [0, 0];
    for host in 0..12 {
        let host = format!("host {host}");
        let Assignment::Arm(arm) = design.draw("cheer", 1, true).assign(&host, &Holdouts::default()) else {
            panic!("everybody takes part");
        };
        arms[arm] += 1;
        let puts = vec![put(0, &cheer(json!({})), Some(draw(&design, 1, true, &Holdouts::default())))];
        let told = told(&found(&log(&host, TALK, puts)));
        assert!(told.len() > 50);
        let wanted = if arm == 1 { (Arm::Act, "with") } else { (Arm::HoldOut, "without") };
        assert!(told.iter().all(|(_, arm, word)| (*arm, word.as_str()) == wanted), "{host}: {told:?}");
    }
    assert!(arms[0] > 0 && arms[1] > 0);
    // A room whose host has no name is in no arm.
    let puts = vec![put(0, &cheer(json!({})), Some(draw(&design, 1, true, &Holdouts::default())))];
    assert!(found(&log("", TALK, puts)).is_empty());
}

#[test]
fn a_room_is_switched_as_its_stretches_say_and_a_restart_in_the_middle_of_one_changes_nothing() {
    let design = switched();
    let schedule = design.schedule("cheer", 1, true).unwrap();
    let puts = vec![put(0, &cheer(json!({})), Some(draw(&design, 1, true, &Holdouts::default())))];
    let log = log("Lin", TALK, puts);
    let all = found(&log);
    let mut seen = [0, 0];
    for (at, arm, word) in told(&all) {
        // In the burn-in the new arm is on; what is counted is the report's business.
        let stretch = schedule.at(&room(), Millis(0), at).unwrap();
        seen[usize::from(stretch.treated)] += 1;
        let wanted = if stretch.treated { (Arm::Act, "with") } else { (Arm::HoldOut, "without") };
        assert_eq!((arm, word.as_str()), wanted, "{}", clock(at));
    }
    assert!(seen[0] > 10 && seen[1] > 10, "{seen:?}");
    // Another room has other stretches.
    let other = RoomId::new("silk").unwrap();
    let mut evaluator = Evaluator::new(&other);
    let elsewhere: Vec<Finding> = log.iter().flat_map(|it| evaluator.fold(it)).collect();
    assert_ne!(told(&elsewhere), told(&all));
    // The process ends somewhere in a stretch, and another one reads the log.
    for cut in (1..log.len()).step_by(41) {
        let mut before = Evaluator::new(&room());
        let first: Vec<Finding> = log[..cut].iter().flat_map(|it| before.fold(it)).collect();
        let mut after = Evaluator::new(&room());
        let again: Vec<Finding> = log[..cut].iter().flat_map(|it| after.fold(it)).collect();
        assert_eq!(again, first, "cut at {cut}");
        let mut rest: Vec<Finding> = log[cut..].iter().flat_map(|it| after.fold(it)).collect();
        rest.extend(after.pass(log.last().unwrap().at));
        assert_eq!([first, rest].concat(), all, "cut at {cut}");
    }
}

#[test]
fn viewers_are_drawn_by_their_name_in_the_room_and_whoever_is_held_out_is_told_apart() {
    let holdouts = Holdouts { global: Holdout { share: 0.2, phase: 3 }, ..Holdouts::default() };
    let design = design(json!({"unit": "viewer", "hold_out": 0.2, "coverage": 0.5}));
    let script = "
0:00  live
0:00  come 300 feed
0:10..9:00/1  say 1
";
    let puts = vec![put(0, &thanks(), Some(draw(&design, 1, true, &holdouts)))];
    let found = found(&log("Lin", script, puts));
    let mut kinds = std::collections::BTreeMap::new();
    for it in &found {
        let proposed = it.intent.proposed().unwrap();
        let drawn = proposed.drawn.clone().unwrap();
        let name = room_viewer(proposed.person.unwrap());
        let wanted = match design.draw("cheer", 1, true).assign(&name, &holdouts) {
            Assignment::Arm(1) => (Arm::Act, "with"),
            Assignment::Arm(_) => (Arm::HoldOut, "without"),
            Assignment::HeldOut(HeldOutBy::Rule) => (Arm::HoldOut, HELD_OUT),
            Assignment::HeldOut(_) => (Arm::HoldOut, HELD),
            Assignment::Out(_) => panic!("{name} takes no part"),
        };
        assert_eq!((it.intent.arm, drawn.arm.as_str(), drawn.viewer), (wanted.0, wanted.1, true), "{name}");
        *kinds.entry(drawn.arm).or_insert(0) += 1;
    }
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    // Half of those whom nobody holds out are not let in yet: they are as if there were no rule.
    assert!((130..250).contains(&found.len()), "{}", found.len());
}

#[test]
fn a_rollout_that_comes_to_somebody_finds_them_at_their_next_occasion() {
    let script = "
0:00  live
0:00  come 60 feed
0:10..19:00/1  say 1
";
    let to = |coverage: f64| {
        draw(&design(json!({"unit": "viewer", "coverage": coverage})), 1, true, &Holdouts::default())
    };
    let grown = vec![put(0, &thanks(), Some(to(0.3))), put(600_000, &thanks(), Some(to(1.0)))];
    let found = found(&log("Lin", script, grown));
    let at = |it: &&Finding| it.intent.at.0 < 600_000;
    let (before, after): (Vec<_>, Vec<_>) = found.iter().partition(at);
    let people = |of: &[&Finding]| {
        let mut people: Vec<_> = of.iter().filter_map(|it| it.intent.proposed()?.person).collect();
        people.sort_unstable();
        people.dedup();
        people
    };
    let (first, then) = (people(&before), people(&after));
    assert!((6..35).contains(&first.len()), "{}", first.len());
    assert!(then.iter().filter(|it| !first.contains(it)).count() > 20);
    // Whoever was in an arm before is in the same one.
    for it in &after {
        let (one, arm) = (it.intent.proposed().unwrap().person, it.intent.arm);
        assert!(before.iter().all(|it| it.intent.proposed().unwrap().person != one || it.intent.arm == arm));
    }
}

#[test]
fn a_rule_rests_while_its_experiment_does_not_run_and_its_cool_down_goes_on() {
    // A host who is treated.
    let design = design(json!({}));
    let treated = |host: &String| {
        design.draw("cheer", 1, true).assign(host, &Holdouts::default()) == Assignment::Arm(1)
    };
    let host = (0..).map(|it| format!("host {it}")).find(treated).unwrap();
    let slow = cheer(json!({"cool_down_s": 600}));
    let of = |runs| Some(draw(&design, 1, runs, &Holdouts::default()));
    let minutes = |puts: Vec<Entry>| -> Vec<i64> {
        told(&found(&log(&host, TALK, puts))).iter().map(|it| it.0.0 / 60_000).collect()
    };
    let all = minutes(vec![put(0, &slow, of(true))]);
    assert_eq!(all[..4], [0, 10, 20, 30]);
    // Paused from minute 5 to 15: what was due at minute 10 speaks when it goes on, and not before.
    let paused = vec![put(0, &slow, of(true)), put(300_000, &slow, of(false)), put(900_000, &slow, of(true))];
    assert_eq!(minutes(paused)[..4], [0, 15, 25, 35]);
    // Paused from minute 2 to 4, within its cool-down: nothing is made good for it.
    let short = vec![put(0, &slow, of(true)), put(120_000, &slow, of(false)), put(240_000, &slow, of(true))];
    assert_eq!(minutes(short)[..3], [0, 10, 20]);
    // Killed for good; or it never began, or is not there any more.
    let killed = vec![put(0, &slow, of(true)), put(300_000, &slow, of(false))];
    assert_eq!(minutes(killed), [0]);
    assert!(minutes(vec![put(0, &slow, of(false))]).is_empty());
    assert!(minutes(vec![put(0, &slow, None)]).is_empty());
}

#[test]
fn begun_anew_it_is_drawn_anew() {
    let design = design(json!({}));
    let arm =
        |version: u32, host: &str| design.draw("cheer", version, true).assign(host, &Holdouts::default());
    let turns = |host: &String| arm(1, host) == Assignment::Arm(1) && arm(2, host) == Assignment::Arm(0);
    let host = (0..).map(|it| format!("host {it}")).find(turns).unwrap();
    let of = |version| Some(draw(&design, version, true, &Holdouts::default()));
    let anew = vec![put(0, &cheer(json!({})), of(1)), put(1_800_000, &cheer(json!({})), of(2))];
    for (at, arm, word) in told(&found(&log(&host, TALK, anew))) {
        let wanted = if at.0 < 1_800_000 { (Arm::Act, "with") } else { (Arm::HoldOut, "without") };
        assert_eq!((arm, word.as_str()), wanted, "{}", clock(at));
    }
}

#[test]
fn a_holdout_that_changes_while_a_rule_cools_down_holds_from_then_on_and_nothing_begins_anew() {
    let design = design(json!({}));
    let everything = |share: f64| Holdouts { global: Holdout { share, phase: 0 }, ..Holdouts::default() };
    let treated = |holdouts: &Holdouts, host: &str| design.draw("cheer", 1, true).assign(host, holdouts);
    let moves = |host: &String| {
        treated(&everything(0.0), host) == Assignment::Arm(1)
            && treated(&everything(0.3), host) == Assignment::HeldOut(HeldOutBy::Everything)
    };
    let host = (0..).map(|it| format!("host {it}")).find(moves).unwrap();
    // It has to hold for two minutes, and cools down for ten.
    let slow = cheer(json!({"cool_down_s": 600, "hold_s": 120}));
    let of = |share: f64| Some(draw(&design, 1, true, &everything(share)));
    let told_with = |puts: Vec<Entry>| told(&found(&log(&host, TALK, puts)));
    let plain = told_with(vec![put(0, &slow, of(0.0))]);
    let held =
        told_with(vec![put(0, &slow, of(0.0)), put(300_000, &slow, of(0.3)), put(900_000, &slow, of(0.0))]);
    // The same moments, one of them while the holdout is there.
    let moments = |of: &[(Millis, Arm, String)]| of.iter().map(|it| it.0).collect::<Vec<_>>();
    assert_eq!(moments(&held), moments(&plain));
    let arms: Vec<_> = held.iter().take(3).map(|(_, arm, word)| (*arm, word.as_str())).collect();
    assert_eq!(clock(held[0].0), "2:10");
    assert!(held[1].0.0 > 300_000 && held[1].0.0 < 900_000, "{}", clock(held[1].0));
    assert_eq!(arms, [(Arm::Act, "with"), (Arm::HoldOut, HELD), (Arm::Act, "with")]);
}

#[test]
fn a_rule_that_is_one_of_several_arms_acts_in_that_one_alone() {
    let arms = json!({"arms": [
        {"key": "none", "value": 0}, {"key": "short", "value": 1}, {"key": "long", "value": 2},
    ]});
    let design = design(arms);
    for (own, acts_in) in [(Some("long"), vec![2]), (Some("short"), vec![1]), (None, vec![1, 2])] {
        let rule = cheer(json!({"arm": own}));
        for host in 0..9 {
            let host = format!("host {host}");
            let Assignment::Arm(arm) = design.draw("cheer", 1, true).assign(&host, &Holdouts::default())
            else {
                panic!("everybody takes part");
            };
            let puts = vec![put(0, &rule, Some(draw(&design, 1, true, &Holdouts::default())))];
            let told = told(&found(&log(&host, "0:00 live\n0:00 come 3 feed\n0:10..1:00/5 say 1\n", puts)));
            let wanted = if acts_in.contains(&arm) { Arm::Act } else { Arm::HoldOut };
            assert_eq!(told[0].1, wanted, "{own:?} for arm {arm}");
        }
    }
}

#[test]
fn a_question_is_held_out_by_its_experiment_too() {
    let design = switched();
    let mut answer = ready::all(ready::Tongue::English).remove(0);
    (answer.experiment, answer.hold_out, answer.cool_down_s) = (Some("cheer".into()), 0.0, 0);
    assert_eq!(answer.check(), []);
    let schedule = design.schedule("cheer", 1, true).unwrap();
    let script: String = (0..40)
        .flat_map(|it| (1..=3).map(move |who| format!("{}:0{who} ask {who} {}\n", it * 2 + 1, it + 1)))
        .collect();
    let script = format!("0:00 live\n0:00 come 5 feed\n{script}");
    let puts = vec![put(0, &answer, Some(draw(&design, 1, true, &Holdouts::default())))];
    let found = found(&log("Lin", &script, puts));
    assert_eq!(found.len(), 40);
    let mut seen = [0, 0];
    for it in &found {
        let treated = schedule.at(&room(), Millis(0), it.intent.at).unwrap().treated;
        seen[usize::from(treated)] += 1;
        assert_eq!(it.intent.arm == Arm::Act, treated);
    }
    assert!(seen[0] > 3 && seen[1] > 3, "{seen:?}");
}

#[test]
fn a_whole_evening_of_drawn_rules_is_found_again_from_its_log() {
    let design = switched();
    let on = ready::all(ready::Tongue::English).into_iter();
    let on =
        on.map(|it| Rule { on: true, people_min: 3, hold_out: 0.0, experiment: Some("cheer".into()), ..it });
    let began = show::BEGIN;
    let drawn = RoomDraw::new(Draw::of("cheer", 1, true, &design, Some(began)), &Holdouts::default());
    let mut log: Vec<Entry> = on.map(|it| put(began.0, &it, Some(drawn.clone()))).collect();
    log.extend(show::log(23));
    let all = found(&log);
    assert!(all.len() > 10);
    for cut in (1..log.len()).step_by(log.len() / 5) {
        let mut evaluator = Evaluator::new(&room());
        let mut again: Vec<Finding> = vec![];
        for (place, entry) in log.iter().enumerate() {
            if place == cut {
                // The process ends here; another one reads the log.
                evaluator = Evaluator::new(&room());
                again = log[..cut].iter().flat_map(|it| evaluator.fold(it)).collect();
            }
            again.extend(evaluator.fold(entry));
        }
        again.extend(evaluator.pass(log.last().unwrap().at));
        assert_eq!(again, all, "cut at {cut}");
    }
}

#[test]
fn an_experiment_fits_a_rule_or_it_is_said_why_not() {
    let why = |rule: &Rule, design: &Design, status: Status| {
        rule.misfit(design, status).map(|it| (it.field, it.code))
    };
    let field = |it: &str| it.to_owned();
    let running = Status::Running;
    let viewers = || design(json!({"unit": "viewer"}));
    for design in [design(json!({})), switched()] {
        for rule in [cheer(json!({})), thanks()] {
            assert_eq!(why(&rule, &design, running), None);
        }
    }
    assert_eq!(why(&thanks(), &viewers(), running), None);
    let unit = Some((field("experiment"), problem::EXPERIMENT_UNIT));
    assert_eq!(why(&cheer(json!({})), &viewers(), running), unit);
    // A viewer is looked at, and everybody sees what comes of it.
    let loud = json!({"scope": {"of": "viewer"}, "when": {"cel": "viewer_comments >= 2.0"}, "until": null});
    assert_eq!(why(&cheer(loud), &viewers(), running), unit);
    let shops = design(json!({"unit": "shop", "places": ["servers"]}));
    assert_eq!(why(&cheer(json!({})), &shops, running), unit);
    let flagged = design(json!({"unit": "viewer", "places": ["rooms"], "flag": "say-hint"}));
    assert_eq!(why(&thanks(), &flagged, running), Some((field("experiment"), problem::EXPERIMENT_FLAG)));
    let over = Some((field("experiment"), problem::EXPERIMENT_OVER));
    assert_eq!(why(&cheer(json!({})), &switched(), Status::Stopped), over);
    assert_eq!(why(&cheer(json!({"on": false})), &switched(), Status::Stopped), None);
    let no_arm = Some((field("arm"), problem::EXPERIMENT_ARM));
    assert_eq!(why(&cheer(json!({"arm": "louder"})), &switched(), running), no_arm);
    // The first one is what is there today.
    assert_eq!(why(&cheer(json!({"arm": "without"})), &switched(), running), no_arm);

    let wrong = |more: Value| -> Vec<(String, &str)> {
        let mut all = serde_json::to_value(cheer(json!({}))).unwrap();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Rule::read(&all).unwrap_err().into_iter().map(|it| (it.field, it.code)).collect()
    };
    assert_eq!(wrong(json!({"hold_out": 0.2})), [(field("hold_out"), problem::EXPERIMENT_HOLD_OUT)]);
    assert_eq!(wrong(json!({"experiment": "No Name"})), [(field("experiment"), problem::BAD_VALUE)]);
    assert_eq!(wrong(json!({"experiment": null, "arm": "with"})), [(field("experiment"), problem::MISSING)]);
    assert_eq!(wrong(json!({"draw": {}})), [(field("draw"), problem::UNKNOWN_FIELD)]);
    let rooms: Vec<String> = (0..100).map(|it| format!("{it:0>63}")).collect();
    let test = json!({"metric": "comments_per_min_usual", "is": "at-least", "than": 123_456.5});
    let tests = json!({"all": vec![test; 55]});
    let long = json!({"rooms": rooms, "when": tests, "until": tests});
    assert_eq!(wrong(long), [(field(""), problem::TOO_LONG)]);
}
