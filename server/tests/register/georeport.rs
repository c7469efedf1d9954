//! `GeoReport`'s own shapes: the community's schemas, XML and JSON that say the same, and whatever is asked.

use crate::database::{TestDatabase, on_both};
use crate::house::{API_KEY, House};
use crate::open311::{GOOD, get, json_of, post};
use crate::rules::{posted, put_in};
use crate::schema::conforms;
use appeals::access::Role;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use quick_xml::events::Event;
use serde_json::{Map, Value, json};

on_both!(
    answers_are_as_the_communitys_schemas_say,
    xml_and_json_say_the_same,
    whatever_is_asked_is_answered_or_refused,
);

fn strict(properties: &Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

/// After open311/schema-validation: names, types, and what must be there.
fn schemas() -> Map<String, Value> {
    let text = json!({"type": "string"});
    let may = json!({"type": ["string", "null"]});
    let number = json!({"type": ["number", "null"]});
    let service = strict(
        &json!({"service_code": text, "service_name": text, "description": may,
            "metadata": {"type": "boolean"}, "type": {"enum": ["realtime", "batch", "blackbox"]},
            "keywords": may, "group": may}),
        &["service_code", "service_name", "metadata", "type"],
    );
    let value = strict(&json!({"key": text, "name": text}), &["key", "name"]);
    let attribute = strict(
        &json!({"variable": {"type": "boolean"}, "code": text,
            "datatype": {"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
            "required": {"type": "boolean"}, "datatype_description": may, "order": {"type": "integer"},
            "description": may, "values": list(&value)}),
        &["variable", "code", "datatype", "required", "order"],
    );
    let definition = strict(
        &json!({"service_code": text, "attributes": list(&attribute)}),
        &["service_code", "attributes"],
    );
    let request = strict(
        &json!({"service_request_id": text, "status": {"enum": ["open", "closed"]}, "status_notes": may,
            "service_name": may, "service_code": text, "description": may, "agency_responsible": may,
            "service_notice": may, "requested_datetime": text, "updated_datetime": may,
            "expected_datetime": may, "address": may, "address_id": may, "zipcode": may,
            "lat": number, "long": number, "media_url": may}),
        &["service_request_id", "status", "service_code", "requested_datetime"],
    );
    let made = strict(
        &json!({"service_request_id": text, "service_notice": may, "account_id": may}),
        &["service_request_id"],
    );
    let error = strict(
        &json!({"code": {"type": "integer"}, "description": text}),
        &["code", "description"],
    );
    [
        ("services", list(&service)),
        ("definition", definition),
        ("requests", list(&request)),
        ("made", list(&made)),
        ("errors", list(&error)),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into_iter()
    .collect()
}

async fn answers_are_as_the_communitys_schemas_say(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let schemas = schemas();
    let holds = |name: &str, value: &Value| conforms(&Value::Null, &schemas[name], value, name);
    let services = json_of(&house, "/open311/v2/services.json").await;
    holds("services", &services);
    for service in services.as_array().unwrap() {
        let code = service["service_code"].as_str().unwrap();
        let path = format!("/open311/v2/services/{code}.json");
        holds("definition", &json_of(&house, &path).await);
    }
    let made: Value = serde_json::from_str(&post(&house, &GOOD, "json").await.1).unwrap();
    holds("made", &made);
    let number = made[0]["service_request_id"].as_str().unwrap();
    put_in(&house, "fare").await;
    holds("requests", &json_of(&house, "/open311/v2/requests.json").await);
    holds("requests", &json_of(&house, &format!("/open311/v2/requests/{number}.json")).await);
    let refused = post(&house, &[("api_key", API_KEY)], "json").await.1;
    holds("errors", &serde_json::from_str(&refused).unwrap());
    db
}

/// An element that is not closed yet: its name, what is in it, its words.
type Element = (String, Vec<(String, Value)>, String);

/// XML as Open311 maps it to JSON: no root, an element of several of one name is an array. Which these are,
/// the standard says.
fn spark(xml: &str) -> Value {
    const LISTS: [&str; 9] = [
        "services",
        "attributes",
        "values",
        "service_requests",
        "errors",
        "endpoints",
        "formats",
        "service_request_updates",
        "notes",
    ];
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut open: Vec<Element> = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) => open.push((e.name().as_ref().to_owned(), Vec::new(), String::new())),
            Event::Text(text) => {
                if let Some((_, _, words)) = open.last_mut() {
                    words.push_str(&text);
                }
            }
            Event::GeneralRef(entity) => {
                let words = &mut open.last_mut().unwrap().2;
                match &*entity {
                    "amp" => words.push('&'),
                    "lt" => words.push('<'),
                    "gt" => words.push('>'),
                    "quot" => words.push('"'),
                    "apos" => words.push('\''),
                    other => panic!("&{other};"),
                }
            }
            Event::End(_) => {
                let (name, children, words) = open.pop().unwrap();
                let value = if LISTS.contains(&name.as_str()) {
                    children.into_iter().map(|(_, child)| child).collect()
                } else if children.is_empty() {
                    if words.is_empty() { Value::Null } else { words.into() }
                } else {
                    Value::Object(children.into_iter().collect())
                };
                match open.last_mut() {
                    Some((_, siblings, _)) => siblings.push((name, value)),
                    None => return value,
                }
            }
            Event::Eof => panic!("no end: {xml}"),
            _ => {}
        }
    }
}

