//! What is wrong, in the language of who asks: users read it. The English sentence is the key; `{}` in it stands
//! for what it is about. What is in no line here (words of the domain and of libraries) stays English.

use appeals::words::Language;

/// English, Kazakh, Russian.
const SENTENCES: [[&str; 3]; 34] = [
    ["{} is not known", "{} белгісіз", "{}: такого нет"],
    ["{} required", "{} қажет", "нужно указать {}"],
    ["{} is too long", "{} тым ұзын", "{}: слишком длинно"],
    ["{} is no number", "{} сан емес", "{}: это не число"],
    ["{} is no number of degrees", "{} градус саны емес", "{}: это не градусы"],
    ["{} is not attribute[CODE]", "{} attribute[CODE] түрінде емес", "{}: нужно attribute[CODE]"],
    [
        "{} is a date and time with its offset",
        "{}: күні, уақыты және ығысуы қажет",
        "{}: нужны дата, время и смещение",
    ],
    ["attribute {} is not known", "{} атрибуты белгісіз", "атрибута {} нет"],
    ["attribute {} is too long", "{} атрибуты тым ұзын", "атрибут {}: слишком длинно"],
    [
        "attribute EVENT_TIME is in the future",
        "EVENT_TIME атрибуты болашақта",
        "атрибут EVENT_TIME: время ещё не наступило",
    ],
    [
        "service_code {} is not known",
        "service_code {} белгісіз",
        "service_code {}: такой услуги нет",
    ],
    [
        "api_key is missing or not known",
        "api_key жоқ немесе белгісіз",
        "api_key нет или он неизвестен",
    ],
    [
        "the path ends in .xml or .json",
        "жол .xml немесе .json деп аяқталады",
        "путь кончается на .xml или .json",
    ],
    [
        "the part of the address after ? is not name=value in UTF-8",
        "мекенжайдың ? кейінгі бөлігі UTF-8 түріндегі атау=мән емес",
        "часть адреса после ? не имеет вида имя=значение в UTF-8",
    ],
    ["Idempotency-Key is too long", "Idempotency-Key тым ұзын", "Idempotency-Key: слишком длинно"],
    ["there is nothing at this path", "бұл жолда ештеңе жоқ", "по этому пути ничего нет"],
    [
        "this method cannot be used here",
        "бұл әдіс мұнда қолданылмайды",
        "этот метод здесь не применяется",
    ],
    ["more than {} fields", "{} өрістен көп", "полей больше чем {}"],
    ["the body is larger than {} bytes", "дене {} байттан үлкен", "тело больше {} байт"],
    [
        "send the body as application/x-www-form-urlencoded",
        "денені application/x-www-form-urlencoded түрінде жіберіңіз",
        "тело нужно в виде application/x-www-form-urlencoded",
    ],
    [
        "lat and long lie outside the area that is served",
        "lat пен long қызмет көрсету аймағынан тыс",
        "lat и long вне обслуживаемой территории",
    ],
    ["long required with lat", "lat бар жерде long қажет", "вместе с lat нужно указать long"],
    ["lat required with long", "long бар жерде lat қажет", "вместе с long нужно указать lat"],
    ["lat and long are degrees", "lat пен long – градус", "lat и long указываются в градусах"],
    ["lat and long, or neither", "lat пен long екеуі де қажет", "нужны и lat, и long"],
    [
        "address_id is stop:<stop_id> of a stop that there is",
        "address_id – бар аялдаманың stop:<stop_id>",
        "address_id – это stop:<stop_id> существующей остановки",
    ],
    [
        "lat and long, address_string or address_id required",
        "lat пен long, address_string немесе address_id қажет",
        "нужны lat и long, address_string или address_id",
    ],
    [
        "ROUTE required: two of attribute[ROUTE], address_id=stop:… and attribute[VEHICLE]",
        "ROUTE required: attribute[ROUTE], address_id=stop:… және attribute[VEHICLE] ішінен екеуі қажет",
        "ROUTE required: нужны два из attribute[ROUTE], address_id=stop:… и attribute[VEHICLE]",
    ],
    [
        "radius is a number of metres up to {}",
        "radius – {} метрге дейін",
        "radius – метры, не больше {}",
    ],
    ["status is open or closed", "status – open немесе closed", "status – open или closed"],
    [
        "start_date is after end_date",
        "start_date end_date күнінен кейін",
        "start_date позже end_date",
    ],
    [
        "start_date and end_date are more than 90 days apart",
        "start_date пен end_date арасы 90 күннен көп",
        "между start_date и end_date больше 90 дней",
    ],
    ["this token is not known", "бұл token белгісіз", "такого token нет"],
    [
        "the register is away for a moment: try again",
        "тізілім уақытша қолжетімсіз: қайталап көріңіз",
        "реестр временно недоступен: повторите",
    ],
];

/// The sentence in a language.
pub fn in_language(english: &str, language: Language) -> String {
    let which = match language {
        Language::En => return english.to_owned(),
        Language::Kk => 1,
        Language::Ru => 2,
    };
    let whole = SENTENCES.iter().find(|s| s[0] == english).map(|s| s[which].to_owned());
    let about = || {
        SENTENCES.iter().rev().find_map(|sentence| {
            let (before, after) = sentence[0].split_once("{}")?;
            let about = english.strip_prefix(before)?.strip_suffix(after)?;
            Some(sentence[which].replace("{}", about))
        })
    };
    whole.or_else(about).unwrap_or_else(|| english.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_found_with_what_it_is_about() {
        let said = |english: &str| in_language(english, Language::Ru);
        assert_eq!(said("service_code bus.x is not known"), "service_code bus.x: такой услуги нет");
        assert_eq!(said("jurisdiction_id is not known"), "jurisdiction_id: такого нет");
        assert_eq!(said("lat required with long"), "вместе с long нужно указать lat");
        assert_eq!(said("page is no number"), "page: это не число");
        assert_eq!(said("something else"), "something else");
        assert_eq!(in_language("page is no number", Language::En), "page is no number");
        for [english, kazakh, russian] in SENTENCES {
            let holes = [english, kazakh, russian].map(|s| s.matches("{}").count());
            assert_eq!(holes, [holes[0]; 3], "{english}");
        }
    }
}
