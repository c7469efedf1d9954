//! HEIC and MP4: boxes in boxes. What is not to be kept is blanked in place and called free space, so that no
//! offset into the file changes.

use super::{MediaFault, bounded, number};
use std::ops::Range;

/// Most boxes of one file: real ones have some hundreds.
const BOXES_MAX: usize = 20_000;
/// Most pieces that the items of one file stand in.
const PIECES_MAX: usize = 20_000;

/// A box: where it stands, and where its content does.
struct Part {
    kind: [u8; 4],
    all: Range<usize>,
    content: Range<usize>,
}

/// The boxes that fill `within`.
fn boxes(bytes: &[u8], within: Range<usize>) -> Result<Vec<Part>, MediaFault> {
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end {
        if found.len() >= BOXES_MAX {
            return Err(MediaFault::Damaged);
        }
        let (size, head) = match number(bytes, at, 4)? {
            0 => ((within.end - at) as u64, 8),
            1 => (number(bytes, at + 8, 8)?, 16),
            size => (size, 8),
        };
        let kind = bytes.get(at + 4..at + 8).and_then(|k| k.try_into().ok());
        let kind = kind.ok_or(MediaFault::Damaged)?;
        let size = usize::try_from(size).map_err(|_| MediaFault::Damaged)?;
        let end = at.checked_add(size).filter(|end| *end <= within.end);
        let end = end.filter(|_| size >= head).ok_or(MediaFault::Damaged)?;
        found.push(Part { kind, all: at..end, content: at + head..end });
        at = end;
    }
    Ok(found)
}

/// What stands inside a box that has a version and flags of four bytes before it.
fn behind_version(content: &Range<usize>) -> Result<Range<usize>, MediaFault> {
    let start = content.start + 4;
    if start <= content.end { Ok(start..content.end) } else { Err(MediaFault::Damaged) }
}

fn blank(bytes: &mut [u8], part: &Part) {
    bytes[part.all.start + 4..part.all.start + 8].copy_from_slice(b"free");
    bytes[part.content.clone()].fill(0);
}

/// A picture: items that are no picture (Exif, XMP) are blanked.
pub fn clean_picture(mut bytes: Vec<u8>) -> Result<Vec<u8>, MediaFault> {
    let mut seen = false;
    let tops = boxes(&bytes, 0..bytes.len())?;
    let data = tops.iter().filter(|t| t.kind == *b"mdat").map(|t| t.content.clone());
    let data: Vec<_> = data.collect();
    for top in tops {
        match &top.kind {
            b"ftyp" | b"mdat" | b"free" | b"skip" => {}
            b"meta" => {
                clean_items(&mut bytes, &top, &data)?;
                seen = true;
            }
            _ => blank(&mut bytes, &top),
        }
    }
    if seen { Ok(bytes) } else { Err(MediaFault::Damaged) }
}

/// `data`: where the bytes of items may stand.
fn clean_items(bytes: &mut [u8], meta: &Part, data: &[Range<usize>]) -> Result<(), MediaFault> {
    let parts = boxes(bytes, behind_version(&meta.content)?)?;
    let of = |kind: &[u8; 4]| parts.iter().find(|p| p.kind == *kind);
    let notes = notes(bytes, of(b"iinf").ok_or(MediaFault::Damaged)?)?;
    let idat = of(b"idat").map(|b| b.content.clone());
    let mut sized = false;
    for properties in
        of(b"iprp").map(|b| boxes(bytes, b.content.clone())).transpose()?.iter().flatten()
    {
        if properties.kind != *b"ipco" {
            continue;
        }
        for property in boxes(bytes, properties.content.clone())? {
            if property.kind == *b"ispe" {
                let at = property.content.start + 4;
                bounded(number(bytes, at, 4)?, number(bytes, at + 4, 4)?)?;
                sized = true;
            }
        }
    }
    if !sized {
        return Err(MediaFault::Damaged);
    }
    if !notes.is_empty() {
        let places = places(bytes, of(b"iloc").ok_or(MediaFault::Damaged)?, &notes, idat.as_ref())?;
        for place in places {
            // Nothing but data is blanked, whatever the file says.
            let mut inside = data.iter().chain(&idat);
            if !inside.any(|d| d.start <= place.start && place.end <= d.end) {
                return Err(MediaFault::Damaged);
            }
            bytes.get_mut(place).ok_or(MediaFault::Damaged)?.fill(0);
        }
    }
    for part in parts.iter().filter(|p| matches!(&p.kind, b"uuid" | b"xml " | b"bxml" | b"udta")) {
        blank(bytes, part);
    }
    Ok(())
}

/// Ids of the items that are no picture.
fn notes(bytes: &[u8], iinf: &Part) -> Result<Vec<u64>, MediaFault> {
    let version = number(bytes, iinf.content.start, 1)?;
    let count_bytes = if version == 0 { 2 } else { 4 };
    let start = iinf.content.start + 4 + count_bytes;
    if start > iinf.content.end {
        return Err(MediaFault::Damaged);
    }
    let mut found = Vec::new();
    for item in boxes(bytes, start..iinf.content.end)? {
        let version = number(bytes, item.content.start, 1)?;
        let id_bytes = match version {
            2 => 2,
            3 => 4,
            _ => return Err(MediaFault::Damaged),
        };
        let at = item.content.start + 4;
        let id = number(bytes, at, id_bytes)?;
        let kind = bytes.get(at + id_bytes + 2..at + id_bytes + 6).ok_or(MediaFault::Damaged)?;
        if matches!(kind, b"Exif" | b"mime" | b"uri ") {
            found.push(id);
        }
    }
    Ok(found)
}

