//! Returns and exchanges, from the wish to the end. It does not know what the goods look like when they arrive: people say
//! so.

use super::{
    Around, Care, CareDue, CareEvent, Decided, OrderCare, carriage, clock, is_staff, joint, one, own,
    refunds, sealed, shipping::bounded_contents,
};
use crate::{Room, bounds::RETURNS_PER_ORDER_MAX, coupon};
use linger_protocol::{
    Actor, CareAct, Event, ItemId, ItemUnits, Millis, Money, OrderId, OrderLine, OwedReason, PersonId,
    Refusal, ReturnId, ReturnReason, Sealed, Spoken,
};

/// A return as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// Whose.
    pub person: PersonId,
    /// Of which order.
    pub order: OrderId,
    /// What comes back, with what was paid for it.
    pub lines: Vec<OrderLine>,
    /// What was paid for delivery and goes back with it, minor units.
    pub delivery_minor: i64,
    /// Why.
    pub reason: ReturnReason,
    /// What comes instead.
    pub exchange: Option<ItemId>,
    /// More about it, under the buyer's key.
    pub note: Option<Sealed>,
    /// Whether the shop bears the way back; known once it is approved.
    pub freight_by_shop: bool,
    /// With whom it was sent, and its number there.
    pub sent: Option<(String, String)>,
    /// Why it was rejected, under the key of whoever did.
    pub why: Option<Sealed>,
    /// Whether its money is owed or went back.
    pub refunded: bool,
    /// How far it has come.
    pub state: ReturnState,
    /// When it goes on by itself, or would have.
    pub until: Millis,
}

/// How far a return has come. The last four are ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReturnState {
    /// The shop is to decide.
    Asked,
    /// The buyer is to send it.
    Approved,
    /// It is on its way.
    Sent,
    /// It arrived: its money is owed, or its replacement is to be shipped.
    Received,
    /// The shop did not agree.
    Rejected,
    /// The buyer keeps the goods.
    Withdrawn,
    /// It was not sent in time.
    Lapsed,
}

impl ReturnState {
    /// The word used over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ReturnState::Asked => "asked",
            ReturnState::Approved => "approved",
            ReturnState::Sent => "sent",
            ReturnState::Received => "received",
            ReturnState::Rejected => "rejected",
            ReturnState::Withdrawn => "withdrawn",
            ReturnState::Lapsed => "lapsed",
        }
    }
}

impl Return {
    /// Whether it has not ended.
    pub fn is_open(&self) -> bool {
        self.state <= ReturnState::Sent
    }

    /// What stands with it, minor units.
    pub fn minor(&self) -> i64 {
        self.delivery_minor + self.lines.iter().map(|it| it.amount.minor).sum::<i64>()
    }
}

pub(super) fn decide(room: &Room, now: Millis, by: Actor, act: &CareAct) -> Decided {
    match act {
        CareAct::AskReturn { returning, order, contents, reason, exchange, note } => {
            let wish =
                Wish { order: *order, contents, reason: *reason, exchange: *exchange, note: note.as_ref() };
            decide_ask(room, now, by, *returning, &wish)
        }
        CareAct::ApproveReturn { returning } => {
            let known = any(room, *returning)?;
            match known.state {
                ReturnState::Asked => Ok(approved(room, now, *returning, known.reason)),
                ReturnState::Approved | ReturnState::Sent | ReturnState::Received => Ok(vec![]),
                _ => Err(Refusal::ReturnOver),
            }
        }
        CareAct::RejectReturn { returning, why } => {
            let known = any(room, *returning)?;
            match known.state {
                ReturnState::Rejected => Ok(vec![]),
                ReturnState::Asked => reject(room, *returning, known, why),
                // What arrived is not what was sent out, and no money went ahead of it.
                ReturnState::Sent if !known.refunded => reject(room, *returning, known, why),
                _ => Err(Refusal::ReturnOver),
            }
        }
        CareAct::WithdrawReturn { returning } => {
            let known = mine(room, by, *returning)?;
            match known.state {
                ReturnState::Withdrawn => Ok(vec![]),
                ReturnState::Asked | ReturnState::Approved => {
                    let withdrawn = CareEvent::ReturnWithdrawn { returning: *returning };
                    Ok(kept_after_all(room, *returning, known, withdrawn))
                }
                _ => Err(Refusal::ReturnOver),
            }
        }
        CareAct::SendReturn { returning, carrier, tracking } => {
            decide_send(room, now, by, *returning, (carrier, tracking))
        }
        CareAct::ReceiveReturn { returning, restock } => {
            let known = any(room, *returning)?;
            match known.state {
                ReturnState::Received => Ok(vec![]),
                // Some bring it in person, and say nothing before.
                ReturnState::Approved | ReturnState::Sent => Ok(received(room, *returning, known, *restock)),
                _ => Err(Refusal::ReturnOver),
            }
        }
        _ => unreachable!("not about returns"),
    }
}

