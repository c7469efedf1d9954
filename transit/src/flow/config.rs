//! Every threshold of this room.

use crate::time::EpochS;
use serde::{Deserialize, Serialize};

/// Thresholds of this room, every one with its unit and source (`operations.md` §2 of the reference).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlowConfig {
    /// How long the observed spans of a feed are remembered, seconds.
    pub coverage_kept_s: EpochS,
    /// A feed is down when its data are not renewed for this many of its own periods …
    pub down_after_periods: f32,
    /// … but never sooner than this, seconds …
    pub down_after_min_s: EpochS,
    /// … nor later than this, seconds.
    pub down_after_max_s: EpochS,
    /// A feed is down when its newest position is older than this, seconds (cta-insights: 5 min).
    pub newest_age_max_s: EpochS,
    /// A position older than this is stale, seconds, unless the feed is slower (Skate: 150 s).
    pub stale_after_s: EpochS,
    /// A feed is down when this share of its vehicles is stale (Skate: 0.20) …
    pub stale_share_down: f32,
    /// … of at least so many (Skate: 20).
    pub stale_vehicles_min: u32,
    /// A hole at least so long leaves a shadow in which nothing is alarmed, seconds (cta-insights: 5 min).
    pub shadow_hole_s: EpochS,
    /// Length of the shadow after such a hole, seconds (cta-insights: 30 min).
    pub shadow_s: EpochS,

    /// A passage is settled, and its headway said, so long after it: later visits cannot split it any more,
    /// seconds.
    pub settle_s: EpochS,
    /// Planned intervals longer than this are breaks in the service, seconds.
    pub service_break_s: EpochS,
    /// `very_bunched` at or below this share of the plan.
    pub very_bunched_ratio: f32,
    /// `bunched` at or below this share of the plan (TCQSM, Skate, `TransitMatters`).
    pub bunched_ratio: f32,
    /// `gapped` at or above this (Skate, `TransitMatters`, opentransit).
    pub gapped_ratio: f32,
    /// `very_gapped` at or above this ("long gaps" of Transport for London).
    pub very_gapped_ratio: f32,
    /// A vehicle shown as bunched is even again at this share.
    pub bunched_close_ratio: f32,
    /// A vehicle shown as gapped is even again at this share.
    pub gapped_close_ratio: f32,
    /// A gap is at least so much longer than the plan, seconds.
    pub gap_excess_min_s: i32,
    /// Nothing is bunched where less than this is planned, seconds.
    pub bunched_plan_min_s: i32,
    /// Closer than this is very bunched whatever the plan, seconds (SFMTA).
    pub very_bunched_below_s: i32,
    /// Fewer planned vehicles an hour than this: judge by the timetable (Transport for London: 5).
    pub frequent_min_vph: u32,

    /// A vehicle whose position is older takes part in no alarm, seconds (cta-insights: 3 min).
    pub alarm_age_max_s: EpochS,
    /// No alarm within so many metres of either end of the line (cta-insights: ¼ mile).
    pub terminal_zone_m: f64,
    /// A vehicle that stays within this distance …
    pub parked_drift_m: f64,
    /// … for this long is parked, seconds (cta-insights: 250 ft in 5 min).
    pub parked_after_s: EpochS,
    /// A bunch has to be away this long before its incident closes, seconds.
    pub bunch_close_after_s: EpochS,
    /// An open gap has to last from one look to the next, seconds.
    pub gap_look_every_s: EpochS,
    /// The last passage and a vehicle that went silent upstream may be the same service for so long, seconds.
    pub silent_shadow_s: EpochS,
    /// No more incidents than this open in one tick.
    pub incidents_opened_per_tick: usize,
    /// No more incidents than this are open at once.
    pub incidents_open_max: usize,

    /// A run is expected so long before its start, seconds.
    pub expected_before_s: EpochS,
    /// A run is a ghost after this or its planned headway, whichever is longer, seconds past its start …
    pub ghost_after_min_s: EpochS,
    /// … but after this at the latest, seconds.
    pub ghost_after_max_s: EpochS,
    /// A run that nobody drove is missed so long after its end, seconds.
    pub missed_after_end_s: EpochS,
    /// A route is tracked if one of its vehicles was matched within this time, seconds.
    pub tracked_within_s: EpochS,
    /// Below this share of its runs ever seen a route is not tracked well enough to miss one.
    pub tracked_share_min: f32,

    /// On time: at most so many seconds early …
    pub early_max_s: EpochS,
    /// … and so many late.
    pub late_max_s: EpochS,
    /// An hour's intensity is said so long after its end, seconds.
    pub intensity_grace_s: EpochS,
}

impl Default for FlowConfig {
    fn default() -> Self {
        Self {
            coverage_kept_s: 48 * 3600,
            down_after_periods: 2.5,
            down_after_min_s: 150,
            down_after_max_s: 300,
            newest_age_max_s: 300,
            stale_after_s: 150,
            stale_share_down: 0.20,
            stale_vehicles_min: 20,
            shadow_hole_s: 300,
            shadow_s: 1800,
            settle_s: 300,
            service_break_s: 3 * 3600,
            very_bunched_ratio: 0.25,
            bunched_ratio: 0.5,
            gapped_ratio: 1.5,
            very_gapped_ratio: 2.0,
            bunched_close_ratio: 0.6,
            gapped_close_ratio: 1.4,
            gap_excess_min_s: 300,
            bunched_plan_min_s: 240,
            very_bunched_below_s: 60,
            frequent_min_vph: 5,
            alarm_age_max_s: 180,
            terminal_zone_m: 400.0,
            parked_drift_m: 76.0,
            parked_after_s: 300,
            bunch_close_after_s: 180,
            gap_look_every_s: 30,
            silent_shadow_s: 1800,
            incidents_opened_per_tick: 50,
            incidents_open_max: 2000,
            expected_before_s: 600,
            ghost_after_min_s: 600,
            ghost_after_max_s: 1800,
            missed_after_end_s: 900,
            tracked_within_s: 12 * 3600,
            tracked_share_min: 0.25,
            early_max_s: 60,
            late_max_s: 300,
            intensity_grace_s: 600,
        }
    }
}
