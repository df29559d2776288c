//! A rule that tells the world outside: one message for one intent, under an id of its own, however often it is asked for. It
//! does not know how messages travel.

use crate::{house::House, hub::intent_wire};
use linger_outlet::WebhookError;
use linger_protocol::{Intent, RoomId};

/// It could not be kept; it may be tried again.
#[derive(Clone, Copy, Debug)]
pub struct NotTold;

impl House {
    /// Keeps a message of a rule for whoever listens to its topic.
    pub async fn tell_of_rule(&self, room: &RoomId, topic: &str, intent: &Intent) -> Result<(), NotTold> {
        let id = format!("msg_rule-{:016x}", intent.id.0);
        let mut told = intent_wire(intent);
        // Who somebody is stays here.
        if let crate::wire::ProposalWire::Rule { about, .. } = &mut told.proposal
            && intent.proposed().is_some_and(|it| it.person.is_some())
        {
            *about = None;
        }
        let body = serde_json::json!({ "room": room.as_str(), "intent": told });
        match self.webhooks.send_as(&id, topic, &body).await {
            Ok(_) => Ok(()),
            // What is wrong in itself will not get better.
            Err(fault @ WebhookError::Field { .. }) => {
                tracing::error!(%fault, "a rule's message cannot be sent");
                Ok(())
            }
            Err(fault) => {
                tracing::warn!(%fault, "a rule's message could not be kept");
                Err(NotTold)
            }
        }
    }
}
