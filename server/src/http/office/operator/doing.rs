//! What an operator does with a contact: look, register, consult, hand over, take. What was typed is kept
//! before anything else, so that nothing is ever typed twice.

use super::super::Office;
use super::super::pages::words_of;
use super::super::signed::Signed;
use super::super::wire;
use super::form::DeskForm;
use super::hear::{Heard, hear};
use super::pin::Frame;
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::register::{
    ConsultedOn, ContactDraft, ContactOutcome, Filing, OpenContact, Personal, ServiceError,
};
use appeals::access::{Action, Grant, may};
use appeals::appeal::Draft;
use appeals::ids::{AppealId, ContactId};
use appeals::number::AppealNumber;
use appeals::words::Language;
use frontend::office::operator::{Done, Fault};
use transit::LatLon;

/// A telephone number has so many digits at least.
const PHONE_DIGITS_MIN: usize = 6;

/// A contact at this desk.
pub struct Doing<'a> {
    office: &'a Office,
    signed: &'a Signed,
    asked: &'a Asked,
    /// Which contact.
    pub contact: ContactId,
    /// What was typed.
    pub form: DeskForm,
    /// What was done.
    pub done: Option<Done>,
    /// Why it was not.
    pub fault: Option<Fault>,
    /// The telephone's keyed hash: it may be asked for and is.
    pub phone_hash: Option<String>,
}

impl<'a> Doing<'a> {
    /// A new contact.
    pub fn new(
        office: &'a Office,
        signed: &'a Signed,
        asked: &'a Asked,
    ) -> Result<Self, ProblemResponse> {
        let contact = office.register.new_contact()?;
        let form = DeskForm::default();
        Ok(Self { office, signed, asked, contact, form, done: None, fault: None, phone_hash: None })
    }

    /// The reader's language.
    pub fn reader(&self) -> Language {
        words_of(self.asked)
    }

    /// What the form says.
    pub fn heard(&self) -> Heard {
        let view = self.office.site.reads().view(self.asked.language);
        let (law, now) = (self.office.register.law(), self.office.register.now());
        let gazetteer = self.office.channels.reception.gazetteer();
        hear(&self.form, &view, &gazetteer, law, now, self.reader())
    }

