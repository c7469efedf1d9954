//! Every static rule on a small feed that breaks it, and on one that does not.

use super::*;
use crate::timetable::text::{feed, zip_of};
use expect_test::{Expect, expect};

const NOW: EpochS = 1_795_000_000; // 2026-11-18

/// A feed without a fault, some of its files replaced, added or (empty) left out.
fn feed_with(changes: &[(&str, &str)]) -> Vec<u8> {
    let base = [
        (
            "agency.txt",
            "agency_id,agency_name,agency_url,agency_timezone,agency_lang\n1,Bus,https://b.example,Asia/Almaty,kk\n",
        ),
        (
            "stops.txt",
            "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nA,First,43.2,76.9,,\nB,Second,43.21,76.9,0,S\nS,Station,43.21,76.9,1,\n",
        ),
        (
            "routes.txt",
            "route_id,agency_id,route_short_name,route_long_name,route_type,route_color,route_text_color\n5,1,5,,3,000000,FFFFFF\n",
        ),
        (
            "calendar.txt",
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nw,1,1,1,1,1,0,0,20260101,20271231\n",
        ),
        ("trips.txt", "route_id,service_id,trip_id,shape_id,block_id\n5,w,t,s,b\n5,w,u,s,b\n"),
        (
            "shapes.txt",
            "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\ns,43.2,76.9,1\ns,43.21,76.9,2\n",
        ),
        (
            "stop_times.txt",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,timepoint,shape_dist_traveled\nt,07:00:00,07:00:00,A,1,1,0\nt,07:05:00,07:05:00,B,2,1,1.1\nu,07:10:00,07:10:00,A,1,1,0\nu,07:15:00,07:15:00,B,2,1,1.1\n",
        ),
        (
            "feed_info.txt",
            "feed_publisher_name,feed_publisher_url,feed_lang,feed_end_date\nBus,https://b.example,kk,20271231\n",
        ),
    ];
    let mut files: Vec<(&str, &str)> = base.to_vec();
    for (name, content) in changes {
        files.retain(|(n, _)| n != name);
        if !content.is_empty() {
            files.push((name, content));
        }
    }
    zip_of(&files)
}

#[track_caller]
fn check(changes: &[(&str, &str)], expected: &Expect) {
    let report = check_feed(&feed_with(changes), LoadLimits::default(), NOW);
    let lines: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    expected.assert_eq(&lines.join("\n"));
    let counted: u64 = report.counts.iter().map(|(_, n)| n).sum();
    assert_eq!(counted as usize, report.findings.len());
}

#[test]
fn a_good_feed_has_no_findings() {
    check(&[], &expect![""]);
}

