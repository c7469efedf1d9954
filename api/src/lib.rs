//! The words that server and browser share: wire types and the live protocol. serde and nothing of ours.
//!
//! Snake case, units last, `null` for unknown, times in epoch seconds. Field order and meaning are part of
//! the promise: the binary live protocol is positional (postcard).

pub mod live;
pub mod problem;
pub mod resources;

pub use problem::Problem;
pub use resources::*;
