//! Each question asked of a small story, and its answer in plain words. It does not know how answers are found.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use expect_test::{Expect, expect};
use linger_behaviour::{Answer, Cell, Fact, Number, PersonKey, Question, Table, Text};

/// A line is `person day hh:mm event [source] [ms stayed]`; day 1 is 2026-03-28 in Berlin, and clocks change on day 2.
fn tell(story: &str) -> Table {
    let mut table = Table::new("Europe/Berlin").unwrap();
    for line in story.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let words: Vec<_> = line.split_whitespace().collect();
        let person = u64::from(words[0].as_bytes()[0] - b'a' + 1);
        let day: i32 = words[1].parse().unwrap();
        let date = jiff::civil::date(2026, 3, 27) + jiff::Span::new().days(day);
        let (hour, minute) = words[2].split_once(':').unwrap();
        let at =
            date.at(hour.parse().unwrap(), minute.parse().unwrap(), 0, 0).in_tz("Europe/Berlin").unwrap();
        let at_ms = at.timestamp().as_millisecond();
        let mut fact = Fact { person: PersonKey(person), at_ms, name: words[3].into(), ..Fact::default() };
        for word in &words[4..] {
            fact = match word.parse() {
                Ok(ms) => fact.with_number(Number::DurationMs, ms),
                Err(_) if ["left", "lost"].contains(word) => fact.with(Text::Outcome, word),
                Err(_) => fact.with(Text::Source, word),
            };
        }
        table.push(&fact).unwrap();
    }
    table
}

const STORY: &str = "
    a 1 20:00 enter share
    a 1 20:05 cart
    a 1 20:20 paid
    b 1 20:01 enter feed
    b 1 20:40 cart
    c 1 23:30 enter share
    c 2 00:10 paid
    a 2 20:00 enter
    c 3 20:00 enter
    c 3 20:01 cart
    c 3 20:01 paid
    d 3 21:00 enter feed
    b 9 20:00 enter
";

