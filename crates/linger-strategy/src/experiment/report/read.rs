//! Reading a person's facts: what each adds to the sums of a metric, when somebody was there, and which arm they were
//! shown first. It does not know what the sums are for.

use super::super::{EXPOSED, Measure, MetricDesign, Take, Term};
use super::Span;
use linger_behaviour::{Columns, NO_TEXT, NONE, Names, Number, Run, Text, touch};

/// No code of anything: what nobody ever told matches nothing.
const NO_CODE: u32 = u32::MAX;
/// What one unit may add to a sum: more is a broken sender's, and would drown all others.
const FIGURE_MAX: i64 = 1_000_000_000_000;
/// A stay whose end nobody told is taken to last no longer than this, ms.
const STAY_MS_MAX: i64 = 86_400_000;

/// A term with its names looked up.
struct Part {
    name: u32,
    outcome: Option<u32>,
    currency: Option<u32>,
    take: Take,
    sign: i64,
}

/// A metric with its names looked up.
pub(super) struct Reading {
    over: Vec<Part>,
    under: Vec<Part>,
    pub kind: Kind,
}

/// What kind of metric.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Mean,
    Ratio,
    Quantile(f64),
    Hazard,
}

/// Two sums of one unit over some time.
#[derive(Clone, Default)]
pub(super) struct Tally {
    pub over: i64,
    pub under: i64,
    once: u32,
}

/// Names and columns that all readings share.
pub(super) struct Reader {
    pub metrics: Vec<Reading>,
    exposed: u32,
    entered: u32,
    left: u32,
    sent: u32,
    columns: Columns,
}

/// Somebody was there for a while.
pub(super) struct Stay {
    pub from_ms: i64,
    pub to_ms: i64,
    /// Whether they left, and were not sent away or still there.
    pub left: bool,
    /// The place of its fact in the run, for whose texts it is.
    pub at: usize,
}

impl Reader {
    pub fn new(metrics: &[MetricDesign], names: &dyn Names) -> Reader {
        let name = |it: &str| names.name_code(it).unwrap_or(NO_CODE);
        let text = |column, it: &str| names.text_code(column, it).unwrap_or(NO_CODE);
        let part = |term: &Term| Part {
            name: name(&term.event),
            outcome: (!term.outcome.is_empty()).then(|| text(Text::Outcome, &term.outcome)),
            currency: (term.take == Take::Amount).then(|| text(Text::Currency, &term.currency)),
            take: term.take,
            sign: if term.less { -1 } else { 1 },
        };
        let parts = |of: &[Term]| of.iter().map(part).collect();
        let reading = |metric: &MetricDesign| match &metric.is {
            Measure::Mean { of } => Reading { over: parts(of), under: vec![], kind: Kind::Mean },
            Measure::Ratio { of, over } => Reading { over: parts(of), under: parts(over), kind: Kind::Ratio },
            Measure::Quantile { of, level } => {
                Reading { over: vec![part(of)], under: vec![], kind: Kind::Quantile(*level) }
            }
            Measure::Hazard => Reading { over: vec![], under: vec![], kind: Kind::Hazard },
        };
        let mut columns = Columns::none().with(Text::Outcome).with_number(Number::DurationMs);
        for term in metrics.iter().flat_map(MetricDesign::terms) {
            columns = match term.take {
                Take::Once | Take::Count | Take::Seconds => columns,
                Take::Amount => columns.with(Text::Currency).with_number(Number::AmountMinor),
                Take::Units => columns.with_number(Number::Units),
                Take::Score => columns.with_number(Number::Score),
            };
        }
        Reader {
            metrics: metrics.iter().map(reading).collect(),
            exposed: name(EXPOSED),
            entered: name(touch::ENTERED),
            left: name(touch::LEFT),
            sent: text(Text::Outcome, "sent"),
            columns,
        }
    }

    pub fn columns(&self) -> Columns {
        self.columns
    }

    /// Which of these codes of `Outcome` somebody was shown first, and when; `Err` when they were shown several.
    pub fn shown(&self, run: &Run<'_>, codes: &[u32]) -> Result<Option<(usize, i64)>, ()> {
        let mut found = None;
        for (at, _) in run.name.iter().enumerate().filter(|(_, name)| **name == self.exposed) {
            let outcome = run.texts[Text::Outcome.index()][at];
            let Some(arm) = codes.iter().position(|code| *code == outcome) else { continue };
            match found {
                None => found = Some((arm, run.at_ms[at])),
                Some((first, _)) if first != arm => return Err(()),
                Some(_) => {}
            }
        }
        Ok(found)
    }

