//! What every handler may want to know of a request: parameters, language, theme, what the reader has.

use super::office::Door;
use super::site::Site;
use crate::problem::ProblemResponse;
use crate::view::{Bounds, Language};
use axum::extract::{FromRef, FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

/// Longest value of a parameter, bytes: longer than any id or search that means anything.
const VALUE_BYTES_MAX: usize = 512;
/// Cookie that remembers the language.
pub const LANGUAGE_COOKIE: &str = "lang";
/// Cookie that remembers the theme.
pub const THEME_COOKIE: &str = "theme";
/// The themes; none follows the reader's system.
const THEMES: [&str; 2] = ["light", "dark"];

/// A request, read.
#[derive(Clone, Debug)]
pub struct Asked {
    params: Vec<(String, String)>,
    /// In whose words to answer.
    pub language: Language,
    /// `?lang=` was given: to be remembered.
    pub language_chosen: bool,
    /// `light`, `dark`, or `None` to follow the reader's system.
    pub theme: Option<&'static str>,
    /// `?theme=` was given: to be remembered.
    pub theme_chosen: bool,
    /// Path and query, without `lang` and `theme`.
    pub path: String,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// Who of the staff asks, where a page that anybody may see was told (`office::introduced`).
    pub member: Option<api::StaffMember>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked
where
    Site: FromRef<S>,
{
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Ok(Query(params)) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri) else {
            return Err(ProblemResponse::bad_request(
                "the part of the address after ? is not name=value&name=value in UTF-8",
            ));
        };
        if let Some((name, _)) = params.iter().find(|(_, value)| value.len() > VALUE_BYTES_MAX) {
            return Err(ProblemResponse::bad_request(format!(
                "the value of {name} is longer than {VALUE_BYTES_MAX} bytes: shorten it"
            )));
        }
        let member = match parts.extensions.get::<Door>().cloned() {
            Some(door) => door.member(parts).await,
            None => None,
        };
        let header = |name| parts.headers.get(name).and_then(|v| v.to_str().ok());
        let given =
            |name: &str| params.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let chosen = given("lang").and_then(Language::from_tag);
        let language = chosen
            .or_else(|| cookie(&parts.headers, LANGUAGE_COOKIE).and_then(Language::from_tag))
            .or_else(|| header(header::ACCEPT_LANGUAGE).and_then(preferred))
            .unwrap_or(Site::from_ref(state).settings().default_language);
        let theme = |name: &str| THEMES.into_iter().find(|t| *t == name);
        let wished = given("theme");
        let stored = cookie(&parts.headers, THEME_COOKIE);
        Ok(Self {
            language,
            language_chosen: chosen.is_some(),
            theme: wished.or(stored).and_then(theme),
            theme_chosen: wished.is_some(),
            path: path_without_choices(parts, &params),
            if_none_match: header(header::IF_NONE_MATCH).map(str::to_owned),
            member,
            params,
        })
    }
}

/// Path and query without what only changes how the page looks.
fn path_without_choices(parts: &Parts, params: &[(String, String)]) -> String {
    let kept = parts.uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && name != "lang" && name != "theme"
    });
    let query: Vec<&str> = if params.is_empty() { Vec::new() } else { kept.collect() };
    let path = parts.uri.path();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = all.flat_map(|v| v.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// The language of ours that `Accept-Language` likes best; of equals the first.
fn preferred(accept: &str) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    for item in accept.split(',') {
        let (tag, quality) = item.split_once(";q=").unwrap_or((item, "1"));
        let quality = quality.trim().parse::<f32>().unwrap_or(0.0);
        if let Some(language) = Language::from_tag(tag)
            && quality > best.map_or(0.0, |b| b.0)
        {
            best = Some((quality, language));
        }
    }
    best.map(|b| b.1)
}

