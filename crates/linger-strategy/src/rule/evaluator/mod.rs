//! The rules of one room at work: a fold over its log, with time as an input.
//!
//! An entry moves some figures; the rules that read one of them are looked at, at once. What moves with the seconds is looked
//! at once in each. What grows with time, what has to hold for a while and what cools down waits on a timing wheel: nobody
//! looks at all rules, viewers or questions in turn. Rules about sources and cohorts are looked at with the seconds alone.
//!
//! Invariant: the same log gives the same intents with the same ids in the same arms. Rules come from the log too
//! ([`RuleEvent::Put`]), so an evaluator that is rebuilt is the same one. Seconds are gone through one by one before the
//! entry that comes after them; so [`Evaluator::pass`] may be told a time only when every entry before it was folded.

mod armed;
mod figures_of;
mod occasion;
mod speaking;
mod standing;

pub use occasion::Why;

use super::{
    arms::RoomRule,
    conflict::Taken,
    figures::{Figures, Person, Touched, View, Wants, Whom},
    ledger::Ledger,
    metric::ScopeKind,
    program::Atom,
    spec::{Rule, Scope},
    wheel::Wheel,
};
use armed::{Armed, Key, Look, next_second};
use figures_of::whom;
use linger_protocol::{Entry, Event, Intent, Limits, Millis, PersonId, RoomId, RuleEvent};
use std::collections::{BTreeMap, BTreeSet};

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it proposes and why.
    pub intent: Intent,
    /// Why it is passed over, if it is: then nothing of it is to be carried out.
    pub passed_over: Option<Why>,
}

/// The rules of one room.
#[derive(Clone, Debug)]
pub struct Evaluator {
    room: RoomId,
    /// The host's name, which experiments over hosts draw.
    host: String,
    figures: Option<Figures>,
    wheel: Wheel<Timer>,
    /// By slot; a rule keeps its slot for ever, and is away while it does not work here.
    armed: Vec<Option<Armed>>,
    slots: BTreeMap<String, usize>,
    /// Slots in the stated order: the higher priority first, then by code.
    order: Vec<usize>,
    /// What of it is looked at when metrics move: rooms and segments, viewers.
    watching: Vec<Watching>,
    viewers: Vec<usize>,
    /// By slot: whether a rule with one subject waits for its condition.
    idle: Vec<bool>,
    ticking: Vec<usize>,
    ledger: Ledger,
    taken: Taken,
    touched: Touched,
    /// Whether rules come from the log.
    from_log: bool,
}

/// What of a rule is needed to see that it has nothing to say, side by side in memory: most events find every rule so.
#[derive(Clone, Copy, Debug)]
struct Watching {
    needs: u64,
    slot: usize,
    window_s: u32,
    /// Without this its condition is not met. None where a look also has to see when time will have passed.
    first: Option<Atom>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Timer {
    slot: usize,
    version: u32,
    key: Key,
}

impl Evaluator {
    /// A room without rules: they come from its log.
    pub fn new(room: &RoomId) -> Evaluator {
        Evaluator {
            room: room.clone(),
            host: String::new(),
            figures: None,
            wheel: Wheel::at(0),
            armed: vec![],
            slots: BTreeMap::new(),
            order: vec![],
            watching: vec![],
            viewers: vec![],
            idle: vec![],
            ticking: vec![],
            ledger: Ledger::default(),
            taken: Taken::default(),
            touched: Touched::default(),
            from_log: true,
        }
    }

    /// A room with these rules, whatever its log says of rules, in which everything that is proposed counts as done: for
    /// trying rules on the past. No experiment draws there: every occasion is told as one to act on.
    pub fn trying(room: &RoomId, rules: Vec<Rule>) -> Evaluator {
        let mut evaluator = Evaluator { from_log: false, ..Evaluator::new(room) };
        evaluator.ledger.assumes = true;
        let alone = |rule| Rule { experiment: None, arm: None, ..rule };
        for rule in rules.into_iter().map(alone) {
            evaluator.put(&rule.code.clone(), 1, Some(RoomRule::alone(rule)), 0);
        }
        evaluator
    }

