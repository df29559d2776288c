//! Logs from lines of text, and what rules found in them as lines of text. It does not know any rule.
//!
//! A line is a time, or a stretch of times with a step in seconds, and what happens then:
//!
//! ```text
//! 0:00           live
//! 0:00           come 30 feed
//! 1:00..9:00/5   say 2
//! 9:30           go 8
//! ```

use linger_protocol::{
    Actor, Answered, Arrival, Cause, CommentId, Currency, Departure, DrawId, Entry, Event, Item, ItemId,
    KeyId, LeaveReason, Millis, Money, OffReason, OrderId, PersonId, Quality, QuestionId, Role, RoomId,
    Sealed, SessionId, Topic,
};
use linger_strategy::rule::{Evaluator, Finding, Rule};
use serde_json::Value;

pub fn room() -> RoomId {
    RoomId::new("tea").unwrap()
}

/// A rule as it is written, with the few fields that a test does not care about.
pub fn rule(mut written: Value) -> Rule {
    let usual = serde_json::json!({
        "code": "try", "name": "Try", "on": true, "scope": { "of": "room" }, "window_s": 60,
        "do": { "act": "prompt-host", "text": "Look" },
        "cool_down_s": 60, "budget": { "times": 100 }, "hold_out": 0.0,
    });
    for (field, value) in usual.as_object().unwrap() {
        let fields = written.as_object_mut().unwrap();
        fields.entry(field.clone()).or_insert_with(|| value.clone());
    }
    Rule::read(&written).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn time_of(word: &str) -> i64 {
    let (minutes, seconds) = word.split_once(':').unwrap();
    let ms = (seconds.parse::<f64>().unwrap() * 1_000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "a time of a script")]
    let ms = ms as i64;
    minutes.parse::<i64>().unwrap() * 60_000 + ms
}

pub fn clock(at: Millis) -> String {
    format!("{}:{:02}", at.0 / 60_000, at.0 / 1_000 % 60)
}

/// Every line at each of its times, in the order of time.
fn times(script: &str) -> Vec<(i64, Vec<String>)> {
    let mut all = vec![];
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let (when, what) = words.split_first().unwrap();
        match when.split_once("..") {
            None => all.push((time_of(when), what.to_vec())),
            Some((from, rest)) => {
                let (to, step) = rest.split_once('/').unwrap();
                let (mut at, to) = (time_of(from), time_of(to));
                while at <= to {
                    all.push((at, what.to_vec()));
                    at += step.parse::<i64>().unwrap() * 1_000;
                }
            }
        }
    }
    all.sort_by_key(|(at, _)| *at);
    all
}

#[derive(Default)]
struct World {
    here: Vec<u64>,
    people: u64,
    comments: u64,
    orders: u128,
    draws: u32,
    open: Vec<u32>,
    now: Millis,
    log: Vec<Entry>,
}

/// The log of a script.
pub fn log_of(script: &str) -> Vec<Entry> {
    let mut world = World::default();
    for (at, what) in times(script) {
        world.now = Millis(at);
        let words: Vec<&str> = what.iter().map(String::as_str).collect();
        world.does(&words);
    }
    world.log
}

impl World {
    fn tell(&mut self, cause: Cause, event: Event) {
        self.log.push(Entry { at: self.now, cause, event });
    }

    fn happens(&mut self, event: Event) {
        self.tell(Cause::Reported, event);
    }

