//! Settings of the ways in and out. Each stays off until it has what it needs.

use crate::keys::{Key, Keys, SealError};
use appeals::channel::Channel;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The ways in and out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelSettings {
    /// Where people look at their appeal, named in messages: `https://…`.
    pub public_url: Option<String>,
    /// E-mail that goes out.
    pub smtp: SmtpSettings,
    /// E-mail that comes in.
    pub mail: MailSettings,
    /// WhatsApp Cloud API, both ways.
    pub whatsapp: WhatsappSettings,
    /// Telegram Bot API, both ways.
    pub telegram: TelegramSettings,
    /// Short messages that go out.
    pub sms: SmsSettings,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpTls {
    /// STARTTLS, which must be there (port 587).
    #[default]
    Starttls,
    /// TLS from the first byte (port 465).
    Tls,
    /// None: a mail server on the same machine only.
    None,
}

/// SMTP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpSettings {
    /// Host; without it no e-mail goes out.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub tls: SmtpTls,
    /// Certificate (PEM) of an authority of the city's own that the mail server's is signed by, beside those
    /// that everybody trusts.
    pub ca_file: Option<PathBuf>,
    /// User; without one nobody signs in.
    pub user: String,
    /// Password, from the environment: `JOLDA_CHANNELS__SMTP__PASSWORD`.
    pub password: Key,
    /// `City transport <appeals@city.example>`.
    pub from: String,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            tls: SmtpTls::default(),
            ca_file: None,
            user: String::new(),
            password: Key::default(),
            from: String::new(),
        }
    }
}

/// E-mail that comes in: by HTTP from the mail server, or through a Maildir that the mail server (or a
/// fetcher of an IMAP mailbox, such as `mbsync`) fills.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// Bearer token of `POST /api/v1/channels/email`, from the environment; without it that way is off.
    pub token: Key,
    /// A Maildir: what lies in its `new` is read and moved to `cur`.
    pub maildir: Option<PathBuf>,
}

/// WhatsApp Cloud API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WhatsappSettings {
    /// Id of our telephone number.
    pub phone_number_id: String,
    /// Access token, from the environment.
    pub access_token: Key,
    /// Secret of the app: webhooks are signed with it. From the environment.
    pub app_secret: Key,
    /// The word by which the webhook is verified. From the environment.
    pub verify_token: Key,
    /// An approved template with one text parameter, for messages after the 24 hours' window.
    pub template: Option<String>,
    /// The API with its version.
    pub api: String,
    /// Hosts that the API gives pictures from: the access token goes there as well.
    pub media_hosts: Vec<String>,
}

impl Default for WhatsappSettings {
    fn default() -> Self {
        Self {
            phone_number_id: String::new(),
            access_token: Key::default(),
            app_secret: Key::default(),
            verify_token: Key::default(),
            template: None,
            api: "https://graph.facebook.com/v23.0".to_owned(),
            media_hosts: vec!["lookaside.fbsbx.com".to_owned()],
        }
    }
}

/// Telegram Bot API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelegramSettings {
    /// Token of the bot, from the environment.
    pub bot_token: Key,
    /// `secret_token` of `setWebhook`, from the environment.
    pub secret_token: Key,
    /// The API.
    pub api: String,
}

impl Default for TelegramSettings {
    fn default() -> Self {
        Self {
            bot_token: Key::default(),
            secret_token: Key::default(),
            api: "https://api.telegram.org".to_owned(),
        }
    }
}

/// A gateway of short messages that is spoken to by HTTP. `{to}`, `{text}` and `{id}` (the same for each try)
/// are put into address and body, encoded as their place needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmsSettings {
    /// Address; it may hold a key. Without it no short message goes out.
    pub url: Key,
    /// Body of a POST; empty: a GET.
    pub body: Key,
    /// Of the body: `application/json` or `application/x-www-form-urlencoded`.
    pub content_type: String,
    /// Further headers, such as one with a key.
    pub headers: BTreeMap<String, Key>,
}

impl Default for SmsSettings {
    fn default() -> Self {
        Self {
            url: Key::default(),
            body: Key::default(),
            content_type: "application/json".to_owned(),
            headers: BTreeMap::new(),
        }
    }
}

fn all(keys: &[&Key]) -> bool {
    keys.iter().all(|k| !k.0.is_empty())
}

impl ChannelSettings {
    /// Each way with its name and, where it is off, what is missing: out, then in.
    pub fn ways(&self) -> Vec<Way> {
        let w = &self.whatsapp;
        let way = |name, direction, on: bool, missing| Way {
            name,
            direction,
            missing: (!on).then_some(missing),
        };
        vec![
            way(
                "email",
                "out",
                !self.smtp.host.is_empty() && !self.smtp.from.is_empty(),
                "channels.smtp.host and channels.smtp.from",
            ),
            way("sms", "out", all(&[&self.sms.url]), "channels.sms.url"),
            way(
                "whatsapp",
                "out",
                all(&[&w.access_token]) && !w.phone_number_id.is_empty(),
                "channels.whatsapp.phone_number_id and .access_token",
            ),
            way("telegram", "out", all(&[&self.telegram.bot_token]), "channels.telegram.bot_token"),
            way(
                "whatsapp",
                "in",
                all(&[&w.app_secret, &w.verify_token]),
                "channels.whatsapp.app_secret and .verify_token",
            ),
            way(
                "telegram",
                "in",
                all(&[&self.telegram.secret_token]),
                "channels.telegram.secret_token",
            ),
            way(
                "email",
                "in",
                all(&[&self.mail.token]) || self.mail.maildir.is_some(),
                "channels.mail.token or channels.mail.maildir",
            ),
        ]
    }

    /// Whether the way of this name and direction has what it needs.
    pub fn is_on(&self, name: &str, direction: &str) -> bool {
        let is = |way: &Way| way.name == name && way.direction == direction;
        self.ways().iter().any(|way| is(way) && way.missing.is_none())
    }

    /// Says at the start which ways are off.
    pub fn tell(&self) {
        for way in self.ways() {
            match way.missing {
                None => tracing::info!(channel = way.name, direction = way.direction, "on"),
                Some(missing) => tracing::warn!(
                    channel = way.name,
                    direction = way.direction,
                    "off: {missing} not set"
                ),
            }
        }
    }
}

/// A way in or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Its name.
    pub name: &'static str,
    /// `in` or `out`.
    pub direction: &'static str,
    /// What is missing; `None`: it is on.
    pub missing: Option<&'static str>,
}

/// The keyed hash that a sender is known by: of WhatsApp the digits of the number.
pub fn sender_hash(keys: &Keys, channel: Channel, sender: &str) -> Result<String, SealError> {
    let sender: String = match channel {
        Channel::Whatsapp => sender.chars().filter(char::is_ascii_digit).collect(),
        _ => sender.trim().to_lowercase(),
    };
    keys.lookup(&format!("sender:{}:{sender}", channel.name()))
}
