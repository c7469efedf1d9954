//! A run from stop to stop: who boards, how long it takes, what goes wrong.

use crate::World;
use crate::config::RouteTrouble;
use crate::motion::{Hop, Hops, MAX_HOPS, Motion, Tag, Way};
use crate::noise::{Noise, key_of, mix, normal};
use crate::plan::{departure, place_of};
use crate::truth::{Happening, HappeningKind, TrueVisit, VehicleNo};
use crate::vehicle::{Phase, Run, Watch};
use rand::Rng;
use transit::ids::TripIdx;
use transit::{EpochS, ServiceDate, Timetable, TripInstance};

/// Boardings by local hour against the usual, and the shape of the peaks.
const DEMAND_BY_HOUR: [f64; 24] = [
    0.2, 0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 1.5, 1.8, 1.3, 0.9, 0.9, //
    1.0, 1.0, 1.0, 1.05, 1.2, 1.6, 1.8, 1.3, 0.9, 0.6, 0.4, 0.3,
];
const SLOWDOWN_BY_HOUR: [f64; 24] = [
    -1.0, -1.0, -1.0, -1.0, -0.8, -0.6, -0.3, 0.5, 1.0, 0.6, 0.2, 0.1, //
    0.1, 0.1, 0.1, 0.2, 0.5, 0.9, 1.0, 0.6, 0.1, -0.3, -0.6, -0.8,
];

/// No bus covers the way between two stops faster than this on average, m/s …
const FASTEST_MPS: f64 = 15.0;
/// … and this for starting and stopping, seconds.
const START_STOP_S: f64 = 8.0;

/// Buses of a route that may not overtake keep at least this, milliseconds.
const BEHIND_MS: i64 = 4_000;

/// A headway longer than this many times the planned gathers no more people.
const PATIENCE: f64 = 4.0;

/// People ride about this many stops.
const RIDE_STOPS: f64 = 9.0;

/// Taken where the plan has no bus before, seconds.
const USUAL_HEADWAY_S: i32 = 900;

const SEGMENT: u64 = 0x5e9;
const DAY: u64 = 0xda4;
const NAMING: u64 = 0x4a3e;
const SWAPPING: u64 = 0x5a9;

impl World {
    /// Stands at the first stop of `run` from `at_ms` and leaves it when due and ready.
    pub(crate) fn take_run(&mut self, v: usize, instance: TripInstance, at_ms: i64, ready_ms: i64) {
        let timetable = self.timetable.clone();
        let pattern = timetable.trip(instance.trip).pattern;
        let origin = timetable.origin(instance.service_date);
        let base = origin + i64::from(timetable.shift_s(instance));
        let mut rng = self.noise.at(self.run_key(instance), 0);
        let late_ms = (rng.random::<f64>()
            * rng.random::<f64>()
            * 4000.0
            * self.config.operation.start_late_s) as i64;
        let leave_ms = (departure(&timetable, instance) * 1000).max(ready_ms) + late_ms;
        let tag = self.tag_of(v, instance, &mut rng);
        let stops = timetable.pattern(pattern).stops.len();
        let middle = |share: f64, rng: &mut rand_chacha::ChaCha8Rng| {
            let (hit, at) = (rng.random::<f64>() < share, rng.random::<f64>());
            (hit && stops >= 5).then_some((stops as f64 * (0.3 + 0.4 * at)) as u16)
        };
        let turn_at = middle(self.config.operation.short_turn_share, &mut rng);
        let break_at = middle(self.config.operation.breakdown_share, &mut rng);
        let route_id = &*timetable.route(timetable.pattern(pattern).route).id;
        let trouble = self.config.troubles.iter().find(|t| t.route_id == route_id);
        let run = Run {
            instance,
            pattern,
            base,
            origin,
            pace: 1.0 + normal(&mut rng) * self.config.traffic.run_sd,
            rng,
            aboard: 0.0,
            demand: trouble.map_or(1.0, demand_of),
            ready_ms: at_ms,
            turn_at,
            break_at,
            aside: None,
            tag,
            watch: Watch::default(),
        };
        let place = place_of(&timetable, pattern, 0);
        let bearing = timetable.shape_of(pattern).bearing_deg_at(0.0);
        let mut motion = Motion::stand(at_ms, place, bearing);
        motion.tag = tag;
        motion.tag_from_ms = leave_ms - self.config.feed.announce_s * 1000;
        motion.stop = Some((pattern, 0, 0));
        self.vehicles[v].run = Some(run);
        self.vehicles[v].place = place;
        self.set_motion(v, &motion, Phase::Stop(0), leave_ms.max(at_ms));
    }

