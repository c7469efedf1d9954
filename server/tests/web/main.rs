//! What readers see: the API, pages and files, and the live WebSocket, over a small made-up city.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "these are tests and their means")]
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod city;
mod files;
mod frames;
mod http;
mod limits;
mod lines;
mod live;
mod openapi;
#[allow(dead_code, reason = "shared with the tests of the register")]
mod schema;
