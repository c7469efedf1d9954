//! "It is the same as that one": said by who takes the call, or by who files.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, answer, complaint};
use crate::operator::{LINE, count, desk, hidden, send, text_of};
use appeals::access::Role;
use serde_json::json;
use server::ledger::Statement;

on_both!(
    a_caller_joins_a_known_case_by_one_key,
    who_joined_others_is_proposed_with_them_and_waits_for_their_case,
);

async fn call(house: &House, operator: &str, what: &str) -> (String, String) {
    let contact = hidden(&desk(house, operator, "/staff/desk").await, "contact");
    let fields = [
        ("contact", contact.as_str()),
        ("seq", "0"),
        ("line", LINE),
        ("phone", "+7 701 000 11 22"),
        ("name", "Айдос Тестов"),
        ("do", what),
    ];
    let (status, page) = send(house, operator, &fields).await;
    assert_eq!(status, 200, "{page}");
    let number = text_of(&page, "filed-number");
    // The same click once more is the same appeal.
    let (_, again) = send(house, operator, &fields).await;
    assert_eq!(text_of(&again, "filed-number"), number);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    (format!("{}-{}-{}", &digits[..2], &digits[2..8], &digits[8..]), page)
}

async fn open_case(house: &House, staff: &str, number: &str) -> String {
    let fields = [("command", "confirm"), ("appeals", number), ("title", "Не приходит 12")];
    let (status, page) = house.form(staff, "/staff/cases", &fields).await;
    assert_eq!(status, 200, "{page}");
    house.ledger.row::<(String,)>("SELECT number FROM cases", Vec::new()).await.unwrap().unwrap().0
}

async fn a_caller_joins_a_known_case_by_one_key(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let handler = house.signed("handler", Role::Handler).await;
    let (first, _) = call(&house, &operator, "register").await;
    let case = open_case(&house, &handler, &first).await;
    // Beside the line the known one is shown, with its key.
    let contact = hidden(&desk(&house, &operator, "/staff/desk").await, "contact");
    let look = [("contact", contact.as_str()), ("line", LINE), ("do", "look")];
    let (_, looked) = send(&house, &operator, &look).await;
    assert!(looked.contains(&format!("value=\"join:{first}\"")), "{looked}");
    assert!(looked.contains("data-key=\"F9\""));
    let (second, page) = call(&house, &operator, &format!("join:{first}")).await;
    assert_ne!(second, first, "a number of its own");
    let told = text_of(&page, "filed-joined");
    assert!(told.contains(&first) && page.contains(&case), "{told}");
    let of_case = "SELECT COUNT(*) FROM appeals WHERE case_id IS NOT NULL";
    assert_eq!(count(&house, of_case).await, 2);
    let appeals = [house.appeal(&handler, &first).await, house.appeal(&handler, &second).await];
    assert!(appeals.iter().all(|a| a["due_on"].is_string()), "a clock of its own");
    let page = house.page(&handler, &format!("/staff/cases/{}", frontend::encode(&case))).await;
    assert!(page.contains(&first) && page.contains(&second), "{page}");
    // What is said of nothing known is an appeal all the same.
    let contact = hidden(&desk(&house, &operator, "/staff/desk").await, "contact");
    let unknown = [("contact", contact.as_str()), ("line", LINE), ("do", "join:26-000777-7")];
    let (status, page) = send(&house, &operator, &unknown).await;
    assert!(status == 200 && page.contains("filed-number"), "{status}: {page}");
    db
}

async fn who_joined_others_is_proposed_with_them_and_waits_for_their_case(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let mut numbers = Vec::new();
    // Two of a morning, and one of an evening elsewhere that no pattern would put beside them.
    for (n, (hours, stop)) in [(0, "s1"), (0, "s1"), (9, "far")].into_iter().enumerate() {
        let mut appeal = complaint();
        appeal["person"]["phone"] = json!(format!("+7 701 000 11 {n:02}"));
        let at = appeal["claim"]["event_at"].as_i64().unwrap() - hours * 3_600;
        appeal["claim"]["event_at"] = json!(at);
        appeal["claim"]["stop_id"] = json!(stop);
        let filed = house.post("/api/v1/appeals", &appeal).send().await.unwrap();
        numbers.push(answer(filed).await.1["number"].as_str().unwrap().to_owned());
    }
    let proposed = async || house.register.proposals(&|_: &str| None).await.unwrap();
    assert!(proposed().await.is_empty());
    let join = "INSERT INTO appeal_joins (appeal_id, joined_id, joined_at) \
                SELECT a.appeal_id, o.appeal_id, a.registered_at FROM appeals a, appeals o \
                WHERE a.number = $1 AND o.number = $2";
    let values = vec![numbers[2].clone().into(), numbers[0].clone().into()];
    house.ledger.write(vec![Statement::new(join, values)]).await.unwrap();
    let found = proposed().await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1.len(), 3, "{found:?}");
    // The others get a case without it: then it waits beside that case, and goes in by one click.
    let case = open_case(&house, &handler, &numbers[..2].join(" ")).await;
    let page = house.page(&handler, "/staff/cases").await;
    assert!(page.contains("Присоединились к другим"), "{page}");
    house.act(&handler, &numbers[2], &[("command", "join_case"), ("case", &case)]).await;
    let page = house.page(&handler, "/staff/cases").await;
    assert!(!page.contains("Присоединились к другим"), "{page}");
    db
}
