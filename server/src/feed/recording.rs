//! Recordings: a folder or a zip of `*.pb`, in name order; zips in it are looked into, and so are the hours
//! that [`super::keep`] keeps.

use super::keep::KeptHour;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use transit::EpochS;
use zip::ZipArchive;

/// Longest message, bytes.
pub const MESSAGE_BYTES_MAX: u64 = 64 << 20;
/// Largest zip inside a folder or another zip, bytes.
const INNER_ZIP_BYTES_MAX: u64 = 1 << 30;
/// Most messages.
const MESSAGES_MAX: usize = 5_000_000;
/// How deep zips and folders are looked into.
const DEPTH_MAX: usize = 4;

/// A recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// Not there, or not readable.
    #[error(
        "cannot read {0}: {1}; a recording is a folder or a zip of *.pb files, as `jolda record` keeps them"
    )]
    Io(PathBuf, io::Error),
    /// A zip that is none.
    #[error("{0}: not a readable zip file: {1}")]
    Zip(String, zip::result::ZipError),
    /// Nothing in it.
    #[error(
        "{0}: no *.pb file in it; a recording is a folder or a zip of them, as `jolda record` keeps them"
    )]
    Nothing(PathBuf),
    /// More than the limit.
    #[error("{0}: larger than the limit of {1}")]
    TooLarge(String, u64),
}

/// One message of a recording.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its path in the recording.
    pub name: String,
    /// When it was received, where the recording says so.
    pub received_at: Option<EpochS>,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// A recording that was opened.
pub struct Recording {
    archives: Vec<ZipArchive<Box<dyn ReadSeek>>>,
    entries: Vec<Entry>,
}

trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

struct Entry {
    name: String,
    place: Place,
}

enum Place {
    File(PathBuf),
    Zip { archive: usize, index: usize },
    Kept(PathBuf),
}

impl Recording {
    /// Opens a folder, a zip, or a single file.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let mut recording = Self { archives: Vec::new(), entries: Vec::new() };
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        recording.add_path(path, &name, 0)?;
        if recording.entries.is_empty() {
            return Err(RecordingError::Nothing(path.to_owned()));
        }
        recording.entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(recording)
    }

    /// Files in it (an hour that was kept counts as one).
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when there is none; never after [`Self::open`].
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn add_path(&mut self, path: &Path, name: &str, depth: usize) -> Result<(), RecordingError> {
        let io = |e| RecordingError::Io(path.to_owned(), e);
        if path.is_dir() {
            if depth >= DEPTH_MAX {
                return Ok(());
            }
            for entry in std::fs::read_dir(path).map_err(io)? {
                let entry = entry.map_err(io)?;
                let inner = entry.file_name().to_string_lossy().into_owned();
                let inner_path = entry.path();
                let known = inner_path.is_dir() || Kind::of(&inner).is_some();
                if known && !inner.starts_with('.') {
                    self.add_path(&inner_path, &format!("{name}/{inner}"), depth + 1)?;
                }
            }
            return Ok(());
        }
        match Kind::of(name) {
            Some(Kind::Zip) => {
                let file = File::open(path).map_err(io)?;
                self.add_zip(Box::new(file), name, depth)
            }
            Some(Kind::Kept) => self.add(name.to_owned(), Place::Kept(path.to_owned())),
            Some(Kind::Message) => self.add(name.to_owned(), Place::File(path.to_owned())),
            // Named on the command line: let the decoder say what it is.
            None => {
                File::open(path).map_err(io)?;
                self.add(name.to_owned(), Place::File(path.to_owned()))
            }
        }
    }

    fn add_zip(
        &mut self,
        reader: Box<dyn ReadSeek>,
        name: &str,
        depth: usize,
    ) -> Result<(), RecordingError> {
        let mut archive =
            ZipArchive::new(reader).map_err(|e| RecordingError::Zip(name.to_owned(), e))?;
        let names: Vec<_> = archive.file_names().map(str::to_owned).collect();
        let mut inner_zips = Vec::new();
        let number = self.archives.len();
        for inner in &names {
            let file = inner.rsplit('/').next().unwrap_or_default();
            let Some(index) = archive.index_for_name(inner) else { continue };
            if inner.starts_with("__MACOSX") || file.starts_with('.') {
                continue;
            }
            match Kind::of(file) {
                Some(Kind::Message) => {
                    self.add(format!("{name}/{inner}"), Place::Zip { archive: number, index })?;
                }
                Some(Kind::Zip) if depth < DEPTH_MAX => {
                    let bytes = read_entry(&mut archive, index, INNER_ZIP_BYTES_MAX, inner)?;
                    inner_zips.push((format!("{name}/{inner}"), bytes));
                }
                _ => {}
            }
        }
        self.archives.push(archive);
        for (inner, bytes) in inner_zips {
            self.add_zip(Box::new(Cursor::new(bytes)), &inner, depth + 1)?;
        }
        Ok(())
    }

    fn add(&mut self, name: String, place: Place) -> Result<(), RecordingError> {
        if self.entries.len() >= MESSAGES_MAX {
            return Err(RecordingError::TooLarge(name, MESSAGES_MAX as u64));
        }
        self.entries.push(Entry { name, place });
        Ok(())
    }

    /// The messages, in name order, one in memory at a time.
    pub fn messages(self) -> impl Iterator<Item = Result<Recorded, RecordingError>> {
        let Self { mut archives, entries } = self;
        entries.into_iter().flat_map(move |Entry { name, place }| match place {
            Place::File(path) => Messages::One(Some(read_file(&path, name))),
            Place::Zip { archive, index } => {
                let body = read_entry(&mut archives[archive], index, MESSAGE_BYTES_MAX, &name);
                Messages::One(Some(body.map(|body| Recorded { name, received_at: None, body })))
            }
            Place::Kept(path) => match KeptHour::open(&path) {
                Ok(hour) => Messages::Hour(name, hour),
                Err(e) => Messages::One(Some(Err(RecordingError::Io(path, e)))),
            },
        })
    }
}

