//! The auditor's books on talk, draws and prompts. Winners are found again here by a program of its own.

use linger_protocol::*;
use linger_room::Room;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub struct Show {
    comments: u64,
    muted: BTreeMap<PersonId, Millis>,
    /// Every question ever opened: what it is about, and whether it is answered.
    questions: BTreeMap<QuestionId, (Topic, Option<ItemId>, bool)>,
    draws: BTreeMap<DrawId, Drawn>,
    prompt: Option<(PromptId, QuestionId, Millis)>,
    /// Open questions whose prompt the host took up, with the last such prompt.
    taken_up: BTreeMap<QuestionId, PromptId>,
    prompts: u32,
    intents: BTreeSet<IntentId>,
    /// The intent of the prompt that shows, its rule, and how often it was put off before.
    showing: Option<(IntentId, String, u32)>,
    /// Intents that wait to be shown again.
    put_off: BTreeMap<IntentId, u32>,
    /// Refusals of each rule since it was taken up last.
    noes: BTreeMap<String, u32>,
}

#[derive(Default)]
struct Drawn {
    entrants: Vec<PersonId>,
    prizes: usize,
    closes_at: Millis,
    commit: [u8; 32],
    digest: Option<[u8; 32]>,
    winners: Option<Vec<PersonId>>,
}

impl Show {
    pub fn close(&self, room: &Room) {
        assert_eq!(room.comments(), self.comments);
        let open: Vec<QuestionId> =
            self.questions.iter().filter(|(_, (_, _, answered))| !answered).map(|(id, _)| *id).collect();
        assert!(room.questions().map(|(id, _)| id).eq(open));
        for (id, drawn) in &self.draws {
            assert!(drawn.winners.is_some(), "draw {id} was never decided");
            // Old draws are forgotten by the room; what it remembers is the truth.
            if let Some(proof) = room.draw_proof(*id) {
                assert_eq!(linger_room::verify(&proof), Ok(()));
                assert_eq!(
                    (&proof.entrants, Some(&proof.winners)),
                    (&drawn.entrants, drawn.winners.as_ref())
                );
            }
        }
        assert!(room.awaiting_seed().is_empty());
    }

    pub fn check_answer(&self, now: Millis, by: &Actor, act: &Act, answer: &Result<Vec<Event>, Refusal>) {
        match act {
            Act::Say { spoken, image, .. } if answer.is_ok() => {
                assert!(
                    !spoken.plain.trim().is_empty() || image.is_some(),
                    "nothing was said, and it was taken for something"
                );
                assert!(self.muted.get(&by.person).is_none_or(|until| now >= *until), "a muted person spoke");
            }
            Act::FollowIntent { intent } if self.intents.contains(&intent.id) && !self.is_put_off(intent) => {
                assert_eq!(answer, &Err(Refusal::IntentKnown));
            }
            Act::FollowIntent { intent } if self.noes.get(&intent.rule).is_some_and(|it| *it >= 3) => {
                assert_eq!(answer, &Err(Refusal::RuleQuiet));
            }
            Act::FollowIntent { .. } if answer == &Err(Refusal::PromptShowing) => {
                assert!(self.prompt.is_some_and(|(_, _, until)| now < until), "no prompt is in the way");
            }
            Act::FollowIntent { .. } if answer.is_ok() => {
                assert!(self.prompt.is_none_or(|(_, _, until)| now >= until), "a prompt is in the way");
            }
            Act::AnswerOnAir { question } if answer.is_ok() => {
                assert_eq!(
                    self.questions.get(question).map(|it| it.2),
                    Some(false),
                    "answered an open question"
                );
            }
            _ => {}
        }
    }

    /// Whether an intent was put off and waits to be shown again.
    fn is_put_off(&self, intent: &Intent) -> bool {
        intent.arm == Arm::Act && self.put_off.contains_key(&intent.id)
    }

