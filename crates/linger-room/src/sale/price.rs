//! What a cart costs, line by line. It does not know who gets the units.

use super::{Offer, opening::open_offer};
use crate::{
    Room,
    coupon::cuts::{self, Goods},
};
use linger_protocol::{
    Cart, CartLine, Cut, Delivery, ItemId, Limits, Millis, Money, OrderLine, PersonId, Refusal, SaleMode,
};

/// What a cart costs, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The lines as they were asked for.
    pub lines: Vec<QuoteLine>,
    /// What campaigns take off, in the order in which they do.
    pub cuts: Vec<Cut>,
    /// What comes with it for nothing.
    pub gifts: Vec<CartLine>,
    /// The items whose first buyers' gift is among the gifts.
    pub first: Vec<ItemId>,
    /// What shipping costs before anything is taken off.
    pub shipping_full: Money,
    /// What shipping costs.
    pub shipping: Money,
    /// What is to be paid.
    pub total: Money,
    /// How long the order waits for its payment.
    pub hold_ms: u64,
    /// Whether units are held for it; else whoever pays first gets them.
    pub holds: bool,
}

/// One line of a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteLine {
    /// The item.
    pub item: ItemId,
    /// How many.
    pub units: u32,
    /// What one costs outside the sale.
    pub list: Money,
    /// What one costs now.
    pub price: Money,
    /// Why.
    pub why: PriceWhy,
    /// What is to be paid for all of them after everything that is taken off.
    pub amount: Money,
}

/// Why one costs what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PriceWhy {
    /// It is the price of the sale.
    Sale,
    /// So many units are gone.
    Step,
    /// Enough people bought.
    Unlocked,
    /// It costs less for a while.
    Flash,
}

impl Room {
    /// What a cart costs this person at `now`, line by line; it reserves nothing.
    ///
    /// # Errors
    ///
    /// The refusal with which the order would be refused for its items or its coupons; limits and stock are looked at only
    /// when it is placed.
    pub fn quote(&self, person: PersonId, cart: &Cart, now: Millis) -> Result<Quote, Refusal> {
        check_form(cart)?;
        for line in &cart.lines {
            super::lot::check_served(open_offer(self, now, line.item)?)?;
        }
        quote(self, now, person, cart)
    }
}

/// Whether a cart is one at all.
pub(super) fn check_form(cart: &Cart) -> Result<(), Refusal> {
    let twice = |(n, line): (usize, &CartLine)| cart.lines[..n].iter().any(|it| it.item == line.item);
    if cart.lines.is_empty() || !cart.fits() || cart.lines.iter().enumerate().any(twice) {
        return Err(Refusal::BadCart);
    }
    if cart.lines.iter().any(|line| !(1..=Limits::ORDER_UNITS_MAX).contains(&line.units)) {
        return Err(Refusal::BadQuantity);
    }
    Ok(())
}

/// The price of a cart whose form is sound and whose items are on sale.
pub(super) fn quote(room: &Room, now: Millis, person: PersonId, cart: &Cart) -> Result<Quote, Refusal> {
    let mut lines = cart.lines.iter().map(|line| priced(room, now, line)).collect::<Result<Vec<_>, _>>()?;
    let currency = lines[0].price.currency;
    if lines.iter().any(|line| line.price.currency != currency) {
        return Err(Refusal::BadAmount);
    }
    let (gifts, first) = first_gifts(room, cart);
    let mut goods = Goods {
        room,
        now,
        person,
        currency,
        amounts: lines.iter().map(|line| line.amount.minor).collect(),
        lines: &cart.lines,
        gifts,
        shipping: 0,
        cuts: vec![],
    };
    let shipping_full = cuts::take_off(&mut goods, &cart.coupons)?;
    let Goods { amounts, gifts, shipping, cuts, .. } = goods;
    lines.iter_mut().zip(&amounts).for_each(|(line, amount)| line.amount.minor = *amount);
    let total = amounts.iter().sum::<i64>() + shipping;
    let offers = || cart.lines.iter().map(|line| room.sales.offers.get(&line.item));
    let is_paid_first = |it: &Offer| it.terms.mode == SaleMode::FirstPaid;
    let hold_ms = cart.lines.iter().filter_map(|line| Some(room.sale(line.item)?.hold_ms)).min();
    Ok(Quote {
        lines,
        cuts,
        gifts,
        first,
        shipping_full: Money::new(shipping_full, currency),
        shipping: Money::new(shipping, currency),
        total: Money::new(total, currency),
        hold_ms: hold_ms.ok_or(Refusal::NotOnSale)?,
        holds: !offers().flatten().any(is_paid_first),
    })
}

