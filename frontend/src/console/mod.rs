//! The live map: one island over the whole of `/`.
//!
//! The list beside the map is the server's and stays HTML; what is selected is the same page that stands at
//! its own address, fetched and shown in the panel. So every figure is rendered in one place, and the
//! WebAssembly holds the socket, the movement and the map alone.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(any(feature = "hydrate", test))]
mod cut;
#[cfg(any(feature = "hydrate", test))]
mod selection;

use crate::page::Language;
#[cfg(feature = "ssr")]
use crate::page::Shell;
use crate::text::ConsoleText;
use api::HeadwayStatus;
use leptos::prelude::*;

/// What the server tells the island, as attributes of the document's `<html>` and `<body>`. Not as
/// properties of the island: those are JSON, and its library is heavier than all else here.
#[cfg(any(feature = "ssr", feature = "hydrate"))]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    /// See [`crate::page::Shell::basemap`].
    pub basemap: String,
    /// Where the map starts: west, south, east, north, degrees × 1e6; empty where nobody knows. Whole
    /// numbers: to read others costs the WebAssembly more.
    pub bounds_e6: String,
    /// Seconds that the agency's zone is ahead of UTC.
    pub utc_offset_s: i32,
    /// The city's now when the page was made.
    pub at: i64,
    /// Thousandths of a second of the city's clock for each second of ours.
    pub speed_milli: u32,
}

#[cfg(any(feature = "ssr", feature = "hydrate"))]
impl Settings {
    /// Out of what every page knows.
    #[cfg(feature = "ssr")]
    pub fn of(shell: &Shell) -> Self {
        let e6 = |degrees: f64| ((degrees * 1e6) as i32).to_string();
        Self {
            basemap: shell.basemap.clone(),
            bounds_e6: shell.status.bounds.map_or_else(String::new, |b| b.map(e6).join(",")),
            utc_offset_s: shell.status.utc_offset_s,
            at: shell.status.at,
            speed_milli: (shell.status.speed * 1000.0) as u32,
        }
    }

    /// Out of the document's body.
    #[cfg(feature = "hydrate")]
    fn read() -> Self {
        let body = document().body();
        let word = |name: &str| body.as_ref().and_then(|b| b.get_attribute(name));
        let number = |name: &str| word(name).and_then(|word| word.parse().ok());
        Self {
            basemap: word("data-basemap").unwrap_or_default(),
            bounds_e6: word("data-bounds").unwrap_or_default(),
            utc_offset_s: number("data-utc-offset").unwrap_or_default() as i32,
            at: number("data-at").unwrap_or_default(),
            speed_milli: number("data-speed").unwrap_or(1000) as u32,
        }
    }

    /// Where the map starts, degrees.
    #[cfg(feature = "hydrate")]
    fn bounds(&self) -> Option<[f64; 4]> {
        let mut parts = self.bounds_e6.split(',').map(|e6| e6.parse::<i32>().ok());
        let mut next = || Some(f64::from(parts.next()??) / 1e6);
        Some([next()?, next()?, next()?, next()?])
    }
}

/// The reader's: on the server the page says it, in the browser the document.
fn language() -> Language {
    #[cfg(feature = "hydrate")]
    let language = {
        let tag = document().document_element().and_then(|html| html.get_attribute("lang"));
        Language::ALL.into_iter().find(|language| tag.as_deref() == Some(language.tag()))
    };
    #[cfg(not(feature = "hydrate"))]
    let language = use_context::<Language>();
    language.unwrap_or_default()
}

/// How the page hears of the buses.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Link {
    #[default]
    Connecting,
    Live,
    /// The server is there, but no feed of its is.
    Silent,
    Offline,
}

/// Whether there is a map.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ground {
    #[default]
    Loading,
    Ready,
    NoWebgl,
    Failed,
}

/// Height of the sheet on a phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sheet {
    Peek,
    #[default]
    Half,
    Full,
}

/// The groups of layers that the reader may hide, by their names in the address and in the map's module.
const LAYERS: [&str; 4] = ["vehicles", "stops", "lines", "intensity"];

/// What the view shows and the browser's part sets.
#[derive(Clone, Copy, Debug)]
struct Signals {
    link: RwSignal<Link>,
    ground: RwSignal<Ground>,
    sheet: RwSignal<Sheet>,
    tally: RwSignal<[u32; 6]>,
    layers: RwSignal<[bool; 4]>,
    /// Something is selected: its own address.
    selected: RwSignal<Option<String>>,
    /// It is a bus, on the map now.
    followable: RwSignal<bool>,
    follow: RwSignal<bool>,
}

impl Signals {
    fn new() -> Self {
        Self {
            link: RwSignal::default(),
            ground: RwSignal::default(),
            sheet: RwSignal::default(),
            tally: RwSignal::default(),
            layers: RwSignal::new([true; 4]),
            selected: RwSignal::new(None),
            followable: RwSignal::new(false),
            follow: RwSignal::new(false),
        }
    }
}

