//! Activities: votes, quizzes, guesses, tasks, first-comers' gifts, red packets, PKs, wheels and reflex games, all with the
//! same life. It does not know where seeds come from, what a prize is or how it reaches its winner.
//!
//! # The life of an activity
//!
//! 1. It *opens*: its terms are public and do not change any more, and with them the *commitment* to a secret seed and to
//!    what must stay secret until the end, such as right answers ([`commitment`]). One of each kind is open at a time.
//! 2. People *play*. Each is in at most once; what they may change, and until when, is the game's rule.
//! 3. It is *frozen*, when its time is over, when nothing is left or when the host closes it. The *digest* of who took part
//!    and with which number is public ([`digest`]).
//! 4. It is *settled*: the seed is public, and the outcome follows from terms, seed and players alone ([`verify`]).
//!
//! The number of a player is, for a vote, the option; for a quiz, the right answers times 2^32 and the milliseconds they
//! took, with the highest bit for whoever is out; for a guess, the price in minor units; for a task and for first-comers, in
//! which place they were done, from 1, or 0; for a reflex game, the signals they reacted to; else 0.
//!
//! # What a delay of the picture means
//!
//! People see a question later than the room asks it, each by the delay of their own picture. An answer counts from the
//! moment at which its writer saw the question: the delay their device tells, up to [`Limits::DELAY_MS_MAX`], is taken off
//! the time they took, and no answer is taken before that moment. So nobody gains by telling a long delay: they would have
//! to wait for it.

mod chance;
mod outcome;
pub(crate) mod play;
mod terms;

pub(crate) use chance::Chance;
pub use outcome::{Player, Record, RecordError, commitment, digest, verify};

use crate::{
    bounds::{
        ACTIVITIES_KEPT, ACTIVITIES_OPEN_MAX, QUIZ_EXPLAIN_MS, QUIZ_LEAD_MS, RIVAL_GRACE_MS,
        SEALED_SEED_BYTES_MAX,
    },
    deadlines::{Deadlines, Due},
    orders::Orders,
    shelf::Shelf,
};
use linger_protocol::{
    ActivityAct, ActivityEvent, ActivityId, Actor, Event, Game, GameStep, ItemId, Limits, Millis, Money,
    OrderId, Outcome, PersonId, Refusal, Terms,
};
use play::{Standing, Who};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Activities {
    pub(crate) last: ActivityId,
    pub(crate) known: BTreeMap<ActivityId, Activity>,
}

/// An activity of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Its terms, secrets included.
    pub terms: Terms,
    /// When it opened.
    pub at: Millis,
    /// When it goes on by itself, as long as it is open.
    pub until: Millis,
    /// What was committed to.
    pub commit: [u8; 32],
    pub(crate) sealed_seed: Vec<u8>,
    /// Where it has come to.
    pub phase: Phase,
    /// The step it is at and since when, if it goes in steps.
    pub step: Option<(GameStep, Millis)>,
    /// Who took part, in order of entry.
    pub(crate) order: Vec<PersonId>,
    pub(crate) players: BTreeMap<PersonId, Standing>,
    /// How many came in from which device.
    pub(crate) devices: BTreeMap<u32, u32>,
    /// How many are done with a task.
    pub(crate) done: u32,
    /// The points of both sides of a PK.
    pub points: [u64; 2],
}

/// Where an activity has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// People may take part.
    Open,
    /// Nobody may any more.
    Frozen {
        /// The digest of the players.
        digest: [u8; 32],
    },
    /// All is public.
    Settled {
        /// The digest of the players.
        digest: [u8; 32],
        /// The seed.
        seed: [u8; 32],
        /// What came out.
        outcome: Outcome,
    },
}

/// What the rest of the room tells an activity when somebody plays.
pub(crate) struct Around<'a> {
    pub(crate) shelf: &'a Shelf,
    /// Whether the person follows the host.
    pub(crate) follows: bool,
}

impl Activities {
    pub(crate) fn decide(
        &self,
        now: Millis,
        by: Actor,
        act: &ActivityAct,
        around: &Around<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let events = match act {
            ActivityAct::Open { terms, commit, sealed_seed, worth_max } => {
                vec![self.opened(now, around.shelf, (terms, *worth_max), (*commit, sealed_seed))?]
            }
            ActivityAct::Play { activity, play, device, name } => {
                let who = Who { person: by.person, device: *device, name: name.as_ref() };
                self.known(*activity)?.decide_play((*activity, now), who, *play, around.follows)?
            }
            ActivityAct::Next { activity } => {
                let it = self.known(*activity)?;
                match (&it.phase, &it.terms.game) {
                    (Phase::Open, Game::Quiz { .. } | Game::Reflex { .. }) => {
                        vec![it.gone_on(*activity, now)]
                    }
                    (Phase::Open, _) => return Err(Refusal::WrongMove),
                    _ => return Err(Refusal::ActivityOver),
                }
            }
            ActivityAct::Close { activity } => match self.known(*activity)? {
                it if it.phase == Phase::Open => vec![it.frozen(*activity, None)],
                _ => vec![],
            },
        };
        Ok(events.into_iter().map(Event::Activity).collect())
    }

