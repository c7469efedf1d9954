//! Realtime sources, message by message.

use super::CheckArgs;
use super::report::Report;
use crate::check::{Fetched, Message, Schedule, check_realtime, read_message};
use crate::clock::Clock;
use crate::feed::http::{self, HttpOptions, HttpSource};
use crate::feed::poll::Validators;
use crate::feed::recording::Recording;
use crate::feed::settings::{is_address, public_form};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use transit::timetable::FeedTables;
use transit::{EpochS, Timetable};

/// Largest body from an address, bytes.
const SIZE_LIMIT_BYTES: u64 = 64 << 20;
/// Longest wait for an answer.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Checks the sources of `args`; the report grows.
pub(super) async fn check(
    args: &CheckArgs,
    tables: &FeedTables,
    timetable: Option<&Timetable>,
    now: EpochS,
    report: &mut Report,
) -> Result<()> {
    let schedule = Schedule::new(tables, timetable, !args.ignore_shapes);
    let mut together = Vec::new();
    for source in &args.realtime {
        let path = Path::new(source);
        if is_address(source) {
            let shown = public_form(source);
            if let Some(message) = read(&fetch(source).await?, &shown, report) {
                together.push((shown, message, now));
            }
            continue;
        }
        let recording = Recording::open(path)?;
        if recording.len() == 1 && path.is_file() {
            for recorded in recording.messages() {
                if let Some(message) = read(&recorded?.body, source, report) {
                    let at = args.at.or_else(|| time_of(&message)).unwrap_or(now);
                    together.push((source.clone(), message, at));
                }
            }
        } else {
            check_recording(recording, &schedule, args.at, now, report)?;
        }
    }
    if let Some(at) = together.iter().map(|(_, _, at)| *at).max() {
        let feeds: Vec<_> =
            together.iter().map(|(_, message, _)| Fetched { message, previous: None }).collect();
        let names: Vec<_> = together.iter().map(|(name, _, _)| name.as_str()).collect();
        report.add_realtime(&names, &check_realtime(&schedule, &feeds, at));
    }
    Ok(())
}

/// Each message against the one before.
fn check_recording(
    recording: Recording,
    schedule: &Schedule<'_>,
    at: Option<EpochS>,
    now: EpochS,
    report: &mut Report,
) -> Result<()> {
    let mut previous: Option<Message> = None;
    for recorded in recording.messages() {
        let recorded = recorded?;
        let Some(message) = read(&recorded.body, &recorded.name, report) else { continue };
        let own = recorded.received_at.or_else(|| time_of(&message));
        let at = at.or(own).unwrap_or(now);
        // The very same content again is no new iteration.
        let before = previous.as_ref().filter(|p| **p != message);
        let feed = Fetched { message: &message, previous: before };
        report.add_realtime(&[&recorded.name], &check_realtime(schedule, &[feed], at));
        previous = Some(message);
    }
    Ok(())
}

fn read(body: &[u8], name: &str, report: &mut Report) -> Option<Message> {
    report.messages += 1;
    match read_message(body) {
        Ok(message) => Some(message),
        Err(error) => {
            // The decoder of the server says it in words that name HTML and text for what they are.
            let words = crate::feed::decode(body)
                .err()
                .map_or_else(|| error.to_string(), |r| r.to_string());
            report.unreadable.push(format!("{name}: {words}"));
            None
        }
    }
}

fn time_of(message: &Message) -> Option<EpochS> {
    let at = message.feed.header.as_ref()?.timestamp?;
    EpochS::try_from(at).ok().filter(|at| *at > 0)
}

async fn fetch(address: &str) -> Result<Vec<u8>> {
    let options = HttpOptions {
        headers: BTreeMap::new(),
        connect_timeout: TIMEOUT,
        timeout: TIMEOUT,
        size_limit_bytes: SIZE_LIMIT_BYTES,
    };
    let source = HttpSource::new(address, &options)?;
    let fetched = source.fetch(&Validators::default(), Clock::machine().now()).await;
    match fetched.with_context(|| public_form(address))? {
        http::Fetched::Body(body, _) => Ok(body.to_vec()),
        http::Fetched::NotModified => Ok(Vec::new()),
    }
}
