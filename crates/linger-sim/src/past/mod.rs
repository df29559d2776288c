//! An evening that is over: who came, what they said and bought, what the host did and what went wrong, as requests and
//! reports with their times. A demonstration lays it down before it starts, so that there is a show to look back at.
//!
//! The people are as simulated as those of [`crowd`](crate::crowd), and so is the trouble: how much likelier people
//! leave in each is chosen, and what a review finds must be found from the log alone. It does not know the server, and
//! decides nothing: a room may refuse any of it.

mod audience;
mod following;

pub use following::Following;

use crate::crowd::lines;
use crate::dice::Dice;
use crate::goods::{self, About, GOODS, Good};
use audience::Audience;
use linger_protocol::{
    Act, Actor, CardTouch, Item, ItemId, Millis, Money, OrderId, PersonId, Quality, Report, Role,
};

/// How long the evening is, in seconds.
pub const LENGTH_S: u32 = 45 * 60;
/// Whose room it is; the name as the audience sees it.
pub const HOST: PersonId = PersonId(0x006c_696e_6765_7201);
const HOST_NAME: &str = "Lin 小林";

/// Something that happened, or was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Somebody asks for something other than to speak.
    Ask(Actor, Act),
    /// Somebody says something, under a name.
    Say(Actor, String, String),
    /// The host answers, aloud, the question that has been open longest.
    AnswerOldest,
    /// The host opens a draw with this keyword, prize, number of winners and length in ms.
    OpenDraw(&'static str, &'static str, u32, u64),
    /// The host puts so many more units of an item up than were sold before.
    Stock(ItemId, i64),
    /// The buyer pays what an order costs.
    Pay(OrderId),
    /// It happened outside.
    Tell(Report),
}

/// A stretch of trouble.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    from_s: u32,
    to_s: u32,
    /// How many times likelier than usual people leave.
    leaving: f64,
    /// The share of time that the picture stalls.
    stalled: f64,
}

/// The picture stalls for half a minute.
const STALL: Trouble = Trouble { from_s: 874, to_s: 903, leaving: 24.0, stalled: 0.41 };
/// Nobody answers questions for five minutes; people lose patience towards the end.
const UNANSWERED: (u32, u32) = (1_440, 1_750);
const IMPATIENT: Trouble = Trouble { from_s: 1_620, to_s: 1_709, leaving: 3.2, stalled: 0.0 };
/// The product that sells out too early, and those who came too late for it.
const SOLD_OUT_CARD: usize = 8;
const TOO_LATE: Trouble = Trouble { from_s: 1_905, to_s: 1_939, leaving: 8.0, stalled: 0.0 };

/// What an evening is like.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    /// When the picture comes.
    pub began: Millis,
    /// The same seed makes the same evening.
    pub seed: u64,
    /// Whether things go wrong.
    pub troubled: bool,
    /// How many come: 1 for as many as a room has that is known by now.
    pub size: f64,
}

impl Past {
    /// Which day it is, in days since 1970.
    fn day(&self) -> i64 {
        self.began.0.div_euclid(86_400_000)
    }

    /// How many come in a second.
    fn come_a_s(&self, second: u32) -> f64 {
        self.size
            * match second {
                0..240 => 1.15,
                // A shout-out in another room brings many at once: a burst, and no trouble.
                1_200..1_220 => 6.0,
                _ => 0.55,
            }
    }
}

/// Deeds in order of time. Those who follow the room come back to it, and who is new follows it from now on.
pub fn evening(past: &Past, following: &mut Following) -> Vec<(Millis, Deed)> {
    let expected = (0..LENGTH_S).map(|second| past.come_a_s(second)).sum();
    let mut writer = Writer {
        past: *past,
        dice: Dice::of(past.seed, "past"),
        audience: Audience::new(past.seed, past.day(), expected, following),
        deeds: Vec::new(),
        orders: 0,
        unpaid: Vec::new(),
        entering: Vec::new(),
    };
    for second in 0..LENGTH_S {
        writer.second(second);
    }
    writer.end();
    writer.deeds.sort_by_key(|(at, _)| *at);
    writer.deeds
}

struct Writer<'a> {
    past: Past,
    dice: Dice,
    audience: Audience<'a>,
    deeds: Vec<(Millis, Deed)>,
    orders: u64,
    /// Orders that will be paid, with the second they are.
    unpaid: Vec<(u32, OrderId)>,
    /// People who will say the keyword of a draw, with the second they do.
    entering: Vec<(u32, PersonId, &'static str)>,
}

