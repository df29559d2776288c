//! What the demo can look back at: a room whose evenings are over, decided by the room itself over a simulated clock and
//! laid down in the log before the server starts. It does not know what a review will find in them.

use crate::{config::Config, server::master_key};
use anyhow::{Context, ensure};
use linger_engine::{Clock as _, SteadyClock};
use linger_log::{Append, DiskConfig, DiskLog, Log, StreamName};
use linger_protocol::{
    Act, Actor, Cause, Currency, DrawId, Entry, Event, ItemId, Millis, Money, PaymentId, PersonId, Report,
    Request, Role, Spoken,
};
use linger_room::{Room, draw};
use linger_sim::{
    goods,
    past::{self, Deed, Following, Past},
};
use linger_store::{ShelfItem, Store, Vault};
use std::collections::BTreeMap;

/// The room.
pub const ROOM: &str = "last-night";
const TITLE: &str = "Evenings so far (simulated) · 往日的晚间（模拟）";
/// The first evening lies so many days back: enough that a return after thirty days can be seen.
const DAYS: i64 = 37;
/// Every seventh day the host rests, counted so that neither of the last two evenings is one.
const REST: i64 = 4;
const DAY_MS: i64 = 86_400_000;
/// When evenings begin: 20:00 of the day before, by the world's clock.
const BEGINS_MS: i64 = 20 * 3_600_000;
/// Entries of one append: well below what the log takes at once.
const BATCH: usize = 4_096;

/// Lays the evenings down, once, in a folder that is the demo's own or new.
pub async fn lay_down(config: &Config, seed: u64) -> anyhow::Result<()> {
    let (folder, is_ours) = (config.data.join("log"), config.data.join("demo-password").exists());
    if !is_ours && folder.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(&config.data).with_context(|| format!("making {}", config.data.display()))?;
    let (log, _) = DiskLog::open(folder, DiskConfig::default()).context("opening the log")?;
    let stream = StreamName::new(ROOM)?;
    if log.tail(&stream).is_some() {
        return Ok(());
    }
    let vault = Vault::unlock(&config.data, master_key(config)?).await.context("opening the vault")?;
    let seal_seed = |seed: &[u8; 32]| vault.seal_house(seed).context("sealing a seed");
    let now = SteadyClock::start().now();
    let mut entries = evenings(now, seed, &seal_seed)?;
    seal(&mut entries, &vault).await?;
    let mut expected = log.create(&stream, 1)?;
    for batch in entries.chunks(BATCH) {
        let records = batch.iter().map(|(entry, _)| entry.to_bytes().into()).collect();
        let answers = log.append(vec![Append { stream: stream.clone(), expected, records }])?;
        expected = answers.into_iter().next().context("an append without an answer")??;
    }
    vault.close().await.context("closing the vault")?;
    shelve(config, now).await
}

/// Puts what was sold into the catalogue, so that whoever reads the log finds of which category it was.
async fn shelve(config: &Config, now: Millis) -> anyhow::Result<()> {
    let sold: Vec<ShelfItem> = goods::catalogue()
        .into_iter()
        .filter_map(|it| Some((goods::by_id(it.id)?, it)))
        .map(|(good, it)| ShelfItem {
            id: ItemId(good.id),
            product: None,
            variant: None,
            title: good.title(),
            price: Money::new(good.price_minor, Currency::USD),
            seller: "Linger demo shop".to_owned(),
            image: good.image(),
            description: it.description,
            category: it.category,
            tags: vec![],
            facts: vec![],
            rating: Some(it.rating),
            returns: None,
        })
        .collect();
    let store = Store::open(&config.data).await.context("opening the tables")?;
    store.put_items(&sold, now).await.context("filling the catalogue")?;
    store.close().await.context("closing the tables")
}

/// An entry, and who said what in it under which name: still to be sealed.
type Unsealed = (Entry, Option<(PersonId, String, String)>);

