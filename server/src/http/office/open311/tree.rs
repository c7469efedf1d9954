//! One tree, two notations: XML, and JSON as Open311 maps it ("Spark": no root, a list is always an array).

use super::words::in_language;
use appeals::words::Language;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// When to come again, seconds, when the register is away.
const RETRY_S: u64 = 5;

/// The notation that was asked for, by the extension of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    Xml,
    Json,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// Text; `None` is an empty element, or null.
    Text(Option<String>),
    Bool(bool),
    Int(i64),
    Number(Option<f64>),
    /// Children of one name.
    List(&'static str, Vec<Tree>),
    Fields(Vec<(&'static str, Tree)>),
}

/// Text.
pub fn text(text: impl Into<String>) -> Tree {
    Tree::Text(Some(text.into()))
}

/// Nothing.
pub const NOTHING: Tree = Tree::Text(None);

impl Tree {
    fn json(&self) -> Value {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Bool(yes) => (*yes).into(),
            Self::Int(number) => (*number).into(),
            Self::Number(number) => (*number).into(),
            Self::List(_, items) => items.iter().map(Self::json).collect(),
            Self::Fields(fields) => {
                fields.iter().map(|(name, tree)| ((*name).to_owned(), tree.json())).collect()
            }
        }
    }

    fn xml(&self, out: &mut String) {
        match self {
            Self::Text(text) => escape(text.as_deref().unwrap_or_default(), out),
            Self::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Self::Int(number) => out.push_str(&number.to_string()),
            Self::Number(number) => {
                out.push_str(&number.map_or_else(String::new, |n| n.to_string()));
            }
            Self::List(name, items) => items.iter().for_each(|item| element(name, item, out)),
            Self::Fields(fields) => {
                for (name, tree) in fields {
                    element(name, tree, out);
                }
            }
        }
    }
}

/// Text between tags.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    escape(text, &mut out);
    out
}

fn element(name: &str, tree: &Tree, out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    tree.xml(out);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Characters that XML 1.0 cannot hold are left out.
fn escape(text: &str, out: &mut String) {
    let fits = |c: &char| !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    let clean: String = text.chars().filter(fits).collect();
    out.push_str(&quick_xml::escape::escape(clean.as_str()));
}

impl Notation {
    /// Of an extension.
    pub fn of(extension: &str) -> Option<Self> {
        match extension {
            "xml" => Some(Self::Xml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Its extension.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xml => "xml",
            Self::Json => "json",
        }
    }

    /// The answer.
    pub fn answer(self, status: StatusCode, root: &str, tree: &Tree) -> Response {
        let (kind, body) = match self {
            Self::Json => ("application/json; charset=utf-8", tree.json().to_string()),
            Self::Xml => {
                let mut body = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
                element(root, tree, &mut body);
                ("text/xml; charset=utf-8", body)
            }
        };
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    }
}

/// What went wrong: HTTP status and words, all of it together.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults(pub Vec<(u16, String)>);

impl Faults {
    /// One.
    pub fn one(code: u16, words: impl Into<String>) -> Self {
        Self(vec![(code, words.into())])
    }

    /// The answer.
    pub fn answer(&self, notation: Notation, language: Language) -> Response {
        let status = self.0.first().and_then(|f| StatusCode::from_u16(f.0).ok());
        let errors = self.0.iter().map(|(code, words)| {
            let words = in_language(words, language);
            Tree::Fields(vec![("code", Tree::Int((*code).into())), ("description", text(words))])
        });
        let tree = Tree::List("error", errors.collect());
        let status = status.unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = notation.answer(status, "errors", &tree);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_S));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_notations_say_the_same() {
        let tree = Tree::List(
            "request",
            vec![Tree::Fields(vec![
                ("description", text("Қала & <әріп> \u{1}")),
                ("zipcode", NOTHING),
                ("lat", Tree::Number(Some(43.25))),
                ("long", Tree::Number(None)),
                ("metadata", Tree::Bool(true)),
                ("values", Tree::List("value", vec![])),
            ])],
        );
        let expected = serde_json::json!([{
            "description": "Қала & <әріп> \u{1}", "zipcode": null, "lat": 43.25, "long": null,
            "metadata": true, "values": [],
        }]);
        assert_eq!(tree.json(), expected);
        let mut xml = String::new();
        tree.xml(&mut xml);
        assert_eq!(
            xml,
            "<request><description>Қала &amp; &lt;әріп&gt; </description><zipcode></zipcode>\
             <lat>43.25</lat><long></long><metadata>true</metadata><values></values></request>"
        );
    }

    fn trees() -> impl Strategy<Value = Tree> {
        let leaf = prop_oneof![
            proptest::option::of("[^\\r\\n]{0,12}").prop_map(Tree::Text),
            any::<bool>().prop_map(Tree::Bool),
            any::<i64>().prop_map(Tree::Int),
            // Whole numbers and tiny ones are written otherwise in JSON, with the same meaning.
            proptest::option::of(1_000_000..90_000_000)
                .prop_map(|n| Tree::Number(n.map(|n: i32| f64::from(2 * n + 1) / 2e6))),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            const NAMES: [&str; 4] = ["lat", "value", "status_notes", "error"];
            let several = || proptest::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                several().prop_map(|items| Tree::List("item", items)),
                several().prop_map(|all| Tree::Fields(NAMES.into_iter().zip(all).collect())),
            ]
        })
    }

    fn leaves(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Array(all) => all.iter().for_each(|v| leaves(v, found)),
            Value::Object(fields) => fields.values().for_each(|v| leaves(v, found)),
            Value::Null => found.push(String::new()),
            Value::String(text) => found.push(text.clone()),
            other => found.push(other.to_string()),
        }
    }

    /// What stands in elements without children.
    fn xml_leaves(xml: &str) -> Vec<String> {
        use quick_xml::events::Event;
        let mut reader = quick_xml::Reader::from_str(xml);
        let (mut words, mut leaf, mut found) = (String::new(), false, Vec::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Start(_) => (words, leaf) = (String::new(), true),
                Event::Text(text) => words.push_str(&text),
                Event::GeneralRef(name) => {
                    let entity = format!("&{};", &*name);
                    words.push_str(&quick_xml::escape::unescape(&entity).unwrap());
                }
                Event::End(_) if std::mem::take(&mut leaf) => {
                    found.push(std::mem::take(&mut words));
                }
                Event::Eof => return found,
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn every_tree_is_sound_in_both_notations(tree in trees()) {
            let mut xml = String::new();
            element("root", &tree, &mut xml);
            // Characters that XML cannot hold are left out of it.
            let fits = |text: &String| {
                let mut out = String::new();
                escape(text, &mut out);
                quick_xml::escape::unescape(&out).unwrap().into_owned()
            };
            let (mut said, mut in_xml) = (Vec::new(), xml_leaves(&xml));
            leaves(&tree.json(), &mut said);
            let mut said: Vec<_> = said.iter().map(fits).collect();
            said.sort();
            in_xml.sort();
            prop_assert_eq!(said, in_xml);
        }
    }
}