struct Wish<'a> {
    order: OrderId,
    contents: &'a [ItemUnits],
    reason: ReturnReason,
    exchange: Option<ItemId>,
    note: Option<&'a Spoken>,
}

fn decide_ask(room: &Room, now: Millis, by: Actor, returning: ReturnId, wish: &Wish<'_>) -> Decided {
    let Wish { order, contents, reason, exchange, note } = *wish;
    if let Some(known) = room.returning(returning) {
        let lines = known.lines.iter().map(|it| ItemUnits { item: it.item, units: it.units });
        let same = known.person == by.person
            && known.order == order
            && (known.reason, known.exchange) == (reason, exchange)
            && lines.eq(contents.iter().copied());
        return if same { Ok(vec![]) } else { Err(Refusal::ReturnIdTaken) };
    }
    let care = own(room, by.person, order)?;
    bounded_contents(contents)?;
    for line in contents {
        may_come_back(room, now, care, *line, reason)?;
    }
    if let Some(wanted) = exchange {
        may_be_exchanged(room, contents, wanted)?;
    }
    if care.returns.len() >= RETURNS_PER_ORDER_MAX {
        return Err(Refusal::RoomFull);
    }
    let note = note.map(sealed).transpose()?;
    let lines: Vec<OrderLine> = contents.iter().map(|it| line_of(care, *it)).collect();
    let delivery_minor = if exchange.is_none() { delivery_of(room, care, contents) } else { 0 };
    let until = clock::days_after(now, room.care.policy.decide_days);
    let asked =
        CareEvent::ReturnAsked { returning, order, lines, delivery_minor, reason, exchange, note, until };
    let mut events = one(asked);
    if reason == ReturnReason::NoReason {
        events.extend(approved(room, now, returning, reason));
    }
    Ok(events)
}

fn may_come_back(
    room: &Room,
    now: Millis,
    care: &OrderCare,
    ItemUnits { item, units }: ItemUnits,
    reason: ReturnReason,
) -> Result<(), Refusal> {
    let goods = care.goods.get(&item).ok_or(Refusal::NoSuchItem)?;
    if let Some(why) = goods.confirmed.filter(|_| !reason.is_fault()) {
        return Err(Refusal::NotReturnable(why));
    }
    let Some(until) = goods.returnable_until(room.care.policy.utc_offset_min) else {
        return Err(Refusal::NotDelivered);
    };
    if units > goods.returnable() {
        return Err(Refusal::BadQuantity);
    }
    if reason == ReturnReason::NoReason && now >= until {
        return Err(Refusal::ReturnTooLate);
    }
    Ok(())
}

/// One item for as many units of itself or of another variant, which have to be there: they are held from then on.
fn may_be_exchanged(room: &Room, contents: &[ItemUnits], wanted: ItemId) -> Result<(), Refusal> {
    let [ItemUnits { item, units }] = *contents else { return Err(Refusal::NotExchangeable) };
    let wanted = room.shelf.line(wanted)?;
    if !room.item(item).is_some_and(|it| joint::is_variant(it, &wanted.item)) {
        return Err(Refusal::NotExchangeable);
    }
    if units > joint::free(room, wanted.item.id) { Err(Refusal::SoldOut) } else { Ok(()) }
}

fn line_of(care: &OrderCare, ItemUnits { item, units }: ItemUnits) -> OrderLine {
    let minor = care.goods.get(&item).map_or(0, |it| it.share(units));
    OrderLine { item, units, amount: Money::new(minor, care.paid.currency) }
}

/// What delivery cost goes back with the last of the goods, where the shop promised that.
fn delivery_of(room: &Room, care: &OrderCare, contents: &[ItemUnits]) -> i64 {
    let coming = |item: ItemId| contents.iter().find(|it| it.item == item).map_or(0, |it| it.units);
    let last = care.goods.iter().all(|(item, it)| it.kept() == coming(*item));
    if last && room.care.policy.delivery_back { care.delivery_minor } else { 0 }
}

