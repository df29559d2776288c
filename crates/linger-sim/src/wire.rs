//! A small mirror of the public interface: only the messages and fields that a crowd, a script or a load needs.
//!
//! It does not know how the server comes to say any of it, and it shares no type with the server: what it reads is
//! what any stranger's client would read. Unknown messages, events and fields are skipped.

mod sale;

pub use sale::{CartLine, SaleAct, Terms, Unlock};

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What lets a guest into one room.
#[derive(Clone, Debug, Deserialize)]
pub struct GuestToken {
    /// The signed token.
    pub token: String,
    /// Who they are.
    pub person: String,
}

/// An error of the interface.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ErrorTold {
    /// The code.
    #[serde(default)]
    pub code: String,
    /// After how many ms to try again.
    #[serde(default)]
    pub retry_ms: Option<u64>,
}

/// From client to server.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "t", rename_all = "kebab-case")]
pub enum Tell {
    /// The first message.
    Hello {
        /// A room token; staff leave it out.
        #[serde(skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The position up to which the room is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// Not counted as a viewer.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        quiet: bool,
    },
    /// Ask for a change.
    Ask {
        /// The number of the answer.
        id: u32,
        /// What is asked.
        act: Act,
    },
    /// Likes.
    Likes {
        /// How many.
        n: u32,
    },
    /// A card was seen.
    Seen {
        /// The item.
        item: u64,
    },
    /// A card was clicked.
    Clicked {
        /// The item.
        item: u64,
    },
    /// How picture and sound arrive.
    Quality {
        /// The figures.
        told: QualityTold,
    },
    /// Asks for a pong.
    Ping {
        /// Comes back.
        n: u32,
    },
    /// The person closes the room.
    Bye,
}

impl Tell {
    /// The text of the frame.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("plain data always becomes JSON")
    }
}

/// Picture and sound since last told.
#[derive(Clone, Debug, Default, Serialize)]
pub struct QualityTold {
    /// Time to first frame in ms, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_frame_ms: Option<u32>,
    /// Stalls.
    pub stalls: u32,
    /// Milliseconds stalled.
    pub stalled_ms: u32,
    /// Milliseconds watched, stalls included.
    pub watched_ms: u32,
}

/// A change asked of a room.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are those of the interface's `WireAct`, described there")]
pub enum Act {
    Say {
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        answers: Option<u32>,
    },
    AnswerOnAir {
        question: u32,
    },
    Follow,
    Announce {
        text: String,
    },
    ListItem {
        item: u64,
    },
    SetStock {
        item: u64,
        units: i64,
    },
    OpenSale {
        item: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        price_minor: Option<i64>,
        per_person: u32,
        hold_ms: u64,
    },
    CloseSale {
        item: u64,
    },
    Sale(SaleAct),
    PinCard {
        item: u64,
    },
    UnpinCard,
    PlaceOrder {
        order: String,
        item: u64,
        units: u32,
    },
    CancelOrder {
        order: String,
    },
    OpenDraw {
        keyword: String,
        prize: String,
        winners: u32,
        lasts_ms: u64,
    },
    CloseDraw {
        draw: u32,
    },
    ClosePrompt {
        prompt: u32,
        end: &'static str,
    },
}

/// An accepted ask.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Answer {
    /// Where the log stood right after.
    #[serde(default)]
    pub position: String,
    /// The comment that was made.
    #[serde(default)]
    pub comment: Option<u64>,
    /// The draw that was opened or entered.
    #[serde(default)]
    pub draw: Option<u32>,
    /// The order as it stands.
    #[serde(default)]
    pub order: Option<Order>,
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
pub struct Order {
    /// Its id.
    pub order: String,
    /// Whose.
    #[serde(default)]
    pub person: String,
    /// The item.
    pub item: u64,
    /// How many.
    pub units: u32,
    /// `held`, `paid`, `lapsed`, `cancelled`.
    pub state: String,
}

/// A product's facts.
#[derive(Clone, Debug, Deserialize)]
pub struct Item {
    /// The product.
    pub id: u64,
    /// What it is called.
    pub title: String,
}

/// One place of the shelf.
#[derive(Clone, Debug, Deserialize)]
pub struct ShelfEntry {
    /// The product.
    pub item: Item,
    /// Whether it is on sale.
    #[serde(default)]
    pub sale: Option<serde::de::IgnoredAny>,
    /// Units in all.
    pub units: u32,
    /// Units nobody holds or owns.
    pub left: u32,
}

/// A draw.
#[derive(Clone, Debug, Deserialize)]
pub struct Draw {
    /// Its number.
    pub draw: u32,
    /// The word to say.
    pub keyword: String,
    /// `open`, `frozen`, `revealed`.
    #[serde(default)]
    pub state: String,
}

/// An open question, as staff see it.
#[derive(Clone, Debug, Deserialize)]
pub struct Question {
    /// Its number.
    pub question: u32,
}

/// What concerns only the one who looks.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Mine {
    /// Their orders.
    #[serde(default)]
    pub orders: Vec<Order>,
}

/// A room as one person sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct View {
    /// Since when the picture is there.
    #[serde(default)]
    pub live_since: Option<i64>,
    /// People here.
    #[serde(default)]
    pub here: u32,
    /// The last comments.
    #[serde(default)]
    pub comments: Vec<Comment>,
    /// The shelf.
    #[serde(default)]
    pub shelf: Vec<ShelfEntry>,
    /// The item on stage.
    #[serde(default)]
    pub pinned: Option<u64>,
    /// The draw that runs or ran last.
    #[serde(default)]
    pub draw: Option<Draw>,
    /// What concerns only you.
    #[serde(default)]
    pub mine: Mine,
    /// Staff: open questions.
    #[serde(default)]
    pub questions: Vec<Question>,
}

