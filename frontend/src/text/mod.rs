//! What the pages say, in three languages. A message that one language lacks does not compile.
//!
//! Kazakh calls a route «маршрут» and a direction «бағыт», so that the two are never mixed up on a screen.

mod en;
mod kk;
mod ru;

use crate::page::Language;
use api::HeadwayStatus;
#[cfg(feature = "ssr")]
use api::IncidentKind;

#[cfg(feature = "ssr")]
/// A noun after a number: one, few (2–4 in Russian), many. Kazakh never changes it, English knows two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plural {
    pub one: &'static str,
    pub few: &'static str,
    pub many: &'static str,
}

/// Names of the bands, for one vehicle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bands {
    pub very_bunched: &'static str,
    pub bunched: &'static str,
    pub even: &'static str,
    pub gapped: &'static str,
    pub very_gapped: &'static str,
    pub unknown: &'static str,
}

impl Bands {
    pub fn name(&self, status: HeadwayStatus) -> &'static str {
        match status {
            HeadwayStatus::VeryBunched => self.very_bunched,
            HeadwayStatus::Bunched => self.bunched,
            HeadwayStatus::Even => self.even,
            HeadwayStatus::Gapped => self.gapped,
            HeadwayStatus::VeryGapped => self.very_gapped,
            HeadwayStatus::Unknown => self.unknown,
        }
    }
}

#[cfg(feature = "ssr")]
/// Short names of units, and the mark between whole and part of a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Units {
    pub min: &'static str,
    pub s: &'static str,
    pub h: &'static str,
    /// Days.
    pub d: &'static str,
    pub m: &'static str,
    pub km: &'static str,
    pub kmh: &'static str,
    pub vph: &'static str,
    pub decimal: char,
}

/// What the live map's own script says: all that the WebAssembly holds of the texts.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
pub(crate) struct ConsoleText {
    pub bands: Bands,
    pub map: &'static str,
    pub panel: &'static str,
    pub connecting: &'static str,
    pub live: &'static str,
    pub silent: &'static str,
    pub offline: &'static str,
    pub retry: &'static str,
    pub no_webgl: &'static str,
    pub map_failed: &'static str,
    pub no_script: &'static str,
    pub loading: &'static str,
    pub load_failed: &'static str,
    pub not_found: &'static str,
    pub back: &'static str,
    pub open_page: &'static str,
    pub follow: &'static str,
    pub unfollow: &'static str,
    pub not_live: &'static str,
    pub layers: &'static str,
    pub layer_vehicles: &'static str,
    pub layer_stops: &'static str,
    pub layer_lines: &'static str,
    pub layer_intensity: &'static str,
    pub legend: &'static str,
    pub in_view: &'static str,
    pub zoom_in: &'static str,
    pub credits: &'static str,
    pub zoom_out: &'static str,
    pub expand: &'static str,
    pub intensity_low: &'static str,
    pub intensity_ok: &'static str,
    pub intensity_unknown: &'static str,
    pub intensity_none: &'static str,
    pub intensity_width: &'static str,
    pub keys: &'static str,
}

