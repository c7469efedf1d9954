//! Every stage at several sizes, ours beside a peer and the raw limit, rounds interleaved, CPU time of this
//! thread, medians. Markdown.
//!
//! `cargo run --release -p benches --bin report [vehicles …]`

#![allow(clippy::print_stdout, reason = "a report")]

use benches::grid::{FEED, Fleet};
use benches::message::message;
use benches::picture::{hub, published, watch};
use bytes::Bytes;
use cpu_time::ThreadTime;
use prost::Message;
use server::engine::Watch;
use server::feed::{Decoder, decode};
use server::gtfs_realtime::FeedMessage;
use server::live::Subscriptions;
use server::view::{Language, TimetableViews, VehicleFilter, View};
use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sizes without arguments.
const SIZES: [usize; 4] = [1_000, 2_500, 25_000, 100_000];
/// Datasets before any is measured.
const WARM: usize = 12;
/// Datasets that are measured.
const MEASURED: usize = 15;

/// What each stage took in each round.
#[derive(Default)]
struct Times {
    by_stage: BTreeMap<&'static str, Vec<Duration>>,
}

impl Times {
    fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let started = ThreadTime::now();
        let result = black_box(work());
        self.by_stage.entry(stage).or_default().push(started.elapsed());
        result
    }

    /// Nanoseconds a vehicle, median.
    fn median_ns(&self, stage: &str, vehicles: usize) -> f64 {
        let mut all = self.by_stage.get(stage).cloned().unwrap_or_default();
        all.sort_unstable();
        all.get(all.len() / 2).map_or(f64::NAN, |d| d.as_nanos() as f64 / vehicles as f64)
    }
}

/// The raw limit of an unchanged body: its frames walked and compared with the ones before.
fn walk_and_compare(body: &[u8], last: &[u8]) -> usize {
    let (mut at, mut same) = (0, 0);
    while let Some(frame) = frame_at(body, at) {
        same += usize::from(last.get(frame.clone()) == body.get(frame.clone()));
        at = frame.end;
    }
    same
}

/// The frame whose key stands at `at`.
fn frame_at(body: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let (mut length, mut shift, mut from) = (0_usize, 0, at + 1);
    loop {
        let byte = *body.get(from)?;
        length |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        from += 1;
        if byte < 0x80 {
            return Some(from..from + length);
        }
    }
}

/// The peer of a frame: the same vehicles as JSON, deflated.
fn json_deflated(view: &View) -> Result<(usize, usize), Box<dyn Error>> {
    let json = serde_json::to_vec(&view.vehicles(VehicleFilter::default(), usize::MAX))?;
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(6));
    deflate.write_all(&json)?;
    Ok((json.len(), deflate.finish()?.len()))
}

fn apply(
    watch: &mut Watch,
    fleet: &Fleet,
    index: usize,
    body: &Bytes,
) -> Result<(), Box<dyn Error>> {
    watch.dataset(fleet.at(index), FEED, &decode(body)?);
    watch.tick(fleet.at(index));
    Ok(())
}

/// What a size came to.
#[derive(Default)]
struct Measured {
    vehicles: usize,
    times: Times,
    body_bytes: usize,
    frame_bytes: usize,
    json_bytes: usize,
    deflated_bytes: usize,
}

fn measure(vehicles: usize) -> Result<Measured, Box<dyn Error>> {
    let fleet = Fleet::new(vehicles)?;
    let mut watch = watch(&fleet);
    for index in 0..WARM {
        apply(&mut watch, &fleet, index, &message(&fleet, index))?;
    }
    drop(watch.take_batch());
    let mut decoder = Decoder::default();
    decoder.decode(&message(&fleet, WARM - 1))?;
    let mut before = published(watch.snapshot(fleet.at(WARM - 1)), 0);
    let (quiet, _) = hub(&before, false);
    let (read, mut readers) = hub(&before, true);
    let mut of = Measured { vehicles: fleet.vehicles(), ..Measured::default() };
    let times = &mut of.times;
    for index in WARM..WARM + MEASURED {
        let (now, body) = (fleet.at(index), message(&fleet, index));
        of.body_bytes = body.len();
        times.time("prost", || FeedMessage::decode(&*body).map(|m| m.entity.len()))?;
        let dataset = times.time("decode", || decoder.decode(&body))?;
        times.time("apply", || watch.dataset(now, FEED, &dataset));
        times.time("tick", || watch.tick(now));
        drop(watch.take_batch());
        // The same again, in other memory, as a second fetch brings it.
        let body = Bytes::copy_from_slice(&body);
        let again = times.time("decode unchanged", || decoder.decode(&body))?;
        times.time("apply unchanged", || watch.dataset(now + 1, FEED, &again));
        let copy = Bytes::copy_from_slice(&body);
        times.time("walk and compare", || walk_and_compare(&body, &copy));
        drop(watch.take_batch());
        let snapshot = times.time("snapshot", || watch.snapshot(now));
        before = published(snapshot, index as u32);
        times.time("rows", || quiet.publish(Arc::clone(&before)));
        let frames = times.time("frames", || {
            read.publish(Arc::clone(&before));
            readers.iter_mut().flat_map(Subscriptions::collect).collect::<Vec<_>>()
        });
        of.frame_bytes = frames.iter().map(|f| f.framed.len()).sum();
    }
    let fixed = TimetableViews::default().of(&before.snapshot.timetable);
    let view = View { published: before, fixed, language: Language::default() };
    (of.json_bytes, of.deflated_bytes) = times.time("json+deflate", || json_deflated(&view))?;
    Ok(of)
}

fn print(of: &Measured) {
    let each = |stage: &str| of.times.median_ns(stage, of.vehicles);
    let per = |bytes: usize| bytes as f64 / of.vehicles as f64;
    println!("\n### {} vehicles, {:.0} B each in the feed\n", of.vehicles, per(of.body_bytes));
    println!("| stage | ns a vehicle | peer, ns | limit, ns |\n| --- | --- | --- | --- |");
    println!("| decode, all changed | {:.0} | prost {:.0} | |", each("decode"), each("prost"));
    println!(
        "| decode, nothing changed | {:.0} | prost {:.0} | walk and compare {:.1} |",
        each("decode unchanged"),
        each("prost"),
        each("walk and compare")
    );
    for (name, stage) in [
        ("intake, matching, visits, headways, rows", "apply"),
        ("the same, nothing changed", "apply unchanged"),
        ("tick", "tick"),
        ("snapshot", "snapshot"),
        ("publication without readers", "rows"),
    ] {
        println!("| {name} | {:.0} | | |", each(stage));
    }
    println!(
        "| publication, all tiles read | {:.0} | JSON + deflate {:.0} | |",
        each("frames"),
        each("json+deflate")
    );
    println!(
        "\nFrames {:.1} B a vehicle; JSON {:.0} B, deflated {:.1} B.",
        per(of.frame_bytes),
        per(of.json_bytes),
        per(of.deflated_bytes)
    );
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut sizes: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes.extend(SIZES);
    }
    for vehicles in sizes {
        print(&measure(vehicles)?);
    }
    Ok(())
}
