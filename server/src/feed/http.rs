//! One address, fetched with care: time-outs, a size limit while the body streams, validators, Retry-After.

use super::poll::{Validators, retry_after};
use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ACCEPT, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::{Client, StatusCode, Url, redirect};
use std::collections::BTreeMap;
use std::time::Duration;

/// Redirects that are followed.
const REDIRECTS_MAX: usize = 5;

/// How an address is fetched.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Headers with their secrets.
    pub headers: BTreeMap<String, String>,
    /// Longest time for a connection.
    pub connect_timeout: Duration,
    /// Longest time for a whole answer.
    pub timeout: Duration,
    /// Largest body, bytes, unpacked.
    pub size_limit_bytes: u64,
}

/// A fetch failed. Messages name no address: it may hold a key.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The settings cannot be used.
    #[error("{0}")]
    Settings(String),
    /// Nothing came, or not all of it.
    #[error("{0}")]
    Network(String),
    /// An answer that is none.
    #[error("the server answered {status}")]
    Status {
        /// Its code and name.
        status: StatusCode,
        /// What the server asks for.
        retry_after: Option<Duration>,
    },
    /// Too much came.
    #[error("the body is larger than the limit of {0} bytes")]
    TooLarge(u64),
}

impl FetchError {
    /// The pause that the server asks for.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// What came.
#[derive(Debug)]
pub enum Fetched {
    /// A body.
    Body(Bytes, Validators),
    /// Nothing new.
    NotModified,
}

/// An address with its client.
#[derive(Clone, Debug)]
pub struct HttpSource {
    client: Client,
    url: Url,
    limit: u64,
}

impl HttpSource {
    /// Makes a client for `address`.
    pub fn new(address: &str, options: &HttpOptions) -> Result<Self, FetchError> {
        let url = Url::parse(address).map_err(|e| {
            FetchError::Settings(format!("not an address that can be fetched: {e}"))
        })?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        for (name, value) in &options.headers {
            let bad = || FetchError::Settings(format!("header {name} cannot be sent"));
            let header = HeaderName::try_from(name).map_err(|_| bad())?;
            let mut value = HeaderValue::from_str(value).map_err(|_| bad())?;
            value.set_sensitive(true);
            headers.insert(header, value);
        }
        let mut builder = Client::builder()
            .user_agent(concat!("jolda/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            .redirect(redirects(options.headers.is_empty()));
        let loopback = url.host_str().is_some_and(|h| h == "localhost" || h.starts_with("127."));
        if loopback {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|e| FetchError::Settings(words(&e)))?;
        Ok(Self { client, url, limit: options.size_limit_bytes })
    }

    /// Fetches once. `now`: epoch seconds, for a Retry-After that is a date.
    pub async fn fetch(&self, known: &Validators, now: i64) -> Result<Fetched, FetchError> {
        let mut request = self.client.get(self.url.clone());
        if let Some(etag) = &known.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(at) = &known.last_modified {
            request = request.header(IF_MODIFIED_SINCE, at);
        }
        let network = |e: reqwest::Error| FetchError::Network(words(&e));
        let mut answer = request.send().await.map_err(network)?;
        let header =
            |name| answer.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let status = answer.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::NotModified);
        }
        if status != StatusCode::OK {
            let retry_after = header(RETRY_AFTER).and_then(|v| retry_after(&v, now));
            return Err(FetchError::Status { status, retry_after });
        }
        let validators = Validators { etag: header(ETAG), last_modified: header(LAST_MODIFIED) };
        if answer.content_length().is_some_and(|n| n > self.limit) {
            return Err(FetchError::TooLarge(self.limit));
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(network)? {
            if (body.len() + chunk.len()) as u64 > self.limit {
                return Err(FetchError::TooLarge(self.limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Fetched::Body(body.freeze(), validators))
    }
}

/// A key must not travel to another host than the one that it was given for.
fn redirects(no_secrets: bool) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| {
        let first = attempt.previous().first().map(Url::origin);
        if attempt.previous().len() > REDIRECTS_MAX {
            attempt.error("too many redirects")
        } else if no_secrets || first == Some(attempt.url().origin()) {
            attempt.follow()
        } else {
            attempt.error("redirected to another host, where the headers with keys are not sent")
        }
    })
}

/// What went wrong, from the outermost to the innermost cause, without the address.
fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        let what = if error.is_connect() { "no connection" } else { "no whole answer" };
        return format!("{what} within the time-out");
    }
    let mut source = std::error::Error::source(error);
    let mut text =
        if error.is_connect() { "no connection" } else { "the answer broke off" }.to_owned();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
