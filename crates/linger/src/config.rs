//! What the typed settings mean, checked. Every error names its setting. It does not know where a value came from.

mod shops;

use crate::{command, settings::Typed};
use anyhow::{Context, ensure};
use linger_outlet::{MailError, Mailer, RECIPIENTS_MAX, StripeKey, StripeSecret, is_mail_address};
use linger_store::MirrorConfig;
use linger_strategy::UnansweredQuestion;
use linger_web::{ClickHouse, ReportEvery, ViewerImages, WebConfig};
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};
use url::Url;

pub use shops::ShopsConfig;

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
    pub devices_per_hour: u32,
    pub asks_per_second: u32,
    pub frame_every: Duration,
    /// Comments of a room's talk that everybody is shown in a second; all when it is zero.
    pub talk_per_second: u32,
    pub grace: Duration,
    pub guest_token_ms: u64,
    pub session_ms: u64,
    pub first_rule: UnansweredQuestion,
    pub disk_spare_bytes: u64,
    pub zone: jiff::tz::TimeZone,
    pub zone_name: String,
    pub track_per_address: u32,
    pub track_personal: bool,
    pub dedupe_h: u32,
    /// Where event files are copied to, if anywhere.
    pub mirror: Option<MirrorConfig>,
    /// The most that one prize or one red packet may be worth.
    pub worth_max: linger_protocol::Money,
    /// The ClickHouse server that answers questions which ask for it.
    pub clickhouse: Option<ClickHouse>,
    pub keep_days: linger_events::KeepDays,
    /// Mail, if there is a server for it.
    pub mail: Option<MailConfig>,
    pub language: linger_web::Language,
    pub webhooks_private: bool,
    pub talk: TalkConfig,
    pub payments: PaymentsConfig,
    pub shops: ShopsConfig,
}

/// The settings of payments, meant.
#[derive(Clone)]
pub struct PaymentsConfig {
    /// Who takes them; the first serves buyers who name none.
    pub providers: Vec<Provider>,
    /// How often payments are compared with what providers know, if ever.
    pub reconcile_every: Option<Duration>,
    /// How far that looks back.
    pub reconcile_back_ms: u64,
}

/// Somebody who takes payments.
#[derive(Clone)]
pub enum Provider {
    Sandbox,
    Stripe(Box<StripeSettings>),
}

/// How Stripe is reached.
#[derive(Clone)]
pub struct StripeSettings {
    pub url: Url,
    pub key: StripeKey,
    pub secrets: Vec<StripeSecret>,
    pub page: Option<Url>,
}

/// The settings of what viewers write and show, meant.
#[derive(Clone)]
pub struct TalkConfig {
    pub viewer_images: ViewerImages,
    pub images_bytes_max: u64,
    pub words: Option<PathBuf>,
    pub moderator: Option<Url>,
}

/// The settings of mail, meant.
#[derive(Clone)]
pub struct MailConfig {
    pub mailer: Mailer,
    pub to: Vec<String>,
    pub reports: Vec<ReportEvery>,
}

