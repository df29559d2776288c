//! Who is in the room of a past evening, how long each stays, and what they are called. It does not know what goes on.

use super::following::Following;
use crate::crowd::lines::{self, Tongue};
use crate::dice::Dice;
use linger_protocol::{Arrival, Departure, LeaveReason, PersonId, Report, SessionId};

/// Where people come from.
pub(super) struct Source {
    name: &'static str,
    /// How many of a hundred who are new.
    share: f64,
    /// How much likelier they are to leave.
    leaving: f64,
    /// How much likelier they are to come back.
    pub(super) pull: f64,
}

/// The last one is that of people who know the way.
pub(super) const SOURCES: [Source; 4] = [
    Source { name: "feed", share: 55.0, leaving: 1.15, pull: 0.75 },
    Source { name: "share", share: 20.0, leaving: 0.8, pull: 1.3 },
    Source { name: "search", share: 15.0, leaving: 1.0, pull: 1.1 },
    Source { name: "direct", share: 10.0, leaving: 0.7, pull: 1.6 },
];
/// Chance of leaving in a second, by watch age from: most look in and go; who stays two minutes stays long. Chosen.
const LEAVING: [(u32, f64); 5] = [(600, 0.000_6), (120, 0.000_9), (30, 0.002_5), (8, 0.009), (0, 0.045)];
/// How much likelier somebody leaves who has what they came for, and for how long.
const LET_GO: f64 = 22.0;
const LET_GO_S: u32 = 25;
/// How much earlier than others those come who have been here before.
const EARLY: f64 = 1.3;

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
pub(super) struct Audience<'a> {
    dice: Dice,
    guests: Vec<Guest>,
    came: u64,
    new: usize,
    base: u64,
    day: i64,
    following: &'a mut Following,
    /// Those who will come back this evening, the last one next.
    due: Vec<(PersonId, usize)>,
    /// How many will come from here on, roughly.
    expected: f64,
}

impl Audience<'_> {
    /// Nobody yet, of about so many who will come on a day.
    pub fn new(seed: u64, day: i64, expected: f64, following: &mut Following) -> Audience<'_> {
        let mut dice = Dice::of(seed, "audience");
        // Visits of this evening lie apart from those of others.
        let base = (dice.bits() >> 16) << 14;
        let due = following.due(day);
        Audience { dice, guests: Vec::new(), came: 0, new: 0, base, day, following, due, expected }
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
            if self.dice.chance((usual * SOURCES[guest.source].leaving * bored * troubled).min(0.9)) {
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
        // Who knows the room comes early: few of them are left when the evening ends.
        let known = (EARLY * self.due.len() as f64 / self.expected.max(1.0)).min(0.95);
        self.expected -= 1.0;
        let known = if self.dice.chance(known) { self.due.pop() } else { None };
        let (person, source) = known.unwrap_or_else(|| {
            let source = self.dice.weighted(SOURCES.iter().map(|it| it.share)).unwrap_or(0);
            (self.following.meet(self.day, source), source)
        });
        let session = SessionId(self.base + self.came);
        let guest =
            Guest { session, person, source, came_s: second, waits: false, asked_to_go: false, let_go_s: 0 };
        self.guests.push(guest);
        Arrival { session, person, source: SOURCES[source].name.to_owned(), brought_by: None }
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
