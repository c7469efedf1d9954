//! `jolda migrate`: the database's schema, up to date.

use crate::config::{ConfigArgs, Settings};
use crate::{logging, store};
use anyhow::{Context, Result};
use std::io::Write as _;
use std::process::ExitCode;

/// Brings the schema up to date; safe to repeat.
///
/// # Errors
/// When the database cannot be reached or differs from what this version knows.
pub async fn run(args: ConfigArgs) -> Result<ExitCode> {
    let settings = Settings::load(&args)?;
    logging::start(&settings.log);
    if settings.database_url.is_none() {
        std::fs::create_dir_all(&settings.data_dir).with_context(|| {
            format!(
                "cannot make the data folder {}; choose another with --data-dir",
                settings.data_dir.display()
            )
        })?;
    }
    store::migrate(&settings.database_url()).await?;
    writeln!(std::io::stdout(), "The database is up to date.")?;
    Ok(ExitCode::SUCCESS)
}
