//! The words of scripts around the talk: replies, mentions, pictures, gifts, topics, photos. It does not know what is
//! right.

use super::{Play, money, number, paid, seconds, shown};
use linger_protocol::*;

impl Play {
    /// What a line about the talk asks for; `None` when it is about something else.
    pub(super) fn talk_asked(&mut self, what: &str, words: &[&str]) -> Option<Act> {
        let after = |n: usize| what.splitn(n + 1, ' ').nth(n).unwrap_or("");
        let comment = |word: &str| CommentId(number(word));
        let act = match words[0] {
            "reply" => said(after(2), Some(comment(words[1])), vec![], None),
            "mention" => {
                let people = words[1].split(',').map(|name| self.person(name)).collect();
                said(after(2), None, people, None)
            }
            "show" => said(after(2), None, vec![], Some(image(words[1]))),
            "gift" => {
                // `side=1` before the words says for whom.
                let side = words.get(5).and_then(|it| it.strip_prefix("side="));
                let from = 5 + usize::from(side.is_some());
                Act::Talk(TalkAct::SendGift {
                    order: OrderId(number(words[1]).into()),
                    gift: GiftId::new(words[2]).expect("a kind of gift"),
                    count: number(words[3]) as u32,
                    price: money(words[4]),
                    giver: Spoken::unsealed("").sealed,
                    words: words.get(from).map(|_| Spoken::unsealed(after(from))),
                    side: side.map(|it| it.parse().expect("a side")),
                })
            }
            "topic" => Act::Talk(TalkAct::SetTopic { text: after(2).into(), lasts_ms: seconds(words[1]) }),
            "end-topic" => Act::Talk(TalkAct::EndTopic),
            "feature" => Act::Talk(TalkAct::FeatureComment { comment: comment(words[1]) }),
            "unfeature" => Act::Talk(TalkAct::Unfeature { comment: comment(words[1]) }),
            "offer" => {
                let caption = Spoken::unsealed(after(2));
                Act::Talk(TalkAct::OfferPhoto { image: image(words[1]), caption })
            }
            "choose" => Act::Talk(TalkAct::ChoosePhoto { image: image(words[1]) }),
            "decline" => Act::Talk(TalkAct::DeclinePhoto { image: image(words[1]) }),
            _ => return None,
        };
        Some(act)
    }

    /// What goes with a comment beside its words.
    pub(super) fn told_with(&self, event: &Event) -> String {
        let Event::CommentMade { reply_to, mentions, image, .. } = event else { return String::new() };
        let mut told = String::new();
        if let Some(it) = reply_to {
            told.push_str(&format!(" to c{it}"));
        }
        for it in mentions.iter().flatten() {
            told.push_str(&format!(" @{}", self.name(*it)));
        }
        if let Some(it) = image {
            told.push_str(&format!(" with m{}", it.0));
        }
        told
    }

    pub(super) fn talk_told(&self, event: &TalkEvent) -> String {
        match event {
            TalkEvent::GiftSent { order, person, gift, count, amount, until, .. } => format!(
                "{} wants to give {count} {gift} (o{}) until {}, {} due",
                self.name(*person),
                order.0,
                shown(*until),
                paid(*amount)
            ),
            TalkEvent::GiftGiven { order, payment, combo, .. } => {
                format!("o{} given by {payment}, {combo} in one go", order.0)
            }
            TalkEvent::GiftLapsed { order } => format!("o{} not given", order.0),
            TalkEvent::TopicSet { text, until } => format!("topic {text:?} until {}", shown(*until)),
            TalkEvent::TopicEnded => "topic over".into(),
            TalkEvent::CommentFeatured { comment } => format!("c{comment} above the talk"),
            TalkEvent::CommentUnfeatured { comment } => format!("c{comment} no more above the talk"),
            TalkEvent::PhotoOffered { image, person, .. } => {
                format!("m{} offered by {}", image.0, self.name(*person))
            }
            TalkEvent::PhotoChosen { image } => format!("m{} on the wall", image.0),
            TalkEvent::PhotoDeclined { image } => format!("m{} not on the wall", image.0),
        }
    }

    /// The lane of a comment, from the log.
    pub(super) fn look_lane(&self, word: &str) -> String {
        let wanted = CommentId(number(word));
        let lane = self.log.iter().find_map(|event| match event {
            Event::CommentMade { comment, lane, .. } if *comment == wanted => *lane,
            _ => None,
        });
        lane.expect("a comment with a lane").as_str().into()
    }
}

fn said(text: &str, reply_to: Option<CommentId>, mentions: Vec<PersonId>, image: Option<ImageId>) -> Act {
    Act::Say { spoken: Spoken::unsealed(text), answers: None, reply_to, mentions, image }
}

fn image(word: &str) -> ImageId {
    ImageId(number(word).into())
}
