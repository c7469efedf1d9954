//! Open311 `GeoReport` v2, rule by rule (OG-nn numbers the rules of the specification as we read it).

use crate::database::{TestDatabase, on_both};
use crate::house::{API_KEY, House, NOW, answer, complaint};
use crate::rules::{posted, put_in};
use appeals::access::Role;
use quick_xml::events::Event;
use reqwest::Method;
use serde_json::{Value, json};

on_both!(
    discovery_says_where_and_how_in_both_notations,
    services_and_their_definitions,
    a_request_is_posted_and_read_back,
    what_a_client_can_mend_is_told_all_at_once,
    lists_are_bounded_and_filtered,
    every_error_is_in_the_notation_asked_for,
    updates_go_both_ways,
    a_thousand_and_one_requests_are_a_thousand,
);

pub async fn get(house: &House, path: &str) -> (u16, String, String) {
    let response = house.ask(Method::GET, path).send().await.unwrap();
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert_eq!(response.headers()["access-control-allow-origin"], "*", "{path}");
    (status, kind, response.text().await.unwrap())
}

pub async fn json_of(house: &House, path: &str) -> Value {
    let (status, kind, text) = get(house, path).await;
    assert_eq!((status, kind.as_str()), (200, "application/json; charset=utf-8"), "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// The texts of every element of a name.
pub fn texts(xml: &str, name: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut inside, mut found) = (None::<String>, Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) if AsRef::<str>::as_ref(&e.name()) == name => {
                inside = Some(String::new());
            }
            Event::End(e) if AsRef::<str>::as_ref(&e.name()) == name => found.extend(inside.take()),
            Event::Text(text) => {
                if let Some(inside) = &mut inside {
                    inside.push_str(&text);
                }
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

pub async fn post(house: &House, fields: &[(&str, &str)], notation: &str) -> (u16, String) {
    let encode = |text: &str| {
        use std::fmt::Write as _;
        text.bytes().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "%{byte:02X}");
            out
        })
    };
    let body: Vec<String> =
        fields.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
    let response = house
        .ask(Method::POST, &format!("/open311/v2/requests.{notation}"))
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(body.join("&"))
        .send()
        .await
        .unwrap();
    assert!(response.headers().get("access-control-allow-origin").is_none(), "OG-10");
    (response.status().as_u16(), response.text().await.unwrap())
}

pub const GOOD: [(&str, &str); 9] = [
    ("api_key", API_KEY),
    ("service_code", "bus.passed_stop"),
    ("address_id", "stop:s1"),
    ("attribute[ROUTE]", "92"),
    ("attribute[EVENT_TIME]", "2026-11-23T09:10:00+05:00"),
    ("attribute[ON_VEHICLE]", "no"),
    ("first_name", "Әсел"),
    ("last_name", "Ғалымқызы"),
    ("description", "Автобус аялдамадан тоқтамай өтіп кетті: ә ғ қ ң ө ұ ү һ і"),
];

async fn discovery_says_where_and_how_in_both_notations(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    // OG-11, OG-12, OG-13.
    let found = json_of(&house, "/open311/discovery.json").await;
    let endpoint = &found["endpoints"][0];
    assert_eq!(endpoint["specification"], "http://wiki.open311.org/GeoReport_v2");
    assert!(endpoint["url"].as_str().unwrap().ends_with("/open311/v2"));
    assert_eq!(endpoint["formats"], json!(["text/xml", "application/json"]));
    for changeset in [&found["changeset"], &endpoint["changeset"]] {
        let at: jiff::Timestamp = changeset.as_str().unwrap().parse().unwrap();
        assert!(at.as_second() < NOW);
    }
    let (status, kind, xml) = get(&house, "/open311/discovery.xml").await;
    assert_eq!((status, kind.as_str()), (200, "text/xml; charset=utf-8"));
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"), "OG-02");
    assert_eq!(texts(&xml, "contact"), [found["contact"].as_str().unwrap()]);
    assert_eq!(texts(&xml, "format"), ["text/xml", "application/json"]);
    db
}

