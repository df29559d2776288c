//! One pass of reconciliation: reads what every provider knows, compares it with the rooms' books, and does what is to be
//! done. It does not know when a pass is made, or who reads what it finds.

use super::Books;
use linger_engine::{Engine, FeedEnd};
use linger_log::Position;
use linger_outlet::{
    Back, Booked, Difference, DifferenceKind, Findings, Known, Notice, PayError, Payments, Providers, Step,
    compare,
};
use linger_protocol::{Millis, Money, PaymentId, RoomId};
use std::{collections::BTreeSet, sync::Arc};

/// Entries of a room that are read at once.
const PAGE_ENTRIES: usize = 4_096;

/// What money is handled with; cheap to clone.
#[derive(Clone)]
pub struct Till {
    pub engine: Engine,
    pub providers: Arc<Providers>,
    pub books: Books,
}

impl Till {
    /// Reads the books of all rooms from their logs, for when nobody keeps them.
    pub async fn read_books(&mut self) -> Result<(), FeedEnd> {
        self.books = Books::default();
        for room in self.engine.rooms() {
            let Some(tail) = self.engine.tail(&room) else { continue };
            let mut at = Position { epoch: tail.epoch, offset: 0 };
            loop {
                let entries = self.engine.read(&room, at, PAGE_ENTRIES).await?;
                if entries.is_empty() {
                    break;
                }
                self.books.fold(&room, &entries);
                at.offset += entries.len() as u64;
            }
        }
        Ok(())
    }

    /// Compares all payments since then. Rooms are told what they missed, refunds that are due are given; the rest is
    /// listed.
    pub async fn reconcile(&self, since: Millis) -> Findings {
        let mut findings = Findings { at: self.engine.now(), since, ..Findings::default() };
        for provider in self.providers.iter() {
            if let Err(fault) = self.compare_with(&**provider, since, &mut findings).await {
                tracing::warn!(provider = provider.name(), %fault, "payments could not be compared");
                findings.unread.push(provider.name());
            }
        }
        findings
    }

    async fn compare_with(
        &self,
        provider: &dyn Payments,
        since: Millis,
        findings: &mut Findings,
    ) -> Result<(), PayError> {
        let mut seen = BTreeSet::new();
        let mut next: Option<Box<str>> = None;
        loop {
            let page = provider.known(since, next.as_deref()).await?;
            for known in page.payments {
                seen.insert(known.payment.clone());
                self.settle(provider, known, findings).await?;
            }
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        // What the provider did not list: begun before then, or not there at all.
        for (room, payment) in self.books.since(since) {
            if !provider.names(&payment) || seen.contains(&payment) {
                continue;
            }
            let Some(booked) = self.books.payment(&room, &payment) else { continue };
            match provider.look(&payment).await? {
                Some(known) if known.room == room => self.settle(provider, known, findings).await?,
                _ => {
                    findings.compared += 1;
                    findings.differs(missing(room, payment, &booked));
                }
            }
        }
        Ok(())
    }

    /// Does what is to be done about one payment.
    async fn settle(
        &self,
        provider: &dyn Payments,
        known: Known,
        findings: &mut Findings,
    ) -> Result<(), PayError> {
        findings.compared += 1;
        if self.engine.tail(&known.room).is_none() {
            findings.differs(Difference {
                kind: DifferenceKind::NoSuchRoom,
                room: known.room,
                order: known.order,
                payment: known.payment,
                ours: None,
                theirs: known.paid,
            });
            return Ok(());
        }
        match compare(self.books.payment(&known.room, &known.payment).as_ref(), &known) {
            None => {}
            Some(Step::Tell(notice)) => self.tell(notice, findings).await,
            Some(Step::GiveBack(back)) => self.give_back(provider, back, &known, findings).await,
            Some(Step::Differs(_)) => {
                // The list was read before the book. Where the provider is asked after the book was read, it can only
                // know more than the book: what still differs then, differs.
                let booked = self.books.payment(&known.room, &known.payment);
                let now = provider.look(&known.payment).await?;
                // Anything else is for the next pass.
                if let Some(Step::Differs(difference)) = now.and_then(|now| compare(booked.as_ref(), &now)) {
                    findings.differs(difference);
                }
            }
        }
        Ok(())
    }

    async fn tell(&self, notice: Notice, findings: &mut Findings) {
        let room = notice.room().clone();
        let Some(report) = notice.report() else { return };
        match self.engine.report(&room, report).await {
            // The notice may have come in the meantime: then there was nothing new.
            Ok(done) => findings.told += u64::from(!done.entries.is_empty()),
            Err(refused) => tracing::warn!(%room, %refused, "a room could not be told of a payment"),
        }
    }

    async fn give_back(&self, provider: &dyn Payments, back: Back, known: &Known, findings: &mut Findings) {
        let differs = |kind| Difference {
            kind,
            room: back.room.clone(),
            order: back.order,
            payment: back.payment.clone(),
            ours: Some(back.amount),
            theirs: known.paid.map(|paid| Money { minor: known.back_minor(), ..paid }),
        };
        match provider.refund(back.clone()).await {
            Ok(()) => findings.given_back += 1,
            Err(PayError::RefundFailed) => findings.differs(differs(DifferenceKind::RefundFailed)),
            Err(fault @ PayError::Unavailable { .. }) => {
                tracing::warn!(room = %back.room, order = %back.order, %fault, "a refund could not be sent");
            }
            Err(_) => findings.differs(differs(DifferenceKind::RefundRefused)),
        }
    }
}

fn missing(room: RoomId, payment: PaymentId, booked: &Booked) -> Difference {
    let (kind, ours) = (DifferenceKind::NotAtProvider, Some(booked.answer.amount()));
    Difference { kind, room, order: booked.order, payment, ours, theirs: None }
}