    /// What the feed will say of a run: its own trip, or by mistake another of the route.
    fn tag_of(&mut self, v: usize, instance: TripInstance, rng: &mut impl Rng) -> Tag {
        let trip = self.timetable.trip(instance.trip);
        let pattern = self.timetable.pattern(trip.pattern);
        let mut told = instance.trip;
        let (wrong, which) = (rng.random::<f64>(), rng.random::<u32>());
        if wrong < self.config.feed.wrong_trip_share && !pattern.trips.is_empty() {
            told = pattern.trips[which as usize % pattern.trips.len()];
        }
        told = self.misnamed(v, instance).unwrap_or(told);
        let often = !self.timetable.frequencies(instance.trip).is_empty();
        let (route, direction) = (Some(pattern.route), pattern.direction);
        let yesterday = -i32::from(self.config.feed.dated_yesterday);
        let date = self.texts.intern(instance.service_date.plus(yesterday).to_string());
        let time =
            often.then(|| self.texts.intern(transit::time::format_gtfs_time(instance.start_s)));
        Tag { trip: Some(told), route, direction, date: Some(date), time }
    }

    /// The trip that the feed names by mistake: the vehicle's last one, a neighbour's on the line, or the one
    /// that it has exchanged with.
    fn misnamed(&self, v: usize, instance: TripInstance) -> Option<TripIdx> {
        let feed = &self.config.feed;
        let mut rng = self.noise.at(mix(self.run_key(instance), NAMING), 0);
        let (stale, neighbour, after): (f64, f64, bool) = rng.random();
        if stale < feed.stale_trip_share {
            let vehicle = &self.vehicles[v];
            return vehicle.next.checked_sub(2).and_then(|i| vehicle.duty.get(i)).map(|r| r.trip);
        }
        let trips = &self.timetable.pattern(self.timetable.trip(instance.trip).pattern).trips;
        let own = trips.iter().position(|t| *t == instance.trip)?;
        if feed.swapped_trip_share > 0.0 {
            let pair = self.run_key(TripInstance { trip: trips[own & !1], start_s: 0, ..instance });
            if self.noise.at(mix(pair, SWAPPING), 0).random::<f64>() < feed.swapped_trip_share {
                return trips.get(own ^ 1).copied();
            }
        }
        if neighbour >= feed.neighbour_trip_share {
            return None;
        }
        trips.get(if after { own + 1 } else { own.checked_sub(1)? }).copied()
    }

    /// Comes to a stop (leaves it, if the first), lets people on and off, and goes on.
    pub(crate) fn at_stop(&mut self, v: usize, position: usize, at_ms: i64) {
        let Some(mut run) = self.vehicles[v].run.take() else { return };
        let last = self.timetable.pattern(run.pattern).stops.len() - 1;
        let ends_here = position == last || run.turn_at == Some(position as u16);
        let planned = self.planned_headway_s(&run, position);
        let (boarded, dwell_ms) = self.exchange(&mut run, position, at_ms, planned, ends_here);
        let leave_ms = self.leave_ms(&run, position, at_ms, dwell_ms, ends_here);
        let arrival_ms = if position == 0 { run.ready_ms } else { at_ms };
        self.tell_visit(TrueVisit {
            instance: run.instance,
            pattern: run.pattern,
            stop_position: position as u16,
            vehicle: VehicleNo(v as u32),
            arrival: seconds(arrival_ms),
            departure: seconds(leave_ms).max(seconds(arrival_ms)),
            boarded: boarded as u16,
            aboard: run.aboard as u16,
        });
        self.watch(v, &mut run, position, leave_ms, planned.filter(|_| !ends_here));
        let slot = self.slots.at(run.pattern, position);
        slot.departure_ms = slot.departure_ms.max(leave_ms);
        slot.arrival_ms = slot.arrival_ms.max(at_ms);
        if ends_here {
            self.end_run(v, &run, position, at_ms, leave_ms);
        } else {
            self.go_on(v, run, position, at_ms, leave_ms);
        }
    }

