//! Activities as people are shown them: what is public at this moment, and what concerns one person. It does not know who
//! looks or over which connection, and keeps secrets until their time.

use super::forms::{hex, money_wire};
use crate::wire::{
    ActivityWire, AskedWire, ChoiceWire, GameWire, MyActivity, PhaseWire, PrizeWire, SliceWire, WinnerWire,
};
use linger_protocol::{
    ActivityEvent, ActivityId, ClubEvent, Entry, Event, Game, GameStep, Millis, Outcome, PersonId, Play,
    Prize, RoomId, Sealed, SessionId,
};
use std::collections::{BTreeMap, HashMap};

/// Settled activities that are still shown.
const SETTLED_SHOWN: usize = 8;
/// Winners that are shown by name.
const WINNERS_SHOWN: usize = 100;

/// The activities of a room.
#[derive(Default)]
pub(crate) struct Activities {
    shown: BTreeMap<ActivityId, Shown>,
    /// Stays that are running: whose, and since when.
    stays: HashMap<SessionId, (PersonId, Millis)>,
}

struct Shown {
    wire: ActivityWire,
    game: Game,
    mine: HashMap<PersonId, MyActivity>,
    /// Of the question that is asked: how many chose which option.
    chosen: Vec<u32>,
}

impl Activities {
    /// Takes in a fact.
    pub(crate) fn take(&mut self, entry: &Entry, names: &HashMap<PersonId, String>) {
        match &entry.event {
            Event::PresenceChanged { arrived, left, .. } => {
                for it in arrived {
                    self.stays.insert(it.session, (it.person, entry.at));
                }
                for it in left {
                    self.stays.remove(&it.session);
                }
            }
            Event::PresenceLost { .. } => self.stays.clear(),
            Event::CommentMade { person, question: Some(_), .. } => {
                for it in self.shown.values_mut().filter(|it| it.wire.phase == PhaseWire::Open) {
                    if let Some(mine) = it.mine.get_mut(person) {
                        mine.asked = true;
                    }
                }
            }
            Event::Club(ClubEvent::Shared { person, .. }) => {
                for it in self.shown.values_mut().filter(|it| it.wire.phase == PhaseWire::Open) {
                    if let Some(mine) = it.mine.get_mut(person) {
                        mine.shared = true;
                    }
                }
            }
            Event::Activity(event) => self.take_activity(entry.at, event, names),
            _ => {}
        }
    }

    fn take_activity(&mut self, at: Millis, event: &ActivityEvent, names: &HashMap<PersonId, String>) {
        if let ActivityEvent::Opened { activity, .. } = event {
            if let Some(shown) = Shown::opened(event) {
                self.shown.insert(*activity, shown);
            }
            self.forget_oldest_settled();
            return;
        }
        let Some(it) = self.shown.get_mut(&about(event)) else { return };
        match event {
            ActivityEvent::Opened { .. } => {}
            ActivityEvent::Played { person, play, .. } => it.take_play(at, *person, *play),
            ActivityEvent::Stepped { step, at, until, .. } => it.take_step(*step, *at, *until),
            ActivityEvent::Scored { points, .. } => {
                if let GameWire::Pk { points: shown, .. } = &mut it.wire.game {
                    *shown = points.to_vec();
                }
            }
            ActivityEvent::Frozen { digest, .. } => {
                // It may have ended before its time.
                it.wire.until = at.0;
                it.wire.phase = PhaseWire::Frozen;
                it.wire.digest = Some(hex(digest));
            }
            ActivityEvent::Settled { seed, outcome, .. } => {
                it.wire.phase = PhaseWire::Settled;
                it.wire.seed = Some(hex(seed));
                it.take_outcome(outcome, names);
            }
        }
    }

    fn forget_oldest_settled(&mut self) {
        let settled = |it: &Shown| it.wire.phase == PhaseWire::Settled;
        let too_many = self.shown.values().filter(|it| settled(it)).count() > SETTLED_SHOWN;
        if too_many && let Some(oldest) = self.shown.iter().find(|(_, it)| settled(it)).map(|(id, _)| *id) {
            self.shown.remove(&oldest);
        }
    }

