//! Texts in the languages of the city.

use serde::{Deserialize, Serialize};

/// A language that appeals come and answers go in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Kazakh, the language of the state.
    #[default]
    Kk,
    /// Russian.
    Ru,
    /// English.
    En,
}

impl Language {
    /// All.
    pub const ALL: [Self; 3] = [Self::Kk, Self::Ru, Self::En];

    /// BCP 47.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kk => "kk",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The language of a BCP 47 code, or of its first part.
    pub fn parse(code: &str) -> Option<Self> {
        let first = code.split(['-', '_']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|l| l.code() == first)
    }
}

/// One text in each language.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Kazakh.
    pub kk: String,
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
}

impl Words {
    /// The text of a language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Kk => &self.kk,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }

    /// Each with its text.
    pub fn each(&self) -> [(Language, &str); 3] {
        Language::ALL.map(|l| (l, self.of(l)))
    }
}
