//! The whole state of a room as one number, for "a room rebuilt from its log is the same room, hash for hash". It does
//! not know what the state means.
//!
//! The encoding is canonical: numbers big-endian at full width, everything of varying length after its length,
//! everything optional after a 0 or 1, maps and sets in order. It is compared between two rooms of one version and
//! never kept: a new field may change it.

use crate::{
    Room,
    activity::{Activities, Activity, Phase, play::Standing as Played},
    asking::{Asking, OpenQuestion},
    calls::{CallTaken, CallTerms, CallWaiting, Calls},
    care::CareDue,
    chat::{Chat, Said},
    club::{Club, ClubDue, Coming, Rules, Sprint, SprintEnd, Standing},
    deadlines::{Deadlines, Due},
    draw::{Draw, DrawState, Draws},
    orders::{Order, OrderState, Orders, Refund},
    presence::Presence,
    prompt::{Prompts, Showing},
    rundown::{Backstage, Free, Run, Time},
    seats::{InLine, OnStage, Seats, StageTerms},
    shelf::{Line, Sale, Shelf},
    stage::{Sign, Stage},
    talk::{
        Talk, Topical,
        gifts::{Gift, GiftState, Gifts},
        photos::Photos,
    },
    wishes::Wishes,
};
use linger_protocol::{
    ActivityId, Arm, CampaignId, ClubTask, CommentId, DrawId, GameStep, GiftId, GrantId, ImageId, Intent,
    IntentId, Item, ItemId, KeyId, Millis, Money, OrderId, OrderLine, Outcome, ParcelId, PaymentId, PersonId,
    PromptId, Proposal, QuestionId, RatingId, RefundReason, ReturnId, ReturnRule, Role, Rundown, Sealed,
    SessionId, Step, TaskPoints, Terms, TicketId, Topic, TransferId, WhoMayAsk,
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// SHA-256 over the canonical encoding of a room.
pub(crate) fn of(room: &Room) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"linger-room-v1");
    room.feed(&mut hash);
    hash.finalize().into()
}

trait Canonical {
    fn feed(&self, to: &mut Sha256);
}

/// Feeds every field in the order given. A field that is left out does not compile: the pattern names them all.
macro_rules! canonical {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Canonical for $name {
            fn feed(&self, to: &mut Sha256) {
                let $name { $($field),* } = self;
                $($field.feed(to);)*
            }
        }
    )*};
}

canonical! {
    Room { stage, presence, chat, asking, shelf, orders, draws, prompts, rules, activities, seats, club, backstage, talk, sales, coupons, wishes, care, deadlines }
    Stage { sign, live, pinned }
    Sign { title, host, host_name }
    Presence { here, likes, followers }
    Chat { last, recent, muted, authors }
    Said { person, hidden }
    Asking { last, open, by_topic, answered }
    OpenQuestion { topic, item, askers, followed }
    Shelf { lines }
    Line { item, stocked, units, held, sold, sale }
    Item { id, title, price, seller, image, product, variant, returns }
    Sale { price, per_person, hold_ms }
    Orders { orders, taken, households, placed, payments, refunds_due }
    Order { person, lines, amount, until, state, terms }
    OrderLine { item, units, amount }
    Refund { order, amount, reason }
    Draws { last, draws, open, entered }
    Draw { keyword, prize, winners_wanted, closes_at, commit, sealed_seed, entrants, state }
    Prompts { last, showing, known, known_in_order, put_off, noes }
    Activities { last, known }
    Activity { terms, at, until, commit, sealed_seed, phase, step, order, players, devices, done, points }
    Showing { prompt, intent, until, put_off }
    Intent { id, rule, at, arm, proposal }
    Seats { terms, line, invited, seated, calls }
    StageTerms { seats, who }
    InLine { person, priority }
    OnStage { seat, muted, self_muted }
    Calls { terms, waiting, taken }
    CallTerms { promise_min }
    CallWaiting { person, priority, until }
    CallTaken { by, until }
    Backstage { version, rundown, turns, run }
    Rundown { title, steps, ahead_ms, quiet_ms, pace }
    Step { title, item, points, lasts_ms, climax, activity }
    Run { turn, step, free, at, time, announced, quiet_since, quiet_until, carried }
    Free { title, lasts_ms, left_ms, announced }
    Deadlines { pending }
    Club { rules, day, live, show_days, members, people, coming, coming_people, brought, sprint }
    Rules { name, levels, tasks }
    TaskPoints { task, points }
    Standing { member, points, level, active_on, done_on, done, checked_in, streak, shares, share_again, brought }
    Coming { person, by, until }
    Sprint { sprint, goal, reward, from, until, end, people }
    SprintEnd { reached, likes, people }
    Money { minor, currency }
    Talk { topic, featured, gifts, photos }
    Topical { text, until }
    Gifts { gifts, waiting, combos }
    Gift { person, role, gift, count, amount, until, words, side, state }
    Photos { waiting, wall }
    Wishes { asked }
}

mod rules;
mod sale;

