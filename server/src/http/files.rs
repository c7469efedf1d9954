//! Files of the site: compressed once, where it is built, never here.

use super::settings::{Basemap, SITE_MARK, SiteSettings};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use std::path::Path;
use tower_http::services::{ServeDir, ServeFile};

/// Where the operator's own map is served.
pub const BASEMAP_FILE: &str = "/basemap/map.pmtiles";

/// `/pkg`, `/assets`, `/basemap`.
pub fn router<S: Clone + Send + Sync + 'static>(site: &SiteSettings) -> Router<S> {
    let ours = |folder: &str| folder_of(&site.site_dir.join(folder));
    let mut router =
        Router::new().nest_service("/pkg", ours("pkg")).nest_service("/assets", ours("assets"));
    match &site.basemap {
        Basemap::Folder(path) => router = router.nest_service("/basemap", folder_of(path)),
        // Read by ranges: never encoded.
        Basemap::File(path) => router = router.route_service(BASEMAP_FILE, ServeFile::new(path)),
        Basemap::Plain | Basemap::Style { .. } => {}
    }
    router.layer(from_fn(cached))
}

fn folder_of(path: &Path) -> ServeDir {
    ServeDir::new(path)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
}

/// Names with a hash never change what they name; the others are asked after.
async fn cached(request: Request, next: Next) -> Response {
    let forever = request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let good = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let cache = match (good, forever) {
        (false, _) => "no-store",
        (true, true) => "public, max-age=31536000, immutable",
        (true, false) => "public, max-age=300, stale-while-revalidate=86400",
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// Scripts and WebAssembly by their hashes, from `hash.txt`; empty where the site is not built.
#[derive(Clone, Debug, Default)]
pub struct Hashes {
    /// The map's script.
    pub js: String,
    /// The map's WebAssembly.
    pub wasm: String,
    /// The desk's script.
    pub desk_js: String,
    /// The desk's WebAssembly.
    pub desk_wasm: String,
}

/// Reads them.
pub fn hashes(site: &SiteSettings) -> Hashes {
    let text = std::fs::read_to_string(site.site_dir.join(SITE_MARK)).unwrap_or_else(|error| {
        // Pages without style look like a fault of Jolda's: the operator is told where it was looked for.
        let folder = site.site_dir.display();
        tracing::warn!(%folder, %error, "the pages' files are not here: run `make web`, or set site.folder");
        String::new()
    });
    let of = |kind: &str| {
        let mut lines = text.lines().filter_map(|l| l.split_once(':'));
        lines.find(|(k, _)| k.trim() == kind).map_or_else(String::new, |(_, h)| h.trim().to_owned())
    };
    let (js, wasm) = (of("js"), of("wasm"));
    Hashes { js, wasm, desk_js: of("desk.js"), desk_wasm: of("desk.wasm") }
}
