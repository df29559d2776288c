//! A day in a room, made from a seed: people, staff and providers that repeat themselves, come late, twice and out of
//! order, a clock that jumps, and a process that dies. It does not know what is right: the auditor looks at all of it.

#[path = "day_care.rs"]
mod care;
#[path = "day_club.rs"]
mod club;
#[path = "day_talk.rs"]
mod talk;

use crate::{audit::Auditor, dice::Dice};
use linger_protocol::*;
use linger_room::{Room, draw};
use std::collections::BTreeMap;
use talk::answering;

#[path = "day_seat.rs"]
mod day_seat;

/// What reaches the room.
#[derive(Clone, Debug)]
pub enum Input {
    Ask(Request),
    Tell(Report),
}

/// A day that has been.
pub struct Day {
    pub room: Room,
    pub log: Vec<Event>,
    pub refusals: Vec<Refusal>,
}

/// Lives through `steps` steps of the day that `seed` stands for, every one of them audited.
pub fn simulate(seed: u64, steps: u32) -> Day {
    let mut world = World::new(seed);
    world.open();
    for _ in 0..steps {
        world.step();
    }
    world.end();
    Day { room: world.room, log: world.log, refusals: world.refusals }
}

pub struct World {
    pub dice: Dice,
    now: Millis,
    pub room: Room,
    log: Vec<Event>,
    refusals: Vec<Refusal>,
    auditor: Auditor,
    /// What was sent and has not arrived, or will arrive again. Taken out at random: nothing keeps its order.
    pub on_the_way: Vec<Input>,
    seeds: BTreeMap<DrawId, [u8; 32]>,
    pub activity_seeds: BTreeMap<ActivityId, [u8; 32]>,
    next_seed: [u8; 32],
    names: u64,
}

const WORDS: &[&str] = &[
    "hello",
    "so cute",
    "666",
    "LUCKY",
    "lucky",
    "M码还有吗",
    "what sizes do you have",
    "多少钱",
    "how much?",
    "什么时候发货",
    "is it genuine",
    "can I wash it",
    "哪里产的",
    "你猫叫什么",
    "is the cat yours?",
    "好看",
    "",
    "  ",
];

impl World {
    fn new(seed: u64) -> World {
        World {
            dice: Dice(seed),
            now: Millis(1_700_000_000_000),
            room: Room::default(),
            log: vec![],
            refusals: vec![],
            auditor: Auditor::default(),
            on_the_way: vec![],
            seeds: BTreeMap::new(),
            activity_seeds: BTreeMap::new(),
            next_seed: [0; 32],
            names: 0,
        }
    }

    fn open(&mut self) {
        // What happens before the doors open must not matter.
        for _ in 0..20 {
            let input = self.anything();
            self.arrive(input);
        }
        let open = Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Lin".into() };
        self.arrive(Input::Ask(Request { by: Actor::HOUSE, act: open }));
    }

    fn step(&mut self) {
        self.tick();
        if self.dice.below(300) == 0 {
            self.crash();
        }
        let due = self.room.wakes_at().is_some_and(|at| at <= self.now);
        if due && self.dice.percent(60) {
            self.arrive(Input::Tell(Report::TimePassed));
        }
        let input = if !self.on_the_way.is_empty() && self.dice.percent(35) {
            let place = self.dice.below(self.on_the_way.len() as u64) as usize;
            self.on_the_way.swap_remove(place)
        } else {
            self.anything()
        };
        if self.dice.percent(15) {
            self.on_the_way.push(input.clone());
        }
        self.arrive(input);
    }

    /// The day ends when everything has arrived and everything that was pending is over.
    fn end(&mut self) {
        while let Some(input) = self.on_the_way.pop() {
            self.arrive(input);
        }
        self.now = self.now.plus(3 * 86_400_000);
        // What goes in steps takes its time to its end, and no longer than that.
        for _ in 0..200 {
            self.now = self.room.wakes_at().map_or(self.now, |at| at.max(self.now));
            self.arrive(Input::Tell(Report::TimePassed));
            while let Some(input) = self.on_the_way.pop() {
                self.arrive(input);
            }
        }
        self.rebuild();
        self.auditor.close(&self.room);
    }

