//! Rows of a feed's file: header by name, blanks trimmed, nothing allocated for a row.

use super::LoadError;
use super::archive::{Archive, ROW_BYTES, Stopped, unreadable};
use super::finding::{Findings, rule};
use crate::time::parse_gtfs_time;
use csv::{ByteRecord, StringRecord};
use serde::de::DeserializeOwned;
use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

/// So many digits always fit into a `u32`.
const PLAIN_DIGITS: usize = 9;

/// A file being read row by row.
pub(crate) struct Rows<'z> {
    pub(crate) file: &'static str,
    pub(crate) declared_bytes: u64,
    reader: csv::Reader<Box<dyn Read + 'z>>,
    headers: StringRecord,
    record: ByteRecord,
    row_bytes: Rc<Cell<u64>>,
    stopped: Rc<Cell<Option<Stopped>>>,
    /// Whether lines end in `\r\n`.
    ends_crlf: bool,
    /// Columns of the file itself; past them stand those that a type needs and the file has not.
    own_columns: usize,
    /// What stands in for a missing or invalid field of a column that a type needs.
    fallbacks: Vec<(usize, &'static str)>,
}

impl<'z> Rows<'z> {
    /// Opens `file`; `None` if the feed has none.
    pub(crate) fn open(
        archive: &'z mut Archive<'_>,
        file: &'static str,
        findings: &mut Findings,
    ) -> Result<Option<Self>, LoadError> {
        let Some(entry) = archive.entry(file)? else { return Ok(None) };
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(entry.reader);
        let mut rows = Self {
            file,
            declared_bytes: entry.declared_bytes,
            reader,
            headers: StringRecord::new(),
            record: ByteRecord::new(),
            row_bytes: entry.row_bytes,
            stopped: entry.stopped,
            ends_crlf: false,
            own_columns: 0,
            fallbacks: Vec::new(),
        };
        if rows.read()? {
            rows.headers = trimmed(&rows.record);
            rows.own_columns = rows.headers.len();
            rows.ends_crlf = rows.reader.position().line() == 1;
            rows.headers.iter().enumerate().for_each(|(i, name)| {
                if !name.is_empty() && rows.headers.iter().take(i).any(|n| n == name) {
                    findings.add(rule::DUPLICATE_COLUMN, file, Some(1), || {
                        format!("column {name} stands twice in the header")
                    });
                }
            });
        } else {
            findings.add(rule::EMPTY_FILE, file, None, || "the file is empty".to_owned());
        }
        Ok(Some(rows))
    }

    /// The header.
    pub(crate) fn headers(&self) -> &StringRecord {
        &self.headers
    }

