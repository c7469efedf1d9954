//! What people turn to the city with, beside the closed catalogue of kinds: a tree of topics as data. A topic
//! says which desk gets it and as which kind it counts; the rule, the terms and the law are the kind's.

use crate::ids::{DeskId, TopicId};
use crate::kind::{Kind, Sayings};
use crate::words::Words;
use serde::Deserialize;
use std::collections::BTreeSet;

/// A desk: a table at which people work.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// Id.
    pub id: DeskId,
    /// Its name.
    pub name: Words,
}

/// A group of topics.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Id.
    pub id: String,
    /// Its name.
    pub name: Words,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Stable for ever.
    pub id: TopicId,
    /// Its group.
    pub group: String,
    /// The kind that it counts as.
    pub kind: Kind,
    /// The desk that gets it.
    pub desk: DeskId,
    /// Its name in plain words.
    pub name: Words,
    /// What people say.
    pub words: Sayings,
}

/// Why a tree cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TopicsError {
    /// Not the notation.
    #[error("topics: {0}")]
    Notation(#[from] toml::de::Error),
    /// An id is given twice.
    #[error("topics: {0} is given twice")]
    Twice(String),
    /// A topic names a group or a desk that is not there.
    #[error("topics: {topic} names {unknown}, which is not there")]
    Unknown {
        /// The topic.
        topic: String,
        /// What it names.
        unknown: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    desks: Vec<Desk>,
    groups: Vec<Group>,
    topics: Vec<Topic>,
}

/// All topics, their groups and the desks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topics {
    /// Which edition.
    pub version: String,
    desks: Vec<Desk>,
    groups: Vec<Group>,
    all: Vec<Topic>,
}

impl Topics {
    /// Reads a tree: each id once, each topic in a group and with a desk of the file.
    pub fn parse(text: &str) -> Result<Self, TopicsError> {
        let File { version, desks, groups, topics } = toml::from_str(text)?;
        let mut ids = BTreeSet::new();
        let desk_ids = desks.iter().map(|d| format!("desk {}", d.id));
        let group_ids = groups.iter().map(|g| format!("group {}", g.id));
        let topic_ids = topics.iter().map(|t| format!("topic {}", t.id));
        for id in desk_ids.chain(group_ids).chain(topic_ids) {
            if !ids.insert(id.clone()) {
                return Err(TopicsError::Twice(id));
            }
        }
        for topic in &topics {
            for named in [format!("desk {}", topic.desk), format!("group {}", topic.group)] {
                if !ids.contains(&named) {
                    let topic = topic.id.to_string();
                    return Err(TopicsError::Unknown { topic, unknown: named });
                }
            }
        }
        Ok(Self { version, desks, groups, all: topics })
    }

    /// The topic of an id.
    pub fn get(&self, id: &str) -> Option<&Topic> {
        self.all.iter().find(|t| t.id.as_str() == id)
    }

    /// All topics, group by group as in the file.
    pub fn all(&self) -> &[Topic] {
        &self.all
    }

    /// The groups.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The desks.
    pub fn desks(&self) -> &[Desk] {
        &self.desks
    }

    /// The desk of an id.
    pub fn desk(&self, id: &str) -> Option<&Desk> {
        self.desks.iter().find(|d| d.id.as_str() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped;

    #[test]
    fn the_shipped_tree_is_whole() {
        let topics = shipped::topics().unwrap();
        assert!(topics.all().len() >= 30);
        for topic in topics.all() {
            for (language, name) in topic.name.each() {
                assert!(!name.trim().is_empty(), "{} in {language:?}", topic.id);
            }
        }
        // Every desk of the kinds has a name.
        for entry in shipped::kinds().unwrap().entries() {
            assert!(topics.desk(entry.desk.as_str()).is_some(), "{}", entry.desk);
        }
    }

    #[test]
    fn a_tree_with_a_loose_end_is_refused() {
        let topic = "[[topics]]\nid = \"a.b\"\ngroup = \"a\"\nkind = \"other\"\ndesk = \"d\"\n\
                     name = { kk = \"\", ru = \"\", en = \"\" }\n\
                     words = { kk = [], ru = [], en = [] }\n";
        let text = format!("version = \"1\"\ndesks = []\ngroups = []\n{topic}");
        assert!(matches!(
            Topics::parse(&text),
            Err(TopicsError::Notation(_) | TopicsError::Unknown { .. })
        ));
    }
}
