//! What a day brings to the fan club. Its days are short, ten minutes each, so that one day of the room holds many.

use super::{Input, World};
use linger_protocol::*;

const DAY_MS: i64 = 600_000;

impl World {
    /// Today; at times of a clock that was set back.
    fn day(&mut self) -> i32 {
        let back = i64::from(self.dice.percent(10));
        i32::try_from(self.now.0 / DAY_MS - back).expect("a day")
    }

    pub(super) fn club(&mut self) -> Input {
        match self.dice.below(20) {
            0..10 => self.club_asked(),
            10..14 => self.club_run(),
            _ => self.club_told(),
        }
    }

    fn club_asked(&mut self) -> Input {
        let (person, day) = (self.viewer(), self.day());
        let name = Spoken::unsealed("a name");
        let act = match self.dice.below(10) {
            0..3 => ClubAct::Join { name },
            3 => ClubAct::Leave,
            4 => ClubAct::Share { name },
            _ => ClubAct::CheckIn { day },
        };
        self.ask(person, Role::Viewer, Act::Club(act))
    }

    fn club_run(&mut self) -> Input {
        let act = match self.dice.below(10) {
            0 => ClubAct::CloseSprint,
            1..6 => ClubAct::OpenSprint {
                goal: self.dice.below(400),
                lasts_ms: 5_000 + self.dice.below(120_000),
                reward: "a cup".into(),
            },
            _ => ClubAct::SetClub {
                name: "Tea".into(),
                levels: vec![self.dice.below(8) as u32 / 7, 10 + self.dice.below(20) as u32, 60],
                tasks: ClubTask::ALL
                    .iter()
                    .map(|task| TaskPoints { task: *task, points: self.dice.below(6) as u32 })
                    .collect(),
                day: self.day(),
            },
        };
        let role = if self.dice.percent(95) { Role::Host } else { Role::Viewer };
        self.ask(1, role, Act::Club(act))
    }

    fn club_told(&mut self) -> Input {
        let day = self.day();
        let newcomer = PersonId(1_000 + self.dice.below(300));
        let session = SessionId(newcomer.0);
        Input::Tell(match self.dice.below(10) {
            0 => Report::DayBegan { day },
            1..3 => {
                // Few, and for long, so that they reach what the rules allow a day.
                let minutes = self.dice.below(80) as u32;
                let person = PersonId(100 + self.dice.below(4));
                let people = (0..2).map(|_| Watch { person, minutes }).collect();
                Report::Watched { day, people }
            }
            3..5 => {
                let sprint = self.room.club().sprint().map_or(1, |it| it.sprint);
                let sprint = if self.dice.percent(90) { sprint } else { sprint + 1 };
                let people = (0..4).map(|_| PersonId(self.viewer())).collect();
                Report::SprintJoined { sprint, people }
            }
            5..9 => {
                let by = if self.dice.percent(90) { PersonId(self.viewer()) } else { newcomer };
                let came = |person, session| Arrival {
                    session,
                    person,
                    source: "share".into(),
                    brought_by: Some(by),
                };
                let mut arrived = vec![came(newcomer, session)];
                if self.dice.percent(30) {
                    // The same person twice, and somebody else, by the same link in one moment.
                    arrived.push(came(newcomer, SessionId(session.0 + 10_000)));
                    arrived.push(came(PersonId(newcomer.0 + 1), SessionId(newcomer.0 + 1)));
                }
                let gone = self.dice.percent(10);
                let left = Departure { session, reason: LeaveReason::Left };
                Report::PeopleMoved { arrived, left: if gone { vec![left] } else { vec![] } }
            }
            _ => {
                let left = (0..3)
                    .map(|_| SessionId(1_000 + self.dice.below(300)))
                    .map(|session| Departure { session, reason: LeaveReason::Lost })
                    .collect();
                Report::PeopleMoved { arrived: vec![], left }
            }
        })
    }
}
