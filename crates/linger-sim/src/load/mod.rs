//! Load generators for benches: fan-out to many sockets, a flood of talk, a rush for few units, and the same against the peers; events
//! told over HTTP, and how soon rules answer what happens.
//!
//! It does not know the server's insides. Each is meant to run as a process of its own, so that its own cost is not
//! counted as the server's.

mod answers;
mod dialect;
mod fanout;
mod flood;
mod histogram;
mod http;
mod ingest;
mod process;
mod publish;
mod raw;
mod rush;
mod stamp;
mod tokens;

pub use answers::{Answered, Answers, AnswersConfig, AnswersReport};
pub use dialect::PeerKind;
pub use fanout::{FanoutConfig, FanoutReport, fanout_clients, fanout_peer};
pub use flood::{FloodReport, LaneReport, flood_clients};
pub use histogram::{Delays, Histogram};
pub use ingest::{IngestConfig, IngestReport, ingest_clients, visible_ms};
pub use process::{Usage, raise_open_files};
pub use rush::{Mix, RushConfig, RushMode, RushReport, rush_clients, rush_prepare};
pub use tokens::Tokens;