    fn tick(&mut self) {
        let ms = match self.dice.below(100) {
            0 => self.dice.below(600_000),
            1..10 => self.dice.below(30_000),
            _ => self.dice.below(1_500),
        };
        self.now = self.now.plus(ms);
        if self.dice.below(300) == 0 {
            // What comes after the sale takes days.
            self.now = self.now.plus(self.dice.below(6 * 86_400_000));
        }
        if let Some(at) = self.room.wakes_at().filter(|at| *at >= self.now)
            && self.dice.percent(4)
        {
            // The very moment something is due is where mistakes live.
            self.now = at;
        }
        if self.dice.below(150) == 0 {
            // Somebody set the clock back.
            self.now = Millis(self.now.0 - self.dice.below(900_000) as i64);
        }
    }

    fn crash(&mut self) {
        self.rebuild();
        let last_seen = Millis(self.now.0 - self.dice.below(5_000) as i64);
        self.arrive(Input::Tell(Report::Restarted { last_seen }));
    }

    fn rebuild(&mut self) {
        let mut rebuilt = Room::default();
        self.log.iter().for_each(|event| rebuilt.apply(event));
        assert_eq!(rebuilt, self.room, "the log tells another story");
        assert_eq!(rebuilt.hash(), self.room.hash(), "the same room has another hash");
        self.room = rebuilt;
    }

    fn arrive(&mut self, input: Input) {
        let answer = match &input {
            Input::Ask(request) => self.room.decide(self.now, request),
            Input::Tell(report) => Ok(self.room.note(self.now, report)),
        };
        if let Ok(events) = &answer {
            events.iter().for_each(|event| self.room.apply(event));
        }
        self.auditor.see(self.now, &input, &answer, &self.room);
        match answer {
            Ok(events) => {
                events.iter().for_each(|event| self.react(event));
                self.log.extend(events);
            }
            Err(refusal) => self.refusals.push(refusal),
        }
    }

    /// What the world around the room does about an event: buyers pay, providers give back, the house reveals.
    fn react(&mut self, event: &Event) {
        match event {
            Event::UnitsHeld { order, amount, .. }
            | Event::Talk(TalkEvent::GiftSent { order, amount, .. }) => {
                let (order, amount) = (*order, *amount);
                if self.dice.percent(15) {
                    self.pay(order, Money::new(amount.minor - 1, amount.currency));
                }
                if self.dice.percent(75) {
                    self.pay(order, amount);
                }
                if self.dice.percent(8) {
                    self.pay(order, amount);
                }
            }
            Event::RefundDue { payment, .. } => {
                let told = 1 + self.dice.below(2);
                for _ in 0..told {
                    self.on_the_way.push(Input::Tell(Report::RefundSettled { payment: payment.clone() }));
                }
            }
            Event::Activity(event) => self.react_to_activity(event),
            Event::Care(event) => self.react_to_care(event),
            Event::DrawOpened { draw, .. } => {
                self.seeds.insert(*draw, self.next_seed);
            }
            Event::DrawFrozen { draw, .. } => {
                let (draw, wrong) = (*draw, self.dice.bytes32());
                let seed = self.seeds[&draw];
                self.on_the_way.push(Input::Tell(Report::SeedRevealed { draw, seed: wrong }));
                self.on_the_way.push(Input::Tell(Report::SeedRevealed { draw, seed }));
            }
            _ => {}
        }
    }

    fn pay(&mut self, order: OrderId, amount: Money) {
        self.names += 1;
        let payment = PaymentId::new(&format!("pay-{}", self.names)).expect("a payment's name");
        self.on_the_way.push(Input::Tell(Report::PaymentArrived { order, payment, amount }));
    }

