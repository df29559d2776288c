//! The two ways storage says no: a fault of the disk, and an answer for a person. It does not know who asked.

use std::io;

/// The disk or the database failed: what was being done, and whether to try again.
#[derive(Clone, Debug, thiserror::Error)]
#[error("could not {doing}: {why}")]
pub struct Fault {
    /// What was being done, as a phrase: `create a member of staff`.
    pub doing: &'static str,
    /// Whether the same call may succeed later with nothing mended but time or room on the disk.
    pub retry: bool,
    why: Box<str>,
}

impl Fault {
    pub(crate) fn new(doing: &'static str, retry: bool, why: &str) -> Fault {
        Fault { doing, retry, why: why.into() }
    }

    /// Names what was being done when the database failed. The database's own words name tables and columns, never
    /// what stands in them.
    pub(crate) fn db(doing: &'static str) -> impl Fn(sqlx::Error) -> Fault {
        move |error| Fault { doing, retry: may_pass(&error), why: error.to_string().into() }
    }

    pub(crate) fn io(doing: &'static str) -> impl Fn(io::Error) -> Fault {
        move |error| Fault {
            doing,
            retry: matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::Interrupted),
            why: error.kind().to_string().into(),
        }
    }
}

/// Result codes from <https://www.sqlite.org/rescode.html>; the low byte of an extended code is the primary one.
fn may_pass(error: &sqlx::Error) -> bool {
    const BUSY: i64 = 5;
    const LOCKED: i64 = 6;
    const NO_MEMORY: i64 = 7;
    const IO_ERROR: i64 = 10;
    const FULL: i64 = 13;
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => {
            let code = error.code().and_then(|code| code.parse::<i64>().ok()).unwrap_or(0) & 0xff;
            [BUSY, LOCKED, NO_MEMORY, IO_ERROR, FULL].contains(&code)
        }
        _ => false,
    }
}

/// Why a change of the tables was not made. Nothing of it was made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody already has this login.
    #[error("the login is taken")]
    LoginTaken,
    /// A room of this name exists.
    #[error("a room of this name exists")]
    RoomTaken,
    /// This passkey is already registered.
    #[error("the passkey is already registered")]
    PasskeyTaken,
    /// The change would leave nobody who may manage the house.
    #[error("the last administrator must stay")]
    LastAdmin,
    /// The invitation does not exist, is used or has expired.
    #[error("the invitation is used or has expired")]
    InviteGone,
    /// There is no such thing.
    #[error("no such {what}")]
    NotFound {
        /// What was looked for: `staff`, `room`, `product`, `passkey`.
        what: &'static str,
    },
    /// There would be too many.
    #[error("more than {max} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        max: usize,
    },
    /// A field does not have the form that the tables keep.
    #[error("{field} must be {form}")]
    Unfit {
        /// Which field.
        field: &'static str,
        /// What it should look like.
        form: &'static str,
    },
    /// Fields of what was to be kept are not as they must be.
    #[error("{} fields are not as they must be", .0.len())]
    Fields(Vec<linger_catalogue::Wrong>),
    /// A seller of this name exists.
    #[error("a seller of this name exists")]
    SellerTaken,
    /// Products are sold by this seller.
    #[error("products are sold by this seller")]
    SellerInUse,
    /// Something else was done under this key.
    #[error("something else was done under this key")]
    KeyUsed,
    /// There are not so many.
    #[error("there are not so many")]
    TooFew,
    /// Units of this item are not counted here.
    #[error("units of this item are not counted here")]
    NotCounted,
    /// Somebody else changed it in the meantime.
    #[error("somebody else changed it in the meantime")]
    Changed,
    /// The disk or the database failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Checks a text of at most `bytes_max` bytes without control characters; line breaks are let through when `lines`.
pub(crate) fn check_text(
    field: &'static str,
    text: &str,
    bytes_max: usize,
    lines: bool,
    form: &'static str,
) -> Result<(), StoreError> {
    let plain = |c: char| !c.is_control() || (lines && matches!(c, '\n' | '\t' | '\r'));
    if text.len() > bytes_max || !text.chars().all(plain) {
        return Err(StoreError::Unfit { field, form });
    }
    Ok(())
}

/// Like [`check_text`] for a single line that must say something.
pub(crate) fn check_name(
    field: &'static str,
    text: &str,
    bytes_max: usize,
    form: &'static str,
) -> Result<(), StoreError> {
    if text.trim().is_empty() {
        return Err(StoreError::Unfit { field, form });
    }
    check_text(field, text, bytes_max, false, form)
}
