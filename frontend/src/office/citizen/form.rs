//! The fields of the form, carried from screen to screen by the pages themselves: there is no session.

use leptos::prelude::*;
use std::collections::BTreeMap;

/// What happened, where and when: nothing of it says who speaks, so that it may stand in an address.
const PLACE: [&str; 18] = [
    "kind",
    "thanks",
    "from",
    "route",
    "route_find",
    "stop",
    "stop_find",
    "vehicle",
    "vehicle_text",
    "place_words",
    "date",
    "time",
    "time_to",
    "days",
    "about",
    "wait",
    "on_bus",
    "asked",
];

/// The person's words, and who it is: only ever in the body of a POST.
const PERSON: [&str; 10] = [
    "text",
    "danger",
    "name",
    "phone",
    "email",
    "reply_by",
    "consent",
    "may_publish",
    "join",
    "key",
];

/// What a button or a choice of one screen asks for; never carried on.
const ASKED: [&str; 3] = ["go", "route_pick", "stop_pick"];

/// Longest value, characters; the person's words have a bound of their own.
const VALUE_CHARS_MAX: usize = 300;
/// Longest words that are looked at, characters: beyond what the register takes, so that it can say so.
const TEXT_CHARS_MAX: usize = 6_000;

/// What was entered so far. Names are a closed list; what is empty is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    values: BTreeMap<&'static str, String>,
}

impl Form {
    /// Out of names and values; of equal names the last that is not empty counts.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            let known = PLACE.iter().chain(&PERSON).chain(&ASKED).find(|known| **known == name);
            let most = if name == "text" { TEXT_CHARS_MAX } else { VALUE_CHARS_MAX };
            let value: String = value.trim().chars().take(most).collect();
            if let Some(known) = known.filter(|_| !value.is_empty()) {
                form.values.insert(known, value);
            }
        }
        form
    }

    /// A value; empty where nothing was entered.
    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Something was entered.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Sets a value; an empty one takes it away.
    pub fn set(&mut self, name: &'static str, value: &str) {
        if value.is_empty() {
            self.values.remove(name);
        } else {
            self.values.insert(name, value.to_owned());
        }
    }

    /// Takes a value away, and gives it.
    pub fn take(&mut self, name: &str) -> String {
        self.values.remove(name).unwrap_or_default()
    }

    /// Words or a person stand in it: it may only be posted.
    pub fn is_personal(&self) -> bool {
        PERSON.iter().any(|name| self.has(name))
    }

    /// What happened, where and when, as the query of an address.
    pub fn query(&self) -> String {
        let pairs = PLACE.iter().filter(|name| self.has(name));
        let pairs = pairs.map(|name| format!("{name}={}", crate::encode(self.get(name))));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// Everything that this screen does not ask, hidden in it.
    pub(super) fn hidden(&self, shown: &[&str]) -> AnyView {
        let carried = PLACE.iter().chain(&PERSON).filter(|n| self.has(n) && !shown.contains(n));
        let inputs = carried.map(
            |name| view! { <input type="hidden" name=*name value=self.get(name).to_owned()/> },
        );
        inputs.collect_view().into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_names_are_carried_and_nothing_personal_stands_in_an_address() {
        let form = Form::of([
            ("kind", "late"),
            ("route", "r 12"),
            ("name", " Айдос "),
            ("evil", "x"),
            ("stop", "  "),
            ("go", "next"),
        ]);
        assert_eq!(form.get("name"), "Айдос");
        assert_eq!(form.query(), "kind=late&route=r%2012");
        assert!(form.is_personal() && !form.has("stop") && !form.has("evil"));
        let hidden = form.hidden(&["kind"]).to_html();
        assert!(hidden.contains("Айдос") && !hidden.contains("late") && !hidden.contains("next"));
    }
}
