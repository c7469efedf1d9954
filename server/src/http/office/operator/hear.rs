//! From the line and what was chosen by hand to a claim, and to what the form shows of it.

use super::form::DeskForm;
use crate::register::Law;
use crate::view::View;
use api::{DeskChoice, DeskLine};
use appeals::claim::{Claim, ClaimTime, Place};
use appeals::ids::{RouteId, StopId, TopicId};
use appeals::kind::Kind;
use appeals::line::{About, Gazetteer, Meaning, Understood, understand};
use appeals::words::Language;
use frontend::office::operator::{Chip, Chips};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use transit::ids::{RouteIdx, StopIdx};
use transit::{EpochS, LatLon};

/// A time as a form writes it.
const LOCAL: &str = "%Y-%m-%dT%H:%M";
/// A minute, seconds.
const MINUTE_S: i64 = 60;
/// Stops of one choice, at most.
const STOPS_MAX: usize = 200;

/// What was heard.
pub struct Heard {
    /// For the wire and the page; passages and the rest are added later.
    pub line: DeskLine,
    /// What the form shows.
    pub chips: Chips,
    /// What goes into the register.
    pub claim: Claim,
    /// What it is about.
    pub about: Option<About>,
    /// Route.
    pub route: Option<RouteIdx>,
    /// Stops to look at: one, those that may be meant, or such as stand for the line.
    pub stops: Vec<StopIdx>,
    /// No stop was said: those to look at stand for the whole line.
    pub whole_line: bool,
    /// The time that was typed is none.
    pub time_fault: bool,
}

impl Heard {
    /// Kind and topic for the register; everything that is not said otherwise is "other".
    pub fn kind_and_topic(&self, law: &Law) -> (Kind, Option<TopicId>) {
        match &self.about {
            Some(About::Kind(kind)) => (*kind, None),
            Some(About::Topic(id)) => {
                let kind = law.topics().get(id.as_str()).map_or(Kind::Other, |t| t.kind);
                (kind, Some(id.clone()))
            }
            None => (Kind::Other, None),
        }
    }
}

/// The code of what it is about: that of a kind or the id of a topic.
pub fn code(about: &About) -> String {
    match about {
        About::Kind(kind) => kind.code().to_owned(),
        About::Topic(id) => id.to_string(),
    }
}

/// Its name.
pub fn name(about: &About, law: &Law, language: Language) -> String {
    match about {
        About::Kind(kind) => law.kinds().entry(*kind).name.of(language).to_owned(),
        About::Topic(id) => {
            let topic = law.topics().get(id.as_str());
            topic.map(|t| t.name.of(language).to_owned()).unwrap_or_default()
        }
    }
}

fn about_of(code: &str, law: &Law) -> Option<About> {
    let topic = || law.topics().get(code).map(|t| About::Topic(t.id.clone()));
    Kind::parse(code).map(About::Kind).or_else(topic)
}

