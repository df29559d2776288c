//! Shows looked back at: a room's log folded into its shows as far as it goes, kept, and folded on when it has grown. It
//! does not know how a moment or a cause is found, nor how they are told.

mod paper;
mod told;

use crate::{
    account::Staff,
    ask::parse,
    error::ApiError,
    house::House,
    language::Language,
    rooms::room_desk,
    wire::{ReviewWire, ShowCard},
};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::header,
    response::{IntoResponse, Response},
};
use linger_engine::FeedEnd;
use linger_insight::review::{Digest, Review, ReviewReport, Show, Shows, findings};
use linger_log::Position;
use linger_protocol::{Millis, Role, RoomId};
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::Mutex;
use utoipa::IntoParams;

pub use paper::Paper;

/// Entries read at a time.
const PAGE_ENTRIES: usize = 8_192;
/// Finished shows whose whole review is kept; others are folded again when they are asked for.
const REVIEWS_KEPT: usize = 6;
/// Shows in one list: the latest.
const SHOWS_LISTED: usize = 200;
/// A running show is looked at again after this, in ms, however many ask.
const PRESENT_FOR_MS: u64 = 2_000;

/// What is kept of a room's shows.
#[derive(Default)]
pub(crate) struct ReviewDesk(Mutex<Folded>);

#[derive(Default)]
struct Folded {
    shows: Shows,
    /// Up to where the log is folded; `None` before the first time.
    position: Option<Position>,
    /// The finished shows, in order.
    over: Vec<Digest>,
    /// Reviews of finished shows, the one used last at the end.
    kept: Vec<Arc<ReviewWire>>,
    present: Option<Present>,
}

struct Present {
    position: Position,
    at: Millis,
    digest: Digest,
    review: Arc<ReviewWire>,
}

impl Folded {
    /// Takes in a page of the log.
    fn take(&mut self, entries: &[linger_protocol::Entry]) {
        for entry in entries {
            let Some(show) = self.shows.fold(entry) else { continue };
            let (digest, review) = look_back(&show, &self.over);
            self.over.push(digest);
            self.keep(Arc::new(review));
        }
    }

    fn keep(&mut self, review: Arc<ReviewWire>) {
        self.kept.retain(|it| it.show.number != review.show.number);
        self.kept.push(review);
        if self.kept.len() > REVIEWS_KEPT {
            self.kept.remove(0);
        }
    }

    fn look_at_present(&mut self, position: Position, at: Millis) {
        let is_fresh = |it: &Present| {
            it.position == position
                || (at.since(it.at) < PRESENT_FOR_MS && it.review.show.number as usize > self.over.len())
        };
        if self.present.as_ref().is_some_and(is_fresh) {
            return;
        }
        self.present = self.shows.present().map(|show| {
            let (digest, review) = look_back(&show, &self.over);
            Present { position, at, digest, review: Arc::new(review) }
        });
    }
}

fn look_back(show: &Show, earlier: &[Digest]) -> (Digest, ReviewWire) {
    let review = Review::of(show);
    let digest = Digest::of(show, &review);
    let found = findings(&digest, earlier);
    let wire = told::review(show, &review, &digest, &found, earlier.len());
    (digest, wire)
}

