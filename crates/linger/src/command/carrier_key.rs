//! `linger carrier-key`: the key with which whoever speaks with carriers tells the house what was delivered.

use crate::{config::Config, server::master_key, settings::Typed};
use anyhow::{Context, ensure};
use linger_store::Vault;
use std::process::ExitCode;

/// Prints the key, in base64. Whoever holds it can say of any parcel of this server that it was delivered.
pub fn run(typed: &Typed) -> anyhow::Result<ExitCode> {
    let config = Config::of(typed)?;
    ensure!(config.data.join("vault.db").exists(), "{} holds no server's data", config.data.display());
    let master = master_key(&config)?;
    let key = tokio::runtime::Runtime::new()?.block_on(async {
        let vault = Vault::unlock(&config.data, master).await.context("opening the vault")?;
        let key = linger_web::carrier_key(&vault);
        vault.close().await?;
        anyhow::Ok(key)
    })?;
    println!("{key}");
    Ok(ExitCode::SUCCESS)
}
