//! Who works here: logins, roles, password hashes. It does not know how a password is checked or what a role may do.

use crate::{
    fault::{Fault, StoreError, check_name},
    tables::{Store, Writing},
};
use linger_protocol::{Millis, PersonId, Role};
use sqlx::{Row, sqlite::SqliteRow};
use std::fmt;

/// Somebody who works here.
#[derive(Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who, everywhere else in the house.
    pub person: PersonId,
    /// What they sign in with, in lower case.
    pub login: String,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The hash of the password in PHC form, where there is one.
    pub password_hash: Option<String>,
    /// Since when they are here.
    pub created_at: Millis,
    /// Since when they may not sign in any more.
    pub disabled_at: Option<Millis>,
}

impl fmt::Debug for Staff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staff")
            .field("person", &self.person)
            .field("role", &self.role)
            .field("disabled_at", &self.disabled_at)
            .finish_non_exhaustive()
    }
}

/// Somebody who shall work here.
#[derive(Clone)]
pub struct NewStaff {
    /// 1 to 64 bytes without spaces; kept in lower case.
    pub login: String,
    /// 1 to 200 bytes, one line.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The hash of the password in PHC form; `None` for those who only use a passkey.
    pub password_hash: Option<String>,
}

impl fmt::Debug for NewStaff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewStaff").field("role", &self.role).finish_non_exhaustive()
    }
}

const READ: &str = "read the staff";

impl Store {
    /// How many people work or worked here; zero means that the house is new.
    pub async fn staff_count(&self) -> Result<u64, Fault> {
        let row = sqlx::query("SELECT COUNT(*) FROM staff").fetch_one(self.readers()).await;
        let count: i64 = row.and_then(|row| row.try_get(0)).map_err(Fault::db(READ))?;
        Ok(count.cast_unsigned())
    }

    /// Takes somebody on, under a new random person id.
    pub async fn create_staff(&self, new: NewStaff, now: Millis) -> Result<Staff, StoreError> {
        let login = check_staff(&new)?;
        let mut tx = self.begin("create a member of staff").await?;
        match insert_staff(&mut tx, &new, login, now).await {
            Ok(staff) => {
                tx.commit().await?;
                Ok(staff)
            }
            Err(why) => tx.refuse(why).await,
        }
    }

    /// Looks somebody up by login, in any case; also those who are disabled.
    pub async fn staff_by_login(&self, login: &str) -> Result<Option<Staff>, Fault> {
        let row = sqlx::query("SELECT * FROM staff WHERE login = $1")
            .bind(login.to_lowercase())
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| row.as_ref().map(staff_of).transpose()).map_err(Fault::db(READ))
    }

    /// Looks somebody up; also those who are disabled.
    pub async fn staff(&self, person: PersonId) -> Result<Option<Staff>, Fault> {
        let row = sqlx::query("SELECT * FROM staff WHERE person = $1")
            .bind(person.0.cast_signed())
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| row.as_ref().map(staff_of).transpose()).map_err(Fault::db(READ))
    }

    /// Everybody who works or worked here, by login.
    pub async fn list_staff(&self) -> Result<Vec<Staff>, Fault> {
        let rows = sqlx::query("SELECT * FROM staff ORDER BY login").fetch_all(self.readers()).await;
        rows.and_then(|rows| rows.iter().map(staff_of).collect()).map_err(Fault::db(READ))
    }

    /// Sets or replaces a password hash (PHC form). Sessions stay: end them with [`Store::revoke_sessions`].
    pub async fn set_password_hash(&self, person: PersonId, password_hash: &str) -> Result<(), StoreError> {
        check_name("password_hash", password_hash, 512, "a PHC string of at most 512 bytes")?;
        let mut tx = self.begin("set a password").await?;
        let done = sqlx::query("UPDATE staff SET password_hash = $2 WHERE person = $1")
            .bind(person.0.cast_signed())
            .bind(password_hash)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "staff" }).await;
        }
        Ok(tx.commit().await?)
    }

    /// Changes what somebody may do. The last administrator stays one.
    pub async fn set_role(&self, person: PersonId, role: Role) -> Result<(), StoreError> {
        let mut tx = self.begin("change a role").await?;
        if role != Role::Admin && is_last_admin(&mut tx, person).await? {
            return tx.refuse(StoreError::LastAdmin).await;
        }
        let done = sqlx::query("UPDATE staff SET role = $2 WHERE person = $1")
            .bind(person.0.cast_signed())
            .bind(role.as_str())
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "staff" }).await;
        }
        Ok(tx.commit().await?)
    }

    /// Lets somebody sign in no longer and ends their sessions. The last administrator stays.
    pub async fn disable_staff(&self, person: PersonId, now: Millis) -> Result<(), StoreError> {
        let mut tx = self.begin("disable a member of staff").await?;
        if is_last_admin(&mut tx, person).await? {
            return tx.refuse(StoreError::LastAdmin).await;
        }
        let done = sqlx::query("UPDATE staff SET disabled_at = COALESCE(disabled_at, $2) WHERE person = $1")
            .bind(person.0.cast_signed())
            .bind(now.0)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "staff" }).await;
        }
        sqlx::query("DELETE FROM sessions WHERE person = $1")
            .bind(person.0.cast_signed())
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        Ok(tx.commit().await?)
    }

    /// Lets somebody who was disabled sign in again.
    pub async fn enable_staff(&self, person: PersonId) -> Result<(), StoreError> {
        let mut tx = self.begin("enable a member of staff").await?;
        let done = sqlx::query("UPDATE staff SET disabled_at = NULL WHERE person = $1")
            .bind(person.0.cast_signed())
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "staff" }).await;
        }
        Ok(tx.commit().await?)
    }
}

