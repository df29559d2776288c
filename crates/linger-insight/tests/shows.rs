//! Single promises about a show's figures. It does not know a real room.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use expect_test::expect;
use linger_insight::{Live, NEW_SHOW_MS, SHOW_S_MAX, SegmentKind};
use linger_protocol::{
    Actor, Arrival, Cause, Departure, DrawId, Entry, Event, ItemId, LeaveReason, Millis, OffReason, PersonId,
    SessionId,
};
use linger_stats::Unknown;

fn entry(at_ms: i64, event: Event) -> Entry {
    Entry { at: Millis(at_ms), cause: Cause::Asked { by: Actor::HOUSE, intent: None }, event }
}

fn came(at_ms: i64, ids: &[u64]) -> Entry {
    let arrival = |id: &u64| Arrival {
        session: SessionId(*id),
        person: PersonId(*id),
        source: "direct".into(),
        brought_by: None,
    };
    let arrived = ids.iter().map(arrival).collect();
    entry(at_ms, Event::PresenceChanged { arrived, left: vec![], here: 0 })
}

fn went(at_ms: i64, ids: &[u64]) -> Entry {
    let departure = |id: &u64| Departure { session: SessionId(*id), reason: LeaveReason::Left };
    entry(
        at_ms,
        Event::PresenceChanged { arrived: vec![], left: ids.iter().map(departure).collect(), here: 0 },
    )
}

fn fold(entries: &[Entry], now_ms: i64) -> Live {
    let mut live = Live::new();
    entries.iter().for_each(|entry| live.fold(entry));
    live.tick(Millis(now_ms));
    live
}

fn curve_of(live: &Live) -> String {
    live.snapshot()
        .curve()
        .map(|point| {
            let hazard =
                point.leave_hazard.map_or_else(|unknown| unknown.to_string(), |it| format!("{it:.2}"));
            let row = point.figures;
            format!(
                "{} s  +{} -{} lost {}  here {}  leaving {hazard} of {}\n",
                row.second, row.arrived, row.left, row.lost, point.here, point.at_risk
            )
        })
        .collect()
}

