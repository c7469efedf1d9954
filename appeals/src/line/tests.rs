#![allow(clippy::needless_raw_string_hashes, reason = "as expect-test writes them")]
#![allow(clippy::needless_pass_by_value, reason = "an expectation is written in place")]

use super::*;
use crate::claim::ClaimTime;
use crate::shipped;
use expect_test::{Expect, expect};
use std::fmt::Write as _;

/// Tuesday 2026-11-24, 09:00 in Almaty.
const NOW: EpochS = 1_795_492_800;

fn gazetteer() -> Gazetteer {
    let mut g = Gazetteer::new();
    for number in ["12", "14", "92", "143", "t11"] {
        g.add_route(number, number.into());
    }
    let mut place = |names: [&str; 3], stops: &[&str], routes: &[&str]| {
        g.add_place(
            names.map(str::to_owned).to_vec(),
            stops.iter().map(|s| (*s).into()).collect(),
            None,
            routes.iter().map(|r| (*r).into()).collect(),
        );
    };
    place(["Тас үстірт", "Каменское плато", "Kamenskoye plato"], &["kp"], &["143"]);
    place(["Саяхат автобекеті", "Автовокзал Саяхат", "Sayakhat"], &["s1", "s2"], &["92"]);
    place(["Достық – Әл-Фараби", "Достык – Аль-Фараби", "Dostyk – Al-Farabi"], &["d1"], &["92"]);
    place(["Достық – Абай", "Достык – Абая", "Dostyk – Abay"], &["d2"], &["12"]);
    place(["9 шағын аудан", "9-й микрорайон", "Microdistrict 9"], &["m9"], &["12"]);
    g
}

