//! The rules that hang on an experiment, as far as they bind it: what they need of it stays while they do. It does not know what
//! rules do.

use crate::{
    error::ApiError,
    house::House,
    rules::{hanging, named_by},
    wire::HangingRule,
};
use axum::http::StatusCode;
use linger_strategy::{
    experiment::{Design, Status},
    rule::{Rule, problem},
};

/// Rules that one answer names.
const NAMED_MAX: usize = 20;

pub(super) fn told(rules: &[Rule], key: &str) -> Vec<HangingRule> {
    let one = |it: &Rule| HangingRule {
        code: it.code.clone(),
        name: it.name.clone(),
        on: it.on,
        arm: it.arm.clone(),
    };
    named_by(rules, key).map(one).collect()
}

/// Refuses while rules of a kind name an experiment.
pub(super) async fn alone(house: &House, key: &str, binds: impl Fn(&Rule) -> bool) -> Result<(), ApiError> {
    let rules = hanging(house).await?;
    refused(named_by(&rules, key).filter(|it| binds(it)), "rules")
}

/// Refuses a design that rules which name the experiment do not fit.
pub(super) async fn check_rules(house: &House, key: &str, design: &Design) -> Result<(), ApiError> {
    let rules = hanging(house).await?;
    for rule in named_by(&rules, key) {
        // Whether it runs is no question of the design.
        let Some(wrong) = rule.misfit(design, Status::Draft) else { continue };
        let field = match wrong.code {
            problem::EXPERIMENT_ARM => "design.arms",
            problem::EXPERIMENT_FLAG => "design.places",
            _ => "design.unit",
        };
        refused([rule].into_iter(), field)?;
    }
    Ok(())
}

fn refused<'a>(rules: impl Iterator<Item = &'a Rule>, field: &str) -> Result<(), ApiError> {
    let codes: Vec<&str> = rules.take(NAMED_MAX).map(|it| it.code.as_str()).collect();
    if codes.is_empty() {
        return Ok(());
    }
    let (field, why) = (Some(field.to_owned()), Some(codes.join(", ")));
    Err(ApiError { field, why, ..ApiError::new(StatusCode::CONFLICT, "experiment-has-rules") })
}
