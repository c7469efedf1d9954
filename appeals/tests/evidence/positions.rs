//! Trips whose stay and speed are known, reported now and then with errors: what is found is so, or is left open.

use crate::scenario::{DAY, Scenario};
use appeals::ids::VehicleId;
use appeals::record::{Ping, Record};
use appeals::verdict::{Finding, Verdict};
use proptest::prelude::*;

const LINE: &str = "line 12 every 120\nat s5\nplan 6:00..11:00 each 3600\nontime\n";
/// The 8:00 is at s5 ten minutes later.
const AT: i64 = DAY + 8 * 3_600 + 600;
/// It drives this far before and behind the stop, metres.
const WAY_M: f64 = 600.0;
/// Seconds that it takes to reach its speed, and to stop from it.
const RAMP_S: f64 = 7.0;

/// How a bus drives.
#[derive(Clone, Debug)]
struct Drive {
    /// Its speed, m/s.
    speed_mps: f64,
    /// It stands at the stop so long; 0: it drives by.
    stay_s: f64,
    /// Reports come so often, seconds.
    interval_s: i64,
    phase_s: i64,
    seed: u64,
    /// Of its positions, metres, one deviation.
    error_m: f64,
    /// Its speed is told.
    told: bool,
}

/// About -2 to 2, bell-shaped: the same for the same seed and number.
fn bell(seed: u64, n: u64) -> f64 {
    let draw = |k: u64| {
        let mut x = seed ^ (n * 4 + k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x >> 11) as f64 / (1u64 << 53) as f64
    };
    ((0..4).map(draw).sum::<f64>() - 2.0) * 1.732
}

impl Drive {
    /// Metres from the stop and speed, so many seconds after it came to the stop.
    fn at(&self, s: f64) -> (f64, f64) {
        let (v, ramp) = (self.speed_mps, RAMP_S);
        if self.stay_s <= 0.0 {
            return (v * s, v);
        }
        let from_standing = |s: f64| {
            if s < ramp {
                (v * s * s / (2.0 * ramp), v * s / ramp)
            } else {
                (v * (s - ramp / 2.0), v)
            }
        };
        if s <= 0.0 {
            let (way, speed) = from_standing(-s);
            (-way, speed)
        } else if s <= self.stay_s {
            (0.0, 0.0)
        } else {
            from_standing(s - self.stay_s)
        }
    }

    fn pings(&self) -> Vec<Ping> {
        let of = |n: i64| {
            let second = n * self.interval_s + self.phase_s - 240;
            let (way, speed) = self.at(second as f64);
            (way.abs() <= WAY_M).then(|| Ping {
                vehicle: VehicleId("v480".into()),
                at: AT + second,
                lat: 43.2,
                lon: 76.9,
                speed_mps: self.told.then_some(speed),
                from_stop_m: Some(way + self.error_m * bell(self.seed, n as u64 * 2)),
                aside_m: Some((self.error_m * bell(self.seed, n as u64 * 2 + 1)).abs()),
                occupancy: None,
                doors_open: None,
            })
        };
        (0..=480 / self.interval_s).filter_map(of).collect()
    }

    fn record(&self, kind: &str) -> (Scenario, Record) {
        let scenario = Scenario::new(&format!("{LINE}claim {kind} at=8:10"));
        let mut record = scenario.record();
        for visit in record.visits.iter_mut().filter(|v| v.vehicle.0 == "v480") {
            let standing = visit.stop.0 == "s5";
            visit.departure =
                visit.departure.map(|d| d + if standing { self.stay_s as i64 } else { 0 });
        }
        record.pings = self.pings();
        (scenario, record)
    }
}

fn drive(stay: impl Strategy<Value = f64>) -> impl Strategy<Value = Drive> {
    (7.0..14.0_f64, stay, 5i64..30, 0i64..30, any::<u64>(), 0.0..8.0_f64, any::<bool>()).prop_map(
        |(speed_mps, stay_s, interval_s, phase_s, seed, error_m, told)| Drive {
            speed_mps,
            stay_s,
            interval_s,
            phase_s: phase_s % interval_s,
            seed,
            error_m,
            told,
        },
    )
}

