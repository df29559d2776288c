//! A whole house for one test: real rooms, tables, keys, media ports and payments in a folder that goes away, a log in
//! memory, and a clock turned by hand. It knows no test.
#![allow(dead_code, reason = "every test file uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

pub mod device;
pub mod line;
pub mod post;

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use linger_engine::{Clock, Engine, EngineConfig, Seeds};
use linger_events::EventStore;
use linger_log::MemoryLog;
use linger_media::{Media, MediaConfig};
use linger_outlet::{
    MailOutbox, Mailer, OutboxConfig, Payments, Providers, Sandbox, SandboxConfig, WebhookConfig,
    WebhookSecret, WebhookSender,
};
use linger_protocol::{Act, Actor, Millis, PersonId, Role, RoomId};
use linger_store::{MasterKey, NewSession, NewStaff, Store, Vault};
use linger_web::{
    House, HouseParts, Language, Moderator, Shops, TalkParts, ViewerImages, WebConfig, WordList,
};
use serde_json::Value;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tower::ServiceExt;

/// When every test begins.
pub const BEGIN: Millis = Millis(1_700_000_000_000);
/// How long a session holds without use here.
pub const SESSION_MS: u64 = 3_600_000;
/// How long a room token holds here.
pub const GUEST_TOKEN_MS: u64 = 7_200_000;

struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }

    fn reach(&self, at: Millis) {
        self.0.fetch_max(at.0, Ordering::SeqCst);
    }
}

struct NoSeeds;

impl Seeds for NoSeeds {
    fn unseal(&self, _: &[u8]) -> Option<[u8; 32]> {
        None
    }
}

/// The house and its door.
pub struct Door {
    pub house: House,
    pub store: Store,
    pub engine: Engine,
    pub events: EventStore,
    /// Nothing travels by itself: a test delivers what is due.
    pub webhooks: WebhookSender,
    pub mail: Option<MailOutbox>,
    app: Router,
    clock: Arc<HandClock>,
    seats: AtomicU32,
    /// What carriers' words are told with.
    pub carrier_key: String,
    /// From where requests come.
    pub address: SocketAddr,
    /// Where everything is kept; goes away with the last who holds it.
    pub dir: Arc<TempDir>,
}

/// What a request carries to say who sends it.
#[derive(Clone, Debug, Default)]
pub struct Who {
    pub bearer: Option<String>,
    pub cookie: Option<String>,
    pub csrf: Option<String>,
    pub origin: Option<String>,
}

impl Who {
    pub fn bearer(token: &str) -> Who {
        Who { bearer: Some(token.to_owned()), ..Who::default() }
    }
}

/// An answer.
#[derive(Debug)]
pub struct Said {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Status and code, as tests compare them.
    pub fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.code())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Who the session that this answer began belongs to.
    pub fn seat(&self) -> Who {
        let cookie = self.header("set-cookie").split(';').next().unwrap().to_owned();
        Who { cookie: Some(cookie), csrf: self.json()["csrf"].as_str().map(str::to_owned), ..Who::default() }
    }
}

impl Door {
    pub async fn open() -> Door {
        Door::open_at("http://127.0.0.1:8080/").await
    }

    pub async fn open_at(public_url: &str) -> Door {
        Door::open_with(config(public_url)).await
    }

    /// A house at the usual address with some settings of its own.
    pub async fn tuned(tune: impl FnOnce(&mut WebConfig)) -> Door {
        let mut config = config("http://127.0.0.1:8080/");
        tune(&mut config);
        Door::open_with(config).await
    }

    /// A house that may call this machine, and that mails over the server at `smtp_url`, if there is one.
    pub async fn telling(smtp_url: Option<&str>, tune: impl FnOnce(&mut WebConfig)) -> Door {
        let mut config = config("http://127.0.0.1:8080/");
        tune(&mut config);
        let dir = Arc::new(tempfile::tempdir().unwrap());
        Door::open_in(dir, BEGIN, config, true, smtp_url).await
    }

