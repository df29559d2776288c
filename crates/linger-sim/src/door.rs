//! The public interface as a client uses it: HTTP, guest tokens, staff sessions, the room's socket.
//!
//! It does not know what it is used for. It speaks plain HTTP, to a server nearby.

use crate::fault::Fault;
use crate::wire::{Act, Answer, ErrorTold, GuestToken, Order, Tell, Told};
use futures_util::{SinkExt, StreamExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use url::Url;

/// How long an answer may take, ms.
const ANSWER_MS_MAX: u64 = 15_000;

/// The way to one server.
#[derive(Clone, Debug)]
pub struct Door {
    base: Url,
    http: reqwest::Client,
}

impl Door {
    /// The server at an `http://` address.
    pub fn new(base: &Url) -> Result<Door, Fault> {
        if base.scheme() != "http" || base.host_str().is_none() {
            return Err(Fault::BadAddress(base.to_string()));
        }
        let http = reqwest::Client::builder()
            .timeout(Duration::from_millis(ANSWER_MS_MAX))
            .pool_max_idle_per_host(64)
            .build()
            .map_err(|source| Fault::Http { doing: "setting up", source: Box::new(source) })?;
        Ok(Door { base: base.clone(), http })
    }

    /// Host and port.
    pub fn authority(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        format!("{host}:{}", self.base.port_or_known_default().unwrap_or(80))
    }

    /// The origin a browser would name.
    pub fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// Reads something that needs no rights, or a guest's.
    pub async fn get<T: DeserializeOwned>(
        &self,
        doing: &'static str,
        path: &str,
        bearer: Option<&str>,
    ) -> Result<T, Fault> {
        let mut request = self.http.get(self.url(path));
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        finish(doing, request).await
    }

    /// Reads a text that needs no rights.
    pub async fn text(&self, doing: &'static str, path: &str) -> Result<String, Fault> {
        let fault = |source| Fault::Http { doing, source: Box::new(source) };
        let answer = self.http.get(self.url(path)).send().await.map_err(fault)?;
        answer.error_for_status().map_err(fault)?.text().await.map_err(fault)
    }

    /// Posts JSON, as a guest or as nobody.
    pub async fn post<T: DeserializeOwned>(
        &self,
        doing: &'static str,
        path: &str,
        bearer: Option<&str>,
        body: &Value,
    ) -> Result<T, Fault> {
        let mut request = self.http.post(self.url(path)).json(body);
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        finish(doing, request).await
    }

    /// A token for a guest; `again` is one given earlier. Waits and tries again when the server asks for it.
    pub async fn guest(
        &self,
        room: &str,
        name: &str,
        source: &str,
        again: Option<&str>,
    ) -> Result<GuestToken, Fault> {
        let body = json!({"name": name, "source": source, "token": again});
        let path = format!("/api/rooms/{room}/guest");
        let mut tries = 0;
        loop {
            match self.post("asking for a guest token", &path, None, &body).await {
                Err(fault) if tries < 20 && fault.retry_ms().is_some() => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(fault.retry_ms().unwrap_or(1_000))).await;
                }
                other => return other,
            }
        }
    }

    /// Asks a room for something, as a guest.
    pub async fn ask(&self, room: &str, token: &str, act: &Act) -> Result<Answer, Fault> {
        let path = format!("/api/rooms/{room}/ask");
        self.post("asking the room", &path, Some(token), &json!(act)).await
    }

    /// Starts a payment; gives the provider's name of it.
    pub async fn pay(&self, room: &str, token: &str, order: &str, method: &str) -> Result<String, Fault> {
        let path = format!("/api/rooms/{room}/orders/{order}/pay");
        let told: Value = self.post("paying", &path, Some(token), &json!({"method": method})).await?;
        Ok(told["payment"].as_str().unwrap_or_default().to_owned())
    }

    /// An order as it stands, as its owner sees it.
    pub async fn order(&self, room: &str, token: &str, order: &str) -> Result<Order, Fault> {
        self.get("reading an order", &format!("/api/rooms/{room}/orders/{order}"), Some(token)).await
    }

    /// Signs in a member of staff.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<StaffSession, Fault> {
        let doing = "signing in";
        let body = json!({"login": login, "password": password});
        let request = self.http.post(self.url("/api/sign-in")).header("origin", self.origin()).json(&body);
        let answer =
            request.send().await.map_err(|source| Fault::Http { doing, source: Box::new(source) })?;
        let cookies: Vec<String> = answer
            .headers()
            .get_all("set-cookie")
            .iter()
            .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
            .collect();
        read::<Value>(doing, answer).await?;
        if cookies.is_empty() {
            return Err(Fault::strange(doing, "no cookie was set"));
        }
        StaffSession::from_cookie(self.clone(), cookies.join("; ")).await
    }

    /// Takes up an invitation, such as the first one that a new server prints, and signs in.
    pub async fn take_up(
        &self,
        invite: &str,
        login: &str,
        name: &str,
        password: &str,
    ) -> Result<StaffSession, Fault> {
        let body = json!({"token": invite, "login": login, "name": name, "password": password});
        self.post::<Value>("taking up an invitation", "/api/invites/use", None, &body).await?;
        self.sign_in(login, password).await
    }

    /// Opens the socket of a room and says hello; gives it with the welcome.
    pub async fn enter(&self, room: &str, who: &Who, from: Option<String>) -> Result<(Wire, Told), Fault> {
        let doing = "opening the room's socket";
        let authority = self.authority();
        let stream =
            TcpStream::connect(&authority).await.map_err(|source| Fault::Unreachable { doing, source })?;
        stream.set_nodelay(true).map_err(|source| Fault::Unreachable { doing, source })?;
        let socket = |source| Fault::Socket { doing, source: Box::new(source) };
        let mut request =
            format!("ws://{authority}/ws/rooms/{room}").into_client_request().map_err(socket)?;
        let headers = request.headers_mut();
        if let Ok(origin) = self.origin().parse() {
            headers.insert("origin", origin);
        }
        if let Who::Staff(session) = who {
            let cookie =
                session.cookie.parse().map_err(|_| Fault::strange(doing, "a cookie with odd letters"))?;
            headers.insert("cookie", cookie);
        }
        // Small buffers: a crowd is thousands of these.
        let config = WebSocketConfig::default()
            .read_buffer_size(4 * 1024)
            .write_buffer_size(0)
            .max_message_size(Some(4 << 20))
            .max_frame_size(Some(4 << 20));
        let opening = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
        let (stream, _) = within(doing, opening).await?.map_err(socket)?;
        let mut wire = Wire { stream };
        let (token, quiet) = match who {
            Who::Guest(token) => (Some(token.clone()), false),
            Who::Staff(_) => (None, true),
        };
        wire.tell(&Tell::Hello { token, from, quiet }).await?;
        let welcome = within("waiting for the welcome", wire.hear()).await??;
        match welcome {
            Told::Welcome { .. } => Ok((wire, welcome)),
            Told::Bye { code, retry_ms } => Err(Fault::Refused { doing, status: 0, code, retry_ms }),
            Told::Fault { code } => Err(Fault::Refused { doing, status: 0, code, retry_ms: None }),
            _ => Err(Fault::strange(doing, "no welcome")),
        }
    }
}

