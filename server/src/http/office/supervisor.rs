//! The supervisor's overview, and the export of what it counts.

use super::Office;
use super::handler::{Places, problem_page};
use super::pages::{AtDesk, names, words_of};
use super::signed::forbidden;
use super::staff::member;
use super::table::{instant, taken_out};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::register::{By, ExportRow, Register, ServiceError};
use crate::view::{Language as Reader, View};
use appeals::access::{Action, Grant, Role, may};
use appeals::rating::{Counts, Period, Service, peaks, rank, silent, usual};
use appeals::staffing::{
    Promise, Service as Line, WEEK_SLOTS, agents_needed, forecast, forecast_error,
};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use frontend::office::{HourLine, OfficePage, OverviewPage, RouteLine, SilentLine, TopicLine};
use std::collections::BTreeMap;
use transit::{EpochS, ServiceDate};

const DAY_S: EpochS = 86_400;
/// Days of the period unless others are asked for.
const DAYS: u32 = 28;
/// Longest period, days.
const DAYS_MAX: u32 = 366;
/// A year ago lies so many days back: whole weeks, so that weekdays meet.
const YEAR_DAYS: i64 = 364;
/// A topic's usual is that of the same weekday of so many weeks before the period.
const USUAL_WEEKS: i64 = 8;
/// Weeks that the forecast of calls learns from.
const FORECAST_WEEKS: i64 = 4;
/// A call takes so long until it was measured, seconds: the published example of Erlang C.
const HANDLING_S: f64 = 210.0;
/// The radar looks at so many days.
const RADAR_DAYS: i64 = 7;
/// Routes of the table.
const ROUTES_MAX: usize = 30;

/// Pages of the supervisor.
pub fn routes() -> Router<Office> {
    Router::new()
        .route("/staff/overview", get(page))
        .route("/staff/overview/export.csv", get(export))
}

pub fn days_of(said: &str) -> u32 {
    said.parse().unwrap_or(DAYS).clamp(1, DAYS_MAX)
}

/// Whole local days that end with the last full one.
pub fn period(register: &Register, days: u32) -> (EpochS, EpochS) {
    let office = register.law().office();
    let to = office.end_of(office.date(register.now())) - DAY_S;
    // The day that is not over belongs to it as well: who looks in the evening wants to see the morning.
    let to = to.max(register.now() + 1);
    (office.end_of(office.date(to)) - i64::from(days) * DAY_S, to)
}

/// `GET /staff/overview`.
async fn page(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
) -> Result<Response, Response> {
    let shown = async {
        // Others see ratings of what is their own: they have no page for it yet.
        if may(signed.0.role, Action::ReadRatings) != Grant::Yes {
            return Err(forbidden("your role does not see the overview"));
        }
        let days = days_of(asked.param("days").unwrap_or_default());
        let span = period(&office.register, days);
        let view = office.site.reads().view(asked.language);
        let mut page = overview(&office, &view, days, span).await?;
        page.names = names(office.register.law().kinds(), words_of(&asked));
        page.may_export = may(signed.0.role, Action::Export) == Grant::Yes;
        page.may_export_personal = may(signed.0.role, Action::ExportPersonal) != Grant::No;
        let page = OfficePage::Overview(Box::new(page));
        Ok::<_, ProblemResponse>(office.site.office(&asked, Some(member(&signed.0)), page))
    };
    shown.await.map_err(problem_page(&office, &asked))
}

