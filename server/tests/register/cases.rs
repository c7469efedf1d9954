//! From many appeals to one case, its measure, and what that did.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, NOW, answer, complaint};
use appeals::access::Role;
use appeals::number::CaseNumber;
use serde_json::{Value, json};
use server::record::{Batch, HeadwayRow, IntensityRow, VisitRow};

on_both!(
    appeals_of_three_channels_become_a_case_whose_effect_everybody_is_told,
    a_proposal_is_rejected_and_a_case_is_split,
    the_overview_counts_and_exports_without_persons,
);

const DAY_S: i64 = 86_400;
/// 07:45 of the day of [`NOW`], which is 10:00.
const RUSH: i64 = NOW - 2 * 3_600 - 900;

async fn filed(
    house: &House,
    staff: &str,
    channel: &str,
    days: i64,
    person: u32,
) -> (String, String) {
    let mut appeal = complaint();
    // A kind that no record answers: its verdict needs no signature.
    appeal["kind"] = json!("more_runs");
    appeal["claim"] = json!({"route_id": "143", "stop_id": "s1", "event_at": RUSH - days * DAY_S});
    appeal["person"] =
        json!({"name": format!("Мысал {person}"), "phone": format!("+7 700 000 00 {person:02}")});
    appeal["language"] = json!(if person == 3 { "kk" } else { "ru" });
    appeal["channel"] = json!(channel);
    let path = if channel == "web" { "/api/v1/appeals" } else { "/api/v1/staff/appeals" };
    let post = house.post(path, &appeal).header("cookie", staff).send().await.unwrap();
    let (status, filed) = answer(post).await;
    assert_eq!(status, 201, "{filed}");
    let text = |name: &str| filed[name].as_str().unwrap().to_owned();
    (text("number"), text("pin"))
}

/// Runs at the stop in the rush hour of each working day: every `headway_s`, with so many buses.
async fn record(
    house: &House,
    route: &str,
    days: std::ops::Range<i64>,
    headway_s: i64,
    vehicles: i64,
) {
    let mut batch = Batch::default();
    for day in days {
        let morning = RUSH - 900 + day * DAY_S;
        let hour = morning / 3_600 * 3_600;
        batch.intensity.extend([hour - 3_600, hour, hour + 3_600].map(|hour| IntensityRow {
            from_stop_id: "s1".into(),
            to_stop_id: "s2".into(),
            route_id: route.into(),
            hour,
            scheduled_vph: 3.0,
            observed_vph: Some(3.0),
            coverage: 1.0,
        }));
        // A little weather, the same for all routes.
        let late = day.rem_euclid(5) * 20;
        let mut at = morning - 1_800 + late;
        let mut n = 0;
        while at < morning + 5_400 {
            let bus = Passage { route, day, at, trip: n, vehicle: n % vehicles };
            batch.visits.push(bus.visit());
            batch.headways.push(bus.headway(headway_s + late));
            at += headway_s + late;
            n += 1;
        }
    }
    house.city.store.writer().send(batch);
    house.city.store.writer().flush().await.unwrap();
}

/// A bus at the stop.
struct Passage<'a> {
    route: &'a str,
    day: i64,
    at: i64,
    trip: i64,
    vehicle: i64,
}

impl Passage<'_> {
    fn visit(&self) -> VisitRow {
        VisitRow {
            service_date: self.day as i32,
            route_id: self.route.into(),
            direction_id: Some(0),
            trip_id: format!("{}-{}", self.route, self.trip),
            start_s: 0,
            vehicle_id: format!("{}-bus-{}", self.route, self.vehicle),
            stop_id: "s1".into(),
            stop_sequence: 1,
            scheduled_arrival: self.at,
            scheduled_departure: self.at,
            arrival: Some(self.at),
            departure: Some(self.at),
            uncertainty_s: 5.0,
            trip_named: true,
        }
    }

    fn headway(&self, headway_s: i64) -> HeadwayRow {
        let VisitRow { service_date, route_id, direction_id, stop_id, trip_id, vehicle_id, .. } =
            self.visit();
        HeadwayRow {
            service_date,
            route_id,
            direction_id,
            stop_id,
            trip_id,
            leader_trip_id: "x".into(),
            vehicle_id,
            at: self.at,
            headway_s: headway_s as i32,
            scheduled_headway_s: Some(600),
            status: "even".into(),
        }
    }
}

