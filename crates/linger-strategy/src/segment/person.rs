//! What is kept of one person. It does not know what is asked of it.

use super::{
    days::Days,
    spec::{Counter, Segments, Spec, Sum, add},
};
use linger_behaviour::{Number, Text};

/// One counter of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) counter: u16,
    /// How often in all, up to the counter's cap.
    pub(super) ever: u32,
    pub(super) first: i32,
    pub(super) last: i32,
    pub(super) days: Days,
}

impl Slot {
    fn new(counter: u16, of: &Counter, day: i32) -> Slot {
        let mut days = Days::new(of.shape);
        days.add(of.shape, None, day, 1, of.cap);
        Slot { counter, ever: 1, first: day, last: day, days }
    }

    /// Counts a day. Adds the segments whose answer may turn by it, and says whether the days themselves changed.
    fn note(&mut self, of: &Counter, day: i32, today: i32, affected: &mut Segments) -> bool {
        let days = self.days.len();
        let grown = self.days.add(of.shape, Some(self.last), day, 1, of.cap);
        let (first, last) = (day < self.first, day > self.last);
        let counted = self.ever < of.cap;
        self.ever = self.ever.saturating_add(1).min(of.cap);
        self.first = self.first.min(day);
        self.last = self.last.max(day);
        let fresh = first || last || (grown && self.days.len() != days);
        if first {
            add(affected, of.on_first);
        }
        if last {
            add(affected, of.on_last);
        }
        if fresh {
            add(affected, of.on_day);
        }
        if counted || grown {
            self.turn(of, today, affected);
        }
        fresh
    }

    /// Adds the segments whose answer turns where the sums stand now.
    fn turn(&self, of: &Counter, today: i32, affected: &mut Segments) {
        let mut known = (Sum::Ever, self.ever);
        for edge in &of.edges {
            if edge.sum != known.0 {
                known = (edge.sum, self.sum(edge.sum, today));
            }
            if known.1 == edge.at {
                add(affected, edge.segments);
            }
        }
    }

    fn sum(&self, sum: Sum, today: i32) -> u32 {
        match sum {
            Sum::Ever => self.ever,
            Sum::Times(window) => self.days.within(self.last, today, window).1,
            Sum::Days(window) => self.days.within(self.last, today, window).0,
        }
    }

    fn join(&mut self, of: &Counter, other: &Slot) {
        for (day, n) in other.days.each(other.last) {
            self.days.add(of.shape, Some(self.last), day, n, of.cap);
            self.last = self.last.max(day);
        }
        // The last day may lie outside what the days remember.
        if other.last > self.last {
            self.days.add(of.shape, Some(self.last), other.last, 0, of.cap);
            self.last = other.last;
        }
        self.first = self.first.min(other.first);
        self.ever = self.ever.saturating_add(other.ever).min(of.cap);
    }

    /// The next day after `today` on which an answer may change by itself.
    pub(super) fn due(&self, of: &Counter, today: i32) -> i32 {
        let later = |day: i32, window: u16| day.saturating_add(i32::from(window));
        let mut due = i32::MAX;
        for window in &of.windows {
            let oldest = self.days.oldest_within(self.last, today, *window);
            let days = [Some(self.first), Some(self.last), oldest];
            let next = days.into_iter().flatten().map(|day| later(day, *window)).filter(|day| *day > today);
            due = due.min(next.min().unwrap_or(i32::MAX));
        }
        due
    }
}

/// The latest value of a property: when, then what, so that two told for the same moment have an order.
pub(super) type Latest<T> = (i64, T);

/// What most people have nothing of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct More {
    pub(super) texts: Vec<(Text, Latest<u16>)>,
    pub(super) numbers: Vec<(Number, Latest<i64>)>,
    pub(super) scores: Vec<(u16, f64)>,
    pub(super) tags: Vec<u16>,
}

/// One person.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Person {
    pub(super) member: Segments,
    /// By counter.
    pub(super) slots: Vec<Slot>,
    pub(super) more: Option<Box<More>>,
    /// The next day on which something may change by itself.
    pub(super) due: i32,
}

