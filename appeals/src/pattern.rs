//! Patterns: many appeals, one problem. Duplicates are shown before another is filed; cases are proposed by
//! route × kind × place × time. Each appeal stays an appeal of its own.

use crate::case::Scope;
use crate::ids::{AppealId, CaseId, RouteId, StopId};
use crate::kind::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use transit::{EpochS, LatLon};

/// What patterns look at in an appeal.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// Which.
    pub appeal: AppealId,
    /// Kind.
    pub kind: Kind,
    /// Route.
    pub route: Option<RouteId>,
    /// `direction_id`.
    pub direction: Option<u8>,
    /// Stop.
    pub stop: Option<StopId>,
    /// Where, of the stop or of the pin.
    pub place: Option<LatLon>,
    /// When it happened; when it was received where that is not known.
    pub at: EpochS,
    /// Seconds of the civil day at which it happened.
    pub time_of_day_s: i32,
    /// Day of the week, 0 for Monday.
    pub weekday: u8,
    /// Its case, if it has one.
    pub case: Option<CaseId>,
    /// The same person's, by whatever the register knows them by.
    pub applicant: Option<u64>,
    /// Somebody said that it is of the same as this one: the person, or who took the call.
    pub joined: Option<AppealId>,
}

/// Limits of patterns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatternSettings {
    /// Appeals that make a case.
    pub appeals_least: usize,
    /// … of so many people at least.
    pub people_least: usize,
    /// Within so long, seconds.
    pub within_s: EpochS,
    /// Times of day within this belong together, seconds.
    pub band_s: i32,
    /// Places within this belong together, metres.
    pub near_m: f64,
    /// Duplicates lie within this, seconds.
    pub duplicate_s: EpochS,
}

impl Default for PatternSettings {
    fn default() -> Self {
        Self {
            appeals_least: 3,
            people_least: 2,
            within_s: 28 * 86_400,
            band_s: 2 * 3_600,
            near_m: 600.0,
            duplicate_s: 3 * 3_600,
        }
    }
}

/// An appeal that may be of the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Duplicate {
    /// Which.
    pub appeal: AppealId,
    /// Its case, to join.
    pub case: Option<CaseId>,
    /// How alike, 0..1.
    pub likeness: f64,
}

/// A chain of joins is followed so far.
const JOINS_FOLLOWED: usize = 16;
/// Most duplicates shown.
const DUPLICATES_MAX: usize = 10;

/// Kinds that people say of one and the same happening.
fn akin(a: Kind, b: Kind) -> f64 {
    use Kind as K;
    let absence =
        |k| matches!(k, K::LongWait | K::DidNotCome | K::Late | K::Irregular | K::FewBuses);
    let stop = |k| matches!(k, K::PassedStop | K::LeftWithoutWaiting | K::Early);
    if a == b {
        1.0
    } else if (absence(a) && absence(b)) || (stop(a) && stop(b)) {
        0.7
    } else {
        0.0
    }
}

fn near(a: &Signature, b: &Signature, settings: &PatternSettings) -> f64 {
    if a.stop.is_some() && a.stop == b.stop {
        return 1.0;
    }
    match (a.place, b.place) {
        (Some(a), Some(b)) => (1.0 - a.distance_m(b) / settings.near_m).max(0.0),
        // A place that is not known neither speaks for it nor against.
        _ => 0.5,
    }
}

/// Appeals that may be of the same thing, the likest first.
pub fn duplicates(
    of: &Signature,
    others: &[Signature],
    settings: &PatternSettings,
) -> Vec<Duplicate> {
    let mut list: Vec<Duplicate> = others
        .iter()
        .filter(|o| o.appeal != of.appeal && (o.at - of.at).abs() <= settings.duplicate_s)
        .filter(|o| o.route == of.route || (o.route.is_none() != of.route.is_none()))
        .filter_map(|o| {
            let time = 1.0 - (o.at - of.at).abs() as f64 / (settings.duplicate_s + 1) as f64;
            let route = if o.route.is_some() && o.route == of.route { 1.0 } else { 0.6 };
            let direction = match (o.direction, of.direction) {
                (Some(a), Some(b)) if a != b => 0.3,
                _ => 1.0,
            };
            let place = near(of, o, settings);
            let likeness = akin(of.kind, o.kind) * route * direction * place * (0.5 + 0.5 * time);
            (likeness > 0.2).then_some(Duplicate { appeal: o.appeal, case: o.case, likeness })
        })
        .collect();
    list.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then(a.appeal.cmp(&b.appeal)));
    list.truncate(DUPLICATES_MAX);
    list
}

