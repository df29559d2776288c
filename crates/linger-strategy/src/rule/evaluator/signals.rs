//! What rules about the room and its segment wait for, side by side: every comparison that one of them makes, and whether it
//! held when its figures last moved. An event that turns none of them leaves every rule as it is, and most events do. It
//! does not know what a rule makes of it.

use super::armed::Armed;
use crate::rule::{
    figures::{Figures, View, Whom},
    metric::{Metric, Moves},
    program::{Part, Program},
    spec::Scope,
};
use linger_protocol::Limits;

const METRICS: usize = Metric::ALL.len();
const WORDS: usize = Limits::RULES_MAX.div_ceil(64);

/// Some of the rules, by their place in the stated order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Places([u64; WORDS]);

#[derive(Clone, Debug, Default)]
pub(super) struct Signals {
    rules: Vec<Waiting>,
    /// By slot.
    places: Vec<Option<usize>>,
    signals: Vec<Signal>,
    /// By metric: the signals that read it, and the rules that look whenever it moves.
    by_metric: [(Vec<usize>, Places); METRICS],
    /// Rules that the last look left in between: they look again with the next event that moves one of their figures.
    unsettled: Places,
    /// The second that the signals are of; none when they are of no time.
    second: Option<i64>,
    /// Nothing is spared: every rule looks when one of its figures moved.
    #[cfg(test)]
    plain: bool,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    slot: usize,
    needs: u64,
}

/// One comparison over one window, whichever rules make it.
#[derive(Clone, Debug)]
struct Signal {
    part: Part,
    window_s: u32,
    held: bool,
    rules: Places,
}

impl Places {
    fn add(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    fn remove(&mut self, place: usize) {
        self.0[place / 64] &= !(1 << (place % 64));
    }

    fn join(&mut self, other: Places) {
        self.0.iter_mut().zip(other.0).for_each(|(ours, theirs)| *ours |= theirs);
    }

    /// Takes out the first.
    pub fn pop_first(&mut self) -> Option<usize> {
        let word = self.0.iter().position(|it| *it != 0)?;
        let bit = self.0[word].trailing_zeros() as usize;
        self.0[word] &= self.0[word] - 1;
        Some(word * 64 + bit)
    }
}

impl Signals {
    /// The signals of rules about the room or its segment, in the stated order.
    pub fn of<'a>(rules: impl Iterator<Item = (usize, &'a Armed)>) -> Signals {
        let mut signals = Signals::default();
        for (slot, armed) in rules {
            signals.add(slot, armed);
        }
        for (number, signal) in signals.signals.iter().enumerate() {
            of_set(signal.part.needs()).for_each(|metric| signals.by_metric[metric].0.push(number));
        }
        signals
    }

    fn add(&mut self, slot: usize, armed: &Armed) {
        let place = self.rules.len();
        // Who has to be there is a part of the condition like any other.
        let enough = (armed.rule.people_min > 0).then(|| Part::at_least(Metric::Here, armed.rule.people_min));
        let parts: Vec<Part> = armed.programs().flat_map(Program::parts).chain(enough).collect();
        let needs = parts.iter().fold(0, |set, it| set | it.needs());
        // Where time alone makes a difference a timer waits for it; with the moment that it counts from it has to be set anew.
        let drifts = armed.programs().any(|it| it.drifts);
        let grows = |metric: &usize| drifts || Metric::ALL[*metric].moves() == Moves::WithTime;
        let is_segment = matches!(armed.rule.scope, Scope::Segment { .. });
        let begins = is_segment.then_some(Metric::SegmentS as usize);
        for metric in of_set(needs).filter(grows).chain(begins) {
            self.by_metric[metric].1.add(place);
        }
        for part in parts {
            let windowed = of_set(part.needs()).any(|it| Metric::ALL[it].is_windowed());
            let window_s = if windowed { armed.rule.window_s } else { 0 };
            let same = self.signals.iter_mut().find(|it| it.window_s == window_s && it.part == part);
            match same {
                Some(signal) => signal.rules.add(place),
                None => {
                    let mut rules = Places::default();
                    rules.add(place);
                    self.signals.push(Signal { part, window_s, held: false, rules });
                }
            }
        }
        self.places.resize(self.places.len().max(slot + 1), None);
        self.places[slot] = Some(place);
        self.rules.push(Waiting { slot, needs });
    }

    /// The slot of the rule at a place.
    pub fn slot(&self, place: usize) -> usize {
        self.rules[place].slot
    }

    /// A look left a rule as it is with these figures, or in between.
    pub fn settle(&mut self, slot: usize, settled: bool) {
        let Some(place) = self.places.get(slot).copied().flatten() else { return };
        if settled { self.unsettled.remove(place) } else { self.unsettled.add(place) }
    }

    /// Figures go on without being looked at.
    pub fn forget(&mut self) {
        self.second = None;
    }

    /// Some metrics moved: the rules that have to look.
    pub fn moved(&mut self, figures: &Figures, metrics: u64) -> Places {
        let mut due = Places::default();
        if self.second.is_none() || metrics == u64::MAX {
            self.turn(figures, 0..self.signals.len(), &mut due);
            (0..self.rules.len()).for_each(|place| due.add(place));
            self.second = Some(figures.second);
            return due;
        }
        if self.second != Some(figures.second) {
            // Windows went on.
            self.turn(figures, 0..self.signals.len(), &mut due);
            self.second = Some(figures.second);
        }
        for metric in of_set(metrics) {
            let by_metric = std::mem::take(&mut self.by_metric[metric].0);
            self.turn(figures, by_metric.iter().copied(), &mut due);
            self.by_metric[metric].0 = by_metric;
            due.join(self.by_metric[metric].1);
        }
        let mut unsettled = self.unsettled;
        #[cfg(test)]
        if self.plain {
            (0..self.rules.len()).for_each(|place| unsettled.add(place));
        }
        while let Some(place) = unsettled.pop_first() {
            if self.rules[place].needs & metrics != 0 {
                due.add(place);
            }
        }
        due
    }

    /// Looks at some signals again.
    fn turn(&mut self, figures: &Figures, numbers: impl Iterator<Item = usize>, due: &mut Places) {
        for number in numbers {
            let signal = &mut self.signals[number];
            let view = View { figures, whom: Whom::Room, window_s: signal.window_s, who: None };
            let holds = signal.part.holds(&view);
            if holds != signal.held {
                signal.held = holds;
                due.join(signal.rules);
            }
        }
    }
}

