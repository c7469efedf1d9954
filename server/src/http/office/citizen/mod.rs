//! The citizen's pages: an appeal filed in four screens, and what became of it, without an account; one by e-mail
//! code is there for who wants it. Filing has no session: the form carries what was entered. What says who speaks
//! is only ever posted.

mod account;
mod claim;
mod here;
mod photos;
mod place;
pub(super) mod problem;
mod status;
mod steps;

use super::Office;
use super::pages::{names, words_of};
use crate::http::asked::Asked;
use crate::view::View;
use appeals::kind::{Kind, KindEntry};
use appeals::words::Language;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use frontend::office::OfficePage;
use frontend::office::citizen::{CitizenPage, Form};
use photos::BODY_BYTES_MAX;
use std::collections::BTreeMap;

/// The pages of this area.
pub fn routes() -> Router<Office> {
    Router::new()
        .route("/appeals", get(steps::landing))
        .route("/appeals/new", get(steps::place))
        .route("/appeals/new/kind", get(steps::afresh).post(steps::kind_again))
        .route("/appeals/new/place", get(steps::afresh).post(steps::place_again))
        .route("/appeals/new/words", get(steps::person).post(steps::person_again))
        .route("/appeals/new/check", get(steps::afresh).post(steps::check))
        .route(
            "/appeals/new/send",
            get(steps::afresh).post(steps::send).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)),
        )
        .route("/appeals/status", get(status::page).post(status::open))
        .route("/appeals/status/leave", post(status::leave))
        .route(
            "/appeals/status/photo",
            get(status::back).post(status::photo).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)),
        )
        .route("/appeals/status/{act}", get(status::back).post(status::act))
        .route("/my", get(account::page).post(account::ask))
        .route("/my/code", get(account::back).post(account::enter))
        .route("/my/appeal", get(account::back).post(account::open))
        .route("/my/leave", get(account::back).post(account::leave))
        .route("/a/s/{stop_id}", get(here::stop))
        .route("/a/v/{vehicle_id}", get(here::vehicle))
}

/// Names and values of a form or of an address.
type Pairs = Vec<(String, String)>;

/// The form of a request. The button for thanks is a kind of its own there only.
fn form_of(pairs: &Pairs) -> Form {
    let mut form = Form::of(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if form.get("kind") == "thanks" {
        form.set("kind", Kind::Other.code());
        form.set("thanks", "1");
    } else if form.get("kind") != Kind::Other.code() {
        form.set("thanks", "");
    }
    form
}

impl Office {
    /// A page of the area; `status` where something is to be mended.
    fn citizen(&self, asked: &Asked, status: StatusCode, page: CitizenPage) -> Response {
        let mut response = self.site.office(asked, None, OfficePage::Citizen(Box::new(page)));
        *response.status_mut() = status;
        response
    }

    /// A page without anything personal: the browser may keep it, so that "back" has what was typed.
    fn open_page(&self, asked: &Asked, page: CitizenPage) -> Response {
        let mut response = self.citizen(asked, StatusCode::OK, page);
        let kept = HeaderValue::from_static("private, no-cache");
        response.headers_mut().insert(header::CACHE_CONTROL, kept);
        response
    }

    /// The live picture in the reader's language.
    fn view(&self, asked: &Asked) -> View {
        self.site.reads().view(asked.language)
    }

    /// The kind of a form, with its line of the catalogue.
    fn kind(&self, form: &Form) -> Option<&KindEntry> {
        Kind::parse(form.get("kind")).map(|kind| self.register.law().kinds().entry(kind))
    }

    /// Names of all kinds.
    fn kind_names(&self, asked: &Asked) -> BTreeMap<String, String> {
        names(self.register.law().kinds(), words_of(asked))
    }

    /// The name of a form's kind; thanks are a kind of their own to who says them.
    fn kind_name(&self, form: &Form, language: Language) -> String {
        let thanks = form.has("thanks").then_some(match language {
            Language::Kk => "Рақмет",
            Language::Ru => "Благодарность",
            Language::En => "Thanks",
        });
        let name = self.kind(form).map(|entry| entry.name.of(language));
        thanks.or(name).unwrap_or_default().to_owned()
    }
}
