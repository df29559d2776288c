//! The fields of a dumped entry: numbers, ids and codes, and nothing that a person wrote. A kind of event that is new does
//! not compile until it stands here. It does not know where an entry stands or when it was made.

mod sale;

use linger_protocol::{
    ActivityEvent, CallEnd, ClubEvent, Event, GameStep, Intent, Outcome, PersonId, Play, PromptEnd,
    RuleEvent, RundownEvent, SeatEvent, TalkEvent, TaskPoints,
};
use serde_json::{Value, json};

/// What an event says beside its name.
pub(super) fn fields(event: &Event) -> Value {
    match event {
        Event::CommentMade { comment, person, question, answers, .. } => json!({
            "comment": comment.0, "person": person.to_string(),
            "question": question.map(|it| it.0), "answers": answers.map(|it| it.0),
        }),
        Event::QuestionOpened { question, .. } => json!({ "question": question.0 }),
        Event::QuestionAnswered { question, prompt, .. } => {
            json!({ "question": question.0, "prompt": prompt.map(|it| it.0) })
        }
        Event::PresenceChanged { arrived, left, here } => {
            let arrived: Vec<_> = arrived.iter().map(|it| it.session.to_string()).collect();
            let left: Vec<_> = left.iter().map(|it| it.session.to_string()).collect();
            json!({ "arrived": arrived, "left": left, "here": here })
        }
        Event::LikesGathered { likes, people, total } => {
            json!({ "likes": likes, "people": people, "total": total })
        }
        Event::StockSet { item, units } => json!({ "item": item.0, "units": units }),
        Event::SaleOpened { item, price, per_person, hold_ms } => {
            json!({ "item": item.0, "price_minor": price.minor, "per_person": per_person, "hold_ms": hold_ms })
        }
        Event::CardPinned { item } | Event::CardUnpinned { item } | Event::SaleClosed { item } => {
            json!({ "item": item.0 })
        }
        Event::UnitsHeld { order, person, item, units, amount, until } => json!({
            "order": order.to_string(), "person": person.to_string(), "item": item.0, "units": units,
            "amount_minor": amount.minor, "until": until.0,
        }),
        Event::OrderPaid { order, payment } | Event::RefundSettled { order, payment } => {
            json!({ "order": order.to_string(), "payment": payment.as_str() })
        }
        Event::RefundDue { order, payment, amount, .. } => {
            json!({ "order": order.to_string(), "payment": payment.as_str(), "amount_minor": amount.minor })
        }
        Event::OrderLapsed { order } | Event::OrderCancelled { order } => {
            json!({ "order": order.to_string() })
        }
        Event::DrawOpened { draw, winners, closes_at, .. } => {
            json!({ "draw": draw.0, "winners": winners, "closes_at": closes_at.0 })
        }
        Event::DrawEntered { draw, person } => json!({ "draw": draw.0, "person": person.to_string() }),
        Event::DrawFrozen { draw, entrants, .. } => json!({ "draw": draw.0, "entrants": entrants }),
        Event::DrawRevealed { draw, winners, .. } => {
            json!({ "draw": draw.0, "winners": ids(winners) })
        }
        Event::PromptShown { prompt, intent, again, .. } => json!({
            "prompt": prompt.0, "intent": intent.id.0.to_string(), "rule": intent.rule, "drawn": drawn(intent),
            "again": again,
        }),
        Event::PromptWithheld { intent } => json!({
            "intent": intent.id.0.to_string(), "rule": intent.rule, "drawn": drawn(intent),
        }),
        Event::PromptClosed { prompt, end } => {
            let end = match end {
                PromptEnd::Followed => "followed",
                PromptEnd::Dismissed => "dismissed",
                PromptEnd::Expired => "expired",
                PromptEnd::Later => "later",
            };
            json!({ "prompt": prompt.0, "end": end })
        }
        Event::Rule(event @ RuleEvent::Put { rule, version, draw, .. }) => {
            let draw = draw.map(|it| it.to_string());
            json!({ "what": word(event), "rule": rule, "version": version, "draw": draw })
        }
        Event::Rule(event) => json!({
            "what": word(event), "intent": event.intent().map(|it| it.id.0.to_string()),
            "rule": event.intent().map(|it| it.rule.clone()), "drawn": event.intent().and_then(drawn),
        }),
        Event::Club(event) => club(event),
        Event::Rundown(event) => rundown(event),
        Event::Activity(event) => activity(event),
        Event::Seat(event) => seat(event),
        Event::Talk(event) => talk(event),
        Event::Sale(event) => sale::sale(event),
        Event::Care(event) => json!({ "what": word(event) }),
        Event::RoomOpened { host, .. } => json!({ "host": host.to_string() }),
        Event::WentOff { reason } => json!({ "reason": word(reason) }),
        Event::PresenceLost { last_seen } => json!({ "last_seen": last_seen.0 }),
        Event::CommentHidden { comment } => json!({ "comment": comment.0 }),
        Event::Muted { person, until } => json!({ "person": person.to_string(), "until": until.0 }),
        Event::Followed { person, followers } | Event::Unfollowed { person, followers } => {
            json!({ "person": person.to_string(), "followers": followers })
        }
        Event::ItemListed { item } => json!({ "item": item.id.0, "price_minor": item.price.minor }),
        Event::CardsTouched { touches } => json!({ "cards": touches.len() }),
        Event::QualityGathered { quality } => json!({ "viewers": quality.viewers }),
        Event::WentLive | Event::Announced { .. } => json!({}),
    }
}