    fn opened(
        &self,
        now: Millis,
        shelf: &Shelf,
        (terms, worth_max): (&Terms, Money),
        (commit, sealed_seed): ([u8; 32], &[u8]),
    ) -> Result<ActivityEvent, Refusal> {
        let running = || self.known.values().filter(|it| !matches!(it.phase, Phase::Settled { .. }));
        if running().any(|it| it.terms.game.code() == terms.game.code()) {
            return Err(Refusal::ActivityRunning);
        }
        if running().count() >= ACTIVITIES_OPEN_MAX {
            return Err(Refusal::RoomFull);
        }
        if sealed_seed.len() > SEALED_SEED_BYTES_MAX {
            return Err(Refusal::TextTooLong);
        }
        let terms = terms::checked(terms, shelf, worth_max)?;
        let first_ms = match &terms.game {
            Game::Quiz { .. } => QUIZ_LEAD_MS,
            Game::Reflex { waits_ms, .. } => waits_ms.first().copied().unwrap_or(0),
            Game::Pk { rival: Some(_), lasts_ms, .. } => lasts_ms + RIVAL_GRACE_MS,
            other => terms::lasts_ms(other).unwrap_or(0),
        };
        Ok(ActivityEvent::Opened {
            activity: ActivityId(self.last.0 + 1),
            terms,
            at: now,
            until: now.plus(first_ms),
            commit,
            sealed_seed: sealed_seed.to_vec().into(),
        })
    }

    fn known(&self, activity: ActivityId) -> Result<&Activity, Refusal> {
        self.known.get(&activity).ok_or(Refusal::NoSuchActivity)
    }

    /// Its time has come to go on.
    pub(crate) fn note_due(&self, activity: ActivityId, now: Millis) -> Event {
        let it = self.known.get(&activity).expect("what is due is known");
        Event::Activity(it.gone_on(activity, now))
    }

    pub(crate) fn note_seed(&self, activity: ActivityId, seed: &[u8; 32]) -> Vec<Event> {
        let Some(it) = self.known.get(&activity) else { return vec![] };
        let Phase::Frozen { digest } = &it.phase else { return vec![] };
        if commitment(seed, &it.terms.secret()) != it.commit {
            return vec![];
        }
        let chance = Chance { seed, digest, of: activity.0 };
        let players: Vec<Player> = it.numbers(None).collect();
        let outcome = outcome::outcome(&it.terms, chance, &players, it.points);
        vec![Event::Activity(ActivityEvent::Settled { activity, seed: *seed, outcome })]
    }

    /// People cheered. Each room of a PK between two counts only for its own side, which is the first.
    pub(crate) fn note_cheered(&self, now: Millis, activity: ActivityId, cheers: [u32; 2]) -> Vec<Event> {
        let Some((it, rival)) = self.pk(activity) else { return vec![] };
        let over = it.at.plus(terms::lasts_ms(&it.terms.game).unwrap_or(0));
        let theirs = if rival { 0 } else { cheers[1] };
        if now >= over || (cheers[0], theirs) == (0, 0) {
            return vec![];
        }
        let points = [
            it.points[0].saturating_add(u64::from(cheers[0])),
            it.points[1].saturating_add(u64::from(theirs)),
        ];
        vec![Event::Activity(ActivityEvent::Scored { activity, points })]
    }

    /// A gift was paid: its whole points are for the side it was given for, which against another room is one's own.
    pub(crate) fn note_gift(&self, now: Millis, amount: Money, side: u8) -> Vec<Event> {
        let open = self.known.iter().filter(|(_, it)| it.phase == Phase::Open);
        let pks = open.filter_map(|(id, it)| match &it.terms.game {
            Game::Pk { gift_point: Some(point), rival, .. } => Some((*id, it, *point, rival.is_some())),
            _ => None,
        });
        let counts = |(_, it, point, _): &(_, &Activity, Money, _)| {
            let over = it.at.plus(terms::lasts_ms(&it.terms.game).unwrap_or(0));
            now < over && point.currency == amount.currency
        };
        let scored = pks.filter(counts).filter_map(|(activity, it, point, rival)| {
            let won = u64::try_from(amount.minor.checked_div(point.minor)?).ok().filter(|it| *it > 0)?;
            let side = if rival { 0 } else { usize::from(side) };
            let mut points = it.points;
            points[side] = points[side].saturating_add(won);
            Some(Event::Activity(ActivityEvent::Scored { activity, points }))
        });
        scored.collect()
    }

