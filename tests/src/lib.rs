//! End-to-end harness: the real binary, and an agency whose feeds a test can break.

pub mod agency;
pub mod house;
pub mod line;
pub mod process;
pub mod shared;