/// As whom a socket is opened.
#[derive(Clone, Debug)]
pub enum Who {
    /// A guest with a token.
    Guest(String),
    /// Staff, not counted as a viewer.
    Staff(StaffSession),
}

/// A member of staff who is signed in.
#[derive(Clone)]
pub struct StaffSession {
    door: Door,
    cookie: String,
    csrf: String,
}

impl std::fmt::Debug for StaffSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Cookie and token are secrets.
        write!(f, "StaffSession({})", self.door.authority())
    }
}

impl StaffSession {
    /// The session a cookie (`name=value`) stands for.
    pub async fn from_cookie(door: Door, cookie: String) -> Result<StaffSession, Fault> {
        let request = door.http.get(door.url("/api/me")).header("cookie", &cookie);
        let me: Value = finish("asking who is signed in", request).await?;
        let csrf = me["csrf"].as_str().ok_or_else(|| Fault::strange("asking who is signed in", "no csrf"))?;
        Ok(StaffSession { csrf: csrf.to_owned(), door, cookie })
    }

    /// The way to the server.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Reads something only staff may read.
    pub async fn get<T: DeserializeOwned>(&self, doing: &'static str, path: &str) -> Result<T, Fault> {
        finish(doing, self.door.http.get(self.door.url(path)).header("cookie", &self.cookie)).await
    }

