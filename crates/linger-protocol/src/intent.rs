//! Why something automatic was, or on purpose was not, done. It does not know how rules find their occasions.

use crate::{Millis, Proposed, QuestionId};
use minicbor::{Decode, Encode};

/// One occasion that a rule found: stable over replays, because it is made from the rule and the occasion itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct IntentId(#[n(0)] pub u64);

/// What the loop decided to do about an occasion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Arm {
    /// Act on it.
    #[n(0)]
    Act,
    /// Leave it alone, so that acting can be compared with not acting.
    #[n(1)]
    HoldOut,
}

/// An occasion, the rule that noticed it, what it proposes and the arm it fell into.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Intent {
    /// The occasion.
    #[n(0)]
    pub id: IntentId,
    /// The rule's code, such as `unanswered-question`.
    #[n(1)]
    pub rule: String,
    /// When the occasion arose.
    #[n(2)]
    pub at: Millis,
    /// The arm, drawn by a stable hash of the intent.
    #[n(3)]
    pub arm: Arm,
    /// What is proposed.
    #[n(4)]
    pub proposal: Proposal,
}

/// What a rule proposes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Proposal {
    /// Tell the host that `people` asked the same within `window_s` seconds and nobody answered.
    #[n(0)]
    AnswerQuestion {
        /// The question.
        #[n(0)]
        question: QuestionId,
        /// How many different people asked it.
        #[n(1)]
        people: u32,
        /// Seconds within which they asked.
        #[n(2)]
        window_s: u32,
    },
    /// What a rule of the house's operators says.
    #[n(1)]
    Rule(#[n(0)] Box<Proposed>),
}

impl Intent {
    /// The question that it proposes to answer, if it does.
    pub fn question(&self) -> Option<QuestionId> {
        match &self.proposal {
            Proposal::AnswerQuestion { question, .. } => Some(*question),
            Proposal::Rule(_) => None,
        }
    }

    /// What a rule proposes, if it is one of the operators' rules.
    pub fn proposed(&self) -> Option<&Proposed> {
        match &self.proposal {
            Proposal::AnswerQuestion { .. } => None,
            Proposal::Rule(proposed) => Some(proposed),
        }
    }
}

/// How a prompt went away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum PromptEnd {
    /// The host did what it proposed.
    #[n(0)]
    Followed,
    /// The host said no.
    #[n(1)]
    Dismissed,
    /// Nobody reacted in time.
    #[n(2)]
    Expired,
    /// The host asked to be asked again later, at most [`crate::Limits::PROMPT_PUT_OFF_MAX`] times for one occasion.
    #[n(3)]
    Later,
}

/// Bounds on prompts.
impl crate::Limits {
    /// After so long a host who said later is asked again, if the occasion still stands.
    pub const PROMPT_LATER_MS: u64 = 120_000;
    /// How often one occasion can be put off.
    pub const PROMPT_PUT_OFF_MAX: u32 = 2;
    /// A rule that the host refused so often in one show, and took up none of between, is quiet for the rest of it.
    pub const RULE_NOES_MAX: u32 = 3;
}
