//! Wrong passwords cost time, more each time. Delays are kept by login and address together, so that nobody
//! can lock another one out; an address that tries many logins is slowed as a whole.

use rustc_hash::FxHashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Wrong tries that cost nothing yet.
const FREE: u32 = 3;
/// Longest delay, seconds.
const DELAY_MAX_S: f64 = 900.0;
/// Wrong tries of one address for any login that cost nothing yet.
const FREE_ADDRESS: u32 = 20;
/// Failures are forgotten after so long, seconds.
const FORGET_S: f64 = 3_600.0;
/// Failures remembered at most.
const REMEMBERED_MAX: usize = 50_000;

#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    count: u32,
    last_s: f64,
}

impl Failures {
    fn wait_s(self, free: u32, now_s: f64) -> Option<f64> {
        if self.count < free {
            return None;
        }
        let delay = f64::from(2_u32.saturating_pow((self.count - free).min(16))).min(DELAY_MAX_S);
        let left = self.last_s + delay - now_s;
        (left > 0.0).then_some(left)
    }
}

type Key = (Option<String>, IpAddr);

#[derive(Debug, Default)]
pub struct Throttle {
    failures: Mutex<FxHashMap<Key, Failures>>,
}

impl Throttle {
    /// Seconds to wait before the next try, if any. A try is counted as wrong at once, so that many at the
    /// same time gain nothing; [`Throttle::right`] takes it back.
    pub fn begin(&self, login: &str, address: IpAddr, now_s: f64) -> Result<(), f64> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= REMEMBERED_MAX {
            failures.retain(|_, f| now_s - f.last_s < FORGET_S);
            if failures.len() >= REMEMBERED_MAX {
                return Err(DELAY_MAX_S);
            }
        }
        let keys = [((Some(login.to_owned()), address), FREE), ((None, address), FREE_ADDRESS)];
        for (key, free) in &keys {
            let known = failures.get(key).filter(|f| now_s - f.last_s < FORGET_S);
            if let Some(wait) = known.and_then(|f| f.wait_s(*free, now_s)) {
                return Err(wait);
            }
        }
        for (key, _) in keys {
            let failure = failures.entry(key).or_default();
            if now_s - failure.last_s >= FORGET_S {
                failure.count = 0;
            }
            failure.count += 1;
            failure.last_s = now_s;
        }
        Ok(())
    }

    /// The try was right.
    pub fn right(&self, login: &str, address: IpAddr) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&(Some(login.to_owned()), address));
        if let Some(all) = failures.get_mut(&(None, address)) {
            all.count = all.count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn address(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }

    #[test]
    fn delays_grow_and_end_and_lock_nobody_else_out() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            throttle.begin("a", address(1), 0.0).unwrap();
        }
        assert!(throttle.begin("a", address(1), 0.5).is_err());
        throttle.begin("a", address(2), 0.5).unwrap();
        throttle.begin("a", address(1), 1.5).unwrap();
        let wait = throttle.begin("a", address(1), 1.6).unwrap_err();
        assert!((1.0..=2.0).contains(&wait), "{wait}");
        throttle.right("a", address(1));
        throttle.begin("a", address(1), 1.7).unwrap();
    }

    #[test]
    fn one_address_that_tries_many_logins_is_slowed() {
        let throttle = Throttle::default();
        for n in 0..FREE_ADDRESS {
            throttle.begin(&format!("user{n}"), address(1), 0.0).unwrap();
        }
        assert!(throttle.begin("another", address(1), 0.5).is_err());
        throttle.begin("another", address(3), 0.5).unwrap();
        throttle.begin("another", address(1), FORGET_S + 1.0).unwrap();
    }
}
