//! Bytes to a message.
//!
//! The frames of the message are walked here, and each entity is read on its own: one entity with a spoiled
//! string costs that entity, not the city. What is no feed at all is refused in words that an operator can
//! act on. A feed repeats most of what it said before: a [`Decoder`] reads anew only what has changed.

use super::dataset::{Dataset, Row};
use super::entity::{Apart, Entity, Read};
use crate::gtfs_realtime::FeedHeader;
use bytes::Bytes;
use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use std::sync::Arc;

/// Most entities that one message may have.
pub const ENTITIES_MAX: usize = 500_000;
/// Most characters of a refused body that are shown to a person.
const EXCERPT_CHARS: usize = 60;
/// Share of printable characters from which a body is called text.
const TEXT_SHARE: f64 = 0.95;
/// How much of a body is looked at to tell what it is.
const SNIFF_BYTES: usize = 2_048;

/// Why a body was refused as a whole. The last good state stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No byte came.
    #[error("the body is empty: no header")]
    Empty,
    /// Well-formed, but without the one thing that every feed must have.
    #[error("no header: the message is not a GTFS-realtime feed")]
    NoHeader,
    /// Something else than protobuf.
    #[error("not protobuf: it looks like {looks_like}{excerpt}")]
    NotProtobuf {
        /// What it looks like.
        looks_like: &'static str,
        /// Its beginning, quoted, or nothing.
        excerpt: String,
    },
    /// The last frame says that it is longer than the body.
    #[error("truncated after {bytes} bytes, {entities} whole entities: the download was cut off")]
    Truncated {
        /// Bytes that came.
        bytes: usize,
        /// Entities before the cut.
        entities: usize,
    },
    /// Protobuf at its beginning, but not all the way.
    #[error("broken at byte {at}, after {entities} whole entities: {detail}")]
    Corrupt {
        /// Offset of the frame.
        at: usize,
        /// Entities before it.
        entities: usize,
        /// The parser's words.
        detail: String,
    },
    /// More entities than any city has.
    #[error("more than {ENTITIES_MAX} entities")]
    TooManyEntities,
}

/// Reads a body. Never panics; allocates in proportion to the body.
pub fn decode(body: &[u8]) -> Result<Dataset, Refusal> {
    read(&Bytes::copy_from_slice(body), None, Dataset::default())
}

/// Reads the bodies of one source, each after the other. An entity whose bytes are those of the body before is
/// copied from it. The results are those of [`decode`], body by body.
#[derive(Debug, Default)]
pub struct Decoder {
    last: Option<Arc<Dataset>>,
    /// The one before the last: if nobody else has it by now, its room is used again.
    spare: Option<Arc<Dataset>>,
}

impl Decoder {
    /// Reads a body and keeps it for the next one. A refused body changes nothing.
    pub fn decode(&mut self, body: &Bytes) -> Result<Arc<Dataset>, Refusal> {
        let room = self.spare.take().and_then(Arc::into_inner).map(Dataset::cleared);
        let dataset = Arc::new(read(body, self.last.as_deref(), room.unwrap_or_default())?);
        self.spare = self.last.replace(Arc::clone(&dataset));
        Ok(dataset)
    }
}

fn read(body: &Bytes, last: Option<&Dataset>, room: Dataset) -> Result<Dataset, Refusal> {
    if body.is_empty() {
        return Err(Refusal::Empty);
    }
    let mut walk = Walk::new(body, last, room);
    walk.run().map_err(|refusal| match looks_like_text(body) {
        Some(looks_like) => Refusal::NotProtobuf { looks_like, excerpt: excerpt_of(body) },
        None => refusal,
    })?;
    Ok(walk.dataset)
}

/// A body being read.
struct Walk<'a> {
    last: Option<&'a Dataset>,
    /// The entity of the last body that should come next.
    expected: usize,
    /// Entities that are those of the last body, not yet in `dataset`.
    run: Run,
    /// True while the vehicles are, one by one, those of the last body.
    same_vehicles: bool,
    header: Option<FeedHeader>,
    dataset: Dataset,
}

