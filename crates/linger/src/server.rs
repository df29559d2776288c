//! Puts a server together from its configuration, runs it and stops it gracefully. It does not know what a command
//! does around it.

use crate::{
    config::{Config, Provider, StripeSettings, TalkConfig},
    loops::{self, Books, Collecting, Visits},
    money::Till,
};
use anyhow::Context;
use axum_server::{Handle, tls_rustls::RustlsConfig};
use linger_engine::{Engine, EngineConfig, Recovery, Seeds, SteadyClock};
use linger_events::EventStore;
use linger_log::{DiskConfig, DiskLog, Log};
use linger_media::{Media, MediaConfig};
use linger_outlet::{
    MailOutbox, OutboxConfig, Payments, Providers, Sandbox, SandboxConfig, Stripe, StripeConfig,
    WebhookConfig, WebhookSecret, WebhookSender,
};
use linger_store::{Images, MasterKey, Mirror, Store, Vault};
use linger_web::{Hook, House, HouseParts, Moderator, TalkParts, WordList};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use url::Url;

/// How long open requests may take to end when the server stops.
const GRACEFUL: Duration = Duration::from_secs(10);

/// How long the sandbox's method `late` takes, ms.
const SANDBOX_LATE_MS: u64 = 600_000;

/// A running server.
pub struct Server {
    /// The house behind it.
    pub house: House,
    /// Rooms.
    pub engine: Engine,
    /// Tables.
    pub store: Store,
    /// What people did, over days.
    pub events: EventStore,
    /// Where it listens.
    pub listening: SocketAddr,
    /// Where it listens for the house itself, over plain HTTP on this machine.
    pub inner: SocketAddr,
    /// The address people type.
    pub public_url: Url,
    /// What was found at the start.
    pub recovery: Recovery,
    media: Media,
    handle: Handle<SocketAddr>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Opens draws' seeds with the house's key.
pub struct VaultSeeds(pub Vault);

impl Seeds for VaultSeeds {
    fn unseal(&self, sealed: &[u8]) -> Option<[u8; 32]> {
        self.0.open_house(sealed)?.try_into().ok()
    }
}

impl Server {
    /// Opens what is kept, rebuilds the rooms and begins to serve.
    pub async fn start(config: &Config) -> anyhow::Result<Server> {
        std::fs::create_dir_all(&config.data).with_context(|| format!("making {}", config.data.display()))?;
        let (log, found) =
            DiskLog::open(config.data.join("log"), DiskConfig::default()).context("opening the log")?;
        if found.torn_bytes > 0 {
            tracing::warn!(
                bytes = found.torn_bytes,
                "the log ended in a torn write, which was never acknowledged"
            );
        }
        let store = Store::open(&config.data).await.context("opening the tables")?;
        let master = master_key(config)?;
        let vault = Vault::unlock(&config.data, master).await.context("opening the vault")?;
        let log: Arc<dyn Log> = Arc::new(log);
        let seeds = Arc::new(VaultSeeds(vault.clone()));
        let clock = Arc::new(SteadyClock::start());
        let (engine, recovery) = Engine::start(log, clock, seeds, EngineConfig::default())?;
        let events = open_events(config)?;
        let (media, media_events) = Media::start(media_config(config)).context("opening the media ports")?;
        tokio::spawn(loops::hear_media(engine.clone(), media_events));

        let listener = std::net::TcpListener::bind(config.listen)
            .with_context(|| format!("listening on {}", config.listen))?;
        listener.set_nonblocking(true)?;
        let listening = listener.local_addr()?;
        let public_url = config.public_url(listening)?;
        // The house's own door: plain HTTP on this machine only, whatever the public one speaks.
        let inside = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))
            .context("opening a local port")?;
        inside.set_nonblocking(true)?;
        let inner = inside.local_addr()?;
        let payments = Arc::new(providers(config, &vault, &public_url, inner, true).await?);
        let collecting = Collecting {
            engine: engine.clone(),
            events: events.clone(),
            store: store.clone(),
            visits: Visits::new(config.zone.clone()),
        };
        let till = Till::new(engine.clone(), payments.clone());
        let (found, findings) = tokio::sync::watch::channel(None);
        if let Some(every) = config.payments.reconcile_every {
            tokio::spawn(loops::reconcile(till.clone(), every, config.payments.reconcile_back_ms, found));
        }
        let books = Books { engine: engine.clone(), store: store.clone(), shops: config.shops.sources() };
        loops::start(collecting, books, till);
        if let Some(mirror) = &config.mirror {
            let mirror = Mirror::s3(mirror).context("`events-s3`")?;
            tokio::spawn(loops::copy_files(events.clone(), mirror));
        }
        let house = House::new(HouseParts {
            engine: engine.clone(),
            store: store.clone(),
            vault,
            media: media.clone(),
            payments,
            findings,
            webhooks: webhooks(config).await?,
            mail: mail(config).await?,
            events: events.clone(),
            talk: talk(config)?,
            shops: config.shops.shops()?,
            config: config.web(public_url.clone()),
        })?;
        let handle = Handle::new();
        let chinese = house.language() == linger_web::Language::Zh;
        loops::rules::keep_first_rule(&store, &config.first_rule, chinese, engine.now())
            .await
            .context("keeping the first rule")?;
        loops::rules::follow(house.clone(), engine.clone());
        let app = linger_web::app(house.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let tls = match &config.tls {
            Some((cert, key)) => Some(tls_config(cert, key).await?),
            None => None,
        };
        let own_door = axum_server::from_tcp(inside)?.handle(handle.clone()).serve(app.clone());
        let serving = {
            let handle = handle.clone();
            tokio::spawn(async move {
                let public_door = async {
                    match tls {
                        Some(tls) => {
                            axum_server::from_tcp_rustls(listener, tls)?.handle(handle).serve(app).await
                        }
                        None => axum_server::from_tcp(listener)?.handle(handle).serve(app).await,
                    }
                };
                tokio::try_join!(public_door, own_door).map(|_| ())
            })
        };
        Ok(Server {
            house,
            engine,
            store,
            events,
            listening,
            inner,
            public_url,
            recovery,
            media,
            handle,
            serving,
        })
    }

