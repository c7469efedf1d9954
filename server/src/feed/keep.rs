//! The raw bytes of feeds, kept for replay: a folder for each feed, a file for each hour, zstd, with a limit.
//!
//! A file is a zstd stream of records: when it was received (i64, little-endian, epoch seconds), length
//! (u32), body. It is flushed after each body, so that a killed process loses nothing that was written; a
//! restart within the hour begins another file. Consecutive bodies resemble each other and share
//! the stream's window: an hour is much smaller than the sum of its bodies compressed alone.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use transit::EpochS;

/// Extension of a kept hour.
pub const EXTENSION: &str = "jolda";
/// zstd's level: 3 is its own default, ~300 MB/s.
const LEVEL: i32 = 3;
/// Window of the stream, log2 bytes: two or three bodies of a large city.
const WINDOW_LOG: u32 = 21;
const HOUR_S: EpochS = 3_600;

/// Keeps the bodies of one feed. Blocking: call it off the hot path.
pub struct Keeper {
    folder: PathBuf,
    limit_bytes: u64,
    open: Option<(EpochS, zstd::Encoder<'static, File>)>,
}

impl Keeper {
    /// Keeps below `folder/feed_id/`, at most `limit_bytes` of this feed.
    pub fn new(folder: &Path, feed_id: &str, limit_bytes: u64) -> Self {
        let safe: String = feed_id
            .chars()
            .map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' })
            .collect();
        Self { folder: folder.join(safe), limit_bytes, open: None }
    }

    /// Appends a body.
    pub fn keep(&mut self, received_at: EpochS, body: &[u8]) -> io::Result<()> {
        let hour = received_at - received_at.rem_euclid(HOUR_S);
        if self.open.as_ref().is_none_or(|(open, _)| *open != hour) {
            self.finish()?;
            self.open = Some((hour, self.start(received_at)?));
            self.make_room()?;
        }
        let Some((_, stream)) = self.open.as_mut() else { return Ok(()) };
        stream.write_all(&received_at.to_le_bytes())?;
        stream.write_all(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes())?;
        stream.write_all(body)?;
        stream.flush()
    }

    /// Ends the hour's stream.
    pub fn finish(&mut self) -> io::Result<()> {
        match self.open.take() {
            Some((_, stream)) => stream.finish().map(drop),
            None => Ok(()),
        }
    }

    fn start(&self, at: EpochS) -> io::Result<zstd::Encoder<'static, File>> {
        std::fs::create_dir_all(&self.folder)?;
        let mut number = 0;
        let file = loop {
            let path = self.folder.join(file_name(at, number));
            match OpenOptions::new().create_new(true).write(true).open(path) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => number += 1,
                other => break other?,
            }
        };
        let mut stream = zstd::Encoder::new(file, LEVEL)?;
        stream.window_log(WINDOW_LOG)?;
        Ok(stream)
    }

    /// Deletes the oldest hours beyond the limit; never the one that is being written.
    fn make_room(&self) -> io::Result<()> {
        let mut hours = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|e| e == EXTENSION) {
                hours.push((entry.file_name(), entry.metadata()?.len(), entry.path()));
            }
        }
        hours.sort();
        hours.pop();
        let mut sum: u64 = hours.iter().map(|h| h.1).sum();
        for (_, bytes, path) in hours {
            if sum <= self.limit_bytes {
                break;
            }
            std::fs::remove_file(path)?;
            sum -= bytes;
        }
        Ok(())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Err(error) = self.finish() {
            tracing::warn!(%error, "the kept hour could not be ended");
        }
    }
}

/// `20261123T070000Z-0.jolda`: the first body's time; sorts by time.
fn file_name(first: EpochS, number: u32) -> String {
    let at = jiff::Timestamp::from_second(first).unwrap_or_default();
    format!("{}-{number}.{EXTENSION}", at.strftime("%Y%m%dT%H%M%SZ"))
}

/// The bodies of a kept hour, in the order of their coming.
pub struct KeptHour {
    stream: zstd::Decoder<'static, io::BufReader<File>>,
}

impl KeptHour {
    /// Opens a file that [`Keeper`] wrote.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { stream: zstd::Decoder::new(File::open(path)?)? })
    }
}

impl Iterator for KeptHour {
    type Item = (EpochS, Vec<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        let (mut at, mut length) = ([0; 8], [0; 4]);
        self.stream.read_exact(&mut at).ok()?;
        self.stream.read_exact(&mut length).ok()?;
        let length = u64::from(u32::from_le_bytes(length));
        if length > super::recording::MESSAGE_BYTES_MAX {
            return None;
        }
        let mut body = Vec::new();
        let read = (&mut self.stream).take(length).read_to_end(&mut body).ok()?;
        (read as u64 == length).then_some((EpochS::from_le_bytes(at), body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_comes_back_also_after_a_kill() {
        let dir = tempfile::tempdir().unwrap();
        let hour = 1_700_000_000 - 1_700_000_000 % HOUR_S;
        let mut keeper = Keeper::new(dir.path(), "buses/1", 1 << 20);
        keeper.keep(hour + 1, b"one").unwrap();
        keeper.keep(hour + 2, b"two").unwrap();
        // Killed: the stream is never ended. The next process appends.
        std::mem::forget(keeper);
        let mut keeper = Keeper::new(dir.path(), "buses/1", 1 << 20);
        keeper.keep(hour + 3, b"three").unwrap();
        drop(keeper);
        let kept: Vec<_> = crate::feed::recording::Recording::open(dir.path())
            .unwrap()
            .messages()
            .map(|m| m.unwrap())
            .map(|m| (m.received_at.unwrap() - hour, m.body))
            .collect();
        assert_eq!(kept, [(1, b"one".to_vec()), (2, b"two".to_vec()), (3, b"three".to_vec())]);
    }

    #[test]
    fn the_oldest_hours_go_first() {
        let dir = tempfile::tempdir().unwrap();
        let mut keeper = Keeper::new(dir.path(), "buses", 50);
        let body: Vec<u8> = (0..40).map(|i| (i * 37 % 251) as u8).collect();
        for hour in 0..5 {
            keeper.keep(1_700_000_000 + hour * HOUR_S, &body).unwrap();
        }
        drop(keeper);
        let mut left: Vec<_> = std::fs::read_dir(dir.path().join("buses"))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["20231115T021320Z-0.jolda"]);
    }
}
