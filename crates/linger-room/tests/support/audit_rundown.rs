//! The auditor's books on the run of show, kept from what went in and what came out: one step at a time, of exactly its
//! length; its card as long as it, unless somebody changed the card; a climax announced before it starts, and once; a
//! warning only when there was a lull. It shares no line with the room: where the room goes step by step, the times of all
//! steps are laid out here beforehand.

use crate::day::Input;
use linger_protocol::*;
use linger_room::Room;

#[derive(Default)]
pub struct Stagehand {
    version: u32,
    document: Rundown,
    turns: u32,
    on: Option<Turn>,
    /// The card over the picture.
    pinned: Option<ItemId>,
    quiet_since: Millis,
    warned: Option<(Millis, Millis)>,
}

#[derive(Clone, Debug)]
struct Turn {
    step: usize,
    free: bool,
    began: Millis,
    /// When its time is over, or what is left of it.
    ends: Result<Millis, u64>,
    lasts_ms: u64,
    /// Of the step that this turn is in the way of.
    rest_ms: Option<(u64, bool)>,
    announced: bool,
    /// Whether somebody changed the card meanwhile.
    touched: bool,
    carried: bool,
}

impl Stagehand {
    pub fn see(&mut self, now: Millis, input: &Input, events: &[Event], room: &Room) {
        let brought = self.on.as_ref().map(|turn| self.card(turn));
        let before = (self.pinned, brought, self.turns);
        let by_hand = matches!(input, Input::Ask(Request { act, .. }) if !matches!(act, Act::Rundown(it) if !matches!(it, RundownAct::Carry { .. })));
        for event in events {
            match event {
                Event::CardPinned { item } => self.pinned = Some(*item),
                Event::CardUnpinned { .. } => self.pinned = None,
                Event::Rundown(event) => self.book(now, input, event),
                _ => continue,
            }
            if by_hand
                && matches!(event, Event::CardPinned { .. } | Event::CardUnpinned { .. })
                && let Some(turn) = &mut self.on
            {
                turn.touched = true;
            }
        }
        if !by_hand {
            self.check_card(before);
        }
        if let Some(turn) = &self.on
            && !turn.touched
            && let Some(item) = self.card(turn)
        {
            assert_eq!(room.pinned(), Some(item), "the step's card is over the picture as long as the step");
        }
        if matches!(input, Input::Tell(Report::TimePassed)) {
            self.check_nothing_is_due(now);
        }
        self.check_room(room);
    }

    /// The end of the day: whatever was followed is over or held.
    pub fn close(&self) {
        assert!(self.on.as_ref().is_none_or(|turn| turn.ends.is_err()), "the show goes on for ever");
    }

    fn check_card(&self, (pinned, before, turns): (Option<ItemId>, Option<Option<ItemId>>, u32)) {
        let brought = before.flatten();
        let brings = self.on.as_ref().and_then(|turn| self.card(turn));
        let ended = turns != self.turns || (before.is_some() && self.on.is_none());
        let expected = match (ended, brings) {
            (false, _) => pinned,
            (true, Some(item)) => Some(item),
            (true, None) if brought.is_some() && pinned == brought => None,
            (true, None) => pinned,
        };
        assert_eq!(self.pinned, expected, "cards come and go with their steps, and nobody else's go");
    }

    fn check_room(&self, room: &Room) {
        assert_eq!(room.rundown(), (self.version, &self.document));
        assert_eq!(
            room.run().map(|run| (run.turn, run.step as usize)),
            self.on.as_ref().map(|it| (self.turns, it.step))
        );
        assert_eq!(room.pinned(), self.pinned);
    }

    fn check_nothing_is_due(&self, now: Millis) {
        let Some(turn) = &self.on else { return };
        let Ok(ends) = turn.ends else { return };
        assert!(ends > now, "a step goes on beyond its time");
        if self.climax_follows(turn) && now.0 >= ends.0 - self.paced(self.document.ahead_ms) {
            assert!(turn.announced, "a climax comes, and nobody was told");
        }
    }

