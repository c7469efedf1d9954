//! Scores the Monitor against the simulator's truth, over the worlds of this crate or over a GTFS zip:
//!
//! `cargo run --release -p simulator --example truth [-- FEED.zip YYYYMMDD]`

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use simulator::score::{VisitScore, quantile, score_visits, share_within, watch};
use simulator::{World, WorldConfig};
use std::sync::Arc;
use transit::timetable::LoadLimits;
use transit::{Monitor, MonitorConfig, ServiceDate, Timetable};

/// The window that is scored, seconds of the service day; the world starts an hour before it and goes on
/// half an hour after it.
const FROM_S: i64 = 7 * 3600;
const TO_S: i64 = 10 * 3600;
const LEAD_S: i64 = 3600;
const TAIL_S: i64 = 1800;
const DATASET_EVERY_S: i64 = 20;

fn score(timetable: &Arc<Timetable>, config: WorldConfig, date: ServiceDate) -> (VisitScore, u64) {
    let origin = timetable.origin(date);
    let mut world = World::new(timetable.clone(), config, origin + FROM_S - LEAD_S);
    let mut monitor = Monitor::new(timetable.clone(), MonitorConfig::default());
    let watched = watch(&mut world, &mut monitor, origin + TO_S + TAIL_S, DATASET_EVERY_S);
    (score_visits(&watched, origin + FROM_S, origin + TO_S), watched.positions)
}

fn print(name: &str, score: &VisitScore, positions: u64) {
    println!(
        "| {name} | {positions} | {} | {:.2} % | {} | {} | {:.0} | {:.1} % | {:.0} | {:.0} | {:.1} % |",
        score.true_visits,
        score.found_share() * 100.0,
        score.twice,
        score.invented,
        quantile(&score.outside_s, 0.5),
        share_within(&score.outside_s, 15.0) * 100.0,
        quantile(&score.arrival_s, 0.5),
        quantile(&score.departure_s, 0.5),
        score.claim_share() * 100.0,
    );
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    println!(
        "| world | positions | true visits | found | twice | invented | outside stay, median s | \
         within 15 s | arrival, median s | departure, median s | within claim |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    if let (Some(path), Some(day)) = (args.next(), args.next()) {
        let (timetable, _) = Timetable::from_zip(&std::fs::read(&path)?, LoadLimits::default())?;
        let date = ServiceDate::parse(&day).ok_or("the day is YYYYMMDD")?;
        let (score, positions) = score(&Arc::new(timetable), WorldConfig::default(), date);
        print(&path, &score, positions);
    }
    Ok(())
}