async fn appeals_of_three_channels_become_a_case_whose_effect_everybody_is_told(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let handler = house.signed("handler", Role::Handler).await;
    let head = house.signed("head", Role::Head).await;
    let mut appeals = Vec::new();
    for (person, channel) in [(1, "phone"), (2, "web"), (3, "walk_in"), (4, "phone")] {
        appeals.push(filed(&house, &operator, channel, i64::from(person), person).await);
    }
    let list = house.page(&handler, "/staff/cases").await;
    assert!(list.contains("№ 143") && list.contains("Открыть случай"), "{list}");
    let numbers: Vec<&str> = appeals.iter().map(|a| a.0.as_str()).collect();
    let numbers = numbers.join(" ");
    let confirm =
        [("command", "confirm"), ("appeals", numbers.as_str()), ("title", "Каменское плато")];
    let (status, page) = house.form(&handler, "/staff/cases", &confirm).await;
    assert_eq!(status, 200, "{page}");
    let case = house.register.cases().await.unwrap().remove(0).case;
    assert_eq!((case.appeals.len(), case.scope.route.as_ref().unwrap().as_str()), (4, "143"));
    assert!(house.register.proposals(&|_| None).await.unwrap().is_empty(), "taken up");
    let path = format!("/staff/cases/{}", frontend::encode(&case.number.to_string()));
    house.act_on(&handler, &path, &[("command", "investigate")]).await;
    house.act_on(&handler, &path, &[("command", "conclude"), ("text", "Рейсов мало.")]).await;

    answered(&house, (&handler, &head), &path, &appeals).await;
    mended(&house, &handler, &path, case.number, &appeals).await;
    db
}

/// One investigation, four answers: each in its language, with its number, approved by another.
async fn answered(
    house: &House,
    (handler, head): (&str, &str),
    path: &str,
    appeals: &[(String, String)],
) {
    let answer_all = [
        ("command", "answer_all"),
        ("kk", "№ {number} өтініш: рейс аз, қосамыз."),
        ("ru", "Обращение № {number}: рейсов мало, добавим."),
    ];
    assert!(house.act_on(handler, path, &answer_all).await.contains("<strong>4</strong>"));
    let (status, refused) = house
        .form(
            handler,
            path,
            &house.with_version(handler, path, &[("command", "approve_all")]).await,
        )
        .await;
    assert_eq!(status, 200);
    assert!(refused.contains("ваша роль этого не позволяет"), "{refused}");
    assert!(
        house
            .act_on(head, path, &[("command", "approve_all")])
            .await
            .contains("<strong>4</strong>")
    );
    assert!(
        house
            .act_on(handler, path, &[("command", "send_all")])
            .await
            .contains("<strong>4</strong>")
    );
    for (i, (number, pin)) in appeals.iter().enumerate() {
        let stage = stage(house, number, pin).await;
        let body = stage["answer"]["body"].as_str().unwrap();
        assert!(body.contains(number), "{body}");
        assert_eq!(body.contains("өтініш"), i == 2, "in the language of the appeal");
    }
}

/// A promise with figures; then it is done, and the record of two times four weeks says what it did.
async fn mended(
    house: &House,
    handler: &str,
    path: &str,
    number: CaseNumber,
    appeals: &[(String, String)],
) {
    let promise = [
        ("command", "promise"),
        ("kind", "add_runs"),
        ("text", "Больше рейсов"),
        ("due_on", "2026-12-23"),
    ];
    let (status, page) =
        house.form(handler, path, &house.with_version(handler, path, &promise).await).await;
    assert_eq!((status, page.contains("мере нужна цифра")), (409, true), "{page}");
    let promise: Vec<_> = promise.into_iter().chain([("runs", "12"), ("vehicles", "3")]).collect();
    house.act_on(handler, path, &promise).await;
    let early = [("command", "verify"), ("reason", "да")];
    let (status, _) =
        house.form(handler, path, &house.with_version(handler, path, &early).await).await;
    assert_eq!(status, 409, "nothing is verified before it is done");
    let measure = house.register.case(number).await.unwrap().case.measures[0].id.to_string();
    let done = [
        ("command", "measure_done"),
        ("measure", measure.as_str()),
        ("on", "2026-11-23"),
        ("proof", "Новое расписание"),
    ];
    house.act_on(handler, path, &done).await;
    record(house, "143", -40..0, 1_440, 2).await;
    record(house, "143", 1..40, 600, 5).await;
    house.act_on(handler, path, &[("command", "study"), ("days", "28"), ("washout", "7")]).await;
    let case = house.register.case(number).await.unwrap().case;
    let effect =
        case.effects.iter().find(|e| e.metric == appeals::effect::Metric::HeadwayMeanS).unwrap();
    assert!((effect.study.difference + 840.0).abs() < 20.0, "{:?}", effect.study);
    assert!(effect.study.interval.1 < 0.0, "{:?}", effect.study);
    assert_eq!(effect.study.outcome(effect.metric), appeals::effect::Outcome::Better);
    let words = house.register.effect_words(&case);
    assert!(words.ru.contains("было 25 мин, стало 11 мин"), "{}", words.ru);
    house
        .act_on(handler, path, &[("command", "verify"), ("reason", "интервал вдвое меньше")])
        .await;
    let tell = [("command", "tell_all"), ("ru", words.ru.as_str()), ("kk", words.kk.as_str())];
    assert!(house.act_on(handler, path, &tell).await.contains("<strong>4</strong>"));
    for (i, (appeal, pin)) in appeals.iter().enumerate() {
        let stage = stage(house, appeal, pin).await;
        let told = stage["told"][0]["text"].as_str().unwrap();
        assert!(
            told.contains(if i == 2 {
                "Орташа интервал"
            } else {
                "Средний интервал"
            }),
            "{stage}"
        );
    }
    let page = house.page(handler, path).await;
    assert!(page.contains("Эффект подтверждён") && page.contains("стало лучше"), "{page}");
    assert!(!page.contains("Мысал"), "no person stands on the page of a case");
}