/// A case that the pattern proposes.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// What most of them say.
    pub kind: Kind,
    /// Where and when.
    pub scope: Scope,
    /// Its appeals, by time.
    pub appeals: Vec<AppealId>,
    /// People behind them.
    pub people: usize,
}

/// Cases that the appeals of the last while propose, the one with most appeals first. Those that have a case
/// already are left alone.
pub fn proposals(all: &[Signature], now: EpochS, settings: &PatternSettings) -> Vec<Proposal> {
    type Key<'a> = (&'a RouteId, Option<u8>, u8);
    let mut groups: BTreeMap<Key<'_>, Vec<&Signature>> = BTreeMap::new();
    for one in all.iter().filter(|s| s.case.is_none() && now - s.at <= settings.within_s) {
        if let Some(route) = &one.route {
            groups.entry((route, one.direction, family(one.kind))).or_default().push(one);
        }
    }
    let mut clusters = Vec::new();
    for group in groups.values() {
        for band in bands(group, settings) {
            clusters.extend(places(&band, settings));
        }
    }
    follow_joins(&mut clusters);
    let mut proposals: Vec<Proposal> =
        clusters.iter().filter_map(|cluster| proposal(cluster, settings)).collect();
    proposals
        .sort_by(|a, b| b.appeals.len().cmp(&a.appeals.len()).then_with(|| a.scope.cmp(&b.scope)));
    proposals
}

/// Who said "I join the others" goes with them, whatever time or place was written down: a person's word counts
/// for more than a distance. Of a chain each goes to where its end is.
fn follow_joins(clusters: &mut [Vec<&Signature>]) {
    let mut home: BTreeMap<AppealId, usize> = BTreeMap::new();
    let mut joined: BTreeMap<AppealId, AppealId> = BTreeMap::new();
    for (i, cluster) in clusters.iter().enumerate() {
        for one in cluster {
            home.insert(one.appeal, i);
            joined.extend(one.joined.map(|other| (one.appeal, other)));
        }
    }
    for start in joined.keys() {
        let mut end = *start;
        for _ in 0..JOINS_FOLLOWED {
            match joined.get(&end) {
                Some(other) if home.contains_key(other) => end = *other,
                _ => break,
            }
        }
        let (Some(&from), Some(&to)) = (home.get(start), home.get(&end)) else { continue };
        if from != to
            && let Some(at) = clusters[from].iter().position(|one| one.appeal == *start)
        {
            let one = clusters[from].remove(at);
            clusters[to].push(one);
        }
    }
}

/// Kinds of one family are said of one problem.
fn family(kind: Kind) -> u8 {
    if akin(kind, Kind::LongWait) > 0.0 || kind == Kind::Overcrowded || kind == Kind::MoreRuns {
        u8::MAX
    } else {
        kind as u8
    }
}

/// Times of day that lie together: cut where two neighbours lie farther apart than half a band.
fn bands<'a>(group: &[&'a Signature], settings: &PatternSettings) -> Vec<Vec<&'a Signature>> {
    let mut sorted = group.to_vec();
    sorted.sort_by_key(|s| (s.time_of_day_s, s.appeal));
    let mut bands: Vec<Vec<&Signature>> = Vec::new();
    for one in sorted {
        let joins =
            bands.last().and_then(|b| b.last().zip(b.first())).is_some_and(|(last, first)| {
                one.time_of_day_s - last.time_of_day_s <= settings.band_s / 2
                    && one.time_of_day_s - first.time_of_day_s <= settings.band_s * 2
            });
        match bands.last_mut() {
            Some(band) if joins => band.push(one),
            _ => bands.push(vec![one]),
        }
    }
    bands
}

