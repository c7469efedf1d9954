//! When to fetch next: pure data. Times are since any fixed start; bodies are known by their hash.

use std::time::Duration;

/// No server makes us wait longer than this.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(15);
/// Failures beyond this many do not lengthen the pause any more.
const DOUBLINGS_MAX: u32 = 16;

/// What a server said about its body, sent back with the next request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`, as it was written.
    pub last_modified: Option<String>,
}

/// The state of one source.
#[derive(Clone, Debug)]
pub struct Poll {
    period: Duration,
    backoff_max: Duration,
    next_at: Duration,
    failures: u32,
    validators: Validators,
    hash: Option<u64>,
}

impl Poll {
    /// To be fetched at once, then each `period`.
    pub fn new(period: Duration, backoff_max: Duration) -> Self {
        Self {
            period,
            backoff_max: backoff_max.max(period),
            next_at: Duration::ZERO,
            failures: 0,
            validators: Validators::default(),
            hash: None,
        }
    }

    /// When to fetch next.
    pub fn next_at(&self) -> Duration {
        self.next_at
    }

    /// What to send with the next request.
    pub fn validators(&self) -> &Validators {
        &self.validators
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// A body came. Returns whether it is another than the one before.
    pub fn body(&mut self, started: Duration, now: Duration, new: Validators, hash: u64) -> bool {
        self.answered(started, now);
        self.validators = new;
        self.hash.replace(hash) != Some(hash)
    }

    /// The server says that nothing has changed.
    pub fn not_modified(&mut self, started: Duration, now: Duration) {
        self.answered(started, now);
    }

    /// The fetch failed, or its body was refused. The pause doubles with each failure up to its limit; a
    /// server that names a longer one is obeyed. What was known of the last body is forgotten, so that the
    /// next success is told whatever it is.
    pub fn failed(&mut self, now: Duration, retry_after: Option<Duration>) {
        let doubled = self.period.saturating_mul(1 << self.failures.min(DOUBLINGS_MAX));
        let pause = doubled.min(self.backoff_max);
        let asked = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
        self.next_at = now + pause.max(asked);
        self.failures = self.failures.saturating_add(1);
        self.validators = Validators::default();
        self.hash = None;
    }

    /// In step with when the fetch began; at once if it took longer than the period.
    fn answered(&mut self, started: Duration, now: Duration) {
        self.failures = 0;
        self.next_at = (started + self.period).max(now);
    }
}

/// `Retry-After`: seconds, or a date against `now` (epoch seconds).
pub fn retry_after(value: &str, now: i64) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value.trim()).ok()?.timestamp().as_second();
    u64::try_from(at - now).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    fn poll() -> Poll {
        Poll::new(10 * S, 60 * S)
    }

    #[test]
    fn fetches_keep_step_with_their_beginnings() {
        let mut poll = poll();
        assert_eq!(poll.next_at(), Duration::ZERO);
        assert!(poll.body(100 * S, 103 * S, Validators::default(), 1));
        assert_eq!(poll.next_at(), 110 * S);
        assert!(!poll.body(110 * S, 125 * S, Validators::default(), 1), "the same bytes");
        assert_eq!(poll.next_at(), 125 * S, "slower than the period: at once");
    }

    #[test]
    fn failures_double_the_pause_up_to_its_limit() {
        let mut poll = poll();
        let pauses: Vec<_> = (0..6)
            .map(|_| {
                poll.failed(Duration::ZERO, None);
                poll.next_at().as_secs()
            })
            .collect();
        assert_eq!(pauses, [10, 20, 40, 60, 60, 60]);
        poll.not_modified(S, S);
        assert_eq!((poll.failures(), poll.next_at()), (0, 11 * S));
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_it_within_reason() {
        let mut poll = poll();
        poll.failed(Duration::ZERO, Some(120 * S));
        assert_eq!(poll.next_at(), 120 * S);
        poll.failed(Duration::ZERO, Some(86_400 * S));
        assert_eq!(poll.next_at(), 900 * S);
        assert_eq!(retry_after("120", 0), Some(120 * S));
        assert_eq!(retry_after("Thu, 01 Jan 1970 00:02:00 GMT", 60), Some(60 * S));
        assert_eq!(retry_after("Thu, 01 Jan 1970 00:02:00 GMT", 600), None);
        assert_eq!(retry_after("soon", 0), None);
    }

    #[test]
    fn after_a_failure_the_same_body_is_news_again() {
        let mut poll = poll();
        let tag = Validators { etag: Some("\"a\"".into()), last_modified: None };
        assert!(poll.body(S, S, tag.clone(), 7));
        assert_eq!(poll.validators(), &tag);
        poll.failed(2 * S, None);
        assert_eq!(poll.validators(), &Validators::default());
        assert!(poll.body(3 * S, 3 * S, tag, 7));
    }
}
