//! What the supervisor looks at: topics, routes, channels, people needed, and who suffers in silence.

use super::queue::{channel_name, desk_name, named};
use super::texts::texts;
use crate::pages::Context;
use crate::url::encode;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// A topic in the rating.
#[derive(Clone, Debug)]
pub struct TopicLine {
    /// Kind.
    pub kind: String,
    /// Appeals of the period.
    pub appeals: u64,
    /// Place in the period before.
    pub rank_before: Option<usize>,
    /// Appeals a year ago.
    pub last_year: Option<u64>,
    /// Of what is usual for the season.
    pub of_usual: Option<f64>,
    /// Shares.
    pub confirmed: Option<f64>,
    /// Past their term.
    pub overdue: Option<f64>,
    /// Disputed.
    pub refuted: Option<f64>,
    /// Days with unlikely many, `YYYY-MM-DD`.
    pub peaks: Vec<String>,
}

/// A route.
#[derive(Clone, Debug)]
pub struct RouteLine {
    /// `route_id`.
    pub route_id: String,
    /// The number on the bus.
    pub name: String,
    /// Appeals.
    pub appeals: u64,
    /// Planned runs of the period.
    pub planned: u64,
    /// Appeals per 1,000 of them.
    pub per_thousand: Option<f64>,
    /// Share confirmed.
    pub confirmed: Option<f64>,
}

/// An hour of tomorrow at the telephone.
#[derive(Clone, Debug)]
pub struct HourLine {
    /// The hour of the day.
    pub hour: u8,
    /// Calls expected.
    pub calls: f64,
    /// People needed; `None`: more than any desk has.
    pub agents: Option<u32>,
    /// Share answered within the promise.
    pub within: Option<f64>,
    /// Mean wait, seconds.
    pub wait_s: Option<f64>,
}

/// A route that serves badly and nobody complains of.
#[derive(Clone, Debug)]
pub struct SilentLine {
    /// `route_id`.
    pub route_id: String,
    /// The number on the bus.
    pub name: String,
    /// Wait above the plan, seconds.
    pub excess_wait_s: f64,
    /// Of the planned buses, this share was seen.
    pub driven: f64,
    /// Appeals of the period.
    pub appeals: u64,
}

/// What the overview is made of.
#[derive(Clone, Debug)]
pub struct OverviewPage {
    /// Length of the period, days.
    pub days: u32,
    /// First and last day.
    pub period: (String, String),
    /// Appeals of the period, of the one before, a year ago.
    pub totals: (u64, u64, Option<u64>),
    /// Share confirmed of those judged.
    pub confirmed: Option<f64>,
    /// Topics, the most said first.
    pub topics: Vec<TopicLine>,
    /// Routes, the loudest first.
    pub routes: Vec<RouteLine>,
    /// Channel, appeals, appeals a year ago.
    pub channels: Vec<(String, u64, Option<u64>)>,
    /// Tomorrow at the telephone; empty: too little is known.
    pub hours: Vec<HourLine>,
    /// The day that `hours` are of.
    pub hours_on: String,
    /// Mean length of a call, seconds, and whether it was measured.
    pub handling_s: (f64, bool),
    /// How far off the forecast of the last week was, 0..1.
    pub forecast_error: Option<f64>,
    /// Desk, open appeals, of them late, people.
    pub desks: Vec<(String, u64, u64, usize)>,
    /// The radar.
    pub silent: Vec<SilentLine>,
    /// Routes that the radar could judge.
    pub judged_routes: usize,
    /// Names of kinds.
    pub names: BTreeMap<String, String>,
    /// This role may export.
    pub may_export: bool,
    /// … personal data too, or ask for it.
    pub may_export_personal: bool,
}

