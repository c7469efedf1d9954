//! Where messages of all messengers and of mail become appeals: heard once, on disk before the messenger is
//! told, each sender with one talk at a time.

use super::dialogue::{Dialogue, FILES_AFTER_S, Said, Step};
use super::{Gazetteers, phrases};
use crate::clock::Clock;
use crate::keys::Keys;
use crate::ledger::{LedgerError, Statement};
use crate::outbox::{Delivery, Letter, Outbox, Outgoing, Purpose};
use crate::register::{Attachment, Beside, Filing, Personal, Register, ServiceError, WantedFile};
use crate::visitor::TokenBucket;
use crate::ways::sender_hash;
use appeals::access::Role;
use appeals::answer::ReplyBy;
use appeals::appeal::{Actor, Command, Draft, usual_reply};
use appeals::channel::Channel;
use appeals::claim::Place;
use appeals::ids::AppealId;
use appeals::kind::Kind;
use appeals::line::{Gazetteer, Understood, understand};
use appeals::words::Language;
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, PoisonError};
use transit::EpochS;

/// Messages that one sender may write in a burst …
const BURST: u32 = 60;
/// … and per second after it.
const PER_SECOND: f64 = 0.2;
/// Senders that are remembered for it.
const SENDERS_MAX: usize = 50_000;
/// Ids of messages are known so long, seconds: longer than any messenger repeats.
const KNOWN_S: EpochS = 30 * 86_400;
/// Drafts that are filed in one look.
const DRAFTS_MAX: u32 = 100;
/// Between two looks for drafts that nobody goes on with.
const LOOK_INTERVAL: std::time::Duration = std::time::Duration::from_mins(1);
/// A talk or an appeal is tried again so often when somebody was quicker.
const TRIES: usize = 3;

/// A message that came.
#[derive(Clone, Debug)]
pub struct Inbound {
    /// By which way.
    pub channel: Channel,
    /// Its name there: the same if it is repeated.
    pub message_id: String,
    /// Number, chat or address.
    pub sender: String,
    /// Name, as the messenger knows it.
    pub name: Option<String>,
    /// Telephone, where it is known to be theirs.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Words.
    pub text: String,
    /// A pin.
    pub place: Option<Place>,
    /// Language, as the messenger knows it.
    pub language: Option<Language>,
    /// Words said before were changed.
    pub edited: bool,
    /// Files.
    pub files: Vec<Attachment>,
    /// Names of files that lie with the messenger.
    pub media: Vec<String>,
    /// Message-ID of an e-mail, for the answer.
    pub in_reply_to: Option<String>,
}

impl Default for Inbound {
    fn default() -> Self {
        Self {
            channel: Channel::Email,
            message_id: String::new(),
            sender: String::new(),
            name: None,
            phone: None,
            email: None,
            text: String::new(),
            place: None,
            language: None,
            edited: false,
            files: Vec::new(),
            media: Vec::new(),
            in_reply_to: None,
        }
    }
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// An appeal, by its number.
    Filed(String),
    /// It was added to an appeal.
    Added(String),
    /// Something was asked or said.
    Talked,
    /// It was heard before.
    Repeated,
    /// Too many of one sender.
    TooMany,
    /// Nothing that a person says.
    Nothing,
}

/// Hears. Cheap to clone.
#[derive(Clone)]
pub struct Reception {
    pub(super) register: Register,
    outbox: Outbox,
    gazetteers: Arc<Gazetteers>,
    clock: Clock,
    pub(super) own_address: Arc<str>,
    rates: Arc<Mutex<FxHashMap<String, TokenBucket>>>,
}

/// A talk as it was read.
struct Read {
    talk: Dialogue,
    hash: String,
    version: Option<i64>,
}

impl Reception {
    /// `clock` is the machine's; `own_address`: the city's own e-mail address.
    pub fn new(
        register: Register,
        outbox: Outbox,
        gazetteers: Gazetteers,
        clock: Clock,
        own_address: &str,
    ) -> Self {
        Self {
            register,
            outbox,
            gazetteers: Arc::new(gazetteers),
            clock,
            own_address: own_address.into(),
            rates: Arc::default(),
        }
    }

    fn keys(&self) -> &Keys {
        self.register.keys()
    }

