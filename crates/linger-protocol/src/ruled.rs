//! What is asked of a room about its rules, and what came of it. It does not know what a rule says: to a room a rule is a
//! code, a version and a text.

use crate::{Act, Intent};
use minicbor::{Decode, Encode};

/// What is asked for. The house alone may.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleAct {
    /// From here on this version of a rule holds in the room. An older version changes nothing, and neither does the same one
    /// with the same draw.
    Put {
        /// The rule's code.
        rule: String,
        /// Its version, from 1.
        version: u32,
        /// What it says, at most [`crate::Limits::RULE_BYTES`]; none when it is switched off or gone.
        text: Option<String>,
        /// Which draw stands in the text, where arms are drawn by an experiment: with another one the same version is put
        /// anew.
        draw: Option<u64>,
    },
    /// Carry out an intent of a rule, or note that it is held out. What comes of it and that it was done stand in the log
    /// together.
    Carry {
        /// The intent.
        intent: Box<Intent>,
        /// What is to be done in the room: nothing, for a deed outside; or, as a code, why it cannot be.
        act: Result<Option<Box<Act>>, String>,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum RuleEvent {
    /// From here on this version of a rule holds.
    #[n(0)]
    Put {
        /// The rule's code.
        #[n(0)]
        rule: String,
        /// Its version.
        #[n(1)]
        version: u32,
        /// What it says; none when it does not work here.
        #[n(2)]
        text: Option<String>,
        /// Which draw stands in the text, where arms are drawn by an experiment.
        #[n(3)]
        draw: Option<u64>,
    },
    /// An intent was carried out: what it led to stands right before this.
    #[n(1)]
    Done {
        /// What and why.
        #[n(0)]
        intent: Box<Intent>,
    },
    /// An intent could have been carried out and was not, for comparison.
    #[n(2)]
    Withheld {
        /// What and why.
        #[n(0)]
        intent: Box<Intent>,
    },
    /// An intent could not be carried out, in whichever arm. It takes nothing of the budget.
    #[n(3)]
    Refused {
        /// What and why.
        #[n(0)]
        intent: Box<Intent>,
        /// Why not, as a code.
        #[n(1)]
        code: String,
    },
}

impl RuleEvent {
    /// The intent that it is about.
    pub fn intent(&self) -> Option<&Intent> {
        match self {
            RuleEvent::Put { .. } => None,
            RuleEvent::Done { intent }
            | RuleEvent::Withheld { intent }
            | RuleEvent::Refused { intent, .. } => Some(intent),
        }
    }
}
