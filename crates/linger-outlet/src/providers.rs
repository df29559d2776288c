//! The providers that serve a house, and which of them a payment belongs to. It does not know how any of them works.

use crate::{
    payments::{Back, Charge, PayError, Payments, Started},
    seen::SeenIds,
};
use linger_protocol::PaymentId;
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Ids of notices that are remembered.
const NOTICES_SEEN: usize = 10_000;

/// The providers of a house. The first serves buyers who name none.
pub struct Providers {
    all: Vec<Arc<dyn Payments>>,
    seen: Mutex<SeenIds>,
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all.iter().map(|it| it.name())).finish()
    }
}

impl Providers {
    /// These, the one that serves when none is named first.
    pub fn new(all: Vec<Arc<dyn Payments>>) -> Providers {
        Providers { all, seen: Mutex::new(SeenIds::new(NOTICES_SEEN)) }
    }

    /// Every one of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Payments>> {
        self.all.iter()
    }

    /// The one of this name.
    pub fn named(&self, name: &str) -> Option<&Arc<dyn Payments>> {
        self.all.iter().find(|it| it.name() == name)
    }

    /// The one that a payment belongs to.
    pub fn of(&self, payment: &PaymentId) -> Option<&Arc<dyn Payments>> {
        self.all.iter().find(|it| it.names(payment))
    }

    /// Asks for a payment. A method is `PROVIDER:METHOD`, or a method of the first provider; without one it is the
    /// provider's usual.
    pub async fn start(&self, charge: Charge, method: Option<&str>) -> Result<Started, PayError> {
        let method = method.unwrap_or_default();
        let named = method.split_once(':').and_then(|(name, rest)| Some((self.named(name)?, rest)));
        let (provider, method) = match (named, self.all.first()) {
            (Some(named), _) => named,
            (None, Some(first)) => (first, method),
            (None, None) => return Err(PayError::UnknownMethod),
        };
        provider.start(charge, if method.is_empty() { provider.usual() } else { method }).await
    }

    /// Gives money back through the provider it came by.
    pub async fn refund(&self, back: Back) -> Result<(), PayError> {
        match self.of(&back.payment) {
            Some(provider) => provider.refund(back).await,
            None => Err(PayError::UnknownPayment),
        }
    }

    /// Whether a notice of a provider was taken in lately. What it leads to must be harmless when it comes twice all the
    /// same: nothing is remembered over a restart.
    pub fn came_before(&self, provider: &dyn Payments, notice: &str) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(&key(provider, notice))
    }

    /// Remembers a notice whose consequence is durable.
    pub fn taken_in(&self, provider: &dyn Payments, notice: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(&key(provider, notice));
    }
}

fn key(provider: &dyn Payments, notice: &str) -> String {
    format!("{}:{notice}", provider.name())
}
