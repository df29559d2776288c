//! A show as it is lived: people, a host and their pictures, a real room, real rules at work in it. It does not know what is
//! learnt from it.

use crate::{
    arms::Arms,
    causes::Causes,
    crowd::{Crowd, Doing, Lived},
    host::{Did, Host},
    mood::Mood,
    process::Process,
    programme::{GOODS, KINDS, Programme, kind_of},
    stage::{BEGIN, DRAW_S, KEYWORD, Stage, item_of},
    stays::Stays,
};
use linger_protocol::{
    Act, Actor, Deed, Entry, Event, Intent, Millis, OrderId, PaymentId, PersonId, PromptEnd, PromptId,
    Quality, Report, RoomId, RuleEvent, Spoken,
};
use linger_sim::{
    crowd::{Habits, lines},
    dice::Dice,
    goods::About,
};
use linger_strategy::rule::Rule;
use std::collections::BTreeMap;

/// Orders a second and person who likes what is shown; of the scarce good, and at a low price, so many times as many.
const ORDERS: f64 = 0.000_35;
const SCARCE_ORDERS: f64 = 20.0;
const FLASH_ORDERS: f64 = 2.5;
const PAYS: f64 = 0.85;
const PAYS_AFTER_S: u32 = 10;
/// The millisecond of each second in which everything happens.
const MS: u64 = 213;

/// Everything that shows have in common.
#[derive(Clone, Debug)]
pub struct World {
    /// What makes people leave.
    pub causes: Causes,
    /// How they are beside that.
    pub habits: Habits,
    /// How long they stay of themselves.
    pub stays: Stays,
    /// The rules in every room; all of them on, none with a holdout of its own.
    pub rules: Vec<Rule>,
    /// How long a show is, s.
    pub length_s: u32,
    /// How many people are there at a time, about.
    pub people: f64,
}

impl World {
    /// A world of these causes and rules.
    pub fn new(causes: Causes, rules: Vec<Rule>, length_s: u32, people: f64) -> World {
        let habits = Habits::default();
        let stays = Stays::of(&habits, length_s + 1);
        let rules = rules.into_iter().map(|rule| Rule { on: true, hold_out: 0.0, ..rule }).collect();
        World { causes, habits, stays, rules, length_s, people }
    }
}

/// Which show.
#[derive(Clone, Debug)]
pub struct Show {
    /// Its seed.
    pub seed: u64,
    /// The room.
    pub room: RoomId,
    /// The host's name.
    pub host: String,
    /// The number before that of its first viewer.
    pub first_person: u64,
}

/// How often a rule did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Acts {
    /// Carried out, or shown to the host.
    pub done: u64,
    /// Of prompts: taken up by the host.
    pub followed: u64,
    /// Held out.
    pub withheld: u64,
    /// Refused by the room.
    pub refused: u64,
    /// Passed over, because its budget was spent or another rule stood in the way.
    pub passed_over: u64,
}

/// A show that was.
#[derive(Clone, Debug)]
pub struct Evening {
    /// The room's log.
    pub log: Vec<Entry>,
    /// Every stay.
    pub lived: Vec<Lived>,
    /// What each rule did.
    pub acts: BTreeMap<String, Acts>,
}

/// Lives through a show.
pub fn live(world: &World, show: &Show, arms: Arms) -> Evening {
    let World { causes, habits, stays, .. } = world;
    let programme = Programme::of(show.seed, causes, habits, stays, (world.length_s, world.people));
    let mut running = Running {
        world,
        programme: &programme,
        stage: Stage::open(&show.host, &programme, &world.rules),
        crowd: Crowd::new((causes, habits, stays), &programme, show.first_person),
        host: Host::new(causes, &programme),
        mood: Mood::new(causes, &programme),
        process: Process::new(&show.room, arms),
        dice: Dice::of(show.seed, "orders"),
        felt: 0,
        orders: 0,
        unpaid: vec![],
        hot: About::Price,
    };
    for second in 0..world.length_s {
        running.stage.now = BEGIN.plus(u64::from(second) * 1_000 + MS);
        running.second(second);
    }
    running.end();
    let acts = acts(&running.stage.log, &running.process.passed_over);
    Evening { lived: running.crowd.into_lived(), log: running.stage.log, acts }
}

