//! The Monitor: bytes to events, in any order and at any time.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use transit::ids::FeedIdx;
use transit::timetable::text;
use transit::{
    Effect, Event, LatLon, Monitor, MonitorConfig, RejectReason, ScheduleRelationship, ServiceDate,
    StopTimeUpdate, StopVisit, Timetable, TripDescriptor, TripUpdate, VehiclePosition,
};

/// A line out and back in a block, a loop, a line drawn straight, a frequency trip.
const CITY: &str = "
    stop A 43.2000 76.9000
    stop B 43.2050 76.9000
    stop C 43.2100 76.9000
    stop D 43.2100 76.9100
    shape north 43.2000,76.9000 43.2100,76.9000
    shape south 43.2100,76.9001 43.2000,76.9001
    shape loop 43.2000,76.9000 43.2100,76.9000 43.2100,76.9100 43.2000,76.9100 43.2000,76.9000
    route 1 type=3
    route 2 type=3
    trip n route=1 direction=0 shape=north block=1 times=9 every=00:05 : A 06:00, B 06:02, C 06:04
    trip s route=1 direction=1 shape=south block=1 times=9 every=00:05 : C 06:07, B 06:09, A 06:11
    trip l route=2 shape=loop times=5 every=00:10 : A 06:00, C 06:04, D 06:08, A 06:15
    trip x route=2 : A 07:00, D 07:06
    trip f route=2 shape=north : A 00:00, C 00:04
    frequency f 06:00..23:00 00:07
";
/// Another version of it: trips, stops and a shape are gone or elsewhere.
const OTHER_CITY: &str = "
    stop A 43.2000 76.9000
    stop C 43.2100 76.9000
    stop E 43.2200 76.9000
    route 1 type=3
    trip n route=1 direction=0 block=1 times=4 every=00:05 : A 06:01, C 06:05, E 06:09
    trip x route=1 : A 07:00, E 07:06
";

const VEHICLES: [&str; 6] = ["a", "b", "c", "d", "e", ""];
const TRIPS: [&str; 12] =
    ["n.0", "n.1", "n.3", "s.0", "s.1", "l.0", "l.1", "x", "f", "unknown", "", "n.8"];
const DATES: [&str; 5] = ["20260302", "20260301", "20260303", "99991231", "2026"];
const STARTS: [&str; 5] = ["06:00:00", "06:07:00", "24:10:00", "999:59:59", "x"];

fn cities() -> &'static [Arc<Timetable>; 2] {
    static CITIES: OnceLock<[Arc<Timetable>; 2]> = OnceLock::new();
    let read = |text| Arc::new(text::timetable(text).unwrap_or_else(|e| panic!("{e}")));
    CITIES.get_or_init(|| [CITY, OTHER_CITY].map(read))
}

