//! What patterns propose, and the cases that were opened.

use super::may_see;
use crate::http::asked::Asked;
use crate::http::office::Office;
use crate::http::office::handler::{Fields, Places, field, problem_page};
use crate::http::office::pages::{AtDesk, names, see_other, words_of};
use crate::http::office::staff::member;
use crate::problem::ProblemResponse;
use crate::register::{Register, ServiceError};
use crate::staff::Account;
use appeals::access::{Action, Grant, may};
use appeals::case::Scope;
use appeals::ids::AppealId;
use appeals::kind::Kind;
use appeals::number::AppealNumber;
use appeals::pattern::Proposal;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use frontend::office::{CaseLine, CasesPage, OfficePage, ProposalLine};

/// Proposals shown: the largest.
const PROPOSALS_MAX: usize = 20;

/// Joins shown.
const JOINS_MAX: usize = 50;

/// `GET /staff/cases`.
pub async fn page(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
) -> Result<Response, Response> {
    let shown = async {
        may_see(&office, &signed.0)?;
        render(&office, &asked, &signed.0, None).await
    };
    shown.await.map_err(problem_page(&office, &asked))
}

/// `POST /staff/cases`: a proposal is confirmed or rejected.
pub async fn act(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
    Form(fields): Form<Fields>,
) -> Result<Response, Response> {
    let done = async {
        may_see(&office, &signed.0)?;
        let appeals = appeals_of(&office, field(&fields, "appeals")).await?;
        let actor = signed.0.actor();
        let said = match field(&fields, "command") {
            "confirm" => {
                let (kind, scope) = scope_of(&office, &appeals).await?;
                let opened = (field(&fields, "title"), kind, scope);
                let opened = office.register.open_case(opened, true, &appeals, None, &actor).await;
                opened.map(|case| {
                    format!("/staff/cases/{}", frontend::encode(&case.number.to_string()))
                })
            }
            "reject" => {
                let reason = field(&fields, "reason");
                let rejected = office.register.reject_proposal(&appeals, reason, &actor).await;
                rejected.map(|()| "/staff/cases".to_owned())
            }
            _ => return Err(ProblemResponse::bad_request("confirm or reject")),
        };
        let refusal = match said {
            Ok(to) => return Ok(see_other(&to)),
            Err(ServiceError::Case(refusal)) => refusal.name(),
            Err(ServiceError::Refused(refusal)) => refusal.name(),
            Err(error) => return Err(error.into()),
        };
        let mut response = render(&office, &asked, &signed.0, Some(refusal.to_owned())).await?;
        *response.status_mut() = StatusCode::CONFLICT;
        Ok::<_, ProblemResponse>(response)
    };
    done.await.map_err(problem_page(&office, &asked))
}

/// Appeals by their numbers.
pub async fn appeals_of(office: &Office, numbers: &str) -> Result<Vec<AppealId>, ProblemResponse> {
    let mut ids = Vec::new();
    for number in numbers.split_whitespace() {
        let number = number.parse::<AppealNumber>();
        let number =
            number.map_err(|e| ProblemResponse::bad_request(format!("a number is {e}")))?;
        ids.push(office.register.id_of(number).await?);
    }
    if ids.is_empty() {
        return Err(ProblemResponse::bad_request("name at least one appeal"));
    }
    Ok(ids)
}

/// What some appeals have in common: of the proposal that holds them all, else of the appeals themselves.
pub async fn scope_of(
    office: &Office,
    appeals: &[AppealId],
) -> Result<(Kind, Scope), ProblemResponse> {
    let all = proposals(office).await?;
    let holds = |p: &&(Proposal, Vec<String>)| appeals.iter().all(|a| p.0.appeals.contains(a));
    if let Some((proposal, _)) = all.iter().find(holds) {
        return Ok((proposal.kind, proposal.scope.clone()));
    }
    Ok(office.register.scope_of(appeals, &|stop| place(office, stop)).await?)
}

fn place(office: &Office, stop: &str) -> Option<transit::LatLon> {
    let place = (office.stops)(stop)?;
    Some(transit::LatLon { lat: place.lat, lon: place.lon })
}

async fn proposals(office: &Office) -> Result<Vec<(Proposal, Vec<String>)>, ProblemResponse> {
    Ok(office.register.proposals(&|stop: &str| place(office, stop)).await?)
}

async fn render(
    office: &Office,
    asked: &Asked,
    account: &Account,
    fault: Option<String>,
) -> Result<Response, ProblemResponse> {
    let register = &office.register;
    let places = Places(office.site.reads().view(asked.language));
    let today = register.law().office().date(register.now());
    let route = |scope: &Scope| scope.route.as_ref().map(|r| places.route(r.as_str()));
    let proposed = proposals(office).await?.into_iter().take(PROPOSALS_MAX);
    let proposed = proposed.map(|(p, numbers)| ProposalLine {
        kind: p.kind.code().to_owned(),
        route: route(&p.scope).unwrap_or_default(),
        route_id: p.scope.route.as_ref().map(|r| r.0.clone()).unwrap_or_default(),
        stops: p.scope.stops.iter().map(|s| places.stop(s.as_str())).collect(),
        hours: Register::hours_of(&p.scope),
        appeals: numbers,
        people: p.people,
    });
    let cases = register.cases().await?.into_iter().map(|row| {
        let case = row.case;
        CaseLine {
            number: case.number.to_string(),
            route: route(&case.scope).unwrap_or_default(),
            kind: case.kind.code().to_owned(),
            status: case.status.name().to_owned(),
            opened_at: case.opened_at,
            appeals: case.appeals.len(),
            late: case.measures.iter().any(|m| m.done_on.is_none() && m.is_late(today)),
            title: case.title,
        }
    });
    let joins = register.waiting_joins().await?.into_iter().take(JOINS_MAX);
    let page = CasesPage {
        joins: joins.map(|j| (j.appeal, j.case)).collect(),
        proposals: proposed.collect(),
        cases: cases.collect(),
        names: names(register.law().kinds(), words_of(asked)),
        may_join: may(account.role, Action::JoinCase) == Grant::Yes,
        fault,
    };
    Ok(office.site.office(asked, Some(member(account)), OfficePage::Cases(Box::new(page))))
}
