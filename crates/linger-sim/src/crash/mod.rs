//! Kills a real server at random moments under load and holds it to everything it acknowledged.
//!
//! It does not know how a server keeps its word: it hears acknowledgements as any client does, kills with SIGKILL,
//! dumps the log with the program's own `log dump`, and keeps its own books over it ([`Audit`]).

mod audit;
mod coupons;
mod pressure;
mod promises;
mod proof;
mod rush;
mod server;

pub use audit::{Audit, Findings};
pub use promises::{OrderPromise, Promises};
pub use proof::Proof;
pub use server::{Program, Server};

use crate::dice::Dice;
use crate::door::{Door, StaffSession, Who, Wire};
use crate::fault::Fault;
use crate::wire::{Act, Event, Told, View};
use pressure::{Guest, ITEMS, Pressure};
use rush::Rush;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

const ROOM: &str = "crash";
const LOGIN: &str = "crash-admin";
/// Of a server that lives for this run only.
const PASSWORD: &str = "only-for-crash-runs-1";
/// How long units are held, ms: short, so that some lapse while the server is down.
const HOLD_MS: u64 = 1_500;
/// Units put on sale of each item before every run: few, so that the last unit is fought for.
const UNITS_A_RUN: i64 = 25;

/// Crash runs to be made.
#[derive(Clone, Debug)]
pub struct CrashConfig {
    /// The server's program.
    pub binary: PathBuf,
    /// Where it keeps its data; a folder of its own that goes away afterwards when absent.
    pub data: Option<PathBuf>,
    /// Further arguments of `serve`.
    pub arguments: Vec<String>,
    /// How often it is killed.
    pub runs: u32,
    /// The same seed presses and kills alike, as far as timing allows.
    pub seed: u64,
    /// People who press.
    pub guests: usize,
    /// Milliseconds one of them waits between two asks, on average.
    pub gap_ms: u64,
    /// The latest moment of the blow, ms after the pressing began.
    pub blow_ms_max: u64,
}

impl CrashConfig {
    /// Usual sizes for a program.
    pub fn new(binary: PathBuf, runs: u32, seed: u64) -> CrashConfig {
        // All come from one address and ask faster than people do; nothing here is about picture and sound.
        let arguments = [
            "--media-udp=127.0.0.1:0",
            "--media-tcp=off",
            "--guests-per-minute=100000",
            "--asks-per-second=10000",
            "--log-level=warn",
            // Every acknowledged comment is looked for on the screens: none may be left out.
            "--talk-per-second=0",
        ];
        let arguments = arguments.map(str::to_owned).into();
        CrashConfig { binary, data: None, arguments, runs, seed, guests: 24, gap_ms: 40, blow_ms_max: 1_500 }
    }
}

/// What crash runs showed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CrashReport {
    /// Kills.
    pub kills: u32,
    /// Comments acknowledged.
    pub comments_acknowledged: usize,
    /// Orders acknowledged.
    pub orders_acknowledged: usize,
    /// Orders we were told are paid.
    pub paid_acknowledged: usize,
    /// Payments the provider took on.
    pub payments_started: usize,
    /// Of these, which the log does not know at the end, neither as paid nor as going back: money in the air.
    pub payments_unsettled: u64,
    /// Asks answered through gateways, many in one body.
    pub asked_together: u64,
    /// Asks of such bodies that a blow cut off and that were asked again after it.
    pub together_asked_again: u64,
    /// People whose coupons were acknowledged, by campaign.
    pub coupons_acknowledged: usize,
    /// Entries on lists of shuffles acknowledged.
    pub enlisted_acknowledged: usize,
    /// Draw entries acknowledged.
    pub entries_acknowledged: usize,
    /// Draws opened.
    pub draws: usize,
    /// Draws whose proof was recomputed without a flaw.
    pub draws_proved: usize,
    /// Orders cut off by a blow and asked again after it: answered alike or refused.
    pub orders_asked_again: u64,
    /// Entries of the log at the end.
    pub log_entries: u64,
    /// Promises not kept: must be 0.
    pub lost: u64,
    /// Units held or sold beyond the stock: must be 0.
    pub oversold: u64,
    /// Everything else that must never be: must be 0.
    pub wrong: u64,
    /// The first of all these, described.
    pub described: Vec<String>,
    /// Milliseconds from start to listening after a kill: median.
    pub listening_ms_p50: f64,
    /// The same, the longest.
    pub listening_ms_max: f64,
    /// Milliseconds from start until the room served a socket its view: median.
    pub serving_ms_p50: f64,
    /// The same, the longest.
    pub serving_ms_max: f64,
    /// Seconds the whole took.
    pub seconds: f64,
}