/// The places in a set of metrics.
fn of_set(mut set: u64) -> impl Iterator<Item = usize> {
    set &= (1 << METRICS) - 1;
    std::iter::from_fn(move || {
        let first = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(first)
    })
}

#[cfg(test)]
mod tests {
    use crate::rule::{Evaluator, Finding, Rule};
    use linger_protocol::{
        Answered, Arrival, CardTouch, Cause, CommentId, Currency, Departure, Entry, Event, Item, ItemId,
        KeyId, LeaveReason, Millis, Money, OffReason, OrderId, PersonId, Quality, QuestionId, Role, RoomId,
        Sealed, SessionId, Topic,
    };
    use serde_json::json;

    struct Dice(u64);

    impl Dice {
        fn below(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }

        fn one<T: Copy>(&mut self, of: &[T]) -> T {
            of[usize::try_from(self.below(of.len() as u64)).unwrap()]
        }
    }

    /// Of figures that move with events and with whole seconds: those that grow within a second are looked at less often.
    fn condition(dice: &mut Dice) -> String {
        let comparison = |dice: &mut Dice| {
            let (metric, most) = dice.one(&[
                ("here", 30),
                ("joins", 12),
                ("leaves", 12),
                ("comments_per_min", 40),
                ("likes_per_min", 90),
                ("orders_per_min", 20),
                ("clicks_per_min", 40),
                ("stall_share", 1),
                ("open_questions", 4),
                ("stock_left", 60),
            ]);
            let sign = dice.one(&[">", ">=", "<", "<=", "=="]);
            let than = match dice.below(5) {
                0 => "0.5 * here".to_owned(),
                _ => format!("{}.5", dice.below(most)),
            };
            format!("{metric} {sign} {than}")
        };
        let (a, b) = (comparison(dice), comparison(dice));
        match dice.below(4) {
            0 => a,
            1 => format!("{a} || {b}"),
            _ => format!("{a} && {b}"),
        }
    }

    fn rules(dice: &mut Dice) -> Vec<Rule> {
        let rule = |n: u64| {
            let scope = dice.one(&["room", "room", "segment"]);
            let action = match dice.below(3) {
                0 => json!({ "act": "pin-card", "item": 1 }),
                _ => json!({ "act": "prompt-host", "text": "Look" }),
            };
            let mut written = json!({
                "code": format!("rule-{n}"), "name": "Rule", "on": true, "scope": { "of": scope },
                "window_s": dice.one(&[10, 15, 60]), "when": { "cel": condition(dice) },
                "hold_s": dice.one(&[0, 0, 5]), "people_min": dice.one(&[0, 0, 8]), "do": action,
                "cool_down_s": dice.one(&[10, 30]), "budget": { "times": 1000 }, "hold_out": 0.0,
                "priority": dice.below(100),
            });
            if dice.below(3) == 0 {
                written["until"] = json!({ "cel": condition(dice) });
            }
            Rule::read(&written).ok()
        };
        // A condition that is true of everything is refused.
        (0..20).filter_map(rule).collect()
    }

