//! The task: what is due is examined, one after the other, beside the intake and never before it.

use super::{EvidenceError, Examiner};
use appeals::ids::AppealId;
use std::time::Duration;
use tokio::sync::mpsc;
use transit::EpochS;

/// Appeals that may wait to be told of; those beyond are found by the look at the database.
pub const QUEUE_MAX: usize = 1_024;
/// Between two looks for what became due by time, or was left by a crash.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// Appeals of one look.
const LOOK_MAX: u32 = 200;
/// What did not work is tried again so much later each time, seconds of the city.
const AGAIN_S: EpochS = 30;

/// Works until nobody can tell of appeals any more.
pub async fn work(examiner: Examiner, mut told: mpsc::Receiver<AppealId>) {
    let mut looks = tokio::time::interval(LOOK_INTERVAL);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            id = told.recv() => match id {
                Some(id) => examined(&examiner, id).await,
                None => return,
            },
            _ = looks.tick() => match examiner.register.evidence_due(LOOK_MAX).await {
                Ok(due) => for id in due {
                    examined(&examiner, id).await;
                },
                Err(error) => tracing::warn!(%error, "evidence that is due cannot be looked for"),
            },
        }
    }
}

async fn examined(examiner: &Examiner, id: AppealId) {
    match examiner.attach(id).await {
        Ok(Some(evidence)) => tracing::debug!(appeal = %id, %evidence, "evidence is attached"),
        Ok(None) => {}
        Err(error) => {
            tracing::warn!(%error, appeal = %id, "evidence could not be computed; it is tried again");
            if let Err(error) = postponed(examiner, id).await {
                tracing::warn!(%error, appeal = %id, "and that it is due could not be noted");
            }
        }
    }
}

async fn postponed(examiner: &Examiner, id: AppealId) -> Result<(), EvidenceError> {
    Ok(examiner.register.postpone_evidence(id, AGAIN_S).await?)
}
