//! Keys of senders, what they tell and questions that are kept, over a real file. It knows no sender.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_protocol::{Currency, Millis, PersonId, RoomId};
use linger_store::{EventField, NewGatewayKey, NewWriteKey, Store, StoreError};

async fn store() -> (Store, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (Store::open(dir.path()).await.unwrap(), dir)
}

fn key(n: u8) -> NewWriteKey {
    NewWriteKey {
        key_hash: [n; 32],
        hint: format!("wk_{n}"),
        name: "Web shop".to_owned(),
        source: "web".to_owned(),
        currency: Some(Currency::CNY),
        trusted: n == 2,
        per_second: 100,
    }
}

#[tokio::test]
async fn a_key_counts_until_it_is_revoked_and_its_use_is_noted() {
    let (store, _dir) = store().await;
    let first = store.make_write_key(key(1), Millis(10)).await.unwrap();
    let second = store.make_write_key(key(2), Millis(20)).await.unwrap();
    store.note_write_keys(&[(second, Millis(30))]).await.unwrap();
    store.revoke_write_key(first, Millis(40)).await.unwrap();
    store.revoke_write_key(first, Millis(50)).await.unwrap();
    let keys = store.write_keys().await.unwrap();
    let told: Vec<_> = keys.iter().map(|it| (it.id, it.trusted, it.last_used, it.revoked_at)).collect();
    assert_eq!(told, [(first, false, None, Some(Millis(40))), (second, true, Some(Millis(30)), None)]);
    assert_eq!((keys[0].key_hash, keys[0].currency), ([1; 32], Some(Currency::CNY)));
    let gone = store.revoke_write_key(99, Millis(1)).await;
    assert!(matches!(gone, Err(StoreError::NotFound { what: "write key" })));
}

#[tokio::test]
async fn a_gateways_key_counts_in_its_room_until_it_is_revoked() {
    let (store, _dir) = store().await;
    let key = |n: u8, room| NewGatewayKey {
        key_hash: [n; 32],
        hint: format!("gk_{n}"),
        name: "Till".to_owned(),
        room: RoomId::new(room).unwrap(),
        shop: "hill".to_owned(),
    };
    let (tea, cups) = (RoomId::new("tea").unwrap(), RoomId::new("cups").unwrap());
    let first = store.make_gateway_key(key(1, "tea"), Millis(10)).await.unwrap();
    let second = store.make_gateway_key(key(2, "cups"), Millis(20)).await.unwrap();
    store.note_gateway_keys(&[(second, Millis(30))]).await.unwrap();
    let elsewhere = store.revoke_gateway_key(&cups, first, Millis(40)).await;
    assert!(matches!(elsewhere, Err(StoreError::NotFound { what: "gateway key" })));
    store.revoke_gateway_key(&tea, first, Millis(40)).await.unwrap();
    store.revoke_gateway_key(&tea, first, Millis(50)).await.unwrap();
    let keys = store.gateway_keys().await.unwrap();
    let told: Vec<_> = keys.iter().map(|it| (it.id, it.room.clone(), it.last_used, it.revoked_at)).collect();
    assert_eq!(told, [(first, tea, None, Some(Millis(40))), (second, cups, Some(Millis(30)), None)]);
    let unfit = NewGatewayKey { shop: "The Hill".to_owned(), ..key(3, "tea") };
    let refused = store.make_gateway_key(unfit, Millis(1)).await;
    assert!(matches!(refused, Err(StoreError::Unfit { field: "shop", .. })));
}

#[tokio::test]
async fn an_unfit_key_is_refused_by_its_field() {
    let (store, _dir) = store().await;
    let blamed = |field| move |told| matches!(told, Err(StoreError::Unfit { field: it, .. }) if it == field);
    let unnamed = NewWriteKey { name: " ".to_owned(), ..key(1) };
    assert!(blamed("name")(store.make_write_key(unnamed, Millis(1)).await));
    let sourceless = NewWriteKey { source: "Web Shop".to_owned(), ..key(1) };
    assert!(blamed("source")(store.make_write_key(sourceless, Millis(1)).await));
    let still = NewWriteKey { per_second: 0, ..key(1) };
    assert!(blamed("per_second")(store.make_write_key(still, Millis(1)).await));
    assert!(store.write_keys().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_events_have_and_how_far_rooms_are_read_is_kept_as_it_was_last_said() {
    let (store, _dir) = store().await;
    let field = |told| EventField {
        key_id: 1,
        event: "a".to_owned(),
        field: "b".to_owned(),
        types: 12,
        expected: 4,
        told,
        first_at: Millis(1),
        last_at: Millis(2),
    };
    store.keep_event_fields(&[field(1)]).await.unwrap();
    store.keep_event_fields(&[field(7)]).await.unwrap();
    assert_eq!(store.event_fields().await.unwrap(), [field(7)]);
    assert_eq!(store.room_reader("tea").await.unwrap(), None);
    store.set_room_reader("tea", "1:2").await.unwrap();
    store.set_room_reader("tea", "1:9").await.unwrap();
    assert_eq!(store.room_reader("tea").await.unwrap().as_deref(), Some("1:9"));
}

#[tokio::test]
async fn a_kept_question_can_be_changed_and_forgotten() {
    let (store, _dir) = store().await;
    let who = PersonId::staff(7);
    let id = store.save_question(None, "Who stays", "{}", who, Millis(1)).await.unwrap();
    store.save_question(Some(id), "Who stays longer", "{}", who, Millis(2)).await.unwrap();
    let all = store.saved_questions().await.unwrap();
    let told: Vec<_> = all.iter().map(|it| (it.id, it.name.as_str(), it.author, it.changed_at)).collect();
    assert_eq!(told, [(id, "Who stays longer", who, Millis(2))]);
    let none = store.save_question(Some(99), "x", "{}", who, Millis(3)).await;
    assert!(matches!(none, Err(StoreError::NotFound { what: "question" })));
    assert!(store.forget_question(id).await.unwrap());
    assert!(!store.forget_question(id).await.unwrap());
}
