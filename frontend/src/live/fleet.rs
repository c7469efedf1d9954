//! The vehicles of the subscribed topics, and where the reader stands in each topic.

use super::{
    View,
    glide::{Marker, Report},
    line::Line,
    topics::STATUS,
};
use api::{
    Status,
    live::{
        Body, Cursor, Frame, Identity, LiveVehicle, Subscription, flags,
        pack::{Moved, Unpacker},
    },
};
use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

/// No report for so long: the marker fades. Seconds of the city.
const STALE_S: i64 = 180;
/// Lines that are kept; a city has some hundreds of patterns, a screen shows fewer.
const LINES_MAX: usize = 800;

/// A vehicle in view.
#[derive(Clone, Debug)]
pub(crate) struct Bus {
    /// The topic that told of it last: when that topic says it is gone, it is.
    topic: String,
    /// Who it is.
    pub identity: Identity,
    /// Its latest report.
    pub state: LiveVehicle,
    /// How it is drawn.
    pub marker: Marker,
}

impl Bus {
    /// Nothing was heard of it for long.
    pub fn is_stale(&self, now: i64) -> bool {
        self.state.flags & flags::STALE != 0 || now - self.state.measured_at > STALE_S
    }

    /// It serves nobody just now.
    pub fn is_idle(&self) -> bool {
        self.state.flags & flags::LAYOVER != 0 || self.identity.route_id.is_none()
    }
}

/// What a frame changed.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct News {
    /// A topic whose frames do not follow: to be subscribed anew.
    pub gap: Option<String>,
    /// The server or its timetable started anew: lines must be fetched again.
    pub new_epoch: bool,
    /// Clock and feeds.
    pub status: Option<Box<Status>>,
    /// Vehicles new or with a changed label.
    pub labels: Vec<u32>,
    /// Vehicles that left.
    pub gone: Vec<u32>,
}

/// A line, or why there is none.
#[derive(Clone, Debug)]
enum Slot {
    Asked,
    Here(Rc<Line>),
    Failed,
}

/// All that the map knows.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    pub buses: HashMap<u32, Bus>,
    /// Some dozens at most.
    topics: Vec<Subscription>,
    epoch: Option<u32>,
    lines: HashMap<u32, Slot>,
}

impl Fleet {
    /// Sets the topics; vehicles of those that are dropped go. True if that changed anything.
    pub fn subscribe(&mut self, topics: Vec<String>) -> bool {
        if topics.len() == self.topics.len() && topics.iter().all(|t| self.topic(t).is_some()) {
            return false;
        }
        self.topics.retain(|known| topics.contains(&known.topic));
        self.buses.retain(|_, bus| topics.contains(&bus.topic));
        for topic in topics {
            if self.topic(&topic).is_none() {
                self.topics.push(Subscription { topic, cursor: None });
            }
        }
        true
    }

    fn topic(&self, topic: &str) -> Option<usize> {
        self.topics.iter().position(|known| known.topic == topic)
    }

    /// The subscription in words. `resume`: on a new connection, with the cursors to go on at; on the old
    /// one the server knows where the reader stands better than the reader, whose frames are on their way.
    pub fn subscriptions(&self, resume: bool) -> Vec<Subscription> {
        let mut topics = self.topics.clone();
        if !resume {
            for topic in &mut topics {
                topic.cursor = None;
            }
        }
        topics
    }

    /// Forgets where the reader stands in a topic.
    pub fn forget(&mut self, topic: &str) {
        if let Some(known) = self.topic(topic) {
            self.topics[known].cursor = None;
        }
    }

