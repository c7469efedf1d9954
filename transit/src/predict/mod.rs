//! When the bus comes: arrivals predicted from what visits taught, each with its 10–90 % range.
//!
//! Three things are learnt, all from stop visits and nothing else: how long a stretch takes by hour and kind
//! of day, as a share of the plan (`history`); how far the last buses over it, and the bus itself, were off
//! that (`traffic`); and how wrong the predictions themselves turned out, by horizon (`errors`), from which
//! the ranges come. `course` walks a run ahead with them; `learning` takes visits; `reading` answers.
//!
//! What is thin leans on what is not: an hour on its segment, a segment on the city, the city on the plan.
//! So a first day predicts the plan, carried on by what the bus does. Nothing is predicted where nothing is
//! known: off its line, silent for long, overdue without a vehicle.
//!
//! Memory: [`SEGMENT_BYTES`] for a segment that was ever driven, [`VEHICLE_BYTES`] for a vehicle, and some
//! kilobytes for the city. Copies for readers share all that did not change.

mod course;
mod errors;
mod history;
mod learning;
mod pending;
mod reading;
mod sketch;
mod traffic;

pub(crate) use reading::next_of_block;

use crate::flow::Shelf;
use crate::ids::{SegmentIdx, VehicleIdx};
use crate::time::{EpochS, ServiceDate};
use crate::timetable::{Segment, Timetable, TripInstance};
use errors::Errors;
use history::{CityHistory, SegmentHistory};
use learning::Progress;
use pending::Pending;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use traffic::Persistence;

/// Bytes of history of one segment.
pub const SEGMENT_BYTES: usize = size_of::<SegmentHistory>();
/// Bytes of state of one vehicle.
pub const VEHICLE_BYTES: usize = size_of::<Progress>() + size_of::<Pending>();

/// Hours of the service day that are told apart; past midnight they begin anew.
const BANDS: usize = 24;
/// Working days, Saturdays, Sundays.
const DAY_TYPES: usize = 3;

/// Share of arrivals before the instant that riders are told. A bus that comes earlier than was said is missed,
/// one that comes later is waited for, so it is less than a half (the reference: about 40 %). Of captured days and
/// generated worlds the rider's score is flat and highest between a fifth and a third; towards a third the mean
/// error is still that of the median, since arrivals have their long tail on the late side.
pub const PROMISED: f64 = 0.3;

/// What a prediction rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// The vehicle that drives the run.
    Vehicle,
    /// The vehicle that drives an earlier run of the block.
    Block,
    /// The plan, and what runs usually make of it.
    Plan,
}

/// An instant that is not known exactly. Never decreasing from field to field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// One in ten comes before.
    pub p10: EpochS,
    /// As many before as after.
    pub p50: EpochS,
    /// One in ten comes after.
    pub p90: EpochS,
}

/// A stop of a run that lies ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopPrediction {
    /// 0-based position in the pattern.
    pub stop_position: u16,
    /// Arrival; at a first stop the departure.
    pub arrival: Range,
    /// What riders are told of it: [`PROMISED`] come before. Who comes then rarely sees the bus leave.
    pub promised: EpochS,
    /// Departure that goes with it; the arrival at a last stop.
    pub departure: EpochS,
}

/// Learns; only the writer has it.
#[derive(Debug, Default)]
pub struct Predictor {
    learnt: Learnt,
    /// By vehicle: predictions that wait for what comes of them.
    pending: Vec<Pending>,
}

/// All that was learnt. A clone shares it.
#[derive(Clone, Debug, Default)]
pub struct Learnt {
    /// By segment.
    segments: Shelf<SegmentHistory>,
    /// By vehicle.
    vehicles: Shelf<Progress>,
    city: Arc<City>,
}

/// What is learnt of the whole city.
#[derive(Clone, Debug, Default)]
struct City {
    history: CityHistory,
    persistence: Persistence,
    errors: Errors,
}

impl Predictor {
    /// For readers.
    pub fn share(&self) -> Learnt {
        self.learnt.clone()
    }

    /// Carries what was learnt to a new timetable: segments by the ids of their stops, runs by `run`.
    /// Predictions that wait are dropped.
    #[must_use]
    pub fn carried(
        &self,
        old: &Timetable,
        new: &Timetable,
        run: impl Fn(TripInstance) -> Option<TripInstance>,
    ) -> Self {
        let city = Arc::clone(&self.learnt.city);
        let mut learnt = Learnt { city, ..Learnt::default() };
        let of = |s: &Segment| {
            let id = |stop| new.stop_by_id(&old.stop(stop).id);
            Some((id(s.from)?, id(s.to)?))
        };
        let by_stops: FxHashMap<_, _> =
            new.segments.iter().enumerate().map(|(i, s)| ((s.from, s.to), i)).collect();
        for (i, segment) in old.segments.iter().enumerate() {
            if let Some(known) = self.learnt.segments.get(i)
                && let Some(to) = of(segment).and_then(|stops| by_stops.get(&stops))
            {
                *learnt.segments.slot(*to) = known.clone();
            }
        }
        for i in 0..self.pending.len() {
            if let Some(progress) = self.learnt.vehicles.get(i).and_then(|p| p.renamed(&run)) {
                *learnt.vehicles.slot(i) = progress;
            }
        }
        Self { learnt, pending: vec![Pending::default(); self.pending.len()] }
    }
}

impl Learnt {
    fn segment(&self, segment: SegmentIdx) -> Option<&SegmentHistory> {
        self.segments.get(segment.get())
    }

    fn progress(&self, vehicle: VehicleIdx, run: TripInstance) -> Option<&Progress> {
        self.vehicles.get(vehicle.get()).filter(|p| p.run == Some(run))
    }
}

/// Hour of the service day and kind of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct When {
    day_type: usize,
    band: usize,
}

impl When {
    /// Of an instant `since_origin_s` seconds into the service day.
    fn of(date: ServiceDate, since_origin_s: i64) -> Self {
        let day_type = match date.weekday() {
            5 => 1,
            6 => 2,
            _ => 0,
        };
        Self { day_type, band: 0 }.at(since_origin_s)
    }

    /// Of another instant of the same service day.
    fn at(self, since_origin_s: i64) -> Self {
        let band = since_origin_s.div_euclid(3_600).rem_euclid(BANDS as i64) as usize;
        Self { band, ..self }
    }
}
