//! The auditor's books on what goes on around the talk. Every gift has an account of its own; who can be mentioned is
//! looked up in the whole of what was said.

use linger_protocol::*;
use linger_room::Room;
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Talk {
    /// Who said each comment, and whether it is hidden, from the first.
    said: Vec<(PersonId, bool)>,
    gifts: BTreeMap<OrderId, Sent>,
    /// Gifts given: who, what, how many, when.
    given: Vec<(PersonId, GiftId, u32, Millis)>,
    topic: Option<(String, Millis)>,
    featured: Vec<CommentId>,
    /// Photos, and whether they hang.
    photos: BTreeMap<ImageId, (PersonId, bool)>,
}

struct Sent {
    person: PersonId,
    gift: GiftId,
    count: u32,
    amount: Money,
    until: Millis,
    words: Option<Sealed>,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Waits,
    Given,
    Lapsed,
}

impl Talk {
    pub fn close(&self, room: &Room) {
        assert!(self.gifts.values().all(|it| it.fate != Fate::Waits), "a gift is waited for for ever");
        assert!(self.topic.is_none(), "a topic lasts for ever");
        for order in self.gifts.keys() {
            assert!(room.gift(*order).is_some(), "a gift is never forgotten");
        }
    }

    /// Payments that became gifts.
    pub fn given(&self) -> usize {
        self.gifts.values().filter(|it| it.fate == Fate::Given).count()
    }

    pub fn check_nothing_is_due(&self, now: Millis) {
        let late = self.gifts.values().any(|it| it.fate == Fate::Waits && it.until <= now);
        assert!(!late, "a gift is waited for beyond its time");
        assert!(self.topic.as_ref().is_none_or(|(_, until)| *until > now), "a topic lasts beyond its time");
    }

    pub fn check_room(&self, room: &Room) {
        assert_eq!(room.featured(), self.featured);
        let topic = room.topic().map(|it| (it.text.clone(), it.until));
        assert_eq!(topic, self.topic);
        for (image, (person, hangs)) in &self.photos {
            assert_eq!(room.photo(*image), Some(*person));
            assert_eq!(room.on_wall(*image), *hangs);
        }
    }

    /// Whether a comment with company was let through, or refused for a true reason.
    pub fn check_say(&self, by: &Actor, act: &Act, answer: &Result<Vec<Event>, Refusal>) {
        let Act::Say { reply_to, mentions, .. } = act else { return };
        let kept = self.said.len().saturating_sub(1_000);
        let visible = |it: CommentId| {
            let place = (it.0 as usize).checked_sub(1);
            place.is_some_and(|place| place >= kept && self.said.get(place).is_some_and(|it| !it.1))
        };
        let seen = |it: &PersonId| *it == PersonId(1) || self.said[kept..].iter().any(|said| said.0 == *it);
        match answer {
            Err(Refusal::NoSuchComment) => assert!(reply_to.is_some_and(|it| !visible(it))),
            Err(Refusal::NotSeenHere) => assert!(!mentions.iter().all(seen)),
            Err(Refusal::TooManyMentions) => assert!(mentions.len() > 5),
            Err(_) => {}
            Ok(events) => {
                assert!(reply_to.is_none_or(visible), "replied to what nobody sees");
                assert!(mentions.len() <= 5 && mentions.iter().all(seen), "mentioned whom nobody saw");
                let told = events.iter().find_map(|it| match it {
                    Event::CommentMade { mentions, .. } => mentions.clone(),
                    _ => None,
                });
                for person in told.iter().flatten() {
                    assert!(mentions.contains(person) && *person != by.person);
                }
            }
        }
    }

    pub fn is_gift(&self, order: OrderId) -> bool {
        self.gifts.contains_key(&order)
    }

    /// Whether money for a gift goes back for a true reason; `None` when it is for no gift.
    pub fn sound(&self, order: OrderId, amount: Money, reason: RefundReason) -> Option<bool> {
        let it = self.gifts.get(&order)?;
        Some(match reason {
            RefundReason::UnknownOrder | RefundReason::SoldOut => false,
            RefundReason::PaidTwice => it.fate == Fate::Given,
            RefundReason::WrongAmount => it.fate == Fate::Waits && it.amount != amount,
            RefundReason::TooLate => it.fate == Fate::Lapsed,
        })
    }