const CARD_EVERY_S: u32 = 225;
const DRAWS: [(u32, &str, &str, u32); 2] =
    [(420, "好运来", "分格便当盒 Lunch Box", 3), (2_340, "linger", "家用砧板 Chopping Board", 2)];
const DRAW_S: u32 = 60;
/// Two draws, and nothing in between that people wait for, would be a dull evening.
const ANNOUNCED: [(u32, &str); 4] = [
    (12, "今晚全场包邮 · Free shipping tonight"),
    (1_150, "半小时后还有一次抽奖 · Another draw in twenty minutes"),
    (1_790, "下一件只有三十件 · Only thirty of the next one"),
    (2_640, "谢谢大家，明晚八点见 · Thank you, see you tomorrow at eight"),
];

impl Writer<'_> {
    fn at(&self, second: u32, ms: u64) -> Millis {
        self.past.began.plus(u64::from(second) * 1_000 + ms)
    }

    fn put(&mut self, second: u32, ms: u64, deed: Deed) {
        let at = self.at(second, ms);
        self.deeds.push((at, deed));
    }

    fn host(&mut self, second: u32, act: Act) {
        self.put(second, 40, Deed::Ask(Actor { person: HOST, role: Role::Host }, act));
    }

    fn trouble(&self, second: u32) -> (f64, f64) {
        let usual = (1.0, 0.003);
        if !self.past.troubled {
            return usual;
        }
        let all = [STALL, IMPATIENT, TOO_LATE];
        let now = all.iter().find(|it| (it.from_s..=it.to_s).contains(&second));
        now.map_or(usual, |it| (it.leaving, it.stalled.max(usual.1)))
    }

    fn second(&mut self, second: u32) {
        self.stage(second);
        let (leaving, stalled) = self.trouble(second);
        let come = self.dice.poisson(self.past.come_a_s(second));
        let moved = self.audience.pass(second, come, leaving);
        if let Some(moved) = moved {
            self.put(second, 120, Deed::Tell(moved));
        }
        self.picture(second, stalled);
        self.talk(second);
        self.sale(second);
    }

    fn stage(&mut self, second: u32) {
        if second == 0 {
            self.put(0, 0, Deed::Tell(Report::MediaStarted));
        }
        if let Some((_, text)) = ANNOUNCED.iter().find(|(at, _)| *at == second) {
            self.host(second, Act::Announce { text: (*text).to_owned() });
        }
        let card = (second / CARD_EVERY_S) as usize;
        let good = &GOODS[card % GOODS.len()];
        match second % CARD_EVERY_S {
            5 => {
                self.host(second, Act::ListItem { item: item_of(good) });
                self.put(second, 40, Deed::Stock(ItemId(good.id), self.units(card, good)));
                self.host(second, Act::PinCard { item: ItemId(good.id) });
            }
            20 => {
                let price = usd(good.show_price_minor);
                let (per_person, hold_ms) = (2, 60_000);
                self.host(second, Act::OpenSale { item: ItemId(good.id), price, per_person, hold_ms });
            }
            210 => {
                self.host(second, Act::CloseSale { item: ItemId(good.id) });
                self.host(second, Act::UnpinCard);
            }
            _ => {}
        }
        for (at, keyword, prize, winners) in DRAWS {
            if second == at {
                let lasts_ms = u64::from(DRAW_S) * 1_000;
                self.put(second, 60, Deed::OpenDraw(keyword, prize, winners, lasts_ms));
                for person in self.audience.some(&mut self.dice, 0.3) {
                    let after_s = 4 + self.dice.below(DRAW_S as usize - 8) as u32;
                    self.entering.push((second + after_s, person, keyword));
                }
            }
            if second == at + DRAW_S + 2 {
                self.audience.let_go(&mut self.dice, 0.3);
            }
        }
        let silent = self.past.troubled && (UNANSWERED.0..UNANSWERED.1).contains(&second);
        if second % 24 == 17 && !silent {
            self.put(second, 300, Deed::AnswerOldest);
        }
        // After the silence the host catches up.
        if self.past.troubled
            && (UNANSWERED.1..UNANSWERED.1 + 60).contains(&second)
            && second.is_multiple_of(5)
        {
            self.put(second, 300, Deed::AnswerOldest);
        }
    }

    fn units(&self, card: usize, good: &Good) -> i64 {
        if self.past.troubled && card == SOLD_OUT_CARD { 30 } else { good.units.max(150) }
    }

    fn picture(&mut self, second: u32, stalled: f64) {
        if second % 2 == 1 {
            return;
        }
        let here = self.audience.here();
        let watched_ms = 2_000 * here as u64;
        let stalled_ms = (watched_ms as f64 * stalled * self.dice.between(0.8, 1.2)) as u64;
        let begun = self.audience.take_new();
        let first_frame_ms = (0..begun).map(|_| self.dice.lognormal(420.0, 0.5) as u32).collect();
        let quality = Quality {
            viewers: u32::try_from(here).unwrap_or(u32::MAX),
            first_frame_ms,
            stalls: u32::try_from(stalled_ms / 1_100).unwrap_or(u32::MAX),
            stalled_ms,
            watched_ms,
            ..Quality::default()
        };
        self.put(second, 500, Deed::Tell(Report::QualityMeasured { quality }));
    }

    fn talk(&mut self, second: u32) {
        let here = self.audience.here() as f64;
        for _ in 0..self.dice.poisson(here * 0.0011) {
            self.speak(second, false);
        }
        let silent = self.past.troubled && (UNANSWERED.0..UNANSWERED.1).contains(&second);
        for _ in 0..self.dice.poisson(here * if silent { 0.0005 } else { 0.00018 }) {
            self.speak(second, true);
        }
        let likes = self.dice.poisson(here * 0.02);
        if second.is_multiple_of(3) && likes > 0 {
            let likes = u32::try_from(likes).unwrap_or(u32::MAX);
            self.put(second, 700, Deed::Tell(Report::LikesCame { likes, people: likes.div_ceil(3) }));
        }
        let due: Vec<_> = self.entering.extract_if(.., |(at, ..)| *at <= second).collect();
        for (_, person, keyword) in due {
            let name = self.audience.name(person);
            self.put(second, 800, Deed::Say(Actor::viewer(person), name, keyword.to_owned()));
        }
    }

    fn speak(&mut self, second: u32, asks: bool) {
        let Some(person) = self.audience.somebody(&mut self.dice) else { return };
        let good = &GOODS[(second / CARD_EVERY_S) as usize % GOODS.len()];
        let tongue = self.audience.tongue(person);
        let lines = if asks {
            let about = self.dice.pick(good.asked).copied().unwrap_or(About::Price);
            lines::questions(about)
        } else if self.dice.chance(0.5) {
            lines::REMARKS
        } else {
            lines::IDLE
        };
        let line = self.dice.pick(lines.of(tongue)).copied().unwrap_or_default();
        let text = line.replace("{it}", if tongue == lines::Tongue::Zh { good.zh } else { good.en });
        let (name, ms) = (self.audience.name(person), 600 + self.dice.below(300) as u64);
        self.put(second, ms, Deed::Say(Actor::viewer(person), name, text));
    }

    fn sale(&mut self, second: u32) {
        let card = (second / CARD_EVERY_S) as usize;
        let good = &GOODS[card % GOODS.len()];
        let into = second % CARD_EVERY_S;
        if (10..210).contains(&into) {
            // What sells out is wanted by everybody at once.
            let (wanted, bought) = match (card == SOLD_OUT_CARD, self.past.troubled) {
                (true, true) => (3.0, 30.0),
                (true, false) => (3.0, 5.0),
                _ => (1.0, 1.0),
            };
            let here = self.audience.here() as f64;
            let clicked = self.dice.poisson(here * 0.0009 * wanted);
            if second.is_multiple_of(2) && clicked > 0 {
                let clicked = u32::try_from(clicked).unwrap_or(u32::MAX);
                let touches = vec![CardTouch { item: ItemId(good.id), seen: clicked * 6, clicked }];
                self.put(second, 900, Deed::Tell(Report::CardsTouched { touches }));
            }
            if into >= 20 {
                for _ in 0..self.dice.poisson(here * 0.000_07 * bought) {
                    self.order(second, good);
                }
            }
        }
        let due: Vec<_> = self.unpaid.extract_if(.., |(at, _)| *at <= second).collect();
        due.into_iter().for_each(|(_, order)| self.put(second, 950, Deed::Pay(order)));
    }

    fn order(&mut self, second: u32, good: &Good) {
        let Some(person) = self.audience.somebody(&mut self.dice) else { return };
        self.orders += 1;
        let order = OrderId(u128::from(self.past.seed) << 64 | u128::from(self.orders));
        let act = Act::PlaceOrder { order, item: ItemId(good.id), units: 1 };
        self.put(second, 850, Deed::Ask(Actor::viewer(person), act));
        if self.dice.chance(0.85) {
            self.unpaid.push((second + 6 + self.dice.below(30) as u32, order));
        }
    }

    /// The host ends the show, and people go home within a minute.
    fn end(&mut self) {
        self.put(LENGTH_S, 0, Deed::Tell(Report::MediaStopped { on_purpose: true }));
        for second in 0..60 {
            if let Some(moved) = self.audience.pass(LENGTH_S + second, 0, 60.0) {
                self.put(LENGTH_S + second, 120, Deed::Tell(moved));
            }
        }
        if let Some(moved) = self.audience.empty() {
            self.put(LENGTH_S + 60, 120, Deed::Tell(moved));
        }
        // What is held lapses, so that nothing is left open.
        self.put(LENGTH_S + 120, 0, Deed::Tell(Report::TimePassed));
    }
}

