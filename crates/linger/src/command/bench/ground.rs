//! A server of its own process with one open room and a signed-in administrator. It does not know what is measured.

use anyhow::Context;
use linger_sim::{
    crash::{Program, Server},
    door::{Door, StaffSession},
};

/// The room that benches use.
pub const ROOM: &str = "bench";
/// Of a server that lives for one bench only.
const PASSWORD: &str = "only-for-this-bench-1";
const LOGIN: &str = "bench-admin";

/// Where a bench runs. The server ends and its data goes when this is dropped.
pub struct Ground {
    pub server: Server,
    /// What it was started with, to read what it leaves.
    pub program: Program,
    pub door: Door,
    pub staff: StaffSession,
    pub _folder: tempfile::TempDir,
}

/// A server without the limits that hold back one address, which shows all talk to everybody.
pub fn program(folder: &tempfile::TempDir) -> anyhow::Result<Program> {
    thinning_program(folder, 0)
}

/// As [`program`]; shows so many comments of the talk a second.
fn thinning_program(folder: &tempfile::TempDir, talk_per_s: u64) -> anyhow::Result<Program> {
    let arguments = [
        "--media-udp=127.0.0.1:0",
        "--media-tcp=127.0.0.1:0",
        "--sockets-per-room=100000",
        "--sockets-per-address=100000",
        "--guests-per-minute=1000000",
        "--asks-per-second=100000",
        "--track-per-address=1000000000",
        "--log-level=warn",
    ];
    Ok(Program {
        binary: std::env::current_exe().context("finding this program")?,
        data: folder.path().join("data"),
        arguments: arguments
            .map(str::to_owned)
            .into_iter()
            .chain([format!("--talk-per-second={talk_per_s}")])
            .collect(),
    })
}

impl Ground {
    /// Starts a server with nothing in it but the room.
    pub async fn new() -> anyhow::Result<Ground> {
        Ground::thinning(0).await
    }

    /// As [`Ground::new`]; the room shows so many comments of the talk a second.
    pub async fn thinning(talk_per_s: u64) -> anyhow::Result<Ground> {
        let folder = tempfile::tempdir()?;
        let program = thinning_program(&folder, talk_per_s)?;
        let mut server = program.start().await?;
        let token = server.invitation().await?;
        let door = Door::new(&server.base)?;
        let staff = door.take_up(&token, LOGIN, "Bench", PASSWORD).await?;
        staff.open_room(ROOM, "Bench", "Bench").await?;
        Ok(Ground { server, program, door, staff, _folder: folder })
    }
}
