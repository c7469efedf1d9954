//! Settings: by file, then environment, then flag; each a bound with its unit.

use crate::feed::settings::{FeedSettings, KeepSettings, TimetableSettings};
use crate::http::{Basemap, HttpLimits, SiteSettings, site_folder};
use crate::live::LiveLimits;
use crate::register::RegisterSettings;
use crate::store::StoreSettings;
use crate::view::Language;
use crate::ways::ChannelSettings;
use clap::Args;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use transit::MonitorConfig;

/// Read where no `--config` names another, if it is there.
pub const DEFAULT_FILE: &str = "jolda.toml";

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address of the server.
    pub listen: SocketAddr,
    /// `sqlite:<file>` or `postgres://…`; a SQLite file in the data folder if not given.
    pub database_url: Option<String>,
    /// What the server itself keeps: embedded database, raw feed bytes, copy of the timetable.
    pub data_dir: PathBuf,
    /// Between two pictures, milliseconds of our time.
    pub tick_ms: u64,
    /// City seconds for each of ours, where the clock follows a recording.
    pub speed: f64,
    /// The static feed.
    pub timetable: TimetableSettings,
    /// The realtime feeds.
    pub feeds: Vec<FeedSettings>,
    /// Thresholds of matching, headways and incidents; `monitor.flow` holds those of the service.
    pub monitor: MonitorConfig,
    /// Raw bytes kept for replay.
    pub keep: KeepSettings,
    /// The record.
    pub store: StoreSettings,
    /// Pages and files.
    pub site: Site,
    /// Bounds on HTTP.
    pub http: HttpLimits,
    /// Bounds on the live WebSocket.
    pub live: LiveLimits,
    /// The register of appeals.
    pub register: RegisterSettings,
    /// Messengers, mail and short messages.
    pub channels: ChannelSettings,
    /// What is told of the server's work.
    pub log: Log,
}

/// Pages and files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// Language of a reader who states none: `kk`, `ru` or `en`.
    pub language: String,
    /// The built site. Where it is not there, `site` beside the binary or beside the binary's folder.
    pub folder: PathBuf,
    /// A folder with a map of one's own, drawn by the page: `streets.geojson`, `districts.geojson`,
    /// `rivers.geojson`, `labels.geojson`. Without it the ground is plain; the demo city has one.
    pub basemap_folder: Option<PathBuf>,
    /// A `.pmtiles` file to serve as the map instead.
    pub pmtiles: Option<PathBuf>,
    /// URL of a map style to use instead.
    pub style: Option<String>,
    /// Origins of its tiles, glyphs and sprites where they differ from the style's own.
    pub style_origins: Vec<String>,
}

/// What is told of the server's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, or by module as `tracing` understands it.
    pub level: String,
    /// Lines of JSON.
    pub json: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info,sqlx=warn,hyper=warn".to_owned(), json: false }
    }
}

impl Site {
    /// The built site, as [`site_folder`] finds it.
    pub fn folder_found(&self) -> PathBuf {
        let binary = std::env::current_exe().and_then(|exe| exe.canonicalize()).ok();
        site_folder(&self.folder, binary.as_deref())
    }
}

impl Default for Site {
    fn default() -> Self {
        let site = SiteSettings::default();
        Self {
            language: site.default_language.code().to_owned(),
            folder: site.site_dir,
            basemap_folder: None,
            pmtiles: None,
            style: None,
            style_origins: Vec::new(),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database_url: None,
            data_dir: PathBuf::from("data/local"),
            tick_ms: 1_000,
            speed: 1.0,
            timetable: TimetableSettings::default(),
            feeds: Vec::new(),
            monitor: MonitorConfig::default(),
            keep: KeepSettings::default(),
            store: StoreSettings::default(),
            site: Site::default(),
            http: HttpLimits::default(),
            live: LiveLimits::default(),
            register: RegisterSettings::default(),
            channels: ChannelSettings::default(),
            log: Log::default(),
        }
    }
}

/// Flags that every command with settings has.
#[derive(Args, Clone, Debug, Default)]
pub struct ConfigArgs {
    /// Settings file (TOML) [default: jolda.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "JOLDA_CONFIG")]
    pub config: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Database: sqlite:FILE or postgres://… [default: a SQLite file in the data folder]
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Folder for what the server keeps [default: data/local]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// What to log: error, warn, info, debug, or by module [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The named file is not there.
    #[error(
        "there is no settings file {0}: check --config (JOLDA_CONFIG); the README shows an example"
    )]
    NoFile(PathBuf),
    /// A value that cannot be read, or a name that means nothing.
    #[error("settings: {0}")]
    Unreadable(String),
    /// A value that makes no sense.
    #[error("settings: {0}")]
    Senseless(String),
}

