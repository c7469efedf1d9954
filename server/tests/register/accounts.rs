//! Accounts by e-mail code, as a browser without a script uses them, and as those do who want into another's.

use crate::citizen::{Browser, Seen, between};
use crate::database::{TestDatabase, on_both};
use crate::house::{House, answer, complaint};
use crate::outgoing::{MailServer, by_mail};
use appeals::words::Language;
use serde_json::json;
use server::clock::Clock;
use server::outbox::{Outbox, Senders};
use server::register::AccountAddress;
use std::sync::Arc;

on_both!(
    an_account_shows_what_was_filed_with_its_address_and_nothing_else,
    whether_an_address_is_known_nobody_learns,
    a_code_is_guessed_by_nobody_and_works_once,
    an_address_gets_few_codes_and_no_header,
    where_no_mail_goes_out_there_is_no_account_and_it_is_said,
);

const OWN: &str = "aidos@example.kz";

async fn filed_with(house: &House, email: &str) -> String {
    let mut appeal = complaint();
    appeal["person"]["email"] = json!(email);
    let (status, body) = answer(house.post("/api/v1/appeals", &appeal).send().await.unwrap()).await;
    assert_eq!(status, 201, "{body}");
    body["number"].as_str().unwrap().to_owned()
}

/// The page for the code, and the code from the mail, if one came.
async fn asked(browser: &Browser<'_>, mails: &MailServer, email: &str) -> (Seen, Option<String>) {
    let before = mails.texts().len();
    let page = browser.post("/my", &[("email", email)], "").await;
    browser.house.outbox.pass().await.unwrap();
    let texts = mails.texts();
    let code = |text: &String| between(text, "Код: ", "\n").to_owned();
    (page, texts[before..].iter().map(|(_, text)| text).next_back().map(code))
}

fn ask_of(page: &Seen) -> String {
    between(&page.html, "name=\"ask\" value=\"", "\"").to_owned()
}

/// A session: the cookie.
async fn entered(browser: &Browser<'_>, mails: &MailServer, email: &str) -> String {
    let (page, code) = asked(browser, mails, email).await;
    let (ask, code) = (ask_of(&page), code.unwrap());
    let seen = browser.post("/my/code", &[("ask", &ask), ("code", &code)], "").await;
    assert_eq!((seen.status, seen.location.as_str()), (303, "/my"), "{}", seen.html);
    seen.cookie
}

async fn an_account_shows_what_was_filed_with_its_address_and_nothing_else(
    db: TestDatabase,
) -> TestDatabase {
    let (mails, port) = MailServer::start().await;
    let house = House::with(&db, by_mail(port)).await;
    let browser = Browser::of(&house);
    let first = filed_with(&house, OWN).await;
    let second = filed_with(&house, "Aidos@Example.KZ").await;
    let strange = filed_with(&house, "asel@example.kz").await;
    assert!(browser.get("/appeals/status", "").await.html.contains("href=\"/my\""));
    let cookie = entered(&browser, &mails, OWN).await;
    assert!(cookie.starts_with("__Host-account="), "{cookie}");
    let list = browser.get("/my", &cookie).await;
    assert_eq!((list.status, list.cached.as_str()), (200, "no-store"));
    assert!(list.html.contains(&first) && list.html.contains(&second), "{}", list.html);
    assert!(list.html.contains("Зарегистрировано") && list.html.contains("14 декабря 2026"));
    assert!(!list.html.contains(&strange));
    // Each opens as by its PIN; a stranger's does not, whatever is posted.
    let opened = browser.post("/my/appeal", &[("number", &second)], &cookie).await;
    assert_eq!((opened.status, opened.location.as_str()), (303, "/appeals/status"));
    assert!(opened.cookie.starts_with("__Host-appeal="));
    assert!(browser.get("/appeals/status", &opened.cookie).await.html.contains(&second));
    for number in [strange.as_str(), "26-000777-7", "x' OR '1'='1", ""] {
        let refused = browser.post("/my/appeal", &[("number", number)], &cookie).await;
        assert_eq!((refused.status, refused.cookie.as_str()), (404, ""), "{number}");
    }
    let forged = format!("{cookie}A");
    for session in ["", "__Host-account=", forged.as_str()] {
        let refused = browser.post("/my/appeal", &[("number", &first)], session).await;
        assert_eq!((refused.status, refused.cookie.as_str()), (403, ""), "{session}");
        assert!(!browser.get("/my", session).await.html.contains(&first));
    }
    // Another page makes no browser do anything.
    let url = format!("http://{}/my/leave", house.address);
    let from = browser.client.post(url).header("cookie", &cookie).header("origin", "http://e.vil");
    assert_eq!(from.send().await.unwrap().status(), 403);
    assert!(browser.get("/my", &cookie).await.html.contains(&first));
    // Time ends a session, and so does its owner; a copy of the cookie opens nothing then.
    let (token, now) = (cookie.split_once('=').unwrap().1, Clock::machine().now());
    assert!(house.register.account(token, now + 29 * 60).await.unwrap().is_some());
    assert!(house.register.account(token, now + 13 * 3_600).await.unwrap().is_none());
    let left = browser.post("/my/leave", &[], &cookie).await;
    assert_eq!((left.status, left.cookie.as_str()), (303, "__Host-account="));
    let after = browser.get("/my", &cookie).await.html;
    assert!(!after.contains(&first) && after.contains("name=\"email\""), "{after}");
    db
}