    fn anything(&mut self) -> Input {
        if self.dice.below(6) == 0 {
            return day_seat::anything(&mut self.dice, &self.room);
        }
        if self.dice.below(5) == 0 {
            return self.after_the_sale();
        }
        match self.dice.below(100) {
            0..11 => self.around_the_talk(),
            11..22 => self.talk(),
            22..40 => self.play(),
            40..60 => self.trade(),
            60..72 => self.run_the_shop(),
            72..82 => self.run_the_show(),
            82..89 => self.club(),
            89..93 => {
                let (person, role, act) = crate::day_rundown::asked(&mut self.dice, &self.room);
                self.ask(person, role, act)
            }
            _ => self.report(),
        }
    }

    pub fn ask(&self, person: u64, role: Role, act: Act) -> Input {
        Input::Ask(Request { by: Actor { person: PersonId(person), role }, act })
    }

    /// One of forty viewers.
    pub fn viewer(&mut self) -> u64 {
        100 + self.dice.below(40)
    }

    fn item(&mut self) -> ItemId {
        ItemId(1 + self.dice.below(4))
    }

    fn question(&mut self) -> QuestionId {
        let open: Vec<QuestionId> = self.room.questions().map(|(id, _)| id).collect();
        if open.is_empty() || self.dice.percent(20) {
            return QuestionId(self.dice.below(12) as u32);
        }
        *self.dice.pick(&open)
    }

    fn talk(&mut self) -> Input {
        let person = self.viewer();
        let spoken = Spoken::unsealed(self.dice.pick::<&str>(WORDS));
        let comment = CommentId(self.dice.below(self.room.comments() + 2));
        let (role, act) = match self.dice.below(20) {
            0 => (Role::Viewer, Act::Follow),
            1 => (Role::Viewer, Act::Unfollow),
            2 => (Role::Moderator, Act::HideComment { comment }),
            3 => {
                let for_ms = self.dice.below(3) * 20_000;
                let muted = PersonId(self.viewer());
                (Role::Moderator, Act::Mute { person: muted, for_ms })
            }
            4 => (Role::Host, answering(spoken, self.question())),
            5 => (Role::Host, Act::AnswerOnAir { question: self.question() }),
            6 => (Role::Host, Act::Announce { text: "soon".into() }),
            7 => (Role::Viewer, Act::AnswerOnAir { question: self.question() }),
            8 => (Role::Host, Act::say(spoken)),
            _ => (Role::Viewer, Act::say(spoken)),
        };
        let person = if role == Role::Host { 1 } else { person };
        self.ask(person, role, act)
    }

    fn trade(&mut self) -> Input {
        let (person, item) = (self.viewer(), self.item());
        // Few names, so that devices sometimes make the same one.
        let order = OrderId(u128::from(self.dice.below(4_000)));
        match self.dice.below(10) {
            0 => {
                let known: Vec<(OrderId, PersonId)> =
                    self.room.orders().map(|(id, order)| (id, order.person)).collect();
                let (order, owner) =
                    if known.is_empty() { (order, PersonId(person)) } else { *self.dice.pick(&known) };
                let who = if self.dice.percent(80) { owner.0 } else { person };
                self.ask(who, Role::Viewer, Act::CancelOrder { order })
            }
            1 => {
                self.pay(order, Money::new(500, Currency::CNY));
                self.on_the_way.pop().expect("was just sent")
            }
            _ => {
                let units = self.dice.below(4) as u32;
                self.ask(person, Role::Viewer, Act::PlaceOrder { order, item, units })
            }
        }
    }

