//! The words of a transcript about what comes after the sale. It does not know anything else of a play.
//!
//! `8d00:30` is half a minute after the eighth midnight. Units are `i1x2`, refunds `cancel-o1`, `return-r1`, `price-o1-1`,
//! `kept-r1-1`, and `g1` for one that somebody decided.

use super::{Play, money, number, paid, seconds, shown};
use linger_protocol::*;

impl Play {
    /// What a line about the time after the sale asks for; `None` when it is about something else.
    pub(super) fn care_asked(&mut self, what: &str, words: &[&str]) -> Option<Act> {
        let after = |n: usize| Spoken::unsealed(what.splitn(n + 1, ' ').nth(n).unwrap_or(""));
        let act = match words {
            ["item", item, price, more @ ..] => {
                return Some(Act::ListItem { item: listed(item, price, more) });
            }
            ["policy", terms @ ..] => CareAct::SetPolicy(policy(terms)),
            ["confirm", order, item] => {
                CareAct::ConfirmException { order: order_of(order), item: item_of(item) }
            }
            ["ship", order, parcel, contents @ ..] => CareAct::Ship {
                order: order_of(order),
                parcel: ParcelId(number(parcel).into()),
                contents: contents.iter().map(|it| units(it)).collect(),
                way: Way::Carrier { carrier: "SF".into(), tracking: (*parcel).into() },
            },
            ["pick-up", order, parcel, code] => CareAct::Ship {
                order: order_of(order),
                parcel: ParcelId(number(parcel).into()),
                contents: vec![],
                way: Way::PickUp { code: (*code).into() },
            },
            ["deliver", order, parcel] => {
                CareAct::Deliver { order: order_of(order), parcel: ParcelId(number(parcel).into()) }
            }
            ["hand-over", order, parcel, code] => CareAct::HandOver {
                order: order_of(order),
                parcel: ParcelId(number(parcel).into()),
                code: (*code).into(),
            },
            ["give-up", order] => CareAct::CancelPaid { order: order_of(order) },
            ["claim-price", order, item] => {
                CareAct::ClaimPrice { order: order_of(order), item: item_of(item) }
            }
            ["repay", refund, order, item, amount] => CareAct::GiveBack {
                refund: refund_of(refund),
                order: order_of(order),
                item: item_of(item),
                amount: money(amount),
            },
            ["settle", refund] => CareAct::SettleRefund { refund: refund_of(refund) },
            ["rate", rating, order, item, stars, text @ ..] => CareAct::Rate {
                rating: RatingId(number(rating).into()),
                order: order_of(order),
                item: item_of(item),
                stars: stars.parse().expect("stars"),
                text: (!text.is_empty()).then(|| after(5)),
            },
            [hide @ ("hide-rating" | "show-rating"), order, item] => CareAct::HideRating {
                order: order_of(order),
                item: item_of(item),
                hidden: *hide == "hide-rating",
            },
            _ => return self.return_asked(words).or_else(|| self.ticket_asked(words, after)).map(Act::Care),
        };
        Some(Act::Care(act))
    }

    fn return_asked(&self, words: &[&str]) -> Option<CareAct> {
        let returning = |word: &str| ReturnId(number(word).into());
        Some(match words {
            ["return", id, order, contents, reason, exchange @ ..] => CareAct::AskReturn {
                returning: returning(id),
                order: order_of(order),
                contents: contents.split(',').map(units).collect(),
                reason: ReturnReason::parse(reason).expect("a reason"),
                exchange: exchange.get(1).map(|it| item_of(it)),
                note: Some(Spoken::unsealed("it is like this")),
            },
            ["approve", id] => CareAct::ApproveReturn { returning: returning(id) },
            ["reject", id] => {
                CareAct::RejectReturn { returning: returning(id), why: Spoken::unsealed("no fault") }
            }
            ["withdraw", id] => CareAct::WithdrawReturn { returning: returning(id) },
            ["send", id] => {
                CareAct::SendReturn { returning: returning(id), carrier: "SF".into(), tracking: (*id).into() }
            }
            ["receive", id, how] => {
                CareAct::ReceiveReturn { returning: returning(id), restock: *how == "restock" }
            }
            _ => return None,
        })
    }

    fn ticket_asked(&mut self, words: &[&str], after: impl Fn(usize) -> Spoken) -> Option<CareAct> {
        let ticket = |word: &str| TicketId(number(word).into());
        Some(match words {
            ["ticket", id, order, topic, ..] => CareAct::OpenTicket {
                ticket: ticket(id),
                order: (*order != "-").then(|| order_of(order)),
                topic: TicketTopic::parse(topic).expect("a topic"),
                text: after(4),
            },
            ["write", id, line, ..] => {
                CareAct::SayTicket { ticket: ticket(id), line: number(line), text: after(3) }
            }
            ["assign", id, who] => {
                CareAct::AssignTicket { ticket: ticket(id), to: (*who != "nobody").then(|| self.person(who)) }
            }
            ["solve", id] => CareAct::SolveTicket { ticket: ticket(id) },
            ["reopen", id] => CareAct::ReopenTicket { ticket: ticket(id) },
            _ => return None,
        })
    }

