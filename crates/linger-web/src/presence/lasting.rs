//! Who has been here for how long, and who likes in the sprint that runs. It does not know why anybody wants to know.

use linger_protocol::{PersonId, Watch};
use std::collections::{HashMap, HashSet};

/// Minutes in one go that are told.
const MINUTES_TOLD: u32 = 10;

/// Everybody who is here.
#[derive(Default)]
pub(super) struct Watching(HashMap<PersonId, Here>);

#[derive(Default)]
struct Here {
    stays: u32,
    minutes: u32,
    /// Whether they were here when the last minute ended: the one in which they came is no whole minute.
    whole: bool,
}

impl Watching {
    pub(super) fn come(&mut self, person: PersonId) {
        self.0.entry(person).or_default().stays += 1;
    }

    pub(super) fn go(&mut self, person: PersonId) {
        if let Some(here) = self.0.get_mut(&person) {
            here.stays = here.stays.saturating_sub(1);
            if here.stays == 0 {
                self.0.remove(&person);
            }
        }
    }

    /// A minute ended in which there was a picture. Gives those who watched ten more.
    pub(super) fn minute(&mut self) -> Vec<Watch> {
        let mut told = vec![];
        for (person, here) in &mut self.0 {
            here.minutes += u32::from(std::mem::replace(&mut here.whole, true));
            if here.minutes == MINUTES_TOLD {
                here.minutes = 0;
                told.push(Watch { person: *person, minutes: MINUTES_TOLD });
            }
        }
        // The order of a hash map is nobody's business.
        told.sort_unstable_by_key(|watch| watch.person);
        told
    }

    /// A minute ended in which there was none, at least not all the time.
    pub(super) fn dark(&mut self) {
        self.0.values_mut().for_each(|here| here.whole = false);
    }
}

/// Who likes in a sprint.
#[derive(Default)]
pub(super) struct Sprinters {
    sprint: Option<u32>,
    known: HashSet<PersonId>,
    new: Vec<PersonId>,
}

impl Sprinters {
    /// The sprint that runs now, if one does.
    pub(super) fn run(&mut self, sprint: Option<u32>) {
        if self.sprint != sprint {
            *self = Sprinters { sprint, ..Sprinters::default() };
        }
    }

    pub(super) fn like(&mut self, person: PersonId) {
        if self.sprint.is_some() && self.known.insert(person) {
            self.new.push(person);
        }
    }

    /// Who liked for the first time since this was last asked.
    pub(super) fn take(&mut self) -> Option<(u32, Vec<PersonId>)> {
        let new = std::mem::take(&mut self.new);
        self.sprint.filter(|_| !new.is_empty()).map(|sprint| (sprint, new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: PersonId = PersonId(1);

    #[test]
    fn ten_whole_minutes_in_one_go_are_told_and_no_part_of_one() {
        let mut watching = Watching::default();
        watching.come(ANN);
        for _ in 0..10 {
            assert_eq!(watching.minute(), []);
        }
        // Another window of the same person is no second person.
        watching.come(ANN);
        watching.go(ANN);
        assert_eq!(watching.minute(), [Watch { person: ANN, minutes: 10 }]);
        for _ in 0..9 {
            assert_eq!(watching.minute(), []);
        }
        watching.go(ANN);
        watching.come(ANN);
        assert_eq!(watching.minute(), []);
        watching.dark();
        assert_eq!(watching.minute(), []);
    }

    #[test]
    fn a_sprint_tells_each_person_once() {
        let mut sprinters = Sprinters::default();
        sprinters.like(ANN);
        assert_eq!(sprinters.take(), None);
        sprinters.run(Some(1));
        sprinters.like(ANN);
        sprinters.like(ANN);
        assert_eq!(sprinters.take(), Some((1, vec![ANN])));
        sprinters.run(Some(1));
        sprinters.like(ANN);
        assert_eq!(sprinters.take(), None);
        sprinters.run(Some(2));
        sprinters.like(ANN);
        assert_eq!(sprinters.take(), Some((2, vec![ANN])));
    }
}
