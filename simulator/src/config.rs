//! What a world is like. Plain fields, every one with its unit.

use transit::EpochS;

/// The settings of a [`crate::World`]. `Default` is a usual city with a good feed.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldConfig {
    /// Everything random follows from it, and from the ids in the timetable.
    pub seed: u64,
    /// How fast the streets are.
    pub traffic: Traffic,
    /// Who waits at the stops.
    pub passengers: Passengers,
    /// What drivers and dispatchers do.
    pub operation: Operation,
    /// Troubles of single routes.
    pub troubles: Vec<RouteTrouble>,
    /// Closed stretches.
    pub detours: Vec<Detour>,
    /// Breakdowns that are sure to happen, on top of the random ones.
    pub planned_breakdowns: Vec<PlannedBreakdown>,
    /// The receivers on the buses.
    pub gps: Gps,
    /// The feed.
    pub feed: FeedManner,
    /// Keep the truth for [`crate::World::drain_truth`]. Who does not drain it sets this to false.
    pub keep_truth: bool,
}

/// Driving times: the timetable's own, times a factor that varies.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// Driving time against the timetable's, at an hour of usual traffic. 1 = as planned.
    pub pace: f64,
    /// Added to the factor at the height of the two peaks (08:00 and 18:00).
    pub peak_slowdown: f64,
    /// Deviation of the factor between segments, the same all day.
    pub segment_sd: f64,
    /// Deviation of the factor of a segment through time.
    pub hour_sd: f64,
    /// Traffic on a segment is alike for about this long, seconds.
    pub correlation_s: i64,
    /// Deviation between days, the whole city alike.
    pub day_sd: f64,
    /// Deviation between runs (drivers).
    pub run_sd: f64,
    /// Metres between junctions with lights.
    pub light_spacing_m: f64,
    /// Share of lights that are met red.
    pub light_red_share: f64,
    /// Longest wait at a light, seconds.
    pub light_max_s: f64,
}

/// Boarding and alighting.
#[derive(Clone, Debug, PartialEq)]
pub struct Passengers {
    /// Boardings follow the true headway: a late bus meets more people and gets later. If false each
    /// bus meets as many as if it came as planned.
    pub feedback: bool,
    /// Mean boardings of a bus at a stop when it comes as planned at a usual hour.
    pub boardings_per_stop: f64,
    /// Seconds to stop, open, close and go.
    pub dwell_base_s: f64,
    /// Seconds a passenger boarding.
    pub boarding_s: f64,
    /// Seconds a passenger alighting.
    pub alighting_s: f64,
    /// People a bus takes, seated and standing.
    pub capacity: f64,
}

/// What drivers and dispatchers do.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Early buses wait at timepoints.
    pub hold_at_timepoints: bool,
    /// A bus may pass the one before it on the same route.
    pub overtaking: bool,
    /// Share of driving time that a late driver makes up (an early one wastes).
    pub recovery_share: f64,
    /// Least rest at a terminal between two runs, seconds.
    pub layover_min_s: i64,
    /// Mean lateness of the start at a terminal beyond what the run before causes, seconds.
    pub start_late_s: f64,
    /// A run that would start later than this is given up, seconds.
    pub give_up_late_s: i64,
    /// A vehicle is at its first stop this long before its first departure, seconds.
    pub pull_out_s: i64,
    /// Share of runs that never start, their vehicle standing idle.
    pub missing_run_share: f64,
    /// Share of runs that end in a breakdown.
    pub breakdown_share: f64,
    /// A broken vehicle is seen standing for this long, seconds.
    pub tow_s: i64,
    /// Another vehicle takes over the runs that start this long after a breakdown, seconds.
    pub replacement_s: i64,
    /// Share of runs that turn before their last stop.
    pub short_turn_share: f64,
}

/// Troubles of one route.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RouteTrouble {
    /// `route_id`.
    pub route_id: String,
    /// Vehicles planned but not put out, each day: their runs are missing.
    pub absent_vehicles: usize,
    /// Share of the other runs that never start.
    pub missing_run_share: f64,
    /// Boardings against what is usual; 0 is read as 1.
    pub demand: f64,
}

/// A stretch of a route that is closed: its buses drive a parallel street and leave the stops out.
#[derive(Clone, Debug, PartialEq)]
pub struct Detour {
    /// `route_id`.
    pub route_id: String,
    /// The stretch, as shares (0..1) of the length in direction 0 (and without direction); in direction 1
    /// it is mirrored.
    pub stretch: (f64, f64),
    /// How far aside, metres; to the right in direction 0, on the same street in direction 1.
    pub aside_m: f64,
    /// From then …
    pub from: EpochS,
    /// … to then.
    pub to: EpochS,
}

/// A breakdown that is sure to happen.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedBreakdown {
    /// `route_id`.
    pub route_id: String,
    /// The first vehicle of the route that leaves a stop in the middle of a run after this breaks down.
    pub at: EpochS,
}

