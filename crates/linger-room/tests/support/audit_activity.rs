//! The auditor's books on activities. Who took part with what is booked from the moves alone, and digests, tickets, shares
//! and winners are found again here by a program of its own.

use linger_protocol::*;
use linger_room::{Phase, Room};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub struct Games {
    known: BTreeMap<ActivityId, Booked>,
    /// What a gift costs, and for which side it is.
    gifts: BTreeMap<OrderId, (Money, u8)>,
    /// The score that a gift which was just given has to bring.
    scores: Option<(ActivityId, [u64; 2])>,
}

struct Booked {
    terms: Terms,
    commit: [u8; 32],
    at: Millis,
    until: Millis,
    asking: Option<u8>,
    /// Everything everybody did, in order.
    moves: Vec<(PersonId, Play)>,
    devices: BTreeMap<u32, BTreeSet<PersonId>>,
    /// Of an elimination: the last question that was explained.
    explained: Option<u8>,
    points: [u64; 2],
    frozen: Option<[u8; 32]>,
    settled: bool,
}

impl Games {
    pub fn book(&mut self, now: Millis, event: &ActivityEvent) {
        if let ActivityEvent::Opened { activity, terms, at, until, commit, .. } = event {
            assert_eq!(activity.0 as usize, self.known.len() + 1, "activities are numbered without gaps");
            let twin = self.known.values().any(|it| !it.settled && it.terms.game.code() == terms.game.code());
            assert!(!twin, "two {} at once", terms.game.code());
            assert_eq!(*at, now);
            let (terms, commit, at, until) = (terms.clone(), *commit, *at, *until);
            let booked = Booked {
                terms,
                commit,
                at,
                until,
                asking: None,
                moves: vec![],
                devices: BTreeMap::new(),
                explained: None,
                points: [0, 0],
                frozen: None,
                settled: false,
            };
            self.known.insert(*activity, booked);
            return;
        }
        let id = match event {
            ActivityEvent::Opened { activity, .. }
            | ActivityEvent::Played { activity, .. }
            | ActivityEvent::Stepped { activity, .. }
            | ActivityEvent::Scored { activity, .. }
            | ActivityEvent::Frozen { activity, .. }
            | ActivityEvent::Settled { activity, .. } => *activity,
        };
        if let (ActivityEvent::Scored { points, .. }, Some(due)) = (event, self.scores.take()) {
            assert_eq!((id, *points), due, "a gift brought another score");
        }
        let it = self.known.get_mut(&id).expect("an activity that was opened");
        it.book(id, event);
    }

    /// Notes what gifts are to bring to a PK.
    pub fn book_gift(&mut self, now: Millis, event: &TalkEvent) {
        match event {
            TalkEvent::GiftSent { order, amount, side, .. } => {
                self.gifts.insert(*order, (*amount, side.unwrap_or(0)));
            }
            TalkEvent::GiftGiven { order, .. } => {
                let (amount, side) = self.gifts[order];
                self.scores = self
                    .known
                    .iter()
                    .find_map(|(id, it)| it.scored_by(now, amount, side).map(|to| (*id, to)));
            }
            _ => {}
        }
    }

    pub fn check_nothing_is_due(&self, now: Millis) {
        assert_eq!(self.scores, None, "a gift brought no score");
        let late = self.known.iter().find(|(_, it)| it.frozen.is_none() && it.until <= now);
        assert!(late.is_none(), "{:?} goes on beyond its time", late.map(|(id, _)| id));
    }

    pub fn close(&self, room: &Room) {
        for (id, it) in &self.known {
            assert!(it.settled, "activity {id} was never settled");
            if let Some(record) = room.activity_record(*id) {
                assert_eq!(linger_room::activity::verify(&record), Ok(()));
                assert_eq!(record.terms, it.terms, "terms changed");
                assert_eq!(record.players, it.players());
            }
        }
        assert!(room.activities_awaiting_seed().is_empty());
        assert!(room.activities().all(|(_, it)| matches!(it.phase, Phase::Settled { .. })));
    }
}

