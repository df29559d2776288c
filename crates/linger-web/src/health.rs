//! Is it alive, may it take load, and what has it done: `/healthz`, `/readyz`, `/metrics`. It does not know who reads
//! the figures, nor what is done when they are bad.

use crate::{
    account::{Address, Staff},
    error::ApiError,
    house::House,
    wire::Accepted,
};
use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use linger_protocol::{Role, RoomId};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::{ConstGauge, Gauge},
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use serde::Serialize;
use std::{
    future::Future,
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::timeout};
use utoipa::ToSchema;

/// Rooms that are told by name; with more of them only sums are told.
const ROOMS_NAMED_MAX: usize = 200;
/// How long a part may take to answer.
const PART_MAX: Duration = Duration::from_secs(2);
/// How long an answer to "ready?" is good for: asking often shall not be work.
const READY_FOR: Duration = Duration::from_secs(2);

/// Figures of the edge. Labels come from our own code and routes, never from what somebody sent.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    sockets: Gauge,
    frames: Counter,
    deliveries: Counter,
    slow: Counter,
    floods: Counter,
    asks: Family<Outcome, Counter>,
    ask_seconds: Histogram,
    refusals: Family<Code, Counter>,
    sign_ins: Family<SignedIn, Counter>,
    http: Family<Http, Counter>,
    http_seconds: Histogram,
    facts: Counter,
    facts_refused: Family<Code, Counter>,
    append_seconds: Histogram,
    visible_seconds: Histogram,
    ready: Mutex<Option<(Instant, Ready)>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignedIn {
    how: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Http {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AtMost {
    /// Entries, or `more`.
    at_most: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InRoom {
    room: String,
}

/// Buckets narrow enough to read a 99th percentile off: from 0.5 ms to 15 s, each 1.25 times the one before.
fn fine_seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_5, 1.25, 47))
}

impl Default for Metrics {
    fn default() -> Metrics {
        // From 0.5 ms to 16 s, doubling.
        let seconds = || Histogram::new(exponential_buckets(0.000_5, 2.0, 16));
        let mut metrics = Metrics {
            registry: Registry::with_prefix("linger"),
            sockets: Gauge::default(),
            frames: Counter::default(),
            deliveries: Counter::default(),
            slow: Counter::default(),
            floods: Counter::default(),
            asks: Family::default(),
            ask_seconds: seconds(),
            refusals: Family::default(),
            sign_ins: Family::default(),
            http: Family::default(),
            http_seconds: seconds(),
            facts: Counter::default(),
            facts_refused: Family::default(),
            append_seconds: fine_seconds(),
            visible_seconds: fine_seconds(),
            ready: Mutex::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let Metrics { registry, .. } = self;
        registry.register("sockets", "Sockets open now", self.sockets.clone());
        registry.register("frames_sent", "Frames of events handed to sockets", self.frames.clone());
        registry.register(
            "deliveries",
            "Public events times the sockets they went to",
            self.deliveries.clone(),
        );
        registry.register(
            "slow_readers",
            "Sockets sent away because they read too slowly",
            self.slow.clone(),
        );
        registry.register("floods", "Sockets sent away because they sent too much", self.floods.clone());
        registry.register("asks", "What rooms were asked, by outcome", self.asks.clone());
        registry.register("ask_seconds", "Time from an ask to its durable answer", self.ask_seconds.clone());
        registry.register("refusals", "Asks refused, by code", self.refusals.clone());
        registry.register("sign_ins", "Sign-ins of staff, by way and outcome", self.sign_ins.clone());
        registry.register("http_requests", "HTTP requests by route and status", self.http.clone());
        registry.register(
            "http_request_seconds",
            "Time to the head of the answer",
            self.http_seconds.clone(),
        );
        registry.register("facts_stored", "Facts that became durable", self.facts.clone());
        registry.register(
            "facts_refused",
            "Told events that were refused, by code",
            self.facts_refused.clone(),
        );
        registry.register(
            "facts_append_seconds",
            "Time to make a request's facts durable",
            self.append_seconds.clone(),
        );
        registry.register(
            "facts_visible_seconds",
            "Time from a request's receipt until segments, which follow all facts, have taken its facts in",
            self.visible_seconds.clone(),
        );
    }

    pub(crate) fn socket_opened(&self) {
        self.sockets.inc();
    }

    pub(crate) fn socket_closed(&self) {
        self.sockets.dec();
    }

    /// One frame with so many public events was handed to one socket.
    pub(crate) fn delivered(&self, events: u64) {
        self.frames.inc();
        self.deliveries.inc_by(events);
    }

    pub(crate) fn slow_reader_cut(&self) {
        self.slow.inc();
    }

    pub(crate) fn flood_cut(&self) {
        self.floods.inc();
    }

    /// A room was asked; `code` is `ok` or the code of the error.
    pub(crate) fn asked(&self, code: &str, took: Duration) {
        self.asks.get_or_create(&Outcome { outcome: code.to_owned() }).inc();
        self.ask_seconds.observe(took.as_secs_f64());
        if code != "ok" {
            self.refused(code);
        }
    }

    /// A gateway asked so much at once; what became of it is counted by code, as in [`Metrics::asked`].
    pub(crate) fn asked_together(&self, codes: &[(&str, u64)], took: Duration) {
        for (code, n) in codes {
            self.asks.get_or_create(&Outcome { outcome: (*code).to_owned() }).inc_by(*n);
            (0..*n).for_each(|_| self.ask_seconds.observe(took.as_secs_f64()));
            if *code != "ok" {
                self.refusals.get_or_create(&Code { code: (*code).to_owned() }).inc_by(*n);
            }
        }
    }

    /// Something was refused before a room was asked.
    pub(crate) fn refused(&self, code: &str) {
        self.refusals.get_or_create(&Code { code: code.to_owned() }).inc();
    }

    /// A request's facts were made durable, or were not.
    pub(crate) fn appended(&self, took: Duration) {
        self.append_seconds.observe(took.as_secs_f64());
    }

    /// An event that was told was refused.
    pub(crate) fn event_refused(&self, code: &'static str) {
        self.facts_refused.get_or_create(&Code { code: code.to_owned() }).inc();
    }

    /// So many facts are durable.
    pub(crate) fn facts_stored(&self, count: usize) {
        self.facts.inc_by(count as u64);
    }

    /// A live rule has taken these facts in. Each receipt counts once.
    pub(crate) fn facts_followed(&self, facts: &[linger_behaviour::Fact], now_ms: i64) {
        let mut last = i64::MIN;
        for fact in facts {
            if fact.received_ms != last {
                last = fact.received_ms;
                #[expect(clippy::cast_precision_loss, reason = "milliseconds of a delay are far below 2^52")]
                self.visible_seconds.observe(now_ms.saturating_sub(last).max(0) as f64 / 1_000.0);
            }
        }
    }

    pub(crate) fn signed_in(&self, how: &'static str, done: bool) {
        let outcome = if done { "done" } else { "refused" };
        self.sign_ins.get_or_create(&SignedIn { how, outcome }).inc();
    }

    pub(crate) fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.http.get_or_create(&Http { method, route: route.to_owned(), status }).inc();
        self.http_seconds.observe(took.as_secs_f64());
    }
}

