//! How people write to the city by messengers and mail: each message becomes part of one appeal, once.

mod dialogue;
mod gazetteer;
mod letters;
pub mod mail;
mod maildir;
mod phrases;
mod reception;
mod settings;
pub mod telegram;
pub mod whatsapp;

pub use gazetteer::Gazetteers;
pub use maildir::{look, watch};
pub use reception::{Heard, Inbound, Reception};
pub use settings::{
    ChannelSettings, MailSettings, SmsSettings, SmtpSettings, SmtpTls, TelegramSettings, Way,
    WhatsappSettings,
};

use crate::register::{Keys, SealError};
use appeals::channel::Channel;

/// The keyed hash that a sender is known by: of WhatsApp the digits of the number.
pub fn sender_hash(keys: &Keys, channel: Channel, sender: &str) -> Result<String, SealError> {
    let sender: String = match channel {
        Channel::Whatsapp => sender.chars().filter(char::is_ascii_digit).collect(),
        _ => sender.trim().to_lowercase(),
    };
    keys.lookup(&format!("sender:{}:{sender}", channel.name()))
}
