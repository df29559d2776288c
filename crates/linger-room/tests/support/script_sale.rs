//! The words of scripts about sales on terms of their own, carts, waiting, shuffles, stock and coupons. It does not know
//! what is right.
//!
//! `terms i1 9.90 x2 60s` opens a sale, with any of `opens MM:SS`, `closes MM:SS`, `step 3 12.00`, `unlock 2 8.00`,
//! `gift 1 i2`, `home 2`, `first-paid` and `shuffle MM:SS word` after it. `cart o1 i1x2,i2x1 =19.80` orders, with `use a,b`,
//! `confirm i1` and `home 7`. `campaign ten amount 10.00` begins a campaign, with the words of [`campaign`] after it.

use super::{Play, clock, money, number, paid, seconds, seed, shown};
use linger_protocol::*;
use linger_room::PriceWhy;

impl Play {
    /// What a line about sales asks for; `None` when it is about something else.
    pub(super) fn sale_asked(&mut self, words: &[&str]) -> Option<Act> {
        let item = |n: usize| ItemId(number(words[n]));
        let order = |n: usize| OrderId(number(words[n]).into());
        let transfer = || TransferId::new(words[1]).expect("a transfer's name");
        if words[0] == "list-fresh" {
            let returns = Some(ReturnRule::Excepted { why: ReturnException::Perishable });
            let fresh = Item::new(item(1), words[3], money(words[2]), "House");
            return Some(Act::ListItem { item: Item { returns, ..fresh } });
        }
        let act = match words[0] {
            "terms" => SaleAct::Open { item: item(1), terms: Box::new(terms(words)) },
            "flash" => SaleAct::Flash { item: item(1), price: money(words[2]), lasts_ms: seconds(words[3]) },
            "shipping" => {
                let free_from = after(words, "free").map(|it| money(it).minor);
                SaleAct::SetShipping { shipping: ShippingFee { fee: money(words[1]), free_from } }
            }
            "cart" => SaleAct::PlaceCart {
                order: order(1),
                cart: cart(words[2], words),
                expected: money(&words[3][1..]),
                delivery: delivery(words),
            },
            "wait" | "enlist" => {
                let units = words[3].trim_start_matches('x').parse().expect("a number of units");
                let wanted = Wanted { order: order(1), units, delivery: delivery(words) };
                let item = item(2);
                if words[0] == "wait" {
                    SaleAct::JoinWait { item, wanted }
                } else {
                    SaleAct::Enlist { item, wanted }
                }
            }
            "explain" => SaleAct::AskExplain { item: item(1) },
            "leave-line" => SaleAct::LeaveWait { item: item(1) },
            "allot" => SaleAct::Allot { transfer: transfer(), item: item(2), units: number(words[3]) as u32 },
            "give-back" => SaleAct::GiveBack {
                transfer: transfer(),
                item: item(2),
                units: words.get(3).map(|it| number(it) as u32),
            },
            _ => SaleAct::Coupon(self.coupon_asked(words)?),
        };
        Some(Act::Sale(act))
    }

    fn coupon_asked(&mut self, words: &[&str]) -> Option<CouponAct> {
        Some(match words[0] {
            "campaign" => CouponAct::SetCampaign { campaign: Box::new(campaign(words)) },
            "end-campaign" => CouponAct::EndCampaign { campaign: named(words[1]) },
            "claim" => CouponAct::Claim { campaign: named(words[1]) },
            "code" => CouponAct::ClaimCode { code: words[1].into() },
            "grant" => CouponAct::Grant {
                grant: GrantId::new(words[1]).expect("a grant's name"),
                campaign: named(words[2]),
                person: self.person(words[3]),
                cause: GrantCause::Hand,
            },
            "coupons-back" => CouponAct::GiveBack { order: OrderId(number(words[1]).into()) },
            _ => return None,
        })
    }

