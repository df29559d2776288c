//! One live room, decided in one place: chat and questions, likes and follows, the stage, the shelf with its stock and
//! orders, draws and the prompts to the host.
//!
//! Requests and reports go in, events come out. A [`linger_protocol::Request`] is asked for and may be refused
//! ([`Room::decide`]); a [`linger_protocol::Report`] has already happened and never is ([`Room::note`]). Neither changes
//! the room: [`Room::apply`] does, from the event alone.
//!
//! It does not know screens, storage, sockets, rules of strategy or who is connected.
//!
//! # Invariants
//!
//! - Nothing here reads a clock, a socket, a disk or a random source. Time is an argument, randomness a report. A room
//!   rebuilt from its log is the same room, hash for hash ([`Room::hash`]).
//! - `apply` needs neither time nor what a seal hides. Erasing somebody's words changes no decision.
//! - The events of one decision are to be applied in order, all of them: later ones assume the earlier ones.
//! - An event that cannot follow on the room's state is a bug and panics: stock below zero, an order that ends twice, a
//!   payment that is answered twice. Bad input never gets that far: it is refused, or as a report leads to no event.
//! - Time may jump, also backwards. What has ended stays ended; what is pending ends when its moment is reached again.
//! - Everything is bounded by [`linger_protocol::Limits`] and [`bounds`], with one exception: payments are remembered as
//!   long as the room, because a provider may repeat itself at any time and money has to be answered.
//!
//! # Where things are
//!
//! `chat` (comments), `asking` (open questions), [`question`] (which words are a question, and about what), `presence`
//! (people, likes, followers), `stage` (sign, picture, card), `talk` (gifts, topic, photos), `lane` (how much a comment
//! matters in a flood), `shelf` (items and stock), `orders` (orders and payments), [`sale`] (terms, carts,
//! waiting, shuffles), `coupon` (campaigns and what they take off), `wishes` (what the host is asked to
//! explain), [`activity`] (votes, quizzes, packets
//! and the like), [`draw`] (draws, and how to recompute them), `prompt` (proposals to the host), `seats` (coming on
//! stage), `calls` (calls with an adviser), [`club`] (members, points, links, the sprint of likes), `rundown` (the run of
//! show), [`care`] (what comes after the sale), `deadlines` (what is due when), `hash`.

pub mod activity;
mod asking;
pub mod bounds;
mod calls;
pub mod care;
mod chat;
pub mod club;
mod coupon;
mod deadlines;
pub mod draw;
mod hash;
mod lane;
mod orders;
mod presence;
mod prompt;
pub mod question;
mod rules;
mod rundown;
pub mod sale;
mod seats;
mod seen;
mod shelf;
mod stage;
mod talk;
mod text;
mod wishes;

pub use activity::{Activity, Phase};
pub use asking::OpenQuestion;
pub use calls::{CallTaken, CallTerms, CallWaiting};
pub use chat::Said;
pub use coupon::{Owned, Running};
pub use draw::{DrawProof, ProofError, verify, winners};
pub use orders::{Order, OrderState, OrderTerms, Refund};
pub use prompt::Showing;
pub use rules::{Held, Spent};
pub use rundown::{Backstage, Free, Run, Time};
pub use sale::{Flash, Offer, PriceWhy, Quote, QuoteLine, Waiting};
pub use seats::{InLine, OnStage, StageTerms};
pub use shelf::{Sale, StockView};
pub use talk::{
    Topical,
    gifts::{Gift, GiftState},
};

use activity::{Activities, Around, Did};
use asking::Asking;
use care::Care;
use chat::Chat;
use club::Club;
use coupon::Coupons;
use deadlines::{Deadlines, Due};
use draw::Draws;
use linger_protocol::{
    Act, Actor, Answered, CallEnd, CardTouch, ClubEvent, Event, Limits, Lookers, Millis, Money, OffReason,
    OrderId, PaymentId, PromptEnd, Quality, Refusal, Report, Request, Role, RundownAct, RundownEvent,
    SaleEvent, SeatEnd, TalkEvent,
};
use orders::Orders;
use presence::Presence;
use prompt::Prompts;
use rules::Rulebook;
use sale::Sales;
use shelf::Shelf;
use stage::Stage;
use talk::Talk;
use text::at_most;

