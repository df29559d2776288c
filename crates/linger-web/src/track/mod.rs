//! The door for events: Segment's HTTP interface, CloudEvents, the keys they are told with, and what they look like.
//!
//! An event is answered only when it is durable, and each of a batch has its own answer. What arrives is read and
//! understood on threads where nothing else waits: a flood of events does not hold up a room.
//!
//! It does not know how events are stored (`linger-events`) or what is asked of them.

mod amount;
mod answer;
mod aside;
mod batch;
mod collect;
mod keys;
mod meaning;
mod personal;
mod raw;
mod schema;
mod senders;
mod told;
pub(crate) mod touches;
mod when;

pub use batch::fact_id;
pub use meaning::room_person;
pub(crate) use senders::Sender;

use crate::{account::InUse, error::ApiError, house::House};
use linger_behaviour::Fact;
use linger_events::{Incoming, Outcome, Who};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Requests that may be on their way at once; each holds at most its body and what it is made into.
const UNDER_WAY_MAX: usize = 192;
/// Threads for what the house itself keeps beside them.
const OTHERS_MAX: usize = 16;
/// Requests that are read and understood at once: this is what costs, and the rooms want the processor too.
const READING_MAX: usize = 2;
/// How often what events look like, and when keys were used, is kept.
const KEEP_EVERY: Duration = Duration::from_secs(10);

/// What the edge keeps for the collection of events.
pub(crate) struct Track {
    senders: senders::Senders,
    schema: schema::Schema,
    under_way: Semaphore,
    reading: std::sync::Arc<Semaphore>,
    aside: aside::Aside,
    pub(crate) touches: touches::Touches,
    restored: tokio::sync::OnceCell<()>,
}

impl Track {
    pub(crate) fn new(per_address: u32) -> Track {
        Track {
            senders: senders::Senders::new(per_address),
            schema: schema::Schema::default(),
            under_way: Semaphore::new(UNDER_WAY_MAX),
            reading: std::sync::Arc::new(Semaphore::new(READING_MAX)),
            aside: aside::Aside::new(UNDER_WAY_MAX + OTHERS_MAX),
            touches: touches::Touches::default(),
            restored: tokio::sync::OnceCell::new(),
        }
    }

    /// Takes room for so many asks from an address, or says after how many ms there will be.
    pub(crate) fn admit(&self, address: std::net::IpAddr, asks: usize) -> Result<(), u64> {
        self.senders.admit(address, asks)
    }

    pub(crate) fn forget_quiet(&self) {
        self.senders.forget_quiet();
    }

    /// Goes on from what was kept of earlier days.
    async fn restore(&self, house: &House) -> Result<(), ApiError> {
        let restoring = async {
            let kept = house.store.event_fields().await;
            let kept = kept.map_err(|fault| ApiError::unavailable("reading what events have", &fault))?;
            self.schema.restore(kept);
            Ok(())
        };
        self.restored.get_or_try_init(|| restoring).await.map(|_| ())
    }
}

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(collect::collect))
        .routes(routes!(collect::collect_cloud_events))
        .routes(routes!(keys::list_write_keys, keys::make_write_key))
        .routes(routes!(keys::revoke_write_key))
        .routes(routes!(keys::get_schema))
        .routes(routes!(keys::accept_schema))
}

/// The sender whose write key stands in the `Authorization` header; `None` when there is no such header.
///
/// # Errors
/// 401 when there is no such key; 503 when it cannot be found out now.
pub(crate) async fn sender_of(
    house: &House,
    headers: &axum::http::HeaderMap,
) -> Result<Option<std::sync::Arc<InUse<Sender>>>, ApiError> {
    let Some(key) = senders::key_in_headers(headers) else { return Ok(None) };
    house.track.senders.find(&house.store, &key, house.now()).await.map(Some)
}

/// The sender of a write key that came by itself.
///
/// # Errors
/// 401 when there is no such key; 503 when it cannot be found out now.
pub(crate) async fn sender_of_key(
    house: &House,
    key: &str,
) -> Result<std::sync::Arc<InUse<Sender>>, ApiError> {
    house.track.senders.find(&house.store, key, house.now()).await
}

/// A shop's token said which of its customers somebody in a room is: from here on both are one person among events.
pub(crate) fn customer_came(house: &House, person: linger_protocol::PersonId, customer: &str) {
    let (room_person, now_ms) = (room_person(person), house.now().0);
    let fact = Fact {
        at_ms: now_ms,
        received_ms: now_ms,
        name: "person.identified".into(),
        id: fact_id("customers", &format!("{room_person}/{customer}")),
        class: linger_behaviour::Class::Profile,
        ..Fact::default()
    };
    let who = Who { anonymous: Some(room_person.into()), known: Some(customer.into()) };
    let house = house.clone();
    tokio::spawn(async move {
        // The next time they come it is told again; what failed stands in the log.
        let _ = keep(&house, vec![Incoming { who, fact, alias: None }]).await;
    });
}

/// Makes facts durable, off the threads that serve.
///
/// # Errors
/// 503 when they could not be kept; none of them is.
pub(crate) async fn keep(house: &House, facts: Vec<Incoming>) -> Result<Vec<Outcome>, ApiError> {
    let working = house.clone();
    let kept = house.track.aside.run(move || append(&working, facts)).await;
    kept.map_err(|fault| ApiError::unavailable("keeping events", &fault))?
}

/// The same on a thread that may wait.
fn append(house: &House, facts: Vec<Incoming>) -> Result<Vec<Outcome>, ApiError> {
    let begun = Instant::now();
    let kept = house.events.append(facts);
    house.metrics.appended(begun.elapsed());
    kept.map_err(|fault| ApiError::unavailable("keeping events", &fault))
}

/// Begins to count what becomes durable, and to keep what events look like.
pub(crate) fn follow(house: &House) {
    let (metrics, live) = (house.metrics.clone(), house.live.clone());
    house.events.watch(Box::new(move |facts| {
        live.take(facts);
        metrics.facts_stored(facts.len());
    }));
    touches::follow(house.clone());
    let house = house.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(KEEP_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !house.is_stopping() {
            ticks.tick().await;
            keep_schema(&house).await;
        }
    });
}

/// The last ticks, when the server stops.
pub(crate) async fn finish(house: &House) {
    touches::tell(house).await;
    keep_schema(house).await;
}

/// Keeps what events look like and when keys were used. What fails is kept the next time.
pub(crate) async fn keep_schema(house: &House) {
    let track = &house.track;
    if track.restore(house).await.is_err() {
        return;
    }
    let changed = track.schema.changed();
    if !changed.is_empty()
        && let Err(fault) = house.store.keep_event_fields(&changed).await
    {
        tracing::warn!(%fault, "what events look like was not kept; trying again");
        track.schema.not_kept(&changed);
    }
    let used = track.senders.keys.used();
    if !used.is_empty()
        && let Err(fault) = house.store.note_write_keys(&used).await
    {
        tracing::warn!(%fault, "the use of write keys was not noted");
    }
}
