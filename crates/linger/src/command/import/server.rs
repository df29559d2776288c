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

    fn send(&self, items: &[Value]) -> Result<Vec<bool>, ImportFault> {
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
                Ok((status, _, text)) if status.is_success() || status == 400 => {
                    return outcomes(&text, items.len()).map_err(fault);
                }
                Ok((status, after, _)) if status == 429 || status.is_server_error() => {
                    std::thread::sleep(after.unwrap_or(wait).min(Duration::from_secs(60)));
                }
                Ok((status, ..)) if status == 401 || status == 403 => {
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

/// Whether each item was new to the server, which answers for every one.
fn outcomes(answer: &str, items: usize) -> Result<Vec<bool>, String> {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let results = answer.get("results").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |of: &Value, name| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(first) = results.iter().find(|it| text(it, "outcome") == "refused") {
        return Err(format!(
            "it refused {} of {items} items, the first for {:?} in {:?}; is the key one of the shop's own server?",
            results.iter().filter(|it| text(it, "outcome") == "refused").count(),
            text(first, "code"),
            text(first, "field"),
        ));
    }
    if results.len() != items {
        return Err(format!("it does not answer for each item: {:?}", text(&answer, "code")));
    }
    Ok(results.iter().map(|it| text(it, "outcome") == "stored").collect())
}

impl Destination for Server {
    fn append(&mut self, batch: Vec<Incoming>) -> Result<Vec<bool>, ImportFault> {
        let mut new = Vec::with_capacity(batch.len());
        let mut items: Vec<Value> = vec![];
        let mut bytes = 0;
        for incoming in &batch {
            let item = item(incoming);
            let len = item.to_string().len() + 1;
            if bytes + len > BATCH_BYTES && !items.is_empty() {
                new.extend(self.send(&items)?);
                items.clear();
                bytes = 0;
            }
            bytes += len;
            items.push(item);
        }
        if !items.is_empty() {
            new.extend(self.send(&items)?);
        }
        Ok(new)
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
    fn a_server_answers_for_every_item_and_one_it_refuses_is_not_taken_for_sent() {
        let answer = r#"{"results":[{"index":0,"outcome":"stored"},{"index":1,"outcome":"duplicate"}]}"#;
        assert_eq!(outcomes(answer, 2), Ok(vec![true, false]));
        assert!(outcomes(answer, 3).is_err());
        let answer = r#"{"results":[{"outcome":"stored"},{"outcome":"refused","code":"not-allowed","field":"event"}]}"#;
        let error = outcomes(answer, 2).unwrap_err();
        assert!(
            error.contains("refused 1 of 2 items, the first for \"not-allowed\" in \"event\""),
            "{error}"
        );
    }
}
