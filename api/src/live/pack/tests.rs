use super::*;
use proptest::prelude::*;

fn vehicle(vehicle: u32) -> LiveVehicle {
    LiveVehicle {
        vehicle,
        identity: None,
        lat_e6: 43_240_000,
        lon_e6: 76_890_000,
        bearing_half_deg: 45,
        measured_at: 1_000,
        along_m: Some(900),
        speed_dmps: 60,
        next_stop_position: Some(4),
        schedule_deviation_s: Some(60),
        headway_s: Some(300),
        scheduled_headway_s: Some(600),
        headway_status: HeadwayStatus::Even,
        flags: 0,
    }
}

/// What a reader has of `before` after the frame that says `after`; `None` where that says them in full.
fn through(before: &[LiveVehicle], after: &[LiveVehicle], at: i64) -> Option<Vec<LiveVehicle>> {
    let mut packer = Packer::default();
    for (b, a) in before.iter().zip(after) {
        packer.put(a.vehicle, Change::new(b, a, at)?);
    }
    let moved = packer.finish();
    let mut all = before.to_vec();
    let mut unpacker = Unpacker::new(&moved, at);
    while !unpacker.is_done() {
        let number = unpacker.vehicle().unwrap();
        let state = all.iter_mut().find(|v| v.vehicle == number).unwrap();
        unpacker.apply(state).unwrap();
    }
    assert!(unpacker.bits.bytes.len() * 8 - unpacker.bits.at < 8, "nothing is left over");
    Some(all)
}

fn any_vehicle() -> impl Strategy<Value = LiveVehicle> {
    let place = (-9_000_000..=9_000_000_i32, -18_000_000..=18_000_000_i32);
    let motion = (prop_oneof![0..180_u8, Just(BEARING_UNKNOWN)], any::<u16>(), 0..5_000_i64);
    let line = (prop::option::of(any::<u32>()), prop::option::of(any::<u16>()));
    let headway = (any::<[Option<i32>; 3]>(), 0..6_u32, 0..32_u8);
    (place, motion, line, headway).prop_map(
        |((lat, lon), (bearing, speed, at), (along_m, next), (seconds, band, flags))| LiveVehicle {
            lat_e6: lat * PLACE_UNIT_E6,
            lon_e6: lon * PLACE_UNIT_E6,
            bearing_half_deg: bearing,
            measured_at: at,
            along_m,
            speed_dmps: speed,
            next_stop_position: next,
            schedule_deviation_s: seconds[0],
            headway_s: seconds[1],
            scheduled_headway_s: seconds[2],
            headway_status: status(band),
            flags,
            ..vehicle(0)
        },
    )
}

/// A vehicle and the same some seconds later, near by.
fn drive() -> impl Strategy<Value = (LiveVehicle, LiveVehicle)> {
    let by = (-40..40_i32, -40..40_i32, -300..300_i64, -40..40_i64, 0..60_i64);
    let odd = (prop::option::weighted(0.2, -90..90_i32), 0..6_u32, 0..32_u8, any::<bool>());
    (any_vehicle(), by, odd).prop_map(|(before, (north, east, along, speed, passed), odd)| {
        let mut after = before.clone();
        after.lat_e6 += north * PLACE_UNIT_E6;
        after.lon_e6 += east * PLACE_UNIT_E6;
        after.along_m = after.along_m.map(|a| (i64::from(a) + along).max(0) as u32);
        after.speed_dmps = (i64::from(after.speed_dmps) + speed).max(0) as u16;
        after.measured_at += passed;
        after.schedule_deviation_s = odd.0.or(after.schedule_deviation_s);
        after.headway_status = status(odd.1);
        if odd.3 {
            (after.flags, after.bearing_half_deg) = (odd.2, odd.2);
        }
        (before, after)
    })
}

proptest! {
    #[test]
    fn what_a_reader_has_is_what_was_meant(
        pairs in prop::collection::vec((0..2_000_u32, drive()), 1..20),
    ) {
        let mut number = 0;
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (gap, (b, a)) in pairs {
            number += gap + 1;
            before.push(LiveVehicle { vehicle: number, ..b });
            after.push(LiveVehicle { vehicle: number, ..a });
        }
        if let Some(got) = through(&before, &after, 6_000) {
            prop_assert_eq!(got, after);
        }
    }

    #[test]
    fn any_change_is_packed_or_said_in_full(before in any_vehicle(), after in any_vehicle()) {
        if let Some(got) = through(&[before], std::slice::from_ref(&after), 6_000) {
            prop_assert_eq!(&got[0], &after);
        }
    }

    #[test]
    fn broken_bits_are_refused(bits in prop::collection::vec(any::<u8>(), 0..40), count in 0..9_u32) {
        let moved = Moved { count, bits };
        let mut unpacker = Unpacker::new(&moved, i64::MAX);
        let mut state = vehicle(0);
        while !unpacker.is_done() {
            if unpacker.vehicle().and_then(|_| unpacker.apply(&mut state)).is_none() {
                break;
            }
        }
    }

    #[test]
    fn numbers_are_read_as_written(number in 0..NUMBER_MAX, k in 0..8_u32) {
        let mut change = Change::default();
        change.number(number, k);
        let bytes = change.bits[0].to_le_bytes();
        let mut bits = Bits { bytes: &bytes, at: 0 };
        prop_assert_eq!(bits.number(k), Some(number as u32));
        prop_assert_eq!(bits.at, change.length as usize);
    }
}

#[test]
fn a_bus_that_drives_as_expected_takes_three_bytes() {
    let before: Vec<_> = (1..=8).map(vehicle).collect();
    let drive = |v: &LiveVehicle| {
        let mut after = LiveVehicle { measured_at: 1_020, along_m: Some(1_020), ..v.clone() };
        (after.lat_e6, after.lon_e6) = expected_place(v, &after);
        after
    };
    let after: Vec<_> = before.iter().map(drive).collect();
    assert_eq!(through(&before, &after, 1_025).unwrap(), after);
    let east_m = f64::from(after[0].lon_e6 - before[0].lon_e6)
        * 0.111_195
        * (f64::from(before[0].lat_e6) / 1e6).to_radians().cos();
    assert!((east_m - 120.0).abs() < 2.0 && after[0].lat_e6 == before[0].lat_e6, "{east_m}");
    let mut packer = Packer::default();
    for (b, a) in before.iter().zip(&after) {
        packer.put(a.vehicle, Change::new(b, a, 1_025).unwrap());
    }
    assert!(packer.finish().bits.len() <= 3 * 8, "{:?}", packer.finish());
}

#[test]
fn nothing_new_takes_no_more_than_its_questions() {
    let change = Change::new(&vehicle(1), &vehicle(1), 1_000).unwrap();
    assert_eq!((change.bits, change.length), ([0, 0], 8));
}

#[test]
fn sines_are_sines() {
    for bearing in 0..180_u8 {
        let (sine, cosine) = (f64::from(bearing) * 2.0).to_radians().sin_cos();
        let (s, c) = sine_and_cosine(bearing);
        assert!(
            (sine * 1024.0 - s as f64).abs() < 0.51 && (cosine * 1024.0 - c as f64).abs() < 0.51
        );
    }
    for lat in -90..=90 {
        let cosine = f64::from(lat).to_radians().cos() * 1024.0;
        assert!((parallel(lat * 1_000_000) as f64 - cosine.max(16.0)).abs() < 1.5, "{lat}");
    }
}
