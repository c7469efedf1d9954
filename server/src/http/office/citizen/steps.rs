//! The four screens, and sending.

use super::claim::{claim, told};
use super::photos::Posted;
use super::place::{asks, find, missing};
use super::{Form, Office, Pairs, form_of};
use crate::http::asked::Asked;
use crate::http::office::asking::Asking;
use crate::http::office::pages::{see_other, words_of};
use crate::http::office::signed::from_our_page;
use crate::http::office::wire;
use crate::problem::ProblemResponse;
use crate::register::{Beside, Filed, Filing, Personal, ServiceError, random};
use crate::view::View;
use appeals::answer::ReplyBy;
use appeals::appeal::Draft;
use appeals::channel::Channel;
use appeals::claim::{Claim, ClaimTime};
use appeals::kind::{Kind, KindEntry, Rule};
use appeals::law::LegalKind;
use axum::Form as Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use frontend::office::citizen::{CheckPage, CitizenPage, Fault, FiledPage, PersonPage, StartPage};
use transit::EpochS;

/// Longest words, characters.
const TEXT_CHARS_MAX: usize = appeals::appeal::TEXT_CHARS_MAX;
/// Digits of a telephone number.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 10..=15;
/// An appeal is about now when it happened so short a time ago, seconds.
const NOW_S: EpochS = 40 * 60;
/// What passed is told so far on both sides of the time named, seconds.
const SEEN_S: EpochS = 30 * 60;
/// Buses that are shown.
const BUSES_MAX: usize = 4;
/// Which wording of the consent the form has.
const CONSENT_WORDING: u32 = 1;
/// What a form about many runs asks of the last hour, seconds.
const HOUR_S: EpochS = 3_600;

/// `GET /appeals`.
pub async fn landing(
    State(office): State<Office>,
    asked: Asked,
    Query(pairs): Query<Pairs>,
) -> Response {
    let names = office.kind_names(&asked);
    let page = StartPage { form: form_of(&pairs), names, landing: true };
    office.open_page(&asked, CitizenPage::Start(page))
}

/// A screen that is only ever posted was asked for by its address: begin anew.
pub async fn afresh() -> Response {
    see_other("/appeals")
}

/// The first screen again, with everything that was entered.
pub async fn kind_again(
    State(office): State<Office>,
    mut asked: Asked,
    Body(pairs): Body<Pairs>,
) -> Response {
    let form = form_of(&pairs);
    "/appeals".clone_into(&mut asked.path);
    let page = StartPage { form, names: office.kind_names(&asked), landing: false };
    office.citizen(&asked, StatusCode::OK, CitizenPage::Start(page))
}

/// Day and time as inputs of a page hold them.
fn set_time(office: &Office, form: &mut Form, at: EpochS, hours: bool) {
    let zone = &office.register.law().office().zone;
    let zoned = |at| jiff::Timestamp::from_second(at).unwrap_or_default().to_zoned(zone.clone());
    let from = zoned(if hours { at - HOUR_S } else { at });
    form.set("date", &from.date().to_string());
    form.set("time", &from.strftime("%H:%M").to_string());
    if hours {
        form.set("time_to", &zoned(at).strftime("%H:%M").to_string());
    }
}

/// `GET /appeals/new`: the second screen; without a kind the first.
pub async fn place(
    State(office): State<Office>,
    asked: Asked,
    Query(pairs): Query<Pairs>,
) -> Response {
    let mut form = form_of(&pairs);
    let Some(entry) = office.kind(&form) else {
        let at = asked.instant("at").ok().flatten().filter(|_| !form.has("date"));
        if let Some(at) = at.filter(|at| *at <= office.register.now()) {
            set_time(&office, &mut form, at, false);
        }
        let page = StartPage { form, names: office.kind_names(&asked), landing: false };
        return office.open_page(&asked, CitizenPage::Start(page));
    };
    let asks = asks(entry);
    let go = form.get("go").to_owned();
    if go.is_empty() && (asks.time || asks.hours) && !form.has("date") {
        let now = office.register.now();
        let at = asked.instant("at").ok().flatten().map_or(now, |at| at.min(now));
        set_time(&office, &mut form, at, asks.hours);
    }
    match placed(&office, &asked, form) {
        Placed::Fine(form) => see_other(&format!("/appeals/new/words?{}", form.query())),
        Placed::Again(page, _) => office.open_page(&asked, *page),
    }
}

