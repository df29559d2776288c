//! The rounds of whoever delivers what a book keeps: between two of them it rests until something is due or there is
//! news. It does not know what is delivered.

use crate::sandbox::Clock;
use linger_protocol::Millis;
use std::{fmt::Display, time::Duration};
use tokio::sync::Notify;

/// A round at least so often: the machine's clock may be set anew.
const IDLE: Duration = Duration::from_secs(60);
/// How long a book that cannot be used is left alone.
const AFTER_FAULT: Duration = Duration::from_secs(5);

/// Makes rounds until it is dropped. `deliver_due` tells when the next is due.
pub(crate) async fn make<E: Display, Round: Future<Output = Result<Option<Millis>, E>>>(
    what: &'static str,
    clock: &Clock,
    news: &Notify,
    deliver_due: impl Fn() -> Round,
) {
    loop {
        let wait = match deliver_due().await {
            Ok(next) => next.map_or(IDLE, |at| Duration::from_millis(at.since(clock())).min(IDLE)),
            Err(fault) => {
                tracing::error!(%fault, what, "cannot be delivered now; trying again");
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = news.notified() => {}
        }
    }
}