/// The evenings before `now`, by a room that becomes known and whose people come back; last night's had its troubles.
fn evenings(
    now: Millis,
    seed: u64,
    seal_seed: &dyn Fn(&[u8; 32]) -> anyhow::Result<Vec<u8>>,
) -> anyhow::Result<Vec<Unsealed>> {
    let today = now.0.div_euclid(DAY_MS) * DAY_MS;
    let mut played =
        Played { room: Room::default(), entries: Vec::new(), seeds: BTreeMap::new(), seed, seal_seed };
    let mut following = Following::new(seed);
    for days_ago in (1..=DAYS).rev().filter(|it| it % 7 != REST) {
        let began = Millis(today - days_ago * DAY_MS + BEGINS_MS);
        if played.entries.is_empty() {
            played.play(Millis(began.0 - 600_000), past::opening(TITLE))?;
        }
        let past = Past {
            began,
            seed: seed.wrapping_mul(0x9e37_79b9).wrapping_add(days_ago.unsigned_abs()),
            troubled: days_ago == 1,
            // From a third of what it is by now.
            size: (1.0 - (days_ago - 2).max(0) as f64 / DAYS as f64 * 0.7).min(1.0),
        };
        for (at, deed) in past::evening(&past, &mut following) {
            played.play(at, deed)?;
        }
    }
    ensure!(played.entries.last().is_some_and(|(entry, _)| entry.at <= now), "an evening that is not over");
    Ok(played.entries)
}

/// A room to which the deeds of an evening happen.
struct Played<'a> {
    room: Room,
    entries: Vec<Unsealed>,
    seeds: BTreeMap<DrawId, [u8; 32]>,
    seed: u64,
    seal_seed: &'a dyn Fn(&[u8; 32]) -> anyhow::Result<Vec<u8>>,
}

impl Played<'_> {
    fn play(&mut self, at: Millis, deed: Deed) -> anyhow::Result<()> {
        while let Some(wakes_at) = self.room.wakes_at().filter(|it| *it <= at) {
            let before = self.entries.len();
            self.tell(wakes_at, &Report::TimePassed);
            self.reveal(wakes_at);
            if self.entries.len() == before {
                break;
            }
        }
        let host = Actor { person: past::HOST, role: Role::Host };
        match deed {
            Deed::Tell(report) => self.tell(at, &report),
            Deed::Ask(by, act) => self.ask(at, by, act, None),
            Deed::Say(by, name, text) => {
                let act = Act::say(Spoken::unsealed(&text));
                self.ask(at, by, act, Some((by.person, name, text)));
            }
            Deed::AnswerOldest => {
                if let Some((question, _)) = self.room.questions().min_by_key(|(question, _)| *question) {
                    self.ask(at, host, Act::AnswerOnAir { question }, None);
                }
            }
            Deed::OpenDraw(keyword, prize, winners, lasts_ms) => {
                let seed = self.next_seed();
                let act = Act::OpenDraw {
                    keyword: keyword.to_owned(),
                    prize: prize.to_owned(),
                    winners,
                    lasts_ms,
                    commit: draw::commitment(&seed),
                    sealed_seed: (self.seal_seed)(&seed)?,
                };
                self.ask(at, host, act, None);
                if let Some(draw) = self.room.open_draw() {
                    self.seeds.insert(draw, seed);
                }
            }
            Deed::Stock(item, more) => {
                let gone = self.room.stock(item).map_or(0, |it| it.held + it.sold);
                self.ask(at, host, Act::SetStock { item, units: i64::from(gone) + more }, None);
            }
            Deed::Pay(order) => {
                let amount = self.room.order(order).map(|it| it.amount);
                if let Some(amount) = amount {
                    let payment = PaymentId::new(&format!("past-{order}"))?;
                    self.tell(at, &Report::PaymentArrived { order, payment, amount });
                }
            }
        }
        Ok(())
    }

    /// A refusal is the room's own business: somebody came too late, or said the same again.
    fn ask(&mut self, at: Millis, by: Actor, act: Act, said: Option<(PersonId, String, String)>) {
        if let Ok(events) = self.room.decide(at, &Request { by, act }) {
            self.take(at, Cause::Asked { by, intent: None }, events, said);
        }
    }

    fn tell(&mut self, at: Millis, report: &Report) {
        let events = self.room.note(at, report);
        self.take(at, Cause::Reported, events, None);
    }

    fn reveal(&mut self, at: Millis) {
        let waiting: Vec<DrawId> = self.room.awaiting_seed().iter().map(|(draw, _)| *draw).collect();
        for draw in waiting {
            if let Some(seed) = self.seeds.get(&draw).copied() {
                self.tell(at, &Report::SeedRevealed { draw, seed });
            }
        }
    }

    fn take(
        &mut self,
        at: Millis,
        cause: Cause,
        events: Vec<Event>,
        said: Option<(PersonId, String, String)>,
    ) {
        for event in events {
            self.room.apply(&event);
            let said = said.clone().filter(|_| matches!(event, Event::CommentMade { .. }));
            self.entries.push((Entry { at, cause, event }, said));
        }
    }

    /// The seeds of a simulated evening are no secret: it is over, and nobody real took part.
    fn next_seed(&self) -> [u8; 32] {
        let mut dice = linger_sim::dice::Dice::of(self.seed, &format!("draw {}", self.seeds.len()));
        let mut seed = [0; 32];
        seed.chunks_exact_mut(8).for_each(|chunk| chunk.copy_from_slice(&dice.bits().to_le_bytes()));
        seed
    }
}