/// How often alarms look, and how often it is looked whether a report is due.
const LOOK_EVERY: Duration = Duration::from_secs(300);
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
            devices_per_hour: read(typed, "devices-per-hour")?,
            asks_per_second: read(typed, "asks-per-second")?,
            frame_every: Duration::from_millis(read(typed, "frame-ms")?),
            talk_per_second: read(typed, "talk-per-second")?,
            grace: Duration::from_secs(read(typed, "grace-s")?),
            guest_token_ms: read::<u64>(typed, "guest-token-h")?.saturating_mul(HOUR_MS),
            session_ms: read::<u64>(typed, "session-h")?.saturating_mul(HOUR_MS),
            first_rule: UnansweredQuestion { people, hold_out_share, ..UnansweredQuestion::default() },
            disk_spare_bytes: read::<u64>(typed, "disk-spare-mb")?.saturating_mul(1_000_000),
            zone,
            zone_name,
            track_per_address: read(typed, "track-per-address")?,
            track_personal: yes_or_no(typed, "track-personal")?,
            dedupe_h,
            mirror: some("events-s3").map(|bucket| MirrorConfig {
                bucket: bucket.to_owned(),
                endpoint: typed.text("events-s3-endpoint").to_owned(),
                region: typed.text("events-s3-region").to_owned(),
            }),
            worth_max: amount(typed, "prize-max")?,
            clickhouse: some("clickhouse-url").map(|url| clickhouse(url, typed)).transpose()?,
            keep_days: linger_events::KeepDays {
                behaviour: keep("keep-behaviour-days")?,
                commerce: keep("keep-commerce-days")?,
                profile: keep("keep-profile-days")?,
            },
            mail: mail(typed)?,
            language: linger_web::Language::parse(typed.text("language"))
                .context("`language` must be en or zh")?,
            webhooks_private: yes_or_no(typed, "webhooks-private")?,
            talk: talk(typed)?,
            payments: payments(typed)?,
            shops: ShopsConfig::of(typed)?,
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
            devices_per_hour: self.devices_per_hour,
            asks_per_second: self.asks_per_second,
            frame_every: self.frame_every,
            talk_per_second: self.talk_per_second,
            grace: self.grace,
            guest_token_ms: self.guest_token_ms,
            session_ms: self.session_ms,
            seat_check_every: SEAT_CHECK_EVERY,
            zone: self.zone_name.clone(),
            track_personal: self.track_personal,
            track_per_address: self.track_per_address,
            language: self.language,
            mail_to: self.mail.as_ref().map(|it| it.to.clone()).unwrap_or_default(),
            reports: self.mail.as_ref().map(|it| it.reports.clone()).unwrap_or_default(),
            look_every: LOOK_EVERY,
            worth_max: self.worth_max,
            clickhouse: self.clickhouse.clone(),
            events_sql: command::events_sql::program(),
            disk_spare: (self.data.clone(), self.disk_spare_bytes),
        }
    }
}

/// An amount such as `5000000 CNY`, in minor units.
fn amount(typed: &Typed, name: &str) -> anyhow::Result<linger_protocol::Money> {
    let text = typed.text(name);
    let read = text.split_once(' ').and_then(|(minor, currency)| {
        let minor = minor.parse::<i64>().ok().filter(|minor| *minor >= 0)?;
        Some(linger_protocol::Money::new(minor, linger_protocol::Currency::new(currency.trim())?))
    });
    read.with_context(|| {
        format!("`{name}` cannot be `{text}`: minor units and a currency, such as 5000000 CNY")
    })
}

/// What cannot be read of an address is not repeated: it may hold a password.
fn talk(typed: &Typed) -> anyhow::Result<TalkConfig> {
    let some = |name| Some(typed.text(name)).filter(|text| !text.is_empty());
    let viewer_images = typed.text("viewer-images").parse::<ViewerImages>();
    Ok(TalkConfig {
        viewer_images: viewer_images.map_err(|rule| anyhow::anyhow!("`viewer-images` {rule}"))?,
        images_bytes_max: read::<u64>(typed, "images-mb")?.saturating_mul(1_000_000),
        words: some("moderation-words").map(Into::into),
        moderator: some("moderation-url")
            .map(|url| url.parse::<Url>().context("`moderation-url` is no address"))
            .transpose()?,
    })
}

fn payments(typed: &Typed) -> anyhow::Result<PaymentsConfig> {
    let mut providers = vec![];
    let names: Vec<&str> = typed.text("payments").split(',').map(str::trim).collect();
    for (place, name) in names.iter().enumerate() {
        ensure!(!names[..place].contains(name), "`payments` names {name} twice");
        providers.push(match *name {
            "sandbox" => Provider::Sandbox,
            "stripe" => Provider::Stripe(Box::new(stripe(typed)?)),
            _ => anyhow::bail!("`payments` must be sandbox, stripe, or both separated by a comma"),
        });
    }
    let minutes: u64 = read(typed, "reconcile-min")?;
    let days: u64 = read(typed, "reconcile-days")?;
    ensure!(minutes <= 1_440, "`reconcile-min` must be at most 1440");
    ensure!((1..=365).contains(&days), "`reconcile-days` must be from 1 to 365");
    Ok(PaymentsConfig {
        providers,
        reconcile_every: (minutes > 0).then(|| Duration::from_secs(60 * minutes)),
        reconcile_back_ms: days * 24 * HOUR_MS,
    })
}

