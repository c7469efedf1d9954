//! What the feed shows: each vehicle's latest report, measured with error at its own seconds.

use crate::motion::{Spot, Tag, shifted};
use crate::noise::{Noise, mix, normal};
use crate::truth::VehicleNo;
use crate::vehicle::Vehicle;
use crate::{TripNaming, World};
use rand::Rng;
use transit::ids::{FeedIdx, PatternIdx};
use transit::{EpochS, LatLon, ScheduleRelationship, TripDescriptor, VehiclePosition};

const GPS: u64 = 0x6001;
const DRIFT: u64 = 0x6002;
const SILENCE: u64 = 0x6003;
const HOLE: u64 = 0x6004;

/// Random silences and holes lie within hours of this length, seconds.
pub(crate) const HOUR_S: i64 = 3_600;

/// Shortest random silence or hole, seconds.
const SHORTEST_S: i64 = 60;

/// A measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    measured_at: EpochS,
    spot: Spot,
    tag: Tag,
    stop: Option<(PatternIdx, u16, bool)>,
    occupancy: u8,
}

/// A random stretch of the hour `hour` with probability `share`: from, to.
fn stretch_in(
    noise: &Noise,
    stream: u64,
    hour: i64,
    share: f64,
    longest_s: i64,
) -> Option<(i64, i64)> {
    if share <= 0.0 {
        return None;
    }
    let mut rng = noise.at(stream, hour as u64);
    if rng.random::<f64>() >= share {
        return None;
    }
    let longest = longest_s.clamp(SHORTEST_S, HOUR_S - 1);
    let length = rng.random_range(SHORTEST_S..=longest);
    let from = hour * HOUR_S + rng.random_range(0..=HOUR_S - 1 - length);
    Some((from, from + length))
}

impl World {
    /// The silence of a vehicle in an hour (epoch seconds / 3600).
    pub(crate) fn silence_in(&self, key: u64, hour: i64) -> Option<(i64, i64)> {
        let feed = &self.config.feed;
        stretch_in(&self.noise, mix(key, SILENCE), hour, feed.silences_per_hour, feed.silence_max_s)
    }

    /// The random hole of the feed in an hour (epoch seconds / 3600).
    pub(crate) fn hole_in(&self, hour: i64) -> Option<(i64, i64)> {
        let feed = &self.config.feed;
        stretch_in(&self.noise, HOLE, hour, feed.holes_per_hour, feed.hole_max_s)
    }

    /// Whether the feed can be reached now. While it cannot, [`World::reports`] is empty.
    pub fn feed_is_up(&self) -> bool {
        let within = |(from, to): &(i64, i64)| *from <= self.now && self.now < *to;
        !self.config.feed.holes.iter().any(within)
            && !self.hole_in(self.now.div_euclid(HOUR_S)).as_ref().is_some_and(within)
    }

    /// The last second at or before `at` at which the vehicle spoke.
    fn last_spoken(&self, vehicle: &Vehicle, at: EpochS) -> EpochS {
        let interval = self.config.feed.interval_s.max(1);
        let tick = |t: i64| t - (t - vehicle.report_phase_s).rem_euclid(interval);
        let mut spoken = tick(at);
        // Silences lie within their hour: at most the one before can touch.
        for _ in 0..3 {
            match self.silence_in(vehicle.key, spoken.div_euclid(HOUR_S)) {
                Some((from, to)) if from <= spoken && spoken < to => spoken = tick(from - 1),
                _ => break,
            }
        }
        spoken
    }

    /// The latest report of the vehicle's present motion up to `until`, if it has made one; without the
    /// receiver's error.
    fn measured(&self, vehicle: &Vehicle, until: EpochS) -> Option<Report> {
        let motion = &vehicle.motion;
        if until * 1000 < motion.start_ms || !motion.shown {
            return None;
        }
        let at = self.last_spoken(vehicle, until);
        let at_ms = at * 1000;
        if at_ms < motion.start_ms {
            return None;
        }
        let tag = motion.tag_at(at_ms);
        if tag.route.is_none() && !self.config.feed.deadheads {
            return None;
        }
        Some(Report {
            measured_at: at,
            spot: motion.spot(&self.timetable, at_ms),
            tag,
            stop: motion.stop_at(at_ms).filter(|_| self.config.feed.stop_status),
            occupancy: motion.occupancy,
        })
    }