impl Asked {
    /// A parameter; `None` when it is absent or empty.
    pub fn param(&self, name: &str) -> Option<&str> {
        let given = self.params.iter().rev().find(|(n, _)| n == name);
        given.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// `bbox=west,south,east,north`.
    pub fn bounds(&self) -> Result<Option<Bounds>, ProblemResponse> {
        self.param("bbox").map(bounds).transpose()
    }

    /// An instant: epoch seconds, or RFC 3339.
    pub fn instant(&self, name: &str) -> Result<Option<i64>, ProblemResponse> {
        let Some(text) = self.param(name) else { return Ok(None) };
        let written = || text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
        let at = text.parse::<i64>().ok().or_else(written);
        // Beyond this the calendar of the library ends.
        at.filter(|at| at.unsigned_abs() < 200_000_000_000).map(Some).ok_or_else(|| {
            ProblemResponse::bad_request(format!(
                "{name}={text} is not an instant: write epoch seconds (1795449600) or \
                 2026-11-23T20:00:00Z"
            ))
        })
    }

    /// `from` and `to` (else `now`), at most `most_s` apart; `None` when neither is given.
    pub fn window(&self, now: i64, most_s: i64) -> Result<Option<(i64, i64)>, ProblemResponse> {
        let (from, to) = (self.instant("from")?, self.instant("to")?);
        if from.is_none() && to.is_none() {
            return Ok(None);
        }
        let to = to.unwrap_or(now + 1);
        let from = from.unwrap_or(to - most_s);
        if from >= to {
            return Err(ProblemResponse::bad_request(format!(
                "from ({from}) must be before to ({to})"
            )));
        }
        if to - from > most_s {
            return Err(ProblemResponse::bad_request(format!(
                "the window from {from} to {to} is longer than {most_s} s: ask for parts of it"
            )));
        }
        Ok(Some((from, to)))
    }

    /// `direction_id`, 0 or 1.
    pub fn direction(&self) -> Result<Option<u8>, ProblemResponse> {
        match self.param("direction_id") {
            None => Ok(None),
            Some("0") => Ok(Some(0)),
            Some("1") => Ok(Some(1)),
            Some(other) => Err(ProblemResponse::bad_request(format!(
                "direction_id={other}: a direction is 0 or 1"
            ))),
        }
    }

    /// How many at most: `limit`, itself at most `most`.
    pub fn limit(&self, most: usize) -> Result<usize, ProblemResponse> {
        let Some(text) = self.param("limit") else { return Ok(most) };
        match text.parse::<usize>() {
            Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
            _ => Err(ProblemResponse::bad_request(format!(
                "limit={text}: a whole number from 1 to {most}"
            ))),
        }
    }

    /// `format=csv` instead of JSON.
    pub fn wants_csv(&self) -> Result<bool, ProblemResponse> {
        match self.param("format") {
            None | Some("json") => Ok(false),
            Some("csv") => Ok(true),
            Some(other) => {
                Err(ProblemResponse::bad_request(format!("format={other}: json or csv")))
            }
        }
    }
}

fn bounds(text: &str) -> Result<Bounds, ProblemResponse> {
    let wrong = |why: &str| {
        ProblemResponse::bad_request(format!(
            "bbox={text}: {why}; write west,south,east,north in degrees, as 76.80,43.17,77.02,43.33"
        ))
    };
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|n| n.trim().parse::<f64>()).collect();
    let numbers = numbers.map_err(|_| wrong("not all parts are numbers"))?;
    let [west, south, east, north] = numbers[..] else {
        return Err(wrong("there must be four numbers"));
    };
    let longitude = |x: f64| (-180.0..=180.0).contains(&x);
    let latitude = |y: f64| (-90.0..=90.0).contains(&y);
    if !(longitude(west) && longitude(east) && latitude(south) && latitude(north)) {
        return Err(wrong("longitudes lie between -180 and 180, latitudes between -90 and 90"));
    }
    if west > east || south > north {
        return Err(wrong("west must not be east of east, nor south north of north"));
    }
    Ok(Bounds { west, south, east, north })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_language_of_ours_is_taken() {
        assert_eq!(preferred("de, en;q=0.7, kk;q=0.9"), Some(Language::Kk));
        assert_eq!(preferred("ru-RU,ru;q=0.9,en-US;q=0.8"), Some(Language::Ru));
        assert_eq!(preferred("*"), None);
        assert_eq!(preferred("en;q=0"), None);
        assert_eq!(preferred("en;q=x, ru;q=0.1"), Some(Language::Ru));
    }

    #[test]
    fn a_wrong_box_is_told_why() {
        assert!(bounds("76.8,43.1,77.0,43.3").is_ok());
        for (text, why) in [
            ("1,2,3", "four numbers"),
            ("a,b,c,d", "not all parts are numbers"),
            ("1,2,3,nan", "latitudes"),
            ("0,0,181,1", "longitudes"),
            ("2,0,1,1", "west must not"),
            ("0,2,1,1", "south north of north"),
        ] {
            let detail = bounds(text).unwrap_err().problem.detail;
            assert!(detail.contains(why) && detail.contains("76.80,43.17"), "{detail}");
        }
    }

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=b; lang=kk;theme=dark".parse().unwrap());
        assert_eq!(cookie(&headers, "lang"), Some("kk"));
        assert_eq!(cookie(&headers, "theme"), Some("dark"));
        assert_eq!(cookie(&headers, "x"), None);
    }
}
