//! The queue by the time that the law leaves.

use super::journal::people_of;
use super::problem_page;
use crate::http::asked::Asked;
use crate::http::office::pages::{AtDesk, names, see_other, words_of};
use crate::http::office::staff::member;
use crate::http::office::{Office, desk};
use crate::problem::ProblemResponse;
use crate::register::{Asked as QueueAsked, Law};
use crate::view::View;
use appeals::appeal::Status;
use appeals::calendar::Reckoned;
use appeals::clock::{Clock, ClockState, Urgency};
use appeals::law::{ClockClass, ClockKind, Due};
use appeals::number::AppealNumber;
use axum::extract::State;
use axum::response::Response;
use frontend::office::{Left, OfficePage, QueueFilter, QueuePage};
use std::collections::{BTreeMap, BTreeSet};
use transit::EpochS;

/// Rows of a page.
const ROWS: u32 = 50;
/// Pages that can be turned: whoever wants more looks closer.
const PAGES_MAX: u32 = 200;

/// Names of routes and stops as people know them.
pub struct Places(pub View);

impl Places {
    /// The number on the bus, else the long name, else the id.
    pub fn route(&self, id: &str) -> String {
        let timetable = self.0.timetable();
        let Some(route) = timetable.route_by_id(id).map(|i| timetable.route(i)) else {
            return id.to_owned();
        };
        let names = [&route.short_name, &route.long_name];
        names.into_iter().find(|n| !n.is_empty()).map_or_else(|| id.to_owned(), ToString::to_string)
    }

    /// The name of a stop, else its id.
    pub fn stop(&self, id: &str) -> String {
        let timetable = self.0.timetable();
        timetable.stop_by_id(id).map_or_else(
            || id.to_owned(),
            |i| self.0.translated(&timetable.stop(i).name).to_owned(),
        )
    }

    /// The `route_id` of what somebody calls a route.
    pub fn route_id(&self, said: &str) -> Option<String> {
        let timetable = self.0.timetable();
        let named = |r: &&transit::timetable::Route| r.short_name.as_ref() == said;
        let by_name = timetable.routes.iter().find(named).map(|r| r.id.to_string());
        by_name.or_else(|| timetable.route_by_id(said).map(|i| timetable.route(i).id.to_string()))
    }

    /// A stop by its name with its id: two sides of a street have one name.
    pub fn stop_named(&self, id: &str) -> String {
        format!("{} · {id}", self.stop(id))
    }

    /// The stops of a route, as [`Self::stop_named`] writes them.
    pub fn stops_of(&self, route_id: &str) -> Vec<String> {
        let timetable = self.0.timetable();
        let Some(route) = timetable.route_by_id(route_id) else { return Vec::new() };
        let mut named = Vec::new();
        for pattern in &timetable.route(route).patterns {
            for stop in &timetable.pattern(*pattern).stops {
                let name = self.stop_named(&timetable.stop(*stop).id);
                if !named.contains(&name) {
                    named.push(name);
                }
            }
        }
        named
    }

    /// The `stop_id` of what somebody calls a stop: its id, its name with its id, or its name alone where the
    /// route has such a stop.
    pub fn stop_id(&self, said: &str, route_id: Option<&str>) -> Option<String> {
        let id = said.rsplit_once(" · ").map_or(said, |(_, id)| id).trim();
        if self.0.timetable().stop_by_id(id).is_some() {
            return Some(id.to_owned());
        }
        let named = self.stops_of(route_id?).into_iter();
        let mut ids = named.filter_map(|named| {
            let (name, id) = named.rsplit_once(" · ")?;
            (name.to_lowercase() == said.to_lowercase()).then(|| id.to_owned())
        });
        ids.next()
    }

    /// Names of the routes of some rows.
    pub fn routes<'a>(
        &self,
        ids: impl Iterator<Item = Option<&'a String>>,
    ) -> BTreeMap<String, String> {
        let ids: BTreeSet<&String> = ids.flatten().collect();
        ids.into_iter().map(|id| (id.clone(), self.route(id))).collect()
    }
}

