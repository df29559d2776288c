//! The auditor's books on what comes after the sale: double entry, for money and for units. What was paid and what was sold
//! is posted from one account to another and never out of nothing; no account may show a debt. Where the room keeps one
//! figure, the books are gone through.

use crate::day::Input;
use linger_protocol::*;
use linger_room::{Room, care::OwedState};
use std::collections::{BTreeMap, BTreeSet};

#[path = "audit_care_books.rs"]
mod books;

/// Where a cent of a paid order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Purse {
    Goods(ItemId),
    Return(ReturnId),
    Owed,
    Customer,
}

/// Where a unit of a paid order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Shop,
    Road,
    Buyer,
    Coming,
    Back,
}

#[derive(Default)]
pub struct Care {
    policy: CarePolicy,
    items: BTreeMap<ItemId, Item>,
    prices: BTreeMap<ItemId, Money>,
    orders: BTreeMap<OrderId, Sold>,
    returns: BTreeMap<ReturnId, Back>,
    refunds: BTreeMap<RefundId, (OrderId, i64, OwedReason, bool)>,
    tickets: BTreeMap<TicketId, Asked>,
    ratings: BTreeMap<(OrderId, ItemId), Vec<(RatingId, u8)>>,
    hidden: BTreeSet<(OrderId, ItemId)>,
}

struct Sold {
    person: PersonId,
    bought: (ItemId, i64),
    amount: Money,
    until: Millis,
    paid: bool,
    ended: bool,
    cancelled: bool,
    confirmed: BTreeMap<ItemId, ReturnException>,
    rules: BTreeMap<ItemId, ReturnRule>,
    money: BTreeMap<Purse, i64>,
    units: BTreeMap<(ItemId, Place), i64>,
    parcels: BTreeMap<ParcelId, (Vec<ItemUnits>, Option<Millis>)>,
}

struct Back {
    order: OrderId,
    lines: Vec<OrderLine>,
    exchange: Option<ItemId>,
    reason: ReturnReason,
    /// 0 asked, 1 approved, 2 sent, 3 received, 4 came to nothing.
    step: u8,
    restocked: bool,
    until: Millis,
}

struct Asked {
    answered: bool,
    solved: bool,
    level: u8,
    answer_by: Millis,
    solve_by: Millis,
}

impl Sold {
    fn post(&mut self, from: Purse, to: Purse, minor: i64) {
        let account = self.money.entry(from).or_default();
        *account -= minor;
        assert!(*account >= 0 && minor >= 0, "{from:?} gives more than it has");
        *self.money.entry(to).or_default() += minor;
    }

    fn carry(&mut self, item: ItemId, from: Place, to: Place, units: i64) {
        let account = self.units.entry((item, from)).or_default();
        *account -= units;
        assert!(*account >= 0 && units > 0, "more units leave {from:?} than are there");
        *self.units.entry((item, to)).or_default() += units;
    }

    fn at(&self, item: ItemId, place: Place) -> i64 {
        self.units.get(&(item, place)).copied().unwrap_or(0)
    }

    fn kept(&self, item: ItemId) -> i64 {
        [Place::Shop, Place::Road, Place::Buyer].iter().map(|it| self.at(item, *it)).sum()
    }

    fn purse(&self, purse: Purse) -> i64 {
        self.money.get(&purse).copied().unwrap_or(0)
    }

    fn handed_over(&self, item: ItemId) -> Option<Millis> {
        let with = self.parcels.values().filter(|(contents, _)| contents.iter().any(|it| it.item == item));
        with.filter_map(|(_, at)| *at).max()
    }
}

struct Wish<'a> {
    order: OrderId,
    contents: &'a [ItemUnits],
    reason: ReturnReason,
    exchange: Option<ItemId>,
}

/// Units that an exchange could have had before it took any. That stock is right is another book.
fn left_before(act: &CareAct, answer: &Result<Vec<Event>, Refusal>, room: &Room) -> i64 {
    let CareAct::AskReturn { contents, exchange: Some(wanted), .. } = act else { return 0 };
    let left = room.stock(*wanted).map_or(0, |it| i64::from(it.left));
    let took = answer.as_ref().is_ok_and(|events| !events.is_empty());
    left + if took { contents.iter().map(|it| i64::from(it.units)).sum() } else { 0 }
}

/// What the books expect of an answer: nothing new, this refusal, or an event.
type Expected = Result<bool, Refusal>;

