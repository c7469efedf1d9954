//! The operator's one line: route, place, time and what happened, in any order, in Russian, Kazakh or
//! English, with the wrong keyboard layout, without the letters that a keyboard has not, or in Latin letters.
//! A pure function over a gazetteer that is passed in. What is not understood stays as it is.

mod letters;
#[cfg(test)]
mod tests;
mod time;

use crate::claim::{Claim, Place};
use crate::ids::{RouteId, StopId, TopicId};
use crate::kind::{Catalogue, Kind};
use crate::topic::Topics;
use jiff::tz::TimeZone;
use letters::{alike, fold, from_latin, other_layout, says};
use time::Said;
use transit::EpochS;

/// Words looked at; the rest of a line is kept as text.
const WORDS_MAX: usize = 64;
/// Alternatives given for a route or a place.
const ALTERNATIVES_MAX: usize = 8;
/// Places looked at before those of the route are taken.
const PLACES_MAX: usize = 200;
/// The word that is being typed names a place by so many letters of its beginning.
const BEGINNING_LETTERS_MIN: usize = 3;

/// A place that people name: a stop in all its names, a crossing, a district.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedPlace {
    /// Its names as they are shown, in all languages.
    pub names: Vec<String>,
    /// Its stops.
    pub stops: Vec<StopId>,
    /// Where it is.
    pub place: Option<Place>,
    /// Routes that pass it.
    pub routes: Vec<RouteId>,
    folded: Vec<Vec<String>>,
}

/// What people may name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gazetteer {
    /// Number as people say it, folded; route.
    routes: Vec<(String, RouteId)>,
    places: Vec<NamedPlace>,
}

impl Gazetteer {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// A route by the number on the bus.
    pub fn add_route(&mut self, number: &str, route: RouteId) {
        self.routes.push((fold(number), route));
    }

    /// A place by its names.
    pub fn add_place(
        &mut self,
        names: Vec<String>,
        stops: Vec<StopId>,
        place: Option<Place>,
        routes: Vec<RouteId>,
    ) {
        let folded = names.iter().map(|n| name_words(n)).filter(|w| !w.is_empty()).collect();
        self.places.push(NamedPlace { names, stops, place, routes, folded });
    }
}

/// What a text says word by word, in all readings of each.
pub(crate) fn reading_words(text: &str) -> Vec<Vec<String>> {
    words(text).into_iter().map(|w| w.readings).collect()
}

/// Two folded words are forms of one.
pub(crate) fn is_form_of(a: &str, b: &str) -> bool {
    alike(a, b)
}

/// The folded words of a name, without those that people leave out.
pub(crate) fn name_words(name: &str) -> Vec<String> {
    let parts = name.split(|c: char| !c.is_alphanumeric()).map(fold);
    // What people leave out.
    parts.filter(|w| !w.is_empty() && !matches!(w.as_str(), "мкр" | "ул" | "ш" | "а")).collect()
}

/// A word of the line with what it may mean.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    /// In lower case, without the punctuation around it.
    raw: String,
    /// Folded readings: as typed, in the other layout, from Latin letters.
    readings: Vec<String>,
    /// Where it stands in the line, bytes.
    span: (usize, usize),
}

/// What a piece of the line was understood as.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A route.
    Route(RouteId),
    /// A place, by its index in the gazetteer; its first name; and others that may be meant.
    Place {
        /// Its first name.
        name: String,
        /// Its stops, those of the route first named.
        stops: Vec<StopId>,
        /// First names of others that may be meant.
        others: Vec<String>,
    },
    /// A time, or a part of one.
    Time,
    /// How long.
    Wait,
    /// What happened.
    Kind(Kind),
    /// What it is about, of the city's topics.
    Topic(TopicId),
}

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A kind of the catalogue.
    Kind(Kind),
    /// A topic of the city.
    Topic(TopicId),
}

