//! What agencies tell passengers: GTFS-realtime alerts, read once, when they come.

use crate::gtfs_realtime::{Alert, EntitySelector, TranslatedString};
use std::sync::Arc;
use transit::EpochS;
use transit::ids::FeedIdx;

/// Most notices of one feed; the first of its message.
pub const NOTICES_MAX: usize = 2_000;
/// Most characters of one text.
const TEXT_CHARS_MAX: usize = 5_000;

/// A notice of an agency.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Whose.
    pub feed: FeedIdx,
    /// The entity's id in its feed.
    pub id: String,
    /// `Alert.cause`, the standard's name in snake case; `None` where unknown.
    pub cause: Option<&'static str>,
    /// `Alert.effect`, the same.
    pub effect: Option<&'static str>,
    /// `Alert.severity_level`, the same.
    pub severity: Option<&'static str>,
    /// When it holds; always, if empty.
    pub periods: Vec<Period>,
    /// Whom it concerns.
    pub concerns: Vec<Concern>,
    /// Summary.
    pub header: Texts,
    /// Description.
    pub description: Texts,
    /// More about it: addresses of the web only.
    pub url: Texts,
    /// As it came, to be passed on.
    pub as_given: Arc<Alert>,
}

/// From, inclusive; to, exclusive; open where `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// From.
    pub from: Option<EpochS>,
    /// To.
    pub until: Option<EpochS>,
}

/// A selector: all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concern {
    /// `route_id`, of the selector or of its trip.
    pub route_id: Option<String>,
    /// `route_type`.
    pub route_type: Option<u16>,
    /// `direction_id`.
    pub direction_id: Option<u8>,
    /// `stop_id`.
    pub stop_id: Option<String>,
    /// `trip_id`.
    pub trip_id: Option<String>,
}

/// One text in several languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(Vec<(Option<String>, String)>);

impl Notice {
    /// The notice of an entity.
    pub fn of(feed: FeedIdx, id: Option<&str>, alert: &Alert) -> Self {
        let periods = alert.active_period.iter().map(|p| Period {
            from: p.start.filter(|t| *t > 0).and_then(|t| EpochS::try_from(t).ok()),
            until: p.end.filter(|t| *t > 0).and_then(|t| EpochS::try_from(t).ok()),
        });
        Self {
            feed,
            id: id.unwrap_or_default().to_owned(),
            cause: alert.cause.and_then(cause),
            effect: alert.effect.and_then(effect),
            severity: alert.severity_level.and_then(severity),
            periods: periods.collect(),
            concerns: alert.informed_entity.iter().map(Concern::of).collect(),
            header: Texts::of(alert.header_text.as_ref()),
            description: Texts::of(alert.description_text.as_ref()),
            url: Texts::of(alert.url.as_ref()).only_web(),
            as_given: Arc::new(alert.clone()),
        }
    }

    /// The period that holds at `at`, else the next one; `None` once all are over.
    pub fn period(&self, at: EpochS) -> Option<Period> {
        if self.periods.is_empty() {
            return Some(Period { from: None, until: None });
        }
        let ahead = self.periods.iter().filter(|p| p.until.is_none_or(|until| until > at));
        ahead.min_by_key(|p| p.from.unwrap_or(EpochS::MIN)).copied()
    }
}

impl Period {
    /// Whether it holds at `at`, which is before its end.
    pub fn has_begun(&self, at: EpochS) -> bool {
        self.from.is_none_or(|from| from <= at)
    }
}

impl Concern {
    /// Whether it names a route, by itself or by a trip.
    pub fn names_route(&self) -> bool {
        self.route_id.is_some() || self.trip_id.is_some()
    }

    fn of(selector: &EntitySelector) -> Self {
        let given = |text: Option<&String>| text.filter(|t| !t.trim().is_empty()).cloned();
        let trip = selector.trip.as_ref();
        let direction = selector.direction_id.or(trip.and_then(|t| t.direction_id));
        Self {
            route_id: given(selector.route_id.as_ref())
                .or_else(|| given(trip.and_then(|t| t.route_id.as_ref()))),
            route_type: selector.route_type.and_then(|t| u16::try_from(t).ok()),
            direction_id: direction.and_then(|d| u8::try_from(d).ok()),
            stop_id: given(selector.stop_id.as_ref()),
            trip_id: given(trip.and_then(|t| t.trip_id.as_ref())),
        }
    }
}

impl Texts {
    fn of(string: Option<&TranslatedString>) -> Self {
        let all = string.map(|s| s.translation.as_slice()).unwrap_or_default();
        let said = all.iter().filter_map(|t| {
            let text = t.text.as_deref().map(str::trim).filter(|t| !t.is_empty())?;
            Some((t.language.clone(), text.chars().take(TEXT_CHARS_MAX).collect()))
        });
        Self(said.collect())
    }