    /// What can be looked at: `quote ann i1x2 use a`, `wallet ann`, `line i1`, `spent ten`.
    pub(super) fn look_sale(&mut self, words: &[&str]) -> Option<String> {
        Some(match words[0] {
            "quote" => {
                let person = self.person(words[1]);
                match self.room.quote(person, &cart(words[2], words), self.now) {
                    Ok(quote) => told_quote(&quote),
                    Err(refusal) => format!("no: {refusal}"),
                }
            }
            "wallet" => {
                let person = self.person(words[1]);
                let one = |it: &linger_room::Owned<'_>| {
                    let over = if it.usable { "" } else { " (not now)" };
                    format!("{} {}{over}", it.count, it.campaign.id)
                };
                let all: Vec<String> = self.room.wallet(person, self.now).iter().map(one).collect();
                if all.is_empty() { "nothing".into() } else { all.join(", ") }
            }
            "line" => {
                let names: Vec<&str> =
                    self.room.waiters(ItemId(number(words[1]))).map(|it| self.name(it)).collect();
                if names.is_empty() { "nobody waits".into() } else { names.join(", ") }
            }
            "wishes" => format!("{} want it explained", self.room.wishes(ItemId(number(words[1])))),
            "spent" => {
                let id = named(words[1]);
                let it = self.room.campaigns().find(|it| it.campaign.id == id).expect("a campaign");
                format!("{} given, {} spent", it.given, paid(Money::new(it.spent, it.campaign.currency)))
            }
            _ => return None,
        })
    }

    pub(super) fn sale_reported(words: &[&str]) -> Report {
        match words {
            ["list", item, word] => Report::ListSeedRevealed { item: ItemId(number(item)), seed: seed(word) },
            ["look", item, people] => Report::LookersCame {
                lookers: vec![Lookers { item: ItemId(number(item)), people: number(people) as u32 }],
            },
            _ => panic!("the script reports {words:?}, which nobody knows"),
        }
    }

    pub(super) fn sale_told(&self, event: &SaleEvent) -> String {
        match event {
            SaleEvent::Opened { item, sale, terms } => {
                let price = paid(terms.price);
                format!("i{item} on sale for {price} on terms (s{sale})")
            }
            SaleEvent::FlashOpened { item, price, until } => {
                format!("i{item} for {} until {}", paid(*price), shown(*until))
            }
            SaleEvent::FlashEnded { item } => format!("i{item} for less no more"),
            SaleEvent::ShippingSet { shipping } => format!("shipping {}", paid(shipping.fee)),
            SaleEvent::CartHeld(cart) => self.cart_told(cart),
            SaleEvent::Unlocked { item } => format!("i{item} costs less for all"),
            SaleEvent::WaitJoined { item, person, wanted } => {
                format!("{} waits for {} of i{item} (o{})", self.name(*person), wanted.units, wanted.order.0)
            }
            SaleEvent::WaitLeft { item, person, end } => {
                format!("{} waits for i{item} no more ({})", self.name(*person), super::lower(end))
            }
            SaleEvent::Enlisted { item, person, .. } => {
                format!("{} on the list of i{item}", self.name(*person))
            }
            SaleEvent::ListFrozen { item, people, .. } => format!("list of i{item} closed with {people}"),
            SaleEvent::ListShuffled { item, .. } => format!("list of i{item} shuffled"),
            SaleEvent::Allotted { item, units, .. } => format!("{units} of i{item} from the shop"),
            SaleEvent::GaveBack { item, units, .. } => format!("{units} of i{item} back to the shop"),
            SaleEvent::Coupon(event) => self.coupon_told(event),
            SaleEvent::ExplainAsked { item, person } => {
                format!("{} wants i{item} explained", self.name(*person))
            }
            SaleEvent::LookersCounted { lookers } => {
                let one = |it: &Lookers| format!("{} look at i{}", it.people, it.item);
                lookers.iter().map(one).collect::<Vec<_>>().join(", ")
            }
        }
    }

    fn cart_told(&self, cart: &CartOrder) -> String {
        let bought = cart.lines.len() - cart.gifts as usize;
        let line = |(n, it): (usize, &OrderLine)| {
            let gift = if n < bought { String::new() } else { " free".into() };
            format!("{} i{}{gift}", it.units, it.item)
        };
        let lines: Vec<String> = cart.lines.iter().enumerate().map(line).collect();
        let held = if cart.holds { "held" } else { "to be paid first" };
        let confirmed: String =
            cart.delivery.confirmed.iter().map(|it| format!(", i{it} confirmed")).collect();
        format!(
            "{} {held} for {} (o{}) until {}, {} due{confirmed}",
            lines.join(" + "),
            self.name(cart.person),
            cart.order.0,
            shown(cart.until),
            paid(cart.amount)
        )
    }

    fn coupon_told(&self, event: &CouponEvent) -> String {
        match event {
            CouponEvent::CampaignSet { campaign } => format!("{} runs", campaign.id),
            CouponEvent::CampaignEnded { campaign } => format!("{campaign} over"),
            CouponEvent::Claimed { campaign, person, .. } => {
                format!("{} has {campaign}", self.name(*person))
            }
            CouponEvent::Granted { campaign, person, .. } => {
                format!("{} is given {campaign}", self.name(*person))
            }
            CouponEvent::GivenBack { order } => format!("coupons of o{} come back", order.0),
        }
    }
}

