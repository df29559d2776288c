//! Rows that each tell one thing: an event, a stay in a room, who somebody is. It does not know how rows are read.

use csv::StringRecord;
use linger_behaviour::{Class, Fact, Number, Text, touch};
use linger_events::Who;
use serde_json::{Map, Value};

use super::{
    ImportFault, PROFILE, Reason,
    mapping::{Columns, Field, Kind},
    orders::id_text,
    out::{Key, Out, class_of},
    value::{Decimal, Times, decimals},
};

/// Fields that become text properties as they are.
pub(super) const TEXTS: &[(Field, Text)] = &[
    (Field::Source, Text::Source),
    (Field::Campaign, Text::Campaign),
    (Field::Room, Text::Room),
    (Field::Host, Text::Host),
    (Field::AgeBand, Text::AgeBand),
    (Field::CityTier, Text::CityTier),
    (Field::Region, Text::Region),
    (Field::Device, Text::Device),
    (Field::Outcome, Text::Outcome),
    (Field::Page, Text::Page),
];

/// How values are written in a file.
pub(super) struct Values {
    pub times: Times,
    pub decimal: char,
    /// The currency where no column states one.
    pub currency: Option<String>,
}

impl Values {
    /// An amount of money; none when the cell is empty or not mapped.
    pub(super) fn money(
        &self,
        row: &StringRecord,
        columns: &Columns,
        field: Field,
    ) -> Result<Option<Decimal>, (Field, Reason)> {
        let text = columns.get(row, field);
        text.map(|it| Decimal::parse(it, self.decimal).ok_or((field, Reason::NotMoney))).transpose()
    }

    /// A whole number; none when the cell is empty or not mapped.
    pub(super) fn whole(
        &self,
        row: &StringRecord,
        columns: &Columns,
        field: Field,
    ) -> Result<Option<i64>, (Field, Reason)> {
        let whole =
            |it| Decimal::parse(it, self.decimal).and_then(Decimal::whole).ok_or((field, Reason::NotWhole));
        columns.get(row, field).map(whole).transpose()
    }
}

/// Takes in a row that tells one thing.
pub(super) fn row(
    kind: Kind,
    columns: &Columns,
    values: &Values,
    row: &StringRecord,
    line: u64,
    out: &mut Out<'_>,
) -> Result<(), ImportFault> {
    let who = Who {
        known: columns.get(row, Field::Customer).map(|it| id_text(it).into()),
        anonymous: columns.get(row, Field::Anonymous).map(Into::into),
    };
    match who.known.as_deref().or(who.anonymous.as_deref()) {
        Some(name) => out.tally.people_seen.note(name),
        None => return out.bad(line, Some(columns.name(Field::Customer)), Reason::NoCustomer),
    }
    let read = match kind {
        Kind::Stays => stay(columns, values, row),
        Kind::Members => member(columns, values, row, out.now_ms()).map(|it| vec![it]),
        _ => event(columns, values, row).map(|it| vec![it]),
    };
    let facts = match read {
        Ok(facts) => facts,
        Err((field, reason)) => return out.bad(line, Some(columns.name(field)), reason),
    };
    let message = columns.get(row, Field::MessageId);
    for fact in facts {
        let name = fact.name.clone();
        // Who somebody is does not depend on when it was exported, so the time is not part of what makes it new.
        let traits = if kind == Kind::Members { traits_text(&fact) } else { String::new() };
        let person = who.known.as_deref().or(who.anonymous.as_deref()).unwrap_or_default();
        let named = match message {
            Some(message) => vec!["message", &name, message],
            None if kind == Kind::Members => vec![PROFILE, person, &traits],
            None => vec![],
        };
        let key = if named.is_empty() { Key::Content } else { Key::Named(&named) };
        out.tell(who.clone(), fact, &key, line)?;
    }
    Ok(())
}

type Left = (Field, Reason);

fn base(columns: &Columns, row: &StringRecord, name: &str, at_ms: i64) -> Fact {
    let mut fact = Fact { name: name.into(), at_ms, class: class_of(name), ..Fact::default() };
    for (field, text) in TEXTS {
        fact.texts[text.index()] = columns.get(row, *field).map(Into::into);
    }
    fact
}

