//! Rules over HTTP: what is kept, what is ready, trying one, and when it would have spoken in a show that was. It does not
//! know how rules work in a room: the binary lets them, and hears of every change through [`House::rule_changes`].

mod arms;
mod forms;
mod telling;
mod trial;

pub use arms::rules_of;
pub(crate) use arms::{hanging, named_by};
pub use telling::NotTold;

use crate::{
    account::{Staff, store_refused},
    error::{ApiError, Body},
    house::House,
    language::Language,
    wire::{Accepted, ReadyRule, RuleInfo, RuleList, RulePut, RuleTried, RuleTry, RuleVersion},
};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use linger_protocol::Role;
use linger_store::{KeptRule, NewAuditEntry};
use linger_strategy::rule::{Rule, ready};
use serde::Deserialize;
use tokio::sync::{Semaphore, watch};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

const WRITERS: [Role; 2] = [Role::Operator, Role::Admin];
const READERS: [Role; 3] = [Role::Host, Role::Operator, Role::Admin];

/// What the edge keeps about rules.
#[derive(Debug)]
pub(crate) struct Desk {
    changes: watch::Sender<u64>,
    /// Trials on the past take a core: one at a time.
    trials: Semaphore,
}

impl Default for Desk {
    fn default() -> Desk {
        Desk { changes: watch::Sender::new(0), trials: Semaphore::new(1) }
    }
}

impl Desk {
    /// What rooms are told of rules may be another by now.
    pub(crate) fn changed(&self) {
        self.changes.send_modify(|it| *it += 1);
    }
}

impl House {
    /// Turns whenever a rule was changed, or the experiment that draws its arms.
    pub fn rule_changes(&self) -> watch::Receiver<u64> {
        self.rules.changes.subscribe()
    }
}

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(list_rules, make_rule))
        .routes(routes!(try_rule))
        .routes(routes!(trial::back_test_rule))
        .routes(routes!(change_rule, remove_rule))
        .routes(routes!(rule_versions))
}

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Spoken {
    /// `en` or `zh`.
    #[serde(default)]
    language: String,
}

/// Which version is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// The version that is taken away.
    after: u32,
}

