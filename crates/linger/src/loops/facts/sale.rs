//! What sales and coupons say of people: carts placed, coupons had and used, waiting. It does not know other events.

use super::{Ordered, RoomFacts, Telling};
use linger_behaviour::{Class, Fact, Number, Text, touch};
use linger_protocol::{CartOrder, CouponEvent, ItemId, PersonId, SaleEvent};

impl RoomFacts {
    pub(super) fn tell_sale(&mut self, telling: &mut Telling, event: &SaleEvent) {
        match event {
            SaleEvent::CartHeld(cart) => self.tell_cart(telling, cart),
            SaleEvent::WaitJoined { item, person, .. } => {
                self.tell_wait(telling, *person, *item, "waiting-list")
            }
            SaleEvent::Enlisted { item, person, .. } => self.tell_wait(telling, *person, *item, "shuffle"),
            SaleEvent::Coupon(
                CouponEvent::Claimed { campaign, person, .. } | CouponEvent::Granted { campaign, person, .. },
            ) => self.tell(telling, *person, touch::COUPON_HAD, |fact| {
                Fact { class: Class::Commerce, ..fact }.with(Text::Outcome, campaign.as_str())
            }),
            _ => {}
        }
    }

    /// An order is one fact, whatever it holds, so that orders and what was paid are counted right: its item is that of its
    /// first line, its units are all that were bought.
    fn tell_cart(&mut self, telling: &mut Telling, cart: &CartOrder) {
        let bought = &cart.lines[..cart.lines.len() - cart.gifts as usize];
        let Some(first) = bought.first() else { return };
        let units = bought.iter().map(|line| line.units).sum();
        let ordered = Ordered { person: cart.person, item: first.item, units, amount: cart.amount };
        self.orders.insert(cart.order, ordered);
        self.tell_order(telling, cart.order, touch::ORDER_PLACED, |fact| match bought.len() {
            1 => fact,
            lines => Fact { props: Some(format!("{{\"lines\":{lines}}}").into()), ..fact },
        });
        for cut in &cart.cuts {
            self.tell_order(telling, cart.order, touch::COUPON_USED, |fact| {
                fact.with(Text::Outcome, cut.campaign.as_str()).with_number(Number::AmountMinor, cut.off)
            });
        }
    }

    fn tell_wait(&self, telling: &mut Telling, person: PersonId, item: ItemId, outcome: &str) {
        self.tell(telling, person, touch::WAITED, |fact| {
            let fact = Fact { class: Class::Commerce, ..fact };
            fact.with(Text::Item, &item.to_string()).with(Text::Outcome, outcome)
        });
    }
}
