//! What a host does when: cards one after another, sales, draws, announcements, and answers to about half of the
//! questions.
//!
//! It does not know the server and reads no clock; time and what is seen come in with every call.

use super::HostHabits;
use crate::crowd::{Tongue, about_of, answers};
use crate::dice::Dice;
use crate::goods::{GOODS, Good};
use crate::wire::{Act, Event, Proposal, SaleAct, Terms, Unlock, View};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// What the host has in mind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Plan {
    Card(usize),
    Sale(usize),
    Flash(usize),
    EndSale(usize),
    EndCard(usize),
    AnnounceDraw,
    Draw,
    Answer(u32),
    Dismiss(u32),
}

/// What is known about a question.
#[derive(Clone, Debug, Default)]
struct Asked {
    text: String,
    decided: bool,
}

/// The host of one evening.
#[derive(Debug)]
pub(super) struct Evening {
    habits: HostHabits,
    dice: Dice,
    agenda: BinaryHeap<Reverse<(u64, u64, Plan)>>,
    planned: u64,
    now: u64,
    units: BTreeMap<u64, (u32, u32)>,
    questions: BTreeMap<u32, Asked>,
    answered: BTreeSet<u32>,
    prompts: BTreeMap<u32, u32>,
    draw_open: bool,
    cards: u64,
    draws: usize,
}

/// People who have to buy until it gets cheaper for all.
const UNLOCK_BUYERS: u32 = 6;
/// How long a lower price for a while lasts.
const FLASH_MS: u64 = 25_000;

/// Keywords and prizes of the draws.
const DRAWS: [(&str, &str, u32); 5] = [
    ("好运来", "分格便当盒 Lunch Box", 3),
    ("linger", "家用砧板 Chopping Board", 2),
    ("今晚手气好", "绿植花盆 Plant Pot", 5),
    ("lucky", "女士腕表 Wrist Watch", 1),
    ("来一个", "三美元红包 3 dollar voucher", 8),
];

const ANNOUNCED: [&str; 5] = [
    "今晚全场包邮 · Free shipping tonight",
    "下单都送小样 · A sample with every order",
    "有问题打在弹幕里，我都会看 · Ask away in the chat",
    "没付款的单一分钟后放回来 · Unpaid orders go back after a minute",
    "点关注，下周三继续 · Follow for next Wednesday",
];

impl Evening {
    pub(super) fn new(habits: HostHabits, seed: u64) -> Evening {
        let mut evening = Evening {
            dice: Dice::of(seed, "evening"),
            agenda: BinaryHeap::new(),
            planned: 0,
            now: 0,
            units: BTreeMap::new(),
            questions: BTreeMap::new(),
            answered: BTreeSet::new(),
            prompts: BTreeMap::new(),
            draw_open: false,
            cards: 0,
            draws: 0,
            habits,
        };
        evening.plan(3.0, Plan::Card(0));
        let first_draw_s = evening.habits.draw_every_s * 0.4;
        evening.plan(first_draw_s, Plan::AnnounceDraw);
        evening
    }

    /// What puts the shelf up, before the show.
    pub(super) fn set_up(&self, view: &View) -> Vec<Act> {
        let listed: BTreeMap<u64, u32> =
            view.shelf.iter().map(|entry| (entry.item.id, entry.units)).collect();
        let put = |good: &Good| match listed.get(&good.id) {
            Some(units) if *units > 0 => vec![],
            Some(_) => vec![Act::SetStock { item: good.id, units: good.units }],
            None => {
                vec![Act::ListItem { item: good.id }, Act::SetStock { item: good.id, units: good.units }]
            }
        };
        let on_sale = view.shelf.iter().filter(|entry| entry.sale.is_some());
        let close = on_sale.map(|entry| Act::CloseSale { item: entry.item.id });
        close.chain(GOODS.iter().flat_map(put)).collect()
    }

    /// Looks at the whole room.
    pub(super) fn look(&mut self, view: &View) {
        self.units = view.shelf.iter().map(|entry| (entry.item.id, (entry.left, entry.units))).collect();
        self.draw_open = view.draw.as_ref().is_some_and(|draw| draw.state == "open");
    }