/// How much time is left to an appeal in `status` until `due_at`, as the law's clock tells it.
pub fn left(
    law: &Law,
    status: &str,
    (registered_at, due_at): (EpochS, Option<EpochS>),
    now: EpochS,
) -> Left {
    if Status::ALL.iter().any(|s| s.name() == status && !s.is_open()) {
        return Left { urgency: "settled".to_owned(), ..Left::default() };
    }
    let Some(due_at) = due_at else { return Left::default() };
    let (office, rules) = (law.office(), law.rules());
    let on = office.date(due_at - 1);
    let clock = Clock {
        kind: ClockKind::Review,
        class: ClockClass::Legal,
        started_at: registered_at,
        due: Due::On(Reckoned { on, provisional: false }),
        state: ClockState::Running,
        basis: String::new(),
    };
    let urgency = clock.urgency(rules.calendars, office, now);
    let days = office.days(rules.calendars);
    let today = office.date(now);
    let working_days = if urgency == Urgency::Overdue {
        days.working_days_between(on, today)
    } else {
        days.working_days_between(today, on)
    };
    let name = serde_json::to_value(urgency).ok();
    Left {
        urgency: name.and_then(|n| n.as_str().map(str::to_owned)).unwrap_or_default(),
        working_days,
        due_on: on.strftime("%d.%m.%Y").to_string(),
    }
}

/// `GET /staff`: the queue; who is not signed in is led to the form.
pub async fn page(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
) -> Result<Response, Response> {
    let shown = async {
        let mut not_found = None;
        if let Some(number) = asked.param("number") {
            match number.parse::<AppealNumber>() {
                Ok(known) if office.register.row_of(known).await?.is_some() => {
                    return Ok(see_other(&format!("/staff/appeals/{known}")));
                }
                _ => not_found = Some(number.to_owned()),
            }
        }
        let places = Places(office.site.reads().view(asked.language));
        let text = |name: &str| asked.param(name).unwrap_or_default().to_owned();
        let filter = QueueFilter {
            kind: text("kind"),
            route: text("route"),
            desk: text("desk"),
            status: text("status"),
            mine: asked.param("mine").is_some(),
            not_found,
        };
        let at = asked.param("page").and_then(|p| p.parse().ok()).unwrap_or(0).min(PAGES_MAX);
        let wanted = QueueAsked { skip: at * ROWS, ..wanted(&filter, &places, &signed.0) };
        let (queue, total) = desk::visible(&office, &signed, wanted, ROWS).await?;
        let law = office.register.law();
        let left = queue
            .appeals
            .iter()
            .map(|row| left(law, &row.status, (row.registered_at, row.due_at), queue.at))
            .collect();
        let routes = places.routes(queue.appeals.iter().map(|r| r.route_id.as_ref()));
        let stop_ids: BTreeSet<&String> =
            queue.appeals.iter().filter_map(|r| r.stop_id.as_ref()).collect();
        let stops = stop_ids.into_iter().map(|id| (id.clone(), places.stop(id))).collect();
        let page = QueuePage {
            left,
            names: names(law.kinds(), words_of(&asked)),
            kinds: law.kinds().entries().iter().map(|e| e.code.code().to_owned()).collect(),
            routes,
            stops,
            desks: desks(law),
            people: people_of(&office, &signed.0).await?,
            filter,
            total,
            paging: (at, ROWS),
            queue,
        };
        let page = OfficePage::Queue(page);
        Ok::<_, ProblemResponse>(office.site.office(&asked, Some(member(&signed.0)), page))
    };
    shown.await.map_err(problem_page(&office, &asked))
}

fn wanted(filter: &QueueFilter, places: &Places, account: &crate::staff::Account) -> QueueAsked {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (open, status) = match filter.status.as_str() {
        "" => (Some(true), None),
        "closed" => (Some(false), None),
        "all" => (None, None),
        status => (None, Some(status.to_owned())),
    };
    QueueAsked {
        open,
        status,
        kind: some(&filter.kind),
        desk: some(&filter.desk),
        // A route that is not there has no appeals.
        route_id: some(&filter.route).map(|r| places.route_id(&r).unwrap_or(r)),
        assignee: filter.mine.then(|| account.person.to_string()),
        ..QueueAsked::default()
    }
}

/// Desks that kinds go to, each once.
pub fn desks(law: &Law) -> Vec<String> {
    let desks: BTreeSet<String> =
        law.kinds().entries().iter().map(|e| e.desk.to_string()).collect();
    desks.into_iter().collect()
}
