//! Pages and islands. A page is a function of `api` types: handlers load, pages render.
//!
//! On the server (`ssr`) [`render`] makes the whole document. In the browser (`hydrate`) only the islands
//! live: `console`, the live map. A page without an island ships no script.
#![recursion_limit = "512"]
// Each face uses its own half; without a face there is only the contract.
#![cfg_attr(not(any(feature = "ssr", feature = "hydrate")), allow(dead_code))]

pub mod page;

mod band;
mod console;
mod format;
#[cfg(any(feature = "hydrate", test))]
mod live;
#[cfg(feature = "ssr")]
pub mod office;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod quality;
mod text;
#[cfg(any(feature = "ssr", feature = "hydrate", test))]
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
