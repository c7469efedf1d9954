//! One appeal on the desk.

use super::claim;
use super::commands::{self, Unreadable};
use super::journal::{Telling, lines, people_of};
use super::queue::{Places, desks, left};
use super::{Fields, field, number_of, problem_page};
use crate::http::asked::Asked;
use crate::http::office::Office;
use crate::http::office::desk::REASON_CHARS_MIN;
use crate::http::office::pages::{AtDesk, names, see_other, words_of};
use crate::http::office::signed::forbidden;
use crate::http::office::staff::member;
use crate::problem::ProblemResponse;
use crate::register::{Handling, ServiceError};
use crate::staff::Account;
use api::AppealDetail;
use appeals::access::{Action, Field, Grant, Visibility, may};
use appeals::case::{CaseCommand, CaseRefusal};
use appeals::draft::{Names, draft};
use appeals::ids::AppealId;
use appeals::number::CaseNumber;
use appeals::words::Language;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use frontend::office::{AnswerForm, AppealPage, Fault, Files, Offered, OfficePage};

/// What came of the last thing that was asked.
#[derive(Default)]
struct Said {
    fault: Option<Fault>,
    typed: Fields,
    revealed: bool,
}

type Handled = Result<Response, Response>;

/// `GET /staff/appeals/{number}`.
pub async fn page(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
    Path(number): Path<String>,
) -> Handled {
    let shown = async {
        let id = office.register.id_of(number_of(&number)?).await?;
        let detail = office.register.show(id, &signed.0.viewer()).await?;
        render(&office, &asked, &signed.0, id, detail, Said::default()).await
    };
    shown.await.map_err(problem_page(&office, &asked))
}

