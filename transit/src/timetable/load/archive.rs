//! The zip around a feed, trusted in nothing: neither its names nor its sizes.
//!
//! Nothing is ever unpacked to disk and entries are known by their base name alone, so a path in a name
//! does no harm. Sizes are bounded while inflating, because a zip bomb lies about them.

use super::finding::{Finding, Findings, rule};
use super::{LoadError, LoadLimits};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::rc::Rc;

/// Most bytes of one row: an unclosed quote must not swallow a whole file into memory.
pub(crate) const ROW_BYTES: u64 = 1 << 20;

/// Files that make a folder a feed.
const REQUIRED: [&str; 5] =
    ["agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt"];

/// An opened feed.
pub(crate) struct Archive<'a> {
    zip: zip::ZipArchive<Cursor<&'a [u8]>>,
    /// Base name to entry, in the feed's folder.
    entries: BTreeMap<String, usize>,
    limits: LoadLimits,
    /// Bytes inflated so far, of all files.
    unpacked: Rc<Cell<u64>>,
}

/// Why reading an entry stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// Past a limit on bytes.
    TooLarge(u64),
    /// A row past [`ROW_BYTES`].
    RowTooLong,
}

/// An entry being inflated, with what the row reader shares with it.
pub(crate) struct Entry<'z> {
    pub(crate) reader: Box<dyn Read + 'z>,
    /// Bytes handed out since the current row began; reset by the row reader.
    pub(crate) row_bytes: Rc<Cell<u64>>,
    /// Set when a bound stopped the reading.
    pub(crate) stopped: Rc<Cell<Option<Stopped>>>,
    /// Unpacked size that the zip declares (a hint for capacity, never trusted).
    pub(crate) declared_bytes: u64,
}

impl<'a> Archive<'a> {
    /// Reads the directory and finds the folder that holds the feed.
    pub(crate) fn open(
        bytes: &'a [u8],
        limits: LoadLimits,
        findings: &mut Findings,
    ) -> Result<Self, LoadError> {
        if let Some(entries) = declared_entries(bytes).filter(|n| *n > limits.entries as u64) {
            return Err(LoadError::TooManyEntries { entries, limit: limits.entries });
        }
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes))
            .map_err(|e| LoadError::NotZip(e.to_string()))?;
        if zip.len() > limits.entries {
            let entries = zip.len() as u64;
            return Err(LoadError::TooManyEntries { entries, limit: limits.entries });
        }
        let mut folders: BTreeMap<(usize, String), BTreeMap<String, usize>> = BTreeMap::new();
        for i in 0..zip.len() {
            let Ok(entry) = zip.by_index_raw(i) else { continue };
            let name = String::from_utf8_lossy(entry.name_raw()).replace('\\', "/");
            let (folder, base) = name.rsplit_once('/').unwrap_or(("", &name));
            let hidden = base.starts_with('.') || folder.split('/').any(|f| f == "__MACOSX");
            if hidden {
                findings.add(rule::IGNORED_ENTRY, base, None, || {
                    format!("entry {name:?} is no part of a feed and was ignored")
                });
                continue;
            }
            let base = base.to_ascii_lowercase();
            let known = std::path::Path::new(&base)
                .extension()
                .is_some_and(|e| e == "txt" || e == "geojson");
            if known {
                let depth = folder.split('/').filter(|f| !f.is_empty() && *f != "..").count();
                folders.entry((depth, folder.to_owned())).or_default().insert(base, i);
            }
        }
        let entries = choose_folder(folders, findings)?;
        Ok(Self { zip, entries, limits, unpacked: Rc::default() })
    }

    /// Whether the feed has the file.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.entries.contains_key(file)
    }

    /// The files of the feed.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Starts to inflate a file; `None` if the feed has none of that name.
    pub(crate) fn entry(&mut self, file: &'static str) -> Result<Option<Entry<'_>>, LoadError> {
        let Some(index) = self.entries.get(file) else { return Ok(None) };
        let inner = self.zip.by_index(*index).map_err(|e| unreadable(file, None, &e))?;
        let declared_bytes = inner.size();
        let feed_left = self.limits.feed_bytes.saturating_sub(self.unpacked.get());
        let limit = self.limits.file_bytes.min(feed_left);
        if declared_bytes > limit {
            return Err(LoadError::TooLarge { file: file.to_owned(), limit_bytes: limit });
        }
        let (row_bytes, stopped) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(None)));
        let reader = Box::new(Bounded {
            inner,
            left: limit,
            limit,
            unpacked: Rc::clone(&self.unpacked),
            row_bytes: Rc::clone(&row_bytes),
            stopped: Rc::clone(&stopped),
        });
        Ok(Some(Entry { reader, row_bytes, stopped, declared_bytes }))
    }
}

