//! Simulated viewers, a scripted evening, load generators and crash runs: everything that makes a room busy from
//! outside.
//!
//! Architecture invariant: this crate speaks to a server through its public interface alone ([`door`], [`wire`]). It
//! leans on no crate of the server but the words of the house; what it asserts about rooms it reads from answers, sockets and the log's dump, so
//! it audits the server as a stranger would.
//!
//! - [`crowd`]: people who watch, talk, like, buy; for demonstrations and endurance runs
//! - [`script`]: the host's side of such an evening
//! - [`load`]: generators for benches, meant to run as their own process
//! - [`past`]: an evening that is over, as requests and reports, so that a demonstration has something to look back at
//! - [`crash`]: kills a real server at random moments and holds it to what it acknowledged

pub mod crash;
pub mod crowd;
pub mod dice;
pub mod door;
pub mod fault;
pub mod gateway;
pub mod goods;
pub mod load;
pub mod past;
pub mod script;
pub mod wire;
