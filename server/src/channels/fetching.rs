//! Pictures that people send by messengers, fetched from there: `GET /{media_id}` and the address that it gives
//! (WhatsApp Cloud API), `getFile` and its path (Telegram Bot API). Bounded in bytes, time and tries; our token
//! goes to the messenger's own hosts and nowhere else.

use crate::clock::Clock;
use crate::register::{Attachment, DueFile, FILE_BYTES_MAX, Register, ServiceError};
use crate::ways::{ChannelSettings, TelegramSettings, WhatsappSettings};
use appeals::channel::Channel;
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use transit::EpochS;

/// Between two looks for files.
const LOOK_INTERVAL: Duration = Duration::from_secs(3);
/// Files of one look.
const LOOK_MAX: u32 = 20;
/// Longest time of one request.
const FETCH_LIMIT: Duration = Duration::from_secs(45);
/// A claim holds so long, seconds: longer than both requests of a try.
const CLAIM_S: EpochS = 180;
/// Tries of a file.
const TRIES_MAX: u32 = 8;
/// Pause after the first try, seconds; doubled after each.
const PAUSE_S: EpochS = 20;
/// Largest word of a messenger about a file, bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Why it was not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum FetchError {
    /// It will never be.
    #[error("{0}")]
    Never(String),
    /// It may be later.
    #[error("{0}")]
    Later(String),
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        // The address may hold a token.
        Self::Later(error.without_url().to_string())
    }
}

fn never(words: &str) -> FetchError {
    FetchError::Never(words.to_owned())
}

/// Fetches. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    register: Register,
    client: Client,
    settings: Arc<ChannelSettings>,
    clock: Clock,
}

impl Fetcher {
    /// `clock` is the machine's.
    pub fn new(
        register: Register,
        settings: Arc<ChannelSettings>,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(concat!("jolda/", env!("CARGO_PKG_VERSION")))
            .timeout(FETCH_LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { register, client, settings, clock })
    }

    /// Fetches for ever.
    pub async fn run(self) {
        let mut looks = tokio::time::interval(LOOK_INTERVAL);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            if let Err(error) = self.pass().await {
                tracing::warn!(%error, "files of messengers wait");
            }
        }
    }

    /// One look: how many files were tried, one after the other.
    pub async fn pass(&self) -> Result<usize, ServiceError> {
        let due = self.register.files_due(self.clock.now(), LOOK_MAX).await?;
        for file in &due {
            if self.register.claim_file(file, self.clock.now() + CLAIM_S).await? {
                self.one(file).await?;
            }
        }
        Ok(due.len())
    }

    async fn one(&self, due: &DueFile) -> Result<(), ServiceError> {
        let fetched = match due.wanted.channel {
            Channel::Whatsapp => self.of_whatsapp(&due.wanted.media_id).await,
            Channel::Telegram => self.of_telegram(&due.wanted.media_id).await,
            _ => Err(never("files of this way are not fetched")),
        };
        let file = fetched.and_then(|bytes| {
            let name = due.wanted.channel.name();
            Attachment::new(name, bytes).map_err(|e| FetchError::Never(e.to_string()))
        });
        let error = match file {
            Ok(file) => return self.register.file_fetched(due, &file).await,
            Err(error) => error,
        };
        tracing::warn!(%error, channel = due.wanted.channel.name(), "a file was not fetched");
        let again = match error {
            FetchError::Later(_) if due.attempts + 1 < TRIES_MAX => {
                Some(self.clock.now() + (PAUSE_S << due.attempts))
            }
            _ => None,
        };
        self.register.file_failed(due, &error.to_string(), again).await
    }

    async fn of_whatsapp(&self, media_id: &str) -> Result<Vec<u8>, FetchError> {
        let WhatsappSettings { api, access_token, media_hosts, .. } = &self.settings.whatsapp;
        if access_token.0.is_empty() {
            return Err(never("whatsapp is off: it has no access token"));
        }
        let api = Url::parse(api).map_err(|_| never("channels.whatsapp.api is no address"))?;
        let asked = below(&api, media_id).ok_or_else(|| never("the name is none of a file"))?;
        let told = self.client.get(asked).bearer_auth(&access_token.0).send().await?;
        let told = answer(told).await?;
        let url = told["url"].as_str().and_then(|u| Url::parse(u).ok());
        let url = url.ok_or_else(|| never("the messenger gives no address"))?;
        if !is_theirs(&url, &api, media_hosts) {
            return Err(never("the address lies elsewhere than with the messenger"));
        }
        bounded(self.client.get(url).bearer_auth(&access_token.0).send().await?).await
    }

    async fn of_telegram(&self, file_id: &str) -> Result<Vec<u8>, FetchError> {
        let TelegramSettings { api, bot_token, .. } = &self.settings.telegram;
        if bot_token.0.is_empty() {
            return Err(never("telegram is off: it has no bot token"));
        }
        let api = api.trim_end_matches('/');
        let token = &bot_token.0;
        let asked =
            Url::parse_with_params(&format!("{api}/bot{token}/getFile"), [("file_id", file_id)]);
        let asked = asked.map_err(|_| never("channels.telegram.api is no address"))?;
        let told = answer(self.client.get(asked).send().await?).await?;
        let path = told["result"]["file_path"].as_str();
        let path = path.ok_or_else(|| never("the messenger gives no path"))?;
        let files = Url::parse(&format!("{api}/file/bot{token}/"));
        let files = files.map_err(|_| never("channels.telegram.api is no address"))?;
        let url = below(&files, path).ok_or_else(|| never("the path leads elsewhere"))?;
        bounded(self.client.get(url).send().await?).await
    }
}

