//! What loading makes of good, bad and hostile feeds.

use super::{LoadError, LoadLimits, LoadReport};
use crate::Timetable;
use crate::ids::TripIdx;
use crate::timetable::text::{feed, timetable, timetable_and_report, zip_of};
use expect_test::{Expect, expect};
use proptest::prelude::*;

const TOWN: &str = "
    zone Asia/Almaty
    stop A 43.2000 76.9000
    stop B 43.2100 76.9000
    stop C 43.2200 76.9000
    stop D 43.2300 76.9000
    route 5 Along the river
";

fn town(more: &str) -> (Timetable, LoadReport) {
    timetable_and_report(&format!("{TOWN}{more}")).unwrap()
}

/// Base files, some of them replaced or added.
fn files<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
    let base = [
        (
            "agency.txt",
            "agency_name,agency_url,agency_timezone\nBus,http://b.example,Asia/Almaty\n",
        ),
        (
            "stops.txt",
            "stop_id,stop_name,stop_lat,stop_lon\nA,First,43.2,76.9\nB,Second,43.21,76.9\n",
        ),
        ("routes.txt", "route_id,route_short_name,route_type\n5,5,3\n"),
        (
            "calendar.txt",
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nw,1,1,1,1,1,0,0,20260101,20261231\n",
        ),
        ("trips.txt", "trip_id,route_id,service_id\nt,5,w\n"),
        (
            "stop_times.txt",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt,07:00:00,07:00:00,A,1\nt,07:05:00,07:05:00,B,2\n",
        ),
    ];
    let mut all: Vec<(&str, String)> = base.map(|(n, c)| (n, c.to_owned())).to_vec();
    for (name, content) in changes {
        all.retain(|(n, _)| n != name);
        if !content.is_empty() {
            all.push((*name, (*content).to_owned()));
        }
    }
    all
}

fn load(bytes: &[u8]) -> Result<(Timetable, LoadReport), LoadError> {
    Timetable::from_zip(bytes, LoadLimits::default())
}