    /// Stops: no new work, sockets told to come back, everything accepted made durable.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.house.begin_stop();
        self.handle.graceful_shutdown(Some(GRACEFUL));
        self.serving.await.context("ending the web server")??;
        self.media.stop().await;
        self.house.finish().await;
        self.engine.stop().await;
        // Rooms tell nothing more from here on; what was told is written out.
        let events = self.events;
        tokio::task::spawn_blocking(move || events.close()).await?.context("closing the store of events")
    }
}

/// The key that wraps all others: as configured, or from the data folder.
pub fn master_key(config: &Config) -> anyhow::Result<MasterKey> {
    match &config.master_key {
        Some(text) => MasterKey::from_base64(text).context("`master-key`"),
        None => MasterKey::load_or_create(&config.data).context("opening the master key"),
    }
}

/// Opens the store of events, which keeps its files beside the log.
fn open_events(config: &Config) -> anyhow::Result<EventStore> {
    let (events, _) = EventStore::open(events_config(config)).context("opening the store of events")?;
    Ok(events)
}

/// The store's settings, the same whoever opens it.
pub fn events_config(config: &Config) -> linger_events::Config {
    linger_events::Config {
        zone: config.zone_name.clone(),
        dedupe_h: config.dedupe_h,
        keep_days: config.keep_days,
        ..linger_events::Config::new(config.data.join("events"))
    }
}

fn media_config(config: &Config) -> MediaConfig {
    MediaConfig {
        udp_bind: config.media_udp,
        tcp_bind: config.media_tcp,
        advertise: config.media_addresses.clone(),
        ..MediaConfig::default()
    }
}

