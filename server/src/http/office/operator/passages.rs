//! What the buses do and did at a stop, for who speaks with somebody that stands there, and what the record says of
//! what is said.

use super::Office;
use super::hear::{Heard, headsign};
use crate::reads::Reads;
use crate::view::View;
use api::{DeskEvidence, DeskPassages, DeskPassed, DeskThen, Feed};
use appeals::claim::{Claim, ClaimTime, WINDOW_S};
use appeals::evidence::Packet;
use appeals::ids::StopId;
use appeals::kind::{Kind, Rule};
use std::time::Duration;
use transit::EpochS;
use transit::ids::StopIdx;
use transit::monitor::IncidentState;

/// Stops looked at: one, or both directions.
const STOPS_MAX: usize = 2;
/// Rows that come, and rows that left.
const ROWS_MAX: usize = 3;
/// Incidents shown.
const INCIDENTS_MAX: usize = 3;
/// What is younger stands on the board.
const PAST_S: EpochS = 15 * 60;
/// Longest wait that is looked into, seconds.
const WAIT_MAX_S: i64 = 3 * 3_600;
/// Rows of the past.
const PASSED_MAX: usize = 12;

/// Nobody on the line waits longer than this for what the record says.
const EVIDENCE_TIMEOUT: Duration = Duration::from_millis(800);

/// At the stops that can be meant.
pub async fn passages(office: &Office, view: &View, heard: &Heard) -> Vec<DeskPassages> {
    let stops = heard.stops.iter().take(STOPS_MAX);
    let all = stops.map(|stop| async move {
        let mut at = at_stop(office.site.reads(), view, heard, *stop).await;
        at.evidence = evidence(office, view, heard, *stop).await;
        at
    });
    futures_util::future::join_all(all).await
}

/// What an appeal would be examined by: who says no time and waits, waits now.
fn claim(heard: &Heard, view: &View, stop: StopIdx, kind: Kind, now: EpochS) -> Option<Claim> {
    let waits = matches!(kind, Kind::LongWait | Kind::DidNotCome);
    let at_once = || waits.then_some(ClaimTime::At { at: now, about: false });
    Some(Claim {
        stop: Some(StopId(view.timetable().stop(stop).id.to_string())),
        time: Some(heard.claim.time.or_else(at_once)?),
        ..heard.claim.clone()
    })
}

/// What the record says of it, while the person is on the line: computed as for an appeal, and kept nowhere.
async fn evidence(
    office: &Office,
    view: &View,
    heard: &Heard,
    stop: StopIdx,
) -> Option<DeskEvidence> {
    let examiner = office.evidence.as_ref()?;
    heard.about.as_ref()?;
    let law = office.register.law();
    let (kind, _) = heard.kind_and_topic(law);
    let rule = law.kinds().entry(kind).rule;
    if heard.route.is_none() || !rule.is_measurable() || (heard.whole_line && needs_stop(rule)) {
        return None;
    }
    let claim = claim(heard, view, stop, kind, office.register.now())?;
    let asked = tokio::time::timeout(EVIDENCE_TIMEOUT, examiner.examined(kind, &claim)).await;
    match asked {
        Ok(Ok(computed)) => told(&computed.packet, &law.office().zone),
        Ok(Err(error)) => {
            tracing::warn!(%error, "evidence at the desk could not be computed");
            None
        }
        Err(_) => None,
    }
}

/// One stop of the line says nothing of what was at another.
const fn needs_stop(rule: Rule) -> bool {
    !matches!(rule, Rule::FewBuses | Rule::Irregular | Rule::OffRoute | Rule::ShortTurn)
}

