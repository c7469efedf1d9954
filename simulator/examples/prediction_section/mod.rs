//! Arrival predictions over generated worlds and, where they are, the real days of `../shared/data`: a section
//! of the report on truth.

mod both;

use simulator::World;
use simulator::predictions::{
    Asking, Came, Group, Method, PredictionScore, score_predictions, seen_to_come, truly_came,
};
use simulator::worlds::{DATE, Kind, generate};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::timetable::LoadLimits;
use transit::{
    EpochS, Event, LatLon, Monitor, MonitorConfig, ServiceDate, Timetable, TripDescriptor,
    VehiclePosition,
};

/// What may go wrong.
pub type Failure = Box<dyn std::error::Error>;

/// Days before the one that is scored.
const HISTORY_DAYS: i32 = 3;
/// The scored time of the day, seconds.
const SCORED_S: (i64, i64) = (7 * 3_600, 11 * 3_600);
/// Beyond it, until what was predicted has come, seconds.
const TAIL_S: i64 = 3_600;
/// Between two datasets, seconds.
const DATASET_EVERY_S: i64 = 20;
/// Between two askings, seconds: not a multiple of anything in the worlds.
const ASK_EVERY_S: i64 = 140;

/// What the table says.
const NOTE: &str = "Asked every 140 s about every stop ahead within 30 min, after three days of history (worlds) or as \
    said (captures). Score: mean share of good answers over the buckets of time to the actual arrival (minutes), \
    good being -30..+90 s, -60..+150, -60..+210, -90..+270 of it. Mean error and bias (actual less predicted) of \
    arrivals within 15 min. 80 % within p10-p90 is calibrated, in all and by the same buckets and beyond. No-shows: predicted within 15 min, and nothing came \
    or was seen to come. In worlds the truth is the judge, in captures the observed visits. Riders are told the \
    30th percentile, which suits the buckets, and they it. The feed's own predictions are known in one short capture \
    alone (Sound Transit: five snapshots, no history, judged by the agency's own later record): a hint, no more.";

/// Prints the section as a table.
pub fn tell_section(seeds: &[u64]) -> Result<(), Failure> {
    println!("## Arrival predictions\n\n{NOTE}\n");
    println!(
        "| world | runs | method | questions | answered | score | 0-3 | 3-6 | 6-10 | 10-15 | \
         mean error, s | bias, s | in p10-p90 | by time ahead | width, s | no-shows |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    for seed in seeds {
        for kind in Kind::ALL {
            let (asking, came) = world(kind, *seed)?;
            tell(&format!("{kind:?} {seed}"), &asking, &came);
        }
    }
    match shared("capmetro-austin-2016") {
        Some(folder) => real(&folder)?,
        None => println!("SKIPPED: the days of Austin in ../shared/data are not here."),
    }
    match shared("sound-transit-link-2023") {
        Some(folder) => {
            let (asking, came) = both::play(&folder)?;
            tell("Sound Transit, five snapshots", &asking, &came);
        }
        None => println!("SKIPPED: no capture with positions and trip updates is here."),
    }
    Ok(())
}

fn tell(name: &str, asking: &Asking, came: &Came) {
    for (group, runs) in [(Group::Driven, "driven"), (Group::NotBegun, "not begun")] {
        let score = score_predictions(&asking.asked, group, came);
        for method in Method::ALL {
            tell_method(&format!("| {name} | {runs}"), &score, method);
        }
    }
}

fn tell_method(head: &str, score: &PredictionScore, method: Method) {
    let m = &score.methods[method as usize];
    if m.answered == 0 {
        return;
    }
    let share = |b: (usize, usize)| format!("{:.1}", 100.0 * b.1 as f64 / b.0.max(1) as f64);
    let buckets: Vec<_> = m.buckets.iter().map(|b| share(*b)).collect();
    let own = match method {
        Method::Core => format!(
            "{:.1} % | {} | {:.0} | {}",
            score.within_range() * 100.0,
            by_time_ahead(score),
            score.mean_width_s(),
            score.no_shows
        ),
        _ => "- | - | - | -".to_owned(),
    };
    println!(
        "{head} | {} | {} | {:.1} % | {:.1} | {} | {:.1} | {:.1} | {own} |",
        method.name(),
        score.questions,
        100.0 * m.answered as f64 / score.questions.max(1) as f64,
        m.score() * 100.0,
        buckets.join(" | "),
        m.mean_error_s(),
        m.bias_s(),
    );
}

/// Percentages within p10-p90, by bucket of the time to the actual arrival.
fn by_time_ahead(score: &PredictionScore) -> String {
    let share = |r: &(usize, usize, usize)| match r.0 {
        0 => "-".to_owned(),
        all => format!("{:.0}", 100.0 * (all - r.1 - r.2) as f64 / all as f64),
    };
    let shares: Vec<String> = score.ranges.iter().map(share).collect();
    shares.join(" / ")
}

