//! Why a connection ends, and how the server says goodbye. It does not know what was said before.

use crate::{house::House, hub::text, wire::ToClient};
use axum::extract::ws::{Message, WebSocket};
use linger_protocol::LeaveReason;
use std::time::Duration;
use tokio::time::timeout;

/// Time for each part of a goodbye.
const BYE_MAX: Duration = Duration::from_secs(1);

/// Why a connection ends, and whether the person meant it.
pub(super) struct End {
    pub(super) bye: Option<(&'static str, Option<u64>)>,
    pub(super) reason: LeaveReason,
}

impl End {
    pub(super) fn lost() -> End {
        End { bye: None, reason: LeaveReason::Lost }
    }

    /// The server ends it; the client comes back after `retry_ms` and goes on, so the stay waits for it.
    pub(super) fn back(code: &'static str, retry_ms: u64) -> End {
        End { bye: Some((code, Some(retry_ms))), reason: LeaveReason::Lost }
    }

    pub(super) fn sent(code: &'static str) -> End {
        End { bye: Some((code, None)), reason: LeaveReason::Sent }
    }
}

/// Says why the server ends a connection.
pub(super) async fn part(house: &House, socket: &mut WebSocket, end: End) {
    if let Some((code, retry_ms)) = end.bye {
        if code == "slow" {
            house.metrics.slow_reader_cut();
        }
        let bye = text(&ToClient::Bye { code: code.to_owned(), retry_ms });
        // The reader may be gone or stuck: it is told once, and not waited for.
        let _ = timeout(BYE_MAX, socket.send(Message::Text(bye))).await;
        let _ = timeout(BYE_MAX, socket.send(Message::Close(None))).await;
        // What is still on its way is read and dropped: closing over it would reset the connection, and the reader
        // might never see why it was sent away.
        let _ = timeout(BYE_MAX, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
    }
}

/// A broken connection, or one that broke the rules of the protocol.
pub(super) fn broken(error: &axum::Error) -> End {
    let told = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    if told.contains("too long") || told.contains("too large") || told.contains("too big") {
        return End::sent("too-large");
    }
    End::lost()
}
