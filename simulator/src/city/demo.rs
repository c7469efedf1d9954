//! What happens in the demo city on the day it is shown.

use super::KAMENSKOYE;
use crate::config::{
    Detour, FeedManner, Operation, Passengers, PlannedBreakdown, RouteTrouble, Traffic, WorldConfig,
};
use transit::{ServiceDate, Timetable};

/// The demo's day: Wednesday 2026-11-25.
pub const DEMO_DATE: ServiceDate = ServiceDate(20_782);

/// The demo begins at 07:40 of its day, seconds of the service day.
pub const DEMO_TIME_S: i64 = 7 * 3_600 + 40 * 60;

/// The demo's world: an ordinary working day with ordinary troubles. A route whose carrier puts out 16 of
/// 18 buses, a thin and crowded route up to Kamenskoye plato, a closed stretch, a breakdown before the demo
/// begins and others during it.
pub fn demo_world(timetable: &Timetable) -> WorldConfig {
    let at = |hour: i64, minute: i64| timetable.origin(DEMO_DATE) + hour * 3_600 + minute * 60;
    let trouble = |route: &str, absent_vehicles, missing_run_share, demand| RouteTrouble {
        route_id: route.to_owned(),
        absent_vehicles,
        missing_run_share,
        demand,
    };
    let breakdown = |route: &str, at| PlannedBreakdown { route_id: route.to_owned(), at };
    WorldConfig {
        seed: 20_261_125,
        traffic: Traffic { hour_sd: 0.13, ..Traffic::default() },
        passengers: Passengers { boardings_per_stop: 2.9, ..Passengers::default() },
        operation: Operation { start_late_s: 40.0, ..Operation::default() },
        troubles: vec![
            trouble("22", 2, 0.01, 1.2),
            trouble(KAMENSKOYE, 0, 0.12, 2.2),
            trouble("98", 1, 0.02, 1.0),
            trouble("t11", 1, 0.0, 1.0),
        ],
        detours: vec![Detour {
            route_id: "37".to_owned(),
            stretch: (0.30, 0.42),
            aside_m: 320.0,
            from: at(6, 30),
            to: at(20, 0),
        }],
        planned_breakdowns: vec![
            breakdown("65", at(7, 22)),
            breakdown("12", at(9, 10)),
            breakdown("92", at(17, 45)),
        ],
        feed: FeedManner { occupancy: true, deadheads: true, ..FeedManner::default() },
        keep_truth: false,
        ..WorldConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_the_demo_is_a_wednesday() {
        assert_eq!(DEMO_DATE.to_string(), "20261125");
        assert_eq!(DEMO_DATE.weekday(), 2);
    }
}
