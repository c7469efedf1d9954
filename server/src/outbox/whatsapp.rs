//! WhatsApp Cloud API: `POST /{phone_number_id}/messages`.

use super::letter::Letter;
use super::senders::{SendError, say};
use crate::ways::WhatsappSettings;
use reqwest::Client;
use serde_json::json;

/// Longest text, characters: the API's own.
const TEXT_CHARS_MAX: usize = 4_096;
/// Longest word of ours that comes back with what became of a message, characters: the API's own.
const CALLBACK_CHARS_MAX: usize = 512;
/// Longest parameter of a template, characters.
const PARAMETER_CHARS_MAX: usize = 1_000;

/// Our number.
#[derive(Debug)]
pub struct Whatsapp {
    client: Client,
    settings: WhatsappSettings,
}

impl Whatsapp {
    /// Of the settings.
    pub fn new(client: Client, settings: &WhatsappSettings) -> Self {
        Self { client, settings: settings.clone() }
    }

    /// Sends: freely within the window that the person's last message opens, after it by a template only. `id`
    /// comes back with what becomes of it.
    pub async fn send(
        &self,
        id: &str,
        letter: &Letter,
        open: bool,
    ) -> Result<Option<String>, SendError> {
        let to: String = letter.to.chars().filter(char::is_ascii_digit).collect();
        let mut body =
            json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": to});
        if id.chars().count() <= CALLBACK_CHARS_MAX {
            body["biz_opaque_callback_data"] = id.into();
        }
        let text = letter.text();
        match (open, &self.settings.template) {
            (true, _) => {
                let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
                body["type"] = "text".into();
                body["text"] = json!({"preview_url": false, "body": text});
            }
            (false, Some(template)) => {
                // Parameters hold neither lines nor runs of blanks.
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let text: String = text.chars().take(PARAMETER_CHARS_MAX).collect();
                body["type"] = "template".into();
                body["template"] = json!({
                    "name": template, "language": {"code": letter.language.code()},
                    "components": [{"type": "body", "parameters": [{"type": "text", "text": text}]}],
                });
            }
            (false, None) => {
                let words = "more than 24 hours since the person wrote, and no template is set";
                return Err(SendError::Never(words.to_owned()));
            }
        }
        let api = self.settings.api.trim_end_matches('/');
        let address = format!("{api}/{}/messages", self.settings.phone_number_id);
        let request = self.client.post(address).bearer_auth(&self.settings.access_token.0);
        let (status, said) = say(request, &body).await?;
        if status.is_success() {
            return Ok(said["messages"][0]["id"].as_str().map(str::to_owned));
        }
        let words = said["error"]["message"].as_str().unwrap_or("no reason given");
        Err(SendError::of_status(status, None, words))
    }
}
