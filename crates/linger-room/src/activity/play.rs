//! Moves: which of them count, and what they make of a player. It does not know how an activity opens or ends.

use super::{Activity, Phase, outcome::quiz_number, terms::lasts_ms};
use crate::bounds::{PLAYERS_MAX, SEALED_BYTES_MAX, SPINNERS_MAX};
use linger_protocol::{
    ActivityEvent, ActivityId, Game, GameStep, Limits, Millis, Move, PersonId, Play, Refusal, Sealed,
};

/// Who makes a move.
#[derive(Clone, Copy)]
pub(crate) struct Who<'a> {
    pub(crate) person: PersonId,
    pub(crate) device: u32,
    /// Their name under their key.
    pub(crate) name: Option<&'a Sealed>,
}

/// What a player has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Voted for an option.
    Chose(u8),
    /// Guessed a price.
    Guessed(i64),
    /// Answers questions; `last` is the one answered last and with which option.
    Answers { right: u8, took_ms: u32, last: Option<(u8, u8)>, out: bool },
    /// Taps after signals; `last` is the one tapped last.
    Taps { good: u8, last: u8 },
    /// Does a task; `place` is in which place they were done, from 1, or 0.
    Doing { asked: bool, shared: bool, place: u32 },
    /// Is in, in this place, from 1.
    In(u32),
    /// Waits for chance.
    Waits,
}

impl Standing {
    /// The number that stands for it in the digest and decides the outcome.
    pub(crate) fn number(self) -> u64 {
        match self {
            Standing::Chose(option) => option.into(),
            Standing::Guessed(minor) => minor.unsigned_abs(),
            Standing::Answers { right, took_ms, out, .. } => quiz_number(right, took_ms, out),
            Standing::Taps { good, .. } => good.into(),
            Standing::Doing { place, .. } | Standing::In(place) => place.into(),
            Standing::Waits => 0,
        }
    }

    pub(crate) fn is_out(&self) -> bool {
        matches!(self, Standing::Answers { out: true, .. })
    }

    /// Time is over for a question: who did not answer it is out.
    pub(crate) fn miss(&mut self, question: u8) {
        if let Standing::Answers { last, out, .. } = self
            && last.map(|(question, _)| question) != Some(question)
        {
            *out = true;
        }
    }
}

impl Activity {
    /// Decides what a move means. Doing the same again is nothing new; what cannot be changed any more is refused.
    pub(super) fn decide_play(
        &self,
        (activity, now): (ActivityId, Millis),
        who: Who<'_>,
        play: Move,
        follows: bool,
    ) -> Result<Vec<ActivityEvent>, Refusal> {
        self.is_open_at(now)?;
        if !self.has(who.person) {
            self.has_room_for(who.device)?;
        }
        if who.name.is_some_and(|name| name.body.len() > SEALED_BYTES_MAX) {
            return Err(Refusal::TextTooLong);
        }
        let played = |play| vec![self.played(activity, who, play)];
        let before = self.players.get(&who.person).copied();
        match (&self.terms.game, play) {
            (Game::Vote { options, .. }, Move::Choose { option }) => {
                if usize::from(option) >= options.len() {
                    return Err(Refusal::BadOption);
                }
                let same = before == Some(Standing::Chose(option));
                Ok(if same { vec![] } else { played(Play::Chose { option }) })
            }
            (Game::Guess { .. }, Move::Guess { minor }) => {
                if !(0..=Limits::PRICE_MINOR_MAX).contains(&minor) {
                    return Err(Refusal::BadOption);
                }
                let same = before == Some(Standing::Guessed(minor));
                Ok(if same { vec![] } else { played(Play::Guessed { minor }) })
            }
            (Game::Quiz { .. }, Move::Answer { question, option, delay_ms }) => {
                Ok(self.answer(now, before, (question, option, delay_ms))?.map_or(vec![], played))
            }
            (Game::Reflex { limit_ms, .. }, Move::Tap { round, after_ms }) => {
                Ok(self.tap(now, before, (round, after_ms), *limit_ms)?.map_or(vec![], played))
            }
            (Game::First { item: Some(_), .. }, Move::Enter) => Err(Refusal::WrongMove),
            (Game::Packet { .. } | Game::Wheel { .. } | Game::First { .. }, Move::Enter) => {
                Ok(self.entered(activity, who))
            }
            (Game::Task { .. }, Move::Enter) => {
                Ok(if before.is_some() { vec![] } else { played(Play::Entered) })
            }
            (Game::Task { .. }, Move::Done { watched_ms }) => {
                self.finished(activity, who, watched_ms, follows)
            }
            _ => Err(Refusal::WrongMove),
        }
    }

