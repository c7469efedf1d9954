//! What evidence says, in Kazakh, Russian and English: plain words, no verdict on a person.

mod en;
mod kk;
mod ru;

use crate::page::Language;

/// Words by code.
pub(super) type Codes = &'static [(&'static str, &'static str)];

/// Sentences; words in braces are filled in.
pub(super) struct Words {
    pub title: &'static str,
    pub pending: &'static str,
    pub none: &'static str,
    pub not_kept: &'static str,
    /// `{time}`
    pub preliminary: &'static str,
    pub preliminary_soon: &'static str,
    /// `{time}`
    pub final_from: &'static str,
    pub brief_title: &'static str,
    pub brief_note: &'static str,
    /// `{route}`
    pub route: &'static str,
    /// `{headsign}`
    pub towards: &'static str,
    /// `{stop}`
    pub stop: &'static str,
    /// `{date}`, `{from}`, `{to}`
    pub looked: &'static str,
    /// `{days}`, `{from}`, `{to}`
    pub looked_days: &'static str,
    /// `{times}`
    pub planned: &'static str,
    pub planned_none: &'static str,
    /// `{times}`
    pub seen: &'static str,
    pub seen_none: &'static str,
    /// `{count}`
    pub unsure: &'static str,
    /// `{from}`, `{to}`, `{span}`
    pub gap: &'static str,
    /// `{span}`
    pub headway: &'static str,
    /// `{time}`, `{span}`, `{planned}`
    pub waited: &'static str,
    /// `{time}`, `{span}`
    pub waited_without_plan: &'static str,
    /// `{planned}`, `{driven}`, `{missing}`
    pub runs: &'static str,
    /// `{spans}`
    pub holes: &'static str,
    pub no_data: &'static str,
    pub machine: &'static str,
    pub signed: &'static str,
    /// `{finding}`
    pub machine_found: &'static str,
    pub why: &'static str,
    pub confidence: &'static str,
    pub confidence_note: &'static str,
    pub coverage: &'static str,
    pub time_clarity: &'static str,
    pub candidate: &'static str,
    pub sensor: &'static str,
    pub fleet: &'static str,
    pub route_coverage: &'static str,
    pub observed: &'static str,
    pub vehicles: &'static str,
    pub vehicles_unsure: &'static str,
    pub vehicles_none: &'static str,
    pub vehicle: &'static str,
    pub probability: &'static str,
    pub passages: &'static str,
    pub time: &'static str,
    pub plan: &'static str,
    pub fact: &'static str,
    pub deviation: &'static str,
    pub accuracy: &'static str,
    pub figures: &'static str,
    pub figure: &'static str,
    pub value: &'static str,
    pub origin: &'static str,
    pub digest: &'static str,
    pub computed: &'static str,
    pub known_until: &'static str,
    pub timetable: &'static str,
    pub rule: &'static str,
    pub versions: &'static str,
    pub newest: &'static str,
    pub as_table: &'static str,
    pub days: &'static str,
    pub day: &'static str,
    pub unknown: &'static str,
    pub asked_time: &'static str,
    pub no_observation: &'static str,
    pub not_driven: &'static str,
    pub unseen: &'static str,
    pub chart: &'static str,
    pub chart_description: &'static str,
    pub strip: &'static str,
    pub strip_description: &'static str,
    pub map: &'static str,
    pub map_positions: &'static str,
    pub findings: Codes,
    pub findings_told: Codes,
    pub reasons: Codes,
    pub fates: Codes,
    pub certainties: Codes,
    pub figure_names: Codes,
}

/// Of a language.
pub(super) fn of(language: Language) -> &'static Words {
    match language {
        Language::Kk => &kk::WORDS,
        Language::Ru => &ru::WORDS,
        Language::En => &en::WORDS,
    }
}

/// The words of a code; the code itself where it is newer than this page.
pub(super) fn named(codes: Codes, code: &str) -> String {
    codes.iter().find(|(c, _)| *c == code).map_or_else(|| code.to_owned(), |(_, w)| (*w).to_owned())
}

/// Fills in words in braces.
pub(super) fn filled(sentence: &str, words: &[(&str, &str)]) -> String {
    let fill =
        |text: String, (name, value): &(&str, &str)| text.replace(&format!("{{{name}}}"), value);
    words.iter().fold(sentence.to_owned(), fill)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_knows_the_same_codes_and_braces() {
        let all = [&kk::WORDS, &ru::WORDS, &en::WORDS];
        let codes = |w: &Words| {
            [w.findings, w.findings_told, w.reasons, w.fates, w.certainties, w.figure_names]
                .map(|list| list.iter().map(|(c, _)| *c).collect::<Vec<_>>())
        };
        let braces = |w: &Words| {
            [
                w.preliminary,
                w.final_from,
                w.route,
                w.towards,
                w.stop,
                w.looked,
                w.looked_days,
                w.planned,
                w.seen,
                w.unsure,
                w.gap,
                w.headway,
                w.waited,
                w.waited_without_plan,
                w.runs,
                w.holes,
                w.machine_found,
                w.chart,
                w.strip,
                w.map,
            ]
            .map(|text| {
                let mut names: Vec<_> =
                    text.split('{').skip(1).filter_map(|p| p.split('}').next()).collect();
                names.sort_unstable();
                names
            })
        };
        for words in all {
            assert_eq!(codes(words), codes(all[0]));
            assert_eq!(braces(words), braces(all[0]));
        }
    }
}
