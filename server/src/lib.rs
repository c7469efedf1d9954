//! The shell: feeds, engine, store, http, live.
//!
//! `feed`, `store`, `http` and `live` never import each other. The words that they share stand in `record`,
//! `published`, `view` and `gate`; only `run` (the composition root), `engine`, `history` and `reads` know several.

pub mod channels;
pub mod check;
pub mod clock;
pub mod commands;
pub mod config;
pub mod demo;
pub mod engine;
pub mod evidence;
pub mod feed;
pub mod gate;
pub mod gtfs_realtime;
mod history;
pub mod http;
pub mod keys;
pub mod ledger;
pub mod live;
pub mod logging;
pub mod machine;
pub mod media;
pub mod notices;
pub mod office;
pub mod outbox;
pub mod personal;
pub mod plans;
pub mod problem;
pub mod publish;
pub mod published;
pub mod reads;
pub mod record;
pub mod register;
pub mod run;
pub mod staff;
pub mod store;
pub mod track;
pub mod view;
pub mod visitor;
pub mod ways;
