//! What must outlive the process and is not a room's log: tables in SQLite ([`Store`]) and the keys of persons
//! ([`Vault`]).
//!
//! It does not know who reads them, what a sale is, or what time it is: every moment is handed in by the caller.
//!
//! # Tables
//! [`Store`] keeps staff, invitations, sessions, passkeys, the directory of rooms, the catalogue, settings, rules, the
//! audit trail, and what collects events and asks about them, in `tables.db`: one connection writes, a few read. Write-ahead
//! log, `synchronous = FULL`: what a function has returned `Ok` for survives a loss of power.
//!
//! # Pictures
//! [`Images`] keeps what people sent in the folder `images`, every picture sealed under its person's key.
//!
//! # Copies
//! [`Mirror`] keeps a folder of an S3-compatible store equal to a list of finished files here.
//!
//! # Keys
//! [`Vault`] keeps one random key for every person in `vault.db`, wrapped under the [`MasterKey`]. Personal text in
//! the log is sealed under the person's key; erasing a person destroys the key.
//!
//! Invariant: `tables.db` holds no key of a person and `vault.db` holds nothing else, so that the two can be backed up
//! on different terms. An erasure does not reach copies of `vault.db` made before it: keep those shortly.
//!
//! Invariant: secrets that arrive from outside (invitation, session and ingest tokens) are known here only by their
//! SHA-256; no error and no `Debug` of this crate shows a secret, a key or a person's text.

mod analyst;
mod audit;
mod cache;
mod catalogue;
mod event_fields;
mod experiments;
mod fault;
mod files;
mod gateway_keys;
mod images;
mod invites;
mod keeper;
mod keys;
mod mirror;
mod passkeys;
mod rooms;
mod rules;
mod saved_questions;
mod sessions;
mod settings;
mod staff;
mod tables;
mod vault;
mod watch;
mod write_keys;

pub use analyst::{
    DailyRow, SQL_BYTES_MAX, SQL_ROWS_MAX, SQL_TEXT_MAX, SQL_TIME_MAX, SqlAnswer, SqlRefused, SqlValue,
    Summaries,
};
pub use audit::{AuditEntry, NewAuditEntry};
pub use catalogue::{
    CATALOGUE_MAX, Kept, KeptPage, PASSING_OFFER_MS_MAX, PRODUCTS_PER_CALL_MAX, PriceStep, Put, SELLERS_MAX,
    ShelfItem, ShopNote, ShopTask, ShopTotals, Stock, StockAsked, StockMove, StockMoved, Told,
};
pub use event_fields::EventField;
pub use experiments::{
    EXPERIMENT_STEPS_MAX, EXPERIMENTS_MAX, ExperimentChange, ExperimentSpan, ExperimentStep, KeptExperiment,
};
pub use fault::{Fault, StoreError};
pub use gateway_keys::{GATEWAY_KEYS_MAX, GatewayKey, NewGatewayKey};
pub use images::{Images, KeptImage, NotKept};
pub use invites::INVITES_OPEN_MAX;
pub use keys::{BadMasterKey, MasterKey};
pub use mirror::{Mirror, MirrorConfig, Mirrored};
pub use passkeys::{NewPasskey, PASSKEYS_PER_PERSON_MAX, StoredPasskey};
pub use rooms::{NewRoom, RoomEntry};
pub use rules::{KeptRule, RULE_VERSIONS_MAX, RULES_KEPT_MAX};
pub use saved_questions::{SAVED_QUESTIONS_MAX, SavedQuestion};
pub use sessions::{NewSession, SESSIONS_PER_PERSON_MAX, Session};
pub use staff::{NewStaff, Staff};
pub use tables::{PAGE_TAKE_MAX, Page, Store};
pub use vault::{Peek, Vault};
pub use watch::{ALARMS_MAX, KeptAlarm, KeptMoment, KeptSegment, SEGMENTS_KEPT_MAX, TAGGED_MAX};
pub use write_keys::{EVENTS_PER_SECOND_MAX, NewWriteKey, WRITE_KEYS_MAX, WriteKey};