/// Whether the process lives.
#[utoipa::path(
    get, path = "/healthz", tag = "health",
    responses((status = 200, description = "it lives", body = Accepted))
)]
pub(crate) async fn healthz() -> Json<Accepted> {
    Json(Accepted { ok: true })
}

/// Whether it may take load, and which part says no.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    /// Whether every part is ready.
    ready: bool,
    /// The parts.
    parts: Vec<Part>,
}

/// One part of the house.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Part {
    /// `engine`, `store`, `disk`, `media` or `running`.
    part: &'static str,
    /// Whether it is ready.
    ok: bool,
}

/// Whether it may take load.
#[utoipa::path(
    get, path = "/readyz", tag = "health",
    responses(
        (status = 200, description = "it may", body = Ready),
        (status = 503, description = "it may not; the parts say why", body = Ready),
    )
)]
pub(crate) async fn readyz(State(house): State<House>) -> Response {
    let mut last = house.metrics.ready.lock().await;
    let fresh = last.take().filter(|(at, _)| at.elapsed() < READY_FOR && !house.is_stopping());
    let (at, ready) = match fresh {
        Some(fresh) => fresh,
        None => (Instant::now(), look(&house).await),
    };
    *last = Some((at, ready.clone()));
    let status = if ready.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(ready)).into_response()
}

async fn look(house: &House) -> Ready {
    let (engine, store, disk) =
        tokio::join!(in_time(engine(house)), in_time(store(house)), in_time(disk(house)));
    let media = !house.media.advertised().udp.is_empty();
    let parts = vec![
        Part { part: "running", ok: !house.is_stopping() },
        Part { part: "engine", ok: engine },
        Part { part: "rooms", ok: house.desks().iter().all(|desk| desk.hub.is_caught_up()) },
        Part { part: "store", ok: store },
        Part { part: "disk", ok: disk },
        Part { part: "media", ok: media },
    ];
    Ready { ready: parts.iter().all(|part| part.ok), parts }
}

async fn in_time(part: impl Future<Output = bool>) -> bool {
    timeout(PART_MAX, part).await.unwrap_or(false)
}

/// The engine answers when everything decided before is durable, so an answer also says that the log is being written.
async fn engine(house: &House) -> bool {
    let Some(room) = house.engine.rooms().into_iter().next().or_else(|| RoomId::new("-").ok()) else {
        return false;
    };
    house.engine.look(&room, |_| ()).await.is_ok()
}

async fn store(house: &House) -> bool {
    house.store.staff_count().await.is_ok()
}

