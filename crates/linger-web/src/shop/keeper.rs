//! Who may keep the catalogue: operators and administrators by session, and a shop's own servers by a write key that is
//! trusted. It does not know what they change.

use crate::{
    account::{InUse, Staff},
    error::ApiError,
    house::House,
    track::{Sender, sender_of},
};
use axum::{extract::FromRequestParts, http::request::Parts};
use linger_protocol::Role;
use std::sync::Arc;

/// Whoever keeps the catalogue.
pub(crate) enum Keeper {
    /// By session.
    Staff(Staff),
    /// By key.
    Key(Arc<InUse<Sender>>),
}

impl Keeper {
    /// The word that the history of prices and of stock has for them.
    pub(super) fn source(&self) -> String {
        match self {
            Keeper::Staff(_) => "staff".to_owned(),
            Keeper::Key(sender) => format!("key:{}", sender.source),
        }
    }
}

impl FromRequestParts<House> for Keeper {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Keeper, ApiError> {
        if let Some(sender) = sender_of(house, &parts.headers).await? {
            // A key that stands in a page is anybody's.
            if !sender.trusted {
                return Err(ApiError::forbidden());
            }
            sender.admit(1).map_err(ApiError::too_many)?;
            return Ok(Keeper::Key(sender));
        }
        let staff = Staff::from_request_parts(parts, house).await?;
        staff.need(&[Role::Operator, Role::Admin])?;
        Ok(Keeper::Staff(staff))
    }
}
