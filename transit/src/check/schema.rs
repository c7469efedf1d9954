//! The files of GTFS as its reference describes them: columns, types, keys and references.

/// Whether a file or a column must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Recommended,
    Optional,
}

/// What a field holds (GTFS reference, "Field types").
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Text,
    Color,
    Date,
    Time,
    Timezone,
    Language,
    Url,
    Email,
    Currency,
    /// A whole number in the range.
    Whole(i64, i64),
    /// A number in the range.
    Number(f64, f64),
}

pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) need: Need,
    /// Files whose key this names; empty if it is no reference.
    pub(super) refers: &'static [&'static str],
}

pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) need: Need,
    /// Columns that together are the row's key; empty if rows may repeat.
    pub(super) key: &'static [&'static str],
    pub(super) columns: &'static [Column],
}

const fn must(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, need: Need::Required, refers: &[] }
}

const fn may(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, need: Need::Optional, refers: &[] }
}

const fn must_name(name: &'static str, refers: &'static [&'static str]) -> Column {
    Column { name, kind: Kind::Text, need: Need::Required, refers }
}

const fn may_name(name: &'static str, refers: &'static [&'static str]) -> Column {
    Column { name, kind: Kind::Text, need: Need::Optional, refers }
}

const FLAG: Kind = Kind::Whole(0, 1);
const COUNT: Kind = Kind::Whole(0, i64::MAX);
const LATITUDE: Kind = Kind::Number(-90.0, 90.0);
const LONGITUDE: Kind = Kind::Number(-180.0, 180.0);
const LENGTH: Kind = Kind::Number(0.0, f64::MAX);
const SERVICE: &[&str] = &["calendar.txt", "calendar_dates.txt"];

use Kind::{Color, Currency, Date, Email, Language, Text, Time, Timezone, Url, Whole};
use Need::{Optional, Recommended, Required};

/// The files read whole, and `stop_times.txt` and `shapes.txt` for their columns.
pub(super) const FILES: &[File] = &[
    File {
        name: "agency.txt",
        need: Required,
        key: &["agency_id"],
        columns: &[
            may("agency_id", Text),
            must("agency_name", Text),
            must("agency_url", Url),
            must("agency_timezone", Timezone),
            may("agency_lang", Language),
            may("agency_email", Email),
            may("agency_fare_url", Url),
        ],
    },
    File {
        name: "stops.txt",
        need: Required,
        key: &["stop_id"],
        columns: &[
            must("stop_id", Text),
            may("stop_lat", LATITUDE),
            may("stop_lon", LONGITUDE),
            may("stop_url", Url),
            may("location_type", Whole(0, 4)),
            may_name("parent_station", &["stops.txt"]),
            may("stop_timezone", Timezone),
            may("wheelchair_boarding", Whole(0, 2)),
            may_name("level_id", &["levels.txt"]),
        ],
    },
    File {
        name: "routes.txt",
        need: Required,
        key: &["route_id"],
        columns: &[
            must("route_id", Text),
            may_name("agency_id", &["agency.txt"]),
            must("route_type", Whole(0, 1799)),
            may("route_url", Url),
            may("route_color", Color),
            may("route_text_color", Color),
            may("route_sort_order", COUNT),
            may("continuous_pickup", Whole(0, 3)),
            may("continuous_drop_off", Whole(0, 3)),
        ],
    },
    File {
        name: "trips.txt",
        need: Required,
        key: &["trip_id"],
        columns: &[
            must_name("route_id", &["routes.txt"]),
            must_name("service_id", SERVICE),
            must("trip_id", Text),
            may("direction_id", FLAG),
            may_name("shape_id", &["shapes.txt"]),
            may("wheelchair_accessible", Whole(0, 2)),
            may("bikes_allowed", Whole(0, 2)),
        ],
    },
    File {
        name: "stop_times.txt",
        need: Required,
        key: &[],
        columns: &[must("trip_id", Text), must("stop_sequence", COUNT)],
    },
    File {
        name: "calendar.txt",
        need: Optional,
        key: &["service_id"],
        columns: &[
            must("service_id", Text),
            must("monday", FLAG),
            must("tuesday", FLAG),
            must("wednesday", FLAG),
            must("thursday", FLAG),
            must("friday", FLAG),
            must("saturday", FLAG),
            must("sunday", FLAG),
            must("start_date", Date),
            must("end_date", Date),
        ],
    },
    File {
        name: "calendar_dates.txt",
        need: Optional,
        key: &["service_id", "date"],
        columns: &[
            must("service_id", Text),
            must("date", Date),
            must("exception_type", Whole(1, 2)),
        ],
    },
    File {
        name: "shapes.txt",
        need: Recommended,
        key: &[],
        columns: &[
            must("shape_id", Text),
            must("shape_pt_lat", LATITUDE),
            must("shape_pt_lon", LONGITUDE),
            must("shape_pt_sequence", COUNT),
        ],
    },
    File {
        name: "frequencies.txt",
        need: Optional,
        key: &["trip_id", "start_time"],
        columns: &[
            must_name("trip_id", &["trips.txt"]),
            must("start_time", Time),
            must("end_time", Time),
            must("headway_secs", Whole(1, i64::MAX)),
            may("exact_times", FLAG),
        ],
    },
    File {
        name: "transfers.txt",
        need: Optional,
        key: &[],
        columns: &[
            may_name("from_stop_id", &["stops.txt"]),
            may_name("to_stop_id", &["stops.txt"]),
            may_name("from_route_id", &["routes.txt"]),
            may_name("to_route_id", &["routes.txt"]),
            may_name("from_trip_id", &["trips.txt"]),
            may_name("to_trip_id", &["trips.txt"]),
            may("transfer_type", Whole(0, 5)),
            may("min_transfer_time", COUNT),
        ],
    },
    File {
        name: "pathways.txt",
        need: Optional,
        key: &["pathway_id"],
        columns: &[
            must("pathway_id", Text),
            must_name("from_stop_id", &["stops.txt"]),
            must_name("to_stop_id", &["stops.txt"]),
            must("pathway_mode", Whole(1, 7)),
            must("is_bidirectional", FLAG),
            may("length", LENGTH),
            may("traversal_time", COUNT),
        ],
    },
    File {
        name: "levels.txt",
        need: Optional,
        key: &["level_id"],
        columns: &[must("level_id", Text), must("level_index", Kind::Number(f64::MIN, f64::MAX))],
    },
    File {
        name: "feed_info.txt",
        need: Recommended,
        key: &[],
        columns: &[
            must("feed_publisher_name", Text),
            must("feed_publisher_url", Url),
            must("feed_lang", Language),
            may("default_lang", Language),
            may("feed_start_date", Date),
            may("feed_end_date", Date),
            may("feed_contact_email", Email),
            may("feed_contact_url", Url),
        ],
    },
    File { name: "translations.txt", need: Optional, key: &[], columns: &[] },
    File {
        name: "fare_attributes.txt",
        need: Optional,
        key: &["fare_id"],
        columns: &[
            must("fare_id", Text),
            must("price", LENGTH),
            must("currency_type", Currency),
            must("payment_method", FLAG),
            may("transfers", Whole(0, 2)),
            may_name("agency_id", &["agency.txt"]),
            may("transfer_duration", COUNT),
        ],
    },
    File {
        name: "fare_rules.txt",
        need: Optional,
        key: &[],
        columns: &[
            must_name("fare_id", &["fare_attributes.txt"]),
            may_name("route_id", &["routes.txt"]),
        ],
    },
    File {
        name: "attributions.txt",
        need: Optional,
        key: &[],
        columns: &[
            must("organization_name", Text),
            may_name("agency_id", &["agency.txt"]),
            may_name("route_id", &["routes.txt"]),
            may_name("trip_id", &["trips.txt"]),
            may("is_producer", FLAG),
            may("is_operator", FLAG),
            may("is_authority", FLAG),
            may("attribution_url", Url),
            may("attribution_email", Email),
        ],
    },
];

/// Files of the reference that have no rules here.
pub(super) const OTHER_FILES: &[&str] = &[
    "areas.txt",
    "booking_rules.txt",
    "fare_leg_join_rules.txt",
    "fare_leg_rules.txt",
    "fare_media.txt",
    "fare_products.txt",
    "fare_transfer_rules.txt",
    "location_group_stops.txt",
    "location_groups.txt",
    "locations.geojson",
    "networks.txt",
    "rider_categories.txt",
    "route_networks.txt",
    "stop_areas.txt",
    "timeframes.txt",
];
