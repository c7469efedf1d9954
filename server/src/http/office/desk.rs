//! The staff's side: registering what others said, queues, one appeal, commands.

use super::appeals::private;
use super::asking::{Asking, Body, Query};
use super::signed::{Signed, forbidden};
use super::{Office, wire};
use crate::http::path::Path;
use crate::problem::ProblemResponse;
use crate::register::Asked;
use api::{
    AppealCommandAsked, AppealDetail, AppealJournal, AppealJournalEntry, AppealQueue, AppealRow,
    FiledAppeal, FindAppeals, NewAppeal, Problem, RevealReason,
};
use appeals::access::{Action, Field, Role, Sight, Visibility, visibility};
use appeals::appeal::Command;
use appeals::channel::Channel;
use appeals::claim::ClaimTime;
use appeals::ids::AppealId;
use appeals::number::AppealNumber;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// Rows of a queue unless fewer are asked for.
const ROWS: u32 = 200;
/// Shortest reason to see personal data, characters.
pub const REASON_CHARS_MIN: usize = 5;

/// `POST /api/v1/staff/appeals`: by telephone, at the desk, on paper, …
#[utoipa::path(post, path = "/api/v1/staff/appeals", tag = "staff",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one appeal, for a day")),
    request_body = NewAppeal,
    responses((status = 201, body = FiledAppeal)))]
pub async fn file(
    State(office): State<Office>,
    signed: Signed,
    asking: Asking,
    Body(new): Body<NewAppeal>,
) -> Result<Response, ProblemResponse> {
    signed.must(Action::Register)?;
    let channel: Channel = match &new.channel {
        Some(name) => wire::named("channel", name)?,
        None => return Err(ProblemResponse::bad_request("say by which channel it came")),
    };
    let by = Some((signed.0.person, signed.0.role));
    let filing = wire::filing(new, channel, asking.key, by, office.register.now())?;
    let filed = office.register.file(filing).await?;
    Ok(private(StatusCode::CREATED, wire::filed(filed)))
}

#[derive(Deserialize)]
pub struct QueueAsked {
    open: Option<bool>,
    desk: Option<String>,
    assignee: Option<String>,
    kind: Option<String>,
    route_id: Option<String>,
    stop_id: Option<String>,
    from: Option<i64>,
    to: Option<i64>,
    limit: Option<u32>,
}

/// `GET /api/v1/staff/appeals`: by the time that the law leaves.
#[utoipa::path(get, path = "/api/v1/staff/appeals", tag = "staff",
    params(("open" = Option<bool>, Query, description = "Only those worked on (the usual), or only those done"), ("desk" = Option<String>, Query), ("assignee" = Option<String>, Query, description = "person_id, or me"), ("kind" = Option<String>, Query), ("route_id" = Option<String>, Query), ("stop_id" = Option<String>, Query), ("from" = Option<i64>, Query, description = "Registered from then, epoch seconds"), ("to" = Option<i64>, Query, description = "… to before then"), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = AppealQueue)))]
pub async fn queue(
    State(office): State<Office>,
    signed: Signed,
    Query(asked): Query<QueueAsked>,
) -> Result<Response, ProblemResponse> {
    let limit = asked.limit.unwrap_or(ROWS);
    let mine = asked.assignee.as_deref() == Some("me");
    let assignee = if mine { Some(signed.0.person.to_string()) } else { asked.assignee };
    let asked = Asked {
        open: Some(asked.open.unwrap_or(true)),
        desk: asked.desk,
        assignee,
        kind: asked.kind,
        route_id: asked.route_id,
        stop_id: asked.stop_id,
        from: asked.from,
        to: asked.to,
        ..Asked::default()
    };
    list(&office, &signed, asked, limit).await
}

/// `POST /api/v1/staff/appeals/find`: those of a telephone.
#[utoipa::path(post, path = "/api/v1/staff/appeals/find", tag = "staff",
    request_body = FindAppeals,
    responses((status = 200, body = AppealQueue)))]
pub async fn find(
    State(office): State<Office>,
    signed: Signed,
    Body(find): Body<FindAppeals>,
) -> Result<Response, ProblemResponse> {
    signed.must(Action::Reveal)?;
    let phone_hash = office.register.phone_hash(&find.phone)?;
    if phone_hash.is_none() {
        return Err(ProblemResponse::bad_request("phone has no digits"));
    }
    let object = phone_hash.clone().unwrap_or_default();
    office.staff.audit(Some(signed.0.person), "found_by_phone", &object, "").await?;
    list(&office, &signed, Asked { phone_hash, ..Asked::default() }, ROWS).await
}

async fn list(
    office: &Office,
    signed: &Signed,
    asked: Asked,
    limit: u32,
) -> Result<Response, ProblemResponse> {
    Ok(private(StatusCode::OK, visible(office, signed, asked, limit).await?.0))
}

