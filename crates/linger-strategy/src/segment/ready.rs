//! Segments that most shops want, ready to be taken over. It does not know any shop.

use super::condition::{Condition, ContentTier, CountOf, SegmentDef, Stage};
use linger_behaviour::touch;

/// A segment to take over, with a sentence that says who is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadySegment {
    /// The segment.
    pub def: SegmentDef,
    /// Who is in it, for people.
    pub says: &'static str,
}

fn ready(id: &str, says: &'static str, when: Condition) -> ReadySegment {
    ReadySegment { def: SegmentDef { id: id.into(), when }, says }
}

fn did(event: &str, at_least: u32, within_days: Option<u16>) -> Condition {
    Condition::Did {
        event: Some(event.into()),
        filters: vec![],
        count: CountOf::Times,
        at_least: Some(at_least),
        at_most: None,
        within_days,
    }
}

fn never(event: &str) -> Condition {
    Condition::Not { of: Box::new(did(event, 1, None)) }
}

fn last_order(at_least: u16, at_most: Option<u16>) -> Condition {
    Condition::Last {
        event: Some(touch::ORDER_PAID.into()),
        filters: vec![],
        days_ago_at_least: Some(at_least),
        days_ago_at_most: at_most,
    }
}

fn stage(is: Stage) -> Condition {
    Condition::Stage { is: vec![is] }
}

/// The library. `cycle_days` is the shop's usual time between two orders of the same person, as the repeat question
/// gives it.
pub fn ready_segments(cycle_days: u16) -> Vec<ReadySegment> {
    let all = |of| Condition::All { of };
    let overdue = cycle_days.saturating_add(cycle_days / 2).max(1);
    vec![
        ready("new-this-week", "First seen in the last seven days", stage(Stage::New)),
        ready("active", "Seen in the last two weeks", stage(Stage::Active)),
        ready("slipping-away", "Not seen for two weeks, not yet for 45 days", stage(Stage::Slipping)),
        ready("dormant", "Not seen for 45 days or longer", stage(Stage::Dormant)),
        ready("won-back", "Back in the last two weeks after 45 days or more away", stage(Stage::WonBack)),
        ready(
            "slipping-buyers",
            "Bought before and are slipping away",
            all(vec![stage(Stage::Slipping), did(touch::ORDER_PAID, 1, None)]),
        ),
        ready(
            "overdue-buyers",
            "Bought before, and one and a half usual cycles have passed without another order",
            last_order(overdue, None),
        ),
        ready(
            "due-soon",
            "Bought before and their usual cycle is about to end",
            last_order(cycle_days.saturating_sub(cycle_days / 5), Some(cycle_days)),
        ),
        ready(
            "talkers-never-bought",
            "Took part three times or more in 30 days and never bought",
            all(vec![did(touch::INTERACTED, 3, Some(30)), never(touch::ORDER_PAID)]),
        ),
        ready(
            "cart-left",
            "Put something into the cart in the last three days and did not order since",
            all(vec![
                did(touch::CART_ADDED, 1, Some(3)),
                Condition::Not { of: Box::new(did(touch::ORDER_PLACED, 1, Some(3))) },
            ]),
        ),
        ready("one-time-buyers", "Bought exactly once", Condition::Did {
            event: Some(touch::ORDER_PAID.into()),
            filters: vec![],
            count: CountOf::Times,
            at_least: Some(1),
            at_most: Some(1),
            within_days: None,
        }),
        ready("discover", "Still finding out what this is", Condition::Content { is: vec![ContentTier::Discover] }),
        ready("interest", "Come back or take part", Condition::Content { is: vec![ContentTier::Interest] }),
        ready("loyal", "Buy again or come most days", Condition::Content { is: vec![ContentTier::Loyal] }),
    ]
}