    /// The column called `name`.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|h| h == name)
    }

    /// The column called `name`, a finding if there is none (and the file is not empty).
    pub(crate) fn required(&self, name: &str, findings: &mut Findings) -> Option<usize> {
        let column = self.column(name);
        if column.is_none() && !self.headers.is_empty() {
            findings.add(rule::MISSING_COLUMN, self.file, Some(1), || {
                format!("column {name} is missing from the header")
            });
        }
        column
    }

    /// Names the columns that a type needs, each with what stands in for it where the file lacks it (a
    /// finding) or a row's field is not valid.
    pub(crate) fn complete(
        &mut self,
        columns: &[(&'static str, &'static str)],
        findings: &mut Findings,
    ) {
        for (name, value) in columns {
            let column = self.required(name, findings).unwrap_or_else(|| {
                self.headers.push_field(name);
                self.headers.len() - 1
            });
            self.fallbacks.push((column, value));
        }
    }

    /// Goes to the next row; false at the end.
    pub(crate) fn next(&mut self, findings: &mut Findings) -> Result<bool, LoadError> {
        if !self.read()? {
            return Ok(false);
        }
        let line = self.line();
        let fields = self.own_columns;
        if self.record.len() != fields {
            let (found, file) = (self.record.len(), self.file);
            findings.add(rule::ROW_LENGTH, file, Some(line), || {
                format!("the row has {found} fields, the header {fields}")
            });
        }
        Ok(true)
    }

    fn read(&mut self) -> Result<bool, LoadError> {
        self.row_bytes.set(0);
        let next_line = self.reader.position().line() + u64::from(self.ends_crlf);
        match self.reader.read_byte_record(&mut self.record) {
            Ok(more) => Ok(more),
            Err(error) => {
                let line = self.reader.position().line();
                Err(match self.stopped.get() {
                    Some(Stopped::TooLarge(limit_bytes)) => {
                        LoadError::TooLarge { file: self.file.to_owned(), limit_bytes }
                    }
                    Some(Stopped::RowTooLong) => unreadable(
                        self.file,
                        Some(next_line),
                        &format!("a row is longer than {ROW_BYTES} bytes (an unclosed quote?)"),
                    ),
                    None => unreadable(self.file, Some(line), &error),
                })
            }
        }
    }

    /// The line where the row begins, the header being 1.
    ///
    /// The reader's own answer is that of the place where it began to look: one too few after `\r\n`, whose
    /// second half it has not taken yet, and before blank lines. So it is also reckoned from the row's end.
    pub(crate) fn line(&self) -> u64 {
        let begin = self.record.position().map_or(0, csv::Position::line);
        if self.reader.position().line() <= begin + 1 {
            // The normal case: one line, and no blank one before it.
            return begin + u64::from(self.ends_crlf);
        }
        let inside = self.record.as_slice().iter().fold(0, |n, b| n + u64::from(*b == b'\n'));
        let from_end = self.reader.position().line().saturating_sub(inside);
        if self.ends_crlf { from_end.max(begin + 1) } else { from_end.saturating_sub(1).max(begin) }
    }

    /// A field, trimmed; empty if the column or the field is missing.
    #[inline]
    pub(crate) fn bytes(&self, column: Option<usize>) -> &[u8] {
        column.and_then(|c| self.record.get(c)).map_or(&[], <[u8]>::trim_ascii)
    }

    /// A field as text; empty, with a finding, if it is not UTF-8.
    pub(crate) fn text(&self, column: Option<usize>, findings: &mut Findings) -> &str {
        let text = std::str::from_utf8(self.bytes(column)).unwrap_or_else(|_| {
            self.not_utf8(column, findings);
            ""
        });
        // Blanks of all scripts: a no-break space at the end of a name is as invisible as any.
        text.trim()
    }

    /// An unsigned whole number; `None` if empty, or, with a finding, if it is not one.
    pub(crate) fn whole(&self, column: Option<usize>, findings: &mut Findings) -> Option<u32> {
        let field = self.bytes(column);
        if field.is_empty() {
            return None;
        }
        if field.len() <= PLAIN_DIGITS && field.iter().all(u8::is_ascii_digit) {
            return Some(field.iter().fold(0, |n, digit| n * 10 + u32::from(digit - b'0')));
        }
        let number = std::str::from_utf8(field).ok().and_then(|t| t.parse().ok());
        if number.is_none() {
            self.invalid(rule::INVALID_INTEGER, column, "not a whole number", findings);
        }
        number
    }

    /// A finite number; `None` if empty, or, with a finding, if it is not one.
    pub(crate) fn number(&self, column: Option<usize>, findings: &mut Findings) -> Option<f64> {
        let field = self.bytes(column);
        if field.is_empty() {
            return None;
        }
        let number: Option<f64> = std::str::from_utf8(field)
            .ok()
            .and_then(|t| t.parse().ok())
            .filter(|n: &f64| n.is_finite());
        if number.is_none() {
            self.invalid(rule::INVALID_FLOAT, column, "not a number", findings);
        }
        number
    }

    /// A time, seconds of the service day; `None` if empty, or, with a finding, if it is not one.
    pub(crate) fn time(&self, column: Option<usize>, findings: &mut Findings) -> Option<i32> {
        let field = self.bytes(column);
        if field.is_empty() {
            return None;
        }
        let time = std::str::from_utf8(field).ok().and_then(parse_gtfs_time);
        if time.is_none() {
            self.invalid(rule::INVALID_TIME, column, "not a time (H:MM:SS)", findings);
        }
        time
    }

    /// Reports a field.
    pub(crate) fn invalid(
        &self,
        rule: super::finding::Rule,
        column: Option<usize>,
        what: &str,
        findings: &mut Findings,
    ) {
        let name = column.and_then(|c| self.headers.get(c)).unwrap_or_default();
        findings.add(rule, self.file, Some(self.line()), || {
            format!("{name} {:?} is {what}", String::from_utf8_lossy(self.bytes(column)))
        });
    }

    fn not_utf8(&self, column: Option<usize>, findings: &mut Findings) {
        self.invalid(rule::INVALID_CHARACTER, column, "not UTF-8", findings);
    }

    /// The row as an object of gtfs-structures. A field that does not parse is a finding and read as
    /// empty; `None` if the row cannot do without it.
    pub(crate) fn object<T: DeserializeOwned>(&self, findings: &mut Findings) -> Option<T> {
        let mut record =
            StringRecord::with_capacity(self.record.as_slice().len(), self.headers.len());
        for (i, name) in self.headers.iter().enumerate().take(self.own_columns) {
            let field = self.text(Some(i), findings);
            if field.contains('\n') {
                findings.add(rule::NEW_LINE, self.file, Some(self.line()), || {
                    format!("{name} {field:?} holds a line break (an unclosed quote?)")
                });
            }
            record.push_field(if is_safe(name, field) {
                field
            } else {
                self.invalid(field_rule(name), Some(i), "not valid", findings);
                self.fallback(Some(i))
            });
        }
        (self.own_columns..self.headers.len())
            .for_each(|i| record.push_field(self.fallback(Some(i))));
        match record.deserialize::<T>(Some(&self.headers)) {
            Ok(object) => Some(object),
            Err(error) => self.mended(&record, &error, findings),
        }
    }

    /// A row that does not parse, without the fields that are at fault. The library does not say which they
    /// are: so the row is read with nothing in it that it can do without, and then each field is put back
    /// unless it breaks the row again.
    fn mended<T: DeserializeOwned>(
        &self,
        record: &StringRecord,
        error: &csv::Error,
        findings: &mut Findings,
    ) -> Option<T> {
        /// A wider header is not mended: the work grows with its square.
        const COLUMNS_MOST: usize = 64;
        let read = |fields: &[&str]| {
            let record: StringRecord = fields.iter().collect();
            record.deserialize::<T>(Some(&self.headers)).ok()
        };
        let needed =
            |i| self.fallbacks.iter().any(|(column, value)| *column == i && value.is_empty());
        let bare = |(i, field)| if needed(i) { field } else { self.fallback(Some(i)) };
        let mut fields: Vec<&str> = record.iter().enumerate().map(bare).collect();
        let mut object = (fields.len() <= COLUMNS_MOST).then(|| read(&fields)).flatten();
        if object.is_none() {
            findings.add(rule::INVALID_VALUE, self.file, Some(self.line()), || {
                format!("the row is not valid and was left out: {}", reason(error))
            });
            return None;
        }
        for (i, field) in record.iter().enumerate().filter(|(i, _)| !needed(*i)) {
            let without = std::mem::replace(&mut fields[i], field);
            if let Some(whole) = read(&fields) {
                object = Some(whole);
            } else {
                fields[i] = without;
                let name = self.headers.get(i).unwrap_or_default();
                self.invalid(field_rule(name), Some(i), "not valid: read as not given", findings);
            }
        }
        object
    }

    fn fallback(&self, column: Option<usize>) -> &'static str {
        self.fallbacks.iter().find(|(c, _)| Some(*c) == column).map_or("", |(_, value)| value)
    }
}

