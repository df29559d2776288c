//! Seeded shops: people, facts of several kinds over a year, early, late and from the future. It knows no segment.

use linger_behaviour::{Fact, Number, PersonKey, Text, touch};

/// A small generator of our own: the same numbers on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;
/// 2024-02-20, so that a year has a leap day and both changes of the clock.
pub const BEGIN: i64 = 1_708_387_200_000;

pub const EVENTS: [&str; 6] = [
    touch::ENTERED,
    touch::INTERACTED,
    touch::ORDER_PAID,
    touch::ORDER_REFUNDED,
    touch::CARD_CLICKED,
    "quiz.won",
];

/// A fact around `at_ms`: mostly then, sometimes days late, now and then dated ahead.
pub fn fact(dice: &mut Dice, at_ms: i64, people: u64) -> Fact {
    let shift = match dice.below(20) {
        0..3 => -i64::try_from(dice.below(250)).unwrap() * DAY,
        3 => i64::try_from(dice.below(4)).unwrap() * DAY,
        _ => 0,
    };
    let mut fact = Fact {
        person: PersonKey(1 + dice.below(people)),
        at_ms: at_ms + shift,
        received_ms: at_ms,
        name: dice.of(&EVENTS).into(),
        ..Fact::default()
    };
    if dice.below(2) == 0 {
        fact = fact.with(Text::Source, dice.of(&["feed", "share", "direct"]));
    }
    if dice.below(2) == 0 {
        fact = fact.with(Text::Region, dice.of(&["north", "south"]));
    }
    if dice.below(2) == 0 {
        fact = fact.with_number(Number::AmountMinor, i64::try_from(dice.below(50)).unwrap());
    }
    fact
}
