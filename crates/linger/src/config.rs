//! What the typed settings mean, checked. Every error names its setting. It does not know where a value came from.

use crate::settings::Typed;
use anyhow::{Context, ensure};
use linger_store::MirrorConfig;
use linger_strategy::UnansweredQuestion;
use linger_web::{ClickHouse, WebConfig};
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};
use url::Url;

/// The settings, meant.
#[derive(Clone)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub public_url: Option<Url>,
    pub tls: Option<(PathBuf, PathBuf)>,
    pub media_udp: SocketAddr,
    pub media_tcp: Option<SocketAddr>,
    pub media_addresses: Vec<IpAddr>,
    pub master_key: Option<String>,
    pub log_level: String,
    pub log_json: bool,
    pub sockets_per_room_max: usize,
    pub sockets_per_address_max: usize,
    pub guests_per_minute: u32,
    pub asks_per_second: u32,
    pub frame_every: Duration,
    pub grace: Duration,
    pub guest_token_ms: u64,
    pub session_ms: u64,
    pub rules: linger_strategy::Config,
    pub disk_spare_bytes: u64,
    pub zone: jiff::tz::TimeZone,
    pub zone_name: String,
    pub track_per_address: u32,
    pub track_personal: bool,
    pub dedupe_h: u32,
    /// Where event files are copied to, if anywhere.
    pub mirror: Option<MirrorConfig>,
    /// The ClickHouse server that answers questions which ask for it.
    pub clickhouse: Option<ClickHouse>,
    pub keep_days: linger_events::KeepDays,
}

const HOUR_MS: u64 = 3_600_000;
/// Who is shut out is out of every open socket within this time.
const SEAT_CHECK_EVERY: Duration = Duration::from_secs(30);

impl Config {
    /// Reads what was typed.
    pub fn of(typed: &Typed) -> anyhow::Result<Config> {
        let some = |name| Some(typed.text(name)).filter(|text| !text.is_empty());
        let tls = match (some("tls-cert"), some("tls-key")) {
            (Some(cert), Some(key)) => Some((cert.into(), key.into())),
            (None, None) => None,
            _ => anyhow::bail!("`tls-cert` and `tls-key` belong together: one of them is missing"),
        };
        let media_udp: SocketAddr = read(typed, "media-udp")?;
        let media_tcp = match typed.text("media-tcp") {
            "off" => None,
            _ => Some(read(typed, "media-tcp")?),
        };
        let media_addresses = match some("media-address") {
            Some(list) => {
                let parse = |one: &str| one.trim().parse().with_context(|| format!("`media-address`: {one}"));
                list.split(',').map(parse).collect::<anyhow::Result<_>>()?
            }
            None if media_udp.ip().is_unspecified() => {
                anyhow::bail!(
                    "`media-udp` listens everywhere: say in `media-address` where viewers reach this machine"
                )
            }
            None => vec![media_udp.ip()],
        };
        let hold_out_share: f64 = read(typed, "hold-out")?;
        ensure!((0.0..=0.5).contains(&hold_out_share), "`hold-out` must be from 0 to 0.5");
        let people: u32 = read(typed, "prompt-people")?;
        ensure!((1..=1_000).contains(&people), "`prompt-people` must be from 1 to 1000");
        let zone_name = typed.text("zone").to_owned();
        let zone =
            jiff::tz::TimeZone::get(&zone_name).with_context(|| format!("`zone` cannot be `{zone_name}`"))?;
        let dedupe_h: u32 = read(typed, "dedupe-h")?;
        ensure!((1..=720).contains(&dedupe_h), "`dedupe-h` must be from 1 to 720");
        let track_personal = typed.text("track-personal");
        ensure!(matches!(track_personal, "yes" | "no"), "`track-personal` must be yes or no");
        let keep = |name| Ok::<_, anyhow::Error>(Some(read::<u32>(typed, name)?).filter(|days| *days > 0));
        let log_format = typed.text("log-format");
        ensure!(matches!(log_format, "text" | "json"), "`log-format` must be text or json");
        Ok(Config {
            data: typed.text("data").into(),
            listen: read(typed, "listen")?,
            public_url: some("public-url").map(|_| read(typed, "public-url")).transpose()?,
            tls,
            media_udp,
            media_tcp,
            media_addresses,
            master_key: some("master-key").map(str::to_owned),
            log_level: typed.text("log-level").to_owned(),
            log_json: log_format == "json",
            sockets_per_room_max: read(typed, "sockets-per-room")?,
            sockets_per_address_max: read(typed, "sockets-per-address")?,
            guests_per_minute: read(typed, "guests-per-minute")?,
            asks_per_second: read(typed, "asks-per-second")?,
            frame_every: Duration::from_millis(read(typed, "frame-ms")?),
            grace: Duration::from_secs(read(typed, "grace-s")?),
            guest_token_ms: read::<u64>(typed, "guest-token-h")?.saturating_mul(HOUR_MS),
            session_ms: read::<u64>(typed, "session-h")?.saturating_mul(HOUR_MS),
            rules: linger_strategy::Config {
                unanswered_question: UnansweredQuestion {
                    people,
                    hold_out_share,
                    ..UnansweredQuestion::default()
                },
            },
            disk_spare_bytes: read::<u64>(typed, "disk-spare-mb")?.saturating_mul(1_000_000),
            zone,
            zone_name,
            track_per_address: read(typed, "track-per-address")?,
            track_personal: track_personal == "yes",
            dedupe_h,
            mirror: some("events-s3").map(|bucket| MirrorConfig {
                bucket: bucket.to_owned(),
                endpoint: typed.text("events-s3-endpoint").to_owned(),
                region: typed.text("events-s3-region").to_owned(),
            }),
            clickhouse: some("clickhouse-url").map(|url| clickhouse(url, typed)).transpose()?,
            keep_days: linger_events::KeepDays {
                behaviour: keep("keep-behaviour-days")?,
                commerce: keep("keep-commerce-days")?,
                profile: keep("keep-profile-days")?,
            },
        })
    }

