//! Appeals, to those who filed them and to those who work on them.

use serde::{Deserialize, Serialize};

wire! {
    /// What happened, as a person says. Everything is optional.
    #[derive(Default)]
    pub struct AppealClaim {
        /// Route.
        #[serde(default)]
        pub route_id: Option<String>,
        /// Direction.
        #[serde(default)]
        pub direction_id: Option<u8>,
        /// Stop.
        #[serde(default)]
        pub stop_id: Option<String>,
        /// Trip.
        #[serde(default)]
        pub trip_id: Option<String>,
        /// Vehicle of the feed.
        #[serde(default)]
        pub vehicle_id: Option<String>,
        /// What was read on it: plate or garage number, or a part.
        #[serde(default)]
        pub vehicle_text: Option<String>,
        /// The person sat in it.
        #[serde(default)]
        pub on_vehicle: Option<bool>,
        /// A pin, degrees.
        #[serde(default)]
        pub lat: Option<f64>,
        /// A pin, degrees.
        #[serde(default)]
        pub lon: Option<f64>,
        /// An address in words.
        #[serde(default)]
        pub address: Option<String>,
        /// When, epoch seconds.
        #[serde(default)]
        pub event_at: Option<i64>,
        /// The time is about right only.
        #[serde(default)]
        pub event_about: Option<bool>,
        /// Seconds waited, as the person says.
        #[serde(default)]
        pub wait_s: Option<i64>,
    }

    /// Who speaks, and how to answer.
    #[derive(Default)]
    pub struct AppealPerson {
        /// Name; without one the appeal is a signal, to which no answer is promised.
        #[serde(default)]
        pub name: Option<String>,
        /// Telephone.
        #[serde(default)]
        pub phone: Option<String>,
        /// E-mail.
        #[serde(default)]
        pub email: Option<String>,
        /// Postal address.
        #[serde(default)]
        pub address: Option<String>,
        /// Individual identification number.
        #[serde(default)]
        pub iin: Option<String>,
    }

    /// `POST /api/v1/appeals`, `POST /api/v1/staff/appeals`.
    pub struct NewAppeal {
        /// Kind, of the catalogue at `/api/v1/appeals/kinds`.
        pub kind: String,
        /// The person's own words.
        #[serde(default)]
        pub text: String,
        /// Language of the words: `kk`, `ru` or `en`.
        pub language: String,
        /// What happened.
        #[serde(default)]
        pub claim: AppealClaim,
        /// Who speaks.
        #[serde(default)]
        pub person: AppealPerson,
        /// `sms`, `call`, `email`, `paper`, `cabinet`, …; the channel's own way if not said.
        #[serde(default)]
        pub reply_by: Option<String>,
        /// Others may read it once moderated.
        #[serde(default)]
        pub may_publish: bool,
        /// Somebody is in danger.
        #[serde(default)]
        pub danger: bool,
        /// Staff only: `phone`, `walk_in`, `paper`, …
        #[serde(default)]
        pub channel: Option<String>,
        /// Staff only: when a letter came, epoch seconds.
        #[serde(default)]
        pub received_at: Option<i64>,
    }

    /// What the applicant is told. The PIN is told once.
    pub struct FiledAppeal {
        /// The number.
        pub number: String,
        /// The PIN.
        pub pin: String,
        /// When it came, epoch seconds.
        pub received_at: i64,
        /// Terms are counted from this day, `YYYY-MM-DD`.
        pub registered_on: String,
        /// The answer is due, `YYYY-MM-DD`; null: none is promised (a signal without a name).
        pub due_on: Option<String>,
        /// Whose queue.
        pub desk: String,
    }

    /// `POST /api/v1/appeals/status`, `/withdraw`, `/confirm`, `/refute`, `/add`.
    pub struct AppealKey {
        /// The number.
        pub number: String,
        /// The PIN.
        pub pin: String,
        /// A reason or further words, where one is needed.
        #[serde(default)]
        pub text: Option<String>,
    }

    /// A step on the way of an appeal.
    pub struct AppealStep {
        /// When, epoch seconds.
        pub at: i64,
        /// Status.
        pub status: String,
        /// In the reader's words.
        pub label: String,
    }

    /// An answer.
    pub struct AppealAnswer {
        /// Counts from 1.
        pub version: u32,
        /// Language.
        pub language: String,
        /// Text.
        pub body: String,
        /// Basis in law.
        pub legal_basis: String,
        /// How one may appeal against it.
        pub right_of_appeal: String,
        /// It was approved.
        pub approved: bool,
        /// When it went out, epoch seconds.
        pub sent_at: Option<i64>,
    }

    /// A clock of an appeal.
    pub struct AppealClock {
        /// What it measures.
        pub kind: String,
        /// Its last day, `YYYY-MM-DD`.
        pub due_on: String,
        /// Its end, epoch seconds.
        pub due_at: i64,
        /// `settled`, `green`, `amber`, `orange`, `due_today` or `overdue`.
        pub urgency: String,
        /// Article or rule.
        pub basis: String,
    }

    /// The stage of an appeal, for who knows number and PIN.
    pub struct AppealStage {
        /// The number.
        pub number: String,
        /// Status.
        pub status: String,
        /// In the reader's words.
        pub label: String,
        /// Kind.
        pub kind: String,
        /// When it came, epoch seconds.
        pub received_at: i64,
        /// Terms are counted from this day.
        pub registered_on: String,
        /// The answer is due.
        pub due_on: Option<String>,
        /// An unconfirmed calendar took part in counting it.
        pub due_provisional: bool,
        /// The term was extended.
        pub extended: bool,
        /// Passed on to.
        pub redirected_to: Option<String>,
        /// What the record says, once signed.
        pub finding: Option<String>,
        /// The answer, once it went out.
        pub answer: Option<AppealAnswer>,
        /// The way so far.
        pub steps: Vec<AppealStep>,
        /// What the applicant was told after the answer: a measure, its effect.
        #[serde(default)]
        pub told: Vec<AppealNotice>,
    }

    /// Something that the applicant was told.
    pub struct AppealNotice {
        /// When, epoch seconds.
        pub at: i64,
        /// In the language of the appeal.
        pub text: String,
    }

    /// An appeal in a queue.
    pub struct AppealRow {
        /// The number.
        pub number: String,
        /// Kind.
        pub kind: String,
        /// Status.
        pub status: String,
        /// Channel.
        pub channel: String,
        /// Desk.
        pub desk: String,
        /// Who works on it.
        pub assignee: Option<String>,
        /// Route.
        pub route_id: Option<String>,
        /// Stop.
        pub stop_id: Option<String>,
        /// When it happened, epoch seconds.
        pub event_at: Option<i64>,
        /// What the record says.
        pub finding: Option<String>,
        /// A danger.
        pub safety: bool,
        /// Put into the register, epoch seconds.
        pub registered_at: i64,
        /// The answer is due, epoch seconds.
        pub due_at: Option<i64>,
        /// Version.
        pub version: u32,
    }

    /// `GET /api/v1/staff/appeals`.
    pub struct AppealQueue {
        /// When.
        pub at: i64,
        /// By the time that the law leaves, least first.
        pub appeals: Vec<AppealRow>,
    }

    /// An appeal as one role may see it. What is masked is masked, what is hidden is null.
    pub struct AppealDetail {
        /// The number.
        pub number: String,
        /// To be sent with the next command.
        pub version: u32,
        /// Status.
        pub status: String,
        /// Kind.
        pub kind: Option<String>,
        /// Kind by law.
        pub legal_kind: String,
        /// Channel.
        pub channel: String,
        /// Language.
        pub language: String,
        /// Desk.
        pub desk: String,
        /// Who works on it.
        pub assignee: Option<String>,
        /// Carrier that was asked.
        pub carrier: Option<String>,
        /// When it came.
        pub received_at: i64,
        /// Terms are counted from this day.
        pub registered_on: String,
        /// The answer is due.
        pub due_on: Option<String>,
        /// What happened.
        pub claim: Option<AppealClaim>,
        /// The person's words.
        pub text: Option<String>,
        /// A danger.
        pub safety: bool,
        /// Name, telephone, …
        pub person: AppealPerson,
        /// Fields of `person` that are masked: a reveal with a reason shows them.
        pub masked: Vec<String>,
        /// Clocks.
        pub clocks: Vec<AppealClock>,
        /// The newest evidence.
        pub evidence_id: Option<String>,
        /// What the machine found.
        pub finding: Option<String>,
        /// What a person signed.
        pub signed_finding: Option<String>,
        /// The answer.
        pub answer: Option<AppealAnswer>,
    }

    /// `POST /api/v1/staff/sign-in`.
    pub struct SignIn {
        /// Login.
        pub login: String,
        /// Password.
        pub password: String,
        /// One-time code.
        #[serde(default)]
        pub code: String,
    }

    /// `GET /api/v1/staff/me`.
    pub struct StaffMember {
        /// Id.
        pub person_id: String,
        /// Login.
        pub login: String,
        /// Name.
        pub name: String,
        /// Role.
        pub role: String,
        /// Organisation.
        pub org: Option<String>,
    }

    /// `POST /api/v1/staff/appeals/{number}/reveal`.
    pub struct RevealReason {
        /// Why personal data must be seen; it is logged.
        pub reason: String,
    }

    /// `POST /api/v1/staff/appeals/find`: a body, so that no telephone stands in an address or a log.
    pub struct FindAppeals {
        /// Telephone, however it is written.
        pub phone: String,
    }

    /// `GET /api/v1/appeals/kinds`.
    pub struct AppealKinds {
        /// The closed catalogue.
        pub kinds: Vec<AppealKind>,
    }

    /// A kind of appeal.
    pub struct AppealKind {
        /// Its code, stable for ever.
        pub kind: String,
        /// Two digits for experts' fingers.
        pub digits: String,
        /// In the reader's words.
        pub name: String,
        /// The record can say whether it was so.
        pub measurable: bool,
        /// A dispatcher hears of it at once.
        pub safety: bool,
    }

    /// An appeal after its applicant spoke.
    pub struct AppealAfterWord {
        /// Its stage.
        pub appeal: AppealStage,
        /// The appeal that carries on a disputed one.
        pub repeat: Option<FiledAppeal>,
    }

    /// `GET /api/v1/staff/appeals/{number}/journal`.
    pub struct AppealJournal {
        /// In order.
        pub entries: Vec<AppealJournalEntry>,
    }

    /// What happened to an appeal, chained to what happened before.
    pub struct AppealJournalEntry {
        /// `appeal_id`.
        pub appeal: String,
        /// Counts from 0.
        pub seq: u32,
        /// When, epoch seconds.
        pub at: i64,
        /// Who; null for the system itself.
        pub actor: Option<String>,
        /// As what.
        pub role: Option<String>,
        /// What happened: JSON, as it was written and hashed.
        pub payload: String,
        /// Hash of the entry before.
        pub prev: String,
        /// Of this entry and, through `prev`, of all before it.
        pub hash: String,
    }

    /// `GET /api/v1/staff/audit`.
    pub struct AuditLog {
        /// The chain is unbroken.
        pub holds: bool,
        /// Newest first.
        pub entries: Vec<AuditEntry>,
    }

    /// A sign-in, a change of an account, a reveal of personal data.
    pub struct AuditEntry {
        /// Counts from 0.
        pub seq: i64,
        /// When, epoch seconds.
        pub at: i64,
        /// Who.
        pub person_id: Option<String>,
        /// What.
        pub action: String,
        /// On what.
        pub object: String,
        /// Why, or with what.
        pub detail: String,
        /// Hash of the entry before.
        pub prev: String,
        /// Of this entry and all before it.
        pub hash: String,
    }
}