    pub(super) fn care_told(&self, event: &CareEvent) -> String {
        match event {
            CareEvent::PolicySet(_) => "policy set".into(),
            CareEvent::ExceptionConfirmed { order, item, why } => {
                format!("i{item} of o{} confirmed as {}", order.0, why.as_str())
            }
            CareEvent::Shipped { parcel, contents, way, .. } => {
                let how = match way {
                    Way::Carrier { carrier, .. } => format!("with {carrier}"),
                    Way::PickUp { .. } => "to be picked up".into(),
                };
                let contents: Vec<String> =
                    contents.iter().map(|it| format!("i{}x{}", it.item, it.units)).collect();
                format!("k{} packed ({}) {how}", parcel.0, contents.join(", "))
            }
            CareEvent::Delivered { parcel, at, .. } => {
                format!("k{} delivered at {}", parcel.0, day_time(*at))
            }
            CareEvent::PaidCancelled { order } => format!("o{} given up", order.0),
            CareEvent::RefundOwed { refund, amount, reason, .. } => {
                format!("{} owed as {} ({})", paid(*amount), short(refund), reason.as_str())
            }
            CareEvent::RefundDone { refund } => format!("{} went back", short(refund)),
            CareEvent::RefundFailed { refund } => format!("{} did not go back", short(refund)),
            CareEvent::Rated { order, item, stars, .. } => {
                format!("i{item} of o{} has {stars} stars", order.0)
            }
            CareEvent::RatingHidden { hidden, .. } => if *hidden { "hidden" } else { "shown" }.into(),
            event => return_told(event).unwrap_or_else(|| self.ticket_told(event)),
        }
    }

    fn ticket_told(&self, event: &CareEvent) -> String {
        match event {
            CareEvent::TicketOpened { ticket, answer_by, solve_by, .. } => format!(
                "t{} open, answered by {}, solved by {}",
                ticket.0,
                day_time(*answer_by),
                day_time(*solve_by)
            ),
            CareEvent::TicketAutoAnswered { stage, .. } => {
                format!("answered at once: {}", stage.map_or("no order", OrderStage::as_str))
            }
            CareEvent::TicketSaid { ticket, staff, .. } => {
                format!("{} writes in t{}", if *staff { "the shop" } else { "the buyer" }, ticket.0)
            }
            CareEvent::TicketAssigned { to, .. } => {
                to.map_or("nobody's".into(), |it| format!("{}'s", self.name(it)))
            }
            CareEvent::TicketSolved { ticket } => format!("t{} solved", ticket.0),
            CareEvent::TicketReopened { ticket, answer_by, .. } => {
                format!("t{} open again, answered by {}", ticket.0, day_time(*answer_by))
            }
            CareEvent::TicketEscalated { ticket, level } => format!("t{} escalated to {level}", ticket.0),
            _ => unreachable!("not about tickets"),
        }
    }

    /// `look order o1`: how far it has come, and where its money stands.
    pub(super) fn look_order(&self, word: &str) -> String {
        let order = order_of(word);
        let stage = self.room.order_stage(order).expect("an order").as_str();
        let Some(care) = self.room.care(order) else { return stage.into() };
        let cny = |minor| paid(Money::new(minor, care.paid.currency));
        format!("{stage}, {} owed back of {}", cny(care.owed_minor), cny(care.paid.minor))
    }

    /// `look ratings i1`.
    pub(super) fn look_ratings(&self, word: &str) -> String {
        let summary = self.room.rating_summary(item_of(word));
        let mean = summary.mean_centi().map_or("none".into(), |it| format!("{}.{:02}", it / 100, it % 100));
        format!("{} ratings, {mean} stars", summary.ratings())
    }
}

/// What the bank and the carrier say.
pub(super) fn reported(who: &str, words: &[&str]) -> Option<Report> {
    Some(match (who, words) {
        ("bank", ["given", refund]) => Report::RefundGiven { refund: refund_of(refund) },
        ("bank", ["failed", refund]) => Report::RefundFailed { refund: refund_of(refund) },
        ("carrier", ["delivered", order, parcel, "at", at]) => Report::ParcelDelivered {
            order: order_of(order),
            parcel: ParcelId(number(parcel).into()),
            at: super::clock(at),
        },
        _ => return None,
    })
}

