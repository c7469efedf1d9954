//! Letters of those who want to break in, to break something, or to be answered for ever.

use crate::database::{TestDatabase, on_both};
use crate::house::House;
use crate::incoming::{WORDS, letter, mail, queue};
use crate::outgoing::{MailServer, by_mail};
use appeals::access::Role;
use reqwest::Method;
use server::channels::mail::{Mail, read};
use server::clock::Clock;
use server::register::{FILES_MAX, Key};
use std::fmt::Write as _;

on_both!(
    no_header_of_a_letter_reaches_anothers_appeal_or_our_own_mail,
    machines_that_answer_are_not_answered,
);

const OWN: &str = "City <city@example.kz>";
/// What a thread of the server has of stack, bytes.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// Read on a stack as the server has it.
fn on_small_stack(text: String) -> Mail {
    let small = std::thread::Builder::new().stack_size(STACK_BYTES);
    small.spawn(move || read(text.as_bytes(), OWN)).unwrap().join().unwrap()
}

fn head(kind: &str) -> String {
    format!("From: a@b.kz\r\nMessage-ID: <deep@b.kz>\r\nSubject: x\r\nContent-Type: {kind}\r\n\r\n")
}

#[test]
fn trees_of_parts_are_read_within_bounds() {
    let clock = Clock::machine();
    let mut nested = head("multipart/mixed; boundary=b0");
    for n in 1..5_000 {
        let _ =
            write!(nested, "--b{}\r\nContent-Type: multipart/mixed; boundary=b{n}\r\n\r\n", n - 1);
    }
    let mut letters = head("message/rfc822");
    for _ in 0..5_000 {
        letters += "Subject: x\r\nContent-Type: message/rfc822\r\n\r\n";
    }
    let mut wide = head("multipart/mixed; boundary=b");
    for n in 0..20_000 {
        let _ = write!(
            wide,
            "--b\r\nContent-Type: application/zip; name=\"{n}.zip\"\r\n\
             Content-Disposition: attachment\r\n\r\nPK\r\n"
        );
    }
    for text in [nested, letters, wide] {
        if let Mail::Letter(letter) = on_small_stack(text) {
            let inbound = letter.inbound;
            assert!(inbound.files.len() <= FILES_MAX, "{}", inbound.files.len());
            assert!(inbound.text.chars().count() < 4_500, "{}", inbound.text.len());
        }
    }
    assert!(clock.elapsed().as_secs() < 20, "{:?}", clock.elapsed());
}

#[test]
fn only_our_own_address_is_a_loop() {
    let of = |from: &str| read(format!("From: {from}\r\nSubject: x\r\n\r\ny").as_bytes(), OWN);
    assert!(matches!(of("City <CITY@example.kz>"), Mail::Nothing(_)));
    assert!(matches!(of("y@example.kz"), Mail::Letter(_)), "whose address ends as ours does");
    assert!(matches!(of("nobody"), Mail::Nothing(_)));
}

fn report(kind: &str, action: &str) -> Mail {
    let text = format!(
        "From: MAILER-DAEMON@mx.kz\r\nSubject: Report\r\n\
         Content-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nwords\r\n\
         --b\r\nContent-Type: message/{kind}\r\n\r\nReporting-MTA: dns; mx.kz\r\n\r\n\
         Final-Recipient: rfc822; a@b.kz\r\nAction: {action}\r\nStatus: 4.0.0\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nFrom: city@example.kz\r\n\
         Message-ID: <a.1@example.kz>\r\nSubject: y\r\n\r\nz\r\n--b--\r\n"
    );
    read(text.as_bytes(), OWN)
}

#[test]
fn a_report_of_no_failure_is_none() {
    let failed =
        |mail: &Mail| matches!(mail, Mail::Bounce(Some(id), _) if id == "<a.1@example.kz>");
    assert!(failed(&report("delivery-status", "failed")));
    assert!(failed(&report("delivery-status", "FAILED")));
    for action in ["delayed", "delivered", "relayed", "expanded"] {
        assert!(matches!(report("delivery-status", action), Mail::Nothing(_)), "{action}");
    }
    // "It was read": no failure at all.
    assert!(matches!(report("disposition-notification", "failed"), Mail::Nothing(_)));
}