#[cfg(feature = "ssr")]
/// Everything that the pages say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub console: &'static ConsoleText,
    pub units: Units,
    pub buses: Plural,
    // The frame of every page.
    pub tagline: &'static str,
    pub skip: &'static str,
    pub sections: &'static str,
    pub map: &'static str,
    pub routes: &'static str,
    pub stops: &'static str,
    pub incidents: &'static str,
    pub feeds: &'static str,
    pub search: &'static str,
    pub search_hint: &'static str,
    pub language: &'static str,
    pub theme: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,
    pub theme_system: &'static str,
    pub city_time: &'static str,
    pub demo: &'static str,
    pub demo_note: &'static str,
    pub feed_down: &'static str,
    pub feed_down_note: &'static str,
    /// With `{feed}`, `{since}` and `{ago}`.
    pub feed_repeats: &'static str,
    /// With `{feed}`.
    pub feed_empty: &'static str,
    /// With `{feed}`.
    pub feed_partly_old: &'static str,
    pub no_feeds: &'static str,
    pub warming_up: &'static str,
    pub store_down: &'static str,
    pub data_osm: &'static str,
    pub api: &'static str,
    pub printed: &'static str,
    // Words in tables.
    pub route: &'static str,
    pub direction: &'static str,
    pub stop: &'static str,
    pub vehicle: &'static str,
    pub trip: &'static str,
    pub towards: &'static str,
    pub plan: &'static str,
    pub fact: &'static str,
    pub forecast: &'static str,
    pub headway: &'static str,
    pub headway_now: &'static str,
    pub headway_plan: &'static str,
    pub vehicles: &'static str,
    pub vehicles_plan: &'static str,
    pub excess_wait: &'static str,
    pub excess_wait_note: &'static str,
    pub on_time: &'static str,
    pub bunched_share: &'static str,
    pub gapped_share: &'static str,
    pub coverage: &'static str,
    pub coverage_note: &'static str,
    pub deviation: &'static str,
    pub quality: &'static str,
    pub status: &'static str,
    pub hour: &'static str,
    pub since: &'static str,
    pub until: &'static str,
    pub value: &'static str,
    pub code: &'static str,
    pub unknown: &'static str,
    pub no_data: &'static str,
    pub late: &'static str,
    pub early: &'static str,
    pub now: &'static str,
    /// Before and after the span.
    pub in_minutes: (&'static str, &'static str),
    pub ago: &'static str,
    pub by_timetable: &'static str,
    pub ghosts: &'static str,
    pub sort: &'static str,
    pub sort_route: &'static str,
    pub sort_wait: &'static str,
    pub sort_gaps: &'static str,
    pub sort_bunching: &'static str,
    pub filter: &'static str,
    pub filter_hint: &'static str,
    pub only_trouble: &'static str,
    pub apply: &'static str,
    pub reset: &'static str,
    pub nothing_matches: &'static str,
    pub no_routes: &'static str,
    pub on_map: &'static str,
    // A route.
    pub ladder: &'static str,
    pub ladder_note: &'static str,
    pub ladder_empty: &'static str,
    pub departures_by_hour: &'static str,
    pub as_table: &'static str,
    pub mean_headway: &'static str,
    pub vehicles_now: &'static str,
    pub no_vehicles: &'static str,
    pub straight: &'static str,
    pub first_hours: &'static str,
    // A stop.
    pub stops_hint: &'static str,
    pub no_stops: &'static str,
    pub served_by: &'static str,
    pub next_buses: &'static str,
    pub last_buses: &'static str,
    pub no_next: &'static str,
    pub no_last: &'static str,
    pub scheduled_only: &'static str,
    pub expected: &'static str,
    /// From when to when a bus comes, with `{from}` and `{to}`.
    pub between: &'static str,
    pub left: &'static str,
    // A vehicle.
    pub bus: &'static str,
    pub no_trip: &'static str,
    pub layover: &'static str,
    pub off_route: &'static str,
    pub at_stop: &'static str,
    pub next_stop: &'static str,
    pub leader: &'static str,
    pub measured: &'static str,
    pub speed: &'static str,
    pub occupancy: &'static str,
    pub occupancy_names: [&'static str; 9],
    pub trip_inferred: &'static str,
    pub run: &'static str,
    // A segment.
    pub segment: &'static str,
    pub intensity: &'static str,
    pub intensity_note: &'static str,
    pub last_hour: &'static str,
    // Agencies' notices.
    pub alerts: &'static str,
    pub alert_more: &'static str,
    // Incidents.
    pub no_incidents: &'static str,
    pub incidents_unknown: &'static str,
    pub open_now: &'static str,
    pub closed: &'static str,
    pub suppressed: &'static str,
    pub suppressed_note: &'static str,
    pub place: &'static str,
    pub kinds: [&'static str; 5],
    // Feeds.
    pub feed_ok: &'static str,
    pub feed_is_down: &'static str,
    pub feed_is_repeating: &'static str,
    pub newest_position: &'static str,
    pub feed_of_alerts: &'static str,
    pub feed_never: &'static str,
    pub last_dataset: &'static str,
    pub received: &'static str,
    pub accepted: &'static str,
    pub rejected: &'static str,
    pub reason: &'static str,
    pub count: &'static str,
    pub matched: &'static str,
    pub age: &'static str,
    pub failures: &'static str,
    pub last_error: &'static str,
    pub nothing_rejected: &'static str,
    /// `RejectReason` by its wire name, in words.
    pub reasons: [(&'static str, &'static str); 14],
    // Search and errors.
    pub search_empty: &'static str,
    pub search_none: &'static str,
    pub search_more: &'static str,
    pub error_not_found: &'static str,
    pub error_bad_request: &'static str,
    pub error_unavailable: &'static str,
    pub error_other: &'static str,
    pub error_help: &'static str,
    // The chart's words.
    pub chart_plan: &'static str,
    pub chart_fact: &'static str,
    pub chart_unknown: &'static str,
}

#[cfg(feature = "ssr")]
impl Text {
    pub fn kind(&self, kind: IncidentKind) -> &'static str {
        self.kinds[match kind {
            IncidentKind::Bunching => 0,
            IncidentKind::Gap => 1,
            IncidentKind::Ghost => 2,
            IncidentKind::OffRoute => 3,
            IncidentKind::FeedDown => 4,
        }]
    }

    /// Why a position was refused; a reason that this page does not know yet stands as it is.
    pub fn reject_reason<'a>(&self, name: &'a str) -> &'a str {
        self.reasons.iter().find(|(n, _)| *n == name).map_or(name, |(_, words)| *words)
    }
}

