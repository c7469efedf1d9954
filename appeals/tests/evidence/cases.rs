use crate::scenario::{Scenario, told};
use appeals::verdict::{Finding, Reason};
use expect_test::{Expect, expect};

fn check(script: &str, figures: &[&str], expected: Expect) {
    expected.assert_eq(&told(&Scenario::new(script).packet(), figures));
}

const EVERY_TEN: &str = "
    line 12 every 120
    at s5
    plan 6:00..11:00 each 600
";

fn every_ten(more: &str) -> String {
    format!("{EVERY_TEN}{more}")
}

#[test]
fn a_long_wait_is_a_gap() {
    let gap = ["gap_at_least_s", "gap_at_most_s", "threshold_s"];
    // 8:00 and 8:10 were not driven: nobody from 8:00 to 8:30 at s5 (+10 minutes from the start).
    let two_missing = every_ten(
        "bus x 8:00 until=s0 from=s1
         bus y 8:10 until=s0 from=s1
         ontime
         claim long_wait at=8:25 wait=30",
    );
    check(
        &two_missing,
        &gap,
        expect![
            "confirmed 0.87 (run_not_driven) gap_at_least_s=1770 gap_at_most_s=1830 threshold_s=1200"
        ],
    );
    let even = every_ten("ontime\nclaim long_wait at=8:25 wait=30");
    check(
        &even,
        &gap,
        expect!["contradicted 0.95 gap_at_least_s=570 gap_at_most_s=630 threshold_s=1200"],
    );
    let little = every_ten("ontime\nclaim long_wait at=8:25 wait=12");
    check(
        &little,
        &gap,
        expect![
            "confirmed 0.95 (plan_too_thin) gap_at_least_s=570 gap_at_most_s=630 threshold_s=504"
        ],
    );
    let one_late = every_ten("bus x 8:10 late=300\nontime\nclaim long_wait at=8:22");
    check(
        &one_late,
        &gap,
        expect!["partly_confirmed 0.95 gap_at_least_s=870 gap_at_most_s=930 threshold_s=1200"],
    );
}

#[test]
fn a_bus_that_may_have_come_unseen_is_not_a_gap() {
    let gap = ["gap_at_least_s", "gap_at_most_s"];
    // Seen on both sides of the stop, not at it.
    let between = every_ten(
        "bus x 8:00 unseen=s4..s6
         bus y 8:10 unseen=s4..s6
         ontime
         claim long_wait at=8:25 wait=30",
    );
    check(
        &between,
        &gap,
        expect!["undetermined_no_data 0.00 (gap_in_gps) gap_at_least_s=570 gap_at_most_s=1830"],
    );
    let hole = every_ten(
        "ontime
         hole 8:05..8:35
         claim long_wait at=8:25 wait=30",
    );
    check(
        &hole,
        &gap,
        expect!["undetermined_no_data 0.00 (feed_outage) gap_at_least_s=570 gap_at_most_s=2430"],
    );
    let nobody = every_ten("fleet 0/100\nclaim long_wait at=8:25 wait=30");
    check(
        &nobody,
        &gap,
        expect!["undetermined_no_data 0.00 (few_vehicles_report) gap_at_least_s=- gap_at_most_s=-"],
    );
}

#[test]
fn a_bus_that_did_not_come() {
    let hourly = "line 20 every 120\nat s5\nplan 6:00 7:00 8:00 9:00 10:00\n";
    let figures = ["late_s"];
    let with = |more: &str| format!("{hourly}{more}\nclaim did_not_come at=8:10");
    check(
        &with("bus x 8:00 from=s1 until=s0\nontime"),
        &figures,
        expect!["confirmed 0.68 (run_not_driven) late_s=-"],
    );
    check(&with("ontime"), &figures, expect!["not_confirmed 0.95 late_s=-"]);
    check(
        &with("bus x 8:00 late=1800\nontime"),
        &figures,
        expect!["partly_confirmed 0.95 late_s=1800"],
    );
    check(&with("bus x 8:00 late=600\nontime"), &figures, expect!["not_confirmed 0.95 late_s=-"]);
    check(
        &with("bus x 8:00 until=s3\nontime"),
        &figures,
        expect!["confirmed 0.73 (run_ended_early) late_s=-"],
    );
    check(
        &with("bus x 8:00 unseen=s4..s6\nontime"),
        &figures,
        expect!["undetermined_no_data 0.00 (gap_in_gps) late_s=-"],
    );
    check(
        &with("ontime\nhole 7:55..8:45"),
        &figures,
        expect!["undetermined_no_data 0.00 (feed_outage) late_s=-"],
    );
    check(
        &with("ontime\nfleet 70/100"),
        &figures,
        expect!["undetermined_no_data 0.00 (few_vehicles_report) late_s=-"],
    );
    check(
        &with("ontime\nknown 8:05"),
        &figures,
        expect!["undetermined_no_data 0.00 (not_yet_known) late_s=-"],
    );
    let night = format!("{hourly}ontime\nclaim did_not_come at=2:00");
    check(&night, &figures, expect!["not_confirmed 0.00 (service_not_running) late_s=-"]);
}