/// A live room. The default is a room that was not opened yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Room {
    stage: Stage,
    presence: Presence,
    chat: Chat,
    asking: Asking,
    shelf: Shelf,
    orders: Orders,
    draws: Draws,
    prompts: Prompts,
    rules: Rulebook,
    activities: Activities,
    seats: seats::Seats,
    club: Club,
    backstage: Backstage,
    talk: Talk,
    sales: Sales,
    coupons: Coupons,
    wishes: wishes::Wishes,
    care: Care,
    deadlines: Deadlines,
}

impl Room {
    /// Decides what an asked-for change means at `now`. Changes nothing itself.
    ///
    /// `Ok` without events says that everything is as asked for already: asking twice does no harm.
    pub fn decide(&self, now: Millis, request: &Request) -> Result<Vec<Event>, Refusal> {
        Ok(club::with_earned(self, now, self.decide_asked(now, request)?))
    }

    fn decide_asked(&self, now: Millis, request: &Request) -> Result<Vec<Event>, Refusal> {
        let Request { by, act } = request;
        if !act.allowed(by.role) {
            return Err(Refusal::NotAllowed);
        }
        if let Act::OpenRoom { title, host, host_name } = act {
            return self.stage.decide_open(title, *host, host_name);
        }
        if !self.is_open() {
            return Err(Refusal::NoSuchRoom);
        }
        match act {
            Act::OpenRoom { .. } => Err(Refusal::RoomIsOpen),
            Act::Say { .. } | Act::AnswerOnAir { .. } | Act::HideComment { .. } | Act::Mute { .. } => {
                self.decide_talk(now, *by, act)
            }
            Act::OpenDraw { .. }
            | Act::CloseDraw { .. }
            | Act::FollowIntent { .. }
            | Act::ClosePrompt { .. } => self.decide_show(now, act),
            Act::Follow => self.presence.decide_follow(by.person),
            Act::Unfollow => self.presence.decide_unfollow(by.person),
            Act::Announce { text } => self.stage.decide_announce(text),
            Act::ListItem { item } => self.shelf.decide_list(item),
            Act::SetStock { item, units } => self.shelf.decide_stock(*item, *units),
            Act::OpenSale { item, .. } if self.sales.offers.contains_key(item) => Err(Refusal::SaleRunning),
            Act::OpenSale { item, price, per_person, hold_ms } => {
                let sale = Sale { price: *price, per_person: *per_person, hold_ms: *hold_ms };
                self.shelf.decide_open_sale(*item, sale)
            }
            Act::CloseSale { item } => self.shelf.decide_close_sale(*item),
            Act::PinCard { item } => self.stage.decide_pin(&self.shelf, *item),
            Act::UnpinCard => Ok(self.stage.decide_unpin()),
            Act::PlaceOrder { order, item, units } => {
                sale::decide_order(self, now, by.person, (*order, *item, *units))
            }
            Act::CancelOrder { order } => self.orders.decide_cancel(by.person, *order),
            Act::Activity(act) => {
                let around = Around { shelf: &self.shelf, follows: self.follows(by.person) };
                self.activities.decide(now, *by, act, &around)
            }
            Act::Seat(act) => seats::decide(self, now, *by, act),
            Act::Club(act) => self.club.decide(now, by.person, act, self.presence.likes),
            Act::Rundown(RundownAct::Carry { turn, act }) => self.decide_carry(now, *turn, act),
            Act::Rundown(act) => self.backstage.decide(&self.shelf, self.stage.pinned, now, act),
            Act::Talk(act) => talk::decide(self, now, *by, act),
            Act::Sale(act) => sale::decide(self, now, *by, act),
            Act::Care(act) => care::decide(self, now, *by, act),
            Act::Rule(act) => rules::decide(self, now, act),
        }
    }

    /// Decides what a report means at `now`. Never refuses: it has already happened.
    ///
    /// A room that was not opened takes no notice, except of money: that is answered whatever it was meant for.
    pub fn note(&self, now: Millis, report: &Report) -> Vec<Event> {
        club::with_earned(self, now, self.note_told(now, report))
    }

