//! Bytes to a message, for checking: text that is not UTF-8 is mended instead of refused, so that the other
//! faults of the entity are found too.

use crate::gtfs_realtime::{FeedEntity, FeedHeader, FeedMessage};
use prost::Message as _;
use prost::encoding::{WireType, decode_key, decode_varint};

/// A message to be checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// What it says.
    pub feed: FeedMessage,
    /// Ids of entities in which text was not UTF-8: the bytes in question are read as `?`.
    pub mended: Vec<String>,
}

/// Why the bytes are no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Broken as protobuf.
    #[error("not a protobuf message of GTFS-realtime: {0}")]
    Broken(String),
    /// The one thing that must be there.
    #[error("the message has no header")]
    NoHeader,
}

/// Reads a `FeedMessage`.
pub fn read_message(bytes: &[u8]) -> Result<Message, Unreadable> {
    let broken = |e: &dyn std::fmt::Display| Unreadable::Broken(e.to_string());
    let mut message = Message::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let field = next_field(&mut rest).map_err(|e| broken(&e))?;
        let Field::Bytes(tag, body) = field else { continue };
        match tag {
            1 => {
                let header = FeedHeader::decode(body)
                    .or_else(|_| FeedHeader::decode(&*mended(body, HEADER)))
                    .map_err(|e| broken(&e))?;
                message.feed.header = Some(header);
            }
            2 => {
                let entity = FeedEntity::decode(body).or_else(|_| {
                    let entity = FeedEntity::decode(&*mended(body, ENTITY))?;
                    message.mended.push(entity.id.clone().unwrap_or_default());
                    Ok::<_, prost::DecodeError>(entity)
                });
                message.feed.entity.push(entity.map_err(|e| broken(&e))?);
            }
            _ => {}
        }
    }
    if message.feed.header.is_none() {
        return Err(Unreadable::NoHeader);
    }
    Ok(message)
}

enum Field<'a> {
    Bytes(u32, &'a [u8]),
    Other,
}

fn next_field<'a>(rest: &mut &'a [u8]) -> Result<Field<'a>, String> {
    let (tag, wire_type) = decode_key(rest).map_err(|e| e.to_string())?;
    let skip = match wire_type {
        WireType::Varint => {
            decode_varint(rest).map_err(|e| e.to_string())?;
            return Ok(Field::Other);
        }
        WireType::SixtyFourBit => 8,
        WireType::ThirtyTwoBit => 4,
        WireType::LengthDelimited => {
            usize::try_from(decode_varint(rest).map_err(|e| e.to_string())?)
                .map_err(|e| e.to_string())?
        }
        WireType::StartGroup | WireType::EndGroup => {
            return Err("groups are not used by GTFS-realtime".to_owned());
        }
    };
    let (body, after) = rest.split_at_checked(skip).ok_or("the message is cut off")?;
    *rest = after;
    Ok(match wire_type {
        WireType::LengthDelimited => Field::Bytes(tag, body),
        _ => Field::Other,
    })
}

/// Where text stands: the fields of a message that are text, and those that are messages.
struct Shape {
    text: &'static [u32],
    messages: &'static [(u32, &'static Shape)],
}

const HEADER: &Shape = &Shape { text: &[1, 4], messages: &[] };
const TRIP: &Shape = &Shape { text: &[1, 2, 3, 5], messages: &[] };
const VEHICLE: &Shape = &Shape { text: &[1, 2, 3], messages: &[] };
const STOP_UPDATE: &Shape = &Shape { text: &[4], messages: &[] };
const UPDATE: &Shape = &Shape { text: &[], messages: &[(1, TRIP), (2, STOP_UPDATE), (3, VEHICLE)] };
const POSITION: &Shape = &Shape { text: &[7], messages: &[(1, TRIP), (8, VEHICLE)] };
const SELECTOR: &Shape = &Shape { text: &[1, 2, 5], messages: &[(4, TRIP)] };
const TRANSLATION: &Shape = &Shape { text: &[1, 2], messages: &[] };
const TRANSLATED: &Shape = &Shape { text: &[], messages: &[(1, TRANSLATION)] };
const ALERT: &Shape = &Shape {
    text: &[],
    messages: &[(5, SELECTOR), (8, TRANSLATED), (10, TRANSLATED), (11, TRANSLATED)],
};
const ENTITY: &Shape = &Shape { text: &[1], messages: &[(3, UPDATE), (4, POSITION), (5, ALERT)] };

/// A copy in which each byte of text that does not belong to UTF-8 is a `?`: as long as it was, so that every
/// length in it stays true. What is broken otherwise stays so.
fn mended(bytes: &[u8], shape: &Shape) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    let mut rest = bytes;
    while !rest.is_empty() {
        let Ok(field) = next_field(&mut rest) else { break };
        let Field::Bytes(tag, body) = field else { continue };
        let end = bytes.len() - rest.len();
        let place = &mut copy[end - body.len()..end];
        if shape.text.contains(&tag) {
            mend_text(place);
        } else if let Some((_, inner)) = shape.messages.iter().find(|(t, _)| *t == tag) {
            place.copy_from_slice(&mended(body, inner));
        }
    }
    copy
}

fn mend_text(text: &mut [u8]) {
    let mut from = 0;
    while let Err(error) = std::str::from_utf8(&text[from..]) {
        let bad = from + error.valid_up_to();
        let end = error.error_len().map_or(text.len(), |n| bad + n);
        text[bad..end].fill(b'?');
        from = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gtfs_realtime::{TripDescriptor, VehiclePosition};
    use proptest::prelude::*;

    fn feed() -> FeedMessage {
        let trip = TripDescriptor { trip_id: Some("№7".into()), ..TripDescriptor::default() };
        let vehicle = VehiclePosition { trip: Some(trip), ..VehiclePosition::default() };
        FeedMessage {
            header: Some(FeedHeader {
                gtfs_realtime_version: Some("2.0".into()),
                ..FeedHeader::default()
            }),
            entity: vec![FeedEntity {
                id: Some("e".into()),
                vehicle: Some(vehicle),
                ..FeedEntity::default()
            }],
        }
    }

    #[test]
    fn spoiled_text_costs_its_bytes_and_nothing_else() {
        let mut bytes = feed().encode_to_vec();
        let message = read_message(&bytes).unwrap();
        assert_eq!((message.feed, message.mended.len()), (feed(), 0));
        let at = bytes.windows(3).position(|w| w == "№".as_bytes()).unwrap();
        bytes[at] = 0xff;
        let message = read_message(&bytes).unwrap();
        assert_eq!(message.mended, ["e"]);
        let vehicle = message.feed.entity[0].vehicle.clone().unwrap();
        assert_eq!(vehicle.trip.unwrap().trip_id.as_deref(), Some("???7"));
    }

    #[test]
    fn nothing_and_noise_are_refused() {
        assert_eq!(read_message(b""), Err(Unreadable::NoHeader));
        assert!(matches!(read_message(&[0xff; 6]), Err(Unreadable::Broken(_))));
        assert!(matches!(read_message(b"Nie odnaleziono pliku"), Err(Unreadable::Broken(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_message(&noise);
        }

        #[test]
        fn no_changed_byte_makes_it_panic(at in 0_usize..20, value: u8) {
            let mut bytes = feed().encode_to_vec();
            let at = at % bytes.len();
            bytes[at] = value;
            let _ = read_message(&bytes);
        }
    }
}
