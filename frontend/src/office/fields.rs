//! Fields of a form that gives one command: labelled, and filled with what was typed when it was refused.

use super::queue::options;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The fields of one command's form.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    /// The command: ids of fields begin with it.
    pub command: &'a str,
    /// What was typed, when this command was refused.
    pub typed: Option<&'a BTreeMap<String, String>>,
}

impl Fields<'_> {
    fn id(self, name: &str) -> String {
        format!("{}-{name}", self.command)
    }

    /// What was typed, else what the field begins with.
    fn value(self, name: &str, begin: &str) -> String {
        let typed = self.typed.and_then(|typed| typed.get(name));
        typed.map_or_else(|| begin.to_owned(), Clone::clone)
    }

    /// One line of a kind (`text`, `number`, `date`).
    pub fn line(
        self,
        name: &'static str,
        label: &'static str,
        begin: &str,
        kind: &'static str,
    ) -> AnyView {
        self.line_of(None, name, label, (begin, kind))
    }

    /// The same, with suggestions of the `<datalist>` of an id.
    pub fn line_of(
        self,
        list: Option<&'static str>,
        name: &'static str,
        label: &'static str,
        (begin, kind): (&str, &'static str),
    ) -> AnyView {
        let id = self.id(name);
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id name=name type=kind value=self.value(name, begin) maxlength="200" list=list autocomplete="off"/>
            </div>
        }
        .into_any()
    }

    /// Several lines.
    pub fn area(self, name: &'static str, label: &'static str, begin: &str, rows: u32) -> AnyView {
        let id = self.id(name);
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <textarea id=id name=name rows=rows maxlength="8000">{self.value(name, begin)}</textarea>
            </div>
        }
        .into_any()
    }

    /// One of a list of codes with their names.
    pub fn choice(
        self,
        name: &'static str,
        label: &'static str,
        list: &[(String, String)],
        begin: &str,
    ) -> AnyView {
        let id = self.id(name);
        let chosen = self.value(name, begin);
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <select id=id name=name>{options(list, &chosen)}</select>
            </div>
        }
        .into_any()
    }
}
