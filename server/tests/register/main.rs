//! The register of appeals over real HTTP, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "these are tests and their means")]
#![allow(clippy::print_stdout, reason = "measurements are told")]

mod accounts;
mod attack;
mod cases;
mod citizen;
#[path = "../web/city.rs"]
#[allow(dead_code, reason = "shared with the tests of the web")]
mod city;
mod conformance;
#[path = "../store/database.rs"]
#[allow(dead_code, reason = "shared with the tests of the store")]
mod database;
mod desks;
mod encrypted;
mod evidence;
mod exports;
mod filing;
mod fresh;
mod georeport;
mod handling;
mod hostile_mail;
mod house;
mod incoming;
mod joining;
mod kill;
mod ledger;
mod media;
mod open311;
mod operator;
mod outgoing;
mod photos;
mod pictures;
mod record_behind;
mod rules;
#[path = "../web/schema.rs"]
mod schema;
mod signing;
mod story;
mod ways;
