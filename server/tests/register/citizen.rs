//! The citizen's pages over real HTTP, as a browser without a script uses them.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, NOW};
use appeals::access::Role;
use reqwest::redirect::Policy;
use serde_json::json;

on_both!(
    an_appeal_is_filed_in_four_screens_and_followed_to_its_answer,
    a_form_sent_twice_is_one_appeal_and_others_are_joined,
    what_is_wrong_is_said_beside_its_field_and_nothing_is_lost,
    words_are_shown_as_words,
    number_and_pin_are_kept_from_guessers,
    codes_at_stops_and_in_vehicles_open_what_is_there_now,
);

/// A browser: no redirects on its own, cookies and origin as it would send them.
pub struct Browser<'a> {
    pub house: &'a House,
    pub client: reqwest::Client,
}

pub struct Seen {
    pub status: u16,
    pub location: String,
    pub cookie: String,
    pub cached: String,
    pub html: String,
}

impl<'a> Browser<'a> {
    pub fn of(house: &'a House) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        Self { house, client }
    }

    pub async fn see(request: reqwest::RequestBuilder) -> Seen {
        let response = request.send().await.unwrap();
        let header = |name: &str| {
            response.headers().get(name).map_or("", |v| v.to_str().unwrap()).to_owned()
        };
        Seen {
            status: response.status().as_u16(),
            location: header("location"),
            cookie: header("set-cookie").split(';').next().unwrap().to_owned(),
            cached: header("cache-control"),
            html: response.text().await.unwrap(),
        }
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Seen {
        let url = format!("http://{}{path}", self.house.address);
        Self::see(self.client.get(url).header("cookie", format!("lang=ru; {cookie}"))).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)], cookie: &str) -> Seen {
        let url = format!("http://{}{path}", self.house.address);
        let pairs = fields.iter().map(|(n, v)| format!("{n}={}", frontend::encode(v)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let request = self.client.post(url).header("cookie", format!("lang=ru; {cookie}"));
        let request = request
            .header("origin", format!("http://{}", self.house.address))
            .header("content-type", "application/x-www-form-urlencoded");
        Self::see(request.body(body)).await
    }
}

/// What stands between two texts.
pub fn between<'a>(html: &'a str, before: &str, after: &str) -> &'a str {
    let rest = html.split_once(before).unwrap_or_else(|| panic!("no {before} in {html}")).1;
    rest.split_once(after).unwrap().0
}

/// The hidden fields of the form of a page.
pub fn hidden(html: &str) -> Vec<(String, String)> {
    let inputs =
        html.split("<input type=\"hidden\" ").skip(1).map(|rest| rest.split_once('>').unwrap().0);
    let unescape = |text: &str| {
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    };
    inputs
        .map(|i| (between(i, "name=\"", "\"").to_owned(), unescape(between(i, "value=\"", "\""))))
        .collect()
}

pub fn with<'a>(
    hidden: &'a [(String, String)],
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let all = hidden.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    all.chain(more.iter().copied()).collect()
}

/// Where the city's bus 12 was waited for, and by whom.
const PLACE: &str = "route_find=12&stop_find=Берёзовая&date=2026-11-23&time=09:30&wait=40&go=next";
pub const PERSON: [(&str, &str); 5] = [
    ("text", "Сорок минут ждал автобус"),
    ("name", "Айдос Тестов"),
    ("phone", "+7 701 000 11 22"),
    ("reply_by", "call"),
    ("consent", "1"),
];

/// Up to the fourth screen: its hidden fields.
pub async fn checked(
    browser: &Browser<'_>,
    kind: &str,
    person: &[(&str, &str)],
) -> (String, Vec<(String, String)>) {
    let on = browser.get(&format!("/appeals/new?kind={kind}&{PLACE}"), "").await;
    assert_eq!(on.status, 303, "{}", on.html);
    assert!(on.location.contains("route=r12&route_find=12&stop=B"), "{}", on.location);
    let words = browser.get(&on.location, "").await;
    assert_eq!((words.status, words.cached.as_str()), (200, "private, no-cache"));
    let check = browser.post("/appeals/new/check", &with(&hidden(&words.html), person), "").await;
    assert_eq!(check.status, 200, "{}", check.html);
    assert_eq!(check.cached, "no-store");
    let fields = hidden(&check.html);
    (check.html, fields)
}

