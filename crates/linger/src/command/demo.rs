//! `linger demo`: a server with a catalogue, a show that loops, a host who acts and a crowd that behaves, all through
//! the public doors.

mod past;

use crate::{
    command::serve::start_logging,
    config::Config,
    server::{Server, wait_for_stop},
    settings::Typed,
};
use anyhow::{Context, ensure};
use clap::ArgMatches;
use linger_media::peer::{Clip, Crowd, Peer, PublishOptions};
use linger_protocol::{Role, RoomId};
use linger_sim::{
    crowd::{self, CrowdConfig, Habits},
    door::{Door, StaffSession},
    script::{self, HostHabits, ScriptConfig},
};
use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};
use tokio::sync::watch;
use url::Url;

const ROOM: &str = "demo";
const TITLE: &str = "Home & kitchen evening · 居家好物夜";
const HOST_NAME: &str = "Lin 小林";
const HOST_LOGIN: &str = "host";
const OPERATOR_LOGIN: &str = "operator";
/// The language of the demo's run of show.
const RUNDOWN_LANGUAGE: &str = "en";
const CLIP_FRAMES_PER_S: u32 = 30;
pub static PICTURE: &[u8] = include_bytes!("../../../../assets/demo/stage.h264");
pub static SOUND: &[u8] = include_bytes!("../../../../assets/demo/stage.opus");

/// Runs the demo until somebody stops it.
pub fn run(mut typed: Typed, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    typed.suggest("data", "linger-demo-data");
    typed.suggest("log-level", "warn");
    // The whole crowd comes from one address.
    typed.suggest("guests-per-minute", "60000");
    typed.suggest("devices-per-hour", "60000");
    typed.suggest("sockets-per-address", "20000");
    let config = Config::of(&typed)?;
    start_logging(&config)?;
    let people = usize::try_from(matches.get_one::<u64>("crowd").copied().unwrap_or(300))?;
    let seed = matches.get_one::<u64>("seed").copied().unwrap_or(1);
    let show = !matches.get_flag("no-show") && people > 0;
    let pace = matches.get_one::<u64>("rehearse").copied();
    tokio::runtime::Runtime::new()?.block_on(evening(&config, people, seed, show, pace))?;
    Ok(ExitCode::SUCCESS)
}

async fn evening(
    config: &Config,
    people: usize,
    seed: u64,
    show: bool,
    pace: Option<u64>,
) -> anyhow::Result<()> {
    println!("laying down five weeks of evenings …");
    past::lay_down(config, seed).await?;
    println!("starting the server …");
    let server = Server::start(config).await?;
    let door = Door::new(&Url::parse(&format!("http://{}", server.inner))?)?;
    let logins = Logins::of(&config.data, &server, &door).await?;
    println!("loading the catalogue …");
    script::stock_catalogue(&logins.operator).await?;
    if !server.engine.rooms().contains(&RoomId::new(ROOM)?) {
        logins.operator.open_room(ROOM, TITLE, HOST_NAME).await?;
    }
    script::offer_coupons(&logins.operator, ROOM, server.house.now().0).await?;
    script::lay_out(&logins.operator, ROOM, RUNDOWN_LANGUAGE, pace.unwrap_or(1)).await?;
    let (stop, stopped) = watch::channel(false);
    let until = || {
        let mut stopped = stopped.clone();
        async move {
            // The sender lives as long as the demo.
            let _ = stopped.wait_for(|stop| *stop).await;
        }
    };
    let mut crew = tokio::task::JoinSet::new();
    let picture = if show { Some(publish(&logins.operator).await?) } else { None };
    if let Some(pace) = pace {
        let (host, until) = (logins.host.clone(), until());
        crew.spawn(async move {
            // Ten minutes of the show's own time.
            let hold = Duration::from_secs(600) / u32::try_from(pace).unwrap_or(u32::MAX);
            tokio::select! {
                ended = script::rehearse(host, ROOM, hold, |line| println!("  run of show: {line}")) => ended,
                () = until => Ok(()),
            }
        });
    } else if show {
        let script = ScriptConfig { room: ROOM.to_owned(), seed, habits: HostHabits::default() };
        let acting = script::run(logins.host.clone(), script, until());
        crew.spawn(async move { acting.await.map(|_| ()) });
    }
    if people > 0 {
        let base = Url::parse(&format!("http://{}", server.inner))?;
        let crowd = CrowdConfig { base, room: ROOM.to_owned(), people, seed, habits: Habits::default() };
        let coming = crowd::run(crowd, until());
        crew.spawn(async move { coming.await.map(|_| ()) });
    }
    greet(&server.public_url, &logins, people, show);
    wait_for_stop().await;
    println!("\nstopping …");
    // Only this function holds the sender.
    let _ = stop.send(true);
    while let Some(ended) = crew.join_next().await {
        ended.context("ending the demo's crew")?.context("the demo's crew")?;
    }
    drop(picture);
    server.stop().await
}

