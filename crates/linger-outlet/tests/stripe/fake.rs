//! A server that answers as Stripe documents: payment intents, refunds, idempotency keys, pages, errors and signed events.
//! It is the outside of the house, and knows nothing of it. <https://docs.stripe.com/api>
#![allow(dead_code, reason = "every test uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

pub const KEY: &str = "sk_test_0123456789abcdef";
pub const SECRET: &str = "whsec_0123456789abcdef";

type Form = BTreeMap<String, String>;

/// What Stripe keeps.
#[derive(Default)]
pub struct Books {
    pub intents: Vec<Value>,
    pub refunds: Vec<Value>,
    /// Answers by idempotency key, with what was asked.
    answers: BTreeMap<String, (Form, StatusCode, Value)>,
    /// Calls that came in, as `METHOD path`.
    pub calls: Vec<String>,
    /// The last form that came in.
    pub form: Form,
    /// The line breaks after the next change, before it is answered.
    pub breaks: bool,
    /// The next change is answered with this error.
    pub refuses: Option<(StatusCode, Value)>,
    /// What becomes of refunds.
    pub refund_status: &'static str,
    made: u64,
}

#[derive(Clone)]
pub struct Fake {
    pub url: url::Url,
    books: Arc<Mutex<Books>>,
}

impl Fake {
    pub async fn open() -> Fake {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let books = Books { refund_status: "succeeded", ..Books::default() };
        let fake = Fake { url, books: Arc::new(Mutex::new(books)) };
        let app = Router::new()
            .route("/v1/payment_intents", post(make_intent).get(list_intents))
            .route("/v1/payment_intents/{id}", get(read_intent))
            .route("/v1/refunds", post(make_refund).get(list_refunds))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        fake
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(|it| it.into_inner())
    }

    /// The buyer pays.
    pub fn pay(&self, payment: &str) {
        let mut books = self.books();
        let intent = books.intents.iter_mut().find(|it| it["id"] == payment).unwrap();
        intent["status"] = json!("succeeded");
        intent["amount_received"] = intent["amount"].clone();
        intent["latest_charge"] = json!({"id": format!("ch_{payment}"), "amount_refunded": 0});
    }

    pub fn set_status(&self, payment: &str, status: &str) {
        let mut books = self.books();
        books.intents.iter_mut().find(|it| it["id"] == payment).unwrap()["status"] = json!(status);
    }

    pub fn intent(&self, payment: &str) -> Value {
        self.books().intents.iter().find(|it| it["id"] == payment).unwrap().clone()
    }

    /// Somebody gives money back in the dashboard.
    pub fn give_back(&self, payment: &str, amount: i64) -> Value {
        let mut books = self.books();
        let form = Form::from([
            ("payment_intent".to_owned(), payment.to_owned()),
            ("amount".to_owned(), amount.to_string()),
        ]);
        books.put_refund(&form)
    }

    pub fn set_refund(&self, refund: &str, status: &str) {
        let mut books = self.books();
        books.refunds.iter_mut().find(|it| it["id"] == refund).unwrap()["status"] = json!(status);
    }

    /// A day went by: no key is remembered.
    pub fn forget_keys(&self) {
        self.books().answers.clear();
    }

    /// An event as it is posted: its header and its body.
    pub fn event(id: &str, kind: &str, object: &Value, seconds: i64) -> (String, String) {
        let event = json!({
            "id": id, "object": "event", "type": kind, "api_version": "2024-11-20.acacia", "created": seconds,
            "livemode": false, "pending_webhooks": 1, "data": {"object": object},
        });
        let body = event.to_string();
        (sign(SECRET, seconds, &body), body)
    }
}

pub fn sign(secret: &str, seconds: i64, body: &str) -> String {
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

impl Books {
    fn id(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}_3Fake{:06}", self.made)
    }

    fn put_intent(&mut self, form: &Form) -> Value {
        let id = self.id("pi");
        let method = form["payment_method_types[]"].as_str();
        let confirmed = form.get("confirm").is_some_and(|it| it == "true");
        let (status, next) = match method {
            "alipay" if confirmed => {
                let to =
                    json!({"url": format!("https://hooks.stripe.com/redirect/{id}"), "native_url": null});
                ("requires_action", json!({"type": "alipay_handle_redirect", "alipay_handle_redirect": to}))
            }
            _ => ("requires_payment_method", Value::Null),
        };
        let intent = json!({
            "id": id, "object": "payment_intent", "status": status, "created": 1_700_000_000 + self.made,
            "amount": form["amount"].parse::<i64>().unwrap(), "amount_received": 0, "currency": form["currency"],
            "client_secret": format!("{id}_secret_abc"), "next_action": next, "metadata": metadata(form),
            "latest_charge": null, "payment_method_types": [method],
        });
        self.intents.push(intent.clone());
        intent
    }

    fn put_refund(&mut self, form: &Form) -> Value {
        let amount: i64 = form["amount"].parse().unwrap();
        let refund = json!({
            "id": self.id("re"), "object": "refund", "amount": amount, "currency": "cny",
            "payment_intent": form["payment_intent"], "status": self.refund_status, "metadata": metadata(form),
        });
        self.refunds.push(refund.clone());
        if let Some(intent) = self.intents.iter_mut().find(|it| it["id"] == form["payment_intent"]) {
            let before = intent["latest_charge"]["amount_refunded"].as_i64().unwrap_or(0);
            intent["latest_charge"]["amount_refunded"] = json!(before + amount);
        }
        refund
    }
}

