//! What can be seen of a room from outside. It changes nothing and decides nothing.

use crate::{
    Activity, DrawProof, Flash, Offer, OpenQuestion, Order, OrderTerms, PriceWhy, Refund, Room, Run, Running,
    Said, Sale, Showing, StockView, Waiting, activity, club::Club, question, sale::lot::LotProof, shelf,
};
use linger_protocol::{
    ActivityId, CampaignId, CommentId, DrawId, Item, ItemId, Millis, Money, OrderId, PaymentId, PersonId,
    QuestionId, Rundown, ShippingFee,
};

impl Room {
    /// Whether the room was opened.
    pub fn is_open(&self) -> bool {
        self.stage.sign.is_some()
    }

    /// What the room is called; `None` before it was opened.
    pub fn title(&self) -> Option<&str> {
        self.stage.sign.as_ref().map(|sign| sign.title.as_str())
    }

    /// Whose room it is; `None` before it was opened.
    pub fn host(&self) -> Option<PersonId> {
        self.stage.sign.as_ref().map(|sign| sign.host)
    }

    /// The host's public name; `None` before the room was opened.
    pub fn host_name(&self) -> Option<&str> {
        self.stage.sign.as_ref().map(|sign| sign.host_name.as_str())
    }

    /// Whether there is a picture.
    pub fn is_live(&self) -> bool {
        self.stage.live
    }

    /// The item whose card is over the picture.
    pub fn pinned(&self) -> Option<ItemId> {
        self.stage.pinned
    }

    /// Stays running now.
    pub fn here(&self) -> u32 {
        self.presence.here
    }

    /// Likes so far.
    pub fn likes(&self) -> u64 {
        self.presence.likes
    }

    /// Followers now.
    pub fn followers(&self) -> usize {
        self.presence.followers.len()
    }

    /// Whether this person follows.
    pub fn follows(&self, person: PersonId) -> bool {
        self.presence.followers.contains(&person)
    }

    /// Comments made so far.
    pub fn comments(&self) -> u64 {
        self.chat.last.0
    }

    /// A comment of the last [`bounds::COMMENTS_KEPT`].
    pub fn comment(&self, comment: CommentId) -> Option<Said> {
        self.chat.recent.get(&comment).copied()
    }

    /// Whether this person may not comment at `now`.
    pub fn is_muted(&self, now: Millis, person: PersonId) -> bool {
        self.chat.is_muted(now, person)
    }

    /// The questions nobody answered yet, oldest first.
    pub fn questions(&self) -> impl Iterator<Item = (QuestionId, &OpenQuestion)> {
        self.asking.open.iter().map(|(id, question)| (*id, question))
    }

    /// The questions the host should take first, best first, at most [`question::rank::RANKED_MAX`]; the order is that
    /// of [`question::rank::weight`].
    ///
    /// Events carry no time, so the room does not know when a question was asked: `asked_at` says when the entry that
    /// opened it was written, as every reader of the log knows.
    pub fn ranked_questions(
        &self,
        now: Millis,
        asked_at: impl Fn(QuestionId) -> Millis,
    ) -> Vec<(QuestionId, &OpenQuestion)> {
        let mut questions: Vec<_> = self.questions().collect();
        let of = |(id, it): &(QuestionId, &OpenQuestion)| (it.askers.len(), asked_at(*id), id.0);
        question::rank::rank(&mut questions, now, question::rank::RANKED_MAX, of);
        questions
    }

    /// A question nobody answered yet.
    pub fn question(&self, question: QuestionId) -> Option<&OpenQuestion> {
        self.asking.open.get(&question)
    }

    /// The facts of an item on the shelf.
    pub fn item(&self, item: ItemId) -> Option<&Item> {
        self.shelf.lines.get(&item).map(|line| &line.item)
    }

