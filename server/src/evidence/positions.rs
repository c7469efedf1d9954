//! Where the vehicles of a slice were: what is kept of their tracks, against the lines of their runs.

use super::{EvidenceError, Examiner};
use crate::record::TrackRow;
use crate::store::Window;
use crate::track::{TrackFix, fixes};
use appeals::claim::Claim;
use appeals::ids::VehicleId;
use appeals::kind::Rule;
use appeals::positions::{Position, pings};
use appeals::record::{Ping, Visit};
use std::collections::BTreeMap;
use transit::ids::StopIdx;
use transit::{EpochS, LatLon, Timetable};

/// Vehicles looked at in one window: those nearest to its middle.
const VEHICLES_MAX: usize = 40;
/// Positions around a passage are looked at so far beyond the window, seconds.
const BESIDE_S: EpochS = 300;
/// Positions of one window: two hours of forty vehicles, one a minute.
const PINGS_MAX: usize = 6_000;

impl Examiner {
    /// Positions of the vehicles that drove the route around a window, as far as a rule asks for them.
    pub(super) async fn pings(
        &self,
        rule: Rule,
        (timetable, stop): (&Timetable, Option<StopIdx>),
        claim: &Claim,
        visits: &[Visit],
        (from, to): (EpochS, EpochS),
    ) -> Result<Vec<Ping>, EvidenceError> {
        if !rule.needs_positions() {
            return Ok(Vec::new());
        }
        let (from, to) = (from - BESIDE_S, to + BESIDE_S);
        let vehicles = vehicles(claim, visits, (from, to));
        let ids: Vec<String> = vehicles.iter().map(|v| v.0.clone()).collect();
        let rows = self.store.tracks_of(&ids, Window { from, to }).await?;
        let mut by_vehicle: BTreeMap<VehicleId, Vec<Position>> = BTreeMap::new();
        for row in rows {
            let told = kept(&row).into_iter().filter(|p| p.at >= from && p.at < to);
            let told: Vec<Position> = told.collect();
            by_vehicle.entry(VehicleId(row.vehicle_id)).or_default().extend(told);
        }
        let mut all = Vec::new();
        for (vehicle, positions) in &by_vehicle {
            all.extend(pings(timetable, stop, visits, vehicle, positions));
        }
        // What is far from the stop tells nothing of it.
        if stop.is_some() && !matches!(rule, Rule::OffRoute | Rule::Speeding) {
            all.retain(|p| p.from_stop_m.is_some());
        }
        Ok(nearest(all, i64::midpoint(from, to)))
    }
}

/// The positions of a row of the record.
pub(super) fn kept(row: &TrackRow) -> Vec<Position> {
    let position = |fix: &TrackFix| {
        let (lat, lon) = fix.degrees();
        Position {
            at: fix.at,
            place: LatLon::new(lat, lon),
            speed_mps: fix.speed_dmps.map(|s| f64::from(s) / 10.0),
            occupancy: fix.occupancy,
        }
    };
    fixes(row.from_at, &row.body).iter().map(position).collect()
}

/// Vehicles that were on the route within a span, by id.
fn vehicles<'a>(
    claim: &'a Claim,
    visits: &'a [Visit],
    (from, to): (EpochS, EpochS),
) -> Vec<&'a VehicleId> {
    let middle = i64::midpoint(from, to);
    let mut away: BTreeMap<&VehicleId, EpochS> = BTreeMap::new();
    for visit in visits {
        let Some(at) = visit.there_at().filter(|at| *at >= from && *at < to) else { continue };
        let least = away.entry(&visit.vehicle).or_insert(EpochS::MAX);
        *least = (*least).min((at - middle).abs());
    }
    // The one that is named comes first, wherever it was.
    if let Some(named) = claim.vehicle.as_ref()
        && let Some(least) = away.get_mut(named)
    {
        *least = 0;
    }
    let mut list: Vec<(EpochS, &VehicleId)> = away.into_iter().map(|(v, s)| (s, v)).collect();
    list.sort();
    let mut list: Vec<&VehicleId> = list.into_iter().take(VEHICLES_MAX).map(|(_, v)| v).collect();
    list.sort();
    list
}

/// Those nearest to an instant, by vehicle and time.
fn nearest(mut pings: Vec<Ping>, middle: EpochS) -> Vec<Ping> {
    if pings.len() > PINGS_MAX {
        pings.sort_by(|a, b| {
            let away = |p: &Ping| (p.at - middle).abs();
            away(a).cmp(&away(b)).then(a.vehicle.cmp(&b.vehicle))
        });
        pings.truncate(PINGS_MAX);
        pings.sort_by(|a, b| (&a.vehicle, a.at).cmp(&(&b.vehicle, b.at)));
    }
    pings
}
