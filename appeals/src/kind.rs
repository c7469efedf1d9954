//! What people complain of: a closed catalogue, each kind with its rule, the rule's parameters and version.

use crate::ids::DeskId;
use crate::law::{LegalKind, LegalMode};
use crate::words::{Language, Words};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident => $text:literal;)+) => {
        /// A kind of appeal. Codes are stable for ever.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Kind {
            $($(#[$doc])* $name,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its code: snake case.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The kind of a code.
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|k| k.code() == code)
            }
        }
    };
}

kinds! {
    /// Waited too long.
    LongWait => "long_wait";
    /// The bus did not come.
    DidNotCome => "did_not_come";
    /// It left before its time.
    Early => "early";
    /// It came after its time.
    Late => "late";
    /// It drove past the stop.
    PassedStop => "passed_stop";
    /// It left without waiting for people.
    LeftWithoutWaiting => "left_without_waiting";
    /// It moved while people got on or off.
    MovedWhileBoarding => "moved_while_boarding";
    /// None, then three in a row.
    Irregular => "irregular";
    /// Too few buses.
    FewBuses => "few_buses";
    /// Another way than its route.
    OffRoute => "off_route";
    /// It did not reach its terminus.
    ShortTurn => "short_turn";
    /// Too full.
    Overcrowded => "overcrowded";
    /// Too fast.
    Speeding => "speeding";
    /// The driver.
    DriverConduct => "driver_conduct";
    /// The state of the vehicle.
    ColdHotDirty => "cold_hot_dirty";
    /// Paying.
    Fare => "fare";
    /// Something left aboard.
    LostItem => "lost_item";
    /// The state of a stop.
    StopCondition => "stop_condition";
    /// A traffic light or a crossing is asked for.
    SignalOrCrossingRequest => "signal_or_crossing_request";
    /// A route is asked for.
    NewRoute => "new_route";
    /// More runs are asked for.
    MoreRuns => "more_runs";
    /// Everything else.
    Other => "other";
}

/// How the record answers a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Gaps between departures.
    LongWait,
    /// A planned passage and what came instead.
    DidNotCome,
    /// Departure before the plan.
    Early,
    /// Departure after the plan.
    Late,
    /// Speed through the stop.
    PassedStop,
    /// Time at the stop with open doors.
    LeftWithoutWaiting,
    /// Moving with open doors.
    MovedWhileBoarding,
    /// Evenness of headways.
    Irregular,
    /// Runs driven against runs planned.
    FewBuses,
    /// Distance from the line.
    OffRoute,
    /// The last stop reached.
    ShortTurn,
    /// Occupancy.
    Overcrowded,
    /// Speeds.
    Speeding,
    /// Which vehicle only.
    Vehicle,
    /// What surrounds a request; nothing to judge.
    Context,
}

impl Rule {
    /// The names of its parameters, in alphabetical order.
    pub const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::LongWait => {
                &["claim_share", "contradict_share", "even_factor", "headway_factor", "over_plan_s"]
            }
            Self::DidNotCome => {
                &["early_least_s", "early_share", "late_least_s", "late_most_s", "late_share"]
            }
            Self::Early => &["early_s"],
            Self::Late => &["late_s"],
            Self::PassedStop => {
                &["coarse_confidence", "dwell_s", "interval_most_s", "slow_kmh", "speed_kmh"]
            }
            Self::LeftWithoutWaiting => &["long_s", "short_s"],
            Self::MovedWhileBoarding => &["overlap_s"],
            Self::Irregular => {
                &["bunch_share", "bunches", "cv_bad", "cv_good", "headways_least", "known_share"]
            }
            Self::FewBuses => &["bad_share", "good_share", "norm_headway_s"],
            Self::OffRoute => &["aside_m", "length_m"],
            Self::ShortTurn => &["stops_least", "unseen_s"],
            Self::Overcrowded => &["level", "proxy_confidence", "proxy_factor"],
            Self::Speeding => {
                &["interval_most_s", "limit_kmh", "over_kmh", "pings_least", "slack_kmh"]
            }
            Self::Vehicle | Self::Context => &[],
        }
    }

    /// Positions of vehicles are asked beside their visits.
    pub const fn needs_positions(self) -> bool {
        matches!(
            self,
            Self::PassedStop
                | Self::LeftWithoutWaiting
                | Self::MovedWhileBoarding
                | Self::Speeding
                | Self::OffRoute
                | Self::Overcrowded
        )
    }

    /// A verdict can be expected: an answer needs it signed.
    pub const fn is_measurable(self) -> bool {
        !matches!(self, Self::Vehicle | Self::Context)
    }
}

/// The parameters of a rule, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(pub BTreeMap<String, f64>);

impl Params {
    /// A parameter. The catalogue is checked when it is read, so that one which the rule names is there; any
    /// other is not a number and fulfils no comparison.
    pub fn get(&self, name: &str) -> f64 {
        self.0.get(name).copied().unwrap_or(f64::NAN)
    }

    /// A parameter in whole seconds.
    pub fn seconds(&self, name: &str) -> i64 {
        self.get(name) as i64
    }
}

/// What people say, by language: beginnings of words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sayings {
    /// Kazakh.
    pub kk: Vec<String>,
    /// Russian.
    pub ru: Vec<String>,
    /// English.
    pub en: Vec<String>,
}

