//! Keeps segments up to date: builds them from the store, follows facts and who turns out to be whom, lets days pass, has
//! people scored, and tells who entered and left. It does not know who looks at them.

use super::{calendar, scores};
use crate::house::House;
use linger_behaviour::{Fact, PersonKey, Text};
use linger_events::{AskLimits, Incoming, Who};
use linger_strategy::segment::{
    Backfill, Change, Condition, ENTERED, Engine, LEFT, Mark, Marks, SegmentDef, Spec, StageRule,
};
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};
use tokio::{sync::broadcast::error::RecvError, time::Instant};

/// How often segments are built anew in any case.
const ANEW_EVERY: Duration = Duration::from_secs(3_600);
/// How often people are scored anew between buildings.
const SCORES_EVERY: Duration = Duration::from_secs(600);
/// How long to wait after a building that failed.
const FAILED_WAIT: Duration = Duration::from_secs(10);
/// Changes told as facts in one batch.
const TOLD_MAX: usize = 10_000;
/// Memory of one building.
const BYTES_MAX: u64 = 2 << 30;

/// Never ends while the house stands.
pub(super) async fn follow(house: House) {
    while !house.is_stopping() {
        let mut facts = house.facts();
        // Before the store is read: who turns out to be whom meanwhile is said of both, and said again changes nothing.
        let (mut merged, _) = house.events.merges_since(usize::MAX);
        if let Err(why) = build(&house).await {
            tracing::warn!(why, "segments could not be built; trying again");
            tokio::time::sleep(FAILED_WAIT).await;
            continue;
        }
        // What arrived while the store was read is in what was read.
        while facts.try_recv().is_ok() {}
        let now = Instant::now();
        let anew = now + ANEW_EVERY;
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        let mut scoring = tokio::time::interval_at(now + SCORES_EVERY, SCORES_EVERY);
        while !house.is_stopping() {
            let mut changes = vec![];
            tokio::select! {
                () = house.watch.stale.notified() => break,
                () = tokio::time::sleep_until(anew) => break,
                _ = scoring.tick() => {
                    if let Err(why) = score_anew(&house, &mut changes).await {
                        tracing::warn!(why, "people could not be scored; trying again later");
                    }
                }
                _ = ticks.tick() => {
                    with(&house, |engine| {
                        if house.now().0 >= engine.wakes_at_ms() {
                            engine.advance(house.now().0, &mut changes);
                        }
                    });
                    join(&house, &mut merged, &mut changes);
                }
                batch = facts.recv() => match batch {
                    Ok(batch) => {
                        // An item that joins two people is taken in after they are one, as it was stored.
                        join(&house, &mut merged, &mut changes);
                        with(&house, |engine| {
                            engine.advance(house.now().0, &mut changes);
                            engine.apply(&batch, &mut changes);
                        });
                        house.metrics.facts_followed(&batch, house.now().0);
                    }
                    // Some were missed: only the store knows all.
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return,
                },
            }
            tell(&house, changes).await;
        }
    }
}

/// Takes in who turned out to be whom since the last time.
fn join(house: &House, merged: &mut usize, changes: &mut Vec<Change>) {
    let (seen, pairs) = house.events.merges_since(*merged);
    *merged = seen;
    if pairs.is_empty() {
        return;
    }
    with(house, |engine| {
        engine.advance(house.now().0, changes);
        pairs.into_iter().for_each(|(from, into)| engine.merge(from, into, changes));
    });
}

/// Has everybody scored, where a segment asks for it.
async fn score_anew(house: &House, changes: &mut Vec<Change>) -> Result<(), String> {
    let asked = house.watch.engine().as_ref().is_some_and(|engine| !engine.spec().scores().is_empty());
    if asked {
        let marks = scored(house).await?;
        with(house, |engine| engine.rescore(&marks, changes));
    }
    Ok(())
}

async fn scored(house: &House) -> Result<Marks, String> {
    let (events, zone, now) = (house.events.clone(), house.config.zone.clone(), house.now().0);
    let marks = tokio::task::spawn_blocking(move || scores::of_all(&events, &zone, now));
    marks.await.map_err(|it| it.to_string())?
}

