//! What people do around the talk on a simulated day. It does not know what is right.

use super::{Input, World};
use linger_protocol::*;

/// A comment that answers a question.
pub(super) fn answering(spoken: Spoken, question: QuestionId) -> Act {
    Act::Say { spoken, answers: Some(question), reply_to: None, mentions: vec![], image: None }
}

impl World {
    /// Somebody says something to or about somebody else, gives, offers a photo, or staff tend the talk.
    pub(super) fn around_the_talk(&mut self) -> Input {
        let person = self.viewer();
        let image = ImageId(u128::from(self.dice.below(90)));
        let comment = CommentId(self.dice.below(self.room.comments() + 3));
        let (role, act) = match self.dice.below(16) {
            0..4 => (Role::Viewer, self.in_company(comment)),
            4..8 => {
                // A few people give again and again.
                let giver = 100 + self.dice.below(4);
                let gift = self.gift();
                return self.ask(giver, Role::Viewer, Act::Talk(gift));
            }
            8 => (Role::Host, Act::Talk(self.topic())),
            9..11 => (Role::Host, Act::Talk(TalkAct::FeatureComment { comment: self.recent() })),
            11 => (Role::Moderator, Act::Talk(TalkAct::Unfeature { comment: self.recent() })),
            12..14 => {
                // A few people offer again and again, too.
                let caption = Spoken::unsealed(["", "my cup"][self.dice.below(2) as usize]);
                let offer = Act::Talk(TalkAct::OfferPhoto { image, caption });
                let person = 100 + self.dice.below(4);
                return self.ask(person, Role::Viewer, offer);
            }
            14 => (Role::Host, Act::Talk(TalkAct::ChoosePhoto { image })),
            _ => (Role::Moderator, Act::Talk(TalkAct::DeclinePhoto { image })),
        };
        self.ask(if role == Role::Host { 1 } else { person }, role, act)
    }

    /// A comment of late: what staff look at.
    fn recent(&mut self) -> CommentId {
        let last = self.room.comments();
        CommentId(last.saturating_sub(self.dice.below(9)))
    }

    fn in_company(&mut self, comment: CommentId) -> Act {
        let count = self.dice.below(8).saturating_sub(1);
        let mentions = (0..count).map(|_| PersonId(self.viewer() + self.dice.below(2))).collect();
        let reply_to = self.dice.percent(60).then_some(comment);
        let image = self.dice.percent(20).then_some(ImageId(1));
        let spoken = Spoken::unsealed(["look", "", "多少钱"][self.dice.below(3) as usize]);
        Act::Say { spoken, answers: None, reply_to, mentions, image }
    }

    fn gift(&mut self) -> TalkAct {
        let kind = ["flower", "heart"][self.dice.below(2) as usize];
        TalkAct::SendGift {
            order: OrderId(u128::from(self.dice.below(4_000))),
            gift: GiftId::new(kind).expect("a kind of gift"),
            count: self.dice.below(4) as u32,
            price: Money::new(self.dice.below(40) as i64 * 10, Currency::CNY),
            giver: Spoken::unsealed("").sealed,
            words: self.dice.percent(40).then(|| Spoken::unsealed("for you")),
            side: [None, Some(0), Some(1), Some(2)][self.dice.below(4) as usize],
        }
    }

    fn topic(&mut self) -> TalkAct {
        match self.dice.below(3) {
            0 => TalkAct::EndTopic,
            _ => TalkAct::SetTopic { text: "Tea".into(), lasts_ms: 50_000 + self.dice.below(90_000) },
        }
    }
}
