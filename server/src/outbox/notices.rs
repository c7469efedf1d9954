//! What people are told of their appeal, and when: a pure function of what happened to it.

use super::letter::{Letter, Outgoing, Purpose, SECRET, address, way_name};
use crate::personal::Personal;
use appeals::answer::ReplyBy;
use appeals::appeal::{Appeal, Event, Ground};
use appeals::words::Language;
use jiff::civil::Date;
use transit::EpochS;

/// Longest text that goes out as a short message, characters: some five parts of one.
const SMS_CHARS_MAX: usize = 320;

/// Whom, by which way, with which secret.
pub struct Addressee<'a> {
    /// Who.
    pub personal: &'a Personal,
    /// How they want it.
    pub wanted: ReplyBy,
    /// The PIN, right after registration.
    pub pin: Option<&'a str>,
    /// Where appeals are looked at.
    pub public_url: Option<&'a str>,
}

/// The message that is due for `event`, the `seq`-th entry of the appeal's journal; most need none.
pub fn due(event: &Event, seq: u32, appeal: &Appeal, to: &Addressee<'_>) -> Option<Outgoing> {
    let (purpose, text) = text_of(event, appeal, to.pin.is_some())?;
    let wanted = match event {
        Event::AnswerSent { by, .. } => *by,
        _ => to.wanted,
    };
    let (by, address) = address(wanted, to.personal);
    let told = matches!(purpose, Purpose::Registered);
    if told && by == ReplyBy::Cabinet {
        // The number was shown when it was given.
        return None;
    }
    let link = to.public_url.map(|url| format!("\n{url}")).unwrap_or_default();
    let body = if by == ReplyBy::Sms && text.chars().count() > SMS_CHARS_MAX {
        // Long answers are read on the page.
        words(appeal.language, SHORT).replace("{number}", &appeal.number.to_string()) + &link
    } else {
        text + &link
    };
    Some(Outgoing {
        message_id: format!("{}/{seq}/{}", appeal.id, way_name(by)),
        appeal: Some(appeal.id),
        purpose,
        by,
        letter: Letter {
            to: address,
            subject: subject(appeal),
            body,
            secret: to.pin.map(str::to_owned),
            language: appeal.language,
            in_reply_to: None,
            good_until: None,
        },
    })
}

/// The code that opens an account, to the address that it was asked for; about no appeal, so that it says of none
/// whether there is any.
pub fn account_code(
    ask_hash: &str,
    address: &str,
    (code, good_until): (String, EpochS),
    language: Language,
) -> Outgoing {
    Outgoing {
        message_id: format!("account/{ask_hash}"),
        appeal: None,
        purpose: Purpose::AccountCode,
        by: ReplyBy::Email,
        letter: Letter {
            to: address.to_owned(),
            subject: words(language, CODE_SUBJECT).to_owned(),
            body: words(language, CODE).to_owned(),
            secret: Some(code),
            language,
            in_reply_to: None,
            good_until: Some(good_until),
        },
    }
}

/// The subject of every e-mail about an appeal: its number in it leads an answer back.
pub fn subject(appeal: &Appeal) -> String {
    let word = words(appeal.language, ["Өтініш", "Обращение", "Appeal"]);
    format!("{word} [{}]", appeal.number)
}