texts! {
    title: "Шолу", "Обзор", "Overview";
    period: "Кезең, күн", "Период, дней", "Period, days";
    show: "Көрсету", "Показать", "Show";
    export: "CSV жүктеу (жеке деректерсіз)", "Скачать CSV (без персональных данных)", "Download CSV (no personal data)";
    export_personal: "Жеке деректерді шығару", "Выгрузка персональных данных", "Exports of personal data";
    appeals: "Өтініштер", "Обращения", "Appeals";
    before: "алдыңғы кезеңде", "в прошлом периоде", "in the period before";
    year_ago: "Былтыр", "Год назад", "A year ago";
    confirmed: "Расталды", "Подтвердилось", "Confirmed";
    topics: "Тақырыптар рейтингі", "Рейтинг тем", "Rating of topics";
    place: "Орны", "Место", "Rank";
    topic: "Тақырып", "Тема", "Topic";
    usual: "Маусымға қатысты", "К обычному для сезона", "Against the season";
    overdue: "Мерзімі өткен", "Просрочено", "Overdue";
    refuted: "Даулы", "Оспорено", "Disputed";
    peaks: "Шарықтау", "Пики", "Peaks";
    was: "болған", "было", "was";
    new: "жаңа", "новая", "new";
    routes: "Маршруттар: 1000 жоспарлы рейске", "Маршруты: на 1000 плановых рейсов", "Routes: per 1,000 planned runs";
    route: "Маршрут", "Маршрут", "Route";
    planned: "Жоспарлы рейс", "Плановых рейсов", "Planned runs";
    per_thousand: "1000 рейске", "На 1000 рейсов", "Per 1,000";
    channels: "Арналар", "Каналы", "Channels";
    channel: "Арна", "Канал", "Channel";
    share: "Үлесі", "Доля", "Share";
    staffing: "Телефонға қанша адам керек", "Сколько людей нужно на телефоне", "People needed at the telephone";
    staffing_note: "Соңғы апталардың жарты сағаттарынан болжам, Erlang C; мақсат – 20 секундта 80 %.", "Прогноз по получасам последних недель, Erlang C; цель – 80 % за 20 секунд.", "Forecast from the half hours of the last weeks, Erlang C; the promise is 80 % within 20 seconds.";
    handling: "Орташа әңгіме", "Средний разговор", "Mean call";
    assumed: "болжам, өлшенбеген", "принято, не измерено", "assumed, not measured";
    off_by: "Болжам қатесі өткен аптада", "Ошибка прогноза за прошлую неделю", "The forecast was off last week by";
    hour: "Сағат", "Час", "Hour";
    calls: "Қоңырау", "Звонков", "Calls";
    people: "Адам", "Людей", "People";
    within: "20 с ішінде", "За 20 с", "Within 20 s";
    wait: "Күту", "Ожидание", "Wait";
    unknown: "дерек жеткіліксіз", "данных недостаточно", "too little is known";
    desks: "Бөлімдер", "Столы", "Desks";
    desk: "Бөлім", "Стол", "Desk";
    open: "Жұмыста", "В работе", "Open";
    radar: "Үнсіз нашар маршруттар", "Плохо ходят, но никто не жалуется", "Bad service that nobody complains of";
    radar_note: "Қызметі нашар маршруттардың төрттен бір бөлігі, ал өтініш орташадан аз. Тек бақыланған маршруттар бағаланды:", "Четверть маршрутов с худшей работой, на которые жалуются реже среднего. Оценены только наблюдаемые маршруты:", "The quarter of routes that serve worst and are complained of less than most. Only observed routes are judged:";
    no_silent: "Мұндай маршрут табылмады.", "Таких маршрутов не нашлось.", "There are none.";
    excess: "Артық күту", "Лишнее ожидание", "Excess wait";
    driven: "Жүргені", "Проехало", "Driven";
    minutes: "мин", "мин", "min";
    seconds: "с", "с", "s";
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |s| format!("{:.0} %", s * 100.0))
}

fn count(n: Option<u64>) -> String {
    n.map_or_else(|| "–".to_owned(), |n| n.to_string())
}

/// A bar beside its figure, which says the same.
fn bar(share: f64) -> AnyView {
    let width = format!("{:.1}", (share * 100.0).clamp(0.0, 100.0));
    view! {
        <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width=width height="8"/></svg>
    }
    .into_any()
}

