//! Puts the rows of an order together and tells what was bought and what went back. It does not know how rows are read.
//!
//! Rows of one order stand near each other in every export that is known; an order waits until its file ends, or until
//! too many wait.

use std::collections::HashMap;

use csv::StringRecord;
use linger_behaviour::{Class, Fact, Number, Text, touch};
use linger_events::Who;

use super::{
    ImportFault, ORDER_ITEM, Reason,
    mapping::{Columns, Field, Mapping},
    out::{Key, Out},
    rows::{TEXTS, Values},
    value::{Decimal, decimals},
};

/// How many orders wait at most.
const ORDERS_WAIT_MAX: usize = 20_000;
/// How many lines they have together at most.
const LINES_WAIT_MAX: usize = 200_000;

struct Line {
    item: Option<String>,
    category: Option<String>,
    units: i64,
    amount: Decimal,
    line: u64,
}

#[derive(Default)]
struct Order {
    customer: Option<String>,
    at_ms: Option<i64>,
    cancelled: bool,
    unpaid: bool,
    currency: Option<String>,
    total: Option<Decimal>,
    outstanding: Option<Decimal>,
    refunded: Option<Decimal>,
    refunded_at_ms: Option<i64>,
    units: i64,
    texts: Vec<(Text, String)>,
    lines: Vec<Line>,
    first_line: u64,
    touched: u64,
    /// Whether any of its rows could be used.
    usable: bool,
}

/// The orders of one file that wait for more rows.
pub(super) struct Orders<'a> {
    mapping: &'a Mapping,
    columns: &'a Columns,
    values: &'a Values,
    waiting: HashMap<String, Order>,
    lines: usize,
    rows: u64,
}

/// Why a row was left out: the field it is about, and the reason.
type Left = (Field, Reason);