/// The refusal of a file that cannot be read to its end: half a feed must not replace a whole one.
pub(crate) fn unreadable(
    file: &str,
    line: Option<u64>,
    error: &dyn std::fmt::Display,
) -> LoadError {
    LoadError::Unusable(vec![Finding {
        rule: rule::UNREADABLE_FILE.code,
        severity: rule::UNREADABLE_FILE.severity,
        file: file.to_owned(),
        line,
        message: format!("{file} cannot be read to its end: {error}"),
    }])
}

/// Of the shallowest folders the one with most required files. Two equals are two feeds: refused.
fn choose_folder(
    folders: BTreeMap<(usize, String), BTreeMap<String, usize>>,
    findings: &mut Findings,
) -> Result<BTreeMap<String, usize>, LoadError> {
    let required = |entries: &BTreeMap<String, usize>| {
        REQUIRED.iter().filter(|f| entries.contains_key(**f)).count()
    };
    let mut ranked: Vec<_> = folders.into_iter().map(|f| (required(&f.1), f)).collect();
    // Stable: folders come by depth, then by name.
    ranked.sort_by_key(|(files, ((depth, _), _))| (*files == 0, *depth, REQUIRED.len() - files));
    if let [(n, ((depth, first), _)), (m, ((other_depth, second), _)), ..] = ranked.as_slice()
        && *n > 0
        && (n, depth) == (m, other_depth)
    {
        return Err(LoadError::Unusable(vec![Finding {
            rule: rule::SEVERAL_FEEDS.code,
            severity: rule::SEVERAL_FEEDS.severity,
            file: "stops.txt".to_owned(),
            line: None,
            message: format!(
                "the zip holds several feeds, in the folders {first:?} and {second:?} among others: \
                 give a zip with one"
            ),
        }]));
    }
    let Some((_, ((_, folder), entries))) = ranked.into_iter().next() else {
        return Ok(BTreeMap::new());
    };
    if !folder.is_empty() {
        findings.add(rule::SUB_FOLDER, "stops.txt", None, || {
            format!("the feed is in the folder {folder:?} of the zip, not at its root")
        });
    }
    Ok(entries)
}

/// Inflates no more than allowed.
struct Bounded<R> {
    inner: R,
    left: u64,
    limit: u64,
    unpacked: Rc<Cell<u64>>,
    row_bytes: Rc<Cell<u64>>,
    stopped: Rc<Cell<Option<Stopped>>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.row_bytes.get() > ROW_BYTES {
            self.stopped.set(Some(Stopped::RowTooLong));
            return Err(std::io::Error::other("row too long"));
        }
        let n = self.inner.read(buffer)? as u64;
        if n > self.left {
            self.stopped.set(Some(Stopped::TooLarge(self.limit)));
            return Err(std::io::Error::other("too large"));
        }
        self.left -= n;
        self.unpacked.set(self.unpacked.get() + n);
        self.row_bytes.set(self.row_bytes.get() + n);
        Ok(n as usize)
    }
}

/// Entries that the end-of-directory record declares, read before the zip library allocates for them.
fn declared_entries(bytes: &[u8]) -> Option<u64> {
    const END: [u8; 4] = *b"PK\x05\x06";
    const END_64: [u8; 4] = *b"PK\x06\x06";
    const COMMENT_MAX: usize = 0xffff + 22;
    let tail = bytes.len().saturating_sub(COMMENT_MAX);
    let end = tail + bytes[tail..].windows(4).rposition(|w| w == END)?;
    let count = u16::from_le_bytes(bytes.get(end + 10..end + 12)?.try_into().ok()?);
    if count != 0xffff {
        return Some(u64::from(count));
    }
    let from = tail.saturating_sub(56 + 20);
    let Some(at) = bytes[from..end].windows(4).rposition(|w| w == END_64) else {
        return Some(u64::from(count));
    };
    let at = from + at;
    Some(u64::from_le_bytes(bytes.get(at + 32..at + 40)?.try_into().ok()?))
}
