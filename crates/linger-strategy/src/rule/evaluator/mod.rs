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
mod signals;
mod speaking;
mod standing;

pub use occasion::Why;

use super::{
    arms::RoomRule,
    conflict::Taken,
    figures::{Figures, Person, Touched, View, Wants, Whom},
    ledger::Ledger,
    metric::ScopeKind,
    program::Program,
    spec::{Rule, Scope},
    wheel::Wheel,
};
use armed::{Armed, Key, Look, next_second};
use figures_of::whom;
use linger_protocol::{Entry, Event, Intent, Limits, Millis, PersonId, RoomId, RuleEvent};
use signals::Signals;
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
    /// Timers that were due while the show was off: they are when it goes on.
    put_off: Vec<Timer>,
    /// By slot; a rule keeps its slot for ever, and is away while it does not work here.
    armed: Vec<Option<Armed>>,
    slots: BTreeMap<String, usize>,
    /// Slots in the stated order: the higher priority first, then by code.
    order: Vec<usize>,
    /// Rules about the room and its segment wait for these, those about viewers look at each who moves.
    signals: Signals,
    viewers: Vec<AboutViewers>,
    /// Rules about questions.
    asking: Vec<usize>,
    ticking: Vec<usize>,
    ledger: Ledger,
    taken: Taken,
    touched: Touched,
    /// Whether rules come from the log.
    from_log: bool,
}

/// What of a rule about viewers is needed to see that one of them is nothing to it.
#[derive(Clone, Debug)]
struct AboutViewers {
    slot: usize,
    window_s: u32,
    needs: u64,
    when: Program,
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
            put_off: vec![],
            armed: vec![],
            slots: BTreeMap::new(),
            order: vec![],
            signals: Signals::default(),
            viewers: vec![],
            asking: vec![],
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
        let next = if self.put_off.is_empty() && (self.ticking.is_empty() || figures.is_quiet()) {
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
            ScopeKind::Viewer => figures.viewers().into_iter().map(Key::Viewer).collect(),
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
        let of = |kinds: &'static [ScopeKind]| {
            order.iter().copied().filter(|(_, it)| kinds.contains(&it.rule.scope.kind()))
        };
        let ticks = |it: &&(usize, &Armed)| {
            let kind = it.1.rule.scope.kind();
            match kind {
                ScopeKind::Source | ScopeKind::Cohort => true,
                ScopeKind::Room | ScopeKind::Segment => it.1.ticks(),
                ScopeKind::Viewer | ScopeKind::Question => false,
            }
        };
        let signals = Signals::of(of(&[ScopeKind::Room, ScopeKind::Segment]));
        let about = |(slot, it): (usize, &Armed)| AboutViewers {
            slot,
            window_s: it.rule.window_s,
            needs: it.programs().fold(0, |set, it| set | it.needs),
            when: it.when.clone(),
        };
        let viewers = of(&[ScopeKind::Viewer]).map(about).collect();
        let asking = of(&[ScopeKind::Question]).map(|(slot, _)| slot).collect();
        let ticking = order.iter().filter(ticks).map(|(slot, _)| *slot).collect();
        let order = order.into_iter().map(|(slot, _)| slot).collect();
        (self.signals, self.viewers, self.asking) = (signals, viewers, asking);
        (self.ticking, self.order) = (ticking, order);
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
        self.put_off.clear();
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
            let waits = figures.show.is_running() && !self.put_off.is_empty();
            if figures.is_quiet() && !waits {
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
            let mut due = self.wheel.step();
            if !running {
                self.put_off.append(&mut due);
            } else {
                due.append(&mut self.put_off);
                self.look_in_second(second, due, found);
                self.look_at_moved(Millis(second * 1_000), 0, found);
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
            return self.signals.forget();
        }
        self.look_at_moved(at, touched.metrics, found);
        touched.people.iter().for_each(|it| self.look_at_viewer(at, touched.metrics, *it, found));
    }

    /// Looks at the rules about the room and its segment that may have something to say.
    fn look_at_moved(&mut self, at: Millis, metrics: u64, found: &mut Vec<Finding>) {
        let Some(figures) = &self.figures else { return };
        let mut due = self.signals.moved(figures, metrics);
        while let Some(place) = due.pop_first() {
            self.look(self.signals.slot(place), Key::One, at, found);
        }
    }

    /// Looks at one viewer for the rules about viewers that read what moved; for all when they came. Of whom nothing is
    /// remembered and who meets no condition, nothing is kept.
    fn look_at_viewer(
        &mut self,
        at: Millis,
        metrics: u64,
        (person, who, came): (PersonId, Person, bool),
        found: &mut Vec<Finding>,
    ) {
        let key = Key::Viewer(person);
        for place in 0..self.viewers.len() {
            let (AboutViewers { slot, window_s, needs, when }, Some(figures)) =
                (&self.viewers[place], &self.figures)
            else {
                continue;
            };
            if needs & metrics == 0 && !came {
                continue;
            }
            let slot = *slot;
            let view = View { figures, whom: Whom::Viewer(person), window_s: *window_s, who: Some(who) };
            let is_met = when.is_met(&view);
            let Some(armed) = &self.armed[slot] else { continue };
            if is_met || armed.knows(key) {
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
                    return self.signals.settle(slot, true);
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
        let before = armed.phase();
        let look = armed.look(key, at, enough, &view);
        if key == Key::One {
            self.signals.settle(slot, armed.phase() == before && look != Look::Occasion);
        }
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