fn metadata(form: &Form) -> Value {
    let named = form.iter().filter_map(|(key, value)| {
        Some((key.strip_prefix("metadata[")?.strip_suffix(']')?.to_owned(), json!(value)))
    });
    Value::Object(named.collect())
}

fn form_of(bytes: &[u8]) -> Form {
    url::form_urlencoded::parse(bytes).into_owned().collect()
}

fn error(status: StatusCode, kind: &str, code: &str, param: &str) -> (StatusCode, Value) {
    let error = json!({"type": kind, "code": code, "param": param, "message": "A sentence about Anna."});
    (status, json!({"error": error}))
}

/// A change, once for each key.
fn change(
    fake: &Fake,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
    make: impl FnOnce(&mut Books, &Form) -> (StatusCode, Value),
) -> Response {
    let form = form_of(body);
    let mut books = fake.books();
    books.calls.push(format!("POST {path}"));
    books.form = form.clone();
    let header = |name: &str| headers.get(name).map_or("", |it| it.to_str().unwrap());
    if header("authorization") != format!("Bearer {KEY}") {
        let (status, body) = error(StatusCode::UNAUTHORIZED, "invalid_request_error", "", "");
        return (status, Json(body)).into_response();
    }
    assert!(!header("stripe-version").is_empty());
    let key = header("idempotency-key").to_owned();
    assert!((1..=255).contains(&key.len()), "a key of {} characters", key.len());
    if let Some((asked, status, answer)) = books.answers.get(&key) {
        if *asked != form {
            let (status, body) = error(StatusCode::BAD_REQUEST, "idempotency_error", "", "");
            return (status, Json(body)).into_response();
        }
        return (*status, [("idempotent-replayed", "true")], Json(answer.clone())).into_response();
    }
    let (status, answer) = match books.refuses.take() {
        Some(refusal) => refusal,
        None => make(&mut books, &form),
    };
    books.answers.insert(key, (form, status, answer.clone()));
    if std::mem::take(&mut books.breaks) {
        drop(books);
        panic!("the line breaks: this is meant");
    }
    (status, Json(answer)).into_response()
}

async fn make_intent(State(fake): State<Fake>, headers: HeaderMap, body: Bytes) -> Response {
    change(&fake, "/v1/payment_intents", &headers, &body, |books, form| match form["payment_method_types[]"]
        .as_str()
    {
        "card" | "alipay" => (StatusCode::OK, books.put_intent(form)),
        _ => error(StatusCode::BAD_REQUEST, "invalid_request_error", "", "payment_method_types[0]"),
    })
}

async fn make_refund(State(fake): State<Fake>, headers: HeaderMap, body: Bytes) -> Response {
    change(&fake, "/v1/refunds", &headers, &body, |books, form| (StatusCode::OK, books.put_refund(form)))
}

async fn read_intent(State(fake): State<Fake>, Path(id): Path<String>) -> Response {
    let mut books = fake.books();
    books.calls.push(format!("GET /v1/payment_intents/{id}"));
    match books.intents.iter().find(|it| it["id"] == id) {
        Some(intent) => Json(intent.clone()).into_response(),
        None => {
            let (status, body) =
                error(StatusCode::NOT_FOUND, "invalid_request_error", "resource_missing", "intent");
            (status, Json(body)).into_response()
        }
    }
}

/// A page of a list, newest first, as all of Stripe's lists are.
fn page(all: &[Value], query: &Form, wanted: impl Fn(&Value) -> bool) -> Json<Value> {
    let limit: usize = query.get("limit").map_or(10, |it| it.parse().unwrap());
    let after = query.get("starting_after");
    let mut past = after.is_none();
    let mut data = vec![];
    let mut has_more = false;
    for it in all.iter().rev().filter(|it| wanted(it)) {
        if past && data.len() == limit {
            has_more = true;
            break;
        }
        if past {
            data.push(it.clone());
        }
        past |= after.is_some_and(|after| it["id"] == *after);
    }
    Json(json!({"object": "list", "data": data, "has_more": has_more}))
}

async fn list_intents(State(fake): State<Fake>, RawQuery(query): RawQuery) -> Json<Value> {
    let query = form_of(query.unwrap_or_default().as_bytes());
    let mut books = fake.books();
    books.calls.push("GET /v1/payment_intents".to_owned());
    let since: i64 = query["created[gte]"].parse().unwrap();
    page(&books.intents, &query, |it| it["created"].as_i64().unwrap() >= since)
}

async fn list_refunds(State(fake): State<Fake>, RawQuery(query): RawQuery) -> Json<Value> {
    let query = form_of(query.unwrap_or_default().as_bytes());
    let mut books = fake.books();
    books.calls.push("GET /v1/refunds".to_owned());
    page(&books.refunds, &query, |it| it["payment_intent"] == query["payment_intent"])
}
