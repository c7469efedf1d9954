//! What goes out: a real SMTP server, gateways that answer as the documented ones do.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, answer, complaint};
use crate::incoming;
use appeals::access::Role;
use axum::Router;
use axum::extract::{Request, State};
use mail_parser::MessageParser;
use reqwest::Method;
use serde_json::{Value, json};
use server::channels::{ChannelSettings, SmtpTls};
use server::register::Key;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

on_both!(
    a_receipt_and_an_answer_go_out_by_mail_once,
    a_mail_server_that_refuses_is_tried_again_or_given_up,
    without_credentials_a_way_is_off_and_says_so,
    messengers_and_short_messages_are_sent_as_documented,
    notices_say_what_happened_and_paper_waits_for_a_person,
    what_whatsapp_tells_of_is_not_sent_again,
);

/// A stream of bytes, encrypted or not.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Wire for S {}

async fn read_line<S: Wire>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A mail server: what it was brought, and the lines that it was told.
#[derive(Clone, Default)]
pub struct MailServer {
    pub mails: Arc<Mutex<Vec<Vec<u8>>>>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub async fn start() -> (Self, u16) {
        Self::start_with(None, false).await
    }

    /// One that speaks TLS: from the first byte, or when it is asked to.
    pub async fn start_with(tls: Option<TlsAcceptor>, from_the_first: bool) -> (Self, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self::default();
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (own, tls) = (own.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls.clone().filter(|_| from_the_first) {
                        None => own.greet(stream, tls).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                own.greet(stream, None).await;
                            }
                        }
                    }
                });
            }
        });
        (server, port)
    }

    async fn greet(self, mut stream: impl Wire, tls: Option<TlsAcceptor>) {
        stream.write_all(b"220 test\r\n").await.unwrap();
        let asked = self.serve(stream, tls.is_some()).await;
        if let (Some(stream), Some(tls)) = (asked, tls)
            && let Ok(stream) = tls.accept(stream).await
        {
            self.lines.lock().unwrap().push("(TLS)".to_owned());
            self.serve(stream, false).await;
        }
    }

    /// Enough of RFC 5321; addresses that begin with `later` or `never` are refused so. Comes back with the
    /// stream when TLS is asked for.
    async fn serve<S: Wire>(&self, stream: S, may_tls: bool) -> Option<S> {
        let mut stream = BufReader::new(stream);
        while let Some(line) = read_line(&mut stream).await {
            self.lines.lock().unwrap().push(line.clone());
            let said = match line.split([' ', ':']).next().unwrap().to_uppercase().as_str() {
                "EHLO" if may_tls => "250-test\r\n250 STARTTLS\r\n",
                "EHLO" => "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n",
                "STARTTLS" if may_tls => {
                    stream.write_all(b"220 go on\r\n").await.ok()?;
                    return Some(stream.into_inner());
                }
                "AUTH" => "235 yes\r\n",
                "RCPT" if line.contains("<later") => "451 later\r\n",
                "RCPT" if line.contains("<never") => "550 never\r\n",
                "QUIT" => "221 bye\r\n",
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await.unwrap();
                    let mut mail = Vec::new();
                    while let Some(line) = read_line(&mut stream).await {
                        if line == "." {
                            break;
                        }
                        mail.extend(line.strip_prefix('.').unwrap_or(&line).as_bytes());
                        mail.extend(b"\r\n");
                    }
                    self.mails.lock().unwrap().push(mail);
                    "250 taken\r\n"
                }
                _ => "250 ok\r\n",
            };
            stream.write_all(said.as_bytes()).await.ok()?;
            stream.flush().await.ok()?;
        }
        None
    }

    /// What it was told, line by line.
    pub fn told(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    pub fn texts(&self) -> Vec<(String, String)> {
        let mails = self.mails.lock().unwrap();
        let read = |mail: &Vec<u8>| {
            let mail = MessageParser::default().parse(mail).unwrap();
            let text = mail.body_text(0).unwrap().replace("\r\n", "\n");
            (mail.subject().unwrap().to_owned(), text)
        };
        mails.iter().map(read).collect()
    }
}

