//! A real server as a process of its own: started, killed, dumped. It does not know what is asked of it.

use super::audit::Audit;
use crate::fault::Fault;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;
use url::Url;

/// How long a start may take, ms.
const START_MS_MAX: u64 = 60_000;

/// A program and the folder it keeps its data in.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program.
    pub binary: PathBuf,
    /// Its data.
    pub data: PathBuf,
    /// Further arguments of `serve`.
    pub arguments: Vec<String>,
}

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub base: Url,
    /// Milliseconds from its start until it listened.
    pub started_in_ms: f64,
    lines: mpsc::UnboundedReceiver<String>,
    said: Vec<String>,
}

fn died(doing: &'static str, source: std::io::Error) -> Fault {
    Fault::Unreachable { doing, source }
}

impl Program {
    /// Starts the server on a free port of this machine and waits until it listens.
    pub async fn start(&self) -> Result<Server, Fault> {
        let doing = "starting the server";
        let began = Instant::now();
        let mut child = Command::new(&self.binary)
            .arg("serve")
            .arg("--data")
            .arg(&self.data)
            .args(["--listen", "127.0.0.1:0"])
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|why| died(doing, why))?;
        let (lines_in, mut lines) = mpsc::unbounded_channel();
        pump(child.stdout.take(), lines_in.clone());
        pump(child.stderr.take(), lines_in);
        let mut said = Vec::new();
        loop {
            let line = timeout(Duration::from_millis(START_MS_MAX), lines.recv()).await;
            let line = line.map_err(|_| Fault::Silent { doing, within_ms: START_MS_MAX })?;
            let Some(line) = line else {
                return Err(Fault::strange(doing, format!("it ended, having said: {}", said.join(" | "))));
            };
            if let Some(base) = after(&line, "listening on ").and_then(|rest| Url::parse(rest).ok()) {
                let started_in_ms = began.elapsed().as_secs_f64() * 1_000.0;
                return Ok(Server { child, base, started_in_ms, lines, said });
            }
            said.push(line);
        }
    }

    /// Reads the log of a room from the disk.
    pub async fn audit(&self, room: &str) -> Result<Audit, Fault> {
        let doing = "dumping the log";
        let mut child = Command::new(&self.binary)
            .args(["log", "dump", "--data"])
            .arg(&self.data)
            .args(["--room", room])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|why| died(doing, why))?;
        let (errors_in, mut errors) = mpsc::unbounded_channel();
        pump(child.stderr.take(), errors_in);
        let mut audit = Audit::default();
        if let Some(stdout) = child.stdout.take() {
            let mut lines = BufReader::new(stdout).lines();
            while let Some(line) = lines.next_line().await.map_err(|why| died(doing, why))? {
                audit.read(&line);
            }
        }
        let status = child.wait().await.map_err(|why| died(doing, why))?;
        if !status.success() {
            let mut said = Vec::new();
            while let Some(line) = errors.recv().await {
                said.push(line);
            }
            return Err(Fault::strange(doing, format!("{status}: {}", said.join(" | "))));
        }
        Ok(audit)
    }
}

impl Server {
    /// The token of the invitation that a new server prints once.
    pub async fn invitation(&mut self) -> Result<String, Fault> {
        let doing = "waiting for the first invitation";
        loop {
            let token = self.said.iter().find_map(|line| after(line, "/invite#"));
            if let Some(token) = token {
                return Ok(token.to_owned());
            }
            let line = timeout(Duration::from_secs(10), self.lines.recv()).await;
            let line = line.map_err(|_| Fault::Silent { doing, within_ms: 10_000 })?;
            self.said.push(line.ok_or_else(|| Fault::strange(doing, "the server ended"))?);
        }
    }

    /// The process.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it as a power cut would: nothing is asked, nothing is waited for.
    pub async fn kill(mut self) -> Result<(), Fault> {
        self.child.kill().await.map_err(|why| died("killing the server", why))
    }

    /// Asks it to end, and waits until it did.
    pub async fn stop(mut self) -> Result<(), Fault> {
        let doing = "stopping the server";
        let pid = self.child.id().and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM)
                .map_err(|why| died(doing, why.into()))?;
        }
        let ended = timeout(Duration::from_secs(20), self.child.wait()).await;
        ended.map_err(|_| Fault::Silent { doing, within_ms: 20_000 })?.map_err(|why| died(doing, why))?;
        Ok(())
    }
}

/// The word after a phrase, up to a blank or quotation mark.
fn after<'a>(line: &'a str, phrase: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(phrase)?;
    rest.split([' ', '"', '\'', '\u{1b}']).next().filter(|word| !word.is_empty())
}

/// Passes on the lines of a stream until it ends, so that its pipe never fills.
fn pump(stream: Option<impl AsyncRead + Unpin + Send + 'static>, lines_in: mpsc::UnboundedSender<String>) {
    let Some(stream) = stream else { return };
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        // A few are enough to say why a start failed; the rest is read and dropped.
        let mut kept = 0;
        while let Ok(Some(line)) = lines.next_line().await {
            kept += 1;
            if kept <= 500 && lines_in.send(line).is_err() {
                kept = 501;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_invitations_are_found_in_what_a_server_prints() {
        assert_eq!(
            after("listening on http://127.0.0.1:4000", "listening on "),
            Some("http://127.0.0.1:4000")
        );
        let line = "first admin: http://127.0.0.1:4000/invite#abc.def (once)";
        assert_eq!(after(line, "/invite#"), Some("abc.def"));
        assert_eq!(after("something else", "/invite#"), None);
    }

    #[tokio::test]
    async fn a_program_that_cannot_be_started_is_a_fault_not_a_crash() {
        let program =
            Program { binary: "/nonexistent/linger".into(), data: "/nonexistent".into(), arguments: vec![] };
        assert!(matches!(program.start().await, Err(Fault::Unreachable { .. })));
        let program = Program { binary: "/bin/false".into(), data: "/nonexistent".into(), arguments: vec![] };
        assert!(matches!(program.start().await, Err(Fault::Strange { .. })));
        assert!(matches!(program.audit("r").await, Err(Fault::Strange { .. })));
    }
}
