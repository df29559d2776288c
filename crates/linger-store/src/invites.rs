//! One-time links: the first administrator's, and invitations. It does not know the token in the link, only its
//! SHA-256.

use crate::{
    fault::{Fault, StoreError},
    staff::{NewStaff, Staff, check_staff, insert_staff, role_of},
    tables::{Store, Writing},
};
use linger_protocol::{Millis, Role};
use sqlx::Row;

/// How many unused invitations may exist at a time.
pub const INVITES_OPEN_MAX: usize = 200;

impl Store {
    /// Keeps an invitation to become `role`, good until `expires_at`. Used and expired ones are swept out on the way.
    pub async fn make_invite(
        &self,
        role: Role,
        expires_at: Millis,
        token_hash: [u8; 32],
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin("make an invitation").await?;
        sqlx::query("DELETE FROM invites WHERE used_at IS NOT NULL OR expires_at <= $1")
            .bind(now.0)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        let row = sqlx::query("SELECT COUNT(*) FROM invites").fetch_one(tx.conn()).await;
        let open: i64 = row.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
        if usize::try_from(open).is_ok_and(|open| open >= INVITES_OPEN_MAX) {
            return tx.refuse(StoreError::TooMany { what: "open invitations", max: INVITES_OPEN_MAX }).await;
        }
        sqlx::query("INSERT INTO invites (token_hash, role, expires_at) VALUES ($1, $2, $3)")
            .bind(&token_hash[..])
            .bind(role.as_str())
            .bind(expires_at.0)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        Ok(tx.commit().await?)
    }

    /// What an invitation is for, while it is good; does not use it.
    pub async fn peek_invite(&self, token_hash: [u8; 32], now: Millis) -> Result<Option<Role>, Fault> {
        let row = sqlx::query(
            "SELECT role FROM invites WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        )
        .bind(&token_hash[..])
        .bind(now.0)
        .fetch_optional(self.readers())
        .await;
        row.and_then(|row| row.as_ref().map(|row| role_of(row, "role")).transpose())
            .map_err(Fault::db("read an invitation"))
    }

    /// Uses an invitation up: `None` when it does not exist, is used or has expired. Of several at once, one wins.
    pub async fn use_invite(&self, token_hash: [u8; 32], now: Millis) -> Result<Option<Role>, Fault> {
        let mut tx = self.begin("use an invitation").await?;
        let role = take_invite(&mut tx, token_hash, now).await?;
        tx.commit().await?;
        Ok(role)
    }

    /// Uses an invitation up and takes `new` on as what it invites to (`new.role` does not count), both or neither: a
    /// login that is taken leaves the invitation good.
    pub async fn accept_invite(
        &self,
        token_hash: [u8; 32],
        mut new: NewStaff,
        now: Millis,
    ) -> Result<Staff, StoreError> {
        let login = check_staff(&new)?;
        let mut tx = self.begin("accept an invitation").await?;
        match take_invite(&mut tx, token_hash, now).await? {
            Some(role) => new.role = role,
            None => return tx.refuse(StoreError::InviteGone).await,
        }
        match insert_staff(&mut tx, &new, login, now).await {
            Ok(staff) => {
                tx.commit().await?;
                Ok(staff)
            }
            Err(why) => tx.refuse(why).await,
        }
    }
}

async fn take_invite(tx: &mut Writing, token_hash: [u8; 32], now: Millis) -> Result<Option<Role>, Fault> {
    let row = sqlx::query(
        "UPDATE invites SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING role",
    )
    .bind(&token_hash[..])
    .bind(now.0)
    .fetch_optional(tx.conn())
    .await;
    row.and_then(|row| row.as_ref().map(|row| role_of(row, "role")).transpose())
        .map_err(|error| tx.fault(error))
}