/// `POST /staff/appeals/{number}`: a command. Done: on to the page. Refused: the page with what was typed.
pub async fn act(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Handled {
    let done = async {
        let number = number_of(&number)?;
        let id = office.register.id_of(number).await?;
        // Who may not know of an appeal learns nothing by commanding it.
        office.register.show(id, &signed.0.viewer()).await?;
        let command = field(&fields, "command").to_owned();
        let places = Places(office.site.reads().view(asked.language));
        let refusal = match carry_out(&office, &signed.0, (id, &places), &fields).await? {
            Ok(()) => {
                let to = format!("/staff/appeals/{number}?done={}", frontend::encode(&command));
                return Ok(see_other(&to));
            }
            Err(refusal) => refusal,
        };
        let mut changed = Vec::new();
        if refusal == "version" {
            let seen: u32 = field(&fields, "seq").parse().unwrap_or(u32::MAX);
            let entries = office.register.journal(id).await?;
            let newer: Vec<_> = entries.into_iter().filter(|e| e.seq > seen).collect();
            let people = people_of(&office, &signed.0).await?;
            let (law, language) = (office.register.law(), words_of(&asked));
            let telling = Telling { people: &people, places: &places, law, language };
            changed = lines(&newer, &signed.0, telling).unwrap_or_default();
        }
        let fault = Some(Fault { command, refusal: refusal.to_owned(), changed });
        let detail = office.register.show(id, &signed.0.viewer()).await?;
        let said = Said { fault, typed: fields, ..Said::default() };
        let mut response = render(&office, &asked, &signed.0, id, detail, said).await?;
        *response.status_mut() = StatusCode::CONFLICT;
        Ok::<_, ProblemResponse>(response)
    };
    done.await.map_err(problem_page(&office, &asked))
}

/// Does it, or says by a code why not.
async fn carry_out(
    office: &Office,
    account: &Account,
    (id, places): (AppealId, &Places),
    fields: &Fields,
) -> Result<Result<(), Unreadable>, ProblemResponse> {
    if field(fields, "command") == "join_case" {
        return join(office, account, id, field(fields, "case")).await;
    }
    let command = if field(fields, "command") == "change_claim" {
        let appeal = office.register.handling(id, &account.actor()).await?.appeal;
        claim::command(fields, &appeal, places, &office.register.law().office().zone)
    } else {
        commands::command(fields)
    };
    let command = match command {
        Ok(command) => command,
        Err(code) => return Ok(Err(code)),
    };
    let Ok(seen) = field(fields, "version").parse::<u32>() else { return Ok(Err("field")) };
    match office.register.work(id, seen, &command, &account.actor()).await {
        Ok(_) => Ok(Ok(())),
        Err(ServiceError::Refused(refusal)) => Ok(Err(refusal.name())),
        Err(error) => Err(error.into()),
    }
}

/// Into a case by its number; out of its case without one.
async fn join(
    office: &Office,
    account: &Account,
    id: AppealId,
    case: &str,
) -> Result<Result<(), Unreadable>, ProblemResponse> {
    let register = &office.register;
    let actor = account.actor();
    let appeal = register.handling(id, &actor).await?;
    let now_in = appeal.case.as_deref().and_then(|c| c.parse::<CaseNumber>().ok());
    let mut asked = Vec::new();
    if let Some(old) = now_in {
        asked.push((old, CaseCommand::Leave { appeal: id }));
    }
    if !case.is_empty() {
        let Ok(number) = case.parse::<CaseNumber>() else { return Ok(Err("unknown_case")) };
        if Some(number) == now_in {
            return Ok(Err("joined_before"));
        }
        if matches!(register.case(number).await, Err(ServiceError::UnknownCase)) {
            return Ok(Err("unknown_case"));
        }
        let received_at = appeal.appeal.received_at;
        asked.push((number, CaseCommand::Join { appeal: id, received_at }));
    }
    if asked.is_empty() {
        return Ok(Err(CaseRefusal::NothingToDo.name()));
    }
    for (number, command) in asked {
        let seen = register.case(number).await?.case.version;
        match register.work_case(number, seen, &command, &actor).await {
            Ok(_) => {}
            Err(ServiceError::Case(refusal)) => return Ok(Err(refusal.name())),
            Err(ServiceError::Refused(refusal)) => return Ok(Err(refusal.name())),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Ok(()))
}

/// `POST /staff/appeals/{number}/reveal`: logged before anything is shown.
pub async fn reveal(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Handled {
    let done = async {
        if may(signed.0.role, Action::Reveal) == Grant::No {
            return Err(forbidden("your role may not do this"));
        }
        let id = office.register.id_of(number_of(&number)?).await?;
        let why = field(&fields, "reason");
        if why.chars().count() < REASON_CHARS_MIN {
            let (command, refusal) = ("reveal".to_owned(), "too_short".to_owned());
            let fault = Some(Fault { command, refusal, changed: Vec::new() });
            let said = Said { fault, ..Said::default() };
            let detail = office.register.show(id, &signed.0.viewer()).await?;
            let mut response = render(&office, &asked, &signed.0, id, detail, said).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
        let revealed = office.register.reveal(id, &signed.0.viewer()).await?;
        let action = if revealed.uncovered { "revealed" } else { "reveal_asked" };
        let object = &revealed.shown.number;
        office.staff.audit(Some(signed.0.person), action, object, why).await?;
        let said = Said { revealed: revealed.uncovered, ..Said::default() };
        render(&office, &asked, &signed.0, id, revealed.shown, said).await
    };
    done.await.map_err(problem_page(&office, &asked))
}

async fn render(
    office: &Office,
    asked: &Asked,
    account: &Account,
    id: AppealId,
    detail: AppealDetail,
    said: Said,
) -> Result<Response, ProblemResponse> {
    let register = &office.register;
    let (law, language) = (register.law(), words_of(asked));
    let handling = register.handling(id, &account.actor()).await?;
    let places = Places(office.site.reads().view(asked.language));
    let people = people_of(office, account).await?;
    let works = may(account.role, Action::Work) != Grant::No || account.role.is_front();
    let similar = if works { similar(office, &handling).await? } else { Vec::new() };
    let number = number_of(&detail.number)?;
    let row = register.row_of(number).await?.ok_or(ServiceError::Unknown)?;
    let of = detail.claim.as_ref();
    let route = of.and_then(|c| c.route_id.as_ref()).map(|r| places.route(r));
    let stop = of.and_then(|c| c.stop_id.as_ref()).map(|s| places.stop(s));
    let all_names = names(law.kinds(), language);
    let open = handling.appeal.subjects.iter().filter(|s| s.settled.is_none() && works);
    let subjects = open.map(|s| {
        let kind = all_names.get(s.kind.code()).cloned().unwrap_or_default();
        (s.seq, kind)
    });
    let telling = Telling { people: &people, places: &places, law, language };
    let page = AppealPage {
        left: left(law, &row.status, (row.registered_at, row.due_at), register.now()),
        answer: answer_form(office, asked, &handling, (route.as_deref(), stop.as_deref())),
        route,
        stop,
        routes: places.routes(similar.iter().map(|r| r.route_id.as_ref())),
        journal: lines(&register.journal(id).await?, account, telling),
        claim: claim::form(&handling.appeal, law.kinds(), &places, &law.office().zone),
        seq: handling.seq,
        evidence: evidence(office, account, id).await,
        similar_shown: works,
        similar,
        offers: offered(&handling),
        reply_by: reply_name(&handling),
        extension_until: handling.extension_until.map(|d| d.to_string()),
        case: handling.case.clone().filter(|_| works),
        subjects: subjects.collect(),
        files: files(office, account, id, &detail.number).await?,
        desks: desks(law),
        orgs: office.orgs().await.unwrap_or_default(),
        fault: said.fault,
        typed: said.typed,
        done: asked.param("done").map(str::to_owned),
        revealed: said.revealed,
        may_reveal: may(account.role, Action::Reveal) != Grant::No,
        names: all_names,
        people,
        appeal: detail,
    };
    let page = OfficePage::Appeal(Box::new(page));
    Ok(office.site.office(asked, Some(member(account)), page))
}

/// The files of an appeal: to whom they are covered only how many there are, unless a reason was given.
async fn files(
    office: &Office,
    account: &Account,
    id: AppealId,
    number: &str,
) -> Result<Files, ProblemResponse> {
    if may(account.role, Action::Work) == Grant::No {
        return Ok(Files::default());
    }
    let open = match office.register.sees(id, &account.viewer(), Field::Attachment).await? {
        Visibility::Full => true,
        Visibility::Masked => office.staff.gave_reason(account.person, number).await?,
        Visibility::Hidden => return Ok(Files::default()),
    };
    let all = office.register.attachments(id).await?;
    Ok(Files {
        count: all.len(),
        shown: all.into_iter().filter(|_| open).map(|(id, kind, _)| (id, kind)).collect(),
    })
}

async fn similar(
    office: &Office,
    handling: &Handling,
) -> Result<Vec<api::AppealRow>, ProblemResponse> {
    let place = |stop: &str| {
        let place = (office.stops)(stop)?;
        Some(transit::LatLon { lat: place.lat, lon: place.lon })
    };
    let rows = office.register.similar(&handling.appeal, &place).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

fn offered(handling: &Handling) -> Vec<Offered> {
    let offer = |o: &appeals::appeal::Offer| Offered {
        command: o.command.to_owned(),
        missing: o.missing.map(|m| m.name().to_owned()),
    };
    handling.offers.iter().map(offer).collect()
}

/// What the buses' data say, for those who may see it. Without the record the rest of the page still stands.
async fn evidence(office: &Office, account: &Account, id: AppealId) -> Option<api::AppealEvidence> {
    let examiner = office.evidence.as_ref()?;
    match examiner.shown(id, &account.viewer()).await {
        Ok(evidence) => Some(evidence),
        Err(error) => {
            tracing::debug!(%error, "evidence is not shown");
            None
        }
    }
}

fn reply_name(handling: &Handling) -> String {
    let name = serde_json::to_value(handling.reply_by).ok();
    name.and_then(|n| n.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The answer as it stands; a draft from the evidence where there is none yet, or where one is asked for.
fn answer_form(
    office: &Office,
    asked: &Asked,
    handling: &Handling,
    (route, stop): (Option<&str>, Option<&str>),
) -> AnswerForm {
    let law = office.register.law();
    let appeal = &handling.appeal;
    let wanted = asked.param("draft").and_then(Language::parse);
    if let (None, Some(answer)) = (wanted, &appeal.answer) {
        return AnswerForm {
            language: answer.language.code().to_owned(),
            body: answer.body.clone(),
            legal_basis: answer.legal_basis.clone(),
            right_of_appeal: answer.right_of_appeal.clone(),
        };
    }
    let language = wanted.unwrap_or(appeal.language);
    let texts = law.texts();
    let number = appeal.number.to_string();
    let kind = &law.kinds().entry(appeal.kind).name;
    let names =
        Names { number: &number, kind, route, stop, carrier_asked: appeal.carrier.is_some() };
    let body = handling.packet.as_ref().map(|packet| {
        let signed = appeal.signature.as_ref().map(|s| s.finding);
        draft(packet, signed, names, (texts, language, &law.office().zone)).body
    });
    AnswerForm {
        language: language.code().to_owned(),
        body: body.unwrap_or_default(),
        legal_basis: texts.legal_basis.of(language).to_owned(),
        right_of_appeal: texts.right_of_appeal.of(language).to_owned(),
    }
}
