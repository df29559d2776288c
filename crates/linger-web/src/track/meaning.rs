//! What an item means: which touch point it is, which of its properties are columns, and what is left over. It does not
//! know how items arrive or where facts go.

use super::{
    amount::{currency, minor_digits, minor_units, whole_number},
    personal::{Sieve, push_name, push_text},
    raw::{Fields, Kind, Raw},
    told::{Call, Told, Unfit},
    when::corrected,
};
use linger_behaviour::{Class, Fact, Number, Text, touch};
use linger_events::{IDENTITY_BYTES_MAX, Incoming, NAME_BYTES_MAX, Who};
use linger_protocol::PersonId;
use std::borrow::Cow;

/// Bytes of a text that goes into a column; a longer one stays among the other properties.
const COLUMN_BYTES_MAX: usize = 256;
/// Bytes of a message id; CloudEvents have two parts in it.
pub(super) const MESSAGE_BYTES_MAX: usize = 512;
/// Anonymous ids that begin so are people of Linger's own rooms: only a trusted sender may speak of them.
const ROOM_PERSON: &str = "room:";

/// The anonymous id under which a person of a room is known among events.
pub fn room_person(person: PersonId) -> String {
    linger_strategy::experiment::room_viewer(person)
}

/// What the house knows of the sender, and what holds for the whole request.
pub(crate) struct Ground<'a> {
    pub(crate) received_ms: i64,
    pub(crate) sent_ms: Option<i64>,
    pub(crate) context: Option<Raw<'a>>,
    /// The label of the key: the source of facts that name none.
    pub(crate) source: &'a str,
    /// Which currency amounts are in that name none.
    pub(crate) currency: Option<[u8; 3]>,
    /// Whether it is the shop's own server, and not a page that anybody can read the key of.
    pub(crate) trusted: bool,
    /// Whether personal properties are kept.
    pub(crate) keeps_personal: bool,
}

/// An item, understood.
#[derive(Debug, Default)]
pub(crate) struct Meant {
    /// Without its id, which the caller makes of `message`.
    pub(crate) incoming: Incoming,
    pub(crate) message: Option<Box<str>>,
    /// The identity that an `alias` says the person had before.
    pub(crate) previous: Option<Box<str>>,
    /// Personal properties that were left out.
    pub(crate) withheld: Vec<Box<str>>,
    /// What else was not taken as it was told.
    pub(crate) noted: Vec<&'static str>,
}

/// Understands an item. `seen` is shown every property, for the schema.
pub(crate) fn meaning(
    told: &Told<'_>,
    ground: &Ground<'_>,
    seen: &mut dyn FnMut(&str, Kind),
) -> Result<Meant, Unfit> {
    let call = told.call.unwrap_or(Call::Track);
    let (name, class, told_as) = named(told, call)?;
    let mut meant = Meant { message: message(told)?, previous: previous(told, call)?, ..Meant::default() };
    meant.incoming.who = who(told, ground)?;
    if !ground.trusted && class == Class::Commerce {
        return Err(Unfit::new("not-allowed", "event"));
    }
    let at = corrected(told.at_ms, told.sent_ms.or(ground.sent_ms), ground.received_ms);
    let at = at.map_err(|code| Unfit::new(code, "timestamp"))?;
    if at.moved {
        meant.noted.push("time-ahead");
    }
    let fact = &mut meant.incoming.fact;
    (fact.at_ms, fact.received_ms) = (at.at_ms, ground.received_ms);
    (fact.name, fact.class) = (name.into(), class);
    let mut reading = Reading {
        fact,
        rest: String::new(),
        amounts: [None; AMOUNTS.len()],
        keeps: ground.keeps_personal,
        withheld: &mut meant.withheld,
    };
    if let Some(told_as) = told_as {
        reading.say("told_as", told_as);
    }
    if let Some(told) = told.properties.and_then(Raw::fields) {
        reading.properties(&told, false, seen)?;
    }
    if let Some(told) = told.traits.and_then(Raw::fields) {
        reading.properties(&told, true, seen)?;
    }
    reading.page_and_group(told, call);
    for context in [told.context, ground.context].into_iter().flatten() {
        reading.context(&context.fields().unwrap_or_default());
    }
    if !reading.amount(ground.currency) {
        meant.noted.push("no-currency");
    }
    let rest = reading.finish();
    let fact = &mut meant.incoming.fact;
    fact.props = rest;
    if fact.text(Text::Source).is_none() && !ground.source.is_empty() {
        fact.texts[Text::Source.index()] = Some(ground.source.into());
    }
    Ok(meant)
}

