//! A seeded evening in a room, as its log would tell it: arrivals in bursts, people who bounce and people who stay,
//! questions, prompts held out and shown, orders, a restart of the counting process in the middle. It does not know the
//! code under test: only the words of the log.

use linger_protocol::{
    Actor, Answered, Arm, Arrival, CardTouch, Cause, CommentId, Departure, Entry, Event, Intent, IntentId,
    ItemId, KeyId, LeaveReason, Millis, Money, OffReason, OrderId, PaymentId, PersonId, PromptEnd, PromptId,
    Proposal, Quality, QuestionId, Role, Sealed, SessionId, Topic,
};
use std::collections::BTreeMap;

/// When the evening's first arrival comes.
pub const STARTS_AT: Millis = Millis(1_790_000_000_350);

/// Numbers that look random: splitmix64 (S. Vigna).
pub struct Draw(u64);

impl Draw {
    /// A stream of its own for each seed.
    pub fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    /// Whether it happens, `percent` times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// One evening, being written.
pub struct Evening {
    draw: Draw,
    log: Vec<Entry>,
    now: Millis,
    // Stays that run: session, person, and the moment they will leave.
    here: BTreeMap<SessionId, (PersonId, Millis)>,
    sessions: u64,
    people: u64,
    comments: u64,
    questions: u32,
    prompts: u32,
    open: Vec<QuestionId>,
    showing: Option<(PromptId, Millis)>,
    unpaid: Vec<OrderId>,
    orders: u128,
}

impl Evening {
    /// An evening of `seconds` with about `arrivals_a_second` arrivals in each.
    pub fn write(seed: u64, seconds: u32, arrivals_a_second: u64) -> Vec<Entry> {
        let mut evening = Evening {
            draw: Draw::new(seed),
            log: Vec::new(),
            now: STARTS_AT,
            here: BTreeMap::new(),
            sessions: 0,
            people: 0,
            comments: 0,
            questions: 0,
            prompts: 0,
            open: Vec::new(),
            showing: None,
            unpaid: Vec::new(),
            orders: 0,
        };
        for second in 0..seconds {
            evening.now = STARTS_AT.plus(u64::from(second) * 1_000 + evening.draw.below(600));
            evening.stage(second, seconds);
            evening.presence(second, arrivals_a_second);
            evening.talk();
            evening.questions();
            evening.sale();
            evening.quality();
        }
        evening.log
    }

    fn tell(&mut self, event: Event) {
        let cause = Cause::Asked { by: Actor::HOUSE, intent: None };
        self.log.push(Entry { at: self.now, cause, event });
        self.now = self.now.plus(self.draw.below(4));
    }

    fn stage(&mut self, second: u32, seconds: u32) {
        match second {
            5 => self.tell(Event::WentLive),
            400 => self.tell(Event::WentOff { reason: OffReason::Lost }),
            415 => self.tell(Event::WentLive),
            500 => self.tell(Event::Announced { text: "half price from now on".into() }),
            _ if second + 10 == seconds => self.tell(Event::WentOff { reason: OffReason::Ended }),
            _ if second % 120 == 60 => self.tell(Event::CardPinned { item: ItemId(u64::from(second) / 120) }),
            _ if second % 120 == 100 => {
                self.tell(Event::CardUnpinned { item: ItemId(u64::from(second) / 120) })
            }
            _ => {}
        }
        if second == seconds * 2 / 3 {
            // The counting process died a while ago and comes back with nobody connected.
            let last_seen = self.now;
            self.now = self.now.plus(700);
            self.here.clear();
            self.tell(Event::PresenceLost { last_seen });
        }
    }

    fn presence(&mut self, second: u32, arrivals_a_second: u64) {
        let burst = if second % 300 < 20 { 4 } else { 1 };
        let come = self.draw.below(2 * burst * arrivals_a_second + 1).max(u64::from(second == 0));
        let mut arrived = Vec::new();
        for _ in 0..come {
            self.sessions += 1;
            // Every fifth stay is somebody who was here before.
            let person = if self.people > 3 && self.draw.chance(20) {
                self.draw.below(self.people) + 1
            } else {
                self.people += 1;
                self.people
            };
            let stays_ms = if self.draw.chance(45) {
                1 + self.draw.below(15_000)
            } else {
                20_000 + self.draw.below(40) * self.draw.below(40_000)
            };
            let (session, person) = (SessionId(self.sessions), PersonId(person));
            self.here.insert(session, (person, self.now.plus(stays_ms)));
            arrived.push(Arrival { session, person, source: "direct".into(), brought_by: None });
        }
        let now = self.now;
        let going: Vec<SessionId> =
            self.here.iter().filter(|(_, (_, until))| *until <= now).map(|(session, _)| *session).collect();
        let mut left = Vec::new();
        for session in going {
            self.here.remove(&session);
            let reason = match self.draw.below(20) {
                0 => LeaveReason::Sent,
                1..4 => LeaveReason::Lost,
                _ => LeaveReason::Left,
            };
            left.push(Departure { session, reason });
        }
        if !arrived.is_empty() || !left.is_empty() {
            let here = self.here.len() as u32;
            self.tell(Event::PresenceChanged { arrived, left, here });
        }
    }

