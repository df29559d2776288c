//! What came of every occasion that the loop acted on or held out. It does not know how occasions are found or drawn
//! into arms: it reads both from the log.

use crate::Comparison;
use crate::comparison::ArmSums;
use crate::pulse::{Pulse, Reading};
use linger_protocol::{Arm, Entry, Event, Intent, LeaveReason, Millis, PromptId, QuestionId, RuleEvent};
use std::collections::{BTreeMap, VecDeque};

/// Seconds within which a question has to be answered to count as answered.
pub const ANSWER_S: u32 = 120;
/// Seconds before and after an occasion in which leaving is counted.
pub const HAZARD_WINDOW_S: u32 = 60;
/// An entry may be heard of so long after its time, in ms: time that passes without entries tells nothing earlier.
const GRACE_MS: u64 = 5_000;
/// Occasions that are followed at a time; of more, the oldest is given up.
const FOLLOWED_MAX: usize = 1_024;
/// Rules that are told apart.
const RULES_MAX: usize = 64;

/// The fold of a room's log into the outcomes of its rules.
#[derive(Debug, Default)]
pub struct Arms {
    rules: BTreeMap<String, [ArmSums; 2]>,
    pulse: Pulse,
    here: u32,
    followed: VecDeque<Occasion>,
    // The prompt on the host's screen, and its rule.
    showing: Option<(PromptId, String)>,
    // The latest entry, and the latest time told.
    last: Option<Millis>,
    now: Millis,
}

#[derive(Debug)]
struct Occasion {
    rule: String,
    arm: Arm,
    // None where a rule is about something else than a question.
    question: Option<QuestionId>,
    at: Millis,
    answered: bool,
    // The minute before, and the sums at the moment itself; none once the minute after is counted or spoilt.
    hazard: Option<(Reading, Reading)>,
}

impl Arms {
    /// A fold that has seen nothing.
    pub fn new() -> Arms {
        Arms::default()
    }

    /// Takes in the next entry of the log.
    pub fn fold(&mut self, entry: &Entry) {
        let at = self.last.map_or(entry.at, |last| last.max(entry.at));
        self.fold_at(at, entry);
    }

    /// Takes in an entry at a time that is no earlier than any before.
    pub(crate) fn fold_at(&mut self, at: Millis, entry: &Entry) {
        self.last = Some(at);
        self.now = self.now.max(at);
        self.settle(at);
        match &entry.event {
            Event::PresenceChanged { arrived, left, .. } => {
                // Who was sent away did not choose to leave.
                let left_n = left.iter().filter(|it| it.reason != LeaveReason::Sent).count() as u64;
                let gone = u32::try_from(left.len()).unwrap_or(u32::MAX);
                let come = u32::try_from(arrived.len()).unwrap_or(u32::MAX);
                self.here = self.here.saturating_add(come).saturating_sub(gone);
                self.pulse.change(at, left_n, self.here);
            }
            Event::PresenceLost { .. } => {
                self.here = 0;
                self.pulse.forget();
                self.followed.iter_mut().for_each(|occasion| occasion.hazard = None);
            }
            Event::PromptShown { prompt, intent, again, .. } => {
                // What was put off is the same occasion, counted when it was shown first.
                if again.is_none() {
                    self.begin(at, intent);
                }
                self.showing = Some((*prompt, intent.rule.clone()));
            }
            Event::PromptWithheld { intent } => self.begin(at, intent),
            Event::Rule(RuleEvent::Done { intent } | RuleEvent::Withheld { intent }) => {
                self.begin(at, intent)
            }
            Event::PromptClosed { prompt, end } => {
                let closed = self.showing.take_if(|(shown, _)| shown == prompt);
                if let Some(arms) = closed.and_then(|(_, rule)| self.rules.get_mut(&rule)) {
                    arms[0].ends.count(*end);
                }
            }
            Event::QuestionAnswered { question, .. } => self.answer(at, *question),
            _ => {}
        }
    }

    /// Time went by: what can be told about earlier occasions, is told. An entry that is a few seconds older may still
    /// come afterwards; it counts at its own time.
    pub fn pass(&mut self, now: Millis) {
        self.now = self.now.max(now);
        self.settle(Millis(self.now.0.saturating_sub_unsigned(GRACE_MS)));
    }

