//! Writes the demo city's GTFS.

use anyhow::{Context, Result, bail};
use std::{fs, path::PathBuf};

/// Where it goes if nothing else is said.
const DEFAULT_OUT: &str = "target/almaty/gtfs.zip";

/// `cargo xtask city [--out PATH] [--reinforced]`: the demo city's feed, packed, and its counts.
pub fn write(args: &[String]) -> Result<()> {
    let mut out = PathBuf::from(DEFAULT_OUT);
    let mut measure = None;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--out" => out = args.next().context("--out needs a path")?.into(),
            "--reinforced" => measure = Some(simulator::city::Measure::KamenskoyeReinforced),
            other => bail!("{other:?} is not known; city takes --out PATH and --reinforced"),
        }
    }
    let network = simulator::city::network(measure)?;
    let zip = simulator::gtfs::zip(&network.files(), true)?;
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::write(&out, &zip).with_context(|| out.display().to_string())?;
    let counts = network.counts();
    eprintln!(
        "{}: {} bytes, {} routes, {} stops, {} trips, {} stop times, {} vehicles at the peak",
        out.display(),
        zip.len(),
        counts.routes,
        counts.stops,
        counts.trips,
        counts.stop_times,
        counts.vehicles
    );
    for route in &network.routes {
        let lengths: Vec<String> = route
            .patterns
            .iter()
            .map(|p| format!("{:.1} km, {} stops", p.line.length_m() / 1000.0, p.stops.len()))
            .collect();
        let vehicles = simulator::network::vehicles_out(route, 0);
        eprintln!("  {:>4}  {vehicles:>2} vehicles  {}", route.id, lengths.join("; "));
    }
    Ok(())
}
