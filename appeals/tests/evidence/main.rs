//! Evidence: scenarios, laws, freezing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod cases;
mod frozen;
mod laws;
mod scenario;