/// A piece of the line.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Where it stands in the line, bytes.
    pub span: (usize, usize),
    /// What it was understood as.
    pub meaning: Meaning,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub struct Understood {
    /// Its pieces, in order.
    pub tokens: Vec<Token>,
    /// What happened where and when.
    pub claim: Claim,
    /// Kinds and topics that the words fit, the best first.
    pub about: Vec<About>,
    /// What was not understood: kept as text.
    pub rest: String,
}

impl Understood {
    /// The kind that the words fit best; a topic of the city counts by its kind.
    pub fn kind(&self, topics: &Topics) -> Option<Kind> {
        self.about.first().and_then(|about| match about {
            About::Kind(kind) => Some(*kind),
            About::Topic(id) => topics.get(id.as_str()).map(|topic| topic.kind),
        })
    }

    /// The topic of the city that the words fit best, if they fit one better than any kind.
    pub fn topic(&self) -> Option<&TopicId> {
        match self.about.first() {
            Some(About::Topic(id)) => Some(id),
            _ => None,
        }
    }
}

/// Understands a line typed at `now`.
pub fn understand(
    line: &str,
    gazetteer: &Gazetteer,
    kinds: &Catalogue,
    topics: &Topics,
    zone: &TimeZone,
    now: EpochS,
) -> Understood {
    let words = words(line);
    let local = jiff::Timestamp::from_second(now)
        .map_or_else(|_| jiff::civil::DateTime::default(), |t| zone.to_datetime(t));
    let mut taken = vec![false; words.len()];
    let mut tokens = Vec::new();
    let mut claim = Claim::default();
    let mut said = Said::default();
    let mut at = 0;
    while at < words.len() {
        let found = time::part(&words, at, local);
        let Some((part, length)) = found else {
            at += 1;
            continue;
        };
        let meaning =
            if matches!(part, time::Part::Wait(_)) { Meaning::Wait } else { Meaning::Time };
        said.take(&part);
        take(&mut taken, &mut tokens, &words, at, length, meaning);
        at += length;
    }
    let mut about = find_about(&words, &mut taken, &mut tokens, (kinds, topics));
    find_place(&words, &mut taken, &mut tokens, gazetteer, &mut claim);
    find_route(&words, &mut taken, &mut tokens, gazetteer, kinds, &mut claim);
    if about.is_empty() {
        about.extend(claim_digits(&words, &mut taken, &mut tokens, kinds));
    }
    keep_stops_of_route(gazetteer, &mut tokens, &mut claim);
    claim.time = said.time(zone, now, local);
    claim.wait_s = said.wait_s;
    tokens.sort_by_key(|t| t.span);
    let rest: Vec<&str> = words
        .iter()
        .zip(&taken)
        .filter(|(_, taken)| !**taken)
        .map(|(w, _)| &line[w.span.0..w.span.1])
        .collect();
    if about.is_empty() && said.wait_s.is_some() {
        // "Forty minutes at the stop" says enough.
        about.push(About::Kind(Kind::LongWait));
    }
    Understood { tokens, claim, about, rest: rest.join(" ") }
}

