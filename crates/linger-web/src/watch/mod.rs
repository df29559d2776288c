//! What the house watches by itself: segments as facts arrive, the board, alarms and whom they tell, reports when their
//! time is over, and the summaries that analysts ask. It does not know what a segment or an alarm means (`linger-strategy`), or how facts are stored.
//!
//! Segments are built from the whole store at the start and whenever one changes, on a thread of their own, and then
//! follow every fact. Facts that become durable in the very moment between the two may be missed or counted twice until
//! the next building, an hour later at most.

mod alarms;
mod board;
mod build;
mod reports;
mod scores;
mod segments;
mod sql;
mod telling;
mod webhooks;
mod words;

pub use reports::ReportEvery;

use crate::{error::ApiError, house::House};
use linger_behaviour::{Answer, PersonKey, Question};
use linger_events::AskLimits;
use linger_strategy::segment::{Calendar, Engine};
use std::{
    sync::{Mutex, MutexGuard},
    time::{Duration, Instant},
};
use tokio::sync::Notify;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How long the questions of one request may take together: less than the time to the head of an answer.
const ASK_MAX: Duration = Duration::from_secs(15);
/// Memory of the questions of one request.
const ASK_BYTES_MAX: u64 = 512 << 20;

/// What the edge keeps for watching.
#[derive(Default)]
pub(crate) struct Desk {
    /// None until built for the first time.
    engine: Mutex<Option<Engine>>,
    /// Something about segments changed.
    stale: Notify,
    board: Mutex<Option<(Instant, Vec<linger_strategy::kpi::Reading>)>>,
}

impl Desk {
    /// A person was erased: they leave every segment at once, and what they may have had under other keys goes with the
    /// next building, which begins now.
    pub(crate) fn forget(&self, person: PersonKey) {
        if let Some(engine) = self.engine().as_mut() {
            engine.erase(person);
        }
        self.stale.notify_one();
    }

    fn engine(&self) -> MutexGuard<'_, Option<Engine>> {
        self.engine.lock().unwrap_or_else(|it| it.into_inner())
    }
}

/// Begins to watch.
pub(crate) fn follow(house: &House) {
    tokio::spawn(build::follow(house.clone()));
    tokio::spawn(alarms::follow(house.clone()));
    tokio::spawn(reports::follow(house.clone()));
    tokio::spawn(sql::follow(house.clone()));
}

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(segments::list_segments))
        .routes(routes!(segments::put_segment, segments::remove_segment))
        .routes(routes!(segments::export_segment))
        .routes(routes!(segments::segment_members))
        .routes(routes!(segments::tag_person))
        .routes(routes!(board::get_board, board::put_aim))
        .routes(routes!(alarms::list_alarms, alarms::make_alarm))
        .routes(routes!(alarms::try_alarm))
        .routes(routes!(alarms::remove_alarm))
        .routes(routes!(alarms::alarm_moments))
        .routes(routes!(webhooks::list_webhooks, webhooks::make_webhook))
        .routes(routes!(webhooks::remove_webhook))
        .routes(routes!(webhooks::rotate_webhook))
        .routes(routes!(webhooks::test_webhook))
        .routes(routes!(webhooks::webhook_tries))
        .routes(routes!(webhooks::send_webhook_again))
        .routes(routes!(sql::ask_sql))
}

/// The shop's calendar. Its zone was checked when the house was put together.
fn calendar(house: &House) -> Calendar {
    Calendar::new(&house.config.zone)
        .or_else(|_| Calendar::new("UTC"))
        .unwrap_or_else(|_| unreachable!("UTC is in every zone data base"))
}

/// Asks questions of one state of the store, one after the other.
async fn answers(house: &House, questions: Vec<Question>) -> Result<Vec<Answer>, ApiError> {
    let (events, zone) = (house.events.clone(), house.config.zone.clone());
    let asked = tokio::task::spawn_blocking(move || {
        let snapshot = events.snapshot();
        let names = snapshot.names();
        let until = Some(Instant::now() + ASK_MAX);
        let mut answers = vec![];
        for question in &questions {
            question.check().map_err(|wrong| ApiError::field("bad-field", &wrong.field))?;
            let limits = AskLimits { threads: 1, bytes_max: ASK_BYTES_MAX, until, ..AskLimits::default() };
            let fold = snapshot.fold(|| question.fold(names, &zone), &limits);
            let fold = fold.map_err(|fault| ApiError::unavailable("answering a question", &fault))?;
            answers.push(fold.finish(names).map_err(|wrong| ApiError::field("bad-field", &wrong.field))?);
        }
        Ok(answers)
    });
    asked.await.map_err(|error| ApiError::unavailable("answering a question", &error))?
}
