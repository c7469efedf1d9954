//! The demo city: loads without a finding, and is a city that could be.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use simulator::city::{self, Measure};
use simulator::network::vehicles_out;
use transit::Timetable;
use transit::timetable::LoadLimits;

fn load(zip: &[u8]) -> Timetable {
    let (timetable, report) = Timetable::from_zip(zip, LoadLimits::default()).unwrap();
    assert!(report.findings.is_empty(), "{:#?}", &report.findings[..report.findings.len().min(10)]);
    timetable
}

#[test]
fn it_loads_without_a_finding() {
    let timetable = load(&city::almaty().unwrap());
    let network = city::network(None).unwrap();
    assert_eq!(timetable.routes.len(), network.routes.len());
    assert_eq!(timetable.trips.len(), network.counts().trips);
    assert_eq!(timetable.zone.iana_name(), Some("Asia/Almaty"));
    assert_eq!(timetable.language.as_deref(), Some("kk"));
    assert!(timetable.shapes.iter().all(|s| s.points.len() >= 2));
    assert!(timetable.patterns.iter().all(|p| !p.shape_is_straight));
}

#[test]
fn every_name_is_told_in_three_languages() {
    let timetable = load(&city::almaty().unwrap());
    let untold = |name: &str| {
        ["ru", "en"].iter().any(|language| {
            let told = timetable.translated(name, language);
            // The Latin name of a shopping centre is the same in all.
            told == name && *language == "en" && !name.is_ascii()
        })
    };
    for stop in &timetable.stops {
        assert!(!untold(&stop.name), "{}", stop.name);
    }
    for route in &timetable.routes {
        assert!(!untold(&route.long_name), "{}", route.long_name);
    }
}

#[test]
fn stops_lie_at_the_kerb_in_order_and_not_far_apart() {
    let network = city::network(None).unwrap();
    for route in &network.routes {
        let suburban = ["202", "203"].contains(&&*route.id);
        for pattern in &route.patterns {
            let inner = 1..pattern.stops.len() - 1;
            for i in inner {
                let place = network.stops[pattern.stops[i]].place;
                let at = pattern.line.at(pattern.offsets_m[i]);
                let aside = at.distance_m(place);
                let side = pattern.line.bearing_deg_at(pattern.offsets_m[i]) + 90.0;
                let turned = (at.bearing_deg(place) - side).rem_euclid(360.0);
                assert!(
                    aside < 16.0,
                    "{} {}: {aside} m",
                    route.id,
                    network.stops[pattern.stops[i]].id
                );
                assert!(!(60.0..300.0).contains(&turned), "{} stop {i} on the left", route.id);
            }
            for pair in pattern.offsets_m.windows(2) {
                let gap = pair[1] - pair[0];
                let longest = if suburban { 2_600.0 } else { 1_700.0 };
                assert!((190.0..longest).contains(&gap), "{}: {gap} m", route.id);
            }
        }
    }
}

#[test]
fn fleets_and_running_times_are_those_of_a_city() {
    let network = city::network(None).unwrap();
    let counts = network.counts();
    assert!(
        (28..=36).contains(&counts.routes) && (300..=420).contains(&counts.vehicles),
        "{counts:?}"
    );
    for route in &network.routes {
        for run in &route.runs {
            let pattern = &route.patterns[run.pattern];
            let hours = f64::from(run.times_s[run.times_s.len() - 1] - run.times_s[0]) / 3600.0;
            let kmh = pattern.line.length_m() / 1000.0 / hours;
            assert!((12.0..32.0).contains(&kmh), "{}: {kmh} km/h", route.id);
        }
    }
}

#[test]
fn a_block_never_drives_two_runs_at_once() {
    let network = city::network(None).unwrap();
    for route in &network.routes {
        for service in 0..network.services.len() {
            let mut runs: Vec<_> = route.runs.iter().filter(|r| r.service == service).collect();
            runs.sort_by_key(|r| (r.block, r.times_s[0]));
            for pair in runs.windows(2).filter(|p| p[0].block == p[1].block) {
                assert!(
                    pair[0].times_s[pair[0].times_s.len() - 1] < pair[1].times_s[0],
                    "{}",
                    route.id
                );
            }
        }
    }
}

#[test]
fn the_measure_gives_kamenskoye_more_and_leaves_the_others_as_they_were() {
    let before = city::network(None).unwrap();
    let after = city::network(Some(Measure::KamenskoyeReinforced)).unwrap();
    for (a, b) in before.routes.iter().zip(&after.routes) {
        let (thin, more) = (vehicles_out(a, 0), vehicles_out(b, 0));
        if a.id == city::KAMENSKOYE {
            assert!(thin == 3 && more >= 2 * thin, "{thin} {more}");
        } else {
            assert_eq!(a.runs.len(), b.runs.len());
            assert_eq!(thin, more);
        }
    }
    load(&city::almaty_with(Measure::KamenskoyeReinforced).unwrap());
}

#[test]
fn the_zip_has_the_same_bytes_each_time() {
    assert!(city::almaty().unwrap() == city::almaty().unwrap());
}

#[test]
fn it_breaks_no_rule_of_the_check() {
    let zip = city::almaty().unwrap();
    let timetable = load(&zip);
    let now = timetable.origin(city::DEMO_DATE) + city::DEMO_TIME_S;
    let report = transit::check::check_feed(&zip, LoadLimits::default(), now);
    assert!(report.findings.is_empty(), "{:?}: {:#?}", report.counts, report.findings.first());
}