    /// Takes in the next entry of the log; tells what rules found up to it and with it.
    pub fn fold(&mut self, entry: &Entry) -> Vec<Finding> {
        let mut found = vec![];
        let at = self.figures.as_ref().map_or(entry.at, |it| it.now.max(entry.at));
        self.advance(at, &mut found);
        if let Event::Rule(RuleEvent::Put { rule, version, text, draw }) = &entry.event
            && self.from_log
        {
            // A rule of a later version of this program that cannot be read does not work here.
            let read = text.as_ref().and_then(|text| RoomRule::parse(text).ok());
            let works = read.filter(|it| it.rule.works_in(&self.room));
            self.put(rule, *version, works, draw.unwrap_or_default());
            self.look_at_new(rule, at, &mut found);
            return found;
        }
        if let Event::RoomOpened { host_name, .. } = &entry.event {
            self.host.clone_from(host_name);
        }
        self.ledger.take(at, &entry.event);
        let Some(figures) = &mut self.figures else { return found };
        let mut touched = std::mem::take(&mut self.touched);
        touched.metrics = 0;
        touched.people.clear();
        if figures.take(at, entry, &mut touched) {
            self.begin_show();
        }
        self.fold_questions(at, entry, &mut found);
        self.look_at_touched(at, &touched, &mut found);
        self.touched = touched;
        found
    }

    /// Time went by, and every entry from before `now` was folded: what the seconds up to it make of the rules.
    pub fn pass(&mut self, now: Millis) -> Vec<Finding> {
        let mut found = vec![];
        if self.figures.as_ref().is_some_and(|it| it.now < now) {
            self.advance(now, &mut found);
        }
        found
    }

    /// When [`Evaluator::pass`] next has something to do; `None` when nothing happens until another entry comes.
    pub fn wakes_at(&self) -> Option<Millis> {
        let figures = self.figures.as_ref().filter(|it| it.show.is_running())?;
        let next = if self.ticking.is_empty() || figures.is_quiet() {
            self.wheel.first()?
        } else {
            figures.second + 1
        };
        Some(Millis(next * 1_000))
    }

    /// When the show that is on, or was last, began, and when it ended.
    pub fn show(&self) -> Option<(Millis, Option<Millis>)> {
        let show = self.figures.as_ref()?.show;
        show.began.map(|began| (began, show.ended))
    }

    /// Shows so far.
    pub fn shows(&self) -> u32 {
        self.figures.as_ref().map_or(0, |it| it.show.number)
    }

    /// The rules that work here, with their versions.
    pub fn rules(&self) -> impl Iterator<Item = (&Rule, u32)> {
        self.order.iter().filter_map(|slot| self.armed[*slot].as_ref()).map(|it| (&it.rule, it.version))
    }

    fn put(&mut self, code: &str, version: u32, rule: Option<RoomRule>, mark: u64) {
        let slot = match self.slots.get(code) {
            Some(slot) => *slot,
            None if self.armed.len() >= Limits::RULES_MAX => return,
            None => {
                self.slots.insert(code.to_owned(), self.armed.len());
                self.armed.push(None);
                self.idle.push(true);
                self.armed.len() - 1
            }
        };
        if let (Some(armed), Some(rule)) = (&mut self.armed[slot], &rule)
            && armed.goes_on(rule, version, mark)
        {
            return;
        }
        let before = self.armed[slot].take();
        self.armed[slot] = rule.map(|rule| Armed::new(&self.room, (rule, version, mark), before));
        self.idle[slot] = true;
        self.arrange();
        self.want();
    }

    /// Looks at a rule that was put just now: it may be true already. Those about sources wait for the next second.
    fn look_at_new(&mut self, code: &str, at: Millis, found: &mut Vec<Finding>) {
        let Some(slot) = self.slots.get(code).copied() else { return };
        let (Some(armed), Some(figures)) = (&self.armed[slot], &self.figures) else { return };
        if !figures.show.is_running() {
            return;
        }
        let keys: Vec<Key> = match armed.rule.scope.kind() {
            ScopeKind::Room | ScopeKind::Segment | ScopeKind::Cohort => vec![Key::One],
            ScopeKind::Viewer => figures.viewers().map(Key::Viewer).collect(),
            ScopeKind::Source | ScopeKind::Question => vec![],
        };
        keys.into_iter().for_each(|key| self.look(slot, key, at, found));
    }

