//! Numbers that are read aloud, and the PIN that goes with them.

use serde::{Deserialize, Serialize};

/// Damm's quasigroup of order 10: weakly totally anti-symmetric, so that one digit misheard and two
/// neighbours swapped are always found (H. M. Damm, 2004).
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

fn damm(digits: impl Iterator<Item = u8>) -> u8 {
    digits.fold(0, |interim, digit| DAMM[usize::from(interim)][usize::from(digit % 10)])
}

/// Why a number is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not of the form.
    #[error("not of the form YY-NNNNNN-C")]
    Form,
    /// The check digit is another: misheard or mistyped.
    #[error("the check digit does not fit: a digit is wrong")]
    CheckDigit,
}

/// The number of an appeal: `YY-NNNNNN-C`, C its check digit (Damm).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AppealNumber {
    /// Year of registration, two digits.
    year: u8,
    /// Counts from 1 within the year.
    serial: u32,
}

/// Most appeals of a year that the number has room for.
pub const SERIAL_MAX: u32 = 999_999;

impl AppealNumber {
    /// The `serial`-th (1 to [`SERIAL_MAX`]) appeal of a civil year; `None` outside.
    pub fn new(year: i16, serial: u32) -> Option<Self> {
        (1..=SERIAL_MAX)
            .contains(&serial)
            .then_some(Self { year: year.rem_euclid(100) as u8, serial })
    }

    /// The count within its year.
    pub const fn serial(self) -> u32 {
        self.serial
    }

    fn check_digit(self) -> u8 {
        let digits = format!("{:02}{:06}", self.year, self.serial);
        damm(digits.bytes().map(|b| b - b'0'))
    }
}

impl std::fmt::Display for AppealNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}-{:06}-{}", self.year, self.serial, self.check_digit())
    }
}

/// Blanks and dashes of any kind are forgiven; the check digit is not.
impl std::str::FromStr for AppealNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let mut digits = Vec::with_capacity(9);
        for c in text.chars() {
            match c {
                '0'..='9' => digits.push(c as u8 - b'0'),
                '-' | '–' | '—' | '‑' | '№' => {}
                c if c.is_whitespace() => {}
                _ => return Err(NumberError::Form),
            }
        }
        if digits.len() != 9 {
            return Err(NumberError::Form);
        }
        if damm(digits.iter().copied()) != 0 {
            return Err(NumberError::CheckDigit);
        }
        let serial = digits[2..8].iter().fold(0, |sum, d| sum * 10 + u32::from(*d));
        if serial == 0 {
            return Err(NumberError::Form);
        }
        Ok(Self { year: digits[0] * 10 + digits[1], serial })
    }
}

impl From<AppealNumber> for String {
    fn from(number: AppealNumber) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for AppealNumber {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

/// The number of a case: `П-YYYY-NNNN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CaseNumber {
    /// Civil year.
    pub year: i16,
    /// Counts from 1 within the year.
    pub serial: u32,
}

impl std::fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "П-{:04}-{:04}", self.year, self.serial)
    }
}

/// A Latin P, a small letter and blanks are forgiven.
impl std::str::FromStr for CaseNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let text = text.trim();
        let rest = ['П', 'п', 'P', 'p'].iter().find_map(|c| text.strip_prefix(*c));
        let (year, serial) = rest
            .and_then(|r| r.trim_start_matches('-').split_once('-'))
            .ok_or(NumberError::Form)?;
        let all_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        if year.len() != 4 || !all_digits(year) || !all_digits(serial) {
            return Err(NumberError::Form);
        }
        let year = year.parse().map_err(|_| NumberError::Form)?;
        let serial = serial.parse().map_err(|_| NumberError::Form)?;
        Ok(Self { year, serial })
    }
}

/// Digits of a PIN: 8, that is 26.6 bits.
pub const PIN_DIGITS: usize = 8;

/// The secret that opens an appeal to one who has no account. Shown once, then kept as a hash only; it has
/// neither `Display` nor `Serialize`, so that it does not come into a log by accident.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pin([u8; PIN_DIGITS]);