/// Hears a form.
pub fn hear(
    form: &DeskForm,
    view: &View,
    gazetteer: &Gazetteer,
    law: &Law,
    now: EpochS,
    language: Language,
) -> Heard {
    let zone = &law.office().zone;
    // To the minute, as it is shown: the same line heard twice says the same.
    let minute = now - now.rem_euclid(MINUTE_S);
    let understood =
        understand(form.get("line"), gazetteer, law.kinds(), law.topics(), zone, minute);
    let (about, what) = about(form, &understood, law);
    let house_number = is_house_number(form, &understood, about.as_ref());
    let (route, route_chip) =
        if house_number { Default::default() } else { route(form, &understood, view) };
    let place = named_place(&understood);
    let (stops, stop, stop_chip) = stops(form, &understood, view, route);
    let (time, at_chip, time_fault) = time(form, &understood, zone);
    let (wait_s, wait_chip) = wait(form, &understood);
    let on_street = route.is_none() && (stop.is_none() || matches!(about, Some(About::Topic(_))));
    let address = address(form, &understood, (on_street, house_number));
    let near = understood.claim.place.filter(|_| stop.is_none() && place.is_some());
    let claim_place = pin(form).or(near);
    let timetable = view.timetable();
    let text = |value: &str| Some(value.to_owned()).filter(|v| !v.is_empty());
    let claim = Claim {
        route: route.map(|r| RouteId(timetable.route(r).id.to_string())),
        direction: stop.and_then(|s| direction(view, route, s)),
        stop: stop.map(|s| StopId(timetable.stop(s).id.to_string())),
        place: claim_place,
        address: text(&address.value),
        vehicle_text: text(form.get("vehicle")),
        time,
        wait_s,
        ..Claim::default()
    };
    let mut line = line_of(&claim, now);
    line.about = understood.about.iter().map(|a| choice(code(a), name(a, law, language))).collect();
    line.route_short_name = route.map(|r| view.route_name(r).to_owned());
    let shown = |name: &String| view.translated(name).to_owned();
    line.place = place.as_ref().map(|(name, _)| shown(name));
    line.other_places = place.iter().flat_map(|(_, others)| others).map(shown).collect();
    line.stops = choices(&stops, view, route);
    let stop_place = stops.first().and_then(|s| timetable.stop(*s).place);
    let ground = claim_place.map(|p| (p.lat, p.lon)).or(stop_place.map(|p| (p.lat, p.lon)));
    (line.lat, line.lon) = (ground.map(|g| g.0), ground.map(|g| g.1));
    line.rest = understood.rest;
    // Without a place these are all stops of the route: to choose from, and too many to look at.
    let whole_line = stop.is_none() && line.place.is_none();
    let looked_at = match stop {
        Some(stop) => vec![stop],
        None if whole_line => route.map_or(Vec::new(), |r| of_line(view, r)),
        None => stops,
    };
    let chips =
        Chips { what, route: route_chip, stop: stop_chip, at: at_chip, wait: wait_chip, address };
    Heard { line, chips, claim, about, route, stops: looked_at, whole_line, time_fault }
}

/// A bare number beside what is no bus's is the number of a house, even where a bus has the same.
fn is_house_number(form: &DeskForm, understood: &Understood, about: Option<&About>) -> bool {
    let line = form.get("line");
    let bare = |span: (usize, usize)| {
        let digit = |c: char| c.is_ascii_digit();
        line.get(span.0..span.1).is_some_and(|text| text.chars().all(digit))
    };
    matches!(about, Some(About::Topic(_)))
        && form.chosen("route").is_none()
        && understood
            .tokens
            .iter()
            .any(|token| matches!(token.meaning, Meaning::Route(_)) && bare(token.span))
}

/// Of what is no bus's the words are the address: the line without what happened and when.
fn address(
    form: &DeskForm,
    understood: &Understood,
    (on_street, house_number): (bool, bool),
) -> Chip {
    if let Some(typed) = form.chosen("address") {
        return Chip { value: typed.to_owned(), chosen: true };
    }
    if !on_street {
        return Chip::default();
    }
    let line = form.get("line");
    let mut left = line.to_owned();
    for token in understood.tokens.iter().rev() {
        let kept = matches!(token.meaning, Meaning::Place { .. })
            || house_number && matches!(token.meaning, Meaning::Route(_));
        if !kept && line.get(token.span.0..token.span.1).is_some() {
            left.replace_range(token.span.0..token.span.1, "");
        }
    }
    let value = left.split_whitespace().collect::<Vec<_>>().join(" ");
    Chip { value, chosen: false }
}

/// The wire's words of a claim; the rest is filled in by who knows it.
fn line_of(claim: &Claim, now: EpochS) -> DeskLine {
    DeskLine {
        at: now,
        about: Vec::new(),
        route_id: claim.route.as_ref().map(|r| r.0.clone()),
        route_short_name: None,
        place: None,
        other_places: Vec::new(),
        stop_id: claim.stop.as_ref().map(|s| s.0.clone()),
        stops: Vec::new(),
        event_at: claim.time.and_then(|t| t.centre()),
        event_about: !matches!(claim.time, None | Some(ClaimTime::At { about: false, .. })),
        wait_s: claim.wait_s,
        lat: None,
        lon: None,
        rest: String::new(),
        passages: Vec::new(),
        situations: Vec::new(),
        similar: Vec::new(),
    }
}

