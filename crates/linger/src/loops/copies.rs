//! Keeps the copies of event files in an S3-compatible store equal to the files here. It does not know what they hold.

use linger_events::EventStore;
use linger_store::Mirror;
use std::time::Duration;

/// How often the files are compared.
const EVERY: Duration = Duration::from_secs(60);

/// Copies until the server ends.
pub async fn copy_files(events: EventStore, mirror: Mirror) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let files = events.snapshot().parquet_files();
        match mirror.sync(&files).await {
            Ok(done) if done.sent + done.removed > 0 => {
                tracing::info!(done.sent, done.sent_bytes, done.removed, "event files were copied");
            }
            Ok(_) => {}
            // Files may be exchanged while they are copied, and a store may be away: the next pass makes up for it.
            Err(fault) => tracing::warn!(%fault, "event files were not all copied; trying again"),
        }
    }
}
