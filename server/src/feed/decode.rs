//! Bytes to a message.
//!
//! The frames of the message are walked here, and each entity is read on its own: one entity with a spoiled
//! string costs that entity, not the city. What is no feed at all is refused in words that an operator can
//! act on. A feed repeats most of what it said before: a [`Decoder`] reads anew only what has changed.

use super::dataset::Dataset;
use super::entity::Entity;
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
    Ok(Decoder::default().read(body)?.dataset)
}

/// Reads the bodies of one source, each after the other. An entity whose bytes are those of the body before is
/// copied from it. The results are those of [`decode`], body by body.
#[derive(Debug, Default)]
pub struct Decoder {
    last: Option<Last>,
}

/// The body before, and what was read from it.
#[derive(Debug)]
struct Last {
    body: Bytes,
    /// Of each entity that was read: where its bytes stand in the body.
    frames: Vec<(u32, u32)>,
    dataset: Arc<Dataset>,
}

impl Decoder {
    /// Reads a body and keeps it for the next one. A refused body changes nothing.
    pub fn decode(&mut self, body: &Bytes) -> Result<Arc<Dataset>, Refusal> {
        let Walk { frames, dataset, .. } = self.read(body)?;
        let dataset = Arc::new(dataset);
        self.last = Some(Last { body: body.clone(), frames, dataset: Arc::clone(&dataset) });
        Ok(dataset)
    }

    fn read(&self, body: &[u8]) -> Result<Walk<'_>, Refusal> {
        if body.is_empty() {
            return Err(Refusal::Empty);
        }
        let mut walk = Walk::new(self.last.as_ref());
        walk.run(body).map(|()| walk).map_err(|refusal| match looks_like_text(body) {
            Some(looks_like) => Refusal::NotProtobuf { looks_like, excerpt: excerpt_of(body) },
            None => refusal,
        })
    }
}

/// A body being read.
struct Walk<'a> {
    last: Option<&'a Last>,
    /// The entity of the last body that should come next.
    expected: usize,
    /// True while the vehicles are, one by one, those of the last body.
    same_vehicles: bool,
    header: Option<FeedHeader>,
    frames: Vec<(u32, u32)>,
    dataset: Dataset,
}

impl<'a> Walk<'a> {
    fn new(last: Option<&'a Last>) -> Self {
        let mut dataset = Dataset::default();
        let mut frames = Vec::new();
        if let Some(last) = last {
            dataset.entities.reserve(last.dataset.len() + last.dataset.len() / 16);
            dataset.text.reserve(last.dataset.text.len() + last.dataset.text.len() / 16);
            frames.reserve(last.frames.len() + last.frames.len() / 16);
        }
        Self { last, expected: 0, same_vehicles: last.is_some(), header: None, frames, dataset }
    }

    fn run(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let mut rest = body;
        while !rest.is_empty() {
            let at = body.len() - rest.len();
            let whole = self.dataset.len();
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
        self.dataset.header = self.header.take().ok_or(Refusal::NoHeader)?;
        match self.last.filter(|l| self.same_vehicles && l.dataset.len() == self.dataset.len()) {
            // The same vehicles again, and none of them was there twice.
            Some(last) if last.dataset.repeated.is_empty() => {}
            _ => self.dataset.note_repeated(),
        }
        Ok(())
    }

    fn entity(&mut self, frame: &[u8], from: u32) -> Result<(), prost::DecodeError> {
        let text_from = self.dataset.text.len() as u32;
        let known = self.last.filter(|last| last.frame(self.expected) == Some(frame));
        let entity = if let Some(last) = known {
            self.dataset.text.push_str(last.dataset.text_of(self.expected));
            last.dataset.entities[self.expected].0.clone()
        } else {
            let Some(entity) = Entity::read(frame, &mut self.dataset.text)? else {
                self.dataset.spoiled += 1;
                return Ok(());
            };
            entity
        };
        self.frames.push((from, from + frame.len() as u32));
        self.dataset.entities.push((entity, text_from));
        self.expected = if known.is_some() { self.expected + 1 } else { self.align() };
        Ok(())
    }

    /// The entity of the last body that should follow the one that was just read.
    fn align(&mut self) -> usize {
        /// So many entities that left the feed between two bodies are passed over at once.
        const LEFT_MOST: usize = 16;
        let Some(last) = self.last else { return 0 };
        let id = self.dataset.vehicle_id(self.dataset.len() - 1);
        let end = last.dataset.len().min(self.expected + LEFT_MOST);
        let found = (self.expected..end).find(|i| last.dataset.vehicle_id(*i) == id);
        self.same_vehicles &= found == Some(self.expected);
        // After a newcomer the same one is expected.
        found.map_or(self.expected, |found| found + 1)
    }
}

impl Last {
    fn frame(&self, index: usize) -> Option<&[u8]> {
        let (from, to) = *self.frames.get(index)?;
        self.body.get(from as usize..to as usize)
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
