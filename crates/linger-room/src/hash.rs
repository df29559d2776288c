//! The whole state of a room as one number, for "a room rebuilt from its log is the same room, hash for hash". It does
//! not know what the state means.
//!
//! The encoding is canonical: numbers big-endian at full width, everything of varying length after its length,
//! everything optional after a 0 or 1, maps and sets in order. It is compared between two rooms of one version and
//! never kept: a new field may change it.

use crate::{
    Room,
    asking::{Asking, OpenQuestion},
    chat::{Chat, Said},
    deadlines::{Deadlines, Due},
    draw::{Draw, DrawState, Draws},
    orders::{Order, OrderState, Orders, Refund},
    presence::Presence,
    prompt::{Prompts, Showing},
    shelf::{Line, Sale, Shelf},
    stage::{Sign, Stage},
    talk::{
        Talk, Topical,
        gifts::{Gift, GiftState, Gifts},
        photos::Photos,
    },
};
use linger_protocol::{
    Arm, CommentId, DrawId, GiftId, ImageId, Intent, IntentId, Item, ItemId, KeyId, Millis, Money, OrderId,
    PaymentId, PersonId, PromptId, Proposal, QuestionId, RefundReason, Role, Sealed, Topic,
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
    Room { stage, presence, chat, asking, shelf, orders, draws, prompts, talk, deadlines }
    Stage { sign, live, pinned }
    Sign { title, host, host_name }
    Presence { here, likes, followers }
    Chat { last, recent, muted, authors }
    Said { person, hidden }
    Asking { last, open, by_topic, answered }
    OpenQuestion { topic, item, askers, followed }
    Shelf { lines }
    Line { item, stocked, units, held, sold, sale }
    Item { id, title, price, seller, image }
    Sale { price, per_person, hold_ms }
    Orders { orders, taken, placed, payments, refunds_due }
    Order { person, item, units, amount, until, state }
    Refund { order, amount, reason }
    Draws { last, draws, open, entered }
    Draw { keyword, prize, winners_wanted, closes_at, commit, sealed_seed, entrants, state }
    Prompts { last, showing, known, known_in_order }
    Showing { prompt, intent, until }
    Intent { id, rule, at, arm, proposal }
    Deadlines { pending }
    Money { minor, currency }
    Talk { topic, featured, gifts, photos }
    Topical { text, until }
    Gifts { gifts, waiting, combos }
    Gift { person, role, gift, count, amount, until, words, state }
    Photos { waiting, wall }
}

macro_rules! numbers {
    ($($name:ident)*) => {$(
        impl Canonical for $name {
            fn feed(&self, to: &mut Sha256) {
                to.update(self.to_be_bytes());
            }
        }
    )*};
}

numbers! { u8 u32 u64 u128 i64 }

macro_rules! wrapped {
    ($($name:ident)*) => {$(
        impl Canonical for $name {
            fn feed(&self, to: &mut Sha256) {
                self.0.feed(to);
            }
        }
    )*};
}

wrapped! { CommentId DrawId ImageId IntentId ItemId KeyId Millis OrderId PersonId PromptId QuestionId Topic }

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

impl Canonical for PaymentId {
    fn feed(&self, to: &mut Sha256) {
        self.as_str().feed(to);
    }
}

impl Canonical for GiftId {
    fn feed(&self, to: &mut Sha256) {
        self.as_str().feed(to);
    }
}

impl Canonical for Role {
    fn feed(&self, to: &mut Sha256) {
        self.as_str().feed(to);
    }
}

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
            Due::Gift(order) => (3u8, *order).feed(to),
            Due::Topic => 4u8.feed(to),
        }
    }
}

impl Canonical for RefundReason {
    fn feed(&self, to: &mut Sha256) {
        let number: u8 = match self {
            RefundReason::TooLate => 0,
            RefundReason::PaidTwice => 1,
            RefundReason::WrongAmount => 2,
            RefundReason::UnknownOrder => 3,
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
        let Proposal::AnswerQuestion { question, people, window_s } = self;
        (0u8, *question).feed(to);
        people.feed(to);
        window_s.feed(to);
    }
}
