//! `linger config`: what is in force, and where it came from.

use crate::{config::Config, settings::Typed};
use std::process::ExitCode;

/// Prints every setting; fails when one makes no sense.
pub fn run(typed: &Typed) -> anyhow::Result<ExitCode> {
    let lines = typed.lines();
    let widest = lines.iter().map(|(_, value, _)| value.len()).max().unwrap_or(0);
    for (name, value, origin) in lines {
        println!("{name:<20} {value:<widest$}  {origin}");
    }
    Config::of(typed)?;
    Ok(ExitCode::SUCCESS)
}