    /// Hears a message of a messenger. When it comes back, what follows is on disk.
    pub async fn hear(&self, inbound: &Inbound) -> Result<Heard, ServiceError> {
        if !self.may_speak(inbound)? {
            tracing::warn!(channel = inbound.channel.name(), "a sender writes too much");
            return Ok(Heard::TooMany);
        }
        for _ in 0..TRIES {
            if self.was_heard(inbound).await? {
                return Ok(Heard::Repeated);
            }
            match self.go_on(inbound).await {
                // The same message, or another of the same sender, was quicker: look again.
                Err(ServiceError::Repeated | ServiceError::Ledger(LedgerError::Conflict(_))) => {}
                other => return other,
            }
        }
        Err(LedgerError::Busy.into())
    }

    pub(super) fn may_speak(&self, inbound: &Inbound) -> Result<bool, ServiceError> {
        let sender = sender_hash(self.keys(), inbound.channel, &inbound.sender)?;
        let now_s = self.clock.elapsed().as_secs_f64();
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        if rates.len() >= SENDERS_MAX {
            rates.clear();
        }
        let bucket = rates.entry(sender).or_insert_with(|| TokenBucket::full(BURST, now_s));
        Ok(bucket.take(BURST, PER_SECOND, now_s).is_ok())
    }

    fn message_hash(&self, inbound: &Inbound) -> Result<String, ServiceError> {
        let what = format!("message:{}:{}", inbound.channel.name(), inbound.message_id);
        Ok(self.keys().lookup(&what)?)
    }

    pub(super) async fn was_heard(&self, inbound: &Inbound) -> Result<bool, ServiceError> {
        let sql = "SELECT at FROM channel_messages WHERE channel = $1 AND message_hash = $2";
        let values = vec![inbound.channel.name().into(), self.message_hash(inbound)?.into()];
        Ok(self.register.ledger().row::<(i64,)>(sql, values).await?.is_some())
    }

    pub(super) fn heard_row(&self, inbound: &Inbound) -> Result<Statement, ServiceError> {
        let values = vec![
            inbound.channel.name().into(),
            self.message_hash(inbound)?.into(),
            self.clock.now().into(),
        ];
        let sql = "INSERT INTO channel_messages (channel, message_hash, at) VALUES ($1, $2, $3)";
        Ok(Statement::new(sql, values))
    }

    async fn talk_with(&self, channel: Channel, sender: &str) -> Result<Read, ServiceError> {
        let hash = sender_hash(self.keys(), channel, sender)?;
        let sql = "SELECT sealed, version FROM dialogues WHERE channel = $1 AND sender_hash = $2";
        let values = vec![channel.name().into(), hash.clone().into()];
        let row = self.register.ledger().row::<(String, i64)>(sql, values).await?;
        let (mut talk, version) = match row {
            Some((sealed, version)) => {
                let place = format!("dialogue/{}/{hash}", channel.name());
                (self.keys().open::<Dialogue>(&place, &sealed)?, Some(version))
            }
            None => (Dialogue::default(), None),
        };
        sender.clone_into(&mut talk.address);
        Ok(Read { talk, hash, version })
    }

    /// The talk as it is now, if nobody else went on with it meanwhile.
    fn talk_row(
        &self,
        channel: Channel,
        read: &Read,
        talk: &Dialogue,
    ) -> Result<Statement, ServiceError> {
        let place = format!("dialogue/{}/{}", channel.name(), read.hash);
        let sealed = self.keys().seal(&place, talk)?;
        let now = self.clock.now();
        let files_at = talk.is_open().then_some(now + FILES_AFTER_S);
        let mut values = vec![
            channel.name().into(),
            read.hash.clone().into(),
            now.into(),
            files_at.into(),
            sealed.into(),
        ];
        Ok(match read.version {
            None => Statement::new(
                "INSERT INTO dialogues (channel, sender_hash, heard_at, files_at, version, sealed) \
                 VALUES ($1, $2, $3, $4, 1, $5)",
                values,
            ),
            Some(version) => {
                values.push(version.into());
                Statement::new(
                    "UPDATE dialogues SET heard_at = $3, files_at = $4, version = version + 1, \
                     sealed = $5 WHERE channel = $1 AND sender_hash = $2 AND version = $6",
                    values,
                )
            }
        })
    }

    /// What people may name, of the timetable in force.
    pub fn gazetteer(&self) -> Arc<Gazetteer> {
        self.gazetteers.now()
    }

