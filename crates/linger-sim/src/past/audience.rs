//! Who is in the room of a past evening, how long each stays, and what they are called. It does not know what goes on.

use crate::crowd::lines::{self, Tongue};
use crate::dice::Dice;
use linger_protocol::{Arrival, Departure, LeaveReason, PersonId, Report, SessionId};

/// Where people come from, how many of a hundred, and how much likelier they are to leave.
const SOURCES: [(&str, f64, f64); 4] =
    [("feed", 55.0, 1.15), ("share", 20.0, 0.8), ("search", 15.0, 1.0), ("direct", 10.0, 0.7)];
/// Chance of leaving in a second, by watch age from: most look in and go; who stays two minutes stays long. Chosen.
const LEAVING: [(u32, f64); 5] = [(600, 0.000_6), (120, 0.000_9), (30, 0.002_5), (8, 0.009), (0, 0.045)];
/// How much likelier somebody leaves who has what they came for, and for how long.
const LET_GO: f64 = 22.0;
const LET_GO_S: u32 = 25;

#[derive(Clone, Copy, Debug)]
struct Guest {
    session: SessionId,
    person: PersonId,
    source: usize,
    came_s: u32,
    /// Waits for the end of a draw.
    waits: bool,
    /// Nothing keeps them: from the next second on, and until then.
    asked_to_go: bool,
    let_go_s: u32,
}

/// The people in the room.
#[derive(Debug)]
pub(super) struct Audience {
    dice: Dice,
    guests: Vec<Guest>,
    came: u64,
    new: usize,
    base: u64,
}

impl Audience {
    pub fn new(seed: u64) -> Audience {
        let mut dice = Dice::of(seed, "audience");
        // Ids of this evening lie apart from those of others.
        let base = (dice.bits() >> 16) << 14;
        Audience { dice, guests: Vec::new(), came: 0, new: 0, base }
    }

    pub fn here(&self) -> usize {
        self.guests.len()
    }

    /// How many came since this was last asked.
    pub fn take_new(&mut self) -> usize {
        std::mem::take(&mut self.new)
    }

    /// A second passes: so many come, and some go.
    pub fn pass(&mut self, second: u32, come: usize, leaving: f64) -> Option<Report> {
        let mut left = Vec::new();
        let mut stay = Vec::new();
        for mut guest in std::mem::take(&mut self.guests) {
            if std::mem::take(&mut guest.asked_to_go) {
                guest.let_go_s = second + LET_GO_S;
            }
            let age = second - guest.came_s;
            let usual = LEAVING.iter().find(|(from, _)| age >= *from).map_or(0.0, |(_, rate)| *rate);
            let bored = if second < guest.let_go_s { LET_GO } else { 1.0 };
            // Trouble hits those who have settled; who only looks in goes anyway.
            let troubled = if age < 8 { leaving.sqrt() } else { leaving };
            if self.dice.chance((usual * SOURCES[guest.source].2 * bored * troubled).min(0.9)) {
                left.push(Departure { session: guest.session, reason: LeaveReason::Left });
            } else {
                stay.push(guest);
            }
        }
        self.guests = stay;
        let arrived: Vec<Arrival> = (0..come).map(|_| self.enter(second)).collect();
        (!arrived.is_empty() || !left.is_empty()).then_some(Report::PeopleMoved { arrived, left })
    }

    fn enter(&mut self, second: u32) -> Arrival {
        self.came += 1;
        self.new += 1;
        let source = self.dice.weighted(SOURCES.iter().map(|(_, share, _)| *share)).unwrap_or(0);
        let (session, person) = (SessionId(self.base + self.came), PersonId(self.base + self.came));
        let guest =
            Guest { session, person, source, came_s: second, waits: false, asked_to_go: false, let_go_s: 0 };
        self.guests.push(guest);
        Arrival { session, person, source: SOURCES[source].0.to_owned(), brought_by: None }
    }

    /// Everybody goes.
    pub fn empty(&mut self) -> Option<Report> {
        let guests = std::mem::take(&mut self.guests);
        let go = |guest: &Guest| Departure { session: guest.session, reason: LeaveReason::Left };
        let left: Vec<Departure> = guests.iter().map(go).collect();
        (!left.is_empty()).then_some(Report::PeopleMoved { arrived: vec![], left })
    }

    /// A share of those here, by chance, begin to wait for something.
    pub fn some(&mut self, dice: &mut Dice, share: f64) -> Vec<PersonId> {
        self.guests.iter_mut().for_each(|guest| guest.waits = dice.chance(share));
        self.guests.iter().filter(|guest| guest.waits).map(|guest| guest.person).collect()
    }

    /// What they waited for is over: a share of them has no more reason to stay.
    pub fn let_go(&mut self, dice: &mut Dice, share: f64) {
        for guest in self.guests.iter_mut().filter(|guest| guest.waits) {
            guest.waits = false;
            guest.asked_to_go = dice.chance(share);
        }
    }

    /// Somebody who has been here a little.
    pub fn somebody(&mut self, dice: &mut Dice) -> Option<PersonId> {
        dice.pick(&self.guests).map(|guest| guest.person)
    }

    pub fn tongue(&self, person: PersonId) -> Tongue {
        if Dice::new(person.0).chance(0.6) { Tongue::Zh } else { Tongue::En }
    }

    /// What somebody is called: the same each time.
    pub fn name(&self, person: PersonId) -> String {
        let mut dice = Dice::of(person.0, "name");
        let (first, second) = match self.tongue(person) {
            Tongue::Zh => lines::NAMES_ZH,
            Tongue::En => lines::NAMES_EN,
        };
        let (first, second) = (dice.pick(first).copied(), dice.pick(second).copied());
        format!("{}{}", first.unwrap_or_default(), second.unwrap_or_default())
    }
}
