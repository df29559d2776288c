//! Records of activities: what is needed to compute an outcome again. Does not know how.

use super::{GameAsk, PrizeAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All that is needed to compute an activity's outcome again. What its parts mean stands in the guide for embedding.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct RecordWire {
    /// The room.
    pub room: String,
    /// Which activity of it.
    pub activity: u32,
    /// What it was called.
    pub title: String,
    /// What was played, with everything that was secret.
    pub game: GameAsk,
    /// What was won.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub prize: Option<PrizeAsk>,
    /// What was committed to when it opened, hexadecimal.
    pub commit: String,
    /// The seed, hexadecimal.
    pub seed: String,
    /// The digest of the players, hexadecimal.
    pub digest: String,
    /// Who took part, in order of entry.
    pub players: Vec<PlayerWire>,
    /// What came out.
    pub outcome: OutcomeWire,
}

/// Somebody who took part.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct PlayerWire {
    /// Who.
    pub person: String,
    /// Their number, a decimal of up to 64 bits: an option, a price, a place, or what else the game counts.
    pub number: String,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OutcomeWire {
    /// Of a vote.
    Votes {
        /// Votes, in order of the options.
        votes: Vec<u32>,
    },
    /// Of what has winners.
    Winners {
        /// Who, the best first.
        winners: Vec<String>,
    },
    /// Of a packet.
    Shares {
        /// In order of entry, in minor units.
        shares: Vec<i64>,
        /// What nobody took.
        rest_minor: i64,
    },
    /// Of a wheel.
    Spins {
        /// In order of entry, slices from 0.
        spins: Vec<u32>,
    },
    /// Of a PK.
    Score {
        /// The points of both sides.
        points: Vec<u64>,
    },
}