/// A comment.
#[derive(Clone, Debug, Deserialize)]
pub struct Comment {
    /// Its number.
    pub id: u64,
    /// Who wrote it.
    pub person: String,
    /// The text.
    #[serde(default)]
    pub text: String,
    /// As what they wrote.
    #[serde(default)]
    pub role: String,
    /// The question it asks.
    #[serde(default)]
    pub question: Option<u32>,
    /// The question it answers.
    #[serde(default)]
    pub answers: Option<u32>,
}

/// What a prompt proposes.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Proposal {
    /// Answer this question.
    AnswerQuestion {
        /// The question.
        question: u32,
    },
    /// Something this mirror has no use for.
    #[serde(other)]
    Other,
}

/// Why a prompt is shown.
#[derive(Clone, Debug, Deserialize)]
pub struct Intent {
    /// What it proposes.
    pub proposal: Proposal,
}

/// One thing that happened.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "k", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are those of the interface's `WireEvent`, described there")]
pub enum Event {
    Live,
    Off,
    Comment(Comment),
    QuestionOpened {
        question: u32,
    },
    QuestionAnswered {
        question: u32,
    },
    Announced,
    ItemListed {
        item: Item,
    },
    Stock {
        item: u64,
        left: u32,
        units: u32,
    },
    SaleOpened {
        item: u64,
    },
    SaleClosed {
        item: u64,
    },
    CardPinned {
        item: u64,
    },
    CardUnpinned,
    DrawOpened {
        draw: u32,
        keyword: String,
    },
    DrawFrozen {
        draw: u32,
    },
    DrawRevealed {
        draw: u32,
    },
    Order(Order),
    PromptShown {
        prompt: u32,
        intent: Intent,
    },
    PromptClosed {
        prompt: u32,
    },
    #[serde(other)]
    Other,
}

/// From server to client, read in full.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "t", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are those of the interface's `ToClient`, described there")]
pub enum Told {
    Welcome {
        person: String,
        position: String,
        #[serde(default)]
        recovered: bool,
        #[serde(default)]
        view: Option<Box<View>>,
        #[serde(default)]
        heartbeat_s: u32,
    },
    Events {
        position: String,
        events: Vec<Event>,
    },
    Yours {
        events: Vec<Event>,
    },
    Answer {
        id: u32,
        #[serde(default)]
        done: Option<Answer>,
        #[serde(default)]
        refusal: Option<String>,
        #[serde(default)]
        retry_ms: Option<u64>,
    },
    Fault {
        code: String,
    },
    Bye {
        code: String,
        #[serde(default)]
        retry_ms: Option<u64>,
    },
    #[serde(other)]
    Other,
}

/// An event read just deep enough to count comments.
#[derive(Debug, Deserialize)]
pub struct Glance<'a> {
    /// Which event.
    #[serde(borrow)]
    pub k: Cow<'a, str>,
    /// The number of a comment.
    #[serde(default)]
    pub id: Option<u64>,
    /// How many, of likes and of comments that were left out.
    #[serde(default)]
    pub n: Option<u64>,
}

/// A message read just deep enough to know whether it must be read in full: most of what most clients get is what
/// everybody gets.
#[derive(Debug, Deserialize)]
pub struct Skim<'a> {
    /// Which message.
    #[serde(borrow)]
    pub t: Cow<'a, str>,
    /// Of `events`: the position after them.
    #[serde(borrow, default)]
    pub position: Option<Cow<'a, str>>,
    /// Of `events` and `yours`: the events.
    #[serde(borrow, default)]
    pub events: Vec<Glance<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_said_as_the_interface_wants_them() {
        let ask = Tell::Ask { id: 3, act: Act::Say { text: "有S码吗".into(), answers: None } };
        assert_eq!(ask.to_text(), r#"{"t":"ask","id":3,"act":{"kind":"say","text":"有S码吗"}}"#);
        let hello = Tell::Hello { token: Some("x".into()), from: None, quiet: false };
        assert_eq!(hello.to_text(), r#"{"t":"hello","token":"x"}"#);
        let act = serde_json::to_string(&Act::UnpinCard).unwrap();
        assert_eq!(act, r#"{"kind":"unpin-card"}"#);
    }

    #[test]
    fn what_is_not_known_is_skipped() {
        let text = r#"{"t":"events","position":"7:12","at":1,"events":[{"k":"fireworks","n":3},
            {"k":"comment","id":4,"person":"00000000000000aa","name":"n","text":"t","role":"viewer","at":5}]}"#;
        let Told::Events { position, events } = serde_json::from_str(text).unwrap() else {
            panic!("not events")
        };
        assert_eq!(position, "7:12");
        assert!(matches!(&events[0], Event::Other));
        assert!(matches!(&events[1], Event::Comment(comment) if comment.id == 4));
        let skim: Skim<'_> = serde_json::from_str(text).unwrap();
        assert_eq!((skim.t.as_ref(), skim.events[1].id), ("events", Some(4)));
        assert!(matches!(serde_json::from_str(r#"{"t":"insight-step","step":1}"#).unwrap(), Told::Other));
    }
}
