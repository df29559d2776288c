//! The people of a crowd and what they decide to do: arrive, stay or leave, talk, like, buy, enter a draw.
//!
//! It does not know sockets and reads no clock: time comes in with every call, so a whole evening can be played in a
//! moment, and the same seed behaves the same as long as it sees the same.

use super::habits::{Habits, Source};
use super::lines::{self, Tongue};
use super::stage::Stage;
use super::talk::Talk;
use crate::dice::Dice;
use crate::wire::{Event, View};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Something a viewer does, to be carried out through the public interface.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "every deed names whose seat it is and what is done")]
pub enum Deed {
    Come { seat: usize, source: &'static str, name: String, again: bool },
    Go { seat: usize, silently: bool },
    Say { seat: usize, text: String },
    Like { seat: usize, n: u32 },
    Follow { seat: usize },
    Seen { seat: usize, item: u64 },
    Click { seat: usize, item: u64 },
    Order { seat: usize, item: u64, units: u32 },
    Pay { seat: usize, order: String, method: String },
    Break { seat: usize, for_ms: u64 },
}

/// What somebody has in mind for later.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Plan {
    See(u64),
    Click(u64),
    Order(u64),
    Pay(String),
    Enter(u32),
    SaySold,
    Thank,
    SayDrawn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whereabouts {
    Coming,
    Here,
    Gone,
}

/// One viewer.
#[derive(Clone, Debug)]
pub(super) struct Person {
    at: Whereabouts,
    source: Source,
    pub(super) tongue: Tongue,
    pub(super) name: String,
    id: Option<String>,
    pub(super) came_at: u64,
    /// Time spent, faster while bored and slower while held: leaves when it reaches `stay_ms`.
    spent_ms: f64,
    stay_ms: f64,
    chatty: f64,
    tappy: f64,
    said_at: Option<u64>,
    pub(super) said: u32,
    follows: bool,
    entered: Option<u32>,
    asked: Option<(u32, u64)>,
    answered_at: Option<u64>,
    orders: u8,
}

/// A crowd.
#[derive(Debug)]
pub struct Gathering {
    habits: Habits,
    dice: Dice,
    wanted: usize,
    people: Vec<Person>,
    here: Vec<usize>,
    gone: Vec<usize>,
    seats_by_id: BTreeMap<String, usize>,
    stage: Stage,
    talk: Talk,
    agenda: BinaryHeap<Reverse<(u64, u64, usize, Plan)>>,
    planned: u64,
    leaving_a_s: f64,
    now: u64,
}

impl Gathering {
    /// A crowd that will be about `wanted` people; empty at first.
    pub fn new(habits: Habits, wanted: usize, seed: u64) -> Gathering {
        Gathering {
            talk: Talk::new(&habits),
            habits,
            dice: Dice::of(seed, "gathering"),
            wanted,
            people: Vec::new(),
            here: Vec::new(),
            gone: Vec::new(),
            seats_by_id: BTreeMap::new(),
            stage: Stage::default(),
            agenda: BinaryHeap::new(),
            planned: 0,
            leaving_a_s: 0.0,
            now: 0,
        }
    }

    /// How many people are here or on their way.
    pub fn size(&self) -> usize {
        self.here.len()
    }

    /// Somebody looks at the whole room.
    pub fn look(&mut self, view: &View) {
        self.stage.look(self.now, view);
    }

    /// Somebody is in the room, as this person.
    pub fn arrived(&mut self, seat: usize, id: &str) {
        let person = &mut self.people[seat];
        if person.at == Whereabouts::Coming {
            person.at = Whereabouts::Here;
            person.came_at = self.now;
        }
        person.id = Some(id.to_owned());
        self.seats_by_id.insert(id.to_owned(), seat);
    }

    /// Somebody could not come in, or was sent away.
    pub fn lost(&mut self, seat: usize) {
        self.leave(seat);
    }

    /// Units are held for somebody: they will pay, one way or another.
    pub fn held(&mut self, seat: usize, order: String) {
        let after = self.dice.lognormal(self.habits.pays_after_s, 0.7);
        self.plan(after, seat, Plan::Pay(order));
        if self.dice.chance(0.25) {
            let after = self.dice.between(1.0, 6.0);
            self.plan(after, seat, Plan::SaySold);
        }
    }

