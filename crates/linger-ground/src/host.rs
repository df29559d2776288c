//! A modelled host: shows one card after another, answers, opens draws, tires, and takes up some of what is proposed. It
//! does not know viewers, nor which rule proposes what.

use crate::{
    causes::{Cause, Causes},
    meaning::{Meaning, of_prompt},
    mood::Mood,
    programme::{ANSWER_EVERY_S, CARD_S, Programme},
    stage::{Stage, item_of},
    stays::SWARM,
};
use linger_protocol::{Act, IntentId, PromptEnd, PromptId, QuestionId, Spoken};
use linger_sim::dice::Dice;

/// From one remark of a host who is awake to the next, s. Chosen.
const REMARK_EVERY_S: u32 = 40;
/// Of the prompts that are not taken up, so many are put away; the others are left alone until they go.
const DISMISSES: f64 = 0.5;

/// What a host is about to do.
struct Todo {
    at_s: u32,
    prompt: PromptId,
    end: PromptEnd,
    question: Option<QuestionId>,
    meaning: Option<Meaning>,
}

/// What the host did that touches single people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// Greeted those from a source.
    Greeted(String),
    /// Answered those by name who spoke last.
    Named,
}

/// The host of a show.
pub struct Host<'a> {
    causes: &'a Causes,
    programme: &'a Programme,
    cards: usize,
    card_until: u32,
    climaxes: usize,
    seen: PromptId,
    todo: Vec<Todo>,
    /// When a prompt last woke them.
    woken_at: u32,
}

impl<'a> Host<'a> {
    /// Before the show.
    pub fn new(causes: &'a Causes, programme: &'a Programme) -> Host<'a> {
        Host {
            causes,
            programme,
            cards: 0,
            card_until: 5,
            climaxes: 0,
            seen: PromptId(0),
            todo: vec![],
            woken_at: 0,
        }
    }

    /// A second of the host.
    pub fn second(&mut self, second: u32, stage: &mut Stage, mood: &mut Mood<'_>) -> Vec<Did> {
        let mut did = vec![];
        let lull = self.programme.lulls.iter().find(|it| it.has(second));
        // Whoever was woken in a lull is through with it.
        let awake = lull.is_none_or(|it| self.woken_at >= it.from_s);
        if awake {
            self.run(second, stage, mood, &mut did);
        }
        self.look_at_prompt(second, stage);
        let due = self.todo.extract_if(.., |it| it.at_s <= second).collect::<Vec<_>>();
        for todo in due {
            self.act(second, &todo, stage, mood, &mut did);
        }
        did
    }

    /// What the host does unasked.
    fn run(&mut self, second: u32, stage: &mut Stage, mood: &mut Mood<'_>, did: &mut Vec<Did>) {
        if second >= self.card_until {
            let good = self.programme.cards[self.cards % self.programme.cards.len()];
            self.cards += 1;
            self.card_until = second + CARD_S;
            stage.host(Act::PinCard { item: item_of(good) });
            mood.host_does(second);
        }
        let occasion = second / ANSWER_EVERY_S;
        if second % ANSWER_EVERY_S == 7 && self.programme.answers.get(occasion as usize) == Some(&true) {
            // Unasked, hosts answer what they saw last.
            let last = stage.room.questions().map(|(question, _)| question).max();
            if last.is_some_and(|question| stage.host(Act::AnswerOnAir { question })) {
                mood.host_does(second);
            }
        }
        if second % REMARK_EVERY_S == 20 {
            stage.host(Act::say(Spoken::unsealed("here we go")));
            mood.host_does(second);
        }
        if self.programme.climaxes.get(self.climaxes).is_some_and(|at| *at <= second) {
            self.climaxes += 1;
            if stage.open_draw() {
                mood.host_does(second);
            }
        }
        if self.programme.greets_at == Some(second) {
            mood.host_does(second);
            did.push(Did::Greeted(SWARM.to_owned()));
        }
    }

    /// Decides what becomes of a prompt that is new on the screen.
    fn look_at_prompt(&mut self, second: u32, stage: &Stage) {
        let Some(showing) = stage.room.prompt().filter(|it| it.prompt > self.seen) else { return };
        self.seen = showing.prompt;
        let IntentId(intent) = showing.intent.id;
        let mut dice = Dice::of(self.programme.seed ^ intent, "prompt");
        let follows = dice.chance(self.causes[Cause::HostFollows]);
        let wait = dice.lognormal(self.causes[Cause::HostTakesS], 0.5).clamp(1.0, 50.0) as u32;
        if follows || dice.chance(DISMISSES) {
            self.todo.push(Todo {
                at_s: second + wait,
                prompt: showing.prompt,
                end: if follows { PromptEnd::Followed } else { PromptEnd::Dismissed },
                question: showing.intent.question(),
                meaning: of_prompt(&showing.intent),
            });
        }
    }

    fn act(&mut self, second: u32, todo: &Todo, stage: &mut Stage, mood: &mut Mood<'_>, did: &mut Vec<Did>) {
        let follows = todo.end == PromptEnd::Followed;
        let done = match todo.question.filter(|_| follows) {
            // The prompt goes with the answer.
            Some(question) => stage.host(Act::AnswerOnAir { question }),
            None => stage.host(Act::ClosePrompt { prompt: todo.prompt, end: todo.end }),
        };
        if !done || !follows {
            return;
        }
        self.woken_at = second;
        mood.host_follows(second, todo.meaning.as_ref());
        match &todo.meaning {
            Some(Meaning::Climax) => {
                stage.open_draw();
            }
            Some(Meaning::Deeper) => self.card_until += self.causes[Cause::DeeperS] as u32,
            Some(Meaning::Hello(source)) => did.push(Did::Greeted(source.clone())),
            Some(Meaning::Names) => did.push(Did::Named),
            Some(Meaning::Ask | Meaning::Ahead) => {
                stage.host(Act::say(Spoken::unsealed("say 1 or 2")));
            }
            None => {}
        }
    }
}
