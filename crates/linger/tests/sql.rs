//! SQL over all events, by the program that the server starts for it: what it answers, what it refuses, what it may take.
//! It does not know who asks. Part of `make sql`.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_behaviour::{Fact, Number};
use linger_events::{Config, EventStore, Incoming, Snapshot, Tables, Who};
use linger_sql::{Answer, BYTES_MAX, Job, Program, ROWS_MAX, Refused, TEXT_MAX};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;

const DAY_MS: i64 = 86_400_000;

/// A store in a folder that is gone with it.
struct Shop {
    store: EventStore,
    dir: TempDir,
}

impl Shop {
    fn open() -> Shop {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { background: false, partitions: 4, ..Config::new(dir.path().join("events")) };
        Shop { store: EventStore::open(config).unwrap().0, dir }
    }

    /// Some people look at things, and every third look is an order.
    fn tell(&self, ids: std::ops::Range<u128>) {
        let told = |id: u128| {
            let paid = id.is_multiple_of(3);
            let mut fact = Fact { id, at_ms: DAY_MS + id as i64, ..Fact::default() };
            fact.name = if paid { "order.paid" } else { "card.seen" }.into();
            fact.props = Some(format!(r#"{{"nth":{id},"colour":"绿","none":null}}"#).into());
            fact.numbers[Number::AmountMinor.index()] = paid.then_some(100);
            Incoming { who: Who::known(&format!("p{}", id % 7)), fact, alias: None }
        };
        self.store.append(ids.map(told).collect()).unwrap();
    }

    fn job(&self, sql: &str) -> Job {
        let Tables { files, moves, hidden } = self.store.snapshot().tables(self.dir.path()).unwrap();
        Job { sql: sql.to_owned(), files, moves, hidden }
    }
}

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_linger"), ["events-sql"])
}

async fn rows(job: &Job) -> Vec<Vec<Value>> {
    program().ask(job).await.unwrap().rows
}

fn facts(snapshot: &Snapshot) -> u64 {
    let mut facts = 0;
    snapshot.for_each_fact(&mut |_| facts += 1).unwrap();
    facts
}

#[tokio::test(flavor = "multi_thread")]
async fn all_events_are_seen_whether_they_are_in_files_or_not_yet() {
    let shop = Shop::open();
    assert_eq!(program().ask(&shop.job("SELECT 1 FROM events")).await, Err(Refused::NotYet));
    shop.tell(1..61);
    let sql = "SELECT name, count(*) AS n, count(DISTINCT person) AS people, sum(amount_minor) AS paid
               FROM events GROUP BY name ORDER BY name";
    let seen = |n: u64| json!([["card.seen", n * 2, 7, null], ["order.paid", n, 7, n * 100]]);
    assert_eq!(json!(rows(&shop.job(sql)).await), seen(20));
    shop.store.maintain().unwrap();
    assert_eq!(json!(rows(&shop.job(sql)).await), seen(20));
    shop.tell(61..91);
    assert_eq!(json!(rows(&shop.job(sql)).await), seen(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_told_as_numbers_texts_and_nulls_and_properties_by_their_name() {
    let shop = Shop::open();
    shop.tell(3..4);
    let sql = r#"SELECT at, name, amount_minor, score, "order", amount_minor / 3.0 AS third, 1 = 1 AS yes,
                 'NaN'::double AS nan, prop(props, 'nth') AS nth, prop(props, 'colour') AS colour,
                 prop(props, 'none') AS none, prop(props, 'other') AS other FROM events"#;
    let Answer { columns, rows, cut } = program().ask(&shop.job(sql)).await.unwrap();
    assert_eq!(columns[..3], ["at", "name", "amount_minor"]);
    assert!(!cut);
    let third = 100.0 / 3.0;
    let values = json!([[
        "1970-01-02T00:00:00.003Z",
        "order.paid",
        100,
        null,
        null,
        third,
        "true",
        "NaN",
        "3",
        "绿",
        null,
        null
    ]]);
    assert_eq!(json!(rows), values);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_turned_out_to_be_one_person_is_one_and_who_is_being_erased_is_nobody() {
    let shop = Shop::open();
    let look = |id, who: Who| {
        let fact = Fact { id, at_ms: id as i64, name: "card.seen".into(), ..Fact::default() };
        shop.store.append(vec![Incoming { who, fact, alias: None }]).unwrap();
    };
    look(1, Who::anonymous("phone"));
    look(2, Who::known("ann"));
    look(3, Who::known("bob"));
    shop.store.maintain().unwrap();
    look(4, Who { anonymous: Some("phone".into()), known: Some("ann".into()) });
    let sql = "SELECT count(*) AS n FROM events GROUP BY person ORDER BY n";
    let job = shop.job(sql);
    assert!(!job.moves.is_empty(), "files still have the phone as somebody else");
    assert_eq!(json!(rows(&job).await), json!([[1], [3]]));
    let mut persons = Vec::new();
    shop.store.snapshot().for_each_fact(&mut |it| persons.push((it.id, it.person.0))).unwrap();
    let bob = persons.iter().find(|(id, _)| *id == 3).unwrap().1;
    assert_eq!(json!(rows(&Job { hidden: vec![bob], ..job }).await), json!([[3]]));
    shop.store.erase(linger_behaviour::PersonKey(bob)).unwrap();
    assert_eq!(json!(rows(&shop.job(sql)).await), json!([[3]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_of_one_moment_while_files_are_exchanged() {
    let shop = Shop::open();
    let mut moved = 0;
    for round in 0..8 {
        shop.tell(round * 20 + 1..round * 20 + 21);
        let (job, expected) = (shop.job("SELECT count(*) FROM events"), facts(&shop.store.snapshot()));
        let asked = tokio::spawn(async move { program().ask(&job).await });
        shop.tell(1_000 + round * 20..1_020 + round * 20);
        shop.store.maintain().unwrap();
        match asked.await.unwrap() {
            Ok(answer) => assert_eq!(json!(answer.rows), json!([[expected]])),
            Err(why) => {
                assert_eq!(why, Refused::Moved);
                moved += 1;
            }
        }
    }
    let gone = Job { files: vec![shop.dir.path().join("gone.parquet")], ..shop.job("SELECT 1") };
    assert_eq!(program().ask(&gone).await, Err(Refused::Moved));
    assert!(moved < 8, "no query found all its files");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_select_is_answered_and_it_reaches_nothing_but_the_events() {
    let shop = Shop::open();
    shop.tell(1..10);
    let secret = shop.dir.path().join("secret.csv");
    std::fs::write(&secret, "word\nswordfish\n").unwrap();
    let secret = secret.display();
    for sql in [
        "DELETE FROM events".to_owned(),
        "SELECT 1; SELECT 2".to_owned(),
        "CREATE TABLE mine AS SELECT 1".to_owned(),
        "SELECT * INTO mine FROM events".to_owned(),
        "SET datafusion.execution.batch_size = 1".to_owned(),
        "EXPLAIN SELECT 1".to_owned(),
        format!("COPY events TO '{secret}'"),
        format!("CREATE EXTERNAL TABLE mine STORED AS CSV LOCATION '{secret}'"),
        String::new(),
    ] {
        assert_eq!(program().ask(&shop.job(&sql)).await, Err(Refused::NotASelect), "{sql}");
    }
    for sql in [
        format!("SELECT * FROM '{secret}'"),
        format!("SELECT * FROM \"file://{secret}\""),
        format!("SELECT * FROM read_csv('{secret}')"),
        "SELECT nothing FROM events".to_owned(),
        "SELECT * FROM".to_owned(),
    ] {
        let Err(Refused::Wrong(says)) = program().ask(&shop.job(&sql)).await else { panic!("{sql}") };
        assert!(!says.contains("swordfish") && says.len() <= 300 && !says.contains('\n'), "{says}");
    }
    let long = format!("SELECT '{}'", "x".repeat(TEXT_MAX));
    assert_eq!(program().ask(&shop.job(&long)).await, Err(Refused::TooLong));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_has_so_many_rows_and_bytes_and_no_more() {
    let shop = Shop::open();
    shop.tell(1..2);
    let ask = async |sql: &str| program().ask(&shop.job(sql)).await.unwrap();
    let answer = ask("SELECT value FROM generate_series(1, 20000)").await;
    assert_eq!((answer.rows.len(), answer.cut), (ROWS_MAX, true));
    let answer = ask("SELECT repeat('x', 100000) AS x FROM generate_series(1, 1000)").await;
    assert!(answer.cut && answer.rows.len() == BYTES_MAX / 100_024, "{}", answer.rows.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_wants_too_much_ends_with_a_reason_and_leaves_the_next_one_alone() {
    let shop = Shop::open();
    shop.tell(1..2);
    let endless = shop
        .job("SELECT sum(a.value * b.value) FROM generate_series(1, 100000) a, generate_series(1, 100000) b");
    let hurried = program().with_time_max(Duration::from_secs(1));
    assert_eq!(hurried.ask(&endless).await, Err(Refused::TooSlow));
    // Unoptimised and on a busy machine.
    let patient = program().with_time_max(Duration::from_secs(120));
    for sql in [
        // What is grouped, sorted and joined is taken from a pool.
        "SELECT repeat('x', 20000) || value AS x FROM generate_series(1, 100000) ORDER BY x",
        // What is made on the way is not: the system says no.
        "SELECT max(length(repeat('x', 1000000000))) FROM generate_series(1, 100) a",
    ] {
        assert_eq!(patient.ask(&shop.job(sql)).await, Err(Refused::TooLarge), "{sql}");
    }
    let deep = format!("SELECT {}1", "1+".repeat(4_000));
    let deep = patient.ask(&shop.job(&deep)).await;
    assert!(matches!(deep, Ok(_) | Err(Refused::TooLarge)), "{deep:?}");
    assert_eq!(json!(rows(&shop.job("SELECT count(*) FROM events")).await), json!([[1]]));
}
