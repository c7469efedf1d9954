//! What is selected on the map, as an address.

use crate::url::{decode, encode, query_value, with_query};

/// A thing that the panel can show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selection {
    Route(String),
    Stop(String),
    Vehicle(String),
    Segment(String, String),
    /// Any other page of ours, such as what a search found.
    Page(String),
}

impl Selection {
    /// What a link of ours leads to; `None` if the panel cannot show it.
    pub fn from_path(path: &str) -> Option<Self> {
        let bare = path.split(['?', '#']).next().unwrap_or(path);
        let mut parts = bare.strip_prefix('/')?.split('/');
        let (room, first, second) = (parts.next()?, parts.next(), parts.next());
        match (room, first, second) {
            ("routes", Some(id), None) => Some(Self::Route(decode(id))),
            ("stops", Some(id), None) => Some(Self::Stop(decode(id))),
            ("vehicles", Some(id), None) => Some(Self::Vehicle(decode(id))),
            ("segments", Some(from), Some(to)) => Some(Self::Segment(decode(from), decode(to))),
            ("search", None, None) | ("staff", Some("about"), None) => {
                Some(Self::Page(path.to_owned()))
            }
            _ => None,
        }
    }

    /// Out of the map's own address.
    pub fn from_query(search: &str) -> Option<Self> {
        let value = |name: &str| query_value(search, name).filter(|value| !value.is_empty());
        value("vehicle")
            .map(Self::Vehicle)
            .or_else(|| value("stop").map(Self::Stop))
            .or_else(|| value("route").map(Self::Route))
            .or_else(|| {
                // The comma stands between two encoded ids, so that an id may hold one.
                let raw = search
                    .trim_start_matches('?')
                    .split('&')
                    .find_map(|p| p.strip_prefix("segment="))?;
                let (from, to) = raw.split_once(',').or_else(|| raw.split_once("%2C"))?;
                Some(Self::Segment(decode(from), decode(to)))
            })
    }

    /// The page that shows it.
    pub fn path(&self) -> String {
        match self {
            Self::Route(id) => format!("/routes/{}", encode(id)),
            Self::Stop(id) => format!("/stops/{}", encode(id)),
            Self::Vehicle(id) => format!("/vehicles/{}", encode(id)),
            Self::Segment(from, to) => format!("/segments/{}/{}", encode(from), encode(to)),
            Self::Page(path) => path.clone(),
        }
    }
}

/// The map's address with this selection and without the one before; all else in it stays.
pub(super) fn address(search: &str, selection: Option<&Selection>, follow: bool) -> String {
    let mut path = format!("/{search}");
    for name in ["vehicle", "stop", "route", "segment", "follow"] {
        path = with_query(&path, name, "");
    }
    let joint = if path.contains('?') { '&' } else { '?' };
    match selection {
        Some(Selection::Route(id)) => format!("{path}{joint}route={}", encode(id)),
        Some(Selection::Stop(id)) => format!("{path}{joint}stop={}", encode(id)),
        Some(Selection::Vehicle(id)) if follow => {
            format!("{path}{joint}vehicle={}&follow=1", encode(id))
        }
        Some(Selection::Vehicle(id)) => format!("{path}{joint}vehicle={}", encode(id)),
        Some(Selection::Segment(from, to)) => {
            format!("{path}{joint}segment={},{}", encode(from), encode(to))
        }
        Some(Selection::Page(_)) | None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_ours_are_selections_and_others_are_not() {
        assert_eq!(Selection::from_path("/routes/r%2F12"), Some(Selection::Route("r/12".into())));
        assert_eq!(Selection::from_path("/stops/a?lang=kk"), Some(Selection::Stop("a".into())));
        assert_eq!(
            Selection::from_path("/segments/a/b"),
            Some(Selection::Segment("a".into(), "b".into()))
        );
        for page in ["/search?q=1", "/staff/about?stop=a"] {
            assert_eq!(Selection::from_path(page).unwrap().path(), page);
        }
        for other in [
            "/routes",
            "/incidents",
            "/staff/appeals/26-000001-0",
            "/",
            "https://example.org/routes/1",
            "#main",
            "/api/v1/openapi.json",
        ] {
            assert_eq!(Selection::from_path(other), None, "{other}");
        }
    }

    #[test]
    fn an_address_that_is_shared_selects_the_same() {
        let all = [
            Selection::Route("r/12".into()),
            Selection::Stop("Абай & Co".into()),
            Selection::Vehicle("v1".into()),
            Selection::Segment("a,b".into(), "c".into()),
        ];
        for selection in all {
            let address = address("?lang=kk&stop=old&follow=1", Some(&selection), true);
            assert!(address.starts_with("/?lang=kk&") && !address.contains("old"), "{address}");
            let search = address.trim_start_matches('/');
            assert_eq!(Selection::from_query(search), Some(selection.clone()), "{address}");
            assert_eq!(Selection::from_path(&selection.path()), Some(selection));
        }
        assert_eq!(address("?stop=a", None, false), "/");
        assert_eq!(Selection::from_query(""), None);
    }
}