#[test]
fn the_curve_tells_who_is_here_and_who_leaves() {
    let live = fold(
        &[came(5_000, &[1, 2, 3, 4]), went(7_500, &[1]), came(9_000, &[5]), went(9_999, &[2, 5])],
        20_000,
    );
    expect![[r#"
          0 s  +4 -0 lost 0  here 4  leaving 0.00 of 4
          2 s  +0 -1 lost 0  here 3  leaving 0.25 of 4
          4 s  +1 -2 lost 0  here 2  leaving 0.50 of 4
    "#]]
    .assert_eq(&curve_of(&live));
}

#[test]
fn a_lost_count_ends_all_stays_unseen_when_they_were_last_seen() {
    let lost = entry(60_000, Event::PresenceLost { last_seen: Millis(20_000) });
    let live = fold(&[came(5_000, &[1, 2, 3]), went(10_000, &[1]), lost, came(61_000, &[4])], 70_000);
    expect![[r#"
        0 s  +3 -0 lost 0  here 3  leaving 0.00 of 3
        5 s  +0 -1 lost 0  here 2  leaving 0.33 of 3
        15 s  +0 -0 lost 2  here 0  leaving 0.00 of 2
        56 s  +1 -0 lost 0  here 1  leaving 0.00 of 1
    "#]]
    .assert_eq(&curve_of(&live));
    let stays = live.snapshot().stays();
    assert_eq!((stays.stays(), stays.ended()), (4, 1));
    // Two were seen for 15 s and not for the 40 s of the outage; the fourth is here for 9 s.
    assert_eq!(stays.kaplan_meier().unwrap().followed_s(), 15);
}

#[test]
fn the_stage_of_the_set_up_is_there_when_the_show_begins() {
    let (card, next) = (ItemId(7), ItemId(8));
    let draw_opened = Event::DrawOpened {
        draw: DrawId(1),
        keyword: "tea".into(),
        prize: "a pot".into(),
        winners: 1,
        closes_at: Millis(50_000),
        commit: [0; 32],
        sealed_seed: Vec::new().into(),
    };
    let live = fold(
        &[
            entry(1_000, Event::CardPinned { item: card }),
            came(100_000, &[1]),
            entry(104_000, Event::WentLive),
            entry(106_000, Event::CardPinned { item: next }),
            entry(107_000, draw_opened),
            entry(108_000, Event::Announced { text: "welcome".into() }),
            entry(109_000, Event::DrawRevealed { draw: DrawId(1), seed: [0; 32], winners: vec![] }),
            entry(111_000, Event::CardUnpinned { item: next }),
            entry(112_000, Event::WentOff { reason: OffReason::Lost }),
        ],
        115_000,
    );
    let told: String = live
        .snapshot()
        .segments()
        .iter()
        .map(|it| {
            format!("{} to {}: {:?}\n", it.from_s, it.to_s.map_or("now".into(), |to| to.to_string()), it.kind)
        })
        .collect();
    expect![[r#"
        0 to 4: OffAir { reason: None }
        0 to 6: Card { item: ItemId(7) }
        6 to 11: Card { item: ItemId(8) }
        7 to 9: Draw { draw: DrawId(1) }
        8 to 8: Announcement
        12 to now: OffAir { reason: Some(Lost) }
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_picture_long_after_the_end_is_a_new_show_with_the_people_who_stayed() {
    let late = 20_000 + NEW_SHOW_MS as i64 + 1;
    let evening = [
        entry(0, Event::WentLive),
        came(1_000, &[1, 2, 3]),
        entry(20_000, Event::WentOff { reason: OffReason::Ended }),
        went(30_000, &[3]),
    ];
    let again = [entry(late, Event::WentLive), went(late + 5_000, &[1])];
    let live = fold(&[&evening[..], &again].concat(), late + 9_000);
    assert_eq!(live.snapshot().starts_at(), Some(Millis(late)));
    expect![[r#"
          0 s  +2 -0 lost 0  here 2  leaving 0.00 of 2
          5 s  +0 -1 lost 0  here 1  leaving 0.50 of 2
    "#]]
    .assert_eq(&curve_of(&live));
    assert_eq!(live.snapshot().people_came(), 2);
    assert_eq!(live.snapshot().segments(), []);

    let soon = [entry(late - 1, Event::WentLive), went(late + 5_000, &[1])];
    let live = fold(&[&evening[..], &soon].concat(), late + 9_000);
    assert_eq!(live.snapshot().starts_at(), Some(Millis(0)));
    let off = SegmentKind::OffAir { reason: Some(OffReason::Ended) };
    assert_eq!(live.snapshot().segments().iter().map(|it| it.kind).collect::<Vec<_>>(), [off]);
}

#[test]
fn a_clock_that_goes_backwards_moves_nothing_backwards() {
    let live = fold(
        &[
            came(50_000, &[1, 2]),
            went(60_000, &[1]),
            came(10_000, &[3]),
            went(i64::MIN, &[2]),
            came(61_000, &[4]),
        ],
        -5,
    );
    expect![[r#"
        0 s  +2 -0 lost 0  here 2  leaving 0.00 of 2
        10 s  +1 -2 lost 0  here 1  leaving 0.67 of 3
        11 s  +1 -0 lost 0  here 2  leaving 0.00 of 2
    "#]]
    .assert_eq(&curve_of(&live));
    let far = fold(&[came(0, &[1]), came(i64::MAX, &[2]), went(3, &[1])], i64::MIN);
    assert_eq!(far.snapshot().until_s(), SHOW_S_MAX - 1);
}

#[test]
fn what_happens_after_a_day_is_counted_in_the_last_second() {
    let day = i64::from(SHOW_S_MAX) * 1_000;
    let live = fold(&[came(0, &[1, 2]), came(day + 5, &[3]), went(3 * day, &[1])], 4 * day);
    assert_eq!(live.snapshot().seconds().len(), 2);
    assert_eq!((live.snapshot().totals().arrived, live.snapshot().totals().left), (3, 1));
    let next = [entry(5 * day, Event::WentLive)];
    let live = fold(&[&[came(0, &[1, 2]), went(3 * day, &[1])], &next[..]].concat(), 5 * day);
    assert_eq!(live.snapshot().starts_at(), Some(Millis(5 * day)));
}

#[test]
fn an_empty_show_says_why_it_has_no_figures() {
    let summary = fold(&[], 1_000).snapshot().summary();
    assert_eq!(summary.watch, Err(Unknown::NothingObserved));
    assert_eq!(summary.interaction, Err(Unknown::NothingObserved));
    assert_eq!(summary.stall_share, Err(Unknown::NothingObserved));
    assert_eq!((summary.here, summary.here_peak, summary.first_frame_p50_ms), (0, 0, None));
}

#[test]
fn a_stay_told_twice_counts_once_and_a_departure_of_nobody_not_at_all() {
    let live = fold(
        &[came(0, &[1]), came(1_000, &[1]), went(2_000, &[9]), went(3_000, &[1]), went(4_000, &[1])],
        5_000,
    );
    assert_eq!((live.snapshot().totals().arrived, live.snapshot().totals().left), (1, 1));
}
