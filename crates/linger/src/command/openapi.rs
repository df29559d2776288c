//! `linger openapi`: the document that `web/wire` and other clients are made from.

use std::process::ExitCode;

/// Prints it.
pub fn run() -> anyhow::Result<ExitCode> {
    println!("{}", linger_web::document().to_pretty_json()?);
    Ok(ExitCode::SUCCESS)
}
