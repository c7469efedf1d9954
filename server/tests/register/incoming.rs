//! What comes in by messengers and mail, as the documented APIs send it.

use crate::database::{TestDatabase, on_both};
use crate::house::{API_KEY, House, NOW, answer, complaint};
use crate::outgoing::{Gateway, MailServer, by_mail};
use appeals::access::Role;
use appeals::channel::Channel;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use server::channels::ChannelSettings;
use server::register::Key;
use std::collections::BTreeSet;
use std::fmt::Write as _;

on_both!(
    a_whatsapp_message_is_one_appeal_however_often_it_comes,
    a_telegram_talk_asks_for_what_is_missing,
    a_draft_that_nobody_goes_on_with_is_filed_as_it_is,
    an_e_mail_is_an_appeal_and_its_answer_more_words,
    the_same_words_by_each_way_stand_in_the_same_queue_until_the_same_day,
);

const WORDS: &str = "маршрут 12 Автовокзал Сайран 8:10 не приехал";

fn settings(url: &str) -> ChannelSettings {
    let mut channels = ChannelSettings::default();
    url.clone_into(&mut channels.whatsapp.api);
    channels.whatsapp.phone_number_id = "106540352242922".into();
    channels.whatsapp.access_token = Key("wa-token".into());
    channels.whatsapp.app_secret = Key("app-secret".into());
    channels.whatsapp.verify_token = Key("verify-me".into());
    url.clone_into(&mut channels.telegram.api);
    channels.telegram.bot_token = Key("12:bot".into());
    channels.telegram.secret_token = Key("tg-secret".into());
    channels.mail.token = Key("mail-token".into());
    channels
}

/// As the Cloud API's documentation shows it.
fn whatsapp(id: &str, message: &Value) -> Value {
    let mut message = message.clone();
    message["from"] = json!("77010001122");
    message["id"] = json!(id);
    message["timestamp"] = json!("1795410000");
    json!({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{
        "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
            "contacts": [{"profile": {"name": "Айдос Тестов"}, "wa_id": "77010001122"}],
            "messages": [message]}}]}]})
}

async fn signed(house: &House, body: &Value, secret: &str) -> u16 {
    let body = body.to_string();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let hex = mac.finalize().into_bytes().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let post = house.ask(Method::POST, "/api/v1/channels/whatsapp");
    let post = post.header("x-hub-signature-256", format!("sha256={hex}")).body(body);
    post.send().await.unwrap().status().as_u16()
}

async fn telegram(house: &House, update: Value) -> u16 {
    let post = house.ask(Method::POST, "/api/v1/channels/telegram");
    let post = post.header("x-telegram-bot-api-secret-token", "tg-secret").body(update.to_string());
    post.send().await.unwrap().status().as_u16()
}

fn said(n: i64, message: &Value) -> Value {
    let mut message = message.clone();
    message["message_id"] = json!(n);
    message["date"] = json!(NOW);
    message["chat"] = json!({"id": 7_001, "type": "private", "first_name": "Асель"});
    message["from"] = json!({"id": 7_001, "is_bot": false, "first_name": "Асель", "last_name": "Т.",
        "language_code": "ru"});
    json!({"update_id": 10_000 + n, "message": message})
}

async fn mail(house: &House, text: &str) -> u16 {
    let post = house.ask(Method::POST, "/api/v1/channels/email");
    let post = post.header("authorization", "Bearer mail-token").body(text.to_owned());
    post.send().await.unwrap().status().as_u16()
}

