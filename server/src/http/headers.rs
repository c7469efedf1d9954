//! Headers of every answer.

use super::settings::Basemap;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

const FIXED: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), geolocation=(self), gyroscope=(), microphone=(), payment=(), usb=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// The Content-Security-Policy, with a nonce for each page.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Origins of a basemap that the operator chose, with a blank before each.
    basemap: Arc<str>,
}

impl Policy {
    /// Lets through what `basemap` needs, and nothing else from outside.
    pub fn new(basemap: &Basemap) -> Self {
        let Basemap::Style { url, origins } = basemap else {
            return Self { basemap: Arc::default() };
        };
        let all = std::iter::once(url).chain(origins).filter_map(|u| origin(u));
        let basemap = all.fold(String::new(), |text, origin| text + " " + origin);
        Self { basemap: basemap.into() }
    }

    /// The policy; without a nonce no script of a page runs.
    pub fn text(&self, nonce: Option<&str>) -> String {
        let nonce = nonce.map_or_else(String::new, |n| format!(" 'nonce-{n}'"));
        let map = &self.basemap;
        format!(
            "default-src 'self'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' data: blob:{map}; worker-src 'self'; connect-src 'self'{map}; \
             object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        )
    }
}

/// `https://host:port` of a URL; `None` if it is no http URL or would break out of the policy.
fn origin(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().filter(|h| !h.is_empty())?;
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '*' | '[' | ']');
    host.chars().all(plain).then(|| &url[..url.len() - rest.len() + host.len()])
}

/// A nonce that nobody can guess: 128 bits.
pub fn nonce() -> String {
    let mut bytes = [0; 16];
    // Without a source of randomness the page's script does not run; the page stays readable.
    if getrandom::fill(&mut bytes).is_err() {
        return String::new();
    }
    format!("{:032x}", u128::from_ne_bytes(bytes))
}

/// Sets the headers of every answer that its handler did not set itself.
pub async fn secure(policy: Policy, request: Request, next: Next) -> Response {
    let open = is_open(request.uri().path());
    // A preflight asks what it may ask. Nothing of ours needs one; who asks is told the truth.
    let mut response = if open && request.method() == Method::OPTIONS {
        let mut answer = StatusCode::NO_CONTENT.into_response();
        let methods = HeaderValue::from_static("GET, HEAD, OPTIONS");
        answer.headers_mut().insert(header::ALLOW, methods.clone());
        answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        answer
            .headers_mut()
            .insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
        answer
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(text) = policy.text(None).parse()
    {
        // Of files too: a worker obeys the policy of its own script.
        headers.insert(header::CONTENT_SECURITY_POLICY, text);
    }
    if open {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

/// Open data: readable from any site's page, without cookies.
fn is_open(path: &str) -> bool {
    let closed = ["/api/v1/staff/", "/api/v1/appeals", "/api/v1/channels/"];
    let staff = closed.iter().any(|p| path.starts_with(p));
    path.starts_with("/api/v1/") && !staff || path.starts_with("/gtfs-rt/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_through_the_operators_map_and_nothing_else() {
        let own = Policy::new(&Basemap::Plain).text(Some("abc"));
        assert_eq!(
            own,
            "default-src 'self'; script-src 'self' 'nonce-abc' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' data: blob:; worker-src 'self'; connect-src 'self'; object-src 'none'; \
             base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        );
        let style = Basemap::Style {
            url: "https://maps.example.org/style.json?key=1".into(),
            origins: vec!["https://tiles.example.org".into(), "x'; script-src *".into()],
        };
        let text = Policy::new(&style).text(None);
        assert!(
            text.contains("connect-src 'self' https://maps.example.org https://tiles.example.org;")
        );
        assert!(!text.contains("script-src *"));
        assert_eq!(origin("https://a b/"), None);
        assert_eq!(origin("https://u;x/"), None);
    }

    #[test]
    fn no_two_nonces_are_alike() {
        assert_ne!(nonce(), nonce());
        assert_eq!(nonce().len(), 32);
    }
}
