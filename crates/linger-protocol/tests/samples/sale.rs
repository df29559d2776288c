//! One sample of everything a sale, a cart or a coupon may put into a log.

use super::{asked, house, reported};
use linger_protocol::*;

const ANN: PersonId = PersonId(0x0123_4567_89ab_cdef);
const ORDER: OrderId = OrderId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
const CUP: ItemId = ItemId(8);
const POT: ItemId = ItemId(70_000);

pub fn all() -> Vec<(&'static str, Entry)> {
    let mut all = opened();
    all.extend(orders());
    all.extend(waits());
    all.extend(stock());
    all.extend(coupons());
    all.extend(wishes());
    all
}

fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

fn event(event: SaleEvent) -> Event {
    Event::Sale(event)
}

fn opened() -> Vec<(&'static str, Entry)> {
    let opened = |terms: SaleTerms| {
        asked(Role::Host, event(SaleEvent::Opened { item: CUP, sale: 3, terms: Box::new(terms) }))
    };
    let plain = || SaleTerms::plain(yuan(9_900), 2, 300_000);
    let shuffle = SaleMode::Shuffle {
        bell: Millis(1_700_000_060_000),
        commit: [0x11; 32],
        sealed_seed: vec![1, 2, 3].into(),
    };
    let full = SaleTerms {
        per_household: Some(4),
        opens_at: Some(Millis(1_700_000_000_000)),
        closes_at: Some(Millis(1_700_000_600_000)),
        steps: vec![PriceStep { from_units: 100, price: yuan(12_900) }],
        unlock: Some(Unlock { buyers: 500, price: yuan(7_900) }),
        gift: Some(FirstGift { first: 50, item: POT }),
        ..plain()
    };
    vec![
        ("sale-on-terms-opened", opened(plain())),
        ("sale-on-all-terms-opened", opened(full)),
        ("sale-shuffle-opened", opened(SaleTerms { mode: shuffle, ..plain() })),
        ("sale-first-paid-opened", opened(SaleTerms { mode: SaleMode::FirstPaid, ..plain() })),
        (
            "flash-opened",
            house(event(SaleEvent::FlashOpened {
                item: CUP,
                price: yuan(8_800),
                until: Millis(1_700_000_030_000),
            })),
        ),
        ("flash-ended", reported(event(SaleEvent::FlashEnded { item: CUP }))),
        (
            "shipping-set",
            asked(
                Role::Operator,
                event(SaleEvent::ShippingSet {
                    shipping: ShippingFee { fee: yuan(1_000), free_from: Some(9_900) },
                }),
            ),
        ),
        (
            "shipping-set-always",
            asked(
                Role::Operator,
                event(SaleEvent::ShippingSet { shipping: ShippingFee { fee: yuan(600), free_from: None } }),
            ),
        ),
        ("unlocked", reported(event(SaleEvent::Unlocked { item: CUP }))),
    ]
}

fn delivery() -> Delivery {
    let to = Sealed { key: KeyId(9), body: vec![0xde, 0xad, 0xbe, 0xef].into() };
    Delivery { confirmed: vec![CUP], household: u64::MAX, to: Some(to) }
}

fn orders() -> Vec<(&'static str, Entry)> {
    let line = |item, units, minor| OrderLine { item, units, amount: yuan(minor) };
    let cut = |campaign: &str, off, parts, spent, owned| Cut {
        campaign: CampaignId::new(campaign).expect("a campaign's name"),
        off,
        parts,
        spent,
        period: 19_675,
        owned,
    };
    let cart = CartOrder {
        order: ORDER,
        person: ANN,
        lines: vec![line(CUP, 2, 18_800), line(POT, 1, 0)],
        gifts: 1,
        shipping: 500,
        cuts: vec![cut("autumn-10", 1_000, vec![1_000], 1_000, true), cut("free", 500, vec![], 500, false)],
        first: vec![CUP],
        amount: yuan(19_300),
        until: Millis(1_700_000_300_000),
        holds: true,
        delivery: delivery(),
    };
    let bare = CartOrder {
        lines: vec![line(CUP, 1, 9_900)],
        gifts: 0,
        shipping: 0,
        cuts: vec![],
        first: vec![],
        amount: yuan(9_900),
        holds: false,
        delivery: Delivery::default(),
        ..cart.clone()
    };
    let order = ORDER;
    vec![
        ("cart-held", asked(Role::Viewer, event(SaleEvent::CartHeld(Box::new(cart))))),
        ("cart-not-held", asked(Role::Viewer, event(SaleEvent::CartHeld(Box::new(bare))))),
        (
            "refund-due-sold-out",
            reported(Event::RefundDue {
                order,
                payment: PaymentId::new("pi_3MtwBwLkdIwHu7ix28a3tqPa").expect("a payment's name"),
                amount: yuan(9_900),
                reason: RefundReason::SoldOut,
            }),
        ),
    ]
}

