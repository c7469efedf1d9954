//! The problem behind many appeals, as its applicants are told of it: measures and what they did.

use crate::http::office::Office;
use appeals::case::Case;
use appeals::effect::{Effect, Metric, Outcome};
use appeals::ids::CaseId;
use appeals::measure::Measure;
use frontend::office::citizen as page;

/// Seconds to minutes.
const MINUTE_S: f64 = 60.0;

fn promised(measure: &Measure) -> page::Promised {
    page::Promised {
        text: measure.text.clone(),
        due_on: measure.due_on.to_string(),
        done_on: measure.done_on.map(|day| day.to_string()),
    }
}

/// Figures that people can picture; the others stay on the desks.
fn change(effect: &Effect) -> Option<page::Change> {
    let (metric, unit) = match effect.metric {
        Metric::HeadwayMeanS => (page::Metric::Headway, MINUTE_S),
        Metric::RunsDriven => (page::Metric::Runs, 1.0),
        Metric::Vehicles => (page::Metric::Vehicles, 1.0),
        Metric::ExcessWaitS => (page::Metric::Wait, MINUTE_S),
        _ => return None,
    };
    let study = &effect.study;
    Some(page::Change {
        metric,
        before: study.before / unit,
        after: study.after / unit,
        interval: (study.interval.0 / unit, study.interval.1 / unit),
        better: match study.outcome(effect.metric) {
            Outcome::Better => Some(true),
            Outcome::Worse => Some(false),
            Outcome::Unclear => None,
        },
    })
}

/// The same, of a case.
pub fn told(case: &Case) -> page::Problem {
    page::Problem {
        number: case.number.to_string(),
        measures: case.measures.iter().map(promised).collect(),
        changes: case.effects.iter().filter_map(change).collect(),
    }
}

/// The problem of an appeal. Without it the rest is still told.
pub async fn of(office: &Office, case: Option<CaseId>) -> Option<page::Problem> {
    let number = office.register.case_number(case?).await.ok()??.parse().ok()?;
    match office.register.case(number).await {
        Ok(shown) => Some(told(&shown.case)),
        Err(error) => {
            tracing::warn!(%error, "a case cannot be shown");
            None
        }
    }
}
