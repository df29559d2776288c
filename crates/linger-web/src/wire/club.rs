//! The fan club on the wire: what is asked of it, how everybody, one person and staff see it. Does not know its rules.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Something asked of the fan club.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ClubAsk {
    /// Become a member.
    Join,
    /// Be a member no longer; what was earned waits.
    Leave,
    /// Check in for today, in the shop's zone.
    CheckIn,
    /// The link was taken along; counted once a minute at most.
    Share,
    /// Set the club up, or change its rules (host).
    SetClub {
        /// What it is called.
        name: String,
        /// From how many points on each level begins: 1 to 10, rising, the first at 0.
        levels: Vec<u32>,
        /// What each task earns each time; what is left out earns nothing.
        tasks: BTreeMap<String, u32>,
    },
    /// Begin a sprint of likes (host).
    OpenSprint {
        /// Likes wanted.
        goal: u64,
        /// Within which time, in ms.
        lasts_ms: u64,
        /// What everybody gets when they are reached.
        reward: String,
    },
    /// End the sprint now (host).
    CloseSprint,
}

/// What a task earns.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ClubTaskWire {
    /// `comment`, `answered`, `check-in`, `streak`, `brought`, `watched` or `order`.
    pub task: String,
    /// Points each time.
    pub points: u32,
    /// Times a day.
    pub per_day: u32,
}

/// The stated rules of a club.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ClubRulesWire {
    /// What it is called.
    pub name: String,
    /// From how many points on each level begins.
    pub levels: Vec<u32>,
    /// What earns points.
    pub tasks: Vec<ClubTaskWire>,
    /// Days of checking in without a gap that earn `streak`.
    pub streak_days: u32,
    /// Days with a show on which a member may earn nothing before the membership is paused.
    pub pause_show_days: u32,
}

/// A sprint of likes. Its progress are all likes of the room less `from`, while it runs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct SprintWire {
    /// Its number.
    pub sprint: u32,
    /// Likes wanted.
    pub goal: u64,
    /// What everybody gets.
    pub reward: String,
    /// All likes of the room when it began.
    pub from: u64,
    /// When it ends.
    pub until: i64,
    /// `running`, `reached` or `over`.
    pub state: String,
    /// Likes it brought, once it is over.
    pub likes: u64,
    /// People who took part.
    pub people: u32,
}

/// Somebody who brought others.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct BringerWire {
    /// The name; empty when erased.
    pub name: String,
    /// How many they brought.
    pub brought: u32,
}

/// What staff see of the club besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ClubStaffWire {
    /// People who checked in today.
    pub check_ins: u32,
    /// Times a link was taken along.
    pub shares: u64,
    /// People who came by a link and stayed.
    pub brought: u64,
    /// Who brought most, at most 10.
    pub bringers: Vec<BringerWire>,
}

/// The club as everybody sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ClubWire {
    /// The rules; absent when there is no club.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<ClubRulesWire>,
    /// Today in the shop's zone, in days since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<i32>,
    /// Members.
    pub members: u32,
    /// The sprint that runs, or ran last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sprint: Option<SprintWire>,
    /// In a view: the levels of the members among those who spoke last, by person.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub badges: BTreeMap<String, u8>,
    /// In a view, for staff: figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<ClubStaffWire>,
}

/// The club as it concerns one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct MyClubWire {
    /// Whether they are a member.
    pub member: bool,
    /// Whether the membership is paused until the next points.
    pub paused: bool,
    /// All their points.
    pub points: u64,
    /// The highest level they reached.
    pub level: u8,
    /// The day that `done` is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_on: Option<i32>,
    /// How often they did each task on that day.
    pub done: BTreeMap<String, u32>,
    /// The last day they checked in for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_in: Option<i32>,
    /// Days checked in without a gap up to that one.
    pub streak: u32,
    /// People they brought.
    pub brought: u32,
    /// In a view: their code for links, to be put behind `?by=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Somebody rose to a level.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct RisenWire {
    /// Who.
    pub person: String,
    /// Their name; empty when unknown or erased.
    pub name: String,
    /// The level.
    pub level: u8,
}

/// What changed about the club: only what did is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ClubChange {
    /// The club as it now stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub club: Option<ClubWire>,
    /// Levels of members who just spoke or rose, by person.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub badges: BTreeMap<String, u8>,
    /// Who rose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risen: Vec<RisenWire>,
    /// Staff: the figures as they now stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<ClubStaffWire>,
}
