//! Frames without sockets: whatever happens and whenever a reader looks, what it holds is what is.

use crate::city::{City, NOW, on_trip, published, timetable, vehicle};
use api::live::pack::{Moved, Unpacker};
use api::live::{Body, Cursor, Frame, LiveVehicle, Subscription};
use proptest::prelude::*;
use server::live::{Format, Hub, LiveLimits, Subscriptions};
use server::view::{Language, TimetableViews};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;
use transit::Timetable;
use transit::monitor::VehicleState;

/// The frames of a binary message.
pub fn split(mut message: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    while !message.is_empty() {
        let (length, rest) = message.split_at(4);
        let length = u32::from_le_bytes(length.try_into().unwrap()) as usize;
        frames.push(postcard::from_bytes(&rest[..length]).unwrap());
        message = &rest[length..];
    }
    frames
}

/// A reader as the protocol wants it.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    pub topics: BTreeMap<String, (Cursor, BTreeMap<u32, LiveVehicle>)>,
    pub snapshots: usize,
    pub deltas: usize,
}

impl Reader {
    /// Takes a frame; panics where it breaks the protocol.
    pub fn take(&mut self, frame: Frame) {
        match &frame.body {
            Body::Snapshot(vehicles) => {
                self.snapshots += 1;
                assert!(vehicles.iter().all(|v| v.identity.is_some()));
                let all = vehicles.iter().map(|v| (v.vehicle, v.clone())).collect();
                self.topics.insert(frame.topic, (frame.cursor, all));
            }
            Body::Delta { changed, gone } => {
                self.delta(&frame, changed, &Moved::default(), gone);
            }
            Body::Packed { changed, moved, gone } => {
                self.delta(&frame, changed, moved, gone);
            }
            _ => {}
        }
    }

    fn delta(&mut self, of: &Frame, changed: &[LiveVehicle], moved: &Moved, gone: &[u32]) {
        self.deltas += 1;
        let (cursor, all) = self.topics.get_mut(&of.topic).expect("a delta to nothing");
        assert_eq!(of.cursor.epoch, cursor.epoch);
        assert_eq!(of.cursor.seq, cursor.seq + 1, "frames follow each other");
        *cursor = of.cursor;
        let silent = changed.is_empty() && moved.count == 0 && gone.is_empty();
        assert!(!silent, "a delta says something");
        for vehicle in gone {
            assert!(all.remove(vehicle).is_some(), "{vehicle} was not here");
        }
        let mut unpacker = Unpacker::new(moved, of.at);
        while !unpacker.is_done() {
            let number = unpacker.vehicle().expect("a number");
            let vehicle = all.get_mut(&number).expect("a stranger moved");
            unpacker.apply(vehicle).expect("what moved");
        }
        for mut vehicle in changed.iter().cloned() {
            let before = all.remove(&vehicle.vehicle);
            if vehicle.identity.is_none() {
                vehicle.identity = before.expect("a stranger without identity").identity;
            }
            all.insert(vehicle.vehicle, vehicle);
        }
    }

    /// The topics with where it stands, to come back with.
    pub fn cursors(&self) -> Vec<Subscription> {
        let one = |(topic, (cursor, _)): (&String, &(Cursor, _))| Subscription {
            topic: topic.clone(),
            cursor: Some(*cursor),
        };
        self.topics.iter().map(one).collect()
    }
}

pub fn topics(names: &[&str]) -> Vec<Subscription> {
    names.iter().map(|n| Subscription { topic: (*n).to_owned(), cursor: None }).collect()
}

const TOPICS: [&str; 6] = [
    "tile/12/2922/1501",
    "tile/12/2923/1501",
    "tile/12/2922/1500",
    "tile/8/182/93",
    "route/r12",
    "route/r5",
];

/// What befalls a vehicle.
#[derive(Clone, Debug)]
enum Fate {
    Wanders { east: i8, north: i8 },
    Drives { trip: u8, along_m: u16 },
    Dwells { late_s: i16 },
    Reports,
    IsNamed { label: u8 },
    Vanishes,
}

