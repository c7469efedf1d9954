//! The demo city's readable sources, parsed.

use super::CityError;
use std::collections::BTreeMap;
use transit::{LatLon, Polyline};

/// A name in the three languages of the city.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub kk: String,
    pub ru: String,
    pub en: String,
}

/// A street of `basemap/streets.geojson`.
#[derive(Clone, Debug)]
pub(super) struct Street {
    pub id: String,
    pub names: Names,
    /// Greater for greater streets: which crossing a stop is named after.
    pub weight: u32,
    /// Metres between stops where no crossing gives one.
    pub stops_every_m: f64,
    pub line: Polyline,
}

/// A row of `places.csv`.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub names: Names,
    pub at: LatLon,
}

/// A row of `routes.csv`.
#[derive(Clone, Debug)]
pub(super) struct RouteRow {
    pub number: String,
    pub trolleybus: bool,
    pub carrier: String,
    pub color: String,
    pub path: Vec<String>,
    pub back: Back,
    /// Rush hours, day, evening, seconds; for weekday, Saturday, Sunday.
    pub headways: [[i32; 3]; 3],
    pub span: (i32, i32),
    pub speed_kmh: f64,
}

/// How a route comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Back {
    /// By the path reversed.
    Reversed,
    /// It is a loop; also driven the other way round.
    Ring,
    /// By other streets.
    By(Vec<String>),
}

/// Metres between stops where neither crossing nor street says otherwise.
const STOPS_EVERY_M: f64 = 520.0;

/// Rows of a CSV with `#` comments, as maps from column to text.
pub(super) fn rows(
    file: &'static str,
    text: &str,
) -> Result<Vec<BTreeMap<String, String>>, CityError> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let bad = |e: &csv::Error| CityError::Source { file, reason: e.to_string() };
    let header = reader.headers().map_err(|e| bad(&e))?.clone();
    reader
        .records()
        .map(|record| {
            let record = record.map_err(|e| bad(&e))?;
            Ok(header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect())
        })
        .collect()
}

/// A field of a row, which must be there and not empty.
pub(super) fn field<'a>(
    file: &'static str,
    row: &'a BTreeMap<String, String>,
    column: &str,
) -> Result<&'a str, CityError> {
    row.get(column).map(String::as_str).filter(|t| !t.is_empty()).ok_or_else(|| CityError::Source {
        file,
        reason: format!("{column} is missing in {row:?}"),
    })
}

/// A field that is read as something.
pub(super) fn number<T: std::str::FromStr>(
    file: &'static str,
    row: &BTreeMap<String, String>,
    column: &str,
) -> Result<T, CityError> {
    let text = field(file, row, column)?;
    text.parse().map_err(|_| CityError::Source {
        file,
        reason: format!("{column} {text:?} cannot be read"),
    })
}

/// The three names of a row.
pub(super) fn names(
    file: &'static str,
    row: &BTreeMap<String, String>,
) -> Result<Names, CityError> {
    Ok(Names {
        kk: field(file, row, "name_kk")?.to_owned(),
        ru: field(file, row, "name_ru")?.to_owned(),
        en: field(file, row, "name_en")?.to_owned(),
    })
}

pub(super) fn places(text: &str) -> Result<BTreeMap<String, Place>, CityError> {
    const FILE: &str = "places.csv";
    let mut places = BTreeMap::new();
    for row in rows(FILE, text)? {
        let at = LatLon::new(number(FILE, &row, "lat")?, number(FILE, &row, "lon")?);
        places.insert(field(FILE, &row, "id")?.to_owned(), Place { names: names(FILE, &row)?, at });
    }
    Ok(places)
}

pub(super) fn routes(text: &str) -> Result<Vec<RouteRow>, CityError> {
    const FILE: &str = "routes.csv";
    let words = |t: &str| t.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut routes = Vec::new();
    for row in rows(FILE, text)? {
        let back = match row.get("back").map_or("", String::as_str) {
            "" => Back::Reversed,
            "ring" => Back::Ring,
            path => Back::By(words(path)),
        };
        let time = |column: &str| {
            let text = field(FILE, &row, column)?;
            crate::network::minutes(text)
                .ok_or_else(|| CityError::Source { file: FILE, reason: format!("time {text:?}") })
        };
        routes.push(RouteRow {
            number: field(FILE, &row, "number")?.to_owned(),
            trolleybus: field(FILE, &row, "mode")? == "trolleybus",
            carrier: field(FILE, &row, "carrier")?.to_owned(),
            color: field(FILE, &row, "color")?.to_owned(),
            path: words(field(FILE, &row, "path")?),
            back,
            headways: [
                headways(field(FILE, &row, "weekday")?)?,
                headways(field(FILE, &row, "saturday")?)?,
                headways(field(FILE, &row, "sunday")?)?,
            ],
            span: (time("first")?, time("last")?),
            speed_kmh: number(FILE, &row, "speed")?,
        });
    }
    Ok(routes)
}

/// `8/10/16` minutes as seconds.
pub(super) fn headways(text: &str) -> Result<[i32; 3], CityError> {
    let parts: Vec<i32> = text.split('/').filter_map(|p| p.trim().parse().ok()).collect();
    match parts[..] {
        [rush, day, evening] if parts.iter().all(|m| (1..=180).contains(m)) => {
            Ok([rush * 60, day * 60, evening * 60])
        }
        _ => Err(CityError::Source { file: "routes.csv", reason: format!("headways {text:?}") }),
    }
}

pub(super) fn streets(text: &str) -> Result<Vec<Street>, CityError> {
    const FILE: &str = "streets.geojson";
    let bad = |reason: &str| CityError::Source { file: FILE, reason: reason.to_owned() };
    let json: serde_json::Value = serde_json::from_str(text).map_err(|e| bad(&e.to_string()))?;
    let features = json["features"].as_array().ok_or_else(|| bad("no features"))?;
    features
        .iter()
        .map(|feature| {
            let property = |key: &str| {
                let text = feature["properties"][key].as_str();
                text.map(str::to_owned).ok_or_else(|| bad(&format!("a feature has no {key}")))
            };
            let points = feature["geometry"]["coordinates"].as_array();
            let points: Option<Vec<LatLon>> = points.and_then(|c| {
                c.iter().map(|p| Some(LatLon::new(p[1].as_f64()?, p[0].as_f64()?))).collect()
            });
            let points =
                points.filter(|p| p.len() >= 2).ok_or_else(|| bad("a line has no points"))?;
            Ok(Street {
                id: property("id")?,
                names: Names {
                    kk: property("name:kk")?,
                    ru: capitalised(&property("name:ru")?),
                    en: property("name:en")?,
                },
                weight: match property("class")?.as_str() {
                    "primary" => 3,
                    "secondary" => 2,
                    _ => 1,
                },
                stops_every_m: feature["properties"]["stops_every_m"]
                    .as_f64()
                    .unwrap_or(STOPS_EVERY_M),
                line: Polyline::new(points),
            })
        })
        .collect()
}

/// With its first letter great, as a stop's name begins.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}
