//! What goes on in a room as viewers feel it, second by second: from the room's log, and from what the host says aloud. It
//! does not know who is there.

use crate::{
    causes::{Cause, Causes},
    meaning::{Meaning, Notice, of_notice},
    programme::{KINDS, Programme, kind_of},
};
use linger_protocol::{Deed, Entry, Event, RuleEvent};

/// For how long something holds that has no number of its own, s.
const SCARCE_S: u32 = 45;
const FRESH_S: u32 = 60;
const ASKED_S: u32 = 45;
const AHEAD_S: u32 = 60;
const INTERRUPTED_S: u32 = 15;
const NOTICE_S: u32 = 20;
/// Within this after a climax was due, missing it comes to its full weight, s.
const OVERDUE_S: f64 = 300.0;
/// Talk so many times as fast as usual cannot be read, and for how long taking three up helps, s.
const CROWDED: f64 = 2.0;
const TAKEN_UP_S: u32 = 60;
/// Talk below this share of the usual is slow.
const QUIET: f64 = 0.5;

/// What everybody in the room feels.
pub struct Mood<'a> {
    causes: &'a Causes,
    programme: &'a Programme,
    answered_until: u32,
    host_at: u32,
    climax_at: u32,
    climax_until: u32,
    asked_until: u32,
    ahead_until: u32,
    deeper_until: u32,
    taken_up_until: u32,
    interrupted_until: u32,
    notice_until: u32,
    told_until: u32,
    scarce: Option<(u8, u32)>,
    flash: Option<(u8, u32)>,
    card: Option<u8>,
    /// Cards of one kind, one after another, and until when a new kind is fresh.
    alike: u32,
    fresh_until: u32,
}

/// How the hazard of leaving is multiplied in a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paces {
    /// By what somebody likes.
    pub by_kind: [f64; KINDS],
    /// Further, for those whose picture stalls.
    pub stalled: f64,
}