    fn run_the_shop(&mut self) -> Input {
        let item = self.item();
        let act = match self.dice.below(12) {
            0..3 => Act::ListItem {
                item: {
                    let price = Money::new(1_000 + self.dice.below(3) as i64, Currency::CNY);
                    Item::new(item, "Cup", price, "House")
                },
            },
            3..6 => Act::SetStock { item, units: self.dice.below(60) as i64 - 2 },
            6..10 => Act::OpenSale {
                item,
                price: Money::new(400 + self.dice.below(4) as i64 * 100, Currency::CNY),
                per_person: 1 + self.dice.below(5) as u32,
                hold_ms: 2_000 + self.dice.below(120_000),
            },
            10 if self.dice.percent(30) => Act::CloseSale { item },
            10 => Act::UnpinCard,
            _ => Act::PinCard { item },
        };
        let role = if self.dice.percent(95) { Role::Operator } else { Role::Viewer };
        self.ask(2, role, act)
    }

    fn run_the_show(&mut self) -> Input {
        let act = match self.dice.below(10) {
            0..3 => {
                self.next_seed = self.dice.bytes32();
                let keyword = (*self.dice.pick(&["666", "lucky", " "])).to_owned();
                let lasts_ms = 1_000 + self.dice.below(60_000);
                // A draw that arrives again would commit to another seed than the one kept for it: the commitment
                // says which.
                let act = Act::OpenDraw {
                    keyword,
                    prize: "a cup".into(),
                    winners: 1 + self.dice.below(5) as u32,
                    lasts_ms,
                    commit: draw::commitment(&self.next_seed),
                    sealed_seed: self.next_seed.to_vec(),
                };
                let input = self.ask(1, Role::Host, act);
                // Not copied: it is sent now or not at all.
                self.arrive(input);
                Act::CloseDraw { draw: DrawId(self.dice.below(3) as u32 + self.seeds.len() as u32) }
            }
            3..7 => {
                let question = self.question();
                let id = self.dice.below(400);
                let intent = Intent {
                    id: IntentId(id),
                    rule: format!("questions-{}", id % 3),
                    at: self.now,
                    arm: if self.dice.percent(60) { Arm::Act } else { Arm::HoldOut },
                    proposal: Proposal::AnswerQuestion { question, people: 3, window_s: 60 },
                };
                return Input::Ask(Request { by: Actor::HOUSE, act: Act::FollowIntent { intent } });
            }
            7 => {
                let prompt = self.room.prompt().map_or(PromptId(1), |it| it.prompt);
                let end = *self.dice.pick(&[PromptEnd::Followed, PromptEnd::Dismissed, PromptEnd::Expired]);
                // A host cannot let a prompt expire; every other one is put off instead.
                let later = end == PromptEnd::Expired && prompt.0.is_multiple_of(2);
                Act::ClosePrompt { prompt, end: if later { PromptEnd::Later } else { end } }
            }
            _ => Act::CloseDraw { draw: DrawId(self.dice.below(30) as u32) },
        };
        self.ask(1, Role::Host, act)
    }

    fn report(&mut self) -> Input {
        Input::Tell(match self.dice.below(12) {
            0..4 => {
                let came = self.dice.below(4);
                let went = self.dice.below(4);
                let session = SessionId(self.dice.next());
                let person = PersonId(self.viewer());
                Report::PeopleMoved {
                    arrived: (0..came)
                        .map(|_| Arrival { session, person, source: "feed".into(), brought_by: None })
                        .collect(),
                    left: (0..went).map(|_| Departure { session, reason: LeaveReason::Lost }).collect(),
                }
            }
            4 => Report::LikesCame { likes: self.dice.below(50) as u32, people: self.dice.below(9) as u32 },
            5 => Report::MediaStarted,
            6 => Report::MediaStopped { on_purpose: self.dice.percent(50) },
            7 => Report::CardsTouched {
                touches: vec![CardTouch { item: self.item(), seen: self.dice.below(9) as u32, clicked: 0 }],
            },
            8 => Report::QualityMeasured {
                quality: Quality { viewers: self.dice.below(3) as u32, ..Quality::default() },
            },
            _ => Report::TimePassed,
        })
    }
}

impl Dice {
    /// A number below `end`; the slight bias of a remainder does not matter to a simulation.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, cases: u64) -> bool {
        self.below(100) < cases
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }
}
