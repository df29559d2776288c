//! The generators of `linger-sim` from the command line, each as a process of its own. Prints one JSON object.
//!
//! ```text
//! load crowd URL ROOM PEOPLE SECONDS SEED
//! load evening URL ROOM LOGIN PASSWORD PEOPLE SECONDS PACE      (crowd and host together)
//! load fanout URL ROOM SOCKETS PER_SECOND SECONDS [SERVER_PID]
//! load fanout-peer nats|nchan|socket-io URL PUBLISH_URL SOCKETS PER_SECOND SECONDS [SERVER_PID]
//! load crash BINARY RUNS SEED
//! load first-admin URL TOKEN LOGIN PASSWORD ROOM                (takes up the first invitation, opens a room)
//! ```

use linger_sim::crash::{CrashConfig, crash_run};
use linger_sim::crowd::{self, CrowdConfig, Habits};
use linger_sim::door::Door;
use linger_sim::load::{self, FanoutConfig, PeerKind, Tokens};
use linger_sim::script::{self, HostHabits, ScriptConfig};
use serde_json::{Value, json};
use std::error::Error;
use std::str::FromStr;
use std::time::Duration;
use tokio::time::sleep;
use url::Url;

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Arguments(Vec<String>);

impl Arguments {
    fn text(&self, place: usize) -> Outcome<&str> {
        let text = self.0.get(place).map(String::as_str);
        text.ok_or_else(|| format!("argument {place} is missing; the head of this file lists them").into())
    }

    fn read<T: FromStr>(&self, place: usize) -> Outcome<T>
    where
        T::Err: Error + 'static,
    {
        Ok(self.text(place)?.parse()?)
    }

    fn pid(&self, place: usize) -> Option<u32> {
        self.0.get(place)?.parse().ok()
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments = Arguments(std::env::args().skip(1).collect());
    let report = match arguments.text(0)? {
        "crowd" => crowd(&arguments).await?,
        "evening" => evening(&arguments).await?,
        "fanout" => fanout(&arguments).await?,
        "fanout-peer" => fanout_peer(&arguments).await?,
        "crash" => {
            let config = CrashConfig::new(arguments.text(1)?.into(), arguments.read(2)?, arguments.read(3)?);
            json!(crash_run(config).await?)
        }
        "first-admin" => first_admin(&arguments).await?,
        other => return Err(format!("no generator {other}").into()),
    };
    println!("{report}");
    Ok(())
}

fn people(arguments: &Arguments, place: usize, seed: u64) -> Outcome<CrowdConfig> {
    let (base, room) = (arguments.read(1)?, arguments.text(2)?.to_owned());
    Ok(CrowdConfig { base, room, people: arguments.read(place)?, seed, habits: Habits::default() })
}

async fn crowd(arguments: &Arguments) -> Outcome<Value> {
    let seconds = arguments.read(4)?;
    let config = people(arguments, 3, arguments.read(5)?)?;
    Ok(json!(crowd::run(config, sleep(Duration::from_secs_f64(seconds))).await?))
}

async fn evening(arguments: &Arguments) -> Outcome<Value> {
    let door = Door::new(&arguments.read(1)?)?;
    let session = door.sign_in(arguments.text(3)?, arguments.text(4)?).await?;
    script::stock_catalogue(&session).await?;
    let seconds = Duration::from_secs_f64(arguments.read(6)?);
    let habits = HostHabits { pace: arguments.read(7)?, ..HostHabits::default() };
    let host = ScriptConfig { room: arguments.text(2)?.to_owned(), seed: 1, habits };
    let (host, crowd) = tokio::join!(
        script::run(session, host, sleep(seconds)),
        crowd::run(people(arguments, 5, 1)?, sleep(seconds)),
    );
    Ok(json!({"host": host?, "crowd": crowd?}))
}

fn fan(arguments: &Arguments, base: Url, room: &str, from: usize) -> Outcome<FanoutConfig> {
    Ok(FanoutConfig {
        base,
        room: room.to_owned(),
        sockets: arguments.read(from)?,
        danmu_per_s: arguments.read(from + 1)?,
        seconds: arguments.read(from + 2)?,
        sender_gap_s: 0.25,
        tokens: Tokens::Door,
        seed: 1,
        server_pid: arguments.pid(from + 3),
    })
}

async fn fanout(arguments: &Arguments) -> Outcome<Value> {
    let config = fan(arguments, arguments.read(1)?, arguments.text(2)?, 3)?;
    Ok(json!(load::fanout_clients(config).await?))
}

async fn fanout_peer(arguments: &Arguments) -> Outcome<Value> {
    let kind = PeerKind::parse(arguments.text(1)?).ok_or("no such peer")?;
    let config = fan(arguments, arguments.read(2)?, "room", 4)?;
    Ok(json!(load::fanout_peer(kind, &arguments.read(3)?, config).await?))
}

async fn first_admin(arguments: &Arguments) -> Outcome<Value> {
    let door = Door::new(&arguments.read(1)?)?;
    let session = door.take_up(arguments.text(2)?, arguments.text(3)?, "Admin", arguments.text(4)?).await?;
    session.open_room(arguments.text(5)?, "A room", "Host").await?;
    Ok(json!({"room": arguments.text(5)?}))
}
