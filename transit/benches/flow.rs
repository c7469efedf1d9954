//! What a tick of `Flow` costs in a city: 200 routes, 10,000 segments, 2,500 buses, a report each 15 s.

#![allow(missing_docs, reason = "criterion's macros make functions without any")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Arc;
use transit::flow::{Flow, FlowConfig, Recent, VehicleFacts};
use transit::ids::{FeedIdx, VehicleIdx};
use transit::monitor::FeedState;
use transit::timetable::text;
use transit::{EpochS, ServiceDate, Snapshot, StopVisit, Timetable, TripInstance};

const ROUTES: usize = 200;
const STOPS: usize = 26;
const HOP_S: i64 = 120;
const EVERY_S: i64 = 15;
const FIRST_S: i64 = 7 * 3600;

fn city() -> Timetable {
    let mut feed = String::new();
    for route in 0..ROUTES {
        let lat = 43.0 + route as f64 * 0.002;
        for stop in 0..STOPS {
            let _ =
                writeln!(feed, "stop r{route}s{stop} {lat:.4} {:.4}", 76.5 + stop as f64 * 0.006);
        }
        let _ = writeln!(feed, "route {route}");
        for direction in 0..2 {
            let _ = write!(
                feed,
                "trip r{route}d{direction} route={route} direction={direction} times=180 every=00:08 :"
            );
            for i in 0..STOPS {
                let stop = if direction == 0 { i } else { STOPS - 1 - i };
                let minute = i * 2;
                let comma = if i == 0 { "" } else { "," };
                let _ = write!(feed, "{comma} r{route}s{stop} {}:{:02}", minute / 60, minute % 60);
            }
            feed.push('\n');
        }
    }
    text::timetable(&feed).unwrap_or_else(|e| panic!("{e}"))
}

/// Every run on time but for a few seconds of its own.
struct City {
    timetable: Arc<Timetable>,
    origin: EpochS,
}

impl City {
    /// The run of a trip and how long it is under way at `at`, seconds.
    fn runs(&self, at: EpochS) -> impl Iterator<Item = (usize, TripInstance, i64)> + '_ {
        let runs = self.timetable.runs_active(at - 60, at);
        let late = |i: &TripInstance| i64::from(i.trip.0 * 37 % 50);
        runs.into_iter().filter_map(move |run| {
            let under_way = at - run.start - late(&run.instance);
            let inside = under_way >= 0 && under_way <= run.end - run.start;
            inside.then_some((run.instance.trip.get(), run.instance, under_way))
        })
    }

    fn step(&self, at: EpochS) -> (Vec<VehicleFacts>, Vec<StopVisit>) {
        let (mut facts, mut visits) = (Vec::new(), Vec::new());
        for (vehicle, instance, under_way) in self.runs(at) {
            let pattern = self.timetable.trip(instance.trip).pattern;
            let vehicle = VehicleIdx::from(vehicle);
            let position = under_way / HOP_S;
            let offsets = &self.timetable.pattern(pattern).stop_offsets_m;
            let part = (under_way % HOP_S) as f64 / HOP_S as f64;
            let here = offsets[position as usize];
            let next = offsets[(position as usize + 1).min(STOPS - 1)];
            facts.push(VehicleFacts {
                vehicle,
                feed: FeedIdx(0),
                matched: Some((instance, pattern)),
                along_m: here + (next - here) * part,
                next_stop_position: (position + 1).min(STOPS as i64 - 1) as u16,
                measured_at: at,
                schedule_deviation_s: Some(0),
                off_route_m: None,
                layover: false,
                overload: false,
            });
            if under_way % HOP_S < EVERY_S {
                let passed = at - under_way % HOP_S;
                visits.push(StopVisit {
                    instance,
                    pattern,
                    stop_position: position as u16,
                    vehicle,
                    arrival: Some(passed),
                    departure: Some(passed),
                    uncertainty_s: 5.0,
                    trip_named: true,
                });
            }
        }
        facts.sort_by_key(|f| f.vehicle);
        (facts, visits)
    }

    fn snapshot(&self, at: EpochS) -> Snapshot {
        Snapshot {
            at,
            timetable: Arc::clone(&self.timetable),
            vehicles: Vec::new(),
            directions: Vec::new(),
            segments: Vec::new(),
            incidents: Vec::new(),
            feeds: vec![FeedState::default()],
            recent: Recent::default(),
        }
    }
}

fn flow(c: &mut Criterion) {
    let timetable = Arc::new(city());
    let origin = timetable.origin(ServiceDate::parse("20260302").unwrap_or_default());
    let city = City { timetable: Arc::clone(&timetable), origin };
    let state = RefCell::new(Flow::new(&timetable, FlowConfig::default()));
    let at = RefCell::new(city.origin + FIRST_S);
    let effects = RefCell::new(Vec::new());
    let next = || {
        *at.borrow_mut() += EVERY_S;
        let now = *at.borrow();
        let (facts, visits) = city.step(now);
        (now, facts, visits)
    };
    let visits_in = |(now, visits): (EpochS, &[StopVisit])| {
        let mut flow = state.borrow_mut();
        flow.on_dataset(now, FeedIdx(0), Some(now));
        for visit in visits {
            flow.on_visit(now, visit, &mut effects.borrow_mut());
        }
    };
    let tick = |now: EpochS, facts: &[VehicleFacts]| {
        effects.borrow_mut().clear();
        state.borrow_mut().on_tick(now, facts, &mut effects.borrow_mut());
    };
    // An hour to fill every table.
    for _ in 0..240 {
        let (now, facts, visits) = next();
        visits_in((now, &visits));
        tick(now, &facts);
    }
    let mut group = c.benchmark_group("flow");
    group.sample_size(60);
    group.bench_function("visits of 15 s", |b| {
        b.iter_batched(
            || {
                let step = next();
                tick(step.0 - 1, &step.1);
                step
            },
            |(now, _, visits)| visits_in((now, &visits)),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("tick", |b| {
        b.iter_batched(
            || {
                let step = next();
                visits_in((step.0, &step.2));
                step
            },
            |(now, facts, _)| tick(now, &facts),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("fill", |b| {
        let now = *at.borrow();
        b.iter_batched(
            || city.snapshot(now),
            |mut snapshot| {
                state.borrow().fill(now, &mut snapshot);
                snapshot
            },
            BatchSize::SmallInput,
        );
    });
    let mut snapshot = city.snapshot(*at.borrow());
    state.borrow().fill(snapshot.at, &mut snapshot);
    let stop = timetable.patterns[0].stops[STOPS / 2];
    group.bench_function("board of a stop", |b| b.iter(|| snapshot.board(stop)));
    group.finish();
    assert!(city.step(*at.borrow()).0.len() > 2000);
    assert_eq!(snapshot.directions.len(), 2 * ROUTES);
}

criterion_group!(benches, flow);
criterion_main!(benches);
