//! Experiments as they go over the wire. It does not know how an arm is drawn or judged.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An experiment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExperimentInfo {
    /// Its key.
    pub key: String,
    /// What it is: hypothesis, unit, arms, metrics and what it should detect.
    pub design: serde_json::Value,
    /// `draft`, `running`, `paused` or `stopped`.
    pub status: String,
    /// Counts how often it was drawn; each version is judged by itself.
    pub version: u32,
    /// Counts how often it was changed: whoever changes it says which change they saw last.
    pub revision: u32,
    /// Whether it was ended because something was wrong.
    pub killed: bool,
    /// When it was changed last.
    pub changed_at: i64,
    /// When this version began to run first; absent when it never did.
    pub began_at: Option<i64>,
    /// The rules that hang on it, by code.
    pub rules: Vec<HangingRule>,
}

/// A rule whose arms an experiment draws.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HangingRule {
    /// Its code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Whether it works.
    pub on: bool,
    /// The one arm in which it acts; in all but the first when absent.
    pub arm: Option<String>,
}

/// An experiment with its history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExperimentRead {
    /// As it is.
    #[serde(flatten)]
    pub experiment: ExperimentInfo,
    /// Everything that was done with it, in order.
    pub steps: Vec<ExperimentStepWire>,
}

/// Something that was done with an experiment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExperimentStepWire {
    /// The how-manyeth change it was.
    pub revision: u32,
    /// The version since then.
    pub version: u32,
    /// `made`, `changed`, `new-version`, `started`, `paused`, `resumed`, `stopped`, `killed` or `rolled-out`.
    pub what: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: i64,
}

/// A new experiment.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentNew {
    /// Its key: 1 to 64 of a-z, 0-9, `-` and `_`.
    pub key: String,
    /// What it is.
    pub design: serde_json::Value,
}

/// Another design of an experiment.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentPut {
    /// The revision that was seen last.
    pub after: u32,
    /// What it is from now on.
    pub design: serde_json::Value,
}

/// What is done with an experiment.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentMove {
    /// The revision that was seen last; ending it works without.
    #[serde(default)]
    pub after: Option<u32>,
    /// To which share of all units a rollout goes on.
    #[serde(default)]
    pub coverage: Option<f64>,
}

/// What is being planned.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanAsked {
    /// The figure today: a mean, or a share of people.
    pub baseline: f64,
    /// The standard deviation between units; for a share it follows from the share.
    #[serde(default)]
    pub spread: Option<f64>,
    /// The smallest effect worth knowing, as a share of the figure.
    pub effect: f64,
    /// The weights of the arms.
    #[serde(default = "even")]
    pub weights: Vec<f64>,
    /// Metrics that are judged together.
    #[serde(default = "alone")]
    pub metrics: u32,
    /// The chance of a claim where nothing has an effect.
    #[serde(default = "one_in_twenty")]
    pub alpha: f64,
    /// The chance of seeing an effect of that size.
    #[serde(default = "four_in_five")]
    pub power: f64,
    /// New units a day.
    #[serde(default)]
    pub per_day: Option<f64>,
    /// The share of all units that takes part.
    #[serde(default = "whole")]
    pub coverage: f64,
    /// How units come in clusters, where they do.
    #[serde(default)]
    pub clusters: Option<PlanClusters>,
}

/// Units that come in clusters: viewers of hosts.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanClusters {
    /// Their mean size.
    pub size: f64,
    /// The standard deviation of the size as a share of it.
    #[serde(default)]
    pub variation: f64,
    /// How alike two people of one cluster are, 0 to 1.
    pub correlation: f64,
}

/// What a plan comes to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Planned {
    /// Units of all arms that are needed.
    pub units: u64,
    /// Days until they are there; absent when nobody said how many come, or beyond ten years.
    pub days: Option<u32>,
    /// The smallest effect that is seen after each of some lengths of time, as a share of the figure.
    pub seen_after: Vec<SeenAfter>,
    /// The same for somebody who looks all the time, and stops when something is found.
    pub always: PlannedAlways,
}

/// What a plan comes to for somebody who looks all the time.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PlannedAlways {
    /// Units of all arms until an effect of that size is found with the planned chance.
    pub units: u64,
    /// Days until they are there.
    pub days: Option<u32>,
    /// Units until it is found in half of all cases.
    pub half_units: u64,
    /// Days until they are there.
    pub half_days: Option<u32>,
}

/// What can be seen after some time.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct SeenAfter {
    /// Days.
    pub days: u32,
    /// The smallest effect, as a share of the figure.
    pub effect: f64,
}

/// Who is left alone from now on.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HoldoutsPut {
    /// By everything.
    pub everything: HoldoutWire,
    /// By a programme, by its name.
    pub programmes: BTreeMap<String, HoldoutWire>,
    /// When they were changed last by what was seen; whatever they are when absent.
    pub after: Option<i64>,
}

/// Who is left alone, and since when.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HoldoutsRead {
    /// By everything automatic.
    pub everything: HoldoutWire,
    /// By a programme, by its name.
    pub programmes: BTreeMap<String, HoldoutWire>,
    /// Since when each leaves alone whom it drew: `everything`, or `programme/NAME`. None is named that leaves nobody alone.
    pub since: BTreeMap<String, i64>,
    /// When they were changed last.
    pub changed_at: i64,
}

/// A share that is left alone, beside as many who are measured.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HoldoutWire {
    /// The share, 0 to 0.5.
    pub share: f64,
    /// Counts how often it was drawn: another number draws anew.
    pub phase: u32,
}

/// What a flag is for somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FlagWire {
    /// Its value.
    pub value: serde_json::Value,
    /// The experiment that sets it.
    pub experiment: String,
    /// Its version.
    pub version: u32,
    /// The arm.
    pub arm: String,
}

fn even() -> Vec<f64> {
    vec![1.0, 1.0]
}

fn alone() -> u32 {
    1
}

fn one_in_twenty() -> f64 {
    0.05
}

fn four_in_five() -> f64 {
    0.8
}

fn whole() -> f64 {
    1.0
}
