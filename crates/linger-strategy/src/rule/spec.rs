//! A rule as data: what it looks at, when it acts, what it does, how often and at which price. It does not know how it is
//! evaluated or carried out.
//!
//! A rule has one action: two things that are to happen on one occasion are two rules with one condition, each with a budget,
//! an arm and an uplift of its own.

use super::{
    action::Action,
    expr::{Cmp, Num, Test},
    form::Condition,
    metric::{Metric, ScopeKind},
    problem::{self, Problem},
    program::Program,
};
use linger_protocol::{Currency, ItemId, Limits, RoomId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Rooms that one rule names.
pub const ROOMS_MAX: usize = 100;
/// Characters of a note.
const NOTE_CHARS: usize = 500;
/// The priority of a rule that says none.
const PRIORITY: u8 = 50;

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its code, for ever: 1 to 64 of a-z, 0-9 and `-`.
    pub code: String,
    /// What people call it, 1 to 120 characters.
    pub name: String,
    /// Why it is there, at most 500 characters.
    #[serde(default)]
    pub note: String,
    /// Whether it works.
    pub on: bool,
    /// The rooms it works in, at most [`ROOMS_MAX`]; all when none is named.
    #[serde(default)]
    pub rooms: Vec<String>,
    /// What it looks at.
    pub scope: Scope,
    /// Over how many seconds windowed figures are counted, 10 to 600.
    pub window_s: u32,
    /// When it acts.
    pub when: Condition,
    /// When it is ready to act again; as soon as `when` is not true any more, where this is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Condition>,
    /// For how many seconds `when` has to be true on end, at most 3,600.
    #[serde(default)]
    pub hold_s: u32,
    /// How many people have to be there, in its scope, for its figures to mean anything; at most 1,000,000.
    #[serde(default)]
    pub people_min: u32,
    /// What it does.
    #[serde(rename = "do")]
    pub action: Action,
    /// Seconds from one time it acts to the next on the same subject, 10 to 86,400; from 0 for questions.
    pub cool_down_s: u32,
    /// How often, and at which price.
    pub budget: Budget,
    /// Who goes first when two rules want the same, 0 to 100: the higher one, then the one whose code comes first.
    #[serde(default = "usual_priority")]
    pub priority: u8,
    /// Which share of its occasions is held out for comparison, 0 to 0.9; 0 where an experiment draws the arms.
    pub hold_out: f64,
    /// Counts the phases of the experiment: another phase draws the arms anew.
    #[serde(default = "first_phase")]
    pub phase: u32,
    /// The experiment that draws its arms, instead of drawing them by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
    /// The one arm of it in which the rule acts; in all but the first, where this is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
}

fn usual_priority() -> u8 {
    PRIORITY
}

fn first_phase() -> u32 {
    1
}

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Scope {
    /// The room as a whole.
    Room,
    /// The segment of the show that is on: from one change of the card over the picture to the next.
    Segment {
        /// Only segments of this item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<u64>,
    },
    /// Each source that people come from, for itself.
    Source {
        /// Only this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
    },
    /// A group of viewers.
    Cohort {
        /// Which.
        cohort: Cohort,
    },
    /// Each viewer for themself.
    Viewer,
    /// Each open question for itself.
    Question,
}

impl Scope {
    /// Its kind.
    pub fn kind(&self) -> ScopeKind {
        match self {
            Scope::Room => ScopeKind::Room,
            Scope::Segment { .. } => ScopeKind::Segment,
            Scope::Source { .. } => ScopeKind::Source,
            Scope::Cohort { .. } => ScopeKind::Cohort,
            Scope::Viewer => ScopeKind::Viewer,
            Scope::Question => ScopeKind::Question,
        }
    }
}

/// A group of viewers. Who is in it is told from the room's own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cohort {
    /// Who is here for the first time in a show of this room.
    New,
    /// Who was here in an earlier show.
    Returning,
    /// Who follows the host.
    Followers,
    /// Who ordered something in this show.
    Buyers,
}

impl Cohort {
    /// Every cohort.
    pub const ALL: [Cohort; 4] = [Cohort::New, Cohort::Returning, Cohort::Followers, Cohort::Buyers];

    /// The word used in rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Cohort::New => "new",
            Cohort::Returning => "returning",
            Cohort::Followers => "followers",
            Cohort::Buyers => "buyers",
        }
    }
}