/// What the receivers make of the truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Gps {
    /// Deviation of each fix, each axis, metres.
    pub white_m: f64,
    /// Deviation of the slowly drifting part, each axis, metres.
    pub drift_m: f64,
    /// The drift is alike for about this long, seconds.
    pub drift_s: i64,
    /// Share of fixes that lie far off.
    pub outlier_share: f64,
    /// How far those lie, metres, at most.
    pub outlier_m: f64,
    /// Share of fixes at latitude 0, longitude 0.
    pub null_island_share: f64,
    /// Share of fixes without bearing and speed.
    pub bare_share: f64,
}

/// What the feed says of a vehicle's trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TripNaming {
    /// `trip_id`, `start_date`, `route_id`, and `start_time` where the trip needs it.
    Trip,
    /// `route_id` and `direction_id`.
    RouteAndDirection,
    /// `route_id` alone.
    Route,
    /// Nothing.
    Nothing,
}

/// How the feed tells it.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a habit of its own that a feed has or has not"
)]
pub struct FeedManner {
    /// Seconds between two reports of a vehicle; each has its own phase.
    pub interval_s: i64,
    /// Seconds from the measurement until the feed shows it.
    pub latency_s: i64,
    /// What is said of the trip.
    pub naming: TripNaming,
    /// Share of runs under the trip id of another run of the same route.
    pub wrong_trip_share: f64,
    /// Share of runs under the trip id of the run before or after on the same line.
    pub neighbour_trip_share: f64,
    /// Share of runs under the trip id that their vehicle drove before: nobody told the feed.
    pub stale_trip_share: f64,
    /// Share of pairs of successive runs on a line whose names are exchanged.
    pub swapped_trip_share: f64,
    /// Trips are named with the day before as their start date: nobody turned the page.
    pub dated_yesterday: bool,
    /// A standing bus is announced for its next run this long before the departure, seconds.
    pub announce_s: i64,
    /// Show vehicles that are on no run (without a trip).
    pub deadheads: bool,
    /// Give `stop_id`, `current_stop_sequence` and `current_status`.
    pub stop_status: bool,
    /// Give `occupancy_status`.
    pub occupancy: bool,
    /// A vehicle is left out once its last report is this old, seconds.
    pub forget_s: i64,
    /// Silences of a vehicle, per vehicle and hour (0..1).
    pub silences_per_hour: f64,
    /// Longest silence, seconds (under an hour).
    pub silence_max_s: i64,
    /// Holes of the whole feed, per hour (0..1).
    pub holes_per_hour: f64,
    /// Longest random hole, seconds (under an hour).
    pub hole_max_s: i64,
    /// Holes that are sure to happen: from, to.
    pub holes: Vec<(EpochS, EpochS)>,
}

impl Default for WorldConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            traffic: Traffic::default(),
            passengers: Passengers::default(),
            operation: Operation::default(),
            troubles: Vec::new(),
            detours: Vec::new(),
            planned_breakdowns: Vec::new(),
            gps: Gps::default(),
            feed: FeedManner::default(),
            keep_truth: true,
        }
    }
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            pace: 0.97,
            peak_slowdown: 0.05,
            segment_sd: 0.08,
            hour_sd: 0.12,
            correlation_s: 1_200,
            day_sd: 0.03,
            run_sd: 0.03,
            light_spacing_m: 450.0,
            light_red_share: 0.35,
            light_max_s: 50.0,
        }
    }
}

impl Default for Passengers {
    fn default() -> Self {
        Self {
            feedback: true,
            boardings_per_stop: 3.0,
            dwell_base_s: 8.0,
            boarding_s: 2.0,
            alighting_s: 0.6,
            capacity: 113.0,
        }
    }
}

impl Default for Operation {
    fn default() -> Self {
        Self {
            hold_at_timepoints: true,
            overtaking: true,
            recovery_share: 0.05,
            layover_min_s: 120,
            start_late_s: 25.0,
            give_up_late_s: 1_800,
            pull_out_s: 600,
            missing_run_share: 0.004,
            breakdown_share: 0.0006,
            tow_s: 2_400,
            replacement_s: 3_600,
            short_turn_share: 0.002,
        }
    }
}

impl Default for Gps {
    fn default() -> Self {
        Self {
            white_m: 5.0,
            drift_m: 6.0,
            drift_s: 150,
            outlier_share: 0.0003,
            outlier_m: 400.0,
            null_island_share: 0.0,
            bare_share: 0.0,
        }
    }
}

impl Default for FeedManner {
    fn default() -> Self {
        Self {
            interval_s: 20,
            latency_s: 3,
            naming: TripNaming::Trip,
            wrong_trip_share: 0.0,
            neighbour_trip_share: 0.0,
            stale_trip_share: 0.0,
            swapped_trip_share: 0.0,
            dated_yesterday: false,
            announce_s: 300,
            deadheads: true,
            stop_status: false,
            occupancy: true,
            forget_s: 600,
            silences_per_hour: 0.02,
            silence_max_s: 480,
            holes_per_hour: 0.0,
            hole_max_s: 600,
            holes: Vec::new(),
        }
    }
}
