//! What memory the hot path takes: a position seldom allocates, decoding not for each entity.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use benches::grid::{FEED, Fleet};
use benches::message::message;
use server::feed::Decoder;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::sync::Arc;
use transit::{Event, Monitor, MonitorConfig};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const VEHICLES: usize = 1_000;
/// Datasets until every table has its size: each vehicle has passed several stops.
const WARM: usize = 40;
const MEASURED: usize = 10;
/// The aim is none. The tables that visits of stops fill still take memory: 176 allocations for a
/// thousand positions when this was written.
const ALLOCATIONS_PER_THOUSAND: usize = 250;
/// Allocations for a whole dataset: its vectors, not its entities.
const DATASET_ALLOCATIONS: usize = 32;
/// Most memory that the Monitor may hold for each vehicle, bytes, history of its route included.
const VEHICLE_BYTES: usize = 8_000;

/// Both in one test: other tests would allocate at the same time.
#[test]
fn a_position_seldom_allocates_and_a_dataset_not_for_each_entity() {
    let fleet = Fleet::new(VEHICLES).unwrap();
    let bodies: Vec<_> = (0..WARM + MEASURED).map(|i| message(&fleet, i)).collect();
    let mut decoder = Decoder::default();
    let before = Region::new(ALLOCATOR);
    let mut monitor = Monitor::new(Arc::clone(&fleet.timetable), MonitorConfig::default());
    let empty = before.change();
    let mut effects = Vec::with_capacity(16 * VEHICLES);
    let mut tell = |monitor: &mut Monitor, index: usize, decoder: &mut Decoder| {
        let dataset = decoder.decode(&bodies[index]).unwrap();
        let now = fleet.at(index);
        effects.clear();
        let region = Region::new(ALLOCATOR);
        dataset.tell(FEED, |event| monitor.apply(now, event, &mut effects));
        let positions = region.change();
        monitor.apply(now, &Event::Tick, &mut effects);
        positions.allocations + positions.reallocations
    };
    let watched = Region::new(ALLOCATOR);
    for index in 0..WARM {
        tell(&mut monitor, index, &mut decoder);
    }
    let held = watched.change();
    let each = held.bytes_allocated.saturating_sub(held.bytes_deallocated) / VEHICLES;
    println!("an empty Monitor: {} bytes", empty.bytes_allocated - empty.bytes_deallocated);
    println!("a vehicle: {each} bytes");
    assert!(each < VEHICLE_BYTES, "{each} bytes for each vehicle");

    let counts: Vec<usize> =
        (WARM..WARM + MEASURED).map(|i| tell(&mut monitor, i, &mut decoder)).collect();
    println!("allocations for {VEHICLES} positions, dataset by dataset: {counts:?}");
    let most = counts.iter().sum::<usize>() * 1_000 / (VEHICLES * MEASURED);
    assert!(most <= ALLOCATIONS_PER_THOUSAND, "{most} allocations for a thousand positions");

    let region = Region::new(ALLOCATOR);
    let dataset = decoder.decode(&bodies[WARM]).unwrap();
    let change = region.change();
    let decoding = change.allocations + change.reallocations;
    println!("allocations to decode {} entities: {decoding}", dataset.len());
    assert!(decoding <= DATASET_ALLOCATIONS, "{decoding} allocations for a dataset");
}
