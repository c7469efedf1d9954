//! One case.

use super::commands::{command, words};
use super::list::{appeals_of, scope_of};
use super::may_see;
use crate::http::asked::Asked;
use crate::http::office::Office;
use crate::http::office::handler::{Fields, Places, field, left, people_of, problem_page};
use crate::http::office::pages::{AtDesk, names, see_other, words_of};
use crate::http::office::staff::member;
use crate::problem::ProblemResponse;
use crate::register::{Asked as QueueAsked, Batch, CaseShown, Register, ServiceError, StudySpan};
use crate::staff::Account;
use api::AppealRow;
use appeals::access::{Action, Grant, may};
use appeals::case::{Case, CaseCommand, CaseEvent};
use appeals::effect::Effect;
use appeals::journal::CaseEntry;
use appeals::number::CaseNumber;
use appeals::words::{Language, Words};
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use frontend::office::{
    BatchTold, CasePage, EffectLine, JournalLine, Left, MayAnswer, MeasureLine, Offered, OfficePage,
};
use std::collections::BTreeMap;

/// Appeals of one case that are shown.
const APPEALS_MAX: u32 = 500;
/// Bounds of the days of a study.
const STUDY_DAYS: (i32, i32) = (3, 120);

type Handled = Result<Response, Response>;