/// What opens the room, before its first evening.
pub fn opening(title: &str) -> Deed {
    let act = Act::OpenRoom { title: title.to_owned(), host: HOST, host_name: HOST_NAME.to_owned() };
    Deed::Ask(Actor { person: HOST, role: Role::Operator }, act)
}

fn usd(minor: i64) -> Money {
    Money::new(minor, linger_protocol::Currency::USD)
}

fn item_of(good: &Good) -> Item {
    debug_assert_eq!(goods::CURRENCY, "USD");
    let item = Item::new(ItemId(good.id), &good.title(), usd(good.price_minor), "Linger demo shop");
    Item { image: good.image(), ..item }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const PAST: Past = Past { began: Millis(1_790_000_000_000), seed: 7, troubled: true, size: 1.0 };

    fn first(past: &Past) -> Vec<(Millis, Deed)> {
        evening(past, &mut Following::new(3))
    }

    #[test]
    fn the_same_seed_makes_the_same_evening_in_order_of_time() {
        let deeds = first(&PAST);
        assert_eq!(deeds, first(&PAST));
        assert_ne!(deeds, first(&Past { seed: 8, ..PAST }));
        assert!(deeds.is_sorted_by_key(|(at, _)| *at));
        let last = deeds.last().map(|(at, _)| at.since(PAST.began));
        assert_eq!(last, Some(u64::from(LENGTH_S + 120) * 1_000));
    }

    #[test]
    fn everybody_who_comes_goes_home() {
        let mut here = BTreeSet::new();
        let mut most = 0;
        for (_, deed) in first(&PAST) {
            let Deed::Tell(Report::PeopleMoved { arrived, left }) = deed else { continue };
            here.extend(arrived.iter().map(|it| it.session));
            most = most.max(here.len());
            left.iter().for_each(|it| assert!(here.remove(&it.session), "{:?} was not here", it.session));
        }
        assert!(here.is_empty() && (250..600).contains(&most), "{most}");
    }

    #[test]
    fn people_come_back_and_nobody_is_here_twice_at_once() {
        let mut following = Following::new(7);
        let mut came: Vec<BTreeSet<PersonId>> = Vec::new();
        for day in 0..8 {
            let past = Past { began: PAST.began.plus(day * 86_400_000), seed: day, size: 0.3, ..PAST };
            let mut visits = Vec::new();
            for (_, deed) in evening(&past, &mut following) {
                let Deed::Tell(Report::PeopleMoved { arrived, .. }) = deed else { continue };
                visits.extend(arrived.iter().map(|it| it.person));
            }
            let people: BTreeSet<_> = visits.iter().copied().collect();
            assert_eq!(people.len(), visits.len(), "day {day}");
            came.push(people);
        }
        let back = |day: usize| came[0].intersection(&came[day]).count() as f64 / came[0].len() as f64;
        assert!(
            (0.22..0.40).contains(&back(1)) && (0.07..0.20).contains(&back(7)),
            "{}, {}",
            back(1),
            back(7)
        );
        assert_eq!(following.len(), came.iter().flatten().collect::<BTreeSet<_>>().len());
    }
}