/// Seals what was said, as a running room does before it decides.
async fn seal(entries: &mut [Unsealed], vault: &Vault) -> anyhow::Result<()> {
    for (entry, said) in entries {
        if let (Event::CommentMade { spoken, .. }, Some((person, name, text))) = (&mut entry.event, said) {
            let form = linger_web::sealed_form(name, text);
            *spoken = vault.seal(*person, ROOM.as_bytes(), &form).await.context("sealing a text")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loops::{Visits, facts::RoomFacts};
    use linger_events::{AskLimits, EventStore};
    use linger_insight::review::{Digest, Review, Show, Shows, findings};
    use linger_log::Position;
    use linger_protocol::RoomId;
    use linger_strategy::kpi::{Frame, Kpi, Reading};
    use std::collections::BTreeSet;

    const NOW: Millis = Millis(1_790_000_000_000);

    fn laid_down(seed: u64) -> Vec<Unsealed> {
        let entries = evenings(NOW, seed, &|_| Ok(vec![0; 60])).unwrap();
        assert!(entries.is_sorted_by_key(|(entry, _)| entry.at), "time went back");
        entries
    }

    #[test]
    fn last_night_tells_its_troubles_whatever_the_seed() {
        for seed in 1..6 {
            let mut shows = Shows::default();
            let mut all: Vec<Show> =
                laid_down(seed).iter().filter_map(|(entry, _)| shows.fold(entry)).collect();
            all.extend(shows.present());
            // One day of seven without a show.
            assert_eq!(all.len(), 32, "seed {seed}");
            let all = all.split_off(30);
            let reviews: Vec<Review> = all.iter().map(Review::of).collect();
            let beyond: Vec<(u32, u32, &str)> = reviews[1]
                .losses
                .iter()
                .filter(|it| it.stretch.beyond_chance)
                .map(|it| (it.stretch.from_s, it.stretch.to_s, it.causes[0].cause.code()))
                .collect();
            let found = |code: &str, from: u32, to: u32| {
                beyond.iter().any(|(a, b, it)| *it == code && *a <= to && *b >= from)
            };
            assert_eq!(beyond.first().map(|it| it.2), Some("picture-stalled"), "seed {seed}: {beyond:?}");
            assert!(found("picture-stalled", 874, 903), "seed {seed}: {beyond:?}");
            assert!(found("questions-ignored", 1_620, 1_709), "seed {seed}: {beyond:?}");
            assert!(found("sold-out", 1_905, 1_939), "seed {seed}: {beyond:?}, {:?}", all[1].notes.sold_out);
            // The night before nothing was the matter but that a draw ends, and nothing is made of the burst of arrivals.
            let calm = reviews[0].losses.iter().filter(|it| it.stretch.beyond_chance);
            assert!(
                calm.clone().all(|it| it.causes[0].cause.code() == "draw-over"),
                "seed {seed}: {calm:?}",
                calm = calm.collect::<Vec<_>>()
            );
            let digests: Vec<Digest> =
                all.iter().zip(&reviews).map(|(show, it)| Digest::of(show, it)).collect();
            assert!(
                digests.iter().all(|it| it.is_over && it.here_peak > 200 && it.paid > 30),
                "seed {seed}: {digests:?}"
            );
            assert!(!findings(&digests[1], &digests[..1]).is_empty(), "seed {seed}");
        }
    }

    /// Of those who bought in the first week, the share that bought on a later day too.
    fn bought_again(entries: &[Unsealed]) -> f64 {
        let mut days: BTreeMap<PersonId, BTreeSet<i64>> = BTreeMap::new();
        let mut buyers = BTreeMap::new();
        for (entry, _) in entries {
            match &entry.event {
                Event::UnitsHeld { order, person, .. } => {
                    buyers.insert(*order, *person);
                }
                Event::OrderPaid { order, .. } => {
                    days.entry(buyers[order]).or_default().insert(entry.at.0.div_euclid(DAY_MS));
                }
                _ => {}
            }
        }
        let week = entries[0].0.at.0.div_euclid(DAY_MS) + 7;
        let early: Vec<_> = days.values().filter(|it| it.first().is_some_and(|day| *day < week)).collect();
        early.iter().filter(|it| it.len() > 1).count() as f64 / early.len() as f64
    }

    /// The board over what the room's log says of people, by the way that a server takes.
    fn board(entries: &[Unsealed]) -> Vec<Reading> {
        let dir = tempfile::tempdir().unwrap();
        let (events, _) = EventStore::open(linger_events::Config::new(dir.path())).unwrap();
        let mut facts = RoomFacts::new(RoomId::new(ROOM).unwrap(), Visits::new(jiff::tz::TimeZone::UTC));
        let mut told = Vec::new();
        for (offset, (entry, _)) in (0..).zip(entries) {
            told.extend(facts.fold(Position { epoch: 1, offset }, entry));
        }
        for batch in told.chunks(BATCH) {
            events.append(batch.to_vec()).unwrap();
        }
        let snapshot = events.snapshot();
        let names = snapshot.names();
        let frame = Frame { now_ms: NOW.0, zone: "UTC".into(), people_min: 5, days: 14 };
        let answers = |kpi: Kpi| {
            let answer = |question: &linger_behaviour::Question| {
                let fold = snapshot.fold(|| question.fold(names, "UTC"), &AskLimits::default()).unwrap();
                fold.finish(names).unwrap()
            };
            kpi.questions(&frame).iter().map(answer).collect::<Vec<_>>()
        };
        Kpi::ALL.into_iter().map(|kpi| kpi.reading(&frame, kpi.aim(), &answers(kpi))).collect()
    }

    #[test]
    fn people_come_back_about_as_often_as_in_the_field_whatever_the_seed() {
        for seed in 1..4 {
            let entries = laid_down(seed);
            let board: BTreeMap<&str, f64> = Kpi::ALL
                .into_iter()
                .zip(board(&entries))
                .map(|(kpi, it)| (kpi.name(), it.value.unwrap_or(0.0)))
                .collect();
            let within = |kpi: &str, least: f64, most: f64| {
                let value = board[kpi];
                assert!((least..most).contains(&value), "seed {seed}: {kpi} {value}: {board:?}");
            };
            within("d1_return", 0.25, 0.35);
            within("d7_return", 0.09, 0.15);
            within("d30_return", 0.04, 0.08);
            within("conversion", 0.01, 0.08);
            within("interaction_rate", 0.1, 0.5);
            within("answer_rate", 0.4, 1.0);
            let again = bought_again(&entries);
            assert!((0.1..0.5).contains(&again), "seed {seed}: {again}");
        }
    }
}