    /// All that are shown, in order of opening.
    pub(crate) fn wire(&self) -> Vec<ActivityWire> {
        self.shown.values().map(|it| it.wire.clone()).collect()
    }

    pub(crate) fn one(&self, activity: ActivityId) -> Option<ActivityWire> {
        self.shown.get(&activity).map(|it| it.wire.clone())
    }

    /// What concerns this person, of those they take part in.
    pub(crate) fn mine(&self, person: PersonId) -> Vec<MyActivity> {
        self.shown.values().filter_map(|it| it.mine.get(&person).cloned()).collect()
    }

    pub(crate) fn mine_of(&self, activity: ActivityId, person: PersonId) -> Option<MyActivity> {
        self.shown.get(&activity)?.mine.get(&person).cloned()
    }

    /// Whom the end of an activity, or of a question, changed something for.
    pub(crate) fn concerned(&self, activity: ActivityId) -> Vec<PersonId> {
        let Some(it) = self.shown.get(&activity) else { return vec![] };
        let concerns = |mine: &MyActivity| mine.won || mine.slice.is_some() || mine.out;
        it.mine.iter().filter(|(_, mine)| concerns(mine)).map(|(person, _)| *person).collect()
    }

    /// The open tasks that this person is at.
    pub(crate) fn tasks_of(&self, person: PersonId) -> Vec<ActivityId> {
        let at = |it: &Shown| {
            it.wire.phase == PhaseWire::Open
                && matches!(it.game, Game::Task { .. })
                && it.mine.contains_key(&person)
        };
        self.shown.iter().filter(|(_, it)| at(it)).map(|(id, _)| *id).collect()
    }

    /// How long somebody has watched since they joined an activity: the time their longest running stay shares with it.
    pub(crate) fn watched_ms(&self, activity: ActivityId, person: PersonId, now: Millis) -> u64 {
        let Some(mine) = self.mine_of(activity, person) else { return 0 };
        let stays = self.stays.values().filter(|(whose, _)| *whose == person);
        stays.map(|(_, since)| now.since(Millis(mine.since.max(since.0)))).max().unwrap_or(0)
    }

    /// The open PKs against other rooms.
    pub(crate) fn rivals(&self) -> Vec<(ActivityId, RoomId)> {
        let rival = |(id, it): (&ActivityId, &Shown)| match &it.game {
            Game::Pk { rival: Some(rival), .. } if it.wire.phase == PhaseWire::Open => {
                Some((*id, rival.clone()))
            }
            _ => None,
        };
        self.shown.iter().filter_map(rival).collect()
    }

    /// This room's own points in its last PK against another room.
    pub(crate) fn points_against(&self, room: &RoomId) -> Option<u64> {
        self.shown.values().rev().find_map(|it| match (&it.game, &it.wire.game) {
            (Game::Pk { rival: Some(rival), .. }, GameWire::Pk { points, .. }) if rival == room => {
                points.first().copied()
            }
            _ => None,
        })
    }

    /// Blanks the name of somebody who is erased.
    pub(crate) fn erase(&mut self, person: PersonId) {
        let id = person.to_string();
        let winners = self.shown.values_mut().flat_map(|it| &mut it.wire.winners);
        winners.filter(|it| it.person == id).for_each(|it| it.name.clear());
    }
}

/// Whose sealed name an event carries, and the name.
pub(super) fn name_of(event: &ActivityEvent) -> Option<(PersonId, &Sealed)> {
    match event {
        ActivityEvent::Played { person, name, .. } => name.as_ref().map(|name| (*person, name)),
        _ => None,
    }
}

/// Which activity an event is about.
pub(crate) fn about(event: &ActivityEvent) -> ActivityId {
    match event {
        ActivityEvent::Opened { activity, .. }
        | ActivityEvent::Played { activity, .. }
        | ActivityEvent::Stepped { activity, .. }
        | ActivityEvent::Scored { activity, .. }
        | ActivityEvent::Frozen { activity, .. }
        | ActivityEvent::Settled { activity, .. } => *activity,
    }
}

