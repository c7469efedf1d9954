//! `foreign_key_violation`: what a field names must be there.

use super::error;
use super::schema::{FILES, Need};
use super::tables::{Table, Tables};
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const VIOLATION: Rule = error("foreign_key_violation");

pub(super) fn check(table: &Table, tables: &Tables, findings: &mut Findings) {
    for column in table.file.columns.iter().filter(|c| !c.refers.is_empty()) {
        let Some(at) = table.column(column.name) else { continue };
        // A required file that is missing is one finding, not one for every row that needs it.
        if column.refers.iter().any(|name| is_required(name) && tables.get(name).is_none()) {
            continue;
        }
        for row in &table.rows {
            let value = Table::field(row, at);
            if !value.is_empty() && !column.refers.iter().any(|f| tables.has_key(f, value)) {
                findings.add(VIOLATION, table.file.name, Some(row.line), || {
                    format!("{} {value:?} is not in {}", column.name, column.refers.join(" or "))
                });
            }
        }
    }
}

fn is_required(file: &str) -> bool {
    FILES.iter().any(|f| f.name == file && f.need == Need::Required)
}