pub fn by_mail(port: u16) -> ChannelSettings {
    let mut channels = ChannelSettings::default();
    channels.smtp.host = "127.0.0.1".into();
    channels.smtp.port = port;
    channels.smtp.tls = SmtpTls::None;
    channels.smtp.user = "city".into();
    channels.smtp.password = Key("secret".into());
    channels.smtp.from = "Қала көлігі <city@example.kz>".into();
    channels
}

/// One who answers HTTP as gateways do, and what it was asked: path, headers' authorization, body.
#[derive(Clone, Default)]
pub struct Gateway {
    pub asked: Arc<Mutex<Vec<(String, String, Value)>>>,
    pub status: Arc<Mutex<u16>>,
}

impl Gateway {
    pub async fn start() -> (Self, String) {
        async fn hear(
            State(own): State<Gateway>,
            request: Request,
        ) -> (axum::http::StatusCode, String) {
            let uri = request.uri().to_string();
            let key = request.headers().get("authorization");
            let key = key.map(|k| k.to_str().unwrap().to_owned()).unwrap_or_default();
            let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
            let body = serde_json::from_slice(&body).unwrap_or_default();
            let n = {
                let mut asked = own.asked.lock().unwrap();
                asked.push((uri, key, body));
                asked.len()
            };
            let status = *own.status.lock().unwrap();
            let said = if status == 200 {
                json!({"ok": true, "result": {"message_id": n}, "messages": [{"id": format!("wamid.OUT{n}")}]})
            } else {
                json!({"ok": false, "description": "Too Many Requests", "parameters": {"retry_after": 30},
                    "error": {"message": "refused"}})
            };
            (axum::http::StatusCode::from_u16(status).unwrap(), said.to_string())
        }
        let own = Self::default();
        *own.status.lock().unwrap() = 200;
        let router = Router::new().fallback(hear).with_state(own.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (own, url)
    }
}

async fn messages(house: &House, cookie: &str, number: &str) -> Vec<Value> {
    let path = format!("/api/v1/staff/appeals/{number}/messages");
    let response = house.ask(Method::GET, &path).header("cookie", cookie).send().await.unwrap();
    let (status, body) = answer(response).await;
    assert_eq!(status, 200, "{body}");
    body["messages"].as_array().unwrap().clone()
}

async fn filed(house: &House, change: impl Fn(&mut Value)) -> (String, String) {
    let mut appeal = complaint();
    change(&mut appeal);
    let (status, filed) =
        answer(house.post("/api/v1/appeals", &appeal).send().await.unwrap()).await;
    assert_eq!(status, 201, "{filed}");
    let text = |name: &str| filed[name].as_str().unwrap().to_owned();
    (text("number"), text("pin"))
}

async fn a_receipt_and_an_answer_go_out_by_mail_once(db: TestDatabase) -> TestDatabase {
    let (server, port) = MailServer::start().await;
    let house = House::with(&db, by_mail(port)).await;
    let handler = house.signed("handler", Role::Handler).await;
    let (number, pin) = filed(&house, |a| {
        a["kind"] = json!("new_route");
        a["reply_by"] = json!("email");
    })
    .await;
    let waiting = messages(&house, &handler, &number).await;
    assert_eq!((&waiting[0]["state"], &waiting[0]["by"]), (&json!("queued"), &json!("email")));
    assert!(!waiting[0].to_string().contains(&pin), "a desk does not read the PIN");
    // Two workers at once: it goes out once.
    let (a, b) = tokio::join!(house.outbox.pass(), house.outbox.pass());
    assert!(a.unwrap() + b.unwrap() >= 1);
    assert_eq!(house.outbox.pass().await.unwrap(), 0);
    let texts = server.texts();
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0].0, format!("Обращение [{number}]"));
    assert!(texts[0].1.contains(&pin) && texts[0].1.contains("14.12.2026"), "{}", texts[0].1);
    let sent = messages(&house, &handler, &number).await;
    assert_eq!((&sent[0]["state"], &sent[0]["attempts"]), (&json!("sent"), &json!(1)));
    let answer = json!({"command": "answer_at_once", "language": "ru", "by": "email",
        "body": "Маршрут продлён.", "legal_basis": "АППК, ст. 76", "right_of_appeal": "Можно обжаловать."});
    house.command(&handler, &number, json!({"command": "begin"})).await;
    let mut draft = answer.clone();
    draft["command"] = json!("draft_answer");
    house.command(&handler, &number, draft).await;
    house.command(&handler, &number, json!({"command": "submit_answer"})).await;
    let head = house.signed("head", Role::Head).await;
    let approve = json!({"command": "approve_answer"});
    let appeal = house.appeal(&head, &number).await;
    assert_eq!(appeal["status"], "answer_review");
    house.command(&head, &number, approve).await;
    house.command(&handler, &number, json!({"command": "send_answer", "by": "email"})).await;
    house.outbox.pass().await.unwrap();
    house.outbox.pass().await.unwrap();
    let texts = server.texts();
    assert_eq!(texts.len(), 2);
    assert!(texts[1].1.contains("Маршрут продлён.") && texts[1].1.contains("Можно обжаловать."));
    let told = server.told();
    assert!(told.contains("AUTH PLAIN"), "{told}");
    db
}

