//! An occasion becomes an intent: what is to be done, with the figures that speak for it, what it can cost and its arm. It
//! does not know whether another rule stands in the way.

use super::{armed::Key, figures_of::Looking};
use crate::{
    arm_of,
    draw::bits_of,
    rule::{
        action::{Action, filled},
        figures::Figures,
        metric::Metric,
        program::Read,
        spec::{Budget, Rule, Scope},
    },
};
use linger_protocol::{
    CampaignId, Claim, Deed, Intent, IntentId, ItemId, Limits, Millis, Money, PersonId, Proposal, Proposed,
    RoomId, Sign,
};

/// Why an occasion was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No card is over the picture, or not one of an item that is sold.
    NotOnSale,
    /// It would not cost less, or less than it may.
    PriceTooLow,
    /// It costs in another currency than the budget is in.
    OtherCurrency,
    /// What is left of the budget is not enough.
    BudgetSpent,
    /// What another rule did still stands.
    Conflict,
}

impl Why {
    /// The code with a sentence.
    pub fn code(self) -> &'static str {
        match self {
            Why::NotOnSale => "not-on-sale",
            Why::PriceTooLow => "rule-price",
            Why::OtherCurrency => "rule-currency",
            Why::BudgetSpent => "rule-budget-spent",
            Why::Conflict => "rule-conflict",
        }
    }
}

/// The intent of an occasion; or, beside it, why it is passed over.
pub(super) fn intent(
    room: &RoomId,
    (rule, version): (&Rule, u32),
    key: Key,
    at: Millis,
    looking: &Looking<'_>,
) -> (Intent, Option<Why>) {
    let figures = looking.view.figures;
    let (deed, cost) = match deed(rule, looking) {
        Ok((deed, cost)) => (Ok(deed), cost),
        Err(why) => (Err(why), None),
    };
    let person = match key {
        Key::Viewer(person) => Some(person),
        _ => None,
    };
    let (deed, why) = match deed {
        Ok(deed) => (deed, None),
        Err(why) => (Deed::Prompt { text: String::new() }, Some(why)),
    };
    let proposed = Proposed {
        version,
        deed,
        why: signs(looking),
        claim: claim(&rule.budget, cost),
        show: figures.show.began.unwrap_or(at),
        person,
        about: about(rule, key, figures),
        drawn: None,
    };
    let id = id_of(room, rule, key, at);
    let intent = Intent {
        id,
        rule: rule.code.clone(),
        at,
        arm: arm_of(unit(rule, id, person), &rule.code, rule.phase, rule.hold_out),
        proposal: Proposal::Rule(Box::new(proposed)),
    };
    (intent, why)
}

/// The same occasion has the same id, whoever finds it and however often.
fn id_of(room: &RoomId, rule: &Rule, key: Key, at: Millis) -> IntentId {
    let (kind, subject) = match key {
        Key::One => (0, 0),
        Key::Source(code) => (1, u64::from(code)),
        Key::Viewer(person) => (2, person.0),
    };
    IntentId(bits_of(&["linger rule", &rule.code, room.as_str()], &[at.0.cast_unsigned(), kind, subject]))
}

/// What is drawn into an arm: the occasion; or, for what only one viewer sees, the viewer, who then stays in it.
fn unit(rule: &Rule, id: IntentId, person: Option<PersonId>) -> IntentId {
    match person {
        Some(person) => IntentId(bits_of(&["linger viewer", &rule.code], &[person.0])),
        None => id,
    }
}

fn claim(budget: &Budget, cost: Option<Money>) -> Claim {
    Claim {
        cost,
        times_max: budget.times,
        minor_max: budget.money.as_ref().map(|it| it.minor),
        person_times_max: budget.times_per_viewer,
        person_minor_max: budget.minor_per_viewer,
    }
}