/// Where the bytes of these items stand.
fn places(
    bytes: &[u8],
    iloc: &Part,
    items: &[u64],
    idat: Option<&Range<usize>>,
) -> Result<Vec<Range<usize>>, MediaFault> {
    let mut at = iloc.content.start;
    let mut next = |size: usize| -> Result<u64, MediaFault> {
        let value = number(&bytes[..iloc.content.end], at, size)?;
        at += size;
        Ok(value)
    };
    let version = next(1)?;
    next(3)?;
    let sizes = next(2)?;
    let size = |shift: u32| (sizes >> shift & 15) as usize;
    let (offset_bytes, length_bytes, base_bytes) = (size(12), size(8), size(4));
    let index_bytes = if version == 0 { 0 } else { size(0) };
    let id_bytes = if version < 2 { 2 } else { 4 };
    let (mut found, mut pieces, mut blanked) = (Vec::new(), 0, 0);
    for _ in 0..next(id_bytes)? {
        let id = next(id_bytes)?;
        let method = if version == 0 { 0 } else { next(2)? & 15 };
        next(2)?;
        let base = next(base_bytes)?;
        for _ in 0..next(2)? {
            pieces += 1;
            if pieces > PIECES_MAX {
                return Err(MediaFault::Damaged);
            }
            next(index_bytes)?;
            let (offset, length) = (next(offset_bytes)?, next(length_bytes)?);
            if !items.contains(&id) {
                continue;
            }
            let from = match (method, idat) {
                (0, _) => 0,
                (1, Some(idat)) => idat.start as u64,
                _ => return Err(MediaFault::Damaged),
            };
            let start = from.checked_add(base).and_then(|n| n.checked_add(offset));
            let start = start.ok_or(MediaFault::Damaged)?;
            // Pieces that lie on each other are made to keep us busy.
            blanked += length.min(bytes.len() as u64);
            let end = start.checked_add(length).filter(|_| blanked <= bytes.len() as u64);
            let end = end.ok_or(MediaFault::Damaged)?;
            found.push(start as usize..end as usize);
        }
    }
    Ok(found)
}

/// A film: tracks of pictures and sound are kept, and nothing that tells where, when and by whom.
pub fn clean_film(mut bytes: Vec<u8>) -> Result<Vec<u8>, MediaFault> {
    let mut seen = false;
    for top in boxes(&bytes, 0..bytes.len())? {
        match &top.kind {
            b"ftyp" | b"styp" | b"mdat" | b"moof" | b"sidx" | b"mfra" | b"free" | b"skip" => {}
            b"moov" => {
                clean_movie(&mut bytes, &top)?;
                seen = true;
            }
            _ => blank(&mut bytes, &top),
        }
    }
    if seen { Ok(bytes) } else { Err(MediaFault::Damaged) }
}

fn clean_movie(bytes: &mut [u8], moov: &Part) -> Result<(), MediaFault> {
    for part in boxes(bytes, moov.content.clone())? {
        match &part.kind {
            b"mvhd" => forget_times(bytes, &part)?,
            b"trak" if is_seen_or_heard(bytes, &part)? => clean_track(bytes, &part)?,
            b"mvex" | b"free" => {}
            _ => blank(bytes, &part),
        }
    }
    Ok(())
}

/// When it was made and changed: the first two fields behind the version.
fn forget_times(bytes: &mut [u8], head: &Part) -> Result<(), MediaFault> {
    let size = if number(bytes, head.content.start, 1)? == 1 { 16 } else { 8 };
    let at = head.content.start + 4;
    bytes.get_mut(at..at + size).ok_or(MediaFault::Damaged)?.fill(0);
    Ok(())
}

/// Tracks of positions and the like are neither.
fn is_seen_or_heard(bytes: &[u8], trak: &Part) -> Result<bool, MediaFault> {
    for media in boxes(bytes, trak.content.clone())?.iter().filter(|b| b.kind == *b"mdia") {
        let inner = boxes(bytes, media.content.clone())?;
        if let Some(handler) = inner.iter().find(|b| b.kind == *b"hdlr") {
            let at = handler.content.start + 8;
            let kind = bytes.get(at..at + 4).ok_or(MediaFault::Damaged)?;
            return Ok(matches!(kind, b"vide" | b"soun"));
        }
    }
    Ok(false)
}

fn clean_track(bytes: &mut [u8], trak: &Part) -> Result<(), MediaFault> {
    for part in boxes(bytes, trak.content.clone())? {
        match &part.kind {
            b"tkhd" => {
                forget_times(bytes, &part)?;
                // Width and height end the box, in 1/65536 pixels; of sound they are nothing.
                let at = part.content.end.checked_sub(8).ok_or(MediaFault::Damaged)?;
                let (width, height) =
                    (number(bytes, at, 4)? >> 16, number(bytes, at + 4, 4)? >> 16);
                if width * height > 0 {
                    bounded(width, height)?;
                }
            }
            b"mdia" => {
                for inner in boxes(bytes, part.content.clone())? {
                    match &inner.kind {
                        b"mdhd" => forget_times(bytes, &inner)?,
                        b"hdlr" | b"minf" | b"elng" => {}
                        _ => blank(bytes, &inner),
                    }
                }
            }
            b"edts" | b"tref" | b"free" => {}
            _ => blank(bytes, &part),
        }
    }
    Ok(())
}