fn check_findings(report: &LoadReport, expected: &Expect) {
    let lines: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn one_bad_row_is_a_finding_and_the_rest_goes_on() {
    let bytes = zip_of(&files(&[
        (
            "stops.txt",
            "stop_id,stop_name,stop_lat,stop_lon\r\nA,First,43.2,76.9\r\nB,Second,43.21,76.9\r\nX,Nowhere,north,76.9\r\n",
        ),
        ("routes.txt", "route_id,route_short_name,route_type,route_color\n5,5,bus,\"中中\"\n"),
        (
            "stop_times.txt",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt,07:00:00,07:00:00,A,1\nt,7 o'clock,,B,2\nt,07:05:00,,B,3\nu,07:00:00,07:00:00,A,1\nt,07:06:00,07:06:00,Z,4\nt,07:07:00,07:07:00,X,five\n",
        ),
    ]));
    let (t, report) = load(&bytes).unwrap();
    assert_eq!(t.stop_times(TripIdx(0)).len(), 3);
    check_findings(
        &report,
        &expect![[r#"
            error stops.txt:4 invalid_float: stop_lat "north" is not valid: read as not given
            error routes.txt:2 invalid_color: route_color "中中" is not valid
            error routes.txt:2 invalid_integer: route_type "bus" is not valid: read as not given
            error routes.txt:2 invalid_integer: route_type "bus" is not a whole number
            error stop_times.txt:3 invalid_time: arrival_time "7 o'clock" is not a time (H:MM:SS)
            warning stop_times.txt:4 stop_time_with_only_arrival_or_departure_time: only one of arrival_time and departure_time is given: it is taken for both
            error stop_times.txt:5 foreign_key_violation: trip_id "u" is not in trips.txt
            error stop_times.txt:6 foreign_key_violation: stop_id "Z" is not in stops.txt
            error stop_times.txt:7 stop_without_location: stop "X" has no place: the row was left out"#]],
    );
}

#[test]
fn missing_times_are_interpolated_by_distance_and_decreasing_ones_raised() {
    let (t, report) = town(
        "stop E 43.2150 76.9000
         trip a route=5 : A 7:00, B -, E -, D 7:30
         trip b route=5 : A 7:10, B 7:05, C 7:20
         trip c route=5 : A -, B 7:05, C 7:20, D -",
    );
    let times = |id: &str| -> Vec<i32> {
        t.stop_times(t.trip_by_id(id).unwrap()).iter().map(|s| s.arrival_s - 7 * 3600).collect()
    };
    assert_eq!(times("a"), [0, 600, 900, 1800]);
    assert_eq!(times("b"), [600, 600, 1200]);
    assert_eq!(times("c"), [300, 1200]);
    check_findings(
        &report,
        &expect![[r#"
        error stop_times.txt:7 stop_time_with_arrival_before_previous_departure_time: trip "b" goes back in time here: raised to the latest time before
        error stop_times.txt:9 missing_trip_edge: trip "c" has no time at its first or last stop: shortened to its timed part"#]],
    );
}

#[test]
fn rows_are_sorted_by_sequence_and_repeated_sequences_left_out() {
    let rows = "trip_id,stop_sequence,stop_id,arrival_time,departure_time\nt,20,B,07:05:00,07:06:00\nt,3,A,07:00:00,07:00:00\nt,20,A,07:09:00,07:09:00\n";
    let (t, report) = load(&zip_of(&files(&[("stop_times.txt", rows)]))).unwrap();
    assert_eq!(t.patterns[0].stop_sequences, [3, 20]);
    assert_eq!(t.stop_times(TripIdx(0))[1].departure_s, 25_560);
    check_findings(
        &report,
        &expect![[
            r#"error stop_times.txt:4 duplicate_key: trip "t" has stop_sequence 20 twice: left out"#
        ]],
    );
}

/// However the rows lie in the file, whether most of them by trip or not, each trip has its own times.
#[test]
fn the_order_of_rows_in_the_file_changes_nothing() {
    let trips: Vec<String> = (0..6).map(|i| format!("t{i}")).collect();
    let header = "trip_id,arrival_time,departure_time,stop_id,stop_sequence";
    let row = |trip: usize, k: usize| {
        let stop = ["A", "B"][k % 2];
        format!("t{trip},0{}:{k:02}:0{trip},0{}:{k:02}:1{trip},{stop},{k}", 6 + trip, 6 + trip)
    };
    let listed = |rows: &[String]| format!("{header}\n{}\n", rows.join("\n"));
    let all = || (0..6).flat_map(|t| (0..4).map(move |k| (t, k)));
    let by_trip: Vec<String> = all().map(|(t, k)| row(t, k)).collect();
    let mut by_stop = by_trip.clone();
    by_stop.sort_by_key(|r| r.rsplit(',').next().map(str::to_owned));
    // One trip backwards and one in two pieces, of two a row twice.
    let mut pieces: Vec<String> = by_trip[4..].to_vec();
    pieces.extend(by_trip[..4].iter().rev().cloned());
    pieces.insert(9, by_trip[0].clone());
    pieces.push(row(5, 3));
    let told = |stop_times: &str| {
        let ids = format!("trip_id,route_id,service_id\n{}\n", {
            let rows: Vec<String> = trips.iter().map(|t| format!("{t},5,w")).collect();
            rows.join("\n")
        });
        let zip = zip_of(&files(&[("trips.txt", &ids), ("stop_times.txt", stop_times)]));
        let (timetable, _) = load(&zip).unwrap();
        let times = trips.iter().map(|id| {
            let trip = timetable.trip_by_id(id).unwrap();
            (id.clone(), timetable.stop_times(trip).to_vec())
        });
        times.collect::<Vec<_>>()
    };
    let expected = told(&listed(&by_trip));
    assert_eq!(expected[3].1[2].departure_s, 9 * 3_600 + 2 * 60 + 13);
    assert_eq!(told(&listed(&by_stop)), expected);
    assert_eq!(told(&listed(&pieces)), expected);
}

#[test]
fn trips_of_one_way_share_a_pattern_and_stretches_a_segment() {
    let (t, report) = town(
        "route 9
         trip a route=5 direction=0 headsign=River times=3 every=0:10 : A 7:00, B 7:10, C 7:20
         trip b route=5 direction=0 headsign=Lake : A 6:00, B 6:10, C 6:20
         trip c route=9 direction=1 : B 7:00, C 7:10, D 7:20",
    );
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(t.patterns.len(), 2);
    assert_eq!(&*t.patterns[0].headsign, "River");
    assert_eq!(&*t.patterns[1].headsign, "D");
    let starts = t.patterns[0].trips.iter().map(|i| t.stop_times(*i)[0].departure_s / 60);
    assert_eq!(starts.collect::<Vec<_>>(), [360, 420, 430, 440]);
    let shared = t.patterns[0].segments[1];
    assert_eq!(shared, t.patterns[1].segments[0]);
    assert_eq!(t.segments[shared.get()].patterns.len(), 2);
    let b = t.stop_by_id("B").unwrap();
    assert_eq!(t.stop(b).served_by.iter().map(|s| s.1).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(t.patterns[0].timepoints, [true, false, false]);
    assert!(t.patterns[0].shape_is_straight);
    assert!((t.patterns[0].stop_offsets_m[1] - 1111.9).abs() < 1.0);
}

#[test]
fn a_line_that_does_not_fit_gives_way_to_straight_ones() {
    let (t, report) = town(
        "shape good 43.2000,76.9001 43.2100,76.9002 43.2200,76.9001
         shape far 43.2000,76.9000 43.2100,76.9100 43.2200,76.9000
         shape back 43.2200,76.9000 43.2000,76.9000
         trip a route=5 shape=good : A 7:00, B 7:10, C 7:20
         trip b route=5 shape=far : A 7:00, B 7:10, C 7:20
         trip c route=5 shape=back : A 7:00, B 7:10, C 7:20
         trip d route=5 shape=none : A 7:00, B 7:10, C 7:20",
    );
    let straight: Vec<bool> = t.patterns.iter().map(|p| p.shape_is_straight).collect();
    assert_eq!(straight, [false, true, true, true]);
    assert_eq!(t.shapes.len(), 2, "the straight line is made once");
    assert_eq!(t.spatial.patterns_of_shape(t.patterns[1].shape).len(), 3);
    check_findings(
        &report,
        &expect![[r#"
        warning shapes.txt stop_too_far_from_shape: shape_id "far" does not fit: stop "B" is 655 m away from it: straight lines instead
        warning shapes.txt stops_match_shape_out_of_order: shape_id "back" does not fit: stop "B" lies before the stops before it: straight lines instead"#]],
    );
}

#[test]
fn on_demand_rows_blanks_marks_and_folders_do_no_harm() {
    let content = files(&[
        (
            "stops.txt",
            "\u{feff}stop_id, stop_name, stop_lat, stop_lon\n A , First , 43.2 , 76.9\nB,\" Second, \",43.21, 76.9 \n",
        ),
        (
            "stop_times.txt",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,location_id,start_pickup_drop_off_window\nt,07:00:00,07:00:00,A,1,,\nt,,,,2,zone,08:00:00\nt, 7:05:00,07:05:00, B,3,,\n",
        ),
    ]);
    let named: Vec<(String, &String)> =
        content.iter().map(|(n, c)| (format!("../../etc/city/{n}"), c)).collect();
    let mut entries: Vec<(&str, &str)> =
        named.iter().map(|(n, c)| (n.as_str(), c.as_str())).collect();
    entries.push(("../../etc/__MACOSX/city/stops.txt", "junk"));
    entries.push(("../../etc/city/._stops.txt", "junk"));
    let (t, report) = load(&zip_of(&entries)).unwrap();
    assert_eq!(&*t.stops[1].name, "Second,");
    assert_eq!(t.stop_times(TripIdx(0)).len(), 2);
    let rules: Vec<_> = report.counts.iter().map(|(rule, n)| (*rule, *n)).collect();
    let expected = [
        ("flexible_stop_time_not_used", 1),
        ("ignored_entry", 2),
        ("invalid_input_files_in_subfolder", 1),
    ];
    assert_eq!(rules, expected);
}

#[test]
fn frequencies_without_sense_are_left_out() {
    let (t, report) = town(
        "trip a route=5 : A 7:00, B 7:10
         frequency a 10:00..12:00 0:00
         frequency a 12:00..10:00 0:10
         frequency a 6:00..9:00 0:10 exact
         frequency a 8:00..10:00 0:15
         frequency z 6:00..9:00 0:10",
    );
    assert_eq!(t.frequencies(TripIdx(0)).len(), 2);
    assert!(t.frequencies(TripIdx(0))[0].exact && !t.frequencies(TripIdx(0))[1].exact);
    check_findings(
        &report,
        &expect![[r#"
        error frequencies.txt:2 invalid_headway: headway_secs of trip "a" is 0: the row was left out
        error frequencies.txt:3 start_and_end_range_out_of_order: end_time of trip "a" is not after start_time: left out
        warning frequencies.txt:5 overlapping_frequency: trip "a": the row overlaps with the one that starts at 21600 s
        error frequencies.txt:6 foreign_key_violation: trip_id "z" is not in trips.txt"#]],
    );
}

#[test]
fn a_zone_that_is_none_is_utc_and_said() {
    let text = TOWN.replace("Asia/Almaty", "Mars/Olympus");
    let (t, report) =
        timetable_and_report(&format!("{text} trip a route=5 : A 7:00, B 7:10")).unwrap();
    assert_eq!(t.zone.iana_name(), Some("UTC"));
    assert_eq!(report.counts, [("invalid_timezone", 1)]);
    let text = TOWN.replace("Asia/Almaty", "CET");
    let t = timetable(&format!("{text} trip a route=5 : A 7:00, B 7:10")).unwrap();
    assert_eq!(t.zone.iana_name(), Some("CET"));
}

#[test]
fn translations_are_found_by_record_by_value_and_in_the_old_form() {
    let new = "table_name,field_name,language,translation,record_id,field_value\nstops,stop_name,kk,Бірінші,A,\nstops,stop_name,kk,Екінші,,Second\nstops,stop_name,kk,Жоқ,Z,\n";
    let (t, report) = load(&zip_of(&files(&[("translations.txt", new)]))).unwrap();
    assert_eq!(t.translated("First", "kk"), "Бірінші");
    assert_eq!(t.translated("Second", "kk"), "Екінші");
    assert_eq!(t.translated("Second", "ru"), "Second");
    assert_eq!(report.counts, [("foreign_key_violation", 1)]);
    let old = "trans_id,lang,translation\nFirst,kk,Бірінші\n";
    let (t, _) = load(&zip_of(&files(&[("translations.txt", old)]))).unwrap();
    assert_eq!(t.translated("First", "kk"), "Бірінші");
}

fn refusal(bytes: &[u8]) -> String {
    match load(bytes) {
        Ok(_) => "loaded".to_owned(),
        Err(LoadError::Unusable(findings)) => findings[0].to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_cannot_be_run_is_refused_with_the_file() {
    let without = |name| refusal(&zip_of(&files(&[(name, "")])));
    let said = [
        without("stops.txt"),
        without("routes.txt"),
        without("trips.txt"),
        without("stop_times.txt"),
        without("calendar.txt"),
        without("agency.txt"),
        refusal(&zip_of(&files(&[("stop_times.txt", "trip_id,stop_id\n")]))),
        refusal(&zip_of(&files(&[(
            "trips.txt",
            "trip_id,route_id,service_id\nt,5,\"w\nand no end",
        )]))),
        refusal(b"Nie odnaleziono pliku"),
        refusal(b""),
    ];
    expect![[r"
        error stops.txt missing_required_file: stops.txt is missing
        error routes.txt missing_required_file: routes.txt is missing
        error trips.txt missing_required_file: trips.txt is missing
        error stop_times.txt missing_required_file: stop_times.txt is missing
        error calendar.txt missing_calendar_and_calendar_date_files: neither calendar.txt nor calendar_dates.txt is there: no trip ever runs
        loaded
        error stop_times.txt no_usable_trip: no trip has two usable stop times: there is nothing to run
        loaded
        the feed is not a readable zip file: invalid Zip archive: Could not find EOCD
        the feed is not a readable zip file: invalid Zip archive: Could not find EOCD"]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn a_zip_bomb_is_stopped_while_it_inflates() {
    const LIMIT: u64 = 1 << 20;
    let rows = "t,07:00:00,07:00:00,A,1\n".repeat(200_000);
    let content = format!("trip_id,arrival_time,departure_time,stop_id,stop_sequence\n{rows}");
    let honest = zip_of(&files(&[("stop_times.txt", &content)]));
    assert!(honest.len() < 200_000, "{}", honest.len());
    let mut lying = honest.clone();
    let declared = (content.len() as u32).to_le_bytes();
    let small = 1_000_u32.to_le_bytes();
    let places: Vec<usize> =
        (0..lying.len() - 4).filter(|i| lying[*i..*i + 4] == declared).collect();
    assert!(!places.is_empty());
    for i in places {
        lying[i..i + 4].copy_from_slice(&small);
    }
    for (bytes, limits) in [
        (&honest, LoadLimits { file_bytes: LIMIT, ..LoadLimits::default() }),
        (&honest, LoadLimits { feed_bytes: LIMIT, ..LoadLimits::default() }),
        (&lying, LoadLimits { file_bytes: LIMIT, ..LoadLimits::default() }),
        (&lying, LoadLimits { feed_bytes: LIMIT, ..LoadLimits::default() }),
    ] {
        match Timetable::from_zip(bytes, limits) {
            Err(LoadError::TooLarge { file, limit_bytes }) => {
                assert_eq!(file, "stop_times.txt");
                assert!(limit_bytes <= LIMIT);
            }
            other => panic!("{:?}", other.map(|_| ())),
        }
    }
}

#[test]
fn a_row_without_end_and_too_many_entries_are_refused() {
    let endless = format!("trip_id,route_id,service_id\nt,5,\"{}", "x,\n".repeat(1_000_000));
    let said = refusal(&zip_of(&files(&[("trips.txt", &endless)])));
    assert!(said.contains("trips.txt:2") && said.contains("longer than"), "{said}");
    let bytes = zip_of(&files(&[]));
    let limits = LoadLimits { entries: 3, ..LoadLimits::default() };
    let refused = Timetable::from_zip(&bytes, limits);
    assert!(matches!(refused, Err(LoadError::TooManyEntries { entries: 6, limit: 3 })));
}

#[test]
fn several_feeds_in_one_zip_are_refused_and_one_in_a_folder_is_not() {
    let content = files(&[]);
    let in_folder = |folder: &str| -> Vec<(String, String)> {
        content.iter().map(|(n, c)| (format!("{folder}/{n}"), c.clone())).collect()
    };
    let mut two = in_folder("a");
    two.extend(in_folder("b"));
    let zip = |files: &[(String, String)]| {
        zip_of(&files.iter().map(|(n, c)| (n.as_str(), c)).collect::<Vec<_>>())
    };
    assert!(refusal(&zip(&two)).contains("several_feeds_in_zip"));
    assert_eq!(refusal(&zip(&in_folder("a/b"))), "loaded");
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = load(&bytes);
    }

    #[test]
    fn a_damaged_zip_never_panics(
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let text = format!("{TOWN} trip a route=5 times=4 every=0:07 : A 7:00, B -, D 7:30\n frequency a.1 7:00..9:00 0:05");
        let mut bytes = feed(&text).unwrap();
        for (at, value) in hits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = load(&bytes);
    }

    #[test]
    fn damaged_tables_never_panic(
        hits in prop::collection::vec(
            (0..7_usize, any::<prop::sample::Index>(), "[0-9,:.\"\n\r\u{e9}中+-]{0,12}"), 1..12),
    ) {
        let mut content = files(&[
            ("frequencies.txt", "trip_id,start_time,end_time,headway_secs,exact_times\nt,06:00:00,09:00:00,600,1\n"),
        ]);
        for (file, at, text) in hits {
            let table = &mut content[file].1;
            let mut at = at.index(table.len());
            while !table.is_char_boundary(at) {
                at -= 1;
            }
            table.insert_str(at, &text);
        }
        if let Ok((t, _)) = load(&zip_of(&content)) {
            let (from, to) = (1_767_225_600, 1_767_225_600 + 86_400);
            let _ = t.runs_active(from, to);
            for date in t.service_dates_between(from, to) {
                let _ = t.instances_on(date).len();
            }
        }
    }
}
