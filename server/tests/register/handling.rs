//! The handler's desk as people use it: pages and plain forms.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, answer, complaint};
use appeals::access::Role;
use reqwest::Method;
use serde_json::json;

on_both!(
    an_appeal_is_answered_by_plain_forms_and_four_eyes,
    nothing_typed_is_lost_when_somebody_was_quicker,
    a_carrier_never_reads_who_complained,
    the_queue_is_filtered_and_searched,
    facts_are_put_right_and_the_journal_tells,
);

async fn filed(house: &House, kind: &str) -> String {
    let mut appeal = complaint();
    appeal["kind"] = json!(kind);
    let (_, filed) = answer(house.post("/api/v1/appeals", &appeal).send().await.unwrap()).await;
    filed["number"].as_str().unwrap().to_owned()
}

async fn an_appeal_is_answered_by_plain_forms_and_four_eyes(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let head = house.signed("head", Role::Head).await;
    let number = filed(&house, "fare").await;
    let page = house.page(&handler, &format!("/staff/appeals/{number}")).await;
    assert!(page.contains("Взять в работу") && page.contains("Сорок минут ждал автобус"), "{page}");
    assert!(!page.contains("Одобрить ответ"), "a handler is not offered what he may not do");
    house.act(&handler, &number, &[("command", "begin")]).await;
    let draft = [
        ("command", "draft_answer"),
        ("language", "ru"),
        ("body", "Проверено: так и было."),
        ("legal_basis", "АППК, статья 76"),
        ("right_of_appeal", "Можно обжаловать в суде"),
    ];
    house.act(&handler, &number, &draft).await;
    house.act(&handler, &number, &[("command", "submit_answer")]).await;
    // A draft is taken back as long as it is not sent, and laid before the other again.
    house.act(&handler, &number, &[("command", "recall_answer")]).await;
    assert_eq!(house.appeal(&handler, &number).await["status"], "answer_draft");
    house.act(&handler, &number, &[("command", "submit_answer")]).await;
    let (status, _) = house.try_act(&handler, &number, &[("command", "approve_answer")]).await;
    assert_eq!(status, 409, "nobody approves an answer of their own");
    house.act(&head, &number, &[("command", "approve_answer")]).await;
    house.act(&handler, &number, &[("command", "send_answer"), ("by", "cabinet")]).await;
    let page = house.page(&handler, &format!("/staff/appeals/{number}?done=send_answer")).await;
    assert!(page.contains("Дан ответ") && page.contains("Проверено: так и было."), "{page}");
    let refused = house.try_act(&handler, &number, &[("command", "begin")]).await;
    assert_eq!(refused.0, 409);
    db
}

async fn nothing_typed_is_lost_when_somebody_was_quicker(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let first = house.signed("first", Role::Handler).await;
    let second = house.signed("second", Role::Handler).await;
    let number = filed(&house, "fare").await;
    let seen = house.appeal(&second, &number).await["version"].to_string();
    house.act(&first, &number, &[("command", "note"), ("text", "Звонил перевозчику")]).await;
    let typed = [
        ("command", "note"),
        ("version", seen.as_str()),
        ("seq", "0"),
        ("text", "Мой длинный текст, который жаль"),
    ];
    let (status, page) = house.try_act(&second, &number, &typed).await;
    assert_eq!(status, 409);
    assert!(page.contains("Мой длинный текст, который жаль"), "typed words stand in the form");
    assert!(page.contains("Звонил перевозчику") && page.contains("Member first"), "what changed");
    assert!(page.contains("role=\"alert\""));
    let journal = house.page(&second, &format!("/staff/appeals/{number}")).await;
    assert!(!journal.contains("Мой длинный текст"), "it was not written");
    // With the version that the page now holds it goes through.
    house
        .act(&second, &number, &typed[..1].iter().chain(&typed[3..]).copied().collect::<Vec<_>>())
        .await;
    db
}

