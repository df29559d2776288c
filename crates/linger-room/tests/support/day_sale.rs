//! A day of sales made from a seed: buyers, staff and providers that repeat themselves, come late, twice and out of order,
//! a clock that jumps, and a process that dies. It does not know what is right: the auditor looks at all of it.

use crate::{audit_sale::Auditor, day::Input, dice::Dice};
use linger_protocol::*;
use linger_room::{Room, draw};
use std::collections::BTreeMap;

pub struct SaleDay {
    pub room: Room,
    pub log: Vec<Event>,
    pub refusals: Vec<Refusal>,
}

/// Lives through `steps` steps of the day that `seed` stands for, every one of them audited.
pub fn simulate(seed: u64, steps: u32) -> SaleDay {
    let mut world = World {
        dice: Dice(seed ^ 0x5a1e),
        now: Millis(1_700_000_000_000),
        room: Room::default(),
        log: vec![],
        refusals: vec![],
        auditor: Auditor::default(),
        on_the_way: vec![],
        seeds: BTreeMap::new(),
        names: 0,
    };
    let open = Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Lin".into() };
    world.arrive(&Input::Ask(Request { by: Actor::HOUSE, act: open }));
    let club = ClubAct::SetClub {
        name: "Leaves".into(),
        levels: vec![0, 10, 20],
        tasks: vec![TaskPoints { task: ClubTask::CheckIn, points: 10 }],
        day: (world.now.0 / 86_400_000) as i32,
    };
    world.arrive(&Input::Ask(Request { by: Actor::HOUSE, act: Act::Club(club) }));
    world.set_up();
    for _ in 0..steps {
        world.step();
    }
    world.end();
    SaleDay { room: world.room, log: world.log, refusals: world.refusals }
}

struct World {
    dice: Dice,
    now: Millis,
    room: Room,
    log: Vec<Event>,
    refusals: Vec<Refusal>,
    auditor: Auditor,
    on_the_way: Vec<Input>,
    /// The secrets of shuffles, by what was committed to.
    seeds: BTreeMap<[u8; 32], [u8; 32]>,
    names: u64,
}

impl World {
    /// On most days somebody prepared the sale.
    fn set_up(&mut self) {
        for n in 1..=4 {
            let (price, units) = (self.money(800, 1_200), 10 + self.dice.below(40) as i64);
            let returns = (n == 4).then_some(ReturnRule::Excepted { why: ReturnException::Perishable });
            let item = Item { returns, ..Item::new(ItemId(n), "Cup", price, "House") };
            for act in [Act::ListItem { item }, Act::SetStock { item: ItemId(n), units }] {
                let input = self.ask(2, Role::Operator, act);
                self.arrive(&input);
            }
            let input = self.open_on_terms(ItemId(n));
            self.arrive(&input);
        }
        for _ in 0..self.dice.below(12) {
            let campaign = self.campaign();
            let campaign = Box::new(self.any_campaign(campaign));
            let input = self.staff(SaleAct::Coupon(CouponAct::SetCampaign { campaign }));
            self.arrive(&input);
        }
    }

    fn step(&mut self) {
        self.tick();
        if self.dice.below(200) == 0 {
            self.rebuild();
            let last_seen = self.now;
            self.arrive(&Input::Tell(Report::Restarted { last_seen }));
        }
        if self.room.wakes_at().is_some_and(|at| at <= self.now) && self.dice.percent(60) {
            self.arrive(&Input::Tell(Report::TimePassed));
        }
        let input = if !self.on_the_way.is_empty() && self.dice.percent(35) {
            let place = self.dice.below(self.on_the_way.len() as u64) as usize;
            self.on_the_way.swap_remove(place)
        } else {
            self.anything()
        };
        if self.dice.percent(15) {
            self.on_the_way.push(input.clone());
        }
        self.arrive(&input);
    }

    fn end(&mut self) {
        while let Some(input) = self.on_the_way.pop() {
            self.arrive(&input);
        }
        self.now = self.now.plus(40 * 86_400_000);
        for _ in 0..200 {
            self.arrive(&Input::Tell(Report::TimePassed));
            while let Some(input) = self.on_the_way.pop() {
                self.arrive(&input);
            }
            self.now = self.room.wakes_at().map_or(self.now, |at| at.max(self.now));
        }
        self.rebuild();
        self.auditor.close(self.now, &self.room);
    }