/// Rules that are kept, rules that are ready to be taken, and the metrics that conditions may name.
#[utoipa::path(
    get, path = "/api/rules", tag = "data", params(Spoken),
    responses(
        (status = 200, description = "by code", body = RuleList),
        (status = 400, description = "no such language", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_rules(
    State(house): State<House>,
    staff: Staff,
    spoken: Result<Query<Spoken>, QueryRejection>,
) -> Result<Json<RuleList>, ApiError> {
    staff.need(&READERS)?;
    let bad = || ApiError::field("bad-field", "language");
    let Query(spoken) = spoken.map_err(|_| bad())?;
    let language = match spoken.language.as_str() {
        "" => house.config.language,
        code => Language::parse(code).ok_or_else(bad)?,
    };
    let tongue = match language {
        Language::En => ready::Tongue::English,
        Language::Zh => ready::Tongue::Chinese,
    };
    let ready = ready::all(tongue).into_iter().map(|it| ReadyRule {
        code: it.code.clone(),
        when_cel: it.when_cel(),
        rule: serde_json::to_value(&it).unwrap_or_default(),
    });
    let kept = house.store.rules().await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the rules", &fault))?;
    let rules = kept.into_iter().filter_map(forms::info).collect();
    Ok(Json(RuleList { rules, ready: ready.collect(), metrics: forms::metrics() }))
}

/// Keeps a new rule. It works in every room it is meant for within a second.
#[utoipa::path(
    post, path = "/api/rules", tag = "data", request_body = RulePut,
    responses(
        (status = 201, description = "kept", body = RuleInfo),
        (status = 400, description = "what is wrong, by field", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 409, description = "there is such a rule, or there are too many", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn make_rule(
    State(house): State<House>,
    staff: Staff,
    Body(put): Body<RulePut>,
) -> Result<(StatusCode, Json<RuleInfo>), ApiError> {
    staff.need(&WRITERS)?;
    let rule = arms::fit(&house, forms::read(&put.rule)?).await?;
    if put.after != 0 {
        return Err(ApiError::field("bad-field", "after"));
    }
    let info = keep(&house, &staff, &rule, 0, "rule.made").await?;
    Ok((StatusCode::CREATED, Json(info)))
}

/// Keeps another version of a rule.
#[utoipa::path(
    put, path = "/api/rules/{rule}", tag = "data", request_body = RulePut,
    params(("rule" = String, Path, description = "its code")),
    responses(
        (status = 200, description = "kept", body = RuleInfo),
        (status = 400, description = "what is wrong, by field", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such rule", body = ApiError),
        (status = 409, description = "somebody else changed it in the meantime", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn change_rule(
    State(house): State<House>,
    Path(code): Path<String>,
    staff: Staff,
    Body(put): Body<RulePut>,
) -> Result<Json<RuleInfo>, ApiError> {
    staff.need(&WRITERS)?;
    let rule = forms::read(&put.rule)?;
    if rule.code != code {
        return Err(ApiError::field("bad-field", "rule.code"));
    }
    let rule = arms::fit(&house, rule).await?;
    present(&house, &code).await?;
    Ok(Json(keep(&house, &staff, &rule, put.after, "rule.changed").await?))
}

/// Takes a rule away; what it did stays in the logs, and its versions are kept.
#[utoipa::path(
    delete, path = "/api/rules/{rule}", tag = "data",
    params(("rule" = String, Path, description = "its code"), After),
    responses(
        (status = 200, description = "gone", body = Accepted),
        (status = 400, description = "no version", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such rule", body = ApiError),
        (status = 409, description = "somebody else changed it in the meantime", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn remove_rule(
    State(house): State<House>,
    Path(code): Path<String>,
    staff: Staff,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&WRITERS)?;
    let Query(after) = after.map_err(|_| ApiError::field("bad-field", "after"))?;
    present(&house, &code).await?;
    let gone = house.store.put_rule(&code, after.after, None, staff.person, house.now()).await;
    gone.map_err(store_refused("taking a rule away"))?;
    noted(&house, &staff, "rule.removed", &code).await?;
    Ok(Json(Accepted { ok: true }))
}

/// Looks at a rule without keeping it: what is wrong with it, how it is written the other way, and which experiments could draw
/// its arms.
#[utoipa::path(
    post, path = "/api/rules/try", tag = "data", request_body = RuleTry,
    responses(
        (status = 200, description = "what is wrong with it, if anything is", body = RuleTried),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "experiments cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn try_rule(
    State(house): State<House>,
    staff: Staff,
    Body(asked): Body<RuleTry>,
) -> Result<Json<RuleTried>, ApiError> {
    staff.need(&READERS)?;
    let mut tried = forms::tried(&asked.rule);
    // What is tried elsewhere is for those who may see experiments.
    if staff.need(&WRITERS).is_ok() {
        arms::offer(&house, &asked.rule, &mut tried).await?;
    }
    Ok(Json(tried))
}

/// All versions of a rule, newest first: who wrote what when.
#[utoipa::path(
    get, path = "/api/rules/{rule}/versions", tag = "data",
    params(("rule" = String, Path, description = "its code")),
    responses(
        (status = 200, description = "newest first", body = Vec<RuleVersion>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such rule", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn rule_versions(
    State(house): State<House>,
    Path(code): Path<String>,
    staff: Staff,
) -> Result<Json<Vec<RuleVersion>>, ApiError> {
    staff.need(&READERS)?;
    let kept = house.store.rule_versions(&code).await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the versions of a rule", &fault))?;
    if kept.is_empty() {
        return Err(ApiError::not_found("no-such-rule"));
    }
    Ok(Json(kept.into_iter().map(forms::version).collect()))
}

async fn present(house: &House, code: &str) -> Result<(), ApiError> {
    let kept = house.store.rules().await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the rules", &fault))?;
    let there = kept.iter().any(|it| it.code == code && it.rule.is_some());
    if there { Ok(()) } else { Err(ApiError::not_found("no-such-rule")) }
}

async fn keep(
    house: &House,
    staff: &Staff,
    rule: &Rule,
    after: u32,
    action: &str,
) -> Result<RuleInfo, ApiError> {
    let (text, now) = (rule.to_text(), house.now());
    let version = house.store.put_rule(&rule.code, after, Some(&text), staff.person, now).await;
    let version = version.map_err(store_refused("keeping a rule"))?;
    noted(house, staff, action, &rule.code).await?;
    let (code, by) = (rule.code.clone(), staff.person);
    let kept = KeptRule { code, version, rule: Some(text), changed_at: now, changed_by: by };
    forms::info(kept).ok_or_else(|| ApiError::not_found("no-such-rule"))
}

/// Tells those who let rules work, and the audit trail.
async fn noted(house: &House, staff: &Staff, action: &str, code: &str) -> Result<(), ApiError> {
    house.rules.changed();
    let subject = format!("rule:{code}");
    let entry = NewAuditEntry { at: house.now(), actor: staff.person, action, subject: &subject };
    house.store.audit(entry).await.map_err(store_refused("noting what was done"))
}