    fn note_told(&self, now: Millis, report: &Report) -> Vec<Event> {
        if let Report::PaymentArrived { order, payment, amount } = report {
            return self.note_payment(now, *order, payment, *amount);
        }
        if let Report::RefundSettled { payment } = report {
            return self.orders.note_refunded(payment);
        }
        if !self.is_open() {
            return vec![];
        }
        match report {
            Report::PaymentArrived { .. } | Report::RefundSettled { .. } => vec![],
            Report::RefundGiven { refund } => care::note_given(self, refund),
            Report::RefundFailed { refund } => care::note_failed(self, refund),
            Report::ParcelDelivered { order, parcel, at } => {
                care::note_delivered(self, now, *order, *parcel, *at)
            }
            Report::TimePassed => self.note_time(now),
            Report::Restarted { last_seen } => {
                let lost = self.presence.note_restarted(*last_seen);
                lost.into_iter().chain(self.stage.note_stopped(OffReason::Restarted)).collect()
            }
            Report::PeopleMoved { arrived, left } => self.presence.note_moved(arrived, left),
            Report::PeopleGone { people } => self.seats.note_gone(people),
            Report::LikesCame { likes, people } => self.presence.note_likes(*likes, *people),
            Report::CardsTouched { touches } => self.note_touches(touches),
            Report::LookersCame { lookers } => self.note_lookers(lookers),
            Report::QualityMeasured { quality } if *quality == Quality::default() => vec![],
            Report::QualityMeasured { quality } => {
                vec![Event::QualityGathered { quality: quality.clone() }]
            }
            Report::MediaStarted => self.stage.note_started(),
            Report::MediaStopped { on_purpose: true } => self.stage.note_stopped(OffReason::Ended),
            Report::MediaStopped { on_purpose: false } => self.stage.note_stopped(OffReason::Lost),
            Report::SeedRevealed { draw, seed } => self.draws.note_seed(*draw, seed),
            Report::ActivitySeedRevealed { activity, seed } => self.activities.note_seed(*activity, seed),
            Report::ListSeedRevealed { item, seed } => sale::lot::note_seed(&self.sales, *item, seed),
            Report::Cheered { activity, points } => self.activities.note_cheered(now, *activity, *points),
            Report::RivalScored { activity, points } => self.activities.note_rival(*activity, *points),
            Report::DayBegan { .. } | Report::Watched { .. } if self.club.rules.is_none() => vec![],
            Report::DayBegan { day } => self.club.note_day(*day),
            Report::Watched { day, people } => self.club.note_watched(*day, people),
            Report::SprintJoined { sprint, people } => self.club.note_sprint_joined(now, *sprint, people),
        }
    }

    /// Takes in a fact.
    ///
    /// # Panics
    ///
    /// When the event cannot follow on this state: it is no event that this room decided.
    pub fn apply(&mut self, event: &Event) {
        self.club.apply(&mut self.deadlines, event);
        self.wishes.apply(event);
        match event {
            Event::WentLive => {
                self.coupons.shows += 1;
                self.stage.apply(event);
            }
            Event::WentOff { reason } => {
                if *reason == OffReason::Ended {
                    self.prompts.end_show();
                }
                self.stage.apply(event);
            }
            Event::RoomOpened { .. }
            | Event::Announced { .. }
            | Event::CardPinned { .. }
            | Event::CardUnpinned { .. }
            | Event::CardsTouched { .. }
            | Event::QualityGathered { .. } => self.stage.apply(event),
            Event::PresenceChanged { .. }
            | Event::PresenceLost { .. }
            | Event::LikesGathered { .. }
            | Event::Followed { .. }
            | Event::Unfollowed { .. } => self.presence.apply(event),
            Event::CommentMade { person, question, .. } => {
                self.chat.apply(event);
                if let Some(question) = question {
                    self.asking.apply_asked(*question, *person);
                    self.activities.apply_did(*person, Did::Asked);
                }
            }
            Event::CommentHidden { .. } | Event::Muted { .. } => self.chat.apply(event),
            Event::QuestionOpened { .. } | Event::QuestionAnswered { .. } => self.asking.apply(event),
            Event::ItemListed { .. } | Event::StockSet { .. } | Event::SaleOpened { .. } => {
                self.shelf.apply(event)
            }
            Event::SaleClosed { item } => {
                self.shelf.apply(event);
                self.sales.apply_closed(&mut self.deadlines, *item);
            }
            Event::UnitsHeld { .. }
            | Event::OrderPaid { .. }
            | Event::OrderLapsed { .. }
            | Event::OrderCancelled { .. }
            | Event::RefundDue { .. }
            | Event::RefundSettled { .. } => {
                self.orders.apply(&mut self.shelf, &mut self.deadlines, event);
                self.apply_order_ended(event);
                self.apply_to_care(event);
            }
            Event::DrawOpened { .. }
            | Event::DrawEntered { .. }
            | Event::DrawFrozen { .. }
            | Event::DrawRevealed { .. } => self.draws.apply(&mut self.deadlines, event),
            Event::Activity(event) => self.activities.apply(&mut self.deadlines, event),
            Event::PromptShown { .. } | Event::PromptWithheld { .. } | Event::PromptClosed { .. } => {
                if let Event::PromptClosed { prompt, end: PromptEnd::Followed } = event
                    && let Some(question) = self.prompts.asks_for()
                {
                    self.asking.apply_followed(question, *prompt);
                }
                if let Event::PromptShown { intent, again: None, .. } | Event::PromptWithheld { intent } =
                    event
                {
                    self.rules.take(intent);
                }
                self.prompts.apply(&mut self.deadlines, event);
            }
            Event::Rule(event) => self.apply_rule(event),
            Event::Seat(event) => self.seats.apply(&mut self.deadlines, event),
            Event::Club(ClubEvent::Shared { person, .. }) => self.activities.apply_did(*person, Did::Shared),
            Event::Club(_) => {}
            Event::Rundown(event) => self.backstage.apply(&mut self.deadlines, event),
            Event::Talk(event) => {
                if let TalkEvent::GiftGiven { order, payment, .. } = event {
                    self.orders.answer(payment, *order);
                }
                self.talk.apply(&mut self.deadlines, event);
            }
            Event::Sale(event) => self.apply_sale(event),
            Event::Care(event) => self.care.apply(
                care::Around {
                    orders: &mut self.orders,
                    shelf: &mut self.shelf,
                    deadlines: &mut self.deadlines,
                },
                event,
            ),
        }
    }