/// The word after `word`.
fn after<'a>(words: &[&'a str], word: &str) -> Option<&'a str> {
    words.iter().position(|it| *it == word).map(|n| words[n + 1])
}

/// The two words after `word`.
fn two_after<'a>(words: &[&'a str], word: &str) -> Option<(&'a str, &'a str)> {
    words.iter().position(|it| *it == word).map(|n| (words[n + 1], words[n + 2]))
}

fn named(word: &str) -> CampaignId {
    CampaignId::new(word).expect("a campaign's name")
}

fn terms(words: &[&str]) -> SaleTerms {
    let mode = if words.contains(&"first-paid") {
        SaleMode::FirstPaid
    } else if let Some((bell, word)) = two_after(words, "shuffle") {
        let commit = linger_room::draw::commitment(&seed(word));
        SaleMode::Shuffle { bell: clock(bell), commit, sealed_seed: vec![7; 16].into() }
    } else {
        SaleMode::FirstCome
    };
    let step = |n: usize| (words[n] == "step").then(|| (number(words[n + 1]) as u32, money(words[n + 2])));
    let steps = (0..words.len()).filter_map(step);
    SaleTerms {
        per_household: after(words, "home").map(|it| number(it) as u32),
        mode,
        opens_at: after(words, "opens").map(clock),
        closes_at: after(words, "closes").map(clock),
        steps: steps.map(|(from_units, price)| PriceStep { from_units, price }).collect(),
        unlock: two_after(words, "unlock")
            .map(|(buyers, price)| Unlock { buyers: number(buyers) as u32, price: money(price) }),
        gift: two_after(words, "gift")
            .map(|(first, item)| FirstGift { first: number(first) as u32, item: ItemId(number(item)) }),
        ..SaleTerms::plain(money(words[2]), number(words[3]) as u32, seconds(words[4]))
    }
}

/// `i1x2,i2x1`; a word such as `1000-lines` stands for a cart of so many.
fn cart(word: &str, words: &[&str]) -> Cart {
    let lines = match word.strip_suffix("-lines") {
        Some(many) => (0..number(many)).map(|n| CartLine { item: ItemId(n), units: 1 }).collect(),
        None => word
            .split(',')
            .map(|it| it.split_once('x').expect("i1x2"))
            .map(|(item, units)| CartLine {
                item: ItemId(number(item)),
                units: units.parse().expect("units"),
            })
            .collect(),
    };
    let coupons = after(words, "use").map_or(vec![], |it| it.split(',').map(named).collect());
    Cart { lines, coupons }
}

fn delivery(words: &[&str]) -> Delivery {
    let confirmed =
        after(words, "confirm").map_or(vec![], |it| it.split(',').map(|it| ItemId(number(it))).collect());
    let household = after(words, "home").map_or(0, number);
    Delivery { confirmed, household, to: None }
}

