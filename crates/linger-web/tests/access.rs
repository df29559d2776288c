//! Who may use which route: the whole matrix. A route that is missing here fails the test, and so does an answer that
//! the interface's document does not list.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{Door, Who};
use linger_protocol::{PersonId, Role};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The columns of the table.
const CALLERS: [&str; 7] =
    ["nobody", "guest", "other room's guest", "moderator", "host", "operator", "admin"];

/// For each route and caller: `+` is let in, `1` is told 401, `3` is told 403.
const TABLE: [(&str, &str, &str); 152] = [
    ("get", "/api/catalogue", "111++++"),
    ("post", "/api/catalogue", "11133++"),
    ("get", "/api/comparison", "+++++++"),
    ("post", "/api/prices/check", "11133++"),
    ("get", "/api/products", "11133++"),
    ("post", "/api/products", "11133++"),
    ("get", "/api/products/export.csv", "11133++"),
    ("post", "/api/products/import", "11133++"),
    ("get", "/api/products/{product}", "+++++++"),
    ("put", "/api/products/{product}", "11133++"),
    ("delete", "/api/products/{product}", "11133++"),
    ("get", "/api/sellers", "11133++"),
    ("post", "/api/sellers", "11133++"),
    ("put", "/api/sellers/{seller}", "11133++"),
    ("delete", "/api/sellers/{seller}", "11133++"),
    ("get", "/api/shops", "11133++"),
    ("post", "/api/shops/{shop}/pull", "11133++"),
    ("post", "/api/shops/{shop}/retry", "11133++"),
    // By signature; here no shop is set up.
    ("post", "/api/shops/medusa/webhook", "+++++++"),
    ("post", "/api/shops/shopify/webhook", "+++++++"),
    ("get", "/api/variants/{item}/prices", "11133++"),
    ("get", "/api/variants/{item}/stock", "11133++"),
    ("post", "/api/variants/{item}/stock", "11133++"),
    ("post", "/api/invites", "111333+"),
    ("post", "/api/invites/use", "+++++++"),
    ("post", "/api/events/erase", "111333+"),
    ("get", "/api/events/figures", "11133++"),
    ("get", "/api/events/names", "1113+++"),
    ("get", "/api/events/recent", "11133++"),
    ("get", "/api/events/values", "1113+++"),
    ("get", "/api/me", "111++++"),
    ("get", "/api/openapi.json", "+++++++"),
    ("get", "/api/passkeys", "111++++"),
    ("post", "/api/passkeys/register/finish", "111++++"),
    ("post", "/api/passkeys/register/start", "111++++"),
    ("post", "/api/passkeys/sign-in/finish", "+++++++"),
    ("post", "/api/passkeys/sign-in/start", "+++++++"),
    ("delete", "/api/passkeys/{id}", "111++++"),
    ("post", "/api/password", "111++++"),
    ("get", "/api/payments", "+++++++"),
    ("get", "/api/payments/findings", "11133++"),
    ("post", "/api/payments/sandbox/notice", "+++++++"),
    ("post", "/api/payments/stripe/notice", "+++++++"),
    ("post", "/api/people/{person}/erase", "111333+"),
    ("get", "/api/people/{person}/facts", "11133++"),
    ("post", "/api/questions", "1113+++"),
    ("post", "/api/questions/csv", "1113+++"),
    ("post", "/api/questions/people", "11133++"),
    ("get", "/api/rooms", "+++++++"),
    ("post", "/api/rooms", "11133++"),
    ("get", "/api/rooms/{room}", "+++++++"),
    ("post", "/api/rooms/{room}/ask", "1+3++++"),
    // For whoever has a gateway's key, which none of the callers has.
    ("post", "/api/rooms/{room}/asks", "1111111"),
    ("post", "/api/rooms/{room}/buyers", "1111111"),
    ("get", "/api/rooms/{room}/gateway-keys", "11133++"),
    ("post", "/api/rooms/{room}/gateway-keys", "11133++"),
    ("delete", "/api/rooms/{room}/gateway-keys/{key}", "11133++"),
    ("get", "/api/rooms/{room}/draws/{draw}/proof", "+++++++"),
    ("get", "/api/rooms/{room}/activities/{activity}/record", "+++++++"),
    ("get", "/api/rooms/{room}/gifts", "+++++++"),
    ("post", "/api/rooms/{room}/guest", "+++++++"),
    ("post", "/api/rooms/{room}/images", "1+3++++"),
    ("get", "/api/rooms/{room}/images/{image}", "+++++++"),
    ("post", "/api/rooms/{room}/ingest-key", "1113+++"),
    ("get", "/api/rooms/{room}/insight", "1113+++"),
    ("get", "/api/rooms/{room}/report", "1113+++"),
    ("get", "/api/rooms/{room}/rundown", "1113+++"),
    ("put", "/api/rooms/{room}/rundown", "11133++"),
    ("get", "/api/rundowns/templates", "1113+++"),
    ("get", "/api/rooms/{room}/shows", "1113+++"),
    ("get", "/api/rooms/{room}/shows/{show}/review", "1113+++"),
    ("delete", "/api/rooms/{room}/me", "1+3++++"),
    ("get", "/api/rooms/{room}/orders/{order}", "1+3++++"),
    ("get", "/api/rooms/{room}/orders/{order}/pages", "1+3++++"),
    ("post", "/api/rooms/{room}/orders/{order}/pay", "1+3++++"),
    ("post", "/api/rooms/{room}/quote", "1+3++++"),
    ("get", "/api/rooms/{room}/coupons", "1+3++++"),
    ("get", "/api/rooms/{room}/campaigns", "1113+++"),
    ("get", "/api/rooms/{room}/sales/{sale}/proof", "+++++++"),
    ("get", "/api/me/orders", "1++++++"),
    ("get", "/api/rooms/{room}/tickets/{ticket}", "1+3++++"),
    ("get", "/api/rooms/{room}/items/{item}/ratings", "+++++++"),
    ("get", "/api/rooms/{room}/care", "+++++++"),
    ("get", "/api/care/{queue}", "111++++"),
    // For whoever has the carriers' key, which none of the callers has.
    ("post", "/api/rooms/{room}/carrier", "1111111"),
    ("get", "/api/saved-questions", "1113+++"),
    ("post", "/api/saved-questions", "11133++"),
    ("put", "/api/saved-questions/{question}", "11133++"),
    ("delete", "/api/saved-questions/{question}", "11133++"),
    ("get", "/api/schema", "11133++"),
    ("post", "/api/schema/accept", "11133++"),
    ("post", "/api/sign-in", "+++++++"),
    ("post", "/api/sign-out", "111++++"),
    ("get", "/api/staff", "111333+"),
    ("patch", "/api/staff/{person}", "111333+"),
    ("get", "/api/write-keys", "11133++"),
    ("post", "/api/write-keys", "11133++"),
    ("delete", "/api/write-keys/{key}", "11133++"),
    ("get", "/healthz", "+++++++"),
    ("delete", "/media/{resource}", "+++++++"),
    ("get", "/metrics", "111333+"),
    ("get", "/readyz", "+++++++"),
    // For whoever has a write key, which none of the callers is.
    ("post", "/v1/events", "1111111"),
    ("post", "/v1/{call}", "1111111"),
    ("post", "/whep/{room}", "1+3++++"),
    ("post", "/whip/{room}", "1113+++"),
    ("get", "/ws/rooms/{room}", "+++++++"),
    ("get", "/api/alarms", "11133++"),
    ("post", "/api/alarms", "11133++"),
    ("get", "/api/alarms/moments", "11133++"),
    ("post", "/api/alarms/try", "11133++"),
    ("delete", "/api/alarms/{alarm}", "11133++"),
    ("get", "/api/experiments", "11133++"),
    ("post", "/api/experiments", "11133++"),
    ("post", "/api/experiments/plan", "11133++"),
    ("get", "/api/experiments/{key}", "11133++"),
    ("put", "/api/experiments/{key}", "11133++"),
    ("delete", "/api/experiments/{key}", "11133++"),
    ("get", "/api/experiments/{key}/report", "11133++"),
    ("post", "/api/experiments/{key}/{move}", "11133++"),
    ("get", "/api/holdouts", "11133++"),
    ("get", "/api/holdouts/report", "11133++"),
    ("put", "/api/holdouts", "11133++"),
    // For whoever has a write key, which none of the callers is.
    ("post", "/ofrep/v1/evaluate/flags", "1111111"),
    ("post", "/ofrep/v1/evaluate/flags/{key}", "1111111"),
    ("get", "/api/board", "11133++"),
    ("put", "/api/board", "11133++"),
    ("get", "/api/rules", "1113+++"),
    ("post", "/api/rules", "11133++"),
    ("post", "/api/rules/back-test", "1113+++"),
    ("post", "/api/rules/try", "1113+++"),
    ("put", "/api/rules/{rule}", "11133++"),
    ("delete", "/api/rules/{rule}", "11133++"),
    ("get", "/api/rules/{rule}/versions", "1113+++"),
    ("get", "/api/segments", "11133++"),
    ("put", "/api/segments/{segment}", "11133++"),
    ("delete", "/api/segments/{segment}", "11133++"),
    ("get", "/api/segments/{segment}/members", "11133++"),
    ("get", "/api/segments/{segment}/members.csv", "11133++"),
    ("post", "/api/sql", "11133++"),
    ("post", "/api/tags", "11133++"),
    ("get", "/api/webhooks", "11133++"),
    ("post", "/api/webhooks", "11133++"),
    ("delete", "/api/webhooks/{webhook}", "11133++"),
    ("post", "/api/webhooks/{webhook}/secret", "11133++"),
    ("post", "/api/webhooks/{webhook}/test", "11133++"),
    ("get", "/api/webhooks/{webhook}/tries", "11133++"),
    ("post", "/api/webhooks/{webhook}/again", "11133++"),
    // Outside the document: pages and assets are for everybody.
    ("get", "/", "+++++++"),
    ("get", "/r/{room}", "+++++++"),
    ("get", "/sign-in", "+++++++"),
    ("get", "/assets/none.js", "+++++++"),
];