fn letter(id: &str, subject: &str, body: &str) -> String {
    format!(
        "From: Айдос Тестов <aidos@example.kz>\r\nTo: city@example.kz\r\nSubject: {subject}\r\n\
         Message-ID: <{id}@example.kz>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    )
}

async fn queue(house: &House, cookie: &str) -> Vec<Value> {
    let all = house.ask(Method::GET, "/api/v1/staff/appeals").header("cookie", cookie);
    answer(all.send().await.unwrap()).await.1["appeals"].as_array().unwrap().clone()
}

fn last_text(gateway: &Gateway) -> String {
    let asked = gateway.asked.lock().unwrap();
    let body = &asked.last().unwrap().2;
    let text = body["text"]["body"].as_str().or(body["text"].as_str());
    text.unwrap().to_owned()
}

async fn a_whatsapp_message_is_one_appeal_however_often_it_comes(db: TestDatabase) -> TestDatabase {
    let (gateway, url) = Gateway::start().await;
    let house = House::with(&db, settings(&url)).await;
    let handler = house.signed("handler", Role::Handler).await;
    let verify =
        "/api/v1/channels/whatsapp?hub.mode=subscribe&hub.challenge=115820&hub.verify_token=";
    let asked = house.ask(Method::GET, &format!("{verify}verify-me")).send().await.unwrap();
    assert_eq!(answer(asked).await, (200, json!(115_820)));
    let asked = house.ask(Method::GET, &format!("{verify}guess")).send().await.unwrap();
    assert_eq!(asked.status(), 401);
    let message = whatsapp("wamid.IN1", &json!({"type": "text", "text": {"body": WORDS}}));
    assert_eq!(signed(&house, &message, "another-secret").await, 401);
    let bare = house.ask(Method::POST, "/api/v1/channels/whatsapp").body(message.to_string());
    assert_eq!(bare.send().await.unwrap().status(), 401);
    assert!(queue(&house, &handler).await.is_empty());
    // The same webhook ten times, eight of them at once.
    assert_eq!(signed(&house, &message, "app-secret").await, 204);
    let again = (0..8).map(|_| signed(&house, &message, "app-secret"));
    assert!(futures_util::future::join_all(again).await.iter().all(|s| *s == 204));
    let rows = queue(&house, &handler).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["kind"], &rows[0]["route_id"]), (&json!("did_not_come"), &json!("r12")));
    assert_eq!((&rows[0]["stop_id"], &rows[0]["event_at"]), (&json!("A"), &json!(NOW - 6_600)));
    let number = rows[0]["number"].as_str().unwrap();
    house.outbox.pass().await.unwrap();
    assert_eq!(gateway.asked.lock().unwrap().len(), 1);
    let told = last_text(&gateway);
    assert!(told.contains(number) && told.contains("PIN") && told.contains("14.12.2026"), "{told}");
    // What became of it comes back.
    let status = json!({"entry": [{"changes": [{"field": "messages", "value": {
        "metadata": {"phone_number_id": "106540352242922"},
        "statuses": [{"id": "wamid.OUT1", "status": "delivered", "recipient_id": "77010001122"}]}}]}]});
    assert_eq!(signed(&house, &status, "app-secret").await, 204);
    let path = format!("/api/v1/staff/appeals/{number}/messages");
    let sent = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
    assert_eq!(answer(sent).await.1["messages"][0]["state"], "delivered");
    // Thanks, a picture and further words belong to it.
    for (id, more) in [
        ("wamid.IN2", json!({"type": "text", "text": {"body": "Спасибо!"}})),
        ("wamid.IN3", json!({"type": "image", "image": {"id": "5550", "mime_type": "image/jpeg"}})),
        (
            "wamid.IN4",
            json!({"type": "location", "location": {"latitude": 43.24, "longitude": 76.88}}),
        ),
    ] {
        assert_eq!(signed(&house, &whatsapp(id, &more), "app-secret").await, 204, "{id}");
    }
    assert_eq!(queue(&house, &handler).await.len(), 1);
    let path = format!("/api/v1/staff/appeals/{number}/journal");
    let journal = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
    let journal = answer(journal).await.1.to_string();
    assert!(journal.contains("[whatsapp:5550]") && journal.contains("43.24"), "{journal}");
    // To another number than ours.
    let mut other = whatsapp("wamid.IN5", &json!({"type": "text", "text": {"body": WORDS}}));
    other["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = json!("1");
    assert_eq!(signed(&house, &other, "app-secret").await, 204);
    assert_eq!(queue(&house, &handler).await.len(), 1);
    db
}

async fn a_telegram_talk_asks_for_what_is_missing(db: TestDatabase) -> TestDatabase {
    let (gateway, url) = Gateway::start().await;
    let house = House::with(&db, settings(&url)).await;
    let handler = house.signed("handler", Role::Handler).await;
    let wrong = house.ask(Method::POST, "/api/v1/channels/telegram").body("{}");
    let wrong = wrong.header("x-telegram-bot-api-secret-token", "guess").send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    let talk = async |n: i64, message: Value| {
        assert_eq!(telegram(&house, said(n, &message)).await, 204, "{n}");
        house.outbox.pass().await.unwrap();
        last_text(&gateway)
    };
    assert!(talk(1, json!({"text": "/start"})).await.contains("Здравствуйте"));
    assert!(talk(2, json!({"text": "не приехал автобус"})).await.contains("маршрут"));
    assert!(talk(3, json!({"text": "12"})).await.contains("остановке"));
    let pin =
        json!({"location": {"latitude": 43.24, "longitude": 76.88, "horizontal_accuracy": 30.0}});
    assert!(talk(4, pin).await.contains("Когда"));
    let phone = json!({"contact": {"phone_number": "+77010001122", "user_id": 7_001}});
    talk(5, phone).await;
    let told = talk(6, json!({"text": "сегодня 8:10"})).await;
    let rows = queue(&house, &handler).await;
    assert_eq!(rows.len(), 1, "{told}");
    assert!(told.contains(rows[0]["number"].as_str().unwrap()) && told.contains("PIN"), "{told}");
    assert_eq!((&rows[0]["route_id"], &rows[0]["channel"]), (&json!("r12"), &json!("telegram")));
    // Where a telephone was is seen by few.
    let head = house.signed("head", Role::Head).await;
    let appeal = house.appeal(&head, rows[0]["number"].as_str().unwrap()).await;
    assert_eq!(appeal["claim"]["lat"], 43.24);
    // A changed message says more; a group is not listened to; a bot is nobody.
    let mut edited = said(2, &json!({"text": "не приехал автобус, мороз", "edit_date": NOW + 60}));
    edited["edited_message"] = edited["message"].take();
    assert_eq!(telegram(&house, edited.clone()).await, 204);
    assert_eq!(telegram(&house, edited).await, 204);
    let mut group = said(9, &json!({"text": WORDS}));
    group["message"]["chat"]["type"] = json!("supergroup");
    assert_eq!(telegram(&house, group).await, 204);
    assert_eq!(telegram(&house, json!({"update_id": 1, "my_chat_member": {}})).await, 204);
    assert_eq!(queue(&house, &handler).await.len(), 1);
    let path = format!("/api/v1/staff/appeals/{}/journal", rows[0]["number"].as_str().unwrap());
    let journal = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
    assert_eq!(answer(journal).await.1.to_string().matches("мороз").count(), 1);
    db
}

