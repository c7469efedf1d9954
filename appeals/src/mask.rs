//! Covers personal data: enough to recognise what one knows, too little to learn what one does not.

/// How many characters of each part of a name but the first are left: the initial.
fn initial(word: &str) -> String {
    word.chars().next().map_or(String::new(), |c| format!("{c}."))
}

/// `Given Family` to `Given F.`.
pub fn name(name: &str) -> String {
    let mut words = name.split_whitespace();
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        out.push(' ');
        out.push_str(&initial(word));
    }
    out
}

/// `+7 701 234 56 45` to `+7 7•• ••• •• 45`: country, first digit and last two. Anything shorter than six
/// digits is covered whole.
pub fn phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let [country, first, .., before_last, last] = digits.as_slice() else { return "••".into() };
    if digits.len() < 6 {
        return "••".into();
    }
    let plus = if phone.trim_start().starts_with('+') { "+" } else { "" };
    format!("{plus}{country} {first}•• ••• •• {before_last}{last}")
}

/// `someone@mail.kz` to `s•••@mail.kz`.
pub fn email(email: &str) -> String {
    let Some((user, host)) = email.rsplit_once('@') else { return "•••".into() };
    let first = user.chars().next().map_or(String::new(), String::from);
    format!("{first}•••@{host}")
}

/// The last four of twelve digits.
pub fn iin(iin: &str) -> String {
    let digits: Vec<char> = iin.chars().filter(char::is_ascii_digit).collect();
    let last: String =
        if digits.len() == 12 { digits[8..].iter().collect() } else { "••••".to_owned() };
    format!("•••••• ••{last}")
}

/// An address is covered whole: a street is enough to find a person by.
pub fn address(address: &str) -> String {
    if address.trim().is_empty() { String::new() } else { "•••".to_owned() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn masks_leave_enough_to_recognise_and_too_little_to_learn() {
        assert_eq!(super::name("Вячеслав Петров"), "Вячеслав П.");
        assert_eq!(super::name("Әйгерім"), "Әйгерім");
        assert_eq!(super::phone("+7 701 234 56 45"), "+7 7•• ••• •• 45");
        assert_eq!(super::phone("87012345645"), "8 7•• ••• •• 45");
        assert_eq!(super::phone("109"), "••");
        assert_eq!(super::email("someone@mail.kz"), "s•••@mail.kz");
        assert_eq!(super::email("not one"), "•••");
        assert_eq!(super::iin("900101300012"), "•••••• ••0012");
        assert_eq!(super::iin("12"), "•••••• ••••••");
        assert_eq!(super::address("Абай 10, 5"), "•••");
    }
}
