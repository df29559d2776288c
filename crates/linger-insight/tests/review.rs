//! What a review finds in shows of which it is known what happened. It does not know a real room.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]
#![allow(dead_code, reason = "each test file uses a part of the evening")]

mod evening;
mod night;

use evening::{Draw, Evening};
use expect_test::expect;
use linger_insight::Live;
use linger_insight::review::{Digest, Likely, Review, ReviewReport, Show, Shows, Symptom, findings};
use linger_protocol::{DrawId, Entry, Event, ItemId, Millis, OffReason, SessionId};
use night::{Night, Trouble};

fn shows_of(log: &[Entry]) -> Vec<Show> {
    let mut shows = Shows::default();
    let mut all: Vec<Show> = log.iter().filter_map(|entry| shows.fold(entry)).collect();
    all.extend(shows.present());
    all
}

fn the_show(log: &[Entry]) -> (Show, Review) {
    let show = shows_of(log).pop().unwrap();
    let review = Review::of(&show);
    (show, review)
}

/// The moments beyond chance with their likeliest causes.
fn told(review: &Review) -> String {
    let cause = |it: &Likely| format!("{} ({:?})", it.cause.code(), it.strength);
    let certain = review.losses.iter().filter(|loss| loss.stretch.beyond_chance);
    certain
        .map(|loss| {
            let it = &loss.stretch;
            let causes: Vec<String> = loss.causes.iter().map(cause).collect();
            format!(
                "{}-{} s: {} left, {:.1} expected: {}\n",
                it.from_s,
                it.to_s,
                it.left,
                it.expected,
                causes.join(", ")
            )
        })
        .collect()
}

#[test]
fn a_calm_show_has_no_moment_beyond_chance() {
    for seed in 0..12 {
        let mut night = Night::new(seed);
        night.pass(1_800, 60, &[]);
        night.end();
        let (_, review) = the_show(&night.log);
        assert!(review.looks > 1_000, "seed {seed}");
        assert_eq!(told(&review), "", "seed {seed}");
    }
}

#[test]
fn a_burst_of_arrivals_is_no_drop() {
    for seed in 0..8 {
        let mut night = Night::new(seed);
        night.pass(600, 60, &[]);
        let here = night.people().len();
        night.burst(300);
        night.pass(1_500, 60, &[]);
        night.end();
        let (show, review) = the_show(&night.log);
        // Far more leave in that minute than in any other, and it is only to be expected.
        let left: u32 = (600..660).map(|s| show.sheet.totals(s).1).sum();
        assert!(here < 250 && left > 80, "seed {seed}: {here} here, {left} left");
        assert_eq!(told(&review), "", "seed {seed}");
    }
}

#[test]
fn a_burst_of_stalls_is_found_and_diagnosed_as_the_picture() {
    for seed in 0..8 {
        let mut night = Night::new(seed);
        let stall = Trouble { from_s: 900, to_s: 929, leaving: 12.0, stalled: 0.4, ..Trouble::default() };
        night.pass(1_800, 120, &[stall]);
        night.end();
        let (_, review) = the_show(&night.log);
        let worst = review.losses.first().unwrap();
        assert!(worst.stretch.beyond_chance, "seed {seed}");
        assert!(worst.stretch.from_s <= 905 && worst.stretch.to_s >= 920, "seed {seed}: {:?}", worst.stretch);
        assert_eq!(worst.causes[0].cause.code(), "picture-stalled", "seed {seed}");
    }
}

