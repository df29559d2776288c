//! How many facts a second the store makes durable in this process, by callers and batch size. It does not know HTTP.
//!
//! `cargo run --release -p linger-events --example ingest_speed -- [facts in millions] [callers] [batch] [folder]`

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use linger_behaviour::{Fact, Number, Text, touch};
use linger_events::{Config, EventStore, Incoming, Who};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().and_then(|it| it.parse().ok()).unwrap_or(default);
    let (millions, callers, batch) = (number(5), number(4), number(200));
    let folder = match std::env::args().nth(4) {
        Some(folder) => folder.into(),
        None => std::env::temp_dir().join(format!("linger-ingest-{}", std::process::id())),
    };
    let (store, found) = EventStore::open(Config::new(&folder))?;
    println!("opened: {found:?}");
    let facts = millions * 1_000_000;
    let next = AtomicU64::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                loop {
                    let from = next.fetch_add(batch, Ordering::Relaxed);
                    if from >= facts {
                        break;
                    }
                    let items = (from..(from + batch).min(facts)).map(incoming).collect();
                    if let Err(fault) = store.append(items) {
                        println!("{fault}");
                        break;
                    }
                }
            });
        }
    });
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{facts} facts, {callers} callers, batches of {batch}: {took:.2} s, {:.0} facts/s",
        facts as f64 / took
    );
    drop(store);
    println!("closed after {:.2} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let (_store, found) = EventStore::open(Config::new(&folder))?;
    println!("opened again in {:.2} s: {found:?}", begun.elapsed().as_secs_f64());
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// A fact of one in 200 thousand people: SplitMix64 of its number, so that each run is the same.
fn incoming(number: u64) -> Incoming {
    let mut word = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word ^= word >> 27;
    let names = [touch::ENTERED, touch::INTERACTED, touch::CARD_SEEN, touch::CARD_CLICKED, touch::LEFT];
    let mut fact = Fact {
        at_ms: 1_790_000_000_000 + (number / 50) as i64,
        received_ms: 1_790_000_000_100 + (number / 50) as i64,
        name: names[(word % 5) as usize].into(),
        id: u128::from(word) << 64 | u128::from(number + 1),
        ..Fact::default()
    };
    fact = fact
        .with(Text::Room, "evening-show")
        .with(Text::Source, ["feed", "share", "direct"][(word >> 8) as usize % 3]);
    fact = fact.with(Text::Device, "phone").with_number(Number::DurationMs, (word >> 40) as i64);
    Incoming { who: Who::anonymous(&format!("visitor-{:012}", word >> 16 & 0x3_ffff)), fact, alias: None }
}
