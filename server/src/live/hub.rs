//! From publications to frames: each topic with readers gets one frame a tick, encoded once.

use super::fleet::{Fleet, Places, Row};
use super::frames::{Delta, Encoded, Format, in_full};
use super::settings::LiveLimits;
use super::stream::{RingLimits, Stream, StreamKey, whole_body};
use super::topic::{Tile, Topic};
use crate::published::{Publications, Published};
use crate::view::TimetableViews;
use crate::visitor::AddressCounts;
use api::live::{Body, Cursor};
use rustc_hash::FxHashMap;
use std::cell::LazyCell;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;
use transit::ids::RouteIdx;

/// What all connections share.
#[derive(Debug)]
pub struct Hub {
    publications: Publications,
    timetables: Arc<TimetableViews>,
    pub(super) limits: LiveLimits,
    pub(super) connections: Arc<AddressCounts>,
    state: RwLock<State>,
    /// Counts ticks; connections wait on it.
    ticks: watch::Sender<u32>,
    closed: AtomicBool,
    pub(super) counters: Counters,
}

/// What streams speak of.
#[derive(Debug)]
struct State {
    fleet: Arc<Fleet>,
    /// When it was published.
    tick: u32,
    streams: FxHashMap<StreamKey, Arc<Stream>>,
}

/// Since the start.
#[derive(Debug, Default)]
pub struct Counters {
    /// Messages written to readers.
    pub messages: AtomicU64,
    /// Bytes of them.
    pub bytes: AtomicU64,
    /// Connections refused for their number.
    pub refused: AtomicU64,
    /// Connections closed because nothing could be written for too long, or nothing was heard.
    pub dropped: AtomicU64,
}

impl Hub {
    /// A hub over what the engine publishes. [`Hub::run`] must run for deltas to be sent.
    pub fn new(
        publications: Publications,
        timetables: Arc<TimetableViews>,
        limits: LiveLimits,
    ) -> Arc<Self> {
        let published = Arc::clone(&publications.borrow());
        let fixed = timetables.of(&published.snapshot.timetable);
        let fleet = Arc::new(Fleet::new(published, fixed, None));
        Arc::new(Self {
            publications,
            timetables,
            connections: AddressCounts::new(limits.connections, limits.connections_per_address),
            limits,
            state: RwLock::new(State { fleet, tick: 1, streams: FxHashMap::default() }),
            ticks: watch::Sender::new(1),
            closed: AtomicBool::new(false),
            counters: Counters::default(),
        })
    }

    /// Turns each publication into frames, until the engine is gone.
    pub async fn run(self: Arc<Self>) {
        let mut publications = self.publications.clone();
        while publications.changed().await.is_ok() {
            let published = Arc::clone(&publications.borrow_and_update());
            self.publish(published);
        }
        self.closed.store(true, Ordering::Release);
        self.ticks.send_modify(|_| {});
    }

    /// Nothing will be published any more: connections are to be closed.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// The hub's ticks: changes after each publication.
    pub fn ticks(&self) -> watch::Receiver<u32> {
        self.ticks.subscribe()
    }

    /// The epoch, the time and the tick of the newest publication.
    pub fn now(&self) -> (u32, i64, u32) {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        (state.fleet.published.epoch, state.fleet.at(), state.tick)
    }

    /// One publication: what changed in each topic becomes a frame.
    pub fn publish(&self, published: Arc<Published>) {
        let tick = self.ticks.borrow().wrapping_add(1);
        let (before, streams) = self.wanted(tick);
        let fixed = self.timetables.of(&published.snapshot.timetable);
        let fleet = Arc::new(Fleet::new(published, fixed, Some(&before)));
        let same_epoch = before.published.epoch == fleet.published.epoch;
        let mut deltas = if same_epoch { deltas(&before, &fleet, &streams) } else { Vec::new() };
        let bodies: Vec<Option<Body>> = streams
            .iter()
            .map(|s| s.key.topic.is_whole().then(|| whole_body(&s.key, &fleet)))
            .collect();

        // Everything is computed; from here to the end readers wait.
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let limits = RingLimits { frames: self.limits.ring_frames, bytes: self.limits.ring_bytes };
        // A stream that was opened meanwhile knows only the fleet before: it starts anew.
        let known: FxHashMap<*const Stream, usize> =
            streams.iter().enumerate().map(|(i, s)| (Arc::as_ptr(s), i)).collect();
        for stream in state.streams.values() {
            match known.get(&Arc::as_ptr(stream)) {
                None => stream.reset(),
                Some(_) if !same_epoch => stream.reset(),
                Some(i) => {
                    if let Some(body) = &bodies[*i] {
                        stream.replace(body, &fleet, tick);
                    } else if let Some(delta) = deltas.get_mut(*i).filter(|d| !d.is_empty()) {
                        stream.push(limits, std::mem::take(delta), &fleet, tick);
                    }
                }
            }
        }
        (state.fleet, state.tick) = (fleet, tick);
        drop(state);
        self.ticks.send_replace(tick);
    }

