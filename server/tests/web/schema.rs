//! Whether a value is as a schema of the OpenAPI document says, and values that are.

use serde_json::{Map, Value, json};

/// Every field of the value is in its schema, and every required field of the schema in the value.
pub fn conforms(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(to) = schema["$ref"].as_str() {
        return conforms(document, document.pointer(&to[1..]).unwrap(), value, at);
    }
    let nullable = schema["type"].as_array().is_some_and(|t| t.contains(&"null".into()));
    let either = schema["oneOf"].as_array();
    if value.is_null() {
        let null = json!({"type": "null"});
        assert!(nullable || either.is_some_and(|e| e.contains(&null)), "{at} may not be null");
        return;
    }
    if let Some(properties) = schema["properties"].as_object() {
        let value = value.as_object().unwrap_or_else(|| panic!("{at} is no object"));
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(value.contains_key(required.as_str().unwrap()), "{at} lacks {required}");
        }
        for (name, value) in value {
            let known =
                properties.get(name).unwrap_or_else(|| panic!("{at}.{name} is not described"));
            conforms(document, known, value, &format!("{at}.{name}"));
        }
    } else if let Some(items) = schema.get("items") {
        for value in value.as_array().unwrap_or_else(|| panic!("{at} is no array")) {
            conforms(document, items, value, at);
        }
    } else if let Some(kinds) = schema["enum"].as_array() {
        assert!(kinds.contains(value), "{at}: {value} is not described");
    } else {
        let kinds: Vec<&str> = match &schema["type"] {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        let is = |kind: &&str| match *kind {
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => false,
        };
        assert!(kinds.is_empty() || kinds.iter().any(is), "{at}: {value} is no {kinds:?}");
    }
}

/// A value of a schema: with what is required only, or with all that there may be.
pub fn sample(document: &Value, schema: &Value, all: bool) -> Value {
    if let Some(to) = schema["$ref"].as_str() {
        return sample(document, document.pointer(&to[1..]).unwrap(), all);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().map(|part| sample(document, part, all));
        let merged: Map<String, Value> =
            parts.filter_map(|p| p.as_object().cloned()).flatten().collect();
        return merged.into();
    }
    let null = json!({"type": "null"});
    if let Some(kinds) = schema["oneOf"].as_array() {
        let kind = kinds.iter().find(|k| **k != null);
        return kind.map_or(Value::Null, |kind| sample(document, kind, all));
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    if let Some(properties) = schema["properties"].as_object() {
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
        let wanted = properties.iter().filter(|(n, _)| all || required.contains(&&json!(n)));
        let fields = wanted.map(|(name, schema)| (name.clone(), sample(document, schema, all)));
        return Value::Object(fields.collect());
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].get(0)?.as_str());
    match kind {
        Some("integer") => json!(1),
        Some("number") => json!(1.5),
        Some("boolean") => json!(true),
        Some("array") => json!([sample(document, &schema["items"], all)]),
        Some("object") => json!({}),
        _ => json!("x"),
    }
}
