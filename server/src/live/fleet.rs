//! All vehicles of one publication, ready for the wire.

use super::steady::steady;
use super::topic::Tile;
use crate::published::Published;
use crate::view::{Language, TimetableView, View, expected_speed_mps, headway_status};
use api::live::pack::{BEARING_UNKNOWN, Change, PLACE_UNIT_E6};
use api::live::{Identity, LiveVehicle, TILE_ZOOM, TILE_ZOOM_WIDE, flags};
use std::sync::Arc;
use transit::LatLon;
use transit::ids::{PatternIdx, RouteIdx, TripIdx};
use transit::monitor::VehicleState;

/// A vehicle that has not reported for so long is shown as stale, seconds.
const STALE_S: i64 = 180;

/// All vehicles of one publication, by vehicle.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// The publication.
    pub published: Arc<Published>,
    /// What is fixed for its timetable.
    pub fixed: Arc<TimetableView>,
    /// By vehicle.
    pub rows: Vec<Row>,
}

/// A vehicle, ready for the wire.
#[derive(Clone, Debug)]
pub struct Row {
    /// Without identity.
    pub wire: LiveVehicle,
    /// Who it is, names as in the feed.
    pub identity: Arc<Identity>,
    /// The topics that it is in.
    pub places: Places,
    /// Of the tile.
    bounds: [f64; 4],
    key: IdentityKey,
}

/// The vehicle topics that a vehicle is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// Tile of a street or city view.
    pub tile: Tile,
    /// Tile of a regional view.
    pub wide: Tile,
    /// Route.
    pub route: Option<RouteIdx>,
}

/// What identity is made of. While it is the same, so are the strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct IdentityKey {
    route: Option<RouteIdx>,
    matched: Option<(TripIdx, PatternIdx)>,
}

impl Places {
    /// Whether the tile (0), the wide tile (1) or the route (2) is the same.
    pub fn same(self, other: Self, kind: usize) -> bool {
        match kind {
            0 => self.tile == other.tile,
            1 => self.wide == other.wide,
            _ => self.route == other.route,
        }
    }
}

impl Row {
    /// Whether anything differs.
    pub fn differs(&self, before: &Self) -> bool {
        self.wire != before.wire || self.identity_differs(before)
    }

    /// What leads here from `before` in a frame of `at`; `None` if it is to be said in full.
    pub fn change(&self, before: &Self, at: i64) -> Option<Change> {
        let known = !self.identity_differs(before);
        known.then(|| Change::new(&before.wire, &self.wire, at)).flatten()
    }

    /// Whether a reader that knows `before` must be told who this is.
    pub fn identity_differs(&self, before: &Self) -> bool {
        !Arc::ptr_eq(&self.identity, &before.identity) && self.identity != before.identity
    }
}

impl Fleet {
    /// The vehicles of `published`. `before` lends its strings; it may be of another timetable.
    pub fn new(
        published: Arc<Published>,
        fixed: Arc<TimetableView>,
        before: Option<&Self>,
    ) -> Self {
        let view = View { published, fixed, language: Language::default() };
        // Indices speak of a timetable: strings of another one are not to be lent.
        let before = before.filter(|b| b.published.epoch == view.published.epoch);
        let mut known = before.map_or(&[][..], |b| &b.rows).iter().peekable();
        let vehicles = &view.snapshot().vehicles;
        let mut rows = Vec::with_capacity(vehicles.len());
        for vehicle in vehicles {
            while known.next_if(|r| r.wire.vehicle < vehicle.vehicle.0).is_some() {}
            let same = known.peek().filter(|r| r.wire.vehicle == vehicle.vehicle.0);
            rows.push(row(&view, vehicle, same.copied()));
        }
        Self { published: view.published, fixed: view.fixed, rows }
    }

    /// This picture in a language.
    pub fn view(&self, language: Language) -> View {
        View { published: Arc::clone(&self.published), fixed: Arc::clone(&self.fixed), language }
    }

    /// The publication's time.
    pub fn at(&self) -> i64 {
        self.published.snapshot.at
    }
}