fn told(packet: &Packet, zone: &jiff::tz::TimeZone) -> Option<DeskEvidence> {
    let (first, last) = (packet.windows.first()?, packet.windows.last()?);
    // Of many days no one gap is the matter.
    let gap = first.gap.filter(|g| packet.windows.len() == 1 && g.at_least_s > 0);
    let runs =
        |pick: fn(&(u32, u32, u32)) -> u32| packet.windows.iter().map(|w| pick(&w.runs)).sum();
    Some(DeskEvidence {
        finding: packet.verdict.finding.name().to_owned(),
        reasons: packet.verdict.reasons.iter().map(|r| r.name().to_owned()).collect(),
        confidence: packet.verdict.confidence.value,
        preliminary: !packet.is_final(zone),
        from: first.window.0,
        to: last.window.1,
        gap_s: gap.map(|g| g.at_least_s),
        gap_from: gap.map(|g| g.sure.0),
        gap_to: gap.map(|g| g.sure.1),
        scheduled_headway_s: first.planned_headway_s,
        runs_planned: runs(|r| r.0),
        runs_driven: runs(|r| r.1),
    })
}

async fn at_stop(reads: &Reads, view: &View, heard: &Heard, stop: StopIdx) -> DeskPassages {
    let detail = view.stop_detail(stop);
    // Of a route that does not pass here nothing can be told: all that do are shown.
    let passes = heard.route.is_some_and(|r| view.fixed.routes_at(stop).contains(&r));
    let route = heard.claim.route.as_ref().filter(|_| passes).map(|r| r.0.as_str());
    let is_route = |id: &str| route.is_none_or(|r| r == id);
    let concerns = |i: &&IncidentState| {
        let here = i.incident.stop == Some(stop);
        heard.route.map_or(here, |r| i.incident.route == Some(r))
    };
    let incidents = view.snapshot().incidents.iter().filter(concerns).take(INCIDENTS_MAX);
    let feeds = view.feeds().feeds;
    DeskPassages {
        headsign: headsign(view, heard.route.filter(|_| passes), stop),
        next: detail.next.into_iter().filter(|a| is_route(&a.route_id)).take(ROWS_MAX).collect(),
        last: detail.last.into_iter().filter(|d| is_route(&d.route_id)).take(ROWS_MAX).collect(),
        then: then(reads, view, heard, &detail.stop.stop_id, route).await,
        incidents: incidents.map(|i| view.incident(i)).collect(),
        feed_down: !feeds.iter().any(Feed::is_heard) || feeds.iter().any(Feed::is_silent),
        stands_for_line: heard.whole_line,
        evidence: None,
        stop: detail.stop,
    }
}

/// Around the time that the person says, if it is over.
async fn then(
    reads: &Reads,
    view: &View,
    heard: &Heard,
    stop_id: &str,
    route: Option<&str>,
) -> Option<DeskThen> {
    let now = heard.line.at;
    let at = heard.line.event_at.filter(|at| *at < now - PAST_S)?;
    let waited = heard.line.wait_s.unwrap_or(0).clamp(0, WAIT_MAX_S);
    let (from, to) = (at - waited - WINDOW_S, (at + WINDOW_S).min(now));
    let Ok(visits) = reads.visits_at_stop(stop_id, route, (from, to)).await else {
        return Some(DeskThen { from, to, passed: Vec::new(), unreadable: true });
    };
    let mut passed: Vec<DeskPassed> = Vec::new();
    for visit in visits {
        let Some(at) = visit.departure.or(visit.arrival) else { continue };
        let name = view.timetable().route_by_id(&visit.route_id).map(|r| view.route_name(r));
        passed.push(DeskPassed {
            at,
            scheduled: visit.scheduled_departure,
            route_short_name: name.unwrap_or(&visit.route_id).to_owned(),
            vehicle_id: visit.vehicle_id,
            // Of several routes a gap says nothing.
            gap_s: passed.last().filter(|_| route.is_some()).map(|before| at - before.at),
        });
    }
    // Those nearest to the end of the wait.
    let surplus = passed.len().saturating_sub(PASSED_MAX);
    passed.drain(..surplus);
    Some(DeskThen { from, to, passed, unreadable: false })
}
