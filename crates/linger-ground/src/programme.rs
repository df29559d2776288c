//! What an evening brings of itself: who comes when, which cards are shown, when the host tires, when pictures stall, when
//! the talk races or dies. All of it is drawn before the show, so that it is the same whatever rules do. It does not know
//! what comes of it.

use crate::{
    causes::{Cause, Causes},
    stays::Stays,
};
use linger_sim::{crowd::Habits, dice::Dice};

/// Kinds of products, and of tastes.
pub const KINDS: usize = 4;
/// Products of a show: three of each kind.
pub const GOODS: usize = 12;
/// How long a card is over the picture, unless the host goes deeper, s. Chosen: the demo's evening has 225.
pub const CARD_S: u32 = 240;
/// From one occasion to answer unasked to the next, s.
pub const ANSWER_EVERY_S: u32 = 12;
/// People of a swarm, and how long it takes them to come, s. Chosen.
const SWARM_PEOPLE: (f64, f64) = (25.0, 55.0);
const SWARM_S: f64 = 45.0;
/// From one spell of fast or slow talk to the next, and how long one lasts. Chosen.
const TALK_EVERY_MIN: f64 = 9.0;
const TALK_S: f64 = 130.0;

/// Somebody who will come.
#[derive(Clone, Copy, Debug)]
pub struct Coming {
    /// When, s of the show.
    pub at_s: u32,
    /// How they stay: see [`Stays`].
    pub class: u8,
    /// How much hazard it takes until they leave.
    pub threshold: f64,
    /// The kind of product that they like.
    pub likes: u8,
    /// How good their connection is: below the share of a spell of stalls, their picture stalls in it.
    pub net: f64,
    /// Comments a second.
    pub talks: f64,
    /// The seed of whatever else is chance in what they do.
    pub seed: u64,
}

/// A stretch of the show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spell {
    /// Its first second.
    pub from_s: u32,
    /// Its end.
    pub to_s: u32,
    /// How much of whatever it is.
    pub size: f64,
}

impl Spell {
    /// Whether a second lies in it.
    pub fn has(&self, second: u32) -> bool {
        (self.from_s..self.to_s).contains(&second)
    }
}

/// An evening as it comes.
#[derive(Clone, Debug)]
pub struct Programme {
    /// Its seed.
    pub seed: u64,
    /// Who comes, by time.
    pub coming: Vec<Coming>,
    /// The cards to be shown, one after another.
    pub cards: Vec<u8>,
    /// How well this host holds people: a pace.
    pub temper: f64,
    /// Spells in which the host does nothing unasked.
    pub lulls: Vec<Spell>,
    /// When the host opens a draw unasked.
    pub climaxes: Vec<u32>,
    /// Spells of stalls; their size is the share of people who have them.
    pub stalls: Vec<Spell>,
    /// Spells of fast and of slow talk; their size multiplies it.
    pub talk: Vec<Spell>,
    /// For each occasion to answer unasked, whether the host does.
    pub answers: Vec<bool>,
    /// When the host greets a swarm unasked.
    pub greets_at: Option<u32>,
    /// The good of which there are few.
    pub scarce: u8,
}