/// Places that lie together; those without a place go with the largest cluster.
fn places<'a>(band: &[&'a Signature], settings: &PatternSettings) -> Vec<Vec<&'a Signature>> {
    let mut clusters: Vec<Vec<&Signature>> = Vec::new();
    let (known, unknown): (Vec<&Signature>, Vec<&Signature>) =
        band.iter().copied().partition(|s| s.place.is_some() || s.stop.is_some());
    for one in known {
        let joins = |c: &&mut Vec<&Signature>| {
            c.iter().any(|o| {
                (o.stop.is_some() && o.stop == one.stop)
                    || o.place
                        .zip(one.place)
                        .is_some_and(|(a, b)| a.distance_m(b) <= settings.near_m)
            })
        };
        match clusters.iter_mut().find(joins) {
            Some(cluster) => cluster.push(one),
            None => clusters.push(vec![one]),
        }
    }
    clusters.sort_by_key(|c| std::cmp::Reverse(c.len()));
    match clusters.first_mut() {
        Some(largest) => largest.extend(unknown),
        None if !unknown.is_empty() => clusters.push(unknown),
        None => {}
    }
    clusters
}

fn proposal(cluster: &[&Signature], settings: &PatternSettings) -> Option<Proposal> {
    // Without a name nobody is known to be another: each counts as one, and one person's ten as one.
    let named: std::collections::BTreeSet<u64> =
        cluster.iter().filter_map(|s| s.applicant).collect();
    let people = named.len() + cluster.iter().filter(|s| s.applicant.is_none()).count();
    if cluster.len() < settings.appeals_least || people < settings.people_least {
        return None;
    }
    let of: Vec<Signature> = cluster.iter().map(|s| (*s).clone()).collect();
    let (kind, scope) = common(&of)?;
    let mut by_time = cluster.to_vec();
    by_time.sort_by_key(|s| (s.at, s.appeal));
    Some(Proposal { kind, scope, appeals: by_time.iter().map(|s| s.appeal).collect(), people })
}