async fn stage(house: &House, number: &str, pin: &str) -> Value {
    let key = json!({"number": number, "pin": pin});
    answer(house.post("/api/v1/appeals/status", &key).send().await.unwrap()).await.1
}

async fn a_proposal_is_rejected_and_a_case_is_split(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let handler = house.signed("handler", Role::Handler).await;
    let auditor = house.signed("auditor", Role::Auditor).await;
    let mut numbers = Vec::new();
    for person in 1..=3 {
        numbers.push(filed(&house, &operator, "phone", i64::from(person), person).await.0);
    }
    let all = numbers.join(" ");
    let confirm = [("command", "confirm"), ("appeals", all.as_str()), ("title", "Плато")];
    assert_eq!(
        house.form(&auditor, "/staff/cases", &confirm).await.0,
        409,
        "an auditor looks only"
    );
    let reject = [("command", "reject"), ("appeals", all.as_str()), ("reason", "")];
    assert_eq!(house.form(&handler, "/staff/cases", &reject).await.0, 409, "not without a reason");
    house.form(&handler, "/staff/cases", &confirm).await;
    let case = house.register.cases().await.unwrap().remove(0).case;
    let path = format!("/staff/cases/{}", frontend::encode(&case.number.to_string()));
    let split = [("command", "split"), ("title", "Другое"), ("appeal", numbers[0].as_str())];
    house.act_on(&handler, &path, &split).await;
    let cases = house.register.cases().await.unwrap();
    let mut sizes: Vec<usize> = cases.iter().map(|c| c.case.appeals.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 2]);
    let other = cases.iter().find(|c| c.case.appeals.len() == 1).unwrap().case.number.to_string();
    // And back again, by the appeal's own page.
    house
        .act(&handler, &numbers[0], &[("command", "join_case"), ("case", &case.number.to_string())])
        .await;
    let back = house.register.case(case.number).await.unwrap();
    assert_eq!(back.case.appeals.len(), 3);
    assert!(house.register.case(other.parse().unwrap()).await.unwrap().case.appeals.is_empty());
    let four = filed(&house, &operator, "phone", 4, 4).await.0;
    let rejected = filed(&house, &operator, "phone", 5, 5).await.0;
    let third = filed(&house, &operator, "phone", 6, 6).await.0;
    assert_eq!(house.register.proposals(&|_| None).await.unwrap().len(), 1);
    let all = [four, rejected, third].join(" ");
    let reject = [("command", "reject"), ("appeals", all.as_str()), ("reason", "один заявитель")];
    assert_eq!(house.form(&handler, "/staff/cases", &reject).await.0, 200);
    assert!(house.register.proposals(&|_| None).await.unwrap().is_empty());
    // Two who hold one version: the second is told.
    let stale = [("command", "note"), ("text", "x"), ("version", "1")];
    let (status, page) = house.form(&handler, &path, &stale).await;
    assert_eq!((status, page.contains("Написанное сохранено")), (409, true));
    db
}

async fn the_overview_counts_and_exports_without_persons(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let supervisor = house.signed("supervisor", Role::Supervisor).await;
    let (number, _) = filed(&house, &operator, "phone", 1, 1).await;
    filed(&house, &operator, "web", 2, 2).await;
    let page = house.page(&supervisor, "/staff/overview").await;
    assert!(page.contains("Рейтинг тем") && page.contains("50 %"), "half of them called: {page}");
    assert!(page.contains("данных недостаточно"), "no forecast of nothing");
    assert_eq!(house.try_page(&operator, "/staff/overview").await.0, 403);
    let csv = house.page(&supervisor, "/staff/overview/export.csv").await;
    assert!(csv.starts_with("number,registered_at,channel") && csv.contains(&number), "{csv}");
    assert!(!csv.contains("Мысал") && !csv.contains("+7 700") && !csv.contains("Сорок"), "{csv}");
    let audit = house.staff.audit_rows(None).await.unwrap();
    assert!(audit.iter().any(|a| a.action == "exported"));
    db
}
