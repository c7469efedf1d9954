//! `missing_required_file`, `missing_recommended_file`, `unknown_file`.

use super::schema::{FILES, Need, OTHER_FILES};
use super::{error, info, warning};
use crate::timetable::load::Rule;
use crate::timetable::load::archive::Archive;
use crate::timetable::load::finding::Findings;

const MISSING: Rule = error("missing_required_file");
const RECOMMENDED: Rule = warning("missing_recommended_file");
const UNKNOWN: Rule = info("unknown_file");

pub(super) fn check(archive: &Archive<'_>, findings: &mut Findings) {
    for file in FILES.iter().filter(|f| !archive.has(f.name)) {
        let rule = match file.need {
            Need::Required => MISSING,
            Need::Recommended => RECOMMENDED,
            Need::Optional => continue,
        };
        findings.add(rule, file.name, None, || format!("{} is missing", file.name));
    }
    for name in archive.files() {
        if !FILES.iter().any(|f| f.name == name) && !OTHER_FILES.contains(&name) {
            findings.add(UNKNOWN, name, None, || format!("{name} is no file of GTFS"));
        }
    }
}