async fn overview(
    office: &Office,
    view: &View,
    days: u32,
    (from, to): (EpochS, EpochS),
) -> Result<OverviewPage, ServiceError> {
    let register = &office.register;
    let length = i64::from(days) * DAY_S;
    let before = (from - length, from);
    let year = (from - YEAR_DAYS * DAY_S, to - YEAR_DAYS * DAY_S);
    let now = register.counts(By::Kind, (from, to)).await?;
    let was = register.counts(By::Kind, before).await?;
    let last_year = register.counts(By::Kind, year).await?;
    let sum = |counts: &BTreeMap<String, Counts>| counts.values().map(|c| c.appeals).sum::<u64>();
    // Without a single appeal of a year ago the register was not there yet.
    let known_year = sum(&last_year) > 0;
    let (judged, confirmed) =
        now.values().fold((0, 0), |(j, c), n| (j + n.judged, c + n.confirmed));
    let calls = staffing(register).await?;
    let date = |at| register.law().office().date(at).strftime("%d.%m.%Y").to_string();
    let channels = register.counts(By::Channel, (from, to)).await?;
    let channels_year = register.counts(By::Channel, year).await?;
    let mut channels: Vec<_> = channels
        .into_iter()
        .map(|(c, n)| {
            let year = channels_year.get(&c).map_or(0, |y| y.appeals);
            (c, n.appeals, known_year.then_some(year))
        })
        .collect();
    channels.sort_by_key(|c| std::cmp::Reverse(c.1));
    let (silent, judged_routes) = radar(register, view).await?;
    let people = people_by_desk(office).await;
    let backlog = register.backlog().await?.into_iter();
    let backlog = backlog.map(|(desk, open, late)| {
        let people = people.get(&desk).copied().unwrap_or(0);
        (desk, open, late, people)
    });
    Ok(OverviewPage {
        days,
        period: (date(from), date(to)),
        totals: (sum(&now), sum(&was), known_year.then(|| sum(&last_year))),
        confirmed: (judged > 0).then(|| confirmed as f64 / judged as f64),
        topics: topics(register, (from, to), (&now, &was, &last_year), known_year).await?,
        routes: by_route(register, view, (from, to)).await?,
        channels,
        hours: calls.hours,
        hours_on: calls.on,
        handling_s: calls.handling_s,
        forecast_error: calls.error,
        desks: backlog.collect(),
        silent,
        judged_routes,
        names: BTreeMap::new(),
        may_export: false,
        may_export_personal: false,
    })
}

async fn people_by_desk(office: &Office) -> BTreeMap<String, usize> {
    let mut people = BTreeMap::new();
    for account in office.staff.accounts().await.unwrap_or_default() {
        if let Some(desk) = account.desk {
            *people.entry(desk.clone()).or_insert(0) += 1;
        }
    }
    people
}

/// Counts by the name of what is counted.
type ByName = BTreeMap<String, Counts>;

async fn topics(
    register: &Register,
    (from, to): (EpochS, EpochS),
    (now, was, last_year): (&ByName, &ByName, &ByName),
    known_year: bool,
) -> Result<Vec<TopicLine>, ServiceError> {
    let back = USUAL_WEEKS * 7 * DAY_S;
    let by_day = register.days_by_kind((from - back, to)).await?;
    let offset = register.utc_offset_s(to);
    let first = (from + offset).div_euclid(DAY_S);
    let last = (to - 1 + offset).div_euclid(DAY_S);
    let empty = BTreeMap::new();
    let of =
        |kind: &str, day: i64| by_day.get(kind).unwrap_or(&empty).get(&day).copied().unwrap_or(0);
    // The same weekday of the weeks before the period: season and week in one.
    let usual_of = |kind: &str, day: i64| {
        let weeks = (1..=USUAL_WEEKS).map(|w| day - w * 7).filter(|d| *d < first);
        usual(&weeks.map(|d| of(kind, d) as f64).collect::<Vec<_>>())
    };
    let periods: Vec<Period<String>> = now
        .iter()
        .map(|(kind, counts)| Period {
            what: kind.clone(),
            now: *counts,
            before: was.get(kind).map_or(0, |c| c.appeals),
            last_year: known_year.then(|| last_year.get(kind).map_or(0, |c| c.appeals)),
            usual: (first..=last).map(|day| usual_of(kind, day)).sum(),
        })
        .collect();
    let date = |day: i64| {
        let at = day * DAY_S - offset;
        register.law().office().date(at).strftime("%d.%m").to_string()
    };
    Ok(rank(&periods)
        .into_iter()
        .map(|ranked| {
            let kind = ranked.what.as_str();
            let days: Vec<(u64, f64)> = (first..=last)
                .map(|day| (of(kind, day), usual_of(kind, day).unwrap_or(f64::MAX).max(0.5)))
                .collect();
            let rates = ranked.now.rates();
            TopicLine {
                appeals: ranked.now.appeals,
                rank_before: ranked.rank_before,
                last_year: ranked.last_year,
                of_usual: ranked.of_usual,
                confirmed: rates.confirmed,
                overdue: rates.overdue,
                refuted: rates.refuted,
                peaks: peaks(&days).into_iter().map(|i| date(first + i as i64)).collect(),
                kind: ranked.what,
            }
        })
        .collect())
}