/// Numbers and truth values as XML writes them.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(as_text).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(n, v)| (n.clone(), as_text(v))).collect())
        }
        Value::Bool(_) | Value::Number(_) => value.to_string().into(),
        other => other.clone(),
    }
}

async fn xml_and_json_say_the_same(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let handler = house.signed("handler", Role::Handler).await;
    let number = posted(&house, &GOOD).await;
    put_in(&house, "fare").await;
    house.command(&handler, &number, json!({"command": "begin"})).await;
    for path in [
        "/open311/discovery",
        "/open311/v2/services",
        "/open311/v2/services/bus.long_wait",
        "/open311/v2/requests",
        "/open311/v2/servicerequestupdates",
        "/open311/v2/services/nothing",
        "/open311/v2/requests/1",
        "/open311/v2/nothing",
        &format!("/open311/v2/requests/{number}"),
    ] {
        for language in ["kk", "ru", "en"] {
            let (xml_status, _, xml) = get(&house, &format!("{path}.xml?lang={language}")).await;
            let (status, _, json) = get(&house, &format!("{path}.json?lang={language}")).await;
            let json: Value = serde_json::from_str(&json).unwrap();
            assert_eq!((xml_status, spark(&xml)), (status, as_text(&json)), "{path}: {xml}");
        }
    }
    db
}

/// Names and values as clients send them, and as they should not.
fn queries() -> Vec<String> {
    const NAMES: [&str; 16] = [
        "service_request_id",
        "service_code",
        "start_date",
        "end_date",
        "status",
        "page",
        "page_size",
        "updated_after",
        "updated_before",
        "extensions",
        "jurisdiction_id",
        "lat",
        "long",
        "radius",
        "lang",
        "attribute[ROUTE][]",
    ];
    const VALUES: [&str; 22] = [
        "",
        "open",
        "closed,open",
        "pending",
        "bus.fare",
        "bus.fare,bus.fare",
        "bus.",
        "26-000001-9",
        "2026-11-01T00:00:00Z",
        "2026-11-01T00:00:00%2B05:00",
        "2026-11-01",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "-1",
        "0",
        "1",
        "18446744073709551615",
        "1e308",
        "NaN",
        "43.25",
        "%FF%FE",
        "%D2%9B%00",
    ];
    let pair = (proptest::sample::select(&NAMES[..]), proptest::sample::select(&VALUES[..]));
    let pairs = proptest::collection::vec(pair, 0..6);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut query = || {
        let pairs = pairs.new_tree(&mut runner).unwrap().current();
        let pairs: Vec<String> = pairs.into_iter().map(|(n, v)| format!("{n}={v}")).collect();
        pairs.join("&")
    };
    (0..300).map(|_| query()).collect()
}

async fn whatever_is_asked_is_answered_or_refused(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    posted(&house, &GOOD).await;
    put_in(&house, "fare").await;
    let schemas = schemas();
    let mut refused = 0;
    for query in queries() {
        for path in ["requests", "servicerequestupdates", "services", "services/bus.fare"] {
            let (status, kind, said) =
                get(&house, &format!("/open311/v2/{path}.json?{query}")).await;
            assert!(matches!(status, 200 | 400 | 404), "{path}?{query}: {status} {said}");
            assert_eq!(kind, "application/json; charset=utf-8");
            let said: Value = serde_json::from_str(&said).unwrap();
            if status != 200 {
                conforms(&Value::Null, &schemas["errors"], &said, &query);
                refused += 1;
            } else if path == "requests" && !query.contains("extensions") {
                conforms(&Value::Null, &schemas["requests"], &said, &query);
            }
            let xml = get(&house, &format!("/open311/v2/{path}.xml?{query}")).await;
            assert_eq!(xml.0, status, "{path}?{query}");
            spark(&xml.2);
        }
    }
    assert!(refused > 100, "{refused}");
    db
}
