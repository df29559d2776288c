//! Tickets and the promises about them. It does not know what is asked or answered, nor who of the shop is there.

use super::{Care, CareDue, CareEvent, Decided, clock::serviced, is_staff, one, sealed};
use crate::{
    Room,
    bounds::{TICKET_LINES_MAX, TICKETS_MAX, TICKETS_OPEN_PER_PERSON},
    deadlines::Deadlines,
};
use linger_protocol::{
    Actor, CareAct, Event, Millis, OrderId, OrderStage, PersonId, Refusal, Sealed, Spoken, TicketId,
    TicketTopic,
};
use std::collections::{BTreeMap, BTreeSet};

/// A ticket as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Who asks.
    pub person: PersonId,
    /// The order it is about.
    pub order: Option<OrderId>,
    /// What about.
    pub topic: TicketTopic,
    /// Everything that was written, the oldest first; never empty.
    pub lines: Vec<TicketLine>,
    /// What was answered at once, by the state of the order: none without such an answer, and none in it without an order.
    pub auto: Option<Option<OrderStage>>,
    /// Who takes care of it.
    pub assigned: Option<PersonId>,
    /// Whether somebody of the shop has answered since it was opened, or opened again.
    pub answered: bool,
    /// Whether it is solved.
    pub solved: bool,
    /// 0; 1 when nobody answered in time; 2 when it was not solved in time.
    pub level: u8,
    /// Until when somebody is to answer.
    pub answer_by: Millis,
    /// Until when it is to be solved.
    pub solve_by: Millis,
    /// When the next promise is broken; none when none is left to break.
    pub(crate) due: Option<Millis>,
}

/// A line of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketLine {
    /// As its writer's device names it; zero for the first.
    pub line: u64,
    /// Who.
    pub person: PersonId,
    /// Whether for the shop.
    pub staff: bool,
    /// Name and text under the writer's key.
    pub text: Sealed,
    /// When.
    pub at: Millis,
}

