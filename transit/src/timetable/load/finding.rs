//! What is wrong with a feed, said so that a person can mend it.

use super::LoadError;
use std::collections::BTreeMap;

/// How much a [`Finding`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Info,
    /// Against the reference or unlikely to be meant; used, perhaps repaired.
    Warning,
    /// Against the reference; the row (or the feed) could not be used as written.
    Error,
}

impl Severity {
    /// Its name: lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A rule that feeds can break: a notice code of the GTFS validator where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Snake case.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
}

/// Why a feed was refused, or what in it was not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Rule, snake case: GTFS validator's notice code where there is one (`foreign_key_violation`).
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// File of the feed.
    pub file: String,
    /// Line in the file, the header being 1; `None` if of the whole file.
    pub line: Option<u64>,
    /// What is wrong, in words, with the value.
    pub message: String,
}

/// `error stops.txt:12 invalid_latitude: …`
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.severity.name(), self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, " {}: {}", self.rule, self.message)
    }
}

/// Findings kept of any one rule in one file; all are counted.
pub const FINDINGS_KEPT_OF_A_RULE: u64 = 100;

/// Longest message, characters: a broken row may hold a megabyte in one field.
const MESSAGE_CHARS: usize = 400;

/// Collects findings, bounded.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    kept: Vec<Finding>,
    /// By rule, then by file.
    counts: BTreeMap<&'static str, BTreeMap<Box<str>, u64>>,
}

impl Findings {
    /// Adds one. The message is only made if it is kept.
    pub(crate) fn add(
        &mut self,
        rule: Rule,
        file: &str,
        line: Option<u64>,
        message: impl FnOnce() -> String,
    ) {
        if !self.count(rule.code, file) {
            return;
        }
        let mut message = message();
        if let Some((at, _)) = message.char_indices().nth(MESSAGE_CHARS) {
            message.truncate(at);
            message.push('…');
        }
        self.kept.push(Finding {
            rule: rule.code,
            severity: rule.severity,
            file: file.to_owned(),
            line,
            message,
        });
    }

    /// Adds one that was made before.
    pub(crate) fn put(&mut self, finding: Finding) {
        if self.count(finding.rule, &finding.file) {
            self.kept.push(finding);
        }
    }

    /// Counts one; whether it is to be kept.
    fn count(&mut self, rule: &'static str, file: &str) -> bool {
        let by_file = self.counts.entry(rule).or_default();
        let Some(count) = by_file.get_mut(file) else {
            by_file.insert(file.into(), 1);
            return true;
        };
        *count += 1;
        *count <= FINDINGS_KEPT_OF_A_RULE
    }

    /// Forgets the findings of the (rule, file) pairs that are not to stay.
    pub(crate) fn retain(&mut self, stays: impl Fn(&str, &str) -> bool) {
        self.kept.retain(|f| stays(f.rule, &f.file));
        for (rule, by_file) in &mut self.counts {
            by_file.retain(|file, _| stays(rule, file));
        }
        self.counts.retain(|_, by_file| !by_file.is_empty());
    }

    /// The refusal of the feed for this reason, which comes first; what was found before follows.
    pub(crate) fn refuse(&mut self, rule: Rule, file: &str, message: String) -> LoadError {
        self.add(rule, file, None, || message);
        let mut all = std::mem::take(self).into_parts().0;
        all.rotate_right(1);
        LoadError::Unusable(all)
    }

    /// The kept ones and every rule's whole count.
    pub(crate) fn into_parts(self) -> (Vec<Finding>, Vec<(&'static str, u64)>) {
        let counts = self.counts.into_iter();
        (self.kept, counts.map(|(rule, by_file)| (rule, by_file.values().sum())).collect())
    }
}

/// The rules of loading.
pub(crate) mod rule {
    use super::{Rule, Severity};

    macro_rules! rules {
        ($($name:ident $severity:ident $code:literal,)*) => {
            $(pub(crate) const $name: Rule = Rule { code: $code, severity: Severity::$severity };)*
        };
    }

    rules! {
        MISSING_FILE Error "missing_required_file",
        MISSING_CALENDAR Error "missing_calendar_and_calendar_date_files",
        MISSING_COLUMN Error "missing_required_column",
        MISSING_FIELD Error "missing_required_field",
        EMPTY_FILE Error "empty_file",
        UNREADABLE_FILE Error "unreadable_file",
        SEVERAL_FEEDS Error "several_feeds_in_zip",
        IGNORED_ENTRY Info "ignored_entry",
        SUB_FOLDER Warning "invalid_input_files_in_subfolder",
        DUPLICATE_COLUMN Error "duplicated_column",
        INVALID_CHARACTER Error "invalid_character",
        NEW_LINE Warning "new_line_in_value",
        ROW_LENGTH Error "invalid_row_length",
        DUPLICATE_KEY Error "duplicate_key",
        FOREIGN_KEY Error "foreign_key_violation",
        INVALID_VALUE Error "invalid_value",
        INVALID_TIMEZONE Error "invalid_timezone",
        INCONSISTENT_TIMEZONE Error "inconsistent_agency_timezone",
        INVALID_DATE Error "invalid_date",
        INVALID_TIME Error "invalid_time",
        INVALID_COLOR Error "invalid_color",
        INVALID_INTEGER Error "invalid_integer",
        INVALID_FLOAT Error "invalid_float",
        NUMBER_OUT_OF_RANGE Error "number_out_of_range",
        START_AFTER_END Error "start_and_end_range_out_of_order",
        STOP_WITHOUT_LOCATION Error "stop_without_location",
        UNUSABLE_TRIP Warning "unusable_trip",
        NO_USABLE_TRIP Error "no_usable_trip",
        FLEX_ROW Info "flexible_stop_time_not_used",
        MISSING_TRIP_EDGE Error "missing_trip_edge",
        MISSING_ARRIVAL_OR_DEPARTURE Warning "stop_time_with_only_arrival_or_departure_time",
        TIMES_DECREASE Error "stop_time_with_arrival_before_previous_departure_time",
        INVALID_HEADWAY Error "invalid_headway",
        TOO_MANY_RUNS Error "too_many_frequency_runs",
        OVERLAPPING_FREQUENCY Warning "overlapping_frequency",
        SHAPE_WITHOUT_LENGTH Warning "single_shape_point",
        STOP_TOO_FAR Warning "stop_too_far_from_shape",
        STOPS_OUT_OF_ORDER Warning "stops_match_shape_out_of_order",
    }
}
