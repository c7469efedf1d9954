//! Messages to send: written with the journal entry that caused them, sent by a worker with patience, their
//! state kept and shown.

mod letter;
mod notices;
mod senders;
mod sms;
mod smtp;
mod telegram;
mod whatsapp;
mod worker;

pub use letter::{Letter, Outgoing, Purpose, SECRET, way_name, way_of};
pub use notices::{Addressee, account_code, due, subject};
pub use senders::{SendError, Senders};
pub use worker::{Delivery, MessageRow, Outbox, OutboxError};