/// The queue as one role may see it, and how many appeals fit in all.
pub async fn visible(
    office: &Office,
    signed: &Signed,
    mut asked: Asked,
    limit: u32,
) -> Result<(AppealQueue, u64), ProblemResponse> {
    let sight = Sight::of_any(signed.0.org.iter().cloned().collect());
    let now = office.register.now();
    let see = |field| visibility(&signed.0.viewer(), field, &sight, now);
    if see(Field::Status) == Visibility::Hidden {
        return Err(forbidden("your role sees no appeals"));
    }
    if signed.0.role == Role::Carrier {
        asked.carrier = signed.0.org.as_ref().map(|o| o.0.clone());
    }
    let internal = see(Field::Internal) == Visibility::Full;
    let rows = office.register.queue(&asked, limit).await?;
    let appeals = rows
        .into_iter()
        .map(AppealRow::from)
        .map(|row| AppealRow { assignee: row.assignee.filter(|_| internal), ..row });
    let queue = AppealQueue { at: now, appeals: appeals.collect() };
    Ok((queue, office.register.count(&asked).await?))
}

pub(super) async fn id(office: &Office, number: &str) -> Result<AppealId, ProblemResponse> {
    let number = number
        .parse::<AppealNumber>()
        .map_err(|e| ProblemResponse::bad_request(format!("the number of an appeal is {e}")))?;
    Ok(office.register.id_of(number).await?)
}

/// `GET /api/v1/staff/appeals/{number}`.
#[utoipa::path(get, path = "/api/v1/staff/appeals/{number}", tag = "staff",
    params(("number" = String, Path)),
    responses((status = 200, body = AppealDetail)))]
pub async fn one(
    State(office): State<Office>,
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, ProblemResponse> {
    let id = id(&office, &number).await?;
    Ok(private(StatusCode::OK, office.register.show(id, &signed.0.viewer()).await?))
}

/// `POST /api/v1/staff/appeals/{number}/reveal`: logged before anything is shown.
#[utoipa::path(post, path = "/api/v1/staff/appeals/{number}/reveal", tag = "staff",
    params(("number" = String, Path)),
    request_body = RevealReason,
    responses((status = 200, body = AppealDetail)))]
pub async fn reveal(
    State(office): State<Office>,
    signed: Signed,
    Path(number): Path<String>,
    Body(reason): Body<RevealReason>,
) -> Result<Response, ProblemResponse> {
    signed.must(Action::Reveal)?;
    let why = reason.reason.trim();
    if why.chars().count() < REASON_CHARS_MIN {
        return Err(ProblemResponse::bad_request("say why it must be seen"));
    }
    let id = id(&office, &number).await?;
    let revealed = office.register.reveal(id, &signed.0.viewer()).await?;
    let action = if revealed.uncovered { "revealed" } else { "reveal_asked" };
    let object = &revealed.shown.number;
    office.staff.audit(Some(signed.0.person), action, object, why).await?;
    Ok(private(StatusCode::OK, revealed.shown))
}

/// `GET /api/v1/staff/appeals/{number}/journal`.
#[utoipa::path(get, path = "/api/v1/staff/appeals/{number}/journal", tag = "staff",
    params(("number" = String, Path)),
    responses((status = 200, body = AppealJournal)))]
pub async fn journal(
    State(office): State<Office>,
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, ProblemResponse> {
    // Notes, questions and answers stand in it: for those who see these.
    signed.must(Action::Work)?;
    let id = id(&office, &number).await?;
    let entries = office.register.journal(id).await?;
    let entries = entries.into_iter().map(|e| AppealJournalEntry {
        appeal: e.of.to_string(),
        seq: e.seq,
        at: e.at,
        actor: e.actor.map(|a| a.to_string()),
        role: e.role.map(|r| wire::name(&r)),
        payload: e.payload,
        prev: e.prev.to_string(),
        hash: e.hash.to_string(),
    });
    Ok(private(StatusCode::OK, AppealJournal { entries: entries.collect() }))
}

/// `POST /api/v1/staff/appeals/{number}/commands`.
#[utoipa::path(post, path = "/api/v1/staff/appeals/{number}/commands", tag = "staff",
    params(("number" = String, Path)),
    request_body = AppealCommandAsked,
    responses((status = 200, body = AppealDetail),
        (status = 409, description = "The state of the appeal, or its version, does not let it", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Something that the command needs is missing", body = Problem, content_type = "application/problem+json")))]
pub async fn command(
    State(office): State<Office>,
    signed: Signed,
    asking: Asking,
    Path(number): Path<String>,
    Body(asked): Body<AppealCommandAsked>,
) -> Result<Response, ProblemResponse> {
    let id = id(&office, &number).await?;
    let viewer = signed.0.viewer();
    // Who may not know of an appeal learns nothing by commanding it.
    office.register.show(id, &viewer).await?;
    let mut command = super::commands::command(asked.command, office.register.now())?;
    if let Command::ChangeClaim { claim, .. } = &mut command {
        let before = office.register.stage(id, asking.language).await?.appeal.claim.time;
        // A span or "every morning" has no place on the wire: it stays unless another time is said.
        let said = claim.time.as_ref().and_then(ClaimTime::centre);
        if said == before.as_ref().and_then(ClaimTime::centre) || said.is_none() {
            claim.time = before;
        }
    }
    let actor = signed.0.actor();
    office.register.work(id, asked.version, &command, &actor).await?;
    Ok(private(StatusCode::OK, office.register.show(id, &viewer).await?))
}
