//! Drafts of answers: from frozen evidence, in three languages.

use crate::scenario::{Scenario, kinds};
use appeals::draft::{Names, Texts, TextsError, draft};
use appeals::shipped;
use appeals::verdict::Finding;
use appeals::words::Language;
use expect_test::{Expect, expect};
use jiff::tz::TimeZone;

fn check(script: &str, language: Language, signed: Option<Finding>, expected: Expect) {
    let scenario = Scenario::new(script);
    let (packet, kinds, texts) = (scenario.packet(), kinds(), shipped::texts().unwrap());
    let kind = &kinds.entry(packet.kind).name;
    let names = Names {
        number: "26-004127-3",
        kind,
        route: Some("92"),
        stop: Some("Саяхат"),
        carrier_asked: false,
    };
    let answer = draft(&packet, signed, names, (&texts, language, &TimeZone::UTC));
    assert!(!answer.body.contains('{') && !answer.legal_basis.is_empty());
    expected.assert_eq(&answer.body);
}

const GAP: &str = "line 12 every 120\nat s5\nplan 6:00..11:00 each 600
    bus x 8:00 from=s1 until=s0
    bus y 8:10 from=s1 until=s0
    ontime
    claim long_wait at=8:25 wait=30";

#[test]
fn a_draft_says_the_facts_in_plain_words() {
    check(
        GAP,
        Language::Ru,
        None,
        expect![[r#"
        Здравствуйте!
        Ваше обращение 26-004127-3 рассмотрено: «Долго ждал», маршрут 92, остановка «Саяхат», 02.03.2026 08:25.
        Мы проверили движение автобусов в это время по данным спутниковой навигации.
        С 08:00 до 08:30 через остановку не прошёл ни один автобус: 30 мин. По расписанию интервал – 10 мин.
        Автобусы проходили остановку в 07:30, 07:40, 07:50, 08:00, 08:30, 08:40, 08:50.
        То, о чём вы сообщили, подтвердилось. Приносим извинения.
        Запланированный рейс не был выполнен."#]],
    );
    check(
        GAP,
        Language::Kk,
        None,
        expect![[r#"
        Сәлеметсіз бе!
        26-004127-3 өтінішіңіз қаралды: «Ұзақ күту», 92 маршруты, «Саяхат» аялдамасы, 02.03.2026 08:25.
        Біз осы уақыттағы автобустардың қозғалысын спутниктік деректер бойынша тексердік.
        Сағат 08:00 мен 08:30 аралығында аялдамадан бірде-бір автобус өтпеді: 30 мин. Кесте бойынша аралық – 10 мин.
        Автобустар аялдамадан мына уақытта өтті: 07:30, 07:40, 07:50, 08:00, 08:30, 08:40, 08:50.
        Сіз айтқан жайт расталды. Кешірім сұраймыз.
        Жоспарланған рейс орындалмаған."#]],
    );
    check(
        GAP,
        Language::En,
        None,
        expect![[r#"
        Hello,
        We have looked into your appeal 26-004127-3: “Waited too long”, route 92, stop Саяхат, 02.03.2026 08:25.
        We checked how the buses ran at that time by their satellite positions.
        From 08:00 to 08:30 no bus passed the stop: 30 min. The timetable has one every 10 min.
        Buses passed the stop at 07:30, 07:40, 07:50, 08:00, 08:30, 08:40, 08:50.
        What you told us is confirmed. We apologise.
        A planned run was not driven."#]],
    );
}

#[test]
fn a_draft_says_what_is_not_known() {
    let late = "line 12 every 120\nat s5\nplan 6:00..11:00 each 600
        bus x 8:00 late=420\nontime\nclaim late at=8:10";
    check(
        late,
        Language::Ru,
        None,
        expect![[r#"
        Здравствуйте!
        Ваше обращение 26-004127-3 рассмотрено: «Опоздал», маршрут 92, остановка «Саяхат», 02.03.2026 08:10.
        Мы проверили движение автобусов в это время по данным спутниковой навигации.
        По расписанию – в 08:10.
        Автобус отправился на 7 мин позже расписания.
        То, о чём вы сообщили, подтвердилось. Приносим извинения."#]],
    );
    let hole = GAP.replace("ontime", "ontime\nhole 8:00..8:40");
    check(
        &hole,
        Language::Ru,
        None,
        expect![[r#"
        Здравствуйте!
        Ваше обращение 26-004127-3 рассмотрено: «Долго ждал», маршрут 92, остановка «Саяхат», 02.03.2026 08:25.
        Данные за это время неполны, поэтому мы не можем сказать, был ли автобус. Отсутствие данных не значит, что автобуса не было.
        В это время данные не поступали."#]],
    );
    check(
        &GAP.replace("long_wait", "few_buses"),
        Language::Ru,
        Some(Finding::NotConfirmed),
        expect![[r#"
            Здравствуйте!
            Ваше обращение 26-004127-3 рассмотрено: «Мало автобусов», маршрут 92, остановка «Саяхат», 02.03.2026 08:25.
            Мы проверили движение автобусов в это время по данным спутниковой навигации.
            Из 7 запланированных рейсов выполнено 5.
            По данным это не подтвердилось.
            Запланированный рейс не был выполнен."#]],
    );
}

#[test]
fn nothing_of_the_applicant_comes_into_a_draft() {
    let mut scenario = Scenario::new(GAP);
    scenario.claim.vehicle_text = Some("СЕКРЕТ".into());
    scenario.claim.address = Some("СЕКРЕТ".into());
    let (packet, kinds, texts) = (scenario.packet(), kinds(), shipped::texts().unwrap());
    let kind = &kinds.entry(packet.kind).name;
    let names =
        Names { number: "26-004127-3", kind, route: None, stop: None, carrier_asked: false };
    for language in Language::ALL {
        let answer = draft(&packet, None, names, (&texts, language, &TimeZone::UTC));
        assert!(!answer.body.contains("СЕКРЕТ"));
    }
}

#[test]
fn sentences_that_do_not_fit_are_refused() {
    let wrong = shipped::ANSWERS.replace("{driven}", "{driver}");
    assert!(matches!(Texts::parse(&wrong), Err(TextsError::Braces(name)) if name == "runs"));
    let missing = shipped::ANSWERS.replace("[sentences.detour]", "[sentences.tour]");
    assert!(matches!(Texts::parse(&missing), Err(TextsError::Missing("detour"))));
}