/// Codes of those who are turned away at the door. A wrong password or a bad signature is an answer to somebody who
/// was let in to try.
const TURNED_AWAY: [&str; 8] =
    ["not-signed-in", "no-token", "bad-token", "bad-key", "expired", "not-allowed", "wrong-room", "csrf"];

struct Matrix {
    door: Door,
    document: Value,
    /// Somebody whom routes may be tried on.
    spare: PersonId,
}

impl Matrix {
    async fn open() -> Matrix {
        let door = Door::open().await;
        door.room("tea").await;
        door.room("cups").await;
        let spare = door.staff(Role::Moderator).await;
        let document = serde_json::to_value(linger_web::document()).unwrap();
        Matrix { door, document, spare }
    }

    /// Somebody who has done nothing yet: what one route does to a caller does not reach the next.
    async fn caller(&self, index: usize) -> Who {
        match index {
            0 => Who::default(),
            1 => self.door.guest("tea").await,
            2 => self.door.guest("cups").await,
            3 => self.door.signed_in(Role::Moderator).await,
            4 => self.door.signed_in(Role::Host).await,
            5 => self.door.signed_in(Role::Operator).await,
            _ => self.door.signed_in(Role::Admin).await,
        }
    }

    fn path(&self, path: &str) -> String {
        path.replace("{room}", "tea")
            .replace("{person}", &self.spare.to_string())
            .replace("{order}", &"0".repeat(32))
            .replace("{image}", &"0".repeat(32))
            .replace("{ticket}", &"0".repeat(32))
            .replace("{item}", "1")
            .replace("{queue}", "tickets")
            .replace("{resource}", &"0".repeat(32))
            .replace("{draw}", "1")
            .replace("{activity}", "1")
            .replace("{show}", "1")
            .replace("{alarm}", "1")
            .replace("{webhook}", "ep_0")
            .replace("{segment}", "fresh")
            .replace("{rule}", "silence")
            .replace("{id}", "AAAA")
            .replace("{key}", "9")
            .replace("{question}", "9")
            .replace("{product}", "7")
            .replace("{seller}", "7")
            .replace("{shop}", "shopify")
            .replace("{item}", "7")
            .replace("{call}", "batch")
            .replace("{move}", "start")
    }

