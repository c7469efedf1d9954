//! What one reader follows, and where it stands in each.

use super::frames::{Encoded, Format, own};
use super::hub::Hub;
use super::stream::{Stream, StreamKey};
use super::topic::Topic;
use crate::view::Language;
use api::live::{Body, Cursor, Frame, Subscription, TOPICS_MAX};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one reader follows. Leaves its streams when dropped.
#[derive(Debug)]
pub struct Subscriptions {
    hub: Arc<Hub>,
    language: Language,
    format: Format,
    streams: Vec<(Arc<Stream>, Option<Cursor>)>,
    /// Frames of the connection's own that are still to be sent.
    own: Vec<Arc<Encoded>>,
}

impl Subscriptions {
    /// Nothing yet.
    pub fn new(hub: Arc<Hub>, language: Language, format: Format) -> Self {
        Self { hub, language, format, streams: Vec::new(), own: Vec::new() }
    }

    /// From now on exactly these topics. Those kept go on where they are, or where their cursor says.
    pub fn set(&mut self, topics: &[Subscription]) {
        if topics.len() > TOPICS_MAX {
            let words = format!(
                "{} topics are more than {TOPICS_MAX}: follow fewer, or tiles of the smaller zoom; \
                 the topics of before go on",
                topics.len()
            );
            return self.say(Body::Error(words));
        }
        let mut kept: BTreeMap<String, (Arc<Stream>, Option<Cursor>)> =
            self.streams.drain(..).map(|s| (s.0.name.clone(), s)).collect();
        for wanted in topics {
            if self.streams.iter().any(|(s, _)| s.name == wanted.topic) {
                continue;
            }
            if let Some((stream, stands)) = kept.remove(&wanted.topic) {
                self.streams.push((stream, wanted.cursor.or(stands)));
                continue;
            }
            match self.open(&wanted.topic) {
                Ok(stream) => self.streams.push((stream, wanted.cursor)),
                Err(words) => {
                    let (epoch, at, tick) = self.hub.now();
                    let cursor = Cursor { epoch, seq: 0 };
                    let topic = wanted.topic.clone();
                    let frame = Frame { topic, cursor, at, body: Body::Error(words) };
                    self.own.push(Arc::new(Encoded::new(&frame, tick, self.format)));
                }
            }
        }
        for (stream, _) in kept.into_values() {
            stream.leave();
        }
    }

    fn open(&self, name: &str) -> Result<Arc<Stream>, String> {
        let (language, format) = (self.language, self.format);
        let key = StreamKey { topic: Topic::parse(name)?, language, format };
        let stream = self.hub.open(key);
        stream.ok_or_else(|| "too many topics are followed just now: try again later".to_owned())
    }

    /// Something of the connection's own, sent with the next frames.
    pub fn say(&mut self, body: Body) {
        let (epoch, at, tick) = self.hub.now();
        self.own.push(Arc::new(own(Cursor { epoch, seq: 0 }, at, body, tick, self.format)));
    }

    /// Where the reader stands in each topic that it was sent something of.
    pub fn cursors(&self) -> Vec<Cursor> {
        self.streams.iter().filter_map(|(_, cursor)| *cursor).collect()
    }

    /// The frames that the reader lacks, those of one publication after those of the one before: what a
    /// vehicle did between two topics is told in the order in which it happened.
    pub fn collect(&mut self) -> Vec<Arc<Encoded>> {
        let mut frames = std::mem::take(&mut self.own);
        let own = frames.len();
        frames.extend(self.hub.collect(&mut self.streams));
        let news = &mut frames[own..];
        if let Some(newest) = news.first().map(|f| f.tick)
            && news.iter().any(|f| f.tick != newest)
        {
            news.sort_by_key(|f| std::cmp::Reverse(newest.wrapping_sub(f.tick) as i32));
        }
        frames
    }
}

impl Drop for Subscriptions {
    fn drop(&mut self) {
        for (stream, _) in &self.streams {
            stream.leave();
        }
    }
}