    /// Where the receiver puts it, and whether bearing and speed are told.
    fn received(&self, vehicle: &Vehicle, report: &Report) -> (LatLon, bool) {
        let gps = &self.config.gps;
        let (at, noise) = (report.measured_at, &self.noise);
        let (drift_x, drift_y) = noise.curves(mix(vehicle.key, DRIFT), at * 1000, gps.drift_s);
        let mut rng = noise.at(mix(vehicle.key, GPS), at as u64);
        let (white_x, white_y) = (normal(&mut rng), normal(&mut rng));
        let mut east_m = white_x * gps.white_m + drift_x * gps.drift_m;
        let mut north_m = white_y * gps.white_m + drift_y * gps.drift_m;
        let [outlier, null, bare, far_x, far_y] = rng.random::<[f64; 5]>();
        if outlier < gps.outlier_share {
            east_m += (far_x * 2.0 - 1.0) * gps.outlier_m;
            north_m += (far_y * 2.0 - 1.0) * gps.outlier_m;
        }
        let place = if null < gps.null_island_share {
            LatLon::new(0.0, 0.0)
        } else {
            shifted(report.spot.place, east_m, north_m)
        };
        (place, bare >= gps.bare_share)
    }

    /// Keeps the last report of a motion that ends at `end_ms`, before the next begins.
    pub(crate) fn keep_report(&mut self, vehicle: usize, end_ms: i64) {
        let report = self.measured(&self.vehicles[vehicle], (end_ms - 1).div_euclid(1000));
        if report.is_some() {
            self.vehicles[vehicle].kept = report;
        }
    }

    /// What the feed shows at [`World::now`]: the latest report of each vehicle on duty, by vehicle number.
    /// Empty while the feed is away ([`World::feed_is_up`]).
    pub fn reports(&self, feed: FeedIdx) -> impl Iterator<Item = VehiclePosition<'_>> {
        let until = self.now - self.config.feed.latency_s;
        let oldest = until - self.config.feed.forget_s;
        let up = self.feed_is_up();
        self.vehicles.iter().filter_map(move |vehicle| {
            if !up || !vehicle.motion.shown {
                return None;
            }
            // A motion that began after `until` says nothing yet; then the report kept before it holds,
            // unless that one is itself newer than what is shown by now.
            let report = self
                .measured(vehicle, until)
                .or(vehicle.kept)
                .filter(|r| r.measured_at >= oldest)?;
            Some(self.position(feed, vehicle, report))
        })
    }

    fn position<'a>(
        &'a self,
        feed: FeedIdx,
        vehicle: &'a Vehicle,
        report: Report,
    ) -> VehiclePosition<'a> {
        let stop = report.stop.map(|(pattern, position, stopped)| {
            let pattern = self.timetable.pattern(pattern);
            let position = usize::from(position);
            (
                &*self.timetable.stop(pattern.stops[position]).id,
                pattern.stop_sequences[position],
                stopped,
            )
        });
        let (place, told) = self.received(vehicle, &report);
        VehiclePosition {
            feed,
            vehicle_id: &vehicle.id,
            label: Some(&vehicle.label),
            trip: self.descriptor(report.tag),
            place,
            bearing_deg: told.then_some(report.spot.bearing_deg as f32),
            speed_mps: told.then_some(report.spot.speed_mps as f32),
            measured_at: Some(report.measured_at),
            stop_id: stop.map(|s| s.0),
            current_stop_sequence: stop.map(|s| s.1),
            stopped_at: stop.map(|s| s.2),
            occupancy_status: self.config.feed.occupancy.then_some(report.occupancy),
        }
    }

    /// The tag as the feed names trips.
    fn descriptor(&self, tag: Tag) -> TripDescriptor<'_> {
        let route_id = tag.route.map(|r| &*self.timetable.route(r).id);
        let text = |i: Option<u32>| i.and_then(|i| self.texts.get(i));
        let none = TripDescriptor::default();
        match self.config.feed.naming {
            TripNaming::Trip => TripDescriptor {
                trip_id: tag.trip.map(|t| &*self.timetable.trip(t).id),
                route_id,
                direction_id: tag.direction,
                start_time: text(tag.time),
                start_date: text(tag.date),
                relationship: ScheduleRelationship::Scheduled,
            },
            TripNaming::RouteAndDirection => {
                TripDescriptor { route_id, direction_id: tag.direction, ..none }
            }
            TripNaming::Route => TripDescriptor { route_id, ..none },
            TripNaming::Nothing => none,
        }
    }

    /// The id of a vehicle in the feed.
    pub fn vehicle_id(&self, vehicle: VehicleNo) -> &str {
        self.vehicles.get(vehicle.0 as usize).map_or("", |v| &v.id)
    }
}
