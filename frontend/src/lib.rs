//! Pages and islands. A page is a function of `api` types: handlers load, pages render.

pub mod page;

#[cfg(feature = "ssr")]
pub use page::render;