fn greet(base: &Url, logins: &Logins, people: usize, show: bool) {
    let link = |path: &str| base.join(path).map_or_else(|_| path.to_owned(), String::from);
    let staff = |path: &str, login: &str, password: &str| {
        format!("{}?next={path}#login={login}&password={password}", link("/sign-in"))
    };
    println!();
    println!("  viewer    {}", link(&format!("/r/{ROOM}")));
    println!("  studio    {}", link(&format!("/studio/{ROOM}")));
    println!("  control   {}", link(&format!("/control/{ROOM}")));
    println!();
    println!(
        "  sign in as the host       {}",
        staff(&format!("/studio/{ROOM}"), HOST_LOGIN, &logins.password)
    );
    println!(
        "  sign in as an operator    {}",
        staff(&format!("/control/{ROOM}"), OPERATOR_LOGIN, &logins.password)
    );
    println!(
        "  what happened last night  {}",
        staff(&format!("/control/{}%23shows", past::ROOM), OPERATOR_LOGIN, &logins.password)
    );
    println!();
    match (people, show) {
        (0, _) => println!("  the stage is yours: nobody else is here. Ctrl-C ends it."),
        _ => println!(
            "  {people} simulated viewers are coming in. They, and all who came in the weeks before, are a crowd for looking at, \
             not a result. Ctrl-C ends it."
        ),
    }
}

/// The demo's own staff.
struct Logins {
    host: StaffSession,
    operator: StaffSession,
    password: String,
}

impl Logins {
    /// Makes the demo's staff at its first start, and signs them in.
    async fn of(data: &Path, server: &Server, door: &Door) -> anyhow::Result<Logins> {
        let file = data.join("demo-password");
        if !file.exists() {
            let count = server.store.staff_count().await?;
            ensure!(
                count == 0,
                "{} holds the data of a real server; give the demo another --data",
                data.display()
            );
            let mut bytes = [0; 12];
            rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
            let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            take_up(server, door, Role::Admin, OPERATOR_LOGIN, "Operator", &password).await?;
            take_up(server, door, Role::Host, HOST_LOGIN, HOST_NAME, &password).await?;
            std::fs::write(&file, &password).context("keeping the demo's password")?;
        }
        let password = std::fs::read_to_string(&file).context("reading the demo's password")?;
        let host = door.sign_in(HOST_LOGIN, &password).await?;
        let operator = door.sign_in(OPERATOR_LOGIN, &password).await?;
        Ok(Logins { host, operator, password })
    }
}

async fn take_up(
    server: &Server,
    door: &Door,
    role: Role,
    login: &str,
    name: &str,
    password: &str,
) -> anyhow::Result<()> {
    let link = linger_web::account::invite_link(&server.house, role).await.context("making an invitation")?;
    let token = link.split_once('#').map(|(_, token)| token).context("an invitation without a token")?;
    door.take_up(token, login, name, password).await?;
    Ok(())
}

/// The host's picture and sound, published as any encoder would: by WHIP with an ingest key.
struct OnAir {
    _crowd: Crowd,
    _peer: Peer,
}

async fn publish(operator: &StaffSession) -> anyhow::Result<OnAir> {
    let clip = Clip::read(PICTURE, SOUND, CLIP_FRAMES_PER_S).context("reading the demo's clip")?;
    let crowd = Crowd::start().context("starting the publisher")?;
    let peer = Peer::publish(&crowd, &PublishOptions::default())?;
    let answer = operator.whip(ROOM, peer.offer()).await?;
    peer.accept(&answer)?;
    peer.play(Arc::new(clip))?;
    Ok(OnAir { _crowd: crowd, _peer: peer })
}
