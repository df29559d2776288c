//! What arrives, before it means anything: the shapes of Segment's HTTP interface and of CloudEvents 1.0.2, one item
//! like the other. It does not know facts.

use super::{
    raw::{Kind, Raw},
    when::{moment, moment_of},
};
use axum::http::{HeaderMap, HeaderName};
use serde::Deserialize;
use std::borrow::Cow;

/// Bytes of one item.
pub(crate) const ITEM_BYTES_MAX: usize = 32 << 10;

/// Why an item is not kept. Neither part ever repeats what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    /// A code.
    pub(crate) code: &'static str,
    /// The field that is to blame.
    pub(crate) field: &'static str,
}

impl Unfit {
    pub(crate) fn new(code: &'static str, field: &'static str) -> Unfit {
        Unfit { code, field }
    }
}

/// What kind of call an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Track,
    Identify,
    Page,
    Screen,
    Group,
    Alias,
}

impl Call {
    pub(crate) fn named(name: &str) -> Option<Call> {
        Some(match name {
            "track" | "t" => Call::Track,
            "identify" | "i" => Call::Identify,
            "page" | "p" => Call::Page,
            "screen" | "s" => Call::Screen,
            "group" | "g" => Call::Group,
            "alias" | "a" => Call::Alias,
            _ => return None,
        })
    }
}

/// One item, read but not understood.
#[derive(Debug, Default)]
pub(crate) struct Told<'a> {
    pub(crate) call: Option<Call>,
    /// The name of the event, or of the page.
    pub(crate) name: Option<Cow<'a, str>>,
    pub(crate) category: Option<Raw<'a>>,
    pub(crate) message: Option<Cow<'a, str>>,
    pub(crate) known: Option<Cow<'a, str>>,
    pub(crate) anonymous: Option<Cow<'a, str>>,
    pub(crate) previous: Option<Cow<'a, str>>,
    pub(crate) group: Option<Raw<'a>>,
    pub(crate) at_ms: Option<i64>,
    pub(crate) sent_ms: Option<i64>,
    pub(crate) properties: Option<Raw<'a>>,
    pub(crate) traits: Option<Raw<'a>>,
    pub(crate) context: Option<Raw<'a>>,
}

/// Several items in one body, and what holds for all of them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Batch<'a> {
    #[serde(borrow)]
    pub(crate) batch: Vec<Raw<'a>>,
    #[serde(borrow)]
    pub(crate) context: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(crate) sent_at: Option<Raw<'a>>,
}

/// The one field of a body that is for the door and not for the item.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope<'a> {
    #[serde(borrow)]
    pub(crate) write_key: Option<Raw<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Segment<'a> {
    #[serde(borrow, rename = "type")]
    call: Option<Raw<'a>>,
    #[serde(borrow)]
    event: Option<Raw<'a>>,
    #[serde(borrow)]
    name: Option<Raw<'a>>,
    #[serde(borrow)]
    category: Option<Raw<'a>>,
    #[serde(borrow)]
    message_id: Option<Raw<'a>>,
    #[serde(borrow)]
    user_id: Option<Raw<'a>>,
    #[serde(borrow)]
    anonymous_id: Option<Raw<'a>>,
    #[serde(borrow)]
    previous_id: Option<Raw<'a>>,
    #[serde(borrow)]
    group_id: Option<Raw<'a>>,
    #[serde(borrow)]
    timestamp: Option<Raw<'a>>,
    #[serde(borrow)]
    original_timestamp: Option<Raw<'a>>,
    #[serde(borrow)]
    sent_at: Option<Raw<'a>>,
    #[serde(borrow)]
    properties: Option<Raw<'a>>,
    #[serde(borrow)]
    traits: Option<Raw<'a>>,
    #[serde(borrow)]
    context: Option<Raw<'a>>,
}

