//! Which timetable was in force when. A timetable that gives way is kept as a file, so that what was promised on
//! a day can be told after the agency has changed its mind.

use crate::ledger::{Ledger, LedgerError, Statement};
use crate::published::Publications;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use transit::timetable::load::LoadLimits;
use transit::{EpochS, Timetable};

/// Bytes of the digest in a version's name.
const DIGEST_BYTES: usize = 8;
/// Timetables of the past that are held in memory.
const HELD_MAX: usize = 2;
/// Folder of kept timetables, in the data folder.
const FOLDER: &str = "timetables";
/// Largest kept file that is read, bytes.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// Name of a timetable by what it plans: `feed_version`, as far as the feed has one, and a digest of all runs.
pub fn version_of(timetable: &Timetable) -> String {
    let mut hash = Sha256::new();
    let mut text = |t: &str| {
        hash.update(t.as_bytes());
        hash.update([0]);
    };
    for pattern in &timetable.patterns {
        text(&timetable.route(pattern.route).id);
        text(&format!("{:?}{:?}", pattern.direction, pattern.stop_sequences));
        for stop in &pattern.stops {
            text(&timetable.stop(*stop).id);
        }
    }
    for (i, trip) in timetable.trips.iter().enumerate() {
        text(&trip.id);
        let index = transit::ids::TripIdx::from(i);
        let mut times = String::with_capacity(256);
        let _ = write!(times, "{} {}", trip.pattern.get(), trip.service.get());
        for time in timetable.stop_times(index) {
            let _ = write!(times, " {} {}", time.arrival_s, time.departure_s);
        }
        for f in timetable.frequencies(index) {
            let _ = write!(times, " f {} {} {} {}", f.start_s, f.end_s, f.headway_s, f.exact);
        }
        text(&times);
    }
    for service in &timetable.services {
        text(&format!("{service:?}"));
    }
    let digest = hash.finalize();
    let mut name = String::new();
    if let Some(version) = timetable.feed_version.as_deref().filter(|v| !v.is_empty()) {
        name.extend(version.chars().take(40).map(|c| if c.is_alphanumeric() { c } else { '-' }));
        name.push('-');
    }
    for byte in digest.iter().take(DIGEST_BYTES) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn file_of(data_dir: &Path, version: &str) -> PathBuf {
    data_dir.join(FOLDER).join(format!("{version}.zip"))
}

/// Keeps the bytes of a timetable that was loaded. Blocking.
///
/// # Errors
/// When the file cannot be written.
pub fn keep(data_dir: &Path, timetable: &Timetable, zip: &[u8]) -> std::io::Result<()> {
    let file = file_of(data_dir, &version_of(timetable));
    if file.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(data_dir.join(FOLDER))?;
    let part = file.with_extension("part");
    std::fs::write(&part, zip)?;
    std::fs::rename(&part, &file)
}

/// A timetable with its name.
#[derive(Clone, Debug)]
pub struct Plan {
    /// See [`version_of`].
    pub version: String,
    /// `None`: it was in force then, and its file is not kept.
    pub timetable: Option<Arc<Timetable>>,
}

/// A version and its timetable.
type Named = (String, Arc<Timetable>);

/// The timetables of the past and the one in force. Cheap to clone.
#[derive(Clone)]
pub struct Plans {
    ledger: Ledger,
    publications: Publications,
    data_dir: PathBuf,
    /// The newest last.
    held: Arc<Mutex<Vec<Named>>>,
    current: Arc<Mutex<Option<Named>>>,
}

impl Plans {
    /// Plans of what `publications` shows and the files in `data_dir`.
    pub fn new(ledger: Ledger, publications: Publications, data_dir: &Path) -> Self {
        Self {
            ledger,
            publications,
            data_dir: data_dir.to_owned(),
            held: Arc::default(),
            current: Arc::default(),
        }
    }

    /// The timetable in force, and its version, which is computed once.
    pub fn current(&self) -> (Arc<Timetable>, String) {
        let timetable = Arc::clone(&self.publications.borrow().snapshot.timetable);
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match current.as_ref() {
            Some((version, known)) if Arc::ptr_eq(known, &timetable) => {
                (timetable, version.clone())
            }
            _ => {
                let version = version_of(&timetable);
                *current = Some((version.clone(), Arc::clone(&timetable)));
                (timetable, version)
            }
        }
    }

    /// Notes from when on which timetable is in force, until nobody publishes any more.
    pub async fn watch(self, now: impl Fn() -> EpochS + Send) {
        let mut publications = self.publications.clone();
        let mut last: Option<Arc<Timetable>> = None;
        loop {
            let shown = Arc::clone(&publications.borrow_and_update().snapshot.timetable);
            if last.as_ref().is_none_or(|l| !Arc::ptr_eq(l, &shown)) {
                match self.note(now()).await {
                    Ok(()) => last = Some(shown),
                    Err(error) => {
                        tracing::warn!(%error, "from when on the timetable is in force is not noted");
                    }
                }
            }
            if publications.changed().await.is_err() {
                return;
            }
        }
    }

    async fn note(&self, now: EpochS) -> Result<(), LedgerError> {
        let (_, version) = self.current();
        let newest = self.version_at(now).await?;
        if newest.as_ref() == Some(&version) {
            return Ok(());
        }
        let sql = "INSERT INTO timetable_versions (from_at, version) VALUES ($1, $2) \
                   ON CONFLICT (from_at) DO UPDATE SET version = excluded.version";
        self.ledger.write(vec![Statement::new(sql, vec![now.into(), version.into()])]).await
    }

    /// The version in force at an instant; before the first that is known, the first.
    async fn version_at(&self, at: EpochS) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT version FROM timetable_versions WHERE from_at <= $1 ORDER BY from_at DESC LIMIT 1";
        let row = self.ledger.row::<(String,)>(sql, vec![at.into()]).await?;
        if let Some((version,)) = row {
            return Ok(Some(version));
        }
        let sql = "SELECT version FROM timetable_versions ORDER BY from_at LIMIT 1";
        Ok(self.ledger.row::<(String,)>(sql, Vec::new()).await?.map(|r| r.0))
    }

    /// The timetable that was in force at an instant.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn at(&self, at: EpochS) -> Result<Plan, LedgerError> {
        if let Some(version) = self.version_at(at).await? {
            return Ok(self.of_version(&version).await);
        }
        let (timetable, version) = self.current();
        Ok(Plan { version, timetable: Some(timetable) })
    }

    /// The timetable of a version, as far as its file is kept.
    pub async fn of_version(&self, version: &str) -> Plan {
        let (timetable, current) = self.current();
        if current == version {
            return Plan { version: current, timetable: Some(timetable) };
        }
        let held = {
            let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.iter().find(|(v, _)| v == version).map(|(_, t)| Arc::clone(t))
        };
        let timetable = match held {
            Some(timetable) => Some(timetable),
            None => self.read(version).await,
        };
        Plan { version: version.to_owned(), timetable }
    }

    async fn read(&self, version: &str) -> Option<Arc<Timetable>> {
        let file = file_of(&self.data_dir, version);
        let shown = file.display().to_string();
        let loaded = tokio::task::spawn_blocking(move || {
            let length = std::fs::metadata(&file).map_err(|e| e.to_string())?.len();
            if length > FILE_BYTES_MAX {
                return Err("too large".to_owned());
            }
            let bytes = std::fs::read(&file).map_err(|e| e.to_string())?;
            let loaded = Timetable::from_zip(&bytes, LoadLimits::default());
            loaded.map(|(timetable, _)| timetable).map_err(|e| e.to_string())
        });
        let loaded = loaded.await.map_err(|e| e.to_string()).and_then(|l| l);
        match loaded {
            Ok(timetable) => {
                let timetable = Arc::new(timetable);
                let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
                if held.len() >= HELD_MAX {
                    held.remove(0);
                }
                held.push((version.to_owned(), Arc::clone(&timetable)));
                Some(timetable)
            }
            Err(error) => {
                tracing::warn!(%error, file = %shown, "a timetable of the past is not there");
                None
            }
        }
    }
}
