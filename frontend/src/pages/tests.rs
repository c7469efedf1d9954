//! Every page in every language, from hand-made values. With `JOLDA_PAGES_DIR` set, the pages are also
//! written there, to be looked at.

use super::{render, samples};
use crate::page::{Language, Page};
use api::{Feed, FeedTrouble, HeadwayStatus, IncidentList, RouteList, SearchResult, StopList};
use std::path::Path;

fn html(language: Language, path: &str, page: &Page) -> String {
    let mut shell = samples::shell(language, path);
    if let Ok(hashes) = std::env::var("JOLDA_SITE")
        .map(|site| std::fs::read_to_string(Path::new(&site).join("hash.txt")).unwrap())
    {
        let of = |kind: &str| {
            hashes.lines().find_map(|l| l.strip_prefix(kind)).unwrap_or_default().trim().to_owned()
        };
        (shell.script_hash, shell.wasm_hash) = (of("js:"), of("wasm:"));
    }
    render(&shell, page)
}

#[test]
fn every_page_stands_in_every_language_within_a_strict_policy() {
    for language in Language::ALL {
        for (path, page) in samples::pages() {
            let html = html(language, path, &page);
            assert!(html.starts_with("<!DOCTYPE html>"), "{path}");
            assert!(html.contains(&format!("<html lang=\"{}\"", language.tag())), "{path}");
            assert!(html.contains("<main id=\"main\"") && html.contains("<h1"), "{path}");
            assert!(
                !html.contains(" style=") && !html.contains("onclick="),
                "{path}: the policy forbids it"
            );
            let scripts = html.matches("<script").count();
            assert_eq!(scripts, usize::from(matches!(page, Page::Map(_))), "{path}");
            if let Ok(dir) = std::env::var("JOLDA_PAGES_DIR") {
                let name = if path == "/" { "index" } else { path.trim_start_matches('/') };
                let file = Path::new(&dir).join(language.tag()).join(format!("{name}.html"));
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, html).unwrap();
            }
        }
    }
}

#[test]
fn the_live_page_wakes_its_island_with_this_answers_nonce() {
    let html = html(Language::Kk, "/", &samples::pages()[0].1);
    assert!(html.contains("<leptos-island data-component=\"Console_"));
    assert!(html.contains("<script type=\"module\" nonce=\"abc\">"));
    assert!(html.contains("/pkg/frontend."));
    // The list is in the island, and in the HTML.
    assert!(html.contains("<leptos-children>") && html.contains("Медеу мұз айдыны"));
}

#[test]
fn names_from_a_feed_are_text_and_never_markup() {
    let mut list = samples::routes();
    list.routes[0].short_name = "<script>alert(1)</script>".to_owned();
    list.routes[0].directions[0].headsign = "\"><img src=x>".to_owned();
    let html = html(Language::En, "/routes?find=%22%3E%3Cb%3E", &Page::Routes(Box::new(list)));
    assert!(!html.contains("<script>alert") && !html.contains("<img") && !html.contains("\"><b>"));
}

#[test]
fn ids_are_encoded_in_links() {
    let html = html(Language::En, "/routes", &samples::pages()[1].1);
    assert!(html.contains("href=\"/routes/r%2F12\""));
}