/// A table that may be wider than a phone.
fn wide(
    id: &'static str,
    title: &'static str,
    heads: &[&'static str],
    rows: Vec<AnyView>,
) -> AnyView {
    let heads = heads.iter().map(|h| view! { <th scope="col">{*h}</th> }).collect_view();
    view! {
        <h2 id=id>{title}</h2>
        <div class="scroll" tabindex="0" role="region" aria-labelledby=id>
            <table class="queue figures"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
    .into_any()
}

/// Title and content.
pub(super) fn page(context: Context<'_>, page: &OverviewPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let export = page.may_export.then(|| {
        let href = format!("/staff/overview/export.csv?days={}", page.days);
        view! { <a class="button" href=href download="">{words.export}</a> }
    });
    let personal = page.may_export_personal.then(|| {
        view! { <a class="button" href="/staff/exports">{words.export_personal}</a> }
    });
    let periods = ["7", "28", "91"].map(|days| {
        let here = days == page.days.to_string();
        view! { <option value=days selected=here>{days}</option> }
    });
    let (now, before, year) = page.totals;
    let main = view! {
        <div class="heading">
            <div class="heading-words"><h1>{words.title}</h1><p class="sub">{page.period.0.clone()}" – "{page.period.1.clone()}</p></div>
            {export}{personal}
        </div>
        <form class="filters" method="get" action="/staff/overview">
            <div class="field"><label for="days">{words.period}</label><select id="days" name="days">{periods.collect_view()}</select></div>
            <button type="submit">{words.show}</button>
        </form>
        <dl class="facts">
            <div class="fact"><dt>{words.appeals}</dt><dd>{now}<small class="block">{before}" "{words.before}</small></dd></div>
            <div class="fact"><dt>{words.year_ago}</dt><dd>{count(year)}</dd></div>
            <div class="fact"><dt>{words.confirmed}</dt><dd>{percent(page.confirmed)}</dd></div>
        </dl>
        {topics(page, words)}
        {routes(page, words)}
        {channels(context, page, words)}
        {staffing(page, words)}
        {desks(context, page, words)}
        {radar(page, words)}
    };
    (words.title.to_owned(), main.into_any())
}