    fn tick(&mut self) {
        let ms = match self.dice.below(1_000) {
            0 => self.dice.below(3 * 86_400_000),
            1..40 => self.dice.below(60_000),
            _ => self.dice.below(1_500),
        };
        self.now = self.now.plus(ms);
        if let Some(at) = self.room.wakes_at().filter(|at| *at >= self.now)
            && self.dice.percent(4)
        {
            self.now = at;
        }
        if self.dice.below(150) == 0 {
            self.now = Millis(self.now.0 - self.dice.below(900_000) as i64);
        }
    }

    fn rebuild(&mut self) {
        let mut rebuilt = Room::default();
        self.log.iter().for_each(|event| rebuilt.apply(event));
        assert_eq!(rebuilt, self.room, "the log tells another story");
        assert_eq!(rebuilt.hash(), self.room.hash(), "the same room has another hash");
        self.room = rebuilt;
    }

    fn arrive(&mut self, input: &Input) {
        let answer = match input {
            Input::Ask(request) => self.room.decide(self.now, request),
            Input::Tell(report) => Ok(self.room.note(self.now, report)),
        };
        self.auditor.expect(self.now, input, &answer, &self.room);
        for event in answer.iter().flatten() {
            self.room.apply(event);
        }
        self.auditor.see(self.now, input, answer.as_deref().unwrap_or(&[]), &self.room);
        match answer {
            Ok(events) => {
                events.iter().for_each(|event| self.react(event));
                self.log.extend(events);
            }
            Err(refusal) => self.refusals.push(refusal),
        }
    }

    fn react(&mut self, event: &Event) {
        match event {
            Event::UnitsHeld { order, amount, .. } => self.buyer_pays(*order, *amount),
            Event::Sale(SaleEvent::CartHeld(cart)) => self.buyer_pays(cart.order, cart.amount),
            Event::RefundDue { payment, .. } => {
                for _ in 0..=self.dice.below(2) {
                    self.on_the_way.push(Input::Tell(Report::RefundSettled { payment: payment.clone() }));
                }
            }
            Event::Sale(SaleEvent::ListFrozen { item, .. }) => {
                // It may have ended at the same moment.
                let Some(offer) = self.room.offer(*item) else { return };
                let SaleMode::Shuffle { commit, .. } = offer.terms.mode else { panic!("a shuffle") };
                let (item, right, wrong) = (*item, self.seeds[&commit], self.dice.bytes32());
                for seed in [wrong, right, right] {
                    self.on_the_way.push(Input::Tell(Report::ListSeedRevealed { item, seed }));
                }
            }
            _ => {}
        }
    }

    fn buyer_pays(&mut self, order: OrderId, amount: Money) {
        if self.dice.percent(10) {
            self.pay(order, Money::new(amount.minor + 1, amount.currency));
        }
        if self.dice.percent(70) {
            self.pay(order, amount);
        }
        if self.dice.percent(8) {
            self.pay(order, amount);
        }
    }

    fn pay(&mut self, order: OrderId, amount: Money) {
        self.names += 1;
        let payment = PaymentId::new(&format!("pay-{}", self.names)).expect("a payment's name");
        self.on_the_way.push(Input::Tell(Report::PaymentArrived { order, payment, amount }));
    }

    fn anything(&mut self) -> Input {
        match self.dice.below(100) {
            0..30 => self.buy(),
            30..50 => self.order_cart(),
            50..60 => self.wait(),
            60..75 => self.run_the_shop(),
            75..92 => self.coupon(),
            92..94 => {
                let day = (self.now.0 / 86_400_000) as i32;
                let join = ClubAct::Join { name: Spoken::unsealed("Ann") };
                let act = if self.dice.percent(50) { join } else { ClubAct::CheckIn { day } };
                let person = self.person();
                self.ask(person, Role::Viewer, Act::Club(act))
            }
            94..96 => Input::Tell(Report::DayBegan { day: (self.now.0 / 86_400_000) as i32 }),
            96 => Input::Tell(Report::MediaStarted),
            97 => Input::Tell(Report::MediaStopped { on_purpose: true }),
            _ if self.dice.percent(5) => {
                let lookers = vec![Lookers { item: self.item(), people: self.dice.below(9) as u32 }];
                Input::Tell(Report::LookersCame { lookers })
            }
            _ => Input::Tell(Report::TimePassed),
        }
    }