    fn book(&mut self, now: Millis, input: &Input, event: &RundownEvent) {
        match event {
            RundownEvent::Set { version, rundown } => {
                assert_eq!(*version, self.version + 1, "documents are numbered without gaps");
                let kept = self.on.as_ref().map_or(0, |turn| turn.step + 1);
                assert_eq!(
                    rundown.steps.get(..kept),
                    self.document.steps.get(..kept),
                    "what has begun was changed"
                );
                (self.version, self.document) = (*version, (**rundown).clone());
                if let Some(turn) = &self.on {
                    let still = turn.announced && self.climax_follows(turn);
                    self.turn().announced = still;
                }
            }
            RundownEvent::StepStarted { .. } => self.book_start(now, input, event),
            RundownEvent::Held { left_ms } => {
                let more = self.more(input);
                let expected = match self.turn().ends {
                    Ok(ends) => (ends.0 - now.0).max(1) as u64,
                    Err(left) => left + more,
                };
                assert_eq!(*left_ms, expected);
                self.turn().ends = Err(*left_ms);
            }
            RundownEvent::Retimed { until } => {
                let more = self.more(input) as i64;
                let expected = match self.turn().ends {
                    Ok(ends) => ends.0 + more,
                    Err(left) => now.0 + left as i64,
                };
                assert_eq!(until.0, expected);
                self.turn().ends = Ok(*until);
            }
            RundownEvent::ClimaxAnnounced { step, starts_at } => {
                let turn = self.on.clone().expect("something is on");
                assert!(self.climax_follows(&turn), "what was announced is no climax");
                assert_eq!((*step as usize, Ok(*starts_at)), (turn.step + 1, turn.ends));
                assert!(*starts_at > now, "announced when it had begun");
                assert!(!std::mem::replace(&mut self.turn().announced, true), "announced twice");
            }
            RundownEvent::Warned { since, again_at } => {
                let turn = self.on.clone().expect("something is on");
                assert_eq!(*since, self.quiet_since);
                assert!(now.0 - since.0 >= self.paced(self.document.quiet_ms), "warned too early");
                assert!(!self.is_climax(&turn) && turn.ends.is_ok() && !turn.announced, "warned for nothing");
                let left_alone = self.warned.filter(|(of, _)| of == since);
                assert!(left_alone.is_none_or(|(_, until)| now >= until), "warned again too soon");
                assert_eq!(again_at.0 - now.0, self.paced(300_000));
                self.warned = Some((*since, *again_at));
            }
            RundownEvent::Carried { turn, .. } => {
                assert_eq!(*turn, self.turns, "an activity of another turn");
                assert!(!std::mem::replace(&mut self.turn().carried, true), "an activity was done twice");
            }
            RundownEvent::Stopped { finished } => {
                let on = self.on.take().expect("only what is on can stop");
                if *finished && matches!(input, Input::Tell(_)) {
                    let ends = on.ends.expect("a held show does not end");
                    assert!(self.laid_out(&on, ends).last().is_some_and(|(_, _, end)| *end <= now.0));
                }
            }
        }
    }