fn words(language: Language, each: [&'static str; 3]) -> &'static str {
    match language {
        Language::Kk => each[0],
        Language::Ru => each[1],
        Language::En => each[2],
    }
}

const SHORT: [&str; 3] = [
    "{number} өтінішіңізге жауап бар. Оны нөмір мен PIN арқылы өтініш бетінен оқыңыз.",
    "По обращению {number} есть ответ. Прочитайте его на странице обращения по номеру и PIN.",
    "There is an answer to appeal {number}. Read it on the appeal's page by number and PIN.",
];

const CODE_SUBJECT: [&str; 3] =
    ["Өтініштеріңізді көру коды", "Код для просмотра обращений", "Code to see your appeals"];
const CODE: [&str; 3] = [
    "Код: {secret}\n\nОны сұраған бетке енгізіңіз. Код сұралғаннан кейін 10 минут жарамды, бір рет қана \
     қолданылады. Ешкімге айтпаңыз: біз оны ешқашан сұрамаймыз. Сіз сұрамаған болсаңыз, ештеңе істемеңіз.",
    "Код: {secret}\n\nВведите его на странице, где его запросили. Код действует 10 минут после запроса и \
     только один раз. Никому его не сообщайте: мы никогда его не спрашиваем. Если вы его не запрашивали, \
     ничего делать не нужно.",
    "Code: {secret}\n\nType it into the page where it was asked for. It works for 10 minutes after that, and \
     once. Tell it to nobody: we never ask for it. If you did not ask for it, do nothing.",
];

const REGISTERED: [&str; 3] = [
    "Өтінішіңіз тіркелді. Нөмірі {number}.",
    "Ваше обращение зарегистрировано. Номер {number}.",
    "Your appeal is registered. Number {number}.",
];
const DUE: [&str; 3] =
    [" Жауап мерзімі: {due}.", " Ответ до {due}.", " The answer is due by {due}."];
const SIGNAL: [&str; 3] = [
    " Аты-жөніңіз болмағандықтан бұл сигнал: жауап уәде етілмейді.",
    " Без имени это сигнал: ответ не обещан, но он учтён.",
    " Without a name it is a signal: it counts, but no answer is promised.",
];
const PIN: [&str; 3] = [
    " PIN {secret}: күйін көру үшін сақтаңыз, ешкімге айтпаңыз.",
    " PIN {secret}: сохраните его, чтобы видеть ход, и никому не сообщайте.",
    " PIN {secret}: keep it to see its stage, tell it to nobody.",
];
const REDIRECTED: [&str; 3] = [
    "{number} өтінішіңіз құзыреті бойынша жолданды: {to}. Себебі: {reason}",
    "Обращение {number} передано по компетенции: {to}. Причина: {reason}",
    "Appeal {number} was passed on to the competent body: {to}. Reason: {reason}",
];
const EXTENDED: [&str; 3] = [
    "{number} өтінішінің мерзімі {due} дейін ұзартылды. Себебі: {reason}",
    "Срок обращения {number} продлён до {due}. Причина: {reason}",
    "The term of appeal {number} was extended until {due}. Reason: {reason}",
];
const RETURNED: [&str; 3] = [
    "{number} өтінішіңіз қайтарылды. Жетіспейтіні: {reason}",
    "Обращение {number} возвращено. Не хватает: {reason}",
    "Appeal {number} was given back. What is missing: {reason}",
];
const NOT_CONSIDERED: [&str; 3] = [
    "{number} өтінішіңіз қараусыз қалдырылды ({ground}): {reason}",
    "Обращение {number} оставлено без рассмотрения ({ground}): {reason}",
    "Appeal {number} was left without consideration ({ground}): {reason}",
];
const QUESTION: [&str; 3] = [
    "{number} өтінішіңіз бойынша сұрақ: {reason}",
    "Вопрос по обращению {number}: {reason}",
    "A question on appeal {number}: {reason}",
];
const ANSWER: [&str; 3] = [
    "{number} өтінішіңізге жауап.\n\n{body}\n\n{basis}\n\n{right}",
    "Ответ на обращение {number}.\n\n{body}\n\n{basis}\n\n{right}",
    "Answer to appeal {number}.\n\n{body}\n\n{basis}\n\n{right}",
];

const TOLD: [&str; 3] = [
    "{number} өтінішіңіз бойынша не істелді.\n\n{body}",
    "Что сделано по обращению {number}.\n\n{body}",
    "What was done on appeal {number}.\n\n{body}",
];

fn day(date: Date) -> String {
    date.strftime("%d.%m.%Y").to_string()
}

fn ground(ground: Ground, language: Language) -> &'static str {
    let each = match ground {
        Ground::Anonymous => ["аты-жөнсіз", "без имени", "without a name"],
        Ground::NoSubstance => ["мәні көрсетілмеген", "нет сути", "it says nothing"],
        Ground::AnsweredBefore => ["бұрын жауап берілген", "ответ уже дан", "answered before"],
        Ground::InCourt => ["сотта қаралуда", "рассматривает суд", "a court has the matter"],
        Ground::NoAuthority => ["өкілеттік жоқ", "нет полномочий", "no authority"],
    };
    words(language, each)
}

/// Why and what, in the appeal's language.
fn text_of(event: &Event, appeal: &Appeal, pin: bool) -> Option<(Purpose, String)> {
    let say = |each: [&'static str; 3]| {
        words(appeal.language, each).replace("{number}", &appeal.number.to_string())
    };
    Some(match event {
        Event::Registered { .. } => {
            let mut text = say(REGISTERED);
            match appeal.due_on {
                Some(due) => text.push_str(&say(DUE).replace("{due}", &day(due))),
                None => text.push_str(&say(SIGNAL)),
            }
            if pin {
                text.push_str(&say(PIN));
            }
            debug_assert!(!pin || text.contains(SECRET));
            (Purpose::Registered, text)
        }
        Event::AnswerSent { .. } => {
            let answer = appeal.answer.as_ref()?;
            let text = words(answer.language, ANSWER)
                .replace("{number}", &appeal.number.to_string())
                .replace("{basis}", &answer.legal_basis)
                .replace("{right}", &answer.right_of_appeal)
                .replace("{body}", &answer.body);
            (Purpose::Answer, text.trim_end().to_owned())
        }
        Event::Redirected(redirect) => {
            let text = say(REDIRECTED)
                .replace("{to}", redirect.to.as_str())
                .replace("{reason}", &redirect.reason);
            (Purpose::Redirected, text)
        }
        Event::Extended(extension) => {
            let text = say(EXTENDED)
                .replace("{due}", &day(extension.until))
                .replace("{reason}", &extension.reason);
            (Purpose::Extended, text)
        }
        Event::Told { text } => (Purpose::Effect, say(TOLD).replace("{body}", text)),
        Event::Returned { reason } => {
            (Purpose::Returned, say(RETURNED).replace("{reason}", reason))
        }
        Event::NotConsidered { ground: of, reason } => {
            let text = say(NOT_CONSIDERED)
                .replace("{ground}", ground(*of, appeal.language))
                .replace("{reason}", reason);
            (Purpose::NotConsidered, text)
        }
        Event::ApplicantAsked { question } => {
            (Purpose::Question, say(QUESTION).replace("{reason}", question))
        }
        _ => return None,
    })
}
