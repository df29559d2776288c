//! Who has which product's page open: counted here, and told as one aggregate when the counts changed. It does not know what is
//! on sale.

use linger_protocol::{ItemId, Lookers, PersonId, SessionId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Items in one report; those that are looked at most.
const ITEMS_MAX: usize = 200;

#[derive(Default)]
pub(super) struct Looking {
    open: HashMap<SessionId, (PersonId, ItemId)>,
    told: BTreeMap<ItemId, u32>,
    changed: bool,
}

impl Looking {
    pub(super) fn look(&mut self, session: SessionId, person: PersonId, item: Option<ItemId>) {
        let before = match item {
            Some(item) => self.open.insert(session, (person, item)),
            None => self.open.remove(&session),
        };
        self.changed |= before.map(|(_, item)| item) != item;
    }

    /// The counts that are others than were told. Somebody with two screens is one.
    pub(super) fn take(&mut self) -> Option<Vec<Lookers>> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let distinct: BTreeSet<(ItemId, PersonId)> =
            self.open.values().map(|(person, item)| (*item, *person)).collect();
        let mut counts: BTreeMap<ItemId, u32> = BTreeMap::new();
        distinct.iter().for_each(|(item, _)| *counts.entry(*item).or_default() += 1);
        let mut most: Vec<(ItemId, u32)> = counts.into_iter().collect();
        most.sort_by_key(|(item, people)| (std::cmp::Reverse(*people), *item));
        let now: BTreeMap<ItemId, u32> = most.into_iter().take(ITEMS_MAX).collect();
        let gone = self.told.keys().filter(|item| !now.contains_key(item)).map(|item| (*item, 0));
        let other = now.iter().filter(|(item, people)| self.told.get(item) != Some(people));
        let lookers: Vec<Lookers> = other
            .map(|(item, people)| (*item, *people))
            .chain(gone)
            .map(|(item, people)| Lookers { item, people })
            .collect();
        self.told = now;
        (!lookers.is_empty()).then_some(lookers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_with_two_screens_is_one_and_only_what_changed_is_told() {
        let mut looking = Looking::default();
        let look = |looking: &mut Looking, session, person, item: Option<u64>| {
            looking.look(SessionId(session), PersonId(person), item.map(ItemId));
        };
        let lookers = |item, people| Lookers { item: ItemId(item), people };
        look(&mut looking, 1, 1, Some(7));
        look(&mut looking, 2, 1, Some(7));
        look(&mut looking, 3, 2, Some(8));
        assert_eq!(looking.take(), Some(vec![lookers(7, 1), lookers(8, 1)]));
        assert_eq!(looking.take(), None);
        look(&mut looking, 2, 1, None);
        assert_eq!(looking.take(), None, "they still look with the other screen");
        look(&mut looking, 1, 1, Some(8));
        assert_eq!(looking.take(), Some(vec![lookers(8, 2), lookers(7, 0)]));
    }
}
