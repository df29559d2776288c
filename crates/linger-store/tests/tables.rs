//! Promises of the tables, seen from outside. They do not look into the code or the SQL.

#![allow(clippy::unwrap_used)]

use linger_protocol::{Currency, ItemId, Millis, Money, PersonId, Role, RoomId};
use linger_store::*;

fn somebody(login: &str, role: Role) -> NewStaff {
    NewStaff { login: login.into(), name: login.to_uppercase(), role, password_hash: None }
}

fn session(id: u8, person: PersonId, expires_at: i64) -> NewSession {
    NewSession { id_hash: [id; 32], person, csrf_secret: [id ^ 0xff; 32], expires_at: Millis(expires_at) }
}

fn product(item: u64) -> ShelfItem {
    ShelfItem {
        id: ItemId(item),
        product: None,
        variant: None,
        title: format!("Cup {item}"),
        price: Money::new(1999, Currency::CNY),
        seller: "100%_Clay".into(),
        image: "/pictures/1.webp".into(),
        description: "White.\nHolds 300 ml.".into(),
        category: "杯子".into(),
        tags: vec!["white".into(), "清仓".into()],
        facts: vec![],
        rating: Some(4.5),
        returns: None,
    }
}

async fn new_store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    (dir, store)
}

#[tokio::test]
async fn everything_is_still_there_after_reopening_and_in_a_backup() {
    let (dir, store) = new_store().await;
    let ann = store.create_staff(somebody("ann", Role::Admin), Millis(1)).await.unwrap();
    let room = RoomId::new("summer-sale").unwrap();
    let new = NewRoom { room: room.clone(), title: "夏季特卖".into(), host: ann.person };
    let entry = store.create_room(new, Millis(2)).await.unwrap();
    store.put_items(&[product(1)], Millis(3)).await.unwrap();
    store.set_setting("language", "zh", Millis(4)).await.unwrap();
    store.create_session(session(1, ann.person, 100), Millis(5)).await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    store.backup(&copy.path().join("tables.db")).await.unwrap();
    store.close().await.unwrap();

    for dir in [dir.path(), copy.path()] {
        let store = Store::open(dir).await.unwrap();
        assert_eq!(store.staff_count().await.unwrap(), 1);
        assert_eq!(store.staff(ann.person).await.unwrap().unwrap(), ann);
        assert_eq!(store.room(&room).await.unwrap().unwrap(), entry);
        assert_eq!(store.item(ItemId(1)).await.unwrap().unwrap(), product(1));
        assert_eq!(store.setting("language").await.unwrap().as_deref(), Some("zh"));
        assert_eq!(store.session([1; 32], Millis(6)).await.unwrap().unwrap().csrf_secret, [0xfe; 32]);
    }
    assert!(store.backup(&copy.path().join("tables.db")).await.is_err(), "a backup writes over nothing");
}

#[tokio::test]
async fn a_login_belongs_to_one_person_in_any_case() {
    let (_dir, store) = new_store().await;
    let ann = store.create_staff(somebody("Ann", Role::Host), Millis(1)).await.unwrap();
    assert_eq!(ann.login, "ann");
    assert_ne!(ann.person, PersonId(0));
    let again = store.create_staff(somebody("ANN", Role::Host), Millis(2)).await;
    assert!(matches!(again, Err(StoreError::LoginTaken)));
    assert_eq!(store.staff_by_login("aNN").await.unwrap().unwrap(), ann);
    assert_eq!(store.staff_by_login("bob").await.unwrap(), None);
    for bad in ["", " ", "two words", "tab\there", &"x".repeat(65)] {
        let refused = store.create_staff(somebody(bad, Role::Host), Millis(3)).await;
        assert!(matches!(refused, Err(StoreError::Unfit { field: "login", .. })), "{bad:?}");
    }
    assert_eq!(store.list_staff().await.unwrap(), [ann]);
}

#[tokio::test]
async fn somebody_may_always_manage_the_house() {
    let (_dir, store) = new_store().await;
    let ann = store.create_staff(somebody("ann", Role::Admin), Millis(1)).await.unwrap().person;
    assert!(matches!(store.set_role(ann, Role::Host).await, Err(StoreError::LastAdmin)));
    assert!(matches!(store.disable_staff(ann, Millis(2)).await, Err(StoreError::LastAdmin)));
    let bob = store.create_staff(somebody("bob", Role::Host), Millis(3)).await.unwrap().person;
    store.set_role(bob, Role::Admin).await.unwrap();
    store.disable_staff(ann, Millis(4)).await.unwrap();
    assert!(
        matches!(store.set_role(bob, Role::Host).await, Err(StoreError::LastAdmin)),
        "the other is disabled"
    );
    store.enable_staff(ann).await.unwrap();
    store.set_role(bob, Role::Host).await.unwrap();
    let nobody = store.set_role(PersonId(5), Role::Host).await;
    assert!(matches!(nobody, Err(StoreError::NotFound { what: "staff" })));
}

