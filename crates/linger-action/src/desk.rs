//! The queue of one room's prompts and what holds them back. It does not know what the prompts say.

use linger_protocol::{
    Act, Actor, Entry, Event, Intent, IntentId, Limits, Millis, OffReason, PromptEnd, PromptId, QuestionId,
    Refusal, Request,
};
use std::collections::{BTreeSet, VecDeque};
use std::fmt;

/// A request that nothing was heard of for so long is sent again; the room knows it by its intent.
const ASK_AGAIN_MS: u64 = 5_000;
/// How long to wait when somebody else's prompt was quicker and its entry has not come yet.
const STEP_BACK_MS: u64 = 1_000;
/// What a rule saw is not shown later than this, ms.
const LATE_MS: u64 = 60_000;
/// Answered questions and passed-on intents that are remembered.
const REMEMBERED_MAX: usize = 10_000;
/// Dropped intents that are kept for whoever wants to know.
const DROPPED_MAX: usize = 256;

/// How often a host may be disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Milliseconds from one prompt to the next, shown or withheld; one day at most.
    pub cool_down_ms: u64,
    /// Prompts of one show, shown or withheld; 1,000 at most.
    pub budget: u32,
    /// Prompts that may wait, 1 to 1,000.
    pub waiting_max: usize,
    /// Milliseconds after which a host who said later is asked again; one day at most.
    pub later_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Config { cool_down_ms: 30_000, budget: 20, waiting_max: 16, later_ms: Limits::PROMPT_LATER_MS }
    }
}

/// A setting that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadConfig {
    /// Which one.
    pub field: &'static str,
    /// What it has to be.
    pub wants: &'static str,
}

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} expected", self.field, self.wants)
    }
}

impl std::error::Error for BadConfig {}

/// Why an intent was not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// Its question was answered while it waited.
    Answered,
    /// The show's budget was spent.
    BudgetSpent,
    /// More waited than may wait; the oldest goes.
    QueueFull,
    /// The host ended the show.
    ShowEnded,
    /// It is about a moment that is over.
    Late,
    /// The host put it off, and what it was about was not so any more when it came to ask again.
    Over,
    /// The room refused it.
    Refused(Refusal),
}

/// An intent that was not passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The intent.
    pub intent: Intent,
    /// Why.
    pub reason: DropReason,
}

/// The desk of one room. Everything that decides when the next prompt goes out is read from the log; a desk that is
/// rebuilt from it, and given again the intents that the log does not deal with, decides the same. (One exception: the log
/// does not tell what was dropped because too many waited. Such an intent may wait again after a restart, if its occasion
/// is still true.)
#[derive(Debug)]
pub struct Desk {
    config: Config,
    waiting: VecDeque<Waiting>,
    // What the host put off, and when it is looked at again; the soonest first.
    put_off: VecDeque<(Intent, Millis)>,
    // Asked for, and not yet in the log.
    asked: Option<(Waiting, Millis)>,
    showing: Option<(PromptId, Intent, Millis)>,
    // Not to be asked before, because the room has another prompt on the screen.
    step_back_until: Option<Millis>,
    // When the host last ended a show: occasions from before do not belong to the next.
    ended_at: Option<Millis>,
    // When a prompt was last shown or withheld.
    last_out: Option<Millis>,
    spent: u32,
    done: BTreeSet<IntentId>,
    answered: BTreeSet<QuestionId>,
    dropped: VecDeque<Dropped>,
}

/// An intent in the queue, since when it is worth a glance, and whether it was put off before.
#[derive(Clone, Debug)]
struct Waiting {
    intent: Intent,
    since: Millis,
    again: bool,
}

impl Desk {
    /// A desk with nothing on it; an error names the setting that cannot be.
    pub fn new(config: Config) -> Result<Desk, BadConfig> {
        if config.cool_down_ms > 86_400_000 {
            return Err(BadConfig { field: "cool_down_ms", wants: "0 to 86400000" });
        }
        if config.budget > 1_000 {
            return Err(BadConfig { field: "budget", wants: "0 to 1000" });
        }
        if !(1..=1_000).contains(&config.waiting_max) {
            return Err(BadConfig { field: "waiting_max", wants: "1 to 1000" });
        }
        if config.later_ms > 86_400_000 {
            return Err(BadConfig { field: "later_ms", wants: "0 to 86400000" });
        }
        Ok(Desk {
            config,
            waiting: VecDeque::new(),
            put_off: VecDeque::new(),
            asked: None,
            showing: None,
            step_back_until: None,
            ended_at: None,
            last_out: None,
            spent: 0,
            done: BTreeSet::new(),
            answered: BTreeSet::new(),
            dropped: VecDeque::new(),
        })
    }

