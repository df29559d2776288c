//! Devices at the door: one browser is not many people, leaving its token out is no way around, and no room knows it by the
//! number that another one does.

use crate::house::{
    Door, Who,
    line::{Line, Open},
};
use linger_protocol::{ActivityEvent, Event, Role, RoomId};
use serde_json::{Value, json};

const OURS: &str = "http://127.0.0.1:8080";
const SHOP: &str = "https://shop.example";

/// A wheel of a room that gives something away: three of one device may spin it.
async fn wheel(door: &Door, room: &str) {
    let host = door.signed_in(Role::Host).await;
    let prize = json!({"what": "a cup", "worth_minor": 990, "count": 5});
    let slices = json!([{"label": "a cup", "weight": 1, "prize": prize}, {"label": "nothing", "weight": 1}]);
    let game = json!({"kind": "wheel", "slices": slices, "lasts_ms": 60_000});
    let open = json!({"kind": "activity", "do": "open", "title": "Spin", "game": game});
    door.ask(room, &host, open).await;
}

fn enter() -> Value {
    json!({"kind": "activity", "do": "play", "activity": 1, "play": {"move": "enter"}})
}

/// Somebody new who comes from a page of this origin, with this cookie.
async fn newcomer(open: &Open, origin: &str, cookie: Option<&str>, hello: Value) -> (Who, Line, Value) {
    let guest = open.door.guest("tea").await;
    let who = Who { origin: Some(origin.to_owned()), cookie: cookie.map(str::to_owned), ..guest };
    let (line, welcome) = Line::join(open.at, "tea", &who, hello).await;
    (who, line, welcome)
}