/// What a page says, without what is new each time.
fn said(page: &Seen) -> String {
    let main = between(&page.html, "<main", "</main>");
    main.replace(&ask_of(page), "")
}

async fn whether_an_address_is_known_nobody_learns(db: TestDatabase) -> TestDatabase {
    let (mails, port) = MailServer::start().await;
    let house = House::with(&db, by_mail(port)).await;
    let browser = Browser::of(&house);
    filed_with(&house, OWN).await;
    let (known, code) = asked(&browser, &mails, OWN).await;
    let (unknown, other) = asked(&browser, &mails, "nobody@example.kz").await;
    assert_eq!((known.status, unknown.status), (200, 200));
    assert_eq!(said(&known), said(&unknown));
    assert!(code.is_some() && other.is_some(), "both are written to");
    let first = |text: &str| text.split("Код: ").next().unwrap().to_owned();
    let texts = mails.texts();
    assert_eq!(texts[0].0, texts[1].0);
    assert_eq!(first(&texts[0].1), first(&texts[1].1));
    // Who reads that mail sees an empty list, and nothing of anybody's.
    let cookie = entered(&browser, &mails, "nobody@example.kz").await;
    assert!(browser.get("/my", &cookie).await.html.contains("обращений не подано"));
    // The database holds neither the addresses nor the codes in the open.
    let tables = ["account_codes", "account_sessions", "outbox"];
    for table in tables {
        let sql = match table {
            "account_codes" => "SELECT ask_hash || email_hash || code_hash FROM account_codes",
            "account_sessions" => "SELECT token_hash || email_hash FROM account_sessions",
            _ => "SELECT message_id || sealed || COALESCE(last_error, '') FROM outbox",
        };
        let rows = house.ledger.rows::<(String,)>(sql, vec![]).await.unwrap();
        assert!(!rows.is_empty(), "{table}");
        for (row,) in rows {
            assert!(!row.contains("example.kz") && !row.contains(code.as_ref().unwrap()), "{row}");
        }
    }
    db
}

async fn a_code_is_guessed_by_nobody_and_works_once(db: TestDatabase) -> TestDatabase {
    let (mails, port) = MailServer::start().await;
    let house = House::with(&db, by_mail(port)).await;
    let browser = Browser::of(&house);
    let enter = async |ask: &str, code: &str| {
        browser.post("/my/code", &[("ask", ask), ("code", code)], "").await
    };
    // Five wrong ones, and the right one opens nothing any more.
    let (page, code) = asked(&browser, &mails, OWN).await;
    let (ask, code) = (ask_of(&page), code.unwrap());
    let wrong = if code == "123456" { "654321" } else { "123456" };
    for _ in 0..5 {
        let seen = enter(&ask, wrong).await;
        assert_eq!((seen.status, seen.cookie.as_str()), (403, ""));
        assert!(seen.html.contains("Код не подходит"), "{}", seen.html);
    }
    let spent = enter(&ask, &code).await;
    assert!(!spent.cookie.contains("__Host-account"), "{}", spent.cookie);
    // Of one page only, however it is written; once, however many click.
    let (page, code) = asked(&browser, &mails, OWN).await;
    let (second, code) = (ask_of(&page), code.unwrap());
    for ask in [ask.as_str(), "", "A"] {
        assert_ne!(enter(ask, &code).await.status, 303, "{ask}");
    }
    let spaced = format!(" {} {}", &code[..3], &code[3..]);
    let clicks = futures_util::future::join_all((0..4).map(|_| enter(&second, &spaced))).await;
    assert_eq!(clicks.iter().filter(|seen| seen.status == 303).count(), 1);
    assert!(clicks.iter().filter(|seen| seen.status != 303).all(|seen| seen.cookie.is_empty()));
    assert_eq!(enter(&second, &code).await.status, 403);
    // Ten minutes, and not a second more; many guesses at the same time are no more than five.
    let (address, now) = (AccountAddress::parse("asel@example.kz").unwrap(), 1_795_410_000);
    let ask = house.register.ask_code(&address, Language::Ru, now).await.unwrap().unwrap();
    house.outbox.pass().await.unwrap();
    let code = between(&mails.texts().pop().unwrap().1, "Код: ", "\n").to_owned();
    assert_eq!(house.register.enter_account(&ask, &code, now + 600).await.unwrap(), None);
    let wrong = (0..40).map(|n| format!("{n:06}")).filter(|guess| *guess != code);
    let guesses = wrong.map(|guess| {
        let (register, ask) = (house.register.clone(), ask.clone());
        async move { register.enter_account(&ask, &guess, now).await.unwrap() }
    });
    assert!(futures_util::future::join_all(guesses).await.iter().all(Option::is_none));
    let tries = "SELECT CAST(MAX(tries) AS BIGINT) FROM account_codes WHERE asked_at = 1795410000";
    assert_eq!(house.ledger.rows::<(i64,)>(tries, vec![]).await.unwrap()[0].0, 5);
    assert_eq!(house.register.enter_account(&ask, &code, now).await.unwrap(), None);
    db
}

