//! What the edge works with, put together once by the binary and shared by every route. It does not know how any of
//! it was configured.

use crate::{
    account::Passkeys, hub::Hub, language::Language, limits::Limiter, presence::Gather, watch::ReportEvery,
};
use jiff::{Timestamp, tz::TimeZone};
use linger_engine::Engine;
use linger_events::EventStore;
use linger_media::Media;
use linger_outlet::{Findings, MailOutbox, Providers, WebhookSender};
use linger_protocol::{Millis, RoomId};
use linger_store::{Store, Vault};
use std::{
    collections::HashMap,
    sync::{Arc, RwLock, atomic::AtomicBool},
    time::Duration,
};
use tokio::sync::watch;
use url::Url;

/// How often the limits forget those who have been quiet.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// Settings of the edge.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// The address people type, without a path: decides the cookie's `Secure`, the passkeys' domain and which origins
    /// are ours.
    pub public_url: Url,
    /// Sockets of one room.
    pub sockets_per_room_max: usize,
    /// Sockets from one network address.
    pub sockets_per_address_max: usize,
    /// Guest tokens given to one network address in a minute.
    pub guests_per_minute: u32,
    /// New device tokens given to one network address in an hour; whoever comes beyond that without one shares the limits of
    /// one device with the rest of the address.
    pub devices_per_hour: u32,
    /// Asks of one person in a second, in the long run; short bursts may be three times that.
    pub asks_per_second: u32,
    /// Least time between two frames to the same room's sockets: more events go into one frame.
    pub frame_every: Duration,
    /// Comments of the talk that everybody is shown in a second, in the long run; all when it is zero. Gateways of one
    /// room need the same.
    pub talk_per_second: u32,
    /// How long a broken connection counts as present, waiting for its return.
    pub grace: Duration,
    /// How long a guest's token holds, ms.
    pub guest_token_ms: u64,
    /// How long a staff session holds without use, ms.
    pub session_ms: u64,
    /// The folder of the server's data, and the free bytes under which it says that it is not ready.
    pub disk_spare: (std::path::PathBuf, u64),
    /// How often an open socket of staff is asked again whether its session still holds, in the same role.
    pub seat_check_every: Duration,
    /// Whether well-known personal properties of events (mail addresses, phone numbers, names) are kept.
    pub track_personal: bool,
    /// The time zone of the shop's days, an IANA name: the same as the store of events has.
    pub zone: String,
    /// Events told from one network address in a second, in the long run.
    pub track_per_address: u32,
    /// The language of what the house writes by itself, such as mail.
    pub language: Language,
    /// To whom the house writes mail; of no use without [`HouseParts::mail`].
    pub mail_to: Vec<String>,
    /// Which reports are mailed when their time is over.
    pub reports: Vec<ReportEvery>,
    /// How often alarms look, and how often the house looks whether a report is due.
    pub look_every: Duration,
    /// The most that one prize or one red packet may be worth, in the shop's currency.
    pub worth_max: linger_protocol::Money,
    /// The ClickHouse server that answers questions which ask for it.
    pub clickhouse: Option<crate::ClickHouse>,
    /// The program that answers SQL over all events, in a house that has one.
    pub events_sql: Option<linger_sql::Program>,
}

/// The parts of the house.
pub struct HouseParts {
    /// Rooms.
    pub engine: Engine,
    /// Tables.
    pub store: Store,
    /// Keys.
    pub vault: Vault,
    /// Picture and sound.
    pub media: Media,
    /// Who takes payments.
    pub payments: Arc<Providers>,
    /// What came of the last comparison of payments with the providers, if one was made.
    pub findings: watch::Receiver<Option<Arc<Findings>>>,
    /// Webhooks. Whoever puts the house together lets them run.
    pub webhooks: WebhookSender,
    /// Mail, when there is a server for it. Whoever puts the house together lets it run.
    pub mail: Option<MailOutbox>,
    /// What people did, over days.
    pub events: EventStore,
    /// Pictures, and who judges what is said.
    pub talk: crate::talk::TalkParts,
    /// Shops elsewhere.
    pub shops: crate::shops::Shops,
    /// Settings.
    pub config: WebConfig,
}