fn approved(room: &Room, now: Millis, returning: ReturnId, reason: ReturnReason) -> Vec<Event> {
    let policy = &room.care.policy;
    let freight_by_shop = reason.is_fault() || policy.freight_by_shop;
    let until = clock::days_after(now, policy.send_days);
    one(CareEvent::ReturnApproved { returning, freight_by_shop, until })
}

fn reject(room: &Room, returning: ReturnId, known: &Return, why: &Spoken) -> Decided {
    Ok(kept_after_all(room, returning, known, CareEvent::ReturnRejected { returning, why: sealed(why)? }))
}

/// The end of a return that comes to nothing, and what its buyer is owed now that the goods are theirs again.
fn kept_after_all(room: &Room, returning: ReturnId, known: &Return, end: CareEvent) -> Vec<Event> {
    let mut events = one(end);
    events.extend(refunds::fallen_meanwhile(room, returning, known));
    events
}

fn decide_send(
    room: &Room,
    now: Millis,
    by: Actor,
    returning: ReturnId,
    (carrier, tracking): (&str, &str),
) -> Decided {
    let known = mine(room, by, returning)?;
    match known.state {
        ReturnState::Approved => {}
        ReturnState::Sent | ReturnState::Received => return Ok(vec![]),
        _ => return Err(Refusal::ReturnOver),
    }
    let (carrier, tracking) = carriage(carrier, tracking)?;
    let policy = &room.care.policy;
    let until = clock::days_after(now, policy.receive_days);
    let mut events = one(CareEvent::ReturnSent { returning, carrier, tracking, until });
    let paid = room.care(known.order).map(|it| it.paid.currency);
    let at_once = policy.instant.filter(|most| Some(most.currency) == paid && known.minor() <= most.minor);
    if known.exchange.is_none() && at_once.is_some() {
        events.extend(money(room, returning, known));
    }
    Ok(events)
}

fn received(room: &Room, returning: ReturnId, known: &Return, restock: bool) -> Vec<Event> {
    let mut events = one(CareEvent::ReturnReceived { returning, restock });
    if known.exchange.is_none() && !known.refunded {
        events.extend(money(room, returning, known));
    }
    // Who gets the same thing anew keeps it.
    if known.exchange.is_some_and(|item| known.lines.iter().all(|it| it.item == item)) {
        events.extend(refunds::fallen_meanwhile(room, returning, known));
    }
    if joint::is_last(room, known) {
        events.extend(coupon::given_back(room, known.order).map(joint::coupons));
    }
    events
}

fn money(room: &Room, returning: ReturnId, known: &Return) -> Vec<Event> {
    let refund = refunds::id(&format!("return-{returning}"));
    refunds::owed(room, known.order, refund, known.minor(), OwedReason::Returned { returning })
}

/// Silence of the shop is consent, silence of the buyer a lapse, and what was sent counts as received.
pub(super) fn fell_due(room: &Room, now: Millis, returning: ReturnId) -> Vec<Event> {
    let known = room.care.returns.get(&returning).expect("only a return that runs falls due");
    match known.state {
        ReturnState::Asked => approved(room, now, returning, known.reason),
        ReturnState::Approved => {
            kept_after_all(room, returning, known, CareEvent::ReturnLapsed { returning })
        }
        ReturnState::Sent => received(room, returning, known, false),
        _ => unreachable!("a return that ended has no deadline"),
    }
}

fn any(room: &Room, returning: ReturnId) -> Result<&Return, Refusal> {
    room.returning(returning).ok_or(Refusal::NoSuchReturn)
}

/// A return of whoever asks; of anybody for staff, who help people that call.
fn mine(room: &Room, by: Actor, returning: ReturnId) -> Result<&Return, Refusal> {
    let known = room.returning(returning).filter(|it| it.person == by.person || is_staff(by));
    known.ok_or(Refusal::NoSuchReturn)
}