impl Booked {
    /// The score after a gift: one point for every time its price holds the price of a point.
    fn scored_by(&self, now: Millis, amount: Money, side: u8) -> Option<[u64; 2]> {
        let Game::Pk { gift_point: Some(point), lasts_ms, rival, .. } = &self.terms.game else { return None };
        if self.frozen.is_some() || now >= self.at.plus(*lasts_ms) || amount.minor < point.minor {
            return None;
        }
        let mut points = self.points;
        points[if rival.is_some() { 0 } else { usize::from(side) }] += (amount.minor / point.minor) as u64;
        Some(points)
    }

    fn book(&mut self, id: ActivityId, event: &ActivityEvent) {
        assert!(!self.settled, "{id} went on after its end");
        match event {
            ActivityEvent::Opened { .. } => {}
            ActivityEvent::Played { person, play, device, name, .. } => {
                assert!(self.frozen.is_none(), "{id} was played after it was frozen");
                let came_in = !self.moves.iter().any(|it| it.0 == *person);
                assert!(came_in || name.is_none(), "a name stands with the first move alone");
                self.book_play(*person, *play);
                if *device != 0 && came_in {
                    let people = self.devices.entry(*device).or_default();
                    people.insert(*person);
                    let gives = self.terms.prize.is_some()
                        || matches!(self.terms.game, Game::Packet { .. } | Game::Wheel { .. });
                    assert!(!gives || people.len() <= 3, "{} people of one device in {id}", people.len());
                }
            }
            ActivityEvent::Stepped { step, at, until, .. } => {
                assert!(self.frozen.is_none() && until > at);
                self.until = *until;
                match step {
                    GameStep::Asking { question } => self.asking = Some(*question),
                    GameStep::Explaining { question } => {
                        assert_eq!(self.asking.take(), Some(*question), "what was asked is explained");
                        self.explained = Some(*question);
                    }
                    GameStep::Ready { .. } | GameStep::Signal { .. } => {}
                }
            }
            ActivityEvent::Scored { points, .. } => {
                assert!(points[0] >= self.points[0] && points[1] >= self.points[1] && *points != self.points);
                self.points = *points;
            }
            ActivityEvent::Frozen { players, digest, .. } => {
                let own = self.players();
                assert_eq!(*players as usize, own.len());
                assert_eq!(*digest, digest_of(&own), "{id}: another list was frozen");
                assert!(self.frozen.replace(*digest).is_none(), "{id} was frozen twice");
            }
            ActivityEvent::Settled { seed, outcome, .. } => {
                let digest = self.frozen.expect("frozen before it is settled");
                let commit = Sha256::new()
                    .chain_update("linger-activity-v1")
                    .chain_update(seed)
                    .chain_update(self.terms.secret())
                    .finalize();
                assert_eq!(<[u8; 32]>::from(commit), self.commit, "{id} was settled by another seed");
                self.settled = true;
                self.check(outcome, &Luck { seed: *seed, digest, of: id.0 });
            }
        }
    }

    /// Each move follows on what the person did before.
    fn book_play(&mut self, person: PersonId, play: Play) {
        let before: Vec<Play> = self.moves.iter().filter(|it| it.0 == person).map(|it| it.1).collect();
        match play {
            Play::Answered { question, .. } => {
                assert_eq!(self.asking, Some(question), "answered what is not asked");
                let twice = before
                    .iter()
                    .any(|it| matches!(it, Play::Answered { question: it, .. } if *it == question));
                assert!(!twice, "answered twice");
            }
            Play::Tapped { round, .. } => {
                let twice =
                    before.iter().any(|it| matches!(it, Play::Tapped { round: it, .. } if *it == round));
                assert!(!twice, "tapped twice");
            }
            Play::Entered => assert!(before.is_empty(), "{person} entered twice"),
            Play::Finished => assert_eq!(before, [Play::Entered], "a task is done once, after it was begun"),
            Play::Chose { .. } | Play::Guessed { .. } => {
                assert_ne!(before.last(), Some(&play), "nothing changed")
            }
        }
        self.moves.push((person, play));
    }

