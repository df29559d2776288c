//! An auditor of sales who keeps double-entry books of their own, from what went in and what came out alone. They share no
//! line with the room: units, coupons, budgets and money each go from account to account, and what the room says of itself
//! is compared with the balances.

use crate::{
    audit_price::{self, Context, Terms},
    day::Input,
    ledger::{Account, Good, Ledger},
};
use linger_protocol::*;
use linger_room::{OrderState, Room, sale::lot};
use std::collections::{BTreeMap, BTreeSet};

#[path = "audit_sale_orders.rs"]
mod orders;

type Answer = Result<Vec<Event>, Refusal>;

#[derive(Default)]
pub struct Auditor {
    ledger: Ledger,
    list_prices: BTreeMap<ItemId, i64>,
    sales: BTreeMap<ItemId, Terms>,
    flashes: BTreeMap<ItemId, (i64, Millis)>,
    fee: Option<ShippingFee>,
    orders: BTreeMap<OrderId, Bought>,
    /// Who waits for what, in order; and who is on which list.
    lines: BTreeMap<ItemId, Vec<(PersonId, OrderId, i64)>>,
    lists: BTreeMap<ItemId, List>,
    promised: BTreeMap<(OrderId, ItemId), i64>,
    campaigns: BTreeMap<CampaignId, Campaign>,
    ended: BTreeSet<CampaignId>,
    /// Coupons that count for a person in a period.
    counted: BTreeMap<(CampaignId, PersonId, i64), i64>,
    transfers: BTreeSet<TransferId>,
    grants: BTreeSet<GrantId>,
    payments: BTreeSet<PaymentId>,
    shows: i64,
}

#[derive(Default)]
struct List {
    people: Vec<(PersonId, OrderId, i64)>,
    digest: Option<[u8; 32]>,
}

struct Bought {
    cart: CartOrder,
    open: bool,
    paid: bool,
    came_back: bool,
    /// What its buyer is owed because prices fell.
    fell: i64,
}

impl Auditor {
    /// Looks at an answer before the room takes it in.
    pub fn expect(&self, now: Millis, input: &Input, answer: &Answer, room: &Room) {
        let Input::Ask(Request { by, act }) = input else { return };
        if !act.allowed(by.role) {
            assert_eq!(answer, &Err(Refusal::NotAllowed), "{act:?}");
            return;
        }
        let (order, lines, coupons) = match act {
            Act::PlaceOrder { order, item, units } => {
                (order, vec![CartLine { item: *item, units: *units }], vec![])
            }
            Act::Sale(SaleAct::PlaceCart { order, cart, .. }) => {
                (order, cart.lines.clone(), cart.coupons.clone())
            }
            _ => return,
        };
        if let Some(known) = self.orders.get(order) {
            let cart = &known.cart;
            let bought = &cart.lines[..cart.lines.len() - cart.gifts as usize];
            let used: BTreeSet<&CampaignId> =
                cart.cuts.iter().filter(|it| it.owned).map(|it| &it.campaign).collect();
            let same = cart.person == by.person
                && bought.iter().map(|it| (it.item, it.units)).eq(lines.iter().map(|it| (it.item, it.units)))
                && used == coupons.iter().collect()
                && used.len() == coupons.len();
            let expected = if same { Ok(vec![]) } else { Err(Refusal::OrderIdTaken) };
            assert_eq!(answer, &expected, "asking twice");
            return;
        }
        match answer {
            Err(Refusal::SoldOut) => {
                let short = |it: &CartLine| i64::from(it.units) > self.free(it.item) || self.is_owed(it.item);
                let gift = coupons.iter().any(|it| {
                    matches!(self.campaigns.get(it).map(|it| it.kind), Some(CouponKind::Gift { .. }))
                });
                assert!(gift || lines.iter().any(short), "sold out, with enough left: {act:?}");
            }
            Err(Refusal::OverPersonLimit) => {
                let over = |it: &CartLine| {
                    let most = self.sales[&it.item].per_person;
                    self.of_person(it.item, by.person) + i64::from(it.units) > most
                };
                assert!(lines.iter().any(over), "over the limit below it: {act:?}");
            }
            Err(Refusal::PriceChanged) => {
                let Act::Sale(SaleAct::PlaceCart { cart, expected, .. }) = act else { panic!("{act:?}") };
                assert_ne!(room.quote(by.person, cart, now).map(|it| it.total), Ok(*expected));
            }
            Err(_) => {}
            Ok(events) => assert_eq!(events.len(), 1, "{act:?} leads to {events:?}"),
        }
    }

