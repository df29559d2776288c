//! A run of show for the demo: the document for its twelve products, and a host who starts it, lets it run by itself and
//! overrules it twice. It reads no clock: everything follows what the room tells.

use crate::door::{StaffSession, Who};
use crate::fault::Fault;
use crate::goods::{GOODS, Good};
use crate::wire::Tell;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, interval, sleep_until};

/// The step that the host skips, and the one that they hold, from 0.
const SKIPPED: u64 = 5;
const HELD: u64 = 12;
/// How often the line says that it is still there.
const PING_EVERY: Duration = Duration::from_secs(5);

/// Puts the ninety-minute document into the room, with the shop's products in place of the template's; whoever has
/// written another meanwhile keeps it. Needs an operator or admin.
pub async fn lay_out(operator: &StaffSession, room: &str, language: &str, pace: u64) -> Result<(), Fault> {
    let view: Value = operator.get("looking at the room", &format!("/api/rooms/{room}")).await?;
    let listed: BTreeSet<u64> = view["shelf"]
        .as_array()
        .map(|shelf| shelf.iter().filter_map(|entry| entry["item"]["id"].as_u64()).collect())
        .unwrap_or_default();
    for good in GOODS.iter().filter(|good| !listed.contains(&good.id)) {
        ask(operator, room, &json!({"kind": "list-item", "item": good.id})).await?;
        ask(operator, room, &json!({"kind": "set-stock", "item": good.id, "units": good.units})).await?;
    }
    // What an evening before left running; mostly nothing runs, and the room says so.
    match rundown(operator, room, json!({"do": "stop"})).await {
        Ok(()) | Err(Fault::Refused { status: 409, .. }) => {}
        Err(fault) => return Err(fault),
    }
    let path = format!("/api/rooms/{room}/rundown");
    let present: Value = operator.get("reading the run of show", &path).await?;
    let templates = format!("/api/rundowns/templates?language={language}");
    let mut template = operator.get::<Value>("reading the templates", &templates).await?[0].take();
    let mut rundown = match present["version"].as_u64() {
        Some(0) | None => filled(&mut template),
        Some(_) => present["rundown"].clone(),
    };
    rundown["pace"] = json!(pace);
    let body = json!({"after": present["version"], "rundown": rundown});
    operator.put::<Value>("setting the run of show", &path, &body).await?;
    Ok(())
}

/// The template's document with a product of the shop wherever it wants one.
fn filled(template: &mut Value) -> Value {
    let places = template["products"].as_array().cloned().unwrap_or_default();
    let mut rundown = template["rundown"].take();
    for (steps, good) in places.iter().zip(GOODS.iter()) {
        for step in steps.as_array().into_iter().flatten().filter_map(Value::as_u64) {
            let place = usize::try_from(step).unwrap_or(usize::MAX);
            let Some(step) = rundown["steps"].get_mut(place) else { continue };
            step["item"] = json!(good.id);
            step["title"] = json!(named(step["title"].as_str().unwrap_or_default(), good));
        }
    }
    rundown
}

/// "Flash sale: product 3" is called after its product.
fn named(title: &str, good: &Good) -> String {
    let before = title.split_once([':', '：']).map(|(before, _)| before);
    before.map_or_else(|| good.title(), |before| format!("{before}: {}", good.title()))
}

