//! One investigation, as many answers as the case has appeals: each with its own number, clock and text.

use super::{Register, ServiceError};
use appeals::appeal::{Actor, Appeal, Command, Refusal, Status};
use appeals::case::Case;
use appeals::effect::Metric;
use appeals::ids::AppealId;
use appeals::words::{Language, Words};

/// What became of one appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchLine {
    /// Its number.
    pub number: String,
    /// Why not; `None`: it was done.
    pub refusal: Option<Refusal>,
}

/// What became of all appeals of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// One an appeal that it was about.
    pub lines: Vec<BatchLine>,
}

impl Batch {
    /// Appeals for which it was done.
    pub fn done(&self) -> usize {
        self.lines.iter().filter(|l| l.refusal.is_none()).count()
    }
}

/// What is done for each appeal of a case.
#[derive(Clone, Copy)]
enum Task<'a> {
    Answer(&'a Words),
    Approve,
    Send,
    Tell(&'a Words),
}

impl Register {
    /// Signs what the evidence of each open appeal says, writes each its answer and lays it before who approves.
    /// `{number}` and `{date}` in the text become the appeal's own.
    pub async fn answer_all(
        &self,
        case: &Case,
        text: &Words,
        actor: &Actor,
    ) -> Result<Batch, ServiceError> {
        self.each(case, Task::Answer(text), actor).await
    }

    /// Approves each answer that waits for it.
    pub async fn approve_all(&self, case: &Case, actor: &Actor) -> Result<Batch, ServiceError> {
        self.each(case, Task::Approve, actor).await
    }

    /// Sends each answer that is ready, by the way that its applicant wants.
    pub async fn send_all(&self, case: &Case, actor: &Actor) -> Result<Batch, ServiceError> {
        self.each(case, Task::Send, actor).await
    }

    /// Tells every applicant of the case in the language of the appeal; those who took theirs back are left alone.
    pub async fn tell_all(
        &self,
        case: &Case,
        text: &Words,
        actor: &Actor,
    ) -> Result<Batch, ServiceError> {
        self.each(case, Task::Tell(text), actor).await
    }

    async fn each(
        &self,
        case: &Case,
        task: Task<'_>,
        actor: &Actor,
    ) -> Result<Batch, ServiceError> {
        let mut batch = Batch::default();
        for id in &case.appeals {
            let appeal = self.load(*id).await?.appeal;
            let number = appeal.number.to_string();
            let refusal = match self.commands_of(&appeal, task, actor).await? {
                Ok(commands) if commands.is_empty() => continue,
                Ok(commands) => self.all_of(*id, &commands, actor).await?,
                Err(refusal) => Some(refusal),
            };
            batch.lines.push(BatchLine { number, refusal });
        }
        Ok(batch)
    }

    /// The commands of a task for one appeal; none where it is not for it.
    async fn commands_of(
        &self,
        appeal: &Appeal,
        task: Task<'_>,
        actor: &Actor,
    ) -> Result<Result<Vec<Command>, Refusal>, ServiceError> {
        let in_review = appeal.status == Status::AnswerReview;
        let approved = appeal.answer.as_ref().is_some_and(|a| a.approved_by.is_some());
        Ok(match task {
            Task::Answer(text) => self.answering(appeal, text),
            Task::Approve if in_review && !approved => Ok(vec![Command::ApproveAnswer]),
            Task::Send if in_review => {
                let by = self.handling(appeal.id, actor).await?.reply_by;
                Ok(vec![Command::SendAnswer { by }])
            }
            Task::Tell(text) => Ok(telling(appeal, text)),
            Task::Approve | Task::Send => Ok(Vec::new()),
        })
    }

    fn answering(&self, appeal: &Appeal, text: &Words) -> Result<Vec<Command>, Refusal> {
        if !appeal.status.is_open() || appeal.status == Status::AnswerReview {
            return Ok(Vec::new());
        }
        let (language, body) = body(appeal, text).ok_or(Refusal::AnswerLanguage)?;
        let texts = self.law().texts();
        let mut commands = Vec::new();
        let waits = matches!(
            appeal.status,
            Status::Registered | Status::Triaged | Status::WithCarrier | Status::NeedInfo
        );
        if waits {
            commands.push(Command::Begin);
        }
        let signed = appeal.signature.as_ref().map(|s| s.evidence);
        if let Some(newest) = appeal.evidence.filter(|e| Some(e.id) != signed) {
            commands.push(Command::SignVerdict {
                evidence: newest.id,
                finding: newest.finding,
                override_reason: None,
            });
        }
        commands.push(Command::DraftAnswer {
            language,
            body,
            legal_basis: texts.legal_basis.of(language).to_owned(),
            right_of_appeal: texts.right_of_appeal.of(language).to_owned(),
        });
        commands.push(Command::SubmitAnswer);
        Ok(commands)
    }

    /// One after the other; the first refusal ends it.
    async fn all_of(
        &self,
        id: AppealId,
        commands: &[Command],
        actor: &Actor,
    ) -> Result<Option<Refusal>, ServiceError> {
        for command in commands {
            let seen = self.load(id).await?.appeal.version;
            match self.work(id, seen, command, actor).await {
                Ok(_) => {}
                Err(ServiceError::Refused(refusal)) => return Ok(Some(refusal)),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// In the language of the appeal, else of the state, with its own number and date.
fn body(appeal: &Appeal, text: &Words) -> Option<(Language, String)> {
    let language =
        [appeal.language, Language::Kk].into_iter().find(|l| !text.of(*l).trim().is_empty())?;
    let date = appeal.registered_on.strftime("%d.%m.%Y").to_string();
    let body = text.of(language).trim().replace("{number}", &appeal.number.to_string());
    Some((language, body.replace("{date}", &date)))
}

fn telling(appeal: &Appeal, text: &Words) -> Vec<Command> {
    if matches!(appeal.status, Status::Withdrawn | Status::Returned | Status::NotConsidered) {
        return Vec::new();
    }
    let text = text.of(appeal.language).replace("{number}", &appeal.number.to_string());
    let mut commands = vec![Command::Tell { text }];
    if appeal.status == Status::Answered && !appeal.measure_tracked {
        commands.push(Command::TrackMeasure);
    }
    commands
}

impl Register {
    /// Answers of a case that another person has approved, and that are not sent yet.
    pub async fn approved(&self, case: &Case) -> Result<usize, ServiceError> {
        let sql = "SELECT COUNT(*) FROM appeals a JOIN answers w ON w.appeal_id = a.appeal_id \
                   WHERE a.case_id = $1 AND a.status = 'answer_review' AND w.approved_at IS NOT NULL \
                   AND w.version = (SELECT MAX(v.version) FROM answers v WHERE v.appeal_id = a.appeal_id)";
        let row = self.ledger.row::<(i64,)>(sql, vec![case.id.to_string().into()]).await?;
        Ok(row.map_or(0, |r| r.0.max(0) as usize))
    }

    /// What a measure did, in words for those who appealed; empty until it was studied.
    pub fn effect_words(&self, case: &Case) -> Words {
        let mut words = Words::default();
        for effect in &case.effects {
            let study = &effect.study;
            let minutes = |s: f64| format!("{:.0}", s / 60.0);
            let change = study.against_controls.unwrap_or(study.difference);
            let half = (study.interval.1 - study.interval.0) / 2.0;
            let (kk, ru, en) = match effect.metric {
                Metric::HeadwayMeanS => {
                    let (b, a) = (minutes(study.before), minutes(study.after));
                    let (c, h) = (format!("{:+.0}", change / 60.0), minutes(half));
                    (
                        format!(
                            "Орташа интервал: {b} мин еді, {a} мин болды ({c}; қателігі ±{h})."
                        ),
                        format!(
                            "Средний интервал: было {b} мин, стало {a} мин ({c}; погрешность ±{h})."
                        ),
                        format!(
                            "Mean headway: it was {b} min and is {a} min ({c}; uncertainty ±{h})."
                        ),
                    )
                }
                Metric::RunsDriven => {
                    let (b, a) = (format!("{:.0}", study.before), format!("{:.0}", study.after));
                    (
                        format!("Осы сағаттардағы рейстер: {b} еді, {a} болды."),
                        format!("Рейсов в эти часы: было {b}, стало {a}."),
                        format!("Runs in these hours: {b} before, {a} now."),
                    )
                }
                Metric::Vehicles => {
                    let (b, a) = (format!("{:.0}", study.before), format!("{:.0}", study.after));
                    (
                        format!("Автобустар: {b} еді, {a} болды."),
                        format!("Автобусов: было {b}, стало {a}."),
                        format!("Buses: {b} before, {a} now."),
                    )
                }
                _ => continue,
            };
            for (text, line) in [(&mut words.kk, kk), (&mut words.ru, ru), (&mut words.en, en)] {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&line);
            }
        }
        words
    }
}
