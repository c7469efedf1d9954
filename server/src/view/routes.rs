//! Routes and patterns on the wire.

use super::View;
use api::{Direction, Pattern, PatternStop, Route, RouteList};
use std::collections::BTreeSet;
use transit::ids::{PatternIdx, RouteIdx};
use transit::monitor::DirectionState;

/// Most patterns of one route that are given with their lines, the most used first.
pub const PATTERNS_OF_ROUTE_MAX: usize = 32;

impl View {
    /// All routes of the timetable, in its order.
    pub fn routes(&self) -> RouteList {
        let routes = 0..self.timetable().routes.len();
        RouteList {
            at: self.snapshot().at,
            routes: routes.map(|i| self.route(RouteIdx::from(i))).collect(),
        }
    }

    /// A route with its live service.
    pub fn route(&self, index: RouteIdx) -> Route {
        let route = self.timetable().route(index);
        let colour = |c: Option<u32>| c.map(|c| format!("#{c:06x}"));
        Route {
            route_id: route.id.to_string(),
            short_name: route.short_name.to_string(),
            long_name: self.translated(&route.long_name).to_owned(),
            route_type: route.route_type,
            color: colour(route.color),
            text_color: colour(route.text_color),
            directions: self.directions(index),
        }
    }

    fn directions(&self, route: RouteIdx) -> Vec<Direction> {
        let timetable = self.timetable();
        let patterns = &timetable.route(route).patterns;
        let all: BTreeSet<Option<u8>> =
            patterns.iter().map(|p| timetable.pattern(*p).direction).collect();
        let states = &self.snapshot().directions;
        all.into_iter()
            .map(|direction| {
                let of = patterns.iter().filter(|p| timetable.pattern(**p).direction == direction);
                let most_used = of.max_by_key(|p| timetable.pattern(**p).trips.len());
                let headsign = most_used.map_or("", |p| &*timetable.pattern(*p).headsign);
                let state = states
                    .binary_search_by_key(&(route, direction), |d| (d.route, d.direction))
                    .ok()
                    .map(|i| &states[i]);
                live_direction(direction, self.translated(headsign).to_owned(), state)
            })
            .collect()
    }

    /// The patterns of a route, the most used first, at most [`PATTERNS_OF_ROUTE_MAX`].
    pub fn patterns_of(&self, route: RouteIdx) -> Vec<Pattern> {
        let timetable = self.timetable();
        let mut patterns = timetable.route(route).patterns.clone();
        patterns.sort_by_key(|p| (std::cmp::Reverse(timetable.pattern(*p).trips.len()), *p));
        patterns.truncate(PATTERNS_OF_ROUTE_MAX);
        patterns.into_iter().map(|p| self.pattern(p)).collect()
    }

    /// A pattern with its line.
    pub fn pattern(&self, index: PatternIdx) -> Pattern {
        let timetable = self.timetable();
        let pattern = timetable.pattern(index);
        let stops = pattern.stops.iter().zip(&pattern.stop_offsets_m).map(|(stop, offset_m)| {
            let stop = timetable.stop(*stop);
            // Only a broken feed has a served stop without a place; its place on the line is known.
            let place = stop.place.unwrap_or_else(|| timetable.shape_of(index).at(*offset_m));
            PatternStop {
                stop_id: stop.id.to_string(),
                stop_name: self.translated(&stop.name).to_owned(),
                lat: place.lat,
                lon: place.lon,
                offset_m: (offset_m * 10.0).round() / 10.0,
            }
        });
        Pattern {
            pattern_id: index.0,
            route_id: timetable.route(pattern.route).id.to_string(),
            direction_id: pattern.direction,
            headsign: self.translated(&pattern.headsign).to_owned(),
            straight: pattern.shape_is_straight,
            line_e5: self.fixed.pattern_line(timetable, index),
            stops: stops.collect(),
        }
    }

    /// Short names of routes, in the given order; the id where a route has none.
    pub(super) fn route_names(&self, routes: &[RouteIdx]) -> Vec<String> {
        routes.iter().map(|r| self.route_name(*r).to_owned()).collect()
    }

    /// What people call a route: its short name, else its long name, else its id.
    pub fn route_name(&self, route: RouteIdx) -> &str {
        let route = self.timetable().route(route);
        match (&*route.short_name, &*route.long_name) {
            ("", "") => &route.id,
            ("", long) => self.translated(long),
            (short, _) => short,
        }
    }
}

fn live_direction(
    direction_id: Option<u8>,
    headsign: String,
    state: Option<&DirectionState>,
) -> Direction {
    Direction {
        direction_id,
        headsign,
        vehicles: state.map_or(0, |s| s.vehicles),
        scheduled_vehicles: state.map_or(0, |s| s.scheduled_vehicles),
        ghosts: state.map_or(0, |s| s.ghosts.len() as u32),
        scheduled_headway_s: state.and_then(|s| s.scheduled_headway_s),
        median_headway_s: state.and_then(|s| s.median_headway_s),
        excess_wait_s: state.and_then(|s| s.excess_wait_s),
        bunched_share: state.and_then(|s| s.bunched_share),
        gapped_share: state.and_then(|s| s.gapped_share),
        on_time_share: state.and_then(|s| s.on_time_share),
        by_timetable: state.is_some_and(|s| s.by_timetable),
        coverage: state.map_or(0.0, |s| s.coverage),
    }
}
