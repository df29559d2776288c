//! Campaigns, and whose coupons there are. It does not know carts ([`cuts`] says what a coupon takes off one) or why a
//! coupon is given.
//!
//! # The stated order
//!
//! From the price of the sale, this is taken off, each from what the one before it left: member price; buy some, get some;
//! amount and then part off certain items; threshold; amount off the whole; part off the whole; shipping; gift. Within one
//! of these what a buyer uses comes before what everybody has, the rest in the order of the campaigns' names, and of what
//! everybody has the one that takes off most comes first. One coupon of a kind is used in a cart, unless both say that they
//! stack. What falls on a line of what is taken off several follows its share, by the largest remainder. One minor unit of
//! the goods is always left to pay: an order without a payment would never be paid.
//!
//! # What is counted
//!
//! A coupon that is claimed or granted counts when it is handed out, and is used once. What everybody has counts when it is
//! used. A budget is debited together with the hold, in one event; when an unpaid order ends, coupon, count and budget come
//! back; when a paid order comes back, they do where the campaign says so.

pub(crate) mod cuts;
mod terms;

use crate::{
    Room,
    bounds::{CAMPAIGNS_MAX, COUPONS_MAX, GRANTS_MAX},
    orders::{Order, OrderState},
    text::folded,
};
use linger_protocol::{
    Campaign, CampaignId, CouponAct, CouponEvent, GrantCause, GrantId, Limits, Millis, OpenTo, OrderId,
    Period, PersonId, Refusal, SaleEvent,
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Coupons {
    pub(crate) campaigns: BTreeMap<CampaignId, Running>,
    /// The campaigns that everybody has.
    pub(crate) automatic: BTreeSet<CampaignId>,
    /// The campaigns of codes, folded.
    pub(crate) codes: BTreeMap<String, CampaignId>,
    /// Coupons that somebody has and did not use; never zero.
    pub(crate) owned: BTreeMap<(PersonId, CampaignId), u32>,
    /// What counts in a period of a campaign for one person; never zero.
    pub(crate) counted: BTreeMap<(CampaignId, PersonId, i64), u32>,
    pub(crate) grants: BTreeMap<GrantId, (CampaignId, PersonId)>,
    /// How often the picture began.
    pub(crate) shows: u32,
}

/// A campaign and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Its terms.
    pub campaign: Campaign,
    /// Coupons handed out, or used where everybody has one.
    pub given: u32,
    /// What its budget is debited, in minor units.
    pub spent: i64,
    /// Whether it was ended before its time.
    pub ended: bool,
}

/// A coupon that somebody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owned<'a> {
    /// Of which campaign.
    pub campaign: &'a Campaign,
    /// How many.
    pub count: u32,
    /// Whether it can be used at the moment that was asked about.
    pub usable: bool,
}

impl Room {
    /// The coupons that somebody has and did not use, in the order of the campaigns' names.
    pub fn wallet(&self, person: PersonId, now: Millis) -> Vec<Owned<'_>> {
        let first = self.coupons.owned.range(first_of(person)..);
        let own = first.take_while(|((whose, _), _)| *whose == person);
        own.filter_map(|((_, id), count)| {
            let it = self.coupons.campaigns.get(id)?;
            Some(Owned { campaign: &it.campaign, count: *count, usable: it.runs(now) })
        })
        .collect()
    }

    /// All campaigns, in the order of their names.
    pub fn campaigns(&self) -> impl Iterator<Item = &Running> {
        self.coupons.campaigns.values()
    }
}

/// The place before all coupons of a person.
fn first_of(person: PersonId) -> (PersonId, CampaignId) {
    // No name of a campaign sorts before this one.
    (person, CampaignId::new("-").expect("a campaign's name"))
}

impl Running {
    /// Whether it can be claimed and used at `now`.
    pub fn runs(&self, now: Millis) -> bool {
        !self.ended && (self.campaign.from..self.campaign.until).contains(&now)
    }

    /// What is left of its budget.
    fn budget_left(&self) -> i64 {
        self.campaign.budget.map_or(i64::MAX, |budget| budget - self.spent)
    }
}