fn check(line: &str, expected: Expect) {
    let zone = TimeZone::get("Asia/Almaty").unwrap();
    let kinds = shipped::kinds().unwrap();
    let topics = shipped::topics().unwrap();
    let u = understand(line, &gazetteer(), &kinds, &topics, &zone, NOW);
    let mut out = String::new();
    if let Some(route) = &u.claim.route {
        write!(out, "{route}").unwrap();
    }
    for token in &u.tokens {
        if let Meaning::Place { name, others, .. } = &token.meaning {
            write!(out, " · {name}").unwrap();
            if !others.is_empty() {
                write!(out, " or {}", others.join(", ")).unwrap();
            }
        }
    }
    let civil = |at: EpochS| {
        zone.to_datetime(jiff::Timestamp::from_second(at).unwrap())
            .strftime("%m-%d %H:%M")
            .to_string()
    };
    match u.claim.time {
        Some(ClaimTime::At { at, about }) => {
            write!(out, " · {}{}", if about { "~" } else { "" }, civil(at)).unwrap();
        }
        Some(ClaimTime::Between { from, to }) => {
            write!(out, " · {}..{}", civil(from), civil(to)).unwrap();
        }
        Some(ClaimTime::Daily { from_s, to_s, .. }) => {
            write!(out, " · daily {}..{} h", from_s / 3_600, to_s / 3_600).unwrap();
        }
        None => {}
    }
    if let Some(wait) = u.claim.wait_s {
        write!(out, " · waited {} min", wait / 60).unwrap();
    }
    for about in &u.about {
        let code = match about {
            About::Kind(kind) => kind.code(),
            About::Topic(topic) => topic.as_str(),
        };
        write!(out, " · {code}").unwrap();
    }
    if !u.rest.is_empty() {
        write!(out, " · rest: {}", u.rest).unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn a_line_in_any_order_and_language() {
    check(
        "92 достык аль-фараби 8:10 не приехал",
        expect!["92 · Достық – Әл-Фараби · 11-24 08:10 · did_not_come"],
    );
    check(
        "не приехала 8:10 143 каменском плато",
        expect!["143 · Тас үстірт · 11-24 08:10 · did_not_come"],
    );
    check(
        "вчера вечером на Саяхате 92 проехал мимо",
        expect!["92 · Саяхат автобекеті · 11-23 17:00..11-23 21:00 · passed_stop · rest: на"],
    );
    check(
        "кеше таңертең 92 Саяхат келмеді",
        expect!["92 · Саяхат автобекеті · 11-23 06:00..11-23 10:00 · did_not_come"],
    );
    check(
        "143 Тас устирт қазір 40 минут күттім",
        expect!["143 · Тас үстірт · 11-24 09:00 · waited 40 min · long_wait"],
    );
    check(
        "bus 92 dostyk al-farabi did not come yesterday 8:10",
        expect!["92 · Достық – Әл-Фараби · 11-23 08:10 · did_not_come"],
    );
    check("каждое утро 143 мало автобусов", expect!["143 · daily 6..10 h · few_buses"]);
    check("маршрут 12, пн около 18:30 опоздал", expect!["12 · ~11-23 18:30 · late"]);
    check("92 сейчас-20 переполнен", expect!["92 · 11-24 08:40 · overcrowded"]);
    check("20 минут назад 92-й нахамил водитель", expect!["92 · 11-24 08:40 · driver_conduct"]);
    check("с 7 до 9 12 маршрут интервалы", expect!["12 · 11-24 07:00..11-24 09:00 · irregular"]);
}

#[test]
fn a_wrong_layout_and_latin_letters_are_forgiven() {
    check(
        "92 rfvtycrjt gkfnj 8:10 yt ghbt[fk",
        expect!["92 · Тас үстірт · 11-24 08:10 · did_not_come"],
    );
    check(
        "143 kamenskoe plato ne priehal 8:10",
        expect!["143 · Тас үстірт · 11-24 08:10 · did_not_come"],
    );
    check("е11 8:10 опоздал", expect!["t11 · 11-24 08:10 · late"]);
}

#[test]
fn digits_of_an_expert_and_what_is_not_understood() {
    check("92 14 8:10", expect!["92 · 11-24 08:10 · passed_stop"]);
    check("14 14 8:10", expect!["14 · 11-24 08:10 · passed_stop"]);
    check("светофор на Толе би 5", expect![" · signal_or_crossing_request · rest: на Толе би 5"]);
    check("", expect![[""]]);
    check("9 микрорайон 12 не пришел", expect!["12 · 9 шағын аудан · did_not_come"]);
}

#[test]
fn no_line_breaks_it() {
    let zone = TimeZone::get("Asia/Almaty").unwrap();
    let kinds = shipped::kinds().unwrap();
    let topics = shipped::topics().unwrap();
    for line in
        ["\u{0}\u{feff}—«»…", "99:99 -5 мин назад", "с 9 до 7", "[;',.`", &"92 ".repeat(900)]
    {
        let u = understand(line, &gazetteer(), &kinds, &topics, &zone, NOW);
        for token in u.tokens {
            assert!(line.get(token.span.0..token.span.1).is_some());
        }
    }
}

#[test]
fn topics_of_the_city_are_taken_too() {
    check("светофор не работает на Толе би", expect![" · streets.signal_fault · rest: на Толе би"]);
    check(
        "яма на дороге Сейфуллина 500",
        expect![" · roads.pothole · rest: на дороге Сейфуллина 500"],
    );
    check(
        "көше жарығы жанбайды Абай 10",
        expect![" · Достық – Абай · lighting.street · rest: көше 10"],
    );
    check("ytn ujhzxtq djls", expect![" · housing.water"]);
    check(
        "92 не пришел, на остановке Саяхат мусор на остановке",
        expect!["92 · Саяхат автобекеті · stop.cleaning · did_not_come · rest: на остановке"],
    );
}

#[test]
fn a_place_is_known_by_its_beginning_while_it_is_typed() {
    check("92 сая", expect!["92 · Саяхат автобекеті"]);
    check("сая 92", expect!["92 · rest: сая"]);
    check("12 дост", expect!["12 · Достық – Абай or Достық – Әл-Фараби"]);
}

proptest::proptest! {
    #[test]
    fn no_line_breaks_it_and_each_letter_has_one_meaning(line in "[а-яёқңәa-z0-9:;,. \\[\\]-]{0,60}") {
        let zone = TimeZone::get("Asia/Almaty").unwrap();
        let (kinds, topics) = (shipped::kinds().unwrap(), shipped::topics().unwrap());
        let u = understand(&line, &gazetteer(), &kinds, &topics, &zone, NOW);
        let mut end = 0;
        for token in &u.tokens {
            proptest::prop_assert!(token.span.0 >= end && line.get(token.span.0..token.span.1).is_some());
            end = token.span.1;
        }
        for word in u.rest.split_whitespace() {
            proptest::prop_assert!(line.contains(word));
        }
    }

    #[test]
    fn the_other_layout_says_the_same(minute in 0..60u8, wait in 5..90u8) {
        let zone = TimeZone::get("Asia/Almaty").unwrap();
        let (kinds, topics) = (shipped::kinds().unwrap(), shipped::topics().unwrap());
        let hear = |line: &str| understand(line, &gazetteer(), &kinds, &topics, &zone, NOW);
        let right = hear(&format!("92 саяхат 8:{minute:02} не приехал {wait} минут"));
        let wrong = hear(&format!("92 cfz[fn 8:{minute:02} yt ghbt[fk {wait} vbyen"));
        proptest::prop_assert_eq!(right.claim, wrong.claim);
        proptest::prop_assert_eq!(right.about, wrong.about);
    }
}