/// Filed: number, PIN, cookie.
pub async fn filed(browser: &Browser<'_>, fields: &[(String, String)]) -> (String, String, String) {
    let receipt = browser.post("/appeals/new/send", &with(fields, &[]), "").await;
    assert_eq!((receipt.status, receipt.cached.as_str()), (201, "no-store"), "{}", receipt.html);
    let number = between(&receipt.html, "id=\"number\">", "<").to_owned();
    let pin = between(&receipt.html, "id=\"pin\">", "<").replace(' ', "");
    (number, pin, receipt.cookie)
}

async fn an_appeal_is_filed_in_four_screens_and_followed_to_its_answer(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let browser = Browser::of(&house);
    let landing = browser.get("/appeals", "").await;
    assert!(
        landing.html.contains("tel:112") && landing.html.contains("/appeals/new?kind=long_wait")
    );
    let (check, fields) = checked(&browser, "fare", &PERSON).await;
    assert!(check.contains("Улица Берёзовая") && check.contains("40 мин"), "{check}");
    let (number, pin, cookie) = filed(&browser, &fields).await;
    assert_eq!((number.as_str(), pin.len()), ("26-000001-9", 8));
    assert!(cookie.starts_with("__Host-appeal=") && !cookie.contains(&pin));
    assert_eq!(count(&house, "consents").await, 1);

    // By the pass, by number and PIN, and not by the address alone.
    let stage = browser.get("/appeals/status", &cookie).await;
    assert!(
        stage.html.contains(&number) && stage.html.contains("14 декабря 2026"),
        "{}",
        stage.html
    );
    assert!(!stage.html.contains(&pin) && !stage.html.contains("Тестов"));
    let asked = browser.get("/appeals/status", "").await;
    assert!(asked.html.contains("name=\"pin\"") && !asked.html.contains(&number));
    let key = [("number", number.as_str()), ("pin", pin.as_str())];
    let opened = browser.post("/appeals/status", &key, "").await;
    assert!(opened.status == 200 && opened.html.contains("Зарегистрировано"));

    let more = browser.post("/appeals/status/add", &[("text", "Шёл дождь")], &cookie).await;
    assert_eq!((more.status, more.location.as_str()), (303, "/appeals/status?done=add"));
    answer(&house, &number).await;
    let answered = browser.get("/appeals/status?done=add", &cookie).await.html;
    for words in ["Шёл дождь", "Автобус добавлен", "Дан ответ", "Проблема решена?"]
    {
        assert!(answered.contains(words), "{words}: {answered}");
    }
    assert!(!answered.contains("только для своих"), "notes stay inside");
    let rated = browser.post("/appeals/status/rate", &[("stars", "4")], &cookie).await;
    assert_eq!(rated.location, "/appeals/status?done=rate");
    assert!(browser.get("/appeals/status", &cookie).await.html.contains("4 из 5"));

    // Disputed: an appeal of its own carries on.
    let empty = browser.post("/appeals/status/dispute", &[("text", " ")], &cookie).await;
    assert_eq!(empty.location, "/appeals/status?done=empty");
    let repeat = browser.post("/appeals/status/dispute", &[("text", "Всё так же")], &cookie).await;
    assert_eq!(repeat.status, 201, "{}", repeat.html);
    let second = between(&repeat.html, "id=\"number\">", "<");
    assert_ne!(second, number);
    assert!(browser.get("/appeals/status", &repeat.cookie).await.html.contains(second));
    let again = browser.post("/appeals/status/confirm", &[], &cookie).await;
    assert_eq!(again.location, "/appeals/status?done=refused", "it was disputed");
    db
}