#[derive(Clone, Debug)]
struct Step {
    fates: Vec<(u8, Fate)>,
    new_timetable: bool,
    /// Which readers look, one bit each.
    look: u8,
    /// Which readers were cut off and come back with their cursors.
    resume: u8,
    /// Which readers change what they follow.
    change: Option<(u8, u8)>,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => (-9..9_i8, -9..9_i8).prop_map(|(east, north)| Fate::Wanders { east, north }),
        3 => (0..4_u8, 0..3_000_u16).prop_map(|(trip, along_m)| Fate::Drives { trip, along_m }),
        1 => (-300..900_i16).prop_map(|late_s| Fate::Dwells { late_s }),
        1 => Just(Fate::Reports),
        1 => (0..3_u8).prop_map(|label| Fate::IsNamed { label }),
        1 => Just(Fate::Vanishes),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let fates = prop::collection::vec((0..12_u8, fate()), 0..6);
    let change = prop::option::weighted(0.2, (0..4_u8, any::<u8>()));
    (fates, prop::bool::weighted(0.05), any::<u8>(), any::<u8>(), change).prop_map(
        |(fates, new_timetable, look, resume, change)| Step {
            fates,
            new_timetable,
            look,
            resume: resume & look & 0b101,
            change,
        },
    )
}

fn befall(
    timetable: &Timetable,
    fleet: &mut BTreeMap<u32, VehicleState>,
    at: i64,
    number: u8,
    fate: &Fate,
) {
    let number = u32::from(number) * 50;
    // Beside the corner of four tiles.
    let corner = vehicle(number, 43.2, 76.904_29, at);
    let mut v = fleet.remove(&number).unwrap_or(corner);
    match fate {
        Fate::Wanders { east, north } => {
            v.place.lon += f64::from(*east) * 0.01;
            v.place.lat += f64::from(*north) * 0.01;
            v.measured_at = at - 3;
        }
        Fate::Drives { trip, along_m } => {
            v = on_trip(
                timetable,
                v,
                ["t1", "t2", "t3", "t4"][*trip as usize],
                f64::from(*along_m),
            );
            // A clock that is ahead of ours.
            v.measured_at = at + 2;
        }
        Fate::Dwells { late_s } => {
            if let Some(matched) = &mut v.matched {
                matched.at_stop = !matched.at_stop;
                matched.schedule_deviation_s = Some(i32::from(*late_s));
            }
        }
        Fate::Reports => v.measured_at = at,
        Fate::IsNamed { label } => v.label = (*label > 0).then(|| format!("№{label}").into()),
        Fate::Vanishes => return,
    }
    fleet.insert(number, v);
}

struct Following {
    subscriptions: Subscriptions,
    reader: Reader,
    names: Vec<&'static str>,
    language: Language,
    format: Format,
}

impl Following {
    fn new(hub: &Arc<Hub>, language: Language, format: Format) -> Self {
        let mut subscriptions = Subscriptions::new(Arc::clone(hub), language, format);
        subscriptions.set(&topics(&TOPICS));
        Self { subscriptions, reader: Reader::default(), names: TOPICS.to_vec(), language, format }
    }

    fn look(&mut self) {
        for encoded in self.subscriptions.collect() {
            let frames = match self.format {
                Format::Binary => split(&encoded.framed),
                Format::Json => vec![serde_json::from_slice(&encoded.framed).unwrap()],
            };
            for frame in frames {
                self.reader.take(frame);
            }
        }
    }

    fn come_back(&mut self, hub: &Arc<Hub>) {
        let mut subscriptions = Subscriptions::new(Arc::clone(hub), self.language, self.format);
        subscriptions.set(&self.reader.cursors());
        self.subscriptions = subscriptions;
    }

