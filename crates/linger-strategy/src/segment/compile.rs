//! From segments as operators write them to a [`Spec`]: every field checked, conditions on the same event sharing a counter.
//! It does not know any person.

use super::{
    condition::{CONDITIONS_MAX, Condition, ContentTier, CountOf, DAYS_MAX, Filter, SegmentDef, StageRule},
    days::Shape,
    spec::{BadSegment, Counter, Edge, Node, PRESENCE, Segments, Spec, Sum, bad, set},
};
use linger_behaviour::{Text, touch};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

const COUNTERS_MAX: usize = 1_024;
const VALUES_MAX: usize = 100;
const TEXT_BYTES_MAX: usize = 256;
const TIMES_MAX: u32 = 65_000;
const DEPTH_MAX: usize = 8;

/// What makes two conditions share a counter.
type CounterKey = (Option<Box<str>>, Vec<Filter>);

pub(super) struct Making {
    spec: Spec,
    keys: BTreeMap<CounterKey, u16>,
    segment: Box<str>,
    conditions: usize,
}

/// Why the condition at hand is not taken.
type Problem = (&'static str, &'static str);

impl Making {
    pub(super) fn new(stages: StageRule) -> Making {
        let spec = Spec {
            ids: vec![],
            programs: vec![],
            counters: vec![],
            by_event: FxHashMap::default(),
            of_any: vec![],
            stages,
            values: BTreeMap::new(),
            text_segments: BTreeMap::new(),
            number_segments: BTreeMap::new(),
            scores: vec![],
            score_segments: vec![],
            tags: vec![],
            tag_segments: vec![],
        };
        let mut making = Making { spec, keys: BTreeMap::new(), segment: "".into(), conditions: 0 };
        let presence = making.counter(None, &[]).unwrap_or(PRESENCE);
        let span = stages.dormant_days.saturating_add(stages.won_back_days);
        making.widen(presence, span, false, 1);
        let windows = &mut making.spec.counters[usize::from(presence)].windows;
        windows.extend([stages.new_days, stages.active_days, stages.dormant_days, stages.won_back_days]);
        making
    }

    pub(super) fn segment(&mut self, def: &SegmentDef) -> Result<(), BadSegment> {
        self.segment = def.id.clone();
        self.conditions = 0;
        let node = self.node(&def.when, 0).map_err(|(field, problem)| bad(&def.id, field, problem))?;
        self.spec.ids.push(def.id.clone());
        self.spec.programs.push(node);
        Ok(())
    }

    pub(super) fn done(mut self) -> Spec {
        for counter in &mut self.spec.counters {
            counter.windows.sort_unstable();
            counter.windows.dedup();
            counter.edges.sort_by_key(|it| (it.sum, it.at));
        }
        self.spec
    }

