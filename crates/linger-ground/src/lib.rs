//! The proving ground: shows whose truth is known, for rules and statistics to be tested against.
//!
//! Simulated people whose reasons to stay or leave are documented numbers ([`causes`]) come to a **real room**, in which
//! **real rules** work through the **real desk and carrier**; only people, their pictures and the host are modelled. The same
//! show is lived through without and with the rules, by the same people with the same patience, so that what rules do is
//! known and not estimated ([`truth`]). Then the product is asked: **its own experiment report**, over facts that its own
//! code makes of the rooms' logs, for hosts, switched rooms or viewers that its own hash draws ([`trial`]).
//!
//! Everything is in virtual time and follows from a seed; nothing opens a socket.
//!
//! It does not know how a log becomes facts: that is the server's, and handed in ([`pool::Teller`]).
//!
//! Invariant: no figure of it is a result. What it prints says so ([`told::NOTICE`]).

mod arms;
pub mod book;
pub mod causes;
mod chart;
mod crowd;
mod evening;
mod host;
mod meaning;
mod mood;
pub mod plan;
pub mod pool;
mod process;
mod programme;
mod promise;
mod stage;
mod stays;
pub mod told;
pub mod trial;
pub mod truth;
mod work;

pub use arms::Arms;
pub use chart::svg;
pub use crowd::Lived;
pub use evening::{Acts, Evening, Show, World, live};
pub use plan::{Ask, BadAsk, Plan, coupon_rule};
pub use promise::broken;
pub use told::{Told, text};

/// Does all that is asked: lives through the shows, runs the experiments, and lets each rule act alone.
pub fn prove(ask: &Ask, tell: &pool::Teller, progress: &pool::Progress) -> Result<Told, BadAsk> {
    ask.check()?;
    let world = ask.world();
    let pool = pool::lay_down(ask, &world, tell, progress);
    let worlds: Vec<_> = pool.pairs.iter().map(|it| it.stayed.clone()).collect();
    let known = truth::truth(&worlds);
    let trials = trial::run(ask, (&world, tell), (&pool, &known), progress);
    let alone = pool::alone(ask, &world, progress);
    Ok(told::told(ask, &pool.pairs, known, trials, &alone))
}