/// Map and panel. The children are the list that the server rendered; without a script it stands alone.
#[island]
pub fn Console(children: Children) -> impl IntoView {
    let language = language();
    let text = language.console();
    let signals = Signals::new();
    #[cfg(feature = "hydrate")]
    browser::start(Settings::read(), language, signals);
    view! {
        <div class="console">
            <section
                class="panel"
                id="panel"
                aria-label=text.panel
                data-sheet=move || match signals.sheet.get() {
                    Sheet::Peek => "peek",
                    Sheet::Half => "half",
                    Sheet::Full => "full",
                }
            >
                <button type="button" class="grip" aria-label=text.expand on:click=move |_| signals.sheet.update(next_sheet)></button>
                {connection(text, signals)}
                {bar(text, signals)}
                <div class="panel-scroll" id="panel-scroll" tabindex="-1">
                    <div id="detail" tabindex="-1" hidden=move || signals.selected.read().is_none()></div>
                    <div id="overview" hidden=move || signals.selected.read().is_some()>{children()}</div>
                </div>
            </section>
            <div class="map-room">
                <div id="map" class="map"></div>
                <noscript><p class="map-note">{text.no_script}</p></noscript>
                <p class="map-note" id="map-note" role="status" hidden=move || matches!(signals.ground.get(), Ground::Loading | Ground::Ready)>
                    {move || if signals.ground.get() == Ground::NoWebgl { text.no_webgl } else { text.map_failed }}
                </p>
                {tools(text, signals)}
            </div>
        </div>
    }
}

fn next_sheet(sheet: &mut Sheet) {
    *sheet = match sheet {
        Sheet::Peek => Sheet::Half,
        Sheet::Half => Sheet::Full,
        Sheet::Full => Sheet::Peek,
    };
}

fn connection(text: &'static ConsoleText, signals: Signals) -> impl IntoView {
    view! {
        <div
            class="connection"
            data-state=move || match signals.link.get() {
                Link::Connecting => "connecting",
                Link::Live => "live",
                Link::Silent => "silent",
                Link::Offline => "offline",
            }
        >
            <span role="status" id="link">
                {move || match signals.link.get() {
                    Link::Connecting => text.connecting,
                    Link::Live => text.live,
                    Link::Silent => text.silent,
                    Link::Offline => text.offline,
                }}
            </span>
            <span class="tally">{text.in_view}": "<b id="in-view">{move || signals.tally.read().iter().sum::<u32>()}</b></span>
        </div>
    }
}

fn bar(text: &'static ConsoleText, signals: Signals) -> impl IntoView {
    view! {
        <div class="panel-bar" hidden=move || signals.selected.read().is_none()>
            <button type="button" class="button" id="back"><span aria-hidden="true">"←"</span>{text.back}</button>
            <span class="grow note">
                {move || {
                    let bus = signals.selected.read().as_ref().is_some_and(|path| path.starts_with("/vehicles/"));
                    (bus && !signals.followable.get()).then_some(text.not_live)
                }}
            </span>
            <button
                type="button"
                class="button"
                id="follow"
                hidden=move || !signals.followable.get()
                aria-pressed=move || if signals.follow.get() { "true" } else { "false" }
            >
                {move || if signals.follow.get() { text.unfollow } else { text.follow }}
            </button>
            <a class="button" id="page" href=move || signals.selected.get().unwrap_or_default() aria-label=text.open_page title=text.open_page>"↗"</a>
        </div>
    }
}

fn tools(text: &'static ConsoleText, signals: Signals) -> impl IntoView {
    use HeadwayStatus as S;
    let names = [text.layer_vehicles, text.layer_stops, text.layer_lines, text.layer_intensity];
    let boxes = LAYERS.into_iter().zip(names).enumerate().map(|(i, (layer, name))| {
        view! {
            <label>
                <input
                    type="checkbox"
                    id=format!("layer-{layer}")
                    prop:checked=move || signals.layers.read()[i]
                    checked=true
                    on:change=move |_| signals.layers.update(|on| on[i] = !on[i])
                />
                {name}
            </label>
        }
    });
    let bands = [S::Even, S::Bunched, S::VeryBunched, S::Gapped, S::VeryGapped, S::Unknown].map(|status| {
        let index = crate::band::index(status);
        view! {
            <li data-band=index>
                {crate::band::mark(status)}
                <span>{text.bands.name(status)}" "<b>{move || signals.tally.read()[index]}</b></span>
            </li>
        }
    });
    view! {
        <details class="map-tools" id="map-tools" hidden=move || signals.ground.get() != Ground::Ready>
            <summary>{text.layers}</summary>
            <div>
                <fieldset><legend class="sr">{text.layers}</legend>{boxes.collect_view()}</fieldset>
                <fieldset>
                    <legend>{text.legend}</legend>
                    <ul>{bands.collect_view()}</ul>
                </fieldset>
                <fieldset>
                    <legend>{text.layer_intensity}". "{text.intensity_width}</legend>
                    <ul>
                        <li><span class="stripe low"></span>{text.intensity_low}</li>
                        <li><span class="stripe"></span>{text.intensity_ok}</li>
                        <li><span class="stripe none"></span>{text.intensity_unknown}</li>
                        <li><span class="stripe plain"></span>{text.intensity_none}</li>
                    </ul>
                </fieldset>
                <p class="note">{text.keys}</p>
            </div>
        </details>
    }
}
