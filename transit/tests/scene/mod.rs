//! A readable notation for what a Monitor is told and what it says.
//!
//! One event a line, `#` begins a comment. Times are of 2026-03-02 (a Monday) in the feed's zone; a line
//! without a time happens at the time of the line before.
//!
//! | line | meaning |
//! | --- | --- |
//! | `07:00:20 bus1 trip=T1 @120 +5` | position of `bus1`, naming trip T1, 120 m along the line of T1, 5 m to its right |
//! | `07:00:20 bus1 on=T1 @120` | the same place, but naming nothing |
//! | `07:00:20 bus1 route=5 43.2,76.9` | position by coordinates, naming the route |
//! | `… at=07:00:10` | measured then; `at=-` for no measurement time; the time of the line if not given |
//! | `… date=20260302 start=07:00:00 dir=0 speed=8 bearing=90 stop=A` | other fields |
//! | `07:00:20 tick` | time passes |
//! | `07:00:20 start [header=07:00:15]`, `07:00:20 end`, `07:00:20 failed` | datasets |
//! | `07:00:20 update trip=T1 canceled` | a trip update |

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::monitor::FeedState;
use transit::time::{format_gtfs_time, parse_gtfs_time};
use transit::{
    Effect, EpochS, Event, LatLon, Monitor, MonitorConfig, ScheduleRelationship, ServiceDate,
    StopVisit, Timetable, TripDescriptor, TripUpdate, VehiclePosition,
};

/// A Monitor that is told a text.
pub struct Scene {
    pub timetable: Arc<Timetable>,
    pub monitor: Monitor,
    pub effects: Vec<Effect>,
    origin: EpochS,
    now: EpochS,
}

impl Scene {
    pub fn new(feed: &str) -> Self {
        Self::with(feed, MonitorConfig::default())
    }

    pub fn with(feed: &str, config: MonitorConfig) -> Self {
        let timetable = Arc::new(transit::timetable::text::timetable(feed).unwrap());
        let monitor = Monitor::new(Arc::clone(&timetable), config);
        let origin = timetable.origin(ServiceDate::parse("20260302").unwrap());
        Self { timetable, monitor, effects: Vec::new(), origin, now: origin }
    }

    /// Tells the Monitor `events`, and returns what it newly said.
    pub fn tell(&mut self, events: &str) -> String {
        let said = self.effects.len();
        for line in events.lines() {
            let line = line.split('#').next().unwrap().trim();
            if !line.is_empty() {
                self.line(line);
            }
        }
        let new = self.effects[said..].to_vec();
        self.describe(&new)
    }

    /// A new timetable.
    pub fn reload(&mut self, timetable: Timetable) {
        self.timetable = Arc::new(timetable);
        let event = Event::Timetable(Arc::clone(&self.timetable));
        self.apply(&event);
    }

    fn line(&mut self, line: &str) {
        let mut words = line.split_whitespace().peekable();
        if let Some(seconds) = words.peek().and_then(|w| parse_gtfs_time(w)) {
            self.now = self.origin + i64::from(seconds);
            words.next();
        }
        let subject = words.next().unwrap();
        let mut fields = BTreeMap::new();
        for word in words {
            let (key, value) = word.split_once('=').unwrap_or_else(|| match word.chars().next() {
                Some('@') => ("along", &word[1..]),
                Some('+' | '-') if !word.contains(',') => ("right", word),
                Some(c) if c.is_ascii_digit() || c == '-' => ("place", word),
                _ => (word, ""),
            });
            fields.insert(key, value);
        }
        let feed = FeedIdx(fields.get("feed").map_or(0, |f| f.parse().unwrap()));
        match subject {
            "tick" => self.apply(&Event::Tick),
            "start" => {
                let header_at = Some(fields.get("header").map_or(self.now, |t| self.instant(t)));
                self.apply(&Event::DatasetStart { feed, header_at });
            }
            "end" => self.apply(&Event::DatasetEnd { feed }),
            "failed" => self.apply(&Event::FeedFailed { feed }),
            "update" => {
                let mut trip = descriptor(&fields);
                if fields.contains_key("canceled") {
                    trip.relationship = ScheduleRelationship::Canceled;
                }
                self.apply(&Event::TripUpdate(TripUpdate {
                    feed,
                    trip,
                    vehicle_id: None,
                    measured_at: None,
                    delay_s: None,
                    stops: Vec::new(),
                }));
            }
            vehicle => self.position(feed, vehicle, &fields),
        }
    }

