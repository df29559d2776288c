//! Writes the stays of the reference evening as CSV, for `bench/oracles/lifelines_reference.py`. It takes them from the
//! log by itself and does not use the code under test.

#[path = "../tests/evening/mod.rs"]
mod evening;
#[path = "../tests/plainly/mod.rs"]
mod plainly;

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let (log, now) = plainly::reference_evening();
    let mut out = io::stdout().lock();
    writeln!(out, "duration_s,observed")?;
    for (seconds, seen) in plainly::stays_of(&log, now) {
        writeln!(out, "{seconds},{}", u8::from(seen))?;
    }
    Ok(())
}
