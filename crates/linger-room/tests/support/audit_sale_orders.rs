//! Orders and coupons in the books of the auditor of sales. It does not look at anything else.

use super::{Account, Auditor, Bought, Context, Good, audit_price};
use linger_protocol::*;
use linger_room::Room;

impl Auditor {
    /// An order is placed: units, coupons and budgets go to it, and its buyer owes what it costs.
    pub(super) fn book_cart(&mut self, now: Millis, cart: CartOrder, room: &Room) {
        let bought = &cart.lines[..cart.lines.len() - cart.gifts as usize];
        self.check_turn(&cart, bought);
        for line in bought {
            let terms = &self.sales[&line.item];
            let most = terms.per_person;
            let taken = self.of_person(line.item, cart.person) + i64::from(line.units);
            assert!(line.units > 0 && taken <= most, "more than one person may have of {}", line.item);
            let Some((_, own)) = &terms.own else { continue };
            assert!(own.opens_at.is_none_or(|at| now >= at || self.waited(&cart)), "before the sale");
            assert!(own.closes_at.is_none_or(|at| now < at), "after the sale");
            assert!(!self.lists.contains_key(&line.item), "before the bell");
            let household = cart.delivery.household;
            if let (Some(most), 1..) = (own.per_household, household) {
                let of_home = self.live(line.item, |it| it.delivery.household == household);
                assert!(of_home + i64::from(line.units) <= i64::from(most), "more than one address may have");
            }
        }
        let holds = |line: &OrderLine| {
            self.sales[&line.item].own.as_ref().is_none_or(|(_, own)| own.mode != SaleMode::FirstPaid)
        };
        assert_eq!(cart.holds, bought.iter().all(holds));
        let hold_ms = bought.iter().map(|line| self.sales[&line.item].hold_ms).min().unwrap_or(0);
        assert_eq!(cart.until, now.plus(hold_ms));
        let context = Context {
            campaigns: &self.campaigns,
            level: room.level(cart.person),
            fee: self.fee,
            worth: &|item| self.list_prices[&item],
            unit: &|item| {
                let flash = self.flashes.get(&item).copied();
                audit_price::unit_price(&self.sales[&item], flash, now, self.gone(item))
            },
        };
        audit_price::check(&cart, &context);
        if cart.holds {
            for line in &cart.lines {
                let held = Account::Held(cart.order);
                self.ledger.post(&Good::Units(line.item), Account::Free, held, i64::from(line.units));
            }
        }
        self.book_used(now, &cart, room);
        let good = Good::Money(cart.amount.currency);
        self.ledger.post(&good, Account::Claim, Account::Owed(cart.order), cart.amount.minor);
        for line in bought {
            let terms = self.sales.get_mut(&line.item).expect("a sale");
            if terms.own.as_ref().is_some_and(|(_, own)| own.unlock.is_some()) && !terms.unlocked {
                terms.orders.insert(cart.order);
            }
            if cart.first.contains(&line.item) {
                terms.gifts.insert(cart.order);
                let (_, own) = terms.own.as_ref().expect("terms with a gift");
                let gift = own.gift.expect("a gift");
                assert!(terms.gifts.len() <= gift.first as usize, "more gifts than promised");
                assert!(cart.lines.iter().any(|it| it.item == gift.item && it.amount.minor == 0));
            }
        }
        for line in self.lines.values_mut() {
            line.retain(|(_, order, _)| *order != cart.order);
        }
        let bought = Bought { cart, open: true, paid: false, came_back: false, fell: 0 };
        assert!(self.orders.insert(bought.cart.order, bought).is_none(), "an order was placed twice");
    }

    fn waited(&self, cart: &CartOrder) -> bool {
        self.lines.values().flatten().any(|(_, order, _)| *order == cart.order)
    }

