//! The rules at work: every room is told which versions hold in it, its log is folded with them, and what they find goes to
//! the host's screen or back to the room as a request like anybody's. It does not know what a rule says
//! (`linger-strategy`), how prompts are paced (`linger-action`) or whether a budget is enough: the room decides that.
//!
//! A rule reaches a room through the room's own log, so that a process that starts anew finds the same rules with the same
//! cool-downs. Time is told to an evaluator only once everything that was decided before it is read.

use linger_action::{Carrier, Desk, Errand, errand, next_up, webhook_of};
use linger_engine::{Batch, Engine, Feed, Refused};
use linger_log::Position;
use linger_protocol::{Act, Actor, Entry, Intent, Millis, PersonId, Request, RoomId, RuleAct};
use linger_room::Held;
use linger_store::{Store, StoreError};
use linger_strategy::{
    UnansweredQuestion,
    rule::{Evaluator, Finding, RoomRule, ready},
};
use linger_web::{House, rules_of};
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    time::Duration,
};

/// How often new rooms are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A message that could not be handed out is tried again after this long, while everything else goes on.
const AGAIN_AFTER_MS: u64 = 2_000;
/// A message that was noted so long before the log ended may not have been kept: it is handed out again, under its id.
const UNTOLD_MS: u64 = 600_000;
/// Messages that wait to be handed out.
const UNTOLD_MAX: usize = 1_000;