    /// Posts JSON as staff.
    pub async fn post<T: DeserializeOwned>(
        &self,
        doing: &'static str,
        path: &str,
        body: &Value,
    ) -> Result<T, Fault> {
        self.change(reqwest::Method::POST, doing, path, body).await
    }

    /// Puts JSON as staff.
    pub async fn put<T: DeserializeOwned>(
        &self,
        doing: &'static str,
        path: &str,
        body: &Value,
    ) -> Result<T, Fault> {
        self.change(reqwest::Method::PUT, doing, path, body).await
    }

    async fn change<T: DeserializeOwned>(
        &self,
        method: reqwest::Method,
        doing: &'static str,
        path: &str,
        body: &Value,
    ) -> Result<T, Fault> {
        let request = self
            .door
            .http
            .request(method, self.door.url(path))
            .header("cookie", &self.cookie)
            .header("x-csrf", &self.csrf)
            .header("origin", self.door.origin())
            .json(body);
        finish(doing, request).await
    }

    /// Asks a room for something, as staff.
    pub async fn ask(&self, room: &str, act: &Act) -> Result<Answer, Fault> {
        self.post("asking the room as staff", &format!("/api/rooms/{room}/ask"), &json!(act)).await
    }

    /// Puts plain products with these numbers into the catalogue, at one hundred minor units each: for tests and
    /// loads, which have no use for a shop's own. Needs an operator or admin.
    pub async fn stock_plain(&self, items: &[u64]) -> Result<(), Fault> {
        let currency = linger_protocol::Limits::CURRENCY;
        let product = |item: &u64| {
            let price = json!({"minor": 100, "currency": currency.as_str()});
            json!({"id": item, "title": format!("Item {item}"), "price": price, "seller": "Load"})
        };
        for some in items.chunks(200) {
            let products: Vec<Value> = some.iter().map(product).collect();
            self.post::<Value>("filling the catalogue", "/api/catalogue", &json!({"products": products}))
                .await?;
        }
        Ok(())
    }

