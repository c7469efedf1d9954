//! `translations.txt`: names in other languages, kept by the original text.

use super::LoadError;
use super::archive::Archive;
use super::finding::{Findings, rule};
use super::rows::Rows;
use super::tables::{Table, Trips, foreign_key};
use crate::ids::{RouteIdx, StopIdx};
use crate::timetable::{Route, Stop};
use gtfs_structures::RawTranslation;
use rustc_hash::FxHashMap;

/// (language, original) to text.
pub(crate) type Translations = FxHashMap<(Box<str>, Box<str>), Box<str>>;

/// What a translated record is looked up in.
pub(crate) struct Originals<'a> {
    pub(crate) stops: &'a Table<Stop, StopIdx>,
    pub(crate) routes: &'a Table<Route, RouteIdx>,
    pub(crate) trips: &'a Trips,
    pub(crate) agency_name: &'a str,
}

impl Originals<'_> {
    /// The text of a field of a record; `None` if there is no such record, empty if the field is not used.
    fn text(&self, table: &str, field: &str, id: &str) -> Option<&str> {
        match table {
            "stops" => {
                let stop = &self.stops.rows[self.stops.by_id.get(id)?.get()];
                Some(if field == "stop_name" { &stop.name } else { "" })
            }
            "routes" => {
                let route = &self.routes.rows[self.routes.by_id.get(id)?.get()];
                Some(match field {
                    "route_short_name" => &route.short_name,
                    "route_long_name" => &route.long_name,
                    _ => "",
                })
            }
            "trips" => {
                let trip = &self.trips.rows[*self.trips.by_id.get(id)? as usize];
                let headsign = &self.trips.headsigns.texts[trip.headsign as usize];
                Some(if field == "trip_headsign" { headsign } else { "" })
            }
            "agency" => Some(if field == "agency_name" { self.agency_name } else { "" }),
            _ => Some(""),
        }
    }
}

/// Reads the translations, in today's form (by record or by value) and in the one before 2020
/// (`trans_id`, `lang`, `translation`).
pub(crate) fn translations(
    archive: &mut Archive<'_>,
    originals: &Originals<'_>,
    findings: &mut Findings,
) -> Result<Translations, LoadError> {
    const FILE: &str = "translations.txt";
    let mut found = Translations::default();
    let Some(mut rows) = Rows::open(archive, FILE, findings)? else { return Ok(found) };
    let old = (rows.column("trans_id"), rows.column("lang"), rows.column("translation"));
    if old.0.is_some() && rows.column("table_name").is_none() {
        while rows.next(findings)? {
            let [original, language, text] =
                [old.0, old.1, old.2].map(|column| rows.text(column, findings));
            if !original.is_empty() && !language.is_empty() && !text.is_empty() {
                found.entry((language.into(), original.into())).or_insert_with(|| text.into());
            }
        }
        return Ok(found);
    }
    let needed = ["table_name", "field_name", "language", "translation"];
    rows.complete(&needed.map(|name| (name, "")), findings);
    while rows.next(findings)? {
        let Some(row) = rows.object::<RawTranslation>(findings) else { continue };
        let line = rows.line();
        let value = row.field_value.as_deref().filter(|v| !v.is_empty());
        let record = row.record_id.as_deref().filter(|r| !r.is_empty());
        let original = match (value, record) {
            (Some(value), _) => value,
            (None, Some(id)) => {
                let Some(text) = originals.text(&row.table_name, &row.field_name, id) else {
                    foreign_key(
                        FILE,
                        line,
                        "record_id",
                        id,
                        &format!("{}.txt", row.table_name),
                        findings,
                    );
                    continue;
                };
                text
            }
            // The one row of feed_info, or the only agency.
            (None, None) => {
                originals.text(&row.table_name, &row.field_name, "").unwrap_or_default()
            }
        };
        if row.language.is_empty() || row.translation.is_empty() {
            findings.add(rule::MISSING_FIELD, FILE, Some(line), || {
                "language or translation is empty: the row was left out".to_owned()
            });
        } else if !original.is_empty() {
            let key = (row.language.as_str().into(), original.into());
            found.entry(key).or_insert_with(|| row.translation.as_str().into());
        }
    }
    Ok(found)
}
