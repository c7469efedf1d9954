//! `unused_shape`: a line that no trip drives.

use super::info;
use super::tables::Tables;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;
use std::collections::BTreeSet;

const RULE: Rule = info("unused_shape");

pub(super) fn check(tables: &Tables, findings: &mut Findings) {
    let used: BTreeSet<&str> =
        tables.rows("trips.txt").map(|(trips, row)| trips.get(row, "shape_id")).collect();
    let unused: BTreeSet<&str> =
        tables.shapes.iter().map(|id| &**id).filter(|id| !used.contains(id)).collect();
    for id in unused {
        findings.add(RULE, "shapes.txt", None, || format!("no trip has the shape_id {id:?}"));
    }
}