    /// People off and on: boarded, and the milliseconds that it takes.
    fn exchange(
        &mut self,
        run: &mut Run,
        position: usize,
        at_ms: i64,
        planned: Option<i32>,
        ends: bool,
    ) -> (f64, i64) {
        let passengers = &self.config.passengers;
        let planned_s = planned.unwrap_or(USUAL_HEADWAY_S).clamp(60, 7_200);
        let second_of_day = (seconds(at_ms) - run.origin).rem_euclid(86_400);
        let hour = DEMAND_BY_HOUR[(second_of_day / 3_600) as usize];
        let slot = self.slots.at(run.pattern, position);
        let mut ratio = 1.0;
        if passengers.feedback && slot.known() {
            let headway_s = (at_ms - slot.departure_ms) as f64 / 1000.0;
            ratio = (headway_s / f64::from(planned_s)).clamp(0.0, PATIENCE);
        }
        let expected = passengers.boardings_per_stop * slot.popularity * run.demand * hour * ratio;
        let chance = normal(&mut run.rng);
        let scatter: f64 = run.rng.random();
        let mut wanting = (expected + chance * expected.sqrt() + scatter - 0.5).max(0.0).round();
        wanting += slot.left_behind;
        let left = self.timetable.pattern(run.pattern).stops.len() - position;
        let out =
            if ends { run.aboard } else { (run.aboard / RIDE_STOPS.min(left as f64)).round() };
        run.aboard -= out;
        let boarded =
            if ends { 0.0 } else { wanting.min(passengers.capacity - run.aboard).floor().max(0.0) };
        run.aboard += boarded;
        if !ends {
            slot.left_behind = (wanting - boarded).min(passengers.capacity * 2.0);
        }
        let mut dwell_s = passengers.dwell_base_s * (0.7 + 0.6 * run.rng.random::<f64>())
            + boarded * passengers.boarding_s
            + out * passengers.alighting_s;
        if boarded + out == 0.0 {
            dwell_s = 3.0;
        }
        (boarded, (dwell_s * 1000.0) as i64)
    }

    /// When it leaves: after the dwell, not before the plan at a timepoint, not before the bus ahead.
    fn leave_ms(
        &mut self,
        run: &Run,
        position: usize,
        at_ms: i64,
        dwell_ms: i64,
        ends: bool,
    ) -> i64 {
        // At the first stop people board while it waits; it leaves when it woke.
        let mut leave_ms = if position == 0 { at_ms } else { at_ms + dwell_ms };
        let pattern = self.timetable.pattern(run.pattern);
        if self.config.operation.hold_at_timepoints && !ends && pattern.timepoints[position] {
            let planned = self.timetable.stop_times(run.instance.trip)[position].departure_s;
            leave_ms = leave_ms.max((run.base + i64::from(planned)) * 1000);
        }
        if !self.config.operation.overtaking {
            leave_ms = leave_ms.max(self.slots.at(run.pattern, position).departure_ms + BEHIND_MS);
        }
        leave_ms
    }

    fn planned_headway_s(&self, run: &Run, position: usize) -> Option<i32> {
        let slot = self.slots.of(run.pattern, position);
        let plan = self.days.iter().find(|d| d.date == run.instance.service_date)?;
        let time = self.timetable.stop_times(run.instance.trip)[position].departure_s;
        plan.headway_s(slot, time + (run.base - run.origin) as i32)
    }

    /// The run is over; the vehicle rests, then takes the next.
    fn end_run(&mut self, v: usize, run: &Run, position: usize, at_ms: i64, leave_ms: i64) {
        let pattern = self.timetable.pattern(run.pattern);
        if position + 1 < pattern.stops.len() {
            let kind = HappeningKind::ShortTurn {
                instance: run.instance,
                vehicle: VehicleNo(v as u32),
                stop_position: position as u16,
            };
            let (route, stop) = (Some(pattern.route), Some(pattern.stops[position]));
            self.tell(Happening { kind, route, stop, from: seconds(at_ms), to: seconds(at_ms) });
        }
        let place = place_of(&self.timetable, run.pattern, position);
        let bearing = self
            .timetable
            .shape_of(run.pattern)
            .bearing_deg_at(self.timetable.pattern(run.pattern).stop_offsets_m[position] - 1.0);
        let mut motion = Motion::stand(at_ms, place, bearing);
        motion.tag = run.tag;
        motion.stop = Some((run.pattern, position as u16, position as u16));
        self.vehicles[v].place = place;
        self.set_motion(v, &motion, Phase::Next, leave_ms.max(at_ms));
    }

