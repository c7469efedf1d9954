//! Telegram Bot API: `sendMessage`.

use super::letter::Letter;
use super::senders::{SendError, say};
use crate::ways::TelegramSettings;
use reqwest::Client;
use serde_json::json;

/// Longest message, characters: the API's own.
const TEXT_CHARS_MAX: usize = 4_096;

/// A bot.
pub struct Telegram {
    client: Client,
    address: String,
}

impl std::fmt::Debug for Telegram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address holds the token.
        f.write_str("Telegram")
    }
}

impl Telegram {
    /// Of the settings.
    pub fn new(client: Client, settings: &TelegramSettings) -> Self {
        let api = settings.api.trim_end_matches('/');
        Self { client, address: format!("{api}/bot{}/sendMessage", settings.bot_token.0) }
    }

    /// Sends; `chat:message` is its name there.
    pub async fn send(&self, letter: &Letter) -> Result<Option<String>, SendError> {
        let text: String = letter.text().chars().take(TEXT_CHARS_MAX).collect();
        let chat: i64 = letter
            .to
            .parse()
            .map_err(|_| SendError::Never("the chat of the person is not known".to_owned()))?;
        let body =
            json!({"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": true}});
        let (status, said) = say(self.client.post(&self.address), &body).await?;
        if status.is_success() && said["ok"] == true {
            let id = said["result"]["message_id"].as_i64();
            return Ok(id.map(|id| format!("{chat}:{id}")));
        }
        let wait_s = said["parameters"]["retry_after"].as_u64();
        let words = said["description"].as_str().unwrap_or("no reason given");
        Err(SendError::of_status(status, wait_s, words))
    }
}
