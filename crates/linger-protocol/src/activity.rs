//! Activities: the terms that are published before anybody takes part, and the moves people ask for. It does not know what
//! comes of them: `played.rs` has that.

use crate::{ActivityId, ItemId, Money, Role, RoomId, Sealed};
use minicbor::{Decode, Encode};

/// What is published of an activity when it opens. It never changes afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Terms {
    /// What it is called, at most [`crate::Limits::TITLE_CHARS`].
    #[n(0)]
    pub title: String,
    /// What is played, and by which rules.
    #[n(1)]
    pub game: Game,
    /// What is won, if anything.
    #[n(2)]
    pub prize: Option<Prize>,
}

/// What is won, the same for each of so many winners.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Prize {
    /// What, at most [`crate::Limits::TITLE_CHARS`].
    #[n(0)]
    pub what: String,
    /// What one is worth: the law limits it.
    #[n(1)]
    pub worth: Money,
    /// How many there are.
    #[n(2)]
    pub count: u32,
}

/// A game and its rules. What only the house knows until the end ([`Terms::secret`]) is not told to the audience.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Game {
    /// Everybody has one vote and may change it until the end.
    #[n(0)]
    Vote {
        /// What can be chosen.
        #[n(0)]
        options: Vec<Choice>,
        /// How long, in ms.
        #[n(1)]
        lasts_ms: u64,
    },
    /// Questions one after another, each explained when its time is over.
    #[n(1)]
    Quiz {
        /// The questions, in order.
        #[n(0)]
        questions: Vec<QuizQuestion>,
        /// Whether a wrong or missing answer ends it for somebody; otherwise right answers are counted.
        #[n(1)]
        elimination: bool,
    },
    /// Who comes closest to an item's price.
    #[n(2)]
    Guess {
        /// The item.
        #[n(0)]
        item: ItemId,
        /// Its price. Secret until the end.
        #[n(1)]
        price: Money,
        /// How long, in ms.
        #[n(2)]
        lasts_ms: u64,
    },
    /// Things to do within a time; who has done all of them gets the prize while there is one.
    #[n(3)]
    Task {
        /// Milliseconds to watch from the moment of joining; zero asks for none.
        #[n(0)]
        watch_ms: u64,
        /// Whether to ask a question.
        #[n(1)]
        ask: bool,
        /// Whether to share the room.
        #[n(2)]
        share: bool,
        /// Whether to follow the host.
        #[n(3)]
        follow: bool,
        /// How long, in ms.
        #[n(4)]
        lasts_ms: u64,
    },
    /// The first ones get it: those who tap, or who have paid an order of an item.
    #[n(4)]
    First {
        /// The item to have paid for; tapping is enough when there is none.
        #[n(0)]
        item: Option<ItemId>,
        /// How long, in ms.
        #[n(1)]
        lasts_ms: u64,
    },
    /// A red packet: an amount in so many shares, for the first who come.
    #[n(5)]
    Packet {
        /// All of it.
        #[n(0)]
        budget: Money,
        /// In how many shares.
        #[n(1)]
        parts: u32,
        /// Whether shares are of equal size; otherwise chance decides.
        #[n(2)]
        even: bool,
        /// How long, in ms; what nobody took goes back.
        #[n(3)]
        lasts_ms: u64,
    },
    /// Two sides, and the audience between them.
    #[n(6)]
    Pk {
        /// Their names, at most [`crate::Limits::NAME_CHARS`] each.
        #[n(0)]
        sides: [String; 2],
        /// The room of the second side, when it is another one: each room then counts for its own side, and tells the
        /// other.
        #[n(1)]
        rival: Option<RoomId>,
        /// What the loser does, at most [`crate::Limits::TITLE_CHARS`]; may be empty.
        #[n(2)]
        forfeit: String,
        /// How long, in ms.
        #[n(3)]
        lasts_ms: u64,
        /// How much in paid gifts is worth one point, as much as one cheer; gifts do not count when there is none.
        #[n(4)]
        gift_point: Option<Money>,
    },
    /// A wheel of fortune; everybody who joins spins once.
    #[n(7)]
    Wheel {
        /// Its slices. One at least has no prize, for when the others are gone.
        #[n(0)]
        slices: Vec<Slice>,
        /// How long one may join, in ms.
        #[n(1)]
        lasts_ms: u64,
    },
    /// Tap when the signal comes. Whoever is as fast as a person can be is fast enough: the prize is drawn among all of
    /// them, so that being faster gains nothing.
    #[n(8)]
    Reflex {
        /// Milliseconds to wait before each signal.
        #[n(0)]
        waits_ms: Vec<u64>,
        /// Milliseconds within which a tap counts.
        #[n(1)]
        limit_ms: u64,
    },
}