enum Placed {
    /// All that is needed is there.
    Fine(Form),
    /// The screen again; whether something is wrong.
    Again(Box<CitizenPage>, bool),
}

/// The second screen judged, if it was sent on; or shown.
fn placed(office: &Office, asked: &Asked, mut form: Form) -> Placed {
    let Some(entry) = office.kind(&form) else {
        let page = StartPage { form, names: office.kind_names(asked), landing: false };
        return Placed::Again(Box::new(CitizenPage::Start(page)), true);
    };
    let (asks, view) = (asks(entry), office.view(asked));
    let found = find(&mut form, &view);
    let go = form.take("go");
    let mut faults = found.faults().to_vec();
    match go.as_str() {
        "next" => {
            if faults.is_empty() {
                faults.extend(missing(&form, &view, asks));
            }
            let (_, wrong) = claimed(office, &form, &view);
            faults.extend(wrong);
            if faults.is_empty() {
                return Placed::Fine(form);
            }
        }
        // A list was asked for: that there is one is no fault.
        "find" => faults.retain(|f| *f != Fault::StopChoose),
        _ => faults.clear(),
    }
    let wrong = !faults.is_empty();
    let page = found.page(office, asked, (form, &view), asks, faults);
    Placed::Again(Box::new(page), wrong)
}

fn claimed(office: &Office, form: &Form, view: &View) -> (Claim, Vec<Fault>) {
    claim(form, view, office.register.now(), &office.register.law().office().zone)
}

fn status_of(wrong: bool) -> StatusCode {
    if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// `POST /appeals/new/place`: the second screen again, once words were written.
pub async fn place_again(
    State(office): State<Office>,
    mut asked: Asked,
    Body(pairs): Body<Pairs>,
) -> Response {
    let form = form_of(&pairs);
    asked.path = format!("/appeals/new?{}", form.query());
    match placed(&office, &asked, form) {
        Placed::Fine(form) => checked(&office, &mut asked, form, Vec::new()).await,
        Placed::Again(page, wrong) => office.citizen(&asked, status_of(wrong), *page),
    }
}

/// `GET /appeals/new/words`: the third screen.
pub async fn person(
    State(office): State<Office>,
    asked: Asked,
    Query(pairs): Query<Pairs>,
) -> Response {
    let mut form = form_of(&pairs);
    if office.kind(&form).is_none() || form.is_personal() {
        // Words or a name in an address are not taken from there.
        return see_other("/appeals");
    }
    form.set("key", &new_key());
    let page = PersonPage { form, faults: Vec::new() };
    office.open_page(&asked, CitizenPage::Person(page))
}

/// The same with everything that was entered.
pub async fn person_again(
    State(office): State<Office>,
    mut asked: Asked,
    Body(pairs): Body<Pairs>,
) -> Response {
    let form = form_of(&pairs);
    asked.path = format!("/appeals/new/words?{}", form.query());
    let page = PersonPage { form, faults: Vec::new() };
    office.citizen(&asked, StatusCode::OK, CitizenPage::Person(page))
}

/// A key that makes one appeal of one form, however often it is sent; empty where there is no randomness.
fn new_key() -> String {
    let bytes = random::<16>().map(u128::from_ne_bytes);
    bytes.map_or_else(|_| String::new(), |n| format!("{n:032x}"))
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(who, host)| {
        !who.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    })
}

/// What is wrong with the words and the person.
fn person_faults(form: &Form, entry: &KindEntry, claim: &Claim) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut wrong = |is: bool, fault: Fault| {
        if is {
            faults.push(fault);
        }
    };
    let (text, phone, email) = (form.get("text"), form.get("phone"), form.get("email"));
    let speaks = matches!(entry.rule, Rule::Context | Rule::Vehicle);
    wrong(text.chars().count() > TEXT_CHARS_MAX, Fault::TextLong);
    wrong(text.is_empty() && (speaks || !claim.has_place()), Fault::WordsNeeded);
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    wrong(!phone.is_empty() && !PHONE_DIGITS.contains(&digits), Fault::Phone);
    wrong(!email.is_empty() && !is_email(email), Fault::Email);
    wrong(form.get("reply_by") == "call" && phone.is_empty(), Fault::ReplyPhone);
    wrong(form.get("reply_by") == "email" && email.is_empty(), Fault::ReplyEmail);
    let says_who = !form.get("name").is_empty() || !phone.is_empty() || !email.is_empty();
    wrong(says_who && !form.has("consent"), Fault::Consent);
    faults
}