    /// Takes a frame in. `now_s` is the city's clock as the page has it.
    pub fn apply(&mut self, frame: Frame, now_s: f64) -> News {
        let mut news = News::default();
        if !frame.topic.is_empty() && self.epoch != Some(frame.cursor.epoch) {
            news.new_epoch = self.epoch.is_some();
            self.start_epoch(frame.cursor.epoch);
        }
        let Some(known) = self.topic(&frame.topic) else { return news };
        if matches!(frame.body, Body::Packed { .. }) {
            match self.topics[known].cursor.map(|last| order(last, frame.cursor)) {
                Some(Order::Next) => {}
                // Sent again because the subscription changed while it was on its way.
                Some(Order::Known) => return news,
                Some(Order::Gap) | None => {
                    news.gap = Some(frame.topic);
                    return news;
                }
            }
        }
        self.topics[known].cursor = Some(frame.cursor);
        match frame.body {
            Body::Snapshot(all) => self.snapshot(&frame.topic, now_s, all, &mut news),
            Body::Packed { changed, moved, gone } => {
                if self.moved(&frame.topic, frame.at, now_s, &moved).is_none() {
                    news.gap = Some(frame.topic);
                    return news;
                }
                for vehicle in changed {
                    self.vehicle(&frame.topic, now_s, vehicle, &mut news);
                }
                for id in gone {
                    self.leave(&frame.topic, id, &mut news);
                }
            }
            Body::Status(status) if frame.topic == STATUS => news.status = Some(status),
            _ => {}
        }
        news
    }

    /// Numbers of vehicles and of patterns mean something else now.
    fn start_epoch(&mut self, epoch: u32) {
        self.epoch = Some(epoch);
        self.lines.clear();
        self.buses.clear();
        for topic in &mut self.topics {
            topic.cursor = None;
        }
    }

    fn snapshot(&mut self, topic: &str, now_s: f64, all: Vec<LiveVehicle>, news: &mut News) {
        let here: HashSet<u32> = all.iter().map(|v| v.vehicle).collect();
        let gone: Vec<u32> = self
            .buses
            .iter()
            .filter(|(id, bus)| bus.topic == topic && !here.contains(id))
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            self.leave(topic, id, news);
        }
        for vehicle in all {
            self.vehicle(topic, now_s, vehicle, news);
        }
    }

    fn leave(&mut self, topic: &str, id: u32, news: &mut News) {
        if self.buses.get(&id).is_some_and(|bus| bus.topic == topic) {
            self.buses.remove(&id);
            news.gone.push(id);
        }
    }

    /// Those that only moved. `None` if we do not have what that is said of.
    fn moved(&mut self, topic: &str, at: i64, now_s: f64, moved: &Moved) -> Option<()> {
        let mut unpacker = Unpacker::new(moved, at);
        while !unpacker.is_done() {
            let id = unpacker.vehicle()?;
            let bus = self.buses.get_mut(&id).filter(|bus| bus.topic == topic)?;
            unpacker.apply(&mut bus.state)?;
            bus.marker.report(report_of(&bus.state), line(&self.lines, &bus.identity), now_s);
        }
        Some(())
    }

    fn vehicle(&mut self, topic: &str, now_s: f64, mut state: LiveVehicle, news: &mut News) {
        let id = state.vehicle;
        // A vehicle is never said in full without its name.
        let Some(identity) = state.identity.take() else { return };
        let report = report_of(&state);
        let line = line(&self.lines, &identity);
        let marker = if let Some(bus) = self.buses.remove(&id) {
            let mut marker = bus.marker;
            marker.report(report, line, now_s);
            marker
        } else {
            let mut marker = Marker::new(report);
            marker.attach(line, now_s);
            marker
        };
        self.buses.insert(id, Bus { topic: topic.to_owned(), identity: *identity, state, marker });
        news.labels.push(id);
    }

    /// Patterns in view whose lines are not here yet, at most `most`; they count as asked for.
    pub fn wanted_lines(&mut self, view: &View, most: usize) -> Vec<u32> {
        let mut wanted = Vec::new();
        for bus in self.buses.values() {
            let place = bus.marker.shown();
            if let Some(pattern) = bus.identity.pattern_id
                && wanted.len() < most
                && bus.state.along_m.is_some()
                && !self.lines.contains_key(&pattern)
                && view.is_near(place.lon, place.lat)
            {
                self.lines.insert(pattern, Slot::Asked);
                wanted.push(pattern);
            }
        }
        wanted
    }

    /// A line has come, or cannot be had.
    pub fn line(&mut self, pattern: u32, line: Option<Line>, now_s: f64) {
        if self.lines.len() > LINES_MAX {
            let used: HashSet<u32> =
                self.buses.values().filter_map(|b| b.identity.pattern_id).collect();
            self.lines.retain(|id, _| used.contains(id));
        }
        let slot = line.map_or(Slot::Failed, |line| Slot::Here(Rc::new(line)));
        self.lines.insert(pattern, slot);
        for bus in self.buses.values_mut().filter(|b| b.identity.pattern_id == Some(pattern)) {
            bus.marker.attach(line_of(&self.lines, pattern), now_s);
        }
    }

    /// How many buses of each band are in the view; those that serve nobody do not count.
    pub fn tally(&self, view: &View, now: i64) -> [u32; 6] {
        let mut tally = [0; 6];
        for bus in self.buses.values() {
            let place = bus.marker.shown();
            let seen = (view.west..=view.east).contains(&place.lon)
                && (view.south..=view.north).contains(&place.lat);
            if seen && !bus.is_idle() && !bus.is_stale(now) {
                tally[crate::band::index(bus.state.headway_status)] += 1;
            }
        }
        tally
    }

    /// The number of a vehicle by its id.
    pub fn by_id(&self, vehicle_id: &str) -> Option<u32> {
        self.buses.iter().find(|(_, bus)| bus.identity.vehicle_id == vehicle_id).map(|(id, _)| *id)
    }
}