#[tokio::test]
async fn who_is_disabled_is_signed_out_and_stays_out() {
    let (_dir, store) = new_store().await;
    store.create_staff(somebody("ann", Role::Admin), Millis(1)).await.unwrap();
    let bob = store.create_staff(somebody("bob", Role::Host), Millis(1)).await.unwrap().person;
    store.create_session(session(1, bob, 100), Millis(2)).await.unwrap();
    store.disable_staff(bob, Millis(3)).await.unwrap();
    assert_eq!(store.session([1; 32], Millis(4)).await.unwrap(), None);
    // A sign-in that was under way when it happened.
    store.create_session(session(2, bob, 100), Millis(4)).await.unwrap();
    assert_eq!(store.session([2; 32], Millis(5)).await.unwrap(), None);
    assert_eq!(store.staff(bob).await.unwrap().unwrap().disabled_at, Some(Millis(3)));
}

#[tokio::test]
async fn an_invitation_works_once() {
    let (_dir, store) = new_store().await;
    store.make_invite(Role::Host, Millis(100), [1; 32], Millis(1)).await.unwrap();
    assert_eq!(store.peek_invite([1; 32], Millis(2)).await.unwrap(), Some(Role::Host));
    assert_eq!(store.use_invite([2; 32], Millis(2)).await.unwrap(), None, "another token");
    assert_eq!(store.use_invite([1; 32], Millis(2)).await.unwrap(), Some(Role::Host));
    assert_eq!(store.use_invite([1; 32], Millis(2)).await.unwrap(), None);
    assert_eq!(store.peek_invite([1; 32], Millis(2)).await.unwrap(), None);
    store.make_invite(Role::Host, Millis(100), [3; 32], Millis(1)).await.unwrap();
    assert_eq!(store.use_invite([3; 32], Millis(100)).await.unwrap(), None, "expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_use_an_invitation_at_once_one_wins() {
    let (_dir, store) = new_store().await;
    store.make_invite(Role::Admin, Millis(100), [1; 32], Millis(1)).await.unwrap();
    let tries: Vec<_> = (0..30)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.use_invite([1; 32], Millis(2)).await.unwrap() })
        })
        .collect();
    let mut won = 0;
    for one in tries {
        won += usize::from(one.await.unwrap().is_some());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn an_invitation_survives_a_login_that_is_taken() {
    let (_dir, store) = new_store().await;
    store.create_staff(somebody("ann", Role::Admin), Millis(1)).await.unwrap();
    store.make_invite(Role::Operator, Millis(100), [1; 32], Millis(1)).await.unwrap();
    let taken = store.accept_invite([1; 32], somebody("ann", Role::Viewer), Millis(2)).await;
    assert!(matches!(taken, Err(StoreError::LoginTaken)));
    let bob = store.accept_invite([1; 32], somebody("bob", Role::Viewer), Millis(3)).await.unwrap();
    assert_eq!(bob.role, Role::Operator, "the invitation says what one becomes");
    let again = store.accept_invite([1; 32], somebody("eve", Role::Viewer), Millis(4)).await;
    assert!(matches!(again, Err(StoreError::InviteGone)));
    assert_eq!(store.staff_count().await.unwrap(), 2);
}

#[tokio::test]
async fn open_invitations_are_bounded_and_dead_ones_swept_out() {
    let (_dir, store) = new_store().await;
    for n in 0..INVITES_OPEN_MAX {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&n.to_be_bytes());
        store.make_invite(Role::Host, Millis(100), hash, Millis(1)).await.unwrap();
    }
    let more = store.make_invite(Role::Host, Millis(200), [9; 32], Millis(99)).await;
    assert!(matches!(more, Err(StoreError::TooMany { .. })));
    store.make_invite(Role::Host, Millis(200), [9; 32], Millis(100)).await.unwrap();
}

