//! Files of programs that speak Open311: rule OG-31.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, answer};
use crate::open311::GOOD;
use crate::pictures;
use crate::rules::posted;
use appeals::access::Role;
use reqwest::Method;

on_both!(og_31_media_is_kept_and_never_fetched);

fn multipart(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in GOOD {
        body.extend(
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    for (name, bytes) in files {
        body.extend(
            format!(
                "--b\r\nContent-Disposition: form-data; name=\"media[]\"; filename=\"{name}\"\r\n\
                Content-Type: image/jpeg\r\n\r\n"
            )
            .bytes(),
        );
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    body
}

async fn og_31_media_is_kept_and_never_fetched(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a.jpg", listener.local_addr().unwrap());
    let number = posted(&house, &[&GOOD[..], &[("media_url", url.as_str())]].concat()).await;
    let fetched =
        tokio::time::timeout(std::time::Duration::from_millis(300), listener.accept()).await;
    assert!(fetched.is_err(), "a link is kept, not followed");
    let handler = house.signed("handler", Role::Handler).await;
    assert!(house.appeal(&handler, &number).await["text"].as_str().unwrap().contains(&url));
    let send = async |files: &[(&str, &[u8])]| {
        let post = house.ask(Method::POST, "/open311/v2/requests.json").body(multipart(files));
        let post = post.header("content-type", "multipart/form-data; boundary=b");
        answer(post.send().await.unwrap()).await
    };
    let png = &pictures::png(b"picture of a stop")[..];
    let (status, made) = send(&[("a.png", png), ("b.jpg", &pictures::jpeg(b"GPS!"))]).await;
    assert_eq!(status, 201, "{made}");
    let number = made[0]["service_request_id"].as_str().unwrap();
    let path = format!("/api/v1/staff/appeals/{number}/files");
    let files = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
    let files = answer(files).await.1["files"].clone();
    let mut kinds: Vec<_> =
        files.as_array().unwrap().iter().map(|f| f["media_type"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["image/jpeg", "image/png"]);
    for file in files.as_array().unwrap() {
        let path = format!("{path}/{}", file["file_id"].as_str().unwrap());
        let bytes = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
        let bytes = bytes.bytes().await.unwrap();
        assert!(!bytes.windows(4).any(|w| w == b"GPS!"), "the camera's notes are gone");
    }
    let sealed = house.ledger.rows::<(String,)>("SELECT sealed FROM attachment_parts", vec![]);
    assert!(sealed.await.unwrap().iter().all(|p| !p.0.contains("picture")), "sealed");
    assert_eq!(send(&[("a.svg", b"<svg/>")]).await.0, 400, "by its first bytes");
    assert_eq!(send(&[("a", png); 6]).await.0, 400, "too many");
    let large = [png, &vec![0; 11 << 20]].concat();
    assert_eq!(send(&[("a", &large)]).await.0, 400, "too large");
    let huge = [png, &vec![0; 31 << 20]].concat();
    assert_eq!(send(&[("a", &huge)]).await.0, 413, "larger than all may be");
    db
}