impl Pin {
    /// From random bytes. A byte of 250 or more is skipped, so that all digits are equally likely; `None`
    /// when the bytes do not last (bring 16: fewer than 1 in 10¹² fail) or the PIN is one that everybody
    /// would try first.
    pub fn from_random(bytes: &[u8]) -> Option<Self> {
        let mut digits = bytes.iter().filter(|b| **b < 250).map(|b| b % 10);
        let mut pin = [0; PIN_DIGITS];
        for digit in &mut pin {
            *digit = digits.next()?;
        }
        let steps: Vec<i16> = pin.windows(2).map(|w| i16::from(w[1]) - i16::from(w[0])).collect();
        let obvious = [0, 1, -1].iter().any(|s| steps.iter().all(|step| step == s));
        (!obvious).then_some(Self(pin))
    }

    /// What a person typed; blanks and dashes are forgiven.
    pub fn parse(text: &str) -> Option<Self> {
        let mut pin = [0; PIN_DIGITS];
        let mut count = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let digit = c.to_digit(10)?;
            *pin.get_mut(count)? = digit as u8;
            count += 1;
        }
        (count == PIN_DIGITS).then_some(Self(pin))
    }

    /// The digits, to be shown once or hashed.
    pub fn reveal(&self) -> String {
        self.0.iter().map(|d| char::from(b'0' + d)).collect()
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(••••••••)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_published_example_of_damm_holds() {
        assert_eq!(damm([5, 7, 2].into_iter()), 4);
        assert_eq!(damm([5, 7, 2, 4].into_iter()), 0);
    }

    #[test]
    fn numbers_read_back_as_people_write_them() {
        let number = AppealNumber::new(2026, 4_127).unwrap();
        let text = number.to_string();
        assert_eq!(text.len(), 11);
        assert!(text.starts_with("26-004127-"));
        assert_eq!(text.parse(), Ok(number));
        assert_eq!(text.replace('-', " ").parse(), Ok(number));
        assert_eq!(text.replace('-', "").parse(), Ok(number));
        assert_eq!("26-004127".parse::<AppealNumber>(), Err(NumberError::Form));
        assert_eq!("26-0041x7-1".parse::<AppealNumber>(), Err(NumberError::Form));
        assert_eq!(AppealNumber::new(2026, 0), None);
        assert_eq!(AppealNumber::new(2026, SERIAL_MAX + 1), None);
    }

    proptest! {
        #[test]
        fn one_wrong_digit_and_two_swapped_are_found(
            serial in 1..=SERIAL_MAX, year in 0i16..100, at in 0usize..9, digit in 0u8..10,
        ) {
            let number = AppealNumber::new(year, serial).unwrap();
            let right: Vec<u8> =
                number.to_string().bytes().filter(u8::is_ascii_digit).collect();
            let mut wrong = right.clone();
            wrong[at] = b'0' + digit;
            if wrong != right {
                let text = String::from_utf8(wrong).unwrap();
                prop_assert_eq!(text.parse::<AppealNumber>(), Err(NumberError::CheckDigit));
            }
            let mut swapped = right.clone();
            swapped.swap(at, (at + 1) % 9);
            if at < 8 && swapped != right {
                let text = String::from_utf8(swapped).unwrap();
                prop_assert_eq!(text.parse::<AppealNumber>(), Err(NumberError::CheckDigit));
            }
        }
    }

    #[test]
    fn case_numbers_read_back() {
        let number = CaseNumber { year: 2026, serial: 412 };
        assert_eq!(number.to_string(), "П-2026-0412");
        assert_eq!("П-2026-0412".parse(), Ok(number));
        assert_eq!(" p-2026-412 ".parse(), Ok(number));
        assert_eq!("2026-412".parse::<CaseNumber>(), Err(NumberError::Form));
        assert_eq!("П-20261-1".parse::<CaseNumber>(), Err(NumberError::Form));
    }

    #[test]
    fn pins_are_even_secret_and_not_obvious() {
        let pin = Pin::from_random(&[251, 1, 12, 255, 23, 34, 45, 56, 67, 99, 1]).unwrap();
        assert_eq!(pin.reveal(), "12345679");
        assert_eq!(Pin::parse("1234 5679"), Some(pin));
        assert_eq!(Pin::parse("1234567"), None);
        assert_eq!(Pin::parse("123456790"), None);
        assert_eq!(Pin::parse("1234567a"), None);
        assert!(!format!("{pin:?}").contains('1'));
        assert_eq!(Pin::from_random(&[7; 16]), None, "one digit only");
        assert_eq!(Pin::from_random(&[1, 2, 3, 4, 5, 6, 7, 8]), None, "counts up");
        assert_eq!(Pin::from_random(&[255; 16]), None, "bytes do not last");
    }
}