    fn is_open_at(&self, now: Millis) -> Result<(), Refusal> {
        let full = match &self.terms.game {
            Game::Packet { parts, .. } => self.order.len() >= *parts as usize,
            Game::First { .. } | Game::Task { .. } => self.places_left() == 0,
            _ => false,
        };
        match (&self.phase, full) {
            (_, true) => Err(Refusal::NothingLeft),
            // A time that is over is over, even when nobody has said so yet.
            (Phase::Open, _) if lasts_ms(&self.terms.game).is_none_or(|ms| now < self.at.plus(ms)) => Ok(()),
            _ => Err(Refusal::ActivityOver),
        }
    }

    /// Whether somebody who is not in may come in. Votes are counted by person alone: many vote from one household.
    fn has_room_for(&self, device: u32) -> Result<(), Refusal> {
        let most = if matches!(self.terms.game, Game::Wheel { .. }) { SPINNERS_MAX } else { PLAYERS_MAX };
        if self.order.len() >= most {
            return Err(Refusal::RoomFull);
        }
        let gives =
            self.terms.prize.is_some() || matches!(self.terms.game, Game::Packet { .. } | Game::Wheel { .. });
        let from_it = self.devices.get(&device).copied().unwrap_or(0);
        if gives && device != 0 && from_it >= Limits::DEVICE_ENTRIES_MAX {
            return Err(Refusal::TooManyFromDevice);
        }
        Ok(())
    }

    /// Of a task or of first-comers: prizes that nobody has yet.
    fn places_left(&self) -> u32 {
        let places = self.terms.prize.as_ref().map_or(0, |it| it.count);
        match self.terms.game {
            Game::Task { .. } => places.saturating_sub(self.done),
            _ => places.saturating_sub(u32::try_from(self.order.len()).unwrap_or(u32::MAX)),
        }
    }

    fn answer(
        &self,
        now: Millis,
        before: Option<Standing>,
        (question, option, delay_ms): (u8, u8, u32),
    ) -> Result<Option<Play>, Refusal> {
        let Game::Quiz { questions, elimination } = &self.terms.game else { return Err(Refusal::WrongMove) };
        let asked = questions.get(usize::from(question)).ok_or(Refusal::BadOption)?;
        if usize::from(option) >= asked.options.len() {
            return Err(Refusal::BadOption);
        }
        let shown_at = match self.step {
            Some((GameStep::Asking { question: now_asked }, at)) if now_asked == question => at,
            Some((GameStep::Asking { question: it } | GameStep::Explaining { question: it }, _))
                if it >= question =>
            {
                return Err(Refusal::ActivityOver);
            }
            _ => return Err(Refusal::NotShownYet),
        };
        if let Some(Standing::Answers { last: Some((last, said)), .. }) = before
            && last == question
        {
            return if said == option { Ok(None) } else { Err(Refusal::AlreadyPlayed) };
        }
        // Whoever comes to an elimination after its first question has missed it.
        let late = *elimination && question > 0 && before.is_none();
        if late || before.is_some_and(|it| it.is_out()) {
            return Err(Refusal::OutOfGame);
        }
        let seen_at = shown_at.plus(delay_ms.min(Limits::DELAY_MS_MAX).into());
        if now < seen_at {
            return Err(Refusal::NotShownYet);
        }
        let took_ms = now.since(seen_at);
        if took_ms > asked.window_ms {
            return Err(Refusal::ActivityOver);
        }
        let took_ms = u32::try_from(took_ms).unwrap_or(u32::MAX);
        Ok(Some(Play::Answered { question, option, took_ms }))
    }

    /// A tap counts when a person can have made it: not sooner after the signal than people react, not later than the limit,
    /// and told when it can have been told, which is after it was made and not much later.
    fn tap(
        &self,
        now: Millis,
        before: Option<Standing>,
        (round, after_ms): (u8, u32),
        limit_ms: u64,
    ) -> Result<Option<Play>, Refusal> {
        let shown_at = match self.step {
            Some((GameStep::Signal { round: now_on }, at)) if now_on == round => at,
            Some((GameStep::Signal { round: it } | GameStep::Ready { round: it }, _)) if it > round => {
                return Err(Refusal::ActivityOver);
            }
            _ => return Err(Refusal::NotShownYet),
        };
        if let Some(Standing::Taps { last, .. }) = before
            && last == round
        {
            return Err(Refusal::AlreadyPlayed);
        }
        let passed_ms = now.since(shown_at);
        let told_in_time =
            passed_ms.checked_sub(after_ms.into()).is_some_and(|it| it <= Limits::DELAY_MS_MAX.into());
        let counts = after_ms >= Limits::REACTION_MS_MIN && u64::from(after_ms) <= limit_ms && told_in_time;
        Ok(Some(Play::Tapped { round, after_ms, counts }))
    }