impl<'a> Told<'a> {
    /// Reads an item by Segment's convention. `call` is what the address says, when it says it.
    pub(crate) fn segment(raw: Raw<'a>, call: Option<Call>) -> Result<Told<'a>, Unfit> {
        check_size(raw)?;
        // The reader would take a list for an object with its fields in order.
        if raw.kind() != Kind::Object {
            return Err(Unfit::new("bad-field", "item"));
        }
        let told: Segment<'a> =
            serde_json::from_str(raw.json()).map_err(|_| Unfit::new("bad-field", "item"))?;
        let call = match call {
            Some(call) => call,
            None => {
                let name = text(told.call, "type")?.ok_or(Unfit::new("missing-field", "type"))?;
                Call::named(&name).ok_or(Unfit::new("bad-field", "type"))?
            }
        };
        let (name, field) = match call {
            Call::Track => (told.event, "event"),
            _ => (told.name, "name"),
        };
        Ok(Told {
            call: Some(call),
            name: text(name, field)?,
            category: told.category,
            message: id(told.message_id, "messageId")?,
            known: id(told.user_id, "userId")?,
            anonymous: id(told.anonymous_id, "anonymousId")?,
            previous: id(told.previous_id, "previousId")?,
            group: told.group_id,
            at_ms: match told.timestamp {
                Some(at) => time(Some(at), "timestamp")?,
                None => time(told.original_timestamp, "originalTimestamp")?,
            },
            sent_ms: time(told.sent_at, "sentAt")?,
            properties: object(told.properties, "properties")?,
            traits: object(told.traits, "traits")?,
            context: object(told.context, "context")?,
        })
    }

    /// Reads a CloudEvent in the JSON format. Its name is `type`; its message id is `source` and `id` together, as the
    /// standard has it; who did it stands in the extensions `userid` and `anonymousid`, else `subject` is who.
    pub(crate) fn cloud(raw: Raw<'a>) -> Result<Told<'a>, Unfit> {
        check_size(raw)?;
        if raw.kind() != Kind::Object {
            return Err(Unfit::new("bad-field", "item"));
        }
        let told: Cloud<'a> =
            serde_json::from_str(raw.json()).map_err(|_| Unfit::new("bad-field", "item"))?;
        if told.data_base64.is_some() {
            return Err(Unfit::new("bad-field", "data_base64"));
        }
        let head = CloudHead {
            version: text(told.specversion, "specversion")?,
            id: text(told.id, "id")?,
            source: text(told.source, "source")?,
            name: text(told.name, "type")?,
            subject: id(told.subject, "subject")?,
            known: id(told.userid, "userid")?,
            anonymous: id(told.anonymousid, "anonymousid")?,
            at_ms: match told.time {
                // The standard has times as text alone.
                Some(at) => Some(at.text().and_then(|it| moment_of(&it)).ok_or(BAD_TIME)?),
                None => None,
            },
        };
        head.with_data(object(told.data, "data")?)
    }

    /// Reads a CloudEvent whose attributes are headers and whose data is the body.
    pub(crate) fn cloud_in_headers(headers: &'a HeaderMap, body: &'a str) -> Result<Told<'a>, Unfit> {
        let header = |name: &'static str| -> Result<Option<Cow<'a, str>>, Unfit> {
            let Some(value) = headers.get(HeaderName::from_static(name)) else { return Ok(None) };
            let value = value.to_str().map_err(|_| Unfit::new("bad-field", name))?;
            percent_decoded(value).map(Some).ok_or(Unfit::new("bad-field", name))
        };
        let head = CloudHead {
            version: header("ce-specversion")?,
            id: header("ce-id")?,
            source: header("ce-source")?,
            name: header("ce-type")?,
            subject: header("ce-subject")?,
            known: header("ce-userid")?,
            anonymous: header("ce-anonymousid")?,
            at_ms: match header("ce-time")? {
                Some(at) => Some(moment_of(&at).ok_or(BAD_TIME)?),
                None => None,
            },
        };
        let data = match body.trim() {
            "" => None,
            body if body.len() > ITEM_BYTES_MAX => return Err(Unfit::new("too-large", "data")),
            body => Some(Raw::read(body).ok_or(Unfit::new("bad-field", "data"))?),
        };
        head.with_data(object(data, "data")?)
    }
}

const BAD_TIME: Unfit = Unfit { code: "bad-field", field: "time" };

#[derive(Deserialize)]
struct Cloud<'a> {
    #[serde(borrow)]
    specversion: Option<Raw<'a>>,
    #[serde(borrow)]
    id: Option<Raw<'a>>,
    #[serde(borrow)]
    source: Option<Raw<'a>>,
    #[serde(borrow, rename = "type")]
    name: Option<Raw<'a>>,
    #[serde(borrow)]
    subject: Option<Raw<'a>>,
    #[serde(borrow)]
    time: Option<Raw<'a>>,
    #[serde(borrow)]
    userid: Option<Raw<'a>>,
    #[serde(borrow)]
    anonymousid: Option<Raw<'a>>,
    #[serde(borrow)]
    data: Option<Raw<'a>>,
    #[serde(borrow)]
    data_base64: Option<Raw<'a>>,
}

/// The attributes of a CloudEvent, wherever they stood.
struct CloudHead<'a> {
    version: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    source: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    subject: Option<Cow<'a, str>>,
    known: Option<Cow<'a, str>>,
    anonymous: Option<Cow<'a, str>>,
    at_ms: Option<i64>,
}

impl<'a> CloudHead<'a> {
    fn with_data(self, data: Option<Raw<'a>>) -> Result<Told<'a>, Unfit> {
        if self.version.as_deref() != Some("1.0") {
            return Err(Unfit::new("bad-field", "specversion"));
        }
        let needed = |value: Option<Cow<'a, str>>, field| {
            value.filter(|it| !it.is_empty()).ok_or(Unfit::new("missing-field", field))
        };
        let (id, source) = (needed(self.id, "id")?, needed(self.source, "source")?);
        let name = needed(self.name, "type")?;
        let known = match (&self.known, &self.anonymous) {
            (None, None) => self.subject,
            _ => self.known,
        };
        Ok(Told {
            call: Some(Call::Track),
            name: Some(name),
            message: Some(Cow::Owned(format!("{source}\n{id}"))),
            known,
            anonymous: self.anonymous,
            at_ms: self.at_ms,
            properties: data,
            ..Told::default()
        })
    }
}

