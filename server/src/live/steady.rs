//! What is not worth saying: readers keep what they were told while a vehicle that follows its line is
//! within these bounds of it. The same for all readers, whenever they came and in whatever format.

use api::live::pack::{BEARING_UNKNOWN, expected_place};
use api::live::{LiveVehicle, flags};

/// Of a place: about 8 m, less than a receiver among houses is wrong by. Millionths of a degree.
const PLACE_E6: u32 = 70;
/// Of a direction, units of 2°.
const BEARING_HALF_DEG: u8 = 5;
/// Of an expected speed, dm/s.
const SPEED_DMPS: u16 = 10;
/// Of a deviation from the plan, and of a headway whose band is the same, seconds.
const SECONDS: u32 = 10;

/// Lets `now` say what was told before where that is near enough. Both are of one run.
pub fn steady(told: &LiveVehicle, now: &mut LiveVehicle) {
    let astray = flags::OFF_ROUTE | flags::LAYOVER;
    if now.along_m.is_none() || told.along_m.is_none() || (told.flags | now.flags) & astray != 0 {
        return;
    }
    let both_move = told.speed_dmps > 0 && now.speed_dmps > 0;
    if both_move && told.speed_dmps.abs_diff(now.speed_dmps) <= SPEED_DMPS {
        now.speed_dmps = told.speed_dmps;
    }
    keep(told.schedule_deviation_s, &mut now.schedule_deviation_s);
    if told.headway_status == now.headway_status {
        keep(told.headway_s, &mut now.headway_s);
    }
    let (last, bearing) = (told.bearing_half_deg, now.bearing_half_deg);
    let known = last != BEARING_UNKNOWN && bearing != BEARING_UNKNOWN;
    let turned = last.abs_diff(bearing);
    if known && turned.min(180 - turned.min(180)) <= BEARING_HALF_DEG {
        now.bearing_half_deg = last;
    }
    let (lat_e6, lon_e6) = expected_place(told, now);
    if lat_e6.abs_diff(now.lat_e6) <= PLACE_E6 && lon_e6.abs_diff(now.lon_e6) <= PLACE_E6 {
        (now.lat_e6, now.lon_e6) = (lat_e6, lon_e6);
    }
}

fn keep(told_s: Option<i32>, now_s: &mut Option<i32>) {
    if let (Some(told), Some(now)) = (told_s, *now_s)
        && told.abs_diff(now) <= SECONDS
    {
        *now_s = told_s;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::HeadwayStatus;

    fn vehicle() -> LiveVehicle {
        LiveVehicle {
            vehicle: 1,
            identity: None,
            lat_e6: 43_240_000,
            lon_e6: 76_890_000,
            bearing_half_deg: 178,
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

    #[test]
    fn little_is_not_said_again_and_much_is() {
        let told = vehicle();
        let near = LiveVehicle {
            lat_e6: told.lat_e6 + 70,
            lon_e6: told.lon_e6 - 70,
            bearing_half_deg: 3,
            speed_dmps: 70,
            schedule_deviation_s: Some(50),
            headway_s: Some(310),
            ..vehicle()
        };
        let mut now = near.clone();
        steady(&told, &mut now);
        assert_eq!(now, told);
        let far = LiveVehicle {
            lat_e6: told.lat_e6 + 80,
            bearing_half_deg: 4,
            speed_dmps: 0,
            schedule_deviation_s: None,
            headway_s: Some(311),
            ..vehicle()
        };
        let mut now = far.clone();
        steady(&told, &mut now);
        assert_eq!(now, far);
        let astray = LiveVehicle { flags: flags::OFF_ROUTE, ..near };
        let mut now = astray.clone();
        steady(&told, &mut now);
        assert_eq!(now, astray, "off its line it is said as it is");
        let mut banded = LiveVehicle {
            headway_s: Some(305),
            headway_status: HeadwayStatus::Bunched,
            ..vehicle()
        };
        steady(&told, &mut banded);
        assert_eq!(banded.headway_s, Some(305), "what made the band is said");
    }
}
