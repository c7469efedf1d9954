//! `duplicate_key`: two rows of a file must not have the same key.

use super::error;
use super::tables::Table;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;
use rustc_hash::FxHashMap;

const DUPLICATE: Rule = error("duplicate_key");

pub(super) fn check(table: &Table, findings: &mut Findings) {
    let columns: Vec<usize> = table.file.key.iter().filter_map(|k| table.column(k)).collect();
    if columns.is_empty() || columns.len() < table.file.key.len() {
        return;
    }
    let mut first: FxHashMap<Vec<&str>, u64> = FxHashMap::default();
    for row in &table.rows {
        let key: Vec<&str> = columns.iter().map(|c| Table::field(row, *c)).collect();
        // An empty key is a missing field, and only that; one agency needs no id.
        if key.iter().any(|k| k.is_empty()) {
            continue;
        }
        let shown = key.join(", ");
        let line = *first.entry(key).or_insert(row.line);
        if line != row.line {
            findings.add(DUPLICATE, table.file.name, Some(row.line), || {
                format!("{} {shown:?} stands in line {line} already", table.file.key.join(", "))
            });
        }
    }
}