fn choice(code: String, name: String) -> DeskChoice {
    DeskChoice { code, name }
}

fn about(form: &DeskForm, understood: &Understood, law: &Law) -> (Option<About>, Chip) {
    if let Some(chosen) = form.chosen("what") {
        return (about_of(chosen, law), Chip { value: chosen.to_owned(), chosen: true });
    }
    let first = understood.about.first().cloned();
    let value = first.as_ref().map(code).unwrap_or_default();
    (first, Chip { value, chosen: false })
}

fn route(form: &DeskForm, understood: &Understood, view: &View) -> (Option<RouteIdx>, Chip) {
    let timetable = view.timetable();
    let chosen = form.chosen("route");
    let id = match chosen {
        Some(id) => id.to_owned(),
        None => understood.claim.route.as_ref().map(|r| r.0.clone()).unwrap_or_default(),
    };
    let route = timetable.route_by_id(&id);
    (route, Chip { value: id, chosen: chosen.is_some() })
}

fn named_place(understood: &Understood) -> Option<(String, Vec<String>)> {
    understood.tokens.iter().find_map(|t| match &t.meaning {
        Meaning::Place { name, others, .. } => Some((name.clone(), others.clone())),
        _ => None,
    })
}

/// Stops that can be meant, the one that is, and what the form shows.
fn stops(
    form: &DeskForm,
    understood: &Understood,
    view: &View,
    route: Option<RouteIdx>,
) -> (Vec<StopIdx>, Option<StopIdx>, Chip) {
    let timetable = view.timetable();
    let named = understood.tokens.iter().find_map(|t| match &t.meaning {
        Meaning::Place { stops, .. } => Some(stops),
        _ => None,
    });
    let named: Vec<StopIdx> =
        named.into_iter().flatten().filter_map(|s| timetable.stop_by_id(s.as_str())).collect();
    let passes = |s: &StopIdx| route.is_none_or(|r| view.fixed.routes_at(*s).contains(&r));
    let mut found: Vec<StopIdx> = named.iter().copied().filter(passes).collect();
    if found.is_empty() {
        // The place is believed, not the number: one may be misheard, and the page says that they do not fit.
        found = named;
    }
    let sure = (found.len() == 1).then(|| found[0]);
    if found.is_empty()
        && let Some(route) = route
    {
        let patterns = &timetable.route(route).patterns;
        for stop in patterns.iter().flat_map(|p| &timetable.pattern(*p).stops) {
            if !found.contains(stop) && found.len() < STOPS_MAX {
                found.push(*stop);
            }
        }
    }
    if let Some(id) = form.chosen("stop") {
        let stop = timetable.stop_by_id(id);
        if let Some(stop) = stop.filter(|s| !found.contains(s)) {
            found.insert(0, stop);
        }
        return (found, stop, Chip { value: id.to_owned(), chosen: true });
    }
    let id = sure.map(|s| timetable.stop(s).id.to_string()).unwrap_or_default();
    (found, sure, Chip { value: id, chosen: false })
}

/// A stop about the middle of the line for each direction: who stands anywhere sees the same buses.
fn of_line(view: &View, route: RouteIdx) -> Vec<StopIdx> {
    let timetable = view.timetable();
    let patterns = timetable.route(route).patterns.iter().map(|p| timetable.pattern(*p));
    let mut main: Vec<_> = patterns.collect();
    main.sort_by_key(|p| (p.direction, std::cmp::Reverse(p.trips.len())));
    main.dedup_by_key(|p| p.direction);
    main.iter().filter_map(|p| p.stops.get(p.stops.len() / 2).copied()).collect()
}