/// Entities in a row whose bytes are those of entities in a row of the last body.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    /// Index of the first in the last body.
    first: usize,
    count: usize,
    /// How much farther on their bytes stand.
    shift: u32,
}

impl<'a> Walk<'a> {
    fn new(body: &Bytes, last: Option<&'a Dataset>, mut dataset: Dataset) -> Self {
        dataset.body = body.clone();
        if let Some(last) = last {
            dataset.rows.reserve(last.len() + last.len() / 16);
        }
        let same_vehicles = last.is_some();
        Self { last, expected: 0, run: Run::default(), same_vehicles, header: None, dataset }
    }

    /// Entities so far.
    fn whole(&self) -> usize {
        self.dataset.len() + self.run.count
    }

    fn run(&mut self) -> Result<(), Refusal> {
        let body = self.dataset.body.clone();
        let mut rest = &body[..];
        while !rest.is_empty() {
            let at = body.len() - rest.len();
            let whole = self.whole();
            let corrupt = |detail: String| Refusal::Corrupt { at, entities: whole, detail };
            let truncated = || Refusal::Truncated { bytes: body.len(), entities: whole };
            let (tag, wire_type) = decode_key(&mut rest).map_err(|e| corrupt(e.to_string()))?;
            if wire_type != WireType::LengthDelimited {
                if matches!(tag, 1 | 2) {
                    return Err(corrupt(format!("field {tag} is not a message")));
                }
                skip_field(wire_type, tag, &mut rest, DecodeContext::default())
                    .map_err(|e| corrupt(e.to_string()))?;
                continue;
            }
            let length = decode_varint(&mut rest).map_err(|_| truncated())?;
            let Some((frame, after)) =
                usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length))
            else {
                // The length of a header or entity that runs out of the body is a cut; of anything else, noise.
                let cut = self.header.is_some() && matches!(tag, 1 | 2);
                return Err(if cut { truncated() } else { corrupt("a field is too long".into()) });
            };
            rest = after;
            match tag {
                1 => self
                    .header
                    .get_or_insert_default()
                    .merge(frame)
                    .map_err(|e| corrupt(format!("header: {e}")))?,
                2 if whole >= ENTITIES_MAX => return Err(Refusal::TooManyEntities),
                2 => {
                    let from = (body.len() - rest.len() - frame.len()) as u32;
                    self.entity(frame, from).map_err(|e| corrupt(e.to_string()))?;
                }
                _ => {}
            }
        }
        self.end_run();
        self.dataset.header = self.header.take().ok_or(Refusal::NoHeader)?;
        match self.last.filter(|l| self.same_vehicles && l.len() == self.dataset.len()) {
            // The same vehicles again, and none of them was there twice.
            Some(last) if last.repeated.is_empty() => {}
            _ => self.dataset.note_repeated(),
        }
        Ok(())
    }

    fn entity(&mut self, frame: &[u8], from: u32) -> Result<(), prost::DecodeError> {
        let known = self
            .last
            .filter(|last| self.expected < last.len() && last.bytes_of(self.expected) == frame);
        if let Some(last) = known {
            self.go_on(last, from);
            return Ok(());
        }
        self.end_run();
        let index = self.dataset.len() as u32;
        let entity = match Entity::read(frame)? {
            Read::InPlace(entity) => entity,
            Read::Apart(apart) => {
                let Apart { entity, other, text } = *apart;
                self.dataset.others.extend(other.map(|other| (index, Arc::new(other))));
                self.dataset.texts.push((index, text.into()));
                entity
            }
            Read::Spoiled => {
                self.dataset.spoiled += 1;
                return Ok(());
            }
        };
        self.dataset.rows.push(Row { entity, from, to: from + frame.len() as u32 });
        self.expected = self.align();
        Ok(())
    }

    /// The next entity is that of the last body.
    fn go_on(&mut self, last: &Dataset, from: u32) {
        let shift = from.wrapping_sub(last.rows[self.expected].from);
        if self.run.count > 0 && self.run.shift != shift {
            self.end_run();
        }
        if self.run.count == 0 {
            self.run = Run { first: self.expected, count: 0, shift };
        }
        self.run.count += 1;
        self.expected += 1;
    }

    /// Copies the entities that are those of the last body.
    fn end_run(&mut self) {
        let Run { first, count, shift } = std::mem::take(&mut self.run);
        let Some(last) = self.last.filter(|_| count > 0) else { return };
        let (known, new) = (first..first + count, self.dataset.len());
        self.dataset.rows.extend_from_slice(&last.rows[known.clone()]);
        if shift != 0 {
            for row in &mut self.dataset.rows[new..] {
                (row.from, row.to) = (row.from.wrapping_add(shift), row.to.wrapping_add(shift));
            }
        }
        let moved = |at: u32| (at as usize - first + new) as u32;
        let within = |at: u32| known.contains(&(at as usize));
        let others = &last.others[last.others.partition_point(|o| (o.0 as usize) < first)..];
        let others = others.iter().take_while(|o| within(o.0));
        self.dataset.others.extend(others.map(|(at, other)| (moved(*at), Arc::clone(other))));
        let texts = &last.texts[last.texts.partition_point(|t| (t.0 as usize) < first)..];
        let texts = texts.iter().take_while(|t| within(t.0));
        self.dataset.texts.extend(texts.map(|(at, text)| (moved(*at), text.clone())));
        if !last.repeated.is_empty() {
            // Some of its positions were never told.
            return;
        }
        let (from, to) = (new as u32, self.dataset.len() as u32);
        match self.dataset.same.last_mut() {
            Some(before) if before.1 == from => before.1 = to,
            _ => self.dataset.same.push((from, to)),
        }
    }

    /// The entity of the last body that should follow the one that was just read.
    fn align(&mut self) -> usize {
        /// So many entities that left the feed between two bodies are passed over at once.
        const LEFT_MOST: usize = 16;
        let Some(last) = self.last else { return 0 };
        let id = self.dataset.vehicle_id(self.dataset.len() - 1);
        let end = last.len().min(self.expected + LEFT_MOST);
        let found = (self.expected..end).find(|i| last.vehicle_id(*i) == id);
        self.same_vehicles &= found == Some(self.expected);
        // After a newcomer the same one is expected.
        found.map_or(self.expected, |found| found + 1)
    }
}