#[test]
fn files() {
    check(
        &[("feed_info.txt", ""), ("shapes.txt", ""), ("notes.txt", "x\n")],
        &expect![[r#"
        error trips.txt:2 foreign_key_violation: shape_id "s" is not in shapes.txt
        error trips.txt:3 foreign_key_violation: shape_id "s" is not in shapes.txt
        warning feed_info.txt missing_recommended_file: feed_info.txt is missing
        warning shapes.txt missing_recommended_file: shapes.txt is missing
        info notes.txt unknown_file: notes.txt is no file of GTFS"#]],
    );
    check(
        &[("routes.txt", ""), ("stop_times.txt", "")],
        &expect![[r"
            error routes.txt missing_required_file: routes.txt is missing
            error stop_times.txt missing_required_file: stop_times.txt is missing"]],
    );
}

#[test]
fn columns_and_fields() {
    check(
        &[
            (
                "agency.txt",
                "agency_id,agency_name,agency_timezone,agency_lang,agency_email\n1,Bus,Mars/Olympus,k,nobody\n",
            ),
            (
                "stops.txt",
                "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,stop_url\nA,First,43.2,76.9,,,b.example\nB,Second,north,76.9,0,S,\nS,Station,143.21,76.9,1,,\n,Nobody,43.2,76.9,7,,\n",
            ),
            (
                "routes.txt",
                "route_id,agency_id,route_short_name,route_type,route_color\n5,1,5,bus,red\n",
            ),
            (
                "calendar.txt",
                "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nw,1,1,1,1,2,0,0,20260101,20261332\n",
            ),
            ("frequencies.txt", "trip_id,start_time,end_time,headway_secs\nt,6:00:00,99,0\n"),
        ],
        &expect![[r#"
            error agency.txt:1 missing_required_column: column agency_url is missing from the header
            error agency.txt:2 invalid_email: agency_email "nobody" is not an e-mail address
            error agency.txt:2 invalid_language_code: agency_lang "k" is not a language (BCP 47)
            error agency.txt:2 invalid_timezone: agency_timezone "Mars/Olympus" is no zone of the tz database
            error calendar.txt:2 invalid_date: end_date "20261332" is not a date (YYYYMMDD)
            error frequencies.txt:2 invalid_time: end_time "99" is not a time (H:MM:SS)
            error frequencies.txt:2 number_out_of_range: headway_secs "0" is out of range
            error routes.txt:2 invalid_color: route_color "red" is not a colour (RRGGBB)
            error routes.txt:2 invalid_integer: route_type "bus" is not a whole number
            error stop_times.txt no_usable_trip: no trip has two usable stop times: there is nothing to run
            error stop_times.txt:3 stop_without_location: stop "B" has no place: the row was left out
            error stop_times.txt:5 stop_without_location: stop "B" has no place: the row was left out
            error stops.txt:2 invalid_url: stop_url "b.example" is not a URL with http:// or https://
            error stops.txt:3 invalid_float: stop_lat "north" is not a number
            error stops.txt:4 number_out_of_range: stop_lat "143.21" is out of range
            error stops.txt:5 missing_required_field: stop_id "" is empty
            warning calendar.txt:2 unexpected_enum_value: friday "2" is none of the values of the reference
            warning stops.txt:5 unexpected_enum_value: location_type "7" is none of the values of the reference
            warning trips.txt:2 unusable_trip: trip "t" has 1 usable stop times, fewer than two: left out
            warning trips.txt:3 unusable_trip: trip "u" has 1 usable stop times, fewer than two: left out"#]],
    );
}

#[test]
fn keys_and_references() {
    check(
        &[
            (
                "stops.txt",
                "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nA,First,43.2,76.9,,T\nB,Second,43.21,76.9,0,\nB,Third,43.21,76.9,0,\n",
            ),
            ("routes.txt", "route_id,agency_id,route_short_name,route_type\n5,2,5,3\n"),
            ("trips.txt", "route_id,service_id,trip_id,shape_id\n5,w,t,s\n6,w,u,s\n5,x,v,z\n"),
            ("fare_rules.txt", "fare_id,route_id\nf,5\n"),
        ],
        &expect![[r#"
            error fare_rules.txt:2 foreign_key_violation: fare_id "f" is not in fare_attributes.txt
            error routes.txt:2 foreign_key_violation: agency_id "2" is not in agency.txt
            error stop_times.txt:4 foreign_key_violation: trip_id "u" is not in trips.txt
            error stop_times.txt:5 foreign_key_violation: trip_id "u" is not in trips.txt
            error stops.txt:2 foreign_key_violation: parent_station "T" is not in stops.txt
            error stops.txt:4 duplicate_key: stop_id "B" stands in line 3 already
            error trips.txt:3 foreign_key_violation: route_id "6" is not in routes.txt
            error trips.txt:4 foreign_key_violation: service_id "x" is not in calendar.txt or calendar_dates.txt
            error trips.txt:4 foreign_key_violation: shape_id "z" is not in shapes.txt
            warning trips.txt:4 unusable_trip: trip "v" has 0 usable stop times, fewer than two: left out"#]],
    );
}

#[test]
fn names_colors_places_and_parents() {
    check(
        &[
            (
                "stops.txt",
                "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nA,,43.2,76.9,,B\nB,Second,43.21,76.9,0,\nC,Door,43.21,76.9,2,\nD,Station,43.21,76.9,1,E\nE,Station,43.21,76.9,1,\nF,Sea,0,0,,\n",
            ),
            (
                "routes.txt",
                "route_id,agency_id,route_short_name,route_long_name,route_type,route_color,route_text_color\n5,1,,,3,808080,888888\n",
            ),
        ],
        &expect![[r#"
            error routes.txt:2 route_both_short_and_long_name_missing: route "5" has neither a short nor a long name
            error stops.txt:2 missing_stop_name: stop "A" has no name
            error stops.txt:2 wrong_parent_location_type: "A" has the parent "B", which is of location_type "0"
            error stops.txt:4 location_without_parent_station: "C" is of location_type 2 and names no parent_station
            error stops.txt:5 station_with_parent_station: station "D" has the parent_station "E"
            error stops.txt:7 point_near_origin: stop "F" lies at 0, 0
            warning routes.txt:2 route_color_contrast: text 888888 on 808080 is hard to read
            info stops.txt:7 stop_without_stop_time: no usable trip serves stop "F""#]],
    );
}

#[test]
fn stop_time_rows() {
    check(
        &[(
            "stop_times.txt",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,timepoint,shape_dist_traveled\nt,07:00:00,07:00:00,A,1,1,5\nt,,,S,2,1,4\nt,07:05:00,07:05:00,B,3,,4\nu,07:10:00,07:10:00,A,1,1,0\nu,07:09:00,07:15:00,B,2,1,1.1\n",
        )],
        &expect![[r#"
            error stop_times.txt:3 decreasing_or_equal_stop_time_distance: shape_dist_traveled 4 is not more than 5 at the stop before
            error stop_times.txt:3 location_with_unexpected_stop_time: stop "S" is of location_type 1: no vehicle stops there
            error stop_times.txt:3 stop_time_timepoint_without_times: timepoint is 1 and arrival_time or departure_time is missing
            error stop_times.txt:4 decreasing_or_equal_stop_time_distance: shape_dist_traveled 4 is not more than 4 at the stop before
            error stop_times.txt:6 stop_time_with_arrival_before_previous_departure_time: trip "u" goes back in time here: raised to the latest time before
            warning stop_times.txt:4 missing_timepoint_value: times are given and timepoint does not say whether they are exact"#]],
    );
}

#[test]
fn calendars() {
    check(
        &[
            (
                "calendar.txt",
                "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nw,1,1,1,1,1,0,0,20260101,20261031\nn,0,0,0,0,0,0,0,20260101,20261031\n",
            ),
            ("trips.txt", "route_id,service_id,trip_id,shape_id\n5,w,t,s\n5,n,u,s\n"),
            (
                "feed_info.txt",
                "feed_publisher_name,feed_publisher_url,feed_lang,feed_end_date\nBus,https://b.example,kk,20261120\n",
            ),
        ],
        &expect![[r#"
            error calendar.txt no_service_left: no trip runs after 20261031: the feed is out of date
            warning calendar.txt:2 expired_calendar: service "w" ran for the last time on 20261031
            warning calendar.txt:3 service_has_no_active_day_of_the_week: service "n" runs on no day; 1 trips are of it
            warning feed_info.txt:2 feed_expiration_date7_days: feed_end_date 20261120 is less than 7 days ahead"#]],
    );
}

#[test]
fn speed_blocks_and_what_is_unused() {
    let text = "
        zone Asia/Almaty
        stop A 43.2 76.9
        stop B 43.3 76.9
        stop C 43.4 76.9
        shape unused 43.2,76.9 43.3,76.9
        route 5 Five
        trip a route=5 block=b : A 7:00, B 7:20
        trip b route=5 block=b : A 7:19, B 7:39
        trip c route=5 block=c : A 7:19, B 7:20
    ";
    let report = check_feed(&feed(text).unwrap(), LoadLimits::default(), NOW);
    let lines: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    expect![[r#"
        error trips.txt:3 block_trips_with_overlapping_stop_times: block "b": trip "b" starts before "a" has ended
        warning feed_info.txt missing_recommended_file: feed_info.txt is missing
        warning stop_times.txt:2 missing_timepoint_value: times are given and timepoint does not say whether they are exact
        warning stop_times.txt:3 missing_timepoint_value: times are given and timepoint does not say whether they are exact
        warning stop_times.txt:4 missing_timepoint_value: times are given and timepoint does not say whether they are exact
        warning stop_times.txt:5 missing_timepoint_value: times are given and timepoint does not say whether they are exact
        warning stop_times.txt:6 missing_timepoint_value: times are given and timepoint does not say whether they are exact
        warning stop_times.txt:7 missing_timepoint_value: times are given and timepoint does not say whether they are exact
        warning trips.txt:4 fast_travel_between_consecutive_stops: trip "c" drives 11120 m from "A" to "B" in 60 s
        info shapes.txt unused_shape: no trip has the shape_id "unused"
        info stops.txt:4 stop_without_stop_time: no usable trip serves stop "C""#]].assert_eq(&lines.join("\n"));
}

#[test]
fn a_trip_that_names_one_stop_over_and_over_is_told() {
    let text = "
        stop A 43.2 76.9
        stop B 43.21 76.9
        route 5 Five
        trip a route=5 : A 7:00, A 7:02, A 7:04
        trip b route=5 : A 8:00, B 8:05
    ";
    let report = check_feed(&feed(text).unwrap(), LoadLimits::default(), NOW);
    let told = report.findings.iter().filter(|f| f.rule == "trip_of_one_stop");
    let told: Vec<String> = told.map(ToString::to_string).collect();
    let line = r#"warning trips.txt:2 trip_of_one_stop: trip "a" stops 3 times, each time at "A""#;
    assert_eq!(told, [line]);
}

#[test]
fn what_is_no_feed_is_one_finding() {
    let report = check_feed(b"<html>404</html>", LoadLimits::default(), NOW);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(count_by_severity(&report.findings)[0], (Severity::Error, 1));
}
