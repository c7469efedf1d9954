//! The knowledge base: life situations with their answer and documents, as data, found by plain words.

use crate::line::name_words;
use crate::words::{Language, Words};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A life situation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// For addresses; stable for ever.
    pub id: String,
    /// What it is about.
    pub theme: String,
    /// A question in plain words.
    pub title: Words,
    /// What to say: the answer.
    pub answer: Words,
    /// What to do, step by step.
    #[serde(default)]
    pub steps: Vec<Words>,
    /// What to bring.
    #[serde(default)]
    pub documents: Vec<Words>,
    /// Further words that people use for it.
    #[serde(default)]
    pub words: Vec<String>,
    /// A page of ours that helps, a path.
    pub page: Option<String>,
}

/// A theme.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Id.
    pub id: String,
    /// Its name.
    pub name: Words,
}

/// Why a knowledge base cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    /// Not the notation.
    #[error("knowledge: {0}")]
    Notation(#[from] toml::de::Error),
    /// An id is given twice, or a theme is not there.
    #[error("knowledge: {0} is given twice, or its theme is not there")]
    Loose(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    themes: Vec<Theme>,
    #[serde(default)]
    situations: Vec<Situation>,
}

/// Weight of a word that a title or a saying has.
const TITLE_WEIGHT: f64 = 3.0;
/// Weight of a word that only the answer has: alone it is no hit.
const ANSWER_WEIGHT: f64 = 0.5;
/// Less is no hit.
const SCORE_MIN: f64 = 2.0;

/// All situations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Knowledge {
    themes: Vec<Theme>,
    situations: Vec<Situation>,
    /// Words of titles and sayings, and of answers; by situation.
    index: Vec<(BTreeSet<String>, BTreeSet<String>)>,
}

impl Knowledge {
    /// Reads the files of a knowledge base.
    pub fn parse(texts: &[&str]) -> Result<Self, KnowledgeError> {
        let (mut themes, mut situations) = (Vec::new(), Vec::new());
        for text in texts {
            let file: File = toml::from_str(text)?;
            themes.extend(file.themes);
            situations.extend(file.situations);
        }
        let mut ids = BTreeSet::new();
        for s in &situations {
            if !ids.insert(s.id.clone()) || themes.iter().all(|t: &Theme| t.id != s.theme) {
                return Err(KnowledgeError::Loose(s.id.clone()));
            }
        }
        let index = situations.iter().map(index).collect();
        Ok(Self { themes, situations, index })
    }

    /// The themes.
    pub fn themes(&self) -> &[Theme] {
        &self.themes
    }

    /// All situations.
    pub fn all(&self) -> &[Situation] {
        &self.situations
    }

    /// The situation of an id.
    pub fn get(&self, id: &str) -> Option<&Situation> {
        self.situations.iter().find(|s| s.id == id)
    }

    /// Those that fit the words, best first, at most `limit`.
    pub fn search(&self, text: &str, limit: usize) -> Vec<&Situation> {
        let one = |readings: &Vec<String>, of: &BTreeSet<String>| {
            readings.iter().any(|r| of.iter().any(|w| crate::line::is_form_of(r, w)))
        };
        let mut scores = vec![0.0; self.situations.len()];
        for readings in crate::line::reading_words(text) {
            let in_title: Vec<bool> = self.index.iter().map(|(t, _)| one(&readings, t)).collect();
            let found = in_title.iter().filter(|t| **t).count().max(1);
            // A word that many titles have says little of any.
            let rare = (1.0 + self.situations.len() as f64 / found as f64).ln();
            for (i, score) in scores.iter_mut().enumerate() {
                if in_title[i] {
                    *score += TITLE_WEIGHT * rare;
                } else if one(&readings, &self.index[i].1) {
                    *score += ANSWER_WEIGHT;
                }
            }
        }
        let mut hits: Vec<(f64, usize)> =
            scores.into_iter().zip(0..).filter(|(score, _)| *score >= SCORE_MIN).collect();
        hits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        hits.into_iter().take(limit).map(|(_, i)| &self.situations[i]).collect()
    }
}

/// Short words say nothing of a topic.
const LETTERS_MIN: usize = 3;
/// Words that stand in every question.
const EMPTY: [&str; 22] = [
    "как",
    "что",
    "где",
    "когда",
    "если",
    "для",
    "или",
    "при",
    "это",
    "без",
    "калай",
    "кайда",
    "неге",
    "егер",
    "ушин",
    "how",
    "what",
    "where",
    "when",
    "the",
    "for",
    "автобус",
];

fn index(situation: &Situation) -> (BTreeSet<String>, BTreeSet<String>) {
    let words = |text: &str| name_words(text).into_iter().filter(|w| says_something(w));
    let title = Language::ALL.iter().flat_map(|l| words(situation.title.of(*l)));
    let sayings = situation.words.iter().flat_map(|w| words(w));
    let answer = Language::ALL.iter().flat_map(|l| words(situation.answer.of(*l)));
    (title.chain(sayings).collect(), answer.collect())
}

fn says_something(word: &str) -> bool {
    word.chars().count() >= LETTERS_MIN
        && !EMPTY.contains(&word)
        && !word.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use crate::shipped;

    #[test]
    fn the_shipped_base_is_whole_in_three_languages() {
        let base = shipped::knowledge().unwrap();
        assert!(base.all().len() >= 20, "{}", base.all().len());
        for s in base.all() {
            let texts = [&s.title, &s.answer].into_iter().chain(&s.steps).chain(&s.documents);
            for text in texts {
                for (language, text) in text.each() {
                    assert!(!text.trim().is_empty(), "{} in {language:?}", s.id);
                }
            }
        }
    }

    #[test]
    fn it_is_found_by_plain_words_in_any_language_and_layout() {
        let base = shipped::knowledge().unwrap();
        let first = |text: &str| base.search(text, 5).first().map(|s| s.id.clone());
        assert_eq!(first("забыл сумку в автобусе").as_deref(), Some("lost-item"));
        assert_eq!(first("автобуста сөмкемді ұмытып қалдым").as_deref(), Some("lost-item"));
        assert_eq!(first("pf,sk cevre").as_deref(), Some("lost-item"));
        assert_eq!(first("how do I get a refund").as_deref(), Some("refund"));
        assert!(base.search("92 8:10", 5).is_empty());
        assert!(base.search("", 5).is_empty());
    }
}