fn words(line: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut from = 0;
    for piece in line.split_inclusive(char::is_whitespace) {
        let text = piece.trim_end();
        let span = (from, from + text.len());
        from += piece.len();
        if text.is_empty() || words.len() >= WORDS_MAX {
            continue;
        }
        let lower = text.to_lowercase();
        let raw = lower.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        let mut readings = vec![fold(&raw)];
        // Punctuation keys are letters in the other layout: it is read before they are cut off.
        let other = other_layout(&lower);
        for reading in [other, from_latin(&raw)].into_iter().flatten() {
            let reading = fold(reading.trim_matches(|c: char| !c.is_alphanumeric()));
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
        words.push(Word { raw, readings, span });
    }
    words
}

fn take(
    taken: &mut [bool],
    tokens: &mut Vec<Token>,
    words: &[Word],
    at: usize,
    length: usize,
    meaning: Meaning,
) {
    let end = (at + length).min(words.len());
    for flag in &mut taken[at..end] {
        *flag = true;
    }
    tokens.push(Token { span: (words[at].span.0, words[end - 1].span.1), meaning });
}

fn free(taken: &[bool], at: usize, length: usize) -> bool {
    taken.get(at..at + length).is_some_and(|part| part.iter().all(|t| !t))
}

/// Kinds and topics whose sayings the line holds: the longest saying first; of equals the kind, which a rule
/// answers.
fn find_about(
    words: &[Word],
    taken: &mut [bool],
    tokens: &mut Vec<Token>,
    (kinds, topics): (&Catalogue, &Topics),
) -> Vec<About> {
    let of_kinds = kinds.entries().iter().map(|e| (About::Kind(e.code), &e.words));
    let of_topics = topics.all().iter().map(|t| (About::Topic(t.id.clone()), &t.words));
    // Words, letters, first word, order of the data.
    let mut hits: Vec<((usize, usize), usize, usize, About)> = Vec::new();
    for (order, (about, sayings)) in of_kinds.chain(of_topics).enumerate() {
        for (_, saying) in sayings.each() {
            let parts: Vec<String> = saying.split_whitespace().map(fold).collect();
            for at in 0..words.len() {
                let fits = parts.iter().enumerate().all(|(i, part)| {
                    words.get(at + i).is_some_and(|w| w.readings.iter().any(|r| says(r, part)))
                });
                if fits && !parts.is_empty() {
                    let letters = parts.iter().map(|p| p.chars().count()).sum();
                    hits.push(((parts.len(), letters), at, order, about.clone()));
                }
            }
        }
    }
    hits.sort_by(|a, b| (b.0, a.1, a.2).cmp(&(a.0, b.1, b.2)));
    let mut found = Vec::new();
    for ((length, _), at, _, about) in hits {
        if !free(taken, at, length) {
            continue;
        }
        let meaning = match &about {
            About::Kind(kind) => Meaning::Kind(*kind),
            About::Topic(topic) => Meaning::Topic(topic.clone()),
        };
        take(taken, tokens, words, at, length, meaning);
        if !found.contains(&about) {
            found.push(about);
        }
    }
    found
}

/// Two digits of an expert, where no words say what happened.
fn claim_digits(
    words: &[Word],
    taken: &mut [bool],
    tokens: &mut Vec<Token>,
    kinds: &Catalogue,
) -> Option<About> {
    for at in 0..words.len() {
        if let Some(kind) = kinds.by_digits(&words[at].raw).filter(|_| free(taken, at, 1)) {
            take(taken, tokens, words, at, 1, Meaning::Kind(kind));
            return Some(About::Kind(kind));
        }
    }
    None
}

/// The route: after "маршрут" or "№", else the first word that is a route's number.
fn find_route(
    words: &[Word],
    taken: &mut [bool],
    tokens: &mut Vec<Token>,
    gazetteer: &Gazetteer,
    kinds: &Catalogue,
    claim: &mut Claim,
) {
    let names = ["маршрут", "автобус", "троллейбус", "бағыт", "route", "bus"].map(fold);
    let route_of = |word: &Word| {
        let number = |r: &String| {
            let short = r.split('-').next().unwrap_or(r).to_owned();
            [r.clone(), short]
        };
        let numbers: Vec<String> = word.readings.iter().flat_map(number).collect();
        gazetteer.routes.iter().find(|(n, _)| numbers.contains(n)).map(|(_, id)| id.clone())
    };
    let is_name = |w: &Word| w.readings.iter().any(|r| names.iter().any(|n| alike(r, n)));
    let after_name = (1..words.len()).filter(|i| is_name(&words[i - 1]));
    // Of two numbers the one that is no kind's digits is the route, whichever comes first.
    let plain = (0..words.len()).filter(|i| kinds.by_digits(&words[*i].raw).is_none());
    for at in after_name.chain(plain).chain(0..words.len()) {
        if !free(taken, at, 1) {
            continue;
        }
        if let Some(route) = route_of(&words[at]) {
            for i in (0..words.len()).filter(|i| is_name(&words[*i])) {
                taken[i] = true;
            }
            claim.route = Some(route.clone());
            take(taken, tokens, words, at, 1, Meaning::Route(route));
            return;
        }
    }
}

/// The place of which most words are named; of equals the one with the shorter name.
fn find_place(
    words: &[Word],
    taken: &mut [bool],
    tokens: &mut Vec<Token>,
    gazetteer: &Gazetteer,
    claim: &mut Claim,
) {
    let mut best: Vec<(f64, usize, usize, usize)> = Vec::new();
    for (index, place) in gazetteer.places.iter().enumerate() {
        let hit = place
            .folded
            .iter()
            .filter_map(|name| fit(words, taken, name))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((score, at, length)) = hit {
            best.push((score, index, at, length));
        }
    }
    best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let Some(&(score, index, at, length)) = best.first() else { return };
    let name_of = |i: usize| gazetteer.places[i].names.first().cloned().unwrap_or_default();
    let others: Vec<String> = best[1..]
        .iter()
        .filter(|(s, ..)| *s >= score * 0.8)
        .map(|(_, i, ..)| name_of(*i))
        .take(PLACES_MAX)
        .collect();
    let place = &gazetteer.places[index];
    claim.place = place.place;
    claim.stop = if place.stops.len() == 1 { place.stops.first().cloned() } else { None };
    let meaning = Meaning::Place { name: name_of(index), stops: place.stops.clone(), others };
    take(taken, tokens, words, at, length, meaning);
}

/// How well a name fits the free words: score, first word, words.
fn fit(words: &[Word], taken: &[bool], name: &[String]) -> Option<(f64, usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    for at in 0..words.len() {
        let mut length = 0;
        let mut used = vec![false; name.len()];
        while let Some(word) = words.get(at + length).filter(|_| free(taken, at + length, 1)) {
            let parts: Vec<String> = word.readings.iter().flat_map(|r| name_words(r)).collect();
            let last = at + length + 1 == words.len();
            let names = |p: &String, of: &str| alike(p, of) || (last && begins(p, of));
            let hit =
                (0..name.len()).find(|i| !used[*i] && parts.iter().any(|p| names(p, &name[*i])));
            let Some(i) = hit else { break };
            used[i] = true;
            // `достык-аль-фараби` in one piece: further words of the name in the same word of the line.
            for (used, part) in used.iter_mut().zip(name) {
                *used |= parts.iter().any(|p| alike(p, part));
            }
            length += 1;
        }
        let matched = used.iter().filter(|u| **u).count();
        let letters: usize =
            name.iter().zip(&used).filter(|(_, u)| **u).map(|(n, _)| n.chars().count()).sum();
        if length == 0 || letters < 3 || name.iter().all(|n| n.bytes().all(|b| b.is_ascii_digit()))
        {
            continue;
        }
        let score = matched as f64 + matched as f64 / name.len() as f64;
        if best.is_none_or(|(s, ..)| score > s) {
            best = Some((score, at, length));
        }
    }
    best
}

fn begins(part: &str, of: &str) -> bool {
    part.chars().count() >= BEGINNING_LETTERS_MIN && of.starts_with(part)
}

/// A place that the route does not pass gives way to one of the same words that it does; of the others those
/// that it passes come first.
fn keep_stops_of_route(gazetteer: &Gazetteer, tokens: &mut [Token], claim: &mut Claim) {
    for token in tokens {
        let Meaning::Place { name, stops, others } = &mut token.meaning else { continue };
        if let Some(route) = claim.route.clone() {
            let passes = |n: &str| {
                gazetteer.places.iter().find(|p| {
                    p.names.first().is_some_and(|first| first == n) && p.routes.contains(&route)
                })
            };
            others.sort_by_key(|o| passes(o).is_none());
            let other = others.first().and_then(|o| passes(o));
            if let (None, Some(place)) = (passes(name), other) {
                std::mem::swap(name, &mut others[0]);
                stops.clone_from(&place.stops);
                claim.place = place.place;
                claim.stop = if stops.len() == 1 { stops.first().cloned() } else { None };
            }
        }
        others.truncate(ALTERNATIVES_MAX - 1);
    }
}