    /// Somebody is in, and with the last place it is over. Being in already is nothing new.
    pub(super) fn entered(&self, activity: ActivityId, who: Who<'_>) -> Vec<ActivityEvent> {
        if self.has(who.person) {
            return vec![];
        }
        let mut events = vec![self.played(activity, who, Play::Entered)];
        let places = match &self.terms.game {
            Game::Packet { parts, .. } => Some(*parts as usize),
            Game::First { .. } => self.terms.prize.as_ref().map(|it| it.count as usize),
            _ => None,
        };
        if places.is_some_and(|places| self.order.len() + 1 >= places) {
            events.push(self.frozen(activity, Some((who.person, self.newcomer()))));
        }
        events
    }

    /// A move that counts; the first one carries the player's name.
    fn played(&self, activity: ActivityId, who: Who<'_>, play: Play) -> ActivityEvent {
        let name = who.name.filter(|_| !self.has(who.person)).cloned();
        ActivityEvent::Played { activity, person: who.person, play, device: who.device, name }
    }

    /// What somebody is who has just come in.
    fn newcomer(&self) -> Standing {
        match &self.terms.game {
            Game::First { .. } => Standing::In(u32::try_from(self.order.len() + 1).unwrap_or(u32::MAX)),
            Game::Task { .. } => Standing::Doing { asked: false, shared: false, place: 0 },
            _ => Standing::Waits,
        }
    }

    fn finished(
        &self,
        activity: ActivityId,
        who: Who<'_>,
        watched_ms: u64,
        follows: bool,
    ) -> Result<Vec<ActivityEvent>, Refusal> {
        let Game::Task { watch_ms, ask, share, follow, .. } = &self.terms.game else {
            return Err(Refusal::WrongMove);
        };
        let Some(Standing::Doing { asked, shared, place }) = self.players.get(&who.person) else {
            return Err(Refusal::NotDoneYet);
        };
        if *place > 0 {
            return Ok(vec![]);
        }
        if watched_ms < *watch_ms || *ask && !asked || *share && !shared || *follow && !follows {
            return Err(Refusal::NotDoneYet);
        }
        let mut events = vec![self.played(activity, who, Play::Finished)];
        if self.places_left() == 1 {
            let done = Standing::Doing { asked: *asked, shared: *shared, place: self.done + 1 };
            events.push(self.frozen(activity, Some((who.person, done))));
        }
        Ok(events)
    }

    pub(super) fn apply_play(&mut self, person: PersonId, play: Play, device: u32) {
        let before = self.players.get(&person).copied();
        if before.is_none() {
            self.order.push(person);
            if device != 0 {
                *self.devices.entry(device).or_default() += 1;
            }
        }
        let standing = self.after(before, play);
        if let Play::Finished = play {
            self.done += 1;
        }
        self.players.insert(person, standing);
    }

    fn after(&self, before: Option<Standing>, play: Play) -> Standing {
        match play {
            Play::Chose { option } => Standing::Chose(option),
            Play::Guessed { minor } => Standing::Guessed(minor),
            Play::Answered { question, option, took_ms } => {
                let Game::Quiz { questions, elimination } = &self.terms.game else {
                    panic!("an answer, but no quiz")
                };
                let is_right = questions.get(usize::from(question)).is_some_and(|it| it.right == option);
                let (right, took) = match before {
                    Some(Standing::Answers { right, took_ms, .. }) => (right, took_ms),
                    _ => (0, 0),
                };
                Standing::Answers {
                    right: right + u8::from(is_right),
                    took_ms: if is_right { took.saturating_add(took_ms) } else { took },
                    last: Some((question, option)),
                    out: *elimination && !is_right,
                }
            }
            Play::Tapped { round, counts, .. } => {
                let good = if let Some(Standing::Taps { good, .. }) = before { good } else { 0 };
                Standing::Taps { good: good + u8::from(counts), last: round }
            }
            Play::Entered => {
                // The newcomer is in the order already.
                match self.newcomer() {
                    Standing::In(place) => Standing::In(place - 1),
                    other => other,
                }
            }
            Play::Finished => match before {
                Some(Standing::Doing { asked, shared, place: 0 }) => {
                    Standing::Doing { asked, shared, place: self.done + 1 }
                }
                _ => panic!("a task was done by somebody who does none"),
            },
        }
    }
}
