//! Acting against holding out, for one rule: sums of each arm and what their difference says. It does not know how
//! occasions were found.

use crate::ANSWER_S;
use linger_protocol::PromptEnd;
use linger_stats::{Difference, Lifetimes, Moments, Shares, Unknown, difference_of_restricted_means};
use std::ops::AddAssign;

/// Occasions each arm needs before a difference is told.
pub const OCCASIONS_MIN: u64 = 10;

/// What came of the occasions of one arm. Sums: arms of several rooms and days add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArmSums {
    /// Occasions.
    pub occasions: u64,
    /// Of those, the ones about a question: only of these it can be told whether they were answered.
    pub questions: u64,
    /// Of those that are [`ANSWER_S`] old: was the question answered by then? Younger ones do not count yet, also when
    /// they are answered already, so that quick answers are not told before slow ones.
    pub answered: Shares,
    /// Time in seconds from the occasion to the answer, censored at [`ANSWER_S`] or now.
    pub answer_time: Lifetimes,
    /// Change of the room's leave hazard from the minute before an occasion to the minute after, in people per million
    /// people and second; one figure for each occasion. Occasions in whose minutes nobody was there or the count of
    /// people was lost do not count.
    pub hazard_change_ppm: Moments,
    /// People who left in the minutes before, and milliseconds people were there in them.
    pub before: (u64, u64),
    /// The same for the minutes after.
    pub after: (u64, u64),
    /// Prompts that the host followed, dismissed, let expire and put off. None in the arm that is held out.
    pub ends: PromptEnds,
}

/// How prompts ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PromptEnds {
    /// The host did what was proposed.
    pub followed: u64,
    /// The host said no.
    pub dismissed: u64,
    /// Nobody reacted in time.
    pub expired: u64,
    /// The host put it off.
    pub later: u64,
}

impl PromptEnds {
    pub(crate) fn count(&mut self, end: PromptEnd) {
        match end {
            PromptEnd::Followed => self.followed += 1,
            PromptEnd::Dismissed => self.dismissed += 1,
            PromptEnd::Expired => self.expired += 1,
            PromptEnd::Later => self.later += 1,
        }
    }
}

impl AddAssign<&ArmSums> for ArmSums {
    fn add_assign(&mut self, other: &ArmSums) {
        self.occasions += other.occasions;
        self.questions += other.questions;
        self.answered += &other.answered;
        self.answer_time += &other.answer_time;
        self.hazard_change_ppm += &other.hazard_change_ppm;
        for (mine, theirs) in [(&mut self.before, other.before), (&mut self.after, other.after)] {
            *mine = (mine.0.saturating_add(theirs.0), mine.1.saturating_add(theirs.1));
        }
        self.ends.followed += other.ends.followed;
        self.ends.dismissed += other.ends.dismissed;
        self.ends.expired += other.ends.expired;
        self.ends.later += other.ends.later;
    }
}

/// The two arms of a rule side by side; every difference is acting less holding out, [`Unknown::TooFew`] while an arm
/// has fewer than [`OCCASIONS_MIN`] occasions that count. The unit is the occasion, because that is what is drawn into
/// an arm: viewers of one room share its host and are no independent units.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The rule's code.
    pub rule: String,
    /// Occasions that were acted on.
    pub acted: ArmSums,
    /// Occasions that were held out.
    pub held_out: ArmSums,
    /// Share of questions answered within [`ANSWER_S`]: above zero when acting helps. Newcombe's interval.
    pub answered: Result<Difference, Unknown>,
    /// Seconds to the answer, cut off at [`ANSWER_S`]: below zero when acting helps. Restricted means.
    pub answer_time_s: Result<Difference, Unknown>,
    /// Change of the leave hazard, per million people and second: below zero when acting helps. Welch's interval.
    pub hazard_change_ppm: Result<Difference, Unknown>,
}

impl Comparison {
    /// Compares two arms.
    pub fn new(rule: &str, acted: ArmSums, held_out: ArmSums) -> Comparison {
        let answered = enough(acted.answered.trials, held_out.answered.trials)
            .and_then(|()| acted.answered.minus(&held_out.answered));
        // Times are compared as soon as both arms are observed to the horizon.
        let answer_time_s = enough(acted.answered.trials, held_out.answered.trials).and_then(|()| {
            difference_of_restricted_means(&acted.answer_time, &held_out.answer_time, ANSWER_S)
        });
        let hazard_change_ppm = enough(acted.hazard_change_ppm.n(), held_out.hazard_change_ppm.n())
            .and_then(|()| acted.hazard_change_ppm.minus(&held_out.hazard_change_ppm));
        Comparison { rule: rule.to_owned(), acted, held_out, answered, answer_time_s, hazard_change_ppm }
    }
}

fn enough(acted: u64, held_out: u64) -> Result<(), Unknown> {
    let have = acted.min(held_out);
    if have < OCCASIONS_MIN { Err(Unknown::TooFew { have, need: OCCASIONS_MIN }) } else { Ok(()) }
}
