//! The desk of those who take calls: a form without a script.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, NOW, answer};
use appeals::access::Role;
use reqwest::Method;

on_both!(
    a_call_is_registered_from_one_line,
    a_consultation_is_counted_and_makes_no_appeal,
    a_contact_goes_to_another_desk_with_nothing_retyped,
    what_was_typed_outlives_a_broken_line_and_is_nobody_elses,
    several_topics_of_one_visit_and_a_telephone_that_spoke_before,
    a_topic_of_the_city_goes_to_its_desk_with_a_pin,
    who_takes_no_calls_is_kept_out,
);

pub type Fields<'a> = [(&'a str, &'a str)];

pub async fn send(house: &House, cookie: &str, fields: &Fields<'_>) -> (u16, String) {
    let body: Vec<String> =
        fields.iter().map(|(n, v)| format!("{n}={}", frontend::encode(v))).collect();
    let response = house
        .ask(Method::POST, "/staff/desk")
        .header("origin", format!("http://{}", house.address))
        .header("cookie", cookie)
        .header("accept-language", "ru")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.join("&"))
        .send()
        .await
        .unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

pub async fn desk(house: &House, cookie: &str, path: &str) -> String {
    let ask = house.ask(Method::GET, path).header("cookie", cookie).header("accept-language", "ru");
    let response = ask.send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.text().await.unwrap()
}

/// The value of the desk's hidden field of a name.
pub fn hidden(page: &str, name: &str) -> String {
    let page = &page[page.find("id=\"desk-form\"").unwrap()..];
    let at = page.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}"));
    let rest = &page[at + name.len() + 15..];
    rest[..rest.find('"').unwrap()].to_owned()
}

/// The text of the element of an id.
pub fn text_of(page: &str, id: &str) -> String {
    let at = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}"));
    let rest = &page[at..];
    let rest = &rest[rest.find('>').unwrap() + 1..];
    rest[..rest.find('<').unwrap()].to_owned()
}

pub async fn count(house: &House, sql: &str) -> i64 {
    house.ledger.row::<(i64,)>(sql, Vec::new()).await.unwrap().unwrap().0
}

pub const LINE: &str = "12 сайран 8:10 не пришёл 40 мин ждал";

async fn a_call_is_registered_from_one_line(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let page = desk(&house, &operator, "/staff/desk").await;
    let contact = hidden(&page, "contact");
    // The line alone shows what was understood.
    let (status, looked) =
        send(&house, &operator, &[("contact", &contact), ("line", LINE), ("do", "look")]).await;
    assert_eq!(status, 200);
    assert_eq!(hidden(&looked, "auto_route"), "r12");
    assert_eq!(hidden(&looked, "auto_stop"), "A");
    assert_eq!(hidden(&looked, "auto_what"), "did_not_come");
    assert_eq!(hidden(&looked, "auto_wait"), "40");
    assert_eq!(hidden(&looked, "auto_at"), "2026-11-23T08:10");
    // What is chosen by hand holds against the line.
    let fields = [
        ("contact", contact.as_str()),
        ("seq", "0"),
        ("line", LINE),
        ("what", "long_wait"),
        ("auto_what", "did_not_come"),
        ("route", "r12"),
        ("auto_route", "r12"),
        ("phone", "+7 701 000 11 22"),
        ("name", "Айдос Тестов"),
        ("language", "kk"),
        ("do", "register"),
    ];
    let (status, page) = send(&house, &operator, &fields).await;
    assert_eq!(status, 200);
    let number = text_of(&page, "filed-number");
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits.len(), 9, "{number}");
    let (_, again) = send(&house, &operator, &fields).await;
    assert_eq!(text_of(&again, "filed-number"), number, "a double click makes one appeal");
    assert_eq!(count(&house, "SELECT COUNT(*) FROM appeals").await, 1);
    let appeal = house.appeal(&operator, &digits).await;
    assert_eq!(appeal["kind"], "long_wait");
    assert_eq!(appeal["claim"]["route_id"], "r12");
    assert_eq!(appeal["claim"]["stop_id"], "A");
    assert_eq!(appeal["claim"]["wait_s"], 2_400);
    assert_eq!(appeal["text"], LINE);
    assert_eq!((&appeal["channel"], &appeal["language"]), (&"phone".into(), &"kk".into()));
    assert!(appeal["due_on"].is_string(), "{appeal}");
    db
}

