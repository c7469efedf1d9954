//! What benchmarks share: a made city and its fleet, as facts, as bytes and as pictures.
//!
//! `cargo run --release -p benches --bin report` prints every stage beside a peer and the raw limit;
//! `hot_path` is what `scripts/instructions.sh` counts. See `docs/performance.md`.

pub mod grid;
pub mod message;
pub mod picture;
