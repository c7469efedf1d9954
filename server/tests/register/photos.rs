//! Pictures of citizens: few, of known kinds, seen by who works on the appeal and by nobody else.

use crate::citizen::{Browser, PERSON, Seen, between, checked};
use crate::database::{TestDatabase, on_both};
use crate::house::{House, answer};
use crate::pictures::{jpeg, png};
use appeals::access::Role;
use reqwest::Method;

on_both!(
    pictures_come_with_the_form_and_later_and_are_seen_by_role,
    what_is_no_picture_or_too_much_costs_nothing_that_was_typed,
);

async fn post(
    browser: &Browser<'_>,
    path: &str,
    fields: &[(String, String)],
    files: &[&[u8]],
    cookie: &str,
) -> Seen {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend(head.bytes().chain(value.bytes()).chain(*b"\r\n"));
    }
    for file in files {
        body.extend(
            b"--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n",
        );
        body.extend(*file);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    let url = format!("http://{}{path}", browser.house.address);
    let request = browser
        .client
        .post(url)
        .header("cookie", format!("lang=ru; {cookie}"))
        .header("origin", format!("http://{}", browser.house.address))
        .header("content-type", "multipart/form-data; boundary=b");
    Browser::see(request.body(body)).await
}

async fn pictures_come_with_the_form_and_later_and_are_seen_by_role(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let browser = Browser::of(&house);
    let (picture, photo) = (png(b"stop"), jpeg(b"GPS!"));
    let (check, fields) = checked(&browser, "fare", &PERSON).await;
    assert!(check.contains("name=\"photo\"") && check.contains("formenctype"), "{check}");
    let receipt = post(&browser, "/appeals/new/send", &fields, &[&picture, &photo, b""], "").await;
    assert_eq!(receipt.status, 201, "{}", receipt.html);
    let number = between(&receipt.html, "id=\"number\">", "<").to_owned();
    // Sent twice it is one appeal with two pictures.
    post(&browser, "/appeals/new/send", &fields, &[&picture, &photo], "").await;
    let stored = async || {
        let sql = "SELECT COUNT(*) FROM attachments";
        house.ledger.row::<(i64,)>(sql, Vec::new()).await.unwrap().unwrap().0
    };
    assert_eq!(stored().await, 2);
    let cookie = receipt.cookie;
    let more = post(&browser, "/appeals/status/photo", &[], &[&picture], &cookie).await;
    assert_eq!(more.location, "/appeals/status?done=photo");
    assert_eq!(stored().await, 3);
    let stage = browser.get("/appeals/status?done=photo", &cookie).await.html;
    assert!(stage.contains("Добавлено фото: 1") && stage.contains("Фото добавлено"), "{stage}");
    // Five in all, and none without a pass.
    let many =
        post(&browser, "/appeals/status/photo", &[], &[&picture, &picture, &picture], &cookie)
            .await;
    assert_eq!(many.location, "/appeals/status?done=photo_refused");
    assert_eq!(post(&browser, "/appeals/status/photo", &[], &[&picture], "").await.status, 403);
    assert_eq!(stored().await, 3);

    // Covered to who is not assigned, until a reason is given, which is logged; whole to who is.
    let handler = house.signed("handler", Role::Handler).await;
    let path = format!("/staff/appeals/{number}");
    let page = house.page(&handler, &path).await;
    assert!(page.contains("Приложения (3)") && !page.contains("<img"), "{page}");
    let id = "SELECT attachment_id FROM attachments WHERE media_type = 'image/jpeg'";
    let id = house.ledger.row::<(String,)>(id, Vec::new()).await.unwrap().unwrap().0;
    let src = format!("/api/v1/staff/appeals/{number}/files/{id}");
    let ask = async |cookie: &str| {
        let asked = house.ask(Method::GET, &src).header("cookie", cookie).send().await.unwrap();
        (asked.status().as_u16(), asked.bytes().await.unwrap())
    };
    assert_eq!(ask(&handler).await.0, 403);
    let reveal = [("reason", "смотрю остановку")];
    let (status, page) = house.form(&handler, &format!("{path}/reveal"), &reveal).await;
    assert_eq!((status, page.matches("<img").count()), (200, 3), "{page}");
    assert!(page.contains(&format!("<img src=\"{src}\"")), "{page}");
    let (status, bytes) = ask(&handler).await;
    assert_eq!(status, 200);
    assert!(!bytes.windows(4).any(|w| w == b"GPS!"), "the camera's notes are gone");
    for (login, role) in [("dispatcher", Role::Dispatcher), ("analyst", Role::Analyst)] {
        let cookie = house.signed(login, role).await;
        assert_eq!(ask(&cookie).await.0, 403, "{login}");
        assert!(!house.page(&cookie, &path).await.contains("Приложения"), "{login}");
    }
    assert_eq!(ask("").await.0, 401);
    assert_eq!(ask(&cookie).await.0, 401, "nor the applicant's pass");
    let head = house.signed("head", Role::Head).await;
    assert_eq!(ask(&head).await.0, 200);
    let log = house.ask(Method::GET, "/api/v1/staff/audit");
    let auditor = house.signed("auditor", Role::Auditor).await;
    let (_, log) = answer(log.header("cookie", &auditor).send().await.unwrap()).await;
    assert!(log.to_string().contains("смотрю остановку"), "{log}");
    db
}

async fn what_is_no_picture_or_too_much_costs_nothing_that_was_typed(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let browser = Browser::of(&house);
    let (_, fields) = checked(&browser, "fare", &PERSON).await;
    let picture = png(b"stop");
    let large = [png(b"stop"), vec![0; 11 << 20]].concat();
    let huge = [png(b"stop"), vec![0; 33 << 20]].concat();
    let wrong: [(&[&[u8]], &str); 5] = [
        (&[b"<svg onload=alert(1)>"], "в формате JPEG или PNG"),
        (&[b"%PDF-1.7 not a picture"], "в формате JPEG или PNG"),
        (&[&picture, &picture, &picture, &picture], "Больше трёх снимков"),
        (&[&large], "больше 10 МБ"),
        (&[&huge], "больше 10 МБ"),
    ];
    for (files, said) in wrong {
        let page = post(&browser, "/appeals/new/send", &fields, files, "").await;
        assert_eq!(page.status, 422, "{said}");
        assert!(page.html.contains(said), "{said}: {}", page.html);
        assert!(page.html.contains("Сорок минут ждал автобус"), "what was typed is there");
    }
    let sql = "SELECT COUNT(*) FROM appeals";
    assert_eq!(house.ledger.row::<(i64,)>(sql, Vec::new()).await.unwrap().unwrap().0, 0);
    db
}
