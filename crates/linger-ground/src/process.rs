//! The process that lets rules work in a room: evaluator, desk and carrier, driven as the server drives them. It does not
//! know viewers or host.

use crate::{arms::Arms, stage::Stage};
use linger_action::{Carrier, Config, Desk, Errand, errand, next_up};
use linger_protocol::{Act, Actor, Intent, Millis, RoomId, RuleAct};
use linger_strategy::rule::{Evaluator, Finding};

/// Rules at work in one room.
pub struct Process {
    evaluator: Evaluator,
    desk: Desk,
    carrier: Carrier,
    arms: Arms,
    read: usize,
    /// Occasions that were passed over, by what was proposed: budgets that are spent, and other rules that stood in the way.
    pub passed_over: Vec<Intent>,
}

impl Process {
    /// Of a room, before its first entry was read.
    pub fn new(room: &RoomId, arms: Arms) -> Process {
        let desk = Desk::new(Config::default()).expect("the usual settings can be");
        let (evaluator, carrier) = (Evaluator::new(room), Carrier::new());
        Process { evaluator, desk, carrier, arms, read: 0, passed_over: vec![] }
    }

    /// Reads what was decided, lets time pass up to now, and asks the room for what is due.
    pub fn turn(&mut self, stage: &mut Stage) {
        self.read(stage);
        // In this very millisecond something may still happen.
        let found = self.evaluator.pass(Millis(stage.now.0 - 1));
        self.offer(found);
        while let Some(intent) = self.carrier.due(stage.now) {
            let id = intent.id;
            let act = means(&intent, stage);
            let act = Act::Rule(RuleAct::Carry { intent: Box::new(intent), act });
            if let Err(refusal) = stage.ask(Actor::HOUSE, act, Some(id)) {
                self.carrier.refused(id, refusal);
            }
            self.read(stage);
        }
        for request in self.desk.due(stage.now) {
            let Act::FollowIntent { intent } = &request.act else { continue };
            let id = intent.id;
            if let Err(refusal) = stage.ask(request.by, request.act, Some(id)) {
                self.desk.refused(id, refusal);
            }
        }
        self.read(stage);
    }

    fn read(&mut self, stage: &Stage) {
        let mut found = vec![];
        for entry in &stage.log[self.read..] {
            self.desk.fold(entry);
            self.carrier.fold(entry);
            found.extend(self.evaluator.fold(entry));
        }
        self.read = stage.log.len();
        self.offer(found);
    }

    fn offer(&mut self, found: Vec<Finding>) {
        for Finding { mut intent, passed_over } in found {
            if passed_over.is_some() {
                self.passed_over.push(intent);
                continue;
            }
            intent.arm = self.arms.arm(&intent);
            if Carrier::carries(&intent) { self.carrier.offer(intent) } else { self.desk.offer(intent) }
        }
    }
}

/// What a deed means to the room. What only the edge of a server understands has no meaning here.
fn means(intent: &Intent, stage: &Stage) -> Result<Option<Box<Act>>, String> {
    match errand(intent) {
        Some(Errand::Act(act)) => Ok(Some(act)),
        Some(Errand::Webhook(_)) => Ok(None),
        Some(Errand::NextUp(item)) => {
            let (version, rundown) = stage.room.rundown();
            let Some(step) = stage.room.run().map(|it| it.step) else {
                return Err("rundown-not-running".to_owned());
            };
            next_up((version, rundown), step, item).map(|it| it.map(|it| Box::new(Act::Rundown(it))))
        }
        Some(Errand::Ask(_)) | None => Err("not-allowed".to_owned()),
    }
}