    pub fn check_nothing_is_due(&self, now: Millis) {
        assert!(self.prompt.is_none_or(|(_, _, until)| until > now), "a prompt shows beyond its time");
        let late = self.draws.values().any(|it| it.digest.is_none() && it.closes_at <= now);
        assert!(!late, "a draw is open beyond its time");
    }

    /// Books an event; false when it belongs into other books.
    pub fn book(&mut self, now: Millis, event: &Event) -> bool {
        match event {
            Event::CommentMade { comment, question, answers, .. } => {
                self.comments += 1;
                assert_eq!(comment.0, self.comments, "comments are numbered without gaps");
                for asked in question.iter().chain(answers) {
                    assert_eq!(self.questions.get(asked).map(|it| it.2), Some(false), "{asked} is not open");
                }
            }
            Event::QuestionOpened { question, topic, item } => {
                assert_eq!(
                    question.0 as usize,
                    self.questions.len() + 1,
                    "questions are numbered without gaps"
                );
                let twin = self.questions.values().any(|it| *it == (*topic, *item, false));
                assert!(!twin, "the same question is open twice");
                self.questions.insert(*question, (*topic, *item, false));
            }
            Event::QuestionAnswered { question, how, prompt } => {
                let asked = self.questions.get_mut(question).expect("a question that was asked");
                assert!(!std::mem::replace(&mut asked.2, true), "answered twice");
                if let Answered::Typed { comment } = how {
                    assert_eq!(comment.0, self.comments, "the answer comes right after its comment");
                }
                let showing = self.prompt.filter(|(_, about, until)| about == question && now < *until);
                let taken_up = self.taken_up.remove(question);
                assert_eq!(*prompt, showing.map(|it| it.0).or(taken_up), "the prompt that led to the answer");
            }
            Event::CommentHidden { comment } => assert!((1..=self.comments).contains(&comment.0)),
            Event::Muted { person, until } => {
                self.muted.insert(*person, *until);
            }
            Event::DrawOpened { .. }
            | Event::DrawEntered { .. }
            | Event::DrawFrozen { .. }
            | Event::DrawRevealed { .. } => self.book_draw(now, event),
            Event::WentOff { reason: OffReason::Ended } => {
                self.put_off.clear();
                self.noes.clear();
                // Others have books on it too.
                return false;
            }
            Event::PromptShown { .. } | Event::PromptWithheld { .. } | Event::PromptClosed { .. } => {
                self.book_prompt(now, event);
            }
            _ => return false,
        }
        true
    }

    fn book_draw(&mut self, now: Millis, event: &Event) {
        match event {
            Event::DrawOpened { draw, winners, closes_at, commit, .. } => {
                assert_eq!(draw.0 as usize, self.draws.len() + 1, "draws are numbered without gaps");
                assert!(self.draws.values().all(|it| it.digest.is_some()), "two draws are open");
                let (prizes, closes_at, commit) = (*winners as usize, *closes_at, *commit);
                self.draws.insert(*draw, Drawn { prizes, closes_at, commit, ..Drawn::default() });
            }
            Event::DrawEntered { draw, person } => {
                let it = self.draws.get_mut(draw).expect("a draw that was opened");
                assert!(it.digest.is_none() && now < it.closes_at, "entered too late");
                assert!(!it.entrants.contains(person), "entered twice");
                assert!(person.0 >= 100, "somebody who runs the room entered");
                it.entrants.push(*person);
            }
            Event::DrawFrozen { draw, entrants, digest } => {
                let it = self.draws.get_mut(draw).expect("a draw that was opened");
                assert_eq!(*entrants as usize, it.entrants.len());
                let bytes: Vec<u8> = it.entrants.iter().flat_map(|person| person.0.to_be_bytes()).collect();
                assert_eq!(Sha256::digest(bytes).as_slice(), digest);
                assert!(it.digest.replace(*digest).is_none(), "frozen twice");
            }
            Event::DrawRevealed { draw, seed, winners } => {
                let it = self.draws.get_mut(draw).expect("a draw that was opened");
                let digest = it.digest.expect("a draw that was frozen");
                assert_eq!(Sha256::digest(seed).as_slice(), it.commit, "another seed than was committed to");
                assert_eq!(winners, &drawn_again(seed, &digest, draw.0, &it.entrants, it.prizes));
                let once: BTreeSet<&PersonId> = winners.iter().collect();
                assert_eq!(once.len(), it.prizes.min(it.entrants.len()), "each prize goes to somebody else");
                assert!(it.winners.replace(winners.clone()).is_none(), "revealed twice");
            }
            _ => unreachable!("not about draws"),
        }
    }