impl Settings {
    /// Reads file, environment and flags.
    pub fn load(args: &ConfigArgs) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        match &args.config {
            Some(path) if !path.is_file() => return Err(ConfigError::NoFile(path.clone())),
            Some(path) => figment = figment.merge(Toml::file_exact(path)),
            None if Path::new(DEFAULT_FILE).is_file() => {
                figment = figment.merge(Toml::file_exact(DEFAULT_FILE));
            }
            None => {}
        }
        figment = figment.merge(environment()).merge(Env::raw().only(&["DATABASE_URL"]));
        if let Some(listen) = args.listen {
            figment = figment.merge(("listen", listen));
        }
        if let Some(url) = &args.database_url {
            figment = figment.merge(("database_url", url));
        }
        if let Some(data_dir) = &args.data_dir {
            figment = figment.merge(("data_dir", data_dir));
        }
        if let Some(level) = &args.log {
            figment = figment.merge(("log.level", level));
        }
        let settings: Self =
            figment.extract().map_err(|e| ConfigError::Unreadable(in_words(&e)))?;
        settings.check()?;
        Ok(settings)
    }

    /// Refuses values that make no sense.
    pub fn check(&self) -> Result<(), ConfigError> {
        let senseless = |text: String| Err(ConfigError::Senseless(text));
        if !(100..=60_000).contains(&self.tick_ms) {
            return senseless("tick_ms must be between 100 and 60000".to_owned());
        }
        if !(self.speed > 0.0 && self.speed <= 1_000.0) {
            return senseless("speed must be above 0 and at most 1000".to_owned());
        }
        if Language::from_tag(&self.site.language).is_none() {
            return senseless(format!(
                "site.language is \"{}\"; kk, ru and en are known",
                self.site.language
            ));
        }
        let mut seen = std::collections::BTreeSet::new();
        for (i, feed) in self.feeds.iter().enumerate() {
            if feed.id.is_empty() || !seen.insert(&feed.id) {
                return senseless(format!("feeds[{i}] needs an id of its own"));
            }
            let live = [&feed.vehicle_positions, &feed.trip_updates, &feed.alerts];
            if live.iter().all(|s| s.is_none()) && feed.recording.is_none() {
                return senseless(format!(
                    "feed \"{}\" names no source: vehicle_positions, trip_updates, alerts or recording",
                    feed.id
                ));
            }
        }
        Ok(())
    }

    /// Where the record is.
    pub fn database_url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data_dir.join("jolda.sqlite").display()))
    }

    /// Where raw feed bytes are kept.
    pub fn keep_folder(&self) -> PathBuf {
        self.keep.folder.clone().unwrap_or_else(|| self.data_dir.join("feeds"))
    }

    /// Pages and files, as HTTP wants them.
    pub fn site(&self) -> SiteSettings {
        let basemap = match (&self.site.pmtiles, &self.site.style) {
            (Some(path), _) => Basemap::File(path.clone()),
            (None, Some(url)) => {
                Basemap::Style { url: url.clone(), origins: self.site.style_origins.clone() }
            }
            (None, None) => match &self.site.basemap_folder {
                Some(folder) => Basemap::Folder(folder.clone()),
                None => Basemap::Plain,
            },
        };
        SiteSettings {
            default_language: Language::from_tag(&self.site.language).unwrap_or_default(),
            site_dir: self.site.folder_found(),
            basemap,
        }
    }
}

/// `JOLDA_LISTEN`, `JOLDA_TIMETABLE__SOURCE`, … Variables that name no setting are left alone: tests and
/// scripts have some of their own.
fn environment() -> Env {
    const NAMES: [&str; 16] = [
        "monitor",
        "listen",
        "database_url",
        "data_dir",
        "tick_ms",
        "speed",
        "timetable",
        "feeds",
        "keep",
        "store",
        "site",
        "http",
        "live",
        "register",
        "channels",
        "log",
    ];
    Env::prefixed("JOLDA_")
        .filter(|key| {
            let key = key.as_str().to_ascii_lowercase();
            NAMES.contains(&key.split("__").next().unwrap_or_default())
        })
        .split("__")
}

fn in_words(error: &figment::Error) -> String {
    error
        .clone()
        .into_iter()
        .map(|e| {
            let place = e.path.join(".");
            let source = e.metadata.as_ref().map(|m| match &m.source {
                Some(figment::Source::File(path)) => path.display().to_string(),
                _ => m.name.to_string(),
            });
            let source = source.map(|s| format!(" ({s})")).unwrap_or_default();
            let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
            format!("{place}{}{source}", e.kind)
        })
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_with(toml: &str) -> Result<Settings, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.toml");
        std::fs::write(&path, toml).unwrap();
        Settings::load(&ConfigArgs { config: Some(path), ..ConfigArgs::default() })
    }

    #[test]
    fn the_readme_s_settings_are_understood() {
        let settings = load_with(
            r#"
            listen = "127.0.0.1:9000"
            [timetable]
            source = "https://agency.example/gtfs.zip"
            [[feeds]]
            id = "buses"
            vehicle_positions = "https://agency.example/vehicle-positions.pb"
            headers = { "x-api-key" = "${AGENCY_KEY}" }
            "#,
        )
        .unwrap();
        assert_eq!(settings.listen.port(), 9000);
        assert_eq!(settings.feeds[0].headers["x-api-key"], "${AGENCY_KEY}");
        assert_eq!(settings.feeds[0].period_s, 10.0);
    }

    #[test]
    fn a_wrong_name_is_told_with_its_place() {
        let error = load_with("[timetable]\nsauce = \"x.zip\"\n").unwrap_err().to_string();
        assert!(error.contains("timetable") && error.contains("sauce"), "{error}");
        assert!(error.contains("settings.toml"), "{error}");
    }

    #[test]
    fn feeds_without_a_source_or_a_name_are_senseless() {
        let error = load_with("[[feeds]]\nid = \"a\"\n").unwrap_err().to_string();
        assert!(error.contains("names no source"), "{error}");
        let error = load_with("[[feeds]]\nalerts = \"a.pb\"\n").unwrap_err().to_string();
        assert!(error.contains("an id of its own"), "{error}");
    }
}
