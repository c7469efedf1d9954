//! The register: registration by any channel, the machine of statuses, its guards and clocks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod laws;
mod lives;
mod scenario;
