//! What is worth saying of a topic that is said as a whole.

use api::live::Body;
use api::{Arrival, Feed, Incident, Status, StopDetail};

/// What only creeps (a clock, a count, how late a ghost is by now) is said again after so long, seconds.
pub const CREEP_S: i64 = 10;
/// An expected arrival that moved by less has only crept, seconds.
const EXPECTED_CREEP_S: u64 = 15;

/// Whether a reader who was told `last`, `passed_s` ago, need be told `new`.
pub fn is_news(last: &Body, new: &Body, passed_s: i64) -> bool {
    if last == new {
        return false;
    }
    passed_s >= CREEP_S || !only_crept(last, new)
}

fn only_crept(last: &Body, new: &Body) -> bool {
    match (last, new) {
        (Body::Board(a), Body::Board(b)) => board_crept(a, b),
        (Body::Status(a), Body::Status(b)) => status_crept(a, b),
        (Body::Incidents(a), Body::Incidents(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| incident_crept(a, b))
        }
        _ => false,
    }
}

fn board_crept(a: &StopDetail, b: &StopDetail) -> bool {
    let arrival = |(a, b): (&Arrival, &Arrival)| {
        let moved = match (a.expected, b.expected) {
            (Some(a), Some(b)) => a.abs_diff(b),
            (a, b) => {
                if a == b {
                    0
                } else {
                    u64::MAX
                }
            }
        };
        let as_told = Arrival {
            expected: b.expected,
            expected_earliest: b.expected_earliest,
            expected_latest: b.expected_latest,
            ..a.clone()
        };
        moved < EXPECTED_CREEP_S && *b == as_told
    };
    a.stop == b.stop
        && a.last == b.last
        && a.alerts == b.alerts
        && a.next.len() == b.next.len()
        && a.next.iter().zip(&b.next).all(arrival)
}

fn status_crept(a: &Status, b: &Status) -> bool {
    let feed = |(a, b): (&Feed, &Feed)| {
        *b == Feed {
            header_at: b.header_at,
            received_at: b.received_at,
            accepted: b.accepted,
            rejected: b.rejected.clone(),
            age_s: b.age_s,
            matched_share: b.matched_share,
            newest_at: b.newest_at,
            ..a.clone()
        }
    };
    a.feeds.len() == b.feeds.len()
        && a.feeds.iter().zip(&b.feeds).all(feed)
        && *b == Status { at: b.at, feeds: b.feeds.clone(), ..a.clone() }
}

/// How large it is and where the vehicle stands by now.
fn incident_crept(a: &Incident, b: &Incident) -> bool {
    *b == Incident { value: b.value, lat: b.lat, lon: b.lon, ..a.clone() }
}