    /// Adds what a fact says to the sums of each metric.
    pub fn add(&self, run: &Run<'_>, at: usize, tallies: &mut [Tally]) {
        for (metric, tally) in self.metrics.iter().zip(tallies) {
            for (bit, part) in metric.over.iter().enumerate() {
                tally.over = bounded(tally.over, part.value(run, at, bit, &mut tally.once));
            }
            for (bit, part) in metric.under.iter().enumerate() {
                tally.under = bounded(tally.under, part.value(run, at, bit + 16, &mut tally.once));
            }
        }
    }

    /// The figure of a fact, for a quantile.
    pub fn figure(&self, metric: usize, run: &Run<'_>, at: usize) -> Option<i64> {
        let part = self.metrics[metric].over.first()?;
        part.matches(run, at).then(|| part.figure(run, at)).flatten()
    }

    /// When somebody was there, until `now_ms`.
    pub fn stays(&self, run: &Run<'_>, now_ms: i64) -> Vec<Stay> {
        let mut stays = Vec::new();
        let mut open: Option<(i64, usize)> = None;
        for (at, name) in run.name.iter().enumerate() {
            let at_ms = run.at_ms[at];
            if *name == self.entered {
                open.get_or_insert((at_ms, at));
            } else if *name == self.left {
                open = None;
                let lasted = match run.numbers[Number::DurationMs.index()][at] {
                    NONE => continue,
                    lasted => lasted.clamp(0, STAY_MS_MAX),
                };
                let left = run.texts[Text::Outcome.index()][at] != self.sent;
                stays.push(Stay { from_ms: at_ms - lasted, to_ms: at_ms, left, at });
            }
        }
        if let Some((from_ms, at)) = open
            && now_ms > from_ms
        {
            stays.push(Stay { from_ms, to_ms: now_ms.min(from_ms + STAY_MS_MAX), left: false, at });
        }
        stays
    }
}

impl Reading {
    pub fn is_quantile(&self) -> bool {
        matches!(self.kind, Kind::Quantile(_))
    }
}

impl Part {
    fn matches(&self, run: &Run<'_>, at: usize) -> bool {
        let text = |column: Text| run.texts[column.index()][at];
        run.name[at] == self.name
            && run.name[at] != NO_TEXT
            && self.outcome.is_none_or(|code| text(Text::Outcome) == code)
            && self.currency.is_none_or(|code| text(Text::Currency) == code)
    }

    fn value(&self, run: &Run<'_>, at: usize, bit: usize, once: &mut u32) -> i64 {
        if !self.matches(run, at) {
            return 0;
        }
        if self.take == Take::Once {
            let mask = 1 << bit;
            let first = *once & mask == 0;
            *once |= mask;
            return if first { self.sign } else { 0 };
        }
        self.sign * self.figure(run, at).unwrap_or(0)
    }

    fn figure(&self, run: &Run<'_>, at: usize) -> Option<i64> {
        let number = |column: Number| match run.numbers[column.index()][at] {
            NONE => None,
            // Some tell refunds as negative amounts.
            number => Some(number.saturating_abs().min(FIGURE_MAX)),
        };
        match self.take {
            Take::Once | Take::Count => Some(1),
            Take::Amount => number(Number::AmountMinor),
            Take::Units => number(Number::Units),
            Take::Score => number(Number::Score),
            Take::Seconds => number(Number::DurationMs).map(|ms| ms / 1_000),
        }
    }
}

fn bounded(sum: i64, more: i64) -> i64 {
    sum.saturating_add(more).clamp(-FIGURE_MAX, FIGURE_MAX)
}

/// The span that a moment lies in.
pub(super) fn span_of(spans: &[Span], at_ms: i64) -> Option<usize> {
    spans.iter().position(|it| (it.from_ms..it.to_ms).contains(&at_ms))
}

/// The whole seconds of a stay within some time.
pub(super) fn overlap_s(stay: &Stay, from_ms: i64, to_ms: i64) -> i64 {
    (stay.to_ms.min(to_ms) - stay.from_ms.max(from_ms)).max(0) / 1_000
}
