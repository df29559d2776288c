//! What buyers, staff, carriers and the bank do after the sale on a simulated day. It does not know what is right.

use super::{Input, World};
use linger_protocol::*;
use linger_room::OrderState;

impl World {
    /// Somebody does something about an order, mostly one that was paid, and mostly its buyer.
    pub(super) fn after_the_sale(&mut self) -> Input {
        let (order, owner) = self.some_order();
        let buyer = if self.dice.percent(90) { owner } else { self.viewer() };
        match self.dice.below(32) {
            0..3 => {
                let item = self.special_item();
                self.ask(2, Role::Operator, Act::ListItem { item })
            }
            3 if self.dice.percent(30) => {
                let policy = self.policy();
                self.ask(2, Role::Operator, Act::Care(CareAct::SetPolicy(policy)))
            }
            3..6 => self.confirm(),
            6..10 => self.parcel(order),
            10 if self.dice.percent(40) => {
                self.ask(buyer, Role::Viewer, Act::Care(CareAct::CancelPaid { order }))
            }
            10..14 => {
                let act = self.wish(order);
                self.ask(buyer, Role::Viewer, Act::Care(act))
            }
            14..20 => self.on_a_return(),
            20..23 => self.money(order, buyer),
            23..28 => self.ticket(order, buyer),
            28..31 => {
                let item = self.of_order(order).first().map_or(ItemId(1), |it| it.item);
                let act = CareAct::Rate {
                    rating: RatingId(self.dice.below(3_000).into()),
                    order,
                    item,
                    stars: self.dice.below(7) as u8,
                    text: self.dice.percent(50).then(|| Spoken::unsealed("fine")),
                };
                self.ask(buyer, Role::Viewer, Act::Care(act))
            }
            _ => self.hide(),
        }
    }

    /// Who is about to pay confirms what was stated; some confirm other people's orders, or too late.
    fn confirm(&mut self) -> Input {
        let held = self.room.orders().filter(|(_, it)| it.state == OrderState::Held);
        let held: Vec<(OrderId, PersonId, ItemId)> =
            held.map(|(id, it)| (id, it.person, it.lines[0].item)).collect();
        let (order, person, item) = if held.is_empty() || self.dice.percent(20) {
            let (order, owner) = self.some_order();
            (order, PersonId(owner), self.item())
        } else {
            *self.dice.pick(&held)
        };
        let act = CareAct::ConfirmException { order, item };
        self.ask(person.0, Role::Viewer, Act::Care(act))
    }

    fn hide(&mut self) -> Input {
        let item = self.item();
        let rated: Vec<OrderId> = self.room.ratings(item).map(|(order, _)| order).collect();
        let order = if rated.is_empty() { OrderId(5) } else { *self.dice.pick(&rated) };
        let act = CareAct::HideRating { order, item, hidden: self.dice.percent(60) };
        self.ask(3, Role::Moderator, Act::Care(act))
    }

    /// The bank gives back what is owed, sometimes at the second attempt, and says so once or twice.
    pub(super) fn react_to_care(&mut self, event: &CareEvent) {
        let CareEvent::RefundOwed { refund, .. } = event else { return };
        if self.dice.percent(20) {
            self.on_the_way.push(Input::Tell(Report::RefundFailed { refund: refund.clone() }));
        }
        for _ in 0..1 + self.dice.below(2) {
            self.on_the_way.push(Input::Tell(Report::RefundGiven { refund: refund.clone() }));
        }
    }

    fn some_order(&mut self) -> (OrderId, u64) {
        let paid = |state: &OrderState| matches!(state, OrderState::Paid(_));
        let only_paid = self.dice.percent(85);
        let orders = self.room.orders().filter(|(_, it)| paid(&it.state) == only_paid);
        let orders: Vec<(OrderId, PersonId)> = orders.map(|(id, it)| (id, it.person)).collect();
        if orders.is_empty() || self.dice.percent(3) {
            return (OrderId(5), self.viewer());
        }
        // A few orders live through a lot.
        let of = orders.len().min(8) as u64;
        let (order, owner) = orders[self.dice.below(of) as usize];
        (order, owner.0)
    }

