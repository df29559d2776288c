//! Transcripts: a short play in words goes in, the same play with the room's answers comes out. It does not know what is
//! right: the expected text beside every script does.
//!
//! A line is `MM:SS  who  what`. `host`, `mod`, `ops` and `house` ask in their roles, everybody else as a viewer. `bank`,
//! `carrier`, `door`, `hearts`, `media`, `seed`, `phones`, `chance`, `crowd`, `rival`, `club` and `time` report; `look` and `crash` are
//! for the reader of the play. After every line the room is rebuilt from its log and must be the same room.

#[path = "script_care.rs"]
mod care;
#[path = "script_club.rs"]
mod club;

use crate::script_activity;
#[path = "script_talk.rs"]
mod talk;

use expect_test::Expect;
use linger_protocol::*;
use linger_room::{Room, draw, question};

#[path = "script_sale.rs"]
mod sale;
#[path = "script_seat.rs"]
mod script_seat;

/// Plays a script in an open room with one listed item, `i1` at 10.00, and compares it with its answers.
pub fn play(script: &str, expected: &Expect) {
    let mut play = Play::default();
    play.request(Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Lin".into() }, "house")
        .expect("opens");
    play.line("ops", "list i1 10.00 Cup");
    play.all(script, expected);
}

/// Plays a script in a room that nobody opened yet.
pub fn play_unopened(script: &str, expected: &Expect) {
    Play::default().all(script, expected);
}

#[derive(Default)]
pub struct Play {
    now: Millis,
    room: Room,
    log: Vec<Event>,
    names: Vec<String>,
}

impl Play {
    fn all(&mut self, script: &str, expected: &Expect) {
        let lines: Vec<&str> = script.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let width = lines.iter().map(|line| columns(line)).max().unwrap_or(0);
        let mut told = String::new();
        for line in lines {
            let (time, rest) = line.split_once(' ').expect("a time and what happens");
            let (who, what) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
            self.now = clock(time);
            let answer = self.line(who, what.trim());
            let blanks = " ".repeat(width - columns(line));
            told.push_str(&format!("{line}{blanks} -> {answer}\n"));
            let mut rebuilt = Room::default();
            self.log.iter().for_each(|event| rebuilt.apply(event));
            assert_eq!(rebuilt, self.room, "the log tells another story after {line:?}");
            assert_eq!(rebuilt.hash(), self.room.hash(), "the same room, another hash after {line:?}");
        }
        expected.assert_eq(&told);
    }

    fn line(&mut self, who: &str, what: &str) -> String {
        let words: Vec<&str> = what.split_whitespace().collect();
        match who {
            "look" if words[0] == "lane" => self.look_lane(words[1]),
            "look" if words[0] == "order" => self.look_order(words[1]),
            "look" if words[0] == "ratings" => self.look_ratings(words[1]),
            "look" => self.look_sale(&words).unwrap_or_else(|| self.look(words[0])),
            "club" => self.club_line(&words),
            "crash" => {
                self.room = Room::default();
                self.log.iter().for_each(|event| self.room.apply(event));
                self.report(Report::Restarted { last_seen: clock(words[0]) })
            }
            "time" | "bank" | "door" | "hearts" | "media" | "seed" | "phones" | "chance" | "crowd"
            | "rival" | "carrier" => {
                let report = self.reported(who, &words);
                self.report(report)
            }
            _ => {
                let act = self.asked(what, &words);
                match self.request(act, who) {
                    Ok(events) => self.told(&events),
                    Err(refusal) => format!("no: {refusal}"),
                }
            }
        }
    }

    fn request(&mut self, act: Act, who: &str) -> Result<Vec<Event>, Refusal> {
        let role = match who {
            "host" => Role::Host,
            "mod" => Role::Moderator,
            "ops" => Role::Operator,
            "house" => Role::Admin,
            _ => Role::Viewer,
        };
        let by = if who == "house" { Actor::HOUSE } else { Actor { person: self.person(who), role } };
        let events = self.room.decide(self.now, &Request { by, act })?;
        self.take(&events);
        Ok(events)
    }

    fn report(&mut self, report: Report) -> String {
        let events = self.room.note(self.now, &report);
        self.take(&events);
        self.told(&events)
    }

    fn take(&mut self, events: &[Event]) {
        events.iter().for_each(|event| self.room.apply(event));
        self.log.extend_from_slice(events);
    }

    fn asked(&mut self, what: &str, words: &[&str]) -> Act {
        if let Some(act) = script_activity::asked(what, words) {
            return Act::Activity(act);
        }

        let beyond_talk = self.talk_asked(what, words).or_else(|| self.sale_asked(words));
        if let Some(act) = beyond_talk.or_else(|| self.care_asked(what, words)) {
            return act;
        }
        let after = |n: usize| what.splitn(n + 1, ' ').nth(n).unwrap_or("");
        match words[0] {
            "open" => Act::OpenRoom { title: after(1).into(), host: PersonId(1), host_name: "Lin".into() },
            "say" => Act::say(Spoken::unsealed(after(1))),
            "answer" => Act::Say {
                spoken: Spoken::unsealed(after(2)),
                answers: Some(QuestionId(number(words[1]) as u32)),
                reply_to: None,
                mentions: vec![],
                image: None,
            },
            "on-air" => Act::AnswerOnAir { question: QuestionId(number(words[1]) as u32) },
            "hide" => Act::HideComment { comment: CommentId(number(words[1])) },
            "mute" => Act::Mute { person: self.person(words[1]), for_ms: seconds(words[2]) },
            "follow" => Act::Follow,
            "unfollow" => Act::Unfollow,
            "announce" => Act::Announce { text: after(1).into() },
            "rundown" => crate::script_rundown::asked(words, |act| self.asked(&act.join(" "), act)),
            "list" => {
                let id = ItemId(number(words[1]));
                Act::ListItem { item: Item::new(id, after(3), money(words[2]), "House") }
            }
            "stock" => Act::SetStock {
                item: ItemId(number(words[1])),
                units: words[2].parse().expect("a number of units"),
            },
            "sale" => Act::OpenSale {
                item: ItemId(number(words[1])),
                price: money(words[2]),
                per_person: number(words[3]) as u32,
                hold_ms: seconds(words[4]),
            },
            "end-sale" => Act::CloseSale { item: ItemId(number(words[1])) },
            "pin" => Act::PinCard { item: ItemId(number(words[1])) },
            "unpin" => Act::UnpinCard,
            "order" => Act::PlaceOrder {
                order: OrderId(number(words[1]).into()),
                item: ItemId(number(words[2])),
                units: number(words[3]) as u32,
            },
            "cancel" => Act::CancelOrder { order: OrderId(number(words[1]).into()) },
            "draw" => draw_of(words),
            "end-draw" => Act::CloseDraw { draw: DrawId(number(words[1]) as u32) },
            "intent" => Act::FollowIntent { intent: self.intent(words) },
            "close" => Act::ClosePrompt {
                prompt: PromptId(number(words[1]) as u32),
                end: match words[2] {
                    "followed" => PromptEnd::Followed,
                    "dismissed" => PromptEnd::Dismissed,
                    "later" => PromptEnd::Later,
                    _ => PromptEnd::Expired,
                },
            },
            "stage" | "call" => script_seat::asked(words, |name| self.person(name)),
            other => club::asked(what, words)
                .unwrap_or_else(|| panic!("the script asks for {other:?}, which nobody knows")),
        }
    }

    fn intent(&self, words: &[&str]) -> Intent {
        let proposal = Proposal::AnswerQuestion {
            question: QuestionId(number(words[2]) as u32),
            people: 3,
            window_s: 60,
        };
        Intent {
            id: IntentId(number(words[1])),
            rule: "unanswered-question".into(),
            at: self.now,
            arm: if words[3] == "act" { Arm::Act } else { Arm::HoldOut },
            proposal,
        }
    }

    fn reported(&mut self, who: &str, words: &[&str]) -> Report {
        if let Some(report) = script_activity::reported(who, words) {
            return report;
        }
        if let Some(report) = care::reported(who, words) {
            return report;
        }
        let payment = |word: &str| PaymentId::new(word).expect("a payment's name");
        match (who, words) {
            ("time", _) => Report::TimePassed,
            ("bank", ["paid", order, amount, name]) => Report::PaymentArrived {
                order: OrderId(number(order).into()),
                payment: payment(name),
                amount: money(amount),
            },
            ("bank", ["refunded", name]) => Report::RefundSettled { payment: payment(name) },
            ("door", ["in", came, "out", went]) => Report::PeopleMoved {
                arrived: (0..number(came)).map(|n| arrival(n, self.now)).collect(),
                left: (0..number(went)).map(departure).collect(),
            },
            ("door", ["gone", names @ ..]) => {
                Report::PeopleGone { people: names.iter().map(|name| self.person(name)).collect() }
            }
            ("hearts", [likes, people]) => {
                Report::LikesCame { likes: number(likes) as u32, people: number(people) as u32 }
            }
            ("media", ["on"]) => Report::MediaStarted,
            ("media", [how]) => Report::MediaStopped { on_purpose: *how == "off" },
            ("seed", words @ ["list", ..]) | ("phones", words @ ["look", ..]) => Self::sale_reported(words),
            ("seed", [id, words]) => {
                Report::SeedRevealed { draw: DrawId(number(id) as u32), seed: seed(words) }
            }
            ("phones", ["card", item, seen, clicked]) => Report::CardsTouched {
                touches: vec![CardTouch {
                    item: ItemId(number(item)),
                    seen: number(seen) as u32,
                    clicked: number(clicked) as u32,
                }],
            },
            ("phones", ["quality", viewers]) => Report::QualityMeasured {
                quality: Quality { viewers: number(viewers) as u32, ..Quality::default() },
            },
            _ => panic!("the script reports {who} {words:?}, which nobody knows"),
        }
    }

    fn look(&self, word: &str) -> String {
        if word == "room" {
            let live = if self.room.is_live() { "live" } else { "off" };
            let pinned = self.room.pinned().map_or(String::new(), |item| format!(", i{item} on show"));
            return format!("{live}, {} here{pinned}", self.room.here());
        }
        let stock = self.room.stock(ItemId(number(word))).expect("a listed item");
        let sale = if stock.on_sale { "on sale" } else { "not on sale" };
        format!(
            "{} in all: {} left, {} held, {} sold, {sale}",
            stock.units, stock.left, stock.held, stock.sold
        )
    }

    fn person(&mut self, name: &str) -> PersonId {
        if name == "host" {
            return PersonId(1);
        }
        let place = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.into());
            self.names.len() - 1
        });
        PersonId(10 + place as u64)
    }

    pub fn name(&self, person: PersonId) -> &str {
        match person.0 {
            0 => "house",
            1 => "host",
            n => &self.names[n as usize - 10],
        }
    }

    fn told(&self, events: &[Event]) -> String {
        if events.is_empty() {
            return "nothing new".into();
        }
        events.iter().map(|event| self.tell(event)).collect::<Vec<_>>().join("; ")
    }

    fn tell(&self, event: &Event) -> String {
        match event {
            Event::RoomOpened { title, host, .. } => format!("{title:?} open, {} hosts", self.name(*host)),
            Event::WentLive => "live".into(),
            Event::WentOff { reason } => format!("off ({})", lower(reason)),
            Event::PresenceChanged { here, .. } => format!("{here} here"),
            Event::PresenceLost { last_seen } => format!("all stays ended at {}", shown(*last_seen)),
            Event::LikesGathered { likes, people, total } => {
                format!("{likes} likes from {people}, {total} in all")
            }
            Event::Followed { person, followers } => {
                format!("{} follows, {followers} in all", self.name(*person))
            }
            Event::Unfollowed { person, followers } => {
                format!("{} follows no more, {followers} in all", self.name(*person))
            }
            Event::Announced { text } => format!("announced {text:?}"),
            Event::CardPinned { item } => format!("i{item} on show"),
            Event::CardUnpinned { item } => format!("i{item} off show"),
            Event::CardsTouched { touches } => {
                let one = |it: &CardTouch| format!("i{} seen {} clicked {}", it.item, it.seen, it.clicked);
                touches.iter().map(one).collect::<Vec<_>>().join(", ")
            }
            Event::QualityGathered { quality } => format!("quality of {} viewers", quality.viewers),
            Event::Activity(event) => self.tell_activity(event),
            Event::CommentMade { .. }
            | Event::QuestionOpened { .. }
            | Event::QuestionAnswered { .. }
            | Event::CommentHidden { .. }
            | Event::Muted { .. } => self.tell_talk(event),
            Event::DrawOpened { .. }
            | Event::DrawEntered { .. }
            | Event::DrawFrozen { .. }
            | Event::DrawRevealed { .. }
            | Event::PromptShown { .. }
            | Event::PromptWithheld { .. }
            | Event::PromptClosed { .. } => self.tell_show(event),
            Event::Seat(event) => script_seat::told(event, |person| self.name(person).to_owned()),
            Event::Club(event) => self.tell_club(event),
            Event::Rundown(event) => crate::script_rundown::told(event),
            Event::Talk(event) => self.talk_told(event),
            Event::Sale(event) => self.sale_told(event),
            Event::Care(event) => self.care_told(event),
            _ => self.tell_sale(event),
        }
    }

    fn tell_talk(&self, event: &Event) -> String {
        match event {
            Event::CommentMade { comment, person, question, answers, .. } => {
                let asks = question.map_or(String::new(), |it| format!(" asks q{it}"));
                let answers = answers.map_or(String::new(), |it| format!(" answers q{it}"));
                format!("c{comment} by {}{asks}{answers}{}", self.name(*person), self.told_with(event))
            }
            Event::QuestionOpened { question, topic, item } => {
                let of = item.map_or(String::new(), |it| format!(" of i{it}"));
                format!("q{question} about {}{of}", question::code(*topic).unwrap_or("something else"))
            }
            Event::QuestionAnswered { question, how, prompt } => {
                let how = match how {
                    Answered::Typed { comment } => format!("in c{comment}"),
                    Answered::OnAir => "on air".into(),
                };
                let prompt = prompt.map_or(String::new(), |it| format!(" after p{it}"));
                format!("q{question} answered {how}{prompt}")
            }
            Event::CommentHidden { comment } => format!("c{comment} hidden"),
            Event::Muted { person, until } => {
                format!("{} muted until {}", self.name(*person), shown(*until))
            }
            _ => unreachable!("not talk"),
        }
    }

    fn tell_show(&self, event: &Event) -> String {
        match event {
            Event::DrawOpened { draw, prize, winners, closes_at, .. } => {
                format!("d{draw} for {winners} x {prize} until {}", shown(*closes_at))
            }
            Event::DrawEntered { draw, person } => format!("{} is in d{draw}", self.name(*person)),
            Event::DrawFrozen { draw, entrants, .. } => format!("d{draw} frozen with {entrants}"),
            Event::DrawRevealed { draw, winners, .. } => {
                let names: Vec<&str> = winners.iter().map(|it| self.name(*it)).collect();
                format!(
                    "d{draw} won by {}",
                    if names.is_empty() { "nobody".into() } else { names.join(", ") }
                )
            }
            Event::PromptShown { prompt, intent, until, again } => {
                let again = again.map_or(String::new(), |it| format!(" again ({it})"));
                format!("p{prompt} shows n{}{again} until {}", intent.id.0, shown(*until))
            }
            Event::PromptWithheld { intent } => format!("n{} withheld", intent.id.0),
            Event::PromptClosed { prompt, end } => format!("p{prompt} gone ({})", lower(end)),
            _ => unreachable!("not part of the show"),
        }
    }

    fn tell_sale(&self, event: &Event) -> String {
        match event {
            Event::ItemListed { item } => {
                format!("i{} is {:?} for {}", item.id, item.title, paid(item.price))
            }
            Event::StockSet { item, units } => format!("{units} of i{item}"),
            Event::SaleOpened { item, price, per_person, hold_ms } => {
                let held = shown(Millis(*hold_ms as i64));
                format!("i{item} on sale for {}, {per_person} each, held {held}", paid(*price))
            }
            Event::SaleClosed { item } => format!("i{item} on sale no more"),
            Event::UnitsHeld { order, person, units, amount, until, .. } => {
                let who = self.name(*person);
                format!(
                    "{units} held for {who} (o{}) until {}, {} due",
                    order.0,
                    shown(*until),
                    paid(*amount)
                )
            }
            Event::OrderPaid { order, payment } => format!("o{} paid by {payment}", order.0),
            Event::OrderLapsed { order } => format!("o{} lapsed", order.0),
            Event::OrderCancelled { order } => format!("o{} cancelled", order.0),
            Event::RefundDue { payment, amount, reason, .. } => {
                format!("{} of {payment} must go back ({})", paid(*amount), lower(reason))
            }
            Event::RefundSettled { payment, .. } => format!("{payment} went back"),
            _ => unreachable!("not about a sale"),
        }
    }
}

