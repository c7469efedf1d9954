//! The register of appeals: its store and its service. What may happen to an appeal is decided in `appeals`;
//! here it is loaded, written and shown.

mod account;
mod attachments;
mod batch;
mod by_route;
mod cases;
mod citizen;
mod contacts;
mod effects;
mod evidence;
mod exports;
mod handling;
mod history;
mod intake;
mod joining;
mod media_due;
mod overview;
mod photos;
mod reading;
mod rows;
mod settings;
mod show;
mod work;

pub use account::{ACCOUNT_S, AccountAddress, AccountOwner};
pub use attachments::{Attachment, AttachmentError, FILE_BYTES_MAX, FILES_MAX, Limits};
pub use batch::{Batch, BatchLine};
pub use by_route::MonthCounts;
pub use cases::{CaseRow, CaseShown};
pub use citizen::{Alike, PASS_S};
pub use contacts::{
    ConsultedOn, ContactDraft, ContactOutcome, DayOfOperator, OpenContact, WaitingContact,
};
pub use effects::StudySpan;
pub use evidence::{EvidenceSight, Kept, Version};
pub use exports::{PersonalExport, PersonalRow};
pub use handling::{Handling, PlaceOf};
pub use history::{Consulted, Life};
pub use intake::{Beside, Filed, Filing};
pub use joining::WaitingJoin;
pub use media_due::{DueFile, WantedFile};
pub use overview::{By, ExportRow, Served};
pub use reading::{Asked, QueueRow, Stage, StepTaken};
pub use settings::RegisterSettings;
pub use show::{AppealShown, Revealed};
pub use work::Worked;

pub use crate::keys::{Key, Keys, SealError, random};
pub use crate::personal::Personal;

use crate::clock::Clock;
use crate::ledger::{Ledger, LedgerError};
use appeals::appeal::{Refusal, RegisterError, Rules};
use appeals::calendar::{Calendars, Office, Week, WorkingHours};
use appeals::case::CaseRefusal;
use appeals::draft::Texts;
use appeals::ids::{AppealId, OrgId};
use appeals::kind::Catalogue;
use appeals::law::Terms;
use appeals::shipped;
use appeals::topic::Topics;
use jiff::tz::TimeZone;
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, mpsc};

/// Why the register did not do it.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A form can mend it.
    #[error(transparent)]
    Draft(#[from] RegisterError),
    /// The machine of statuses says no.
    #[error("{0}")]
    Refused(Refusal),
    /// The machine of cases says no.
    #[error("{0}")]
    Case(CaseRefusal),
    /// There is no such appeal, or none that the asker may know of.
    #[error("there is no such appeal")]
    Unknown,
    /// There is no such case.
    #[error("there is no such case")]
    UnknownCase,
    /// The key of the request was used for another request.
    #[error("this key was used for another request")]
    KeyReused,
    /// The message was heard before.
    #[error("this message was heard before")]
    Repeated,
    /// The year's numbers are used up.
    #[error("the numbers of the year are used up")]
    Numbers,
    /// An export would have more than so many rows.
    #[error("there are more than {0} rows: ask for fewer days")]
    TooManyRows(usize),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The record of the buses.
    #[error(transparent)]
    Record(#[from] crate::store::StoreError),
    /// Keys and sealed data.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A journal that does not hold.
    #[error("the journal of the appeal is broken")]
    Journal,
    /// Data that the program brought cannot be used.
    #[error("{0}")]
    Data(String),
}

/// What appeals are judged by.
#[derive(Debug)]
pub struct Law {
    terms: Terms,
    calendars: Calendars,
    kinds: Catalogue,
    topics: Topics,
    office: Office,
    texts: Texts,
    org: OrgId,
}

impl Law {
    /// The shipped data, in the city's zone.
    pub fn shipped(zone: TimeZone, org: &str) -> Result<Self, ServiceError> {
        let data = |error: String| ServiceError::Data(error);
        Ok(Self {
            terms: shipped::terms().map_err(|e| data(e.to_string()))?,
            calendars: shipped::calendars().map_err(|e| data(e.to_string()))?,
            kinds: shipped::kinds().map_err(|e| data(e.to_string()))?,
            topics: shipped::topics().map_err(|e| data(e.to_string()))?,
            office: Office { zone, week: Week::Five, hours: WorkingHours::default() },
            texts: shipped::texts().map_err(|e| data(e.to_string()))?,
            org: OrgId::from(org),
        })
    }

    /// As the machine of statuses wants it.
    pub fn rules(&self) -> Rules<'_> {
        Rules {
            terms: &self.terms,
            calendars: &self.calendars,
            kinds: &self.kinds,
            topics: &self.topics,
            office: &self.office,
        }
    }

    /// The catalogue of kinds.
    pub fn kinds(&self) -> &Catalogue {
        &self.kinds
    }

    /// The city's topics.
    pub fn topics(&self) -> &Topics {
        &self.topics
    }

    /// Sentences of answers.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The organisation that answers.
    pub fn org(&self) -> &OrgId {
        &self.org
    }

    /// The office's time.
    pub fn office(&self) -> &Office {
        &self.office
    }
}

/// The register. Cheap to clone.
#[derive(Clone)]
pub struct Register {
    ledger: Ledger,
    keys: Arc<Keys>,
    law: Arc<Law>,
    clock: Clock,
    serial: Arc<Mutex<Option<(i16, u32)>>>,
    /// Who is told that evidence is due, beside the row that says so.
    due: Arc<OnceLock<mpsc::Sender<AppealId>>>,
    public_url: Option<Arc<str>>,
    /// Nobody is told of anything: a past that is made up.
    quiet: bool,
}

impl Register {
    /// A register over a ledger.
    pub fn new(ledger: Ledger, keys: Arc<Keys>, law: Arc<Law>, clock: Clock) -> Self {
        Self {
            ledger,
            keys,
            law,
            clock,
            serial: Arc::default(),
            due: Arc::default(),
            public_url: None,
            quiet: false,
        }
    }

    /// With the address where appeals are looked at, to be named in messages.
    #[must_use]
    pub fn at(self, public_url: Option<&str>) -> Self {
        Self { public_url: public_url.map(Arc::from), ..self }
    }

    /// Keys of what is sealed.
    pub fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }

    /// Where it is written.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What appeals are judged by.
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// The city's time.
    pub fn now(&self) -> transit::EpochS {
        self.clock.now()
    }

    /// From here on `to` hears at once of appeals whose evidence is due.
    pub fn tell_due(&self, to: mpsc::Sender<AppealId>) {
        if self.due.set(to).is_err() {
            tracing::warn!("evidence is computed by two tasks");
        }
    }

    /// Evidence of this appeal is due. Where nobody listens or too many wait, its row is found later.
    fn wake(&self, id: AppealId) {
        if let Some(to) = self.due.get() {
            let _ = to.try_send(id);
        }
    }

    fn now_ms(&self) -> u64 {
        (self.clock.now_precise_s() * 1_000.0) as u64
    }
}
