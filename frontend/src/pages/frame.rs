//! Header, banners and footer of every page.

use super::{Context, chart::trimmed};
use crate::{
    office::{self, OfficePage},
    page::{Language, Page},
    url::with_query,
};
use api::{Feed, FeedTrouble};
use leptos::prelude::*;

/// Value of `?theme=` that follows the system.
const THEME_SYSTEM: &str = "system";

pub(super) fn header(context: Context<'_>, page: &Page) -> AnyView {
    let text = context.voice.text;
    view! {
        <a class="skip" href="#main">{text.skip}</a>
        <header class="top">
            <a class="brand" href="/" aria-label=format!("Jolda: {}", text.tagline)>
                <svg class="logo" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
                    <path d="M4 20C4 9 20 15 20 4"/><circle cx="4" cy="20" r="3"/><circle cx="20" cy="4" r="3"/>
                </svg>
                "Jolda"
            </a>
            {navigation(context, page)}
            <form class="search" action="/search" method="get" role="search" aria-label=text.search>
                <label class="sr" for="q">{text.search}</label>
                <input id="q" name="q" type="search" placeholder=text.search_hint autocomplete="off" maxlength="100" enterkeyhint="search"/>
                <button type="submit" aria-label=text.search>
                    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><circle cx="10" cy="10" r="6"/><path d="M15 15l6 6"/></svg>
                </button>
            </form>
            {clock(context)}
            {switches(context)}
        </header>
    }
    .into_any()
}

fn navigation(context: Context<'_>, page: &Page) -> AnyView {
    let text = context.voice.text;
    let citizen = matches!(page, Page::Office(page) if matches!(**page, OfficePage::Citizen(_)));
    let appeals = ("/appeals", office::citizen::section(context.shell.language), citizen);
    let places = [
        ("/", text.map, matches!(page, Page::Map(_))),
        ("/routes", text.routes, matches!(page, Page::Routes(_) | Page::Route(_))),
        ("/stops", text.stops, matches!(page, Page::Stops(_) | Page::Stop(_))),
    ];
    let service = [
        ("/incidents", text.incidents, matches!(page, Page::Incidents(_))),
        ("/feeds", text.feeds, matches!(page, Page::Feeds)),
    ];
    // On a phone the last ones are scrolled to: appeals are everybody's.
    let appeals = context.shell.register.then_some(appeals);
    let links = places.into_iter().chain(appeals).chain(service).map(|(href, name, here)| {
        view! { <a href=href aria-current=here.then_some("page")>{name}</a> }
    });
    view! { <nav class="sections" aria-label=text.sections>{links.collect_view()}</nav> }.into_any()
}

/// The city's clock; the live page keeps it going.
fn clock(context: Context<'_>) -> AnyView {
    let (voice, status) = (context.voice, &context.shell.status);
    let demo = status.demo.then(|| {
        let speed = if (status.speed - 1.0).abs() < 0.05 {
            String::new()
        } else {
            format!(" ×{}", trimmed(context, status.speed as f32))
        };
        view! {
            <span class="demo">
                {voice.text.demo}<span class="demo-note">", "{voice.text.demo_note}</span>{speed}
            </span>
        }
    });
    view! {
        <p class="clock">
            {demo}
            <span class="sr">{voice.text.city_time}": "</span>
            <time id="clock" title=status.zone.clone()>{voice.time(status.at)}</time>
        </p>
    }
    .into_any()
}