/// How a frame stands to the last one of its topic.
enum Order {
    Next,
    Known,
    Gap,
}

fn order(last: Cursor, next: Cursor) -> Order {
    match next.seq.wrapping_sub(last.seq) {
        _ if last.epoch != next.epoch => Order::Gap,
        1 => Order::Next,
        // Half the circle back is the past.
        0 | 0x8000_0000.. => Order::Known,
        _ => Order::Gap,
    }
}

fn line_of(lines: &HashMap<u32, Slot>, pattern: u32) -> Option<&Rc<Line>> {
    match lines.get(&pattern) {
        Some(Slot::Here(line)) => Some(line),
        _ => None,
    }
}

fn line<'a>(lines: &'a HashMap<u32, Slot>, identity: &Identity) -> Option<&'a Rc<Line>> {
    line_of(lines, identity.pattern_id?)
}

fn report_of(state: &LiveVehicle) -> Report {
    let off_line = state.flags & (flags::OFF_ROUTE | flags::LAYOVER) != 0;
    Report {
        lon: f64::from(state.lon_e6) / 1e6,
        lat: f64::from(state.lat_e6) / 1e6,
        bearing_deg: (state.bearing_half_deg < 180)
            .then(|| f64::from(state.bearing_half_deg) * 2.0),
        along_m: state.along_m.filter(|_| !off_line).map(f64::from),
        speed_mps: f64::from(state.speed_dmps) / 10.0,
        measured_at: state.measured_at as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::HeadwayStatus;
    use api::live::pack::{Change, Packer};

    const VIEW: View = View { west: 76.0, south: 43.0, east: 77.0, north: 44.0, zoom: 12.0 };

    fn vehicle(id: u32, named: bool) -> LiveVehicle {
        let identity = Identity {
            vehicle_id: format!("v{id}"),
            label: None,
            route_id: Some("r".into()),
            route_short_name: Some("12".into()),
            direction_id: Some(0),
            headsign: None,
            trip_id: None,
            pattern_id: Some(9),
        };
        LiveVehicle {
            vehicle: id,
            identity: named.then(|| Box::new(identity)),
            lat_e6: 43_200_000,
            lon_e6: 76_900_000,
            bearing_half_deg: 255,
            measured_at: 995,
            along_m: Some(0),
            speed_dmps: 80,
            next_stop_position: None,
            schedule_deviation_s: None,
            headway_s: None,
            scheduled_headway_s: None,
            headway_status: HeadwayStatus::Even,
            flags: 0,
        }
    }

    fn frame(topic: &str, epoch: u32, seq: u32, body: Body) -> Frame {
        Frame { topic: topic.into(), cursor: Cursor { epoch, seq }, at: 1000, body }
    }

    fn delta(changed: Vec<LiveVehicle>, gone: Vec<u32>) -> Body {
        Body::Packed { changed, moved: Moved::default(), gone }
    }

    /// What leads `from` to `to`, in a frame of 1000.
    fn moved(from: &LiveVehicle, to: &LiveVehicle) -> Body {
        let mut packer = Packer::default();
        packer.put(to.vehicle, Change::new(from, to, 1000).unwrap());
        Body::Packed { changed: Vec::new(), moved: packer.finish(), gone: Vec::new() }
    }

    fn fleet(topics: &[&str]) -> Fleet {
        let mut fleet = Fleet::default();
        assert!(fleet.subscribe(topics.iter().map(|t| (*t).to_owned()).collect()));
        fleet
    }

    #[test]
    fn snapshot_then_deltas() {
        let mut fleet = fleet(&["a"]);
        let news = fleet.apply(
            frame("a", 1, 4, Body::Snapshot(vec![vehicle(1, true), vehicle(2, true)])),
            1000.0,
        );
        assert_eq!(news.labels, [1, 2]);
        let news = fleet.apply(frame("a", 1, 5, delta(vec![], vec![2])), 1001.0);
        assert_eq!((news.gone, news.gap), (vec![2], None));
        assert_eq!(fleet.buses.len(), 1);
        let then = LiveVehicle { measured_at: 999, along_m: Some(32), ..vehicle(1, false) };
        let news = fleet.apply(frame("a", 1, 6, moved(&vehicle(1, false), &then)), 1001.0);
        assert_eq!(news, News::default());
        assert_eq!(fleet.buses[&1].state, then);
        assert_eq!(fleet.subscriptions(true)[0].cursor, Some(Cursor { epoch: 1, seq: 6 }));
        assert_eq!(fleet.by_id("v1"), Some(1));
    }

    #[test]
    fn a_delta_that_does_not_follow_is_a_gap_and_changes_nothing() {
        let mut fleet = fleet(&["a"]);
        fleet.apply(frame("a", 1, 4, Body::Snapshot(vec![vehicle(1, true)])), 1000.0);
        let news = fleet.apply(frame("a", 1, 6, delta(vec![], vec![1])), 1000.0);
        assert_eq!(news.gap.as_deref(), Some("a"));
        assert_eq!(fleet.buses.len(), 1);
        let again = fleet.apply(frame("a", 1, 4, delta(vec![], vec![1])), 1000.0);
        assert_eq!((again, fleet.buses.len()), (News::default(), 1), "known already");
        fleet.forget("a");
        assert_eq!(fleet.subscriptions(true)[0].cursor, None);
    }

    #[test]
    fn what_cannot_be_unpacked_is_a_gap() {
        let mut fleet = fleet(&["a"]);
        fleet.apply(frame("a", 1, 4, Body::Snapshot(vec![vehicle(1, true)])), 1000.0);
        let stranger = moved(&vehicle(2, false), &vehicle(2, false));
        assert_eq!(fleet.apply(frame("a", 1, 5, stranger), 1000.0).gap.as_deref(), Some("a"));
        let broken = Moved { count: 2, bits: vec![0] };
        let broken = Body::Packed { changed: vec![], moved: broken, gone: vec![] };
        assert_eq!(fleet.apply(frame("a", 1, 6, broken), 1000.0).gap.as_deref(), Some("a"));
    }

    #[test]
    fn a_bus_that_moves_to_the_next_tile_stays_whatever_comes_first() {
        let mut fleet = fleet(&["a", "b"]);
        fleet.apply(frame("a", 1, 1, Body::Snapshot(vec![vehicle(1, true)])), 1000.0);
        fleet.apply(frame("b", 1, 1, Body::Snapshot(vec![])), 1000.0);
        fleet.apply(frame("b", 1, 2, delta(vec![vehicle(1, true)], vec![])), 1000.0);
        let news = fleet.apply(frame("a", 1, 2, delta(vec![], vec![1])), 1000.0);
        assert!(news.gone.is_empty() && fleet.buses.contains_key(&1));
    }

    #[test]
    fn dropped_topics_take_their_buses_with_them() {
        let mut fleet = fleet(&["a", "b"]);
        fleet.apply(frame("a", 1, 1, Body::Snapshot(vec![vehicle(1, true)])), 1000.0);
        fleet.apply(frame("b", 1, 1, Body::Snapshot(vec![vehicle(2, true)])), 1000.0);
        assert!(fleet.subscribe(vec!["b".to_owned(), "c".to_owned()]));
        assert_eq!(fleet.buses.keys().copied().collect::<Vec<_>>(), [2]);
        assert!(!fleet.subscribe(vec!["b".to_owned(), "c".to_owned()]), "nothing new");
        // A late frame of the dropped topic is not ours any more.
        fleet.apply(frame("a", 1, 2, Body::Snapshot(vec![vehicle(1, true)])), 1000.0);
        assert_eq!(fleet.buses.len(), 1);
    }

    #[test]
    fn a_new_epoch_starts_from_nothing() {
        let mut fleet = fleet(&["a", "b"]);
        fleet.apply(frame("a", 1, 1, Body::Snapshot(vec![vehicle(1, true)])), 1000.0);
        fleet.line(9, Line::from_e5(&[0, 0, 100, 100]), 1000.0);
        let news = fleet.apply(frame("b", 2, 1, Body::Snapshot(vec![vehicle(1, true)])), 1000.0);
        assert!(news.new_epoch);
        assert_eq!(fleet.wanted_lines(&VIEW, 4), [9], "the old line is forgotten");
        assert_eq!(fleet.subscriptions(true).iter().filter(|s| s.cursor.is_some()).count(), 1);
    }

    #[test]
    fn lines_are_asked_for_once_and_only_for_what_is_in_view() {
        let mut fleet = fleet(&["a"]);
        fleet.apply(
            frame("a", 1, 1, Body::Snapshot(vec![vehicle(1, true), vehicle(2, true)])),
            1000.0,
        );
        let elsewhere = View { west: 0.0, east: 1.0, ..VIEW };
        assert!(fleet.wanted_lines(&elsewhere, 4).is_empty());
        assert_eq!(fleet.wanted_lines(&VIEW, 4), [9]);
        assert!(fleet.wanted_lines(&VIEW, 4).is_empty());
        fleet.line(9, Line::from_e5(&[7_690_000, 4_320_000, 0, 1000]), 1000.0);
        assert!(fleet.buses.values().all(|bus| bus.marker.has_bearing()));
    }

    #[test]
    fn the_tally_counts_who_serves_the_public() {
        let mut fleet = fleet(&["a"]);
        let parked = LiveVehicle { flags: flags::LAYOVER, ..vehicle(2, true) };
        let silent = LiveVehicle { measured_at: 600, ..vehicle(3, true) };
        let far = LiveVehicle { lat_e6: 50_000_000, ..vehicle(4, true) };
        let all = vec![vehicle(1, true), parked, silent, far];
        fleet.apply(frame("a", 1, 1, Body::Snapshot(all)), 1000.0);
        assert_eq!(fleet.tally(&VIEW, 1000), [0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn status_comes_by_its_own_topic() {
        let mut fleet = fleet(&["a"]);
        assert_eq!(fleet.apply(frame("", 0, 0, Body::Heartbeat), 0.0), News::default());
        assert_eq!(fleet.apply(frame("unknown", 1, 1, Body::Heartbeat), 0.0).status, None);
    }
}
