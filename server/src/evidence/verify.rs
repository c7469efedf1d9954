//! Computed once more: nothing was edited, and whoever has the same inputs gets the same bytes.

use super::EvidenceError;
use super::positions::kept as positions_kept;
use super::slice::visit;
use crate::register::{Kept, Register};
use crate::store::{Store, Window};
use api::EvidenceCheck;
use appeals::ids::EvidenceId;
use appeals::journal::Hash;
use appeals::kind::{Catalogue, KindEntry};
use appeals::positions::Position;
use appeals::record::{Ping, Record, Visit};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use transit::EpochS;

/// How the rows of the record stand to the inputs that were kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordState {
    /// The same rows.
    Same,
    /// All of them, and others that came later.
    More,
    /// They are not kept any more.
    Gone,
    /// Some are missing, or say otherwise.
    Differs,
}

impl RecordState {
    /// On the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::More => "more",
            Self::Gone => "gone",
            Self::Differs => "differs",
        }
    }
}

/// The entry of the catalogue as it was when the evidence was frozen.
fn entry_of(kinds: &Catalogue, kept: &Kept) -> KindEntry {
    let packet = &kept.evidence.packet;
    KindEntry {
        rule: packet.rule,
        version: packet.rule_version,
        params: packet.params.clone(),
        ..kinds.entry(packet.kind).clone()
    }
}

/// The sealed bytes have their digest, and the inputs that were kept give the same bytes again, by the engine of the
/// version that computed them.
fn computed_again(kinds: &Catalogue, zone: &TimeZone, kept: &Kept) -> (bool, bool) {
    let intact = Hash::of(&kept.bytes) == kept.evidence.digest;
    let entry = entry_of(kinds, kept);
    let again = kept.evidence.recomputes(&entry, &kept.records, zone);
    (intact, intact && again)
}

/// Whether the rows of the record still are those of the slice.
async fn rows_of(store: &Store, record: &Record) -> Result<RecordState, EvidenceError> {
    let window = Window { from: record.from, to: record.known_until.max(record.from) };
    let way = record.direction.map(i16::from);
    let rows = store.visits_of_route(record.route.as_str(), way, window).await?;
    let now: Vec<Visit> = rows.into_iter().map(visit).collect();
    if now == record.visits {
        return Ok(RecordState::Same);
    }
    if now.is_empty() {
        return Ok(RecordState::Gone);
    }
    let all = record.visits.iter().all(|v| now.contains(v));
    Ok(if all { RecordState::More } else { RecordState::Differs })
}

/// Whether the positions of the slice still are on the record. Others beside them say nothing: a slice takes those
/// that its rule asks for.
async fn positions_of(store: &Store, record: &Record) -> Result<RecordState, EvidenceError> {
    let times = record.pings.iter().map(|p| p.at);
    let Some((first, last)) = times.clone().min().zip(times.max()) else {
        return Ok(RecordState::Same);
    };
    let mut ids: Vec<String> = record.pings.iter().map(|p| p.vehicle.0.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = store.tracks_of(&ids, Window { from: first, to: last + 1 }).await?;
    let mut now: BTreeMap<(&str, EpochS), Vec<Position>> = BTreeMap::new();
    for row in &rows {
        for position in positions_kept(row) {
            now.entry((row.vehicle_id.as_str(), position.at)).or_default().push(position);
        }
    }
    let is_kept = |ping: &Ping| {
        let there = now.get(&(ping.vehicle.as_str(), ping.at));
        there.is_some_and(|there| there.iter().any(|position| is_of(ping, position)))
    };
    let found = record.pings.iter().filter(|p| is_kept(p)).count();
    Ok(match found {
        0 if now.is_empty() => RecordState::Gone,
        _ if found == record.pings.len() => RecordState::Same,
        _ => RecordState::Differs,
    })
}

/// The same position: the kept numbers went through text.
fn is_of(ping: &Ping, position: &Position) -> bool {
    /// Half of the last digit that the record keeps, degrees.
    const DEGREES: f64 = 5e-6;
    let near = |a: f64, b: f64| (a - b).abs() < DEGREES;
    near(ping.lat, position.place.lat)
        && near(ping.lon, position.place.lon)
        && ping.occupancy == position.occupancy
        && match (ping.speed_mps, position.speed_mps) {
            (Some(a), Some(b)) => near(a, b),
            (a, b) => a.is_none() && b.is_none(),
        }
}

/// Checks one piece of evidence.
///
/// # Errors
/// When register or record cannot be read.
pub async fn check(
    register: &Register,
    store: &Store,
    number: &str,
    id: EvidenceId,
) -> Result<EvidenceCheck, EvidenceError> {
    let kept = register.evidence_kept(id).await?;
    let law = register.law();
    let (intact, recomputes) = computed_again(law.kinds(), &law.office().zone, &kept);
    let mut record = RecordState::Same;
    for slice in &kept.records {
        record = record.max(rows_of(store, slice).await?);
        record = record.max(positions_of(store, slice).await?);
    }
    Ok(EvidenceCheck {
        number: number.to_owned(),
        evidence_id: id.to_string(),
        digest: kept.evidence.digest.to_string(),
        intact,
        recomputes,
        record: record.name().to_owned(),
    })
}
