//! Addresses: what must be escaped in them, and what a page reads out of its own.

/// A path segment or a query value, percent-encoded.
pub fn encode(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for byte in raw.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte as char);
            }
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(HEX[usize::from(byte >> 4)] as char);
                out.push(HEX[usize::from(byte & 15)] as char);
            }
        }
    }
    out
}

/// The opposite; `+` is a space, as forms write it. Bytes that are no UTF-8 become `\u{fffd}`.
pub(crate) fn decode(raw: &str) -> String {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let mut rest = bytes.clone();
                let digit = |b: Option<u8>| b.and_then(|b| (b as char).to_digit(16));
                if let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) {
                    out.push((high * 16 + low) as u8);
                    bytes = rest;
                } else {
                    out.push(byte);
                }
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A value out of the query of a path or of a bare query.
pub(crate) fn query_value(path: &str, name: &str) -> Option<String> {
    let query = path.split_once('?').map_or(path, |(_, query)| query);
    let query = query.split('#').next().unwrap_or(query);
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| decode(value))
    })
}

/// The path with one query value set, all others kept.
pub(crate) fn with_query(path: &str, name: &str, value: &str) -> String {
    let path = path.split('#').next().unwrap_or(path);
    let (base, query) = path.split_once('?').unwrap_or((path, ""));
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name))
        .map(str::to_owned)
        .collect();
    if !value.is_empty() {
        pairs.push(format!("{name}={}", encode(value)));
    }
    if pairs.is_empty() { base.to_owned() } else { format!("{base}?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_out_comes_back() {
        for raw in ["12", "a/b c", "Щё?&=#%", "Қала +"] {
            assert_eq!(decode(&encode(raw)), raw);
        }
        assert_eq!(encode("a/b"), "a%2Fb");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz+%41"), "%zz A");
    }

    #[test]
    fn one_value_changes_and_the_others_stay() {
        assert_eq!(with_query("/stops?q=a%20b&x=1", "lang", "kk"), "/stops?q=a%20b&x=1&lang=kk");
        assert_eq!(with_query("/stops?lang=ru&q=1", "lang", "kk"), "/stops?q=1&lang=kk");
        assert_eq!(with_query("/?sort=wait", "sort", ""), "/");
        assert_eq!(query_value("/stops?q=a%20b&x", "q").as_deref(), Some("a b"));
        assert_eq!(query_value("/stops?q=a%20b&x", "x").as_deref(), Some(""));
        assert_eq!(query_value("/stops", "q"), None);
    }
}
