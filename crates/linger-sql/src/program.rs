//! The way to the engine's process: one for each query, ended when its time is over or nobody waits for it any more. It
//! does not know what the process does.

use crate::{Answer, Job, Refused, TEXT_MAX, TIME_MAX};
use std::{
    ffi::OsString,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

/// Bytes that a process may say: those of an answer, with everything that JSON adds to them.
const SAID_MAX: u64 = 64 << 20;

/// How the engine's process is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
    args: Vec<OsString>,
    time_max: Duration,
}

impl Program {
    /// A program and its arguments: it reads a [`Job`] from its standard input and runs [`crate::run`].
    pub fn new(path: impl Into<PathBuf>, args: impl IntoIterator<Item = impl Into<OsString>>) -> Program {
        Program { path: path.into(), args: args.into_iter().map(Into::into).collect(), time_max: TIME_MAX }
    }

    /// The same with another bound of time.
    pub fn with_time_max(self, time_max: Duration) -> Program {
        Program { time_max, ..self }
    }

    /// Asks a query. Who drops the future ends the process.
    ///
    /// # Errors
    /// [`Refused`] says why there is no answer.
    pub async fn ask(&self, job: &Job) -> Result<Answer, Refused> {
        if job.sql.len() > TEXT_MAX {
            return Err(Refused::TooLong);
        }
        let told = serde_json::to_vec(job).map_err(|_| Refused::Broken)?;
        let mut process = Command::new(&self.path)
            .args(&self.args)
            // Nothing of the house's own: settings may hold secrets.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|_| Refused::Broken)?;
        let talked = tokio::time::timeout(self.time_max, talk(&mut process, &told)).await;
        let Ok(talked) = talked else {
            // Waited for, so that none is left behind; a process that is killed ends.
            _ = process.kill().await;
            return Err(Refused::TooSlow);
        };
        let (said, ended) = talked.map_err(|_| Refused::Broken)?;
        match serde_json::from_slice::<Result<Answer, Refused>>(&said) {
            Ok(answer) if ended.success() => answer,
            _ => Err(why(ended)),
        }
    }
}

async fn talk(process: &mut Child, told: &[u8]) -> std::io::Result<(Vec<u8>, ExitStatus)> {
    if let Some(mut stdin) = process.stdin.take() {
        // One that ended without reading has said why, or its end will.
        _ = stdin.write_all(told).await;
    }
    let mut said = Vec::new();
    if let Some(stdout) = process.stdout.take() {
        // Closed after this, so that one that says more ends.
        stdout.take(SAID_MAX).read_to_end(&mut said).await?;
    }
    Ok((said, process.wait().await?))
}

/// What the end of a process that gave no answer says. Rust aborts when memory is refused or a stack is used up; the
/// system kills with 9 what it has no memory for, and with 24 what has used up its time.
fn why(ended: ExitStatus) -> Refused {
    match ended.signal() {
        Some(6 | 9 | 11) => Refused::TooLarge,
        Some(24) => Refused::TooSlow,
        _ => Refused::Broken,
    }
}
