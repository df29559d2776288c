//! One person's connection to one room: hello, frames at the reader's own pace, asks one after another. It does not
//! know what any event means.

mod end;
mod who;

use crate::{
    account::{Address, Arrived, still_seated},
    ask::{Asker, carry_out},
    error::ApiError,
    house::{House, RoomDesk},
    hub::{Found, Frame, text},
    limits::SocketPlace,
    presence::LIKES_MAX,
    rooms::{role_of, room_desk},
    track::touches::Touch,
    wire::{Answer, FromClient, RoleName, ToClient},
};
use axum::{
    extract::{
        Path, State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    http::{HeaderMap, header},
    response::Response,
};
use end::{End, broken, part};
use futures_util::SinkExt;
use linger_log::Position;
use linger_protocol::{ActivityId, ItemId, LeaveReason, SessionId};
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::timeout};
use who::{Came, came};

/// A client that says nothing for so long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(70);
/// How often a client has to say something, s.
const HEARTBEAT_S: u32 = 25;
/// Time for the first message.
const HELLO_MAX: Duration = Duration::from_secs(5);
/// A frame that cannot be handed to the network for so long: the reader is too slow.
const SEND_MAX: Duration = Duration::from_secs(10);
/// Bytes of one message from a client.
const MESSAGE_BYTES_MAX: usize = 4_096;
/// Bytes of one message that are read at all: somewhat more, so that who goes a little too far still hears why the
/// connection ends. Beyond, it just does.
const READ_BYTES_MAX: usize = 4 * MESSAGE_BYTES_MAX;
/// Bytes that are gathered before they are handed to the network.
const WRITE_BYTES: usize = 8_192;
/// Asks waiting on one connection.
const ASKS_WAITING_MAX: usize = 16;
/// Messages a client may send in a second, in the long run, and at once.
const MESSAGES_PER_S: f64 = 20.0;
const MESSAGES_BURST: f64 = 60.0;
/// Messages over the limit that are forgiven before the connection ends.
const FLOOD_FORGIVEN: u32 = 100;

