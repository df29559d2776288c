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
/// People whose standing in the fan club is kept, who were brought by a link, or who take part in one sprint; beyond it,
/// asking is `RoomFull` and the rest is not counted.
pub const CLUB_PEOPLE_MAX: usize = 1_000_000;
/// Stays that began by a link and may still count; beyond it, further ones do not.
pub const CLUB_COMING_MAX: usize = 10_000;
