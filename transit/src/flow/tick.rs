//! Time passes: what was held back is said, figures are renewed, incidents open and close.

use super::ghost::Seen;
use super::headway::Pair;
use super::intensity::planned_crossings;
use super::service::Said;
use super::track::Track;
use super::watch::Ages;
use super::{Flow, VehicleFacts, bunching, feed_down, gap, ghost, off_route, service};
use crate::event::{Effect, Headway, HeadwayStatus};
use crate::ids::PatternIdx;
use crate::time::EpochS;
use crate::timetable::TripInstance;

/// A vehicle counts as in service while its position is at most so old, seconds.
const IN_SERVICE_AGE_S: EpochS = 300;
/// A vehicle that has not moved for so long is not under way, seconds.
const STANDS_S: EpochS = 600;
/// A vehicle not heard of for so long has left the road; its age says nothing of the feed, seconds.
const AGE_COUNTS_S: EpochS = 900;
/// Far enough ahead to settle everything, near enough that sums do not overflow.
const FOREVER: EpochS = EpochS::MAX / 4;

impl Flow {
    pub(super) fn tick(
        &mut self,
        now: EpochS,
        vehicles: &[VehicleFacts],
        effects: &mut Vec<Effect>,
    ) {
        self.look_at_feeds(now, vehicles);
        self.runs.ask(&self.config, (&self.timetable, &self.layout), now);
        self.runs.count(&self.config, now);
        self.take_facts(now, vehicles);
        self.count_passages(now, effects);
        self.say_headways(now, now, effects);
        self.refresh_service(now);
        self.detect(now, vehicles, effects);
        self.forget_canceled(now);
    }

    fn look_at_feeds(&mut self, now: EpochS, vehicles: &[VehicleFacts]) {
        let mut ages: Vec<Ages> = Vec::new();
        for fact in vehicles {
            let feed = fact.feed.get();
            if feed >= ages.len() {
                ages.resize(feed + 1, Ages::default());
            }
            let of_feed = &mut ages[feed];
            let age_s = now - fact.measured_at;
            let before = self.tracks.get(fact.vehicle).map_or(0, |t| t.fixed_at);
            if before > 0 && fact.measured_at > before {
                self.coverage.reported(fact.feed, fact.measured_at - before);
            }
            of_feed.newest = of_feed.newest.max(Some(fact.measured_at));
            if fact.matched.is_some() && !fact.layover && age_s <= AGE_COUNTS_S {
                of_feed.considered += 1;
                let stale_after_s = self.coverage.stale_after_s(&self.config, fact.feed);
                of_feed.stale += u32::from(age_s > stale_after_s);
            }
        }
        self.coverage.look(&self.config, now, &ages, self.runs.on_road());
    }

    fn take_facts(&mut self, now: EpochS, vehicles: &[VehicleFacts]) {
        self.in_service.fill(0);
        self.overloads.fill(0);
        for fact in vehicles {
            self.pass_rest(now, fact);
            self.tracks.observe(&self.config, &self.layout, &self.timetable, &self.headways, fact);
            let Some((run, pattern)) = fact.matched else { continue };
            let direction = self.layout.direction_of(pattern);
            let route = self.layout.directions[direction].route;
            self.tracking.seen(route, fact.feed, fact.measured_at);
            if now - fact.measured_at > IN_SERVICE_AGE_S {
                continue;
            }
            let on = (&*self.timetable, &self.layout);
            let stands =
                fact.layover || self.tracks.get(fact.vehicle).is_some_and(|t| t.stands(STANDS_S));
            let how = if stands { Seen::Standing } else { Seen::UnderWay };
            self.runs.seen(on, run, fact.measured_at, how);
            if !fact.layover && fact.overload {
                self.overloads[direction] += 1;
            } else if !fact.layover {
                self.in_service[direction] += 1;
                self.guess_passed(now, fact);
            }
        }
    }

