//! What happened, put right by who works on the appeal: a form of names that people know.

use super::commands::Unreadable;
use super::queue::Places;
use super::{Fields, field};
use crate::http::office::operator::direction;
use appeals::appeal::{Appeal, Command};
use appeals::claim::{Claim, ClaimTime};
use appeals::ids::VehicleId;
use appeals::kind::{Catalogue, Kind};
use frontend::office::ClaimForm;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use transit::EpochS;

/// A time as a form writes it.
const LOCAL: &str = "%Y-%m-%dT%H:%M";
const MINUTE_S: i64 = 60;
/// Longest wait, minutes.
const WAIT_MIN_MAX: i64 = 1_440;
/// Stops that are suggested.
const STOPS_MAX: usize = 300;

fn local(zone: &TimeZone, at: EpochS) -> String {
    let stamp = jiff::Timestamp::from_second(at);
    stamp.map_or_else(|_| String::new(), |t| zone.to_datetime(t).strftime(LOCAL).to_string())
}

/// What the form begins with.
pub fn form(appeal: &Appeal, kinds: &Catalogue, places: &Places, zone: &TimeZone) -> ClaimForm {
    let claim = &appeal.claim;
    let about = matches!(claim.time, Some(ClaimTime::At { about: true, .. }));
    ClaimForm {
        kind: appeal.kind.code().to_owned(),
        kinds: kinds.entries().iter().map(|e| e.code.code().to_owned()).collect(),
        route: claim.route.as_ref().map(|r| places.route(r.as_str())).unwrap_or_default(),
        stop: claim.stop.as_ref().map(|s| places.stop_named(s.as_str())).unwrap_or_default(),
        stops: claim.route.as_ref().map_or_else(Vec::new, |r| {
            places.stops_of(r.as_str()).into_iter().take(STOPS_MAX).collect()
        }),
        at: claim.time.and_then(|t| t.centre()).map(|at| local(zone, at)).unwrap_or_default(),
        about,
        vehicle: claim.vehicle_text.clone().or(claim.vehicle.as_ref().map(|v| v.0.clone())),
        wait_min: claim.wait_s.map(|s| s / MINUTE_S),
    }
}

/// The command of the form. A time that was not touched stays what it was: "every morning" has no minute.
pub fn command(
    fields: &Fields,
    appeal: &Appeal,
    places: &Places,
    zone: &TimeZone,
) -> Result<Command, Unreadable> {
    let text = |name: &str| Some(field(fields, name)).filter(|t| !t.is_empty());
    let kind = Kind::parse(field(fields, "kind")).ok_or("field")?;
    let before = &appeal.claim;
    // What was not touched stays, also where the timetable has lost it meanwhile.
    let route = match (text("route"), &before.route) {
        (None, _) => None,
        (Some(said), Some(was)) if said == places.route(was.as_str()) => Some(was.0.clone()),
        (Some(said), _) => Some(places.route_id(said).ok_or("unknown_route")?),
    };
    let stop = match (text("stop"), &before.stop) {
        (None, _) => None,
        (Some(said), Some(was)) if said == places.stop_named(was.as_str()) => Some(was.0.clone()),
        (Some(said), _) => Some(places.stop_id(said, route.as_deref()).ok_or("unknown_stop")?),
    };
    let mut claim = Claim {
        route: route.as_deref().map(Into::into),
        stop: stop.as_deref().map(Into::into),
        time: time(fields, before.time, zone)?,
        wait_s: match text("wait") {
            Some(said) if before.wait_s.is_some_and(|s| (s / MINUTE_S).to_string() == said) => {
                before.wait_s
            }
            Some(said) => {
                let minutes = said.parse().ok().filter(|m| (0..=WAIT_MIN_MAX).contains(m));
                Some(minutes.ok_or("field")? * MINUTE_S)
            }
            None => None,
        },
        ..before.clone()
    };
    if (&claim.route, &claim.stop) != (&before.route, &before.stop) {
        let timetable = places.0.timetable();
        let route = route.as_deref().and_then(|r| timetable.route_by_id(r));
        let stop = stop.as_deref().and_then(|s| timetable.stop_by_id(s));
        claim.direction = stop.and_then(|s| direction(&places.0, route, s));
        claim.trip = None;
    }
    let named = before.vehicle_text.as_deref().or(before.vehicle.as_ref().map(VehicleId::as_str));
    if text("vehicle") != named {
        claim.vehicle_text = text("vehicle").map(str::to_owned);
        let known = text("vehicle").and_then(|v| places.0.vehicle_by_id(v));
        claim.vehicle = known.map(|v| (&*v.vehicle_id).into());
    }
    let topic = appeal.topic.clone().filter(|_| kind == appeal.kind);
    Ok(Command::ChangeClaim { kind, topic, claim: Box::new(claim) })
}

fn time(
    fields: &Fields,
    before: Option<ClaimTime>,
    zone: &TimeZone,
) -> Result<Option<ClaimTime>, Unreadable> {
    let (typed, about) = (field(fields, "at"), field(fields, "about") == "on");
    let was = before.and_then(|t| t.centre()).map(|at| local(zone, at)).unwrap_or_default();
    if typed == was {
        return Ok(match before {
            Some(ClaimTime::At { at, .. }) => Some(ClaimTime::At { at, about }),
            other => other,
        });
    }
    if typed.is_empty() {
        return Ok(None);
    }
    let local = DateTime::strptime(LOCAL, typed).map_err(|_| "date")?;
    let zoned = zone.to_ambiguous_zoned(local).compatible().map_err(|_| "date")?;
    Ok(Some(ClaimTime::At { at: zoned.timestamp().as_second(), about }))
}