    /// Drives to the next stop that is served.
    fn go_on(&mut self, v: usize, mut run: Run, position: usize, at_ms: i64, leave_ms: i64) {
        self.look_for_detour(v, &mut run, position, leave_ms);
        let mut next = position + 1;
        if let Some((_, from, to)) = run.aside
            && (usize::from(from)..usize::from(to)).contains(&position)
        {
            next = usize::from(to);
        }
        let mut hops = self.leg(&mut run, position, next, leave_ms);
        let slot = self.slots.at(run.pattern, next);
        if !self.config.operation.overtaking {
            hops.delay_end(slot.arrival_ms + BEHIND_MS);
        }
        let mut end_ms = hops.end_ms().unwrap_or(leave_ms).max(leave_ms);
        let mut phase = Phase::Stop(next as u16);
        if self.breaks(&run, position, leave_ms) {
            self.tell_watch(v, &run);
            hops = crate::trouble::half_of(&hops, leave_ms, end_ms);
            let stands_ms = hops.end_ms().unwrap_or(leave_ms);
            self.tell_breakdown(v, &run, position, stands_ms);
            end_ms = stands_ms + self.config.operation.tow_s * 1000;
            phase = Phase::Broken;
        } else {
            let slot = self.slots.at(run.pattern, next);
            slot.arrival_ms = slot.arrival_ms.max(end_ms);
        }
        let mut motion = Motion::stand(at_ms, self.vehicles[v].place, 0.0);
        motion.way = Way::Pattern(run.pattern, run.aside.map(|a| a.0));
        motion.hops = hops;
        motion.tag = run.tag;
        motion.stop = Some((run.pattern, position as u16, next as u16));
        motion.occupancy = occupancy(run.aboard / self.config.passengers.capacity);
        self.vehicles[v].run = Some(run);
        self.set_motion(v, &motion, phase, end_ms);
    }

    /// The way between two stops as hops between red lights.
    fn leg(&self, run: &mut Run, from: usize, to: usize, leave_ms: i64) -> Hops {
        let pattern = self.timetable.pattern(run.pattern);
        let (from_m, to_m) = (pattern.stop_offsets_m[from], pattern.stop_offsets_m[to]);
        let length_m = (to_m - from_m).max(1.0);
        let planned_s = self.planned_drive_s(run, from, to, length_m);
        let factor = self.slowness(run, from, leave_ms);
        let traffic = &self.config.traffic;
        let lights = length_m / traffic.light_spacing_m.max(50.0);
        let lights_s =
            lights * traffic.light_red_share * (traffic.light_max_s * 0.5 + START_STOP_S);
        let least_s = length_m / FASTEST_MPS + START_STOP_S;
        let drive_s = ((planned_s - lights_s).max(planned_s * 0.5) * factor).max(least_s);
        let count = (lights + run.rng.random::<f64>()).floor().min((MAX_HOPS - 1) as f64) as usize;
        let mut hops = Hops::default();
        let (mut at_ms, mut at_m) = (leave_ms, from_m);
        for n in 1..=count {
            let (red, wait): (f64, f64) = (run.rng.random(), run.rng.random());
            if red >= traffic.light_red_share {
                continue;
            }
            let stop_m = from_m + length_m * n as f64 / (count + 1) as f64;
            let end_ms = at_ms + (drive_s * (stop_m - at_m) / length_m * 1000.0) as i64;
            hops.push(Hop { start_ms: at_ms, end_ms, from_m: at_m, to_m: stop_m });
            at_ms = end_ms + ((2.0 + wait * traffic.light_max_s) * 1000.0) as i64;
            at_m = stop_m;
        }
        let end_ms = at_ms + (drive_s * (to_m - at_m) / length_m * 1000.0) as i64;
        hops.push(Hop { start_ms: at_ms, end_ms: end_ms.max(at_ms + 1), from_m: at_m, to_m });
        hops
    }

