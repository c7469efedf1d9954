//! The files that `replay` promises. Times are epoch seconds; empty means unknown.

use crate::record::{Batch, HeadwayRow, IncidentRow, IntensityRow, VisitRow};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

pub(super) type Csv = csv::Writer<File>;

/// The open files.
pub(super) struct CsvFiles {
    visits: Csv,
    headways: Csv,
    intensity: Csv,
    incidents: Csv,
    /// By number, which is the order in which they opened.
    incident_rows: BTreeMap<u64, IncidentRow>,
}

impl CsvFiles {
    /// Creates them with their headers.
    pub fn create(folder: &Path) -> Result<Self> {
        let create = |name: &str, header: &[&str]| create(folder, name, header);
        Ok(Self {
            visits: create(
                "stop_visits.csv",
                &[
                    "service_date",
                    "route_id",
                    "direction_id",
                    "trip_id",
                    "vehicle_id",
                    "stop_id",
                    "stop_sequence",
                    "scheduled_arrival",
                    "scheduled_departure",
                    "arrival",
                    "departure",
                    "uncertainty_s",
                ],
            )?,
            headways: create(
                "headways.csv",
                &[
                    "service_date",
                    "route_id",
                    "direction_id",
                    "stop_id",
                    "trip_id",
                    "leader_trip_id",
                    "at",
                    "headway_s",
                    "scheduled_headway_s",
                    "status",
                ],
            )?,
            intensity: create(
                "intensity.csv",
                &[
                    "from_stop_id",
                    "to_stop_id",
                    "route_id",
                    "hour",
                    "scheduled_vph",
                    "observed_vph",
                    "coverage",
                ],
            )?,
            incidents: create(
                "incidents.csv",
                &[
                    "kind",
                    "route_id",
                    "direction_id",
                    "stop_id",
                    "vehicle_id",
                    "opened_at",
                    "closed_at",
                    "value",
                ],
            )?,
            incident_rows: BTreeMap::new(),
        })
    }

    /// Appends a batch. Incidents wait for their end.
    pub fn write(&mut self, batch: Batch) -> Result<()> {
        for row in &batch.visits {
            visit(&mut self.visits, row)?;
        }
        for row in &batch.headways {
            headway(&mut self.headways, row)?;
        }
        for row in &batch.intensity {
            intensity(&mut self.intensity, row)?;
        }
        for row in batch.incidents {
            let number = row.incident_id.rsplit('-').next().and_then(|n| n.parse().ok());
            self.incident_rows.insert(number.unwrap_or(u64::MAX), row);
        }
        Ok(())
    }

    /// Writes the incidents and closes all files.
    pub fn finish(mut self) -> Result<()> {
        for row in self.incident_rows.values() {
            incident(&mut self.incidents, row)?;
        }
        for mut csv in [self.visits, self.headways, self.intensity, self.incidents] {
            csv.flush()?;
        }
        Ok(())
    }
}

/// Creates a file with its header.
pub(super) fn create(folder: &Path, name: &str, header: &[&str]) -> Result<Csv> {
    let path = folder.join(name);
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut csv = csv::WriterBuilder::new().buffer_capacity(1 << 18).from_writer(file);
    csv.write_record(header)?;
    Ok(csv)
}

fn opt(value: Option<impl ToString>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// Rounded, without a trailing zero: the same bytes on every machine.
fn number(value: f64, decimals: i32) -> String {
    let scale = 10_f64.powi(decimals);
    let rounded = (value * scale).round() / scale;
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

fn visit(csv: &mut Csv, row: &VisitRow) -> Result<()> {
    csv.write_record([
        row.service_date.to_string().as_str(),
        &row.route_id,
        &opt(row.direction_id),
        &row.trip_id,
        &row.vehicle_id,
        &row.stop_id,
        &row.stop_sequence.to_string(),
        &row.scheduled_arrival.to_string(),
        &row.scheduled_departure.to_string(),
        &opt(row.arrival),
        &opt(row.departure),
        &number(row.uncertainty_s, 1),
    ])?;
    Ok(())
}

fn headway(csv: &mut Csv, row: &HeadwayRow) -> Result<()> {
    csv.write_record([
        row.service_date.to_string().as_str(),
        &row.route_id,
        &opt(row.direction_id),
        &row.stop_id,
        &row.trip_id,
        &row.leader_trip_id,
        &row.at.to_string(),
        &row.headway_s.to_string(),
        &opt(row.scheduled_headway_s),
        &row.status,
    ])?;
    Ok(())
}

fn intensity(csv: &mut Csv, row: &IntensityRow) -> Result<()> {
    csv.write_record([
        row.from_stop_id.as_str(),
        &row.to_stop_id,
        &row.route_id,
        &row.hour.to_string(),
        &number(row.scheduled_vph, 3),
        &row.observed_vph.map(|v| number(v, 3)).unwrap_or_default(),
        &number(row.coverage, 4),
    ])?;
    Ok(())
}

fn incident(csv: &mut Csv, row: &IncidentRow) -> Result<()> {
    csv.write_record([
        row.kind.as_str(),
        row.route_id.as_deref().unwrap_or_default(),
        &opt(row.direction_id),
        row.stop_id.as_deref().unwrap_or_default(),
        row.vehicle_id.as_deref().unwrap_or_default(),
        &row.opened_at.to_string(),
        &opt(row.closed_at),
        &number(row.value, 3),
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(number(3.0, 1), "3");
        assert_eq!(number(3.25, 3), "3.25");
        assert_eq!(number(-0.000_01, 3), "0");
        assert_eq!(number(1.0 / 3.0, 4), "0.3333");
    }
}
