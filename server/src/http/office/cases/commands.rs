//! What a form asks of a case.

use crate::http::office::handler::{Fields, field};
use crate::register::{Register, ServiceError};
use appeals::case::{Case, CaseCommand};
use appeals::ids::OrgId;
use appeals::measure::{Measure, MeasureKind, Promise};
use appeals::words::Words;
use jiff::civil::Date;

const MINUTE_S: i32 = 60;

/// A field that cannot be read: the code of what to say.
type Unreadable = &'static str;

fn number<T: std::str::FromStr>(fields: &Fields, name: &str) -> Result<Option<T>, Unreadable> {
    let text = field(fields, name);
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| "field")
}

fn date(fields: &Fields, name: &str) -> Result<Option<Date>, Unreadable> {
    number::<Date>(fields, name).map_err(|_| "date")
}

/// One text in each language of a form.
pub fn words(fields: &Fields) -> Words {
    let text = |name| field(fields, name).to_owned();
    Words { kk: text("kk"), ru: text("ru"), en: text("en") }
}

/// The command of a form.
pub fn command(
    register: &Register,
    case: &Case,
    fields: &Fields,
) -> Result<Result<CaseCommand, Unreadable>, ServiceError> {
    let reason = field(fields, "reason").to_owned();
    let text = field(fields, "text").to_owned();
    Ok(Ok(match field(fields, "command") {
        "investigate" => CaseCommand::Investigate,
        "conclude" => CaseCommand::Conclude { text },
        "note" => CaseCommand::Note { text },
        "rename" => CaseCommand::Rename { title: field(fields, "title").to_owned() },
        "not_confirm" => CaseCommand::NotConfirm { reason },
        "verify" => CaseCommand::Verify { reason },
        "reopen" => CaseCommand::Reopen { reason },
        "close" => CaseCommand::Close { reason },
        "promise" => return promise(register, case, fields),
        "measure_done" => {
            let Ok(Some(on)) = date(fields, "on") else { return Ok(Err("date")) };
            let Ok(measure) = field(fields, "measure").parse() else { return Ok(Err("field")) };
            let timetable = field(fields, "timetable");
            CaseCommand::MeasureDone {
                measure,
                on,
                proof: field(fields, "proof").to_owned(),
                timetable: (!timetable.is_empty()).then(|| timetable.to_owned()),
            }
        }
        _ => return Ok(Err("field")),
    }))
}

fn promise(
    register: &Register,
    case: &Case,
    fields: &Fields,
) -> Result<Result<CaseCommand, Unreadable>, ServiceError> {
    let id = register.new_measure_id()?;
    let today = register.law().office().date(register.now());
    let read = || {
        let kind = MeasureKind::parse(field(fields, "kind")).ok_or("field")?;
        let org = field(fields, "org");
        let headway_min = number::<i32>(fields, "headway_min")?.filter(|m| (1..=600).contains(m));
        let measure = Measure {
            id,
            case: case.id,
            kind,
            text: field(fields, "text").to_owned(),
            promise: Promise {
                vehicles: number(fields, "vehicles")?,
                runs: number(fields, "runs")?,
                headway_s: headway_min.map(|m| m * MINUTE_S),
                from: date(fields, "from")?,
            },
            org: if org.is_empty() { register.law().org().clone() } else { OrgId::from(org) },
            promised_on: today,
            due_on: date(fields, "due_on")?.ok_or("date")?,
            done_on: None,
            timetable_before: None,
            timetable_after: None,
        };
        Ok::<_, Unreadable>(CaseCommand::Promise { measure: Box::new(measure) })
    };
    Ok(read())
}