/// Where the route's buses go from a stop.
pub fn headsign(view: &View, route: Option<RouteIdx>, stop: StopIdx) -> Option<String> {
    let timetable = view.timetable();
    let mut patterns = timetable.stop(stop).served_by.iter().map(|(p, _)| timetable.pattern(*p));
    let pattern = patterns.find(|p| route.is_none_or(|r| p.route == r))?;
    Some(view.translated(&pattern.headsign).to_owned())
}

/// The direction of a route at a stop, where it passes in one only.
pub fn direction(view: &View, route: Option<RouteIdx>, stop: StopIdx) -> Option<u8> {
    let timetable = view.timetable();
    let route = route?;
    let patterns = timetable.stop(stop).served_by.iter().map(|(p, _)| timetable.pattern(*p));
    let mut directions: Vec<Option<u8>> =
        patterns.filter(|p| p.route == route).map(|p| p.direction).collect();
    directions.dedup();
    if directions.len() == 1 { directions[0] } else { None }
}

fn choices(stops: &[StopIdx], view: &View, route: Option<RouteIdx>) -> Vec<DeskChoice> {
    let choice_of = |s: &StopIdx| {
        let stop = view.timetable().stop(*s);
        let name = view.translated(&stop.name);
        // Of a route that does not pass here any other tells the two sides of the street apart.
        let to = headsign(view, route, *s).or_else(|| headsign(view, None, *s));
        let to = to.map(|h| format!(" → {h}")).unwrap_or_default();
        choice(stop.id.to_string(), format!("{name}{to}"))
    };
    stops.iter().map(choice_of).collect()
}

fn time(
    form: &DeskForm,
    understood: &Understood,
    zone: &TimeZone,
) -> (Option<ClaimTime>, Chip, bool) {
    match form.chosen("at") {
        Some("") => (None, Chip { value: String::new(), chosen: true }, false),
        Some(typed) => {
            let local = DateTime::strptime(LOCAL, typed).ok();
            let at = local.and_then(|l| zone.to_ambiguous_zoned(l).compatible().ok());
            let time = at.map(|z| ClaimTime::At { at: z.timestamp().as_second(), about: false });
            (time, Chip { value: typed.to_owned(), chosen: true }, time.is_none())
        }
        None => {
            let time = understood.claim.time;
            let value = time.and_then(|t| t.centre()).map(|at| local(zone, at));
            (time, Chip { value: value.unwrap_or_default(), chosen: false }, false)
        }
    }
}

/// As a form writes it.
fn local(zone: &TimeZone, at: EpochS) -> String {
    jiff::Timestamp::from_second(at)
        .map(|t| zone.to_datetime(t).strftime(LOCAL).to_string())
        .unwrap_or_default()
}

fn wait(form: &DeskForm, understood: &Understood) -> (Option<i64>, Chip) {
    if let Some(typed) = form.chosen("wait") {
        let minutes = typed.parse::<i64>().ok().filter(|m| (0..=1_440).contains(m));
        let chip = Chip { value: typed.to_owned(), chosen: true };
        return (minutes.map(|m| m * MINUTE_S), chip);
    }
    let wait_s = understood.claim.wait_s;
    let value = wait_s.map(|s| (s / MINUTE_S).to_string()).unwrap_or_default();
    (wait_s, Chip { value, chosen: false })
}

/// The pin of the form.
pub fn pin(form: &DeskForm) -> Option<Place> {
    let number = |name: &str| form.get(name).parse::<f64>().ok();
    let (lat, lon) = (number("lat")?, number("lon")?);
    let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
    on_earth.then_some(Place { lat, lon, accuracy_m: None })
}

/// Where the small map looks when nothing is named.
pub fn middle(view: &View) -> Option<(LatLon, f64)> {
    let b = view.fixed.bounds?;
    let span_m = (b.north - b.south).max(b.east - b.west) * 111_320.0;
    Some((LatLon::new(f64::midpoint(b.south, b.north), f64::midpoint(b.west, b.east)), span_m))
}