macro_rules! numbers {
    ($($name:ident)*) => {$(
        impl Canonical for $name {
            fn feed(&self, to: &mut Sha256) {
                to.update(self.to_be_bytes());
            }
        }
    )*};
}

numbers! { u8 u16 u32 u64 u128 i16 i32 i64 }

macro_rules! wrapped {
    ($($name:ident)*) => {$(
        impl Canonical for $name {
            fn feed(&self, to: &mut Sha256) {
                self.0.feed(to);
            }
        }
    )*};
}

wrapped! { ActivityId }
wrapped! { CommentId DrawId IntentId ItemId Millis OrderId PersonId PromptId QuestionId SessionId Topic }
wrapped! { ImageId KeyId ParcelId RatingId ReturnId TicketId }

#[path = "care/hash.rs"]
mod care;

impl Canonical for bool {
    fn feed(&self, to: &mut Sha256) {
        u8::from(*self).feed(to);
    }
}

impl Canonical for usize {
    fn feed(&self, to: &mut Sha256) {
        (*self as u64).feed(to);
    }
}

impl Canonical for str {
    fn feed(&self, to: &mut Sha256) {
        self.len().feed(to);
        to.update(self.as_bytes());
    }
}

impl Canonical for String {
    fn feed(&self, to: &mut Sha256) {
        self.as_str().feed(to);
    }
}

macro_rules! texts {
    ($($name:ident)*) => {$(
        impl Canonical for $name {
            fn feed(&self, to: &mut Sha256) {
                self.as_str().feed(to);
            }
        }
    )*};
}

texts! { CampaignId GiftId GrantId PaymentId Role TransferId }

impl Canonical for Sealed {
    fn feed(&self, to: &mut Sha256) {
        self.key.feed(to);
        self.body.len().feed(to);
        to.update(self.body.as_slice());
    }
}

impl Canonical for GiftState {
    fn feed(&self, to: &mut Sha256) {
        match self {
            GiftState::Waiting => 0u8.feed(to),
            GiftState::Given(payment) => {
                1u8.feed(to);
                payment.feed(to);
            }
            GiftState::Lapsed => 2u8.feed(to),
        }
    }
}

impl Canonical for linger_protocol::Currency {
    fn feed(&self, to: &mut Sha256) {
        self.as_str().feed(to);
    }
}

impl Canonical for ClubTask {
    fn feed(&self, to: &mut Sha256) {
        (*self as u8).feed(to);
    }
}

impl Canonical for [u32; ClubTask::ALL.len()] {
    fn feed(&self, to: &mut Sha256) {
        self.iter().for_each(|it| it.feed(to));
    }
}

impl Canonical for [u8; 32] {
    fn feed(&self, to: &mut Sha256) {
        to.update(self);
    }
}

impl<T: Canonical> Canonical for Option<T> {
    fn feed(&self, to: &mut Sha256) {
        self.is_some().feed(to);
        if let Some(it) = self {
            it.feed(to);
        }
    }
}

impl<T: Canonical> Canonical for Box<T> {
    fn feed(&self, to: &mut Sha256) {
        T::feed(self, to);
    }
}

impl<T: Canonical> Canonical for Vec<T> {
    fn feed(&self, to: &mut Sha256) {
        self.len().feed(to);
        self.iter().for_each(|it| it.feed(to));
    }
}

impl<T: Canonical> Canonical for VecDeque<T> {
    fn feed(&self, to: &mut Sha256) {
        self.len().feed(to);
        self.iter().for_each(|it| it.feed(to));
    }
}

impl<T: Canonical> Canonical for BTreeSet<T> {
    fn feed(&self, to: &mut Sha256) {
        self.len().feed(to);
        self.iter().for_each(|it| it.feed(to));
    }
}

impl<K: Canonical, V: Canonical> Canonical for BTreeMap<K, V> {
    fn feed(&self, to: &mut Sha256) {
        self.len().feed(to);
        for (key, value) in self {
            key.feed(to);
            value.feed(to);
        }
    }
}

impl<A: Canonical, B: Canonical> Canonical for (A, B) {
    fn feed(&self, to: &mut Sha256) {
        self.0.feed(to);
        self.1.feed(to);
    }
}

impl<A: Canonical, B: Canonical, C: Canonical> Canonical for (A, B, C) {
    fn feed(&self, to: &mut Sha256) {
        self.0.feed(to);
        self.1.feed(to);
        self.2.feed(to);
    }
}

impl Canonical for ReturnRule {
    fn feed(&self, to: &mut Sha256) {
        match self {
            ReturnRule::NoReason { days } => {
                0u8.feed(to);
                days.feed(to);
            }
            ReturnRule::Excepted { why } => {
                1u8.feed(to);
                (*why as u8).feed(to);
            }
        }
    }
}

impl Canonical for OrderState {
    fn feed(&self, to: &mut Sha256) {
        match self {
            OrderState::Held => 0u8.feed(to),
            OrderState::Paid(payment) => {
                1u8.feed(to);
                payment.feed(to);
            }
            OrderState::Lapsed => 2u8.feed(to),
            OrderState::Cancelled => 3u8.feed(to),
        }
    }
}