    fn somebody(&mut self) -> Option<PersonId> {
        let nth = self.draw.below(self.here.len().max(1) as u64) as usize;
        self.here.values().nth(nth).map(|(person, _)| *person)
    }

    fn say(&mut self, person: PersonId, question: Option<QuestionId>) {
        self.comments += 1;
        let spoken = Sealed { key: KeyId(0), body: Vec::new().into() };
        let comment = CommentId(self.comments);
        self.tell(Event::CommentMade {
            comment,
            person,
            role: Role::Viewer,
            spoken,
            question,
            answers: None,
            lane: None,
            reply_to: None,
            mentions: None,
            image: None,
        });
    }

    fn talk(&mut self) {
        for _ in 0..self.draw.below(3) {
            if let Some(person) = self.somebody() {
                self.say(person, None);
            }
        }
        if self.draw.chance(30) {
            let likes = self.draw.below(50) as u32;
            self.tell(Event::LikesGathered { likes, people: likes / 3, total: 0 });
        }
        if self.draw.chance(3)
            && let Some(person) = self.somebody()
        {
            self.tell(Event::Followed { person, followers: 0 });
        }
    }

    fn questions(&mut self) {
        if self.draw.chance(6)
            && let Some(person) = self.somebody()
        {
            self.questions += 1;
            let question = QuestionId(self.questions);
            self.open.push(question);
            self.tell(Event::QuestionOpened { question, topic: Topic(self.questions), item: None });
            self.say(person, Some(question));
            if self.draw.chance(70) {
                self.occasion(question);
            }
        }
        if self.draw.chance(5) && !self.open.is_empty() {
            let nth = self.draw.below(self.open.len() as u64) as usize;
            let question = self.open.swap_remove(nth);
            self.tell(Event::QuestionAnswered { question, how: Answered::OnAir, prompt: None });
        }
        if let Some((prompt, _)) = self.showing.take_if(|(_, until)| *until <= self.now) {
            self.tell(Event::PromptClosed { prompt, end: PromptEnd::Expired });
        }
    }

    fn occasion(&mut self, question: QuestionId) {
        let arm = if self.draw.chance(40) { Arm::HoldOut } else { Arm::Act };
        let intent = Intent {
            id: IntentId(question.0.into()),
            rule: "unanswered-question".into(),
            at: self.now,
            arm,
            proposal: Proposal::AnswerQuestion { question, people: 3, window_s: 60 },
        };
        match arm {
            Arm::HoldOut => self.tell(Event::PromptWithheld { intent }),
            Arm::Act if self.showing.is_none() => {
                self.prompts += 1;
                let (prompt, until) = (PromptId(self.prompts), self.now.plus(20_000));
                self.showing = Some((prompt, until));
                self.tell(Event::PromptShown { prompt, intent, until, again: None });
            }
            Arm::Act => {}
        }
    }

    fn sale(&mut self) {
        if self.draw.chance(20) {
            let touch = CardTouch {
                item: ItemId(1),
                seen: self.draw.below(9) as u32,
                clicked: self.draw.below(3) as u32,
            };
            self.tell(Event::CardsTouched { touches: vec![touch] });
        }
        if self.draw.chance(8)
            && let Some(person) = self.somebody()
        {
            self.orders += 1;
            let order = OrderId(self.orders);
            let currency = if self.draw.chance(90) {
                linger_protocol::Currency::CNY
            } else {
                linger_protocol::Currency::USD
            };
            let amount = Money::new(1_000 + self.draw.below(9_000) as i64, currency);
            let until = self.now.plus(300_000);
            self.unpaid.push(order);
            self.tell(Event::UnitsHeld { order, person, item: ItemId(1), units: 1, amount, until });
        }
        if self.draw.chance(6) && !self.unpaid.is_empty() {
            let order = self.unpaid.remove(0);
            let event = if self.draw.chance(80) {
                Event::OrderPaid {
                    order,
                    payment: PaymentId::new(&format!("p{}", order.0)).expect("a payment id"),
                }
            } else {
                Event::OrderLapsed { order }
            };
            self.tell(event);
        }
    }

    fn quality(&mut self) {
        if self.draw.chance(20) {
            let quality = Quality {
                viewers: 3,
                first_frame_ms: (0..self.draw.below(4)).map(|_| 80 + self.draw.below(900) as u32).collect(),
                stalls: self.draw.below(3) as u32,
                stalled_ms: self.draw.below(800),
                watched_ms: 3_000,
                ..Quality::default()
            };
            self.tell(Event::QualityGathered { quality });
        }
    }
}
