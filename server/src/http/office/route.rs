//! What is said of a route, open to all: how many appeals by kind and month, how many the record confirmed, what
//! is being done. Small numbers are not told, and no words of anybody.

use super::Office;
use super::citizen::problem;
use super::handler::Places;
use super::pages::{names, words_of};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::register::MonthCounts;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use frontend::office::{MonthCell, OfficePage, RoutePage, RouteTopic};
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Months that are told, with the one that runs.
const MONTHS: i64 = 12;
/// Fewer than this could be somebody's own: they are not told, and stand in no sum, so that nothing is reckoned
/// back.
const TOLD_LEAST: u64 = 3;
/// A share is told of so many judged.
const JUDGED_LEAST: u64 = 5;

pub fn routes() -> Router<Office> {
    Router::new().route("/routes/{route_id}/appeals", get(page))
}

/// `GET /routes/{route_id}/appeals`.
async fn page(
    State(office): State<Office>,
    asked: Asked,
    Path(route_id): Path<String>,
) -> Result<Response, Response> {
    let shown = async {
        let view = office.site.reads().view(asked.language);
        office.site.reads().route(&view, &route_id)?;
        let register = &office.register;
        let this = register.law().office().date(register.now()).first_of_month();
        let first = this.checked_sub((MONTHS - 1).months()).unwrap_or(this);
        let counts = register.months_of_route(&route_id, first).await?;
        let months: Vec<Date> =
            (0..MONTHS).filter_map(|n| first.checked_add(n.months()).ok()).collect();
        let mut topics: Vec<RouteTopic> = counts
            .into_iter()
            .map(|(kind, by_month)| topic(kind.code(), &by_month, &months))
            .filter(|topic| topic.months.iter().any(|m| *m != MonthCell::None))
            .collect();
        topics.sort_by(|a, b| b.appeals.cmp(&a.appeals).then_with(|| a.kind.cmp(&b.kind)));
        let cases = register.cases_of_route(&route_id).await?;
        let problems = cases.iter().map(problem::told).filter(|p| !p.measures.is_empty());
        let page = RoutePage {
            name: Places(view).route(&route_id),
            route_id,
            months: months.iter().map(|m| (m.year(), m.month() as u8)).collect(),
            topics,
            problems: problems.collect(),
            names: names(register.law().kinds(), words_of(&asked)),
            least: TOLD_LEAST,
        };
        let page = OfficePage::Route(Box::new(page));
        Ok::<_, ProblemResponse>(office.site.office(&asked, asked.member.clone(), page))
    };
    shown.await.map_err(|problem| office.site.problem(&asked, problem))
}

fn topic(kind: &str, by_month: &BTreeMap<Date, MonthCounts>, months: &[Date]) -> RouteTopic {
    let mut sum = MonthCounts::default();
    let cells = months.iter().map(|month| match by_month.get(month) {
        None => MonthCell::None,
        Some(counts) if counts.appeals < TOLD_LEAST => MonthCell::Few,
        Some(counts) => {
            sum.appeals += counts.appeals;
            sum.judged += counts.judged;
            sum.confirmed += counts.confirmed;
            MonthCell::Told(counts.appeals)
        }
    });
    let months = cells.collect();
    RouteTopic {
        kind: kind.to_owned(),
        months,
        appeals: sum.appeals,
        confirmed: (sum.judged >= JUDGED_LEAST).then(|| sum.confirmed as f64 / sum.judged as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_neither_told_nor_reckoned_back() {
        let month = |n: i8| Date::constant(2026, n, 1);
        let counts = |appeals, judged, confirmed| MonthCounts { appeals, judged, confirmed };
        let by_month = BTreeMap::from([(month(1), counts(2, 2, 2)), (month(2), counts(7, 6, 3))]);
        let topic = topic("late", &by_month, &[month(1), month(2), month(3)]);
        assert_eq!(topic.months, [MonthCell::Few, MonthCell::Told(7), MonthCell::None]);
        assert_eq!((topic.appeals, topic.confirmed), (7, Some(0.5)));
        let few = BTreeMap::from([(month(2), counts(4, 4, 4))]);
        assert_eq!(super::topic("late", &few, &[month(2)]).confirmed, None);
    }
}
