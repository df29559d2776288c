//! What the room promises, one promise a test, as plays that anybody can read.

mod activities;
mod care_exceptions;
mod care_goods;
mod care_money;
mod care_people;
mod cart;
mod chat;
mod club;
mod coupon;
mod draws;
mod games;
mod games_quiz;
mod money;
mod presence;
mod prompts;
mod questions;
mod rundown;
mod rundown_document;
mod sale;
mod sale_care;
#[path = "../support/script.rs"]
mod script;
#[path = "../support/script_activity.rs"]
mod script_activity;
#[path = "../support/script_rundown.rs"]
mod script_rundown;
mod seat;
mod shelf;
mod talk;
mod waiting;