    fn node(&mut self, condition: &Condition, depth: usize) -> Result<Node, Problem> {
        self.conditions += 1;
        if self.conditions > CONDITIONS_MAX {
            return Err(("when", "has more than 50 conditions"));
        }
        if depth > DEPTH_MAX {
            return Err(("when", "is nested more than 8 deep"));
        }
        Ok(match condition {
            Condition::All { of } => Node::All(self.group(of, depth)?),
            Condition::Any { of } => Node::Any(self.group(of, depth)?),
            Condition::Not { of } => Node::Not(Box::new(self.node(of, depth + 1)?)),
            Condition::Did { event, filters, count, at_least, at_most, within_days } => {
                let counter = self.counter(event.as_deref(), filters)?;
                self.did(counter, *count, *at_least, *at_most, *within_days)?
            }
            Condition::First { event, filters, days_ago_at_least, days_ago_at_most } => {
                let (counter, min, max) = self.ago(event.as_deref(), filters, *days_ago_at_least, *days_ago_at_most)?;
                let segment = self.spec.ids.len();
                set(&mut self.spec.counters[usize::from(counter)].on_first, segment, true);
                Node::First { counter, min, max }
            }
            Condition::Last { event, filters, days_ago_at_least, days_ago_at_most } => {
                let (counter, min, max) = self.ago(event.as_deref(), filters, *days_ago_at_least, *days_ago_at_most)?;
                let segment = self.spec.ids.len();
                set(&mut self.spec.counters[usize::from(counter)].on_last, segment, true);
                Node::Last { counter, min, max }
            }
            Condition::Property { text, is } => self.property(*text, is)?,
            Condition::Figure { number, at_least, at_most } => {
                let (min, max) = (at_least.unwrap_or(i64::MIN), at_most.unwrap_or(i64::MAX));
                if min > max || (at_least.is_none() && at_most.is_none()) {
                    return Err(("at_least", "and at_most leave nothing or everything"));
                }
                let at = self.spec.ids.len();
                set(self.spec.number_segments.entry(*number).or_default(), at, true);
                Node::Number { number: *number, min, max }
            }
            Condition::Score { score, at_least, at_most } => self.score(score, *at_least, *at_most)?,
            Condition::Stage { is } => {
                if is.is_empty() || is.len() > 5 {
                    return Err(("is", "must name one to five stages"));
                }
                self.mark(PRESENCE);
                let segment = self.spec.ids.len();
                set(&mut self.spec.counters[usize::from(PRESENCE)].on_day, segment, true);
                Node::Stage { is: is.clone() }
            }
            Condition::Content { is } => self.content(is, depth)?,
            Condition::Tag { tag } => {
                let tag = self.name(tag, "tag", |spec| (&mut spec.tags, &mut spec.tag_segments))?;
                Node::Tag { tag }
            }
        })
    }

    fn group(&mut self, of: &[Condition], depth: usize) -> Result<Vec<Node>, Problem> {
        if of.is_empty() {
            return Err(("of", "is empty"));
        }
        of.iter().map(|it| self.node(it, depth + 1)).collect()
    }

    fn did(
        &mut self,
        counter: u16,
        count: CountOf,
        at_least: Option<u32>,
        at_most: Option<u32>,
        window: Option<u16>,
    ) -> Result<Node, Problem> {
        let min = at_least.unwrap_or(u32::from(at_most.is_none()));
        let max = at_most.unwrap_or(u32::MAX);
        if min > max || (min == 0 && max == u32::MAX) {
            return Err(("at_least", "and at_most leave nothing or everything"));
        }
        let told = at_most.map_or(min, |max| max.max(min));
        if told > TIMES_MAX {
            return Err(("at_most", "is more than 65000"));
        }
        self.days(window)?;
        let (Some(window), CountOf::Days) = (window, count) else {
            if count == CountOf::Days {
                return Err(("within_days", "is needed to count days"));
            }
            let cap = told.saturating_add(1);
            self.widen(counter, window.unwrap_or(0), window.is_some() && (told > 1 || max == 1), cap);
            self.edges(counter, window.map_or(Sum::Ever, Sum::Times), min, max);
            return Ok(Node::Times { counter, window, min, max });
        };
        self.widen(counter, window, false, 1);
        self.edges(counter, Sum::Days(window), min, max);
        Ok(Node::Days { counter, window, min, max })
    }

    fn ago(
        &mut self,
        event: Option<&str>,
        filters: &[Filter],
        min: Option<u16>,
        max: Option<u16>,
    ) -> Result<(u16, u16, u16), Problem> {
        let counter = self.counter(event, filters)?;
        let (low, high) = (min.unwrap_or(0), max.unwrap_or(u16::MAX));
        if low > high {
            return Err(("days_ago_at_least", "and days_ago_at_most leave nothing"));
        }
        let windows = &mut self.spec.counters[usize::from(counter)].windows;
        windows.push(low);
        windows.extend(high.checked_add(1));
        Ok((counter, low, high))
    }