    /// Looks at what was decided and at the room after it.
    pub fn see(&mut self, now: Millis, input: &Input, events: &[Event], room: &Room) {
        if let Input::Tell(Report::PaymentArrived { payment, amount, .. }) = input
            && self.payments.insert(payment.clone())
        {
            let inbox = Account::Inbox(payment.clone());
            self.ledger.post(&Good::Money(amount.currency), Account::World, inbox, amount.minor);
        }
        let before = events.len();
        for event in events {
            self.book(now, event, room);
        }
        if let Input::Tell(Report::PaymentArrived { payment, amount, .. }) = input {
            let unanswered =
                self.ledger.balance(&Good::Money(amount.currency), Account::Inbox(payment.clone()));
            assert_eq!(unanswered, 0, "{payment} has no answer among {before}");
        }
        self.ledger.check_balanced();
        if matches!(input, Input::Tell(Report::TimePassed)) {
            let late = self.orders.iter().find(|(_, it)| it.open && !it.paid && it.cart.until <= now);
            assert!(late.is_none(), "an order waits beyond its time");
            let due = |it: &Millis| *it <= now;
            assert!(self.flashes.values().all(|(_, until)| !due(until)), "a flash outlasts its time");
            let owns = |it: &Terms| it.own.as_ref().and_then(|(_, own)| own.closes_at);
            assert!(!self.sales.values().filter_map(owns).any(|at| due(&at)), "a sale outlasts its time");
        }
        self.compare(room);
    }

    /// The end of the day: all money is accounted for and nothing is pending.
    pub fn close(&self, now: Millis, room: &Room) {
        assert!(room.wakes_at().is_none(), "something is pending for ever");
        assert!(self.promised.is_empty(), "somebody was not told that the price fell");
        for (good, account) in self.ledger.open() {
            let over = match account {
                Account::World | Account::Sold(_) | Account::Till(_) => true,
                Account::Fell(_) | Account::Claim => true,
                Account::Free | Account::Wallet(_) => !matches!(good, Good::Money(_)),
                Account::Held(_) => !matches!(good, Good::Units(_) | Good::Money(_)),
                Account::Owed(_) | Account::Inbox(_) | Account::Back(_) => false,
            };
            assert!(over, "{account:?} of {good:?} is open at the end of the day");
        }
        for (id, it) in &self.orders {
            let order = room.order(*id).expect("an order is never forgotten");
            assert_eq!(matches!(order.state, OrderState::Paid(_)), it.paid);
            assert_eq!((order.person, &order.lines), (it.cart.person, &it.cart.lines), "{id}");
            let till = self.ledger.balance(&Good::Money(it.cart.amount.currency), Account::Till(*id));
            let goods: i64 = it.cart.lines.iter().map(|line| line.amount.minor).sum();
            let costs = goods + it.cart.shipping - it.fell;
            assert_eq!(till, if it.paid { costs } else { 0 }, "what is kept of {id} is not what it costs");
        }
        for id in self.campaigns.keys() {
            let mut owned = BTreeMap::new();
            for (account, count) in self.ledger.of(&Good::Coupons(id.clone())) {
                if let (Account::Wallet(person), 1..) = (account, count) {
                    owned.insert(*person, count);
                }
            }
            for (person, count) in owned {
                let wallet = room.wallet(person, now);
                let says = wallet.iter().find(|it| it.campaign.id == *id).map_or(0, |it| i64::from(it.count));
                assert_eq!(says, count, "{person} has other coupons of {id}");
            }
        }
    }

    fn free(&self, item: ItemId) -> i64 {
        self.ledger.balance(&Good::Units(item), Account::Free)
    }

    fn gone(&self, item: ItemId) -> i64 {
        let good = Good::Units(item);
        self.ledger.sum(&good, |it| matches!(it, Account::Held(_) | Account::Sold(_)))
    }

    /// Units of an item that live orders of somebody bought, whether held or not.
    fn live(&self, item: ItemId, whose: impl Fn(&CartOrder) -> bool) -> i64 {
        let bought = |it: &CartOrder| {
            let lines = &it.lines[..it.lines.len() - it.gifts as usize];
            lines.iter().filter(|line| line.item == item).map(|line| i64::from(line.units)).sum::<i64>()
        };
        self.orders.values().filter(|it| it.open && whose(&it.cart)).map(|it| bought(&it.cart)).sum()
    }

    fn of_person(&self, item: ItemId, person: PersonId) -> i64 {
        self.live(item, |cart| cart.person == person)
    }