    async fn open_with(config: WebConfig) -> Door {
        Door::open_in(Arc::new(tempfile::tempdir().unwrap()), BEGIN, config, false, None).await
    }

    /// A house over what another kept: its tables, webhooks and mails, but not its rooms and events.
    pub async fn open_in(
        dir: Arc<TempDir>,
        begin: Millis,
        config: WebConfig,
        private_allowed: bool,
        smtp_url: Option<&str>,
    ) -> Door {
        let talk = talk(&dir, Arc::new(WordList::empty()), ViewerImages::LookedAt);
        let shops = Shops::default();
        Door::open_whole(dir, begin, config, private_allowed, smtp_url, talk, (vec![], shops)).await
    }

    /// A house in which the sandbox takes payments, and these others do too.
    pub async fn paid_by(others: Vec<Arc<dyn Payments>>) -> Door {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let talk = talk(&dir, Arc::new(WordList::empty()), ViewerImages::LookedAt);
        let beyond = (others, Shops::default());
        Door::open_whole(dir, BEGIN, config("http://127.0.0.1:8080/"), false, None, talk, beyond).await
    }

    /// A house with this moderator.
    pub async fn judged(moderator: Arc<dyn Moderator>, viewer_images: ViewerImages) -> Door {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let talk = talk(&dir, moderator, viewer_images);
        let config = config("http://127.0.0.1:8080/");
        Door::open_whole(dir, BEGIN, config, false, None, talk, (vec![], Shops::default())).await
    }

    /// A house that speaks to shops elsewhere.
    pub async fn beside(shops: Shops) -> Door {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let talk = talk(&dir, Arc::new(WordList::empty()), ViewerImages::LookedAt);
        let beyond = (vec![], shops);
        Door::open_whole(dir, BEGIN, config("http://127.0.0.1:8080/"), false, None, talk, beyond).await
    }

    async fn open_whole(
        dir: Arc<TempDir>,
        begin: Millis,
        config: WebConfig,
        private_allowed: bool,
        smtp_url: Option<&str>,
        talk: TalkParts,
        beyond: (Vec<Arc<dyn Payments>>, Shops),
    ) -> Door {
        let clock = Arc::new(HandClock(AtomicI64::new(begin.0)));
        let (engine, _) = Engine::start(
            Arc::new(MemoryLog::new()),
            clock.clone(),
            Arc::new(NoSeeds),
            EngineConfig::default(),
        )
        .unwrap();
        Door::furnish(dir, (engine, clock), config, private_allowed, smtp_url, talk, beyond).await
    }

    /// Another house over the same rooms, tables and keys: what it knows of them, it knows from the log.
    pub async fn again(&self) -> Door {
        let talk = talk(&self.dir, Arc::new(WordList::empty()), ViewerImages::LookedAt);
        let rooms = (self.engine.clone(), self.clock.clone());
        let (config, beyond) = (config("http://127.0.0.1:8080/"), (vec![], Shops::default()));
        Door::furnish(self.dir.clone(), rooms, config, false, None, talk, beyond).await
    }