/// The screen that something must be mended on, if any; else what the register takes.
fn judged(office: &Office, asked: &mut Asked, form: &Form) -> Result<Claim, Box<CitizenPage>> {
    let mut place = form.clone();
    place.set("go", "next");
    // Who comes so far was asked for what is missing.
    place.set("asked", "1");
    if let Placed::Again(page, _) = placed(office, asked, place) {
        asked.path = format!("/appeals/new?{}", form.query());
        return Err(page);
    }
    let view = office.view(asked);
    let (claim, _) = claimed(office, form, &view);
    let faults = office.kind(form).map(|entry| person_faults(form, entry, &claim));
    match faults {
        Some(faults) if faults.is_empty() => Ok(claim),
        faults => {
            asked.path = format!("/appeals/new/words?{}", form.query());
            let faults = faults.unwrap_or_default();
            Err(Box::new(CitizenPage::Person(PersonPage { form: form.clone(), faults })))
        }
    }
}

/// `POST /appeals/new/check`: the fourth screen.
pub async fn check(
    State(office): State<Office>,
    mut asked: Asked,
    Body(pairs): Body<Pairs>,
) -> Response {
    checked(&office, &mut asked, form_of(&pairs), Vec::new()).await
}

/// The fourth screen, or the one that something must be mended on.
async fn checked(
    office: &Office,
    asked: &mut Asked,
    mut form: Form,
    faults: Vec<Fault>,
) -> Response {
    let claim = match judged(office, asked, &form) {
        Ok(claim) => claim,
        Err(page) => return office.citizen(asked, StatusCode::UNPROCESSABLE_ENTITY, *page),
    };
    asked.path = format!("/appeals/new/words?{}", form.query());
    if !form.has("key") {
        form.set("key", &new_key());
    }
    let view = office.view(asked);
    let others = match (Kind::parse(form.get("kind")), form.has("thanks")) {
        (Some(kind), false) => {
            let (route, stop) = (claim.route.as_ref(), claim.stop.as_ref());
            let (route, stop) = (route.map(|r| r.0.as_str()), stop.map(|s| s.0.as_str()));
            // Without the others the appeal is the same: it goes on.
            office.register.alike(kind, route, stop).await.map_or(0, |a| a.count)
        }
        _ => 0,
    };
    let name = office.kind_name(&form, words_of(asked));
    let (next, seen) = buses(&claim, &view, office.register.now());
    let wrong = !faults.is_empty();
    let page = CheckPage { told: told(&claim, &view, name), form, faults, next, seen, others };
    office.citizen(asked, status_of(wrong), CitizenPage::Check(page))
}

/// What comes to the stop now, where the appeal is about now; and what passed it about then.
fn buses(
    claim: &Claim,
    view: &View,
    now: EpochS,
) -> (Vec<api::Arrival>, Option<Vec<api::Departure>>) {
    let about = match claim.time {
        Some(ClaimTime::At { at, .. }) if now - at <= NOW_S => at,
        _ => return (Vec::new(), None),
    };
    let timetable = view.timetable();
    let Some(stop) = claim.stop.as_ref().and_then(|s| timetable.stop_by_id(&s.0)) else {
        return (Vec::new(), None);
    };
    let board = view.stop_detail(stop);
    let same = |route: &str| claim.route.as_ref().is_none_or(|r| r.0 == route);
    let next = board.next.into_iter().filter(|a| same(&a.route_id)).take(BUSES_MAX).collect();
    let then = |d: &api::Departure| same(&d.route_id) && (d.departed - about).abs() <= SEEN_S;
    let seen = board.last.into_iter().filter(then).take(BUSES_MAX).collect();
    (next, claim.route.is_some().then_some(seen))
}

