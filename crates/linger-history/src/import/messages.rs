//! Events in the shape of the Segment convention, one JSON object a line, with everything they say. It does not know how
//! lines are read or where facts go.

use linger_behaviour::{Class, Fact, Number, Text, touch};
use linger_events::{Identity, Who};
use serde_json::{Map, Value};

use super::{
    ImportFault, ORDER_ITEM, PROFILE, Reason,
    out::{Key, Out, class_of},
    rows::Values,
    value::{Decimal, decimals},
};

/// Whether a line is of this shape.
pub(super) fn is_message(value: &Value) -> bool {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let known = ["track", "identify", "page", "screen", "group", "alias"].contains(&kind);
    known && (value.get("userId").is_some() || value.get("anonymousId").is_some())
}

/// Takes in a line.
pub(super) fn message(
    value: &Value,
    values: &Values,
    line: u64,
    out: &mut Out<'_>,
) -> Result<(), ImportFault> {
    let id = |name| value.get(name).and_then(plain);
    let who = Who { known: id("userId").map(Into::into), anonymous: id("anonymousId").map(Into::into) };
    match who.known.as_deref().or(who.anonymous.as_deref()) {
        Some(name) => out.tally.people_seen.note(name),
        None => return out.bad(line, Some("userId".to_owned()), Reason::NoCustomer),
    }
    let (fact, products) = match meant(value, values) {
        Ok(meant) => meant,
        Err((field, reason)) => return out.bad(line, Some(field.to_owned()), reason),
    };
    let alias = id("previousId").filter(|_| &*fact.name == ALIASED).map(|it| Identity::Anonymous(it.into()));
    // An order has its number, which it keeps in every export and every shape.
    let order = fact.text(Text::Order).map(str::to_owned);
    let paid = &*fact.name == touch::ORDER_PAID;
    let message_id = id("messageId");
    let named = match (&order, &message_id) {
        (Some(order), _) if paid => vec![touch::ORDER_PAID, order],
        (_, Some(message)) => vec!["message", message],
        _ => vec![],
    };
    let key = if named.is_empty() { Key::Content } else { Key::Named(&named) };
    let items = if paid { items(&fact, products.as_ref(), values) } else { vec![] };
    let (amount, currency) = (fact.number(Number::AmountMinor), fact.text(Text::Currency).map(str::to_owned));
    let kept = out.tell_alias(who.clone(), fact, alias, &key, line)?;
    if let (true, true, Some(order)) = (kept, paid, &order) {
        count(out, &who, order, amount.unwrap_or_default(), currency.as_deref(), items.len());
        for (nth, item) in items.into_iter().enumerate() {
            let product = item.text(Text::Item).unwrap_or_default().to_owned();
            out.tell(
                who.clone(),
                item,
                &Key::Named(&[ORDER_ITEM, order, &product, &format!("p{nth}")]),
                line,
            )?;
        }
    }
    Ok(())
}

/// What is told by `alias`.
const ALIASED: &str = "person.aliased";

/// The fact of a line, and the products it lists; or which field is wrong, and how.
fn meant(value: &Value, values: &Values) -> Result<(Fact, Option<Value>), (&'static str, Reason)> {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let told_name = value.get("event").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let name = match kind {
        "track" => touch_point(told_name).unwrap_or(told_name),
        "identify" => PROFILE,
        "group" => "person.grouped",
        "alias" => ALIASED,
        "page" => "page.viewed",
        "screen" => "screen.viewed",
        _ => return Err(("type", Reason::NotAnEvent)),
    };
    let told_at = ["timestamp", "originalTimestamp", "receivedAt", "sentAt"]
        .iter()
        .find_map(|it| value.get(it).and_then(plain));
    let at_ms = told_at.and_then(|it| values.times.parse(&it)).ok_or(("timestamp", Reason::NotATime))?;
    let class = match kind {
        "track" => class_of(name),
        "page" | "screen" => Class::Behaviour,
        _ => Class::Profile,
    };
    let mut fact = Fact { name: name.into(), at_ms, class, ..Fact::default() };
    let empty = Map::new();
    let object = |name| value.get(name).and_then(Value::as_object).unwrap_or(&empty);
    let mut rest = Map::new();
    properties(object("traits"), &mut fact, &mut rest);
    properties(object("properties"), &mut fact, &mut rest);
    if let Some(page) =
        value.get("name").and_then(Value::as_str).filter(|_| kind == "page" || kind == "screen")
    {
        fact.texts[Text::Page.index()] = Some(page.into());
    }
    let used = amount(object("properties"), values, &mut fact).map_err(|it| (it, Reason::NotMoney))?;
    used.and_then(|it| rest.remove(it));
    let products = rest.remove("products");
    if !rest.is_empty() {
        fact.props = Some(Value::Object(rest).to_string().into());
    }
    Ok((fact, products))
}

