//! Who works here and what they may do: the administrators' list. It does not know how somebody came in.

use super::{Staff, invites::staff_role, sign_in::note, store_refused, unavailable};
use crate::{
    error::{ApiError, Body},
    house::House,
    hub::role_name,
    wire::{StaffChange, StaffMember},
};
use axum::{
    Json,
    extract::{Path, State},
};
use linger_protocol::{PersonId, Role};

/// Everybody who works or worked here.
#[utoipa::path(
    get, path = "/api/staff", tag = "staff",
    responses(
        (status = 200, description = "by login", body = Vec<StaffMember>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not an administrator", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(super) async fn list_staff(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<Vec<StaffMember>>, ApiError> {
    staff.need(&[Role::Admin])?;
    let all = house.store.list_staff().await.map_err(unavailable("reading staff"))?;
    Ok(Json(all.into_iter().map(member).collect()))
}

/// Change what somebody may do. Their sessions end.
#[utoipa::path(
    patch, path = "/api/staff/{person}", tag = "staff",
    params(("person" = String, Path, description = "who")),
    request_body = StaffChange,
    responses(
        (status = 200, description = "as they are now", body = StaffMember),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not an administrator, or without `x-csrf`", body = ApiError),
        (status = 404, description = "nobody of this id works here", body = ApiError),
        (status = 409, description = "the last administrator has to stay", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(super) async fn change_staff(
    State(house): State<House>,
    staff: Staff,
    Path(person): Path<String>,
    Body(change): Body<StaffChange>,
) -> Result<Json<StaffMember>, ApiError> {
    staff.need(&[Role::Admin])?;
    let person: PersonId = person.parse().map_err(|_| ApiError::field("bad-id", "person"))?;
    let before = find(&house, person).await?;
    let subject = format!("person:{person}");
    if let Some(name) = change.role {
        let role = staff_role(name).ok_or_else(|| ApiError::field("bad-field", "role"))?;
        if role != before.role {
            house.store.set_role(person, role).await.map_err(store_refused("changing a role"))?;
            // The role counts from the next request on; the sessions end so that screens made for it go too.
            end_sessions(&house, person).await?;
            note(&house, staff.person, &format!("staff.now-{}", role.as_str()), &subject).await?;
        }
    }
    match change.active {
        Some(false) if before.disabled_at.is_none() => {
            let disabled = house.store.disable_staff(person, house.now()).await;
            disabled.map_err(store_refused("disabling staff"))?;
            end_sessions(&house, person).await?;
            note(&house, staff.person, "staff.disabled", &subject).await?;
        }
        Some(true) if before.disabled_at.is_some() => {
            house.store.enable_staff(person).await.map_err(store_refused("enabling staff"))?;
            note(&house, staff.person, "staff.enabled", &subject).await?;
        }
        _ => {}
    }
    find(&house, person).await.map(member).map(Json)
}

async fn find(house: &House, person: PersonId) -> Result<linger_store::Staff, ApiError> {
    let staff = house.store.staff(person).await.map_err(unavailable("reading staff"))?;
    staff.ok_or_else(|| ApiError::not_found("no-such-person"))
}

async fn end_sessions(house: &House, person: PersonId) -> Result<(), ApiError> {
    house.store.revoke_sessions(person, None).await.map_err(unavailable("ending sessions"))?;
    Ok(())
}

fn member(staff: linger_store::Staff) -> StaffMember {
    StaffMember {
        person: staff.person.to_string(),
        login: staff.login,
        name: staff.name,
        role: role_name(staff.role),
        active: staff.disabled_at.is_none(),
    }
}
