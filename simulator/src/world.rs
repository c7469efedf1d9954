//! The event loop: days are planned, duties go out, vehicles wake.

use crate::config::WorldConfig;
use crate::motion::{Hop, Hops, Motion, Way};
use crate::noise::{Noise, key_of, mix};
use crate::plan::{DayPlan, Duty, SAME_TERMINAL_M, arrival, departure, duties, ends};
use crate::reports::HOUR_S;
use crate::slots::Slots;
use crate::truth::{
    Happening, HappeningKind, MissingReason, TRUTH_LIMIT, TrueVisit, Truth, VehicleNo,
};
use crate::vehicle::{Phase, Vehicle};
use rand::Rng;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::sync::Arc;
use transit::ids::RouteIdx;
use transit::time::local_date;
use transit::{EpochS, ServiceDate, Timetable, TripInstance};

/// A day is planned this long before its second 0, seconds.
const PLAN_AHEAD_S: i64 = 3_600;

/// Plans kept: a run of the day before yesterday is over.
const DAYS_KEPT: usize = 3;

/// Mean speed without passengers, straight, m/s.
const DEADHEAD_MPS: f64 = 6.0;

/// A vehicle is seen at its last stop this long after its last run, seconds.
const LEAVE_S: i64 = 240;

const LABEL: u64 = 0x1abe1;

/// What wakes at a time. The order of equal times is the order of this enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wake {
    Day(ServiceDate),
    Hour(i64),
    Duty(u64),
    Vehicle(u32),
}

/// Texts told in reports (dates, start times), each kept once.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    list: Vec<String>,
    known: BTreeMap<String, u32>,
}

impl Texts {
    pub fn get(&self, i: u32) -> Option<&str> {
        self.list.get(i as usize).map(String::as_str)
    }

    pub fn intern(&mut self, text: String) -> u32 {
        if let Some(i) = self.known.get(&text) {
            return *i;
        }
        let i = self.list.len() as u32;
        self.list.push(text.clone());
        self.known.insert(text, i);
        i
    }
}

/// Buses on their way over a timetable.
#[derive(Debug)]
pub struct World {
    pub(crate) timetable: Arc<Timetable>,
    pub(crate) config: WorldConfig,
    pub(crate) noise: Noise,
    pub(crate) now: EpochS,
    /// Truth before this is not told: it only led here.
    start: EpochS,
    queue: BinaryHeap<Reverse<(i64, Wake)>>,
    duties: BTreeMap<u64, Duty>,
    duties_planned: u64,
    pub(crate) days: VecDeque<DayPlan>,
    pub(crate) slots: Slots,
    /// Names each segment's random stream, and how slow it always is, by `SegmentIdx`.
    pub(crate) segments: Vec<(u64, f64)>,
    pub(crate) vehicles: Vec<Vehicle>,
    /// Vehicles at home, by route, longest there first.
    home: Vec<VecDeque<u32>>,
    /// Vehicles known, by route.
    fleet: Vec<u32>,
    pub(crate) texts: Texts,
    pub(crate) breakdowns_done: Vec<bool>,
    truth: Truth,
}

impl World {
    /// A world at `start`, with whatever is on the road then: the service day before is driven unseen.
    pub fn new(timetable: Arc<Timetable>, config: WorldConfig, start: EpochS) -> Self {
        let noise = Noise::new(config.seed);
        let slots = Slots::new(&timetable, &noise);
        let routes = timetable.routes.len();
        let first = local_date(&timetable.zone, start).plus(-1);
        let mut world = Self {
            breakdowns_done: vec![false; config.planned_breakdowns.len()],
            queue: BinaryHeap::new(),
            duties: BTreeMap::new(),
            duties_planned: 0,
            days: VecDeque::new(),
            slots,
            segments: crate::drive::segments(&timetable, &noise),
            vehicles: Vec::new(),
            home: vec![VecDeque::new(); routes],
            fleet: vec![0; routes],
            texts: Texts::default(),
            truth: Truth::default(),
            now: start,
            start,
            noise,
            config,
            timetable,
        };
        let from = world.timetable.origin(first) - PLAN_AHEAD_S;
        world.queue.push(Reverse((from * 1000, Wake::Day(first))));
        world.queue.push(Reverse((from * 1000, Wake::Hour(from.div_euclid(HOUR_S)))));
        world.run_to(start);
        world
    }