async fn services_and_their_definitions(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    // OG-15, OG-17, OG-18.
    let services = json_of(&house, "/open311/v2/services.json?lang=kk").await;
    let services = services.as_array().unwrap();
    assert_eq!(services.len(), appeals::kind::Kind::ALL.len());
    for service in services {
        assert!(service["service_code"].as_str().unwrap().starts_with("bus."));
        assert_eq!((&service["metadata"], &service["type"]), (&json!(true), &json!("realtime")));
        // OG-19, OG-20, OG-22.
        let code = service["service_code"].as_str().unwrap();
        let definition = json_of(&house, &format!("/open311/v2/services/{code}.json")).await;
        let attributes = definition["attributes"].as_array().unwrap();
        for (i, attribute) in attributes.iter().enumerate() {
            assert_eq!(attribute["order"], json!(i + 1));
            let list = attribute["datatype"].as_str().unwrap().ends_with("list");
            assert_eq!(list, !attribute["values"].as_array().unwrap().is_empty());
            assert!(attribute["variable"] == json!(true) || attribute["required"] == json!(false));
        }
    }
    let (_, _, xml) = get(&house, "/open311/v2/services.xml?lang=kk").await;
    let codes: Vec<_> = services.iter().map(|s| s["service_code"].as_str().unwrap()).collect();
    assert_eq!(texts(&xml, "service_code"), codes, "XML and JSON say the same");
    assert_eq!(get(&house, "/open311/v2/services/bus.nothing.json").await.0, 404, "OG-21");
    // OG-05, OG-06.
    assert_eq!(get(&house, "/open311/v2/services.json?jurisdiction_id=").await.0, 200);
    assert_eq!(get(&house, "/open311/v2/services.json?jurisdiction_id=city").await.0, 200);
    assert_eq!(get(&house, "/open311/v2/services.json?jurisdiction_id=elsewhere").await.0, 404);
    db
}

async fn a_request_is_posted_and_read_back(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    // OG-27, OG-28, OG-29, OG-03.
    let (status, body) = post(&house, &GOOD, "json").await;
    assert_eq!(status, 201, "{body}");
    let made: Value = serde_json::from_str(&body).unwrap();
    let id = made[0]["service_request_id"].as_str().unwrap();
    assert_eq!(made.as_array().unwrap().len(), 1);
    assert_eq!(made[0]["service_notice"], "2026-12-14");
    // OG-37 to OG-40.
    let one = json_of(&house, &format!("/open311/v2/requests/{id}.json")).await;
    let list = json_of(&house, "/open311/v2/requests.json").await;
    assert_eq!(one, list);
    let request = &one[0];
    assert_eq!((&request["status"], &request["address_id"]), (&json!("open"), &json!("stop:s1")));
    assert_eq!((&request["lat"], &request["description"]), (&json!(43.25), &Value::Null));
    assert_eq!(request["requested_datetime"], "2026-11-23T10:00:00+05:00", "OG-04");
    let text = one.to_string();
    assert!(!text.contains("Әсел") && !text.contains("тоқтамай"), "OG-38: {text}");
    let (_, _, xml) = get(&house, &format!("/open311/v2/requests/{id}.xml")).await;
    for field in ["service_request_id", "status", "service_code", "address", "lat", "zipcode"] {
        let value = match &request[field] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(texts(&xml, field), [value], "{field}");
    }
    // OG-30: a repeated POST gets the first answer.
    let twice = [&GOOD[..], &[("device_id", "d"), ("client_ref", "7")]].concat();
    let first = post(&house, &twice, "xml").await;
    assert_eq!(first.0, 201);
    assert_eq!(first, post(&house, &twice, "xml").await);
    assert_eq!(texts(&first.1, "service_request_id").len(), 1);
    // It stands in the same queue as any other.
    let rows = json_of(&house, "/open311/v2/requests.json").await;
    assert_eq!(rows.as_array().unwrap().len(), 2);
    db
}

