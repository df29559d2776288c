//! Sales on terms of their own, carts, waiting and coupons, folded from events, and who is told of them. It does not know
//! connections, and it decides no price that anybody pays: that is asked of the room.

use super::{fold::Fold, forms::money_wire, hex, layer::Layers};
use crate::wire::{
    BenefitsWire, CampaignWire, CouponKindWire, CouponWire, CutWire, FirstGiftWire, FlashWire, ListState,
    MySale, MyWait, OfferWire, OpenToName, OrderLineWire, PeriodName, PriceStepWire, SaleModeName, SaleView,
    ShippingWire, StacksName, TermsWire, UnlockWire, WireEvent,
};
use linger_protocol::{
    Campaign, CampaignId, CouponEvent, CouponKind, Cut, ItemId, Millis, Money, OpenTo, OrderId, OrderLine,
    Period, PersonId, SaleEvent, SaleMode, SaleTerms, ShippingFee, Stacks, Wanted,
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// People of a line who are told when it moves; those further back look again when they come nearer.
const TOLD_OF_LINE: usize = 100;

#[derive(Default)]
pub(crate) struct SaleFold {
    offers: BTreeMap<ItemId, Offer>,
    flashes: BTreeMap<ItemId, (Money, Millis)>,
    shipping: Option<ShippingFee>,
    campaigns: BTreeMap<CampaignId, Campaign>,
    ended: BTreeSet<CampaignId>,
    owned: BTreeMap<(PersonId, CampaignId), u32>,
    lines: BTreeMap<ItemId, Line>,
}

/// People in order of entry.
type Line = Vec<(PersonId, OrderId, u32)>;

struct Offer {
    sale: u32,
    terms: SaleTerms,
    unlocked: bool,
    buyers: HashSet<PersonId>,
    orders: HashSet<OrderId>,
    gifts: HashSet<OrderId>,
    list: Option<ListState>,
    enlisted: Line,
}

impl SaleFold {
    /// Takes in what is said of sales alone; what orders mean to them comes through the functions below.
    pub(super) fn take(&mut self, event: &SaleEvent) {
        match event {
            SaleEvent::Opened { item, sale, terms } => {
                let list = matches!(terms.mode, SaleMode::Shuffle { .. }).then_some(ListState::Open);
                let offer = Offer {
                    sale: *sale,
                    terms: (**terms).clone(),
                    unlocked: false,
                    buyers: HashSet::new(),
                    orders: HashSet::new(),
                    gifts: HashSet::new(),
                    list,
                    enlisted: vec![],
                };
                self.offers.insert(*item, offer);
            }
            SaleEvent::FlashOpened { item, price, until } => {
                self.flashes.insert(*item, (*price, *until));
            }
            SaleEvent::FlashEnded { item } => drop(self.flashes.remove(item)),
            SaleEvent::ShippingSet { shipping } => self.shipping = Some(*shipping),
            SaleEvent::CartHeld(cart) => {
                self.lines.values_mut().for_each(|line| line.retain(|(_, order, _)| *order != cart.order));
                for line in &cart.lines[..cart.lines.len() - cart.gifts as usize] {
                    let Some(offer) = self.offers.get_mut(&line.item) else { continue };
                    if offer.terms.unlock.is_some() && !offer.unlocked {
                        offer.orders.insert(cart.order);
                    }
                    if cart.first.contains(&line.item) {
                        offer.gifts.insert(cart.order);
                    }
                }
                cart.cuts.iter().filter(|it| it.owned).for_each(|it| self.own(cart.person, &it.campaign, -1));
            }
            SaleEvent::Unlocked { item } => {
                if let Some(offer) = self.offers.get_mut(item) {
                    offer.unlocked = true;
                    offer.orders.clear();
                }
            }
            SaleEvent::WaitJoined { item, person, wanted } => {
                self.lines.entry(*item).or_default().push(place(*person, wanted));
            }
            SaleEvent::WaitLeft { item, person, .. } => {
                let enlisted = self.offers.get_mut(item).map(|it| &mut it.enlisted);
                for line in enlisted.into_iter().chain(self.lines.get_mut(item)) {
                    line.retain(|(it, ..)| it != person);
                }
            }
            SaleEvent::Enlisted { item, person, wanted } => {
                if let Some(offer) = self.offers.get_mut(item) {
                    offer.enlisted.push(place(*person, wanted));
                }
            }
            SaleEvent::ListFrozen { item, .. } => self.list(*item, ListState::Closed),
            SaleEvent::ListShuffled { item, seed } => self.shuffle(*item, seed),
            SaleEvent::Allotted { .. }
            | SaleEvent::GaveBack { .. }
            | SaleEvent::ExplainAsked { .. }
            | SaleEvent::LookersCounted { .. } => {}
            SaleEvent::Coupon(event) => self.take_coupon(event),
        }
    }

    fn take_coupon(&mut self, event: &CouponEvent) {
        match event {
            CouponEvent::CampaignSet { campaign } => {
                self.campaigns.insert(campaign.id.clone(), (**campaign).clone());
            }
            CouponEvent::CampaignEnded { campaign } => drop(self.ended.insert(campaign.clone())),
            CouponEvent::Claimed { campaign, person, .. } | CouponEvent::Granted { campaign, person, .. } => {
                self.own(*person, campaign, 1);
            }
            CouponEvent::GivenBack { .. } => {}
        }
    }

    /// The list becomes the line, in the order that anybody can recompute.
    fn shuffle(&mut self, item: ItemId, seed: &[u8; 32]) {
        self.list(item, ListState::Shuffled);
        let Some(offer) = self.offers.get_mut(&item) else { return };
        let mut people: BTreeMap<PersonId, (PersonId, OrderId, u32)> = BTreeMap::new();
        let entered: Vec<PersonId> = offer.enlisted.iter().map(|(person, ..)| *person).collect();
        people.extend(offer.enlisted.drain(..).map(|it| (it.0, it)));
        let digest = linger_room::draw::digest(&entered);
        let order = linger_room::sale::lot::shuffled(seed, &digest, offer.sale, &entered);
        self.lines.entry(item).or_default().extend(order.iter().filter_map(|it| people.remove(it)));
    }

    fn list(&mut self, item: ItemId, state: ListState) {
        if let Some(offer) = self.offers.get_mut(&item) {
            offer.list = Some(state);
        }
    }

    fn own(&mut self, person: PersonId, campaign: &CampaignId, more: i64) {
        let key = (person, campaign.clone());
        let count = i64::from(self.owned.get(&key).copied().unwrap_or(0)) + more;
        match u32::try_from(count) {
            Ok(0) | Err(_) => drop(self.owned.remove(&key)),
            Ok(count) => drop(self.owned.insert(key, count)),
        }
    }

    pub(super) fn closed(&mut self, item: ItemId) {
        self.offers.remove(&item);
        self.flashes.remove(&item);
        self.lines.remove(&item);
    }

    pub(super) fn paid(&mut self, order: OrderId, person: PersonId, items: &[ItemId]) {
        for item in items {
            if let Some(offer) = self.offers.get_mut(item).filter(|it| it.orders.contains(&order)) {
                offer.buyers.insert(person);
            }
        }
    }

    /// An order came to nothing: its coupons are its buyer's again.
    pub(super) fn ended(&mut self, order: OrderId, person: PersonId, items: &[ItemId], cuts: &[Cut]) {
        for item in items {
            if let Some(offer) = self.offers.get_mut(item) {
                offer.orders.remove(&order);
                offer.gifts.remove(&order);
            }
        }
        self.give_back(person, cuts, |_| true);
    }

    pub(super) fn came_back(&mut self, person: PersonId, cuts: &[Cut]) {
        self.give_back(person, cuts, |campaign| campaign.gives_back);
    }

    fn give_back(&mut self, person: PersonId, cuts: &[Cut], comes: impl Fn(&Campaign) -> bool) {
        for cut in cuts.iter().filter(|it| it.owned) {
            if self.campaigns.get(&cut.campaign).is_some_and(&comes) {
                self.own(person, &cut.campaign, 1);
            }
        }
    }

    /// What of an item's sale goes beyond the shelf; none when nothing does. `price` is that of its sale, `gone` are the
    /// units held and sold.
    pub(super) fn offer(&self, item: ItemId, price: i64, gone: u32) -> Option<OfferWire> {
        let offer = self.offers.get(&item);
        let flash = self.flashes.get(&item);
        let waiting = self.lines.get(&item).map_or(0, Vec::len);
        if offer.is_none() && flash.is_none() && waiting == 0 {
            return None;
        }
        let step = offer.and_then(|it| it.terms.steps.iter().rev().find(|step| step.from_units <= gone));
        let mut price_minor = step.map_or(price, |step| step.price.minor);
        if let Some(unlock) = offer.filter(|it| it.unlocked).and_then(|it| it.terms.unlock) {
            price_minor = price_minor.min(unlock.price.minor);
        }
        let gifts_left = offer.and_then(|it| {
            let gift = it.terms.gift?;
            Some(gift.first.saturating_sub(u32::try_from(it.gifts.len()).unwrap_or(u32::MAX)))
        });
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Some(OfferWire {
            item: item.0,
            sale: offer.map(|it| it.sale),
            terms: offer.map(|it| terms_wire(&it.terms)),
            price_minor,
            flash: flash.map(|(price, until)| FlashWire { price_minor: price.minor, until: until.0 }),
            unlocked: offer.is_some_and(|it| it.unlocked),
            buyers: offer.map_or(0, |it| count(it.buyers.len())),
            gifts_left,
            waiting: count(waiting),
            enlisted: offer.map_or(0, |it| count(it.enlisted.len())),
            list: offer.and_then(|it| it.list),
            commit: offer.and_then(|it| match it.terms.mode {
                SaleMode::Shuffle { commit, .. } => Some(hex(&commit)),
                _ => None,
            }),
        })
    }

    pub(super) fn benefits(&self) -> BenefitsWire {
        let shipping =
            self.shipping.map(|it| ShippingWire { fee: money_wire(it.fee), free_from_minor: it.free_from });
        let is_public =
            |it: &&Campaign| it.code.is_none() && it.open_to != OpenTo::Grant && !self.ended.contains(&it.id);
        let campaigns = self.campaigns.values().filter(is_public).map(for_viewers).collect();
        BenefitsWire { shipping, campaigns }
    }

    fn mine(&self, person: PersonId) -> MySale {
        let first = CampaignId::new("-").map(|first| (person, first));
        let own = first.into_iter().flat_map(|first| self.owned.range(first..));
        let coupons = own.take_while(|((whose, _), _)| *whose == person).filter_map(|((_, id), count)| {
            let campaign = for_viewers(self.campaigns.get(id)?);
            Some(CouponWire { campaign, count: *count })
        });
        let find = |line: &Line| line.iter().position(|(it, ..)| *it == person);
        let wait = |item: &ItemId, line: &Line, ordered: bool| {
            let place = find(line)?;
            let (_, order, units) = line[place];
            let ahead = ordered.then(|| u32::try_from(place).unwrap_or(u32::MAX));
            Some(MyWait { item: item.0, order: order.to_string(), units, ahead })
        };
        let lines = self.lines.iter().filter_map(|(item, line)| wait(item, line, true));
        let lists = self.offers.iter().filter_map(|(item, offer)| wait(item, &offer.enlisted, false));
        MySale { coupons: coupons.collect(), waits: lines.chain(lists).collect(), explain: vec![] }
    }

    fn first_in_line(&self, item: ItemId) -> Vec<PersonId> {
        let line = self.lines.get(&item).map_or(&[][..], Vec::as_slice);
        line.iter().take(TOLD_OF_LINE).map(|(person, ..)| *person).collect()
    }

    pub(super) fn title(&self, campaign: &CampaignId) -> String {
        self.campaigns.get(campaign).map(|it| it.title.clone()).unwrap_or_default()
    }

    pub(super) fn items(&self) -> BTreeSet<ItemId> {
        self.offers.keys().chain(self.flashes.keys()).chain(self.lines.keys()).copied().collect()
    }
}

fn place(person: PersonId, wanted: &Wanted) -> (PersonId, OrderId, u32) {
    (person, wanted.order, wanted.units)
}

impl Fold {
    pub(super) fn sale_view(&self) -> SaleView {
        let offers = self.sale.items().into_iter().filter_map(|item| self.offer(item)).collect();
        SaleView { offers, benefits: self.sale.benefits() }
    }

    pub(super) fn my_sale(&self, person: PersonId) -> MySale {
        MySale { explain: self.attention.asked_by(person), ..self.sale.mine(person) }
    }
}

impl Layers {
    /// Adds what an event of sales means to whom.
    pub(super) fn add_sale(&mut self, fold: &Fold, event: &SaleEvent) {
        match event {
            SaleEvent::Opened { item, terms, .. } => {
                self.public.push(WireEvent::SaleOpened {
                    item: item.0,
                    price: money_wire(terms.price),
                    per_person: terms.per_person,
                    hold_ms: terms.hold_ms,
                });
                self.set_offer(*item);
            }
            SaleEvent::FlashOpened { item, .. }
            | SaleEvent::FlashEnded { item }
            | SaleEvent::Unlocked { item }
            | SaleEvent::ListFrozen { item, .. } => self.set_offer(*item),
            SaleEvent::ShippingSet { .. } => self.set_benefits(fold),
            SaleEvent::CartHeld(cart) => {
                self.add_order(fold, cart.order);
                self.set_my_sale(fold, cart.person);
                self.lines.extend(cart.lines.iter().map(|line| line.item));
            }
            SaleEvent::WaitLeft { item, person, .. } => {
                self.set_offer(*item);
                self.set_my_sale(fold, *person);
                self.lines.insert(*item);
            }
            SaleEvent::WaitJoined { item, person, .. } | SaleEvent::Enlisted { item, person, .. } => {
                self.set_offer(*item);
                self.set_my_sale(fold, *person);
            }
            SaleEvent::ListShuffled { item, .. } => {
                self.set_offer(*item);
                self.lines.insert(*item);
            }
            SaleEvent::Allotted { item, .. } | SaleEvent::GaveBack { item, .. } => self.set_stock(*item),
            SaleEvent::ExplainAsked { item, person } => {
                self.set_explain(fold, *item);
                self.set_my_sale(fold, *person);
            }
            SaleEvent::LookersCounted { lookers } => self.set_looking(lookers),
            SaleEvent::Coupon(event) => match event {
                CouponEvent::CampaignSet { .. } | CouponEvent::CampaignEnded { .. } => {
                    self.set_benefits(fold)
                }
                CouponEvent::Claimed { person, .. } | CouponEvent::Granted { person, .. } => {
                    self.set_my_sale(fold, *person);
                }
                CouponEvent::GivenBack { order } => {
                    if let Some(person) = fold.owner(*order) {
                        self.set_my_sale(fold, person);
                    }
                }
            },
        }
    }

    /// Those at the head of a line that moved are told their place, once in a frame.
    pub(super) fn tell_lines(&mut self, fold: &Fold) {
        for item in std::mem::take(&mut self.lines) {
            fold.sale.first_in_line(item).into_iter().for_each(|it| self.set_my_sale(fold, it));
        }
    }

    fn set_benefits(&mut self, fold: &Fold) {
        self.public.retain(|it| !matches!(it, WireEvent::Benefits { .. }));
        self.public.push(WireEvent::Benefits { benefits: fold.sale.benefits() });
    }

    pub(super) fn set_my_sale(&mut self, fold: &Fold, person: PersonId) {
        let own = self.private.entry(person).or_default();
        own.retain(|it| !matches!(it, WireEvent::YouSale { .. }));
        own.push(WireEvent::YouSale { mine: fold.my_sale(person) });
    }
}

/// The lines of an order on the wire; the last `gifts` of them are gifts.
pub(crate) fn lines_wire(lines: &[OrderLine], gifts: u32) -> Vec<OrderLineWire> {
    let bought = lines.len() - gifts as usize;
    let wire = |(n, line): (usize, &OrderLine)| OrderLineWire {
        item: line.item.0,
        units: line.units,
        amount_minor: line.amount.minor,
        gift: n >= bought,
    };
    lines.iter().enumerate().map(wire).collect()
}

pub(crate) fn cuts_wire(cuts: &[Cut], title: impl Fn(&CampaignId) -> String) -> Vec<CutWire> {
    let wire = |cut: &Cut| CutWire {
        campaign: cut.campaign.to_string(),
        title: title(&cut.campaign),
        off_minor: cut.off,
        parts_minor: cut.parts.clone(),
    };
    cuts.iter().map(wire).collect()
}

pub(crate) fn terms_wire(terms: &SaleTerms) -> TermsWire {
    let (mode, bell) = match terms.mode {
        SaleMode::FirstCome => (SaleModeName::FirstCome, None),
        SaleMode::Shuffle { bell, .. } => (SaleModeName::Shuffle, Some(bell.0)),
        SaleMode::FirstPaid => (SaleModeName::FirstPaid, None),
    };
    let step = |it: &linger_protocol::PriceStep| PriceStepWire {
        from_units: it.from_units,
        price_minor: it.price.minor,
    };
    TermsWire {
        price_minor: terms.price.minor,
        per_person: terms.per_person,
        per_household: terms.per_household,
        hold_ms: terms.hold_ms,
        mode,
        bell,
        opens_at: terms.opens_at.map(|at| at.0),
        closes_at: terms.closes_at.map(|at| at.0),
        steps: terms.steps.iter().map(step).collect(),
        unlock: terms.unlock.map(|it| UnlockWire { buyers: it.buyers, price_minor: it.price.minor }),
        gift: terms.gift.map(|it| FirstGiftWire { first: it.first, item: it.item.0 }),
    }
}

/// A campaign without what viewers are not told.
pub(crate) fn for_viewers(campaign: &Campaign) -> CampaignWire {
    CampaignWire { budget_minor: None, code: None, ..campaign_wire(campaign) }
}

pub(crate) fn campaign_wire(campaign: &Campaign) -> CampaignWire {
    CampaignWire {
        campaign: campaign.id.to_string(),
        title: campaign.title.clone(),
        what: match campaign.kind {
            CouponKind::Amount { off } => CouponKindWire::Amount { off_minor: off },
            CouponKind::Percent { bps, most } => CouponKindWire::Percent { bps, most_minor: most },
            CouponKind::Threshold { from, off } => {
                CouponKindWire::Threshold { from_minor: from, off_minor: off }
            }
            CouponKind::Gift { item, units } => CouponKindWire::Gift { item: item.0, units },
            CouponKind::Shipping { most } => CouponKindWire::Shipping { most_minor: most },
            CouponKind::BuyGet { buy, get } => CouponKindWire::BuyGet { buy, get },
            CouponKind::MemberPrice { level, price } => {
                CouponKindWire::MemberPrice { level, price_minor: price }
            }
        },
        items: campaign.items.iter().map(|item| item.0).collect(),
        from: campaign.from.0,
        until: campaign.until.0,
        currency: Some(campaign.currency.as_str().to_owned()),
        budget_minor: campaign.budget,
        uses_max: campaign.uses_max,
        times: campaign.times,
        every: match campaign.every {
            Period::Ever => PeriodName::Ever,
            Period::Day { .. } => PeriodName::Day,
            Period::Show => PeriodName::Show,
        },
        level_min: campaign.level_min,
        stacks: match campaign.stacks {
            Stacks::Alone => StacksName::Alone,
            Stacks::OtherKinds => StacksName::OtherKinds,
            Stacks::Freely => StacksName::Freely,
        },
        gives_back: campaign.gives_back,
        open_to: match campaign.open_to {
            OpenTo::Everybody => OpenToName::Everybody,
            OpenTo::Claim => OpenToName::Claim,
            OpenTo::Grant => OpenToName::Grant,
        },
        code: campaign.code.clone(),
    }
}