impl Sayings {
    /// All with their language.
    pub fn each(&self) -> impl Iterator<Item = (Language, &str)> {
        self.kk
            .iter()
            .map(|s| (Language::Kk, s.as_str()))
            .chain(self.ru.iter().map(|s| (Language::Ru, s.as_str())))
            .chain(self.en.iter().map(|s| (Language::En, s.as_str())))
    }
}

/// An entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the catalogue")]
pub struct KindEntry {
    /// Which kind.
    pub code: Kind,
    /// Two digits for experts' fingers.
    pub digits: String,
    /// Its name in plain words.
    pub name: Words,
    /// How it is answered.
    pub rule: Rule,
    /// Of the rule's parameters.
    pub version: u32,
    /// The rule's parameters.
    #[serde(default)]
    pub params: Params,
    /// The desk that gets it, whichever way it comes.
    pub desk: DeskId,
    /// The answer is approved by another person.
    #[serde(default)]
    pub four_eyes: bool,
    /// A dispatcher hears of it at once.
    #[serde(default)]
    pub safety: bool,
    /// The carrier is asked to keep its pictures.
    #[serde(default)]
    pub cctv_hold: bool,
    /// Never public.
    #[serde(default)]
    pub private: bool,
    /// What it is by law unless somebody says otherwise.
    pub legal_kind: LegalKind,
    /// Its norm.
    pub legal_mode: LegalMode,
    /// What people say.
    pub words: Sayings,
}

/// Why a catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not the notation.
    #[error("kinds: {0}")]
    Notation(#[from] toml::de::Error),
    /// A kind is missing or given twice.
    #[error("kinds: {0:?} is missing or given twice")]
    Kind(Kind),
    /// Two kinds have the same digits.
    #[error("kinds: the digits {0} are given twice")]
    Digits(String),
    /// The parameters are not those of the rule.
    #[error("kinds: {kind:?} needs the parameters {needed:?}")]
    Parameters {
        /// The kind.
        kind: Kind,
        /// What its rule knows.
        needed: &'static [&'static str],
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    kinds: Vec<KindEntry>,
}

/// All kinds.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// Which edition.
    pub version: String,
    /// In the order of [`Kind::ALL`].
    entries: Vec<KindEntry>,
}

impl Catalogue {
    /// Reads a catalogue: each kind once, each rule with just its parameters.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let file: File = toml::from_str(text)?;
        let mut by_kind = BTreeMap::new();
        let mut digits = BTreeSet::new();
        for entry in file.kinds {
            let needed = entry.rule.parameters();
            let given = entry.params.0.keys().map(String::as_str);
            if !given.eq(needed.iter().copied()) || entry.params.0.values().any(|v| !v.is_finite())
            {
                return Err(CatalogueError::Parameters { kind: entry.code, needed });
            }
            if !digits.insert(entry.digits.clone()) {
                return Err(CatalogueError::Digits(entry.digits));
            }
            let code = entry.code;
            if by_kind.insert(code, entry).is_some() {
                return Err(CatalogueError::Kind(code));
            }
        }
        let mut entries = Vec::with_capacity(Kind::ALL.len());
        for kind in Kind::ALL {
            entries.push(by_kind.remove(kind).ok_or(CatalogueError::Kind(*kind))?);
        }
        Ok(Self { version: file.version, entries })
    }

    /// The entry of a kind.
    pub fn entry(&self, kind: Kind) -> &KindEntry {
        // One entry a kind, in the order of the enum: held by `parse`.
        &self.entries[kind as usize]
    }

    /// All entries.
    pub fn entries(&self) -> &[KindEntry] {
        &self.entries
    }

    /// The kind of two digits.
    pub fn by_digits(&self, digits: &str) -> Option<Kind> {
        self.entries.iter().find(|e| e.digits == digits).map(|e| e.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped;

    #[test]
    fn the_shipped_catalogue_has_every_kind_once() {
        let kinds = shipped::kinds().unwrap();
        assert_eq!(kinds.entries().len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert_eq!(kinds.entry(*kind).code, *kind);
            assert_eq!(Kind::parse(kind.code()), Some(*kind));
            for (_, text) in kinds.entry(*kind).name.each() {
                assert!(!text.is_empty());
            }
        }
        assert_eq!(kinds.by_digits("14"), Some(Kind::PassedStop));
    }

    #[test]
    fn a_catalogue_that_is_not_closed_is_refused() {
        let wrong = shipped::KINDS.replace("early_s = 60.0", "early_min = 1.0");
        assert!(matches!(
            Catalogue::parse(&wrong),
            Err(CatalogueError::Parameters { kind: Kind::Early, .. })
        ));
        let twice = shipped::KINDS.replace("digits = \"12\"", "digits = \"11\"");
        assert!(matches!(Catalogue::parse(&twice), Err(CatalogueError::Digits(_))));
        let missing = shipped::KINDS.replace("code = \"late\"", "code = \"early\"");
        assert!(Catalogue::parse(&missing).is_err());
        let unknown = shipped::KINDS.replace("rule = \"late\"", "rule = \"guess\"");
        assert!(matches!(Catalogue::parse(&unknown), Err(CatalogueError::Notation(_))));
    }
}