impl Shown {
    fn opened(event: &ActivityEvent) -> Option<Shown> {
        let ActivityEvent::Opened { activity, terms, at, until, commit, .. } = event else { return None };
        let wire = ActivityWire {
            activity: activity.0,
            title: terms.title.clone(),
            game: game_wire(&terms.game),
            prize: terms.prize.as_ref().map(prize_wire),
            phase: PhaseWire::Open,
            at: at.0,
            step_at: at.0,
            until: until.0,
            players: 0,
            commit: hex(commit),
            digest: None,
            seed: None,
            winners: vec![],
            won: 0,
            rest_minor: None,
        };
        Some(Shown { wire, game: terms.game.clone(), mine: HashMap::new(), chosen: vec![] })
    }

    fn take_play(&mut self, at: Millis, person: PersonId, play: Play) {
        let activity = self.wire.activity;
        let mine = self.mine.entry(person).or_insert_with(|| MyActivity {
            activity,
            playing: true,
            since: at.0,
            ..MyActivity::default()
        });
        match (play, &mut self.wire.game) {
            (Play::Chose { option }, GameWire::Vote { votes, .. }) => {
                let before = mine.option.replace(option.into());
                if let Some(votes) = before.and_then(|before| votes.get_mut(before as usize)) {
                    *votes = votes.saturating_sub(1);
                }
                if let Some(votes) = votes.get_mut(usize::from(option)) {
                    *votes += 1;
                }
            }
            (Play::Answered { question, option, .. }, _) => {
                let Game::Quiz { questions, elimination } = &self.game else { return };
                let is_right = questions.get(usize::from(question)).is_some_and(|it| it.right == option);
                (mine.question, mine.option) = (Some(question.into()), Some(option.into()));
                mine.right += u32::from(is_right);
                // Whoever is out learns it when everybody else does.
                if let Some(chosen) = self.chosen.get_mut(usize::from(option)) {
                    *chosen += 1;
                }
                mine.out |= *elimination && !is_right;
            }
            (Play::Guessed { minor }, _) => mine.guess_minor = Some(minor),
            (Play::Tapped { round, counts, .. }, _) => {
                (mine.round, mine.counted) = (Some(round.into()), Some(counts));
                mine.right += u32::from(counts);
            }
            (Play::Finished, game) => {
                mine.done = true;
                if let GameWire::Task { done, .. } = game {
                    *done += 1;
                }
            }
            _ => {}
        }
        self.wire.players = u32::try_from(self.mine.len()).unwrap_or(u32::MAX);
        if let GameWire::Quiz { still_in, .. } = &mut self.wire.game {
            *still_in = self.wire.players.max(*still_in);
        }
    }

    fn take_step(&mut self, step: GameStep, at: Millis, until: Millis) {
        (self.wire.step_at, self.wire.until) = (at.0, until.0);
        match (step, &self.game, &mut self.wire.game) {
            (
                GameStep::Asking { question: number },
                Game::Quiz { questions, .. },
                GameWire::Quiz { question, .. },
            ) => {
                let Some(it) = questions.get(usize::from(number)) else { return };
                *question = Some(AskedWire {
                    number: number.into(),
                    text: it.text.clone(),
                    options: it.options.clone(),
                    window_ms: it.window_ms,
                    right: None,
                    why: None,
                    chosen: vec![],
                });
                self.chosen = vec![0; it.options.len()];
            }
            (
                GameStep::Explaining { question: number },
                Game::Quiz { questions, elimination },
                GameWire::Quiz { question: Some(question), still_in, .. },
            ) => {
                let Some(it) = questions.get(usize::from(number)) else { return };
                question.right = Some(it.right.into());
                question.why = Some(it.why.clone());
                question.chosen = std::mem::take(&mut self.chosen);
                if *elimination {
                    let missed = |mine: &&mut MyActivity| mine.question != Some(number.into());
                    self.mine.values_mut().filter(missed).for_each(|mine| mine.out = true);
                    let left = self.mine.values().filter(|mine| !mine.out).count();
                    *still_in = u32::try_from(left).unwrap_or(u32::MAX);
                }
            }
            (GameStep::Ready { round: number }, _, GameWire::Reflex { round, signal, .. }) => {
                (*round, *signal) = (number.into(), false);
            }
            (GameStep::Signal { round: number }, _, GameWire::Reflex { round, signal, .. }) => {
                (*round, *signal) = (number.into(), true);
            }
            _ => {}
        }
    }

