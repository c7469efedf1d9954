//! The words and drawings of one appeal.

use super::*;
use api::*;
use std::collections::BTreeMap;

/// 2026-11-23T08:00:00+05:00.
const EIGHT: i64 = 1_795_402_800;

fn window() -> EvidenceWindow {
    let passage = |minute: i64, certainty: &str| ObservedPassage {
        certainty: certainty.into(),
        trip_id: format!("t{minute}"),
        vehicle_id: Some(format!("bus {minute}")),
        at: EIGHT + minute * 60,
        earliest: EIGHT + minute * 60 - 10,
        latest: EIGHT + minute * 60 + 10,
        scheduled: EIGHT + minute * 60 - 60,
        schedule_deviation_s: Some(60),
    };
    let planned = |minute: i64, fate: &str| PlannedPassage {
        trip_id: format!("t{minute}"),
        at: EIGHT + minute * 60,
        fate: fate.into(),
    };
    EvidenceWindow {
        from: EIGHT - 1_200,
        to: EIGHT + 1_200,
        planned: vec![planned(-10, "passed"), planned(0, "not_driven"), planned(10, "unknown")],
        passages: vec![passage(-9, "seen"), passage(11, "possible"), passage(22, "seen")],
        gap: Some(PassageGap {
            at_least_s: 1_170,
            sure_from: EIGHT - 530,
            sure_to: EIGHT + 640,
            at_most_s: Some(1_880),
        }),
        scheduled_headway_s: Some(600),
        scheduled_wait_s: Some(0),
        wait_s: Some(1_320),
        candidates: vec![VehicleCandidate {
            vehicle_id: "bus -9".into(),
            at: EIGHT - 540,
            probability: 0.4,
        }],
        candidate_certain: false,
        runs_planned: 3,
        runs_driven: 1,
        runs_missing: 1,
        coverage: EvidenceCoverage { fleet: 0.97, route: 0.9, observed: 1.0 },
        inputs_digest: "0".repeat(64),
    }
}

fn picture() -> EvidencePicture {
    let stop = |i: u32| PictureStop {
        stop_id: format!("s{i}"),
        stop_name: format!("Stop {i}"),
        offset_m: f64::from(i) * 400.0,
        lat: Some(43.2 + f64::from(i) * 0.003),
        lon: Some(76.9),
        here: i == 1,
    };
    let run = |minute: i64, fate: Option<&str>| PictureRun {
        trip_id: format!("t{minute}"),
        vehicle_id: fate.is_none().then(|| format!("bus {minute}")),
        fate: fate.map(Into::into),
        points: (0..3).map(|i| (i, EIGHT + minute * 60 + i64::from(i) * 120)).collect(),
    };
    EvidencePicture {
        from: EIGHT - 3_000,
        to: EIGHT + 3_000,
        window_from: EIGHT - 1_200,
        window_to: EIGHT + 1_200,
        stops: (0..3).map(stop).collect(),
        planned: vec![run(-12, Some("passed")), run(-2, Some("not_driven"))],
        observed: vec![run(-11, None)],
        holes: vec![(EIGHT + 600, EIGHT + 900)],
        line_e5: vec![7_690_000, 4_320_000, 0, 300, 0, 300],
        positions_e5: vec![7_690_010, 4_320_020, 5, 100],
    }
}

pub(crate) fn sample() -> AppealEvidence {
    let verdict = EvidenceVerdict {
        finding: "confirmed".into(),
        machine: "confirmed".into(),
        signed: false,
        reasons: vec!["run_not_driven".into()],
        confidence: EvidenceConfidence {
            coverage: 0.87,
            time: 1.0,
            candidate: 1.0,
            sensor: 1.0,
            value: 0.87,
        },
    };
    let found = EvidenceFound {
        evidence_id: "019aa-1".into(),
        computed_at: EIGHT + 7_200,
        digest: "f".repeat(64),
        engine_version: 1,
        kind: "long_wait".into(),
        rule: "long_wait".into(),
        rule_version: 1,
        params: BTreeMap::new(),
        timetable: "2026-11".into(),
        known_until: EIGHT + 6_600,
        preliminary: true,
        again_at: Some(EIGHT + 9_000),
        final_at: Some(EIGHT + 9_120),
        route_id: Some("r92".into()),
        route_short_name: Some("92".into()),
        direction_id: Some(0),
        headsign: Some("Каменское плато".into()),
        stop_id: Some("s1".into()),
        stop_name: Some("<Абай>".into()),
        event_at: Some(EIGHT),
        wait_s: Some(2_400),
        verdict: Some(verdict),
        figures: BTreeMap::from([("threshold_s".to_owned(), 1_200.0)]),
        windows: vec![window()],
        picture: Some(picture()),
    };
    let version = EvidenceVersion {
        evidence_id: "019aa-1".into(),
        computed_at: EIGHT + 7_200,
        digest: "f".repeat(64),
        finding: Some("confirmed".into()),
        confidence: Some(0.87),
        supersedes: None,
    };
    AppealEvidence {
        number: "26-000001-5".into(),
        at: EIGHT + 7_260,
        utc_offset_s: 5 * 3_600,
        pending: false,
        found: Some(found),
        not_kept: false,
        versions: vec![version],
    }
}

