//! PNG: chunks. Those that a picture needs are kept; texts, times and whatever is not known are left out.

use super::{MediaFault, bounded, number};

const SIGNATURE_BYTES: usize = 8;
/// Length, name and checksum around the data of a chunk.
const FRAME_BYTES: usize = 12;
/// What a picture needs, and what says how its colours are meant.
const KEPT: [&[u8]; 10] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"];

pub fn clean(bytes: &[u8]) -> Result<Vec<u8>, MediaFault> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(&bytes[..SIGNATURE_BYTES]);
    let (mut at, mut data) = (SIGNATURE_BYTES, false);
    loop {
        let end = at + FRAME_BYTES + number(bytes, at, 4)? as usize;
        let chunk = bytes.get(at..end).ok_or(MediaFault::Damaged)?;
        let name = &chunk[4..8];
        let first = at == SIGNATURE_BYTES;
        if first != (name == b"IHDR") {
            return Err(MediaFault::Damaged);
        }
        if first {
            bounded(number(chunk, 8, 4)?, number(chunk, 12, 4)?)?;
        }
        if KEPT.contains(&name) {
            out.extend_from_slice(chunk);
        }
        data |= name == b"IDAT";
        if name == b"IEND" {
            return if data { Ok(out) } else { Err(MediaFault::Damaged) };
        }
        at = end;
    }
}