async fn a_mail_server_that_refuses_is_tried_again_or_given_up(db: TestDatabase) -> TestDatabase {
    let (server, port) = MailServer::start().await;
    let house = House::with(&db, by_mail(port)).await;
    let handler = house.signed("handler", Role::Handler).await;
    let by_mail_to = |to: &'static str| {
        move |a: &mut Value| {
            a["reply_by"] = json!("email");
            a["person"]["email"] = json!(to);
        }
    };
    let (later, _) = filed(&house, by_mail_to("later@example.kz")).await;
    let (never, _) = filed(&house, by_mail_to("never@example.kz")).await;
    let (nonsense, _) = filed(&house, by_mail_to("no address\r\nBcc: x@y.z")).await;
    house.outbox.pass().await.unwrap();
    let of = async |number: &str| messages(&house, &handler, number).await[0].clone();
    let waits = of(&later).await;
    assert_eq!((&waits["state"], &waits["attempts"]), (&json!("queued"), &json!(1)));
    assert!(waits["last_error"].as_str().unwrap().contains("later"), "{waits}");
    assert_eq!(house.outbox.pass().await.unwrap(), 0, "not before its pause is over");
    let given_up = of(&never).await;
    assert_eq!(given_up["state"], "failed");
    assert!(given_up["last_error"].as_str().unwrap().contains("never"), "{given_up}");
    assert_eq!(of(&nonsense).await["state"], "failed");
    assert!(server.texts().is_empty());
    // A person lets it be tried again; who may not, may not.
    let mark = json!({"message_id": given_up["message_id"], "state": "queued"});
    let path = format!("/api/v1/staff/appeals/{never}/messages/mark");
    let post = |cookie: &str| house.post(&path, &mark).header("cookie", cookie.to_owned()).send();
    let analyst = house.signed("analyst", Role::Analyst).await;
    assert_eq!(post(&analyst).await.unwrap().status(), 403);
    assert_eq!(post(&handler).await.unwrap().status(), 200);
    assert_eq!(post(&handler).await.unwrap().status(), 409, "it waits already");
    assert_eq!(of(&never).await["state"], "queued");
    // STARTTLS that is asked for is not done without.
    let mut channels = by_mail(port);
    channels.smtp.tls = SmtpTls::Starttls;
    let house = House::with(&db, channels).await;
    house.outbox.pass().await.unwrap();
    assert!(server.texts().is_empty());
    db
}

