//! What was found, as a table for people or as JSON for programs.

use crate::check::{OCCURRENCES_KEPT_OF_A_RULE, RealtimeReport, rule};
use anyhow::Result;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use transit::timetable::{LoadReport, Severity};

/// A rule that was broken, how often, and where.
#[derive(Debug, Serialize)]
struct Broken {
    rule: &'static str,
    severity: &'static str,
    #[serde(skip)]
    rank: Severity,
    title: &'static str,
    count: u64,
    places: Vec<Place>,
}

/// One place.
#[derive(Debug, Serialize)]
struct Place {
    /// File and line, or message and entity.
    at: String,
    message: String,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Report {
    rules: BTreeMap<&'static str, Broken>,
    /// Messages that were read.
    pub messages: u64,
    /// Bodies that are no message.
    pub unreadable: Vec<String>,
}

impl Report {
    /// Adds what is wrong with the timetable.
    pub fn add_static(&mut self, report: &LoadReport) {
        for finding in &report.findings {
            let broken = self.rule(finding.rule, finding.severity, "");
            let line = finding.line.map(|l| format!(":{l}")).unwrap_or_default();
            let at = format!("{}{line}", finding.file);
            broken.places.push(Place { at, message: finding.message.clone() });
        }
        for (code, count) in &report.counts {
            self.rule(code, Severity::Info, "").count += count;
        }
    }

    /// Adds what is wrong with messages that were checked together.
    pub fn add_realtime(&mut self, names: &[&str], report: &RealtimeReport) {
        for occurrence in &report.occurrences {
            let known = rule(occurrence.rule);
            let severity = known.map_or(Severity::Warning, |r| r.severity);
            let broken = self.rule(occurrence.rule, severity, known.map_or("", |r| r.title));
            if broken.places.len() < OCCURRENCES_KEPT_OF_A_RULE {
                let name = names.get(occurrence.feed).copied().unwrap_or_default();
                let name = name.rsplit('/').next().unwrap_or_default();
                let at = match occurrence.entity.as_str() {
                    "" => name.to_owned(),
                    entity => format!("{name} entity {entity}"),
                };
                broken.places.push(Place { at, message: occurrence.message.clone() });
            }
        }
        for (code, count) in &report.counts {
            self.rule(code, Severity::Info, "").count += count;
        }
    }

    fn rule(&mut self, code: &'static str, rank: Severity, title: &'static str) -> &mut Broken {
        let broken = self.rules.entry(code).or_insert_with(|| Broken {
            rule: code,
            severity: rank.name(),
            rank,
            title,
            count: 0,
            places: Vec::new(),
        });
        if rank > broken.rank {
            broken.rank = rank;
            broken.severity = rank.name();
        }
        broken
    }

    /// True if something is an error.
    pub fn has_errors(&self) -> bool {
        !self.unreadable.is_empty() || self.rules.values().any(|r| r.rank == Severity::Error)
    }

    /// Worst first, then by rule.
    fn sorted(&self) -> Vec<&Broken> {
        let mut rules: Vec<_> = self.rules.values().collect();
        rules.sort_by_key(|r| (std::cmp::Reverse(r.rank), r.rule));
        rules
    }

    fn sum(&self, rank: Severity) -> u64 {
        self.rules.values().filter(|r| r.rank == rank).map(|r| r.count).sum()
    }

    /// For people.
    pub fn write_text(&self, out: &mut impl Write, places: usize) -> Result<()> {
        for unreadable in &self.unreadable {
            writeln!(out, "error    {unreadable}")?;
        }
        for broken in self.sorted() {
            let title = if broken.title.is_empty() { "" } else { ": " };
            writeln!(
                out,
                "{:<8} {}{title}{} ({} times)",
                broken.severity, broken.rule, broken.title, broken.count
            )?;
            for place in broken.places.iter().take(places) {
                writeln!(out, "           {}  {}", place.at, place.message)?;
            }
            let shown = broken.places.len().min(places) as u64;
            if broken.count > shown {
                writeln!(out, "           … and {} more", broken.count - shown)?;
            }
        }
        let messages = match self.messages {
            0 => String::new(),
            n => format!(" in the timetable and {}", counted(n, "realtime message")),
        };
        writeln!(
            out,
            "{}, {}, {}{messages}.",
            counted(self.sum(Severity::Error) + self.unreadable.len() as u64, "error"),
            counted(self.sum(Severity::Warning), "warning"),
            counted(self.sum(Severity::Info), "note")
        )?;
        Ok(())
    }

    /// For programs.
    pub fn write_json(&self, out: &mut impl Write) -> Result<()> {
        let json = serde_json::json!({
            "errors": self.sum(Severity::Error) + self.unreadable.len() as u64,
            "warnings": self.sum(Severity::Warning),
            "notes": self.sum(Severity::Info),
            "messages_read": self.messages,
            "unreadable": self.unreadable,
            "rules": self.sorted(),
        });
        writeln!(out, "{}", serde_json::to_string_pretty(&json)?)?;
        Ok(())
    }
}

/// `1 error`, `2 errors`.
fn counted(n: u64, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}
