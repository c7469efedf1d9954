//! What people may name in this city, out of the timetable in force; made anew when that changes.

use crate::view::{Language, View};
use appeals::claim::Place;
use appeals::ids::{RouteId, StopId};
use appeals::line::Gazetteer;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use transit::Timetable;
use transit::ids::StopIdx;

/// The gazetteer of the timetable that was last asked for.
#[derive(Default)]
pub struct Room {
    current: Mutex<Option<(Arc<Timetable>, Arc<Gazetteer>)>>,
}

impl Room {
    /// The names of the view's timetable.
    pub fn gazetteer(&self, view: &View) -> Arc<Gazetteer> {
        let timetable = &view.snapshot().timetable;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Some((of, made)) if Arc::ptr_eq(of, timetable) => Arc::clone(made),
            _ => {
                let made = Arc::new(gazetteer(view));
                *current = Some((Arc::clone(timetable), Arc::clone(&made)));
                made
            }
        }
    }
}

/// Stops of one name are one place.
fn gazetteer(view: &View) -> Gazetteer {
    let timetable = view.timetable();
    let mut made = Gazetteer::new();
    for route in &timetable.routes {
        let number = if route.short_name.is_empty() { &route.id } else { &route.short_name };
        made.add_route(number, RouteId(route.id.to_string()));
    }
    let mut places: BTreeMap<&str, Vec<StopIdx>> = BTreeMap::new();
    for (i, stop) in timetable.stops.iter().enumerate() {
        if !stop.served_by.is_empty() {
            places.entry(&stop.name).or_default().push(StopIdx::from(i));
        }
    }
    for (name, stops) in places {
        let mut names = vec![name.to_owned()];
        for language in Language::ALL {
            let other = timetable.translated(name, language.code());
            if names.iter().all(|n| n != other) {
                names.push(other.to_owned());
            }
        }
        let place = stops.iter().find_map(|s| timetable.stop(*s).place);
        let mut routes: Vec<RouteId> = stops
            .iter()
            .flat_map(|s| view.fixed.routes_at(*s))
            .map(|r| RouteId(timetable.route(r).id.to_string()))
            .collect();
        routes.sort_unstable();
        routes.dedup();
        let ids = stops.iter().map(|s| StopId(timetable.stop(*s).id.to_string())).collect();
        let place = place.map(|p| Place { lat: p.lat, lon: p.lon, accuracy_m: None });
        made.add_place(names, ids, place, routes);
    }
    made
}