impl Care {
    pub fn see(&mut self, now: Millis, input: &Input, answer: &Result<Vec<Event>, Refusal>, room: &Room) {
        if let Input::Ask(Request { by, act: Act::Care(act) }) = input
            && act.allowed(by.role)
            && room.is_open()
        {
            let left = left_before(act, answer, room);
            if let Some(expected) = self.expected(now, *by, act, left) {
                let told = answer.as_ref().map(|events| !events.is_empty()).map_err(|it| *it);
                assert_eq!(told, expected, "{act:?}");
            }
        }
        for event in answer.as_deref().unwrap_or(&[]) {
            self.book(now, event);
        }
        self.check_room(now, input, room);
    }

    /// Units of an item that are held for exchanges.
    pub fn held(&self, item: ItemId) -> i64 {
        let open = self.returns.values().filter(|it| it.step < 3 && it.exchange == Some(item));
        open.map(|it| i64::from(it.lines[0].units)).sum()
    }

    /// Units of an item that went out in exchange, less those on the shelf again.
    pub fn sold_more(&self, item: ItemId) -> i64 {
        let mut more = 0;
        for it in self.returns.values().filter(|it| it.step == 3) {
            let units = |line: &OrderLine| i64::from(line.units);
            if it.exchange == Some(item) {
                more += units(&it.lines[0]);
            }
            let back = it.lines.iter().filter(|line| it.restocked && line.item == item);
            more -= back.map(units).sum::<i64>();
        }
        let cancelled = self.orders.values().filter(|it| it.cancelled && it.bought.0 == item);
        more - cancelled.map(|it| it.bought.1).sum::<i64>()
    }

    /// Units that a person has more, or fewer, than they paid for.
    pub fn of_person_more(&self, item: ItemId, person: PersonId) -> i64 {
        let mine = self.orders.values().filter(|it| it.person == person && it.paid);
        mine.map(|it| {
            let paid = if it.bought.0 == item { it.bought.1 } else { 0 };
            it.kept(item) + it.at(item, Place::Coming) - paid
        })
        .sum()
    }

    pub fn close(&self, room: &Room) {
        for (id, it) in &self.orders {
            if it.paid {
                let sum: i64 = it.money.values().sum();
                assert_eq!(sum, it.amount.minor, "money of {id} was made or lost");
                assert_eq!(it.purse(Purse::Owed), 0, "money of {id} that had to go back is still here");
            }
        }
        assert!(self.returns.values().all(|it| it.step >= 3), "a return never ends");
        for (id, it) in &self.tickets {
            assert!(it.answered || it.solved || it.level > 0, "{id} was neither answered nor escalated");
        }
        assert_eq!(room.refunds_owed().count(), 0);
        assert_eq!(room.open_returns().count(), 0);
    }

    fn expected(&self, now: Millis, by: Actor, act: &CareAct, left: i64) -> Option<Expected> {
        match act {
            CareAct::AskReturn { returning, order, contents, reason, exchange, .. } => {
                if let Some(it) = self.returns.get(returning) {
                    let lines: Vec<_> =
                        it.lines.iter().map(|it| ItemUnits { item: it.item, units: it.units }).collect();
                    let same = it.order == *order
                        && self.orders[order].person == by.person
                        && lines == *contents
                        && (it.reason, it.exchange) == (*reason, *exchange);
                    return Some(if same { Ok(false) } else { Err(Refusal::ReturnIdTaken) });
                }
                let wish = Wish { order: *order, contents, reason: *reason, exchange: *exchange };
                Some(self.expected_return(now, by, &wish, left))
            }
            CareAct::Rate { rating, order, item, stars, .. } => {
                let sold = match self.own(by, *order) {
                    Ok(sold) => sold,
                    Err(refusal) => return Some(Err(refusal)),
                };
                let given = self.ratings.get(&(*order, *item)).map_or(&[][..], |it| it);
                Some(if !sold.rules.contains_key(item) {
                    Err(Refusal::NoSuchItem)
                } else if given.iter().any(|(id, _)| id == rating) {
                    Ok(false)
                } else if sold.handed_over(*item).is_none() {
                    Err(Refusal::NotDelivered)
                } else if given.len() == 2 {
                    Err(Refusal::AlreadyRated)
                } else if *stars == 0 || *stars > 5 {
                    Err(Refusal::BadStars)
                } else {
                    Ok(true)
                })
            }
            CareAct::CancelPaid { order } => Some(match self.own(by, *order) {
                Err(Refusal::OrderClosed) if self.orders[order].cancelled => Ok(false),
                Err(refusal) => Err(refusal),
                Ok(sold) if !sold.parcels.is_empty() => Err(Refusal::AlreadyShipped),
                Ok(_) => Ok(true),
            }),
            _ => None,
        }
    }