    /// Whether it is this order's turn: nobody who waits could have had its units.
    fn check_turn(&self, cart: &CartOrder, bought: &[OrderLine]) {
        for line in bought {
            let Some(waiting) = self.lines.get(&line.item) else { continue };
            let free = self.free(line.item);
            let place = waiting.iter().position(|(_, order, _)| *order == cart.order);
            let before = &waiting[..place.unwrap_or(waiting.len())];
            let passed = before.iter().find(|(_, _, units)| *units <= free);
            assert!(passed.is_none() || !cart.holds, "{passed:?} waited longer");
        }
    }

    fn book_used(&mut self, now: Millis, cart: &CartOrder, room: &Room) {
        for cut in &cart.cuts {
            let id = &cut.campaign;
            let campaign = self.campaigns[id].clone();
            assert!(campaign.from <= now && now < campaign.until && !self.ended.contains(id), "{id} is over");
            assert_eq!(cut.owned, campaign.open_to != OpenTo::Everybody);
            let used = Account::Held(cart.order);
            if cut.owned {
                self.ledger.post(&Good::Coupons(id.clone()), Account::Wallet(cart.person), used.clone(), 1);
            } else {
                assert!(room.level(cart.person) >= campaign.level_min);
                self.count(now, &campaign, cart.person, cut.period);
                self.ledger.post(&Good::Coupons(id.clone()), Account::World, used.clone(), 1);
            }
            self.ledger.post(&Good::Budget(id.clone()), self.purse(id), used, cut.spent);
        }
    }

    /// Where a campaign's money comes from: its budget, or the world where it has none.
    fn purse(&self, id: &CampaignId) -> Account {
        if self.campaigns[id].budget.is_some() { Account::Free } else { Account::World }
    }

    fn count(&mut self, now: Millis, campaign: &Campaign, person: PersonId, period: i64) {
        let expected = match campaign.every {
            Period::Ever => 0,
            Period::Show => self.shows,
            Period::Day { utc_offset_min } => {
                (now.0 + i64::from(utc_offset_min) * 60_000).div_euclid(24 * 3_600_000)
            }
        };
        assert_eq!(period, expected, "the period of {}", campaign.id);
        let counted = self.counted.entry((campaign.id.clone(), person, period)).or_default();
        *counted += 1;
        assert!(*counted <= i64::from(campaign.times), "more of {} than one may have", campaign.id);
    }

    pub(super) fn book_paid(&mut self, now: Millis, order: OrderId, payment: &PaymentId) {
        let it = self.orders.get_mut(&order).expect("an order that was placed");
        assert!(it.open && !it.paid && now < it.cart.until, "{order} is paid when it cannot be");
        it.paid = true;
        let cart = it.cart.clone();
        let good = Good::Money(cart.amount.currency);
        let minor = cart.amount.minor;
        self.ledger.post(&good, Account::Inbox(payment.clone()), Account::Till(order), minor);
        self.ledger.post(&good, Account::Owed(order), Account::Claim, minor);
        for line in &cart.lines {
            let from = if cart.holds { Account::Held(order) } else { Account::Free };
            self.ledger.post(&Good::Units(line.item), from, Account::Sold(order), i64::from(line.units));
            let Some(terms) = self.sales.get_mut(&line.item) else { continue };
            if terms.orders.contains(&order) {
                terms.buyers.insert(cart.person);
            }
        }
    }

    /// An order comes to nothing: everything goes the way back.
    pub(super) fn book_ended(&mut self, order: OrderId) {
        let it = self.orders.get_mut(&order).expect("an order that was placed");
        assert!(it.open && !it.paid, "{order} came to an end twice");
        it.open = false;
        let cart = it.cart.clone();
        if cart.holds {
            for line in &cart.lines {
                let held = Account::Held(order);
                self.ledger.post(&Good::Units(line.item), held, Account::Free, i64::from(line.units));
            }
        }
        cart.cuts.iter().for_each(|cut| self.undo(&cart, cut));
        let good = Good::Money(cart.amount.currency);
        self.ledger.post(&good, Account::Owed(order), Account::Claim, cart.amount.minor);
        for line in &cart.lines {
            self.promised.remove(&(order, line.item));
            if let Some(terms) = self.sales.get_mut(&line.item) {
                terms.orders.remove(&order);
                terms.gifts.remove(&order);
            }
        }
    }