    async fn furnish(
        dir: Arc<TempDir>,
        (engine, clock): (Engine, Arc<HandClock>),
        config: WebConfig,
        private_allowed: bool,
        smtp_url: Option<&str>,
        talk: TalkParts,
        (others, shops): (Vec<Arc<dyn Payments>>, Shops),
    ) -> Door {
        let store = Store::open(dir.path()).await.unwrap();
        let master = MasterKey::load_or_create(dir.path()).unwrap();
        let vault = Vault::unlock(dir.path(), master).await.unwrap();
        let carrier_key = linger_web::carrier_key(&vault);
        let (media, _events) = Media::start(MediaConfig::loopback()).unwrap();
        let sandbox = Sandbox::open(SandboxConfig {
            dir: dir.path().to_owned(),
            webhook_url: "http://127.0.0.1:9/api/payments/sandbox/notice".parse().unwrap(),
            secret: WebhookSecret::new(&[7; 32]).unwrap(),
            clock: Arc::new(|| BEGIN),
            late_ms: 1_000,
        });
        let sandbox: Arc<dyn Payments> = Arc::new(sandbox.await.unwrap());
        let told = clock.clone();
        let hand: linger_outlet::Clock = Arc::new(move || told.now());
        let webhooks = WebhookConfig { dir: dir.path().to_owned(), clock: hand.clone(), private_allowed };
        let webhooks = WebhookSender::open(webhooks).await.unwrap();
        let mail = match smtp_url {
            Some(url) => {
                let mailer = Mailer::new(url, "Shop <shop@example.com>").unwrap();
                let outbox = OutboxConfig { dir: dir.path().to_owned(), clock: hand, mailer };
                Some(MailOutbox::open(outbox).await.unwrap())
            }
            None => None,
        };
        let events = linger_events::Config {
            background: false,
            ..linger_events::Config::new(tempfile::tempdir_in(dir.path()).unwrap().keep())
        };
        let (events, _) = EventStore::open(events).unwrap();
        let house = House::new(HouseParts {
            engine: engine.clone(),
            store: store.clone(),
            vault,
            media,
            payments: Arc::new(Providers::new(std::iter::once(sandbox).chain(others).collect())),
            findings: tokio::sync::watch::channel(None).1,
            webhooks: webhooks.clone(),
            mail: mail.clone(),
            events: events.clone(),
            talk,
            shops,
            config,
        })
        .unwrap();
        let app = linger_web::app(house.clone());
        let address = "192.0.2.7:50000".parse().unwrap();
        let seats = AtomicU32::new(0);
        Door { house, store, engine, events, webhooks, mail, app, clock, seats, carrier_key, address, dir }
    }

