//! A seeded crowd for the bench of cohorts: few people do much and many do little, on some of sixty days, in visits that
//! thin out from coming in to paying. Made for its shape; it says nothing of real people.

use linger_behaviour::{Class, Fact, Number, PersonKey, Text, touch};
use linger_events::StoreFault;

/// The first moment: 2026-01-01, UTC.
pub const FROM_MS: i64 = 1_767_225_600_000;
/// Days the crowd is looked at.
pub const DAYS: u32 = 60;
const DAY_MS: u64 = 86_400_000;
const SOURCES: [&str; 5] = ["feed", "direct", "share", "search", "ad"];

/// Who, how much, and which of all such crowds.
pub struct Crowd {
    /// How many people.
    pub people: u64,
    /// How many events about; heavy tails make it no exact number.
    pub events: u64,
    /// The seed.
    pub seed: u64,
}

/// SplitMix64 (Steele, Lea & Flood 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    /// From 0 to 1, both excluded.
    fn share(&mut self) -> f64 {
        ((self.roll() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }
}

/// What happened, when, and for how long.
struct Moment {
    at_ms: u64,
    name: &'static str,
    duration_ms: Option<i64>,
}

impl Crowd {
    /// Tells everything a person does, by time.
    pub fn live(
        &self,
        person: u64,
        tell: &mut dyn FnMut(&Fact) -> Result<(), StoreFault>,
    ) -> Result<(), StoreFault> {
        let mut dice = Dice(self.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ person.wrapping_mul(0x9e37_79b9));
        // Lomax with shape 2 has the mean as its scale; one event at least.
        let mean = self.events as f64 / self.people as f64 - 1.0;
        let wanted = 1 + (mean * (dice.share().powf(-0.5) - 1.0)).min(5_000.0) as usize;
        let source = SOURCES[dice.below(SOURCES.len() as u64) as usize];
        let mut moments = Vec::with_capacity(wanted + 16);
        let mut day = dice.below(u64::from(DAYS));
        while moments.len() < wanted {
            visit(&mut dice, day, &mut moments);
            // Back after a few days; who would be back too late is back at some other time instead.
            day += 1 + (-(dice.share().ln()) * 3.0) as u64;
            if day >= u64::from(DAYS) {
                day = dice.below(u64::from(DAYS));
            }
        }
        moments.truncate(wanted);
        moments.sort_by_key(|moment| moment.at_ms);
        let mut last_ms = 0;
        for (n, moment) in (0u64..).zip(&moments) {
            // No two at once: what engines make of ties differs.
            last_ms = moment.at_ms.max(last_ms + 1);
            let mut fact = Fact {
                person: PersonKey(person + 1),
                at_ms: FROM_MS + last_ms as i64,
                received_ms: FROM_MS + last_ms as i64,
                name: moment.name.into(),
                id: u128::from(person + 1) << 32 | u128::from(n),
                class: Class::Behaviour,
                ..Fact::default()
            };
            fact.texts[Text::Source.index()] = Some(source.into());
            if let Some(ms) = moment.duration_ms {
                fact.texts[Text::Outcome.index()] = Some("left".into());
                fact.numbers[Number::DurationMs.index()] = Some(ms);
            }
            tell(&fact)?;
        }
        Ok(())
    }
}

fn visit(dice: &mut Dice, day: u64, moments: &mut Vec<Moment>) {
    let began_ms = day * DAY_MS + dice.below(DAY_MS - 7_200_000);
    let mut at_ms = began_ms;
    let mut note = |dice: &mut Dice, name| {
        at_ms += 1 + (-(dice.share().ln()) * 40_000.0).min(600_000.0) as u64;
        moments.push(Moment { at_ms, name, duration_ms: None });
    };
    note(dice, touch::ENTERED);
    while dice.chance(0.55) {
        note(dice, touch::INTERACTED);
    }
    if dice.chance(0.6) {
        note(dice, touch::CARD_SEEN);
        if dice.chance(0.45) {
            note(dice, touch::CARD_CLICKED);
            if dice.chance(0.4) {
                note(dice, touch::CART_ADDED);
                if dice.chance(0.5) {
                    note(dice, touch::ORDER_PLACED);
                    if dice.chance(0.8) {
                        note(dice, touch::ORDER_PAID);
                    }
                }
            }
        }
    }
    let left_ms = at_ms + 1 + dice.below(60_000);
    let duration_ms = Some((left_ms - began_ms) as i64);
    moments.push(Moment { at_ms: left_ms, name: touch::LEFT, duration_ms });
}
