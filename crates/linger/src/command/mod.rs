//! One file a command.

pub mod backup;
pub mod bench;
pub mod carrier_key;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod events_sql;
pub mod import;
pub mod log;
pub mod openapi;
pub mod reconcile;
pub mod report;
pub mod room_key;
pub mod serve;
pub mod sim;
pub mod verify_draw;