    /// An order that is paid comes to after-sales; of one that ended otherwise nothing is kept there.
    fn apply_to_care(&mut self, event: &Event) {
        match event {
            Event::OrderPaid { order, .. } => {
                self.care.apply_paid(*order, &self.orders.orders[order], &self.shelf);
            }
            Event::OrderLapsed { order } | Event::OrderCancelled { order } => {
                self.care.apply_unpaid(*order, &self.orders.orders[order]);
            }
            _ => {}
        }
    }

    /// When the room next wants to hear that time passed.
    pub fn wakes_at(&self) -> Option<Millis> {
        // Whoever waits for what is there is served at once.
        if self.sales.owes(&self.shelf) { Some(Millis(0)) } else { self.deadlines.first() }
    }

    /// SHA-256 over a canonical encoding of the whole state: two rooms with the same hash are the same room.
    pub fn hash(&self) -> [u8; 32] {
        hash::of(self)
    }

    fn decide_talk(&self, now: Millis, by: Actor, act: &Act) -> Result<Vec<Event>, Refusal> {
        match act {
            Act::Say { spoken, answers, reply_to, mentions, image } => {
                let with = chat::With { reply_to: *reply_to, mentions, image: *image };
                chat::decide_say(self, now, by, spoken, *answers, with)
            }
            Act::AnswerOnAir { question } => {
                self.asking.answer(&self.prompts, now, *question, Answered::OnAir)
            }
            Act::HideComment { comment } => {
                let mut events = self.chat.decide_hide(*comment)?;
                events.extend(self.talk.unfeatured(*comment));
                Ok(events)
            }
            Act::Mute { person, for_ms } => self.chat.decide_mute(now, self.host(), *person, *for_ms),
            _ => unreachable!("not talk"),
        }
    }

    fn decide_show(&self, now: Millis, act: &Act) -> Result<Vec<Event>, Refusal> {
        match act {
            Act::OpenDraw { keyword, prize, winners, lasts_ms, commit, sealed_seed } => {
                let terms = draw::Terms {
                    keyword,
                    prize,
                    winners: *winners,
                    lasts_ms: *lasts_ms,
                    commit: *commit,
                    sealed_seed,
                };
                self.draws.decide_open(now, terms)
            }
            Act::CloseDraw { draw } => self.draws.decide_close(*draw),
            Act::FollowIntent { intent } => {
                self.prompts.decide_intent(&self.asking, &self.rules, now, intent)
            }
            Act::ClosePrompt { prompt, end } => self.prompts.decide_close(*prompt, *end),
            _ => unreachable!("not part of the show"),
        }
    }

