//! What a sender is told: one line for each item. It does not know why something was refused.

use super::{personal::push_text, told::Unfit};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// What became of a request: of all its items, and of each.
#[derive(Serialize, ToSchema)]
pub(crate) struct Collected {
    /// Whether none was refused.
    success: bool,
    /// The code of the first refusal.
    code: Option<String>,
    /// The field it is about.
    field: Option<String>,
    /// Items that are stored now.
    stored: u64,
    /// Items that had been stored before.
    duplicate: u64,
    /// Items that were refused; sending them again changes nothing.
    refused: u64,
    /// One for each item, in order.
    results: Vec<CollectedItem>,
}

/// What became of one item.
#[derive(Serialize, ToSchema)]
pub(crate) struct CollectedItem {
    /// Its place in the request, from 0.
    index: u32,
    /// Its id, when it was sent with one.
    #[serde(rename = "messageId")]
    message_id: Option<String>,
    /// `stored`, `duplicate` or `refused`.
    outcome: String,
    /// Why it was refused.
    code: Option<String>,
    /// The field that is to blame.
    field: Option<String>,
    /// Personal properties that were left out.
    withheld: Option<Vec<String>>,
    /// What was not taken as it was told: `time-ahead` (counts as now), `no-currency` (the amount stays a property).
    noted: Option<Vec<String>>,
}

/// What became of one item, before it is written down.
pub(super) enum Said {
    Stored,
    Duplicate,
    Refused(Unfit),
}

/// An answer that is being written, item by item: thousands of them a second are worth a form of their own.
#[derive(Default)]
pub(super) struct Writing {
    results: String,
    counts: [u64; 3],
    first: Option<Unfit>,
}

impl Writing {
    pub(super) fn item(
        &mut self,
        index: usize,
        message: Option<&str>,
        said: &Said,
        withheld: &[Box<str>],
        noted: &[&'static str],
    ) {
        let out = &mut self.results;
        out.push_str(if out.is_empty() { "{\"index\":" } else { ",{\"index\":" });
        out.push_str(&index.to_string());
        if let Some(message) = message {
            out.push_str(",\"messageId\":");
            push_text(out, message);
        }
        match said {
            Said::Stored => {
                self.counts[0] += 1;
                out.push_str(",\"outcome\":\"stored\"");
            }
            Said::Duplicate => {
                self.counts[1] += 1;
                out.push_str(",\"outcome\":\"duplicate\"");
            }
            Said::Refused(unfit) => {
                self.counts[2] += 1;
                self.first.get_or_insert(*unfit);
                out.push_str(",\"outcome\":\"refused\",\"code\":");
                push_text(out, unfit.code);
                out.push_str(",\"field\":");
                push_text(out, unfit.field);
            }
        }
        push_list(out, "withheld", withheld.iter().map(|it| &**it));
        push_list(out, "noted", noted.iter().copied());
        out.push('}');
    }

    /// The answer: 200 when no item was refused; 207 when some were, which senders take as delivered, so that the good
    /// ones are not sent again for ever; 400 when all were.
    pub(super) fn done(self) -> Response {
        let [stored, duplicate, refused] = self.counts;
        let status = match (refused, stored + duplicate) {
            (0, _) => StatusCode::OK,
            (_, 0) => StatusCode::BAD_REQUEST,
            _ => StatusCode::MULTI_STATUS,
        };
        let mut body = String::with_capacity(self.results.len() + 160);
        body.push_str(if refused == 0 { "{\"success\":true" } else { "{\"success\":false" });
        if let Some(Unfit { code, field }) = self.first {
            body.push_str(&format!(",\"code\":\"{code}\",\"field\":\"{field}\""));
        }
        body.push_str(&format!(",\"stored\":{stored},\"duplicate\":{duplicate},\"refused\":{refused}"));
        body.push_str(",\"results\":[");
        body.push_str(&self.results);
        body.push_str("]}");
        let kind = HeaderValue::from_static("application/json");
        (status, [(header::CONTENT_TYPE, kind)], body).into_response()
    }
}

fn push_list<'t>(out: &mut String, name: &str, items: impl Iterator<Item = &'t str>) {
    let mut first = true;
    for item in items {
        if first {
            out.push_str(",\"");
            out.push_str(name);
            out.push_str("\":[");
        } else {
            out.push(',');
        }
        first = false;
        push_text(out, item);
    }
    if !first {
        out.push(']');
    }
}