impl CrashReport {
    /// Whether the server kept every promise.
    pub fn is_good(&self) -> bool {
        self.lost == 0 && self.oversold == 0 && self.wrong == 0
    }

    fn add(&mut self, findings: Findings) {
        // The log only grows: what one run finds, the next finds again. The worst of all is what counts.
        self.lost = self.lost.max(findings.lost);
        self.oversold = self.oversold.max(findings.oversold);
        self.wrong = self.wrong.max(findings.wrong);
        for what in findings.described {
            self.blame(what);
        }
    }

    fn blame(&mut self, what: String) {
        if self.described.len() < 40 && !self.described.contains(&what) {
            self.described.push(what);
        }
    }
}

/// Makes the runs. Fails when the server cannot be started or set up; what it then does wrong is in the report.
pub async fn crash_run(config: CrashConfig) -> Result<CrashReport, Fault> {
    let began = Instant::now();
    let folder =
        tempfile::tempdir().map_err(|source| Fault::Unreachable { doing: "making a folder", source })?;
    let data = config.data.clone().unwrap_or_else(|| folder.path().join("data"));
    let program = Program { binary: config.binary.clone(), data, arguments: config.arguments.clone() };
    let mut crash = Crash {
        dice: Dice::of(config.seed, "crash"),
        promises: Arc::default(),
        unanswered: Arc::default(),
        guests: Vec::new(),
        proved: BTreeSet::new(),
        listening: Vec::new(),
        serving: Vec::new(),
        report: CrashReport::default(),
        units: 0,
        rush: None,
        begun: rush::now_ms(),
        program,
        config,
    };
    let mut server = crash.program.start().await?;
    let door = Door::new(&server.base)?;
    let mut host = crash.set_up(&door, &mut server).await?;
    for _ in 0..crash.config.runs {
        crash.press_and_kill(server, &host).await?;
        let audit = crash.program.audit(ROOM).await?;
        crash.judge(&audit);
        (server, host) = crash.restart(&audit).await?;
    }
    crash.settle(server, &host).await?;
    crash.report.seconds = began.elapsed().as_secs_f64();
    Ok(crash.report)
}

