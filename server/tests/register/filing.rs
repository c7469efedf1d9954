//! Appeals on their way in.

use crate::database::{Kind, TestDatabase, on_both};
use crate::house::{House, NOW, answer, complaint};
use appeals::access::Role;
use appeals::channel::Channel;
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both!(
    an_appeal_gets_its_number_and_what_number_and_pin_open,
    the_same_key_makes_one_appeal,
    the_same_words_by_each_channel_stand_in_the_same_queue_until_the_same_day,
    nothing_that_says_who_spoke_lies_open_on_the_disk,
    wrong_pins_are_few,
    what_a_form_can_mend_is_said,
);

async fn an_appeal_gets_its_number_and_what_number_and_pin_open(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let response = house.post("/api/v1/appeals", &complaint()).send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "no-store");
    let (status, filed) = answer(response).await;
    assert_eq!(status, 201, "{filed}");
    assert_eq!(filed["number"], "26-000001-9");
    assert_eq!(filed["registered_on"], "2026-11-23");
    assert_eq!(filed["due_on"], "2026-12-14", "15 working days, the 16th is a holiday");
    let status_of = async |number: &Value, pin: &str| {
        let key = json!({"number": number, "pin": pin});
        answer(house.post("/api/v1/appeals/status", &key).send().await.unwrap()).await
    };
    let (status, stage) = status_of(&filed["number"], filed["pin"].as_str().unwrap()).await;
    assert_eq!((status, &stage["status"]), (200, &json!("registered")));
    assert_eq!(stage["steps"][0]["label"], "Зарегистрировано");
    // A wrong PIN, a number that is not given out and one that is none: one answer.
    let wrong = status_of(&filed["number"], "00000000").await;
    assert_eq!(wrong.0, 404);
    assert_eq!(wrong, status_of(&json!("26-000777-7"), "00000000").await);
    assert_eq!(wrong, status_of(&json!("nonsense"), "12").await);
    let second = house.post("/api/v1/appeals", &complaint()).send().await.unwrap();
    assert_eq!(answer(second).await.1["number"].as_str().unwrap()[..9], *"26-000002");
    db
}

async fn the_same_key_makes_one_appeal(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let clicks = (0..12).map(|_| {
        let post = house.post("/api/v1/appeals", &complaint()).header("idempotency-key", "k1");
        async move { answer(post.send().await.unwrap()).await }
    });
    let answers = futures_util::future::join_all(clicks).await;
    assert!(answers.iter().all(|a| a.0 == 201 && a.1 == answers[0].1), "{answers:?}");
    let rows = house.ledger.rows::<(i64,)>("SELECT COUNT(*) FROM appeals", vec![]).await.unwrap();
    assert_eq!(rows[0].0, 1);
    let mut other = complaint();
    other["text"] = json!("Другое");
    let reused = house.post("/api/v1/appeals", &other).header("idempotency-key", "k1");
    assert_eq!(answer(reused.send().await.unwrap()).await.0, 422);
    house.register.forget_keys(NOW + 86_400).await.unwrap();
    let anew = house.post("/api/v1/appeals", &complaint()).header("idempotency-key", "k1");
    let (status, anew) = answer(anew.send().await.unwrap()).await;
    assert_eq!(status, 201);
    assert_ne!(anew["number"], answers[0].1["number"], "a day later it is another appeal");
    db
}

async fn the_same_words_by_each_channel_stand_in_the_same_queue_until_the_same_day(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let mut numbers = Vec::new();
    for channel in Channel::ALL {
        let mut appeal = complaint();
        appeal["channel"] = json!(channel.name());
        let post = house.post("/api/v1/staff/appeals", &appeal).header("cookie", &operator);
        let (status, filed) = answer(post.send().await.unwrap()).await;
        assert_eq!(status, 201, "{}: {filed}", channel.name());
        numbers.push(filed["number"].as_str().unwrap().to_owned());
    }
    let web = house.post("/api/v1/appeals", &complaint()).send().await.unwrap();
    numbers.push(answer(web).await.1["number"].as_str().unwrap().to_owned());
    let mut seen = BTreeSet::new();
    for number in &numbers {
        let appeal = house.appeal(&operator, number).await;
        seen.insert(
            [&appeal["desk"], &appeal["due_on"], &appeal["legal_kind"]].map(Value::to_string),
        );
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
    let open = house.ask(reqwest::Method::GET, "/api/v1/staff/appeals").header("cookie", &operator);
    let queue = answer(open.send().await.unwrap()).await.1;
    assert_eq!(queue["appeals"].as_array().unwrap().len(), numbers.len());
    db
}

async fn nothing_that_says_who_spoke_lies_open_on_the_disk(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let filed = house.post("/api/v1/appeals", &complaint()).header("idempotency-key", "k");
    let (status, filed) = answer(filed.send().await.unwrap()).await;
    assert_eq!(status, 201);
    if db.kind == Kind::Postgres {
        return db;
    }
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(db.dir.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let on_disk = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(on_disk(filed["number"].as_str().unwrap()), "the appeal is there");
    let pin = filed["pin"].as_str().unwrap();
    for secret in ["Тестов", "7 701 000", "7010001122", "aidos@", "Сорок минут", pin]
    {
        assert!(!on_disk(secret), "{secret}");
    }
    db
}

async fn wrong_pins_are_few(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let (_, filed) =
        answer(house.post("/api/v1/appeals", &complaint()).send().await.unwrap()).await;
    let number = filed["number"].as_str().unwrap();
    let ask = async |number: &str, pin: &str| {
        let key = json!({"number": number, "pin": pin});
        house.post("/api/v1/appeals/status", &key).send().await.unwrap().status().as_u16()
    };
    for _ in 0..10 {
        assert_eq!(
            ask(number, filed["pin"].as_str().unwrap()).await,
            200,
            "right ones cost nothing"
        );
    }
    for _ in 0..5 {
        assert_eq!(ask(number, "12121212").await, 404);
    }
    assert_eq!(ask(number, "12121212").await, 429);
    // Written otherwise it is the same number; one that does not exist is bounded alike.
    assert_eq!(ask(&number.replace('-', " "), "12121212").await, 429);
    for _ in 0..5 {
        assert_eq!(ask("26-000777-7", "12121212").await, 404);
    }
    assert_eq!(ask("26-000777-7", "12121212").await, 429);
    db
}

async fn what_a_form_can_mend_is_said(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let refused = async |change: fn(&mut Value)| {
        let mut appeal = complaint();
        change(&mut appeal);
        answer(house.post("/api/v1/appeals", &appeal).send().await.unwrap()).await
    };
    let cases: [fn(&mut Value); 6] = [
        |a| a["kind"] = json!("no_such_kind"),
        |a| a["language"] = json!("xx"),
        |a| a["text"] = json!("ж".repeat(4_001)),
        |a| a["claim"]["lat"] = json!(43.2),
        |a| a["claim"]["event_at"] = json!(NOW + 10 * 86_400),
        |a| {
            a["text"] = json!(" ");
            a["claim"] = json!({});
        },
    ];
    for case in cases {
        let (status, problem) = refused(case).await;
        assert_eq!(status, 400, "{problem}");
        assert!(problem["detail"].as_str().unwrap().len() > 5);
    }
    let (status, _) = refused(|a| a["text"] = json!("ж".repeat(4_000))).await;
    assert_eq!(status, 201);
    // Without a name it is a signal: a number and a PIN, no promised answer.
    let (status, signal) = refused(|a| a["person"] = json!({})).await;
    assert_eq!((status, &signal["due_on"]), (201, &Value::Null));
    db
}
