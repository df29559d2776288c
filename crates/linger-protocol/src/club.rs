//! The fan club of a room: joining, checking in, points and levels, links that remember who brought whom, and a sprint of
//! likes towards a goal. It does not know what day it is or how long anybody stayed: both are told to it.

use crate::{Millis, PersonId, Role, Sealed, SessionId, Spoken};
use minicbor::{Decode, Encode};

/// What earns points. Numbers stand in logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ClubTask {
    /// Saying something.
    #[n(0)]
    Comment,
    /// Asking a question that was answered.
    #[n(1)]
    Answered,
    /// Checking in.
    #[n(2)]
    CheckIn,
    /// Checking in for seven days without a gap.
    #[n(3)]
    Streak,
    /// Sharing the room with somebody who came and stayed.
    #[n(4)]
    Brought,
    /// Watching for ten minutes in one go.
    #[n(5)]
    Watched,
    /// Paying an order.
    #[n(6)]
    Order,
    /// Giving the host a paid gift.
    #[n(7)]
    Gift,
}

impl ClubTask {
    /// Every task, in the order of their numbers.
    pub const ALL: [ClubTask; 8] = [
        ClubTask::Comment,
        ClubTask::Answered,
        ClubTask::CheckIn,
        ClubTask::Streak,
        ClubTask::Brought,
        ClubTask::Watched,
        ClubTask::Order,
        ClubTask::Gift,
    ];

    /// How often a day it earns points: part of the rules that everybody can read.
    pub fn per_day(self) -> u32 {
        match self {
            ClubTask::Comment => 5,
            ClubTask::Answered | ClubTask::Order | ClubTask::Gift => 3,
            ClubTask::CheckIn | ClubTask::Streak => 1,
            ClubTask::Brought => 10,
            ClubTask::Watched => 6,
        }
    }

    /// The word used over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ClubTask::Comment => "comment",
            ClubTask::Answered => "answered",
            ClubTask::CheckIn => "check-in",
            ClubTask::Streak => "streak",
            ClubTask::Brought => "brought",
            ClubTask::Watched => "watched",
            ClubTask::Order => "order",
            ClubTask::Gift => "gift",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<ClubTask> {
        ClubTask::ALL.into_iter().find(|task| task.as_str() == word)
    }
}

/// What one task earns each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct TaskPoints {
    /// The task.
    #[n(0)]
    pub task: ClubTask,
    /// Points, at most [`crate::Limits::CLUB_POINTS_MAX`].
    #[n(1)]
    pub points: u32,
}

/// Somebody watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// Who.
    pub person: PersonId,
    /// Whole minutes since they came or were last told of.
    pub minutes: u32,
}

/// What is asked of the club.
#[derive(Clone, Debug, PartialEq)]
pub enum ClubAct {
    /// Become a member.
    Join {
        /// The name of who joins.
        name: Spoken,
    },
    /// Be a member no longer.
    Leave,
    /// Check in for today.
    CheckIn {
        /// Today in the shop's zone, in days since 1970.
        day: i32,
    },
    /// The link that says who shared it was taken along.
    Share {
        /// The name of who shares.
        name: Spoken,
    },
    /// Set the club up, or change its rules.
    SetClub {
        /// What it is called, at most [`crate::Limits::CLUB_NAME_CHARS`].
        name: String,
        /// From how many points on each level begins: 1 to [`crate::Limits::CLUB_LEVELS_MAX`], rising, the first at zero.
        levels: Vec<u32>,
        /// What each task earns; what is left out earns nothing.
        tasks: Vec<TaskPoints>,
        /// Today in the shop's zone, in days since 1970.
        day: i32,
    },
    /// Begin a sprint of likes.
    OpenSprint {
        /// How many likes are wanted.
        goal: u64,
        /// Within which time, in ms.
        lasts_ms: u64,
        /// What everybody gets when they are reached, at most [`crate::Limits::TITLE_CHARS`].
        reward: String,
    },
    /// End the sprint before its time.
    CloseSprint,
}

impl ClubAct {
    /// Whether somebody in `role` may ask for this at all.
    pub fn allowed(&self, role: Role) -> bool {
        match self {
            ClubAct::Join { .. } | ClubAct::Leave | ClubAct::CheckIn { .. } | ClubAct::Share { .. } => {
                role == Role::Viewer
            }
            ClubAct::SetClub { .. } | ClubAct::OpenSprint { .. } | ClubAct::CloseSprint => {
                matches!(role, Role::Host | Role::Operator | Role::Admin)
            }
        }
    }
}

