//! Every way in leads to the same place: the same words stand in the same queue until the same day, and what is
//! said twice by accident (a double click, a repeated webhook, a mail brought again) is one appeal.

use crate::citizen::{Browser, PERSON, filed, hidden, with};
use crate::database::{TestDatabase, on_both};
use crate::house::{API_KEY, House, NOW, answer, complaint};
use crate::incoming::{WORDS, letter, mail, queue, said, settings, signed, telegram, whatsapp};
use crate::{open311, operator};
use appeals::access::Role;
use appeals::channel::Channel;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both!(the_same_words_by_each_way_are_one_appeal_each_in_the_same_queue_until_the_same_day);

/// When the bus should have come: 08:10 of that day.
const EVENT_AT: i64 = NOW - 6_600;

/// What a program of ours or a member of staff posts.
fn appeal(channel: &str) -> Value {
    let mut appeal = complaint();
    appeal["kind"] = json!("did_not_come");
    appeal["text"] = json!(WORDS);
    appeal["claim"] = json!({"route_id": "r12", "stop_id": "A", "event_at": EVENT_AT});
    appeal["channel"] = json!(channel);
    appeal
}

async fn post_twice(house: &House, path: &str, cookie: &str, channel: &str) {
    for _ in 0..2 {
        let post = house.post(path, &appeal(channel)).header("cookie", cookie);
        let post = post.header("idempotency-key", format!("{channel} {path}"));
        assert_eq!(post.send().await.unwrap().status(), 201, "{channel}");
    }
}

/// The citizen's form without a script, opened at `from`: the last button pressed twice.
async fn by_form(house: &House, from: &str) {
    let browser = Browser::of(house);
    let place = format!(
        "/appeals/new?kind=did_not_come&route_find=12&stop_find=Берёзовая&\
         date=2026-11-23&time=08:10&from={from}&go=next"
    );
    let on = browser.get(&place, "").await;
    assert_eq!(on.status, 303, "{}", on.html);
    let words = browser.get(&on.location, "").await;
    let mut person = PERSON.to_vec();
    person[0].1 = WORDS;
    let check = browser.post("/appeals/new/check", &with(&hidden(&words.html), &person), "").await;
    let fields = hidden(&check.html);
    assert_eq!(filed(&browser, &fields).await.0, filed(&browser, &fields).await.0);
}

/// The desk of those who take calls: the button pressed twice.
async fn by_telephone(house: &House, cookie: &str) {
    let page = operator::desk(house, cookie, "/staff/desk").await;
    let contact = operator::hidden(&page, "contact");
    let name = PERSON[1].1;
    let fields = [
        ("contact", contact.as_str()),
        ("seq", "0"),
        ("line", WORDS),
        ("phone", "+7 701 000 11 22"),
        ("name", name),
        ("language", "ru"),
        ("do", "register"),
    ];
    for _ in 0..2 {
        assert_eq!(operator::send(house, cookie, &fields).await.0, 200);
    }
}

async fn by_open311(house: &House) {
    let fields = [
        ("api_key", API_KEY),
        ("service_code", "bus.did_not_come"),
        ("address_id", "stop:s1"),
        ("attribute[ROUTE]", "r12"),
        ("attribute[EVENT_TIME]", "2026-11-23T08:10:00+05:00"),
        ("first_name", "A"),
        ("last_name", "B"),
        ("description", WORDS),
        ("device_id", "d"),
        ("client_ref", "1"),
    ];
    let first = open311::post(house, &fields, "json").await;
    assert_eq!(first.0, 201, "{}", first.1);
    assert_eq!(open311::post(house, &fields, "json").await, first);
}

async fn by_messengers(house: &House) {
    let message = whatsapp("wamid.S", &json!({"type": "text", "text": {"body": WORDS}}));
    let words = letter("s1", "", WORDS);
    for _ in 0..2 {
        assert_eq!(signed(house, &message, "app-secret").await, 204);
        assert_eq!(telegram(house, said(1, &json!({"text": WORDS}))).await, 204);
        assert_eq!(mail(house, &words).await, 204);
    }
}

async fn the_same_words_by_each_way_are_one_appeal_each_in_the_same_queue_until_the_same_day(
    db: TestDatabase,
) -> TestDatabase {
    let (_, url) = crate::outgoing::Gateway::start().await;
    let house = House::with(&db, settings(&url)).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    for channel in Channel::ALL {
        post_twice(&house, "/api/v1/staff/appeals", &operator, channel.name()).await;
    }
    for channel in ["web", "mobile", "stop_qr", "vehicle_qr"] {
        post_twice(&house, "/api/v1/appeals", "", channel).await;
    }
    let mut made = Channel::ALL.len() + 4;
    for from in ["", "stop_qr", "vehicle_qr"] {
        by_form(&house, from).await;
    }
    by_telephone(&house, &operator).await;
    by_open311(&house).await;
    by_messengers(&house).await;
    made += 3 + 1 + 1 + 3;
    let rows = queue(&house, &operator).await;
    let ways: BTreeSet<&str> = rows.iter().map(|r| r["channel"].as_str().unwrap()).collect();
    for way in [
        "phone",
        "walk_in",
        "web",
        "email",
        "whatsapp",
        "telegram",
        "paper",
        "open311",
        "stop_qr",
        "vehicle_qr",
    ] {
        assert!(ways.contains(way), "{way}: {ways:?}");
    }
    assert_eq!(rows.len(), made, "each of them once");
    let places: BTreeSet<String> = rows
        .iter()
        .map(|r| [&r["kind"], &r["desk"], &r["due_at"], &r["safety"], &r["event_at"]])
        .map(|all| all.map(Value::to_string).join(" "))
        .collect();
    assert_eq!(places.len(), 1, "{places:?}");
    assert_eq!(rows[0]["event_at"], json!(EVENT_AT), "every way understood the time");
    let (status, _) =
        answer(house.ask(Method::GET, "/api/v1/staff/appeals").send().await.unwrap()).await;
    assert_eq!(status, 401, "nobody else sees the queue");
    db
}
