//! What became of an appeal: by number and PIN, for a while by a pass in a cookie; never by an address.

use super::claim::told;
use super::photos::Posted;
use super::{Office, Pairs};
use crate::http::asked::Asked;
use crate::http::office::asking::Asking;
use crate::http::office::pages::{see_other, words_of};
use crate::http::office::signed::{from_our_page, held, kept_by_browser};
use crate::http::office::tries::number_name;
use crate::http::office::wire;
use crate::problem::ProblemResponse;
use crate::register::{PASS_S, ServiceError};
use appeals::access::{Role, Viewer};
use appeals::appeal::{Actor, Appeal, Command, Event, Refusal, Status};
use appeals::ids::AppealId;
use appeals::journal::Entry;
use appeals::words::Language;
use axum::Form as Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use frontend::office::citizen::{
    CitizenPage, Done, FiledPage, Line, LineKind, May, StagePage, StatusFault, StatusPage,
};

/// Bound to this host and to encrypted transport by its prefix.
const COOKIE: &str = "__Host-appeal";
/// A command is made on what it finds: again so often when somebody was quicker.
const TRIES: usize = 3;

type Handled = Result<Response, ProblemResponse>;

/// A citizen who gave the PIN.
fn applicant() -> Actor {
    Actor { person: None, role: Role::CitizenPin, org: None, owns: true }
}

/// The same answer with a pass for the appeal.
pub fn with_pass(office: &Office, mut response: Response, id: AppealId) -> Handled {
    let pass = office.register.pass(id, crate::clock::Clock::machine().now())?;
    response.headers_mut().append(header::SET_COOKIE, kept_by_browser(COOKIE, &pass, PASS_S));
    Ok(response)
}

fn pass_of(headers: &HeaderMap) -> Option<&str> {
    held(headers, COOKIE)
}

/// The appeal that the request has a pass for.
async fn passed(office: &Office, headers: &HeaderMap) -> Result<Option<AppealId>, ServiceError> {
    let Some(pass) = pass_of(headers) else { return Ok(None) };
    office.register.passed(pass, crate::clock::Clock::machine().now()).await
}

fn form(office: &Office, asked: &Asked, fault: Option<StatusFault>, number: &str) -> Response {
    let status = match fault {
        Some(StatusFault::Wrong) => StatusCode::NOT_FOUND,
        Some(StatusFault::TooMany) => StatusCode::TOO_MANY_REQUESTS,
        Some(StatusFault::Over) => StatusCode::FORBIDDEN,
        None => StatusCode::OK,
    };
    let number = number.chars().take(40).collect();
    office.citizen(asked, status, CitizenPage::Status(StatusPage { fault, number }))
}

/// `GET /appeals/status`: the appeal of the pass, else the form.
pub async fn page(State(office): State<Office>, asked: Asked, headers: HeaderMap) -> Handled {
    let Some(id) = passed(&office, &headers).await? else {
        return Ok(form(&office, &asked, None, ""));
    };
    let done = asked.param("done").and_then(|done| match done {
        "add" => Some(Done::Added),
        "photo" => Some(Done::Photo),
        "photo_refused" => Some(Done::PhotoRefused),
        "withdraw" => Some(Done::Withdrawn),
        "confirm" => Some(Done::Confirmed),
        "rate" => Some(Done::Rated),
        "refused" => Some(Done::Refused),
        "empty" => Some(Done::Empty),
        _ => None,
    });
    stage(&office, &asked, id, done).await
}

/// Names and values of a form; the last of a name counts.
pub fn value<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().rev().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
}

/// `POST /appeals/status`: number and PIN.
pub async fn open(
    State(office): State<Office>,
    asked: Asked,
    asking: Asking,
    headers: HeaderMap,
    Body(pairs): Body<Pairs>,
) -> Handled {
    from_our_page(&headers)?;
    let (number, pin) = (value(&pairs, "number"), value(&pairs, "pin"));
    let now_s = office.clock.elapsed().as_secs_f64();
    let name = number_name(number);
    if office.tries.begin(&name, asking.address, now_s).is_err() {
        return Ok(form(&office, &asked, Some(StatusFault::TooMany), number));
    }
    match office.register.id_by_pin(number, pin).await {
        Ok(id) => {
            office.tries.right(&name, asking.address);
            // Shown at once, so that who takes no cookies sees it too.
            with_pass(&office, stage(&office, &asked, id, None).await?, id)
        }
        Err(ServiceError::Unknown) => Ok(form(&office, &asked, Some(StatusFault::Wrong), number)),
        Err(error) => Err(error.into()),
    }
}