#[tokio::test]
async fn a_session_ends_when_it_expires_or_is_revoked() {
    let (_dir, store) = new_store().await;
    let ann = PersonId(u64::MAX);
    for id in 1..=4 {
        store.create_session(session(id, ann, 100), Millis(1)).await.unwrap();
    }
    store.create_session(session(5, PersonId(2), 100), Millis(1)).await.unwrap();
    store.touch_session([1; 32], Millis(7)).await.unwrap();
    let kept = store.session([1; 32], Millis(99)).await.unwrap().unwrap();
    assert_eq!((kept.person, kept.created_at, kept.last_seen), (ann, Millis(1), Millis(7)));
    assert_eq!(store.session([1; 32], Millis(100)).await.unwrap(), None, "expired");
    assert!(store.revoke_session([2; 32]).await.unwrap());
    assert!(!store.revoke_session([2; 32]).await.unwrap());
    assert_eq!(store.revoke_sessions(ann, Some([1; 32])).await.unwrap(), 2);
    assert_eq!(store.list_sessions(ann, Millis(8)).await.unwrap(), [kept]);
    assert_eq!(store.revoke_sessions(ann, None).await.unwrap(), 1);
    assert!(store.session([5; 32], Millis(8)).await.unwrap().is_some(), "another person's");
}

#[tokio::test]
async fn a_person_has_a_bounded_number_of_sessions_and_the_oldest_goes() {
    let (_dir, store) = new_store().await;
    for id in 0..=SESSIONS_PER_PERSON_MAX {
        let id = u8::try_from(id).unwrap();
        store.create_session(session(id, PersonId(1), 1_000), Millis(id.into())).await.unwrap();
    }
    let kept = store.list_sessions(PersonId(1), Millis(50)).await.unwrap();
    assert_eq!(kept.len(), usize::try_from(SESSIONS_PER_PERSON_MAX).unwrap());
    assert_eq!(store.session([0; 32], Millis(50)).await.unwrap(), None);
    assert!(store.session([1; 32], Millis(50)).await.unwrap().is_some());
}

#[tokio::test]
async fn passkeys_are_kept_used_and_removed() {
    let (_dir, store) = new_store().await;
    let ann = store.create_staff(somebody("ann", Role::Admin), Millis(1)).await.unwrap().person;
    let new = |id: u8, person| NewPasskey {
        credential_id: vec![id; 16],
        person,
        passkey_json: "{\"counter\":0}".into(),
        label: "phone".into(),
    };
    store.add_passkey(new(1, ann), Millis(2)).await.unwrap();
    assert!(matches!(store.add_passkey(new(1, ann), Millis(3)).await, Err(StoreError::PasskeyTaken)));
    let nobody = store.add_passkey(new(2, PersonId(77)), Millis(3)).await;
    assert!(matches!(nobody, Err(StoreError::NotFound { what: "staff" })));
    store.update_passkey(&[1; 16], "{\"counter\":1}", Millis(4)).await.unwrap();
    let kept = store.passkey(&[1; 16]).await.unwrap().unwrap();
    assert_eq!((kept.passkey_json.as_str(), kept.last_used), ("{\"counter\":1}", Some(Millis(4))));
    assert_eq!(store.list_passkeys(ann).await.unwrap(), [kept]);
    assert!(!store.remove_passkey(PersonId(77), &[1; 16]).await.unwrap(), "not theirs");
    assert!(store.remove_passkey(ann, &[1; 16]).await.unwrap());
    assert_eq!(store.passkey(&[1; 16]).await.unwrap(), None);
}

#[tokio::test]
async fn only_the_newest_ingest_key_is_known() {
    let (_dir, store) = new_store().await;
    let room = RoomId::new("a").unwrap();
    assert_eq!(store.ingest_key(&room).await.unwrap(), None);
    store.set_ingest_key(&room, [1; 32]).await.unwrap();
    store.set_ingest_key(&room, [2; 32]).await.unwrap();
    assert_eq!(store.ingest_key(&room).await.unwrap(), Some([2; 32]));
    assert_eq!(store.ingest_key(&RoomId::new("b").unwrap()).await.unwrap(), None);
    assert!(store.remove_ingest_key(&room).await.unwrap());
    assert!(!store.remove_ingest_key(&room).await.unwrap());
    assert_eq!(store.ingest_key(&room).await.unwrap(), None);
}