    fn expected_return(&self, now: Millis, by: Actor, wish: &Wish<'_>, left: i64) -> Expected {
        let Wish { order, contents, reason, exchange } = *wish;
        let sold = self.own(by, order)?;
        let once: BTreeSet<ItemId> = contents.iter().map(|it| it.item).collect();
        if once.len() < contents.len() || contents.is_empty() || contents.iter().any(|it| it.units == 0) {
            return Err(Refusal::BadQuantity);
        }
        let fault = [ReturnReason::Faulty, ReturnReason::WrongItem, ReturnReason::NotAsDescribed];
        for ItemUnits { item, units } in contents {
            let rule = sold.rules.get(item).ok_or(Refusal::NoSuchItem)?;
            if let Some(why) = sold.confirmed.get(item).filter(|_| !fault.contains(&reason)) {
                return Err(Refusal::NotReturnable(*why));
            }
            let handed_over = sold.handed_over(*item).ok_or(Refusal::NotDelivered)?;
            if i64::from(*units) > sold.at(*item, Place::Buyer) {
                return Err(Refusal::BadQuantity);
            }
            let days = if let ReturnRule::NoReason { days } = rule { *days } else { 7 };
            if reason == ReturnReason::NoReason && now.0 >= self.midnight_after(handed_over, days) {
                return Err(Refusal::ReturnTooLate);
            }
        }
        let Some(wanted) = exchange else { return Ok(true) };
        let [line] = contents else { return Err(Refusal::NotExchangeable) };
        let other = self.items.get(&wanted).ok_or(Refusal::NoSuchItem)?;
        let one = &self.items[&line.item];
        let variant = one.product.is_some() && one.product == other.product && one.price == other.price;
        if line.item != wanted && !variant {
            return Err(Refusal::NotExchangeable);
        }
        if i64::from(line.units) > left { Err(Refusal::SoldOut) } else { Ok(true) }
    }

    fn own(&self, by: Actor, order: OrderId) -> Result<&Sold, Refusal> {
        let sold = self.orders.get(&order).filter(|it| it.person == by.person);
        match sold {
            None => Err(Refusal::NoSuchOrder),
            Some(it) if it.cancelled || it.ended => Err(Refusal::OrderClosed),
            Some(it) if !it.paid => Err(Refusal::OrderNotPaid),
            Some(it) => Ok(it),
        }
    }

    /// The first midnight of the shop that is later than the last of the days.
    fn midnight_after(&self, at: Millis, days: u16) -> i64 {
        let (day, minute) = (86_400_000, 60_000);
        let local = at.0 + i64::from(days) * day + i64::from(self.policy.utc_offset_min) * minute;
        local - local.rem_euclid(day) + day - i64::from(self.policy.utc_offset_min) * minute
    }

    fn book(&mut self, now: Millis, event: &Event) {
        match event {
            Event::ItemListed { item } => drop(self.items.insert(item.id, item.clone())),
            Event::SaleOpened { item, price, .. } => drop(self.prices.insert(*item, *price)),
            Event::SaleClosed { item } => drop(self.prices.remove(item)),
            Event::UnitsHeld { order, person, item, units, amount, until } => {
                let sold = Sold {
                    person: *person,
                    bought: (*item, i64::from(*units)),
                    amount: *amount,
                    until: *until,
                    paid: false,
                    ended: false,
                    cancelled: false,
                    confirmed: BTreeMap::new(),
                    rules: BTreeMap::new(),
                    money: BTreeMap::new(),
                    units: BTreeMap::new(),
                    parcels: BTreeMap::new(),
                };
                self.orders.insert(*order, sold);
            }
            Event::OrderLapsed { order } | Event::OrderCancelled { order } => self.sold(*order).ended = true,
            Event::OrderPaid { order, .. } => {
                let (item, units) = self.orders[order].bought;
                let rule = self.items[&item].returns.unwrap_or_default();
                let sold = self.sold(*order);
                sold.paid = true;
                sold.rules.insert(item, rule);
                sold.money.insert(Purse::Goods(item), sold.amount.minor);
                sold.units.insert((item, Place::Shop), units);
            }
            Event::Care(event) => self.book_care(now, event),
            _ => {}
        }
    }