fn stripe(typed: &Typed) -> anyhow::Result<StripeSettings> {
    let key = StripeKey::new(&secret(typed, "stripe-key")?);
    let secrets = secret(typed, "stripe-webhook-secret")?;
    let secrets: Option<Vec<_>> = secrets.split(',').map(StripeSecret::new).collect();
    let address = |name: &'static str| {
        let url = typed.text(name).parse::<Url>().with_context(|| format!("`{name}` is no address"))?;
        let host = url.host_str().unwrap_or_default();
        let here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        ensure!(url.scheme() == "https" || (here && url.scheme() == "http"), "`{name}` must be https");
        Ok(url)
    };
    Ok(StripeSettings {
        url: address("stripe-url")?,
        key: key.context("`stripe-key` must be a key such as sk_live_… or rk_live_…")?,
        secrets: secrets.context("`stripe-webhook-secret` must be a secret such as whsec_…")?,
        page: (!typed.text("stripe-page").is_empty()).then(|| address("stripe-page")).transpose()?,
    })
}

/// A secret as it was given, or as it stands in the file that was named. It is never repeated.
fn secret(typed: &Typed, name: &'static str) -> anyhow::Result<String> {
    let text = typed.text(name);
    match text.strip_prefix('@') {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("reading the file of `{name}`"))?;
            Ok(text.trim().to_owned())
        }
        None => Ok(text.to_owned()),
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

fn yes_or_no(typed: &Typed, name: &str) -> anyhow::Result<bool> {
    let text = typed.text(name);
    ensure!(matches!(text, "yes" | "no"), "`{name}` must be yes or no");
    Ok(text == "yes")
}

