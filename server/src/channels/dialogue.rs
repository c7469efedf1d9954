//! A short talk in which an appeal is taken: what is said is kept, what is missing is asked once. Pure.

use super::phrases::{is_done, is_greeting, is_skip, is_thanks, language_of};
use crate::register::FILES_MAX;
use appeals::claim::{Claim, Place};
use appeals::ids::{AppealId, TopicId};
use appeals::kind::Kind;
use appeals::line::{Meaning, Understood};
use appeals::topic::Topics;
use appeals::words::Language;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// A draft is filed as it is when nothing more is said for so long, seconds: what people say is not lost.
pub const FILES_AFTER_S: EpochS = 3_600;
/// What is written so long after an appeal and says nothing of its own belongs to it, seconds.
const BELONGS_S: EpochS = 86_400;
/// Longest words of a draft, characters: the register's own.
const TEXT_CHARS_MAX: usize = 4_000;

/// What may be asked, each once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// What happened.
    What,
    /// Which route.
    Route,
    /// Which stop.
    Stop,
    /// When.
    When,
    /// Who speaks.
    Name,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Say who we are.
    Greet,
    /// Ask.
    Ask(Question),
    /// File the draft.
    File,
    /// It belongs to an appeal that was filed.
    Add(AppealId, String),
    /// Answer to thanks.
    Welcome,
}

/// A message, as far as the talk goes.
#[derive(Clone, Debug, Default)]
pub struct Said<'a> {
    /// Words.
    pub text: &'a str,
    /// A pin.
    pub place: Option<Place>,
    /// The name that the messenger knows.
    pub name: Option<&'a str>,
    /// A telephone that the person gave.
    pub phone: Option<&'a str>,
    /// The language that the messenger knows.
    pub language: Option<Language>,
    /// Words said before were changed.
    pub edited: bool,
    /// Names of files that lie with the messenger.
    pub media: &'a [String],
}

/// What a sender has said so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialogue {
    /// Where answers go: number or chat.
    pub address: String,
    /// The language of the talk.
    pub language: Option<Language>,
    /// Their words.
    pub text: String,
    /// What was understood.
    pub claim: Claim,
    /// What happened.
    pub kind: Option<Kind>,
    /// What it is about, of the city's topics.
    pub topic: Option<TopicId>,
    /// What was asked already.
    pub asked: Vec<Question>,
    /// What waits for an answer.
    pub awaiting: Option<Question>,
    /// Name.
    pub name: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Names of files that lie with the messenger.
    pub media: Vec<String>,
    /// The appeal that was filed last: id, number, when.
    pub last: Option<(AppealId, String, EpochS)>,
}

impl Dialogue {
    /// Something is being taken down.
    pub fn is_open(&self) -> bool {
        !self.text.is_empty() || self.claim.place.is_some()
    }

    /// The language of the talk, or a first guess.
    pub fn language(&self) -> Language {
        self.language.unwrap_or(Language::Ru)
    }

    /// Hears a message and says what comes next. `measurable` of a kind: the record can answer it.
    pub fn hear(
        &mut self,
        said: &Said<'_>,
        understand: impl Fn(&str) -> Understood,
        topics: &Topics,
        measurable: impl Fn(Kind) -> bool,
        now: EpochS,
    ) -> Step {
        self.name = said.name.map(str::to_owned).or(self.name.take());
        self.phone = said.phone.map(str::to_owned).or(self.phone.take());
        self.language = language_of(said.text).or(self.language).or(said.language);
        let text = said.text.trim();
        if !self.is_open() {
            let understood = understand(text);
            if let Some(step) = self.without_draft(said, &understood, now) {
                return step;
            }
        } else if is_done(text) {
            return Step::File;
        }
        let free = FILES_MAX.saturating_sub(self.media.len());
        self.media.extend(said.media.iter().take(free).cloned());
        if let Some(question) = self.awaiting
            && text.is_empty()
            && !(question == Question::Stop && said.place.is_some())
        {
            // A telephone or a pin is no answer to this: it is taken, and the question stays.
            self.claim.place = said.place.or(self.claim.place);
            return Step::Ask(question);
        }
        match self.awaiting.take() {
            Some(Question::Name) if !text.is_empty() => {
                if !is_skip(text) {
                    self.name = Some(text.to_owned());
                }
            }
            Some(_) if is_skip(text) => {}
            awaited => self.take(text, awaited, &understand, topics),
        }
        self.claim.place = said.place.or(self.claim.place);
        self.next(measurable)
    }

    /// What a message means while nothing is being taken down; `None`: a draft begins.
    fn without_draft(&self, said: &Said<'_>, u: &Understood, now: EpochS) -> Option<Step> {
        let text = said.text.trim();
        if text.is_empty() && said.place.is_none() || is_greeting(text) {
            return Some(Step::Greet);
        }
        if is_thanks(text) {
            return Some(Step::Welcome);
        }
        let own = !u.about.is_empty() || u.claim.route.is_some() || u.claim.stop.is_some();
        let (id, number, at) = self.last.as_ref()?;
        let fresh = now - at < BELONGS_S && (said.edited || !own);
        fresh.then(|| Step::Add(*id, number.clone()))
    }