    /// What it holds is what somebody gets who comes now, in either format.
    fn check(&self, hub: &Arc<Hub>) {
        for format in [Format::Binary, Format::Json] {
            let mut fresh = Following::new(hub, self.language, format);
            fresh.subscriptions.set(&topics(&self.names));
            fresh.look();
            for name in &self.names {
                let (mine, theirs) = (&self.reader.topics[*name], &fresh.reader.topics[*name]);
                assert_eq!(mine.1, theirs.1, "{name}");
                assert!(format != self.format || mine.0 == theirs.0, "{name} at its newest frame");
            }
        }
    }
}

fn run(steps: &[Step]) -> (usize, usize) {
    let timetable = timetable();
    let limits = LiveLimits { ring_frames: 3, linger_ticks: 4, ..LiveLimits::default() };
    let (_publish, publications) = watch::channel(published(&timetable, (1, 1), NOW, Vec::new()));
    let hub = Hub::new(publications, Arc::new(TimetableViews::default()), limits);
    let kinds = [
        (Language::Ru, Format::Binary),
        (Language::Kk, Format::Json),
        (Language::Ru, Format::Json),
        (Language::En, Format::Binary),
    ];
    let mut readers = kinds.map(|(language, format)| Following::new(&hub, language, format));
    let (mut fleet, mut timetable, mut epoch) = (BTreeMap::new(), timetable, 1);
    for (tick, step) in steps.iter().enumerate() {
        let at = NOW + tick as i64;
        if step.new_timetable {
            (timetable, epoch) = (crate::city::timetable(), epoch + 1);
        }
        for (number, fate) in &step.fates {
            befall(&timetable, &mut fleet, at, *number, fate);
        }
        let vehicles = fleet.values().cloned().collect();
        hub.publish(published(&timetable, (epoch, tick as u32), at, vehicles));
        if let Some((who, what)) = step.change {
            let reader = &mut readers[who as usize];
            let chosen = |(i, _): &(usize, &&str)| what >> i & 1 == 1;
            reader.names = TOPICS.iter().enumerate().filter(chosen).map(|(_, n)| *n).collect();
            reader.subscriptions.set(&topics(&reader.names));
            reader.reader.topics.retain(|name, _| reader.names.contains(&name.as_str()));
        }
        for (i, reader) in readers.iter_mut().enumerate() {
            if step.resume >> i & 1 == 1 && reader.reader.topics.len() == reader.names.len() {
                reader.come_back(&hub);
            }
            if step.look >> i & 1 == 1 {
                reader.look();
                reader.check(&hub);
            }
        }
    }
    let sum = |f: fn(&Reader) -> usize| readers.iter().map(|r| f(&r.reader)).sum();
    (sum(|r| r.snapshots), sum(|r| r.deltas))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn snapshot_and_deltas_are_the_fleet(steps in prop::collection::vec(step(), 1..40)) {
        run(&steps);
    }
}

#[test]
fn a_reader_who_looks_each_tick_gets_one_snapshot_and_then_deltas() {
    let wander = |east| (1, Fate::Wanders { east, north: 0 });
    let steps: Vec<Step> = (0..20)
        .map(|i| Step {
            fates: vec![wander(if i % 2 == 0 { 1 } else { -1 })],
            new_timetable: false,
            look: 0b1111,
            resume: 0,
            change: None,
        })
        .collect();
    let (snapshots, deltas) = run(&steps);
    assert_eq!(snapshots, 4 * TOPICS.len(), "each reader, each topic, once");
    assert!(deltas >= 4 * 19, "{deltas}");
}

#[tokio::test]
async fn readers_of_one_topic_share_the_same_bytes() {
    let city = City::usual().await;
    let subscribe = || {
        let mut s = Subscriptions::new(Arc::clone(&city.hub), Language::Ru, Format::Binary);
        s.set(&topics(&["tile/8/182/93"]));
        s
    };
    let (mut one, mut other) = (subscribe(), subscribe());
    let bytes = |s: &mut Subscriptions| s.collect().pop().unwrap().framed.clone();
    assert_eq!(bytes(&mut one).as_ptr(), bytes(&mut other).as_ptr(), "the snapshot");
    city.hub.publish(published(&city.timetable, (1, 2), NOW + 1, Vec::new()));
    assert_eq!(bytes(&mut one).as_ptr(), bytes(&mut other).as_ptr(), "the delta");
    assert!(one.collect().is_empty(), "nothing is said twice");
}

