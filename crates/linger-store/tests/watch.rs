//! What watchers keep, and what analysts may ask. It knows no rule and no segment.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_protocol::{Millis, PersonId};
use linger_store::{DailyRow, Page, SQL_ROWS_MAX, SqlRefused, SqlValue, Store, StoreError, Summaries};

const WHO: PersonId = PersonId(7);

#[tokio::test]
async fn segments_tags_and_alarms_are_kept_once_each() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    store.put_segment("vip", "{}", WHO, Millis(1)).await.unwrap();
    store.put_segment("vip", "{1}", WHO, Millis(2)).await.unwrap();
    let kept = store.segments().await.unwrap();
    assert_eq!((kept.len(), kept[0].definition.as_str(), kept[0].changed_at), (1, "{1}", Millis(2)));
    assert!(store.remove_segment("vip").await.unwrap());
    assert!(!store.remove_segment("vip").await.unwrap());
    for _ in 0..2 {
        store.tag(u64::MAX, "vip", true, WHO, Millis(1)).await.unwrap();
    }
    assert_eq!(store.tags().await.unwrap(), [(u64::MAX, "vip".to_owned())]);
    store.tag(u64::MAX, "vip", false, WHO, Millis(1)).await.unwrap();
    assert_eq!(store.tags().await.unwrap(), []);
    assert!(matches!(store.tag(1, "", true, WHO, Millis(1)).await, Err(StoreError::Unfit { field: "tag", .. })));
}

#[tokio::test]
async fn what_an_alarm_said_of_a_period_is_told_once_and_goes_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let alarm = store.make_alarm("{}", WHO, Millis(1)).await.unwrap();
    assert!(store.keep_moment(alarm, Millis(5), "off", "a", Millis(9)).await.unwrap());
    assert!(!store.keep_moment(alarm, Millis(5), "off", "a", Millis(10)).await.unwrap());
    assert!(store.keep_moment(alarm, Millis(6), "clear", "b", Millis(11)).await.unwrap());
    assert!(!store.keep_moment(alarm + 1, Millis(6), "off", "c", Millis(11)).await.unwrap());
    let all = store.moments(0, Page::FIRST).await.unwrap();
    let later = store.moments(all[0].id, Page::FIRST).await.unwrap();
    assert_eq!((all.len(), later.len(), later[0].moment.as_str()), (2, 1, "b"));
    assert!(store.remove_alarm(alarm).await.unwrap());
    assert_eq!(store.moments(0, Page::FIRST).await.unwrap(), []);
}

fn row(day: usize) -> DailyRow {
    DailyRow {
        day: format!("day-{day:05}"),
        event: "room.entered".into(),
        source: "feed".into(),
        room: "tea".into(),
        facts: 2,
        persons: 1,
        amount_minor: 0,
    }
}

async fn summaries(rows: usize) -> (tempfile::TempDir, Summaries) {
    let dir = tempfile::tempdir().unwrap();
    let summaries = Summaries::new(dir.path());
    summaries.replace((0..rows).map(row)).await.unwrap();
    (dir, summaries)
}

#[tokio::test]
async fn a_select_is_answered_and_a_new_state_takes_the_place_of_the_old() {
    let dir = tempfile::tempdir().unwrap();
    let summaries = Summaries::new(dir.path());
    assert!(matches!(summaries.ask("SELECT 1").await, Err(SqlRefused::NotYet)));
    for rows in [3, 5] {
        summaries.replace((0..rows).map(row)).await.unwrap();
        let answer = summaries
            .ask("WITH t AS (SELECT * FROM daily) SELECT count(*) AS n, sum(facts) * 0.5 AS half, NULL, 'x;--' FROM t;")
            .await
            .unwrap();
        assert_eq!(answer.columns[..2], ["n", "half"]);
        let n = i64::try_from(rows).unwrap();
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let half = rows as f64;
        let expected = [SqlValue::Integer(n), SqlValue::Real(half), SqlValue::Null, SqlValue::Text("x;--".into())];
        assert_eq!(answer.rows, [expected]);
    }
}

#[tokio::test]
async fn nothing_but_one_select_is_taken() {
    let (_dir, summaries) = summaries(1).await;
    for sql in [
        "", ";", "DELETE FROM daily", "SELECT 1; SELECT 2", "/* SELECT */ DROP TABLE daily", "PRAGMA user_version",
        "ATTACH 'tables.db' AS t", "EXPLAIN SELECT 1", "VACUUM INTO 'x'", "SELECT 1 -- \n; SELECT 2",
    ] {
        assert!(matches!(summaries.ask(sql).await, Err(SqlRefused::NotASelect)), "{sql}");
    }
    for sql in [
        "SELECT * FROM pragma_database_list", "SELECT load_extension('x')", "SELECT \"zeroblob\"(1000000000)",
        "SELECT [printf]('%1000000000d', 1)", "SELECT randomblob(9)", "SELECT * FROM dbstat",
    ] {
        assert!(matches!(summaries.ask(sql).await, Err(SqlRefused::Forbidden(_))), "{sql}");
    }
    // What looks like reading and writes all the same is stopped by the connection.
    let sneaky = summaries.ask("WITH t AS (SELECT 1) DELETE FROM daily").await;
    assert!(matches!(sneaky, Err(SqlRefused::Wrong(_))), "{sneaky:?}");
    assert_eq!(summaries.ask("SELECT count(*) FROM daily").await.unwrap().rows, [[SqlValue::Integer(1)]]);
    let wrong = summaries.ask("SELECT nothing FROM daily").await;
    assert!(matches!(wrong, Err(SqlRefused::Wrong(why)) if why.contains("nothing")));
}

#[tokio::test]
async fn rows_time_and_memory_are_bounded() {
    let (_dir, summaries) = summaries(SQL_ROWS_MAX + 1).await;
    let answer = summaries.ask("SELECT day FROM daily").await.unwrap();
    assert_eq!((answer.rows.len(), answer.cut), (SQL_ROWS_MAX, true));
    let big = "WITH RECURSIVE t(s, n) AS (SELECT 'x', 0 UNION ALL SELECT s || s, n + 1 FROM t WHERE n < 29) \
               SELECT max(length(s)) FROM t";
    assert!(matches!(summaries.ask(big).await, Err(SqlRefused::Wrong(_) | SqlRefused::TooSlow)));
    let endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t";
    assert!(matches!(summaries.ask(endless).await, Err(SqlRefused::TooSlow)));
}
