//! The frame that every page shares: language, theme, the city's clock, the headers of an answer.

use super::asked::{Asked, LANGUAGE_COOKIE, THEME_COOKIE};
use super::files;
use super::headers::{Policy, nonce};
use super::settings::{Basemap, SiteSettings};
use crate::problem::ProblemResponse;
use crate::reads::Reads;
use crate::view::{Language, View};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use frontend::office::OfficePage;
use frontend::page::{Page, Shell};
use std::sync::Arc;

/// A year: the choice of a language or theme.
const CHOICE_S: u32 = 31_536_000;

/// Renders pages. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    reads: Reads,
    settings: Arc<SiteSettings>,
    frame: Arc<Frame>,
}

struct Frame {
    policy: Policy,
    hashes: files::Hashes,
    basemap: String,
    register: bool,
}

impl Site {
    /// Pages over the live picture; `register`: there is a register of appeals to lead to.
    pub fn new(reads: Reads, settings: SiteSettings, register: bool) -> Self {
        let hashes = files::hashes(&settings);
        let basemap = match &settings.basemap {
            Basemap::Plain => "plain".to_owned(),
            Basemap::Folder(_) => "none".to_owned(),
            Basemap::File(_) => files::BASEMAP_FILE.to_owned(),
            Basemap::Style { url, .. } => url.clone(),
        };
        let policy = Policy::new(&settings.basemap);
        let frame = Frame { policy, hashes, basemap, register };
        Self { reads, settings: Arc::new(settings), frame: Arc::new(frame) }
    }

    /// Settings of the pages and files.
    pub fn settings(&self) -> &SiteSettings {
        &self.settings
    }

    /// The Content-Security-Policy.
    pub(super) fn policy(&self) -> &Policy {
        &self.frame.policy
    }

    /// The live picture and the record.
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// A problem as a page.
    pub(super) fn problem(&self, asked: &Asked, problem: ProblemResponse) -> Response {
        let view = self.reads.view(asked.language);
        let status = problem.status();
        let mut response = self.page(asked, &view, &Page::Error(problem.problem));
        *response.status_mut() = status;
        response
    }

    /// A page that anybody may see. To one of the staff it leads further, and then nothing on the way keeps it.
    pub(super) fn page(&self, asked: &Asked, view: &View, page: &Page) -> Response {
        let mut response = self.render(asked, view, asked.member.clone(), page);
        if asked.member.is_some() {
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        response
    }

    /// A page of the register: of one person, so that nothing on the way keeps it.
    pub(super) fn office(
        &self,
        asked: &Asked,
        member: Option<api::StaffMember>,
        page: OfficePage,
    ) -> Response {
        let view = self.reads.view(asked.language);
        let mut response = self.render(asked, &view, member, &Page::Office(Box::new(page)));
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn render(
        &self,
        asked: &Asked,
        view: &View,
        member: Option<api::StaffMember>,
        page: &Page,
    ) -> Response {
        let nonce = nonce();
        let policy = self.frame.policy.text(Some(&nonce));
        let shell = Shell {
            language: language(view.language),
            theme: asked.theme,
            path: asked.path.clone(),
            status: view.status(),
            nonce,
            script_hash: self.frame.hashes.js.clone(),
            wasm_hash: self.frame.hashes.wasm.clone(),
            desk_script_hash: self.frame.hashes.desk_js.clone(),
            desk_wasm_hash: self.frame.hashes.desk_wasm.clone(),
            basemap: self.frame.basemap.clone(),
            register: self.frame.register,
            member,
        };
        let mut response = (StatusCode::OK, frontend::render(&shell, page)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(view.language.code()));
        if let Ok(policy) = policy.parse() {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        remember(asked, headers);
        response
    }
}

/// Keeps what the reader chose in the address.
fn remember(asked: &Asked, headers: &mut HeaderMap) {
    let mut keep = |name: &str, value: &str| {
        let age_s = if value.is_empty() { 0 } else { CHOICE_S };
        let cookie = format!("{name}={value}; Path=/; Max-Age={age_s}; SameSite=Lax");
        if let Ok(cookie) = cookie.parse() {
            headers.append(header::SET_COOKIE, cookie);
        }
    };
    if asked.language_chosen {
        keep(LANGUAGE_COOKIE, asked.language.code());
    }
    if asked.theme_chosen {
        keep(THEME_COOKIE, asked.theme.unwrap_or_default());
    }
}

fn language(language: Language) -> frontend::page::Language {
    match language {
        Language::Kk => frontend::page::Language::Kk,
        Language::Ru => frontend::page::Language::Ru,
        Language::En => frontend::page::Language::En,
    }
}
