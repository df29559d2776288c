//! `linger backup` and `linger restore`: everything a server keeps, as a folder.
//!
//! A backup may be taken while the server runs. The log is copied before the keys and tables: every text in the copied
//! log has its key in the copied vault, because a key is durable before a text sealed under it. The copied log may end
//! in a torn write, which was not acknowledged when it was copied; opening it cuts that off.

use crate::{config::Config, settings::Typed};
use anyhow::{Context, bail, ensure};
use clap::ArgMatches;
use linger_store::{MasterKey, Store, Vault};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Copies what is kept into a new folder.
pub fn backup(typed: &Typed, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let config = Config::of(typed)?;
    let to = PathBuf::from(matches.get_one::<String>("to").context("`to` is missing")?);
    ensure!(!to.exists(), "{} is there already", to.display());
    ensure!(config.data.join("log").is_dir(), "{} holds no server's data", config.data.display());
    fs::create_dir_all(to.join("log")).with_context(|| format!("making {}", to.display()))?;
    copy_folder(&config.data.join("log"), &to.join("log"))?;
    let master = master_key(&config, &config.data)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let vault = Vault::unlock(&config.data, master).await.context("opening the vault")?;
        vault.backup(&to).await.context("copying the vault")?;
        let store = Store::open(&config.data).await.context("opening the tables")?;
        store.backup(&to).await.context("copying the tables")?;
        vault.close().await?;
        store.close().await?;
        anyhow::Ok(())
    })?;
    let key = config.data.join("master.key");
    if key.exists() {
        fs::copy(&key, to.join("master.key")).context("copying the master key")?;
    }
    tried(&to)?;
    println!("backed up to {}", to.display());
    Ok(ExitCode::SUCCESS)
}

/// Puts a backup into an empty data folder. The rooms' histories get new names, so that a client which knows more than
/// the backup starts anew instead of going on at a position that now means something else.
pub fn restore(typed: &Typed, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let config = Config::of(typed)?;
    let from = PathBuf::from(matches.get_one::<String>("from").context("`from` is missing")?);
    let occupied = fs::read_dir(&config.data).is_ok_and(|mut entries| entries.next().is_some());
    ensure!(!occupied, "{} is not empty", config.data.display());
    tried(&from)?;
    fs::create_dir_all(config.data.join("log"))?;
    copy_folder(&from.join("log"), &config.data.join("log"))?;
    for entry in fs::read_dir(&from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), config.data.join(entry.file_name()))?;
        }
    }
    linger_log::renew_at_next_opening(config.data.join("log")).context("renaming the histories")?;
    println!("restored into {}", config.data.display());
    Ok(ExitCode::SUCCESS)
}

/// A backup that was not tried is none: reads every record of its log.
fn tried(folder: &Path) -> anyhow::Result<()> {
    let report = linger_log::verify(folder.join("log")).context("reading the backup's log")?;
    if !report.is_sound() {
        bail!("the backup's log is damaged: {report}");
    }
    println!("{report}");
    Ok(())
}

fn master_key(config: &Config, folder: &Path) -> anyhow::Result<MasterKey> {
    match &config.master_key {
        Some(text) => MasterKey::from_base64(text).context("`master-key`"),
        None => MasterKey::load_or_create(folder).context("opening the master key"),
    }
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    let mut names: Vec<_> = fs::read_dir(from)?.map(|entry| entry.map(|it| it.file_name())).collect::<Result<_, _>>()?;
    // In order of their numbers: a later segment is never there without the earlier ones.
    names.sort();
    for name in names {
        let copied = fs::copy(from.join(&name), to.join(&name));
        copied.with_context(|| format!("copying {}", Path::new(&name).display()))?;
    }
    Ok(())
}
