//! An appeal as one role may see it: every field asks `appeals::access::visibility`, and nothing else decides.

use super::{Personal, Register, ServiceError, rows};
use api::{AppealAnswer, AppealClaim, AppealClock, AppealDetail, AppealPerson, AppealStage};
use appeals::access::{Field, Role, Sight, Viewer, Visibility, visibility};
use appeals::answer::Answer;
use appeals::appeal::Appeal;
use appeals::claim::{Claim, ClaimTime};
use appeals::ids::{AppealId, PersonId};
use appeals::mask;
use appeals::words::Language;
use transit::EpochS;

/// The appeal as somebody sees it.
pub type AppealShown = AppealDetail;

/// Personal data that were uncovered, and of which appeal.
#[derive(Clone, Debug)]
pub struct Revealed {
    /// As it is seen now.
    pub shown: AppealDetail,
    /// Something was masked before.
    pub uncovered: bool,
}

pub(super) struct Sighted<'a> {
    viewer: &'a Viewer,
    sight: Sight,
    now: EpochS,
}

impl Sighted<'_> {
    pub(super) fn see(&self, field: Field) -> Visibility {
        visibility(self.viewer, field, &self.sight, self.now)
    }

    pub(super) fn full(&self, field: Field) -> bool {
        self.see(field) == Visibility::Full
    }

    fn text(
        &self,
        field: Field,
        value: Option<&String>,
        cover: fn(&str) -> String,
        masked: &mut Vec<String>,
    ) -> Option<String> {
        match self.see(field) {
            Visibility::Hidden => None,
            Visibility::Full => value.cloned(),
            Visibility::Masked => {
                if value.is_some() {
                    masked.push(rows::name(&field));
                }
                value.map(|v| cover(v))
            }
        }
    }
}

impl Register {
    /// The appeal as `viewer` sees it; unknown to those who may not know of it.
    pub async fn show(&self, id: AppealId, viewer: &Viewer) -> Result<AppealDetail, ServiceError> {
        let loaded = self.load(id).await?;
        let personal = self.personal(&loaded.appeal).await?;
        let taken_by = loaded.taken_by.as_deref().and_then(|p| p.parse::<PersonId>().ok());
        let sighted = self.sighted(&loaded.appeal, taken_by, viewer);
        if sighted.see(Field::Status) == Visibility::Hidden {
            return Err(ServiceError::Unknown);
        }
        Ok(self.detail(&loaded.appeal, &personal, &sighted))
    }

    /// How much of a field of it `viewer` sees; unknown to those who may not know of it.
    pub async fn sees(
        &self,
        id: AppealId,
        viewer: &Viewer,
        field: Field,
    ) -> Result<Visibility, ServiceError> {
        let loaded = self.load(id).await?;
        let taken_by = loaded.taken_by.as_deref().and_then(|p| p.parse::<PersonId>().ok());
        let sighted = self.sighted(&loaded.appeal, taken_by, viewer);
        if sighted.see(Field::Status) == Visibility::Hidden {
            return Err(ServiceError::Unknown);
        }
        Ok(sighted.see(field))
    }

    /// The same with personal data uncovered, for one who gave a reason. Whoever calls this logs it.
    pub async fn reveal(&self, id: AppealId, viewer: &Viewer) -> Result<Revealed, ServiceError> {
        let covered = self.show(id, viewer).await?;
        let viewer = Viewer { revealed: true, ..viewer.clone() };
        let shown = self.show(id, &viewer).await?;
        let uncovered = shown.masked.len() < covered.masked.len();
        Ok(Revealed { shown, uncovered })
    }