    /// Takes in what happened.
    pub(super) fn hear(&mut self, event: &Event) {
        match event {
            Event::Stock { item, left, units } => {
                self.units.insert(*item, (*left, *units));
            }
            Event::Comment(comment) => {
                if let Some(question) = comment.question {
                    self.hear_question(question, &comment.text);
                }
            }
            Event::QuestionAnswered { question } => {
                self.questions.remove(question);
                self.answered.insert(*question);
                if self.answered.len() > 1_000 {
                    self.answered.pop_first();
                }
            }
            Event::DrawOpened { .. } => self.draw_open = true,
            Event::DrawFrozen { .. } => self.draw_open = false,
            Event::PromptShown { prompt, intent } => {
                if let Proposal::AnswerQuestion { question } = intent.proposal {
                    self.hear_prompt(*prompt, question);
                }
            }
            Event::PromptClosed { prompt } => {
                self.prompts.remove(prompt);
            }
            _ => {}
        }
    }

    fn hear_question(&mut self, question: u32, text: &str) {
        let asked = self.questions.entry(question).or_default();
        if asked.text.is_empty() {
            text.clone_into(&mut asked.text);
        }
        // A question that nobody answered for long stays one of many: the oldest are let go.
        if self.questions.len() > 500 {
            self.questions.pop_first();
        }
        let Some(asked) = self.questions.get_mut(&question) else { return };
        if !std::mem::replace(&mut asked.decided, true) && self.dice.chance(self.habits.answers_alone) {
            let after_s = self.dice.lognormal(self.habits.answers_after_s, 0.6);
            self.plan(after_s, Plan::Answer(question));
        }
    }

    fn hear_prompt(&mut self, prompt: u32, question: u32) {
        self.prompts.insert(prompt, question);
        if self.dice.chance(self.habits.follows_prompt) {
            let after_s = self.dice.between(3.0, 10.0);
            self.plan(after_s, Plan::Answer(question));
        } else if self.dice.chance(self.habits.dismisses_prompt) {
            let after_s = self.dice.between(2.0, 6.0);
            self.plan(after_s, Plan::Dismiss(prompt));
        }
    }

    fn plan(&mut self, after_s: f64, plan: Plan) {
        self.planned += 1;
        let after_ms = (after_s * 1_000.0 / self.habits.pace.max(0.01)) as u64;
        self.agenda.push(Reverse((self.now + after_ms, self.planned, plan)));
    }

    /// What the host does up to `now`, ms since the beginning.
    pub(super) fn step(&mut self, now: u64) -> Vec<Act> {
        self.now = self.now.max(now);
        let mut acts = Vec::new();
        while self.agenda.peek().is_some_and(|Reverse((at, ..))| *at <= self.now) {
            let Some(Reverse((_, _, plan))) = self.agenda.pop() else { break };
            self.follow(plan, &mut acts);
        }
        acts
    }