fn switches(context: Context<'_>) -> AnyView {
    let (text, shell) = (context.voice.text, context.shell);
    let languages = Language::ALL.map(|language| {
        let here = language == shell.language;
        let href = with_query(&shell.path, "lang", language.tag());
        view! {
            <a href=href lang=language.tag() hreflang=language.tag() title=language.name() aria-current=here.then_some("true")>
                <span aria-hidden="true">{short_name(language)}</span><span class="sr">{language.name()}</span>
            </a>
        }
    });
    let themes = [
        (THEME_SYSTEM, text.theme_system, shell.theme.is_none()),
        ("light", text.theme_light, shell.theme == Some("light")),
        ("dark", text.theme_dark, shell.theme == Some("dark")),
    ]
    .map(|(value, name, here)| {
        view! { <a href=with_query(&shell.path, "theme", value) aria-current=here.then_some("true")>{name}</a> }
    });
    view! {
        <nav class="languages" aria-label=text.language>{languages.collect_view()}</nav>
        <details class="themes">
            <summary aria-label=text.theme title=text.theme>
                <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><circle cx="12" cy="12" r="8"/><path class="half" d="M12 4a8 8 0 0 1 0 16z"/></svg>
            </summary>
            <nav aria-label=text.theme>{themes.collect_view()}</nav>
        </details>
    }
    .into_any()
}

const fn short_name(language: Language) -> &'static str {
    match language {
        Language::Kk => "Қаз",
        Language::Ru => "Рус",
        Language::En => "Eng",
    }
}

/// What makes figures doubtful is said before the figures.
pub(super) fn banners(context: Context<'_>) -> AnyView {
    let (voice, status) = (context.voice, &context.shell.status);
    let text = voice.text;
    let mut lines: Vec<(&'static str, String)> = Vec::new();
    if status.feeds.is_empty() {
        lines.push(("warn", text.no_feeds.to_owned()));
    }
    for feed in status.feeds.iter().filter(|feed| feed.is_silent()) {
        lines.push(("bad", format!("{} {}", unheard(context, feed), text.feed_down_note)));
    }
    if status.store_down {
        lines.push(("warn", text.store_down.to_owned()));
    }
    if status.warming_up {
        lines.push(("info", text.warming_up.to_owned()));
    }
    let lines =
        lines.into_iter().map(|(class, line)| view! { <p class=class>{line}</p> }).collect_view();
    view! { <div id="banners" class="banners" role="status">{lines}</div> }.into_any()
}

/// Why a feed says nothing of now.
pub(super) fn unheard(context: Context<'_>, feed: &Feed) -> String {
    let (voice, text) = (context.voice, context.voice.text);
    let named = |words: &str| words.replace("{feed}", &feed.feed_id);
    match (feed.trouble, feed.newest_at) {
        (Some(FeedTrouble::OldPositions), Some(at)) => {
            let today = voice.within_a_day(at);
            let since = if today { voice.time(at) } else { voice.date_time(at) };
            let words = named(text.feed_repeats).replace("{since}", &since);
            let ago = if today { format!(" ({})", voice.ago(at)) } else { String::new() };
            words.replace(" ({ago})", &ago)
        }
        (Some(FeedTrouble::NoPositions), _) => named(text.feed_empty),
        (Some(FeedTrouble::PartlyOld), _) => named(text.feed_partly_old),
        _ => {
            let last = feed.header_at.map_or_else(
                || text.feed_never.to_owned(),
                |at| format!("{}: {}", text.last_dataset, voice.ago(at)),
            );
            format!("{} «{}» ({last}).", text.feed_down, feed.feed_id)
        }
    }
}

pub(super) fn footer(context: Context<'_>) -> AnyView {
    let (voice, status) = (context.voice, &context.shell.status);
    view! {
        <footer class="foot">
            <p>{status.agency_name.clone()}" · "{voice.text.printed}" "{voice.time_s(status.at)}" ("{status.zone.clone()}")"</p>
            <p>
                <a href="https://www.openstreetmap.org/copyright" rel="noopener">{voice.text.data_osm}</a>
                " · "<a href="/api/v1/openapi.json">{voice.text.api}</a>
                {context.shell.register.then(|| view! {
                    " · "<a href="/help">{crate::office::help_name(context.shell.language)}</a>
                })}
            </p>
        </footer>
    }
    .into_any()
}
