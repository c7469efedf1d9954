//! How near the Monitor comes to the truth: one report over generated worlds, over real captures where they
//! are present, and over the timetable of a feed if one is named.
//!
//! `make truth`, or `cargo run --release -p simulator --example truth -- [--seeds 101,102] [--faults]
//! [FEED.zip YYYYMMDD]`

#![expect(clippy::print_stdout, reason = "the report is what it is for")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "an unreadable capture ends the report"
)]

mod captures;
#[path = "../prediction_section/mod.rs"]
mod prediction_section;
#[path = "../../../transit/tests/recording/mod.rs"]
mod recording;

use simulator::score::claims::{self, Claims, score_claims};
use simulator::score::hardship::{Hardship, hard};
use simulator::score::headways::{self, score_headways};
use simulator::score::incidents::{self, IncidentScore, KINDS, score_incidents};
use simulator::score::report::Table;
use simulator::score::trial::{Oddity, Trial, WINDOW_S, quiet, trial};
use simulator::score::visits::{self, score_visits};
use simulator::worlds::Kind;

/// Seeds on which nothing was tuned.
const SEEDS: [u64; 3] = [101, 102, 103];

/// The sections that every world has a row in.
struct Sections {
    visits: Table,
    claims: Claims,
    headways: Table,
    incidents: Vec<(&'static str, Table)>,
    totals: [IncidentScore; 4],
    faults: Vec<String>,
}

impl Sections {
    fn new() -> Self {
        let visits = Table::new(
            "Stop visits",
            "Visits that truly were within the window, and what was said of them. Claims: arrivals and \
             departures within the uncertainty that they claim; 90 % is calibrated.",
            &visits::HEAD,
        );
        let headways = Table::new(
            "Headways",
            "Pairs of successive vehicles at a stop, by actual time, against the plan there.",
            &headways::HEAD,
        );
        let incidents = KINDS.map(|(_, name)| {
            let note = "Due: stood at two stops in a row, away from the ends of the line. Delay: from \
                        when it first was due until it was raised.";
            (name, Table::new(title(name), note, &incidents::HEAD))
        });
        Self {
            visits,
            claims: Claims::default(),
            headways,
            incidents: incidents.into(),
            totals: Default::default(),
            faults: Vec::new(),
        }
    }

    fn add(&mut self, trial: &Trial) {
        let (timetable, watched, window) = (&trial.timetable, &trial.watched, trial.window);
        self.visits.row(&trial.name, score_visits(watched, window).cells());
        self.claims.add(&score_claims(timetable, watched, window));
        self.headways.row(&trial.name, score_headways(timetable, watched, window).cells());
        let scores = score_incidents(timetable, watched, window, trial.named);
        for (i, score) in scores.iter().enumerate() {
            self.incidents[i].1.row(&trial.name, score.cells());
            self.totals[i].add(score);
            let fault = |f: &String| format!("{} {}: {f}", trial.name, self.incidents[i].0);
            self.faults.extend(score.faults.iter().map(fault));
        }
    }

    fn print(mut self, faults: bool) {
        for (i, total) in self.totals.iter().enumerate() {
            self.incidents[i].1.row("all", total.cells());
        }
        let note = "Arrivals and departures of all these worlds: those within the uncertainty that they claim, by where \
                    the stop is and by how much they claim; 90 % is calibrated.";
        let mut claims = Table::new("Claims", note, &claims::HEAD);
        for (name, cells) in self.claims.rows() {
            claims.row(name, cells);
        }
        println!("{}\n{}", self.visits.markdown(), claims.markdown());
        println!("{}", self.headways.markdown());
        for (_, table) in &self.incidents {
            println!("{}", table.markdown());
        }
        if faults {
            println!("## Faults\n\n{}\n", self.faults.join("\n"));
        }
    }
}

fn title(kind: &'static str) -> &'static str {
    match kind {
        "bunching" => "Incidents: bunching",
        "gap" => "Incidents: gap",
        "missing run" => "Incidents: missing run",
        _ => "Incidents: detour",
    }
}

fn quiet_table(seeds: &[u64]) -> Result<(Table, Vec<String>), Box<dyn std::error::Error>> {
    let note = "A service that keeps its plan, with one oddity. Alarms raised, and of them false; a \
                run that turns short truly leaves a gap behind it.";
    let mut table = Table::new("Quiet worlds", note, &["raised", "false"]);
    let mut faults = Vec::new();
    for oddity in Oddity::ALL {
        for seed in seeds {
            let trial = quiet(oddity, *seed, WINDOW_S)?;
            let (timetable, watched) = (&trial.timetable, &trial.watched);
            let scores = score_incidents(timetable, watched, trial.window, trial.named);
            let raised: usize = scores.iter().map(|s| s.raised).sum();
            let right: usize = scores.iter().map(|s| s.right).sum();
            table.row(&trial.name, vec![raised.to_string(), (raised - right).to_string()]);
            let all = scores.iter().flat_map(|s| &s.faults);
            faults.extend(all.map(|f| format!("{}: {f}", trial.name)));
        }
    }
    Ok((table, faults))
}

fn hard_table(seeds: &[u64]) -> Result<Table, Box<dyn std::error::Error>> {
    let note = "A usual day without further troubles. False: alarms of all kinds that are of nothing true. Named \
                trips matched: what the feed's state says at the end.";
    let head: Vec<&str> =
        visits::HEAD.iter().copied().chain(["alarms", "false", "named trips matched"]).collect();
    let mut table = Table::new("When names fail", note, &head);
    for hardship in Hardship::ALL {
        for seed in seeds {
            let mut matched = None;
            let trial = hard(hardship, *seed, WINDOW_S, &mut |monitor, now| {
                if now % 600 < 20 {
                    matched = monitor.snapshot(now).feeds.first().and_then(|f| f.matched_share);
                }
            })?;
            let (timetable, watched) = (&trial.timetable, &trial.watched);
            let scores = score_incidents(timetable, watched, trial.window, trial.named);
            let raised: usize = scores.iter().map(|s| s.raised).sum();
            let right: usize = scores.iter().map(|s| s.right).sum();
            let mut cells = score_visits(watched, trial.window).cells();
            let matched = matched.map_or("–".to_owned(), |m| format!("{:.0} %", m * 100.0));
            cells.extend([raised.to_string(), (raised - right).to_string(), matched]);
            table.row(&trial.name, cells);
        }
    }
    Ok(table)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut seeds = SEEDS.to_vec();
    let mut faults = false;
    let mut feed = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seeds" => {
                let list = args.next().ok_or("--seeds needs a list, as 101,102")?;
                seeds = list.split(',').map(str::parse).collect::<Result<_, _>>()?;
            }
            "--faults" => faults = true,
            _ => feed.push(arg),
        }
    }
    println!("# Conclusions against the truth\n");
    let mut sections = Sections::new();
    for kind in Kind::ALL {
        for seed in &seeds {
            sections.add(&trial(kind, *seed, WINDOW_S, &mut |_, _| ())?);
        }
    }
    if let [path, day] = feed.as_slice() {
        sections.add(&captures::simulated(path, day)?);
    }
    sections.print(faults);
    println!("{}", hard_table(&seeds)?.markdown());
    let (table, of_quiet) = quiet_table(&seeds)?;
    println!("{}", table.markdown());
    if faults {
        println!("{}\n", of_quiet.join("\n"));
    }
    println!("{}", captures::table().markdown());
    prediction_section::tell_section(&seeds)
}