async fn without_credentials_a_way_is_off_and_says_so(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let (number, pin) = filed(&house, |_| {}).await;
    house.outbox.pass().await.unwrap();
    let failed = messages(&house, &handler, &number).await;
    assert_eq!(failed[0]["state"], "failed");
    assert_eq!(failed[0]["last_error"], "sms is off: it has no credentials");
    assert!(!failed[0].to_string().contains(&pin));
    let ways = house.ask(Method::GET, "/api/v1/staff/channels").header("cookie", &handler);
    let (_, ways) = answer(ways.send().await.unwrap()).await;
    let ways = ways["ways"].as_array().unwrap();
    assert_eq!(ways.len(), 7);
    assert!(ways.iter().all(|w| w["on"] == false && w["missing"].is_string()), "{ways:?}");
    for (path, method) in [
        ("/api/v1/channels/whatsapp", Method::GET),
        ("/api/v1/channels/whatsapp", Method::POST),
        ("/api/v1/channels/telegram", Method::POST),
        ("/api/v1/channels/email", Method::POST),
    ] {
        assert_eq!(house.ask(method, path).send().await.unwrap().status(), 404, "{path}");
    }
    db
}

async fn messengers_and_short_messages_are_sent_as_documented(db: TestDatabase) -> TestDatabase {
    let (gateway, url) = Gateway::start().await;
    let mut channels = ChannelSettings::default();
    channels.sms.url = Key(format!("{url}/sms?key=k&to={{to}}"));
    channels.sms.body = Key(r#"{"text": "{text}", "ref": "{id}"}"#.into());
    channels.whatsapp.api = format!("{url}/v23.0");
    channels.whatsapp.phone_number_id = "15550001".into();
    channels.whatsapp.access_token = Key("wa-token".into());
    channels.whatsapp.template = Some("appeal_notice".into());
    channels.telegram.api.clone_from(&url);
    channels.telegram.bot_token = Key("12:bot-token".into());
    let house = House::with(&db, channels).await;
    let handler = house.signed("handler", Role::Handler).await;
    let (_, pin) = filed(&house, |_| {}).await;
    filed(&house, |a| a["reply_by"] = json!("whatsapp")).await;
    house.outbox.pass().await.unwrap();
    let asked = gateway.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 2);
    let sms = asked.iter().find(|a| a.0.starts_with("/sms")).unwrap();
    assert_eq!(sms.0, "/sms?key=k&to=77010001122");
    assert!(sms.2["text"].as_str().unwrap().contains(&pin), "{sms:?}");
    // Nobody wrote to us within 24 hours: by the approved template only.
    let whatsapp = asked.iter().find(|a| a.0 == "/v23.0/15550001/messages").unwrap();
    assert_eq!((whatsapp.1.as_str(), &whatsapp.2["type"]), ("Bearer wa-token", &json!("template")));
    assert_eq!(whatsapp.2["template"]["name"], "appeal_notice");
    // Refused for a while: it waits, and no token stands in what is shown.
    *gateway.status.lock().unwrap() = 429;
    let (number, _) = filed(&house, |_| {}).await;
    house.outbox.pass().await.unwrap();
    let waits = &messages(&house, &handler, &number).await[0];
    assert_eq!(waits["state"], "queued");
    assert!(waits["last_error"].as_str().unwrap().starts_with("429"), "{waits}");
    *gateway.status.lock().unwrap() = 400;
    let (number, _) = filed(&house, |a| a["reply_by"] = json!("whatsapp")).await;
    house.outbox.pass().await.unwrap();
    let failed = &messages(&house, &handler, &number).await[0];
    assert_eq!(
        (&failed["state"], &failed["last_error"]),
        (&json!("failed"), &json!("400: refused"))
    );
    db
}