#[test]
fn early_and_late() {
    let figures = ["deviation_s"];
    let early =
        |late: i64| every_ten(&format!("bus x 8:00 late={late}\nontime\nclaim early at=8:10"));
    check(&early(-120), &figures, expect!["confirmed 0.95 deviation_s=-120"]);
    check(
        &early(-65),
        &figures,
        expect!["undetermined_no_data 0.00 (within_error) deviation_s=-65"],
    );
    check(&early(0), &figures, expect!["not_confirmed 0.95 deviation_s=0"]);
    let late = |late: i64, at: &str| {
        every_ten(&format!("bus x 8:00 late={late}\nontime\nclaim late at={at}"))
    };
    check(&late(420, "8:10"), &figures, expect!["confirmed 0.95 deviation_s=420"]);
    check(
        &late(420, "8:15"),
        &figures,
        expect!["partly_confirmed 0.52 (several_candidates) deviation_s=420"],
    );
    check(&late(120, "8:10"), &figures, expect!["not_confirmed 0.95 deviation_s=120"]);
}

#[test]
fn uneven_and_too_few() {
    let even = ["headway_cv", "bunches", "known_share"];
    let bunched = every_ten(
        "bus x 8:00 late=500
         bus y 8:30 late=550
         bus z 9:00 late=480
         ontime
         claim irregular between=8:00..9:30",
    );
    check(
        &bunched,
        &even,
        expect!["confirmed 0.63 (time_unclear) headway_cv=0.695 bunches=3 known_share=1"],
    );
    check(
        &every_ten("ontime\nclaim irregular between=8:00..9:30"),
        &even,
        expect!["not_confirmed 0.63 (time_unclear) headway_cv=0 bunches=0 known_share=1"],
    );
    check(
        &every_ten("ontime\nhole 8:15..9:15\nclaim irregular between=8:00..9:30"),
        &even,
        expect![
            "undetermined_no_data 0.00 (too_few_headways, time_unclear) headway_cv=0 bunches=0 known_share=0.222"
        ],
    );
    let runs = ["runs_planned", "runs_driven", "runs_missing", "excess_wait_s"];
    let few = every_ten(
        "bus x 8:00 from=s1 until=s0
         bus y 8:20 from=s1 until=s0
         bus z 8:40 from=s1 until=s0
         ontime
         claim few_buses between=8:00..9:30",
    );
    check(
        &few,
        &runs,
        expect![
            "confirmed 0.56 (run_not_driven, time_unclear) runs_planned=10 runs_driven=7 runs_missing=3 excess_wait_s=200"
        ],
    );
    check(
        &every_ten("ontime\nclaim few_buses between=8:00..9:30"),
        &runs,
        expect![
            "not_confirmed 0.63 (time_unclear) runs_planned=10 runs_driven=10 runs_missing=0 excess_wait_s=0"
        ],
    );
    let thin = "line 12 every 120\nat s5\nplan 6:00..11:00 each 1800\nontime\n\
                claim few_buses between=8:00..9:30";
    check(
        thin,
        &runs,
        expect![
            "confirmed 0.63 (plan_too_thin, time_unclear) runs_planned=3 runs_driven=3 runs_missing=0 excess_wait_s=0"
        ],
    );
}

#[test]
fn a_run_that_turned_short() {
    let runs = ["runs_reached", "runs_short", "stops_left_out"];
    let hourly = "line 20 every 120\nat s2\nplan 6:00 7:00 8:00 9:00 10:00\n";
    let with = |more: &str| format!("{hourly}{more}\nontime\nclaim short_turn at=8:06");
    check(
        &with("bus x 8:00 until=s6"),
        &runs,
        expect!["confirmed 0.78 (run_ended_early) runs_reached=0 runs_short=1 stops_left_out=13"],
    );
    check(
        &with("bus x 8:00 until=s18"),
        &runs,
        expect![
            "undetermined_no_data 0.00 (gap_in_gps) runs_reached=0 runs_short=0 stops_left_out=0"
        ],
    );
    check(
        &with(""),
        &runs,
        expect!["not_confirmed 0.95 runs_reached=1 runs_short=0 stops_left_out=0"],
    );
}