    fn book_care(&mut self, now: Millis, event: &CareEvent) {
        match event {
            CareEvent::PolicySet(policy) => self.policy = *policy,
            CareEvent::ExceptionConfirmed { order, item, why } => {
                let stated = self.items[item].returns;
                assert_eq!(stated, Some(ReturnRule::Excepted { why: *why }), "confirmed what is not stated");
                let sold = self.sold(*order);
                assert!(!sold.paid && !sold.ended, "confirmed after the purchase");
                sold.confirmed.insert(*item, *why);
            }
            CareEvent::Shipped { order, parcel, contents, .. } => {
                let sold = self.sold(*order);
                assert!(!sold.cancelled && sold.paid);
                for it in contents {
                    sold.carry(it.item, Place::Shop, Place::Road, it.units.into());
                }
                assert!(sold.parcels.insert(*parcel, (contents.clone(), None)).is_none());
            }
            CareEvent::Delivered { order, parcel, at } => {
                let sold = self.sold(*order);
                let known = sold.parcels.get_mut(parcel).expect("a parcel that was shipped");
                assert!(known.1.replace(*at).is_none(), "delivered twice");
                for it in known.0.clone() {
                    sold.carry(it.item, Place::Road, Place::Buyer, it.units.into());
                }
            }
            CareEvent::PaidCancelled { order } => {
                let sold = self.sold(*order);
                let (item, units) = sold.bought;
                sold.cancelled = true;
                sold.carry(item, Place::Shop, Place::Back, units);
            }
            CareEvent::RefundOwed { .. } | CareEvent::RefundDone { .. } => self.book_refund(now, event),
            CareEvent::RefundFailed { refund } => assert!(!self.refunds[refund].3, "it went back already"),
            CareEvent::Rated { rating, order, item, stars, .. } => {
                let given = self.ratings.entry((*order, *item)).or_default();
                given.push((*rating, *stars));
                assert!(given.len() <= 2, "renewed twice");
            }
            CareEvent::RatingHidden { order, item, hidden } => {
                let key = (*order, *item);
                let new = if *hidden { self.hidden.insert(key) } else { self.hidden.remove(&key) };
                assert!(new, "nothing changed");
            }
            CareEvent::TicketOpened { .. }
            | CareEvent::TicketAutoAnswered { .. }
            | CareEvent::TicketSaid { .. }
            | CareEvent::TicketAssigned { .. }
            | CareEvent::TicketSolved { .. }
            | CareEvent::TicketReopened { .. }
            | CareEvent::TicketEscalated { .. } => self.book_ticket(now, event),
            _ => self.book_return(now, event),
        }
    }

