//! Activities: what is asked about them, and what people are shown. Does not know who wins.

use super::MoneyWire;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is asked about activities.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ActivityAsk {
    /// Open one (host). One of each kind runs at a time.
    Open {
        /// What it is called.
        title: String,
        /// What is played.
        game: GameAsk,
        /// What is won; wanted by `task`, `first` and `reflex`, possible for `quiz` and `guess`.
        #[serde(default)]
        prize: Option<PrizeAsk>,
    },
    /// Take part.
    Play {
        /// In which.
        activity: u32,
        /// With what.
        play: PlayAsk,
    },
    /// Go on to what comes next, before its time (host).
    Next {
        /// Which.
        activity: u32,
    },
    /// End it now, as it would at the end of its time (host).
    Close {
        /// Which.
        activity: u32,
    },
}

/// A game and its rules, as they are asked for.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum GameAsk {
    /// Everybody has one vote.
    Vote {
        /// What can be chosen, 2 to 12.
        options: Vec<ChoiceWire>,
        /// How long, in ms.
        lasts_ms: u64,
    },
    /// Questions one after another.
    Quiz {
        /// The questions, at most 20.
        questions: Vec<QuestionAsk>,
        /// Whether a wrong or missing answer ends it for somebody.
        #[serde(default)]
        elimination: bool,
    },
    /// Who comes closest to a price.
    Guess {
        /// The item.
        item: u64,
        /// Its price in minor units; the catalogue's when absent.
        #[serde(default)]
        price_minor: Option<i64>,
        /// How long, in ms.
        lasts_ms: u64,
    },
    /// Things to do.
    Task {
        /// Milliseconds to watch from joining on.
        #[serde(default)]
        watch_ms: u64,
        /// Ask a question.
        #[serde(default)]
        ask: bool,
        /// Share the room.
        #[serde(default)]
        share: bool,
        /// Follow the host.
        #[serde(default)]
        follow: bool,
        /// How long, in ms.
        lasts_ms: u64,
    },
    /// The first ones get it.
    First {
        /// The item to have paid for; tapping is enough when absent.
        #[serde(default)]
        item: Option<u64>,
        /// How long, in ms.
        lasts_ms: u64,
    },
    /// A red packet.
    Packet {
        /// All of it, in minor units.
        budget_minor: i64,
        /// In how many shares, at most 1000.
        parts: u32,
        /// Whether shares are of equal size.
        #[serde(default)]
        even: bool,
        /// How long, in ms.
        lasts_ms: u64,
    },
    /// Two sides.
    Pk {
        /// Their names.
        sides: [String; 2],
        /// The room of the second side, when it is another one.
        #[serde(default)]
        rival: Option<String>,
        /// What the loser does.
        #[serde(default)]
        forfeit: String,
        /// How long, in ms.
        lasts_ms: u64,
        /// How much in paid gifts is worth one point, in minor units of the shop's currency; absent when gifts do not count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gift_point_minor: Option<i64>,
    },
    /// A wheel of fortune.
    Wheel {
        /// Its slices, 2 to 12; one at least without a prize.
        slices: Vec<SliceAsk>,
        /// How long one may join, in ms.
        lasts_ms: u64,
    },
    /// Tap when the signal comes.
    Reflex {
        /// How many signals, at most 20. When they come is left to chance.
        rounds: u8,
        /// Milliseconds within which a tap counts.
        limit_ms: u64,
    },
}

/// One option of a vote.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceWire {
    /// Its words.
    pub text: String,
    /// The item it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u64>,
}

/// One question of a quiz.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionAsk {
    /// What is asked.
    pub text: String,
    /// What can be answered, 2 to 12.
    pub options: Vec<String>,
    /// Which one is right, from 0.
    pub right: u8,
    /// Why it is right.
    pub why: String,
    /// Milliseconds to answer.
    pub window_ms: u64,
}

/// One slice of a wheel.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SliceAsk {
    /// What stands on it.
    pub label: String,
    /// How much of the wheel it takes, against the sum of all.
    pub weight: u32,
    /// What it brings.
    #[serde(default)]
    pub prize: Option<PrizeAsk>,
}

/// What is won.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrizeAsk {
    /// What.
    pub what: String,
    /// What one is worth, in minor units of the shop's currency.
    #[serde(default)]
    pub worth_minor: i64,
    /// How many there are.
    pub count: u32,
}

/// A move.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "move", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PlayAsk {
    /// Vote.
    Choose {
        /// The option, from 0.
        option: u8,
    },
    /// Answer a question.
    Answer {
        /// The question, from 0.
        question: u8,
        /// The option, from 0.
        option: u8,
        /// How far your picture is behind, in ms; up to 3000 are allowed for.
        #[serde(default)]
        delay_ms: u32,
    },
    /// Guess.
    Guess {
        /// The price, in minor units.
        minor: i64,
    },
    /// Tap.
    Tap {
        /// The signal, from 0.
        round: u8,
        /// Milliseconds from seeing it to tapping.
        after_ms: u32,
    },
    /// Take a share, spin, be among the first, or begin a task.
    Enter,
    /// All of the task is done.
    Done,
}

/// What is won, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct PrizeWire {
    /// What.
    pub what: String,
    /// What one is worth.
    pub worth: MoneyWire,
    /// How many there are.
    pub count: u32,
}

