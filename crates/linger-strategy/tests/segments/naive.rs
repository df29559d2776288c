//! The same conditions read off a person's facts, slowly and plainly. It shares no code with what it checks, except the
//! calendar.

use linger_behaviour::{Fact, Number, Text, touch};
use linger_strategy::segment::{
    Calendar, Condition, ContentTier, CountOf, Filter, Stage, StageRule,
};
use std::collections::BTreeSet;

/// A person's facts up to today, with their days.
pub struct History<'a> {
    pub facts: Vec<(i32, &'a Fact)>,
    pub today: i32,
}

impl<'a> History<'a> {
    pub fn new(facts: impl Iterator<Item = &'a Fact>, calendar: &mut Calendar, today: i32) -> History<'a> {
        let dated = facts.map(|it| (calendar.day(it.at_ms), it)).filter(|(day, _)| *day <= today);
        History { facts: dated.collect(), today }
    }

    fn days(&self, event: Option<&str>, filters: &[Filter]) -> Vec<i32> {
        let named = |fact: &Fact| match event {
            Some(event) => *fact.name == *event,
            None => *fact.name != *touch::ORDER_REFUNDED,
        };
        let passes = |fact: &Fact| filters.iter().all(|filter| match filter {
            Filter::Text { text, is } => {
                fact.text(*text).is_some_and(|told| is.iter().any(|it| **it == *told))
            }
            Filter::Number { number, at_least, at_most } => fact.number(*number).is_some_and(|told| {
                told >= at_least.unwrap_or(i64::MIN) && told <= at_most.unwrap_or(i64::MAX)
            }),
        });
        self.facts.iter().filter(|(_, it)| named(it) && passes(it)).map(|(day, _)| *day).collect()
    }

    pub fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::All { of } => of.iter().all(|it| self.holds(it)),
            Condition::Any { of } => of.iter().any(|it| self.holds(it)),
            Condition::Not { of } => !self.holds(of),
            Condition::Did { event, filters, count, at_least, at_most, within_days } => {
                let from = within_days.map_or(i32::MIN, |days| self.today - i32::from(days) + 1);
                let days: Vec<i32> =
                    self.days(event.as_deref(), filters).into_iter().filter(|day| *day >= from).collect();
                let n = match count {
                    CountOf::Times => days.len(),
                    CountOf::Days => days.iter().collect::<BTreeSet<_>>().len(),
                };
                let least = at_least.unwrap_or(u32::from(at_most.is_none()));
                n >= least as usize && n <= at_most.unwrap_or(u32::MAX) as usize
            }
            Condition::First { event, filters, days_ago_at_least, days_ago_at_most } => {
                let first = self.days(event.as_deref(), filters).into_iter().min();
                self.ago(first, *days_ago_at_least, *days_ago_at_most)
            }
            Condition::Last { event, filters, days_ago_at_least, days_ago_at_most } => {
                let last = self.days(event.as_deref(), filters).into_iter().max();
                self.ago(last, *days_ago_at_least, *days_ago_at_most)
            }
            Condition::Property { text, is } => {
                // Told for the same moment twice does not happen in these worlds.
                let told = self.facts.iter().filter_map(|(_, it)| Some((it.at_ms, it.text(*text)?)));
                told.max().is_some_and(|(_, told)| is.iter().any(|it| **it == *told))
            }
            Condition::Figure { number, at_least, at_most } => {
                let told = self.facts.iter().filter_map(|(_, it)| Some((it.at_ms, it.number(*number)?)));
                told.max().is_some_and(|(_, told)| {
                    told >= at_least.unwrap_or(i64::MIN) && told <= at_most.unwrap_or(i64::MAX)
                })
            }
            Condition::Stage { is } => self.stage().is_some_and(|it| is.contains(&it)),
            Condition::Content { is } => is.contains(&self.content()),
            Condition::Score { .. } | Condition::Tag { .. } => false,
        }
    }

    fn ago(&self, day: Option<i32>, least: Option<u16>, most: Option<u16>) -> bool {
        day.is_some_and(|day| {
            let ago = self.today - day;
            ago >= least.map_or(0, i32::from) && ago <= most.map_or(i32::MAX, i32::from)
        })
    }

    pub fn stage(&self) -> Option<Stage> {
        let rule = StageRule::default();
        let days: BTreeSet<i32> = self.days(None, &[]).into_iter().collect();
        let (first, last) = (*days.first()?, *days.last()?);
        let ordered: Vec<i32> = days.into_iter().collect();
        let back = ordered.windows(2).any(|pair| {
            pair[1] - pair[0] >= i32::from(rule.dormant_days)
                && self.today - pair[1] < i32::from(rule.won_back_days)
        });
        Some(match self.today - last {
            _ if back => Stage::WonBack,
            _ if self.today - first < i32::from(rule.new_days) => Stage::New,
            away if away < i32::from(rule.active_days) => Stage::Active,
            away if away < i32::from(rule.dormant_days) => Stage::Slipping,
            _ => Stage::Dormant,
        })
    }

    fn content(&self) -> ContentTier {
        let lately = |days: Vec<i32>| days.into_iter().filter(|day| self.today - day < 30).collect::<BTreeSet<_>>();
        let present = lately(self.days(None, &[])).len();
        let part = [touch::INTERACTED, touch::CARD_CLICKED, touch::CART_ADDED, touch::ORDER_PAID];
        if self.days(Some(touch::ORDER_PAID), &[]).len() >= 2 || present >= 8 {
            ContentTier::Loyal
        } else if present >= 3 || part.iter().any(|it| !lately(self.days(Some(it), &[])).is_empty()) {
            ContentTier::Interest
        } else {
            ContentTier::Discover
        }
    }
}