    /// Notes a comment; the words of a gift come right after it.
    pub fn book_comment(&mut self, event: &Event, before: Option<&Event>) {
        let Event::CommentMade { comment, person, lane, spoken, .. } = event else { return };
        assert_eq!(comment.0 as usize, self.said.len() + 1);
        self.said.push((*person, false));
        let given = match before {
            Some(Event::Talk(TalkEvent::GiftGiven { order, .. })) => self.gifts.get(order),
            _ => None,
        };
        assert_eq!(*lane == Some(Lane::Paid), given.is_some(), "paid words are those of a gift");
        assert!(lane.is_some(), "a comment has a lane");
        if let Some(gift) = given {
            assert_eq!((gift.person, gift.words.as_ref()), (*person, Some(spoken)));
        }
    }

    pub fn book_hidden(&mut self, comment: CommentId) {
        self.said[comment.0 as usize - 1].1 = true;
    }

    pub fn book(&mut self, now: Millis, event: &TalkEvent) {
        match event {
            TalkEvent::GiftSent { order, person, gift, count, amount, until, words, .. } => {
                let (person, gift, count, amount) = (*person, gift.clone(), *count, *amount);
                assert!(amount.minor > 0 && count > 0);
                let (until, words) = (*until, words.clone());
                let sent = Sent { person, gift, count, amount, until, words, fate: Fate::Waits };
                assert!(self.gifts.insert(*order, sent).is_none(), "a gift was sent twice");
                let waits = |it: &&Sent| it.person == person && it.fate == Fate::Waits;
                assert!(self.gifts.values().filter(waits).count() <= 3, "too many gifts wait");
            }
            TalkEvent::GiftGiven { order, combo, combo_until, .. } => {
                assert!(now < self.fate(*order, Fate::Given).until, "given after its time");
                let it = &self.gifts[order];
                let (person, gift, count) = (it.person, it.gift.clone(), it.count);
                self.given.push((person, gift.clone(), count, now));
                assert_eq!(combo_until.0, now.0 + 15_000);
                assert_eq!(*combo, self.run_of(person, &gift));
            }
            TalkEvent::GiftLapsed { order } => {
                assert!(now >= self.fate(*order, Fate::Lapsed).until, "lapsed before its time");
            }
            TalkEvent::TopicSet { text, until } => {
                self.topic = Some((text.clone(), *until));
                self.featured.clear();
            }
            TalkEvent::TopicEnded => {
                assert!(self.topic.take().is_some());
                self.featured.clear();
            }
            TalkEvent::CommentFeatured { comment } => {
                assert!(!self.said[comment.0 as usize - 1].1, "a hidden comment stands above the talk");
                self.featured.push(*comment);
                assert!(self.featured.len() <= 3);
            }
            TalkEvent::CommentUnfeatured { comment } => {
                let before = self.featured.len();
                self.featured.retain(|it| it != comment);
                assert_eq!(self.featured.len() + 1, before);
            }
            TalkEvent::PhotoOffered { .. }
            | TalkEvent::PhotoChosen { .. }
            | TalkEvent::PhotoDeclined { .. } => self.book_photo(event),
        }
    }

    fn book_photo(&mut self, event: &TalkEvent) {
        match event {
            TalkEvent::PhotoOffered { image, person, .. } => {
                assert!(self.photos.insert(*image, (*person, false)).is_none(), "offered twice");
                let waits = self.photos.values().filter(|it| **it == (*person, false)).count();
                assert!(waits <= 3, "too many photos wait");
            }
            TalkEvent::PhotoChosen { image } => {
                let it = self.photos.get_mut(image).expect("an offered photo");
                assert!(!std::mem::replace(&mut it.1, true), "chosen twice");
                assert!(self.photos.values().filter(|it| it.1).count() <= 24, "the wall is full");
            }
            TalkEvent::PhotoDeclined { image } => assert!(self.photos.remove(image).is_some()),
            _ => unreachable!("not about photos"),
        }
    }

    /// How many of a gift a person gave in one go, counted backwards from the last.
    fn run_of(&self, person: PersonId, gift: &GiftId) -> u32 {
        let mut mine = self.given.iter().rev().filter(|it| it.0 == person && it.1 == *gift);
        let last = mine.next().expect("just given");
        let (mut run, mut at) = (last.2, last.3);
        for it in mine {
            if at.0 >= it.3.0 + 15_000 {
                break;
            }
            (run, at) = (run + it.2, it.3);
        }
        run
    }

    fn fate(&mut self, order: OrderId, fate: Fate) -> &Sent {
        let it = self.gifts.get_mut(&order).expect("a gift that was sent");
        assert_eq!(it.fate, Fate::Waits, "{order} came to an end twice");
        it.fate = fate;
        it
    }
}