    fn property(&mut self, text: Text, is: &[Box<str>]) -> Result<Node, Problem> {
        values_fit(is)?;
        has_codes(text)?;
        let at = self.spec.ids.len();
        set(self.spec.text_segments.entry(text).or_default(), at, true);
        let listed = self.spec.values.entry(text).or_default();
        let mut codes = vec![];
        for value in is {
            let place = listed.iter().position(|it| it == value).unwrap_or_else(|| {
                listed.push(value.clone());
                listed.len() - 1
            });
            codes.push(u16::try_from(place + 1).map_err(|_| ("is", "has too many values"))?);
        }
        codes.sort_unstable();
        Ok(Node::Text { text, is: codes })
    }

    fn score(&mut self, score: &str, at_least: Option<f64>, at_most: Option<f64>) -> Result<Node, Problem> {
        let (min, max) = (at_least.unwrap_or(f64::NEG_INFINITY), at_most.unwrap_or(f64::INFINITY));
        let clear = min <= max && (at_least.is_some() || at_most.is_some());
        if !clear {
            return Err(("at_least", "and at_most leave nothing or everything"));
        }
        let score = self.name(score, "score", |spec| (&mut spec.scores, &mut spec.score_segments))?;
        Ok(Node::Score { score, min, max })
    }

    /// Loyal: two orders ever, or eight days of presence in 30. Interest: three days in 30, or taking part in 30.
    fn content(&mut self, is: &[ContentTier], depth: usize) -> Result<Node, Problem> {
        if is.is_empty() || is.len() > 3 {
            return Err(("is", "must name one to three tiers"));
        }
        let did = |event: Option<&str>, count, at_least, within_days| Condition::Did {
            event: event.map(Into::into),
            filters: vec![],
            count,
            at_least: Some(at_least),
            at_most: None,
            within_days,
        };
        let loyal = Condition::Any {
            of: vec![
                did(Some(touch::ORDER_PAID), CountOf::Times, 2, None),
                did(None, CountOf::Days, 8, Some(30)),
            ],
        };
        let taking_part = [touch::INTERACTED, touch::CARD_CLICKED, touch::CART_ADDED, touch::ORDER_PAID];
        let mut signs = vec![did(None, CountOf::Days, 3, Some(30))];
        signs.extend(taking_part.map(|event| did(Some(event), CountOf::Times, 1, Some(30))));
        let interest = Condition::Any { of: signs };
        let not = |of: &Condition| Condition::Not { of: Box::new(of.clone()) };
        let mut tiers = vec![];
        for tier in is {
            tiers.push(match tier {
                ContentTier::Loyal => loyal.clone(),
                ContentTier::Interest => Condition::All { of: vec![interest.clone(), not(&loyal)] },
                ContentTier::Discover => Condition::All { of: vec![not(&interest), not(&loyal)] },
            });
        }
        // What the tiers unfold into is ours: it does not count against the writer's fifty.
        let (counted, unfolded) = (self.conditions, Condition::Any { of: tiers });
        self.conditions = 0;
        let node = self.node(&unfolded, depth.saturating_sub(4));
        self.conditions = counted;
        node
    }

    fn name(
        &mut self,
        name: &str,
        field: &'static str,
        of: impl Fn(&mut Spec) -> (&mut Vec<Box<str>>, &mut Vec<Segments>),
    ) -> Result<u16, Problem> {
        if name.is_empty() || name.len() > 64 {
            return Err((field, "must have 1 to 64 bytes"));
        }
        let segment = self.spec.ids.len();
        let (names, segments) = of(&mut self.spec);
        let at = names.iter().position(|it| **it == *name).unwrap_or(names.len());
        if at == names.len() {
            names.push(name.into());
            segments.push(Segments::default());
        }
        set(&mut segments[at], segment, true);
        u16::try_from(at).map_err(|_| (field, "has too many names"))
    }

    fn days(&self, window: Option<u16>) -> Result<(), Problem> {
        match window {
            Some(0) => Err(("within_days", "is 0")),
            Some(days) if days > DAYS_MAX => Err(("within_days", "is more than 180")),
            _ => Ok(()),
        }
    }