    /// The other room's points only grow: an older report than the last one says nothing new.
    pub(crate) fn note_rival(&self, activity: ActivityId, points: u64) -> Vec<Event> {
        match self.pk(activity) {
            Some((it, true)) if points > it.points[1] => {
                vec![Event::Activity(ActivityEvent::Scored { activity, points: [it.points[0], points] })]
            }
            _ => vec![],
        }
    }

    /// An open PK, and whether its second side is another room.
    fn pk(&self, activity: ActivityId) -> Option<(&Activity, bool)> {
        let it = self.known.get(&activity).filter(|it| it.phase == Phase::Open)?;
        match &it.terms.game {
            Game::Pk { rival, .. } => Some((it, rival.is_some())),
            _ => None,
        }
    }

    /// What an order's payment means to those who are to be the first buyers of its item.
    pub(crate) fn note_paid(&self, now: Millis, orders: &Orders, order: OrderId) -> Vec<Event> {
        let Some(order) = orders.orders.get(&order) else { return vec![] };
        let wants = |item: ItemId| move |it: &Activity| matches!(it.terms.game, Game::First { item: Some(of), .. } if of == item);
        let open = |(_, it): &(&ActivityId, &Activity)| it.phase == Phase::Open && now < it.until;
        let Some((id, it)) = self
            .known
            .iter()
            .filter(open)
            .find(|(_, it)| order.lines.iter().any(|line| wants(line.item)(it)))
        else {
            return vec![];
        };
        let who = Who { person: order.person, device: 0, name: None };
        it.entered(*id, who).into_iter().map(Event::Activity).collect()
    }

    pub(crate) fn awaiting_seed(&self) -> impl Iterator<Item = (ActivityId, &[u8])> {
        let frozen = |it: &&Activity| matches!(it.phase, Phase::Frozen { .. });
        self.known
            .values()
            .zip(self.known.keys())
            .filter(move |(it, _)| frozen(it))
            .map(|(it, id)| (*id, it.sealed_seed.as_slice()))
    }

    pub(crate) fn record(&self, activity: ActivityId) -> Option<Record> {
        let it = self.known.get(&activity)?;
        let Phase::Settled { digest, seed, outcome } = &it.phase else { return None };
        Some(Record {
            activity,
            terms: it.terms.clone(),
            commit: it.commit,
            seed: *seed,
            digest: *digest,
            players: it.numbers(None).collect(),
            points: it.points,
            outcome: outcome.clone(),
        })
    }

    /// Somebody did what a task may ask for.
    pub(crate) fn apply_did(&mut self, person: PersonId, what: Did) {
        for it in self.known.values_mut().filter(|it| it.phase == Phase::Open) {
            if let Some(Standing::Doing { asked, shared, .. }) = it.players.get_mut(&person) {
                match what {
                    Did::Asked => *asked = true,
                    Did::Shared => *shared = true,
                }
            }
        }
    }

    pub(crate) fn apply(&mut self, deadlines: &mut Deadlines, event: &ActivityEvent) {
        match event {
            ActivityEvent::Opened { activity, terms, at, until, commit, sealed_seed } => {
                self.last = *activity;
                let opened = Activity {
                    terms: terms.clone(),
                    at: *at,
                    until: *until,
                    commit: *commit,
                    sealed_seed: sealed_seed.to_vec(),
                    phase: Phase::Open,
                    step: None,
                    order: vec![],
                    players: BTreeMap::new(),
                    devices: BTreeMap::new(),
                    done: 0,
                    points: [0, 0],
                };
                assert!(self.known.insert(*activity, opened).is_none(), "an activity opened twice");
                deadlines.set(*until, Due::Activity(*activity));
                self.forget_oldest_settled();
            }
            ActivityEvent::Played { activity, person, play, device, .. } => {
                self.open(*activity).apply_play(*person, *play, *device);
            }
            ActivityEvent::Stepped { activity, step, at, until } => {
                let it = self.open(*activity);
                deadlines.clear(it.until, Due::Activity(*activity));
                it.apply_step(*step, *at, *until);
                deadlines.set(*until, Due::Activity(*activity));
            }
            ActivityEvent::Scored { activity, points } => self.open(*activity).points = *points,
            ActivityEvent::Frozen { activity, players, digest } => {
                let it = self.open(*activity);
                assert_eq!(
                    it.order.len(),
                    *players as usize,
                    "the frozen players are not those who took part"
                );
                it.phase = Phase::Frozen { digest: *digest };
                deadlines.clear(it.until, Due::Activity(*activity));
            }
            ActivityEvent::Settled { activity, seed, outcome } => {
                let it = self.known.get_mut(activity).expect("an activity that was opened");
                let Phase::Frozen { digest } = it.phase else { panic!("an activity was settled unfrozen") };
                it.phase = Phase::Settled { digest, seed: *seed, outcome: outcome.clone() };
            }
        }
    }