    /// Stops that the vehicle is past without a visit: it may have passed them, or the visit is still to come
    /// and will take the guess's place. Until then followers must not measure themselves by the one before.
    fn guess_passed(&mut self, now: EpochS, fact: &VehicleFacts) {
        let track = self.tracks.slot(fact.vehicle);
        let Some(run) = track.run else { return };
        let next = fact.next_stop_position;
        let visited = track.last_position().map_or(0, |p| p + 1);
        let guessed = track.guessed.filter(|g| g.0 == run.0).map_or(0, |g| g.1);
        let from = visited.max(guessed);
        if from < next {
            track.guessed = Some((run.0, next));
            let late_s = EpochS::from(fact.schedule_deviation_s.unwrap_or(0));
            let span = (usize::from(from), usize::from(next));
            self.pass_by_plan(now, fact.vehicle, run, (span, late_s));
        }
    }

    /// A vehicle that fell silent on its run and is seen again elsewhere may have driven the rest of it unseen.
    fn pass_rest(&mut self, now: EpochS, fact: &VehicleFacts) {
        let silent = |t: &&Track| fact.measured_at - t.fixed_at > self.config.alarm_age_max_s;
        let Some(track) = self.tracks.get(fact.vehicle).filter(silent) else { return };
        let elsewhere = |run: &(TripInstance, PatternIdx)| {
            fact.matched.is_none_or(|matched| matched.0 != run.0)
        };
        let Some((run, last)) = track.run.filter(elsewhere).zip(track.last_stop()) else { return };
        let late_s = last.at - self.timetable.scheduled(run.0, usize::from(last.position)).1;
        for position in usize::from(last.position) + 1..self.timetable.pattern(run.1).stops.len() {
            let at = self.timetable.scheduled(run.0, position).1 + late_s;
            if at > fact.measured_at {
                break;
            }
            self.pass_unseen(now, fact.vehicle, run, (position, at));
        }
    }

    fn open_buckets(&mut self, until: EpochS) {
        if self.passages.is_new() {
            let offset_s = jiff::Timestamp::from_second(until)
                .map_or(0, |t| self.timetable.zone.to_offset(t).seconds());
            self.passages.set_zone_offset(offset_s);
        }
        for bucket in self.passages.due_until(until) {
            let span = (bucket, bucket + super::intensity::BUCKET_S);
            let runs = self.timetable.runs_active(span.0, span.1);
            let (timetable, layout) = (&self.timetable, &self.layout);
            self.passages.open(bucket, |count| {
                for run in runs {
                    let shift_s = EpochS::from(timetable.shift_s(run.instance));
                    let base = timetable.origin(run.instance.service_date) + shift_s;
                    let run = (run.instance, base);
                    planned_crossings(timetable, layout, run, span, &mut *count);
                }
            });
        }
    }

    fn count_passages(&mut self, now: EpochS, effects: &mut Vec<Effect>) {
        let grace_s = self.config.intensity_grace_s;
        while let Some(hour) = self.passages.hour_due(now, grace_s) {
            // An hour that is long over (time has jumped) is said at once: its place is needed.
            let all = hour + 3 * 3600 <= now;
            self.say_hour(now, (hour, all), effects);
            if !all {
                break;
            }
        }
        self.open_buckets(now);
        self.passages.roll(now);
    }

    fn say_hour(&mut self, now: EpochS, which: (EpochS, bool), effects: &mut Vec<Effect>) {
        let coverage = self.coverage_by_direction(now, (which.0, which.0 + 3600));
        let of = |d: u32| coverage[d as usize];
        self.passages.say(&self.layout, &self.timetable, which, &of, effects);
    }

    /// Share of the span in which each direction was observed, by direction.
    pub(super) fn coverage_by_direction(&self, now: EpochS, span: (EpochS, EpochS)) -> Vec<f32> {
        let of = |route| self.tracking.coverage(&self.config, &self.coverage, now, route, span);
        self.layout.directions.iter().map(|d| of(d.route)).collect()
    }

