//! WhatsApp Cloud API: the webhook's signature and payload.

use super::Inbound;
use crate::outbox::Delivery;
use appeals::channel::Channel;
use appeals::claim::Place;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

/// Whether `X-Hub-Signature-256` is that of the body. Compared in constant time.
pub fn is_signed(secret: &str, header: Option<&str>, body: &[u8]) -> bool {
    let Some(hex) = header.and_then(|h| h.strip_prefix("sha256=")) else { return false };
    let digits: Option<Vec<u8>> = hex
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let (Some(given), Ok(mut mac)) = (digits, Hmac::<Sha256>::new_from_slice(secret.as_bytes()))
    else {
        return false;
    };
    mac.update(body);
    !secret.is_empty() && mac.verify_slice(&given).is_ok()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Payload {
    entry: Vec<Entry>,
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry {
    changes: Vec<Change>,
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Change {
    value: Value,
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Value {
    metadata: Metadata,
    contacts: Vec<Contact>,
    messages: Vec<Message>,
    statuses: Vec<Status>,
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    phone_number_id: String,
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Contact {
    wa_id: String,
    profile: Profile,
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Profile {
    name: Option<String>,
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Message {
    from: String,
    id: String,
    text: Option<Text>,
    location: Option<Location>,
    interactive: Option<Interactive>,
    button: Option<Button>,
    image: Option<Media>,
    video: Option<Media>,
    document: Option<Media>,
    audio: Option<Media>,
}
#[derive(Deserialize)]
struct Text {
    body: String,
}
#[derive(Deserialize)]
struct Location {
    latitude: f64,
    longitude: f64,
    name: Option<String>,
    address: Option<String>,
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Interactive {
    button_reply: Option<Reply>,
    list_reply: Option<Reply>,
}
#[derive(Deserialize)]
struct Reply {
    title: String,
}
#[derive(Deserialize)]
struct Button {
    text: String,
}
#[derive(Deserialize)]
struct Media {
    id: String,
    caption: Option<String>,
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    id: String,
    #[serde(rename = "status")]
    state: String,
    /// Our own name of the message, as it was sent.
    biz_opaque_callback_data: Option<String>,
    errors: Vec<Fault>,
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Fault {
    code: i64,
    title: String,
}

/// What a webhook brought.
#[derive(Debug, Default)]
pub struct Brought {
    /// Messages, in order.
    pub messages: Vec<Inbound>,
    /// What became of ours.
    pub deliveries: Vec<Told>,
}

/// What became of a message of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its name there.
    pub name: String,
    /// Its name here, where it was sent with it.
    pub ours: Option<String>,
    /// What.
    pub delivery: Delivery,
}

/// Reads a payload; messages to other numbers than ours are none of ours.
pub fn read(body: &[u8], phone_number_id: &str) -> Result<Brought, serde_json::Error> {
    let payload: Payload = serde_json::from_slice(body)?;
    let mut brought = Brought::default();
    let values = payload.entry.into_iter().flat_map(|e| e.changes).map(|c| c.value);
    for value in values {
        let to = &value.metadata.phone_number_id;
        if !phone_number_id.is_empty() && to != phone_number_id {
            continue;
        }
        for message in value.messages {
            let name = value.contacts.iter().find(|c| c.wa_id == message.from);
            let name = name.and_then(|c| c.profile.name.clone());
            if let Some(inbound) = inbound(message, name) {
                brought.messages.push(inbound);
            }
        }
        for status in value.statuses {
            let delivery = match status.state.as_str() {
                "sent" => Delivery::Taken,
                "delivered" | "read" => Delivery::Delivered,
                "failed" => {
                    let fault = status.errors.into_iter().next().unwrap_or_default();
                    Delivery::Failed(format!("{} {}", fault.code, fault.title))
                }
                _ => continue,
            };
            let ours = status.biz_opaque_callback_data;
            brought.deliveries.push(Told { name: status.id, ours, delivery });
        }
    }
    Ok(brought)
}

fn inbound(message: Message, name: Option<String>) -> Option<Inbound> {
    let media = [message.image, message.video, message.document, message.audio];
    let media = media.into_iter().flatten().next();
    let place = message.location.as_ref().map(|l| Place {
        lat: l.latitude,
        lon: l.longitude,
        accuracy_m: None,
    });
    let place = place.filter(|p| p.lat.abs() <= 90.0 && p.lon.abs() <= 180.0);
    let words = [
        message.text.map(|t| t.body),
        message.button.map(|b| b.text),
        message.interactive.and_then(|i| i.button_reply.or(i.list_reply)).map(|r| r.title),
        message.location.and_then(|l| l.name.or(l.address)),
        media.as_ref().and_then(|m| m.caption.clone()),
        // Named, so that a person can ask for it where it could not be fetched.
        media.as_ref().map(|m| format!("[whatsapp:{}]", m.id)),
    ];
    let text: Vec<String> = words.into_iter().flatten().collect();
    let known = !message.from.is_empty() && !message.id.is_empty();
    (known && (place.is_some() || !text.is_empty())).then(|| Inbound {
        channel: Channel::Whatsapp,
        message_id: message.id,
        phone: Some(format!("+{}", message.from)),
        sender: message.from,
        name,
        text: text.join("\n"),
        place,
        media: media.map(|m| m.id).into_iter().collect(),
        ..Inbound::default()
    })
}