impl<'a> Orders<'a> {
    pub(super) fn new(mapping: &'a Mapping, columns: &'a Columns, values: &'a Values) -> Orders<'a> {
        Orders { mapping, columns, values, waiting: HashMap::new(), lines: 0, rows: 0 }
    }

    /// Takes in a row.
    pub(super) fn row(
        &mut self,
        row: &StringRecord,
        line: u64,
        out: &mut Out<'_>,
    ) -> Result<(), ImportFault> {
        self.rows += 1;
        let customer = self.columns.get(row, Field::Customer).map(id_text);
        if let Some(customer) = &customer {
            out.tally.people_seen.note(customer);
        }
        if !self.columns.has(Field::Order) {
            let mut order = Order { first_line: line, ..Order::default() };
            if let Err((field, reason)) = self.fill(&mut order, row, line, customer, None) {
                return out.bad(line, Some(self.columns.name(field)), reason);
            }
            return self.tell(None, order, out);
        }
        let Some(number) = self.columns.get(row, Field::Order).map(id_text) else {
            return out.bad(line, Some(self.columns.name(Field::Order)), Reason::NoOrder);
        };
        let mut order =
            self.waiting.remove(&number).unwrap_or_else(|| Order { first_line: line, ..Order::default() });
        let lines = order.lines.len();
        order.touched = self.rows;
        let filled = self.fill(&mut order, row, line, customer, Some(&number));
        self.lines += order.lines.len() - lines;
        self.waiting.insert(number, order);
        if let Err((field, reason)) = filled {
            out.bad(line, Some(self.columns.name(field)), reason)?;
        }
        if self.waiting.len() > ORDERS_WAIT_MAX || self.lines > LINES_WAIT_MAX {
            self.tell_older_half(out)?;
        }
        Ok(())
    }

    /// Tells all that wait.
    pub(super) fn finish(&mut self, out: &mut Out<'_>) -> Result<(), ImportFault> {
        self.tell_touched_until(u64::MAX, out)
    }

    fn tell_older_half(&mut self, out: &mut Out<'_>) -> Result<(), ImportFault> {
        let mut touched: Vec<u64> = self.waiting.values().map(|it| it.touched).collect();
        touched.sort_unstable();
        self.tell_touched_until(touched[touched.len() / 2], out)
    }

    fn tell_touched_until(&mut self, until: u64, out: &mut Out<'_>) -> Result<(), ImportFault> {
        let mut done: Vec<(String, Order)> = self.waiting.extract_if(|_, it| it.touched <= until).collect();
        done.sort_by_key(|(_, order)| order.first_line);
        for (number, order) in done {
            self.lines -= order.lines.len();
            self.tell(Some(&number), order, out)?;
        }
        Ok(())
    }

    /// Takes what a row says into its order.
    fn fill(
        &self,
        order: &mut Order,
        row: &StringRecord,
        line: u64,
        customer: Option<String>,
        number: Option<&str>,
    ) -> Result<(), Left> {
        let get = |field| self.columns.get(row, field);
        let prefix = self.mapping.cancel_prefix.as_deref();
        order.cancelled |= number.zip(prefix).is_some_and(|(number, prefix)| number.starts_with(prefix));
        match (&order.customer, customer) {
            (None, Some(customer)) => order.customer = Some(customer),
            (Some(_), None) if self.mapping.first_row_says => {}
            (_, None) => return Err((Field::Customer, Reason::NoCustomer)),
            (Some(before), Some(now)) if *before != now => {
                return Err((Field::Customer, Reason::OtherCustomer));
            }
            (Some(_), Some(_)) => {}
        }
        match get(Field::At) {
            None if order.at_ms.is_some() && self.mapping.first_row_says => {}
            None => return Err((Field::At, Reason::NotATime)),
            Some(text) => {
                let at_ms = self.values.times.parse(text).ok_or((Field::At, Reason::NotATime))?;
                order.at_ms.get_or_insert(at_ms);
            }
        }
        if let Some(status) = get(Field::Status) {
            let paid = &self.mapping.paid;
            order.unpaid |= !paid.is_empty() && !paid.iter().any(|it| it.eq_ignore_ascii_case(status));
        }
        if let (None, Some(currency)) =
            (&order.currency, get(Field::Currency).or(self.values.currency.as_deref()))
        {
            order.currency = Some(currency.to_uppercase());
        }
        for (field, text) in TEXTS {
            if let Some(value) = get(*field).filter(|_| !order.texts.iter().any(|(it, _)| it == text)) {
                order.texts.push((*text, value.to_owned()));
            }
        }
        self.fill_amounts(order, row)?;
        self.fill_line(order, row, line)?;
        order.usable = true;
        Ok(())
    }

    fn fill_amounts(&self, order: &mut Order, row: &StringRecord) -> Result<(), Left> {
        for (field, into) in [
            (Field::Total, &mut order.total),
            (Field::Outstanding, &mut order.outstanding),
            (Field::Refunded, &mut order.refunded),
        ] {
            if into.is_none() {
                *into = self.values.money(row, self.columns, field)?;
            }
        }
        if order.refunded_at_ms.is_none()
            && let Some(text) = self.columns.get(row, Field::RefundedAt)
        {
            order.refunded_at_ms =
                Some(self.values.times.parse(text).ok_or((Field::RefundedAt, Reason::NotATime))?);
        }
        Ok(())
    }

    fn fill_line(&self, order: &mut Order, row: &StringRecord, line: u64) -> Result<(), Left> {
        let units = self.values.whole(row, self.columns, Field::Units)?;
        if units.is_some_and(|it| it <= 0) && !order.cancelled {
            return Err((Field::Units, Reason::NotPositiveUnits));
        }
        let units = units.map_or(1, i64::abs);
        let price = self.values.money(row, self.columns, Field::Price)?;
        let free =
            |it: Decimal| if self.mapping.no_free_lines { it.is_not_positive() } else { it.is_negative() };
        if price.is_some_and(free) && !order.cancelled {
            return Err((Field::Price, Reason::NotPositivePrice));
        }
        let amount = match (self.values.money(row, self.columns, Field::Amount)?, price) {
            (Some(amount), _) => Some(amount),
            (None, Some(price)) => Some(price.times(units).ok_or((Field::Price, Reason::NotMoney))?),
            (None, None) => None,
        };
        let discount = self.values.money(row, self.columns, Field::Discount)?.unwrap_or_default();
        order.units = order.units.saturating_add(units);
        let Some(amount) = amount else {
            let bare =
                order.total.is_some() || !self.columns.has(Field::Price) && !self.columns.has(Field::Amount);
            return if bare { Ok(()) } else { Err((Field::Price, Reason::NotMoney)) };
        };
        let text = |field| self.columns.get(row, field).map(str::to_owned);
        let amount = amount.minus(discount);
        order.lines.push(Line {
            item: text(Field::Item),
            category: text(Field::Category),
            units,
            amount,
            line,
        });
        Ok(())
    }

    fn tell(&self, number: Option<&str>, order: Order, out: &mut Out<'_>) -> Result<(), ImportFault> {
        let column = |field| Some(self.columns.name(field));
        if let Some(number) = number {
            out.tally.orders_seen.note(number);
            if order.cancelled {
                out.tally.cancellations_seen.note(number);
            }
        }
        if order.unpaid {
            return out.bad(order.first_line, column(Field::Status), Reason::NotPaid);
        }
        // Where no row could be used, each was told with its own reason.
        let (Some(customer), Some(at_ms), true) = (&order.customer, order.at_ms, order.usable) else {
            return Ok(());
        };
        if order.lines.is_empty() && order.total.is_none() {
            return out.bad(order.first_line, column(Field::Total), Reason::NotMoney);
        }
        let of_lines = order.lines.iter().fold(Decimal::ZERO, |sum, it| sum.plus(it.amount));
        let amount = order.total.unwrap_or(of_lines).minus(order.outstanding.unwrap_or_default());
        let back = order.cancelled || amount.is_negative();
        if !back {
            self.tell_paid(number, &order, customer, at_ms, amount, out)?;
        }
        let refunded = if back { amount.abs() } else { order.refunded.unwrap_or_default() };
        if back || !refunded.is_not_positive() {
            let at_ms = if back { at_ms } else { order.refunded_at_ms.unwrap_or(at_ms) };
            let fact = self.fact(touch::ORDER_REFUNDED, number, &order, at_ms, refunded);
            let named = [touch::ORDER_REFUNDED, number.unwrap_or_default()];
            let key = if number.is_some() { Key::Named(&named) } else { Key::Content };
            if out.tell(Who::known(customer), fact, &key, order.first_line)? {
                let sum = out.tally.refunded.entry(order.currency.clone().unwrap_or_default()).or_default();
                *sum = sum.plus(refunded);
            }
        }
        Ok(())
    }

    fn tell_paid(
        &self,
        number: Option<&str>,
        order: &Order,
        customer: &str,
        at_ms: i64,
        amount: Decimal,
        out: &mut Out<'_>,
    ) -> Result<(), ImportFault> {
        let fact = self
            .fact(touch::ORDER_PAID, number, order, at_ms, amount)
            .with_number(Number::Units, order.units);
        let named = [touch::ORDER_PAID, number.unwrap_or_default()];
        let key = if number.is_some() { Key::Named(&named) } else { Key::Content };
        if !out.tell(Who::known(customer), fact, &key, order.first_line)? {
            return Ok(());
        }
        out.tally.orders += 1;
        out.tally.lines += order.lines.len().max(1) as u64;
        out.tally.buyers.note(customer);
        let sum = out.tally.paid.entry(order.currency.clone().unwrap_or_default()).or_default();
        *sum = sum.plus(amount);
        let Some(number) = number else { return Ok(()) };
        // A product may stand in an order several times; its lines are told apart by their number among them.
        let mut times: HashMap<&str, u32> = HashMap::new();
        for line in &order.lines {
            let item = line.item.as_deref().unwrap_or_default();
            let nth = times.entry(item).or_default();
            *nth += 1;
            let mut fact = self
                .fact(ORDER_ITEM, Some(number), order, at_ms, line.amount)
                .with_number(Number::Units, line.units);
            for (text, value) in [(Text::Item, &line.item), (Text::Category, &line.category)] {
                fact.texts[text.index()] = value.as_deref().map(Into::into);
            }
            let key = [ORDER_ITEM, number, item, &nth.to_string()];
            out.tell(Who::known(customer), fact, &Key::Named(&key), line.line)?;
        }
        Ok(())
    }

    fn fact(&self, name: &str, number: Option<&str>, order: &Order, at_ms: i64, amount: Decimal) -> Fact {
        let mut fact = Fact { name: name.into(), at_ms, class: Class::Commerce, ..Fact::default() }
            .with_number(Number::AmountMinor, amount.minor(decimals(order.currency.as_deref())));
        for (text, value) in &order.texts {
            fact.texts[text.index()] = Some(value.as_str().into());
        }
        fact.texts[Text::Currency.index()] = order.currency.as_deref().map(Into::into);
        fact.texts[Text::Order.index()] = number.map(Into::into);
        fact
    }
}

/// An id as people mean it: a spreadsheet or a data frame turns `13995` into `13995.0`, and mail addresses differ in case.
pub(super) fn id_text(text: &str) -> String {
    match text.strip_suffix(".0") {
        Some(whole) if !whole.is_empty() && whole.bytes().all(|it| it.is_ascii_digit()) => whole.to_owned(),
        _ if text.contains('@') => text.to_lowercase(),
        _ => text.to_owned(),
    }
}