    /// The instant that was last advanced to.
    pub fn now(&self) -> EpochS {
        self.now
    }

    /// The timetable that is driven.
    pub fn timetable(&self) -> &Arc<Timetable> {
        &self.timetable
    }

    /// Vehicles that are out now.
    pub fn vehicles_out(&self) -> usize {
        self.vehicles.iter().filter(|v| v.motion.shown).count()
    }

    /// Lets everything happen up to `to`. An instant that has passed changes nothing.
    pub fn advance(&mut self, to: EpochS) {
        if to > self.now {
            self.run_to(to);
            self.now = to;
        }
    }

    /// Takes the truth that became known since the last call.
    pub fn drain_truth(&mut self) -> Truth {
        std::mem::take(&mut self.truth)
    }

    fn run_to(&mut self, to: EpochS) {
        while let Some(Reverse((at_ms, wake))) = self.queue.peek().copied() {
            if at_ms > to * 1000 {
                break;
            }
            self.queue.pop();
            match wake {
                Wake::Day(date) => self.plan_day(date),
                Wake::Hour(hour) => self.tell_silences(hour),
                Wake::Duty(id) => self.go_out(id, at_ms),
                Wake::Vehicle(v) => self.wake(v as usize, at_ms),
            }
        }
    }

    fn plan_day(&mut self, date: ServiceDate) {
        let plan = DayPlan::new(&self.timetable, &self.slots, date);
        let planned_at = plan.origin - PLAN_AHEAD_S;
        self.days.push_back(plan);
        while self.days.len() > DAYS_KEPT {
            self.days.pop_front();
        }
        for duty in duties(&self.timetable, &self.config, &self.noise, date) {
            if duty.absent {
                for run in &duty.runs {
                    self.tell_missing(*run, MissingReason::NoVehicle);
                }
                continue;
            }
            let at = (duty.first_departure - self.config.operation.pull_out_s).max(planned_at);
            self.queue.push(Reverse((at * 1000, Wake::Duty(self.duties_planned))));
            self.duties.insert(self.duties_planned, duty);
            self.duties_planned += 1;
        }
        let next = date.plus(1);
        let at = self.timetable.origin(next) - PLAN_AHEAD_S;
        self.queue.push(Reverse((at * 1000, Wake::Day(next))));
    }

    /// A duty's vehicle goes to its first stop: the one of the route that has rested longest, else a new one.
    fn go_out(&mut self, id: u64, at_ms: i64) {
        let Some(duty) = self.duties.remove(&id) else { return };
        let at_home = self.home.get_mut(duty.route.get()).and_then(VecDeque::pop_front);
        let v = at_home.map_or_else(|| self.new_vehicle(duty.route), |v| v as usize);
        let (place, _) = ends(&self.timetable, duty.runs[0]);
        let vehicle = &mut self.vehicles[v];
        vehicle.duty = duty.runs;
        vehicle.next = 0;
        vehicle.place = place;
        vehicle.kept = None;
        vehicle.motion = Motion::stand(at_ms, place, 0.0);
        self.next_run(v, at_ms, at_ms);
    }

    fn new_vehicle(&mut self, route: RouteIdx) -> usize {
        self.fleet[route.get()] += 1;
        let number = self.fleet[route.get()];
        let id = format!("{}-{number:02}", self.timetable.route(route).id);
        let key = key_of(&id);
        let mut rng = self.noise.at(mix(key, LABEL), 0);
        let interval = self.config.feed.interval_s.max(1);
        let (label, phase) = (rng.random_range(1000..10_000), rng.random_range(0..interval));
        self.vehicles.push(Vehicle {
            label: format!("{label}"),
            id,
            key,
            route,
            report_phase_s: phase,
            phase: Phase::Home,
            motion: Motion { shown: false, ..Motion::stand(0, transit::LatLon::default(), 0.0) },
            kept: None,
            duty: Vec::new(),
            next: 0,
            place: transit::LatLon::default(),
            run: None,
        });
        self.vehicles.len() - 1
    }