async fn an_address_gets_few_codes_and_no_header(db: TestDatabase) -> TestDatabase {
    let (mails, port) = MailServer::start().await;
    let house = House::with(&db, by_mail(port)).await;
    let browser = Browser::of(&house);
    let wrong =
        ["", "aidos", "a@b.kz\r\nBcc: c@d.kz", "a@b.kz, c@d.kz", "A <a@b.kz>", "a\u{212a}@b.kz"];
    for email in wrong {
        let (page, code) = asked(&browser, &mails, email).await;
        assert_eq!((page.status, code), (422, None), "{email}");
        assert!(page.html.contains("Проверьте адрес"), "{email}: {}", page.html);
    }
    let evil = "\"><script>alert(1)</script>@b.kz";
    let (page, _) = asked(&browser, &mails, evil).await;
    assert!(page.status == 422 && !page.html.contains("<script>alert"), "{}", page.html);
    // Three in a quarter of an hour, known or not.
    filed_with(&house, OWN).await;
    for email in [OWN, "nobody@example.kz"] {
        for _ in 0..3 {
            assert_eq!(asked(&browser, &mails, email).await.0.status, 200, "{email}");
        }
        let (fourth, code) = asked(&browser, &mails, &email.to_uppercase()).await;
        assert_eq!((fourth.status, code), (429, None), "{email}");
    }
    // A mail server that comes back late brings no code that opens nothing any more; it is forgotten.
    let (waits, code) = asked(&browser, &mails, "later@example.kz").await;
    assert_eq!((waits.status, code), (200, None));
    let later = Clock::of_city(Clock::machine().now() + 3_600, 1.0);
    let (ledger, keys) = (house.ledger.clone(), Arc::clone(house.register.keys()));
    let outbox = Outbox::new(ledger, keys, Senders::new(&by_mail(port)).unwrap(), later);
    assert_eq!(outbox.pass().await.unwrap(), 1);
    let states = "SELECT state, last_error FROM outbox WHERE last_error IS NOT NULL \
                  AND purpose = 'account_code'";
    let states = house.ledger.rows::<(String, String)>(states, vec![]).await.unwrap();
    assert_eq!(states, [("failed".to_owned(), "its time is over".to_owned())]);
    // Six in a day, whichever server is asked; then they are forgotten with their letters.
    let (address, now) = (AccountAddress::parse("asel@example.kz").unwrap(), 1_795_410_000);
    let ask = async |at: i64| house.register.ask_code(&address, Language::Kk, at).await.unwrap();
    for n in 0..6 {
        assert!(ask(now + n).await.is_some(), "{n}");
    }
    assert_eq!(ask(now + 6).await, None);
    assert!(ask(now + 6 + 86_400).await.is_some());
    let old = "SELECT COUNT(*) FROM account_codes WHERE asked_at < 1795410100";
    assert_eq!(house.ledger.rows::<(i64,)>(old, vec![]).await.unwrap()[0].0, 0);
    let letters = "SELECT COUNT(*) FROM outbox WHERE purpose = 'account_code' \
                   AND created_at < 1795410100";
    assert_eq!(house.ledger.rows::<(i64,)>(letters, vec![]).await.unwrap()[0].0, 0);
    db
}

async fn where_no_mail_goes_out_there_is_no_account_and_it_is_said(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let browser = Browser::of(&house);
    let page = browser.get("/my", "").await;
    assert!(page.html.contains("e-mail не отправляется"), "{}", page.html);
    assert!(!page.html.contains("name=\"email\""));
    let posted = browser.post("/my", &[("email", OWN)], "").await;
    assert!(posted.html.contains("e-mail не отправляется"), "{}", posted.html);
    let codes = "SELECT COUNT(*) FROM account_codes";
    assert_eq!(house.ledger.rows::<(i64,)>(codes, vec![]).await.unwrap()[0].0, 0);
    for path in ["/my/code", "/my/appeal", "/my/leave"] {
        assert_eq!(browser.get(path, "").await.location, "/my", "{path}");
    }
    db
}