/// How often a rule acts in a show, and at which price. What is held out counts as if it had been done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Times in one show, 1 to 1,000.
    pub times: u32,
    /// Money in one show; needed by what gives something away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Amount>,
    /// Times for one viewer in one show, 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times_per_viewer: Option<u32>,
    /// Money for one viewer in one show, in minor units of `money`'s currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor_per_viewer: Option<i64>,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// In minor units.
    pub minor: i64,
    /// Of which currency.
    pub currency: String,
}

impl Rule {
    /// Reads a rule and looks at all of it: the problems name each field that is wrong.
    pub fn read(value: &Value) -> Result<Rule, Vec<Problem>> {
        // Conditions are read first and by themselves: they can say where in them something is wrong.
        let mut problems = vec![];
        for field in ["when", "until"] {
            if let Some(value) = value.get(field).filter(|it| !it.is_null())
                && let Err(problem) = Condition::read(value, field)
            {
                problems.push(problem);
            }
        }
        // So are the parts that can be of several kinds.
        problems.extend(part::<Scope>(value, "scope"));
        problems.extend(part::<Action>(value, "do"));
        problems.extend(part::<Budget>(value, "budget"));
        if !problems.is_empty() {
            return Err(problems);
        }
        let rule: Rule = serde_json::from_value(value.clone()).map_err(|error| vec![blamed(&error)])?;
        let problems = rule.check();
        if problems.is_empty() { Ok(rule) } else { Err(problems) }
    }

    /// Reads a rule as text, of [`Limits::RULE_BYTES`] at most.
    pub fn parse(text: &str) -> Result<Rule, Vec<Problem>> {
        if text.len() > Limits::RULE_BYTES {
            return Err(vec![Problem::new("", problem::TOO_LONG, Limits::RULE_BYTES.to_string())]);
        }
        let value = serde_json::from_str(text).map_err(|_| vec![Problem::new("", problem::BAD_VALUE, "")])?;
        Rule::read(&value)
    }

    /// The rule as text: what a room's log keeps.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a rule has nothing that JSON cannot say")
    }

    /// Whether it works in this room.
    pub fn works_in(&self, room: &RoomId) -> bool {
        self.on && (self.rooms.is_empty() || self.rooms.iter().any(|it| it == room.as_str()))
    }

    /// Everything that is wrong with it.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = vec![];
        let mut need = |holds: bool, field: &str, code: &'static str, about: &str| {
            if !holds {
                problems.push(Problem::new(field, code, about));
            }
        };
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let code = (1..=Limits::RULE_CODE_CHARS).contains(&self.code.len()) && self.code.bytes().all(word);
        need(code, "code", problem::BAD_VALUE, "1..64 a-z 0-9 -");
        let name = (1..=Limits::TITLE_CHARS).contains(&self.name.trim().chars().count());
        need(name, "name", problem::RANGE, "1..120");
        need(self.note.chars().count() <= NOTE_CHARS, "note", problem::TOO_LONG, "500");
        need(self.rooms.len() <= ROOMS_MAX, "rooms", problem::TOO_LONG, "100");
        need(self.rooms.iter().all(|it| RoomId::new(it).is_ok()), "rooms", problem::BAD_VALUE, "");
        if let Scope::Source { source: Some(source) } = &self.scope {
            let fits = (1..=32).contains(&source.len()) && source.bytes().all(word);
            need(fits, "scope.source", problem::BAD_VALUE, "1..32 a-z 0-9 -");
        }
        let question = self.scope.kind() == ScopeKind::Question;
        let window = if question { 1..=3_600 } else { 10..=600 };
        need(window.contains(&self.window_s), "window_s", problem::RANGE, "10..600");
        need(self.hold_s <= 3_600, "hold_s", problem::RANGE, "0..3600");
        need(self.people_min <= 1_000_000, "people_min", problem::RANGE, "0..1000000");
        let cool_down = if question { 0..=86_400 } else { 10..=86_400 };
        need(cool_down.contains(&self.cool_down_s), "cool_down_s", problem::RANGE, "10..86400");
        need(self.priority <= 100, "priority", problem::RANGE, "0..100");
        need((0.0..=0.9).contains(&self.hold_out), "hold_out", problem::RANGE, "0..0.9");
        self.check_experiment(&mut problems);
        self.budget.check(self.action.gives(), &mut problems);
        self.action.check(self.scope.kind(), &mut problems);
        self.check_conditions(&mut problems);
        problems
    }

    fn check_conditions(&self, problems: &mut Vec<Problem>) {
        let kind = self.scope.kind();
        let mut look = |condition: &Condition, field: &str| -> Option<Test> {
            let read = condition.test(field).and_then(|test| test.check(field, kind).map(|()| test));
            read.map_err(|problem| problems.push(problem)).ok()
        };
        let when = look(&self.when, "when");
        if let Some(until) = &self.until {
            look(until, "until");
        }
        if let Some(test) = when
            && kind == ScopeKind::Question
            && (askers(&test).is_none() || self.until.is_some() || self.hold_s > 0)
        {
            problems.push(Problem::new("when", problem::QUESTION, "askers >= 3.0"));
        }
    }

    /// When it acts, as a tree. Only for rules that were read.
    pub(crate) fn when(&self) -> Test {
        self.when.test("when").expect("a rule that was read has a condition that can be")
    }

    /// When it acts, in CEL.
    pub fn when_cel(&self) -> String {
        super::cel::print(&self.when())
    }

    /// When it is ready again, in CEL, if it says so.
    pub fn until_cel(&self) -> Option<String> {
        self.until.as_ref()?.test("until").ok().map(|it| super::cel::print(&it))
    }

    pub(crate) fn programs(&self) -> (Program, Option<Program>) {
        let until = self.until.as_ref().and_then(|it| it.test("until").ok());
        (Program::of(&self.when()), until.as_ref().map(Program::of))
    }

    /// The item whose segments it looks at.
    pub(crate) fn segment_item(&self) -> Option<ItemId> {
        match self.scope {
            Scope::Segment { item } => item.map(ItemId),
            _ => None,
        }
    }
}

