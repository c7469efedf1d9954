//! Finding routes, stops and vehicles by what people type: prefixes and parts of names, in all languages.

use super::{Bounds, Language, View, fold};
use api::{SearchHit, SearchResult, StopList};
use transit::Timetable;
use transit::ids::{RouteIdx, StopIdx};

/// Most hits of a search.
pub const SEARCH_HITS_MAX: usize = 50;

/// Folded names, one text for each thing: its names in all languages, a line each.
#[derive(Debug)]
pub struct SearchIndex {
    routes: Vec<Box<str>>,
    /// Empty for a stop that nobody serves.
    stops: Vec<Box<str>>,
}

/// How well something fits: less is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The whole name.
    Exact,
    /// The name begins with it.
    Start,
    /// Every word begins a word of the name.
    Words,
    /// Every word is somewhere in the name.
    Parts,
}

impl SearchIndex {
    pub(super) fn new(timetable: &Timetable, languages: &[Language]) -> Self {
        let names = |texts: &[&str]| -> Box<str> {
            let mut lines: Vec<String> = Vec::new();
            for text in texts.iter().filter(|t| !t.is_empty()) {
                let own = std::iter::once(fold(text));
                let others = languages.iter().map(|l| fold(timetable.translated(text, l.code())));
                for line in own.chain(others) {
                    if !lines.contains(&line) {
                        lines.push(line);
                    }
                }
            }
            lines.join("\n").into()
        };
        let routes = timetable.routes.iter().map(|r| names(&[&r.short_name, &r.long_name, &r.id]));
        let stops = timetable.stops.iter().map(|s| {
            if s.served_by.is_empty() { Box::default() } else { names(&[&s.name, &s.code, &s.id]) }
        });
        Self { routes: routes.collect(), stops: stops.collect() }
    }
}

/// How well `query` (folded) fits `names` (folded, a line each); `None` if not.
fn fit(names: &str, query: &str) -> Option<Fit> {
    let words = || query.split(' ');
    if !words().all(|w| names.contains(w)) {
        return None;
    }
    let line_fit = |name: &str| {
        if name == query {
            Some(Fit::Exact)
        } else if name.starts_with(query) {
            Some(Fit::Start)
        } else if words().all(|w| name.split(' ').any(|n| n.starts_with(w))) {
            Some(Fit::Words)
        } else {
            words().all(|w| name.contains(w)).then_some(Fit::Parts)
        }
    };
    names.lines().filter_map(line_fit).min()
}

impl View {
    /// Routes, stops and vehicles that fit `query`, best first, at most `limit`.
    pub fn search(&self, query: &str, limit: usize) -> SearchResult {
        let query = fold(query);
        if query.is_empty() {
            return SearchResult { hits: Vec::new(), more: false };
        }
        // (fit, kind, length of the name, index): shorter names first, then the timetable's order.
        let mut found: Vec<(Fit, u8, usize, usize)> = Vec::new();
        let index = &self.fixed.search;
        for (kind, names) in [(0, &index.routes), (1, &index.stops)] {
            let fits = names.iter().enumerate().filter_map(|(i, names)| {
                fit(names, &query).map(|f| (f, kind, names.lines().next().map_or(0, str::len), i))
            });
            found.extend(fits);
        }
        let vehicles = self.snapshot().vehicles.iter().enumerate().filter_map(|(i, v)| {
            let label = v.label.as_deref().unwrap_or_default();
            let fits = [&*v.vehicle_id, label].map(|name| fit(&fold(name), &query));
            fits.into_iter().flatten().min().map(|f| (f, 2, v.vehicle_id.len(), i))
        });
        found.extend(vehicles);
        found.sort_unstable();
        let more = found.len() > limit;
        let hits = found.into_iter().take(limit).map(|(_, kind, _, i)| match kind {
            0 => self.route_hit(RouteIdx::from(i)),
            1 => self.stop_hit(StopIdx::from(i)),
            _ => self.vehicle_hit(i),
        });
        SearchResult { hits: hits.collect(), more }
    }

    /// Served stops whose names fit `query`, in the timetable's order, at most `limit`.
    pub fn stops_named(&self, query: &str, bounds: Option<Bounds>, limit: usize) -> StopList {
        let query = fold(query);
        let timetable = self.timetable();
        let fits = |i: &usize, names: &str| {
            let inside = |b: Bounds| timetable.stops[*i].place.is_some_and(|p| b.contains(p));
            bounds.is_none_or(inside) && fit(names, &query).is_some()
        };
        let names = self.fixed.search.stops.iter().enumerate().filter(|(_, n)| !n.is_empty());
        let mut found = names.filter(|(i, names)| fits(i, names)).map(|(i, _)| StopIdx::from(i));
        let stops = found.by_ref().take(limit).map(|s| self.stop(s)).collect();
        StopList { at: self.snapshot().at, stops, more: found.next().is_some() }
    }

    fn route_hit(&self, index: RouteIdx) -> SearchHit {
        let route = self.timetable().route(index);
        SearchHit {
            kind: "route".to_owned(),
            id: route.id.to_string(),
            name: self.route_name(index).to_owned(),
            detail: self.translated(&route.long_name).to_owned(),
            lat: None,
            lon: None,
        }
    }

    fn stop_hit(&self, index: StopIdx) -> SearchHit {
        let stop = self.stop(index);
        SearchHit {
            kind: "stop".to_owned(),
            id: stop.stop_id,
            name: stop.name,
            detail: stop.routes.join(", "),
            lat: Some(stop.lat),
            lon: Some(stop.lon),
        }
    }

    fn vehicle_hit(&self, position: usize) -> SearchHit {
        let vehicle = &self.snapshot().vehicles[position];
        let pattern = vehicle.matched.map(|m| self.timetable().pattern(m.pattern));
        let line = vehicle.route.map_or("", |r| self.route_name(r));
        let detail = match pattern {
            Some(p) => format!("{line} → {}", self.translated(&p.headsign)),
            None => line.to_owned(),
        };
        SearchHit {
            kind: "vehicle".to_owned(),
            id: vehicle.vehicle_id.to_string(),
            name: vehicle.label.as_deref().unwrap_or(&vehicle.vehicle_id).to_owned(),
            detail,
            lat: Some(vehicle.place.lat),
            lon: Some(vehicle.place.lon),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_name_fits_better_than_its_start_its_words_or_its_parts() {
        let names = "сайран автовокзалы\nавтовокзал саиран";
        assert_eq!(fit(names, "автовокзал саиран"), Some(Fit::Exact));
        assert_eq!(fit(names, "автовокзал"), Some(Fit::Start));
        assert_eq!(fit(names, "саиран авто"), Some(Fit::Words));
        assert_eq!(fit(names, "вокзал"), Some(Fit::Parts));
        assert_eq!(fit(names, "вокзал абая"), None);
    }
}
