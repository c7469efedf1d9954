//! Letters: what people type for what they mean.

/// Keys of the Latin layout and the letters that they give in the Russian one.
const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const RUSSIAN: &str = "йцукенгшщзхъфывапролджэячсмитьбюё";

/// Lower case, with the letters that people mix up made one: ё, and those of the Kazakh alphabet that a
/// Russian keyboard has not.
pub(super) fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'ё' => 'е',
            'ә' => 'а',
            'ғ' => 'г',
            'қ' => 'к',
            'ң' => 'н',
            'ө' => 'о',
            'ұ' | 'ү' => 'у',
            'һ' => 'х',
            'і' => 'и',
            other => other,
        })
        .collect()
}

/// What the same keys give in the other layout; `None` for a text without letters.
pub(super) fn other_layout(text: &str) -> Option<String> {
    let latin = text.chars().any(|c| c.is_ascii_alphabetic());
    let cyrillic = text.chars().any(|c| ('а'..='я').contains(&c) || c == 'ё');
    let (from, to) = match (latin, cyrillic) {
        (true, false) => (LATIN, RUSSIAN),
        (false, true) => (RUSSIAN, LATIN),
        _ => return None,
    };
    let swap =
        |c: char| from.chars().position(|f| f == c).and_then(|i| to.chars().nth(i)).unwrap_or(c);
    Some(text.chars().map(swap).collect())
}

/// Latin letters read as Russian ones (`kamenskoe` to `каменское`); `None` without Latin letters.
pub(super) fn from_latin(text: &str) -> Option<String> {
    const PAIRS: [(&str, &str); 36] = [
        ("shch", "щ"),
        ("zh", "ж"),
        ("kh", "х"),
        ("ts", "ц"),
        ("ch", "ч"),
        ("sh", "ш"),
        ("yu", "ю"),
        ("ya", "я"),
        ("yo", "е"),
        ("ye", "е"),
        ("a", "а"),
        ("b", "б"),
        ("c", "к"),
        ("d", "д"),
        ("e", "е"),
        ("f", "ф"),
        ("g", "г"),
        ("h", "х"),
        ("i", "и"),
        ("j", "ж"),
        ("k", "к"),
        ("l", "л"),
        ("m", "м"),
        ("n", "н"),
        ("o", "о"),
        ("p", "п"),
        ("q", "к"),
        ("r", "р"),
        ("s", "с"),
        ("t", "т"),
        ("u", "у"),
        ("v", "в"),
        ("w", "в"),
        ("x", "кс"),
        ("y", "ы"),
        ("z", "з"),
    ];
    if !text.chars().any(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut rest = text;
    let mut out = String::new();
    'next: while let Some(first) = rest.chars().next() {
        for (latin, russian) in PAIRS {
            if let Some(tail) = rest.strip_prefix(latin) {
                out.push_str(russian);
                rest = tail;
                continue 'next;
            }
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
    }
    Some(out)
}

/// Two words are forms of one: equal, or alike but for an ending of up to three letters. Short words must be
/// equal.
pub(super) fn alike(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let shared = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let ending = |word: &str| word.chars().count() - shared;
    shared >= 4 && ending(a) <= 3 && ending(b) <= 3
}

/// What a person says begins with a saying: words of four letters and more may have another ending.
pub(super) fn says(word: &str, saying: &str) -> bool {
    let (n, m) = (word.chars().count(), saying.chars().count());
    if m < 4 { word == saying } else { word.starts_with(saying) || (n >= m && alike(word, saying)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_layout_is_read_as_it_was_meant() {
        assert_eq!(other_layout("ghjtpl").unwrap(), "проезд");
        assert_eq!(other_layout("rfvtycrjt").unwrap(), "каменское");
        assert_eq!(other_layout("дфеу").unwrap(), "late");
        assert_eq!(other_layout("8:10"), None);
        assert_eq!(from_latin("kamenskoe").unwrap(), "каменское");
        assert_eq!(from_latin("zhuldyz").unwrap(), "жулдыз");
        assert_eq!(fold("Қазір ЁЛКА"), "казир елка");
    }

    #[test]
    fn endings_are_forgiven_and_other_words_are_not() {
        assert!(alike("каменском", "каменское"));
        assert!(alike("плато", "плато"));
        assert!(!alike("абая", "абылай"));
        assert!(!alike("дом", "дома"));
        assert!(says("приехала", "приехал") && !says("нет", "не"));
    }
}
