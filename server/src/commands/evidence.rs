//! `jolda evidence verify`: nothing that was frozen was edited, and the same inputs give the same bytes.

use crate::clock::Clock;
use crate::config::{ConfigArgs, Settings};
use crate::evidence::{ZONE_KEY, check};
use crate::ledger::Ledger;
use crate::logging;
use crate::register::{Keys, Law, Register};
use crate::store::{Store, StoreSettings};
use anyhow::{Context, Result, bail};
use api::EvidenceCheck;
use appeals::number::AppealNumber;
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

/// Nothing is written; so nothing ever waits here.
const SPILL: &str = "evidence-verify.spill";
/// Pieces of evidence that are read at once.
const PIECE: u32 = 200;

/// Arguments of `jolda evidence`.
#[derive(Args, Clone, Debug)]
pub struct EvidenceArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// What to do
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Compute evidence once more from the inputs that were kept, and say whether it is the same to the byte
    Verify {
        /// Number of an appeal
        #[arg(required_unless_present = "all")]
        number: Option<String>,
        /// All evidence of the register
        #[arg(long, conflicts_with = "number")]
        all: bool,
        /// Time zone of the city [default: the one that the server noted in the record]
        #[arg(long)]
        zone: Option<String>,
    },
}

/// Runs it. Fails when anything is not what was sealed.
///
/// # Errors
/// When the settings, the database or the number cannot be used.
pub async fn run(args: EvidenceArgs) -> Result<ExitCode> {
    let settings = Settings::load(&args.config)?;
    logging::start(&settings.log);
    let What::Verify { number, zone, .. } = args.what;
    let number = number
        .map(|n| n.parse::<AppealNumber>())
        .transpose()
        .map_err(|e| anyhow::anyhow!("the number of an appeal is {e}"))?;
    let clock = Clock::machine();
    // A server may be running: what waits for the database is its own.
    let spill_path = Some(settings.data_dir.join(SPILL));
    let store_settings = StoreSettings { spill_path, ..settings.store.clone() };
    let store = Store::open(&settings.database_url(), store_settings).await?;
    let zone = match zone {
        Some(zone) => zone,
        None => store.meta(ZONE_KEY).await?.context("say --zone: the record does not tell it")?,
    };
    let zone = TimeZone::get(&zone).with_context(|| format!("no time zone {zone}"))?;
    let ledger = Ledger::open(&settings.database_url()).await.context("the register's database")?;
    let keys = Arc::new(Keys::parse(&settings.register.key.0)?);
    let law = Law::shipped(zone, &settings.register.org)?;
    let register = Register::new(ledger, keys, Arc::new(law), clock);
    let code = verified(&register, &store, number).await?;
    store.close().await;
    Ok(code)
}

async fn verified(
    register: &Register,
    store: &Store,
    number: Option<AppealNumber>,
) -> Result<ExitCode> {
    let mut out = std::io::stdout();
    let (mut all, mut wrong) = (0usize, 0usize);
    let mut after = String::new();
    loop {
        let piece = register.evidence_ids(number, &after, PIECE).await?;
        let Some((_, last)) = piece.last() else { break };
        after = last.to_string();
        for (number, id) in piece {
            let checked = check(register, store, &number, id).await?;
            all += 1;
            wrong += usize::from(!checked.intact || !checked.recomputes);
            writeln!(out, "{}", line(&checked))?;
        }
    }
    if all == 0 {
        bail!("there is no such evidence");
    }
    writeln!(out, "{all} looked at, {wrong} not what was sealed")?;
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(check: &EvidenceCheck) -> String {
    let said = match (check.intact, check.recomputes) {
        (true, true) => "identical",
        (true, false) => "DIFFERS",
        (false, _) => "EDITED",
    };
    format!("{}\t{}\t{said}\trecord: {}", check.number, check.evidence_id, check.record)
}