fn waits() -> Vec<(&'static str, Entry)> {
    let wanted = || Wanted { order: ORDER, units: 2, delivery: delivery() };
    let (item, person) = (CUP, ANN);
    let left = |end| event(SaleEvent::WaitLeft { item, person, end });
    vec![
        ("wait-joined", asked(Role::Viewer, event(SaleEvent::WaitJoined { item, person, wanted: wanted() }))),
        ("wait-left", asked(Role::Viewer, left(WaitEnd::Left))),
        ("wait-left-over-limit", reported(left(WaitEnd::OverLimit))),
        ("wait-left-room-full", reported(left(WaitEnd::RoomFull))),
        ("enlisted", asked(Role::Viewer, event(SaleEvent::Enlisted { item, person, wanted: wanted() }))),
        ("list-frozen", reported(event(SaleEvent::ListFrozen { item, people: 300, digest: [0x22; 32] }))),
        ("list-shuffled", reported(event(SaleEvent::ListShuffled { item, seed: [0x33; 32] }))),
    ]
}

fn stock() -> Vec<(&'static str, Entry)> {
    let transfer = || TransferId::new("room-1_show-7_8").expect("a transfer's name");
    let (item, units) = (CUP, 300);
    vec![
        ("allotted", asked(Role::Operator, event(SaleEvent::Allotted { transfer: transfer(), item, units }))),
        (
            "gave-back",
            asked(Role::Operator, event(SaleEvent::GaveBack { transfer: transfer(), item, units })),
        ),
    ]
}

fn coupons() -> Vec<(&'static str, Entry)> {
    let coupon = |it| event(SaleEvent::Coupon(it));
    let campaign = || CampaignId::new("autumn-10").expect("a campaign's name");
    let set = |kind, every, stacks, open_to| {
        let campaign = Campaign {
            id: campaign(),
            title: "秋天".into(),
            kind,
            items: vec![CUP],
            from: Millis(1_700_000_000_000),
            until: Millis(1_700_086_400_000),
            currency: Currency::CNY,
            budget: Some(1_000_000),
            uses_max: Some(100),
            times: 2,
            every,
            level_min: 3,
            stacks,
            gives_back: true,
            open_to,
            code: Some("AUTUMN".into()),
        };
        asked(Role::Operator, coupon(CouponEvent::CampaignSet { campaign: Box::new(campaign) }))
    };
    let day = Period::Day { utc_offset_min: 480 };
    let everybody = |kind| set(kind, Period::Ever, Stacks::Freely, OpenTo::Everybody);
    let granted = |cause| {
        let grant = GrantId::new("rule-7_42").expect("a grant's name");
        house(coupon(CouponEvent::Granted { grant, campaign: campaign(), person: ANN, cause, period: 3 }))
    };
    let claimed = CouponEvent::Claimed { campaign: campaign(), person: ANN, period: -1 };
    vec![
        ("campaign-amount", set(CouponKind::Amount { off: 1_000 }, day, Stacks::OtherKinds, OpenTo::Claim)),
        (
            "campaign-percent",
            set(
                CouponKind::Percent { bps: 1_250, most: Some(5_000) },
                Period::Show,
                Stacks::Alone,
                OpenTo::Grant,
            ),
        ),
        ("campaign-threshold", everybody(CouponKind::Threshold { from: 20_000, off: 3_000 })),
        ("campaign-gift", everybody(CouponKind::Gift { item: POT, units: 1 })),
        ("campaign-shipping", everybody(CouponKind::Shipping { most: 600 })),
        ("campaign-buy-get", everybody(CouponKind::BuyGet { buy: 2, get: 1 })),
        ("campaign-member-price", everybody(CouponKind::MemberPrice { level: 2, price: 8_800 })),
        (
            "campaign-ended",
            asked(Role::Operator, coupon(CouponEvent::CampaignEnded { campaign: campaign() })),
        ),
        ("coupon-claimed", asked(Role::Viewer, coupon(claimed))),
        ("coupon-granted-by-hand", granted(GrantCause::Hand)),
        ("coupon-granted-by-rule", granted(GrantCause::Rule { intent: IntentId(77) })),
        ("coupon-won", granted(GrantCause::Activity { activity: ActivityId(300) })),
        ("coupon-granted-by-journey", granted(GrantCause::Journey)),
        ("coupons-given-back", reported(coupon(CouponEvent::GivenBack { order: ORDER }))),
    ]
}

fn wishes() -> Vec<(&'static str, Entry)> {
    let counted = [Lookers { item: CUP, people: 300 }, Lookers { item: POT, people: 0 }];
    vec![
        ("explain-asked", asked(Role::Viewer, event(SaleEvent::ExplainAsked { item: POT, person: ANN }))),
        ("lookers-counted", reported(event(SaleEvent::LookersCounted { lookers: counted.to_vec() }))),
    ]
}