    /// Whether somebody who waits could have what is free.
    fn is_owed(&self, item: ItemId) -> bool {
        let serves = !self.lists.contains_key(&item) && self.sales.contains_key(&item);
        let free = self.free(item);
        serves && self.lines.get(&item).is_some_and(|line| line.iter().any(|(_, _, units)| *units <= free))
    }

    fn compare(&self, room: &Room) {
        for (item, price) in &self.list_prices {
            let stock = room.stock(*item).expect("a listed item");
            let good = Good::Units(*item);
            let held = self.ledger.sum(&good, |it| matches!(it, Account::Held(_)));
            let sold = self.ledger.sum(&good, |it| matches!(it, Account::Sold(_)));
            let says = [stock.units, stock.held, stock.sold, stock.left].map(i64::from);
            let free = self.free(*item);
            assert_eq!(says, [free + held + sold, held, sold, free], "units, held, sold, left of {item}");
            assert_eq!(stock.on_sale, self.sales.contains_key(item));
            assert_eq!(room.item(*item).map(|it| it.price.minor), Some(*price));
            let line = self.lines.get(item).into_iter().flatten().map(|(person, _, _)| *person);
            assert!(room.waiters(*item).eq(line), "the line for {item}");
        }
        for it in room.campaigns() {
            let id = &it.campaign.id;
            let spent = self.ledger.sum(&Good::Budget(id.clone()), |it| matches!(it, Account::Held(_)));
            assert_eq!(it.spent, spent, "spent of {id}");
            let out = -self.ledger.balance(&Good::Coupons(id.clone()), Account::World);
            assert_eq!(i64::from(it.given), out, "given of {id}");
            assert!(it.campaign.uses_max.is_none_or(|most| out <= i64::from(most)), "too many of {id}");
        }
    }

    fn book(&mut self, now: Millis, event: &Event, room: &Room) {
        match event {
            Event::ItemListed { item } => drop(self.list_prices.insert(item.id, item.price.minor)),
            Event::StockSet { item, units } => {
                let more = i64::from(*units) - self.free(*item) - self.gone(*item);
                let (from, to) =
                    if more < 0 { (Account::Free, Account::World) } else { (Account::World, Account::Free) };
                self.ledger.post(&Good::Units(*item), from, to, more.abs());
            }
            Event::SaleOpened { item, price, per_person, hold_ms } => {
                let (per_person, hold_ms) = (i64::from(*per_person), *hold_ms);
                let terms = Terms { price: price.minor, per_person, hold_ms, ..Terms::default() };
                self.sales.insert(*item, terms);
            }
            Event::SaleClosed { item } => {
                assert!(self.sales.remove(item).is_some());
                self.flashes.remove(item);
                self.lines.remove(item);
                self.lists.remove(item);
            }
            Event::UnitsHeld { order, person, item, units, amount, until } => {
                let lines = vec![OrderLine { item: *item, units: *units, amount: *amount }];
                let cart = CartOrder {
                    order: *order,
                    person: *person,
                    lines,
                    gifts: 0,
                    shipping: 0,
                    cuts: vec![],
                    first: vec![],
                    amount: *amount,
                    until: *until,
                    holds: true,
                    delivery: Delivery::default(),
                };
                assert!(
                    self.sales[item].own.is_none() && self.fee.is_none(),
                    "more than one line at a price"
                );
                self.book_cart(now, cart, room);
            }
            Event::OrderPaid { order, payment } => self.book_paid(now, *order, payment),
            Event::OrderLapsed { order } => {
                assert!(self.orders[order].cart.until <= now, "lapsed before its time");
                self.book_ended(*order);
            }
            Event::OrderCancelled { order } => self.book_ended(*order),
            Event::RefundDue { order, payment, amount, reason } => {
                let back = Account::Back(payment.clone());
                let good = Good::Money(amount.currency);
                self.ledger.post(&good, Account::Inbox(payment.clone()), back, amount.minor);
                let known = self.orders.get(order);
                let short = |it: &Bought| {
                    !it.cart.holds && it.cart.lines.iter().any(|it| i64::from(it.units) > self.free(it.item))
                };
                let sound = match reason {
                    RefundReason::UnknownOrder => known.is_none(),
                    RefundReason::PaidTwice => known.is_some_and(|it| it.paid),
                    RefundReason::WrongAmount => known.is_some_and(|it| it.open && it.cart.amount != *amount),
                    RefundReason::TooLate => known.is_some_and(|it| !it.open),
                    RefundReason::SoldOut => known.is_some_and(|it| it.open && short(it)),
                };
                assert!(sound, "{payment} goes back for a wrong reason: {reason:?}");
            }
            Event::RefundSettled { payment, .. } => {
                let good = Good::Money(Currency::CNY);
                let back = Account::Back(payment.clone());
                let amount = self.ledger.balance(&good, back.clone());
                assert!(amount > 0, "money went back that was not due");
                self.ledger.post(&good, back, Account::World, amount);
            }
            Event::WentLive => self.shows += 1,
            Event::Sale(event) => self.book_sale(now, event, room),
            Event::Care(CareEvent::RefundOwed { order, amount, reason, .. }) => {
                let OwedReason::PriceFell { item } = reason else {
                    panic!("nothing else goes back this day")
                };
                let price = self.promised.remove(&(*order, *item)).expect("a price that was promised");
                let it = self.orders.get_mut(order).expect("an order");
                let line = it.cart.lines.iter().find(|it| it.item == *item).expect("a line");
                let costs = line.amount.minor - amount.minor;
                assert_eq!(costs, price * i64::from(line.units), "it fell to another price");
                it.fell += amount.minor;
                let good = Good::Money(amount.currency);
                self.ledger.post(&good, Account::Till(*order), Account::Fell(*order), amount.minor);
            }
            _ => {}
        }
    }