impl Care {
    pub(super) fn apply_return(&mut self, around: &mut Around<'_>, event: &CareEvent) {
        match event {
            CareEvent::ReturnAsked { .. } => self.begin_return(around, event),
            CareEvent::ReturnApproved { returning, freight_by_shop, until } => {
                let it = self.go_on(around, *returning, ReturnState::Approved, Some(*until));
                it.freight_by_shop = *freight_by_shop;
            }
            CareEvent::ReturnSent { returning, carrier, tracking, until } => {
                let it = self.go_on(around, *returning, ReturnState::Sent, Some(*until));
                it.sent = Some((carrier.clone(), tracking.clone()));
            }
            CareEvent::ReturnRejected { returning, why } => {
                self.go_on(around, *returning, ReturnState::Rejected, None).why = Some(why.clone());
                self.come_to_nothing(around, *returning);
            }
            CareEvent::ReturnWithdrawn { returning } => {
                self.go_on(around, *returning, ReturnState::Withdrawn, None);
                self.come_to_nothing(around, *returning);
            }
            CareEvent::ReturnLapsed { returning } => {
                self.go_on(around, *returning, ReturnState::Lapsed, None);
                self.come_to_nothing(around, *returning);
            }
            CareEvent::ReturnReceived { returning, restock } => {
                let it = self.go_on(around, *returning, ReturnState::Received, None).clone();
                for line in &it.lines {
                    if *restock {
                        around.shelf.take_back(line.item, line.units);
                    }
                    let counted = self.goods(it.order, line.item).come_back(line.units);
                    around.orders.came_back(it.order, line.item, counted);
                }
                if let Some(item) = it.exchange {
                    self.replace(around, &it, item);
                }
            }
            _ => unreachable!("not about returns"),
        }
    }

    /// The return takes its units and their money with it.
    fn begin_return(&mut self, around: &mut Around<'_>, event: &CareEvent) {
        let CareEvent::ReturnAsked { returning, order, lines, delivery_minor, reason, exchange, note, until } =
            event
        else {
            unreachable!("not the begin of a return")
        };
        for line in lines {
            let goods = self.goods(*order, line.item);
            goods.away += line.units;
            goods.money_minor -= line.amount.minor;
            goods.returnable();
            assert!(goods.money_minor >= 0, "a return takes more than was paid");
        }
        let care = self.of(*order);
        care.delivery_minor -= delivery_minor;
        care.returns.push(*returning);
        if let (Some(item), [line]) = (exchange, &lines[..]) {
            around.shelf.hold(*item, line.units);
        }
        let asked = Return {
            person: around.orders.orders[order].person,
            order: *order,
            lines: lines.clone(),
            delivery_minor: *delivery_minor,
            reason: *reason,
            exchange: *exchange,
            note: note.clone(),
            freight_by_shop: false,
            sent: None,
            why: None,
            refunded: false,
            state: ReturnState::Asked,
            until: *until,
        };
        assert!(self.returns.insert(*returning, asked).is_none(), "a return was asked for twice");
        Care::due(around.deadlines, *until, CareDue::Return(*returning));
    }

    fn go_on(
        &mut self,
        around: &mut Around<'_>,
        returning: ReturnId,
        state: ReturnState,
        until: Option<Millis>,
    ) -> &mut Return {
        let it = self.returns.get_mut(&returning).expect("only a return that was asked for goes on");
        assert!(it.is_open() && it.state < state, "a return went back or ended twice");
        Care::over(around.deadlines, it.until, CareDue::Return(returning));
        it.state = state;
        if let Some(until) = until {
            it.until = until;
            Care::due(around.deadlines, until, CareDue::Return(returning));
        }
        it
    }

    /// What the return had taken is with the goods again, and what was held for it is on the shelf.
    fn come_to_nothing(&mut self, around: &mut Around<'_>, returning: ReturnId) {
        let it = self.returns[&returning].clone();
        assert!(!it.refunded, "a return came to nothing whose money went back");
        for line in &it.lines {
            let goods = self.goods(it.order, line.item);
            goods.away -= line.units;
            goods.money_minor += line.amount.minor;
        }
        self.of(it.order).delivery_minor += it.delivery_minor;
        if let (Some(item), [line]) = (it.exchange, &it.lines[..]) {
            around.shelf.release(item, line.units);
        }
    }

    /// What comes instead is sold to the same buyer for the same money, and is to be shipped.
    fn replace(&mut self, around: &mut Around<'_>, it: &Return, item: ItemId) {
        let [line] = it.lines[..] else { unreachable!("an exchange is of one item") };
        around.shelf.sell(item, line.units);
        around.orders.went_out(it.order, item, line.units);
        let rule = around.shelf.line(item).ok().and_then(|it| it.item.returns).unwrap_or_default();
        let care = self.of(it.order);
        let goods = care.goods.entry(item).or_insert_with(|| super::Goods::none_yet(rule));
        goods.add(line.units, line.amount.minor);
        let place = (care.nth, it.order);
        self.to_ship.insert(place);
    }
}
