//! The words of a script that are about activities, and what is told of them.

use crate::script::{Play as Script, lower, money, number, paid, room_name, seconds, seed, shown};
use linger_protocol::*;
use linger_room::activity::commitment;

/// What a line asks about activities; `None` when it asks for something else.
pub fn asked(what: &str, words: &[&str]) -> Option<ActivityAct> {
    let activity = || ActivityId(number(words[1]) as u32);
    let play = |play| ActivityAct::Play { activity: activity(), play, device: device(words), name: None };
    Some(match words[0] {
        "vote" | "quiz" | "price" | "task" | "first" | "packet" | "pk" | "wheel" | "reflex" => {
            opened(what, words)
        }
        "select" => play(Move::Choose { option: number(words[2]) as u8 }),
        "answers" => play(Move::Answer {
            question: number(words[2]) as u8,
            option: number(words[3]) as u8,
            delay_ms: words.get(4).map_or(0, |it| seconds(it) as u32),
        }),
        "guess" => play(Move::Guess {
            minor: words[2].parse::<i64>().map_or_else(|_| money(words[2]).minor, |it| it * 100),
        }),
        "tap" => play(Move::Tap {
            round: number(words[2]) as u8,
            after_ms: words[3].trim_end_matches("ms").parse().expect("240ms"),
        }),
        "enter" => play(Move::Enter),
        "done" => play(Move::Done { watched_ms: seconds(words[2]) }),
        "next" => ActivityAct::Next { activity: activity() },
        "end" => ActivityAct::Close { activity: activity() },
        _ => return None,
    })
}

/// `on d7` at the end of a line says from which device.
fn device(words: &[&str]) -> u32 {
    match words {
        [.., "on", device] => number(device) as u32,
        _ => 0,
    }
}

/// Every activity is committed to the seed `s1`; the shop may give away 500.00 at once.
fn opened(what: &str, words: &[&str]) -> ActivityAct {
    let lasts_ms = words
        .iter()
        .find_map(|it| it.trim_end_matches(':').strip_suffix('s')?.parse::<u64>().ok())
        .map_or(60_000, |it| it * 1_000);
    let says = |word: &str| words.contains(&word);
    let count = words.iter().find_map(|it| it.strip_prefix('x')?.parse::<u32>().ok());
    let worth = words.iter().find_map(|it| it.strip_prefix('=')).map_or(money("1.00"), money);
    let prize = count.map(|count| Prize { what: "a cup".into(), worth, count });
    let item = words.iter().find_map(|it| it.strip_prefix('i')?.parse::<u64>().ok()).map(ItemId);
    let named = |key: &str| words.iter().find_map(|it| it.strip_prefix(key)?.strip_prefix('='));
    let game = match words[0] {
        "vote" => {
            let options = what.split_once(": ").map_or("", |it| it.1).split(" | ");
            let choice = |text: &str| Choice { text: text.into(), item: None };
            Game::Vote { options: options.map(choice).collect(), lasts_ms }
        }
        "quiz" => {
            let question = |n: u64| QuizQuestion {
                text: format!("question {n}"),
                options: vec!["yes".into(), "no".into()],
                right: 1,
                why: "it is so".into(),
                window_ms: lasts_ms,
            };
            let questions = (0..named("questions").map_or(2, number)).map(question).collect();
            Game::Quiz { questions, elimination: says("elimination") }
        }
        "price" => Game::Guess {
            item: item.unwrap_or(ItemId(1)),
            price: money(named("is").unwrap_or("9.90")),
            lasts_ms,
        },
        "task" => Game::Task {
            watch_ms: named("watch").map_or(0, seconds),
            ask: says("ask"),
            share: says("share"),
            follow: says("follow"),
            lasts_ms,
        },
        "first" => Game::First { item, lasts_ms },
        "packet" => {
            let budget = money(named("of").unwrap_or("10.00"));
            let parts = named("in").map_or(3, |it| it.parse().expect("so many parts"));
            Game::Packet { budget, parts, even: says("even"), lasts_ms }
        }
        "pk" => {
            let rival = named("against").map(room_name);
            let (sides, gift_point) = (["Lin".into(), "Mei".into()], named("point").map(money));
            Game::Pk { sides, rival, forfeit: "sings".into(), lasts_ms, gift_point }
        }
        "wheel" => {
            let cups = named("cups").map_or(1, |it| it.parse().expect("so many cups"));
            let prize = Some(Prize { what: "a cup".into(), worth: money("9.00"), count: cups });
            let slice = |label: &str, weight, prize| Slice { label: label.into(), weight, prize };
            Game::Wheel { slices: vec![slice("cup", 1, prize), slice("thanks", 1, None)], lasts_ms }
        }
        _ => {
            let waits_ms = named("after").unwrap_or("2s").split(',').map(seconds).collect();
            Game::Reflex { waits_ms, limit_ms: 1_000 }
        }
    };
    let terms = Terms { title: "Play".into(), game, prize };
    let commit = commitment(&seed("s1"), &terms.secret());
    ActivityAct::Open { terms: Box::new(terms), commit, sealed_seed: vec![7; 16], worth_max: money("500.00") }
}

