//! Shows that are lived through: each without and with its rules, for what is true; and as an experiment would have it, for
//! what the product reports of it. It does not know what is reported.

use crate::{
    arms::Arms,
    book::{Book, Told},
    crowd::Lived,
    evening::{Acts, Evening, Show, World, live},
    plan::{Ask, DRAWS, KEY, Plan},
    stage::BEGIN,
    truth::Stayed,
    work,
};
use linger_protocol::{Entry, RoomId};
use linger_strategy::experiment::Stretch;
use std::{collections::BTreeMap, ops::Range};

/// Turns a room's log into facts and says whose each is. That is the server's own business, so it is handed in.
pub type Teller = dyn Fn(&RoomId, &[Entry]) -> Vec<Told> + Sync;
/// Hears what is being done, how much of it is done, and how much there is.
pub type Progress = dyn Fn(&str, usize, usize) + Sync;

/// Shows of which facts are told at once, so that not all of them wait in memory as whole facts.
const BATCH: usize = 16;
/// Numbers between the first viewers of one show and the next.
const APART: u64 = 1 << 20;

/// A show that was lived through twice.
pub struct Pair {
    /// Stays without the rules and with them.
    pub stayed: [Stayed; 2],
    /// What rules did, or would have done.
    pub acts: [BTreeMap<String, Acts>; 2],
}

/// A part of an experiment: a host's show, or a room's.
pub struct Part {
    /// The host.
    pub host: String,
    /// Where its people stand in the book: by world where a host is drawn whole, else in the first place.
    pub people: [Range<usize>; 2],
}

/// A stretch of a room's time as it was, in plain figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretched {
    /// Its number among all rooms.
    pub room: usize,
    /// Whether rules acted.
    pub treated: bool,
    /// Leaves for an hour of being there: as it was; without rules all evening; with them all evening.
    pub outcome: [f64; 3],
}

/// All of them.
pub struct Pool {
    /// Facts.
    pub book: Book,
    /// Each show in both worlds.
    pub pairs: Vec<Pair>,
    /// Parts of experiments: for each show one, or one for each of its draws; none where viewers are drawn.
    pub parts: Vec<Vec<Part>>,
    /// Where rooms are switched, every stretch of every draw.
    pub stretches: Vec<Stretched>,
}

/// The show with this number; another draw of it is in another room, so that it is switched otherwise.
pub fn show(ask: &Ask, number: usize, draw: usize) -> Show {
    let room = format!("ground-{number}-{draw}");
    Show {
        seed: ask.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number as u64),
        room: RoomId::new(&room).expect("it is a name"),
        host: format!("host {number}"),
        first_person: ((number * (DRAWS + 1) + draw) as u64 + 1) * APART,
    }
}

/// Lives through all that was asked for.
pub fn lay_down(ask: &Ask, world: &World, tell: &Teller, progress: &Progress) -> Pool {
    let mut pool = Pool { book: Book::default(), pairs: vec![], parts: vec![], stretches: vec![] };
    for first in (0..ask.shows).step_by(BATCH) {
        let count = BATCH.min(ask.shows - first);
        let told = |done| progress("shows", first + done, ask.shows);
        let lived = work::each(count, ask.threads, |it| one(ask, world, tell, first + it), told);
        for Laid { pair, parts, stretches } in lived {
            let number = pool.pairs.len();
            let keep = |(host, [a, b]): (String, [Vec<Told>; 2])| Part {
                host,
                people: [pool.book.keep(a), pool.book.keep(b)],
            };
            pool.parts.push(parts.into_iter().map(keep).collect());
            let room = number * DRAWS;
            pool.stretches.extend(stretches.into_iter().map(|it| Stretched { room: room + it.room, ..it }));
            pool.pairs.push(pair);
        }
    }
    pool
}

struct Laid {
    pair: Pair,
    parts: Vec<(String, [Vec<Told>; 2])>,
    stretches: Vec<Stretched>,
}

fn one(ask: &Ask, world: &World, tell: &Teller, number: usize) -> Laid {
    let usual = show(ask, number, 0);
    let evenings = [Arms::Nobody, Arms::All].map(|arms| live(world, &usual, arms));
    let facts = |evening: &Evening, show: &Show| tell(&show.room, &evening.log);
    let mut parts = vec![];
    let mut stretches = vec![];
    match ask.plan {
        Plan::Host => {
            parts.push((usual.host.clone(), evenings.each_ref().map(|it| facts(it, &usual))));
        }
        Plan::Switchback => {
            let schedule = ask.design().schedule(KEY, 1, true).expect("its rooms are switched");
            for draw in 1..=DRAWS {
                let show = show(ask, number, draw);
                let arms = Arms::switched(&schedule, &show.room, world.length_s);
                let Arms::Stretches(drawn) = arms.clone() else { continue };
                let evening = live(world, &show, arms);
                let lived = [&evening.lived, &evenings[0].lived, &evenings[1].lived];
                stretches.extend(drawn.iter().filter_map(|it| outcome(it, draw - 1, &lived, world.length_s)));
                parts.push((show.host.clone(), [facts(&evening, &show), vec![]]));
            }
        }
        // Viewers are drawn anew for each experiment, and the show is lived through with them beside each other.
        Plan::Viewer => {}
    }
    let pair = Pair {
        stayed: evenings.each_ref().map(|it| Stayed::of(&it.lived)),
        acts: evenings.map(|it| it.acts),
    };
    Laid { pair, parts, stretches }
}

/// What came of a stretch as it was drawn, and in the same time without and with the rules all evening; none where nobody was
/// there.
fn outcome(stretch: &Stretch, draw: usize, lived: &[&Vec<Lived>; 3], length_s: u32) -> Option<Stretched> {
    let second = |at: linger_protocol::Millis| u32::try_from(at.since(BEGIN) / 1_000).unwrap_or(u32::MAX);
    let (from, to) = (second(stretch.counts_from), second(stretch.ends).min(length_s));
    let of = |lived: &Vec<Lived>| {
        let ends = |it: &Lived| it.came_s + it.stayed_s;
        let left = lived.iter().filter(|it| it.left && (from..to).contains(&ends(it))).count();
        let seconds: u64 =
            lived.iter().map(|it| u64::from(ends(it).min(to).saturating_sub(it.came_s.max(from)))).sum();
        (seconds > 0).then(|| left as f64 * 3_600.0 / seconds as f64)
    };
    let [drawn, without, with] = lived.map(of);
    Some(Stretched { room: draw, treated: stretch.treated, outcome: [drawn?, without?, with?] })
}

/// How each rule does by itself: its acts and its stays in the first shows.
pub fn alone(ask: &Ask, world: &World, progress: &Progress) -> Vec<Vec<(Stayed, BTreeMap<String, Acts>)>> {
    let rules = world.rules.len();
    let lived = work::each(
        rules * ask.alone,
        ask.threads,
        |number| {
            let (rule, show_number) = (number / ask.alone, number % ask.alone);
            let world = World { rules: vec![world.rules[rule].clone()], ..world.clone() };
            let evening = live(&world, &show(ask, show_number, 0), Arms::All);
            (Stayed::of(&evening.lived), evening.acts)
        },
        |done| progress("rules by themselves", done, rules * ask.alone),
    );
    let mut lived = lived.into_iter();
    (0..rules).map(|_| lived.by_ref().take(ask.alone).collect()).collect()
}
