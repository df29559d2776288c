//! Which open question the host should take first. It does not know what any question is about.

use linger_protocol::Millis;
use std::cmp::Reverse;

/// Somebody who waits this long adds as much as one more asker.
pub const PATIENCE_MS: u64 = 60_000;
/// From this age on a question counts for less and less: most who asked have gone, or found out.
pub const STALE_MS: u64 = 600_000;
/// Questions a list of the best holds.
pub const RANKED_MAX: usize = 50;

/// How much a question that `askers` people asked, the first of them at `asked_at`, weighs at `now`; more comes first.
///
/// Askers times one and the minutes waited: three people who just asked come before one who asked a minute ago, and after
/// one who has waited for four. Waiting counts up to ten minutes ([`STALE_MS`]); from there on the weight falls as the
/// square of the age, so that at twenty minutes a question is worth a quarter of what it was at ten. In thousandths, and
/// whole numbers throughout: the same on every machine. A question of nobody (its askers were forgotten) weighs as one
/// of a single person; one from the future, after clocks were put right, as one of this moment.
pub fn weight(askers: usize, asked_at: Millis, now: Millis) -> u64 {
    let askers = u64::try_from(askers).unwrap_or(u64::MAX).clamp(1, ASKERS_WEIGHED_MAX);
    let age = now.since(asked_at);
    let fresh = askers * (1_000 + age.min(STALE_MS) * 1_000 / PATIENCE_MS);
    if age <= STALE_MS {
        return fresh;
    }
    let (stale, age) = (u128::from(STALE_MS), u128::from(age));
    let left = u128::from(fresh) * stale * stale / (age * age);
    u64::try_from(left).unwrap_or(u64::MAX)
}

/// Keeps the weight far from overflowing.
const ASKERS_WEIGHED_MAX: u64 = 1 << 32;

/// Puts questions in the order in which the host should take them, best first, and keeps the first `max` of them.
///
/// `of` says of each how many asked, when it was asked first, and its number, which decides between equals: the older
/// one first. So the order depends on the questions alone, not on the order they come in.
pub fn rank<Q>(questions: &mut Vec<Q>, now: Millis, max: usize, of: impl Fn(&Q) -> (usize, Millis, u32)) {
    questions.sort_by_cached_key(|question| {
        let (askers, asked_at, number) = of(question);
        (Reverse(weight(askers, asked_at, now)), number)
    });
    questions.truncate(max);
}