    /// Puts the rules into the stated order, and notes which are looked at when.
    fn arrange(&mut self) {
        let armed = &self.armed;
        let at_work = |slot: usize| armed[slot].as_ref().map(|it| (slot, it));
        let mut order: Vec<(usize, &Armed)> = self.slots.values().filter_map(|slot| at_work(*slot)).collect();
        // By code already; a stable sort keeps that among equals.
        order.sort_by_key(|(_, it)| std::cmp::Reverse(it.rule.priority));
        let of = |kinds: &[ScopeKind]| -> Vec<Watching> {
            let fits = |it: &&(usize, &Armed)| kinds.contains(&it.1.rule.scope.kind());
            let watching = |(slot, it): &(usize, &Armed)| Watching {
                needs: it.needs(),
                slot: *slot,
                window_s: it.rule.window_s,
                first: it.when.first().filter(|_| it.when.thresholds.is_empty()),
            };
            order.iter().filter(fits).map(watching).collect()
        };
        let ticks = |it: &&(usize, &Armed)| {
            let kind = it.1.rule.scope.kind();
            match kind {
                ScopeKind::Source | ScopeKind::Cohort => true,
                ScopeKind::Room | ScopeKind::Segment => it.1.ticks(),
                ScopeKind::Viewer | ScopeKind::Question => false,
            }
        };
        let watching = of(&[ScopeKind::Room, ScopeKind::Segment]);
        let viewers = of(&[ScopeKind::Viewer]).into_iter().map(|it| it.slot).collect();
        let ticking = order.iter().filter(ticks).map(|(slot, _)| *slot).collect();
        let order = order.into_iter().map(|(slot, _)| slot).collect();
        (self.watching, self.viewers, self.ticking, self.order) = (watching, viewers, ticking, order);
    }

    fn want(&mut self) {
        let has = |kind: ScopeKind| self.armed.iter().flatten().any(|it| it.rule.scope.kind() == kind);
        let wants = Wants {
            sources: has(ScopeKind::Source),
            cohorts: has(ScopeKind::Cohort),
            viewers: has(ScopeKind::Viewer),
        };
        if let Some(figures) = &mut self.figures {
            figures.want(wants);
        }
    }

    fn begin_show(&mut self) {
        self.armed.iter_mut().flatten().for_each(Armed::begin_show);
        self.idle.fill(true);
        self.ledger.begin_show();
    }

    /// Goes through the seconds up to `at`.
    fn advance(&mut self, at: Millis, found: &mut Vec<Finding>) {
        let target = at.0.div_euclid(1_000);
        if self.figures.is_none() {
            self.figures = Some(Figures::at(at));
            self.wheel = Wheel::at(target);
            self.want();
        }
        while let Some(figures) = self.figures.as_mut().filter(|it| it.second < target) {
            if figures.is_quiet() {
                // Nothing changes before the next timer.
                let next = self.wheel.first().map_or(target, |it| it.min(target));
                if next - 1 > figures.second {
                    figures.roll(next - 1);
                    self.wheel.skip_to(next - 1);
                }
            }
            let second = figures.second + 1;
            figures.roll(second);
            let running = figures.show.is_running();
            let due = self.wheel.step();
            if running {
                self.look_in_second(second, due, found);
            }
        }
    }

    /// What is due in a second and what is looked at in each, in the stated order.
    fn look_in_second(&mut self, second: i64, due: Vec<Timer>, found: &mut Vec<Finding>) {
        let at = Millis(second * 1_000);
        if due.is_empty() {
            for place in 0..self.ticking.len() {
                let slot = self.ticking[place];
                self.keys(slot).into_iter().for_each(|key| self.look(slot, key, at, found));
            }
            return;
        }
        let mut looks: BTreeSet<(usize, Key)> = BTreeSet::new();
        let rank: BTreeMap<usize, usize> =
            self.order.iter().enumerate().map(|(rank, slot)| (*slot, rank)).collect();
        for timer in due {
            let current = self.armed[timer.slot].as_mut().filter(|it| it.version == timer.version);
            let Some(armed) = current else { continue };
            if (matches!(timer.key, Key::One) || armed.knows(timer.key))
                && let Some(subject) = armed.subject(timer.key)
                && subject.look_at.is_some_and(|it| it <= second)
            {
                subject.look_at = None;
            }
            looks.insert((rank[&timer.slot], timer.key));
        }
        for slot in self.ticking.clone() {
            looks.extend(self.keys(slot).into_iter().map(|key| (rank[&slot], key)));
        }
        for (rank, key) in looks {
            self.look(self.order[rank], key, at, found);
        }
    }

    /// The subjects of a rule that is looked at with the seconds.
    fn keys(&self, slot: usize) -> Vec<Key> {
        let (Some(armed), Some(figures)) = (&self.armed[slot], &self.figures) else { return vec![] };
        match &armed.rule.scope {
            Scope::Source { source } => figures.subjects(source.as_deref()).map(Key::Source).collect(),
            _ => vec![Key::One],
        }
    }