    /// Takes in what happened in the room.
    pub fn hear(&mut self, event: &Event) {
        let now = self.now;
        self.stage.hear(now, event);
        match event {
            Event::Comment(comment) => {
                let is_entry = self.stage.draw().is_some_and(|draw| draw.keyword == comment.text.trim());
                self.talk.hear(is_entry);
                if let (Some(question), Some(&seat)) =
                    (comment.question, self.seats_by_id.get(&comment.person))
                {
                    self.people[seat].asked = Some((question, now));
                }
            }
            Event::QuestionAnswered { question } => self.hear_answered(*question),
            Event::CardPinned { item } => {
                self.for_each_here(1.0, |dice, _| (dice.between(1.0, 6.0), Plan::See(*item)))
            }
            Event::SaleOpened { item } => {
                let share = self.habits.rushes;
                self.for_each_here(share, |dice, _| (dice.lognormal(5.0, 0.8), Plan::Order(*item)));
            }
            Event::DrawOpened { draw, .. } => {
                let share = self.habits.enters_draw;
                self.for_each_here(share, |dice, habits| {
                    (dice.lognormal(habits.enters_after_s, 0.9), Plan::Enter(*draw))
                });
            }
            Event::DrawRevealed { draw } => {
                let entered = |person: &Person| person.entered == Some(*draw);
                let seats: Vec<usize> =
                    self.here.iter().copied().filter(|seat| entered(&self.people[*seat])).collect();
                for seat in seats {
                    if self.dice.chance(0.12) {
                        let after = self.dice.lognormal(3.0, 0.6);
                        self.plan(after, seat, Plan::SayDrawn);
                    }
                }
            }
            _ => {}
        }
    }

    fn hear_answered(&mut self, question: u32) {
        let now = self.now;
        for seat in self.here.clone() {
            let person = &mut self.people[seat];
            if person.asked.is_some_and(|(asked, _)| asked == question) {
                person.asked = None;
                person.answered_at = Some(now);
                if self.dice.chance(0.3) {
                    let after = self.dice.between(2.0, 8.0);
                    self.plan(after, seat, Plan::Thank);
                }
            }
        }
    }

    fn for_each_here(&mut self, share: f64, mut plan: impl FnMut(&mut Dice, &Habits) -> (f64, Plan)) {
        for seat in self.here.clone() {
            if self.dice.chance(share) {
                let (after_s, plan) = plan(&mut self.dice, &self.habits);
                self.plan(after_s, seat, plan);
            }
        }
    }

    fn plan(&mut self, after_s: f64, seat: usize, plan: Plan) {
        self.planned += 1;
        let at = self.now + (after_s * 1_000.0) as u64;
        self.agenda.push(Reverse((at, self.planned, seat, plan)));
    }

    /// What people do up to `now`, ms of the crowd's own clock, which never goes back.
    pub fn step(&mut self, now: u64) -> Vec<Deed> {
        let dt_ms = now.saturating_sub(self.now) as f64;
        self.now = now.max(self.now);
        let mut deeds = Vec::new();
        self.come(dt_ms, &mut deeds);
        self.follow_plans(&mut deeds);
        self.pass_time(dt_ms, &mut deeds);
        self.converse(dt_ms, &mut deeds);
        deeds
    }

    fn come(&mut self, dt_ms: f64, deeds: &mut Vec<Deed>) {
        self.leaving_a_s *= (-dt_ms / 60_000.0).exp();
        let missing = self.wanted as f64 - self.here.len() as f64;
        let a_s = (self.leaving_a_s + missing / self.habits.refill_s).max(0.0);
        // While a crowd gathers, its people are met in the middle of their stays.
        let gathers = missing > 0.1 * self.wanted as f64;
        for _ in 0..self.dice.poisson(a_s * dt_ms / 1_000.0) {
            let again = !self.gone.is_empty() && self.dice.chance(self.habits.returning);
            let seat =
                if again { self.gone.swap_remove(self.dice.below(self.gone.len())) } else { self.meet() };
            let source = self.people[seat].source;
            let stay_ms = match gathers {
                true => self.habits.stay_left_ms(&mut self.dice, &source),
                false => self.habits.stay_ms(&mut self.dice, &source),
            };
            let person = &mut self.people[seat];
            (person.at, person.came_at) = (Whereabouts::Coming, self.now);
            (person.spent_ms, person.stay_ms) = (0.0, stay_ms);
            (person.asked, person.answered_at) = (None, None);
            self.here.push(seat);
            deeds.push(Deed::Come { seat, source: source.code, name: person.name.clone(), again });
        }
    }

