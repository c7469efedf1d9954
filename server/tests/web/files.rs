//! Files of the site: packed, cached by their names, and nothing outside their folders.

use crate::city::{City, Settings, body};
use crate::http::header;
use axum::body::Body;
use axum::http::{Request, header};
use server::http::{Basemap, SiteSettings};

#[tokio::test]
async fn files_are_served_compressed_cached_and_by_range() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, data: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, data).unwrap();
    };
    put("site/pkg/frontend.abc.js", b"export {}");
    put("site/pkg/frontend.abc.js.br", b"(packed)");
    put("site/assets/map.css", b"body{}");
    put("site/hash.txt", b"js: abc\nwasm: def\n");
    put("basemap/streets.geojson", b"{}");
    put("city.pmtiles", b"0123456789");
    let site = SiteSettings {
        site_dir: folder.path().join("site"),
        basemap_dir: folder.path().join("basemap"),
        basemap: Basemap::File(folder.path().join("city.pmtiles")),
        ..SiteSettings::default()
    };
    let city = City::open(Settings { site, ..Settings::default() }).await;
    let packed = Request::get("/pkg/frontend.abc.js").header(header::ACCEPT_ENCODING, "br");
    let packed = city.ask(packed.body(Body::empty()).unwrap()).await;
    assert_eq!(header(&packed, "content-encoding"), "br");
    assert_eq!(header(&packed, "content-type"), "text/javascript");
    assert!(header(&packed, "cache-control").contains("immutable"));
    assert_eq!(body(packed).await, "(packed)");
    assert!(!header(&city.get("/assets/map.css").await, "cache-control").contains("immutable"));
    assert_eq!(city.text("/basemap/streets.geojson").await, "{}");
    let part = Request::get("/basemap/map.pmtiles")
        .header(header::RANGE, "bytes=2-4")
        .header(header::ACCEPT_ENCODING, "gzip, br");
    let part = city.ask(part.body(Body::empty()).unwrap()).await;
    assert_eq!(part.status(), 206);
    assert_eq!(header(&part, "content-encoding"), "");
    assert_eq!(body(part).await, "234");
    for outside in ["/pkg/../hash.txt", "/pkg/%2e%2e/hash.txt", "/assets/..%2fhash.txt", "/pkg/"] {
        assert_eq!(city.get(outside).await.status(), 404, "{outside}");
    }
    let missing = city.get("/pkg/frontend.old.js").await;
    assert_eq!(header(&missing, "cache-control"), "no-store", "a missing file may come");
}