/// What a body that is no feed is, if it is text or a known container.
fn looks_like_text(body: &[u8]) -> Option<&'static str> {
    let head = &body[..body.len().min(SNIFF_BYTES)];
    if head.starts_with(&[0x1f, 0x8b]) {
        return Some("a gzip file");
    }
    if head.starts_with(b"PK\x03\x04") {
        return Some("a zip file");
    }
    let text = String::from_utf8_lossy(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head));
    let printable = text.chars().filter(|c| !c.is_control() || c.is_whitespace()).count();
    let replaced = text.matches(char::REPLACEMENT_CHARACTER).count();
    let all = text.chars().count().max(1);
    if (printable - replaced.min(printable)) as f64 / (all as f64) < TEXT_SHARE {
        return None;
    }
    let start = text.trim_start();
    if start.starts_with('<') {
        return Some(if start.to_ascii_lowercase().contains("<html") {
            "HTML"
        } else {
            "XML or HTML"
        });
    }
    if start.starts_with(['{', '[']) {
        return Some("JSON; give the address of the protobuf form");
    }
    let code = || text.lines().filter(|l| !l.trim_start().starts_with('#')).map(str::trim);
    if code().any(|l| {
        matches!(l, "header {" | "entity {" | "header: {")
            || l.starts_with("gtfs_realtime_version:")
    }) {
        return Some("protobuf's text format; the binary format is needed");
    }
    Some("plain text")
}

fn excerpt_of(body: &[u8]) -> String {
    let head = String::from_utf8_lossy(&body[..body.len().min(SNIFF_BYTES)]);
    if head.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return String::new();
    }
    let words = head.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = words.chars().take(EXCERPT_CHARS).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    format!(": \u{201c}{short}\u{201d}")
}