/// The name of the fact, its class, and the name it was told under when that is another.
fn named<'t>(told: &'t Told<'_>, call: Call) -> Result<(&'t str, Class, Option<&'t str>), Unfit> {
    let told_name = told.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let name = match call {
        Call::Track => told_name.ok_or(Unfit::new("missing-field", "event"))?,
        Call::Identify => return Ok(("person.identified", Class::Profile, None)),
        Call::Group => return Ok(("person.grouped", Class::Profile, None)),
        Call::Alias => return Ok(("person.aliased", Class::Profile, None)),
        Call::Page => return Ok(("page.viewed", Class::Behaviour, None)),
        Call::Screen => return Ok(("screen.viewed", Class::Behaviour, None)),
    };
    if name.len() > NAME_BYTES_MAX {
        return Err(Unfit::new("too-long", "event"));
    }
    if name.chars().any(char::is_control) {
        return Err(Unfit::new("bad-field", "event"));
    }
    let point = touch_point(name);
    let class = match point.unwrap_or(name) {
        touch::ORDER_PLACED | touch::ORDER_PAID | touch::ORDER_REFUNDED | touch::AFTER_SALES => {
            Class::Commerce
        }
        _ => Class::Behaviour,
    };
    Ok(point.map_or((name, class, None), |point| (point, class, Some(name))))
}

/// Names of Segment's e-commerce specification (version 2) that are touch points of ours. A product page is a card at
/// its largest; `Checkout Started` holds nothing, so it is no order yet.
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

fn message(told: &Told<'_>) -> Result<Option<Box<str>>, Unfit> {
    match told.message.as_deref() {
        Some(id) if id.len() > MESSAGE_BYTES_MAX => Err(Unfit::new("too-long", "messageId")),
        id => Ok(id.map(Box::from)),
    }
}

fn previous(told: &Told<'_>, call: Call) -> Result<Option<Box<str>>, Unfit> {
    if call != Call::Alias {
        return Ok(None);
    }
    let previous = told.previous.as_deref().ok_or(Unfit::new("missing-field", "previousId"))?;
    checked_id(previous, "previousId").map(Some)
}

fn who(told: &Told<'_>, ground: &Ground<'_>) -> Result<Who, Unfit> {
    let known = told.known.as_deref().map(|id| checked_id(id, "userId")).transpose()?;
    let anonymous = told.anonymous.as_deref().map(|id| checked_id(id, "anonymousId")).transpose()?;
    if known.is_none() && anonymous.is_none() {
        return Err(Unfit::new("missing-field", "userId"));
    }
    let of_a_room = |id: &str| id.starts_with(ROOM_PERSON);
    if !ground.trusted && anonymous.as_deref().is_some_and(of_a_room) {
        return Err(Unfit::new("not-allowed", "anonymousId"));
    }
    if !ground.trusted && told.previous.as_deref().is_some_and(of_a_room) {
        return Err(Unfit::new("not-allowed", "previousId"));
    }
    Ok(Who { anonymous, known })
}

fn checked_id(id: &str, field: &'static str) -> Result<Box<str>, Unfit> {
    if id.len() > IDENTITY_BYTES_MAX { Err(Unfit::new("too-long", field)) } else { Ok(id.into()) }
}

