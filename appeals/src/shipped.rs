//! The data that come with the program. A city that has others brings its own texts to the same parsers.

use crate::calendar::{CalendarError, Calendars};
use crate::kind::{Catalogue, CatalogueError};
use crate::law::{Terms, TermsError};

/// Kazakhstan, 2026: as published.
pub const CALENDAR_2026: &str = include_str!("../../data/calendars/kz-2026.toml");
/// Kazakhstan, 2027: provisional.
pub const CALENDAR_2027: &str = include_str!("../../data/calendars/kz-2027.toml");
/// Terms of law and of the house.
pub const TERMS: &str = include_str!("../../data/appeals/terms.toml");
/// Kinds of appeal with their rules.
pub const KINDS: &str = include_str!("../../data/appeals/kinds.toml");

/// Both years.
pub fn calendars() -> Result<Calendars, CalendarError> {
    Calendars::parse(&[CALENDAR_2026, CALENDAR_2027])
}

/// The terms.
pub fn terms() -> Result<Terms, TermsError> {
    Terms::parse(TERMS)
}

/// The kinds.
pub fn kinds() -> Result<Catalogue, CatalogueError> {
    Catalogue::parse(KINDS)
}

/// Sentences of answers.
pub const ANSWERS: &str = include_str!("../../data/appeals/answers.toml");

/// The sentences.
pub fn texts() -> Result<crate::draft::Texts, crate::draft::TextsError> {
    crate::draft::Texts::parse(ANSWERS)
}

/// The city's topics.
pub const TOPICS: &str = include_str!("../../data/appeals/topics.toml");
/// Life situations, by theme.
pub const KNOWLEDGE: [&str; 3] = [
    include_str!("../../data/knowledge/riding.toml"),
    include_str!("../../data/knowledge/paying.toml"),
    include_str!("../../data/knowledge/appealing.toml"),
];

/// The topics.
pub fn topics() -> Result<crate::topic::Topics, crate::topic::TopicsError> {
    crate::topic::Topics::parse(TOPICS)
}

/// The knowledge base.
pub fn knowledge() -> Result<crate::knowledge::Knowledge, crate::knowledge::KnowledgeError> {
    crate::knowledge::Knowledge::parse(&KNOWLEDGE)
}
