//! `linger serve`: the server until somebody stops it.

use crate::{
    config::Config,
    server::{Server, wait_for_stop},
    settings::Typed,
};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Serves.
pub fn run(typed: Typed) -> anyhow::Result<ExitCode> {
    let config = Config::of(&typed)?;
    start_logging(&config)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let server = Server::start(&config).await?;
        tracing::info!(
            rooms = server.recovery.rooms,
            entries = server.recovery.entries,
            damaged = server.recovery.damaged.len(),
            "rooms rebuilt"
        );
        let scheme = if config.tls.is_some() { "https" } else { "http" };
        println!("listening on {scheme}://{}", server.listening);
        if let Some(link) = linger_web::account::first_admin_link(&server.house).await {
            println!("first sign-in, once, within three days: {link}");
        }
        wait_for_stop().await;
        println!("stopping");
        server.stop().await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Sets up what is logged and how. Nothing that a person wrote is ever handed to it.
pub fn start_logging(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log_level)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if config.log_json { builder.json().try_init() } else { builder.try_init() };
    started.map_err(|error| anyhow::anyhow!("starting the log output: {error}"))
}