    fn book_return(&mut self, now: Millis, event: &CareEvent) {
        match event {
            CareEvent::ReturnAsked { returning, order, lines, exchange, reason, until, .. } => {
                let sold = self.orders.get_mut(order).expect("an order that was paid");
                for line in lines {
                    let (whole, kept) = (sold.purse(Purse::Goods(line.item)), sold.kept(line.item));
                    let units = i64::from(line.units);
                    assert_eq!(line.amount.minor, whole * units / kept, "not the share of these units");
                    sold.carry(line.item, Place::Buyer, Place::Coming, units);
                    sold.post(Purse::Goods(line.item), Purse::Return(*returning), line.amount.minor);
                }
                let (order, lines, exchange, reason, until) =
                    (*order, lines.clone(), *exchange, *reason, *until);
                let back = Back { order, lines, exchange, reason, step: 0, restocked: false, until };
                assert!(self.returns.insert(*returning, back).is_none(), "asked twice");
            }
            CareEvent::ReturnApproved { returning, freight_by_shop, until } => {
                let by_shop = self.policy.freight_by_shop;
                let back = self.step(*returning, 1);
                back.until = *until;
                let fault =
                    !matches!(back.reason, ReturnReason::NoReason | ReturnReason::Late | ReturnReason::Other);
                assert_eq!(*freight_by_shop, fault || by_shop);
            }
            CareEvent::ReturnSent { returning, until, .. } => self.step(*returning, 2).until = *until,
            CareEvent::ReturnReceived { returning, restock } => {
                let back = self.step(*returning, 3);
                back.restocked = *restock;
                let (order, lines, exchange) = (back.order, back.lines.clone(), back.exchange);
                let rule = exchange.map(|it| self.items[&it].returns.unwrap_or_default());
                let sold = self.sold(order);
                for line in &lines {
                    sold.carry(line.item, Place::Coming, Place::Back, line.units.into());
                }
                if let (Some(item), Some(rule)) = (exchange, rule) {
                    sold.rules.entry(item).or_insert(rule);
                    *sold.units.entry((item, Place::Shop)).or_default() += i64::from(lines[0].units);
                    sold.post(Purse::Return(*returning), Purse::Goods(item), lines[0].amount.minor);
                }
            }
            CareEvent::ReturnRejected { returning, .. }
            | CareEvent::ReturnWithdrawn { returning }
            | CareEvent::ReturnLapsed { returning } => {
                let back = self.step(*returning, 4);
                if matches!(event, CareEvent::ReturnLapsed { .. }) {
                    assert!(now >= back.until, "lapsed before its time");
                }
                let (order, lines) = (back.order, back.lines.clone());
                let sold = self.sold(order);
                for line in &lines {
                    sold.carry(line.item, Place::Coming, Place::Buyer, line.units.into());
                    sold.post(Purse::Return(*returning), Purse::Goods(line.item), line.amount.minor);
                }
            }
            other => panic!("the auditor has no book for {other:?}"),
        }
    }

    fn check_room(&self, now: Millis, input: &Input, room: &Room) {
        let owed = self.refunds.iter().filter(|(_, it)| !it.3).map(|(id, _)| id);
        assert!(room.refunds_owed().map(|(id, _)| id).eq(owed));
        assert!(room.refunds_owed().all(|(_, it)| it.state != OwedState::Done));
        if matches!(input, Input::Tell(Report::TimePassed)) && room.is_open() {
            let late = self.returns.values().any(|it| it.step < 3 && it.until <= now);
            assert!(!late, "a return waits beyond its time");
            for it in self.tickets.values().filter(|it| !it.solved) {
                assert!(it.level == 2 || it.solve_by > now, "nobody heard of a ticket that is late");
                assert!(it.level > 0 || it.answered || it.answer_by > now, "nobody heard of it");
            }
        }
        for id in self.orders.keys() {
            self.check_order(*id, room);
        }
        for item in self.items.keys() {
            let mut stars = [0; 5];
            for (key, given) in self.ratings.iter().filter(|(key, _)| key.1 == *item) {
                if !self.hidden.contains(key) {
                    stars[usize::from(given.last().expect("given").1) - 1] += 1;
                }
            }
            assert_eq!(room.rating_summary(*item).stars, stars);
        }
    }

    fn check_order(&self, id: OrderId, room: &Room) {
        let sold = &self.orders[&id];
        let Some(care) = room.care(id) else {
            assert!(!sold.paid);
            return;
        };
        let gone = sold.purse(Purse::Owed) + sold.purse(Purse::Customer);
        assert_eq!(care.owed_minor, gone, "owed of {id}");
        assert!(gone <= sold.amount.minor, "more goes back than was paid");
        for (item, goods) in &care.goods {
            assert_eq!(goods.money_minor, sold.purse(Purse::Goods(*item)), "money with goods of {id}");
            assert_eq!(i64::from(goods.returnable()), sold.at(*item, Place::Buyer), "units at the buyer's");
        }
        let waits = !sold.cancelled && sold.rules.keys().any(|item| sold.at(*item, Place::Shop) > 0);
        assert_eq!(room.to_ship().any(|(it, _)| it == id), waits, "{id} to be shipped");
    }

    fn sold(&mut self, order: OrderId) -> &mut Sold {
        self.orders.get_mut(&order).expect("an order that was placed")
    }

    fn asked(&mut self, ticket: TicketId) -> &mut Asked {
        self.tickets.get_mut(&ticket).expect("a ticket that was opened")
    }

    fn step(&mut self, returning: ReturnId, step: u8) -> &mut Back {
        let back = self.returns.get_mut(&returning).expect("a return that was asked for");
        assert!(back.step < 3 && back.step < step, "a return went back, or ended twice");
        back.step = step;
        back
    }
}