#[test]
fn the_list_is_sorted_and_narrowed_by_its_address() {
    let list = Page::Routes(Box::new(samples::routes()));
    let badges = |path: &str| -> Vec<String> {
        let html = html(Language::En, path, &list);
        html.split("data-route=\"r/")
            .skip(1)
            .map(|s| s.split('"').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(badges("/routes")[0], "12");
    assert_eq!(badges("/routes?sort=gaps")[0], "65");
    assert_eq!(badges("/routes?only=trouble"), ["12", "65", "121"]);
    assert_eq!(badges("/routes?find=%D0%B4%D1%83%D0%BC%D0%B0%D0%BD"), ["65"]);
    assert!(html(Language::En, "/routes?find=zzz", &list).contains("No route matches."));
}

#[test]
fn emptiness_is_said_in_words() {
    let empty = [
        (
            Page::Routes(Box::new(RouteList { at: 0, routes: vec![] })),
            "В расписании пока нет маршрутов.",
        ),
        (
            Page::Stops(Box::new(StopList { at: 0, stops: vec![], more: false })),
            "Такой остановки нет.",
        ),
        (Page::Incidents(Box::new(IncidentList { at: 0, incidents: vec![] })), "Событий нет"),
        (
            Page::Search {
                query: "ж".into(),
                result: Box::new(SearchResult { hits: vec![], more: false }),
            },
            "Ничего не найдено по запросу «ж»",
        ),
    ];
    for (page, words) in empty {
        assert!(html(Language::Ru, "/", &page).contains(words), "{words}");
    }
}

#[test]
fn doubt_is_said_before_the_figures() {
    let mut shell = samples::shell(Language::En, "/feeds");
    shell.status.feeds[0].down = true;
    shell.status.store_down = true;
    shell.status.warming_up = true;
    let html = render(&shell, &Page::Feeds);
    let banners = html.split("id=\"banners\"").nth(1).unwrap().split("</div>").next().unwrap();
    assert!(banners.contains("No fresh data from «positions»"));
    assert!(banners.contains("cannot be written") && banners.contains("still being prepared"));
    let none = Page::Incidents(Box::new(IncidentList { at: 0, incidents: vec![] }));
    assert!(render(&shell, &none).contains("whether anything happens is not known"));
    // Never heard of is as doubtful as silent.
    (shell.status.feeds[0].down, shell.status.feeds[0].received_at) = (false, None);
    (shell.status.store_down, shell.status.warming_up) = (false, false);
    let html = render(&shell, &none);
    assert!(html.contains("No fresh data from «positions»"));
    assert!(html.contains("whether anything happens is not known"));
    // Old positions that come again and again are none.
    let feed = &mut shell.status.feeds[0];
    *feed = Feed {
        trouble: Some(FeedTrouble::OldPositions),
        newest_at: Some(samples::AT - 3_700),
        received_at: Some(samples::AT - 10),
        ..feed.clone()
    };
    for (language, words) in [
        (
            Language::En,
            "«positions» answers, but repeats old positions since 10:38 (1 h 2 min ago)",
        ),
        (Language::Ru, "повторяет старые положения: последнее новое — 10:38 (1 ч 2 мин назад)"),
        (Language::Kk, "ескі орындарды қайталап тұр: соңғы жаңасы — 10:38"),
    ] {
        shell.language = language;
        assert!(render(&shell, &none).contains(words), "{words}");
        assert!(!render(&shell, &Page::Feeds).contains(language.text().feed_ok));
    }
    shell.language = Language::En;
    assert!(render(&shell, &none).contains("whether anything happens is not known"));
    shell.status.feeds.clear();
    assert!(render(&shell, &Page::Feeds).contains("No source of positions"));
}

#[test]
fn unknown_is_never_shown_as_a_number() {
    let mut list = samples::routes();
    list.routes.truncate(1);
    let direction = &mut list.routes[0].directions[0];
    direction.coverage = 0.0;
    direction.median_headway_s = None;
    direction.excess_wait_s = None;
    list.routes[0].directions.truncate(1);
    let html = html(Language::En, "/routes", &Page::Routes(Box::new(list)));
    let body = html.split("<tbody").nth(1).unwrap();
    assert!(
        body.contains("Unknown")
            && body.contains("—<small class=\"below\"><span class=\"slash\"> / </span>8:00"),
        "{body}"
    );
}

#[test]
fn a_board_says_what_comes_and_what_left() {
    let html = html(Language::Ru, "/stops/s6", &Page::Stop(Box::new(samples::stop_detail())));
    assert!(html.contains("по расписанию, автобуса пока не видно"));
    assert!(html.contains("через 9 мин"));
    assert!(html.contains("опоздание") && html.contains("/?stop=s6"));
    assert!(html.contains(Language::Ru.text().console.bands.name(HeadwayStatus::Gapped)));
}