/// One slice of a wheel, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct SliceWire {
    /// What stands on it.
    pub label: String,
    /// How much of the wheel it takes.
    pub weight: u32,
    /// What it brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prize: Option<PrizeWire>,
}

/// A game, as the audience may know it at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum GameWire {
    /// Everybody has one vote.
    Vote {
        /// What can be chosen.
        options: Vec<ChoiceWire>,
        /// Votes so far, in order of the options.
        votes: Vec<u32>,
    },
    /// Questions one after another.
    Quiz {
        /// How many there are.
        questions: u32,
        /// Whether a wrong or missing answer ends it for somebody.
        elimination: bool,
        /// How many are not out.
        still_in: u32,
        /// The question that is asked or explained.
        #[serde(skip_serializing_if = "Option::is_none")]
        question: Option<AskedWire>,
    },
    /// Who comes closest to a price.
    Guess {
        /// The item.
        item: u64,
        /// The currency of the price.
        currency: String,
        /// The price, at the end.
        #[serde(skip_serializing_if = "Option::is_none")]
        price_minor: Option<i64>,
    },
    /// Things to do.
    Task {
        /// Milliseconds to watch.
        watch_ms: u64,
        /// Ask a question.
        ask: bool,
        /// Share the room.
        share: bool,
        /// Follow the host.
        follow: bool,
        /// How many have done all of it.
        done: u32,
    },
    /// The first ones get it.
    First {
        /// The item to have paid for.
        #[serde(skip_serializing_if = "Option::is_none")]
        item: Option<u64>,
    },
    /// A red packet.
    Packet {
        /// All of it.
        budget: MoneyWire,
        /// In how many shares.
        parts: u32,
        /// Whether shares are of equal size.
        even: bool,
    },
    /// Two sides.
    Pk {
        /// Their names.
        sides: Vec<String>,
        /// The room of the second side.
        #[serde(skip_serializing_if = "Option::is_none")]
        rival: Option<String>,
        /// What the loser does.
        forfeit: String,
        /// How much in paid gifts is worth one point; absent when gifts do not count.
        #[serde(skip_serializing_if = "Option::is_none")]
        gift_point: Option<MoneyWire>,
        /// Their points.
        points: Vec<u64>,
    },
    /// A wheel of fortune.
    Wheel {
        /// Its slices.
        slices: Vec<SliceWire>,
    },
    /// Tap when the signal comes.
    Reflex {
        /// How many signals.
        rounds: u32,
        /// The signal that comes or is there, from 0.
        round: u32,
        /// Whether it is there.
        signal: bool,
        /// Milliseconds within which a tap counts.
        limit_ms: u64,
    },
}

/// A question of a quiz, as the audience may know it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct AskedWire {
    /// Which, from 0.
    pub number: u32,
    /// What is asked.
    pub text: String,
    /// What can be answered.
    pub options: Vec<String>,
    /// Milliseconds to answer.
    pub window_ms: u64,
    /// Which one is right, once its time is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<u32>,
    /// Why, as soon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How many chose each option, as soon.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub chosen: Vec<u32>,
}

/// How far an activity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseWire {
    /// People may take part.
    Open,
    /// Nobody may any more.
    Frozen,
    /// All is public.
    Settled,
}

/// Somebody who won something.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct WinnerWire {
    /// Who.
    pub person: String,
    /// Their name; empty when erased or never seen.
    pub name: String,
    /// A packet's share, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minor: Option<i64>,
    /// The slice at which their wheel stopped, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice: Option<u32>,
}

/// An activity, as everybody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ActivityWire {
    /// Its number in the room.
    pub activity: u32,
    /// What it is called.
    pub title: String,
    /// What is played.
    pub game: GameWire,
    /// What is won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prize: Option<PrizeWire>,
    /// How far it is.
    pub phase: PhaseWire,
    /// When it opened.
    pub at: i64,
    /// Since when the step is shown that it is at.
    pub step_at: i64,
    /// When it goes on by itself; once it is frozen, when that was.
    pub until: i64,
    /// How many take part.
    pub players: u32,
    /// What was committed to, hexadecimal.
    pub commit: String,
    /// The digest of the players, once frozen; hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The seed, once settled; hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
    /// Who won, once settled: at most 100, the best first. The record has all of them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub winners: Vec<WinnerWire>,
    /// How many won.
    pub won: u32,
    /// Of a packet, once settled: what nobody took, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest_minor: Option<i64>,
}

/// What concerns one person of an activity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct MyActivity {
    /// Which.
    pub activity: u32,
    /// Whether they take part.
    pub playing: bool,
    /// The question of a quiz that they answered last, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<u32>,
    /// The option they chose last, of a vote or of that question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<u32>,
    /// The price they guessed, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guess_minor: Option<i64>,
    /// Questions answered rightly, or signals reacted to.
    pub right: u32,
    /// Whether they are out.
    pub out: bool,
    /// The signal they reacted to last, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
    /// Whether their last tap counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<bool>,
    /// Since when they take part.
    pub since: i64,
    /// Whether they asked a question since.
    pub asked: bool,
    /// Whether they shared the room since.
    pub shared: bool,
    /// Whether they have done a task.
    pub done: bool,
    /// Whether they won, once settled.
    pub won: bool,
    /// Their share of a packet, in minor units, once settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_minor: Option<i64>,
    /// The slice at which their wheel stopped, once settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice: Option<u32>,
}