/// Begins to let rules work in every room there is and will be.
pub fn follow(house: House, engine: Engine) {
    tokio::spawn(tell_rooms(house.clone(), engine.clone()));
    tokio::spawn(async move {
        let mut known = HashSet::new();
        loop {
            for room in engine.rooms() {
                if known.insert(room.clone()) {
                    tokio::spawn(Runner::run(house.clone(), engine.clone(), room));
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
}

/// Keeps the one rule that every house begins with, in a version that says what the settings do. A version that somebody
/// wrote is left alone.
pub async fn keep_first_rule(
    store: &Store,
    settings: &UnansweredQuestion,
    chinese: bool,
    now: Millis,
) -> Result<(), StoreError> {
    let house = PersonId(0);
    let tongue = if chinese { ready::Tongue::Chinese } else { ready::Tongue::English };
    let rule = ready::unanswered_questions(settings, tongue);
    let kept = store.rule_versions(&rule.code).await?;
    let text = rule.to_text();
    let after = match kept.first() {
        None => 0,
        Some(newest) if newest.changed_by == house && newest.rule.as_deref() != Some(&text) => newest.version,
        Some(_) => return Ok(()),
    };
    store.put_rule(&rule.code, after, Some(&text), house, now).await.map(drop)
}

/// Code and newest version of a rule, and what rooms are told of it; none once it is taken away.
type Kept = (String, u32, Option<RoomRule>);

/// Tells rooms which versions of the rules hold in them, whenever a rule, an experiment that draws its arms or the list of
/// rooms changes.
async fn tell_rooms(house: House, engine: Engine) {
    let mut changes = house.rule_changes();
    let mut told: BTreeMap<RoomId, u64> = BTreeMap::new();
    let mut read: Option<(u64, Vec<Kept>)> = None;
    loop {
        let turn = *changes.borrow_and_update();
        if read.as_ref().is_none_or(|(at, _)| *at != turn) {
            match rules_of(&house).await {
                Ok(rules) => read = Some((turn, rules)),
                Err(fault) => tracing::warn!(%fault, "the rules could not be read; trying again"),
            }
        }
        if let Some((at, rules)) = &read {
            for room in engine.rooms() {
                if told.get(&room) != Some(at) && tell_room(&engine, &room, rules).await {
                    told.insert(room, *at);
                }
            }
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Puts what a room does not know yet; true when it knows all.
async fn tell_room(engine: &Engine, room: &RoomId, rules: &[Kept]) -> bool {
    let known = engine.look(room, |room| {
        room.rules().map(|(rule, held)| (rule.to_owned(), held)).collect::<BTreeMap<_, _>>()
    });
    let Ok(Some(known)) = known.await else { return false };
    for (code, version, rule) in rules {
        let works = rule.as_ref().filter(|it| it.rule.works_in(room));
        let draw = works.and_then(RoomRule::mark);
        let knows = |it: &Held| it.version > *version || (it.version, it.draw) == (*version, draw);
        if known.get(code).is_some_and(knows) {
            continue;
        }
        let text = works.map(RoomRule::to_text);
        let act = Act::Rule(RuleAct::Put { rule: code.clone(), version: *version, text, draw });
        match engine.ask(room, Request { by: Actor::HOUSE, act }, None).await {
            Ok(_) => {}
            Err(Refused::Refusal(refusal)) => {
                tracing::warn!(%room, rule = code, %refusal, "a room takes no rule")
            }
            Err(refused) => {
                tracing::warn!(%room, %refused, "a room could not be told a rule; trying again");
                return false;
            }
        }
    }
    true
}

/// The rules of one room.
struct Runner {
    house: House,
    engine: Engine,
    room: RoomId,
    feed: Feed,
    evaluator: Evaluator,
    desk: Desk,
    carrier: Carrier,
    /// Messages to be handed out, and when they were noted.
    untold: VecDeque<(Millis, String, Intent)>,
    /// Not before: the last try failed.
    tell_at: Millis,
    /// Whether the log of the past was read.
    ready: bool,
}

impl Runner {
    async fn run(house: House, engine: Engine, room: RoomId) {
        let Some(tail) = engine.tail(&room) else { return };
        let Ok(desk) = Desk::new(linger_action::Config::default()) else { return };
        let feed = engine.feed(&room, Position { epoch: tail.epoch, offset: 0 });
        let (evaluator, carrier) = (Evaluator::new(&room), Carrier::new());
        let (untold, tell_at) = (VecDeque::new(), Millis(0));
        let mut runner =
            Runner { house, engine, room, feed, evaluator, desk, carrier, untold, tell_at, ready: false };
        while runner.turn().await.is_some() {}
    }

    /// Reads what came, lets time pass and does what is due; `None` when nothing more can be read.
    async fn turn(&mut self) -> Option<()> {
        let wait_ms = self.wait_ms();
        tokio::select! {
            batch = self.feed.next() => self.fold(&*batch.ok()?),
            () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
        }
        if self.feed.is_behind() {
            return Some(());
        }
        self.pass().await?;
        self.tell().await;
        self.desk.recall(self.engine.now(), |intent| self.evaluator.still_holds(intent));
        for request in self.desk.due(self.engine.now()) {
            self.prompt(request).await;
        }
        while let Some(intent) = self.carrier.due(self.engine.now()) {
            if !self.carry(intent).await {
                break;
            }
        }
        Some(())
    }

    fn wait_ms(&self) -> u64 {
        let now = self.engine.now();
        // A moment is passed once it is over.
        let pass = self.evaluator.wakes_at().map(|at| at.plus(2));
        let tell = (!self.untold.is_empty()).then_some(self.tell_at);
        let next = [self.desk.wakes_at(), self.carrier.wakes_at(), pass, tell].into_iter().flatten().min();
        next.map_or(60_000, |at| at.since(now).clamp(2, 60_000))
    }

    fn fold(&mut self, batch: &Batch) {
        for entry in batch.entries.iter() {
            self.desk.fold(entry);
            self.carrier.fold(entry);
            self.note_webhook(entry);
            let found = self.evaluator.fold(entry);
            self.offer(found);
        }
    }

    fn offer(&mut self, found: Vec<Finding>) {
        for finding in found.into_iter().filter(|it| it.passed_over.is_none()) {
            if Carrier::carries(&finding.intent) {
                self.carrier.offer(finding.intent);
            } else {
                self.desk.offer(finding.intent);
            }
        }
    }

    /// Lets time pass: everything that was decided before now is read first.
    async fn pass(&mut self) -> Option<()> {
        let now = self.engine.now();
        if self.evaluator.wakes_at().is_none_or(|at| at >= now) {
            return Some(());
        }
        if self.engine.look(&self.room, |_| ()).await.is_err() {
            // Too much waits, or the engine stops: later.
            tokio::time::sleep(Duration::from_millis(50)).await;
            return Some(());
        }
        let tail = self.engine.tail(&self.room)?;
        while self.feed.position() < tail {
            let batch = self.feed.next().await.ok()?;
            self.fold(&batch);
        }
        // In this very millisecond something may still happen.
        let found = self.evaluator.pass(Millis(now.0 - 1));
        self.offer(found);
        Some(())
    }

    async fn prompt(&mut self, request: Request) {
        let Act::FollowIntent { intent } = &request.act else { return };
        let intent = intent.id;
        match self.engine.ask(&self.room, request, Some(intent)).await {
            Ok(_) => {}
            // The occasion passed while it was on its way.
            Err(Refused::Refusal(refusal)) => self.desk.refused(intent, refusal),
            // The desk asks again after a while.
            Err(refused) => tracing::warn!(room = %self.room, %refused, "an intent could not be carried out"),
        }
    }

    /// Asks the room to carry an intent out; false when it has to be asked again later.
    async fn carry(&mut self, intent: Intent) -> bool {
        let Some(act) = self.means(&intent).await else { return false };
        let id = intent.id;
        let act = Act::Rule(RuleAct::Carry { intent: Box::new(intent), act });
        match self.engine.ask(&self.room, Request { by: Actor::HOUSE, act }, Some(id)).await {
            Ok(_) => true,
            Err(Refused::Refusal(refusal)) => {
                tracing::debug!(room = %self.room, %refusal, "an intent was refused");
                self.carrier.refused(id, refusal);
                true
            }
            Err(refused) => {
                tracing::warn!(room = %self.room, %refused, "an intent could not be carried out; trying again");
                false
            }
        }
    }

    /// What a deed means to the room; `None` when something outside failed for the moment.
    async fn means(&self, intent: &Intent) -> Option<Result<Option<Box<Act>>, String>> {
        match errand(intent) {
            None => Some(Err("not-allowed".to_owned())),
            Some(Errand::Act(act)) => Some(Ok(Some(act))),
            Some(Errand::Webhook(_)) => Some(Ok(None)),
            Some(Errand::Ask(ask)) => match linger_web::deed_of_text(&self.house, &self.room, &ask).await {
                Ok(meant) => Some(meant.map(Some)),
                Err(linger_web::AskAgain) => None,
            },
            Some(Errand::NextUp(item)) => {
                let seen = self.engine.look(&self.room, |room| {
                    let (version, rundown) = room.rundown();
                    (version, rundown.clone(), room.run().map(|it| it.step))
                });
                let (version, rundown, step) = seen.await.ok()??;
                let Some(step) = step else { return Some(Err("rundown-not-running".to_owned())) };
                let act = next_up((version, &rundown), step, item);
                Some(act.map(|it| it.map(|it| Box::new(Act::Rundown(it)))))
            }
        }
    }

    fn note_webhook(&mut self, entry: &Entry) {
        if let Some((topic, intent)) = webhook_of(entry) {
            self.untold.push_back((entry.at, topic.to_owned(), intent.clone()));
            if self.untold.len() > UNTOLD_MAX {
                self.untold.pop_front();
            }
        }
        if !self.ready {
            // Of the past only what the process before may not have come to.
            let recent = |at: Millis| entry.at.since(at) <= UNTOLD_MS;
            while self.untold.front().is_some_and(|(at, ..)| !recent(*at)) {
                self.untold.pop_front();
            }
        }
    }

    async fn tell(&mut self) {
        self.ready = true;
        if self.engine.now() < self.tell_at {
            return;
        }
        while let Some((at, topic, intent)) = self.untold.pop_front() {
            if self.house.tell_of_rule(&self.room, &topic, &intent).await.is_err() {
                self.untold.push_front((at, topic, intent));
                self.tell_at = self.engine.now().plus(AGAIN_AFTER_MS);
                return;
            }
        }
    }
}