    /// Everybody with their number, in order of their first move.
    fn players(&self) -> Vec<(PersonId, u64)> {
        let mut order: Vec<PersonId> = vec![];
        for (person, _) in &self.moves {
            if !order.contains(person) {
                order.push(*person);
            }
        }
        order.iter().map(|person| (*person, self.number(*person, &order))).collect()
    }

    fn number(&self, person: PersonId, order: &[PersonId]) -> u64 {
        let own: Vec<Play> = self.moves.iter().filter(|it| it.0 == person).map(|it| it.1).collect();
        let place =
            |among: &[PersonId]| among.iter().position(|it| *it == person).map_or(0, |it| it as u64 + 1);
        match &self.terms.game {
            Game::Vote { .. } | Game::Guess { .. } => match own.last() {
                Some(Play::Chose { option }) => u64::from(*option),
                Some(Play::Guessed { minor }) => *minor as u64,
                other => panic!("{other:?} is no move of this game"),
            },
            Game::Quiz { questions, elimination } => {
                let answers = own.iter().map(|it| match it {
                    Play::Answered { question, option, took_ms } => {
                        (*question, questions[usize::from(*question)].right == *option, u64::from(*took_ms))
                    }
                    other => panic!("{other:?} is no answer"),
                });
                let answers: Vec<(u8, bool, u64)> = answers.collect();
                let right = answers.iter().filter(|it| it.1).count() as u64;
                let took: u64 = answers.iter().filter(|it| it.1).map(|it| it.2).sum();
                let missed = |question: u8| !answers.iter().any(|it| it.0 == question);
                let out = *elimination
                    && (answers.iter().any(|it| !it.1)
                        || self.explained.is_some_and(|last| (0..=last).any(missed)));
                u64::from(out) * (1 << 63) + (right << 32) + took
            }
            Game::Task { .. } => {
                let done: Vec<PersonId> =
                    self.moves.iter().filter(|it| it.1 == Play::Finished).map(|it| it.0).collect();
                place(&done)
            }
            Game::First { .. } => place(order),
            Game::Reflex { .. } => {
                own.iter().filter(|it| matches!(it, Play::Tapped { counts: true, .. })).count() as u64
            }
            Game::Packet { .. } | Game::Wheel { .. } | Game::Pk { .. } => 0,
        }
    }

    fn check(&self, outcome: &Outcome, luck: &Luck) {
        let players = self.players();
        let prizes = self.terms.prize.as_ref().map_or(3, |it| it.count) as usize;
        match (&self.terms.game, outcome) {
            (Game::Vote { options, .. }, Outcome::Votes { votes }) => {
                assert_eq!(votes.len(), options.len());
                for (option, votes) in votes.iter().enumerate() {
                    let own = players.iter().filter(|it| it.1 == option as u64).count();
                    assert_eq!(*votes as usize, own, "each vote is counted once");
                }
            }
            (Game::Packet { budget, parts, even, .. }, Outcome::Shares { shares, rest_minor }) => {
                let people: Vec<PersonId> = shares.iter().map(|it| it.person).collect();
                assert_eq!(people, players.iter().map(|it| it.0).collect::<Vec<_>>());
                assert!(people.len() <= *parts as usize && shares.iter().all(|it| it.minor > 0));
                let given: i64 = shares.iter().map(|it| it.minor).sum();
                assert_eq!(given + rest_minor, budget.minor, "every cent is given or goes back");
                let mut in_turn = luck.in_turn(&players);
                in_turn.sort_by_key(|it| it.0);
                for ((_, person), own) in in_turn.iter().zip(luck.split(budget.minor, *parts, *even)) {
                    let told = shares.iter().find(|it| it.person == *person).map(|it| it.minor);
                    assert_eq!(told, Some(own), "another share");
                }
            }
            (Game::Wheel { slices, .. }, Outcome::Spins { spins }) => {
                assert!(spins.iter().map(|it| it.person).eq(players.iter().map(|it| it.0)));
                for (place, slice) in slices.iter().enumerate() {
                    let stopped = spins.iter().filter(|it| usize::from(it.slice) == place).count();
                    let most = slice.prize.as_ref().map_or(usize::MAX, |it| it.count as usize);
                    assert!(stopped <= most, "{stopped} won {most} prizes");
                }
            }
            (Game::Pk { .. }, Outcome::Score { points }) => assert_eq!(*points, self.points),
            (game, Outcome::Winners { winners }) => {
                assert_eq!(
                    winners.iter().collect::<BTreeSet<_>>().len(),
                    winners.len(),
                    "each prize is given once"
                );
                assert_eq!(*winners, self.winners(game, players, prizes, luck));
            }
            (game, outcome) => panic!("{game:?} does not end with {outcome:?}"),
        }
    }