#[tokio::test]
async fn rooms_are_listed_newest_first_and_an_epoch_never_goes_back() {
    let (_dir, store) = new_store().await;
    for (at, name) in ["a", "b", "c"].into_iter().enumerate() {
        let new = NewRoom { room: RoomId::new(name).unwrap(), title: name.into(), host: PersonId(1) };
        store.create_room(new.clone(), Millis(i64::try_from(at).unwrap())).await.unwrap();
        assert!(matches!(store.create_room(new, Millis(9)).await, Err(StoreError::RoomTaken)));
    }
    let page = store.list_rooms(Page { skip: 1, take: 1 }).await.unwrap();
    assert_eq!(page.iter().map(|it| it.room.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(store.room_count().await.unwrap(), 3);
    let room = RoomId::new("a").unwrap();
    store.set_room_epoch(&room, 5).await.unwrap();
    store.set_room_epoch(&room, 3).await.unwrap();
    store.set_room_title(&room, "Another").await.unwrap();
    store.set_room_host(&room, PersonId(9)).await.unwrap();
    let entry = store.room(&room).await.unwrap().unwrap();
    assert_eq!((entry.epoch, entry.title.as_str(), entry.host), (5, "Another", PersonId(9)));
}

#[tokio::test]
async fn products_come_in_together_or_not_at_all() {
    let (_dir, store) = new_store().await;
    let mut bad = product(2);
    bad.price.minor = -1;
    let refused = store.put_items(&[product(1), bad], Millis(1)).await;
    let Err(StoreError::Fields(wrong)) = refused else { panic!("{refused:?}") };
    assert_eq!(wrong[0].field, "products.1.variants.0.prices.0.minor");
    assert_eq!(store.item_count().await.unwrap(), 0);

    store.put_items(&(1..=30).map(product).collect::<Vec<_>>(), Millis(2)).await.unwrap();
    let mut dearer = product(7);
    dearer.price.minor = 2999;
    dearer.tags.clear();
    store.put_items(std::slice::from_ref(&dearer), Millis(3)).await.unwrap();
    assert_eq!(store.item(ItemId(7)).await.unwrap().unwrap(), dearer);
    assert_eq!(store.item_count().await.unwrap(), 30);
    assert_eq!(store.item(ItemId(u64::MAX)).await.unwrap(), None);
    let page = store.list_items(Page { skip: 10, take: 2 }).await.unwrap();
    assert_eq!(page.iter().map(|it| it.id.0).collect::<Vec<_>>(), [11, 12]);
}

#[tokio::test]
async fn a_search_takes_signs_as_they_stand() {
    let (_dir, store) = new_store().await;
    store.put_items(&(1..=20).map(product).collect::<Vec<_>>(), Millis(1)).await.unwrap();
    let count = async |text: &str| store.find_products(text, "", Page::FIRST).await.unwrap().1;
    assert_eq!(count("cup 1").await, 11);
    assert_eq!(count("杯").await, 20);
    assert_eq!(count("0%_c").await, 20);
    assert_eq!(count("%0").await, 0, "a percent sign is no wildcard");
    assert_eq!(count("c_p").await, 0, "nor is an underscore");
}

#[tokio::test]
async fn the_audit_trail_takes_ids_and_no_sentences() {
    let (_dir, store) = new_store().await;
    let entry =
        |subject| NewAuditEntry { at: Millis(1), actor: PersonId(1), action: "staff.disabled", subject };
    store.audit(entry("staff:00000000000000ab")).await.unwrap();
    store.audit(entry("room:summer-sale")).await.unwrap();
    for text in ["Ann said hello", "ann@example.com", "李雷"] {
        let refused = store.audit(entry(text)).await;
        assert!(matches!(refused, Err(StoreError::Unfit { field: "subject", .. })), "{text}");
    }
    let newest = store.list_audit(None, 1).await.unwrap();
    assert_eq!((newest[0].entry, newest[0].subject.as_str()), (2, "room:summer-sale"));
    let older = store.list_audit(Some(2), 10).await.unwrap();
    assert_eq!(older.iter().map(|it| it.entry).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn what_is_printed_of_staff_and_sessions_holds_no_secret_and_no_name() {
    let (_dir, store) = new_store().await;
    let mut new = somebody("ann-the-great", Role::Admin);
    new.password_hash = Some("$argon2id$secret".into());
    let mut printed = format!("{new:?}");
    let ann = store.create_staff(new, Millis(1)).await.unwrap();
    let session = session(0xab, ann.person, 100);
    printed += &format!("{ann:?} {session:?}");
    store.create_session(session, Millis(1)).await.unwrap();
    printed += &format!("{:?}", store.session([0xab; 32], Millis(2)).await.unwrap());
    for secret in ["ann", "ANN", "argon2id", "171", "84, 84"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}
