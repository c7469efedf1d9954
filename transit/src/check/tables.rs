//! The small files of a feed, whole.

use super::schema::{FILES, File};
use crate::timetable::LoadError;
use crate::timetable::load::archive::Archive;
use crate::timetable::load::finding::Findings;
use crate::timetable::load::rows::Rows;
use csv::StringRecord;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Files too large to keep: rules read them row by row.
pub(super) const STREAMED: [&str; 2] = ["stop_times.txt", "shapes.txt"];

/// A row and its line.
pub(super) struct Row {
    pub(super) line: u64,
    fields: StringRecord,
}

/// A file's rows. Of a streamed file only the header.
pub(super) struct Table {
    pub(super) file: &'static File,
    pub(super) columns: StringRecord,
    pub(super) rows: Vec<Row>,
    /// First row of each key, by its first key column.
    by_key: FxHashMap<Box<str>, usize>,
}

impl Table {
    /// The column called `name`.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// A row's field; empty if missing.
    pub(super) fn get<'r>(&self, row: &'r Row, name: &str) -> &'r str {
        self.column(name).map_or("", |c| Self::field(row, c))
    }

    /// A row's field by column; empty if missing.
    pub(super) fn field(row: &Row, column: usize) -> &str {
        row.fields.get(column).unwrap_or_default()
    }

    /// The row of a key.
    pub(super) fn row_of(&self, key: &str) -> Option<&Row> {
        self.by_key.get(key).map(|i| &self.rows[*i])
    }
}

/// All small files.
pub(super) struct Tables {
    tables: BTreeMap<&'static str, Table>,
    /// `shape_id`s of `shapes.txt`.
    pub(super) shapes: FxHashSet<Box<str>>,
}

impl Tables {
    /// Reads them.
    pub(super) fn read(
        archive: &mut Archive<'_>,
        findings: &mut Findings,
    ) -> Result<Self, LoadError> {
        let mut tables = BTreeMap::new();
        // Row lengths and empty files were found by the load.
        let mut said = Findings::default();
        for file in FILES {
            let Some(mut rows) = Rows::open(archive, file.name, &mut said)? else { continue };
            let mut table = Table {
                file,
                columns: rows.headers().clone(),
                rows: Vec::new(),
                by_key: FxHashMap::default(),
            };
            if !STREAMED.contains(&file.name) {
                while rows.next(&mut said)? {
                    let columns = 0..table.columns.len();
                    let fields = columns.map(|c| rows.text(Some(c), findings)).collect();
                    table.rows.push(Row { line: rows.line(), fields });
                }
            }
            if let Some(key) = file.key.first().and_then(|key| table.column(key)) {
                for (i, row) in table.rows.iter().enumerate() {
                    table.by_key.entry(Table::field(row, key).into()).or_insert(i);
                }
            }
            tables.insert(file.name, table);
        }
        let mut shapes: FxHashSet<Box<str>> = FxHashSet::default();
        if let Some(mut rows) = Rows::open(archive, "shapes.txt", &mut said)? {
            let id = rows.column("shape_id");
            while rows.next(&mut said)? {
                let id = rows.text(id, &mut said);
                if !shapes.contains(id) {
                    shapes.insert(id.into());
                }
            }
        }
        Ok(Self { tables, shapes })
    }

    /// Every file that is there, in the order of names.
    pub(super) fn all(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// A file, if it is there.
    pub(super) fn get(&self, file: &str) -> Option<&Table> {
        self.tables.get(file)
    }

    /// The rows of a file with the file; none if it is not there.
    pub(super) fn rows(&self, file: &str) -> impl Iterator<Item = (&Table, &Row)> {
        self.get(file).into_iter().flat_map(|t| t.rows.iter().map(move |r| (t, r)))
    }

    /// The line of a key in a file.
    pub(super) fn line_of(&self, file: &str, key: &str) -> Option<u64> {
        self.get(file)?.row_of(key).map(|r| r.line)
    }

    /// Whether a file has a key.
    pub(super) fn has_key(&self, file: &str, key: &str) -> bool {
        if file == "shapes.txt" {
            return self.shapes.contains(key);
        }
        self.get(file).is_some_and(|t| t.by_key.contains_key(key))
    }
}