/// What a line reports about activities; `None` when it reports something else.
pub fn reported(who: &str, words: &[&str]) -> Option<Report> {
    let activity = |word: &str| ActivityId(number(word) as u32);
    Some(match (who, words) {
        ("chance", [id, word]) => Report::ActivitySeedRevealed { activity: activity(id), seed: seed(word) },
        ("crowd", [id, first, second]) => {
            Report::Cheered { activity: activity(id), points: [number(first) as u32, number(second) as u32] }
        }
        ("rival", [id, points]) => Report::RivalScored { activity: activity(id), points: number(points) },
        _ => return None,
    })
}

impl Script {
    pub fn tell_activity(&self, event: &ActivityEvent) -> String {
        match event {
            ActivityEvent::Opened { activity, terms, until, .. } => {
                format!("a{activity} is a {} until {}", terms.game.code(), shown(*until))
            }
            ActivityEvent::Played { activity, person, play, .. } => {
                let who = self.name(*person);
                match play {
                    Play::Chose { option } => format!("{who} votes {option} in a{activity}"),
                    Play::Answered { question, option, took_ms } => {
                        format!("{who} answers {option} to {question} of a{activity} in {took_ms} ms")
                    }
                    Play::Guessed { minor } => {
                        format!("{who} guesses {} in a{activity}", paid(Money::new(*minor, Currency::CNY)))
                    }
                    Play::Tapped { round, after_ms, counts } => {
                        let counts = if *counts { "counts" } else { "does not count" };
                        format!("{who} taps at {after_ms} ms of {round} of a{activity}, {counts}")
                    }
                    Play::Entered => format!("{who} is in a{activity}"),
                    Play::Finished => format!("{who} is done with a{activity}"),
                }
            }
            ActivityEvent::Stepped { activity, step, until, .. } => {
                format!(
                    "a{activity} {} until {}",
                    lower(step).replace([' ', '{', '}'], " ").trim(),
                    shown(*until)
                )
            }
            ActivityEvent::Scored { activity, points } => format!("a{activity} {}:{}", points[0], points[1]),
            ActivityEvent::Frozen { activity, players, .. } => format!("a{activity} frozen with {players}"),
            ActivityEvent::Settled { activity, outcome, .. } => {
                format!("a{activity} {}", self.tell_outcome(outcome))
            }
        }
    }

    fn tell_outcome(&self, outcome: &Outcome) -> String {
        let nobody_or = |told: Vec<String>| if told.is_empty() { "nobody".into() } else { told.join(", ") };
        match outcome {
            Outcome::Votes { votes } => format!("ends {votes:?}"),
            Outcome::Winners { winners } => {
                format!("won by {}", nobody_or(winners.iter().map(|it| self.name(*it).into()).collect()))
            }
            Outcome::Shares { shares, rest_minor } => {
                let share = |it: &Share| {
                    format!("{} {}", self.name(it.person), paid(Money::new(it.minor, Currency::CNY)))
                };
                let rest = paid(Money::new(*rest_minor, Currency::CNY));
                format!("gives {}; {rest} goes back", nobody_or(shares.iter().map(share).collect()))
            }
            Outcome::Spins { spins } => {
                let spin = |it: &Spin| format!("{} {}", self.name(it.person), it.slice);
                format!("stops at {}", nobody_or(spins.iter().map(spin).collect()))
            }
            Outcome::Score { points } => format!("ends {}:{}", points[0], points[1]),
        }
    }
}