#[test]
fn what_no_sensor_measures_is_said() {
    let none: [&str; 0] = [];
    for (kind, expected) in [
        (
            "driver_conduct",
            expect!["undetermined_not_measurable 0.00 (vehicle_only, several_candidates)"],
        ),
        (
            "left_without_waiting",
            expect!["undetermined_not_measurable 0.00 (no_door_signal, several_candidates)"],
        ),
        (
            "moved_while_boarding",
            expect!["undetermined_not_measurable 0.00 (no_door_signal, several_candidates)"],
        ),
        ("passed_stop", expect!["undetermined_no_data 0.00 (no_positions, several_candidates)"]),
        ("overcrowded", expect!["undetermined_not_measurable 0.00 (no_occupancy)"]),
        ("speeding", expect!["undetermined_no_data 0.00 (no_positions)"]),
        ("new_route", expect!["undetermined_not_measurable 0.00 (context_only)"]),
    ] {
        check(&every_ten(&format!("ontime\nclaim {kind} at=8:10")), &none, expected);
    }
    let stood = every_ten("bus x 8:00 dwell=40\nontime\nclaim passed_stop at=8:10");
    check(&stood, &["dwell_s"], expect!["not_confirmed 0.38 (several_candidates) dwell_s=40"]);
}

#[test]
fn the_likeliest_vehicle_is_not_called_certain_among_several() {
    let packet = Scenario::new(&every_ten("ontime\nclaim driver_conduct at=8:11")).packet();
    let list = &packet.windows[0].candidates;
    assert_eq!(list[0].vehicle.as_str(), "v480");
    assert!(list[0].probability < 0.8, "{list:?}");
    assert!(list.windows(2).all(|w| w[0].probability >= w[1].probability));
    let plate =
        Scenario::new(&every_ten("ontime\nclaim driver_conduct at=8:11 plate=490")).packet();
    assert_eq!(plate.windows[0].candidates[0].vehicle.as_str(), "v490");
    assert!(plate.windows[0].candidates[0].probability > 0.5);
}

#[test]
fn before_the_first_bus_and_after_the_last_nobody_waits_for_what_was_not_promised() {
    let gap = ["gap_at_least_s", "gap_at_most_s"];
    // The first bus passes s5 at 6:10, the last at 11:10.
    let early = every_ten("ontime\nclaim long_wait at=6:00 wait=40");
    check(
        &early,
        &gap,
        expect!["not_confirmed 0.95 (service_not_running) gap_at_least_s=570 gap_at_most_s=630"],
    );
    let night = every_ten("ontime\nclaim long_wait at=4:00 wait=30");
    check(
        &night,
        &gap,
        expect!["not_confirmed 0.00 (service_not_running) gap_at_least_s=- gap_at_most_s=-"],
    );
    let missing = every_ten("ontime\nclaim did_not_come at=4:00");
    check(
        &missing,
        &gap,
        expect!["not_confirmed 0.00 (service_not_running) gap_at_least_s=- gap_at_most_s=-"],
    );
    let passed = every_ten("ontime\nclaim passed_stop at=4:00");
    check(
        &passed,
        &gap,
        expect!["undetermined_no_data 0.00 (service_not_running) gap_at_least_s=- gap_at_most_s=-"],
    );
    let after = every_ten("ontime\nclaim long_wait at=11:35 wait=20");
    check(
        &after,
        &gap,
        expect!["not_confirmed 0.95 (service_not_running) gap_at_least_s=570 gap_at_most_s=630"],
    );
    let last_missing = every_ten(
        "bus x 11:00 until=s0 from=s1
         bus y 10:50 until=s0 from=s1
         ontime
         claim long_wait at=11:12 wait=30",
    );
    check(
        &last_missing,
        &gap,
        expect!["confirmed 0.82 (run_not_driven) gap_at_least_s=2385 gap_at_most_s=-"],
    );
}

#[test]
fn the_first_bus_of_a_day_is_judged_against_its_plan() {
    let hourly = "line 20 every 120\nat s5\nplan 6:00 7:00 8:00 9:00\n";
    let came = |more: &str| {
        Scenario::new(&format!("{hourly}{more}\nontime\nclaim did_not_come at=6:10")).packet()
    };
    let late = came("bus x 6:00 late=1500");
    assert_eq!(late.verdict.finding, Finding::PartlyConfirmed, "{:?}", late.verdict);
    assert_eq!(late.figures["late_s"], 1_500.0);
    let missing = came("bus x 6:00 from=s1 until=s0").verdict;
    assert_eq!(missing.finding, Finding::Confirmed, "{missing:?}");
    assert_eq!(missing.reasons, [Reason::RunNotDriven]);
    assert_eq!(came("").verdict.finding, Finding::NotConfirmed);
    let between = came("bus x 6:00 unseen=s4..s6").verdict;
    assert_eq!(between.finding, Finding::UndeterminedNoData, "{between:?}");
    // Nobody is promised a bus before 6:10: so long it took from then, and no longer.
    let waited = every_ten("bus x 6:00 late=180\nontime\nclaim long_wait at=6:12 wait=30");
    let waited = Scenario::new(&waited).packet();
    assert_eq!(waited.verdict.finding, Finding::NotConfirmed, "{:?}", waited.verdict);
    assert_eq!(waited.figures["gap_at_most_s"], 630.0);
}
