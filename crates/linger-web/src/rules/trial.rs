//! When a rule would have spoken in a show that was. It does not know what would have come of it.

use super::{READERS, forms};
use crate::{
    account::Staff,
    error::{ApiError, Body},
    house::House,
    hub::intent_wire,
    rooms::room_desk,
    wire::{RuleBackTest, RuleBackTested, RuleEndWire, RuleMoment},
};
use axum::{Json, extract::State};
use linger_engine::FeedEnd;
use linger_log::Position;
use linger_protocol::{Arm, RoomId};
use linger_strategy::rule::{BackTest, Moment, Rule, Show};

/// Entries read at a time.
const PAGE: usize = 8_192;

/// Tries a rule, whether it is kept or not, on a show that was: "it would have spoken at 21:14 and 21:37".
#[utoipa::path(
    post, path = "/api/rules/back-test", tag = "data", request_body = RuleBackTest,
    responses(
        (status = 200, description = "when it would have spoken", body = RuleBackTested),
        (status = 400, description = "what is wrong, by field", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such room or show", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be tried now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn back_test_rule(
    State(house): State<House>,
    staff: Staff,
    Body(asked): Body<RuleBackTest>,
) -> Result<Json<RuleBackTested>, ApiError> {
    staff.need(&READERS)?;
    let rule = forms::read(&asked.rule)?;
    let (room, _) = room_desk(&house, &asked.room)?;
    let test = read_log(&house, &room, &rule).await?;
    let (shows, all) = (test.shows(), test.shows_in_all());
    let show = match asked.show {
        None => shows.last(),
        Some(number) => {
            let forgotten = all.saturating_sub(u32::try_from(shows.len()).unwrap_or(u32::MAX));
            let place = number.checked_sub(1 + forgotten).and_then(|it| usize::try_from(it).ok());
            let show = place.and_then(|it| shows.get(it));
            Some(show.ok_or_else(|| ApiError::not_found("no-such-show"))?)
        }
    };
    Ok(Json(told(show, all)))
}

/// Reads the room's log up to now, page by page, on a thread that may take its time.
async fn read_log(house: &House, room: &RoomId, rule: &Rule) -> Result<BackTest, ApiError> {
    let _alone = house.rules.trials.acquire().await;
    let failed = |fault: &dyn std::fmt::Display| ApiError::unavailable("trying a rule", fault);
    let Some(tail) = house.engine.tail(room) else { return Err(ApiError::not_found("no-such-room")) };
    let mut test = BackTest::new(room, rule);
    let mut from = Position { epoch: tail.epoch, offset: 0 };
    while from.offset < tail.offset {
        let page: Result<_, FeedEnd> = house.engine.read(room, from, PAGE).await;
        let page = page.map_err(|fault| failed(&fault))?;
        if page.is_empty() {
            break;
        }
        from.offset += page.len() as u64;
        let read = tokio::task::spawn_blocking(move || {
            page.iter().for_each(|entry| test.fold(entry));
            test
        });
        test = read.await.map_err(|fault| failed(&fault))?;
    }
    Ok(test)
}

fn told(show: Option<&Show>, shows: u32) -> RuleBackTested {
    let moment = |it: &Moment| {
        let passed_over = it.finding.passed_over.map(|why| why.code().to_owned());
        let arm = match it.finding.intent.arm {
            Arm::Act => RuleEndWire::Done,
            Arm::HoldOut => RuleEndWire::Withheld,
        };
        RuleMoment {
            at: it.finding.intent.at.0,
            show_s: it.show_s,
            arm: passed_over.is_none().then_some(arm),
            passed_over,
            intent: intent_wire(&it.finding.intent),
        }
    };
    RuleBackTested {
        show_began: show.map(|it| it.began.0),
        show_ended: show.and_then(|it| it.ended).map(|it| it.0),
        shows,
        moments: show.map_or(vec![], |it| it.moments.iter().map(moment).collect()),
    }
}