fn filing(form: &Form, claim: Claim, asked: &Asked) -> Filing {
    let some = |name: &str| Some(form.get(name).to_owned()).filter(|v| !v.is_empty());
    Filing {
        draft: Draft {
            kind: Kind::parse(form.get("kind")).unwrap_or(Kind::Other),
            topic: None,
            legal_kind: form.has("thanks").then_some(LegalKind::Response),
            text: form.get("text").to_owned(),
            language: words_of(asked),
            claim,
            subjects: Vec::new(),
            may_publish: form.has("may_publish"),
            danger: form.has("danger"),
            parent: None,
        },
        channel: match form.get("from") {
            "stop_qr" => Channel::StopQr,
            "vehicle_qr" => Channel::VehicleQr,
            _ => Channel::Web,
        },
        personal: Personal {
            name: some("name"),
            phone: some("phone"),
            email: some("email"),
            ..Personal::default()
        },
        reply_by: Some(match form.get("reply_by") {
            "call" => ReplyBy::Call,
            "email" => ReplyBy::Email,
            _ => ReplyBy::Cabinet,
        }),
        key: some("key"),
        received_at: None,
        by: None,
    }
}

/// What goes with the appeal. Done again it is done once; without it the appeal stands all the same.
async fn beside(office: &Office, form: &Form, filing: &Filing, filed: &Filed) {
    let register = &office.register;
    if form.has("consent")
        && let Err(error) = register.consented(filed.id, CONSENT_WORDING).await
    {
        tracing::error!(%error, "a consent was not written");
    }
    if form.has("join") {
        let claim = &filing.draft.claim;
        let route = claim.route.as_ref().map(|r| r.0.as_str());
        let stop = claim.stop.as_ref().map(|s| s.0.as_str());
        let alike = register.alike_but(filing.draft.kind, route, stop, filed.id).await;
        let joined = match alike {
            Ok(alike) => register.join(filed.id, &alike).await,
            Err(error) => Err(error),
        };
        if let Err(error) = joined {
            tracing::warn!(%error, "an appeal could not join the others");
        }
    }
}

/// `POST /appeals/new/send`.
pub async fn send(
    State(office): State<Office>,
    mut asked: Asked,
    asking: Asking,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, ProblemResponse> {
    from_our_page(&headers)?;
    let mut form = form_of(&posted.pairs);
    if !posted.faults.is_empty() {
        return Ok(checked(&office, &mut asked, form, posted.faults).await);
    }
    let claim = match judged(&office, &mut asked, &form) {
        Ok(claim) => claim,
        Err(page) => return Ok(office.citizen(&asked, StatusCode::UNPROCESSABLE_ENTITY, *page)),
    };
    let now_s = office.clock.elapsed().as_secs_f64();
    if office.filing.take(asking.address, now_s).is_err() {
        let mut response = checked(&office, &mut asked, form, vec![Fault::TooMany]).await;
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        return Ok(response);
    }
    let filing = filing(&form, claim, &asked);
    let files = Beside { files: posted.photos, ..Beside::default() };
    let (fault, status) = match office.register.file_beside(filing.clone(), files).await {
        Ok(filed) => {
            beside(&office, &form, &filing, &filed).await;
            return receipt(&office, asked, &form, &filing.draft.claim, filed);
        }
        Err(ServiceError::KeyReused) => {
            form.set("key", &new_key());
            (Fault::Sent, StatusCode::CONFLICT)
        }
        Err(ServiceError::Draft(_)) => (Fault::WordsNeeded, StatusCode::UNPROCESSABLE_ENTITY),
        Err(error) => {
            tracing::error!(%error, "an appeal of the form was not written");
            (Fault::Busy, StatusCode::SERVICE_UNAVAILABLE)
        }
    };
    let mut response = checked(&office, &mut asked, form, vec![fault]).await;
    *response.status_mut() = status;
    Ok(response)
}

/// The number and the PIN, and a pass to look at the appeal.
fn receipt(
    office: &Office,
    mut asked: Asked,
    form: &Form,
    claim: &Claim,
    filed: Filed,
) -> Result<Response, ProblemResponse> {
    let (id, safety) = (filed.id, filed.safety);
    "/appeals/status".clone_into(&mut asked.path);
    let told = told(claim, &office.view(&asked), office.kind_name(form, words_of(&asked)));
    let page = FiledPage { filed: wire::filed(filed), told, safety };
    let response = office.citizen(&asked, StatusCode::CREATED, CitizenPage::Filed(page));
    super::status::with_pass(office, response, id)
}