fn about(rule: &Rule, key: Key, figures: &Figures) -> Option<String> {
    match (key, &rule.scope) {
        (Key::Source(code), _) => figures.sources.get(usize::from(code)).map(|it| it.name.to_string()),
        (Key::One, Scope::Cohort { cohort }) => Some(cohort.as_str().to_owned()),
        (Key::One, Scope::Segment { .. }) => figures.segment.as_ref().map(|it| it.item.to_string()),
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "figures lie within bounds far below, and a cast stops at them"
)]
fn signs(looking: &Looking<'_>) -> Vec<Sign> {
    let named = Metric::ALL.into_iter().filter(|it| looking.needs & it.bit() != 0);
    let told = named.filter_map(|metric| {
        let value = looking.view.value(metric);
        value
            .is_finite()
            .then(|| Sign { metric: metric.name().to_owned(), milli: (value * 1_000.0).round() as i64 })
    });
    told.take(Limits::SIGNS_MAX).collect()
}

fn deed(rule: &Rule, looking: &Looking<'_>) -> Result<(Deed, Option<Money>), Why> {
    let free = |deed| Ok((deed, None));
    match &rule.action {
        // Found by a watch of its own.
        Action::AnswerQuestion => free(Deed::Prompt { text: String::new() }),
        Action::PromptHost { text } => free(Deed::Prompt { text: said(text, looking) }),
        Action::Announce { text } => free(Deed::Announce { text: said(text, looking) }),
        Action::StartActivity { ask } => free(Deed::StartActivity { ask: ask.to_string() }),
        Action::ExtendStep { s } => free(Deed::ExtendStep { ms: u64::from(*s) * 1_000 }),
        Action::PinCard { item } => free(Deed::PinCard { item: ItemId(*item) }),
        Action::UnpinCard => free(Deed::UnpinCard),
        Action::NextUp { item } => free(Deed::NextUp { item: ItemId(*item) }),
        Action::CallWebhook { topic } => free(Deed::CallWebhook { topic: topic.clone() }),
        Action::GrantBenefit { campaign, worth_minor } => {
            let currency = rule.budget.currency().ok_or(Why::OtherCurrency)?;
            let campaign = CampaignId::new(campaign).map_err(|_| Why::NotOnSale)?;
            Ok((Deed::Grant { campaign }, Some(Money { minor: *worth_minor, currency })))
        }
        Action::FlashPrice { item, off_percent, floor_minor, lasts_s } => {
            let item = item.map(ItemId).or(looking.view.figures.segment.as_ref().map(|it| it.item));
            let flash = Flash {
                item: item.ok_or(Why::NotOnSale)?,
                off_percent: *off_percent,
                floor_minor: *floor_minor,
                lasts_ms: u64::from(*lasts_s) * 1_000,
            };
            flash.deed(&rule.budget, looking.view.figures)
        }
    }
}

struct Flash {
    item: ItemId,
    off_percent: u8,
    floor_minor: Option<i64>,
    lasts_ms: u64,
}

impl Flash {
    /// The price, and what it can cost when everything that is unsold goes for it.
    fn deed(self, budget: &Budget, figures: &Figures) -> Result<(Deed, Option<Money>), Why> {
        let line = figures.shelf.line(self.item).ok_or(Why::NotOnSale)?;
        let usual = line.price.ok_or(Why::NotOnSale)?;
        if budget.currency() != Some(usual.currency) {
            return Err(Why::OtherCurrency);
        }
        let off = usual.minor.saturating_mul(i64::from(self.off_percent)) / 100;
        let price = (usual.minor - off).max(self.floor_minor.unwrap_or(1)).max(1);
        if price >= usual.minor {
            return Err(Why::PriceTooLow);
        }
        let most = (line.dearest_minor - price).checked_mul(i64::from(line.unsold()));
        let cost = Money { minor: most.ok_or(Why::BudgetSpent)?, ..usual };
        let price = Money { minor: price, ..usual };
        Ok((Deed::FlashPrice { item: self.item, price, lasts_ms: self.lasts_ms }, Some(cost)))
    }
}

fn said(text: &str, looking: &Looking<'_>) -> String {
    let figures = looking.view.figures;
    filled(text, |place| match place {
        "source" => looking.source.map(str::to_owned),
        "item" => Some(figures.shelf.line(figures.segment.as_ref()?.item)?.title.clone()),
        name => {
            let value = looking.view.value(Metric::parse(name)?);
            value.is_finite().then(|| {
                // Shares and hazards are small, counts and seconds are whole.
                if value != 0.0 && value.abs() < 1.0 { format!("{value:.2}") } else { format!("{value:.0}") }
            })
        }
    })
}