    /// Opens a room; one that is open already is as good.
    pub async fn open_room(&self, room: &str, title: &str, host_name: &str) -> Result<(), Fault> {
        let body = json!({"room": room, "title": title, "host_name": host_name});
        match self.post::<Value>("opening a room", "/api/rooms", &body).await {
            Err(Fault::Refused { status: 409, .. }) | Ok(_) => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}

impl StaffSession {
    /// Publishes by WHIP with a new ingest key, as an encoder does; gives the answer to the offer.
    pub async fn whip(&self, room: &str, offer: &str) -> Result<String, Fault> {
        let doing = "publishing";
        let key: Value = self.post(doing, &format!("/api/rooms/{room}/ingest-key"), &json!({})).await?;
        let key = key["key"].as_str().ok_or_else(|| Fault::strange(doing, "no key"))?.to_owned();
        self.door.offer(doing, &format!("/whip/{room}"), &key, offer).await
    }
}

impl Door {
    /// Asks for a room's picture and sound by WHEP; gives the answer to the offer.
    pub async fn whep(&self, room: &str, token: &str, offer: &str) -> Result<String, Fault> {
        self.offer("asking for the picture", &format!("/whep/{room}"), token, offer).await
    }

    async fn offer(
        &self,
        doing: &'static str,
        path: &str,
        token: &str,
        offer: &str,
    ) -> Result<String, Fault> {
        let request =
            self.http.post(self.url(path)).bearer_auth(token).header("content-type", "application/sdp");
        let answer = request.body(offer.to_owned()).send().await;
        let answer = answer.map_err(|source| Fault::Http { doing, source: Box::new(source) })?;
        if !answer.status().is_success() {
            return read::<Value>(doing, answer).await.and(Err(Fault::strange(doing, "no answer")));
        }
        answer.text().await.map_err(|source| Fault::Http { doing, source: Box::new(source) })
    }
}

/// An open socket of a room.
#[derive(Debug)]
pub struct Wire {
    stream: WebSocketStream<TcpStream>,
}

impl Wire {
    /// Says something to the server.
    pub async fn tell(&mut self, tell: &Tell) -> Result<(), Fault> {
        let sending = self.stream.send(Message::text(tell.to_text()));
        within("telling the server", sending)
            .await?
            .map_err(|source| Fault::Socket { doing: "telling the server", source: Box::new(source) })
    }

    /// The next text of the server, as it is. Safe to be dropped while it waits.
    pub async fn hear_text(&mut self) -> Result<Utf8Bytes, Fault> {
        let doing = "listening to the room";
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                // Pings are answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_))) | None => {
                    let source = std::io::ErrorKind::UnexpectedEof.into();
                    return Err(Fault::Unreachable { doing, source });
                }
                Some(Err(source)) => return Err(Fault::Socket { doing, source: Box::new(source) }),
            }
        }
    }

    /// The next message of the server, read in full.
    pub async fn hear(&mut self) -> Result<Told, Fault> {
        let text = self.hear_text().await?;
        serde_json::from_str(&text).map_err(|why| Fault::strange("listening to the room", why))
    }

    /// Says good-bye and closes.
    pub async fn close(mut self) {
        // Whether it still arrives makes no difference to somebody who is leaving.
        let _gone = self.tell(&Tell::Bye).await;
        let _closed = within("closing", self.stream.close(None)).await;
    }
}

async fn within<T>(doing: &'static str, waiting: impl Future<Output = T>) -> Result<T, Fault> {
    let patience = Duration::from_millis(ANSWER_MS_MAX);
    tokio::time::timeout(patience, waiting)
        .await
        .map_err(|_| Fault::Silent { doing, within_ms: ANSWER_MS_MAX })
}

async fn finish<T: DeserializeOwned>(
    doing: &'static str,
    request: reqwest::RequestBuilder,
) -> Result<T, Fault> {
    let answer = request.send().await.map_err(|source| Fault::Http { doing, source: Box::new(source) })?;
    read(doing, answer).await
}

async fn read<T: DeserializeOwned>(doing: &'static str, answer: reqwest::Response) -> Result<T, Fault> {
    let status = answer.status();
    let retry_after =
        answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let body = answer.bytes().await.map_err(|source| Fault::Http { doing, source: Box::new(source) })?;
    if !status.is_success() {
        let told: ErrorTold = serde_json::from_slice(&body).unwrap_or_default();
        let retry_ms = told.retry_ms.filter(|ms| *ms > 0).or(retry_after.map(|s| s * 1_000));
        return Err(Fault::Refused { doing, status: status.as_u16(), code: told.code, retry_ms });
    }
    // An empty answer is as good as a null to those who want none.
    let body: &[u8] = if body.is_empty() { b"null" } else { &body };
    serde_json::from_slice(body).map_err(|why| Fault::strange(doing, why))
}