fn row(view: &View, v: &VehicleState, before: Option<&Row>) -> Row {
    let at = view.snapshot().at;
    let key =
        IdentityKey { route: v.route, matched: v.matched.map(|m| (m.instance.trip, m.pattern)) };
    let same = before.filter(|b| b.key == key && b.identity.label.as_deref() == v.label.as_deref());
    let identity = same.map_or_else(|| Arc::new(identity(view, v)), |b| Arc::clone(&b.identity));
    let mut wire = wire(view, v, at);
    // On another run the metres along are of another line: nothing follows from those before.
    if let Some(before) = same {
        steady(&before.wire, &mut wire);
    }
    let (tile, bounds) = tile(v.place, before);
    let places = Places { tile, wide: tile.at_zoom(TILE_ZOOM_WIDE), route: v.route };
    Row { wire, identity, places, bounds, key }
}

/// The tile of a place, and its bounds: most vehicles are in the tile in which they were.
fn tile(place: LatLon, before: Option<&Row>) -> (Tile, [f64; 4]) {
    /// So near an end, degrees, the tile is reckoned.
    const EDGE: f64 = 1e-9;
    if let Some(Row { bounds, places, .. }) = before {
        let [south, west, north, east] = *bounds;
        let inside = |v: f64, low: f64, high: f64| low + EDGE < v && v < high - EDGE;
        if inside(place.lat, south, north) && inside(place.lon, west, east) {
            return (places.tile, *bounds);
        }
    }
    let tile = Tile::of(place, TILE_ZOOM);
    (tile, tile.bounds())
}

fn wire(view: &View, v: &VehicleState, at: i64) -> LiveVehicle {
    let matched = v.matched;
    let bits = [
        (matched.is_some_and(|m| m.at_stop), flags::AT_STOP),
        (v.layover, flags::LAYOVER),
        (v.off_route, flags::OFF_ROUTE),
        (matched.is_some_and(|m| !m.trip_named), flags::INFERRED),
        (at - v.measured_at > STALE_S, flags::STALE),
    ];
    LiveVehicle {
        vehicle: v.vehicle.0,
        identity: None,
        lat_e6: place_e6(v.place.lat),
        lon_e6: place_e6(v.place.lon),
        bearing_half_deg: v
            .bearing_deg
            .filter(|b| b.is_finite())
            .map_or(BEARING_UNKNOWN, |b| rounded(f64::from(b) / 2.0).rem_euclid(180) as u8),
        measured_at: v.measured_at.min(at),
        along_m: matched.map(|m| rounded(m.along_m.max(0.0)) as u32),
        speed_dmps: rounded(expected_speed_mps(view.timetable(), v) * 10.0) as u16,
        next_stop_position: matched.map(|m| m.next_stop_position),
        schedule_deviation_s: matched.and_then(|m| m.schedule_deviation_s),
        headway_s: matched.and_then(|m| m.headway_s),
        scheduled_headway_s: matched.and_then(|m| m.scheduled_headway_s),
        headway_status: matched
            .map_or(api::HeadwayStatus::Unknown, |m| headway_status(m.headway_status)),
        flags: bits.iter().filter(|(set, _)| *set).fold(0, |all, (_, bit)| all | bit),
    }
}

fn identity(view: &View, v: &VehicleState) -> Identity {
    let timetable = view.timetable();
    let route = v.route.map(|r| timetable.route(r));
    let pattern = v.matched.map(|m| timetable.pattern(m.pattern));
    Identity {
        vehicle_id: v.vehicle_id.to_string(),
        label: v.label.as_deref().map(str::to_owned),
        route_id: route.map(|r| r.id.to_string()),
        route_short_name: v.route.map(|r| view.route_name(r).to_owned()),
        direction_id: pattern.and_then(|p| p.direction),
        headsign: pattern.map(|p| p.headsign.to_string()),
        trip_id: v.matched.map(|m| timetable.trip(m.instance.trip).id.to_string()),
        pattern_id: v.matched.map(|m| m.pattern.0),
    }
}

fn place_e6(degrees: f64) -> i32 {
    rounded(degrees * (1e6 / f64::from(PLACE_UNIT_E6))) * PLACE_UNIT_E6
}

/// To the nearest whole number. `f64::round` is a call of a function, and there are several of them for each
/// vehicle.
fn rounded(value: f64) -> i32 {
    (value + 0.5_f64.copysign(value)) as i32
}
