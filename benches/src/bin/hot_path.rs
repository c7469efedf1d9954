//! A fixed piece of work for a counter of instructions: each stage in a function of its own that is never
//! inlined, `measured_*`. Prints what the stages came to, so that nothing is optimised away.

#![allow(clippy::print_stdout, reason = "a program for a script")]

use benches::grid::{Fleet, city};
use benches::message::message;
use benches::picture::{hub, published, watch};
use bytes::Bytes;
use server::engine::Watch;
use server::feed::{Dataset, Decoder};
use server::live::{Hub, Subscriptions};
use server::published::Published;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use transit::timetable::{LoadLimits, text};
use transit::{Snapshot, Timetable};

const VEHICLES: usize = 1_000;
/// Datasets before any is measured.
const WARM: usize = 10;
/// Datasets that are measured.
const MEASURED: usize = 5;

#[inline(never)]
fn measured_load(zip: &[u8]) -> Option<Timetable> {
    black_box(Timetable::from_zip(black_box(zip), LoadLimits::default()).ok()).map(|t| t.0)
}

#[inline(never)]
fn measured_decode(decoder: &mut Decoder, body: &Bytes) -> Option<Arc<Dataset>> {
    black_box(decoder.decode(black_box(body)).ok())
}

/// Unlike [`measured_decode`] in more than its name: equal functions are made one by the compiler.
#[inline(never)]
fn measured_decode_unchanged(decoder: &mut Decoder, body: &Bytes) -> (usize, Option<Arc<Dataset>>) {
    (body.len(), black_box(decoder.decode(black_box(body)).ok()))
}

#[inline(never)]
fn measured_apply(watch: &mut Watch, now: i64, dataset: &Dataset) {
    watch.dataset(now, benches::grid::FEED, black_box(dataset));
}

#[inline(never)]
fn measured_apply_unchanged(watch: &mut Watch, now: i64, dataset: &Dataset) -> usize {
    watch.dataset(now, benches::grid::FEED, black_box(dataset));
    dataset.len()
}

#[inline(never)]
fn measured_tick(watch: &mut Watch, now: i64) {
    watch.tick(black_box(now));
}

#[inline(never)]
fn measured_snapshot(watch: &Watch, now: i64) -> Snapshot {
    black_box(watch.snapshot(black_box(now)))
}

#[inline(never)]
fn measured_frames(hub: &Hub, picture: Arc<Published>, readers: &mut [Subscriptions]) -> usize {
    hub.publish(picture);
    readers.iter_mut().flat_map(Subscriptions::collect).map(|f| f.framed.len()).sum()
}

fn main() -> Result<(), Box<dyn Error>> {
    let zip = text::feed(&city(VEHICLES / benches::grid::PER_ROUTE))?;
    let trips = measured_load(&zip).map_or(0, |t| t.trips.len());
    let fleet = Fleet::new(VEHICLES)?;
    let mut watch = watch(&fleet);
    let mut decoder = Decoder::default();
    for index in 0..WARM {
        let dataset = decoder.decode(&message(&fleet, index))?;
        watch.dataset(fleet.at(index), benches::grid::FEED, &dataset);
        watch.tick(fleet.at(index));
    }
    let first = published(watch.snapshot(fleet.at(WARM - 1)), 0);
    let (hub, mut readers) = hub(&first, true);
    let mut bytes = 0;
    for index in WARM..WARM + MEASURED {
        let (now, body) = (fleet.at(index), message(&fleet, index));
        // The batch of the tick before is not this tick's work.
        drop(watch.take_batch());
        let dataset = measured_decode(&mut decoder, &body).ok_or("the message was refused")?;
        measured_apply(&mut watch, now, &dataset);
        measured_tick(&mut watch, now);
        let picture = published(measured_snapshot(&watch, now), index as u32);
        bytes += measured_frames(&hub, picture, &mut readers);
        let (_, again) = measured_decode_unchanged(&mut decoder, &body);
        let again = again.ok_or("the message was refused")?;
        bytes += measured_apply_unchanged(&mut watch, now + 1, &again);
    }
    println!("{trips} trips, {} vehicles, {bytes} bytes of frames", fleet.vehicles());
    Ok(())
}