#[test]
fn each_trouble_is_told_with_its_own_cause() {
    let mut night = Night::new(3);
    night.pass(400, 150, &[]);
    // The host answers, then stops answering, and people lose patience.
    for question in 0..8 {
        night.ask(question);
        night.pass(410 + question * 20, 150, &[]);
        night.answer(question);
    }
    for question in 20..29 {
        night.ask(question);
        night.pass(560 + (question - 19) * 12, 150, &[]);
    }
    let impatient = Trouble { from_s: 700, to_s: 745, leaving: 7.0, ..Trouble::default() };
    night.pass(800, 150, &[impatient]);
    (20..29).for_each(|question| night.answer(question));
    night.pass(1_000, 150, &[]);
    // Something sells out that people want.
    night.list(7, 12);
    night.tell(Event::CardPinned { item: ItemId(7) });
    for order in 0..12 {
        night.order(order, 7);
        night.pass(1_003 + order as u32 * 3, 150, &[]);
    }
    night.click(7, 20);
    let sold_out = Trouble { from_s: 1_040, to_s: 1_070, leaving: 9.0, ..Trouble::default() };
    night.pass(1_300, 150, &[sold_out]);
    // A draw is over, and those who came for it go.
    night.open_draw(1);
    let came_for_it: Vec<_> = night.people().into_iter().rev().take(60).collect();
    for person in &came_for_it {
        night.tell(Event::DrawEntered { draw: DrawId(1), person: *person });
    }
    night.pass(1_345, 150, &[]);
    night.tell(Event::DrawRevealed { draw: DrawId(1), seed: [0; 32], winners: vec![] });
    let here = night.people();
    let go: Vec<_> = came_for_it.into_iter().filter(|it| here.contains(it)).collect();
    night.pass(1_350, 150, &[]);
    night.send_off(&go);
    night.tell(Event::CardUnpinned { item: ItemId(7) });
    night.pass(1_600, 150, &[]);
    night.say_as_host();
    // One source was promised something else.
    let wrong = Trouble { from_s: 1_600, to_s: 1_640, leaving: 16.0, source: "share", ..Trouble::default() };
    night.pass(1_900, 150, &[wrong]);
    night.say_as_host();
    // And once nobody knows why.
    let unknown = Trouble { from_s: 1_900, to_s: 1_930, leaving: 8.0, ..Trouble::default() };
    night.pass(2_100, 150, &[unknown]);
    night.end();
    night.pass(2_130, 0, &[Trouble { from_s: 2_100, to_s: 2_130, leaving: 90.0, ..Trouble::default() }]);
    let (_, review) = the_show(&night.log);
    assert_eq!(review.ends_s, 2_100);
    expect![[r#"
        700-744 s: 191 left, 29.0 expected: questions-ignored (Strong)
        1040-1069 s: 179 left, 20.1 expected: sold-out (Strong)
        1900-1929 s: 184 left, 25.1 expected: unexplained (Weak)
        1595-1639 s: 135 left, 43.3 expected: source (Strong), silence (Fair)
        1350-1364 s: 72 left, 14.6 expected: draw-over (Strong)
    "#]]
    .assert_eq(&told(&review));
}

#[test]
fn a_lost_picture_and_a_poor_opening_are_told_apart() {
    let mut night = Night::new(5);
    let opening = Trouble { from_s: 0, to_s: 60, leaving: 3.0, ..Trouble::default() };
    night.burst(150);
    night.pass(900, 150, &[opening]);
    night.tell(Event::WentOff { reason: OffReason::Lost });
    let dark = Trouble { from_s: 900, to_s: 925, leaving: 12.0, ..Trouble::default() };
    night.pass(930, 150, &[dark]);
    night.tell(Event::WentLive);
    night.pass(1_800, 150, &[]);
    let (_, review) = the_show(&night.log);
    expect![[r#"
        900-929 s: 214 left, 20.0 expected: picture-lost (Strong), no-climax (Weak)
        0-59 s: 169 left, 56.5 expected: opening (Strong)
    "#]]
    .assert_eq(&told(&review));
}

#[test]
fn the_strata_add_up_to_the_live_curve() {
    for seed in 0..20 {
        let mut log = Evening::write(seed, 600, 2);
        // Spread over more sources than are told apart, and one show after another.
        let mut draw = Draw::new(seed);
        for entry in &mut log {
            if let Event::PresenceChanged { arrived, .. } = &mut entry.event {
                arrived.iter_mut().for_each(|it| it.source = format!("s{}", draw.below(40)));
            }
        }
        let later = log.last().unwrap().at.plus(40 * 60_000);
        log.push(Entry { at: later, event: Event::WentLive, ..log[0].clone() });
        let shows = shows_of(&log);
        assert_eq!(shows.len(), 2, "seed {seed}");
        assert!(shows[0].is_over && shows[0].sheet.sources.len() == 9, "seed {seed}");

        let mut live = Live::new();
        log.iter().take(log.len() - 1).for_each(|entry| live.fold(entry));
        live.tick(log[log.len() - 2].at);
        let show = &shows[0];
        assert_eq!(&show.snapshot, live.snapshot(), "seed {seed}");
        let mut here = 0;
        let mut rows = live.snapshot().curve().peekable();
        for second in 0..=live.snapshot().until_s() {
            let (at_risk, left) = match rows.next_if(|row| row.figures.second == second) {
                Some(row) => {
                    here = row.here;
                    (row.at_risk, row.figures.left)
                }
                None => (here, 0),
            };
            assert_eq!(show.sheet.totals(second), (at_risk, left), "seed {seed}, second {second}");
        }
    }
}

#[test]
fn a_show_is_held_against_the_earlier_ones_of_its_room() {
    let digest = |seed: u64, answers: bool, stalled: f64| {
        let mut night = Night::new(seed);
        for question in 0..20 {
            night.ask(question);
            let stall = Trouble {
                from_s: 0,
                to_s: 9_999,
                leaving: 1.0 + stalled * 20.0,
                stalled,
                ..Trouble::default()
            };
            night.pass((question + 1) * 60, 80, &[stall]);
            if answers {
                night.answer(question);
            }
        }
        night.end();
        let (show, review) = the_show(&night.log);
        Digest::of(&show, &review)
    };
    let earlier: Vec<Digest> = (0..4).map(|seed| digest(seed, true, 0.0)).collect();
    assert_eq!(findings(&digest(9, true, 0.0), &earlier), []);
    let poor = findings(&digest(9, false, 0.06), &earlier);
    let symptoms: Vec<Symptom> = poor.iter().map(|it| it.symptom).collect();
    for symptom in [Symptom::PictureTrouble, Symptom::ShortWatch, Symptom::PoorAnswers] {
        assert!(symptoms.contains(&symptom), "{symptom:?} of {symptoms:?}");
    }
    let short = poor.iter().find(|it| it.symptom == Symptom::ShortWatch).unwrap();
    assert!(short.causes.iter().any(|(code, _)| *code == "picture-stalled"), "{short:?}");
    assert!(short.figure.here < short.figure.usual.unwrap());
    // Without earlier shows only what is below the floor of the house is told.
    let first: Vec<Symptom> = findings(&digest(9, false, 0.0), &[]).iter().map(|it| it.symptom).collect();
    assert_eq!(first, [Symptom::PoorAnswers]);
}

#[test]
fn a_report_sums_up_a_stretch_of_time_next_to_the_one_before() {
    let mut night = Night::new(2);
    let stall = Trouble { from_s: 300, to_s: 329, leaving: 14.0, stalled: 0.9, ..Trouble::default() };
    night.pass(900, 120, &[stall]);
    night.end();
    let (show, review) = the_show(&night.log);
    let line = Digest::of(&show, &review);
    let day_ms = 86_400_000;
    let on = |number: u32, day: i64| Digest { number, began: Millis(day * day_ms + 1), ..line.clone() };
    let all = [on(1, 0), on(2, 7), on(3, 9)];
    let week = ReviewReport::over(&all, Millis(7 * day_ms), Millis(14 * day_ms));
    assert_eq!(week.shows.iter().map(|it| it.number).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(week.sums.people, 2 * u64::from(line.people_came));
    assert_eq!(week.sums.watch_mean_s, line.watch.ok().map(|it| it.mean_s));
    assert_eq!(week.before.as_ref().map(|it| it.shows), Some(1));
    let [cause] = &week.causes[..] else { panic!("{:?}", week.causes) };
    assert_eq!((cause.cause, cause.shows), ("picture-stalled", 2));
    assert_eq!(week.poor.first(), Some(&(Symptom::PictureTrouble, 2)));
    let empty = ReviewReport::over(&all, Millis(20 * day_ms), Millis(21 * day_ms));
    assert!(
        empty.shows.is_empty() && empty.before.is_none() && empty.best().is_none() && empty.worst().is_none()
    );
}

#[test]
fn an_empty_log_and_one_person_make_no_moment_and_no_fault() {
    assert_eq!(shows_of(&[]).len(), 0);
    let mut night = Night::new(1);
    night.burst(1);
    night.send_off(&night.people());
    night.end();
    let (show, review) = the_show(&night.log);
    assert!(review.losses.is_empty() && review.holds.is_empty());
    let digest = Digest::of(&show, &review);
    assert_eq!((digest.people_came, digest.number, digest.is_over), (1, 1, true));
    assert_eq!(findings(&digest, &[]), []);
    // Times that make no sense make no fault either.
    let odd = [Millis(i64::MAX), Millis(i64::MIN)].map(|at| Entry { at, ..night.log[0].clone() });
    let log: Vec<Entry> = night.log.iter().cloned().chain(odd).collect();
    shows_of(&log).iter().for_each(|show| drop(Review::of(show)));
    let _ = SessionId(0);
}
