//! The knowledge base: `/help` and its JSON, open to all.

use super::Office;
use super::pages::words_of;
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use api::{HelpList, HelpSituation};
use appeals::knowledge::{Knowledge, Situation};
use appeals::words::{Language, Words};
use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use frontend::office::{HelpPage, OfficePage};
use std::sync::LazyLock;

/// Situations of one search.
const FOUND_MAX: usize = 20;

/// The shipped base. It is held by a test of `appeals`: what is empty here could not be read there.
static BASE: LazyLock<Knowledge> = LazyLock::new(|| {
    appeals::shipped::knowledge().unwrap_or_else(|error| {
        tracing::error!(%error, "the knowledge base cannot be used");
        Knowledge::default()
    })
});

/// The knowledge base.
pub fn base() -> &'static Knowledge {
    &BASE
}

pub fn routes() -> Router<Office> {
    Router::new()
        .route("/help", get(list))
        .route("/help/{id}", get(one))
        .route("/api/v1/help", get(json))
}

fn shown(situation: &Situation, language: Language) -> HelpSituation {
    let theme = base().themes().iter().find(|t| t.id == situation.theme);
    let all = |texts: &[Words]| texts.iter().map(|t| t.of(language).to_owned()).collect();
    HelpSituation {
        id: situation.id.clone(),
        theme: theme.map(|t| t.name.of(language).to_owned()).unwrap_or_default(),
        title: situation.title.of(language).to_owned(),
        answer: situation.answer.of(language).to_owned(),
        steps: all(&situation.steps),
        documents: all(&situation.documents),
        page: situation.page.clone(),
    }
}

fn found(query: &str) -> Vec<&'static Situation> {
    if query.is_empty() { base().all().iter().collect() } else { base().search(query, FOUND_MAX) }
}

/// `GET /help?q=`.
async fn list(State(office): State<Office>, asked: Asked) -> Response {
    let language = words_of(&asked);
    let query = asked.param("q").unwrap_or_default().to_owned();
    let situations = found(&query).into_iter().map(|s| shown(s, language)).collect();
    let page = OfficePage::Help(HelpPage::List { query, situations });
    office.site.office(&asked, None, page)
}

/// `GET /help/{id}`.
async fn one(State(office): State<Office>, asked: Asked, Path(id): Path<String>) -> Response {
    let language = words_of(&asked);
    let Some(situation) = base().get(&id) else {
        let problem = ProblemResponse::not_found("there is no such situation: see /help");
        return office.site.problem(&asked, problem);
    };
    let neighbours = base().all().iter().filter(|s| s.theme == situation.theme && s.id != id);
    let others = neighbours.map(|s| (s.id.clone(), s.title.of(language).to_owned())).collect();
    let page = HelpPage::One { situation: shown(situation, language), others };
    office.site.office(&asked, None, OfficePage::Help(page))
}

/// `GET /api/v1/help?q=`: the same for programs.
#[utoipa::path(get, path = "/api/v1/help", tag = "appeals",
    params(("q" = Option<String>, Query, description = "Plain words; without them all situations"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by Accept-Language")),
    responses((status = 200, body = HelpList)))]
pub async fn json(asked: Asked) -> Response {
    let language = words_of(&asked);
    let found = found(asked.param("q").unwrap_or_default());
    let situations = found.into_iter().map(|s| shown(s, language)).collect();
    Json(HelpList { situations }).into_response()
}