/// Checks the fields and gives the login in the form in which it is kept.
pub(crate) fn check_staff(new: &NewStaff) -> Result<String, StoreError> {
    const LOGIN: &str = "1 to 64 bytes without spaces";
    let login = new.login.to_lowercase();
    check_name("login", &login, 64, LOGIN)?;
    if login.chars().any(char::is_whitespace) {
        return Err(StoreError::Unfit { field: "login", form: LOGIN });
    }
    check_name("name", &new.name, 200, "1 to 200 bytes on one line")?;
    if let Some(hash) = &new.password_hash {
        check_name("password_hash", hash, 512, "a PHC string of at most 512 bytes")?;
    }
    Ok(login)
}

pub(crate) async fn insert_staff(
    tx: &mut Writing,
    new: &NewStaff,
    login: String,
    now: Millis,
) -> Result<Staff, StoreError> {
    let taken = sqlx::query("SELECT 1 FROM staff WHERE login = $1")
        .bind(&login)
        .fetch_optional(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
    if taken.is_some() {
        return Err(StoreError::LoginTaken);
    }
    let person = new_person()?;
    sqlx::query("INSERT INTO staff (person, login, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(person.0.cast_signed())
        .bind(&login)
        .bind(&new.name)
        .bind(new.role.as_str())
        .bind(&new.password_hash)
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
    Ok(Staff {
        person,
        login,
        name: new.name.clone(),
        role: new.role,
        password_hash: new.password_hash.clone(),
        created_at: now,
        disabled_at: None,
    })
}

/// A random id that is not the house's own (zero).
fn new_person() -> Result<PersonId, Fault> {
    loop {
        let mut bytes = [0; 8];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Fault::new("name a person", true, "no randomness"))?;
        if bytes != [0; 8] {
            return Ok(PersonId::staff(u64::from_be_bytes(bytes)));
        }
    }
}

async fn is_last_admin(tx: &mut Writing, person: PersonId) -> Result<bool, Fault> {
    let rows = sqlx::query("SELECT person FROM staff WHERE role = 'admin' AND disabled_at IS NULL LIMIT 2")
        .fetch_all(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
    let only = match rows.as_slice() {
        [only] => only.try_get::<i64, _>(0).map_err(|error| tx.fault(error))?,
        _ => return Ok(false),
    };
    Ok(only == person.0.cast_signed())
}

fn staff_of(row: &SqliteRow) -> Result<Staff, sqlx::Error> {
    Ok(Staff {
        person: PersonId(row.try_get::<i64, _>("person")?.cast_unsigned()),
        login: row.try_get("login")?,
        name: row.try_get("name")?,
        role: role_of(row, "role")?,
        password_hash: row.try_get("password_hash")?,
        created_at: Millis(row.try_get("created_at")?),
        disabled_at: row.try_get::<Option<i64>, _>("disabled_at")?.map(Millis),
    })
}

pub(crate) fn role_of(row: &SqliteRow, column: &str) -> Result<Role, sqlx::Error> {
    Role::parse(row.try_get(column)?).ok_or_else(|| sqlx::Error::Decode("an unknown role".into()))
}
