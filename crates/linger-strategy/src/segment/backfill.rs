//! The same state from stored history: a fold over everybody's runs, for a start or for new segments. It does not know how
//! runs are read.

use super::{
    ENTERED, LEFT,
    calendar::Calendar,
    engine::{Change, Engine, note},
    marks::Marks,
    person::Person,
    spec::{Segments, Spec, ones, set},
    touched::{Props, Row, Touched},
};
use linger_behaviour::{Columns, Fold, NO_TEXT, Names, PersonKey, Run, Text};
use std::{collections::BTreeMap, sync::Arc};

/// Builds an [`Engine`] from runs.
///
/// What was told of a person before (facts named [`ENTERED`] and [`LEFT`]) is compared with what now holds, so that
/// changes which fell into a time when nobody watched are told late rather than never. People of whom nothing was told
/// yet are placed in silence: a new segment does not announce everybody who is in it from the start.
pub struct Backfill<'a> {
    names: &'a (dyn Names + Sync),
    marks: Option<&'a Marks>,
    engine: Engine,
    touched: Touched,
    missed: Vec<Change>,
}

impl<'a> Backfill<'a> {
    /// A fold for one share of the people; shares of the same spec and moment add up.
    pub fn new(
        spec: Arc<Spec>,
        calendar: Calendar,
        now_ms: i64,
        names: &'a (dyn Names + Sync),
    ) -> Backfill<'a> {
        let engine = Engine::new(spec, calendar, now_ms);
        Backfill { names, marks: None, engine, touched: Touched::default(), missed: vec![] }
    }

    /// With what is said of people besides. Who was told to have entered by it has not left because it is said anew.
    pub fn with(self, marks: &'a Marks) -> Backfill<'a> {
        Backfill { marks: Some(marks), ..self }
    }

    /// The engine, and what changed while nobody watched, by person.
    pub fn finish(self) -> (Engine, Vec<Change>) {
        let mut missed = self.missed;
        missed.sort_unstable();
        (self.engine, missed)
    }

    fn told(&self, run: &Run<'_>, at: usize, entered: bool, told: &mut BTreeMap<usize, bool>) {
        let row = Row { run, names: self.names, at };
        let Some(id) = row.text(Text::Outcome) else { return };
        if let Some(place) = self.engine.spec().ids.iter().position(|it| **it == *id) {
            told.insert(place, entered);
        }
    }

    fn place(&mut self, key: PersonKey, person: Person, told: &BTreeMap<usize, bool>) {
        let mut entered = vec![];
        self.engine.place_person(key, person, &mut entered);
        let mut inside = Segments::default();
        entered.iter().for_each(|it| set(&mut inside, usize::from(it.segment), true));
        let mut before = inside;
        told.iter().for_each(|(segment, entered)| set(&mut before, *segment, *entered));
        let differ = std::array::from_fn(|word| inside[word] ^ before[word]);
        self.missed.extend(ones(differ).map(|segment| Change {
            person: key,
            segment: u16::try_from(segment).unwrap_or(u16::MAX),
            entered: inside[segment / 64] >> (segment % 64) & 1 == 1,
        }));
    }
}

impl Fold for Backfill<'_> {
    fn columns(&self) -> Columns {
        self.engine.spec().columns().with(Text::Outcome)
    }

    fn run(&mut self, run: &Run<'_>) {
        let spec = self.engine.spec().clone();
        let today = self.engine.today();
        let mut person = Person::new();
        let mut told = BTreeMap::new();
        let mut touched = std::mem::take(&mut self.touched);
        let mut affected = Segments::default();
        for at in (0..run.at_ms.len()).filter(|at| run.name[*at] != NO_TEXT) {
            let name = self.names.name(run.name[at]);
            if name == ENTERED || name == LEFT {
                self.told(run, at, name == ENTERED, &mut told);
                continue;
            }
            touched.look(&spec, name, &Row { run, names: self.names, at });
            if touched.is_nothing() {
                continue;
            }
            let at_ms = run.at_ms[at];
            let day = self.engine.calendar_mut().day(at_ms);
            if day > today {
                self.engine.wait(day, run.person, at_ms, &touched);
            } else {
                note(&spec, &mut person, (day, at_ms), today, &touched, &mut affected);
            }
        }
        self.touched = touched;
        if !person.slots.is_empty() || person.more.is_some() {
            if let Some(marks) = self.marks {
                marks.score(&spec, run.person, &mut person, &mut affected);
                marks.tag(&spec, run.person, &mut person);
            }
            self.place(run.person, person, &told);
        }
    }

    fn merge(&mut self, other: Self) {
        self.engine.absorb(other.engine);
        self.missed.extend(other.missed);
    }
}
