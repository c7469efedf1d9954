//! Agencies' notices on the wire.

use super::View;
use crate::notices::{Concern, Notice};
use api::{Alert, AlertList, AlertRoute, AlertStop};
use transit::ids::{RouteIdx, StopIdx};

/// Most routes and most stops that one alert names; it may concern more.
const NAMED_MAX: usize = 50;

impl View {
    /// Notices that hold or will hold, in the order of their feeds; of a route, of a stop, or all.
    pub fn alerts(&self, route: Option<RouteIdx>, stop: Option<StopIdx>) -> AlertList {
        let wanted = |n: &&Notice| {
            route.is_none_or(|r| self.concerns_route(n, r))
                && stop.is_none_or(|s| self.concerns_stop(n, s))
        };
        let notices = self.published.notices.iter().filter(wanted);
        AlertList {
            at: self.snapshot().at,
            alerts: notices.filter_map(|n| self.alert(n)).collect(),
        }
    }

    /// `None` for one that is over.
    fn alert(&self, notice: &Notice) -> Option<Alert> {
        let at = self.snapshot().at;
        let period = notice.period(at)?;
        let language = self.language.code();
        let header = notice.header.for_reader(language);
        let description = notice.description.for_reader(language);
        let text = |said: Option<(Option<&str>, &str)>| said.map(|(_, text)| text.to_owned());
        let said_in = header.or(description).map(|(tag, _)| tag.map(str::to_owned));
        let feed_id = self.feed_id(notice.feed.get());
        Some(Alert {
            alert_id: format!("{feed_id}:{}", notice.id),
            feed_id,
            cause: notice.cause.map(str::to_owned),
            effect: notice.effect.map(str::to_owned),
            severity: notice.severity.map(str::to_owned),
            language: said_in.and_then(|tag| tag.or_else(|| self.timetable().language.clone())),
            header: text(header),
            description: text(description),
            url: text(notice.url.for_reader(language)),
            active: period.has_begun(at),
            active_from: period.from,
            active_until: period.until,
            routes: self.routes_of_notice(notice),
            stops: self.stops_of_notice(notice),
        })
    }

    /// Whether a notice is to be shown with a route: it names the route, or all of its kind, and no one stop.
    fn concerns_route(&self, notice: &Notice, route: RouteIdx) -> bool {
        notice.concerns.iter().any(|c| {
            let named =
                if c.names_route() { self.route_of(c) == Some(route) } else { c.stop_id.is_none() };
            let kind = self.timetable().route(route).route_type;
            named && c.route_type.is_none_or(|t| t == kind)
        })
    }

    /// Whether a notice is to be shown with a stop: it names the stop, its station or one of its platforms, or
    /// no stop but a route that serves it.
    fn concerns_stop(&self, notice: &Notice, stop: StopIdx) -> bool {
        let timetable = self.timetable();
        let near = |id: &str| {
            timetable.stop_by_id(id).is_some_and(|named| {
                named == stop
                    || timetable.stop(stop).parent == Some(named)
                    || timetable.stop(named).parent == Some(stop)
            })
        };
        let routes = self.fixed.routes_at(stop);
        let of_kind = |t| routes.iter().any(|r| timetable.route(*r).route_type == t);
        let serves = |c: &Concern| {
            let named = !c.names_route() || self.route_of(c).is_some_and(|r| routes.contains(&r));
            named && c.route_type.is_none_or(of_kind)
        };
        notice.concerns.iter().any(|c| match &c.stop_id {
            Some(id) => near(id),
            None => serves(c),
        })
    }

    /// The route that a selector names, by itself or by a trip, if the timetable has it.
    fn route_of(&self, concern: &Concern) -> Option<RouteIdx> {
        let timetable = self.timetable();
        if let Some(id) = &concern.route_id {
            return timetable.route_by_id(id);
        }
        let trip = timetable.trip_by_id(concern.trip_id.as_deref()?)?;
        Some(timetable.pattern(timetable.trip(trip).pattern).route)
    }

    fn routes_of_notice(&self, notice: &Notice) -> Vec<AlertRoute> {
        let mut routes: Vec<RouteIdx> =
            notice.concerns.iter().filter_map(|c| self.route_of(c)).collect();
        routes.sort_unstable();
        routes.dedup();
        let named = routes.into_iter().take(NAMED_MAX).map(|r| AlertRoute {
            route_id: self.timetable().route(r).id.to_string(),
            route_short_name: self.route_name(r).to_owned(),
        });
        named.collect()
    }

    fn stops_of_notice(&self, notice: &Notice) -> Vec<AlertStop> {
        let timetable = self.timetable();
        let ids = notice.concerns.iter().filter_map(|c| c.stop_id.as_deref());
        let mut stops: Vec<StopIdx> = ids.filter_map(|id| timetable.stop_by_id(id)).collect();
        stops.sort_unstable();
        stops.dedup();
        let named = stops.into_iter().take(NAMED_MAX).map(|s| AlertStop {
            stop_id: timetable.stop(s).id.to_string(),
            stop_name: self.translated(&timetable.stop(s).name).to_owned(),
        });
        named.collect()
    }
}
