//! The second screen: routes and stops out of the timetable, by what people type, tap or come with.

use crate::http::asked::Asked;
use crate::http::office::Office;
use crate::http::office::pages::words_of;
use crate::view::{View, fold};
use appeals::kind::{Kind, KindEntry, Rule};
use frontend::office::citizen::{Asks, CitizenPage, Fault, Form, Named, PlacePage, StopGroup};
use transit::ids::{RouteIdx, StopIdx};

/// The value of a choice that keeps what the person wrote.
pub const AS_WRITTEN: &str = "-";
/// Routes and stops to choose from.
const CHOICES_MAX: usize = 12;
/// Routes by which typing is completed.
const ROUTES_MAX: usize = 1_000;
/// Directions of a route whose stops are listed.
const DIRECTIONS_MAX: usize = 2;

/// What a kind's rule needs.
pub fn asks(entry: &KindEntry) -> Asks {
    let both = Asks { route: true, stop: true, insist: true, time: true, ..Asks::default() };
    match entry.rule {
        Rule::LongWait => Asks { wait: true, ..both },
        Rule::DidNotCome | Rule::Early | Rule::Late => both,
        Rule::PassedStop | Rule::LeftWithoutWaiting | Rule::MovedWhileBoarding => {
            Asks { vehicle: true, ..both }
        }
        Rule::Irregular | Rule::FewBuses => Asks { hours: true, ..both },
        Rule::OffRoute | Rule::ShortTurn | Rule::Speeding => {
            Asks { stop: false, vehicle: true, on_bus: true, ..both }
        }
        Rule::Overcrowded => Asks { vehicle: true, on_bus: true, ..both },
        Rule::Vehicle => Asks { insist: false, vehicle: true, ..both },
        Rule::Context => context(entry.code),
    }
}

fn context(kind: Kind) -> Asks {
    let nothing = Asks::default();
    match kind {
        Kind::StopCondition => Asks { stop: true, words: true, ..nothing },
        Kind::NewRoute | Kind::SignalOrCrossingRequest => Asks { words: true, ..nothing },
        Kind::MoreRuns => Asks { route: true, stop: true, hours: true, ..nothing },
        _ => Asks { route: true, stop: true, vehicle: true, time: true, ..nothing },
    }
}

/// The route that a form names.
pub fn route_of(form: &Form, view: &View) -> Option<RouteIdx> {
    view.timetable().route_by_id(form.get("route"))
}

/// The stop that a form names.
pub fn stop_of(form: &Form, view: &View) -> Option<StopIdx> {
    view.timetable().stop_by_id(form.get("stop"))
}

fn named_route(view: &View, route: RouteIdx) -> Named {
    let of = view.timetable().route(route);
    let name = view.route_name(route).to_owned();
    let detail = view.translated(&of.long_name).to_owned();
    let detail = if detail == name { String::new() } else { detail };
    Named { id: of.id.to_string(), name, detail }
}

fn named_stop(view: &View, stop: StopIdx, detail: String) -> Named {
    let of = view.stop(stop);
    Named { id: of.stop_id, name: of.name, detail }
}

