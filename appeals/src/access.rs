//! Who may see and do what: here and nowhere else. JSON, pages, exports, search and live topics all ask
//! [`visibility`] and [`may`]. What no line allows is hidden and forbidden.

mod grants;

pub use grants::{Action, Grant, may};

use crate::ids::{OrgId, PersonId};
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// Who somebody is to the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nobody signed in.
    Public,
    /// A citizen who gave number and PIN.
    CitizenPin,
    /// A citizen with an account.
    CitizenAccount,
    /// Takes calls.
    PhoneOperator,
    /// Receives people at a desk.
    Consultant,
    /// Answers in social networks.
    SmmOperator,
    /// Works on appeals.
    Handler,
    /// A carrier's representative.
    Carrier,
    /// Sees the buses.
    Dispatcher,
    /// Watches terms.
    Controller,
    /// Leads handlers.
    Supervisor,
    /// Head of the body or deputy.
    Head,
    /// Counts.
    Analyst,
    /// Keeps accounts and lists; sees no data.
    Admin,
    /// Looks at who did what.
    Auditor,
    /// A program.
    ApiClient,
    /// The register itself: evidence that is made on its own.
    System,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 17] = [
        Self::Public,
        Self::CitizenPin,
        Self::CitizenAccount,
        Self::PhoneOperator,
        Self::Consultant,
        Self::SmmOperator,
        Self::Handler,
        Self::Carrier,
        Self::Dispatcher,
        Self::Controller,
        Self::Supervisor,
        Self::Head,
        Self::Analyst,
        Self::Admin,
        Self::Auditor,
        Self::ApiClient,
        Self::System,
    ];

    /// Those who take appeals from people.
    pub const fn is_front(self) -> bool {
        matches!(self, Self::PhoneOperator | Self::Consultant | Self::SmmOperator)
    }

    /// A citizen.
    pub const fn is_citizen(self) -> bool {
        matches!(self, Self::CitizenPin | Self::CitizenAccount)
    }
}

/// A field, or a group of fields that go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Number and stage.
    Status,
    /// Kind, route, stop.
    Topic,
    /// When it happened, to the window of an hour.
    EventWindow,
    /// When it happened, exactly.
    EventTime,
    /// The vehicle.
    Vehicle,
    /// The text as the person gave it.
    Text,
    /// The text that a moderator let through.
    PublicText,
    /// Attachments with what shows people covered.
    RedactedAttachment,
    /// Attachments as they came.
    Attachment,
    /// Verdict, measure, effect.
    Verdict,
    /// Evidence in full.
    Evidence,
    /// The answer.
    Answer,
    /// Terms.
    Terms,
    /// Notes, proposals, who works on it.
    Internal,
    /// The applicant's name.
    Name,
    /// Telephone.
    Phone,
    /// E-mail.
    Email,
    /// Postal address, place of the person's telephone.
    Address,
    /// Individual identification number.
    Iin,
    /// Recordings of calls.
    Recording,
    /// The driver's name.
    Driver,
    /// Who read what.
    AccessLog,
}

impl Field {
    /// All fields.
    pub const ALL: [Self; 22] = [
        Self::Status,
        Self::Topic,
        Self::EventWindow,
        Self::EventTime,
        Self::Vehicle,
        Self::Text,
        Self::PublicText,
        Self::RedactedAttachment,
        Self::Attachment,
        Self::Verdict,
        Self::Evidence,
        Self::Answer,
        Self::Terms,
        Self::Internal,
        Self::Name,
        Self::Phone,
        Self::Email,
        Self::Address,
        Self::Iin,
        Self::Recording,
        Self::Driver,
        Self::AccessLog,
    ];

    /// Says who complained.
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::Phone
                | Self::Email
                | Self::Address
                | Self::Iin
                | Self::Recording
                | Self::Text
                | Self::Attachment
        )
    }
}

/// How a field is shown. In order: the least comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// As if it did not exist.
    Hidden,
    /// Covered: see [`crate::mask`]. Who may reveal does so with a reason, and it is logged.
    Masked,
    /// As it is.
    Full,
}

/// Who looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// As what.
    pub role: Role,
    /// Who; nobody in particular without an account.
    pub person: Option<PersonId>,
    /// Of which organisation.
    pub org: Option<OrgId>,
    /// Has given a reason for this record, which is logged.
    pub revealed: bool,
}

/// What visibility depends on in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The viewer is the applicant: knows the PIN or owns the account.
    pub own: bool,
    /// Published after moderation.
    pub public: bool,
    /// Its kind is never public.
    pub private: bool,
    /// Somebody works on it.
    pub assignee: Option<PersonId>,
    /// The organisation that answers for it, or was asked.
    pub orgs: Vec<OrgId>,
    /// Who took the contact, and when.
    pub taken_by: Option<(PersonId, EpochS)>,
}