/// The house; cheap to clone.
#[derive(Clone)]
pub struct House(Arc<Inner>);

/// What the handles of a [`House`] share; its parts are the edge's own.
pub struct Inner {
    pub(crate) engine: Engine,
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) media: Media,
    pub(crate) payments: Arc<Providers>,
    pub(crate) findings: watch::Receiver<Option<Arc<Findings>>>,
    pub(crate) webhooks: WebhookSender,
    pub(crate) mail: Option<MailOutbox>,
    pub(crate) events: EventStore,
    pub(crate) track: crate::track::Track,
    pub(crate) questions: crate::questions::Desk,
    pub(crate) live: crate::live::LiveFacts,
    pub(crate) watch: crate::watch::Desk,
    pub(crate) experiments: crate::experiments::Desk,
    pub(crate) talk: crate::talk::Talk,
    pub(crate) shops: crate::shops::Shops,
    pub(crate) rules: crate::rules::Desk,
    pub(crate) config: WebConfig,
    pub(crate) limiter: Limiter,
    pub(crate) links: Arc<crate::links::Links>,
    pub(crate) devices: crate::account::Devices,
    pub(crate) gates: crate::gateway::Gates,
    zone: TimeZone,
    pub(crate) passkeys: Passkeys,
    pub(crate) metrics: Arc<crate::health::Metrics>,
    pub(crate) token_key: [u8; 32],
    pub(crate) tokens: crate::account::TokenKeys,
    pub(crate) stopping: AtomicBool,
    desks: RwLock<HashMap<RoomId, Arc<RoomDesk>>>,
}

/// What the edge keeps for one room.
pub(crate) struct RoomDesk {
    pub room: RoomId,
    pub hub: Hub,
    pub gather: Gather,
    pub insight: crate::insight::InsightDesk,
    pub review: crate::review::ReviewDesk,
    pub held: crate::talk::Held,
}

impl std::ops::Deref for House {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl House {
    /// Puts the parts together and begins to follow every room there is.
    pub fn new(parts: HouseParts) -> Result<House, ApiFault> {
        let passkeys = Passkeys::new(&parts.config.public_url).map_err(ApiFault)?;
        let token_key = crate::account::token_key(&parts.vault);
        let house = House(Arc::new(Inner {
            limiter: Limiter::new(&parts.config),
            links: Arc::new(crate::links::Links::of(&parts.vault)),
            devices: crate::account::Devices::of(&parts.vault),
            gates: crate::gateway::Gates::of(&parts.vault),
            zone: TimeZone::get(&parts.config.zone).unwrap_or(TimeZone::UTC),
            engine: parts.engine,
            store: parts.store,
            vault: parts.vault,
            media: parts.media,
            payments: parts.payments,
            findings: parts.findings,
            webhooks: parts.webhooks,
            mail: parts.mail,
            events: parts.events,
            track: crate::track::Track::new(parts.config.track_per_address),
            questions: crate::questions::Desk::new(
                parts.config.zone.clone(),
                parts.config.clickhouse.clone(),
            ),
            live: crate::live::LiveFacts::default(),
            watch: crate::watch::Desk::default(),
            experiments: crate::experiments::Desk::default(),
            talk: crate::talk::Talk::new(parts.talk),
            shops: parts.shops,
            rules: crate::rules::Desk::default(),
            config: parts.config,
            passkeys,
            metrics: Arc::default(),
            tokens: crate::account::TokenKeys::of(&token_key),
            token_key,
            stopping: AtomicBool::new(false),
            desks: RwLock::default(),
        }));
        crate::track::follow(&house);
        crate::watch::follow(&house);
        crate::experiments::follow(&house);
        crate::shops::follow(&house);
        for room in house.engine.rooms() {
            house.desk(&room);
        }
        let quiet = house.clone();
        tokio::spawn(async move {
            while !quiet.is_stopping() {
                tokio::time::sleep(FORGET_EVERY).await;
                quiet.limiter.forget_quiet();
                quiet.track.forget_quiet();
                crate::gateway::note_use(&quiet).await;
            }
        });
        Ok(house)
    }