/// The stops of a route, direction by direction, by its most used pattern.
fn stops_of(view: &View, route: RouteIdx) -> Vec<StopGroup> {
    let timetable = view.timetable();
    let mut patterns = timetable.route(route).patterns.clone();
    patterns.sort_by_key(|p| (std::cmp::Reverse(timetable.pattern(*p).trips.len()), *p));
    let mut groups: Vec<(Option<u8>, StopGroup)> = Vec::new();
    for pattern in patterns.into_iter().map(|p| timetable.pattern(p)) {
        if groups.len() < DIRECTIONS_MAX && groups.iter().all(|(d, _)| *d != pattern.direction) {
            let stops = pattern.stops.iter().map(|s| named_stop(view, *s, String::new()));
            let headsign = view.translated(&pattern.headsign).to_owned();
            groups.push((pattern.direction, StopGroup { headsign, stops: stops.collect() }));
        }
    }
    groups.sort_by_key(|(direction, _)| *direction);
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Makes ids of what was typed or tapped, where that is one thing.
pub struct Found {
    faults: Vec<Fault>,
    routes: Vec<Named>,
    stops: Vec<Named>,
}

/// Looks for the route and the stop of the form, and writes what is certain into it.
pub fn find(form: &mut Form, view: &View) -> Found {
    let mut found = Found { faults: Vec::new(), routes: Vec::new(), stops: Vec::new() };
    let dropped: &[&'static str] = match form.get("go") {
        "other_route" => &["route", "route_find"],
        "other_stop" => &["stop", "stop_find"],
        _ => &[],
    };
    for name in dropped {
        form.set(name, "");
    }
    for (pick, name) in [("route_pick", "route"), ("stop_pick", "stop")] {
        let picked = form.take(pick);
        if !picked.is_empty() {
            form.set(name, &picked);
        }
    }
    if let Some(vehicle) = view.vehicle_by_id(form.get("vehicle")) {
        if let Some(route) = vehicle.route.filter(|_| !form.has("route")) {
            form.set("route", &view.timetable().route(route).id);
        }
    } else {
        // One that is not heard of any more is still what was read on the bus.
        let written = form.take("vehicle");
        if !form.has("vehicle_text") {
            form.set("vehicle_text", &written);
        }
    }
    if form.get("route") != AS_WRITTEN && route_of(form, view).is_none() {
        find_route(form, view, &mut found);
    }
    if form.get("stop") != AS_WRITTEN && stop_of(form, view).is_none() {
        find_stop(form, view, &mut found);
    }
    found
}

fn find_route(form: &mut Form, view: &View, found: &mut Found) {
    form.set("route", "");
    let wanted = form.get("route_find").to_owned();
    if wanted.is_empty() {
        return;
    }
    let timetable = view.timetable();
    let hits = view.search(&wanted, usize::MAX).hits.into_iter().filter(|h| h.kind == "route");
    let hits: Vec<RouteIdx> = hits.filter_map(|h| timetable.route_by_id(&h.id)).collect();
    let same = |r: &&RouteIdx| fold(view.route_name(**r)) == fold(&wanted);
    let exact: Vec<&RouteIdx> = hits.iter().filter(same).collect();
    match (exact.len(), hits.len()) {
        (1, _) => form.set("route", &timetable.route(*exact[0]).id),
        (0, 1) => form.set("route", &timetable.route(hits[0]).id),
        _ => {
            let shown = if exact.is_empty() { hits.iter().collect() } else { exact };
            let shown = shown.into_iter().take(CHOICES_MAX);
            found.routes = shown.map(|r| named_route(view, *r)).collect();
            found.faults.push(Fault::RouteUnknown);
        }
    }
}

fn find_stop(form: &mut Form, view: &View, found: &mut Found) {
    form.set("stop", "");
    let wanted = form.get("stop_find").to_owned();
    if wanted.is_empty() {
        return;
    }
    let fits = view.stops_named(&wanted, None, usize::MAX).stops;
    let of_route: Vec<Named> = route_of(form, view).map_or_else(Vec::new, |route| {
        let groups = stops_of(view, route).into_iter();
        let stops = groups.flat_map(|g| {
            let towards = format!("→ {}", g.headsign);
            g.stops.into_iter().map(move |s| Named { detail: towards.clone(), ..s })
        });
        stops.filter(|s| fits.iter().any(|f| f.stop_id == s.id)).collect()
    });
    let anywhere = || {
        fits.iter().map(|s| Named {
            id: s.stop_id.clone(),
            name: s.name.clone(),
            detail: s.routes.join(", "),
        })
    };
    let stops = if of_route.is_empty() { anywhere().collect() } else { of_route };
    match &stops[..] {
        [only] => form.set("stop", &only.id),
        [] => found.faults.push(Fault::StopUnknown),
        _ => found.faults.push(Fault::StopChoose),
    }
    found.stops = stops.into_iter().take(CHOICES_MAX).collect();
}

/// What is missing for the rule, said once: who does not know goes on.
pub fn missing(form: &Form, view: &View, asks: Asks) -> Vec<Fault> {
    if !asks.insist || form.has("asked") {
        return Vec::new();
    }
    let route = asks.route && !form.has("route") && !form.has("vehicle");
    let stop = asks.stop && !form.has("stop") && stop_of(form, view).is_none();
    let faults = [route.then_some(Fault::RouteNeeded), stop.then_some(Fault::StopNeeded)];
    faults.into_iter().flatten().collect()
}

impl Found {
    /// What is not certain yet.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The second screen.
    pub fn page(
        self,
        office: &Office,
        asked: &Asked,
        (form, view): (Form, &View),
        asks: Asks,
        faults: Vec<Fault>,
    ) -> CitizenPage {
        let (route, stop) = (route_of(&form, view), stop_of(&form, view));
        let written = |name: &str, find: &str| {
            let kept = || Named {
                id: AS_WRITTEN.to_owned(),
                name: form.get(find).to_owned(),
                detail: String::new(),
            };
            (form.get(name) == AS_WRITTEN).then(kept)
        };
        let of_stop = |s| view.fixed.routes_at(s).into_iter().map(|r| named_route(view, r));
        let routes = match stop {
            Some(stop) if self.routes.is_empty() => of_stop(stop).collect(),
            _ => self.routes,
        };
        let all = (0..view.timetable().routes.len().min(ROUTES_MAX)).map(RouteIdx::from);
        let zone = &office.register.law().office().zone;
        let now = jiff::Timestamp::from_second(office.register.now()).unwrap_or_default();
        let known = view.vehicle_by_id(form.get("vehicle"));
        CitizenPage::Place(PlacePage {
            kind: office.kind_name(&form, words_of(asked)),
            asks,
            faults,
            route: route.map(|r| named_route(view, r)).or_else(|| written("route", "route_find")),
            routes,
            all_routes: all.map(|r| named_route(view, r)).collect(),
            stop: stop
                .map(|s| named_stop(view, s, String::new()))
                .or_else(|| written("stop", "stop_find")),
            stops: self.stops,
            of_route: route.map_or_else(Vec::new, |r| stops_of(view, r)),
            vehicle: known.map(|v| v.label.as_deref().unwrap_or(&v.vehicle_id).to_owned()),
            today: now.to_zoned(zone.clone()).date().to_string(),
            form,
        })
    }
}