    fn evening(dice: &mut Dice) -> Vec<Entry> {
        let (mut now, mut number, mut here) = (1_700_000_000_000_i64, 0_u64, vec![]);
        let price = Money::new(1_000, Currency::CNY);
        let question = |number: u64| QuestionId(u32::try_from(number).unwrap());
        let listed = |item| Event::ItemListed { item: Item::new(ItemId(item), "Cup", price, "house") };
        let stocked = |item| Event::StockSet { item: ItemId(item), units: 80 };
        let mut events = vec![listed(1), listed(2), stocked(1), stocked(2), Event::WentLive];
        let mut log = vec![];
        while log.len() < 1_500 {
            for event in events.drain(..) {
                log.push(Entry { at: Millis(now), cause: Cause::Reported, event });
            }
            // Bursts within a second, and lulls.
            now += i64::try_from(if dice.below(60) == 0 { dice.below(30_000) } else { dice.below(700) })
                .unwrap();
            number += 1;
            let (person, comment, order) = (PersonId(number), CommentId(number), OrderId(number.into()));
            events.push(match dice.below(12) {
                0..3 => {
                    here.push(number);
                    let source = "feed".to_owned();
                    let arrived =
                        vec![Arrival { session: SessionId(number), person, source, brought_by: None }];
                    Event::PresenceChanged { arrived, left: vec![], here: 0 }
                }
                3..5 if !here.is_empty() => {
                    let gone = here.swap_remove(usize::try_from(dice.below(here.len() as u64)).unwrap());
                    let left = vec![Departure { session: SessionId(gone), reason: LeaveReason::Left }];
                    Event::PresenceChanged { arrived: vec![], left, here: 0 }
                }
                5..7 => Event::CommentMade {
                    comment,
                    person,
                    role: Role::Viewer,
                    spoken: Sealed { key: KeyId(0), body: vec![].into() },
                    question: None,
                    answers: None,
                    lane: None,
                    reply_to: None,
                    mentions: None,
                    image: None,
                },
                7 => Event::LikesGathered { likes: 5, people: 2, total: 0 },
                8 => {
                    Event::CardsTouched { touches: vec![CardTouch { item: ItemId(1), seen: 5, clicked: 3 }] }
                }
                9 => {
                    let (item, amount) = (ItemId(dice.one(&[1, 2])), price);
                    Event::UnitsHeld { order, person, item, units: 1, amount, until: Millis(0) }
                }
                10 => match dice.below(6) {
                    0 => Event::CardUnpinned { item: ItemId(1) },
                    1 => Event::WentOff { reason: OffReason::Ended },
                    2 => Event::WentLive,
                    _ => Event::CardPinned { item: ItemId(dice.one(&[1, 2])) },
                },
                _ => match dice.below(3) {
                    0 => {
                        let stalled_ms = dice.below(900);
                        let quality =
                            Quality { viewers: 1, stalled_ms, watched_ms: 1_000, ..Quality::default() };
                        Event::QualityGathered { quality }
                    }
                    1 => Event::QuestionAnswered {
                        question: question(1 + dice.below(number)),
                        how: Answered::OnAir,
                        prompt: None,
                    },
                    _ => Event::QuestionOpened { question: question(number), topic: Topic(1), item: None },
                },
            });
        }
        log
    }

    #[test]
    fn rules_that_are_spared_looks_find_what_they_find_with_every_look() {
        let mut findings = 0;
        for seed in 0..60 {
            let mut dice = Dice(seed);
            let (rules, log) = (rules(&mut dice), evening(&mut dice));
            let play = |plain: bool| -> Vec<Finding> {
                let mut evaluator = Evaluator::trying(&RoomId::new("tea").unwrap(), rules.clone());
                evaluator.signals.plain = plain;
                log.iter().flat_map(|it| evaluator.fold(it)).collect()
            };
            let spared = play(false);
            let plain = play(true);
            let first = spared.iter().zip(&plain).find(|(a, b)| a != b);
            assert!(spared == plain, "seed {seed}: {first:#?}");
            findings += spared.len();
        }
        assert!(findings > 5_000, "only {findings} findings");
    }
}
