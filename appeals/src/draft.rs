//! Drafts of answers: the facts of frozen evidence in plain words. A person reads, changes and signs them.
//! Nothing of the applicant goes into a draft: not their name, not their words.

use crate::claim::ClaimTime;
use crate::evidence::{Certainty, Packet, WindowFacts};
use crate::kind::Rule;
use crate::verdict::{Finding, Reason};
use crate::words::{Language, Words};
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use transit::EpochS;

/// Why texts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// Not the notation.
    #[error("answers: {0}")]
    Notation(#[from] toml::de::Error),
    /// A sentence is missing.
    #[error("answers: the sentence {0} is missing")]
    Missing(&'static str),
    /// A sentence has other words in braces than it may, or in one language than in another.
    #[error("answers: the sentence {0} has other words in braces than it should")]
    Braces(String),
}

/// Sentences and the words in braces that each has.
const SENTENCES: [(&str, &[&str]); 29] = [
    ("greeting", &[]),
    ("intro", &["kind", "number", "route", "stop", "when"]),
    ("intro_without_stop", &["kind", "number", "when"]),
    ("checked", &[]),
    ("gap", &["from", "minutes", "planned", "to"]),
    ("gap_without_plan", &["from", "minutes", "to"]),
    ("passages", &["times"]),
    ("planned", &["time"]),
    ("deviation_late", &["minutes"]),
    ("deviation_early", &["minutes"]),
    ("deviation_none", &[]),
    ("runs", &["driven", "planned"]),
    ("headways", &["mean", "planned"]),
    ("confirmed", &[]),
    ("partly_confirmed", &[]),
    ("not_confirmed", &[]),
    ("contradicted", &[]),
    ("undetermined_no_data", &[]),
    ("undetermined_not_measurable", &[]),
    ("carrier_asked", &[]),
    ("run_not_driven", &[]),
    ("run_ended_early", &[]),
    ("plan_too_thin", &[]),
    ("detour", &[]),
    ("traffic_slowdown", &[]),
    ("feed_outage", &[]),
    ("several_candidates", &[]),
    ("service_not_running", &[]),
    ("stop_not_on_route", &[]),
];

/// Reasons that are said to people.
const TOLD: [Reason; 9] = [
    Reason::RunNotDriven,
    Reason::RunEndedEarly,
    Reason::PlanTooThin,
    Reason::Detour,
    Reason::TrafficSlowdown,
    Reason::FeedOutage,
    Reason::SeveralCandidates,
    Reason::ServiceNotRunning,
    Reason::StopNotOnRoute,
];

/// The sentences.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Which edition.
    pub version: String,
    /// What an answer rests on in law.
    pub legal_basis: Words,
    /// How one may appeal against it.
    pub right_of_appeal: Words,
    sentences: BTreeMap<String, Words>,
}

fn braces(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

impl Texts {
    /// Reads the sentences: all of them, with the words in braces that each must have, in each language.
    pub fn parse(text: &str) -> Result<Self, TextsError> {
        let texts: Self = toml::from_str(text)?;
        for (name, words) in SENTENCES {
            let sentence = texts.sentences.get(name).ok_or(TextsError::Missing(name))?;
            let needed: BTreeSet<&str> = words.iter().copied().collect();
            if sentence.each().iter().any(|(_, t)| braces(t) != needed || t.trim().is_empty()) {
                return Err(TextsError::Braces(name.to_owned()));
            }
        }
        Ok(texts)
    }

    fn say(&self, language: Language, name: &str, words: &[(&str, &str)]) -> String {
        let mut text =
            self.sentences.get(name).map_or(String::new(), |s| s.of(language).to_owned());
        for (word, value) in words {
            text = text.replace(&format!("{{{word}}}"), value);
        }
        text
    }
}

/// What a draft needs beside the evidence: names, as people know them, and what was done.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The appeal's number.
    pub number: &'a str,
    /// The kind.
    pub kind: &'a Words,
    /// The number on the bus.
    pub route: Option<&'a str>,
    /// The stop.
    pub stop: Option<&'a str>,
    /// The carrier was asked to explain: nothing is said that nobody did.
    pub carrier_asked: bool,
}

/// A draft of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its text.
    pub body: String,
    /// What it rests on in law.
    pub legal_basis: String,
    /// How one may appeal against it.
    pub right_of_appeal: String,
}

/// Passages named in an answer at most.
const PASSAGES_MAX: usize = 8;

/// Drafts an answer from evidence. `signed`: what a person signed, where it differs from the machine's.
pub fn draft(
    packet: &Packet,
    signed: Option<Finding>,
    names: Names<'_>,
    (texts, language, zone): (&Texts, Language, &TimeZone),
) -> Draft {
    let say = |name: &str, words: &[(&str, &str)]| texts.say(language, name, words);
    let finding = signed.unwrap_or(packet.verdict.finding);
    let mut lines = vec![say("greeting", &[])];
    let when = when(packet, zone);
    let kind = names.kind.of(language);
    lines.push(match (names.route, names.stop) {
        (Some(route), Some(stop)) => say(
            "intro",
            &[
                ("number", names.number),
                ("kind", kind),
                ("route", route),
                ("stop", stop),
                ("when", &when),
            ],
        ),
        _ => {
            say("intro_without_stop", &[("number", names.number), ("kind", kind), ("when", &when)])
        }
    });
    if packet.rule.is_measurable() && finding.is_determined() {
        lines.push(say("checked", &[]));
        lines.extend(facts(packet, texts, language, zone));
    }
    lines.push(say(finding.name(), &[]));
    if names.carrier_asked {
        lines.push(say("carrier_asked", &[]));
    }
    for reason in TOLD.iter().filter(|r| packet.verdict.reasons.contains(r)) {
        lines.push(say(reason.name(), &[]));
    }
    Draft {
        body: lines.join("\n"),
        legal_basis: texts.legal_basis.of(language).to_owned(),
        right_of_appeal: texts.right_of_appeal.of(language).to_owned(),
    }
}