    fn book_start(&mut self, now: Millis, input: &Input, event: &RundownEvent) {
        let RundownEvent::StepStarted { turn, step, free, begun, at, until, quiet_since } = event else {
            return;
        };
        assert_eq!(*turn, self.turns + 1, "turns are numbered without gaps");
        assert!(*at <= now && until > at);
        let (step, lasts_ms) = (*step as usize, until.since(*at));
        let before = self.on.take();
        let mut rest_ms = None;
        match begun {
            Begun::InTurn => {
                let on = before.as_ref().expect("something was on");
                let ends = on.ends.expect("a held step does not end");
                let due = self.laid_out(on, ends).into_iter().find(|(_, _, end)| *end > now.0);
                assert_eq!(due, Some((step, at.0, until.0)), "another step than the one that is due");
            }
            Begun::Returned => {
                let on = before.as_ref().expect("something was on");
                assert_eq!((on.free, on.step), (true, step), "nothing was in between");
                assert_eq!(Some(lasts_ms), on.rest_ms.map(|it| it.0), "the rest is as long as it was");
                assert!(*at == now || Ok(*at) == on.ends);
            }
            Begun::Asked => {
                assert!(matches!(input, Input::Ask(_)) && *at == now, "nobody asked for it");
                let known = &self.document.steps[step];
                if free.is_none() {
                    assert_eq!(lasts_ms as i64, self.paced(known.lasts_ms), "a step of another length");
                } else {
                    let on = before.as_ref().expect("something was on");
                    assert_eq!(on.step, step);
                    let Input::Ask(Request { act: Act::Rundown(act), .. }) = input else { unreachable!() };
                    let expected = match act {
                        RundownAct::Improvise { lasts_ms, .. } => self.paced(*lasts_ms) as u64,
                        _ => on.lasts_ms,
                    };
                    assert_eq!(lasts_ms, expected, "what is put in between has another length");
                    let left = on.ends.map_or_else(|left| left, |ends| (ends.0 - now.0).max(1) as u64);
                    rest_ms = on.rest_ms.or(Some((left, on.announced)));
                }
            }
        }
        self.check_lull(now, before.as_ref(), *quiet_since);
        let announced =
            *begun == Begun::Returned && before.is_some_and(|on| on.rest_ms.is_some_and(|it| it.1));
        self.turns = *turn;
        let carried = *begun == Begun::Returned || free.is_some();
        let (free, began, ends) = (free.is_some(), *at, Ok(*until));
        self.on =
            Some(Turn { step, free, began, ends, lasts_ms, rest_ms, announced, touched: false, carried });
    }

    /// The lull goes on from where it was, or begins anew at a show's start or a climax's end.
    fn check_lull(&mut self, now: Millis, before: Option<&Turn>, since: Millis) {
        match before {
            None => assert_eq!(since, now),
            Some(on) if since != self.quiet_since => {
                let ends = on.ends.unwrap_or(now);
                let passed = self.laid_out(on, ends);
                let climax = |step: usize| self.document.steps[step].climax;
                let by_time =
                    passed.iter().any(|(step, _, end)| climax(*step) && *end == since.0 && since <= now);
                assert!(
                    self.is_climax(on) && (since == now || Ok(since) == on.ends) || by_time,
                    "no climax ended then"
                );
            }
            Some(_) => {}
        }
        self.quiet_since = since;
    }

    /// What follows a turn by itself: step, beginning and end of each.
    fn laid_out(&self, on: &Turn, ends: Millis) -> Vec<(usize, i64, i64)> {
        let mut at = ends.0;
        let rest = on.rest_ms.map(|(rest, _)| (on.step, rest as i64));
        let coming = self.document.steps.iter().enumerate().skip(on.step + 1);
        let mut times = vec![(on.step, on.began.0, at)];
        for (step, lasts) in rest.into_iter().chain(coming.map(|(n, it)| (n, self.paced(it.lasts_ms)))) {
            times.push((step, at, at + lasts));
            at += lasts;
        }
        times
    }

    fn paced(&self, ms: u64) -> i64 {
        ((ms / u64::from(self.document.pace)) as i64).max(1)
    }

    fn more(&self, input: &Input) -> u64 {
        match input {
            Input::Ask(Request { act: Act::Rundown(RundownAct::Extend { ms }), .. }) => {
                self.paced(*ms) as u64
            }
            _ => 0,
        }
    }

    fn card(&self, turn: &Turn) -> Option<ItemId> {
        if turn.free { None } else { self.document.steps[turn.step].item }
    }

    fn is_climax(&self, turn: &Turn) -> bool {
        !turn.free && self.document.steps[turn.step].climax
    }

    fn climax_follows(&self, turn: &Turn) -> bool {
        !turn.free && self.document.steps.get(turn.step + 1).is_some_and(|next| next.climax)
    }

    fn turn(&mut self) -> &mut Turn {
        self.on.as_mut().expect("something is on")
    }
}