    fn take(
        &mut self,
        text: &str,
        awaited: Option<Question>,
        understand: &impl Fn(&str) -> Understood,
        topics: &Topics,
    ) {
        if text.is_empty() {
            return;
        }
        let line = match awaited {
            // A number alone may be the digits of a kind.
            Some(Question::Route) => format!("маршрут {text}"),
            _ => text.to_owned(),
        };
        let u = understand(&line);
        let named = u.tokens.iter().any(|t| matches!(t.meaning, Meaning::Place { .. }));
        let (kind, topic) = (u.kind(topics), u.topic().cloned());
        let claim = &mut self.claim;
        claim.route = claim.route.take().or(u.claim.route);
        claim.stop = claim.stop.take().or(u.claim.stop);
        claim.place = claim.place.or(u.claim.place);
        claim.time = claim.time.take().or(u.claim.time);
        claim.wait_s = claim.wait_s.or(u.claim.wait_s);
        if awaited == Some(Question::Stop) && !named {
            claim.address = Some(text.chars().take(300).collect());
        }
        if self.kind.is_none() && awaited.is_none_or(|q| q == Question::What) {
            (self.kind, self.topic) = (kind, topic);
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        if self.text.chars().count() > TEXT_CHARS_MAX {
            self.text = self.text.chars().take(TEXT_CHARS_MAX).collect();
        }
    }

    fn next(&mut self, measurable: impl Fn(Kind) -> bool) -> Step {
        let claim = &self.claim;
        let somewhere = claim.stop.is_some() || claim.place.is_some() || claim.address.is_some();
        let by_record = self.kind.is_some_and(measurable);
        let missing = [
            (Question::What, self.kind.is_none()),
            (Question::Route, by_record && claim.route.is_none()),
            (Question::Stop, if by_record { !somewhere } else { !claim.has_place() }),
            (Question::When, by_record && claim.time.is_none()),
            (Question::Name, self.name.is_none()),
        ];
        let next = missing.into_iter().find(|(q, missing)| *missing && !self.asked.contains(q));
        match next {
            Some((question, _)) => {
                self.asked.push(question);
                self.awaiting = Some(question);
                Step::Ask(question)
            }
            None => Step::File,
        }
    }

    /// The talk after its draft was filed: who it is with stays known.
    #[must_use]
    pub fn filed(&self) -> Self {
        Self {
            address: self.address.clone(),
            language: self.language,
            name: self.name.clone(),
            phone: self.phone.clone(),
            last: self.last.clone(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appeals::line::{Gazetteer, understand};
    use appeals::shipped;
    use jiff::tz::TimeZone;

    const NOW: EpochS = 1_795_492_800;

    fn hear(talk: &mut Dialogue, text: &str) -> Step {
        let mut gazetteer = Gazetteer::new();
        gazetteer.add_route("92", "92".into());
        gazetteer.add_route("14", "14".into());
        gazetteer.add_place(vec!["Саяхат".into()], vec!["s1".into()], None, vec!["92".into()]);
        let kinds = shipped::kinds().unwrap();
        let topics = shipped::topics().unwrap();
        let zone = TimeZone::get("Asia/Almaty").unwrap();
        let said = Said { text, ..Said::default() };
        let read = |line: &str| understand(line, &gazetteer, &kinds, &topics, &zone, NOW);
        talk.hear(&said, read, &topics, |k| kinds.entry(k).rule.is_measurable(), NOW)
    }

    #[test]
    fn a_whole_message_needs_no_question_but_the_name() {
        let mut talk = Dialogue { name: Some("Айдос".into()), ..Dialogue::default() };
        assert_eq!(hear(&mut talk, "92 Саяхат 8:10 не приехал"), Step::File);
        assert_eq!(talk.claim.stop, Some("s1".into()));
        let mut talk = Dialogue::default();
        assert_eq!(hear(&mut talk, "92 Саяхат 8:10 келмеді"), Step::Ask(Question::Name));
        assert_eq!(talk.language(), Language::Kk);
        assert_eq!(hear(&mut talk, "жоқ"), Step::File);
        assert_eq!((talk.name, talk.kind), (None, Some(Kind::DidNotCome)));
    }

    #[test]
    fn what_is_missing_is_asked_once_and_kept_as_it_was_said() {
        let mut talk = Dialogue { name: Some("Айдос".into()), ..Dialogue::default() };
        assert_eq!(hear(&mut talk, "Здравствуйте"), Step::Greet);
        assert_eq!(hear(&mut talk, "ужас какой-то"), Step::Ask(Question::What));
        assert_eq!(hear(&mut talk, "проехал мимо"), Step::Ask(Question::Route));
        assert_eq!(hear(&mut talk, "14"), Step::Ask(Question::Stop));
        assert_eq!(hear(&mut talk, "у нового рынка"), Step::Ask(Question::When));
        assert_eq!(hear(&mut talk, "не знаю"), Step::File);
        assert_eq!(talk.claim.route, Some("14".into()));
        assert_eq!(talk.claim.address.as_deref(), Some("у нового рынка"));
        assert_eq!(talk.text, "ужас какой-то\nпроехал мимо\n14\nу нового рынка");
    }

    #[test]
    fn thanks_and_further_words_make_no_new_appeal() {
        let id = AppealId::new(1, [7; 10]);
        let last = Some((id, "26-000001-9".to_owned(), NOW));
        let mut talk = Dialogue { name: Some("А".into()), last, ..Dialogue::default() };
        assert_eq!(hear(&mut talk, "Спасибо!"), Step::Welcome);
        let add = Step::Add(id, "26-000001-9".to_owned());
        assert_eq!(hear(&mut talk, "там ещё дети стояли"), add);
        assert!(!talk.is_open());
        assert_eq!(hear(&mut talk, "92 Саяхат сейчас не приехал"), Step::File);
        let mut next = talk.filed();
        assert!(!next.is_open());
        assert_eq!(hear(&mut next, "готово"), add, "nothing is open: it is further words");
    }
}
