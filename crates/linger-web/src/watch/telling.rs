//! Carries what alarms say out of the house: a webhook for each moment, one mail for all that are new at a look. It does
//! not know when an alarm speaks, nor how webhooks and mail travel.
//!
//! Invariant: a moment that is kept is told, whatever breaks in between. Up to which moment the house is telling is kept
//! before anything is handed out, and that it was told only afterwards; whoever hands out again uses the same ids, so
//! that nothing waits twice.

use super::words;
use crate::{account::store_refused, error::ApiError, house::House};
use linger_outlet::{MailError, WebhookError};
use linger_store::{KeptMoment, Page};
use linger_strategy::alarm::{AlarmRule, Figure, Moment, MomentKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const SETTING: &str = "alarms-told";

/// Numbers of moments.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Cursor {
    /// Up to this one all are told.
    told: u64,
    /// Up to this one they are being told.
    upto: u64,
}

/// A moment as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) name: String,
    pub(super) moment: Moment,
    /// When what it says began.
    #[serde(default)]
    pub(super) since_ms: Option<i64>,
}

/// A moment, and the rule that said it.
pub(super) struct News {
    pub(super) kept: KeptMoment,
    pub(super) said: Said,
    pub(super) rule: AlarmRule,
}

/// Where telling stands. A house that never told anything begins after what it has kept already: that was read in the
/// control room.
async fn cursor(house: &House) -> Result<Cursor, ApiError> {
    let kept = house.store.setting(SETTING).await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading what was told", &fault))?;
    if let Some(cursor) = kept.and_then(|it| serde_json::from_str(&it).ok()) {
        return Ok(cursor);
    }
    let last = house.store.last_moment().await;
    let last = last.map_err(|fault| ApiError::unavailable("reading what alarms said", &fault))?;
    let begin = Cursor { told: last, upto: last };
    keep(house, begin).await?;
    Ok(begin)
}

async fn keep(house: &House, cursor: Cursor) -> Result<(), ApiError> {
    let text = serde_json::to_string(&cursor).unwrap_or_default();
    let done = house.store.set_setting(SETTING, &text, house.now()).await;
    done.map_err(store_refused("keeping what was told"))
}

/// To be called before the first look, so that nothing new counts as old.
pub(super) async fn begin(house: &House) -> Result<(), ApiError> {
    cursor(house).await.map(drop)
}

/// Tells what is kept and not told yet.
pub(super) async fn tell_new(house: &House) -> Result<(), ApiError> {
    loop {
        let mut at = cursor(house).await?;
        let kept = house.store.moments(at.told, Page::FIRST).await;
        let mut kept = kept.map_err(|fault| ApiError::unavailable("reading what alarms said", &fault))?;
        if at.upto == at.told {
            let Some(last) = kept.last() else { return Ok(()) };
            at.upto = last.id;
            keep(house, at).await?;
        }
        kept.retain(|it| it.id <= at.upto);
        hand_out(house, kept, at).await?;
        keep(house, Cursor { told: at.upto, ..at }).await?;
    }
}

async fn hand_out(house: &House, kept: Vec<KeptMoment>, at: Cursor) -> Result<(), ApiError> {
    let rules = house.store.alarms().await;
    let rules = rules.map_err(|fault| ApiError::unavailable("reading the alarms", &fault))?;
    let rules: BTreeMap<u64, String> = rules.into_iter().map(|it| (it.id, it.rule)).collect();
    // An alarm that was forgotten meanwhile has nothing to say any more.
    let news = |kept: KeptMoment| {
        let rule = serde_json::from_str(rules.get(&kept.alarm)?).ok()?;
        let said = serde_json::from_str(&kept.moment).ok()?;
        Some(News { kept, said, rule })
    };
    let news: Vec<News> = kept.into_iter().filter_map(news).collect();
    for it in &news {
        let id = format!("msg_alarm-{}-{}", it.kept.id, it.kept.told_at.0);
        match house.webhooks.send_as(&id, topic(it.said.moment.kind), &body(it)).await {
            Ok(_) => {}
            // What is wrong in itself will not get better, and must not hold up the others.
            Err(fault @ WebhookError::Field { .. }) => tracing::error!(%fault, "a webhook cannot be sent"),
            Err(fault) => return Err(ApiError::unavailable("keeping a webhook", &fault)),
        }
    }
    if let (Some(mail), false, Some(first)) = (&house.mail, house.config.mail_to.is_empty(), news.first()) {
        let id = format!("alarms-{}-{}-{}", at.told, at.upto, first.kept.told_at.0);
        match mail.keep(&id, &house.config.mail_to, &words::letter(house, &news)).await {
            Ok(_) => {}
            Err(fault @ MailError::Field { .. }) => tracing::error!(%fault, "a mail cannot be sent"),
            Err(fault) => return Err(ApiError::unavailable("keeping a mail", &fault)),
        }
    }
    Ok(())
}

/// What endpoints hear of. A name here is part of the interface.
fn topic(kind: MomentKind) -> &'static str {
    match kind {
        MomentKind::Off => "alarm.spoke",
        MomentKind::Drift => "alarm.drifted",
        MomentKind::Clear => "alarm.cleared",
    }
}

fn body(news: &News) -> serde_json::Value {
    // Of a question or a query only that it is one: neither belongs to whoever receives this.
    let figure = match &news.rule.figure {
        Figure::Kpi { kpi } => serde_json::json!({ "of": "kpi", "kpi": kpi.name() }),
        Figure::Question { figure, .. } => serde_json::json!({ "of": "question", "figure": figure }),
        Figure::Sql { .. } => serde_json::json!({ "of": "sql" }),
    };
    let Said { name, moment, since_ms } = &news.said;
    serde_json::json!({
        "alarm": news.kept.alarm,
        "moment": news.kept.id,
        "name": name,
        "figure": figure,
        "at": moment.at_ms,
        "since": since_ms.unwrap_or(moment.at_ms),
        "told_at": news.kept.told_at.0,
        "value": moment.value,
        "usual": moment.baseline,
        "change": moment.change,
        "z": moment.z,
        "people": moment.people,
    })
}
