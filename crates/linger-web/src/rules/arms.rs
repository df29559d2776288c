//! Rules whose arms an experiment draws: what rooms are told of them, which experiments fit a rule, and which rules hang on an
//! experiment. It does not know how anything is drawn.

use super::forms;
use crate::{
    error::ApiError,
    experiments::{design_of, draws_of, status_of},
    house::House,
    wire::{RuleExperiment, RuleTried},
};
use linger_store::{Fault, KeptExperiment, KeptRule};
use linger_strategy::rule::{Action, Problem, RoomRule, Rule, Scope, misfit, problem};
use serde_json::Value;

fn rule_of(kept: &KeptRule) -> Option<Rule> {
    let read = Rule::parse(kept.rule.as_deref()?);
    if read.is_err() {
        tracing::warn!(rule = kept.code, version = kept.version, "a rule that is kept cannot be read");
    }
    read.ok()
}

/// The newest version of every rule that was ever kept: its code, its version, and what rooms are told of it, if it can be
/// read: with the draw of the experiment that it names, as that is now.
pub async fn rules_of(house: &House) -> Result<Vec<(String, u32, Option<RoomRule>)>, Fault> {
    let kept = house.store.rules().await?;
    let rules: Vec<_> = kept.into_iter().map(|it| (rule_of(&it), it.code, it.version)).collect();
    let named = rules.iter().filter_map(|(rule, ..)| rule.as_ref()?.experiment.as_deref()).collect();
    let draws = draws_of(house, &named).await?;
    let placed = |rule: Rule| {
        let draw = rule.experiment.as_ref().and_then(|key| draws.get(key).cloned());
        RoomRule { rule, draw }
    };
    Ok(rules.into_iter().map(|(rule, code, version)| (code, version, rule.map(placed))).collect())
}

/// Every rule that names an experiment.
pub(crate) async fn hanging(house: &House) -> Result<Vec<Rule>, ApiError> {
    let kept = house.store.rules().await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the rules", &fault))?;
    Ok(kept.iter().filter_map(rule_of).filter(|it| it.experiment.is_some()).collect())
}

/// Those of them that name this one.
pub(crate) fn named_by<'a>(rules: &'a [Rule], key: &'a str) -> impl Iterator<Item = &'a Rule> {
    rules.iter().filter(move |it| it.experiment.as_deref() == Some(key))
}

/// What is wrong with the experiment that a rule names, `kept` being what there is of it.
fn wrong_with(rule: &Rule, kept: Option<&KeptExperiment>) -> Option<Problem> {
    let key = rule.experiment.as_ref()?;
    match kept.and_then(|it| Some((design_of(it)?, status_of(it)))) {
        None => Some(Problem::new("experiment", problem::NO_EXPERIMENT, key)),
        Some((design, status)) => rule.misfit(&design, status),
    }
}

/// The rule, if the experiment that it names can draw its arms.
pub(super) async fn fit(house: &House, rule: Rule) -> Result<Rule, ApiError> {
    let Some(key) = &rule.experiment else { return Ok(rule) };
    let kept = house.store.experiment(key).await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading an experiment", &fault))?;
    let wrong = wrong_with(&rule, kept.as_ref());
    wrong.map_or(Ok(rule), |it| Err(forms::refused(&[it])))
}

/// Tells which experiments there are for a rule that is being written, and what is wrong with the one it names.
pub(super) async fn offer(house: &House, written: &Value, tried: &mut RuleTried) -> Result<(), ApiError> {
    let kept = house.store.experiments().await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the experiments", &fault))?;
    let part = |field: &str| written.get(field).cloned().unwrap_or_default();
    let scope = serde_json::from_value(part("scope")).unwrap_or(Scope::Room).kind();
    let action = serde_json::from_value::<Action>(part("do")).ok();
    if let Ok(rule) = Rule::read(written) {
        let named = kept.iter().find(|it| rule.experiment.as_ref() == Some(&it.key));
        tried.problems.extend(wrong_with(&rule, named).map(forms::problem));
    }
    let told = |it: &KeptExperiment| {
        let design = design_of(it)?;
        Some(RuleExperiment {
            key: it.key.clone(),
            unit: design.unit.name().to_owned(),
            status: it.status.clone(),
            why: misfit(scope, action.as_ref(), &design, status_of(it)).map(|it| it.code.to_owned()),
            arms: design.arms.into_iter().map(|it| it.key).collect(),
        })
    };
    tried.experiments = kept.iter().filter_map(told).collect();
    Ok(())
}
