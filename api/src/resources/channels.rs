//! The ways in and out, and what was sent.

use serde::{Deserialize, Serialize};

wire! {
    /// `GET /api/v1/staff/channels`.
    pub struct ChannelWays {
        /// Each way, out and in.
        pub ways: Vec<ChannelWay>,
    }

    /// A way in or out.
    pub struct ChannelWay {
        /// `email`, `sms`, `whatsapp` or `telegram`.
        pub channel: String,
        /// `in` or `out`.
        pub direction: String,
        /// It has what it needs.
        pub on: bool,
        /// Settings that are missing.
        pub missing: Option<String>,
    }

    /// `GET /api/v1/staff/appeals/{number}/messages`.
    pub struct AppealMessages {
        /// In order.
        pub messages: Vec<AppealMessage>,
    }

    /// A message about an appeal.
    pub struct AppealMessage {
        /// Id.
        pub message_id: String,
        /// `registered`, `answer`, `redirected`, `extended`, `returned`, `not_considered`, `question`, `effect`.
        pub purpose: String,
        /// `sms`, `whatsapp`, `telegram`, `email`, `cabinet`, `paper` or `call`.
        pub by: String,
        /// `queued`, `sent`, `failed` or `delivered`.
        pub state: String,
        /// Tries so far.
        pub attempts: u32,
        /// When, epoch seconds.
        pub created_at: i64,
        /// When its state changed last.
        pub updated_at: i64,
        /// Why the last try failed.
        pub last_error: Option<String>,
        /// Its text, without the PIN.
        pub text: String,
    }

    /// `POST /api/v1/staff/appeals/{number}/messages/mark`.
    pub struct MarkMessage {
        /// Which.
        pub message_id: String,
        /// `sent`: the letter or the call was made; `queued`: a failed one is tried again.
        pub state: String,
    }

    /// `GET /api/v1/staff/appeals/{number}/files`.
    pub struct AppealFiles {
        /// In order.
        pub files: Vec<AppealFile>,
    }

    /// A file of an appeal.
    pub struct AppealFile {
        /// Id.
        pub file_id: String,
        /// What its first bytes say that it is.
        pub media_type: String,
        /// Bytes.
        pub size_bytes: i64,
    }
}
