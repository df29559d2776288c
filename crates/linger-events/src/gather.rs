//! A pass over people some of whom lie in several places: those are set aside column by column, put together by time,
//! and handed to the fold as one run each, as if they had always been one. It does not know files.

use std::collections::BTreeMap;

use linger_behaviour::{Band, Columns, Fold, Head, Marks, NO_TEXT, Need, Number, PersonKey, Run, Text};

use crate::moves::Moves;
use crate::{AskFault, AskLimits, Held};

/// A fold that sees through moves: hands most people on to the fold within, and sets the others aside.
pub(crate) struct Gather<'a, F> {
    pub inner: F,
    pub aside: Aside,
    moves: &'a Moves,
    hidden: &'a [u64],
    columns: Columns,
    limits: &'a AskLimits,
    held: Vec<Held>,
    /// The first refusal of memory; nothing is set aside after it.
    pub fault: Option<AskFault>,
}

/// Who was set aside, by who they are now and the key they lie under.
pub(crate) type Aside = BTreeMap<(u64, u64), Vec<Part>>;

/// Facts of one key from one place.
#[derive(Default)]
pub(crate) struct Part {
    at_ms: Vec<i64>,
    name: Vec<u32>,
    texts: [Vec<u32>; Text::COUNT],
    numbers: [Vec<i64>; Number::COUNT],
}

impl<'a, F: Fold> Gather<'a, F> {
    /// `hidden` are persons nobody is to see, rising.
    pub fn new(inner: F, moves: &'a Moves, hidden: &'a [u64], limits: &'a AskLimits) -> Gather<'a, F> {
        let columns = inner.columns();
        Gather { inner, aside: Aside::new(), moves, hidden, columns, limits, held: Vec::new(), fault: None }
    }

    /// Adds what another saw of other people.
    pub fn join(&mut self, other: Gather<'a, F>) {
        self.inner.merge(other.inner);
        for (key, mut parts) in other.aside {
            self.aside.entry(key).or_default().append(&mut parts);
        }
        self.held.extend(other.held);
        self.fault = self.fault.take().or(other.fault);
    }

    /// Hands over those who were set aside, and gives back the fold.
    pub fn finish(mut self) -> Result<F, AskFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let mut whole = Part::default();
        let mut aside = std::mem::take(&mut self.aside).into_iter().peekable();
        while let Some(((person, _), parts)) = aside.next() {
            let mut all = parts;
            while let Some((_, parts)) = aside.next_if(|((next, _), _)| *next == person) {
                all.extend(parts);
            }
            whole.clear();
            whole.put_together(&all);
            let run = whole.run(PersonKey(person));
            if let Some(head) = head_of(&run)
                && self.inner.head(&head) == Need::Run
            {
                self.inner.run(&run);
            }
            self.limits.check()?;
        }
        Ok(self.inner)
    }
}

impl<F: Fold> Fold for Gather<'_, F> {
    fn columns(&self) -> Columns {
        self.columns
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        if self.hidden.binary_search(&head.person.0).is_ok() {
            return Need::Nothing;
        }
        if self.moves.concern(head.person.0) { Need::Run } else { self.inner.head(head) }
    }

    fn marks(&self) -> Option<Marks<'_>> {
        self.inner.marks()
    }

    fn band(&mut self, band: &Band<'_>, rest: &mut Vec<u32>) {
        let mut from = 0;
        if !self.moves.is_empty() || !self.hidden.is_empty() {
            for (at, person) in band.persons.iter().enumerate() {
                if self.moves.concern(*person) || self.hidden.binary_search(person).is_ok() {
                    self.inner.band(&band.part(from..at), rest);
                    rest.push(band.place + at as u32);
                    from = at + 1;
                }
            }
        }
        self.inner.band(&band.part(from..band.persons.len()), rest);
    }

    fn run(&mut self, run: &Run<'_>) {
        if !self.moves.concern(run.person.0) {
            return self.inner.run(run);
        }
        if self.fault.is_some() {
            return;
        }
        let part = Part::of(run);
        match self.limits.hold(part.bytes()) {
            Ok(held) => self.held.push(held),
            Err(fault) => return self.fault = Some(fault),
        }
        let now = self.moves.now(run.person.0);
        self.aside.entry((now, run.person.0)).or_default().push(part);
    }

    fn merge(&mut self, other: Self) {
        self.join(other);
    }
}

impl Part {
    fn of(run: &Run<'_>) -> Part {
        Part {
            at_ms: run.at_ms.to_vec(),
            name: run.name.to_vec(),
            texts: run.texts.map(<[u32]>::to_vec),
            numbers: run.numbers.map(<[i64]>::to_vec),
        }
    }

    fn bytes(&self) -> u64 {
        let texts: usize = self.texts.iter().map(Vec::len).sum();
        let numbers: usize = self.numbers.iter().map(Vec::len).sum();
        (self.at_ms.len() * 12 + texts * 4 + numbers * 8 + size_of::<Part>()) as u64
    }

