//! The register attacked from outside and by each role: every route that the sources name is tried.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, PASSWORD, Setup, answer, complaint, cookie_of};
use crate::open311::GOOD;
use crate::pictures;
use appeals::access::Role;
use reqwest::Method;
use serde_json::json;
use server::ledger::Statement;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

on_both!(
    who_may_not_know_learns_nothing_by_any_address,
    words_of_strangers_are_never_markup,
    a_change_from_another_site_is_refused_everywhere,
    a_file_is_opened_by_who_may_and_by_its_own_appeal_only,
    a_session_is_new_at_each_sign_in_and_they_are_few,
    bodies_are_bounded_in_size_and_time,
);

const NAME: &str = "Зузана Секретова";
const PHONE: &str = "+7 705 998 77 66";
const EMAIL: &str = "zuzana.secret@example.kz";
const TEXT: &str = "кондуктор потерял жёлтый зонт";
/// Breaks out of an attribute, an element and a script.
const MARKUP: &str = "\"'></title></script><script>alert(1)</script><img src=x onerror=alert(1)>";

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { sources(&path, found) } else { found.push(path) }
    }
}

/// Paths of the register's routes, as the sources name them, with whether they take GET and POST.
fn routes() -> BTreeSet<(String, bool, bool)> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/office"), &mut files);
    let mut found = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        for piece in text.split(".route(").skip(1) {
            let Some((path, rest)) = piece.trim_start().trim_start_matches('"').split_once('"')
            else {
                continue;
            };
            let handlers = rest.split([';', '\n']).next().unwrap();
            let takes = |method: &str| handlers.contains(method);
            found.insert((path.to_owned(), takes("get("), takes("post(")));
        }
    }
    assert!(found.len() > 45, "the sources are read: {found:?}");
    found
}

/// What there is to attack.
struct Made {
    number: String,
    case: String,
    file: String,
}

/// A path with what it names put in.
fn put_in(path: &str, Made { number, case, file }: &Made) -> String {
    let number = if path.contains("/cases/") { case } else { number };
    path.replace("{number}", number)
        .replace("{file_id}", file)
        .replace("{stop_id}", "A")
        .replace("{vehicle_id}", "bus-1")
        .replace("{act}", "add")
        .replace("{id}", "lost")
        .replace("{*rest}", "v2/requests.json?extensions=true")
}

/// Everything that can be read with a cookie: address, status, whether it is a page, and what it says.
async fn everything(
    house: &House,
    cookie: &str,
    made: &Made,
    language: &str,
) -> Vec<(String, u16, bool, String)> {
    let mut seen = Vec::new();
    for (path, get, _) in routes() {
        if !get && path != "/open311/{*rest}" {
            continue;
        }
        let path = put_in(&path, made);
        let line = if path == "/api/v1/staff/line" { "?q=12%20зонт" } else { "" };
        let asked = house.ask(Method::GET, &format!("{path}{line}"));
        let asked = asked.header("cookie", cookie).header("accept-language", language);
        let response = asked.send().await.unwrap();
        let status = response.status().as_u16();
        assert!(status < 500, "{path}: {status}");
        let kind = response.headers().get("content-type");
        let page = kind.is_some_and(|k| k.to_str().unwrap().starts_with("text/html"));
        let bytes = response.bytes().await.unwrap();
        seen.push((path, status, page, String::from_utf8_lossy(&bytes).into_owned()));
    }
    seen
}