/// The socket of a room.
#[utoipa::path(
    get, path = "/ws/rooms/{room}", tag = "rooms", params(("room" = String, Path, description = "the room")),
    responses(
        (status = 101, description = "a socket that speaks `FromClient` and `ToClient`"),
        (status = 400, description = "not a WebSocket", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 426, description = "not a WebSocket", body = ApiError),
        (status = 429, description = "too many sockets", body = ApiError),
        (status = 503, description = "stopping", body = ApiError),
    ),
    security((), ("session" = []))
)]
pub(crate) async fn room_socket(
    State(house): State<House>,
    address: Address,
    Path(room): Path<String>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let (_, desk) = room_desk(&house, &room)?;
    if house.is_stopping() {
        return Err(linger_engine::Refused::Stopping.into());
    }
    if desk.hub.sockets() >= house.config.sockets_per_room_max {
        return Err(ApiError::too_many(5_000));
    }
    let place = house.limiter.socket(address.network()).ok_or_else(|| ApiError::too_many(5_000))?;
    let (arrived, cookie) = Arrived::of(&house, &headers, address.network())?;
    // Small buffers: most sockets are quiet most of the time, and there are many. What is written grows with what there is
    // to say, so that several frames go out in one piece.
    let mut response = upgrade
        .read_buffer_size(1_024)
        .write_buffer_size(WRITE_BYTES)
        .max_message_size(READ_BYTES_MAX)
        .max_frame_size(READ_BYTES_MAX)
        .on_upgrade(move |socket| serve(house, desk, socket, (headers, arrived), place));
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn serve(
    house: House,
    desk: Arc<RoomDesk>,
    mut socket: WebSocket,
    (headers, arrived): (HeaderMap, Arrived),
    place: SocketPlace,
) {
    house.metrics.socket_opened();
    // What only the first moment needs is boxed and gone afterwards: most of a socket's life is waiting, and there are
    // many of them.
    let greeted = Box::pin(greet(&house, &desk, &mut socket, (&headers, &arrived))).await;
    drop(headers);
    let end = match greeted {
        Ok(mut connection) => {
            let end = connection.run(&mut socket).await;
            connection.leave(end.reason);
            end
        }
        Err(end) => end,
    };
    if end.bye.is_some() {
        Box::pin(part(&house, &mut socket, end)).await;
    }
    house.metrics.socket_closed();
    drop(place);
}

struct Connection {
    house: House,
    desk: Arc<RoomDesk>,
    asker: Asker,
    role: RoleName,
    /// What a member of staff came in with, to ask again whether it still holds; none for guests.
    seat: Option<HeaderMap>,
    seat_check_at: Instant,
    /// The stay that is counted; none for the studio and the control room.
    stay: Option<SessionId>,
    /// The next frame wanted.
    next: u64,
    newest: watch::Receiver<u64>,
    insight: Option<crate::insight::Steps>,
    /// Staff: what waits for a moderator.
    held: Option<watch::Receiver<u64>>,
    waiting: VecDeque<(u32, crate::wire::WireAct)>,
    tokens: f64,
    tokens_at: Instant,
    floods: u32,
    heard_at: Instant,
}

async fn greet(
    house: &House,
    desk: &Arc<RoomDesk>,
    socket: &mut WebSocket,
    (headers, arrived): (&HeaderMap, &Arrived),
) -> Result<Connection, End> {
    let first = timeout(HELLO_MAX, socket.recv()).await.map_err(|_| End::sent("bad-hello"))?;
    let hello = match first {
        Some(Ok(message)) if is_too_large(&message) => return Err(End::sent("too-large")),
        Some(Ok(Message::Text(hello))) => hello,
        Some(Err(error)) => return Err(broken(&error)),
        None => return Err(End::lost()),
        Some(Ok(_)) => return Err(End::sent("bad-hello")),
    };
    let Ok(FromClient::Hello { token, from, insight, quiet, device }) = serde_json::from_str(hello.as_str())
    else {
        return Err(End::sent("bad-hello"));
    };
    let told = (token.as_deref(), device.as_deref());
    let Came { asker, source, by, device } = came(house, desk, told, (headers, arrived)).await?;
    desk.hub.caught_up().await;
    let role = role_of(asker.actor.role);
    let is_staff = role != RoleName::Viewer;
    let newest = desk.hub.watch();
    let from = from.and_then(|from| from.parse::<Position>().ok());
    let replayed = match from {
        Some(from) => desk.hub.replay(house, from).await,
        None => None,
    };
    let recovered = replayed.is_some();
    let (position, next, view, missed) = match (replayed, from) {
        (Some((missed, next)), Some(from)) => (from, next, None, missed),
        _ => {
            let start = desk.hub.start(Some(asker.actor.person), role);
            (start.position, start.next, Some(Box::new(start.view)), None)
        }
    };
    let welcome = ToClient::Welcome {
        person: asker.actor.person.to_string(),
        name: asker.name.clone(),
        role,
        position: position.to_string(),
        recovered,
        view,
        server_time: house.now().0,
        heartbeat_s: HEARTBEAT_S,
        device,
    };
    send(socket, text(&welcome)).await?;
    let stay = (!(quiet && is_staff))
        .then(|| desk.gather.arrive(SessionId(random_u64()), asker.actor.person, &source, by));
    let insight = (insight && is_staff).then(|| crate::insight::Steps::of(desk.clone()));
    let connection = Connection {
        house: house.clone(),
        desk: desk.clone(),
        asker,
        role,
        seat: token.is_none().then(|| headers.clone()),
        seat_check_at: Instant::now() + house.config.seat_check_every,
        stay,
        next,
        newest,
        insight,
        held: is_staff.then(|| desk.held.watch()),
        waiting: VecDeque::new(),
        tokens: MESSAGES_BURST,
        tokens_at: Instant::now(),
        floods: 0,
        heard_at: Instant::now(),
    };
    connection.hand_over(socket, missed.iter()).await.inspect_err(|end| connection.leave(end.reason))?;
    if let Some(steps) = &connection.insight {
        send(socket, steps.first()).await.inspect_err(|end| connection.leave(end.reason))?;
    }
    Ok(connection)
}

type Asking = Pin<Box<dyn Future<Output = (u32, Result<Answer, ApiError>)> + Send>>;

impl Connection {
    async fn run(&mut self, socket: &mut WebSocket) -> End {
        let mut asking: Option<Asking> = None;
        // One timer for all of a socket's life: most of what rouses it is no news of its person.
        let silence = tokio::time::sleep(SILENCE_MAX);
        tokio::pin!(silence);
        loop {
            if let Err(end) = self.send_frames(socket).await {
                return end;
            }
            if asking.is_none() {
                asking = self.waiting.pop_front().map(|(id, act)| self.ask(id, act));
            }
            let step = tokio::select! {
                changed = self.newest.changed() => match changed {
                    Ok(()) => Ok(()),
                    Err(_) => Err(End::back("stopping", 1_000)),
                },
                message = socket.recv() => Box::pin(self.take(socket, message)).await,
                (id, outcome) = ready_or_never(&mut asking) => {
                    asking = None;
                    send(socket, answer(id, outcome)).await
                }
                held = crate::talk::next_held(&self.desk, &mut self.held) => send(socket, held).await,
                step = crate::insight::next_step(&mut self.insight) => send(socket, step).await,
                () = tokio::time::sleep_until(self.seat_check_at.into()), if self.seat.is_some() => {
                    Box::pin(self.check_seat()).await
                }
                () = silence.as_mut() => {
                    silence.as_mut().reset((self.heard_at + SILENCE_MAX).into());
                    if self.heard_at.elapsed() < SILENCE_MAX { Ok(()) } else { Err(End::lost()) }
                }
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Who was shut out, or is something else by now, is sent away; when nobody can say, the next check asks again.
    async fn check_seat(&mut self) -> Result<(), End> {
        self.seat_check_at = Instant::now() + self.house.config.seat_check_every;
        let Some(seat) = &self.seat else { return Ok(()) };
        match still_seated(&self.house, seat, self.asker.actor).await {
            Ok(false) => Err(End::sent("expired")),
            Ok(true) | Err(_) => Ok(()),
        }
    }

    fn ask(&self, id: u32, act: crate::wire::WireAct) -> Asking {
        let (house, desk, asker) = (self.house.clone(), self.desk.clone(), self.asker.clone());
        Box::pin(async move { (id, carry_out(&house, &desk.room, &asker, act).await) })
    }

    async fn send_frames(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        self.newest.mark_unchanged();
        let frames = match self.desk.hub.frames(self.next) {
            Found::Frames(frames) if frames.is_empty() => return Ok(()),
            Found::Frames(frames) => frames,
            Found::FellOff => return Err(End::back("slow", 500)),
            Found::Closed => return Err(End::back("stopping", 1_000)),
        };
        self.hand_over(socket, frames.iter().map(Arc::as_ref)).await?;
        self.next += frames.len() as u64;
        Ok(())
    }

    /// Several frames go out in one piece.
    async fn hand_over(
        &self,
        socket: &mut WebSocket,
        frames: impl Iterator<Item = &Frame>,
    ) -> Result<(), End> {
        let operates = matches!(self.role, RoleName::Operator | RoleName::Admin);
        for frame in frames {
            // What is only for some goes first: the position in the public part says that both have arrived.
            let staff = frame.staff.as_ref().filter(|_| self.role != RoleName::Viewer);
            let operators = frame.operators.as_ref().filter(|_| operates);
            let yours = frame.private.get(&self.asker.actor.person);
            for part in staff.into_iter().chain(operators).chain(yours).chain([&frame.public]) {
                handed(socket.feed(Message::Text(part.clone()))).await?;
            }
            self.house.metrics.delivered(frame.events);
        }
        handed(socket.flush()).await
    }

    async fn take(
        &mut self,
        socket: &mut WebSocket,
        message: Option<Result<Message, axum::Error>>,
    ) -> Result<(), End> {
        let message = match message {
            Some(Ok(Message::Close(_))) | None => return Err(End::lost()),
            Some(Ok(message)) => message,
            Some(Err(error)) => return Err(broken(&error)),
        };
        self.heard_at = Instant::now();
        if is_too_large(&message) {
            return Err(End::sent("too-large"));
        }
        // Whatever it is, it costs: pings and what is no text count as well.
        if !self.may_speak() {
            self.floods += 1;
            if self.floods > FLOOD_FORGIVEN {
                self.house.metrics.flood_cut();
                return Err(End::sent("flood"));
            }
            return fault(socket, "too-many", None).await;
        }
        let message = match message {
            Message::Text(message) => message,
            Message::Binary(_) => return fault(socket, "not-json", None).await,
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        match serde_json::from_str(message.as_str()) {
            Ok(told) => self.told(socket, told).await,
            Err(error) if error.is_data() => {
                let field = crate::error::blamed_field(&error.to_string());
                fault(socket, "bad-field", field).await
            }
            Err(_) => fault(socket, "not-json", None).await,
        }
    }

    async fn told(&mut self, socket: &mut WebSocket, told: FromClient) -> Result<(), End> {
        let person = self.asker.actor.person;
        match told {
            FromClient::Hello { .. } => return fault(socket, "bad-hello", None).await,
            FromClient::Ask { id, act } => {
                let limit = self.house.limiter.ask(person);
                if let Err(retry_ms) = limit {
                    return send(socket, answer(id, Err(ApiError::too_many(retry_ms)))).await;
                }
                if self.waiting.len() >= ASKS_WAITING_MAX {
                    return send(socket, answer(id, Err(ApiError::too_many(500)))).await;
                }
                self.waiting.push_back((id, act));
            }
            FromClient::Likes { n } => {
                self.desk.gather.like(person, n);
                self.touch(Touch::Liked, n.min(LIKES_MAX));
            }
            FromClient::Cheer { activity, side, n } => {
                self.desk.gather.cheer(ActivityId(activity), side, n);
            }
            FromClient::Seen { item } => {
                self.desk.gather.touch(ItemId(item), 1, 0);
                self.touch(Touch::Seen(ItemId(item)), 1);
            }
            FromClient::Clicked { item } => {
                self.desk.gather.touch(ItemId(item), 0, 1);
                self.touch(Touch::Clicked(ItemId(item)), 1);
            }
            FromClient::Quality { told } => self.desk.gather.quality(person, &told),
            FromClient::Ping { n } => {
                return send(socket, text(&ToClient::Pong { n, at: self.house.now().0 })).await;
            }
            FromClient::Bye => return Err(End { bye: None, reason: LeaveReason::Left }),
        }
        Ok(())
    }

    fn touch(&self, touch: Touch, times: u32) {
        self.house.track.touches.add(&self.desk.room, self.asker.actor.person, touch, times);
    }

    /// A token bucket over everything a client sends.
    fn may_speak(&mut self) -> bool {
        let refill = self.tokens_at.elapsed().as_secs_f64() * MESSAGES_PER_S;
        self.tokens_at = Instant::now();
        self.tokens = (self.tokens + refill).min(MESSAGES_BURST);
        let may = self.tokens >= 1.0;
        if may {
            self.tokens -= 1.0;
        }
        may
    }

    fn leave(&self, reason: LeaveReason) {
        if let Some(stay) = self.stay {
            self.desk.gather.leave(stay, self.asker.actor.person, reason);
        }
    }
}

fn is_too_large(message: &Message) -> bool {
    match message {
        Message::Text(text) => text.len() > MESSAGE_BYTES_MAX,
        Message::Binary(bytes) => bytes.len() > MESSAGE_BYTES_MAX,
        _ => false,
    }
}

async fn ready_or_never(asking: &mut Option<Asking>) -> (u32, Result<Answer, ApiError>) {
    match asking {
        Some(asking) => asking.await,
        None => std::future::pending().await,
    }
}

fn answer(id: u32, outcome: Result<Answer, ApiError>) -> Utf8Bytes {
    let (done, refusal, retry_ms) = match outcome {
        Ok(done) => (Some(done), None, None),
        Err(error) => (None, Some(error.code), error.retry_ms),
    };
    text(&ToClient::Answer { id, done, refusal, retry_ms })
}

async fn fault(socket: &mut WebSocket, code: &str, field: Option<String>) -> Result<(), End> {
    send(socket, text(&ToClient::Fault { code: code.to_owned(), field })).await
}

async fn send(socket: &mut WebSocket, text: Utf8Bytes) -> Result<(), End> {
    handed(socket.send(Message::Text(text))).await
}

/// What is handed to the network, unless the reader is too slow for it.
async fn handed(handing: impl Future<Output = Result<(), axum::Error>>) -> Result<(), End> {
    match timeout(SEND_MAX, handing).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::lost()),
        Err(_) => Err(End::back("slow", 500)),
    }
}

/// A random number for a stay; its only promise is not to meet another one.
fn random_u64() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness no token could have been signed and nobody would be here.
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has randomness");
    u64::from_be_bytes(bytes)
}