/// What appeals have in common: the kind and the route that most name, all their stops and days, the half hours
/// around them. `None` of none.
pub fn common(of: &[Signature]) -> Option<(Kind, Scope)> {
    fn most<T: Ord + Clone>(values: impl Iterator<Item = T>) -> Option<T> {
        let mut counts: BTreeMap<T, usize> = BTreeMap::new();
        for value in values {
            *counts.entry(value).or_default() += 1;
        }
        let best = counts.iter().max_by_key(|(v, n)| (**n, std::cmp::Reverse((*v).clone())));
        best.map(|(value, _)| value.clone())
    }
    let kind = most(of.iter().map(|s| s.kind))?;
    let mut stops: Vec<StopId> = of.iter().filter_map(|s| s.stop.clone()).collect();
    stops.sort();
    stops.dedup();
    let hours = of.iter().map(|s| s.time_of_day_s);
    let (from, to) = (hours.clone().min()?, hours.max()?);
    let scope = Scope {
        route: most(of.iter().filter_map(|s| s.route.clone())),
        direction: most(of.iter().filter_map(|s| s.direction)),
        stops,
        weekdays: of.iter().fold(0, |mask, s| mask | 1 << s.weekday.min(6)),
        // Whole half hours around them.
        hours_s: Some((from / 1_800 * 1_800, (to / 1_800 + 1) * 1_800)),
        ..Scope::default()
    };
    Some((kind, scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: EpochS = 86_400;

    fn one(
        n: u8,
        kind: Kind,
        stop: &str,
        day: EpochS,
        hour_s: i32,
        person: Option<u64>,
    ) -> Signature {
        Signature {
            appeal: AppealId::new(u64::from(n), [n; 10]),
            kind,
            route: Some("143".into()),
            direction: Some(0),
            stop: Some(stop.into()),
            place: None,
            at: day * DAY + EpochS::from(hour_s),
            time_of_day_s: hour_s,
            weekday: (day % 7) as u8,
            case: None,
            applicant: person,
            joined: None,
        }
    }

    #[test]
    fn mornings_of_one_route_become_one_case_and_an_evening_does_not() {
        let morning = 8 * 3_600;
        let all = [
            one(1, Kind::LongWait, "plato", 10, morning, Some(1)),
            one(2, Kind::FewBuses, "plato", 11, morning + 900, Some(2)),
            one(3, Kind::DidNotCome, "plato", 12, morning - 600, None),
            one(4, Kind::FewBuses, "plato", 12, morning + 60, Some(3)),
            one(5, Kind::LongWait, "plato", 12, 19 * 3_600, Some(4)),
            one(6, Kind::DriverConduct, "plato", 12, morning, Some(5)),
        ];
        let found = proposals(&all, 13 * DAY, &PatternSettings::default());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].kind, Kind::FewBuses);
        assert_eq!(found[0].appeals.len(), 4);
        assert_eq!(found[0].people, 4);
        assert_eq!(found[0].scope.hours_s, Some((7 * 3_600 + 1_800, 8 * 3_600 + 1_800)));
        assert_eq!(found[0].scope.stops, ["plato".into()]);
    }

    #[test]
    fn one_person_however_loud_is_no_pattern_and_old_appeals_are_none() {
        let of = |person| {
            [1, 2, 3, 4].map(|n| one(n, Kind::LongWait, "a", i64::from(n), 8 * 3_600, person))
        };
        let settings = PatternSettings::default();
        assert!(proposals(&of(Some(1)), 5 * DAY, &settings).is_empty());
        assert_eq!(proposals(&of(None), 5 * DAY, &settings).len(), 1);
        assert!(proposals(&of(None), 60 * DAY, &settings).is_empty());
        let mut joined = of(None);
        for signature in &mut joined {
            signature.case = Some(CaseId::new(1, [1; 10]));
        }
        assert!(proposals(&joined, 5 * DAY, &settings).is_empty());
    }

    #[test]
    fn who_joins_others_goes_with_them() {
        let all = |joined: Option<usize>| {
            let mut all = [
                one(1, Kind::LongWait, "plato", 10, 8 * 3_600, Some(1)),
                one(2, Kind::LongWait, "plato", 11, 8 * 3_600, Some(2)),
                // Another stop, another hour, and the person says that it is the same.
                one(3, Kind::DidNotCome, "far", 11, 13 * 3_600, Some(3)),
                one(4, Kind::DidNotCome, "farther", 11, 17 * 3_600, Some(4)),
            ];
            if let Some(first) = joined {
                all[2].joined = Some(all[first].appeal);
                all[3].joined = Some(all[2].appeal);
            }
            all
        };
        let settings = PatternSettings::default();
        assert!(proposals(&all(None), 12 * DAY, &settings).is_empty());
        let found = proposals(&all(Some(1)), 12 * DAY, &settings);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].appeals.len(), 4);
        // Two that join each other stay, and nothing runs in a circle for ever.
        assert!(proposals(&all(Some(3)), 12 * DAY, &settings).is_empty());
    }

    #[test]
    fn duplicates_are_of_the_same_thing_at_the_same_time() {
        let settings = PatternSettings::default();
        let of = one(1, Kind::DidNotCome, "a", 1, 8 * 3_600, None);
        let others = [
            one(2, Kind::DidNotCome, "a", 1, 8 * 3_600 + 300, None),
            one(3, Kind::LongWait, "a", 1, 8 * 3_600 + 300, None),
            one(4, Kind::DidNotCome, "a", 2, 8 * 3_600, None),
            one(5, Kind::DriverConduct, "a", 1, 8 * 3_600, None),
            Signature {
                route: Some("92".into()),
                ..one(6, Kind::DidNotCome, "a", 1, 8 * 3_600, None)
            },
            of.clone(),
        ];
        let found = duplicates(&of, &others, &settings);
        let ids: Vec<AppealId> = found.iter().map(|d| d.appeal).collect();
        assert_eq!(ids, [others[0].appeal, others[1].appeal]);
        assert!(found[0].likeness > 0.9);
    }
}
