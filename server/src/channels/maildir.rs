//! A Maildir that a mail server, or a fetcher of a mailbox, fills: what lies in `new` is read, then moved to
//! `cur`. What could not be written to the register stays in `new` and is read again.

use super::Reception;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Between two looks.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);
/// Messages of one look.
const LOOK_MAX: usize = 100;

/// Reads for ever.
pub async fn watch(folder: PathBuf, reception: Reception) {
    let mut looks = tokio::time::interval(LOOK_INTERVAL);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        if let Err(error) = look(&folder, &reception).await {
            tracing::warn!(%error, folder = %folder.display(), "the mail folder cannot be read");
        }
    }
}

/// One look: how many were read.
pub async fn look(folder: &Path, reception: &Reception) -> std::io::Result<usize> {
    let mut names = Vec::new();
    let mut entries = tokio::fs::read_dir(folder.join("new")).await?;
    while let Some(entry) = entries.next_entry().await? {
        if entry.file_type().await?.is_file() && names.len() < LOOK_MAX {
            names.push(entry.file_name());
        }
    }
    names.sort();
    let mut read = 0;
    for name in names {
        let path = folder.join("new").join(&name);
        let size = tokio::fs::metadata(&path).await?.len();
        if size <= super::mail::MAIL_BYTES_MAX as u64 {
            let bytes = tokio::fs::read(&path).await?;
            if let Err(error) = reception.mail(&bytes).await {
                tracing::warn!(%error, "an e-mail waits");
                continue;
            }
        } else {
            tracing::warn!(size, "an e-mail is too large and was left unread");
        }
        let mut seen = name;
        seen.push(":2,S");
        tokio::fs::rename(&path, folder.join("cur").join(seen)).await?;
        read += 1;
    }
    Ok(read)
}
