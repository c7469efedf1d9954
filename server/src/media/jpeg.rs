//! JPEG: segments between markers. Of the segments of applications and the comments only what says how
//! colours are meant and which side is up is kept; what stands behind the picture's end is left out.

use super::{MediaFault, bounded, number};

/// Frames: SOF0 to SOF15 without the tables between them.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// What writes of applications are: APP0 to APP15 and comments.
fn is_note(marker: u8) -> bool {
    matches!(marker, 0xe0..=0xef | 0xfe)
}

pub fn clean(bytes: &[u8]) -> Result<Vec<u8>, MediaFault> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(&[0xff, 0xd8]);
    let (mut at, mut framed, mut scanned) = (2, false, false);
    while at < bytes.len() {
        if bytes[at] != 0xff {
            return Err(MediaFault::Damaged);
        }
        let Some(&marker) = bytes.get(at + 1) else { break };
        match marker {
            // Fill.
            0xff => at += 1,
            0xd9 => {
                out.extend_from_slice(&[0xff, 0xd9]);
                break;
            }
            0x01 | 0xd0..=0xd7 => {
                out.extend_from_slice(&bytes[at..at + 2]);
                at += 2;
            }
            _ => {
                let end = at + 2 + number(bytes, at + 2, 2)? as usize;
                let segment = bytes.get(at..end).filter(|s| s.len() >= 4);
                let segment = segment.ok_or(MediaFault::Damaged)?;
                if is_frame(marker) {
                    bounded(number(segment, 7, 2)?, number(segment, 5, 2)?)?;
                    framed = true;
                }
                if is_note(marker) {
                    out.extend(kept(marker, &segment[4..]));
                } else {
                    out.extend_from_slice(segment);
                }
                at = end;
                if marker == 0xda {
                    let scan = scan_end(bytes, at);
                    out.extend_from_slice(&bytes[at..scan]);
                    (at, scanned) = (scan, true);
                }
            }
        }
    }
    if framed && scanned { Ok(out) } else { Err(MediaFault::Damaged) }
}

/// Where the coded data that begins at `at` ends: at the next marker that is no restart.
fn scan_end(bytes: &[u8], at: usize) -> usize {
    let pairs = bytes[at..].windows(2);
    let end = pairs.into_iter().position(|p| p[0] == 0xff && !matches!(p[1], 0 | 0xd0..=0xd7));
    end.map_or(bytes.len(), |n| at + n)
}

/// What is kept of a segment of an application.
fn kept(marker: u8, payload: &[u8]) -> Vec<u8> {
    match (marker, payload) {
        // Without the small picture in it.
        (0xe0, [b'J', b'F', b'I', b'F', 0, rest @ ..]) if rest.len() >= 9 => {
            let mut out = vec![0xff, 0xe0, 0, 16];
            out.extend_from_slice(&payload[..12]);
            out.extend_from_slice(&[0, 0]);
            out
        }
        (0xe1, [b'E', b'x', b'i', b'f', 0, 0, tiff @ ..]) => {
            orientation(tiff).map(exif_of).unwrap_or_default()
        }
        // Adobe's: which colours are meant.
        (0xee, [b'A', b'd', b'o', b'b', b'e', ..]) if payload.len() == 12 => {
            let mut out = vec![0xff, 0xee, 0, 14];
            out.extend_from_slice(payload);
            out
        }
        _ => Vec::new(),
    }
}

/// Which side is up, 2 to 8; 1, the usual one, needs no word.
fn orientation(tiff: &[u8]) -> Option<u8> {
    const ORIENTATION: u64 = 0x0112;
    let little = tiff.starts_with(b"II");
    let read = |at: usize, size: usize| -> Option<u64> {
        let mut bytes = tiff.get(at..at.checked_add(size)?)?.to_vec();
        if little {
            bytes.reverse();
        }
        number(&bytes, 0, size).ok()
    };
    let first = read(4, 4)? as usize;
    let entries = read(first, 2)? as usize;
    let at =
        (0..entries).map(|n| first + 2 + n * 12).find(|at| read(*at, 2) == Some(ORIENTATION))?;
    let up = read(at + 8, 2)?;
    (2..=8).contains(&up).then_some(up as u8)
}

/// An Exif segment that says which side is up, and nothing else.
fn exif_of(orientation: u8) -> Vec<u8> {
    let mut out = vec![0xff, 0xe1, 0, 34];
    out.extend_from_slice(b"Exif\0\0MM\0*\0\0\0\x08\0\x01");
    out.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    out.extend_from_slice(&[0, 0, 0, 0]);
    out
}