    /// Opens the door to real connections; gives where to knock. `send_bytes` bounds what the system holds for each of
    /// them on its way out.
    pub async fn serve(&self, send_bytes: Option<u32>) -> SocketAddr {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        if let Some(bytes) = send_bytes {
            socket.set_send_buffer_size(bytes).unwrap();
        }
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1_024).unwrap();
        let address = listener.local_addr().unwrap();
        let app = self.app.clone().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        address
    }

    pub fn pass(&self, ms: u64) {
        self.clock.0.fetch_add(i64::try_from(ms).unwrap(), Ordering::SeqCst);
    }

    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Opens a room and waits until it stands.
    pub async fn room(&self, name: &str) -> RoomId {
        let room = RoomId::new(name).unwrap();
        let act = Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Li".into() };
        let request = linger_protocol::Request { by: Actor::HOUSE, act };
        self.engine.ask(&room, request, None).await.unwrap();
        room
    }

    /// Takes somebody on, without a password.
    pub async fn staff(&self, role: Role) -> PersonId {
        let n = self.seats.fetch_add(1, Ordering::SeqCst);
        let login = format!("{}{n}", role.as_str());
        let new = NewStaff { name: login.clone(), login, role, password_hash: None };
        self.store.create_staff(new, self.now()).await.unwrap().person
    }

    /// A session of this person, as sign-in would begin it.
    pub async fn seat(&self, person: PersonId) -> Who {
        use base64::Engine as _;
        let n = self.seats.fetch_add(1, Ordering::SeqCst);
        let token = format!("{n:043}");
        let mut id_hash = [0; 32];
        id_hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        let csrf_secret = [9; 32];
        let new = NewSession { id_hash, person, csrf_secret, expires_at: self.now().plus(86_400_000) };
        self.store.create_session(new, self.now()).await.unwrap();
        let csrf = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(csrf_secret);
        Who { cookie: Some(format!("linger_session={token}")), csrf: Some(csrf), ..Who::default() }
    }

    /// Somebody new of this role, signed in.
    pub async fn signed_in(&self, role: Role) -> Who {
        let person = self.staff(role).await;
        self.seat(person).await
    }

    /// A guest of a room.
    pub async fn guest(&self, room: &str) -> Who {
        let said =
            self.post(&format!("/api/rooms/{room}/guest"), &Who::default(), serde_json::json!({})).await;
        Who::bearer(said.json()["token"].as_str().unwrap())
    }

    /// Says something in a room, and waits until that is durable; gives the answer.
    pub async fn say(&self, room: &str, who: &Who, text: &str) -> Value {
        self.ask(room, who, serde_json::json!({"kind": "say", "text": text})).await
    }

    /// Asks a room for something that it agrees to.
    pub async fn ask(&self, room: &str, who: &Who, act: Value) -> Value {
        let said = self.post(&format!("/api/rooms/{room}/ask"), who, act).await;
        assert_eq!(said.status.as_u16(), 200, "{}", said.text);
        said.json()
    }

    pub async fn get(&self, path: &str, who: &Who) -> Said {
        self.call("GET", path, who, None).await
    }

    pub async fn post(&self, path: &str, who: &Who, body: Value) -> Said {
        self.call("POST", path, who, Some(("application/json", body.to_string()))).await
    }

    pub async fn call(&self, method: &str, path: &str, who: &Who, body: Option<(&str, String)>) -> Said {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8080");
        let told = [
            ("authorization", who.bearer.as_ref().map(|token| format!("Bearer {token}"))),
            ("cookie", who.cookie.clone()),
            ("x-csrf", who.csrf.clone()),
            ("origin", who.origin.clone()),
            ("content-type", body.as_ref().map(|(kind, _)| (*kind).to_owned())),
        ];
        for (name, value) in told {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let body = body.map_or_else(Body::empty, |(_, text)| Body::from(text));
        self.send(request.body(body).unwrap()).await
    }

    /// Sends a picture, or what pretends to be one.
    pub async fn post_image(&self, room: &str, who: &Who, bytes: Vec<u8>) -> Said {
        let mut request = Request::builder().method("POST").uri(format!("/api/rooms/{room}/images"));
        let told = [
            ("authorization", who.bearer.as_ref().map(|token| format!("Bearer {token}"))),
            ("cookie", who.cookie.clone()),
            ("x-csrf", who.csrf.clone()),
        ];
        for (name, value) in told {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        self.send(request.header("content-type", "image/png").body(Body::from(bytes)).unwrap()).await
    }

    pub async fn send(&self, mut request: Request<Body>) -> Said {
        request.extensions_mut().insert(ConnectInfo(self.address));
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, 8 << 20).await.unwrap();
        Said {
            status: head.status,
            headers: head.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

fn talk(dir: &TempDir, moderator: Arc<dyn Moderator>, viewer_images: ViewerImages) -> TalkParts {
    let images = linger_store::Images::open(dir.path(), 64 << 20).unwrap();
    TalkParts { images, moderator, viewer_images }
}

pub fn config(public_url: &str) -> WebConfig {
    WebConfig {
        public_url: public_url.parse().unwrap(),
        sockets_per_room_max: 100,
        sockets_per_address_max: 100,
        guests_per_minute: 1_000,
        devices_per_hour: 1_000,
        asks_per_second: 100,
        frame_every: Duration::from_millis(20),
        talk_per_second: 0,
        grace: Duration::from_secs(5),
        guest_token_ms: GUEST_TOKEN_MS,
        session_ms: SESSION_MS,
        disk_spare: (std::env::temp_dir(), 0),
        seat_check_every: Duration::from_secs(30),
        zone: "UTC".to_owned(),
        track_personal: false,
        track_per_address: 100_000,
        language: Language::En,
        mail_to: vec![],
        reports: vec![],
        look_every: Duration::from_secs(300),
        worth_max: linger_protocol::Money::new(5_000_000, linger_protocol::Currency::CNY),
        clickhouse: None,
        events_sql: None,
    }
}