    /// Variants of one product, some of them excepted from returns.
    fn special_item(&mut self) -> Item {
        let price = Money::new(1_000, Currency::CNY);
        let mut item = Item::new(self.item(), "Cup", price, "House");
        item.product = Some(1 + self.dice.below(2) / 2);
        item.returns = match self.dice.below(5) {
            0 => None,
            1 => Some(ReturnRule::NoReason { days: 1 + self.dice.below(3) as u16 }),
            _ => Some(ReturnRule::Excepted { why: *self.dice.pick(&ReturnException::ALL) }),
        };
        item
    }

    fn policy(&mut self) -> CarePolicy {
        let hour = 3_600_000;
        let hours = ServiceHours { from_min: 540, to_min: 1_080, days: self.dice.below(128) as u8 };
        CarePolicy {
            instant: self.dice.percent(40).then(|| Money::new(800, Currency::CNY)),
            freight_by_shop: self.dice.percent(50),
            delivery_back: self.dice.percent(50),
            decide_days: 1 + self.dice.below(3) as u16,
            send_days: 1 + self.dice.below(3) as u16,
            receive_days: 1 + self.dice.below(3) as u16,
            guarantee_days: self.dice.below(3) as u16,
            answer_ms: (1 + self.dice.below(3)) * hour / 4,
            solve_ms: (1 + self.dice.below(9)) * hour / 4,
            hours: self.dice.percent(30).then_some(hours),
            utc_offset_min: [480, 0, -300][self.dice.below(3) as usize],
            auto_answer: self.dice.percent(70),
        }
    }

    fn contents(&mut self) -> Vec<ItemUnits> {
        let lines = 1 + self.dice.below(8) / 7;
        let line = |world: &mut World| {
            let units = world.dice.below(3) as u32 + u32::from(world.dice.percent(80));
            ItemUnits { item: world.item(), units }
        };
        (0..lines).map(|_| line(self)).collect()
    }

    /// What an order is of, so that not every wish is about something else.
    fn of_order(&mut self, order: OrderId) -> Vec<ItemUnits> {
        if self.dice.percent(15) {
            return self.contents();
        }
        let lines = self.room.order(order).map(|it| it.lines.clone()).unwrap_or_default();
        let most = |units: u32, dice: u64| 1 + (dice % u64::from(units.max(1))) as u32;
        lines.iter().map(|it| ItemUnits { item: it.item, units: most(it.units, self.dice.next()) }).collect()
    }

    fn parcel(&mut self, order: OrderId) -> Input {
        let parcel = ParcelId(self.dice.below(3).into());
        let at = Millis(1_700_000_000_000 + self.dice.below(3_000_000) as i64);
        let code = ["4711", "4712"][self.dice.below(20) as usize / 19];
        let act = match self.dice.below(10) {
            0..4 => {
                let way = if self.dice.percent(80) {
                    Way::Carrier { carrier: "SF".into(), tracking: "1".into() }
                } else {
                    Way::PickUp { code: code.into() }
                };
                let contents = if self.dice.percent(50) { vec![] } else { self.of_order(order) };
                CareAct::Ship { order, parcel, contents, way }
            }
            4..6 => CareAct::Deliver { order, parcel },
            6 => CareAct::HandOver { order, parcel, code: code.into() },
            _ => return Input::Tell(Report::ParcelDelivered { order, parcel, at }),
        };
        self.ask(2, Role::Operator, Act::Care(act))
    }

    fn wish(&mut self, order: OrderId) -> CareAct {
        CareAct::AskReturn {
            returning: ReturnId(self.dice.below(150).into()),
            order,
            contents: self.of_order(order),
            reason: *self.dice.pick(&ReturnReason::ALL),
            exchange: self.dice.percent(30).then(|| self.item()),
            note: self.dice.percent(30).then(|| Spoken::unsealed("like this")),
        }
    }

