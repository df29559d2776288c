//! Every setting, defined once: its name (flag `--NAME`, variable `LINGER_NAME`, key in the file), its default and what
//! it does. Later sources win: default, file, environment, flag.
//!
//! This file knows what was typed; [`crate::config`] knows what it means.

use anyhow::{Context, bail};
use clap::{Arg, ArgMatches, parser::ValueSource};
use std::{collections::BTreeMap, path::Path};

/// One setting.
pub struct Setting {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// The value when nobody gives one.
    pub default: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// Whether its value is kept out of every output.
    pub secret: bool,
}

const fn setting(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, default, help, secret: false }
}

/// All settings.
pub const SETTINGS: &[Setting] = &[
    setting("data", "linger-data", "Folder that holds everything the server keeps"),
    setting("listen", "127.0.0.1:7080", "Address and port for HTTP and WebSocket; port 0 takes a free one"),
    setting(
        "public-url",
        "",
        "Address people type, such as https://live.example.com; made from `listen` when empty",
    ),
    setting("tls-cert", "", "Certificate chain (PEM); with `tls-key` the server speaks HTTPS itself"),
    setting("tls-key", "", "Private key of the certificate (PEM)"),
    setting("media-udp", "127.0.0.1:7081", "Address and port for picture and sound over UDP"),
    setting("media-tcp", "127.0.0.1:7081", "The same over TCP, for networks that block UDP; `off` for none"),
    setting(
        "media-address",
        "",
        "Addresses under which viewers reach this machine, separated by commas; from `media-udp` when empty",
    ),
    Setting {
        name: "master-key",
        default: "",
        help: "Base64 of the 32 bytes that wrap all personal keys; kept in the data folder when empty",
        secret: true,
    },
    setting("log-level", "info", "What is logged: error, warn, info, debug or a tracing filter"),
    setting("log-format", "text", "How it is logged: text or json"),
    setting("sockets-per-room", "20000", "Sockets of one room"),
    setting("sockets-per-address", "2000", "Sockets from one network address"),
    setting("guests-per-minute", "600", "Guest tokens given to one network address in a minute"),
    setting(
        "devices-per-hour",
        "300",
        "Browsers seen for the first time, of one network address in an hour; those beyond count as one where prizes are won",
    ),
    setting(
        "asks-per-second",
        "5",
        "Asks of one person in a second in the long run; short bursts may be three times that",
    ),
    setting("frame-ms", "20", "Least time between two frames to the sockets of a room, ms"),
    setting(
        "talk-per-second",
        "20",
        "Comments of a room's talk shown to everybody in a second, in the long run; 0 shows all",
    ),
    setting("grace-s", "10", "How long a broken connection counts as present while it may come back, s"),
    setting("guest-token-h", "720", "How long a guest's token holds, h"),
    setting("session-h", "12", "How long a staff session holds without use, h"),
    setting("hold-out", "0.2", "Share of occasions on which rules do nothing, for comparison; 0 to 0.5"),
    setting("prompt-people", "3", "People who must ask the same within a minute before the host is prompted"),
    setting("zone", "UTC", "Time zone of the shop, such as Asia/Shanghai: where its days begin"),
    setting("track-per-address", "5000", "Events told from one network address in a second, in the long run"),
    setting(
        "track-personal",
        "no",
        "Whether well-known personal properties of events (mail address, phone, name) are kept: yes or no",
    ),
    setting("dedupe-h", "24", "How long a message id is remembered so that its event is not stored twice, h"),
    setting(
        "keep-behaviour-days",
        "0",
        "How long events of what people look at and do are kept, days; 0 for ever",
    ),
    setting(
        "keep-commerce-days",
        "0",
        "How long events of orders, payments and refunds are kept, days; 0 for ever",
    ),
    setting("keep-profile-days", "0", "How long events of who somebody is are kept, days; 0 for ever"),
    setting(
        "events-s3",
        "",
        "Bucket, and after a slash the folder, to which event files are copied; keys from AWS_ACCESS_KEY_ID and its kin",
    ),
    setting("events-s3-endpoint", "", "Address of an S3-compatible store; Amazon's own when empty"),
    setting("events-s3-region", "", "Region of that store"),
    setting(
        "prize-max",
        "5000000 CNY",
        "The most one prize or red packet may be worth, in minor units, with the shop's currency; China allows 50,000 yuan",
    ),
    Setting {
        name: "clickhouse-url",
        default: "",
        help: "HTTP address of a ClickHouse server that can answer questions, with user and password; none when empty",
        secret: true,
    },
    setting("clickhouse-table", "linger_events", "Its table or view that has the events"),
    Setting {
        name: "smtp-url",
        default: "",
        help: "Mail server, such as smtps://user:password@host or smtp://host:587?tls=required; no mail when empty",
        secret: true,
    },
    setting("mail-from", "", "Sender of mail, such as Shop <shop@example.com>"),
    setting("mail-to", "", "To whom alarms and reports are mailed, separated by commas; 20 at most"),
    setting("reports", "off", "Reports mailed when their time is over: daily, weekly, monthly, or off"),
    setting("language", "en", "Language of what the server writes by itself, such as mail: en or zh"),
    setting(
        "webhooks-private",
        "no",
        "Whether webhooks may go over plain HTTP and to addresses of private networks: yes or no",
    ),
    setting(
        "viewer-images",
        "looked-at",
        "Pictures of viewers: looked-at (staff or a moderator outside first), open or off",
    ),
    setting("images-mb", "2048", "Room that all pictures of people may take, MB"),
    setting("moderation-words", "", "File of words that hold or refuse what viewers write; none when empty"),
    Setting {
        name: "moderation-url",
        default: "",
        help: "Address of a moderator that is asked about every text and picture of viewers; none when empty",
        secret: true,
    },
    setting(
        "payments",
        "sandbox",
        "Who takes payments: sandbox, stripe, or both separated by a comma; the first serves buyers who name none",
    ),
    Setting {
        name: "stripe-key",
        default: "",
        help: "Stripe's secret or restricted key, or @ and the path of a file that holds it",
        secret: true,
    },
    Setting {
        name: "stripe-webhook-secret",
        default: "",
        help: "What Stripe signs notices with, two separated by a comma while it is rolled, or @ and the path of a file",
        secret: true,
    },
    setting("stripe-url", "https://api.stripe.com", "Where Stripe's interface is"),
    setting(
        "stripe-page",
        "",
        "Page of the shop that confirms a card payment with Stripe's own program; buyers are sent there. None when empty",
    ),
    setting(
        "reconcile-min",
        "15",
        "How often payments are compared with what providers know, min; 0 for never",
    ),
    setting("reconcile-days", "7", "How far that looks back, days"),
    setting(
        "shopify-shop",
        "",
        "Shop of Shopify whose catalogue is kept here as well, such as name.myshopify.com; none when empty",
    ),
    Setting {
        name: "shopify-token",
        default: "",
        help: "Access token of its Admin interface: read_products, read_inventory, write_inventory, write_orders",
        secret: true,
    },
    Setting {
        name: "shopify-secret",
        default: "",
        help: "What it signs its webhooks with: the app's client secret",
        secret: true,
    },
    setting("shopify-currency", "USD", "Currency of its prices"),
    setting("shopify-location", "", "Number of its location whose stock counts; needed to write stock back"),
    setting(
        "medusa-url",
        "",
        "Address of a Medusa shop whose catalogue is kept here as well; none when empty",
    ),
    Setting { name: "medusa-token", default: "", help: "Secret key of its Admin interface", secret: true },
    Setting {
        name: "medusa-secret",
        default: "",
        help: "What its subscriber signs with, 16 characters or more",
        secret: true,
    },
    setting("medusa-currency", "EUR", "Currency whose prices are taken"),
    setting("medusa-location", "", "Id of its location whose stock counts; needed to write stock back"),
    setting("medusa-region", "", "Id of the region into which orders are written; none are when empty"),
    setting("disk-spare-mb", "256", "Free space under which the server says that it is not ready, MB"),
];

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody gave one.
    Default,
    /// The file.
    File,
    /// The environment.
    Environment,
    /// The command line.
    Flag,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Origin::Default => "default",
            Origin::File => "file",
            Origin::Environment => "environment",
            Origin::Flag => "flag",
        })
    }
}

