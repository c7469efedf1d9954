//! Wrong PINs and codes are few: by what is tried (a number, a mail account) and by the address of who tries,
//! whether what is tried exists or not.

use rustc_hash::FxHashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Tries of one name are counted for so long, seconds.
const NAME_S: f64 = 900.0;
/// Tries of one address are counted for so long, seconds.
const ADDRESS_S: f64 = 3_600.0;
/// Names and addresses remembered at most.
const REMEMBERED_MAX: usize = 50_000;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Name(String),
    Address(IpAddr),
}

pub struct Tries {
    tried: Mutex<FxHashMap<Key, (u32, f64)>>,
    by_name: u32,
    by_address: u32,
}

impl Tries {
    pub fn new(by_name: u32, by_address: u32) -> Self {
        Self { tried: Mutex::default(), by_name, by_address }
    }

    /// Counts a try; or says for how many seconds there is none. [`Tries::right`] takes it back.
    pub fn begin(&self, name: &str, address: IpAddr, now_s: f64) -> Result<(), f64> {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        if tried.len() >= REMEMBERED_MAX {
            tried.retain(|_, (_, since)| now_s - *since < ADDRESS_S);
            if tried.len() >= REMEMBERED_MAX {
                return Err(NAME_S);
            }
        }
        let keys = [
            (Key::Name(name.to_owned()), self.by_name, NAME_S),
            (Key::Address(address), self.by_address, ADDRESS_S),
        ];
        for (key, most, span_s) in &keys {
            if let Some((count, since)) = tried.get(key)
                && count >= most
                && now_s - since < *span_s
            {
                return Err(since + span_s - now_s);
            }
        }
        for (key, _, span_s) in keys {
            let (count, since) = tried.entry(key).or_insert((0, now_s));
            if now_s - *since >= span_s {
                (*count, *since) = (0, now_s);
            }
            *count += 1;
        }
        Ok(())
    }

    pub fn right(&self, name: &str, address: IpAddr) {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        for key in [Key::Name(name.to_owned()), Key::Address(address)] {
            if let Some((count, _)) = tried.get_mut(&key) {
                *count = count.saturating_sub(1);
            }
        }
    }
}

/// The name of an appeal's number: however it is written, it is one.
pub fn number_name(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).take(16).collect()
}
