//! Shows looked back at over HTTP: what is listed, what is told of one, and what a log that has grown changes. Who may
//! ask stands in `access.rs`.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{Door, Who};
use linger_protocol::{Arrival, Departure, LeaveReason, PersonId, Quality, Report, Role, RoomId, SessionId};
use serde_json::Value;

async fn report(door: &Door, room: &RoomId, report: Report) {
    door.engine.report(room, report).await.unwrap();
}

async fn moved(door: &Door, room: &RoomId, arrived: std::ops::Range<u64>, left: std::ops::Range<u64>) {
    let arrived = arrived.map(|id| Arrival {
        session: SessionId(id),
        person: PersonId(id),
        source: format!("s{}", id % 3),
        brought_by: None,
    });
    let left = left.map(|id| Departure { session: SessionId(id), reason: LeaveReason::Left });
    report(door, room, Report::PeopleMoved { arrived: arrived.collect(), left: left.collect() }).await;
}

/// A show of ten minutes in which people come all the time, and at its middle many go while the picture stalls.
async fn show(door: &Door, room: &RoomId, from: u64) {
    report(door, room, Report::MediaStarted).await;
    for second in 0..600 {
        let (came, gone) = (from + second, from + second / 4);
        moved(door, room, came..came + 1, if second % 4 == 0 { gone..gone + 1 } else { 0..0 }).await;
        if second == 300 {
            moved(door, room, 0..0, from + 200..from + 290).await;
            let quality =
                Quality { stalls: 90, stalled_ms: 90_000, watched_ms: 200_000, ..Quality::default() };
            report(door, room, Report::QualityMeasured { quality }).await;
        }
        door.pass(1_000);
    }
    report(door, room, Report::MediaStopped { on_purpose: true }).await;
    moved(door, room, 0..0, from..from + 600).await;
    door.pass(3_600_000);
}

async fn told(door: &Door, who: &Who, path: &str) -> Value {
    let said = door.get(path, who).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    said.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_are_listed_and_reviewed_and_a_log_that_grows_is_folded_on() {
    let door = Door::open().await;
    let room = door.room("tea").await;
    let host = door.signed_in(Role::Host).await;
    assert_eq!(told(&door, &host, "/api/rooms/tea/shows").await, serde_json::json!([]));
    let missing = door.get("/api/rooms/tea/shows/1/review", &host).await;
    assert_eq!(missing.refusal(), (404, "no-such-show".to_owned()));
    assert_eq!(door.get("/api/rooms/tea/shows/x/review", &host).await.refusal(), (400, "bad-id".to_owned()));
    assert_eq!(door.get("/api/rooms/none/shows", &host).await.refusal(), (404, "no-such-room".to_owned()));

    show(&door, &room, 1_000).await;
    // A session does not last from one evening to the next.
    let host = door.signed_in(Role::Host).await;
    let list = told(&door, &host, "/api/rooms/tea/shows").await;
    assert_eq!(
        (&list[0]["number"], &list[0]["people"], &list[0]["over"]),
        (&1.into(), &600.into(), &true.into())
    );
    assert_eq!(list[0]["worst"]["cause"], "picture-stalled");
    let review = told(&door, &host, "/api/rooms/tea/shows/1/review").await;
    let worst = &review["losses"][0];
    assert!(worst["moment"]["beyond_chance"].as_bool().unwrap(), "{worst}");
    assert!(
        (worst["moment"]["from_s"].as_u64().unwrap()..=worst["moment"]["to_s"].as_u64().unwrap())
            .contains(&300)
    );
    let line = &review["timeline"];
    let rows = line["here"].as_array().unwrap().len();
    assert!(rows >= 600, "{rows}");
    for column in
        ["at_risk_s", "left", "expected", "comments", "asked", "orders", "gmv_minor", "stalls", "stalled"]
    {
        assert_eq!(line[column].as_array().unwrap().len(), rows, "{column}");
    }
    assert_eq!(worst["by_source"].as_array().unwrap().len(), 3);

    let report = door.get("/api/rooms/tea/report?days=1&lang=zh&zone=Asia/Shanghai", &host).await;
    assert_eq!((report.status.as_u16(), report.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(report.text.contains("画面卡顿") && report.text.contains("<td>600</td>"), "{}", report.text);
    for (query, field) in [("days=2", "days"), ("lang=fr", "lang"), ("zone=Nowhere", "zone")] {
        let said = door.get(&format!("/api/rooms/tea/report?{query}"), &host).await;
        assert_eq!((said.status.as_u16(), &said.json()["field"]), (400, &field.into()), "{}", said.text);
    }

    // Seven more: the first one's review is folded again, and says the same.
    for more in 2..9 {
        show(&door, &room, more * 1_000).await;
    }
    let host = door.signed_in(Role::Host).await;
    let list = told(&door, &host, "/api/rooms/tea/shows").await;
    let numbers: Vec<u64> =
        list.as_array().unwrap().iter().map(|it| it["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [8, 7, 6, 5, 4, 3, 2, 1]);
    let again = told(&door, &host, "/api/rooms/tea/shows/1/review").await;
    assert_eq!(again, review);
    assert_eq!(told(&door, &host, "/api/rooms/tea/shows/8/review").await["held_against"], 7);
}