async fn what_a_client_can_mend_is_told_all_at_once(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let with = |name: &'static str, value: &'static str| {
        let mut fields: Vec<_> = GOOD.iter().copied().filter(|(n, _)| *n != name).collect();
        fields.push((name, value));
        fields
    };
    // OG-23.
    for key in ["", "wrong", "another,"] {
        let (status, body) = post(&house, &with("api_key", key), "json").await;
        assert_eq!(status, 403, "{body}");
    }
    assert_eq!(post(&house, &with("api_key", "another"), "json").await.0, 201);
    let faults = [
        ("service_code", "", 400),
        ("service_code", "bus.nothing", 404),
        ("address_id", "", 400),
        ("address_id", "stop:unknown", 400),
        ("lat", "43.2", 400),
        ("attribute[ROUTE]", "", 400),
        ("attribute[NOTHING]", "1", 400),
        ("attribute[INFO]", "1", 400),
        ("attribute[DIRECTION]", "7", 400),
        ("attribute[EVENT_TIME]", "2026-11-23T09:10:00", 400),
        ("attribute[EVENT_TIME]", "2036-11-23T09:10:00Z", 400),
        ("attribute[ROUTE", "92", 400),
        ("jurisdiction_id", "elsewhere", 404),
    ];
    for (name, value, expected) in faults {
        let (status, body) = post(&house, &with(name, value), "json").await;
        assert_eq!(status, expected, "{name}={value}: {body}");
        let errors: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(errors[0]["code"], json!(expected), "OG-41");
        assert!(!errors[0]["description"].as_str().unwrap().is_empty());
    }
    let (_, body) = post(&house, &with("attribute[ROUTE]", ""), "json").await;
    assert!(body.contains("ROUTE required"), "{body}");
    let all = [("api_key", API_KEY), ("lat", "43"), ("attribute[X]", "1")];
    let (_, body) = post(&house, &all, "xml").await;
    assert_eq!(texts(&body, "description").len(), 3, "all together: {body}");
    let long = "ж".repeat(4_001);
    let mut fields = GOOD.to_vec();
    fields[8].1 = &long;
    assert_eq!(post(&house, &fields, "json").await.0, 400, "OG-26");
    db
}

async fn lists_are_bounded_and_filtered(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    for kind in ["fare", "long_wait", "fare"] {
        let mut appeal = complaint();
        appeal["kind"] = json!(kind);
        let filed = house.post("/api/v1/appeals", &appeal).send().await.unwrap();
        assert_eq!(answer(filed).await.0, 201);
    }
    let count = async |query: &str| {
        let found = json_of(&house, &format!("/open311/v2/requests.json?{query}")).await;
        found.as_array().unwrap().len()
    };
    assert_eq!(count("").await, 3);
    assert_eq!(count("service_code=bus.fare").await, 2);
    assert_eq!(count("service_code=bus.fare,bus.long_wait").await, 3);
    assert_eq!(count("service_code=bus.fare&service_code=bus.long_wait").await, 3, "OG-35");
    assert_eq!(count("status=closed").await, 0);
    assert_eq!(count("status=open,closed").await, 3);
    assert_eq!(count("page=2&page_size=2").await, 1, "OG-09");
    assert_eq!(count("end_date=2026-11-22T00:00:00Z").await, 0);
    assert_eq!(count("start_date=2026-11-23T00:00:00Z").await, 3);
    // OG-34: ids override all else; unknown ones are left out.
    assert_eq!(count("service_request_id=26-000001-9,26-000777-7&status=closed").await, 1);
    for wrong in [
        "start_date=2026-08-01T00:00:00Z&end_date=2026-11-01T00:00:00Z",
        "start_date=2026-11-02T00:00:00Z&end_date=2026-11-01T00:00:00Z",
        "start_date=2026-11-02",
        "status=pending",
        "page=x",
    ] {
        let (status, _, body) = get(&house, &format!("/open311/v2/requests.json?{wrong}")).await;
        assert_eq!(status, 400, "{wrong}: {body}");
    }
    let newest = json_of(&house, "/open311/v2/requests.json?page_size=1").await;
    assert!(newest[0]["service_request_id"].as_str().unwrap().starts_with("26-000003"));
    db
}

