//! How the browser's files and the demo city are built.

fn main() {}
