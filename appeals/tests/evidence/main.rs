//! Evidence: scenarios, laws, freezing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod cases;
mod frozen;
mod laws;
mod scenario;
