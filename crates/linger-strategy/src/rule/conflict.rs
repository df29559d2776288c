//! Which rule may touch what, when two want the same. It does not know why they want it.
//!
//! The stated order: of rules that speak in the same moment the one with the higher priority goes first, then the one whose
//! code comes first. What a rule did stands for its cool-down, a minute at least, against every other rule that is not of
//! higher priority. So two rules that undo each other change a thing once in a cool-down at most, and the one with the
//! higher priority has the last word; both are bounded by their budgets besides.

use linger_protocol::{Deed, ItemId, Millis};
use std::collections::BTreeMap;

/// What a rule did stands for so long at least.
const STANDS_MS: u64 = 60_000;

/// What rules could undo one another in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    Card,
    Activity,
    Price(ItemId),
    Announcement,
    Rundown,
}

impl Thing {
    /// What a deed touches, if it is something that only one rule may touch at a time. The host's screen has a desk of its
    /// own, and a coupon takes nothing from another.
    pub fn of(deed: &Deed) -> Option<Thing> {
        match deed {
            Deed::PinCard { .. } | Deed::UnpinCard => Some(Thing::Card),
            Deed::StartActivity { .. } => Some(Thing::Activity),
            Deed::FlashPrice { item, .. } => Some(Thing::Price(*item)),
            Deed::Announce { .. } => Some(Thing::Announcement),
            Deed::ExtendStep { .. } | Deed::NextUp { .. } => Some(Thing::Rundown),
            Deed::Prompt { .. } | Deed::Grant { .. } | Deed::CallWebhook { .. } => None,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    things: BTreeMap<Thing, Stands>,
}

#[derive(Clone, Copy, Debug)]
struct Stands {
    rule: usize,
    priority: u8,
    until: Millis,
}

impl Taken {
    /// Takes a thing for a rule; or until when another stands in the way.
    pub fn take(
        &mut self,
        now: Millis,
        thing: Thing,
        (rule, priority): (usize, u8),
        cool_down_ms: u64,
    ) -> Result<(), Millis> {
        let in_the_way = |it: &&Stands| it.rule != rule && now < it.until && it.priority >= priority;
        if let Some(stands) = self.things.get(&thing).filter(in_the_way) {
            return Err(stands.until);
        }
        let until = now.plus(cool_down_ms.max(STANDS_MS));
        self.things.insert(thing, Stands { rule, priority, until });
        Ok(())
    }
}
