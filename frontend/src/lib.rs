//! Pages and islands. A page is a function of `api` types: handlers load, pages render.
//!
//! On the server (`ssr`) [`render`] makes the whole document. In the browser (`hydrate`) only the islands
//! live: `console`, the live map. A page without an island ships no script. The operator's desk (`desk`) is a
//! plain form that a small bundle of its own keeps fresh.
#![recursion_limit = "512"]
// Each face uses its own half; without a face there is only the contract.
#![cfg_attr(not(any(feature = "ssr", feature = "hydrate")), allow(dead_code))]

pub mod page;

#[cfg(any(feature = "ssr", feature = "hydrate"))]
mod band;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
mod console;
#[cfg(feature = "desk")]
mod desk;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
mod format;
#[cfg(any(feature = "hydrate", all(test, feature = "ssr")))]
mod live;
#[cfg(feature = "ssr")]
pub mod office;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod quality;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
mod text;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
mod url;

#[cfg(feature = "ssr")]
pub use pages::render;
#[cfg(feature = "ssr")]
pub use url::encode;

/// Called once by the page's script, before it wakes the islands.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