    fn say_headways(&mut self, now: EpochS, settled: EpochS, effects: &mut Vec<Effect>) {
        let mut pairs: Vec<Pair> = Vec::new();
        self.headways.settle(settled, self.config.settle_s, |pair| pairs.push(pair));
        for pair in pairs {
            let spacing = self.spacing_of(now, &pair);
            let status = if spacing.known {
                super::band::band(&self.config, spacing.at_stop_s, spacing.scheduled_s)
            } else {
                HeadwayStatus::Unknown
            };
            let place = self.layout.places[pair.place as usize];
            let way = &self.layout.directions[place.direction as usize];
            effects.push(Effect::Headway(Headway {
                instance: pair.follower.instance,
                leader: pair.leader.instance,
                vehicle: pair.follower.vehicle,
                route: way.route,
                direction: way.sense,
                stop: place.stop,
                at: pair.follower.at,
                headway_s: spacing.at_stop_s,
                scheduled_headway_s: spacing.scheduled_s,
                status,
            }));
            if status != HeadwayStatus::Unknown {
                let headway_s = spacing.at_stop_s;
                let said = Said { at: pair.follower.at, place: pair.place, headway_s, status };
                self.service.said(place.direction, said);
            }
        }
    }

    fn refresh_service(&mut self, now: EpochS) {
        let (config, layout) = (&self.config, &self.layout);
        let (tracking, coverage) = (&self.tracking, &self.coverage);
        let route = |d: u32| layout.directions[d as usize].route;
        let view = service::View {
            config,
            now,
            timetable: &self.timetable,
            layout,
            in_service: &self.in_service,
            scheduled: &self.runs.scheduled,
            coverage: &|d| tracking.coverage(config, coverage, now, route(d), (now - 3600, now)),
            observed: &|d, a, b| !tracking.hole_between(config, coverage, now, route(d), (a, b)),
        };
        self.service.refresh(&view, &mut self.plan);
    }

    fn detect(&mut self, now: EpochS, vehicles: &[VehicleFacts], effects: &mut Vec<Effect>) {
        self.book.begin_tick(now, effects);
        let (config, layout, timetable) = (&self.config, &self.layout, &*self.timetable);
        feed_down::detect(config, now, &self.coverage, &mut self.book, effects);
        let view = ghost::View {
            config,
            now,
            timetable,
            layout,
            coverage: &self.coverage,
            canceled: &self.recent.canceled,
            in_service: &self.in_service,
            overloads: &self.overloads,
        };
        self.runs.step(&view, &mut self.plan, &mut self.tracking, &mut self.book, effects);
        let of_route = |d: &super::layout::Direction| {
            self.tracking.is_muted(config, &self.coverage, now, d.route)
        };
        let muted: Vec<bool> = layout.directions.iter().map(of_route).collect();
        let muted = |d: u32| muted[d as usize];
        let by_timetable = |d: u32| self.service.by_timetable(d);
        let view = bunching::View {
            config,
            now,
            timetable,
            layout,
            tracks: &self.tracks,
            vehicles,
            muted: &muted,
            by_timetable: &by_timetable,
        };
        self.bunches.detect(&view, &mut self.book, effects);
        let view = gap::View {
            config,
            now,
            timetable,
            layout,
            coverage: &self.coverage,
            tracking: &self.tracking,
            tracks: &self.tracks,
            headways: &self.headways,
            vehicles,
            by_timetable: &by_timetable,
        };
        self.gaps.detect(&view, &mut self.plan, &mut self.book, effects);
        let seen = (&self.tracks, vehicles);
        off_route::detect(config, now, layout, seen, &muted, &mut self.book, effects);
    }

    /// Cancellations of days long past are of no use.
    fn forget_canceled(&mut self, now: EpochS) {
        let Some(first) = self.recent.canceled.first() else { return };
        let old = crate::time::local_date(&self.timetable.zone, now).plus(-3);
        if first.service_date < old {
            let canceled = std::sync::Arc::make_mut(&mut self.recent.canceled);
            canceled.retain(|run| run.service_date >= old);
        }
    }

    pub(super) fn say_rest(&mut self, now: EpochS, effects: &mut Vec<Effect>) {
        self.say_headways(now, FOREVER, effects);
        if let Some(end) = self.passages.hour_end() {
            self.open_buckets(end - 1);
        }
        while let Some(hour) = self.passages.hour_due(FOREVER, 0) {
            self.say_hour(now, (hour, true), effects);
        }
    }
}