fn topics(page: &OverviewPage, words: &'static Words) -> AnyView {
    let rows = page
        .topics
        .iter()
        .enumerate()
        .map(|(i, t)| {
            let rank = i + 1;
            let moved = match t.rank_before {
                None => format!("★ {}", words.new),
                Some(was) if was > rank => format!("▲ {} {was}", words.was),
                Some(was) if was < rank => format!("▼ {} {was}", words.was),
                Some(_) => "=".to_owned(),
            };
            let usual = t.of_usual.map_or_else(|| "–".to_owned(), |u| format!("×{u:.1}"));
            view! {
                <tr>
                    <td>{rank}<small class="block">{moved}</small></td>
                    <th scope="row">{named(&page.names, &t.kind)}</th>
                    <td>{t.appeals}</td>
                    <td>{count(t.last_year)}</td>
                    <td>{usual}</td>
                    <td>{percent(t.confirmed)}</td>
                    <td>{percent(t.overdue)}</td>
                    <td>{percent(t.refuted)}</td>
                    <td>{t.peaks.join(", ")}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let heads = [
        words.place,
        words.topic,
        words.appeals,
        words.year_ago,
        words.usual,
        words.confirmed,
        words.overdue,
        words.refuted,
        words.peaks,
    ];
    wide("topics", words.topics, &heads, rows)
}

fn routes(page: &OverviewPage, words: &'static Words) -> AnyView {
    let rows = page
        .routes
        .iter()
        .map(|r| {
            let href = format!("/staff?status=all&route={}", encode(&r.name));
            let open = format!("/routes/{}/appeals", encode(&r.route_id));
            let rate = r.per_thousand.map_or_else(|| "–".to_owned(), |v| format!("{v:.2}"));
            view! {
                <tr>
                    <th scope="row"><a href=href>"№ "{r.name.clone()}</a></th>
                    <td><a href=open>{r.appeals}<span class="sr">" "{words.appeals}", № "{r.name.clone()}</span></a></td>
                    <td>{r.planned}</td>
                    <td>{rate}</td>
                    <td>{percent(r.confirmed)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let heads = [words.route, words.appeals, words.planned, words.per_thousand, words.confirmed];
    wide("routes", words.routes, &heads, rows)
}

fn channels(context: Context<'_>, page: &OverviewPage, words: &'static Words) -> AnyView {
    let all: u64 = page.channels.iter().map(|c| c.1).sum();
    let rows = page
        .channels
        .iter()
        .map(|(channel, n, year)| {
            let share = if all > 0 { *n as f64 / all as f64 } else { 0.0 };
            view! {
                <tr>
                    <th scope="row">{channel_name(context.shell.language, channel)}</th>
                    <td>{*n}</td>
                    <td>{bar(share)}{percent(Some(share))}</td>
                    <td>{count(*year)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    wide(
        "channels",
        words.channels,
        &[words.channel, words.appeals, words.share, words.year_ago],
        rows,
    )
}

fn staffing(page: &OverviewPage, words: &'static Words) -> AnyView {
    let most = page.hours.iter().map(|h| h.calls).fold(1.0, f64::max);
    let rows: Vec<AnyView> = page
        .hours
        .iter()
        .map(|h| {
            let agents = h.agents.map_or_else(|| "–".to_owned(), |n| n.to_string());
            let wait =
                h.wait_s.map_or_else(|| "–".to_owned(), |w| format!("{w:.0} {}", words.seconds));
            view! {
                <tr>
                    <th scope="row">{format!("{:02}:00", h.hour)}</th>
                    <td>{bar(h.calls / most)}{format!("{:.0}", h.calls)}</td>
                    <td><strong>{agents}</strong></td>
                    <td>{percent(h.within)}</td>
                    <td>{wait}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    if rows.is_empty() {
        return view! { <h2>{words.staffing}</h2><p class="empty">{words.unknown}</p> }.into_any();
    }
    let assumed = (!page.handling_s.1).then_some(words.assumed);
    let off = page.forecast_error.map(|e| format!(" {}: {}.", words.off_by, percent(Some(e))));
    let heads = [words.hour, words.calls, words.people, words.within, words.wait];
    view! {
        {wide("staffing", words.staffing, &heads, rows)}
        <p class="sub">
            {page.hours_on.clone()}". "{words.staffing_note}" "{words.handling}": "
            {format!("{:.0}", page.handling_s.0)}" "{words.seconds}" "{assumed}"."{off}
        </p>
    }
    .into_any()
}

fn desks(context: Context<'_>, page: &OverviewPage, words: &'static Words) -> AnyView {
    let rows = page
        .desks
        .iter()
        .map(|(desk, open, late, people)| {
            let href = format!("/staff?desk={}", encode(desk));
            view! {
                <tr>
                    <th scope="row"><a href=href>{desk_name(context.shell.language, desk)}</a></th>
                    <td>{*open}</td>
                    <td>{*late}</td>
                    <td>{*people}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    wide("desks", words.desks, &[words.desk, words.open, words.overdue, words.people], rows)
}

fn radar(page: &OverviewPage, words: &'static Words) -> AnyView {
    let rows: Vec<AnyView> = page
        .silent
        .iter()
        .map(|s| {
            let href = format!("/routes/{}", encode(&s.route_id));
            view! {
                <tr>
                    <th scope="row"><a href=href>"№ "{s.name.clone()}</a></th>
                    <td>{format!("{:.1}", s.excess_wait_s / 60.0)}" "{words.minutes}</td>
                    <td>{percent(Some(s.driven))}</td>
                    <td>{s.appeals}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let body = if rows.is_empty() {
        view! { <h2>{words.radar}</h2><p class="empty">{words.no_silent}</p> }.into_any()
    } else {
        let heads = [words.route, words.excess, words.driven, words.appeals];
        wide("radar", words.radar, &heads, rows)
    };
    view! { {body}<p class="sub">{words.radar_note}" "{page.judged_routes}</p> }.into_any()
}
