//! `linger backup` and `linger restore`: everything a server keeps, as a folder.
//!
//! A backup may be taken while the server runs. The log is copied before the keys and tables: every text in the copied
//! log has its key in the copied vault, because a key is durable before a text sealed under it. The copied log may end
//! in a torn write, which was not acknowledged when it was copied; opening it cuts that off. Events are copied file by
//! file, again if their list changed meanwhile. What was imported is copied before them: an import that is known and
//! whose events are missing would never be made again.

use crate::{
    config::Config,
    server::{events_config, master_key},
    settings::Typed,
};
use anyhow::{Context, ensure};
use clap::ArgMatches;
use linger_events::EventStore;
use linger_outlet::{WebhookConfig, WebhookSender};
use linger_store::{MasterKey, Store, Vault};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

const LOG: &str = "log";
const VAULT: &str = "vault.db";
const TABLES: &str = "tables.db";
const WEBHOOKS: &str = "webhooks.db";
const MASTER_KEY: &str = "master.key";
const EVENTS: &str = "events";
const IMPORTS: &str = "imports";
const IMAGES: &str = "images";
/// The list of the files that make up the events.
const MANIFEST: &str = "manifest.json";
/// How often a copy of the events is begun, while the server keeps exchanging their files.
const TRIES: usize = 20;

/// Copies what is kept into a new folder. What fails leaves no half of it behind.
pub fn backup(typed: &Typed, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let config = Config::of(typed)?;
    let to = PathBuf::from(matches.get_one::<String>("to").context("`to` is missing")?);
    ensure!(!to.exists(), "{} is there already", to.display());
    ensure!(config.data.join(LOG).is_dir(), "{} holds no server's data", config.data.display());
    copy_all(&config, &to).inspect_err(|_| {
        // Whatever of it was made is of no use; what made it fail is what is told.
        let _ = fs::remove_dir_all(&to);
    })?;
    println!("backed up to {}", to.display());
    Ok(ExitCode::SUCCESS)
}

fn copy_all(config: &Config, to: &Path) -> anyhow::Result<()> {
    copy_folder(&config.data.join(LOG), &to.join(LOG))?;
    copy_events(&config.data, to)?;
    copy_images(&config.data.join(IMAGES), &to.join(IMAGES))?;
    let master = master_key(config)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let vault = Vault::unlock(&config.data, master).await.context("opening the vault")?;
        vault.backup(&to.join(VAULT)).await.context("copying the vault")?;
        let store = Store::open(&config.data).await.context("opening the tables")?;
        store.backup(&to.join(TABLES)).await.context("copying the tables")?;
        vault.close().await?;
        store.close().await?;
        if config.data.join(WEBHOOKS).exists() {
            let webhooks = WebhookSender::open(WebhookConfig {
                dir: config.data.clone(),
                clock: linger_outlet::system_clock(),
                private_allowed: config.webhooks_private,
            });
            let webhooks = webhooks.await.context("opening the book of webhooks")?;
            webhooks.backup(&to.join(WEBHOOKS)).await.context("copying the book of webhooks")?;
        }
        anyhow::Ok(())
    })?;
    let key = config.data.join(MASTER_KEY);
    if key.exists() {
        fs::copy(&key, to.join(MASTER_KEY)).context("copying the master key")?;
    }
    tried(config, to)
}

/// Puts a backup into an empty data folder. The rooms' histories get new names, so that a client which knows more than
/// the backup starts anew instead of going on at a position that now means something else.
pub fn restore(typed: &Typed, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let config = Config::of(typed)?;
    let from = PathBuf::from(matches.get_one::<String>("from").context("`from` is missing")?);
    let occupied = fs::read_dir(&config.data).is_ok_and(|mut entries| entries.next().is_some());
    ensure!(!occupied, "{} is not empty", config.data.display());
    tried(&config, &from)?;
    copy_folder(&from, &config.data)?;
    linger_log::renew_at_next_opening(config.data.join(LOG)).context("renaming the histories")?;
    println!("restored into {}", config.data.display());
    Ok(ExitCode::SUCCESS)
}

/// A backup that was not tried is none: reads every record of its log and opens its vault with its key.
fn tried(config: &Config, folder: &Path) -> anyhow::Result<()> {
    for part in [LOG, VAULT, TABLES] {
        ensure!(folder.join(part).exists(), "{} is no whole backup: {part} is missing", folder.display());
    }
    let master = match &config.master_key {
        Some(_) => master_key(config)?,
        None => {
            let key = folder.join(MASTER_KEY);
            ensure!(key.exists(), "{} has no {MASTER_KEY}: give `master-key`", folder.display());
            MasterKey::load_or_create(folder).context("opening the backup's master key")?
        }
    };
    tokio::runtime::Runtime::new()?.block_on(async {
        let vault = Vault::unlock(folder, master).await.context("opening the backup's vault")?;
        vault.close().await.context("closing the backup's vault")
    })?;
    if folder.join(EVENTS).is_dir() {
        let config = Config { data: folder.to_owned(), ..config.clone() };
        let (events, _) = EventStore::open(events_config(&config)).context("opening the backup's events")?;
        events.close().context("closing the backup's events")?;
    }
    let report = linger_log::verify(folder.join(LOG)).context("reading the backup's log")?;
    ensure!(report.is_sound(), "the backup's log is damaged: {report}");
    println!("{report}");
    Ok(())
}

/// Copies the pictures of people. A picture is kept before a comment names it, so every picture of the copied log is
/// among them; one that is published meanwhile changes its name, and the copy is begun anew.
fn copy_images(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    for _ in 0..TRIES {
        if copy_folder(from, to).is_ok() {
            return Ok(());
        }
        fs::remove_dir_all(to).context("clearing away half a copy of the pictures")?;
    }
    anyhow::bail!("the pictures changed all the time; try again when fewer come in")
}

/// Copies events and what is known of imports. A server may exchange the files meanwhile; a copy counts if the list of
/// files was the same before and after.
fn copy_events(data: &Path, to: &Path) -> anyhow::Result<()> {
    if data.join(IMPORTS).is_dir() {
        copy_folder(&data.join(IMPORTS), &to.join(IMPORTS))?;
    }
    let (from, to) = (data.join(EVENTS), to.join(EVENTS));
    if !from.is_dir() {
        return Ok(());
    }
    for _ in 0..TRIES {
        let list = fs::read(from.join(MANIFEST)).context("reading the list of event files")?;
        let copied = copy_folder(&from, &to);
        if copied.is_ok() && fs::read(from.join(MANIFEST)).is_ok_and(|now| now == list) {
            return Ok(());
        }
        fs::remove_dir_all(&to).context("clearing away half a copy of the events")?;
    }
    anyhow::bail!("the files of the events changed all the time; try again when fewer events come in")
}

/// Copies a folder with everything in it.
fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    let mut entries = fs::read_dir(from)?.collect::<Result<Vec<_>, _>>()?;
    // In order of their numbers: a later segment is never there without the earlier ones.
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        let copying = || format!("copying {}", Path::new(&entry.file_name()).display());
        if entry.file_type()?.is_dir() {
            copy_folder(&path, &to)?;
        } else {
            fs::copy(&path, &to).with_context(copying)?;
        }
    }
    Ok(())
}