/// How many people have to ask, where a condition says no more than that.
pub(crate) fn askers(test: &Test) -> Option<u32> {
    let test = match test {
        Test::All(parts) if parts.len() == 1 => parts.first()?,
        one => one,
    };
    let Test::Is(cmp, a, b) = test else { return None };
    let (cmp, value) = match (a, b) {
        (Num::Metric(Metric::Askers), Num::Const(value)) => (*cmp, *value),
        (Num::Const(value), Num::Metric(Metric::Askers)) => (cmp.turned(), *value),
        _ => return None,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "looked at first")]
    let people = (value.fract() == 0.0 && (1.0..=1_000.0).contains(&value)).then_some(value as u32)?;
    (cmp == Cmp::Ge).then_some(people)
}

impl Budget {
    fn check(&self, gives: bool, problems: &mut Vec<Problem>) {
        let mut need = |holds: bool, field: &str, code: &'static str, about: &str| {
            if !holds {
                problems.push(Problem::new(format!("budget{field}"), code, about));
            }
        };
        let times = 1..=Limits::RULE_TIMES_MAX;
        need(times.contains(&self.times), ".times", problem::RANGE, "1..1000");
        let per_viewer = self.times_per_viewer.is_none_or(|it| (1..=100).contains(&it));
        need(per_viewer, ".times_per_viewer", problem::RANGE, "1..100");
        need(!gives || self.money.is_some(), ".money", problem::NEEDS_MONEY, "");
        let Some(money) = &self.money else {
            return need(self.minor_per_viewer.is_none(), ".money", problem::MISSING, "");
        };
        let minor = 1..=Limits::PRICE_MINOR_MAX;
        need(minor.contains(&money.minor), ".money.minor", problem::RANGE, "1..10000000000");
        need(Currency::new(&money.currency).is_some(), ".money.currency", problem::BAD_VALUE, "ISO 4217");
        let per_viewer = self.minor_per_viewer.is_none_or(|it| (1..=money.minor).contains(&it));
        need(per_viewer, ".minor_per_viewer", problem::NO_BUDGET, "");
    }

    /// The currency of its money.
    pub(crate) fn currency(&self) -> Option<Currency> {
        Currency::new(&self.money.as_ref()?.currency)
    }
}

/// What is wrong with the form of a part of a rule.
fn part<T: serde::de::DeserializeOwned>(rule: &Value, field: &str) -> Option<Problem> {
    let error = serde_json::from_value::<T>(rule.get(field)?.clone()).err()?;
    let problem = blamed(&error);
    let field =
        if problem.field.is_empty() { field.to_owned() } else { format!("{field}.{}", problem.field) };
    Some(Problem { field, ..problem })
}

/// What serde found wrong, as a problem.
fn blamed(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let quoted = text.split('`').nth(1).unwrap_or_default();
    let code = if text.starts_with("missing field") {
        problem::MISSING
    } else if text.starts_with("unknown field") {
        problem::UNKNOWN_FIELD
    } else {
        problem::BAD_VALUE
    };
    let field = if code == problem::BAD_VALUE { "" } else { quoted };
    Problem::new(field, code, quoted)
}