fn draw_of(words: &[&str]) -> Act {
    Act::OpenDraw {
        keyword: words[1].into(),
        prize: "a cup".into(),
        winners: number(words[2]) as u32,
        lasts_ms: seconds(words[3]),
        commit: draw::commitment(&seed(words[4])),
        sealed_seed: vec![7; 16],
    }
}

/// The seed that a word of the script stands for.
pub fn seed(word: &str) -> [u8; 32] {
    draw::digest(&word.bytes().map(|b| PersonId(b.into())).collect::<Vec<_>>())
}

/// The room that a word of the script names.
pub fn room_name(word: &str) -> RoomId {
    RoomId::new(word).expect("a room's name")
}

fn arrival(n: u64, now: Millis) -> Arrival {
    Arrival {
        session: SessionId(now.0 as u64 * 1_000 + n),
        person: PersonId(500 + n),
        source: "direct".into(),
        brought_by: None,
    }
}

fn departure(n: u64) -> Departure {
    Departure { session: SessionId(n), reason: LeaveReason::Left }
}

/// How wide a text stands in a terminal: a Chinese character takes two columns.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum()
}

/// `01:30`, or `8d01:30` after so many days.
fn clock(time: &str) -> Millis {
    let (days, time) = time.split_once('d').unwrap_or(("0", time));
    let (minutes, seconds) = time.split_once(':').expect("MM:SS");
    let part = |it: &str| it.parse::<i64>().expect("two digits");
    Millis((part(days) * 86_400 + part(minutes) * 60 + part(seconds)) * 1_000)
}