    /// Makes up somebody new.
    fn meet(&mut self) -> usize {
        let dice = &mut self.dice;
        let tongue = if dice.chance(self.habits.chinese) { Tongue::Zh } else { Tongue::En };
        let (first, last) = if tongue == Tongue::Zh { lines::NAMES_ZH } else { lines::NAMES_EN };
        let name = [dice.pick(first), dice.pick(last)].into_iter().flatten().copied().collect();
        self.people.push(Person {
            at: Whereabouts::Gone,
            source: self.habits.source(dice),
            tongue,
            name,
            id: None,
            came_at: 0,
            spent_ms: 0.0,
            stay_ms: 0.0,
            chatty: dice.lognormal(1.0, self.habits.chatty_sigma),
            tappy: dice.lognormal(0.6, 1.0),
            said_at: None,
            said: 0,
            follows: false,
            entered: None,
            asked: None,
            answered_at: None,
            orders: 0,
        });
        self.people.len() - 1
    }

    fn leave(&mut self, seat: usize) {
        let person = &mut self.people[seat];
        if person.at == Whereabouts::Gone {
            return;
        }
        person.at = Whereabouts::Gone;
        self.here.retain(|here| *here != seat);
        self.leaving_a_s += 1.0 / 60.0;
        // Enough to come back from; who left long ago does not.
        if self.gone.len() >= 2_000 {
            self.gone.remove(0);
        }
        self.gone.push(seat);
    }

    fn follow_plans(&mut self, deeds: &mut Vec<Deed>) {
        while self.agenda.peek().is_some_and(|Reverse((at, ..))| *at <= self.now) {
            let Some(Reverse((_, _, seat, plan))) = self.agenda.pop() else { break };
            if self.people[seat].at == Whereabouts::Here {
                self.follow_plan(seat, plan, deeds);
            }
        }
    }

    fn follow_plan(&mut self, seat: usize, plan: Plan, deeds: &mut Vec<Deed>) {
        match plan {
            Plan::See(item) if self.stage.item() == Some(item) => {
                deeds.push(Deed::Seen { seat, item });
                if self.dice.chance(self.habits.clicks) {
                    let after = self.dice.lognormal(6.0, 0.8);
                    self.plan(after, seat, Plan::Click(item));
                }
            }
            Plan::Click(item) if self.stage.item() == Some(item) => {
                deeds.push(Deed::Click { seat, item });
                if self.dice.chance(self.habits.orders) {
                    let after = self.dice.lognormal(5.0, 0.8);
                    self.plan(after, seat, Plan::Order(item));
                }
            }
            Plan::Order(item) if self.stage.buyable(item) && self.people[seat].orders < 4 => {
                self.people[seat].orders += 1;
                let units = if self.dice.chance(self.habits.two_units) { 2 } else { 1 };
                deeds.push(Deed::Order { seat, item, units });
            }
            Plan::Pay(order) => {
                let method = self.habits.pay(&mut self.dice);
                deeds.push(Deed::Pay { seat, order, method });
            }
            Plan::Enter(draw) => {
                if let Some(open) = self.stage.draw().filter(|open| open.draw == draw) {
                    let text = open.keyword.clone();
                    self.people[seat].entered = Some(draw);
                    self.say(seat, text, deeds);
                }
            }
            Plan::SaySold => self.say_one_of(seat, lines::SALE, deeds),
            Plan::Thank => self.say_one_of(seat, lines::THANKS, deeds),
            Plan::SayDrawn => self.say_one_of(seat, lines::DRAWN, deeds),
            Plan::See(_) | Plan::Click(_) | Plan::Order(_) => {}
        }
    }

