//! What falls due when, in order. It does not know what falling due means: it is asked and told by the parts.

use crate::{care::CareDue, club::ClubDue, sale::SaleDue};
use linger_protocol::{ActivityId, DrawId, Millis, OrderId, PersonId, PromptId};
use std::collections::BTreeSet;

/// Something that ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// A hold lapses.
    Hold(OrderId),
    /// Entry to a draw ends.
    Draw(DrawId),
    /// A prompt goes away.
    Prompt(PromptId),
    /// An activity goes on.
    Activity(ActivityId),
    /// An invitation to the stage ends.
    Seat(PersonId),
    /// A request for a call, waiting or taken, ends.
    Call(PersonId),
    /// Something of the fan club.
    Club(ClubDue),
    /// A step of the run of show ends, or something is to be said about it.
    Rundown,
    /// A gift is waited for no longer.
    Gift(OrderId),
    /// The topic of the hour is over.
    Topic,
    /// Something of a sale on terms of its own.
    Sale(SaleDue),
    /// Something after the sale.
    Care(CareDue),
}

/// All that is pending. Invariant: it holds exactly the orders held, the draw open, the prompt showing, the
/// activities open, the invitations to the stage, the requests for calls, the sprint, the stays by a link, the run of
/// show that is followed, the gifts waited for, the topic, of sales the bells, flashes and ends, the returns that run and
/// the promises about tickets, so that nobody ever scans orders or people to learn what is due.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Deadlines {
    pub(crate) pending: BTreeSet<(Millis, Due)>,
}

impl Deadlines {
    pub(crate) fn set(&mut self, at: Millis, due: Due) {
        assert!(self.pending.insert((at, due)), "a deadline was set twice");
    }

    pub(crate) fn clear(&mut self, at: Millis, due: Due) {
        assert!(self.pending.remove(&(at, due)), "a deadline that was never set ended");
    }

    pub(crate) fn first(&self) -> Option<Millis> {
        self.pending.first().map(|(at, _)| *at)
    }

    /// What is due at `now`, the earliest first.
    pub(crate) fn due(&self, now: Millis) -> impl Iterator<Item = Due> {
        self.pending.iter().take_while(move |(at, _)| *at <= now).map(|(_, due)| *due)
    }
}