/// A condition with every kind of window, bound and filter that chance finds.
pub fn condition(dice: &mut super::world::Dice, depth: u32) -> Condition {
    let n = |dice: &mut super::world::Dice, below| u32::try_from(dice.below(below)).unwrap();
    let days = |dice: &mut super::world::Dice| dice.of(&[1u16, 2, 7, 30, 64, 65, 90, 180]);
    let event = match dice.below(5) {
        0 => None,
        _ => Some(dice.of(&super::world::EVENTS).into()),
    };
    let filters = match dice.below(4) {
        0 => vec![Filter::Text { text: Text::Source, is: vec!["feed".into(), "share".into()] }],
        1 => vec![Filter::Number { number: Number::AmountMinor, at_least: Some(20), at_most: None }],
        _ => vec![],
    };
    match dice.below(if depth == 0 { 7 } else { 10 }) {
        0 | 1 => {
            let least = n(dice, 4);
            let at_most = (least == 0 || dice.below(3) == 0).then(|| least + n(dice, 3));
            let within_days = (dice.below(4) > 0).then(|| days(dice));
            let count = if within_days.is_some() { dice.of(&[CountOf::Times, CountOf::Days]) } else { CountOf::Times };
            Condition::Did { event, filters, count, at_least: Some(least), at_most, within_days }
        }
        2 => Condition::First { event, filters, days_ago_at_least: Some(days(dice)), days_ago_at_most: None },
        3 => {
            let least = u16::try_from(n(dice, 20)).unwrap();
            Condition::Last { event, filters, days_ago_at_least: Some(least), days_ago_at_most: Some(least + 40) }
        }
        4 => Condition::Property { text: Text::Region, is: vec!["north".into()] },
        5 => Condition::Stage {
            is: vec![dice.of(&[Stage::New, Stage::Active, Stage::Slipping, Stage::Dormant, Stage::WonBack])],
        },
        6 => match dice.below(2) {
            0 => Condition::Figure { number: Number::AmountMinor, at_least: Some(10), at_most: Some(30) },
            _ => Condition::Content {
                is: vec![dice.of(&[ContentTier::Discover, ContentTier::Interest, ContentTier::Loyal])],
            },
        },
        7 => Condition::All { of: vec![condition(dice, depth - 1), condition(dice, depth - 1)] },
        8 => Condition::Any { of: vec![condition(dice, depth - 1), condition(dice, depth - 1)] },
        _ => Condition::Not { of: Box::new(condition(dice, depth - 1)) },
    }
}
