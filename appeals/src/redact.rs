//! Finds personal data in free text, so that a moderator begins with most of it covered. It finds what has a
//! form; a person reads every text before others do.

use serde::{Deserialize, Serialize};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// Individual identification number, by its check digit.
    Iin,
    /// Telephone.
    Phone,
    /// E-mail.
    Email,
    /// Bank card, by Luhn's check digit.
    Card,
    /// A flat.
    Flat,
    /// A name, after "my name is".
    Name,
}

/// A piece of text that is personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Piece {
    /// Where, bytes: from, to.
    pub span: (usize, usize),
    /// What.
    pub what: Personal,
}

/// The check digit of an IIN: Σ i·aᵢ mod 11, and where that is 10, with the weights 3 … 11, 1, 2.
pub fn is_iin(digits: &[u8]) -> bool {
    let [body @ .., check] = digits else { return false };
    if body.len() != 11 || digits.iter().any(|d| *d > 9) {
        return false;
    }
    let sum = |shift: usize| {
        let weight = |i: usize| ((i + shift) % 11 + 1) as u32;
        body.iter().enumerate().map(|(i, d)| weight(i) * u32::from(*d)).sum::<u32>() % 11
    };
    let expected = match sum(0) {
        10 => sum(2),
        digit => digit,
    };
    expected == u32::from(*check)
}

fn is_card(digits: &[u8]) -> bool {
    let doubled = |(i, d): (usize, &u8)| {
        let d = u32::from(*d) * if i % 2 == 1 { 2 } else { 1 };
        d / 10 + d % 10
    };
    (13..=19).contains(&digits.len())
        && digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// Runs of digits with at most two separating signs between neighbours.
fn numbers(text: &str) -> Vec<(usize, usize, Vec<u8>)> {
    let mut runs: Vec<(usize, usize, Vec<u8>)> = Vec::new();
    let mut gap = usize::MAX;
    for (at, c) in text.char_indices() {
        if let Some(digit) = c.to_digit(10) {
            match runs.last_mut() {
                Some((_, to, digits)) if gap <= 2 => {
                    *to = at + c.len_utf8();
                    digits.push(digit as u8);
                }
                _ => runs.push((at, at + c.len_utf8(), vec![digit as u8])),
            }
            gap = 0;
        } else if matches!(c, ' ' | '-' | '(' | ')' | '\u{a0}') && gap <= 2 {
            gap += 1;
        } else {
            gap = usize::MAX;
        }
    }
    runs
}

/// After these words comes a name.
const NAME_AFTER: [&str; 6] =
    ["меня зовут", "моё имя", "мое имя", "менің атым", "есімім", "my name is"];
/// After or before these words comes the number of a flat.
const FLAT: [&str; 5] = ["кв.", "кв ", "квартира", "пәтер", "flat"];

/// Everything personal in a text, in order.
pub fn personal(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (from, to, digits) in numbers(text) {
        let what = match digits.as_slice() {
            d if is_iin(d) => Some(Personal::Iin),
            [7 | 8, 7, ..] if digits.len() == 11 => Some(Personal::Phone),
            [7, ..] if digits.len() == 10 => Some(Personal::Phone),
            d if is_card(d) => Some(Personal::Card),
            _ => None,
        };
        if let Some(what) = what {
            pieces.push(Piece { span: (from, to), what });
        }
    }
    for word in words(text) {
        let parts = text[word.0..word.1].split_once('@');
        if parts.is_some_and(|(user, host)| !user.is_empty() && host.contains('.')) {
            pieces.push(Piece { span: word, what: Personal::Email });
        }
    }
    let lower = text.to_lowercase();
    // Lower case may be longer or shorter in bytes; where it is, only forms with digits are found.
    if lower.len() == text.len() {
        after_words(&lower, &mut pieces);
    }
    pieces.sort();
    pieces.dedup_by(|b, a| b.span.0 < a.span.1);
    pieces
}

fn words(text: &str) -> Vec<(usize, usize)> {
    let mut from = 0;
    let mut words = Vec::new();
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_matches(|c: char| !c.is_alphanumeric());
        if !word.is_empty() {
            let start = from + piece.find(word).unwrap_or(0);
            words.push((start, start + word.len()));
        }
        from += piece.len();
    }
    words
}

fn after_words(lower: &str, pieces: &mut Vec<Piece>) {
    let all = words(lower);
    for phrase in NAME_AFTER {
        for (at, _) in lower.match_indices(phrase) {
            let end = at + phrase.len();
            let name: Vec<_> = all.iter().filter(|w| w.0 >= end).take(2).collect();
            if let (Some(first), Some(last)) = (name.first(), name.last()) {
                // The second word is a name too unless a sign stands between them.
                let apart = lower[first.1..last.0.max(first.1)].contains([',', '.', ';', '!']);
                let to = if apart { first.1 } else { last.1 };
                pieces.push(Piece { span: (first.0, to), what: Personal::Name });
            }
        }
    }
    for phrase in FLAT {
        for (at, _) in lower.match_indices(phrase) {
            let end = at + phrase.len();
            let next = all.iter().find(|w| w.0 + 1 >= end && w.0 >= at + phrase.trim().len());
            let is_number =
                |w: &&(usize, usize)| lower[w.0..w.1].starts_with(|c: char| c.is_ascii_digit());
            if let Some(number) = next.filter(is_number) {
                pieces.push(Piece { span: (at, number.1), what: Personal::Flat });
            }
        }
    }
}

/// The text with everything personal covered by `•••`.
pub fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for piece in personal(text) {
        out.push_str(&text[at..piece.span.0]);
        out.push_str("•••");
        at = piece.span.1;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with_check(body: &str) -> String {
        (0..10)
            .map(|c| format!("{body}{c}"))
            .find(|t| is_iin(&t.bytes().map(|b| b - b'0').collect::<Vec<_>>()))
            .unwrap()
    }

    #[test]
    fn what_has_a_form_is_covered() {
        let iin = with_check("90010130001");
        let cases = [
            (format!("ИИН {iin}, ждал 40 минут"), "ИИН •••, ждал 40 минут"),
            ("звоните +7 (701) 234-56-45 утром".into(), "звоните +••• утром"),
            ("8 727 234 56 45".into(), "•••"),
            ("пишите на someone@mail.kz.".into(), "пишите на •••."),
            ("карта 4111 1111 1111 1111".into(), "карта •••"),
            ("Абая 10, кв. 12".into(), "Абая 10, •••"),
            ("Меня зовут Имя Фамилия, автобус 92".into(), "Меня зовут •••, автобус 92"),
            ("автобус 92 в 8:10, 24.11.2026".into(), "автобус 92 в 8:10, 24.11.2026"),
        ];
        for (text, expected) in cases {
            assert_eq!(redacted(&text), expected);
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_covered_text_has_nothing_more(text in "\\PC{0,80}") {
            let once = redacted(&text);
            prop_assert!(once.len() <= text.len() + 9 * text.len());
            let spans: Vec<_> = personal(&text).iter().map(|p| p.span).collect();
            prop_assert!(spans.windows(2).all(|w| w[0].1 <= w[1].0));
        }
    }
}