impl Canonical for DrawState {
    fn feed(&self, to: &mut Sha256) {
        match self {
            DrawState::Open => 0u8.feed(to),
            DrawState::Frozen { digest } => {
                1u8.feed(to);
                digest.feed(to);
            }
            DrawState::Revealed { digest, seed, winners } => {
                2u8.feed(to);
                digest.feed(to);
                seed.feed(to);
                winners.feed(to);
            }
        }
    }
}

impl Canonical for Due {
    fn feed(&self, to: &mut Sha256) {
        match self {
            Due::Hold(order) => (0u8, *order).feed(to),
            Due::Draw(draw) => (1u8, *draw).feed(to),
            Due::Prompt(prompt) => (2u8, *prompt).feed(to),
            Due::Activity(activity) => (3u8, *activity).feed(to),
            Due::Seat(person) => (4u8, *person).feed(to),
            Due::Call(person) => (5u8, *person).feed(to),
            Due::Club(ClubDue::Sprint(sprint)) => (6u8, *sprint).feed(to),
            Due::Club(ClubDue::Link(session)) => (7u8, *session).feed(to),
            Due::Rundown => 8u8.feed(to),
            Due::Gift(order) => (9u8, *order).feed(to),
            Due::Topic => 10u8.feed(to),
            Due::Sale(due) => (11u8, *due).feed(to),
            Due::Care(CareDue::Return(returning)) => (12u8, *returning).feed(to),
            Due::Care(CareDue::Ticket(ticket)) => (13u8, *ticket).feed(to),
        }
    }
}

impl Canonical for Time {
    fn feed(&self, to: &mut Sha256) {
        match self {
            Time::Until(until) => (0u8, *until).feed(to),
            Time::Held(left_ms) => (1u8, *left_ms).feed(to),
        }
    }
}

impl Canonical for Terms {
    fn feed(&self, to: &mut Sha256) {
        self.to_bytes().feed(to);
    }
}

impl Canonical for Outcome {
    fn feed(&self, to: &mut Sha256) {
        self.to_bytes().feed(to);
    }
}

impl Canonical for GameStep {
    fn feed(&self, to: &mut Sha256) {
        let (kind, number): (u8, u8) = match self {
            GameStep::Asking { question } => (0, *question),
            GameStep::Explaining { question } => (1, *question),
            GameStep::Ready { round } => (2, *round),
            GameStep::Signal { round } => (3, *round),
        };
        (kind, number).feed(to);
    }
}

impl Canonical for Phase {
    fn feed(&self, to: &mut Sha256) {
        match self {
            Phase::Open => 0u8.feed(to),
            Phase::Frozen { digest } => {
                1u8.feed(to);
                digest.feed(to);
            }
            Phase::Settled { digest, seed, outcome } => {
                2u8.feed(to);
                digest.feed(to);
                seed.feed(to);
                outcome.feed(to);
            }
        }
    }
}

impl Canonical for Played {
    fn feed(&self, to: &mut Sha256) {
        match self {
            Played::Chose(option) => (0u8, *option).feed(to),
            Played::Guessed(minor) => (1u8, *minor).feed(to),
            Played::Answers { right, took_ms, last, out } => {
                (2u8, *right).feed(to);
                (*took_ms, *last).feed(to);
                out.feed(to);
            }
            Played::Taps { good, last } => (3u8, (*good, *last)).feed(to),
            Played::Doing { asked, shared, place } => {
                (4u8, *place).feed(to);
                (*asked, *shared).feed(to);
            }
            Played::In(place) => (5u8, *place).feed(to),
            Played::Waits => 6u8.feed(to),
        }
    }
}

impl Canonical for [u64; 2] {
    fn feed(&self, to: &mut Sha256) {
        self.iter().for_each(|it| it.feed(to));
    }
}

impl Canonical for WhoMayAsk {
    fn feed(&self, to: &mut Sha256) {
        (*self == WhoMayAsk::Followers).feed(to);
    }
}

impl Canonical for RefundReason {
    fn feed(&self, to: &mut Sha256) {
        let number: u8 = match self {
            RefundReason::TooLate => 0,
            RefundReason::PaidTwice => 1,
            RefundReason::WrongAmount => 2,
            RefundReason::UnknownOrder => 3,
            RefundReason::SoldOut => 4,
        };
        number.feed(to);
    }
}

impl Canonical for Arm {
    fn feed(&self, to: &mut Sha256) {
        let number: u8 = match self {
            Arm::Act => 0,
            Arm::HoldOut => 1,
        };
        number.feed(to);
    }
}

impl Canonical for Proposal {
    fn feed(&self, to: &mut Sha256) {
        match self {
            Proposal::AnswerQuestion { question, people, window_s } => {
                (0u8, *question).feed(to);
                people.feed(to);
                window_s.feed(to);
            }
            Proposal::Rule(proposed) => {
                1u8.feed(to);
                proposed.feed(to);
            }
        }
    }
}