impl Quote {
    /// The lines of the order that this becomes: what is bought, then what comes with it.
    pub(super) fn order_lines(&self) -> Vec<OrderLine> {
        let bought =
            self.lines.iter().map(|it| OrderLine { item: it.item, units: it.units, amount: it.amount });
        let nothing = Money::new(0, self.total.currency);
        let given = self.gifts.iter().map(|it| OrderLine { item: it.item, units: it.units, amount: nothing });
        bought.chain(given).collect()
    }
}

fn priced(room: &Room, now: Millis, line: &CartLine) -> Result<QuoteLine, Refusal> {
    let (price, why) = unit_price(room, now, line.item)?;
    let list = room.shelf.line(line.item)?.item.price;
    let amount = price.times(line.units).ok_or(Refusal::BadAmount)?;
    Ok(QuoteLine { item: line.item, units: line.units, list, price, why, amount })
}

/// What one costs at `now`, and why: the lowest that is on offer.
pub(crate) fn unit_price(room: &Room, now: Millis, item: ItemId) -> Result<(Money, PriceWhy), Refusal> {
    let line = room.shelf.line(item)?;
    let sale = line.sale.as_ref().ok_or(Refusal::NotOnSale)?;
    let offer = room.sales.offers.get(&item);
    let gone = line.held + line.sold;
    // A step may also cost more.
    let step = offer.and_then(|it| it.terms.steps.iter().rev().find(|step| step.from_units <= gone));
    let usual = step.map_or((sale.price, PriceWhy::Sale), |step| (step.price, PriceWhy::Step));
    let unlock = offer.filter(|it| it.unlocked).and_then(|it| it.terms.unlock);
    let unlocked = unlock.map(|it| (it.price, PriceWhy::Unlocked));
    let flash = room.sales.flashes.get(&item).filter(|it| now < it.until);
    let flashed = flash.map(|it| (it.price, PriceWhy::Flash));
    let offered = [Some(usual), unlocked, flashed].into_iter().flatten();
    Ok(offered.min_by_key(|(price, _)| price.minor).unwrap_or(usual))
}

/// What the first buyers of the lines get, as far as it is there and not in the cart already.
fn first_gifts(room: &Room, cart: &Cart) -> (Vec<CartLine>, Vec<ItemId>) {
    let (mut gifts, mut first) = (vec![], vec![]);
    for line in &cart.lines {
        let Some(offer) = room.sales.offers.get(&line.item) else { continue };
        let Some(gift) = offer.terms.gift.filter(|it| offer.gifts.len() < it.first as usize) else {
            continue;
        };
        if cuts::can_give(room, &cart.lines, &gifts, gift.item, 1) {
            gifts.push(CartLine { item: gift.item, units: 1 });
            first.push(line.item);
        }
    }
    (gifts, first)
}

/// A delivery as it goes into the log: of what was confirmed only what needs it, so that a tick too much means nothing.
pub(super) fn confirmed(room: &Room, cart: &Cart, delivery: &Delivery) -> Delivery {
    let needs_it = |item: &ItemId| {
        cart.lines.iter().any(|line| line.item == *item)
            && matches!(
                room.item(*item).and_then(|it| it.returns),
                Some(linger_protocol::ReturnRule::Excepted { .. })
            )
    };
    let mut confirmed: Vec<ItemId> = delivery.confirmed.iter().filter(|it| needs_it(it)).copied().collect();
    confirmed.sort_unstable();
    confirmed.dedup();
    Delivery { confirmed, ..delivery.clone() }
}
