//! Which comments everybody is shown when there are more than anybody can read. A fold over the log that looks at nothing
//! but an entry's time, lane, person and number: whoever folds the same log shows the same comments, whether as another
//! gateway, after a restart or to somebody who comes back.
//!
//! It does not know texts, screens, the clock or how busy this machine is.

use super::lane::lane_of;
use linger_protocol::{CommentId, Entry, Event, Lane, Millis, PersonId};
use std::collections::{HashMap, VecDeque};

/// Applause shown a second, as a share of talk.
const REACTION_SHARE: u32 = 4;
/// How many times the talk of everybody staff are shown: they scroll and search, but a screen has its limits as well.
const STAFF_TIMES: u32 = 10;
/// The time over which it is counted how many first comments there are to choose from, ms.
const SLOT_MS: i64 = 250;
/// Half of the time for which it is remembered who has spoken, ms: a comment is a first one again after 5 to 10 s.
const HALF_MS: i64 = 5_000;
/// People remembered in each half; when there are more, the half ends early.
const PEOPLE_MAX: usize = 8_192;
/// Thousandths of a comment, the unit of the buckets.
const ONE: u64 = 1_000;
/// Places that a bucket can save at least: with fewer, nobody could ever speak a second time.
const SAVED_MIN: u64 = 8;

/// Who is shown a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    Everybody,
    /// Staff, and the person who wrote it.
    Staff,
    /// The person who wrote it.
    Author,
}

/// What was decided about the comments of a room.
///
/// Invariant: decided once, at the entry, from the entries before it. Nothing waits for a comment that may still come, so
/// thinning delays nothing.
#[derive(Clone, Debug)]
pub(crate) struct Thinning {
    /// None when everything is shown.
    budgets: Option<Budgets>,
    /// Of the newest comments, for those who come back.
    decided: VecDeque<Audience>,
    decided_max: usize,
    /// The number of the comment after the newest one.
    next: u64,
}

#[derive(Clone, Debug)]
struct Budgets {
    talk: Lots,
    reaction: Lots,
    staff: Bucket,
}

impl Default for Thinning {
    /// Shows everything.
    fn default() -> Thinning {
        Thinning::new(0, 1)
    }
}

impl Thinning {
    /// Shows so many comments of the talk lane a second, all when it is zero. Remembers what was decided about the newest
    /// `decided_max`.
    pub(crate) fn new(talk_per_s: u32, decided_max: usize) -> Thinning {
        let budgets = (talk_per_s > 0).then(|| Budgets {
            talk: Lots::new(talk_per_s),
            reaction: Lots::new((talk_per_s / REACTION_SHARE).max(1)),
            staff: Bucket::new(talk_per_s.saturating_mul(STAFF_TIMES)),
        });
        Thinning { budgets, decided: VecDeque::new(), decided_max, next: 0 }
    }

    /// Takes an entry in; who is shown the comment, if it is one.
    pub(crate) fn take(&mut self, entry: &Entry) -> Option<Audience> {
        let Event::CommentMade { comment, person, .. } = &entry.event else { return None };
        let audience = match &mut self.budgets {
            Some(budgets) => budgets.decide(entry.at, lane_of(entry), *person, *comment),
            None => Audience::Everybody,
        };
        self.decided.push_back(audience);
        if self.decided.len() > self.decided_max {
            self.decided.pop_front();
        }
        self.next = comment.0 + 1;
        Some(audience)
    }

    /// Who is shown a comment that was taken in lately; of an older one, only its author is.
    pub(crate) fn audience(&self, comment: CommentId) -> Audience {
        // Comments are numbered without gaps.
        let back = usize::try_from(self.next.saturating_sub(comment.0)).unwrap_or(usize::MAX);
        let place = self.decided.len().checked_sub(back);
        place.and_then(|place| self.decided.get(place)).copied().unwrap_or(Audience::Author)
    }
}

impl Budgets {
    fn decide(&mut self, at: Millis, lane: Lane, person: PersonId, comment: CommentId) -> Audience {
        let lots = match lane {
            Lane::Talk => &mut self.talk,
            Lane::Reaction => &mut self.reaction,
            Lane::Control | Lane::Host | Lane::Paid | Lane::Member | Lane::Question => {
                return Audience::Everybody;
            }
        };
        if lots.shows(at, person, comment) {
            return Audience::Everybody;
        }
        self.staff.refill(at);
        if self.staff.take(0) { Audience::Staff } else { Audience::Author }
    }
}