/// `path` below `base`; none where it would lead elsewhere.
fn below(base: &Url, path: &str) -> Option<Url> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let steps = path.split('/').all(|step| !step.is_empty() && step.chars().any(|c| c != '.'));
    if path.is_empty() || !path.chars().all(plain) || !steps {
        return None;
    }
    let mut url = base.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend(path.split('/'));
    Some(url)
}

/// The messenger's own: where its API is, or by TLS one of the hosts that it gives files from.
fn is_theirs(url: &Url, api: &Url, hosts: &[String]) -> bool {
    let known = url.host_str().is_some_and(|host| hosts.iter().any(|h| h == host));
    url.origin() == api.origin() || url.scheme() == "https" && url.port().is_none() && known
}

/// What a messenger says of a file.
async fn answer(response: Response) -> Result<Value, FetchError> {
    let bytes = read(response, ANSWER_BYTES_MAX).await?;
    serde_json::from_slice(&bytes).map_err(|_| never("the messenger's answer is no JSON"))
}

async fn bounded(response: Response) -> Result<Vec<u8>, FetchError> {
    read(response, FILE_BYTES_MAX).await
}

/// The body of a good answer, never more of it than `most` bytes.
async fn read(mut response: Response, most: usize) -> Result<Vec<u8>, FetchError> {
    let status = response.status();
    if !status.is_success() {
        let words = format!("the messenger answers {}", status.as_u16());
        let passes = status.is_server_error()
            || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        return Err(if passes { FetchError::Later(words) } else { FetchError::Never(words) });
    }
    let too_large = || never("the file is larger than one may be");
    if response.content_length().is_some_and(|n| n > most as u64) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > most {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_and_a_token_with_its_messenger() {
        let base = Url::parse("https://api.example/file/bot1:x/").unwrap();
        let below = |path: &str| below(&base, path).map(|u| u.to_string());
        assert_eq!(
            below("photos/file_1.jpg").as_deref(),
            Some("https://api.example/file/bot1:x/photos/file_1.jpg")
        );
        for no in ["", "../x", "a/../../x", "a//b", "/x", "http://x", "a?b", "a%2fb", "a/./b"] {
            assert_eq!(below(no), None, "{no}");
        }
        let api = Url::parse("https://graph.facebook.com/v23.0").unwrap();
        let hosts = ["lookaside.fbsbx.com".to_owned()];
        let theirs = |url: &str| is_theirs(&Url::parse(url).unwrap(), &api, &hosts);
        assert!(theirs("https://lookaside.fbsbx.com/a") && theirs("https://graph.facebook.com/a"));
        for no in [
            "http://lookaside.fbsbx.com/a",
            "https://lookaside.fbsbx.com.example/a",
            "https://lookaside.fbsbx.com:8443/a",
            "https://169.254.169.254/latest",
            "file:///etc/passwd",
        ] {
            assert!(!theirs(no), "{no}");
        }
    }
}