fn check_size(raw: Raw<'_>) -> Result<(), Unfit> {
    if raw.json().len() > ITEM_BYTES_MAX { Err(Unfit::new("too-large", "item")) } else { Ok(()) }
}

fn text<'a>(told: Option<Raw<'a>>, field: &'static str) -> Result<Option<Cow<'a, str>>, Unfit> {
    let Some(told) = told else { return Ok(None) };
    told.text().map(Some).ok_or(Unfit::new("bad-field", field))
}

/// Ids are texts; numbers are taken as they are written, and an empty text is no id.
fn id<'a>(told: Option<Raw<'a>>, field: &'static str) -> Result<Option<Cow<'a, str>>, Unfit> {
    let Some(told) = told else { return Ok(None) };
    let id = told.digits().ok_or(Unfit::new("bad-field", field))?;
    Ok(Some(id).filter(|id| !id.is_empty()))
}

fn time(told: Option<Raw<'_>>, field: &'static str) -> Result<Option<i64>, Unfit> {
    let Some(told) = told else { return Ok(None) };
    moment(told).map(Some).ok_or(Unfit::new("bad-field", field))
}

fn object<'a>(told: Option<Raw<'a>>, field: &'static str) -> Result<Option<Raw<'a>>, Unfit> {
    match told {
        Some(told) if told.kind() != Kind::Object => Err(Unfit::new("bad-field", field)),
        told => Ok(told),
    }
}

/// A header's value with `%xx` opened (CloudEvents HTTP binding 1.0.2, 3.1.3.2); none when that is no text.
fn percent_decoded(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('%') {
        return Some(Cow::Borrowed(value));
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digits = std::str::from_utf8(after.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(json: &str) -> Result<Told<'_>, Unfit> {
        Told::segment(Raw::read(json).unwrap(), None)
    }

    #[test]
    fn an_item_is_read_and_what_is_wrong_with_it_is_named() {
        let told = segment(
            r#"{"type":"track","event":"Product Added","userId":17,"messageId":"m","timestamp":"2024-01-01T00:00:00Z",
                "properties":{"price":1.5},"integrations":{"All":true}}"#,
        );
        let told = told.unwrap();
        assert_eq!((told.call, told.known.as_deref()), (Some(Call::Track), Some("17")));
        assert_eq!(told.properties.unwrap().json(), r#"{"price":1.5}"#);
        for (json, code, field) in [
            (r#"[]"#, "bad-field", "item"),
            (r#"{}"#, "missing-field", "type"),
            (r#"{"type":"shout"}"#, "bad-field", "type"),
            (r#"{"type":"track","event":7}"#, "bad-field", "event"),
            (r#"{"type":"track","event":"a","userId":{}}"#, "bad-field", "userId"),
            (r#"{"type":"track","event":"a","timestamp":"soon"}"#, "bad-field", "timestamp"),
            (r#"{"type":"track","event":"a","properties":[]}"#, "bad-field", "properties"),
            (r#"{"type":"track","event":"a","event":"b"}"#, "bad-field", "item"),
        ] {
            assert_eq!(segment(json).unwrap_err(), Unfit::new(code, field), "{json}");
        }
        let large = format!(r#"{{"type":"track","event":"a","x":"{}"}}"#, "x".repeat(ITEM_BYTES_MAX));
        assert_eq!(segment(&large).unwrap_err(), Unfit::new("too-large", "item"));
    }

    #[test]
    fn a_cloud_event_is_the_same_in_its_body_and_in_headers() {
        let json = r#"{"specversion":"1.0","id":"1","source":"/shop","type":"order.paid","subject":"ann",
            "time":"2024-01-01T00:00:00Z","data":{"amount_minor":5}}"#;
        let body = Told::cloud(Raw::read(json).unwrap()).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "%2Fshop"),
            ("ce-type", "order.paid"),
            ("ce-subject", "ann"),
            ("ce-time", "2024-01-01T00:00:00Z"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let head = Told::cloud_in_headers(&headers, r#"{"amount_minor":5}"#).unwrap();
        assert_eq!(format!("{body:?}"), format!("{head:?}"));
        headers.remove("ce-id");
        assert_eq!(Told::cloud_in_headers(&headers, "").unwrap_err(), Unfit::new("missing-field", "id"));
        let other = json.replace("1.0", "0.3");
        assert_eq!(
            Told::cloud(Raw::read(&other).unwrap()).unwrap_err(),
            Unfit::new("bad-field", "specversion")
        );
    }
}
