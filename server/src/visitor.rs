//! Who asks, and how often: addresses and token buckets, for `http` and `live` alike.

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use rustc_hash::FxHashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

/// Who asks, as an extension of every request: `http` finds it out once, for all limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The address that limits are kept by.
    pub address: IpAddr,
}

/// Nobody known: all of them together are one.
impl Default for Visitor {
    fn default() -> Self {
        Self { address: IpAddr::V6(Ipv6Addr::UNSPECIFIED) }
    }
}

/// The address that limits are kept by: of IPv6 the /64, since one reader has all of it.
///
/// With `behind_proxy` it is the last entry of `X-Forwarded-For`, the one that our own proxy wrote; what
/// stands before it anybody may have written.
pub fn address_of(headers: &HeaderMap, extensions: &Extensions, behind_proxy: bool) -> IpAddr {
    let forwarded = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let peer = || extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
    let address = behind_proxy.then(forwarded).flatten().or_else(peer);
    address.map_or(Visitor::default().address, network_of)
}

/// What of an address one reader has: all of an IPv4 address, the /64 of an IPv6 one.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Tokens that fill up with time, one for each thing done.
#[derive(Clone, Copy, Debug)]
pub struct TokenBucket {
    tokens: f64,
    filled_at_s: f64,
}

impl TokenBucket {
    /// A full one.
    pub fn full(burst: u32, now_s: f64) -> Self {
        Self { tokens: f64::from(burst), filled_at_s: now_s }
    }

    /// Takes a token; or says for how many seconds there is none.
    pub fn take(&mut self, burst: u32, per_second: f64, now_s: f64) -> Result<(), f64> {
        let passed_s = (now_s - self.filled_at_s).max(0.0);
        self.tokens = (self.tokens + passed_s * per_second).min(f64::from(burst));
        self.filled_at_s = now_s;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err((1.0 - self.tokens) / per_second.max(1e-9))
    }

    fn is_full(&self, burst: u32, per_second: f64, now_s: f64) -> bool {
        self.tokens + (now_s - self.filled_at_s).max(0.0) * per_second >= f64::from(burst)
    }
}

/// A bucket for each address; at most so many addresses.
#[derive(Debug)]
pub struct AddressRates {
    buckets: Mutex<FxHashMap<IpAddr, TokenBucket>>,
    burst: u32,
    per_second: f64,
    addresses: usize,
}

impl AddressRates {
    /// `addresses` bounds the table.
    pub fn new(burst: u32, per_second: f64, addresses: usize) -> Self {
        Self { buckets: Mutex::default(), burst, per_second, addresses }
    }

    /// Takes a token of `address`; or says for how many seconds there is none. When the table is full of
    /// addresses that all asked lately, new ones share one bucket: the known keep theirs.
    pub fn take(&self, address: IpAddr, now_s: f64) -> Result<(), f64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut address = address;
        if buckets.len() >= self.addresses && !buckets.contains_key(&address) {
            // A full bucket remembers nothing: forgetting it changes nothing.
            buckets.retain(|_, b| !b.is_full(self.burst, self.per_second, now_s));
            if buckets.len() >= self.addresses {
                address = Visitor::default().address;
            }
        }
        let bucket = buckets.entry(address).or_insert_with(|| TokenBucket::full(self.burst, now_s));
        bucket.take(self.burst, self.per_second, now_s)
    }
}

/// How many things are open at once, in all and for each address.
#[derive(Debug)]
pub struct AddressCounts {
    open: Mutex<(usize, FxHashMap<IpAddr, usize>)>,
    total: usize,
    per_address: usize,
}

/// Why nothing more may be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// All readers together.
    Total,
    /// This address.
    Address,
}

/// One open thing; closing is dropping.
#[derive(Debug)]
pub struct OpenGuard {
    counts: Arc<AddressCounts>,
    address: IpAddr,
}

impl AddressCounts {
    /// At most `total` at once, `per_address` of them of one address.
    pub fn new(total: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self { open: Mutex::default(), total, per_address })
    }

    /// Opens one more.
    pub fn open(self: &Arc<Self>, address: IpAddr) -> Result<OpenGuard, Refusal> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.0 >= self.total {
            return Err(Refusal::Total);
        }
        let of_address = open.1.entry(address).or_default();
        if *of_address >= self.per_address {
            return Err(Refusal::Address);
        }
        *of_address += 1;
        open.0 += 1;
        Ok(OpenGuard { counts: Arc::clone(self), address })
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for OpenGuard {
    fn drop(&mut self) {
        let mut open = self.counts.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.0 = open.0.saturating_sub(1);
        if let Some(count) = open.1.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.1.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn ip(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))
    }

    #[test]
    fn a_bucket_gives_its_burst_then_its_rate() {
        let mut bucket = TokenBucket::full(2, 0.0);
        assert!(bucket.take(2, 0.5, 0.0).is_ok() && bucket.take(2, 0.5, 0.0).is_ok());
        assert_eq!(bucket.take(2, 0.5, 0.0), Err(2.0));
        assert!(bucket.take(2, 0.5, 2.0).is_ok());
        assert!(bucket.take(2, 0.5, 2.5).is_err());
    }

    #[test]
    fn a_full_table_forgets_who_has_not_asked_and_never_grows() {
        let rates = AddressRates::new(1, 1.0, 2);
        assert!(rates.take(ip(1), 0.0).is_ok());
        assert!(rates.take(ip(2), 0.0).is_ok());
        assert!(rates.take(ip(3), 0.0).is_ok(), "the first of the strangers");
        assert!(rates.take(ip(4), 0.0).is_err(), "strangers share a bucket");
        assert!(rates.take(ip(1), 0.0).is_err(), "the known keep theirs");
        assert!(rates.take(ip(4), 10.0).is_ok());
        assert!(rates.buckets.lock().unwrap().len() <= 3);
    }

    #[test]
    fn counts_go_down_when_dropped() {
        let counts = AddressCounts::new(2, 1);
        let first = counts.open(ip(1)).unwrap();
        assert_eq!(counts.open(ip(1)).unwrap_err(), Refusal::Address);
        let _second = counts.open(ip(2)).unwrap();
        assert_eq!(counts.open(ip(3)).unwrap_err(), Refusal::Total);
        drop(first);
        assert!(counts.open(ip(1)).is_ok());
        assert_eq!(counts.count(), 1, "the last one was dropped at once");
    }

    #[test]
    fn only_our_own_proxys_word_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.2.3.4, 10.0.0.9".parse().unwrap());
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 5))));
        assert_eq!(address_of(&headers, &extensions, false), ip(1));
        assert_eq!(address_of(&headers, &extensions, true), ip(9));
        let mut v6 = Extensions::new();
        v6.insert(ConnectInfo("[2001:db8:1:2:3:4:5:6]:80".parse::<SocketAddr>().unwrap()));
        assert_eq!(
            address_of(&HeaderMap::new(), &v6, true),
            "2001:db8:1:2::".parse::<IpAddr>().unwrap()
        );
    }
}
