//! A server on the line, with periods so short that a test need not wait, and the means to break it.

use crate::agency::{Agency, Answer};
use crate::line;
use crate::process::Jolda;
use anyhow::Result;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest wait for anything that takes a second on a machine with nothing else to do.
pub const WITHIN: Duration = Duration::from_mins(1);
/// Largest body that the feed may have here, bytes.
pub const SIZE_LIMIT_BYTES: usize = 200_000;
/// Without a renewal for so long the feed is down here, seconds.
pub const DOWN_AFTER_S: u64 = 4;

/// An agency on the line, a server that watches it, and the folder that outlives the server.
pub struct House {
    /// The agency.
    pub agency: Agency,
    /// The server.
    pub jolda: Jolda,
    binary: PathBuf,
    dir: tempfile::TempDir,
}

impl House {
    /// A server with an embedded database that sees all buses of the line; `None`, said loudly, without a
    /// binary.
    ///
    /// # Errors
    /// When it does not come up, or sees no buses.
    pub async fn open() -> Result<Option<Self>> {
        let dir = tempfile::tempdir()?;
        let url = format!("sqlite:{}", dir.path().join("record.sqlite").display());
        Self::on(&url, dir).await
    }

    /// The same on another database.
    ///
    /// # Errors
    /// When it does not come up, or sees no buses.
    pub async fn on(database_url: &str, dir: tempfile::TempDir) -> Result<Option<Self>> {
        Self::with(database_url, dir, "").await
    }

    /// The same with `more` settings, tables of TOML.
    ///
    /// # Errors
    /// When it does not come up, or sees no buses.
    pub async fn with(
        database_url: &str,
        dir: tempfile::TempDir,
        more: &str,
    ) -> Result<Option<Self>> {
        let Some(binary) = crate::shared::binary() else { return Ok(None) };
        let agency = Agency::open(line::timetable("Along the line")?).await?;
        agency.answer(Answer::Live(line::positions));
        std::fs::write(
            dir.path().join("settings.toml"),
            settings(&agency, database_url, dir.path()) + more,
        )?;
        let jolda = start(&binary, dir.path()).await?;
        let house = Self { agency, jolda, binary, dir };
        house.until_all_buses().await?;
        Ok(Some(house))
    }

    /// A server on the same settings, record and agency as before.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_again(&mut self) -> Result<()> {
        self.jolda = start(&self.binary, self.dir.path()).await?;
        Ok(())
    }

    /// Waits until every bus of the line is on the map and matched.
    ///
    /// # Errors
    /// When they do not come in time.
    pub async fn until_all_buses(&self) -> Result<()> {
        let all = |list: &Value| on_trips(list) + 2 >= line::BUSES;
        self.jolda.until("/api/v1/vehicles", WITHIN, all).await.map(|_| ())
    }

    /// The only feed, once it `holds`.
    ///
    /// # Errors
    /// When it does not come to hold in time.
    pub async fn until_feed(&self, holds: impl Fn(&Value) -> bool) -> Result<Value> {
        let found = self.jolda.until("/api/v1/feeds", WITHIN, |l| holds(&l["feeds"][0])).await?;
        Ok(found["feeds"][0].clone())
    }

    /// Waits until the feed is fresh and nothing is wrong with it.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn until_well(&self) -> Result<()> {
        self.until_feed(|f| f["down"] == false && f["last_error"].is_null()).await.map(|_| ())
    }

    /// Waits until the feed's failure is told with these words.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn until_error(&self, words: &str) -> Result<Value> {
        self.until_feed(|f| f["last_error"].as_str().is_some_and(|e| e.contains(words))).await
    }
}

/// Vehicles of a list that are matched to a trip.
pub fn on_trips(list: &Value) -> usize {
    let vehicles = list["vehicles"].as_array().map_or(&[][..], Vec::as_slice);
    vehicles.iter().filter(|v| v["trip_id"].is_string()).count()
}

async fn start(binary: &Path, dir: &Path) -> Result<Jolda> {
    let config = dir.join("settings.toml");
    Jolda::start(binary, &["serve", "--config", &config.to_string_lossy()], dir).await
}

fn settings(agency: &Agency, database_url: &str, dir: &Path) -> String {
    let [gtfs, positions, alerts] =
        ["/gtfs.zip", "/vehicle-positions.pb", "/alerts.pb"].map(|path| agency.url(path));
    let data = dir.join("data");
    format!(
        r#"
        database_url = "{database_url}"
        data_dir = "{data}"
        tick_ms = 250
        [timetable]
        source = "{gtfs}"
        period_s = 1.0
        [[feeds]]
        id = "buses"
        vehicle_positions = "{positions}"
        alerts = "{alerts}"
        period_s = 0.5
        backoff_max_s = 0.5
        timeout_s = 2.0
        size_limit_bytes = {SIZE_LIMIT_BYTES}
        [monitor.flow]
        down_after_min_s = {DOWN_AFTER_S}
        down_after_max_s = {DOWN_AFTER_S}
        newest_age_max_s = {DOWN_AFTER_S}
        settle_s = 10
        gap_excess_min_s = 5
        [store]
        busy_timeout_s = 0
        retry_max_s = 1
        spill_path = "{spill}"
        "#,
        data = data.display(),
        spill = dir.join("waiting.spill").display(),
    )
}
