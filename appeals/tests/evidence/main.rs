//! Evidence: scenarios, laws, freezing.

#![allow(clippy::format_push_string, reason = "scripts are put together in place")]
#![allow(clippy::needless_raw_string_hashes, reason = "as expect-test writes them")]
#![allow(clippy::needless_pass_by_value, reason = "an expectation is written in place")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod cases;
mod earlier;
mod frozen;
mod laws;
mod meant;
mod positions;
mod scenario;
