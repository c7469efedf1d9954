//! Predicted times: E001 (arrival, departure), E022, E025.

use super::catalogue::{E001, E022, E025};
use super::timestamps::{is_posix, local_time};
use super::{Check, Found, subject};
use crate::gtfs_realtime::StopTimeEvent;

pub(super) fn check(check: &Check<'_>, found: &mut Found<'_>) {
    for (entity, id) in check.entities() {
        let Some(update) = &entity.trip_update else { continue };
        let trip = subject::of_update(id, update);
        let mut before: [(&str, Option<i64>); 2] = [("arrival", None), ("departure", None)];
        for stop in &update.stop_time_update {
            let at = format!("{trip} {}", subject::of_stop(stop));
            let time = |event: Option<StopTimeEvent>| event.and_then(|e| e.time);
            let (arrival, departure) = (time(stop.arrival), time(stop.departure));
            for (name, time) in [("arrival", arrival), ("departure", departure)] {
                let Some(time) = time else { continue };
                if !u64::try_from(time).is_ok_and(is_posix) {
                    found.add(E001, id, format!("{at} {name}_time {time} is not POSIX time"));
                }
                // Of the same kind first, as the validator has it.
                let order = if name == "arrival" { [0, 1] } else { [1, 0] };
                for (other, previous) in order.map(|i| before[i]) {
                    let Some(previous) = previous.filter(|p| time <= *p) else { continue };
                    let how = if time == previous { "equal to" } else { "less than" };
                    let message = format!(
                        "{at} {name}_time {} ({time}) is {how} previous stop {other}_time {} ({previous}) - \
                         times must increase between two sequential stops",
                        local_time(check, time),
                        local_time(check, previous)
                    );
                    found.add(E022, id, message);
                }
            }
            if let (Some(arrival), Some(departure)) = (arrival, departure)
                && departure < arrival
            {
                let message = format!(
                    "{at} departure_time {} ({departure}) is less than the same stop arrival_time {} \
                     ({arrival}) - departure time must be equal to or greater than arrival time",
                    local_time(check, departure),
                    local_time(check, arrival)
                );
                found.add(E025, id, message);
            }
            before[0].1 = arrival.or(before[0].1);
            before[1].1 = departure.or(before[1].1);
        }
    }
}