fn html(view: impl FnOnce() -> AnyView) -> String {
    let owner = Owner::new();
    let html = owner.with(|| view().to_html());
    owner.cleanup();
    html
}

#[test]
fn plain_words_say_what_was_promised_what_came_and_what_is_not_known() {
    let text = html(|| evidence_plain(&sample(), Language::Ru));
    for said in [
        "Подтверждено",
        "рейс не был выполнен",
        "Сотрудник его ещё не подписал",
        "в 07:50, 08:00, 08:10",
        "прошли в 07:51",
        "(могли пройти и не быть замечены): 1",
        "С 07:51 до 08:10 автобуса не было: не меньше 20 мин",
        "интервал здесь — 10 мин",
        "Предварительно",
        "10:30",
        "Окончательным вывод станет с 10:32",
        "08:10–08:15",
        "&lt;Абай&gt;",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for hidden in ["Отпечаток", "Вероятность", "Порог"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}

#[test]
fn those_who_work_on_it_see_vehicles_figures_and_the_digest_in_each_language() {
    for (language, words) in [
        (Language::Kk, ["Ықтималдығы", "Ереже шегі", "SHA-256"]),
        (Language::Ru, ["Вероятность", "Порог правила", "SHA-256"]),
        (Language::En, ["Probability", "Threshold of the rule", "SHA-256"]),
    ] {
        let text = html(|| evidence_full(&sample(), language));
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(text.contains("ffffffff") && text.contains("bus -9"), "{text}");
    }
}

#[test]
fn no_word_is_left_out_and_nothing_needs_a_style_or_a_script() {
    for language in [Language::Kk, Language::Ru, Language::En] {
        for view in [evidence_full, evidence_plain] {
            let text = html(|| view(&sample(), language));
            assert!(!text.contains(" style=") && !text.contains("<script"), "{text}");
            assert!(!text.contains("NaN") && !text.contains("{time}") && !text.contains("{span}"));
            assert_eq!(text.matches("role=\"img\"").count(), 3, "strip, chart, map");
            assert_eq!(text.matches("<title id=").count(), 3);
        }
    }
}

#[test]
fn what_is_not_there_is_said() {
    let none = AppealEvidence { found: None, pending: true, versions: Vec::new(), ..sample() };
    assert!(html(|| evidence_plain(&none, Language::En)).contains("usually takes seconds"));
    let gone = AppealEvidence { found: None, not_kept: true, versions: Vec::new(), ..sample() };
    assert!(html(|| evidence_plain(&gone, Language::En)).contains("is not kept here"));
    let mut blind = sample();
    let found = blind.found.as_mut().unwrap();
    found.verdict.as_mut().unwrap().finding = "undetermined_no_data".into();
    found.verdict.as_mut().unwrap().machine = "undetermined_no_data".into();
    found.windows[0].passages.clear();
    found.windows[0].coverage.observed = 0.0;
    found.windows[0].gap = None;
    let text = html(|| evidence_plain(&blind, Language::En));
    assert!(text.contains("does not mean “no bus”"), "{text}");
    assert!(!text.contains("No bus of this route was seen"), "no data is not no bus: {text}");
    let mut bare = sample();
    let found = bare.found.as_mut().unwrap();
    (found.picture, found.windows, found.route_id) = (None, Vec::new(), None);
    assert!(html(|| evidence_full(&bare, Language::Kk)).contains("SHA-256"));
}