impl<'a> Mood<'a> {
    /// Before the show.
    pub fn new(causes: &'a Causes, programme: &'a Programme) -> Mood<'a> {
        Mood {
            causes,
            programme,
            answered_until: 0,
            host_at: 0,
            climax_at: 0,
            climax_until: 0,
            asked_until: 0,
            ahead_until: 0,
            deeper_until: 0,
            taken_up_until: 0,
            interrupted_until: 0,
            notice_until: 0,
            told_until: 0,
            scarce: None,
            flash: None,
            card: None,
            alike: 0,
            fresh_until: 0,
        }
    }

    fn lasts(&self, second: u32, cause: Cause) -> u32 {
        second + self.causes[cause] as u32
    }

    /// Takes in an entry of the room's log.
    pub fn fold(&mut self, second: u32, entry: &Entry) {
        match &entry.event {
            Event::QuestionAnswered { .. } => self.answered_until = self.lasts(second, Cause::AnsweredS),
            Event::CardPinned { item } => self.show(second, (item.0 - 1) as u8),
            Event::CardUnpinned { .. } => self.card = None,
            Event::DrawOpened { .. } => {
                (self.climax_at, self.climax_until) = (second, self.lasts(second, Cause::ClimaxS));
            }
            Event::Rule(RuleEvent::Done { intent }) => {
                let Some(proposed) = intent.proposed() else { return };
                match &proposed.deed {
                    Deed::Announce { .. } => {
                        self.notice_until = second + NOTICE_S;
                        match of_notice(proposed) {
                            Notice::Stalls => self.told_until = self.lasts(second, Cause::ToldS),
                            Notice::Scarce => self.scarce = self.card.map(|it| (it, second + SCARCE_S)),
                            Notice::Other => {}
                        }
                    }
                    Deed::FlashPrice { item, lasts_ms, .. } => {
                        let lasts_s = u32::try_from(lasts_ms / 1_000).unwrap_or(u32::MAX);
                        self.flash = Some(((item.0 - 1) as u8, second.saturating_add(lasts_s)));
                        self.climax_at = second;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn show(&mut self, second: u32, good: u8) {
        let alike = self.card.is_some_and(|it| kind_of(it) == kind_of(good));
        if self.card != Some(good) {
            self.alike = if alike { self.alike + 1 } else { 1 };
            self.fresh_until = if alike || self.card.is_none() { 0 } else { second + FRESH_S };
        }
        self.card = Some(good);
    }

    /// The host does something that people see or hear.
    pub fn host_does(&mut self, second: u32) {
        self.host_at = second;
    }

    /// The host takes up a prompt.
    pub fn host_follows(&mut self, second: u32, meaning: Option<&Meaning>) {
        self.host_at = second;
        self.interrupted_until = second + INTERRUPTED_S;
        match meaning {
            Some(Meaning::Ask) => self.asked_until = second + ASKED_S,
            Some(Meaning::Ahead) => self.ahead_until = second + AHEAD_S,
            Some(Meaning::Deeper) => self.deeper_until = self.lasts(second, Cause::DeeperS),
            Some(Meaning::Names) => self.taken_up_until = second + TAKEN_UP_S,
            Some(Meaning::Climax | Meaning::Hello(_)) | None => {}
        }
    }

    /// What is over the picture.
    pub fn card(&self) -> Option<u8> {
        self.card
    }

    /// Whether the price of what is over the picture is low for a while.
    pub fn flashes(&self, second: u32) -> bool {
        self.flash.is_some_and(|(good, until)| second < until && self.card == Some(good))
    }

    /// How fast people talk, 1 being as usual.
    pub fn talk(&self, second: u32) -> f64 {
        let lively = second < self.climax_until || second < self.asked_until;
        let usual = self.programme.talk(second);
        if lively { usual.max(1.5) } else { usual }
    }

    /// How the hazard of leaving is multiplied now.
    pub fn paces(&self, second: u32) -> Paces {
        let of = |cause| self.causes[cause];
        let on = |until: u32| second < until;
        let (mut all, mut by_kind) = (self.programme.temper, [1.0; KINDS]);
        let mut feels = |holds: bool, pace: f64| {
            if holds {
                all *= pace;
            }
        };
        feels(on(self.answered_until), of(Cause::Answered));
        feels(f64::from(second - self.host_at) >= of(Cause::IdleS), of(Cause::Idle));
        feels(on(self.climax_until), of(Cause::Climax));
        let over = f64::from(second - self.climax_at) - of(Cause::ClimaxDueS);
        feels(over > 0.0, of(Cause::Overdue).powf((over / OVERDUE_S).clamp(0.0, 1.0)));
        feels(on(self.asked_until), of(Cause::Asked));
        feels(on(self.ahead_until), of(Cause::Ahead));
        feels(on(self.interrupted_until), of(Cause::Interrupted));
        feels(on(self.notice_until), of(Cause::Notice));
        feels(on(self.fresh_until), of(Cause::Fresh));
        feels(self.alike > 2, of(Cause::Same).powi(self.alike.clamp(2, 5) as i32 - 2));
        let talk = self.programme.talk(second);
        feels(talk < QUIET && !on(self.asked_until), of(Cause::Quiet));
        feels(talk > CROWDED && !on(self.taken_up_until), of(Cause::Crowded));
        let mut differ = |good: u8, liked: f64, other: f64| {
            for (kind, pace) in (0..).zip(&mut by_kind) {
                *pace *= if kind == kind_of(good) { liked } else { other };
            }
        };
        if let Some(good) = self.card {
            differ(good, of(Cause::Liked), of(Cause::Other));
            if on(self.deeper_until) {
                differ(good, of(Cause::Deeper), of(Cause::DeeperOther));
            }
        }
        if let Some((good, _)) = self.scarce.filter(|(_, until)| on(*until)) {
            differ(good, of(Cause::Scarce), of(Cause::ScarceOther));
        }
        if let Some((good, _)) = self.flash.filter(|(_, until)| on(*until)) {
            differ(good, of(Cause::Flash), of(Cause::FlashOther));
        }
        let told = on(self.told_until);
        let stalled = if told { of(Cause::StalledTold) } else { of(Cause::Stalled) };
        Paces { by_kind: by_kind.map(|it| it * all), stalled }
    }
}
