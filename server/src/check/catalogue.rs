//! The rules: codes and titles of `MobilityData`'s gtfs-realtime-validator (RULES.md), and ours, which begin with J.

use transit::timetable::Severity;

/// A rule of GTFS-realtime feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `E…` and `W…` of the GTFS-realtime validator, `J…` ours.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong where it is broken, in a few words.
    pub title: &'static str,
}

macro_rules! rules {
    ($($code:ident $severity:ident $title:literal;)+) => {
        $(pub(super) const $code: Rule = Rule {
            code: stringify!($code),
            severity: Severity::$severity,
            title: $title,
        };)+
        /// Every rule, by code within its kind.
        pub const RULES: &[Rule] = &[$($code),+];
    };
}

rules! {
    E001 Error "not in POSIX time";
    E002 Error "stop_time_updates are not strictly sorted";
    E003 Error "trip_id is not in the GTFS data and the trip is not added";
    E004 Error "route_id is not in the GTFS data";
    E006 Error "a trip of frequencies with exact_times=0 lacks trip_id, start_time or start_date";
    E009 Error "stop_sequence is missing for a trip that visits a stop more than once";
    E011 Error "stop_id is not in the GTFS data";
    E012 Error "a timestamp is later than the header's";
    E013 Error "schedule_relationship of a trip with exact_times=0 is not UNSCHEDULED";
    E015 Error "stop_id is not that of a stop (location_type is not 0)";
    E016 Error "an added trip is in the GTFS data";
    E017 Error "the content changed, but not the header's timestamp";
    E018 Error "the header's timestamp went back";
    E019 Error "start_time of a trip with exact_times=1 is none of its departures";
    E020 Error "start_time is not H:MM:SS";
    E021 Error "start_date is not YYYYMMDD";
    E022 Error "times do not increase from stop to stop";
    E023 Error "start_time is not the trip's first arrival in the GTFS data";
    E024 Error "direction_id is not that of the GTFS data";
    E025 Error "departure is before arrival";
    E026 Error "the position is invalid";
    E027 Error "the bearing is invalid";
    E028 Error "the position is outside the area of the GTFS data";
    E029 Error "the position is far from the trip's shape";
    E030 Error "an alert's trip does not belong to its route";
    E031 Error "an alert's route differs from that of its trip";
    E032 Error "an alert informs about nothing: no informed_entity";
    E033 Error "an informed_entity is empty";
    E034 Error "agency_id is not in the GTFS data";
    E035 Error "the trip does not belong to the route";
    E036 Error "consecutive stop_time_updates have the same stop_sequence";
    E037 Error "consecutive stop_time_updates have the same stop_id";
    E038 Error "gtfs_realtime_version is invalid";
    E039 Error "is_deleted in a FULL_DATASET";
    E040 Error "a stop_time_update has neither stop_id nor stop_sequence";
    E041 Error "a trip has no stop_time_updates";
    E042 Error "arrival or departure with NO_DATA";
    E043 Error "a stop_time_update has neither arrival nor departure";
    E044 Error "an arrival or departure has neither delay nor time";
    E045 Error "stop_sequence and stop_id do not belong together in the GTFS data";
    E046 Error "a delay without a time in the GTFS data";
    E047 Error "vehicle positions and trip updates pair trips and vehicles differently";
    E048 Error "the header has no timestamp";
    E049 Error "the header has no incrementality";
    E050 Error "a timestamp is in the future";
    E051 Error "stop_sequence is not found in the GTFS data";
    E052 Error "two vehicles have the same id";
    W001 Warning "a timestamp is missing";
    W002 Warning "vehicle_id is missing";
    W003 Warning "an id is in one feed and not in the other";
    W004 Warning "the speed is unrealistic";
    W005 Warning "vehicle_id is missing for a trip with exact_times=0";
    W006 Warning "trip_id is missing";
    W007 Warning "the feed is refreshed too seldom (more than 35 s)";
    W008 Warning "the header is old (more than 65 s)";
    W009 Warning "schedule_relationship is missing";
    J001 Error "a position at 0°, 0°";
    J002 Warning "a vehicle jumped";
    J003 Warning "all vehicles have the same timestamp";
    J004 Warning "entities change their ids with every message";
    J005 Error "a timestamp in milliseconds";
    J006 Warning "one run is driven by several vehicles";
    J007 Warning "the trip does not run that day";
    J008 Warning "a vehicle was last measured long ago";
    J009 Error "latitude and longitude are swapped";
    J010 Error "an entity id is used more than once";
    J011 Warning "every prediction of a trip is in the past";
    J012 Error "text is not UTF-8";
}

/// The rule with a code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|r| r.code == code)
}