/// Who takes payments. Notices of the sandbox travel only when `running`.
pub async fn providers(
    config: &Config,
    vault: &Vault,
    public_url: &Url,
    inner: SocketAddr,
    running: bool,
) -> anyhow::Result<Providers> {
    let mut all: Vec<Arc<dyn Payments>> = vec![];
    for provider in &config.payments.providers {
        match provider {
            Provider::Sandbox => {
                let sandbox = sandbox(config, vault, inner).await?;
                if running {
                    tokio::spawn(sandbox.clone().run());
                }
                all.push(Arc::new(sandbox));
            }
            Provider::Stripe(settings) => all.push(Arc::new(stripe(settings, vault, public_url)?)),
        }
    }
    Ok(Providers::new(all))
}

async fn sandbox(config: &Config, vault: &Vault, inner: SocketAddr) -> anyhow::Result<Sandbox> {
    // The sandbox stands for the outside world, but it lives here: it tells its news over plain HTTP on this machine.
    let webhook_url = Url::parse(&format!("http://{inner}/api/payments/sandbox/notice"))?;
    let secret =
        WebhookSecret::new(&vault.house_secret("sandbox-webhook")).context("the sandbox's secret")?;
    let sandbox = Sandbox::open(SandboxConfig {
        dir: config.data.clone(),
        webhook_url,
        secret,
        clock: linger_outlet::system_clock(),
        late_ms: SANDBOX_LATE_MS,
    });
    sandbox.await.context("opening the sandbox payment provider")
}

fn stripe(settings: &StripeSettings, vault: &Vault, public_url: &Url) -> anyhow::Result<Stripe> {
    // A house is told from others by its keys: what it writes to its payments says nothing of them.
    let [a, b, c, d, e, f, g, h, ..] = vault.house_secret("stripe-house");
    let house = format!("{:016x}", u64::from_be_bytes([a, b, c, d, e, f, g, h]));
    let StripeSettings { url, key, secrets, page } = settings.clone();
    let public_url = public_url.clone();
    let stripe = Stripe::new(StripeConfig { url, key, secrets, public_url, page, house: house.into() });
    stripe.context("setting Stripe up")
}

/// Opens the book of webhooks and lets them travel.
async fn webhooks(config: &Config) -> anyhow::Result<WebhookSender> {
    let sender = WebhookSender::open(WebhookConfig {
        dir: config.data.clone(),
        clock: linger_outlet::system_clock(),
        private_allowed: config.webhooks_private,
    });
    let sender = sender.await.context("opening the book of webhooks")?;
    tokio::spawn(sender.clone().run());
    Ok(sender)
}

/// Opens the folder of pictures, and the moderator of what viewers write and show.
fn talk(config: &Config) -> anyhow::Result<TalkParts> {
    let TalkConfig { viewer_images, images_bytes_max, words, moderator } = &config.talk;
    let images = Images::open(&config.data, *images_bytes_max).context("opening the pictures")?;
    let words = match words {
        Some(file) => WordList::open(file.clone()).context("`moderation-words`")?,
        None => WordList::empty(),
    };
    let moderator: Arc<dyn Moderator> = match moderator {
        Some(url) => {
            let hook = Hook::new(url.clone(), words);
            Arc::new(hook.map_err(|rule| anyhow::anyhow!("`moderation-url`: {rule}"))?)
        }
        None => Arc::new(words),
    };
    Ok(TalkParts { images, moderator, viewer_images: *viewer_images })
}

/// Opens the book of mails and lets them travel, if there is a server for it.
async fn mail(config: &Config) -> anyhow::Result<Option<MailOutbox>> {
    let Some(mail) = &config.mail else { return Ok(None) };
    let outbox = MailOutbox::open(OutboxConfig {
        dir: config.data.clone(),
        clock: linger_outlet::system_clock(),
        mailer: mail.mailer.clone(),
    });
    let outbox = outbox.await.context("opening the book of mails")?;
    tokio::spawn(outbox.clone().run());
    Ok(Some(outbox))
}

async fn tls_config(cert: &std::path::Path, key: &std::path::Path) -> anyhow::Result<RustlsConfig> {
    // Fails only when a provider was installed before, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    RustlsConfig::from_pem_file(cert, key).await.context("reading `tls-cert` and `tls-key`")
}

/// Waits for Ctrl-C or a polite end.
pub async fn wait_for_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
