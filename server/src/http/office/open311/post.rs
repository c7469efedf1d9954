//! A request that a program posts: read whole, all errors told together, then one appeal like any other.

use super::multipart::{self, FORM_BYTES_MAX};
use super::services::{self, ATTRIBUTES};
use super::tree::{Faults, Tree, text};
use super::{Answer, Call};
use crate::keys::same;
use crate::register::{Attachment, Beside, Filing, Personal};
use appeals::appeal::Draft;
use appeals::channel::Channel;
use appeals::claim::{Claim, ClaimTime, Place};
use appeals::ids::{RouteId, StopId, TripId};
use appeals::kind::Kind;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderValue, StatusCode, header};

/// Longest description, characters: the standard's own.
const TEXT_CHARS_MAX: usize = 4_000;
/// Longest short field, characters.
const SHORT_CHARS_MAX: usize = 300;

pub struct Body {
    fields: Vec<(String, String)>,
    files: Vec<Attachment>,
    pub faults: Vec<(u16, String)>,
}

impl Body {
    pub fn take(&mut self, name: &str) -> Option<String> {
        let given = self.fields.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.trim());
        let given = given.filter(|v| !v.is_empty()).map(str::to_owned)?;
        let most = if name == "description" { TEXT_CHARS_MAX } else { SHORT_CHARS_MAX };
        if given.chars().count() > most {
            self.faults.push((400, format!("{name} is longer than {most} characters")));
            return None;
        }
        Some(given)
    }

    pub fn fault(&mut self, words: impl Into<String>) {
        self.faults.push((400, words.into()));
    }

    /// `attribute[CODE]=v` and `attribute[CODE][]=v`.
    fn attributes(&mut self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for (name, value) in self.fields.clone() {
            let Some(rest) = name.strip_prefix("attribute[") else { continue };
            let code = rest.strip_suffix("][]").or_else(|| rest.strip_suffix(']'));
            let Some(code) = code.filter(|c| !c.contains(['[', ']'])) else {
                self.fault(format!("{name} is not attribute[CODE]"));
                continue;
            };
            let value = value.trim().to_owned();
            if value.is_empty() {
                continue;
            }
            let known = ATTRIBUTES.iter().find(|a| a.code == code && a.variable);
            match known {
                None => self.fault(format!("attribute {code} is not known")),
                Some(a) if !a.keys.is_empty() && !a.keys.contains(&value.as_str()) => {
                    self.fault(format!("attribute {code} has no value {value}"));
                }
                Some(_) if value.chars().count() > SHORT_CHARS_MAX => {
                    self.fault(format!("attribute {code} is too long"));
                }
                Some(_) => found.push((code.to_owned(), value)),
            }
        }
        found
    }
}

pub async fn read(request: Request) -> Result<Body, Faults> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    if kind.is_some_and(|k| k.to_ascii_lowercase().starts_with("multipart/form-data")) {
        let multipart::Parts { fields, files, faults } = multipart::read(request).await?;
        let faults = faults.into_iter().map(|f| (400, f.to_string())).collect();
        return Ok(Body { fields, files, faults });
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, FORM_BYTES_MAX)
        .await
        .map_err(|_| Faults::one(413, format!("the body is larger than {FORM_BYTES_MAX} bytes")))?;
    let request = Request::from_parts(parts, axum::body::Body::from(body));
    match Form::<Vec<(String, String)>>::from_request(request, &()).await {
        Ok(Form(fields)) => Ok(Body { fields, files: Vec::new(), faults: Vec::new() }),
        Err(FormRejection::InvalidFormContentType(_)) => {
            Err(Faults::one(415, "send the body as application/x-www-form-urlencoded"))
        }
        Err(FormRejection::BytesRejection(error)) => {
            let status = error.status().as_u16();
            Err(Faults::one(status, error.body_text()))
        }
        Err(error) => Err(Faults::one(400, error.body_text())),
    }
}

pub fn is_key(call: &Call<'_>, given: Option<&str>) -> bool {
    let keys = call.office.settings.api_keys.0.split(',').map(str::trim);
    let given = given.unwrap_or_default().as_bytes();
    // Every key is compared, so that time tells nothing.
    keys.filter(|k| !k.is_empty()).fold(false, |found, key| same(key.as_bytes(), given) | found)
}

