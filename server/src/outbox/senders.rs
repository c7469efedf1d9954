//! Those who send, by way; what is without credentials is off, and says so.

use super::letter::Letter;
use super::sms::Sms;
use super::smtp::Smtp;
use super::telegram::Telegram;
use super::whatsapp::Whatsapp;
use crate::ways::ChannelSettings;
use appeals::answer::ReplyBy;
use serde_json::Value;
use std::time::Duration;

/// Longest time of one try.
pub const SEND_LIMIT: Duration = Duration::from_secs(30);
/// Longest error that is kept, characters.
const ERROR_CHARS_MAX: usize = 300;

/// Why it was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The way has no credentials.
    #[error("{0}")]
    Off(String),
    /// It will never be.
    #[error("{0}")]
    Never(String),
    /// It may be later; after so many seconds, if the other side says.
    #[error("{0}")]
    Later(String, Option<u64>),
}

impl SendError {
    /// Of an answer of HTTP: what the client did wrong stays wrong, all else may pass.
    pub fn of_status(status: reqwest::StatusCode, retry_after_s: Option<u64>, words: &str) -> Self {
        let text: String =
            format!("{}: {words}", status.as_u16()).chars().take(ERROR_CHARS_MAX).collect();
        let passes = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
        if passes { Self::Later(text, retry_after_s) } else { Self::Never(text) }
    }

    /// Of a connection. The address is left out: it may hold a key.
    pub fn of_network(error: reqwest::Error) -> Self {
        Self::Later(error.without_url().to_string(), None)
    }
}

/// Sends JSON; what comes back: the status, and JSON or null.
pub(super) async fn say(
    request: reqwest::RequestBuilder,
    body: &Value,
) -> Result<(reqwest::StatusCode, Value), SendError> {
    let request = request.header("content-type", "application/json").body(body.to_string());
    let answer = request.send().await.map_err(SendError::of_network)?;
    let status = answer.status();
    let said = answer.text().await.ok().and_then(|t| serde_json::from_str(&t).ok());
    Ok((status, said.unwrap_or_default()))
}

/// All who send.
#[derive(Debug)]
pub struct Senders {
    smtp: Option<Smtp>,
    sms: Option<Sms>,
    whatsapp: Option<Whatsapp>,
    telegram: Option<Telegram>,
}

impl Senders {
    /// Those of the settings that have what they need.
    pub fn new(settings: &ChannelSettings) -> Result<Self, SendError> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("jolda/", env!("CARGO_PKG_VERSION")))
            .timeout(SEND_LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(SendError::of_network)?;
        let on = |name: &str| settings.is_on(name, "out");
        Ok(Self {
            smtp: on("email").then(|| Smtp::new(&settings.smtp)).transpose()?,
            sms: on("sms").then(|| Sms::new(client.clone(), &settings.sms)).transpose()?,
            whatsapp: on("whatsapp").then(|| Whatsapp::new(client.clone(), &settings.whatsapp)),
            telegram: on("telegram").then(|| Telegram::new(client, &settings.telegram)),
        })
    }

    /// Sends; the other side's name for it, if it gives one. `open`: the 24 hours after the person's last
    /// message have not passed.
    pub async fn send(
        &self,
        by: ReplyBy,
        id: &str,
        letter: &Letter,
        open: bool,
    ) -> Result<Option<String>, SendError> {
        let off = |way: &str| SendError::Off(format!("{way} is off: it has no credentials"));
        let sending = async {
            match by {
                ReplyBy::Email => {
                    self.smtp.as_ref().ok_or_else(|| off("email"))?.send(id, letter).await
                }
                ReplyBy::Sms => self.sms.as_ref().ok_or_else(|| off("sms"))?.send(id, letter).await,
                ReplyBy::Whatsapp => {
                    self.whatsapp
                        .as_ref()
                        .ok_or_else(|| off("whatsapp"))?
                        .send(id, letter, open)
                        .await
                }
                ReplyBy::Telegram => {
                    self.telegram.as_ref().ok_or_else(|| off("telegram"))?.send(letter).await
                }
                ReplyBy::Cabinet | ReplyBy::Paper | ReplyBy::Call => {
                    Err(SendError::Never("a person does this".to_owned()))
                }
            }
        };
        match tokio::time::timeout(SEND_LIMIT, sending).await {
            Ok(sent) => sent,
            Err(_) => Err(SendError::Later("no answer within the time-out".to_owned(), None)),
        }
    }
}
