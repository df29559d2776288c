//! One request, from its bytes to its answer: unpacked, read, understood, made durable, each item answered. It runs on a
//! thread that may wait, and does not know HTTP's headers but those of a CloudEvent.

use super::{
    answer::{Said, Writing},
    append,
    meaning::{Ground, MESSAGE_BYTES_MAX, Meant, meaning},
    raw::{Kind, Raw},
    schema::Tally,
    senders::{ITEMS_MAX, Sender},
    told::{Batch, Call, Envelope, Told, Unfit},
    when::moment,
};
use crate::{account::InUse, error::ApiError, house::House};
use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use linger_events::{Identity, Incoming, Outcome};
use linger_protocol::Millis;
use rustc_hash::{FxHashSet, FxHasher};
use sha2::{Digest, Sha256};
use std::{
    hash::{Hash, Hasher},
    io::Read,
    net::IpAddr,
    sync::Arc,
};
use tokio::sync::OwnedSemaphorePermit;

/// Bytes of a body, unpacked.
pub(crate) const BODY_BYTES_MAX: usize = 500 << 10;

/// How a body is to be read.
pub(super) enum Form {
    /// By Segment's convention: one call, or several in a batch.
    One(Call),
    Batch,
    /// CloudEvents: one in the body, several, or one whose attributes are headers.
    Cloud,
    Clouds,
    CloudInHeaders(HeaderMap),
}

/// The text of a body.
///
/// # Errors
/// 413 when it is too long, packed or unpacked; 400 when it is no text or is packed wrongly.
pub(super) fn unpacked(body: &[u8], gzip: bool) -> Result<String, ApiError> {
    let too_large = || ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large");
    let mut bytes = Vec::new();
    if gzip {
        let most = u64::try_from(BODY_BYTES_MAX).unwrap_or(u64::MAX) + 1;
        let unpacking = flate2::read::MultiGzDecoder::new(body).take(most).read_to_end(&mut bytes);
        unpacking.map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "bad-gzip"))?;
    } else {
        bytes.extend_from_slice(body);
    }
    if bytes.len() > BODY_BYTES_MAX {
        return Err(too_large());
    }
    String::from_utf8(bytes).map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "not-json"))
}

/// The write key that stands in a body.
pub(super) fn key_in(body: &str) -> Option<String> {
    let envelope: Envelope<'_> = serde_json::from_str(body).ok()?;
    Some(envelope.write_key?.text()?.into_owned())
}

/// A request whose sender is known.
pub(super) struct Work {
    pub(super) house: House,
    pub(super) sender: Arc<InUse<Sender>>,
    pub(super) address: IpAddr,
    pub(super) received: Millis,
    pub(super) form: Form,
    pub(super) body: String,
}

/// An item on its way, and where its outcome will stand.
struct Slot {
    meant: Result<Meant, Unfit>,
    /// The message id of one that is refused.
    refused: Option<Box<str>>,
}

impl Work {
    /// Reads, understands and keeps. `reading` is given back as soon as only the disk is waited for.
    ///
    /// # Errors
    /// When the body as a whole is wrong, there is too much of it, or nothing could be kept.
    pub(super) fn done(self, reading: OwnedSemaphorePermit) -> Result<Response, ApiError> {
        let (slots, facts, tally) = self.understood()?;
        drop(reading);
        let outcomes = if facts.is_empty() { vec![] } else { append(&self.house, facts)? };
        self.house.track.schema.take(self.sender.id, tally, self.received);
        let mut outcomes = outcomes.into_iter();
        let mut writing = Writing::default();
        for (index, slot) in slots.iter().enumerate() {
            match &slot.meant {
                Err(unfit) => {
                    self.house.metrics.event_refused(unfit.code);
                    let said = Said::Refused(*unfit);
                    writing.item(index, slot.refused.as_deref(), &said, &[], &[]);
                }
                Ok(meant) => {
                    let said = match outcomes.next() {
                        Some(Outcome::Duplicate(_)) => Said::Duplicate,
                        _ => Said::Stored,
                    };
                    writing.item(index, meant.message.as_deref(), &said, &meant.withheld, &meant.noted);
                }
            }
        }
        Ok(writing.done())
    }

