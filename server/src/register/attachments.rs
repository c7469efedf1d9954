//! Files of an appeal: bounded, known by their first bytes and not by their names, cleaned, sealed.

use super::{Register, ServiceError};
use crate::keys::random;
use crate::ledger::Statement;
use crate::media::{self, MediaFault};
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
    /// None of those that are taken, damaged, or with too many pixels.
    #[error(transparent)]
    Media(#[from] MediaFault),
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

impl Attachment {
    /// Looks at a file, and leaves out of it what says who made it, where and when.
    pub fn new(name: &str, bytes: Vec<u8>) -> Result<Self, AttachmentError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(AttachmentError::TooLarge);
        }
        let (media_type, bytes) = media::clean(bytes)?;
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
    /// What forbids these files beside those that the appeal has.
    pub(super) async fn too_much(
        &self,
        appeal: AppealId,
        files: &[Attachment],
    ) -> Result<Option<AttachmentError>, ServiceError> {
        let known = self.attachments(appeal).await?;
        let there: i64 = known.iter().map(|(_, _, size)| *size).sum();
        let new: usize = files.iter().map(|f| f.bytes.len()).sum();
        Ok(if known.len() + files.len() > FILES_MAX {
            Some(AttachmentError::TooMany)
        } else if there as usize + new > ALL_BYTES_MAX {
            Some(AttachmentError::TooLarge)
        } else {
            None
        })
    }

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
    fn a_file_is_bounded_and_known_by_its_first_bytes() {
        let large = Attachment::new("a", vec![0xff; FILE_BYTES_MAX + 1]).unwrap_err();
        assert_eq!(large, AttachmentError::TooLarge);
        let named = Attachment::new("a.jpg", b"%PDF-1.7".to_vec()).unwrap();
        assert_eq!(named.media_type(), "application/pdf");
        let none = Attachment::new("a.jpg", b"<svg onload=alert(1)>".to_vec()).unwrap_err();
        assert_eq!(none, AttachmentError::Media(MediaFault::Kind));
    }
}
