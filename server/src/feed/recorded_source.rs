//! A recording in the place of a live feed, at the pace of the city's clock.

use super::recording::{Recorded, Recording, RecordingError};
use super::{Decoder, Part, Update, decode};
use crate::clock::Clock;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;
use transit::EpochS;
use transit::ids::FeedIdx;

/// Messages that are read ahead of their time.
const AHEAD: usize = 4;

/// When a recording begins: the time of its first readable message.
pub fn begins_at(path: &Path) -> Result<Option<EpochS>, RecordingError> {
    for message in Recording::open(path)?.messages() {
        if let Some(at) = time_of(&message?) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn time_of(message: &Recorded) -> Option<EpochS> {
    decode(&message.body).ok()?.header_at().or(message.received_at)
}

/// Tells each message when its time has come; ends with the recording, or when nobody listens.
pub async fn run(
    recording: Recording,
    feed: FeedIdx,
    feed_id: String,
    clock: Clock,
    updates: mpsc::Sender<Update>,
) {
    let (sender, mut messages) = mpsc::channel(AHEAD);
    // Reading and unpacking block; the thread ends when this task drops its end.
    let reader = tokio::task::spawn_blocking(move || {
        for message in recording.messages() {
            if sender.blocking_send(message).is_err() {
                return;
            }
        }
    });
    let mut decoder = Decoder::default();
    while let Some(message) = messages.recv().await {
        let Some(update) = due(message, feed, clock, &mut decoder).await else { continue };
        if updates.send(update).await.is_err() {
            return;
        }
    }
    if reader.await.is_err() {
        tracing::error!(feed = %feed_id, "reading the recording failed");
    }
    tracing::info!(feed = %feed_id, "the recording is over; the city's clock runs on");
}

async fn due(
    message: Result<Recorded, RecordingError>,
    feed: FeedIdx,
    clock: Clock,
    decoder: &mut Decoder,
) -> Option<Update> {
    let part = Part::Main;
    let message = match message {
        Ok(message) => message,
        Err(error) => return Some(Update::Failed { feed, part, error: error.to_string() }),
    };
    let started = clock.elapsed();
    let bytes = message.body.len();
    let decoded = decoder.decode(&message.body.into());
    let decode = clock.elapsed().saturating_sub(started);
    let at = decoded.as_ref().ok().and_then(|d| d.header_at()).or(message.received_at);
    if let Some(at) = at {
        let ahead_s = (at as f64 - clock.now_precise_s()) / clock.speed().max(1e-3);
        tokio::time::sleep(Duration::from_secs_f64(ahead_s.clamp(0.0, 1e6))).await;
    }
    Some(match decoded {
        Ok(dataset) => Update::Dataset { feed, part, dataset, decode, bytes },
        Err(refusal) => {
            let error = format!("{}: {refusal}", message.name);
            Update::Failed { feed, part, error }
        }
    })
}
