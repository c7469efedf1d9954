//! End to end: the real server, real databases; and the tidiness of the house.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod austin;
mod feeds_break;
mod readers_break;
mod record_breaks;
mod tidy;
