//! The register of appeals over real HTTP, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "these are tests and their means")]
#![allow(clippy::print_stdout, reason = "measurements are told")]

mod cases;
mod citizen;
#[path = "../web/city.rs"]
#[allow(dead_code, reason = "shared with the tests of the web")]
mod city;
#[path = "../store/database.rs"]
#[allow(dead_code, reason = "shared with the tests of the store")]
mod database;
mod desks;
mod evidence;
mod exports;
mod filing;
mod fresh;
mod handling;
mod house;
mod incoming;
mod joining;
mod kill;
mod load;
mod open311;
mod operator;
mod outgoing;
mod photos;
mod rules;
mod signing;
mod story;
