//! Sign-in and people, through the door: what is promised to staff and guests, and what is refused to those who try.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{BEGIN, Door, GUEST_TOKEN_MS, SESSION_MS, Who, device::Device};
use linger_protocol::Role;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";

/// Takes up the first administrator's link.
async fn first_admin(door: &Door, login: &str) -> Who {
    let link = linger_web::account::first_admin_link(&door.house).await.unwrap();
    let said = use_link(door, &link, login).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    said.seat()
}

async fn use_link(door: &Door, link: &str, login: &str) -> house::Said {
    let token = link.split_once('#').unwrap().1;
    let body = json!({"token": token, "login": login, "name": "Anna", "password": PASSWORD});
    door.post("/api/invites/use", &Who::default(), body).await
}

async fn sign_in(door: &Door, login: &str, password: &str) -> house::Said {
    door.post("/api/sign-in", &Who::default(), json!({"login": login, "password": password})).await
}

async fn me(door: &Door, who: &Who) -> (u16, String) {
    door.get("/api/me", who).await.refusal()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_comes_in_by_a_link_that_is_good_once() {
    let door = Door::open().await;
    let link = linger_web::account::first_admin_link(&door.house).await.unwrap();
    assert!(link.starts_with("http://127.0.0.1:8080/invite#"), "{link}");
    let said = use_link(&door, &link, "Anna@shop.example").await;
    let anna = said.json();
    assert_eq!((anna["login"].as_str(), anna["role"].as_str()), (Some("anna@shop.example"), Some("admin")));
    assert_eq!(me(&door, &said.seat()).await.0, 200);
    assert_eq!(use_link(&door, &link, "ben").await.refusal(), (404, "invite-gone".to_owned()));
    assert_eq!(linger_web::account::first_admin_link(&door.house).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_makes_the_invited_what_it_says_until_it_ends() {
    let door = Door::open().await;
    let admin = first_admin(&door, "anna").await;
    let invited = door.post("/api/invites", &admin, json!({"role": "host"})).await;
    assert_eq!(invited.status.as_u16(), 201);
    let link = invited.json()["link"].as_str().unwrap().to_owned();
    let taken = use_link(&door, &link, "ANNA").await;
    assert_eq!(taken.refusal(), (409, "login-taken".to_owned()));
    let ben = use_link(&door, &link, "ben").await;
    assert_eq!((ben.status.as_u16(), ben.json()["role"].as_str()), (200, Some("host")));
    let viewer = door.post("/api/invites", &admin, json!({"role": "viewer"})).await;
    assert_eq!(viewer.refusal(), (400, "bad-field".to_owned()));
    let late = door.post("/api/invites", &admin, json!({"role": "host"})).await.json();
    let left = late["expires_at"].as_i64().unwrap() - door.now().0;
    door.pass(left.unsigned_abs());
    let late = use_link(&door, late["link"].as_str().unwrap(), "carl").await;
    assert_eq!(late.refusal(), (404, "invite-gone".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_an_unknown_login_and_a_disabled_one_are_told_the_same() {
    let door = Door::open().await;
    let admin = first_admin(&door, "anna").await;
    let link = door.post("/api/invites", &admin, json!({"role": "host"})).await.json();
    let ben = use_link(&door, link["link"].as_str().unwrap(), "ben").await.json();
    let path = format!("/api/staff/{}", ben["person"].as_str().unwrap());
    let off = json!({"active": false}).to_string();
    let said = door.call("PATCH", &path, &admin, Some(("application/json", off))).await;
    assert_eq!(said.json()["active"], json!(false));
    let tried = [
        sign_in(&door, "anna", "another password").await,
        sign_in(&door, "nobody", PASSWORD).await,
        sign_in(&door, "no login at all", PASSWORD).await,
        sign_in(&door, "ben", PASSWORD).await,
    ];
    for said in &tried {
        assert_eq!((said.status.as_u16(), said.text.as_str()), (401, tried[0].text.as_str()));
        assert_eq!(said.header("set-cookie"), "");
    }
    assert_eq!(sign_in(&door, " Anna ", PASSWORD).await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_out_of_reach_of_scripts_and_of_other_sites() {
    let door = Door::open_at("https://shop.example/").await;
    let link = linger_web::account::first_admin_link(&door.house).await.unwrap();
    let said = use_link(&door, &link, "anna").await;
    let cookie = said.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-linger_session="), "{cookie}");
    for part in ["; HttpOnly", "; Secure", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(me(&door, &said.seat()).await.0, 200);
    let plain = cookie.split(';').next().unwrap().replace("__Host-", "");
    assert_eq!(me(&door, &Who { cookie: Some(plain), ..Who::default() }).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_signs_nobody_in() {
    let door = Door::open().await;
    first_admin(&door, "anna").await;
    let body = json!({"login": "anna", "password": PASSWORD});
    let from = |origin: &str| Who { origin: Some(origin.to_owned()), ..Who::default() };
    let foreign = door.post("/api/sign-in", &from("https://evil.example"), body.clone()).await;
    assert_eq!(foreign.refusal(), (403, "foreign-origin".to_owned()));
    let ours = door.post("/api/sign-in", &from("http://127.0.0.1:8080"), body.clone()).await;
    assert_eq!(ours.status.as_u16(), 200);
    // A form of another site can be sent without being asked first, but not as JSON.
    let form =
        door.call("POST", "/api/sign-in", &Who::default(), Some(("text/plain", body.to_string()))).await;
    assert_eq!(form.refusal(), (415, "not-json".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_holds_while_it_is_used_and_ends_when_it_is_not() {
    let door = Door::open().await;
    let anna = first_admin(&door, "anna").await;
    for _ in 0..5 {
        door.pass(SESSION_MS - 60_000);
        assert_eq!(me(&door, &anna).await.0, 200);
    }
    door.pass(SESSION_MS);
    assert_eq!(me(&door, &anna).await, (401, "not-signed-in".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn even_a_session_in_use_ends_after_thirty_days() {
    let door = Door::open().await;
    let anna = first_admin(&door, "anna").await;
    let end = BEGIN.plus(30 * 86_400_000);
    while door.now().plus(SESSION_MS - 60_000) < end {
        door.pass(SESSION_MS - 60_000);
        assert_eq!(me(&door, &anna).await.0, 200, "at {:?}", door.now());
    }
    door.pass(SESSION_MS - 60_000);
    assert_eq!(me(&door, &anna).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_is_out() {
    let door = Door::open().await;
    let anna = first_admin(&door, "anna").await;
    let said = door.call("POST", "/api/sign-out", &anna, None).await;
    assert_eq!(said.status.as_u16(), 200);
    assert!(said.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(me(&door, &anna).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions() {
    let door = Door::open().await;
    let (here, there) = (first_admin(&door, "anna").await, sign_in(&door, "anna", PASSWORD).await.seat());
    let change = |present: &str, new: &str| json!({"present": present, "new": new});
    let said = door.post("/api/password", &here, change("not the one", "longer than before")).await;
    assert_eq!(said.refusal(), (403, "wrong-password".to_owned()));
    let said = door.post("/api/password", &here, change(PASSWORD, "short")).await;
    assert_eq!(
        (said.refusal(), said.json()["field"].as_str()),
        ((400, "bad-password".to_owned()), Some("new"))
    );
    let said = door.post("/api/password", &here, change(PASSWORD, "longer than before")).await;
    assert_eq!(said.status.as_u16(), 200);
    assert_eq!((me(&door, &here).await.0, me(&door, &there).await.0), (200, 401));
    assert_eq!(sign_in(&door, "anna", PASSWORD).await.status.as_u16(), 401);
    assert_eq!(sign_in(&door, "anna", "longer than before").await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_one() {
    let door = Door::open().await;
    let admin = first_admin(&door, "anna").await;
    let person = door.get("/api/me", &admin).await.json()["person"].as_str().unwrap().to_owned();
    let path = format!("/api/staff/{person}");
    for change in
        [json!({"role": "host"}), json!({"active": false}), json!({"role": "operator", "active": false})]
    {
        let said = door.call("PATCH", &path, &admin, Some(("application/json", change.to_string()))).await;
        assert_eq!(said.refusal(), (409, "last-admin".to_owned()), "{change}");
    }
    assert_eq!(me(&door, &admin).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_ends_the_sessions_of_the_one_before() {
    let door = Door::open().await;
    let admin = door.signed_in(Role::Admin).await;
    let host = door.staff(Role::Host).await;
    let seat = door.seat(host).await;
    let change = |change: Value| door.call_patch(&admin, host, change);
    assert_eq!(change(json!({"role": "host"})).await.json()["role"], json!("host"));
    assert_eq!(me(&door, &seat).await.0, 200, "the same role is no change");
    assert_eq!(change(json!({"role": "moderator"})).await.json()["role"], json!("moderator"));
    assert_eq!(me(&door, &seat).await.0, 401);
    assert_eq!(change(json!({"role": "viewer"})).await.refusal(), (400, "bad-field".to_owned()));
    assert_eq!(change(json!({"active": false})).await.json()["active"], json!(false));
    assert_eq!(change(json!({"active": true})).await.json()["active"], json!(true));
}

impl Door {
    async fn call_patch(&self, who: &Who, person: linger_protocol::PersonId, change: Value) -> house::Said {
        let body = Some(("application/json", change.to_string()));
        self.call("PATCH", &format!("/api/staff/{person}"), who, body).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_stands_in_the_audit_trail() {
    let door = Door::open().await;
    let admin = first_admin(&door, "anna").await;
    let host = door.staff(Role::Host).await;
    door.call_patch(&admin, host, json!({"role": "moderator"})).await;
    door.call_patch(&admin, host, json!({"active": false})).await;
    door.call("POST", "/api/sign-out", &admin, None).await;
    let trail = door.store.list_audit(None, 100).await.unwrap();
    let done: Vec<_> = trail.iter().rev().map(|entry| entry.action.as_str()).collect();
    assert_eq!(
        done,
        ["invite.used", "session.begun", "staff.now-moderator", "staff.disabled", "session.ended"]
    );
    assert_eq!(trail[1].subject, format!("person:{host}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_cannot_be_tried_for_ever() {
    let door = Door::open().await;
    let mut refused = None;
    for _ in 0..31 {
        let said = sign_in(&door, "anna", "wrong password").await;
        if said.status.as_u16() != 401 {
            refused = Some(said);
            break;
        }
    }
    let refused = refused.expect("the thirty-first attempt in a minute was let through");
    assert_eq!(refused.refusal(), (429, "too-many".to_owned()));
    assert_ne!(refused.header("retry-after"), "");
}

async fn come_in(door: &Door, body: Value) -> house::Said {
    door.post("/api/rooms/tea/guest", &Who::default(), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_who_comes_back_is_the_same_person() {
    let door = Door::open().await;
    door.room("tea").await;
    let first = come_in(&door, json!({"name": " 李雷 ", "source": "mail"})).await.json();
    assert_eq!(first["name"], json!("李雷"));
    assert_eq!(first["expires_at"].as_i64(), Some(BEGIN.plus(GUEST_TOKEN_MS).0));
    door.pass(GUEST_TOKEN_MS / 2);
    let second = come_in(&door, json!({"token": first["token"]})).await.json();
    assert_eq!((&second["person"], &second["name"]), (&first["person"], &first["name"]));
    assert!(second["expires_at"].as_i64() > first["expires_at"].as_i64());
    door.pass(GUEST_TOKEN_MS);
    let third = come_in(&door, json!({"token": second["token"]})).await.json();
    assert_ne!(third["person"], second["person"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_without_a_name_is_given_one_and_a_bad_one_is_refused_by_its_field() {
    let door = Door::open().await;
    door.room("tea").await;
    let named = come_in(&door, json!({})).await.json();
    assert!(named["name"].as_str().is_some_and(|name| name.split(' ').count() >= 2), "{named}");
    for (body, field) in [
        (json!({"name": "x".repeat(25)}), "name"),
        (json!({"name": "a\u{202e}b"}), "name"),
        (json!({"source": "Mail!"}), "source"),
    ] {
        let said = come_in(&door, body).await;
        assert_eq!((said.status.as_u16(), said.json()["field"].as_str()), (400, Some(field)));
    }
    let nowhere = door.post("/api/rooms/nowhere/guest", &Who::default(), json!({})).await;
    assert_eq!(nowhere.refusal(), (404, "no-such-room".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_made_here_signs_in_here() {
    let door = Door::open_at("https://shop.example/").await;
    let link = linger_web::account::first_admin_link(&door.house).await.unwrap();
    let anna = use_link(&door, &link, "anna").await.seat();
    let mut device = Device::new("https://shop.example");
    let started = door.call("POST", "/api/passkeys/register/start", &anna, None).await.json();
    let made = json!({
        "ceremony": started["ceremony"], "label": "Phone", "credential": device.make(&started["options"]),
    });
    let kept = door.post("/api/passkeys/register/finish", &anna, made.clone()).await;
    assert_eq!((kept.status.as_u16(), kept.json()["label"].as_str()), (200, Some("Phone")), "{}", kept.text);
    let again = door.post("/api/passkeys/register/finish", &anna, made).await;
    assert_eq!(again.refusal(), (400, "ceremony-gone".to_owned()));

    let (begun, answer) = challenge(&door, &mut device).await;
    let signed_in = door.post("/api/passkeys/sign-in/finish", &Who::default(), answer.clone()).await;
    assert_eq!(
        (signed_in.status.as_u16(), signed_in.json()["login"].as_str()),
        (200, Some("anna")),
        "{}",
        signed_in.text
    );
    assert_eq!(me(&door, &signed_in.seat()).await.0, 200);
    let replayed = door.post("/api/passkeys/sign-in/finish", &Who::default(), answer).await;
    assert_eq!(replayed.refusal(), (400, "ceremony-gone".to_owned()), "{begun}");

    let id = kept.json()["id"].as_str().unwrap().to_owned();
    let removed = door.call("DELETE", &format!("/api/passkeys/{id}"), &anna, None).await;
    assert_eq!(removed.status.as_u16(), 200);
    let (_, answer) = challenge(&door, &mut device).await;
    let gone = door.post("/api/passkeys/sign-in/finish", &Who::default(), answer).await;
    assert_eq!(gone.refusal(), (401, "sign-in-failed".to_owned()));
}

async fn challenge(door: &Door, device: &mut Device) -> (Value, Value) {
    let started = door.call("POST", "/api/passkeys/sign-in/start", &Who::default(), None).await.json();
    let answer = json!({"ceremony": started["ceremony"], "credential": device.answer(&started["options"])});
    (started, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_challenge_or_from_another_site_is_refused() {
    let door = Door::open_at("https://shop.example/").await;
    let link = linger_web::account::first_admin_link(&door.house).await.unwrap();
    let anna = use_link(&door, &link, "anna").await.seat();
    let mut phished = Device::new("https://sh0p.example");
    let started = door.call("POST", "/api/passkeys/register/start", &anna, None).await.json();
    let made = json!({"ceremony": started["ceremony"], "credential": phished.make(&started["options"])});
    let said = door.post("/api/passkeys/register/finish", &anna, made).await;
    assert_eq!(said.refusal(), (400, "passkey-refused".to_owned()));

    let mut device = Device::new("https://shop.example");
    let started = door.call("POST", "/api/passkeys/register/start", &anna, None).await.json();
    let made = json!({"ceremony": started["ceremony"], "credential": device.make(&started["options"])});
    assert_eq!(door.post("/api/passkeys/register/finish", &anna, made).await.status.as_u16(), 200);
    let (_, first) = challenge(&door, &mut device).await;
    let (second, _) = challenge(&door, &mut device).await;
    let crossed = json!({"ceremony": second["ceremony"], "credential": first["credential"]});
    let said = door.post("/api/passkeys/sign-in/finish", &Who::default(), crossed).await;
    assert_eq!(said.refusal(), (401, "sign-in-failed".to_owned()));
}