    pub(super) fn understood(&self, line: &str) -> Understood {
        let law = self.register.law();
        let zone = &law.office().zone;
        let (kinds, topics) = (law.kinds(), law.topics());
        understand(line, &self.gazetteer(), kinds, topics, zone, self.register.now())
    }

    async fn go_on(&self, inbound: &Inbound) -> Result<Heard, ServiceError> {
        let read = self.talk_with(inbound.channel, &inbound.sender).await?;
        let mut talk = read.talk.clone();
        let said = Said {
            text: &inbound.text,
            place: inbound.place,
            name: inbound.name.as_deref(),
            phone: inbound.phone.as_deref(),
            language: inbound.language,
            edited: inbound.edited,
            media: &inbound.media,
        };
        let law = self.register.law();
        let kinds = law.kinds();
        let measurable = |kind: Kind| kinds.entry(kind).rule.is_measurable();
        let step =
            talk.hear(&said, |l| self.understood(l), law.topics(), measurable, self.clock.now());
        let language = talk.language();
        let words = match step {
            Step::File => {
                let number = self
                    .file(inbound.channel, &read, &talk, vec![self.heard_row(inbound)?])
                    .await?;
                return Ok(Heard::Filed(number));
            }
            Step::Add(id, number) => return self.add(inbound, &read, &talk, id, number).await,
            Step::Greet => phrases::hello(language).to_owned(),
            Step::Welcome => phrases::welcome(language).to_owned(),
            Step::Ask(question) => phrases::question(question, language).to_owned(),
        };
        let rows = vec![
            self.heard_row(inbound)?,
            self.talk_row(inbound.channel, &read, &talk)?,
            self.word(inbound, language, words)?,
        ];
        self.register.ledger().write(rows).await?;
        Ok(Heard::Talked)
    }

    /// A word of ours in the talk.
    fn word(
        &self,
        to: &Inbound,
        language: Language,
        words: String,
    ) -> Result<Statement, ServiceError> {
        let outgoing = Outgoing {
            message_id: format!("talk/{}", self.message_hash(to)?),
            appeal: None,
            purpose: Purpose::Dialogue,
            by: usual_reply(to.channel),
            letter: Letter {
                to: to.sender.clone(),
                body: words,
                language,
                in_reply_to: to.in_reply_to.clone(),
                ..Letter::default()
            },
        };
        Ok(outgoing.row(self.keys(), self.clock.now())?)
    }

    /// Files what was said so far; `first` is written with it. The receipt goes out by itself.
    async fn file(
        &self,
        channel: Channel,
        read: &Read,
        talk: &Dialogue,
        mut first: Vec<Statement>,
    ) -> Result<String, ServiceError> {
        let filing = Filing {
            draft: Draft {
                topic: talk.topic.clone(),
                ..draft(talk.kind, talk.text.clone(), talk.language(), talk.claim.clone())
            },
            channel,
            personal: Personal {
                name: talk.name.clone(),
                phone: talk.phone.clone(),
                chat: (channel == Channel::Telegram).then(|| talk.address.clone()),
                ..Personal::default()
            },
            reply_by: None,
            key: None,
            received_at: None,
            by: None,
        };
        let wanted = wanted(channel, &talk.media);
        let mut after = talk.filed();
        first.push(self.talk_row(channel, read, &after)?);
        let filed = self
            .register
            .file_beside(filing, Beside { first, wanted, ..Beside::default() })
            .await?;
        let number = filed.number.to_string();
        // Which one it was is a help, not a promise: without it further words begin a new talk.
        after.last = Some((filed.id, number.clone(), self.clock.now()));
        let again = Read {
            talk: after.clone(),
            hash: read.hash.clone(),
            version: Some(read.version.map_or(1, |v| v + 1)),
        };
        let row = self.talk_row(channel, &again, &after)?.optional();
        self.register.ledger().write(vec![row]).await?;
        Ok(number)
    }