pub(crate) fn decide(
    room: &Room,
    now: Millis,
    by: PersonId,
    act: &CouponAct,
) -> Result<Vec<SaleEvent>, Refusal> {
    let coupons = &room.coupons;
    let event = match act {
        CouponAct::SetCampaign { campaign } => return Ok(of(terms::decide_set(room, campaign)?)),
        CouponAct::EndCampaign { campaign } => {
            if coupons.campaign(campaign)?.ended {
                return Ok(vec![]);
            }
            CouponEvent::CampaignEnded { campaign: campaign.clone() }
        }
        CouponAct::Claim { campaign } => {
            let it = coupons.campaign(campaign)?;
            if it.campaign.open_to != OpenTo::Claim || it.campaign.code.is_some() {
                return Err(Refusal::NoSuchCampaign);
            }
            claimed(room, now, by, it)?
        }
        CouponAct::ClaimCode { code } => {
            if code.chars().nth(Limits::KEYWORD_CHARS).is_some() {
                return Err(Refusal::NoSuchCampaign);
            }
            let id = coupons.codes.get(&folded(code)).ok_or(Refusal::NoSuchCampaign)?;
            claimed(room, now, by, coupons.campaign(id)?)?
        }
        CouponAct::Grant { grant, campaign, person, cause } => {
            if let Some(known) = coupons.grants.get(grant) {
                let same = *known == (campaign.clone(), *person);
                return if same { Ok(vec![]) } else { Err(Refusal::GrantIdTaken) };
            }
            granted(room, now, (grant, *cause), coupons.campaign(campaign)?, *person)?
        }
        CouponAct::GiveBack { order } => {
            let it = room.orders.orders.get(order).ok_or(Refusal::NoSuchOrder)?;
            if !matches!(it.state, OrderState::Paid(_)) {
                return Err(Refusal::OrderClosed);
            }
            return Ok(of(given_back(room, *order)));
        }
    };
    Ok(of(Some(event)))
}

fn of(event: Option<CouponEvent>) -> Vec<SaleEvent> {
    event.map(SaleEvent::Coupon).into_iter().collect()
}

fn claimed(room: &Room, now: Millis, person: PersonId, it: &Running) -> Result<CouponEvent, Refusal> {
    let period = room.coupons.check_handed_out(now, it, person, room.level(person))?;
    Ok(CouponEvent::Claimed { campaign: it.campaign.id.clone(), person, period })
}

fn granted(
    room: &Room,
    now: Millis,
    (grant, cause): (&GrantId, GrantCause),
    it: &Running,
    person: PersonId,
) -> Result<CouponEvent, Refusal> {
    if it.campaign.open_to == OpenTo::Everybody {
        return Err(Refusal::NoSuchCampaign);
    }
    let period = room.coupons.check_handed_out(now, it, person, room.level(person))?;
    if room.coupons.grants.len() >= GRANTS_MAX {
        return Err(Refusal::RoomFull);
    }
    let (grant, campaign) = (grant.clone(), it.campaign.id.clone());
    Ok(CouponEvent::Granted { grant, campaign, person, cause, period })
}

/// What a paid order that came back gives back, if anything and if it did not already.
pub(crate) fn given_back(room: &Room, order: OrderId) -> Option<CouponEvent> {
    let terms = room.orders.orders.get(&order)?.terms.as_ref().filter(|it| !it.given_back)?;
    let gives_back =
        |id: &CampaignId| room.coupons.campaigns.get(id).is_some_and(|it| it.campaign.gives_back);
    terms.cuts.iter().any(|cut| gives_back(&cut.campaign)).then_some(CouponEvent::GivenBack { order })
}

impl Coupons {
    fn campaign(&self, id: &CampaignId) -> Result<&Running, Refusal> {
        self.campaigns.get(id).ok_or(Refusal::NoSuchCampaign)
    }

    /// The how-manyeth period of a campaign it is.
    fn period(&self, now: Millis, every: Period) -> i64 {
        match every {
            Period::Ever => 0,
            Period::Day { utc_offset_min } => {
                now.0.saturating_add(i64::from(utc_offset_min) * 60_000).div_euclid(86_400_000)
            }
            Period::Show => i64::from(self.shows),
        }
    }

    /// Whether one more of it may be handed out to somebody, or used by them where everybody has it; the period it counts
    /// in.
    fn check_counts(&self, now: Millis, it: &Running, person: PersonId, level: u8) -> Result<i64, Refusal> {
        if !it.runs(now) {
            return Err(Refusal::CampaignOver);
        }
        if level < it.campaign.level_min {
            return Err(Refusal::LevelTooLow);
        }
        let period = self.period(now, it.campaign.every);
        let key = (it.campaign.id.clone(), person, period);
        if self.counted.get(&key).copied().unwrap_or(0) >= it.campaign.times {
            return Err(Refusal::CouponLimit);
        }
        if it.campaign.uses_max.is_some_and(|most| it.given >= most) {
            return Err(Refusal::CouponsGone);
        }
        Ok(period)
    }