/// What was decided about the club.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum ClubEvent {
    /// The club is there, or has other rules.
    #[n(0)]
    ClubSet {
        /// What it is called.
        #[n(0)]
        name: String,
        /// From how many points on each level begins.
        #[n(1)]
        levels: Vec<u32>,
        /// What each task earns.
        #[n(2)]
        tasks: Vec<TaskPoints>,
    },
    /// Another day has begun in the shop's zone.
    #[n(1)]
    DayBegan {
        /// Days since 1970.
        #[n(0)]
        day: i32,
    },
    /// Somebody became a member.
    #[n(2)]
    Joined {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Their name, under their key.
        #[n(1)]
        name: Sealed,
        /// Members now.
        #[n(2)]
        members: u32,
    },
    /// Somebody is a member no longer. What they earned waits for them.
    #[n(3)]
    Left {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Members now.
        #[n(1)]
        members: u32,
    },
    /// Somebody checked in.
    #[n(4)]
    CheckedIn {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// For which day.
        #[n(1)]
        day: i32,
        /// For how many days without a gap, this one included.
        #[n(2)]
        streak: u32,
    },
    /// A member earned points. There is one for each person, task, day and number, never two.
    #[n(5)]
    Points {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// With what.
        #[n(1)]
        task: ClubTask,
        /// The how-manyeth time on that day, from 1.
        #[n(2)]
        n: u32,
        /// How many.
        #[n(3)]
        points: u32,
        /// On which day.
        #[n(4)]
        day: i32,
        /// All their points now.
        #[n(5)]
        total: u64,
        /// Their level now.
        #[n(6)]
        level: u8,
    },
    /// A member rose to a level.
    #[n(6)]
    LevelReached {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// The level.
        #[n(1)]
        level: u8,
    },
    /// Somebody took a link along.
    #[n(7)]
    Shared {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Their name, under their key.
        #[n(1)]
        name: Sealed,
        /// Before then, taking it again counts nothing.
        #[n(2)]
        until: Millis,
    },
    /// Somebody came by another's link; it counts when they are still here at `until`.
    #[n(8)]
    CameByLink {
        /// Who came.
        #[n(0)]
        person: PersonId,
        /// The stay that began.
        #[n(1)]
        session: SessionId,
        /// Whose link it was.
        #[n(2)]
        by: PersonId,
        /// When it counts.
        #[n(3)]
        until: Millis,
    },
    /// Somebody who came by another's link stayed.
    #[n(9)]
    Brought {
        /// Who came.
        #[n(0)]
        person: PersonId,
        /// The stay that counted.
        #[n(1)]
        session: SessionId,
        /// Whose link it was.
        #[n(2)]
        by: PersonId,
    },
    /// A sprint of likes has begun.
    #[n(10)]
    SprintOpened {
        /// Its number.
        #[n(0)]
        sprint: u32,
        /// Likes wanted.
        #[n(1)]
        goal: u64,
        /// What everybody gets.
        #[n(2)]
        reward: String,
        /// All likes of the room when it began.
        #[n(3)]
        from: u64,
        /// When it ends.
        #[n(4)]
        until: Millis,
    },
    /// More people take part in the sprint.
    #[n(11)]
    SprintJoined {
        /// The sprint.
        #[n(0)]
        sprint: u32,
        /// Who took part for the first time.
        #[n(1)]
        people: Vec<PersonId>,
    },
    /// The sprint is over.
    #[n(12)]
    SprintEnded {
        /// The sprint.
        #[n(0)]
        sprint: u32,
        /// Whether the goal was reached.
        #[n(1)]
        reached: bool,
        /// Likes it brought.
        #[n(2)]
        likes: u64,
        /// How many took part.
        #[n(3)]
        people: u32,
    },
}

impl ClubEvent {
    /// Whose sealed name it carries, and the name.
    pub fn sealed_name(&self) -> Option<(PersonId, &Sealed)> {
        match self {
            ClubEvent::Joined { person, name, .. } | ClubEvent::Shared { person, name, .. } => {
                Some((*person, name))
            }
            _ => None,
        }
    }
}
