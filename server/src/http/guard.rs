//! Bounds on what readers ask, before any handler runs.

use super::settings::HttpLimits;
use crate::clock::Clock;
use crate::problem::ProblemResponse;
use crate::visitor::{AddressCounts, AddressRates, OpenGuard, Refusal, Visitor};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// When to come again, seconds, when the server is full.
const RETRY_S: u64 = 2;

/// Bounds on requests that make us work.
#[derive(Clone, Debug)]
pub struct Guard {
    limits: Arc<HttpLimits>,
    rates: Arc<AddressRates>,
    slots: Arc<AddressCounts>,
    clock: Clock,
    counts: Arc<Counts>,
}

/// Answers by the first digit of their status, and time spent, since the start.
#[derive(Debug, Default)]
pub struct Counts {
    by_class: [AtomicU64; 5],
    micros: AtomicU64,
}

impl Guard {
    /// Bounds by `limits`.
    pub fn new(limits: Arc<HttpLimits>, clock: Clock) -> Self {
        let rates = AddressRates::new(limits.api_burst, limits.api_per_second, limits.addresses);
        let slots =
            AddressCounts::new(limits.concurrent_requests, limits.concurrent_requests_per_address);
        Self { limits, rates: Arc::new(rates), slots, clock, counts: Arc::default() }
    }

    /// What was counted.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Lets the request through, within its time; or answers why not.
    pub async fn pass(self, request: Request, next: Next) -> Response {
        let began = self.clock.elapsed();
        let response = match self.admit(&request) {
            Err(refused) => refused.into_response(),
            Ok(_slot) => {
                let limits = &self.limits;
                let limit_ms = if brings_files(&request) {
                    limits.upload_timeout_ms
                } else {
                    limits.request_timeout_ms
                };
                let limit = Duration::from_millis(limit_ms);
                match tokio::time::timeout(limit, next.run(request)).await {
                    Ok(response) => response,
                    Err(_) => ProblemResponse::unavailable(
                        "time-out",
                        "the answer took too long and was given up: ask for less (a smaller box, a \
                         shorter window), or again later",
                        RETRY_S,
                    )
                    .into_response(),
                }
            }
        };
        self.counts.add(response.status(), self.clock.elapsed().saturating_sub(began));
        response
    }

    fn admit(&self, request: &Request) -> Result<OpenGuard, ProblemResponse> {
        let uri_bytes = request.uri().path_and_query().map_or(0, |p| p.as_str().len());
        if uri_bytes > self.limits.uri_bytes {
            return Err(ProblemResponse::new(
                StatusCode::URI_TOO_LONG,
                "uri-too-long",
                format!("the address has {uri_bytes} bytes, more than {}", self.limits.uri_bytes),
            ));
        }
        let visitor = request.extensions().get::<Visitor>().copied().unwrap_or_default();
        if let Err(wait_s) = self.rates.take(visitor.address, self.clock.elapsed().as_secs_f64()) {
            let detail = format!(
                "more than {} requests at once or {} a second from your address: slow down, or follow \
                 changes at /api/v1/live instead of asking again",
                self.limits.api_burst, self.limits.api_per_second
            );
            return Err(ProblemResponse::too_many(detail, wait_s.ceil() as u64));
        }
        self.slots.open(visitor.address).map_err(|refusal| match refusal {
            Refusal::Total => ProblemResponse::unavailable(
                "busy",
                "the server has as much to do as it can: try again in a moment",
                RETRY_S,
            ),
            // Who sends bodies byte by byte holds places that others need.
            Refusal::Address => {
                let most = self.limits.concurrent_requests_per_address;
                let detail = format!("more than {most} requests of your address are in work");
                ProblemResponse::too_many(detail, RETRY_S)
            }
        })
    }
}

/// Its body is files, and comes as slowly as the sender's line is.
fn brings_files(request: &Request) -> bool {
    let kind = request.headers().get(axum::http::header::CONTENT_TYPE);
    kind.is_some_and(|k| k.as_bytes().starts_with(b"multipart/form-data"))
}

impl Counts {
    fn add(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.by_class[class].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
    }

    /// Answers by the first digit of their status, from 1.
    pub fn by_class(&self) -> [u64; 5] {
        self.by_class.each_ref().map(|c| c.load(Ordering::Relaxed))
    }

    /// Seconds from request to answer, all together.
    pub fn seconds(&self) -> f64 {
        self.micros.load(Ordering::Relaxed) as f64 / 1e6
    }
}
