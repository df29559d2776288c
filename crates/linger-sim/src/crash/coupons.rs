//! An independent book of coupons: who has how many, and what was taken off. It does not know what a coupon is worth.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a line of the dump says of coupons.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    campaign: Option<String>,
    #[serde(default)]
    uses_max: Option<u64>,
    #[serde(default)]
    budget_minor: Option<i64>,
    #[serde(default)]
    gives_back: bool,
    #[serde(default)]
    cuts: Vec<Cut>,
}

#[derive(Clone, Debug, Deserialize)]
struct Cut {
    campaign: String,
    off_minor: i64,
    /// Whether a coupon of the buyer was used, and not what everybody has.
    owned: bool,
}

#[derive(Debug, Default)]
struct Campaign {
    uses_max: Option<u64>,
    budget_minor: Option<i64>,
    gives_back: bool,
    given: u64,
    off_minor: i64,
}

/// The book.
#[derive(Debug, Default)]
pub(super) struct Coupons {
    campaigns: BTreeMap<String, Campaign>,
    /// Coupons that somebody has, or had and used: by campaign and person.
    claimed: BTreeSet<(String, String)>,
    left: BTreeMap<(String, String), u64>,
    /// What orders that are not over took.
    used: BTreeMap<String, (String, Vec<Cut>)>,
}

impl Coupons {
    /// Something about campaigns and coupons; says what is wrong with it.
    pub(super) fn take_in(
        &mut self,
        what: &str,
        person: Option<String>,
        order: Option<String>,
        said: &Said,
    ) -> Option<String> {
        match what {
            "campaign-set" => {
                let campaign = self.campaigns.entry(said.campaign.clone()?).or_default();
                (campaign.uses_max, campaign.budget_minor) = (said.uses_max, said.budget_minor);
                campaign.gives_back = said.gives_back;
                None
            }
            "claimed" | "granted" => {
                let key = (said.campaign.clone()?, person?);
                *self.left.entry(key.clone()).or_default() += 1;
                let campaign = self.campaigns.entry(key.0.clone()).or_default();
                campaign.given += 1;
                let wrong = campaign.uses_max.is_some_and(|most| campaign.given > most);
                let wrong = wrong.then(|| format!("{} coupons of {}", campaign.given, key.0));
                self.claimed.insert(key);
                wrong
            }
            "given-back" => {
                let order = order?;
                let kept = |cut: &Cut| self.campaigns.get(&cut.campaign).is_none_or(|it| !it.gives_back);
                if let Some((_, cuts)) = self.used.get(&order) {
                    let kept: Vec<bool> = cuts.iter().map(kept).collect();
                    let mut kept = kept.into_iter();
                    if let Some((_, cuts)) = self.used.get_mut(&order) {
                        cuts.retain(|_| !kept.next().unwrap_or(true));
                    }
                }
                self.give_back(&order);
                None
            }
            _ => None,
        }
    }

    /// An order uses what its cuts say; says what is wrong with it.
    pub(super) fn use_up(&mut self, order: &str, person: &str, said: &Said) -> Option<String> {
        let mut wrong = None;
        for cut in &said.cuts {
            if cut.owned {
                let left = self.left.entry((cut.campaign.clone(), person.to_owned())).or_default();
                match left.checked_sub(1) {
                    Some(less) => *left = less,
                    None => wrong = Some(format!("order {order} uses a coupon that {person} has not")),
                }
            }
            let campaign = self.campaigns.entry(cut.campaign.clone()).or_default();
            campaign.off_minor += cut.off_minor;
            if campaign.budget_minor.is_some_and(|most| campaign.off_minor > most) {
                wrong = Some(format!("{} took {} off", cut.campaign, campaign.off_minor));
            }
        }
        if !said.cuts.is_empty() {
            self.used.insert(order.to_owned(), (person.to_owned(), said.cuts.clone()));
        }
        wrong
    }

    /// An order is over: who has not paid has their coupons again.
    pub(super) fn give_back(&mut self, order: &str) {
        let Some((person, cuts)) = self.used.remove(order) else { return };
        for cut in cuts {
            if let Some(campaign) = self.campaigns.get_mut(&cut.campaign) {
                campaign.off_minor -= cut.off_minor;
            }
            if cut.owned {
                *self.left.entry((cut.campaign, person.clone())).or_default() += 1;
            }
        }
    }

    /// Coupons that were acknowledged and that nobody has.
    pub(super) fn lost(&self, promised: &BTreeSet<(String, String)>) -> Vec<String> {
        let missing = promised.iter().filter(|it| !self.claimed.contains(*it));
        missing
            .map(|(campaign, person)| format!("the coupon of {campaign} for {person} is not in the log"))
            .collect()
    }
}