    /// The language of what the house writes by itself.
    pub fn language(&self) -> Language {
        self.config.language
    }

    /// The time as rooms see it.
    pub fn now(&self) -> Millis {
        self.engine.now()
    }

    /// Today in the shop's zone, in days since 1970. The rooms' time never goes back, and so this does not.
    pub(crate) fn day(&self) -> i32 {
        let local_ms = self.now().0.saturating_add(i64::from(self.offset_s()) * 1_000);
        i32::try_from(local_ms.div_euclid(86_400_000)).unwrap_or(i32::MAX)
    }

    /// Minutes by which the shop's clock is before that of Greenwich now.
    pub(crate) fn utc_offset_min(&self) -> i16 {
        i16::try_from(self.offset_s() / 60).unwrap_or(0)
    }

    fn offset_s(&self) -> i32 {
        let now = Timestamp::from_millisecond(self.now().0);
        now.map_or(0, |at| self.zone.to_offset(at).seconds())
    }

    /// Facts as they become durable, for rules that follow them; a reader that lags by more than a thousand batches is
    /// told that it missed some.
    pub fn facts(&self) -> tokio::sync::broadcast::Receiver<Arc<Vec<linger_behaviour::Fact>>> {
        self.live.follow()
    }

    /// Tells sockets to go, and refuses new ones.
    pub fn begin_stop(&self) {
        self.stopping.store(true, std::sync::atomic::Ordering::SeqCst);
        for desk in self.desks() {
            desk.hub.close();
        }
    }

    /// Tells and keeps what was gathered for the next tick. To be called when no more requests come, before the store of
    /// events is closed.
    pub async fn finish(&self) {
        crate::experiments::finish(self).await;
        crate::track::finish(self).await;
    }

    /// What is kept for a room; begins to follow it at the first call. `None` when there is no such room.
    pub(crate) fn desk(&self, room: &RoomId) -> Option<Arc<RoomDesk>> {
        if let Some(desk) = self.desks.read().unwrap_or_else(|it| it.into_inner()).get(room) {
            return Some(desk.clone());
        }
        let tail = self.engine.tail(room)?;
        let mut desks = self.desks.write().unwrap_or_else(|it| it.into_inner());
        let desk = desks.entry(room.clone()).or_insert_with(|| {
            let start = linger_log::Position { epoch: tail.epoch, offset: 0 };
            let desk = Arc::new(RoomDesk {
                room: room.clone(),
                hub: Hub::new(room.clone(), start, self.links.clone(), self.config.talk_per_second),
                gather: Gather::default(),
                insight: crate::insight::InsightDesk::default(),
                review: crate::review::ReviewDesk::default(),
                held: crate::talk::Held::default(),
            });
            crate::hub::follow(self.clone(), desk.clone(), start);
            crate::presence::follow(self.clone(), desk.clone());
            crate::insight::follow(self.clone(), desk.clone(), start);
            crate::rundown::follow(self.clone(), desk.clone());
            desk
        });
        Some(desk.clone())
    }

    pub(crate) fn desks(&self) -> Vec<Arc<RoomDesk>> {
        self.desks.read().unwrap_or_else(|it| it.into_inner()).values().cloned().collect()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// The edge could not be put together.
#[derive(Debug, thiserror::Error)]
#[error("the edge could not be set up: {0}")]
pub struct ApiFault(pub String);