/// The staff answers; the kind is one that no record answers, so that no verdict is awaited.
async fn answer(house: &House, number: &str) {
    let handler = house.signed("handler", Role::Handler).await;
    let head = house.signed("head", Role::Head).await;
    let note = json!({"command": "note", "text": "только для своих"});
    house.command(&handler, number, note).await;
    house.command(&handler, number, json!({"command": "begin"})).await;
    let draft = json!({
        "command": "draft_answer", "language": "ru", "body": "Автобус добавлен",
        "legal_basis": "АППК", "right_of_appeal": "Можно обжаловать",
    });
    house.command(&handler, number, draft).await;
    house.command(&handler, number, json!({"command": "submit_answer"})).await;
    house.command(&head, number, json!({"command": "approve_answer"})).await;
    house.command(&handler, number, json!({"command": "send_answer", "by": "cabinet"})).await;
}

async fn count(house: &House, table: &'static str) -> i64 {
    let sql = match table {
        "appeals" => "SELECT COUNT(*) FROM appeals",
        "joins" => "SELECT COUNT(*) FROM appeal_joins",
        _ => "SELECT COUNT(*) FROM appeal_consents",
    };
    house.ledger.rows::<(i64,)>(sql, vec![]).await.unwrap()[0].0
}

async fn a_form_sent_twice_is_one_appeal_and_others_are_joined(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let browser = Browser::of(&house);
    let (check, fields) = checked(&browser, "long_wait", &PERSON).await;
    assert!(!check.contains("name=\"join\""), "nobody said it before");
    let clicks = (0..8).map(|_| filed(&browser, &fields));
    let receipts = futures_util::future::join_all(clicks).await;
    assert!(receipts.iter().all(|r| (&r.0, &r.1) == (&receipts[0].0, &receipts[0].1)));
    assert_eq!(count(&house, "appeals").await, 1);
    // Other words under the same key are another appeal only if the person says so.
    let mut other = fields.clone();
    other.retain(|(name, _)| name != "text");
    other.push(("text".to_owned(), "Другое".to_owned()));
    let asked = browser.post("/appeals/new/send", &with(&other, &[]), "").await;
    assert_eq!((asked.status, count(&house, "appeals").await), (409, 1));
    assert!(asked.html.contains("уже отправлена") && asked.html.contains("Другое"));

    let (check, fields) = checked(&browser, "long_wait", &PERSON).await;
    assert!(check.contains("За сутки о том же сообщили: 1"), "{check}");
    let fields: Vec<_> = fields.into_iter().chain([("join".into(), "1".into())]).collect();
    let joined = filed(&browser, &fields).await;
    assert_eq!(filed(&browser, &fields).await.0, joined.0);
    assert_ne!(joined.0, receipts[0].0, "each keeps a number of its own");
    assert_eq!((count(&house, "appeals").await, count(&house, "joins").await), (2, 1));
    // What is never public is not counted for others.
    let (check, fields) = checked(&browser, "driver_conduct", &PERSON).await;
    assert!(!check.contains("name=\"join\""));
    filed(&browser, &fields).await;
    let (check, _) = checked(&browser, "driver_conduct", &PERSON).await;
    assert_eq!(check.contains("name=\"join\""), !private(&house, "driver_conduct"));
    db
}

fn private(house: &House, kind: &str) -> bool {
    let kind = appeals::kind::Kind::parse(kind).unwrap();
    house.register.law().kinds().entry(kind).private
}

