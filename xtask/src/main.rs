//! How the browser's files and the demo city are built.
//!
//! `cargo xtask web [--release] [--out DIR] [--basemap DIR]`
//! `cargo xtask city [--out PATH] [--reinforced]`

use anyhow::{Context, Result, bail};
use std::{env, path::PathBuf};

mod city;
mod web;

const USAGE: &str = "usage: cargo xtask web [--release] [--out DIR] [--basemap DIR]
  --release       optimised WebAssembly, and every file also as .br and .gz
  --out DIR       where the site goes; target/site if not given
  --basemap DIR   the folder of the map's own GeoJSON; data/*/basemap if not given
usage: cargo xtask city [--out PATH] [--reinforced]
  --out PATH      where the demo city's GTFS goes; target/almaty/gtfs.zip if not given
  --reinforced    the version with more buses to Kamenskoye plato";

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    // A cargo alias keeps the caller's folder; every path below is relative to the repository's root.
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = root.parent().context("xtask has no parent folder")?;
    env::set_current_dir(root).with_context(|| root.display().to_string())?;
    match args.first().map(String::as_str) {
        Some("city") => city::write(&args[1..]),
        Some("web") => web::build(&web::Options::from_args(&args[1..])?),
        Some("--help" | "-h" | "help") => {
            eprintln!("{USAGE}");
            Ok(())
        }
        _ => bail!("{USAGE}"),
    }
}