fn verdict(scenario: &Scenario, record: &Record) -> Verdict {
    scenario.packet_of(record).verdict
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_bus_that_stood_never_drove_by(drive in drive(6.0..40.0_f64)) {
        let (scenario, record) = drive.record("passed_stop");
        let found = verdict(&scenario, &record);
        prop_assert!(found.finding != Finding::Confirmed, "{drive:?} {found:?}");
        if drive.interval_s * 2 <= drive.stay_s as i64 && drive.error_m < 1.0 {
            prop_assert_eq!(found.finding, Finding::NotConfirmed);
        }
    }

    #[test]
    fn a_bus_that_drove_by_never_stood(drive in drive(Just(0.0))) {
        let (scenario, record) = drive.record("passed_stop");
        let found = verdict(&scenario, &record);
        prop_assert!(found.finding != Finding::NotConfirmed, "{drive:?} {found:?}");
        if drive.interval_s <= 10 && drive.speed_mps > 11.0 && drive.error_m < 3.0 {
            prop_assert_eq!(found.finding, Finding::Confirmed);
            prop_assert!(found.confidence.sensor == 1.0);
        }
    }

    #[test]
    fn fewer_positions_never_make_it_surer(
        drive in drive(prop_oneof![Just(0.0), 6.0..40.0_f64]), kept in prop::collection::vec(any::<bool>(), 100),
        kind in prop::sample::select(vec!["passed_stop", "speeding", "off_route", "overcrowded"]),
    ) {
        let (scenario, mut record) = drive.record(kind);
        for (i, ping) in record.pings.iter_mut().enumerate() {
            // Full from then on, aside from then on: both can be found and be lost.
            ping.occupancy = Some(if drive.seed % 2 == 0 { 5 } else { 1 });
            let away = kind == "off_route" && drive.seed % 3 == 0 && i % 8 < 5;
            ping.aside_m = if away { Some(200.0) } else { ping.aside_m };
            ping.lat += ping.from_stop_m.unwrap_or(0.0) / 111_195.0;
        }
        let whole = verdict(&scenario, &record);
        let mut i = 0;
        record.pings.retain(|_| { i += 1; kept[i % kept.len()] });
        let poorer = verdict(&scenario, &record);
        if whole.finding.is_determined() && poorer.finding == whole.finding {
            prop_assert!(
                poorer.confidence.value <= whole.confidence.value + 1e-9, "{whole:?} -> {poorer:?}"
            );
        }
        let opposite = |a: Finding, b: Finding| a == Finding::Confirmed && b == Finding::NotConfirmed;
        if kind == "passed_stop" || kind == "speeding" {
            prop_assert!(
                !opposite(whole.finding, poorer.finding) && !opposite(poorer.finding, whole.finding),
                "{whole:?} -> {poorer:?}"
            );
        }
    }
}

/// One every ten seconds along the line, at these speeds in km/h; told, or only to be seen from the places.
fn at_speeds(speeds_kmh: &[f64], told: bool) -> Verdict {
    let scenario = Scenario::new(&format!("{LINE}claim speeding at=8:10"));
    let mut record = scenario.record();
    let mut along_m = -1_000.0;
    for (i, speed) in speeds_kmh.iter().enumerate() {
        let at = AT - 120 + 10 * i as i64;
        record.pings.push(Ping {
            vehicle: VehicleId("v480".into()),
            at,
            lat: 43.2,
            lon: 76.9,
            speed_mps: told.then_some(speed / 3.6),
            from_stop_m: Some(along_m),
            aside_m: Some(4.0),
            occupancy: None,
            doors_open: None,
        });
        along_m += speed / 3.6 * 10.0;
    }
    verdict(&scenario, &record)
}

#[test]
fn speed_is_never_judged_by_one_position() {
    let calm = [42.0; 24];
    assert_eq!(at_speeds(&calm, true).finding, Finding::NotConfirmed);
    assert_eq!(at_speeds(&calm, false).finding, Finding::NotConfirmed);
    // One report of 110 km/h on a way that was driven at 42 is a wrong report.
    let scenario = Scenario::new(&format!("{LINE}claim speeding at=8:10"));
    let mut record = scenario.record();
    record.pings = Drive {
        speed_mps: 11.0,
        stay_s: 0.0,
        interval_s: 10,
        phase_s: 0,
        seed: 1,
        error_m: 0.0,
        told: true,
    }
    .pings();
    let middle = record.pings.len() / 2;
    record.pings[middle].speed_mps = Some(31.0);
    let found = verdict(&scenario, &record);
    assert!(!found.finding.is_determined(), "{found:?}");
    // A minute at 96 is not, whether it is told or only seen.
    let mut fast = calm;
    fast[8..15].fill(96.0);
    assert_eq!(at_speeds(&fast, true).finding, Finding::Confirmed);
    assert_eq!(at_speeds(&fast, false).finding, Finding::Confirmed);
    // Seventy-five is over the limit and within what is forgiven.
    let mut brisk = calm;
    brisk[8..15].fill(75.0);
    assert!(!at_speeds(&brisk, true).finding.is_determined());
}

#[test]
fn without_positions_it_says_so() {
    for kind in ["passed_stop", "speeding", "overcrowded"] {
        let scenario = Scenario::new(&format!("{LINE}claim {kind} at=8:10"));
        let found = verdict(&scenario, &scenario.record());
        assert!(!found.finding.is_determined(), "{kind}: {found:?}");
        assert_eq!(found.reasons.len(), 1, "{kind}: {found:?}");
    }
}

#[test]
fn of_two_buses_the_one_that_drove_by_is_meant() {
    let line = "line 12 every 120\nat s5\nplan 7:54 8:00\nontime\nclaim passed_stop at=8:08";
    let scenario = Scenario::new(line);
    let mut record = scenario.record();
    let stands = Drive {
        speed_mps: 12.0,
        stay_s: 20.0,
        interval_s: 8,
        phase_s: 0,
        seed: 3,
        error_m: 2.0,
        told: true,
    };
    let passes = Drive { stay_s: 0.0, ..stands.clone() };
    record.pings = stands.pings();
    let earlier = passes.pings().into_iter().map(|p| Ping {
        vehicle: VehicleId("v474".into()),
        at: p.at - 360,
        ..p
    });
    record.pings.extend(earlier);
    let found = verdict(&scenario, &record);
    assert_eq!(found.finding, Finding::Confirmed, "{found:?}");
    assert!(found.confidence.candidate < 0.8, "{found:?}");
    // Of the one that is not seen nothing is said.
    record.pings.retain(|p| p.vehicle.0 == "v480");
    assert!(!verdict(&scenario, &record).finding.is_determined());
}
