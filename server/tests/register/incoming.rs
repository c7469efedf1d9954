//! What comes in by messengers and mail, as the documented APIs send it.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, NOW, answer};
use crate::outgoing::{Gateway, MailServer, by_mail};
use crate::pictures;
use appeals::access::Role;
use axum::extract::{Request, State};
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use server::channels::{ChannelSettings, Fetcher};
use server::register::Key;
use std::fmt::Write as _;

on_both!(
    a_whatsapp_message_is_one_appeal_however_often_it_comes,
    a_telegram_talk_asks_for_what_is_missing,
    a_draft_that_nobody_goes_on_with_is_filed_as_it_is,
    an_e_mail_is_an_appeal_and_its_answer_more_words,
    pictures_are_fetched_from_where_they_lie_and_from_nowhere_else,
);

pub const WORDS: &str = "маршрут 12 Автовокзал Сайран 8:10 не приехал";

pub fn settings(url: &str) -> ChannelSettings {
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
pub fn whatsapp(id: &str, message: &Value) -> Value {
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

pub async fn signed(house: &House, body: &Value, secret: &str) -> u16 {
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

pub async fn telegram(house: &House, update: Value) -> u16 {
    let post = house.ask(Method::POST, "/api/v1/channels/telegram");
    let post = post.header("x-telegram-bot-api-secret-token", "tg-secret").body(update.to_string());
    post.send().await.unwrap().status().as_u16()
}

pub fn said(n: i64, message: &Value) -> Value {
    let mut message = message.clone();
    message["message_id"] = json!(n);
    message["date"] = json!(NOW);
    message["chat"] = json!({"id": 7_001, "type": "private", "first_name": "Асель"});
    message["from"] = json!({"id": 7_001, "is_bot": false, "first_name": "Асель", "last_name": "Т.",
        "language_code": "ru"});
    json!({"update_id": 10_000 + n, "message": message})
}

pub async fn mail(house: &House, text: &str) -> u16 {
    let post = house.ask(Method::POST, "/api/v1/channels/email");
    let post = post.header("authorization", "Bearer mail-token").body(text.to_owned());
    post.send().await.unwrap().status().as_u16()
}

pub fn letter(id: &str, subject: &str, body: &str) -> String {
    format!(
        "From: Айдос Тестов <aidos@example.kz>\r\nTo: city@example.kz\r\nSubject: {subject}\r\n\
         Message-ID: <{id}@example.kz>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    )
}

pub async fn queue(house: &House, cookie: &str) -> Vec<Value> {
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

/// A letter with a picture, and with what is none.
const WITH_FILES: &str = "From: b@example.kz\r\nSubject: =?utf-8?B?0J7RgdGC0LDQvdC+0LLQutCw?=\r\n\
        Message-ID: <m9@example.kz>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
        Content-Type: text/plain\r\n\r\nroof is broken\r\n--b\r\nContent-Type: image/png; name=a.png\r\n\
        Content-Disposition: attachment; filename=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        PICTURE\r\n--b\r\nContent-Type: image/svg+xml\r\n\
        Content-Disposition: attachment; filename=b.svg\r\n\r\n<svg/>\r\n--b--\r\n";

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
    let with_files = WITH_FILES.replace("PICTURE", &BASE64.encode(pictures::png(b"roof")));
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
    // It may show people: it is for who works on the appeal.
    house.command(&handler, newest, json!({"command": "begin"})).await;
    let path = format!("{path}/{}", files[0]["file_id"].as_str().unwrap());
    let file = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
    assert_eq!(file.headers()["content-disposition"], "attachment");
    assert_eq!(file.bytes().await.unwrap()[..4], *b"\x89PNG");
    db
}

/// A messenger's side of files: the Cloud API's and the Bot API's, as they are documented.
async fn files(own: String) -> String {
    async fn give(State(own): State<String>, request: Request) -> axum::response::Response {
        let key = request.headers().get("authorization").map(|v| v.to_str().unwrap().to_owned());
        let by_bearer = key.as_deref() == Some("Bearer wa-token");
        let json = |value: Value| axum::Json(value).into_response();
        let path = request.uri().path().to_owned();
        match path.trim_start_matches('/') {
            "5550" if by_bearer => json(json!({"id": "5550", "mime_type": "image/jpeg",
                "messaging_product": "whatsapp", "url": format!("{own}/lookaside?mid=5550")})),
            "5551" if by_bearer => {
                json(json!({"id": "5551", "url": "http://169.254.169.254/latest"}))
            }
            "5552" if by_bearer => json(json!({"id": "5552", "url": format!("{own}/large")})),
            "lookaside" if by_bearer => pictures::jpeg(b"GPS!").into_response(),
            "large" => {
                let pieces = (0..1_000).map(|_| Ok::<_, std::io::Error>(vec![0xff; 64 << 10]));
                axum::body::Body::from_stream(futures_util::stream::iter(pieces)).into_response()
            }
            "bot12:bot/getFile" => json(match request.uri().query() {
                Some("file_id=AgAD-1") => json!({"ok": true, "result": {"file_id": "AgAD-1",
                    "file_size": 90, "file_path": "photos/file_0.jpg"}}),
                _ => json!({"ok": true, "result": {"file_path": "../../bot12:bot/getMe"}}),
            }),
            "file/bot12:bot/photos/file_0.jpg" => pictures::png(b"roof").into_response(),
            _ => axum::http::StatusCode::NOT_FOUND.into_response(),
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let own = if own.is_empty() { url.clone() } else { own };
    let router = axum::Router::new().fallback(give).with_state(own);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn pictures_are_fetched_from_where_they_lie_and_from_nowhere_else(
    db: TestDatabase,
) -> TestDatabase {
    let url = files(String::new()).await;
    let house = House::with(&db, settings(&url)).await;
    let handler = house.signed("handler", Role::Handler).await;
    let fetcher = Fetcher::new(
        house.register.clone(),
        std::sync::Arc::new(settings(&url)),
        server::clock::Clock::machine(),
    )
    .unwrap();
    let picture = |id: &str| json!({"type": "image", "image": {"id": id, "caption": WORDS}});
    assert_eq!(signed(&house, &whatsapp("wamid.P1", &picture("5550")), "app-secret").await, 204);
    assert_eq!(signed(&house, &whatsapp("wamid.P1", &picture("5550")), "app-secret").await, 204);
    // Further pictures belong to the appeal: elsewhere, too large, unknown to the messenger.
    for (message, id) in [("wamid.P2", "5551"), ("wamid.P3", "5552"), ("wamid.P4", "5553")] {
        let more = json!({"type": "image", "image": {"id": id}});
        assert_eq!(signed(&house, &whatsapp(message, &more), "app-secret").await, 204);
    }
    // By Telegram the picture comes within the talk.
    let photo = json!({"caption": WORDS, "photo": [{"file_id": "small"}, {"file_id": "AgAD-1"}]});
    assert_eq!(telegram(&house, said(1, &photo)).await, 204);
    let more = json!({"document": {"file_id": "AgAD-2"}});
    assert_eq!(telegram(&house, said(2, &more)).await, 204);
    let rows = queue(&house, &handler).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(fetcher.pass().await.unwrap(), 6);
    assert_eq!(fetcher.pass().await.unwrap(), 0, "each is fetched once, or given up");
    for row in &rows {
        let path = format!("/api/v1/staff/appeals/{}/files", row["number"].as_str().unwrap());
        let files = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
        let files = answer(files).await.1["files"].as_array().unwrap().clone();
        assert_eq!(files.len(), 1, "{files:?}");
    }
    let sql = "SELECT last_error FROM media_due WHERE state = 'failed' ORDER BY last_error";
    let failed = house.ledger.rows::<(String,)>(sql, Vec::new()).await.unwrap();
    let failed: Vec<_> = failed.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(
        failed,
        [
            "the address lies elsewhere than with the messenger",
            "the file is larger than one may be",
            "the messenger answers 404",
            "the path leads elsewhere",
        ]
    );
    let sealed = house.ledger.rows::<(String,)>("SELECT sealed FROM attachment_parts", Vec::new());
    assert_eq!(sealed.await.unwrap().len(), 2);
    db
}
