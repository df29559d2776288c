//! The state of rules in the canonical encoding. It does not know what the state means.

use super::Canonical;
use crate::rules::{Held, Rulebook, Spent};
use linger_protocol::{Claim, Deed, Drawn, Proposed, Sign};
use sha2::Sha256;

canonical! {
    Rulebook { held, spent }
    Held { version, on, draw }
    Spent { show, times, minor, people }
    Proposed { version, deed, why, claim, show, person, about, drawn }
    Drawn { experiment, version, arm, draw, viewer }
    Sign { metric, milli }
    Claim { cost, times_max, minor_max, person_times_max, person_minor_max }
}

impl Canonical for Deed {
    fn feed(&self, to: &mut Sha256) {
        self.as_str().to_owned().feed(to);
        match self {
            Deed::Prompt { text } | Deed::Announce { text } => text.feed(to),
            Deed::StartActivity { ask } => ask.feed(to),
            Deed::ExtendStep { ms } => ms.feed(to),
            Deed::PinCard { item } | Deed::NextUp { item } => item.feed(to),
            Deed::UnpinCard => {}
            Deed::FlashPrice { item, price, lasts_ms } => {
                item.feed(to);
                price.feed(to);
                lasts_ms.feed(to);
            }
            Deed::Grant { campaign } => campaign.feed(to),
            Deed::CallWebhook { topic } => topic.feed(to),
        }
    }
}
