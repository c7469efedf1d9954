//! The binary `jolda`.

fn main() {}
