//! Whatever comes in from outside, reading it never panics: arbitrary bytes, JSON of the right look and the wrong
//! content, and offers that were real before somebody changed them.

mod house;

use linger_media::{
    Media, MediaConfig, MediaError,
    peer::{Crowd, Peer, PublishOptions, WatchOptions},
};
use linger_web::wire::{FromClient, NewRoom, WireAct};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// Words that the readers look for, so that random messages get beyond the first check.
const WORDS: [&str; 44] = [
    "t",
    "hello",
    "ask",
    "likes",
    "seen",
    "clicked",
    "quality",
    "ping",
    "bye",
    "token",
    "from",
    "insight",
    "quiet",
    "id",
    "act",
    "n",
    "item",
    "told",
    "kind",
    "say",
    "text",
    "answers",
    "mute",
    "person",
    "for_ms",
    "set-stock",
    "units",
    "open-sale",
    "price_minor",
    "per_person",
    "hold_ms",
    "place-order",
    "order",
    "open-draw",
    "keyword",
    "prize",
    "winners",
    "lasts_ms",
    "close-prompt",
    "prompt",
    "end",
    "followed",
    "first_frame_ms",
    "stalls",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(&WORDS[..]).prop_map(str::to_owned), 1 => any::<String>()]
}

/// JSON of the look of our messages: words, numbers at every edge, and nesting.
fn message() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|it| json!(it)),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Value::from),
            vec((word(), inner), 0..8)
                .prop_map(|pairs| Value::from(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A message that is whole but for one field, which is anything.
fn nearly() -> impl Strategy<Value = Value> {
    let whole = select(vec![
        json!({"t": "hello", "token": "a.b.c", "from": "7:41822", "insight": true, "quiet": false}),
        json!({"t": "ask", "id": 1, "act": {"kind": "say", "text": "hello", "answers": 3}}),
        json!({"t": "ask", "id": 1, "act": {"kind": "place-order", "order": "0f", "item": 1, "units": 2}}),
        json!({"t": "ask", "id": 1, "act": {"kind": "set-stock", "item": 1, "units": -1}}),
        json!({"t": "ask", "id": 1, "act": {"kind": "close-prompt", "prompt": 1, "end": "followed"}}),
        json!({"t": "quality", "told": {"first_frame_ms": 1, "stalls": 2, "failed": false}}),
        json!({"t": "likes", "n": 3}),
    ]);
    (whole, word(), message(), any::<bool>()).prop_map(|(mut whole, name, value, inner)| {
        let pointer = if whole.get("act").is_some() && inner { "/act" } else { "" };
        if let Some(Value::Object(fields)) = whole.pointer_mut(pointer) {
            fields.insert(name, value);
        }
        whole
    })
}

/// What was read is one of ours and can be said again.
fn read(bytes: &[u8]) {
    if let Ok(told) = serde_json::from_slice::<FromClient>(bytes) {
        let again = serde_json::to_vec(&told).expect("a message of ours");
        serde_json::from_slice::<FromClient>(&again).expect("the same message");
    }
    if let Ok(act) = serde_json::from_slice::<WireAct>(bytes) {
        let again = serde_json::to_vec(&act).expect("an act of ours");
        serde_json::from_slice::<WireAct>(&again).expect("the same act");
    }
    let _ = serde_json::from_slice::<NewRoom>(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_bytes_can_break_the_reading_of_messages(bytes in vec(any::<u8>(), 0..512)) {
        read(&bytes);
    }

    #[test]
    fn no_message_of_our_look_can(message in prop_oneof![message(), nearly()]) {
        read(message.to_string().as_bytes());
    }

    #[test]
    fn no_message_that_was_cut_or_changed_can(
        message in nearly(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut bytes = message.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        read(&bytes);
    }
}

/// One change to an offer.
#[derive(Clone, Debug)]
enum Change {
    Drop(prop::sample::Index),
    Twice(prop::sample::Index, prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index),
    Byte(prop::sample::Index, u8),
    Value(prop::sample::Index, String),
    Number(prop::sample::Index, u64),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        at().prop_map(Change::Drop),
        (at(), at()).prop_map(|(from, to)| Change::Twice(from, to)),
        (at(), at()).prop_map(|(one, two)| Change::Swap(one, two)),
        at().prop_map(Change::Cut),
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (at(), "\\PC{0,40}").prop_map(|(at, value)| Change::Value(at, value)),
        (at(), prop_oneof![Just(0), Just(127), Just(65_536), any::<u64>()])
            .prop_map(|(at, n)| Change::Number(at, n)),
    ]
}

fn changed(offer: &str, changes: &[Change]) -> String {
    let mut lines: Vec<String> = offer.lines().map(str::to_owned).collect();
    for change in changes {
        if lines.is_empty() {
            break;
        }
        let count = lines.len();
        match change {
            Change::Drop(at) => drop(lines.remove(at.index(count))),
            Change::Twice(from, to) => {
                let line = lines[from.index(count)].clone();
                lines.insert(to.index(count), line);
            }
            Change::Swap(one, two) => lines.swap(one.index(count), two.index(count)),
            Change::Cut(at) => lines.truncate(at.index(count)),
            Change::Byte(at, byte) => {
                let line = &mut lines[at.index(count)];
                let mut bytes = std::mem::take(line).into_bytes();
                if !bytes.is_empty() {
                    let place = usize::from(*byte) % bytes.len();
                    bytes[place] ^= 1 << (byte % 7);
                }
                *line = String::from_utf8_lossy(&bytes).into_owned();
            }
            Change::Value(at, value) => {
                let line = &mut lines[at.index(count)];
                let name = line.split_inclusive([':', '=']).next().unwrap_or_default().to_owned();
                *line = name + value;
            }
            Change::Number(at, n) => {
                let line = &mut lines[at.index(count)];
                if let Some(digit) = line.find(|c: char| c.is_ascii_digit()) {
                    let end =
                        line[digit..].find(|c: char| !c.is_ascii_digit()).map_or(line.len(), |it| digit + it);
                    line.replace_range(digit..end, &n.to_string());
                }
            }
        }
    }
    lines.join("\r\n") + "\r\n"
}

#[test]
fn no_change_to_a_real_offer_breaks_the_media_plane() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let (media, _events) = Media::start(MediaConfig::loopback()).unwrap();
    let crowd = Crowd::start().unwrap();
    let viewer = Peer::watch(&crowd, &WatchOptions::default()).unwrap();
    let publisher = Peer::publish(&crowd, &PublishOptions::default()).unwrap();
    let offers = [viewer.offer().to_owned(), publisher.offer().to_owned()];
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(1_500)
    });
    let agreed = std::cell::Cell::new(0);
    let cases = (0..offers.len(), any::<bool>(), vec(change(), 0..6));
    let outcome = runner.run(&cases, |(which, publish, changes)| {
        let offer = changed(&offers[which], &changes);
        let answer = runtime.block_on(async {
            if publish { media.publish("tea", &offer).await } else { media.watch("tea", &offer).await }
        });
        match answer {
            Ok(answer) => {
                agreed.set(agreed.get() + 1);
                prop_assert!(answer.sdp.starts_with("v=0"));
                prop_assert!(runtime.block_on(media.close(&answer.resource)));
            }
            // The plane is there for the next one: it has not stopped.
            Err(MediaError::BadSdp { .. } | MediaError::NoCodecInCommon) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
        Ok(())
    });
    outcome.unwrap();
    assert!(agreed.get() > 0, "no offer was agreed on: nothing was tried but the first check");
    let honest = runtime.block_on(media.watch("tea", viewer.offer())).unwrap();
    assert!(honest.sdp.contains("a=fingerprint:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_offer_is_agreed_on_over_http_and_a_changed_one_is_answered_by_code() {
    let door = house::Door::open().await;
    door.room("tea").await;
    let guest = door.guest("tea").await;
    let crowd = Crowd::start().unwrap();
    let peer = Peer::watch(&crowd, &WatchOptions::default()).unwrap();
    let call =
        async |offer: String| door.call("POST", "/whep/tea", &guest, Some(("application/sdp", offer))).await;
    let said = call(peer.offer().to_owned()).await;
    assert_eq!(said.status.as_u16(), 201, "{}", said.text);
    let none = house::Who::default();
    let ended = door.call("DELETE", said.header("location"), &none, None).await;
    assert_eq!(ended.status.as_u16(), 200);
    let without = |what: &str| {
        peer.offer().lines().filter(|line| !line.contains(what)).collect::<Vec<_>>().join("\r\n")
    };
    assert_eq!(call(without("fingerprint")).await.refusal(), (400, "bad-sdp".to_owned()));
    let other_codecs = peer.offer().replace("H264", "AV1X").replace("VP8", "VP7").replace("opus", "speex");
    assert_eq!(call(other_codecs).await.refusal(), (422, "no-codec-in-common".to_owned()));
}