/// The shows of a room, the latest first, each in one line.
#[utoipa::path(
    get, path = "/api/rooms/{room}/shows", tag = "data", params(("room" = String, Path, description = "the room")),
    responses(
        (status = 200, description = "at most 200 shows, the running one among them", body = Vec<ShowCard>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_shows(
    State(house): State<House>,
    staff: Staff,
    Path(room): Path<String>,
) -> Result<Json<Vec<ShowCard>>, ApiError> {
    staff.need(&[Role::Host, Role::Operator, Role::Admin])?;
    let (room, _) = room_desk(&house, &room)?;
    with_folded(&house, &room, |folded| {
        let present = folded.present.iter().map(|it| it.review.show.clone());
        let over = folded.over.iter().rev().map(told::card);
        Some(present.chain(over).take(SHOWS_LISTED).collect())
    })
    .await?
    .map(Json)
    .ok_or_else(|| ApiError::not_found("no-such-room"))
}

/// A show with its curves, its moments, their likely causes and what was poor about it.
#[utoipa::path(
    get, path = "/api/rooms/{room}/shows/{show}/review", tag = "data",
    params(
        ("room" = String, Path, description = "the room"),
        ("show" = u32, Path, description = "which of its shows, from 1"),
    ),
    responses(
        (status = 200, description = "the review", body = ReviewWire),
        (status = 400, description = "no number", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room or show", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn review_show(
    State(house): State<House>,
    staff: Staff,
    Path((room, show)): Path<(String, String)>,
) -> Result<Json<ReviewWire>, ApiError> {
    staff.need(&[Role::Host, Role::Operator, Role::Admin])?;
    let number: u32 = parse(&show, "show")?;
    let (room, _) = room_desk(&house, &room)?;
    let kept = with_folded(&house, &room, move |folded| {
        let present = folded.present.as_ref().map(|it| &it.review);
        present.into_iter().chain(&folded.kept).find(|it| it.show.number == number).cloned()
    })
    .await?;
    let review = match kept {
        Some(review) => Some(review),
        None => fold_again(&house, &room, number).await?,
    };
    let review = review.ok_or_else(|| ApiError::not_found("no-such-show"))?;
    Ok(Json(review.as_ref().clone()))
}

/// What a report is asked over.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportAsked {
    /// The last 1, 7 or 30 days.
    days: Option<u32>,
    /// `en` or `zh`.
    lang: Option<String>,
    /// The time zone that times are told in, by its IANA name.
    zone: Option<String>,
}

/// A report over the shows of a day, a week or a month, as a file to be kept or sent on.
#[utoipa::path(
    get, path = "/api/rooms/{room}/report", tag = "data",
    params(("room" = String, Path, description = "the room"), ReportAsked),
    responses(
        (status = 200, description = "a self-contained page", body = String, content_type = "text/html"),
        (status = 400, description = "no such length, language or zone", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn report_shows(
    State(house): State<House>,
    staff: Staff,
    Path(room): Path<String>,
    asked: Result<Query<ReportAsked>, QueryRejection>,
) -> Result<Response, ApiError> {
    staff.need(&[Role::Host, Role::Operator, Role::Admin])?;
    let (room, _) = room_desk(&house, &room)?;
    let Query(asked) = asked.map_err(|_| ApiError::field("bad-field", "query"))?;
    let days = asked.days.unwrap_or(7);
    let language = Language::parse(asked.lang.as_deref().unwrap_or("en"))
        .ok_or_else(|| ApiError::field("bad-field", "lang"))?;
    let paper = shows_report(&house, &room, days, language, asked.zone.as_deref().unwrap_or("UTC")).await?;
    let file = format!("attachment; filename=\"linger-{room}-{days}.html\"");
    let heads =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, file)];
    Ok((heads, paper.html).into_response())
}

/// The report over the shows that began in the last `days` days, in words: for a file, or for mail. `days` is 1, 7 or 30;
/// `zone` is an IANA name.
///
/// Errors name the field that is wrong, or say that the room or its log cannot be read.
pub async fn shows_report(
    house: &House,
    room: &RoomId,
    days: u32,
    language: Language,
    zone: &str,
) -> Result<Paper, ApiError> {
    if !matches!(days, 1 | 7 | 30) {
        return Err(ApiError::field("bad-field", "days"));
    }
    let zone = jiff::tz::TimeZone::get(zone).map_err(|_| ApiError::field("bad-field", "zone"))?;
    let now = house.now();
    let from = Millis(now.0.saturating_sub(i64::from(days) * 86_400_000));
    let (report, title) = report_between(house, room, from, now).await?;
    let subject = language.say("report", &format!("title-{days}"), &[("room", &title)]);
    Ok(paper::paper(&report, subject, language, &zone))
}

/// The report over the shows that began from `from` until before `to`, under a subject that is made of the room's title;
/// `None` when none began.
pub(crate) async fn period_report(
    house: &House,
    room: &RoomId,
    [from, to]: [Millis; 2],
    subject: impl Fn(&str) -> String,
    zone: &jiff::tz::TimeZone,
) -> Result<Option<Paper>, ApiError> {
    let (report, title) = report_between(house, room, from, to).await?;
    let language = house.config.language;
    let written = |report| paper::paper(report, subject(&title), language, zone);
    Ok(Some(&report).filter(|it| !it.shows.is_empty()).map(written))
}

/// A report in figures, and the room's title.
async fn report_between(
    house: &House,
    room: &RoomId,
    from: Millis,
    to: Millis,
) -> Result<(ReviewReport, String), ApiError> {
    let report = with_folded(house, room, move |folded| {
        let mut all = folded.over.clone();
        all.extend(folded.present.as_ref().map(|it| it.digest.clone()));
        Some(ReviewReport::over(&all, from, to))
    })
    .await?;
    let report = report.ok_or_else(|| ApiError::not_found("no-such-room"))?;
    let title = house.desk(room).map_or_else(|| room.to_string(), |desk| desk.hub.card().title);
    Ok((report, title))
}

/// Asks what is folded of a room, up to the present end of its log. The folding goes on when whoever asked has gone, so
/// that a long log is folded once and not begun again and again.
async fn with_folded<T: Send + 'static>(
    house: &House,
    room: &RoomId,
    ask: impl FnOnce(&Folded) -> Option<T> + Send + 'static,
) -> Result<Option<T>, ApiError> {
    let (house, room) = (house.clone(), room.clone());
    let work = tokio::spawn(async move {
        let Some(desk) = house.desk(&room) else { return Ok(None) };
        let mut folded = desk.review.0.lock().await;
        let Some(tail) = house.engine.tail(&room) else { return Ok(None) };
        let mut position = folded.position.unwrap_or(Position { epoch: tail.epoch, offset: 0 });
        if position.epoch != tail.epoch {
            *folded = Folded::default();
            position = Position { epoch: tail.epoch, offset: 0 };
        }
        while position.offset < tail.offset {
            let page = house.engine.read(&room, position, PAGE_ENTRIES).await.map_err(unreadable)?;
            if page.is_empty() {
                break;
            }
            position.offset += page.len() as u64;
            tokio::task::block_in_place(|| folded.take(&page));
            folded.position = Some(position);
        }
        tokio::task::block_in_place(|| folded.look_at_present(position, house.now()));
        Ok(ask(&folded))
    });
    work.await.map_err(|fault| ApiError::unavailable("looking back at a show", &fault))?
}

/// Folds the log again up to the end of one finished show, and keeps its review.
async fn fold_again(house: &House, room: &RoomId, number: u32) -> Result<Option<Arc<ReviewWire>>, ApiError> {
    let (house, room) = (house.clone(), room.clone());
    let work = tokio::spawn(async move {
        let Some(desk) = house.desk(&room) else { return Ok(None) };
        let mut folded = desk.review.0.lock().await;
        let place = number as usize;
        if place == 0 || place > folded.over.len() {
            return Ok(None);
        }
        let Some(end) = folded.position else { return Ok(None) };
        let mut shows = Shows::default();
        let mut position = Position { offset: 0, ..end };
        while position.offset < end.offset {
            let page = house.engine.read(&room, position, PAGE_ENTRIES).await.map_err(unreadable)?;
            if page.is_empty() {
                break;
            }
            position.offset += page.len() as u64;
            let find =
                || page.iter().filter_map(|entry| shows.fold(entry)).find(|show| show.number == number);
            let Some(show) = tokio::task::block_in_place(find) else { continue };
            let earlier = &folded.over[..place - 1];
            let review = Arc::new(tokio::task::block_in_place(|| look_back(&show, earlier).1));
            folded.keep(review.clone());
            return Ok(Some(review));
        }
        Ok(None)
    });
    work.await.map_err(|fault| ApiError::unavailable("looking back at a show", &fault))?
}

fn unreadable(end: FeedEnd) -> ApiError {
    ApiError::unavailable("reading a room's log", &end)
}