    fn follow(&mut self, plan: Plan, acts: &mut Vec<Act>) {
        match plan {
            Plan::Card(place) => self.put_up(place, acts),
            Plan::Sale(place) => self.open_sale(place, acts),
            Plan::Flash(place) => {
                let good = &GOODS[place];
                let (item, price_minor) = (good.id, good.show_price_minor * 9 / 10);
                acts.push(Act::Sale(SaleAct::Flash { item, price_minor, lasts_ms: FLASH_MS }));
            }
            Plan::EndSale(place) => acts.push(Act::CloseSale { item: GOODS[place].id }),
            Plan::EndCard(place) => {
                acts.push(Act::UnpinCard);
                // Every few cards the stage stands empty for longer: that is when people go.
                let gap_s = match self.cards % 4 {
                    0 => self.habits.long_gap_s,
                    _ => self.dice.between(0.5, 1.5) * self.habits.gap_s,
                };
                self.plan(gap_s, Plan::Card((place + 1) % GOODS.len()));
            }
            Plan::AnnounceDraw => {
                let every_s = self.habits.draw_every_s;
                self.plan(every_s, Plan::AnnounceDraw);
                let (keyword, _, _) = DRAWS[self.draws % DRAWS.len()];
                if !self.draw_open {
                    acts.push(Act::Announce {
                        text: format!("马上抽奖，弹幕打「{keyword}」 · Draw in a moment, say “{keyword}”"),
                    });
                    self.plan(6.0, Plan::Draw);
                }
            }
            Plan::Draw if !self.draw_open => {
                let (keyword, prize, winners) = DRAWS[self.draws % DRAWS.len()];
                self.draws += 1;
                let lasts_ms = (self.habits.draw_lasts_s * 1_000.0 / self.habits.pace.max(0.01)) as u64;
                let (keyword, prize) = (keyword.to_owned(), prize.to_owned());
                acts.push(Act::OpenDraw { keyword, prize, winners, lasts_ms: lasts_ms.max(5_000) });
            }
            Plan::Draw => {}
            Plan::Answer(question) => acts.extend(self.answer(question)),
            Plan::Dismiss(prompt) => {
                if self.prompts.remove(&prompt).is_some() {
                    acts.push(Act::ClosePrompt { prompt, end: "dismissed" });
                }
            }
        }
    }

    /// Most are sold at the price of the show; some get cheaper for all once enough people bought, some for a while.
    fn open_sale(&mut self, place: usize, acts: &mut Vec<Act>) {
        let good = &GOODS[place];
        let (item, price_minor, hold_ms) = (good.id, good.show_price_minor, self.habits.hold_ms);
        if place.is_multiple_of(3) {
            let unlock = Unlock { buyers: UNLOCK_BUYERS, price_minor: price_minor * 9 / 10 };
            let terms = Terms {
                price_minor,
                per_person: 2,
                hold_ms,
                mode: "first-come",
                bell: None,
                unlock: Some(unlock),
            };
            acts.push(Act::Sale(SaleAct::Open { item, terms }));
            return;
        }
        acts.push(Act::OpenSale { item, price_minor: Some(price_minor), per_person: 2, hold_ms });
        if place % 3 == 1 {
            let after_s = (self.habits.card_s - self.habits.sale_after_s) * 0.4;
            self.plan(after_s, Plan::Flash(place));
        }
    }

    fn put_up(&mut self, place: usize, acts: &mut Vec<Act>) {
        let good = &GOODS[place];
        let (left, units) = self.units.get(&good.id).copied().unwrap_or((0, 0));
        if left < 8 {
            acts.push(Act::SetStock { item: good.id, units: i64::from(units) + good.units });
        }
        acts.push(Act::PinCard { item: good.id });
        if self.cards % 3 == 1 {
            let text = ANNOUNCED[(self.cards as usize / 3) % ANNOUNCED.len()];
            acts.push(Act::Announce { text: text.to_owned() });
        }
        self.cards += 1;
        let HostHabits { card_s, sale_after_s, .. } = self.habits;
        let card_s = card_s * self.dice.between(0.8, 1.3);
        self.plan(sale_after_s, Plan::Sale(place));
        self.plan(card_s - 2.0, Plan::EndSale(place));
        self.plan(card_s, Plan::EndCard(place));
    }

    fn answer(&mut self, question: u32) -> Option<Act> {
        if self.answered.contains(&question) {
            return None;
        }
        self.answered.insert(question);
        let text = self.questions.remove(&question).map(|asked| asked.text).unwrap_or_default();
        if self.dice.chance(self.habits.answers_aloud) {
            return Some(Act::AnswerOnAir { question });
        }
        let said = match about_of(&text) {
            Some((about, tongue)) => self.dice.pick(answers(about).of(tongue)).copied(),
            None => None,
        };
        let is_chinese = text.chars().any(|c| c > '\u{2fff}');
        let otherwise = answer_to_anything(if is_chinese { Tongue::Zh } else { Tongue::En });
        let text = said.unwrap_or(otherwise).to_owned();
        Some(Act::Say { text, answers: Some(question) })
    }
}