    fn does(&mut self, words: &[&str]) {
        let number = |place: usize| words[place].trim_start_matches(['q', 'i', 'p']).parse::<u64>().unwrap();
        let yuan = |minor: u64| Money::new(i64::try_from(minor).unwrap(), Currency::CNY);
        match words[0] {
            "live" => self.happens(Event::WentLive),
            "end" => self.happens(Event::WentOff { reason: OffReason::Ended }),
            "lost" => self.happens(Event::WentOff { reason: OffReason::Lost }),
            "come" => self.come(number(1), words.get(2).copied().unwrap_or("direct")),
            "go" => self.go(number(1), LeaveReason::Left),
            "sent" => self.go(number(1), LeaveReason::Sent),
            "say" => (0..number(1)).for_each(|_| self.says(None, None)),
            "ask" => {
                let question = u32::try_from(number(2)).unwrap();
                if !self.open.contains(&question) {
                    self.open.push(question);
                    let question = QuestionId(question);
                    self.happens(Event::QuestionOpened { question, topic: Topic(1), item: None });
                }
                self.says(Some(number(1)), Some(QuestionId(question)));
            }
            "answer" => {
                let question = QuestionId(u32::try_from(number(1)).unwrap());
                self.host(Event::QuestionAnswered { question, how: Answered::OnAir, prompt: None });
            }
            "host" => self.host(Event::Announced { text: "hello".into() }),
            "list" => {
                let item = Item::new(ItemId(number(1)), words[2], yuan(number(3)), "house");
                self.happens(Event::ItemListed { item });
            }
            "stock" => {
                let units = u32::try_from(number(2)).unwrap();
                self.happens(Event::StockSet { item: ItemId(number(1)), units });
            }
            "sale" => {
                let (item, price) = (ItemId(number(1)), yuan(number(2)));
                self.happens(Event::SaleOpened { item, price, per_person: 9, hold_ms: 60_000 });
            }
            "pin" => self.happens(Event::CardPinned { item: ItemId(number(1)) }),
            "unpin" => self.happens(Event::CardUnpinned { item: ItemId(number(1)) }),
            "buy" => {
                self.orders += 1;
                let person = PersonId(self.here[self.orders as usize % self.here.len()]);
                let (order, item) = (OrderId(self.orders), ItemId(number(1)));
                let units = u32::try_from(number(2)).unwrap();
                let until = self.now.plus(60_000);
                self.happens(Event::UnitsHeld { order, person, item, units, amount: yuan(100), until });
            }
            "stall" => {
                let quality = Quality {
                    viewers: 1,
                    stalled_ms: number(1),
                    watched_ms: number(2),
                    ..Quality::default()
                };
                self.happens(Event::QualityGathered { quality });
            }
            "climax" => {
                self.draws += 1;
                let (draw, closes_at) = (DrawId(self.draws), self.now.plus(10_000));
                self.happens(Event::DrawOpened {
                    draw,
                    keyword: "1".into(),
                    prize: "tea".into(),
                    winners: 1,
                    closes_at,
                    commit: [0; 32],
                    sealed_seed: vec![].into(),
                });
            }
            // Something that moves no figure.
            "time" => self.happens(Event::CommentHidden { comment: CommentId(0) }),
            other => panic!("no such doing: {other}"),
        }
    }

    fn host(&mut self, event: Event) {
        let by = Actor { person: PersonId(1 << 40), role: Role::Host };
        self.tell(Cause::Asked { by, intent: None }, event);
    }

    fn come(&mut self, people: u64, source: &str) {
        let new: Vec<u64> = (0..people).map(|place| self.people + 1 + place).collect();
        self.people += people;
        self.here.extend(&new);
        let arrival = |person: &u64| Arrival {
            session: SessionId(*person),
            person: PersonId(*person),
            source: source.to_owned(),
            brought_by: None,
        };
        let arrived = new.iter().map(arrival).collect();
        self.move_people(arrived, vec![]);
    }

    fn go(&mut self, people: u64, reason: LeaveReason) {
        let gone: Vec<u64> = self.here.drain(..usize::try_from(people).unwrap()).collect();
        let left = gone.into_iter().map(|it| Departure { session: SessionId(it), reason }).collect();
        self.move_people(vec![], left);
    }

    fn move_people(&mut self, arrived: Vec<Arrival>, left: Vec<Departure>) {
        let here = u32::try_from(self.here.len()).unwrap();
        self.happens(Event::PresenceChanged { arrived, left, here });
    }

    fn says(&mut self, person: Option<u64>, question: Option<QuestionId>) {
        self.comments += 1;
        let everybody = self.here.len().max(1);
        let one = self.here.get(usize::try_from(self.comments).unwrap() % everybody).copied();
        self.happens(Event::CommentMade {
            comment: CommentId(self.comments),
            person: PersonId(person.or(one).unwrap_or(1)),
            role: Role::Viewer,
            spoken: Sealed { key: KeyId(0), body: vec![].into() },
            question,
            answers: None,
            lane: None,
            reply_to: None,
            mentions: None,
            image: None,
        });
    }
}

/// What rules find in a log, the last entry's time included.
pub fn found(rules: Vec<Rule>, log: &[Entry]) -> Vec<Finding> {
    let mut evaluator = Evaluator::trying(&room(), rules);
    let mut found: Vec<Finding> = log.iter().flat_map(|entry| evaluator.fold(entry)).collect();
    if let Some(last) = log.last() {
        found.extend(evaluator.pass(last.at));
    }
    found
}

/// One line for each finding.
pub fn told(found: &[Finding]) -> String {
    let line = |it: &Finding| {
        let intent = &it.intent;
        let what = match (it.passed_over, intent.proposed()) {
            (Some(why), _) => format!("passed over: {}", why.code()),
            (None, Some(proposed)) => format!("{:?}", proposed.deed),
            (None, None) => format!("{:?}", intent.proposal),
        };
        let why = intent.proposed().map_or(String::new(), |proposed| {
            let one = |it: &linger_protocol::Sign| format!("{} {}", it.metric, it.milli as f64 / 1_000.0);
            let signs = proposed.why.iter().map(one).collect::<Vec<_>>().join(", ");
            if signs.is_empty() { signs } else { format!("  [{signs}]") }
        });
        format!("{}  {}  {what}{why}\n", clock(intent.at), intent.rule)
    };
    found.iter().map(line).collect()
}

/// Plays a script with rules.
pub fn play(rules: Vec<Rule>, script: &str) -> String {
    told(&found(rules, &log_of(script)))
}
