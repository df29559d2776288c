//! The proving ground in its short form: what the product's report says of shows whose truth is known. The long form is a
//! line of `make soak`.

use super::{loop_program, prove::*};
use linger_behaviour::touch;
use linger_ground::{Arms, Ask, Plan, Told, World, broken, causes::Causes, live, prove};
use linger_protocol::RoomId;

/// What is asked by these flags.
fn asked(flags: &str) -> anyhow::Result<Ask> {
    ask(&loop_program().try_get_matches_from(["loop"].into_iter().chain(flags.split_whitespace()))?)
}

fn proved(flags: &str) -> Told {
    let ask = asked(flags).unwrap();
    prove(&ask, &facts_of, &|_, _, _| {}).unwrap()
}

#[test]
fn the_product_s_report_finds_the_uplift_and_its_interval_holds_the_truth() {
    let told = proved("--shows 160 --minutes 30 --people 40 --repeat 20 --alone 0 --seed 1");
    let [median, mean, leaving] = &told.experiments[..] else { panic!("{:?}", told.experiments) };
    assert!(told.truth.median_s.uplift > 0.05, "{:?}", told.truth);
    assert_eq!((median.told, mean.told, leaving.told), (20, 20, 20));
    let first = median.first[0];
    assert!(first.holds && first.low > 0.0 && told.report.verdict.code == "better", "{:?}", told.report);
    // Of 20, fewer than 16 once in 3,000 runs if 95 % are promised.
    assert!(
        median.coverage >= 0.8 && mean.coverage >= 0.8 && leaving.coverage >= 0.8,
        "{:?}",
        told.experiments
    );
}

#[test]
fn without_effects_the_report_says_that_none_can_be_detected() {
    let told = proved("--shows 40 --minutes 20 --people 40 --repeat 20 --alone 0 --effects zero");
    assert_eq!((told.truth.median_s.uplift, told.truth.mean_s.uplift), (0.0, 0.0));
    assert_eq!(told.report.verdict.code, "no-effect", "{:?}", told.report);
    for metric in &told.experiments {
        assert!(metric.coverage >= 0.8 && metric.found <= 0.2, "{metric:?}");
    }
}

#[test]
fn switched_rooms_and_viewers_are_reported_of_as_well() {
    let switched =
        proved("--design switchback --shows 8 --hosts 8 --minutes 90 --people 40 --repeat 12 --alone 0");
    let leaving = &switched.experiments[0];
    assert_eq!((leaving.key.as_str(), leaving.told, switched.report.counted), ("leaving", 12, "stretches"));
    assert!(leaving.coverage >= 0.7, "{leaving:?}");
    let viewers =
        proved("--design viewer --shows 6 --hosts 6 --minutes 20 --people 60 --repeat 12 --alone 0");
    assert_eq!((viewers.experiments.len(), viewers.report.counted, viewers.report.crossed), (2, "people", 0));
    assert!(
        viewers.experiments.iter().all(|it| it.told == 12 && it.coverage >= 0.7),
        "{:?}",
        viewers.experiments
    );
}

#[test]
fn a_broken_promise_is_named_and_others_are_not() {
    let mut told = proved("--shows 6 --minutes 20 --people 30 --repeat 3 --alone 0 --rules no-climax");
    told.experiments
        .iter_mut()
        .for_each(|it| (it.coverage, it.coverage_always, it.coverage_error) = (0.94, 0.99, 0.005));
    told.truth.median_s.uplift = 0.05;
    assert_eq!(broken(&told), [""; 0]);
    told.experiments[1].coverage = 0.85;
    told.truth.median_s.uplift = -0.05;
    assert_eq!(
        broken(&told),
        [
            "mean-watch: 85.0 % of the intervals for one look hold the truth",
            "the rules raise the median stay by -5.0 %"
        ]
    );
    told.zero = true;
    told.experiments[2].found = 0.2;
    assert!(broken(&told).iter().any(|it| it.starts_with("leaving: 20.0 % of the reports find")), "{told:?}");
}

#[test]
fn facts_tell_of_every_stay_what_it_was() {
    let world = World::new(Causes::default(), asked("--rules no-climax").unwrap().rules, 1_200, 40.0);
    let room = RoomId::new("ground").unwrap();
    let show =
        linger_ground::Show { seed: 5, room: room.clone(), host: "Li".to_owned(), first_person: 1 << 20 };
    let evening = live(&world, &show, Arms::All);
    let told = facts_of(&room, &evening.log);
    let of_stays = told.iter().filter(|(_, fact)| *fact.name == *touch::LEFT);
    let mut seconds: Vec<i64> = of_stays
        .map(|(who, fact)| {
            assert!(who.starts_with("room:"), "{who}");
            fact.number(linger_behaviour::Number::DurationMs).unwrap() / 1_000
        })
        .collect();
    let mut lived: Vec<i64> = evening.lived.iter().map(|it| i64::from(it.stayed_s)).collect();
    seconds.sort_unstable();
    lived.sort_unstable();
    assert_eq!(seconds, lived);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let refused = |flags: &str| format!("{:#}", asked(flags).err().unwrap());
    assert!(refused("--effects charm-pace=2").contains("charm-pace: there is no such effect"));
    assert!(refused("--effects stall-pace=-2").contains("stall-pace: 0.05 to 20 expected"));
    assert!(refused("--effects idle-pace=NaN").contains("idle-pace"));
    assert!(refused("--effects idle-pace=1e99").contains("idle-pace"));
    assert!(refused("--effects none-such-file").contains("--effects is no list and no file"));
    assert!(refused("--rules climax").contains("\"climax\" is no ready rule and no file"));
    assert!(refused("--rules no-climax,no-climax").contains("told twice"));
    assert!(refused("--design shop").contains("shop"));
    assert!(refused("--shows 0x10").contains("shows"));
    let of = |flags: &str| asked(flags).unwrap().check().err().map(|it| it.field);
    assert_eq!(of("--shows 1"), Some("shows"));
    assert_eq!(of("--shows 9 --hosts 10"), Some("hosts"));
    assert_eq!(of("--minutes 9"), Some("minutes"));
    assert_eq!(of("--people 0"), Some("people"));
    assert_eq!(of(""), None);
    assert_eq!(of("--design switchback"), None);
    assert_eq!(of("--design viewer --shows 40"), None);
    assert_eq!(of("--design switchback --shows 125"), Some("shows"));
}

#[test]
fn everything_that_is_told_says_that_nobody_in_it_is_real() {
    let told =
        proved("--shows 4 --minutes 20 --people 20 --repeat 2 --alone 2 --rules stall-burst,no-climax");
    let json = serde_json::to_value(&told).unwrap();
    assert_eq!((&json["simulated"], &json["bench"]), (&true.into(), &"loop".into()));
    assert!(linger_ground::text(&told).starts_with("SIMULATED"));
    assert!(linger_ground::svg(&told).contains("Simulated people: a test bench, no result"));
    assert_eq!(told.rules.len(), 2);
    assert_eq!(Plan::of(told.design), Some(Plan::Host));
}