    /// Counts what is over by `now`, all entries before which are known.
    fn settle(&mut self, now: Millis) {
        for occasion in &mut self.followed {
            // What happens at the last moment of a window belongs to it: wait until the moment is over.
            if now.since(occasion.at) > window_ms() {
                let counted = occasion.hazard.take();
                let sums = sums_of(&mut self.rules, &occasion.rule, occasion.arm);
                if let (Some((before, then)), Some(sums)) = (counted, sums) {
                    let after = self.pulse.at(occasion.at.plus(window_ms())).since(then);
                    count_hazard(sums, before, after);
                }
            }
        }
        while let Some(occasion) = self.followed.pop_front() {
            if now.since(occasion.at) <= answer_ms() {
                self.followed.push_front(occasion);
                break;
            }
            if occasion.question.is_none() {
                continue;
            }
            if let Some(sums) = sums_of(&mut self.rules, &occasion.rule, occasion.arm) {
                sums.answered.add(occasion.answered);
                if !occasion.answered {
                    sums.answer_time.censored(0, ANSWER_S, 1).expect("observed from age 0");
                }
            }
        }
    }

    /// The arms of every rule that had an occasion, side by side, as of the latest entry or [`Arms::pass`].
    pub fn comparisons(&self) -> Vec<Comparison> {
        let mut rules = self.rules.clone();
        let now = self.now;
        for occasion in self.followed.iter().filter(|it| !it.answered && it.question.is_some()) {
            if let Some(sums) = sums_of(&mut rules, &occasion.rule, occasion.arm) {
                sums.answer_time.censored(0, age_s(occasion.at, now), 1).expect("observed from age 0");
            }
        }
        rules.into_iter().map(|(rule, [acted, held_out])| Comparison::new(&rule, acted, held_out)).collect()
    }

    fn begin(&mut self, at: Millis, intent: &Intent) {
        if !self.rules.contains_key(&intent.rule) && self.rules.len() >= RULES_MAX {
            return;
        }
        let arms = self.rules.entry(intent.rule.clone()).or_default();
        let sums = &mut arms[place(intent.arm)];
        sums.occasions += 1;
        sums.questions += u64::from(intent.question().is_some());
        if self.followed.len() >= FOLLOWED_MAX {
            self.followed.pop_front();
        }
        let then = self.pulse.at(at);
        let window_begins = Millis(at.0.saturating_sub_unsigned(window_ms()));
        let before = then.since(self.pulse.at(window_begins));
        self.followed.push_back(Occasion {
            rule: intent.rule.clone(),
            arm: intent.arm,
            question: intent.question(),
            at,
            answered: false,
            hazard: Some((before, then)),
        });
    }

    fn answer(&mut self, at: Millis, question: QuestionId) {
        for occasion in self.followed.iter_mut().filter(|it| it.question == Some(question) && !it.answered) {
            occasion.answered = true;
            if let Some(sums) = sums_of(&mut self.rules, &occasion.rule, occasion.arm) {
                sums.answer_time.left(0, age_s(occasion.at, at), 1).expect("observed from age 0");
            }
        }
    }
}

fn window_ms() -> u64 {
    u64::from(HAZARD_WINDOW_S) * 1_000
}

fn answer_ms() -> u64 {
    u64::from(ANSWER_S) * 1_000
}

fn age_s(from: Millis, to: Millis) -> u32 {
    u32::try_from(to.since(from) / 1_000).unwrap_or(u32::MAX)
}

fn place(arm: Arm) -> usize {
    match arm {
        Arm::Act => 0,
        Arm::HoldOut => 1,
    }
}

fn sums_of<'a>(
    rules: &'a mut BTreeMap<String, [ArmSums; 2]>,
    rule: &str,
    arm: Arm,
) -> Option<&'a mut ArmSums> {
    rules.get_mut(rule).map(|arms| &mut arms[place(arm)])
}

fn count_hazard(sums: &mut ArmSums, before: Reading, after: Reading) {
    if let (Some(was), Some(is)) = (before.hazard_ppm(), after.hazard_ppm()) {
        sums.hazard_change_ppm.add(is.saturating_sub(was));
        sums.before =
            (sums.before.0.saturating_add(before.left), sums.before.1.saturating_add(before.person_ms));
        sums.after = (sums.after.0.saturating_add(after.left), sums.after.1.saturating_add(after.person_ms));
    }
}