pub async fn post(mut call: Call<'_>, key: Option<String>, request: Request) -> Answer {
    let mut body = read(request).await?;
    let given = body.take("api_key");
    if !is_key(&call, given.as_deref()) {
        return Err(Faults::one(403, "api_key is missing or not known"));
    }
    call.params.extend(body.take("jurisdiction_id").map(|j| ("jurisdiction_id".to_owned(), j)));
    call.jurisdiction()?;
    let kind = match body.take("service_code") {
        None => {
            body.fault("service_code required");
            None
        }
        Some(code) => {
            let kind = services::kind(&code);
            if kind.is_none() {
                body.faults.push((404, format!("service_code {code} is not known")));
            }
            kind
        }
    };
    let mut claim = place(&call, &mut body);
    attributes(&call, &mut body, &mut claim);
    if let Some(kind) = kind {
        enough(&call, kind, &claim, &mut body);
    }
    let filing = filing(&call, kind.unwrap_or(Kind::Other), claim, key, &mut body);
    if !body.faults.is_empty() {
        return Err(Faults(body.faults));
    }
    let beside = Beside { files: std::mem::take(&mut body.files), ..Beside::default() };
    let filed = call.office.register.file_beside(filing, beside).await?;
    let number = filed.number.to_string();
    let notice = filed.due_on.map_or(Tree::Text(None), |d| text(format!("{d}")));
    let name = if call.office.settings.open311_batch {
        ("token", text(call.office.register.give_token(filed.id).await?))
    } else {
        ("service_request_id", text(&number))
    };
    let tree =
        Tree::Fields(vec![name, ("service_notice", notice), ("account_id", Tree::Text(None))]);
    let tree = Tree::List("request", vec![tree]);
    let mut response = call.notation.answer(StatusCode::CREATED, "service_requests", &tree);
    let location = format!("/open311/v2/requests/{number}.{}", call.notation.extension());
    if !call.office.settings.open311_batch
        && let Ok(location) = HeaderValue::from_str(&location)
    {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A full location: both coordinates, an address, or a stop.
fn place(call: &Call<'_>, body: &mut Body) -> Claim {
    let mut claim = Claim::default();
    let (lat, long) = (body.take("lat"), body.take("long"));
    // Half a pair of degrees, or a wrong one, has a fault of its own.
    let pinned = lat.is_some() || long.is_some();
    match (lat.map(|v| v.parse::<f64>()), long.map(|v| v.parse::<f64>())) {
        (Some(Ok(lat)), Some(Ok(lon)))
            if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) =>
        {
            if !call.serves(lat, lon) {
                body.fault("lat and long lie outside the area that is served");
            }
            claim.place = Some(Place { lat, lon, accuracy_m: None });
        }
        (None, None) => {}
        (Some(_), None) => body.fault("long required with lat"),
        (None, Some(_)) => body.fault("lat required with long"),
        _ => body.fault("lat and long are degrees"),
    }
    claim.address = body.take("address_string");
    let given = pinned || claim.address.is_some();
    match body.take("address_id") {
        Some(id) => match id.strip_prefix("stop:").filter(|s| (call.office.stops)(s).is_some()) {
            Some(stop) => claim.stop = Some(StopId(stop.to_owned())),
            None => body.fault("address_id is stop:<stop_id> of a stop that there is"),
        },
        None if !given => {
            body.fault("lat and long, address_string or address_id required");
        }
        None => {}
    }
    claim
}

fn attributes(call: &Call<'_>, body: &mut Body, claim: &mut Claim) {
    for (code, value) in body.attributes() {
        match code.as_str() {
            "ROUTE" => claim.route = Some(RouteId(value)),
            "DIRECTION" => claim.direction = value.parse().ok(),
            "VEHICLE" => claim.vehicle_text = Some(value),
            "ON_VEHICLE" => claim.on_vehicle = Some(value == "yes"),
            "TRIP" => claim.trip = Some(TripId(value)),
            _ => match value.parse::<jiff::Timestamp>() {
                Ok(at) if at.as_second() <= call.office.register.now() => {
                    claim.time = Some(ClaimTime::At { at: at.as_second(), about: false });
                }
                Ok(_) => body.fault("attribute EVENT_TIME is in the future"),
                Err(_) => {
                    body.fault("attribute EVENT_TIME is a date and time with its offset");
                }
            },
        }
    }
}

/// Two of route, stop and vehicle, where the record is to answer.
fn enough(call: &Call<'_>, kind: Kind, claim: &Claim, body: &mut Body) {
    let measurable = call.office.register.law().kinds().entry(kind).rule.is_measurable();
    let given = [claim.route.is_some(), claim.stop.is_some(), claim.vehicle_text.is_some()];
    if measurable && given.iter().filter(|g| **g).count() < 2 {
        body.fault(
            "ROUTE required: two of attribute[ROUTE], address_id=stop:… and attribute[VEHICLE]",
        );
    }
}

fn filing(
    call: &Call<'_>,
    kind: Kind,
    claim: Claim,
    key: Option<String>,
    body: &mut Body,
) -> Filing {
    let names = [body.take("first_name"), body.take("last_name")];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let client = (body.take("device_id"), body.take("client_ref"));
    let key = key.or_else(|| match client {
        (Some(device), Some(reference)) => Some(format!("{device}:{reference}")),
        _ => None,
    });
    let mut words = body.take("description").unwrap_or_default();
    if let Some(url) = body.take("media_url") {
        // A link is kept, never fetched.
        words = [words.as_str(), &url].join("\n");
    }
    let personal = Personal {
        name: Some(name),
        phone: body.take("phone"),
        email: body.take("email"),
        ..Personal::default()
    };
    Filing {
        draft: Draft {
            kind,
            topic: None,
            legal_kind: None,
            text: words,
            language: call.language,
            claim,
            subjects: Vec::new(),
            may_publish: false,
            danger: false,
            parent: None,
        },
        channel: Channel::Open311,
        personal,
        reply_by: None,
        key,
        received_at: None,
        by: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// However brackets stand, an attribute is one that is known, or a fault is told.
        #[test]
        fn brackets_are_read_or_refused(
            name in "attribute\\[(ROUTE|INFO|ON_VEHICLE|[A-Zа-я\\[\\]% ]{0,6})\\]?(\\[\\]|\\[1\\])?",
            value in "(yes|no| |.{0,9})",
        ) {
            let fields = vec![(name.clone(), value.clone())];
            let mut body = Body { fields, files: Vec::new(), faults: Vec::new() };
            let found = body.attributes();
            let known = |code: &str| ATTRIBUTES.iter().any(|a| a.code == code && a.variable);
            prop_assert!(found.iter().all(|(code, value)| known(code) && !value.is_empty()));
            let told = found.len() + body.faults.len();
            prop_assert!(told == 1 || value.trim().is_empty() && told == 0, "{name}={value}");
        }
    }
}
