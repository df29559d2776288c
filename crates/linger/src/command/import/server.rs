//! Sends facts to a running server by its tracking API. It does not know how the server keeps them.

use anyhow::{Context, ensure};
use linger_behaviour::{Class, Number, Text};
use linger_events::Incoming;
use linger_history::import::{Destination, ImportFault, time_text};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Bytes of one request; the server takes 500 KB.
const BATCH_BYTES: usize = 400_000;
/// How often a request is tried again while the server is busy or away.
const TRIES: u32 = 8;

/// A server and the key to write to it.
pub struct Server {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    url: url::Url,
    key: String,
}

/// The folder for the ledger of a server.
pub fn folder(url: &str) -> String {
    let name: String = url.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
    format!("server-{}", name.chars().take(100).collect::<String>())
}

impl Server {
    /// Prepares to send; nothing is sent yet.
    pub fn new(url: &str, key: &str) -> anyhow::Result<Server> {
        let url =
            url::Url::parse(url).context("--server must be an address such as http://127.0.0.1:7080")?;
        ensure!(
            url.scheme() == "http",
            "--server must begin with http://; run the import beside the server, where its plain address can be reached"
        );
        Ok(Server {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            client: reqwest::Client::builder().timeout(Duration::from_secs(60)).build()?,
            url: url.join("/v1/batch").context("the address of the server")?,
            key: key.to_owned(),
        })
    }

    fn send(&self, items: &[Value]) -> Result<(), ImportFault> {
        let fault = |reason: String| ImportFault::general(format!("sending to the server: {reason}"));
        let body = json!({ "batch": items });
        let mut wait = Duration::from_millis(500);
        for _ in 0..TRIES {
            let request = self.client.post(self.url.clone()).basic_auth(&self.key, Some("")).json(&body);
            let answered = self.runtime.block_on(async {
                let response = request.send().await?;
                let status = response.status();
                let after =
                    response.headers().get("retry-after").and_then(|it| it.to_str().ok()?.parse().ok());
                Ok::<_, reqwest::Error>((status, after.map(Duration::from_secs), response.text().await?))
            });
            match answered {
                Ok((status, _, text)) if status.is_success() => {
                    return refused(&text).map_or(Ok(()), |it| Err(fault(it)));
                }
                Ok((status, after, _)) if status.as_u16() == 429 || status.is_server_error() => {
                    std::thread::sleep(after.unwrap_or(wait).min(Duration::from_secs(60)));
                }
                Ok((status, ..)) if status.as_u16() == 401 || status.as_u16() == 403 => {
                    return Err(fault("the write key is not accepted".to_owned()));
                }
                Ok((status, ..)) => return Err(fault(format!("it answered {status}"))),
                Err(_) => std::thread::sleep(wait),
            }
            wait = (wait * 2).min(Duration::from_secs(30));
        }
        Err(fault("it did not take them in, tried several times; start the import again later".to_owned()))
    }
}

/// What the server said of items it did not take, if it said so.
fn refused(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let results = answer.get("results")?.as_array()?;
    let code = |it: &Value| it.get("code").or(it.get("error")).and_then(Value::as_str).map(str::to_owned);
    let bad: Vec<String> = results.iter().filter_map(code).collect();
    let first = bad.first()?;
    Some(format!("it refused {} of {} items, the first with {first:?}", bad.len(), results.len()))
}

impl Destination for Server {
    fn append(&mut self, batch: Vec<Incoming>) -> Result<Vec<bool>, ImportFault> {
        let mut items: Vec<Value> = vec![];
        let mut bytes = 0;
        for incoming in &batch {
            let item = item(incoming);
            let len = item.to_string().len() + 1;
            if bytes + len > BATCH_BYTES && !items.is_empty() {
                self.send(&items)?;
                items.clear();
                bytes = 0;
            }
            bytes += len;
            items.push(item);
        }
        if !items.is_empty() {
            self.send(&items)?;
        }
        Ok(vec![true; batch.len()])
    }
}

/// A fact by the Segment convention. Its id travels with it, so that the server too counts it once.
fn item(incoming: &Incoming) -> Value {
    let fact = &incoming.fact;
    let rest: Option<Map<String, Value>> = fact.props.as_deref().and_then(|it| serde_json::from_str(it).ok());
    let mut told = rest.unwrap_or_default();
    for column in Text::ALL {
        if let Some(text) = fact.text(column) {
            told.insert(column.column().to_owned(), text.into());
        }
    }
    for column in Number::ALL {
        if let Some(number) = fact.number(column) {
            told.insert(column.column().to_owned(), number.into());
        }
    }
    let mut item = json!({
        "messageId": format!("{:032x}", fact.id),
        "timestamp": time_text(fact.at_ms),
    });
    for (name, id) in [("userId", &incoming.who.known), ("anonymousId", &incoming.who.anonymous)] {
        if let Some(id) = id {
            item[name] = Value::from(&**id);
        }
    }
    if fact.class == Class::Profile {
        item["type"] = "identify".into();
        item["traits"] = told.into();
    } else {
        item["type"] = "track".into();
        item["event"] = Value::from(&*fact.name);
        item["properties"] = told.into();
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use linger_behaviour::Fact;
    use linger_events::Who;

    #[test]
    fn a_fact_travels_with_its_id_its_amount_and_its_time() {
        let fact =
            Fact { name: "order.paid".into(), id: 7, at_ms: 0, class: Class::Commerce, ..Fact::default() }
                .with(Text::Currency, "EUR")
                .with_number(Number::AmountMinor, 1250);
        let item = item(&Incoming { who: Who::known("ann"), fact, alias: None });
        let expected = json!({
            "type": "track", "event": "order.paid", "userId": "ann", "timestamp": "1970-01-01T00:00:00Z",
            "messageId": "00000000000000000000000000000007",
            "properties": { "currency": "EUR", "amount_minor": 1250 },
        });
        assert_eq!(item, expected);
    }

    #[test]
    fn items_a_server_refuses_are_not_taken_for_sent() {
        assert_eq!(refused(r#"{"results":[{"status":"stored"}]}"#), None);
        let answer = refused(r#"{"results":[{"status":"stored"},{"status":"refused","code":"too-long"}]}"#);
        assert_eq!(answer.as_deref(), Some("it refused 1 of 2 items, the first with \"too-long\""));
    }
}