/// Planned runs by route over some local days.
fn planned_runs(view: &View, register: &Register, (from, to): (EpochS, EpochS)) -> Vec<u64> {
    let timetable = view.timetable();
    let office = register.law().office();
    let mut by_service: BTreeMap<usize, BTreeMap<usize, u64>> = BTreeMap::new();
    for (i, trip) in timetable.trips.iter().enumerate() {
        let route = timetable.pattern(trip.pattern).route.get();
        let frequencies = timetable.frequencies(transit::ids::TripIdx::from(i));
        let runs: u64 = if frequencies.is_empty() {
            1
        } else {
            let of = |f: &transit::timetable::Frequency| {
                u64::try_from((f.end_s - f.start_s) / f.headway_s.max(1)).unwrap_or(0)
            };
            frequencies.iter().map(of).sum()
        };
        *by_service.entry(trip.service.get()).or_default().entry(route).or_default() += runs;
    }
    let mut planned = vec![0; timetable.routes.len()];
    let mut day = office.date(from);
    let last = office.date(to - 1);
    while day <= last {
        let date = ServiceDate::from_date(day);
        for (service, routes) in &by_service {
            if timetable.services.get(*service).is_some_and(|s| s.runs_on(date)) {
                for (route, runs) in routes {
                    planned[*route] += runs;
                }
            }
        }
        day = appeals::calendar::days_later(day, 1);
    }
    planned
}

async fn by_route(
    register: &Register,
    view: &View,
    span: (EpochS, EpochS),
) -> Result<Vec<RouteLine>, ServiceError> {
    let places = Places(view.clone());
    let planned = planned_runs(view, register, span);
    let mut lines: Vec<RouteLine> = Vec::new();
    for (id, counts) in register.counts(By::Route, span).await? {
        if id.is_empty() {
            continue;
        }
        let index = view.timetable().route_by_id(&id);
        let runs = index.and_then(|i| planned.get(i.get())).copied().unwrap_or(0);
        let rates = Counts { runs_planned: runs, ..counts }.rates();
        lines.push(RouteLine {
            name: places.route(&id),
            appeals: counts.appeals,
            planned: runs,
            per_thousand: rates.per_thousand_runs,
            confirmed: rates.confirmed,
            route_id: id,
        });
    }
    let key = |line: &RouteLine| line.per_thousand.unwrap_or(0.0);
    lines.sort_by(|a, b| key(b).total_cmp(&key(a)).then_with(|| a.name.cmp(&b.name)));
    lines.truncate(ROUTES_MAX);
    Ok(lines)
}

/// What the telephone needs tomorrow.
#[derive(Default)]
struct Calls {
    hours: Vec<HourLine>,
    on: String,
    handling_s: (f64, bool),
    error: Option<f64>,
}

async fn staffing(register: &Register) -> Result<Calls, ServiceError> {
    let office = register.law().office();
    let today = office.date(register.now());
    let monday =
        appeals::calendar::days_later(today, -i32::from(today.weekday().to_monday_zero_offset()));
    let to = office.end_of(monday) - DAY_S;
    let from = to - FORECAST_WEEKS * 7 * DAY_S;
    let slots = register.calls_by_half_hour((from, to)).await?;
    let first = (from + register.utc_offset_s(to)).div_euclid(1_800);
    let count = FORECAST_WEEKS as usize * WEEK_SLOTS;
    let history: Vec<f64> =
        (0..count).map(|i| slots.get(&(first + i as i64)).copied().unwrap_or(0) as f64).collect();
    let measured = register.handling_s((from, to)).await?;
    let handling_s = (measured.unwrap_or(HANDLING_S), measured.is_some());
    // The forecast is of the weeks that were; of nothing there is none.
    let known = history.chunks(WEEK_SLOTS).all(|week| week.iter().sum::<f64>() > 0.0);
    let Some(week) = forecast(&history).filter(|_| known) else {
        return Ok(Calls { handling_s, ..Calls::default() });
    };
    let learnt = history.len() - WEEK_SLOTS;
    let error = forecast(&history[..learnt]).and_then(|f| forecast_error(&f, &history[learnt..]));
    let tomorrow = appeals::calendar::days_later(today, 1);
    let day = tomorrow.weekday().to_monday_zero_offset() as usize * 48;
    let promise = Promise::default();
    let hours = (0..24_u8)
        .map(|hour| {
            let at = day + usize::from(hour) * 2;
            let calls = week.get(at..at + 2).map_or(0.0, |h| h.iter().sum());
            let agents = agents_needed(calls, handling_s.0, promise);
            let line = agents.and_then(|n| Line::new(calls, handling_s.0, n));
            HourLine {
                hour,
                calls,
                agents,
                within: line.map(|l| l.answered_within(promise.within_s)),
                wait_s: line.map(|l| l.mean_wait_s),
            }
        })
        .filter(|line| line.calls >= 0.5)
        .collect();
    Ok(Calls { hours, on: tomorrow.strftime("%d.%m.%Y").to_string(), handling_s, error })
}

