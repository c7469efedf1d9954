//! Routes and stops by the names that people use, made once for each timetable.

use crate::reads::Reads;
use crate::view::Language;
use appeals::claim::Place;
use appeals::ids::{RouteId, StopId};
use appeals::line::Gazetteer;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use transit::Timetable;

/// The gazetteer of the timetable in force.
pub struct Gazetteers {
    reads: Reads,
    current: Mutex<Option<(Arc<Timetable>, Arc<Gazetteer>)>>,
}

#[derive(Default)]
struct Named {
    stops: Vec<StopId>,
    place: Option<Place>,
    routes: BTreeSet<String>,
}

impl Gazetteers {
    /// Over the live picture.
    pub fn new(reads: Reads) -> Self {
        Self { reads, current: Mutex::default() }
    }

    /// The one of now.
    pub fn now(&self) -> Arc<Gazetteer> {
        let view = self.reads.view(Language::default());
        let timetable = view.timetable_arc();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, gazetteer)) = &*current
            && Arc::ptr_eq(known, timetable)
        {
            return Arc::clone(gazetteer);
        }
        let gazetteer = Arc::new(gazetteer(timetable));
        *current = Some((Arc::clone(timetable), Arc::clone(&gazetteer)));
        gazetteer
    }
}

/// Stops of one name are one place: two sides of a street.
fn gazetteer(timetable: &Timetable) -> Gazetteer {
    let mut gazetteer = Gazetteer::new();
    for route in &timetable.routes {
        let number = if route.short_name.is_empty() { &route.id } else { &route.short_name };
        gazetteer.add_route(number, RouteId(route.id.to_string()));
    }
    let mut places: BTreeMap<&str, Named> = BTreeMap::new();
    for stop in &timetable.stops {
        if stop.served_by.is_empty() || stop.name.is_empty() {
            continue;
        }
        let named = places.entry(&stop.name).or_default();
        named.stops.push(StopId(stop.id.to_string()));
        let place = stop.place.map(|p| Place { lat: p.lat, lon: p.lon, accuracy_m: None });
        named.place = named.place.or(place);
        let routes = stop.served_by.iter().map(|(pattern, _)| timetable.pattern(*pattern).route);
        named.routes.extend(routes.map(|r| timetable.routes[r.get()].id.to_string()));
    }
    for (name, named) in places {
        let mut names = vec![name.to_owned()];
        for language in Language::ALL {
            let other = timetable.translated(name, language.code());
            if !names.iter().any(|n| n == other) {
                names.push(other.to_owned());
            }
        }
        let routes = named.routes.into_iter().map(RouteId).collect();
        gazetteer.add_place(names, named.stops, named.place, routes);
    }
    gazetteer
}