    /// Seconds that the timetable gives for the way, over a window of stops so that times rounded to
    /// minutes do no harm, without the dwell where the timetable has none of its own.
    fn planned_drive_s(&self, run: &Run, from: usize, to: usize, length_m: f64) -> f64 {
        let pattern = self.timetable.pattern(run.pattern);
        let times = self.timetable.stop_times(run.instance.trip);
        let (a, b) = (from.saturating_sub(2), (to + 2).min(times.len() - 1));
        let window_m = (pattern.stop_offsets_m[b] - pattern.stop_offsets_m[a]).max(length_m);
        let mut window_s = f64::from(times[b].arrival_s - times[a].departure_s);
        let passengers = &self.config.passengers;
        let dwell_s = passengers.dwell_base_s
            + passengers.boardings_per_stop * (passengers.boarding_s + passengers.alighting_s);
        for time in &times[a + 1..b] {
            let planned = f64::from(time.departure_s - time.arrival_s);
            window_s -= if planned > 0.0 { planned } else { dwell_s };
        }
        let whole_s = f64::from(times[b].arrival_s - times[a].departure_s);
        window_s.max(whole_s * 0.4) * length_m / window_m * self.config.traffic.pace
    }

    /// Driving time against the planned, here and now.
    fn slowness(&self, run: &Run, from: usize, at_ms: i64) -> f64 {
        let segment = self.timetable.pattern(run.pattern).segments[from];
        let (segment, always) = self.segments[segment.get()];
        let at = seconds(at_ms);
        let second_of_day = (at - run.origin).rem_euclid(86_400);
        let hour = (second_of_day / 3_600) as usize;
        let fraction = (second_of_day % 3_600) as f64 / 3_600.0;
        let peak = SLOWDOWN_BY_HOUR[hour] * (1.0 - fraction)
            + SLOWDOWN_BY_HOUR[(hour + 1) % 24] * fraction;
        let day = local_day(run, at);
        let traffic = &self.config.traffic;
        let noise = &self.noise;
        let mut factor = run.pace
            + traffic.peak_slowdown * peak
            + traffic.segment_sd * always
            + traffic.day_sd * normal(&mut noise.at(DAY, day.0 as u64))
            + traffic.hour_sd * noise.curve(segment, at_ms, traffic.correlation_s);
        let planned = self.timetable.stop_times(run.instance.trip)[from].departure_s;
        let late_s = at - (run.base + i64::from(planned));
        if late_s > 60 {
            factor -= self.config.operation.recovery_share;
        } else if late_s < -30 {
            factor += self.config.operation.recovery_share;
        }
        factor.clamp(0.5, 3.0)
    }
}

/// Names the random stream of each segment, by the ids of its stops, and how slow it always is (mean 0,
/// deviation 1).
pub(crate) fn segments(timetable: &Timetable, noise: &Noise) -> Vec<(u64, f64)> {
    let id = |stop| key_of(&timetable.stop(stop).id);
    let keys = timetable.segments.iter().map(|s| mix(id(s.from), id(s.to)));
    keys.map(|key| (key, normal(&mut noise.at(mix(key, SEGMENT), 0)))).collect()
}

fn demand_of(trouble: &RouteTrouble) -> f64 {
    if trouble.demand > 0.0 { trouble.demand } else { 1.0 }
}

/// To the nearest second, as timetables and feeds tell it.
pub(crate) fn seconds(ms: i64) -> EpochS {
    (ms + 500).div_euclid(1000)
}

/// The day whose traffic is met: a run after 24:00 meets that of the next day.
fn local_day(run: &Run, at: EpochS) -> ServiceDate {
    run.instance.service_date.plus((at - run.origin).div_euclid(86_400) as i32)
}

/// GTFS-realtime `OccupancyStatus` of a share of the capacity.
fn occupancy(share: f64) -> u8 {
    match share {
        s if s < 0.03 => 0,
        s if s < 0.2 => 1,
        s if s < 0.28 => 2,
        s if s < 0.75 => 3,
        s if s < 0.95 => 4,
        _ => 5,
    }
}