    fn position(&mut self, feed: FeedIdx, vehicle: &str, fields: &BTreeMap<&str, &str>) {
        let place = self.place(fields);
        let measured_at = match fields.get("at") {
            None => Some(self.now),
            Some(&"-") => None,
            Some(t) => Some(self.instant(t)),
        };
        self.apply(&Event::Position(VehiclePosition {
            feed,
            vehicle_id: vehicle,
            label: fields.get("label").copied(),
            trip: descriptor(fields),
            place,
            bearing_deg: fields.get("bearing").map(|v| v.parse().unwrap()),
            speed_mps: fields.get("speed").map(|v| v.parse().unwrap()),
            measured_at,
            stop_id: fields.get("stop").copied(),
            current_stop_sequence: None,
            stopped_at: None,
            occupancy_status: None,
        }));
    }

    fn place(&self, fields: &BTreeMap<&str, &str>) -> LatLon {
        if let Some(place) = fields.get("place") {
            let (lat, lon) = place.split_once(',').unwrap();
            return LatLon::new(lat.parse().unwrap(), lon.parse().unwrap());
        }
        let trip = fields.get("on").or(fields.get("trip")).expect("a line to be on");
        let trip = self.timetable.trip_by_id(trip).expect("a trip of the feed");
        let shape = self.timetable.shape_of(self.timetable.trip(trip).pattern);
        let along: f64 = fields["along"].parse().unwrap();
        let right: f64 = fields.get("right").map_or(0.0, |v| v.parse().unwrap());
        let bearing = (shape.bearing_deg_at(along) + 90.0).to_radians();
        let on = shape.at(along);
        let metre = 1.0 / 111_195.0;
        LatLon::new(
            on.lat + right * bearing.cos() * metre,
            on.lon + right * bearing.sin() * metre / on.lat.to_radians().cos(),
        )
    }

    fn instant(&self, text: &str) -> EpochS {
        self.origin + i64::from(parse_gtfs_time(text).expect("a time"))
    }

    pub fn apply(&mut self, event: &Event<'_>) {
        self.monitor.apply(self.now, event, &mut self.effects);
    }

    /// Effects as text, one a line: visits and refusals.
    pub fn describe(&self, effects: &[Effect]) -> String {
        let mut text = String::new();
        for effect in effects {
            match effect {
                Effect::Visit(v) => writeln!(text, "{}", self.visit(v)).unwrap(),
                Effect::Rejected { reason, .. } => {
                    writeln!(text, "refused {}", reason.name()).unwrap();
                }
                _ => {}
            }
        }
        text
    }

    fn visit(&self, v: &StopVisit) -> String {
        let trip = &self.timetable.trip(v.instance.trip).id;
        let stop = self.timetable.pattern(v.pattern).stops[usize::from(v.stop_position)];
        let time = |at: Option<EpochS>| {
            at.map_or("-".to_owned(), |t| format_gtfs_time((t - self.origin) as i32))
        };
        let how = if v.trip_named { "" } else { " inferred" };
        format!(
            "{} {trip} {} arrives {} departs {} ±{:.0}{how}",
            self.monitor.vehicle_id(v.vehicle),
            self.timetable.stop(stop).id,
            time(v.arrival),
            time(v.departure),
            v.uncertainty_s,
        )
    }

    /// The first feed as readers see it now, and the origin of the day.
    pub fn feed(&self) -> (FeedState, EpochS) {
        (self.monitor.snapshot(self.now).feeds[0].clone(), self.origin)
    }

    /// Vehicles as readers see them now, one a line.
    pub fn vehicles(&self) -> String {
        let mut text = String::new();
        for v in self.monitor.snapshot(self.now).vehicles {
            write!(text, "{}", v.vehicle_id).unwrap();
            match v.matched {
                Some(m) => {
                    let trip = &self.timetable.trip(m.instance.trip).id;
                    let how = if m.trip_named { "" } else { " (inferred)" };
                    write!(text, " on {trip}{how} @{:.0} next {}", m.along_m, m.next_stop_position)
                        .unwrap();
                    if let Some(late) = m.schedule_deviation_s {
                        write!(text, " late {late}").unwrap();
                    }
                }
                None => text.push_str(" unmatched"),
            }
            for (flag, name) in [(v.off_route, " off route"), (v.layover, " layover")] {
                if flag {
                    text.push_str(name);
                }
            }
            text.push('\n');
        }
        text
    }
}

fn descriptor<'a>(fields: &BTreeMap<&str, &'a str>) -> TripDescriptor<'a> {
    TripDescriptor {
        trip_id: fields.get("trip").copied(),
        route_id: fields.get("route").copied(),
        direction_id: fields.get("dir").map(|d| d.parse().unwrap()),
        start_time: fields.get("start").copied(),
        start_date: fields.get("date").copied(),
        relationship: ScheduleRelationship::Scheduled,
    }
}
