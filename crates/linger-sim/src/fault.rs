//! What can go wrong at the door: the server or the way to it fails. It does not know what was wanted in the end.

/// A fault of the outside.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// An address that cannot be used.
    #[error("{0} is no address of a server: http://host:port expected")]
    BadAddress(String),
    /// The server cannot be reached, or the connection broke.
    #[error("{doing}: {source}")]
    Unreachable {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// HTTP failed below the level of an answer.
    #[error("{doing}: {source}")]
    Http {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: Box<reqwest::Error>,
    },
    /// The WebSocket failed.
    #[error("{doing}: {source}")]
    Socket {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: Box<tokio_tungstenite::tungstenite::Error>,
    },
    /// The server said no.
    #[error("{doing}: {status} {code}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// The HTTP status; 0 on a socket.
        status: u16,
        /// The code of the interface; empty when there was none.
        code: String,
        /// After how many ms to try again.
        retry_ms: Option<u64>,
    },
    /// The server said something that is not the interface.
    #[error("{doing}: the answer is not what the interface promises: {what}")]
    Strange {
        /// What was being done.
        doing: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// Nothing came for too long.
    #[error("{doing}: no answer within {within_ms} ms")]
    Silent {
        /// What was being done.
        doing: &'static str,
        /// How long it was waited.
        within_ms: u64,
    },
}

impl Fault {
    /// The server said something that is not the interface.
    pub fn strange(doing: &'static str, what: impl ToString) -> Fault {
        Fault::Strange { doing, what: what.to_string() }
    }

    /// After how long to try again, when the server says that trying again helps.
    pub fn retry_ms(&self) -> Option<u64> {
        match self {
            Fault::Refused { status: 429 | 503, retry_ms, .. } => {
                Some(retry_ms.unwrap_or(1_000).clamp(50, 30_000))
            }
            _ => None,
        }
    }

    /// A short word for counting.
    pub fn word(&self) -> String {
        match self {
            Fault::BadAddress(_) => "bad-address".into(),
            Fault::Unreachable { .. } => "unreachable".into(),
            Fault::Http { .. } => "http".into(),
            Fault::Socket { .. } => "socket".into(),
            Fault::Refused { status, code, .. } if code.is_empty() => format!("status-{status}"),
            Fault::Refused { code, .. } => code.clone(),
            Fault::Strange { .. } => "strange".into(),
            Fault::Silent { .. } => "silent".into(),
        }
    }
}
