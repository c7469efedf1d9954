//! When nothing was observed: what the minutes of the feeds and their failures say.

use crate::record::{FeedHealthRow, IncidentRow};
use crate::store::Window;
use std::collections::{BTreeMap, BTreeSet};
use transit::EpochS;

/// Two minutes of a feed that lie farther apart are a hole, seconds: the engine stood still, or the feed was
/// down. A short silence is none: the errors of the visits hold it.
const APART_S: EpochS = 240;

/// The minutes that tell of a window: some before and behind it as well.
pub(super) fn around(window: Window) -> Window {
    Window { from: window.from - APART_S, to: window.to + APART_S }
}

/// Stretches of a window in which some feed that serves the city was not observed: sorted, apart.
///
/// Which feed tells of a route is not on the record; so a hole of any feed that gives positions is one.
pub(super) fn of(
    minutes: &[FeedHealthRow],
    down: &[IncidentRow],
    window: Window,
) -> Vec<(EpochS, EpochS)> {
    let mut by_feed: BTreeMap<&str, Vec<&FeedHealthRow>> = BTreeMap::new();
    for minute in minutes {
        by_feed.entry(&minute.feed_id).or_default().push(minute);
    }
    let gives = |rows: &[&FeedHealthRow]| rows.iter().any(|r| r.accepted > 0);
    let any = by_feed.values().any(|rows| gives(rows));
    let counted: BTreeSet<&str> =
        by_feed.iter().filter(|(_, rows)| !any || gives(rows)).map(|(feed, _)| *feed).collect();
    let mut holes: Vec<(EpochS, EpochS)> = Vec::new();
    for rows in by_feed.iter().filter(|(feed, _)| counted.contains(*feed)).map(|(_, rows)| rows) {
        let mut up = window.from - APART_S / 2;
        let end = window.to + APART_S / 2;
        let minutes = rows.iter().filter(|r| !r.down).map(|r| r.at);
        for at in minutes.chain([end]) {
            if at - up > APART_S {
                holes.push((up, at));
            }
            up = up.max(at);
        }
    }
    if counted.is_empty() {
        holes.push((window.from, window.to));
    }
    let known = |i: &&IncidentRow| i.feed_id.as_deref().is_none_or(|f| counted.contains(f));
    holes
        .extend(down.iter().filter(known).map(|i| (i.opened_at, i.closed_at.unwrap_or(window.to))));
    merged(holes, window)
}

fn merged(mut holes: Vec<(EpochS, EpochS)>, window: Window) -> Vec<(EpochS, EpochS)> {
    holes.sort_unstable();
    let mut apart: Vec<(EpochS, EpochS)> = Vec::new();
    for (from, to) in holes {
        let (from, to) = (from.max(window.from), to.min(window.to));
        if to <= from {
            continue;
        }
        match apart.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            _ => apart.push((from, to)),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(feed: &str, at: EpochS, accepted: i64, down: bool) -> FeedHealthRow {
        FeedHealthRow {
            feed_id: feed.into(),
            at,
            accepted,
            rejected: 0,
            age_s: None,
            matched_share: None,
            down,
        }
    }

    const HOUR: Window = Window { from: 36_000, to: 39_600 };

    fn minutes(feed: &str, down: std::ops::Range<EpochS>) -> Vec<FeedHealthRow> {
        let at = (35_760..39_840).step_by(60);
        at.map(|at| minute(feed, at, 100, down.contains(&at))).collect()
    }

    #[test]
    fn a_feed_that_was_up_has_no_holes_and_no_minutes_are_one() {
        assert_eq!(of(&minutes("city", 0..0), &[], HOUR), []);
        assert_eq!(of(&[], &[], HOUR), [(HOUR.from, HOUR.to)], "nobody watched");
    }

    #[test]
    fn a_feed_that_was_down_or_not_watched_has_one() {
        assert_eq!(of(&minutes("city", 37_000..37_600), &[], HOUR), [(36_960, 37_620)]);
        let stopped: Vec<_> =
            minutes("city", 0..0).into_iter().filter(|m| m.at < 37_000 || m.at > 38_000).collect();
        assert_eq!(of(&stopped, &[], HOUR), [(36_960, 38_040)]);
        let short: Vec<_> = minutes("city", 37_000..37_100);
        assert_eq!(of(&short, &[], HOUR), [], "two minutes are no hole");
    }

    #[test]
    fn a_feed_that_never_gave_anything_says_nothing_of_one_that_does() {
        let mut both = minutes("city", 0..0);
        both.extend((35_760..39_840).step_by(60).map(|at| minute("dead", at, 0, true)));
        assert_eq!(of(&both, &[], HOUR), []);
    }

    #[test]
    fn a_failure_that_was_told_is_a_hole_to_the_second() {
        let down = IncidentRow {
            incident_id: "1".into(),
            kind: "feed_down".into(),
            route_id: None,
            direction_id: None,
            stop_id: None,
            vehicle_id: None,
            trip_id: None,
            feed_id: Some("city".into()),
            opened_at: 37_001,
            closed_at: Some(37_401),
            value: 0.0,
        };
        assert_eq!(of(&minutes("city", 0..0), &[down], HOUR), [(37_001, 37_401)]);
    }
}
