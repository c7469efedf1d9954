//! Which positions are believed. Each rule is one [`RejectReason`]; cheap rules come first, and a position
//! that is merely repeated, the normal case, leaves before anything is computed.

use super::config::{MAX_ID_BYTES, MonitorConfig};
use super::feeds::Feed;
use super::fleet::{Fix, Fleet, Vehicle};
use crate::event::{RejectReason, VehiclePosition};
use crate::ids::{FeedIdx, VehicleIdx};
use crate::place::LatLon;
use crate::time::EpochS;
use crate::timetable::Timetable;

/// Within this a vehicle is thought to rest, metres: cta-insights' "parked" (250 ft).
const REST_M: f64 = 75.0;
/// Clocks are rounded and reports queue: so much is added to the time between two fixes, seconds.
const CLOCK_SLACK_S: f64 = 5.0;

/// The box around all stops and lines, widened by the margin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coverage {
    south_west: LatLon,
    north_east: LatLon,
}

impl Coverage {
    /// `None` for a timetable without a place.
    pub fn of(timetable: &Timetable, margin_m: f64) -> Option<Self> {
        let (south_west, north_east) = timetable.spatial.bounds()?;
        let mut b = Self { south_west, north_east };
        let degrees = margin_m / crate::place::EARTH_RADIUS_M.to_radians();
        let widest = b.south_west.lat.abs().max(b.north_east.lat.abs()).min(85.0);
        let east_degrees = degrees / widest.to_radians().cos();
        b.south_west = LatLon::new(b.south_west.lat - degrees, b.south_west.lon - east_degrees);
        b.north_east = LatLon::new(b.north_east.lat + degrees, b.north_east.lon + east_degrees);
        Some(b)
    }

    fn holds(&self, p: LatLon) -> bool {
        (self.south_west.lat..=self.north_east.lat).contains(&p.lat)
            && (self.south_west.lon..=self.north_east.lon).contains(&p.lon)
    }
}

/// What intake says of a position that it believes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accepted {
    pub vehicle: VehicleIdx,
    pub fix: Fix,
    /// The fix before; `None` at first and after a jump.
    pub before: Option<Fix>,
}

/// Judges one position. On success the vehicle's last fix is the new one.
pub(super) fn judge(
    config: &MonitorConfig,
    coverage: Option<&Coverage>,
    feed: &mut Feed,
    fleet: &mut Fleet,
    now: EpochS,
    position: &VehiclePosition<'_>,
) -> Result<Accepted, RejectReason> {
    let judged = judge_new(config, coverage, feed, fleet, now, position);
    match &judged {
        Ok(accepted) => {
            let timed = position.measured_at.is_some_and(|at| at > 0);
            fleet.heads[accepted.vehicle.get()].known_at = Some(accepted.fix.at).filter(|_| timed);
        }
        Err(RejectReason::Duplicate) => {}
        // The same again may be judged otherwise: by then time has passed.
        Err(_) => {
            if let Some(vehicle) = fleet.find(position.feed, position.vehicle_id) {
                fleet.heads[vehicle.get()].known_at = None;
            }
        }
    }
    judged
}

/// True if a position that was told before, and is told again, is a duplicate, as [`judge`] would find. It is counted
/// as one.
pub(super) fn is_repeated(
    config: &MonitorConfig,
    feed: &mut Feed,
    fleet: &mut Fleet,
    now: EpochS,
    (index, vehicle_id, measured_at): (FeedIdx, &str, Option<EpochS>),
) -> bool {
    let Some(at) = measured_at.map(super::clamp).filter(|at| *at > 0) else { return false };
    if at > now.saturating_add(config.future_tolerance_s) {
        return false;
    }
    let Some(vehicle) = fleet.find(index, vehicle_id) else { return false };
    let head = &mut fleet.heads[vehicle.get()];
    if head.known_at != Some(at) {
        return false;
    }
    head.heard_at = now;
    feed.told.positions += 1;
    feed.measured(at);
    feed.aged(now.saturating_sub(at));
    feed.reject(RejectReason::Duplicate);
    true
}

fn judge_new(
    config: &MonitorConfig,
    coverage: Option<&Coverage>,
    feed: &mut Feed,
    fleet: &mut Fleet,
    now: EpochS,
    position: &VehiclePosition<'_>,
) -> Result<Accepted, RejectReason> {
    check_alone(position)?;
    let known = fleet.find(position.feed, position.vehicle_id);
    let at = measured_at(config, feed, now, position, known.map(|v| &fleet.vehicles[v.get()]))?;
    if let Some(index) = known {
        fleet.heads[index.get()].heard_at = now;
        let vehicle = &mut fleet.vehicles[index.get()];
        check_order(config, vehicle, now, at).inspect_err(|reason| {
            if *reason == RejectReason::Duplicate {
                feed.measured(at);
                feed.aged(now.saturating_sub(at));
            }
        })?;
    }
    if now.saturating_sub(at) > config.stale_after_s {
        feed.measured(at);
        return Err(RejectReason::Stale);
    }
    if coverage.is_some_and(|c| !c.holds(position.place)) {
        return Err(RejectReason::OutsideCoverage);
    }
    let Some(index) =
        known.or_else(|| fleet.add(position.feed, position.vehicle_id, now, config.max_vehicles))
    else {
        return Err(RejectReason::TooManyVehicles);
    };
    let fix = Fix {
        place: position.place,
        at,
        speed_mps: position.speed_mps.filter(|v| (0.0..60.0).contains(v)),
        bearing_deg: position.bearing_deg.filter(|b| (0.0..=360.0).contains(b)),
    };
    let vehicle = &mut fleet.vehicles[index.get()];
    let before = check_motion(config, vehicle, fix)?;
    feed.measured(at);
    feed.aged(now.saturating_sub(at));
    note_rest(vehicle, fix);
    vehicle.fix = Some(fix);
    Ok(Accepted { vehicle: index, fix, before })
}

