//! Files of an appeal: bounded, known by their first bytes and not by their names, sealed.

use super::seal::random;
use super::{Register, ServiceError};
use crate::ledger::Statement;
use appeals::ids::AppealId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most files of one appeal.
pub const FILES_MAX: usize = 5;
/// Largest file, bytes.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Largest sum of an appeal's files, bytes.
pub const ALL_BYTES_MAX: usize = 30 * 1024 * 1024;
/// A file is sealed in parts of so many bytes.
const PART_BYTES: usize = 256 * 1024;
/// Longest name, characters.
const NAME_CHARS_MAX: usize = 120;

/// What one appeal's files may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most files.
    pub files: usize,
    /// Largest file, bytes.
    pub file_bytes: usize,
    /// Largest sum, bytes.
    pub all_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { files: FILES_MAX, file_bytes: FILE_BYTES_MAX, all_bytes: ALL_BYTES_MAX }
    }
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    /// More than [`FILES_MAX`].
    #[error("more than {FILES_MAX} files")]
    TooMany,
    /// Larger than [`FILE_BYTES_MAX`], or all together than [`ALL_BYTES_MAX`].
    #[error("a file has at most 10 MB, all together 30 MB")]
    TooLarge,
    /// None of those that are taken.
    #[error("files are JPEG, PNG, WebP, HEIC, PDF or MP4")]
    Kind,
}

/// A file that was looked at.
#[derive(Clone, Debug)]
pub struct Attachment {
    name: String,
    media_type: &'static str,
    bytes: Vec<u8>,
}

/// What is kept of a file beside its bytes.
#[derive(Serialize, Deserialize)]
struct Label {
    name: String,
    sha256: String,
}

/// The kind of a file by its first bytes; what can hold scripts (SVG, HTML) is none.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let brand = bytes.get(4..12).filter(|b| &b[..4] == b"ftyp").map(|b| &b[4..]);
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        _ => match brand? {
            b"heic" | b"heix" | b"mif1" | b"msf1" => Some("image/heic"),
            b"isom" | b"iso2" | b"iso5" | b"mp41" | b"mp42" | b"avc1" => Some("video/mp4"),
            _ => None,
        },
    }
}

/// A JPEG without what its camera wrote of place, time and owner: the segments APP1 to APP15 and comments,
/// except APP14, which says how colours are meant. Whatever cannot be followed stays as it is.
fn without_camera_notes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(&bytes[..2]);
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        if marker == 0xda || end > bytes.len() {
            break;
        }
        let note = matches!(marker, 0xe1..=0xef | 0xfe) && marker != 0xee;
        if !note {
            out.extend_from_slice(&bytes[at..end]);
        }
        at = end;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

impl Attachment {
    /// Looks at a file.
    pub fn new(name: &str, bytes: Vec<u8>) -> Result<Self, AttachmentError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(AttachmentError::TooLarge);
        }
        let media_type = media_type(&bytes).ok_or(AttachmentError::Kind)?;
        let bytes = if media_type == "image/jpeg" { without_camera_notes(&bytes) } else { bytes };
        let name = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
        Ok(Self { name, media_type, bytes })
    }

    /// One more file of an appeal, within what all may be.
    pub fn add(files: &mut Vec<Self>, file: Self) -> Result<(), AttachmentError> {
        if files.len() >= FILES_MAX {
            return Err(AttachmentError::TooMany);
        }
        let all: usize = files.iter().map(|f| f.bytes.len()).sum();
        if all + file.bytes.len() > ALL_BYTES_MAX {
            return Err(AttachmentError::TooLarge);
        }
        files.push(file);
        Ok(())
    }

    /// Of which kind.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }
}