/// What became of a form.
enum Done {
    /// On to the page.
    Yes,
    /// For each appeal by itself.
    Batch(Batch),
    /// On to another case.
    Other(CaseNumber),
    /// Refused.
    No(&'static str),
}

/// What came of the last thing that was asked.
#[derive(Default)]
struct Said {
    fault: Option<(String, String)>,
    typed: Fields,
    batch: Option<Batch>,
}

fn number_of(text: &str) -> Result<CaseNumber, ProblemResponse> {
    text.parse().map_err(|e| ProblemResponse::bad_request(format!("the number of a case is {e}")))
}

fn path_of(number: CaseNumber) -> String {
    format!("/staff/cases/{}", frontend::encode(&number.to_string()))
}

/// `GET /staff/cases/{number}`.
pub async fn page(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
    Path(number): Path<String>,
) -> Handled {
    let shown = async {
        may_see(&office, &signed.0)?;
        let shown = office.register.case(number_of(&number)?).await?;
        render(&office, &asked, &signed.0, shown, Said::default()).await
    };
    shown.await.map_err(problem_page(&office, &asked))
}

/// `POST /staff/cases/{number}`.
pub async fn act(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
    Path(number): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Handled {
    let done = async {
        may_see(&office, &signed.0)?;
        let number = number_of(&number)?;
        let ticked: Vec<&str> =
            pairs.iter().filter(|p| p.0 == "appeal").map(|p| p.1.as_str()).collect();
        let ticked = ticked.join(" ");
        let fields: Fields = pairs.into_iter().collect();
        let done = match carry_out(&office, &signed.0, number, &fields, &ticked).await {
            Ok(done) => done,
            Err(ServiceError::Case(refusal)) => Done::No(refusal.name()),
            Err(ServiceError::Refused(refusal)) => Done::No(refusal.name()),
            Err(error) => return Err(error.into()),
        };
        let mut said = Said::default();
        let mut status = StatusCode::OK;
        match done {
            Done::Yes => return Ok(see_other(&format!("{}?done=1", path_of(number)))),
            Done::Other(other) => return Ok(see_other(&path_of(other))),
            Done::Batch(batch) => said.batch = Some(batch),
            Done::No(refusal) => {
                status = StatusCode::CONFLICT;
                said.fault = Some((field(&fields, "command").to_owned(), refusal.to_owned()));
                said.typed = fields;
            }
        }
        let shown = office.register.case(number).await?;
        let mut response = render(&office, &asked, &signed.0, shown, said).await?;
        *response.status_mut() = status;
        Ok::<_, ProblemResponse>(response)
    };
    done.await.map_err(problem_page(&office, &asked))
}

async fn carry_out(
    office: &Office,
    account: &Account,
    number: CaseNumber,
    fields: &Fields,
    ticked: &str,
) -> Result<Done, ServiceError> {
    let register = &office.register;
    let actor = account.actor();
    let case = register.case(number).await?.case;
    let Ok(seen) = field(fields, "version").parse::<u32>() else { return Ok(Done::No("field")) };
    let refused = |action| may(account.role, action) != Grant::Yes;
    Ok(match field(fields, "command") {
        "answer_all" => Done::Batch(register.answer_all(&case, &words(fields), &actor).await?),
        "approve_all" => Done::Batch(register.approve_all(&case, &actor).await?),
        "send_all" => Done::Batch(register.send_all(&case, &actor).await?),
        "tell_all" if refused(Action::Measure) => Done::No("not_permitted"),
        "tell_all" => Done::Batch(register.tell_all(&case, &words(fields), &actor).await?),
        "study" => study(office, account, &case, seen, fields).await?,
        "join" | "leave_ticked" => {
            let Ok(ids) = appeals_of(office, field(fields, "number")).await else {
                return Ok(Done::No("field"));
            };
            let join = field(fields, "command") == "join";
            let mut seen = seen;
            for appeal in ids {
                let command = if join {
                    let received_at = register.handling(appeal, &actor).await?.appeal.received_at;
                    CaseCommand::Join { appeal, received_at }
                } else {
                    CaseCommand::Leave { appeal }
                };
                seen = register.work_case(number, seen, &command, &actor).await?.version;
            }
            Done::Yes
        }
        "split" => {
            let Ok(ids) = appeals_of(office, ticked).await else {
                return Ok(Done::No("nothing_to_do"));
            };
            let Ok((kind, scope)) = scope_of(office, &ids).await else {
                return Ok(Done::No("field"));
            };
            let opened = (field(fields, "title"), kind, scope);
            let split = register.open_case(opened, false, &ids, Some(number), &actor).await?;
            Done::Other(split.number)
        }
        _ => match command(register, &case, fields)? {
            Ok(command) => {
                register.work_case(number, seen, &command, &actor).await?;
                Done::Yes
            }
            Err(code) => Done::No(code),
        },
    })
}

/// Studies the measure that was done last.
async fn study(
    office: &Office,
    account: &Account,
    case: &Case,
    seen: u32,
    fields: &Fields,
) -> Result<Done, ServiceError> {
    let days = |name: &str, usual: i32| field(fields, name).parse::<i32>().unwrap_or(usual);
    let span = StudySpan {
        days: days("days", 28).clamp(STUDY_DAYS.0, STUDY_DAYS.1),
        washout_days: days("washout", 7).clamp(0, STUDY_DAYS.1),
    };
    let done = case.measures.iter().filter(|m| m.done_on.is_some()).max_by_key(|m| m.done_on);
    let Some(measure) = done else { return Ok(Done::No("nothing_to_do")) };
    let others = controls(office, case);
    let record = office.site.reads().store();
    let effects = office.register.study(record, case, measure, &others, span).await?;
    if effects.is_empty() {
        return Ok(Done::No("too_few_days"));
    }
    let command = CaseCommand::AddEffects { effects };
    office.register.work_case(case.number, seen, &command, &account.actor()).await?;
    Ok(Done::Yes)
}

/// Routes that may serve as controls: of the same agency, those with as many runs before the others.
fn controls(office: &Office, case: &Case) -> Vec<String> {
    let view = office.site.reads().view(crate::view::Language::default());
    let timetable = view.timetable();
    let of = case.scope.route.as_ref().and_then(|r| timetable.route_by_id(r.as_str()));
    let Some(of) = of else { return Vec::new() };
    let mut runs = vec![0_i64; timetable.routes.len()];
    for trip in &timetable.trips {
        let route = timetable.pattern(trip.pattern).route;
        if let Some(count) = runs.get_mut(route.get()) {
            *count += 1;
        }
    }
    let own = runs.get(of.get()).copied().unwrap_or(0);
    let mut others: Vec<(i64, String)> = timetable
        .routes
        .iter()
        .zip(&runs)
        .filter(|(r, _)| r.id != timetable.route(of).id)
        .map(|(r, n)| ((n - own).abs(), r.id.to_string()))
        .collect();
    others.sort();
    others.into_iter().map(|o| o.1).collect()
}

async fn render(
    office: &Office,
    asked: &Asked,
    account: &Account,
    CaseShown { case, journal }: CaseShown,
    said: Said,
) -> Result<Response, ProblemResponse> {
    let register = &office.register;
    let (law, now) = (register.law(), register.now());
    let places = Places(office.site.reads().view(asked.language));
    let people = people_of(office, account).await?;
    let wanted = QueueAsked { case_id: Some(case.id.to_string()), ..QueueAsked::default() };
    let rows = register.queue(&wanted, APPEALS_MAX).await?;
    let appeals: Vec<(AppealRow, Left)> = rows
        .into_iter()
        .map(AppealRow::from)
        .map(|row| {
            let left = left(law, &row.status, (row.registered_at, row.due_at), now);
            (row, left)
        })
        .collect();
    let review = appeals.iter().filter(|a| a.0.status == "answer_review").count();
    let approved = register.approved(&case).await?;
    let today = law.office().date(now);
    let may_do = |action| may(account.role, action) == Grant::Yes;
    let offers = case.offers(&account.actor(), today).into_iter();
    let page = CasePage {
        number: case.number.to_string(),
        title: case.title.clone(),
        version: case.version,
        kind: case.kind.code().to_owned(),
        status: case.status.name().to_owned(),
        opened_at: case.opened_at,
        owner: case.owner.map(|o| o.to_string()).map(|id| people.get(&id).cloned().unwrap_or(id)),
        route: case.scope.route.as_ref().map(|r| places.route(r.as_str())),
        route_id: case.scope.route.as_ref().map(|r| r.0.clone()),
        stops: case.scope.stops.iter().map(|s| places.stop(s.as_str())).collect(),
        hours: Register::hours_of(&case.scope),
        finding: case.finding.clone(),
        appeals,
        waiting: (review.saturating_sub(approved), approved),
        measures: case.measures.iter().map(|m| measure_line(m, today)).collect(),
        effects: case.effects.iter().map(|e| effect_line(e, &places)).collect(),
        journal: journal.iter().filter_map(|entry| line(entry, &people)).collect(),
        offers: offers
            .map(|(command, missing)| Offered {
                command: command.to_owned(),
                missing: missing.map(|m| m.name().to_owned()),
            })
            .collect(),
        may: MayAnswer {
            draft: may_do(Action::DraftAnswer) && may_do(Action::SignVerdict),
            approve: may_do(Action::ApproveAnswer),
            send: may_do(Action::SendAnswer),
            study: may_do(Action::Measure) && may_do(Action::RecomputeEvidence),
        },
        texts: each(&answer_texts(&case, &places)),
        told: each(&register.effect_words(&case)),
        names: names(law.kinds(), words_of(asked)),
        today: today.to_string(),
        fault: said.fault,
        typed: said.typed,
        batch: said.batch.map(batch_told),
        done: asked.param("done").is_some(),
    };
    Ok(office.site.office(asked, Some(member(account)), OfficePage::Case(Box::new(page))))
}

fn line(entry: &CaseEntry, people: &BTreeMap<String, String>) -> Option<JournalLine> {
    let who = entry.actor.map(|a| a.to_string());
    let who = who.map(|id| people.get(&id).cloned().unwrap_or(id));
    let (event, detail) = told(&entry.event().ok()?, people);
    Some(JournalLine { at: entry.at, who, event: event.to_owned(), detail })
}

fn each(words: &Words) -> [String; 3] {
    [Language::Kk, Language::Ru, Language::En].map(|l| words.of(l).to_owned())
}

fn batch_told(batch: Batch) -> BatchTold {
    let done = batch.done();
    let refused =
        batch.lines.into_iter().filter_map(|l| Some((l.number, l.refusal?.name().to_owned())));
    BatchTold { done, refused: refused.collect() }
}

fn measure_line(measure: &appeals::measure::Measure, today: jiff::civil::Date) -> MeasureLine {
    MeasureLine {
        id: measure.id.to_string(),
        kind: measure.kind.name().to_owned(),
        text: measure.text.clone(),
        promise: (measure.promise.vehicles, measure.promise.runs, measure.promise.headway_s),
        org: measure.org.to_string(),
        promised_on: measure.promised_on.to_string(),
        due_on: measure.due_on.to_string(),
        done_on: measure.done_on.map(|d| d.to_string()),
        late: measure.is_late(today),
    }
}

fn effect_line(effect: &Effect, places: &Places) -> EffectLine {
    let study = &effect.study;
    let name = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
    let code = |value| serde_json::to_value(value).map(name).unwrap_or_default();
    EffectLine {
        metric: effect.metric.name().to_owned(),
        before: study.before,
        after: study.after,
        change: study.against_controls.unwrap_or(study.difference),
        interval: study.interval,
        days: study.days,
        controls: study.controls.iter().map(|r| places.route(r.as_str())).collect(),
        flags: study
            .flags
            .iter()
            .map(|f| serde_json::to_value(f).map(name).unwrap_or_default())
            .collect(),
        outcome: code(study.outcome(effect.metric)),
    }
}

fn told(event: &CaseEvent, people: &BTreeMap<String, String>) -> (&'static str, String) {
    match event {
        CaseEvent::Opened { title, .. } => ("opened", title.clone()),
        CaseEvent::Moved { to, reason, .. } if reason.is_empty() => ("moved", to.name().to_owned()),
        CaseEvent::Moved { reason, .. } => ("moved", reason.clone()),
        CaseEvent::Joined { .. } => ("joined", String::new()),
        CaseEvent::Left { .. } => ("left", String::new()),
        CaseEvent::Renamed { title } => ("renamed", title.clone()),
        CaseEvent::Owned { by } => {
            let id = by.to_string();
            ("owned", people.get(&id).cloned().unwrap_or(id))
        }
        CaseEvent::Concluded { text } => ("concluded", text.clone()),
        CaseEvent::Promised { measure } => ("promised", measure.text.clone()),
        CaseEvent::MeasureDone { proof, .. } => ("measure_done", proof.clone()),
        CaseEvent::EffectsFound { .. } => ("effects_found", String::new()),
        CaseEvent::Noted { text } => ("noted", text.clone()),
    }
}

/// What the answers to all appeals begin with: what was found, and what is promised.
fn answer_texts(case: &Case, places: &Places) -> Words {
    let route = case.scope.route.as_ref().map(|r| places.route(r.as_str())).unwrap_or_default();
    let found = case.finding.clone().unwrap_or_default();
    let promise = case.measures.last();
    let line = |kk: bool| {
        let Some(m) = promise else { return String::new() };
        let due = m.due_on.strftime("%d.%m.%Y");
        if kk {
            format!("{} Мерзімі: {due}.", m.text)
        } else {
            format!("{} Срок: {due}.", m.text)
        }
    };
    let (kk, ru) = (line(true), line(false));
    let text = |lines: [&str; 3]| {
        let lines: Vec<&str> = lines.into_iter().filter(|l| !l.trim().is_empty()).collect();
        lines.join("\n")
    };
    let kk_intro = format!(
        "{{date}} тіркелген № {{number}} өтінішіңіз бойынша № {route} маршруты тексерілді."
    );
    let ru_intro =
        format!("По вашему обращению № {{number}} от {{date}} проверен маршрут № {route}.");
    let en_intro = format!("On your appeal {{number}} of {{date}} route {route} was looked into.");
    Words {
        kk: text([&kk_intro, &found, &kk]),
        ru: text([&ru_intro, &found, &ru]),
        en: text([&en_intro, &found, &promise.map(|m| m.text.clone()).unwrap_or_default()]),
    }
}