    /// Takes in the next entry of the log.
    pub fn fold(&mut self, entry: &Entry) {
        match &entry.event {
            Event::PromptShown { prompt, intent, until, again } => {
                self.showing = Some((*prompt, intent.clone(), *until));
                self.went_out(entry.at, intent, again.is_some());
            }
            Event::PromptWithheld { intent } => self.went_out(entry.at, intent, false),
            Event::PromptClosed { prompt, end } => {
                let gone = self.showing.take_if(|(shown, ..)| shown == prompt);
                if let (Some((_, intent, _)), PromptEnd::Later) = (gone, end) {
                    self.put_off(intent, entry.at.plus(self.config.later_ms));
                }
            }
            Event::QuestionAnswered { question, .. } => {
                remember(&mut self.answered, *question);
                self.drop_waiting(DropReason::Answered, |it| it.intent.question() == Some(*question));
                self.drop_put_off(DropReason::Answered, |intent| intent.question() == Some(*question));
            }
            Event::WentOff { reason: OffReason::Ended } => {
                self.spent = 0;
                self.ended_at = Some(entry.at);
                self.drop_waiting(DropReason::ShowEnded, |_| true);
                self.drop_put_off(DropReason::ShowEnded, |_| true);
            }
            _ => {}
        }
    }

    /// Takes an intent, to be passed on as soon as may be. One that is known already is not taken again.
    pub fn offer(&mut self, intent: Intent) {
        let is_known = self.done.contains(&intent.id)
            || self.asked.as_ref().is_some_and(|(asked, _)| asked.intent.id == intent.id)
            || self.waiting.iter().any(|waiting| waiting.intent.id == intent.id);
        if is_known {
            return;
        }
        if intent.question().is_some_and(|it| self.answered.contains(&it)) {
            self.drop_one(intent, DropReason::Answered);
            return;
        }
        if self.ended_at.is_some_and(|ended_at| intent.at <= ended_at) {
            self.drop_one(intent, DropReason::ShowEnded);
            return;
        }
        let since = intent.at;
        self.waiting.push_back(Waiting { intent, since, again: false });
        if self.waiting.len() > self.config.waiting_max
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.drop_one(oldest.intent, DropReason::QueueFull);
        }
    }

    /// Looks again at what the host put off, once its time has come: what `stands` says is still so goes to the head of the
    /// queue, the rest is dropped. To be called before [`Desk::due`].
    pub fn recall(&mut self, now: Millis, stands: impl Fn(&Intent) -> bool) {
        while self.put_off.front().is_some_and(|(_, at)| *at <= now)
            && let Some((intent, at)) = self.put_off.pop_front()
        {
            // Nobody was there to ask at the time.
            let late = intent.proposed().is_some() && now.since(at) > LATE_MS;
            if late || !stands(&intent) {
                self.drop_one(intent, if late { DropReason::Late } else { DropReason::Over });
            } else {
                self.waiting.push_front(Waiting { intent, since: now, again: true });
            }
        }
    }

    /// What is to be asked of the room at `now`: one request at most. The caller hands it to the room and, if the room
    /// refuses, tells so by [`Desk::refused`]; otherwise the entry that follows from it tells enough.
    pub fn due(&mut self, now: Millis) -> Vec<Request> {
        if let Some((asked, asked_at)) = &mut self.asked {
            if now.since(*asked_at) < ASK_AGAIN_MS {
                return Vec::new();
            }
            *asked_at = now;
            return vec![request(&asked.intent)];
        }
        if self.spent >= self.config.budget {
            // What was put off took its part of it before.
            self.drop_waiting(DropReason::BudgetSpent, |it| !it.again);
        }
        if self.free_at().is_some_and(|free_at| now < free_at) {
            return Vec::new();
        }
        // What a rule saw is worth a glance for a while; a question stays one until it is answered.
        let late = |it: &Waiting| it.intent.proposed().is_some() && now.since(it.since) > LATE_MS;
        self.drop_waiting(DropReason::Late, late);
        let Some(first) = self.waiting.pop_front() else { return Vec::new() };
        let request = request(&first.intent);
        self.asked = Some((first, now));
        vec![request]
    }

    /// The room refused an intent.
    pub fn refused(&mut self, intent: IntentId, refusal: Refusal) {
        let found = self.asked.take_if(|(asked, _)| asked.intent.id == intent);
        let Some((asked, asked_at)) = found else { return };
        match refusal {
            // The room has it: its entry is on the way here.
            Refusal::IntentKnown => remember(&mut self.done, intent),
            // Somebody else's prompt was quicker: its entry is on the way and says until when.
            Refusal::PromptShowing => {
                self.step_back_until = Some(asked_at.plus(STEP_BACK_MS));
                self.waiting.push_front(asked);
            }
            refusal => self.drop_one(asked.intent, DropReason::Refused(refusal)),
        }
    }

    /// When [`Desk::due`] next has something to do, if nothing happens before; a moment that is past means at once.
    pub fn wakes_at(&self) -> Option<Millis> {
        if let Some((_, asked_at)) = &self.asked {
            return Some(asked_at.plus(ASK_AGAIN_MS));
        }
        let queue = self.waiting.front().map(|it| self.free_at().map_or(it.since, |free| free.max(it.since)));
        let recall = self.put_off.front().map(|(_, at)| *at);
        [queue, recall].into_iter().flatten().min()
    }

    /// How many intents wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many intents were put off and are to be looked at again.
    pub fn put_off_n(&self) -> usize {
        self.put_off.len()
    }

    /// The intents dropped since the last call, the latest 256 at most.
    pub fn take_dropped(&mut self) -> Vec<Dropped> {
        self.dropped.drain(..).collect()
    }

    /// From when on nothing holds a prompt back; `None` if nothing ever did.
    fn free_at(&self) -> Option<Millis> {
        let cooled_down = self.last_out.map(|at| at.plus(self.config.cool_down_ms));
        // The room takes a prompt away by itself when its time is over.
        let screen_free = self.showing.as_ref().map(|(.., until)| *until);
        cooled_down.max(screen_free).max(self.step_back_until)
    }

    fn went_out(&mut self, at: Millis, intent: &Intent, again: bool) {
        self.last_out = Some(self.last_out.map_or(at, |last| last.max(at)));
        if !again {
            self.spent = self.spent.saturating_add(1);
        }
        remember(&mut self.done, intent.id);
        self.asked.take_if(|(asked, _)| asked.intent.id == intent.id);
        self.waiting.retain(|waiting| waiting.intent.id != intent.id);
        self.put_off.retain(|(put_off, _)| put_off.id != intent.id);
    }

    fn put_off(&mut self, intent: Intent, at: Millis) {
        let answered = intent.question().is_some_and(|it| self.answered.contains(&it));
        if answered || self.put_off.len() >= self.config.waiting_max {
            return self
                .drop_one(intent, if answered { DropReason::Answered } else { DropReason::QueueFull });
        }
        let place = self.put_off.partition_point(|(_, other)| *other <= at);
        self.put_off.insert(place, (intent, at));
    }

    fn drop_waiting(&mut self, reason: DropReason, which: impl Fn(&Waiting) -> bool) {
        for waiting in std::mem::take(&mut self.waiting) {
            if which(&waiting) {
                self.drop_one(waiting.intent, reason);
            } else {
                self.waiting.push_back(waiting);
            }
        }
    }

    fn drop_put_off(&mut self, reason: DropReason, which: impl Fn(&Intent) -> bool) {
        for (intent, at) in std::mem::take(&mut self.put_off) {
            if which(&intent) {
                self.drop_one(intent, reason);
            } else {
                self.put_off.push_back((intent, at));
            }
        }
    }

    fn drop_one(&mut self, intent: Intent, reason: DropReason) {
        if self.dropped.len() >= DROPPED_MAX {
            self.dropped.pop_front();
        }
        self.dropped.push_back(Dropped { intent, reason });
    }
}

fn request(intent: &Intent) -> Request {
    Request { by: Actor::HOUSE, act: Act::FollowIntent { intent: intent.clone() } }
}

/// Keeps the newest ids; questions are counted upwards, and of hashes any may go.
fn remember<T: Ord>(set: &mut BTreeSet<T>, id: T) {
    set.insert(id);
    if set.len() > REMEMBERED_MAX {
        set.pop_first();
    }
}