/// Bytes read one after another; zeros when they are spent.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn wide(&mut self) -> i64 {
        i64::from(i16::from_be_bytes([self.byte(), self.byte()]))
    }

    /// One of `all`, or nothing.
    fn one<'t>(&mut self, all: &[&'t str]) -> Option<&'t str> {
        all.get(usize::from(self.byte())).copied()
    }

    /// Seconds around `now`, or something absurd.
    fn instant(&mut self, now: i64) -> Option<i64> {
        match self.byte() {
            0 => None,
            1 => Some(i64::MAX),
            2 => Some(i64::MIN),
            3 => Some(self.wide()),
            4 => Some(now.saturating_add(self.wide())),
            n => Some(now.saturating_sub(i64::from(n) - 5)),
        }
    }

    fn degrees(&mut self, around: f64) -> f64 {
        let step = self.byte();
        match step {
            255 => f64::NAN,
            254 => f64::INFINITY,
            253 => -f64::from(self.byte()),
            252 => 0.0,
            n => around + (f64::from(n) - 20.0) * 1e-4,
        }
    }

    fn trip<'t>(&mut self) -> TripDescriptor<'t> {
        TripDescriptor {
            trip_id: self.one(&TRIPS),
            route_id: self.one(&["1", "2", "unknown"]),
            direction_id: Some(self.byte()).filter(|d| *d < 3),
            start_time: self.one(&STARTS),
            start_date: self.one(&DATES),
            relationship: match self.byte() {
                1 => ScheduleRelationship::Canceled,
                2 => ScheduleRelationship::Added,
                3 => ScheduleRelationship::Unscheduled,
                4 => ScheduleRelationship::Deleted,
                5 => ScheduleRelationship::Duplicated,
                6 => ScheduleRelationship::Replacement,
                _ => ScheduleRelationship::Scheduled,
            },
        }
    }

    fn position<'t>(&mut self, now: i64) -> VehiclePosition<'t> {
        VehiclePosition {
            feed: self.feed(),
            vehicle_id: VEHICLES[usize::from(self.byte()) % VEHICLES.len()],
            label: self.one(&["1", "2"]),
            trip: self.trip(),
            place: LatLon::new(self.degrees(43.2), self.degrees(76.9)),
            bearing_deg: Some(f32::from(self.byte()) * 2.0),
            speed_mps: Some(f32::from(self.byte())),
            measured_at: self.instant(now),
            stop_id: self.one(&["A", "B", "C", "D", "none"]),
            current_stop_sequence: Some(u32::from(self.byte())),
            stopped_at: Some(self.byte().is_multiple_of(2)),
            occupancy_status: Some(self.byte()),
        }
    }

    fn update<'t>(&mut self, now: i64) -> TripUpdate<'t> {
        let stops = usize::from(self.byte() % 6);
        TripUpdate {
            feed: self.feed(),
            trip: self.trip(),
            vehicle_id: Some(VEHICLES[usize::from(self.byte()) % VEHICLES.len()]),
            measured_at: self.instant(now),
            delay_s: Some(self.wide() as i32),
            stops: (0..stops)
                .map(|_| StopTimeUpdate {
                    stop_sequence: Some(u32::from(self.byte() % 6)),
                    stop_id: self.one(&["A", "B", "C", "D"]),
                    arrival: self.instant(now),
                    arrival_delay_s: Some(self.wide() as i32),
                    departure: self.instant(now),
                    departure_delay_s: Some(self.wide() as i32).filter(|d| *d != 0),
                    skipped: self.byte() == 1,
                    no_data: self.byte() == 1,
                })
                .collect(),
        }
    }

    fn feed(&mut self) -> FeedIdx {
        FeedIdx(match self.byte() {
            255 => u32::MAX,
            n => u32::from(n % 3),
        })
    }

    fn event<'t>(&mut self, now: i64) -> Event<'t> {
        match self.byte() {
            0 => Event::Tick,
            1 => Event::DatasetStart { feed: self.feed(), header_at: self.instant(now) },
            2 => Event::DatasetEnd { feed: self.feed() },
            3 => Event::FeedFailed { feed: self.feed() },
            4 => Event::Rejected { feed: self.feed(), reason: RejectReason::NoPosition },
            5 => Event::Timetable(Arc::clone(&cities()[usize::from(self.byte() % 2)])),
            6..=40 => Event::TripUpdate(self.update(now)),
            _ => Event::Position(self.position(now)),
        }
    }
}

/// Tells a Monitor what the bytes say, twice: the effects must be the same, and hold what effects promise.
///
/// # Panics
///
/// If a law is broken.
pub fn run(data: &[u8]) {
    let (first, second) = (told(data), told(data));
    assert_eq!(format!("{first:?}"), format!("{second:?}"), "the same events, other effects");
}

fn told(data: &[u8]) -> Vec<Effect> {
    /// So many vehicles fit: fewer than the bytes can name.
    const VEHICLES_MOST: usize = 7;
    let mut bytes = Reader(data);
    let config = MonitorConfig { max_vehicles: VEHICLES_MOST, ..MonitorConfig::default() };
    let mut monitor = Monitor::new(Arc::clone(&cities()[0]), config);
    let day = ServiceDate::parse(DATES[0]).unwrap_or_default();
    let mut now = cities()[0].origin(day) + 6 * 3_600;
    let mut effects = Vec::new();
    let mut all = Vec::new();
    let mut seen: HashMap<_, u16> = HashMap::new();
    while !bytes.0.is_empty() {
        now = match bytes.byte() {
            255 => now.saturating_add(86_400 * 7),
            254 => now.saturating_sub(3_600),
            253 => i64::MAX - 1,
            n => now.saturating_add(i64::from(n)),
        };
        let event = bytes.event(now);
        if matches!(event, Event::Timetable(_)) {
            // Indices mean something else from here on.
            seen.clear();
        }
        monitor.apply(now, &event, &mut effects);
        for effect in &effects {
            if let Effect::Visit(visit) = effect {
                hold(visit, monitor.timetable());
                let before = seen.insert((visit.instance, visit.vehicle), visit.stop_position);
                assert!(before.is_none_or(|b| b < visit.stop_position), "twice: {visit:?}");
            }
        }
        all.append(&mut effects);
    }
    let snapshot = monitor.snapshot(now);
    assert!(snapshot.vehicles.len() <= VEHICLES_MOST);
    monitor.finish(now, &mut all);
    all
}

fn hold(visit: &StopVisit, timetable: &Timetable) {
    assert!(visit.uncertainty_s.is_finite() && visit.uncertainty_s > 0.0, "{visit:?}");
    assert!(visit.arrival.is_some() || visit.departure.is_some(), "{visit:?}");
    if let (Some(arrival), Some(departure)) = (visit.arrival, visit.departure) {
        assert!(arrival <= departure, "{visit:?}");
    }
    let stops = timetable.pattern(visit.pattern).stops.len();
    assert!(usize::from(visit.stop_position) < stops, "{visit:?}");
}