    fn on_a_return(&mut self) -> Input {
        let known: Vec<(ReturnId, PersonId)> = self.room.returns().map(|(id, it)| (id, it.person)).collect();
        let (returning, owner) = if known.is_empty() || self.dice.percent(5) {
            (ReturnId(700), PersonId(self.viewer()))
        } else {
            *self.dice.pick(&known)
        };
        let (role, act) = match self.dice.below(8) {
            0..2 => (Role::Operator, CareAct::ApproveReturn { returning }),
            2 => (Role::Operator, CareAct::RejectReturn { returning, why: Spoken::unsealed("whole") }),
            3 => (Role::Viewer, CareAct::WithdrawReturn { returning }),
            4..6 => (
                Role::Viewer,
                CareAct::SendReturn { returning, carrier: "SF".into(), tracking: String::new() },
            ),
            _ => {
                let restock = self.dice.percent(60);
                (Role::Operator, CareAct::ReceiveReturn { returning, restock })
            }
        };
        let person = if role == Role::Viewer { owner.0 } else { 2 };
        self.ask(person, role, Act::Care(act))
    }

    fn money(&mut self, order: OrderId, buyer: u64) -> Input {
        let item = self.room.order(order).map_or(ItemId(1), |it| it.lines[0].item);
        match self.dice.below(5) {
            0..3 => self.ask(buyer, Role::Viewer, Act::Care(CareAct::ClaimPrice { order, item })),
            3 => {
                let refund = format!("{:032x}", self.dice.below(12));
                let refund = RefundId::new(&refund).expect("a refund's name");
                let amount = Money::new(self.dice.below(900) as i64, Currency::CNY);
                let act = CareAct::GiveBack { refund, order, item, amount };
                self.ask(2, Role::Operator, Act::Care(act))
            }
            _ => {
                let owed: Vec<RefundId> = self.room.refunds_owed().map(|(id, _)| id.clone()).collect();
                let other = RefundId::new("cancel-0").expect("a refund's name");
                let refund = if owed.is_empty() { other } else { self.dice.pick(&owed).clone() };
                self.ask(2, Role::Operator, Act::Care(CareAct::SettleRefund { refund }))
            }
        }
    }

    fn ticket(&mut self, order: OrderId, buyer: u64) -> Input {
        let text = Spoken::unsealed("where is it");
        // A few people ask for everything.
        let asker = if self.dice.percent(50) { buyer } else { 100 };
        if self.dice.percent(40) {
            let order = self.dice.percent(40).then_some(order);
            let ticket = TicketId(self.dice.below(400).into());
            let topic = *self.dice.pick(&TicketTopic::ALL);
            let act = CareAct::OpenTicket { ticket, order, topic, text };
            return self.ask(asker, Role::Viewer, Act::Care(act));
        }
        let known: Vec<(TicketId, PersonId)> = self.room.tickets().map(|(id, it)| (id, it.person)).collect();
        let (ticket, owner) =
            if known.is_empty() { (TicketId(9), PersonId(asker)) } else { *self.dice.pick(&known) };
        let line = self.dice.below(50);
        let to = self.dice.percent(80).then(|| PersonId(3 + self.dice.below(2)));
        let (by_staff, act) = match self.dice.below(9) {
            0..3 => (true, CareAct::SayTicket { ticket, line, text }),
            3..5 => (false, CareAct::SayTicket { ticket, line, text }),
            5 => (true, CareAct::AssignTicket { ticket, to }),
            6 => (self.dice.percent(70), CareAct::SolveTicket { ticket }),
            _ => (false, CareAct::ReopenTicket { ticket }),
        };
        let (person, role) = if by_staff { (3, Role::Moderator) } else { (owner.0, Role::Viewer) };
        self.ask(person, role, Act::Care(act))
    }
}
