//! The live map: one island over the whole of `/`.

use crate::page::Language;
#[cfg(feature = "ssr")]
use crate::page::Shell;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the server tells the island.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Of the reader, its tag.
    language: String,
    /// `light`, `dark`, or follow the system.
    theme: Option<String>,
    /// See [`crate::page::Shell::basemap`].
    basemap: String,
    /// Where the map starts: west, south, east, north, degrees.
    bounds: Option<[f64; 4]>,
    /// Seconds that the agency's zone is ahead of UTC.
    utc_offset_s: i32,
    /// The city's now when the page was made.
    at: i64,
    /// Seconds of the city's clock for each of ours.
    speed: f64,
}

impl Settings {
    /// Out of what every page knows.
    #[cfg(feature = "ssr")]
    pub(crate) fn of(shell: &Shell) -> Self {
        Self {
            language: shell.language.tag().to_owned(),
            theme: shell.theme.map(str::to_owned),
            basemap: shell.basemap.clone(),
            bounds: shell.status.bounds,
            utc_offset_s: shell.status.utc_offset_s,
            at: shell.status.at,
            speed: shell.status.speed,
        }
    }

    fn language(&self) -> Language {
        Language::ALL.into_iter().find(|l| l.tag() == self.language).unwrap_or_default()
    }
}

/// Map and panel. The children are the list that the server rendered; without a script it stands alone.
#[island]
pub fn Console(settings: Settings, children: Children) -> impl IntoView {
    let text = settings.language().console();
    view! {
        <div class="console">
            <div id="map" class="map" role="region" aria-label=text.map tabindex="-1">
                <noscript><p class="map-note">{text.no_script}</p></noscript>
            </div>
            <aside class="panel" id="panel">
                {children()}
            </aside>
        </div>
    }
}