fn question(min_people: u32, rest: &str) -> Question {
    // From the 28th of March to noon on the 6th of April.
    let scope = format!(
        r#"{{"from_ms":1774652400000,"to_ms":1775469600000,"zone":"Europe/Berlin","min_people":{min_people}}}"#
    );
    serde_json::from_str(&format!(r#"{{"scope":{scope},{rest}}}"#)).unwrap()
}

fn shown(figure: Option<u64>) -> String {
    figure.map_or("-".to_owned(), |it| it.to_string())
}

fn check(table: &Table, question: &Question, expected: &Expect) {
    let lines = match table.ask(question).unwrap() {
        Answer::Retention(it) => it
            .groups
            .iter()
            .flat_map(|part| {
                part.cohorts.iter().filter(|row| row.people != Some(0)).map(|row| (&part.group, row))
            })
            .map(|(group, row)| {
                let cell = |it: &linger_behaviour::answer::Back| {
                    format!("{}{}", shown(it.people), if it.unfinished { "*" } else { "" })
                };
                let cells: Vec<_> = row.cells.iter().map(cell).collect();
                let value = group.value.as_deref().unwrap_or("all");
                format!("{value} {}: {} -> {}", row.cohort, shown(row.people), cells.join(" "))
            })
            .collect::<Vec<_>>(),
        Answer::Funnel(it) => it
            .groups
            .iter()
            .map(|part| {
                let step = |it: &linger_behaviour::answer::Reached| {
                    let time =
                        it.time.as_ref().map(|it| format!(" (half within {} min)", it.median_ms / 60_000));
                    format!("{}{}", shown(it.people), time.unwrap_or_default())
                };
                let steps: Vec<_> = part.steps.iter().map(step).collect();
                format!(
                    "{:?}{}: {}",
                    part.group.value,
                    if part.group.hidden { " hidden" } else { "" },
                    steps.join(" -> ")
                )
            })
            .collect(),
        other => serde_json::to_string_pretty(&other).unwrap().lines().map(str::to_owned).collect(),
    };
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn who_comes_back_on_which_day() {
    let any = r#""ask":"retention","start":{"event":"enter"},"back":{},"period":"day","brackets":{"each":4}"#;
    check(
        &tell(STORY),
        &question(1, any),
        &expect![[r#"
        all 2026-03-28: 3 -> 3 2 1 0
        all 2026-03-30: 1 -> 1 0 0 0
    "#]],
    );
}

#[test]
fn who_comes_back_on_or_after_a_day_by_source() {
    let later = r#""ask":"retention","start":{"event":"enter"},"back":{"event":"enter"},"period":"day",
        "clock":"rolling","brackets":{"edges":[0,1,2,9]},"count":"on_or_after","breakdown":{"by":"source"}"#;
    check(
        &tell(STORY),
        &question(2, later),
        &expect![[r#"
        all 2026-03-28: 3 -> 3 2 1*
        all 2026-03-30: - -> - - -*
        feed 2026-03-28: - -> - - -*
        feed 2026-03-30: - -> - - -*
        share 2026-03-28: 2 -> 2 1 0*
    "#]],
    );
}

#[test]
fn how_far_people_get() {
    let steps = r#""steps":[{"what":{"event":"enter"}},{"what":{"event":"cart"},"optional":true},{"what":{"event":"paid"}}]"#;
    let table = tell(STORY);
    let ordered =
        question(1, &format!(r#""ask":"funnel",{steps},"window_s":3600,"breakdown":{{"by":"source"}}"#));
    check(
        &table,
        &ordered,
        &expect![[r#"
        None: 4 -> 3 (half within 5 min) -> 2 (half within 20 min)
        Some("feed"): 2 -> 1 (half within 39 min) -> 0
        Some("share"): 2 -> 2 (half within 1 min) -> 2 (half within 20 min)
    "#]],
    );
    let lost = Cell::Funnel { group: None, step: 2, lost: true };
    expect![[r#"
        [
            PersonKey(
                2,
            ),
            PersonKey(
                4,
            ),
        ]
    "#]]
    .assert_debug_eq(&table.members(&ordered, &lost, 10).unwrap().people);
    let strict = question(1, &format!(r#""ask":"funnel",{steps},"order":"strict","window_s":3600"#));
    check(
        &table,
        &strict,
        &expect![[r#"
        None: 4 -> 3 (half within 5 min) -> 2 (half within 20 min)
    "#]],
    );
}

#[test]
fn a_cart_that_is_paid_without_coming_again_in_between() {
    let pattern = r#""ask":"sequence","pattern":[{"then":{"event":"cart"}},
        {"then":{"event":"paid"},"within_s":900,"without":[{"event":"enter"}]}]"#;
    check(
        &tell(STORY),
        &question(1, pattern),
        &expect![[r#"
        {
          "answer": "sequence",
          "groups": [
            {
              "group": {
                "value": null,
                "rest": false,
                "hidden": false
              },
              "people": [
                3,
                2
              ]
            }
          ]
        }
    "#]],
    );
}

#[test]
fn what_people_do_next() {
    let paths = r#""ask":"paths","anchor":{"event":"enter"},"depth":2,"top":2,"within_s":86400"#;
    check(
        &tell(STORY),
        &question(1, paths),
        &expect![[r#"
        {
          "answer": "paths",
          "people": 4,
          "levels": [
            {
              "nodes": [
                {
                  "name": "cart",
                  "people": 2
                },
                {
                  "name": "paid",
                  "people": 1
                }
              ],
              "rest": 0,
              "links": [
                {
                  "from": "",
                  "to": "cart",
                  "people": 2
                },
                {
                  "from": "",
                  "to": "paid",
                  "people": 1
                }
              ],
              "ended": 1
            },
            {
              "nodes": [
                {
                  "name": "paid",
                  "people": 1
                }
              ],
              "rest": 0,
              "links": [
                {
                  "from": "cart",
                  "to": "paid",
                  "people": 1
                }
              ],
              "ended": 2
            }
          ]
        }
    "#]],
    );
}

#[test]
fn how_long_people_stay_while_some_were_lost_sight_of() {
    let table = tell(
        "
        a 1 20:10 room.left left 60000
        b 1 20:10 room.left left 120000
        c 1 20:10 room.left lost 90000
        d 1 20:10 room.left left 300000
        e 1 00:01 room.left left 180000
        ",
    );
    let stays = r#""ask":"survival","stays":{"told":{"left":{"event":"room.left"}}},"horizon_s":240"#;
    check(
        &table,
        &question(1, stays),
        &expect![[r#"
        {
          "answer": "survival",
          "groups": [
            {
              "group": {
                "value": null,
                "rest": false,
                "hidden": false
              },
              "people": 5,
              "stays": 5,
              "ended": 4,
              "median_s": 120,
              "mean_s": 138.75,
              "mean_error_s": 33.90588997504711,
              "curve": [
                {
                  "age_s": 60,
                  "share": 0.75,
                  "low": 0.12794691759514576,
                  "high": 0.9605486422850784,
                  "at_risk": 4
                },
                {
                  "age_s": 120,
                  "share": 0.375,
                  "low": 0.010971121574844568,
                  "high": 0.8080010724813436,
                  "at_risk": 2
                },
                {
                  "age_s": 180,
                  "share": 0.1875,
                  "low": 0.0034740441395176964,
                  "high": 0.609647201941747,
                  "at_risk": 2
                },
                {
                  "age_s": 300,
                  "share": 0.0,
                  "low": 0.0,
                  "high": 0.0,
                  "at_risk": 1
                }
              ]
            }
          ]
        }
    "#]],
    );
}

#[test]
fn small_groups_are_not_shown_and_their_people_are_not_listed() {
    let steps =
        r#""ask":"funnel","steps":[{"what":{"event":"cart"}},{"what":{"event":"paid"}}],"window_s":3600"#;
    let (table, few) = (tell(STORY), question(5, steps));
    check(
        &table,
        &few,
        &expect![[r#"
        None hidden: - -> -
    "#]],
    );
    let cell = Cell::Funnel { group: None, step: 0, lost: false };
    assert_eq!(table.members(&few, &cell, 10).unwrap(), linger_behaviour::answer::Members::default());
}

#[test]
fn a_wrong_question_is_told_which_field_is_wrong() {
    let wrongs = [
        r#""ask":"funnel","steps":[{"what":{"event":"a"}}],"window_s":60"#,
        r#""ask":"funnel","steps":[{"what":{"event":"a"}},{"what":{"event":""}}],"window_s":60"#,
        r#""ask":"funnel","steps":[{"what":{}},{"what":{},"optional":true}],"window_s":60"#,
        r#""ask":"funnel","steps":[{"what":{}},{"what":{}}],"window_s":0"#,
        r#""ask":"retention","start":{},"back":{},"period":"day","brackets":{"each":401}"#,
        r#""ask":"retention","start":{},"back":{},"period":"day","brackets":{"edges":[0,3,3]}"#,
        r#""ask":"trend","what":{"where":[{"test":"one_of","text":"order","values":["1"]}]},"period":"day""#,
        r#""ask":"trend","what":{"where":[{"test":"between","number":"units","min":2,"max":1}]},"period":"day""#,
        r#""ask":"trend","what":{},"period":"day","breakdown":{"by":"source","groups_max":201}"#,
        r#""ask":"stickiness","what":{},"per":"day""#,
        r#""ask":"paths","anchor":{},"depth":7,"top":5,"within_s":60"#,
        r#""ask":"survival","stays":{"told":{"left":{}}},"horizon_s":0"#,
    ];
    let mut told: Vec<_> = wrongs.iter().map(|it| question(1, it).check().unwrap_err().to_string()).collect();
    let mut nowhere = question(1, r#""ask":"trend","what":{},"period":"day""#);
    nowhere.scope_mut().zone = "Mars/Olympus".to_owned();
    told.push(nowhere.check().unwrap_err().to_string());
    nowhere.scope_mut().from_ms = i64::MAX;
    told.push(nowhere.check().unwrap_err().to_string());
    let mut long = question(1, r#""ask":"trend","what":{},"period":"hour""#);
    long.scope_mut().from_ms = 0;
    told.push(long.check().unwrap_err().to_string());
    expect![[r#"
        steps: must be 2 to 20
        steps[1].what.event: must not be empty: leave it out for any event
        steps[1].optional: the first and the last step cannot be optional
        window_s: must be 1 s to 400 days
        brackets.each: must be 1 to 400
        brackets.edges: must rise
        what.where[0].text: this property is new on each event and cannot be asked about
        what.where[0]: has min above max
        breakdown.groups_max: must be 1 to 200
        per: must be week or month
        depth: must be 1 to 6
        horizon_s: must be 1 s to a day
        scope.zone: is not the name of a time zone, such as Asia/Shanghai
        scope.from_ms: must lie between 1970 and 2200
        scope.to_ms: touches more than 800 periods: ask for longer periods or a shorter range
    "#]]
    .assert_eq(&(told.join("\n") + "\n"));
}

#[test]
fn a_field_that_is_not_known_is_refused() {
    let known = r#"{"ask":"trend","scope":{"from_ms":0,"to_ms":1,"zone":"UTC"},"what":{},"period":"day"}"#;
    assert!(serde_json::from_str::<Question>(known).is_ok());
    for (from, to) in
        [("\"what\"", "\"wat\":1,\"what\""), ("\"zone\"", "\"z\":1,\"zone\""), ("{},", "{\"e\":1},")]
    {
        assert!(serde_json::from_str::<Question>(&known.replacen(from, to, 1)).is_err(), "{to}");
    }
}