    fn book_prompt(&mut self, now: Millis, event: &Event) {
        match event {
            Event::PromptShown { prompt, intent, until, again } => {
                self.prompts += 1;
                assert_eq!(prompt.0, self.prompts, "prompts are numbered without gaps");
                assert_eq!(self.intents.insert(intent.id), again.is_none(), "an intent was followed twice");
                assert_eq!(self.put_off.remove(&intent.id), *again, "shown as often as it was put off");
                assert!(again.is_none_or(|it| it <= 2), "put off more than twice");
                self.showing = Some((intent.id, intent.rule.clone(), again.unwrap_or(0)));
                let question = intent.question().expect("a day has prompts about questions");
                assert_eq!(self.questions.get(&question).map(|it| it.2), Some(false));
                assert_eq!(self.prompt.replace((*prompt, question, *until)), None, "two prompts show");
            }
            Event::PromptWithheld { intent } => assert!(self.intents.insert(intent.id)),
            Event::PromptClosed { prompt, end } => {
                let (shown, about, until) = self.prompt.take().expect("a prompt that shows");
                assert_eq!(shown, *prompt);
                let (intent, rule, put_off) = self.showing.take().expect("the intent of the prompt");
                match end {
                    PromptEnd::Later => drop(self.put_off.insert(intent, put_off + 1)),
                    PromptEnd::Followed => drop(self.noes.remove(&rule)),
                    PromptEnd::Dismissed => *self.noes.entry(rule).or_default() += 1,
                    PromptEnd::Expired => {}
                }
                if *end == PromptEnd::Followed && self.questions.get(&about).is_some_and(|it| !it.2) {
                    self.taken_up.insert(about, shown);
                }
                assert!(*end != PromptEnd::Expired || now >= until, "expired before its time");
            }
            _ => unreachable!("not about prompts"),
        }
    }
}

/// Winners once more, from the description at the head of `draw.rs` alone: only the places that were touched are
/// written down, and the multiples of `m` are counted in 128 bits.
fn drawn_again(
    seed: &[u8; 32],
    digest: &[u8; 32],
    draw: u32,
    entrants: &[PersonId],
    prizes: usize,
) -> Vec<PersonId> {
    let mut touched: BTreeMap<usize, usize> = BTreeMap::new();
    let mut winners = vec![];
    for place in 0..prizes.min(entrants.len()) {
        let m = (entrants.len() - place) as u128;
        let end = (1u128 << 64) / m * m;
        let mut attempt = 0u32;
        let x = loop {
            let mut text = b"linger-draw-v1".to_vec();
            text.extend_from_slice(seed);
            text.extend_from_slice(digest);
            for number in [draw, place as u32, attempt] {
                text.extend_from_slice(&number.to_be_bytes());
            }
            let hash = Sha256::digest(&text);
            let x = hash.iter().take(8).fold(0u128, |sum, byte| sum << 8 | u128::from(*byte));
            if x < end {
                break x;
            }
            attempt += 1;
        };
        let chosen = place + (x % m) as usize;
        let at = |touched: &BTreeMap<usize, usize>, it: usize| touched.get(&it).copied().unwrap_or(it);
        let (here, there) = (at(&touched, place), at(&touched, chosen));
        touched.insert(chosen, here);
        winners.push(entrants[there]);
    }
    winners
}