    /// Adds words to an appeal of theirs; where it takes none any more, they become a new one.
    async fn add(
        &self,
        inbound: &Inbound,
        read: &Read,
        talk: &Dialogue,
        id: AppealId,
        number: String,
    ) -> Result<Heard, ServiceError> {
        let language = talk.language();
        let text = match inbound.place {
            Some(p) => format!("{} {:.6}, {:.6}", inbound.text, p.lat, p.lon),
            None => inbound.text.clone(),
        };
        let mut first = vec![
            self.heard_row(inbound)?,
            self.talk_row(inbound.channel, read, talk)?,
            self.word(inbound, language, phrases::added(language, &number))?,
        ];
        for file in wanted(inbound.channel, &inbound.media) {
            first.push(self.register.wanted_row(id, &file)?);
        }
        if self.speak(id, text.trim(), first).await? {
            return Ok(Heard::Added(number));
        }
        let mut anew = talk.clone();
        anew.text.clone_from(&inbound.text);
        anew.media.clone_from(&inbound.media);
        let first = vec![self.heard_row(inbound)?];
        Ok(Heard::Filed(self.file(inbound.channel, read, &anew, first).await?))
    }

    /// The applicant says more, with `first` in the same write. False: the appeal takes no more words.
    pub(super) async fn speak(
        &self,
        id: AppealId,
        text: &str,
        first: Vec<Statement>,
    ) -> Result<bool, ServiceError> {
        let command = Command::AddInfo { text: text.chars().take(4_000).collect() };
        let actor = Actor { person: None, role: Role::CitizenPin, org: None, owns: true };
        for _ in 0..TRIES {
            let seen = self.register.stage(id, Language::Ru).await?.appeal.version;
            match self.register.work_beside(id, seen, &command, &actor, first.clone()).await {
                Ok(_) => return Ok(true),
                Err(ServiceError::Refused(appeals::appeal::Refusal::Version { .. })) => {}
                Err(ServiceError::Refused(_)) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Err(LedgerError::Busy.into())
    }

    /// What the other side says of a message of ours.
    pub async fn delivery(
        &self,
        by: ReplyBy,
        name: &str,
        ours: Option<&str>,
        delivery: &Delivery,
    ) -> Result<(), ServiceError> {
        self.outbox.delivered(by, name, ours, delivery).await.map_err(|error| {
            tracing::warn!(%error, "a delivery could not be noted");
            LedgerError::Busy.into()
        })
    }

    /// Files drafts that nobody goes on with, and forgets old names of messages; for ever.
    pub async fn tidy(self) {
        let mut looks = tokio::time::interval(LOOK_INTERVAL);
        loop {
            looks.tick().await;
            if let Err(error) = self.file_left(self.clock.now()).await {
                tracing::warn!(%error, "drafts of messengers wait");
            }
        }
    }

    /// Files the drafts whose time has come by `now`: how many.
    pub async fn file_left(&self, now: EpochS) -> Result<usize, ServiceError> {
        let sql = format!(
            "SELECT channel, sender_hash, sealed, version FROM dialogues \
             WHERE files_at <= $1 ORDER BY files_at LIMIT {DRAFTS_MAX}"
        );
        let ledger = self.register.ledger();
        let left = ledger.rows::<(String, String, String, i64)>(&sql, vec![now.into()]).await?;
        let mut filed = 0;
        for (name, hash, sealed, version) in left {
            let Some(channel) = Channel::parse(&name) else { continue };
            let talk: Dialogue = self.keys().open(&format!("dialogue/{name}/{hash}"), &sealed)?;
            let read = Read { talk: talk.clone(), hash, version: Some(version) };
            match self.file(channel, &read, &talk, Vec::new()).await {
                Ok(_) => filed += 1,
                Err(ServiceError::Repeated) => {}
                Err(error) => return Err(error),
            }
        }
        let old = "DELETE FROM channel_messages WHERE at < $1";
        let old = Statement::new(old, vec![(now - KNOWN_S).into()]).optional();
        ledger.write(vec![old]).await?;
        Ok(filed)
    }
}

fn wanted(channel: Channel, media: &[String]) -> Vec<WantedFile> {
    let file = |media_id: &String| WantedFile { channel, media_id: media_id.clone() };
    media.iter().map(file).collect()
}

pub(super) fn draft(
    kind: Option<Kind>,
    text: String,
    language: Language,
    claim: appeals::claim::Claim,
) -> Draft {
    Draft {
        kind: kind.unwrap_or(Kind::Other),
        topic: None,
        legal_kind: None,
        text,
        language,
        claim,
        subjects: Vec::new(),
        may_publish: false,
        danger: false,
        parent: None,
    }
}