    fn look_at_touched(&mut self, at: Millis, touched: &Touched, found: &mut Vec<Finding>) {
        if !self.figures.as_ref().is_some_and(|it| it.show.is_running()) {
            return;
        }
        for place in 0..self.watching.len() {
            let Watching { needs, slot, window_s, first } = self.watching[place];
            if needs & touched.metrics == 0 {
                continue;
            }
            if self.idle[slot]
                && let (Some(first), Some(figures)) = (first, &self.figures)
                && !first.holds(&View { figures, whom: Whom::Room, window_s, who: None })
            {
                continue;
            }
            if !self.rests(slot, at) {
                self.look(slot, Key::One, at, found);
            }
        }
        if !self.viewers.is_empty() {
            touched.people.iter().for_each(|it| self.look_at_viewer(at, *it, found));
        }
    }

    /// Whether looking at a rule about the room or its segment would change nothing.
    fn rests(&self, slot: usize, at: Millis) -> bool {
        let (Some(armed), Some(figures)) = (&self.armed[slot], &self.figures) else { return true };
        let same = match armed.rule.scope {
            Scope::Segment { .. } => figures.segment.as_ref().is_some_and(|it| armed.is_about(it.number)),
            _ => true,
        };
        same && armed.rests(at, &View { figures, whom: Whom::Room, window_s: armed.rule.window_s, who: None })
    }

    /// Looks at one viewer for all rules about viewers. Of whom nothing is remembered and who meets no condition, nothing
    /// is kept.
    fn look_at_viewer(
        &mut self,
        at: Millis,
        (person, who, came): (PersonId, Person, bool),
        found: &mut Vec<Finding>,
    ) {
        let key = Key::Viewer(person);
        for place in 0..self.viewers.len() {
            let slot = self.viewers[place];
            let (Some(armed), Some(figures)) = (&self.armed[slot], &self.figures) else { continue };
            let (whom, window_s) = (Whom::Viewer(person), armed.rule.window_s);
            let view = View { figures, whom, window_s, who: Some(who) };
            if armed.when.is_met(&view) || armed.knows(key) {
                self.look(slot, key, at, found);
            } else if came && let Some(second) = next_second(armed, &view, at, None) {
                let timer = Timer { slot, version: armed.version, key };
                self.wheel.set(second, timer);
            }
        }
    }

    fn look(&mut self, slot: usize, key: Key, at: Millis, found: &mut Vec<Finding>) {
        let (Some(armed), Some(figures)) = (&mut self.armed[slot], &self.figures) else { return };
        if let Scope::Segment { .. } = armed.rule.scope {
            let fits = |item| armed.rule.segment_item().is_none_or(|it| it == item);
            match figures.segment.as_ref().filter(|it| fits(it.item)) {
                Some(segment) => armed.turn_to(segment.number),
                None => {
                    armed.turn_to(0);
                    self.idle[slot] = true;
                    return;
                }
            }
        }
        let whom = whom(armed, key);
        let view = View::of(figures, whom, armed.rule.window_s);
        if matches!(whom, Whom::Viewer(_)) {
            if view.who.is_none() {
                return;
            }
            // Of whom nothing is remembered, nothing begins to be before the condition is met.
            if !armed.knows(key) && !armed.when.is_met(&view) {
                if let Some(second) = next_second(armed, &view, at, None) {
                    self.wheel.set(second, Timer { slot, version: armed.version, key });
                }
                return;
            }
        }
        let enough = figures.people_in(whom) >= armed.rule.people_min;
        let look = armed.look(key, at, enough, &view);
        self.idle[slot] = armed.is_idle();
        let again = match look {
            Look::Again(again) => Some(again),
            Look::Nothing | Look::Occasion => None,
        };
        self.set_timer(slot, key, at, again);
        if look == Look::Occasion {
            self.speak(slot, key, at, found);
        }
    }

    /// Sets the next time at which this is to be looked at because time passes, if it has to be.
    fn set_timer(&mut self, slot: usize, key: Key, at: Millis, again: Option<Millis>) {
        let (Some(armed), Some(figures)) = (&mut self.armed[slot], &self.figures) else { return };
        let view = View::of(figures, whom(armed, key), armed.rule.window_s);
        let Some(second) = next_second(armed, &view, at, again) else { return };
        let version = armed.version;
        let Some(subject) = armed.subject(key) else { return };
        if subject.look_at.is_none_or(|it| it > second) {
            subject.look_at = Some(second);
            self.wheel.set(second, Timer { slot, version, key });
        }
    }
}