/// Which arm of which experiment an intent fell into, as its report names it.
fn drawn(intent: &Intent) -> Option<String> {
    let drawn = intent.proposed()?.drawn.as_ref()?;
    Some(format!("{}/{}/{}", drawn.experiment, drawn.version, drawn.arm))
}

fn club(event: &ClubEvent) -> Value {
    match event {
        ClubEvent::DayBegan { day } => json!({ "club": "day", "day": day }),
        ClubEvent::Joined { person, .. } => json!({ "club": "joined", "person": person.to_string() }),
        ClubEvent::Left { person, .. } => json!({ "club": "left", "person": person.to_string() }),
        ClubEvent::CheckedIn { person, day, streak } => {
            json!({ "club": "checked-in", "person": person.to_string(), "day": day, "streak": streak })
        }
        ClubEvent::Points { person, task, n, points, day, total, level } => json!({
            "club": "points", "person": person.to_string(), "task": task.as_str(), "n": n, "points": points,
            "day": day, "total": total, "level": level,
        }),
        ClubEvent::ClubSet { levels, tasks, .. } => {
            let points = |it: &TaskPoints| (it.task.as_str().to_owned(), json!(it.points));
            let tasks: serde_json::Map<String, Value> = tasks.iter().map(points).collect();
            json!({ "club": "set", "levels": levels, "tasks": tasks })
        }
        ClubEvent::LevelReached { person, level } => {
            json!({ "club": "level", "person": person.to_string(), "level": level })
        }
        ClubEvent::Shared { person, until, .. } => {
            json!({ "club": "shared", "person": person.to_string(), "until": until.0 })
        }
        ClubEvent::CameByLink { person, session, by, until } => json!({
            "club": "came-by-link", "person": person.to_string(), "session": session.to_string(),
            "by": by.to_string(), "until": until.0,
        }),
        ClubEvent::SprintJoined { sprint, people } => {
            json!({ "club": "sprint-joined", "sprint": sprint, "people": ids(people) })
        }
        ClubEvent::Brought { person, by, .. } => {
            json!({ "club": "brought", "person": person.to_string(), "by": by.to_string() })
        }
        ClubEvent::SprintOpened { sprint, goal, from, until, .. } => {
            json!({ "club": "sprint", "sprint": sprint, "goal": goal, "from": from, "until": until.0 })
        }
        ClubEvent::SprintEnded { sprint, reached, likes, people } => {
            json!({ "club": "sprint-ended", "sprint": sprint, "reached": reached, "likes": likes, "people": people })
        }
    }
}

fn rundown(event: &RundownEvent) -> Value {
    match event {
        RundownEvent::Set { version, rundown } => {
            json!({ "what": "set", "version": version, "steps": rundown.steps.len() })
        }
        RundownEvent::StepStarted { turn, step, free, until, .. } => json!({
            "what": "step-started", "turn": turn, "step": step, "free": free.is_some(), "until": until.0,
        }),
        RundownEvent::Held { left_ms } => json!({ "what": "held", "left_ms": left_ms }),
        RundownEvent::Retimed { until } => json!({ "what": "retimed", "until": until.0 }),
        RundownEvent::ClimaxAnnounced { step, starts_at } => {
            json!({ "what": "climax-announced", "step": step, "starts_at": starts_at.0 })
        }
        RundownEvent::Warned { since, .. } => json!({ "what": "warned", "since": since.0 }),
        RundownEvent::Carried { turn, refused } => {
            json!({ "what": "carried", "turn": turn, "refused": refused })
        }
        RundownEvent::Stopped { finished } => json!({ "what": "stopped", "finished": finished }),
    }
}

