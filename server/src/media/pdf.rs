//! PDF: what its makers wrote of themselves, blanked in place, so that no offset changes. Objects that are
//! compressed are not opened: of those nothing is blanked.

/// Entries of the information dictionary that say who, with what, when.
const ENTRIES: [&[u8]; 8] = [
    b"/Author",
    b"/Creator",
    b"/Producer",
    b"/Title",
    b"/Subject",
    b"/Keywords",
    b"/CreationDate",
    b"/ModDate",
];
const PACKET_BEGIN: &[u8] = b"<?xpacket begin";
const PACKET_END: &[u8] = b"<?xpacket end";

pub fn clean(mut bytes: Vec<u8>) -> Vec<u8> {
    for entry in ENTRIES {
        let mut from = 0;
        while let Some(at) = find(&bytes, entry, from) {
            from = at + entry.len();
            blank_string(&mut bytes[from..]);
        }
    }
    let mut from = 0;
    while let Some(begin) = find(&bytes, PACKET_BEGIN, from) {
        let Some(end) = find(&bytes, PACKET_END, begin) else { break };
        bytes[begin..end].fill(b' ');
        from = end;
    }
    bytes
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let found = bytes.get(from..)?.windows(what.len()).position(|w| w == what)?;
    Some(from + found)
}

/// Blanks the string that `bytes` begins with, if it does: `(…)` with brackets in it, or `<hex>`.
fn blank_string(bytes: &mut [u8]) {
    let Some(start) = bytes.iter().position(|b| !b.is_ascii_whitespace()) else { return };
    match bytes[start] {
        b'(' => {
            let (mut depth, mut escaped) = (0_usize, false);
            for byte in &mut bytes[start..] {
                match (escaped, *byte) {
                    (true, _) => escaped = false,
                    (false, b'\\') => escaped = true,
                    (false, b'(') => depth += 1,
                    (false, b')') => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    return;
                }
                if depth > 1 || *byte != b'(' {
                    *byte = b' ';
                }
            }
        }
        // `<<` begins a dictionary.
        b'<' if bytes.get(start + 1) != Some(&b'<') => {
            let digits = bytes[start + 1..].iter_mut().take_while(|b| **b != b'>');
            digits
                .filter(|b| b.is_ascii_hexdigit())
                .zip([b'2', b'0'].into_iter().cycle())
                .for_each(|(byte, blank)| *byte = blank);
        }
        _ => {}
    }
}
