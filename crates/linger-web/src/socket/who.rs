//! Who a hello comes from: a guest by room token, or staff by session cookie. It does not know what they ask for.

use super::end::End;
use crate::{
    account::{Arrived, guest_from_token, origin_is_ours, staff_from_headers},
    ask::Asker,
    house::{House, RoomDesk},
    track::customer_came,
};
use axum::http::HeaderMap;
use linger_protocol::{Actor, PersonId};

/// Somebody who has come in.
pub(super) struct Came {
    pub(super) asker: Asker,
    pub(super) source: String,
    /// Whose link brought them here for the first time.
    pub(super) by: Option<PersonId>,
    /// The token of a device that was made for them just now.
    pub(super) device: Option<String>,
    /// Who they are to the shop that sent them.
    pub(super) customer: Option<Box<str>>,
}

pub(super) async fn came(
    house: &House,
    desk: &RoomDesk,
    (token, device): (Option<&str>, Option<&str>),
    (headers, arrived): (&HeaderMap, &Arrived),
) -> Result<Came, End> {
    let Some(token) = token else {
        if !origin_is_ours(house, headers) {
            return Err(End::sent("bad-hello"));
        }
        let staff = staff_from_headers(house, headers).await.ok_or_else(|| End::sent("expired"))?;
        let actor = Actor { person: staff.person, role: staff.role };
        let asker = Asker { actor, name: staff.name, device: 0 };
        return Ok(Came { asker, source: "staff".to_owned(), by: None, device: None, customer: None });
    };
    let guest = guest_from_token(house, &desk.room, token).map_err(|_| End::sent("expired"))?;
    if let Some(customer) = &guest.customer {
        customer_came(house, guest.person, customer);
    }
    let by = guest.by.and_then(|code| house.links.person(&desk.room, &code));
    let by = by.filter(|by| *by != guest.person);
    let (number, made) =
        arrived.number(house, &desk.room, device).map_err(|_| End::back("unavailable", 1_000))?;
    let customer = guest.customer.map(String::into_boxed_str);
    let asker = Asker { actor: Actor::viewer(guest.person), name: guest.name, device: number };
    Ok(Came { asker, source: guest.source, by, device: made, customer })
}