    fn understood(&self) -> Result<(Vec<Slot>, Vec<Incoming>, Tally), ApiError> {
        let not_json = || ApiError::new(StatusCode::BAD_REQUEST, "not-json");
        let mut ground = Ground {
            received_ms: self.received.0,
            sent_ms: None,
            context: None,
            source: &self.sender.source,
            currency: self.sender.currency,
            trusted: self.sender.trusted,
            keeps_personal: self.house.config.track_personal,
        };
        let raws = match &self.form {
            Form::One(_) | Form::Cloud => vec![Raw::read(&self.body).ok_or_else(not_json)?],
            Form::Clouds => Raw::read(&self.body).and_then(Raw::items).ok_or_else(not_json)?,
            Form::CloudInHeaders(_) => vec![],
            Form::Batch => {
                let raw = Raw::read(&self.body).ok_or_else(not_json)?;
                if raw.kind() != Kind::Object {
                    return Err(ApiError::field("missing-field", "batch"));
                }
                let batch: Batch<'_> =
                    serde_json::from_str(&self.body).map_err(|_| ApiError::field("bad-field", "batch"))?;
                ground.sent_ms = match batch.sent_at {
                    Some(told) => Some(moment(told).ok_or_else(|| ApiError::field("bad-field", "sentAt"))?),
                    None => None,
                };
                ground.context = batch.context.filter(|context| context.kind() == Kind::Object);
                batch.batch
            }
        };
        let count = raws.len().max(1);
        if count > ITEMS_MAX {
            return Err(ApiError::field("too-many-items", "batch"));
        }
        self.house.track.senders.admit(self.address, count - 1).map_err(ApiError::too_many)?;
        self.sender.admit(count).map_err(ApiError::too_many)?;
        let mut reader = Reader::new(self, &ground, raws.len());
        match &self.form {
            Form::One(call) => raws.iter().for_each(|raw| reader.take(Told::segment(*raw, Some(*call)))),
            Form::Batch => raws.iter().for_each(|raw| reader.take(Told::segment(*raw, None))),
            Form::Cloud | Form::Clouds => raws.iter().for_each(|raw| reader.take(Told::cloud(*raw))),
            Form::CloudInHeaders(headers) => reader.take(Told::cloud_in_headers(headers, &self.body)),
        }
        Ok((reader.slots, reader.facts, reader.tally))
    }
}

/// Understands one item after another.
struct Reader<'w> {
    work: &'w Work,
    ground: &'w Ground<'w>,
    slots: Vec<Slot>,
    facts: Vec<Incoming>,
    tally: Tally,
    /// Known people that earlier items of this request speak of.
    people: FxHashSet<Box<str>>,
}

impl<'w> Reader<'w> {
    fn new(work: &'w Work, ground: &'w Ground<'w>, items: usize) -> Reader<'w> {
        let (slots, facts) = (Vec::with_capacity(items), Vec::with_capacity(items));
        Reader { work, ground, slots, facts, tally: Tally::default(), people: FxHashSet::default() }
    }

    fn take(&mut self, told: Result<Told<'_>, Unfit>) {
        let mut refused = None;
        let meant = told.and_then(|told| {
            let mut look = FxHasher::default();
            let mut seen = |name: &str, kind: Kind| (name, kind).hash(&mut look);
            let mut meant = meaning(&told, self.ground, &mut seen).inspect_err(|_| {
                refused = told.message.as_deref().filter(|id| id.len() <= MESSAGE_BYTES_MAX).map(Box::from);
            })?;
            let mut incoming = std::mem::take(&mut meant.incoming);
            incoming.fact.id = self.id_of(meant.message.as_deref());
            incoming.alias = meant.previous.take().map(|previous| self.identity(previous));
            if let Some(known) =
                incoming.alias.is_some().then_some(&incoming.who.known).and_then(Option::as_ref)
            {
                self.people.insert(known.clone());
            }
            incoming.fact.name.hash(&mut look);
            let fields =
                || [told.properties, told.traits].into_iter().flatten().filter_map(Raw::fields).collect();
            self.tally.count(look.finish(), &incoming.fact.name, fields);
            self.facts.push(incoming);
            Ok(meant)
        });
        self.slots.push(Slot { meant, refused });
    }

    /// The same message of the same source is the same fact. One without an id is told once: nobody can tell it from
    /// another that looks alike.
    fn id_of(&self, message: Option<&str>) -> u128 {
        let Some(message) = message else { return random_id() };
        fact_id(&self.work.sender.source, message)
    }

    /// A former identity: a person the house knows by that id, else a device. Only a trusted sender may say that two
    /// known people are one.
    fn identity(&self, previous: Box<str>) -> Identity {
        let known = Identity::Known(previous);
        let Identity::Known(previous) = &known else { return known };
        let spoken_of = self.people.contains(previous)
            || self.facts.iter().any(|fact| fact.who.known.as_ref() == Some(previous));
        if self.work.sender.trusted && (spoken_of || self.work.house.events.person(&known).is_some()) {
            return known;
        }
        Identity::Anonymous(previous.clone())
    }
}

/// An id that meets no other.
pub(super) fn random_id() -> u128 {
    let mut bytes = [0; 16];
    // Without randomness no session could have begun and nobody could have made a key.
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has randomness");
    u128::from_be_bytes(bytes)
}

/// The id of what a source told under a message id: half of a SHA-256, so that nobody finds two that meet.
pub fn fact_id(source: &str, message: &str) -> u128 {
    let digest = Sha256::new().chain_update(source).chain_update([0]).chain_update(message).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(id)
}
