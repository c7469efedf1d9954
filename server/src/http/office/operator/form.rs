//! The form of the desk as it comes, bounded.

use crate::problem::ProblemResponse;
use appeals::channel::Channel;
use appeals::words::Language;
use std::collections::BTreeMap;

/// Most fields.
const FIELDS_MAX: usize = 64;
/// Longest value, characters.
const CHARS_MAX: usize = 2_000;
/// What a twin holds when its field was chosen by hand; see `frontend/src/office/operator/fields.rs`.
const CHOSEN: &str = "-";
/// Back to what the line says.
const AUTO: &str = "auto";

/// Fields by their names.
#[derive(Clone, Debug, Default)]
pub struct DeskForm(pub BTreeMap<String, String>);

impl DeskForm {
    /// Reads a form; too much of it is refused.
    pub fn read(fields: Vec<(String, String)>) -> Result<Self, ProblemResponse> {
        let long = fields.iter().any(|(n, v)| n.len() > 40 || v.chars().count() > CHARS_MAX);
        if fields.len() > FIELDS_MAX || long {
            return Err(ProblemResponse::bad_request("a field of the form is too long"));
        }
        let fields = fields.into_iter().map(|(n, v)| (n, v.trim().to_owned()));
        Ok(Self(fields.collect()))
    }

    /// A value; empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A value that is there.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|v| !v.is_empty())
    }

    /// A value.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// What was chosen by hand instead of what the line says: `Some("")` is "none at all".
    pub fn chosen(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name).map(String::as_str)?;
        let twin = self.get(&format!("auto_{name}"));
        let chosen = value != AUTO && (twin == CHOSEN || value != twin);
        chosen.then_some(value)
    }

    /// The caller's language; the reader's if it is not said.
    pub fn language(&self, reader: Language) -> Language {
        Language::parse(self.get("language")).unwrap_or(reader)
    }

    /// By telephone, unless the person stands at the desk.
    pub fn channel(&self) -> Channel {
        if self.get("channel") == "walk_in" { Channel::WalkIn } else { Channel::Phone }
    }

    /// Nothing was typed that is worth keeping.
    pub fn is_blank(&self) -> bool {
        ["line", "phone", "name", "text", "address", "note"].iter().all(|n| self.get(n).is_empty())
    }

    /// For the next topic of the same caller: nothing is asked twice.
    pub fn next_topic(&self, seq: u32) -> Self {
        let kept = ["phone", "name", "language", "channel"];
        let fields = kept.iter().filter_map(|n| Some(((*n).to_owned(), self.0.get(*n)?.clone())));
        let mut next = Self(fields.collect());
        next.set("seq", seq.to_string());
        next
    }

    /// How many appeals came of this contact.
    pub fn seq(&self) -> u32 {
        self.get("seq").parse().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_was_changed_by_hand_holds_against_the_line() {
        let form = |value: &str, twin: &str| {
            let fields = [("route", value), ("auto_route", twin)];
            DeskForm::read(fields.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec()).unwrap()
        };
        assert_eq!(form("92", "92").chosen("route"), None);
        assert_eq!(form("12", "92").chosen("route"), Some("12"));
        assert_eq!(form("12", "-").chosen("route"), Some("12"));
        assert_eq!(form("", "92").chosen("route"), Some(""));
        assert_eq!(form("auto", "-").chosen("route"), None);
        assert_eq!(DeskForm::default().chosen("route"), None);
    }
}
