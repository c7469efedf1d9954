//! Appeals on the map: who of the staff sees them, what of them, and what nobody sees there.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, NOW, answer, complaint};
use appeals::access::Role;
use axum::body::Body;
use axum::http::Request;
use reqwest::Method;
use serde_json::{Value, json};
use server::staff::Looking;

on_both!(
    the_map_shows_appeals_to_the_staff_alone_and_never_the_person,
    a_list_is_bounded_and_of_its_time,
    from_a_stop_and_an_incident_to_its_appeals,
    a_map_that_asks_by_itself_keeps_no_session_alive,
);

const FRESH: &str = "/api/v1/staff/appeals/fresh";

async fn fresh(house: &House, cookie: &str, query: &str) -> (u16, Value) {
    let asked = house.ask(Method::GET, &format!("{FRESH}{query}")).header("cookie", cookie);
    answer(asked.send().await.unwrap()).await
}

async fn file(house: &House, appeal: &Value) -> String {
    let post = house.post("/api/v1/appeals", appeal).send().await.unwrap();
    let (status, filed) = answer(post).await;
    assert_eq!(status, 201, "{filed}");
    filed["number"].as_str().unwrap().to_owned()
}

/// With the place of the person's telephone, and the person.
fn pinned() -> Value {
    let mut appeal = complaint();
    appeal["claim"]["lat"] = json!(43.111_111);
    appeal["claim"]["lon"] = json!(76.777_777);
    appeal
}

async fn the_map_shows_appeals_to_the_staff_alone_and_never_the_person(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let number = file(&house, &pinned()).await;
    assert_eq!(fresh(&house, "", "").await.0, 401);
    assert_eq!(fresh(&house, "__Host-jolda=made-up", "").await.0, 401);
    let page = house.ask(Method::GET, "/staff/fresh").send().await.unwrap();
    assert!(page.url().path().ends_with("/sign-in"), "{}", page.url());
    let seeing = [
        ("operator", Role::PhoneOperator),
        ("dispatcher", Role::Dispatcher),
        ("handler", Role::Handler),
        ("supervisor", Role::Supervisor),
        ("auditor", Role::Auditor),
        ("analyst", Role::Analyst),
    ];
    for (login, role) in seeing {
        let cookie = house.signed(login, role).await;
        let (status, body) = fresh(&house, &cookie, "").await;
        assert_eq!(status, 200, "{login}: {body}");
        let one = &body["appeals"][0];
        assert_eq!(one["number"], json!(number), "{login}");
        assert_eq!((&one["kind"], &one["stop_id"]), (&json!("long_wait"), &json!("s1")));
        // Where it happened, not where the telephone was.
        assert_eq!((&one["lat"], &one["lon"]), (&json!(43.25), &json!(76.9)));
        let page = house.page(&cookie, "/staff/fresh").await;
        assert!(page.contains("data-lon=\"76.900000\"") && page.contains(&number), "{login}");
        for told in [body.to_string(), page] {
            for personal in ["Айдос", "Тестов", "701", "aidos", "Сорок минут", "43.111", "76.777"]
            {
                assert!(!told.contains(personal), "{login} is told {personal}");
            }
        }
    }
    let admin = house.signed("admin", Role::Admin).await;
    assert_eq!(fresh(&house, &admin, "").await.0, 403, "a keeper of accounts has no eyes");
    assert_eq!(house.try_page(&admin, "/staff/fresh").await.0, 403);
    // A carrier sees what it was asked about.
    let carrier = house.signed_of("carrier", Role::Carrier, Some("park1")).await;
    assert_eq!(fresh(&house, &carrier, "").await.1["appeals"], json!([]));
    let handler = house.signed("second", Role::Handler).await;
    house.command(&handler, &number, json!({"command": "begin"})).await;
    let ask = json!({"command": "ask_carrier", "carrier": "park1", "question": "Почему?"});
    house.command(&handler, &number, ask).await;
    assert_eq!(fresh(&house, &carrier, "").await.1["appeals"][0]["number"], json!(number));
    db
}