struct Running<'a> {
    world: &'a World,
    programme: &'a Programme,
    stage: Stage,
    crowd: Crowd<'a>,
    host: Host<'a>,
    mood: Mood<'a>,
    process: Process,
    dice: Dice,
    /// Entries that people felt.
    felt: usize,
    orders: u64,
    unpaid: Vec<(u32, OrderId)>,
    /// What most ask about just now.
    hot: About,
}

impl Running<'_> {
    fn second(&mut self, second: u32) {
        self.stage.pass();
        if second == 0 {
            self.stage.tell(&Report::MediaStarted);
        }
        let paces = self.mood.paces(second);
        let doing = self.crowd.second(second, &paces, self.mood.talk(second));
        self.move_people(&doing);
        if second % 2 == 1 {
            self.picture(second);
        }
        for did in self.host.second(second, &mut self.stage, &mut self.mood) {
            match did {
                Did::Greeted(source) => self.crowd.greeted(second, &source),
                Did::Named => self.crowd.named(second),
            }
        }
        self.feel(second);
        for person in doing.enters {
            let act = Act::say(Spoken::unsealed(KEYWORD));
            let _ = self.stage.ask(Actor::viewer(person), act, None);
        }
        for person in doing.speaks {
            self.speak(person);
        }
        self.sell(second);
        self.process.turn(&mut self.stage);
        self.feel(second);
    }

    fn move_people(&mut self, doing: &Doing) {
        if !doing.arrived.is_empty() || !doing.left.is_empty() {
            let (arrived, left) = (doing.arrived.clone(), doing.left.clone());
            self.stage.tell(&Report::PeopleMoved { arrived, left });
        }
    }

    /// What pictures tell of themselves every two seconds.
    fn picture(&mut self, second: u32) {
        let here = self.crowd.len() as u64;
        let stalled = self.crowd.stalled(second) as u64;
        if here == 0 {
            return;
        }
        let quality = Quality {
            viewers: u32::try_from(here).unwrap_or(u32::MAX),
            stalls: u32::try_from(stalled).unwrap_or(u32::MAX),
            // Of two seconds of a picture that stalls, it stands still for 0.8.
            stalled_ms: stalled * 800,
            watched_ms: here * 2_000,
            ..Quality::default()
        };
        self.stage.tell(&Report::QualityMeasured { quality });
    }

    /// People feel what was decided.
    fn feel(&mut self, second: u32) {
        let news = self.felt..self.stage.log.len();
        for entry in &self.stage.log[news.clone()] {
            self.mood.fold(second, entry);
            match &entry.event {
                Event::QuestionAnswered { question, .. } => self.crowd.answered(second, *question),
                Event::CommentMade { person, question: Some(question), .. } => {
                    self.crowd.asked(second, *person, *question);
                }
                Event::DrawOpened { .. } => self.crowd.draw_opened(second, DRAW_S),
                Event::CardPinned { .. } => self.hot = hot(self.programme.seed, second),
                Event::Rule(RuleEvent::Done { intent }) => {
                    if let Some(proposed) = intent.proposed()
                        && let (Deed::Grant { .. }, Some(person)) = (&proposed.deed, proposed.person)
                    {
                        self.crowd.given(second, person);
                    }
                }
                _ => {}
            }
        }
        self.felt = news.end;
    }

    fn speak(&mut self, person: PersonId) {
        let (habits, hot) = (&self.world.habits, self.hot);
        let shown = self.mood.card().is_some();
        let Some(dice) = self.crowd.dice(person) else { return };
        let tongue = if dice.chance(habits.chinese) { lines::Tongue::Zh } else { lines::Tongue::En };
        let said = if shown && dice.chance(habits.question_share) {
            let other = dice.pick(&About::OF_ANYTHING).copied().unwrap_or(hot);
            lines::questions(if dice.chance(habits.same_question) { hot } else { other })
        } else {
            lines::REMARKS
        };
        let line = dice.pick(said.of(tongue)).copied().unwrap_or_default();
        let act = Act::say(Spoken::unsealed(&line.replace("{it}", "this")));
        let _ = self.stage.ask(Actor::viewer(person), act, None);
    }

    fn sell(&mut self, second: u32) {
        if let Some(good) = self.mood.card() {
            let like = self.crowd.like(kind_of(good));
            let scarce = if good == self.programme.scarce { SCARCE_ORDERS } else { 1.0 };
            let flash = if self.mood.flashes(second) { FLASH_ORDERS } else { 1.0 };
            for _ in 0..self.dice.poisson(like as f64 * ORDERS * scarce * flash) {
                let number = self.dice.below(like);
                let Some(person) = self.crowd.who_likes(kind_of(good), number) else { continue };
                self.orders += 1;
                let order = OrderId(u128::from(self.programme.seed) << 64 | u128::from(self.orders));
                let act = Act::PlaceOrder { order, item: item_of(good), units: 1 };
                let placed = self.stage.ask(Actor::viewer(person), act, None).is_ok();
                if placed && self.dice.chance(PAYS) {
                    self.unpaid.push((second + PAYS_AFTER_S, order));
                }
            }
        }
        let due: Vec<_> = self.unpaid.extract_if(.., |(at, _)| *at <= second).collect();
        for (_, order) in due {
            let Some(amount) = self.stage.room.order(order).map(|it| it.amount) else { continue };
            let payment = PaymentId::new(&format!("ground-{order}")).expect("it is a name");
            self.stage.tell(&Report::PaymentArrived { order, payment, amount });
        }
    }

    /// The host ends the show, and everybody goes home.
    fn end(&mut self) {
        let length_s = self.world.length_s;
        self.stage.now = BEGIN.plus(u64::from(length_s) * 1_000 + MS);
        self.stage.pass();
        let left = self.crowd.end(length_s);
        self.stage.tell(&Report::PeopleMoved { arrived: vec![], left });
        self.stage.tell(&Report::MediaStopped { on_purpose: true });
        self.stage.now = Millis(self.stage.now.0 + 120_000);
        self.stage.pass();
    }
}

