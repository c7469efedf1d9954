//! The OpenAPI document: complete, sound, and seen when it changes.

use crate::city::City;
use crate::schema::conforms;
use expect_test::expect_file;
use serde_json::Value;

/// Every `$ref` in a value.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(to)) = map.get("$ref") {
                found.push(to.clone());
            }
            map.values().for_each(|v| references(v, found));
        }
        Value::Array(all) => all.iter().for_each(|v| references(v, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_is_sound_and_as_agreed() {
    let city = City::usual().await;
    let document = city.json("/api/v1/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let operations = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().values().map(move |operation| (path, operation))
    });
    let mut ids = std::collections::BTreeSet::new();
    for (path, operation) in operations {
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{path}");
        let responses = operation["responses"].as_object().unwrap();
        let good = ["200", "201"].iter().any(|s| responses.contains_key(*s));
        let content = responses.iter().any(|(s, r)| s.starts_with('2') && r["content"].is_object());
        assert!(responses.contains_key("204") || good && content, "{path}");
        for part in path.split('/').filter_map(|p| p.strip_prefix('{')) {
            let name = part.trim_end_matches('}');
            let named = operation["parameters"].as_array().unwrap();
            let known = named.iter().any(|p| p["in"] == "path" && p["name"] == name);
            assert!(known, "{path}: {name} is not described");
        }
    }
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    expect_file!["openapi.json"].assert_eq(&text);
}

/// Every field of an answer is in its schema, and every required field of the schema in the answer.
#[tokio::test]
async fn answers_are_as_described() {
    let city = City::usual().await;
    let document = city.json("/api/v1/openapi.json").await;
    for (path, schema) in [
        ("/api/v1/status", "Status"),
        ("/api/v1/vehicles", "VehicleList"),
        ("/api/v1/vehicles/bus-1", "VehicleDetail"),
        ("/api/v1/routes", "RouteList"),
        ("/api/v1/routes/r12", "RouteDetail"),
        ("/api/v1/patterns/0", "Pattern"),
        ("/api/v1/stops/A", "StopDetail"),
        ("/api/v1/segments/A/B", "SegmentDetail"),
        ("/api/v1/headways?route_id=r12", "HeadwayList"),
        ("/api/v1/incidents", "IncidentList"),
        ("/api/v1/alerts", "AlertList"),
        ("/api/v1/search?q=12", "SearchResult"),
    ] {
        let schema = serde_json::json!({"$ref": format!("#/components/schemas/{schema}")});
        conforms(&document, &schema, &city.json(path).await, path);
    }
}