    fn clear(&mut self) {
        self.at_ms.clear();
        self.name.clear();
        self.texts.iter_mut().for_each(Vec::clear);
        self.numbers.iter_mut().for_each(Vec::clear);
    }

    /// Takes in parts sorted by time; of equal times, the facts of earlier parts come first.
    fn put_together(&mut self, parts: &[Part]) {
        let places = parts
            .iter()
            .enumerate()
            .flat_map(|(part, it)| (0..it.at_ms.len()).map(move |place| (part, place)));
        let mut order: Vec<(usize, usize)> = places.collect();
        order.sort_by_key(|&(part, place)| parts[part].at_ms[place]);
        for (part, place) in order {
            let from = &parts[part];
            self.at_ms.push(from.at_ms[place]);
            self.name.push(from.name[place]);
            for (to, from) in self.texts.iter_mut().zip(&from.texts) {
                to.extend(from.get(place));
            }
            for (to, from) in self.numbers.iter_mut().zip(&from.numbers) {
                to.extend(from.get(place));
            }
        }
    }

    fn run(&self, person: PersonKey) -> Run<'_> {
        Run {
            person,
            at_ms: &self.at_ms,
            name: &self.name,
            texts: std::array::from_fn(|at| self.texts[at].as_slice()),
            numbers: std::array::from_fn(|at| self.numbers[at].as_slice()),
        }
    }
}

/// What is known of a person from their run; fillers, which are nothing that happened, left out.
fn head_of<'a>(run: &Run<'_>) -> Option<Head<'a>> {
    let real = || run.name.iter().zip(run.at_ms).filter(|(name, _)| **name != NO_TEXT);
    let (_, &first_ms) = real().next()?;
    let (_, &last_ms) = real().next_back()?;
    let bit = |name: u32| 1u64 << name.min(63);
    let names = real().fold(0, |names, (name, _)| names | bit(*name));
    Some(Head {
        person: run.person,
        first_ms,
        last_ms,
        facts: real().count() as u64,
        names,
        days: &[],
        day0: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remembers what it is told.
    #[derive(Default)]
    struct Told(Vec<(u64, Vec<i64>, Vec<u32>)>, Vec<(u64, i64, i64, u64, u64)>);

    impl Fold for Told {
        fn columns(&self) -> Columns {
            Columns::none().with(Text::Source)
        }

        fn head(&mut self, head: &Head<'_>) -> Need {
            self.1.push((head.person.0, head.first_ms, head.last_ms, head.facts, head.names));
            Need::Run
        }

        fn run(&mut self, run: &Run<'_>) {
            self.0.push((run.person.0, run.at_ms.to_vec(), run.texts[Text::Source.index()].to_vec()));
        }

        fn merge(&mut self, other: Told) {
            self.0.extend(other.0);
            self.1.extend(other.1);
        }
    }

    fn tell(fold: &mut Gather<'_, Told>, person: u64, at_ms: &[i64], source: u32) {
        let name = vec![3; at_ms.len()];
        let part = Part { at_ms: at_ms.to_vec(), name, ..Part::default() };
        let sources = vec![source; at_ms.len()];
        let mut run = part.run(PersonKey(person));
        run.texts[Text::Source.index()] = &sources;
        if let Some(head) = head_of(&run)
            && fold.head(&head) == Need::Run
        {
            fold.run(&run);
        }
    }

    #[test]
    fn who_lies_in_several_places_is_handed_over_once_and_by_time() {
        let moves = Moves::new(&[(1, 2), (4, 2)]);
        let limits = AskLimits::default();
        let mut one = Gather::new(Told::default(), &moves, &[7], &limits);
        let mut two = Gather::new(Told::default(), &moves, &[7], &limits);
        tell(&mut one, 1, &[10, 30], 1);
        tell(&mut one, 3, &[5], 3);
        tell(&mut one, 7, &[5], 3);
        tell(&mut two, 2, &[20, 30, 40], 2);
        tell(&mut two, 4, &[1], 4);
        one.join(two);
        let told = one.finish().unwrap();
        let whole = (2, vec![1, 10, 20, 30, 30, 40], vec![4, 1, 2, 1, 2, 2]);
        assert_eq!(told.0, [(3, vec![5], vec![3]), whole]);
        assert_eq!(told.1, [(3, 5, 5, 1, 8), (2, 1, 40, 6, 8)]);
    }

    #[test]
    fn setting_aside_more_than_may_be_held_is_a_refusal() {
        let moves = Moves::new(&[(1, 2)]);
        let limits = AskLimits { bytes_max: 2000, ..AskLimits::default() };
        let mut fold = Gather::new(Told::default(), &moves, &[], &limits);
        for _ in 0..10 {
            tell(&mut fold, 1, &[1, 2, 3], 1);
        }
        assert_eq!(fold.finish().map(|_| ()).unwrap_err(), AskFault::Memory { bytes_max: 2000 });
    }
}
