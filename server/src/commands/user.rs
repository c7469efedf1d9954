//! `jolda user`: accounts of those who work with appeals.

use crate::config::{ConfigArgs, Settings};
use crate::ledger::Ledger;
use crate::register::Keys;
use crate::staff::{NewAccount, Staff, parse_role};
use crate::{logging, office, store};
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

/// Arguments of `jolda user`.
#[derive(Args, Clone, Debug)]
pub struct UserArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// What to do
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Make an account; its password is read from standard input, its second factor is printed once
    Add {
        /// Login
        login: String,
        /// Name
        #[arg(long)]
        name: String,
        /// `phone_operator`, `consultant`, `smm_operator`, `handler`, `carrier`, `dispatcher`, `controller`,
        /// `supervisor`, `head`, `analyst`, `admin` or `auditor`
        #[arg(long)]
        role: String,
        /// Organisation, for a carrier's people
        #[arg(long)]
        org: Option<String>,
        /// Desk
        #[arg(long)]
        desk: Option<String>,
    },
    /// All accounts
    List,
    /// Let nobody in by this account; its sessions end at once
    Disable {
        /// Login
        login: String,
        /// Let it in again
        #[arg(long)]
        undo: bool,
    },
    /// A new password, read from standard input; all sessions end
    Reset {
        /// Login
        login: String,
    },
    /// A new second factor, printed once
    Totp {
        /// Login
        login: String,
    },
}

/// Does what was asked.
///
/// # Errors
/// What a person must be told.
pub async fn run(args: UserArgs) -> Result<ExitCode> {
    let settings = Settings::load(&args.config)?;
    logging::start(&settings.log);
    if settings.register.key.0.is_empty() {
        bail!("set JOLDA_REGISTER__KEY to the register's key (openssl rand -hex 32 makes one)");
    }
    let url = settings.database_url();
    if url.starts_with("sqlite:") {
        std::fs::create_dir_all(&settings.data_dir)?;
    }
    store::migrate(&url).await?;
    let ledger = Ledger::open(&url).await?;
    let keys = Arc::new(Keys::parse(&settings.register.key.0)?);
    let staff = office::staff(&settings, ledger, keys, true);
    let mut out = std::io::stdout();
    match args.what {
        What::Add { login, name, role, org, desk } => {
            let role = parse_role(&role).context("the role is not known: see --help")?;
            let password = password()?;
            let account = staff.add(NewAccount { login, name, role, org, desk, password }).await?;
            writeln!(out, "added {}", account.login)?;
            print_totp(&staff, &account.login).await?;
        }
        What::List => {
            for account in staff.accounts().await? {
                let role = serde_json::to_value(account.role)?;
                let role = role.as_str().unwrap_or_default().to_owned();
                let state = if account.disabled { "disabled" } else { "active" };
                let factor = if account.has_totp { "totp" } else { "no second factor" };
                writeln!(out, "{}\t{role}\t{state}\t{factor}\t{}", account.login, account.name)?;
            }
        }
        What::Disable { login, undo } => staff.set_disabled(&login, !undo).await?,
        What::Reset { login } => staff.set_password(&login, &password()?).await?,
        What::Totp { login } => print_totp(&staff, &login).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn print_totp(staff: &Staff, login: &str) -> Result<()> {
    let (secret, url) = staff.new_totp(login).await?;
    let mut out = std::io::stdout();
    writeln!(out, "second factor, shown once: {secret}\n{url}")?;
    Ok(())
}

/// A line of standard input: never an argument, which other users of the machine can read.
fn password() -> Result<String> {
    writeln!(std::io::stderr(), "Password (12 characters or more), then Enter:")?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