    /// Does what the form asks for.
    pub async fn act(&mut self) -> Result<(), ProblemResponse> {
        self.place_pin();
        let what = self.form.get("do").to_owned();
        self.form.0.remove("do");
        let result = match what.split_once(':').unwrap_or((&what, "")) {
            ("take", _) => self.take().await,
            ("more", _) => self.more().await,
            ("register", _) => self.register(None).await,
            ("join", number) => self.register(number.parse().ok()).await,
            ("consult", situation) => self.consult(Some(situation).filter(|s| !s.is_empty())).await,
            ("drop", _) => self.end(ContactOutcome::Dropped, None, Done::Dropped).await,
            ("hand_over", _) => self.hand_over().await,
            ("unpin", _) => {
                self.form.set("lat", "");
                self.form.set("lon", "");
                self.keep().await
            }
            _ => self.keep().await,
        };
        match result {
            Ok(()) => Ok(()),
            Err(ServiceError::Unknown) => {
                self.fault = Some(Fault::Taken);
                Ok(())
            }
            Err(error @ (ServiceError::Draft(_) | ServiceError::KeyReused)) => {
                tracing::info!(%error, "an appeal could not be registered at the desk");
                self.fault = Some(Fault::Other);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A click on the small map.
    fn place_pin(&mut self) {
        let pixel = |name: &str| self.form.get(name).parse::<f64>().ok();
        let clicked = pixel("pin.x").zip(pixel("pin.y"));
        let frame = Frame::parse(self.form.get("view"));
        self.form.0.remove("pin.x");
        self.form.0.remove("pin.y");
        // A picture that is pressed by keyboard sends its corner.
        if let (Some((x, y)), Some(frame)) = (clicked.filter(|c| *c != (0.0, 0.0)), frame) {
            let LatLon { lat, lon } = frame.place(x, y);
            self.form.set("lat", format!("{lat:.6}"));
            self.form.set("lon", format!("{lon:.6}"));
            self.form.set("view", frame.closer(LatLon::new(lat, lon)).text());
        }
    }

    fn open_contact(&self) -> OpenContact {
        let language = self.form.language(self.reader());
        OpenContact { id: self.contact, channel: self.form.channel(), language }
    }

    /// Keeps what was typed. Whoever may look a telephone up does so by typing it: that is logged.
    async fn keep(&mut self) -> Result<(), ServiceError> {
        if self.form.is_blank() {
            return Ok(());
        }
        self.keep_always().await
    }

    async fn keep_always(&mut self) -> Result<(), ServiceError> {
        let register = &self.office.register;
        let phone = self.form.get("phone");
        let whole = phone.chars().filter(char::is_ascii_digit).count() >= PHONE_DIGITS_MIN;
        let allowed = may(self.signed.0.role, Action::Reveal) != Grant::No;
        let hash = if whole { register.phone_hash(phone)? } else { None };
        let draft = ContactDraft(self.form.0.clone());
        let person = self.signed.0.person;
        let new =
            register.keep_draft(&self.open_contact(), person, hash.as_deref(), &draft).await?;
        self.phone_hash = hash.filter(|_| allowed);
        if let (true, Some(hash)) = (new, &self.phone_hash) {
            let object = self.contact.to_string();
            let audited =
                self.office.staff.audit(Some(person), "found_by_phone", hash, &object).await;
            if let Err(error) = audited {
                // What cannot be logged is not shown.
                tracing::warn!(%error, "a look-up could not be logged");
                self.phone_hash = None;
            }
        }
        Ok(())
    }

    async fn take(&mut self) -> Result<(), ServiceError> {
        if may(self.signed.0.role, Action::HandOver) == Grant::No {
            return Err(ServiceError::Unknown);
        }
        let draft = self.office.register.take_over(self.contact, self.signed.0.person).await?;
        self.form = DeskForm(draft.0);
        self.done = Some(Done::Taken);
        Ok(())
    }

    async fn more(&mut self) -> Result<(), ServiceError> {
        let draft = self.office.register.draft_of(self.contact, self.signed.0.person).await?;
        self.form = DeskForm(draft.0);
        Ok(())
    }

    /// An appeal of its own number and clock; `joins`: of the same as that one.
    async fn register(&mut self, joins: Option<AppealNumber>) -> Result<(), ServiceError> {
        let heard = self.heard();
        if heard.time_fault {
            self.fault = Some(Fault::Time);
            return self.keep().await;
        }
        let said = [self.form.get("line"), self.form.get("text")];
        let text = said.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n");
        if text.is_empty() && heard.about.is_none() {
            self.fault = Some(Fault::Empty);
            return self.keep().await;
        }
        // Kept under the number of appeals that it has: a double click finds the same.
        self.keep_always().await?;
        let (kind, topic) = heard.kind_and_topic(self.office.register.law());
        let text_of = |name: &str| self.form.given(name).map(str::to_owned);
        let filing = Filing {
            draft: Draft {
                kind,
                topic,
                legal_kind: None,
                text,
                language: self.form.language(self.reader()),
                claim: heard.claim,
                subjects: Vec::new(),
                may_publish: false,
                danger: self.form.get("danger") == "on",
                parent: None,
            },
            channel: self.form.channel(),
            personal: Personal {
                name: text_of("name"),
                phone: text_of("phone"),
                ..Personal::default()
            },
            reply_by: None,
            key: Some(format!("desk:{}:{}", self.contact, self.form.seq())),
            received_at: None,
            by: Some((self.signed.0.person, self.signed.0.role)),
        };
        let person = self.signed.0.person;
        let filed = self.office.register.file_at_desk(filing, self.contact, person).await?;
        let joined = self.joined(filed.id, joins).await;
        let next = self.form.next_topic(self.form.seq() + 1);
        let draft = ContactDraft(next.0);
        let hash = self.phone_hash.as_deref();
        self.office.register.keep_draft(&self.open_contact(), person, hash, &draft).await?;
        let topics = self.office.register.law().topics();
        let desk = topics.desk(&filed.desk).map(|d| d.name.of(self.reader()).to_owned());
        let done = Done::Filed {
            desk: desk.unwrap_or_else(|| filed.desk.clone()),
            filed: wire::filed(filed),
            contact: self.contact.to_string(),
            joined,
        };
        self.next_caller(done)
    }

    /// The one that it joined, and the case. The appeal is in the register: without the other it stands alone.
    async fn joined(
        &self,
        id: AppealId,
        joins: Option<AppealNumber>,
    ) -> Option<Box<(String, Option<String>)>> {
        let other = joins?;
        match self.office.register.join_to(id, other, &self.signed.0.actor()).await {
            Ok(case) => Some(Box::new((other.to_string(), case.map(|c| c.to_string())))),
            Err(error) => {
                tracing::warn!(%error, "an appeal could not join another");
                None
            }
        }
    }

    async fn consult(&mut self, situation: Option<&str>) -> Result<(), ServiceError> {
        self.end(ContactOutcome::Consulted, situation, Done::Consulted).await
    }

    /// Ends the contact without an appeal.
    async fn end(
        &mut self,
        outcome: ContactOutcome,
        situation: Option<&str>,
        done: Done,
    ) -> Result<(), ServiceError> {
        if self.form.seq() > 0 {
            // An appeal came of that contact: the next question is one of its own.
            self.contact = self.office.register.new_contact()?;
            self.form.set("seq", "0");
        }
        let heard = self.heard();
        self.keep_always().await?;
        let about = heard.about.is_some();
        let (kind, topic) = heard.kind_and_topic(self.office.register.law());
        let known = super::super::knowledge::base();
        let on = ConsultedOn {
            kind: about.then(|| kind.code().to_owned()),
            topic: topic.map(|t| t.to_string()),
            route_id: heard.claim.route.map(|r| r.0),
            stop_id: heard.claim.stop.map(|s| s.0),
            situation: situation.and_then(|s| known.get(s)).map(|s| s.id.clone()),
        };
        let person = self.signed.0.person;
        self.office.register.end_contact(self.contact, person, outcome, on).await?;
        self.next_caller(done)
    }

    async fn hand_over(&mut self) -> Result<(), ServiceError> {
        let desk = self.form.get("to_desk").to_owned();
        self.keep_always().await?;
        let known = self.office.register.law().topics().desk(&desk).is_some();
        if !known || may(self.signed.0.role, Action::HandOver) == Grant::No {
            self.fault = Some(Fault::Other);
            return Ok(());
        }
        self.office.register.hand_over(self.contact, self.signed.0.person, &desk).await?;
        self.next_caller(Done::HandedOver)
    }

    /// An empty form for who comes next.
    fn next_caller(&mut self, done: Done) -> Result<(), ServiceError> {
        self.contact = self.office.register.new_contact()?;
        self.form = DeskForm::default();
        self.phone_hash = None;
        self.done = Some(done);
        Ok(())
    }
}
