//! A stand-in for a shop elsewhere: it gives the answers it was told to, in order, and remembers what it was asked. It knows
//! no shop.
#![allow(dead_code, reason = "every test file uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use url::Url;

/// Something it was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }
}

#[derive(Default)]
struct Inside {
    answers: Mutex<VecDeque<(u16, Value)>>,
    asked: Mutex<Vec<Asked>>,
}

pub struct Shop {
    pub url: Url,
    inside: Arc<Inside>,
}

impl Shop {
    pub async fn open(answers: Vec<(u16, Value)>) -> Shop {
        let inside = Arc::new(Inside { answers: Mutex::new(answers.into()), ..Inside::default() });
        let app = Router::new().fallback(answer).with_state(inside.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Shop { url, inside }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.inside.asked.lock().unwrap().clone()
    }
}

async fn answer(State(inside): State<Arc<Inside>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    inside.asked.lock().unwrap().push(Asked {
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
    });
    let (status, answer) = inside.answers.lock().unwrap().pop_front().unwrap_or((500, Value::Null));
    let response =
        Response::builder().status(StatusCode::from_u16(status).unwrap()).header("retry-after", "2.5");
    response.body(Body::from(answer.to_string())).unwrap()
}