/// Whether something can be kept: a full or failing disk refuses this write as it would refuse an order.
async fn disk(house: &House) -> bool {
    let (folder, spare) = &house.config.disk_spare;
    match rustix::fs::statvfs(folder) {
        Ok(stat) if stat.f_bavail.saturating_mul(stat.f_frsize) >= *spare => {}
        Ok(_) => return false,
        Err(error) => {
            tracing::error!(%error, "the data folder cannot be looked at");
            return false;
        }
    }
    let now = house.now();
    let kept = house.store.set_setting("edge.last-ready", &now.0.to_string(), now).await;
    kept.inspect_err(|fault| tracing::error!(%fault, "nothing can be kept")).is_ok()
}

/// Somebody on this machine, or an administrator.
pub(crate) struct MayMeasure;

impl FromRequestParts<House> for MayMeasure {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<MayMeasure, ApiError> {
        let Ok(address) = Address::from_request_parts(parts, house).await;
        if address.is_local(&parts.headers) {
            return Ok(MayMeasure);
        }
        Staff::from_request_parts(parts, house).await?.need(&[Role::Admin])?;
        Ok(MayMeasure)
    }
}

/// Figures in OpenMetrics text.
#[utoipa::path(
    get, path = "/metrics", tag = "health",
    responses(
        (status = 200, description = "the figures", body = String, content_type = "application/openmetrics-text"),
        (status = 401, description = "not from this machine, and not signed in", body = ApiError),
        (status = 403, description = "not an administrator", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security((), ("session" = []))
)]
pub(crate) async fn metrics(State(house): State<House>, _may: MayMeasure) -> Result<Response, ApiError> {
    let mut out = String::with_capacity(16 << 10);
    let failed = |_| ApiError::unavailable("writing the figures", &"they could not be encoded");
    text::encode_registry(&mut out, &house.metrics.registry).map_err(failed)?;
    text::encode_registry(&mut out, &momentary(&house)).map_err(failed)?;
    text::encode_eof(&mut out).map_err(failed)?;
    let mut headers = HeaderMap::new();
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok((headers, out).into_response())
}

/// What is not counted as it happens but read when asked.
fn momentary(house: &House) -> Registry {
    let cards: Vec<_> = house.desks().iter().map(|desk| desk.hub.card()).collect();
    let mut registry = Registry::with_prefix("linger");
    let mut gauge = |name: &str, help: &str, value: u64| {
        registry.register(name, help, ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)));
    };
    let media = house.media.stats();
    gauge("rooms", "Rooms open", cards.len() as u64);
    gauge("rooms_live", "Rooms whose picture is there", cards.iter().filter(|card| card.live).count() as u64);
    gauge("people_here", "People in all rooms", cards.iter().map(|card| u64::from(card.here)).sum());
    gauge("media_publishers", "Publisher sessions", media.publishers);
    gauge("media_viewers", "Viewer sessions", media.viewers);
    gauge("media_viewers_connected", "Viewer sessions that are connected", media.viewers_connected);
    let mut counter =
        |name: &str, help: &str, value: u64| registry.register(name, help, ConstCounter::new(value));
    counter("media_forwarded_bytes", "Payload bytes written to viewers", media.bytes_forwarded);
    counter("media_forwarded_packets", "Packets written to viewers", media.packets_forwarded);
    counter("media_received_packets", "Packets taken from publishers", media.packets_received);
    counter("media_dropped_datagrams", "Datagrams a socket did not take", media.datagrams_dropped);
    counter("log_entries", "Entries of rooms that became durable", house.engine.written().entries());
    let batches = Family::<AtMost, Counter>::default();
    for (bound, n) in house.engine.written().batches().filter(|(_, n)| *n > 0) {
        let at_most = bound.map_or_else(|| "more".to_owned(), |bound: u64| bound.to_string());
        batches.get_or_create(&AtMost { at_most }).inc_by(n);
    }
    registry.register("log_batches", "Syncs of the rooms' log, by the entries that shared one", batches);
    if cards.len() <= ROOMS_NAMED_MAX {
        let here = Family::<InRoom, Gauge>::default();
        for card in cards {
            here.get_or_create(&InRoom { room: card.room }).set(i64::from(card.here));
        }
        registry.register("room_here", "People in a room", here);
    }
    registry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_is_counted_under_its_name() {
        let metrics = Metrics::default();
        metrics.socket_opened();
        metrics.socket_opened();
        metrics.socket_closed();
        metrics.delivered(3);
        metrics.asked("ok", Duration::from_millis(2));
        metrics.asked("sold-out", Duration::from_millis(2));
        metrics.answered("GET", "/api/rooms/{room}", 404, Duration::from_millis(1));
        let mut out = String::new();
        text::encode(&mut out, &metrics.registry).unwrap();
        for line in [
            "linger_sockets 1",
            "linger_deliveries_total 3",
            "linger_asks_total{outcome=\"sold-out\"} 1",
            "linger_refusals_total{code=\"sold-out\"} 1",
            "linger_ask_seconds_count 2",
            "linger_http_requests_total{method=\"GET\",route=\"/api/rooms/{room}\",status=\"404\"} 1",
        ] {
            assert!(out.lines().any(|it| it == line), "{line} is not in\n{out}");
        }
    }
}
