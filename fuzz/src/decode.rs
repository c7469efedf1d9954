//! The decoder: any bytes, and any bytes after any other.

use crate::feed::dataset::{Dataset, Fact};
use crate::feed::decode::{Decoder, decode};
use crate::gtfs_realtime::{FeedEntity, FeedMessage};
use bytes::Bytes;
use prost::Message;
use transit::Event;
use transit::ids::FeedIdx;

/// The first two bytes of the data say where the second body begins.
///
/// # Panics
///
/// If a law is broken.
pub fn run(data: &[u8]) {
    let Some(([high, low], rest)) = data.split_first_chunk() else { return };
    let cut = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
    let bodies = [&rest[..cut], &rest[cut..], &rest[..cut]].map(Bytes::copy_from_slice);
    let mut decoder = Decoder::default();
    for body in &bodies {
        let alone = decode(body);
        let following = decoder.decode(body);
        let (alone_says, following_says) = (told(&alone), told(&following.as_deref()));
        assert_eq!(alone_says, following_says, "what came before must not matter");
        if let Ok(dataset) = &alone {
            as_the_library(dataset, body);
        }
    }
}

/// Everything that a dataset says, in words: not-a-number is equal to itself.
fn told<D: std::borrow::Borrow<Dataset>>(result: &Result<D, impl std::fmt::Debug>) -> String {
    let dataset = match result {
        Ok(dataset) => dataset.borrow(),
        Err(refusal) => return format!("{refusal:?}"),
    };
    let mut events = Vec::new();
    dataset.tell(FeedIdx(0), |event| events.push(format!("{event:?}")));
    assert_eq!(events, told_as_news(dataset), "whoever knows nothing is told everything");
    let alerts: Vec<_> = dataset.alerts().collect();
    let trips: Vec<_> = dataset.trip_ids().collect();
    format!("{:?} {:?} {events:?} {alerts:?} {trips:?}", dataset.header, dataset.newest_at())
}

/// The same by way of questions, each answered with no.
fn told_as_news(dataset: &Dataset) -> Vec<String> {
    let (mut events, mut asked) = (Vec::new(), None);
    dataset.tell_news(FeedIdx(0), |fact| {
        match fact {
            Fact::Again { vehicle_id, measured_at } => {
                asked = Some((vehicle_id.to_owned(), measured_at));
            }
            Fact::New(event) => {
                if let Some((id, at)) = asked.take() {
                    let Event::Position(p) = event else { panic!("{event:?}, asked for {id}") };
                    assert_eq!((p.vehicle_id, p.measured_at), (id.as_str(), at));
                }
                events.push(format!("{event:?}"));
            }
        }
        false
    });
    events
}

/// What the general parser reads is read here too.
fn as_the_library(dataset: &Dataset, body: &[u8]) {
    let Ok(message) = FeedMessage::decode(body) else { return };
    let positions = message.entity.iter().filter(|e| e.vehicle.is_some()).count();
    assert_eq!(dataset.len(), message.entity.len());
    assert_eq!(dataset.positions(), positions);
    let newest = message.entity.iter().filter_map(|e| e.vehicle.as_ref()?.timestamp).max();
    assert_eq!(dataset.newest_at(), newest.and_then(|t| i64::try_from(t).ok()));
    let named = |e: &FeedEntity| {
        let vehicle = e.vehicle.as_ref().and_then(|v| v.trip.as_ref());
        vehicle.and_then(|t| t.trip_id.as_deref().map(|id| id.trim().to_owned()))
    };
    let updates = message.entity.iter().filter_map(|e| e.trip_update.as_ref()?.trip.as_ref());
    let updates = updates.filter_map(|t| t.trip_id.as_deref().map(|id| id.trim().to_owned()));
    let trips: Vec<String> =
        message.entity.iter().filter_map(named).chain(updates).filter(|t| !t.is_empty()).collect();
    assert_eq!(dataset.trip_ids().collect::<Vec<_>>(), trips);
}