enum Messages {
    One(Option<Result<Recorded, RecordingError>>),
    Hour(String, KeptHour),
}

impl Iterator for Messages {
    type Item = Result<Recorded, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::One(one) => one.take(),
            // An hour whose writer was killed ends early; what was written before is whole.
            Self::Hour(name, hour) => hour.next().map(|(received_at, body)| {
                Ok(Recorded {
                    name: format!("{name}@{received_at}"),
                    received_at: Some(received_at),
                    body,
                })
            }),
        }
    }
}

enum Kind {
    Message,
    Zip,
    Kept,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "pb" => Some(Self::Message),
            "zip" => Some(Self::Zip),
            super::keep::EXTENSION => Some(Self::Kept),
            _ => None,
        }
    }
}

fn read_file(path: &Path, name: String) -> Result<Recorded, RecordingError> {
    let io = |e| RecordingError::Io(path.to_owned(), e);
    let mut body = Vec::new();
    let file = File::open(path).map_err(io)?;
    file.take(MESSAGE_BYTES_MAX + 1).read_to_end(&mut body).map_err(io)?;
    if body.len() as u64 > MESSAGE_BYTES_MAX {
        return Err(RecordingError::TooLarge(name, MESSAGE_BYTES_MAX));
    }
    Ok(Recorded { name, received_at: None, body })
}

fn read_entry(
    archive: &mut ZipArchive<Box<dyn ReadSeek>>,
    index: usize,
    limit: u64,
    name: &str,
) -> Result<Vec<u8>, RecordingError> {
    let entry = archive.by_index(index).map_err(|e| RecordingError::Zip(name.to_owned(), e))?;
    let mut bytes = Vec::with_capacity(entry.size().min(limit) as usize);
    entry
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| RecordingError::Io(PathBuf::from(name), e))?;
    if bytes.len() as u64 > limit {
        return Err(RecordingError::TooLarge(name.to_owned(), limit));
    }
    Ok(bytes)
}