impl Ticket {
    /// The first promise that somebody still has to keep.
    fn next_due(&self) -> Option<Millis> {
        match (self.solved, self.level) {
            (true, _) | (false, 2..) => None,
            (false, 0) if !self.answered => Some(self.answer_by),
            _ => Some(self.solve_by),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tickets {
    pub(crate) known: BTreeMap<TicketId, Ticket>,
    /// Tickets that are not solved, by when they are to be.
    pub(crate) open: BTreeSet<(Millis, TicketId)>,
    /// How many of a person are not solved.
    pub(crate) open_of: BTreeMap<PersonId, u32>,
}

pub(super) fn decide(room: &Room, now: Millis, by: Actor, act: &CareAct) -> Decided {
    match act {
        CareAct::OpenTicket { ticket, order, topic, text } => {
            decide_open(room, now, by, (*ticket, *order, *topic), text)
        }
        CareAct::SayTicket { ticket, line, text } => decide_say(room, now, by, (*ticket, *line), text),
        CareAct::AssignTicket { ticket, to } => match known(room, by, *ticket)? {
            it if it.solved => Err(Refusal::TicketSolved),
            it if it.assigned == *to => Ok(vec![]),
            _ => Ok(one(CareEvent::TicketAssigned { ticket: *ticket, to: *to })),
        },
        CareAct::SolveTicket { ticket } => match known(room, by, *ticket)? {
            it if it.solved => Ok(vec![]),
            _ => Ok(one(CareEvent::TicketSolved { ticket: *ticket })),
        },
        CareAct::ReopenTicket { ticket } => {
            let it = known(room, by, *ticket)?;
            if !it.solved {
                return Ok(vec![]);
            }
            has_room_for(room, it.person)?;
            let (answer_by, solve_by) = promises(room, now);
            Ok(one(CareEvent::TicketReopened { ticket: *ticket, answer_by, solve_by }))
        }
        _ => unreachable!("not about tickets"),
    }
}

fn decide_open(
    room: &Room,
    now: Millis,
    by: Actor,
    (ticket, order, topic): (TicketId, Option<OrderId>, TicketTopic),
    text: &Spoken,
) -> Decided {
    if let Some(it) = room.ticket(ticket) {
        let same = it.person == by.person && it.order == order && it.topic == topic;
        return if same { Ok(vec![]) } else { Err(Refusal::TicketIdTaken) };
    }
    if let Some(order) = order {
        room.order(order).filter(|it| it.person == by.person).ok_or(Refusal::NoSuchOrder)?;
    }
    let text = sealed(text)?;
    if room.care.tickets.known.len() >= TICKETS_MAX {
        return Err(Refusal::RoomFull);
    }
    has_room_for(room, by.person)?;
    let (answer_by, solve_by) = promises(room, now);
    let person = by.person;
    let mut events =
        one(CareEvent::TicketOpened { ticket, person, order, topic, text, at: now, answer_by, solve_by });
    if room.care.policy.auto_answer {
        let stage = order.and_then(|order| room.order_stage(order));
        events.extend(one(CareEvent::TicketAutoAnswered { ticket, stage }));
    }
    Ok(events)
}

fn decide_say(
    room: &Room,
    now: Millis,
    by: Actor,
    (ticket, line): (TicketId, u64),
    text: &Spoken,
) -> Decided {
    let it = known(room, by, ticket)?;
    let person = by.person;
    if it.lines.iter().skip(1).any(|said| said.line == line && said.person == person) {
        return Ok(vec![]);
    }
    if it.solved {
        return Err(Refusal::TicketSolved);
    }
    if it.lines.len() >= TICKET_LINES_MAX {
        return Err(Refusal::RoomFull);
    }
    // Staff may have tickets of their own: there they speak for themselves.
    let staff = is_staff(by) && person != it.person;
    Ok(one(CareEvent::TicketSaid { ticket, line, person, staff, text: sealed(text)?, at: now }))
}

/// A ticket of whoever asks; of anybody for staff.
fn known(room: &Room, by: Actor, ticket: TicketId) -> Result<&Ticket, Refusal> {
    let it = room.ticket(ticket).filter(|it| it.person == by.person || is_staff(by));
    it.ok_or(Refusal::NoSuchTicket)
}

fn has_room_for(room: &Room, person: PersonId) -> Result<(), Refusal> {
    let open = room.care.tickets.open_of.get(&person).copied().unwrap_or(0);
    if open < TICKETS_OPEN_PER_PERSON { Ok(()) } else { Err(Refusal::TooManyTickets) }
}

fn promises(room: &Room, now: Millis) -> (Millis, Millis) {
    let policy = &room.care.policy;
    (serviced(now, policy.answer_ms, policy), serviced(now, policy.solve_ms, policy))
}

/// The clock may have jumped over both promises: then the greater one is said, once.
pub(super) fn fell_due(room: &Room, now: Millis, ticket: TicketId) -> Vec<Event> {
    let it = room.ticket(ticket).expect("only a ticket that was opened falls due");
    let level = if now >= it.solve_by { 2 } else { 1 };
    one(CareEvent::TicketEscalated { ticket, level })
}

impl Tickets {
    pub(super) fn apply(&mut self, deadlines: &mut Deadlines, event: &CareEvent) {
        match event {
            CareEvent::TicketOpened { .. } => self.begin(deadlines, event),
            CareEvent::TicketAutoAnswered { ticket, stage } => {
                self.change(deadlines, *ticket, |it| it.auto = Some(*stage));
            }
            CareEvent::TicketSaid { ticket, line, person, staff, text, at } => {
                let said =
                    TicketLine { line: *line, person: *person, staff: *staff, text: text.clone(), at: *at };
                self.change(deadlines, *ticket, |it| {
                    it.answered |= staff;
                    it.lines.push(said);
                });
            }
            CareEvent::TicketAssigned { ticket, to } => {
                self.change(deadlines, *ticket, |it| it.assigned = *to);
            }
            CareEvent::TicketEscalated { ticket, level } => {
                self.change(deadlines, *ticket, |it| {
                    assert!(it.level < *level, "a ticket is escalated twice for the same promise");
                    it.level = *level;
                });
            }
            CareEvent::TicketSolved { ticket } => {
                self.change(deadlines, *ticket, |it| {
                    assert!(!it.solved, "a ticket is solved twice");
                    it.solved = true;
                });
            }
            CareEvent::TicketReopened { ticket, answer_by, solve_by } => {
                self.change(deadlines, *ticket, |it| {
                    assert!(it.solved, "a ticket is opened again that is open");
                    (it.solved, it.answered, it.level) = (false, false, 0);
                    (it.answer_by, it.solve_by) = (*answer_by, *solve_by);
                });
            }
            _ => unreachable!("not about tickets"),
        }
    }

    fn begin(&mut self, deadlines: &mut Deadlines, event: &CareEvent) {
        let CareEvent::TicketOpened { ticket, person, order, topic, text, at, answer_by, solve_by } = event
        else {
            unreachable!("not the begin of a ticket")
        };
        let first = TicketLine { line: 0, person: *person, staff: false, text: text.clone(), at: *at };
        let opened = Ticket {
            person: *person,
            order: *order,
            topic: *topic,
            lines: vec![first],
            auto: None,
            assigned: None,
            answered: false,
            // Nothing is pending of it yet: opening it is a change like others.
            solved: true,
            level: 0,
            answer_by: *answer_by,
            solve_by: *solve_by,
            due: None,
        };
        assert!(self.known.insert(*ticket, opened).is_none(), "a ticket was opened twice");
        self.change(deadlines, *ticket, |it| it.solved = false);
    }

    /// Changes a ticket and everything that is kept in order of it.
    fn change(&mut self, deadlines: &mut Deadlines, ticket: TicketId, change: impl FnOnce(&mut Ticket)) {
        let it = self.known.get_mut(&ticket).expect("only a ticket that was opened changes");
        if !it.solved {
            self.open.remove(&(it.solve_by, ticket));
            let open = self.open_of.get_mut(&it.person).expect("who has an open ticket is counted");
            *open -= 1;
            if *open == 0 {
                self.open_of.remove(&it.person);
            }
        }
        change(it);
        if !it.solved {
            self.open.insert((it.solve_by, ticket));
            *self.open_of.entry(it.person).or_default() += 1;
        }
        let due = it.next_due();
        if due != it.due {
            if let Some(at) = it.due {
                Care::over(deadlines, at, CareDue::Ticket(ticket));
            }
            if let Some(at) = due {
                Care::due(deadlines, at, CareDue::Ticket(ticket));
            }
            it.due = due;
        }
    }
}
