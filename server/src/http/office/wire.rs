//! From the words of the wire to those of the domain.

use crate::problem::ProblemResponse;
use crate::register::{Filed, Filing, Personal};
use api::{AppealClaim, AppealPerson, FiledAppeal, NewAppeal};
use appeals::access::Role;
use appeals::appeal::Draft;
use appeals::channel::Channel;
use appeals::claim::{Claim, ClaimTime, Place};
use appeals::ids::{PersonId, RouteId, StopId, TripId, VehicleId};
use appeals::kind::Kind;
use appeals::words::Language;
use serde::de::DeserializeOwned;
use transit::EpochS;

/// Longest short field, characters.
const SHORT_CHARS_MAX: usize = 300;
/// An event may lie so far back, seconds.
const EVENT_BACK_S: EpochS = 400 * 86_400;

type Read<T> = Result<T, ProblemResponse>;

/// A value of a closed list by its wire name.
pub fn named<T: DeserializeOwned>(field: &str, name: &str) -> Read<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).map_err(|_| {
        let name: String = name.chars().take(SHORT_CHARS_MAX).collect();
        ProblemResponse::bad_request(format!("{field}: \"{name}\" is not known"))
    })
}

/// The wire name of a unit variant.
pub fn name<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

fn short(field: &str, text: Option<String>) -> Read<Option<String>> {
    let text = text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    if text.as_ref().is_some_and(|t| t.chars().count() > SHORT_CHARS_MAX) {
        let detail = format!("{field} is longer than {SHORT_CHARS_MAX} characters");
        return Err(ProblemResponse::bad_request(detail));
    }
    Ok(text)
}

/// The claim of the wire's.
pub fn claim(claim: AppealClaim, now: EpochS) -> Read<Claim> {
    let place = match (claim.lat, claim.lon) {
        (Some(lat), Some(lon))
            if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) =>
        {
            Some(Place { lat, lon, accuracy_m: None })
        }
        (None, None) => None,
        _ => return Err(ProblemResponse::bad_request("lat and lon are degrees, both or neither")),
    };
    if let Some(at) = claim.event_at
        && !(now - EVENT_BACK_S..=now + 86_400).contains(&at)
    {
        return Err(ProblemResponse::bad_request("event_at is in the future or too long ago"));
    }
    let about = claim.event_about.unwrap_or(false);
    Ok(Claim {
        route: short("route_id", claim.route_id)?.map(RouteId),
        direction: claim.direction_id.filter(|d| *d <= 1),
        stop: short("stop_id", claim.stop_id)?.map(StopId),
        place,
        address: short("address", claim.address)?,
        vehicle: short("vehicle_id", claim.vehicle_id)?.map(VehicleId),
        vehicle_text: short("vehicle_text", claim.vehicle_text)?,
        on_vehicle: claim.on_vehicle,
        trip: short("trip_id", claim.trip_id)?.map(TripId),
        time: claim.event_at.map(|at| ClaimTime::At { at, about }),
        wait_s: claim.wait_s.filter(|w| (0..=86_400).contains(w)),
    })
}

fn personal(person: AppealPerson) -> Read<Personal> {
    Ok(Personal {
        name: short("name", person.name)?,
        phone: short("phone", person.phone)?,
        email: short("email", person.email)?,
        address: short("address", person.address)?,
        iin: short("iin", person.iin)?,
        chat: None,
    })
}

/// An appeal on its way in, by a channel.
pub fn filing(
    new: NewAppeal,
    channel: Channel,
    key: Option<String>,
    by: Option<(PersonId, Role)>,
    now: EpochS,
) -> Read<Filing> {
    let kind = Kind::parse(&new.kind).ok_or_else(|| {
        ProblemResponse::bad_request("kind is none of those at /api/v1/appeals/kinds")
    })?;
    let language = Language::parse(&new.language)
        .ok_or_else(|| ProblemResponse::bad_request("language is kk, ru or en"))?;
    let reply_by = new.reply_by.map(|r| named("reply_by", &r)).transpose()?;
    Ok(Filing {
        draft: Draft {
            kind,
            topic: None,
            legal_kind: None,
            text: new.text,
            language,
            claim: claim(new.claim, now)?,
            subjects: Vec::new(),
            may_publish: new.may_publish,
            danger: new.danger,
            parent: None,
        },
        channel,
        personal: personal(new.person)?,
        reply_by,
        key,
        received_at: by.and(new.received_at),
        by,
    })
}

/// What the applicant is told.
pub fn filed(filed: Filed) -> FiledAppeal {
    FiledAppeal {
        number: filed.number.to_string(),
        pin: filed.pin,
        received_at: filed.received_at,
        registered_on: filed.registered_on.to_string(),
        due_on: filed.due_on.map(|d| d.to_string()),
        desk: filed.desk,
    }
}