/// The nearest minute.
fn clock(zone: &TimeZone, at: EpochS) -> String {
    jiff::Timestamp::from_second((at + 30).div_euclid(60) * 60)
        .map_or(String::new(), |t| zone.to_datetime(t).strftime("%H:%M").to_string())
}

fn day(zone: &TimeZone, at: EpochS) -> String {
    jiff::Timestamp::from_second(at)
        .map_or(String::new(), |t| zone.to_datetime(t).strftime("%d.%m.%Y").to_string())
}

fn when(packet: &Packet, zone: &TimeZone) -> String {
    let hours = |s: i32| format!("{:02}:{:02}", s / 3_600, s / 60 % 60);
    match packet.claim.time {
        Some(ClaimTime::At { at, .. }) => format!("{} {}", day(zone, at), clock(zone, at)),
        Some(ClaimTime::Between { from, to }) => {
            format!("{} {}–{}", day(zone, from), clock(zone, from), clock(zone, to))
        }
        Some(ClaimTime::Daily { first, last, from_s, to_s, .. }) => format!(
            "{}–{}, {}–{}",
            first.strftime("%d.%m.%Y"),
            last.strftime("%d.%m.%Y"),
            hours(from_s),
            hours(to_s)
        ),
        None => "—".to_owned(),
    }
}

fn minutes(seconds: f64) -> String {
    format!("{}", (seconds / 60.0).round() as i64)
}

fn facts(packet: &Packet, texts: &Texts, language: Language, zone: &TimeZone) -> Vec<String> {
    let say = |name: &str, words: &[(&str, &str)]| texts.say(language, name, words);
    let figure = |name: &str| packet.figures.get(name).copied();
    let one = if packet.windows.len() == 1 { packet.windows.first() } else { None };
    let mut lines = Vec::new();
    match packet.rule {
        Rule::LongWait | Rule::DidNotCome => {
            if let Some(at) = figure("planned_at") {
                lines.push(say("planned", &[("time", &clock(zone, at as EpochS))]));
            }
            let came =
                matches!(packet.verdict.finding, Finding::NotConfirmed | Finding::Contradicted);
            if let Some(gap) = one.filter(|_| !came).and_then(|w| w.gap.map(|gap| (w, gap))) {
                lines.push(gap_line(gap, texts, language, zone));
            }
            if let Some(times) = one.map(|w| times(w, zone)).filter(|t| !t.is_empty()) {
                lines.push(say("passages", &[("times", &times)]));
            }
        }
        Rule::Early | Rule::Late => {
            if let Some(at) = figure("planned_at") {
                lines.push(say("planned", &[("time", &clock(zone, at as EpochS))]));
            }
            if let Some(deviation) = figure("deviation_s") {
                let name = match (deviation / 60.0).round() as i64 {
                    0 => "deviation_none",
                    1.. => "deviation_late",
                    _ => "deviation_early",
                };
                lines.push(say(name, &[("minutes", &minutes(deviation.abs()))]));
            }
        }
        Rule::FewBuses => {
            if let (Some(planned), Some(driven)) = (figure("runs_planned"), figure("runs_driven")) {
                let words = [("planned", format!("{planned}")), ("driven", format!("{driven}"))];
                lines.push(say("runs", &words.each_ref().map(|(n, v)| (*n, v.as_str()))));
            }
        }
        Rule::Irregular => {
            let mean = figure("headway_mean_s").zip(figure("planned_headway_s"));
            if let Some((mean, planned)) = mean {
                let words = [("mean", minutes(mean)), ("planned", minutes(planned))];
                lines.push(say("headways", &words.each_ref().map(|(n, v)| (*n, v.as_str()))));
            }
        }
        _ => {}
    }
    lines
}

fn gap_line(
    (window, gap): (&WindowFacts, crate::evidence::Gap),
    texts: &Texts,
    language: Language,
    zone: &TimeZone,
) -> String {
    let (from, to) = (clock(zone, gap.sure.0), clock(zone, gap.sure.1));
    let length = minutes(gap.at_least_s as f64);
    let mut words = vec![("from", from.as_str()), ("to", &to), ("minutes", &length)];
    let planned = window.planned_headway_s.map(|h| minutes(h as f64));
    match &planned {
        Some(planned) => {
            words.push(("planned", planned));
            texts.say(language, "gap", &words)
        }
        None => texts.say(language, "gap_without_plan", &words),
    }
}

/// The seen passages of a window and those beside it.
fn times(window: &WindowFacts, zone: &TimeZone) -> String {
    let seen = window.passages.iter().filter(|p| p.certainty == Certainty::Seen);
    let list: Vec<String> = seen.map(|p| clock(zone, p.at)).take(PASSAGES_MAX).collect();
    list.join(", ")
}