async fn every_error_is_in_the_notation_asked_for(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    // OG-42, OG-33, OG-01.
    for (path, expected) in [
        ("/open311/v2/nothing.json", 404),
        ("/open311/v2/requests/26-000001-9.json", 404),
        ("/open311/v2/tokens/1.json", 404),
        ("/open311/v2/services.csv", 404),
        ("/open311/v2/services", 404),
    ] {
        let (status, kind, text) = get(&house, path).await;
        assert_eq!(status, expected, "{path}");
        if path.ends_with("json") {
            let errors: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(errors[0]["code"], json!(expected), "{path}");
        } else {
            assert_eq!(
                (kind.as_str(), texts(&text, "code")),
                ("text/xml; charset=utf-8", vec!["404".into()])
            );
        }
    }
    let put = house.ask(Method::PUT, "/open311/v2/services.xml").send().await.unwrap();
    assert_eq!(put.status(), 405);
    assert_eq!(texts(&put.text().await.unwrap(), "code"), ["405"]);
    let kind = house.ask(Method::POST, "/open311/v2/requests.json").body("x").send().await.unwrap();
    assert_eq!(answer(kind).await.0, 415);
    let big = house.ask(Method::POST, "/open311/v2/requests.json");
    let big = big.header("content-type", "application/x-www-form-urlencoded");
    let big = big.body("x=".to_owned() + &"y".repeat(3 << 20)).send().await.unwrap();
    let (status, errors) = answer(big).await;
    assert_eq!((status, &errors[0]["code"]), (413, &json!(413)));
    db
}

async fn updates_go_both_ways(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let number = posted(&house, &GOOD).await;
    let of_web = put_in(&house, "fare").await;
    let list = "/open311/v2/servicerequestupdates.json";
    assert_eq!(json_of(&house, list).await, json!([]), "nothing has changed yet");
    house.command(&handler, &number, json!({"command": "begin"})).await;
    let question = json!({"command": "ask_applicant", "question": "Which bus?"});
    house.command(&handler, &number, question).await;
    // Each step, not only where it is now.
    let changed = json_of(&house, list).await;
    let steps: Vec<_> = changed
        .as_array()
        .unwrap()
        .iter()
        .map(|u| {
            assert_eq!(u["service_request_id"], json!(number));
            assert!(u["updated_datetime"].as_str().unwrap().ends_with("+05:00"));
            (u["status"].as_str().unwrap(), u["external_status_code"].as_str().unwrap())
        })
        .collect();
    assert_eq!(steps, [("investigating", "in_work"), ("investigating", "need_info")]);
    assert_ne!(changed[0]["update_id"], changed[1]["update_id"]);
    assert!(!changed.to_string().contains("Which bus"), "words are not for the public");
    let before = "?end_date=2026-11-22T00:00:00Z";
    assert_eq!(json_of(&house, &format!("{list}{before}")).await, json!([]));
    let send = async |number: &str, update: &str, text: &str| {
        let post = house.ask(Method::POST, "/open311/v2/servicerequestupdates.json").body(format!(
            "api_key={API_KEY}&service_request_id={number}&update_id={update}&status=OPEN&\
             updated_datetime=2026-11-23T10:00:00%2B05:00&description={text}"
        ));
        let post = post.header("content-type", "application/x-www-form-urlencoded");
        answer(post.send().await.unwrap()).await
    };
    assert_eq!(send(&number, "77", "more").await, (201, json!([{"update_id": "77"}])));
    assert_eq!(send(&number, "77", "more").await.0, 201, "the same update again");
    let path = format!("/api/v1/staff/appeals/{number}/journal");
    let journal = house.ask(Method::GET, &path).header("cookie", &handler).send().await.unwrap();
    assert_eq!(answer(journal).await.1.to_string().matches("info_added").count(), 1);
    assert_eq!(send(&of_web, "78", "more").await.0, 404, "not one that the program brought");
    assert_eq!(send(&number, "", "").await.0, 400);
    db
}

async fn a_thousand_and_one_requests_are_a_thousand(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let posts = (0..1_001).map(|_| put_in(&house, "fare"));
    let numbers: Vec<String> = {
        use futures_util::StreamExt as _;
        futures_util::stream::iter(posts).buffer_unordered(32).collect().await
    };
    assert_eq!(numbers.len(), 1_001);
    let all = json_of(&house, "/open311/v2/requests.json").await;
    assert_eq!(all.as_array().unwrap().len(), 1_000);
    db
}
