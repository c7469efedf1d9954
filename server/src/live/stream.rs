//! One topic in one language and format: where it stands, and its last frames.

use super::fleet::{Fleet, Row};
use super::frames::{Delta, Encoded, Format, snapshot};
use super::news::is_news;
use super::topic::Topic;
use crate::view::Language;
use api::live::{Body, Cursor, Frame};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Names a [`Stream`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StreamKey {
    /// What.
    pub topic: Topic,
    /// In whose words.
    pub language: Language,
    /// How written.
    pub format: Format,
}

/// One topic in one language and format.
#[derive(Debug)]
pub struct Stream {
    /// Which.
    pub key: StreamKey,
    /// The topic's name, as in its frames.
    pub name: String,
    readers: AtomicUsize,
    /// Of the newest frame. Never more than the hub's tick, where a new stream starts: so a cursor of a
    /// stream that was forgotten never passes for one of its successor.
    seq: AtomicU32,
    frames: Mutex<Frames>,
}

#[derive(Debug, Default)]
struct Frames {
    /// Deltas that lead up to `seq`, oldest first.
    ring: VecDeque<Arc<Encoded>>,
    ring_bytes: usize,
    /// The snapshot of `seq`, once somebody asked.
    snapshot: Option<Arc<Encoded>>,
    /// What a whole-state topic said last, and when.
    said: Option<(Body, i64)>,
    /// The hub's tick when the last reader was seen.
    read_at_tick: u32,
}

/// Bounds of a ring.
#[derive(Clone, Copy, Debug)]
pub struct RingLimits {
    /// Frames.
    pub frames: usize,
    /// Bytes.
    pub bytes: usize,
}

impl Stream {
    /// A stream that begins at the hub's `tick`.
    pub fn new(key: StreamKey, tick: u32) -> Self {
        let frames = Mutex::new(Frames { read_at_tick: tick, ..Frames::default() });
        let name = key.topic.to_string();
        Self { key, name, readers: AtomicUsize::new(0), seq: AtomicU32::new(tick), frames }
    }

    /// Number of the newest frame.
    pub fn seq(&self) -> u32 {
        self.seq.load(Ordering::Acquire)
    }

    /// One reader more.
    pub fn enter(&self) {
        self.readers.fetch_add(1, Ordering::Relaxed);
    }

    /// One reader fewer.
    pub fn leave(&self) {
        self.readers.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether it was read within the last `linger_ticks`; to be asked once a tick.
    pub fn is_wanted(&self, tick: u32, linger_ticks: u32) -> bool {
        let mut frames = self.lock();
        if self.readers.load(Ordering::Relaxed) > 0 {
            frames.read_at_tick = tick;
        }
        tick.wrapping_sub(frames.read_at_tick) <= linger_ticks
    }

    /// Appends a delta, which leads to `fleet`, of the hub's `tick`.
    pub fn push(&self, limits: RingLimits, delta: Delta, fleet: &Fleet, tick: u32) {
        let mut frames = self.lock();
        let seq = self.seq().wrapping_add(1);
        let cursor = Cursor { epoch: fleet.published.epoch, seq };
        let body = delta.body(self.key.format);
        let frame = Arc::new(self.encode(cursor, fleet.at(), body, tick));
        frames.ring_bytes += frame.framed.len();
        frames.ring.push_back(frame);
        frames.snapshot = None;
        while frames.ring.len() > limits.frames || frames.ring_bytes > limits.bytes {
            let Some(oldest) = frames.ring.pop_front() else { break };
            frames.ring_bytes -= oldest.framed.len();
        }
        self.seq.store(seq, Ordering::Release);
    }

    /// All that was said is void: the next frame of every reader is a snapshot.
    pub fn reset(&self) {
        let mut frames = self.lock();
        let read_at_tick = frames.read_at_tick;
        *frames = Frames { read_at_tick, ..Frames::default() };
        self.seq.store(self.seq().wrapping_add(1), Ordering::Release);
    }

    /// A topic that is said as a whole: `body`, of the hub's `tick`, becomes its newest frame if it is news.
    pub fn replace(&self, body: &Body, fleet: &Fleet, tick: u32) {
        let (epoch, at) = (fleet.published.epoch, fleet.at());
        let mut frames = self.lock();
        if frames.said.as_ref().is_some_and(|(last, said_at)| !is_news(last, body, at - said_at)) {
            return;
        }
        let seq = self.seq().wrapping_add(1);
        frames.snapshot =
            Some(Arc::new(self.encode(Cursor { epoch, seq }, at, body.clone(), tick)));
        frames.said = Some((body.clone(), at));
        self.seq.store(seq, Ordering::Release);
    }

    /// What a reader who stands at `cursor` lacks, appended to `out`; returns where it then stands. `fleet`,
    /// of the hub's `tick`, is the one that the newest frame led up to.
    pub fn collect(
        &self,
        cursor: Option<Cursor>,
        (fleet, tick): (&Fleet, u32),
        out: &mut Vec<Arc<Encoded>>,
    ) -> Cursor {
        let now = Cursor { epoch: fleet.published.epoch, seq: self.seq() };
        if cursor == Some(now) {
            return now;
        }
        let mut frames = self.lock();
        // Another writer may have been here since `now` was read.
        let now = Cursor { seq: self.seq(), ..now };
        if cursor.is_none() && self.key.topic.is_whole() {
            // The kept one may be some seconds old and say an old clock.
            out.push(Arc::new(self.whole(now, fleet, tick)));
            return now;
        }
        let behind = cursor
            .filter(|c| c.epoch == now.epoch && c.seq <= now.seq)
            .map(|c| (now.seq - c.seq) as usize)
            .filter(|behind| *behind <= frames.ring.len());
        if let Some(behind) = behind {
            out.extend(frames.ring.iter().skip(frames.ring.len() - behind).cloned());
        } else {
            let whole =
                frames.snapshot.get_or_insert_with(|| Arc::new(self.whole(now, fleet, tick)));
            out.push(Arc::clone(whole));
        }
        now
    }

    fn whole(&self, cursor: Cursor, fleet: &Fleet, tick: u32) -> Encoded {
        let vehicles = |inside: &dyn Fn(&Row) -> bool| snapshot(fleet, self.key.language, inside);
        let body = match &self.key.topic {
            Topic::Tile(tile) => {
                vehicles(&|row| row.places.tile == *tile || row.places.wide == *tile)
            }
            Topic::Route(id) => match fleet.published.snapshot.timetable.route_by_id(id) {
                Some(route) => vehicles(&|row| row.places.route == Some(route)),
                None => unknown("route", id),
            },
            Topic::Stop(_) | Topic::Incidents | Topic::Status => whole_body(&self.key, fleet),
        };
        self.encode(cursor, fleet.at(), body, tick)
    }

    fn encode(&self, cursor: Cursor, at: i64, body: Body, tick: u32) -> Encoded {
        Encoded::new(&Frame { topic: self.name.clone(), cursor, at, body }, tick, self.key.format)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Frames> {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a whole-state topic says now.
pub fn whole_body(key: &StreamKey, fleet: &Fleet) -> Body {
    let view = fleet.view(key.language);
    match &key.topic {
        Topic::Stop(id) => match view.timetable().stop_by_id(id) {
            Some(stop) => Body::Board(Box::new(view.stop_detail(stop))),
            None => unknown("stop", id),
        },
        Topic::Incidents => Body::Incidents(view.incidents().incidents),
        Topic::Status => Body::Status(Box::new(view.status())),
        Topic::Tile(_) | Topic::Route(_) => Body::Heartbeat,
    }
}

fn unknown(what: &str, id: &str) -> Body {
    Body::Error(format!(
        "the timetable has no {what} '{id}': see /api/v1/{what}s for those that it has"
    ))
}
