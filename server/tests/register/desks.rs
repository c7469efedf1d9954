//! What staff see and do.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, answer, complaint};
use appeals::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

on_both!(
    an_appeal_goes_its_way_to_an_answer,
    each_role_sees_its_own_part_and_a_reveal_is_logged,
    a_change_comes_from_our_own_page_by_somebody_signed_in,
    two_who_work_on_one_version_do_not_overwrite_each_other,
);

async fn filed(house: &House) -> (String, String) {
    let (_, filed) =
        answer(house.post("/api/v1/appeals", &complaint()).send().await.unwrap()).await;
    let text = |name: &str| filed[name].as_str().unwrap().to_owned();
    (text("number"), text("pin"))
}

async fn an_appeal_goes_its_way_to_an_answer(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let head = house.signed("head", Role::Head).await;
    let mut appeal = complaint();
    // A kind that no record answers: its verdict needs no signature.
    appeal["kind"] = json!("fare");
    let post = house.post("/api/v1/appeals", &appeal).send().await.unwrap();
    let (_, filed) = answer(post).await;
    let number = filed["number"].as_str().unwrap();
    let begun = house.command(&handler, number, json!({"command": "begin"})).await;
    assert_eq!(begun["status"], "in_work");
    let draft = json!({
        "command": "draft_answer", "language": "ru", "body": "Проверено: так и было.",
        "legal_basis": "АППК, статья 76", "right_of_appeal": "Можно обжаловать в суде",
    });
    house.command(&handler, number, draft).await;
    house.command(&handler, number, json!({"command": "submit_answer"})).await;
    house.command(&head, number, json!({"command": "approve_answer"})).await;
    let sent =
        house.command(&handler, number, json!({"command": "send_answer", "by": "cabinet"})).await;
    assert_eq!(sent["status"], "answered");
    let key = json!({"number": number, "pin": filed["pin"], "text": "Ничего не изменилось"});
    let stage = house.post("/api/v1/appeals/status", &key).send().await.unwrap();
    let (_, stage) = answer(stage).await;
    assert_eq!(stage["answer"]["body"], "Проверено: так и было.");
    // The applicant disputes it: a new appeal carries on, with its own number and clock.
    let (status, refuted) =
        answer(house.post("/api/v1/appeals/refute", &key).send().await.unwrap()).await;
    assert_eq!(status, 200, "{refuted}");
    assert_eq!(refuted["appeal"]["status"], "refuted_by_applicant");
    let repeat = refuted["repeat"]["number"].as_str().unwrap();
    assert_ne!(repeat, number);
    let again = house.appeal(&handler, repeat).await;
    assert_eq!((&again["text"], &again["status"]), (&key["text"], &json!("registered")));
    let path = format!("/api/v1/staff/appeals/{number}/journal");
    let journal = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
    let (status, journal) = answer(journal).await;
    assert_eq!(status, 200, "the chain holds: {journal}");
    assert!(journal["entries"].as_array().unwrap().len() > 10);
    db
}