    fn ask(&self, person: u64, role: Role, act: Act) -> Input {
        Input::Ask(Request { by: Actor { person: PersonId(person), role }, act })
    }

    fn staff(&mut self, act: SaleAct) -> Input {
        let role = if self.dice.percent(97) { Role::Operator } else { Role::Moderator };
        self.ask(2, role, Act::Sale(act))
    }

    fn person(&mut self) -> u64 {
        100 + self.dice.below(15)
    }

    fn item(&mut self) -> ItemId {
        ItemId(1 + self.dice.below(4))
    }

    fn order(&mut self) -> OrderId {
        // Few names, so that devices sometimes make the same one.
        OrderId(u128::from(self.dice.below(2_500)))
    }

    fn units(&mut self) -> u32 {
        if self.dice.percent(3) { self.dice.next() as u32 } else { self.dice.below(4) as u32 }
    }

    fn delivery(&mut self) -> Delivery {
        let confirmed = if self.dice.percent(30) { vec![self.item(), self.item()] } else { vec![] };
        Delivery { confirmed, household: self.dice.below(5), to: None }
    }

    fn buy(&mut self) -> Input {
        let (person, order) = (self.person(), self.order());
        match self.dice.below(10) {
            0..2 => {
                let known: Vec<(OrderId, PersonId)> =
                    self.room.orders().map(|(id, it)| (id, it.person)).collect();
                let (order, owner) =
                    if known.is_empty() { (order, PersonId(person)) } else { *self.dice.pick(&known) };
                let who = if self.dice.percent(80) { owner.0 } else { person };
                self.ask(who, Role::Viewer, Act::CancelOrder { order })
            }
            2 => {
                self.pay(order, Money::new(500, Currency::CNY));
                self.on_the_way.pop().expect("was just sent")
            }
            _ => {
                let (item, units) = (self.item(), self.units());
                self.ask(person, Role::Viewer, Act::PlaceOrder { order, item, units })
            }
        }
    }

    fn order_cart(&mut self) -> Input {
        let (person, order) = (self.person(), self.order());
        let first = 1 + self.dice.below(4);
        let many = if self.dice.percent(60) { 1 } else { 1 + self.dice.below(3) };
        let line = |n: u64| (first + n) % 4 + 1;
        let mut lines: Vec<CartLine> =
            (0..many).map(|n| CartLine { item: ItemId(line(n)), units: self.units().max(1) }).collect();
        if self.dice.percent(3) {
            lines = vec![lines[0]; 1 + self.dice.below(1_000) as usize];
        }
        let own: Vec<CampaignId> =
            self.room.wallet(PersonId(person), self.now).iter().map(|it| it.campaign.id.clone()).collect();
        let mut coupons = vec![];
        if self.dice.percent(70) && !own.is_empty() {
            coupons.push(self.dice.pick(&own).clone());
        }
        if self.dice.percent(30) && !own.is_empty() {
            coupons.push(self.dice.pick(&own).clone());
        } else if self.dice.percent(5) {
            coupons.push(self.campaign());
        }
        let cart = Cart { lines, coupons };
        let quoted = self.room.quote(PersonId(person), &cart, self.now).map(|it| it.total);
        let mut expected = quoted.unwrap_or(Money::new(1_000, Currency::CNY));
        if self.dice.percent(5) {
            expected.minor += 1;
        }
        let delivery = self.delivery();
        self.ask(person, Role::Viewer, Act::Sale(SaleAct::PlaceCart { order, cart, expected, delivery }))
    }

    fn wait(&mut self) -> Input {
        let (person, item) = (self.person(), self.item());
        let wanted = Wanted { order: self.order(), units: self.units(), delivery: self.delivery() };
        let act = match self.dice.below(10) {
            0 if self.dice.percent(40) => SaleAct::AskExplain { item },
            0 => SaleAct::LeaveWait { item },
            1..6 => SaleAct::JoinWait { item, wanted },
            _ => SaleAct::Enlist { item, wanted },
        };
        self.ask(person, Role::Viewer, Act::Sale(act))
    }