fn activity(event: &ActivityEvent) -> Value {
    match event {
        ActivityEvent::Opened { activity, terms, until, commit, .. } => {
            let prizes = terms.prize.as_ref().map(|it| it.count);
            let worth = terms.prize.as_ref().map(|it| it.worth.minor);
            json!({
                "what": "opened", "activity": activity.0, "game": terms.game.code(), "prizes": prizes,
                "worth_minor": worth, "until": until.0, "commit": hex(commit),
            })
        }
        ActivityEvent::Played { activity, person, play, device, name } => {
            let (what, more) = played(*play);
            let mut fields = json!({
                "what": what, "activity": activity.0, "person": person.to_string(), "device": device,
                "named": name.is_some(),
            });
            merge(&mut fields, more);
            fields
        }
        ActivityEvent::Stepped { activity, step, until, .. } => {
            let (step, number) = match step {
                GameStep::Asking { question } => ("asking", question),
                GameStep::Explaining { question } => ("explaining", question),
                GameStep::Ready { round } => ("ready", round),
                GameStep::Signal { round } => ("signal", round),
            };
            json!({ "what": "stepped", "activity": activity.0, "step": step, "number": number, "until": until.0 })
        }
        ActivityEvent::Scored { activity, points } => {
            json!({ "what": "scored", "activity": activity.0, "points": points })
        }
        ActivityEvent::Frozen { activity, players, digest } => {
            json!({ "what": "frozen", "activity": activity.0, "players": players, "digest": hex(digest) })
        }
        ActivityEvent::Settled { activity, seed, outcome } => {
            let mut fields = json!({ "what": "settled", "activity": activity.0, "seed": hex(seed) });
            merge(&mut fields, came_out(outcome));
            fields
        }
    }
}

fn played(play: Play) -> (&'static str, Value) {
    match play {
        Play::Chose { option } => ("chose", json!({ "option": option })),
        Play::Answered { question, option, took_ms } => {
            ("answered", json!({ "question": question, "option": option, "took_ms": took_ms }))
        }
        Play::Guessed { minor } => ("guessed", json!({ "minor": minor })),
        Play::Tapped { round, after_ms, counts } => {
            ("tapped", json!({ "round": round, "after_ms": after_ms, "counts": counts }))
        }
        Play::Entered => ("entered", json!({})),
        Play::Finished => ("finished", json!({})),
    }
}

fn came_out(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Votes { votes } => json!({ "votes": votes }),
        Outcome::Winners { winners } => json!({ "winners": ids(winners) }),
        Outcome::Shares { shares, rest_minor } => {
            let share = |it: &linger_protocol::Share| json!([it.person.to_string(), it.minor]);
            json!({ "shares": shares.iter().map(share).collect::<Vec<_>>(), "rest_minor": rest_minor })
        }
        Outcome::Spins { spins } => {
            let spin = |it: &linger_protocol::Spin| json!([it.person.to_string(), it.slice]);
            json!({ "spins": spins.iter().map(spin).collect::<Vec<_>>() })
        }
        Outcome::Score { points } => json!({ "points": points }),
    }
}

fn seat(event: &SeatEvent) -> Value {
    match event {
        SeatEvent::StageOpened { seats, who } => {
            json!({ "what": "stage-opened", "seats": seats, "who": word(who) })
        }
        SeatEvent::StageClosed => json!({ "what": "stage-closed" }),
        SeatEvent::StageAsked { person, priority, place, .. } => json!({
            "what": "stage-asked", "person": person.to_string(), "priority": priority, "place": place,
        }),
        SeatEvent::MovedUp { person } => json!({ "what": "moved-up", "person": person.to_string() }),
        SeatEvent::Invited { person, until } => {
            json!({ "what": "invited", "person": person.to_string(), "until": until.0 })
        }
        SeatEvent::Seated { person, seat } => {
            json!({ "what": "seated", "person": person.to_string(), "seat": seat })
        }
        SeatEvent::SeatMuted { person, muted } => {
            json!({ "what": "seat-muted", "person": person.to_string(), "muted": muted })
        }
        SeatEvent::SelfMuted { person, muted } => {
            json!({ "what": "self-muted", "person": person.to_string(), "muted": muted })
        }
        SeatEvent::SeatEnded { person, end } => {
            json!({ "what": "seat-ended", "person": person.to_string(), "end": word(end) })
        }
        SeatEvent::CallsOpened { promise_min } => {
            json!({ "what": "calls-opened", "promise_min": promise_min })
        }
        SeatEvent::CallsClosed => json!({ "what": "calls-closed" }),
        SeatEvent::CallAsked { person, item, priority, place, until, .. } => json!({
            "what": "call-asked", "person": person.to_string(), "item": item.map(|it| it.0),
            "priority": priority, "place": place, "until": until.0,
        }),
        SeatEvent::CallTaken { person, by, until } => json!({
            "what": "call-taken", "person": person.to_string(), "taken_by": by.to_string(), "until": until.0,
        }),
        SeatEvent::CallEnded { person, end } => {
            let why = match end {
                CallEnd::Done { outcome } => Some(word(outcome)),
                CallEnd::Declined { reason } => Some(word(reason)),
                CallEnd::Expired | CallEnd::Withdrawn | CallEnd::Closed => None,
            };
            json!({ "what": "call-ended", "person": person.to_string(), "end": word(end), "why": why })
        }
    }
}

