//! Every threshold of this room, with its unit and source.

use crate::flow::FlowConfig;
use serde::{Deserialize, Serialize};

/// Thresholds, every one with its unit and source. The server reads overrides from its settings.
///
/// "reference" is `operations.md`: TransitClock's defaults (§3.1–3.3), the GTFS-realtime validator (§4),
/// and the formulas of Newson and Krumm 2009 for matching by hidden Markov model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MonitorConfig {
    /// A position measured longer ago than this is refused, seconds. Real feeds repeat positions for 300 s
    /// and more; older ones tell nothing that is still true.
    pub stale_after_s: i64,
    /// A position measured more than this after now is refused, seconds (validator E050).
    pub future_tolerance_s: i64,
    /// Metres outside the bounds of all stops and lines at which a position is refused.
    pub coverage_margin_m: f64,
    /// No bus is faster, metres per second (TransitClock's speed filter).
    pub max_speed_mps: f64,
    /// A jump shorter than this is never a teleport, metres: noise and rounded clocks explain it.
    pub teleport_min_m: f64,
    /// Coordinates bit for bit the same for longer than this while on a line are a stuck receiver, seconds.
    pub frozen_after_s: i64,
    /// Silence after which a vehicle is neither shown nor thought to drive its run, seconds.
    pub lost_after_s: i64,
    /// A position older than this doesn't hold a run against another vehicle, seconds.
    pub driving_after_s: i64,
    /// Most vehicles held at once.
    pub max_vehicles: usize,
    /// Most runs remembered at once.
    pub max_runs: usize,
    /// Most trip updates remembered at once.
    pub max_forecasts: usize,
    /// Standard deviation of a fix across the line, metres (§3.2: 15–25 m).
    pub gps_sigma_m: f64,
    /// Farther than this from the line is off it, metres.
    pub on_line_m: f64,
    /// Of a line drawn straight between stops: this share of the stretch is added to `on_line_m`.
    pub straight_line_share: f64,
    /// … but never more than this, metres.
    pub straight_line_max_m: f64,
    /// Around a run's first and last stop, metres: standing there is layover (TransitClock: 250 m).
    pub terminal_m: f64,
    /// A named run is believed this long before its start, seconds.
    pub named_early_s: i64,
    /// … and this long after its end, seconds.
    pub named_late_s: i64,
    /// An inferred run may be this early, seconds (TransitClock −10 min).
    pub inferred_early_s: i64,
    /// … and this late, seconds (TransitClock +20 min).
    pub inferred_late_s: i64,
    /// Between two fixes farther apart in time than this nothing is interpolated, seconds.
    pub interpolate_s: i64,
    /// … and never over more stops than this (TransitClock: 12).
    pub interpolate_stops: usize,
    /// Fixes within this of a stop along the line are at it, metres.
    pub stop_zone_m: f64,
    /// Dwell where the timetable plans none, seconds.
    pub default_dwell_s: f64,
    /// Thresholds of what the visits mean.
    pub flow: FlowConfig,
}

impl Default for MonitorConfig {
    fn default() -> Self {
        Self {
            stale_after_s: 600,
            future_tolerance_s: 60,
            coverage_margin_m: 5_000.0,
            max_speed_mps: 31.0,
            teleport_min_m: 200.0,
            frozen_after_s: 900,
            lost_after_s: 600,
            driving_after_s: 300,
            max_vehicles: 50_000,
            max_runs: 200_000,
            max_forecasts: 50_000,
            gps_sigma_m: 20.0,
            on_line_m: 80.0,
            straight_line_share: 0.4,
            straight_line_max_m: 2_500.0,
            terminal_m: 250.0,
            named_early_s: 3_600,
            named_late_s: 7_200,
            inferred_early_s: 600,
            inferred_late_s: 1_800,
            interpolate_s: 420,
            interpolate_stops: 12,
            stop_zone_m: 30.0,
            default_dwell_s: 8.0,
            flow: FlowConfig::default(),
        }
    }
}

/// Feeds beyond this index are ignored: settings never name so many.
pub(super) const MAX_FEEDS: usize = 256;
/// Ids and labels longer than this are not ids, bytes.
pub(super) const MAX_ID_BYTES: usize = 256;
/// Instants outside ± this are clamped, so that sums never overflow: about the year 36,800.
pub(super) const MAX_EPOCH_S: i64 = 1 << 40;
