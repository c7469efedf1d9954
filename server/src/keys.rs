//! Keys: sealing of personal data at rest, hashes to look up by, PINs.

use appeals::number::Pin;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;

/// Bytes of the master key.
pub const KEY_BYTES: usize = 32;
/// Memory of a PIN's hash, KiB. A PIN has 26 bits and its hash a secret key beside: what protects it is the
/// key, the limit of tries and this, small enough that a hundred appeals a second can be taken.
const PIN_MEMORY_KIB: u32 = 256;
const NONCE_BYTES: usize = 24;
const SALT_BYTES: usize = 16;

/// What goes wrong with keys and sealed data.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The master key is not one.
    #[error("the register's key must be {} hexadecimal digits", KEY_BYTES * 2)]
    Key,
    /// No randomness.
    #[error("the machine gives no random bytes")]
    Random,
    /// Sealed with another key, or changed since.
    #[error("sealed data cannot be opened: another key, or changed")]
    Open,
    /// What was sealed is not what is expected.
    #[error("sealed data cannot be read: {0}")]
    Content(#[from] serde_json::Error),
}

/// A secret of the settings; never printed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub String);

impl Key {
    /// A new master key.
    pub fn random() -> Result<Self, SealError> {
        let bytes = random::<KEY_BYTES>()?;
        let hex = |byte: u8| [byte >> 4, byte & 15].map(|d| char::from_digit(d.into(), 16));
        Ok(Self(bytes.into_iter().flat_map(hex).flatten().collect()))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "Key(none)" } else { "Key(••••)" })
    }
}

/// Keys derived from the master key, one for each purpose.
pub struct Keys {
    cipher: XChaCha20Poly1305,
    lookup: [u8; KEY_BYTES],
    pin: [u8; KEY_BYTES],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(••••)")
    }
}

impl Keys {
    /// From 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let text = text.trim().as_bytes();
        if text.len() != KEY_BYTES * 2 {
            return Err(SealError::Key);
        }
        let mut master = [0; KEY_BYTES];
        for (byte, pair) in master.iter_mut().zip(text.chunks(2)) {
            let digit = |b: u8| char::from(b).to_digit(16).ok_or(SealError::Key);
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Self::of(&master)
    }

    /// New ones: what they seal is lost with them.
    pub fn random() -> Result<Self, SealError> {
        Self::of(&random::<KEY_BYTES>()?)
    }

    fn of(master: &[u8; KEY_BYTES]) -> Result<Self, SealError> {
        let derived = |purpose: &str| mac(master, purpose.as_bytes());
        let cipher = XChaCha20Poly1305::new_from_slice(&derived("jolda seal 1")?)
            .map_err(|_| SealError::Key)?;
        Ok(Self { cipher, lookup: derived("jolda lookup 1")?, pin: derived("jolda pin 1")? })
    }

    /// Seals a value for one place: opened elsewhere (another row, another column) it does not open.
    pub fn seal<T: Serialize>(&self, place: &str, value: &T) -> Result<String, SealError> {
        self.seal_bytes(place, &serde_json::to_vec(value)?)
    }

