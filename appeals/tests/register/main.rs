//! The register: registration by any channel, the machine of statuses, its guards and clocks.

#![allow(clippy::needless_raw_string_hashes, reason = "as expect-test writes them")]
#![allow(clippy::needless_pass_by_value, reason = "an expectation is written in place")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod cases;
mod laws;
mod lives;
mod scenario;
