//! Files that people send: known by their first bytes, bounded in pixels by what their heads say, and without
//! what cameras and programs wrote of place, time and owner. Nothing is decoded, so nothing can be blown up.

mod boxes;
mod jpeg;
mod pdf;
mod png;
mod webp;

/// Most pixels of a picture: what a viewer must hold in memory, four bytes each.
pub const PIXELS_MAX: u64 = 40_000_000;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaFault {
    /// None of those that are taken; what can hold scripts (SVG, HTML) is none.
    #[error("files are JPEG, PNG, WebP, HEIC, PDF or MP4")]
    Kind,
    /// It cannot be followed, so that nobody knows what it says besides.
    #[error("the file is damaged")]
    Damaged,
    /// More than [`PIXELS_MAX`].
    #[error("a picture has at most 40 million pixels")]
    Pixels,
}

/// The media type of a file by its first bytes, and the file without what says who made it, where and when.
///
/// PDF is a letter more than a picture: what its makers wrote of themselves is blanked where it stands open,
/// but not in compressed objects.
pub fn clean(bytes: Vec<u8>) -> Result<(&'static str, Vec<u8>), MediaFault> {
    let brand = bytes.get(4..12).filter(|b| &b[..4] == b"ftyp").map(|b| &b[4..]);
    Ok(match (bytes.as_slice(), brand) {
        ([0xff, 0xd8, 0xff, ..], _) => ("image/jpeg", jpeg::clean(&bytes)?),
        ([0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..], _) => {
            ("image/png", png::clean(&bytes)?)
        }
        ([b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..], _) => {
            ("image/webp", webp::clean(&bytes)?)
        }
        ([b'%', b'P', b'D', b'F', b'-', ..], _) => ("application/pdf", pdf::clean(bytes)),
        (_, Some(b"heic" | b"heix" | b"mif1" | b"msf1")) => {
            ("image/heic", boxes::clean_picture(bytes)?)
        }
        (_, Some(b"isom" | b"iso2" | b"iso5" | b"iso6" | b"mp41" | b"mp42" | b"avc1")) => {
            ("video/mp4", boxes::clean_film(bytes)?)
        }
        _ => return Err(MediaFault::Kind),
    })
}

/// Not larger than a viewer can bear, and not nothing.
fn bounded(width: u64, height: u64) -> Result<(), MediaFault> {
    match width.checked_mul(height) {
        Some(0) => Err(MediaFault::Damaged),
        Some(pixels) if pixels <= PIXELS_MAX => Ok(()),
        _ => Err(MediaFault::Pixels),
    }
}

/// A big-endian number of up to eight bytes at `at`.
fn number(bytes: &[u8], at: usize, size: usize) -> Result<u64, MediaFault> {
    let end = at.checked_add(size).ok_or(MediaFault::Damaged)?;
    let bytes = bytes.get(at..end).ok_or(MediaFault::Damaged)?;
    Ok(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests;