/// Mail is on when there is a server for it. Its settings are not repeated in errors: they are addresses and a password.
fn mail(typed: &Typed) -> anyhow::Result<Option<MailConfig>> {
    let list = |name| typed.text(name).split(',').map(str::trim).filter(|it| !it.is_empty());
    let mut reports = vec![];
    for name in list("reports").filter(|it| *it != "off") {
        let every = ReportEvery::named(name).context("`reports` must be daily, weekly, monthly or off")?;
        ensure!(!reports.contains(&every), "`reports` names {name} twice");
        reports.push(every);
    }
    let to: Vec<String> = list("mail-to").map(str::to_owned).collect();
    ensure!(to.len() <= RECIPIENTS_MAX, "`mail-to` must be at most {RECIPIENTS_MAX} addresses");
    for (place, address) in to.iter().enumerate() {
        ensure!(is_mail_address(address), "`mail-to`: number {} is no mail address", place + 1);
    }
    let (url, from) = (typed.text("smtp-url"), typed.text("mail-from"));
    if url.is_empty() {
        ensure!(to.is_empty(), "`mail-to` needs `smtp-url`: there is no server to send mail");
        ensure!(reports.is_empty(), "`reports` needs `smtp-url`: there is no server to send mail");
        return Ok(None);
    }
    ensure!(!from.is_empty(), "`smtp-url` needs `mail-from`: mail has a sender");
    ensure!(reports.is_empty() || !to.is_empty(), "`reports` needs `mail-to`: nobody would get them");
    let mailer = Mailer::new(url, from).map_err(|wrong| match wrong {
        MailError::Field { field, problem } => anyhow::anyhow!("`{field}` {problem}"),
        other => anyhow::anyhow!("`smtp-url`: {other}"),
    })?;
    Ok(Some(MailConfig { mailer, to, reports }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(args: &[&str]) -> anyhow::Result<Config> {
        let command = clap::Command::new("linger").args(Typed::flags());
        let args = ["linger"].iter().chain(args);
        Config::of(&Typed::gather(&command.try_get_matches_from(args)?)?)
    }

    #[test]
    fn mail_settings_that_make_no_sense_are_named_and_nothing_private_is_repeated() {
        let url = ["--smtp-url", "smtps://shop:c2VjcmV0@mail.example.com"];
        let from = ["--mail-from", "Shop <shop@example.com>"];
        let to = ["--mail-to", "ann@example.com, Bob <bob@example.com>"];
        for (args, name) in [
            (vec![url.as_slice()], "mail-from"),
            (vec![&to], "mail-to"),
            (vec![&["--reports", "daily"]], "reports"),
            (vec![&url, &from, &["--reports", "daily"]], "mail-to"),
            (vec![&url, &from, &to, &["--reports", "hourly"]], "reports"),
            (vec![&url, &from, &to, &["--reports", "daily,daily"]], "reports"),
            (vec![&url, &from, &["--mail-to", "ann@example.com,c2VjcmV0"]], "mail-to"),
            (vec![&url, &["--mail-from", "c2VjcmV0"]], "mail-from"),
            (vec![&["--smtp-url", "ftp://shop:c2VjcmV0@example.com"], &from], "smtp-url"),
            (vec![&["--language", "fr"]], "language"),
            (vec![&["--webhooks-private", "maybe"]], "webhooks-private"),
        ] {
            let error = of(&args.concat()).err().map(|it| format!("{it:#}")).unwrap_or_default();
            assert!(error.contains(&format!("`{name}`")) && !error.contains("c2VjcmV0"), "{error}");
        }
    }

    #[test]
    fn payment_settings_that_make_no_sense_are_named_and_no_secret_is_repeated() {
        let on = ["--payments", "stripe"];
        let key = ["--stripe-key", "sk_test_c2VjcmV0c2VjcmV0"];
        let hook = ["--stripe-webhook-secret", "whsec_c2VjcmV0c2VjcmV0"];
        for (args, name) in [
            (vec!["--payments", "cash"], "payments"),
            (vec!["--payments", "sandbox,sandbox"], "payments"),
            (on.to_vec(), "stripe-key"),
            ([on, ["--stripe-key", "c2VjcmV0"]].concat(), "stripe-key"),
            ([on, ["--stripe-key", "@/nowhere/c2VjcmV"]].concat(), "stripe-key"),
            ([on, key].concat(), "stripe-webhook-secret"),
            ([on, key, ["--stripe-webhook-secret", "c2VjcmV0"]].concat(), "stripe-webhook-secret"),
            ([on, key, hook, ["--stripe-url", "http://api.example.com"]].concat(), "stripe-url"),
            ([on, key, hook, ["--stripe-page", "pay"]].concat(), "stripe-page"),
            (vec!["--reconcile-days", "0"], "reconcile-days"),
            (vec!["--reconcile-min", "1441"], "reconcile-min"),
        ] {
            let error = of(&args).err().map(|it| format!("{it:#}")).unwrap_or_default();
            assert!(error.contains(&format!("`{name}`")) && !error.contains("c2VjcmV0"), "{args:?}: {error}");
        }
    }

    #[test]
    fn a_secret_may_stand_in_a_file_and_two_while_one_is_rolled() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("stripe.key");
        std::fs::write(&file, "sk_test_0123456789abcdef\n")?;
        let config = of(&[
            "--payments",
            "stripe, sandbox",
            "--stripe-key",
            &format!("@{}", file.display()),
            "--stripe-webhook-secret",
            "whsec_0123456789abcdef,whsec_fedcba9876543210",
        ])?;
        let [Provider::Stripe(stripe), Provider::Sandbox] = &config.payments.providers[..] else {
            anyhow::bail!("both, in this order")
        };
        assert_eq!(stripe.secrets.len(), 2);
        Ok(())
    }

    #[test]
    fn mail_settings_that_belong_together_are_taken() -> anyhow::Result<()> {
        assert!(of(&[])?.mail.is_none());
        let mail = of(&[
            "--smtp-url",
            "smtp://localhost:25",
            "--mail-from",
            "shop@example.com",
            "--mail-to",
            "ann@example.com, Bob <bob@example.com>",
            "--reports",
            "daily, monthly",
        ])?;
        let mail = mail.mail.context("mail is on")?;
        assert_eq!(mail.to.len(), 2);
        assert_eq!(mail.reports, [ReportEvery::Daily, ReportEvery::Monthly]);
        Ok(())
    }
}
