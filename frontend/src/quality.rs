//! One judgement of a direction's service, for lists: the same in every view.

use api::{Direction, HeadwayStatus, Route};
use std::cmp::Ordering;

/// Below this share of the hour nothing is said about headways.
const COVERAGE_MIN: f32 = 0.3;
/// From this share of bad headways on, they are the news.
const TROUBLE_SHARE: f32 = 0.2;
/// From this share of very many bad headways on, the band is called very bad.
const VERY_SHARE: f32 = 0.5;
/// By the timetable: fewer runs on time than this are the news.
const ON_TIME_MIN: f32 = 0.8;

/// What is to be said of a direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Judgement {
    /// Headways: the band that rules, and its share.
    Headways(HeadwayStatus, Option<f32>),
    /// Fewer than five an hour: the share on time, and whether it is good.
    Punctuality { share: f32, good: bool },
}

impl Judgement {
    pub fn of(direction: &Direction) -> Self {
        let unknown = Self::Headways(HeadwayStatus::Unknown, None);
        if direction.coverage < COVERAGE_MIN {
            return unknown;
        }
        if direction.by_timetable {
            return direction
                .on_time_share
                .map_or(unknown, |share| Self::Punctuality { share, good: share >= ON_TIME_MIN });
        }
        let (Some(bunched), Some(gapped)) = (direction.bunched_share, direction.gapped_share)
        else {
            return unknown;
        };
        let worst = if gapped >= bunched { gapped } else { bunched };
        let status = match (gapped >= bunched, worst) {
            (_, worst) if worst < TROUBLE_SHARE => HeadwayStatus::Even,
            (true, worst) if worst >= VERY_SHARE => HeadwayStatus::VeryGapped,
            (true, _) => HeadwayStatus::Gapped,
            (false, worst) if worst >= VERY_SHARE => HeadwayStatus::VeryBunched,
            (false, _) => HeadwayStatus::Bunched,
        };
        Self::Headways(status, (status != HeadwayStatus::Even).then_some(worst))
    }

    /// Something that a dispatcher would look at.
    pub fn is_trouble(self) -> bool {
        match self {
            Self::Headways(status, _) => {
                !matches!(status, HeadwayStatus::Even | HeadwayStatus::Unknown)
            }
            Self::Punctuality { good, .. } => !good,
        }
    }

    /// The mark beside the words.
    pub fn mark(self) -> HeadwayStatus {
        match self {
            Self::Headways(status, _) => status,
            Self::Punctuality { good: true, .. } => HeadwayStatus::Even,
            Self::Punctuality { good: false, .. } => HeadwayStatus::Gapped,
        }
    }
}

/// Order of the list of routes, by its name in the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// As the timetable has them.
    #[default]
    Route,
    /// Longest excess wait first.
    Wait,
    /// Most gapped first.
    Gaps,
    /// Most bunched first.
    Bunching,
}

impl Order {
    pub const ALL: [Self; 4] = [Self::Route, Self::Wait, Self::Gaps, Self::Bunching];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Route => "",
            Self::Wait => "wait",
            Self::Gaps => "gaps",
            Self::Bunching => "bunching",
        }
    }

    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|order| order.name() == name).unwrap_or_default()
    }

    /// The worst direction speaks for its route; unknown stands last.
    fn weight(self, route: &Route) -> f32 {
        let of = |direction: &Direction| match self {
            Self::Route => None,
            Self::Wait => direction.excess_wait_s,
            Self::Gaps => direction.gapped_share,
            Self::Bunching => direction.bunched_share,
        };
        route.directions.iter().filter_map(of).fold(f32::NEG_INFINITY, f32::max)
    }

    pub fn sort(self, routes: &mut [&Route]) {
        if self != Self::Route {
            routes.sort_by(|a, b| {
                self.weight(b).partial_cmp(&self.weight(a)).unwrap_or(Ordering::Equal)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direction(bunched: f32, gapped: f32, coverage: f32) -> Direction {
        Direction {
            direction_id: Some(0),
            headsign: String::new(),
            vehicles: 5,
            scheduled_vehicles: 6,
            ghosts: 0,
            scheduled_headway_s: Some(480),
            median_headway_s: Some(500),
            excess_wait_s: Some(30.0),
            bunched_share: Some(bunched),
            gapped_share: Some(gapped),
            on_time_share: Some(0.9),
            by_timetable: false,
            coverage,
        }
    }

    #[test]
    fn the_larger_trouble_is_named_with_its_share() {
        let judge = |b, g| Judgement::of(&direction(b, g, 1.0));
        assert_eq!(judge(0.1, 0.1), Judgement::Headways(HeadwayStatus::Even, None));
        assert_eq!(judge(0.3, 0.25), Judgement::Headways(HeadwayStatus::Bunched, Some(0.3)));
        assert_eq!(judge(0.3, 0.4), Judgement::Headways(HeadwayStatus::Gapped, Some(0.4)));
        assert_eq!(judge(0.0, 0.6), Judgement::Headways(HeadwayStatus::VeryGapped, Some(0.6)));
        assert!(judge(0.3, 0.0).is_trouble() && !judge(0.1, 0.1).is_trouble());
    }

    #[test]
    fn no_data_is_no_judgement() {
        let unknown = Judgement::Headways(HeadwayStatus::Unknown, None);
        assert_eq!(Judgement::of(&direction(0.9, 0.9, 0.1)), unknown);
        assert_eq!(
            Judgement::of(&Direction { gapped_share: None, ..direction(0.9, 0.0, 1.0) }),
            unknown
        );
        assert!(!unknown.is_trouble());
    }

    #[test]
    fn few_buses_are_judged_by_the_clock() {
        let rare = Direction { by_timetable: true, ..direction(0.9, 0.9, 1.0) };
        assert_eq!(Judgement::of(&rare), Judgement::Punctuality { share: 0.9, good: true });
        let late = Direction { on_time_share: Some(0.5), ..rare };
        assert!(Judgement::of(&late).is_trouble());
    }

    #[test]
    fn the_worst_stands_first_and_the_unknown_last() {
        let route = |id: &str, wait: Option<f32>| Route {
            route_id: id.to_owned(),
            short_name: id.to_owned(),
            long_name: String::new(),
            route_type: 3,
            color: None,
            text_color: None,
            directions: vec![Direction { excess_wait_s: wait, ..direction(0.0, 0.0, 1.0) }],
        };
        let routes = [route("a", None), route("b", Some(10.0)), route("c", Some(90.0))];
        let mut order: Vec<&Route> = routes.iter().collect();
        Order::Wait.sort(&mut order);
        assert_eq!(order.iter().map(|r| r.route_id.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
        assert_eq!(Order::from_name("wait"), Order::Wait);
        assert_eq!(Order::from_name("nonsense"), Order::Route);
    }
}