    fn winners(
        &self,
        game: &Game,
        players: Vec<(PersonId, u64)>,
        prizes: usize,
        luck: &Luck,
    ) -> Vec<PersonId> {
        let most = players.iter().map(|it| it.1).max().unwrap_or(0);
        // The lower, the better; without a rank nobody wins.
        let rank = |number: u64| -> Option<(i128, i128)> {
            let (out, right, took) = (number >> 63, (number >> 32) & 0xff, number & 0xffff_ffff);
            match game {
                Game::Quiz { questions, elimination: true } => {
                    (out == 0 && right == questions.len() as u64).then_some((0, 0))
                }
                Game::Quiz { .. } => (right > 0).then_some((-i128::from(right), i128::from(took))),
                Game::Guess { price, .. } => Some(((i128::from(number) - i128::from(price.minor)).abs(), 0)),
                Game::Reflex { .. } => (number > 0 && number == most).then_some((0, 0)),
                _ => (number > 0).then_some((i128::from(number), 0)),
            }
        };
        let ranked =
            players.iter().filter_map(|(who, number)| Some((rank(*number)?, luck.ticket(*who), *who)));
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort();
        ranked.into_iter().map(|it| it.2).take(prizes).collect()
    }
}

fn digest_of(players: &[(PersonId, u64)]) -> [u8; 32] {
    let bytes: Vec<u8> = players
        .iter()
        .flat_map(|(person, number)| [person.0.to_be_bytes(), number.to_be_bytes()].concat())
        .collect();
    Sha256::digest(bytes).into()
}

/// Chance, as the head of `activity` describes it.
struct Luck {
    seed: [u8; 32],
    digest: [u8; 32],
    of: u32,
}

impl Luck {
    fn number(&self, label: &str, about: &[u8]) -> u64 {
        let whole = [label.as_bytes(), &self.seed, &self.digest, &self.of.to_be_bytes(), about].concat();
        let hash = Sha256::digest(whole);
        hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn ticket(&self, person: PersonId) -> u64 {
        self.number("linger-ticket-v1", &person.0.to_be_bytes())
    }

    fn in_turn(&self, players: &[(PersonId, u64)]) -> Vec<(u64, PersonId)> {
        players.iter().map(|(person, _)| (self.ticket(*person), *person)).collect()
    }

    fn split(&self, budget: i64, parts: u32, even: bool) -> Vec<i64> {
        let (mut left, mut shares) = (i128::from(budget), vec![]);
        for place in 0..parts {
            let waiting = i128::from(parts - place);
            let share = if waiting == 1 {
                left
            } else if even {
                (left + waiting - 1) / waiting
            } else {
                let most = (2 * left / waiting).min(left - (waiting - 1));
                let end = (1i128 << 64) / most * most;
                let numbers = (0u32..).map(|attempt| {
                    self.number("linger-packet-v1", &[place.to_be_bytes(), attempt.to_be_bytes()].concat())
                });
                1 + i128::from(numbers.into_iter().find(|it| i128::from(*it) < end).expect("one below"))
                    % most
            };
            left -= share;
            shares.push(share as i64);
        }
        shares
    }
}