fn world(kind: Kind, seed: u64) -> Result<(Asking, Came), Failure> {
    let (timetable, config) = generate(kind, seed)?;
    let first = timetable.origin(DATE.plus(-HISTORY_DAYS)) + 4 * 3_600;
    let (from, to) = (timetable.origin(DATE) + SCORED_S.0, timetable.origin(DATE) + SCORED_S.1);
    let mut world = World::new(Arc::clone(&timetable), config, first);
    let mut monitor = Monitor::new(timetable, MonitorConfig::default());
    let (mut asking, mut effects, mut came) = (Asking::default(), Vec::new(), Came::new());
    let feed = FeedIdx(0);
    let mut now = first;
    while now < to + TAIL_S {
        now += DATASET_EVERY_S;
        world.advance(now);
        if world.feed_is_up() {
            monitor.apply(now, &Event::DatasetStart { feed, header_at: Some(now) }, &mut effects);
            for position in world.reports(feed) {
                monitor.apply(now, &Event::Position(position), &mut effects);
            }
            monitor.apply(now, &Event::DatasetEnd { feed }, &mut effects);
        } else {
            monitor.apply(now, &Event::FeedFailed { feed }, &mut effects);
        }
        monitor.apply(now, &Event::Tick, &mut effects);
        effects.clear();
        let truth = world.drain_truth();
        if now >= from {
            came.extend(truly_came(&truth));
        }
        if (from..to).contains(&now) && (now - from) % ASK_EVERY_S < DATASET_EVERY_S {
            asking.ask(&monitor, now);
        }
    }
    Ok((asking, came))
}

/// A folder of the data that lie beside the repository.
fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    folder.is_dir().then_some(folder)
}

fn real(folder: &Path) -> Result<(), Failure> {
    let zip = std::fs::read(folder.join("gtfs.zip"))?;
    let (timetable, _) = Timetable::from_zip(&zip, LoadLimits::default())?;
    let timetable = Arc::new(timetable);
    let saturday = Capture::read(&folder.join("archive-2016-11-26.csv.zip"))?;
    let friday = Capture::read(&folder.join("archive-2016-12-16.csv.zip"))?;
    let day = |text| ServiceDate::parse(text).map_or(0, |d| timetable.origin(d));
    let hours = |day: EpochS, from: i64, to: i64| (day + from * 3_600, day + to * 3_600);
    let mut monitor = Monitor::new(Arc::clone(&timetable), MonitorConfig::default());
    let (asking, came) = saturday.play(&mut monitor, hours(day("20161126"), 8, 22));
    tell("Austin, a Saturday without history", &asking, &came);
    let (asking, came) = friday.play(&mut monitor, hours(day("20161216"), 6, 9));
    tell("Austin, a Friday after a Saturday", &asking, &came);
    let mut monitor = Monitor::new(timetable.clone(), MonitorConfig::default());
    let (asking, came) = friday.play(&mut monitor, hours(day("20161216"), 6, 9));
    tell("Austin, a Friday without history", &asking, &came);
    Ok(())
}

/// A day of positions: (measured at, columns).
struct Capture(BTreeMap<EpochS, Vec<csv::StringRecord>>);

impl Capture {
    fn read(path: &Path) -> Result<Self, Failure> {
        let mut archive = zip::ZipArchive::new(std::fs::File::open(path)?)?;
        let mut text = String::new();
        archive.by_index(0)?.read_to_string(&mut text)?;
        let mut rows = BTreeMap::new();
        for row in csv::Reader::from_reader(text.as_bytes()).into_records() {
            let row = row?;
            let at = instant(&row[1]).ok_or("a time that is none")?;
            rows.entry(at).or_insert_with(Vec::new).push(row);
        }
        Ok(Self(rows))
    }

    /// Plays the day, a dataset each half minute; asks within `scored`.
    fn play(&self, monitor: &mut Monitor, scored: (EpochS, EpochS)) -> (Asking, Came) {
        let (mut asking, mut effects) = (Asking::default(), Vec::new());
        let feed = FeedIdx(0);
        let ends = (self.0.keys().next().copied(), self.0.keys().last().copied());
        let (Some(first), Some(last)) = ends else { return (asking, Came::new()) };
        let mut now = first;
        while now <= last {
            let rows = self.0.range(now - 29..=now);
            monitor.apply(now, &Event::DatasetStart { feed, header_at: Some(now) }, &mut effects);
            for (at, row) in rows.flat_map(|(at, rows)| rows.iter().map(move |r| (*at, r))) {
                let position = position(feed, at, row);
                monitor.apply(now, &Event::Position(position), &mut effects);
            }
            monitor.apply(now, &Event::DatasetEnd { feed }, &mut effects);
            monitor.apply(now, &Event::Tick, &mut effects);
            if (scored.0..scored.1).contains(&now) && (now - scored.0) % ASK_EVERY_S < 30 {
                asking.ask(monitor, now);
            }
            now += 30;
        }
        (asking, seen_to_come(&effects))
    }
}

fn position(feed: FeedIdx, at: EpochS, row: &csv::StringRecord) -> VehiclePosition<'_> {
    let number = |i: usize| row[i].parse::<f64>().unwrap_or(f64::NAN);
    VehiclePosition {
        feed,
        vehicle_id: &row[0],
        label: None,
        trip: TripDescriptor {
            trip_id: Some(&row[4]),
            route_id: Some(&row[3]),
            ..TripDescriptor::default()
        },
        place: LatLon::new(number(5), number(6)),
        bearing_deg: None,
        speed_mps: None,
        measured_at: Some(at),
        stop_id: None,
        current_stop_sequence: None,
        stopped_at: None,
        occupancy_status: None,
    }
}

/// `2016-12-16T05:34:02-06:00`.
fn instant(text: &str) -> Option<EpochS> {
    let date = ServiceDate::parse(&text.get(..10)?.replace('-', ""))?;
    let clock = transit::time::parse_gtfs_time(text.get(11..19)?)?;
    let zone = transit::time::parse_gtfs_time(&format!("{}:00", text.get(20..25)?))?;
    let sign = if text.get(19..20)? == "-" { 1 } else { -1 };
    Some(i64::from(date.0) * 86_400 + i64::from(clock) + sign * i64::from(zone))
}