pub fn shown(at: Millis) -> String {
    format!("{:02}:{:02}", at.0 / 60_000, at.0 / 1_000 % 60)
}

pub fn seconds(word: &str) -> u64 {
    word.strip_suffix('s').and_then(|it| it.parse::<u64>().ok()).expect("seconds such as 60s") * 1_000
}

/// The number in `o1`, `x2` or `7`.
pub fn number(word: &str) -> u64 {
    word.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().expect("a name such as o1")
}

/// `9.90` are 990 fen; `9.90USD` are 990 cents.
pub fn money(word: &str) -> Money {
    let (amount, code) = word.split_at(word.find(|c: char| c.is_ascii_uppercase()).unwrap_or(word.len()));
    let currency = Currency::new(code).unwrap_or(Currency::CNY);
    Money::new(amount.replace('.', "").parse().expect("an amount such as 9.90"), currency)
}

pub fn paid(amount: Money) -> String {
    let code = if amount.currency == Currency::CNY { "" } else { amount.currency.as_str() };
    format!("{}.{:02}{code}", amount.minor / 100, amount.minor % 100)
}

/// `TooLate` as `too late`.
pub fn lower(word: &impl std::fmt::Debug) -> String {
    let mut text = String::new();
    for c in format!("{word:?}").chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.extend(c.to_lowercase());
    }
    text
}
