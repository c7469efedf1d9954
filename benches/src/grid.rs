//! A made city on a grid and its fleet: as many vehicles as wanted, the same to the byte on every machine.

use std::fmt::Write as _;
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::timetable::text::{self, TextError};
use transit::{LatLon, ServiceDate, Timetable, TripDescriptor, VehiclePosition};

/// The feed of all positions.
pub const FEED: FeedIdx = FeedIdx(0);
/// Vehicles of a route under way at once, each on its trip.
pub const PER_ROUTE: usize = 50;
/// Stops of a route, 400 m apart.
const STOPS: usize = 26;
/// Seconds from stop to stop by the timetable.
const HOP_S: usize = 60;
/// Seconds between two departures.
const HEADWAY_S: usize = 30;
/// Seconds between two reports of a vehicle.
pub const EVERY_S: i64 = 20;
/// The day on which the fleet drives.
const DATE: &str = "20260302";

/// Degrees of `metres` north, and east at the latitude of the city.
fn degrees(north_m: f64, east_m: f64) -> (f64, f64) {
    (43.2 + north_m / 111_195.0, 76.8 + east_m / 81_058.0)
}

/// Straight streets of 10 km, 400 m apart, each driven by one route, half of them along and half across; in
/// the notation of [`text`].
pub fn city(routes: usize) -> String {
    let mut text = String::new();
    for r in 0..routes {
        let place = |metres: f64| {
            let street = (r / 2) as f64 * 400.0;
            if r % 2 == 0 { degrees(street, metres) } else { degrees(metres, street) }
        };
        let mut times = Vec::new();
        for k in 0..STOPS {
            let (lat, lon) = place(400.0 * k as f64);
            let _ = writeln!(text, "stop S{r}_{k} {lat:.6} {lon:.6}");
            let s = 6 * 3_600 + k * HOP_S;
            times.push(format!("S{r}_{k} {:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60));
        }
        // A point each 50 m, as drawn shapes have.
        let points = (0..=200).map(|i| {
            let (lat, lon) = place(50.0 * f64::from(i));
            format!("{lat:.6},{lon:.6}")
        });
        let _ = writeln!(text, "shape h{r} {}", points.collect::<Vec<_>>().join(" "));
        let _ = writeln!(text, "route {r} type=3");
        let _ = writeln!(
            text,
            "trip t{r} route={r} shape=h{r} times={PER_ROUTE} every=00:00:{HEADWAY_S} : {}",
            times.join(", ")
        );
    }
    text
}

/// A city and the vehicles that drive in it.
pub struct Fleet {
    /// The plan.
    pub timetable: Arc<Timetable>,
    /// Vehicle and trip ids, by vehicle.
    names: Vec<(String, String)>,
    start: i64,
}

impl Fleet {
    /// About `vehicles` vehicles: [`PER_ROUTE`] to a route.
    pub fn new(vehicles: usize) -> Result<Self, TextError> {
        let routes = vehicles.div_ceil(PER_ROUTE);
        let timetable = Arc::new(text::timetable(&city(routes))?);
        let names = (0..routes * PER_ROUTE)
            .map(|v| (format!("bus{v}"), format!("t{}.{}", v % routes, v / routes)))
            .collect();
        let day = ServiceDate::parse(DATE).unwrap_or_default();
        let start = timetable.origin(day) + 6 * 3_600 + (PER_ROUTE * HEADWAY_S) as i64;
        Ok(Self { timetable, names, start })
    }

    /// How many there are.
    pub fn vehicles(&self) -> usize {
        self.names.len()
    }

    /// When the dataset of `index` is made.
    pub fn at(&self, index: usize) -> i64 {
        self.start + index as i64 * EVERY_S
    }

    /// The reports of all vehicles in the dataset of `index`: half a minute late, and some metres beside the
    /// street.
    pub fn dataset(&self, index: usize, names_trips: bool) -> Vec<VehiclePosition<'_>> {
        let at = self.at(index);
        (0..self.names.len()).filter_map(|v| self.position(v, at, names_trips)).collect()
    }

    fn position(&self, v: usize, at: i64, names_trips: bool) -> Option<VehiclePosition<'_>> {
        let (vehicle_id, trip_id) = &self.names[v];
        let trip = self.timetable.trip_by_id(trip_id)?;
        let shape = self.timetable.shape_of(self.timetable.trip(trip).pattern);
        let waits = PER_ROUTE as i64 - (v / (self.names.len() / PER_ROUTE)) as i64;
        let driven_s = (at - self.start + waits * HEADWAY_S as i64 - 30).max(0) as f64;
        let on = shape.at(driven_s * 400.0 / HOP_S as f64);
        let noise = 1e-5 * (((v * 7 + at as usize * 13) % 17) as f64 - 8.0);
        Some(VehiclePosition {
            feed: FEED,
            vehicle_id,
            label: None,
            trip: TripDescriptor {
                trip_id: names_trips.then_some(trip_id.as_str()),
                start_date: names_trips.then_some(DATE),
                ..TripDescriptor::default()
            },
            place: LatLon::new(on.lat + noise, on.lon - noise),
            bearing_deg: None,
            speed_mps: None,
            measured_at: Some(at),
            stop_id: None,
            current_stop_sequence: None,
            stopped_at: None,
            occupancy_status: None,
        })
    }
}