impl Person {
    pub(super) fn new() -> Person {
        Person { member: Segments::default(), slots: vec![], more: None, due: i32::MAX }
    }

    pub(super) fn slot(&self, counter: u16) -> Option<&Slot> {
        // Few slots: a walk beats a search.
        self.slots.iter().find(|it| it.counter == counter)
    }

    /// Counts a day; adds the segments whose answer may have changed.
    pub(super) fn count(&mut self, spec: &Spec, counter: u16, day: i32, today: i32, affected: &mut Segments) {
        let of = &spec.counters[usize::from(counter)];
        let at = self.slots.iter().position(|it| it.counter >= counter).unwrap_or(self.slots.len());
        let slot = match self.slots.get_mut(at).filter(|it| it.counter == counter) {
            Some(slot) => {
                if !slot.note(of, day, today, affected) {
                    return;
                }
                slot
            }
            None => {
                add(affected, of.segments);
                self.slots.reserve_exact(1);
                self.slots.insert(at, Slot::new(counter, of, day));
                &mut self.slots[at]
            }
        };
        self.due = self.due.min(slot.due(of, today));
    }

    pub(super) fn latest_text(&mut self, text: Text, told: Latest<u16>) -> bool {
        let more = self.more.get_or_insert_default();
        latest(&mut more.texts, text, told)
    }

    pub(super) fn latest_number(&mut self, number: Number, told: Latest<i64>) -> bool {
        let more = self.more.get_or_insert_default();
        latest(&mut more.numbers, number, told)
    }

    pub(super) fn join(&mut self, spec: &Spec, other: Person) {
        for slot in other.slots {
            let at = self.slots.iter().position(|it| it.counter >= slot.counter).unwrap_or(self.slots.len());
            match self.slots.get_mut(at).filter(|it| it.counter == slot.counter) {
                Some(mine) => mine.join(&spec.counters[usize::from(slot.counter)], &slot),
                None => self.slots.insert(at, slot),
            }
        }
        let Some(more) = other.more else { return };
        let mine = self.more.get_or_insert_default();
        for (text, told) in more.texts {
            latest(&mut mine.texts, text, told);
        }
        for (number, told) in more.numbers {
            latest(&mut mine.numbers, number, told);
        }
        for (score, value) in more.scores {
            if mine.scores.iter().all(|(it, _)| *it != score) {
                mine.scores.push((score, value));
            }
        }
        mine.scores.sort_unstable_by_key(|it| it.0);
        mine.tags.extend(more.tags);
        mine.tags.sort_unstable();
        mine.tags.dedup();
    }

    /// Plans the next day after `today` on which something may change by itself; adds the segments for which that was
    /// so between `before` and `today`.
    pub(super) fn plan(&mut self, spec: &Spec, before: i32, today: i32, affected: &mut Segments) {
        self.due = i32::MAX;
        for slot in &self.slots {
            let of = &spec.counters[usize::from(slot.counter)];
            if slot.due(of, before) <= today {
                add(affected, of.segments);
            }
            self.due = self.due.min(slot.due(of, today));
        }
    }

    /// Bytes in memory, without what the map itself costs.
    pub(super) fn bytes(&self) -> usize {
        let slots = self.slots.capacity() * size_of::<Slot>();
        let days: usize = self.slots.iter().map(|it| it.days.heap_bytes()).sum();
        let more = self.more.as_ref().map_or(0, |more| {
            size_of::<More>()
                + more.texts.capacity() * size_of::<(Text, Latest<u16>)>()
                + more.numbers.capacity() * size_of::<(Number, Latest<i64>)>()
                + more.scores.capacity() * size_of::<(u16, f64)>()
                + more.tags.capacity() * 2
        });
        size_of::<Person>() + slots + days + more
    }
}

fn latest<K: PartialEq, T: PartialOrd + Copy>(
    list: &mut Vec<(K, Latest<T>)>,
    key: K,
    told: Latest<T>,
) -> bool {
    match list.iter_mut().find(|(it, _)| *it == key) {
        Some((_, held)) if *held >= told => false,
        Some((_, held)) => {
            let changed = held.1 != told.1;
            *held = told;
            changed
        }
        None => {
            list.push((key, told));
            true
        }
    }
}
