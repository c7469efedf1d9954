//! The document around a page, and how an island wakes in it.

use super::{Context, content, frame};
use crate::console::Settings;
use crate::office::OfficePage;
use crate::page::{Page, Shell};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use std::sync::Arc;

/// The whole document as HTML. Synchronous: whatever a page needs was loaded before.
pub fn render(shell: &Shell, page: &Page) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| document(Context::new(shell), page).to_html());
    owner.cleanup();
    html
}

fn document(context: Context<'_>, page: &Page) -> AnyView {
    let shell = context.shell;
    let (title, main) = content(context, page);
    let live = matches!(page, Page::Map(_));
    let office = matches!(page, Page::Office(_));
    let citizen = matches!(page, Page::Office(page) if matches!(**page, OfficePage::Citizen(_) | OfficePage::Route(_)));
    let desk = matches!(page, Page::Office(page) if matches!(**page, OfficePage::Operator(_)));
    let title = format!("{title} · Jolda");
    let settings = live.then(|| Settings::of(shell));
    let told = settings.as_ref();
    view! {
        <!DOCTYPE html>
        <html lang=shell.language.tag() data-theme=shell.theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content=shell.theme.unwrap_or("light dark")/>
                <meta name="theme-color" content="#0f4c5c"/>
                <title>{title}</title>
                <link rel="stylesheet" href="/assets/app.css"/>
                {(office || shell.member.is_some()).then(|| view! { <link rel="stylesheet" href="/assets/office.css"/> })}
                {citizen.then(|| view! { <link rel="stylesheet" href="/assets/citizen.css"/> })}
                {desk.then(|| view! { <link rel="stylesheet" href="/assets/desk.css"/> })}
                <link rel="icon" href="/assets/icon.svg" type="image/svg+xml"/>
                {live.then(|| preloads(shell))}
            </head>
            <body
                class:live=live
                data-basemap=told.map(|s| s.basemap.clone())
                data-bounds=told.map(|s| s.bounds_e6.clone())
                data-utc-offset=told.map(|s| s.utc_offset_s)
                data-at=told.map(|s| s.at)
                data-speed=told.map(|s| s.speed_milli)
            >
                {frame::header(context, page)}
                {crate::office::bar(context, page)}
                {frame::banners(context)}
                <main id="main" tabindex="-1">{main}</main>
                {(!live).then(|| frame::footer(context))}
                {live.then(|| wake_script(shell))}
                {desk.then(|| desk_script(shell))}
            </body>
        </html>
    }
    .into_any()
}

fn script_path(shell: &Shell) -> String {
    format!("/pkg/frontend.{}.js", shell.script_hash)
}

fn wasm_path(shell: &Shell) -> String {
    format!("/pkg/frontend.{}.wasm", shell.wasm_hash)
}

/// Everything that the map will ask for, asked for at once.
fn preloads(shell: &Shell) -> AnyView {
    view! {
        <link rel="stylesheet" href="/assets/maplibre/maplibre-gl.css"/>
        <link rel="modulepreload" href=script_path(shell) nonce=shell.nonce.clone()/>
        <link rel="preload" href=wasm_path(shell) r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        {["bridge", "appeals", "ground", "past", "picture"].map(|part| view! {
            <link rel="modulepreload" href=format!("/assets/map-{part}.mjs") nonce=shell.nonce.clone()/>
        }).collect_view()}
        <link rel="modulepreload" href="/assets/maplibre/maplibre-gl.mjs" nonce=shell.nonce.clone()/>
    }
    .into_any()
}

/// Wakes the islands, as Leptos' own `HydrationScripts` does for islands without nested children; the
/// names by hash come with the shell, so that no file is read for each answer.
fn wake_script(shell: &Shell) -> AnyView {
    let script = format!(
        "const m=await import({js:?});await m.default({{module_or_path:{wasm:?}}});m.hydrate();\
         for(const e of document.querySelectorAll('leptos-island')){{\
         const f=m[e.dataset.component];f?await f(e):console.error('The page and its script differ in age: load the page again.');}}",
        js = script_path(shell),
        wasm = wasm_path(shell),
    );
    view! { <script type="module" nonce=shell.nonce.clone() inner_html=script></script> }.into_any()
}

/// Wakes the desk: a bundle of its own, so that the map's does not grow for it.
fn desk_script(shell: &Shell) -> AnyView {
    let script = format!(
        "const m=await import({js:?});await m.default({{module_or_path:{wasm:?}}});m.wake_desk();",
        js = format!("/pkg/desk.{}.js", shell.desk_script_hash),
        wasm = format!("/pkg/desk.{}.wasm", shell.desk_wasm_hash),
    );
    let nonce = shell.nonce.clone();
    let built = !shell.desk_wasm_hash.is_empty();
    view! { {built.then(|| view! { <script type="module" nonce=nonce inner_html=script></script> })} }
        .into_any()
}
