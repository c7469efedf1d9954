//! Short messages by any gateway that is spoken to by HTTP.

use super::letter::Letter;
use super::senders::SendError;
use crate::ways::SmsSettings;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url};

/// A gateway.
#[derive(Debug)]
pub struct Sms {
    client: Client,
    settings: SmsSettings,
    headers: HeaderMap,
}

/// How a value is written in its place.
#[derive(Clone, Copy)]
enum Encoding {
    Form,
    Json,
    Plain,
}

fn encoded(value: &str, encoding: Encoding) -> String {
    match encoding {
        Encoding::Form => url_encoded(value),
        Encoding::Json => {
            let text = serde_json::Value::String(value.to_owned()).to_string();
            text[1..text.len() - 1].to_owned()
        }
        Encoding::Plain => value.to_owned(),
    }
}

fn url_encoded(value: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// One pass: what stands in a value is never read as a place again.
fn filled(template: &str, values: [(&str, &str); 3], encoding: Encoding) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some((name, value)) = values.iter().find(|(name, _)| from.starts_with(name)) {
            out.push_str(&encoded(value, encoding));
            rest = &from[name.len()..];
        } else {
            out.push('{');
            rest = &from[1..];
        }
    }
    out + rest
}

impl Sms {
    /// Of the settings.
    pub fn new(client: Client, settings: &SmsSettings) -> Result<Self, SendError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &settings.headers {
            let bad = || SendError::Never(format!("channels.sms.headers: {name} cannot be sent"));
            let name = HeaderName::try_from(name).map_err(|_| bad())?;
            let mut value = HeaderValue::from_str(&value.0).map_err(|_| bad())?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(Self { client, settings: settings.clone(), headers })
    }

    /// Sends; any 2xx is a yes.
    pub async fn send(&self, id: &str, letter: &Letter) -> Result<Option<String>, SendError> {
        let digits: String = letter.to.chars().filter(char::is_ascii_digit).collect();
        let text = letter.text();
        let values = [("{to}", digits.as_str()), ("{text}", text.as_str()), ("{id}", id)];
        let url = filled(&self.settings.url.0, values, Encoding::Form);
        let url = Url::parse(&url)
            .map_err(|_| SendError::Never("channels.sms.url is no address".to_owned()))?;
        let request = if self.settings.body.0.is_empty() {
            self.client.get(url)
        } else {
            let kind = self.settings.content_type.as_str();
            let encoding = match kind {
                "application/x-www-form-urlencoded" => Encoding::Form,
                k if k.contains("json") => Encoding::Json,
                _ => Encoding::Plain,
            };
            let body = filled(&self.settings.body.0, values, encoding);
            self.client.post(url).header(CONTENT_TYPE, kind).body(body)
        };
        let answer =
            request.headers(self.headers.clone()).send().await.map_err(SendError::of_network)?;
        if answer.status().is_success() {
            return Ok(None);
        }
        Err(SendError::of_status(answer.status(), None, "the gateway refused"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_where_they_stand_and_never_read_as_places() {
        let values = [("{to}", "77010001122"), ("{text}", "а \"{to}\"\n"), ("{id}", "i/1")];
        let json = filled(r#"{"to":"{to}","text":"{text}","id":"{id}"}"#, values, Encoding::Json);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&read["text"], &read["to"]), (&"а \"{to}\"\n".into(), &"77010001122".into()));
        let form = filled("https://sms.example/?to={to}&m={text}", values, Encoding::Form);
        assert_eq!(form, "https://sms.example/?to=77010001122&m=%D0%B0%20%22%7Bto%7D%22%0A");
    }
}