    /// The address people type, once it is known where the server listens.
    pub fn public_url(&self, listening: SocketAddr) -> anyhow::Result<Url> {
        if let Some(url) = &self.public_url {
            return Ok(url.clone());
        }
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        // A browser gives cameras and passkeys to `localhost`, but not to a bare address over HTTP.
        let host = if listening.ip().is_loopback() || listening.ip().is_unspecified() {
            format!("localhost:{}", listening.port())
        } else {
            listening.to_string()
        };
        Ok(Url::parse(&format!("{scheme}://{host}"))?)
    }

    /// The settings of the edge.
    pub fn web(&self, public_url: Url) -> WebConfig {
        WebConfig {
            public_url,
            sockets_per_room_max: self.sockets_per_room_max,
            sockets_per_address_max: self.sockets_per_address_max,
            guests_per_minute: self.guests_per_minute,
            asks_per_second: self.asks_per_second,
            frame_every: self.frame_every,
            grace: self.grace,
            guest_token_ms: self.guest_token_ms,
            session_ms: self.session_ms,
            seat_check_every: SEAT_CHECK_EVERY,
            zone: self.zone_name.clone(),
            track_personal: self.track_personal,
            track_per_address: self.track_per_address,
            clickhouse: self.clickhouse.clone(),
            disk_spare: (self.data.clone(), self.disk_spare_bytes),
        }
    }
}

/// What cannot be read is not repeated: it may hold a password.
fn clickhouse(url: &str, typed: &Typed) -> anyhow::Result<ClickHouse> {
    let url = url.parse::<Url>().context("`clickhouse-url` is no address")?;
    let made = ClickHouse::new(url, typed.text("clickhouse-table"));
    made.map_err(|rule| anyhow::anyhow!("`clickhouse-url` and `clickhouse-table`: {rule}"))
}

fn read<T: FromStr>(typed: &Typed, name: &str) -> anyhow::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text = typed.text(name);
    text.parse().with_context(|| format!("`{name}` cannot be `{text}`"))
}