    fn money(&mut self, from: u64, to: u64) -> Money {
        Money::new((from + self.dice.below(to - from)) as i64, Currency::CNY)
    }

    fn run_the_shop(&mut self) -> Input {
        let item = self.item();
        let transfer = TransferId::new(&format!("t-{}", self.dice.below(150))).expect("a transfer's name");
        let act = match self.dice.below(20) {
            0..3 => {
                let price = self.money(800, 1_200);
                let returns =
                    (item == ItemId(4)).then_some(ReturnRule::Excepted { why: ReturnException::Perishable });
                Act::ListItem { item: Item { returns, ..Item::new(item, "Cup", price, "House") } }
            }
            3..5 => Act::SetStock { item, units: self.dice.below(60) as i64 - 2 },
            5..8 => {
                let price = self.money(300, 900);
                let hold_ms = 2_000 + self.dice.below(60_000);
                Act::OpenSale { item, price, per_person: 1 + self.dice.below(5) as u32, hold_ms }
            }
            8..13 => return self.open_on_terms(item),
            13..15 if self.dice.percent(20) => Act::CloseSale { item },
            13..16 => {
                let price = self.money(100, 800);
                let lasts_ms = 1_000 + self.dice.below(60_000);
                return self.staff(SaleAct::Flash { item, price, lasts_ms });
            }
            16 if self.dice.percent(10) => {
                let free_from = self.dice.percent(50).then_some(self.dice.below(4_000) as i64);
                let shipping = ShippingFee { fee: self.money(0, 700), free_from };
                return self.staff(SaleAct::SetShipping { shipping });
            }
            16..18 => {
                let units = self.dice.below(12) as u32;
                return self.staff(SaleAct::Allot { transfer, item, units });
            }
            _ => {
                let units = self.dice.percent(60).then_some(self.dice.below(6) as u32);
                return self.staff(SaleAct::GiveBack { transfer, item, units });
            }
        };
        self.ask(2, Role::Operator, act)
    }

    fn open_on_terms(&mut self, item: ItemId) -> Input {
        let price = self.money(300, 900);
        let mut terms =
            SaleTerms::plain(price, 1 + self.dice.below(5) as u32, 2_000 + self.dice.below(60_000));
        terms.per_household = self.dice.percent(40).then_some(1 + self.dice.below(6) as u32);
        if self.dice.percent(30) {
            terms.opens_at = Some(self.now.plus(self.dice.below(10_000)));
        }
        let bell = self.now.plus(5_000 + self.dice.below(60_000));
        terms.mode = match self.dice.below(6) {
            0..2 => {
                let seed = self.dice.bytes32();
                let commit = draw::commitment(&seed);
                self.seeds.insert(commit, seed);
                SaleMode::Shuffle { bell, commit, sealed_seed: seed.to_vec().into() }
            }
            2 => SaleMode::FirstPaid,
            _ => SaleMode::FirstCome,
        };
        if self.dice.percent(50) {
            terms.closes_at = Some(bell.plus(self.dice.below(200_000)));
        }
        if self.dice.percent(30) {
            let from_units = self.dice.below(30) as u32;
            terms.steps.push(PriceStep { from_units, price: self.money(200, 1_200) });
            let from_units = from_units + self.dice.below(5) as u32;
            terms.steps.push(PriceStep { from_units, price: self.money(200, 1_200) });
        }
        if self.dice.percent(40) {
            let price = self.money(100, price.minor as u64 + 1);
            terms.unlock = Some(Unlock { buyers: 1 + self.dice.below(4) as u32, price });
        }
        if self.dice.percent(30) {
            terms.gift = Some(FirstGift { first: self.dice.below(4) as u32, item: self.item() });
        }
        self.staff(SaleAct::Open { item, terms: Box::new(terms) })
    }

    fn campaign(&mut self) -> CampaignId {
        CampaignId::new(&format!("c-{}", self.dice.below(14))).expect("a campaign's name")
    }