    fn book_sale(&mut self, now: Millis, event: &SaleEvent, room: &Room) {
        match event {
            SaleEvent::Opened { item, sale, terms } => {
                let own = Terms {
                    price: terms.price.minor,
                    per_person: i64::from(terms.per_person),
                    hold_ms: terms.hold_ms,
                    own: Some((*sale, (**terms).clone())),
                    ..Terms::default()
                };
                assert!(self.sales.insert(*item, own).is_none(), "terms changed while a sale was open");
                if matches!(terms.mode, SaleMode::Shuffle { .. }) {
                    self.lists.insert(*item, List::default());
                }
            }
            SaleEvent::FlashOpened { item, price, until } => {
                self.flashes.insert(*item, (price.minor, *until));
            }
            SaleEvent::FlashEnded { item } => assert!(self.flashes.remove(item).is_some()),
            SaleEvent::ShippingSet { shipping } => self.fee = Some(*shipping),
            SaleEvent::CartHeld(cart) => self.book_cart(now, (**cart).clone(), room),
            SaleEvent::Unlocked { item } => self.book_unlocked(*item),
            SaleEvent::WaitJoined { item, person, wanted } => {
                let line = self.lines.entry(*item).or_default();
                line.push((*person, wanted.order, i64::from(wanted.units)));
            }
            SaleEvent::WaitLeft { item, person, .. } => {
                let line = match self.lists.get_mut(item) {
                    Some(list) => &mut list.people,
                    None => self.lines.get_mut(item).expect("a line"),
                };
                line.retain(|(it, _, _)| it != person);
            }
            SaleEvent::Enlisted { item, person, wanted } => {
                let list = self.lists.get_mut(item).expect("a list");
                assert!(list.digest.is_none() && list.people.iter().all(|(it, _, _)| it != person));
                list.people.push((*person, wanted.order, i64::from(wanted.units)));
            }
            SaleEvent::ListFrozen { item, digest, .. } => {
                self.lists.get_mut(item).expect("a list").digest = Some(*digest);
            }
            SaleEvent::ListShuffled { item, seed } => {
                let list = self.lists.remove(item).expect("a list");
                let (sale, _) = self.sales[item].own.as_ref().expect("terms");
                let proof = room.lot_proof(*sale).expect("what was shuffled can be recomputed");
                assert_eq!(lot::verify(proof), Ok(()));
                assert_eq!((proof.seed, Some(proof.digest)), (*seed, list.digest));
                assert!(proof.people.iter().eq(list.people.iter().map(|(it, _, _)| it)));
                let find =
                    |who: &PersonId| *list.people.iter().find(|(it, _, _)| it == who).expect("enlisted");
                let order: Vec<_> = proof.order.iter().map(find).collect();
                assert_eq!(order.len(), list.people.len());
                self.lines.entry(*item).or_default().extend(order);
            }
            SaleEvent::Allotted { transfer, item, units } => {
                assert!(self.transfers.insert(transfer.clone()), "a transfer came twice");
                self.ledger.post(&Good::Units(*item), Account::World, Account::Free, i64::from(*units));
            }
            SaleEvent::GaveBack { transfer, item, units } => {
                assert!(self.transfers.insert(transfer.clone()), "a transfer went twice");
                self.ledger.post(&Good::Units(*item), Account::Free, Account::World, i64::from(*units));
            }
            SaleEvent::Coupon(event) => self.book_coupon(now, event),
            // In the books of the shelf.
            SaleEvent::ExplainAsked { .. } | SaleEvent::LookersCounted { .. } => {}
        }
    }
}
