//! Services are the kinds of the catalogue; their attributes say which bus is meant.

use super::tree::{Faults, Tree, text};
use super::{Answer, Call};
use appeals::kind::{Kind, KindEntry};
use appeals::words::Language;
use axum::http::StatusCode;
use axum::response::Response;

/// Before the code of a kind. Codes are stable for ever.
const PREFIX: &str = "bus.";

/// The service code of a kind.
pub fn code(kind: Kind) -> String {
    format!("{PREFIX}{}", kind.code())
}

/// The kind of a service code.
pub fn kind(code: &str) -> Option<Kind> {
    Kind::parse(code.strip_prefix(PREFIX)?)
}

/// An attribute of every service.
pub struct Attribute {
    pub code: &'static str,
    pub datatype: &'static str,
    /// Keys of a list.
    pub keys: &'static [&'static str],
    /// It is asked for; else it only informs.
    pub variable: bool,
    words: [&'static str; 3],
}

/// In their order.
pub static ATTRIBUTES: [Attribute; 7] = [
    Attribute {
        code: "ROUTE",
        datatype: "string",
        keys: &[],
        variable: true,
        words: ["Маршрут", "Маршрут", "Route"],
    },
    Attribute {
        code: "DIRECTION",
        datatype: "singlevaluelist",
        keys: &["0", "1"],
        variable: true,
        words: ["Бағыты", "Направление", "Direction"],
    },
    Attribute {
        code: "VEHICLE",
        datatype: "string",
        keys: &[],
        variable: true,
        words: ["Мемлекеттік нөмірі", "Госномер", "Plate or garage number"],
    },
    Attribute {
        code: "EVENT_TIME",
        datatype: "datetime",
        keys: &[],
        variable: true,
        words: ["Қашан", "Когда", "When"],
    },
    Attribute {
        code: "ON_VEHICLE",
        datatype: "singlevaluelist",
        keys: &["yes", "no"],
        variable: true,
        words: ["Автобуста болдыңыз ба", "Вы были в автобусе", "Were you aboard"],
    },
    Attribute {
        code: "TRIP",
        datatype: "string",
        keys: &[],
        variable: true,
        words: ["Рейс", "Рейс", "Trip"],
    },
    Attribute {
        code: "INFO",
        datatype: "text",
        keys: &[],
        variable: false,
        words: [
            "Апат кезінде 112-ге хабарласыңыз",
            "При опасности звоните 112",
            "In danger call 112",
        ],
    },
];

fn word(words: [&'static str; 3], language: Language) -> &'static str {
    match language {
        Language::Kk => words[0],
        Language::Ru => words[1],
        Language::En => words[2],
    }
}

fn value_name(key: &str, language: Language) -> String {
    let words = match key {
        "yes" => ["Иә", "Да", "Yes"],
        "no" => ["Жоқ", "Нет", "No"],
        other => return other.to_owned(),
    };
    word(words, language).to_owned()
}

/// What all services are of.
pub fn group(language: Language) -> &'static str {
    word(["Қоғамдық көлік", "Общественный транспорт", "Public transport"], language)
}

fn service(entry: &KindEntry, language: Language, batch: bool) -> Tree {
    let keywords = if entry.private { "transport,bus,private" } else { "transport,bus" };
    Tree::Fields(vec![
        ("service_code", text(code(entry.code))),
        ("service_name", text(entry.name.of(language))),
        ("description", text(entry.name.of(language))),
        ("metadata", Tree::Bool(true)),
        ("type", text(if batch { "batch" } else { "realtime" })),
        ("keywords", text(keywords)),
        ("group", text(group(language))),
    ])
}

pub fn list(call: &Call<'_>) -> Response {
    let batch = call.office.settings.open311_batch;
    let entries = call.office.register.law().kinds().entries().iter();
    let services = entries.map(|e| service(e, call.language, batch)).collect();
    call.notation.answer(StatusCode::OK, "services", &Tree::List("service", services))
}

pub fn definition(call: &Call<'_>, code: &str) -> Answer {
    if kind(code).is_none() {
        return Err(Faults::one(404, format!("service_code {code} is not known")));
    }
    let attributes = ATTRIBUTES.iter().zip(1..).map(|(attribute, order)| {
        let values = attribute.keys.iter().map(|key| {
            Tree::Fields(vec![("key", text(*key)), ("name", text(value_name(key, call.language)))])
        });
        Tree::Fields(vec![
            ("variable", Tree::Bool(attribute.variable)),
            ("code", text(attribute.code)),
            ("datatype", text(attribute.datatype)),
            ("required", Tree::Bool(false)),
            ("datatype_description", Tree::Text(None)),
            ("order", Tree::Int(order)),
            ("description", text(word(attribute.words, call.language))),
            ("values", Tree::List("value", values.collect())),
        ])
    });
    let tree = Tree::Fields(vec![
        ("service_code", text(code)),
        ("attributes", Tree::List("attribute", attributes.collect())),
    ]);
    Ok(call.notation.answer(StatusCode::OK, "service_definition", &tree))
}