/// Places a second, of which up to a second's worth, and at least [`SAVED_MIN`], is saved.
#[derive(Clone, Debug)]
struct Bucket {
    per_s: u64,
    /// In thousandths.
    left: u64,
    at: Millis,
}

impl Bucket {
    fn new(per_s: u32) -> Bucket {
        let per_s = u64::from(per_s);
        let mut bucket = Bucket { per_s, left: 0, at: Millis(i64::MIN) };
        bucket.left = bucket.full();
        bucket
    }

    fn full(&self) -> u64 {
        self.per_s.max(SAVED_MIN) * ONE
    }

    /// Places come back with the room's time.
    fn refill(&mut self, at: Millis) {
        // So many a second are so many thousandths a millisecond.
        let back = at.since(self.at).saturating_mul(self.per_s);
        self.left = self.left.saturating_add(back).min(self.full());
        self.at = self.at.max(at);
    }

    /// Takes a place, when it leaves so much to others.
    fn take(&mut self, leave: u64) -> bool {
        let may = self.left >= ONE + leave;
        if may {
            self.left -= ONE;
        }
        may
    }
}

/// The places of one lane, and who gets them.
///
/// The upper half of the bucket is for whoever comes. Below, only those who say something for the first time in a while
/// get a place, and when there are more of them than places come back, lots are drawn among them: otherwise a place would
/// go to whoever happens to follow the refill most closely. Who speaks again needs the bucket the fuller the more they have
/// said, so that a repeat never takes what a first comment would have got.
#[derive(Clone, Debug)]
struct Lots {
    bucket: Bucket,
    talkers: Talkers,
    slot: i64,
    /// First comments of the slot before, and of this one so far.
    before: u64,
    now: u64,
}

impl Lots {
    fn new(per_s: u32) -> Lots {
        Lots { bucket: Bucket::new(per_s), talkers: Talkers::default(), slot: i64::MIN, before: 0, now: 0 }
    }

    fn shows(&mut self, at: Millis, person: PersonId, comment: CommentId) -> bool {
        self.bucket.refill(at);
        let said = self.talkers.count(at, person);
        if said > 1 {
            return self.bucket.take(kept_from(said, self.bucket.full()));
        }
        self.count_first(at);
        let is_drawn = self.bucket.left >= self.bucket.full() / 2 || self.is_drawn(person, comment);
        is_drawn && self.bucket.take(0)
    }

    fn count_first(&mut self, at: Millis) {
        let slot = at.0.div_euclid(SLOT_MS);
        if slot > self.slot {
            self.before = if slot == self.slot.saturating_add(1) { self.now } else { 0 };
            (self.slot, self.now) = (slot, 0);
        }
        self.now += 1;
    }

    /// Whether the lot falls on a comment: its chance is what comes back in a slot over how many there are to choose from.
    fn is_drawn(&self, person: PersonId, comment: CommentId) -> bool {
        let back = self.bucket.per_s * SLOT_MS.unsigned_abs();
        let wanted = self.before.max(self.now) * ONE;
        wanted <= back || mixed(person.0 ^ comment.0.rotate_left(32)) % wanted < back
    }
}

/// What has to stay in the bucket when somebody speaks for the `said`th time: half of it the second time, and ever more,
/// up to three quarters.
fn kept_from(said: u32, full: u64) -> u64 {
    let said = u64::from(said.clamp(2, 4));
    full * (said - 1) / said
}

/// Spreads numbers evenly: the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
fn mixed(mut it: u64) -> u64 {
    it = it.wrapping_add(0x9e37_79b9_7f4a_7c15);
    it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    it ^ (it >> 31)
}

/// How much each person has said lately, shown or not: who is passed over gains nothing by trying again.
#[derive(Clone, Debug, Default)]
struct Talkers {
    now: HashMap<PersonId, u32>,
    before: HashMap<PersonId, u32>,
    half: i64,
}

impl Talkers {
    /// Counts one more; how many it makes.
    fn count(&mut self, at: Millis, person: PersonId) -> u32 {
        let half = at.0.div_euclid(HALF_MS);
        if half > self.half || self.now.len() >= PEOPLE_MAX {
            let before = std::mem::take(&mut self.now);
            self.before = if half > self.half.saturating_add(1) { HashMap::new() } else { before };
            self.half = self.half.max(half);
        }
        let now = self.now.entry(person).or_insert(0);
        *now = now.saturating_add(1);
        now.saturating_add(self.before.get(&person).copied().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests;