/// `POST /appeals/status/leave`: takes the pass away, and ends it: a copy of it opens nothing.
pub async fn leave(State(office): State<Office>, headers: HeaderMap) -> Handled {
    from_our_page(&headers)?;
    if let Some(pass) = pass_of(&headers) {
        office.register.end_pass(pass, crate::clock::Clock::machine().now()).await?;
    }
    let mut response = see_other("/appeals/status");
    response.headers_mut().insert(header::SET_COOKIE, kept_by_browser(COOKIE, "", 0));
    Ok(response)
}

/// An address of something that is only posted.
pub async fn back() -> Response {
    see_other("/appeals/status")
}

/// `POST /appeals/status/{act}`: the applicant speaks.
pub async fn act(
    State(office): State<Office>,
    mut asked: Asked,
    Path(act): Path<String>,
    headers: HeaderMap,
    Body(pairs): Body<Pairs>,
) -> Handled {
    from_our_page(&headers)?;
    "/appeals/status".clone_into(&mut asked.path);
    let Some(id) = passed(&office, &headers).await? else {
        return Ok(form(&office, &asked, Some(StatusFault::Over), ""));
    };
    let text: String =
        value(&pairs, "text").chars().take(appeals::appeal::TEXT_CHARS_MAX).collect();
    let said = |done: &str| see_other(&format!("/appeals/status?done={done}"));
    let command = match act.as_str() {
        "rate" => return rate(&office, &asked, id, value(&pairs, "stars")).await,
        "add" | "dispute" if text.is_empty() => return Ok(said("empty")),
        "add" => Command::AddInfo { text },
        "dispute" => Command::Refute { reason: text },
        "withdraw" => Command::Withdraw,
        "confirm" => Command::Confirm,
        _ => return Ok(office.site.problem(&asked, ProblemResponse::not_found("no such page"))),
    };
    for _ in 0..TRIES {
        let seen = office.register.stage(id, words_of(&asked)).await?.appeal.version;
        match office.register.work(id, seen, &command, &applicant()).await {
            Err(ServiceError::Refused(Refusal::Version { .. })) => {}
            Err(ServiceError::Refused(_)) => return Ok(said("refused")),
            Err(error) => return Err(error.into()),
            Ok(worked) => {
                let Some(filed) = worked.repeat else { return Ok(said(&act)) };
                return repeated(&office, &asked, &worked.appeal, filed);
            }
        }
    }
    Ok(said("refused"))
}

/// A disputed answer: the repeat appeal has a number and a PIN of its own.
fn repeated(
    office: &Office,
    asked: &Asked,
    appeal: &Appeal,
    filed: crate::register::Filed,
) -> Handled {
    let (id, safety) = (filed.id, filed.safety);
    let told = told(&appeal.claim, &office.view(asked), kind_name(office, appeal, words_of(asked)));
    let page = FiledPage { filed: wire::filed(filed), told, safety };
    let response = office.citizen(asked, StatusCode::CREATED, CitizenPage::Filed(page));
    with_pass(office, response, id)
}

/// `POST /appeals/status/photo`: pictures for an appeal that is there already.
pub async fn photo(
    State(office): State<Office>,
    asked: Asked,
    headers: HeaderMap,
    posted: Posted,
) -> Handled {
    from_our_page(&headers)?;
    let Some(id) = passed(&office, &headers).await? else {
        return Ok(form(&office, &asked, Some(StatusFault::Over), ""));
    };
    let said = |done: &str| see_other(&format!("/appeals/status?done={done}"));
    if posted.photos.is_empty() || !posted.faults.is_empty() {
        return Ok(said("photo_refused"));
    }
    for _ in 0..TRIES {
        match office.register.attach(id, &posted.photos, &applicant()).await {
            Err(ServiceError::Refused(Refusal::Version { .. })) => {}
            Err(ServiceError::Refused(_)) => return Ok(said("photo_refused")),
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok(said("photo")),
        }
    }
    Ok(said("refused"))
}