fn with(house: &House, act: impl FnOnce(&mut Engine)) {
    if let Some(engine) = house.watch.engine().as_mut() {
        act(engine);
    }
}

/// The shop's segments, checked. One that no longer passes is left out, so that it does not take the others with it.
pub(super) fn spec(kept: &[linger_store::KeptSegment]) -> Spec {
    let read = |it: &linger_store::KeptSegment| {
        let when: Condition = serde_json::from_str(&it.definition).ok()?;
        let def = SegmentDef { id: it.id.as_str().into(), when };
        Spec::new(std::slice::from_ref(&def), StageRule::default()).ok().map(|_| def)
    };
    let defs: Vec<_> = kept.iter().filter_map(read).collect();
    Spec::new(&defs, StageRule::default()).unwrap_or_else(|bad| {
        tracing::error!(%bad, "segments cannot be kept together");
        Spec::new(&[], StageRule::default()).unwrap_or_else(|_| unreachable!("no segments are no trouble"))
    })
}

async fn build(house: &House) -> Result<(), String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let kept = house.store.segments().await.map_err(|it| said(&it))?;
    let tags = house.store.tags().await.map_err(|it| said(&it))?;
    let spec = Arc::new(spec(&kept));
    let mut marks = Marks::new();
    if !spec.scores().is_empty() {
        marks = scored(house).await?;
        // Whoever stands elsewhere by now hears of it before the state that knows where they stood is replaced.
        let mut changes = vec![];
        with(house, |engine| engine.rescore(&marks, &mut changes));
        tell(house, changes).await;
    }
    let (events, calendar, now) = (house.events.clone(), calendar(house), house.now().0);
    let built = tokio::task::spawn_blocking(move || {
        for (person, tag) in &tags {
            marks.say(events.current(PersonKey(*person)), Mark::Tag(tag, true));
        }
        let snapshot = events.snapshot();
        let names = snapshot.names();
        let make = || Backfill::new(spec.clone(), calendar.clone(), now, names).with(&marks);
        let limits = AskLimits { threads: 1, bytes_max: BYTES_MAX, ..AskLimits::default() };
        let fold = snapshot.fold(make, &limits).map_err(|fault| fault.to_string())?;
        Ok::<_, String>(fold.finish())
    });
    let (engine, missed) = built.await.map_err(|it| said(&it))??;
    *house.watch.engine() = Some(engine);
    tell(house, missed).await;
    Ok(())
}

/// Tells changes as facts of the people concerned, as far as they are known by an id of the shop.
pub(super) async fn tell(house: &House, changes: Vec<Change>) {
    if changes.is_empty() {
        return;
    }
    let ids: Vec<Box<str>> = match house.watch.engine().as_ref() {
        Some(engine) => engine.spec().ids().to_vec(),
        None => return,
    };
    let (events, now) = (house.events.clone(), house.now().0);
    let told = tokio::task::spawn_blocking(move || {
        for changes in changes.chunks(TOLD_MAX) {
            let facts = changes.iter().filter_map(|change| {
                let (known, segment) =
                    (events.known_id(change.person)?, ids.get(usize::from(change.segment))?);
                Some(Incoming { who: Who::known(&known), fact: fact(change, segment, now), alias: None })
            });
            events.append(facts.collect()).map_err(|fault| fault.to_string())?;
        }
        Ok::<_, String>(())
    });
    if let Err(why) = told.await.unwrap_or_else(|error| Err(error.to_string())) {
        tracing::warn!(why, "who entered and left a segment was not kept");
    }
}

fn fact(change: &Change, segment: &str, now: i64) -> Fact {
    let name = if change.entered { ENTERED } else { LEFT };
    let mut hash = Sha256::new();
    hash.update(b"linger segment change v1");
    hash.update(change.person.0.to_be_bytes());
    hash.update(now.to_be_bytes());
    hash.update([u8::from(change.entered)]);
    hash.update(segment);
    let digest: [u8; 32] = hash.finalize().into();
    let id = digest.iter().take(16).fold(0u128, |id, byte| id << 8 | u128::from(*byte));
    let fact = Fact { at_ms: now, received_ms: now, name: name.into(), id, ..Fact::default() };
    fact.with(Text::Outcome, segment)
}
