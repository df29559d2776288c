//! `linger events-sql`: the process in which one SQL query over all events is answered, started by the server for each.
//! Only in a build with the feature `datafusion`.

/// How the server starts it; none in a build without it.
#[cfg(feature = "datafusion")]
pub fn program() -> Option<linger_sql::Program> {
    let own = std::env::current_exe();
    let own = own.inspect_err(|error| tracing::error!(%error, "no SQL over events: where is this program?"));
    own.ok().map(|path| linger_sql::Program::new(path, ["events-sql"]))
}

/// How the server starts it; none in a build without it.
#[cfg(not(feature = "datafusion"))]
pub fn program() -> Option<linger_sql::Program> {
    None
}

/// Answers the query on standard input.
#[cfg(feature = "datafusion")]
pub fn run() -> anyhow::Result<std::process::ExitCode> {
    linger_sql::run()?;
    Ok(std::process::ExitCode::SUCCESS)
}

/// Says what is missing.
#[cfg(not(feature = "datafusion"))]
pub fn run() -> anyhow::Result<std::process::ExitCode> {
    anyhow::bail!("this program was built without the feature `datafusion`")
}