async fn what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let browser = Browser::of(&house);
    let first = browser.get("/appeals/new?kind=long_wait", "").await;
    assert!(first.html.contains("value=\"2026-11-23\"") && first.html.contains("value=\"10:00\""));
    assert!(!first.html.contains("role=\"alert\""), "nothing is wrong before anything is said");
    let place = async |query: &str| {
        let path = format!("/appeals/new?kind=long_wait&date=2026-11-23&go=next&{query}");
        browser.get(&path, "").await
    };
    for (query, field, words) in [
        ("time=09:00&route_find=999", "route", "Такого номера нет"),
        ("time=09:00&route_find=12", "stop", "Выберите остановку"),
        ("time=09:00&stop=B", "route", "Укажите маршрут"),
        ("time=09:00&route_find=12&stop_find=Марс", "stop", "Такая остановка не найдена"),
        ("time=23:00&route=r12&stop=B", "time", "ещё не наступило"),
        ("time=&route=r12&stop=B", "time", "Укажите дату и время"),
        ("time=09:00&route=r12&stop=B&wait=вечность", "wait", "Минуты числом"),
    ] {
        let page = place(query).await;
        assert_eq!(page.status, 200, "{query}");
        let fault = between(&page.html, &format!("id=\"{field}-fault\""), "</p>");
        assert!(fault.contains(words), "{query}: {fault}");
        assert!(page.html.contains(&format!("href=\"#{field}\"")), "{query}");
        assert!(page.html.contains("role=\"alert\""), "{query}");
    }
    // Who does not know goes on; what the timetable does not know is kept in words.
    let unsure = place("time=09:00&route_find=12&asked=1").await;
    assert_eq!(unsure.status, 303, "{}", unsure.html);
    let written = place("time=09:00&route_find=92Б&route_pick=-&stop_find=Марс&stop_pick=-").await;
    assert_eq!(written.status, 303, "{}", written.html);
    let words = browser.get(&written.location, "").await;
    let fields = hidden(&words.html);
    let check =
        browser.post("/appeals/new/check", &with(&fields, &[("text", "Нет его")]), "").await;
    assert!(check.html.contains("№ 92Б, Марс"), "{}", check.html);
    assert!(check.html.contains("Без имени: сигнал"));

    let on = place("time=09:00&route_find=12&stop=B").await;
    let fields = hidden(&browser.get(&on.location, "").await.html);
    let long = "ж".repeat(4_001);
    for (person, field) in [
        (vec![("name", "Айдос")], "consent"),
        (vec![("phone", "12"), ("consent", "1")], "phone"),
        (vec![("email", "нет"), ("consent", "1")], "email"),
        (vec![("reply_by", "call")], "phone"),
        (vec![("reply_by", "email")], "email"),
        (vec![("text", long.as_str())], "text"),
    ] {
        for path in ["/appeals/new/check", "/appeals/new/send"] {
            let page = browser.post(path, &with(&fields, &person), "").await;
            assert_eq!(page.status, 422, "{person:?}");
            assert!(page.html.contains(&format!("id=\"{field}-fault\"")), "{person:?}");
            assert!(person.iter().all(|(_, v)| page.html.contains(*v)), "kept: {person:?}");
        }
    }
    // "Change" carries everything back, and on again.
    let (_, fields) = checked(&browser, "long_wait", &PERSON).await;
    let back = browser.post("/appeals/new/place", &with(&fields, &[]), "").await;
    assert!(
        back.html.contains("Сорок минут") && back.html.contains("action=\"/appeals/new/place\"")
    );
    let fields = hidden(&back.html);
    let time = [("date", "2026-11-23"), ("time", "08:15"), ("wait", "25"), ("go", "next")];
    let again = browser.post("/appeals/new/place", &with(&fields, &time), "").await;
    assert!(again.html.contains("08:15") && again.html.contains("Айдос Тестов"), "{}", again.html);
    let kinds = browser.post("/appeals/new/kind", &with(&hidden(&again.html), &[]), "").await;
    assert!(kinds.html.contains("value=\"early\"") && kinds.html.contains("Айдос Тестов"));
    assert_eq!(count(&house, "appeals").await, 0);
    db
}

async fn words_are_shown_as_words(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let browser = Browser::of(&house);
    let evil = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>";
    let person = [("text", evil), ("name", evil), ("consent", "1")];
    let (check, fields) = checked(&browser, "long_wait", &person).await;
    let path = format!(
        "/appeals/new?kind=early&go=next&route_find={0}&stop_find={0}",
        frontend::encode(evil)
    );
    let place = browser.get(&path, "").await.html;
    let receipt = browser.post("/appeals/new/send", &with(&fields, &[]), "").await;
    let stage = browser.get("/appeals/status", &receipt.cookie).await.html;
    let wrong = browser.post("/appeals/status", &[("number", evil), ("pin", evil)], "").await.html;
    assert!(stage.contains("&lt;script"), "{stage}");
    for html in [&check, &place, &receipt.html, &stage, &wrong] {
        assert!(!html.contains("<script>alert") && !html.contains("<img"), "{html}");
    }
    db
}

