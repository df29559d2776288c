//! What everybody in the room sees: the item on stage, what is on sale, the draw, when the host last did something.
//!
//! It does not know viewers; they look at it to decide what to do.

use super::habits::Habits;
use crate::goods::{About, by_title};
use crate::wire::{Event, View};
use std::collections::{BTreeMap, BTreeSet};

/// An open draw.
#[derive(Clone, Debug)]
pub struct OpenDraw {
    /// Its number.
    pub draw: u32,
    /// The word to say.
    pub keyword: String,
}

/// What everybody sees. Times are ms of the crowd's own clock.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    titles: BTreeMap<u64, String>,
    left: BTreeMap<u64, u32>,
    on_sale: BTreeSet<u64>,
    pinned: Option<u64>,
    pinned_at: u64,
    draw: Option<OpenDraw>,
    host_at: u64,
    answered_at: Option<u64>,
    asked_last: Option<About>,
}

impl Stage {
    /// Looks at a whole room.
    pub fn look(&mut self, now: u64, view: &View) {
        self.titles = view.shelf.iter().map(|entry| (entry.item.id, entry.item.title.clone())).collect();
        self.left = view.shelf.iter().map(|entry| (entry.item.id, entry.left)).collect();
        self.on_sale =
            view.shelf.iter().filter(|entry| entry.sale.is_some()).map(|entry| entry.item.id).collect();
        if self.pinned != view.pinned {
            (self.pinned, self.pinned_at) = (view.pinned, now);
        }
        self.draw = view
            .draw
            .as_ref()
            .filter(|draw| draw.state == "open")
            .map(|draw| OpenDraw { draw: draw.draw, keyword: draw.keyword.clone() });
        self.host_at = now;
    }

    /// Takes in what happened.
    pub fn hear(&mut self, now: u64, event: &Event) {
        match event {
            Event::Comment(comment) if comment.role != "viewer" => self.host_at = now,
            Event::QuestionAnswered { .. } => {
                self.host_at = now;
                self.answered_at = Some(now);
                self.asked_last = None;
            }
            Event::Announced => self.host_at = now,
            Event::ItemListed { item } => {
                self.titles.insert(item.id, item.title.clone());
            }
            Event::Stock { item, left, .. } => {
                self.left.insert(*item, *left);
            }
            Event::SaleOpened { item } => {
                self.on_sale.insert(*item);
                self.host_at = now;
            }
            Event::SaleClosed { item } => {
                self.on_sale.remove(item);
            }
            Event::CardPinned { item } => {
                (self.pinned, self.pinned_at, self.host_at) = (Some(*item), now, now);
                self.asked_last = None;
            }
            Event::CardUnpinned => (self.pinned, self.host_at) = (None, now),
            Event::DrawOpened { draw, keyword } => {
                self.draw = Some(OpenDraw { draw: *draw, keyword: keyword.clone() });
                self.host_at = now;
            }
            Event::DrawFrozen { .. } => self.draw = None,
            Event::DrawRevealed { .. } => (self.draw, self.host_at) = (None, now),
            _ => {}
        }
    }

    /// The item on stage.
    pub fn item(&self) -> Option<u64> {
        self.pinned
    }

    /// The title of the item on stage.
    pub fn title(&self) -> Option<&str> {
        self.titles.get(&self.pinned?).map(String::as_str)
    }

    /// Whether the item is on sale and something is left of it, as far as one can see.
    pub fn buyable(&self, item: u64) -> bool {
        self.on_sale.contains(&item) && self.left.get(&item).is_none_or(|left| *left > 0)
    }

    /// The open draw.
    pub fn draw(&self) -> Option<&OpenDraw> {
        self.draw.as_ref()
    }

    /// Whether nothing goes on.
    pub fn idle(&self, now: u64, habits: &Habits) -> bool {
        let quiet_ms = now.saturating_sub(self.host_at) as f64;
        self.pinned.is_none() && self.draw.is_none() && quiet_ms > habits.idle_after_s * 1_000.0
    }

    /// Whether a card was put up within the last seconds.
    pub fn fresh(&self, now: u64) -> bool {
        self.pinned.is_some() && now.saturating_sub(self.pinned_at) < 20_000
    }

    /// Whether a question was answered a short while ago.
    pub fn just_answered(&self, now: u64, habits: &Habits) -> bool {
        self.answered_at.is_some_and(|at| (now.saturating_sub(at) as f64) < habits.answered_s * 1_000.0)
    }

    /// What others ask at the moment.
    pub fn asked_last(&self) -> Option<About> {
        self.asked_last
    }

    /// Somebody asks about this.
    pub fn ask(&mut self, about: About) {
        self.asked_last = Some(about);
    }

    /// What can sensibly be asked about the item on stage.
    pub fn askable(&self) -> Vec<About> {
        let of_it = self.title().and_then(by_title).map_or(&[][..], |good| good.asked);
        // What is peculiar to an item is asked as often as what is asked of anything.
        of_it.iter().chain(of_it).chain(&About::OF_ANYTHING).copied().collect()
    }
}