    /// Sets what a vehicle does from `at_ms` on, and when it wakes.
    pub(crate) fn set_motion(&mut self, v: usize, motion: &Motion, phase: Phase, wake_ms: i64) {
        self.keep_report(v, motion.start_ms);
        let vehicle = &mut self.vehicles[v];
        vehicle.motion = *motion;
        vehicle.phase = phase;
        self.queue.push(Reverse((wake_ms, Wake::Vehicle(v as u32))));
    }

    fn wake(&mut self, v: usize, at_ms: i64) {
        match self.vehicles[v].phase {
            Phase::Home => {}
            Phase::Next => {
                self.next_run(v, at_ms, at_ms + self.config.operation.layover_min_s * 1000);
            }
            Phase::Stop(position) => self.at_stop(v, usize::from(position), at_ms),
            Phase::Broken => self.tow(v, at_ms),
            Phase::Leave => self.go_home(v, at_ms),
        }
    }

    /// Goes to the start of the next run that is driven, or home. Ready to depart at `ready_ms`.
    fn next_run(&mut self, v: usize, at_ms: i64, ready_ms: i64) {
        let mut skipped = false;
        loop {
            let vehicle = &self.vehicles[v];
            let Some(run) = vehicle.duty.get(vehicle.next).copied() else {
                let mut motion =
                    Motion::stand(at_ms, vehicle.place, vehicle.motion_bearing(self, at_ms));
                motion.before = vehicle.motion.tag_at(at_ms);
                self.set_motion(v, &motion, Phase::Leave, at_ms + LEAVE_S * 1000);
                return;
            };
            let (first, _) = ends(&self.timetable, run);
            let away_m = self.vehicles[v].place.distance_m(first);
            self.vehicles[v].next += 1;
            let travel_ms = if away_m > SAME_TERMINAL_M {
                (away_m * 1.3 / DEADHEAD_MPS * 1000.0) as i64
            } else {
                0
            };
            let due_ms = departure(&self.timetable, run) * 1000;
            let late_ms = ready_ms + travel_ms - due_ms;
            // A bus whose run was dropped waits where it is until a run begins there.
            let reason = if skipped && travel_ms > 0 {
                Some(MissingReason::NotDriven)
            } else if late_ms > self.config.operation.give_up_late_s * 1000 {
                Some(MissingReason::TooLate)
            } else {
                self.drops(run).then_some(MissingReason::NotDriven)
            };
            if let Some(reason) = reason {
                self.tell_missing(run, reason);
                skipped = true;
                continue;
            }
            if travel_ms > 0 {
                self.deadhead(v, at_ms, at_ms + travel_ms, first);
            } else {
                self.take_run(v, run, at_ms, ready_ms);
            }
            return;
        }
    }

    /// Drives straight to `to` and takes the same run there.
    fn deadhead(&mut self, v: usize, at_ms: i64, end_ms: i64, to: transit::LatLon) {
        let from = self.vehicles[v].place;
        let mut motion = Motion::stand(at_ms, from, from.bearing_deg(to));
        motion.way = Way::Straight(from, to);
        let mut hops = Hops::default();
        hops.push(Hop { start_ms: at_ms, end_ms, from_m: 0.0, to_m: from.distance_m(to) });
        motion.hops = hops;
        self.vehicles[v].place = to;
        self.vehicles[v].next -= 1;
        self.set_motion(v, &motion, Phase::Next, end_ms);
    }

    /// Whether a run is one of those that never start.
    fn drops(&self, run: TripInstance) -> bool {
        let trip = self.timetable.trip(run.trip);
        let route_id = &*self.timetable.route(self.timetable.pattern(trip.pattern).route).id;
        let more = self.config.troubles.iter().find(|t| t.route_id == route_id);
        let share =
            self.config.operation.missing_run_share + more.map_or(0.0, |t| t.missing_run_share);
        let key = self.run_key(run);
        self.noise.at(mix(key, 1), 0).random::<f64>() < share
    }

    /// Names the random stream of a run.
    pub(crate) fn run_key(&self, run: TripInstance) -> u64 {
        let trip = key_of(&self.timetable.trip(run.trip).id);
        mix(mix(trip, run.service_date.0 as u64), run.start_s as u64)
    }

