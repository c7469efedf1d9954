//! Every operation of the OpenAPI document is asked, well and badly, by nobody and by somebody: each answer is
//! one that the document declares, in the form that it declares.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, complaint};
use crate::schema::{conforms, sample};
use appeals::access::Role;
use axum::body::Body;
use axum::http::Request;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both!(every_answer_is_one_that_the_document_declares);

/// Words that upset what reads them carelessly.
const ODD: [&str; 6] =
    ["", "0", "-1", "99999999999999999999", "%00%ff", "x%27%22%3E%2F..%2F%D0%B6"];

struct Asked {
    method: Method,
    path: String,
    cookie: String,
    kind: Option<&'static str>,
    body: String,
}

struct Answered {
    status: u16,
    kind: String,
    body: Vec<u8>,
}

/// Paths with what there is put in, and with what is odd.
fn paths(path: &str, operation: &Value, number: &str) -> Vec<String> {
    let known = path
        .replace("{number}", number)
        .replace("{route_id}", "r12")
        .replace("{stop_id}", "A")
        .replace("{from_stop_id}", "A")
        .replace("{to_stop_id}", "B")
        .replace("{vehicle_id}", "bus-1")
        .replace("{pattern}", "0")
        .replace("{file_id}", "0193b0a0-0000-7000-8000-000000000000");
    let parts = known.split('/').map(|p| if p.starts_with('{') { "0" } else { p });
    let known = parts.collect::<Vec<_>>().join("/");
    let mut all = vec![known.clone()];
    if path.contains('{') {
        let odd = |word: &str| {
            let parts = path.split('/').map(|p| if p.starts_with('{') { word } else { p });
            parts.collect::<Vec<_>>().join("/")
        };
        all.extend(ODD[1..].iter().map(|word| odd(word)));
    }
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] == "query" {
            let name = parameter["name"].as_str().unwrap();
            all.extend(ODD.iter().map(|word| format!("{known}?{name}={word}")));
        }
    }
    all
}

/// Bodies: as described, with less, and none of it.
fn bodies(document: &Value, operation: &Value, path: &str) -> Vec<(Option<&'static str>, String)> {
    let Some(schema) = operation["requestBody"]["content"].as_object() else {
        return vec![(None, String::new())];
    };
    let json_kind = Some("application/json");
    let schema = &schema.values().next().unwrap()["schema"];
    let mut all: Vec<_> = [true, false]
        .map(|every| (json_kind, sample(document, schema, every).to_string()))
        .to_vec();
    if path.ends_with("/appeals") {
        all.push((json_kind, complaint().to_string()));
    }
    for odd in ["{}", "[1]", "null", "{\"a\":", "\"\\ud800\"", ""] {
        all.push((json_kind, odd.to_owned()));
    }
    all.push((Some("text/plain"), "{}".to_owned()));
    all.push((None, "\u{0}".to_owned()));
    all
}

async fn send(house: &House, of_register: bool, asked: &Asked) -> Answered {
    if !of_register {
        let request = Request::builder().method(asked.method.as_str()).uri(&asked.path);
        let answer = house.city.ask(request.body(Body::empty()).unwrap()).await;
        let kind = answer.headers().get("content-type").map(|k| k.to_str().unwrap().to_owned());
        return Answered {
            status: answer.status().as_u16(),
            kind: kind.unwrap_or_default(),
            body: axum::body::to_bytes(answer.into_body(), 1 << 24).await.unwrap().to_vec(),
        };
    }
    let mut request = house
        .ask(asked.method.clone(), &asked.path)
        .header("origin", format!("http://{}", house.address))
        .header("cookie", &asked.cookie)
        .body(asked.body.clone());
    if let Some(kind) = asked.kind {
        request = request.header("content-type", kind);
    }
    let answer = request.send().await.unwrap();
    let kind = answer.headers().get("content-type").map(|k| k.to_str().unwrap().to_owned());
    Answered {
        status: answer.status().as_u16(),
        kind: kind.unwrap_or_default(),
        body: answer.bytes().await.unwrap().to_vec(),
    }
}

/// What is wrong with an answer, if its status or media type is none that is declared.
fn judge(
    document: &Value,
    operation: &Value,
    asked: &Asked,
    answered: &Answered,
) -> Result<(), String> {
    let Answered { status, kind, body } = answered;
    let at = format!("{} {} {}", asked.method, asked.path, asked.body);
    let declared = &operation["responses"][status.to_string()];
    let words = String::from_utf8_lossy(body);
    if !declared.is_object() {
        return Err(format!("{at}: {status} is not declared: {words}"));
    }
    let Some(content) = declared["content"].as_object() else {
        assert!(body.is_empty(), "{at}: {status} has a body that is not declared: {words}");
        return Ok(());
    };
    let known = content.iter().find(|(known, _)| kind.starts_with(known.as_str()));
    let Some((known, content)) = known else {
        return Err(format!("{at}: {status} as {kind}: {words}"));
    };
    if known.contains("json") {
        let value: Value = serde_json::from_slice(body).unwrap_or_else(|e| panic!("{at}: {e}"));
        conforms(document, &content["schema"], &value, &at);
    }
    Ok(())
}

async fn every_answer_is_one_that_the_document_declares(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let document = house.city.json("/api/v1/openapi.json").await;
    let filed = house.post("/api/v1/appeals", &complaint()).send().await.unwrap();
    let filed = crate::house::answer(filed).await.1;
    let number = filed["number"].as_str().unwrap();
    let cookies = [
        String::new(),
        house.signed("head", Role::Head).await,
        house.signed("handler", Role::Handler).await,
        house.signed("admin", Role::Admin).await,
    ];
    let of_register = ["appeals", "staff", "channels"];
    let (mut asked_all, mut faults) = (0, BTreeMap::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        let name = path.as_str();
        for (method, operation) in item.as_object().unwrap() {
            let of_register = of_register.iter().any(|tag| operation["tags"][0] == json!(tag));
            // Signing out would end what the next question needs.
            let people =
                if !of_register || path.ends_with("/sign-out") { 1 } else { cookies.len() };
            for cookie in &cookies[..people] {
                for path in paths(path, operation, number) {
                    for (kind, body) in bodies(&document, operation, &path) {
                        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                        let (path, cookie) = (path.clone(), cookie.clone());
                        let asked = Asked { method, path, cookie, kind, body };
                        let answered = send(&house, of_register, &asked).await;
                        if let Err(fault) = judge(&document, operation, &asked, &answered) {
                            faults.entry((name, answered.status)).or_insert(fault);
                        }
                        asked_all += 1;
                    }
                }
            }
        }
    }
    let faults: Vec<String> = faults.into_values().collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(asked_all > 1_000, "{asked_all}");
    db
}
