//! `jolda doctor`: looks over settings, machine, timetable, feeds and database, and says what to do.

mod machine_state;
mod sources;

use crate::config::{ConfigArgs, DEFAULT_FILE, Settings};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// Arguments of `jolda doctor`.
#[derive(Args, Clone, Debug)]
pub struct DoctorArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// As it should be.
    Good,
    /// The server runs, but something will be missed.
    Doubtful,
    /// The server will not run, or not do its work.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Finding {
    /// Which thing.
    what: String,
    /// How it is.
    state: State,
    /// In words.
    is: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Finding {
    fn good(what: impl Into<String>, is: impl Into<String>) -> Self {
        Self { what: what.into(), state: State::Good, is: is.into(), advice: None }
    }

    fn doubtful(what: impl Into<String>, is: impl Into<String>, advice: impl Into<String>) -> Self {
        let advice = Some(advice.into());
        Self { what: what.into(), state: State::Doubtful, is: is.into(), advice }
    }

    fn bad(what: impl Into<String>, is: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { state: State::Bad, ..Self::doubtful(what, is, advice) }
    }
}

/// Looks at everything; fails if something is bad.
///
/// # Errors
/// When nothing can be printed.
pub async fn run(args: DoctorArgs) -> Result<ExitCode> {
    let mut findings = Vec::new();
    match Settings::load(&args.config) {
        Ok(settings) => {
            findings.push(Finding::good("settings", settings_in_words(&args.config)));
            examine(&settings, &mut findings).await;
        }
        Err(error) => findings.push(Finding::bad(
            "settings",
            error.to_string(),
            "mend the settings; the README shows an example",
        )),
    }
    let worst = findings.iter().map(|f| f.state).max().unwrap_or(State::Good);
    let mut out = std::io::stdout();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&findings)?)?;
    } else {
        for finding in &findings {
            let mark = match finding.state {
                State::Good => "ok  ",
                State::Doubtful => "?   ",
                State::Bad => "BAD ",
            };
            writeln!(out, "{mark} {}: {}", finding.what, finding.is)?;
            if let Some(advice) = &finding.advice {
                writeln!(out, "      → {advice}")?;
            }
        }
        let end = match worst {
            State::Good => "All is well.",
            State::Doubtful => "The server will run; see the marks above.",
            State::Bad => "The server will not do its work until this is mended.",
        };
        writeln!(out, "{end}")?;
    }
    Ok(if worst == State::Bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn examine(settings: &Settings, findings: &mut Vec<Finding>) {
    findings.push(machine_state::port(settings.listen).await);
    findings.push(machine_state::folder(&settings.data_dir));
    findings.extend(machine_state::disk(&settings.data_dir).await);
    findings.extend(machine_state::memory());
    findings.push(machine_state::clock());
    findings.push(machine_state::site(&settings.site));
    findings.extend(machine_state::basemap(&settings.site));
    findings.push(machine_state::database(settings).await);
    findings.extend(ways(settings));
    let timetable = sources::timetable(settings, findings).await;
    sources::feeds(settings, timetable.as_deref(), findings).await;
}

/// Ways in and out, where the register is on.
fn ways(settings: &Settings) -> Vec<Finding> {
    if !settings.register.is_on() {
        return Vec::new();
    }
    let finding = |way: crate::channels::Way| {
        let what = format!("{} {}", way.name, way.direction);
        match way.missing {
            None => Finding::good(what, "on"),
            Some(missing) => Finding::doubtful(what, "off", format!("set {missing} to use it")),
        }
    };
    settings.channels.ways().into_iter().map(finding).collect()
}

fn settings_in_words(args: &ConfigArgs) -> String {
    match &args.config {
        Some(path) => format!("read from {}", path.display()),
        None if Path::new(DEFAULT_FILE).is_file() => format!("read from {DEFAULT_FILE}"),
        None => "no file; defaults, environment and flags".to_owned(),
    }
}