    fn check_handed_out(
        &self,
        now: Millis,
        it: &Running,
        person: PersonId,
        level: u8,
    ) -> Result<i64, Refusal> {
        let period = self.check_counts(now, it, person, level)?;
        if self.counted.len() >= COUPONS_MAX { Err(Refusal::RoomFull) } else { Ok(period) }
    }

    pub(crate) fn apply(&mut self, orders: &mut BTreeMap<OrderId, Order>, event: &CouponEvent) {
        match event {
            CouponEvent::CampaignSet { campaign } => self.apply_set(campaign),
            CouponEvent::CampaignEnded { campaign } => {
                self.known(campaign).ended = true;
                self.automatic.remove(campaign);
            }
            CouponEvent::Claimed { campaign, person, period } => self.hand_out(campaign, *person, *period),
            CouponEvent::Granted { grant, campaign, person, period, .. } => {
                let before = self.grants.insert(grant.clone(), (campaign.clone(), *person));
                assert!(before.is_none(), "a coupon was granted twice");
                self.hand_out(campaign, *person, *period);
            }
            CouponEvent::GivenBack { order } => {
                let it = orders.get_mut(order).expect("an order that was placed");
                let terms = it.terms.as_mut().expect("only an order with coupons gives them back");
                assert!(!std::mem::replace(&mut terms.given_back, true), "coupons were given back twice");
                let person = it.person;
                for cut in &terms.cuts {
                    if self.known(&cut.campaign).campaign.gives_back {
                        self.undo(person, cut);
                    }
                }
            }
        }
    }

    fn apply_set(&mut self, campaign: &Campaign) {
        let running = self.campaigns.entry(campaign.id.clone()).or_insert_with(|| Running {
            campaign: campaign.clone(),
            given: 0,
            spent: 0,
            ended: false,
        });
        running.campaign = campaign.clone();
        if campaign.open_to == OpenTo::Everybody {
            self.automatic.insert(campaign.id.clone());
        }
        if let Some(code) = &campaign.code {
            self.codes.insert(folded(code), campaign.id.clone());
        }
    }

    fn hand_out(&mut self, campaign: &CampaignId, person: PersonId, period: i64) {
        self.count(campaign, person, period);
        *self.owned.entry((person, campaign.clone())).or_default() += 1;
    }

    fn count(&mut self, campaign: &CampaignId, person: PersonId, period: i64) {
        self.known(campaign).given += 1;
        *self.counted.entry((campaign.clone(), person, period)).or_default() += 1;
    }

    /// The coupons of an order are used, together with the hold.
    pub(crate) fn apply_used(&mut self, person: PersonId, cuts: &[linger_protocol::Cut]) {
        for cut in cuts {
            if cut.owned {
                let key = (person, cut.campaign.clone());
                let owned = self.owned.get_mut(&key).expect("who uses a coupon has it");
                *owned -= 1;
                if *owned == 0 {
                    self.owned.remove(&key);
                }
            } else {
                self.count(&cut.campaign, person, cut.period);
            }
            let it = self.known(&cut.campaign);
            it.spent += cut.spent;
            assert!(it.budget_left() >= 0, "more was given than the budget has");
        }
    }

    /// The coupons of an order that came to nothing are there again.
    pub(crate) fn apply_unused(&mut self, order: &Order) {
        for cut in order.terms.iter().flat_map(|terms| &terms.cuts) {
            self.undo(order.person, cut);
        }
    }

    fn undo(&mut self, person: PersonId, cut: &linger_protocol::Cut) {
        if cut.owned {
            *self.owned.entry((person, cut.campaign.clone())).or_default() += 1;
        } else {
            let key = (cut.campaign.clone(), person, cut.period);
            let counted = self.counted.get_mut(&key).expect("what was used had been counted");
            *counted -= 1;
            if *counted == 0 {
                self.counted.remove(&key);
            }
            self.known(&cut.campaign).given -= 1;
        }
        let it = self.known(&cut.campaign);
        it.spent -= cut.spent;
        assert!(it.spent >= 0, "more came back to a budget than was taken from it");
    }

    fn known(&mut self, id: &CampaignId) -> &mut Running {
        self.campaigns.get_mut(id).expect("a campaign was begun before anything happened to it")
    }

    pub(crate) fn is_full(&self) -> bool {
        self.campaigns.len() >= CAMPAIGNS_MAX
    }
}