impl Programme {
    /// The evening of this seed, for about so many people at a time.
    pub fn of(
        seed: u64,
        causes: &Causes,
        habits: &Habits,
        stays: &Stays,
        (length_s, people): (u32, f64),
    ) -> Programme {
        let mut dice = Dice::of(seed, "programme");
        let spells = |word: &str, every_min: f64, mean_s: f64, size: &mut dyn FnMut(&mut Dice) -> f64| {
            let mut dice = Dice::of(seed, word);
            let (mut spells, mut at) = (vec![], 120.0);
            loop {
                at += dice.exponential(every_min * 60.0);
                let lasts = mean_s * dice.between(0.5, 1.5);
                if at + lasts >= f64::from(length_s) {
                    return spells;
                }
                spells.push(Spell { from_s: at as u32, to_s: (at + lasts) as u32, size: size(&mut dice) });
                at += lasts;
            }
        };
        let lulls = spells("lulls", causes[Cause::LullEveryMin], causes[Cause::LullS], &mut |_| 1.0);
        let share = causes[Cause::StallShare];
        let stalls = spells("stalls", causes[Cause::StallEveryMin], causes[Cause::StallS], &mut |_| share);
        let talk =
            spells("talk", TALK_EVERY_MIN, TALK_S, &mut |dice| if dice.chance(0.5) { 3.6 } else { 0.15 });
        let climaxes = spells("climaxes", causes[Cause::ClimaxEveryMin], 60.0, &mut |_| 1.0);
        let answers =
            (0..=length_s / ANSWER_EVERY_S).map(|_| dice.chance(causes[Cause::HostAnswers])).collect();
        let temper = (causes[Cause::HostSpread] * dice.normal()).exp();
        let (coming, greets_at) = coming(seed, causes, habits, stays, (length_s, people));
        Programme {
            seed,
            coming,
            cards: cards(&mut dice, length_s),
            temper,
            lulls,
            climaxes: climaxes.iter().map(|it| it.from_s).collect(),
            stalls,
            talk,
            answers,
            greets_at,
            scarce: dice.below(GOODS) as u8,
        }
    }

    /// The share of people whose picture stalls in a second.
    pub fn stalled(&self, second: u32) -> f64 {
        self.stalls.iter().find(|it| it.has(second)).map_or(0.0, |it| it.size)
    }

    /// How fast the talk goes in a second, 1 being as usual.
    pub fn talk(&self, second: u32) -> f64 {
        self.talk.iter().find(|it| it.has(second)).map_or(1.0, |it| it.size)
    }
}

/// The kind of a good.
pub fn kind_of(good: u8) -> u8 {
    good / (GOODS / KINDS) as u8
}

/// Cards in an order in which the same kind often follows itself: hosts sell what lies side by side.
fn cards(dice: &mut Dice, length_s: u32) -> Vec<u8> {
    let mut cards = vec![dice.below(GOODS) as u8];
    while cards.len() < (length_s / CARD_S + 2) as usize {
        let last = cards.last().copied().unwrap_or(0);
        let next = dice.below(GOODS) as u8;
        if next != last && (kind_of(next) == kind_of(last) || dice.chance(0.55)) {
            cards.push(next);
        }
    }
    cards
}

fn coming(
    seed: u64,
    causes: &Causes,
    habits: &Habits,
    stays: &Stays,
    (length_s, people): (u32, f64),
) -> (Vec<Coming>, Option<u32>) {
    let mut dice = Dice::of(seed, "coming");
    let a_second = people / stays.mean_s();
    let mut coming = vec![];
    let mut come = |dice: &mut Dice, at_s, class| {
        let chatty = dice.lognormal(1.0, habits.chatty_sigma) / (habits.chatty_sigma.powi(2) / 2.0).exp();
        coming.push(Coming {
            at_s,
            class,
            threshold: dice.exponential(1.0),
            likes: dice.below(KINDS) as u8,
            net: dice.unit(),
            talks: habits.comments_a_minute / 60.0 * chatty,
            seed: dice.bits(),
        });
    };
    for second in 0..length_s {
        // A show is announced: in its first four minutes twice as many come.
        let rate = if second < 240 { 2.0 * a_second } else { a_second };
        for _ in 0..dice.poisson(rate) {
            let class = stays.class(&mut dice);
            come(&mut dice, second, class);
        }
    }
    let mut dice = Dice::of(seed, "swarm");
    let mut greets_at = None;
    if dice.chance(causes[Cause::Swarm]) && length_s > 600 {
        let at = dice.between(360.0, f64::from(length_s) - 180.0);
        for _ in 0..dice.between(SWARM_PEOPLE.0, SWARM_PEOPLE.1) as u32 {
            let class = stays.class_in_swarm(&mut dice, habits);
            let at_s = (at + dice.between(0.0, SWARM_S)) as u32;
            come(&mut dice, at_s, class);
        }
        greets_at = dice.chance(0.15).then_some(at as u32 + 60);
    }
    coming.sort_by_key(|it| it.at_s);
    (coming, greets_at)
}