fn answer_to_anything(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::Zh => "好问题，我看一下再详细讲",
        Tongue::En => "Good question, let me show you in a moment",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Comment, Intent};

    fn evening(pace: f64) -> Evening {
        Evening::new(HostHabits { pace, ..HostHabits::default() }, 1)
    }

    fn minutes(evening: &mut Evening, minutes: u64) -> Vec<Act> {
        let from = evening.now;
        (0..minutes * 600).flat_map(|step| evening.step(from + step * 100)).collect()
    }

    fn question(number: u32, text: &str) -> Event {
        let (person, role) = ("a".to_owned(), "viewer".to_owned());
        let question = Some(number);
        Event::Comment(Comment { id: 1, person, text: text.into(), role, question, answers: None })
    }

    #[test]
    fn an_hour_shows_every_product_sells_it_and_draws_every_few_minutes() {
        let mut evening = evening(1.0);
        let acts = minutes(&mut evening, 60);
        let count = |is: fn(&Act) -> bool| acts.iter().filter(|act| is(act)).count();
        let pins: BTreeSet<u64> = acts
            .iter()
            .filter_map(|act| if let Act::PinCard { item } = act { Some(*item) } else { None })
            .collect();
        assert_eq!(pins.len(), GOODS.len());
        let opens = |act: &Act| matches!(act, Act::OpenSale { .. } | Act::Sale(SaleAct::Open { .. }));
        assert!(count(opens) >= GOODS.len());
        assert!(count(|act| matches!(act, Act::Sale(SaleAct::Flash { .. }))) >= GOODS.len() / 3);
        assert!((10..=16).contains(&count(|act| matches!(act, Act::OpenDraw { .. }))));
        assert!(count(|act| matches!(act, Act::Announce { .. })) >= 15);
    }

    #[test]
    fn pace_makes_an_evening_faster() {
        let cards = |pace| {
            let acts = minutes(&mut evening(pace), 30);
            acts.iter().filter(|act| matches!(act, Act::PinCard { .. })).count()
        };
        assert!(cards(3.0) as f64 > 2.5 * cards(1.0) as f64);
    }

    #[test]
    fn some_questions_are_answered_alone_and_more_after_a_prompt() {
        let mut evening = evening(1.0);
        let answered = |acts: &[Act]| {
            let is = |act: &&Act| matches!(act, Act::AnswerOnAir { .. } | Act::Say { answers: Some(_), .. });
            acts.iter().filter(is).count()
        };
        for number in 1..=200 {
            evening.hear(&question(number, "包邮吗"));
        }
        let alone = answered(&minutes(&mut evening, 10));
        assert!((40..100).contains(&alone), "{alone} of 200 without a prompt");
        let open: Vec<u32> = evening.questions.keys().copied().collect();
        for (prompt, question) in open.iter().enumerate() {
            let intent = Intent { proposal: Proposal::AnswerQuestion { question: *question } };
            evening.hear(&Event::PromptShown { prompt: prompt as u32, intent });
        }
        let prompted = answered(&minutes(&mut evening, 10));
        let share = prompted as f64 / open.len() as f64;
        assert!((0.55..0.9).contains(&share), "{share} of the others after a prompt");
    }

    #[test]
    fn a_question_is_answered_once_and_in_its_own_language() {
        let mut evening = evening(1.0);
        for number in 1..=100 {
            evening.hear(&question(number, "is there a coupon?"));
            evening.hear(&question(number, "is there a coupon?"));
        }
        let acts = minutes(&mut evening, 20);
        let mut seen = BTreeSet::new();
        for act in &acts {
            match act {
                Act::AnswerOnAir { question } => assert!(seen.insert(*question)),
                Act::Say { text, answers: Some(question) } => {
                    assert!(seen.insert(*question));
                    assert_eq!(text, "Two are cheaper, the order page does it for you");
                }
                _ => {}
            }
        }
        assert!(!seen.is_empty());
    }
}