    /// Seals bytes for one place.
    pub fn seal_bytes(&self, place: &str, plain: &[u8]) -> Result<String, SealError> {
        let nonce = random::<NONCE_BYTES>()?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed =
            self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Open)?;
        Ok(BASE64.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what was sealed for `place`.
    pub fn open<T: DeserializeOwned>(&self, place: &str, sealed: &str) -> Result<T, SealError> {
        Ok(serde_json::from_slice(&self.open_bytes(place, sealed)?)?)
    }

    /// Opens bytes that were sealed for `place`.
    pub fn open_bytes(&self, place: &str, sealed: &str) -> Result<Vec<u8>, SealError> {
        let bytes = BASE64.decode(sealed).map_err(|_| SealError::Open)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Open)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError::Open)
    }

    /// A keyed hash to look something up by without opening it.
    pub fn lookup(&self, what: &str) -> Result<String, SealError> {
        Ok(BASE64.encode(mac(&self.lookup, what.as_bytes())?))
    }

    /// Of a telephone number, however it is written: the last ten digits decide.
    pub fn phone(&self, phone: &str) -> Result<Option<String>, SealError> {
        const NATIONAL_DIGITS: usize = 10;
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return Ok(None);
        }
        let from = digits.len().saturating_sub(NATIONAL_DIGITS);
        self.lookup(&format!("phone:{}", &digits[from..])).map(Some)
    }

    /// Of an e-mail address, letters of either size alike.
    pub fn email(&self, email: &str) -> Result<Option<String>, SealError> {
        let email = email.trim().to_lowercase();
        if email.is_empty() {
            return Ok(None);
        }
        self.lookup(&format!("email:{email}")).map(Some)
    }

    /// A PIN and its hash: `salt:hash`.
    pub fn new_pin(&self) -> Result<(Pin, String), SealError> {
        const TRIES: usize = 8;
        for _ in 0..TRIES {
            if let Some(pin) = Pin::from_random(&random::<32>()?) {
                let salt = random::<SALT_BYTES>()?;
                let hash = self.pin_hash(pin, &salt)?;
                return Ok((pin, format!("{}:{}", BASE64.encode(salt), BASE64.encode(hash))));
            }
        }
        Err(SealError::Random)
    }

    /// Whether the PIN is that of the hash. Takes as long whatever the answer; without a hash it is no.
    pub fn is_pin(&self, pin: Pin, hash: Option<&str>) -> bool {
        let parts = hash.and_then(|h| h.split_once(':'));
        let decoded = parts
            .and_then(|(salt, hash)| Some((BASE64.decode(salt).ok()?, BASE64.decode(hash).ok()?)));
        let known = decoded.is_some();
        let (salt, expected) = decoded.unwrap_or((vec![0; SALT_BYTES], vec![0; KEY_BYTES]));
        let Ok(computed) = self.pin_hash(pin, &salt) else { return false };
        same(&computed, &expected) && known
    }

    fn pin_hash(&self, pin: Pin, salt: &[u8]) -> Result<[u8; KEY_BYTES], SealError> {
        let params =
            Params::new(PIN_MEMORY_KIB, 1, 1, Some(KEY_BYTES)).map_err(|_| SealError::Key)?;
        let argon = Argon2::new_with_secret(&self.pin, Algorithm::Argon2id, Version::V0x13, params)
            .map_err(|_| SealError::Key)?;
        let mut hash = [0; KEY_BYTES];
        argon
            .hash_password_into(pin.reveal().as_bytes(), salt, &mut hash)
            .map_err(|_| SealError::Key)?;
        Ok(hash)
    }
}

/// Equal, in a time that does not depend on where they differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// Random bytes from the machine.
pub fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| SealError::Random)?;
    Ok(bytes)
}

fn mac(key: &[u8], what: &[u8]) -> Result<[u8; KEY_BYTES], SealError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| SealError::Key)?;
    mac.update(what);
    Ok(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_and_nowhere_else() {
        let keys = Keys::parse(&"0f".repeat(32)).unwrap();
        let sealed = keys.seal("appeals/1", &"a name").unwrap();
        assert!(!sealed.contains("name"));
        assert_ne!(sealed, keys.seal("appeals/1", &"a name").unwrap(), "a nonce of its own");
        assert_eq!(keys.open::<String>("appeals/1", &sealed).unwrap(), "a name");
        assert!(matches!(keys.open::<String>("appeals/2", &sealed), Err(SealError::Open)));
        let other = Keys::random().unwrap();
        assert!(matches!(other.open::<String>("appeals/1", &sealed), Err(SealError::Open)));
        assert!(matches!(Keys::parse("abc"), Err(SealError::Key)));
        assert!(matches!(Keys::parse(&"zz".repeat(32)), Err(SealError::Key)));
    }

    #[test]
    fn a_telephone_is_found_however_it_is_written() {
        let keys = Keys::random().unwrap();
        let hash = keys.phone("+7 701 234 56 45").unwrap();
        assert_eq!(hash, keys.phone("8(701)2345645").unwrap());
        assert_ne!(hash, keys.phone("+7 701 234 56 46").unwrap());
        assert_eq!(keys.phone(" - ").unwrap(), None);
        assert_eq!(keys.email("A@b.KZ ").unwrap(), keys.email("a@b.kz").unwrap());
    }

    #[test]
    fn a_pin_opens_its_own_hash_only() {
        let keys = Keys::random().unwrap();
        let (pin, hash) = keys.new_pin().unwrap();
        let (other, _) = keys.new_pin().unwrap();
        assert!(keys.is_pin(pin, Some(&hash)));
        assert!(!keys.is_pin(other, Some(&hash)));
        assert!(!keys.is_pin(pin, None));
        assert!(!keys.is_pin(pin, Some("nonsense")));
        assert!(!Keys::random().unwrap().is_pin(pin, Some(&hash)), "the key is part of it");
    }
}
