//! The words of plays about the stage and about calls. They do not know any other part of a play.

use super::{lower, number, shown};
use linger_protocol::*;

/// What `stage …` and `call …` ask for. `person` finds somebody by name.
pub fn asked(words: &[&str], mut person: impl FnMut(&str) -> PersonId) -> Act {
    let text = |from: usize| Spoken::unsealed(&words[from.min(words.len())..].join(" "));
    let act = match (words[0], words[1]) {
        ("stage", "open") => SeatAct::OpenStage {
            seats: number(words[2]) as u8,
            who: if words[3] == "followers" { WhoMayAsk::Followers } else { WhoMayAsk::Everybody },
        },
        ("stage", "close") => SeatAct::CloseStage,
        ("stage", "ask") => SeatAct::AskForStage { note: text(2), priority: 0 },
        ("stage", "ask-first") => SeatAct::AskForStage { note: text(2), priority: 5 },
        ("stage", "withdraw") => SeatAct::WithdrawAsk,
        ("stage", "accept") => SeatAct::AcceptSeat,
        ("stage", "turn-down") => SeatAct::DeclineSeat,
        ("stage", "leave") => SeatAct::LeaveStage,
        ("stage", "invite") => SeatAct::Invite { person: person(words[2]) },
        ("stage", "decline") => SeatAct::Decline { person: person(words[2]) },
        ("stage", "remove") => SeatAct::Remove { person: person(words[2]) },
        ("stage", "up") => SeatAct::MoveUp { person: person(words[2]) },
        ("stage", "mute-me") => SeatAct::MuteSelf { muted: words[2] == "on" },
        ("stage", "mute") => SeatAct::SetMuted { person: person(words[2]), muted: words[3] == "on" },
        ("call", "open") => SeatAct::OpenCalls { promise_min: words.get(2).map(|it| number(it) as u32) },
        ("call", "close") => SeatAct::CloseCalls,
        ("call", "ask") => SeatAct::AskForCall { topic: text(2), item: None, priority: 0 },
        ("call", "ask-of") => {
            SeatAct::AskForCall { topic: text(3), item: Some(ItemId(number(words[2]))), priority: 0 }
        }
        ("call", "withdraw") => SeatAct::WithdrawCall,
        ("call", "take") => SeatAct::TakeCall { person: person(words[2]) },
        ("call", "done") => SeatAct::CallDone { person: person(words[2]), outcome: CallOutcome::Helped },
        ("call", "decline") => SeatAct::DeclineCall { person: person(words[2]), reason: NoCall::NobodyFree },
        other => panic!("the script asks for {other:?}, which nobody knows"),
    };
    Act::Seat(act)
}

/// What an event says, in the play's words.
pub fn told(event: &SeatEvent, name: impl Fn(PersonId) -> String) -> String {
    match event {
        SeatEvent::StageOpened { seats, who } => format!("stage open, {seats} seats for {}", lower(who)),
        SeatEvent::StageClosed => "stage closed".into(),
        SeatEvent::StageAsked { person, place, .. } => {
            format!("{} in line, {} before", name(*person), place)
        }
        SeatEvent::MovedUp { person } => format!("{} one up", name(*person)),
        SeatEvent::Invited { person, until } => {
            format!("{} invited until {}", name(*person), shown(*until))
        }
        SeatEvent::Seated { person, seat } => format!("{} on seat {seat}", name(*person)),
        SeatEvent::SeatMuted { person, muted } => {
            format!("{} {}", name(*person), if *muted { "silent" } else { "heard" })
        }
        SeatEvent::SelfMuted { person, muted } => {
            format!("{} {}", name(*person), if *muted { "mutes themself" } else { "mutes themself no more" })
        }
        SeatEvent::SeatEnded { person, end } => format!("{} out ({})", name(*person), lower(end)),
        SeatEvent::CallsOpened { promise_min } => {
            let promise = promise_min.map_or("no promise".into(), |it| format!("within {it} minutes"));
            format!("calls open, {promise}")
        }
        SeatEvent::CallsClosed => "calls closed".into(),
        SeatEvent::CallAsked { person, item, place, until, .. } => {
            let of = item.map_or(String::new(), |it| format!(" about i{it}"));
            format!("{} waits for a call{of} until {}, {place} before", name(*person), shown(*until))
        }
        SeatEvent::CallTaken { person, by, until } => {
            format!("{} takes {}'s call until {}", name(*by), name(*person), shown(*until))
        }
        SeatEvent::CallEnded { person, end } => {
            let end = match end {
                CallEnd::Done { outcome } => format!("done, {}", lower(outcome)),
                CallEnd::Declined { reason } => format!("declined, {}", lower(reason)),
                other => lower(other),
            };
            format!("{}'s call ended ({end})", name(*person))
        }
    }
}
