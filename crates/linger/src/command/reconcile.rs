//! `linger reconcile`: payments of a server that is stopped, compared with what providers know. A running server does this
//! by itself.

use crate::{
    config::Config,
    money::Till,
    server::{VaultSeeds, master_key, providers},
    settings::Typed,
};
use anyhow::{Context, ensure};
use clap::ArgMatches;
use linger_engine::{Engine, EngineConfig, SteadyClock};
use linger_log::{DiskConfig, DiskLog};
use linger_outlet::{Difference, Findings};
use linger_protocol::{Millis, Money};
use linger_store::Vault;
use std::{net::SocketAddr, process::ExitCode, sync::Arc};

const DAY_MS: u64 = 86_400_000;

/// Compares, does what is to be done, and prints the rest. Fails when somebody has to look.
pub fn run(typed: &Typed, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let config = Config::of(typed)?;
    ensure!(config.data.join("vault.db").exists(), "{} holds no server's data", config.data.display());
    crate::command::serve::start_logging(&config)?;
    let back_ms = matches.get_one::<u64>("days").map_or(0, |days| days.saturating_mul(DAY_MS));
    let findings = tokio::runtime::Runtime::new()?.block_on(reconcile(&config, back_ms))?;
    print(&findings);
    Ok(if findings.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn reconcile(config: &Config, back_ms: u64) -> anyhow::Result<Findings> {
    let (log, _) = DiskLog::open(config.data.join("log"), DiskConfig::default())
        .context("opening the log; a running server compares by itself")?;
    let vault = Vault::unlock(&config.data, master_key(config)?).await.context("opening the vault")?;
    let seeds = Arc::new(VaultSeeds(vault.clone()));
    let clock = Arc::new(SteadyClock::start());
    let (engine, _) = Engine::start(Arc::new(log), clock, seeds, EngineConfig::default())?;
    // Nothing is started and nobody is sent anywhere, so no address is needed.
    let nowhere: SocketAddr = ([127, 0, 0, 1], 9).into();
    let public_url = config.public_url(config.listen)?;
    let providers = providers(config, &vault, &public_url, nowhere, false).await?;
    let mut till = Till::new(engine.clone(), Arc::new(providers));
    let since = Millis(engine.now().0.saturating_sub_unsigned(back_ms));
    till.read_books().await?;
    let first = till.reconcile(since).await;
    // What rooms were told may have to go back at once.
    till.read_books().await?;
    let mut findings = till.reconcile(since).await;
    findings.told += first.told;
    findings.given_back += first.given_back;
    engine.stop().await;
    vault.close().await?;
    Ok(findings)
}

fn print(findings: &Findings) {
    let Findings { compared, told, given_back, differences, more, unread, .. } = findings;
    println!("payments compared: {compared}; told to rooms: {told}; refunds asked for: {given_back}");
    for it in differences {
        println!("{}", line(it));
    }
    if *more > 0 {
        println!("and {more} more");
    }
    for name in unread {
        println!("{name} could not be read: of its payments nothing is known");
    }
    if findings.is_clean() {
        println!("nothing differs");
    }
}

fn line(it: &Difference) -> String {
    let amount = |money: Option<Money>| match money {
        Some(money) => format!("{} {}", money.minor, money.currency.as_str()),
        None => "-".to_owned(),
    };
    let Difference { kind, room, order, payment, ours, theirs } = it;
    let (kind, ours, theirs) = (kind.code(), amount(*ours), amount(*theirs));
    format!("{kind}: room {room}, order {order}, payment {payment}: room has {ours}, provider has {theirs}")
}