    fn undo(&mut self, cart: &CartOrder, cut: &Cut) {
        let used = Account::Held(cart.order);
        let coupons = Good::Coupons(cut.campaign.clone());
        if cut.owned {
            self.ledger.post(&coupons, used.clone(), Account::Wallet(cart.person), 1);
        } else {
            self.ledger.post(&coupons, used.clone(), Account::World, 1);
            *self.counted.get_mut(&(cut.campaign.clone(), cart.person, cut.period)).expect("counted") -= 1;
        }
        self.ledger.post(&Good::Budget(cut.campaign.clone()), used, self.purse(&cut.campaign), cut.spent);
    }

    /// Whoever has an order at a higher price is promised the lower one: at once if it is paid.
    pub(super) fn book_unlocked(&mut self, item: ItemId) {
        let terms = self.sales.get_mut(&item).expect("a sale");
        let (_, own) = terms.own.as_ref().expect("terms");
        let unlock = own.unlock.expect("a price to unlock");
        assert!(terms.buyers.len() >= unlock.buyers as usize, "unlocked too early");
        assert!(!std::mem::replace(&mut terms.unlocked, true), "unlocked twice");
        for order in std::mem::take(&mut terms.orders) {
            let lines = &self.orders[&order].cart.lines;
            let line = lines.iter().find(|it| it.item == item).expect("an order of this item");
            if line.amount.minor > unlock.price.minor * i64::from(line.units) {
                self.promised.insert((order, item), unlock.price.minor);
            }
        }
    }

    pub(super) fn book_coupon(&mut self, now: Millis, event: &CouponEvent) {
        match event {
            CouponEvent::CampaignSet { campaign } => self.book_campaign(campaign),
            CouponEvent::CampaignEnded { campaign } => assert!(self.ended.insert(campaign.clone())),
            CouponEvent::Claimed { campaign, person, period } => {
                assert_eq!(self.campaigns[campaign].open_to, OpenTo::Claim);
                self.book_handed_out(now, campaign, *person, *period);
            }
            CouponEvent::Granted { grant, campaign, person, period, .. } => {
                assert!(self.grants.insert(grant.clone()), "{grant} was granted twice");
                self.book_handed_out(now, campaign, *person, *period);
            }
            CouponEvent::GivenBack { order } => {
                let it = self.orders.get_mut(order).expect("an order");
                assert!(it.paid && !std::mem::replace(&mut it.came_back, true), "coupons came back twice");
                let cart = it.cart.clone();
                let comes = |cut: &&Cut| self.campaigns[&cut.campaign].gives_back;
                let cuts: Vec<Cut> = cart.cuts.iter().filter(comes).cloned().collect();
                cuts.iter().for_each(|cut| self.undo(&cart, cut));
            }
        }
    }

    fn book_handed_out(&mut self, now: Millis, id: &CampaignId, person: PersonId, period: i64) {
        let campaign = self.campaigns[id].clone();
        assert!(now >= campaign.from && now < campaign.until && !self.ended.contains(id), "{id} is over");
        self.count(now, &campaign, person, period);
        self.ledger.post(&Good::Coupons(id.clone()), Account::World, Account::Wallet(person), 1);
    }

    /// A budget is filled, filled up, or taken back as far as it is not spent.
    fn book_campaign(&mut self, campaign: &Campaign) {
        let good = Good::Budget(campaign.id.clone());
        let before = self.campaigns.insert(campaign.id.clone(), campaign.clone());
        let free = self.ledger.balance(&good, Account::Free);
        self.ledger.post(&good, Account::Free, Account::World, free);
        let spent = self.ledger.sum(&good, |it| matches!(it, Account::Held(_)));
        if let Some(budget) = campaign.budget {
            self.ledger.post(&good, Account::World, Account::Free, budget - spent);
        }
        let Some(before) = before else { return };
        let same = Campaign {
            title: before.title.clone(),
            until: before.until,
            budget: before.budget,
            uses_max: before.uses_max,
            ..campaign.clone()
        };
        assert_eq!(same, before, "something of a campaign changed that does not");
    }
}
