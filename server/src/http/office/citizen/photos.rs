//! Pictures that come with a form: few, JPEG or PNG by their first bytes, kept as all files of the register are.

use super::Pairs;
use crate::problem::ProblemResponse;
use crate::register::{Attachment, AttachmentError};
use axum::Form;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use frontend::office::citizen::{Fault, PHOTO_BYTES_MAX, PHOTOS_MAX};

/// Largest body, bytes: all pictures with the fields before them.
pub const BODY_BYTES_MAX: usize = PHOTOS_MAX * PHOTO_BYTES_MAX + 256 * 1024;
/// Most fields.
const FIELDS_MAX: usize = 100;
/// Longest value of a field, bytes.
const VALUE_BYTES_MAX: usize = 64 * 1024;

/// A form, with pictures or without.
#[derive(Default)]
pub struct Posted {
    /// Its fields.
    pub pairs: Pairs,
    /// Its pictures.
    pub photos: Vec<Attachment>,
    /// What is wrong with those that are not among them.
    pub faults: Vec<Fault>,
}

impl Posted {
    fn fault(&mut self, fault: Fault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    async fn take(&mut self, field: Field<'_>) -> Result<(), MultipartError> {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "photo" {
            let value = field.text().await?;
            if self.pairs.len() < FIELDS_MAX && value.len() <= VALUE_BYTES_MAX {
                self.pairs.push((name, value));
            }
            return Ok(());
        }
        let file = field.file_name().unwrap_or("photo").to_owned();
        let bytes = field.bytes().await?;
        // An empty file is what a browser sends for none.
        if bytes.is_empty() {
            return Ok(());
        }
        if self.photos.len() >= PHOTOS_MAX {
            self.fault(Fault::PhotoMany);
        } else if bytes.len() > PHOTO_BYTES_MAX {
            self.fault(Fault::PhotoLarge);
        } else {
            match Attachment::new(&file, bytes.to_vec()) {
                Ok(photo) if matches!(photo.media_type(), "image/jpeg" | "image/png") => {
                    self.photos.push(photo);
                }
                Err(AttachmentError::TooLarge) => self.fault(Fault::PhotoLarge),
                _ => self.fault(Fault::PhotoKind),
            }
        }
        Ok(())
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = ProblemResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        if !kind.is_some_and(|k| k.to_ascii_lowercase().starts_with("multipart/form-data")) {
            let form = Form::<Pairs>::from_request(request, state).await;
            let Form(pairs) = form.map_err(|e| refused(e.status(), e.body_text()))?;
            return Ok(Self { pairs, ..Self::default() });
        }
        let form = Multipart::from_request(request, state).await;
        let mut form = form.map_err(|e| refused(e.status(), e.body_text()))?;
        let mut posted = Self::default();
        loop {
            let done = match form.next_field().await {
                Ok(Some(field)) => posted.take(field).await,
                Ok(None) => return Ok(posted),
                Err(error) => Err(error),
            };
            match done {
                Ok(()) => {}
                // The pictures come last: what was typed is there, and is shown again.
                Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    posted.photos.clear();
                    posted.fault(Fault::PhotoLarge);
                    return Ok(posted);
                }
                Err(error) => return Err(refused(error.status(), error.body_text())),
            }
        }
    }
}

fn refused(status: StatusCode, detail: String) -> ProblemResponse {
    ProblemResponse::new(status, "bad-request", detail)
}
