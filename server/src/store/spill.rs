//! Rows that wait on disk while the database is gone.
//!
//! Append-only frames behind an eight-byte mark: length (u32 LE), CRC-32 (u32 LE), a `Load` in postcard. A
//! process that is killed leaves at most one torn frame at the end, which is cut off when the file is opened
//! again. What was written to the database already is simply written again: every key is natural.

use super::error::StoreError;
use super::load::Load;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const MARK: &[u8; 8] = b"JOLDASP2";
const FRAME_HEAD_BYTES: u64 = 8;
/// A longer frame is taken for damage.
const FRAME_MAX_BYTES: u32 = 256 << 20;

/// The file, locked for this process, and how far of it was read.
pub(super) struct Spill {
    path: PathBuf,
    file: File,
    read_at: u64,
    end: u64,
    rows: usize,
    max_bytes: u64,
}

/// Some frames read from the front, not yet taken away.
pub(super) struct Peeked {
    pub load: Load,
    next: u64,
}

impl Spill {
    /// Opens or creates it, cuts off a torn end, and counts what waits.
    pub fn open(path: &Path, max_bytes: u64) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Spill { path: path.to_owned(), source };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::SpillInUse(path.to_owned())),
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
        let start = MARK.len() as u64;
        let mut spill =
            Self { path: path.to_owned(), file, read_at: start, end: start, rows: 0, max_bytes };
        spill.recover().map_err(failed)?;
        Ok(spill)
    }

    fn recover(&mut self) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let mut mark = [0; MARK.len()];
        self.file.seek(SeekFrom::Start(0))?;
        if length < MARK.len() as u64 || self.file.read_exact(&mut mark).is_err() || &mark != MARK {
            if length > 0 {
                let aside = self.path.with_extension("spill-unreadable");
                tracing::error!(file = %self.path.display(), kept = %aside.display(),
                    "the file of waiting rows is not one that this version reads; it is kept aside");
                std::fs::copy(&self.path, aside)?;
            }
            self.file.set_len(0)?;
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(MARK)?;
            return self.file.sync_data();
        }
        while let Some((load, next)) = self.frame(self.end, length)? {
            self.rows += load.rows();
            self.end = next;
        }
        if self.end < length {
            tracing::warn!(file = %self.path.display(), bytes = length - self.end,
                "the end of the file of waiting rows is torn and was cut off");
            self.file.set_len(self.end)?;
        }
        Ok(())
    }

    /// The whole frame at `at`, and where the next one starts; `None` at the end or where it is damaged.
    fn frame(&mut self, at: u64, length: u64) -> io::Result<Option<(Load, u64)>> {
        if length - at < FRAME_HEAD_BYTES {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(at))?;
        let mut word = [0; 4];
        self.file.read_exact(&mut word)?;
        let size = u32::from_le_bytes(word);
        self.file.read_exact(&mut word)?;
        let next = at + FRAME_HEAD_BYTES + u64::from(size);
        if size > FRAME_MAX_BYTES || next > length {
            return Ok(None);
        }
        let mut body = vec![0; size as usize];
        self.file.read_exact(&mut body)?;
        if crc32(&body) != u32::from_le_bytes(word) {
            return Ok(None);
        }
        Ok(postcard::from_bytes(&body).ok().map(|load| (load, next)))
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.read_at == self.end
    }

    /// Rows that wait.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that wait.
    pub fn bytes(&self) -> u64 {
        self.end - self.read_at
    }

    /// Puts `load` behind the others; on an error nothing is added.
    pub fn append(&mut self, load: &Load) -> io::Result<()> {
        let body = postcard::to_stdvec(load).map_err(io::Error::other)?;
        let size = u32::try_from(body.len()).ok().filter(|s| *s <= FRAME_MAX_BYTES);
        let size = size.ok_or_else(|| io::Error::other("more rows than one frame can hold"))?;
        if self.end + FRAME_HEAD_BYTES + u64::from(size) > self.max_bytes {
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "spill_max_bytes is reached"));
        }
        let mut frame = Vec::with_capacity(body.len() + FRAME_HEAD_BYTES as usize);
        frame.extend(size.to_le_bytes());
        frame.extend(crc32(&body).to_le_bytes());
        frame.extend(body);
        self.file.seek(SeekFrom::Start(self.end))?;
        let written = self.file.write_all(&frame).and_then(|()| self.file.sync_data());
        if let Err(e) = written {
            // A part of the frame may be there: the next one is written over it, or the next start cuts it off.
            let _ = self.file.set_len(self.end);
            return Err(e);
        }
        self.end += frame.len() as u64;
        self.rows += load.rows();
        Ok(())
    }

    /// The oldest frames, up to about `max_rows` rows, merged; `None` when nothing waits.
    pub fn peek(&mut self, max_rows: usize) -> io::Result<Option<Peeked>> {
        let mut peeked: Option<Peeked> = None;
        loop {
            let (at, rows) = peeked.as_ref().map_or((self.read_at, 0), |p| (p.next, p.load.rows()));
            if at >= self.end || rows >= max_rows {
                return Ok(peeked);
            }
            let Some((load, next)) = self.frame(at, self.end)? else {
                // Damage in the middle: what lies before it is still good.
                tracing::error!(file = %self.path.display(), at, lost_bytes = self.end - at,
                    "the file of waiting rows is damaged; rows behind the damage are lost");
                self.end = at;
                self.file.set_len(at)?;
                return Ok(peeked);
            };
            match &mut peeked {
                Some(p) => {
                    p.load.append(load);
                    p.next = next;
                }
                None => peeked = Some(Peeked { load, next }),
            }
        }
    }

    /// Takes away what was peeked, now that it is in the database. An empty file shrinks.
    pub fn take(&mut self, peeked: &Peeked) {
        self.read_at = peeked.next;
        self.rows = self.rows.saturating_sub(peeked.load.rows());
        if self.is_empty() {
            self.rows = 0;
            let start = MARK.len() as u64;
            // If shrinking fails, the rows are written again after a restart, which changes nothing.
            if self.file.set_len(start).is_ok() {
                self.read_at = start;
                self.end = start;
            }
        }
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Batch, FeedHealthRow};

    fn load(at: i64) -> Load {
        let row = FeedHealthRow {
            feed_id: "f".into(),
            at,
            accepted: 1,
            rejected: 0,
            age_s: None,
            matched_share: None,
            down: false,
        };
        Load { batch: Batch { feed_health: vec![row], ..Batch::default() }, meta: Vec::new() }
    }

    fn drain(spill: &mut Spill) -> Vec<i64> {
        let mut seen = Vec::new();
        while let Some(p) = spill.peek(2).unwrap() {
            seen.extend(p.load.batch.feed_health.iter().map(|r| r.at));
            spill.take(&p);
        }
        seen
    }

    #[test]
    fn frames_come_back_in_order_across_a_restart_and_a_torn_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.spill");
        let mut spill = Spill::open(&path, 1 << 20).unwrap();
        for at in 0..5 {
            spill.append(&load(at)).unwrap();
        }
        drop(spill);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let mut spill = Spill::open(&path, 1 << 20).unwrap();
        assert_eq!(spill.rows(), 4);
        spill.append(&load(9)).unwrap();
        assert_eq!(drain(&mut spill), [0, 1, 2, 3, 9]);
        assert!(spill.is_empty());
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 8);
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_survived() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.spill");
        let mut spill = Spill::open(&path, 1 << 20).unwrap();
        for at in 0..3 {
            spill.append(&load(at)).unwrap();
        }
        drop(spill);
        let whole = std::fs::read(&path).unwrap();
        for n in 0..whole.len() {
            std::fs::write(&path, &whole[..n]).unwrap();
            let rows = drain(&mut Spill::open(&path, 1 << 20).unwrap());
            assert_eq!(rows, (0..rows.len() as i64).collect::<Vec<_>>(), "cut at {n}");
            let mut flipped = whole.clone();
            flipped[n] ^= 0x40;
            std::fs::write(&path, &flipped).unwrap();
            let rows = drain(&mut Spill::open(&path, 1 << 20).unwrap());
            assert_eq!(rows, (0..rows.len() as i64).collect::<Vec<_>>(), "flipped at {n}");
        }
    }

    #[test]
    fn it_is_bounded_and_locked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.spill");
        let mut spill = Spill::open(&path, 60).unwrap();
        let kept = (0..100).filter(|at| spill.append(&load(*at)).is_ok()).count();
        assert!((1..10).contains(&kept), "{kept}");
        assert_eq!(spill.rows(), kept);
        assert!(matches!(Spill::open(&path, 60), Err(StoreError::SpillInUse(_))));
    }
}
