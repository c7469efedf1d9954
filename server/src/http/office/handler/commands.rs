//! What a form asks of an appeal.

use super::{Fields, field};
use appeals::appeal::Command;
use appeals::ids::{DeskId, OrgId};
use appeals::words::Language;
use serde::de::DeserializeOwned;

/// Longest text of a field, characters.
const TEXT_CHARS_MAX: usize = 8_000;

/// A field that cannot be read: the code of what to say.
pub type Unreadable = &'static str;

fn text(fields: &Fields, name: &str) -> Result<String, Unreadable> {
    let text = field(fields, name);
    if text.chars().count() > TEXT_CHARS_MAX { Err("field") } else { Ok(text.to_owned()) }
}

/// The value of a wire name.
pub fn coded<T: DeserializeOwned>(fields: &Fields, name: &str) -> Result<T, Unreadable> {
    let text = serde_json::Value::String(field(fields, name).to_owned());
    serde_json::from_value(text).map_err(|_| "field")
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The command of a form.
pub fn command(fields: &Fields) -> Result<Command, Unreadable> {
    let text = |name: &str| text(fields, name);
    Ok(match field(fields, "command") {
        "begin" => Command::Begin,
        "triage" => Command::Triage {
            desk: DeskId(some(text("desk")?).ok_or("field")?),
            assignee: some(text("assignee")?)
                .map(|p| p.parse().map_err(|_| "field"))
                .transpose()?,
            note: text("note")?,
        },
        "ask_applicant" => Command::AskApplicant { question: text("question")? },
        "add_info" => Command::AddInfo { text: text("text")? },
        "ask_carrier" => Command::AskCarrier {
            carrier: OrgId(some(text("carrier")?).ok_or("field")?),
            question: text("question")?,
        },
        "carrier_reply" => Command::CarrierReply { text: text("text")? },
        "draft_answer" => Command::DraftAnswer {
            language: Language::parse(field(fields, "language")).ok_or("field")?,
            body: text("body")?,
            legal_basis: text("legal_basis")?,
            right_of_appeal: text("right_of_appeal")?,
        },
        "submit_answer" => Command::SubmitAnswer,
        "recall_answer" => Command::RecallAnswer,
        "return_answer" => Command::ReturnAnswer { remark: text("remark")? },
        "approve_answer" => Command::ApproveAnswer,
        "send_answer" => Command::SendAnswer { by: coded(fields, "by")? },
        "redirect" => Command::Redirect {
            to: OrgId(some(text("to")?).ok_or("field")?),
            reason: text("reason")?,
        },
        "propose_extension" => Command::ProposeExtension { reason: text("reason")? },
        "extend" => Command::Extend {
            until: field(fields, "until").parse().map_err(|_| "date")?,
            reason: text("reason")?,
        },
        "extension_noticed" => Command::ExtensionNoticed,
        "not_consider" => {
            Command::NotConsider { ground: coded(fields, "ground")?, reason: text("reason")? }
        }
        "return" => Command::Return { reason: text("reason")? },
        "withdraw" => Command::Withdraw,
        "acknowledge_safety" => Command::AcknowledgeSafety,
        "cctv_held" => Command::CctvHeld,
        "track_measure" => Command::TrackMeasure,
        "note" => Command::Note { text: text("text")? },
        "sign_verdict" => Command::SignVerdict {
            evidence: field(fields, "evidence").parse().map_err(|_| "field")?,
            finding: coded(fields, "finding")?,
            override_reason: some(text("override_reason")?),
        },
        "settle_subject" => Command::SettleSubject {
            seq: field(fields, "seq_subject").parse().map_err(|_| "field")?,
            text: text("text")?,
        },
        _ => return Err("field"),
    })
}
