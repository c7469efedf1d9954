use super::*;
use proptest::prelude::*;

const SECRET: &[u8] = b"GPS 43.2 76.9 by Aidos";

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let size = (payload.len() + 2) as u16;
    [&[0xff, marker][..], &size.to_be_bytes(), payload].concat()
}

/// Little-endian TIFF with which side is up, and a secret.
fn exif(up: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend_from_slice(&[up, 0, 0, 0, 0, 0, 0, 0]);
    [&tiff, SECRET].concat()
}

fn jpeg(up: u8, width: u16, height: u16) -> Vec<u8> {
    let mut frame = vec![8];
    frame.extend_from_slice(&height.to_be_bytes());
    frame.extend_from_slice(&width.to_be_bytes());
    frame.extend_from_slice(&[1, 1, 0x11, 0]);
    [
        b"\xff\xd8".to_vec(),
        segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01thumb"),
        segment(0xe1, &exif(up)),
        segment(0xe2, SECRET),
        segment(0xfe, SECRET),
        segment(0xdb, &[0; 65]),
        segment(0xc2, &frame),
        segment(0xda, &[1, 1, 0, 0, 0, 0]),
        b"data\xff\x00more\xff\xd0again".to_vec(),
        segment(0xed, SECRET),
        segment(0xda, &[1, 1, 0, 0, 0, 0]),
        b"second\xff\xd9".to_vec(),
        SECRET.to_vec(),
    ]
    .concat()
}

fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    [&(data.len() as u32).to_be_bytes()[..], name, data, &[0; 4]].concat()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &[&size[..], &[8, 0, 0, 0, 0]].concat()),
        chunk(b"tEXt", SECRET),
        chunk(b"eXIf", SECRET),
        chunk(b"IDAT", b"pixels"),
        chunk(b"IEND", b""),
        SECRET.to_vec(),
    ]
    .concat()
}

fn riff(name: &[u8], data: &[u8]) -> Vec<u8> {
    let pad: &[u8] = if data.len() % 2 == 1 { &[0] } else { &[] };
    [name, &(data.len() as u32).to_le_bytes(), data, pad].concat()
}

fn webp(flags: u8, width: u32) -> Vec<u8> {
    let wide = (width - 1).to_le_bytes();
    let extended = [&[flags, 0, 0, 0][..], &wide[..3], &[9, 0, 0]].concat();
    let lossless = [&[0x2f][..], &(9_u32 | 9 << 14).to_le_bytes(), b"pixels"].concat();
    let body = [
        riff(b"VP8X", &extended),
        riff(b"ICCP", SECRET),
        riff(b"VP8L", &lossless),
        riff(b"EXIF", SECRET),
        riff(b"XMP ", SECRET),
    ]
    .concat();
    let size = (body.len() + 4) as u32;
    [b"RIFF", &size.to_le_bytes()[..], b"WEBP", &body].concat()
}

fn part(kind: &[u8], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
}

/// A HEIC whose second item is Exif in `mdat`, and third XMP in `idat`.
fn heic(width: u32) -> Vec<u8> {
    let head = part(b"ftyp", b"heic\0\0\0\0mif1");
    let item = |id: u8, kind: &[u8]| {
        part(b"infe", &[&[2, 0, 0, 0, 0, id, 0, 0][..], kind, b"\0"].concat())
    };
    let items = [item(1, b"hvc1"), item(2, b"Exif"), item(3, b"mime")].concat();
    let iinf = part(b"iinf", &[&[0, 0, 0, 0, 0, 3][..], &items].concat());
    let ispe = part(b"ispe", &[&[0; 4][..], &width.to_be_bytes(), &10_u32.to_be_bytes()].concat());
    let iprp = part(b"iprp", &part(b"ipco", &ispe));
    let idat = part(b"idat", SECRET);
    let place = |id: u8, method: u8, offset: u32, length: u32| {
        let mut out = vec![0, id, 0, method, 0, 0, 0, 1];
        out.extend_from_slice(&offset.to_be_bytes());
        out.extend_from_slice(&length.to_be_bytes());
        out
    };
    let meta = |mdat: u32| {
        let secret = SECRET.len() as u32;
        let places =
            [place(1, 0, mdat, 6), place(2, 0, mdat + 6, secret), place(3, 1, 0, secret)].concat();
        let iloc = part(b"iloc", &[&[1, 0, 0, 0, 0x44, 0, 0, 3][..], &places].concat());
        part(b"meta", &[&[0; 4][..], &iinf, &iloc, &iprp, &idat].concat())
    };
    let mdat = (head.len() + meta(0).len() + 8) as u32;
    let data = [b"pixels", SECRET].concat();
    [head, meta(mdat), part(b"mdat", &data), part(b"uuid", SECRET)].concat()
}

