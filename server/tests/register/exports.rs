//! What is told of a route to everybody, and personal data taken out of the register.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, answer, complaint};
use appeals::access::Role;
use serde_json::json;

on_both!(
    a_route_tells_counts_and_neither_small_numbers_nor_words,
    personal_data_go_out_for_a_reason_that_another_person_allowed_once,
);

async fn file(house: &House, kind: &str, times: usize) {
    for _ in 0..times {
        let mut appeal = complaint();
        appeal["kind"] = json!(kind);
        appeal["claim"]["route_id"] = json!("r12");
        let post = house.post("/api/v1/appeals", &appeal).send().await.unwrap();
        let (status, body) = answer(post).await;
        assert_eq!(status, 201, "{body}");
    }
}

async fn a_route_tells_counts_and_neither_small_numbers_nor_words(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    file(&house, "long_wait", 4).await;
    file(&house, "late", 2).await;
    // Never public, however many.
    file(&house, "driver_conduct", 5).await;
    let page = house.page("", "/routes/r12/appeals").await;
    assert!(
        page.contains("Обращения о маршруте 12") && page.contains("<td class=\"num\">4</td>"),
        "{page}"
    );
    assert!(page.contains("меньше 3"), "{page}");
    for hidden in ["Сорок минут", "Айдос", "Поведение водителя", "<td class=\"num\">2</td>", "26-0"]
    {
        assert!(!page.contains(hidden), "{hidden}: {page}");
    }
    assert_eq!(house.try_page("", "/routes/nowhere/appeals").await.0, 404);
    db
}

async fn personal_data_go_out_for_a_reason_that_another_person_allowed_once(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    file(&house, "fare", 1).await;
    let supervisor = house.signed("supervisor", Role::Supervisor).await;
    let head = house.signed("head", Role::Head).await;
    for (login, role) in [("handler", Role::Handler), ("analyst", Role::Analyst)] {
        let cookie = house.signed(login, role).await;
        assert_eq!(house.try_page(&cookie, "/staff/exports").await.0, 403, "{login}");
    }
    let path = "/staff/exports";
    let (status, _) = house.form(&supervisor, path, &[("reason", "так"), ("days", "7")]).await;
    assert_eq!(status, 422);
    let why = [("reason", "проверка прокуратуры"), ("days", "7")];
    let (status, page) = house.form(&supervisor, path, &why).await;
    assert!(status == 200 && page.contains("ждёт разрешения"), "{status}: {page}");
    let id = house.register.exports().await.unwrap()[0].export_id.clone();
    let none: [(&str, &str); 0] = [];
    let (take, allow) = (format!("{path}/{id}/take"), format!("{path}/{id}/allow"));
    // Not before it is allowed, not by oneself, not by another.
    assert_eq!(house.form(&supervisor, &take, &none).await.0, 404);
    assert_eq!(house.form(&supervisor, &allow, &none).await.0, 403);
    let (status, page) = house.form(&head, &allow, &none).await;
    assert!(status == 200 && page.contains("разрешено: Member head"), "{page}");
    assert_eq!(house.form(&head, &take, &none).await.0, 404);
    let (status, csv) = house.form(&supervisor, &take, &none).await;
    assert_eq!(status, 200, "{csv}");
    assert!(csv.contains("Айдос Тестов") && csv.contains("'+7 701 000 11 22"), "{csv}");
    assert_eq!(house.form(&supervisor, &take, &none).await.0, 404, "once");
    let audit = house.staff.audit_rows(None).await.unwrap();
    for action in ["export_asked", "export_allowed", "exported_personal"] {
        assert!(audit.iter().any(|a| a.action == action && a.object == id), "{action}");
    }
    assert!(audit.iter().any(|a| a.detail == "1 rows: проверка прокуратуры"));
    db
}
