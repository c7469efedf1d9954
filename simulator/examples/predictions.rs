//! Scores arrival predictions over generated worlds and, where they are, the real days of `../shared/data`:
//!
//! `cargo run --release -p simulator --example predictions [-- SEED …]`

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod prediction_section;

use prediction_section::{Failure, tell_section};

fn main() -> Result<(), Failure> {
    let seeds: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    tell_section(if seeds.is_empty() { &[11] } else { &seeds })
}
