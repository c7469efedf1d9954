//! Small pictures, sound as far as their heads go.

fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    [&(data.len() as u32).to_be_bytes()[..], name, data, &[0; 4]].concat()
}

/// A PNG of 4 × 4 pixels whose data is `pixels`.
pub fn png(pixels: &[u8]) -> Vec<u8> {
    let head = [0, 0, 0, 4, 0, 0, 0, 4, 8, 0, 0, 0, 0];
    let parts = [chunk(b"IHDR", &head), chunk(b"IDAT", pixels), chunk(b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat()].concat()
}

/// A JPEG of 4 × 4 pixels in which the camera noted `note`.
pub fn jpeg(note: &[u8]) -> Vec<u8> {
    let size = (note.len() as u16 + 2).to_be_bytes();
    [
        b"\xff\xd8\xff\xe1",
        &size[..],
        note,
        b"\xff\xc0\x00\x0b\x08\x00\x04\x00\x04\x01\x01\x11\x00",
        b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00scan\xff\xd9",
    ]
    .concat()
}