    /// The items on the shelf, in order of their ids.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.shelf.lines.values().map(|line| &line.item)
    }

    /// The stock of an item on the shelf.
    pub fn stock(&self, item: ItemId) -> Option<StockView> {
        self.shelf.lines.get(&item).map(shelf::Line::view)
    }

    /// The terms of an item's sale, while it is on sale.
    pub fn sale(&self, item: ItemId) -> Option<Sale> {
        self.shelf.lines.get(&item)?.sale
    }

    /// An order ever placed here.
    pub fn order(&self, order: OrderId) -> Option<&Order> {
        self.orders.orders.get(&order)
    }

    /// What an order is beyond one line at the price of its sale: coupons, shipping, delivery, what its buyer confirmed.
    pub fn order_terms(&self, order: OrderId) -> Option<&OrderTerms> {
        self.order(order)?.terms.as_deref()
    }

    /// The terms of an item's sale beyond the simple ones, while it is on sale on such.
    pub fn offer(&self, item: ItemId) -> Option<&Offer> {
        self.sales.offers.get(&item)
    }

    /// What an item costs for a while, if it costs less.
    pub fn flash(&self, item: ItemId) -> Option<Flash> {
        self.sales.flashes.get(&item).copied()
    }

    /// A campaign of this room.
    pub fn campaign(&self, campaign: &CampaignId) -> Option<&Running> {
        self.coupons.campaigns.get(campaign)
    }

    /// What shipping costs; none when nothing was ever said.
    pub fn shipping(&self) -> Option<ShippingFee> {
        self.sales.shipping
    }

    /// How many wait for an item.
    pub fn waiting(&self, item: ItemId) -> usize {
        self.sales.queues.get(&item).map_or(0, |it| it.len())
    }

    /// Who waits for an item, in the order in which they are served.
    pub fn waiters(&self, item: ItemId) -> impl Iterator<Item = PersonId> {
        self.sales.queues.get(&item).into_iter().flat_map(|it| it.persons())
    }

    /// A person's place in the line for an item.
    pub fn waits(&self, item: ItemId, person: PersonId) -> Option<Waiting> {
        self.sales.queues.get(&item)?.waiting(person)
    }

    /// Frozen lists that want [`Report::ListSeedRevealed`], each with its sealed seed.
    ///
    /// [`Report::ListSeedRevealed`]: linger_protocol::Report::ListSeedRevealed
    pub fn lists_awaiting_seed(&self) -> Vec<(ItemId, &[u8])> {
        self.sales.awaiting_seed().collect()
    }

    /// All that is needed to recompute the shuffle of a sale, once its seed is public; kept for the last
    /// [`bounds::LOTS_KEPT`].
    ///
    /// [`bounds::LOTS_KEPT`]: crate::bounds::LOTS_KEPT
    pub fn lot_proof(&self, sale: u32) -> Option<&LotProof> {
        self.sales.proofs.get(&sale)
    }

    /// What one unit of an item costs at `now`, and why; none when it is not on sale.
    pub fn unit_price(&self, item: ItemId, now: Millis) -> Option<(Money, PriceWhy)> {
        crate::sale::unit_price(self, now, item).ok()
    }

    /// People who wish that an item is explained, since its card was last shown.
    pub fn wishes(&self, item: ItemId) -> usize {
        self.wishes.asked.get(&item).map_or(0, |people| people.len())
    }

    /// Every order ever placed here, in order of their ids.
    pub fn orders(&self) -> impl Iterator<Item = (OrderId, &Order)> {
        self.orders.orders.iter().map(|(id, order)| (*id, order))
    }

    /// Units of an item that a person holds or has paid: what counts against the person limit.
    pub fn taken(&self, item: ItemId, person: PersonId) -> u32 {
        self.orders.taken.get(&(item, person)).copied().unwrap_or(0)
    }

    /// The money that has to go back and has not yet, by payment.
    pub fn refunds_due(&self) -> impl Iterator<Item = (&PaymentId, &Refund)> {
        self.orders.refunds_due.iter()
    }

    /// The draw that people can enter now.
    pub fn open_draw(&self) -> Option<DrawId> {
        self.draws.open
    }

    /// How many entered a draw.
    pub fn entrants(&self, draw: DrawId) -> Option<usize> {
        self.draws.draws.get(&draw).map(|it| it.entrants.len())
    }

    /// Frozen draws that want [`Report::SeedRevealed`], each with its sealed seed, oldest first.
    pub fn awaiting_seed(&self) -> Vec<(DrawId, &[u8])> {
        self.draws.awaiting_seed().collect()
    }

    /// All that is needed to recompute a draw, once its seed is public; kept for the last [`bounds::DRAWS_KEPT`].
    pub fn draw_proof(&self, draw: DrawId) -> Option<DrawProof> {
        self.draws.proof(draw)
    }

    /// An activity that runs, or one of the last that did.
    pub fn activity(&self, activity: ActivityId) -> Option<&Activity> {
        self.activities.known.get(&activity)
    }

    /// Activities in order of opening: all that run, and the last that did.
    pub fn activities(&self) -> impl Iterator<Item = (ActivityId, &Activity)> {
        self.activities.known.iter().map(|(id, it)| (*id, it))
    }

    /// Frozen activities that want [`Report::ActivitySeedRevealed`], each with its sealed seed, oldest first.
    pub fn activities_awaiting_seed(&self) -> Vec<(ActivityId, &[u8])> {
        self.activities.awaiting_seed().collect()
    }

    /// All that is needed to compute an activity's outcome again, once it is settled; kept for the last
    /// [`bounds::ACTIVITIES_KEPT`].
    pub fn activity_record(&self, activity: ActivityId) -> Option<activity::Record> {
        self.activities.record(activity)
    }

    /// The fan club.
    pub fn club(&self) -> &Club {
        &self.club
    }

    /// The level in the fan club that shows beside a name; zero for none.
    pub fn level(&self, person: PersonId) -> u8 {
        self.club.level(person)
    }

    /// The run of show, and its version; version 0 when there was never one.
    pub fn rundown(&self) -> (u32, &Rundown) {
        (self.backstage.version, &self.backstage.rundown)
    }

    /// Where the room stands in its run of show, while it follows one.
    pub fn run(&self) -> Option<&Run> {
        self.backstage.run.as_ref()
    }

    /// The prompt on the host's screen.
    pub fn prompt(&self) -> Option<&Showing> {
        self.prompts.showing.as_ref()
    }
}