/// Where a property goes.
#[derive(Clone, Copy)]
enum Place {
    Text(Text),
    Number(Number),
    /// An amount in major units; the lowest of several counts.
    Amount(usize),
    Currency,
}

/// Names of amounts, those that say best what was paid first.
const AMOUNTS: [&str; 3] = ["total", "revenue", "value"];

fn place(name: &str) -> Option<Place> {
    Some(match name {
        "source" => Place::Text(Text::Source),
        "campaign" => Place::Text(Text::Campaign),
        "room" | "room_id" => Place::Text(Text::Room),
        "host" | "host_id" => Place::Text(Text::Host),
        "item" | "item_id" | "product_id" | "productId" => Place::Text(Text::Item),
        "category" => Place::Text(Text::Category),
        "order" | "order_id" | "orderId" => Place::Text(Text::Order),
        "age_band" | "ageBand" => Place::Text(Text::AgeBand),
        "city_tier" | "cityTier" => Place::Text(Text::CityTier),
        "region" => Place::Text(Text::Region),
        "device" => Place::Text(Text::Device),
        "outcome" => Place::Text(Text::Outcome),
        "page" | "path" => Place::Text(Text::Page),
        "currency" => Place::Currency,
        "amount_minor" => Place::Number(Number::AmountMinor),
        "units" | "quantity" => Place::Number(Number::Units),
        "score" | "rating" => Place::Number(Number::Score),
        "duration_ms" => Place::Number(Number::DurationMs),
        "total" => Place::Amount(0),
        "revenue" => Place::Amount(1),
        "value" => Place::Amount(2),
        _ => return None,
    })
}

/// A fact that is being filled.
struct Reading<'a, 'f> {
    fact: &'f mut Fact,
    rest: String,
    amounts: [Option<Raw<'a>>; AMOUNTS.len()],
    keeps: bool,
    withheld: &'f mut Vec<Box<str>>,
}

impl<'a> Reading<'a, '_> {
    fn properties(
        &mut self,
        told: &Fields<'a>,
        of_traits: bool,
        seen: &mut dyn FnMut(&str, Kind),
    ) -> Result<(), Unfit> {
        let field = if of_traits { "traits" } else { "properties" };
        if told.too_many {
            return Err(Unfit::new("too-many-fields", field));
        }
        for (name, value) in &told.all {
            seen(name, value.kind());
            if value.kind() == Kind::Null || self.take(name, *value) {
                continue;
            }
            let mut sieve = Sieve { keeps: self.keeps, of_traits, withheld: self.withheld };
            if sieve.passes(name) {
                self.rest.is_empty().then(|| self.rest.push('{'));
                sieve.field(&mut self.rest, name, *value).map_err(|_| Unfit::new("too-deep", field))?;
            }
        }
        Ok(())
    }

    /// Puts a property into its column. What does not fit there stays among the others, as it was told.
    fn take(&mut self, name: &str, value: Raw<'a>) -> bool {
        match place(name) {
            Some(Place::Text(text)) => value.plain().is_some_and(|value| self.text(text, &value)),
            Some(Place::Number(number)) => self.number(number, value),
            Some(Place::Currency) => {
                let code = value.text().and_then(|value| currency(&value));
                code.is_some_and(|code| self.text(Text::Currency, code_text(&code)))
            }
            Some(Place::Amount(at)) if value.digits().is_some() => {
                self.amounts[at] = Some(value);
                true
            }
            Some(Place::Amount(_)) | None => false,
        }
    }

    /// The first told of two names for one column counts.
    fn text(&mut self, text: Text, value: &str) -> bool {
        let column = &mut self.fact.texts[text.index()];
        let fits = column.is_none() && !value.is_empty() && value.len() <= COLUMN_BYTES_MAX;
        if fits {
            *column = Some(value.into());
        }
        fits
    }