impl Language {
    /// All, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Kk, Self::Ru, Self::En];

    /// BCP 47, also the value of `?lang=`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Kk => "kk",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// Its own name for itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kk => "Қазақша",
            Self::Ru => "Русский",
            Self::En => "English",
        }
    }

    #[cfg(feature = "ssr")]
    pub(crate) const fn text(self) -> &'static Text {
        match self {
            Self::Kk => &kk::TEXT,
            Self::Ru => &ru::TEXT,
            Self::En => &en::TEXT,
        }
    }

    /// What the map's script says.
    pub(crate) const fn console(self) -> &'static ConsoleText {
        match self {
            Self::Kk => &kk::CONSOLE,
            Self::Ru => &ru::CONSOLE,
            Self::En => &en::CONSOLE,
        }
    }

    #[cfg(feature = "ssr")]
    /// The word's form after a number, by CLDR's rules for whole numbers.
    pub(crate) const fn plural(self, n: u64, word: Plural) -> &'static str {
        match self {
            Self::Kk => word.many,
            Self::En => {
                if n == 1 {
                    word.one
                } else {
                    word.many
                }
            }
            Self::Ru => match (n % 10, n % 100) {
                (1, h) if h != 11 => word.one,
                (2..=4, h) if h < 12 || h > 14 => word.few,
                _ => word.many,
            },
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn russian_counts_in_three_forms() {
        let bus = ru::TEXT.buses;
        for (n, form) in [(1, bus.one), (2, bus.few), (5, bus.many), (11, bus.many), (12, bus.many)]
        {
            assert_eq!(Language::Ru.plural(n, bus), form, "{n}");
        }
        for (n, form) in
            [(21, bus.one), (22, bus.few), (25, bus.many), (111, bus.many), (0, bus.many)]
        {
            assert_eq!(Language::Ru.plural(n, bus), form, "{n}");
        }
    }

    #[test]
    fn kazakh_and_english_count_as_they_do() {
        assert_eq!(Language::Kk.plural(1, kk::TEXT.buses), Language::Kk.plural(7, kk::TEXT.buses));
        assert_eq!(Language::En.plural(1, en::TEXT.buses), "bus");
        assert_eq!(Language::En.plural(0, en::TEXT.buses), "buses");
    }

    #[test]
    fn all_languages_explain_the_same_reasons_in_their_own_words() {
        for language in Language::ALL {
            let text = language.text();
            for ((name, words), (english, _)) in text.reasons.iter().zip(en::TEXT.reasons) {
                assert_eq!(*name, english);
                assert!(!words.contains('_') && words.chars().count() > 8, "{words}");
            }
        }
        assert_eq!(en::TEXT.reject_reason("brand_new"), "brand_new");
    }
}