    fn note_payment(&self, now: Millis, order: OrderId, payment: &PaymentId, amount: Money) -> Vec<Event> {
        if self.orders.needs_no_answer(payment, amount) {
            return vec![];
        }
        let gift = talk::gifts::note_payment(self, now, order, payment, amount);
        let mut events =
            gift.unwrap_or_else(|| self.orders.note_payment(&self.shelf, now, order, payment, amount));
        match events.first() {
            Some(Event::OrderPaid { order, .. }) => {
                let order = *order;
                events.extend(sale::after_paid(self, order, payment));
                events.extend(self.activities.note_paid(now, &self.orders, order));
            }
            Some(Event::Talk(TalkEvent::GiftGiven { order, .. })) => {
                let gift = self.gift(*order).expect("only a gift that was sent is given");
                events.extend(self.activities.note_gift(now, gift.amount, gift.side));
            }
            _ => {}
        }
        events
    }

    fn note_time(&self, now: Millis) -> Vec<Event> {
        let end = |due| match due {
            Due::Hold(order) => vec![Event::OrderLapsed { order }],
            Due::Draw(draw) => vec![self.draws.frozen(draw)],
            Due::Prompt(prompt) => vec![prompt::closed(prompt, PromptEnd::Expired)],
            Due::Activity(activity) => vec![self.activities.note_due(activity, now)],
            Due::Seat(person) => vec![Event::Seat(seats::ended(person, SeatEnd::Expired))],
            Due::Call(person) => vec![Event::Seat(calls::ended(person, CallEnd::Expired))],
            Due::Club(due) => vec![self.club.fell_due(due, self.presence.likes)],
            Due::Rundown => self.backstage.note_time(self.stage.pinned, now),
            Due::Gift(order) => vec![Event::Talk(TalkEvent::GiftLapsed { order })],
            Due::Topic => vec![Event::Talk(TalkEvent::TopicEnded)],
            Due::Sale(due) => vec![sale::fell_due(&self.sales, due)],
            Due::Care(due) => care::fell_due(self, now, due),
        };
        let events: Vec<Event> = self.deadlines.due(now).flat_map(end).collect();
        // What ended may change who is served with what: they are served next.
        if events.is_empty() { sale::serve(self, now) } else { events }
    }

    /// Carries out the activity of a step, as far as its host might: what comes of it, and that it was done, are one
    /// decision, so that no crash does it twice.
    fn decide_carry(
        &self,
        now: Millis,
        turn: u32,
        act: &Result<Box<Act>, String>,
    ) -> Result<Vec<Event>, Refusal> {
        if !self.backstage.may_carry(turn)? {
            return Ok(vec![]);
        }
        let done = match act {
            Err(code) => {
                at_most(code, bounds::RULE_CHARS)?;
                Err(code.clone())
            }
            Ok(act) if matches!(**act, Act::Rundown(_)) || !act.allowed(Role::Host) => {
                Err(Refusal::NotAllowed.code().to_owned())
            }
            Ok(act) => self
                .decide_asked(now, &Request { by: Actor::HOUSE, act: (**act).clone() })
                .map_err(|refusal| refusal.code().to_owned()),
        };
        let (mut events, refused) = match done {
            Ok(events) => (events, None),
            Err(code) => (vec![], Some(code)),
        };
        events.push(Event::Rundown(RundownEvent::Carried { turn, refused }));
        Ok(events)
    }

    fn note_lookers(&self, lookers: &[Lookers]) -> Vec<Event> {
        let known = |it: &&Lookers| self.item(it.item).is_some();
        let lookers: Vec<Lookers> = lookers.iter().filter(known).take(Limits::ITEMS_MAX).copied().collect();
        if lookers.is_empty() { vec![] } else { vec![Event::Sale(SaleEvent::LookersCounted { lookers })] }
    }

    fn note_touches(&self, touches: &[CardTouch]) -> Vec<Event> {
        let counts = |it: &&CardTouch| self.item(it.item).is_some() && (it.seen > 0 || it.clicked > 0);
        // One for each card of the shelf at most: what comes beyond that is not a gathered report.
        let touches: Vec<CardTouch> =
            touches.iter().filter(counts).take(Limits::ITEMS_MAX).copied().collect();
        if touches.is_empty() { vec![] } else { vec![Event::CardsTouched { touches }] }
    }
}
