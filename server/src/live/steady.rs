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
/// Of a deviation from the plan, seconds.
const DEVIATION_S: u32 = 10;

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
    if let (Some(last), Some(late)) = (told.schedule_deviation_s, now.schedule_deviation_s)
        && last.abs_diff(late) <= DEVIATION_S
    {
        now.schedule_deviation_s = Some(last);
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