async fn a_consultation_is_counted_and_makes_no_appeal(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let contact = hidden(&desk(&house, &operator, "/staff/desk").await, "contact");
    let line = "забыл сумку 12 сайран";
    let fields = [("contact", contact.as_str()), ("line", line), ("do", "look")];
    let (_, page) = send(&house, &operator, &fields).await;
    assert!(page.contains("/help/lost-item"), "the knowledge base is asked by the same line");
    let fields = [("contact", contact.as_str()), ("line", line), ("do", "consult:lost-item")];
    let (status, page) = send(&house, &operator, &fields).await;
    assert_eq!(status, 200);
    assert!(page.contains("Консультация учтена"));
    assert_ne!(hidden(&page, "contact"), contact, "the desk is free for who comes next");
    assert_eq!(count(&house, "SELECT COUNT(*) FROM appeals").await, 0);
    let counted = "SELECT COUNT(*) FROM contacts WHERE outcome = 'consulted' AND kind = 'lost_item' \
                   AND route_id = 'r12' AND situation_id = 'lost-item' AND ended_at IS NOT NULL";
    assert_eq!(count(&house, counted).await, 1);
    // Once: the contact has ended.
    let (_, again) = send(&house, &operator, &fields).await;
    assert!(again.contains("role=\"alert\""));
    assert_eq!(count(&house, counted).await, 1);
    db
}

async fn a_contact_goes_to_another_desk_with_nothing_retyped(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let consultant = house.signed("consultant", Role::Consultant).await;
    let late = house.signed("late", Role::Consultant).await;
    let contact = hidden(&desk(&house, &operator, "/staff/desk").await, "contact");
    let give = [
        ("contact", contact.as_str()),
        ("line", LINE),
        ("name", "Айдос Тестов"),
        ("phone", "+7 701 000 11 22"),
        ("note", "Очень торопится"),
        ("to_desk", "fare"),
        ("do", "hand_over"),
    ];
    let (_, page) = send(&house, &operator, &give).await;
    assert!(page.contains("Передано вместе со всем набранным"), "{page}");
    let waits = desk(&house, &consultant, "/staff/desk").await;
    assert!(waits.contains(LINE) && waits.contains("Очень торопится"));
    let take = [("contact", contact.as_str()), ("do", "take")];
    let (_, taken) = send(&house, &consultant, &take).await;
    assert!(taken.contains("Айдос Тестов") && taken.contains("+7 701 000 11 22"));
    assert_eq!(hidden(&taken, "auto_route"), "r12");
    let (_, second) = send(&house, &late, &take).await;
    assert!(second.contains("Этот контакт уже у другого") && !second.contains("Айдос"));
    let accepted = "SELECT COUNT(*) FROM handovers WHERE accepted_at >= at AND to_desk = 'fare'";
    assert_eq!(count(&house, accepted).await, 1);
    // The one who gave it away has it no more.
    let (_, gone) =
        send(&house, &operator, &[("contact", &contact), ("line", "x"), ("do", "look")]).await;
    assert!(gone.contains("Этот контакт уже у другого"));
    let end = [("contact", contact.as_str()), ("line", LINE), ("do", "register")];
    let (_, filed) = send(&house, &consultant, &end).await;
    assert!(!text_of(&filed, "filed-number").is_empty());
    assert_eq!(count(&house, "SELECT COUNT(*) FROM contacts").await, 1);
    db
}

async fn what_was_typed_outlives_a_broken_line_and_is_nobody_elses(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let other = house.signed("other", Role::PhoneOperator).await;
    let contact = hidden(&desk(&house, &operator, "/staff/desk").await, "contact");
    let typed =
        [("contact", contact.as_str()), ("line", LINE), ("name", "Айдос Тестов"), ("do", "look")];
    send(&house, &operator, &typed).await;
    let again = desk(&house, &operator, "/staff/desk").await;
    assert!(again.contains(LINE) && again.contains("Айдос Тестов"));
    assert!(!desk(&house, &other, "/staff/desk").await.contains("Айдос"));
    for what in ["look", "register", "consult", "hand_over", "more", "take"] {
        let fields =
            [("contact", contact.as_str()), ("line", "y"), ("to_desk", "fare"), ("do", what)];
        let (_, page) = send(&house, &other, &fields).await;
        assert!(page.contains("Этот контакт уже у другого"), "{what}");
        assert!(!page.contains("Айдос"), "{what}");
    }
    let sealed = "SELECT COUNT(*) FROM contact_drafts WHERE sealed LIKE '%Айдос%'";
    assert_eq!(count(&house, sealed).await, 0);
    house.register.forget_drafts(NOW + 86_400).await.unwrap();
    assert_eq!(count(&house, "SELECT COUNT(*) FROM contact_drafts").await, 0);
    db
}

