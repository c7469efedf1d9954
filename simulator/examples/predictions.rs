//! Scores arrival predictions over generated worlds and, where they are, the real days of `../shared/data`:
//!
//! `cargo run --release -p simulator --example predictions [-- SEED … | captures]`

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod prediction_section;

use prediction_section::{Failure, tell_section};

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args == ["captures"] {
        return tell_section(&[]);
    }
    let seeds: Vec<u64> = args.iter().map(|a| a.parse()).collect::<Result<_, _>>()?;
    tell_section(if seeds.is_empty() { &[11] } else { &seeds })
}
