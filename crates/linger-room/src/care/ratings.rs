//! Ratings of what was bought and delivered, one for each item of an order. It does not know what they say: nothing depends
//! on it.

use super::{CareEvent, Decided, one, own, sealed};
use crate::Room;
use linger_protocol::{Actor, CareAct, ItemId, Millis, OrderId, PersonId, RatingId, Refusal, Sealed};
use std::collections::{BTreeMap, BTreeSet};

/// A rating as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// The last giving of it.
    pub rating: RatingId,
    /// Whose.
    pub person: PersonId,
    /// One to five.
    pub stars: u8,
    /// Name and text under the buyer's key.
    pub text: Option<Sealed>,
    /// When it was given, or renewed.
    pub at: Millis,
    /// What it had been renewed from.
    pub renewed: Option<RatingId>,
    /// Whether it is shown to nobody.
    pub hidden: bool,
    /// The how-manyeth of the room, from 1.
    pub nth: u64,
}

/// How an item was rated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RatingSummary {
    /// How often one star to five were given.
    pub stars: [u32; 5],
}

impl RatingSummary {
    /// How many ratings there are.
    pub fn ratings(&self) -> u32 {
        self.stars.iter().sum()
    }

    /// The mean in hundredths of a star, rounded half up; none without a rating.
    pub fn mean_centi(&self) -> Option<u32> {
        let stars = (1..).zip(self.stars).map(|(stars, times): (u64, u32)| stars * u64::from(times));
        let (sum, times) = (stars.sum::<u64>(), u64::from(self.ratings()));
        let mean = (sum * 200 + times).checked_div(times * 2)?;
        u32::try_from(mean).ok()
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ratings {
    pub(crate) known: BTreeMap<(OrderId, ItemId), Rating>,
    /// The ratings of an item in the order in which they were first given.
    pub(crate) in_order: BTreeMap<ItemId, BTreeSet<(u64, OrderId)>>,
    /// All of them in that order.
    pub(crate) all: BTreeMap<u64, (OrderId, ItemId)>,
    pub(crate) summary: BTreeMap<ItemId, RatingSummary>,
}

pub(super) fn decide(room: &Room, now: Millis, by: Actor, act: &CareAct) -> Decided {
    match act {
        CareAct::Rate { rating, order, item, stars, text } => {
            let care = own(room, by.person, *order)?;
            let goods = care.goods.get(item).ok_or(Refusal::NoSuchItem)?;
            let before = room.rating(*order, *item);
            if before.is_some_and(|it| it.rating == *rating || it.renewed == Some(*rating)) {
                return Ok(vec![]);
            }
            if goods.delivered == 0 {
                return Err(Refusal::NotDelivered);
            }
            if before.is_some_and(|it| it.renewed.is_some()) {
                return Err(Refusal::AlreadyRated);
            }
            if !(1..=5).contains(stars) {
                return Err(Refusal::BadStars);
            }
            Ok(one(CareEvent::Rated {
                rating: *rating,
                person: by.person,
                order: *order,
                item: *item,
                stars: *stars,
                text: text.as_ref().map(sealed).transpose()?,
                at: now,
            }))
        }
        CareAct::HideRating { order, item, hidden } => {
            let known = room.rating(*order, *item).ok_or(Refusal::NoSuchRating)?;
            let (order, item, hidden) = (*order, *item, *hidden);
            let same = known.hidden == hidden;
            Ok(if same { vec![] } else { one(CareEvent::RatingHidden { order, item, hidden }) })
        }
        _ => unreachable!("not about ratings"),
    }
}

impl Ratings {
    pub(super) fn of(&self, item: ItemId) -> impl Iterator<Item = (OrderId, &Rating)> {
        let in_order = self.in_order.get(&item).into_iter().flatten().rev();
        in_order.filter_map(move |(_, order)| Some((*order, self.known.get(&(*order, item))?)))
    }

    pub(super) fn apply(&mut self, event: &CareEvent) {
        match event {
            CareEvent::Rated { rating, person, order, item, stars, text, at } => {
                let nth = self.known.len() as u64 + 1;
                let before = self.known.get(&(*order, *item)).cloned();
                if let Some(before) = &before {
                    assert!(before.renewed.is_none(), "a rating is renewed twice");
                    self.count(*item, before, false);
                }
                let given = Rating {
                    rating: *rating,
                    person: *person,
                    stars: *stars,
                    text: text.clone(),
                    at: *at,
                    renewed: before.as_ref().map(|it| it.rating),
                    // What was hidden stays hidden whatever is said anew: somebody looks at it again.
                    hidden: before.as_ref().is_some_and(|it| it.hidden),
                    nth: before.as_ref().map_or(nth, |it| it.nth),
                };
                self.count(*item, &given, true);
                self.in_order.entry(*item).or_default().insert((given.nth, *order));
                self.all.insert(given.nth, (*order, *item));
                self.known.insert((*order, *item), given);
            }
            CareEvent::RatingHidden { order, item, hidden } => {
                let known = self.known.get_mut(&(*order, *item)).expect("only a rating can be hidden");
                let before = known.clone();
                known.hidden = *hidden;
                let after = known.clone();
                self.count(*item, &before, false);
                self.count(*item, &after, true);
            }
            _ => unreachable!("not about ratings"),
        }
    }

    fn count(&mut self, item: ItemId, it: &Rating, more: bool) {
        if it.hidden {
            return;
        }
        let stars = &mut self.summary.entry(item).or_default().stars[usize::from(it.stars) - 1];
        *stars = if more { *stars + 1 } else { stars.checked_sub(1).expect("a rating was counted") };
    }
}