/// What came of entering: `in`, or the code of the refusal.
async fn entered(line: &mut Line) -> String {
    let answer = line.ask(enter()).await;
    answer["refusal"].as_str().unwrap_or("in").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_ours_has_its_device_in_a_cookie_and_three_of_it_may_win() {
    let open = Open::new(Door::open().await).await;
    wheel(&open.door, "tea").await;
    let (_, mut first, welcome) = newcomer(&open, OURS, None, json!({})).await;
    let set = first.set_cookie.clone().expect("a cookie for a browser that has none");
    assert!(set.starts_with("linger_device=") && set.contains("; HttpOnly; SameSite=Lax;"), "{set}");
    assert!(welcome.get("device").is_none(), "no script reads what the cookie says");
    assert_eq!(entered(&mut first).await, "in");
    let cookie = set.split(';').next().unwrap();
    for said in ["in", "in", "too-many-from-device"] {
        let (_, mut line, _) = newcomer(&open, OURS, Some(cookie), json!({})).await;
        assert_eq!(line.set_cookie, None);
        assert_eq!(entered(&mut line).await, said);
    }
    assert_eq!(entered(&mut first).await, "in", "who is in stays in");
    let (_, mut other, _) = newcomer(&open, OURS, None, json!({})).await;
    assert_eq!(entered(&mut other).await, "in", "another browser of the same household");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_shop_keeps_its_device_and_says_it_in_its_hello() {
    let open = Open::new(Door::open().await).await;
    wheel(&open.door, "tea").await;
    let (_, mut first, welcome) = newcomer(&open, SHOP, None, json!({})).await;
    assert_eq!(first.set_cookie, None, "no browser would send it back from there");
    let device = welcome["device"].as_str().expect("a token to keep").to_owned();
    assert_eq!(entered(&mut first).await, "in");
    for said in ["in", "in", "too-many-from-device"] {
        let (_, mut line, welcome) = newcomer(&open, SHOP, None, json!({"device": device})).await;
        assert!(welcome.get("device").is_none(), "it has one");
        assert_eq!(entered(&mut line).await, said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_the_token_out_or_forging_one_is_no_way_around() {
    let open = Open::new(Door::tuned(|config| config.devices_per_hour = 1).await).await;
    wheel(&open.door, "tea").await;
    let (_, mut known, welcome) = newcomer(&open, SHOP, None, json!({})).await;
    let device = welcome["device"].as_str().unwrap().to_owned();
    // The address has had its new device: whoever comes without one now shares the rest.
    let forged = format!("{}A", &device[..42]);
    let hellos = [json!({}), json!({"device": forged}), json!({"device": "x"}), json!({})];
    for (hello, said) in hellos.into_iter().zip(["in", "in", "in", "too-many-from-device"]) {
        let (_, mut line, welcome) = newcomer(&open, SHOP, None, hello).await;
        assert!(welcome.get("device").is_none());
        assert_eq!(entered(&mut line).await, said);
    }
    let (_, mut ours, _) = newcomer(&open, OURS, None, json!({})).await;
    assert_eq!(
        (ours.set_cookie.clone(), entered(&mut ours).await),
        (None, "too-many-from-device".to_owned())
    );
    assert_eq!(entered(&mut known).await, "in", "a device that is known is not shut out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_over_http_counts_for_the_cookie_that_comes_with_it() {
    let open = Open::new(Door::open().await).await;
    wheel(&open.door, "tea").await;
    let (_, first, _) = newcomer(&open, OURS, None, json!({})).await;
    let cookie = first.set_cookie.as_deref().unwrap().split(';').next().unwrap().to_owned();
    let post = async |cookie: Option<&str>| {
        let who = Who { cookie: cookie.map(str::to_owned), ..open.door.guest("tea").await };
        open.door.post("/api/rooms/tea/ask", &who, enter()).await.status.as_u16()
    };
    for cookie in [None, Some(cookie.as_str())] {
        let mut said = vec![];
        for _ in 0..4 {
            said.push(post(cookie).await);
        }
        assert_eq!(said, [200, 200, 200, 409], "{cookie:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_room_knows_a_device_by_the_number_of_another_room() {
    let open = Open::new(Door::open().await).await;
    open.door.room("cups").await;
    let (_, first, _) = newcomer(&open, OURS, None, json!({})).await;
    let cookie = first.set_cookie.as_deref().unwrap().split(';').next().unwrap().to_owned();
    let mut numbers = vec![];
    for room in ["tea", "cups"] {
        wheel(&open.door, room).await;
        let who = Who { cookie: Some(cookie.clone()), ..open.door.guest(room).await };
        open.door.ask(room, &who, enter()).await;
        let room = RoomId::new(room).unwrap();
        let start = linger_log::Position { epoch: open.door.engine.tail(&room).unwrap().epoch, offset: 0 };
        let entries = open.door.engine.read(&room, start, 100).await.unwrap();
        numbers.extend(entries.iter().filter_map(|entry| match &entry.event {
            Event::Activity(ActivityEvent::Played { device, .. }) => Some(*device),
            _ => None,
        }));
    }
    assert_eq!(numbers.len(), 2);
    assert!(numbers[0] != numbers[1] && numbers.iter().all(|number| *number != 0), "{numbers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_device_makes_so_many_moves_a_minute_whoever_it_says_it_is() {
    let open = Open::new(Door::open().await).await;
    let host = open.door.signed_in(Role::Host).await;
    let options = json!([{"text": "red"}, {"text": "blue"}]);
    let vote = json!({"kind": "vote", "options": options, "lasts_ms": 60_000});
    open.door
        .ask("tea", &host, json!({"kind": "activity", "do": "open", "title": "Which", "game": vote}))
        .await;
    let (_, first, _) = newcomer(&open, OURS, None, json!({})).await;
    let cookie = first.set_cookie.as_deref().unwrap().split(';').next().unwrap().to_owned();
    let mut refused = None;
    for _ in 0..200 {
        let who = Who { cookie: Some(cookie.clone()), ..open.door.guest("tea").await };
        let choose =
            json!({"kind": "activity", "do": "play", "activity": 1, "play": {"move": "choose", "option": 0}});
        let said = open.door.post("/api/rooms/tea/ask", &who, choose).await;
        if said.status.as_u16() != 200 {
            refused = Some(said.refusal());
            break;
        }
    }
    assert_eq!(
        refused,
        Some((429, "too-many".to_owned())),
        "many voters of one browser come slowly at least"
    );
}