/// All values and where each came from.
pub struct Typed {
    values: BTreeMap<&'static str, (String, Origin)>,
}

impl Typed {
    /// The flags of every setting, for a command.
    pub fn flags() -> impl Iterator<Item = Arg> {
        let config = Arg::new("config").long("config").value_name("FILE").help("File with settings (TOML)");
        let settings = SETTINGS.iter().map(|setting| {
            Arg::new(setting.name)
                .long(setting.name)
                .value_name("VALUE")
                .help(format!(
                    "{} [{}]",
                    setting.help,
                    if setting.default.is_empty() { "-" } else { setting.default }
                ))
                .env(variable(setting.name))
                .hide_env_values(true)
                .help_heading("Settings")
        });
        std::iter::once(config).chain(settings)
    }

    /// Gathers the values of all sources.
    pub fn gather(matches: &ArgMatches) -> anyhow::Result<Typed> {
        let mut values: BTreeMap<_, _> =
            SETTINGS.iter().map(|it| (it.name, (it.default.to_owned(), Origin::Default))).collect();
        if let Some(path) = matches.get_one::<String>("config") {
            read_file(Path::new(path), &mut values)?;
        }
        for setting in SETTINGS {
            let origin = match matches.value_source(setting.name) {
                Some(ValueSource::CommandLine) => Origin::Flag,
                Some(ValueSource::EnvVariable) => Origin::Environment,
                _ => continue,
            };
            if let Some(value) = matches.get_one::<String>(setting.name) {
                values.insert(setting.name, (value.clone(), origin));
            }
        }
        Ok(Typed { values })
    }

