//! How people write to the city by messengers and mail: each message becomes part of one appeal, once.

mod dialogue;
mod fetching;
mod gazetteer;
mod letters;
pub mod mail;
mod maildir;
mod phrases;
mod reception;
pub mod telegram;
pub mod whatsapp;

pub use fetching::Fetcher;
pub use gazetteer::Gazetteers;
pub use maildir::{look, watch};
pub use reception::{Heard, Inbound, Reception};

pub use crate::ways::{
    ChannelSettings, MailSettings, SmsSettings, SmtpSettings, SmtpTls, TelegramSettings, Way,
    WhatsappSettings,
};
