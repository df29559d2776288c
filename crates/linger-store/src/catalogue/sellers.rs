//! Who sells: kept by number, once by name. It does not know what they sell.

use super::pages;
use crate::{
    fault::{Fault, StoreError},
    tables::Store,
};
use linger_catalogue::{Seller, check};
use linger_protocol::Millis;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// Sellers of one shop.
pub const SELLERS_MAX: usize = 5_000;

impl Store {
    /// Keeps a seller: a new one when its number is 0; gives its number.
    ///
    /// # Errors
    /// [`StoreError::Fields`], [`StoreError::SellerTaken`], [`StoreError::NotFound`], [`StoreError::TooMany`].
    pub async fn put_seller(&self, seller: &Seller, now: Millis) -> Result<u64, StoreError> {
        let wrong = check::seller(seller);
        if !wrong.is_empty() {
            return Err(StoreError::Fields(wrong));
        }
        let mut tx = self.begin("keep a seller").await?;
        let owner = named(tx.conn(), &seller.name).await.map_err(|error| tx.fault(error))?;
        if owner.is_some_and(|owner| owner != seller.id) {
            return tx.refuse(StoreError::SellerTaken).await;
        }
        let number = if seller.id == 0 {
            let count = sqlx::query("SELECT COUNT(*) FROM sellers").fetch_one(tx.conn()).await;
            let count: i64 = count.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
            if count >= SELLERS_MAX as i64 {
                return tx.refuse(StoreError::TooMany { what: "sellers", max: SELLERS_MAX }).await;
            }
            insert(tx.conn(), seller, now).await.map_err(|error| tx.fault(error))?
        } else {
            let done = sqlx::query(
                "UPDATE sellers SET name = $2, legal_name = $3, registration = $4, address = $5, contact = $6, \
                 licence_image = $7, changed_at = $8 WHERE id = $1",
            )
            .bind(seller.id.cast_signed())
            .bind(seller.name.trim())
            .bind(&seller.legal_name)
            .bind(&seller.registration)
            .bind(&seller.address)
            .bind(&seller.contact)
            .bind(&seller.licence_image)
            .bind(now.0)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
            if done.rows_affected() == 0 {
                return tx.refuse(StoreError::NotFound { what: "seller" }).await;
            }
            seller.id
        };
        pages::seller_turned(tx.conn(), number, now).await.map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(number)
    }

    /// Takes out a seller who sells nothing any more.
    ///
    /// # Errors
    /// [`StoreError::SellerInUse`], [`StoreError::NotFound`].
    pub async fn remove_seller(&self, number: u64) -> Result<(), StoreError> {
        let mut tx = self.begin("take out a seller").await?;
        let used = sqlx::query("SELECT 1 FROM products WHERE seller = $1 LIMIT 1")
            .bind(number.cast_signed())
            .fetch_optional(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if used.is_some() {
            return tx.refuse(StoreError::SellerInUse).await;
        }
        let done = sqlx::query("DELETE FROM sellers WHERE id = $1")
            .bind(number.cast_signed())
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "seller" }).await;
        }
        Ok(tx.commit().await?)
    }

    /// All sellers, by name.
    pub async fn sellers(&self) -> Result<Vec<Seller>, Fault> {
        let rows = sqlx::query("SELECT * FROM sellers ORDER BY name").fetch_all(self.readers()).await;
        rows.and_then(|rows| rows.iter().map(seller_of).collect()).map_err(Fault::db("read the sellers"))
    }

    /// One seller.
    pub async fn seller(&self, number: u64) -> Result<Option<Seller>, Fault> {
        let row = sqlx::query("SELECT * FROM sellers WHERE id = $1")
            .bind(number.cast_signed())
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| row.as_ref().map(seller_of).transpose()).map_err(Fault::db("read the sellers"))
    }

    /// The number of a seller by name, made when there is none; none for an empty name.
    ///
    /// # Errors
    /// As [`Store::put_seller`].
    pub async fn seller_named(&self, name: &str, now: Millis) -> Result<Option<u64>, StoreError> {
        let name = name.trim();
        if name.is_empty() {
            return Ok(None);
        }
        let row = sqlx::query("SELECT id FROM sellers WHERE name = $1")
            .bind(name)
            .fetch_optional(self.readers())
            .await
            .map_err(Fault::db("read the sellers"))?;
        if let Some(row) = row {
            let number: i64 = row.try_get(0).map_err(Fault::db("read the sellers"))?;
            return Ok(Some(number.cast_unsigned()));
        }
        let new = Seller { name: name.to_owned(), ..Seller::default() };
        match self.put_seller(&new, now).await {
            // Somebody else made it meanwhile.
            Err(StoreError::SellerTaken) => Box::pin(self.seller_named(name, now)).await,
            made => made.map(Some),
        }
    }
}

async fn named(conn: &mut SqliteConnection, name: &str) -> Result<Option<u64>, sqlx::Error> {
    let row =
        sqlx::query("SELECT id FROM sellers WHERE name = $1").bind(name.trim()).fetch_optional(conn).await?;
    row.map(|row| Ok(row.try_get::<i64, _>(0)?.cast_unsigned())).transpose()
}

pub(super) async fn of_number(
    conn: &mut SqliteConnection,
    number: u64,
) -> Result<Option<Seller>, sqlx::Error> {
    let row = sqlx::query("SELECT * FROM sellers WHERE id = $1").bind(number.cast_signed());
    row.fetch_optional(conn).await?.as_ref().map(seller_of).transpose()
}

async fn insert(conn: &mut SqliteConnection, seller: &Seller, now: Millis) -> Result<u64, sqlx::Error> {
    let row = sqlx::query(
        "INSERT INTO sellers (name, legal_name, registration, address, contact, licence_image, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
    )
    .bind(seller.name.trim())
    .bind(&seller.legal_name)
    .bind(&seller.registration)
    .bind(&seller.address)
    .bind(&seller.contact)
    .bind(&seller.licence_image)
    .bind(now.0)
    .fetch_one(conn)
    .await?;
    Ok(row.try_get::<i64, _>(0)?.cast_unsigned())
}

fn seller_of(row: &SqliteRow) -> Result<Seller, sqlx::Error> {
    Ok(Seller {
        id: row.try_get::<i64, _>("id")?.cast_unsigned(),
        name: row.try_get("name")?,
        legal_name: row.try_get("legal_name")?,
        registration: row.try_get("registration")?,
        address: row.try_get("address")?,
        contact: row.try_get("contact")?,
        licence_image: row.try_get("licence_image")?,
    })
}
