//! The machine: port, folder, disk, memory, clock, site, database.

use super::Finding;
use crate::clock::Clock;
use crate::config::{Settings, Site};
use crate::feed::settings::public_form;
use crate::http::SITE_MARK;
use crate::{machine, run};
use sqlx::{ConnectOptions as _, Connection as _};
use std::net::SocketAddr;
use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

/// The server of a city with its database in the same machine.
const MEMORY_BYTES: u64 = 400 << 20;
/// A month of raw bytes and rows of a city.
const DISK_BYTES: u64 = 5 << 30;
/// Before this was written no clock was right: 2026-01-01.
const CLOCK_MIN: i64 = 1_767_225_600;
/// Longest wait for a database.
const DATABASE_WAIT: Duration = Duration::from_secs(5);

pub(super) async fn port(address: SocketAddr) -> Finding {
    match run::listen(address).await {
        Ok(_) => Finding::good("port", format!("{address} is free")),
        Err(error) => Finding::doubtful(
            "port",
            format!("{error:#}"),
            "if that is a running Jolda, all is well; else choose another with --listen",
        ),
    }
}

pub(super) fn folder(path: &Path) -> Finding {
    let shown = path.display();
    let probe = path.join(".doctor");
    let tried = std::fs::create_dir_all(path)
        .and_then(|()| std::fs::write(&probe, b"probe"))
        .and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Finding::good("data folder", format!("{shown} can be written")),
        Err(error) => Finding::bad(
            "data folder",
            format!("{shown} cannot be written: {error}"),
            "give another with --data-dir, or give this user the right to write there",
        ),
    }
}

pub(super) async fn disk(path: &Path) -> Option<Finding> {
    let out = tokio::process::Command::new("df").arg("-Pk").arg(path).output().await.ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let free = text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()? * 1024;
    let is = format!("{:.1} GB free at {}", free as f64 / 1e9, path.display());
    Some(if free >= DISK_BYTES {
        Finding::good("disk", is)
    } else {
        Finding::doubtful(
            "disk",
            is,
            "keep 5 GB free, or lower keep.limit_bytes and store.retention",
        )
    })
}

pub(super) fn memory() -> Option<Finding> {
    let available = machine::available_bytes()?;
    let is = format!("{} MB available", available >> 20);
    Some(if available >= MEMORY_BYTES {
        Finding::good("memory", is)
    } else {
        Finding::doubtful("memory", is, "a city needs up to 400 MB")
    })
}

pub(super) fn clock() -> Finding {
    let now = Clock::machine().now();
    let text = jiff::Timestamp::from_second(now).unwrap_or_default().to_string();
    if now >= CLOCK_MIN {
        Finding::good("clock", text)
    } else {
        Finding::bad("clock", text, "set the machine's clock (NTP): positions are judged by it")
    }
}

pub(super) fn site(site: &Site) -> Finding {
    let folder = site.folder_found();
    if folder.join(SITE_MARK).is_file() {
        let folder = folder.canonicalize().unwrap_or(folder);
        Finding::good("site", format!("the browser's files are in {}", folder.display()))
    } else {
        Finding::doubtful(
            "site",
            format!(
                "the browser's files are neither in {} nor beside the binary",
                folder.display()
            ),
            "run `make web` in the repository, or set site.folder; lists work without, the map does not",
        )
    }
}

/// The map under the buses, where the settings name one.
pub(super) fn basemap(site: &Site) -> Option<Finding> {
    let (path, is_there) = match (&site.pmtiles, &site.style, &site.basemap_folder) {
        (Some(file), ..) => (file, file.is_file()),
        (None, Some(url), _) => {
            return Some(Finding::good("basemap", format!("the style {}", public_form(url))));
        }
        (None, None, Some(folder)) => (folder, folder.join("streets.geojson").is_file()),
        (None, None, None) => return None,
    };
    let shown = path.display();
    Some(if is_there {
        Finding::good("basemap", shown.to_string())
    } else {
        Finding::bad(
            "basemap",
            format!("{shown} is not there, or has no streets.geojson"),
            "site.pmtiles names a .pmtiles file, site.basemap_folder a folder of GeoJSON",
        )
    })
}

pub(super) async fn database(settings: &Settings) -> Finding {
    let url = settings.database_url();
    let asked = tokio::time::timeout(DATABASE_WAIT, ask(&url)).await;
    match asked {
        Ok(Ok(is)) => Finding::good("database", is),
        Ok(Err(error)) => Finding::bad(
            "database",
            error.to_string(),
            "check DATABASE_URL (sqlite:FILE or postgres://user:password@host/name), and that the \
             database runs and lets this user in",
        ),
        Err(_) => Finding::bad(
            "database",
            format!("no answer within {} s", DATABASE_WAIT.as_secs()),
            "check that its host can be reached from here",
        ),
    }
}

/// Asks without changing anything.
async fn ask(url: &str) -> Result<String, sqlx::Error> {
    if url.starts_with("sqlite:") {
        let options = sqlx::sqlite::SqliteConnectOptions::from_str(url)?.read_only(true);
        let file = options.get_filename().to_owned();
        if !file.exists() {
            return Ok(format!("SQLite, {} will be made at the first start", file.display()));
        }
        let mut connection = options.connect().await?;
        connection.ping().await?;
        connection.close().await?;
        return Ok(format!("SQLite, {}", file.display()));
    }
    let mut connection = sqlx::PgConnection::connect(url).await?;
    let (version,): (String,) =
        sqlx::query_as("SELECT version()").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(version.split(" on ").next().unwrap_or_default().to_owned())
}