async fn rate(office: &Office, asked: &Asked, id: AppealId, stars: &str) -> Handled {
    let appeal = office.register.stage(id, words_of(asked)).await?.appeal;
    let stars = stars.parse::<u32>().ok().filter(|n| (1..=5).contains(n));
    let done = match stars.filter(|_| may_rate(&appeal)) {
        Some(stars) => {
            office.register.rate(id, stars).await?;
            "rate"
        }
        None => "refused",
    };
    Ok(see_other(&format!("/appeals/status?done={done}")))
}

fn may_rate(appeal: &Appeal) -> bool {
    appeal.answered_at.is_some()
}

fn kind_name(office: &Office, appeal: &Appeal, language: Language) -> String {
    office.register.law().kinds().entry(appeal.kind).name.of(language).to_owned()
}

/// What the applicant may do now: the machine of statuses is asked, so that no button leads to a refusal.
fn may(office: &Office, appeal: &Appeal, rated: bool) -> May {
    let rules = office.register.law().rules();
    let can = |command: &Command| {
        let now = office.register.now();
        appeal.decide(command, &applicant(), appeal.version, rules, now).is_ok()
    };
    May {
        add: can(&Command::AddInfo { text: "?".to_owned() }),
        withdraw: can(&Command::Withdraw),
        confirm: can(&Command::Confirm),
        rate: may_rate(appeal) && !rated,
    }
}

/// The page of an appeal.
async fn stage(office: &Office, asked: &Asked, id: AppealId, done: Option<Done>) -> Handled {
    let (register, language) = (&office.register, words_of(asked));
    let appeal = register.stage(id, language).await?.appeal;
    let shown = register.stage_shown(id, language).await?;
    let rated = register.rated(id).await?;
    let today = register.law().office().date(register.now());
    let due = appeal.due_on.filter(|_| appeal.status.is_open());
    let days_left = due.and_then(|due| due.since(today).ok()).map(|s| i64::from(s.get_days()));
    let journal = register.journal(id).await?;
    let photos = register.attachments(id).await?.len();
    let page = StagePage {
        photos,
        evidence: evidence(office, id).await,
        problem: super::problem::of(office, appeal.case).await,
        told: told(&appeal.claim, &office.view(asked), kind_name(office, &appeal, language)),
        text: appeal.text.clone(),
        lines: lines(&journal, language),
        may: may(office, &appeal, rated.is_some()),
        days_left,
        rated,
        done,
        stage: shown,
    };
    Ok(office.citizen(asked, StatusCode::OK, CitizenPage::Stage(Box::new(page))))
}

/// What the buses' record says. Without it the rest is still told.
async fn evidence(office: &Office, id: AppealId) -> Option<api::AppealEvidence> {
    let viewer = Viewer { role: Role::CitizenPin, person: None, org: None, revealed: false };
    match office.evidence.as_ref()?.shown(id, &viewer).await {
        Ok(evidence) => Some(evidence),
        Err(error) => {
            tracing::warn!(%error, "evidence cannot be shown");
            None
        }
    }
}

/// What of the journal its applicant reads. Who works on it, notes, drafts and what the carrier wrote stay
/// inside; writing and approving an answer is one stage to who waits for it.
fn lines(journal: &[Entry], language: Language) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for entry in journal {
        let kind = match entry.event() {
            Ok(event) => line(event, language),
            Err(_) => None,
        };
        if let Some(kind) = kind
            && lines.last().is_none_or(|last| last.kind != kind)
        {
            lines.push(Line { at: entry.at, kind });
        }
    }
    lines
}

fn line(event: Event, language: Language) -> Option<LineKind> {
    let status = |status: Status| LineKind::Status(status.label(language).to_owned());
    Some(match event {
        Event::Registered { .. } => status(Status::Registered),
        Event::Moved { to: Status::AnswerReview, .. } => status(Status::AnswerDraft),
        Event::Moved { to, .. } => status(to),
        Event::ApplicantAsked { question } => LineKind::Asked(question),
        Event::InfoAdded { text } => LineKind::Added(text),
        Event::Redirected(redirect) => {
            LineKind::Redirected(format!("{}: {}", redirect.to.0, redirect.reason))
        }
        Event::NotConsidered { reason, .. } | Event::Returned { reason } => {
            LineKind::Reason(reason)
        }
        Event::Extended(extension) => LineKind::Extended(extension.until.to_string()),
        Event::VerdictSigned(_) => LineKind::Checked,
        Event::CaseJoined { case: Some(_) } => LineKind::Case,
        Event::MeasureTracked => LineKind::Measure,
        _ => return None,
    })
}
