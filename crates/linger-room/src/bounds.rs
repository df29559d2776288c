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
/// Draws kept with their entrants: beyond it the oldest revealed one is forgotten. While as many wait for their seeds,
/// opening a draw is `RoomFull`.
pub const DRAWS_KEPT: usize = 16;
/// Bytes of a draw's sealed seed.
pub const SEALED_SEED_BYTES_MAX: usize = 512;
/// Intents, newest first, that are known to have been dealt with.
pub const INTENTS_KEPT: usize = 10_000;
/// Characters of a rule's code inside an intent.
pub const RULE_CHARS: usize = 64;
/// Milliseconds a prompt stays on the host's screen.
pub const PROMPT_MS: u64 = 60_000;
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