/// One option of a vote.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Choice {
    /// Its words, at most [`crate::Limits::OPTION_CHARS`].
    #[n(0)]
    pub text: String,
    /// The item it stands for, when the audience chooses what comes next.
    #[n(1)]
    pub item: Option<ItemId>,
}

/// One question of a quiz.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct QuizQuestion {
    /// What is asked, at most [`crate::Limits::TITLE_CHARS`].
    #[n(0)]
    pub text: String,
    /// What can be answered, at most [`crate::Limits::OPTION_CHARS`] each.
    #[n(1)]
    pub options: Vec<String>,
    /// Which one is right, from 0. Secret until its time is over.
    #[n(2)]
    pub right: u8,
    /// Why it is right, at most [`crate::Limits::ANNOUNCEMENT_CHARS`]. Secret as long.
    #[n(3)]
    pub why: String,
    /// Milliseconds to answer, from the moment somebody sees it.
    #[n(4)]
    pub window_ms: u64,
}

/// One slice of a wheel.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Slice {
    /// What stands on it, at most [`crate::Limits::OPTION_CHARS`].
    #[n(0)]
    pub label: String,
    /// How much of the wheel it takes, against the sum of all.
    #[n(1)]
    pub weight: u32,
    /// What it brings; nothing when there is none.
    #[n(2)]
    pub prize: Option<Prize>,
}

impl Terms {
    /// What the house keeps to itself until the end: the right answer of each question, one byte each; the price in minor
    /// units, 8 bytes big-endian; nothing for other games.
    pub fn secret(&self) -> Vec<u8> {
        match &self.game {
            Game::Quiz { questions, .. } => questions.iter().map(|it| it.right).collect(),
            Game::Guess { price, .. } => price.minor.to_be_bytes().to_vec(),
            _ => vec![],
        }
    }

    /// The bytes these terms have in the log.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing into a Vec has no way to fail.
        minicbor::to_vec(self).expect("writing into a Vec cannot fail")
    }
}

impl Game {
    /// Its code over the wire, in figures and in sentences.
    pub fn code(&self) -> &'static str {
        match self {
            Game::Vote { .. } => "vote",
            Game::Quiz { .. } => "quiz",
            Game::Guess { .. } => "guess",
            Game::Task { .. } => "task",
            Game::First { .. } => "first",
            Game::Packet { .. } => "packet",
            Game::Pk { .. } => "pk",
            Game::Wheel { .. } => "wheel",
            Game::Reflex { .. } => "reflex",
        }
    }
}

/// What is asked about activities.
#[derive(Clone, Debug, PartialEq)]
pub enum ActivityAct {
    /// Open one. Its terms become public and do not change any more.
    Open {
        /// The terms.
        terms: Box<Terms>,
        /// What is committed to: see `linger_room::activity`.
        commit: [u8; 32],
        /// The seed under the house's own key, so that a crash cannot lose it.
        sealed_seed: Vec<u8>,
        /// The most that one prize, or one packet, may be worth where this shop sells.
        worth_max: Money,
    },
    /// Take part.
    Play {
        /// In which.
        activity: ActivityId,
        /// With what.
        play: Move,
        /// The device it comes from, as a keyed digest; zero when unknown.
        device: u32,
        /// The player's name under their key; kept with the first move alone.
        name: Option<Sealed>,
    },
    /// Go on to what comes next, before its time.
    Next {
        /// Which.
        activity: ActivityId,
    },
    /// Nobody may join any more: it ends as it would at the end of its time.
    Close {
        /// Which.
        activity: ActivityId,
    },
}

impl ActivityAct {
    /// Whether somebody in `role` may ask for this.
    pub fn allowed(&self, role: Role) -> bool {
        match self {
            ActivityAct::Play { .. } => role == Role::Viewer,
            _ => matches!(role, Role::Host | Role::Operator | Role::Admin),
        }
    }
}

/// A move, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Vote for an option, from 0.
    Choose {
        /// Which.
        option: u8,
    },
    /// Answer a question of a quiz.
    Answer {
        /// The question, from 0.
        question: u8,
        /// The option, from 0.
        option: u8,
        /// How far the person's picture is behind, as their device says.
        delay_ms: u32,
    },
    /// Guess a price, in minor units.
    Guess {
        /// The price.
        minor: i64,
    },
    /// Tap after a signal.
    Tap {
        /// The signal, from 0.
        round: u8,
        /// Milliseconds from seeing it to tapping, as the person's device measured.
        after_ms: u32,
    },
    /// Take a share, spin, be among the first, or begin a task.
    Enter,
    /// All of a task is done.
    Done {
        /// Milliseconds this person has watched since they began, as the edge counted.
        watched_ms: u64,
    },
}
