//! `missing_required_column`.

use super::error;
use super::schema::Need;
use super::tables::{STREAMED, Table};
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const MISSING: Rule = error("missing_required_column");

pub(super) fn check(table: &Table, findings: &mut Findings) {
    // Those of the streamed files are named by the load.
    if STREAMED.contains(&table.file.name) {
        return;
    }
    for column in table.file.columns.iter().filter(|c| c.need == Need::Required) {
        if table.column(column.name).is_none() {
            findings.add(MISSING, table.file.name, Some(1), || {
                format!("column {} is missing from the header", column.name)
            });
        }
    }
}
