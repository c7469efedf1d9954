//! `jolda serve`: a real agency, or a recording of one.

use crate::config::{ConfigArgs, Settings};
use crate::feed::settings::FeedSettings;
use crate::{logging, run};
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `jolda serve`. What they name goes before the settings file.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// GTFS feed: a zip, a folder, or an address; reloaded when it changes
    #[arg(long, value_name = "FEED")]
    gtfs: Option<String>,
    /// Vehicle positions: an address or a file
    #[arg(long, value_name = "URL")]
    vehicle_positions: Option<String>,
    /// Trip updates: an address or a file
    #[arg(long, value_name = "URL")]
    trip_updates: Option<String>,
    /// Alerts: an address or a file
    #[arg(long, value_name = "URL")]
    alerts: Option<String>,
    /// A folder or zip of recorded *.pb in the place of a live feed; the clock follows it
    #[arg(long, value_name = "DIR|ZIP", conflicts_with_all = ["vehicle_positions", "trip_updates", "alerts"])]
    recording: Option<PathBuf>,
    /// City seconds for each of ours, with --recording [default: 1]
    #[arg(long, value_name = "TIMES")]
    speed: Option<f64>,
    /// Between two fetches, seconds [default: 10]
    #[arg(long, value_name = "SECONDS")]
    period: Option<f64>,
}

impl ServeArgs {
    /// Settings with the flags laid over them.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn settings(&self) -> Result<Settings> {
        let mut settings = Settings::load(&self.config)?;
        if let Some(gtfs) = &self.gtfs {
            settings.timetable.source = Some(gtfs.clone());
        }
        if let Some(speed) = self.speed {
            settings.speed = speed;
        }
        let given = self.vehicle_positions.is_some()
            || self.trip_updates.is_some()
            || self.alerts.is_some()
            || self.recording.is_some();
        if given {
            settings.feeds = vec![FeedSettings {
                id: "feed".to_owned(),
                vehicle_positions: self.vehicle_positions.clone(),
                trip_updates: self.trip_updates.clone(),
                alerts: self.alerts.clone(),
                recording: self.recording.clone(),
                ..FeedSettings::default()
            }];
        }
        if let Some(period_s) = self.period {
            for feed in &mut settings.feeds {
                feed.period_s = period_s;
            }
        }
        settings.check()?;
        let plays = settings.feeds.iter().any(|feed| feed.recording.is_some());
        if !plays && settings.speed != 1.0 {
            bail!(
                "the speed {} is of a recording's clock, and no feed is a recording: name one with \
                 --recording (or feeds.recording in the settings), or leave --speed (JOLDA_SPEED, \
                 speed) away; `jolda demo --speed` is a simulated city's",
                settings.speed
            );
        }
        Ok(settings)
    }
}

/// Serves until it is told to stop.
///
/// # Errors
/// What keeps it from starting.
pub async fn run(args: ServeArgs) -> Result<ExitCode> {
    let settings = args.settings()?;
    logging::start(&settings.log);
    Box::pin(run::serve(settings)).await?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        serve: ServeArgs,
    }

    fn settings(line: &str) -> Result<Settings> {
        let words = ["jolda"].into_iter().chain(line.split_whitespace());
        Line::try_parse_from(words).unwrap().serve.settings()
    }

    #[test]
    fn a_speed_without_a_recording_is_told_and_not_left_unheard() {
        let error = settings("--vehicle-positions a.pb --speed 10").unwrap_err().to_string();
        assert!(error.contains("no feed is a recording"), "{error}");
        assert!(settings("--speed 10").is_err());
        assert_eq!(settings("--recording day.zip --speed 10").unwrap().speed, 10.0);
        assert_eq!(settings("--vehicle-positions a.pb").unwrap().speed, 1.0);
    }
}
