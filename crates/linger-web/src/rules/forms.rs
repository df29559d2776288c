//! Rules in the form in which they go over the wire. It does not know who asks.

use crate::{
    error::{ApiError, FieldProblem},
    wire::{RuleInfo, RuleMetric, RuleProblemWire, RuleTried, RuleVersion},
};
use axum::http::StatusCode;
use linger_store::KeptRule;
use linger_strategy::rule::{Clause, Condition, Metric, Problem, Rule, ScopeKind, cel};
use serde_json::Value;

/// A rule that can be kept; or every field that is wrong.
pub(super) fn read(written: &Value) -> Result<Rule, ApiError> {
    Rule::read(written).map_err(|problems| refused(&problems))
}

/// A rule cannot be kept, and why, field by field.
pub(super) fn refused(problems: &[Problem]) -> ApiError {
    let field = problems.first().map(|it| format!("rule.{}", it.field));
    let problem = |it: &Problem| FieldProblem { field: it.field.clone(), why: it.to_string() };
    let problems = problems.iter().map(problem).collect();
    ApiError { field, problems, ..ApiError::new(StatusCode::BAD_REQUEST, "bad-rule") }
}

pub(super) fn info(kept: KeptRule) -> Option<RuleInfo> {
    let rule = Rule::parse(kept.rule.as_deref()?).ok()?;
    Some(RuleInfo {
        code: kept.code,
        version: kept.version,
        when_cel: rule.when_cel(),
        rule: serde_json::to_value(&rule).ok()?,
        changed_at: kept.changed_at.0,
        changed_by: kept.changed_by.to_string(),
    })
}

pub(super) fn version(kept: KeptRule) -> RuleVersion {
    RuleVersion {
        version: kept.version,
        rule: kept.rule.and_then(|text| serde_json::from_str(&text).ok()),
        changed_at: kept.changed_at.0,
        changed_by: kept.changed_by.to_string(),
    }
}

/// What is wrong with a rule, and its conditions written the other way, as far as they can be read.
pub(super) fn tried(written: &Value) -> RuleTried {
    let problems = Rule::read(written).err().unwrap_or_default();
    let test = |field: &str| {
        let condition = Condition::read(written.get(field)?, field).ok()?;
        condition.test(field).ok()
    };
    let when = test("when");
    RuleTried {
        problems: problems.into_iter().map(problem).collect(),
        when_cel: when.as_ref().map(cel::print),
        until_cel: test("until").as_ref().map(cel::print),
        when_form: when.as_ref().and_then(Clause::of).and_then(|it| serde_json::to_value(it).ok()),
        experiments: vec![],
    }
}

pub(super) fn problem(it: Problem) -> RuleProblemWire {
    RuleProblemWire { field: it.field, code: it.code.to_owned(), about: it.about }
}

pub(super) fn metrics() -> Vec<RuleMetric> {
    let metric = |it: Metric| {
        let (least, most) = it.bounds();
        let scopes = ScopeKind::ALL.into_iter().filter(|scope| it.fits(*scope));
        RuleMetric {
            name: it.name().to_owned(),
            unit: it.unit().to_owned(),
            least,
            most,
            windowed: it.is_windowed(),
            scopes: scopes.map(|scope| scope.as_str().to_owned()).collect(),
        }
    };
    Metric::ALL.into_iter().map(metric).collect()
}
