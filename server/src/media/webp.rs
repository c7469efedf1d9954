//! WebP: chunks in a RIFF. The picture and its transparency are kept; moving pictures are not taken.

use super::{MediaFault, bounded};

const HEAD_BYTES: usize = 12;
/// Of the flags of an extended picture: it is transparent, it moves.
const TRANSPARENT: u8 = 0x10;
const MOVES: u8 = 0x02;

fn little(bytes: &[u8], at: usize, size: usize) -> Result<u64, MediaFault> {
    let bytes = bytes.get(at..at + size).ok_or(MediaFault::Damaged)?;
    Ok(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

pub fn clean(bytes: &[u8]) -> Result<Vec<u8>, MediaFault> {
    let end = HEAD_BYTES - 4 + little(bytes, 4, 4)? as usize;
    let bytes = bytes.get(..end).ok_or(MediaFault::Damaged)?;
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    let (mut at, mut picture) = (HEAD_BYTES, false);
    while at < bytes.len() {
        let size = little(bytes, at + 4, 4)? as usize;
        // Chunks begin at even places.
        let end = at + 8 + size + size % 2;
        let chunk = bytes.get(at..end).ok_or(MediaFault::Damaged)?;
        let data = &chunk[8..8 + size];
        match &chunk[..4] {
            b"VP8X" => {
                let flags = *data.first().ok_or(MediaFault::Damaged)?;
                if flags & MOVES != 0 {
                    return Err(MediaFault::Kind);
                }
                bounded(little(data, 4, 3)? + 1, little(data, 7, 3)? + 1)?;
                out.extend_from_slice(&chunk[..8]);
                out.push(flags & TRANSPARENT);
                out.extend_from_slice(&chunk[9..]);
            }
            b"VP8 " => {
                bounded(little(data, 6, 2)? & 0x3fff, little(data, 8, 2)? & 0x3fff)?;
                out.extend_from_slice(chunk);
                picture = true;
            }
            b"VP8L" => {
                let sizes = little(data, 1, 4)?;
                bounded((sizes & 0x3fff) + 1, (sizes >> 14 & 0x3fff) + 1)?;
                out.extend_from_slice(chunk);
                picture = true;
            }
            b"ALPH" => out.extend_from_slice(chunk),
            _ => {}
        }
        at = end;
    }
    let size = (out.len() - 8) as u32;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    if picture { Ok(out) } else { Err(MediaFault::Damaged) }
}