async fn notices_say_what_happened_and_paper_waits_for_a_person(db: TestDatabase) -> TestDatabase {
    let (server, port) = MailServer::start().await;
    let house = House::with(&db, by_mail(port)).await;
    let handler = house.signed("handler", Role::Handler).await;
    let (number, _) = filed(&house, |a| {
        a["kind"] = json!("fare");
        a["language"] = json!("kk");
        a["reply_by"] = json!("email");
    })
    .await;
    house.command(&handler, &number, json!({"command": "begin"})).await;
    let question = json!({"command": "ask_applicant", "question": "Қай күні?"});
    house.command(&handler, &number, question).await;
    let redirect = json!({"command": "redirect", "to": "police", "reason": "құзыреті"});
    house.command(&handler, &number, json!({"command": "add_info", "text": "кеше"})).await;
    house.command(&handler, &number, redirect).await;
    house.outbox.pass().await.unwrap();
    let texts = server.texts();
    let has = |part: &str| texts.iter().filter(|t| t.1.contains(part)).count();
    assert_eq!((texts.len(), has("Қай күні?"), has("police")), (3, 1, 1), "{texts:?}");
    let (paper, _) = filed(&house, |a| {
        a["reply_by"] = json!("paper");
        a["person"]["address"] = json!("Алматы, Абай 1");
    })
    .await;
    house.outbox.pass().await.unwrap();
    let waits = &messages(&house, &handler, &paper).await[0];
    assert_eq!((&waits["state"], &waits["attempts"]), (&json!("queued"), &json!(0)));
    let mark = json!({"message_id": waits["message_id"], "state": "sent"});
    let path = format!("/api/v1/staff/appeals/{paper}/messages/mark");
    let marked = house.post(&path, &mark).header("cookie", &handler).send().await.unwrap();
    let (status, marked) = answer(marked).await;
    assert_eq!((status, &marked["messages"][0]["state"]), (200, &json!("sent")));
    db
}

async fn what_whatsapp_tells_of_is_not_sent_again(db: TestDatabase) -> TestDatabase {
    let (gateway, url) = Gateway::start().await;
    let mut channels = incoming::settings(&url);
    channels.whatsapp.template = Some("appeal_notice".into());
    let house = House::with(&db, channels).await;
    let handler = house.signed("handler", Role::Handler).await;
    let (number, pin) = filed(&house, |a| a["reply_by"] = json!("whatsapp")).await;
    house.outbox.pass().await.unwrap();
    let sent = gateway.asked.lock().unwrap()[0].2.clone();
    let ours = sent["biz_opaque_callback_data"].as_str().unwrap();
    assert!(ours.ends_with("/whatsapp"), "{sent}");
    // As if the process had died before it noted that.
    let sql = "UPDATE outbox SET state = 'queued', provider_hash = NULL WHERE message_id = $1";
    let undone = server::ledger::Statement::new(sql, vec![ours.into()]);
    house.ledger.write(vec![undone]).await.unwrap();
    let told = async |state: &str| {
        let status = json!({"id": "wamid.OUT1", "status": state, "biz_opaque_callback_data": ours});
        let body = json!({"entry": [{"changes": [{"field": "messages", "value": {
            "metadata": {"phone_number_id": "106540352242922"}, "statuses": [status]}}]}]});
        assert_eq!(incoming::signed(&house, &body, "app-secret").await, 204);
        messages(&house, &handler, &number).await[0]["state"].clone()
    };
    assert_eq!(told("sent").await, "sent");
    assert_eq!(told("delivered").await, "delivered");
    assert_eq!(told("sent").await, "delivered", "later words of less change nothing");
    house.outbox.pass().await.unwrap();
    assert_eq!(gateway.asked.lock().unwrap().len(), 1);
    let kept = house.outbox.of_appeal(house.register.id_of(number.parse().unwrap()).await.unwrap());
    assert!(!format!("{:?}", kept.await.unwrap()).contains(&pin), "the PIN is forgotten");
    db
}
