//! The timetable and the feeds: are they there, are they fresh, do they belong together?

use super::Finding;
use crate::clock::Clock;
use crate::config::Settings;
use crate::feed::http::{Fetched, HttpOptions, HttpSource};
use crate::feed::poll::Validators;
use crate::feed::settings::{FeedSettings, is_address, public_form, with_secrets};
use crate::feed::timetable_task::TimetableSource;
use crate::feed::{Dataset, decode};
use std::sync::Arc;
use std::time::Duration;
use transit::Timetable;
use transit::time::local_date;

/// Older than this, a feed's header says that it stands still, seconds.
const HEADER_AGE_S: i64 = 120;
/// A feed whose newest position is older gives nothing new, seconds.
const NEWEST_AGE_S: i64 = 300;
/// Under this share of known trips, feed and timetable do not belong together.
const KNOWN_SHARE: f64 = 0.9;
/// Days ahead for which a timetable should have service.
const AHEAD_DAYS: i32 = 7;

pub(super) async fn timetable(
    settings: &Settings,
    findings: &mut Vec<Finding>,
) -> Option<Arc<Timetable>> {
    let what = "timetable";
    let clock = Clock::machine();
    let loaded = match TimetableSource::new(&settings.timetable, &settings.data_dir, clock) {
        Ok(mut source) => source.first().await,
        Err(error) => Err(error),
    };
    let timetable = match loaded {
        Ok(timetable) => timetable,
        Err(error) => {
            let advice = "`jolda check --gtfs FEED` tells more; `jolda demo` needs no timetable";
            findings.push(Finding::bad(what, error.to_string(), advice));
            return None;
        }
    };
    let size = format!(
        "{}: {} routes, {} stops, {} trips",
        timetable.agency_name,
        timetable.routes.len(),
        timetable.stops.len(),
        timetable.trips.len()
    );
    findings.push(Finding::good(what, size));
    let today = local_date(&timetable.zone, clock.now());
    let runs = |ahead| timetable.services.iter().any(|s| s.runs_on(today.plus(ahead)));
    let days = (0..AHEAD_DAYS).filter(|d| runs(*d)).count();
    findings.push(if days == 0 {
        Finding::bad(
            "service",
            format!("nothing runs in the {AHEAD_DAYS} days from {today}"),
            "the timetable has expired or is for later; get the agency's newest",
        )
    } else {
        Finding::good("service", format!("runs on {days} of the {AHEAD_DAYS} days from {today}"))
    });
    let zone = timetable.zone.iana_name().unwrap_or("unknown").to_owned();
    findings.push(Finding::good("time zone", zone));
    Some(timetable)
}

pub(super) async fn feeds(
    settings: &Settings,
    timetable: Option<&Timetable>,
    findings: &mut Vec<Finding>,
) {
    if settings.feeds.is_empty() {
        findings.push(Finding::doubtful(
            "feeds",
            "no feed is set",
            "add [[feeds]] with an id and vehicle_positions to the settings",
        ));
    }
    for feed in &settings.feeds {
        if let Some(path) = &feed.recording {
            findings.push(match crate::feed::recording::Recording::open(path) {
                Ok(r) => Finding::good(
                    format!("feed {}", feed.id),
                    format!("a recording of {} files", r.len()),
                ),
                Err(error) => Finding::bad(
                    format!("feed {}", feed.id),
                    error.to_string(),
                    "give a folder or a zip of *.pb",
                ),
            });
        }
        let sources = [
            ("vehicle positions", &feed.vehicle_positions),
            ("trip updates", &feed.trip_updates),
            ("alerts", &feed.alerts),
        ];
        for (name, source) in sources {
            if let Some(source) = source {
                let what = format!("feed {}, {name}", feed.id);
                findings.push(one(&what, feed, source, timetable).await);
            }
        }
    }
}

async fn one(
    what: &str,
    feed: &FeedSettings,
    source: &str,
    timetable: Option<&Timetable>,
) -> Finding {
    let now = Clock::machine().now();
    let body = match fetch(feed, source, now).await {
        Ok(body) => body,
        Err(error) => {
            let advice =
                format!("is {} right, and can it be reached from here?", public_form(source));
            return Finding::bad(what, error, advice);
        }
    };
    let dataset = match decode(&body) {
        Ok(dataset) => dataset,
        Err(refusal) => {
            let advice = "ask the agency for the address of its GTFS-realtime protobuf";
            return Finding::bad(what, refusal.to_string(), advice);
        }
    };
    let age_s = dataset.header_at().map(|at| now - at);
    let age = age_s.map_or("no header time".to_owned(), |s| format!("{s} s old"));
    let mut is = format!("{} entities, {age}", dataset.len());
    if let Some((known, named)) = timetable.map(|t| known_trips(&dataset, t)).filter(|k| k.1 > 0) {
        let share = known as f64 / named as f64;
        is = format!("{is}, {:.0} % of named trips are in the timetable", share * 100.0);
        if share < KNOWN_SHARE {
            let advice = "feed and timetable differ: get the timetable that belongs to this feed";
            return Finding::doubtful(what, is, advice);
        }
    }
    let old_s = dataset.newest_at().map(|at| now - at).filter(|s| *s > NEWEST_AGE_S);
    if let Some(old_s) = old_s {
        let is = format!("{is}, its newest position {old_s} s old");
        let advice = "the feed repeats old positions: usual at night, else ask the agency";
        return Finding::doubtful(what, is, advice);
    }
    match age_s {
        Some(s) if s > HEADER_AGE_S => {
            Finding::doubtful(what, is, "the feed stands still, or this machine's clock is wrong")
        }
        _ => Finding::good(what, is),
    }
}

fn known_trips(dataset: &Dataset, timetable: &Timetable) -> (usize, usize) {
    dataset.trip_ids().fold((0, 0), |(known, named), id| {
        (known + usize::from(timetable.trip_by_id(id).is_some()), named + 1)
    })
}

async fn fetch(feed: &FeedSettings, source: &str, now: i64) -> Result<Vec<u8>, String> {
    if !is_address(source) {
        return std::fs::read(source).map_err(|e| format!("{source}: {e}"));
    }
    let secret = |text: &str| {
        with_secrets(text, |name| std::env::var(name).ok())
            .map_err(|name| format!("the environment variable {name} is not set"))
    };
    let mut headers = std::collections::BTreeMap::new();
    for (name, value) in &feed.headers {
        headers.insert(name.clone(), secret(value)?);
    }
    let options = HttpOptions {
        headers,
        connect_timeout: Duration::from_secs_f64(feed.connect_timeout_s.clamp(0.1, 60.0)),
        timeout: Duration::from_secs_f64(feed.timeout_s.clamp(0.1, 60.0)),
        size_limit_bytes: feed.size_limit_bytes,
    };
    let source = HttpSource::new(&secret(source)?, &options).map_err(|e| e.to_string())?;
    match source.fetch(&Validators::default(), now).await {
        Ok(Fetched::Body(body, _)) => Ok(body.to_vec()),
        Ok(Fetched::NotModified) => Err("the server says that nothing has changed".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