async fn each_role_sees_its_own_part_and_a_reveal_is_logged(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let supervisor = house.signed("supervisor", Role::Supervisor).await;
    let dispatcher = house.signed("dispatcher", Role::Dispatcher).await;
    let carrier = house.signed_of("carrier", Role::Carrier, Some("park-1")).await;
    let admin = house.signed("admin", Role::Admin).await;
    let auditor = house.signed("auditor", Role::Auditor).await;
    let handler = house.signed("handler", Role::Handler).await;
    let (number, _) = filed(&house).await;
    let masked = house.appeal(&supervisor, &number).await;
    assert_eq!(masked["person"]["name"], "Айдос Т.");
    assert_eq!(masked["person"]["phone"], "+7 7•• ••• •• 22");
    assert_eq!(masked["masked"].as_array().unwrap().len(), 3);
    let path = format!("/api/v1/staff/appeals/{number}");
    let status = async |cookie: &str, path: &str| {
        let response = house.ask(Method::GET, path).header("cookie", cookie).send().await.unwrap();
        answer(response).await
    };
    let seen = status(&dispatcher, &path).await.1;
    assert_eq!((&seen["text"], &seen["person"]["phone"]), (&Value::Null, &Value::Null));
    assert_eq!(status(&carrier, &path).await.0, 404, "a carrier that was not asked");
    assert_eq!(status(&admin, &path).await.0, 404);
    assert_eq!(status(&admin, "/api/v1/staff/appeals").await.0, 403);
    house.command(&handler, &number, json!({"command": "begin"})).await;
    let ask = json!({"command": "ask_carrier", "carrier": "park-1", "question": "Что было?"});
    house.command(&handler, &number, ask).await;
    let (code, seen) = status(&carrier, &path).await;
    assert_eq!((code, &seen["claim"]["route_id"]), (200, &json!("92")));
    let text = seen.to_string();
    assert!(!text.contains("Тестов") && !text.contains("701") && !text.contains("Сорок"), "{text}");
    let reveal = format!("{path}/reveal");
    let post = |cookie: &str, reason: &str| {
        house.post(&reveal, &json!({"reason": reason})).header("cookie", cookie).send()
    };
    assert_eq!(post(&carrier, "любопытно мне").await.unwrap().status(), 403);
    assert_eq!(post(&supervisor, " ").await.unwrap().status(), 400);
    let (_, shown) = answer(post(&supervisor, "перезвонить заявителю").await.unwrap()).await;
    assert_eq!(shown["person"]["phone"], "+7 701 000 11 22");
    let (_, audit) = status(&auditor, "/api/v1/staff/audit").await;
    assert_eq!(
        (&audit["holds"], &audit["entries"][0]["action"]),
        (&json!(true), &json!("revealed"))
    );
    assert_eq!(audit["entries"][0]["detail"], "перезвонить заявителю");
    assert_eq!(status(&supervisor, "/api/v1/staff/audit").await.0, 200);
    assert_eq!(status(&dispatcher, "/api/v1/staff/audit").await.0, 403);
    let find = json!({"phone": "8 (701) 000-11-22"});
    let found = house.post("/api/v1/staff/appeals/find", &find).header("cookie", &handler);
    let (_, found) = answer(found.send().await.unwrap()).await;
    assert_eq!(found["appeals"][0]["number"], json!(number));
    db
}

async fn a_change_comes_from_our_own_page_by_somebody_signed_in(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let analyst = house.signed("analyst", Role::Analyst).await;
    let (number, _) = filed(&house).await;
    let path = format!("/api/v1/staff/appeals/{number}/commands");
    let body = json!({"version": 1, "command": "begin"}).to_string();
    let post = |origin: Option<&str>, cookie: &str| {
        let request = house.ask(Method::POST, &path).header("content-type", "application/json");
        let request = request.header("cookie", cookie).body(body.clone());
        match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        }
        .send()
    };
    let ours = format!("http://{}", house.address);
    assert_eq!(post(Some("https://evil.example"), &handler).await.unwrap().status(), 403);
    assert_eq!(post(None, &handler).await.unwrap().status(), 403);
    assert_eq!(post(Some(&ours), "").await.unwrap().status(), 401);
    assert_eq!(post(Some(&ours), "__Host-jolda=guess").await.unwrap().status(), 401);
    assert_eq!(post(Some(&ours), &analyst).await.unwrap().status(), 403);
    assert_eq!(post(Some(&ours), &handler).await.unwrap().status(), 200);
    let evidence = json!({
        "version": 2, "command": "attach_evidence", "finding": "confirmed",
        "evidence": "018f0000-0000-7000-8000-000000000000",
    });
    let forged = house.post(&path, &evidence).header("cookie", &handler).send().await.unwrap();
    assert_eq!(forged.status(), 400, "evidence is the register's own: the wire has no word for it");
    let unsaid = json!({"version": 2, "command": "triage", "desk": "d", "assignee": "nobody"});
    let unsaid = house.post(&path, &unsaid).header("cookie", &handler).send().await.unwrap();
    assert_eq!(unsaid.status(), 400, "an id that is none");
    db
}

async fn two_who_work_on_one_version_do_not_overwrite_each_other(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let (number, _) = filed(&house).await;
    let path = format!("/api/v1/staff/appeals/{number}/commands");
    let notes = (0..8).map(|n| {
        let note = json!({"version": 1, "command": "note", "text": format!("note {n}")});
        let post = house.post(&path, &note).header("cookie", &handler);
        async move { answer(post.send().await.unwrap()).await.0 }
    });
    let mut statuses = futures_util::future::join_all(notes).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(house.appeal(&handler, &number).await["version"], 2);
    db
}