/// What the library says, without its own words on where.
fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
        _ => error.to_string(),
    }
}

/// Fields on which the library would panic or overflow instead of failing.
fn is_safe(name: &str, field: &str) -> bool {
    const TIME_BYTES: usize = 10;
    if name.ends_with("_color") {
        field.is_ascii()
    } else {
        !name.ends_with("_time") || field.len() <= TIME_BYTES
    }
}

/// The notice code for a bad value of a column.
fn field_rule(name: &str) -> super::finding::Rule {
    match name {
        _ if name.ends_with("_color") => rule::INVALID_COLOR,
        _ if name.ends_with("_time") => rule::INVALID_TIME,
        _ if name.ends_with("_date") || name == "date" => rule::INVALID_DATE,
        _ if name.ends_with("_lat") || name.ends_with("_lon") => rule::INVALID_FLOAT,
        _ if name.ends_with("_type") || name.ends_with("_secs") => rule::INVALID_INTEGER,
        _ => rule::INVALID_VALUE,
    }
}

/// Header names: trimmed, without the byte-order mark, lower case.
fn trimmed(record: &ByteRecord) -> StringRecord {
    record
        .iter()
        .map(|field| {
            let text = String::from_utf8_lossy(field);
            text.trim_start_matches('\u{feff}').trim().trim_matches('"').to_ascii_lowercase()
        })
        .collect()
}