impl Sight {
    /// Of any appeal that concerns these organisations: nobody's own, nobody's work.
    pub fn of_any(orgs: Vec<OrgId>) -> Self {
        Self { own: false, public: false, private: false, assignee: None, orgs, taken_by: None }
    }
}

/// Who took a contact sees name and telephone for so long, seconds.
const OWN_CONTACT_S: EpochS = 24 * 3_600;

/// How `field` of a record is shown to `viewer` at `now`.
pub fn visibility(viewer: &Viewer, field: Field, record: &Sight, now: EpochS) -> Visibility {
    use Visibility::{Full, Hidden, Masked};
    let role = viewer.role;
    match role {
        Role::CitizenPin | Role::CitizenAccount if record.own => own(role, field),
        // An API client reads what anybody may.
        Role::Public | Role::CitizenPin | Role::CitizenAccount | Role::ApiClient => {
            public(field, record)
        }
        Role::Carrier => {
            let concerned = viewer.org.as_ref().is_some_and(|org| record.orgs.contains(org));
            if concerned { carrier(field) } else { public(field, record) }
        }
        Role::Dispatcher | Role::Analyst => match field {
            Field::Driver | Field::Internal | Field::AccessLog => Hidden,
            // Free text names people: not for those who have no business with them.
            f if f.is_personal() => Hidden,
            _ => Full,
        },
        // Neither reads: one keeps accounts, the other has no eyes.
        Role::Admin | Role::System => Hidden,
        Role::Auditor => match field {
            Field::Driver => Hidden,
            f if f.is_personal() => Hidden,
            _ => Full,
        },
        Role::PhoneOperator
        | Role::Consultant
        | Role::SmmOperator
        | Role::Handler
        | Role::Controller
        | Role::Supervisor
        | Role::Head => {
            let (plain, revealed) = staff(viewer, field, record, now);
            if viewer.revealed && plain == Masked { revealed } else { plain }
        }
    }
}

fn public(field: Field, record: &Sight) -> Visibility {
    let open = record.public && !record.private;
    let shown = matches!(
        field,
        Field::Status
            | Field::Topic
            | Field::EventWindow
            | Field::PublicText
            | Field::RedactedAttachment
            | Field::Verdict
    );
    if open && shown { Visibility::Full } else { Visibility::Hidden }
}

fn own(role: Role, field: Field) -> Visibility {
    match field {
        Field::Internal | Field::Driver | Field::Recording => Visibility::Hidden,
        Field::AccessLog if role != Role::CitizenAccount => Visibility::Hidden,
        // A PIN is known to whoever reads the slip of paper over a shoulder.
        Field::Iin => Visibility::Masked,
        Field::Name | Field::Phone | Field::Email | Field::Address if role == Role::CitizenPin => {
            Visibility::Masked
        }
        _ => Visibility::Full,
    }
}

/// Event facts only: never who complained, nor their words, by which they could be known.
fn carrier(field: Field) -> Visibility {
    match field {
        Field::Status
        | Field::Topic
        | Field::EventWindow
        | Field::EventTime
        | Field::Vehicle
        | Field::Verdict
        | Field::Evidence
        | Field::Terms
        | Field::PublicText
        | Field::RedactedAttachment => Visibility::Full,
        _ => Visibility::Hidden,
    }
}

/// Without, and with a reason given.
fn staff(viewer: &Viewer, field: Field, record: &Sight, now: EpochS) -> (Visibility, Visibility) {
    use Visibility::{Full, Hidden, Masked};
    let role = viewer.role;
    let person = viewer.person;
    let assigned = role == Role::Handler && person.is_some() && record.assignee == person;
    let took = (role.is_front() || role == Role::Handler)
        && record
            .taken_by
            .is_some_and(|(who, at)| Some(who) == person && now >= at && now - at <= OWN_CONTACT_S);
    match field {
        Field::Name | Field::Phone | Field::Email | Field::Address | Field::Attachment => {
            if role == Role::Head || assigned || took { (Full, Full) } else { (Masked, Full) }
        }
        Field::Iin => match role {
            Role::Head => (Full, Full),
            Role::Handler if assigned => (Masked, Full),
            Role::Controller | Role::Supervisor => (Masked, Full),
            _ => (Hidden, Hidden),
        },
        Field::Recording => match role {
            Role::Handler | Role::Supervisor | Role::Head => (Masked, Full),
            _ => (Hidden, Hidden),
        },
        Field::AccessLog => match role {
            Role::Supervisor | Role::Head => (Full, Full),
            _ => (Hidden, Hidden),
        },
        Field::Driver => match role {
            Role::Handler | Role::Supervisor | Role::Head => (Full, Full),
            _ => (Hidden, Hidden),
        },
        _ => (Full, Full),
    }
}

#[cfg(test)]
mod tests;
