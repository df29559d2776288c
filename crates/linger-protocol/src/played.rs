//! What came of activities: the moves that count, the steps, and the outcomes. It does not know who wins: `linger-room`
//! decides, and says how anybody can decide it again.

use crate::{ActivityId, Millis, PersonId, Sealed, Terms};
use minicbor::{Decode, Encode, bytes::ByteVec};

/// A move that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Play {
    /// A vote, the first or a changed one.
    #[n(0)]
    Chose {
        /// For which option.
        #[n(0)]
        option: u8,
    },
    /// An answer to a question.
    #[n(1)]
    Answered {
        /// The question.
        #[n(0)]
        question: u8,
        /// The option.
        #[n(1)]
        option: u8,
        /// Milliseconds from seeing the question to answering.
        #[n(2)]
        took_ms: u32,
    },
    /// A guess, the first or a changed one.
    #[n(2)]
    Guessed {
        /// The price in minor units.
        #[n(0)]
        minor: i64,
    },
    /// A tap.
    #[n(3)]
    Tapped {
        /// The signal.
        #[n(0)]
        round: u8,
        /// Milliseconds after it.
        #[n(1)]
        after_ms: u32,
        /// Whether it counts: not before a person can react, and not after the limit.
        #[n(2)]
        counts: bool,
    },
    /// In.
    #[n(4)]
    Entered,
    /// A task is done.
    #[n(5)]
    Finished,
}

/// Where an activity that goes in steps has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum GameStep {
    /// A question can be answered.
    #[n(0)]
    Asking {
        /// Which, from 0.
        #[n(0)]
        question: u8,
    },
    /// Its answer is explained.
    #[n(1)]
    Explaining {
        /// Which, from 0.
        #[n(0)]
        question: u8,
    },
    /// A signal will come.
    #[n(2)]
    Ready {
        /// Which, from 0.
        #[n(0)]
        round: u8,
    },
    /// The signal is there.
    #[n(3)]
    Signal {
        /// Which, from 0.
        #[n(0)]
        round: u8,
    },
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Outcome {
    /// Votes for each option.
    #[n(0)]
    Votes {
        /// In order of the options.
        #[n(0)]
        votes: Vec<u32>,
    },
    /// Who wins the prize, the best first.
    #[n(1)]
    Winners {
        /// At most as many as there are prizes.
        #[n(0)]
        winners: Vec<PersonId>,
    },
    /// What everybody's share is, in minor units.
    #[n(2)]
    Shares {
        /// In order of entry.
        #[n(0)]
        shares: Vec<Share>,
        /// What nobody took: it goes back to whoever gave it.
        #[n(1)]
        rest_minor: i64,
    },
    /// Where everybody's wheel stopped.
    #[n(3)]
    Spins {
        /// In order of entry.
        #[n(0)]
        spins: Vec<Spin>,
    },
    /// The score of both sides.
    #[n(4)]
    Score {
        /// The first side's, then the second's.
        #[n(0)]
        points: [u64; 2],
    },
}

impl Outcome {
    /// The bytes it has in the log.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing into a Vec has no way to fail.
        minicbor::to_vec(self).expect("writing into a Vec cannot fail")
    }
}

/// Somebody's share of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Share {
    /// Who.
    #[n(0)]
    pub person: PersonId,
    /// How much, in minor units.
    #[n(1)]
    pub minor: i64,
}

/// Where somebody's wheel stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Spin {
    /// Who.
    #[n(0)]
    pub person: PersonId,
    /// The slice, from 0.
    #[n(1)]
    pub slice: u8,
}

/// What a room decided about an activity.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum ActivityEvent {
    /// It is open: terms and commitment are public.
    #[n(0)]
    Opened {
        /// Its number.
        #[n(0)]
        activity: ActivityId,
        /// The terms.
        #[n(1)]
        terms: Terms,
        /// When.
        #[n(2)]
        at: Millis,
        /// When it next goes on by itself.
        #[n(3)]
        until: Millis,
        /// What is committed to.
        #[n(4)]
        #[cbor(with = "minicbor::bytes")]
        commit: [u8; 32],
        /// The seed under the house's own key.
        #[n(5)]
        sealed_seed: ByteVec,
    },
    /// Somebody took part.
    #[n(1)]
    Played {
        /// In which.
        #[n(0)]
        activity: ActivityId,
        /// Who.
        #[n(1)]
        person: PersonId,
        /// With what.
        #[n(2)]
        play: Play,
        /// From which device; zero when unknown.
        #[n(3)]
        device: u32,
        /// Their name under their key, with their first move: who wins is told by name, and may never say a word.
        #[n(4)]
        name: Option<Sealed>,
    },
    /// It went on.
    #[n(2)]
    Stepped {
        /// Which.
        #[n(0)]
        activity: ActivityId,
        /// To what.
        #[n(1)]
        step: GameStep,
        /// When.
        #[n(2)]
        at: Millis,
        /// When it next goes on by itself.
        #[n(3)]
        until: Millis,
    },
    /// The sides of a PK have so many points.
    #[n(3)]
    Scored {
        /// Which.
        #[n(0)]
        activity: ActivityId,
        /// The first side's, then the second's.
        #[n(1)]
        points: [u64; 2],
    },
    /// Nobody may take part any more; who did, and with what, is what this digest says.
    #[n(4)]
    Frozen {
        /// Which.
        #[n(0)]
        activity: ActivityId,
        /// How many took part.
        #[n(1)]
        players: u32,
        /// SHA-256 over the players: see `linger_room::activity`.
        #[n(2)]
        #[cbor(with = "minicbor::bytes")]
        digest: [u8; 32],
    },
    /// The seed is public, and with it what came out.
    #[n(5)]
    Settled {
        /// Which.
        #[n(0)]
        activity: ActivityId,
        /// The seed.
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        seed: [u8; 32],
        /// What came out.
        #[n(2)]
        outcome: Outcome,
    },
}
