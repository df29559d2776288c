//! A real room with its log, in time that is told. It does not know who asks it for what.

use linger_protocol::{
    Act, Actor, Cause, CouponAct, Currency, DrawId, Entry, Event, IntentId, Item, ItemId, Millis, Money,
    PersonId, Refusal, Report, Request, Role, RuleAct, SaleAct,
};
use linger_protocol::{Campaign, CampaignId, CouponKind, OpenTo, Period, Stacks};
use linger_room::{Room, draw};
use linger_sim::dice::Dice;
use linger_strategy::rule::Rule;
use std::collections::BTreeMap;

use crate::programme::{GOODS, Programme};

/// When every show begins.
pub const BEGIN: Millis = Millis(1_790_000_000_000);
/// Whose room it is.
const HOST: PersonId = PersonId(1 << 63 | 7);
/// What one of each good costs, in minor units, and how many there are.
const PRICE_MINOR: i64 = 4_900;
const UNITS: i64 = 90;
const SCARCE_UNITS: i64 = 24;
/// The campaign whose coupons rules may give.
pub const CAMPAIGN: &str = "thanks";
/// What a coupon of it takes off, in minor units.
pub const COUPON_MINOR: i64 = 500;
/// How long a draw can be entered.
pub const DRAW_S: u32 = 60;
/// The word that enters it.
pub const KEYWORD: &str = "linger";

/// A room and everything that was decided in it.
pub struct Stage {
    /// The room.
    pub room: Room,
    /// Its log.
    pub log: Vec<Entry>,
    /// The moment that everything happens at.
    pub now: Millis,
    seeds: BTreeMap<DrawId, [u8; 32]>,
    dice: Dice,
}

impl Stage {
    /// A room that is open, with goods on sale and these rules in it, a minute before its show.
    pub fn open(host: &str, programme: &Programme, rules: &[Rule]) -> Stage {
        let mut stage = Stage {
            room: Room::default(),
            log: vec![],
            now: Millis(BEGIN.0 - 60_000),
            seeds: BTreeMap::new(),
            dice: Dice::of(programme.seed, "draws"),
        };
        let mut house =
            |act| stage.ask(Actor::HOUSE, act, None).expect("an empty room takes what it is given");
        house(Act::OpenRoom { title: "Proving ground".into(), host: HOST, host_name: host.to_owned() });
        for good in 0..GOODS as u8 {
            let (item, price) = (item_of(good), Money::new(PRICE_MINOR, Currency::CNY));
            house(Act::ListItem { item: Item::new(item, &format!("Good {}", item.0), price, "house") });
            let units = if good == programme.scarce { SCARCE_UNITS } else { UNITS };
            house(Act::SetStock { item, units });
            house(Act::OpenSale { item, price, per_person: 2, hold_ms: 60_000 });
        }
        house(Act::Sale(SaleAct::Coupon(CouponAct::SetCampaign { campaign: Box::new(campaign()) })));
        for rule in rules {
            let (rule, text) = (rule.code.clone(), Some(rule.to_text()));
            house(Act::Rule(RuleAct::Put { rule, version: 1, text, draw: None }));
        }
        stage
    }

    /// Asks the room; what it refuses is none of the show's business, but for who has to know.
    pub fn ask(&mut self, by: Actor, act: Act, intent: Option<IntentId>) -> Result<(), Refusal> {
        let events = self.room.decide(self.now, &Request { by, act })?;
        self.keep(Cause::Asked { by, intent }, events);
        Ok(())
    }

    /// The host asks.
    pub fn host(&mut self, act: Act) -> bool {
        self.ask(Actor { person: HOST, role: Role::Host }, act, None).is_ok()
    }

    /// Something happened outside.
    pub fn tell(&mut self, report: &Report) {
        let events = self.room.note(self.now, report);
        self.keep(Cause::Reported, events);
    }

    /// Whatever is due is done, and the seeds of frozen draws are revealed.
    pub fn pass(&mut self) {
        for _ in 0..20 {
            if self.room.wakes_at().is_none_or(|at| at > self.now) {
                break;
            }
            self.tell(&Report::TimePassed);
        }
        let waiting: Vec<DrawId> = self.room.awaiting_seed().iter().map(|(draw, _)| *draw).collect();
        for draw in waiting {
            if let Some(seed) = self.seeds.get(&draw).copied() {
                self.tell(&Report::SeedRevealed { draw, seed });
            }
        }
    }

    /// The host opens a draw; false when one is open.
    pub fn open_draw(&mut self) -> bool {
        let mut seed = [0; 32];
        seed.chunks_exact_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.dice.bits().to_le_bytes()));
        let opened = self.host(Act::OpenDraw {
            keyword: KEYWORD.to_owned(),
            prize: "Good 1".to_owned(),
            winners: 3,
            lasts_ms: u64::from(DRAW_S) * 1_000,
            commit: draw::commitment(&seed),
            // Of a simulated draw the seed is no secret.
            sealed_seed: seed.to_vec(),
        });
        if let Some(draw) = self.room.open_draw().filter(|_| opened) {
            self.seeds.insert(draw, seed);
        }
        opened
    }

    fn keep(&mut self, cause: Cause, events: Vec<Event>) {
        for event in events {
            self.room.apply(&event);
            self.log.push(Entry { at: self.now, cause, event });
        }
    }
}

/// The item of a good.
pub fn item_of(good: u8) -> ItemId {
    ItemId(u64::from(good) + 1)
}

fn campaign() -> Campaign {
    Campaign {
        id: CampaignId::new(CAMPAIGN).expect("it is a name"),
        title: "Thanks".into(),
        kind: CouponKind::Amount { off: COUPON_MINOR },
        items: vec![],
        from: Millis(0),
        until: Millis(i64::MAX),
        currency: Currency::CNY,
        budget: None,
        uses_max: None,
        times: 1,
        every: Period::Ever,
        level_min: 0,
        stacks: Stacks::Freely,
        gives_back: false,
        open_to: OpenTo::Grant,
        code: None,
    }
}