    async fn call(&self, method: &str, path: &str, who: &Who) -> house::Said {
        self.door.call(&method.to_uppercase(), &self.path(path), who, body(method, path)).await
    }
}

fn cup(id: u64) -> Value {
    json!({"id": id, "title": "Cup", "variants": [{"prices": [{"minor": 1, "currency": "CNY"}]}]})
}

fn alarm() -> Value {
    json!({"name": "return", "figure": {"of": "kpi", "kpi": "d1_return"}})
}

fn rule() -> Value {
    json!({
        "code": "silence", "name": "Silence", "on": true, "scope": {"of": "room"}, "window_s": 60,
        "when": {"cel": "host_silence_s > 60"}, "do": {"act": "prompt-host", "text": "Say something"},
        "cool_down_s": 60, "budget": {"times": 5}, "hold_out": 0.2,
    })
}

fn design() -> Value {
    json!({
        "hypothesis": "More is more.", "unit": "viewer",
        "arms": [{"key": "a", "value": 1}, {"key": "b", "value": 2}],
        "metrics": [{"key": "orders", "primary": true, "is": {"kind": "mean", "of": [{"event": "order.paid"}]}}],
    })
}

/// A body that is right in form, so that nobody is turned away for the wrong reason.
fn body(method: &str, path: &str) -> Option<(&'static str, String)> {
    let product =
        json!({"id": 1, "title": "Tea", "price": {"minor": 1, "currency": "CNY"}, "seller": "Hill"});
    let scope = json!({"from_ms": 0, "to_ms": 86_400_000, "zone": "UTC"});
    let question = json!({"ask": "trend", "scope": scope, "what": {}, "period": "day"});
    let json = match (method, path) {
        ("post", "/api/catalogue") => json!({"products": [product]}),
        ("post", "/api/products") => json!({"products": [cup(0)]}),
        ("put", "/api/products/{product}") => cup(7),
        ("post", "/api/products/import") => return Some(("text/csv", "title,price\nCup,1\n".to_owned())),
        ("post", "/api/prices/check") => json!({"item": 7, "offer": {"minor": 1, "currency": "CNY"}}),
        ("post", "/api/sellers") | ("put", "/api/sellers/{seller}") => json!({"name": "Hill"}),
        ("post", "/api/variants/{item}/stock") => json!({"to": 1, "reason": "counted", "key": "k"}),
        ("post", "/api/experiments") => json!({"key": "hello", "design": design()}),
        ("put", "/api/experiments/{key}") => json!({"after": 1, "design": design()}),
        ("post", "/api/experiments/{key}/{move}") => json!({"after": 1}),
        ("post", "/api/experiments/plan") => json!({"baseline": 0.1, "effect": 0.1}),
        ("put", "/api/holdouts") => json!({}),
        ("post", "/ofrep/v1/evaluate/flags" | "/ofrep/v1/evaluate/flags/{key}") => json!({"context": {}}),
        ("post", "/api/invites") => json!({"role": "host"}),
        ("post", "/api/alarms") => json!({"rule": alarm(), "seen": "none"}),
        ("post", "/api/alarms/try") => json!({"rule": alarm()}),
        ("post", "/api/rules") => json!({"rule": rule(), "after": 0}),
        ("put", "/api/rules/{rule}") => json!({"rule": rule(), "after": 1}),
        ("post", "/api/rules/try") => json!({"rule": rule()}),
        ("post", "/api/rules/back-test") => json!({"rule": rule(), "room": "tea"}),
        ("put", "/api/board") => json!({"kpi": "d1_return", "aim": {"baseline": 0.3, "target": 0.4}}),
        ("put", "/api/rooms/{room}/rundown") => json!({"after": 0, "rundown": {"steps": []}}),
        ("put", "/api/segments/{segment}") => json!({"when": {"if": "stage", "is": ["new"]}}),
        ("post", "/api/sql") => json!({"sql": "SELECT 1"}),
        ("post", "/api/webhooks") => json!({"url": "https://example.com/hook", "topics": ["alarm.spoke"]}),
        ("post", "/api/webhooks/{webhook}/again") => json!({"what": "message", "message": "msg_0"}),
        ("post", "/api/tags") => json!({"tag": "vip", "person": "0000000000000001", "on": true}),
        ("post", "/api/invites/use") => {
            json!({"token": "none", "login": "anna", "name": "Anna", "password": "long enough"})
        }
        ("post", "/api/passkeys/register/finish" | "/api/passkeys/sign-in/finish") => {
            json!({"ceremony": "none", "credential": {}})
        }
        ("post", "/api/password") => json!({"present": "long enough", "new": "longer still"}),
        ("post", "/api/rooms") => json!({"room": "tea", "title": "Tea", "host_name": "Li"}),
        ("post", "/api/rooms/{room}/ask") => json!({"kind": "follow"}),
        ("post", "/api/rooms/{room}/asks") => json!({"asks": [{"buyer": "1", "act": {"kind": "follow"}}]}),
        ("post", "/api/rooms/{room}/buyers") => json!({"buyer": "1"}),
        ("post", "/api/rooms/{room}/gateway-keys") => json!({"name": "Till", "shop": "hill"}),
        ("post", "/api/rooms/{room}/carrier") => json!({"order": "0".repeat(32), "parcel": "0".repeat(32)}),
        ("post", "/api/rooms/{room}/guest") => json!({}),
        ("post", "/api/rooms/{room}/orders/{order}/pay") => json!({"method": "now"}),
        ("post", "/api/rooms/{room}/quote") => json!({"lines": [{"item": 1, "units": 1}]}),
        ("post", "/api/events/erase") => json!({"known": "nobody"}),
        ("post", "/api/questions" | "/api/questions/csv") => question,
        ("post", "/api/questions/people") => {
            json!({"question": question, "cell": {"of": "trend", "period": "1970-01-01"}})
        }
        ("post", "/api/saved-questions") | ("put", "/api/saved-questions/{question}") => {
            json!({"name": "Days", "question": question})
        }
        ("post", "/api/schema/accept") => json!({"key": 1, "event": "none"}),
        ("post", "/api/write-keys") => json!({"name": "Web", "source": "web"}),
        ("post", "/v1/{call}") => json!({"batch": []}),
        ("post", "/v1/events") => json!({}),
        ("post", "/api/sign-in") => json!({"login": "nobody", "password": "long enough"}),
        ("patch", "/api/staff/{person}") => json!({}),
        ("post", "/api/payments/sandbox/notice" | "/api/payments/stripe/notice") => json!({}),
        ("post", "/whip/{room}" | "/whep/{room}") => return Some(("application/sdp", "v=0\r\n".to_owned())),
        _ => return None,
    };
    Some(("application/json", json.to_string()))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_those_it_is_for_and_nobody_else() {
    let matrix = Matrix::open().await;
    let mut wrong = Vec::new();
    for (method, path, row) in TABLE {
        assert_eq!(row.len(), CALLERS.len(), "{path}");
        for (index, expected) in row.chars().enumerate() {
            let said = matrix.call(method, path, &matrix.caller(index).await).await;
            let turned_away = TURNED_AWAY.contains(&said.code().as_str());
            let class = match said.status.as_u16() {
                401 if turned_away => '1',
                403 if turned_away => '3',
                _ => '+',
            };
            if class != expected {
                let told = (said.status, said.code());
                wrong.push(format!(
                    "{method} {path}: {} is {class}, not {expected}: {told:?}",
                    CALLERS[index]
                ));
            }
            let operation = &matrix.document["paths"][path][method];
            let listed = operation["responses"].get(said.status.as_str()).is_some();
            if !operation.is_null() && !listed {
                wrong.push(format!(
                    "{method} {path}: {} {} is not in the document",
                    said.status,
                    said.code()
                ));
            }
            if said.status.is_server_error() && path.starts_with("/api") {
                wrong.push(format!("{method} {path}: {} told {}", CALLERS[index], said.status));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_of_the_document_is_missing_from_the_table() {
    let matrix = Matrix::open().await;
    let methods = ["get", "post", "put", "patch", "delete"];
    let described: BTreeSet<(String, String)> = matrix.document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (method, path)))
        .filter(|(method, _)| methods.contains(&method.as_str()))
        .map(|(method, path)| (method.clone(), path.clone()))
        .collect();
    let known: BTreeSet<_> =
        TABLE.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    let missing: Vec<_> = described.difference(&known).collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
    let gone: Vec<_> = known
        .difference(&described)
        .filter(|(_, path)| ["/api", "/v1", "/w", "/m", "/ofrep"].iter().any(|it| path.starts_with(it)))
        .collect();
    assert!(gone.is_empty(), "in the table, but in no document: {gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_alone_changes_nothing() {
    let matrix = Matrix::open().await;
    for (method, path, row) in TABLE {
        // What is open to nobody in particular does not live by the cookie.
        if method == "get" || row.starts_with('+') {
            continue;
        }
        for csrf in [None, Some("x".repeat(43))] {
            let who = Who { csrf, ..matrix.caller(6).await };
            let said = matrix.call(method, path, &who).await;
            // What comes with a key of its own never looks at cookies.
            let by_key = ["/whep", "/v1", "/ofrep"].iter().any(|it| path.starts_with(it))
                || ["/carrier", "/asks", "/buyers"].iter().any(|it| path.ends_with(it));
            let expected = if by_key { said.refusal() } else { (403, "csrf".to_owned()) };
            assert_eq!(said.refusal(), expected, "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_is_not_made_good_by_a_cookie() {
    let matrix = Matrix::open().await;
    for (method, path, _) in
        TABLE.iter().filter(|(_, path, row)| row.starts_with("1+3") && !path.starts_with("/whep"))
    {
        let who = Who { bearer: Some("none".to_owned()), ..matrix.caller(6).await };
        assert_eq!(matrix.call(method, path, &who).await.refusal(), (401, "bad-token".to_owned()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_this_machine_and_for_administrators() {
    let mut door = Door::open().await;
    assert_eq!(door.get("/metrics", &Who::default()).await.refusal(), (401, "not-signed-in".to_owned()));
    door.address = "127.0.0.1:50000".parse().unwrap();
    let said = door.get("/metrics", &Who::default()).await;
    assert_eq!(said.status.as_u16(), 200);
    assert!(said.header("content-type").starts_with("application/openmetrics-text"));
    assert!(said.text.ends_with("# EOF\n"));
    assert!(said.text.contains("\nlinger_rooms 0\n"), "{}", said.text);
}