    /// Makes a counter remember enough for one more condition.
    fn widen(&mut self, counter: u16, window: u16, counts: bool, cap: u32) {
        let counter = &mut self.spec.counters[usize::from(counter)];
        let (span, counted) = match counter.shape {
            Shape::Off => (0, false),
            Shape::Bits(span) => (span, false),
            Shape::Counts(span) => (span, true),
        };
        let span = span.max(window);
        counter.shape = match (span, counts && window > 0 || counted) {
            (0, _) => Shape::Off,
            (_, true) => Shape::Counts(span),
            (_, false) => Shape::Bits(span),
        };
        counter.cap = counter.cap.max(cap);
        if window > 0 {
            counter.windows.push(window);
        }
    }

    /// Notes where the answer to a condition turns.
    fn edges(&mut self, counter: u16, sum: Sum, min: u32, max: u32) {
        let segment = self.spec.ids.len();
        let edges = &mut self.spec.counters[usize::from(counter)].edges;
        for at in [Some(min), max.checked_add(1)].into_iter().flatten().filter(|at| *at > 0) {
            let known = edges.iter().position(|it| it.sum == sum && it.at == at).unwrap_or(edges.len());
            if known == edges.len() {
                edges.push(Edge { sum, at, segments: Segments::default() });
            }
            set(&mut edges[known].segments, segment, true);
        }
    }

    fn mark(&mut self, counter: u16) {
        let at = self.spec.ids.len();
        set(&mut self.spec.counters[usize::from(counter)].segments, at, true);
    }

    fn counter(&mut self, event: Option<&str>, filters: &[Filter]) -> Result<u16, Problem> {
        if event.is_some_and(|it| it.is_empty() || it.len() > 128) {
            return Err(("event", "must have 1 to 128 bytes"));
        }
        if event.is_some_and(|it| it.starts_with("segment.")) {
            return Err(("event", "is a segment's own: nothing may feed on itself"));
        }
        if filters.len() > 8 {
            return Err(("where", "has more than 8 filters"));
        }
        for filter in filters {
            match filter {
                Filter::Text { text, is } => {
                    has_codes(*text)?;
                    values_fit(is)?;
                }
                Filter::Number { at_least, at_most, .. } => {
                    let (min, max) = (at_least.unwrap_or(i64::MIN), at_most.unwrap_or(i64::MAX));
                    if min > max {
                        return Err(("at_least", "is more than at_most"));
                    }
                }
            }
        }
        let mut sorted = filters.to_vec();
        sorted.sort();
        let key = (event.map(Box::from), sorted);
        let at = match self.keys.get(&key) {
            Some(at) => *at,
            None => self.new_counter(key)?,
        };
        if !self.segment.is_empty() {
            self.mark(at);
        }
        Ok(at)
    }

    fn new_counter(&mut self, key: CounterKey) -> Result<u16, Problem> {
        let at = self.spec.counters.len();
        if at >= COUNTERS_MAX {
            return Err(("when", "asks for more different events than all segments together may"));
        }
        let at = u16::try_from(at).map_err(|_| ("when", "has too many events"))?;
        match &key.0 {
            Some(event) => self.spec.by_event.entry(event.clone()).or_default().push(at),
            None => self.spec.of_any.push(at),
        }
        self.spec.counters.push(Counter {
            filters: key.1.clone(),
            shape: Shape::Off,
            cap: 1,
            windows: vec![],
            segments: Segments::default(),
            on_first: Segments::default(),
            on_last: Segments::default(),
            on_day: Segments::default(),
            edges: vec![],
        });
        self.keys.insert(key, at);
        Ok(at)
    }
}

fn values_fit(is: &[Box<str>]) -> Result<(), Problem> {
    if is.is_empty() || is.len() > VALUES_MAX {
        return Err(("is", "must have 1 to 100 values"));
    }
    if is.iter().any(|it| it.is_empty() || it.len() > TEXT_BYTES_MAX) {
        return Err(("is", "has a value of no or more than 256 bytes"));
    }
    Ok(())
}

fn has_codes(text: Text) -> Result<(), Problem> {
    if text.has_codes() { Ok(()) } else { Err(("text", "is new with each event and cannot be asked for")) }
}