/// After the name: `amount 10.00`, `percent 1000 most 5.00`, `threshold 20.00 3.00`, `gift i2 x1`, `shipping 6.00`,
/// `buy 2 1` or `member 2 8.00`; then any of `for i1,i2`, `until MM:SS`, `budget 20.00`, `uses 1`, `times 2`, `daily`,
/// `each-show`, `level 2`, `alone`, `freely`, `comes-back`, `everybody`, `granted`, `word X`.
fn campaign(words: &[&str]) -> Campaign {
    let minor = |n: usize| money(words[n]).minor;
    let small = |n: usize| number(words[n]) as u32;
    let kind = match words[2] {
        "amount" => CouponKind::Amount { off: minor(3) },
        "percent" => {
            let bps = number(words[3]) as u16;
            CouponKind::Percent { bps, most: after(words, "most").map(|it| money(it).minor) }
        }
        "threshold" => CouponKind::Threshold { from: minor(3), off: minor(4) },
        "gift" => CouponKind::Gift { item: ItemId(number(words[3])), units: small(4) },
        "shipping" => CouponKind::Shipping { most: minor(3) },
        "buy" => CouponKind::BuyGet { buy: small(3), get: small(4) },
        _ => CouponKind::MemberPrice { level: number(words[3]) as u8, price: minor(4) },
    };
    let has = |word: &str| words.contains(&word);
    let every = match (has("daily"), has("each-show")) {
        (true, _) => Period::Day { utc_offset_min: 0 },
        (_, true) => Period::Show,
        _ => Period::Ever,
    };
    let stacks = match (has("alone"), has("freely")) {
        (true, _) => Stacks::Alone,
        (_, true) => Stacks::Freely,
        _ => Stacks::OtherKinds,
    };
    let open_to = match (has("everybody"), has("granted")) {
        (true, _) => OpenTo::Everybody,
        (_, true) => OpenTo::Grant,
        _ => OpenTo::Claim,
    };
    Campaign {
        id: named(words[1]),
        title: words[1].into(),
        kind,
        items: after(words, "for").map_or(vec![], |it| it.split(',').map(|it| ItemId(number(it))).collect()),
        from: Millis(0),
        until: after(words, "until").map_or(Millis(3 * 86_400_000), clock),
        currency: Currency::CNY,
        budget: after(words, "budget").map(|it| money(it).minor),
        uses_max: after(words, "uses").map(|it| number(it) as u32),
        times: after(words, "times").map_or(1, |it| number(it) as u32),
        every,
        level_min: after(words, "level").map_or(0, |it| number(it) as u8),
        stacks,
        gives_back: has("comes-back"),
        open_to,
        code: after(words, "word").map(Into::into),
    }
}

fn told_quote(quote: &linger_room::Quote) -> String {
    let why = |it: PriceWhy| match it {
        PriceWhy::Sale => "sale",
        PriceWhy::Step => "step",
        PriceWhy::Unlocked => "unlocked",
        PriceWhy::Flash => "flash",
    };
    let line = |it: &linger_room::QuoteLine| {
        format!("{} i{} at {} ({}): {}", it.units, it.item, paid(it.price), why(it.why), paid(it.amount))
    };
    let minor = |minor: i64| paid(Money::new(minor, quote.total.currency));
    let cut = |it: &Cut| format!("{} -{}", it.campaign, minor(it.off));
    let gift = |it: &CartLine| format!("{} i{} free", it.units, it.item);
    let mut parts: Vec<String> = quote.lines.iter().map(line).collect();
    parts.extend(quote.cuts.iter().map(cut));
    parts.extend(quote.gifts.iter().map(gift));
    if quote.shipping_full.minor > 0 {
        parts.push(format!("shipping {}", paid(quote.shipping)));
    }
    parts.push(format!("{} in all", paid(quote.total)));
    parts.join("; ")
}
