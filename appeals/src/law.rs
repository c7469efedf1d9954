//! Terms of law and of the house, as data.

use crate::calendar::{Calendars, Office, Reckoned};
use crate::words::Words;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use transit::EpochS;

/// What an appeal is in the eyes of the law. The everyday "complaint" about a bus is a message or a
/// statement; the law's complaint is a remedy against an administrative act, with another term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalKind {
    /// Заявление.
    Statement,
    /// Жалоба on an administrative act or action.
    Complaint,
    /// Сообщение.
    Message,
    /// Предложение.
    Proposal,
    /// Отклик.
    Response,
    /// Запрос.
    Request,
    /// A request for access to information.
    InformationRequest,
    /// Without a name: no statutory answer is promised.
    Signal,
}

impl LegalKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Statement,
        Self::Complaint,
        Self::Message,
        Self::Proposal,
        Self::Response,
        Self::Request,
        Self::InformationRequest,
        Self::Signal,
    ];
}

/// Which norm a topic stands under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalMode {
    /// The law's term alone.
    #[default]
    Statutory,
    /// A norm of its own, never longer than the law's term.
    Service,
}

/// How far a clock's end lies from its start. The day of the start is never counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Working days.
    WorkingDays(u32),
    /// Calendar days, rolled to a working day.
    CalendarDays(u32),
    /// Months, rolled to a working day.
    Months(u32),
    /// Hours of work.
    WorkingHours(u32),
    /// Minutes of the clock on the wall, day and night.
    Minutes(u32),
}

/// When a clock ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// With this day.
    On(Reckoned),
    /// At this instant.
    At(EpochS),
}

impl Due {
    /// The instant after which it is too late.
    pub fn instant(self, office: &Office) -> EpochS {
        match self {
            Self::On(day) => office.end_of(day.on),
            Self::At(at) => at,
        }
    }

    /// The civil day on which it ends.
    pub fn date(self, office: &Office) -> Date {
        match self {
            Self::On(day) => day.on,
            Self::At(at) => office.date(at),
        }
    }
}

impl Target {
    /// The end of what started on `on` (targets in days) or at `at` (targets in hours and minutes).
    pub fn due(self, calendars: &Calendars, office: &Office, on: Date, at: EpochS) -> Due {
        let days = office.days(calendars);
        match self {
            Self::WorkingDays(n) => Due::On(days.working_days_after(on, n)),
            Self::CalendarDays(n) => Due::On(days.calendar_days_after(on, n)),
            Self::Months(n) => Due::On(days.months_after(on, n)),
            Self::WorkingHours(n) => Due::At(office.working_hours_after(calendars, at, n)),
            Self::Minutes(n) => Due::At(at + i64::from(n) * 60),
        }
    }
}

/// Whether law or the house set a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockClass {
    /// It runs whatever happens in the house.
    Legal,
    /// It may pause while the applicant is asked.
    Internal,
}

/// What a clock measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// The answer, by the kind of appeal.
    Review,
    /// The norm of a service request.
    ServiceNorm,
    /// Passing on to the competent body.
    RedirectDecision,
    /// Telling the applicant of an extension.
    ExtensionNotice,
    /// The answer after an extension.
    ExtendedReview,
    /// A dispatcher has seen a danger.
    SafetyAck,
    /// The carrier keeps its pictures.
    CctvHold,
    /// Somebody has begun.
    FirstTouch,
    /// The carrier has replied.
    CarrierReply,
    /// The applicant says whether it is mended.
    ApplicantConfirm,
}

/// Terms of one legal kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalTerm {
    /// Which.
    pub code: LegalKind,
    /// Its name.
    pub name: Words,
    /// Until the answer; none is promised without.
    pub term: Option<Target>,
    /// The head may extend it.
    pub extendable: bool,
    /// It may be passed on.
    pub redirectable: bool,
    /// Article.
    pub basis: String,
    /// From memory: not checked.
    #[serde(default)]
    pub memory: bool,
}

/// A clock other than that of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockTerm {
    /// Which.
    pub code: ClockKind,
    /// Who set it.
    pub class: ClockClass,
    /// How long.
    pub target: Target,
    /// Article or rule.
    pub basis: String,
}

/// Why terms cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TermsError {
    /// Not the notation.
    #[error("terms: {0}")]
    Notation(#[from] toml::de::Error),
    /// A kind has no term.
    #[error("terms: legal kind {0:?} is missing or given twice")]
    LegalKind(LegalKind),
    /// A clock has no term.
    #[error("terms: clock {0:?} is missing or given twice")]
    Clock(ClockKind),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    legal_kinds: Vec<LegalTerm>,
    clocks: Vec<ClockTerm>,
}

/// All terms.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Which edition.
    pub version: String,
    legal: BTreeMap<LegalKind, LegalTerm>,
    clocks: BTreeMap<ClockKind, ClockTerm>,
}

impl Terms {
    /// Clocks that must be given.
    const CLOCKS: [ClockKind; 9] = [
        ClockKind::ServiceNorm,
        ClockKind::RedirectDecision,
        ClockKind::ExtensionNotice,
        ClockKind::ExtendedReview,
        ClockKind::SafetyAck,
        ClockKind::CctvHold,
        ClockKind::FirstTouch,
        ClockKind::CarrierReply,
        ClockKind::ApplicantConfirm,
    ];

    /// Reads terms; every legal kind and every clock is given once.
    pub fn parse(text: &str) -> Result<Self, TermsError> {
        let file: File = toml::from_str(text)?;
        let mut legal = BTreeMap::new();
        for term in file.legal_kinds {
            let code = term.code;
            if legal.insert(code, term).is_some() {
                return Err(TermsError::LegalKind(code));
            }
        }
        let mut clocks = BTreeMap::new();
        for term in file.clocks {
            let code = term.code;
            if clocks.insert(code, term).is_some() {
                return Err(TermsError::Clock(code));
            }
        }
        if let Some(kind) = LegalKind::ALL.into_iter().find(|k| !legal.contains_key(k)) {
            return Err(TermsError::LegalKind(kind));
        }
        if let Some(kind) = Self::CLOCKS.into_iter().find(|k| !clocks.contains_key(k)) {
            return Err(TermsError::Clock(kind));
        }
        Ok(Self { version: file.version, legal, clocks })
    }

    /// The term of a legal kind.
    pub fn legal(&self, kind: LegalKind) -> Option<&LegalTerm> {
        self.legal.get(&kind)
    }

    /// The term of a clock; none for [`ClockKind::Review`], which hangs on the legal kind.
    pub fn clock(&self, kind: ClockKind) -> Option<&ClockTerm> {
        self.clocks.get(&kind)
    }
}