struct Crash {
    config: CrashConfig,
    program: Program,
    dice: Dice,
    promises: Arc<Mutex<Promises>>,
    unanswered: Arc<Mutex<Vec<(usize, String, u64)>>>,
    guests: Vec<Guest>,
    proved: BTreeSet<u32>,
    listening: Vec<f64>,
    serving: Vec<f64>,
    report: CrashReport,
    units: i64,
    rush: Option<Rush>,
    /// When the series began, ms since 1970.
    begun: i64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Crash {
    fn promised(&self) -> Promises {
        lock(&self.promises).clone()
    }

    async fn set_up(&mut self, door: &Door, server: &mut Server) -> Result<StaffSession, Fault> {
        let invitation = server.invitation().await?;
        let host = door.take_up(&invitation, LOGIN, "Crash", PASSWORD).await?;
        host.stock_plain(&ITEMS).await?;
        host.open_room(ROOM, "Crash runs", "Crash").await?;
        for item in ITEMS {
            host.ask(ROOM, &Act::ListItem { item }).await?;
        }
        for place in 0..self.config.guests {
            let guest = door.guest(ROOM, &format!("guest {place}"), "direct", None).await?;
            self.guests.push(Guest { token: guest.token, person: guest.person });
        }
        self.rush = Some(Rush::set_up(&host, self.promises.clone()).await?);
        Ok(host)
    }

    async fn press_and_kill(&mut self, server: Server, host: &StaffSession) -> Result<(), Fault> {
        self.units += UNITS_A_RUN;
        for item in ITEMS {
            host.ask(ROOM, &Act::SetStock { item, units: self.units }).await?;
            let sale = Act::OpenSale { item, price_minor: Some(1_000), per_person: 900, hold_ms: HOLD_MS };
            host.ask(ROOM, &sale).await?;
        }
        if let Some(rush) = &self.rush {
            rush.prepare(host, (self.report.kills + 1, self.begun), &mut self.dice).await?;
        }
        let pressure = Pressure {
            door: host.door().clone(),
            room: ROOM.into(),
            promises: self.promises.clone(),
            unanswered: self.unanswered.clone(),
            gap_ms: self.config.gap_ms,
        };
        let mut tasks = pressure.begin(&self.guests, host, &mut self.dice);
        if let Some(rush) = &self.rush {
            rush.begin(host.door(), &mut tasks, &mut self.dice);
        }
        let blow_ms = 60 + self.dice.below(self.config.blow_ms_max as usize) as u64;
        sleep(Duration::from_millis(blow_ms)).await;
        server.kill().await?;
        self.report.kills += 1;
        tasks.shutdown().await;
        Ok(())
    }

    fn judge(&mut self, audit: &Audit) {
        let promises = self.promised();
        self.report.add(audit.findings(&promises));
        self.report.log_entries = audit.lines();
    }

    /// Starts the server again, and holds what it shows to the log that was dumped while it was down.
    async fn restart(&mut self, audit: &Audit) -> Result<(Server, StaffSession), Fault> {
        let began = Instant::now();
        let server = self.program.start().await?;
        self.listening.push(server.started_in_ms);
        let door = Door::new(&server.base)?;
        let Some(first) = self.guests.first().cloned() else {
            return Err(Fault::strange("restarting", "no guests"));
        };
        let (mut wire, welcome) = door.enter(ROOM, &Who::Guest(first.token.clone()), None).await?;
        self.serving.push(began.elapsed().as_secs_f64() * 1_000.0);
        if let Told::Welcome { view: Some(view), .. } = welcome {
            let last = view.comments.last().map_or(0, |comment| comment.id);
            // What the view does not show yet must come as events, before anything new.
            if let Err(flaw) = follows(&door, &mut wire, &first.token, last, audit.comment_last()).await {
                self.report.wrong += 1;
                self.report.blame(flaw);
            }
        }
        wire.close().await;
        let view: View = door.get("looking at the room", &format!("/api/rooms/{ROOM}"), None).await?;
        // A bell that was to ring while the server was down rings now: those units may be gone.
        for entry in view.shelf.iter().filter(|entry| entry.item.id != rush::BY_CHANCE) {
            // Holds may lapse meanwhile: more may be left than the log said, never less.
            if audit.left(entry.item.id).is_some_and(|left| u64::from(entry.left) < left) {
                self.report.wrong += 1;
                self.report
                    .blame(format!("item {}: {} left in view, more in the log", entry.item.id, entry.left));
            }
        }
        self.ask_again(&door).await;
        if let Some(rush) = &self.rush {
            self.report.together_asked_again += rush.ask_again(&door).await;
        }
        self.prove(&door, audit.revealed()).await;
        let host = door.sign_in(LOGIN, PASSWORD).await?;
        Ok((server, host))
    }

    /// Recomputes the draws that were not proved yet. Done after every run: a room shows old proofs not for ever.
    async fn prove(&mut self, door: &Door, draws: &BTreeSet<u32>) {
        let unproved: Vec<u32> = draws.difference(&self.proved).copied().collect();
        for draw in unproved {
            let path = format!("/api/rooms/{ROOM}/draws/{draw}/proof");
            let flaw = match door.get::<Proof>("reading a proof", &path, None).await {
                Ok(proof) => proof.flaw(),
                Err(fault) => Some(format!("draw {draw}: {fault}")),
            };
            self.proved.insert(draw);
            match flaw {
                None => self.report.draws_proved += 1,
                Some(flaw) => {
                    self.report.wrong += 1;
                    self.report.blame(flaw);
                }
            }
        }
    }

    /// Asks again for what a blow cut off, as a buyer's device does; the log shows whether that ordered twice.
    async fn ask_again(&mut self, door: &Door) {
        let unanswered = std::mem::take(&mut *lock(&self.unanswered));
        for (place, order, item) in unanswered {
            let Some(guest) = self.guests.get(place) else { continue };
            let act = Act::PlaceOrder { order: order.clone(), item, units: 1 };
            if let Ok(answer) = door.ask(ROOM, &guest.token, &act).await {
                let mut promises = lock(&self.promises);
                promises.saw(&answer.position);
                promises.orders.insert(order, OrderPromise::of(&guest.person, item, 1));
            }
            self.report.orders_asked_again += 1;
        }
    }

    /// Lets everything that was begun come to its end, stops the server and looks at the whole once more.
    async fn settle(&mut self, server: Server, host: &StaffSession) -> Result<(), Fault> {
        sleep(Duration::from_millis(HOLD_MS + 3_000)).await;
        let promises = self.promised();
        self.prove(host.door(), &promises.draws.iter().copied().collect()).await;
        server.stop().await?;
        let audit = self.program.audit(ROOM).await?;
        self.judge(&audit);
        let unsettled = promises.payments.keys().filter(|payment| !audit.knows_payment(payment)).count();
        let report = &mut self.report;
        report.payments_unsettled = unsettled as u64;
        report.comments_acknowledged = promises.comments.len();
        report.orders_acknowledged = promises.orders.len();
        report.paid_acknowledged = promises.paid.len();
        report.payments_started = promises.payments.len();
        report.asked_together = promises.asked_together;
        report.coupons_acknowledged = promises.claims.len();
        report.enlisted_acknowledged = promises.enlisted.len();
        report.entries_acknowledged = promises.entries.len();
        report.draws = promises.draws.len();
        (report.listening_ms_p50, report.listening_ms_max) = middle_and_most(&mut self.listening);
        (report.serving_ms_p50, report.serving_ms_max) = middle_and_most(&mut self.serving);
        Ok(())
    }
}

/// Says something, and holds the comments that come to follow upon the last one that was shown.
async fn follows(door: &Door, wire: &mut Wire, token: &str, shown: u64, logged: u64) -> Result<(), String> {
    let act = Act::Say { text: "还在吗 still here".into(), answers: None };
    let said = door.ask(ROOM, token, &act).await.map_err(|fault| format!("after a restart: {fault}"))?;
    let said = said.comment.unwrap_or(0);
    if said != logged + 1 {
        return Err(format!("after a restart: comment {said} follows upon {logged}"));
    }
    let mut last = shown;
    while last < said {
        let told = timeout(Duration::from_secs(5), wire.hear()).await;
        let told =
            told.map_err(|_| format!("after a restart: comments after {last} do not come, {said} was said"))?;
        let Told::Events { events, .. } = told.map_err(|fault| format!("after a restart: {fault}"))? else {
            continue;
        };
        for event in events {
            if let Event::Comment(comment) = event {
                if comment.id != last + 1 {
                    return Err(format!("after a restart: comment {} is shown after {last}", comment.id));
                }
                last = comment.id;
            }
        }
    }
    Ok(())
}

fn middle_and_most(of: &mut [f64]) -> (f64, f64) {
    of.sort_by(f64::total_cmp);
    let at = |place: usize| of.get(place).copied().unwrap_or(0.0);
    (at(of.len() / 2), at(of.len().saturating_sub(1)))
}