async fn a_draft_that_nobody_goes_on_with_is_filed_as_it_is(db: TestDatabase) -> TestDatabase {
    let (_, url) = Gateway::start().await;
    let house = House::with(&db, settings(&url)).await;
    let handler = house.signed("handler", Role::Handler).await;
    assert_eq!(telegram(&house, said(1, &json!({"text": "водитель нахамил"}))).await, 204);
    assert!(queue(&house, &handler).await.is_empty());
    let now = server::clock::Clock::machine().now();
    assert_eq!(house.reception.file_left(now).await.unwrap(), 0);
    assert_eq!(house.reception.file_left(now + 7_200).await.unwrap(), 1);
    assert_eq!(house.reception.file_left(now + 7_200).await.unwrap(), 0);
    let rows = queue(&house, &handler).await;
    assert_eq!((rows.len(), &rows[0]["kind"]), (1, &json!("driver_conduct")));
    let words =
        house.ledger.rows::<(String,)>("SELECT sealed FROM dialogues", vec![]).await.unwrap();
    assert!(!words[0].0.contains("нахамил"), "sealed");
    db
}

async fn an_e_mail_is_an_appeal_and_its_answer_more_words(db: TestDatabase) -> TestDatabase {
    let (server, port) = MailServer::start().await;
    let mut channels = by_mail(port);
    channels.mail.token = Key("mail-token".into());
    let house = House::with(&db, channels).await;
    let handler = house.signed("handler", Role::Handler).await;
    let wrong = house.ask(Method::POST, "/api/v1/channels/email").body(letter("x", "x", "x"));
    assert_eq!(wrong.send().await.unwrap().status(), 401);
    let first = letter("m1", "Жалоба", WORDS);
    assert_eq!((mail(&house, &first).await, mail(&house, &first).await), (204, 204));
    let rows = queue(&house, &handler).await;
    assert_eq!((rows.len(), &rows[0]["kind"]), (1, &json!("did_not_come")));
    let number = rows[0]["number"].as_str().unwrap();
    house.outbox.pass().await.unwrap();
    let (subject, text) = server.texts()[0].clone();
    assert!(subject.contains(number) && text.contains("14.12.2026"), "{subject} {text}");
    // An answer with the number in its subject says more; from another address it does not.
    let more = letter("m2", &format!("Re: {subject}"), "Прошёл ещё час\r\n> Обращение");
    assert_eq!(mail(&house, &more).await, 204);
    assert_eq!(queue(&house, &handler).await.len(), 1);
    let stranger = letter("m3", &format!("Re: {subject}"), "Отзываю").replace("aidos@", "other@");
    assert_eq!(mail(&house, &stranger).await, 204);
    assert_eq!(queue(&house, &handler).await.len(), 2);
    // Machines make none; a bounce is told to the desk.
    let away =
        letter("m4", "Re: x", "Я в отпуске").replace("To:", "Auto-Submitted: auto-replied\r\nTo:");
    assert_eq!(mail(&house, &away).await, 204);
    let sent = server.mails.lock().unwrap()[0].clone();
    let sent = String::from_utf8(sent).unwrap();
    let id = sent.lines().find_map(|l| l.strip_prefix("Message-ID: ")).unwrap();
    let bounce = format!(
        "From: MAILER-DAEMON@mx.example.kz\r\nSubject: Undelivered Mail\r\nContent-Type: multipart/report; \
         report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\n\
         Content-Type: message/rfc822\r\n\r\nMessage-ID: {id}\r\nSubject: x\r\n\r\ny\r\n--b--\r\n"
    );
    assert_eq!(mail(&house, &bounce).await, 204);
    assert_eq!(queue(&house, &handler).await.len(), 2);
    let path = format!("/api/v1/staff/appeals/{number}/messages");
    let told = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
    let told = answer(told).await.1["messages"][0].clone();
    assert_eq!(
        (&told["state"], &told["last_error"]),
        (&json!("failed"), &json!("Undelivered Mail"))
    );
    // By the folder that a mail server fills, with a picture and what is none.
    let folder = tempfile::tempdir().unwrap();
    for name in ["new", "cur", "tmp"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    let with_files = "From: b@example.kz\r\nSubject: =?utf-8?B?0J7RgdGC0LDQvdC+0LLQutCw?=\r\n\
        Message-ID: <m9@example.kz>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
        Content-Type: text/plain\r\n\r\nroof is broken\r\n--b\r\nContent-Type: image/png; name=a.png\r\n\
        Content-Disposition: attachment; filename=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        iVBORw0KGgoAAAANSUhEUg==\r\n--b\r\nContent-Type: image/svg+xml\r\n\
        Content-Disposition: attachment; filename=b.svg\r\n\r\n<svg/>\r\n--b--\r\n";
    std::fs::write(folder.path().join("new/1.host"), with_files).unwrap();
    let look = server::channels::look(folder.path(), &house.reception).await.unwrap();
    assert_eq!((look, folder.path().join("cur/1.host:2,S").exists()), (1, true));
    let rows = queue(&house, &handler).await;
    let newest = rows.iter().map(|r| r["number"].as_str().unwrap()).max().unwrap();
    let path = format!("/api/v1/staff/appeals/{newest}/files");
    let files = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
    let files = answer(files).await.1["files"].clone();
    assert_eq!(
        (files.as_array().unwrap().len(), &files[0]["media_type"]),
        (1, &json!("image/png"))
    );
    let path = format!("{path}/{}?reason=a+look+at+it", files[0]["file_id"].as_str().unwrap());
    let file = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
    assert_eq!(file.headers()["content-disposition"], "attachment");
    assert_eq!(file.bytes().await.unwrap()[..4], *b"\x89PNG");
    db
}

async fn the_same_words_by_each_way_stand_in_the_same_queue_until_the_same_day(
    db: TestDatabase,
) -> TestDatabase {
    let (_, url) = Gateway::start().await;
    let house = House::with(&db, settings(&url)).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let mut appeal = complaint();
    appeal["kind"] = json!("did_not_come");
    appeal["text"] = json!(WORDS);
    appeal["claim"] = json!({"route_id": "r12", "stop_id": "A", "event_at": NOW - 6_600});
    let staffs = Channel::ALL.iter().map(|c| c.name());
    let ways = staffs
        .map(|c| (c, true))
        .chain(["web", "mobile", "stop_qr", "vehicle_qr"].map(|c| (c, false)));
    for (channel, by_staff) in ways {
        appeal["channel"] = json!(channel);
        let path = if by_staff { "/api/v1/staff/appeals" } else { "/api/v1/appeals" };
        let post = house.post(path, &appeal).header("cookie", &operator).send().await.unwrap();
        assert_eq!(post.status(), 201, "{channel}");
    }
    let open311 = house.ask(Method::POST, "/open311/v2/requests.json");
    let open311 = open311.header("content-type", "application/x-www-form-urlencoded").body(format!(
        "api_key={API_KEY}&service_code=bus.did_not_come&address_id=stop:s1&attribute[ROUTE]=r12&\
         attribute[EVENT_TIME]=2026-11-23T08:10:00%2B05:00&first_name=A&last_name=B&description=x"
    ));
    assert_eq!(open311.send().await.unwrap().status(), 201);
    let message = whatsapp("wamid.S", &json!({"type": "text", "text": {"body": WORDS}}));
    assert_eq!(signed(&house, &message, "app-secret").await, 204);
    assert_eq!(telegram(&house, said(1, &json!({"text": WORDS}))).await, 204);
    assert_eq!(mail(&house, &letter("s1", "", WORDS)).await, 204);
    let rows = queue(&house, &operator).await;
    assert_eq!(rows.len(), Channel::ALL.len() + 4 + 4);
    let seen: BTreeSet<String> = rows
        .iter()
        .map(|r| {
            [&r["kind"], &r["desk"], &r["due_at"], &r["safety"]].map(Value::to_string).join(" ")
        })
        .collect();
    assert_eq!(seen.len(), 1, "{seen:?}");
    let by_themselves = rows.iter().filter(|r| r["event_at"] == json!(NOW - 6_600)).count();
    assert_eq!(by_themselves, rows.len(), "every way understood the time");
    db
}
