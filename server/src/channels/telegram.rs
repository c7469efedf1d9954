//! Telegram Bot API: updates of the webhook. Groups are not listened to.

use super::Inbound;
use appeals::channel::Channel;
use appeals::claim::Place;
use appeals::words::Language;
use serde::Deserialize;

#[derive(Deserialize)]
struct Update {
    message: Option<Message>,
    edited_message: Option<Message>,
}
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "message_id")]
    id: i64,
    from: Option<User>,
    chat: Chat,
    edit_date: Option<i64>,
    text: Option<String>,
    caption: Option<String>,
    location: Option<Location>,
    contact: Option<Contact>,
    #[serde(default)]
    photo: Vec<File>,
    document: Option<File>,
    voice: Option<File>,
}
#[derive(Deserialize)]
struct User {
    id: i64,
    #[serde(default)]
    is_bot: bool,
    first_name: Option<String>,
    last_name: Option<String>,
    language_code: Option<String>,
}
#[derive(Deserialize)]
struct Chat {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
}
#[derive(Deserialize)]
struct Location {
    latitude: f64,
    longitude: f64,
    horizontal_accuracy: Option<f64>,
}
#[derive(Deserialize)]
struct Contact {
    phone_number: String,
    user_id: Option<i64>,
}
#[derive(Deserialize)]
struct File {
    file_id: String,
}

/// Reads an update; `None`: nothing that a person says to us alone.
pub fn read(body: &[u8]) -> Result<Option<Inbound>, serde_json::Error> {
    let update: Update = serde_json::from_slice(body)?;
    let edited = update.message.is_none();
    let Some(message) = update.message.or(update.edited_message) else { return Ok(None) };
    let Some(from) = message.from.filter(|f| !f.is_bot) else { return Ok(None) };
    if message.chat.kind != "private" {
        return Ok(None);
    }
    let place = message.location.map(|l| Place {
        lat: l.latitude,
        lon: l.longitude,
        accuracy_m: l.horizontal_accuracy,
    });
    let name =
        [from.first_name, from.last_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
    // A number is believed of its owner only.
    let phone = message.contact.filter(|c| c.user_id == Some(from.id)).map(|c| c.phone_number);
    let file = message.photo.into_iter().next_back().or(message.document).or(message.voice);
    let media: Vec<String> = file.map(|f| f.file_id).into_iter().collect();
    let words =
        [message.text.or(message.caption), media.first().map(|m| format!("[telegram:{m}]"))];
    let text: Vec<String> = words.into_iter().flatten().collect();
    let mut message_id = format!("{}:{}", message.chat.id, message.id);
    if edited {
        message_id = format!("{message_id}:{}", message.edit_date.unwrap_or_default());
    }
    Ok(Some(Inbound {
        channel: Channel::Telegram,
        message_id,
        sender: message.chat.id.to_string(),
        name: Some(name).filter(|n| !n.trim().is_empty()),
        phone,
        text: text.join("\n"),
        place,
        language: from.language_code.as_deref().and_then(Language::parse),
        edited,
        // A changed message shows its file again.
        media: if edited { Vec::new() } else { media },
        ..Inbound::default()
    }))
}