fn return_told(event: &CareEvent) -> Option<String> {
    Some(match event {
        CareEvent::ReturnAsked { returning, lines, delivery_minor, until, .. } => {
            let minor = delivery_minor + lines.iter().map(|it| it.amount.minor).sum::<i64>();
            let of = paid(Money::new(minor, Currency::CNY));
            format!("r{} asked ({of}), decided by {}", returning.0, day_time(*until))
        }
        CareEvent::ReturnApproved { returning, freight_by_shop, until } => {
            let freight = if *freight_by_shop { "shop" } else { "buyer" };
            format!("r{} approved, {freight} pays the way, sent by {}", returning.0, day_time(*until))
        }
        CareEvent::ReturnRejected { returning, .. } => format!("r{} rejected", returning.0),
        CareEvent::ReturnWithdrawn { returning } => format!("r{} withdrawn", returning.0),
        CareEvent::ReturnLapsed { returning } => format!("r{} lapsed", returning.0),
        CareEvent::ReturnSent { returning, until, .. } => {
            format!("r{} sent, received by {}", returning.0, day_time(*until))
        }
        CareEvent::ReturnReceived { returning, restock } => {
            format!("r{} received{}", returning.0, if *restock { ", on the shelf again" } else { "" })
        }
        _ => return None,
    })
}

fn order_of(word: &str) -> OrderId {
    OrderId(number(word).into())
}

fn item_of(word: &str) -> ItemId {
    ItemId(number(word))
}

fn units(word: &str) -> ItemUnits {
    let (item, units) = word.split_once('x').expect("units such as i1x2");
    ItemUnits { item: item_of(item), units: units.parse().expect("a number of units") }
}

/// `cancel-o1` as the house names it.
fn refund_of(word: &str) -> RefundId {
    let hex = |it: &str| format!("{:032x}", number(it));
    let name = match word.split('-').collect::<Vec<_>>()[..] {
        [why @ ("cancel" | "return"), id] => format!("{why}-{}", hex(id)),
        [why, id, nth] => format!("{why}-{}-{nth}", hex(id)),
        _ if word.starts_with('g') => hex(word),
        _ => word.to_owned(),
    };
    RefundId::new(&name).expect("a refund's name")
}

fn short(refund: &RefundId) -> String {
    let of = |it: &str| u128::from_str_radix(it, 16).expect("a number");
    match refund.as_str().split('-').collect::<Vec<_>>()[..] {
        ["cancel", id] => format!("cancel-o{}", of(id)),
        ["return", id] => format!("return-r{}", of(id)),
        ["kept", id, item] => format!("kept-r{}-{item}", of(id)),
        [why, id, nth] => format!("{why}-o{}-{nth}", of(id)),
        _ => format!("g{}", of(refund.as_str())),
    }
}

/// `item i2 10.00 of 7`, `item i2 10.00 excepted perishable`, `item i2 10.00 days 14`.
fn listed(item: &str, price: &str, more: &[&str]) -> Item {
    let mut listed = Item::new(item_of(item), "Cup", money(price), "House");
    for pair in more.chunks(2) {
        match pair {
            ["of", product] => listed.product = Some(number(product)),
            ["excepted", why] => {
                let why = ReturnException::parse(why).expect("an exception");
                listed.returns = Some(ReturnRule::Excepted { why });
            }
            ["days", days] => {
                listed.returns = Some(ReturnRule::NoReason { days: days.parse().expect("days") });
            }
            other => panic!("the script lists an item with {other:?}"),
        }
    }
    listed
}

/// `policy instant=50.00 answer=600s`, by the clock of Greenwich so that days of plays end at midnight.
fn policy(terms: &[&str]) -> CarePolicy {
    let mut policy = CarePolicy { utc_offset_min: 0, ..CarePolicy::default() };
    for term in terms {
        match term.split_once('=').expect("a term such as instant=50.00") {
            ("instant", most) => policy.instant = Some(money(most)),
            ("freight", who) => policy.freight_by_shop = who == "shop",
            ("guarantee", days) => policy.guarantee_days = days.parse().expect("days"),
            ("decide", days) => policy.decide_days = days.parse().expect("days"),
            ("answer", within) => policy.answer_ms = seconds(within),
            ("solve", within) => policy.solve_ms = seconds(within),
            ("auto", on) => policy.auto_answer = on == "on",
            ("office", days) => {
                let days = days.parse().expect("days as a number");
                policy.hours = Some(ServiceHours { from_min: 540, to_min: 1_080, days });
            }
            other => panic!("the script sets {other:?}"),
        }
    }
    policy
}

/// A moment as `clock` reads it.
fn day_time(at: Millis) -> String {
    let time = shown(Millis(at.0.rem_euclid(86_400_000)));
    match at.0.div_euclid(86_400_000) {
        0 => time,
        days => format!("{days}d{time}"),
    }
}
