//! One end of a room's socket over a real connection, as a page would hold it. Nothing here sleeps: everything waits
//! for a message, with a deadline that only a failure meets.

use super::{Door, Who};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http},
};

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for something that will happen.
pub async fn in_time<T>(what: &str, happens: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, happens).await {
        Ok(it) => it,
        Err(_) => panic!("never: {what}"),
    }
}

/// A connection to a room.
pub struct Line {
    socket: WebSocketStream<TcpStream>,
    /// Every message that came, in order.
    pub seen: Vec<Value>,
    asked: u64,
    /// The cookie that the handshake gave.
    pub set_cookie: Option<String>,
}

impl Line {
    /// Connects to a room and says nothing yet; `Err` is the answer of a door that stays closed.
    pub async fn knock(
        at: SocketAddr,
        room: &str,
        who: &Who,
    ) -> Result<Line, http::Response<Option<Vec<u8>>>> {
        Line::knock_with(at, room, who, None).await
    }

    /// As [`Line::knock`], with as little memory for what arrives as the system allows.
    pub async fn knock_with(
        at: SocketAddr,
        room: &str,
        who: &Who,
        receive_bytes: Option<u32>,
    ) -> Result<Line, http::Response<Option<Vec<u8>>>> {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(bytes) = receive_bytes {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        let stream = in_time("a connection", socket.connect(at)).await.unwrap();
        let mut request = format!("ws://{at}/ws/rooms/{room}").into_client_request().unwrap();
        for (name, value) in [("cookie", &who.cookie), ("origin", &who.origin)] {
            if let Some(value) = value {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        match in_time("a handshake", client_async(request, stream)).await {
            Ok((socket, response)) => {
                let set_cookie = response.headers().get("set-cookie");
                let set_cookie = set_cookie.map(|it| it.to_str().unwrap().to_owned());
                Ok(Line { socket, seen: vec![], asked: 0, set_cookie })
            }
            Err(Error::Http(response)) => Err(*response),
            Err(other) => panic!("no handshake: {other}"),
        }
    }

    /// Comes into a room. Gives the welcome, too.
    pub async fn join(at: SocketAddr, room: &str, who: &Who, more: Value) -> (Line, Value) {
        let mut line = Line::knock(at, room, who).await.expect("a door that opens");
        line.hello(who, more).await;
        let welcome = line.next().await.expect("a welcome");
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        (line, welcome)
    }

    /// Comes into a room after having been there up to `from`.
    pub async fn rejoin(at: SocketAddr, room: &str, who: &Who, from: &str) -> (Line, Value) {
        Line::join(at, room, who, json!({"from": from})).await
    }

    pub async fn hello(&mut self, who: &Who, more: Value) {
        let mut hello = json!({"t": "hello"});
        if let Some(token) = &who.bearer {
            hello["token"] = json!(token);
        }
        if let Value::Object(more) = more {
            hello.as_object_mut().unwrap().extend(more);
        }
        self.tell(hello).await;
    }

    pub async fn tell(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        in_time("a message to go", self.socket.send(message)).await.expect("a connection");
    }

    /// Sends without minding whether anybody still listens.
    pub async fn throw(&mut self, message: Message) {
        let _ = in_time("a message to go", self.socket.send(message)).await;
    }

    /// The next message; `None` at the end of the connection.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match in_time("a message", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    self.seen.push(message.clone());
                    return Some(message);
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Reads on until a message is so.
    pub async fn until(&mut self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.next().await.unwrap_or_else(|| panic!("ended before {what}: {:?}", self.seen));
            if is_so(&message) {
                return message;
            }
        }
    }

    /// Reads on until a message of this kind comes.
    pub async fn kind(&mut self, kind: &str) -> Value {
        self.until(kind, |message| message["t"] == kind).await
    }

    /// Asks, and reads on to the answer.
    pub async fn ask(&mut self, act: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.tell(json!({"t": "ask", "id": id, "act": act})).await;
        self.until("an answer", |message| message["t"] == "answer" && message["id"] == id).await
    }

    /// Reads on until the comment of this text.
    pub async fn comment(&mut self, text: &str) -> Value {
        let has = |message: &Value| comments(message).iter().any(|(_, told)| told == text);
        self.until(text, has).await
    }

    /// Reads to the end; gives how the server said goodbye.
    pub async fn ended(&mut self) -> Option<(String, Option<u64>)> {
        while self.next().await.is_some() {}
        let last = self.seen.last().filter(|message| message["t"] == "bye")?;
        Some((last["code"].as_str()?.to_owned(), last["retry_ms"].as_u64()))
    }

    /// Breaks the connection as a network does, and waits until the server has noticed.
    pub async fn broken(self) {
        let mut stream = self.socket.into_inner();
        stream.shutdown().await.unwrap();
        let mut rest = vec![];
        // However it ends: the server has let go of it.
        let _ = in_time("the server to notice", stream.read_to_end(&mut rest)).await;
    }

    /// All comments that came, as number and text, in the order in which they came.
    pub fn comments(&self) -> Vec<(u64, String)> {
        self.seen.iter().flat_map(comments).collect()
    }

    /// Everything that came, as it was written.
    pub fn written(&self) -> String {
        self.seen.iter().map(Value::to_string).collect()
    }
}

/// The comments of one message, as number and text.
pub fn comments(message: &Value) -> Vec<(u64, String)> {
    let events = message["events"].as_array().map_or(&[][..], Vec::as_slice);
    let of = |event: &Value| {
        let text = event["text"].as_str()?.to_owned();
        (event["k"] == "comment").then_some((event["id"].as_u64()?, text))
    };
    events.iter().filter_map(of).collect()
}

/// A whole house with its door open to real connections.
pub struct Open {
    pub door: Door,
    pub at: SocketAddr,
}

impl Open {
    /// An open house with one room, `tea`.
    pub async fn new(door: Door) -> Open {
        Open::with(door, None).await
    }

    /// As [`Open::new`]; the system holds so few bytes for readers that take their time.
    pub async fn with(door: Door, send_bytes: Option<u32>) -> Open {
        door.room("tea").await;
        let at = door.serve(send_bytes).await;
        Open { door, at }
    }

    /// Somebody who came into `tea`.
    pub async fn guest(&self) -> (Who, Line) {
        let who = self.door.guest("tea").await;
        let (line, _) = Line::join(self.at, "tea", &who, json!({})).await;
        (who, line)
    }

    /// Somebody of this role, signed in, whose browser is on a page of ours.
    pub async fn seat(&self, role: linger_protocol::Role) -> Who {
        let who = self.door.signed_in(role).await;
        Who { origin: Some("http://127.0.0.1:8080".to_owned()), ..who }
    }
}