fn talk(event: &TalkEvent) -> Value {
    match event {
        TalkEvent::GiftSent { order, person, gift, count, amount, until, words, side, .. } => json!({
            "what": "gift-sent", "order": order.to_string(), "person": person.to_string(),
            "gift": gift.as_str(), "count": count, "amount_minor": amount.minor, "until": until.0,
            "words": words.is_some(), "side": side,
        }),
        TalkEvent::GiftGiven { order, payment, combo, combo_until } => json!({
            "what": "gift-given", "order": order.to_string(), "payment": payment.as_str(), "combo": combo,
            "combo_until": combo_until.0,
        }),
        TalkEvent::GiftLapsed { order } => json!({ "what": "gift-lapsed", "order": order.to_string() }),
        TalkEvent::TopicSet { until, .. } => json!({ "what": "topic-set", "until": until.0 }),
        TalkEvent::TopicEnded => json!({ "what": "topic-ended" }),
        TalkEvent::CommentFeatured { comment } => json!({ "what": "featured", "comment": comment.0 }),
        TalkEvent::CommentUnfeatured { comment } => json!({ "what": "unfeatured", "comment": comment.0 }),
        TalkEvent::PhotoOffered { image, person, .. } => {
            json!({ "what": "photo-offered", "image": image.to_string(), "person": person.to_string() })
        }
        TalkEvent::PhotoChosen { image } => json!({ "what": "photo-chosen", "image": image.to_string() }),
        TalkEvent::PhotoDeclined { image } => json!({ "what": "photo-declined", "image": image.to_string() }),
    }
}

/// A variant's name in kebab case, as its `Debug` form begins.
pub(super) fn word(variant: &impl std::fmt::Debug) -> String {
    let debug = format!("{variant:?}");
    let name = debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    name.chars().fold(String::new(), |mut word, c| {
        if c.is_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.extend(c.to_lowercase());
        word
    })
}

fn ids(people: &[PersonId]) -> Vec<String> {
    people.iter().map(ToString::to_string).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn merge(fields: &mut Value, more: Value) {
    if let (Value::Object(fields), Value::Object(more)) = (fields, more) {
        fields.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linger_protocol::{
        ActivityId, GiftId, KeyId, Millis, Money, OrderId, PaymentId, Role, Sealed, SeatEnd,
    };

    const ANN: PersonId = PersonId(0x0a);

    fn sealed() -> Sealed {
        Sealed { key: KeyId(9), body: b"a secret".to_vec().into() }
    }

    #[test]
    fn games_seats_and_gifts_are_dumped_with_what_they_say_and_without_what_a_person_wrote() {
        let name = Some(sealed());
        let entered = ActivityEvent::Played {
            activity: ActivityId(3),
            person: ANN,
            play: Play::Entered,
            device: 7,
            name,
        };
        let asked = SeatEvent::StageAsked { person: ANN, note: sealed(), priority: 2, place: 4 };
        let left = SeatEvent::SeatEnded { person: ANN, end: SeatEnd::TurnedDown };
        let sent = TalkEvent::GiftSent {
            order: OrderId(1),
            person: ANN,
            role: Role::Viewer,
            gift: GiftId::new("flower").unwrap(),
            count: 3,
            amount: Money::new(297, linger_protocol::Currency::CNY),
            until: Millis(5),
            giver: sealed(),
            words: Some(sealed()),
            side: Some(1),
        };
        let given = TalkEvent::GiftGiven {
            order: OrderId(1),
            payment: PaymentId::new("p1").unwrap(),
            combo: 3,
            combo_until: Millis(9),
        };
        let (ann, order) = (ANN.to_string(), OrderId(1).to_string());
        let dumped = [
            (
                Event::Activity(entered),
                json!({ "what": "entered", "activity": 3, "person": ann, "device": 7, "named": true }),
            ),
            (Event::Seat(asked), json!({ "what": "stage-asked", "person": ann, "priority": 2, "place": 4 })),
            (Event::Seat(left), json!({ "what": "seat-ended", "person": ann, "end": "turned-down" })),
            (
                Event::Talk(sent),
                json!({
                    "what": "gift-sent", "order": order, "person": ann, "gift": "flower", "count": 3,
                    "amount_minor": 297, "until": 5, "words": true, "side": 1,
                }),
            ),
            (
                Event::Talk(given),
                json!({ "what": "gift-given", "order": order, "payment": "p1", "combo": 3, "combo_until": 9 }),
            ),
        ];
        for (event, line) in dumped {
            assert_eq!(fields(&event), line);
        }
    }
}
