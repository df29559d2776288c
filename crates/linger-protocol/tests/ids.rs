//! Ids as texts: what is an id, what is none, and that every id is read back from its own text.

use linger_protocol::*;
use std::{fmt::Display, str::FromStr};

#[test]
fn every_number_id_is_read_back_from_its_text() {
    for n in numbers() {
        read_back(&PersonId(n as u64), 16);
        read_back(&SessionId(n as u64), 16);
        read_back(&OrderId(n), 32);
    }
}

#[test]
fn number_ids_sort_like_their_texts() {
    let mut ids: Vec<OrderId> = numbers().map(OrderId).collect();
    ids.sort();
    assert!(ids.windows(2).all(|pair| pair[0].to_string() <= pair[1].to_string()));
}

#[test]
fn a_text_of_another_form_is_no_number_id() {
    let good = "0123456789abcdef";
    assert!(good.parse::<PersonId>().is_ok());
    for bad in [
        "",
        "0",
        "0123456789ABCDEF",
        "0123456789abcde",
        "0123456789abcdef0",
        "+123456789abcdef",
        "0123456789abcdeg",
        " 123456789abcdef",
        "０123456789abc",
    ] {
        assert!(bad.parse::<PersonId>().is_err(), "{bad:?}");
        assert!(bad.parse::<SessionId>().is_err(), "{bad:?}");
        assert!(bad.parse::<OrderId>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_room_is_named_by_small_letters_digits_and_dashes() {
    for good in ["a", "tea-2026", "0", &"a".repeat(64)] {
        assert_eq!(RoomId::new(good).map(|id| id.to_string()).as_deref(), Ok(good));
    }
    for bad in ["", "Tea", "tea room", "tea/..", "tea_room", "茶", "a\0", &"a".repeat(65)] {
        assert!(RoomId::new(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_payment_is_named_as_providers_do() {
    for good in ["pi_3MtwBwLkdIwHu7ix28a3tqPa", "4200001234", "A-b_9", &"x".repeat(64)] {
        assert_eq!(good.parse::<PaymentId>().map(|id| id.to_string()).as_deref(), Ok(good));
    }
    for bad in ["", "pay 1", "pay.1", "付", "a\n", &"x".repeat(65)] {
        assert!(bad.parse::<PaymentId>().is_err(), "{bad:?}");
    }
}

#[test]
fn an_error_says_what_was_wanted_and_not_what_was_given() {
    let error = "secret".parse::<OrderId>().expect_err("no id");
    assert_eq!(error.to_string(), "not a order id: 32 lower-case hexadecimal digits expected");
}

#[test]
fn any_text_is_an_id_exactly_when_its_letters_are_allowed() {
    let mut seed = 1;
    for _ in 0..20_000 {
        let length = next(&mut seed) % 70;
        let text: String = (0..length).map(|_| char::from(b' ' + (next(&mut seed) % 95) as u8)).collect();
        let short = (1..=64).contains(&text.len());
        let room = short && text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
        let payment =
            short && text.chars().all(|c| matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_'));
        assert_eq!(RoomId::new(&text).is_ok(), room, "{text:?}");
        assert_eq!(PaymentId::new(&text).is_ok(), payment, "{text:?}");
    }
}

#[test]
fn a_role_is_read_back_from_its_word() {
    for role in [Role::Viewer, Role::Moderator, Role::Host, Role::Operator, Role::Admin] {
        assert_eq!(Role::parse(role.as_str()), Some(role));
    }
    assert_eq!(Role::parse("Viewer"), None);
}

#[test]
fn refusals_have_codes_of_their_own() {
    let mut codes: Vec<&str> = Refusal::ALL.iter().map(|it| it.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Refusal::ALL.len());
    assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
}

#[test]
fn money_does_not_wrap_and_time_stays_at_its_end() {
    assert_eq!(Money::new(i64::MAX, Currency::CNY).times(2), None);
    assert_eq!(Money::new(990, Currency::CNY).times(3), Some(Money::new(2_970, Currency::CNY)));
    assert_eq!(Millis(i64::MAX).plus(1), Millis(i64::MAX));
    assert_eq!(Millis(5).since(Millis(9)), 0);
    assert_eq!(Millis(i64::MAX).since(Millis(i64::MIN)), i64::MAX as u64);
    assert_eq!(Currency::new("cny"), None);
    assert_eq!(Currency::new("CNYX"), None);
    assert_eq!(Currency::new("EUR").as_ref().map(Currency::as_str), Some("EUR"));
}

#[test]
fn what_somebody_wrote_is_not_in_a_debug_line() {
    let spoken = Spoken::unsealed("my address is 5 Nowhere Lane");
    assert!(!format!("{spoken:?}").contains("Nowhere"));
}

fn read_back<T: Display + FromStr + PartialEq + std::fmt::Debug>(id: &T, digits: usize)
where
    T::Err: std::fmt::Debug,
{
    let text = id.to_string();
    assert_eq!(text.len(), digits, "{text}");
    assert_eq!(&text.parse::<T>().expect("its own text"), id);
}

/// Ends and middles of the range, and a few thousand numbers between.
fn numbers() -> impl Iterator<Item = u128> {
    let mut seed = 7;
    let edges = [0, 1, u128::from(u64::MAX), u128::from(u64::MAX) + 1, u128::MAX];
    let more = (0..5_000).map(move |_| u128::from(next(&mut seed)) << 64 | u128::from(next(&mut seed)));
    edges.into_iter().chain(more)
}

/// SplitMix64, after Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn campaigns_grants_and_transfers_are_named_by_those_who_make_them() {
    for good in ["autumn-10", "0", &"a".repeat(32)] {
        assert_eq!(CampaignId::new(good).map(|id| id.to_string()).as_deref(), Ok(good));
    }
    for bad in ["", "Autumn", "autumn 10", "a_b", "秋", &"a".repeat(33)] {
        assert!(CampaignId::new(bad).is_err(), "{bad:?}");
    }
    for good in ["rule-7_A", &"x".repeat(64)] {
        assert!(GrantId::new(good).is_ok() && TransferId::new(good).is_ok(), "{good:?}");
    }
    for bad in ["", "a b", "a.b", &"x".repeat(65)] {
        assert!(GrantId::new(bad).is_err() && TransferId::new(bad).is_err(), "{bad:?}");
    }
}
