//! What has already happened outside the room. A report is never refused. It does not know how it was learnt.

use crate::{
    ActivityId, Arrival, CardTouch, Departure, DrawId, ItemId, Lookers, Millis, Money, OrderId, ParcelId,
    PaymentId, PersonId, Quality, RefundId, Watch,
};

/// Something that happened outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Time went by: whatever is due, is due.
    TimePassed,
    /// The process that counted the people here was started anew: nobody is connected any more. `last_seen` is the time
    /// of the last entry it had written.
    Restarted {
        /// When the process before was last known to live.
        last_seen: Millis,
    },
    /// People came and went since the last such report (one a second at most).
    PeopleMoved {
        /// Who came.
        arrived: Vec<Arrival>,
        /// Who went.
        left: Vec<Departure>,
    },
    /// The last stay of these people in the room ended: nobody waits for their return any more.
    PeopleGone {
        /// Who.
        people: Vec<PersonId>,
    },
    /// Likes gathered since the last such report.
    LikesCame {
        /// How many.
        likes: u32,
        /// From how many different people.
        people: u32,
    },
    /// Product cards seen and clicked since the last such report.
    CardsTouched {
        /// One for each card.
        touches: Vec<CardTouch>,
    },
    /// How many people look at items, of those items for which it changed since the last such report.
    LookersCame {
        /// One for each item.
        lookers: Vec<Lookers>,
    },
    /// How pictures and sound arrived at the viewers' ends since the last such report.
    QualityMeasured {
        /// The gathered figures.
        quality: Quality,
    },
    /// Picture or sound of the host reaches the media server.
    MediaStarted,
    /// It does so no longer.
    MediaStopped {
        /// Whether the host ended it on purpose.
        on_purpose: bool,
    },
    /// A provider says that money came in. Providers say things twice, late and out of order.
    PaymentArrived {
        /// The order it pays for.
        order: OrderId,
        /// The provider's name of the payment.
        payment: PaymentId,
        /// How much.
        amount: Money,
    },
    /// A provider says that money was given back.
    RefundSettled {
        /// The payment that was given back.
        payment: PaymentId,
    },
    /// A provider says that the money of a refund was given back.
    RefundGiven {
        /// The refund.
        refund: RefundId,
    },
    /// A provider says that it cannot give the money of a refund back: it has to go another way.
    RefundFailed {
        /// The refund.
        refund: RefundId,
    },
    /// A carrier says that a parcel was handed over. Carriers say things twice and late.
    ParcelDelivered {
        /// The order it belongs to.
        order: OrderId,
        /// The parcel.
        parcel: ParcelId,
        /// When, by the carrier's word.
        at: Millis,
    },
    /// The seed of a draw whose list is frozen.
    SeedRevealed {
        /// The draw.
        draw: DrawId,
        /// The seed that was committed to.
        seed: [u8; 32],
    },
    /// The seed of an activity that is frozen.
    ActivitySeedRevealed {
        /// The activity.
        activity: ActivityId,
        /// The seed that was committed to.
        seed: [u8; 32],
    },
    /// The seed of a shuffle whose list is frozen.
    ListSeedRevealed {
        /// The item that is sold so.
        item: ItemId,
        /// The seed that was committed to.
        seed: [u8; 32],
    },
    /// People cheered for the sides of a PK since the last such report.
    Cheered {
        /// The activity.
        activity: ActivityId,
        /// Points for the first side, then for the second.
        points: [u32; 2],
    },
    /// The other room of a PK says how many points it has.
    RivalScored {
        /// The activity of this room.
        activity: ActivityId,
        /// The other room's points so far.
        points: u64,
    },

    /// Another day began in the shop's zone.
    DayBegan {
        /// Days since 1970.
        day: i32,
    },
    /// People watched on.
    Watched {
        /// Today in the shop's zone, in days since 1970.
        day: i32,
        /// Who, and for how long.
        people: Vec<Watch>,
    },
    /// People liked for the first time in the sprint that runs.
    SprintJoined {
        /// The sprint.
        sprint: u32,
        /// Who.
        people: Vec<PersonId>,
    },
}
