//! A body with files: `multipart/form-data`, files in `media[]`, everything else as in a form.

use super::tree::Faults;
use crate::register::{Attachment, AttachmentError};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Request};

/// Largest body, bytes: all files with the fields around them.
pub const BODY_BYTES_MAX: usize = 31 * 1024 * 1024;
/// Largest body of a form, and of a field, bytes.
pub const FORM_BYTES_MAX: usize = 256 * 1024;
/// Most fields.
const FIELDS_MAX: usize = 100;

/// What was read.
#[derive(Default)]
pub struct Parts {
    pub fields: Vec<(String, String)>,
    pub files: Vec<Attachment>,
    pub faults: Vec<AttachmentError>,
}

fn fault(error: &MultipartError) -> Faults {
    Faults::one(error.status().as_u16(), error.body_text())
}

/// Reads a body; files are looked at as they come.
pub async fn read(request: Request) -> Result<Parts, Faults> {
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|e| Faults::one(400, e.body_text()))?;
    let mut parts = Parts::default();
    while let Some(field) = form.next_field().await.map_err(|e| fault(&e))? {
        let name = field.name().unwrap_or_default().to_owned();
        if parts.fields.len() + parts.files.len() + parts.faults.len() >= FIELDS_MAX {
            return Err(Faults::one(400, format!("more than {FIELDS_MAX} fields")));
        }
        if matches!(name.as_str(), "media" | "media[]") {
            file(field, &mut parts).await?;
        } else {
            let value = field.text().await.map_err(|e| fault(&e))?;
            if value.len() > FORM_BYTES_MAX {
                return Err(Faults::one(413, format!("{name} is too long")));
            }
            parts.fields.push((name, value));
        }
    }
    Ok(parts)
}

async fn file(field: Field<'_>, parts: &mut Parts) -> Result<(), Faults> {
    let name = field.file_name().unwrap_or("file").to_owned();
    let bytes = field.bytes().await.map_err(|e| fault(&e))?;
    // An empty file is what a browser sends for none.
    if bytes.is_empty() {
        return Ok(());
    }
    let looked = Attachment::new(&name, bytes.to_vec());
    if let Err(error) = looked.and_then(|file| Attachment::add(&mut parts.files, file)) {
        parts.faults.push(error);
    }
    Ok(())
}
