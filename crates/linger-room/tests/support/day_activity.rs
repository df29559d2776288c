//! What people and the host do about activities on a day made from a seed: too early, too late, twice, wrongly.

use crate::{
    day::{Input, World},
    dice::Dice,
};
use linger_protocol::*;
use linger_room::{Phase, activity::commitment};

impl World {
    pub fn play(&mut self) -> Input {
        let known: Vec<ActivityId> = self.room.activities().map(|(id, _)| id).collect();
        if known.is_empty() || self.dice.percent(12) {
            return self.open_activity();
        }
        let open: Vec<ActivityId> =
            self.room.activities().filter(|(_, it)| it.phase == Phase::Open).map(|(id, _)| id).collect();
        let activity = match self.dice.below(60) {
            0 => ActivityId(self.dice.below(2_000) as u32),
            1..8 => *self.dice.pick(&known),
            _ if open.is_empty() => return self.open_activity(),
            _ => *self.dice.pick(&open),
        };
        let act = match self.dice.below(60) {
            0 => ActivityAct::Close { activity },
            1..5 => ActivityAct::Next { activity },
            5 => return Input::Tell(Report::RivalScored { activity, points: self.dice.below(50) }),
            6..9 => {
                let points = [self.dice.below(4) as u32, self.dice.below(4) as u32];
                return Input::Tell(Report::Cheered { activity, points });
            }
            _ => {
                let play = self.any_move(activity);
                let device = self.dice.below(4) as u32;
                let role = if self.dice.percent(97) { Role::Viewer } else { Role::Moderator };
                // A few of them play more than the others.
                let person = if self.dice.percent(50) { 100 + self.dice.below(5) } else { self.viewer() };
                let name = Some(Spoken::unsealed("Ann").sealed);
                let act = ActivityAct::Play { activity, play, device, name };
                return self.ask(person, role, Act::Activity(act));
            }
        };
        self.ask(1, Role::Host, Act::Activity(act))
    }

    /// A move that fits the game, mostly.
    fn any_move(&mut self, activity: ActivityId) -> Move {
        let it = self.room.activity(activity);
        let code = it.map_or("vote", |it| it.terms.game.code());
        let asked = it.and_then(|it| match it.step {
            Some((GameStep::Asking { question }, _)) => Some(question),
            _ => None,
        });
        let dice = &mut self.dice;
        match (code, dice.below(30)) {
            (_, 0) => Move::Enter,
            ("vote", _) => Move::Choose { option: dice.below(4) as u8 },
            ("quiz", _) => Move::Answer {
                question: asked.unwrap_or(dice.below(3) as u8),
                option: dice.below(3) as u8,
                delay_ms: if dice.percent(70) { 0 } else { dice.below(4_000) as u32 },
            },
            ("guess", _) => Move::Guess { minor: dice.below(2_000) as i64 - 1 },
            ("reflex", _) => Move::Tap { round: dice.below(2) as u8, after_ms: dice.below(1_400) as u32 },
            ("task", 1..16) => Move::Done { watched_ms: dice.below(60_000) },
            _ => Move::Enter,
        }
    }

    fn open_activity(&mut self) -> Input {
        let seed = self.dice.bytes32();
        let terms = any_terms(&mut self.dice);
        let act = ActivityAct::Open {
            commit: commitment(&seed, &terms.secret()),
            terms: Box::new(terms),
            sealed_seed: seed.to_vec(),
            worth_max: Money::new(50_000, Currency::CNY),
        };
        self.ask(1, Role::Host, Act::Activity(act))
    }

    /// The house reveals, rightly and wrongly, some time or other.
    pub fn react_to_activity(&mut self, event: &ActivityEvent) {
        match event {
            ActivityEvent::Opened { activity, sealed_seed, .. } => {
                let seed = <[u8; 32]>::try_from(sealed_seed.as_slice()).expect("sealed in the clear here");
                self.activity_seeds.insert(*activity, seed);
            }
            ActivityEvent::Frozen { activity, .. } => {
                let (activity, wrong) = (*activity, self.dice.bytes32());
                let seed = self.activity_seeds[&activity];
                self.on_the_way.push(Input::Tell(Report::ActivitySeedRevealed { activity, seed: wrong }));
                self.on_the_way.push(Input::Tell(Report::ActivitySeedRevealed { activity, seed }));
            }
            _ => {}
        }
    }
}

fn any_terms(dice: &mut Dice) -> Terms {
    let lasts_ms = 900 + dice.below(60_000);
    let prize = |dice: &mut Dice| Prize {
        what: "a cup".into(),
        worth: Money::new(dice.below(50_900) as i64, Currency::CNY),
        count: dice.below(5) as u32,
    };
    let some_prize = Some(prize(dice)).filter(|_| dice.percent(85));
    let item = ItemId(1 + dice.below(4));
    let (game, prize) = match dice.below(9) {
        0 => {
            let options = (0..1 + dice.below(4)).map(|n| Choice { text: format!("option {n}"), item: None });
            (Game::Vote { options: options.collect(), lasts_ms }, None)
        }
        1 => {
            let question = |n: u64| QuizQuestion {
                text: format!("question {n}"),
                options: vec!["yes".into(), "no".into()],
                right: (n % 2) as u8,
                why: "so it is".into(),
                window_ms: 10_000,
            };
            let questions = (0..1 + dice.below(3)).map(question).collect();
            (Game::Quiz { questions, elimination: dice.percent(50) }, some_prize)
        }
        2 => (Game::Guess { item, price: Money::new(990, Currency::CNY), lasts_ms }, some_prize),
        3 => {
            let (watch_ms, ask, follow) = (dice.below(800), dice.percent(50), dice.percent(50));
            (Game::Task { watch_ms, ask, share: false, follow, lasts_ms }, some_prize)
        }
        4 => (Game::First { item: Some(item).filter(|_| dice.percent(50)), lasts_ms }, some_prize),
        5 => {
            let most = if dice.percent(20) { 8 } else { 2_000 };
            let budget = Money::new(dice.below(most) as i64, Currency::CNY);
            (Game::Packet { budget, parts: dice.below(12) as u32, even: dice.percent(30), lasts_ms }, None)
        }
        6 => {
            let rival = RoomId::new("tea-2").ok().filter(|_| dice.percent(50));
            let point = Money::new(dice.below(300) as i64, Currency::CNY);
            let (sides, gift_point) = (["Lin".into(), "Mei".into()], dice.percent(70).then_some(point));
            (Game::Pk { sides, rival, forfeit: String::new(), lasts_ms, gift_point }, None)
        }
        7 => {
            let slice = |n: u64, prize| Slice { label: format!("slice {n}"), weight: 1 + n as u32, prize };
            let slices = vec![slice(0, Some(prize(dice))), slice(1, Some(prize(dice))), slice(2, None)];
            (Game::Wheel { slices, lasts_ms }, None)
        }
        _ => {
            (Game::Reflex { waits_ms: vec![2_000; 1 + dice.below(2) as usize], limit_ms: 1_000 }, some_prize)
        }
    };
    Terms { title: "Play".into(), game, prize }
}