    fn open(&mut self, activity: ActivityId) -> &mut Activity {
        let it = self.known.get_mut(&activity).expect("an activity that was opened");
        assert_eq!(it.phase, Phase::Open, "an activity went on after its end");
        it
    }

    fn forget_oldest_settled(&mut self) {
        let settled = |it: &Activity| matches!(it.phase, Phase::Settled { .. });
        if self.known.len() > ACTIVITIES_KEPT
            && let Some(oldest) = self.known.iter().find(|(_, it)| settled(it)).map(|(id, _)| *id)
        {
            self.known.remove(&oldest);
        }
    }
}

/// Something of a task that happens elsewhere in the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Did {
    Asked,
    Shared,
}

impl Activity {
    /// How many took part.
    pub fn players(&self) -> usize {
        self.order.len()
    }

    /// Whether this person took part.
    pub fn has(&self, person: PersonId) -> bool {
        self.players.contains_key(&person)
    }

    /// Everybody's id and number in order of entry; `with` says what somebody's standing is about to be.
    fn numbers(&self, with: Option<(PersonId, Standing)>) -> impl Iterator<Item = Player> {
        let newcomer = with.filter(|(person, _)| !self.players.contains_key(person));
        let standing = move |person: &PersonId| match with {
            Some((changed, standing)) if changed == *person => standing,
            _ => self.players[person],
        };
        let known = self.order.iter().map(move |person| (*person, standing(person).number()));
        known.chain(newcomer.map(|(person, standing)| (person, standing.number())))
    }

    fn frozen(&self, activity: ActivityId, with: Option<(PersonId, Standing)>) -> ActivityEvent {
        let players = self.numbers(with).count();
        let players = u32::try_from(players).expect("players are bounded");
        ActivityEvent::Frozen { activity, players, digest: digest(self.numbers(with)) }
    }

    /// What comes next by itself.
    fn gone_on(&self, activity: ActivityId, now: Millis) -> ActivityEvent {
        let stepped = |step, ms| ActivityEvent::Stepped { activity, step, at: now, until: now.plus(ms) };
        let delay = u64::from(Limits::DELAY_MS_MAX);
        match (&self.terms.game, self.step.map(|(step, _)| step)) {
            (Game::Quiz { questions, .. }, Some(GameStep::Asking { question })) if !questions.is_empty() => {
                stepped(GameStep::Explaining { question }, QUIZ_EXPLAIN_MS)
            }
            (Game::Quiz { questions, elimination }, at) => {
                let next = match at {
                    Some(GameStep::Explaining { question }) => question + 1,
                    _ => 0,
                };
                let nobody_left = *elimination && next > 0 && self.players.values().all(Standing::is_out);
                match questions.get(usize::from(next)) {
                    Some(it) if !nobody_left => {
                        stepped(GameStep::Asking { question: next }, it.window_ms + delay)
                    }
                    _ => self.frozen(activity, None),
                }
            }
            (Game::Reflex { limit_ms, .. }, None) => stepped(GameStep::Signal { round: 0 }, limit_ms + delay),
            (Game::Reflex { limit_ms, .. }, Some(GameStep::Ready { round })) => {
                stepped(GameStep::Signal { round }, limit_ms + delay)
            }
            (Game::Reflex { waits_ms, .. }, Some(GameStep::Signal { round })) => {
                match waits_ms.get(usize::from(round) + 1) {
                    Some(wait_ms) => stepped(GameStep::Ready { round: round + 1 }, *wait_ms),
                    None => self.frozen(activity, None),
                }
            }
            _ => self.frozen(activity, None),
        }
    }

    fn apply_step(&mut self, step: GameStep, at: Millis, until: Millis) {
        (self.step, self.until) = (Some((step, at)), until);
        if let (GameStep::Explaining { question }, Game::Quiz { elimination: true, .. }) =
            (step, &self.terms.game)
        {
            // Who gave no answer is out as well.
            self.players.values_mut().for_each(|it| it.miss(question));
        }
    }
}
