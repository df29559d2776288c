//! Days on which two rooms sell from one catalogue while their reader dies, lags and reads again: a book of its own says where
//! every unit is, and rooms and catalogue are held to it. It knows no key and no move.

use super::*;
use linger_catalogue::{Choice, Offer, Product, Variant};
use linger_protocol::*;
use linger_room::{OrderState, Room};
use linger_store::Put;

const ITEMS: [ItemId; 2] = [ItemId(101), ItemId(102)];
const DAYS: u64 = 8;
const STEPS: u32 = 160;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let place = self.next() as usize;
        (!from.is_empty()).then(|| from[place % from.len()].clone())
    }
}

/// A room, and how far the shop's books have read it.
struct Place {
    name: RoomId,
    room: Room,
    log: Vec<Event>,
    waiting: Waiting,
    read: usize,
    /// How far the reader knows, after it died, that it has read.
    mark: usize,
}

struct Day {
    dice: Dice,
    now: Millis,
    books: Books,
    places: Vec<Place>,
    /// Units of each item that there are, wherever they are.
    units: [i64; 2],
    /// Allotments that were begun and of which nobody heard.
    unheard: Vec<(usize, TransferId, ItemId, u32)>,
    names: u32,
    came_back: u32,
}

fn money(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

impl Day {
    async fn begin(seed: u64, store: Store) -> Day {
        let (engine, _) = linger_engine::Engine::start(
            std::sync::Arc::new(linger_log::MemoryLog::new()),
            std::sync::Arc::new(linger_engine::SteadyClock::start()),
            std::sync::Arc::new(NoSeeds),
            linger_engine::EngineConfig::default(),
        )
        .unwrap();
        let variant = |item: ItemId, value: &str| Variant {
            item: item.0,
            values: vec![value.into()],
            prices: vec![Offer { minor: 500, currency: "USD".into(), ..Offer::default() }],
            units: Some(40),
            ..Variant::default()
        };
        let cup = Product {
            id: 7,
            title: "Cup".into(),
            options: vec![Choice { name: "Colour".into(), values: vec!["red".into(), "blue".into()] }],
            variants: vec![variant(ITEMS[0], "red"), variant(ITEMS[1], "blue")],
            ..Product::default()
        };
        let put = Put { source: "staff", now: Millis(1), counts: false, partly: false, rehearsal: false };
        store.put_products(&[cup], put).await.unwrap();
        let place = |name: &str| Place {
            name: RoomId::new(name).unwrap(),
            room: Room::default(),
            log: vec![],
            waiting: Waiting::default(),
            read: 0,
            mark: 0,
        };
        let mut day = Day {
            dice: Dice(seed),
            now: Millis(1_700_000_000_000),
            books: Books { engine, store, shops: vec![] },
            places: vec![place("tea"), place("cups")],
            units: [40, 40],
            unheard: vec![],
            names: 0,
            came_back: 0,
        };
        for at in 0..2 {
            let open = Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Li".into() };
            day.ask(at, PersonId(0), Role::Admin, open);
            for item in ITEMS {
                let item = Item { product: Some(7), ..Item::new(item, "Cup", money(500), "House") };
                day.ask(at, PersonId(0), Role::Admin, Act::ListItem { item });
            }
        }
        day
    }

    fn ask(&mut self, at: usize, person: PersonId, role: Role, act: Act) {
        let place = &mut self.places[at];
        let events = place.room.decide(self.now, &Request { by: Actor { person, role }, act });
        take_in(place, events.unwrap_or_default());
    }

    fn tell(&mut self, at: usize, report: &Report) {
        let place = &mut self.places[at];
        let events = place.room.note(self.now, report);
        take_in(place, events);
    }

    async fn step(&mut self) {
        self.now = self.now.plus(if self.dice.below(30) == 0 { 86_400_000 } else { 3_000 });
        let at = self.dice.below(2) as usize;
        let (item, units) = (ITEMS[self.dice.below(2) as usize], 1 + self.dice.below(3) as u32);
        let person = PersonId(2 + self.dice.below(5));
        match self.dice.below(14) {
            0 => self.allot(at, item, units * 3).await,
            1 => self.operator_moves(at, item).await,
            2..5 => {
                let order = OrderId(self.dice.next().into());
                self.ask(at, person, Role::Viewer, Act::PlaceOrder { order, item, units });
            }
            5..7 => self.pay(at),
            7 => self.tell(at, &Report::TimePassed),
            8..10 => self.look_after(at),
            10..12 => self.bring_back(at),
            _ => self.read(at).await,
        }
    }

    /// As the edge does it: the catalogue gives first, then the room takes. Between the two everything may end.
    async fn allot(&mut self, at: usize, item: ItemId, units: u32) {
        let (at, transfer, item, units) = match self.unheard.pop() {
            Some(unheard) => unheard,
            None => (at, self.name("t"), item, units),
        };
        let key = format!("allot:{}:{transfer}", self.places[at].name);
        let asked = StockAsked::Allot(units.into());
        if !change(&self.books.store, &key, item, asked, self.now).await.unwrap() {
            return;
        }
        if self.dice.below(4) == 0 {
            self.unheard.push((at, transfer, item, units));
            return;
        }
        self.ask(at, PersonId(0), Role::Admin, Act::Sale(SaleAct::Allot { transfer, item, units }));
        let open = Act::OpenSale { item, price: money(500), per_person: 30, hold_ms: 60_000 };
        self.ask(at, PersonId(0), Role::Admin, open);
    }

    fn name(&mut self, stem: &str) -> TransferId {
        self.names += 1;
        TransferId::new(&format!("{stem}-{}", self.names)).unwrap()
    }

    /// Units go back to the shop, or come to it from outside.
    async fn operator_moves(&mut self, at: usize, item: ItemId) {
        let transfer = self.name("g");
        if self.dice.below(2) == 0 {
            let units = (self.dice.below(2) == 0).then_some(1);
            self.ask(at, PersonId(0), Role::Admin, Act::Sale(SaleAct::GiveBack { transfer, item, units }));
            return;
        }
        let key = format!("staff:{transfer}");
        assert!(change(&self.books.store, &key, item, StockAsked::By(2), self.now).await.unwrap());
        self.units[usize::from(item == ITEMS[1])] += 2;
    }

    fn pay(&mut self, at: usize) {
        let orders = self.places[at].room.orders();
        let held: Vec<_> =
            orders.filter(|it| it.1.state == OrderState::Held).map(|it| (it.0, it.1.amount)).collect();
        let Some((order, amount)) = self.dice.pick(&held) else { return };
        let payment = PaymentId::new(&format!("p-{order}")).unwrap();
        for _ in 0..2 {
            self.tell(at, &Report::PaymentArrived { order, payment: payment.clone(), amount });
        }
    }

    fn look_after(&mut self, at: usize) {
        let waiting: Vec<OrderId> = self.places[at].room.to_ship().map(|it| it.0).collect();
        let Some(order) = self.dice.pick(&waiting) else { return };
        if self.dice.below(3) == 0 {
            for _ in 0..2 {
                self.ask(at, PersonId(0), Role::Admin, Act::Care(CareAct::CancelPaid { order }));
            }
            return;
        }
        let parcel = ParcelId(self.dice.next().into());
        let way = Way::Carrier { carrier: "SF".into(), tracking: "1".into() };
        for act in
            [CareAct::Ship { order, parcel, contents: vec![], way }, CareAct::Deliver { order, parcel }]
        {
            self.ask(at, PersonId(0), Role::Admin, Act::Care(act));
        }
    }

    fn bring_back(&mut self, at: usize) {
        let room = &self.places[at].room;
        let open: Vec<ReturnId> = room.open_returns().map(|it| it.0).collect();
        let goods = |(id, it): (OrderId, &linger_room::Order)| {
            let goods = room.care(id).filter(|it| !it.cancelled).into_iter().flat_map(|it| &it.goods);
            let goods = goods.filter(|(_, it)| it.returnable() > 0).map(|(item, _)| *item);
            goods.map(|item| (id, it.person, item)).collect::<Vec<_>>()
        };
        let goods: Vec<_> = room.orders().flat_map(goods).collect();
        if self.dice.below(2) == 0
            && let Some((order, person, item)) = self.dice.pick(&goods)
        {
            let returning = ReturnId(self.dice.next().into());
            let other = if item == ITEMS[0] { ITEMS[1] } else { ITEMS[0] };
            let exchange = *[None, None, Some(item), Some(other)].get(self.dice.below(4) as usize).unwrap();
            let contents = vec![ItemUnits { item, units: 1 }];
            let reason = ReturnReason::NoReason;
            let act = CareAct::AskReturn { returning, order, contents, reason, exchange, note: None };
            self.ask(at, person, Role::Viewer, Act::Care(act));
        } else if let Some(returning) = self.dice.pick(&open) {
            let act = match self.dice.below(5) {
                0 => CareAct::WithdrawReturn { returning },
                it => CareAct::ReceiveReturn { returning, restock: it > 1 },
            };
            for _ in 0..2 {
                self.ask(at, PersonId(0), Role::Admin, Act::Care(act.clone()));
            }
        }
    }

    /// The reader goes on, a part or all of the way; sometimes it dies, with or without having noted how far it came.
    async fn read(&mut self, at: usize) {
        let place = &mut self.places[at];
        if self.dice.below(4) == 0 {
            (place.waiting, place.read) = (Waiting::default(), 0);
        }
        let upto = place.read + self.dice.below(60) as usize;
        while place.read < place.log.len().min(upto.max(place.mark)) {
            let entries = place.waiting.fold(&place.log[place.read]);
            for entry in entries.iter().filter(|_| place.read >= place.mark) {
                write(&self.books, &place.name, entry, self.now).await.unwrap();
                self.came_back += u32::from(matches!(entry, super::super::Entry::Back { .. }));
            }
            place.read += 1;
        }
        if self.dice.below(2) == 0 {
            place.mark = place.read;
        }
    }

    async fn end(&mut self) {
        while !self.unheard.is_empty() {
            self.allot(0, ITEMS[0], 1).await;
        }
        for at in 0..2 {
            while self.places[at].read < self.places[at].log.len() {
                self.read(at).await;
            }
        }
        for (item, units) in ITEMS.iter().zip(self.units) {
            let kept = self.books.store.stock(item.0).await.unwrap().unwrap();
            let stocks = self.places.iter().map(|it| it.room.stock(*item).unwrap());
            let (mut with_rooms, mut sold) = (0, 0);
            for stock in stocks {
                with_rooms += i64::from(stock.left + stock.held);
                sold += i64::from(stock.sold);
            }
            let (free, allotted) = (kept.units.unwrap().cast_signed(), kept.allotted.cast_signed());
            assert_eq!(allotted, with_rooms, "what the catalogue says that rooms hold of {item}");
            assert_eq!(free + allotted + sold, units, "units of {item} were made or lost");
        }
    }
}

fn take_in(place: &mut Place, events: Vec<Event>) {
    for event in events {
        place.room.apply(&event);
        place.log.push(event);
    }
}

#[tokio::test]
async fn catalogue_and_rooms_balance_however_often_the_reader_dies_and_reads_again() {
    let mut came_back = 0;
    for seed in 0..DAYS {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let mut day = Day::begin(seed, store).await;
        for _ in 0..STEPS {
            day.step().await;
        }
        println!("the end of day {seed}");
        day.end().await;
        came_back += day.came_back;
    }
    assert!(came_back > 3 * DAYS as u32, "hardly anything came back: {came_back}");
}