#[tokio::test]
async fn frames_are_postcards_own_encoding() {
    let city = City::usual().await;
    let mut s = Subscriptions::new(Arc::clone(&city.hub), Language::Kk, Format::Binary);
    s.set(&topics(&["route/r12", "tile/8/182/93"]));
    let mut all = s.collect();
    let mut fleet = crate::city::fleet(&city.timetable);
    fleet[0].measured_at += 10;
    fleet.remove(1);
    city.hub.publish(published(&city.timetable, (1, 2), NOW + 1, fleet));
    all.extend(s.collect());
    assert_eq!(all.len(), 4);
    for encoded in all {
        for frame in split(&encoded.framed) {
            let own = postcard::to_stdvec(&frame).unwrap();
            assert_eq!(own, encoded.framed[4..], "{frame:?}");
            if let Body::Snapshot(vehicles) = frame.body {
                let headsign = vehicles[0].identity.as_ref().unwrap().headsign.clone();
                assert_eq!(headsign.as_deref(), Some("Алаң"), "in the reader's language");
            }
        }
    }
}

#[tokio::test]
async fn whole_topics_speak_when_they_have_news() {
    let city = City::usual().await;
    let mut s = Subscriptions::new(Arc::clone(&city.hub), Language::En, Format::Binary);
    s.set(&topics(&["status", "incidents", "stop/A", "stop/none", "route/none", "nonsense"]));
    let first: Vec<Frame> = s.collect().iter().flat_map(|e| split(&e.framed)).collect();
    let said = |topic: &str| first.iter().find(|f| f.topic == topic).map(|f| &f.body);
    assert!(matches!(said("status"), Some(Body::Status(s)) if s.agency_name == "Қала"));
    assert!(matches!(said("incidents"), Some(Body::Incidents(i)) if i.len() == 1));
    assert!(matches!(said("stop/A"), Some(Body::Board(b)) if b.stop.name == "Sayran bus station"));
    for (topic, words) in
        [("stop/none", "no stop"), ("route/none", "no route"), ("nonsense", "no such topic")]
    {
        assert!(matches!(said(topic), Some(Body::Error(e)) if e.contains(words)), "{topic}");
    }
    let next = |tick: u32, at: i64, down: bool| {
        let mut p = (*published(&city.timetable, (1, tick), at, Vec::new())).clone();
        p.store_down = down;
        // A gap grows while it lasts: no news by itself.
        let value = 1_260.0 + f64::from(tick);
        // The fixture's incident opens a while before; keep it the same one.
        let mut snapshot = (*p.snapshot).clone();
        snapshot.incidents[0].incident.opened_at = NOW - 90;
        snapshot.incidents[0].incident.value = value;
        p.snapshot = Arc::new(snapshot);
        Arc::new(p)
    };
    city.hub.publish(next(2, NOW + 1, false));
    s.collect();
    city.hub.publish(next(3, NOW + 2, false));
    let calm: Vec<String> =
        s.collect().iter().flat_map(|e| split(&e.framed)).map(|f| f.topic).collect();
    assert_eq!(calm, Vec::<String>::new(), "a clock that goes on is no news");
    city.hub.publish(next(4, NOW + 3, true));
    let news: Vec<String> =
        s.collect().iter().flat_map(|e| split(&e.framed)).map(|f| f.topic).collect();
    assert_eq!(news, ["status"]);
    city.hub.publish(next(5, NOW + 14, true));
    let clock: Vec<String> =
        s.collect().iter().flat_map(|e| split(&e.framed)).map(|f| f.topic).collect();
    assert!(clock.contains(&"status".to_owned()), "the clock is set again from time to time");
    assert!(clock.contains(&"incidents".to_owned()), "and what grew is told by how much");
}