async fn number_and_pin_are_kept_from_guessers(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let browser = Browser::of(&house);
    let (_, fields) = checked(&browser, "long_wait", &PERSON).await;
    let (number, _, cookie) = filed(&browser, &fields).await;
    let said = |html: &str| between(html, "role=\"alert\"", "</p>").to_owned();
    let mut answers = Vec::new();
    for number in [number.as_str(), "26-000777-7", "чепуха"] {
        let page =
            browser.post("/appeals/status", &[("number", number), ("pin", "12121212")], "").await;
        assert_eq!(page.status, 404);
        answers.push(said(&page.html));
    }
    assert!(answers.iter().all(|a| *a == answers[0]), "one answer: {answers:?}");
    for _ in 0..4 {
        browser.post("/appeals/status", &[("number", &number), ("pin", "12121212")], "").await;
    }
    let page =
        browser.post("/appeals/status", &[("number", &number), ("pin", "12121212")], "").await;
    assert_eq!(page.status, 429);
    // A pass is not made by hand, nor does another page post with it.
    let forged = format!("{cookie}A");
    for pass in [forged.as_str(), "__Host-appeal=", ""] {
        let page = browser.post("/appeals/status/withdraw", &[], pass).await;
        assert_eq!(page.status, 403, "{pass}");
        assert!(!browser.get("/appeals/status", pass).await.html.contains(&number));
    }
    let url = format!("http://{}/appeals/status/withdraw", house.address);
    let strange =
        browser.client.post(url).header("cookie", &cookie).header("origin", "http://evil.example");
    let strange = strange.header("content-type", "application/x-www-form-urlencoded").send().await;
    assert_eq!(strange.unwrap().status(), 403);
    let gone = browser.post("/appeals/status/withdraw", &[], &cookie).await;
    assert_eq!(gone.location, "/appeals/status?done=withdraw");
    assert!(browser.get("/appeals/status", &cookie).await.html.contains("Отозвано"));
    let left = browser.post("/appeals/status/leave", &[], &cookie).await;
    assert_eq!(left.cookie, "__Host-appeal=");
    // Whoever kept a copy of the pass has nothing.
    assert!(!browser.get("/appeals/status", &cookie).await.html.contains(&number));
    assert_eq!(browser.post("/appeals/status/add", &[("text", "ещё")], &cookie).await.status, 403);
    db
}

async fn codes_at_stops_and_in_vehicles_open_what_is_there_now(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let browser = Browser::of(&house);
    let stop = browser.get("/a/s/B", "").await;
    assert!(stop.html.contains("Улица Берёзовая") && stop.html.contains("Ближайшие автобусы"));
    assert!(stop.html.contains("kind=long_wait&amp;from=stop_qr&amp;stop=B"), "{}", stop.html);
    assert_eq!(browser.get("/a/s/nowhere", "").await.status, 404);
    let bus = browser.get("/a/v/bus-1", "").await;
    assert!(bus.html.contains("12 → Площадь") && bus.html.contains("vehicle=bus-1"));
    // One that is not heard of just now has its code all the same.
    let silent = browser.get("/a/v/A777", "").await;
    assert!(silent.status == 200 && silent.html.contains("vehicle_text=A777"));
    let place =
        browser.get("/appeals/new?kind=overcrowded&from=vehicle_qr&vehicle=bus-1", "").await;
    assert!(place.html.contains("bus-1") && place.html.contains("value=\"r12\""), "{}", place.html);
    let on = "/appeals/new?kind=overcrowded&from=vehicle_qr&vehicle=bus-1&stop=B&date=2026-11-23&time=09:58&go=next";
    let on = browser.get(on, "").await;
    let fields = hidden(&browser.get(&on.location, "").await.html);
    let check = browser.post("/appeals/new/check", &with(&fields, &[]), "").await;
    let (number, ..) = filed(&browser, &hidden(&check.html)).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let appeal = house.appeal(&operator, &number).await;
    assert_eq!(
        (&appeal["channel"], &appeal["claim"]["vehicle_id"]),
        (&json!("vehicle_qr"), &json!("bus-1"))
    );
    assert_eq!(appeal["legal_kind"], "signal");
    assert_eq!(
        (&appeal["claim"]["route_id"], &appeal["claim"]["direction_id"]),
        (&json!("r12"), &json!(0))
    );
    assert_eq!(appeal["claim"]["event_at"], json!(NOW - 120));
    db
}