fn time(columns: &Columns, values: &Values, row: &StringRecord) -> Result<i64, Left> {
    let text = columns.get(row, Field::At);
    text.and_then(|it| values.times.parse(it)).ok_or((Field::At, Reason::NotATime))
}

fn event(columns: &Columns, values: &Values, row: &StringRecord) -> Result<Fact, Left> {
    let name = columns.get(row, Field::Event).ok_or((Field::Event, Reason::NoEvent))?;
    let mut fact = base(columns, row, name, time(columns, values, row)?);
    let currency = columns.get(row, Field::Currency).or(values.currency.as_deref()).map(str::to_uppercase);
    let amount = match values.money(row, columns, Field::Amount)? {
        None => values.money(row, columns, Field::Total)?,
        amount => amount,
    };
    fact.numbers[Number::AmountMinor.index()] = amount.map(|it| it.minor(decimals(currency.as_deref())));
    for (field, number) in [
        (Field::AmountMinor, Number::AmountMinor),
        (Field::Units, Number::Units),
        (Field::Score, Number::Score),
        (Field::DurationMs, Number::DurationMs),
    ] {
        if let Some(value) = values.whole(row, columns, field)? {
            fact.numbers[number.index()] = Some(value);
        }
    }
    for (field, text) in
        [(Field::Order, Text::Order), (Field::Item, Text::Item), (Field::Category, Text::Category)]
    {
        fact.texts[text.index()] = columns.get(row, field).map(Into::into);
    }
    fact.texts[Text::Currency.index()] =
        currency.filter(|_| fact.number(Number::AmountMinor).is_some()).map(Into::into);
    fact.props = props(columns, row);
    Ok(fact)
}

/// A stay is two facts: somebody came, and left so much later.
fn stay(columns: &Columns, values: &Values, row: &StringRecord) -> Result<Vec<Fact>, Left> {
    let at_ms = time(columns, values, row)?;
    let length = values.whole(row, columns, Field::DurationMs)?.filter(|it| *it >= 0);
    let length = length.ok_or((Field::DurationMs, Reason::NotWhole))?;
    let mut left = base(columns, row, touch::LEFT, at_ms.saturating_add(length));
    left.numbers[Number::DurationMs.index()] = Some(length);
    left.texts[Text::Outcome.index()].get_or_insert_with(|| "left".into());
    Ok(vec![base(columns, row, touch::ENTERED, at_ms), left])
}

fn member(columns: &Columns, values: &Values, row: &StringRecord, now_ms: i64) -> Result<Fact, Left> {
    let at_ms = match columns.get(row, Field::At) {
        None => now_ms,
        Some(_) => time(columns, values, row)?,
    };
    let mut fact = base(columns, row, PROFILE, at_ms);
    fact.class = Class::Profile;
    fact.props = props(columns, row);
    Ok(fact)
}

fn traits_text(fact: &Fact) -> String {
    let texts: Vec<&str> = fact.texts.iter().map(|it| it.as_deref().unwrap_or_default()).collect();
    format!("{}\u{1f}{}", texts.join("\u{1f}"), fact.props.as_deref().unwrap_or_default())
}

fn props(columns: &Columns, row: &StringRecord) -> Option<Box<str>> {
    let mut object = Map::new();
    for (name, place) in &columns.props {
        let text = row.get(*place).map(str::trim).filter(|it| !it.is_empty());
        // A number stays a number; but a long string of digits is a name, and a leading zero means something.
        let value = text.map(|it| match it.parse::<i64>() {
            Ok(number) if number.to_string() == it && it.len() <= 15 => Value::from(number),
            _ => Value::from(it),
        });
        // What JSON keeps in an object of other properties is one of them, and not an object.
        let name = ["props.", "properties."].iter().find_map(|it| name.strip_prefix(it)).unwrap_or(name);
        object.extend(value.map(|it| (name.to_owned(), it)));
    }
    (!object.is_empty()).then(|| Value::Object(object).to_string().into())
}