    fn say_one_of(&mut self, seat: usize, lines: lines::Lines, deeds: &mut Vec<Deed>) {
        if let Some(line) = self.dice.pick(lines.of(self.people[seat].tongue)) {
            self.say(seat, (*line).to_owned(), deeds);
        }
    }

    fn say(&mut self, seat: usize, text: String, deeds: &mut Vec<Deed>) {
        let person = &mut self.people[seat];
        person.said_at = Some(self.now);
        person.said += 1;
        deeds.push(Deed::Say { seat, text });
    }

    /// How fast somebody's patience runs out just now.
    fn pace(&self, person: &Person) -> f64 {
        let habits = &self.habits;
        let since = |at: u64| self.now.saturating_sub(at) as f64 / 1_000.0;
        let mut pace = 1.0;
        if self.stage.idle(self.now, habits) {
            pace *= habits.idle_pace;
        }
        if person.answered_at.is_some_and(|at| since(at) < 2.0 * habits.answered_s) {
            pace *= habits.own_answer_pace;
        } else if self.stage.just_answered(self.now, habits) {
            pace *= habits.answered_pace;
        }
        if person.asked.is_some_and(|(_, at)| since(at) > habits.unanswered_after_s) {
            pace *= habits.unanswered_pace;
        }
        if self.stage.draw().is_some_and(|draw| person.entered == Some(draw.draw)) {
            pace *= habits.entered_pace;
        }
        pace
    }

    /// Leaving, liking, following, losing the connection: what may befall anybody at any moment.
    fn pass_time(&mut self, dt_ms: f64, deeds: &mut Vec<Deed>) {
        let dt_min = dt_ms / 60_000.0;
        let lively = self.stage.fresh(self.now) || self.stage.just_answered(self.now, &self.habits);
        for seat in self.here.clone() {
            let pace = self.pace(&self.people[seat]);
            let (habits, dice, person) = (&self.habits, &mut self.dice, &mut self.people[seat]);
            if person.at != Whereabouts::Here {
                continue;
            }
            person.spent_ms += dt_ms * pace;
            if person.spent_ms >= person.stay_ms {
                deeds.push(Deed::Go { seat, silently: dice.chance(habits.vanishes) });
                self.leave(seat);
                continue;
            }
            let mood = if lively { 1.6 } else { 1.0 };
            if dice.chance(habits.like_bursts_a_minute * person.tappy * mood * dt_min) {
                let n = 1.0 + dice.exponential(habits.likes_a_burst - 1.0);
                deeds.push(Deed::Like { seat, n: n.min(40.0) as u32 });
            }
            if !person.follows && dice.chance(habits.follows / 5.0 * dt_min) {
                person.follows = true;
                deeds.push(Deed::Follow { seat });
            }
            if dice.chance(dt_min / habits.break_every_min) {
                let for_ms = (dice.lognormal(habits.break_s, 0.8) * 1_000.0) as u64;
                deeds.push(Deed::Break { seat, for_ms: for_ms.min(20_000) });
            }
        }
    }

    fn converse(&mut self, dt_ms: f64, deeds: &mut Vec<Deed>) {
        let due = self.talk.due(&mut self.dice, &self.habits, &self.stage, self.here.len(), self.now, dt_ms);
        let gap_ms = (self.habits.comment_gap_s * 1_000.0) as u64;
        for is_echo in due {
            let weights = self.here.iter().map(|seat| {
                let person = &self.people[*seat];
                let rested = person.said_at.is_none_or(|at| self.now >= at + gap_ms);
                if rested && person.at == Whereabouts::Here { person.chatty } else { 0.0 }
            });
            let Some(place) = self.dice.weighted(weights) else { return };
            let seat = self.here[place];
            let person = &self.people[seat];
            let text =
                self.talk.words(&mut self.dice, &self.habits, &mut self.stage, person, self.now, is_echo);
            self.say(seat, text, deeds);
        }
    }
}