/// Rules that need nothing but the position.
fn check_alone(position: &VehiclePosition<'_>) -> Result<(), RejectReason> {
    let place = position.place;
    if position.vehicle_id.is_empty() {
        return Err(RejectReason::NoVehicleId);
    }
    if position.vehicle_id.len() > MAX_ID_BYTES {
        return Err(RejectReason::NotUsable);
    }
    let finite = place.lat.is_finite() && place.lon.is_finite();
    if !finite || place.lat.abs() > 90.0 || place.lon.abs() > 180.0 {
        return Err(RejectReason::BadCoordinates);
    }
    if !place.is_plausible() {
        return Err(RejectReason::NullIsland);
    }
    Ok(())
}

/// When it was measured. A feed that never says gets its header's time, and only where the place changed:
/// otherwise a vehicle that fell silent would seem the newest of all.
fn measured_at(
    config: &MonitorConfig,
    feed: &mut Feed,
    now: EpochS,
    position: &VehiclePosition<'_>,
    known: Option<&Vehicle>,
) -> Result<EpochS, RejectReason> {
    let at = match position.measured_at.map(super::clamp) {
        Some(at) if at > 0 => {
            feed.gives_times = true;
            at
        }
        _ if feed.gives_times => return Err(RejectReason::NoTimestamp),
        _ => {
            if known.and_then(|v| v.fix).is_some_and(|f| f.place == position.place) {
                return Err(RejectReason::Duplicate);
            }
            feed.header_at.filter(|h| *h > 0).unwrap_or(now).min(now)
        }
    };
    if at > now.saturating_add(config.future_tolerance_s) {
        return Err(RejectReason::Future);
    }
    Ok(at)
}

/// Newer than the last, or repeated, or late. A last fix that lies in the future of now came of a clock
/// that was wrong and has been set right: it is dropped, or the vehicle would be deaf until then.
fn check_order(
    config: &MonitorConfig,
    vehicle: &mut Vehicle,
    now: EpochS,
    at: EpochS,
) -> Result<(), RejectReason> {
    let Some(last) = vehicle.fix else { return Ok(()) };
    if last.at > now.saturating_add(config.future_tolerance_s) {
        vehicle.fix = None;
        vehicle.suspect = None;
        return Ok(());
    }
    if at == last.at || vehicle.suspect.is_some_and(|s| s.at == at) {
        return Err(RejectReason::Duplicate);
    }
    if at < last.at {
        return Err(RejectReason::OutOfOrder);
    }
    Ok(())
}

/// Jumps and stuck receivers. Returns the fix before, if the new one follows from it.
fn check_motion(
    config: &MonitorConfig,
    vehicle: &mut Vehicle,
    fix: Fix,
) -> Result<Option<Fix>, RejectReason> {
    let Some(last) = vehicle.fix else {
        vehicle.same_since = fix.at;
        return Ok(None);
    };
    if last.place == fix.place {
        vehicle.suspect = None;
        if fix.at - vehicle.same_since > config.frozen_after_s && vehicle.track.should_move() {
            vehicle.stuck = true;
            return Err(RejectReason::Frozen);
        }
        return Ok(Some(last));
    }
    if is_jump(config, last, fix) {
        let confirmed = vehicle.suspect.is_some_and(|s| fix.at > s.at && !is_jump(config, s, fix));
        if !confirmed {
            vehicle.suspect = Some(fix);
            return Err(RejectReason::Teleport);
        }
        vehicle.suspect = None;
        vehicle.same_since = fix.at;
        return Ok(None);
    }
    vehicle.suspect = None;
    vehicle.same_since = fix.at;
    Ok(Some(last).filter(|_| !std::mem::take(&mut vehicle.stuck)))
}

fn is_jump(config: &MonitorConfig, from: Fix, to: Fix) -> bool {
    let distance = from.place.distance_m(to.place);
    let elapsed = (to.at - from.at) as f64 + CLOCK_SLACK_S;
    distance > config.teleport_min_m && distance > config.max_speed_mps * elapsed
}

fn note_rest(vehicle: &mut Vehicle, fix: Fix) {
    if vehicle.fix.is_none() || vehicle.rest.0.distance_m(fix.place) > REST_M {
        vehicle.rest = (fix.place, fix.at);
    }
}