async fn several_topics_of_one_visit_and_a_telephone_that_spoke_before(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let contact = hidden(&desk(&house, &operator, "/staff/desk").await, "contact");
    let person = [("phone", "8 701 000 11 22"), ("name", "Айдос Тестов")];
    let mut fields = vec![("contact", contact.as_str()), ("line", LINE), ("do", "register")];
    fields.extend(person);
    let (_, first) = send(&house, &operator, &fields).await;
    assert!(!text_of(&first, "filed-number").is_empty());
    let (_, more) = send(&house, &operator, &[("contact", &contact), ("do", "more")]).await;
    assert!(
        more.contains("Айдос Тестов") && !more.contains(LINE),
        "the person stays, the topic goes"
    );
    assert_eq!(hidden(&more, "seq"), "1");
    let second = [
        ("contact", contact.as_str()),
        ("seq", "1"),
        ("line", "яма на дороге Толе би 100"),
        ("phone", "8 701 000 11 22"),
        ("name", "Айдос Тестов"),
        ("do", "register"),
    ];
    let (_, page) = send(&house, &operator, &second).await;
    assert_ne!(text_of(&page, "filed-number"), text_of(&first, "filed-number"));
    assert_eq!(count(&house, "SELECT COUNT(*) FROM appeals").await, 2);
    assert_eq!(count(&house, "SELECT COUNT(*) FROM contacts").await, 1, "one visit");
    // The same telephone calls again about the same.
    let contact = hidden(&page, "contact");
    let again = [
        ("contact", contact.as_str()),
        ("line", LINE),
        ("phone", "+7 701 000-11-22"),
        ("do", "look"),
    ];
    let (_, page) = send(&house, &operator, &again).await;
    assert!(page.contains("уже есть обращение о том же"));
    send(&house, &operator, &again).await;
    let logged = "SELECT COUNT(*) FROM audit WHERE action = 'found_by_phone'";
    assert_eq!(count(&house, logged).await, 2, "each contact that looks a telephone up, once");
    db
}

async fn a_topic_of_the_city_goes_to_its_desk_with_a_pin(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let page = desk(&house, &operator, "/staff/desk").await;
    let (contact, view) = (hidden(&page, "contact"), hidden(&page, "view"));
    let line = "светофор не работает на Толе би 5";
    let click = [
        ("contact", contact.as_str()),
        ("line", line),
        ("view", view.as_str()),
        ("pin.x", "100"),
        ("pin.y", "50"),
    ];
    let (_, pinned) = send(&house, &operator, &click).await;
    let (lat, lon) = (hidden(&pinned, "lat"), hidden(&pinned, "lon"));
    assert!(lat.starts_with("43.") && lon.starts_with("76."), "{lat},{lon}");
    assert_eq!(hidden(&pinned, "auto_what"), "streets.signal_fault");
    assert_eq!(hidden(&pinned, "auto_address"), "на Толе би 5");
    let path = format!("/staff/desk/map.svg?view={view}&pin={lat},{lon}");
    assert!(desk(&house, &operator, &path).await.starts_with("<svg"));
    let file = [
        ("contact", contact.as_str()),
        ("line", line),
        ("lat", lat.as_str()),
        ("lon", lon.as_str()),
        ("name", "Айдос Тестов"),
        ("do", "register"),
    ];
    let (_, page) = send(&house, &operator, &file).await;
    let number: String =
        text_of(&page, "filed-number").chars().filter(char::is_ascii_digit).collect();
    let appeal = house.appeal(&operator, &number).await;
    assert_eq!((&appeal["kind"], &appeal["desk"]), (&"other".into(), &"streets".into()));
    assert_eq!(appeal["claim"]["address"], "на Толе би 5");
    assert_eq!(appeal["claim"]["lat"].as_f64(), lat.parse().ok());
    db
}

async fn who_takes_no_calls_is_kept_out(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let analyst = house.signed("analyst", Role::Analyst).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    for path in ["/staff/desk", "/api/v1/staff/line?q=12", "/staff/desk/map.svg?view=43,76,3"] {
        let ask = |cookie: &str| house.ask(Method::GET, path).header("cookie", cookie);
        assert_eq!(ask(&analyst).send().await.unwrap().status(), 403, "{path}");
        assert_eq!(ask(&operator).send().await.unwrap().status(), 200, "{path}");
    }
    let (status, _) = send(&house, &analyst, &[("line", LINE), ("do", "register")]).await;
    assert_eq!(status, 403);
    let response = house
        .ask(Method::GET, "/api/v1/staff/line?q=12%20%D1%81%D0%B0%D0%B9%D1%80%D0%B0%D0%BD%208:10")
        .header("cookie", &operator)
        .send()
        .await
        .unwrap();
    let (_, line) = answer(response).await;
    assert_eq!((&line["route_id"], &line["stop_id"]), (&"r12".into(), &"A".into()));
    // A form of another site is refused.
    let strange = house
        .ask(Method::POST, "/staff/desk")
        .header("cookie", &operator)
        .header("origin", "https://example.org")
        .body("do=look")
        .send()
        .await
        .unwrap();
    assert_eq!(strange.status(), 403);
    // The knowledge base is open to all, in each language.
    for (language, title) in
        [("kk", "Автобуста зат"), ("ru", "Забыл вещь"), ("en", "I left something")]
    {
        let help = house.ask(Method::GET, &format!("/help/lost-item?lang={language}"));
        let page = help.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(title), "{language}");
    }
    assert_eq!(house.ask(Method::GET, "/help/nothing").send().await.unwrap().status(), 404);
    db
}