    pub(super) fn sighted<'a>(
        &self,
        appeal: &Appeal,
        taken_by: Option<PersonId>,
        viewer: &'a Viewer,
    ) -> Sighted<'a> {
        let private = self.law().kinds().entry(appeal.kind).private;
        let own = viewer.role == Role::CitizenPin;
        let sight = appeal.sight(own, taken_by.map(|p| (p, appeal.registered_at)), private);
        Sighted { viewer, sight, now: self.now() }
    }

    fn detail(&self, appeal: &Appeal, personal: &Personal, sighted: &Sighted<'_>) -> AppealDetail {
        let mut masked = Vec::new();
        let internal = sighted.full(Field::Internal);
        let person = AppealPerson {
            name: sighted.text(Field::Name, personal.name.as_ref(), mask::name, &mut masked),
            phone: sighted.text(Field::Phone, personal.phone.as_ref(), mask::phone, &mut masked),
            email: sighted.text(Field::Email, personal.email.as_ref(), mask::email, &mut masked),
            address: sighted.text(
                Field::Address,
                personal.address.as_ref(),
                mask::address,
                &mut masked,
            ),
            iin: sighted.text(Field::Iin, personal.iin.as_ref(), mask::iin, &mut masked),
        };
        let verdict = sighted.full(Field::Verdict);
        AppealDetail {
            number: appeal.number.to_string(),
            version: appeal.version,
            status: appeal.status.name().to_owned(),
            kind: sighted.full(Field::Topic).then(|| appeal.kind.code().to_owned()),
            legal_kind: rows::name(&appeal.legal_kind),
            channel: appeal.channel.name().to_owned(),
            language: appeal.language.code().to_owned(),
            desk: appeal.desk.to_string(),
            assignee: appeal.assignee.filter(|_| internal).map(|p| p.to_string()),
            carrier: appeal.carrier.as_ref().map(|c| c.0.clone()),
            received_at: appeal.received_at,
            registered_on: appeal.registered_on.to_string(),
            due_on: appeal.due_on.map(|d| d.to_string()),
            claim: sighted.full(Field::Topic).then(|| claim(&appeal.claim, sighted)),
            text: sighted.full(Field::Text).then(|| appeal.text.clone()),
            safety: appeal.safety,
            person,
            masked,
            clocks: if sighted.full(Field::Terms) { self.clocks(appeal) } else { Vec::new() },
            evidence_id: appeal.evidence.filter(|_| verdict).map(|e| e.id.to_string()),
            finding: appeal.evidence.filter(|_| verdict).map(|e| e.finding.name().to_owned()),
            signed_finding: appeal
                .signature
                .as_ref()
                .filter(|_| verdict)
                .map(|s| s.finding.name().to_owned()),
            answer: appeal.answer.as_ref().filter(|_| sighted.full(Field::Answer)).map(answer),
        }
    }

    fn clocks(&self, appeal: &Appeal) -> Vec<AppealClock> {
        let (law, now) = (self.law(), self.now());
        let rules = law.rules();
        let wire = |clock: &appeals::clock::Clock| AppealClock {
            kind: rows::name(&clock.kind),
            due_on: clock.due.date(law.office()).to_string(),
            due_at: clock.due.instant(law.office()),
            urgency: rows::name(&clock.urgency(rules.calendars, law.office(), now)),
            basis: clock.basis.clone(),
        };
        appeal.clocks.iter().map(wire).collect()
    }

    /// The stage for who knows the PIN.
    pub async fn stage_shown(
        &self,
        id: AppealId,
        language: Language,
    ) -> Result<AppealStage, ServiceError> {
        let super::Stage { appeal, steps, told } = self.stage(id, language).await?;
        Ok(AppealStage {
            number: appeal.number.to_string(),
            status: appeal.status.name().to_owned(),
            label: appeal.status.label(language).to_owned(),
            kind: appeal.kind.code().to_owned(),
            received_at: appeal.received_at,
            registered_on: appeal.registered_on.to_string(),
            due_on: appeal.due_on.map(|d| d.to_string()),
            due_provisional: appeal.due_provisional,
            extended: appeal.extension.is_some(),
            redirected_to: appeal.redirect.as_ref().map(|r| r.to.0.clone()),
            finding: appeal.signature.as_ref().map(|s| s.finding.name().to_owned()),
            answer: appeal.answer.as_ref().filter(|a| a.sent_at.is_some()).map(answer),
            steps,
            told,
        })
    }
}

fn claim(claim: &Claim, sighted: &Sighted<'_>) -> AppealClaim {
    let vehicle = sighted.full(Field::Vehicle);
    let exact = sighted.full(Field::EventTime);
    // The pin is where the person's telephone was.
    let place = claim.place.filter(|_| sighted.full(Field::Address));
    let about = |time: &ClaimTime| matches!(time, ClaimTime::At { about: true, .. });
    AppealClaim {
        route_id: claim.route.as_ref().map(|r| r.0.clone()),
        direction_id: claim.direction,
        stop_id: claim.stop.as_ref().map(|s| s.0.clone()),
        trip_id: claim.trip.as_ref().map(|t| t.0.clone()),
        vehicle_id: claim.vehicle.as_ref().filter(|_| vehicle).map(|v| v.0.clone()),
        vehicle_text: claim.vehicle_text.clone().filter(|_| vehicle),
        on_vehicle: claim.on_vehicle,
        lat: place.map(|p| p.lat),
        lon: place.map(|p| p.lon),
        address: claim.address.clone().filter(|_| sighted.full(Field::Text)),
        event_at: claim.time.as_ref().filter(|_| exact).and_then(ClaimTime::centre),
        event_about: claim.time.as_ref().map(about),
        wait_s: claim.wait_s,
    }
}

fn answer(answer: &Answer) -> AppealAnswer {
    AppealAnswer {
        version: answer.version,
        language: answer.language.code().to_owned(),
        body: answer.body.clone(),
        legal_basis: answer.legal_basis.clone(),
        right_of_appeal: answer.right_of_appeal.clone(),
        approved: answer.approved_by.is_some(),
        sent_at: answer.sent_at,
    }
}
