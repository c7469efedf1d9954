//! Words without the differences that people do not type: case, ё for е, қ for к, ł for l, punctuation.

/// Folds `text` for search: lower case; Kazakh letters to the Russian ones that stand in for them on a
/// keyboard without them; ё to е; Latin letters without their marks; every run of anything else a blank.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match letter(c) {
            Some(folded) => out.push_str(folded),
            None if c.is_alphanumeric() => out.push(c),
            // A combining mark belongs to the letter before it.
            None if ('\u{300}'..='\u{36f}').contains(&c) => {}
            None if out.ends_with(' ') || out.is_empty() => {}
            None => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn letter(c: char) -> Option<&'static str> {
    Some(match c {
        'ә' => "а",
        'ғ' | 'ґ' => "г",
        'қ' => "к",
        'ң' => "н",
        'ө' => "о",
        'ұ' | 'ү' | 'ў' => "у",
        'һ' => "х",
        'і' | 'ї' => "и",
        'ё' | 'є' => "е",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì'..='ï' | 'ĩ' | 'ī' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_finds_what_is_written() {
        assert_eq!(fold("Қонаев көшесі"), fold("конаев кошеси"));
        assert_eq!(fold("Төле би — Бәйтерек"), fold("толе би байтерек"));
        assert_eq!(fold("Берёзовая"), "березовая");
        assert_eq!(fold("Łódź, Plac Wolności"), "lodz plac wolnosci");
        assert_eq!(fold("  «Абая» / 12-й  "), "абая 12 й");
        assert_eq!(fold("e\u{301}"), "e");
        assert_eq!(fold(""), "");
    }
}
