//! When a crowd speaks and in which words: a self-exciting stream of comments.
//!
//! It does not know who is in the room beyond how many, and the one whose turn it is.

use super::gathering::Person;
use super::habits::Habits;
use super::lines::{self, Tongue};
use super::stage::Stage;
use crate::dice::Dice;

/// The heat of the conversation.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    /// Comments a second called forth by comments before (a Hawkes process with an exponential kernel).
    heat_a_s: f64,
    jump_a_s: f64,
    chorus_zh: &'static str,
    chorus_en: &'static str,
}

/// The most a head can write a second, however hot the talk: keeps a burst from feeding itself for ever.
const A_HEAD_MAX: f64 = 0.08;
/// How much a draw's entry heats the talk, compared with a comment: people enter, they do not talk.
const ENTRY_HEAT: f64 = 0.05;

impl Talk {
    pub(super) fn new(habits: &Habits) -> Talk {
        Talk {
            heat_a_s: 0.0,
            jump_a_s: habits.excitement / habits.excitement_s,
            chorus_zh: lines::CHORUS.zh[0],
            chorus_en: lines::CHORUS.en[0],
        }
    }

    /// A comment was seen by everybody.
    pub(super) fn hear(&mut self, is_entry: bool) {
        self.heat_a_s += if is_entry { ENTRY_HEAT * self.jump_a_s } else { self.jump_a_s };
    }

    /// The comments of this step: true for those that echo others.
    pub(super) fn due(
        &mut self,
        dice: &mut Dice,
        habits: &Habits,
        stage: &Stage,
        here: usize,
        now: u64,
        dt_ms: f64,
    ) -> Vec<bool> {
        self.heat_a_s *= (-dt_ms / 1_000.0 / habits.excitement_s).exp();
        let mood = match (stage.idle(now, habits), stage.fresh(now)) {
            (true, _) => 0.5,
            (_, true) => 2.0,
            _ => 1.0,
        };
        let base_a_s = habits.comments_a_minute / 60.0 * here as f64 * (1.0 - habits.excitement) * mood;
        let all_a_s = (base_a_s + self.heat_a_s).min(A_HEAD_MAX * here as f64);
        let echo = self.heat_a_s / (base_a_s + self.heat_a_s).max(f64::MIN_POSITIVE);
        (0..dice.poisson(all_a_s * dt_ms / 1_000.0)).map(|_| dice.chance(echo)).collect()
    }

    /// What somebody says whose turn it is.
    pub(super) fn words(
        &mut self,
        dice: &mut Dice,
        habits: &Habits,
        stage: &mut Stage,
        person: &Person,
        now: u64,
        is_echo: bool,
    ) -> String {
        let tongue = person.tongue;
        let one = |dice: &mut Dice, lines: lines::Lines| {
            dice.pick(lines.of(tongue)).copied().unwrap_or("").to_owned()
        };
        if person.said == 0 && now.saturating_sub(person.came_at) < 30_000 && dice.chance(0.4) {
            return one(dice, lines::GREETINGS);
        }
        if is_echo && dice.chance(0.5) {
            return self.chorus(dice, tongue);
        }
        let Some(title) = stage.title().map(str::to_owned) else { return one(dice, lines::IDLE) };
        let text = if dice.chance(habits.question_share) {
            let about = match stage.asked_last() {
                Some(about) if dice.chance(habits.same_question) => Some(about),
                _ => dice.pick(&stage.askable()).copied(),
            };
            let Some(about) = about else { return one(dice, lines::IDLE) };
            stage.ask(about);
            one(dice, lines::questions(about))
        } else {
            one(dice, lines::REMARKS)
        };
        text.replace("{it}", called(&title, tongue))
    }

    /// What everybody says just now, in their own language; now and then somebody starts something new.
    fn chorus(&mut self, dice: &mut Dice, tongue: Tongue) -> String {
        let now_said = if tongue == Tongue::Zh { &mut self.chorus_zh } else { &mut self.chorus_en };
        if dice.chance(0.4)
            && let Some(other) = dice.pick(lines::CHORUS.of(tongue))
        {
            *now_said = other;
        }
        (*now_said).to_owned()
    }
}

/// The part of a title in one's own language; the whole title where it has no such part.
fn called(title: &str, tongue: Tongue) -> &str {
    let border = title.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(title.len());
    let (zh, en) = title.split_at(border);
    let part = if tongue == Tongue::Zh { zh } else { en };
    if part.trim().is_empty() { title.trim() } else { part.trim() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_called_by_its_name_in_ones_own_language() {
        assert_eq!(called("绿植花盆 Plant Pot", Tongue::Zh), "绿植花盆");
        assert_eq!(called("绿植花盆 Plant Pot", Tongue::En), "Plant Pot");
        assert_eq!(called("Mascara", Tongue::Zh), "Mascara");
    }
}