async fn no_header_of_a_letter_reaches_anothers_appeal_or_our_own_mail(
    db: TestDatabase,
) -> TestDatabase {
    let (server, port) = MailServer::start().await;
    let mut channels = by_mail(port);
    channels.mail.token = Key("mail-token".into());
    let house = House::with(&db, channels).await;
    let handler = house.signed("handler", Role::Handler).await;
    assert_eq!(mail(&house, &letter("m1", "Жалоба", WORDS)).await, 204);
    house.outbox.pass().await.unwrap();
    let victim = queue(&house, &handler).await[0]["number"].as_str().unwrap().to_owned();
    let sent = String::from_utf8(server.mails.lock().unwrap()[0].clone()).unwrap();
    let id = sent.lines().find_map(|l| l.strip_prefix("Message-ID: ")).unwrap().to_owned();
    assert!(sent.contains("\r\nAuto-Submitted: auto-generated\r\n"), "{sent}");
    let before = journal(&house, &handler, &victim).await;
    // By the names of messages nobody gets into an appeal; nor by its number from another address.
    let threads = format!("In-Reply-To: {id}\r\nReferences: {id} <m1@example.kz>\r\nTo:");
    let stranger = letter("m2", &format!("Re: [{victim}]"), "Отзываю").replace("aidos@", "evil@");
    assert_eq!(mail(&house, &stranger.replace("To:", &threads)).await, 204);
    // Line breaks in encoded words, in the name and in the Message-ID end no header of ours.
    let evil = "=?utf-8?Q?x=0D=0ABcc:_c@d.kz=0D=0A?=";
    let injected = letter("m3=0D=0ABcc", evil, WORDS)
        .replace("Айдос Тестов <aidos@example.kz>", &format!("{evil} <evil2@example.kz>"));
    assert_eq!(mail(&house, &injected).await, 204);
    let quoted = letter("m4", "x", WORDS).replace(
        "Айдос Тестов <aidos@example.kz>",
        "\"evil3@example.kz> <c@d.kz\" <evil3@example.kz>",
    );
    assert_eq!(mail(&house, &quoted).await, 204);
    house.outbox.pass().await.unwrap();
    assert_eq!(journal(&house, &handler, &victim).await, before, "nothing was added");
    assert_eq!(queue(&house, &handler).await.len(), 4);
    for mail in server.mails.lock().unwrap().iter() {
        let text = String::from_utf8_lossy(mail);
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
    }
    let told = server.told();
    assert!(!told.contains("c@d.kz"), "{told}");
    db
}

async fn journal(house: &House, cookie: &str, number: &str) -> String {
    let path = format!("/api/v1/staff/appeals/{number}/journal");
    let asked = house.ask(Method::GET, &path).header("cookie", cookie);
    asked.send().await.unwrap().text().await.unwrap()
}

async fn machines_that_answer_are_not_answered(db: TestDatabase) -> TestDatabase {
    let (server, port) = MailServer::start().await;
    let mut channels = by_mail(port);
    channels.mail.token = Key("mail-token".into());
    let house = House::with(&db, channels).await;
    let handler = house.signed("handler", Role::Handler).await;
    assert_eq!(mail(&house, &letter("m1", "Жалоба", WORDS)).await, 204);
    house.outbox.pass().await.unwrap();
    let subject = server.texts()[0].0.clone();
    let number = queue(&house, &handler).await[0]["number"].as_str().unwrap().to_owned();
    let before = journal(&house, &handler, &number).await;
    // Whatever says that a machine wrote: no appeal, no word to one, no answer. The letters name the appeal and
    // come from its own applicant.
    for (n, mark) in [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; type=x",
        "auto-submitted: AUTO-NOTIFIED",
        "Precedence: Bulk",
        "Precedence: auto-reply",
        "X-Autoreply: yes",
        "X-Autorespond: x",
        "Return-Path: <>",
        "Return-Path:  <> ",
        "List-Id: <l.example.kz>",
    ]
    .into_iter()
    .enumerate()
    {
        let text = letter(&format!("auto{n}"), &format!("Re: {subject}"), "Я в отпуске");
        assert_eq!(mail(&house, &text.replace("To:", &format!("{mark}\r\nTo:"))).await, 204);
        house.outbox.pass().await.unwrap();
        assert_eq!(queue(&house, &handler).await.len(), 1, "{mark}");
        assert_eq!(journal(&house, &handler, &number).await, before, "{mark}");
        assert_eq!(server.texts().len(), 1, "{mark}");
    }
    // Our own receipt, sent back to us as it is.
    let own = String::from_utf8(server.mails.lock().unwrap()[0].clone()).unwrap();
    assert_eq!(mail(&house, &own).await, 204);
    assert_eq!(queue(&house, &handler).await.len(), 1);
    db
}
