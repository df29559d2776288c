//! What people look at and what they ask to have explained, folded from events, and who is told. It does not know
//! connections, or how looks are gathered.

use super::{fold::Fold, layer::Layers};
use crate::wire::{ExplainWire, LookersWire, WireEvent};
use linger_protocol::{Entry, Event, ItemId, Lookers, Millis, PersonId, SaleEvent};
use std::collections::{BTreeMap, HashSet};

#[derive(Default)]
pub(crate) struct Attention {
    looking: BTreeMap<ItemId, u32>,
    asked: BTreeMap<ItemId, HashSet<PersonId>>,
    /// When the card was last shown, and how many had asked for it.
    explained: BTreeMap<ItemId, (Millis, u32)>,
}

impl Attention {
    pub(super) fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Sale(SaleEvent::ExplainAsked { item, person }) => {
                self.asked.entry(*item).or_default().insert(*person);
            }
            Event::Sale(SaleEvent::LookersCounted { lookers }) => {
                self.looking.extend(lookers.iter().map(|it| (it.item, it.people)));
                self.looking.retain(|_, people| *people > 0);
            }
            Event::CardPinned { item } => {
                let people = self.asked.remove(item).map_or(0, |people| people.len());
                let people = u32::try_from(people).unwrap_or(u32::MAX);
                self.explained.insert(*item, (entry.at, people));
            }
            // Whoever counted does so no longer.
            Event::PresenceLost { .. } => self.looking.clear(),
            _ => {}
        }
    }

    pub(super) fn looking(&self, item: ItemId) -> u32 {
        self.looking.get(&item).copied().unwrap_or(0)
    }

    pub(super) fn explain(&self, item: ItemId) -> ExplainWire {
        let asked = self.asked.get(&item).map_or(0, HashSet::len);
        let explained = self.explained.get(&item);
        ExplainWire {
            asked: u32::try_from(asked).unwrap_or(u32::MAX),
            at: explained.map(|(at, _)| at.0),
            answered: explained.map_or(0, |(_, people)| *people),
        }
    }

    pub(super) fn asked_by(&self, person: PersonId) -> Vec<u64> {
        let asked = self.asked.iter().filter(|(_, people)| people.contains(&person));
        asked.map(|(item, _)| item.0).collect()
    }
}

impl Layers {
    /// Who asks, as it now stands, once in a frame.
    pub(super) fn set_explain(&mut self, fold: &Fold, item: ItemId) {
        self.public.retain(|it| !matches!(it, WireEvent::Explain { item: of, .. } if *of == item.0));
        self.public.push(WireEvent::Explain { item: item.0, explain: fold.attention.explain(item) });
    }

    /// How many look, as it now stands, once in a frame.
    pub(super) fn set_looking(&mut self, counted: &[Lookers]) {
        let place = self.public.iter().position(|it| matches!(it, WireEvent::Looking { .. }));
        let place = place.unwrap_or_else(|| {
            self.public.push(WireEvent::Looking { lookers: vec![] });
            self.public.len() - 1
        });
        if let WireEvent::Looking { lookers } = &mut self.public[place] {
            for now in counted.iter().map(|it| LookersWire { item: it.item.0, people: it.people }) {
                lookers.retain(|it| it.item != now.item);
                lookers.push(now);
            }
        }
    }
}