/// Routes that serve badly and nobody complains of, and how many could be judged.
async fn radar(register: &Register, view: &View) -> Result<(Vec<SilentLine>, usize), ServiceError> {
    let to = register.now();
    let span = (to - RADAR_DAYS * DAY_S, to);
    let places = Places(view.clone());
    let planned = planned_runs(view, register, span);
    let waits = register.excess_wait(span).await?;
    let appeals = register.counts(By::Route, span).await?;
    let services: Vec<Service> = register
        .served(span)
        .await?
        .into_iter()
        .filter_map(|row| {
            let index = view.timetable().route_by_id(&row.route_id)?;
            let route = row.route_id.as_str().into();
            Some(Service {
                excess_wait_s: *waits.get(&route)?,
                runs_driven: (row.observed / row.scheduled).min(1.0),
                coverage: row.coverage,
                runs_planned: planned.get(index.get()).copied().unwrap_or(0),
                appeals: appeals.get(&row.route_id).map_or(0, |c| c.appeals),
                route,
            })
        })
        .collect();
    let lines = silent(&services).into_iter().filter_map(|s| {
        let of = services.iter().find(|r| r.route == s.route)?;
        Some(SilentLine {
            name: places.route(s.route.as_str()),
            route_id: s.route.0.clone(),
            excess_wait_s: of.excess_wait_s,
            driven: of.runs_driven,
            appeals: of.appeals,
        })
    });
    Ok((lines.collect(), services.len()))
}

/// `GET /staff/overview/export.csv`: appeals of the period without anything of who said them; logged.
async fn export(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
) -> Result<Response, Response> {
    let made = async {
        let account = &signed.0;
        // A carrier's own part is not exported yet.
        if may(account.role, Action::Export) != Grant::Yes || account.role == Role::Carrier {
            return Err(forbidden("your role may not export"));
        }
        let days = days_of(asked.param("days").unwrap_or_default());
        let rows = office.register.export(period(&office.register, days)).await?;
        let detail = format!("{days} days, {} rows", rows.len());
        office.staff.audit(Some(account.person), "exported", "appeals", &detail).await?;
        let places = Places(office.site.reads().view(Reader::default()));
        Ok::<_, ProblemResponse>(table(&rows, &places)?)
    };
    made.await.map_err(problem_page(&office, &asked))
}

fn table(rows: &[ExportRow], places: &Places) -> Result<Response, ServiceError> {
    let head = [
        "number",
        "registered_at",
        "channel",
        "kind",
        "legal_kind",
        "status",
        "desk",
        "route_id",
        "route",
        "stop_id",
        "stop",
        "event_at",
        "finding",
        "due_at",
        "case",
    ];
    let text = |t: Option<&String>| t.cloned().unwrap_or_default();
    let cells = rows.iter().map(|row| {
        [
            row.number.clone(),
            instant(Some(row.registered_at)),
            row.channel.clone(),
            row.kind.clone(),
            row.legal_kind.clone(),
            row.status.clone(),
            row.desk_id.clone(),
            text(row.route_id.as_ref()),
            row.route_id.as_ref().map_or_else(String::new, |r| places.route(r)),
            text(row.stop_id.as_ref()),
            row.stop_id.as_ref().map_or_else(String::new, |s| places.stop(s)),
            instant(row.event_at),
            text(row.finding.as_ref()),
            instant(row.due_at),
            text(row.case_number.as_ref()),
        ]
    });
    taken_out("appeals", head, cells)
}