async fn a_carrier_never_reads_who_complained(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let carrier = house.signed_of("carrier", Role::Carrier, Some("park-1")).await;
    let other = house.signed_of("other", Role::Carrier, Some("park-2")).await;
    let supervisor = house.signed("supervisor", Role::Supervisor).await;
    let number = filed(&house, "fare").await;
    let path = format!("/staff/appeals/{number}");
    assert_eq!(house.try_page(&carrier, &path).await.0, 404, "before it was asked");
    house.act(&handler, &number, &[("command", "begin")]).await;
    let ask = [("command", "ask_carrier"), ("carrier", "park-1"), ("question", "Кто вёл автобус?")];
    house.act(&handler, &number, &ask).await;
    let page = house.page(&carrier, &path).await;
    assert!(
        page.contains("Кто вёл автобус?") && page.contains("Ответить от перевозчика"),
        "{page}"
    );
    for personal in ["Айдос", "Тестов", "+7 701", "aidos", "Сорок минут", "Member handler"]
    {
        assert!(!page.contains(personal), "{personal} stands on the carrier's page");
    }
    assert_eq!(house.try_page(&other, &path).await.0, 404);
    let reveal = format!("{path}/reveal");
    let forbidden = house.form(&carrier, &reveal, &[("reason", "очень нужно")]).await;
    assert_eq!(forbidden.0, 403);
    for hidden in ["/staff/cases", "/staff/overview", "/staff/overview/export.csv"] {
        assert_eq!(house.try_page(&carrier, hidden).await.0, 403, "{hidden}");
    }
    let queue = house.page(&carrier, "/staff").await;
    assert!(queue.contains(&number) && !queue.contains("Member handler"), "{queue}");
    house
        .act(&carrier, &number, &[("command", "carrier_reply"), ("text", "Водитель наказан")])
        .await;
    assert!(house.page(&handler, &path).await.contains("Водитель наказан"));
    // Masked for who is not assigned; shown for a reason, which is logged.
    let masked = house.page(&supervisor, &path).await;
    assert!(masked.contains("Айдос Т.") && !masked.contains("000 11 22"), "{masked}");
    let (status, page) = house.form(&supervisor, &reveal, &[("reason", "да")]).await;
    assert_eq!((status, page.contains("000 11 22")), (422, false));
    let (status, page) = house.form(&supervisor, &reveal, &[("reason", "перезвонить")]).await;
    assert_eq!((status, page.contains("+7 701 000 11 22")), (200, true));
    let audit = house.staff.audit_rows(None).await.unwrap();
    assert!(audit.iter().any(|a| a.action == "revealed" && a.detail == "перезвонить"));
    db
}

async fn the_queue_is_filtered_and_searched(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let fare = filed(&house, "fare").await;
    let wait = filed(&house, "long_wait").await;
    let all = house.page(&handler, "/staff").await;
    assert!(all.contains(&fare) && all.contains(&wait));
    assert!(all.contains("раб. дн. осталось"), "the time left stands in words: {all}");
    let only = house.page(&handler, "/staff?kind=fare").await;
    assert!(only.contains(&fare) && !only.contains(&wait));
    let mine = house.page(&handler, "/staff?mine=1").await;
    assert!(!mine.contains(&fare));
    house.act(&handler, &fare, &[("command", "begin")]).await;
    assert!(house.page(&handler, "/staff?mine=1").await.contains(&fare));
    assert!(!house.page(&handler, "/staff?status=registered").await.contains(&fare));
    assert!(house.page(&handler, "/staff?status=in_work").await.contains(&fare));
    assert!(!house.page(&handler, "/staff?route=nine").await.contains(&fare));
    let to = house.ask(Method::GET, &format!("/staff?number={fare}"));
    let found = to.header("cookie", &handler).send().await.unwrap();
    assert!(found.url().path().ends_with(&fare), "{}", found.url());
    let missing = house.page(&handler, "/staff?number=26-999999-9").await;
    assert!(missing.contains("Такого номера нет"));
    let (status, _) = house.try_page("", "/staff/appeals/x").await;
    assert_eq!(status, 200, "who is not signed in comes to the form");
    db
}

async fn facts_are_put_right_and_the_journal_tells(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let number = filed(&house, "long_wait").await;
    let page = house.page(&handler, &format!("/staff/appeals/{number}")).await;
    assert!(page.contains("Исправить сведения") && page.contains("value=\"92\""), "{page}");
    let change = |route: &'static str, stop: &'static str, at: &'static str| {
        let command = ("command", "change_claim");
        [command, ("kind", "late"), ("route", route), ("stop", stop), ("at", at), ("wait", "15")]
    };
    for (fields, said) in [
        (change("777", "B", "2026-11-23T08:10"), "такого маршрута нет"),
        (change("12", "Нигде", "2026-11-23T08:10"), "такой остановки нет"),
        (change("12", "B", "утром"), "дату пишите как"),
        (change("", "", ""), "не указано место"),
    ] {
        let (status, page) = house.try_act(&handler, &number, &fields).await;
        assert!(status == 409 && page.contains(said), "{status} {said}: {page}");
    }
    house.act(&handler, &number, &change("12", "улица берёзовая", "2026-11-23T08:10")).await;
    let appeal = house.appeal(&handler, &number).await;
    let claim = &appeal["claim"];
    assert_eq!((&appeal["kind"], &claim["wait_s"]), (&json!("late"), &json!(900)));
    assert_eq!((&claim["route_id"], &claim["stop_id"]), (&json!("r12"), &json!("B")));
    assert_eq!(claim["event_at"], json!(crate::house::NOW - 110 * 60));
    let page = house.page(&handler, &format!("/staff/appeals/{number}")).await;
    assert!(page.contains("№ 12 · Улица Берёзовая · B · 23.11.2026 08:10"), "{page}");
    // What was not touched stays, to the second.
    let again = change("12", "Улица Берёзовая · B", "2026-11-23T08:10");
    house.act(&handler, &number, &again).await;
    assert_eq!(&house.appeal(&handler, &number).await["claim"], claim);
    db
}