    fn take_outcome(&mut self, outcome: &Outcome, names: &HashMap<PersonId, String>) {
        if let (Game::Guess { price, .. }, GameWire::Guess { price_minor, .. }) =
            (&self.game, &mut self.wire.game)
        {
            *price_minor = Some(price.minor);
        }
        let mut won: Vec<(PersonId, Option<i64>, Option<u32>)> = vec![];
        match outcome {
            Outcome::Votes { .. } | Outcome::Score { .. } => {}
            Outcome::Winners { winners } => won.extend(winners.iter().map(|person| (*person, None, None))),
            Outcome::Shares { shares, rest_minor } => {
                self.wire.rest_minor = Some(*rest_minor);
                won.extend(shares.iter().map(|it| (it.person, Some(it.minor), None)));
                won.sort_by_key(|(_, minor, _)| std::cmp::Reverse(*minor));
            }
            Outcome::Spins { spins } => {
                for spin in spins {
                    if let Some(mine) = self.mine.get_mut(&spin.person) {
                        mine.slice = Some(spin.slice.into());
                    }
                }
                let Game::Wheel { slices, .. } = &self.game else { return };
                let brings = |slice: u8| slices.get(usize::from(slice)).is_some_and(|it| it.prize.is_some());
                let lucky = spins.iter().filter(|spin| brings(spin.slice));
                won.extend(lucky.map(|spin| (spin.person, None, Some(spin.slice.into()))));
            }
        }
        self.wire.won = u32::try_from(won.len()).unwrap_or(u32::MAX);
        for (person, minor, _) in &won {
            if let Some(mine) = self.mine.get_mut(person) {
                (mine.won, mine.share_minor) = (true, *minor);
            }
        }
        let shown = won.into_iter().take(WINNERS_SHOWN).map(|(person, minor, slice)| WinnerWire {
            person: person.to_string(),
            name: names.get(&person).cloned().unwrap_or_default(),
            minor,
            slice,
        });
        self.wire.winners = shown.collect();
    }
}

fn game_wire(game: &Game) -> GameWire {
    let len = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
    match game {
        Game::Vote { options, .. } => GameWire::Vote {
            votes: vec![0; options.len()],
            options: options
                .iter()
                .map(|it| ChoiceWire { text: it.text.clone(), item: it.item.map(|item| item.0) })
                .collect(),
        },
        Game::Quiz { questions, elimination } => GameWire::Quiz {
            questions: len(questions.len()),
            elimination: *elimination,
            still_in: 0,
            question: None,
        },
        Game::Guess { item, price, .. } => {
            GameWire::Guess { item: item.0, currency: price.currency.as_str().to_owned(), price_minor: None }
        }
        Game::Task { watch_ms, ask, share, follow, .. } => {
            GameWire::Task { watch_ms: *watch_ms, ask: *ask, share: *share, follow: *follow, done: 0 }
        }
        Game::First { item, .. } => GameWire::First { item: item.map(|item| item.0) },
        Game::Packet { budget, parts, even, .. } => {
            GameWire::Packet { budget: money_wire(*budget), parts: *parts, even: *even }
        }
        Game::Pk { sides, rival, forfeit, gift_point, .. } => GameWire::Pk {
            sides: sides.to_vec(),
            rival: rival.as_ref().map(ToString::to_string),
            forfeit: forfeit.clone(),
            gift_point: gift_point.map(money_wire),
            points: vec![0, 0],
        },
        Game::Wheel { slices, .. } => GameWire::Wheel {
            slices: slices
                .iter()
                .map(|it| SliceWire {
                    label: it.label.clone(),
                    weight: it.weight,
                    prize: it.prize.as_ref().map(prize_wire),
                })
                .collect(),
        },
        Game::Reflex { waits_ms, limit_ms } => {
            GameWire::Reflex { rounds: len(waits_ms.len()), round: 0, signal: false, limit_ms: *limit_ms }
        }
    }
}

fn prize_wire(prize: &Prize) -> PrizeWire {
    PrizeWire { what: prize.what.clone(), worth: money_wire(prize.worth), count: prize.count }
}