fn mp4(handler: &[u8]) -> Vec<u8> {
    let times = [&[0; 4][..], &[7; 8]].concat();
    let tkhd = [&times[..], &[0; 60], &[2, 0, 0, 0, 1, 0, 0, 0]].concat();
    let hdlr = part(b"hdlr", &[&[0; 8][..], handler].concat());
    let mdia = part(b"mdia", &[part(b"mdhd", &times), hdlr, part(b"minf", b"table")].concat());
    let trak = part(b"trak", &[part(b"tkhd", &tkhd), mdia, part(b"udta", SECRET)].concat());
    let moov = [part(b"mvhd", &times), trak, part(b"udta", SECRET), part(b"meta", SECRET)].concat();
    [
        part(b"ftyp", b"mp42\0\0\0\0"),
        part(b"moov", &moov),
        part(b"mdat", b"film"),
        part(b"uuid", SECRET),
    ]
    .concat()
}

#[test]
fn a_photo_forgets_what_its_camera_knew_and_keeps_which_side_is_up() {
    let (kind, clean_) = clean(jpeg(6, 400, 300)).unwrap();
    assert_eq!(kind, "image/jpeg");
    assert!(!holds(&clean_, SECRET) && !holds(&clean_, b"thumb"));
    assert!(
        holds(&clean_, b"data\xff\x00more\xff\xd0again") && clean_.ends_with(b"second\xff\xd9")
    );
    assert!(holds(&clean_, &[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]), "which side is up");
    let upright = clean(jpeg(1, 400, 300)).unwrap().1;
    assert!(!holds(&upright, b"Exif"));
    assert_eq!(clean(clean_.clone()).unwrap().1, clean_, "there is nothing left to forget");
    let cut = jpeg(1, 400, 300);
    let cut = &cut[..cut.len() - SECRET.len() - 5];
    assert!(clean(cut.to_vec()).is_ok(), "half a photo is a photo");
    let broken = b"\xff\xd8\xff\xe1\xff\xffshort".to_vec();
    assert_eq!(clean(broken), Err(MediaFault::Damaged), "nobody knows what it says");
}

#[test]
fn pictures_of_other_kinds_forget_as_well() {
    for (bytes, kind, pixels) in [
        (png(100, 50), "image/png", b"pixels"),
        (webp(0x3c, 10), "image/webp", b"pixels"),
        (heic(10), "image/heic", b"pixels"),
    ] {
        assert!(holds(&bytes, SECRET));
        let (found, clean_) = clean(bytes).unwrap();
        assert_eq!(found, kind);
        assert!(!holds(&clean_, SECRET), "{kind}");
        assert!(holds(&clean_, pixels), "{kind}");
        assert_eq!(clean(clean_.clone()).unwrap().1, clean_, "{kind}");
    }
    assert_eq!(clean(webp(0x02, 10)), Err(MediaFault::Kind), "moving pictures");
}

#[test]
fn a_film_forgets_where_and_when_it_was_made() {
    let (kind, film) = clean(mp4(b"vide")).unwrap();
    assert_eq!((kind, film.len()), ("video/mp4", mp4(b"vide").len()));
    assert!(!holds(&film, SECRET) && !holds(&film, &[7; 8]));
    assert!(holds(&film, b"film") && holds(&film, b"table"));
    let positions = clean(mp4(b"meta")).unwrap().1;
    assert!(!holds(&positions, b"table"), "a track of positions is no picture");
}

#[test]
fn a_letter_forgets_its_author_where_that_stands_open() {
    let pdf = b"%PDF-1.7\n1 0 obj<</Author (Aidos \\) \\(x\\) (T.) ) /Title<feff0410>/Producer <</A 1>>>>\n\
        <?xpacket begin='' id='x'?><dc:creator>Aidos</dc:creator><?xpacket end='w'?>\n(Aidos stays)";
    let (_, clean_) = clean(pdf.to_vec()).unwrap();
    assert_eq!(clean_.len(), pdf.len(), "no offset changes");
    let text = String::from_utf8(clean_).unwrap();
    assert_eq!(text.matches("Aidos").count(), 1, "{text}");
    assert!(text.contains("/Title<20202020>") && text.contains("/Producer <</A 1>>"), "{text}");
}

#[test]
fn pixels_are_bounded_before_anybody_decodes() {
    for bomb in [jpeg(1, 60_000, 60_000), png(70_000, 70_000), webp(0, 1 << 24), heic(1 << 30)] {
        assert_eq!(clean(bomb), Err(MediaFault::Pixels));
    }
    assert_eq!(clean(png(0, 10)), Err(MediaFault::Damaged));
}

#[test]
fn what_is_none_of_them_is_refused() {
    for no in [&b"<svg onload=alert(1)>"[..], b"PK\x03\x04", b"MZ", b"", b"\0\0\0\x18ftyp"] {
        assert_eq!(clean(no.to_vec()), Err(MediaFault::Kind), "{no:?}");
    }
}

proptest! {
    /// Whatever comes is cleaned or refused, and what is clean stays as it is.
    #[test]
    fn no_file_breaks_it(which in 0..6_usize, at in any::<proptest::sample::Index>(), byte: u8, cut in any::<proptest::sample::Index>()) {
        let mut bytes =
            [jpeg(6, 9, 9), png(9, 9), webp(0x3c, 9), heic(9), mp4(b"vide"), b"%PDF-1(/Author (a".to_vec()][which].clone();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if byte % 3 == 0 {
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        if let Ok((kind, once)) = clean(bytes) {
            prop_assert_eq!(clean(once.clone()), Ok((kind, once)));
        }
    }
}
