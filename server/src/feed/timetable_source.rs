//! Where a timetable comes from: a zip, or a folder that is zipped in memory.

use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;

/// Largest zip of a static feed, bytes.
pub const ZIP_BYTES_MAX: u64 = 1 << 30;

/// The static feed cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Not there, or not readable.
    #[error("cannot read {0}: {1}; a GTFS feed is a zip, or a folder of *.txt files")]
    Io(PathBuf, io::Error),
    /// No `.txt` in the folder.
    #[error("{0}: no *.txt file in this folder; a GTFS feed is a zip or a folder of them")]
    Nothing(PathBuf),
    /// Larger than the limit.
    #[error("{0}: larger than {ZIP_BYTES_MAX} bytes")]
    TooLarge(PathBuf),
}

/// The zip bytes of a static feed at `path`, a file or a folder.
pub fn read(path: &Path) -> Result<Vec<u8>, SourceError> {
    let io = |e| SourceError::Io(path.to_owned(), e);
    if path.is_dir() {
        return zip_folder(path);
    }
    let file = File::open(path).map_err(io)?;
    let mut bytes = Vec::new();
    file.take(ZIP_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > ZIP_BYTES_MAX {
        return Err(SourceError::TooLarge(path.to_owned()));
    }
    Ok(bytes)
}

fn zip_folder(folder: &Path) -> Result<Vec<u8>, SourceError> {
    let io = |e| SourceError::Io(folder.to_owned(), e);
    let files = tables(folder).map_err(io)?;
    if files.is_empty() {
        return Err(SourceError::Nothing(folder.to_owned()));
    }
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut sum = 0;
    for path in files {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = std::fs::read(&path).map_err(|e| SourceError::Io(path.clone(), e))?;
        sum += bytes.len() as u64;
        if sum > ZIP_BYTES_MAX {
            return Err(SourceError::TooLarge(folder.to_owned()));
        }
        zip.start_file(name, stored).map_err(|e| io(e.into()))?;
        zip.write_all(&bytes).map_err(io)?;
    }
    Ok(zip.finish().map_err(|e| io(e.into()))?.into_inner())
}

/// The tables of a folder, by name.
fn tables(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let table = path.extension().is_some_and(|e| e == "txt" || e == "geojson");
        if table && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What tells that the feed at `path` changed: newest modification and the sum of lengths.
pub fn mark(path: &Path) -> io::Result<(std::time::SystemTime, u64)> {
    if !path.is_dir() {
        let metadata = path.metadata()?;
        return Ok((metadata.modified()?, metadata.len()));
    }
    let mut newest = path.metadata()?.modified()?;
    let mut sum = 0;
    for file in tables(path)? {
        let metadata = file.metadata()?;
        newest = newest.max(metadata.modified()?);
        sum += metadata.len();
    }
    Ok((newest, sum))
}