impl Register {
    /// The rows of a file.
    pub(super) fn attachment_rows(
        &self,
        appeal: AppealId,
        file: &Attachment,
    ) -> Result<Vec<Statement>, ServiceError> {
        let id = uuid::Builder::from_unix_timestamp_millis(self.now_ms(), &random()?).into_uuid();
        let id = id.to_string();
        let sha256 = appeals::journal::Hash::of(&file.bytes).to_string();
        let label = Label { name: file.name.clone(), sha256 };
        let sealed = self.keys.seal(&format!("attachment/{id}"), &label)?;
        let parts = file.bytes.chunks(PART_BYTES);
        let mut rows = vec![Statement::new(
            "INSERT INTO attachments (attachment_id, appeal_id, at, media_type, size_bytes, parts, \
             sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            vec![
                id.clone().into(),
                appeal.to_string().into(),
                self.now().into(),
                file.media_type.into(),
                (file.bytes.len() as i64).into(),
                (parts.len() as i64).into(),
                sealed.into(),
            ],
        )];
        for (seq, part) in parts.enumerate() {
            let sealed = self.keys.seal_bytes(&format!("attachment/{id}/{seq}"), part)?;
            rows.push(Statement::new(
                "INSERT INTO attachment_parts (attachment_id, seq, sealed) VALUES ($1, $2, $3)",
                vec![id.clone().into(), (seq as i64).into(), sealed.into()],
            ));
        }
        Ok(rows)
    }

    /// The files of an appeal: id, kind, size in bytes.
    pub async fn attachments(
        &self,
        appeal: AppealId,
    ) -> Result<Vec<(String, String, i64)>, ServiceError> {
        let sql = "SELECT attachment_id, media_type, size_bytes FROM attachments \
                   WHERE appeal_id = $1 ORDER BY at, attachment_id";
        Ok(self.ledger.rows(sql, vec![appeal.to_string().into()]).await?)
    }

    /// A file of this appeal, opened: kind and bytes.
    pub async fn attachment(
        &self,
        appeal: AppealId,
        id: &str,
    ) -> Result<(String, Vec<u8>), ServiceError> {
        let id = id.parse::<Uuid>().map_err(|_| ServiceError::Unknown)?.to_string();
        let sql = "SELECT media_type FROM attachments WHERE attachment_id = $1 AND appeal_id = $2";
        let values = vec![id.clone().into(), appeal.to_string().into()];
        let row = self.ledger.row::<(String,)>(sql, values).await?.ok_or(ServiceError::Unknown)?;
        let sql = "SELECT seq, sealed FROM attachment_parts WHERE attachment_id = $1 ORDER BY seq";
        let parts = self.ledger.rows::<(i64, String)>(sql, vec![id.clone().into()]).await?;
        let mut bytes = Vec::new();
        for (seq, sealed) in parts {
            bytes.extend(self.keys.open_bytes(&format!("attachment/{id}/{seq}"), &sealed)?);
        }
        Ok((row.0, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let kind = |bytes: &[u8]| Attachment::new("a.jpg", bytes.to_vec()).map(|a| a.media_type());
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n..."), Ok("image/png"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Ok("image/webp"));
        assert_eq!(kind(b"\0\0\0\x18ftypheic...."), Ok("image/heic"));
        assert_eq!(kind(b"%PDF-1.7"), Ok("application/pdf"));
        for no in [&b"<svg onload=alert(1)>"[..], b"PK\x03\x04", b"MZ", b"", b"\0\0\0\x18ftyp"] {
            assert_eq!(kind(no), Err(AttachmentError::Kind), "{no:?}");
        }
        let large = Attachment::new("a", vec![0xff; FILE_BYTES_MAX + 1]).unwrap_err();
        assert_eq!(large, AttachmentError::TooLarge);
    }

    #[test]
    fn a_jpeg_forgets_what_its_camera_knew() {
        let jpeg = [
            &b"\xff\xd8"[..],
            b"\xff\xe0\x00\x04JF",
            b"\xff\xe1\x00\x0aExif GPS",
            b"\xff\xdb\x00\x03Q",
            b"\xff\xda\x00\x02scan\xff\xe1data\xff\xd9",
        ];
        let clean = Attachment::new("p", jpeg.concat()).unwrap().bytes;
        assert_eq!(clean, [jpeg[0], jpeg[1], jpeg[3], jpeg[4]].concat());
        // A length that leads out of the file changes nothing.
        let broken = b"\xff\xd8\xff\xe1\xff\xffshort".to_vec();
        assert_eq!(Attachment::new("p", broken.clone()).unwrap().bytes, broken);
    }
}