    /// The vehicle has been towed; another takes over the runs that begin late enough.
    fn tow(&mut self, v: usize, at_ms: i64) {
        let again =
            at_ms / 1000 + self.config.operation.replacement_s - self.config.operation.tow_s;
        let vehicle = &mut self.vehicles[v];
        let rest = vehicle.duty.split_off(vehicle.next.min(vehicle.duty.len()));
        let (lost, kept): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|run| departure(&self.timetable, *run) < again);
        let route = vehicle.route;
        for run in lost {
            self.tell_missing(run, MissingReason::AfterBreakdown);
        }
        if let (Some(first), Some(last)) = (kept.first(), kept.last()) {
            let first_departure = departure(&self.timetable, *first);
            let last_arrival = arrival(&self.timetable, *last);
            let at = (first_departure - self.config.operation.pull_out_s).max(at_ms / 1000);
            self.queue.push(Reverse((at * 1000, Wake::Duty(self.duties_planned))));
            let duty = Duty { route, runs: kept, first_departure, last_arrival, absent: false };
            self.duties.insert(self.duties_planned, duty);
            self.duties_planned += 1;
        }
        self.go_home(v, at_ms);
    }

    fn go_home(&mut self, v: usize, at_ms: i64) {
        let vehicle = &mut self.vehicles[v];
        vehicle.motion = Motion { shown: false, ..Motion::stand(at_ms, vehicle.place, 0.0) };
        vehicle.phase = Phase::Home;
        vehicle.kept = None;
        vehicle.run = None;
        vehicle.duty.clear();
        let route = vehicle.route.get();
        self.home[route].push_back(v as u32);
    }

    pub(crate) fn tell_visit(&mut self, visit: TrueVisit) {
        if !self.config.keep_truth || visit.departure < self.start {
            return;
        }
        if self.truth.visits.len() >= TRUTH_LIMIT {
            self.truth.dropped += 1;
        } else {
            self.truth.visits.push(visit);
        }
    }

    pub(crate) fn tell(&mut self, happening: Happening) {
        if !self.config.keep_truth || happening.to < self.start {
            return;
        }
        if self.truth.happenings.len() >= TRUTH_LIMIT {
            self.truth.dropped += 1;
        } else {
            self.truth.happenings.push(happening);
        }
    }

    fn tell_missing(&mut self, run: TripInstance, reason: MissingReason) {
        let at = departure(&self.timetable, run);
        let pattern = self.timetable.pattern(self.timetable.trip(run.trip).pattern);
        let (route, stop) = (Some(pattern.route), pattern.stops.first().copied());
        let kind = HappeningKind::MissingRun { instance: run, reason };
        self.tell(Happening { kind, route, stop, from: at, to: at });
    }

    /// Tells the silences and holes of an hour of the epoch as it begins.
    fn tell_silences(&mut self, hour: i64) {
        self.queue.push(Reverse(((hour + 1) * HOUR_S * 1000, Wake::Hour(hour + 1))));
        if !self.config.keep_truth {
            return;
        }
        for v in 0..self.vehicles.len() {
            let vehicle = &self.vehicles[v];
            if let Some((from, to)) = self.silence_in(vehicle.key, hour) {
                let kind = HappeningKind::Silence { vehicle: VehicleNo(v as u32) };
                self.tell(Happening { kind, route: Some(vehicle.route), stop: None, from, to });
            }
        }
        let begins = |(from, _): &&(i64, i64)| from.div_euclid(HOUR_S) == hour;
        let mut holes: Vec<(i64, i64)> =
            self.config.feed.holes.iter().filter(begins).copied().collect();
        holes.extend(self.hole_in(hour));
        for (from, to) in holes {
            self.tell(Happening {
                kind: HappeningKind::FeedHole,
                route: None,
                stop: None,
                from,
                to,
            });
        }
    }
}

impl Vehicle {
    /// Direction in which it stands.
    pub(crate) fn motion_bearing(&self, world: &World, at_ms: i64) -> f64 {
        self.motion.spot(&world.timetable, at_ms).bearing_deg
    }
}