fn count(out: &mut Out<'_>, who: &Who, order: &str, minor: i64, currency: Option<&str>, items: usize) {
    out.tally.orders_seen.note(order);
    out.tally.orders += 1;
    out.tally.lines += items.max(1) as u64;
    out.tally.buyers.note(who.known.as_deref().or(who.anonymous.as_deref()).unwrap_or_default());
    let sum = out.tally.paid.entry(currency.unwrap_or_default().to_owned()).or_default();
    *sum = sum.plus(Decimal::from_minor(minor, decimals(currency)));
}

/// Names of Segment's e-commerce events that are touch points of ours, the same as when they come over HTTP.
fn touch_point(name: &str) -> Option<&'static str> {
    Some(match name {
        "Product Viewed" => touch::CARD_SEEN,
        "Product Clicked" => touch::CARD_CLICKED,
        "Product Added" => touch::CART_ADDED,
        "Order Placed" => touch::ORDER_PLACED,
        "Order Completed" => touch::ORDER_PAID,
        "Order Refunded" => touch::ORDER_REFUNDED,
        "Product Reviewed" => touch::RATED,
        _ => return None,
    })
}

/// Names and mail addresses help no question and are not kept.
const PERSONAL: &[&str] = &[
    "email",
    "phone",
    "name",
    "firstName",
    "lastName",
    "first_name",
    "last_name",
    "address",
    "birthday",
    "ip",
];

fn properties(told: &Map<String, Value>, fact: &mut Fact, rest: &mut Map<String, Value>) {
    for (name, value) in told {
        let text = match name.as_str() {
            "source" => Text::Source,
            "campaign" => Text::Campaign,
            "room" | "room_id" => Text::Room,
            "host" | "host_id" => Text::Host,
            "item" | "item_id" | "product_id" | "productId" => Text::Item,
            "category" => Text::Category,
            "order" | "order_id" | "orderId" => Text::Order,
            "age_band" | "ageBand" => Text::AgeBand,
            "city_tier" | "cityTier" => Text::CityTier,
            "region" => Text::Region,
            "device" => Text::Device,
            "outcome" => Text::Outcome,
            "page" | "path" => Text::Page,
            "currency" => Text::Currency,
            name => {
                let number = match name {
                    "amount_minor" => Some(Number::AmountMinor),
                    "units" | "quantity" => Some(Number::Units),
                    "score" | "rating" => Some(Number::Score),
                    "duration_ms" => Some(Number::DurationMs),
                    _ => None,
                };
                match number.zip(value.as_i64()) {
                    Some((number, value)) => fact.numbers[number.index()] = Some(value),
                    None if PERSONAL.contains(&name) => {}
                    None => _ = rest.insert(name.to_owned(), value.clone()),
                }
                continue;
            }
        };
        fact.texts[text.index()] = plain(value).map(Into::into);
    }
}

/// The amount of an event, from the property that says best what was paid: its name, or that of one that is no amount.
fn amount(
    told: &Map<String, Value>,
    values: &Values,
    fact: &mut Fact,
) -> Result<Option<&'static str>, &'static str> {
    if fact.text(Text::Currency).is_none() {
        fact.texts[Text::Currency.index()] = values.currency.as_deref().map(Into::into);
    }
    let found =
        ["total", "revenue", "value"].into_iter().find_map(|name| Some((name, plain(told.get(name)?)?)));
    let found = found.filter(|_| fact.number(Number::AmountMinor).is_none());
    if let Some((name, text)) = &found {
        let amount = Decimal::parse(text, '.').ok_or(*name)?;
        fact.numbers[Number::AmountMinor.index()] = Some(amount.minor(decimals(fact.text(Text::Currency))));
    }
    if fact.number(Number::AmountMinor).is_none() {
        fact.texts[Text::Currency.index()] = None;
    }
    Ok(found.map(|(name, _)| name))
}

/// The products of a paid order, each as a line of it.
fn items(paid: &Fact, products: Option<&Value>, values: &Values) -> Vec<Fact> {
    let products = products.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let line = |told: &Map<String, Value>| {
        let mut fact =
            Fact { name: ORDER_ITEM.into(), at_ms: paid.at_ms, class: Class::Commerce, ..Fact::default() };
        properties(told, &mut fact, &mut Map::new());
        fact.texts[Text::Order.index()] = paid.texts[Text::Order.index()].clone();
        fact.texts[Text::Currency.index()] =
            paid.text(Text::Currency).or(values.currency.as_deref()).map(Into::into);
        let units = fact.number(Number::Units).unwrap_or(1);
        let price = told.get("price").and_then(plain).and_then(|it| Decimal::parse(&it, '.'));
        let minor =
            price.and_then(|it| it.times(units)).map(|it| it.minor(decimals(fact.text(Text::Currency))));
        fact.numbers[Number::AmountMinor.index()] = minor;
        fact.numbers[Number::Units.index()] = Some(units);
        fact
    };
    products.iter().filter_map(Value::as_object).take(1000).map(line).collect()
}

/// A text, or a number as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|it| !it.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
