//! What one event means to the segments of a shop: which counters it moves and which latest values it tells. It does not
//! know whose event it is.

use super::{condition::Filter, spec::Spec};
use linger_behaviour::{Fact, Names, NO_TEXT, NONE, Number, Run, Text, touch};

/// The properties of one event, wherever it comes from.
pub(super) trait Props {
    fn text(&self, text: Text) -> Option<&str>;
    fn number(&self, number: Number) -> Option<i64>;
}

impl Props for Fact {
    fn text(&self, text: Text) -> Option<&str> {
        Fact::text(self, text)
    }
    fn number(&self, number: Number) -> Option<i64> {
        Fact::number(self, number)
    }
}

/// One row of a run.
pub(super) struct Row<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) names: &'a (dyn Names + Sync),
    pub(super) at: usize,
}

impl Props for Row<'_> {
    fn text(&self, text: Text) -> Option<&str> {
        let code = *self.run.texts[text.index()].get(self.at)?;
        (code != NO_TEXT).then(|| self.names.text(text, code))
    }
    fn number(&self, number: Number) -> Option<i64> {
        self.run.numbers[number.index()].get(self.at).copied().filter(|it| *it != NONE)
    }
}

/// What an event touches.
#[derive(Clone, Debug, Default)]
pub(super) struct Touched {
    pub(super) counters: Vec<u16>,
    pub(super) texts: Vec<(Text, u16)>,
    pub(super) numbers: Vec<(Number, i64)>,
}

impl Touched {
    pub(super) fn is_nothing(&self) -> bool {
        self.counters.is_empty() && self.texts.is_empty() && self.numbers.is_empty()
    }

    /// Fills itself with what an event touches.
    pub(super) fn look(&mut self, spec: &Spec, name: &str, props: &impl Props) {
        self.counters.clear();
        self.texts.clear();
        self.numbers.clear();
        // What segments tell themselves moves no segment: nothing may feed on itself.
        if name.starts_with("segment.") {
            return;
        }
        let passes = |counter: &u16| spec.counters[usize::from(*counter)].filters.iter().all(|it| passes(it, props));
        // Money going back is the shop's act, no sign of life.
        if name != touch::ORDER_REFUNDED {
            self.counters.extend(spec.of_any.iter().filter(|it| passes(it)));
        }
        if let Some(of_event) = spec.by_event.get(name) {
            self.counters.extend(of_event.iter().filter(|it| passes(it)));
        }
        for (text, values) in &spec.values {
            if let Some(told) = props.text(*text) {
                let place = values.iter().position(|it| **it == *told).and_then(|it| u16::try_from(it + 1).ok());
                self.texts.push((*text, place.unwrap_or(0)));
            }
        }
        for number in spec.number_segments.keys() {
            self.numbers.extend(props.number(*number).map(|value| (*number, value)));
        }
    }
}

fn passes(filter: &Filter, props: &impl Props) -> bool {
    match filter {
        Filter::Text { text, is } => props.text(*text).is_some_and(|told| is.iter().any(|it| **it == *told)),
        Filter::Number { number, at_least, at_most } => props.number(*number).is_some_and(|told| {
            at_least.is_none_or(|least| told >= least) && at_most.is_none_or(|most| told <= most)
        }),
    }
}