    fn only_web(mut self) -> Self {
        self.0.retain(|(_, text)| text.starts_with("https://") || text.starts_with("http://"));
        self
    }

    /// The text for a reader of `language` and the language that it is in (`None`: not said). Where there is
    /// none in it: for Kazakh the Russian one, then the one without a language, the English one, any.
    pub fn for_reader(&self, language: &str) -> Option<(Option<&str>, &str)> {
        let second = if language == "kk" { "ru" } else { language };
        let rank = |tag: Option<&str>| match tag.map(|t| t.split(['-', '_']).next().unwrap_or(t)) {
            Some(t) if t.eq_ignore_ascii_case(language) => 0,
            Some(t) if t.eq_ignore_ascii_case(second) => 1,
            None | Some("") => 2,
            Some(t) if t.eq_ignore_ascii_case("en") => 3,
            Some(_) => 4,
        };
        let best = self.0.iter().min_by_key(|(tag, _)| rank(tag.as_deref()))?;
        Some((best.0.as_deref().filter(|t| !t.is_empty()), &best.1))
    }
}

/// `Alert.Cause`.
const fn cause(value: i32) -> Option<&'static str> {
    Some(match value {
        2 => "other_cause",
        3 => "technical_problem",
        4 => "strike",
        5 => "demonstration",
        6 => "accident",
        7 => "holiday",
        8 => "weather",
        9 => "maintenance",
        10 => "construction",
        11 => "police_activity",
        12 => "medical_emergency",
        _ => return None,
    })
}

/// `Alert.Effect`.
const fn effect(value: i32) -> Option<&'static str> {
    Some(match value {
        1 => "no_service",
        2 => "reduced_service",
        3 => "significant_delays",
        4 => "detour",
        5 => "additional_service",
        6 => "modified_service",
        7 => "other_effect",
        9 => "stop_moved",
        10 => "no_effect",
        11 => "accessibility_issue",
        _ => return None,
    })
}

/// `Alert.SeverityLevel`.
const fn severity(value: i32) -> Option<&'static str> {
    Some(match value {
        2 => "info",
        3 => "warning",
        4 => "severe",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gtfs_realtime::{TimeRange, Translation};

    fn texts(all: &[(Option<&str>, &str)]) -> Texts {
        let translation = all.iter().map(|(language, text)| Translation {
            text: Some((*text).to_owned()),
            language: language.map(str::to_owned),
        });
        Texts::of(Some(&TranslatedString { translation: translation.collect() }))
    }

    #[test]
    fn a_reader_gets_the_nearest_language() {
        let all = texts(&[(Some("en-US"), "Detour"), (None, "Объезд"), (Some("ru"), "В объезд")]);
        assert_eq!(all.for_reader("en"), Some((Some("en-US"), "Detour")));
        assert_eq!(all.for_reader("kk"), Some((Some("ru"), "В объезд")));
        let bare = texts(&[(Some("pl"), "Objazd"), (Some(""), "Umleitung"), (Some("en"), "  ")]);
        assert_eq!(bare.for_reader("ru"), Some((None, "Umleitung")));
        assert_eq!(texts(&[(Some("pl"), "Objazd")]).for_reader("en"), Some((Some("pl"), "Objazd")));
        assert_eq!(Texts::default().for_reader("en"), None);
    }

    #[test]
    fn only_addresses_of_the_web_are_kept() {
        let alert = |url: &str| Alert {
            url: Some(TranslatedString {
                translation: vec![Translation { text: Some(url.to_owned()), language: None }],
            }),
            ..Alert::default()
        };
        let url = |text: &str| Notice::of(FeedIdx(0), None, &alert(text)).url;
        assert!(url("https://agency.example/1").for_reader("en").is_some());
        assert!(url("javascript:alert(1)").for_reader("en").is_none());
    }

    #[test]
    fn the_period_that_holds_or_comes_next_is_told() {
        let range = |start, end| TimeRange { start: Some(start), end };
        let alert = Alert {
            active_period: vec![range(500, None), range(100, Some(200)), range(300, Some(400))],
            ..Alert::default()
        };
        let notice = Notice::of(FeedIdx(0), Some("a"), &alert);
        let told = |at| notice.period(at).map(|p| (p.from, p.until, p.has_begun(at)));
        assert_eq!(told(50), Some((Some(100), Some(200), false)));
        assert_eq!(told(150), Some((Some(100), Some(200), true)));
        assert_eq!(told(200), Some((Some(300), Some(400), false)));
        assert_eq!(told(600), Some((Some(500), None, true)));
        let over = Alert { active_period: vec![range(1, Some(2))], ..Alert::default() };
        assert_eq!(Notice::of(FeedIdx(0), None, &over).period(2), None);
        let always = Notice::of(FeedIdx(0), None, &Alert::default()).period(9);
        assert_eq!(always, Some(Period { from: None, until: None }));
    }
}
