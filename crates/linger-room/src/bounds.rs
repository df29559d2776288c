//! How much of anything one room keeps. It does not know the bounds on single inputs: those are
//! [`linger_protocol::Limits`].

/// Comments, newest first, that can still be hidden; older ones are `NoSuchComment`.
pub const COMMENTS_KEPT: usize = 1_000;
/// Bytes of a sealed comment: 200 characters and a name in UTF-8, nonce, tag and framing, with room to spare.
pub const SEALED_BYTES_MAX: usize = 2_048;
/// People whose mute is remembered; beyond it, the mute that ends first is forgotten.
pub const MUTES_MAX: usize = 10_000;
/// Open questions; beyond it, the oldest one is forgotten.
pub const QUESTIONS_OPEN_MAX: usize = 500;
/// Answered questions that are still known to have been answered; older ones are `NoSuchQuestion`.
pub const QUESTIONS_ANSWERED_KEPT: usize = 1_000;
/// People remembered as askers of one question; more may ask, they are not counted.
pub const ASKERS_MAX: usize = 1_000;
/// Followers; beyond it, following is `RoomFull`.
pub const FOLLOWERS_MAX: usize = 1_000_000;
/// Bytes of an item's picture address.
pub const IMAGE_BYTES_MAX: usize = 512;
/// Orders of a room over its whole life; beyond it, ordering is `RoomFull`.
pub const ORDERS_MAX: usize = 1_000_000;
/// Orders one person may place in one room, lapsed and cancelled ones included; beyond it, ordering is `RoomFull`.
pub const ORDERS_PER_PERSON_MAX: u32 = 1_000;
/// People who wait for one item; beyond it, waiting is `QueueFull`.
pub const WAITING_MAX: usize = 10_000;
/// People on the list of one shuffle; beyond it, getting on it is `QueueFull`.
pub const ENLISTED_MAX: usize = 100_000;
/// People who waited and are served in one decision.
pub const SERVED_AT_ONCE: usize = 500;
/// Shuffles that can still be recomputed; beyond it, the oldest is forgotten.
pub const LOTS_KEPT: usize = 16;
/// Transfers of stock of a room over its whole life; beyond it, moving stock is `RoomFull`.
pub const TRANSFERS_MAX: usize = 100_000;
/// Campaigns of a room over its whole life; beyond it, beginning one is `RoomFull`.
pub const CAMPAIGNS_MAX: usize = 500;
/// Campaigns at a time that everybody has; beyond it, beginning one is `RoomFull`.
pub const AUTOMATIC_MAX: usize = 50;
/// Coupons that are counted, each for a campaign, a person and a period; beyond it, handing out is `RoomFull`.
pub const COUPONS_MAX: usize = 1_000_000;
/// Coupons granted in a room over its whole life; beyond it, granting is `RoomFull`.
pub const GRANTS_MAX: usize = 1_000_000;
/// People who wish to have one item explained; beyond it, wishing is `RoomFull`.
pub const WISHES_PER_ITEM_MAX: usize = 100_000;
/// Draws kept with their entrants: beyond it the oldest revealed one is forgotten. While as many wait for their seeds,
/// opening a draw is `RoomFull`.
pub const DRAWS_KEPT: usize = 16;
/// Bytes of a draw's sealed seed.
pub const SEALED_SEED_BYTES_MAX: usize = 512;
/// Intents, newest first, that are known to have been dealt with.
pub const INTENTS_KEPT: usize = 10_000;
/// Prompts of one show that are put off at a time; beyond it, putting off is `RoomFull`.
pub const PUT_OFF_KEPT: usize = 256;
/// Rules whose refusals are counted in one show; beyond it, further ones are not.
pub const REFUSING_KEPT: usize = 256;
/// Characters of a rule's code inside an intent.
pub const RULE_CHARS: usize = 64;
/// Viewers for whom one rule's budget is counted in one show; beyond it, a rule that is about one viewer is `RoomFull`.
pub const RULE_PEOPLE_MAX: usize = 100_000;
/// People in the line for the stage; beyond it, asking is `QueueFull`.
pub const LINE_MAX: usize = 200;
/// Milliseconds in which an invitation to the stage can be accepted.
pub const INVITATION_MS: u64 = 30_000;
/// Requests for calls, waiting and taken; beyond it, asking is `QueueFull`.
pub const CALLS_MAX: usize = 200;
/// Milliseconds a request for a call waits to be taken; longer where the shop promises more.
pub const CALL_WAITS_MS: u64 = 15 * 60_000;
/// Milliseconds after which a call that was taken is over, though nobody said so.
pub const CALL_TAKEN_MS: u64 = 2 * 3_600_000;
/// Milliseconds a prompt stays on the host's screen.
pub const PROMPT_MS: u64 = 60_000;
/// Activities that are not settled; beyond it, opening one is `RoomFull`.
pub const ACTIVITIES_OPEN_MAX: usize = 9;
/// Activities kept with their players: beyond it the oldest settled one is forgotten.
pub const ACTIVITIES_KEPT: usize = 24;
/// People in one activity; beyond it, taking part is `RoomFull`.
pub const PLAYERS_MAX: usize = 100_000;
/// People at one wheel: everybody's turn stands in one event.
pub const SPINNERS_MAX: usize = 10_000;
/// How much of a wheel one slice may take.
pub const WHEEL_WEIGHT_MAX: u32 = 1_000_000;
/// Milliseconds between the opening of a quiz and its first question.
pub const QUIZ_LEAD_MS: u64 = 5_000;
/// Milliseconds for which an answer is explained.
pub const QUIZ_EXPLAIN_MS: u64 = 8_000;
/// Milliseconds after the end of a PK within which the other room's last points still come.
pub const RIVAL_GRACE_MS: u64 = 3_000;
/// People whose standing in the fan club is kept, who were brought by a link, or who take part in one sprint; beyond it,
/// asking is `RoomFull` and the rest is not counted.
pub const CLUB_PEOPLE_MAX: usize = 1_000_000;
/// Stays that began by a link and may still count; beyond it, further ones do not.
pub const CLUB_COMING_MAX: usize = 10_000;
/// Comments above the talk at a time; beyond it, the oldest makes room.
pub const FEATURED_MAX: usize = 3;
/// Gifts of a room over its whole life; beyond it, giving is `RoomFull`.
pub const GIFTS_MAX: usize = 1_000_000;
/// Gifts of one person that may wait for a payment at a time; beyond it, giving is `GiftsUnpaid`.
pub const GIFTS_WAITING_PER_PERSON: u32 = 3;
/// Milliseconds a gift waits for its payment.
pub const GIFT_HOLD_MS: u64 = 300_000;
/// Milliseconds within which another gift of the same kind goes on counting.
pub const COMBO_MS: u64 = 15_000;
/// Runs of gifts that are remembered; beyond it, the one that ends first is forgotten.
pub const COMBOS_KEPT: usize = 1_000;
/// Photos that wait to be chosen; beyond it, offering one is `TooManyPhotos`.
pub const PHOTOS_WAITING_MAX: usize = 200;
/// Photos of one person that may wait; beyond it, offering one is `TooManyPhotos`.
pub const PHOTOS_PER_PERSON: usize = 3;
/// Photos on the wall; beyond it, the oldest comes down.
pub const PHOTOS_ON_WALL: usize = 24;
/// Parcels of one order; beyond it, shipping is `RoomFull`.
pub const PARCELS_PER_ORDER_MAX: usize = 50;
/// Returns of one order; beyond it, asking is `RoomFull`.
pub const RETURNS_PER_ORDER_MAX: usize = 50;
/// Refunds of one order beyond those of its returns; beyond it, giving back is `RoomFull`.
pub const REFUNDS_PER_ORDER_MAX: usize = 100;
/// Bytes of a sealed text after the sale: 1,000 characters and a name in UTF-8, nonce, tag and framing.
pub const CARE_SEALED_BYTES_MAX: usize = 5_120;
/// Tickets of a room over its whole life; beyond it, opening one is `RoomFull`.
pub const TICKETS_MAX: usize = 100_000;
/// Tickets of one person that are not solved; beyond it, opening one is `TooManyTickets`.
pub const TICKETS_OPEN_PER_PERSON: u32 = 10;
/// Lines of one ticket; beyond it, writing is `RoomFull`.
pub const TICKET_LINES_MAX: usize = 100;