async fn a_list_is_bounded_and_of_its_time(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let dispatcher = house.signed("dispatcher", Role::Dispatcher).await;
    let mut morning = complaint();
    morning["claim"]["event_at"] = json!(NOW - 8 * 3_600);
    let old = file(&house, &morning).await;
    for _ in 0..205 {
        file(&house, &complaint()).await;
    }
    let (_, body) = fresh(&house, &dispatcher, "").await;
    assert_eq!(body["appeals"].as_array().unwrap().len(), 200);
    assert_eq!(body["more"], json!(true));
    // The map at the time of the first one shows it alone.
    let (_, then) = fresh(&house, &dispatcher, &format!("?at={}", NOW - 8 * 3_600 + 60)).await;
    let numbers: Vec<&str> =
        then["appeals"].as_array().unwrap().iter().map(|a| a["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, [old.as_str()]);
    assert_eq!(fresh(&house, &dispatcher, "?at=yesterday").await.0, 400);
    db
}

async fn from_a_stop_and_an_incident_to_its_appeals(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let dispatcher = house.signed("dispatcher", Role::Dispatcher).await;
    let number = file(&house, &complaint()).await;
    let mut other = complaint();
    other["claim"] = json!({"route_id": "12", "vehicle_text": "bus 5", "event_at": NOW - 60});
    let second = file(&house, &other).await;
    let told = async |query: &str| {
        let page = house.page(&dispatcher, &format!("/staff/about?{query}")).await;
        (page.contains(&number), page.contains(&second))
    };
    assert_eq!(told("stop=s1").await, (true, false));
    assert_eq!(told("route=12").await, (false, true));
    assert_eq!(told("vehicle=nobody").await, (false, false));
    // Of an incident: what was said of its route about that time.
    let at = |from: i64, to: i64| format!("route=92&from={}&to={}", NOW + from, NOW + to);
    assert_eq!(told(&at(-4_000, 0)).await, (true, false));
    assert_eq!(told(&at(-1_000, 0)).await, (false, false));
    let (status, _) = house.try_page(&dispatcher, "/staff/about").await;
    assert_eq!(status, 400);
    // From the appeal back to the map at that time.
    let page = house.page(&dispatcher, "/staff/about?stop=s1").await;
    assert!(page.contains(&format!("/?at={}&amp;of=92&amp;stop=s1", NOW - 3_600)), "{page}");
    // Pages that anybody may see lead there from who is signed in, and nobody else.
    let app = server::http::office::introduced(house.city.router.clone(), house.staff.clone());
    let page = async |cookie: &str, path: &str| {
        use tower::ServiceExt as _;
        let asked = Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(asked).await.unwrap();
        let kept = response.headers()["cache-control"].to_str().unwrap().to_owned();
        (kept, crate::city::body(response).await)
    };
    for path in ["/", "/routes/r12", "/stops/A", "/incidents"] {
        let (kept, html) = page(&dispatcher, path).await;
        let leads = html.contains("/staff/about?") || html.contains("id=\"fresh-place\"");
        assert!(leads && kept == "no-store", "{path}: {kept}");
        let (kept, html) = page("", path).await;
        let leads = html.contains("/staff/") || html.contains("fresh-place");
        assert!(!leads && kept == "private, no-cache", "{path}: {kept}");
    }
    db
}

async fn a_map_that_asks_by_itself_keeps_no_session_alive(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let cookie = house.signed("dispatcher", Role::Dispatcher).await;
    let token = cookie.split_once('=').unwrap().1;
    // As if the desk had been left a while ago.
    let long_ago = "UPDATE sessions SET seen_at = seen_at - 600";
    let left = async || {
        let write = server::ledger::Statement::new(long_ago, Vec::new());
        house.ledger.write(vec![write]).await.unwrap();
    };
    left().await;
    assert_eq!(house.try_page(&cookie, "/staff/fresh?quiet=1").await.0, 200);
    assert!(house.staff.who(token, Looking::ByItself).await.unwrap().is_some());
    left().await;
    assert!(
        house.staff.who(token, Looking::InPerson).await.unwrap().is_none(),
        "idle for 20 minutes"
    );
    db
}
