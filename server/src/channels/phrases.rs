//! What is said to people who write, in the three languages, and short words that they say.

use super::dialogue::Question;
use appeals::words::Language;

fn of(language: Language, each: [&'static str; 3]) -> &'static str {
    match language {
        Language::Kk => each[0],
        Language::Ru => each[1],
        Language::En => each[2],
    }
}

/// Who we are, and what to write. Messengers carry words abroad: it is said before anything is asked.
pub fn hello(language: Language) -> &'static str {
    of(
        language,
        [
            "Сәлеметсіз бе! Бұл — қала көлігінің өтініштері. Бір хабарламамен жазыңыз: маршрут, аялдама, \
             уақыт, не болды. Мысалы: «92 Саяхат 8:10 келмеді». Мессенджер хабарларды шетел серверлері \
             арқылы жібереді: ЖСН мен мекенжай жазбаңыз. Қауіп болса — 112.",
            "Здравствуйте! Это обращения о транспорте города. Напишите одним сообщением: маршрут, \
             остановка, время, что случилось. Например: «92 Саяхат 8:10 не приехал». Мессенджер передаёт \
             сообщения через серверы за рубежом: не пишите ИИН и адрес. При опасности — 112.",
            "Hello! This is the city's desk for transport. Write in one message: route, stop, time, what \
             happened. Such as: «92 Sayakhat 8:10 did not come». The messenger carries words through \
             servers abroad: do not write your IIN or address. In danger call 112.",
        ],
    )
}

/// What is asked.
pub fn question(question: Question, language: Language) -> &'static str {
    let each = match question {
        Question::What => [
            "Не болды? Мысалы: келмеді, тоқтамай өтті, ұзақ күттім.",
            "Что случилось? Например: не приехал, проехал мимо, долго ждал.",
            "What happened? Such as: did not come, drove past, waited long.",
        ],
        Question::Route => [
            "Қай маршрут? Білмесеңіз «білмеймін» деп жазыңыз.",
            "Какой маршрут? Если не знаете, напишите «не знаю».",
            "Which route? If you do not know, write «don't know».",
        ],
        Question::Stop => [
            "Қай аялдамада? Атын жазыңыз немесе геонүктені жіберіңіз. Білмесеңіз — «білмеймін».",
            "На какой остановке? Напишите название или пришлите геопозицию. Если не знаете — «не знаю».",
            "At which stop? Write its name or send a location. If you do not know — «don't know».",
        ],
        Question::When => [
            "Қашан болды? Мысалы: «бүгін 8:10» немесе «қазір».",
            "Когда это было? Например: «сегодня 8:10» или «сейчас».",
            "When was it? Such as: «today 8:10» or «now».",
        ],
        Question::Name => [
            "Аты-жөніңіз? Онсыз бұл сигнал болады, жауап уәде етілмейді: «жоқ» деп жазуға болады.",
            "Как вас зовут? Без имени это будет сигнал, на который ответ не обещан: можно написать «нет».",
            "Your name? Without one it is a signal to which no answer is promised: you may write «no».",
        ],
    };
    of(language, each)
}

/// Further words were written to an appeal.
pub fn added(language: Language, number: &str) -> String {
    let each = [
        "{number} өтінішіңізге қосылды.",
        "Добавлено к обращению {number}.",
        "Added to appeal {number}.",
    ];
    of(language, each).replace("{number}", number)
}

/// An answer to thanks.
pub fn welcome(language: Language) -> &'static str {
    of(language, ["Рақмет!", "Спасибо вам!", "Thank you!"])
}

fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace('ё', "е");
    text.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').to_owned()
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    words.contains(&plain(text).as_str())
}

/// "I do not know": the question is not asked again.
pub fn is_skip(text: &str) -> bool {
    let words = [
        "не знаю",
        "нет",
        "незнаю",
        "пропустить",
        "без имени",
        "білмеймін",
        "билмеймин",
        "жоқ",
        "жок",
        "don't know",
        "dont know",
        "i don't know",
        "no",
        "skip",
        "-",
    ];
    is_one_of(text, &words) || text.trim() == "-"
}

/// "That is all": what is there is registered.
pub fn is_done(text: &str) -> bool {
    is_one_of(
        text,
        &[
            "готово",
            "все",
            "отправить",
            "отправь",
            "дайын",
            "болды",
            "жіберу",
            "done",
            "send",
            "that's all",
        ],
    )
}

/// Thanks and nothing else.
pub fn is_thanks(text: &str) -> bool {
    let words = [
        "спасибо",
        "большое спасибо",
        "спасибо большое",
        "благодарю",
        "рахмет",
        "рақмет",
        "көп рахмет",
        "көп рақмет",
        "ок",
        "окей",
        "хорошо",
        "понятно",
        "жарайды",
        "thanks",
        "thank you",
        "ok",
    ];
    is_one_of(text, &words)
}

/// A greeting and nothing else, or the first word to a bot.
pub fn is_greeting(text: &str) -> bool {
    let words = [
        "/start",
        "/help",
        "start",
        "help",
        "привет",
        "здравствуйте",
        "добрый день",
        "доброе утро",
        "добрый вечер",
        "сәлем",
        "салем",
        "сәлеметсіз бе",
        "салеметсиз бе",
        "қайырлы күн",
        "hi",
        "hello",
        "good morning",
        "good day",
    ];
    is_one_of(text, &words) || plain(text).starts_with("/start")
}

/// The language of a text, if it shows; Kazakh has letters that Russian has not.
pub fn language_of(text: &str) -> Option<Language> {
    let lower = text.to_lowercase();
    if lower.chars().any(|c| "әғқңөұүһі".contains(c)) {
        return Some(Language::Kk);
    }
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).collect();
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    if has(&["келмеди", "келмед", "рахмет", "салем", "билмеймин", "автобуста", "аялдамада"])
    {
        return Some(Language::Kk);
    }
    if lower.chars().any(|c| ('а'..='я').contains(&c)) {
        return Some(Language::Ru);
    }
    has(&["the", "bus", "did", "not", "was", "is", "hello", "hi", "waited", "driver", "at", "stop"])
        .then_some(Language::En)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_are_known_in_the_three_languages() {
        assert!(is_skip("Не знаю.") && is_skip("білмеймін") && is_skip("-"));
        assert!(
            is_thanks("Спасибо!")
                && is_thanks("РАХМЕТ")
                && !is_thanks("спасибо, автобус не пришел")
        );
        assert!(is_greeting("/start") && is_greeting("/start stop_12") && is_greeting("Сәлем!"));
        assert!(is_done("Готово") && !is_done("все автобусы опаздывают"));
        assert_eq!(language_of("Автобус келмеді"), Some(Language::Kk));
        assert_eq!(language_of("Автобус не приехал"), Some(Language::Ru));
        assert_eq!(language_of("The bus did not come"), Some(Language::En));
        assert_eq!(language_of("92 8:10"), None);
    }
}