    /// The fleet now, and the streams that anybody reads; forgets the others.
    fn wanted(&self, tick: u32) -> (Arc<Fleet>, Vec<Arc<Stream>>) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.streams.retain(|_, stream| stream.is_wanted(tick, self.limits.linger_ticks));
        (Arc::clone(&state.fleet), state.streams.values().cloned().collect())
    }

    /// Opens the stream of `key` for a reader, who must [`Stream::leave`] it. `None` when there are too many.
    pub fn open(&self, key: StreamKey) -> Option<Arc<Stream>> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.streams.len() >= self.limits.topics && !state.streams.contains_key(&key) {
            return None;
        }
        let tick = *self.ticks.borrow();
        let stream = state
            .streams
            .entry(key)
            .or_insert_with_key(|key| Arc::new(Stream::new(key.clone(), tick)));
        stream.enter();
        Some(Arc::clone(stream))
    }

    /// What a reader of `streams` lacks: each is a stream and where the reader stands in it.
    pub fn collect(&self, streams: &mut [(Arc<Stream>, Option<Cursor>)]) -> Vec<Arc<Encoded>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let mut out = Vec::new();
        for (stream, cursor) in streams {
            *cursor = Some(stream.collect(*cursor, (&state.fleet, state.tick), &mut out));
        }
        out
    }

    /// Lines for `/metrics`.
    pub fn write_metrics(&self, out: &mut String) {
        let streams = self.state.read().unwrap_or_else(PoisonError::into_inner).streams.len();
        let c = &self.counters;
        let lines = [
            ("jolda_live_connections", "gauge", self.connections.count() as u64),
            ("jolda_live_topics", "gauge", streams as u64),
            ("jolda_live_messages_total", "counter", c.messages.load(Ordering::Relaxed)),
            ("jolda_live_bytes_total", "counter", c.bytes.load(Ordering::Relaxed)),
            ("jolda_live_refused_total", "counter", c.refused.load(Ordering::Relaxed)),
            ("jolda_live_dropped_total", "counter", c.dropped.load(Ordering::Relaxed)),
        ];
        for (name, kind, value) in lines {
            let _ = writeln!(out, "# TYPE {name} {kind}\n{name} {value}");
        }
    }
}

/// Where the vehicle topics that have readers are found: several streams when read in several languages.
#[derive(Default)]
struct Directory {
    tiles: FxHashMap<Tile, Vec<usize>>,
    routes: FxHashMap<RouteIdx, Vec<usize>>,
}

impl Directory {
    fn new(fleet: &Fleet, streams: &[Arc<Stream>]) -> Self {
        let mut it = Self::default();
        let timetable = &fleet.published.snapshot.timetable;
        for (i, stream) in streams.iter().enumerate() {
            match &stream.key.topic {
                Topic::Tile(tile) => it.tiles.entry(*tile).or_default().push(i),
                Topic::Route(id) => {
                    if let Some(route) = timetable.route_by_id(id) {
                        it.routes.entry(route).or_default().push(i);
                    }
                }
                Topic::Stop(_) | Topic::Incidents | Topic::Status => {}
            }
        }
        it
    }

    /// The streams of each kind of place: tile, wide tile, route.
    fn of(&self, places: Places) -> [&[usize]; 3] {
        let tile = |t: Tile| self.tiles.get(&t).map_or(&[][..], Vec::as_slice);
        let route = places.route.and_then(|r| self.routes.get(&r)).map_or(&[][..], Vec::as_slice);
        [tile(places.tile), tile(places.wide), route]
    }
}

/// What leads each stream from `before` to `fleet`, which are of one epoch.
fn deltas(before: &Fleet, fleet: &Fleet, streams: &[Arc<Stream>]) -> Vec<Delta> {
    let directory = Directory::new(fleet, streams);
    let mut deltas: Vec<Delta> = streams.iter().map(|_| Delta::default()).collect();
    let mut old = before.rows.iter().peekable();
    let leave = |row: &Row, deltas: &mut Vec<Delta>| {
        for stream in directory.of(row.places).into_iter().flatten() {
            deltas[*stream].gone(row.wire.vehicle);
        }
    };
    for row in &fleet.rows {
        while let Some(gone) = old.next_if(|o| o.wire.vehicle < row.wire.vehicle) {
            leave(gone, &mut deltas);
        }
        let was = old.next_if(|o| o.wire.vehicle == row.wire.vehicle);
        if was.is_some_and(|was| !row.differs(was)) {
            continue;
        }
        let change = LazyCell::new(|| was.and_then(|was| row.change(was, fleet.at())));
        let now_in = directory.of(row.places);
        let was_in = was.map(|was| {
            let there = was.places == row.places;
            (was, if there { now_in } else { directory.of(was.places) })
        });
        for (kind, now_in) in now_in.into_iter().enumerate() {
            let stays = was_in.filter(|(was, _)| was.places.same(row.places, kind)).map(|w| w.0);
            if let Some((_, was_in)) = was_in.filter(|_| stays.is_none()) {
                for stream in was_in[kind] {
                    deltas[*stream].gone(row.wire.vehicle);
                }
            }
            for stream in now_in {
                let key = &streams[*stream].key;
                let out = &mut deltas[*stream];
                match (key.format, stays) {
                    (Format::Binary, Some(_)) if let Some(change) = *change => {
                        out.moved(row.wire.vehicle, change);
                    }
                    (Format::Json, Some(was)) if !row.identity_differs(was) => {
                        out.changed(row.wire.clone());
                    }
                    _ => out.changed(in_full(row, fleet, key.language)),
                }
            }
        }
    }
    for gone in old {
        leave(gone, &mut deltas);
    }
    deltas
}
