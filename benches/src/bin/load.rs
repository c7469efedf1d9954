//! One static load in a process of its own: CPU seconds and the most memory it ever held.
//!
//! `cargo run --release -p benches --bin load -- transit|gtfs-structures FEED.zip`

#![allow(clippy::print_stdout, reason = "a report")]

use cpu_time::ProcessTime;
use std::error::Error;
use std::hint::black_box;
use std::io::{Cursor, Read as _};
use transit::Timetable;
use transit::timetable::LoadLimits;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(reader), Some(feed)) = (args.next(), args.next()) else {
        return Err("load transit|gtfs-structures FEED.zip".into());
    };
    let bytes = std::fs::read(feed)?;
    let before_mb = peak_mb()?;
    let started = ProcessTime::now();
    let kept: Box<dyn std::any::Any> = match reader.as_str() {
        "transit" => Box::new(Timetable::from_zip(&bytes, LoadLimits::default())?.0),
        "gtfs-structures" => {
            let raw = gtfs_structures::GtfsReader::default().raw();
            Box::new(gtfs_structures::Gtfs::try_from(raw.read_from_reader(Cursor::new(&bytes))?)?)
        }
        other => return Err(format!("{other} is not known").into()),
    };
    let cpu_s = started.elapsed().as_secs_f64();
    black_box(&kept);
    println!(
        "{reader}: {cpu_s:.3} s CPU, peak {:.0} MB ({before_mb:.0} MB of it the zip's bytes), now {:.0} MB",
        peak_mb()?,
        status_mb("VmRSS:")?
    );
    Ok(())
}

fn peak_mb() -> Result<f64, Box<dyn Error>> {
    status_mb("VmHWM:")
}

fn status_mb(key: &str) -> Result<f64, Box<dyn Error>> {
    let mut status = String::new();
    std::fs::File::open("/proc/self/status")?.read_to_string(&mut status)?;
    let line = status.lines().find(|l| l.starts_with(key)).ok_or("no such line")?;
    let kb: f64 = line.split_whitespace().nth(1).ok_or("no value")?.parse()?;
    Ok(kb / 1024.0)
}
