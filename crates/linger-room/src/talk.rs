//! What goes on around the talk: the topic of the hour and the comments featured under it, gifts, photos. It does not
//! know a single word or picture of it.

pub(crate) mod gifts;
pub(crate) mod photos;

use crate::{
    Room,
    bounds::FEATURED_MAX,
    deadlines::{Deadlines, Due},
    text::bounded,
};
use gifts::{Gift, Gifts};
use linger_protocol::{
    Actor, CommentId, Event, ImageId, Limits, Millis, OrderId, PersonId, Refusal, TalkAct, TalkEvent,
};
use photos::Photos;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Talk {
    pub(crate) topic: Option<Topical>,
    /// The comments above the talk, oldest first.
    pub(crate) featured: Vec<CommentId>,
    pub(crate) gifts: Gifts,
    pub(crate) photos: Photos,
}

/// What the talk is about for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topical {
    /// The topic.
    pub text: String,
    /// Until when.
    pub until: Millis,
}

pub(crate) fn decide(room: &Room, now: Millis, by: Actor, act: &TalkAct) -> Result<Vec<Event>, Refusal> {
    let talk = &room.talk;
    match act {
        TalkAct::SendGift { order, gift, count, price, giver, words, side } => {
            let wanted = gifts::Wanted { order: *order, gift, count: *count, price: *price, side: *side };
            gifts::decide_send(room, now, by, &wanted, giver, words.as_ref())
        }
        TalkAct::SetTopic { text, lasts_ms } => decide_topic(now, text, *lasts_ms),
        TalkAct::EndTopic if talk.topic.is_none() => Err(Refusal::NoTopic),
        TalkAct::EndTopic => Ok(vec![Event::Talk(TalkEvent::TopicEnded)]),
        TalkAct::FeatureComment { comment } => decide_feature(room, *comment),
        TalkAct::Unfeature { comment } => Ok(talk.unfeatured(*comment).into_iter().collect()),
        TalkAct::OfferPhoto { image, caption } => {
            if room.is_muted(now, by.person) {
                return Err(Refusal::Muted);
            }
            talk.photos.decide_offer(by.person, *image, caption)
        }
        TalkAct::ChoosePhoto { image } => talk.photos.decide_choose(*image),
        TalkAct::DeclinePhoto { image } => talk.photos.decide_decline(*image),
    }
}

fn decide_topic(now: Millis, text: &str, lasts_ms: u64) -> Result<Vec<Event>, Refusal> {
    let text = bounded(text, Limits::TITLE_CHARS)?;
    if !(Limits::TOPIC_MS_MIN..=Limits::TOPIC_MS_MAX).contains(&lasts_ms) {
        return Err(Refusal::BadDuration);
    }
    Ok(vec![Event::Talk(TalkEvent::TopicSet { text: text.to_owned(), until: now.plus(lasts_ms) })])
}

/// One more comment above the talk; when there is no place, the oldest makes room, so that one tap is enough.
fn decide_feature(room: &Room, comment: CommentId) -> Result<Vec<Event>, Refusal> {
    let featured = &room.talk.featured;
    match room.comment(comment) {
        None => return Err(Refusal::NoSuchComment),
        Some(said) if said.hidden => return Err(Refusal::NoSuchComment),
        Some(_) if featured.contains(&comment) => return Ok(vec![]),
        Some(_) => {}
    }
    let full = featured.len() >= FEATURED_MAX;
    let makes_room = featured.first().filter(|_| full).and_then(|oldest| room.talk.unfeatured(*oldest));
    let shown = Event::Talk(TalkEvent::CommentFeatured { comment });
    Ok(makes_room.into_iter().chain([shown]).collect())
}

/// What can be seen of it from outside.
impl Room {
    /// A gift ever sent here.
    pub fn gift(&self, order: OrderId) -> Option<&Gift> {
        self.talk.gifts.gifts.get(&order)
    }

    /// What the talk is about, while a topic is set.
    pub fn topic(&self) -> Option<&Topical> {
        self.talk.topic.as_ref()
    }

    /// The comments above the talk, oldest first.
    pub fn featured(&self) -> &[CommentId] {
        &self.talk.featured
    }

    /// Whether this photo waits to be chosen or hangs on the wall, and whose it is.
    pub fn photo(&self, image: ImageId) -> Option<PersonId> {
        self.talk.photos.owner(image)
    }

    /// Whether this photo hangs on the wall.
    pub fn on_wall(&self, image: ImageId) -> bool {
        self.talk.photos.hangs(image)
    }

    /// Whether somebody has a level in the fan club, so that their words go into the lane of members.
    pub(crate) fn is_member(&self, person: PersonId) -> bool {
        self.level(person) > 0
    }
}

impl Talk {
    /// The event that takes a comment from above the talk, if it stands there.
    pub(crate) fn unfeatured(&self, comment: CommentId) -> Option<Event> {
        let stands = self.featured.contains(&comment);
        stands.then_some(Event::Talk(TalkEvent::CommentUnfeatured { comment }))
    }

    pub(crate) fn apply(&mut self, deadlines: &mut Deadlines, event: &TalkEvent) {
        match event {
            TalkEvent::TopicSet { text, until } => {
                self.end_topic(deadlines);
                deadlines.set(*until, Due::Topic);
                self.topic = Some(Topical { text: text.clone(), until: *until });
            }
            TalkEvent::TopicEnded => {
                assert!(self.topic.is_some(), "a topic ended that was not set");
                self.end_topic(deadlines);
            }
            TalkEvent::CommentFeatured { comment } => {
                assert!(!self.featured.contains(comment), "a comment is featured twice");
                self.featured.push(*comment);
            }
            TalkEvent::CommentUnfeatured { comment } => {
                let place = self.featured.iter().position(|it| it == comment);
                self.featured.remove(place.expect("only what is featured can go"));
            }
            TalkEvent::GiftSent { .. } | TalkEvent::GiftGiven { .. } | TalkEvent::GiftLapsed { .. } => {
                self.gifts.apply(deadlines, event);
            }
            TalkEvent::PhotoOffered { .. }
            | TalkEvent::PhotoChosen { .. }
            | TalkEvent::PhotoDeclined { .. } => self.photos.apply(event),
        }
    }

    fn end_topic(&mut self, deadlines: &mut Deadlines) {
        self.featured.clear();
        if let Some(topic) = self.topic.take() {
            deadlines.clear(topic.until, Due::Topic);
        }
    }
}