/// What most ask about while a card is shown.
fn hot(seed: u64, second: u32) -> About {
    let mut dice = Dice::of(seed ^ u64::from(second), "hot");
    dice.pick(&About::OF_ANYTHING).copied().unwrap_or(About::Price)
}

/// What each rule did, from the log and from what was passed over.
fn acts(log: &[Entry], passed_over: &[Intent]) -> BTreeMap<String, Acts> {
    let mut acts: BTreeMap<String, Acts> = BTreeMap::new();
    let mut shown: BTreeMap<PromptId, &str> = BTreeMap::new();
    let mut of = |rule: &str, add: fn(&mut Acts)| add(acts.entry(rule.to_owned()).or_default());
    for entry in log {
        match &entry.event {
            Event::PromptShown { prompt, intent, .. } => {
                shown.insert(*prompt, &intent.rule);
                of(&intent.rule, |it| it.done += 1);
            }
            Event::PromptClosed { prompt, end: PromptEnd::Followed } => {
                if let Some(rule) = shown.get(prompt) {
                    of(rule, |it| it.followed += 1);
                }
            }
            Event::PromptWithheld { intent } => of(&intent.rule, |it| it.withheld += 1),
            Event::Rule(RuleEvent::Done { intent }) => of(&intent.rule, |it| it.done += 1),
            Event::Rule(RuleEvent::Withheld { intent }) => of(&intent.rule, |it| it.withheld += 1),
            Event::Rule(RuleEvent::Refused { intent, .. }) => of(&intent.rule, |it| it.refused += 1),
            _ => {}
        }
    }
    passed_over.iter().for_each(|intent| of(&intent.rule, |it| it.passed_over += 1));
    acts
}

const _: () = assert!(GOODS.is_multiple_of(KINDS), "each kind has as many goods");