    /// Sets what a command such as `demo` wants when nobody said otherwise.
    pub fn suggest(&mut self, name: &'static str, value: &str) {
        if let Some(entry) = self.values.get_mut(name).filter(|(_, origin)| *origin == Origin::Default) {
            entry.0 = value.to_owned();
        }
    }

    /// A value as it was typed.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |(value, _)| value)
    }

    /// Every setting, its value (secrets hidden) and where it came from.
    pub fn lines(&self) -> Vec<(&'static str, String, Origin)> {
        let shown = |setting: &Setting| {
            let (value, origin) = self.values.get(setting.name)?;
            let value =
                if setting.secret && !value.is_empty() { "(hidden)".to_owned() } else { value.clone() };
            Some((setting.name, value, *origin))
        };
        SETTINGS.iter().filter_map(shown).collect()
    }
}

fn variable(name: &str) -> String {
    format!("LINGER_{}", name.replace('-', "_").to_uppercase())
}

fn read_file(path: &Path, values: &mut BTreeMap<&'static str, (String, Origin)>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let table: toml::Table = text.parse().with_context(|| format!("reading {}", path.display()))?;
    for (key, value) in table {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == key) else {
            bail!("{}: there is no setting `{key}`", path.display());
        };
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            toml::Value::Boolean(yes) => yes.to_string(),
            _ => bail!("{}: `{key}` must be a text or a number", path.display()),
        };
        values.insert(setting.name, (value, Origin::File));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(args: &[&str]) -> anyhow::Result<Typed> {
        let command = clap::Command::new("linger").args(Typed::flags());
        Typed::gather(&command.try_get_matches_from(args)?)
    }

    #[test]
    fn a_flag_wins_over_the_file_and_says_so() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("linger.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nframe-ms = 5\n")?;
        let file = file.to_string_lossy();
        let typed = typed(&["linger", "--config", &file, "--listen", "127.0.0.1:2"])?;
        assert_eq!(typed.text("listen"), "127.0.0.1:2");
        let origins: BTreeMap<_, _> =
            typed.lines().into_iter().map(|(name, _, origin)| (name, origin)).collect();
        assert_eq!(origins["listen"], Origin::Flag);
        assert_eq!(origins["frame-ms"], Origin::File);
        assert_eq!(origins["data"], Origin::Default);
        Ok(())
    }

    #[test]
    fn a_setting_that_does_not_exist_is_named() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("linger.toml");
        std::fs::write(&file, "lisen = \"127.0.0.1:1\"\n")?;
        let error = typed(&["linger", "--config", &file.to_string_lossy()]).err().map(|it| it.to_string());
        assert!(error.is_some_and(|it| it.contains("`lisen`")));
        Ok(())
    }

    #[test]
    fn a_secret_is_never_shown() -> anyhow::Result<()> {
        let typed = typed(&[
            "linger",
            "--master-key",
            "c2VjcmV0",
            "--smtp-url",
            "smtps://shop:c2VjcmV0@example.com",
        ])?;
        assert!(typed.lines().iter().all(|(_, value, _)| !value.contains("c2VjcmV0")));
        Ok(())
    }
}