    fn coupon(&mut self) -> Input {
        let (person, campaign) = (self.person(), self.campaign());
        let act = match self.dice.below(20) {
            0..8 => CouponAct::Claim { campaign },
            8..10 => CouponAct::ClaimCode { code: format!("Word{}", self.dice.below(14)) },
            10..13 => {
                let grant = GrantId::new(&format!("g-{}", self.dice.below(60))).expect("a grant's name");
                let person = PersonId(self.person());
                let cause = GrantCause::Hand;
                return self.staff(SaleAct::Coupon(CouponAct::Grant { grant, campaign, person, cause }));
            }
            13 if self.dice.percent(20) => {
                return self.staff(SaleAct::Coupon(CouponAct::EndCampaign { campaign }));
            }
            13..15 => {
                let used = self
                    .room
                    .orders()
                    .filter(|(_, it)| it.terms.as_ref().is_some_and(|it| !it.cuts.is_empty()));
                let used: Vec<OrderId> = used.map(|(id, _)| id).collect();
                let order = if used.is_empty() { self.order() } else { *self.dice.pick(&used) };
                return self.staff(SaleAct::Coupon(CouponAct::GiveBack { order }));
            }
            _ => {
                let campaign = Box::new(self.any_campaign(campaign));
                return self.staff(SaleAct::Coupon(CouponAct::SetCampaign { campaign }));
            }
        };
        self.ask(person, Role::Viewer, Act::Sale(SaleAct::Coupon(act)))
    }

    /// Mostly what was set before, with another end or budget.
    fn any_campaign(&mut self, id: CampaignId) -> Campaign {
        let budget = self.dice.percent(50).then_some(self.dice.below(1_500) as i64);
        let uses_max = self.dice.percent(40).then_some(1 + self.dice.below(12) as u32);
        let until = self.now.plus(1 + self.dice.below(3 * 86_400_000));
        let known = self.room.campaigns().find(|it| it.campaign.id == id).map(|it| it.campaign.clone());
        if let Some(known) = known.filter(|_| self.dice.percent(90)) {
            return Campaign { budget, uses_max, until, ..known };
        }
        let small = |dice: &mut Dice| 1 + dice.below(400) as i64;
        let dice = &mut self.dice;
        let kind = match dice.below(7) {
            0 => CouponKind::Amount { off: small(dice) },
            1 => CouponKind::Percent { bps: 1 + dice.below(10_000) as u16, most: Some(small(dice)) },
            2 => CouponKind::Threshold { from: 10 * small(dice), off: small(dice) },
            3 => CouponKind::Gift { item: ItemId(1 + dice.below(4)), units: 1 + dice.below(2) as u32 },
            4 => CouponKind::Shipping { most: small(dice) },
            5 => CouponKind::BuyGet { buy: 1 + dice.below(2) as u32, get: 1 },
            _ => CouponKind::MemberPrice { level: 1 + dice.below(2) as u8, price: small(dice) },
        };
        let is_member_price = matches!(kind, CouponKind::MemberPrice { .. });
        let items =
            if is_member_price || dice.percent(30) { vec![ItemId(1 + dice.below(4))] } else { vec![] };
        let open_to = match dice.below(4) {
            _ if is_member_price => OpenTo::Everybody,
            0 if dice.percent(50) => OpenTo::Everybody,
            0..2 => OpenTo::Grant,
            _ => OpenTo::Claim,
        };
        let has_code = open_to == OpenTo::Claim && dice.percent(30);
        let every = *dice.pick(&[Period::Ever, Period::Day { utc_offset_min: 480 }, Period::Show]);
        let stacks = *dice.pick(&[Stacks::Alone, Stacks::OtherKinds, Stacks::Freely, Stacks::Freely]);
        Campaign {
            title: "Autumn".into(),
            kind,
            items,
            from: Millis(self.now.0 - 1),
            until,
            currency: Currency::CNY,
            budget,
            uses_max,
            times: 1 + dice.below(3) as u32,
            every,
            level_min: u8::from(dice.percent(15)),
            stacks,
            gives_back: dice.percent(50),
            open_to,
            code: has_code.then(|| format!("word{}", &id.as_str()[2..])),
            id,
        }
    }
}
