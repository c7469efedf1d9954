//! All that was filed with one e-mail address, for who has a code that was sent to it. Never needed: each appeal
//! opens by its number and PIN. Whether anything was filed with an address, nobody learns without its mail.

use super::status::{value, with_pass};
use super::{Office, Pairs};
use crate::clock::Clock;
use crate::http::asked::Asked;
use crate::http::office::asking::Asking;
use crate::http::office::pages::{see_other, words_of};
use crate::http::office::signed::{from_our_page, held, kept_by_browser};
use crate::problem::ProblemResponse;
use crate::register::{ACCOUNT_S, AccountAddress, AccountOwner, ServiceError};
use appeals::appeal::Appeal;
use axum::Form as Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use frontend::office::citizen::{AccountFault, AccountPage, CitizenPage, FiledLine};

/// Bound to this host and to encrypted transport by its prefix.
const COOKIE: &str = "__Host-account";
/// Longest value of the form that is looked at, characters.
const VALUE_CHARS_MAX: usize = 300;

type Handled = Result<Response, ProblemResponse>;

fn now() -> i64 {
    Clock::machine().now()
}

/// Whose session the request has.
async fn owner(office: &Office, headers: &HeaderMap) -> Result<Option<AccountOwner>, ServiceError> {
    match held(headers, COOKIE) {
        Some(token) => office.register.account(token, now()).await,
        None => Ok(None),
    }
}

fn shown(office: &Office, asked: &Asked, page: AccountPage) -> Response {
    let fault = match &page {
        AccountPage::Ask { fault, .. } | AccountPage::Code { fault, .. } => *fault,
        AccountPage::Off | AccountPage::Filed(_) => None,
    };
    let status = match fault {
        Some(AccountFault::Address) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(AccountFault::TooMany) => StatusCode::TOO_MANY_REQUESTS,
        Some(AccountFault::Wrong | AccountFault::Over) => StatusCode::FORBIDDEN,
        None => StatusCode::OK,
    };
    office.citizen(asked, status, CitizenPage::Account(page))
}

/// The first form; where no e-mail goes out, that it does not.
fn form(office: &Office, asked: &Asked, fault: Option<AccountFault>, email: &str) -> Response {
    let page = if office.channels.settings.is_on("email", "out") {
        AccountPage::Ask { fault, email: email.chars().take(VALUE_CHARS_MAX).collect() }
    } else {
        AccountPage::Off
    };
    shown(office, asked, page)
}

/// `GET /my`: what was filed, else the form for the address.
pub async fn page(State(office): State<Office>, asked: Asked, headers: HeaderMap) -> Handled {
    let Some(owner) = owner(&office, &headers).await? else {
        return Ok(form(&office, &asked, None, ""));
    };
    let filed = office.register.filed_with(&owner).await?;
    let lines = filed.iter().map(|appeal| line(&office, &asked, appeal)).collect();
    Ok(shown(&office, &asked, AccountPage::Filed(lines)))
}

fn line(office: &Office, asked: &Asked, appeal: &Appeal) -> FiledLine {
    let language = words_of(asked);
    let law = office.register.law();
    FiledLine {
        number: appeal.number.to_string(),
        kind: law.kinds().entry(appeal.kind).name.of(language).to_owned(),
        status: appeal.status.label(language).to_owned(),
        received_at: appeal.received_at,
        due_on: appeal.due_on.filter(|_| appeal.status.is_open()).map(|day| day.to_string()),
    }
}

/// `POST /my`: sends a code. The answer is one whether the address is known here or not.
pub async fn ask(
    State(office): State<Office>,
    asked: Asked,
    asking: Asking,
    headers: HeaderMap,
    Body(pairs): Body<Pairs>,
) -> Handled {
    from_our_page(&headers)?;
    let email = value(&pairs, "email");
    if !office.channels.settings.is_on("email", "out") {
        return Ok(form(&office, &asked, None, ""));
    }
    let Some(address) = AccountAddress::parse(email) else {
        return Ok(form(&office, &asked, Some(AccountFault::Address), email));
    };
    let too_many = || form(&office, &asked, Some(AccountFault::TooMany), email);
    let owner = office.register.owner_of(&address)?;
    let now_s = office.clock.elapsed().as_secs_f64();
    if office.codes.begin(owner.hash(), asking.address, now_s).is_err() {
        return Ok(too_many());
    }
    match office.register.ask_code(&address, words_of(&asked), now()).await? {
        Some(ask) => Ok(shown(&office, &asked, AccountPage::Code { ask, fault: None })),
        None => Ok(too_many()),
    }
}

/// `POST /my/code`: the code, beside what the form got when it was asked for.
pub async fn enter(
    State(office): State<Office>,
    mut asked: Asked,
    asking: Asking,
    headers: HeaderMap,
    Body(pairs): Body<Pairs>,
) -> Handled {
    from_our_page(&headers)?;
    "/my".clone_into(&mut asked.path);
    let (ask, code) = (value(&pairs, "ask"), value(&pairs, "code"));
    let ask: String = ask.chars().take(VALUE_CHARS_MAX).collect();
    let now_s = office.clock.elapsed().as_secs_f64();
    if office.tries.begin(&ask, asking.address, now_s).is_err() {
        let page = AccountPage::Code { ask, fault: Some(AccountFault::TooMany) };
        return Ok(shown(&office, &asked, page));
    }
    let Some(token) = office.register.enter_account(&ask, code, now()).await? else {
        let page = AccountPage::Code { ask, fault: Some(AccountFault::Wrong) };
        return Ok(shown(&office, &asked, page));
    };
    office.tries.right(&ask, asking.address);
    let mut response = see_other("/my");
    let cookie = kept_by_browser(COOKIE, &token, ACCOUNT_S);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `POST /my/appeal`: one of them, with a pass for it as its number and PIN give.
pub async fn open(
    State(office): State<Office>,
    mut asked: Asked,
    headers: HeaderMap,
    Body(pairs): Body<Pairs>,
) -> Handled {
    from_our_page(&headers)?;
    "/my".clone_into(&mut asked.path);
    let Some(owner) = owner(&office, &headers).await? else {
        return Ok(form(&office, &asked, Some(AccountFault::Over), ""));
    };
    match office.register.id_of_account(value(&pairs, "number"), &owner).await {
        Ok(id) => with_pass(&office, see_other("/appeals/status"), id),
        Err(ServiceError::Unknown) => {
            Ok(office.site.problem(&asked, ProblemResponse::not_found("no such appeal")))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /my/leave`: ends the session; a copy of its token opens nothing.
pub async fn leave(State(office): State<Office>, headers: HeaderMap) -> Handled {
    from_our_page(&headers)?;
    if let Some(token) = held(&headers, COOKIE) {
        office.register.leave_account(token, now()).await?;
    }
    let mut response = see_other("/my");
    response.headers_mut().insert(header::SET_COOKIE, kept_by_browser(COOKIE, "", 0));
    Ok(response)
}

/// An address of something that is only posted.
pub async fn back() -> Response {
    see_other("/my")
}