/// Starts the run of show and follows it to its end, skipping one step and holding another for `hold`. `tell` hears of
/// every turn. Needs a host.
pub async fn rehearse(
    host: StaffSession,
    room: &str,
    hold: Duration,
    mut tell: impl FnMut(String),
) -> Result<(), Fault> {
    let (mut wire, _) = host.door().enter(room, &Who::Staff(host.clone()), None).await?;
    rundown(&host, room, json!({"do": "start"})).await?;
    let mut rehearsal = Rehearsal::default();
    let mut ticks = interval(PING_EVERY);
    let mut goes_on_at = None;
    loop {
        let goes_on = async {
            match goes_on_at {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let text = tokio::select! {
            text = wire.hear_text() => text?,
            () = goes_on => {
                goes_on_at = None;
                rundown(&host, room, json!({"do": "resume"})).await?;
                tell("and goes on".to_owned());
                continue;
            }
            _ = ticks.tick() => {
                wire.tell(&Tell::Ping { n: 0 }).await?;
                continue;
            }
        };
        let Ok(message) = serde_json::from_str::<Value>(&text) else { continue };
        for event in message["events"].as_array().into_iter().flatten() {
            match rehearsal.hear(event, &mut tell) {
                Next::Watch => {}
                Next::Skip => rundown(&host, room, json!({"do": "next", "turn": rehearsal.turn})).await?,
                Next::Hold => {
                    rundown(&host, room, json!({"do": "hold"})).await?;
                    goes_on_at = Some(Instant::now() + hold);
                }
                Next::Over => return Ok(()),
            }
        }
    }
}

/// What the host does next.
enum Next {
    Watch,
    Skip,
    Hold,
    Over,
}

/// How far it has come.
#[derive(Default)]
struct Rehearsal {
    turn: u64,
    skipped: bool,
    held: bool,
}

impl Rehearsal {
    fn hear(&mut self, event: &Value, tell: &mut impl FnMut(String)) -> Next {
        if event["k"] == "climax" && event["climax"]["state"] == "coming" {
            tell(format!("coming up: {}", event["climax"]["title"].as_str().unwrap_or_default()));
        }
        if event["k"] != "rundown" {
            return Next::Watch;
        }
        let Some(run) = event["run"].as_object() else {
            // The document was set; or, once something was on, the show is over.
            if self.turn == 0 {
                return Next::Watch;
            }
            tell("the show is over".to_owned());
            return Next::Over;
        };
        let turn = run["turn"].as_u64().unwrap_or_default();
        if std::mem::replace(&mut self.turn, turn) == turn {
            return Next::Watch;
        }
        let step = run["step"].as_u64().unwrap_or_default();
        let title = &event["rundown"]["steps"][usize::try_from(step).unwrap_or(usize::MAX)]["title"];
        tell(format!("{:>2}  {}", step + 1, title.as_str().unwrap_or_default()));
        if step == SKIPPED && !std::mem::replace(&mut self.skipped, true) {
            tell("the host skips this one".to_owned());
            return Next::Skip;
        }
        if step == HELD && !std::mem::replace(&mut self.held, true) {
            tell("the host holds the time".to_owned());
            return Next::Hold;
        }
        Next::Watch
    }
}

async fn rundown(session: &StaffSession, room: &str, mut act: Value) -> Result<(), Fault> {
    act["kind"] = json!("rundown");
    ask(session, room, &act).await
}

/// Asks the room; waits and tries again when the server asks for it.
async fn ask(session: &StaffSession, room: &str, act: &Value) -> Result<(), Fault> {
    let path = format!("/api/rooms/{room}/ask");
    let mut tries = 0;
    loop {
        match session.post::<Value>("asking the room as staff", &path, act).await {
            Err(fault) if tries < 20 && fault.retry_ms().is_some() => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(fault.retry_ms().unwrap_or(1_000))).await;
            }
            other => return other.map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_of_the_shop_finds_its_step() {
        let steps: Vec<Value> = (1..=13).map(|n| json!({"title": format!("Offer: product {n}")})).collect();
        let places: Vec<Value> = (1..=12).map(|n| json!([n])).collect();
        let mut template = json!({"rundown": {"steps": steps}, "products": places});
        let rundown = filled(&mut template);
        let items: Vec<Option<u64>> =
            rundown["steps"].as_array().unwrap().iter().map(|step| step["item"].as_u64()).collect();
        assert_eq!(items[0], None);
        assert_eq!(items[1..], GOODS.iter().map(|good| Some(good.id)).collect::<Vec<_>>());
        assert_eq!(rundown["steps"][1]["title"], format!("Offer: {}", GOODS[0].title()));
    }
}