    fn number(&mut self, number: Number, value: Raw<'_>) -> bool {
        let column = &mut self.fact.numbers[number.index()];
        // Whole numbers only: `4.5` stars stay as they were told.
        match value.digits().and_then(|digits| whole_number(&digits)) {
            Some(whole) if column.is_none() => {
                *column = Some(whole);
                true
            }
            _ => false,
        }
    }

    fn say(&mut self, name: &str, value: &str) {
        self.rest.is_empty().then(|| self.rest.push('{'));
        push_name(&mut self.rest, name);
        push_text(&mut self.rest, value);
    }

    fn page_and_group(&mut self, told: &Told<'a>, call: Call) {
        if matches!(call, Call::Page | Call::Screen) {
            let name = told.name.as_deref().unwrap_or_default();
            // The path of a page is the better name: it was taken before, when it was told.
            if !self.text(Text::Page, name) && !name.is_empty() && name.len() <= COLUMN_BYTES_MAX {
                self.say("page_name", name);
            }
            if let Some(category) = told.category.and_then(Raw::text) {
                self.text(Text::Category, &category);
            }
        }
        if let (Call::Group, Some(group)) = (call, told.group.and_then(Raw::plain)) {
            self.say("group_id", &group);
        }
    }

    /// What the sender's library tells of the surroundings; of all this only columns are kept.
    fn context(&mut self, context: &Fields<'a>) {
        let inner = |name: &str| context.get(name).and_then(Raw::fields).unwrap_or_default();
        let mut take = |column: Text, fields: &Fields<'a>, name: &str| {
            if let Some(value) = fields.get(name).and_then(Raw::plain) {
                self.text(column, &value);
            }
        };
        if context.all.is_empty() {
            return;
        }
        let campaign = inner("campaign");
        take(Text::Campaign, &campaign, "name");
        take(Text::Source, &campaign, "source");
        let page = inner("page");
        take(Text::Page, &page, "path");
        take(Text::Device, &inner("device"), "type");
        let traits = inner("traits");
        for (name, value) in &traits.all {
            if let Some(Place::Text(text @ (Text::AgeBand | Text::CityTier | Text::Region))) = place(name)
                && let Some(value) = value.plain()
            {
                self.text(text, &value);
            }
        }
    }

    /// Turns the amount that was told into minor units. An amount without a currency stays as it was told; gives whether
    /// there was none of that kind.
    fn amount(&mut self, default: Option<[u8; 3]>) -> bool {
        let Some(best) = self.amounts.iter().position(Option::is_some) else { return true };
        if let (None, Some(code)) = (self.fact.text(Text::Currency), default) {
            self.text(Text::Currency, code_text(&code));
        }
        let code = self.fact.texts[Text::Currency.index()].clone();
        let mut clear = true;
        for (at, (name, told)) in AMOUNTS.into_iter().zip(self.amounts).enumerate() {
            let Some(told) = told else { continue };
            let digits: Cow<'_, str> = told.digits().unwrap_or_default();
            let minor = code.as_deref().and_then(|code| minor_units(&digits, minor_digits(code)));
            let column = &mut self.fact.numbers[Number::AmountMinor.index()];
            match minor {
                Some(minor) if at == best && column.is_none() => *column = Some(minor),
                _ => {
                    clear &= code.is_some();
                    self.rest.is_empty().then(|| self.rest.push('{'));
                    push_name(&mut self.rest, name);
                    self.rest.push_str(told.json());
                }
            }
        }
        clear
    }

    fn finish(mut self) -> Option<Box<str>> {
        if self.rest.is_empty() || self.rest == "{" {
            return None;
        }
        self.rest.push('}');
        Some(self.rest.into())
    }
}

fn code_text(code: &[u8; 3]) -> &str {
    // Checked to be capital letters.
    std::str::from_utf8(code).unwrap_or_default()
}

#[cfg(test)]
mod tests;