/// An appeal with a file, about which the carrier of park 3 was asked.
async fn filed(house: &House, name: &str, text: &str) -> Made {
    let mut body = Vec::new();
    let mut fields: Vec<(&str, &str)> = GOOD.to_vec();
    fields.retain(|(n, _)| !matches!(*n, "first_name" | "last_name" | "description"));
    fields.extend([
        ("first_name", name),
        ("description", text),
        ("phone", PHONE),
        ("email", EMAIL),
    ]);
    for (name, value) in fields {
        body.extend(
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    body.extend(b"--b\r\nContent-Disposition: form-data; name=\"media[]\"; filename=\"<img src=x>.png\"\r\n\r\n");
    body.extend(pictures::png(TEXT.as_bytes()));
    body.extend(b"\r\n--b--\r\n");
    let post = house.ask(Method::POST, "/open311/v2/requests.json").body(body);
    let post = post.header("content-type", "multipart/form-data; boundary=b");
    let (status, made) = answer(post.send().await.unwrap()).await;
    assert_eq!(status, 201, "{made}");
    let number = made[0]["service_request_id"].as_str().unwrap().to_owned();
    let handler = house.signed("first-handler", Role::Handler).await;
    house.command(&handler, &number, json!({"command": "begin"})).await;
    let ask = json!({"command": "ask_carrier", "carrier": "park3", "question": "Что было?"});
    house.command(&handler, &number, ask).await;
    let files = format!("/api/v1/staff/appeals/{number}/files");
    let files = house.ask(Method::GET, &files).header("cookie", &handler).send().await.unwrap();
    let file = answer(files).await.1["files"][0]["file_id"].as_str().unwrap().to_owned();
    Made { number, case: "П-2026-0001".to_owned(), file }
}

async fn who_may_not_know_learns_nothing_by_any_address(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let made = filed(&house, NAME, TEXT).await;
    let digits: String = PHONE.chars().filter(char::is_ascii_digit).collect();
    let person = ["Секретова", &digits[1..], PHONE, "998 77 66", "zuzana.secret"];
    let roles = [
        ("carrier", Role::Carrier, Some("park3"), true),
        ("other-carrier", Role::Carrier, Some("park9"), true),
        ("dispatcher", Role::Dispatcher, None, true),
        ("analyst", Role::Analyst, None, true),
        ("admin", Role::Admin, None, true),
        ("auditor", Role::Auditor, None, true),
        // These read the words, but who said them only with a reason.
        ("handler", Role::Handler, None, false),
        ("operator", Role::PhoneOperator, None, false),
        ("controller", Role::Controller, None, false),
        ("supervisor", Role::Supervisor, None, false),
    ];
    for (login, role, org, words) in roles {
        let cookie = house.signed_of(login, role, org).await;
        for (path, _, _, said) in everything(&house, &cookie, &made, "ru").await {
            for mark in person {
                assert!(!said.contains(mark), "{login} reads {mark} at {path}");
            }
            assert!(!words || !said.contains("жёлтый зонт"), "{login} reads the words at {path}");
        }
    }
    for (path, _, _, said) in everything(&house, "", &made, "kk").await {
        let open = person.iter().any(|mark| said.contains(mark)) || said.contains("жёлтый зонт");
        assert!(!open, "anybody reads it at {path}");
    }
    db
}

async fn words_of_strangers_are_never_markup(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let named = format!("Имя {MARKUP}");
    let made = filed(&house, &named, &format!("Слова {MARKUP}")).await;
    let mut spoken = complaint();
    spoken["text"] = json!(MARKUP);
    spoken["person"]["name"] = json!(MARKUP);
    spoken["claim"]["vehicle_text"] = json!(MARKUP);
    spoken["claim"]["address"] = json!(MARKUP);
    let post = house.post("/api/v1/appeals", &spoken).send().await.unwrap();
    assert_eq!(answer(post).await.0, 201);
    let head = house.signed("head", Role::Head).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let mut pages = 0;
    for language in ["kk", "ru", "en"] {
        for cookie in [&head, &operator] {
            let seen = everything(&house, cookie, &made, language).await;
            for (path, _, page, said) in seen {
                if page {
                    pages += 1;
                    assert!(!said.contains("<script>alert(1)"), "{path} in {language}: {said}");
                    assert!(!said.contains("<img src=x"), "{path} in {language}");
                }
            }
        }
        // What is asked in the address is a stranger's word as well.
        let encoded = frontend::encode(MARKUP);
        for path in [
            format!("/staff/sign-in?next={encoded}&lang={encoded}"),
            format!("/appeals/new?kind=other&stop_find={encoded}&route_find={encoded}&go=next"),
            format!("/appeals/new/words?kind=other&text={encoded}&address={encoded}"),
            format!("/help?q={encoded}"),
            format!("/staff?kind={encoded}&desk={encoded}"),
            format!("/staff/desk?line={encoded}&phone={encoded}"),
            format!("/staff/overview?days={encoded}"),
        ] {
            let (status, said) = house.try_page(&head, &path).await;
            assert!(status < 500, "{path}: {status}");
            assert!(!said.contains("<script>alert(1)") && !said.contains("<img src=x"), "{path}");
        }
    }
    assert!(pages > 40, "{pages}");
    db
}

async fn a_change_from_another_site_is_refused_everywhere(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let made = filed(&house, NAME, TEXT).await;
    let head = house.signed("head", Role::Head).await;
    let mut tried = 0;
    for (path, _, post) in routes() {
        if !post || !path.contains("/staff") {
            continue;
        }
        let path = put_in(&path, &made);
        for origin in [None, Some("https://evil.example"), Some("null"), Some("http://")] {
            for kind in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
                let ask = house.ask(Method::POST, &path).header("cookie", &head);
                let ask =
                    ask.header("content-type", kind).body(r#"{"login":"head","password":"no"}"#);
                let ask = match origin {
                    Some(origin) => ask.header("origin", origin),
                    None => ask.header("sec-fetch-site", "cross-site"),
                };
                let status = ask.send().await.unwrap().status();
                // What is not understood goes no further either.
                let refused = matches!(status.as_u16(), 403 | 415);
                assert!(refused, "{path} from {origin:?}: {status}");
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
    let right = json!({"login": "head", "password": PASSWORD}).to_string();
    let elsewhere = house.ask(Method::POST, "/api/v1/staff/sign-in").body(right);
    let elsewhere = elsewhere.header("content-type", "application/json");
    let elsewhere = elsewhere.header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!((elsewhere.status().as_u16(), elsewhere.headers().get("set-cookie")), (403, None));
    let me = house.ask(Method::GET, "/api/v1/staff/me").header("cookie", &head);
    assert_eq!(me.send().await.unwrap().status(), 200, "nobody was signed out");
    db
}

async fn a_file_is_opened_by_who_may_and_by_its_own_appeal_only(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let Made { number, file, .. } = filed(&house, NAME, TEXT).await;
    let open = async |cookie: &str, number: &str, file: &str| {
        let path = format!("/api/v1/staff/appeals/{number}/files/{file}");
        let ask = house.ask(Method::GET, &path).header("cookie", cookie);
        ask.send().await.unwrap().status().as_u16()
    };
    let head = house.signed("head", Role::Head).await;
    assert_eq!(open(&head, &number, &file).await, 200);
    let other = house.post("/api/v1/appeals", &complaint()).send().await.unwrap();
    let other = answer(other).await.1["number"].as_str().unwrap().to_owned();
    assert_eq!(open(&head, &other, &file).await, 404, "not by another appeal's number");
    assert_eq!(open(&head, &number, "..%2F..%2Fetc").await, 404);
    // What shows people is covered from those who are not assigned, until they say why.
    let supervisor = house.signed("supervisor", Role::Supervisor).await;
    assert_eq!(open(&supervisor, &number, &file).await, 403);
    let reveal = format!("/api/v1/staff/appeals/{number}/reveal");
    let why = json!({"reason": "проверка фотографии"});
    let said = house.post(&reveal, &why).header("cookie", &supervisor).send().await.unwrap();
    assert_eq!(said.status(), 200);
    assert_eq!(open(&supervisor, &number, &file).await, 200);
    let second = house.signed("second-handler", Role::Handler).await;
    assert_eq!(open(&second, &number, &file).await, 403, "another's reason is not one's own");
    for (login, role) in [("analyst", Role::Analyst), ("admin", Role::Admin)] {
        let cookie = house.signed(login, role).await;
        assert_eq!(open(&cookie, &number, &file).await, 403, "{login}");
    }
    let carrier = house.signed_of("carrier", Role::Carrier, Some("park3")).await;
    assert_eq!(open(&carrier, &number, &file).await, 403);
    db
}

async fn a_session_is_new_at_each_sign_in_and_they_are_few(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let first = house.signed("aida", Role::Handler).await;
    let aged = Statement::new("UPDATE sessions SET seen_at = seen_at - 60", Vec::new());
    house.ledger.write(vec![aged]).await.unwrap();
    let sign_in = json!({"login": "aida", "password": PASSWORD});
    let given = "__Host-jolda=chosen-by-somebody-else";
    let mut cookies = vec![first];
    for _ in 0..5 {
        let post = house.post("/api/v1/staff/sign-in", &sign_in).header("cookie", given);
        let cookie = cookie_of(&post.send().await.unwrap());
        assert!(cookie != given && !cookies.contains(&cookie));
        cookies.push(cookie);
    }
    let who = async |cookie: &str| {
        let me = house.ask(Method::GET, "/api/v1/staff/me").header("cookie", cookie);
        me.send().await.unwrap().status().as_u16()
    };
    assert_eq!(who(given).await, 401);
    assert_eq!(who(&cookies[0]).await, 401, "the one used longest ago has ended");
    for cookie in &cookies[1..] {
        assert_eq!(who(cookie).await, 200);
    }
    db
}

async fn bodies_are_bounded_in_size_and_time(db: TestDatabase) -> TestDatabase {
    let setup = Setup { request_timeout_ms: 1_500, ..Setup::default() };
    let house = House::set_up(&db, setup).await;
    let mut large = complaint();
    large["text"] = json!("ж".repeat(3 << 20));
    assert_eq!(house.post("/api/v1/appeals", &large).send().await.unwrap().status(), 413);
    let mut long = complaint();
    long["text"] = json!("ж".repeat(4_001));
    assert_eq!(house.post("/api/v1/appeals", &long).send().await.unwrap().status(), 400);
    let deep = "[".repeat(100_000);
    let ask = house.ask(Method::POST, "/api/v1/appeals").header("content-type", "application/json");
    assert_eq!(ask.body(deep).send().await.unwrap().status(), 400);
    // A body that never comes is not waited for.
    for path in ["/api/v1/appeals", "/appeals/new/send", "/open311/v2/requests.xml"] {
        let mut slow = tokio::net::TcpStream::connect(house.address).await.unwrap();
        let kind = if path.contains("api") { "json" } else { "x-www-form-urlencoded" };
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nOrigin: http://{0}\r\nContent-Type: application/{kind}\r\n\
             Content-Length: 900\r\n\r\nab",
            house.address
        );
        slow.write_all(head.as_bytes()).await.unwrap();
        let mut said = [0; 12];
        let told = tokio::time::timeout(Duration::from_secs(20), slow.read_exact(&mut said)).await;
        told.expect("it is answered").unwrap();
        assert_eq!(&said, b"HTTP/1.1 503", "{path}");
    }
    // Nor do many of them from one address take all places.
    let mut held = Vec::new();
    for _ in 0..80 {
        let mut slow = tokio::net::TcpStream::connect(house.address).await.unwrap();
        let head =
            b"POST /api/v1/appeals HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
            Content-Length: 900\r\n\r\nab";
        slow.write_all(head).await.unwrap();
        held.push(slow);
    }
    let mut refused = 0;
    for slow in &mut held {
        let mut said = [0; 12];
        slow.read_exact(&mut said).await.unwrap();
        assert!(&said == b"HTTP/1.1 503" || &said == b"HTTP/1.1 429");
        refused += usize::from(&said == b"HTTP/1.1 429");
    }
    assert!(refused > 0, "one address has less places than there are");
    let filed = house.post("/api/v1/appeals", &complaint()).send().await.unwrap();
    assert_eq!(filed.status(), 201, "others are served");
    let rows =
        house.ledger.rows::<(i64,)>("SELECT COUNT(*) FROM appeals", Vec::new()).await.unwrap();
    assert_eq!(rows[0].0, 1);
    db
}
